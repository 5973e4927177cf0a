"""Scored calls as one HTML page that needs nothing else: the verdict first, then every call with its evidence in place.

The page is made of macros in ``templates/parts.html.j2``; whoever reports on
more than single calls calls the same macros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kefu.bench.marking import Weight, marks_of, segments
from kefu.bench.summary import Summary, summarise
from kefu.bench.words import name, reasons
from kefu.call.call import Call
from kefu.i18n import CHINESE, translations
from kefu.scenario.model import Scenario

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Entry", "build_report"]

_GRADES = ((0.9, "excellent"), (0.8, "good"), (0.65, "fair"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call of a report: its scenario, what was said, and its scorecard in the shape of ``score --json``."""

    scenario: Scenario
    call: Call
    card: Mapping[str, Any]


def build_report(entries: Sequence[Entry], *, language: str = CHINESE, made_at: datetime | None = None) -> str:
    """The page, in ``zh_CN`` or ``en``; every word of a party or a document is escaped."""
    environment = _environment(language)
    summary = summarise([entry.card for entry in entries])
    worst = min(
        (number for number, entry in enumerate(entries) if entry.card["totals"]["total"] is not None),
        key=lambda number: entries[number].card["totals"]["total"],
        default=None,
    )
    page = environment.get_template("report.html.j2").render(
        language="zh-CN" if language == CHINESE else "en",
        made_at=made_at,
        summary=summary,
        grade=_grade(summary),
        entries=[_view(number, entry) for number, entry in enumerate(entries, 1)],
        worst=worst,
    )
    return page.strip() + "\n"


def _environment(language: str) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("kefu.bench").joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda template: folder.joinpath(template).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = translations(language)
    translate: Callable[[str], str] = words.gettext
    environment.install_gettext_translations(words)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] -- added by the extension

    def named(code: object, kind: str) -> str:
        return name(kind, code, translate)

    def reasoned(text: str) -> str:
        return reasons(text, translate)

    filters: dict[str, Any] = {"share": _share, "percent": _percent, "named": named, "reasoned": reasoned}
    environment.filters.update(filters)  # pyright: ignore[reportUnknownMemberType] -- Jinja leaves its tables untyped
    environment.globals.update({"Weight": Weight})  # pyright: ignore[reportUnknownMemberType]
    return environment


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> int:
    return 0 if value is None else round(100 * value)


def _grade(summary: Summary) -> str:
    value = summary.total.value
    if value is None:
        return "unscored"
    return next((grade for limit, grade in _GRADES if value >= limit), "poor")


def _view(number: int, entry: Entry) -> dict[str, Any]:
    """What the template shows of one call."""
    marks = marks_of(entry.card)
    turns = [
        {
            "number": place,
            "speaker": turn.speaker.value,
            "segments": segments(turn.text, marks.get(place, ())),
            "violations": [v for v in entry.card["violations"] if v["turn"] == place],
            "steps": [step for step in entry.card["steps"] if place in step["turns"]],
        }
        for place, turn in enumerate(entry.call.turns)
    ]
    titles = {step.number: step.title for step in entry.scenario.caller.steps}
    return {
        "anchor": f"call-{number}",
        "number": number,
        "scenario": entry.scenario,
        "call": entry.call,
        "card": entry.card,
        "turns": turns,
        "steps": [{**step, "title": titles.get(step["number"], "")} for step in entry.card["steps"]],
        "roles": {
            "caller": _short(entry.scenario.caller.role),
            "customer": _short(entry.scenario.customer.role),
        },
    }


def _short(role: str) -> str:
    """The first clause of a role: who it is, without the character."""
    for stop in "，。；,;（(":
        role = role.split(stop, 1)[0]
    return role[:30]
