"""Concepts: found in both registers, inside nothing longer, in linear time; the data is sound."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import InputError
from kefu.language.concepts import (
    Mention,
    concepts,
    concepts_in,
    content_hash,
    expand_pattern,
    mentions_in,
    with_broader,
)
from kefu.language.normalise import fold, normalise

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT.parent / "shared" / "gold" / "understanding.jsonl"
SCENARIOS = ROOT.parent / "shared" / "scenarios"


@pytest.mark.parametrize(
    ("formal", "colloquial", "concept"),
    [
        ("退款将原路返还", "我的钱还能拿回来不", "refund"),
        ("请问是否收取费用", "去了要不要掏钱", "fee"),
        ("维修人员最快何时上门", "你们的人啥时候来修", "response-time"),
        ("物流信息查询", "那个包裹跑哪去了", "tracking"),
        ("贵司如何获取本人联系方式", "你从哪搞到我电话的", "how-got-number"),
        ("请勿再次致电，加入免打扰名单", "别再给我打电话了", "do-not-call"),
        ("逾期将影响个人征信", "晚几天还会不会上黑名单", "credit-record"),
        ("试用期时长及薪资比例", "头三个月给多少", "probation"),
        ("请提供购买凭证", "你有啥证据没有，拿出来给我看看", "document-proof"),
        ("若未按时处理的后果", "我就不弄，能把我咋的", "consequence"),
        ("服药期间的不良反应", "吃完胃里难受得很", "side-effect"),
        ("调查结果是否匿名", "会不会让人看出是我说的", "anonymous"),
        ("可否改为线上办理", "能不能坐家里拿手机弄", "online"),
        ("反馈意见是否会被采纳", "我说了有用吗，还不是白提", "opinion-adopted"),
    ],
)
def test_both_registers_meet(formal: str, colloquial: str, concept: str) -> None:
    assert concept in concepts_in(normalise(formal))
    assert concept in concepts_in(normalise(colloquial))


def test_a_mention_knows_where_it_stands() -> None:
    text = "我要退款，发票也要。"
    assert mentions_in(text)[0] == Mention(concept="refund", start=2, end=4, words="退款")
    assert all(text[mention.start : mention.end] == mention.words for mention in mentions_in(text))


def test_offsets_and_words_are_those_of_the_text_as_given() -> None:
    text = "ＡＰＰ打不開，要退費"
    found = {(mention.concept, mention.words) for mention in mentions_in(text)}
    assert ("app", "ＡＰＰ") in found
    assert ("refund", "退費") in found


def test_a_word_inside_a_longer_one_does_not_count() -> None:
    assert "fee" in concepts_in("要钱的吧")
    assert "fee" not in concepts_in("不要钱的吧")


def test_a_neutral_word_hides_what_is_inside_it() -> None:
    assert "refund" in concepts_in("我要退")
    assert concepts_in("后退") == {}


def test_words_that_overlap_both_count() -> None:
    found = concepts_in("快递费用")  # 快递费 and 费用 share a character
    assert {"shipping-fee", "fee"} <= found.keys()


def test_counts_are_mentions() -> None:
    assert concepts_in("退款，还是退款")["refund"] == 2


def test_a_gap_stays_within_one_clause_and_eight_characters() -> None:
    assert "refund" in concepts_in("押金到底回得来不")
    assert "refund" not in concepts_in("押金呢？回得来不")
    assert "refund" not in concepts_in("押金" + "这" * 9 + "回得来不")


def test_a_word_that_only_opens_a_pattern_names_nothing() -> None:
    assert "refund" in concepts_in("多出来的退不退")
    assert "refund" not in concepts_in("多出来的")


def test_broader_concepts_weigh_a_share_and_never_less_than_what_was_found() -> None:
    weights = with_broader({"insurance": 2.0, "finance": 0.25}, share=0.5)
    assert weights["insurance"] == 2.0
    assert weights["finance"] == 1.0
    assert with_broader({"finance": 3.0, "insurance": 2.0})["finance"] == 3.0


def test_broader_passes_unknown_concepts_through() -> None:
    assert with_broader({"of-another-lexicon": 1.0}) == {"of-another-lexicon": 1.0}


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("多(久|长时间)", {"多久", "多长时间"}),
        ("退(还)?款", {"退款", "退还款"}),
        ("几天?", {"几天", "几"}),
        ("没有", {"没有"}),
    ],
)
def test_patterns_expand_to_literals(pattern: str, literals: set[str]) -> None:
    assert set(expand_pattern(pattern)) == literals


def test_a_digit_stands_for_figures_and_numerals() -> None:
    assert {"3天", "三天", "几天"} <= set(expand_pattern("\\d天"))


def test_an_open_bracket_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        expand_pattern("多(久|长")
    assert str(caught.value) == "pattern 多(久|长 has an open bracket; close it"


def test_a_pattern_for_too_many_expressions_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        expand_pattern("\\d\\d\\d天")
    assert str(caught.value) == "pattern \\d\\d\\d天 stands for more than 2000 expressions; split it"


def test_the_lexicon_is_large_and_sound() -> None:
    known = concepts()
    assert len(known) >= 350
    assert sum(len(concept.words) + len(concept.patterns) for concept in known.values()) >= 5000
    for concept in known.values():
        assert concept.zh, concept.id
        assert concept.words, concept.id
        assert set(concept.broader) <= known.keys() - {concept.id, concept.within}, concept.id


def test_kinds_of_kinds_come_to_an_end() -> None:
    known = concepts()
    for concept in known.values():
        seen = [concept.id]
        while (parent := known[seen[-1]].within) is not None:
            assert parent in known, concept.id
            assert parent not in seen, concept.id
            seen.append(parent)


def test_who_speaks_of_a_kind_speaks_of_the_whole() -> None:
    assert concepts_in("验证码一直收不到").keys() >= {"verification-code", "password"}
    assert "verification-code" not in concepts_in("密码忘了")


def test_every_expression_is_written_as_texts_are_folded() -> None:
    # the reader folds the text, not the lexicon: a word in capitals would never be found
    for concept in concepts().values():
        for word in concept.words:
            assert fold(word) == word, (concept.id, word)
            assert 1 <= len(word) <= 12, (concept.id, word)


def test_no_concept_lists_a_word_twice() -> None:
    for concept in concepts().values():
        assert len(set(concept.words)) == len(concept.words), concept.id


def test_every_pattern_stands_for_something_and_has_one_gap_at_most() -> None:
    for concept in concepts().values():
        for pattern in concept.patterns:
            before, _gap, after = pattern.partition("…")
            assert "…" not in after, pattern
            assert all(expand_pattern(before)), pattern
            assert all(1 <= len(literal) <= 12 for literal in expand_pattern(after) if "…" in pattern), pattern


def test_every_word_is_found_in_itself() -> None:
    lost = [
        (concept.id, word)
        for concept in concepts().values()
        for word in concept.words
        if concept.id not in concepts_in(word)
    ]
    assert lost == []


def test_generic_concepts_are_those_of_how_one_asks() -> None:
    generic = {concept.id for concept in concepts().values() if concept.generic}
    assert {"when", "how-long", "why", "how-to", "whether-possible"} <= generic
    assert generic.isdisjoint({"refund", "privacy", "do-not-call"})


def test_the_hash_names_the_data() -> None:
    assert len(content_hash()) == 64
    assert content_hash() == content_hash()


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    mentions = mentions_in(text)
    assert sum(concepts_in(text).values()) == len(mentions)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)


@given(st.text(alphabet="退款钱不能还会我的吗，。？嗯那个好AＡ1 ", max_size=60))
def test_normalising_never_lengthens_and_never_empties_speech(text: str) -> None:
    clean = normalise(text)
    assert len(clean) <= len(text)
    if any(character.isalnum() for character in text):
        assert clean


@pytest.mark.parametrize(
    ("spoken", "clean"),
    [
        ("嗯……那个，我我要退款", "我要退款"),
        ("那个快递到哪了", "那个快递到哪了"),
        ("嗯", "嗯"),
        ("行行行行", "行"),
        ("不用不用不用！！！", "不用！"),
        ("考虑考虑", "考虑考虑"),
        ("真的？？！", "真的？"),
        ("請問退費要幾天", "请问退费要几天"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("一共1,234元", "一共1234元"),
        ("手机号 138 是我的", "手机号138是我的"),
        ("我问你 到底退不退", "我问你，到底退不退"),
        ("“不需要”", "不需要"),
        ("11111", "11111"),
    ],
)
def test_normalise(spoken: str, clean: str) -> None:
    assert normalise(spoken) == clean


def test_fillers_can_be_kept() -> None:
    assert normalise("嗯，可以", keep_fillers=True) == "嗯，可以"
    assert normalise("嗯，可以") == "可以"


@pytest.mark.parametrize(
    "text", ["能" * 100_000, "能不能退我说不会还要找谁办，" * 7_000, "嗯" * 100_000, "不用" * 50_000]
)
def test_long_hostile_text_is_read_in_linear_time(text: str) -> None:
    def seconds(part: str) -> float:
        began = time.perf_counter()
        concepts_in(normalise(part))
        concepts_in(part)
        return time.perf_counter() - began

    concepts_in("")
    half, whole = seconds(text[: len(text) // 2]), seconds(text)
    assert whole < 4 * half + 0.2


def test_importing_loads_no_lexicon() -> None:
    code = "import sys, kefu.language.concepts; print('ahocorasick' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")}
    )
    assert done.stdout == "False\n"


def test_most_questions_of_unseen_documents_share_a_concept_with_their_answer() -> None:
    if not GOLD.exists():
        pytest.skip("the labelled questions are not on this machine")
    from kefu.scenario.parse import parse_scenario

    known = concepts()

    def telling(text: str) -> set[str]:
        return {found for found in concepts_in(normalise(text)) if not known[found].generic}

    right = wrong = covered = questions = others = 0
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        facts = parse_scenario((SCENARIOS / record["doc"]).read_text(encoding="utf-8")).caller.facts
        wholes = [telling(f"{fact.question}\n{fact.answer}") for fact in facts]
        for item in record["faq"]:
            if item["label"] is None:
                continue
            shared = [len(telling(item["text"]) & whole) for whole in wholes]
            mine = shared[item["label"] - 1]
            questions += 1
            covered += mine > 0
            right += mine
            wrong += sum(shared) - mine
            others += len(shared) - 1
    assert covered / questions > 0.65
    assert (right / questions) / (wrong / others) > 3
