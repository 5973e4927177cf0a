"""Limits for a run: read with what is wrong with them, held against every caller, unknown figures never hold."""

from __future__ import annotations

import pytest

from kefu.bench.stats import statistics
from kefu.bench.threshold import LEAST, MOST, Breach, Limit, breach_in_words, breaches, limits_of
from kefu.errors import UsageError

from .results import made, series


def test_limits_are_read_with_their_direction() -> None:
    total, rule = limits_of(" total=0.8, invented_fact=0,")
    assert (total, total.least) == (Limit(key="total", value=0.8), True)
    assert (rule, rule.least) == (Limit(key="invented_fact", value=0.0), False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("total", "--fail-under: 'total' has no value; write KEY=VALUE"),
        ("total=", "--fail-under: 'total=' has no value; write KEY=VALUE"),
        ("total=high", "--fail-under: total is 'high'; give a number from 0 to 1"),
        ("total=80", "--fail-under: total is '80'; give a number from 0 to 1"),
        ("total=nan", "--fail-under: total is 'nan'; give a number from 0 to 1"),
        ("total=0.8,total=0.7", "--fail-under: total is there twice; give one limit a key"),
        ("", "--fail-under: no limit is given; write such as total=0.8,invented_fact=0"),
        (
            "totl=0.8",
            f"--fail-under: unknown key 'totl'; known are {', '.join((*LEAST, *MOST))}",
        ),
    ],
)
def test_what_is_no_limit_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        limits_of(text)
    assert str(caught.value) == message


def test_what_holds_is_silent_also_at_the_limit() -> None:
    run = statistics(series([[0.7 + 0.1, 0.8]]))
    assert (
        breaches(run, limits_of("total=0.8,task_flow=0.8,empathy=0.8,pass_at_1=1,invented_fact=0,invalid=0,failed=0"))
        == ()
    )


def test_every_caller_is_held_to_the_limits() -> None:
    good = series([[0.9, 0.9]])
    bad = series([[0.9, 0.5]], caller="model:x", violations=(("invented_fact", "major"),))
    found = breaches(statistics([*good, *bad]), limits_of("total=0.8,invented_fact=0.5"))
    assert [(each.caller, each.key) for each in found] == [("model:x", "total"), ("model:x", "invented_fact")]
    assert found[0].figure == pytest.approx(0.7)
    assert breach_in_words(found[0]) == "model:x: total is 0.7, and must be at least 0.8"
    assert breach_in_words(found[1]) == "model:x: invented_fact (invented a fact) is 1, and must be at most 0.5"


def test_a_share_counts_calls_not_violations() -> None:
    twice = made(trial=0, violations=(("monologue", "minor"), ("monologue", "minor")))
    run = statistics([twice, made(trial=1), made(trial=2), made(trial=3)])
    assert breaches(run, limits_of("monologue=0.25")) == ()
    assert breaches(run, limits_of("monologue=0.24"))[0].figure == 0.25


def test_a_figure_that_is_not_known_does_not_hold() -> None:
    run = statistics([made(None, dimensions=(), trial=trial) for trial in range(2)])
    found = breaches(run, limits_of("total=0,invented_fact=1,empathy=0"))
    assert [each.figure for each in found] == [None, None, None]
    assert breach_in_words(found[0]) == "script: total is not known (no call was scored), and must be at least 0"


def test_a_caller_who_was_never_reached_has_kept_no_rule() -> None:
    silent = {"dimensions": (("empathy", None),), "steps": ((1, "unscored", None),), "ended_by": "error"}
    run = statistics([made(None, trial=trial, **silent) for trial in range(2)])
    (found,) = breaches(run, limits_of("invented_fact=0"))
    assert (found.key, found.figure) == ("invented_fact", None)
    (caller,) = run.callers
    assert {(rule.share.n, rule.share.unscored) for rule in caller.rules} == {(0, 2)}


def test_lost_calls_have_limits_of_their_own() -> None:
    cells = [made(trial=0), made(trial=1, valid=False), made(None, trial=2, failed=True), made(trial=3)]
    found = breaches(statistics(cells), limits_of("invalid=0.3,failed=0.2"))
    assert found == (
        Breach(caller="script", key="invalid", figure=1 / 3, limit=0.3, least=False),
        Breach(caller="script", key="failed", figure=0.25, limit=0.2, least=False),
    )
