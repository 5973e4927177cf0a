"""Text to rows: markers, bold, indents, comments and what is hostile in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.scenario.markdown import HEADING, read_rows, take_number, without_markers


def only(text: str) -> tuple[str, str, int, str]:
    rows = read_rows(text)
    assert len(rows) == 1
    return rows[0].mark, rows[0].style, rows[0].number, rows[0].text


@pytest.mark.parametrize(
    ("line", "mark", "number", "text"),
    [
        ("- 甲", "bullet", 0, "甲"),
        ("* 甲", "bullet", 0, "甲"),
        ("• 甲", "bullet", 0, "甲"),
        ("-「甲」", "bullet", 0, "「甲」"),
        ("1. 甲", "number", 1, "甲"),
        ("12、甲", "number", 12, "甲"),
        ("３）甲", "number", 3, "甲"),
        ("（四）甲", "number", 4, "甲"),
        ("十二、甲", "number", 12, "甲"),
        ("③ 甲", "number", 3, "甲"),
        ("第二步：甲", "number", 2, "甲"),
        ("步骤3 甲", "number", 3, "甲"),
        ("**4. 甲**", "number", 4, "甲"),
        ("**甲** 乙", "", 0, "甲 乙"),
        ("*甲乙*", "", 0, "甲乙"),
        ("1.5倍赔付", "", 0, "1.5倍赔付"),
        ("9点到18点", "", 0, "9点到18点"),
        ("-5度以下停工", "", 0, "-5度以下停工"),
        ("——甲", "", 0, "——甲"),
    ],
)
def test_marker_of_a_line(line: str, mark: str, number: int, text: str) -> None:
    found = only(line)
    assert (found[0], found[2], found[3]) == (mark, number, text)


def test_a_star_bullet_before_bold_is_a_bullet() -> None:
    rows = read_rows("* **甲**：乙")
    assert (rows[0].mark, rows[0].text, rows[0].bold) == ("bullet", "甲：乙", 1)


def test_bold_at_the_beginning_is_measured_behind_the_marker() -> None:
    assert read_rows("3. **确认地址**：“您住哪儿？”")[0].bold == 4
    assert read_rows("3. 确认**地址**")[0].bold == 0


def test_indent_counts_tabs_and_wide_spaces() -> None:
    assert [row.indent for row in read_rows("甲\n  乙\n\t丙\n　丁")] == [0, 2, 4, 2]


def test_lines_keep_their_numbers_over_comments_rules_and_every_line_end() -> None:
    text = "甲\r\n<!-- 一\n二 -->\n---\r乙\r\n\n丙"
    assert [(row.line, row.text) for row in read_rows(text)] == [(1, "甲"), (5, "乙"), (7, "丙")]


def test_a_gap_is_remembered() -> None:
    assert [row.gap for row in read_rows("甲\n乙\n\n丙\n---\n丁")] == [False, False, True, True]


def test_an_unclosed_comment_hides_nothing() -> None:
    assert [row.text for row in read_rows("甲 <!-- 乙\n丙")] == ["甲   乙", "丙"]


def test_byte_order_mark_controls_and_invisible_characters_go() -> None:
    assert [row.text for row in read_rows("\ufeff甲\x00乙\u200b丙\x07")] == ["甲 乙丙"]


def test_headings_of_every_shape() -> None:
    rows = read_rows("#甲\n## 乙 ##\n＃＃＃ **丙**  \n####### 丁")
    assert [(row.mark, row.number, row.text) for row in rows[:3]] == [
        (HEADING, 1, "甲"),
        (HEADING, 2, "乙"),
        (HEADING, 3, "丙"),
    ]
    assert rows[3].mark == ""


def test_a_line_of_marks_alone_says_nothing() -> None:
    assert read_rows("**\n- ：\n“”\n***\n| |") == []


def test_take_number_of_headings() -> None:
    assert take_number("第三步确认地址") == (3, 3)
    assert take_number("二、确认地址") == (2, 2)
    assert take_number("确认地址") == (0, 0)


@given(st.text(alphabet="甲乙-*1.、 （）#>“”\t_", max_size=40))
def test_a_text_never_begins_with_what_would_be_a_marker_again(line: str) -> None:
    for row in read_rows(line):
        if row.mark != HEADING:
            assert without_markers(row.text) == row.text


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    for row in read_rows(text):
        assert row.text
        assert row.line >= 1
