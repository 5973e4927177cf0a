"""Figures of a benchmark, printed for the reader and kept for docs/measurements.md, which is made of them."""

from __future__ import annotations

import json
import platform
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["RESULTS", "ROOT", "Figure", "peak_memory", "record"]

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured value: what it is, its unit, and on what it was measured."""

    what: str
    value: float
    unit: str
    on: str = ""


def record(name: str, title: str, figures: list[Figure]) -> None:
    """Print the figures of the benchmark ``name`` and keep them."""
    for figure in figures:
        print(f"{figure.what:48} {shown(figure.value):>10} {figure.unit:14} {figure.on}".rstrip())
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "title": title,
        "command": f"scripts/bench {name}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "figures": [asdict(figure) for figure in figures],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def shown(value: float) -> str:
    """Three digits that mean something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def peak_memory() -> float:
    """The most memory this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
