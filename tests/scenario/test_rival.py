"""Two sentences in the same words with another value: told where they speak of one thing, and only there."""

from __future__ import annotations

import time

import pytest

from kefu.scenario import parse_scenario
from scenario.document import document, read

Told = list[tuple[str, int, str]]


def told(said: str, answer: str, question: str = "怎么回事？") -> Told:
    """What contradicts in a document whose second step says ``said`` and whose last answer is ``answer``."""
    steps = f"1. **问好**\n   - “您好。”\n2. **说事**\n   - “{said}”\n3. **道别**\n   - “再见。”"
    found = read(steps=steps, facts=f"- Q: {question}\n  A: {answer}").findings
    return [(f.code, f.line, f.message) for f in found if "contradict" in f.code]


@pytest.mark.parametrize(
    ("said", "answer", "value", "other", "clause"),
    [
        (
            "营业厅早上9点开到晚上8点半。",
            "营业厅每天早上8点开到晚上7点。",
            "早上9点",
            "早上8点",
            "营业厅早上9点开到晚上8点半",
        ),
        ("换表要交5元手续费，您带零钱。", "换表要交8元手续费。", "5元", "8元", "换表要交5元手续费"),
        ("新表一个半月拿到检定证。", "新表两个月拿到检定证。", "一个半月", "两个月", "新表一个半月拿到检定证"),
        ("逾期没交每天按1角加收。", "逾期没交每天按5角加收。", "1角", "5角", "逾期没交每天按1角加收"),
        ("业务数据会保留30天。", "到期后平台自动保留业务数据45天，之后清掉。", "30天", "45天", "业务数据会保留30天"),
        ("旧表给您留到5月26日。", "最多放一周，旧表留到5月29日为止。", "5月26日", "5月29日", "旧表给您留到5月26日"),
    ],
)
def test_another_value_in_the_same_words(said: str, answer: str, value: str, other: str, clause: str) -> None:
    message = f"“{clause}” is {value} here and {other} in line 22; keep one of them"
    assert told(said, answer) == [("flow_contradicts_fact", 17, message)]


def test_what_a_short_answer_speaks_of_stands_before_it() -> None:
    found = told("给您留到5月26日，过了就给别人。", "后面有人排队，留七天，到5月29日为止。", "能多留几天吗？")
    assert [(code, line) for code, line, _ in found] == [("flow_contradicts_fact", 17)]


def test_two_answers() -> None:
    facts = "- Q: 晚交罚吗？\n  A: 逾期没交按每天1角加收。\n- Q: 拖一天多少？\n  A: 逾期没交每天5角加收。"
    (found,) = [f for f in read(facts=facts).findings if "contradict" in f.code]
    assert (found.code, found.line) == ("contradictory_facts", 25)
    assert found.message == "“逾期没交每天5角加收” is 5角 here and 1角 in line 23; keep one of them"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("营业厅早上9点开到晚上8点半。", "营业厅早上9点到晚上8点半都开着。"),
        ("逾期没交每天按1角加收。", "逾期没交每天按一毛钱加收。"),
        ("换表要停水20分钟。", "换管子要停水两个小时。"),
        ("单人房每晚120元。", "双人房每晚180元。"),
        ("最近一个月您用了几次水？", "最近三个月您报修过吗？"),
        ("检定费原价60元。", "检定费现在45元。"),
        ("会员检定费45元。", "检定费60元。"),
        ("3个月付90元。", "12个月付300元。"),
        ("码头路12号先换。", "码头路28号后换。"),
        ("拆下来两块表板要带走。", "表板20块一片。"),
        ("周三之前报名。", "周五之后报名。"),
        ("换表20分钟，换管子40分钟。", "换表20分钟。"),
        ("上次换表花了30元。", "这次换表花不了10元。"),
        ("您可以登记两次。", "您可以登记两户。"),
    ],
)
def test_other_things_and_the_same_value_are_left_alone(said: str, answer: str) -> None:
    assert told(said, answer) == []


def test_what_is_said_under_a_condition_may_differ() -> None:
    steps = "1. **甲**\n   - 如客户加急：“加急换表要交20元手续费。”\n2. **乙**\n   - “换表要交5元手续费。”"
    assert [f for f in read(steps=steps).findings if "contradict" in f.code] == []


def test_no_shared_and_no_own_document_contradicts_itself(
    own_documents: dict[str, str], shared_documents: dict[str, str]
) -> None:
    found = {
        name: [f.message for f in parse_scenario(text).findings if "contradict" in f.code]
        for name, text in {**own_documents, **shared_documents}.items()
    }
    assert {name: messages for name, messages in found.items() if messages} == {}


def test_many_values_take_no_longer_than_their_number() -> None:
    facts = "\n".join(f"- Q: 第{n}项怎么收？\n  A: 换表要交{n}元手续费，逾期{n}天加收。" for n in range(3000))
    started = time.process_time()
    parse_scenario(document(facts=facts))
    assert time.process_time() - started < 5
