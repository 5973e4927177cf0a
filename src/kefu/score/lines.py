"""What a caller's line sounds like: rude, promising, promoting, pressing, or admitting what it cannot say.

One small logistic regression per sound over character pairs, triples and fours, fitted by
``training/lines.py`` on our own lines and calls. A sound is no verdict; the rules
weigh it with everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from kefu.language.normalise import fold
from kefu.score.logistic import load_model

__all__ = ["SOUNDS", "line_features", "line_scores"]

SOUNDS = ("rude", "promise", "promotion", "press", "admit")
_MOST = 200
_SPLIT = str.maketrans(dict.fromkeys("，。？！；、,.?!;…~—“”\"' \n", "|"))


def line_features(text: str) -> dict[str, float]:
    """The features of one line: its characters in twos, threes and fours within clauses, and its marks."""
    folded = fold(text[:_MOST])
    found: dict[str, float] = {}
    for clause in folded.translate(_SPLIT).split("|"):
        if clause:
            marked = f"^{clause}$"
            size = len(marked)
            for width in (2, 3, 4):
                for at in range(size - width + 1):
                    found[marked[at : at + width]] = 1.0
    if "?" in folded:
        found["has?"] = 1.0
    if "!" in folded:
        found["has!"] = 1.0
    return found


@lru_cache(maxsize=4096)
def line_scores(text: str) -> Mapping[str, float]:
    """How much ``text`` has each sound, as log-odds."""
    model = load_model("lines")["sounds"]
    return dict(zip(model.classes, model.scores(line_features(text)), strict=True))
