"""Figures over many cards: every mean with its n, and what has no score is in none of them."""

from __future__ import annotations

import pytest

from kefu.bench.summary import mean, summarise


def card(total: float | None, *, valid: bool = True, empathy: float | None = 0.5) -> dict[str, object]:
    return {
        "totals": {"total": total, "task_flow": total, "interaction": total},
        "steps": [{"status": "met"}, {"status": "missed"}],
        "dimensions": [{"name": "empathy", "score": empathy}, {"name": "respect", "score": 0.9}],
        "violations": [{"rule": "monologue"}],
        "outcome": {"result": "done"},
        "fidelity": {"valid": valid},
    }


def test_an_unscored_call_is_counted_and_in_no_mean() -> None:
    figures = summarise([card(0.8), card(0.6), card(None)])
    assert (figures.total.value, figures.total.n, figures.total.unscored) == (pytest.approx(0.7), 2, 1)


def test_a_call_whose_customer_was_not_true_is_set_aside() -> None:
    figures = summarise([card(0.8), card(0.1, valid=False)])
    assert (figures.calls, figures.invalid, figures.total.value) == (2, 1, 0.8)
    assert figures.violations == 1
    assert figures.steps == {"met": 1, "missed": 1}


def test_the_weakest_dimension_comes_first_and_an_unscored_one_last() -> None:
    assert [name for name, _mean in summarise([card(0.8)]).dimensions] == ["empathy", "respect"]
    assert [name for name, _mean in summarise([card(0.8, empathy=None)]).dimensions] == ["respect", "empathy"]


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]).value is None
    assert mean([None]).unscored == 1
