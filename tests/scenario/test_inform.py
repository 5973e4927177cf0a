"""An embedding model is asked beforehand, once for each text, and understanding looks its answers up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from kefu.llm.chat import ChatFailed, FailureReason
from kefu.scenario.inform import Embedder, inform, step_texts
from kefu.scenario.parse import parse_scenario
from kefu.scenario.understand import Understanding

TEXT = """## 电话拨打方
### 分步流程和话术
1. 约量尺
   - “您好，约您上门量窗户，哪天方便？”
2. 讲安装
   - “下单之后十二天左右装好。”
### 知识库
- 问：量尺要不要钱？
  答：量尺免费，不做也不收。
- 问：多久能装好？
  答：下单后十二天左右安装。
"""


class Asked:
    """An embedding model that knows two topics by their characters, and what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.texts += texts
        return [(sum(map(text.count, "量尺卷")) + 0.1, sum(map(text.count, "装挂天")) + 0.1) for text in texts]


def test_own_texts_and_what_was_said_are_asked_for_once() -> None:
    scenario, model = parse_scenario(TEXT), Asked()
    embedder = Embedder(name="small", embed=model.embed)
    assert scenario.caller.facts
    asyncio.run(inform(scenario, ["拿卷尺来咋算？", " "], embedder))
    asyncio.run(inform(scenario, ["拿卷尺来咋算？", "几时挂？"], embedder))
    assert len(model.texts) == len(set(model.texts))
    assert "几时挂？" in model.texts
    assert " " not in model.texts
    assert {fact.question for fact in scenario.caller.facts} <= set(model.texts)
    assert {text for texts in step_texts(scenario) for text in texts} <= set(model.texts)
    assert Understanding.of(scenario).vectors.source == "small"


def test_understanding_is_helped_by_them() -> None:
    text = "师傅拿卷尺来咋算呀？"
    plain, informed = parse_scenario(TEXT), parse_scenario(TEXT)
    asyncio.run(inform(informed, [text], Embedder(name="small", embed=Asked().embed)))
    before, after = Understanding.of(plain).facts.match(text), Understanding.of(informed).facts.match(text)
    assert after.likeliest == 1
    assert after.shares[0] > before.shares[0]


def test_what_the_model_raises_is_raised() -> None:
    async def fail(_texts: Sequence[str]) -> list[tuple[float, ...]]:
        raise ChatFailed("nothing came", reason=FailureReason.TIMEOUT)

    scenario = parse_scenario(TEXT)
    with pytest.raises(ChatFailed):
        asyncio.run(inform(scenario, ["几时挂？"], Embedder(name="small", embed=fail)))
    assert not Understanding.of(scenario).vectors
