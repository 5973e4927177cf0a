"""Numbers of a hundred and more that stand without a unit, as money is often named (最多三百, 一共九万二)."""

from __future__ import annotations

import re

from kefu.language.number import number
from kefu.language.values import Kind, Value

__all__ = ["bare_numbers"]

_LEAST = 100
_BARE = re.compile(
    r"(?<![0-9a-z.\-第零一二两三四五六七八九十百千万])"
    r"(?:[一二两三四五六七八九][百千万][零一二三四五六七八九十百千万]{0,12}"
    r"|[一二三四五六七八九]?十[一二三四五六七八九]?万[零一二三四五六七八九千百]{0,8}"
    r"|[1-9][0-9]{2,6}(?:\.[0-9]{1,4})?|[1-9][0-9]{0,3}(?:\.[0-9]{1,4})?万)"
    r"(?![0-9零一二三四五六七八九十百千万.:\-年月日号点时分秒天周位楼层室栋路街弄个次人家件张份道题克米吨瓦度兆%a-z])"
)


def bare_numbers(text: str, folded: str) -> tuple[Value, ...]:
    """The bare numbers of ``text``, read from its folded form, as amounts."""
    found: list[Value] = []
    for match in _BARE.finditer(folded):
        amount = number(match[0])
        if amount is not None and amount >= _LEAST:
            start, end = match.span()
            found.append(Value(kind=Kind.AMOUNT, text=text[start:end], start=start, end=end, low=amount, high=amount))
    return tuple(found)
