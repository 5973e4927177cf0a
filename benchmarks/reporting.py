"""The report of a large run: seconds and peak memory of gathering and rendering it, beside the same figures by hand.

    python benchmarks/reporting.py [--calls N]

Records are made on the way from a few thousand real calls of the project's own
documents, packed as a store keeps them, so that what is measured is unpacking,
reading and counting. Each side runs in a process of its own, which ends with its
peak memory. The peer is what one would write first: all records in a list, means
by ``statistics``, intervals of independent calls; it has neither the words nor the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kefu.bench.plan import Plan
from kefu.bench.record import record_of
from kefu.bench.report import RunHead, gather, to_csv, to_html, to_json, to_markdown
from kefu.bench.result import Result, marks_from_json, marks_to_json, result_of
from kefu.runtime import Parties, Rehearsal, rehearse
from kefu.scenario import Scenario, parse_scenario
from kefu.scenario.model import Persona
from record import ROOT, Figure, peak_memory, record

TRIALS = 8
SIDES = ("kefu", "list")
PAGE_LIMIT = 20.0


@dataclass(frozen=True, kw_only=True)
class Held:
    result: Result
    record: Mapping[str, Any]


class Stored:
    """Some real calls, packed, that come again and again under the cells of a larger plan, as from a store."""

    def __init__(self, calls: int) -> None:
        folder = ROOT / "examples"
        self.scenarios = {
            path.stem: parse_scenario(path.read_text(encoding="utf-8"), id=path.stem)
            for path in sorted(folder.glob("*.md"))
        }
        trials = max(1, calls // (len(self.scenarios) * len(Persona)))
        self.plan = Plan(scenarios=tuple(self.scenarios), personas=tuple(Persona), trials=trials, seed=1)
        self._packed: dict[tuple[str, str, int], tuple[bytes, bytes, Result]] = {}
        asyncio.run(self._hold())

    async def _hold(self) -> None:
        async with Parties() as parties:
            for cell in self.plan:
                if cell.trial >= TRIALS:
                    continue
                scenario: Scenario = self.scenarios[cell.scenario]
                plan = Rehearsal(persona=cell.persona, seed=cell.seed)
                kept = record_of(scenario, await rehearse(scenario, plan, parties=parties), score=True)
                result = result_of(cell, kept, domain=scenario.domain or "")
                marks = json.dumps(marks_to_json(result)).encode()
                self._packed[cell.scenario, cell.persona or "", cell.trial] = (self._pack(kept), marks, result)

    def _pack(self, kept: Mapping[str, Any]) -> bytes:
        return zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), 1)

    def results(self) -> Iterator[Result]:
        for cell in self.plan:
            _kept, marks, like = self._packed[cell.scenario, cell.persona or "", cell.trial % TRIALS]
            yield Result(
                cell=cell.id, pair=cell.pair, scenario=cell.scenario, domain=like.domain, caller=cell.caller,
                customer=cell.customer, persona=like.persona, perturb="", row=0, trial=cell.trial, total=like.total,
                task_flow=like.task_flow, interaction=like.interaction, **marks_from_json(json.loads(marks)),
            )  # fmt: skip

    def records(self) -> Iterator[Held]:
        for result in self.results():
            kept = self._packed[result.scenario, result.persona, result.trial % TRIALS][0]
            yield Held(result=result, record=json.loads(zlib.decompress(kept)))


def by_kefu(stored: Stored) -> dict[str, float]:
    seconds: dict[str, float] = {}
    began, started = time.perf_counter(), time.process_time()
    report = gather(
        RunHead(id="r", plan=stored.plan), lambda _caller: stored.results(), stored.records(), stored.scenarios
    )
    seconds["gathered"] = time.process_time() - started
    for name, render in (("HTML", to_html), ("Markdown", to_markdown), ("JSON", to_json)):
        started = time.process_time()
        render(report)
        seconds[name] = time.process_time() - started
        if name == "HTML":
            seconds["page on the clock"] = time.perf_counter() - began
    started = time.process_time()
    for _piece in to_csv(stored.results()):
        pass
    seconds["CSV"] = time.process_time() - started
    return seconds


def by_list(stored: Stored) -> dict[str, float]:
    started = time.process_time()
    records = [held.record for held in stored.records()]
    totals: defaultdict[tuple[str, ...], list[float]] = defaultdict(list)
    for kept in records:
        card = kept["scorecard"]
        for key in ((), (kept["scenario"],), (kept["persona"],), (kept["scenario"], kept["persona"])):
            totals[key].append(card["totals"]["total"])
        for step in card["steps"]:
            if step["score"] is not None:
                totals[kept["scenario"], "step", str(step["number"])].append(step["score"])
        for side in card["dimensions"]:
            if side["score"] is not None:
                totals["dimension", side["name"]].append(side["score"])
    for values in totals.values():
        mean, spread = statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0
        _interval = (mean - 1.96 * spread / len(values) ** 0.5, mean + 1.96 * spread / len(values) ** 0.5)
    sorted(records, key=lambda kept: kept["scorecard"]["totals"]["total"])[:10]
    return {"gathered": time.process_time() - started}


def side(name: str, calls: int) -> None:
    stored = Stored(calls)
    before = peak_memory()
    seconds = by_kefu(stored) if name == "kefu" else by_list(stored)
    print(json.dumps({"seconds": seconds, "peak": peak_memory(), "before": before, "calls": len(stored.plan)}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=60_000)
    options.add_argument("--side", choices=SIDES, help="measure one side in this process")
    chosen = options.parse_args()
    if chosen.side:
        side(chosen.side, chosen.calls)
        return
    measured = {name: _measured(name, chosen.calls) for name in SIDES}
    ours, theirs = measured["kefu"], measured["list"]
    on = f"{ours['calls']:,} calls"
    clock = ours["seconds"].pop("page on the clock")
    page = ours["seconds"]["gathered"] + ours["seconds"]["HTML"]
    figures = [
        Figure(
            what="gathered and written as a page", value=page, unit="s CPU", on=f"{on}; aim: at most {PAGE_LIMIT:.0f}"
        ),
        Figure(what="the same on the clock", value=clock, unit="s", on="whatever else this machine is doing"),
        *(
            Figure(what=f"of it, or besides: {name}", value=value, unit="s CPU", on=on)
            for name, value in ours["seconds"].items()
        ),
        Figure(what="peak memory", value=ours["peak"], unit="MiB", on=on),
        Figure(what="peak memory before the report", value=ours["before"], unit="MiB", on="imports and the calls used"),
        Figure(what="peer: all in a list, statistics.mean", value=theirs["seconds"]["gathered"], unit="s CPU", on=on),
        Figure(what="peer: peak memory", value=theirs["peak"], unit="MiB", on=on),
    ]
    record("reporting", "Reporting: a run of many calls as one page", figures)


def _measured(name: str, calls: int) -> dict[str, Any]:
    command: Iterable[str] = [sys.executable, __file__, "--side", name, "--calls", str(calls)]
    return json.loads(subprocess.run(list(command), check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
