"""Wiring: names of parties become parties, and a rehearsal becomes a call; every door goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kefu.call.call import Call
from kefu.call.party import Party
from kefu.call.talk import MAX_TURNS, talk
from kefu.call.turn import Speaker, Turn
from kefu.errors import InputError, UsageError
from kefu.scenario.model import Persona, Scenario

__all__ = ["CALLERS", "CUSTOMERS", "Rehearsal", "open_party", "rehearse"]

CALLERS = ("script",)
CUSTOMERS = ("persona",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How a call is to be held: who speaks for either side, the seed, and what is known of the customer."""

    caller: str = "script"
    customer: str = "persona"
    persona: Persona | None = None
    seed: int = 0
    known: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    max_turns: int = MAX_TURNS


async def rehearse(scenario: Scenario, plan: Rehearsal, heard: Callable[[Turn], None] | None = None) -> Call:
    """Hold one call. Raises :class:`InputError` for a scenario that cannot be called with."""
    _callable(scenario, plan)
    persona = plan.persona or scenario.persona
    call = Call(
        scenario=scenario.id,
        caller=plan.caller,
        customer=plan.customer,
        persona=persona.value if persona else "",
        seed=plan.seed,
    )
    caller = open_party(Speaker.CALLER, scenario, plan)
    customer = open_party(Speaker.CUSTOMER, scenario, plan)
    return await talk(caller, customer, call, max_turns=plan.max_turns, heard=heard)


def open_party(side: Speaker, scenario: Scenario, plan: Rehearsal) -> Party:
    """The party that holds ``side``. Raises :class:`UsageError` for a name that names none."""
    name = plan.caller if side is Speaker.CALLER else plan.customer
    if side is Speaker.CALLER and name == "script":
        from kefu.call.script import ScriptCaller

        return ScriptCaller(scenario, known=plan.known, seed=plan.seed)
    if side is Speaker.CUSTOMER and name == "persona":
        from kefu.call.persona import PersonaCustomer

        return PersonaCustomer(scenario, persona=plan.persona, seed=plan.seed)
    known = CALLERS if side is Speaker.CALLER else CUSTOMERS
    raise UsageError(f"no {side} is called {name!r}", where=f"--{side}", hint=f"choose {' or '.join(known)}")


def _callable(scenario: Scenario, plan: Rehearsal) -> None:
    """Refuse what no party could call with: the errors among the findings, a missing half that no option replaces."""
    caller_only = plan.customer == "persona" and plan.persona is not None
    for finding in scenario.findings:
        if finding.severity.value == "error" and not (finding.code == "no_customer_half" and caller_only):
            hint = "mend the document"
            if finding.code == "no_customer_half":
                hint = "add the half, join two files by +, or choose a customer with --persona NAME"
            raise InputError(finding.message, where=scenario.id or "scenario", hint=hint)
