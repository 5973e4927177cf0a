"""Placeholders in what is spoken: filled from what is known, or spoken around; never read aloud as they stand.

``known`` maps a placeholder as it stands, or words of it (单号, 姓名, 日期), to its value.
What is known of the customer also replaces what the document says of him: a
profile that reads 姓名：某人 is another person's where 姓名 is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from kefu.call.phrasing import load
from kefu.call.speech import key, sentences, tidy
from kefu.scenario.model import Scenario
from kefu.scenario.placeholder import find_placeholders, texts_of

__all__ = ["Filling", "spoken_around", "unused"]

_HOLE = "HOLE"
_ANY = "…"
"""A value that no document holds."""
_CROSS = "×"
_CROSSES = re.compile(r"[XxＸｘ×✕]+")
_BRACKETS = "[]［］【】{}<>＜＞$（）() "
_NAMED = re.compile(r"^[-·*\s]*([^：:，,。]{2,10})[：:]\s*([^，,。；;（(\s]{2,20})")
_ASKED_FOR = re.compile(
    r"(?:是|找|您好[，,]?(?=[^请是找]))((?!请问)[\u4e00-\u9fff]{2,3}?)(?:先生|女士|小姐|老师|师傅|阿姨|总)"
)
_UNIT_LENGTH = 3
_SHORTEST = 4
_NAME_KEYS = ("姓名",)
_CLAUSE = re.compile(r"[^，,。！？!?；;\n]+[，,。！？!?；;\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    keys: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    rules: tuple[tuple[re.Pattern[str], str], ...]
    words: tuple[tuple[re.Pattern[str], str], ...]
    crosses: tuple[tuple[re.Pattern[str], str], ...]


@cache
def _rules() -> _Rules:
    data = load("placeholders")
    return _Rules(
        keys={name: (name, *also) for name, also in data["keys"].items()},
        units=dict(data["units"]),
        rules=tuple((re.compile(rule["find"]), rule["say"]) for rule in data["rules"]),
        words=tuple((re.compile(find), say) for find, say in data["words"].items()),
        crosses=tuple((re.compile(find), say) for find, say in data["crosses"].items()),
    )


class Filling:
    """What is known, applied to lines of one scenario."""

    def __init__(self, scenario: Scenario, known: Mapping[str, str]) -> None:
        self._known = {name.strip(): value.strip() for name, value in known.items() if name.strip() and value.strip()}
        self._replaced = _replacements(scenario, self._known) if self._known else ()
        self._needed = bool(scenario.placeholders)

    @property
    def changes_nothing(self) -> bool:
        """Whether every line comes out as it went in."""
        return not self._replaced and not self._needed

    def apply(self, text: str) -> str:
        """``text`` as it may be spoken; blank when nothing of it can be said without its holes."""
        for old, new in self._replaced:
            text = text.replace(old, new)
        holes = find_placeholders(text) if self._needed or self._known else []
        if not holes:
            return text
        return "".join(spoken_around(self._filled(sentence)) for sentence in sentences(text))

    def fill(self, text: str) -> str:
        """``text`` with what is known, its other holes as they are: for a reader that does not read them aloud."""
        for old, new in self._replaced:
            text = text.replace(old, new)
        return self._filled(text) if self._known else text

    def is_used(self, holes: Iterable[tuple[str, str]]) -> bool:
        """Whether anything known fills one of the ``holes``, each with what follows it, or replaces what is said."""
        return bool(self._replaced) or any(self._value(hole, after) is not None for hole, after in holes)

    def _filled(self, sentence: str) -> str:
        for hole in find_placeholders(sentence):
            value = self._value(hole, sentence.partition(hole)[2][:2])
            if value is not None:
                before, _hole, after = sentence.partition(hole)
                sentence = before + value.removesuffix(after[: _overlap(value, after)]) + after
        return sentence

    def _value(self, hole: str, after: str) -> str | None:
        known = self._known
        if not known:
            return None
        if hole in known:
            return known[hole]
        inner = _CROSSES.sub("", hole.strip(_BRACKETS)).strip(_BRACKETS + "_0123456789")
        lowered = inner.lower()
        signs = inner or after
        about = [unit for sign, unit in _rules().units.items() if sign in signs and len(signs) <= 2]
        for name, value in known.items():
            if name in inner or (len(inner) > 1 and inner in name) or name.lower() == lowered:
                return value
            for also in _rules().keys.values():
                if name in also and (also[0] in about or any(word in lowered for word in also if len(word) > 1)):
                    return value
        return None


def unused(scenarios: Iterable[Scenario], names: Iterable[str]) -> tuple[str, ...]:
    """The names of what is known that none of the scenarios has a place for, in their order."""
    left = list(dict.fromkeys(name.strip() for name in names))
    for scenario in scenarios:
        if not left:
            break
        holes = {
            (hole, text.partition(hole)[2][:2])
            for text, _line in (texts_of(scenario) if scenario.placeholders else ())
            for hole in find_placeholders(text)
        }
        left = [name for name in left if not Filling(scenario, {name: _ANY}).is_used(holes)]
    return tuple(left)


def spoken_around(sentence: str) -> str:
    """``sentence`` without its holes; blank when nothing of it can be said without them."""
    holes = find_placeholders(sentence)
    if not holes:
        return sentence
    around = sentence
    for hole in holes:
        around = _around(around, hole)
    if around and not find_placeholders(around):
        return _mended(around)
    kept = "".join(clause for clause in _CLAUSE.findall(sentence) if not find_placeholders(clause))
    return tidy(kept) if len(key(kept)) >= _SHORTEST else ""


def _overlap(value: str, after: str) -> int:
    """How many characters at the end of ``value`` stand behind the hole already (元)."""
    return next((n for n in (2, 1) if len(value) > n and after.startswith(value[-n:]) and not value[-1].isascii()), 0)


def _around(sentence: str, hole: str) -> str:
    """``sentence`` with ``hole`` spoken around; with the hole still in it where there is no way."""
    inner = hole.strip(_BRACKETS)
    words = _CROSSES.sub("", inner).strip()
    crosses = _CROSSES.search(hole) is not None
    bare = crosses and hole[0] not in _BRACKETS
    # a unit that belongs to the hole (×元) is put back so that the rules see it
    marked = sentence.replace(hole, _HOLE + (words if bare and len(words) <= _UNIT_LENGTH else ""), 1)
    for find, say in _rules().rules:
        replaced = find.sub(say, marked, count=1)
        if replaced != marked:
            return replaced
    if bare:
        before, _hole, after = marked.partition(_HOLE)
        for find, say in _rules().crosses:
            if (found := find.match(after)) is not None:
                rest = after[len(words) :] if words else after[found.end() :]
                return before + say + rest
        return sentence
    for find, say in _rules().words:
        if find.search(words):
            return marked.replace(_HOLE, say)
    return marked.replace(_HOLE, _listed(words)) if words else sentence


def _listed(words: str) -> str:
    """What stands in a hole as a noun: alternatives are joined, 名称 goes."""
    parts = [part.strip() for part in re.split(r"[/、|]", words) if part.strip()]
    if len(parts) > 1:
        return "、".join(parts[:-1]) + "或" + parts[-1]
    return re.sub(r"(?:的)?(?:名称|名字|具体|内容|信息)$", "", parts[0]) if parts else ""


def _mended(text: str) -> str:
    for broken, whole in (("的的", "的"), ("是的是", "是"), ("，，", "，"), ("（）", ""), ("“”", ""), ("  ", " ")):
        text = text.replace(broken, whole)
    return tidy(text)


def _replacements(scenario: Scenario, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the document says of the customer, and what is known instead; the longest first."""
    found: dict[str, str] = {}
    for item in scenario.caller.profile:
        named = _NAMED.match(item.text)
        if named is None:
            continue
        label, value = named[1].strip(), named[2].strip()
        new = _by_label(label, known)
        if new is not None and new != value:
            found[value] = new
    name = _by_label(_NAME_KEYS[0], known)
    if name is not None:
        old = _asked_for(scenario)
        if old and old != name:
            found.setdefault(old, name)
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _by_label(label: str, known: Mapping[str, str]) -> str | None:
    same = next((also for also in _rules().keys.values() if label in also), (label,))
    return next((value for key, value in known.items() if key == label or key in same), None)


def _asked_for(scenario: Scenario) -> str:
    """Whom the opening asks for."""
    for opening in scenario.caller.openings:
        if (found := _ASKED_FOR.search(opening.text)) is not None:
            return found[1]
    return ""
