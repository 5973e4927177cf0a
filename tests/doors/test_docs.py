"""The pages tell the truth: what they tell a reader to type prints what they show, and their links lead somewhere."""

from __future__ import annotations

import re

import pytest

import console

ROOT = console.ROOT
FILES = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "training" / "README.md")
PAGES = sorted(str(path.relative_to(ROOT)) for path in FILES)


@pytest.mark.parametrize("page", console.PAGES)
def test_commands_print_what_the_page_shows(page: str) -> None:
    assert console.renewed(page) == (ROOT / page).read_text(encoding="utf-8"), "run scripts/check --fix"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", text):
        if not re.match(r"\w+:", target):
            assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_scripts_that_are_named_exist(page: str) -> None:
    for script in re.findall(r"\bscripts/[a-z]+\b", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / script).is_file(), script


def test_both_readmes_tell_the_same() -> None:
    def commands(page: str) -> list[str]:
        return re.findall(r"^\$ .*|^scripts/\w+", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)

    assert commands("README.md") == commands("README.zh-CN.md")
