"""Nearness in meaning: alike without a word in common, apart with many, packed sums that stay exact."""

from __future__ import annotations

from math import isclose, sqrt

import pytest

from kefu.language.meaning import Space, atoms, meaning, relatedness, space


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("我的钱哪天能退回来", "退款多久到账？", "需要带什么证件？"),
        ("以后甭给我来电话了", "能不能不再接到回访？", "面试要到现场还是视频？"),
        ("这些话不会传出去吧", "我的资料会不会外泄？", "送达时间准吗？"),
        ("先让我想想，跟老伴商量商量", "我还没决定，可以过几天答复吗？", "发票怎么开？"),
    ],
)
def test_what_asks_the_same_is_nearer(text: str, near: str, far: str) -> None:
    assert relatedness(text, near) > relatedness(text, far) + 0.2


def test_a_text_is_nearest_to_itself() -> None:
    assert isclose(relatedness("退款多久到账？", "退款多久到账？"), 1.0, abs_tol=1e-9)


def test_a_text_without_known_atoms_is_near_to_nothing() -> None:
    assert relatedness("", "退款多久到账？") == 0
    assert relatedness("☃☃☃", "退款多久到账？") == 0


def test_a_direction_has_length_one() -> None:
    assert isclose(sqrt(sum(lane * lane for lane in meaning("几点能到？").direction)), 1.0, abs_tol=1e-9)


def test_idle_talk_sounds_idler_than_a_question() -> None:
    assert meaning("嗯，你说吧").idle > 0 > meaning("这个要收多少钱啊").idle


def test_atoms_do_not_cross_punctuation() -> None:
    assert "钱，" not in atoms("多少钱，几天到")
    assert "钱几" not in atoms("多少钱，几天到")
    assert {"少钱", "几天", "钱"} <= atoms("多少钱，几天到")


def test_packed_rows_add_up_as_numbers_do() -> None:
    rows = {"甲": (127, -128, 5), "乙": (-100, 30, -7), "丙": (1, 2, 3)}
    vectors = b"".join(value.to_bytes(1, "little", signed=True) for row in rows.values() for value in row)
    small = Space(rows=list(rows), vectors=vectors, rarity=[9.0, 1.0, 2.0, 3.0], shape=(1, 2), idle=(0.5, 0.25))
    read = small.meaning("甲，乙，丁")
    sums = (27.0, -98.0)
    length = sqrt(sum(value * value for value in sums))
    assert [round(lane, 9) for lane in read.direction] == [round(value / length, 9) for value in sums]
    assert read.idle == (5 - 7) * 0.5 + 0.25
    assert (small.rarity("丙"), small.rarity("丁")) == (3.0, 9.0)


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    assert space().rarity("的") < space().rarity("款")
