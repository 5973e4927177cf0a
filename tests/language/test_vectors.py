"""Vectors from outside count by how much nearer a text lies to one choice than to the others."""

from __future__ import annotations

import pytest

from kefu.language.match import FactIndex
from kefu.language.vectors import Vectors

FACTS = (
    ("上门量尺要不要钱？", "量尺免费，不做也不收。"),
    ("窗帘多久能装好？", "下单后十二天左右安装。"),
    ("褪色了怎么办？", "一年内褪色免费重做一幅。"),
)


def known(**vectors: tuple[float, ...]) -> Vectors:
    """Facts along three axes, and whatever else is given."""
    found = Vectors()
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    found.learn({text: axis for fact, axis in zip(FACTS, axes, strict=True) for text in fact}, "small")
    found.learn(vectors, "small")
    return found


def test_without_vectors_nothing_changes() -> None:
    plain = FactIndex.of(FACTS)
    for text in ("量一下收费不", "啥时候挂得上", "那块布晒花了呢", "嗯"):
        assert FactIndex.of(FACTS, Vectors()).match(text) == plain.match(text)
        assert FactIndex.of(FACTS, known()).match(text) == plain.match(text)


def test_a_vector_tells_what_words_do_not() -> None:
    text = "跑一趟拿卷尺比划，咋算呢？"
    plain = FactIndex.of(FACTS).match(text)
    surer = FactIndex.of(FACTS, known(**{text: (0.9, 0.2, 0.1)})).match(text)
    assert plain.fact is None or surer.shares[0] > plain.shares[0] + 0.2
    assert surer.fact == 1
    assert FactIndex.of(FACTS, known(**{text: (0.1, 0.9, 0.2)})).match(text).likeliest == 2


def test_vectors_that_tell_nothing_change_nothing() -> None:
    text = "跑一趟拿卷尺比划，咋算呢？"
    plain = FactIndex.of(FACTS).match(text)
    same = FactIndex.of(FACTS, known(**{text: (1.0, 1.0, 1.0)})).match(text)
    assert same.shares == pytest.approx(plain.shares)


def test_leanings_are_measured_from_the_middle_and_bounded() -> None:
    vectors = known(text=(1.0, 0.0, 0.0))
    leanings = vectors.leanings("text", FACTS)
    assert leanings is not None
    assert leanings[0] > 1.0 > 0.0 > leanings[1]
    assert sum(leanings) == pytest.approx(0.0)
    assert vectors.leanings("strange", FACTS) is None
    assert vectors.leanings("text", [*FACTS, ("nobody knows it",)]) is None


@pytest.mark.parametrize("vector", [(0.0, 0.0, 0.0), (1.0, 0.0)])
def test_a_vector_that_fits_nothing_is_none(vector: tuple[float, ...]) -> None:
    assert known(text=vector).leanings("text", FACTS) is None


def test_vectors_of_another_model_are_forgotten_and_so_are_old_ones() -> None:
    vectors = known(text=(1.0, 0.0, 0.0))
    vectors.learn({"other": (1.0, 0.0)}, "large")
    assert "text" not in vectors
    assert vectors.source == "large"
    vectors.learn({f"{number}": (1.0,) for number in range(10_000)}, "large")
    assert "9999" in vectors
    assert "0" not in vectors
