"""What every page of a report is made with: the templates, the names of codes, and the view of one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kefu.bench.marking import Weight, marks_of, segments
from kefu.bench.words import name, reasons
from kefu.i18n import CHINESE, translations
from kefu.scenario.model import Scenario

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["call_view", "environment_of", "html_language", "rendered"]


def rendered(template: str, language: str, values: Mapping[str, Any], filters: Mapping[str, Any] | None = None) -> str:
    """A page of ``template``; every word of a party or a document is escaped."""
    environment = environment_of(language)
    environment.filters.update(filters or {})  # pyright: ignore[reportUnknownMemberType] -- Jinja leaves its tables untyped
    return environment.get_template(template).render(language=html_language(language), **values).strip() + "\n"


def html_language(language: str) -> str:
    """The language as HTML calls it."""
    return "zh-CN" if language == CHINESE else "en"


def environment_of(
    language: str, *, autoescape: bool = True, finalize: Callable[[Any], Any] | None = None
) -> Environment:
    """The templates of ``kefu.bench`` in ``zh_CN`` or ``en``."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("kefu.bench").joinpath("templates")
    environment = Environment(
        loader=FunctionLoader(lambda template: folder.joinpath(template).read_text(encoding="utf-8")),
        autoescape=autoescape,
        finalize=finalize,
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

    filters: dict[str, Any] = {
        "share": _share,
        "percent": _percent,
        "named": named,
        "reasoned": reasoned,
    }
    environment.filters.update(filters)  # pyright: ignore[reportUnknownMemberType]
    environment.globals.update({"Weight": Weight})  # pyright: ignore[reportUnknownMemberType]
    return environment


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> int:
    return 0 if value is None else round(100 * value)


def call_view(
    number: int, scenario: Scenario, call: Mapping[str, Any], card: Mapping[str, Any], *, note: str = ""
) -> dict[str, Any]:
    """What the templates show of one call; ``call`` and ``card`` in the shapes of ``call`` and ``score --json``."""
    marks = marks_of(card)
    turns = [
        {
            "number": place,
            "speaker": turn["speaker"],
            "segments": segments(turn["text"], marks.get(place, ())),
            "violations": [v for v in card["violations"] if v["turn"] == place],
            "steps": [step for step in card["steps"] if place in step["turns"]],
        }
        for place, turn in enumerate(call["turns"])
    ]
    titles = {step.number: step.title for step in scenario.caller.steps}
    return {
        "anchor": f"call-{number}",
        "number": number,
        "note": note,
        "scenario": scenario,
        "call": call,
        "card": card,
        "turns": turns,
        "steps": [{**step, "title": titles.get(step["number"], "")} for step in card["steps"]],
        "roles": {"caller": _short(scenario.caller.role), "customer": _short(scenario.customer.role)},
    }


def _short(role: str) -> str:
    """The first clause of a role: who it is, without the character."""
    for stop in "，。；,;（(":
        role = role.split(stop, 1)[0]
    return role[:30]
