"""A scenario document, read: text to the typed value, whatever the text is.

The reader never fails on content. What it does not understand it keeps, and
says so in a finding.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

from kefu.scenario.ending import read_ending, read_opening
from kefu.scenario.flow import read_steps
from kefu.scenario.items import is_alternative, read_concerns, read_items, read_style, tells_the_reader
from kefu.scenario.knowledge import read_facts
from kefu.scenario.markdown import HEADING, Row, read_rows
from kefu.scenario.model import Caller, Concerns, Customer, Item, Scenario
from kefu.scenario.outline import CALLER, CUSTOMER, Outline, Section, outline_of
from kefu.scenario.words import labels, name_of

__all__ = ["join_halves", "parse_scenario", "title_of_task"]

_CLAUSE = re.compile(r"[，,；;。！!？?：:\n]")
_LONG_TITLE = 40
_MANNER = ("在", "以", "用", "通过", "凭", "借", "本着", "按", "根据", "围绕", "针对", "当", "为了")
_OCCASION = ("后", "时", "前", "之后", "之前", "的情况下", "的前提下")


def parse_scenario(text: str, *, id: str = "") -> Scenario:  # noqa: A002
    """Read one document. ``id`` is the name it goes by, usually its file's name without the extension."""
    from kefu.scenario.check import findings_of
    from kefu.scenario.infer import infer_domain, infer_persona
    from kefu.scenario.place import places_of
    from kefu.scenario.placeholder import placeholders_of

    rows = read_rows(text)
    outline = outline_of(rows)
    scenario = _scenario(outline, id)
    scenario = replace(
        scenario,
        domain=infer_domain(scenario),
        persona=infer_persona(scenario),
        placeholders=placeholders_of(scenario, rows),
    )
    return replace(scenario, findings=findings_of(scenario, rows, places_of(outline), text))


def join_halves(caller: Scenario, customer: Scenario) -> Scenario:
    """One scenario of the caller's half of the first and the customer's half of the second."""
    from kefu.scenario.check import findings_of_value
    from kefu.scenario.infer import infer_domain, infer_persona
    from kefu.scenario.placeholder import placeholders_in

    other = {title: list(items) for title, items in caller.other_sections.items()}
    for title, items in customer.other_sections.items():
        other.setdefault(title, []).extend(items)
    joined = Scenario(
        id=caller.id if caller.id == customer.id or not customer.id else f"{caller.id}+{customer.id}".strip("+"),
        title=caller.title or customer.title,
        caller=caller.caller,
        customer=customer.customer,
        other_sections=MappingProxyType({title: tuple(items) for title, items in other.items()}),
    )
    joined = replace(
        joined, domain=infer_domain(joined), persona=infer_persona(joined), placeholders=placeholders_in(joined)
    )
    return replace(joined, findings=findings_of_value(joined))


def title_of_task(task: str) -> str:
    """A title for a document that has none: the first clause of its task that says more than how or when."""
    clauses = [part.strip() for part in _CLAUSE.split(task[:400]) if part.strip()]
    clause = next(
        (part for part in clauses if not part.startswith(_MANNER) and not part.endswith(_OCCASION)),
        clauses[0] if clauses else "",
    )
    return clause if len(clause) <= _LONG_TITLE else clause[: _LONG_TITLE - 1] + "…"


def _scenario(outline: Outline, name: str) -> Scenario:
    """The typed value of a document cut into sections; what no reader takes goes to the other sections."""
    other: dict[str, list[Item]] = {title: _verbatim(rows) for title, rows in outline.other.items()}
    caller = _caller(_Sections(outline, CALLER), other)
    customer = _customer(_Sections(outline, CUSTOMER), other)
    return Scenario(
        id=name,
        title=outline.title or title_of_task(caller.task),
        caller=caller,
        customer=customer,
        other_sections=MappingProxyType({title: tuple(items) for title, items in other.items() if items}),
    )


class _Sections:
    """The sections of one half, by kind; several of one kind are read as one."""

    def __init__(self, outline: Outline, half: str) -> None:
        self.of: dict[str, list[Section]] = {}
        for section in outline.sections:
            if section.half == half:
                self.of.setdefault(section.kind, []).append(section)

    def rows(self, kind: str) -> list[Row]:
        found = self.of.get(kind, [])
        return found[0].rows if len(found) == 1 else [row for section in found for row in section.rows]

    def title(self, kind: str) -> str:
        return self.of[kind][0].title


def _caller(sections: _Sections, other: dict[str, list[Item]]) -> Caller:
    steps, before_steps = read_steps(sections.rows("steps"))
    facts, before_facts = read_facts(sections.rows("facts"))
    _keep(other, sections, "steps", before_steps)
    _keep(other, sections, "facts", before_facts)
    conditions: list[Item] = []
    closings: list[Item] = []
    for section in sections.of.get("ending", []):
        some_conditions, some_closings = read_ending(section.rows, section.title)
        conditions += some_conditions
        closings += some_closings
    return Caller(
        role=_prose(sections.rows("role")),
        task=_prose(sections.rows("task")),
        profile=read_items(sections.rows("profile")),
        steps=steps,
        facts=facts,
        openings=read_opening(sections.rows("opening")),
        end_conditions=tuple(conditions),
        closings=tuple(closings),
    )


def _customer(sections: _Sections, other: dict[str, list[Item]]) -> Customer:
    avoid, imitate, before_style = read_style(sections.rows("style"))
    _keep(other, sections, "style", before_style)
    concerns = sections.rows("concerns")
    return Customer(
        role=_prose(sections.rows("role")),
        background=read_items(sections.rows("background")),
        concerns=read_concerns(concerns) if concerns else Concerns(),
        behaviours=read_items(sections.rows("behaviours")),
        avoid=avoid,
        imitate=imitate,
        end_conditions=read_items(_unlabelled(sections.rows("ending"))),
    )


def _unlabelled(rows: list[Row]) -> list[Row]:
    """The rows of an ending section without the labels that only repeat its heading."""
    return [row for row in rows if not labels().conditions.fullmatch(name_of(row.text))]


def _prose(rows: list[Row]) -> str:
    return "\n".join(row.text for row in rows if row.mark != HEADING)


def _keep(other: dict[str, list[Item]], sections: _Sections, kind: str, rows: list[Row]) -> None:
    """Keep verbatim the rows of a known section that say nothing its reader knows."""
    kept = _verbatim([row for row in rows if not is_alternative(row) and not tells_the_reader(row)])
    if kept:
        other.setdefault(_bare_title(sections.title(kind)), []).extend(kept)


def _bare_title(title: str) -> str:
    return re.split("[（(]", title, maxsplit=1)[0].strip() or title


def _verbatim(rows: list[Row]) -> list[Item]:
    return [Item(text=row.source, line=row.line) for row in rows]
