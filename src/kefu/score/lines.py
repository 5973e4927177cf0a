"""What a caller's line sounds like: rude, promising, promoting, pressing, or admitting what it cannot say.

One small logistic regression per sound over characters in twos and threes,
fitted by ``training/lines.py`` on our own lines and calls. A sound is no verdict; the
rules weigh it with everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kefu.score.logistic import load_sparse

__all__ = ["SOUNDS", "line_features", "line_scores"]

SOUNDS = ("rude", "promise", "promotion", "press", "admit")
_MOST = 200
_SPLIT = str.maketrans(dict.fromkeys("，。？！；、,.?!;…~—“”\"' \n", "|"))


def line_features(folded: str) -> set[str]:
    """The features of one folded line: its characters in twos and threes within clauses, and its marks."""
    folded = folded[:_MOST]
    found: set[str] = set()
    for clause in folded.translate(_SPLIT).split("|"):
        if clause:
            marked = f"^{clause}$"
            pairs = list(map(str.__add__, marked, marked[1:]))
            found.update(pairs)
            found.update(map(str.__add__, pairs, marked[2:]))
    if "？" in folded:
        found.add("has?")
    if "！" in folded:
        found.add("has!")
    return found


@lru_cache(maxsize=4096)
def line_scores(folded: str) -> Sequence[float]:
    """How much a folded line has each of the ``SOUNDS``, as log-odds."""
    return load_sparse("lines").scores(line_features(folded))
