"""Calls for the tests: documents of the project, and two embedded parties that talk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kefu.call.call import Call
from kefu.call.persona import PersonaCustomer
from kefu.call.script import ScriptCaller
from kefu.call.talk import MAX_TURNS, talk
from kefu.call.turn import Speaker, Turn
from kefu.scenario.model import Persona, Scenario
from kefu.scenario.parse import parse_scenario

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.md"))
SHARED = sorted((ROOT.parent / "shared" / "scenarios").glob("*.md"))
_PIECE = re.compile(r"[。！？!?；;…\n—]+")
_MARK = re.compile(r"\W+")


@cache
def read(path: Path) -> Scenario:
    """The scenario in a file."""
    return parse_scenario(path.read_text(encoding="utf-8"), id=path.stem)


def example(name: str) -> Scenario:
    """An example of the project by the name of its file."""
    return read(ROOT / "examples" / f"{name}.md")


def hold(
    scenario: Scenario,
    seed: int = 0,
    *,
    persona: Persona | None = None,
    known: Mapping[str, str] | None = None,
    max_turns: int = MAX_TURNS,
) -> Call:
    """A call between the two embedded parties."""
    caller = ScriptCaller(scenario, known=known or {}, seed=seed)
    customer = PersonaCustomer(scenario, persona=persona, seed=seed)
    return asyncio.run(talk(caller, customer, Call(scenario=scenario.id, seed=seed), max_turns=max_turns))


def say(caller: ScriptCaller, scenario: Scenario, *customer: str) -> list[str]:
    """What the caller says when the customer answers its turns with ``customer``, one after the other."""

    async def turns() -> list[str]:
        call = Call(scenario=scenario.id)
        said: list[str] = []
        for answer in (*customer, None):
            turn = await caller.speak(call)
            said.append(turn.text)
            call = call.speak(turn)
            if answer is None or call.ending is not None:
                break
            call = call.speak(Turn(speaker=Speaker.CUSTOMER, text=answer))
        return said

    return asyncio.run(turns())


def reply(customer: PersonaCustomer, *caller: str) -> list[Turn]:
    """What the customer answers to ``caller``, one turn after the other."""

    async def turns() -> list[Turn]:
        call = Call(scenario="test")
        said: list[Turn] = []
        for text in caller:
            call = call.speak(Turn(speaker=Speaker.CALLER, text=text))
            turn = await customer.speak(call)
            said.append(turn)
            call = call.speak(turn)
            if call.ending is not None:
                break
        return said

    return asyncio.run(turns())


def pieces(text: str) -> list[str]:
    """The sentences of ``text`` without any punctuation."""
    return [bare for part in _PIECE.split(text) if (bare := _MARK.sub("", part))]


def repeats(call: Call) -> list[str]:
    """The sentences that a party says twice in ``call``."""
    found: list[str] = []
    for speaker in Speaker:
        seen: set[str] = set()
        for turn in call.turns:
            if turn.speaker is speaker:
                found.extend(piece for piece in pieces(turn.text) if piece in seen)
                seen.update(pieces(turn.text))
    return found
