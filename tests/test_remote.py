"""A program under test over HTTP: what it is sent, and what comes of everything it can do wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.talk import talk
from kefu.call.turn import Speaker, Turn
from kefu.errors import UsageError
from kefu.llm.secret import Secret
from kefu.parties import Part, Parties
from kefu.remote import Agent, RemoteParty, agent_address, is_chat_address
from kefu.scenario.model import Scenario
from kefu.settings import Settings
from llm.endpoint import completion, serve
from serving import Program

pytestmark = pytest.mark.usefixtures("loopback")

KEY = "agent-planted-0123456789"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Says:
    """A customer of one line."""

    async def speak(self, call: Call) -> Turn:
        return Turn(speaker=Speaker.CUSTOMER, text="喂？")


def hold(answer: Answer, **settings: Any) -> Call:
    async def run() -> Call:
        program = Program(answer)
        await program.start()
        agent = Agent(program.url, key=Secret(KEY), **{"timeout": 0.5, **settings})
        party = RemoteParty(agent=agent, side=Speaker.CALLER, seed=3, known={"单号": "A7"}, session="s1")
        try:
            return await talk(party, Says(), Call(scenario="repair"), max_turns=10)
        finally:
            await agent.aclose()
            await program.stop()

    return asyncio.run(run())


def always(**response: Any) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(**response)

    return answer


def said(text: Any = "您好", **fields: Any) -> str:
    return json.dumps({"text": text, **fields}, ensure_ascii=False)


def test_the_contract() -> None:
    asked: list[Any] = []
    keys: list[str | None] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        asked.append(body)
        keys.append(request.headers.get("Authorization"))
        last = len(body["turns"]) >= 2
        return web.json_response({"text": "再见" if last else "您好", "hang_up": last, "reason": "completed"})

    call = hold(answer)
    assert [turn.text for turn in call.turns] == ["您好", "喂？", "再见"]
    assert call.ending == Ending(by=EndedBy.CALLER, reason="completed")
    first = {"session": "s1", "scenario": "repair", "side": "caller", "seed": 3, "known": {"单号": "A7"}}
    turns = [{"speaker": "caller", "text": "您好"}, {"speaker": "customer", "text": "喂？"}]
    assert asked == [{**first, "turns": []}, {**first, "turns": turns}]
    assert keys == [f"Bearer {KEY}"] * 2


def test_a_program_may_hang_up_without_a_word() -> None:
    call = hold(always(text='{"hang_up": true}', content_type="application/json"))
    assert (call.turns, call.ending) == ((), Ending(by=EndedBy.CALLER, reason="hung_up"))


def test_a_program_may_answer_in_events() -> None:
    pieces = ('data: {"text": "您好，"}', ": still there", 'data: {"text": "再见"}', 'data: {"hang_up": true}')
    events = "\n\n".join((*pieces, "data: [DONE]", ""))
    call = hold(always(text=events, content_type="text/event-stream"))
    assert [turn.text for turn in call.turns] == ["您好，再见"]
    assert call.ending == Ending(by=EndedBy.CALLER, reason="hung_up")


async def hangs(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


async def drops(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


FAULTS: list[tuple[Answer, str, str]] = [
    (always(status=500, text="Traceback: boom"), "agent_crashed", "HTTP 500 'Traceback: boom'"),
    (always(status=404, text="nothing here"), "agent_crashed", "HTTP 404 'nothing here'"),
    (always(status=302, headers={"Location": "http://127.0.0.1:1/"}), "agent_crashed", "HTTP 302"),
    (hangs, "agent_timeout", "no answer within 0.5 s"),
    (drops, "agent_crashed", "ServerDisconnectedError"),
    (always(text="<html>welcome"), "agent_nonsense", "no JSON object with a text came back: '<html>welcome'"),
    (always(text=""), "agent_nonsense", "no JSON object with a text came back: ''"),
    (always(text="[]"), "agent_nonsense", "no JSON object with a text came back: '[]'"),
    (always(text=said("  ")), "agent_nonsense", "no JSON object with a text came back"),
    (always(text=said(None)), "agent_nonsense", "no JSON object with a text came back"),
    (always(text=said(hang_up="false")), "agent_nonsense", "hang_up must be true or false, without quotes: '{"),
    (always(body=said().encode("gbk")), "agent_nonsense", "the answer is not UTF-8: "),
    (always(text=said("（沉默）")), "agent_nonsense", "the program said nothing that can be spoken"),
    (always(status=500, text="x" * 115 + KEY), "agent_crashed", "x***"),
    (always(text="[" * 100_000), "agent_nonsense", "no JSON object with a text came back"),
    (always(text="x" * 1_100_000), "agent_nonsense", "the answer is larger than 1000000 bytes"),
    (always(text=said(), content_type="text/event-stream"), "agent_nonsense", "no JSON object with a text came back"),
    (always(status=401, text=f"wrong key {KEY}"), "agent_crashed", "HTTP 401 'wrong key ***'"),
]


@pytest.mark.parametrize(("answer", "reason", "detail"), FAULTS)
def test_what_it_does_wrong_is_its_own_failure(answer: Answer, reason: str, detail: str) -> None:
    call = hold(answer)
    assert call.turns == ()
    assert call.ending is not None
    assert (call.ending.by, call.ending.reason, call.ending.fault) == (EndedBy.ERROR, reason, Speaker.CALLER)
    assert call.ending.detail.startswith("caller: ")
    assert detail in call.ending.detail
    assert KEY[:8] not in call.ending.detail


def test_a_program_that_is_not_there() -> None:
    async def run() -> Call:
        agent = Agent("http://127.0.0.1:9/turn")
        party = RemoteParty(agent=agent, side=Speaker.CALLER)
        try:
            return await talk(party, Says(), Call(scenario="repair"))
        finally:
            await agent.aclose()

    call = asyncio.run(run())
    assert call.ending is not None
    assert (call.ending.reason, call.ending.fault) == ("agent_unreachable", Speaker.CALLER)


def test_the_turns_before_a_crash_are_kept() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        turns = (await request.json())["turns"]
        return web.Response(text=said()) if not turns else web.Response(status=500)

    call = hold(answer)
    assert [turn.text for turn in call.turns] == ["您好", "喂？"]
    assert call.ending is not None
    assert call.ending.reason == "agent_crashed"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http:http://localhost:8000/turn", "http://localhost:8000/turn"),
        ("http:https://agent.example/v1", "https://agent.example/v1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://agent.example/a", "https://agent.example/a"),
    ],
)
def test_addresses(given: str, address: str) -> None:
    assert agent_address(given) == address


@pytest.mark.parametrize("given", ["http:", "http:localhost", "http:http://", "http:ftp://a/b", "http:http://a:x/"])
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        agent_address(given)
    assert str(caught.value).startswith("http:URL: '")
    assert str(caught.value).endswith("write http:http://HOST:PORT/PATH, and set a key as KEFU_AGENT_KEY")


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        agent_address("http:http://me:hush-hush@localhost/")
    assert "hush-hush" not in str(caught.value)


def test_which_addresses_are_chat_endpoints() -> None:
    assert is_chat_address("http://localhost/v1/")
    assert is_chat_address("http://localhost/api/chat/completions?x=1")
    assert not is_chat_address("http://localhost/v1/turn")


def chat_with(answer: Callable[[dict[str, Any]], Any]) -> tuple[Call, list[dict[str, Any]]]:
    async def run() -> tuple[Call, list[dict[str, Any]]]:
        async with serve(answer=answer) as local, Parties(Settings(agent_key=KEY, agent_timeout=5)) as parties:
            part = Part(side=Speaker.CALLER, scenario=Scenario(), known={})
            party = parties.open(f"http:{local.base_url}#mine", part)
            call = await talk(party, Says(), Call(scenario="repair"), max_turns=5)
            assert all(one.headers["Authorization"] == f"Bearer {KEY}" for one in local.asked)
            return call, [one.body for one in local.asked]

    return asyncio.run(run())


def test_a_chat_endpoint_is_told_the_talk_and_nothing_else() -> None:
    hang_up = {"id": "1", "type": "function", "function": {"name": "hang_up", "arguments": "{}"}}

    def answer(body: dict[str, Any]) -> Any:
        if len(body["messages"]) == 1:
            return completion("您好")
        return completion("再见", message={"tool_calls": [hang_up]}, finish="tool_calls")

    call, asked = chat_with(answer)
    assert [turn.text for turn in call.turns] == ["您好", "喂？", "再见"]
    assert call.ending == Ending(by=EndedBy.CALLER, reason="hung_up")
    assert asked[1]["model"] == "mine"
    assert [message["role"] for message in asked[1]["messages"]] == ["user", "assistant", "user"]
    assert asked[1]["tools"][0]["function"]["name"] == "hang_up"


def test_a_chat_endpoint_that_fails_is_to_blame() -> None:
    call, _asked = chat_with(lambda _body: web.json_response({"error": {"message": "no such user"}}, status=401))
    assert call.ending is not None
    assert (call.ending.reason, call.ending.fault) == ("agent_unauthorised", Speaker.CALLER)
    assert "no such user" in call.ending.detail
    assert call.ending.detail.endswith("; set KEFU_AGENT_KEY")
    assert "KEFU_API_KEY" not in call.ending.detail


BOTH = "您好，请问是本人吗？\n客户：对，我是。\n客服：那我说一下。"


def test_of_a_program_that_speaks_both_sides_only_its_own_first_words_are_heard() -> None:
    by_contract = hold(always(text=said(BOTH, hang_up=True)))
    by_chat, _asked = chat_with(lambda _body: completion(BOTH))
    for call in (by_contract, by_chat):
        turn = call.turns[0]
        assert (turn.text, turn.cleaned, turn.raw) == ("您好，请问是本人吗？", ("other_side",), BOTH)


def test_what_a_terminal_would_obey_is_not_said() -> None:
    call = hold(always(text=said("您\a好\u202e，\x1b[31m再\x1b[0m见\n\r\n好", hang_up=True, reason="done\a\nnow")))
    assert [turn.text for turn in call.turns] == ["您好，再见，好"]
    assert call.turns[0].cleaned == ("control",)
    assert call.ending == Ending(by=EndedBy.CALLER, reason="done now")


def test_a_lecture_is_cut_and_that_is_recorded() -> None:
    (turn,) = hold(always(text=said("这一句有十个字左右。" * 900, hang_up=True))).turns
    assert (len(turn.text), turn.cleaned) == (8000, ("too_long",))


def test_a_program_that_answers_in_a_declared_charset_is_understood() -> None:
    body = said("您好", hang_up=True).encode("gbk")
    (turn,) = hold(always(body=body, headers={"Content-Type": "application/json; charset=gbk"})).turns
    assert turn.text == "您好"


def test_a_key_that_a_program_repeats_is_not_kept() -> None:
    call = hold(always(text=said(f"我的钥匙是{KEY}。", hang_up=True, reason=KEY)))
    assert call.turns[0].raw == "我的钥匙是***。"
    assert KEY not in call.turns[0].text
    assert call.ending == Ending(by=EndedBy.CALLER, reason="***")
    heard, _asked = chat_with(lambda _body: completion(f"我的钥匙是{KEY}。"))
    assert heard.turns[0].raw == "我的钥匙是***。"
    assert KEY not in heard.turns[0].text


def test_a_key_in_the_address_is_shown_to_nobody() -> None:
    async def run() -> Call:
        program = Program(always(status=500, text="no hush-hush-token here"))
        await program.start()
        agent = Agent(f"{program.url}?token=hush-hush-token&plain")
        try:
            return await talk(RemoteParty(agent=agent, side=Speaker.CALLER), Says(), Call(scenario="repair"))
        finally:
            await agent.aclose()
            await program.stop()

    call = asyncio.run(run())
    assert call.ending is not None
    assert "?token=***&***: HTTP 500 'no *** here'" in call.ending.detail
    with pytest.raises(UsageError) as caught:
        agent_address("http:ftp://h/?token=hush-hush-token")
    assert "hush" not in str(caught.value)
