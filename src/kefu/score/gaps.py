"""Knowledge gaps: what customers ask that no fact of the document answers, for its author to add."""

from __future__ import annotations

from kefu.call.perturb import is_planted
from kefu.language.acts import Act
from kefu.score.context import Context
from kefu.score.rules.ignored_question import question_in
from kefu.score.settings import rule_settings
from kefu.score.support import supported
from kefu.score.verdict import Evidence

__all__ = ["find_gaps"]

_LEAST = 5
_ABOUT_TALK = frozenset({"said_already", "unanswered", "protests_tone", "protests_close", "wrong_role"})
"""What is asked about the talk itself no document could answer."""


def find_gaps(context: Context) -> tuple[Evidence, ...]:
    """The customer's questions that neither a fact nor a line of the flow answers; who is calling is none."""
    if not context.scenario.caller.facts:
        return ()
    settings = rule_settings()["gap"]
    found: list[Evidence] = []
    for said in context.transcript.customer:
        if said is context.transcript.customer[0] or said.does & _ABOUT_TALK:
            continue
        if said.act_scores[Act.ASK] < settings["sure"]:
            continue
        question = question_in(said)
        if question is None or not question.asks or len(question.quote) < _LEAST:
            continue
        if supported(context.backing, question) >= settings["supported"]:
            continue
        if is_planted(context.transcript.call.perturb, question.quote):
            continue
        if context.asked_fact(said).fact is None:
            found.append(Evidence(turn=said.number, quote=question.quote))
    return tuple(found)
