"""How fast scenario documents are read, beside a Markdown parser that merely cuts the same texts into tokens."""

from __future__ import annotations

import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from kefu.scenario import parse_scenario, scenario_to_json
from record import ROOT, Figure, peak_memory, record

SECONDS = 4.0


def texts() -> list[str]:
    """Our own documents, and the shared ones where they lie beside the project."""
    folders = (ROOT / "examples", ROOT / "data" / "scenarios", ROOT.parent / "shared" / "scenarios")
    return [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.md"))]


def per_second(work: Callable[[str], object], documents: list[str]) -> float:
    """Documents per second of CPU time; the best of three goes, since other programs only ever slow one down."""
    best = 0.0
    for _ in range(3):
        done, started = 0, time.process_time()
        while (spent := time.process_time() - started) < SECONDS / 3:
            for text in documents:
                work(text)
            done += len(documents)
        best = max(best, done / spent)
    return best


def main() -> None:
    documents = texts()
    on = f"{len(documents)} documents, {sum(map(len, documents)) / len(documents):.0f} characters each"
    read = per_second(parse_scenario, documents)
    peak = peak_memory()
    whole = per_second(lambda text: scenario_to_json(parse_scenario(text)), documents)
    peer = per_second(MarkdownIt("commonmark").parse, documents)
    long = "\n".join(documents)
    long *= 10 * 2**20 // len(long.encode()) + 1
    started = time.process_time()
    parse_scenario(long)
    record(
        "reading",
        "Reading scenarios",
        [
            Figure(what="read, findings and inference included", value=read, unit="documents/s", on=on),
            Figure(what="read and written as JSON", value=whole, unit="documents/s", on=on),
            Figure(what="markdown-it-py, tokens only", value=peer, unit="documents/s", on=on),
            Figure(what="peak memory of the process, reading", value=peak, unit="MiB", on=on),
            Figure(
                what="one text of 10 MB", value=time.process_time() - started, unit="s CPU", on="the same texts, joined"
            ),
        ],
    )


if __name__ == "__main__":
    main()
