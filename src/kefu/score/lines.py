"""What a caller's line sounds like: rude, promising, promoting, pressing, or admitting what it cannot say.

One small logistic regression per sound over characters in twos and threes,
fitted by ``training/lines.py`` on our own lines and calls. A sound is no verdict; the
rules weigh it with everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kefu.language.runs import SHORT
from kefu.score.logistic import load_sparse

__all__ = ["SOUNDS", "line_features", "line_scores"]

SOUNDS = ("rude", "promise", "promotion", "press", "admit")
_MOST = 200
_SPLIT = str.maketrans(dict.fromkeys("，。？！；、,.?!;…~—“”\"' \n", "|"))


def line_features(folded: str) -> set[str]:
    """The features of one folded line: its characters in twos and threes within clauses, and its marks."""
    return set[str]().union(_marks(folded[:_MOST]), *map(_runs, _clauses(folded)))


def line_scores(folded: str) -> Sequence[float]:
    """How much a folded line has each of the ``SOUNDS``, as log-odds."""
    return load_sparse("lines").scores(set[str]().union(_marks(folded[:_MOST]), *map(_known, _clauses(folded))))


def _clauses(folded: str) -> list[str]:
    return [clause for clause in folded[:_MOST].translate(_SPLIT).split("|") if clause]


def _marks(folded: str) -> list[str]:
    return [name for mark, name in (("？", "has?"), ("！", "has!")) if mark in folded]


def _runs(clause: str) -> set[str]:
    """The characters of a clause in twos and threes, with its beginning and end."""
    marked = f"^{clause}$"
    pairs = list(map(str.__add__, marked, marked[1:]))
    return {*pairs, *map(str.__add__, pairs, marked[2:])}


def _known(clause: str) -> frozenset[str]:
    return _remembered(clause) if len(clause) <= SHORT else frozenset(_runs(clause))


@lru_cache(maxsize=4096)
def _remembered(clause: str) -> frozenset[str]:
    # of a clause, which is said again in other turns, only what weighs anything
    return frozenset(load_sparse("lines").weights.keys() & _runs(clause))
