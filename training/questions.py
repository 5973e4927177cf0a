"""Questions and the facts that they ask for: of our documents, of families of questions, and the gold's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corpus import DATA, ROOT, records
from kefu.scenario import parse_scenario

FOLDERS = (ROOT / "examples", DATA / "scenarios", ROOT.parent / "shared" / "scenarios")
QUIET = frozenset({"confirm", "deny", "accept", "inform", "unclear", "bye"})
"""Acts that ask for nothing, by themselves or together."""


class Asked(NamedTuple):
    """A knowledge base, and utterances with the 0-based fact that each asks for, or ``None``."""

    doc: str
    facts: list[tuple[str, str]]
    said: list[tuple[str, int | None]]


class Called(NamedTuple):
    """A turn of a customer in a call that does more than answer, with the 0-based fact it asks for, or ``None``."""

    doc: str
    caller: str
    text: str
    fact: int | None


class Family(NamedTuple):
    """Questions of one meaning: as documents put them, with an answer, and as customers do."""

    name: str
    asked: list[tuple[str, str]]
    said: list[str]


def asked_in(files: Iterable[Path]) -> list[Asked]:
    """The labelled questions of understanding files, with the facts of their documents."""
    return [
        Asked(
            record["doc"],
            facts_of(record["doc"]),
            [(item["text"], item["label"] - 1 if item["label"] else None) for item in record["faq"]],
        )
        for record in records(files)
        if record["faq"]
    ]


def own_questions() -> list[Asked]:
    return asked_in(sorted((DATA / "understanding").glob("*.jsonl")))


def own_bases() -> list[Asked]:
    """Knowledge bases without a document, with questions."""
    return [
        Asked(
            record["name"],
            [(question, answer) for question, answer in record["facts"]],
            [(text, label - 1 if label else None) for text, label in record["said"]],
        )
        for record in records([DATA / "questions" / "bases.jsonl"])
    ]


def own_called() -> list[Called]:
    """Turns of our own calls by the fact that they ask for."""
    return [
        Called(record["doc"], record["caller"], record["text"], record["label"] - 1 if record["label"] else None)
        for record in records([DATA / "questions" / "called.jsonl"])
    ]


def facts_of(doc: str) -> list[tuple[str, str]]:
    path = next(folder / doc for folder in FOLDERS if (folder / doc).is_file())
    return [(fact.question, fact.answer) for fact in parse_scenario(path.read_text(encoding="utf-8")).caller.facts]


def families() -> list[Family]:
    """The families of ``data/questions``; those of ``none.toml`` ask for no fact."""
    return [
        Family(name, [(question, answer) for question, answer in entry.get("asked", [])], entry["said"])
        for file in sorted((DATA / "questions").glob("*.toml"))
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]
