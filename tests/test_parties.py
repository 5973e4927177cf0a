"""Names become parties, and whoever is no party is refused before anybody speaks."""

from __future__ import annotations

import asyncio
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from kefu.call.call import Call
from kefu.call.turn import Speaker, Turn
from kefu.errors import InputError, UsageError
from kefu.files import load_scenario
from kefu.parties import Part, Parties, shown_name
from kefu.runtime import Rehearsal, check_ready, open_chat, rehearse
from kefu.scenario.model import Persona, Scenario
from kefu.scenario.parse import parse_scenario
from kefu.settings import Settings

SET = Settings(base_url="http://127.0.0.1:9/v1", model="small", models={"judge": {"model": "large"}})


@pytest.mark.parametrize(
    "name", ["script", "model:default", "model:judge", "model:some-7b", "http:http://h/x", "human"]
)
def test_who_can_call(name: str) -> None:
    Parties(SET).check(Speaker.CALLER, name)


@pytest.mark.parametrize("name", ["persona", "Script", "model", "robot:1", "", "humans"])
def test_who_cannot_call(name: str) -> None:
    if name == "model":
        Parties(SET).check(Speaker.CALLER, name)  # the default endpoint's own
        return
    with pytest.raises(UsageError) as caught:
        Parties(SET).check(Speaker.CALLER, name)
    assert str(caught.value) == (f"--caller: no caller is called '{name}'; choose script, model:NAME, http:URL, human")


def test_a_model_without_an_endpoint_is_refused_before_anybody_speaks() -> None:
    with pytest.raises(UsageError, match="model:small: no model is called 'small'"):
        check_ready(Scenario(), Rehearsal(caller="model:small"), Parties(Settings()))


def test_settings_are_not_read_where_nobody_needs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kefu.toml").write_text("broken", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    check_ready(Scenario(), Rehearsal())


@pytest.mark.parametrize(
    ("customer", "persona", "ready"),
    [
        ("persona", None, False),
        ("persona", Persona.DIRECT, True),
        ("model:small", None, False),
        ("model:small", Persona.DIRECT, True),
        ("human", None, True),
        ("http:http://h/x", None, True),
    ],
)
def test_who_needs_no_customer_half(customer: str, persona: Persona | None, ready: bool) -> None:
    halved = parse_scenario(
        "## 电话拨打方\n### 角色\n回访员\n### 核心任务\n回访\n### 分步流程和话术\n1. **问候**\n   - “您好。”\n"
        "### 开场白\n“您好。”\n### 结束条件与结束语\n**结束语：**\n- “再见。”\n"
    )
    plan = Rehearsal(customer=customer, persona=persona)
    if ready:
        check_ready(halved, plan, Parties(SET))
        return
    with pytest.raises(InputError, match="choose a customer with --persona NAME"):
        check_ready(halved, plan, Parties(SET))


def make_parrot(part: Part, argument: str) -> object:
    class Parrot:
        async def speak(self, call: Call) -> Turn:
            return Turn(speaker=part.side, text=argument, hangs_up=True, reason="completed")

    return Parrot()


def test_a_package_may_add_a_party(monkeypatch: pytest.MonkeyPatch, example: Path) -> None:
    point = EntryPoint(name="parrot", value=f"{__name__}:make_parrot", group="kefu.parties")
    monkeypatch.setattr(EntryPoint, "load", lambda _self: make_parrot)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == "kefu.parties" else [])
    call = asyncio.run(rehearse(load_scenario(str(example)), Rehearsal(caller="parrot:再见")))
    assert [turn.text for turn in call.turns] == ["再见"]
    assert call.caller == "parrot:再见"


def test_a_chat_by_name_is_one_endpoint_of_the_settings() -> None:
    async def run() -> object:
        async with open_chat("judge", SET) as chat:
            return chat

    assert getattr(asyncio.run(run()), "endpoint").model == "large"  # noqa: B009 -- the protocol has no endpoint


@pytest.fixture(scope="session")
def example(root: Path) -> Path:
    return root / "examples" / "care.md"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("http:http://h/x?token=abc&b=1#m", "http:http://h/x?token=***&b=***#m"),
        ("https://h/x?abc", "https://h/x?***"),
        ("http://h/x", "http://h/x"),
        ("model:a?b=c", "model:a?b=c"),
        ("script", "script"),
    ],
)
def test_what_may_be_a_key_in_an_address_is_shown_as_stars(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("abc\ndef", "the key holds a line break or another control character"),
        ("密钥abc", "the key holds characters that are not ASCII"),
    ],
)
def test_a_key_that_no_header_takes_is_refused_before_anybody_speaks(key: str, problem: str) -> None:
    with pytest.raises(InputError) as of_agent:
        Parties(Settings(agent_key=key)).check(Speaker.CALLER, "http:http://h/x")
    assert str(of_agent.value) == f"KEFU_AGENT_KEY: {problem}; copy it again, on one line"
    with pytest.raises(InputError, match=problem):
        Parties(Settings(base_url="http://h/v1", model="m", api_key=key)).check(Speaker.CALLER, "model:default")
