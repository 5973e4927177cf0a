"""kefu reads call scenarios, rehearses the calls and scores them, offline.

The names below are the public interface; each is loaded when it is first used,
so ``import kefu`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefu.call.call import Call as Call
    from kefu.call.talk import talk as talk
    from kefu.call.turn import Turn as Turn
    from kefu.errors import KefuError as KefuError
    from kefu.runtime import Rehearsal as Rehearsal
    from kefu.runtime import rehearse as rehearse
    from kefu.scenario import parse_scenario as parse_scenario
    from kefu.scenario import write_scenario as write_scenario
    from kefu.scenario.model import Scenario as Scenario
    from kefu.scenario.understand import Understanding as Understanding
    from kefu.score import Scorecard as Scorecard
    from kefu.score import score_call as score_call

__version__ = "0.1.0"

__all__ = [
    "Call",
    "KefuError",
    "Rehearsal",
    "Scenario",
    "Scorecard",
    "Turn",
    "Understanding",
    "parse_scenario",
    "rehearse",
    "score_call",
    "talk",
    "write_scenario",
]

_HOMES = {
    "Call": "kefu.call.call",
    "KefuError": "kefu.errors",
    "Rehearsal": "kefu.runtime",
    "Scenario": "kefu.scenario.model",
    "Scorecard": "kefu.score",
    "Turn": "kefu.call.turn",
    "Understanding": "kefu.scenario.understand",
    "parse_scenario": "kefu.scenario",
    "rehearse": "kefu.runtime",
    "score_call": "kefu.score",
    "talk": "kefu.call.talk",
    "write_scenario": "kefu.scenario",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kefu' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
