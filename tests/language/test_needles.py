"""Literals read off expressions: what is passed over for want of one could not have matched."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.language.needles import Needles, needles_of


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("验证码", {"验证码"}),
        ("退款|退钱", {"退款", "退钱"}),
        ("(?:查|核)(?:完|清)?才", {"才"}),
        ("可以?看", {"可", "看"}),
        ("(?:不|没)能保证", {"能保证"}),
        ("(?<!不)要退(?!步)", {"要退"}),
        (r"\[空\]", {"[空]"}),
        ("快{2,3}点", {"快"}),
        ("[甲乙]方", {"方"}),
    ],
)
def test_every_match_needs_a_literal(pattern: str, needles: set[str]) -> None:
    found = needles_of(pattern)
    assert found is not None
    assert found <= needles


@pytest.mark.parametrize("pattern", ["[甲乙]", "好*", "退款|.", r"\d+", "(?i)abc", "(未完", r"\u4e00"])
def test_without_a_literal_nothing_is_passed_over(pattern: str) -> None:
    assert needles_of(pattern) is None
    assert Needles({"it": "x"} | ({} if pattern == "(未完" else {"that": pattern})).possible("好") <= {"that"}


_PATTERNS = st.recursive(
    st.sampled_from(["甲", "乙", "丙丁", ".", "[甲丙]", "^", "$", r"\s", "(?=乙)", "(?<!丁)"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(
            st.lists(inner, max_size=2).map("".join), st.sampled_from(["?", "*", "+", "{0,2}", "{1,2}", "{2}"])
        ).map(lambda made: f"(?:{made[0]}){made[1]}"),
    ),
    max_leaves=8,
)


@given(pattern=_PATTERNS, text=st.text("甲乙丙丁 ", max_size=12))
def test_what_matches_is_never_passed_over(pattern: str, text: str) -> None:
    if re.search(pattern, text):
        assert "it" in Needles({"it": pattern}).possible(text)
