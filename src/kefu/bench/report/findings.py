"""One pass over the full records of a run: the words behind its figures, some of them for each figure.

Whatever the size of the run, little is kept: the calls that are shown whole, and
samples of the words that failed, broke a rule, or asked what no document answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kefu.bench.report.sketch import Sketch
from kefu.bench.result import Result

__all__ = ["Findings", "Kept", "StepKey", "Words", "find"]

StepKey = tuple[str, str, int]
"""Caller, scenario and number of a step."""
_WORDS = 40
_QUESTIONS = 400
_FAILED = frozenset({"missed", "partial"})
_MOST_VERSIONS = 8


class Kept(Protocol):
    """A stored call: its result, and its record in the shape of ``call --json`` with outcome and card."""

    @property
    def result(self) -> Result | None: ...
    @property
    def record(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of one call: ``quote`` stands in ``text`` of ``turn``; ``before`` is what the other side had said.

    ``talk`` are all turns where the words themselves have to be looked for,
    ``status`` is a step's, ``severity`` a violation's.
    """

    cell: str
    caller: str
    scenario: str
    persona: str
    turn: int = -1
    quote: str = ""
    text: str = ""
    before: str = ""
    reason: str = ""
    status: str = ""
    severity: str = ""
    talk: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Findings:
    """What one pass found; ``calls`` are the whole records asked for, by cell."""

    calls: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    steps: dict[StepKey, Sketch[Words]] = field(default_factory=dict[StepKey, Sketch[Words]])
    rules: dict[tuple[str, str], Sketch[Words]] = field(default_factory=dict[tuple[str, str], Sketch[Words]])
    questions: dict[str, Sketch[Words]] = field(default_factory=dict[str, Sketch[Words]])
    untrue: Counter[str] = field(default_factory=Counter[str])
    failures: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    versions: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    discarded: int = 0


def find(records: Iterable[Kept], *, whole: Collection[str], steps: Collection[StepKey]) -> Findings:
    """Read ``records`` once; keep those of the cells ``whole``, and words of ``steps`` where they failed."""
    found = Findings(steps={key: Sketch(_WORDS) for key in steps})
    for kept in records:
        result, record = kept.result, kept.record
        if result is None:
            continue
        if result.failed:
            found.failures[result.caller, result.reason] += 1
            continue
        card: Mapping[str, Any] | None = record.get("scorecard")
        if card is None:
            continue
        _read_versions(found, card)
        if not result.valid:
            found.untrue.update({str(each["code"]) for each in card["fidelity"]["problems"] if each.get("voids")})
            continue
        if result.cell in whole:
            found.calls[result.cell] = record
        _read_steps(found, result, record, card)
        _read_rules(found, result, record, card)
        _read_questions(found, result, record, card)
    return found


def _read_versions(found: Findings, card: Mapping[str, Any]) -> None:
    found.discarded += int(card.get("discarded") or 0)
    versions: Mapping[str, str] = card.get("versions") or {}
    if versions not in found.versions and len(found.versions) < _MOST_VERSIONS:
        found.versions.append(versions)


def _read_steps(found: Findings, result: Result, record: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    for step in card["steps"]:
        if step["status"] not in _FAILED:
            continue
        sketch = found.steps.get((result.caller, result.scenario, step["number"]))
        if sketch is None:
            continue
        quote = str(step["quote"] or "")
        # where nothing was said for it, the talk itself tells one failure from another
        sketch.add(quote or result.cell, _words(result, record, step, whole=not quote))


def _read_rules(found: Findings, result: Result, record: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    for violation in card["violations"]:
        sketch = found.rules.setdefault((violation["rule"], violation["severity"]), Sketch(_WORDS))
        sketch.add(str(violation["quote"] or result.cell), _words(result, record, violation))


def _read_questions(found: Findings, result: Result, record: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    for gap in card.get("gaps") or ():
        sketch = found.questions.setdefault(result.scenario, Sketch(_QUESTIONS))
        sketch.add(str(gap["quote"]).strip(), _words(result, record, gap))


def _words(
    result: Result, record: Mapping[str, Any], point: Mapping[str, Any], *, whole: bool = False
) -> Callable[[], Words]:
    def make() -> Words:
        turns: Sequence[Mapping[str, Any]] = record["turns"]
        places: Sequence[int] = point.get("turns") or ()
        turn = int(point.get("turn", places[-1] if places else -1))
        return Words(
            cell=result.cell,
            caller=result.caller,
            scenario=result.scenario,
            persona=result.persona,
            turn=turn,
            quote=str(point.get("quote") or ""),
            text=str(turns[turn]["text"]) if 0 <= turn < len(turns) else "",
            before=_before(turns, turn),
            reason=str(point.get("reason") or ""),
            status=str(point.get("status") or ""),
            severity=str(point.get("severity") or ""),
            talk=tuple((each["speaker"], each["text"]) for each in turns) if whole else (),
        )

    return make


def _before(turns: Sequence[Mapping[str, Any]], turn: int) -> str:
    """What the other side said last before a turn."""
    if not 0 < turn < len(turns):
        return ""
    speaker = turns[turn]["speaker"]
    return next((str(each["text"]) for each in reversed(turns[:turn]) if each["speaker"] != speaker), "")
