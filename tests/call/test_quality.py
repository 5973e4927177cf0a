"""What holds for every call of the two embedded parties, whatever the document and the seed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from kefu.call.call import Call
from kefu.scenario.model import LineKind, Scenario
from kefu.scenario.placeholder import find_placeholders
from call.talking import EXAMPLES, SHARED, hold, pieces, read, repeats

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
        opening = pieces(scenario.caller.openings[0].text)[0]
        assert opening in "".join(pieces(caller[0])), where
        assert not [text for text in caller if find_placeholders(text)], where
        assert not [text for text in caller for line in _instructions(scenario) if line in text], where
        assert not [turn.text for turn in call.turns if _DIRECTION.search(turn.text)], where
        assert max(map(len, caller)) <= 120, where
        assert repeats(call) == [], where
    ended = [call for _scenario, call in calls if call.ending and call.ending.by in ("caller", "customer")]
    assert len(ended) >= 0.98 * len(calls)
    assert sum(len(call.turns) >= 3 for _scenario, call in calls) >= 0.98 * len(calls)


def test_calls_on_the_examples_are_good() -> None:
    _assert_good(_held(EXAMPLES, range(8)))


def test_calls_on_the_shared_documents_are_good(shared: Path) -> None:
    _assert_good(_held(SHARED, range(2)))


@pytest.mark.long
def test_many_calls_on_the_shared_documents_are_good(shared: Path) -> None:
    _assert_good(_held(SHARED, range(100, 120)))
