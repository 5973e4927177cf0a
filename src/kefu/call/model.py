"""A language model on either side of the call: it gets its own half and the talk so far, and says one turn.

It hangs up through a tool that is offered with every request, or by a mark that
is taken out of its words where an endpoint has no tools. What it writes is
cleaned for the phone, and what was cleaned stands on the turn.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from kefu.call.call import Call
from kefu.call.cleaning import NOBODY, Names, clean_line, names_in, storable
from kefu.call.half import half_of, name_of
from kefu.call.party import PartyFailed
from kefu.call.turn import Speaker, Turn
from kefu.call.window import fitted
from kefu.i18n import gettext as _
from kefu.llm.chat import Chat, ChatFailed, FailureReason, FinishReason, Message, Options, Reply, Tool
from kefu.llm.price import tokens_of
from kefu.scenario.model import Persona, Scenario

__all__ = [
    "HANG_UP",
    "ModelParty",
    "Role",
    "hang_up_tool",
    "heard_reply",
    "names_of",
    "prompt_hash",
    "role_of",
    "spoken",
    "talk_messages",
]

HANG_UP = "hang_up"
_TIGHTER = 5
_RAW = 4_000
_SPOKEN = 1_000
_ENDS = tuple('。！？!?…~～”"」』）)')
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who a model is in one call: its instructions, what the two sides are called, and how it is asked."""

    side: Speaker
    system: Message
    names: Names
    options: Options


def role_of(
    scenario: Scenario,
    side: Speaker,
    *,
    known: Mapping[str, str] = _NOTHING,
    persona: Persona | None = None,
    seed: int = 0,
) -> Role:
    """The role of ``side``; ``known`` is what is known of the customer, ``persona`` a character instead of its own."""
    return Role(
        side=side,
        system=Message.system(_system(scenario, side, known, persona)),
        names=names_of(scenario, side),
        options=Options(seed=seed, sample=seed, tools=(hang_up_tool(side),)),
    )


class ModelParty:
    """One side of one call, spoken by ``chat``.

    ``window`` is the number of tokens the model can be sent; ``None`` where that
    is not known and only a refusal tells.
    """

    def __init__(self, chat: Chat, role: Role, *, window: int | None = None) -> None:
        self._chat = chat
        self._role = role
        self._room = None if window is None else window - tokens_of((role.system,))
        self._tight = 0

    async def speak(self, call: Call) -> Turn:
        """The model's next turn. Raises :class:`PartyFailed` when it has none after all tries."""
        turn = heard_reply(await self._reply(call), self._role.side, self._role.names)
        if not turn.text and not turn.hangs_up:
            turn = heard_reply(await self._reply(call, again=True), self._role.side, self._role.names)
        if not turn.text and not turn.hangs_up:
            raise PartyFailed(FailureReason.EMPTY_REPLY.value, _("the model wrote nothing that can be spoken"))
        return turn

    async def _reply(self, call: Call, *, again: bool = False) -> Reply:
        while True:
            messages = fitted(talk_messages(call, self._role.side), self._room, tight=self._tight, gap=_words()["cut"])
            if again:
                messages = (*messages, Message.user(_words()["again"]))
            try:
                return await self._chat.reply((self._role.system, *messages), self._role.options)
            except ChatFailed as failed:
                if failed.reason is not FailureReason.CONTEXT_LENGTH or self._tight >= _TIGHTER:
                    raise PartyFailed(failed.reason.value, str(failed)) from None
                self._tight += 1


def talk_messages(call: Call, side: Speaker) -> tuple[Message, ...]:
    """The talk so far as ``side`` lived it: its own lines as the assistant's, the other's as the user's."""
    messages = [Message.user(_words()["opening"])] if side is Speaker.CALLER else []
    said = (Message.assistant(turn.text) if turn.speaker is side else Message.user(turn.text) for turn in call.turns)
    return (*messages, *said)


@cache
def hang_up_tool(side: Speaker) -> Tool:
    """The tool by which a model on ``side`` ends the call."""
    words = _words()["hang_up"]
    reasons: list[str] = words["reasons"][side.value]
    return Tool(
        name=HANG_UP,
        description=words["description"],
        parameters={
            "type": "object",
            "properties": {
                "last_words": {"type": "string", "description": words["last_words"]},
                "reason": {"type": "string", "enum": reasons, "description": words["reason"]},
            },
            "required": ["last_words", "reason"],
        },
    )


def names_of(scenario: Scenario, side: Speaker) -> Names:
    """What both sides are called by their halves, for the labels before lines; no model is told."""
    names: dict[Speaker, tuple[str, ...]] = {}
    for one, role in ((Speaker.CALLER, scenario.caller.role), (Speaker.CUSTOMER, scenario.customer.role)):
        own = name_of(scenario, one)
        names[one] = tuple(dict.fromkeys([*([own] if own else []), *names_in(role)]))
    # a role may name whom it talks with; that is the other's name all the same
    first = name_of(scenario, side.other)
    own = tuple(name for name in names[side] if name != first)
    return Names(own=own, other=tuple(name for name in names[side.other] if name not in own))


def heard_reply(reply: Reply, side: Speaker, names: Names = NOBODY, *, longest: int = _SPOKEN) -> Turn:
    """What the other side hears of a reply: the words, cleaned, and whether the phone was put down after them."""
    ended = next((tool for tool in reply.tool_calls if tool.name.strip().removesuffix("()") == HANG_UP), None)
    written = reply.text
    if ended is not None:
        last = ended.arguments.get("last_words")
        if isinstance(last, str) and last.strip() and last.strip() not in written:
            written = f"{written}\n{last}".strip()
    reason = _reason(ended.arguments if ended else {}, side)
    turn = spoken(written, side, names, reason=reason if ended is not None else "", longest=longest)
    if reply.finish is FinishReason.LENGTH and turn.text and not turn.text.endswith(_ENDS):
        text = _whole_sentences(turn.text)
        return replace(turn, text=text, cleaned=(*turn.cleaned, "cut_short"), raw=storable(written[:_RAW]))
    return turn


def spoken(written: str, side: Speaker, names: Names = NOBODY, *, reason: str = "", longest: int = _SPOKEN) -> Turn:
    """The turn in what a model or a program wrote; with a ``reason`` it hangs up after it."""
    cleaned = clean_line(written, side, names, longest=longest)
    hangs_up = bool(reason) or cleaned.hangs_up
    return Turn(
        speaker=side,
        text=cleaned.text,
        hangs_up=hangs_up,
        reason=(reason or "hung_up") if hangs_up else "",
        cleaned=cleaned.removed,
        raw=storable(written[:_RAW]) if cleaned.removed else "",
    )


def prompt_hash() -> str:
    """A hash over everything that a model on the phone is told, for the record of a call."""
    folder = files("kefu.call").joinpath("prompts")
    names = ("caller.md", "customer.md", "words.toml", "cleaning.toml")
    return sha256(b"\0".join(folder.joinpath(name).read_bytes() for name in names)).hexdigest()[:12]


def _reason(arguments: Mapping[str, Any], side: Speaker) -> str:
    reason = arguments.get("reason")
    return reason if isinstance(reason, str) and reason in _words()["hang_up"]["reasons"][side.value] else "hung_up"


def _whole_sentences(text: str) -> str:
    """``text`` up to the end of its last whole sentence; all of it where there is none."""
    end = max(text.rfind(mark) for mark in "。！？!?…")
    return text[: end + 1] if end > 0 else text


def _system(scenario: Scenario, side: Speaker, known: Mapping[str, str], persona: Persona | None) -> str:
    words = _words()
    half = half_of(scenario, side, known) or words["no_half"]
    parts: dict[str, str] = {"half": half, "mark": words["mark"], "known": "", "character": ""}
    if side is Speaker.CALLER and known:
        lines = "".join(f"\n- {name}：{value}" for name, value in known.items())
        parts["known"] = f"\n{words['known']}{lines}\n"
    if side is Speaker.CUSTOMER:
        changed = persona is not None and persona is not scenario.persona
        character = f"{words['character']['lead']}{words['character'][persona.value]}" if persona and changed else ""
        parts["character"] = f"\n{character}\n" if character else ""
    return _filled(_prompt(side.value), parts).strip()


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with its fields; braces in the parts themselves, which come from documents, stay as they are."""
    head, *rest = template.split("{")
    filled = [head]
    for piece in rest:
        name, _brace, after = piece.partition("}")
        filled += [parts[name], after]
    return "".join(filled)


@cache
def _prompt(name: str) -> str:
    return files("kefu.call").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("kefu.call").joinpath("prompts", "words.toml").read_text(encoding="utf-8"))
