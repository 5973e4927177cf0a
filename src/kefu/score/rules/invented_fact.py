"""Invented fact: a value that neither the document nor the customer gave, or an unfilled hole read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kefu.i18n import gettext as _
from kefu.language.values import Kind, Value
from kefu.score.against import against
from kefu.score.context import Candidate, Context
from kefu.score.support import is_precise, loose_values, near_number
from kefu.score.transcript import Said

__all__ = ["candidates"]

_HARD = frozenset({Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.AMOUNT, Kind.PERCENTAGE, Kind.CODE})


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns with a value that nothing backs, measured at all such values together."""
    for said in context.transcript.caller:
        if said.has("placeholder_spoken"):
            yield Candidate(said=said, words=partial(_hole, said), features={"hole": 1.0})
            continue
        loose = loose_values(context, said)
        if loose:
            worst = max(loose, key=lambda value: (value.kind in _HARD, value.end - value.start))
            yield Candidate(said=said, words=partial(_words, worst), features=_features(context, said, loose))


def _hole(said: Said) -> tuple[str, str]:
    return said.words_of("placeholder_spoken"), _("reads a hole of the document aloud")


def _words(worst: Value) -> tuple[str, str]:
    return worst.text, _("neither the document nor the customer gave {value}").format(value=worst.text)


def _features(context: Context, said: Said, loose: tuple[Value, ...]) -> dict[str, float]:
    after = context.transcript.after(said)
    heard = after.does if after else frozenset[str]()
    kinds = {value.kind for value in loose}
    questions = [(clause.start, clause.end) for clause in said.clauses if clause.asks]
    features = {f"loose {kind.value}": float(kind in kinds) for kind in Kind}
    features |= {
        "hard": float(bool(kinds & _HARD)),
        "against": max(against(context, said, value) for value in loose),
        "kind known": float(bool(kinds & context.backing.of_kind.keys())),
        "several": float(min(3, len(loose))) - 1,
        "all near": float(all(near_number(context.backing, value) for value in loose)),
        "known too": float(max(0, min(2, len(said.values) - len(loose)))),
        "challenged": float("challenges" in heard),
        "echoed": float(after is not None and any(v.kind in kinds for v in after.values)),
        "asked": float(all(any(s <= v.start < e for s, e in questions) for v in loose)),
        "precise time": float(any(value.kind is Kind.TIME and is_precise(value) for value in loose)),
        "postpones": float("postpone" in said.does),
        "closing": float("close" in said.does),
        "hedged": float(said.has("hedges")),
        "guarantees": float(said.has("guarantees")),
        "sells": float(said.has("sells")),
        "recaps": float("confirm" in said.does),
        "first": float(said is context.transcript.caller[0]),
        "holes": float(context.backing.holes),
    }
    return features
