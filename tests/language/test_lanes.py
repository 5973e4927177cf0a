"""Rows kept as one number each add up as their numbers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.language.lanes import Lanes

THOUSANDTHS = st.integers(min_value=-(10**6), max_value=10**6)
ROWS = st.lists(st.lists(THOUSANDTHS, min_size=5, max_size=5), max_size=30)


@given(ROWS)
def test_a_sum_of_rows_is_the_sum_of_each_of_their_numbers(rows: list[list[int]]) -> None:
    lanes = Lanes(5, 1000)
    packed = [lanes.pack((place, number / 1000) for place, number in enumerate(row)) for row in rows]
    assert lanes.unpack(sum(packed)) == [sum(row[place] for row in rows) / 1000 for place in range(5)]


def test_a_row_may_name_a_few_places_only() -> None:
    lanes = Lanes(4, 10)
    assert lanes.unpack(lanes.pack([(1, -0.3), (3, 2.0)])) == [0.0, -0.3, 0.0, 2.0]


def test_what_is_no_whole_number_of_parts_is_rounded_to_the_nearest() -> None:
    lanes = Lanes(1, 1 << 32)
    assert lanes.unpack(lanes.pack([(0, 1 / 3)])) == pytest.approx([1 / 3], abs=2**-32)


def test_nothing_added_up_is_nothing() -> None:
    assert Lanes(3, 100).unpack(0) == [0.0, 0.0, 0.0]
