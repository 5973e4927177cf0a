"""One utterance of one party."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Speaker", "Turn"]


class Speaker(StrEnum):
    """The side that dials, or the side that answers."""

    CALLER = "caller"
    CUSTOMER = "customer"

    @property
    def other(self) -> Speaker:
        """The side that listens."""
        return Speaker.CUSTOMER if self is Speaker.CALLER else Speaker.CALLER


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one party said; ``hangs_up`` when it put the phone down after saying it, ``reason`` why.

    ``cleaned`` names what was taken out of the words of a model, ``raw`` is what
    it wrote; both are empty where it was said as it came.
    """

    speaker: Speaker
    text: str
    hangs_up: bool = False
    reason: str = ""
    cleaned: tuple[str, ...] = ()
    raw: str = ""
