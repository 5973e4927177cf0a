"""Names of people in what was said: where somebody is named (我叫…, …女士, 请问是…吗), and wherever a full name stands.

A Chinese name looks like any other words; what tells is a surname, what stands
around it, and that it does not begin a word of every day. Words are data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kefu.masking.found import Found, Kind, word_data

__all__ = ["given_of", "is_word", "names_in", "surname_of"]

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"(?:^|(?<=[^\u4e00-\u9fffA-Za-z0-9]))[\u4e00-\u9fff]{2,4}(?=[^\u4e00-\u9fffA-Za-z0-9]|$)")
_CALLED = re.compile(r"(?<!不)(?:叫做|叫)")
_NAMED = re.compile(r"(?:免贵姓|我姓|他姓|她姓|您姓|你姓|是姓|免贵|姓)")
_SELF = re.compile(r"我们?(?:这边|这里)?(?:就)?是|这(?:边|里)?是|那是|(?:^|(?<=[，。！？,!? ]))(?:就)?是|不是")
_OF = re.compile(r"我们?(?:这边|这里)?是[^，。！？,!?]{1,20}?的")
_ASKED = re.compile(r"(?:请问|您好|你好|喂|问|还)?(?:您|你)?(?:是不是|就是|是)")
_IS_ASKED = re.compile(r"(?:本人)?(?:吗|么|吧|嘛|对吧|对吗|对不对|？|\?)|本人")
_SMALL = re.compile(r"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[我是叫找让跟给的请]))(?P<mark>[小老])(?P<name>[\u4e00-\u9fff])")
_SMALL_AFTER = re.compile(r"[^\u4e00-\u9fff]|$|啊|呀|您好|你好|就|吧|在|说|给")
_NOT_SMALL = re.compile(
    r"小(?:时|米|车|包|区|路|单|钱|花|水|古|关|向|白|毛|牛|龙|马|康|常|成|文|石|桂)"
    r"|老(?:师|毛|路|古|常|向|水|白|花|单|关|金|外|总)"
)
_LONGEST_WORD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    surnames: frozenset[str]
    weak: frozenset[str]
    compound: frozenset[str]
    given: frozenset[str]
    never: frozenset[str]
    follow: frozenset[str]
    words: frozenset[str]
    left: frozenset[str]
    titles: re.Pattern[str]
    short_titles: re.Pattern[str]
    offices: re.Pattern[str]
    roles: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    spelled: re.Pattern[str]


@cache
def _words() -> _Words:
    data = word_data()["name"]

    def letters(name: str) -> frozenset[str]:
        return frozenset("".join(data[name].split()))

    def any_of(name: str) -> str:
        escaped: list[str] = [re.escape(word) for word in data[name].split()]
        return "|".join(sorted(escaped, key=len, reverse=True))

    return _Words(
        surnames=letters("surnames"),
        weak=letters("weak"),
        compound=frozenset(data["compound"].split()),
        given=letters("given"),
        never=letters("never"),
        follow=letters("follow"),
        words=frozenset(data["words"].split()),
        left=frozenset(data["left"].split()),
        titles=re.compile(any_of("titles")),
        short_titles=re.compile(f"[{data['short_titles']}]"),
        offices=re.compile(any_of("offices")),
        roles=re.compile(rf"(?:{any_of('roles')})(?:的名字|名字)?(?:写的是|写的|写|是叫|叫做|叫|是|为)?[：: ]?"),
        before=re.compile(rf"(?:{any_of('before')})$"),
        after=re.compile(any_of("after")),
        spelled=re.compile("|".join(f"(?:{spelling}){name}" for spelling, name in data["spelled"].items())),
    )


def names_in(text: str) -> Iterator[Found]:
    """Every name that its surroundings tell, once or more; the key is the name without title."""
    yield from _titled(text)
    yield from _introduced(text)
    yield from _asked_for(text)
    yield from _alone(text)
    yield from _anywhere(text)


def surname_of(name: str) -> str:
    """The surname of a name."""
    return name[:2] if name[:2] in _words().compound else name[:1]


def given_of(name: str) -> str:
    """What follows the surname; empty for a surname alone."""
    return name[len(surname_of(name)) :]


def is_word(text: str, at: int, *, whole: int = 0) -> bool:
    """Whether a word of every day begins at ``at`` (and covers ``whole`` characters), or ends at it."""
    words = _words()
    if text[max(0, at - 1) : at + 1] in words.left or text[max(0, at - 2) : at + 1] in words.left:
        return True
    return any(text[at : at + size] in words.words for size in range(2, _LONGEST_WORD + 1) if size >= whole)


def _found(start: int, end: int, key: str) -> Found:
    return Found(kind=Kind.NAME, start=start, end=end, key=key)


def _surname_at(text: str, at: int, *, weak: bool = True) -> int:
    """How long the surname at ``at`` is; 0 where there is none."""
    words = _words()
    if text[at : at + 2] in words.compound:
        return 2
    c = text[at : at + 1]
    return int(c in words.surnames or (weak and c in words.weak)) if c else 0


def _full_at(text: str, at: int, *, sure: bool) -> int:
    """Where the whole name that begins at ``at`` ends; 0 where none does.

    ``sure`` where the words before say that a name comes: then any character may be a given name's.
    """
    words = _words()
    size = _surname_at(text, at, weak=sure)
    if not size or is_word(text, at):
        return 0
    title = words.titles.match(text, at + size)
    if title is not None:
        return 0
    fitting: list[int] = []
    for given in (2, 1):
        end = at + size + given
        part = text[at + size : end]
        if len(part) < given or any(not _HAN.match(c) or c in words.never for c in part):
            continue
        if given == 2 and words.titles.match(text, at + size + 1):
            continue  # one given name and a title that begins within
        if not sure and any(c not in words.given for c in part):
            continue
        if _ends(text, end):
            return end
        fitting.append(end)
    common = [end for end in fitting if all(c in words.given for c in text[at + size : end])]
    return common[0] if common else 0


def _ends(text: str, at: int) -> bool:
    words = _words()
    c = text[at : at + 1]
    return (
        not c
        or not _HAN.match(c)
        or c in words.follow
        or bool(words.titles.match(text, at) or words.after.match(text, at))
    )


def _titled(text: str) -> Iterator[Found]:
    """贺先生, 周慧敏女士; also 阮姐, where the address stands by itself."""
    words = _words()
    for match in words.titles.finditer(text):
        end = match.start()
        whole = _said_twice(text, end)
        if whole >= 0:
            yield _found(whole, end - 1, text[whole : end - 1])
        start = end - 1 if whole >= 0 else _before_title(text, end)
        if start >= 0:
            yield _found(start, end, text[start:end])
    for match in words.short_titles.finditer(text):
        at = match.start() - 1
        if at < 0 or not _surname_at(text, at, weak=match[0] == "总") or is_word(text, at):
            continue
        ahead = text[at - 1 : at] if at else ""
        after = text[match.end() : match.end() + 1]
        stands = not ahead or not _HAN.match(ahead) or ahead in "叫是找喂跟和让请问给的我"
        if stands and (not after or not _HAN.match(after) or after in words.follow):
            yield _found(at, match.start(), text[at : match.start()])


def _said_twice(text: str, at: int) -> int:
    """Where the whole name begins that is followed by its surname and a title (柯磊柯先生); -1 where none does."""
    for size in (4, 3):
        start = at - size
        if start >= 0 and text[start] == text[at - 1] and _surname_at(text, start):
            given = text[start + 1 : at - 1]
            if all(_HAN.match(c) and c not in _words().never for c in given):
                return start
    return -1


def _before_title(text: str, at: int) -> int:
    """Where the name that ends at ``at`` begins; -1 where none does."""
    words = _words()
    for size in (4, 3, 2, 1):
        start = at - size
        if start < 0:
            continue
        length = _surname_at(text, start)
        if not length or size - length > 2 or size < length or is_word(text, start):
            continue
        given = text[start + length : at]
        if any(not _HAN.match(c) or c in words.never for c in given):
            continue
        if given and length == 1 and text[start] in words.weak and any(c not in words.given for c in given):
            continue
        if len(given) == 1 and _surname_at(text, at - 1, weak=False) and given not in words.given:
            continue  # 于王先生: the surname is the second
        if len(given) == 2 and words.offices.search(given):
            continue
        return start
    return -1


def _introduced(text: str) -> Iterator[Found]:
    """我叫…, 免贵姓…, 我是…, 我是某处的…, 客服…, 联系人…"""
    words = _words()
    for match in _NAMED.finditer(text):
        size = _surname_at(text, match.end())
        if size and text[match.end() : match.end() + 2] not in ("何必",) and not _is_surname_word(text, match.end()):
            yield _found(match.end(), match.end() + size, text[match.end() : match.end() + size])
            end = _full_at(text, match.end(), sure=True)
            if end and _ends(text, end):
                yield _found(match.end(), end, text[match.end() : end])
    for pattern in (_CALLED, words.roles):
        for match in pattern.finditer(text):
            yield from _whole(text, match.end(), sure=True)
    for pattern in (_SELF, _OF, words.offices):
        for match in pattern.finditer(text):
            end = _full_at(text, match.end(), sure=True)
            if end and _ends(text, end) and _is_telling(text, match.end(), end):
                yield _found(match.end(), end, text[match.end() : end])
    for match in _SMALL.finditer(text):
        at = match.start("name")
        if _surname_at(text, at) and not _NOT_SMALL.match(text, match.start()) and _SMALL_AFTER.match(text, at + 1):
            yield _found(at, at + 1, match["name"])
    for match in words.spelled.finditer(text):
        yield _found(match.start(), match.end(), match[0][-1])


def _is_surname_word(text: str, at: int) -> bool:
    return text[at : at + 2] in ("何名", "何许") or text[at - 1 : at + 1] in ("姓名",)


def _is_telling(text: str, start: int, end: int) -> bool:
    """Whether what follows 我是 or an office may well be a name: by its characters, or because it stands alone."""
    words = _words()
    name = text[start:end]
    given = name[_surname_at(text, start) :]
    after = text[end : end + 1]
    alone = not after or not _HAN.match(after)
    common = all(c in words.given for c in given)
    if text[start] in words.weak:
        return common and (alone or after in "吗吧的我")
    return common or (alone and len(given) == 2)


def _whole(text: str, at: int, *, sure: bool) -> Iterator[Found]:
    end = _full_at(text, at, sure=sure)
    if end:
        yield _found(at, end, text[at:end])


def _asked_for(text: str) -> Iterator[Found]:
    """请问是…吗, 您是…本人吗"""
    for match in _ASKED.finditer(text):
        end = _full_at(text, match.end(), sure=True)
        if end and (_IS_ASKED.match(text, end) or _words().titles.match(text, end)):
            yield _found(match.end(), end, text[match.end() : end])


def _alone(text: str) -> Iterator[Found]:
    """A clause that is nothing but a name: 傅德胜，对，是我; 樊梅您好"""
    for match in _CLAUSE.finditer(text):
        end = _full_at(text, match.start(), sure=False)
        if end and end == match.end():
            yield _found(match.start(), end, match[0])


def _anywhere(text: str) -> Iterator[Found]:
    """A whole name of characters that names are made of; of two characters only where a word before or after tells."""
    words = _words()
    at = 0
    while at < len(text):
        end = _full_at(text, at, sure=False)
        if not end and (text[at : at + 2] in words.compound or _is_told(text, at)):
            end = _full_at(text, at, sure=True)
            if end and any(c not in words.given for c in text[at + _surname_at(text, at) : end]):
                end = 0
        if not end or not _stands(text, at, end):
            at += 1
            continue
        yield _found(at, end, text[at:end])
        at = end


def _is_told(text: str, at: int) -> bool:
    return bool(_words().before.search(text[max(0, at - 4) : at]))


def _stands(text: str, at: int, end: int) -> bool:
    words = _words()
    if text[end : end + 1] and text[end] in "省市县区镇村路街桥河山湖港店厂站州":
        return False
    told = _is_told(text, at)
    following = bool(words.after.match(text, end))
    opened = not at or not _HAN.match(text[at - 1])
    if end - at >= 3:
        return told or following or opened or _ends(text, end)
    return (told and _ends(text, end)) or (opened and following)
