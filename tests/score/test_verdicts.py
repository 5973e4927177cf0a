"""Verdicts that somebody who listened to the call would give: kinds of callers, not wordings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from kefu.call.call import Call
from kefu.scenario import Scenario, parse_scenario
from kefu.score import Scorecard, score_call
from kefu.score.verdict import Rule, StepStatus
from score.talks import document, talk

EXAMPLES = Path(__file__).parents[2] / "examples"
MET, PARTIAL, MISSED, NONE = StepStatus.MET, StepStatus.PARTIAL, StepStatus.MISSED, StepStatus.NOT_APPLICABLE


@cache
def example(name: str) -> Scenario:
    return parse_scenario((EXAMPLES / f"{name}.md").read_text(encoding="utf-8"), id=name)


def judged(scenario: Scenario, call: Call) -> Scorecard:
    return score_call(scenario, call)


def lines(*texts: str) -> Call:
    """A call whose turns alternate, the caller first."""
    return talk(*(("坐席：", "客户：")[number % 2] + text for number, text in enumerate(texts)))


STOCK = (
    "您好，请问现在方便说两句吗？我这边做个简短的回访。",
    "最近使用下来，有没有遇到什么不方便的地方？",
    "好的，您说的我记下来了。还有别的需要我们改进的吗？",
    "好的，打扰您了，祝您生活愉快，再见。",
)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("care", ("方便，你说吧。", "就是眼睛有点涩，像进了沙子，要紧不？", "没别的了。", "哦，那好吧，再见。")),
        ("research", ("你说，快点。", "跳枪呗，充到一半就停。", "没了。", "行，挂了。")),
    ],
)
def test_stock_lines_for_a_willing_customer_do_no_step_and_excuse_none(name: str, answers: tuple[str, ...]) -> None:
    call = lines(*(text for pair in zip(STOCK, answers, strict=True) for text in pair))
    card = judged(example(name), call)

    later = [step.status for step in card.steps[2:]]
    assert set(later) == {MISSED}
    assert MET not in [step.status for step in card.steps]
    assert card.totals.total is not None
    assert card.totals.total < 0.4
    assert [v.turn for v in card.violations if v.rule is Rule.PREMATURE_CLOSE] == [6]


@pytest.mark.parametrize("answer", ["再见。", "好，拜拜。", "行，那我挂了。", "嗯嗯，再见啊。"])
def test_an_answering_farewell_releases_nobody(answer: str) -> None:
    opening = "您好，请问是贺知远先生吗？我是栖原光电的陆雅宁，想邀请您来面试镀膜工艺工程师，方便吗？"
    call = lines(opening, "方便，什么时候面？", "具体的您自己看官网吧，再见。", answer)
    card = judged(example("human_resources"), call)

    assert {step.status for step in card.steps[2:7]} == {MISSED}
    assert Rule.PREMATURE_CLOSE in {v.rule for v in card.violations}


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "research",
            (
                "您好，是邵立军邵师傅吗？我是闻溪调研的罗一宁，受驰安充电委托做个满意度调查，五道题。您现在没在开车吧？",
                "我正开着车呢，明天上午十点以后吧。",
                "好，您专心开车，我明天上午十点以后再打给您，再见。",
                "行。",
            ),
        ),
        (
            "finance",
            (
                "您好，请问是范建军范先生本人吗？您现在方便说一分钟吗？",
                "他不在，我是他爱人，有什么事？",
                "那就不多说了，麻烦您转告范先生，有空拨一下他银行卡背面的客服电话，打扰了，再见。",
                "行。",
            ),
        ),
        (
            "human_resources",
            (
                "您好，请问是贺知远先生吗？我是栖原光电人力资源部的陆雅宁，大约五分钟，现在说话方便吗？",
                "不好意思，我已经去别家上班了，不考虑了。",
                "恭喜您，那就不打扰您了，祝您工作顺利，再见。",
                "再见。",
            ),
        ),
    ],
)
def test_what_a_call_rightly_ended_never_reached_does_not_count(name: str, texts: tuple[str, ...]) -> None:
    card = judged(example(name), lines(*texts))

    assert {step.status for step in card.steps[3:7]} == {NONE}
    assert card.totals.task_flow is not None
    assert card.totals.task_flow >= 0.9
    assert Rule.PREMATURE_CLOSE not in {v.rule for v in card.violations}


def test_an_end_condition_of_the_document_releases_too() -> None:
    call = lines(
        "您好，请问是冯桂珍阿姨吗？我是澄湖眼科医院的护士苏晓棠，您上周做了右眼手术，想问问恢复得怎么样，方便吗？",
        "方便的，是我。",
        "右眼看东西比手术前清楚些了吗？有没有哪里不舒服？",
        "不行，今天早上突然看不清了，还一直胀痛。",
        "这种情况要让医生当面看一下，请您今天就来医院急诊，24小时都有医生，路上别自己开车，也别揉眼睛。",
        "好，我马上让老伴陪我去。",
        "好的，那您赶紧来，路上慢点，再见。",
        "嗯，再见。",
    )
    card = judged(example("care"), call)

    assert [step.status for step in card.steps[3:6]] == [NONE] * 3
    assert Rule.PREMATURE_CLOSE not in {v.rule for v in card.violations}


def test_what_the_document_leads_past_is_not_missed() -> None:
    call = lines(
        "邹阿姨您好，我是澜野厨卫售后的何晓棠，冯师傅到您家修过热水器，想问问您现在用着怎么样，耽误您两三分钟可以吗？",
        "可以，你说。",
        "这几天洗澡，中途还会不会自己熄火？",
        "一切正常，没再灭过。",
        "那就好，再用一阵。万一再熄火，先关水龙头，等五分钟再开；闻到煤气味就关阀门、开窗，到屋外给燃气公司打电话。",
        "晓得了。",
        "我跟您对一遍：机器正常，有事打400-000-5827，报工单尾号3862就行。不打扰您了，再见。",
        "好，再见。",
    )
    card = judged(example("customer_service"), call)

    assert {step.status for step in card.steps[3:6]} == {NONE}
    assert card.steps[6].status is MET


PLEASANT = (
    "喂，您好，是范师傅本人不？您这会儿要是在开车，我等您停好了再说。",
    "是我，停着呢，说。",
    "我是澜桥银行安全中心的小卓，密码验证码我一概不问，也不叫您转钱，不信您挂了打卡背后那个400-555-0162。",
    "嗯，说事。",
    "您6072那张卡，七月十四号后半夜两点多，让一个叫星屿数娱的扣了三回，一回19块9，总共59块7。",
    "我没买过这玩意儿。",
    "您家里人拿您手机点的可能有没有？",
    "没有，就我自己用手机。",
    "那我给您记成争议，十个工作日出结果，再免费换张卡；追不追得回来得看核查。线上支付先停着，收车费、取钱都不耽误。",
    "行吧，收钱不耽误就行。",
    "有了信儿是给您发短信还是打电话？短信里不会带链接，让您点链接的甭理。",
    "短信吧。",
    "好，跟您捋一遍：三笔按不是您本人记，结果短信告诉您，21号前您随时能来处理。还有啥想问的？",
    "没了。",
    "那不耽误您跑车了，路上慢点，再见。",
    "再见。",
)


def test_a_kind_caller_in_words_of_its_own_gets_full_marks_with_the_words_that_do_it() -> None:
    card = judged(example("finance"), lines(*PLEASANT))

    assert [step.status for step in card.steps] == [MET] * 8
    quotes = {step.number: step.quote for step in card.steps}
    assert "星屿数娱" in quotes[3]
    assert quotes[4].endswith("？")
    assert quotes[7].endswith("？")
    assert all("小卓" not in quotes[number] for number in range(3, 9))


def _told(price: str) -> Call:
    return lines(
        "您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访，两分钟，不推销。",
        "是我，说吧。",
        "3月8日阿姨打扫得怎么样，您满意吗？有没有哪里没弄干净？",
        "都挺好。",
        f"以后您再约深度保洁是每次{price}，四个小时。",
        "知道了。",
        "感谢您的反馈，有事打400-600-7321，祝您生活愉快，再见。",
        "再见。",
    )


def test_a_wrong_value_never_fully_does_a_step_and_is_not_its_proof() -> None:
    right, wrong = (judged(document(), _told(price)).steps[4] for price in ("260元", "390元"))

    assert right.status is MET
    assert "260元" in right.quote
    assert wrong.status is not MET
    assert "390元" not in wrong.quote
    assert wrong.reason == "told otherwise than the document has it: 390元"


@pytest.mark.parametrize("price", ["二百六", "260块", "两百六十元"])
def test_the_right_value_counts_however_it_is_said(price: str) -> None:
    assert judged(document(), _told(price)).steps[4].status is MET


def test_who_is_calling_proves_no_later_step() -> None:
    for name in ("care", "finance", "research", "sales", "human_resources"):
        scenario = example(name)
        opening = scenario.caller.openings[0].text
        card = judged(
            scenario, lines(opening, "是我，什么事？", "您别急。", "到底什么事啊？", "就这样吧，再见。", "喂？")
        )
        assert not {step.status for step in card.steps[3:-1]} & {MET, PARTIAL}, name
