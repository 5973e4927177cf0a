"""The figures of a run: hand-computed means, everything cut along every side, and nothing lost that was not scored."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.bench.interval import Scope
from kefu.bench.result import Result
from kefu.bench.stats import statistics, statistics_to_json
from kefu.errors import InputError
from kefu.score.verdict import Rule

from .results import made, series


def test_a_mean_says_its_n_and_what_was_not_scored() -> None:
    run = statistics([made(0.8), made(0.6, trial=1), made(None, trial=2)])
    total = run.callers[0].total
    assert (total.mean, total.n, total.unscored, total.scope) == (pytest.approx(0.7), 2, 1, Scope.CALLS)


def test_lost_calls_are_counted_and_in_no_mean() -> None:
    cells = [made(0.8, reruns=1), made(0.1, trial=1, valid=False, reruns=2), made(None, trial=2, failed=True)]
    run = statistics(cells)
    assert (run.counts.cells, run.counts.done, run.counts.failed) == (3, 2, 1)
    assert (run.counts.invalid, run.counts.reruns) == (1, 3)
    caller = run.callers[0]
    assert (caller.total.mean, caller.total.n, caller.total.unscored) == (0.8, 1, 0)
    assert caller.rules[0].share.n == 1


def test_a_failed_cell_changes_no_mean() -> None:
    cells = series([[0.5, 0.9], [0.7, 0.8]])
    lost = [made(None, scenario="d00", trial=2, failed=True), made(0.0, scenario="d01", trial=2, valid=False)]
    before, after = (statistics_to_json(statistics(each, k=1))["callers"][0] for each in (cells, cells + lost))
    for key in ("total", "task_flow", "by_domain", "by_scenario", "dimensions", "rules", "heat", "pass_at_1"):
        assert before[key] == after[key], key


def test_scores_are_cut_along_every_side() -> None:
    cells = [
        made(0.2, scenario="alpha", domain="sales", persona="direct"),
        made(0.4, scenario="alpha", domain="sales", persona="hesitant", perturb="noise"),
        made(0.6, scenario="beta", domain="care", persona="direct"),
        made(0.8, scenario="beta", domain="care", persona="hesitant", perturb="noise"),
    ]
    caller = statistics(cells).callers[0]
    assert {name: scores.total.mean for name, scores in caller.domains.items()} == pytest.approx(
        {"care": 0.7, "sales": 0.3}
    )
    assert {name: scores.total.mean for name, scores in caller.personas.items()} == pytest.approx(
        {"direct": 0.4, "hesitant": 0.6}
    )
    assert {name: scores.total.mean for name, scores in caller.scenarios.items()} == pytest.approx(
        {"alpha": 0.3, "beta": 0.7}
    )
    assert list(caller.perturbs) == ["", "noise"]
    assert caller.personas["direct"].total.scope is Scope.SCENARIOS
    assert caller.scenarios["alpha"].total.scope is Scope.CALLS
    assert {key: figure.mean for key, figure in caller.heat.items()} == {
        ("alpha", "direct"): 0.2,
        ("alpha", "hesitant"): 0.4,
        ("beta", "direct"): 0.6,
        ("beta", "hesitant"): 0.8,
    }


def test_a_step_that_did_not_apply_has_no_score_to_miss() -> None:
    steps = [(1, "met", 1.0), (2, "not_applicable", None)], [(1, "partial", 0.5), (2, "unscored", None)]
    first, second = statistics([made(trial=i, steps=tuple(row)) for i, row in enumerate(steps)]).callers[0].steps
    assert (first.scenario, first.number, dict(first.statuses)) == ("alpha", 1, {"met": 1, "partial": 1})
    assert (first.score.mean, first.score.n, first.score.unscored) == (0.75, 2, 0)
    assert dict(second.statuses) == {"not_applicable": 1, "unscored": 1}
    assert (second.score.mean, second.score.n, second.score.unscored) == (None, 0, 1)


def test_a_rule_is_counted_once_a_call_and_those_never_broken_are_there() -> None:
    cells = [made(trial=0, violations=(("monologue", "minor"),) * 3), made(trial=1), made(trial=2)]
    rules = statistics(cells).callers[0].rules
    assert (rules[0].rule, rules[0].calls, rules[0].share.mean) == ("monologue", 1, pytest.approx(1 / 3))
    assert {each.rule for each in rules} == {rule.value for rule in Rule}
    assert rules[1].calls == 0
    assert rules[1].share.high is not None
    assert rules[1].share.high > 0


def test_a_call_without_a_card_broke_no_rule_that_is_known() -> None:
    share = statistics([made(), made(None, trial=1, dimensions=())]).callers[0].rules[0].share
    assert (share.mean, share.n, share.unscored) == (0.0, 1, 1)


def test_outcomes_and_attributions_are_counted() -> None:
    cells = [made(trial=i, outcome=result, turns=10 + i) for i, result in enumerate(["done", "refused", "done"])]
    caller = statistics(cells).callers[0]
    assert list(caller.outcomes.items()) == [("done", 2), ("refused", 1)]
    assert dict(caller.attributions) == {"none": 3}
    assert dict(caller.endings) == {}
    assert caller.turns == 11


def test_callers_that_had_other_calls_are_not_compared() -> None:
    cells = [*series([[0.5, 0.6], [0.7, 0.8]]), *series([[0.5, 0.6]], caller="model:x")]
    with pytest.raises(InputError) as caught:
        statistics(cells)
    assert str(caught.value) == (
        "script / model:x: not the same calls: 2 calls only of script (first d01 × direct × trial 1); "
        "finish the run with kefu bench resume, or hold both over the same calls"
    )


def test_unequal_trials_are_an_error_that_says_where() -> None:
    with pytest.raises(InputError) as caught:
        statistics(series([[0.5, 0.6], [0.7]]))
    assert str(caught.value) == (
        "script: unequal trials: 1 of d01 × direct but 2 of d00 × direct; finish the run with kefu bench resume"
    )


def test_the_same_call_twice_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        statistics([made(0.5), made(0.6)])
    assert str(caught.value) == (
        "script: 1 call is there more than once: alpha × direct × trial 1; give the results of one run"
    )


def test_of_an_unfinished_run_what_every_caller_has_is_used_and_the_rest_counted() -> None:
    cells = [*series([[0.5, 0.6], [0.7, 0.8]]), *series([[0.5, 0.6]], caller="model:x")]
    run = statistics(cells, unequal=True)
    assert [caller.total.mean for caller in run.callers] == [pytest.approx(0.55), pytest.approx(0.55)]
    assert (run.counts.cells, run.counts.left_out) == (6, 2)


def test_a_run_without_results_has_no_callers() -> None:
    run = statistics([])
    assert (run.callers, run.counts.cells, run.ks) == ((), 0, ())
    assert statistics_to_json(run)["callers"] == []


def test_a_run_in_which_everything_failed_has_no_means() -> None:
    caller = statistics([made(None, trial=i, failed=True) for i in range(3)]).callers[0]
    assert (caller.total.mean, caller.passing.at[1].mean, caller.turns) == (None, None, None)
    assert caller.domains == {}


def test_json_is_that_of_the_contract_with_more_behind() -> None:
    shown = statistics_to_json(statistics(series([[0.9, 0.7, 0.9], [0.8, 0.5, 0.9]])))
    assert {"cells": 6, "done": 6, "failed": 0, "invalid": 0, "reruns": 0}.items() <= shown.items()
    line = shown["callers"][0]
    assert list(line)[:8] == [
        "caller",
        "n",
        "unscored",
        "total",
        "task_flow",
        "interaction",
        "pass_at_1",
        "pass_hat_k",
    ]
    assert (line["n"], line["total"]["mean"], line["pass_at_1"]) == (6, 0.783333, 0.666667)
    assert line["pass_hat_k"] == {"3": 0.0}
    assert list(statistics_to_json(statistics([made()]), full=False)["callers"][0]) == list(line)[:8]


scores = st.one_of(st.none(), st.integers(0, 100).map(lambda n: n / 100))
tables = st.integers(1, 4).flatmap(
    lambda trials: st.lists(st.lists(scores, min_size=trials, max_size=trials), min_size=1, max_size=6)
)


@given(tables, st.randoms())
def test_the_order_of_results_does_not_matter(table: list[list[float | None]], random: Random) -> None:
    cells = series(table, violations=(("monologue", "minor"),), steps=((1, "met", 1.0), (2, "missed", 0.0)))
    mixed = cells.copy()
    random.shuffle(mixed)
    assert statistics_to_json(statistics(mixed)) == statistics_to_json(statistics(cells))


def test_sixty_thousand_results_are_read_in_seconds_and_once() -> None:
    def many() -> list[Result]:
        steps = tuple((number, "met", 1.0) for number in range(1, 9))
        return [made((i % 100) / 100, scenario=f"d{i % 30}", trial=i // 30, steps=steps) for i in range(60_000)]

    cells = iter(many())
    started = time.process_time()
    assert statistics(cells).counts.cells == 60_000
    assert time.process_time() - started < 8
