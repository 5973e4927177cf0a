"""A judge is compared with people label by label; what it left unscored is compared with nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kefu.call.call import Call
from kefu.scenario import Scenario
from kefu.score.calibrate import Agreement, agreement_table, agreement_to_json, calibrate
from kefu.score.labelled import LabelledCall, LabelledUtterance
from kefu.score.verdict import Rule, Scorecard, Severity, StepStatus, Totals, Violation
from score.talks import FLAWED, GOOD, REFUSED, card, document


def labelled(call: Call, kind: str, **labels: object) -> LabelledCall:
    judged = card(call)
    return LabelledCall(
        doc="cleaning",
        kind=kind,
        call=call,
        acts={},
        **{
            "steps": {step.number: step.status.value for step in judged.steps},
            "violations": frozenset((v.rule.value, v.turn) for v in judged.violations),
            "task_flow": judged.totals.task_flow,
            "interaction": judged.totals.interaction,
            **labels,
        },  # pyright: ignore[reportArgumentType]
    )


def agreement(calls: list[LabelledCall], judge: object = None) -> Agreement:
    def rules(_scenario: Scenario, call: Call) -> Scorecard:
        return card(call)

    return calibrate(calls, {"cleaning": document()}, judge or rules)  # pyright: ignore[reportArgumentType]


def test_a_judge_that_says_what_people_say_agrees_wholly() -> None:
    result = agreement([labelled(GOOD, "good"), labelled(FLAWED, "flawed"), labelled(REFUSED, "good")])

    assert result.calls == 3
    assert result.step_macro_f1.value == 1
    assert result.step_accuracy.value == 1
    assert result.violation_f1.value == 1
    assert result.rank_correlation.value == pytest.approx(1)
    assert result.good_over_flawed.value == 1
    assert result.total_error.value == pytest.approx(0, abs=1e-9)


def test_the_same_rule_in_another_turn_is_a_miss_and_a_false_alarm() -> None:
    first = labelled(FLAWED, "flawed", violations=frozenset({("rude_tone", 0)}))

    result = agreement([first])

    assert result.violations["rude_tone"].hits == 0
    assert result.violations["rude_tone"].missed == 1
    assert result.violations["rude_tone"].false == 2


def test_met_and_partial_are_one_of_three_classes_and_two_of_four() -> None:
    steps = {step.number: step.status.value for step in card(GOOD).steps}
    steps[1] = "partial"

    result = agreement([labelled(GOOD, "good", steps=steps)])

    assert result.step_macro_f1.value == 1
    assert result.step_accuracy.value == pytest.approx(5 / 6)


def test_unscored_is_counted_and_compared_with_nothing() -> None:
    def silent(_scenario: Scenario, call: Call) -> Scorecard:
        judged = card(call)
        steps = tuple(replace(step, status=StepStatus.UNSCORED, score=None) for step in judged.steps)
        return replace(judged, steps=steps, totals=Totals(task_flow=None, interaction=None, total=None, uncapped=None))

    result = agreement([labelled(GOOD, "good"), labelled(FLAWED, "flawed")], silent)

    assert result.unscored == 2
    assert result.step_macro_f1.value is None
    assert result.rank_correlation.value is None
    assert result.good_over_flawed.value is None


def test_a_rule_that_people_never_label_is_no_false_alarm() -> None:
    def accusing(_scenario: Scenario, call: Call) -> Scorecard:
        found = Violation(rule=Rule.DISCLOSED_TO_STRANGER, turn=0, quote="喂", severity=Severity.CRITICAL)
        return replace(card(call), violations=(found,))

    result = agreement([labelled(GOOD, "good")], accusing)

    assert result.violation_micro.false == 0


def test_good_must_be_above_flawed_within_a_document() -> None:
    result = agreement([labelled(GOOD, "flawed"), labelled(FLAWED, "good")])

    assert result.good_over_flawed.value == 0


def test_documents_without_a_scenario_are_passed_over() -> None:
    other = replace(labelled(GOOD, "good"), doc="elsewhere")

    assert agreement([other]).calls == 0


def test_utterances_add_to_the_acts() -> None:
    utterance = LabelledUtterance(
        doc="cleaning", caller="您好，是段女士吗？", text="打错了，我不是，你找错人了", acts=frozenset({"deny"})
    )

    result = calibrate([utterance], {"cleaning": document()}, lambda _scenario, call: card(call))

    assert result.acts["deny"].hits == 1


def test_questions_make_the_facts_the_right_one_or_rightly_none() -> None:
    asked = [
        LabelledUtterance(doc="cleaning", caller="", text="补做要再收钱吗？", fact=1),
        LabelledUtterance(doc="cleaning", caller="", text="今天天气怎么样？", fact=0),
        LabelledUtterance(doc="cleaning", caller="", text="今天天气怎么样？", fact=2),
    ]

    result = calibrate(asked, {"cleaning": document()}, lambda _document, call: card(call))

    assert result.fact_accuracy.value == pytest.approx(2 / 3)
    assert (result.facts["fact"].hits, result.facts["fact"].missed, result.facts["none"].hits) == (1, 1, 1)


def test_it_reads_as_a_table_and_as_json() -> None:
    result = agreement([labelled(GOOD, "good"), labelled(FLAWED, "flawed")])

    table, data = agreement_table(result), agreement_to_json(result)

    assert table.startswith("2 calls of 1 documents, 0 unscored")
    assert "asked_for_secret" in table
    assert data["violations"]["asked_for_secret"]["precision"] == 1
    assert data["step_macro_f1"] == {"value": 1, "low": None, "high": None}
