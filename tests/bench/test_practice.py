"""What a person's calls show together."""

from __future__ import annotations

from kefu.bench.practice import Missed, Practised, practice_of, practised, sparkline


def call(total: float | None, weakest: str = "", *missed: int, scenario: str = "care") -> Practised:
    return Practised(scenario=scenario, total=total, weakest=weakest, missed=tuple((n, f"step {n}") for n in missed))


def test_a_trend_is_told_from_four_scored_calls_on() -> None:
    assert practice_of([call(0.2), call(0.9), call(None), call(0.9)]).trend == ""
    assert practice_of([call(0.2), call(0.4), call(None), call(0.8), call(0.9)]).trend == "up"
    assert practice_of([call(0.9), call(0.8), call(0.4), call(0.2)]).trend == "down"
    assert practice_of([call(0.8), call(0.8), call(0.81), call(0.81)]).trend == "level"


def test_halves_leave_out_what_is_unscored_and_say_so() -> None:
    practice = practice_of([call(0.2), call(None), call(0.4), call(0.8), call(1.0)])
    assert (practice.earlier, practice.later) == (0.30000000000000004, 0.9)
    assert (practice.mean.n, practice.mean.unscored) == (4, 1)


def test_steps_that_are_missed_again_are_counted_within_their_scenario() -> None:
    practice = practice_of([call(1, "", 2, 5), call(1, "", 5), call(1, "", 5, scenario="sales"), call(1, "")])
    assert practice.missed == (Missed(scenario="care", step=5, title="step 5", times=2, calls=3),)


def test_the_side_that_was_weakest_most_often_comes_first() -> None:
    assert practice_of([call(1, "closure"), call(1, "empathy"), call(1, "closure")]).weakest[0] == ("closure", 2)


def test_a_record_without_card_is_unscored_and_a_flawless_one_has_no_weakest_side() -> None:
    assert practised({"scenario": "care", "scorecard": None}) == call(None)
    card = {
        "totals": {"total": 0.9},
        "dimensions": [{"name": "closure", "score": 1.0}, {"name": "empathy", "score": None}],
        "steps": [{"number": 3, "status": "partial"}, {"number": 4, "status": "met"}],
    }
    told = practised({"scenario": "care", "scorecard": card, "step_titles": {"3": "step 3"}})
    assert (told.weakest, told.missed) == ("", ((3, "step 3"),))


def test_scores_make_a_line_of_bars() -> None:
    assert sparkline([0, 0.5, 1, None, 1.2, -1]) == "▁▅█·█▁"
