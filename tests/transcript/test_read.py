"""Exports of real calls in the forms that call centres have: what is read, and that nothing is lost unseen."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.call.call import EndedBy
from kefu.errors import InputError
from kefu.transcript import Form, Reading, read_transcripts
from kefu.transcript.read import form_of


def said(reading: Reading, call: int = 0) -> list[tuple[str, str]]:
    return [(turn.speaker.value, turn.text) for turn in reading.calls[call].turns]


TWO = [("caller", "您好"), ("customer", "嗯，你说")]


@pytest.mark.parametrize(
    "text",
    [
        "坐席：您好\n客户：嗯，你说",
        "客服: 您好\r\n用户: 嗯，你说\r\n",
        "\ufeff客服（工号1027）：您好\n客户：嗯，你说",
        "坐席1027：您好\n客户：嗯，你说",
        "客服-小田：您好\n客户：嗯，你说",
        "[00:12] 坐席 您好\n[00:15] 客户 嗯，你说",
        "[00:12] 坐席：您好\n[00:15] 客户：嗯，你说",
        "00:00:12 坐席：您好\n00:00:15 客户：嗯，你说",
        "2026-03-02 10:00:01 坐席：您好\n2026-03-02 10:00:04 客户：嗯，你说",
        "坐席 10:00:01：您好\n客户 10:00:04：嗯，你说",
        "0.5s-2.1s 坐席 您好\n2.4s-3.0s 客户 嗯，你说",
        "【坐席】您好\n【客户】嗯，你说",
        "坐席\t您好\n客户\t嗯，你说",
        "坐席 2026-03-02 10:00:01\n您好\n\n客户 2026-03-02 10:00:04\n嗯，你说",
        "Agent: 您好\nCustomer: 嗯，你说",
        "- **坐席**：您好\n- **客户**：嗯，你说",
        "客服：您\n好\n客户：嗯，\n你说",
        "时间：2026-03-02 10:00\n主叫：0571-55500000\n坐席：您好\n客户：嗯，你说",
    ],
)
def test_plain_text_is_read_whatever_stands_around_the_labels(text: str) -> None:
    assert said(read_transcripts(text)) == TWO


def test_letters_do_not_say_who_is_who_and_that_is_said() -> None:
    reading = read_transcripts("A: 您好\nB: 嗯，你说")
    assert said(reading) == TWO
    assert [(note.code, note.line, note.message) for note in reading.notes] == [
        ("sides_guessed", 1, "the labels do not say who is who: the first is taken for the caller; --swap if it is not")
    ]
    assert said(read_transcripts("说话人1：您好\n说话人2：嗯，你说")) == TWO


def test_the_customer_may_have_dialled() -> None:
    reading = read_transcripts("坐席：您好\n客户：嗯，你说", swap=True)
    assert said(reading) == [("customer", "您好"), ("caller", "嗯，你说")]


def test_the_only_strange_label_beside_a_known_one_is_the_other_side() -> None:
    reading = read_transcripts("客服：您好\n佟女士：嗯，你说\n客服：好\n佟女士：行")
    assert said(reading)[:2] == TWO
    assert [note.message for note in reading.notes] == ["'佟女士' is taken for the other side"]


def test_two_strange_labels_are_not_guessed_at() -> None:
    reading = read_transcripts("客服：您好\n佟女士：嗯\n佟女士：行\n万先生：喂\n还有\n万先生：在\n客服：好")
    assert said(reading) == [("caller", "您好"), ("caller", "好")]
    assert [note.line for note in reading.notes] == [2, 3, 4, 5, 6]
    assert reading.notes[0].message == "no known speaker: '佟女士：嗯'"


@pytest.mark.parametrize(
    "parted",
    [
        "通话编号：7\n坐席：您好\n客户：嗯，你说\n\n通话编号：8\n坐席：喂",
        "通话7\n坐席：您好\n客户：嗯，你说\n\n通话8\n坐席：喂",
        "# 7\n坐席：您好\n客户：嗯，你说\n=====\n坐席：喂",
        "第7通\n坐席：您好\n客户：嗯，你说\n第8通\n坐席：喂",
        "坐席：您好\n客户：嗯，你说\n----------\n坐席：喂",
    ],
)
def test_several_calls_lie_in_one_file(parted: str) -> None:
    reading = read_transcripts(parted)
    assert len(reading.calls) == 2
    assert said(reading) == TWO
    assert said(reading, 1) == [("caller", "喂")]


def test_calls_keep_their_names_and_lines() -> None:
    reading = read_transcripts("通话编号：A-7\n坐席：您好\n\n通话编号：A-8\n坐席：喂")
    assert [(call.name, call.line) for call in reading.calls] == [("A-7", 1), ("A-8", 4)]


def test_what_nobody_says_is_listed_with_its_line() -> None:
    reading = read_transcripts("外呼明细\n坐席：您好\n系统：请打分\n按一满意\n客户：\n坐席：喂")
    assert said(reading) == [("caller", "您好"), ("caller", "喂")]
    assert [(note.code, note.line) for note in reading.notes] == [
        ("no_speaker", 1),
        ("no_party", 3),
        ("no_speaker", 4),
        ("empty_turn", 5),
    ]
    assert reading.left_out == 4
    assert reading.notes[0].message == "nobody is named who says it: 外呼明细"


def test_a_sentence_that_begins_with_a_label_goes_on_with_the_turn() -> None:
    assert said(read_transcripts("坐席：您好\n客户 都这么说的")) == [("caller", "您好客户 都这么说的")]


TABLES = {
    "a row a turn": "通话编号,角色,内容\n7,坐席,您好\n7,客户,嗯，你说\n8,坐席,喂\n".replace("嗯，", '"嗯，').replace(
        "你说", '你说"'
    ),
    "English heads and semicolons": "call_id;speaker;text\n7;agent;您好\n7;customer;嗯，你说\n8;agent;喂\n",
    "tabs": "会话ID\t说话人\t说话内容\n7\t坐席\t您好\n7\t客户\t嗯，你说\n8\t坐席\t喂\n",
    "a row a call": '编号,对话内容\n7,"坐席：您好\n客户：嗯，你说"\n8,坐席：喂\n',
    "JSON in a cell": "id,dialog\n7,"
    + '"[{""role"": ""agent"", ""text"": ""您好""}, {""role"": ""user"", ""text"": ""嗯，你说""}]"\n'
    + "8,坐席：喂\n",
    "a column a side": "通话编号,坐席,客户\n7,您好,嗯，你说\n8,喂,\n",
}


@pytest.mark.parametrize("form", TABLES)
def test_tables_are_read_by_the_names_of_their_columns(form: str) -> None:
    reading = read_transcripts(TABLES[form], suffix=".csv")
    assert [call.name for call in reading.calls] == ["7", "8"]
    assert said(reading) == TWO
    assert said(reading, 1) == [("caller", "喂")]
    assert form_of(TABLES[form]) is Form.TABLE


def test_numbers_of_rows_are_no_calls() -> None:
    assert said(read_transcripts("序号,角色,内容\n1,坐席,您好\n2,客户,嗯，你说", suffix=".csv")) == TWO


def test_rows_of_nobody_are_listed_with_their_lines() -> None:
    reading = read_transcripts('角色,内容\n坐席,"您\n好"\n路人,哈\n客户,嗯', suffix=".csv")
    assert [(note.code, note.line, note.message) for note in reading.notes] == [
        ("no_speaker", 4, "no known speaker: '路人'")
    ]
    assert reading.left_out == 1


TURNS = [{"speaker": "caller", "text": "您好"}, {"speaker": "customer", "text": "嗯，你说"}]
RECORDS = {
    "our own": {"scenario": "x", "turns": TURNS},
    "messages": {"messages": [{"role": "assistant", "content": "您好"}, {"role": "user", "content": "嗯，你说"}]},
    "parts": {"messages": [{"role": "assistant", "content": [{"type": "text", "text": "您好"}]}, TURNS[1]]},
    "Chinese names": {
        "通话编号": "7",
        "对话": [{"角色": "坐席", "内容": "您好"}, {"角色": "客户", "内容": "嗯，你说"}],
    },
    "lines": {"id": 7, "dialog": ["坐席：您好", "客户：嗯，你说"]},
    "one text": {"id": 7, "transcript": "坐席：您好\n客户：嗯，你说"},
    "deeper": {"code": 0, "data": {"dialogue": TURNS}},
    "beside what is told of it": {"meta": {"pages": 1}, "tags": ["night"], "data": [{"dialogue": TURNS}]},
    "bare list": TURNS,
}


@pytest.mark.parametrize("shape", RECORDS)
@pytest.mark.parametrize("lines", [True, False])
def test_records_are_read_in_the_shapes_that_are_usual(shape: str, lines: bool) -> None:
    record = RECORDS[shape]
    text = json.dumps(record, ensure_ascii=False, indent=None if lines else 2)
    assert said(read_transcripts(text, suffix=".jsonl" if lines else ".json")) == TWO


def test_a_line_a_turn_is_put_together_by_the_call() -> None:
    lines = [{"call_id": number, "role": role, "text": text} for number in (7, 8) for role, text in zip(
        ("agent", "user"), ("您好", "嗯，你说"), strict=True)]  # fmt: skip
    reading = read_transcripts("\n".join(json.dumps(line) for line in lines))
    assert [call.name for call in reading.calls] == ["7", "8"]
    assert said(reading) == said(reading, 1) == TWO


def test_a_line_that_is_no_json_is_listed_and_the_others_read() -> None:
    reading = read_transcripts(f"{json.dumps({'turns': TURNS})}\n{{bad\n{json.dumps({'turns': []})}", suffix=".jsonl")
    assert said(reading) == TWO
    assert [(note.code, note.line) for note in reading.notes] == [("not_json", 2)]


def test_the_ending_of_a_call_of_ours_is_kept_and_swapped_with_the_sides() -> None:
    text = json.dumps({"turns": TURNS, "ending": {"by": "caller", "reason": "completed"}})
    ending = read_transcripts(text, swap=True).calls[0].ending
    assert ending is not None
    assert (ending.by, ending.reason) == (EndedBy.CUSTOMER, "completed")


@pytest.mark.parametrize(
    ("text", "suffix", "message"),
    [
        (
            "今天天气不错",
            "",
            "no call in it; nobody is named who says it: 今天天气不错; write a line a turn, 坐席：… 客户：…, "
            "or see the how-to on real calls",
        ),
        (
            "甲方,乙方\n1,2",
            ".csv",
            "no column for what was said, or none for who said it: 甲方, 乙方; name the columns 通话编号, 角色, 内容",
        ),
        (
            '角色,内容\n坐席,您好\n客户,"' + "嗯" * 140_000,
            ".csv",
            "line 3: a cell of more than 131072 characters; shorten it, or close the quotation mark that was left open",
        ),
        ("[1, 2", ".json", "not JSON: Expecting ',' delimiter, line 1, column 6"),
        ("[" * 100_000, ".json", "JSON nested too deeply, or with an endless number"),
    ],
)
def test_what_holds_no_call_is_refused_in_one_line(text: str, suffix: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_transcripts(text, suffix=suffix)
    assert str(caught.value) == message


def test_a_call_beyond_measure_is_left_out_and_said() -> None:
    reading = read_transcripts("坐席：喂\n" * 2001 + "====\n坐席：您好\n客户：嗯，你说")
    assert said(reading) == TWO
    assert [note.message for note in reading.notes] == ["a call of 2001 turns, left out: at most 2000 are read"]


def test_a_turn_beyond_measure_is_cut_and_said() -> None:
    reading = read_transcripts("坐席：" + "喂" * 20_001)
    assert len(reading.calls[0].turns[0].text) == 20_000
    assert [note.message for note in reading.notes] == ["a turn of 20001 characters, cut after 20000"]


def test_many_notes_are_counted_and_the_first_kept() -> None:
    reading = read_transcripts("坐席：您好\n" + "系统：叮\n" * 500)
    assert reading.left_out == 500
    assert len(reading.notes) == 200


def read_or_refused(text: str, suffix: str) -> Reading:
    """What was read; nothing where it was refused, in words."""
    try:
        return read_transcripts(text, suffix=suffix)
    except InputError:
        return Reading(calls=(), notes=(), left_out=0)


words = st.text(st.sampled_from("您好嗯行的喂在吗几点再见修水管，。？0123456789ab"), min_size=1, max_size=20).filter(
    lambda text: not text[0].isdigit() and not text.isascii()
)
turns = st.lists(st.tuples(st.sampled_from(["caller", "customer"]), words), min_size=1, max_size=12)
LABELS = {"caller": "坐席", "customer": "客户"}


@given(st.lists(turns, min_size=1, max_size=4))
def test_text_that_is_written_is_read_again(calls: list[list[tuple[str, str]]]) -> None:
    text = "\n=====\n".join("\n".join(f"{LABELS[side]}：{words}" for side, words in call) for call in calls)
    reading = read_transcripts(text)
    assert [said(reading, number) for number in range(len(calls))] == calls
    assert reading.left_out == 0


@given(st.lists(turns, min_size=1, max_size=4))
def test_records_that_are_written_are_read_again(calls: list[list[tuple[str, str]]]) -> None:
    records = [{"messages": [{"role": LABELS[side], "content": words} for side, words in call]} for call in calls]
    reading = read_transcripts("\n".join(json.dumps(record) for record in records))
    assert [said(reading, number) for number in range(len(calls))] == calls


@given(st.text(max_size=400), st.sampled_from(["", ".csv", ".json", ".jsonl"]))
def test_any_text_is_read_or_refused(text: str, suffix: str) -> None:
    reading = read_or_refused(text, suffix)
    assert all(turn.text.strip() for call in reading.calls for turn in call.turns)
    assert all(call.turns for call in reading.calls)


@given(st.text(st.sampled_from("坐席客户：: \n\t[]00:1，{}\"',=#-a1"), max_size=300))
def test_nothing_is_said_that_does_not_stand_there(text: str) -> None:
    reading = read_or_refused(text, ".txt")
    spoken = "".join(turn.text for call in reading.calls for turn in call.turns)
    assert set(spoken) <= {*text, " "}
    assert reading.left_out >= sum(note.code in ("no_speaker", "no_party", "empty_turn") for note in reading.notes)
