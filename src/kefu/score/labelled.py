"""Calls and utterances that people have labelled, read from JSON lines.

Two kinds of line: a call with what a quality lead would say of it, and a
document's list of customer utterances with what they do and which fact they ask
for. Whatever label a line does not carry is ``None`` and takes part in nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.call.wire import call_from_json
from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.language.acts import Act
from kefu.score.verdict import Rule, StepStatus

__all__ = ["LabelledCall", "LabelledUtterance", "is_labelled", "labelled_from_json"]

_MOST_PROBLEMS = 10
_STATUSES = frozenset(status.value for status in StepStatus if status is not StepStatus.UNSCORED)
_RULES = frozenset(rule.value for rule in Rule)
_ACTS = frozenset(act.value for act in Act)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCall:
    """One call with people's verdicts."""

    doc: str
    kind: str
    call: Call
    acts: Mapping[int, frozenset[str]]
    steps: Mapping[int, str] | None
    violations: frozenset[tuple[str, int]] | None
    task_flow: float | None
    interaction: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledUtterance:
    """One customer utterance with its acts, or with the number of the fact that it asks for (0: none)."""

    doc: str
    caller: str
    text: str
    acts: frozenset[str] | None = None
    fact: int | None = None


def is_labelled(line: LabelledCall | LabelledUtterance) -> bool:
    """Whether people have said anything of it that a score could be compared with."""
    if isinstance(line, LabelledUtterance):
        return line.acts is not None or line.fact is not None
    shares = (line.task_flow, line.interaction)
    return bool(line.acts or line.steps) or line.violations is not None or any(share is not None for share in shares)


def labelled_from_json(data: object, *, where: str = "") -> list[LabelledCall | LabelledUtterance]:
    """What one line holds. Raises :class:`InputError` that lists its problems, with ``where`` in front."""
    if not isinstance(data, Mapping):
        raise InputError(
            _("a labelled line is a JSON object"), where=where, hint=_("give calls with turns, or acts and faq")
        )
    record = cast("Mapping[str, Any]", data)
    if "turns" in record:
        return [_call(record, where)]
    if "faq" in record or "acts" in record:
        return list(_utterances(record, where))
    raise InputError(_("neither turns nor faq nor acts"), where=where, hint=_("see the shape of labelled data"))


def _call(record: Mapping[str, Any], where: str) -> LabelledCall:
    call = call_from_json(record, where=where)
    problems: list[str] = []
    acts = _acts_by_turn(record.get("acts"), call, problems)
    steps = _steps(record.get("steps"), problems)
    violations = _violations(record.get("violations"), call, problems)
    scores = {name: _share(record.get(name), name, problems) for name in ("task_flow", "interaction")}
    if problems:
        raise InputError("; ".join(problems[:_MOST_PROBLEMS]), where=where, hint=_("see the shape of labelled data"))
    kind = record.get("kind")
    return LabelledCall(
        doc=call.scenario,
        kind=kind if isinstance(kind, str) else "",
        call=call,
        acts=acts,
        steps=steps,
        violations=violations,
        task_flow=scores["task_flow"],
        interaction=scores["interaction"],
    )


def _acts_by_turn(value: object, call: Call, problems: list[str]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for key, names in _entries(value, "acts", problems):
        turn = _index(key, len(call.turns))
        if turn is None or call.turns[turn].speaker is not Speaker.CUSTOMER:
            problems.append(_("acts: turn {number} is no customer turn").format(number=key[:20]))
            continue
        labels = _names(names, _ACTS, _("acts of turn {number}").format(number=key[:20]), problems)
        if labels:
            found[turn] = labels
    return found


def _steps(value: object, problems: list[str]) -> dict[int, str] | None:
    if value is None:
        return None
    found: dict[int, str] = {}
    for key, status in _entries(value, "steps", problems):
        if not key.isascii() or not key.isdigit() or status not in _STATUSES:
            problems.append(_("steps: {step} has no known status").format(step=repr(key[:20])))
        else:
            found[int(key[:9])] = status
    return found


def _violations(value: object, call: Call, problems: list[str]) -> frozenset[tuple[str, int]] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        problems.append(_("{name} is not a list").format(name="violations"))
        return None
    found: set[tuple[str, int]] = set()
    for entry in cast("list[object]", value):
        fields: Mapping[str, Any] = cast("Mapping[str, Any]", entry) if isinstance(entry, Mapping) else {}
        rule, turn = fields.get("rule"), fields.get("turn")
        if rule not in _RULES or not isinstance(turn, int) or not 0 <= turn < len(call.turns):
            shape = "{rule, turn}"
            what = _("violations: each is {shape} with a rule of the list and a turn of the call")
            problems.append(what.format(shape=shape))
        else:
            found.add((str(rule), turn))
    return frozenset(found)


def _share(value: object, name: str, problems: list[str]) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    problems.append(_("{name} is not a number from 0 to 1").format(name=name))
    return None


def _utterances(record: Mapping[str, Any], where: str) -> list[LabelledUtterance]:
    doc = record.get("doc", record.get("scenario"))
    problems: list[str] = [] if isinstance(doc, str) and doc else [_("doc is missing")]
    name = str(doc).removesuffix(".md")
    found: list[LabelledUtterance] = []
    for number, entry in enumerate(_items(record.get("faq"), "faq", problems)):
        text, label = entry.get("text"), entry.get("label")
        if not isinstance(text, str) or not (label is None or (isinstance(label, int) and label > 0)):
            what = _("faq {number}: text, and as label a number from 1 or null")
            problems.append(what.format(number=number))
            continue
        found.append(LabelledUtterance(doc=name, caller="", text=text, fact=label or 0))
    for number, entry in enumerate(_items(record.get("acts"), "acts", problems)):
        text, caller = entry.get("text"), entry.get("caller", "")
        if not isinstance(text, str) or not isinstance(caller, str):
            problems.append(_("acts {number}: text and caller are strings").format(number=number))
            continue
        labels = _names(entry.get("acts"), _ACTS, f"acts {number}", problems)
        found.append(LabelledUtterance(doc=name, caller=caller, text=text, acts=labels))
    if problems:
        raise InputError("; ".join(problems[:_MOST_PROBLEMS]), where=where, hint=_("see the shape of labelled data"))
    return found


def _entries(value: object, name: str, problems: list[str]) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [(str(key), entry) for key, entry in cast("Mapping[Any, Any]", value).items()]
    problems.append(_("{name} is not an object").format(name=name))
    return []


def _items(value: object, name: str, problems: list[str]) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(entry, Mapping) for entry in cast("list[object]", value)):
        return cast("list[Mapping[str, Any]]", value)
    problems.append(_("{name} is not a list of objects").format(name=name))
    return []


def _names(value: object, known: frozenset[str], where: str, problems: list[str]) -> frozenset[str]:
    if isinstance(value, list):
        names = cast("list[object]", value)
        if all(isinstance(name, str) and name in known for name in names):
            return frozenset(cast("list[str]", names))
    problems.append(_("{where}: unknown label").format(where=where))
    return frozenset()


def _index(key: str, size: int) -> int | None:
    if key.isascii() and key.isdigit() and len(key) < 9 and int(key) < size:
        return int(key)
    return None
