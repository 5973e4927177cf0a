"""The names by which people know what programs know by code: statuses, rules, dimensions, endings.

Reports and the console show these; JSON always holds the codes. A code without
a name here is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kefu.i18n import gettext, marked
from kefu.score.verdict import RULE_NAMES

__all__ = ["NAMES", "name", "reasons"]

NAMES: dict[str, dict[str, str]] = {
    "domain": {
        "customer_service": marked("customer service"),
        "sales": marked("sales"),
        "human_resources": marked("human resources"),
        "finance": marked("finance"),
        "research": marked("research"),
        "care": marked("care"),
    },
    "persona": {
        "cooperative": marked("cooperative"),
        "analytic": marked("analytic"),
        "hesitant": marked("hesitant"),
        "resistant": marked("resistant"),
        "direct": marked("direct"),
    },
    "kind": {"run": marked("run"), "practice": marked("practice"), "imported": marked("imported")},
    "speaker": {"caller": marked("caller"), "customer": marked("customer")},
    "status": {
        "met": marked("met"),
        "partial": marked("partly met"),
        "missed": marked("missed"),
        "not_applicable": marked("not applicable"),
        "unscored": marked("unscored"),
    },
    "dimension": {
        "naturalness": marked("naturalness"),
        "coherence": marked("coherence"),
        "grounding": marked("grounding"),
        "responsiveness": marked("responsiveness"),
        "empathy": marked("empathy"),
        "concision": marked("concision"),
        "respect": marked("respect"),
        "closure": marked("closure"),
    },
    "rule": RULE_NAMES,
    "finding": {"error": marked("error"), "warning": marked("warning"), "note": marked("note")},
    "severity": {
        "minor": marked("minor"),
        "major": marked("major"),
        "critical": marked("critical"),
    },
    "result": {
        "done": marked("done"),
        "partly": marked("partly done"),
        "refused": marked("refused"),
        "call_back": marked("call back"),
        "wrong_person": marked("wrong person"),
        "not_reached": marked("not reached"),
    },
    "ended_by": {
        "caller": marked("the caller hung up"),
        "customer": marked("the customer hung up"),
        "limit": marked("the turn limit was reached"),
        "error": marked("a party failed"),
    },
    "reason": {
        "agent_crashed": marked("the program under test crashed"),
        "agent_nonsense": marked("the program under test gave no answer that can be used"),
        "agent_timeout": marked("the program under test did not answer in time"),
        "agent_unreachable": marked("the program under test cannot be reached"),
        "bad_request": marked("the endpoint refused the request"),
        "budget": marked("the budget was spent"),
        "call_back": marked("another time was agreed"),
        "completed": marked("everything was settled"),
        "connection_lost": marked("the connection to the endpoint was lost"),
        "content_filter": marked("a content filter stopped the reply"),
        "context_length": marked("the talk was too long for the model"),
        "customer_busy": marked("the customer had no time"),
        "customer_left": marked("the customer wanted to end the call"),
        "customer_refused": marked("the customer refused"),
        "deferred": marked("the rest follows in writing"),
        "empty_reply": marked("the model said nothing"),
        "forbidden": marked("the key may not use the model"),
        "foreign_body": marked("the answer was not that of a model"),
        "goodbye": marked("they said goodbye"),
        "hung_up": marked("without giving a reason"),
        "illegal_turn": marked("a party broke the rules of a call"),
        "max_turns": marked("too many turns"),
        "no_credit": marked("the account has no credit left"),
        "no_reply": marked("no reply that makes sense"),
        "not_found": marked("the endpoint does not know the model"),
        "nothing_left": marked("nothing was left to say"),
        "rate_limited": marked("the endpoint refused more requests"),
        "server_error": marked("the endpoint failed"),
        "timeout": marked("the model did not answer in time"),
        "unauthorised": marked("the endpoint did not accept the key"),
        "unreachable": marked("the endpoint cannot be reached"),
        "wrong_person": marked("it was the wrong person"),
    },
    "request": {
        "call_back": marked("be called back"),
        "cancel": marked("cancel"),
        "change": marked("change something"),
        "do_not_call": marked("do not call again"),
        "documents": marked("send documents"),
        "mail": marked("write a mail"),
        "person": marked("speak to somebody else"),
        "refund": marked("money back"),
        "sms": marked("send a text message"),
        "wechat": marked("use WeChat"),
    },
    "mood": {"pleased": marked("pleased"), "calm": marked("calm"), "annoyed": marked("annoyed")},
    "attribution": {
        "caller": marked("the caller"),
        "customer": marked("the simulated customer"),
        "script": marked("the script"),
        "infrastructure": marked("the infrastructure"),
        "none": marked("nobody"),
    },
}
"""For each kind of code its names, in English; :func:`name` translates."""


def name(kind: str, code: object, translate: Callable[[str], str] = gettext) -> str:
    """What people call ``code``; the code itself where it has no name."""
    known = NAMES[kind].get(str(code))
    return str(code) if known is None else translate(known)


_WITH_WORDS = tuple(
    (re.compile(re.escape(said).replace(re.escape("{text}"), "(.*)"), re.DOTALL), said)
    for said in (
        marked("told otherwise than the document has it: {text}"),
        marked("done in part; least of “{text}”"),
    )
)
"""Reasons of steps that hold words of the call or of the document."""


def reasons(text: str, translate: Callable[[str], str] = gettext) -> str:
    """The reasons of a verdict in words, also where they were given in English or rules stand by their codes."""
    if not text:
        return ""  # the empty message is the head of the catalogue
    for pattern, said in _WITH_WORDS:
        if found := pattern.fullmatch(text):
            return translate(said).format(text=found[1])
    if translate(text) != text:
        return translate(text)
    parts = (part for part in text.split(", ") if part)
    return translate(", ").join(translate(RULE_NAMES.get(part, part)) for part in parts)
