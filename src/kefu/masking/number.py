"""Numbers that tell of a person: telephone, identity card, bank card; written, spaced or spoken (幺三八).

Every run of digits is cut where it is spaced, and the longest windows of pieces
that make such a number count. All patterns are linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kefu.language.number import digits_spoken
from kefu.masking.found import Found, Kind, word_data

__all__ = ["Piece", "digits_in", "kind_of", "numbers_in", "pieces_of"]

_D = "0-9０-９零〇一二三四五六七八九幺"
_RUN = re.compile(rf"[{_D}](?:[\s\-－—·.．,，、()（）]{{0,2}}[{_D}])+[XxＸ]?")
_PIECE = re.compile(rf"[{_D}]+[XxＸ]?")
_SPACED = re.compile(rf"[{_D}](?:[\s\-]?[{_D}])*[XxＸ]?")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_LOCAL = re.compile(r"[2-8][0-9]{6,7}")
_HOTLINE = re.compile(r"[48]00[0-9]{7}")
_COMMA = re.compile(r"[,，、.．]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOST_PIECES = 24
_REACH = 14
_LONGEST = 19


@dataclass(frozen=True, slots=True)
class Piece:
    """Digits without a gap; ``tail`` is the end of what was said before them."""

    start: int
    end: int
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    orders: re.Pattern[str]
    id: re.Pattern[str]
    card: re.Pattern[str]
    phone: re.Pattern[str]
    phone_after: re.Pattern[str]
    units: str


@cache
def _words() -> _Words:
    data = word_data()["number"]
    names = ("orders", "id", "card", "phone", "phone_after")
    return _Words(**{name: re.compile(data[name]) for name in names}, units=data["units"])


def numbers_in(text: str, before: str = "") -> Iterator[Found]:
    """The numbers of a person in ``text``; ``before`` is what the other side said just before."""
    for run in _RUN.finditer(text):
        pieces = [
            Piece(run.start() + match.start(), run.start() + match.end(), digits_in(match[0]))
            for match in _PIECE.finditer(run[0])
        ]
        place = 0
        while place < len(pieces):
            found, taken = _window(text, before, pieces[place : place + _MOST_PIECES])
            if found is not None:
                yield found
            place += taken


def pieces_of(text: str) -> list[Piece]:
    """Every run of two digits and more, and of single ones with gaps (4 4 2 9)."""
    return [
        Piece(match.start(), match.end(), digits_in(match[0])) for match in _SPACED.finditer(text) if len(match[0]) > 1
    ]


def digits_in(text: str) -> str:
    """The digits of a text, with the X that may end the number of an identity card."""
    return digits_spoken(text) + ("X" if text[-1:] in "XxＸ" else "")


def _window(text: str, before: str, pieces: list[Piece]) -> tuple[Found | None, int]:
    """The longest number that begins with the first piece, and how many pieces it takes; 1 where there is none."""
    sizes: list[int] = []
    digits = ""
    for piece in pieces:
        digits += piece.digits
        if len(digits) > _LONGEST + 4:
            break
        sizes.append(len(digits))
    whole = digits
    for count in range(len(sizes), 0, -1):
        start, end = pieces[0].start, pieces[count - 1].end
        told = text[max(0, start - _REACH) : start]
        key = whole[: sizes[count - 1]]
        if _HOTLINE.fullmatch(key):
            return None, count  # a company's, and no part of it is a person's
        kind = kind_of(key, told or before[-_REACH:], text[end : end + 4], asked=before[-_REACH:])
        if kind is Kind.LANDLINE and _COMMA.search(text[start:end]):
            kind = None  # a comma parts what belongs to the number from what comes after it
        if kind is not None:
            if text[max(0, start - 1) : start] in ("+", "＋", "(", "（"):
                start -= 1
            return Found(kind=kind, start=start, end=end, key=_bare(key)), count
    return None, 1


def _bare(digits: str) -> str:
    return digits.removeprefix("0086").removeprefix("86") if _MOBILE.search(digits[-11:]) else digits


def kind_of(digits: str, told: str, after: str, *, asked: str = "") -> Kind | None:
    """What number these digits are, by what was told before them, by what follows, and by what was asked."""
    words = _words()
    if words.orders.search(told):
        return None
    if after[:1] and after[0] in words.units and len(digits) < 11:
        return None
    if _MOBILE.fullmatch(_bare(digits)) and len(digits) <= 15:
        return Kind.MOBILE
    if _LANDLINE.fullmatch(digits) and len(digits) <= 12:
        return Kind.LANDLINE
    if _is_local(digits, told, after, words):
        return Kind.LANDLINE
    if _is_identity(digits, told + asked, words):
        return Kind.ID_CARD
    return Kind.BANK_CARD if _is_card(digits, told, asked, words) else None


def _is_local(digits: str, told: str, after: str, words: _Words) -> bool:
    if not _LOCAL.fullmatch(digits):
        return False
    return bool(words.phone.search(told) or words.phone_after.search(after))


def _is_identity(digits: str, told: str, words: _Words) -> bool:
    meant = words.id.search(told) is not None
    if len(digits) == 18:
        return _is_day(digits[6:14]) and (_checksum(digits) or meant)
    return len(digits) == 15 and meant and _is_day("19" + digits[6:12])


def _is_day(digits: str) -> bool:
    return (
        digits.isdigit()
        and "1900" <= digits[:4] <= "2099"
        and "01" <= digits[4:6] <= "12"
        and "01" <= digits[6:8] <= "31"
    )


def _checksum(digits: str) -> bool:
    if not digits[:17].isdigit() or not "11" <= digits[:2] <= "91":
        return False
    total = sum(int(c) * weight for c, weight in zip(digits, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17]


def _is_card(digits: str, told: str, asked: str, words: _Words) -> bool:
    if not digits.isdigit():
        return False
    if words.card.search(told) or words.card.search(asked):
        return 12 <= len(digits) <= _LONGEST
    return 16 <= len(digits) <= _LONGEST and digits[0] in "3456" and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, c in enumerate(reversed(digits)):
        value = int(c) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
