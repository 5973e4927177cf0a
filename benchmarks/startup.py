"""What it costs to begin: CPU time of whole processes, the best and the median of several."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from record import ROOT, Figure, record

RUNS = 15


def cpu_seconds(*arguments: str) -> list[float]:
    """User and system time of each run of ``python`` with the arguments."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "KEFU_LANG": "en"}
    spent = []
    for _ in range(RUNS):
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"python {' '.join(arguments)} failed")
        spent.append(usage.ru_utime + usage.ru_stime)
    return spent


def main() -> None:
    cases = (
        ("python itself", ("-c", "pass")),
        ("import kefu", ("-c", "import kefu")),
        ("kefu --help", ("-m", "kefu", "--help")),
        ("kefu scenario check, one document", ("-m", "kefu", "scenario", "check", "examples/care.md", "--json")),
        ("kefu call --json, one call, scored", ("-m", "kefu", "call", "examples/care.md", "--json")),
    )
    figures = []
    for what, arguments in cases:
        spent = cpu_seconds(*arguments)
        on = f"median of {RUNS} processes, best {min(spent):.3f}"
        figures.append(Figure(what=what, value=statistics.median(spent), unit="s CPU", on=on))
    record("startup", "Starting", figures)


if __name__ == "__main__":
    main()
