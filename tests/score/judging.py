"""Judges for the tests: chats that answer as a model would, by the rubric that they are asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from kefu.call.call import Call
from kefu.llm.chat import PLAIN, Message, Options, Reply
from kefu.score.judge import ModelJudge
from kefu.score.verdict import Dimension

Answers = dict[str, Any]


def cited(call: Call, turn: int, length: int = 6) -> dict[str, Any]:
    """The first words of a turn, as evidence."""
    return {"turn": turn, "quote": call.turns[turn].text[:length]}


def step(place: int, status: str, *evidence: dict[str, Any]) -> dict[str, Any]:
    return {"step": place, "evidence": list(evidence), "reason": "看这里", "status": status}


def side(name: Dimension, level: str = "flawless", *evidence: dict[str, Any]) -> dict[str, Any]:
    return {"name": name.value, "evidence": list(evidence), "reason": "看这里", "level": level}


def good(call: Call, steps: int) -> Answers:
    """Every step met by the caller's first turn, nothing broken, all sides flawless."""
    return {
        "steps": {"steps": [step(place, "met", cited(call, 0)) for place in range(1, steps + 1)]},
        "violations": {"violations": []},
        "interaction": {"sides": [side(name) for name in Dimension]},
    }


def rubric_of(options: Options) -> str:
    """Which rubric a request asks."""
    assert options.shape is not None
    return {"Steps": "steps", "Violations": "violations", "Sides": "interaction"}[options.shape.name]


class Model:
    """A chat that answers each rubric from ``answers``: an object, a text, an exception, or one after the other."""

    def __init__(self, answers: Answers, name: str = "large") -> None:
        self._answers = {rubric: list(said) if isinstance(said, list) else [said] for rubric, said in answers.items()}
        self._name = name
        self.asked: list[tuple[str, tuple[Message, ...]]] = []

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        rubric = rubric_of(options)
        self.asked.append((rubric, tuple(messages)))
        said = self._answers[rubric]
        answer = said.pop(0) if len(said) > 1 else said[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Callable):
            answer = answer(messages)
        text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
        return Reply(text=text, model=self._name)


def judge(answers: Answers, name: str = "model:large") -> tuple[ModelJudge, Model]:
    chat = Model(answers)
    return ModelJudge(name, chat), chat
