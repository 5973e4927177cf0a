"""Acts are read in the light of the caller's line before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.language.acts import Act, act_scores, read_acts


@pytest.mark.parametrize(
    ("caller", "text", "act"),
    [
        ("请问您是周敏女士吗？", "嗯，是我。", Act.CONFIRM),
        ("请问是周敏吗？", "打错了，我不姓周。", Act.DENY),
        ("那我给您约在周六上午，可以吗？", "行，就这么办。", Act.ACCEPT),
        ("我们有个活动想给您介绍一下。", "不需要，别再打了。", Act.REFUSE),
        ("您现在方便聊两句吗？", "我在开会，晚点再说。", Act.BUSY),
        ("退款已经提交了。", "那几天能到账啊？", Act.ASK),
        ("我是平台客服，来核实一下订单。", "谁知道你是不是骗子。", Act.DOUBT),
        ("您看要不要续一年？", "再说吧，我还没想好。", Act.HESITATE),
        ("安装之后用着怎么样？", "别提了，装完第二天就漏水。", Act.COMPLAIN),
        ("这次送货您还满意吗？", "都挺好的，没什么问题。", Act.SATISFIED),
        ("我再跟您核对几个信息。", "快点行不行，说重点。", Act.IMPATIENT),
        ("您刚才说的是哪一台？", "喂？听不清，你说什么？", Act.UNCLEAR),
        ("那就不打扰您了，再见。", "好，拜拜。", Act.BYE),
    ],
)  # fmt: skip
def test_plain_cases(caller: str, text: str, act: Act) -> None:
    assert act in read_acts(text, caller)


def test_a_bare_yes_is_read_by_what_was_asked() -> None:
    assert Act.CONFIRM in read_acts("嗯", "请问您是周敏女士吗？")
    assert Act.CONFIRM not in read_acts("嗯", "我们这次活动满三百减五十，还送一年的延保，您看看。")


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_text_does_something(text: str, caller: str) -> None:
    acts = read_acts(text, caller)
    assert acts
    assert list(acts) == sorted(acts, key=list(Act).index)
    assert all(0 <= score <= 1 for score in act_scores(text, caller).values())
