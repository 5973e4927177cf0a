"""One place in a talk that tells of a person, and what sort of telling it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Found", "Kind", "word_data"]


class Kind(StrEnum):
    """What is masked."""

    NAME = "name"
    MOBILE = "mobile"
    LANDLINE = "landline"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    ACCOUNT = "account"
    PLATE = "plate"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``text[start:end]`` of a turn; ``key`` is the same where the same is meant: digits, a name."""

    kind: Kind
    start: int
    end: int
    key: str


@cache
def word_data() -> Mapping[str, Any]:
    """``words.toml``."""
    return tomllib.loads(files("kefu.masking").joinpath("words.toml").read_text(encoding="utf-8"))
