"""Broken role: the wrong name or company, a machine where the document has a person, stage directions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.normalise import fold
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Scenario
from kefu.score.backing import backing_of, pairs_in
from kefu.score.context import Candidate, Context
from kefu.score.patterns import holds
from kefu.score.transcript import Said
from kefu.score.words import Words, once_per_words

__all__ = ["candidates"]

_NAMES_ITSELF = re.compile(
    r"(?:我们?(?:这边|这里|这儿)?(?:是|叫)|这里是|这边是|(?:^|(?<=[，。！？]))我(?=[^您你我们，。！？]{2,14}的))"
    r"(?P<who>[\u4e00-\u9fffa-z0-9]{2,24})"
)
_CALLS_FROM = re.compile(r"(?:^|[，。！？])(?P<who>[\u4e00-\u9fffa-z0-9]{3,16}?)(?:给您|这边)?打来的")
_CALLED = re.compile(r"我叫(?P<name>[\u4e00-\u9fff]{2,3})(?=[，。！？]|$)")
_OPENS = re.compile(r"我们?(?:这边|这里)?(?:是|叫|姓)|这里是|这边是|来自|代表")
_HOLE = re.compile(r"[\[【{<×]|xx|某|__|占位")
_OTHERS = ("您", "你", "我", "想", "说", "问", "来", "给", "不")
_SHORTENED = 6
"""So many characters of the name in full may be left out between two of its short form."""
_LEAST_NAME = 3
_CERTAIN = ("model", "stage", "others_lines")
_MOST_READ = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Own:
    """Who the document's caller is."""

    text: str
    names: frozenset[str]
    """The names its lines introduce it by; empty where they give none."""
    open: bool
    """Whether whoever fills in the document chooses the name or the company."""
    pairs: frozenset[str]
    """The pairs of characters of all that introduces it."""


@once_per_scenario
def _own_of(scenario: Scenario) -> _Own:
    caller = scenario.caller
    lines = [text for step in caller.steps for line in step.lines for text in (*line.utterances, line.text)]
    spoken = [fold(text[:400]) for text in (*(item.text for item in caller.openings), *lines)]
    introduced = [match["who"] for text in spoken for match in _NAMES_ITSELF.finditer(text)]
    text = fold("\n".join((scenario.title, caller.role, caller.task, *spoken))[:_MOST_READ])
    names = {name for who in introduced if (name := _person_in(who))}
    names |= {match["name"] for line in spoken for match in _CALLED.finditer(line) if _is_person(match["name"])}
    holes = any(_HOLE.search(line[m.start() : m.start() + 20]) for line in spoken for m in _OPENS.finditer(line))
    return _Own(
        text=text,
        names=frozenset(names),
        open=holes or bool(_HOLE.search(fold(caller.role[:400]))),
        pairs=backing_of(scenario).own_pairs,
    )


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns of a program, with a stage direction, or with the name of a stranger; all of them certain."""
    for said in context.transcript.caller:
        sign = _sign(context, said)
        stranger = "" if sign else _stranger(context, said)
        if sign or stranger:
            yield Candidate(said=said, words=partial(_words, said, sign, stranger))


def _sign(context: Context, said: Said) -> str:
    """The sign that shows by itself that nobody of the document speaks."""
    for sign in _CERTAIN:
        if said.has(sign) and not (sign == "model" and said.has("machine_denied")):
            return sign
    machine = said.has("machine") and not said.has("machine_denied") and not context.backing.machine
    return "machine" if machine else ""


def _stranger(context: Context, said: Said) -> str:
    """The words by which the caller names a company or a person that the document does not know."""
    own = _own_of(context.scenario)
    if own.open or not own.text.strip():
        return ""
    return _introduced(own, said.words) or (_taken_back(said, own) if said.has("slip") else "")


@once_per_words
def _introduced(own: _Own, words: Words) -> str:
    for match in (*_NAMES_ITSELF.finditer(words.folded), *_CALLS_FROM.finditer(words.folded)):
        who = match["who"]
        name = _person_in(who)
        company = _company_in(who, name)
        if (company and _unknown(company, own)) or (name and _nobody(name, own)):
            return words.text[match.start("who") : match.end("who")]
    for match in _CALLED.finditer(words.folded):
        if _is_person(match["name"]) and _nobody(match["name"], own):
            return words.text[match.start() : match.end()]
    return ""


def _taken_back(said: Said, own: _Own) -> str:
    """The name of another company in a turn that takes it back at once: it was said all the same."""
    for clause in said.clauses:
        company = clause.folded.strip("，。！？… ").removeprefix("我").removeprefix("们").removeprefix("是")
        if (name := _company_in(company, "")) and _unknown(name, own):
            return clause.quote
    return ""


def _person_in(who: str) -> str:
    """The name that an introduction ends in; what stands before it is a company or an office."""
    before, of, last = who.rpartition("的")
    return last if of and before and _is_person(last) else ""


def _is_person(name: str) -> bool:
    return holds(name, "person") and not holds(name, "person_not")


def _company_in(who: str, name: str) -> str:
    """The organisation that an introduction names; empty where it names none for certain."""
    company = who.rpartition("的")[0] if "的" in who else who
    company = company.partition("的")[0]
    if len(company) < _LEAST_NAME or holds(company, "no_name") or any(word in company for word in _OTHERS):
        return ""
    return company if name or holds(company, "organisation") else ""


def _unknown(company: str, own: _Own) -> bool:
    """Whether nothing of what tells a company from others, how its name begins, stands in the document."""
    if not pairs_in(company[:3]):
        return False
    short = re.compile(f"{re.escape(company[0])}.{{0,{_SHORTENED}}}{re.escape(company[1])}")
    return not pairs_in(company[:3]) & own.pairs and not short.search(own.text)


def _nobody(name: str, own: _Own) -> bool:
    """Whether a name is another's; a surname alone (小王) may be that of the caller the document names."""
    if not own.names:
        return False
    return (name[1:] if name[0] in "小老" else name) not in own.text


def _words(said: Said, sign: str, stranger: str) -> tuple[str, str]:
    quote = said.words_of(sign) if sign else stranger
    return quote, _("speaks as somebody else than the document's caller")
