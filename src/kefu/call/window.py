"""A long talk fits the window of a model: recent words stay whole, older ones of the other side give way first.

One's own earlier lines stay to the last, since a speaker who forgets what he
said repeats it. The half, which is no part of the talk, is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kefu.llm.chat import Message, Role
from kefu.llm.price import tokens_of

__all__ = ["fitted"]

_REPLY = 600
"""Tokens kept free for the reply."""
_STAGES = ((16, 60, None), (12, 24, None), (8, 0, None), (6, 0, 60), (4, 0, 24))
"""Ever tighter: how many of the last messages stay whole; to how many characters others' and own older ones are cut."""


def fitted(messages: Sequence[Message], room: int | None, *, tight: int = 0, gap: str = "…") -> tuple[Message, ...]:
    """``messages`` in at most ``room`` tokens, as far as the stages go; at least ``tight`` of these are applied.

    ``gap`` stands for words of the other side that were left out altogether.
    """
    for stage in range(tight, len(_STAGES) + 1):
        tried = tuple(messages) if stage == 0 else _compacted(messages, *_STAGES[stage - 1], gap)
        if room is None or tokens_of(tried) + _REPLY <= room:
            return tried
    return _compacted(messages, *_STAGES[-1], gap)


def _compacted(messages: Sequence[Message], whole: int, others: int, own: int | None, gap: str) -> tuple[Message, ...]:
    older = max(0, len(messages) - whole)
    compact: list[Message] = []
    for number, message in enumerate(messages):
        if number >= older:
            compact.append(message)
        elif message.role is Role.ASSISTANT:
            compact.append(_cut(message, own, gap))
        else:
            compact.append(_cut(message, others, gap))
    return tuple(compact)


def _cut(message: Message, most: int | None, gap: str) -> Message:
    if most is None or len(message.text) <= max(most, len(gap)):
        return message
    return replace(message, text=f"{message.text[:most]}…" if most else gap)
