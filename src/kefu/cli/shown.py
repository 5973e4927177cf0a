"""What the commands show to people: scenarios, talks and scorecards in a terminal, plain when piped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from kefu.bench.words import name, reasons
from kefu.call.call import Call
from kefu.call.turn import Speaker, Turn
from kefu.i18n import gettext as _
from kefu.parties import shown_name
from kefu.runtime import Rehearsal
from kefu.scenario.model import Item, LineKind, Scenario, Severity

if TYPE_CHECKING:
    from kefu.llm.budget import Spent

__all__ = [
    "Heard",
    "broken_off",
    "call_begins",
    "call_ends",
    "findings",
    "note",
    "scenario",
    "scorecard",
    "share",
    "spent",
    "table",
    "warning",
]

_INDENT = "      "
_BAR = 10
_QUOTED = 36
_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_GREY = "bright_black"
_STATUS = {
    "met": "green",
    "partial": "yellow",
    "missed": "red",
    "not_applicable": _GREY,
    "unscored": "magenta",
}
_MARK = {"met": "✓", "partial": "◐", "missed": "✗", "not_applicable": "–", "unscored": "?"}
_SIDE = {Speaker.CALLER: "cyan", Speaker.CUSTOMER: "yellow"}
_LINE = {LineKind.UTTERANCE: "“”", LineKind.INSTRUCTION: "→", LineKind.BRANCH: "⎇"}


def note(text: str) -> None:
    """A line on stderr, for people."""
    typer.echo(text, err=True)


def warning(text: str) -> None:
    """What may be a mistake and stops nothing, on stderr."""
    note("kefu: " + _("warning: {what}").format(what=text))


def findings(path: str, document: Scenario) -> None:
    """One line per finding, in the form editors can jump to."""
    for finding in document.findings:
        severity = typer.style(name("finding", finding.severity), fg=_SEVERITY[finding.severity])
        typer.echo(f"{path}:{finding.line}: {severity} {finding.code}: {finding.message}")


def scenario(document: Scenario) -> None:
    """What kefu understood of a document, both halves."""
    caller, customer = document.caller, document.customer
    _title(f"{document.id}  {document.title}")
    _pair(_("domain"), name("domain", document.domain) if document.domain else "–")
    _pair(_("persona"), name("persona", document.persona) if document.persona else "–")
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
    known = _("knowledge base")
    if caller.facts:
        typer.secho(f"  {known}", bold=True)
    for number, fact in enumerate(caller.facts, 1):
        typer.echo(f"     {fact.line:>4} {number}. {fact.question}")
        typer.echo(f"            {fact.answer}")
    _items(_("ends when"), caller.end_conditions)
    _items(_("closing"), caller.closings)
    _heading(_("customer"))
    _pair(_("role"), customer.role)
    _items(_("background"), customer.background)
    for label, concerns in (
        (_("primary concerns"), customer.concerns.primary),
        (_("secondary concerns"), customer.concerns.secondary),
        (_("latent concerns"), customer.concerns.latent),
        (_("other concerns"), customer.concerns.other),
    ):
        _items(label, concerns)
    _items(_("behaviour"), customer.behaviours)
    _items(_("speaks like"), customer.imitate)
    _items(_("never like"), customer.avoid)
    _items(_("ends when"), customer.end_conditions)
    for heading, items in document.other_sections.items():
        _items(heading, items)
    findings(document.id, document)
    typer.echo()


def call_begins(document: Scenario, plan: Rehearsal) -> None:
    """The heading over a talk."""
    _title(f"{document.id}  {document.title}")
    persona = plan.persona or document.persona
    typer.echo(
        _("caller {caller}, customer {customer} ({persona}), seed {seed}").format(
            caller=shown_name(plan.caller),
            customer=shown_name(plan.customer),
            persona=name("persona", persona) if persona else "–",
            seed=plan.seed,
        )
    )
    if plan.perturb:
        typer.echo(_("perturbed: {names}").format(names=", ".join(plan.perturb)))
    typer.echo()


class Heard:
    """Prints every turn as it happens, with the names of the two sides."""

    def __init__(self) -> None:
        self._names = {side: name("speaker", side) for side in Speaker}
        self._room = max(_width(word) for word in self._names.values())
        self._count = 0

    def __call__(self, turn: Turn) -> None:
        side = typer.style(_padded(self._names[turn.speaker], self._room), fg=_SIDE[turn.speaker], bold=True)
        typer.echo(f"{self._count:>3} {side}  {turn.text}")
        self._count += 1


def call_ends(spoken: Call) -> None:
    """Who ended the talk, and why."""
    if spoken.ending is None:
        return
    detail = f" ({spoken.ending.detail})" if spoken.ending.detail else ""
    who, why = name("ended_by", spoken.ending.by), name("reason", spoken.ending.reason)
    line = _("{side}: {what}").format(side=who, what=why + detail)
    typer.secho(f"    {line}", fg=_GREY)
    typer.echo()


def scorecard(card: Mapping[str, Any], document: Scenario | Mapping[int, str]) -> None:
    """A scorecard in the shape of ``score --json``, with the words it relies on.

    Of the document only the titles of its steps are needed.
    """
    totals = card["totals"]
    _title(
        _("total {total}   task flow {flow}   interaction {interaction}").format(
            total=share(totals["total"]), flow=share(totals["task_flow"]), interaction=share(totals["interaction"])
        )
    )
    if totals.get("uncapped") is not None and totals["uncapped"] != totals["total"]:
        typer.secho(_("capped by a violation; {uncapped} without").format(uncapped=share(totals["uncapped"])), fg="red")
    _judges(card)
    _heading(_("steps"))
    titles = document if isinstance(document, Mapping) else {s.number: s.title for s in document.caller.steps}
    for step in card["steps"]:
        _step(step, titles.get(step["number"], ""))
    _heading(_("interaction"))
    names = {d["name"]: name("dimension", d["name"]) for d in card["dimensions"]}
    room = max((_width(word) for word in names.values()), default=0)
    for dimension in card["dimensions"]:
        score = dimension["score"]
        bar = "" if score is None else "█" * round(score * _BAR)
        typer.echo(
            f"  {_padded(names[dimension['name']], room)} {share(score):>5} {bar:<{_BAR}}"
            f"  {reasons(dimension.get('reason') or '')}".rstrip()
        )
    if card["violations"]:
        _heading(_("violations"))
    for violation in card["violations"]:
        rule = f"{name('rule', violation['rule'])} ({name('severity', violation['severity'])})"
        typer.echo(f"  {typer.style(rule, fg='red')} [{violation['turn']}] {_quoted(violation['quote'])}")
    _outcome(card)


def _judges(card: Mapping[str, Any]) -> None:
    """Who judged besides the rules, and how far they agree."""
    for judge in card.get("judges") or ():
        model = f" ({judge['model']})" if judge["model"] else ""
        itself = "  " + typer.style(_("judges a call that it made itself"), fg="red") if judge["under_test"] else ""
        _pair(_("judge"), f"{judge['judge']}{model}{itself}")
    agreed: Mapping[str, float | None] = card.get("agreement") or {}
    if any(part is not None for part in agreed.values()):
        words = _("judges agree: steps {steps}, violations {violations}, interaction {interaction}")
        typer.echo("  " + words.format(**{rubric: share(part) for rubric, part in agreed.items()}))


def spent(name: str, used: Spent) -> None:
    """What a model has used, on stderr; a cost that is not known is not 0."""
    costs = ", ".join(map(str, used.costs)) if used.costs and not used.unpriced else _("unknown")
    line = _("{name}: {replies} replies, {tries} tries, {given} tokens in, {made} out, cost {cost}")
    numbers = {"replies": used.replies, "tries": used.tries}
    tokens = {"given": used.usage.input_tokens, "made": used.usage.output_tokens}
    note(line.format(name=name, cost=costs, **numbers, **tokens))


def broken_off(number: int, total: int) -> None:
    """How many calls the program under test broke off, on stderr: its own failure, and a result like any other."""
    if number:
        what = _("{blamed} of {total} calls were broken off by the program under test")
        note("kefu: " + what.format(blamed=number, total=total))


def share(value: float | None) -> str:
    """A score as it is printed; a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Columns that line up, whatever the width of their characters; numbers to the right."""
    lines = [heads, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(heads))]
    for number, line in enumerate(lines):
        cells = [
            " " * (room - _width(cell)) + cell if cell[:1].isdigit() or cell == "–" else _padded(cell, room)
            for cell, room in zip(line, widths, strict=True)
        ]
        typer.secho("  ".join(cells).rstrip(), bold=number == 0)


def _step(step: Mapping[str, Any], title: str) -> None:
    status = step["status"]
    mark = typer.style(_MARK[status], fg=_STATUS[status])
    turns = " ".join(f"[{turn}]" for turn in step["turns"])
    typer.echo(f"  {mark} {step['number']:>2} {title}  {turns}".rstrip())
    words = (_quoted(step["quote"]) if step.get("quote") else "", step.get("reason") or "")
    detail = "  ".join(word for word in words if word)
    if detail and status != "met":
        typer.secho(f"{_INDENT}  {detail}", fg=_GREY)
    elif step.get("quote"):
        typer.secho(f"{_INDENT}  {_quoted(step['quote'])}", fg=_GREY)


def _outcome(card: Mapping[str, Any]) -> None:
    outcome: Mapping[str, Any] = card.get("outcome") or {}
    _heading(_("outcome"))
    _pair(_("result"), name("result", outcome.get("result", "–")))
    for label, kind in ((_("problems"), "problems"), (_("requests"), "requests"), (_("promises"), "promises")):
        for entry in outcome.get(kind) or ():
            _pair(label, _noted(entry))
    for gap in card.get("gaps") or ():
        _pair(_("asked, and in no answer of the knowledge base"), _noted(gap))
    fidelity: Mapping[str, Any] = card.get("fidelity") or {}
    for problem in fidelity.get("problems") or ():
        _pair(_("customer not true to the document"), f"{problem['message']} {_noted(problem)}")
    if card.get("attribution", "none") != "none":
        _pair(_("attributed to"), name("attribution", card["attribution"]))
    for entry in card.get("unscored") or ():
        _pair(_("unscored"), f"{entry['check']}: {entry['reason']}")


def _noted(entry: Mapping[str, Any]) -> str:
    """The turn and words of an entry, and what kind of thing it is where there are several."""
    kind = f"{name('request', entry['kind'])} " if entry.get("kind") else ""
    return f"{kind}[{entry['turn']}] {_quoted(entry['quote'])}"


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= _QUOTED else f"“{text[:_QUOTED]}…”"


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
