"""Scoring: calls per second, peak memory, and agreement with people on our own calls and on another team's.

    python benchmarks/scoring.py [--json]

Agreement on our own calls flatters: the models were fitted on them. What held-out
documents give is printed by ``training/score.py``; the gold, where it lies beside the
repository, was never fitted on.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kefu.call.call import Call
from kefu.call.persona import PersonaCustomer
from kefu.call.script import ScriptCaller
from kefu.call.talk import talk
from kefu.language import concepts
from kefu.scenario import Scenario, parse_scenario
from kefu.scenario.model import Persona
from kefu.score import score_call
from kefu.score.calibrate import Agreement, agreement_table, agreement_to_json, calibrate
from kefu.score.labelled import LabelledCall, LabelledUtterance, labelled_from_json

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
RESULTS = ROOT / "benchmarks" / "results" / "scoring.json"
ROUNDS = 3
TRIALS = 20


def scenarios(*folders: Path) -> dict[str, Scenario]:
    return {
        path.stem: parse_scenario(path.read_text(encoding="utf-8"), id=path.stem)
        for folder in folders
        for path in sorted(folder.glob("*.md"))
    }


def labelled(files: Iterable[Path]) -> list[LabelledCall | LabelledUtterance]:
    return [
        item
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip()
        for item in labelled_from_json(json.loads(line), where=str(file))
    ]


OF_THE_DOCUMENT = frozenset({"_condition", "_atom_weights", "_fixed", "_wording", "cue_of"})
"""What remembers the document and not what was said."""


def forget() -> None:
    """Drop every text that was read before: a call is timed as if it had never been seen."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith(("kefu.language", "kefu.call", "kefu.score")):
            for name, value in vars(module).items():
                parameters = getattr(value, "cache_parameters", None)
                if parameters and name not in OF_THE_DOCUMENT and parameters()["maxsize"] is not None:
                    value.cache_clear()


def speed(calls: list[LabelledCall], documents: dict[str, Scenario]) -> dict[str, float]:
    for call in calls:
        score_call(documents[call.doc], call.call)
    best = 1e9
    for _round in range(ROUNDS):
        forget()
        started = time.process_time()
        for call in calls:
            score_call(documents[call.doc], call.call)
        best = min(best, time.process_time() - started)
    turns = sum(len(call.call.turns) for call in calls)
    tracemalloc.start()
    for call in calls:
        score_call(documents[call.doc], call.call)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "calls per CPU second": round(len(calls) / best, 1),
        "CPU ms per call of 20 turns": round(best / turns * 20 * 1000, 3),
        "peak MiB": round(peak / 2**20, 2),
    }


async def in_a_run(documents: dict[str, Scenario]) -> dict[str, float]:
    """CPU time of calls talked and then scored, document by document, persona by persona, trial by trial."""
    talking = scoring = 0.0
    count = 0
    for scenario in documents.values():
        for persona in Persona:
            for seed in range(TRIALS):
                started = time.process_time()
                customer = PersonaCustomer(scenario, persona=persona, seed=seed)
                empty = Call(scenario=scenario.id, persona=persona.value, seed=seed)
                call = await talk(ScriptCaller(scenario, seed=seed), customer, empty)
                talked = time.process_time()
                score_call(scenario, call)
                talking += talked - started
                scoring += time.process_time() - talked
                count += 1
    return {
        "embedded calls in a run": count,
        "CPU ms per call talked": round(talking / count * 1000, 3),
        "CPU ms per call scored": round(scoring / count * 1000, 3),
        "CPU ms per call, both": round((talking + scoring) / count * 1000, 3),
    }


def main() -> None:
    concepts.concepts()
    report: dict[str, Any] = {}
    sets: dict[str, tuple[list[LabelledCall | LabelledUtterance], dict[str, Scenario]]] = {
        "own": (
            labelled(sorted((ROOT / "data" / "calls").glob("*.jsonl"))),
            scenarios(ROOT / "examples", ROOT / "data" / "scenarios"),
        )
    }
    if (SHARED / "gold").is_dir():
        sets["gold"] = (
            labelled(sorted((SHARED / "gold").glob("transcripts-*.jsonl"))),
            scenarios(SHARED / "scenarios"),
        )
    lines: list[str] = []
    for name, (items, documents) in sets.items():
        calls = [item for item in items if isinstance(item, LabelledCall)]
        result: Agreement = calibrate(items, documents, score_call)
        report[name] = {
            "speed": speed(calls, documents) | asyncio.run(in_a_run(documents)),
            "agreement": agreement_to_json(result),
        }
        lines += [f"== {name}", *(f"{k:36} {v}" for k, v in report[name]["speed"].items()), agreement_table(result), ""]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False) if "--json" in sys.argv else "\n".join(lines))


if __name__ == "__main__":
    main()
