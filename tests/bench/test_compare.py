"""Is B better than A: paired, clustered, corrected for how much is asked, and careful with what it promises."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kefu.bench.compare import Answer, Comparison, compare, comparison_to_json, verdict_in_words
from kefu.bench.interval import Scope
from kefu.bench.power import Precision, detectable, needed
from kefu.bench.signflip import holm, least_p, sign_flip
from kefu.errors import InputError

from .results import made, series


def noisy(seed: int, documents: int, trials: int, *, shift: float = 0.0, spread: float = 0.0) -> tuple[list, list]:
    random = np.random.default_rng(seed)
    level = random.uniform(0.4, 0.6, (documents, 1))
    moved = shift + random.normal(0, spread, (documents, 1)) if spread else shift
    a = np.clip(level + random.normal(0, 0.05, (documents, trials)), 0, 1)
    b = np.clip(level + moved + random.normal(0, 0.05, (documents, trials)), 0, 1)
    return series(a.tolist()), series(b.tolist(), caller="model:x")


def test_the_difference_is_over_pairs_and_clustered_by_document() -> None:
    a, b = noisy(1, 8, 1, shift=0.1)
    found = compare(a, b).headline
    differences = [right.total - left.total for left, right in zip(a, b, strict=True)]
    usual = stats.ttest_1samp(differences, 0).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(usual.low), pytest.approx(usual.high))
    assert (found.pairs, found.scenarios, found.scope) == (8, 8, Scope.SCENARIOS)
    assert found.p == 2 / 2**8
    assert found.least_p == 2 / 2**8
    assert found.verdict is Answer.BETTER


def test_p_is_that_of_scipy_for_signs_flipped_by_document() -> None:
    a, b = noisy(3, 9, 4, shift=0.01, spread=0.03)
    sums = (np.array([r.total for r in b]) - np.array([r.total for r in a])).reshape(9, 4).sum(axis=1)
    usual = stats.permutation_test((sums,), lambda x, axis: np.abs(x.sum(axis=axis)), permutation_type="samples",
                                   vectorized=True, alternative="greater", n_resamples=np.inf)  # fmt: skip
    assert compare(a, b).headline.p == pytest.approx(usual.pvalue)


@pytest.mark.parametrize("count", [5, 13, 14, 60, 400, 401])
def test_all_ways_to_p_agree(count: int) -> None:
    values = np.random.default_rng(count).normal(0.15, 1, count)
    usual = stats.permutation_test((values,), lambda x, axis: np.abs(x.sum(axis=axis)), permutation_type="samples",
                                   vectorized=True, alternative="greater", n_resamples=9_999, rng=1)  # fmt: skip
    assert sign_flip([values])[0] == pytest.approx(usual.pvalue, abs=0.02)


def test_the_smallest_p_is_where_all_signs_agree() -> None:
    for count in (1, 6, 13, 100):
        assert sign_flip([np.ones(count)])[0] == pytest.approx(least_p(count))
    assert least_p(14) == 2 / 2**14
    assert sign_flip([np.ones(14)])[0] == pytest.approx(least_p(14), rel=0.9)  # drawn, not counted
    assert sign_flip([np.zeros(5), np.array([])]) == [1.0, 1.0]


def test_a_p_does_not_hang_on_what_else_is_asked() -> None:
    random = np.random.default_rng(0)
    questions = [random.normal(0.2, 1, 30) for _question in range(20)]
    together = sign_flip(questions)
    assert [sign_flip([values])[0] for values in questions] == pytest.approx(together, abs=0.02)


def test_holm_corrects_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_makes_a_p_smaller_and_keeps_the_order(ps: list[float]) -> None:
    corrected = holm(ps)
    assert all(after >= before for before, after in zip(ps, corrected, strict=True))
    assert max(corrected) <= 1
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    assert [corrected[i] for i in order] == sorted(corrected)


def test_turning_the_sides_turns_the_answer() -> None:
    a, b = noisy(5, 12, 5, shift=0.05)
    there, back = compare(a, b), compare(b, a)
    assert there.headline.mean == pytest.approx(-back.headline.mean)
    assert (there.headline.low, there.headline.high) == (
        pytest.approx(-back.headline.high),
        pytest.approx(-back.headline.low),
    )
    assert there.headline.p == back.headline.p
    assert (there.headline.verdict, back.headline.verdict) == (Answer.BETTER, Answer.WORSE)
    assert [each.corrected for each in there.family] == [each.corrected for each in back.family]


def test_the_order_of_results_does_not_matter() -> None:
    a, b = noisy(6, 20, 3, shift=0.02, spread=0.05)
    assert comparison_to_json(compare(a[::-1], b)) == comparison_to_json(compare(a, b[::-1]))


def test_equals_are_not_proven_to_differ_and_no_certainty_is_claimed() -> None:
    a, _b = noisy(7, 10, 3)
    found = compare(a, a)
    assert (found.headline.mean, found.headline.p, found.headline.verdict) == (0.0, 1.0, Answer.NOT_PROVEN)
    assert found.headline.low is not None
    assert found.headline.low < 0
    assert found.needed is not None
    assert (found.needed.trials, found.needed.scenarios) == (None, None)


def test_one_document_is_compared_by_calls_and_says_so() -> None:
    a, b = noisy(8, 1, 30, shift=0.1)
    found = compare(a, b)
    assert (found.headline.scope, found.headline.scenarios, found.headline.verdict) == (Scope.CALLS, 1, Answer.BETTER)
    assert "This holds for further calls on these documents (1), and says nothing of others." in verdict_in_words(found)


def test_with_five_documents_no_p_by_document_could_be_small_so_they_are_taken_as_given() -> None:
    a, b = noisy(9, 5, 20, shift=0.1)
    found = compare(a, b).headline
    assert (found.scope, found.scenarios, found.verdict) == (Scope.CALLS, 5, Answer.BETTER)
    assert compare(*noisy(9, 6, 20, shift=0.1)).headline.scope is Scope.SCENARIOS


def test_a_difference_that_hangs_on_the_document_is_not_proven_by_more_calls() -> None:
    a, b = noisy(10, 8, 200, shift=0.02, spread=0.08)
    found = compare(a, b)
    assert found.headline.verdict is Answer.NOT_PROVEN
    assert found.needed is not None
    assert found.needed.trials is None
    assert found.needed.scenarios is not None
    assert "More trials would not settle it" in verdict_in_words(found)


def test_pairs_with_a_lost_side_are_left_out_and_counted() -> None:
    a, b = noisy(11, 6, 3, shift=0.1)
    a[0] = made(0.9, scenario="d00", trial=0, valid=False)
    b[4] = made(None, scenario="d01", trial=1, caller="model:x", failed=True)
    b[5] = made(None, scenario="d01", trial=2, caller="model:x")
    found = compare(a, b)
    assert (found.headline.pairs, found.left_out, found.only_one) == (15, 3, 0)


def test_sides_with_other_calls_are_refused_or_cut_to_what_both_have() -> None:
    a, b = noisy(12, 6, 3)
    with pytest.raises(InputError) as caught:
        compare(a, b[:-1])
    assert str(caught.value) == (
        "script / model:x: not the same calls: 1 call only of script (d05 × direct × trial 3); "
        "finish the run with kefu bench resume, or hold both over the same calls"
    )
    found = compare(a, b[:-1], unequal=True)
    assert (found.headline.pairs, found.only_one) == (17, 1)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"scenario": "beta"}, "they differ in the document (alpha against beta)"),
        ({"persona": "hesitant"}, "they differ in the persona (direct against hesitant)"),
        ({"row": 4}, "they differ in the customer"),
        ({"pair": "another seed"}, "they differ in the seeds"),
    ],
)
def test_sides_without_a_common_call_are_refused_with_the_reason(other: dict, why: str) -> None:
    for unequal in (False, True):
        with pytest.raises(InputError) as caught:
            compare([made()], [made(**other)], unequal=unequal)
        assert str(caught.value) == (
            f"A (script) / B (script): no call is in both: {why}; "
            "hold both runs over the same documents, personas, trials and seeds"
        )


def test_a_side_has_one_caller_and_some_calls() -> None:
    with pytest.raises(InputError) as caught:
        compare([made(), made(caller="model:x")], [made()])
    assert str(caught.value) == "A: calls of several callers: script, model:x; compare one caller with one"
    with pytest.raises(InputError) as caught:
        compare([made()], [])
    assert str(caught.value) == "B: there are no calls to compare; give a run that has held some"


def test_every_side_is_asked_and_corrected_together() -> None:
    a, b = noisy(13, 12, 2, shift=0.2)
    steps = {"A": ((1, "met", 1.0), (2, "missed", 0.0)), "B": ((1, "met", 1.0), (2, "met", 1.0))}

    def dressed(cells: list, side: str) -> list:
        rule = (("monologue", "minor"),) if side == "A" else ()
        return [
            made(
                cell.total,
                scenario=cell.scenario,
                trial=cell.trial,
                caller=cell.caller,
                domain="sales" if cell.scenario < "d06" else "care",
                steps=steps[side],
                violations=rule,
            )
            for cell in cells
        ]

    found = compare(dressed(a, "A"), dressed(b, "B"))
    family = {(each.axis, each.name): each for each in found.family}
    assert [each.axis for each in found.family[:4]] == ["part", "part", "dimension", "rule"]
    assert ("persona", "direct") not in family  # there is but one: that is the headline
    rule = family["rule", "monologue"]
    assert (rule.a, rule.b, rule.mean, rule.verdict) == (1.0, 0.0, -1.0, Answer.BETTER)
    assert family["domain", "care"].pairs == 12
    assert (family["step", "d00/1"].mean, family["step", "d00/1"].verdict) == (0.0, Answer.NOT_PROVEN)
    assert (family["step", "d00/2"].mean, family["step", "d00/2"].pairs) == (1.0, 2)
    assert family["step", "d00/2"].least_p == 0.5
    assert found.headline.corrected is None
    assert all(each.corrected is not None and each.p is not None for each in found.family)
    assert [each.corrected for each in found.family] == holm([each.p for each in found.family])


def test_json_begins_with_the_contract() -> None:
    shown = comparison_to_json(compare(*noisy(14, 8, 3, shift=0.1)))
    assert list(shown)[:4] == ["difference", "p", "pairs", "verdict"]
    assert list(shown["difference"]) == ["mean", "low", "high"]
    assert (shown["pairs"], shown["verdict"], shown["needed"]) == (24, "better", None)
    assert (shown["a"]["caller"], shown["b"]["caller"]) == ("script", "model:x")


def test_the_answer_stands_in_one_sentence() -> None:
    a = series([[0.5, 0.5]] * 10)
    b = series([[0.5 + 0.01 * i] * 2 for i in range(10)], caller="model:x")
    words = "than A by 0.05 (0.02 to 0.07), 20 pairs, p = 0.004."
    assert verdict_in_words(compare(a, b)) == f"B is better {words}"
    assert verdict_in_words(compare(b, a)) == f"B is worse {words}"


def test_an_answer_that_is_not_proven_says_what_would_settle_it() -> None:
    a = series([[0.5] * 8] * 10)
    b = series((0.5 + np.random.default_rng(1).normal(0.01, 0.05, (10, 8))).tolist(), caller="model:x")
    found = compare(a, b)
    assert found.needed is not None
    assert verdict_in_words(found) == (
        "Not proven: B differs from A by 0.006 (-0.004 to 0.017), 80 pairs, p = 0.13. If it is real, about "
        f"{found.needed.trials} more trials of each call, or {found.needed.scenarios} more documents, would show it."
    )
    assert "The pairs do not vary: more of the same calls would not settle it." in verdict_in_words(compare(a, a))


def test_nothing_to_compare_proves_nothing() -> None:
    found = compare(series([[None], [None]]), series([[0.5], [0.6]]))
    assert (found.headline.mean, found.headline.p, found.left_out, found.family) == (None, None, 2, ())
    assert verdict_in_words(found) == "Not proven: no pair of calls has a score on both sides."
    assert comparison_to_json(found)["verdict"] == "not proven"


def test_the_precision_seen_says_what_would_be_seen() -> None:
    seen = Precision(variance=0.0004, noise=0.0003, freedom=1e6, trials=10, scenarios=30)
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert detectable(seen) == pytest.approx(reach * 0.02, rel=1e-3)
    more = needed(0.04, seen)
    left = (0.04 / reach) ** 2 - 0.0001
    assert more.trials == int(np.ceil(10 * (0.0003 / left - 1)))
    assert needed(0.02, seen).trials is None
    assert needed(0.0, seen).scenarios is None


@pytest.mark.parametrize(("documents", "trials", "shift"), [(8, 1, 0.4), (1, 2, 0.4), (1, 3, -0.3), (2, 1, 0.9)])
def test_pairs_that_all_differ_alike_say_what_would_settle_it(documents: int, trials: int, shift: float) -> None:
    def answer(documents: int, trials: int) -> Comparison:
        a = series([[0.5 - shift / 2] * trials] * documents)
        return compare(a, series([[0.5 + shift / 2] * trials] * documents, caller="model:x"))

    found = answer(documents, trials)
    assert found.headline.verdict is Answer.NOT_PROVEN
    assert found.needed is not None
    more, others = found.needed.trials or 0, found.needed.scenarios or 0
    assert bool(more) is not bool(others)
    assert answer(documents + others, trials + more).headline.verdict is not Answer.NOT_PROVEN
    assert "would not settle it." not in verdict_in_words(found)


def shares(documents: int, calls: int, shift: float, runs: int) -> tuple[float, float]:
    spread = 0.05 if documents > 5 else 0.0
    found = [compare(*noisy(1000 + run, documents, calls, shift=shift, spread=spread)) for run in range(runs)]
    answers = [each.headline.verdict for each in found]
    return answers.count(Answer.BETTER) / runs, answers.count(Answer.WORSE) / runs


@pytest.mark.parametrize("documents", [1, 8, 16])
def test_equals_are_called_unequal_about_one_time_in_twenty(documents: int) -> None:
    better, worse = shares(documents, 4, 0.0, 300)
    assert better + worse <= 0.09


def test_a_planted_difference_is_found() -> None:
    better, worse = shares(20, 5, 0.08, 100)
    assert better >= 0.95
    assert worse == 0


def test_what_is_said_to_be_needed_is_enough_four_times_in_five() -> None:
    between, within, trials, documents, difference = 0.05**2, 0.15**2, 5, 10, 0.05
    seen = Precision(
        variance=(between + within / trials) / documents,
        noise=within / trials / documents,
        freedom=documents - 1,
        trials=trials,
        scenarios=documents,
    )
    more = needed(difference, seen)
    assert more.trials is not None
    assert more.scenarios is not None
    random = np.random.default_rng(2)
    for count, held in ((documents + more.scenarios, trials), (documents, trials + more.trials)):
        runs = random.normal(difference, np.sqrt(between + within / held), (4000, count))
        found = stats.ttest_1samp(runs, 0, axis=1).pvalue < 0.05
        assert 0.76 <= found.mean() <= 0.88


def test_twice_thirty_thousand_are_compared_in_seconds() -> None:
    steps = tuple((number, "met", 1.0) for number in range(1, 9))
    random = np.random.default_rng(1)
    sides = [
        [
            made(float(score), scenario=f"d{i % 30}", trial=i // 30, caller=caller, steps=steps)
            for i, score in enumerate(random.uniform(0, 1, 30_000))
        ]
        for caller in ("script", "model:x")
    ]
    started = time.process_time()
    assert compare(*sides).headline.pairs == 30_000
    assert time.process_time() - started < 10
