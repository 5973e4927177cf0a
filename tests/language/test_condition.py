"""Conditions of branches: behaviours, matters, numbers, quoted examples, negation, end conditions, hostile input."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.language.acts import Act, read_acts
from kefu.language.condition import Condition, ConditionKind


def holds(condition: str, text: str, line: str = "") -> bool:
    return Condition.of(condition).holds(text, read_acts(text, line), line) >= 0.5


@pytest.mark.parametrize(
    ("condition", "acts"),
    [
        ("客户犹豫", {Act.HESITATE}),
        ("如客户说没时间", {Act.BUSY}),
        ("碰到对方回绝或要挂断", {Act.REFUSE, Act.BYE}),
        ("如果客户显得疑惑或戒备", {Act.DOUBT, Act.ASK}),
        ("客户确认本人", {Act.CONFIRM}),
        ("若非本人接听", {Act.DENY}),
        ("如接听的是别人", {Act.DENY}),
        ("如无异议", {Act.SATISFIED}),
        ("若很不赞成", {Act.REFUSE}),
        ("客户没有听清", {Act.UNCLEAR}),
        ("客户不耐烦时", {Act.IMPATIENT}),
        ("客户不愿接受随访", {Act.REFUSE}),
        ("没有别的不满", {Act.SATISFIED}),
    ],
)
def test_words_on_behaviour_come_down_to_acts(condition: str, acts: set[Act]) -> None:
    assert Condition.of(condition).acts == acts


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("如客户回答“说不好”、“马马虎虎”", ConditionKind.EXAMPLE),
        ("如客户打六分及以下", ConditionKind.NUMBER),
        ("若客户选邮寄", ConditionKind.TOPIC),
        ("如客户拒绝", ConditionKind.ACT),
        ("六个问题问完", ConditionKind.DONE),
        ("信号中断", ConditionKind.SITUATION),
    ],
)
def test_a_condition_knows_what_it_is_about(condition: str, kind: ConditionKind) -> None:
    assert Condition.of(condition).kind is kind


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("若客户拒绝", "不需要，别再跟我说了", "可以，你安排吧"),
        ("客户犹豫", "我再想想吧，定不下来", "行，就周六"),
        ("如客户同意", "可以，就这么办", "不行，我不弄"),
        ("若对方表示正在开会", "我在开会，等会儿", "方便，你讲"),
        ("如客户怀疑是骗子", "你不会是骗子吧，我不信", "好的，几点来"),
        ("如客户询问费用", "这个要收多少钱啊", "几点能到"),
        ("针对担心隐私的", "我的资料会不会被你们泄露出去", "几点来都行"),
        ("如对方要求发邮件", "你发到我邮箱吧", "你几点下班"),
        ("如客户要求不再来电", "往后甭再打来了", "您几点打都行"),
        ("客户没听清", "啊？没听清，再说一遍", "听清了，可以"),
    ],
)
def test_a_condition_holds_for_one_and_not_for_the_other(condition: str, yes: str, no: str) -> None:
    assert holds(condition, yes)
    assert not holds(condition, no)


def test_the_acts_that_were_read_decide() -> None:
    condition = Condition.of("若客户拒绝")
    assert condition.holds("嗯", {Act.REFUSE}) > condition.holds("嗯", {Act.ACCEPT})


def test_quoted_words_are_examples_in_any_wording() -> None:
    condition = "如果客户说“忘了”、“记不得了”"
    assert holds(condition, "记不清了，真忘了", "是哪天买的？")
    assert not holds(condition, "是哪家公司的电话？", "是哪天买的？")


@pytest.mark.parametrize(
    ("condition", "text", "held"),
    [
        ("如客户打六分及以下", "五分吧", True),
        ("如客户打六分及以下", "我给九分", False),
        ("如客户打九分或十分", "十分", True),
        ("如客户打九分或十分", "8分", False),
        ("如每月少于三次", "就两次", True),
        ("如每月少于三次", "五六次", False),
        ("如客户年满六十岁", "六十五了", True),
        ("如客户年满六十岁", "没有呢", False),
    ],
)
def test_numbers_are_compared(condition: str, text: str, held: bool) -> None:
    assert holds(condition, text) is held


def test_that_something_was_finished_is_never_held_by_an_utterance_alone() -> None:
    assert 0 < Condition.of("六个问题问完").holds("好的，没别的了", {Act.ACCEPT}) < 0.5


def test_what_the_caller_does_then_is_no_part_of_the_condition() -> None:
    assert Condition.of("若客户拒绝，专员礼貌结束通话").acts == {Act.REFUSE}


def test_a_condition_of_nothing_never_holds() -> None:
    for text in ("", "  ", "如果客户"):
        assert Condition.of(text).holds("好的", {Act.ACCEPT}) < 0.5


@settings(max_examples=80, deadline=None)
@given(condition=st.text(max_size=80), text=st.text(max_size=80), line=st.text(max_size=40))
def test_any_text_is_taken(condition: str, text: str, line: str) -> None:
    assert 0 <= Condition.of(condition).holds(text, read_acts(text, line), line) <= 1


def test_a_hostile_condition_is_bounded() -> None:
    started = time.process_time()
    Condition.of("如客户说“" * 30_000).holds("不" * 50_000, {Act.REFUSE}, "嗯" * 50_000)
    assert time.process_time() - started < 1
