"""Steps are told by what they are for, whatever the words."""

from __future__ import annotations

from kefu.scenario import parse_scenario
from kefu.score import score_call
from kefu.score.flow import task_flow
from kefu.score.verdict import StepStatus, StepVerdict
from score.talks import DOCUMENT, FLAWED, GOOD, REFUSED, card, document, talk


def statuses(*, of: object) -> list[str]:
    return [step.status.value for step in card(of).steps]  # pyright: ignore[reportArgumentType]


def test_a_caller_that_does_every_step_in_its_own_words_gets_all_of_them() -> None:
    assert statuses(of=GOOD) == ["met"] * 6


def test_a_done_step_names_its_turn_and_words() -> None:
    offered = card(GOOD).steps[3]

    assert 4 in offered.turns
    assert offered.quote in GOOD.turns[offered.turns[-1]].text


def test_steps_that_a_rightly_ended_call_never_reached_do_not_count() -> None:
    judged = card(REFUSED)

    assert [judged.steps[2].status, judged.steps[4].status] == [StepStatus.NOT_APPLICABLE] * 2
    assert judged.totals.task_flow is not None
    assert judged.totals.task_flow > 0.8


def test_steps_that_the_caller_never_came_to_are_missed() -> None:
    judged = card(FLAWED)

    assert {step.status for step in judged.steps[2:]} == {StepStatus.MISSED}
    assert all(step.quote == "" and step.turns == () and step.score == 0 for step in judged.steps[2:])


def test_a_caller_that_gives_up_without_a_reason_misses_the_rest() -> None:
    given_up = talk(
        "坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访，两分钟就好。",
        "客户：是我，你说吧，正好油烟机的事要跟你讲。",
        "坐席：那您先忙，我就不多问了，再见。",
        "客户：哎？我还没说完呢！",
    )

    judged = card(given_up)

    assert judged.steps[3].status is StepStatus.MISSED
    assert judged.steps[4].status is StepStatus.MISSED


def test_the_score_is_the_weighted_mean_of_what_counts() -> None:
    def step(number: int, status: StepStatus, score: float | None, weight: float = 1.0) -> StepVerdict:
        return StepVerdict(number=number, status=status, score=score, weight=weight)

    steps = (
        step(1, StepStatus.MET, 1.0, 2.0),
        step(2, StepStatus.PARTIAL, 0.5),
        step(3, StepStatus.MISSED, 0.0),
        step(4, StepStatus.NOT_APPLICABLE, None),
        step(5, StepStatus.UNSCORED, None),
    )

    assert task_flow(steps) == 2.5 / 4
    assert task_flow(()) is None


def test_a_document_without_steps_has_no_task_flow_and_says_why() -> None:
    flowless = DOCUMENT.split("### 分步流程")[0] + "### 开场白\n“您好。”\n\n## 电话接听方\n\n### 角色\n某客户\n"

    judged = score_call(parse_scenario(flowless, id="flowless"), GOOD)

    assert judged.totals.task_flow is None
    assert judged.totals.total is None
    assert ("task_flow", "the document has no step") in [(u.check, u.reason) for u in judged.unscored]


def test_a_step_weighs_what_the_profile_of_its_domain_says() -> None:
    weights = {step.number: step.weight for step in card(GOOD).steps}

    assert document().domain is not None
    assert weights[2] == 1.0
    assert weights[4] > 1.0
