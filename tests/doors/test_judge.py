"""A model as judge on the command line, against a real server: cards in order, failures unscored, keys nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from command import Run
from llm.endpoint import LocalEndpoint, completion
from serving import in_thread

pytestmark = pytest.mark.usefixtures("loopback")

KEY = "sk-planted0123456789abcdef"
SIDES = ("naturalness", "coherence", "grounding", "responsiveness", "empathy", "concision", "respect", "closure")


def verdicts(body: dict[str, Any]) -> Any:
    """What a lenient judge says: all steps met by the first words of the call, nothing wrong anywhere."""
    system, user = body["messages"][0]["content"], body["messages"][1]["content"]
    lines = user.split("\n")
    document, transcript = (json.loads(lines[lines.index(mark) + 1]) for mark in ("<document>", "<transcript>"))
    evidence = [{"turn": 0, "quote": transcript[0]["text"][:8]}]
    if "document.steps" in system:
        said: dict[str, Any] = {
            "steps": [
                {"step": one["step"], "evidence": evidence, "reason": "做到了", "status": "met"}
                for one in document["steps"]
            ]
        }
    elif "规则：" in system:
        said = {"violations": []}
    else:
        said = {"sides": [{"name": n, "evidence": [], "reason": "好", "level": "flawless"} for n in SIDES]}
    return completion(json.dumps(said, ensure_ascii=False), model="judge-large-0611")


def settings(folder: Path, *servers: tuple[str, LocalEndpoint]) -> None:
    tables = [
        f'[models.{name}]\nbase_url = "{server.base_url}"\nmodel = "small"\napi_key = "{KEY}"\nretries = 0\n'
        for name, server in servers
    ]
    (folder / "kefu.toml").write_text("\n".join(tables), encoding="utf-8")


@pytest.fixture
def calls(run: Run, example: Path, tmp_path: Path) -> Path:
    """Four calls of one document."""
    path = tmp_path / "calls.jsonl"
    path.write_text(run("call", example, "--trials", "4", "--no-score", "--json").out, encoding="utf-8")
    return path


@contextmanager
def serving(server: LocalEndpoint) -> Iterator[LocalEndpoint]:
    with in_thread(server):
        yield server


def cards(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_calls_are_judged_by_a_model_in_their_order(run: Run, calls: Path, example: Path, tmp_path: Path) -> None:
    with serving(LocalEndpoint(answer=verdicts)) as server:
        settings(tmp_path, ("large", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
        rules = run("score", "--scenarios", example.parent, calls, "--json")
    assert ran.code == 0
    assert ran.err == ""
    found, own = cards(ran.out), cards(rules.out)
    assert len(found) == 4
    for card, by_rules in zip(found, own, strict=True):
        assert card["totals"]["task_flow"] == 1.0
        assert card["unscored"] == []
        assert card["judges"] == [{"judge": "model:large", "model": "judge-large-0611", "under_test": False}]
        assert card["versions"]["judge_model"] == "judge-large-0611"
        assert card["violations"] == by_rules["violations"]
        assert card["outcome"] == by_rules["outcome"]
        assert set(by_rules) <= set(card)
    assert server.number == 4 * 3
    assert KEY not in ran.out


def test_one_call_is_shown_with_its_judges(run: Run, calls: Path, example: Path, tmp_path: Path) -> None:
    one = tmp_path / "call.json"
    one.write_text(calls.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    with serving(LocalEndpoint(answer=verdicts)) as server:
        settings(tmp_path, ("large", server), ("other", server))
        ran = run("score", example, one, "--judge", "model:large,model:other")
    assert ran.code == 0
    assert "judge: model:large (judge-large-0611)" in ran.out
    assert "judges agree: steps 1.00, violations 1.00, interaction 1.00" in ran.out


def test_an_endpoint_that_fails_leaves_calls_unscored_and_says_so(
    run: Run, calls: Path, example: Path, tmp_path: Path
) -> None:
    with serving(LocalEndpoint(plan=lambda _number: "401")) as server:
        settings(tmp_path, ("large", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
    assert ran.code == 3
    assert ran.err.startswith("kefu: 4 of 4 calls were not judged in full; ")
    assert ran.err.rstrip().endswith("they are listed as unscored; score them again")
    found = cards(ran.out)
    assert [card["totals"]["total"] for card in found] == [None] * 4
    assert {"model:large: steps", "model:large: violations", "model:large: interaction"} <= {
        entry["check"] for entry in found[0]["unscored"]
    }
    assert KEY not in ran.out + ran.err


def test_a_judge_that_answers_garbage_is_told_of_and_so_is_why(
    run: Run, calls: Path, example: Path, tmp_path: Path
) -> None:
    with serving(LocalEndpoint(answer=lambda _body: completion("都挺好的。"))) as server:
        settings(tmp_path, ("large", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
    assert ran.code == 3
    assert ran.err == (
        "kefu: 4 of 4 calls were not judged in full; model:large gave no verdict that can be used: "
        "there is no JSON object in the reply; they are listed as unscored; score them again\n"
    )
    for card in cards(ran.out):
        why = {entry["check"]: entry["reason"] for entry in card["unscored"]}
        assert why["interaction"] == "no judge reached a verdict"
        assert why["model:large: interaction"] == "there is no JSON object in the reply"


def test_what_a_judge_leaves_out_is_counted(run: Run, calls: Path, example: Path, tmp_path: Path) -> None:
    def partial(body: dict[str, Any]) -> Any:
        told = "document.steps" in body["messages"][0]["content"]
        return verdicts(body) if told else completion("没有意见。")

    with serving(LocalEndpoint(answer=partial)) as server:
        settings(tmp_path, ("large", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
    assert (ran.code, ran.err) == (0, "kefu: model:large left 4 of 4 cards unscored in part; each says why\n")


def test_a_key_that_a_judge_repeats_is_on_no_card(run: Run, calls: Path, example: Path, tmp_path: Path) -> None:
    def telling(body: dict[str, Any]) -> Any:
        said = json.loads(json.dumps(verdicts(body), ensure_ascii=False))
        text = said["choices"][0]["message"]["content"].replace("做到了", f"做到了 {KEY}")
        return completion(text, model="judge-large-0611")

    with serving(LocalEndpoint(answer=telling)) as server:
        settings(tmp_path, ("large", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
    assert ran.code == 0
    assert "做到了 ***" in ran.out
    assert KEY not in ran.out + ran.err


def test_a_judge_of_its_own_calls_is_named_on_every_card(run: Run, calls: Path, example: Path, tmp_path: Path) -> None:
    text = calls.read_text(encoding="utf-8").replace('"caller": "script"', '"caller": "model:twin"')
    calls.write_text(text, encoding="utf-8")
    with serving(LocalEndpoint(answer=verdicts)) as server:
        settings(tmp_path, ("large", server), ("twin", server))
        ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large", "--json")
    assert ran.code == 0
    assert ran.err == "kefu: warning: model:large judges calls that it made itself\n"
    assert [card["judges"][0]["under_test"] for card in cards(ran.out)] == [True] * 4


def test_a_judge_is_calibrated_as_the_rules_are(run: Run, example: Path, tmp_path: Path) -> None:
    held = json.loads(run("call", example, "--no-score", "--json").out)
    gold = tmp_path / "gold.jsonl"
    steps = {"1": "met", "2": "missed"}
    line = {"doc": example.stem, "kind": "good", "turns": held["turns"], "steps": steps, "violations": []}
    gold.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    with serving(LocalEndpoint(answer=verdicts)) as server:
        settings(tmp_path, ("large", server))
        ran = run("calibrate", gold, "--scenarios", example.parent, "--judge", "model:large", "--json")
    assert ran.code == 0
    agreed = json.loads(ran.out)
    assert agreed["calls"] == 1
    assert agreed["steps"]["met"]["hits"] == 1
    assert agreed["steps"]["missed"]["missed"] == 1


def test_calibrating_a_judge_that_fails_counts_it_as_unscored(run: Run, example: Path, tmp_path: Path) -> None:
    held = json.loads(run("call", example, "--no-score", "--json").out)
    gold = tmp_path / "gold.jsonl"
    line = {"doc": example.stem, "kind": "good", "turns": held["turns"], "steps": {"1": "met"}, "violations": []}
    gold.write_text(json.dumps(line, ensure_ascii=False), encoding="utf-8")
    with serving(LocalEndpoint(plan=lambda _number: "500")) as server:
        settings(tmp_path, ("large", server))
        ran = run("calibrate", gold, "--scenarios", example.parent, "--judge", "model:large", "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["unscored"] == 1
    assert json.loads(ran.out)["step_accuracy"]["value"] is None


@pytest.mark.parametrize("judge", ["nobody", "model:", "rules,", ""])
def test_a_judge_that_nobody_is_is_refused(run: Run, calls: Path, example: Path, judge: str) -> None:
    ran = run("score", "--scenarios", example.parent, calls, "--judge", judge)
    name = repr(judge.partition(",")[2] if "," in judge else judge)
    hint = "choose rules, model:NAME, or several with commas between"
    assert (ran.code, ran.line) == (2, f"--judge: no judge is called {name}; {hint}")


def test_a_model_that_is_not_set_is_refused(run: Run, calls: Path, example: Path) -> None:
    ran = run("score", "--scenarios", example.parent, calls, "--judge", "model:large")
    assert ran.code == 2
    assert ran.line.startswith("model:large: no model is called 'large'; ")


def test_a_perturbed_call_says_how(run: Run, example: Path) -> None:
    ran = run("call", example, "--perturb", "hostile", "--perturb", "dialect,very_short", "--json")
    assert json.loads(ran.out)["perturb"] == ["very_short", "dialect", "hostile"]
    assert run("call", example, "--perturb", "loud").code == 2
    listed = run("call", "--help").out
    assert all(name in listed for name in ("noisy_line", "mishears", "injects"))
