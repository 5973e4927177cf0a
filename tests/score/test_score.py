"""A whole card: its shape, its totals and caps, what is unscored, and that nothing a call holds can break it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kefu
from kefu.call.call import Call, Phase
from kefu.call.turn import Speaker, Turn
from kefu.scenario import Scenario, parse_scenario
from kefu.score import score_call, scorecard_to_json
from kefu.score.verdict import Attribution, Dimension, Rule, StepStatus
from score.talks import DOCUMENT, FAILED, FLAWED, GOOD, REFUSED, broken, card, document, talk


def test_a_good_call_scores_above_a_refused_one_held_well_and_far_above_a_flawed_one() -> None:
    good, refused, flawed = (card(call).totals.total for call in (GOOD, REFUSED, FLAWED))

    assert good is not None
    assert refused is not None
    assert flawed is not None
    assert good > 0.9
    assert refused > 0.8
    assert flawed < 0.3


def test_a_good_call_breaks_no_rule() -> None:
    assert broken(GOOD) == set()
    assert broken(REFUSED) == set()


def test_a_flawed_call_is_found_out_turn_by_turn() -> None:
    assert broken(FLAWED) == {("asked_for_secret", 2), ("rude_tone", 4), ("rude_tone", 6), ("no_close", 6)}


def test_the_total_is_made_of_both_sides_as_published() -> None:
    totals = card(GOOD).totals

    assert totals.task_flow is not None
    assert totals.interaction is not None
    assert totals.uncapped == pytest.approx(0.55 * totals.task_flow + 0.45 * totals.interaction)


def test_a_secret_asked_for_caps_the_total_and_leaves_the_uncapped_beside_it() -> None:
    asks = Turn(speaker=Speaker.CALLER, text="先麻烦您把身份证号码报一下，我登记了再安排阿姨来补一趟。")
    asked = replace(GOOD, turns=(*GOOD.turns[:4], asks, *GOOD.turns[5:]))

    totals = card(asked).totals

    assert totals.total == 0.5
    assert totals.uncapped is not None
    assert totals.uncapped > 0.5
    assert totals.capped_by == (Rule.ASKED_FOR_SECRET,)


def test_every_quote_stands_in_its_turn() -> None:
    for call in (GOOD, REFUSED, FLAWED):
        judged = card(call)
        pieces = [*judged.violations, *judged.gaps, *judged.fidelity.problems]
        pieces += [piece for side in judged.dimensions for piece in side.evidence]
        assert all(piece.quote in call.turns[piece.turn].text for piece in pieces)
        for step in judged.steps:
            assert not step.quote or any(step.quote in call.turns[turn].text for turn in step.turns)
        assert judged.discarded == 0


def test_the_same_call_gets_the_same_card() -> None:
    again = parse_scenario(DOCUMENT, id="cleaning")

    assert scorecard_to_json(score_call(again, FLAWED)) == scorecard_to_json(card(FLAWED))


def test_the_json_has_the_parts_of_the_interface_in_their_order() -> None:
    data = scorecard_to_json(card(FLAWED))

    assert list(data)[:6] == ["scenario", "totals", "steps", "dimensions", "violations", "outcome"]
    assert [key for key in data if key in ("fidelity", "attribution", "unscored", "versions")] == [
        "fidelity", "attribution", "unscored", "versions",
    ]  # fmt: skip
    assert list(data["totals"])[:4] == ["task_flow", "interaction", "total", "uncapped"]
    assert list(data["steps"][0])[:6] == ["number", "status", "weight", "turns", "quote", "reason"]
    assert [side["name"] for side in data["dimensions"]] == [side.value for side in Dimension]
    assert list(data["violations"][0])[:4] == ["rule", "turn", "quote", "severity"]


HASHED = """
import sys; sys.path.insert(0, sys.argv[1])
from kefu.score.score import versions
print(sorted(versions().items()))
"""


@pytest.mark.long
def test_the_versions_change_with_every_piece_of_data(tmp_path: Path) -> None:
    source = Path(kefu.__file__).parent
    copy = tmp_path / "kefu"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "locale", "templates"))

    def told() -> str:
        return subprocess.run(
            [sys.executable, "-c", HASHED, str(tmp_path)], capture_output=True, check=True, text=True
        ).stdout

    before = told()
    for part in ("language/model/meaning.json", "language/lexicon/condition.toml", "call/phrases/outcome.toml",
                 "scenario/words.toml", "score/lexicon/signs.toml", "score/model/rules.json", "score/weights.toml",
                 "score/domains/finance.toml"):  # fmt: skip
        path = copy / part
        data = path.read_bytes()
        path.write_bytes(data + b"\n")
        assert told() != before, part
        path.write_bytes(data)
    assert told() == before


@pytest.mark.long
def test_a_card_does_not_depend_on_the_order_of_sets(tmp_path: Path) -> None:
    code = (
        "from score.talks import FLAWED, GOOD, card\n"
        "from kefu.language.normalise import fold\nfrom kefu.score.lines import line_scores\n"
        "print([(repr(card(c)), [tuple(line_scores(fold(t.text))) for t in c.turns]) for c in (GOOD, FLAWED)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[1],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((str(Path(kefu.__file__).parents[1]), "."))},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(told) == 1


def test_a_call_that_a_party_broke_off_is_unscored_and_laid_at_the_infrastructure() -> None:
    judged = card(talk("坐席：您好，是段秋萍女士吗？", "客户：是我。", ending=FAILED))

    assert judged.totals.total is None
    assert judged.totals.task_flow is None
    assert judged.attribution is Attribution.INFRASTRUCTURE
    assert [u.check for u in judged.unscored] == ["total"]


def test_a_call_in_which_the_caller_said_nothing_has_reasons_for_no_numbers() -> None:
    judged = card(talk("客户：喂？喂？"))

    assert judged.totals.total is None
    assert {step.status for step in judged.steps} == {StepStatus.UNSCORED}
    assert {u.reason for u in judged.unscored} == {"no step could be judged", "the caller said nothing"}


def test_a_call_without_a_single_turn_is_scored_without_an_error() -> None:
    assert card(Call(scenario="cleaning", phase=Phase.ENDED)).totals.total is None


def test_an_empty_document_is_scored_without_an_error() -> None:
    judged = score_call(Scenario(), GOOD)

    assert judged.totals.total is None
    assert judged.steps == ()
    assert judged.totals.interaction is not None


def test_a_question_that_the_document_does_not_answer_is_a_gap() -> None:
    asked = talk(
        "坐席：您好，是段秋萍女士吗？我是宜林家政的孙悦，做个保洁回访。",
        "客户：是我，你说。",
        "坐席：打扫得您满意吗？",
        "客户：满意。对了，你们那儿招不招缝纫师傅？",
        "坐席：这个我不清楚，我帮您问问。谢谢您，再见。",
    )

    assert [gap.turn for gap in card(asked).gaps] == [3]
    assert card(GOOD).gaps == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Speaker)),
            st.text(alphabet="您好？！，。吗不要退款密码3点元%[]（）*\n\t\\ A١🙂", min_size=1, max_size=60),
        ),
        max_size=12,
    )
)
def test_nothing_said_can_break_the_scoring(said: list[tuple[Speaker, str]]) -> None:
    call = Call(
        scenario="cleaning", turns=tuple(Turn(speaker=speaker, text=text) for speaker, text in said), phase=Phase.ENDED
    )

    judged = card(call)

    assert judged.discarded == 0
    assert judged.totals.total is None or 0 <= judged.totals.total <= 1


@pytest.mark.parametrize(
    "text",
    [
        "哈" * 20_000,
        "吗？" * 10_000,
        "您" + "（" * 19_999,
        "1" * 20_000,
        "验证码，" * 5_000,
        "爱进不进" * 5_000,
        "a@" * 10_000,
    ],
    ids=["one character", "questions", "brackets", "digits", "secrets", "sneers", "addresses"],
)
def test_a_call_of_very_long_turns_ends_soon(text: str) -> None:
    call = Call(
        scenario="cleaning",
        turns=tuple(Turn(speaker=(Speaker.CALLER, Speaker.CUSTOMER)[i % 2], text=text) for i in range(60)),
        phase=Phase.ENDED,
    )

    started = time.process_time()
    card(call)

    assert time.process_time() - started < 5


@pytest.mark.long
def test_the_longest_call_that_is_read_ends() -> None:
    texts = ("您方便吗？" * 4_000, "不要，别打了！" * 2_800)
    call = Call(
        scenario="cleaning",
        turns=tuple(
            Turn(speaker=(Speaker.CALLER, Speaker.CUSTOMER)[i % 2], text=f"{i}{texts[i % 2]}"[:20_000])
            for i in range(2000)
        ),
        phase=Phase.ENDED,
    )

    started = time.process_time()
    card(call)

    assert time.process_time() - started < 60


@pytest.mark.long
def test_values_by_the_thousand_cost_no_more_a_turn_in_a_long_call() -> None:
    def spent(count: int) -> float:
        turns = tuple(
            Turn(
                speaker=(Speaker.CALLER, Speaker.CUSTOMER)[i % 2],
                text="，".join(f"{1000 * i + n}{'元天%次块'[n % 5]}" for n in range(90)),
            )
            for i in range(count)
        )
        call = Call(scenario="cleaning", turns=turns, phase=Phase.ENDED)
        started = time.process_time()
        card(call)
        return (time.process_time() - started) / count

    spent(20)
    assert spent(600) < 4 * spent(100)


@pytest.mark.parametrize(
    ("said", "most"), [("不来就走着瞧，后果自负。", 0.5), ("你傻啊，脑子有病吧？", 0.6)], ids=["threat", "insult"]
)
def test_threats_and_insults_cap_the_total(said: str, most: float) -> None:
    turns = list(GOOD.turns)
    turns[4] = Turn(speaker=Speaker.CALLER, text=said + turns[4].text)

    totals = card(replace(GOOD, turns=tuple(turns))).totals

    assert totals.total == most
    assert totals.uncapped is not None
    assert totals.uncapped > most
    assert totals.capped_by == (Rule.RUDE_TONE,)


def test_the_document_itself_is_read_without_findings() -> None:
    assert document().findings == ()
