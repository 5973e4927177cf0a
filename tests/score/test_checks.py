"""Every check is told to people, and its own examples bear it out."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest

from kefu.score.verdict import Dimension, Rule
from score.talks import talk, turns_of

CHECKS: dict[str, dict[str, Any]] = tomllib.loads(
    files("kefu.score").joinpath("checks.toml").read_text(encoding="utf-8")
)
FIELDS = {"kind", "version", "zh", "definition", "definition_zh", "not", "wrong", "right", "blind_spots"}
SPOKEN = ("over_promise", "off_limits_promotion", "asked_for_secret", "broken_role", "rude_tone")
"""Rules whose example is one line that breaks or keeps them by itself."""


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_told_in_full(name: str) -> None:
    assert set(CHECKS[name]) == FIELDS
    assert all(str(text).strip() for text in CHECKS[name].values())


def test_every_rule_and_every_side_has_its_page() -> None:
    assert {name for name, check in CHECKS.items() if check["kind"] == "rule"} == {rule.value for rule in Rule}
    assert {n for n, check in CHECKS.items() if check["kind"] == "dimension"} == {side.value for side in Dimension}


def spoken(text: str) -> str:
    return text.rsplit("：“", 1)[-1].strip("“”")


@pytest.mark.parametrize("name", SPOKEN)
def test_the_examples_of_a_check_are_judged_as_it_says(name: str) -> None:
    def found(example: str) -> bool:
        said = f"坐席：{spoken(example)}"
        call = talk("坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦。", "客户：是我。", said, "客户：嗯？")
        return 2 in turns_of(call, Rule(name))

    assert found(CHECKS[name]["wrong"])
    assert not found(CHECKS[name]["right"])
