"""What can be checked in a text: phone numbers, e-mails, amounts, dates, durations … by value.

一月一日, 1月1号 and 01-01 are one date; 三天 and 72小时 one duration; 一三八 and 138
the same digits. Every expression is linear; nothing here guesses at meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kefu.language.number import digits_spoken, number

__all__ = ["Kind", "Value", "backed", "read_values", "same"]


class Kind(StrEnum):
    """What sort of value it is."""

    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    AMOUNT = "amount"
    PERCENTAGE = "percentage"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    CODE = "code"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value in a text: its words ``text`` at ``start`` to ``end``, and what it is.

    ``low`` and ``high`` bound a number: yuan, percent, seconds, or minutes of the
    day; they are equal where one number stands. ``key`` is the digits of a phone
    or code, the address, the unit of a count or of a duration in working days,
    or the date as ``year-month-day`` with ``*`` for what is not said.
    """

    kind: Kind
    text: str
    start: int
    end: int
    key: str = ""
    low: float = 0.0
    high: float = 0.0


# every repeat is bounded, so that a megabyte of digits costs no more a character than a sentence does
_N = (
    r"(?:[0-9０-９][0-9０-９,，]{0,14}(?:[.．][0-9０-９]{1,6})?[百千万亿]?"
    r"|[零〇一二两三四五六七八九十百千万亿半]{1,14})"
)
_TO = r"\s?(?:-|—|–|~|～|到|至)\s?"


def _range(name: str, unit: str) -> str:
    """One number, or two with a dash between them and the unit perhaps after the first one already."""
    return rf"(?P<{name}a>{_N})(?:\s?(?:{unit})?{_TO}(?P<{name}b>{_N}))?"


_SECONDS = {
    "秒": 1, "秒钟": 1, "分钟": 60, "分": 60, "小时": 3600, "个小时": 3600, "钟头": 3600, "个钟头": 3600, "个钟": 3600,
    "天": 86400, "日": 86400, "个白天": 86400, "周": 604800, "个星期": 604800, "星期": 604800, "个礼拜": 604800,
    "礼拜": 604800, "个月": 2592000, "月": 2592000, "年": 31536000, "个季度": 7776000, "季度": 7776000,
    "个半小时": 3600, "个半钟头": 3600, "个半月": 2592000, "个半星期": 604800, "天半": 86400, "年半": 31536000,
    "个工作日": 86400, "工作日": 86400, "个工作天": 86400, "个自然日": 86400, "自然日": 86400, "刻钟": 900,
}  # fmt: skip
_DURATION_UNIT = (
    r"个半小时|个半钟头|个半月|个半星期|个工作日|个工作天|工作日|个自然日|自然日|个小时|小时|个钟头|钟头|个钟|"
    r"刻钟|分钟|秒钟|秒|个星期|星期|个礼拜|礼拜|个月|个季度|季度|天|周|年"
)
_AMOUNT_UNIT = r"元|块钱|块|圆|人民币|RMB|rmb"

_MINUTE = r"半|一刻|三刻|整|钟|(?:[0-5]?[0-9]|[零一二三四五六七八九十]{2,3})分?|[一二三四五六七八九十]分"
_BORDER = "前|后|到|至|之前|之后|以前|以后|左右|多|来钟|下班|上班|开|关"

_FIRST = r"[\s0-9０-９A-Za-z+￥¥零〇一二两三四五六七八九十百千万亿半幺今明去昨前后大本这下上每周星礼月年当次早中晚凌傍]"
"""What a value may begin with: elsewhere no alternative need be tried."""

_PATTERN = re.compile(
    rf"(?={_FIRST})(?:"
    + "|".join(
        (
            r"(?P<url>(?:https?://|www\.)[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]{1,500})",
            r"(?P<email>[A-Za-z0-9][A-Za-z0-9._+\-]{0,60}(?:@|艾特)[A-Za-z0-9\-]{1,60}(?:[.点][A-Za-z0-9\-]{1,30}){1,4})",
            r"(?P<percent>(?:百分之"
            + _N
            + rf"(?:(?:到|至|-)(?:百分之)?{_N})?)|{_N}(?:{_TO}{_N})?\s?(?:[%％]|个百分点|个点))",
            r"(?P<date>(?:[0-9０-９]{4}|[零〇一二三四五六七八九]{4})\s?[年\-/.]\s?(?:"
            + _N
            + r")\s?[月\-/.]\s?(?:"
            + _N
            + r")\s?[日号]?|(?:(?:今年|明年|去年)?\s?"
            + _N
            + r"月\s?"
            + _N
            + r"(?:日|号)?(?![0-9个天]))"
            + r"|(?<![0-9\-])[01][0-9]-[0-3][0-9](?![0-9\-])"
            + r"|(?:本月|这个月|下个月|下月|上个月|每月)\s?"
            + _N
            + r"(?:日|号)|"
            + _N
            + r"号(?!线|楼|院|店|门|机|码|柜|仓|窗|厅|房|库|工|位|床)"
            + r"|(?:下下|下|这|本|上|每)?(?:周|星期|礼拜)[一二三四五六日天末](?![0-9共直次回趟遍])"
            + r"|今天|明天|后天|大后天|昨天|前天|今晚|明早|明晚"
            + r"|月底|月初|月中|年底|年初|下周|下个月|下月|本周|本月|这周|周内|月内|当天|次日)",
            # 一点 and 两点 alone are "a little" and "two points": an hour has a part of the day, a minute or a border
            r"(?P<time>(?:(?:早上|上午|中午|下午|晚上|凌晨|傍晚)\s?)?(?:[0-2]?[0-9][:：][0-5][0-9])"
            + rf"|(?:早上|上午|中午|下午|晚上|凌晨|傍晚)\s?{_N}点(?:{_MINUTE})?"
            + rf"|{_N}点(?:{_MINUTE}|(?={_BORDER}))|[0-9]{{1,2}}点(?!数|评|几))",
            rf"(?P<amount>(?:[￥¥]\s?{_N}(?:{_TO}{_N})?(?:万|千)?元?)|"
            rf"(?!一块(?!钱|[一二两三四五六七八九0-9]))(?:{_range('m', _AMOUNT_UNIT)}\s?(?:{_AMOUNT_UNIT})"
            rf"(?:(?P<jiao>[零一二两三四五六七八九0-9])(?:毛|角)?(?![0-9小个天次年点月]))?(?:[一二三四五六七八九0-9]{{1,2}}分)?))",
            rf"(?P<duration>(?P<half>半)(?:{_DURATION_UNIT})|"
            rf"{_range('d', _DURATION_UNIT)}\s?(?:{_DURATION_UNIT})(?:半(?!天))?|大半天)",
            r"(?P<phone>(?<![0-9A-Za-z])(?:\+?86[\- ]?)?(?:1[3-9][0-9](?:[\- ]?[0-9]){8}|"
            r"0[0-9]{2,3}[\- ]?[0-9]{7,8}|[48]00(?:[\- ]?[0-9]){7}|"
            r"9[5-6][0-9]{3,4}|1[0-2][0-9]{1,3}(?![0-9.]))(?![0-9])"
            r"|[零〇一二三四五六七八九幺]{5,12})",
            r"(?P<code>(?<![0-9A-Za-z@.])(?=[A-Za-z0-9\-]{0,40}[0-9]{3})[A-Za-z0-9][A-Za-z0-9\-]{4,40}(?![A-Za-z0-9@]))",
            rf"(?P<count>{_range('c', '')}\s?(?P<measure>次|人|家|款|项|张|份|件|单|笔|期|折|遍|"
            r"门|节|台|套|分|积分|公里|平米|毫升|毫克|克|公斤|斤|度|兆|G|GB|M|元素|楼|层|号楼|道题|个问题|位))",
        )
    )
    + ")"
)
_SHORT = 160
"""Characters of a text that is remembered: a turn or a sentence, which comes again."""
_WORKDAY = ("工作日", "工作天")
_IN_TEXT = re.compile(_N)


def read_values(text: str) -> tuple[Value, ...]:
    """Every value in ``text``, in order, none overlapping."""
    return _remembered(text) if len(text) <= _SHORT else _values(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> tuple[Value, ...]:
    return _values(text)


def _values(text: str) -> tuple[Value, ...]:
    found: list[Value] = []
    for match in _PATTERN.finditer(text):
        value = _value(match)
        if value is not None:
            found.append(value)
    return tuple(found)


def same(a: Value, b: Value) -> bool:
    """Whether two values are one: equal digits, overlapping ranges, dates that agree in all that both say."""
    if a.kind is not b.kind:
        return a.key == b.key and a.kind in _DIGITS_ALONE and b.kind in _DIGITS_ALONE
    if a.kind in (Kind.PHONE, Kind.CODE, Kind.EMAIL, Kind.URL):
        return a.key == b.key or (
            a.kind is Kind.PHONE
            and min(len(a.key), len(b.key)) >= 7
            and (a.key.endswith(b.key) or b.key.endswith(a.key))
        )
    if a.kind is Kind.DATE:
        return _same_date(a.key, b.key)
    if a.kind is Kind.COUNT and a.key != b.key:
        return False
    slack = 0.005 * max(abs(a.high), abs(b.high))
    return a.low <= b.high + slack and b.low <= a.high + slack


_DIGITS_ALONE = (Kind.PHONE, Kind.CODE)


def backed(value: Value, known: tuple[Value, ...]) -> bool:
    """Whether ``known`` holds the value, in whatever words."""
    return any(same(value, other) for other in known)


def _value(match: re.Match[str]) -> Value | None:
    # lastgroup would name the group that closed last, which may be a part of the value
    return next(build for name, build in _BUILDERS.items() if match[name] is not None)(match)


def _plain(match: re.Match[str], kind: Kind, *, key: str = "", low: float = 0.0, high: float | None = None) -> Value:
    text = match[0]
    stripped = text.strip()
    start = match.start() + text.index(stripped)
    return Value(
        kind=kind, text=stripped, start=start, end=start + len(stripped),
        key=key, low=low, high=low if high is None else high,
    )  # fmt: skip


def _url(match: re.Match[str]) -> Value:
    return _plain(match, Kind.URL, key=match[0].lower().rstrip("/."))


def _email(match: re.Match[str]) -> Value:
    return _plain(match, Kind.EMAIL, key=match[0].lower().replace("艾特", "@").replace("点", "."))


def _phone(match: re.Match[str]) -> Value:
    digits = digits_spoken(match[0])
    return _plain(match, Kind.PHONE, key=digits.removeprefix("86") if len(digits) == 13 else digits)


def _code(match: re.Match[str]) -> Value:
    return _plain(match, Kind.CODE, key=match[0].upper().replace("-", ""))


def _percent(match: re.Match[str]) -> Value | None:
    bounds = [n for n in (number(m) for m in _IN_TEXT.findall(match[0].replace("百分之", " "))) if n is not None]
    return _plain(match, Kind.PERCENTAGE, low=min(bounds), high=max(bounds)) if bounds else None


def _amount(match: re.Match[str]) -> Value | None:
    if match["ma"] is None:
        bounds = [n for n in (number(m) for m in _IN_TEXT.findall(match[0])) if n is not None]
    else:
        bounds = _bounds(match, "m")
        if match["jiao"] and bounds:
            jiao = number(match["jiao"]) or 0
            bounds = [b + jiao / 10 for b in bounds]
    return _plain(match, Kind.AMOUNT, low=min(bounds), high=max(bounds)) if bounds else None


def _duration(match: re.Match[str]) -> Value | None:
    text = match[0].strip()
    unit = _unit(text)
    if unit is None:
        return None
    key = "workday" if unit.endswith(_WORKDAY) else ""
    seconds = _SECONDS[unit]
    if match["half"] or text == "大半天":
        return _plain(match, Kind.DURATION, key=key, low=seconds / 2)
    bounds = _bounds(match, "d")
    if not bounds:
        return None
    if unit == "年" and bounds[-1] > 1900:
        return _plain(match, Kind.DATE, key=f"{int(bounds[0])}-*-*")
    if text.endswith("半") or unit.startswith("个半"):
        bounds = [b + 0.5 for b in bounds]
    return _plain(match, Kind.DURATION, key=key, low=min(bounds) * seconds, high=max(bounds) * seconds)


def _unit(text: str) -> str | None:
    for unit in sorted(_SECONDS, key=len, reverse=True):
        if text.endswith(unit) or (text.endswith("半") and text[:-1].endswith(unit)):
            return unit
    return None


def _count(match: re.Match[str]) -> Value | None:
    bounds = _bounds(match, "c")
    return _plain(match, Kind.COUNT, key=match["measure"], low=min(bounds), high=max(bounds)) if bounds else None


def _bounds(match: re.Match[str], name: str) -> list[float]:
    first, second = match[name + "a"], match[name + "b"]
    if second is None and len(first) == 2 and first in _PAIRS:
        low, high = _PAIRS[first]
        return [low, high]
    return [n for n in (number(first), number(second) if second else None) if n is not None]


_PAIRS = {
    "一两": (1.0, 2.0), "一二": (1.0, 2.0), "两三": (2.0, 3.0), "三两": (2.0, 3.0), "三四": (3.0, 4.0),
    "三五": (3.0, 5.0), "四五": (4.0, 5.0), "五六": (5.0, 6.0), "六七": (6.0, 7.0), "七八": (7.0, 8.0),
    "八九": (8.0, 9.0),
}  # fmt: skip


def _time(match: re.Match[str]) -> Value | None:
    text = match[0].strip()
    parts = [
        number(p)
        for p in _IN_TEXT.findall(text.replace("点半", ":30").replace("点一刻", ":15").replace("点三刻", ":45"))
    ]
    hours = [p for p in parts if p is not None]
    if not hours or hours[0] > 24:
        return None
    hour = hours[0]
    if text.startswith(("下午", "晚上", "傍晚")) and hour < 12:
        hour += 12
    minutes = hour * 60 + (hours[1] if len(hours) > 1 else 0)
    # three o'clock may be meant by 15:00: both readings are kept as one value on the twelve-hour dial
    return _plain(match, Kind.TIME, low=minutes % 720)


_RELATIVE = {"星期": "周", "礼拜": "周", "周天": "周日", "这": "本", "下月": "下个月", "本本": "本"}


def _date(match: re.Match[str]) -> Value | None:
    text = match[0].replace(" ", "")
    numbers = [digits_spoken(p) if len(p) == 4 and not p.isascii() else p for p in _IN_TEXT.findall(text)]
    parts = [n for n in (number(p) for p in numbers) if n is not None]
    if (
        not any(c in text for c in "月号日-/.年")
        or text in _WORDS_ONLY
        or "周" in text
        or "星期" in text
        or "礼拜" in text
    ):
        key = text
        for spoken, written in _RELATIVE.items():
            key = key.replace(spoken, written)
        return _plain(match, Kind.DATE, key=key)
    if len(parts) == 3:
        year, month, day = (int(p) for p in parts)
    elif len(parts) == 2:
        year, (month, day) = 0, (int(parts[0]), int(parts[1]))
    elif len(parts) == 1:
        year, month, day = 0, 0, int(parts[0])
    else:
        return None
    if month > 12 or day > 31 or day == 0:
        return None
    return _plain(match, Kind.DATE, key=f"{year or '*'}-{month or '*'}-{day}")


_WORDS_ONLY = frozenset({"本月", "下月", "月底", "月初", "月中", "下个月", "月内", "次日", "当日", "今日", "明日"})


def _same_date(a: str, b: str) -> bool:
    if a == b:
        return True
    ours, theirs = a.split("-"), b.split("-")
    if len(ours) != 3 or len(theirs) != 3:
        return False
    return all(x == y or "*" in (x, y) for x, y in zip(ours, theirs, strict=True))


_BUILDERS = {
    "url": _url, "email": _email, "percent": _percent, "date": _date, "time": _time, "amount": _amount,
    "duration": _duration, "phone": _phone, "code": _code, "count": _count,
}  # fmt: skip
