"""A call as JSON, both ways: what ``call --json`` prints and ``score`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from kefu.call.call import Call, EndedBy, Ending, Phase
from kefu.call.turn import Speaker, Turn
from kefu.errors import InputError
from kefu.i18n import gettext as _

__all__ = ["MAX_TURNS_READ", "call_from_json", "call_to_json"]

MAX_TURNS_READ = 2000
_MAX_TEXT = 20_000
_SHOWN = 40


def call_to_json(call: Call) -> dict[str, Any]:
    """The call in the shape of the interface, without outcome and scorecard."""
    return {
        "scenario": call.scenario,
        "caller": call.caller,
        "customer": call.customer,
        "persona": call.persona or None,
        "seed": call.seed,
        **({"perturb": list(call.perturb)} if call.perturb else {}),
        "turns": [_turn_to_json(turn) for turn in call.turns],
        "ending": call.ending and _ending_to_json(call.ending),
    }


def call_from_json(data: object, *, where: str = "") -> Call:
    """A finished call from JSON; ``scenario`` (or ``doc``) and ``turns`` are enough.

    Real transcripts may hold several turns of one party in a row, so the
    transition table of a live call does not apply to them. Raises
    :class:`InputError` that lists every problem, with ``where`` in front.
    """
    problems: list[str] = []
    if not isinstance(data, Mapping):
        raise InputError(_("a call is a JSON object with scenario and turns"), where=where)
    record = cast("Mapping[str, Any]", data)
    name = record.get("scenario", record.get("doc"))
    if not isinstance(name, str) or not name:
        problems.append(_("scenario (or doc) is missing"))
        name = ""
    turns = _turns(record.get("turns"), problems)
    ending = _ending(record.get("ending"), problems)
    seed = record.get("seed", 0)
    if problems:
        shape = '{"speaker": "caller|customer", "text": "…"}'
        raise InputError("; ".join(problems), where=where, hint=_("a turn is {shape}").format(shape=shape))
    return Call(
        scenario=name.removesuffix(".md"),
        caller=_word(record, "caller"),
        customer=_word(record, "customer"),
        persona=_word(record, "persona"),
        seed=seed if isinstance(seed, int) else 0,
        perturb=_words(record.get("perturb")),
        turns=turns,
        ending=ending,
        phase=Phase.ENDED,
    )


def _turn_to_json(turn: Turn) -> dict[str, Any]:
    said: dict[str, Any] = {"speaker": turn.speaker.value, "text": turn.text}
    return said | {"cleaned": list(turn.cleaned), "raw": turn.raw} if turn.cleaned else said


def _ending_to_json(ending: Ending) -> dict[str, Any]:
    ended: dict[str, Any] = {"by": ending.by.value, "reason": ending.reason, "detail": ending.detail}
    return ended | {"fault": ending.fault.value} if ending.fault else ended


def _turns(value: object, problems: list[str]) -> tuple[Turn, ...]:
    if not isinstance(value, list) or not value:
        problems.append(_("turns is not a list with at least one turn"))
        return ()
    entries = cast("list[object]", value)
    if len(entries) > MAX_TURNS_READ:
        problems.append(_("{n} turns; at most {most} are read").format(n=len(entries), most=MAX_TURNS_READ))
        return ()
    turns: list[Turn] = []
    for number, entry in enumerate(entries):
        fields = _fields(entry)
        speaker, text = fields.get("speaker"), fields.get("text")
        if speaker not in ("caller", "customer"):
            problems.append(
                _("turn {number}: unknown speaker {speaker}").format(number=number, speaker=_shown(speaker))
            )
        elif not isinstance(text, str) or len(text) > _MAX_TEXT:
            what = _("turn {number}: text is not a string of at most {most} characters")
            problems.append(what.format(number=number, most=_MAX_TEXT))
        elif not any(c.isprintable() and not c.isspace() for c in text):
            problems.append(_("turn {number}: nothing is said in it").format(number=number))
        else:
            turns.append(Turn(speaker=Speaker(speaker), text=text.replace("\x00", "")))
        if len(problems) >= 10:
            problems.append("…")
            break
    return tuple(turns)


def _ending(value: object, problems: list[str]) -> Ending | None:
    if value is None:
        return None
    fields = _fields(value)
    by = fields.get("by")
    if by not in tuple(EndedBy):
        what = _("ending.by is {by}, not one of {known}")
        problems.append(what.format(by=_shown(by), known=", ".join(EndedBy)))
        return None
    fault = fields.get("fault")
    return Ending(
        by=EndedBy(by),
        reason=_word(fields, "reason"),
        detail=_word(fields, "detail"),
        fault=Speaker(fault) if fault in tuple(Speaker) else None,
    )


def _fields(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _word(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return (
        tuple(word for word in cast("list[object]", value) if isinstance(word, str)) if isinstance(value, list) else ()
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
