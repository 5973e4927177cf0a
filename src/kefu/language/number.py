"""Chinese and Arabic numerals as numbers: 两千三, 1.5万, 〇二一, 百八十."""

from __future__ import annotations

__all__ = ["DIGITS", "digits_spoken", "number"]

DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "幺": 1, "俩": 2, "仨": 3,
}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_WIDE = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def number(text: str) -> float | None:
    """The number that ``text`` writes, or ``None``: 328.5, 1,200, 三百二, 一万五, 2.5万, 半."""
    text = text.translate(_WIDE).replace(",", "").strip()
    if not text:
        return None
    if text == "半":
        return 0.5
    big = 1
    while text and text[-1] in _BIG and _is_arabic(text[:-1]):
        big *= _BIG[text[-1]]
        text = text[:-1]
    if _is_arabic(text):
        return float(text) * big
    return _chinese(text)


def digits_spoken(text: str) -> str:
    """``text`` digit by digit as Arabic digits (一三八 -> 138); what is no digit is left out."""
    out: list[str] = []
    for c in text.translate(_WIDE):
        if c.isascii() and c.isdigit():
            out.append(c)
        elif c in DIGITS:
            out.append(str(DIGITS[c]))
    return "".join(out)


def _is_arabic(text: str) -> bool:
    return bool(text) and text.isascii() and text.replace(".", "", 1).isdigit() and text[0] != "."


def _chinese(text: str) -> float | None:
    half = 0.5 if text.endswith("半") and len(text) > 1 else 0.0
    if half:
        text = text[:-1]
    if len(text) > 1 and all(c in DIGITS for c in text):
        return float("".join(str(DIGITS[c]) for c in text)) + half
    total = section = 0.0
    digit: float | None = None
    last_unit, last_big = 1.0, 0.0
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
            if c in "零〇":
                last_unit = 1.0
        elif c in _UNITS:
            section += (1 if digit is None else digit) * _UNITS[c]
            digit, last_unit = None, _UNITS[c]
        elif c in _BIG:
            below = section + (digit or 0)
            # 一万亿 multiplies what stands before, 一亿三千万 adds to it
            total = (total + below) * _BIG[c] if _BIG[c] > last_big else total + below * _BIG[c]
            section, digit, last_unit, last_big = 0.0, None, _BIG[c], _BIG[c]
        else:
            return None
    if digit is not None:
        # 两千三 is 2300, 一万五 is 15000: a digit alone after a unit counts in the next lower one
        section += digit * (last_unit / 10 if last_unit >= 100 else 1)
    return total + section + half
