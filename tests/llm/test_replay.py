"""Scripts, recordings and the cache: chats that answer without a model."""

import asyncio
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.errors import InputError
from kefu.llm.budget import Ledger
from kefu.llm.cache import CachedChat
from kefu.llm.chat import (
    PLAIN,
    Chat,
    ChatFailed,
    Cost,
    FailureReason,
    FinishReason,
    Message,
    Options,
    Reply,
    Shape,
    Tool,
    ToolCall,
    Usage,
)
from kefu.llm.record import key_of, reply_from_json, reply_to_json, request_to_json
from kefu.llm.replay import RecordingChat, ReplayChat, ScriptedChat, to_file

HELLO, BYE = (Message.user("您好"),), (Message.user("再见"),)
FULL = Reply(
    text="好的",
    reasoning="想",
    tool_calls=(ToolCall(name="hang_up", arguments={"a": [1]}, id="1", raw='{"a": [1]}'),),
    finish=FinishReason.TOOL_CALLS,
    usage=Usage(input_tokens=3, output_tokens=2, estimated=True),
    model="m",
    cost=Cost(amount=Decimal("0.02"), currency="CNY"),
    attempts=2,
    adapted=("seed",),
)
FAILED = ChatFailed("too slow", reason=FailureReason.TIMEOUT, where="model a", hint="wait", attempts=5)


def run(chat: Chat, *questions, options=PLAIN):
    async def ask_all():
        return [await chat.reply(question, options) for question in questions]

    return asyncio.run(ask_all())


def test_all_three_are_chats(tmp_path):
    (tmp_path / "r.jsonl").touch()
    for chat in (
        ScriptedChat([]),
        ReplayChat(tmp_path / "r.jsonl"),
        CachedChat(ScriptedChat([]), tmp_path, identity={}),
    ):
        assert isinstance(chat, Chat)


def test_a_script_says_its_lines_and_keeps_what_it_was_asked():
    chat = ScriptedChat(["一", FULL, lambda messages, options: messages[-1].text * 2])
    assert [reply.text for reply in run(chat, HELLO, HELLO, BYE)] == ["一", "好的", "再见再见"]
    assert chat.asked[0] == (HELLO, PLAIN)
    with pytest.raises(ChatFailed) as caught:
        run(chat, HELLO)
    assert str(caught.value) == "ScriptedChat: the script has no reply left; add replies to the script"


def test_a_script_may_go_on_forever_and_fail_on_the_way():
    chat = ScriptedChat([FAILED, "嗯"], forever=True)
    with pytest.raises(ChatFailed, match="too slow"):
        run(chat, HELLO)
    assert len(run(chat, *[HELLO] * 50)) == 50


def test_what_is_recorded_is_replayed_failures_too(tmp_path):
    path = tmp_path / "deep" / "run.jsonl"
    real = RecordingChat(ScriptedChat([FULL, "二", FAILED]), to_file(path))
    run(real, HELLO, BYE)
    with pytest.raises(ChatFailed):
        run(real, (Message.user("在吗"),))

    replay = ReplayChat(path)
    assert run(replay, BYE, HELLO) == [Reply(text="二", model="script"), FULL]
    with pytest.raises(ChatFailed) as caught:
        run(replay, (Message.user("在吗"),))
    assert (str(caught.value), caught.value.attempts) == ("model a: too slow; wait", 5)
    with pytest.raises(ChatFailed) as caught:
        run(replay, (Message.user("没问过"),))
    assert str(caught.value) == f"{path}: this exchange is not in the recording (没问过); record it again"


def test_the_same_question_is_answered_in_order(tmp_path):
    path = tmp_path / "run.jsonl"
    run(RecordingChat(ScriptedChat(["一", "二"]), to_file(path)), HELLO, HELLO)
    assert [reply.text for reply in run(ReplayChat(path), HELLO, HELLO, HELLO)] == ["一", "二", "二"]


def test_a_line_cut_off_at_the_end_is_left_out_and_one_in_the_middle_is_an_error(tmp_path):
    path = tmp_path / "run.jsonl"
    run(RecordingChat(ScriptedChat(["一", "二"]), to_file(path)), HELLO, BYE)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert run(ReplayChat(path), HELLO)[0].text == "一"
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(InputError) as caught:
        ReplayChat(path)
    assert str(caught.value) == f"{path}:1: this is not a recorded exchange; record it again"
    with pytest.raises(InputError, match="no such file or directory; name a file that was recorded"):
        ReplayChat(tmp_path / "none.jsonl")


def test_a_cache_asks_once_and_a_cached_reply_costs_nothing(tmp_path):
    ledger = Ledger()
    chat = CachedChat(ScriptedChat([FULL]), tmp_path, identity={"model": "m"}, ledger=ledger)
    first, second = run(chat, HELLO, HELLO)
    assert first == FULL
    assert (second.text, second.tool_calls, second.usage) == (FULL.text, FULL.tool_calls, FULL.usage)
    assert second.cached
    assert second.cost == Cost(amount=Decimal(0), currency="CNY")
    assert ledger.spent.cached == 1


def test_an_unknown_price_stays_unknown_in_the_cache(tmp_path):
    chat = CachedChat(ScriptedChat(["一"]), tmp_path, identity={})
    assert [reply.cost for reply in run(chat, HELLO, HELLO)] == [None, None]


@pytest.mark.parametrize(
    "options",
    [
        Options(temperature=0),
        Options(temperature=0.1),
        Options(top_p=0.1),
        Options(max_tokens=5),
        Options(seed=1),
        Options(sample=1),
        Options(stop=("完",)),
        Options(tools=(Tool(name="a", description="b"),)),
        Options(shape=Shape(name="a", schema={"type": "object"})),
    ],
)
def test_everything_that_matters_is_in_the_key(tmp_path, options):
    chat = CachedChat(ScriptedChat(["一", "二"]), tmp_path, identity={})
    run(chat, HELLO)
    assert run(chat, HELLO, options=options)[0].text == "二"


def test_whom_it_goes_to_and_what_was_said_are_in_the_key(tmp_path):
    for identity in ({"model": "a"}, {"model": "b"}, {"model": "a", "body": {"thinking": False}}):
        for messages in (HELLO, BYE, (Message.assistant("您好"),), (Message.user("您"), Message.user("好"))):
            assert not run(CachedChat(ScriptedChat(["新"]), tmp_path, identity=identity), messages)[0].cached


def test_failures_are_not_kept_and_a_broken_file_is_a_reply_not_kept(tmp_path):
    chat = CachedChat(ScriptedChat([FAILED, "一", "二"]), tmp_path, identity={})
    with pytest.raises(ChatFailed):
        run(chat, HELLO)
    assert run(chat, HELLO)[0].text == "一"
    (kept,) = tmp_path.glob("*/*.json")
    kept.write_bytes(kept.read_bytes()[:9])
    assert run(chat, HELLO)[0].text == "二"
    assert not list(tmp_path.glob("*/*.json.*"))


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert run(CachedChat(ScriptedChat(["一"]), blocked, identity={}), HELLO)[0].text == "一"


@given(
    st.builds(
        Reply,
        text=st.text(),
        reasoning=st.text(max_size=5),
        finish=st.sampled_from(FinishReason),
        usage=st.builds(Usage, input_tokens=st.integers(0, 10**9), estimated=st.booleans()),
        cost=st.none() | st.builds(Cost, amount=st.decimals(0, 9, places=6), currency=st.just("CNY")),
        latency=st.timedeltas(min_value=FULL.latency, max_value=FULL.latency),
        tool_calls=st.lists(st.builds(ToolCall, name=st.text(max_size=5), arguments=st.just({"a": 1})), max_size=2).map(
            tuple
        ),
    )
)
def test_a_reply_comes_back_from_json_as_it_was(reply):
    assert reply_from_json(json.loads(json.dumps(reply_to_json(reply)))) == reply


def test_the_key_does_not_depend_on_the_order_of_names():
    request = request_to_json(HELLO, Options(seed=1, temperature=0.5))
    assert key_of(request) == key_of(dict(reversed(request.items())))
