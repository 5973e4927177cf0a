"""Whatever a model writes, a person on the phone hears one side's words and nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.call.cleaning import Names, clean_line, names_in, storable
from kefu.call.turn import Speaker


@pytest.mark.parametrize(
    ("written", "heard", "removed"),
    [
        ("您好，请问现在方便吗？", "您好，请问现在方便吗？", ()),
        ("客服：您好，请问方便吗？\n客户：方便。\n客服：那我说一下。", "您好，请问方便吗？", ("other_side",)),
        ("客户：喂？\n客服：您好，我是维修中心的。", "您好，我是维修中心的。", ("other_side",)),
        ("好的，我记下了。客户：谢谢。", "好的，我记下了。", ("other_side",)),
        ("客服（微笑）：您好。", "您好。", ("role_label",)),
        ("**客服**：您好。", "您好。", ("role_label",)),
        ("Agent: 您好。\nCustomer: 哪位？", "您好。", ("other_side",)),
        ("邵敏：您好，打扰了。", "您好，打扰了。", ("role_label",)),
        ("**您好**，一共是`58元`。", "您好，一共是58元。", ("markdown",)),
        ("有两样：\n1. 上门费30元\n2. 换芯58元", "有两样：上门费30元，换芯58元", ("markdown",)),
        ("# 回访\n您好", "回访，您好", ("markdown",)),
        ("请看[说明](https://example.com/a)吧", "请看说明吧", ("markdown",)),
        ("（停顿了一下）好的。", "好的。", ("stage_direction",)),
        ("好的。（轻轻叹气）那行吧。", "好的。那行吧。", ("stage_direction",)),
        ("好的*叹气*那行。", "好的那行。", ("markdown",)),
        ("【语气热情】您好！", "您好！", ("stage_direction",)),
        ("好的😊谢谢", "好的谢谢", ("emoji",)),
        ("“喂，哪位？”", "喂，哪位？", ("quotes",)),
        ("一共12.5元（含税），3.15起执行。", "一共12.5元（含税），3.15起执行。", ()),
        ("12.5元一支。", "12.5元一支。", ()),
        ("您打（电话0571-22）也行。", "您打（电话0571-22）也行。", ()),
        ("您的用户名：abc，没错吧？", "您的用户名：abc，没错吧？", ()),
        ("15、16号两天都行。", "15、16号两天都行。", ()),
        ("[单号XXXX]的订单到了。", "[单号XXXX]的订单到了。", ()),
        ("（青浦）净水店的小冯。", "（青浦）净水店的小冯。", ()),
        ("发到a__b@example.com。", "发到a__b@example.com。", ()),
        ("……", "", ()),
        ("（沉默）", "", ("stage_direction",)),
    ],
)
def test_what_is_heard_of_a_caller(written: str, heard: str, removed: tuple[str, ...]) -> None:
    cleaned = clean_line(written, Speaker.CALLER, Names(own=("邵敏",)))
    assert (cleaned.text, cleaned.removed, cleaned.hangs_up) == (heard, removed, False)


def test_a_customer_is_cut_to_its_own_first_line() -> None:
    cleaned = clean_line("客户：喂，谁啊？\n客服：您好。\n客户：不要。", Speaker.CUSTOMER)
    assert (cleaned.text, cleaned.removed) == ("喂，谁啊？", ("other_side",))


@pytest.mark.parametrize("mark", ["【挂断】", "[挂断]", "<hang_up>", "（通话结束）", "[HANG UP]", "\nhang_up()"])
def test_an_end_mark_is_heard_by_nobody(mark: str) -> None:
    cleaned = clean_line(f"好的，再见。{mark}", Speaker.CALLER)
    assert (cleaned.text, cleaned.hangs_up, cleaned.removed) == ("好的，再见。", True, ("end_mark",))


def test_the_word_for_hanging_up_is_no_mark() -> None:
    assert not clean_line("您先别挂断，我查一下。", Speaker.CALLER).hangs_up


def test_a_lecture_is_cut_at_the_end_of_a_sentence() -> None:
    cleaned = clean_line("这一句有十个字左右。" * 300, Speaker.CALLER)
    assert len(cleaned.text) == 1000
    assert cleaned.text.endswith("。")
    assert cleaned.removed == ("too_long",)


@given(st.text(max_size=300), st.sampled_from(Speaker))
def test_no_text_breaks_it_or_grows(written: str, speaker: Speaker) -> None:
    once = clean_line(written, speaker)
    assert "\n" not in once.text
    assert len(once.text) <= len(written) + written.count("\n") + written.count("|")


@pytest.mark.parametrize(
    "piece", ["（", "*", "[", "客服", "客户：", "<", "【挂断", "1. ", "“", "|", "# ", "\n> ", "。 ", "。" + " " * 500]
)
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    clean_line(piece * 20_000, Speaker.CALLER)
    clean_line("。" + " " * 19_000 + piece, Speaker.CALLER)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("written", "heard", "hangs_up"),
    [
        ('```json\n{"text": "您好。", "hang_up": false}\n```', "您好。", False),
        ('{"text": "那再见。", "hang_up": true}', "那再见。", True),
        ('{"hang_up": true, "content": "客服：再见。"}', "再见。", True),
    ],
)
def test_of_an_answer_in_json_the_text_is_heard(written: str, heard: str, hangs_up: bool) -> None:
    cleaned = clean_line(written, Speaker.CALLER)
    assert (cleaned.text, cleaned.hangs_up, cleaned.removed[0]) == (heard, hangs_up, "json")


@pytest.mark.parametrize("written", ['{"price": 58}', '好的{"text": "a"}', '{"text": "甲"} 和 {"text": "乙"}', "{{{"])
def test_other_braces_are_words(written: str) -> None:
    assert "json" not in clean_line(written, Speaker.CALLER).removed


def test_what_nobody_can_see_or_hear_is_taken_out() -> None:
    cleaned = clean_line("您\a好\u202e，\x1b[1;31m请\x1b[0m讲\u2028再\ufeff见\r吧", Speaker.CALLER)
    assert (cleaned.text, cleaned.removed) == ("您好，请讲，再见，吧", ("control",))


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("青禾物业客服专员潘若溪（女），负责报修回访", ("潘若溪",)),
        ("回访顾问“邹凯”，五年经验", ("邹凯",)),
        ("接待专员——董雅，女性", ("董雅",)),
        ("负责报修回访的专员", ()),
        ("", ()),
    ],
)
def test_names_in_a_role(role: str, names: tuple[str, ...]) -> None:
    assert names_in(role) == names


def test_the_names_of_both_sides_are_labels() -> None:
    names = Names(own=("潘若溪",), other=("韩立",))
    cleaned = clean_line("潘若溪: 您好。\n韩立：哪位？", Speaker.CALLER, names)
    assert (cleaned.text, cleaned.removed) == ("您好。", ("other_side",))
    alone = clean_line("潘若溪：您好。", Speaker.CALLER, names)
    assert (alone.text, alone.removed) == ("您好。", ("role_label",))


def test_what_is_kept_of_a_reply_can_be_stored_anywhere() -> None:
    assert storable("\ud83d好的\u0000") == "?好的"
