"""Talking: calls per second and peak memory of the two embedded parties, and how their calls turn out.

    python benchmarks/talking.py [--calls N]

On the project's own documents and, where they lie beside the repository, on the
shared ones. Every call has a seed of its own. "In a run" is the usual way: all calls
of one document, persona by persona, before those of the next; "one here, one there"
goes from document to document, so that less of what was read is still remembered.
The first call of a document, which compiles it, is timed by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from kefu.call.call import Call
from kefu.call.persona import PersonaCustomer
from kefu.call.script import ScriptCaller
from kefu.call.talk import talk
from kefu.call.turn import Speaker
from kefu.scenario.model import Persona, Scenario
from kefu.scenario.parse import parse_scenario
from kefu.scenario.placeholder import find_placeholders
from record import ROOT, Figure, peak_memory, record

FOLDERS = (ROOT / "examples", ROOT / "data" / "scenarios", ROOT.parent / "shared" / "scenarios")
ROUNDS = 3
TRIALS = 20
PIECE = re.compile(r"[。！？!?；;…\n—]+")
MARK = re.compile(r"\W+")


def documents() -> list[Scenario]:
    paths = [path for folder in FOLDERS for path in sorted(Path(folder).glob("*.md"))]
    return [parse_scenario(path.read_text(encoding="utf-8"), id=path.stem) for path in paths]


async def hold(scenarios: Sequence[Scenario], seeds: Iterable[int]) -> list[Call]:
    return [
        await talk(
            ScriptCaller(scenario, seed=seed),
            PersonaCustomer(scenario, seed=seed),
            Call(scenario=scenario.id, persona=scenario.persona or "", seed=seed),
        )
        for seed in seeds
        for scenario in scenarios
    ]


async def run(scenarios: Sequence[Scenario]) -> tuple[float, str]:
    """CPU seconds a call where one document comes after the other, each with all personas; and what was held."""
    started = time.process_time()
    count = 0
    for scenario in scenarios:
        for persona in Persona:
            for seed in range(TRIALS):
                customer = PersonaCustomer(scenario, persona=persona, seed=seed)
                empty = Call(scenario=scenario.id, persona=persona.value, seed=seed)
                await talk(ScriptCaller(scenario, seed=seed), customer, empty)
                count += 1
    return (time.process_time() - started) / count, f"{len(Persona)} personas × {TRIALS} trials each"


def repeats(call: Call) -> int:
    """How many sentences a party says a second time, compared without punctuation."""
    found = 0
    for speaker in Speaker:
        seen: set[str] = set()
        for turn in call.turns:
            if turn.speaker is speaker:
                pieces = [bare for part in PIECE.split(turn.text) if (bare := MARK.sub("", part))]
                found += sum(piece in seen for piece in pieces)
                seen.update(pieces)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=20, help="calls per document and round")
    per_document: int = options.parse_args().calls
    scenarios = documents()
    asyncio.run(hold(scenarios[:1], [0]))
    started = time.process_time()
    asyncio.run(hold(scenarios[1:], [0]))
    first = (time.process_time() - started) / max(1, len(scenarios) - 1)
    best = float("inf")
    calls: list[Call] = []
    for number in range(ROUNDS):
        seeds = range(1 + number * per_document, 1 + (number + 1) * per_document)
        started = time.process_time()
        held = asyncio.run(hold(scenarios, seeds))
        best = min(best, (time.process_time() - started) / len(held))
        calls += held
    turns = sum(len(call.turns) for call in calls) / len(calls)
    on = f"{len(scenarios)} documents, {len(calls)} calls"
    in_a_run, held = asyncio.run(run(scenarios))
    long = f"{turns:.1f} turns on average"
    figures = [
        Figure(what="calls", value=1 / best, unit="calls/s CPU", on=on),
        Figure(what="first call of a document", value=first * 1e3, unit="ms CPU", on="the document compiled"),
        Figure(what="one call in a run", value=in_a_run * 1e3, unit="ms CPU", on=held),
        Figure(what="one call, one here, one there", value=best * 1e3, unit="ms CPU", on=long),
        Figure(what="twenty turns", value=best * 1e3 * 20 / turns, unit="ms CPU", on=on),
        Figure(what="peak memory of the process", value=peak_memory(), unit="MiB", on=on),
        *quality(calls, on),
    ]
    record("talking", "Talking: the embedded caller and customer", figures)


def quality(calls: list[Call], on: str) -> list[Figure]:
    ended = sum(call.ending is not None and call.ending.by in ("caller", "customer") for call in calls)
    callers = [turn.text for call in calls for turn in call.turns if turn.speaker is Speaker.CALLER]
    long_enough = sum(len(call.turns) >= 3 for call in calls)
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for call in calls:
        lengths[call.persona].append(len(call.turns))
    return [
        Figure(what="ended by one of the parties", value=100 * ended / len(calls), unit="%", on=on),
        Figure(what="at least three turns", value=100 * long_enough / len(calls), unit="%", on=on),
        Figure(what="sentences said twice by a party", value=sum(map(repeats, calls)), unit="", on=on),
        Figure(what="turns with a placeholder", value=sum(bool(find_placeholders(t)) for t in callers), unit="", on=on),
        Figure(what="caller turns over 120 characters", value=sum(len(t) > 120 for t in callers), unit="", on=on),
        *(
            Figure(
                what=f"turns, {persona or 'no'} customer, median",
                value=median(found),
                unit="turns",
                on=f"{len(found)} calls",
            )
            for persona, found in sorted(lengths.items())
        ),
    ]


if __name__ == "__main__":
    main()
