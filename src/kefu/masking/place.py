"""What else tells of a person and is cheap to see: e-mail, accounts of messengers, number plates, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kefu.masking.found import Found, Kind, word_data

__all__ = ["places_in"]

_D = "0-9０-９零〇一二三四五六七八九幺十百"
_EMAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._+\-]{0,60} ?(?:@|＠|艾特) ?"
    r"[A-Za-z0-9\-一二三六]{1,40}(?: ?(?:\.|．|点) ?[A-Za-z0-9\-]{1,20}){1,4}"
)
_ACCOUNT = re.compile(
    r"(?:微信号?|QQ号?|qq号?|抖音号|支付宝号?)(?:码|是|：|:|，|,|叫|就是|\s){0,3}"
    r"(?P<name>[A-Za-z][A-Za-z0-9_\-]{5,19}|[0-9]{5,11})"
)
_CORE = re.compile(
    rf"(?:大街|大道|路|街|巷|弄|胡同)(?:[东西南北中]?段)? ?[{_D}]{{1,6}}(?:号|弄)"
    rf"|[{_D}]{{1,4}}(?:栋|幢|号楼|座)(?:[{_D}]{{1,2}}单元)? ?[{_D}]{{3,5}}"
    rf"|[{_D}]{{1,4}}(?:栋|幢|号楼|座)[{_D}]{{1,2}}单元"
)
_ON = re.compile(
    rf"(?:[A-Za-z{_D}东西南北金银中\-]{{1,5}}(?:号楼|号院|号|栋|幢|座|楼|层|单元|室|户|院)"
    rf"|[\u4e00-\u9fff]{{0,6}}(?:大厦|广场|小区|花园|公寓)|[{_D}]{{3,5}}室?)"
)
_REACH = 24
_MOST_PARTS = 6
_BREAK = re.compile(r"[^\u4e00-\u9fff0-9A-Za-z]")


@cache
def _plate() -> re.Pattern[str]:
    provinces = word_data()["address"]["plates"]
    digit = "A-HJ-NP-Za-hj-np-z0-9零〇一二三四五六七八九幺"
    starts = rf"[{provinces}][A-HJ-NP-Z] ?[·•.]? ?"
    return re.compile(rf"{starts}(?=[{digit}]{{0,5}}[0-9零〇一二三四五六七八九幺])[{digit}]{{5,6}}(?![A-Za-z0-9])")


@cache
def _starts() -> re.Pattern[str]:
    return re.compile(rf"(?:{word_data()['address']['starts']})[：:，, ]?")


def places_in(text: str) -> Iterator[Found]:
    """E-mails, accounts, plates and addresses in ``text``."""
    for match in _EMAIL.finditer(text):
        yield Found(kind=Kind.EMAIL, start=match.start(), end=match.end(), key=match[0].lower())
    for match in _ACCOUNT.finditer(text):
        yield Found(kind=Kind.ACCOUNT, start=match.start("name"), end=match.end("name"), key=match["name"].lower())
    for match in _plate().finditer(text):
        yield Found(kind=Kind.PLATE, start=match.start(), end=match.end(), key=match[0].upper())
    last = 0
    for match in _CORE.finditer(text):
        if match.start() < last:
            continue
        start, end = _from(text, match.start(), last), _to(text, match.end())
        last = end
        yield Found(kind=Kind.ADDRESS, start=start, end=end, key=text[start:end])


def _from(text: str, at: int, last: int) -> int:
    """Where an address begins: behind the last break, and behind the words that lead to it."""
    first = max(last, at - _REACH)
    for match in _BREAK.finditer(text, first, at):
        first = match.end()
    leads = [match.end() for match in _starts().finditer(text, first, at)]
    # 在 and 到 may be parts of a name; the last of them that leaves a name before the number counts
    return next((end for end in reversed(leads) if at - end >= 1), first)


def _to(text: str, at: int) -> int:
    for _part in range(_MOST_PARTS):
        match = _ON.match(text, at)
        if match is None:
            break
        at = match.end()
    return at
