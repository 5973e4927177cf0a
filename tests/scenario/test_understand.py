"""Hearing a scenario's customer: acts and fact together, once per scenario."""

from __future__ import annotations

from pathlib import Path

from kefu.language.acts import Act
from kefu.scenario import parse_scenario
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding


def test_an_utterance_is_heard_as_acts_and_a_fact(root: Path) -> None:
    scenario = parse_scenario((root / "examples" / "finance.md").read_text(encoding="utf-8"))
    heard = Understanding.of(scenario).hear("补一张新卡得花多少，几天能寄到我手里？")
    assert Act.ASK in heard.acts
    assert heard.fact is not None
    assert "换卡" in scenario.caller.facts[heard.fact - 1].question
    assert 0.5 < heard.score <= 1


def test_identity_is_confirmed_and_asks_for_nothing(root: Path) -> None:
    scenario = parse_scenario((root / "examples" / "sales.md").read_text(encoding="utf-8"))
    heard = Understanding.of(scenario).hear("嗯，是我", "请问是邱师傅吗？")
    assert heard.acts == (Act.CONFIRM,)
    assert heard.fact is None


def test_understanding_is_made_once(root: Path) -> None:
    scenario = parse_scenario((root / "examples" / "care.md").read_text(encoding="utf-8"))
    assert Understanding.of(scenario) is Understanding.of(scenario)


def test_a_scenario_without_facts_is_heard() -> None:
    heard = Understanding.of(Scenario()).hear("多少钱？")
    assert heard.acts
    assert heard.fact is None
    assert heard.score == 0
