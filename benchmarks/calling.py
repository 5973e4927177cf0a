"""Whole calls with a model on both sides, against a local endpoint that answers after 100 ms: speed, CPU, survival.

    python benchmarks/calling.py [--faulty 200]

What ``benchmarks/llm.py`` measures of the client alone, this measures of calls:
two parties, halves written out, replies cleaned, a tool offered with every
request. The endpoint is a process of its own; ideal is one reply after the other
without any delay but the endpoint's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

from kefu.call.call import Call, EndedBy
from kefu.files import load_scenario
from kefu.parties import Parties
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario.model import Scenario
from kefu.settings import Settings
from record import ROOT, Figure, peak_memory, record

TURNS = 20
DELAY = 0.1
NAME = "model:default"


@contextlib.contextmanager
def endpoint(*options: str) -> Iterator[str]:
    """The address of an endpoint for the length of a ``with``."""
    command = [sys.executable, str(ROOT / "tests" / "llm" / "endpoint.py"), "--delay", str(DELAY), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


async def hold(scenario: Scenario, address: str, number: int) -> tuple[list[Call], float, float]:
    """``number`` calls at once; the seconds they took, and the CPU of them in ms a turn."""
    settings = Settings(base_url=address, model="small", environment={})
    async with Parties(settings) as parties:

        async def one(seed: int, turns: int) -> Call:
            plan = Rehearsal(caller=NAME, customer=NAME, seed=seed, max_turns=turns)
            return await rehearse(scenario, plan, parties=parties)

        await one(0, 2)  # imports
        before, started = cpu(), time.perf_counter()
        calls = await asyncio.gather(*(one(seed, TURNS) for seed in range(number)))
        seconds = time.perf_counter() - started
        spent = (cpu() - before) / max(1, sum(len(call.turns) for call in calls))
    return calls, seconds, spent * 1000


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--faulty", type=int, default=200, help="calls with one request in ten faulty")
    faulty: int = options.parse_args().faulty
    scenario = load_scenario(str(ROOT / "examples" / "care.md"))
    figures: list[Figure] = []
    with endpoint() as address:
        for number in (200, 1000):
            _calls, seconds, spent = asyncio.run(hold(scenario, address, number))
            on = f"{number} calls of {TURNS} turns at once"
            if number == 200:  # as many as one core can serve in time; more of them only queue
                share = 100 * TURNS * DELAY / seconds
                figures.append(Figure(what="share of the ideal rate", value=share, unit="%", on=on))
            figures += [
                Figure(what="calls", value=number / seconds, unit="/s", on=on),
                Figure(what="CPU", value=spent, unit="ms a turn", on=on),
                Figure(what="memory, peak", value=peak_memory(), unit="MiB", on=on),
            ]
    slow = ("hang", "stall", "429 retry-after")
    with endpoint("--fault-rate", "0.1", "--seed", "7", *(f"--without={name}" for name in slow)) as address:
        calls, _seconds, _spent = asyncio.run(hold(scenario, address, faulty))
    finished = sum(call.ending is not None and call.ending.by is not EndedBy.ERROR for call in calls)
    on = f"{faulty} calls of {TURNS} turns, one request in ten faulty"
    figures.append(Figure(what="finished", value=100 * finished / faulty, unit="%", on=on))
    record("calling", "Calls with a model on both sides", figures)


if __name__ == "__main__":
    main()
