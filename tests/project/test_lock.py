"""The lock files hold what pyproject.toml asks for, and nothing about the machine they were made on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pinned(text: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([\w.!+-]+)", text, re.M)}


def wanted(root: Path, *groups: str) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [*project["project"]["dependencies"], *(r for g in groups for r in project["dependency-groups"][g])]


@pytest.mark.parametrize(("lock", "groups"), [("run.lock", ("setup",)), ("dev.lock", ("setup", "dev"))])
def test_every_requirement_is_pinned_to_a_version_that_satisfies_it(
    root: Path, lock: str, groups: tuple[str, ...]
) -> None:
    pins = pinned((root / "requirements" / lock).read_text(encoding="utf-8"))
    for line in wanted(root, *groups):
        requirement = Requirement(line)
        version = pins.get(canonicalize_name(requirement.name))
        assert version, f"{lock}: {requirement.name} is not pinned; run scripts/lock"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {line}, pinned {version}"


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "inspect.lock"])
def test_every_pin_has_hashes_and_no_place(root: Path, lock: str) -> None:
    text = (root / "requirements" / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)
    assert not re.search(r"https?:|file:|--index|--find|(?<![\w-])/\w", text)


def test_what_runs_is_the_same_in_both(root: Path) -> None:
    run, dev = (pinned((root / "requirements" / lock).read_text(encoding="utf-8")) for lock in ("run.lock", "dev.lock"))
    assert run.items() <= dev.items()
