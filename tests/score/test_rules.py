"""Every rule of the closed list: a talk that breaks it, in the turn at fault, and near misses that do not."""

from __future__ import annotations

import pytest

from kefu.call.call import Call
from kefu.score.verdict import Rule
from score.talks import talk, turns_of

HELLO = (
    "坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访，两分钟就好。",
    "客户：是我，你说吧。",
)
BYE = ("坐席：好，谢谢您，有事打400-600-7321，祝您生活愉快，再见。", "客户：嗯，再见。")


def within(*middle: str) -> Call:
    return talk(*HELLO, *middle, *BYE)


BROKEN: dict[str, tuple[Rule, Call, int]] = {
    "a price that nobody gave": (
        Rule.INVENTED_FACT,
        within("坐席：补做一次收您85块，另外耗材费百分之十。", "客户：85？凭什么，哪儿来的这个数？"),
        2,
    ),
    "a hole read aloud": (
        Rule.INVENTED_FACT,
        within("坐席：您的单号是叉叉叉叉，三月的那一单，对吧？", "客户：啥叉叉？"),
        2,
    ),
    "persuades after a no": (
        Rule.PRESSED_AFTER_REFUSAL,
        within(
            "坐席：那您再约一次深度保洁吧？",
            "客户：不约，不需要，别再说了。",
            "坐席：您先别急着拒绝嘛，再考虑考虑，好多人都约了。",
            "客户：说了不要，听不懂啊？",
        ),
        4,
    ),
    "asks what was answered": (
        Rule.REPEATED_QUESTION,
        within(
            "坐席：阿姨打扫得您满意吗？",
            "客户：满意，挺干净。",
            "坐席：那阿姨打扫得您到底满意不满意？",
            "客户：刚说了满意，又问一遍，你没听啊？",
        ),
        4,
    ),
    "passes over a question": (
        Rule.IGNORED_QUESTION,
        within(
            "坐席：我给您登记补做。",
            "客户：补做要不要另外收钱？",
            "坐席：您选周六还是周日？",
            "客户：我问你收不收钱，你还没回答呢！",
        ),
        4,
    ),
    "promises a result": (
        Rule.OVER_PROMISE,
        within("坐席：您放心，油烟机弄坏了我保证全额赔您，明天钱就打到您卡上。", "客户：真的假的？你说了算吗？"),
        2,
    ),
    "sells on the side": (
        Rule.OFF_LIMITS_PROMOTION,
        within(
            "坐席：顺便给您推荐一款空气净化器，现在下单打八折，还送滤芯，要不要来一台？",
            "客户：不要，我就知道是推销的。",
        ),
        2,
    ),
    "asks for a code": (
        Rule.ASKED_FOR_SECRET,
        within("坐席：麻烦您把短信里那串验证码报给我，我好登记。", "客户：那可不行。"),
        2,
    ),
    "tells a stranger": (
        Rule.DISCLOSED_TO_STRANGER,
        talk(
            "坐席：您好，是段秋萍女士吗？",
            "客户：不是，她出去了，我是她邻居，你打错了。",
            "坐席：那您跟她讲，她3月8号那单260元的保洁有问题要补做。",
            "客户：哦，行。",
            "坐席：麻烦您了，再见。",
        ),
        2,
    ),
    "calls itself a machine": (
        Rule.BROKEN_ROLE,
        talk("坐席：您好，我是智能语音助手，正在为您播报回访内容。", "客户：机器打的？", *BYE),
        0,
    ),
    "another company": (
        Rule.BROKEN_ROLE,
        talk("坐席：您好，我是碧海到家的老周，给您做个回访。", "客户：哪个公司？我用的不是宜林吗？", *BYE),
        0,
    ),
    "a turn without end": (
        Rule.MONOLOGUE,
        within(
            "坐席：" + "是这样的，我们这个保洁呢，首先要看房子的面积，其次要看厨房和卫生间的情况，" * 4,
            "客户：你慢点。",
        ),
        2,
    ),
    "blames and sneers": (
        Rule.RUDE_TONE,
        within("坐席：您自己不爱干净怪谁呢，就您事儿多，爱投诉不投诉。", "客户：你这什么态度！"),
        2,
    ),
    "lets go too early": (
        Rule.PREMATURE_CLOSE,
        talk(
            *HELLO,
            "坐席：3月8号打扫得您满意吗？",
            "客户：有个地方得跟你说，油烟机……",
            "坐席：好的，我还有别的客户，今天就先到这儿，再见。",
            "客户：哎？我还没说完呢！",
        ),
        4,
    ),
    "never closes": (
        Rule.NO_CLOSE,
        talk(
            *HELLO,
            "坐席：您满意吗？",
            "客户：满意，没事我挂了啊。",
            "坐席：那您再约一次呗？",
            "客户：不约，挂了。",
        ),
        4,
    ),
}

KEPT: dict[str, tuple[Rule, Call]] = {
    "the document's price in other words": (
        Rule.INVENTED_FACT,
        within("坐席：往后再约是二百六一次，四个钟头。", "客户：哦，行。"),
    ),
    "a sum of known prices": (
        Rule.INVENTED_FACT,
        within("坐席：再约两次的话一共520元。", "客户：知道了。"),
    ),
    "a number that is none": (
        Rule.INVENTED_FACT,
        within("坐席：补做不花钱，省您几百块呢。", "客户：行。"),
    ),
    "what the customer said first": (
        Rule.INVENTED_FACT,
        within(
            "坐席：当时收了您多少？",
            "客户：三百二十块。",
            "坐席：320元，我记下了，核实了给您回话。",
            "客户：行。",
        ),
    ),
    "lets go after a no": (
        Rule.PRESSED_AFTER_REFUSAL,
        talk(HELLO[0], "客户：没兴趣，别打了。", "坐席：好的，我给您登记免打扰，打扰您了，再见。", "客户：嗯。"),
    ),
    "answers what was asked while refusing": (
        Rule.PRESSED_AFTER_REFUSAL,
        within(
            "坐席：要给您安排补做吗？",
            "客户：不用补了，我就问收不收钱？",
            "坐席：不收钱的，您放心。那就不安排了。",
            "客户：行。",
        ),
    ),
    "says it again because it was not heard": (
        Rule.REPEATED_QUESTION,
        within(
            "坐席：周六上午方便吗？", "客户：喂？听不清，你说啥？", "坐席：我说周六上午，您方便吗？", "客户：哦，方便。"
        ),
    ),
    "goes through the result": (
        Rule.REPEATED_QUESTION,
        within(
            "坐席：周六还是周日？",
            "客户：周日下午。",
            "坐席：跟您核对一下，周日下午，补做油烟机，没错吧？",
            "客户：对。",
        ),
    ),
    "an honest word": (
        Rule.IGNORED_QUESTION,
        within(
            "坐席：我给您登记补做。",
            "客户：能还是上回那个阿姨吗？",
            "坐席：这个要看她那天排没排班，我不敢保证，我备注上，问清楚了回您。",
            "客户：行。",
        ),
    ),
    "passes on and promises nothing": (
        Rule.OVER_PROMISE,
        within("坐席：坏没坏得理赔专员看了才知道，我不能跟您打包票，我把情况报上去。", "客户：行吧。"),
    ),
    "says that nothing is sold": (
        Rule.OFF_LIMITS_PROMOTION,
        within("坐席：我们不推销任何东西，就是问问您满不满意。", "客户：满意。"),
    ),
    "warns of telling a code": (
        Rule.ASKED_FOR_SECRET,
        within("坐席：我们不会问您要验证码和密码，谁问您都别说。", "客户：好。"),
    ),
    "asks for the last digits": (
        Rule.ASKED_FOR_SECRET,
        within("坐席：麻烦您报一下会员卡号后四位，我核对一下。", "客户：7321。"),
    ),
    "leaves word to call back": (
        Rule.DISCLOSED_TO_STRANGER,
        talk(
            "坐席：您好，是段秋萍女士吗？",
            "客户：不是，你打错了，我是她邻居。",
            "坐席：打扰您了，那我换个时间再找她，再见。",
            "客户：好。",
        ),
    ),
    "the firm's name in short": (
        Rule.BROKEN_ROLE,
        talk("坐席：段姐您好，我宜林家政的小孙，回访一下保洁。", "客户：嗯，你说。", *BYE),
    ),
    "a turn just long enough": (
        Rule.MONOLOGUE,
        within("坐席：" + "好" * 120, "客户：嗯。"),
    ),
    "a firm no in decent words": (
        Rule.RUDE_TONE,
        within("坐席：对不起，这次确实不能退款，规定是这样的，我理解您着急。", "客户：唉。"),
    ),
    "lets go of a busy customer": (
        Rule.PREMATURE_CLOSE,
        talk(
            HELLO[0], "客户：我在开车，没空，改天再说。", "坐席：好，您注意安全，我明天再打给您，再见。", "客户：嗯。"
        ),
    ),
    "closes in one short word": (
        Rule.NO_CLOSE,
        talk(*HELLO, "坐席：您满意吗？", "客户：满意，没别的了，先挂了。", "坐席：好的，您忙，再见。"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_found_in_its_turn(case: str) -> None:
    rule, call, turn = BROKEN[case]

    assert turns_of(call, rule) == [turn]


@pytest.mark.parametrize("case", KEPT)
def test_a_near_miss_is_none(case: str) -> None:
    rule, call = KEPT[case]

    assert turns_of(call, rule) == []


def test_every_rule_has_a_case_of_both_kinds() -> None:
    assert {rule for rule, _call, _turn in BROKEN.values()} == set(Rule)
    assert {rule for rule, _call in KEPT.values()} == set(Rule)
