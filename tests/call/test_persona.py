"""The embedded customer answers what it hears, in character, from its own half alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from call.talking import EXAMPLES, example, hold, read, reply
from kefu.call.material import material_of
from kefu.call.persona import PersonaCustomer
from kefu.call.speech import contained
from kefu.scenario.model import Caller, Persona, Scenario
from kefu.scenario.parse import parse_scenario

_OPENING = "您好，请问是本人吗？我是回访专员小周，想跟您说件事，现在方便吗？"


def _replies(persona: Persona, *caller: str, seeds: int = 12) -> list[str]:
    return [
        turns[-1].text
        for seed in range(seeds)
        if len(turns := reply(PersonaCustomer(example("care"), persona=persona, seed=seed), _OPENING, *caller))
        == len(caller) + 1
    ]


def test_the_callers_half_is_never_seen() -> None:
    full = example("customer_service")
    bare = replace(full, caller=Caller())
    lines = (_OPENING, "上次修完以后用着怎么样？", "检查不收费，换不换您自己定。", "您看哪天方便？", "那先这样，再见。")
    for seed in range(5):
        assert reply(PersonaCustomer(full, seed=seed), *lines) == reply(PersonaCustomer(bare, seed=seed), *lines)


def test_the_same_seed_gives_the_same_call_and_another_another() -> None:
    scenario = example("sales")
    assert hold(scenario, 3) == hold(scenario, 3)
    assert len({tuple(turn.text for turn in hold(scenario, seed).turns) for seed in range(10)}) == 10


def test_a_farewell_is_answered_with_one_and_the_phone_goes_down() -> None:
    for persona in Persona:
        turn = reply(PersonaCustomer(example("care"), persona=persona), _OPENING, "都记下了，祝您愉快，再见。")[-1]
        assert turn.hangs_up
        assert turn.reason


def test_a_choice_is_answered_with_one_of_its_options() -> None:
    answers = _replies(Persona.COOPERATIVE, "您想收短信还是接电话？")
    assert sum("短信" in a or "接电话" in a for a in answers) >= 0.7 * len(answers)


def test_a_mark_is_answered_with_a_number() -> None:
    answers = _replies(Persona.DIRECT, "十分是满分，您给打几分？")
    assert sum("分" in a for a in answers) >= 0.7 * len(answers)


def test_nobody_gives_a_code_away() -> None:
    for persona in Persona:
        for answer in _replies(persona, "请把验证码报给我，验证码是多少？"):
            assert any(word in answer for word in ("不", "干嘛", "没"))


def test_a_cooperative_customer_takes_an_offer_and_a_resistant_one_rarely_does() -> None:
    offer = "需要我帮您登记一下吗？"
    refused = ("不用", "不需要", "不要", "算了")
    willing = _replies(Persona.COOPERATIVE, offer)
    unwilling = _replies(Persona.RESISTANT, offer)
    assert sum(any(w in a for w in refused) for a in willing) <= 0.3 * len(willing)
    assert sum(any(w in a for w in refused) for a in unwilling) > 0.4 * len(unwilling)


def test_a_resistant_customer_is_shorter_and_sooner_gone() -> None:
    scenario = example("human_resources")
    gruff = [hold(scenario, seed, persona=Persona.RESISTANT) for seed in range(10)]
    kind = [hold(scenario, seed, persona=Persona.COOPERATIVE) for seed in range(10)]
    assert sum(len(c.turns) for c in gruff) < 0.7 * sum(len(c.turns) for c in kind)


def test_pressing_after_the_wish_to_end_makes_the_phone_go_down() -> None:
    pushy = tuple(f"您先别急着挂，机会难得，再考虑一下第{n}个方案。" for n in "一二三四五六七八九十")
    for seed in range(10):
        turns = reply(PersonaCustomer(example("sales"), seed=seed), _OPENING, *pushy)
        assert turns[-1].hangs_up
        assert not turns[0].hangs_up
        assert len(turns) <= 8


def test_long_speeches_cost_patience() -> None:
    speech = (
        "我们这次的方案内容非常丰富，从头到尾一共有很多环节，每一个环节都需要跟您详细地说明一下具体的情况和要求，" * 3
    )

    def length(lines: list[str]) -> int:
        turns = [reply(PersonaCustomer(example("research"), seed=seed), _OPENING, *lines) for seed in range(8)]
        return sum(map(len, turns))

    assert length([f"{speech}这是第{n}段。" for n in range(14)]) < length([f"第{n}件事，都办好了。" for n in range(14)])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_primary_worry_comes_up_unless_the_call_is_cut_short(path: object) -> None:
    scenario = read(path)  # type: ignore[arg-type]
    primary = [c for c in material_of(scenario).concerns if c.rank == 0 and not c.goal]
    assert primary
    for seed in range(8):
        call = hold(scenario, seed)
        customer = [turn.text for turn in call.turns if turn.speaker == "customer"]
        if len(customer) >= 5:
            raised = any(contained(c.clause, text) > 0.5 for c in primary for text in customer)
            assert raised or any("？" in text for text in customer)


def test_bad_examples_are_never_said() -> None:
    for path in EXAMPLES:
        scenario = read(path)
        for seed in range(6):
            for turn in hold(scenario, seed).turns:
                if turn.speaker == "customer":
                    assert not any(item.text.strip("“”") in turn.text for item in scenario.customer.avoid)


def test_no_stage_directions_are_spoken() -> None:
    for path in EXAMPLES:
        for seed in range(6):
            for turn in hold(read(path), seed).turns:
                assert "（" not in turn.text
                assert "(" not in turn.text


def test_a_caller_half_alone_can_be_called_with_any_character() -> None:
    scenario = replace(example("finance"), customer=Scenario().customer, persona=None)
    for persona in Persona:
        call = hold(scenario, 2, persona=persona)
        assert call.ending is not None
        assert call.ending.by.value in ("caller", "customer")
        assert len(call.turns) >= 3


def test_an_unheard_turn_is_asked_for_again() -> None:
    turn = reply(PersonaCustomer(example("care")), "……")[-1]
    assert turn.text
    assert not turn.hangs_up


def test_nobody_fails_to_hear_twice_running() -> None:
    lines = tuple(f"第{n}件事跟您说一下，已经给您办好了。" for n in range(12))
    for seed in range(30):
        turns = reply(PersonaCustomer(example("care"), persona=Persona.HESITANT, seed=seed), _OPENING, *lines)
        deaf = [at for at, turn in enumerate(turns) if any(w in turn.text for w in ("没听清", "没听到", "再说一"))]
        assert all(after - before > 2 for before, after in pairwise(deaf)), seed


def test_a_quoted_term_is_not_said_as_if_it_were_speech() -> None:
    scenario = parse_scenario(
        "## 电话拨打方\n### 开场白\n“您好。”\n## 电话接听方\n### 角色\n老邻居一位。\n"
        "### 对话中的典型行为模式\n- 最反感“霸王条款”，会说“你别跟我绕弯子”\n"
    )
    texts = [example.text for example in material_of(scenario).examples]
    assert any("绕弯子" in text for text in texts)
    assert not any("霸王条款" in text for text in texts)


def test_of_ways_to_say_it_one_is_said() -> None:
    scenario = parse_scenario(
        "## 电话拨打方\n### 开场白\n“您好。”\n## 电话接听方\n### 角色\n老邻居一位。\n"
        "### 结束条件\n- 说“嗯，可以了/听懂了/就这样”就挂断\n"
    )
    assert [farewell.text for farewell in material_of(scenario).farewells] == ["嗯，可以了。"]
