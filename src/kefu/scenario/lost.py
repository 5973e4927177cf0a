"""Is anything of a text missing from what was read of it?

The reader's rule as a measurement: every non-blank line is found in the typed
value, except headings, rules, comments, and lines that only name a group or tell
the reader of the document what to do. Marks, quotes and punctuation are not
compared; a line may be split where it is punctuated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, cast

from kefu.scenario.items import tells_the_reader
from kefu.scenario.markdown import HEADING, Row, read_rows
from kefu.scenario.model import Item, Scenario
from kefu.scenario.speech import names_a_group
from kefu.scenario.words import labels, load, name_of

__all__ = ["lost_lines"]

_LETTERS = re.compile(r"[^\W_]+")
_PIECE = re.compile(r"[^\s：:“”„‟「」『』‘’\"＂（）()【】\[\]→—，,。；;？?！!、/|*]+")
_NUMBER = re.compile(
    r"第?[0-9０-９一二三四五六七八九十]{1,4}(?:步骤|步|阶段|环节)?|(?:步骤|阶段)[0-9一二三四五六七八九十]{1,3}"
)
_LONG_LABEL = 30


def lost_lines(text: str, scenario: Scenario) -> list[tuple[int, str]]:
    """The lines of ``text``, with their numbers, that ``scenario`` says nothing of."""
    texts = [_letters(part) for part in _texts(scenario)]
    rows = [row for row in read_rows(text) if row.mark != HEADING and not _only_names(row)]
    wanted = {name for row in rows for name in (_letters(row.text), *_pieces(row))}
    found = _found_in(texts, wanted)
    return [(row.line, row.source.strip()) for row in rows if not _is_found(row, found)]


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))


def _found_in(texts: list[str], wanted: set[str]) -> set[str]:
    """Those of ``wanted`` that stand in one of ``texts``, looked for all at once, so that time grows with length."""
    found = wanted.intersection(texts)
    found.add("")
    rest = wanted - found
    if not rest:
        return found
    automaton: Any = cast("Any", import_module("ahocorasick")).Automaton()
    for name in rest:
        automaton.add_word(name, name)
    automaton.make_automaton()
    for text in set(texts):
        found.update(name for _, name in automaton.iter(text))
    return found


def _pieces(row: Row) -> list[str]:
    text = row.text
    return [_letters(piece) for part in (text[: row.bold], text[row.bold :]) for piece in _PIECE.findall(part)]


def _is_found(row: Row, found: set[str]) -> bool:
    """Whether the letters of a line are among those found, all together or piece by piece."""
    return _letters(row.text) in found or all(piece in found or _is_label(piece) for piece in _pieces(row))


def _is_label(piece: str) -> bool:
    """Whether a piece of a line is a label that its place in the typed value says as well."""
    known = labels()
    if _NUMBER.fullmatch(piece) or piece in known.alternative:
        return True
    if _is_heading(piece) or any(
        pattern.fullmatch(piece) for pattern in (known.group, known.conditions, known.closings)
    ):
        return True
    if known.question.fullmatch(f"{piece}:") or known.answer.fullmatch(f"{piece}:"):
        return True
    return len(piece) <= _LONG_LABEL and (known.avoid.search(piece) or known.imitate.search(piece)) is not None


def _only_names(row: Row) -> bool:
    """Whether a line only names what follows, joins two others or tells the reader what to do."""
    text = row.text
    known = labels()
    if not _LETTERS.search(text) or text.strip("：:，, ") in known.alternative:
        return True
    if names_a_group(text) or tells_the_reader(row):
        return True
    name = name_of(text.strip("【】 "))
    if len(name) > _LONG_LABEL:
        return False
    if _is_label(name) or _is_label(_letters(text)) or known.only_level.fullmatch(name):
        return True
    return _is_heading(name)


def _is_heading(name: str) -> bool:
    """Whether a line of a text without heading marks is a heading that has lost them."""
    return name in _heading_names()


@cache
def _heading_names() -> frozenset[str]:
    words = load("words.toml")
    kinds: Iterable[list[str]] = [
        *words["sections"]["caller"].values(),
        *words["sections"]["customer"].values(),
        words["halves"]["caller"],
        words["halves"]["customer"],
    ]
    return frozenset(name_of(known) for names in kinds for known in names)


def _texts(scenario: Scenario) -> Iterator[str]:
    """Every text that the typed value holds."""
    caller, customer, concerns = scenario.caller, scenario.customer, scenario.customer.concerns
    yield from (scenario.title, caller.role, caller.task, customer.role)
    for step in caller.steps:
        yield step.title
        for line in step.lines:
            yield line.text
            yield from line.utterances
    for fact in caller.facts:
        yield from (fact.question, fact.answer)
    groups: Iterable[tuple[Item, ...]] = (
        *(caller.profile, caller.openings, caller.end_conditions, caller.closings),
        *(customer.background, concerns.primary, concerns.secondary, concerns.latent, concerns.other),
        *(customer.behaviours, customer.avoid, customer.imitate, customer.end_conditions),
        *scenario.other_sections.values(),
    )
    for group in groups:
        for item in group:
            yield from (item.text, item.under)
