"""What one side of a call knows of its document: its own half, written out, and nothing of the other.

A section under a heading that the reader does not know belongs to a half only
where it stands among that half's lines; elsewhere nobody could say whose it is,
and it is shown to neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kefu.call.placeholders import Filling
from kefu.call.turn import Speaker
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Caller, Customer, Item, Scenario
from kefu.scenario.write import write_scenario

__all__ = ["half_of", "name_of"]

_LONGEST_NAME = 4


def half_of(scenario: Scenario, side: Speaker, known: Mapping[str, str]) -> str:
    """The half of ``side`` as Markdown, with its placeholders filled from ``known``; blank where there is none."""
    half = _halves(scenario)[side]
    return Filling(scenario, known).fill(half) if half and known else half


def name_of(scenario: Scenario, side: Speaker) -> str:
    """What ``side`` is called by its own half, where that begins with a name; blank otherwise."""
    role = (scenario.caller if side is Speaker.CALLER else scenario.customer).role
    name = role.replace(",", "，").partition("，")[0].strip(' -*“”"')
    return name if 1 < len(name) <= _LONGEST_NAME else ""


@once_per_scenario
def _halves(scenario: Scenario) -> Mapping[Speaker, str]:
    written: dict[Speaker, str] = {}
    for side in Speaker:
        own = scenario.caller if side is Speaker.CALLER else scenario.customer
        sections = _own_sections(scenario, side)
        caller, customer = (own, Customer()) if isinstance(own, Caller) else (Caller(), own)
        alone = Scenario(caller=caller, customer=customer, other_sections=sections)
        written[side] = "" if own in (Caller(), Customer()) else write_scenario(alone).strip()
    return written


def _own_sections(scenario: Scenario, side: Speaker) -> Mapping[str, tuple[Item, ...]]:
    if not scenario.other_sections:
        return scenario.other_sections
    halves = {Speaker.CALLER: _caller_lines(scenario.caller), Speaker.CUSTOMER: _customer_lines(scenario.customer)}
    own, other = _span(halves[side]), _span(halves[side.other])
    apart = own[1] < other[0] or other[1] < own[0]
    return MappingProxyType(
        {
            heading: items
            for heading, items in scenario.other_sections.items()
            if apart and items and all(own[0] < item.line < own[1] for item in items)
        }
    )


def _span(lines: Iterable[int]) -> tuple[int, int]:
    known = [line for line in lines if line > 0]
    return (min(known), max(known)) if known else (0, 0)


def _caller_lines(caller: Caller) -> Iterable[int]:
    items = (*caller.profile, *caller.openings, *caller.end_conditions, *caller.closings)
    yield from (item.line for item in items)
    yield from (step.line for step in caller.steps)
    yield from (line.line for step in caller.steps for line in step.lines)
    yield from (fact.line for fact in caller.facts)


def _customer_lines(customer: Customer) -> Iterable[int]:
    concerns = customer.concerns
    items = (*customer.background, *customer.behaviours, *customer.avoid, *customer.imitate, *customer.end_conditions)
    worries = (*concerns.primary, *concerns.secondary, *concerns.latent, *concerns.other)
    yield from (item.line for item in (*items, *worries))
