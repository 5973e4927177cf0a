"""What a model or a program wrote becomes what is said on a phone: one side's words, without marks, labels or layout.

Every kind of thing that was taken out is named, so that the record says what
the model did and not only what the other side heard.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from kefu.call.turn import Speaker
from kefu.llm.shape import json_objects_in

__all__ = ["NOBODY", "Cleaned", "Names", "clean_line", "names_in", "storable"]

_READ = 20_000
_LONGEST = 1_000
_DIRECTION = 40
_END = re.compile(r"[。！？!?…~～]")
_LIST = re.compile(r"^[ \t]*(?:[-*+•·][ \t]+|\d{1,2}(?:[.、](?!\d)|[)）])[ \t]*|#{1,6}[ \t]*|>+[ \t]?|\|)", re.M)
_RULE = re.compile(r"^[ \t]*(?:[-*_=]{3,}|```\w*)[ \t]*$", re.M)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\]\((?:https?|mailto|tel)[^()\s]{0,500}\)")
_BRACKETS = re.compile(
    r"（[^（）\n]{0,200}）|\([^()\n]{0,200}\)|【[^【】\n]{0,200}】|\[[^\[\]\n]{0,200}\]|<[^<>\n]{1,60}>"
)
_STARRED = re.compile(r"(?<!\*)\*([^*\n]{1,60})\*(?!\*)")
_BOLD = re.compile(r"\*\*|(?<![0-9A-Za-z])__|__(?![0-9A-Za-z])|~~|`")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_QUOTED = re.compile(r"[“\"「『]([^“”\"「」『』]*)[”\"」』]")
_PLAIN = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff0-9A-Za-z，。？！、；…]*")
"""Most replies are bare words and need no cleaning: no mark, no bracket, no colon, no blank."""
_SPACES = re.compile(r"[ \t]+")
_CLOSED = tuple("，,。！？!?；;：:、…~～")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What a terminal obeys or nobody sees; the joiner of emoji is taken out with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """``text`` to be spoken, whether an end mark stood in it, and the kinds of what was ``removed``."""

    text: str
    hangs_up: bool = False
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people are called before whose lines a name may stand: the speaker itself, and the other side."""

    own: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


NOBODY = Names()


def names_in(role: str) -> tuple[str, ...]:
    """The names of people in the description of a role: a family name, one or two characters, and no more."""
    family = "".join(_data()["names"]["family"])
    found: list[str] = re.findall(rf"[{family}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])", role)
    return tuple(dict.fromkeys(found))


def clean_line(written: str, speaker: Speaker, names: Names = NOBODY, *, longest: int = _LONGEST) -> Cleaned:
    """The words of ``speaker`` in what a model or a program wrote, at most ``longest`` characters of them."""
    if len(written) <= longest and _PLAIN.fullmatch(written) is not None:
        return Cleaned(text=written, hangs_up=False, removed=())
    said, ended = _unwrapped(written[:_READ])
    removed = ["json"] if said is not None else []
    # runs of blanks first: beside them, the optional blanks of a pattern would take quadratic time
    text = _SPACES.sub(" ", _BREAKS.sub("\n", written[:_READ] if said is None else said)).strip()
    shown = _CONTROL.sub("", _ESCAPES.sub("", text))
    removed += ["control"] if shown != text else []
    text = _SPACES.sub(" ", shown).strip()
    marked = _marks().sub("", text)
    hangs_up = marked != text or ended
    removed += ["end_mark"] if marked != text else []
    text = marked
    steps: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("markdown", _plain),
        ("stage_direction", _spoken),
        ("emoji", lambda said: _EMOJI.sub("", said)),
    )
    own, kind = _own_words(text, speaker, names)
    removed += [kind] if kind else []
    text = own
    for what, step in steps:
        after = step(text)
        if after.strip() != text.strip():
            removed.append(what)
        text = after
    text = _joined(text)
    if (quoted := _QUOTED.fullmatch(text)) is not None:
        text = quoted[1].strip()
        removed.append("quotes")
    if len(text) > longest or len(written) > _READ:
        text = _cut(text, longest)
        removed.append("too_long")
    if not re.search(r"\w", text):  # nothing but dots and dashes is no speech
        text = ""
    return Cleaned(text=text, hangs_up=hangs_up, removed=tuple(removed))


def storable(text: str) -> str:
    """``text`` as any file or database takes it: no half of a surrogate pair, no NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _unwrapped(written: str) -> tuple[str | None, bool]:
    """The words in an answer that is one JSON object, and whether it hangs up; ``None`` for any other."""
    bare = written.strip()
    if not bare.startswith(("{", "```")):
        return None, False
    objects = list(json_objects_in(bare))
    words = _data()["json"]
    said = [found[key] for found in objects for key in words["text"] if isinstance(found.get(key), str)]
    if len(objects) != 1 or not said or not bare.rstrip("`\n ").endswith("}"):
        return None, False
    return said[0], any(objects[0].get(key) is True for key in words["hang_up"])


def _own_words(text: str, speaker: Speaker, names: Names) -> tuple[str, str]:
    """The first words of one's own side, and what was left out: a label, or words of the other side."""
    own, label = _labels(speaker, names)
    found = list(label.finditer(text))
    if not found:
        return text, ""
    lead = text[: found[0].start()].strip(" \t\n*_#>-—")
    parts: list[tuple[bool, str]] = [(True, lead)] if lead else []
    ends = [*(match.start() for match in found[1:]), len(text)]
    for match, end in zip(found, ends, strict=True):
        parts.append((match["who"].lower() in own, text[match.end() : end].strip()))
    start = next((number for number, (mine, said) in enumerate(parts) if mine and said), None)
    if start is None:  # all of it under the other side's name: a wrong label, if it is but one line
        return parts[0][1], "role_label" if len(parts) == 1 else "other_side"
    taken: list[str] = []
    for mine, said in parts[start:]:
        if not mine:
            break
        taken.append(said)
    whole = len(taken) == len(parts)
    return "\n".join(taken), "role_label" if whole else "other_side"


@lru_cache(maxsize=1024)
def _labels(speaker: Speaker, names: Names) -> tuple[frozenset[str], re.Pattern[str]]:
    labels: dict[str, list[str]] = _data()["labels"]
    own = {word.lower() for word in (*labels[speaker.value], *names.own)}
    known = own | {word.lower() for word in (*labels[speaker.other.value], *names.other)}
    words = "|".join(re.escape(word) for word in sorted(known, key=len, reverse=True))
    pattern = (
        r"(?:^|(?<=[\n。！？!?…”\"])) ?[*_#>\[【（(]{0,4} ?"
        rf"(?P<who>{words})"
        r"(?:[（(][^（）()\n]{0,12}[）)])?[\]】）)*_]{0,4} ?[:：][*_]{0,2} ?"
    )
    return frozenset(own), re.compile(pattern, re.I)


def _plain(text: str) -> str:
    """``text`` without Markdown."""
    text = _LINK.sub(r"\1", _RULE.sub("", text))
    text = _STARRED.sub(lambda found: "" if _is_direction(found[1]) else found[1], text)
    return _BOLD.sub("", _LIST.sub("", text)).replace("|", "，" if text.count("|") > 1 else "|")


def _spoken(text: str) -> str:
    """``text`` without directions in brackets; what else stands in brackets is said."""
    return _BRACKETS.sub(lambda found: "" if _is_aside(found, text) else found[0], text)


def _is_aside(found: re.Match[str], text: str) -> bool:
    inner = found[0][1:-1]
    if _is_direction(inner):
        return True
    # square brackets hold what a document left open, which is no direction and must be heard
    before, after = text[: found.start()], text[found.end() :]
    alone = (not before.strip() or before.endswith("\n")) and (not after.strip() or after.startswith("\n"))
    return found[0][0] in "（(" and alone and len(inner) <= _DIRECTION and not re.search(r"\d", inner)


def _is_direction(inner: str) -> bool:
    words: list[str] = _data()["stage"]["words"]
    lowered = inner.lower()
    short = len(inner) <= _DIRECTION and not re.search(r"\d", inner)
    return short and any(word in lowered for word in words)


def _joined(text: str) -> str:
    """The lines of ``text`` as one, with a pause where one was."""
    said = ""
    for line in filter(None, (_SPACES.sub(" ", line).strip() for line in text.split("\n"))):
        said += line if not said or said.endswith(_CLOSED) else "，" + line
    return said


def _cut(text: str, longest: int) -> str:
    """As many whole sentences as anybody would listen to."""
    text = text[:longest]
    ends = [found.end() for found in _END.finditer(text)]
    return text[: ends[-1]] if ends else text


@cache
def _marks() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(_data()["marks"], key=len, reverse=True))
    bare = r"^[ \t]*(?:hang_up(?:\([^()\n]{0,80}\))?|hangup|end_call)[ \t]*$"
    return re.compile(rf"[\[【<（(＜]/?[ \t]*(?:{words})[ \t]*/?[\]】>）)＞]|{bare}", re.I | re.M)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("kefu.call").joinpath("prompts", "cleaning.toml").read_text(encoding="utf-8"))
