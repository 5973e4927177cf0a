"""Our labelled utterances and calls, and another team's for comparison, as plain rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
GOLD = ROOT.parent / "shared" / "gold"


class Utterance(NamedTuple):
    """One customer utterance: its document, the caller's line before it, and its acts."""

    doc: str
    caller: str
    text: str
    acts: tuple[str, ...]


def own_utterances() -> list[Utterance]:
    """Every labelled utterance of ``data/``, those within calls among them."""
    return [
        *listed_utterances(sorted((DATA / "understanding").glob("*.jsonl"))),
        *spoken_utterances(sorted((DATA / "calls").glob("*.jsonl"))),
    ]


def listed_utterances(files: Iterable[Path]) -> Iterator[Utterance]:
    """Utterances of understanding files."""
    for record in records(files):
        for item in record["acts"]:
            yield Utterance(record["doc"], item["caller"], item["text"], tuple(item["acts"]))


def spoken_utterances(files: Iterable[Path]) -> Iterator[Utterance]:
    """Labelled customer turns of call files."""
    for record in records(files):
        turns = record["turns"]
        for key, acts in record["acts"].items():
            number = int(key)
            before = turns[number - 1]["text"] if number and turns[number - 1]["speaker"] == "caller" else ""
            if acts:
                yield Utterance(record["doc"], before, turns[number]["text"], tuple(acts))


def records(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The lines of JSONL files."""
    for file in files:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)
