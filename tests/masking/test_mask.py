"""What tells of a person becomes a placeholder; what does not stays as it was."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.files import load_scenario
from kefu.masking.found import Kind
from kefu.masking.mask import Keep, find, mask, mask_talk
from kefu.masking.name import names_in


def test_an_account_that_is_said_again_alone_is_the_same() -> None:
    said = ["您的微信号是多少？", "微信号是xiaobai_0417。", "xiaobai_0417，对吗？", "xiaobai_04170 不对，xiaobai_0417"]
    assert mask_talk(said).texts == (
        "您的微信号是多少？",
        "微信号是〔账号1〕。",
        "〔账号1〕，对吗？",
        "xiaobai_04170 不对，〔账号1〕",
    )


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("我叫柯志明，上个月报的修。", "我叫〔姓名1〕，上个月报的修。"),
        ("请问是佟丽丽女士吗？", "请问是〔姓名1〕女士吗？"),
        ("请问是佟丽丽佟女士吗？", "请问是〔姓名1〕〔姓名1〕女士吗？"),
        ("免贵姓阮。", "免贵姓〔姓名1〕。"),
        ("麻烦找一下欧阳静。", "麻烦找一下〔姓名1〕。"),
        ("我是小田，早上打过电话。", "我是小〔姓名1〕，早上打过电话。"),
        ("我姓章，立早章。", "我姓〔姓名1〕，〔姓名1〕。"),
        ("我电话幺三七零零零零四五二八。", "我电话〔电话1〕。"),
        ("打 139 0000 2718 吧", "打 〔电话1〕 吧"),
        ("座机0816-2337741，晚上打。", "座机〔电话1〕，晚上打。"),
        (
            "身份证51012219900307221X，你查。",
            "身份证51012219900307221X，你查。".replace("51012219900307221X", "〔证件1〕"),
        ),
        ("卡号6217 0011 2233 4455。", "卡号〔银行卡1〕。"),
        ("邮箱wenwen2020艾特qq点com，小写。", "邮箱〔邮箱1〕，小写。"),
        ("车牌川B·7F926。", "车牌〔车牌1〕。"),
        ("我住在清河镇柳荫街18号。", "我住在〔地址1〕。"),
        ("微信号是xiaobai_0417。", "微信号是〔账号1〕。"),
    ],
)
def test_names_and_numbers_become_placeholders(said: str, masked: str) -> None:
    assert mask(said) == masked


@pytest.mark.parametrize(
    "said",
    [
        "我是说这个月的账单不对。",
        "我叫了师傅，他没来。",
        "张口就要三百块。",
        "高铁上信号不好。",
        "方便，您说。",
        "订单号是20250917003388。",
        "流水号202509170001234567。",
        "一共是13800元，分十二期。",
        "打400-718-2260，二十四小时有人接。",
        "2026年3月10日上午十点半。",
        "先生您好，打扰了。",
        "上次那个师傅态度不好。",
        "一分钟前刚说过。",
        "合同编号HT-2025-00917。",
    ],
)
def test_what_tells_of_nobody_stays(said: str) -> None:
    assert mask(said) == said


def test_whoever_is_named_again_has_the_same_placeholder() -> None:
    done = mask_talk(["请问是苗桂英吗？", "是我。", "苗阿姨您好，桂英阿姨，血压量了吗？", "万先生也在，问他吧。"])
    assert done.texts == (
        "请问是〔姓名1〕吗？",
        "是我。",
        "〔姓名1〕阿姨您好，〔姓名1〕阿姨，血压量了吗？",
        "〔姓名2〕先生也在，问他吧。",
    )
    assert done.counts == {Kind.NAME: 4}


def test_two_of_one_surname_are_not_taken_for_each_other() -> None:
    done = mask_talk(["投保人滕国强，被保险人滕子轩。", "滕先生在吗？"])
    assert done.texts == ("投保人〔姓名1〕，被保险人〔姓名2〕。", "〔姓名3〕先生在吗？")


def test_a_number_told_in_pieces_is_put_together_and_its_echoes_follow() -> None:
    talk = ["手机号多少？", "幺七七", "嗯。", "零零零零，然后五五八一。", "17700005581对吧，尾号5581。", "对。"]
    assert mask_talk(talk).texts == (
        "手机号多少？",
        "〔电话1〕",
        "嗯。",
        "〔电话1〕，然后〔电话1〕。",
        "〔电话1〕对吧，尾号〔电话1〕。",
        "对。",
    )


def test_pieces_of_two_parties_are_no_number() -> None:
    talk = ["您那边一三七楼？", "嗯，幺三七。", "零零零零，四五二八。"]
    assert mask_talk(talk, ["caller", "customer", "caller"]).texts == tuple(talk)


def test_what_the_document_says_itself_is_kept() -> None:
    keep = Keep.of(["我是澜野厨卫的何晓棠，有事打0571-5550-2716。客户邹玉兰，称邹阿姨。工单尾号3862。"])
    said = "邹阿姨您好，我姓何，何晓棠，邹玉兰是您吧？打0571-55502716，报3862。"
    assert mask(said, keep=keep) == said
    assert mask("何先生在吗？打0571-55502717。", keep=keep) == "〔姓名1〕先生在吗？打〔电话1〕。"


def test_a_quote_is_masked_as_its_turn_and_never_cut_within_a_placeholder() -> None:
    done = mask_talk(["好的，我是柯志明，电话13700004528，再见。"])
    assert done.quote(0, "我是柯志明，") == "我是〔姓名1〕，"
    assert done.quote(0, "志明，电话1370000") == "〔姓名1〕，电话〔电话1〕"
    assert done.quote(0, "再见。") == "再见。"
    assert done.quote(0, "没有说过柯志明") == "没有说过〔姓名1〕"
    assert done.plain("neither gave 13700004528") == "neither gave 〔电话1〕"


LABELLED = ("written", "held-out")


@pytest.mark.parametrize("part", LABELLED)
def test_the_labelled_talks_are_masked_as_measured(root: Path, part: str) -> None:
    missed = wrong = places = 0
    for line in (root / "data" / "masking" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines():
        turns = json.loads(line)["turns"]
        for turn, found in zip(turns, find([turn["text"] for turn in turns]), strict=True):
            shown = "".join(turn["text"][place.start : place.end] for place in found)
            missed += sum(words not in shown for _kind, words in turn["mask"])
            wrong += not turn["mask"] and bool(found)
            places += len(turn["mask"])
    assert missed / places <= 0.06
    assert wrong <= 1


def test_the_two_parts_have_no_utterance_in_common(root: Path) -> None:
    parts = [
        {
            turn["text"]
            for line in (root / "data" / "masking" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
            for turn in json.loads(line)["turns"]
            if len(turn["text"]) > 8
        }
        for part in LABELLED
    ]
    assert not parts[0] & parts[1]
    assert len(parts[0]) + len(parts[1]) >= 250


@given(
    st.text(
        st.sampled_from("张王柯志明您好先生女士我叫是姓小139000045幺三七零，。 -@a.路1号栋单元身份证卡号订单"),
        max_size=80,
    )
)
def test_any_text_is_masked_once_and_for_all(text: str) -> None:
    done = mask_talk([text])
    assert done.texts[0] == mask(text)
    assert done.quote(0, text) == (done.texts[0] if text else "")
    places = done.places[0]
    assert all(one[1] <= other[0] for one, other in pairwise(places))


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_talk_keeps_its_turns(texts: list[str]) -> None:
    assert len(mask_talk(texts).texts) == len(texts)


@pytest.mark.parametrize(
    "text", ["1" * 20_000, "1 " * 10_000, "叫张伟" * 6000, "路1号" * 6000, "李先生" * 6000, "a@" * 10_000]
)
def test_hostile_text_is_masked_in_bounded_time(text: str) -> None:
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 3


def test_a_surname_that_begins_a_word_is_no_name() -> None:
    assert [found.key for found in names_in("高级经理说方便的话找张江高科的成本会计。")] == []


def test_scores_of_a_masked_call_are_those_of_the_call(root: Path, tmp_path: Path) -> None:
    from kefu.call.turn import Speaker
    from kefu.call.wire import call_to_json
    from kefu.keeping import read_export, scored
    from kefu.runtime import Rehearsal, rehearse

    told = ("我叫吕秋萍，电话幺三七零零零零四五二八。", "吕女士，13700004528对吧？")
    for path in sorted((root / "examples").glob("*.md")):
        scenario = load_scenario(str(path))
        call = asyncio.run(rehearse(scenario, Rehearsal(seed=3)))
        turns = list(call.turns)
        place = next(at for at, turn in enumerate(turns[:-1]) if turn.speaker is Speaker.CUSTOMER)
        turns[place] = replace(turns[place], text=turns[place].text + told[0])
        turns[place + 1] = replace(turns[place + 1], text=told[1] + turns[place + 1].text)
        file = tmp_path / f"{path.stem}.jsonl"
        file.write_text(json.dumps(call_to_json(replace(call, turns=tuple(turns)))), encoding="utf-8")
        plain, masked = (
            next(iter(scored(read_export(str(file), scenario, swap=False, mask=each, person="")))).record
            for each in (False, True)
        )
        assert "吕秋萍" not in (shown := json.dumps(masked, ensure_ascii=False))
        assert "4528" not in shown
        assert "四五二八" not in shown
        assert "〔姓名1〕" in shown
        assert _judged(masked) == _judged(plain)
        assert all(quote in masked["turns"][turn]["text"] for turn, quote in _quotes(masked["scorecard"]))


def test_an_account_that_reads_like_a_code_changes_no_code(root: Path, tmp_path: Path) -> None:
    from kefu.keeping import read_export, scored

    scenario = load_scenario(str(root / "examples" / "finance.md"))
    file = tmp_path / "talk.txt"
    file.write_text("坐席：您好，请问是范先生本人吗？\n客户：是我，加我微信finance吧。", encoding="utf-8")
    (call,) = scored(read_export(str(file), scenario, swap=False, mask=True, person=""))
    assert call.record["turns"][1]["text"] == "是我，加我微信〔账号1〕吧。"
    assert call.record["scenario"] == call.record["scorecard"]["scenario"] == "finance"


def _judged(record: dict) -> dict:
    card = record["scorecard"]
    return {
        "totals": card["totals"],
        "steps": [(step["number"], step["status"], step["turns"]) for step in card["steps"]],
        "dimensions": [(side["name"], side["score"]) for side in card["dimensions"]],
        "violations": [(broken["rule"], broken["turn"]) for broken in card["violations"]],
        "outcome": record["outcome"]["result"],
    }


def _quotes(part: object) -> list[tuple[int, str]]:
    """Every quote on a card that names one turn."""
    if isinstance(part, list):
        return [pair for each in part for pair in _quotes(each)]
    if not isinstance(part, dict):
        return []
    here = [(part["turn"], part["quote"])] if "turn" in part and part.get("quote") else []
    return here + [pair for each in part.values() for pair in _quotes(each)]
