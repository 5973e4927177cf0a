"""What holds for every call of the two embedded parties, whatever the document and the seed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call.talking import EXAMPLES, SHARED, hold, pieces, read, repeats
from kefu.call.call import Call
from kefu.scenario.model import LineKind, Scenario
from kefu.scenario.parse import parse_scenario
from kefu.scenario.placeholder import find_placeholders

_DIRECTION = re.compile(r"[（(【\[]")


def _held(paths: Sequence[Path], seeds: Iterable[int]) -> list[tuple[Scenario, Call]]:
    return [(read(path), hold(read(path), seed)) for path in paths for seed in seeds]


def _instructions(scenario: Scenario) -> list[str]:
    lines = (line for step in scenario.caller.steps for line in step.lines)
    return [line.text for line in lines if line.kind is LineKind.INSTRUCTION and len(line.text) > 8]


def _assert_good(calls: list[tuple[Scenario, Call]]) -> None:
    for scenario, call in calls:
        where = f"{scenario.id} seed {call.seed}"
        caller = [turn.text for turn in call.turns if turn.speaker == "caller"]
        # a choice that the author left open is spoken as one: 即将到期/已逾期
        opening = pieces(scenario.caller.openings[0].text.replace("/", "或"))[0]
        assert opening in "".join(pieces(caller[0])), where
        assert not [text for text in caller if find_placeholders(text)], where
        assert not [text for text in caller for line in _instructions(scenario) if line in text], where
        assert not [turn.text for turn in call.turns if _DIRECTION.search(turn.text)], where
        assert max(map(len, caller)) <= 120, where
        assert repeats(call) == [], where
    ended = [call for _scenario, call in calls if call.ending and call.ending.by in ("caller", "customer")]
    assert len(ended) >= 0.98 * len(calls)
    assert sum(len(call.turns) >= 3 for _scenario, call in calls) >= 0.98 * len(calls)


_LINES = tuple(line for path in EXAMPLES for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(_LINES), max_size=60), st.integers(0, 3))
def test_whatever_the_document_a_call_ends_and_nobody_fails(lines: list[str], seed: int) -> None:
    scenario = parse_scenario("\n".join(["## 电话拨打方", *lines, "## 电话接听方", *lines[::-1]]))
    call = hold(scenario, seed)
    assert call.ending is not None
    assert call.ending.reason != "illegal_turn"
    assert repeats(call) == []


def test_a_document_out_of_all_proportion_is_called_with_in_bounded_time() -> None:
    steps = "\n".join(
        f"{n}. 第{n}步\n   - “第{n}件事跟您说一下，都办好了。”\n   - 如果客户犹豫：“第{n}回，不着急。”"
        for n in range(1, 1500)
    )
    examples = "\n".join(f"- “第{n}句，这个怎么弄啊？”" for n in range(2000))
    caller = f"## 电话拨打方\n### 分步流程和话术\n{steps}\n### 开场白\n“您好。”\n"
    scenario = parse_scenario(f"{caller}## 电话接听方\n### 回复风格示例\n正面教材：\n{examples}")
    hold(scenario)
    started = time.process_time()
    hold(scenario, 1)
    assert time.process_time() - started < 1.0


def test_calls_on_the_examples_are_good() -> None:
    _assert_good(_held(EXAMPLES, range(8)))


def test_calls_on_the_shared_documents_are_good(shared: Path) -> None:
    _assert_good(_held(SHARED, range(2)))


@pytest.mark.long
def test_many_calls_on_the_shared_documents_are_good(shared: Path) -> None:
    _assert_good(_held(SHARED, range(100, 120)))
