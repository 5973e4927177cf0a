"""Runs of 500 paid calls, disturbed at random moments: what was lost, what was paid twice, how long resuming took.

    python benchmarks/durability.py [--trials 100] [--seeds 2] [--only NAME …]

The endpoint is a local one that counts; PostgreSQL is a private server, where
its programs are installed, and the small disk needs the right to mount one. A
call can be paid twice whose last reply had left the endpoint and was not yet on
the disk: printed as "on the way".
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from record import ROOT, Figure, record

sys.path.insert(0, str(ROOT / "tests"))


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    (folder / "data").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder / "data")], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder / "data")], check=True)


def kinds(server: Any) -> dict[str, Any]:
    """What can be done to a run on this machine."""
    from durable.kinds import NEEDS_DISK, NEEDS_POSTGRES, ON_SQLITE

    found = dict(ON_SQLITE)
    if os.geteuid() == 0:
        found |= NEEDS_DISK
    if server is not None:
        found |= {name: make(server) for name, make in NEEDS_POSTGRES.items()}
    return found


def main() -> None:
    from durable.disturbed import scene
    from durable.kinds import NEEDS_DISK, NEEDS_POSTGRES
    from postgres import Postgres, binaries

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=100)
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--only", action="append", default=[])
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers and disks of ours are cleared away
    programs = binaries()
    wrong = 0
    sums = {"cells": 0, "unsaved": 0, "again": 0, "beyond": 0, "disturbed": 0}
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        server = None
        if programs is not None:
            server = Postgres(Path(tempfile.mkdtemp(prefix="kefu-pg-")), programs)
            stack.callback(shutil.rmtree, server.folder)
            server.start()
            stack.callback(server.stop)
        with scene(folder / "calm", trials=given.trials, delay=0.02) as calm:
            code, _out, said = calm.end(calm.run())
            assert code == 0, said
            expected = calm.scores()
        head = ("kind", "seed", "cells", "saved", "on the way", "paid twice", "requests beyond", "seconds", "wrong")
        print("  ".join(head))
        for kind, disturb in kinds(server).items():
            if given.only and kind not in given.only:
                continue
            for seed in range(given.seeds):
                place = folder / f"{kind}{seed}".replace(" ", "").replace(",", "")
                on_postgres = kind in NEEDS_POSTGRES and server is not None
                more = {"database": server.create(f"d{seed}{place.name.lower()}")} if on_postgres else {}
                disk = small_disk(place) if kind in NEEDS_DISK else contextlib.nullcontext()
                with disk, scene(place, trials=given.trials, delay=0.02, **more) as made:
                    told = disturb(made, random.Random(f"{kind}{seed}"), expected)
                    cells = made.cells
                row = (kind, seed, cells, told.saved, told.unsaved, told.again, told.beyond, f"{told.seconds:.1f}")
                print("  ".join(map(str, (*row, "; ".join(told.wrong) or "nothing"))), flush=True)
                wrong += bool(told.wrong)
                sums["disturbed"] += 1
                sums["cells"] += cells
                for each in ("unsaved", "again", "beyond"):
                    sums[each] += getattr(told, each)
                slowest = max(slowest, told.seconds)
    on = f"{sums['disturbed']} runs of {given.trials * 5} calls, each disturbed"
    record("durability", "Runs killed at random moments", [
        Figure(what="runs with something lost, doubled or paid again", value=wrong, unit="runs", on=on),
        Figure(what="calls ended, not yet saved when disturbed", value=sums["unsaved"], unit="calls", on=on),
        Figure(what="of these, whose last reply was paid twice", value=sums["again"], unit="calls", on=on),
        Figure(what="requests beyond an undisturbed run", value=sums["beyond"], unit="requests", on=on),
        Figure(what="from the disturbance to the last call, slowest", value=slowest, unit="s", on=on),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
