"""Saving and reading back 3,000 and 60,000 scored calls, in SQLite and PostgreSQL, beside plain sqlite3 with JSON.

    python benchmarks/storing.py [--calls 3000 60000]

The calls are those of our examples, again and again under other ids, in batches
of 50 as a worker saves them. Each figure is of a process of its own, so that the
memory is that of the work. The peer is what one writes in ten minutes: a table of id
and JSON; it keeps no place in a plan, no attempts and no progress. PostgreSQL is
a private server, where its programs are installed; only kefu's own CPU is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from record import ROOT, Figure, peak_memory, record

sys.path.insert(0, str(ROOT / "tests"))

BATCH = 50
SCENARIOS = 30
Measured = Mapping[str, float]


def make(place: str) -> Measured:
    """Scored calls of our examples, by every persona: the records that are kept."""
    from kefu.bench.record import record_of
    from kefu.files import load_scenario
    from kefu.parties import Parties
    from kefu.runtime import Rehearsal, rehearse
    from kefu.scenario.model import Persona
    from kefu.settings import Settings

    async def hold() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with Parties(Settings(environment={})) as parties:
            for path in sorted((ROOT / "examples").glob("*.md")):
                scenario = load_scenario(str(path))
                for persona in Persona:
                    plan = Rehearsal(caller="script", customer="persona", seed=7, persona=persona)
                    spoken = await rehearse(scenario, plan, parties=parties)
                    found.append(record_of(scenario, spoken, score=True))
        return found

    records = asyncio.run(hold())
    Path(place).write_text(json.dumps(records))
    return {"mean": sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in records) / len(records)}


def save(place: str, number: int, records: Sequence[dict[str, Any]]) -> Measured:
    from kefu.bench.plan import Plan
    from kefu.bench.result import result_of
    from kefu.store.calls import CallRow, save_calls
    from kefu.store.database import open_store
    from kefu.store.runs import RunRecord, create_run

    plan = Plan(scenarios=tuple(f"s{n}" for n in range(SCENARIOS)), trials=number // SCENARIOS)
    at = datetime.now(UTC)
    spent = 0.0
    with open_store(place) as store:
        create_run(store, RunRecord(id="run", plan=plan, sources=(), provenance={}, batch=BATCH))
        cells = enumerate(plan)
        for batch, some in enumerate(iter(lambda: list(islice(cells, BATCH)), [])):
            rows = [
                CallRow(
                    id=f"run.{cell.id}",
                    kind="run",
                    run="run",
                    cell=cell.id,
                    place=place_,
                    result=result_of(cell, records[place_ % len(records)], domain="care"),
                    record=records[place_ % len(records)],
                    ended_at=at,
                )
                for place_, cell in some
            ]
            before = time.process_time()
            save_calls(store, rows, batch=batch)
            spent += time.process_time() - before
    return {"cpu": spent * 1000 / len(plan), "memory": peak_memory()}


def read(place: str) -> Measured:
    from kefu.store.calls import records, results
    from kefu.store.database import open_store
    from kefu.store.runs import progress_of

    with open_store(place) as store:
        began = time.perf_counter()
        number = sum(1 for _result in results(store, "run"))
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        for _time in range(20):
            progress = progress_of(store, "run")
        milliseconds = (time.perf_counter() - began) * 1000 / 20
        assert progress.done == number
        memory = peak_memory()
        began = time.perf_counter()
        assert sum(1 for _row in records(store, "run")) == number
        return {
            "results": seconds,
            "progress": milliseconds,
            "memory": memory,
            "records": time.perf_counter() - began,
            "memory, records": peak_memory(),
        }


def save_plain(place: str, number: int, records: Sequence[dict[str, Any]]) -> Measured:
    database = sqlite3.connect(place, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("CREATE TABLE calls (id TEXT PRIMARY KEY, record TEXT)")
    spent = 0.0
    for start in range(0, number, BATCH):
        before = time.process_time()
        rows = [
            (f"run.{n}", json.dumps(records[n % len(records)], ensure_ascii=False))
            for n in range(start, min(start + BATCH, number))
        ]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT OR IGNORE INTO calls VALUES (?, ?)", rows)
        database.execute("COMMIT")
        spent += time.process_time() - before
    database.close()
    return {"cpu": spent * 1000 / number, "memory": peak_memory()}


def read_plain(place: str) -> Measured:
    database = sqlite3.connect(place)
    began = time.perf_counter()
    totals = [
        json.loads(text)["scorecard"]["totals"] for (text,) in database.execute("SELECT record FROM calls ORDER BY id")
    ]
    assert totals
    return {"results": time.perf_counter() - began, "memory": peak_memory()}


def apart(step: str, place: str, number: int = 0, records: str = "") -> Measured:
    """One step in a process of its own; this one stays small, since a process counts its parent's peak as its own."""
    command = [sys.executable, str(Path(__file__)), "--step", step, place, str(number), records]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[Any]:
    """A private PostgreSQL, or ``None``."""
    from postgres import Postgres, binaries

    programs = binaries()
    if programs is None:
        print("PostgreSQL is not installed: SQLite alone")
        yield None
        return
    folder.mkdir()
    folder.parent.chmod(0o755)
    server = Postgres(folder, programs)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def size(server: Any, place: str) -> float:
    """Mebibytes of a database."""
    if "://" not in place:
        return sum(path.stat().st_size for path in Path(place).parent.glob(Path(place).name + "*")) / 2**20
    return float(server.ask("SELECT pg_database_size(current_database())", place)) / 2**20


def measured(name: str, place: str, number: int, records: str, server: Any) -> list[Figure]:
    plain = "_plain" if name == "sqlite3 and json" else ""
    saved = apart(f"save{plain}", place, number, records)
    found = apart(f"read{plain}", place)
    on = f"{name}, {number:,} calls"
    figures = [
        Figure(what="CPU of saving", value=saved["cpu"], unit="ms a call", on=on),
        Figure(what="size", value=size(server, place), unit="MiB", on=on),
        Figure(what="results of all", value=found["results"], unit="s", on=on),
        Figure(what="memory of saving, peak", value=saved["memory"], unit="MiB", on=on),
        Figure(what="memory of results, peak", value=found["memory"], unit="MiB", on=on),
    ]
    if not plain:
        figures += [
            Figure(what="progress", value=found["progress"], unit="ms", on=on),
            Figure(what="whole calls, all", value=found["records"], unit="s", on=on),
            Figure(what="memory of whole calls, peak", value=found["memory, records"], unit="MiB", on=on),
        ]
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, nargs="+", default=[3000, 60000])
    options.add_argument("--step", nargs=4, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.step:
        step, place, number, kept = given.step
        work = {"make": make, "save": save, "save_plain": save_plain, "read": read, "read_plain": read_plain}[step]
        wanted = (place, int(number), json.loads(Path(kept).read_text())) if kept else (place,)
        print(json.dumps(work(*wanted)))
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = folder / "records.json"
        about = apart("make", str(kept))
        figures.append(Figure(what="JSON of a call", value=about["mean"] / 1000, unit="kB", on="our examples, mean"))
        with servers(folder / "pg") as server:
            for number in given.calls:
                figures += measured("SQLite", str(folder / f"{number}.db"), number, str(kept), server)
                if server is not None:
                    figures += measured("PostgreSQL", server.create(f"n{number}"), number, str(kept), server)
                figures += measured("sqlite3 and json", str(folder / f"{number}.plain"), number, str(kept), server)
    record("storing", "Calls saved and read back", figures)


if __name__ == "__main__":
    main()
