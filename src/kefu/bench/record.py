"""One finished call as it is kept: the call, its outcome and its scorecard, in the shape of ``call --json``."""

from __future__ import annotations

from typing import Any

from kefu.call.call import Call
from kefu.call.wire import call_to_json
from kefu.scenario.model import Scenario

__all__ = ["card_of", "record_of"]


def record_of(scenario: Scenario, spoken: Call, *, score: bool) -> dict[str, Any]:
    """The call with its outcome, and with its card where ``score`` asks for one."""
    record = call_to_json(spoken)
    if score:
        card = card_of(scenario, spoken)
        return record | {"outcome": card["outcome"], "scorecard": card}
    from kefu.call.outcome import outcome_to_json, read_outcome

    return record | {"outcome": outcome_to_json(read_outcome(scenario, spoken)), "scorecard": None}


def card_of(scenario: Scenario, spoken: Call) -> dict[str, Any]:
    """The scorecard of a call, by the rules, as JSON."""
    from kefu.score import score_call, scorecard_to_json

    return scorecard_to_json(score_call(scenario, spoken))
