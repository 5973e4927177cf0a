"""Ignored question: the customer's question gets no answer in the next turn, nor an honest "I will check"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.language.concepts import concepts_in_folded
from kefu.language.meaning import relatedness
from kefu.score.context import Candidate, Context, Gradual
from kefu.score.settings import rule_settings
from kefu.score.support import supported
from kefu.score.terms import covered
from kefu.score.transcript import Clause, Said

__all__ = ["candidates", "question_in"]

_SURE = 0.4
_TELLS_NOTHING = 8
_SHORT = 20


def candidates(context: Context) -> Iterator[Candidate]:
    """Every turn of the caller that follows a turn which asks."""
    for said in context.transcript.caller:
        before = context.transcript.before(said)
        if before is None or not (before.act_scores[Act.ASK] >= _SURE or "asks" in before.does):
            continue
        question = question_in(before)
        asked = question.quote if question else before.read
        features = _features(context, said, before, question)
        yield Candidate(said=said, words=partial(_words, said, asked), features=features)


def _words(said: Said, asked: str) -> tuple[str, str]:
    return said.opening_words, _("leaves “{question}” without an answer").format(question=asked)


def question_in(said: Said) -> Clause | None:
    """The clause of a customer's turn that asks: the last with a question mark, or the longest."""
    marked = [clause for clause in said.clauses if clause.asks]
    return marked[-1] if marked else max(said.clauses, key=lambda clause: len(clause.text), default=None)


def _features(context: Context, said: Said, before: Said, question: Clause | None) -> Gradual:
    asked = question or before
    after = context.transcript.after(said)
    heard = after.does if after else frozenset[str]()
    replied = after.acts if after else frozenset[Act]()
    told = sum(len(clause.text) for clause in said.clauses if not clause.asks)
    pursued = "unanswered" in heard
    known = {
        "asks": before.act_scores[Act.ASK],
        "marked": float(before.asks),
        "asking words": float("asks" in before.does),
        "doubts": float(Act.DOUBT in before.acts),
        "shared": covered(asked.terms, said.terms, asked.weight),
        "shared with turn": covered(before.addressed.terms, said.terms, before.addressed.weight),
        "pursued": float(pursued),
        "asked again": covered(asked.terms, after.terms, asked.weight) if after else 0.0,
        "asks after": float(Act.ASK in replied),
        "pursued & asks": float(pursued and Act.ASK in replied),
        "annoyed": float(bool(replied & {Act.IMPATIENT, Act.COMPLAIN})),
        "content": float(bool(replied & {Act.ACCEPT, Act.SATISFIED})),
        "yes or no": float(said.has("answers_yes_no")),
        "explains": float(said.has("explains")),
        "values": float(bool(said.values)),
        "admits": float("admit" in said.does),
        "admit sound": said.sound("admit"),
        "acknowledges": float(bool(said.does & {"acknowledge", "reassure", "apologise"})),
        "introduces": float("introduce" in said.does),
        "only asks": float(told < _TELLS_NOTHING and bool(said.clauses)),
        "ends asking": float(said.asks),
        "short": float(said.length < _SHORT),
        "closing": float("close" in said.does),
        "rude": said.sound("rude"),
        "last": float(after is None),
    }
    return Gradual(known, _dear(context, said, before, question), _SIGNED)


def _dear(context: Context, said: Said, before: Said, question: Clause | None) -> Mapping[str, Callable[[], float]]:
    """What costs more than all the rest to measure: what the question and the reply mean."""
    asked = question or before

    @cache
    def wanted() -> frozenset[str]:
        return _wanted(asked.folded)

    def fact_asked() -> float:
        match = context.asked_fact(before)
        return match.score if match.fact else 0.0

    def fact_told() -> float:
        match = context.asked_fact(before)
        return match.score * context.tells(said, match.fact) if match.fact else 0.0

    return {
        "fact asked": fact_asked,
        "fact told": fact_told,
        "related": lambda: relatedness(asked.text, said.read),
        "wanted": lambda: float(bool(wanted())),
        "given": lambda: float(bool(wanted()) and _gives(said, wanted())),
        "supported": lambda: supported(context.backing, question) if question else 0.0,
    }


_SIGNED = frozenset({"related"})


def _wanted(question: str) -> frozenset[str]:
    """The kinds of value, and the concepts instead of one, that would answer a folded question; mostly none."""
    wants: Mapping[str, list[str]] = rule_settings()["answer"]
    return frozenset(name for concept in concepts_in_folded(question) for name in wants.get(concept, ()))


def _gives(said: Said, wanted: frozenset[str]) -> bool:
    return any(value.kind.value in wanted for value in said.values) or not wanted.isdisjoint(
        concepts_in_folded(said.folded).keys()
    )
