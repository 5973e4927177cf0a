"""Intervals: clustered by document, inside the range of scores, and never more certain than what was seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kefu.bench.interval import Scope, estimate, estimate_to_json
from kefu.bench.quantile import normal_p, normal_quantile, t_quantile


def test_one_value_a_document_gives_the_usual_t_interval_of_a_difference() -> None:
    values = [0.1, -0.05, 0.2, 0.15, 0.0, 0.07]
    found = estimate(values, list("abcdef"), differences=True)
    usual = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(usual.low), pytest.approx(usual.high))
    assert (found.n, found.scenarios, found.scope) == (6, 6, Scope.SCENARIOS)


def test_the_variance_is_that_of_the_jackknife_over_documents() -> None:
    groups = {"a": [0.9, 0.1, 0.4], "b": [-0.3], "c": [0.2, 0.0], "d": [0.8, 0.7, 0.9, 0.6]}
    values = [value for row in groups.values() for value in row]
    clusters = [name for name, row in groups.items() for _value in row]
    without = [np.mean([value for other, row in groups.items() if other != name for value in row]) for name in groups]
    half = stats.t.ppf(0.975, 3) * np.sqrt(3 / 4 * np.sum((np.array(without) - np.mean(values)) ** 2))
    found = estimate(values, clusters, differences=True)
    assert found.high == pytest.approx(min(1.0, np.mean(values) + half))
    assert found.low == pytest.approx(max(-1.0, np.mean(values) - half))


def test_a_share_of_independent_calls_has_nearly_the_interval_of_wilson() -> None:
    values = [1.0] * 12 + [0.0] * 388
    found = estimate(values, [f"d{i}" for i in range(400)])
    wilson = stats.binomtest(12, 400).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == (pytest.approx(wilson.low, abs=5e-4), pytest.approx(wilson.high, abs=5e-4))


def test_calls_that_resemble_each_other_do_not_count_as_many() -> None:
    alike = [0.9] * 50 + [0.6] * 50 + [0.75] * 50
    clustered = estimate(alike, ["a"] * 50 + ["b"] * 50 + ["c"] * 50)
    apart = estimate(alike, [f"d{i}" for i in range(150)])
    assert clustered.high is not None
    assert clustered.low is not None
    assert apart.high is not None
    assert apart.low is not None
    assert clustered.high - clustered.low > 5 * (apart.high - apart.low)


def test_one_document_has_an_interval_over_its_calls_and_says_so() -> None:
    values = [0.5, 0.7, 0.6, 0.9]
    found = estimate(values, ["a"] * 4, differences=True)
    usual = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.scope, found.scenarios) == (Scope.CALLS, 1)
    assert (found.low, found.high) == (pytest.approx(usual.low), pytest.approx(usual.high))


def test_one_value_has_no_interval_and_none_has_no_mean() -> None:
    one = estimate([0.7, None], ["a", "b"])
    assert (one.mean, one.low, one.high, one.n, one.unscored) == (0.7, None, None, 1, 1)
    none = estimate([None, None], ["a", "b"])
    assert (none.mean, none.low, none.high, none.n, none.unscored) == (None, None, None, 0, 2)
    assert estimate([], []).mean is None


@pytest.mark.parametrize("value", [0.0, 0.8, 1.0])
def test_equal_values_are_no_certainty(value: float) -> None:
    clusters = [f"d{i % 10}" for i in range(1000)]
    found = estimate([value] * 1000, clusters)
    unseen = stats.binomtest(0, 10).proportion_ci(0.95, method="wilson").high
    assert found.mean == pytest.approx(value)
    assert found.low == pytest.approx(value * (1 - unseen))
    assert found.high == pytest.approx(value * (1 - unseen) + unseen)


def test_calls_that_never_differ_may_differ_by_what_was_not_seen() -> None:
    found = estimate([0.0] * 20, ["a"] * 20, differences=True)
    unseen = stats.binomtest(0, 20).proportion_ci(0.95, method="wilson").high
    assert (found.low, found.mean, found.high) == (pytest.approx(-unseen), 0.0, pytest.approx(unseen))


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdefg")), min_size=2, max_size=60))
def test_an_interval_of_scores_holds_its_mean_and_lies_within_0_and_1(rows: list[tuple[float, str]]) -> None:
    found = estimate([value for value, _name in rows], [name for _value, name in rows])
    assert found.mean is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.mean + 1e-12
    assert found.mean - 1e-12 <= found.high <= 1
    assert found.high > found.low


def test_json_has_the_keys_of_the_contract_first() -> None:
    shown = estimate_to_json(estimate([0.5, 0.7], ["a", "b"]))
    assert list(shown)[:3] == ["mean", "low", "high"]
    assert (shown["mean"], shown["scope"]) == (0.6, "scenarios")


def test_quantiles_are_those_of_scipy() -> None:
    degrees = np.array([1.0, 4.0, 29.0, np.nan, 0.0])
    assert t_quantile(0.95, degrees)[:3] == pytest.approx(stats.t.ppf(0.975, degrees[:3]))
    assert np.isnan(t_quantile(0.95, degrees)[3:]).all()
    assert normal_quantile(0.95) == pytest.approx(stats.norm.ppf(0.975))
    assert normal_p(-2.5) == pytest.approx(2 * stats.norm.sf(2.5))


@pytest.mark.parametrize(("clusters", "least"), [(5, 0.91), (10, 0.92), (30, 0.93)])
def test_the_interval_holds_the_true_mean_about_as_often_as_it_says(clusters: int, least: float) -> None:
    random = np.random.default_rng(5)
    held = 0
    for _run in range(400):
        level = random.beta(8, 2, clusters)
        sizes = random.integers(5, 40, clusters)
        values = [float(v) for m, n in zip(level, sizes, strict=True) for v in random.beta(6 * m, 6 * (1 - m), n)]
        names = [f"d{i}" for i, n in enumerate(sizes) for _call in range(n)]
        found = estimate(values, names)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.8 <= found.high
    assert held / 400 >= least - 0.025
    assert held / 400 <= 0.985
