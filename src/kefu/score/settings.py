"""The numbers that scoring goes by, kept as data: limits, severities, weights, caps, and each domain's profile."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from kefu.scenario.model import Domain

__all__ = ["data_hash", "domain_profile", "fidelity_settings", "package_hash", "rule_settings", "weight_settings"]


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


@cache
def package_hash(package: str) -> str:
    """A short hash of every data file of ``kefu.PACKAGE``, with its name, wherever it lies in it."""
    found = sorted(_data_files(files(f"kefu.{package}"), ""))
    return sha256(b"\0".join(part for name, data in found for part in (name.encode(), data))).hexdigest()[:12]


def _data_files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _data_files(entry, name)
        elif entry.name.endswith((".toml", ".json")):
            yield name, entry.read_bytes()


def _read(name: str) -> bytes:
    return files("kefu.score").joinpath(name).read_bytes()
