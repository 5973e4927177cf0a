"""The caller's half as a plan of a call: what to say in which order, what only under a condition, and how to end.

Made once per scenario. What the opening has said already is left out of the first
steps, long lines are cut at their sentences, and the farewells of the last step are
kept back for the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from kefu.call.line import does, kinds_of_closing, kinds_of_condition, offers
from kefu.call.speech import clauses, contained, key, sentences, speakable
from kefu.language.acts import Act
from kefu.language.condition import Condition
from kefu.scenario.condition import customer_says
from kefu.scenario.memo import once_per_scenario
from kefu.scenario.model import Line, LineKind, Scenario, Step

__all__ = ["MOST", "Beat", "Branch", "Closing", "Plan", "Stage", "plan_of", "without_leave"]

MOST = 100
"""Characters of one turn where the document allows; the rule ``monologue`` is at 120."""
_OPENING_MOST = 118
_LEAD = 12
_SHORT_CLAUSE = 22
_LENGTH = re.compile(r"分钟|道题|几句话|一句话|几秒")
_FIRST_STAGES = 3
_MOST_ANYWHERE = 60
_SAID_BY_OPENING = 0.72
_SAID_IN_WORDS = 0.9
_SAME_NAME = 0.4
_REST_OF_LEAVE = 10
_STANDS_ALONE = re.compile(r"^(?:[这今想我您请为关因有本由此咱现是特致打感谢很非]|贵|一|麻烦|方便|不|简单|最近|近)")
"""How a sentence may begin whose speaker has just been named."""
_JUMP = re.compile(r"(?:进入|进到|跳到|转到|转入|直接到|回到|到)第?([0-9一二三四五六七八九十]{1,2})步")
_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}
_ENDS = re.compile(r"结束(?:通话)?|挂断|收线|收尾|终止|礼貌退出")
_LABELLED = re.compile(r"^([^：:“”「」\"您你]{2,24})[：:]\s*[「“\"]?(.{4,}?)[」”\"]?$")
_FAREWELL_CUE = re.compile(r"再见|再会|谢谢|感谢|祝|打扰|您先|不急|慢慢|随时")
_CLAUSES = re.compile(r"[^，,]+[，,]*")
_LEFT_OPEN = re.compile(r"[，,]?[^，,。；;]*(?:如下|包括|例如)[：:，,]?(?:…+|\.{3,})")
_NOT_SAID = re.compile(r"^(?:客户|用户|对方|接听方)")
_GLOBAL = frozenset(
    {Act.REFUSE, Act.BUSY, Act.DOUBT, Act.IMPATIENT, Act.HESITATE, Act.COMPLAIN, Act.UNCLEAR, Act.DENY, Act.BYE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One thing to say: at most about ``MOST`` characters; ``asks`` when it wants an answer."""

    text: str
    step: int
    asks: bool = False
    early: bool = False
    courtesy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What to say while a condition on the customer holds; ``jump`` to a step, or ``ends`` the call, afterwards."""

    condition: Condition
    acts: frozenset[Act]
    beats: tuple[Beat, ...]
    step: int
    jump: int | None = None
    ends: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the flow."""

    number: int
    beats: tuple[Beat, ...]
    branches: tuple[Branch, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """One closing of the document and what it is for."""

    text: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A call as the document wants it."""

    opening: tuple[str, ...]
    asks_who: bool
    stages: tuple[Stage, ...]
    anywhere: tuple[Branch, ...]
    closings: tuple[Closing, ...]
    farewell: str
    introductions: tuple[str, ...]
    lengths: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    register: frozenset[str]


@once_per_scenario
def plan_of(scenario: Scenario) -> Plan:
    """The plan of ``scenario``."""
    caller = scenario.caller
    opening_text = speakable(caller.openings[0].text) if caller.openings else ""
    stages = [_stage(step, opening_text if at < _FIRST_STAGES else "") for at, step in enumerate(caller.steps)]
    stages, farewell = _without_farewell(stages)
    opening, stages = _opening(opening_text, stages)
    anywhere = tuple(islice((branch for stage in stages for branch in _anywhere(stage)), _MOST_ANYWHERE))
    first_lines = [*opening, *(u for step in caller.steps[:2] for line in step.lines for u in line.utterances)]
    said = [s for text in first_lines for s in sentences(speakable(text))]
    everything = " ".join(_texts(scenario))
    return Plan(
        opening=opening,
        asks_who=any(does("identity", s) for s in sentences(opening_text)),
        stages=tuple(stage for stage in stages if stage.beats or stage.branches),
        anywhere=anywhere,
        closings=tuple(_closings(scenario)),
        farewell=farewell,
        introductions=_distinct(s for s in said if does("introduction", s)),
        lengths=_distinct(c for s in said for c in clauses(s) if len(c) < _SHORT_CLAUSE and _LENGTH.search(c)),
        answers=tuple(tuple(_chunks(speakable(fact.answer), MOST - _LEAD)) for fact in caller.facts),
        register=offers(everything) - {"machine"} | (offers(caller.role) & {"machine"}),
    )


def _texts(scenario: Scenario) -> Iterable[str]:
    caller = scenario.caller
    yield caller.role
    for step in caller.steps:
        for line in step.lines:
            yield line.text
    for fact in caller.facts:
        yield fact.answer
    for item in (*caller.openings, *caller.closings):
        yield item.text


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(key(text), text)
    return tuple(found.values())


def _opening(text: str, stages: list[Stage]) -> tuple[tuple[str, ...], list[Stage]]:
    """The opening, and the stages with what it was too long for put first."""
    if text:
        parts = [text] if len(text) <= _OPENING_MOST else list(_chunks(text, MOST))
        rest = tuple(_beat(part, 0) for part in parts[1:])
        return (parts[0],), ([Stage(number=0, beats=rest), *stages] if rest else stages)
    for at, stage in enumerate(stages):
        if stage.beats and stage.condition is None:
            first = stage.beats[0]
            shorter = replace(stage, beats=stage.beats[1:])
            return (first.text,), [*stages[:at], shorter, *stages[at + 1 :]]
    return (), stages


def _stage(step: Step, opening: str) -> Stage:
    beats: list[Beat] = []
    branches: list[Branch] = []
    condition = Condition.of(step.condition) if step.condition else None
    for line in step.lines:
        if line.kind is LineKind.UTTERANCE:
            for text in line.utterances:
                beats.extend(_beats(text, step.number, opening))
        elif line.kind is LineKind.BRANCH and line.condition:
            branch = _branch(line, step.number)
            if branch is not None:
                branches.append(branch)
    return Stage(number=step.number, beats=tuple(beats), branches=tuple(branches), condition=condition)


def _beats(text: str, step: int, opening: str) -> Iterable[Beat]:
    spoken = speakable(_LEFT_OPEN.sub("", text))
    if not spoken or len(key(spoken)) < 3 or _NOT_SAID.search(spoken):
        return
    if opening:
        spoken = "".join(_unsaid(s, opening) for s in sentences(spoken) if not _in_opening(s, opening))
    for part in _chunks(spoken, MOST):
        yield _beat(part, step)


def _unsaid(sentence: str, opening: str) -> str:
    """``sentence`` without the clauses at its start that the opening has said, nor its question whether now is fine."""
    parts = _CLAUSES.findall(sentence)
    named = False
    while len(parts) > 1 and (does("greeting", parts[0]) or _told(parts[0], opening)):
        named = named or does("introduction", parts[0])
        del parts[0]
    if named and not _STANDS_ALONE.search(parts[0]):
        parts.insert(0, "我们")
    if len(parts) > 1 and does("convenience", sentence) and does("convenience", opening):
        while len(parts) > 1 and (_asks_leave(parts[-1]) or contained(parts[-1], opening) > _SAID_IN_WORDS):
            del parts[-1]
        parts[-1] = parts[-1].rstrip("，,") + ("。" if parts[-1][-1] in "，," else "")
    return "".join(parts)


def _told(clause: str, opening: str) -> bool:
    """Whether the opening has said ``clause``, be it in other words where the caller names itself."""
    shared = contained(clause, opening)
    introduced = shared >= _SAME_NAME and does("introduction", clause) and does("introduction", opening)
    return introduced or shared >= _SAID_BY_OPENING


def without_leave(sentence: str) -> str:
    """``sentence`` without its question whether now is fine; blank where next to nothing else is left."""
    if not does("convenience", sentence):
        return sentence
    parts = [part for part in _CLAUSES.findall(sentence) if not _asks_leave(part)]
    rest = "".join(parts).rstrip("，,")
    return f"{rest}。" if len(rest) >= _REST_OF_LEAVE and not does("greeting", rest) else ""


def _asks_leave(clause: str) -> bool:
    return does("convenience", clause) or does("consent", clause)


def _beat(text: str, step: int) -> Beat:
    parts = sentences(text)
    asks = any(does("asks_customer", s) for s in parts)
    return Beat(
        text=text,
        step=step,
        asks=asks,
        early=step <= _FIRST_STAGES,
        courtesy=not asks and bool(parts) and all(does("farewell", s) or does("thanks", s) for s in parts),
    )


def _in_opening(sentence: str, opening: str) -> bool:
    """Whether the opening has done what ``sentence`` does."""
    if does("greeting", sentence):
        return True
    said = sentences(opening)
    for kind in ("identity", "convenience", "thanks"):
        if does(kind, sentence) and any(does(kind, s) for s in said):
            # a line that asks and also says more than the opening is kept
            return len(key(sentence)) < 30 or contained(sentence, opening) > 0.5
    if does("introduction", sentence) and any(does("introduction", s) for s in said):
        return len(key(sentence)) < 26 or contained(sentence, opening) > 0.6
    return contained(sentence, opening) >= _SAID_BY_OPENING


def _branch(line: Line, step: int) -> Branch | None:
    beats = tuple(beat for text in line.utterances for beat in _beats(text, step, ""))
    around = line.text
    for text in line.utterances:
        around = around.replace(text, "")
    jump = _JUMP.search(around)
    if not beats or line.condition is None:
        return None
    condition = Condition.of(line.condition)
    return Branch(
        condition=condition,
        acts=frozenset(condition.acts),
        beats=beats,
        step=step,
        jump=_number(jump[1]) if jump else None,
        ends=_ENDS.search(around.replace(line.condition, "")) is not None,
        final=_final(beats),
    )


def _final(beats: Sequence[Beat]) -> bool:
    """Whether the call is over once these lines are said."""
    text = beats[-1].text
    if beats[-1].asks:
        return False
    parts = any(does("wishes", s) for beat in beats for s in sentences(beat.text))
    return parts or "refused" in kinds_of_closing(text) or "结束" in text


def _number(numeral: str) -> int:
    return int(numeral) if numeral.isascii() else _NUMERALS.get(numeral[-1], 0) + (10 if len(numeral) > 1 else 0)


def _anywhere(stage: Stage) -> Iterable[Branch]:
    """The branches of a stage that answer an attitude, which may show at any time."""
    if stage.condition is not None and stage.beats:
        acts = frozenset(stage.condition.acts)
        if acts & _GLOBAL:
            yield Branch(
                condition=stage.condition, acts=acts, beats=stage.beats, step=stage.number, final=_final(stage.beats)
            )
    for branch in stage.branches:
        if branch.acts & _GLOBAL:
            yield branch


def _without_farewell(stages: list[Stage]) -> tuple[list[Stage], str]:
    """The stages without the farewell sentences of the last one, and these."""
    if not stages or stages[-1].condition is not None:
        return stages, ""
    last = stages[-1]
    kept: list[Beat] = []
    farewell: list[str] = []
    for beat in last.beats:
        parts = sentences(beat.text)
        goes = [s for s in parts if does("farewell", s) and not does("asks_customer", s) and not re.search(r"\d{3}", s)]
        stays = [s for s in parts if s not in goes]
        farewell.extend(goes)
        if stays:
            kept.append(_beat("".join(stays), last.number))
    return [*stages[:-1], replace(last, beats=tuple(kept))], "".join(farewell)


def _closings(scenario: Scenario) -> Iterable[Closing]:
    for item in scenario.caller.closings:
        labelled = _LABELLED.match(item.text)
        if labelled is not None and (kinds := kinds_of_condition(labelled[1])):
            yield Closing(text=speakable(labelled[2]), kinds=kinds)
        else:
            text = speakable(item.text)
            if text:
                yield Closing(text=text, kinds=kinds_of_closing(text))
    for item in scenario.caller.end_conditions:
        labelled = _LABELLED.match(item.text)
        if labelled is None or customer_says(labelled[1], strictly=True):
            continue  # what the customer says when it ends the call is not the caller's to say
        if _FAREWELL_CUE.search(labelled[2]):
            yield Closing(text=speakable(labelled[2]), kinds=kinds_of_condition(labelled[1]) or frozenset({"done"}))


def _chunks(text: str, most: int) -> Iterable[str]:
    """``text`` in parts of at most ``most`` characters, cut at sentences, at commas where one is longer."""
    part = ""
    for sentence in sentences(text):
        for piece in [sentence] if len(sentence) <= most else _cut(sentence, most):
            if part and len(part) + len(piece) > most:
                yield part
                part = ""
            part += piece
    if part:
        yield part


def _cut(sentence: str, most: int) -> Iterable[str]:
    part = ""
    for piece in re.findall(r"[^，,、：:]+[，,、：:]*", sentence):
        if part and len(part) + len(piece) > most:
            yield part.rstrip("，,、：:") + "。"
            part = ""
        part += piece[: 2 * most]
    if part:
        yield part
