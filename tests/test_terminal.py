"""A person at the keyboard, as far as a pipe and a pseudo-terminal can stand in for one."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from kefu.call.call import Call, EndedBy, Ending
from kefu.call.party import PartyFailed
from kefu.call.talk import talk
from kefu.call.turn import Speaker, Turn
from kefu.terminal import HumanParty, Keyboard


class Answers:
    """A customer that says how often it was spoken to."""

    async def speak(self, call: Call) -> Turn:
        return Turn(speaker=Speaker.CUSTOMER, text=f"嗯{len(call.turns)}")


@contextmanager
def piped(raw: bytes) -> Iterator[IO[str]]:
    reading, writing = os.pipe()
    os.write(writing, raw)
    os.close(writing)
    with os.fdopen(reading) as source:
        yield source


async def hint(call: Call) -> str:
    if not call.turns:
        return "您好，我是回访员。"
    raise PartyFailed("nothing_to_say", "the document has no line")


def hold(raw: bytes) -> tuple[Call, str]:
    prompts = io.StringIO()
    with piped(raw) as source:
        person = HumanParty(Speaker.CALLER, Keyboard(source, prompts), hint)
        call = asyncio.run(talk(person, Answers(), Call(scenario="s"), max_turns=20))
    return call, prompts.getvalue()


def test_every_line_of_a_pipe_is_a_turn_and_its_end_hangs_up() -> None:
    call, prompts = hold("您好\n\n  请问方便吗  \n".encode())
    assert [turn.text for turn in call.turns] == ["您好", "嗯1", "请问方便吗", "嗯3"]
    assert call.ending == Ending(by=EndedBy.CALLER, reason="hung_up")
    assert prompts == "/hint shows what could be said now, /quit hangs up\n"


def test_quit_hangs_up() -> None:
    call, _prompts = hold("您好\n/quit\n不会再说\n".encode())
    assert [turn.text for turn in call.turns] == ["您好", "嗯1"]
    assert call.ending == Ending(by=EndedBy.CALLER, reason="hung_up")


def test_hints_are_shown_and_not_said() -> None:
    call, prompts = hold("/hint\n您好\n/hint\n/help\n".encode())
    assert [turn.text for turn in call.turns] == ["您好", "嗯1"]
    assert "hint: 您好，我是回访员。\n" in prompts
    assert "no hint: the document has no line\n" in prompts
    assert "there are only /hint and /quit\n" in prompts


def test_a_last_line_without_a_break_and_damaged_bytes_are_read() -> None:
    call, _prompts = hold("您好".encode() + b"\xff\x00")
    assert call.turns[0].text == "您好\ufffd"


def test_a_file_is_read_too(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "lines.txt"
    path.write_text("您好\n再见\n", encoding="utf-8")
    with path.open(encoding="utf-8") as source:
        person = HumanParty(Speaker.CALLER, Keyboard(source, io.StringIO()), hint)
        call = asyncio.run(talk(person, Answers(), Call(scenario="s")))
    assert [turn.text for turn in call.turns] == ["您好", "嗯1", "再见", "嗯3"]


def test_others_go_on_while_the_person_thinks() -> None:
    async def run() -> tuple[str | None, int]:
        reading, writing = os.pipe()
        ticks = 0
        with os.fdopen(reading) as source:
            asking = asyncio.create_task(Keyboard(source, io.StringIO()).line())
            while ticks < 5:
                await asyncio.sleep(0.01)
                ticks += 1
            os.write(writing, "好了\n".encode())
            os.close(writing)
            return await asking, ticks

    assert asyncio.run(run()) == ("好了", 5)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_command_within_a_paste_is_a_command() -> None:
    async def run() -> list[str | None]:
        import pty

        controlling, controlled = pty.openpty()
        with os.fdopen(controlled) as source:
            keyboard = Keyboard(source, io.StringIO())
            os.write(controlling, "第一行\n第二行\n/hint\n /quit\n第三行\n".encode())
            lines = [await keyboard.line() for _number in range(4)]
            os.close(controlling)
        return lines

    assert asyncio.run(run()) == ["第一行 第二行", "/hint", "/quit", "第三行"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_what_is_pasted_at_once_is_one_turn() -> None:
    async def run() -> tuple[str | None, str]:
        import pty

        controlling, controlled = pty.openpty()
        prompts = io.StringIO()
        with os.fdopen(controlled) as source:
            keyboard = Keyboard(source, prompts)
            os.write(controlling, "第一行\n第二行\n".encode())
            line = await keyboard.line()
            os.close(controlling)
        return line, prompts.getvalue()

    assert asyncio.run(run())[0] == "第一行 第二行"
