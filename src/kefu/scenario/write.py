"""The canonical Markdown of a scenario: what ``parse_scenario`` reads back to the same value.

Where a text could be read as something else (a list marker, a quote inside a
quote), another of the forms that the reader knows is taken; which one it is, is
tried out on the reader itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from kefu.scenario.ending import read_ending
from kefu.scenario.flow import UNTITLED, read_steps, split_title
from kefu.scenario.items import level_of
from kefu.scenario.markdown import read_rows
from kefu.scenario.model import Caller, Concerns, Customer, Fact, Item, Line, LineKind, Scenario, Step
from kefu.scenario.parse import title_of_task
from kefu.scenario.quote import unquoted
from kefu.scenario.speech import read_speech
from kefu.scenario.words import load

__all__ = ["new_scenario", "write_scenario"]

_QUOTES = (("“", "”"), ("「", "」"), ("『", "』"))
_OPENING_MARKS = '“「『"'


def write_scenario(scenario: Scenario) -> str:
    """The canonical Markdown of ``scenario``."""
    parts: list[str] = []
    headings: dict[str, str] = load("words.toml")["headings"]
    if scenario.title and scenario.title != title_of_task(scenario.caller.task):
        parts.append(f"# {scenario.title}")
    if scenario.caller != Caller():
        parts.append(f"## {headings['caller']}")
        parts += _caller(scenario.caller, headings)
    if scenario.customer != Customer():
        if len(parts) > 1:
            parts.append("---")
        parts.append(f"## {headings['customer']}")
        parts += _customer(scenario.customer, headings)
    if scenario.other_sections:
        parts.append(f"## {headings['other']}")
        parts += [
            "\n".join((f"### {title}", *(item.text for item in items)))
            for title, items in scenario.other_sections.items()
        ]
    return "\n\n".join(parts) + "\n"


def new_scenario() -> str:
    """A skeleton with comments for authors; it is read without an error."""
    return files("kefu.scenario").joinpath("skeleton.md").read_text(encoding="utf-8")


def _section(heading: str, lines: Iterable[str]) -> list[str]:
    body = list(lines)
    return ["\n".join((f"### {heading}", *body))] if body else []


def _caller(caller: Caller, headings: dict[str, str]) -> list[str]:
    return [
        *_section(headings["role"], _prose(caller.role)),
        *_section(headings["task"], _prose(caller.task)),
        *_section(headings["profile"], _items(caller.profile)),
        *_section(headings["steps"], _steps(caller.steps)),
        *_section(headings["facts"], (line for fact in caller.facts for line in _fact(fact))),
        *_section(headings["opening"], _openings(caller.openings)),
        *_section(headings["ending"], _ending(caller, headings)),
    ]


def _customer(customer: Customer, headings: dict[str, str]) -> list[str]:
    return [
        *_section(headings["role"], _prose(customer.role)),
        *_section(headings["background"], _items(customer.background)),
        *_section(headings["concerns"], _concerns(customer.concerns, headings)),
        *_section(headings["behaviours"], _items(customer.behaviours)),
        *_section(headings["style"], _style(customer, headings)),
        *_section(headings["customer_ending"], _items(customer.end_conditions)),
    ]


def _prose(text: str) -> list[str]:
    return [_line(line) for line in text.split("\n")] if text else []


def _line(text: str) -> str:
    """``text`` as a line of its own; as a bullet where it would be read as something else."""
    rows = read_rows(text)
    return text if len(rows) == 1 and rows[0].text == text and not rows[0].mark else f"- {text}"


def _items(items: tuple[Item, ...]) -> list[str]:
    lines: list[str] = []
    under = ""
    for item in items:
        if item.under and item.under != under:
            lines.append(f"- **{item.under}**：")
        under = item.under
        lines.append(f"  - {item.text}" if under else f"- {item.text}")
    return lines


def _quoted(text: str) -> str:
    """``text`` in quotes, in whichever kind leaves it as it is when they are taken off; bare where none does."""
    if text[:1] and text[0] in _OPENING_MARKS and unquoted(text) == text:
        return text
    for opened, closed in _QUOTES:
        if unquoted(f"{opened}{text}{closed}") == text:
            return f"{opened}{text}{closed}"
    return text


def _bare(text: str) -> str:
    """``text`` without quotes, unless they would be taken off it."""
    return text if unquoted(text) == text else _quoted(text)


def _fact(fact: Fact) -> list[str]:
    asked = [f"- Q: {_bare(fact.question)}"] if fact.question or not fact.answer else []
    if not fact.answer:
        return asked
    return [*asked, f"  A: {_bare(fact.answer)}"] if asked else [f"- A: {_bare(fact.answer)}"]


def _openings(openings: tuple[Item, ...]) -> list[str]:
    if len(openings) > 1:
        return [f"- {_quoted(item.text)}" for item in openings]
    return [_line(_quoted(item.text)) for item in openings]


def _ending(caller: Caller, headings: dict[str, str]) -> list[str]:
    lines: list[str] = []
    if caller.end_conditions:
        lines += [f"**{headings['end_conditions']}：**", *(f"- {item.text}" for item in caller.end_conditions)]
    if caller.closings:
        gap = [""] if lines else []
        lines += [*gap, f"**{headings['closings']}：**", *(_closing(item.text) for item in caller.closings)]
    return lines


def _closing(text: str) -> str:
    """A closing in quotes, unless it reads as a label in front of one."""
    for line in (f"- {_quoted(text)}", f"- {text}"):
        _, closings = read_ending(read_rows(f"**结束语：**\n{line}"))
        if [item.text for item in closings] == [text]:
            return line
    return f"- {text}"


def _concerns(concerns: Concerns, headings: dict[str, str]) -> list[str]:
    lines = [f"- {item.text}" for item in concerns.other]
    for level, items in (("primary", concerns.primary), ("secondary", concerns.secondary), ("latent", concerns.latent)):
        written = [f"- {item.text}" for item in items]
        if any(level_of(read_rows(line)[0]) != level for line in written):
            written.insert(0, f"**{headings[level]}**")
        lines += written
    return lines


def _style(customer: Customer, headings: dict[str, str]) -> list[str]:
    lines: list[str] = []
    for name, items in (("avoid", customer.avoid), ("imitate", customer.imitate)):
        if items:
            lines.append(f"- **{headings[name]}**：")
            lines += [f"  - {_quoted(item.text)}" for item in items]
    return lines


def _steps(steps: tuple[Step, ...]) -> list[str]:
    """The flow: with what is spoken in quotes, or, where that would change what is read, as bare as it was."""
    quoted = [line for step in steps for line in _step(step, bare=False)]
    if _reads_back(quoted, steps):
        return quoted
    bare = [line for step in steps for line in _step(step, bare=True)]
    return bare if _reads_back(bare, steps) else quoted


def _reads_back(lines: list[str], steps: tuple[Step, ...]) -> bool:
    return read_steps(read_rows("\n".join(lines)))[0] == steps


def _step(step: Step, *, bare: bool) -> list[str]:
    title = _title(step.title, bare=bare) if step.title else UNTITLED
    return [f"{step.number}. {title}", *_lines(step.lines, bare=bare)]


def _title(title: str, *, bare: bool) -> str:
    """``title`` in the first form in which the reader takes it, and all of it, for a title."""
    for written in (f"**{title}**", f"【{title}】", title):
        rows = read_rows(f"1. {written}")
        if len(rows) == 1 and split_title(rows[0], bare) == (title, ""):
            return written
    return f"**{title}**"


def _lines(lines: tuple[Line, ...], *, bare: bool) -> list[str]:
    """The lines of a step; what stands under a condition is nested in it."""
    written: list[str] = []
    open_conditions: list[str] = []
    for line in lines:
        head = line.text.split("\n", maxsplit=1)[0]
        own = read_speech(head, bare=bare).condition if line.kind is not LineKind.UTTERANCE else None
        while open_conditions and _outer(line.condition, own) != open_conditions[-1]:
            open_conditions.pop()
        indent = "   " + "  " * len(open_conditions)
        if line.kind is LineKind.BRANCH:
            written += [indent + text for text in _branch(line, bare=bare)]
        elif line.kind is LineKind.UTTERANCE:
            written.append(f"{indent}- {_utterance(line, bare=bare)}")
        else:
            written.append(f"{indent}- {line.text}")
        if own is not None and line.condition is not None:
            open_conditions.append(line.condition)
    return written


def _outer(condition: str | None, own: str | None) -> str:
    """The condition around a line, when its own is taken off."""
    if condition is None or condition == own:
        return ""
    return condition.removesuffix(f"，{own}") if own is not None else condition


def _utterance(line: Line, *, bare: bool) -> str:
    if bare:
        return line.text
    for written in (_quoted(line.text), *(f"{opened}{line.text}{closed}" for opened, closed in _QUOTES), line.text):
        reading = read_speech(written)
        if (reading.kind, reading.text, reading.utterances) == (line.kind, line.text, line.utterances):
            return written
    return line.text


def _said(text: str) -> str:
    """``text`` in whichever quotes let the reader take all of it as spoken."""
    for opened, closed in _QUOTES:
        written = f"{opened}{text}{closed}"
        if read_speech(written).utterances == (text,):
            return written
    return _quoted(text)


def _branch(line: Line, *, bare: bool) -> list[str]:
    """A condition, and below it what is said under it that does not stand on its own line."""
    head, *labelled = line.text.split("\n")
    written = [f"- {head}"]
    said = list(line.utterances[len(read_speech(head, bare=bare).utterances) :])
    while said:
        form = _labelled(labelled[0], tuple(said), bare=bare) if labelled else None
        if form is not None:
            labelled.pop(0)
            written.append(f"  - {form[0]}")
            said = said[form[1] :]
        else:
            written.append(f"  - {said[0] if bare else _said(said[0])}")
            said = said[1:]
    return written + [f"  - {text}" for text in labelled]


def _labelled(text: str, said: tuple[str, ...], *, bare: bool) -> tuple[str, int] | None:
    """How a line that stands whole in the text of a condition is written, and how many of ``said`` it says."""
    forms = (text,) if bare else (*(f"{opened}{text}{closed}" for opened, closed in _QUOTES), text)
    for form in forms:
        reading = read_speech(form, bare=bare)
        count = len(reading.utterances)
        if count and reading.text == text and said[:count] == reading.utterances:
            return form, count
    return None
