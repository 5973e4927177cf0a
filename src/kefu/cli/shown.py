"""What the commands show to people: scenarios, talks and scorecards in a terminal, plain when piped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import typer

from kefu.call.call import Call, EndedBy
from kefu.call.turn import Speaker, Turn
from kefu.i18n import gettext as _
from kefu.runtime import Rehearsal
from kefu.scenario.model import Item, LineKind, Scenario, Severity

__all__ = ["Heard", "call_begins", "call_ends", "findings", "note", "scenario", "scorecard"]

_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_STATUS = {"met": "green", "partial": "yellow", "missed": "red", "not_applicable": "bright_black", "unscored": "magenta"}
_MARK = {"met": "✓", "partial": "◐", "missed": "✗", "not_applicable": "–", "unscored": "?"}
_LINE = {LineKind.UTTERANCE: "“”", LineKind.INSTRUCTION: "→", LineKind.BRANCH: "⎇"}


def note(text: str) -> None:
    """A line on stderr, for people."""
    typer.echo(text, err=True)


def findings(path: str, document: Scenario) -> None:
    """One line per finding, in the form editors can jump to."""
    for finding in document.findings:
        severity = typer.style(finding.severity.value, fg=_SEVERITY[finding.severity])
        typer.echo(f"{path}:{finding.line}: {severity} {finding.code}: {finding.message}")


def scenario(document: Scenario) -> None:
    """What kefu understood of a document, both halves."""
    caller, customer = document.caller, document.customer
    _title(f"{document.id}  {document.title}")
    _pair(_("domain"), document.domain.value if document.domain else "–")
    _pair(_("persona"), document.persona.value if document.persona else "–")
    _heading(_("caller"))
    _pair(_("role"), caller.role)
    _pair(_("task"), caller.task)
    _items(_("opening"), caller.openings)
    for step in caller.steps:
        typer.secho(f"  {step.number}. {step.title}", bold=True)
        for line in step.lines:
            said = "" if line.kind is LineKind.INSTRUCTION else "  ".join(line.utterances)
            condition = f"{line.condition}: " if line.condition else ""
            typer.echo(f"     {line.line:>4} {_LINE[line.kind]} {condition}{said or line.text}")
    if caller.facts:
        typer.secho(f"  {_('knowledge base')}", bold=True)
    for number, fact in enumerate(caller.facts, 1):
        typer.echo(f"     {fact.line:>4} {number}. {fact.question}")
        typer.echo(f"            {fact.answer}")
    _items(_("ends when"), caller.end_conditions)
    _items(_("closing"), caller.closings)
    _heading(_("customer"))
    _pair(_("role"), customer.role)
    _items(_("background"), customer.background)
    for label, concerns in (
        (_("primary concerns"), customer.concerns.primary), (_("secondary concerns"), customer.concerns.secondary),
        (_("latent concerns"), customer.concerns.latent), (_("other concerns"), customer.concerns.other),
    ):  # fmt: skip
        _items(label, concerns)
    _items(_("behaviour"), customer.behaviours)
    _items(_("speaks like"), customer.imitate)
    _items(_("never like"), customer.avoid)
    _items(_("ends when"), customer.end_conditions)
    for name, items in document.other_sections.items():
        _items(name, items)
    findings(document.id, document)
    typer.echo()


def call_begins(document: Scenario, plan: Rehearsal) -> None:
    """The heading over a talk."""
    _title(f"{document.id}  {document.title}")
    persona = plan.persona or document.persona
    typer.echo(
        _("caller {caller}, customer {customer} ({persona}), seed {seed}").format(
            caller=plan.caller, customer=plan.customer, persona=persona.value if persona else "–", seed=plan.seed
        )
    )
    typer.echo()


class Heard:
    """Prints every turn as it happens, with the names of the two sides."""

    def __init__(self, document: Scenario) -> None:
        self._names = {Speaker.CALLER: _("caller"), Speaker.CUSTOMER: _("customer")}
        self._colours = {Speaker.CALLER: "cyan", Speaker.CUSTOMER: "yellow"}
        self._count = 0

    def __call__(self, turn: Turn) -> None:
        name = _padded(self._names[turn.speaker], max(_width(n) for n in self._names.values()))
        typer.echo(f"{self._count:>3} {typer.style(name, fg=self._colours[turn.speaker], bold=True)}  {turn.text}")
        self._count += 1


def call_ends(spoken: Call) -> None:
    """Who ended the talk, and why."""
    if spoken.ending is None:
        return
    who = {
        EndedBy.CALLER: _("the caller hung up"), EndedBy.CUSTOMER: _("the customer hung up"),
        EndedBy.LIMIT: _("the turn limit was reached"), EndedBy.ERROR: _("a party failed"),
    }[spoken.ending.by]  # fmt: skip
    detail = f" ({spoken.ending.detail})" if spoken.ending.detail else ""
    typer.echo(f"    {typer.style(f'{who}: {spoken.ending.reason}{detail}', fg='bright_black')}")
    typer.echo()


def scorecard(card: Mapping[str, Any]) -> None:
    """A scorecard in the shape of ``score --json``, with the words it relies on."""
    totals = card["totals"]
    _title(
        _("total {total}  task flow {flow}  interaction {interaction}").format(
            total=_share(totals["total"]), flow=_share(totals["task_flow"]), interaction=_share(totals["interaction"])
        )
    )
    if totals.get("uncapped") is not None and totals["uncapped"] != totals["total"]:
        typer.secho(_("capped by a violation; {uncapped} without").format(uncapped=_share(totals["uncapped"])), fg="red")
    _heading(_("steps"))
    for step in card["steps"]:
        status = typer.style(f"{_MARK[step['status']]} {step['status']:<14}", fg=_STATUS[step["status"]])
        where = ",".join(str(turn) for turn in step["turns"])
        quote = f"“{step['quote']}”" if step.get("quote") else ""
        typer.echo(f"  {step['number']:>2} {status} {where:<8} {quote} {step.get('reason') or ''}".rstrip())
    _heading(_("interaction"))
    for dimension in card["dimensions"]:
        quotes = "  ".join(f"[{e['turn']}] “{e['quote']}”" for e in dimension.get("evidence") or ())
        name = _padded(str(dimension["name"]), 15)
        typer.echo(f"  {name} {_share(dimension['score']):>5}  {dimension.get('reason') or ''}  {quotes}".rstrip())
    if card["violations"]:
        _heading(_("violations"))
    for violation in card["violations"]:
        rule = typer.style(f"{violation['severity']:<8} {violation['rule']:<21}", fg="red")
        typer.echo(f"  {rule} [{violation['turn']}] “{violation['quote']}”")
    _outcome(card)


def _outcome(card: Mapping[str, Any]) -> None:
    outcome, fidelity = card.get("outcome") or {}, card.get("fidelity") or {}
    _heading(_("outcome"))
    _pair(_("result"), str(outcome.get("result", "–")))
    for label, name in ((_("problems"), "problems"), (_("requests"), "requests"), (_("promises"), "promises")):
        for entry in outcome.get(name) or ():
            text = entry.get("quote") or entry.get("what") if isinstance(entry, Mapping) else str(entry)
            _pair(label, f"{text}")
    if fidelity and not fidelity.get("valid", True):
        _pair(_("customer not true to the document"), "; ".join(_words(p) for p in fidelity.get("problems") or ()))
    if card.get("attribution", "none") != "none":
        _pair(_("attributed to"), str(card["attribution"]))
    for entry in card.get("unscored") or ():
        _pair(_("unscored"), _words(entry))


def _words(entry: Any) -> str:
    return " ".join(str(v) for v in entry.values()) if isinstance(entry, Mapping) else str(entry)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _title(text: str) -> None:
    typer.secho(text.strip(), bold=True)


def _heading(text: str) -> None:
    typer.secho(text, bold=True, underline=True)


def _pair(label: str, text: str) -> None:
    if text:
        typer.echo(f"  {label}: {text}")


def _items(label: str, items: Iterable[Item]) -> None:
    entries = tuple(items)
    if entries:
        typer.secho(f"  {label}", bold=True)
    for item in entries:
        typer.echo(f"     {item.line:>4} {item.text}")


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
