"""How a call is scored: rules with verbatim evidence, a model for the steps, totals that compare.

``score_call`` makes a :class:`Scorecard` of a scenario and a finished call;
``calibrate`` (in ``kefu.score.calibrate``) compares any judge with labelled calls.
The names below are loaded when they are first used: words of verdicts cost no scoring.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefu.score.score import score_call as score_call
    from kefu.score.verdict import Scorecard as Scorecard
    from kefu.score.wire import scorecard_to_json as scorecard_to_json

__all__ = ["Scorecard", "score_call", "scorecard_to_json"]

_HOMES = {"Scorecard": "verdict", "score_call": "score", "scorecard_to_json": "wire"}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kefu.score' has no attribute {name!r}")
    return getattr(import_module(f"kefu.score.{home}"), name)
