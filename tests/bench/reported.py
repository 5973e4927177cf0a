"""A run made up for reports: two documents, two callers, calls whose cards are written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from kefu.bench.plan import Cell, Plan
from kefu.bench.report import RunHead, RunReport, gather
from kefu.bench.result import Result, result_of
from kefu.scenario.model import Caller, Domain, Fact, Line, LineKind, Persona, Scenario, Step

MADE = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
SAID = "您好，这里是松溪物业。"
ASKED = "水管里的水垢能喝吗？"


def scenario(name: str, title: str) -> Scenario:
    line = Line(kind=LineKind.UTTERANCE, text="您看停水影响大吗？", utterances=("您看停水影响大吗？",))
    steps = (Step(number=1, title="表明身份"), Step(number=2, title="问影响", lines=(line,)))
    facts = (Fact(question="什么时候恢复供水？", answer="今晚八点恢复。"),)
    return Scenario(id=name, title=title, domain=Domain.CARE, caller=Caller(steps=steps, facts=facts))


SCENARIOS = {"water": scenario("water", "通知停水"), "lift": scenario("lift", "通知电梯检修")}


def card(total: float | None = 0.9, **changes: Any) -> dict[str, Any]:
    missed = {
        "number": 2,
        "status": "missed",
        "weight": 1.0,
        "turns": [],
        "quote": "",
        "reason": "没有问",
        "score": 0.0,
    }
    met = {"number": 1, "status": "met", "weight": 1.0, "turns": [0], "quote": "松溪物业", "reason": "", "score": 1.0}
    return {
        "totals": {"task_flow": total, "interaction": total, "total": total, "uncapped": total, "capped_by": []},
        "steps": [met, missed],
        "dimensions": [{"name": "empathy", "score": 0.4, "reason": "", "evidence": []}],
        "violations": [
            {"rule": "over_promise", "turn": 2, "quote": "一定", "severity": "major", "reason": ""},
            {"rule": "ignored_question", "turn": 2, "quote": "今晚", "severity": "minor", "reason": ""},
        ],
        "outcome": {"result": "partly", "problems": [{"turn": 1, "quote": "停水", "what": "停水"}]},
        "fidelity": {"valid": True, "problems": []},
        "attribution": "caller",
        "gaps": [{"turn": 1, "quote": ASKED}],
        "unscored": [],
        "discarded": 1,
        "versions": {"rules": "abc123"},
    } | changes


def clean(**changes: Any) -> dict[str, Any]:
    """A card with nothing to find fault with."""
    steps = [{"number": 1, "status": "met", "weight": 1.0, "turns": [0], "quote": "松溪", "reason": "", "score": 1.0}]
    return card(1.0, steps=steps, violations=[], gaps=[], attribution="none", discarded=0) | changes


def record(cell: Cell, scored: Mapping[str, Any] | None, *, said: str = SAID, asked: str = ASKED) -> dict[str, Any]:
    turns = [("caller", said), ("customer", f"又停水？什么时候恢复供水？{asked}"), ("caller", "今晚一定修好。")]
    ending = {"by": "customer", "reason": "goodbye", "detail": ""}
    if scored is None:
        ending = {"by": "error", "reason": "timeout", "detail": ""}
    return {
        "scenario": cell.scenario, "caller": cell.caller, "customer": cell.customer,
        "persona": cell.persona and cell.persona.value,
        "seed": cell.seed, "turns": [{"speaker": speaker, "text": text} for speaker, text in turns],
        "ending": ending, "outcome": scored and scored["outcome"], "scorecard": scored,
    }  # fmt: skip


@dataclass(frozen=True)
class Held:
    result: Result
    record: Mapping[str, Any]


PLAN = Plan(
    scenarios=("water", "lift"), callers=("script",), personas=(Persona.DIRECT, Persona.HESITANT), trials=2, seed=7
)
Scored = Callable[[Cell], Mapping[str, Any] | None]


def run(plan: Plan = PLAN, scored: Scored = lambda _cell: card(), **said: str) -> list[Held]:
    """Every cell of the plan; ``scored`` makes its card, ``None`` where the call broke off."""
    held: list[Held] = []
    for cell in plan:
        made = scored(cell)
        spoken = record(cell, made, **said)
        held.append(Held(result_of(cell, spoken, domain="care", failed=made is None), spoken))
    return held


def report(
    held: Iterable[Held] | None = None, plan: Plan = PLAN, *, unequal: bool = False, **changes: Any
) -> RunReport:
    calls = run(plan) if held is None else list(held)
    head = RunHead(id="260301-abcd", plan=plan, provenance={"git": {"commit": "0f0f"}}, created_at=MADE)
    return gather(
        replace(head, **changes),
        lambda caller: (each.result for each in calls if caller in (None, each.result.caller)),
        calls,
        SCENARIOS,
        unequal=unequal,
        made_at=MADE,
    )


class Page(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words += data

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _tag, attributes in self.tags if "id" in attributes]
