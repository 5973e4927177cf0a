"""Acts are read in the light of the caller's line before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

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


@pytest.mark.parametrize(
    ("caller", "text", "acts"),
    [
        ("您现在方便说话吗？", "方便，你说吧。", {Act.CONFIRM, Act.ACCEPT}),
        ("请问是田女士吗？社区医院的，想做个回访。", "谁啊？什么回访？", {Act.ASK}),
        ("这一项您给几分？", "八分，刚不是说过了吗？", {Act.COMPLAIN, Act.INFORM}),
        ("那我再介绍一下别的活动。", "说了不要，听不懂啊？", {Act.COMPLAIN, Act.REFUSE}),
        ("还有别的要补充的吗？", "没了，先这样，领导喊我开会。", {Act.SATISFIED, Act.BUSY, Act.BYE}),
        ("师傅上门了没有？", "没有，我等了一整天，也没人来个电话。", {Act.INFORM, Act.COMPLAIN}),
        ("我们会尽快给您处理的。", "上回也这么说，等了一个月都没动静，谁信啊。", {Act.DOUBT, Act.COMPLAIN}),
    ],
)  # fmt: skip
def test_conventions_of_calls(caller: str, text: str, acts: set[Act]) -> None:
    assert acts <= set(read_acts(text, caller))


def test_asking_who_calls_confirms_nothing() -> None:
    assert Act.CONFIRM not in read_acts("谁啊？什么事，快说。", "您好，请问是田先生吗？我是水务公司的。")


def test_the_line_before_decides_what_a_no_means() -> None:
    assert Act.SATISFIED in read_acts("没了", "请问还有什么要帮您的吗？")
    assert Act.SATISFIED not in read_acts("没有", "请问货收到了没有？")


def test_listed_utterances_of_others_are_heard(shared: Path) -> None:
    listed = [item for record in _records([shared / "gold" / "understanding.jsonl"]) for item in record["acts"]]
    _assert_heard((item["caller"], item["text"], item["acts"]) for item in listed)


def test_calls_of_others_are_heard(shared: Path) -> None:
    _assert_heard(_spoken(_records(sorted((shared / "gold").glob("transcripts-*.jsonl")))))


def _records(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        yield from map(json.loads, file.read_text(encoding="utf-8").splitlines())


def _spoken(calls: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, list[str]]]:
    for call in calls:
        turns = call["turns"]
        for number, acts in ((int(key), acts) for key, acts in call["acts"].items() if acts):
            before = turns[number - 1]["text"] if number and turns[number - 1]["speaker"] == "caller" else ""
            yield before, turns[number]["text"], acts


def _assert_heard(utterances: Iterable[tuple[str, str, list[str]]]) -> None:
    """The micro-F1 that is promised, and no act left behind."""
    hits, heard, held = Counter[str](), Counter[str](), Counter[str]()
    for caller, text, labels in utterances:
        found = set(read_acts(text, caller))
        hits.update(found & set(labels))
        heard.update(found)
        held.update(labels)
    assert 2 * hits.total() / (heard.total() + held.total()) >= 0.74
    assert {act: hits[act] for act in Act if 2 * hits[act] < 0.45 * (heard[act] + held[act])} == {}
