"""pass@k and pass^k: unbiased, over tasks, with what is left of tasks that lost trials."""

from __future__ import annotations

from itertools import combinations

import pytest

from kefu.bench.passing import chosen_ks, pass_at, pass_hat
from kefu.bench.stats import statistics
from kefu.errors import UsageError

from .results import made, series


@pytest.mark.parametrize(("n", "c", "k"), [(5, 2, 3), (4, 0, 2), (4, 4, 4), (6, 5, 1)])
def test_the_chances_are_those_of_drawing_k_trials(n: int, c: int, k: int) -> None:
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at(n, c, k) == pytest.approx(sum(any(draw) for draw in draws) / len(draws))
    assert pass_hat(n, c, k) == pytest.approx(sum(all(draw) for draw in draws) / len(draws))


def test_a_chance_of_more_trials_than_there_are_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^no chance follows from 1 of 2 trials with k = 3$"):
        pass_hat(2, 1, 3)


def test_passing_is_averaged_over_tasks() -> None:
    found = statistics(series([[0.9, 0.8, 0.7, 0.9], [0.1, 0.2, 0.9, 0.95]]), k=(1, 2)).callers[0].passing
    assert found.at[1].mean == pytest.approx((3 / 4 + 2 / 4) / 2)
    assert found.hat[2].mean == pytest.approx((3 / 6 + 1 / 6) / 2)
    assert found.at[2].mean == pytest.approx((1 + 5 / 6) / 2)
    assert (found.tasks, found.trials, found.threshold) == (2, 4, 0.8)


def test_the_threshold_itself_passes_whatever_rounding_does() -> None:
    assert statistics([made(0.1 + 0.7, trial=i) for i in range(3)]).callers[0].passing.at[1].mean == 1.0


def test_a_lost_trial_is_no_trial_and_a_task_with_too_few_is_left_out_and_counted() -> None:
    cells = series([[0.9, 0.9, 0.1], [0.9, 0.9, None]])
    found = statistics(cells, k=3).callers[0].passing
    assert found.hat[3].mean == 0.0
    assert (found.hat[3].n, found.left_out[3], found.left_out[1]) == (1, 1, 0)
    assert found.at[1].mean == pytest.approx((2 / 3 + 1) / 2)


def test_failed_and_invalid_calls_pass_nothing_and_fail_nothing() -> None:
    cells = [made(0.9, trial=0), made(0.1, trial=1, valid=False), made(None, trial=2, failed=True)]
    assert statistics(cells, k=1).callers[0].passing.at[1].mean == 1.0


def test_k_beyond_the_trials_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        statistics(series([[0.9, 0.8]]), k=3)
    assert str(caught.value) == (
        "k: pass^3 needs 3 trials, and there are 2; ask for a smaller k, or run with more --trials"
    )
    with pytest.raises(UsageError, match="k must be at least 1, not 0"):
        chosen_ks(0, 3)


def test_without_a_k_three_is_meant_or_what_there_is() -> None:
    assert chosen_ks(None, 20) == (3,)
    assert chosen_ks(None, 2) == (2,)
    assert chosen_ks([3, 1, 3], 3) == (1, 3)
