"""Values in a text are read by what they are, not by how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.language.number import digits_spoken, number
from kefu.language.values import Kind, backed, read_values, same


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("３．５", 3.5), ("1,200", 1200), ("两千三", 2300), ("一万五", 15000), ("一百零三", 103),
        ("一千零五十", 1050), ("二十八", 28), ("十二", 12), ("百八", 180), ("三万两千", 32000), ("1.5万", 15000),
        ("二〇二五", 2025), ("半", 0.5), ("两", 2), ("一亿三千万", 130_000_000), ("五千", 5000), ("三千零二十", 3020),
        ("", None), ("万科", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_number(text: str, value: float | None) -> None:
    assert number(text) == value


@given(st.integers(min_value=0, max_value=99_999_999))
def test_number_reads_what_is_written_in_full(n: int) -> None:
    assert number(_in_chinese(n)) == n


def _in_chinese(n: int) -> str:
    """An independent writer of numerals: 10203 -> 一万零二百零三."""
    digits = "零一二三四五六七八九"
    if n >= 10_000:
        rest = n % 10_000
        tail = "" if rest == 0 else ("零" if rest < 1000 else "") + _in_chinese(rest)
        return _in_chinese(n // 10_000) + "万" + tail
    if n < 10:
        return digits[n]
    for size, unit in ((1000, "千"), (100, "百"), (10, "十")):
        if n >= size:
            rest = n % size
            gap = "零" if rest and rest < size // 10 else ""
            return digits[n // size] + unit + ("" if rest == 0 else gap + _in_chinese(rest))
    raise AssertionError(n)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一月一日", "01-01"), ("1月1号", "2025年1月1日"), ("三天", "72小时"), ("一个半小时", "90分钟"),
        ("半天", "半天"),
        ("打138-1234-0000", "幺三八一二三四零零零零"), ("一千二百块", "1200元"), ("百分之五", "5%"),
        ("下周三", "下星期三"),
        ("三到五个工作日", "3-5个工作日"), ("下午三点半", "15:30"), ("1.5万元", "一万五千元"), ("a@b.cn", "A@B.CN"),
        ("两三天", "三天"), ("九块九", "9.9元"), ("每月5号", "5号"),
    ],
)  # fmt: skip
def test_the_same_value_in_other_words(one: str, other: str) -> None:
    (a,), (b,) = read_values(one) or ((),), read_values(other) or ((),)
    assert same(a, b), (a, b)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三天", "四天"), ("1月1日", "1月2日"), ("300元", "3000元"), ("5%", "15%"), ("13812340000", "13812340001"),
        ("3个工作日", "5个工作日"), ("周三", "周四"), ("上午九点", "上午十点"), ("两次", "两份"), ("三天", "三次"),
    ],
)  # fmt: skip
def test_another_value(one: str, other: str) -> None:
    (a,), (b,) = read_values(one), read_values(other)
    assert not same(a, b), (a, b)


@pytest.mark.parametrize(
    "text",
    [
        "您稍等一下", "我们一直都在", "一般来说没问题", "万一丢了呢", "百忙之中",
        "千万别急", "两边都行", "一定一定", "第一反应", "您早一点来", "快一点", "两点说明", "一块儿办了", "咱们一块去"
    ],
)  # fmt: skip
def test_everyday_words_hold_no_value(text: str) -> None:
    assert read_values(text) == ()


def test_spans_quote_the_text() -> None:
    text = "请在 3月15日 前把 328.5 元打到尾号 6217 的卡，有事拨 400-123-4567。"
    for value in read_values(text):
        assert text[value.start : value.end] == value.text
    assert [v.kind for v in read_values(text)] == [Kind.DATE, Kind.AMOUNT, Kind.PHONE] or Kind.CODE in {
        v.kind for v in read_values(text)
    }


def test_backed_by_any_wording() -> None:
    known = read_values("退款三到五个工作日到账，热线400-123-4567，满200元减30元")
    assert all(backed(v, known) for v in read_values("五个工作日内给您退，打4001234567就行，减三十块"))
    assert not any(backed(v, known) for v in read_values("明天就到，打4001234568，减五十块"))


ALPHABET = (
    "0123456789零一二两三四五十百千万亿半点年月日号个工作天周小时分钟元块"
    "%百分之-到@.:： ，a大半会儿上下本这每底初今明昨晚早午￥次份折毛角"
)


@given(st.text(alphabet=ALPHABET, max_size=80))
def test_any_text_is_read(text: str) -> None:
    end = 0
    for value in read_values(text):
        assert end <= value.start < value.end <= len(text)
        assert text[value.start : value.end] == value.text
        end = value.end


def test_time_is_linear() -> None:
    import time

    for piece in ("一", "1", "3-", "百分之", "a", "1,2", "12:"):
        start = time.process_time()
        read_values(piece * 20_000)
        assert time.process_time() - start < 2, piece


def test_digits_spoken() -> None:
    assert digits_spoken("幺三八 零零一二") == "1380012"
