"""Labelled calls with their scenarios: ours to fit on, another team's to compare with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from corpus import DATA, GOLD, ROOT, records
from kefu.scenario import Scenario, parse_scenario
from kefu.score.labelled import LabelledCall, labelled_from_json

OWN_DOCUMENTS = (ROOT / "examples", DATA / "scenarios")
GOLD_DOCUMENTS = (GOLD.parent / "scenarios",)


class Case(NamedTuple):
    """One labelled call and the scenario of its document."""

    scenario: Scenario
    labelled: LabelledCall


@cache
def own_scenarios() -> dict[str, Scenario]:
    return _scenarios(OWN_DOCUMENTS)


@cache
def gold_scenarios() -> dict[str, Scenario]:
    return _scenarios(GOLD_DOCUMENTS)


def own_cases() -> list[Case]:
    return _cases(sorted((DATA / "calls").glob("*.jsonl")), own_scenarios())


def gold_cases() -> list[Case]:
    return _cases(sorted(GOLD.glob("transcripts-*.jsonl")), gold_scenarios())


def _scenarios(folders: Iterable[Path]) -> dict[str, Scenario]:
    return {
        path.stem: parse_scenario(path.read_text(encoding="utf-8"), id=path.stem)
        for folder in folders
        for path in sorted(folder.glob("*.md"))
    }


def _cases(files: Iterable[Path], scenarios: dict[str, Scenario]) -> list[Case]:
    found: list[Case] = []
    for record in records(files):
        labelled = labelled_from_json(record, where=str(record.get("doc")))
        found += [Case(scenarios[call.doc], call) for call in labelled if isinstance(call, LabelledCall)]
    return found
