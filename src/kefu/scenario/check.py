"""Findings: what the author of a scenario should know before anybody calls with it.

An error means that the scenario cannot be called with; a warning, that somebody
should look; a note, that the reader had to choose. ``FINDINGS`` is the list from
which the reference page is made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from kefu.i18n import gettext as _
from kefu.scenario.contradiction import contradictions
from kefu.scenario.markdown import Row
from kefu.scenario.model import Caller, Customer, Finding, Item, Placeholder, Scenario, Severity
from kefu.scenario.outline import CALLER, CUSTOMER
from kefu.scenario.place import Places
from kefu.scenario.placeholder import leaves_a_choice
from kefu.scenario.quote import balanced, surplus
from kefu.scenario.words import alternation, load

__all__ = ["FINDINGS", "FindingKind", "findings_of", "findings_of_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """One thing that a check can find."""

    code: str
    severity: Severity
    summary: str


def _kinds(*rows: tuple[str, Severity, str]) -> Mapping[str, FindingKind]:
    return MappingProxyType(
        {code: FindingKind(code=code, severity=severity, summary=summary) for code, severity, summary in rows}
    )


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

FINDINGS: Mapping[str, FindingKind] = _kinds(
    ("caller_half_missing", _E, "Nothing is said of the side that dials."),
    ("customer_half_missing", _E, "Nothing is said of the side that answers."),
    ("no_step", _E, "The caller's flow has no step."),
    ("no_opening_and_no_utterance", _E, "There is no opening and no line to say in any step: a call could not begin."),
    ("missing_section", _W, "A section that scenarios have is missing or empty."),
    ("placeholder", _W, "A hole was left to be filled in; it must not be spoken as it stands."),
    ("question_without_answer", _W, "A question of the knowledge base has no answer."),
    ("answer_without_question", _W, "An answer of the knowledge base has no question."),
    ("duplicate_question", _W, "Two questions of the knowledge base are the same."),
    ("step_without_line", _W, "A step has no line to say."),
    ("step_number_gap", _W, "The numbers of the steps leave one out."),
    ("duplicate_step", _W, "Two steps have the same number or the same title."),
    ("end_condition_never", _W, "Nothing in a call can bring this end condition about."),
    ("contradictory_facts", _W, "Two answers give different numbers for the same thing."),
    ("flow_contradicts_fact", _W, "The flow gives another number for a thing than the knowledge base does."),
    ("unbalanced_quotes", _W, "A quotation mark is opened and not closed, or closed and not opened."),
    ("control_character", _W, "The file holds NUL bytes, which no text has: it may be damaged."),
    ("unknown_section", _N, "A section that the reader does not know; it is kept, but no call uses it."),
    ("no_domain", _N, "No word tells which domain the scenario belongs to."),
    ("no_persona", _N, "No word tells which persona the customer is."),
)


def findings_of(scenario: Scenario, rows: list[Row], places: Places, text: str = "") -> tuple[Finding, ...]:
    """The findings of a document that was read from ``rows`` of ``text``, in the order of its lines."""
    found = [*_of_value(scenario, places), *_unbalanced(rows), *_damage(text)]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code)))


def findings_of_value(scenario: Scenario) -> tuple[Finding, ...]:
    """The findings of a scenario whose text is not at hand."""
    found = _of_value(scenario, Places())
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code)))


_LINE_END = re.compile(r"\r\n|\r|\n")
_LONG_CONDITION = 200
_OTHER_QUOTES = '「」『』"＂'
_QUOTED_LINES = 3
"""A quote is not open over more lines than this."""
_ENOUGH = 2
"""So many pairs of characters in common with the call make a condition one that it may bring about."""


def _found(code: str, line: int, message: str) -> Finding:
    return Finding(code=code, severity=FINDINGS[code].severity, line=line, message=message)


def _of_value(scenario: Scenario, places: Places) -> list[Finding]:
    found: list[Finding] = []
    for check in (_numbering, _holes, _facts, _ends, _contradictions, _unknown):
        found.extend(check(scenario))
    for missing in (_halves, _flow, _sections, _uninferred):
        found.extend(missing(scenario, places))
    return found


def _halves(scenario: Scenario, places: Places) -> Iterator[Finding]:
    if scenario.caller == Caller():
        yield _found(
            "caller_half_missing",
            places.of(CALLER),
            _("no half for the side that dials; begin it with the heading ## 电话拨打方"),
        )
    if scenario.customer == Customer():
        yield _found(
            "customer_half_missing",
            places.of(CUSTOMER),
            _("no half for the side that answers; begin it with the heading ## 电话接听方"),
        )


def _flow(scenario: Scenario, places: Places) -> Iterator[Finding]:
    caller = scenario.caller
    if caller == Caller():
        return
    steps = caller.steps
    if not steps:
        yield _found(
            "no_step",
            places.of(CALLER, "steps"),
            _("the flow has no step; number its steps 1., 2., 3. under ### 分步流程和话术"),
        )
    if not caller.openings and not any(line.utterances for step in steps for line in step.lines):
        yield _found(
            "no_opening_and_no_utterance",
            places.of(CALLER, "steps"),
            _("nothing to say: write an opening, or put what is spoken in the steps into quotes “…”"),
        )
    for step in steps:
        if not any(line.utterances for line in step.lines):
            yield _found(
                "step_without_line",
                step.line,
                _("step %(number)d has no line to say; add one in quotes “…”") % {"number": step.number},
            )


def _numbering(scenario: Scenario) -> Iterator[Finding]:
    steps = scenario.caller.steps
    numbers = Counter(step.number for step in steps)
    last = 0
    for step in steps:
        if step.number > last + 1:
            yield _found(
                "step_number_gap",
                step.line,
                _("step %(number)d follows step %(last)d; number the steps without gaps")
                % {"number": step.number, "last": last},
            )
        last = max(last, step.number)
    seen: dict[int, int] = {}
    titles: dict[str, int] = {}
    for step in steps:
        if numbers[step.number] > 1 and step.number in seen:
            yield _found(
                "duplicate_step",
                step.line,
                _("step number %(number)d was used already in line %(line)d; renumber the steps")
                % {"number": step.number, "line": seen[step.number]},
            )
        elif step.title and step.title in titles:
            yield _found(
                "duplicate_step",
                step.line,
                _("step %(number)d has the title of the step in line %(line)d; merge them or rename one")
                % {"number": step.number, "line": titles[step.title]},
            )
        seen.setdefault(step.number, step.line)
        titles.setdefault(step.title, step.line)


def _sections(scenario: Scenario, places: Places) -> Iterator[Finding]:
    caller, customer, concerns = scenario.caller, scenario.customer, scenario.customer.concerns
    of_caller = (
        ("role", "role", caller.role),
        ("task", "task", caller.task),
        ("profile", "profile", caller.profile),
        ("facts", "facts", caller.facts),
        ("opening", "opening", caller.openings),
        ("end_conditions", "ending", caller.end_conditions),
        ("closings", "ending", caller.closings),
    )
    of_customer = (
        ("role", "role", customer.role),
        ("background", "background", customer.background),
        ("concerns", "concerns", concerns.primary or concerns.secondary or concerns.latent or concerns.other),
        ("behaviours", "behaviours", customer.behaviours),
        ("style", "style", customer.avoid or customer.imitate),
        ("customer_ending", "ending", customer.end_conditions),
    )
    headings: Mapping[str, str] = load("words.toml")["headings"]
    for half, empty, sections in (
        (CALLER, caller == Caller(), of_caller),
        (CUSTOMER, customer == Customer(), of_customer),
    ):
        for name, kind, value in sections:
            if not value and not empty:
                words = {"heading": headings[name].split("（", maxsplit=1)[0], "half": headings[half]}
                yield _found(
                    "missing_section",
                    places.of(half, kind),
                    _("section “%(heading)s” of “%(half)s” is missing or empty; add it") % words,
                )


def _holes(scenario: Scenario) -> Iterator[Finding]:
    first, last = _customer_lines(scenario)
    for hole in scenario.placeholders:
        if first <= hole.line <= last:
            yield _found(
                "placeholder",
                hole.line,
                _("“%(text)s” looks like a hole; fill it in, unless the customer is meant to say it")
                % {"text": hole.text},
            )
        else:
            yield _hole(hole)


def _hole(hole: Placeholder) -> Finding:
    if leaves_a_choice(hole.text):
        return _found(
            "placeholder",
            hole.line,
            _("“%(text)s” leaves a choice open; write the one that holds, or give it with --set when calling")
            % {"text": hole.text},
        )
    return _found(
        "placeholder",
        hole.line,
        _("“%(text)s” is not filled in; write the value, or give it with --set when calling") % {"text": hole.text},
    )


def _customer_lines(scenario: Scenario) -> tuple[int, int]:
    """The first and the last line of what the document says of the customer; an empty range where it has no lines."""
    customer, concerns = scenario.customer, scenario.customer.concerns
    groups = (
        customer.background,
        *(concerns.primary, concerns.secondary, concerns.latent, concerns.other),
        *(customer.behaviours, customer.avoid, customer.imitate, customer.end_conditions),
    )
    lines = [item.line for group in groups for item in group if item.line]
    return (min(lines), max(lines)) if lines else (1, 0)


def _facts(scenario: Scenario) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for fact in scenario.caller.facts:
        if not fact.answer:
            yield _found(
                "question_without_answer",
                fact.line,
                _("no answer to “%(question)s”; write one on the next line, beginning with A:")
                % {"question": _short(fact.question)},
            )
        if not fact.question:
            yield _found(
                "answer_without_question",
                fact.line,
                _("no question to the answer “%(answer)s”; write one on the line before, beginning with Q:")
                % {"answer": _short(fact.answer)},
            )
        elif fact.question in seen:
            yield _found(
                "duplicate_question",
                fact.line,
                _("“%(question)s” was asked already in line %(line)d; keep one of them")
                % {"question": _short(fact.question), "line": seen[fact.question]},
            )
        seen.setdefault(fact.question, fact.line)


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


@cache
def _end_words() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = load("check.toml")["endings"]
    reactions = load("conditions.toml")["reactions"]
    return (
        re.compile(alternation([*words["triggers"], *reactions])),
        re.compile(alternation(words["afterwards"])),
        re.compile(alternation(words["later"])),
    )


def _ends(scenario: Scenario) -> Iterator[Finding]:
    triggers = _end_words()[0]
    foreign = [
        item
        for item in (*scenario.caller.end_conditions, *scenario.customer.end_conditions)
        if triggers.search(item.text) is None or _only_afterwards(item)
    ]
    if not foreign:
        return
    about = _about(scenario)
    for item in foreign:
        if _only_afterwards(item) or len(_pairs(item.text[:_LONG_CONDITION]) & about) < _ENOUGH:
            yield _found(
                "end_condition_never",
                item.line,
                _("nothing said in the call can bring “%(text)s” about; name what the customer says or does")
                % {"text": _short(item.text)},
            )


def _about(scenario: Scenario) -> set[str]:
    """What the call is about, as pairs of characters: the task, the flow and the customer."""
    caller, customer = scenario.caller, scenario.customer
    texts = [caller.task, customer.role, *(line.text for step in caller.steps for line in step.lines)]
    texts += [item.text for item in (*customer.background, *customer.behaviours)]
    return _pairs("\n".join(texts))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _only_afterwards(item: Item) -> bool:
    """Whether a condition begins with what comes only when the call is over, or names a day after it."""
    _triggers, afterwards, later = _end_words()
    found = afterwards.search(item.text[:12])
    if found is not None and found.start() <= 3:
        return True
    return item.text.rstrip("。；;，")[-1:] == "后" and later.match(item.text) is not None


def _contradictions(scenario: Scenario) -> Iterator[Finding]:
    for found in contradictions(scenario):
        values = {"thing": found.thing, "value": found.value, "first": found.first, "line": found.first_line}
        yield _found(
            "flow_contradicts_fact" if found.flow else "contradictory_facts",
            found.line,
            _("“%(thing)s” is %(value)s here and %(first)s in line %(line)d; keep one of them") % values,
        )


def _unknown(scenario: Scenario) -> Iterator[Finding]:
    for title, items in scenario.other_sections.items():
        line = items[0].line if items else 0
        yield _found(
            "unknown_section",
            line,
            _("“%(title)s” is kept but not used in calls; move what matters under a known heading")
            % {"title": _short(title)},
        )


def _uninferred(scenario: Scenario, places: Places) -> Iterator[Finding]:
    if scenario.domain is None and scenario.caller != Caller():
        yield _found(
            "no_domain",
            places.of(CALLER, "task"),
            _("no word tells the domain; say in the role and the task what kind of call this is"),
        )
    if scenario.persona is None and scenario.customer != Customer():
        yield _found(
            "no_persona",
            places.of(CUSTOMER, "role"),
            _("no word tells the persona; describe the customer's character and way of speaking"),
        )


def _damage(text: str) -> Iterator[Finding]:
    at = text.find("\x00")
    if at >= 0:
        # lines end as they do for the reader
        line = 1 + len(_LINE_END.findall(text, 0, at))
        number = text.count("\x00")
        yield _found(
            "control_character",
            line,
            _("NUL bytes in the file: %(number)d; they are left out, see whether words are missing around them")
            % {"number": number},
        )


def _unbalanced(rows: list[Row]) -> Iterator[Finding]:
    """The lines on which a quote is missing; one that is open at a line's end may be closed a few lines further on."""
    whole = "\n".join([row.text for row in rows])
    others = any(mark in whole for mark in _OTHER_QUOTES)
    odd = [(text, row.line) for row in rows if (text := row.text).count("“") != text.count("”") or others]
    open_lines: list[tuple[str, int]] = []
    for text, line in odd:
        if balanced(text):
            continue
        more = surplus(text)
        if open_lines and more < 0 and line - open_lines[-1][1] <= _QUOTED_LINES:
            open_lines.pop()
        elif more > 0:
            yield from map(_missing_mark, open_lines)
            open_lines = [(text, line)]
        else:
            yield _missing_mark((text, line))
    yield from map(_missing_mark, open_lines)


def _missing_mark(where: tuple[str, int]) -> Finding:
    text, line = where
    return _found(
        "unbalanced_quotes",
        line,
        _("a quotation mark is missing in “%(text)s”; close every “ with a ”") % {"text": _short(text)},
    )
