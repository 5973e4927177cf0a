"""Plain text: a line a turn, with a label before it; or a label and a time on a line of their own, as in chats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kefu.call.turn import Speaker
from kefu.i18n import gettext as _
from kefu.transcript.label import Label, Sides, heading_of, label_of
from kefu.transcript.model import Notes, Recorded, cut, recorded

__all__ = ["read_written"]

_DAY = r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?[T ]{0,2}"
_TIME = rf"(?:{_DAY})?[0-9]{{1,2}}[:：][0-9]{{2}}(?:[:：][0-9]{{2}})?(?:[.,][0-9]{{1,3}})?"
_SECONDS = r"[0-9]{1,6}(?:\.[0-9]{1,3})?s"
_SPAN = rf"{_TIME}(?:\s?(?:-->|->|-|—|~|至)\s?{_TIME})?|{_SECONDS}(?:\s?[-~]\s?{_SECONDS})?"
_STAMP = re.compile(rf"\s*[\[【(（<]?\s*(?:{_SPAN})\s*[\]】)）>]?\s*(?:[-,，|]\s*)?")
_COLON = re.compile(r"(?P<label>[^:：\n]{1,40})[:：]\s*")
_SPACED = re.compile(r"(?P<label>[^\s:：]{1,20})(?:\s+|$)")
_BRACKETED = re.compile(r"[\[【(（<](?P<label>[^\]】)）>\n:：]{1,20})[\]】)）>]\s*[:：]?\s*")
_TIMED = re.compile(rf"(?P<label>[^\s:：]{{1,20}})\s+[\[(（]?{_TIME}[\])）]?\s*[:：]?\s*")
"""A name and a time, and what was said there or on the next line."""
_RULE = re.compile(r"\s*(?:[=\-*_#~—─]\s?){3,}\s*$")
_TITLE = re.compile(
    r"\s*(?:[#【\[=\-*]+\s*)?(?:第\s?[0-9一二三四五六七八九十百]{1,6}\s?(?:通|个|条|段|次)(?:通话|对话|会话|录音|电话)?"
    r"|(?:通话|对话|会话|录音|电话|案例|样本|call|dialog(?:ue)?|session)\s?[#№-]?\s?[0-9一二三四五六七八九十]{1,12})"
    r"[\s】\]=\-*#.、]*$",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"[0-9+*\-\sxX]+")
"""主叫：13900000000 heads a call, and is said by nobody."""
_MARKS = " \t*#>-·•"
_LONGEST_NAME = 12


@dataclass(slots=True)
class _Talk:
    """A call as it is being read."""

    name: str = ""
    line: int = 0
    said: list[tuple[Speaker, str]] = field(default_factory=list[tuple[Speaker, str]])


class _Reader:
    def __init__(self, sides: Sides, notes: Notes, others: dict[str, Label | None]) -> None:
        self.sides = sides
        self.notes = notes
        self.others = others
        """Labels that no list knows, and what they are taken for; ``None`` where that cannot be told."""
        self.calls: list[Recorded] = []
        self.talk = _Talk()
        self.skipping = False
        self.waiting: tuple[Speaker, int] | None = None
        """Whose words come on the next line."""

    def end(self, name: str, line: int) -> None:
        """The call is over; another may begin under ``name``."""
        self.flush()
        call = recorded(self.talk.name, self.talk.line, self.talk.said, self.notes)
        if call is not None:
            self.calls.append(call)
        self.talk = _Talk(name=name, line=line)
        self.skipping = False

    def flush(self) -> None:
        """A label after which nothing was said."""
        if self.waiting is not None:
            self.notes.lost("empty_turn", self.waiting[1], _("a label, and nothing said after it"))
        self.waiting = None

    def read(self, number: int, line: str) -> None:
        """One line of the file."""
        text = line.strip()
        if _RULE.match(text):
            self.end("", number + 1)
            return
        if _TITLE.match(text):
            self.end(text.strip(" #【】[]=-*"), number)
            return
        bare = _STAMP.sub("", text, count=1) if _STAMP.match(text) else text
        stamped = bare != text
        found = self._labelled(bare.lstrip(_MARKS), stamped=stamped)
        if found is not None:
            self._said(number, *found)
        elif self._is_strange(bare):
            self.flush()
            self.skipping = True
            self.notes.lost(
                "no_speaker", number, _("no known speaker: {given}").format(given=repr(self.notes.words(text)))
            )
        elif self._is_heading(number, text):
            return
        else:
            self._went_on(number, bare if stamped else text)

    def _labelled(self, text: str, *, stamped: bool) -> tuple[Label, str] | None:
        for pattern in (_TIMED, _BRACKETED):
            match = pattern.match(text)
            if match is not None and (label := _label_before_colon(match["label"], self.others)) is not None:
                return label, text[match.end() :]
        match = _COLON.match(text)
        if match is not None:
            label = _label_before_colon(match["label"], self.others)
            words = text[match.end() :]
            if label is not None and not (heading_of(match["label"]) and _NO_WORDS.fullmatch(words)):
                return label, words
        match = _SPACED.match(text)
        label = label_of(match["label"]) if match else None
        if match is None or label is None or not (stamped or "\t" in match[0]):
            return None  # 客户 at the beginning of a sentence is no label
        return label, text[match.end() :]

    def _said(self, number: int, label: Label, words: str) -> None:
        self.flush()
        self.skipping = label is Label.NEITHER
        if self.skipping:
            self.notes.lost("no_party", number, _("said by no party: {text}").format(text=self.notes.words(words)))
            return
        speaker = self.sides.speaker(label)
        self.talk.line = self.talk.line or number
        if not words.strip():
            self.waiting = (speaker, number)
            return
        self.talk.said.append((speaker, cut(words.strip(), number, self.notes)))

    def _is_strange(self, text: str) -> bool:
        """Whether it begins with a label of which nobody can tell the side."""
        match = _COLON.match(text.lstrip(_MARKS))
        word = _STAMP.sub(" ", match["label"]).strip().strip(_MARKS) if match else ""
        return word in self.others and self.others[word] is None

    def _is_heading(self, number: int, text: str) -> bool:
        match = _COLON.match(text.strip("#*【】[] "))
        kind = heading_of(match["label"].strip("【】[]* ")) if match else ""
        if not match or not kind:
            return False
        if kind == "call":
            if self.talk.said:
                self.end("", number)
            self.talk.name = text.strip("#*【】[] ")[match.end() :].strip(" 】]") or self.talk.name
            self.talk.line = number
        return True

    def _went_on(self, number: int, words: str) -> None:
        """A line without a label: more of the turn before it, or of nobody."""
        if not words.strip():
            return
        if self.waiting is not None:
            speaker, _line = self.waiting
            self.waiting = None
            self.talk.said.append((speaker, cut(words.strip(), number, self.notes)))
        elif self.skipping or not self.talk.said:
            why = _("nobody is named who says it: {text}").format(text=self.notes.words(words))
            self.notes.lost("no_speaker", number, why)
        else:
            speaker, before = self.talk.said[-1]
            gap = " " if before[-1:].isascii() and words[:1].isascii() else ""
            self.talk.said[-1] = (speaker, cut(f"{before}{gap}{words.strip()}", number, self.notes))


def read_written(text: str, sides: Sides, notes: Notes, *, first_line: int = 1) -> list[Recorded]:
    """The calls of a text."""
    lines = text.splitlines()
    reader = _Reader(sides, notes, _others(lines))
    for label in [word for word, side in reader.others.items() if side is not None]:
        notes.said(
            "taken_for", first_line, _("{label} is taken for the other side").format(label=repr(notes.words(label)))
        )
    for number, line in enumerate(lines, first_line):
        if line.strip():
            reader.read(number, line)
    reader.end("", 0)
    return reader.calls


def _label_before_colon(word: str, others: dict[str, Label | None]) -> Label | None:
    bare = _STAMP.sub(" ", word).strip().strip(_MARKS)
    return label_of(bare) or others.get(bare)


def _others(lines: Sequence[str]) -> dict[str, Label | None]:
    """Labels that come again and nobody knows (佟女士：…).

    Where one side is known and there is one such label, it is the other side; otherwise it could be either.
    """
    known: set[Label] = set()
    strange: Counter[str] = Counter()
    for line in lines:
        text = line.strip()
        bare = _STAMP.sub("", text, count=1) if _STAMP.match(text) else text
        bare = bare.lstrip(_MARKS)
        match = _TIMED.match(bare) or _COLON.match(bare)
        if match is None or len(match["label"]) > _LONGEST_NAME:
            continue
        word = _STAMP.sub(" ", match["label"]).strip().strip(_MARKS)
        label = label_of(word)
        if label is not None and label in (Label.AGENT, Label.CUSTOMER):
            known.add(label)
        elif label is None and not heading_of(word) and word:
            strange[word] += 1
    often = [word for word, count in strange.items() if count >= 2]
    if len(known) != 1 or len(often) != 1:
        return dict.fromkeys(often)
    other = Label.CUSTOMER if known == {Label.AGENT} else Label.AGENT
    return {often[0]: other}
