"""Whoever holds one side of a call: the seam between the talk and the parties."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kefu.call.call import Call
from kefu.call.turn import Turn

__all__ = ["Party", "PartyFailed"]


@runtime_checkable
class Party(Protocol):
    """One side of one call; a party is made for a call and used for no other."""

    async def speak(self, call: Call) -> Turn:
        """The next turn of this side. Raises :class:`PartyFailed` when it has none."""
        ...


class PartyFailed(Exception):
    """A party could not speak: ``reason`` is a word for programs, the message a line for people.

    ``to_blame`` where the party itself failed, as a program under test that
    crashed, and not what stands behind it. The talk turns it into an ending by
    ``error``; it never reaches a door.
    """

    def __init__(self, reason: str, message: str, *, to_blame: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.to_blame = to_blame
