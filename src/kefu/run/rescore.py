"""The calls of one run scored by the documents of another, as they would have been had nobody edited the script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kefu.bench.record import card_of
from kefu.bench.result import Result, result_by
from kefu.call.wire import call_from_json
from kefu.scenario.model import Scenario
from kefu.store.database import Store
from kefu.store.reading import records

__all__ = ["results_by"]


def results_by(store: Store, run_id: str, caller: str, scenarios: Mapping[str, Scenario]) -> Iterator[Result]:
    """The results of a caller, by the rules and by ``scenarios``; a call of a document that is not there is left out.

    What an edit has taken out of a script is then missed, as it would be by the customers of the old one.
    """
    only = next(iter(scenarios.values())) if len(scenarios) == 1 else None
    for row in records(store, run_id, caller=caller):
        scenario = only or scenarios.get(row.result.scenario if row.result else "")
        if row.result is None or scenario is None:
            continue
        if row.result.failed:
            yield row.result
            continue
        card = card_of(scenario, call_from_json(row.record, where=row.id))
        yield result_by(row.result, {**row.record, "scorecard": card})
