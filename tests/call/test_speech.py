"""Sentences, what makes two of them the same, and what has been said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.speech import Said, contained, join, key, sentences, speakable, tidy


def test_sentences_keep_their_marks() -> None:
    assert sentences("您好。方便吗？说吧") == ("您好。", "方便吗？", "说吧")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("您好（微笑，停顿两秒），请问方便吗？", "您好，请问方便吗？"),
        ("“我这边记下了”", "我这边记下了。"),
        ("**重点**：请保管好凭证", "重点：请保管好凭证。"),
        ("，，那就好", "那就好。"),
        ("（低声）", ""),
    ],
)
def test_what_is_no_speech_is_not_spoken(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


@settings(deadline=None)
@given(st.text(max_size=200))
def test_speakable_never_fails_and_settles(text: str) -> None:
    once = speakable(text)
    assert speakable(once) == once or len(speakable(once)) <= len(once)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_tidy_ends_with_a_stop(text: str) -> None:
    assert tidy(text) == "" or not tidy(text).endswith(("，", ","))


def test_a_sentence_is_the_same_without_its_punctuation() -> None:
    said = Said()
    said.add("好的，我记下了。")
    assert not said.fresh("好的我记下了！")
    assert said.fresh("好的，我也记下了。")


def test_an_interjection_does_not_make_a_sentence_new() -> None:
    said = Said()
    said.add("嗯……那好吧，麻烦您了。")
    assert not said.fresh("啊，那好吧，麻烦您了。")


def test_new_leaves_out_what_was_said_in_nearly_the_same_words() -> None:
    said = Said()
    said.add("有事您打四零零的热线，报工单尾号就行。")
    assert said.new("有事您打四零零的热线，报工单的尾号就行。天冷，您保重。") == "天冷，您保重。"


def test_dots_after_an_interjection_said_before_become_a_comma() -> None:
    said = Said()
    said.add("嗯……是我。")
    assert said.soften("嗯……应该吧。") == "嗯，应该吧。"
    assert said.soften("呃……应该吧。") == "呃……应该吧。"


def test_a_lead_runs_into_what_follows_or_ends() -> None:
    assert join("好的，", "", "那我直说。") == "好的，那我直说。"
    assert join("好的，") == "好的。"


def test_contained_is_the_share_of_the_part() -> None:
    assert contained("师傅明天上门", "师傅明天上午上门检查") > 0.7
    assert contained("", "什么都行") == 0.0
    assert key("Ａ1, 好！") == "1好" or key("A1, 好！") == "A1好"
