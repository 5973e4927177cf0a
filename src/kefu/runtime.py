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
from kefu.i18n import gettext as _
from kefu.scenario.model import Persona, Scenario, Severity

__all__ = ["CALLERS", "CUSTOMERS", "Rehearsal", "check_ready", "open_party", "rehearse"]

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
    """Hold one call; ``heard`` is told of every turn as it happens. Raises as :func:`check_ready`."""
    check_ready(scenario, plan)
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


def check_ready(scenario: Scenario, plan: Rehearsal) -> None:
    """Refuse, before anybody speaks, a plan that cannot be carried out.

    Raises :class:`UsageError` for a party that nobody is, :class:`InputError`
    for a scenario with an error among its findings. A missing customer half is
    no error where a persona stands in for it.
    """
    for side, name, known in ((Speaker.CALLER, plan.caller, CALLERS), (Speaker.CUSTOMER, plan.customer, CUSTOMERS)):
        if name not in known:
            raise UsageError(
                _("no {side} is called {name}").format(side=side.value, name=repr(name)),
                where=f"--{side.value}",
                hint=_("choose {names}").format(names=", ".join(known)),
            )
    replaced = plan.customer == "persona" and plan.persona is not None
    for finding in scenario.findings:
        if finding.severity is Severity.ERROR and not (finding.code == "customer_half_missing" and replaced):
            hint = _("mend the document")
            if finding.code == "customer_half_missing":
                hint = _("add the half, join two files by +, or choose a customer with --persona NAME")
            raise InputError(finding.message, where=scenario.id or _("scenario"), hint=hint)


def open_party(side: Speaker, scenario: Scenario, plan: Rehearsal) -> Party:
    """The party that holds ``side`` of a plan that is ready."""
    if side is Speaker.CALLER:
        from kefu.call.script import ScriptCaller

        return ScriptCaller(scenario, known=plan.known, seed=plan.seed)
    from kefu.call.persona import PersonaCustomer

    return PersonaCustomer(scenario, persona=plan.persona, seed=plan.seed)
