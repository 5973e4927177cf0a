"""Which fact is asked for: colloquial questions, none, order, calls, hostile input; what a turn conveys."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.language.match import FactIndex
from kefu.scenario import parse_scenario

FACTS = (
    ("洗一次多少钱？", "挂机一台88元，柜机128元，三台以上打九折。"),
    ("你们几点能到？", "预约当天分上午九点到十二点、下午一点到五点两段，师傅出门前会打电话。"),
    ("药水对小孩有没有害？", "用的是食品级清洁剂，冲洗干净后没有残留。"),
    ("洗坏了怎么办？", "因清洗造成的损坏由我们免费维修，修不好照价赔偿。"),
    ("能不能改约时间？", "可以，提前半天告诉我们，免费改一次。"),
    ("会不会泄露我的住址？", "住址只给当天上门的师傅，做完就从派单里删除。"),
)
INDEX = FactIndex.of(FACTS)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("我家俩挂的，拢共得掏多少啊", 1),
        ("大概上午还是下午来？我好安排", 2),
        ("我闺女才两岁，那玩意儿喷完有没有毒啊", 3),
        ("万一给我弄坏了，算谁的？", 4),
        ("那天要是临时加班，能往后挪一挪不", 5),
        ("我家门牌号你们可别到处给人说", 6),
    ],
)
def test_a_colloquial_question_finds_its_fact(text: str, fact: int) -> None:
    match = INDEX.match(text)
    assert match.fact == fact
    assert match.likeliest == fact
    assert match.runner_up != fact


@pytest.mark.parametrize(
    "text",
    ["嗯，你说，我听着呢", "妈，你把那个碗端进去", "楼下那家面馆今天开没开门", "好的，再见", "", "  ", "……", "？"],
)
def test_what_asks_for_no_fact_gets_none(text: str) -> None:
    assert INDEX.match(text).fact is None


def test_an_answer_to_the_callers_line_asks_for_nothing() -> None:
    assert INDEX.match("下午吧，一点以后都行", "您看上午还是下午方便？").fact is None
    assert INDEX.match("对，两台挂机", "您家里是两台挂机，对吗？").fact is None


def test_a_question_is_heard_after_a_line_too() -> None:
    assert INDEX.match("行是行，就是洗一回得多少钱？", "给您约周六上午可以吗？").fact == 1


def test_the_probabilities_of_the_facts_add_up_to_at_most_one() -> None:
    match = INDEX.match("多少钱一台？")
    assert len(match.shares) == len(FACTS)
    assert 0 < sum(match.shares) <= 1
    assert match.score == max(match.shares)
    assert match.likeliest == 1
    assert match.shares[0] == match.score


def test_facts_change_places_with_their_numbers() -> None:
    backwards = FactIndex.of(FACTS[::-1])
    for text in ("多少钱一台？", "弄坏了谁赔？", "能改天不？"):
        fact, other = INDEX.match(text).fact, backwards.match(text).fact
        assert fact is not None
        assert other == len(FACTS) + 1 - fact


def test_a_knowledge_base_without_facts_never_matches() -> None:
    match = FactIndex.of([]).match("多少钱？")
    assert match.fact is None
    assert match.likeliest is None
    assert match.score == 0


def test_a_fact_without_question_or_answer_is_found_by_the_other() -> None:
    index = FactIndex.of([("", "挂号费十二块，检查费走医保报销。"), ("什么时候复查？", "")])
    assert index.match("挂个号多少钱").likeliest == 1
    assert index.match("哪天再来看大夫？").fact == 2


def test_an_answer_in_other_words_is_conveyed() -> None:
    facts = [fact for fact, _ in INDEX.conveyed("挂的八十八一台，柜的一百二十八，您洗三台往上给您打九折。")]
    assert facts[0] == 1
    (fact, share), *_ = INDEX.conveyed("要是我们洗坏的，给您免费修，修不好就按价钱赔。")
    assert (fact, share > 0.5) == (4, True)


def test_an_opening_conveys_no_answer() -> None:
    assert [fact for fact, share in INDEX.conveyed("您好，请问是顾女士吗？这里是净风家政。") if share >= 0.5] == []


def test_another_amount_conveys_less() -> None:
    right = dict(INDEX.conveyed("挂机一台88元，柜机128元。"))[1]
    wrong = dict(INDEX.conveyed("挂机一台66元，柜机150元。", 0.0))[1]
    assert right > wrong


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), line=st.text(max_size=60))
def test_any_text_is_taken(text: str, line: str) -> None:
    match = INDEX.match(text, line)
    assert match.fact in (None, *range(1, len(FACTS) + 1))
    assert 0 <= match.score <= 1
    assert all(0 <= share <= 1 for _, share in INDEX.conveyed(text))


@settings(max_examples=25, deadline=None)
@given(facts=st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=6), text=st.text(max_size=40))
def test_any_facts_are_taken(facts: list[tuple[str, str]], text: str) -> None:
    match = FactIndex.of(facts).match(text)
    assert len(match.shares) in (0, len(facts))


def test_a_very_long_text_costs_no_more_than_a_short_one() -> None:
    started = time.process_time()
    INDEX.match("怎么还不来，" * 20_000)
    assert time.process_time() - started < 1


def _accuracy(record: dict[str, list[dict[str, object]]], path: Path) -> tuple[int, int]:
    facts = parse_scenario(path.read_text(encoding="utf-8")).caller.facts
    index = FactIndex.of([(fact.question, fact.answer) for fact in facts])
    right = sum(index.match(str(item["text"])).fact == item["label"] for item in record["faq"])
    return right, len(record["faq"])


def test_two_of_three_questions_on_unseen_documents_are_understood(shared: Path) -> None:
    right = asked = 0
    for line in (shared / "gold" / "understanding.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        hits, n = _accuracy(record, shared / "scenarios" / record["doc"])
        right, asked = right + hits, asked + n
    assert right / asked >= 0.68
