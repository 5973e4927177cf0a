"""Whether the condition of a branch, or an end condition, holds for what the customer just said.

A condition is read as alternatives. Each is a behaviour that comes down to acts
(犹豫, 拒绝, 没听清), a matter that the customer speaks of (询问费用, 选邮寄), a number
(六分以下) or an example in quotes. The words are in ``lexicon/condition.toml``; how
acts, nearness in meaning, shared words and polarity are weighed is fitted by
``training/condition.py`` on labelled pairs of our own.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from math import exp

from kefu.language.acts import Act, act_scores, read_acts
from kefu.language.meaning import CONCEPT, meaning, relatedness, space
from kefu.language.number import number

__all__ = ["FEATURES", "Condition", "ConditionKind"]


class ConditionKind(StrEnum):
    """What a condition is about, in the order in which one is chosen where several fit."""

    DONE = "done"
    """That something was finished; an utterance alone cannot tell."""
    NUMBER = "number"
    """How much the customer says."""
    EXAMPLE = "example"
    """What the customer would say, quoted."""
    TOPIC = "topic"
    """What the customer speaks of."""
    ACT = "act"
    """What the customer does."""
    SITUATION = "situation"
    """What happens to the call."""


FEATURES: Mapping[ConditionKind, tuple[str, ...]] = {
    ConditionKind.ACT: ("always", "done", "half", "likely", "near", "denied"),
    ConditionKind.TOPIC: (
        *("always", "near", "shared", "denied", "echoed", "echo denied"),
        *("acts", "no acts", "against", "only asks"),
    ),
    ConditionKind.EXAMPLE: ("always", "near", "shared", "denied", "alike acts", "against", "only asks"),
}
"""What is weighed for an alternative of each kind."""
_MAX_LENGTH = 160
_LINE = 60
"""Characters of the caller's line that are read: what was asked last."""
_QUOTED = re.compile(r"[“「『【‘\"]([^“”「」『』【】‘’\"]{1,60})[”」』】’\"]")
_PARENTHESIS = re.compile(r"[（(]([^（）()]{1,60})[）)]")
_NUMERAL = r"([0-9]+(?:\.[0-9]+)?|[零一二两三四五六七八九十百千万]+)"
_BOUND = re.compile(
    rf"(少于|不到|低于|不足|小于|不满|未满|超过|多于|高于|大于|年满|满|至少)?{_NUMERAL}(?:多)?(分钟|小时|分|[颗岁天次个名元块年月位家台%％])(及?以下|及?以上|以内|之内)?"
)
_BELOW = frozenset({"少于", "不到", "低于", "不足", "小于", "不满", "未满", "以下", "及以下", "以内", "之内"})
_HALF = 0.5
_DONE_AT_MOST = 0.45
"""That something was finished is never held true by an utterance alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behaviour:
    name: str
    acts: frozenset[Act]
    half: frozenset[Act]
    about: bool
    bare: frozenset[Act]
    topic: str
    """What the customer would say, where the behaviour says it all."""
    frame: str
    """How the customer would say what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    behaviours: Mapping[str, _Behaviour]
    """By expression."""
    behaviour: re.Pattern[str]
    patterns: tuple[tuple[re.Pattern[str], _Behaviour], ...]
    kept: frozenset[str]
    empty: re.Pattern[str]
    splits: re.Pattern[str]
    consequence: re.Pattern[str]
    negation: re.Pattern[str]
    plain: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alternative:
    kind: ConditionKind
    acts: frozenset[Act] = frozenset()
    half: frozenset[Act] = frozenset()
    text: str = ""
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on the customer: its ``acts``, without those that count half, and what ``kind`` it mainly is."""

    text: str
    kind: ConditionKind
    acts: frozenset[Act]
    alternatives: tuple[_Alternative, ...]

    @staticmethod
    def of(text: str) -> Condition:
        """The condition that ``text`` states."""
        return _condition(text[:_MAX_LENGTH])

    def holds(self, text: str, acts: Collection[Act], caller_line: str = "") -> float:
        """How likely it holds, 0 to 1, for an utterance ``text`` that does ``acts``; 0.5 and more is held true."""
        return max((_holds(each, text, acts, caller_line) for each in self.alternatives), default=0.0)

    def features(
        self, text: str, acts: Collection[Act], caller_line: str = ""
    ) -> list[tuple[ConditionKind, list[float]]]:
        """What is weighed of each alternative that is weighed at all."""
        return [
            (each.kind, _FEATURES_OF[each.kind](each, text, acts, caller_line))
            for each in self.alternatives
            if each.kind in FEATURES
        ]


@lru_cache(maxsize=4096)
def _condition(text: str) -> Condition:
    alternatives = tuple(_alternatives(text))
    kinds = [each.kind for each in alternatives]
    return Condition(
        text=text,
        kind=next((kind for kind in ConditionKind if kind in kinds), ConditionKind.TOPIC),
        acts=frozenset(act for each in alternatives for act in each.acts if each.kind is not ConditionKind.TOPIC)
        or frozenset(act for each in alternatives if len(each.acts) <= _FEW for act in each.acts),
        alternatives=alternatives,
    )


_FEW = 2
"""A behaviour of more acts than these says nothing of what the customer does."""


def _alternatives(text: str) -> Iterator[_Alternative]:
    words = _words()
    for quoted in _QUOTED.findall(text):
        yield _Alternative(kind=ConditionKind.EXAMPLE, text=quoted)
    plain = _QUOTED.sub("", text)
    inner = [part for group in _PARENTHESIS.findall(plain) for part in words.splits.split(group)]
    about: _Behaviour | None = None
    for place, clause in enumerate((*words.splits.split(_PARENTHESIS.sub("", plain)), *inner)):
        if not clause.strip() or (place and words.consequence.match(clause)):
            continue
        for each, behaviour in _read_clause(clause, about):
            about = behaviour or about
            yield each


def _read_clause(clause: str, before: _Behaviour | None) -> Iterator[tuple[_Alternative, _Behaviour | None]]:
    words = _words()
    bound = _bound(clause)
    if bound is not None:
        yield bound, None
        return
    by_pattern = next((behaviour for pattern, behaviour in words.patterns if pattern.search(clause)), None)
    found = [by_pattern] if by_pattern else [words.behaviours[match[0]] for match in words.behaviour.finditer(clause)]
    rest = _rest(words.behaviour.sub("", clause))
    doing = [each for each in found if not each.about]
    telling = max((each for each in found if each.about), key=_specific, default=before)
    if any(Act.REFUSE in each.acts for each in doing):
        # 不愿接受 refuses, whatever it is that would be accepted
        doing = [each for each in doing if Act.ACCEPT not in each.acts]
    for each in doing:
        kind = {"done": ConditionKind.DONE, "situation": ConditionKind.SITUATION}.get(each.name, ConditionKind.ACT)
        yield _Alternative(kind=kind, acts=each.acts, half=each.half, text=_topic(clause)), None
    if doing:
        return
    if rest:
        # what is spoken of keeps its words; of the behaviour only 说, 问 and the like are taken off
        frame, acts = (telling.frame, telling.acts) if telling else ("{}", frozenset[Act]())
        yield _Alternative(kind=ConditionKind.TOPIC, acts=acts, text=frame.format(_topic(clause))), telling
    elif telling and telling.topic:
        yield _Alternative(kind=ConditionKind.TOPIC, acts=telling.acts, text=telling.topic), telling
    elif found and telling and telling.bare:
        yield _Alternative(kind=ConditionKind.ACT, acts=telling.bare, text=clause), telling


def _specific(behaviour: _Behaviour) -> tuple[bool, bool]:
    return bool(behaviour.topic), bool(behaviour.acts)


def _topic(clause: str) -> str:
    """What a clause speaks of: without who it is on and that somebody says or asks it."""
    words = _words()

    def told(match: re.Match[str]) -> str:
        return "" if words.behaviours[match[0]].about else match[0]

    return _rest(words.behaviour.sub(told, clause)) or clause


def _rest(clause: str) -> str:
    kept = _words().kept
    return _words().empty.sub(lambda match: match[0] if match[0] in kept else "", clause).strip(" 　：:·")


def _bound(clause: str) -> _Alternative | None:
    match = _BOUND.search(clause)
    if match is None:
        return None
    value = number(match[2])
    side = match[1] or match[4]
    if value is None:
        return None
    if side is None:
        exactly = _Alternative(kind=ConditionKind.NUMBER, text=match[3], least=value, most=value)
        return exactly if match[3] == "分" else None
    if side in _BELOW:
        return _Alternative(kind=ConditionKind.NUMBER, text=match[3], least=float("-inf"), most=value)
    return _Alternative(kind=ConditionKind.NUMBER, text=match[3], least=value, most=float("inf"))


def _holds(each: _Alternative, text: str, acts: Collection[Act], caller_line: str) -> float:
    if each.kind is ConditionKind.NUMBER:
        return _number_holds(each, text)
    if each.kind is ConditionKind.DONE:
        return _DONE_AT_MOST if not each.acts.isdisjoint(acts) else 0.0
    if each.kind is ConditionKind.SITUATION:
        return 0.0
    values = _FEATURES_OF[each.kind](each, text, acts, caller_line)
    weights = _weights()[each.kind]
    logit = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def _number_holds(each: _Alternative, text: str) -> float:
    said = [value for value in map(number, re.findall(_NUMERAL, text[:_MAX_LENGTH])) if value is not None]
    return float(bool(said) and each.least <= said[0] <= each.most)


def _act_features(each: _Alternative, text: str, acts: Collection[Act], caller_line: str) -> list[float]:
    scores = act_scores(text, caller_line)
    return [
        1.0,
        float(not each.acts.isdisjoint(acts)),
        float(not each.half.isdisjoint(acts)),
        max((scores[act] for act in each.acts), default=0.0),
        relatedness(each.text, text),
        _shared(each.text, text) if _negative(each.text) != _negative(text) else 0.0,
    ]


def _topic_features(each: _Alternative, text: str, acts: Collection[Act], caller_line: str) -> list[float]:
    line = caller_line[-_LINE:]
    shared = _shared(each.text, text)
    # what the caller asked and the topic repeats is affirmed or denied by a yes or no
    echoed = _shared(each.text, text, line) - shared
    against = _negative(each.text) != _negative(text)
    return [
        1.0,
        relatedness(each.text, text),
        shared,
        shared if against else 0.0,
        0.0 if against else echoed,
        echoed if against else 0.0,
        float(not each.acts.isdisjoint(acts)),
        float(not each.acts),
        float(against),
        _only_asks(each.acts, acts),
    ]


def _only_asks(expected: Collection[Act], acts: Collection[Act]) -> float:
    return float(set(acts) == {Act.ASK} and Act.ASK not in expected)


def _example_features(each: _Alternative, text: str, acts: Collection[Act], caller_line: str) -> list[float]:
    ours = set(read_acts(each.text, caller_line))
    shared = _shared(each.text, text)
    against = _negative(each.text) != _negative(text)
    return [
        1.0,
        relatedness(each.text, text),
        shared,
        shared if against else 0.0,
        len(ours & set(acts)) / len(ours | set(acts)),
        float(against),
        _only_asks(ours, acts),
    ]


_FEATURES_OF = {
    ConditionKind.ACT: _act_features,
    ConditionKind.TOPIC: _topic_features,
    ConditionKind.EXAMPLE: _example_features,
}


def _shared(part: str, *wholes: str) -> float:
    """The share of ``part`` that ``wholes`` say too, by how rare its concepts and characters are."""
    theirs = frozenset[str]().union(*(meaning(whole).atoms for whole in wholes))
    weights = _atom_weights(part)
    total = sum(weights.values())
    return sum(weight for atom, weight in weights.items() if atom in theirs) / total if total else 0.0


@lru_cache(maxsize=4096)
def _atom_weights(text: str) -> Mapping[str, float]:
    rarity = space().rarity
    return {atom: rarity(atom) * (2.0 if atom.startswith(CONCEPT) else 1.0) for atom in meaning(text).atoms}


@lru_cache(maxsize=4096)
def _negative(text: str) -> bool:
    words = _words()
    return words.negation.search(words.plain.sub("", text[:_MAX_LENGTH])) is not None


@cache
def _words() -> _Words:
    data = tomllib.loads(files("kefu.language").joinpath("lexicon", "condition.toml").read_text(encoding="utf-8"))
    behaviours: dict[str, _Behaviour] = {}
    patterns: list[tuple[re.Pattern[str], _Behaviour]] = []
    for name, entry in data.items():
        if "acts" not in entry:
            continue
        behaviour = _Behaviour(
            name=name,
            acts=frozenset(Act(act) for act in entry["acts"]),
            half=frozenset(Act(act) for act in entry.get("half", ())),
            about=entry.get("about", False),
            bare=frozenset(Act(act) for act in entry.get("bare", entry["acts"])),
            topic=entry.get("topic", ""),
            frame=entry.get("frame", "{}"),
        )
        patterns += [(re.compile(pattern), behaviour) for pattern in entry.get("patterns", ())]
        for word in entry["words"]:
            behaviours.setdefault(word, behaviour)
    return _Words(
        behaviours=behaviours,
        behaviour=_any_of(behaviours),
        patterns=tuple(patterns),
        kept=frozenset(data["empty"]["kept"]),
        empty=_any_of([*data["empty"]["words"], *data["empty"]["kept"]]),
        splits=_any_of(data["splits"]["words"]),
        consequence=_any_of(data["consequence"]["words"]),
        negation=_any_of(data["negation"]["words"]),
        plain=_any_of(data["negation"]["plain"]),
    )


def _any_of(words: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


@cache
def _weights() -> Mapping[ConditionKind, Sequence[float]]:
    data = json.loads(files("kefu.language").joinpath("model", "condition.json").read_text(encoding="utf-8"))
    return {kind: [data[kind.value][name] for name in names] for kind, names in FEATURES.items()}
