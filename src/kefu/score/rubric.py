"""What a model is asked of a call: three rubrics, each with its instruction and the shape of its answer.

Evidence stands before the verdict in every shape, so that a model has looked
before it decides. Call and document are handed over as JSON in which no mark of
ours can occur, whatever was said: words of the talk never stand among the
instructions.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from kefu.call.call import Call
from kefu.llm import ask
from kefu.llm.chat import Message
from kefu.scenario.model import Scenario, Step
from kefu.score.verdict import Dimension, Rule

__all__ = [
    "Cited",
    "JudgedSide",
    "JudgedStep",
    "JudgedViolation",
    "Level",
    "Rubric",
    "Sides",
    "Steps",
    "Violations",
    "judge_settings",
    "judged_rules",
    "prompts_hash",
    "question",
    "repair",
]


_ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>\u0085\u2028\u2029"}


class Rubric(StrEnum):
    """What is asked in one request."""

    STEPS = "steps"
    VIOLATIONS = "violations"
    INTERACTION = "interaction"


class Level(StrEnum):
    """How well a side of the interaction was done."""

    FLAWLESS = "flawless"
    SLIGHT = "slight"
    CLEAR = "clear"
    GRAVE = "grave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Words and the turn they were said in."""

    turn: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedStep:
    """One step; ``step`` is its place in the flow, from 1."""

    step: int
    evidence: list[Cited]
    reason: str
    status: Literal["met", "partial", "missed", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The answer to the rubric of steps."""

    steps: list[JudgedStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedViolation:
    """One broken rule."""

    turn: int
    quote: str
    reason: str
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations:
    """The answer to the rubric of violations."""

    violations: list[JudgedViolation]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSide:
    """One side of the interaction."""

    name: Dimension
    evidence: list[Cited]
    reason: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The answer to the rubric of the interaction."""

    sides: list[JudgedSide]


@cache
def judge_settings() -> Mapping[str, Any]:
    """``judge.toml``: levels, limits and words of a model's judgement."""
    return tomllib.loads(_read("judge.toml"))


@cache
def judged_rules() -> tuple[Rule, ...]:
    """The rules that a model is asked about."""
    return tuple(rule for rule in Rule if rule.value not in judge_settings()["limit"]["rules_left_out"])


@cache
def prompts_hash() -> str:
    """A short hash of every word that a judge is asked with."""
    words = [_read(name) for name in ("judge.toml", "prompts/material.md", "prompts/repair.md")]
    words += [_instruction(rubric) for rubric in Rubric]
    return sha256("\0".join((*words, ask.prompt_hash())).encode()).hexdigest()[:12]


def question(rubric: Rubric, scenario: Scenario, call: Call) -> tuple[Message, ...]:
    """What a judge is asked: the instruction, and apart from it the document and the call as data."""
    material = _read("prompts/material.md").strip()
    shown = material.format(document=_data(_document(scenario)), transcript=_data(_transcript(call)))
    return (Message.system(_instruction(rubric)), Message.user(shown))


def repair(problems: Iterable[str]) -> Message:
    """What a judge is told of a judgement that does not hold; ``problems`` repeat no word of the call."""
    return Message.user(_read("prompts/repair.md").strip().format(problems="\n".join(f"- {p}" for p in problems)))


@cache
def _instruction(rubric: Rubric) -> str:
    checks = tomllib.loads(_read("checks.toml"))
    listed = {"rules": _listed(checks, judged_rules()), "sides": _listed(checks, Dimension)}
    text = _read(f"prompts/{rubric.value}.md").strip()
    for name, lines in listed.items():
        text = text.replace(f"{{{name}}}", lines)
    return f"{_read('prompts/judge.md').strip()}\n\n{text}"


def _listed(checks: Mapping[str, Any], names: Iterable[StrEnum]) -> str:
    entries = ((name.value, checks[name.value]) for name in names)
    return "\n".join(f"- {name}（{check['zh']}）：{check['definition_zh']}" for name, check in entries)


def _data(value: object) -> str:
    """JSON that no mark of ours can occur in; line breaks and the like stand escaped in it anyway."""
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


def _transcript(call: Call) -> list[dict[str, Any]]:
    most = judge_settings()["limit"]["turn_characters"]
    return [
        {"turn": number, "speaker": turn.speaker.value, "text": _cut(turn.text, most)}
        for number, turn in enumerate(call.turns)
    ]


def _document(scenario: Scenario) -> dict[str, Any]:
    """The caller's half: a caller is judged by what it was told."""
    caller = scenario.caller
    most = judge_settings()["limit"]["document_lines"]
    return {
        "role": _short(caller.role),
        "task": _short(caller.task),
        "profile": [_short(item.text) for item in caller.profile[:most]],
        "openings": [_short(item.text) for item in caller.openings[:most]],
        "steps": [_step(place, step) for place, step in enumerate(caller.steps[:most], start=1)],
        "facts": [{"question": _short(f.question), "answer": _short(f.answer)} for f in caller.facts[:most]],
        "end_conditions": [_short(item.text) for item in caller.end_conditions[:most]],
        "closings": [_short(item.text) for item in caller.closings[:most]],
    }


def _step(place: int, step: Step) -> dict[str, Any]:
    most = judge_settings()["limit"]["document_lines"]
    lines = [
        {"kind": line.kind.value, "text": _short(line.text)}
        | ({"condition": _short(line.condition)} if line.condition else {})
        for line in step.lines[:most]
    ]
    shown: dict[str, Any] = {"step": place, "title": _short(step.title)}
    return shown | ({"condition": _short(step.condition)} if step.condition else {}) | {"lines": lines}


def _short(text: str) -> str:
    return _cut(text, judge_settings()["limit"]["document_characters"])


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + judge_settings()["words"]["cut"]


@cache
def _read(name: str) -> str:
    return files("kefu.score").joinpath(*name.split("/")).read_text(encoding="utf-8")
