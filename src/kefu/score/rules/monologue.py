"""Monologue: one turn longer than anybody takes in over the phone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.score.context import Candidate, Context
from kefu.score.settings import rule_settings
from kefu.score.transcript import Said

__all__ = ["candidates"]

_SHOWN = 40


def candidates(context: Context) -> Iterator[Candidate]:
    """Every turn of the caller beyond the limit of ``rules.toml``; none of them is in doubt."""
    most = rule_settings()["longest_turn"]
    for said in context.transcript.caller:
        if said.length > most:
            yield Candidate(said=said, words=partial(_words, said, most))


def _words(said: Said, most: int) -> tuple[str, str]:
    reason = _("{length} characters in one turn; at most {most}").format(length=said.length, most=most)
    return said.read[:_SHOWN], reason
