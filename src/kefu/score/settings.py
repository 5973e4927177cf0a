"""The numbers that scoring goes by, kept as data: limits, severities, weights, caps, and each domain's profile."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from kefu.scenario.model import Domain

__all__ = ["data_hash", "domain_profile", "fidelity_settings", "rule_settings", "weight_settings"]


@cache
def rule_settings() -> Mapping[str, Any]:
    """``rules.toml``: limits and severities of the rules."""
    return tomllib.loads(_read("rules.toml").decode("utf-8"))


@cache
def weight_settings() -> Mapping[str, Any]:
    """``weights.toml``: what the dimensions and totals are made of."""
    return tomllib.loads(_read("weights.toml").decode("utf-8"))


@cache
def fidelity_settings() -> Mapping[str, Any]:
    """``fidelity.toml``: limits and words of the checks on the customer's side."""
    return tomllib.loads(_read("fidelity.toml").decode("utf-8"))


@cache
def domain_profile(domain: Domain | None) -> Mapping[str, Any]:
    """``domains/DOMAIN.toml``: what weighs more in that kind of call; without a domain nothing does."""
    return tomllib.loads(_read(f"domains/{domain.value}.toml").decode("utf-8")) if domain else {}


@cache
def data_hash(*names: str) -> str:
    """A short hash of the data files ``names`` as they stand."""
    return sha256(b"\0".join(_read(name) for name in names)).hexdigest()[:12]


def _read(name: str) -> bytes:
    return files("kefu.score").joinpath(name).read_bytes()
