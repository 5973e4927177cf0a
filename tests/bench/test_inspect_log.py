"""A run in inspect-ai's log format, read by inspect-ai itself where it is installed.

It is not among the packages of the tests, since it is large: ``scripts/test --all``
has it in an environment beside them, and runs this file there.
"""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from kefu.bench.inspect_log import Export, export_log, log_name
from kefu.bench.plan import Plan
from kefu.bench.result import Result, result_of
from kefu.bench.stats import statistics
from kefu.errors import UsageError
from kefu.scenario.model import Persona
from kefu.score.verdict import Rule

PLAN = Plan(scenarios=("水务", "fire"), personas=(None, Persona.DIRECT), trials=3)
EXPORT = Export(
    run="261121-k7m2", caller="script", plan=PLAN, created_at=datetime(2026, 11, 21, 9, 5, tzinfo=UTC),
    finished_at=datetime(2026, 11, 21, 9, 6, tzinfo=UTC), version="1.0", label="before the edit",
    titles={"水务": "停水回访"},
    provenance={"git": {"commit": "ab12", "origin": "git@x:y", "dirty": True}, "place": "h"},
)  # fmt: skip
needs_inspect = pytest.mark.skipif(
    find_spec("inspect_ai") is None, reason="inspect-ai is not installed here; scripts/test --all has it"
)
quiet = pytest.mark.filterwarnings("ignore")  # inspect-ai and what it imports warn of one another


def record(**changes: Any) -> dict[str, Any]:
    card: Mapping[str, Any] = {
        "totals": {
            "task_flow": 0.5,
            "interaction": 0.7,
            "total": 0.59,
            "uncapped": 0.7,
            "capped_by": ["invented_fact"],
        },
        "steps": [
            {
                "number": 1,
                "status": "met",
                "weight": 1.0,
                "turns": [0],
                "quote": "松溪水务",
                "reason": "",
                "score": 1.0,
            },
            {"number": 2, "status": "missed", "weight": 1.0, "turns": [], "quote": "", "reason": "", "score": 0.0},
        ],
        "dimensions": [
            {"name": "empathy", "score": 0.4, "reason": "long turns", "evidence": [{"turn": 2, "quote": "今晚"}]},
            {"name": "closure", "score": None, "reason": "", "evidence": []},
        ],
        "violations": [
            {
                "rule": "invented_fact",
                "turn": 2,
                "quote": "今晚八点",
                "severity": "major",
                "reason": "not in the document",
            }
        ],
        "fidelity": {"valid": True, "problems": []},
        "unscored": [{"check": "closure", "reason": "the judge did not answer"}],
        "outcome": {"result": "partly"},
        "attribution": "caller",
        "gaps": [{"turn": 1, "quote": "几点来水？"}],
        "versions": {"rules": "1"},
    }
    return {
        "scenario": "水务",
        "caller": "script",
        "customer": "persona",
        "persona": "resistant",
        "seed": 4,
        "turns": [
            {"speaker": "caller", "text": "您好，这里是松溪水务。"},
            {"speaker": "customer", "text": "几点来水？"},
            {"speaker": "caller", "text": "今晚八点。"},
        ],
        "ending": {"by": "caller", "reason": "completed", "detail": ""},
        "outcome": {"result": "partly"},
        "scorecard": {**card, **changes},
    }


def calls(change: Mapping[int, Mapping[str, Any]] | None = None) -> Iterator[tuple[Result, dict[str, Any]]]:
    """Every cell of the plan; ``change`` gives the record of a cell by its number, an empty one for a failed call."""
    for number, cell in enumerate(PLAN):
        kept = record() if change is None or number not in change else dict(change[number])
        failed = kept.get("scorecard") is None
        yield result_of(cell, kept, domain="care", failed=failed), kept


def read(path: Path) -> Any:
    return import_module("inspect_ai.log").read_eval_log(str(path))


def sample(path: Path, epoch: int = 1) -> Any:
    """A sample of the first customer; the reader of whole logs has an order of its own."""
    return import_module("inspect_ai.log").read_eval_log_sample(str(path), id="水务:own", epoch=epoch)


def written(folder: Path, export: Export = EXPORT, change: Mapping[int, Mapping[str, Any]] | None = None) -> Path:
    path = folder / log_name(export)
    with path.open("wb") as out:
        assert export_log(out, export, calls(change)) == len(PLAN)
    return path


def test_without_inspect_ai_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    with pytest.raises(UsageError) as raised:
        export_log(io.BytesIO(), EXPORT, [])
    assert str(raised.value) == (
        "inspect-ai, with which its log format is written, is not installed; "
        "install it with: pip install 'kefu[inspect]'"
    )


def test_a_log_is_named_by_its_time_its_run_and_its_caller() -> None:
    hostile = replace(EXPORT, caller="http:http://127.0.0.1:8/../a b")
    name = log_name(hostile)
    assert name.startswith("2026-11-21T09-05-00+00-00_261121-k7m2-http-http---127.0.0.1-8-..-a-b_")
    assert name.endswith(".eval")
    assert name != log_name(EXPORT)


@quiet
@needs_inspect
def test_every_call_is_there_as_its_customer_and_its_epoch(tmp_path: Path) -> None:
    log = read(written(tmp_path))
    assert sorted((sample.id, sample.epoch) for sample in log.samples) == sorted(
        (f"{scenario}:{persona}", epoch)
        for scenario in PLAN.scenarios
        for persona in ("own", "direct")
        for epoch in (1, 2, 3)
    )
    assert (log.status, log.eval.model, log.eval.task, log.eval.config.epochs) == ("success", "script", EXPORT.label, 3)
    assert (log.eval.revision.commit, log.eval.revision.dirty, log.metadata["place"]) == ("ab12", True, "h")
    assert log.results.total_samples == log.results.completed_samples == len(PLAN)


@quiet
@needs_inspect
def test_the_caller_is_the_assistant_and_turns_keep_their_numbers(tmp_path: Path) -> None:
    said = sample(written(tmp_path))
    assert said.input == "停水回访 · resistant"
    assert [(m.role, m.text, m.metadata["turn"]) for m in said.messages] == [
        ("assistant", "您好，这里是松溪水务。", 0), ("user", "几点来水？", 1), ("assistant", "今晚八点。", 2),
    ]  # fmt: skip
    assert said.output.completion == "今晚八点。"
    assert said.metadata["gaps"] == [{"turn": 1, "quote": "几点来水？"}]
    assert said.metadata["seed"] == 4


@quiet
@needs_inspect
def test_scores_have_their_reasons_and_evidence(tmp_path: Path) -> None:
    scores = sample(written(tmp_path)).scores
    assert [scores[part].value for part in ("total", "task_flow", "interaction")] == [0.59, 0.5, 0.7]
    assert scores["total"].metadata == {"uncapped": 0.7, "capped_by": ["invented_fact"]}
    assert scores["task_flow"].explanation == "step 1: met, turn 0: 松溪水务\nstep 2: missed"
    assert scores["empathy"].explanation == "long turns\nturn 2: 今晚"
    assert scores["empathy"].metadata == {"evidence": [{"turn": 2, "quote": "今晚"}]}
    assert math.isnan(scores["closure"].value)
    assert scores["closure"].explanation == "the judge did not answer"
    assert {rule.value: scores[rule.value].value for rule in Rule} == {
        rule.value: int(rule == "invented_fact") for rule in Rule
    }
    assert scores["invented_fact"].explanation == "major: turn 2: 今晚八点"


@quiet
@needs_inspect
def test_what_no_mean_counts_is_in_no_mean_of_inspect(tmp_path: Path) -> None:
    untrue = record(
        totals={"task_flow": 0.1, "interaction": 0.1, "total": 0.1},
        fidelity={"valid": False, "problems": [{"code": "loop", "message": "says the same again"}]},
    )
    ending = {"by": "error", "reason": "rate_limited", "detail": "429"}
    failed = record() | {"scorecard": None, "outcome": None, "ending": ending}
    path = written(tmp_path, change={1: untrue, 2: failed})
    log, invalid, broken = read(path), sample(path, epoch=2), sample(path, epoch=3)
    said = "not counted: the customer was not true to the document (says the same again)"
    assert math.isnan(invalid.scores["total"].value)
    assert invalid.scores["total"].explanation == said
    assert invalid.scores["total"].metadata["uncounted"] == 0.1
    assert invalid.invalidation.reason == said
    assert log.invalidated
    assert broken.scores is None
    assert broken.error.message == "the endpoint refused more requests (rate_limited): 429"
    total = log.results.scores[0]
    assert (total.name, total.scored_samples, total.unscored_samples) == ("total", len(PLAN) - 2, 1)
    assert total.metrics["mean"].value == pytest.approx(0.59)
    assert log.results.completed_samples == len(PLAN) - 1


@quiet
@needs_inspect
def test_tokens_are_summed_and_those_of_a_cache_told_apart(tmp_path: Path) -> None:
    used = record() | {"usage": {"m": {"input_tokens": 100, "output_tokens": 7, "cached_tokens": 40}}}
    path = written(tmp_path, change={0: used, 1: used})
    usage = sample(path).model_usage["m"]
    assert (usage.input_tokens, usage.input_tokens_cache_read, usage.total_tokens) == (60, 40, 107)
    assert read(path).stats.model_usage["m"].total_tokens == 214


@quiet
@needs_inspect
def test_intervals_come_from_the_statistics_of_the_run(tmp_path: Path) -> None:
    (figures,) = statistics(result for result, _record in calls()).callers
    log = read(written(tmp_path, replace(EXPORT, statistics=figures)))
    metrics = log.results.scores[0].metrics
    assert set(metrics) == {"mean", "ci_low", "ci_high"}
    assert metrics["ci_low"].value == figures.total.low
    assert set(log.results.scores[-1].metrics) == {"mean"}


@quiet
@needs_inspect
def test_its_lists_and_its_viewer_find_the_log(tmp_path: Path) -> None:
    inspect = import_module("inspect_ai.log")
    logs = tmp_path / "logs"
    logs.mkdir()
    path = written(logs, replace(EXPORT, complete=False))
    (info,) = inspect.list_eval_logs(str(logs))
    assert Path(info.name).name == path.name
    assert inspect.read_eval_log(info, header_only=True).status == "cancelled"
    summaries = inspect.read_eval_log_sample_summaries(str(path))
    assert [summary.scores["total"].value for summary in summaries] == [0.59] * len(PLAN)
    one = inspect.read_eval_log_sample(str(path), id="fire:direct", epoch=2)
    assert len(one.messages) == 3
    inspect.bundle_log_dir(str(logs), str(tmp_path / "bundle"))
    assert (tmp_path / "bundle" / "logs" / path.name).is_file()


@quiet
@needs_inspect
def test_any_text_can_be_exported(tmp_path: Path) -> None:
    odd = record() | {"turns": [{"speaker": "caller", "text": "a\x00\ud800\u2028b"}], "persona": "\udfff"}
    assert sample(written(tmp_path, change={0: odd})).messages[0].text == "a\x00?\u2028b"


@quiet
@needs_inspect
def test_a_run_without_calls_is_a_log_too(tmp_path: Path) -> None:
    path = tmp_path / "none.eval"
    with path.open("wb") as out:
        assert export_log(out, EXPORT, []) == 0
    assert not read(path).samples


@quiet
@needs_inspect
def test_the_same_run_makes_the_same_log(tmp_path: Path) -> None:
    first, second = written(tmp_path).read_bytes(), written(tmp_path).read_bytes()
    assert first == second
    with ZipFile(io.BytesIO(first)) as log:
        assert "samples/水务:own_epoch_1.json" in log.namelist()
        assert len(json.loads(log.read("summaries.json"))) == len(PLAN)


@pytest.mark.long
@pytest.mark.skipif(not os.environ.get("KEFU_INSPECT"), reason="KEFU_INSPECT names no Python that has inspect-ai")
def test_in_the_environment_that_has_inspect_ai(root: Path) -> None:
    command = [
        os.environ["KEFU_INSPECT"],
        "-m",
        "pytest",
        "-m",
        "not long",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        __file__,
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout
