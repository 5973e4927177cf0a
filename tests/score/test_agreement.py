"""Agreement by hand: small series whose figures can be worked out on paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.score.agreement import Counts, bootstrap, kappa, macro_f1, mean, per_label, spearman


def test_counts_give_precision_recall_and_f1() -> None:
    counts = Counts(hits=3, false=1, missed=2)

    assert counts.precision == 0.75
    assert counts.recall == 0.6
    assert counts.f1 == pytest.approx(2 / 3)


def test_a_label_that_never_was_has_no_figures() -> None:
    assert Counts().precision is None
    assert Counts().recall is None
    assert Counts().f1 is None
    assert Counts(false=2).f1 == 0


def test_per_label_counts_both_sides_of_a_mistake() -> None:
    counts = per_label([("met", "met"), ("met", "missed"), ("missed", "missed")])

    assert counts["met"] == Counts(hits=1, missed=1)
    assert counts["missed"] == Counts(hits=1, false=1)


def test_macro_f1_leaves_out_labels_that_never_were() -> None:
    counts = per_label([("met", "met"), ("met", "partial")])

    assert macro_f1(counts) == pytest.approx(2 / 3)


def test_kappa_is_agreement_beyond_chance() -> None:
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15

    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([("a", "a")] * 4) is None
    assert kappa([]) is None


def test_spearman_shares_ranks_among_ties() -> None:
    assert spearman([(1, 1), (2, 2), (3, 3)]) == pytest.approx(1)
    assert spearman([(1, 3), (2, 2), (3, 1)]) == pytest.approx(-1)
    assert spearman([(1, 1), (2, 1), (3, 2)]) == pytest.approx(0.8660, abs=1e-4)
    assert spearman([(1, 1), (1, 2)]) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=30))
def test_spearman_stays_within_its_bounds(pairs: list[tuple[float, float]]) -> None:
    value = spearman(pairs)

    assert value is None or -1.000001 <= value <= 1.000001


def test_an_interval_holds_its_value_and_widens_with_what_differs_between_clusters() -> None:
    alike = bootstrap([[0.5, 0.5]] * 6, mean)
    apart = bootstrap([[0.0, 0.0], [1.0, 1.0]] * 3, mean)

    assert (alike.low, alike.value, alike.high) == (0.5, 0.5, 0.5)
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low < 0.5 < apart.high


def test_the_same_seed_draws_the_same_interval() -> None:
    clusters = [[0.1, 0.9], [0.4], [0.7, 0.8, 0.2]]

    assert bootstrap(clusters, mean, seed=3) == bootstrap(clusters, mean, seed=3)


def test_one_cluster_has_no_interval() -> None:
    assert bootstrap([[0.3, 0.5]], mean).low is None
