"""Knowledge gaps: what customers ask that no fact of the document answers, for its author to add."""

from __future__ import annotations

from kefu.call.perturb import brought_about, without_dialect
from kefu.language.acts import Act
from kefu.scenario.understand import Understanding
from kefu.score.context import Context
from kefu.score.rules.ignored_question import question_in
from kefu.score.settings import rule_settings
from kefu.score.support import supported
from kefu.score.transcript import Said
from kefu.score.unchanged import own_turns
from kefu.score.verdict import Evidence

__all__ = ["find_gaps"]

_LEAST = 5
_ABOUT_TALK = frozenset({"said_already", "unanswered", "protests_tone", "protests_close", "wrong_role"})
"""What is asked about the talk itself no document could answer."""


def find_gaps(context: Context) -> tuple[Evidence, ...]:
    """The customer's questions that neither a fact nor a line of the flow answers; who is calling is none."""
    switches = context.transcript.call.perturb
    if "gap" in brought_about(switches):
        return ()
    settings = rule_settings()["gap"]
    found: list[Evidence] = []
    for said in own_turns(context.transcript):
        if said.number == context.transcript.customer[0].number:
            continue
        plain = _plain(said, switches)
        if plain.does & _ABOUT_TALK or plain.act_scores[Act.ASK] < settings["sure"]:
            continue
        question = question_in(plain)
        if question is None or not question.asks or len(question.quote) < _LEAST:
            continue
        if supported(context.backing, question) >= settings["supported"]:
            continue
        place = plain.clauses.index(question)
        if place < len(said.clauses) and _fact_of(context, plain) is None:
            found.append(Evidence(turn=said.number, quote=said.clauses[place].quote))
    return tuple(found)


def _plain(said: Said, switches: tuple[str, ...]) -> Said:
    """The turn in the words that a switch replaced by those of a region; its clauses stay as they are."""
    text = without_dialect(switches, said.text)
    return said if text == said.text else Said(said.number, said.speaker, text, said.before)


def _fact_of(context: Context, said: Said) -> int | None:
    """Which fact the turn asks for; what the context remembers holds for the turn as it was heard."""
    if context.transcript.call.perturb:
        return Understanding.of(context.scenario).facts.match(said.to_people, said.before).fact
    return context.asked_fact(said).fact
