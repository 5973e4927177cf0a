"""Was the customer true to its half of the document? Kept apart from what the caller is worth.

A simulated customer that reads out lines, talks like an assistant, loops or says
nothing makes a call that no mean may hold. Doubtful signs are told but void nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kefu.call.perturb import brought_about, intended
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.language.acts import Act
from kefu.language.normalise import fold
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Persona, Scenario
from kefu.score.backing import pairs_in
from kefu.score.settings import fidelity_settings
from kefu.score.terms import covered, terms_of
from kefu.score.transcript import Said, Transcript
from kefu.score.unchanged import own_turns
from kefu.score.verdict import Fidelity, FidelityProblem
from kefu.score.words import Words, once_per_words

__all__ = ["judge_fidelity"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Half:
    """The customer's half, ready to compare with."""

    avoid: _Lines
    caller_lines: _Lines
    primary: tuple[frozenset[str], ...]
    about: frozenset[str]
    """The terms of all primary concerns."""


_NEARLY = 0.999
"""Leaves room for the rounding of a limit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lines:
    """Lines as their pairs of characters, and those of all of them."""

    lines: tuple[frozenset[str], ...]
    together: frozenset[str]

    def any_like(self, pairs: frozenset[str], least: float) -> bool:
        """Whether a line has at least that share of its pairs and ``pairs`` in common."""
        # a line that has shares at least so much of ``pairs``, and mostly not even all lines together do
        if len(pairs & self.together) < _NEARLY * least * len(pairs):
            return False
        return any(_like(pairs, line, least) for line in self.lines)


@once_per_scenario
def _half_of(scenario: Scenario) -> _Half:
    customer, caller = scenario.customer, scenario.caller
    lines = [text for step in caller.steps for line in step.lines for text in line.utterances]
    lines += [item.text for item in (*caller.openings, *caller.closings)]
    most = fidelity_settings()["most_lines"]
    primary = tuple(terms_of(item.text) for item in customer.concerns.primary[:most])
    return _Half(
        avoid=_comparable(item.text for item in customer.avoid[:most]),
        caller_lines=_comparable(lines[:most]),
        primary=primary,
        about=frozenset[str]().union(*primary),
    )


def _comparable(texts: Iterable[str]) -> _Lines:
    """The character pairs of each text that is long enough to be told from another."""
    least = fidelity_settings()["least_pairs"]
    lines = tuple(pairs for pairs in (pairs_in(fold(text)) for text in texts) if len(pairs) >= least)
    return _Lines(lines=lines, together=frozenset[str]().union(*lines))


def judge_fidelity(scenario: Scenario, transcript: Transcript, persona: Persona | None = None) -> Fidelity:
    """What is wrong with the customer's side; ``persona`` is who it should have been, the document's own by default."""
    half = _half_of(scenario)
    customer = own_turns(transcript)
    found = (
        *_wordless(customer),
        *_loops(customer),
        *(problem for said in customer for problem in _voice(half, said)),
        *_against_persona(customer, persona or scenario.persona),
        *_concern_unsaid(half, customer),
    )
    # what a switch does itself is not told; what it may drive a customer to is told, and voids nothing
    caused, meant = brought_about(transcript.call.perturb), intended(transcript.call.perturb)
    problems = tuple(
        replace(problem, voids=False) if problem.code in meant else problem
        for problem in found
        if problem.code not in caused
    )
    return Fidelity(valid=not any(problem.voids for problem in problems), problems=problems)


def _wordless(customer: Sequence[Said]) -> Iterator[FidelityProblem]:
    settings = fidelity_settings()
    for said in customer:
        letters = said.words.latin
        if not said.text.strip():
            yield _problem("empty_turn", said, _("the customer said nothing"), voids=True)
        elif letters >= settings["foreign_letters"] and letters > settings["foreign_share"] * len(said.read):
            problem = _problem("wrong_language", said, _("the customer does not speak Chinese"), voids=True)
            foreign = max(said.clauses, key=lambda clause: clause.words.latin, default=None)
            yield replace(problem, quote=foreign.quote) if foreign else problem


def _loops(customer: Sequence[Said]) -> Iterator[FidelityProblem]:
    most = fidelity_settings()["most_repeats"]
    shortest = fidelity_settings()["repeat_length"]
    times: dict[str, int] = {}
    for said in customer:
        plain = said.words.plain
        if len(plain) >= shortest:
            times[plain] = times.get(plain, 0) + 1
            if times[plain] == most:
                yield _problem("loop", said, _("the customer says the same again and again"), voids=True)


def _voice(half: _Half, said: Said) -> Iterator[FidelityProblem]:
    for code in _sounds_like(half, said.words):
        yield _problem(code, said, _(_VOICES[code]), voids=True)


_VOICES = {
    "sounds_like_assistant": marked("the customer talks like an assistant"),
    "like_the_bad_examples": marked("the customer talks like the document's bad examples"),
    "speaks_callers_lines": marked("the customer speaks the caller's lines"),
}


@once_per_words
def _sounds_like(half: _Half, words: Words) -> tuple[str, ...]:
    """Which other voice the words sound like, if any; mostly none."""
    settings = fidelity_settings()
    found = ["sounds_like_assistant"] if any(word in words.text for word in settings["assistant_words"]) else []
    pairs = pairs_in(words.folded)
    if len(pairs) >= settings["least_pairs"]:
        for code, lines in (("like_the_bad_examples", half.avoid), ("speaks_callers_lines", half.caller_lines)):
            if lines.any_like(pairs, settings["like"]):
                found.append(code)
    return tuple(found)


def _against_persona(customer: Sequence[Said], persona: Persona | None) -> Iterator[FidelityProblem]:
    """A resistant customer that never resists, or a cooperative one that does little else."""
    if len(customer) < fidelity_settings()["least_turns"] or persona is None:
        return
    resisting = sum(bool(said.acts & _RESISTS) for said in customer) / len(customer)
    if persona is Persona.RESISTANT and resisting == 0:
        yield _problem("against_persona", customer[-1], _("a resistant customer that never resists"))
    if persona is Persona.COOPERATIVE and resisting > fidelity_settings()["most_resisting"]:
        yield _problem("against_persona", customer[-1], _("a cooperative customer that hardly cooperates"))


_RESISTS = frozenset({Act.REFUSE, Act.DOUBT, Act.COMPLAIN, Act.IMPATIENT, Act.BUSY, Act.HESITATE})


def _concern_unsaid(half: _Half, customer: Sequence[Said]) -> Iterator[FidelityProblem]:
    """In a long call the first concern is raised, in whatever words."""
    if not half.primary or len(customer) < fidelity_settings()["turns_for_concern"]:
        return
    said = frozenset[str]().union(*(half.about & turn.terms for turn in customer))
    if max(covered(concern, said) for concern in half.primary) < fidelity_settings()["concern_share"]:
        yield _problem("concern_unsaid", customer[-1], _("the customer never raised its first concern"))


def _like(ours: frozenset[str], theirs: frozenset[str], least: float) -> bool:
    """Whether two sets have at least that share of their members in common."""
    one, other = len(ours), len(theirs)
    if one < least * other or other < least * one:
        return False
    both = len(ours & theirs)
    return both >= least * (one + other - both)


def _problem(code: str, said: Said, message: str, *, voids: bool = False) -> FidelityProblem:
    return FidelityProblem(code=code, turn=said.number, quote=said.opening_words, message=message, voids=voids)
