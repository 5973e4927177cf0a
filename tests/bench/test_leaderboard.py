"""The leaderboard: pinned settings, every departure named, no ranking across documents, and ties said to be ties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from kefu.bench.leaderboard import (
    Entrant,
    Standard,
    deviations,
    leaderboard,
    leaderboard_to_json,
    leaderboard_to_markdown,
    leaderboard_to_text,
    scenario_set,
    standard,
    standard_plan,
)
from kefu.bench.passing import PASS_K
from kefu.bench.plan import RERUNS, Plan
from kefu.bench.result import Result
from kefu.call.perturb import perturbations
from kefu.call.talk import MAX_TURNS
from kefu.scenario.model import Persona
from kefu.score.score import versions

SCENARIOS = ("fire", "storm", "water")
DOMAINS = {"fire": "care", "storm": "sales", "water": "sales"}
RULES: Mapping[str, Any] = {"versions": {"rules": standard().rules, "weights": "aa"}}


def results(plan: Plan, totals: Mapping[str, float]) -> Iterator[Result]:
    """Calls whose totals spread a little around what a caller has."""
    for number, cell in enumerate(plan):
        total = totals[cell.caller] + (number % 5 - 2) * 0.01
        yield Result(
            cell=cell.id, pair=cell.pair, scenario=cell.scenario, domain=DOMAINS[cell.scenario],
            caller=cell.caller, customer=cell.customer, persona=cell.persona or "direct",
            perturb="+".join(cell.perturb), row=cell.row, trial=cell.trial, total=total,
            task_flow=total, interaction=total,
        )  # fmt: skip


def entrant(run: str, totals: Mapping[str, float], *, sources: str = "h", **changes: Any) -> Entrant:
    plan = replace(standard_plan(SCENARIOS, tuple(totals)), **changes)
    return Entrant(
        run=run,
        plan=plan,
        provenance=RULES,
        sources={name: f"{sources}{name}" for name in SCENARIOS},
        results=results(plan, totals),
    )


def test_a_standard_plan_deviates_in_nothing() -> None:
    assert deviations(standard_plan(SCENARIOS), {"versions": dict(versions())}) == []


def test_what_is_pinned_is_what_kefu_does_unless_told_otherwise() -> None:
    pinned = standard()
    assert (pinned.reruns, pinned.max_turns, pinned.judge, pinned.k) == (RERUNS, MAX_TURNS, "rules", PASS_K)
    assert pinned.personas == tuple(Persona)
    assert pinned.trials >= pinned.k


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"trials": 3}, "trials is 3, not 5"),
        ({"seed": 7}, "seed is 7, not 0"),
        ({"reruns": 0}, "reruns is 0, not 2"),
        ({"max_turns": 20}, "max_turns is 20, not 60"),
        ({"judge": "model:x"}, "judge is model:x, not rules"),
        ({"customers": ("human",)}, "customer is human, not persona"),
        (
            {"personas": (None,)},
            "persona is own, not analytic, cooperative, direct, hesitant, resistant",
        ),
        ({"perturbs": ((), perturbations(["noisy_line"]))}, "perturb is none, noisy_line, not none"),
        ({"rows": ({"name": "x"},)}, "customers is 1, not none"),
    ],
)
def test_every_departure_is_named(changes: Mapping[str, Any], line: str) -> None:
    plan = replace(standard_plan(SCENARIOS), **changes)
    assert [str(each) for each in deviations(plan, RULES)] == [line]


def test_no_setting_of_the_standard_goes_unwatched() -> None:
    departed = {each.key for each in deviations(Plan(
        scenarios=SCENARIOS, customers=("human",), personas=(None,), perturbs=(perturbations(["noisy_line"]),),
        rows=({"a": "b"},), trials=1, seed=1, max_turns=2, reruns=9, judge="x",
    ), {})}  # fmt: skip
    how_it_is_counted = {"version", "threshold", "k"}  # not settings of a run: the board counts every run so
    known = {field.name for field in fields(Standard)} - how_it_is_counted - {"personas"}
    assert departed == known | {"persona", "customers"}


def test_other_rules_or_unknown_ones_are_a_departure() -> None:
    assert [str(d) for d in deviations(standard_plan(SCENARIOS), {"versions": {"rules": "0"}})] == ["rules is 0, not 1"]
    assert [str(d) for d in deviations(standard_plan(SCENARIOS), {})] == ["rules is unknown, not 1"]


def test_a_set_of_scenarios_is_what_the_documents_say() -> None:
    assert scenario_set(["a", "b"]) == scenario_set(["b", "a", "a"])
    assert scenario_set(["a", "b"]) != scenario_set(["a", "c"])


def test_other_documents_are_another_ranking() -> None:
    boards = leaderboard([
        entrant("r1", {"script": 0.5}),
        entrant("r2", {"script": 0.9}, sources="other"),
        entrant("r3", {"script": 0.7}),
    ])  # fmt: skip
    assert [[row.run for row in board.rows] for board in boards] == [["r3", "r1"], ["r2"]]
    assert [board.documents for board in boards] == [3, 3]


def test_intervals_that_meet_share_their_places() -> None:
    (board,) = leaderboard([entrant("r1", {"a": 0.6, "b": 0.605, "c": 0.9}), entrant("r2", {"d": 0.3})])
    assert [(row.caller, row.first, row.last) for row in board.rows] == [
        ("c", 1, 1), ("b", 2, 3), ("a", 2, 3), ("d", 4, 4),
    ]  # fmt: skip
    text = leaderboard_to_text([board])
    assert "2–3" in text
    assert "Who shares places cannot be told apart here" in text


def test_clear_places_need_no_word_about_ties() -> None:
    assert "shares places" not in leaderboard_to_text(leaderboard([entrant("r1", {"a": 0.9, "b": 0.2})]))


def test_a_run_that_deviates_is_there_and_marked() -> None:
    boards = leaderboard([entrant("r1", {"a": 0.9}), entrant("r2", {"b": 0.4}, trials=3)])
    text = leaderboard_to_text(boards)
    assert "b†" in text
    assert "a†" not in text
    assert "† b, r2: trials is 3, not 5" in text


def test_an_unfinished_run_says_so() -> None:
    whole = entrant("r1", {"a": 0.9})
    (board,) = leaderboard([replace(whole, results=list(whole.results)[:50])])
    assert [str(each) for each in board.rows[0].deviations] == ["calls is 50, not 75"]


def test_what_was_scored_otherwise_does_not_compare() -> None:
    other = replace(entrant("r2", {"b": 0.4}), provenance={"versions": {"rules": "1", "weights": "bb"}})
    (board,) = leaderboard([entrant("r1", {"a": 0.9}), other])
    assert not board.alike
    assert "these numbers do not compare" in leaderboard_to_text([board])


def test_a_caller_without_a_score_comes_last_and_wins_nothing() -> None:
    plan = standard_plan(SCENARIOS, ("a",))
    none = [replace(each, total=None) for each in results(plan, {"a": 0.5})]
    unscored = replace(entrant("r0", {"a": 0.5}), results=none)
    (board,) = leaderboard([unscored, entrant("r1", {"b": 0.2})])
    assert [row.caller for row in board.rows] == ["b", "a"]
    assert "–" in leaderboard_to_text([board])


def test_json_holds_every_figure_with_its_interval() -> None:
    data = json.loads(json.dumps(leaderboard_to_json(leaderboard([entrant("r1", {"a": 0.6})]))))
    assert data["standard"]["trials"] == 5
    (entry,) = data["boards"][0]["entries"]
    assert entry["rank"] == {"first": 1, "last": 1}
    assert entry["standard"] is True
    assert entry["total"]["mean"] == pytest.approx(0.6)
    assert entry["total"]["low"] < 0.6 < entry["total"]["high"]
    assert set(entry["by_domain"]) == {"care", "sales"}
    assert set(entry["by_persona"]) == set(Persona)
    assert entry["by_persona"]["direct"]["interaction"]["n"] == 15
    assert entry["pass_hat_k"] == {"3": 0.0}


def test_markdown_is_one_table_whatever_a_caller_is_called() -> None:
    hostile = "model:a|b\n# c"
    page = leaderboard_to_markdown(leaderboard([entrant("r1", {hostile: 0.6})]))
    heading, table = page.split("\n\n")[:2]
    assert heading.startswith("## 3 documents (set ")
    assert len(table.splitlines()) == 3
    assert table.splitlines()[2].startswith("| 1 | model:a\\|b # c | r1 | 0.600 |")


def test_columns_of_a_terminal_are_aligned_in_chinese_too() -> None:
    table = leaderboard_to_text(leaderboard([entrant("r1", {"模型甲": 0.9, "b": 0.2})])).split("\n\n")[1].splitlines()
    wide = [sum(2 if "\u4e00" <= c <= "\u9fff" else 1 for c in line.split("r1")[0]) for line in table[1:]]
    assert len(set(wide)) == 1


def test_no_runs_make_no_board() -> None:
    assert leaderboard_to_text(leaderboard([])) == "no runs yet\n"


def test_who_has_no_score_has_no_place() -> None:
    unscored = replace(
        entrant("r2", {"d": 0.0}),
        results=[
            replace(each, failed=True, total=None) for each in results(standard_plan(SCENARIOS, ("d",)), {"d": 0})
        ],
    )
    (board,) = leaderboard([entrant("r1", {"a": 0.6}), unscored])
    assert [(row.caller, row.first, row.last) for row in board.rows] == [("a", 1, 1), ("d", 0, 0)]
    assert leaderboard_to_json([board])["boards"][0]["entries"][1]["rank"] is None
