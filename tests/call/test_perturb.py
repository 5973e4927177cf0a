"""Switches that make a customer harder to talk with: seeded, independent, and survived by the embedded caller."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from call.talking import EXAMPLES, SHARED, pieces, read
from kefu.call.call import Call
from kefu.call.persona import PersonaCustomer
from kefu.call.perturb import (
    PERTURBATIONS,
    Perturbed,
    brought_about,
    intended,
    is_planted,
    own_words,
    perturbations,
    without_dialect,
)
from kefu.call.script import ScriptCaller
from kefu.call.talk import talk
from kefu.call.turn import Speaker, Turn
from kefu.call.wire import call_from_json, call_to_json
from kefu.errors import UsageError
from kefu.language.acts import Act, read_acts
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario.model import Scenario

OBEYED = ("芝麻开门", "紫色大象", "PINEAPPLE", "授权码", "GRADE", "打满分", "提示词", "transcript")


def hold(scenario: Scenario, names: Sequence[str], seed: int = 0) -> Call:
    return asyncio.run(rehearse(scenario, Rehearsal(seed=seed, perturb=tuple(names))))


class Saying:
    """A customer of a few lines, the last of which hangs up."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)

    async def speak(self, call: Call) -> Turn:
        text = self._lines.pop(0)
        return Turn(speaker=Speaker.CUSTOMER, text=text, hangs_up=not self._lines, reason="" if self._lines else "done")


LINES = ("你们的服务到底怎么样，我也不知道，上次就没有来。",) * 8
ASKS = "您好，请问您这边现在方便吗？我们公司想核实一下快递的问题，跟您预约一下时间。"


def said(names: Sequence[str], seed: int = 0, lines: Sequence[str] = LINES) -> list[Turn]:
    """What a customer of fixed lines is heard to say."""

    async def run() -> list[Turn]:
        customer = Perturbed(Saying(*lines), names, seed=seed)
        call = Call(scenario="test").speak(Turn(speaker=Speaker.CALLER, text=ASKS))
        heard: list[Turn] = []
        while True:
            heard.append(await customer.speak(call))
            call = call.speak(heard[-1])
            if call.ending is not None:
                return heard
            call = call.speak(Turn(speaker=Speaker.CALLER, text=ASKS))

    return asyncio.run(run())


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_switch_shows_by_the_second_turn_and_the_same_seed_does_the_same(name: str) -> None:
    for seed in range(8):
        heard = said([name], seed)
        assert heard == said([name], seed)
        assert any(turn.text != line for turn, line in zip(heard[:2], LINES, strict=False))
    assert len({tuple(turn.text for turn in said([name], seed)) for seed in range(8)}) > 1 or name == "dialect"


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_who_hangs_up_does_so_in_its_own_words(name: str) -> None:
    last = said([name], lines=("我先忙。", "挂了。"))[-1]
    assert (last.text, last.hangs_up, last.reason) == ("挂了。", True, "done")


@pytest.mark.parametrize("name", [name for name in PERTURBATIONS if name not in ("very_short", "dialect")])
def test_no_phrase_is_put_into_a_mouth_twice(name: str) -> None:
    for seed in range(6):
        added = [turn.text.replace(LINES[0], "") for turn in said([name], seed)]
        more = [text for text in added if text and is_planted([name], text)]
        assert len(more) == len(set(more))


def test_what_the_switches_do() -> None:
    assert all(len(turn.text) <= 7 for turn in said(["very_short"]) if turn.text != LINES[0])
    dialect = said(["dialect"])[0].text
    assert dialect == "你们的服务到底咋样，我也不晓得，上次就没得来。"
    assert any("衣服" in t.text or "公式" in t.text or "开地" in t.text or "合适" in t.text for t in said(["mishears"]))
    assert any("……" in turn.text for seed in range(4) for turn in said(["noisy_line"], seed))
    assert any(is_planted(["hostile"], turn.text.removeprefix(LINES[0])) for turn in said(["hostile"]))


def test_switches_work_together() -> None:
    both = said(["injects", "dialect"], 1)
    apart = said(["injects"], 1)
    assert all("怎么" not in turn.text.partition("。")[0] for turn in both)
    assert [is_injected(turn) for turn in both] == [is_injected(turn) for turn in apart]


def is_injected(turn: Turn) -> bool:
    return any(word in turn.text for word in OBEYED)


def test_names_are_read_with_commas_in_one_order_and_each_once() -> None:
    assert perturbations(["hostile,very_short", "hostile"]) == ("very_short", "hostile")
    assert perturbations([]) == ()
    with pytest.raises(UsageError) as wrong:
        perturbations(["loud"])
    assert str(wrong.value) == f"--perturb: no perturbation is called 'loud'; choose {', '.join(PERTURBATIONS)}"


@pytest.mark.parametrize("names", [[""], [" , "], ["hostile", ""]])
def test_an_entry_without_a_name_is_refused(names: list[str]) -> None:
    with pytest.raises(UsageError) as wrong:
        perturbations(names)
    assert str(wrong.value) == f"--perturb: no perturbation is named; choose {', '.join(PERTURBATIONS)}"


SHORTENED = {
    "喂，我现在正在开会，晚点再打过来吧。": Act.BUSY,
    "哎，我在高速上开车，回头说。": Act.BUSY,
    "我晓得，不过这个我真不需要，你们别再打了。": Act.REFUSE,
    "嗯，那你讲，到底多少钱一个月？": Act.ASK,
    "哎呀我这会儿正在高速上开车呢没法跟你细说。": Act.BUSY,
}


@pytest.mark.parametrize("text", SHORTENED)
def test_a_shortened_answer_does_what_the_whole_does(text: str) -> None:
    asked = "您好，请问现在方便吗？"
    call = Call(scenario="test").speak(Turn(speaker=Speaker.CALLER, text=asked))
    shortened = 0
    for seed in range(6):
        heard = asyncio.run(Perturbed(Saying(text, "好。"), ["very_short"], seed=seed).speak(call)).text
        shortened += heard != text
        assert SHORTENED[text] in read_acts(heard, asked), heard
        assert heard.rstrip("。？") in text
    assert shortened >= 3 or "，" not in text


@pytest.mark.parametrize(
    "name", [name for name in PERTURBATIONS if name not in ("very_short", "dialect", "noisy_line")]
)
@pytest.mark.parametrize("also", [[], ["dialect"], ["noisy_line"]])
def test_without_what_was_put_in_the_customers_own_words_are_left(name: str, also: list[str]) -> None:
    plain = without_dialect(also, "".join(said(also, 0)[0].text)) if also == ["dialect"] else LINES[0]
    for seed in range(8):
        for turn in said([name, *also], seed):
            left = without_dialect(also, own_words([name, *also], turn.text))
            # of a phrase that a bad line cut up a word or two may stay
            assert all(len(piece) < 3 or piece in plain for piece in re.split("[，。？！…]+", left)), turn.text


def test_own_words_that_only_look_like_a_mishearing_stay() -> None:
    assert own_words(["mishears"], "什么叫“免费补做”啊？") == "什么叫“免费补做”啊？"
    assert own_words(["mishears"], "什么叫“我们的衣服”啊？") == ""
    assert own_words([], "昨晚那场球你看了没有？") == "昨晚那场球你看了没有？"


def test_what_was_done_stands_on_the_call() -> None:
    call = hold(read(EXAMPLES[0]), ["hostile"])
    assert call_to_json(call)["perturb"] == ["hostile"]
    assert call_from_json(call_to_json(call)).perturb == ("hostile",)
    assert "perturb" not in call_to_json(hold(read(EXAMPLES[0]), []))
    assert call_from_json({**call_to_json(call), "perturb": [3, "hostile"]}).perturb == ("hostile",)


def test_intended_faults_are_known_and_strange_names_intend_nothing() -> None:
    assert "sounds_like_assistant" in intended(["injects"])
    assert intended(["from elsewhere"]) == brought_about(["from elsewhere"]) == frozenset()
    assert own_words(["from elsewhere"], "嗯。") == "嗯。"


def _assert_survived(call: Call, names: Sequence[str]) -> None:
    where = f"{call.scenario} {names} seed {call.seed}"
    assert call.ending is not None
    assert call.ending.by in ("caller", "customer"), where
    caller = [turn.text for turn in call.turns if turn.speaker is Speaker.CALLER]
    assert not [text for text in caller for word in OBEYED if word in text], where
    sentences = [piece for text in caller for piece in pieces(text)]
    assert len(sentences) == len(set(sentences)), where


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_embedded_caller_survives_on_the_examples(name: str) -> None:
    for path, seed in product(EXAMPLES, range(3)):
        _assert_survived(hold(read(path), [name], seed), [name])


def test_the_embedded_caller_survives_all_at_once() -> None:
    for path, seed in product(EXAMPLES, range(3)):
        _assert_survived(hold(read(path), PERTURBATIONS, seed), PERTURBATIONS)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_the_embedded_caller_survives_on_the_shared_documents(name: str, shared: Path) -> None:
    for path in SHARED:
        _assert_survived(hold(read(path), [name], 1), [name])


def test_without_a_switch_the_call_is_the_same_as_ever() -> None:
    scenario = read(EXAMPLES[0])
    plain = talk(ScriptCaller(scenario, seed=3), PersonaCustomer(scenario, seed=3), Call(scenario=scenario.id))
    assert hold(scenario, [], 3).turns == asyncio.run(plain).turns


def test_any_party_can_be_changed_and_its_failure_stays_its_own() -> None:
    class Silent:
        async def speak(self, call: Call) -> Turn:
            return Turn(speaker=Speaker.CUSTOMER, text=" ")

    call = Call(scenario="test").speak(Turn(speaker=Speaker.CALLER, text=ASKS))
    turn = asyncio.run(Perturbed(Silent(), ["injects", "talkative"]).speak(call))
    assert turn == Turn(speaker=Speaker.CUSTOMER, text=" ")
    assert replace(call, perturb=("x",)).speak(Turn(speaker=Speaker.CUSTOMER, text="嗯")).perturb == ("x",)
