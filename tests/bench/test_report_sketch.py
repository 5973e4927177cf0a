"""A bounded sample: the same texts whatever the order, each with its exact count."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kefu.bench.report.sketch import Sketch


def drawn(texts: list[str], most: int) -> dict[str, int]:
    sketch: Sketch[str] = Sketch(most)
    for text in texts:
        sketch.add(text, lambda text=text: text)
    assert sketch.seen == len(texts)
    return {text: count for text, _made, count in sketch}


@given(st.lists(st.text(max_size=3), max_size=60), st.integers(1, 8), st.randoms())
def test_the_order_changes_nothing_and_counts_are_exact(texts: list[str], most: int, random: object) -> None:
    found = drawn(texts, most)
    shuffled = list(texts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert drawn(shuffled, most) == found
    counts = Counter(texts)
    assert len(found) == min(most, len(counts))
    assert all(counts[text] == count for text, count in found.items())
