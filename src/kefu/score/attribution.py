"""Whose doing a failed call was: the caller's, the simulated customer's, the script's, or the infrastructure's."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.call.call import Call, EndedBy
from kefu.call.turn import Speaker
from kefu.score.settings import weight_settings
from kefu.score.verdict import Attribution, Evidence, Fidelity, Severity, Totals, Violation

__all__ = ["attribute", "is_infrastructure"]


def is_infrastructure(call: Call) -> bool:
    """Whether something broke the call off that is not the caller's own doing."""
    return _failed(call) and _fault(call) is not Speaker.CALLER


def attribute(
    call: Call, totals: Totals, violations: Sequence[Violation], fidelity: Fidelity, gaps: Sequence[Evidence]
) -> Attribution:
    """Who answers for the call, ``none`` where it did not fail.

    A customer that was not true to its document comes before all else, since nothing
    else in the call can be relied on.
    """
    settings = weight_settings()["attribution"]
    if _failed(call):
        fault = _fault(call)
        return Attribution.INFRASTRUCTURE if fault is None else Attribution(fault.value)
    if not fidelity.valid:
        return Attribution.CUSTOMER
    cut_off = call.ending is not None and call.ending.by is EndedBy.LIMIT
    if totals.total is None or (totals.total >= settings["failed"] and not cut_off):
        return Attribution.NONE
    if len(gaps) >= settings["gaps"] and not any(v.severity is not Severity.MINOR for v in violations):
        return Attribution.SCRIPT
    return Attribution.CALLER


def _failed(call: Call) -> bool:
    return call.ending is not None and call.ending.by is EndedBy.ERROR


def _fault(call: Call) -> Speaker | None:
    return call.ending.fault if call.ending else None
