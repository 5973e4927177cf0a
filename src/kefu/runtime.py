"""Wiring: names of parties become parties, and a rehearsal becomes a call; every door goes through here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from kefu.call.call import Call
from kefu.call.perturb import Perturbed
from kefu.call.talk import MAX_TURNS, talk
from kefu.call.turn import Speaker, Turn
from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.parties import Part, Parties, is_told_all, shown_name, stands_in
from kefu.scenario.model import Persona, Scenario, Severity
from kefu.settings import Settings

if TYPE_CHECKING:
    from kefu.llm.chat import Chat

__all__ = [
    "Cell",
    "Parties",
    "Rehearsal",
    "cells_of",
    "check_ready",
    "open_chat",
    "rehearse",
    "rehearse_all",
    "unused_names",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How a call is to be held: who speaks for either side, the seed, and what is known of the customer."""

    caller: str = "script"
    customer: str = "persona"
    persona: Persona | None = None
    seed: int = 0
    perturb: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    max_turns: int = MAX_TURNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One call of a run: its scenario and how it is to be held."""

    scenario: Scenario
    plan: Rehearsal


def cells_of(
    scenarios: Sequence[Scenario], plan: Rehearsal, rows: Sequence[Mapping[str, str]], trials: int
) -> Iterator[Cell]:
    """One call for each document, row and trial, in this order; every trial has the seed after that before it."""
    for scenario in scenarios:
        for row in rows:
            for trial in range(trials):
                yield Cell(scenario=scenario, plan=replace(plan, seed=plan.seed + trial, known=row))


async def rehearse_all(cells: Iterable[Cell], parties: Parties, concurrency: int) -> AsyncGenerator[tuple[Cell, Call]]:
    """The calls in the order of the cells, ``concurrency`` of them held at once."""
    from kefu.bench.order import in_order

    async for cell, call in in_order(
        cells, lambda cell: rehearse(cell.scenario, cell.plan, parties=parties), concurrency
    ):
        yield cell, call


def unused_names(scenarios: Iterable[Scenario], plan: Rehearsal, names: Iterable[str]) -> tuple[str, ...]:
    """The names of what is known that nobody in these calls would speak of."""
    if is_told_all(Speaker.CALLER, plan.caller) or is_told_all(Speaker.CUSTOMER, plan.customer):
        return ()
    from kefu.call.placeholders import unused

    return unused(scenarios, names)


async def rehearse(
    scenario: Scenario,
    plan: Rehearsal,
    heard: Callable[[Turn], None] | None = None,
    *,
    parties: Parties | None = None,
    record: Callable[[str], None] | None = None,
    kept: Path | None = None,
) -> Call:
    """Hold one call; ``heard`` is told of every turn as it happens. Raises as :func:`check_ready`.

    ``record`` is handed every exchange with a model, as a line of JSON; ``kept`` is a folder
    of this call alone, which keeps replies for when it is held again after a kill.

    ``parties`` is what all calls of a run share; without it, this call opens and
    closes what it needs.
    """
    if parties is None:
        async with Parties() as own:
            return await rehearse(scenario, plan, heard, parties=own, record=record, kept=kept)
    check_ready(scenario, plan, parties)
    persona = plan.persona or scenario.persona
    call = Call(
        scenario=scenario.id,
        caller=shown_name(plan.caller),
        customer=shown_name(plan.customer),
        persona=persona.value if persona else "",
        seed=plan.seed,
        perturb=plan.perturb,
    )
    part = partial(Part, scenario=scenario, known=plan.known, persona=plan.persona, seed=plan.seed)
    caller = parties.open(plan.caller, part(side=Speaker.CALLER, record=record, kept=kept))
    customer = parties.open(plan.customer, part(side=Speaker.CUSTOMER, record=record, kept=kept))
    if plan.perturb:
        customer = Perturbed(customer, plan.perturb, seed=plan.seed)
    if (embedding := await parties.embedding()) is None:
        return await talk(caller, customer, call, max_turns=plan.max_turns, heard=heard)
    from kefu.embedding import Informed

    caller = Informed(caller, scenario, embedding)
    call = await talk(caller, customer, call, max_turns=plan.max_turns, heard=heard)
    await embedding.inform(scenario, [turn.text for turn in call.turns])  # whoever scores it looks them up
    return call


def check_ready(scenario: Scenario, plan: Rehearsal, parties: Parties | None = None) -> None:
    """Refuse, before anybody speaks, a plan that cannot be carried out.

    Raises :class:`UsageError` for a party that nobody is, :class:`InputError`
    for settings that cannot be read as what they should be and for a scenario
    with an error among its findings. A missing customer half is no error where
    somebody stands in for it.
    """
    known = parties or Parties()
    known.check(Speaker.CALLER, plan.caller)
    known.check(Speaker.CUSTOMER, plan.customer)
    replaced = stands_in(plan.customer, plan.persona)
    for finding in scenario.findings:
        if finding.severity is Severity.ERROR and not (finding.code == "customer_half_missing" and replaced):
            hint = _("mend the document")
            if finding.code == "customer_half_missing":
                hint = _("add the half, join two files by +, or choose a customer with --persona NAME")
            raise InputError(finding.message, where=scenario.id or _("scenario"), hint=hint)


@asynccontextmanager
async def open_chat(name: str, settings: Settings) -> AsyncGenerator[Chat]:
    """The model called ``name``, for any number of conversations; closed at the end.

    ``name`` is that of a table of ``[models]``, ``default``, or the bare id of a
    model on the default endpoint. Raises as :func:`kefu.llm.named.endpoint_named`.
    """
    from kefu.llm import openai
    from kefu.llm.named import endpoint_named

    cache = Path(settings.cache) if settings.cache else None
    async with openai.open_chat(endpoint_named(name, settings), cache=cache) as chat:
        yield chat
