"""Invented fact: a value that neither the document nor the customer gave, or an unfilled hole read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from kefu.i18n import gettext as _
from kefu.language.values import Kind, Value
from kefu.score.context import Candidate, Context
from kefu.score.patterns import sign_words, signs_of
from kefu.score.support import is_precise, loose_values, near_number
from kefu.score.transcript import Said

__all__ = ["candidates"]

_HARD = frozenset({Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.AMOUNT, Kind.PERCENTAGE, Kind.CODE})


def candidates(context: Context) -> Iterator[Candidate]:
    """Turns with a value that nothing backs, measured at all such values together."""
    for said in context.transcript.caller:
        if signs_of(said.read, "placeholder_spoken"):
            start, end = sign_words(said.read, "placeholder_spoken")[0]
            yield Candidate(
                said=said,
                quote=said.read[start:end],
                features={"hole": 1.0},
                reason=_("reads a hole of the document aloud"),
            )
            continue
        loose = loose_values(context, said)
        if loose:
            worst = max(loose, key=lambda value: (value.kind in _HARD, value.end - value.start))
            reason = _("neither the document nor the customer gave {value}").format(value=worst.text)
            yield Candidate(said=said, quote=worst.text, features=_features(context, said, loose), reason=reason)


def _features(context: Context, said: Said, loose: tuple[Value, ...]) -> dict[str, float]:
    after = context.transcript.after(said)
    heard = after.does if after else frozenset[str]()
    kinds = {value.kind for value in loose}
    asked = [
        any(c.start <= value.start < c.start + len(c.text) and _asks(c.text) for c in said.clauses) for value in loose
    ]
    known = len(said.values) - len(loose)
    features = {f"loose {kind.value}": float(kind in kinds) for kind in Kind}
    features |= {
        "hard": float(bool(kinds & _HARD)),
        "several": float(min(3, len(loose))) - 1,
        "all near": float(all(near_number(context.backing, value) for value in loose)),
        "known too": float(min(2, known)),
        "challenged": float("challenges" in heard),
        "echoed": float(bool(after and any(v.kind in kinds for v in after.values))),
        "asked": float(all(asked)),
        "precise time": float(any(value.kind is Kind.TIME and is_precise(value) for value in loose)),
        "postpones": float("postpone" in said.does),
        "closing": float("close" in said.does),
        "hedged": float("hedges" in signs_of(said.read, "hedges")),
        "guarantees": float("guarantees" in signs_of(said.read, "guarantees")),
        "sells": float("sells" in signs_of(said.read, "sells")),
        "recaps": float("confirm" in said.does),
        "first": float(said is context.transcript.caller[0]),
        "holes": float(context.backing.holes),
    }
    return features


def _asks(clause: str) -> bool:
    return clause.rstrip()[-1:] in ("？", "?")
