"""Whole runs, as a user starts them: embedded, with a model that answers after half a second, and shared by workers.

    python benchmarks/running.py [--full] [--only embedded|model|workers …] [--documents FOLDER]

Embedded: every document × 5 personas × trials to 3,000 calls, talked, scored and
stored; ``--full`` also 60,000, and the report of them. CPU is that of all
processes of the run, memory that of the largest of them. Model: the rate of
requests beside the ideal one, concurrency by latency, and beside the same calls
held without storing and scoring. Workers: the same run shared by 1, 2 and 4 processes
on one PostgreSQL, each allowed the same number of calls at once. The load of the machine is
printed, since others may use it too.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from record import ROOT, Figure, record

sys.path.insert(0, str(ROOT / "tests"))

PERSONAS = 5
DELAY = 0.5
AT_ONCE = 200
_MODEL = '[models.paid]\nbase_url = "{}"\nmodel = "paid"\nlimits = {{ concurrency = 1000 }}\n'
_OWN = """
import json, resource, runpy, sys, time
began = time.perf_counter()
try:
    runpy.run_module("kefu", run_name="__main__")
except SystemExit as left:
    code = left.code or 0
usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({
    "code": code, "seconds": time.perf_counter() - began,
    "cpu": sum(each.ru_utime + each.ru_stime for each in usage), "memory": max(each.ru_maxrss for each in usage) / 1024,
}), file=sys.stderr)
"""


def kefu(folder: Path, *arguments: str, **environment: str) -> dict[str, Any]:
    """What one command took, its children with it; the last line of stderr tells."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KEFU_")}
    env |= {"KEFU_DATA_DIR": str(folder / "data"), "KEFU_LANG": "en", "PYTHONPATH": str(ROOT / "src"), **environment}
    done = subprocess.run(
        [sys.executable, "-c", _OWN, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    told = json.loads(done.stderr.splitlines()[-1])
    if told["code"]:
        raise SystemExit(done.stderr)
    return told


def embedded(folder: Path, documents: list[Path], calls: int) -> dict[str, Any]:
    trials = max(1, round(calls / len(documents) / PERSONAS))
    number = trials * len(documents) * PERSONAS
    plan = ("--persona", "all", "--trials", str(trials), "--json")
    told = kefu(folder, "bench", "run", *map(str, documents), *plan)
    return {**told, "calls": number}


def of_embedded(folder: Path, documents: list[Path], sizes: list[int]) -> list[Figure]:
    figures: list[Figure] = []
    first = 0.0
    for size in sizes:
        place = folder / str(size)
        place.mkdir()
        told = embedded(place, documents, size)
        number = told["calls"]
        on = f"{number:,} embedded calls, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        each = told["seconds"] / told["calls"]
        first = first or each
        figures += [
            Figure(what="run: wall time", value=told["seconds"], unit="s", on=on),
            Figure(what="run: CPU, talked, scored, stored", value=1000 * told["cpu"] / number, unit="ms a call", on=on),
            Figure(what="run: time a call, beside the first size", value=each / first, unit="times", on=on),
            Figure(what="run: memory, largest process, peak", value=told["memory"], unit="MiB", on=on),
        ]  # fmt: skip
        report = kefu(place, "bench", "report", "latest", "-o", "report.html")
        figures += [
            Figure(what="report: wall time", value=report["seconds"], unit="s", on=on),
            Figure(what="report: memory, peak", value=report["memory"], unit="MiB", on=on),
        ]
    return figures


class Asked(threading.Thread):
    """Samples how many replies an endpoint has given, so that starting and ending can be left out."""

    def __init__(self, count: Any) -> None:
        super().__init__(daemon=True)
        self._count, self._over, self.samples = count, threading.Event(), [(time.monotonic(), 0)]

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.samples.append((time.monotonic(), self._count()))

    def rate(self) -> float:
        """Replies a second between a fifth and four fifths of them."""
        self._over.set()
        total = self.samples[-1][1]
        inner = [(at, number) for at, number in self.samples if total * 0.2 <= number <= total * 0.8]
        return (inner[-1][1] - inner[0][1]) / (inner[-1][0] - inner[0][0])


def of_models(folder: Path, documents: list[Path]) -> list[Figure]:
    """One model against the embedded customer, with storing and scoring, and without."""
    from durable.paying import Paying
    from kefu.files import load_scenario
    from kefu.parties import Parties
    from kefu.runtime import Rehearsal, rehearse
    from kefu.settings import Settings
    from serving import in_thread

    figures: list[Figure] = []
    for concurrency in (20, AT_ONCE):
        trials = max(1, 15 * concurrency // len(documents))
        paying = Paying(delay=DELAY)
        ideal = concurrency / DELAY
        on = f"{concurrency} calls at once, a reply after {DELAY * 1000:.0f} ms, load {os.getloadavg()[0]:.1f}"
        place = folder / f"model{concurrency}"
        place.mkdir()
        with in_thread(paying):
            (place / "kefu.toml").write_text(_MODEL.format(paying.base_url))
            asked = Asked(lambda paying=paying: paying.total)
            asked.start()
            plan = ("--caller", "model:paid", "--trials", str(trials), "--concurrency", str(concurrency), "--json")
            told = kefu(place, "bench", "run", *map(str, documents), *plan)
            stored = 100 * asked.rate() / ideal
            limits = {"concurrency": 1000}
            model = {"base_url": paying.base_url, "model": "paid", "limits": limits}
            settings = Settings(environment={}, models={"paid": model})
            before = paying.total
            asked = Asked(lambda paying=paying, before=before: paying.total - before)
            asked.start()

            async def bare(settings: Settings = settings, concurrency: int = concurrency, trials: int = trials) -> None:
                places = asyncio.Semaphore(concurrency)
                scenarios = [load_scenario(str(path)) for path in documents]
                async with Parties(settings) as parties:

                    async def one(number: int) -> None:
                        async with places:
                            held = Rehearsal(caller="model:paid", seed=number // len(scenarios))
                            await rehearse(scenarios[number % len(scenarios)], held, parties=parties)

                    await asyncio.gather(*(one(number) for number in range(trials * len(documents))))

            asyncio.run(bare())
            alone = 100 * asked.rate() / ideal
        cpu = 1000 * told["cpu"] / (trials * len(documents))
        figures += [
            Figure(what="model: share of the ideal rate, stored and scored", value=stored, unit="%", on=on),
            Figure(what="model: share of the ideal rate, calls alone", value=alone, unit="%", on=on),
            Figure(what="model: CPU of a call, stored and scored", value=cpu, unit="ms", on=on),
        ]  # fmt: skip
    return figures


def of_workers(folder: Path, documents: list[Path]) -> list[Figure]:
    """The same calls by 1, 2 and 4 processes on one PostgreSQL; what one is allowed at once stays the same."""
    from durable.paying import Paying
    from postgres import Postgres, binaries
    from serving import in_thread

    programs = binaries()
    if programs is None:
        print("workers are left out: PostgreSQL is not installed")
        return []
    server = Postgres(Path(tempfile.mkdtemp(prefix="kefu-pg-")), programs)
    server.start()
    figures: list[Figure] = []
    alone = 0.0
    try:
        for number in (1, 2, 4):
            paying = Paying(delay=0.2)
            trials = max(1, 120 * number // len(documents))
            place = folder / f"workers{number}"
            place.mkdir()
            with in_thread(paying):
                (place / "kefu.toml").write_text(_MODEL.format(paying.base_url))
                asked = Asked(lambda paying=paying: paying.finished.total())
                asked.start()
                plan = ("--caller", "model:paid", "--trials", str(trials), "--concurrency", str(4 * number))
                address = server.create(f"w{number}")
                shared = ("--workers", str(number), "--json")
                kefu(
                    place, "bench", "run", *map(str, documents), *plan, *shared, KEFU_DATABASE_URL=address
                )  # fmt: skip
                rate = asked.rate()
            alone = alone or rate
            on = f"{number} workers of 4 calls at once, a reply after 200 ms, load {os.getloadavg()[0]:.1f}"
            figures += [
                Figure(what="workers: calls", value=rate, unit="a second", on=on),
                Figure(what="workers: speed-up", value=rate / alone, unit="times", on=on),
            ]
    finally:
        server.stop()
        shutil.rmtree(server.folder)
    return figures


def main() -> None:
    parts = ("embedded", "model", "workers")
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true")
    options.add_argument("--only", action="append", choices=parts, default=[])
    options.add_argument("--documents", type=Path, default=None)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers and disks of ours are cleared away
    chosen = given.only or parts
    shared = ROOT.parent / "shared" / "scenarios"
    folder = given.documents or (shared if shared.is_dir() else ROOT / "examples")
    documents = sorted(folder.glob("*.md"))
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        if "embedded" in chosen:
            figures += of_embedded(place, documents, [3_000, 60_000] if given.full else [3_000])
        if "model" in chosen:
            figures += of_models(place, documents[:10])
        if "workers" in chosen:
            figures += of_workers(place, documents[:10])
    if importlib.util.find_spec("inspect_ai") is None:
        print("the peer is left out: inspect-ai is not installed (pip install -r benchmarks/peers.txt)")
    record("running", f"Whole runs over {len(documents)} documents", figures)


if __name__ == "__main__":
    main()
