"""The typed JSON form of a scenario, and back: the shape that ``kefu scenario show --json`` prints.

Plain texts are plain strings; the lines they stand on, and the groups they stand
in, are under ``source``, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.scenario.model import (
    Caller,
    Concerns,
    Customer,
    Domain,
    Fact,
    Finding,
    Item,
    Line,
    LineKind,
    Persona,
    Placeholder,
    Scenario,
    Severity,
    Step,
)

__all__ = ["scenario_from_json", "scenario_to_json"]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
_SHOWN = 20


def scenario_to_json(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain JSON values."""
    caller, customer, concerns = scenario.caller, scenario.customer, scenario.customer.concerns
    return {
        "id": scenario.id,
        "title": scenario.title,
        "domain": scenario.domain.value if scenario.domain else None,
        "persona": scenario.persona.value if scenario.persona else None,
        "caller": {
            "role": caller.role,
            "task": caller.task,
            "profile": _texts(caller.profile),
            "steps": [_step(step) for step in caller.steps],
            "facts": [{"question": fact.question, "answer": fact.answer, "line": fact.line} for fact in caller.facts],
            "openings": _texts(caller.openings),
            "end_conditions": _texts(caller.end_conditions),
            "closings": _texts(caller.closings),
        },
        "customer": {
            "role": customer.role,
            "background": _texts(customer.background),
            "concerns": {
                "primary": _texts(concerns.primary),
                "secondary": _texts(concerns.secondary),
                "latent": _texts(concerns.latent),
                "other": _texts(concerns.other),
            },
            "behaviours": _texts(customer.behaviours),
            "avoid": _texts(customer.avoid),
            "imitate": _texts(customer.imitate),
            "end_conditions": _texts(customer.end_conditions),
        },
        "placeholders": [{"text": hole.text, "line": hole.line} for hole in scenario.placeholders],
        "other_sections": {title: _texts(items) for title, items in scenario.other_sections.items()},
        "findings": [
            {"code": found.code, "severity": found.severity.value, "line": found.line, "message": found.message}
            for found in scenario.findings
        ],
        "source": _source(scenario),
    }


def _texts(items: Iterable[Item]) -> list[str]:
    return [item.text for item in items]


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "title": step.title,
        "condition": step.condition,
        "line": step.line,
        "lines": [
            {
                "kind": line.kind.value,
                "text": line.text,
                "condition": line.condition,
                "utterances": list(line.utterances),
                "line": line.line,
            }
            for line in step.lines
        ],
    }


def _source(scenario: Scenario) -> dict[str, Any]:
    """Where the plain strings stand, in the same shape as the strings."""
    caller, customer, concerns = scenario.caller, scenario.customer, scenario.customer.concerns
    return {
        "caller": {
            "profile": _places(caller.profile),
            "openings": _places(caller.openings),
            "end_conditions": _places(caller.end_conditions),
            "closings": _places(caller.closings),
        },
        "customer": {
            "background": _places(customer.background),
            "concerns": {
                "primary": _places(concerns.primary),
                "secondary": _places(concerns.secondary),
                "latent": _places(concerns.latent),
                "other": _places(concerns.other),
            },
            "behaviours": _places(customer.behaviours),
            "avoid": _places(customer.avoid),
            "imitate": _places(customer.imitate),
            "end_conditions": _places(customer.end_conditions),
        },
        "other_sections": {title: _places(items) for title, items in scenario.other_sections.items()},
    }


def _places(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [{"line": item.line, "under": item.under} if item.under else {"line": item.line} for item in items]


def scenario_from_json(data: object) -> Scenario:
    """The scenario that ``data`` says; ``InputError`` lists everything in it that is not as it should be.

    What is left out is empty; what is only derived (placeholders, findings) is derived again where it is left out.
    """
    reader = _Reader()
    scenario = reader.scenario(data)
    if reader.problems:
        shown = "; ".join(reader.problems[:_SHOWN])
        more = len(reader.problems) - _SHOWN
        if more > 0:
            shown = _("%(shown)s; and %(more)d more") % {"shown": shown, "more": more}
        raise InputError(
            _("this is not a scenario in JSON: %(problems)s") % {"problems": shown},
            hint=_("compare it with what `kefu scenario show --json` prints"),
        )
    return scenario


class _Reader:
    """Reads JSON values by path and notes every one that does not fit."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def problem(self, path: str, wanted: str, value: object) -> None:
        kind = "null" if value is None else type(value).__name__
        self.problems.append(
            _("%(path)s must be %(wanted)s, not %(kind)s") % {"path": path or "$", "wanted": wanted, "kind": kind}
        )

    def mapping(self, value: object, path: str) -> Mapping[str, Any]:
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return cast("Mapping[str, Any]", value)
        self.problem(path, _("an object"), value)
        return {}

    def text(self, value: object, path: str) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        self.problem(path, _("a string"), value)
        return ""

    def optional(self, value: object, path: str) -> str | None:
        return None if value is None else self.text(value, path)

    def number(self, value: object, path: str) -> int:
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.problem(path, _("a whole number"), value)
        return 0

    def choice(self, kind: type[E], value: object, path: str, default: E) -> E:
        if isinstance(value, str) and value in {member.value for member in kind}:
            return kind(value)
        if value is not None:
            shown = value if isinstance(value, str) else type(value).__name__
            self.problems.append(
                _("%(path)s must be one of %(choices)s, not %(value)r")
                % {"path": path, "choices": ", ".join(kind), "value": shown}
            )
        return default

    def each(self, value: object, path: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.problem(path, _("a list"), value)
            return ()
        return tuple(read(part, f"{path}[{i}]") for i, part in enumerate(cast("list[object]", value)))

    def items(self, data: Mapping[str, Any], source: Mapping[str, Any], key: str, path: str) -> tuple[Item, ...]:
        """Strings, with the places that ``source`` gives for them."""
        texts = self.each(data.get(key), f"{path}.{key}", self.text)
        places = self.each(source.get(key), f"source.{path}.{key}", self.mapping)
        found: list[Item] = []
        for i, text in enumerate(texts):
            place: Mapping[str, Any] = places[i] if i < len(places) else {}
            at = f"source.{path}.{key}[{i}]"
            line = self.number(place.get("line"), f"{at}.line")
            found.append(Item(text=text, line=line, under=self.text(place.get("under"), f"{at}.under")))
        return tuple(found)

    def scenario(self, data: object) -> Scenario:
        if not isinstance(data, Mapping):
            self.problem("", _("an object"), data)
            return Scenario()
        top = cast("Mapping[str, Any]", data)
        source = self.mapping(top.get("source"), "source")
        other = self.mapping(top.get("other_sections"), "other_sections")
        places = self.mapping(source.get("other_sections"), "source.other_sections")
        caller, customer = self.mapping(top.get("caller"), "caller"), self.mapping(top.get("customer"), "customer")
        scenario = Scenario(
            id=self.text(top.get("id"), "id"),
            title=self.text(top.get("title"), "title"),
            domain=self.domain(top.get("domain")),
            persona=self.persona(top.get("persona")),
            caller=self.caller(caller, self.mapping(source.get("caller"), "source.caller")),
            customer=self.customer(customer, self.mapping(source.get("customer"), "source.customer")),
            other_sections=MappingProxyType(
                {title: self.items(other, places, title, "other_sections") for title in other}
            ),
        )
        return self.derived(scenario, top)

    def derived(self, scenario: Scenario, top: Mapping[str, Any]) -> Scenario:
        """``scenario`` with its placeholders and findings: as given, or found where they are not given."""
        from kefu.scenario.check import findings_of_value
        from kefu.scenario.placeholder import placeholders_in

        if "placeholders" in top:
            scenario = replace(scenario, placeholders=self.each(top["placeholders"], "placeholders", self.placeholder))
        elif not self.problems:
            scenario = replace(scenario, placeholders=placeholders_in(scenario))
        if "findings" in top:
            return replace(scenario, findings=self.each(top["findings"], "findings", self.finding))
        return scenario if self.problems else replace(scenario, findings=findings_of_value(scenario))

    def domain(self, value: object) -> Domain | None:
        return None if value is None else self.choice(Domain, value, "domain", Domain.CARE)

    def persona(self, value: object) -> Persona | None:
        return None if value is None else self.choice(Persona, value, "persona", Persona.DIRECT)

    def caller(self, data: Mapping[str, Any], source: Mapping[str, Any]) -> Caller:
        return Caller(
            role=self.text(data.get("role"), "caller.role"),
            task=self.text(data.get("task"), "caller.task"),
            profile=self.items(data, source, "profile", "caller"),
            steps=self.each(data.get("steps"), "caller.steps", self.step),
            facts=self.each(data.get("facts"), "caller.facts", self.fact),
            openings=self.items(data, source, "openings", "caller"),
            end_conditions=self.items(data, source, "end_conditions", "caller"),
            closings=self.items(data, source, "closings", "caller"),
        )

    def customer(self, data: Mapping[str, Any], source: Mapping[str, Any]) -> Customer:
        concerns = self.mapping(data.get("concerns"), "customer.concerns")
        places = self.mapping(source.get("concerns"), "source.customer.concerns")
        return Customer(
            role=self.text(data.get("role"), "customer.role"),
            background=self.items(data, source, "background", "customer"),
            concerns=Concerns(
                primary=self.items(concerns, places, "primary", "customer.concerns"),
                secondary=self.items(concerns, places, "secondary", "customer.concerns"),
                latent=self.items(concerns, places, "latent", "customer.concerns"),
                other=self.items(concerns, places, "other", "customer.concerns"),
            ),
            behaviours=self.items(data, source, "behaviours", "customer"),
            avoid=self.items(data, source, "avoid", "customer"),
            imitate=self.items(data, source, "imitate", "customer"),
            end_conditions=self.items(data, source, "end_conditions", "customer"),
        )

    def step(self, value: object, path: str) -> Step:
        data = self.mapping(value, path)
        return Step(
            number=self.number(data.get("number"), f"{path}.number"),
            title=self.text(data.get("title"), f"{path}.title"),
            condition=self.optional(data.get("condition"), f"{path}.condition"),
            lines=self.each(data.get("lines"), f"{path}.lines", self.line),
            line=self.number(data.get("line"), f"{path}.line"),
        )

    def line(self, value: object, path: str) -> Line:
        data = self.mapping(value, path)
        return Line(
            kind=self.choice(LineKind, data.get("kind", "utterance"), f"{path}.kind", LineKind.UTTERANCE),
            text=self.text(data.get("text"), f"{path}.text"),
            condition=self.optional(data.get("condition"), f"{path}.condition"),
            utterances=self.each(data.get("utterances"), f"{path}.utterances", self.text),
            line=self.number(data.get("line"), f"{path}.line"),
        )

    def fact(self, value: object, path: str) -> Fact:
        data = self.mapping(value, path)
        return Fact(
            question=self.text(data.get("question"), f"{path}.question"),
            answer=self.text(data.get("answer"), f"{path}.answer"),
            line=self.number(data.get("line"), f"{path}.line"),
        )

    def placeholder(self, value: object, path: str) -> Placeholder:
        data = self.mapping(value, path)
        line = self.number(data.get("line"), f"{path}.line")
        return Placeholder(text=self.text(data.get("text"), f"{path}.text"), line=line)

    def finding(self, value: object, path: str) -> Finding:
        data = self.mapping(value, path)
        return Finding(
            code=self.text(data.get("code"), f"{path}.code"),
            severity=self.choice(Severity, data.get("severity"), f"{path}.severity", Severity.NOTE),
            line=self.number(data.get("line"), f"{path}.line"),
            message=self.text(data.get("message"), f"{path}.message"),
        )
