"""Holes are filled from what is known, or spoken around; they are never read aloud."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.placeholders import Filling
from kefu.scenario.model import Caller, Item, Placeholder, Scenario
from kefu.scenario.placeholder import find_placeholders

_DOCUMENT = Scenario(placeholders=(Placeholder(text="×"),))


@pytest.mark.parametrize(
    ("line", "known", "spoken"),
    [
        ("您的订单[单号XXXX]已经发出。", {"单号": "A77"}, "您的订单A77已经发出。"),
        ("您的订单[单号XXXX]已经发出。", {"[单号XXXX]": "B1"}, "您的订单B1已经发出。"),
        ("您的订单{{order_id}}已经发出。", {"order": "C2"}, "您的订单C2已经发出。"),
        ("请在×月×日前来一趟。", {"日期": "5月2日"}, "请在5月2日前来一趟。"),
        ("本期应还×××元。", {"金额": "80元"}, "本期应还80元。"),
        ("XX先生您好，跟您说件事。", {"姓名": "方远"}, "方远先生您好，跟您说件事。"),
    ],
)
def test_what_is_known_fills_the_hole(line: str, known: dict[str, str], spoken: str) -> None:
    assert Filling(_DOCUMENT, known).apply(line) == spoken


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("您的订单[单号XXXX]已经发出。", "您的订单已经发出。"),
        ("货现在在[分拣中心名称]，明天送。", "货现在在分拣中心，明天送。"),
        ("晚到是因为[大雪/封路]，请您谅解。", "晚到是因为大雪或封路，请您谅解。"),
        ("请问是[客户姓名]女士吗？", "请问是您本人接听吗？"),
        ("逾期会产生XX元利息，请留意。", "逾期会产生相应的利息，请留意。"),
        ("我们会在XX小时内回复您。", "我们会尽快回复您。"),
        ("您好，我是××平台的小周。", "您好，我是平台的小周。"),
        ("共XX件，都在仓库。", "都在仓库。"),
        ("您尾号XXXX的卡还能用。", "您的卡还能用。"),
    ],
)
def test_an_unfilled_hole_is_spoken_around(line: str, spoken: str) -> None:
    assert Filling(_DOCUMENT, {}).apply(line) == spoken


def test_what_is_known_of_the_customer_replaces_the_document() -> None:
    caller = Caller(
        profile=(Item(text="姓名：方远"), Item(text="会员等级：银卡")),
        openings=(Item(text="您好，请问是方远先生吗？"),),
    )
    filling = Filling(Scenario(caller=caller), {"姓名": "杜若", "会员等级": "金卡"})
    assert filling.apply("方远先生，您是银卡会员。") == "杜若先生，您是金卡会员。"


def test_the_opening_tells_the_name_where_the_profile_does_not() -> None:
    caller = Caller(openings=(Item(text="您好，请问是方远先生吗？"),))
    assert Filling(Scenario(caller=caller), {"姓名": "杜若"}).apply("方远先生您好。") == "杜若先生您好。"


@pytest.mark.parametrize("line", ["7×24小时都有人接。", "屏幕是1920x1080的。", "【温馨提示】请带好证件。"])
def test_what_only_looks_like_a_hole_stays(line: str) -> None:
    assert Filling(_DOCUMENT, {}).apply(line) == line


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["您的", "×月×日", "XX元", "[姓名]", "，", "。", "订单", "${name}", "先生", "在", "____"]),
        max_size=14,
    )
)
def test_no_hole_is_ever_spoken(parts: list[str]) -> None:
    assert not find_placeholders(Filling(_DOCUMENT, {}).apply("".join(parts)))
