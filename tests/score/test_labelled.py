"""Labelled lines are read whole or refused with every problem named."""

from __future__ import annotations

import pytest

from kefu.errors import InputError
from kefu.score.labelled import LabelledCall, LabelledUtterance, labelled_from_json

LINE = {
    "doc": "cleaning.md",
    "kind": "fair",
    "turns": [{"speaker": "caller", "text": "您好"}, {"speaker": "customer", "text": "嗯"}],
    "acts": {"1": ["confirm"]},
    "steps": {"1": "met", "2": "not_applicable"},
    "violations": [{"rule": "no_close", "turn": 0}],
    "task_flow": 0.5,
    "interaction": 0.4,
    "ending": {"by": "customer", "proper": False},
}


def test_a_call_line_is_read() -> None:
    (call,) = labelled_from_json(LINE)

    assert isinstance(call, LabelledCall)
    assert (call.doc, call.kind) == ("cleaning", "fair")
    assert call.acts == {1: frozenset({"confirm"})}
    assert call.steps == {1: "met", 2: "not_applicable"}
    assert call.violations == frozenset({("no_close", 0)})
    assert (call.task_flow, call.interaction) == (0.5, 0.4)


def test_labels_that_a_line_lacks_are_unknown_not_empty() -> None:
    (call,) = labelled_from_json({"doc": "cleaning", "turns": LINE["turns"]})

    assert isinstance(call, LabelledCall)
    assert call.steps is None
    assert call.violations is None
    assert call.task_flow is None


def test_a_line_of_utterances_is_read() -> None:
    line = {
        "doc": "cleaning.md",
        "faq": [{"text": "要钱不", "label": 1}, {"text": "天真热", "label": None}],
        "acts": [{"caller": "您好", "text": "谁啊", "acts": ["ask"]}],
    }

    assert labelled_from_json(line) == [
        LabelledUtterance(doc="cleaning", caller="", text="要钱不", fact=1),
        LabelledUtterance(doc="cleaning", caller="", text="天真热", fact=0),
        LabelledUtterance(doc="cleaning", caller="您好", text="谁啊", acts=frozenset({"ask"})),
    ]


def test_every_problem_of_a_line_is_named() -> None:
    line = {
        **LINE,
        "acts": {"0": ["confirm"], "1": ["singing"]},
        "steps": {"1": "done"},
        "violations": [{"rule": "shouted", "turn": 0}],
        "task_flow": 3,
    }

    with pytest.raises(InputError) as caught:
        labelled_from_json(line, where="gold.jsonl:7")

    assert str(caught.value) == (
        "gold.jsonl:7: acts: turn 0 is no customer turn; acts of turn 1: unknown label; "
        "steps: '1' has no known status; "
        "violations: each is {rule, turn} with a rule of the list and a turn of the call; "
        "task_flow is not a number from 0 to 1; see the shape of labelled data"
    )


@pytest.mark.parametrize("data", [None, [], "call", 3])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(InputError, match="a labelled line is a JSON object"):
        labelled_from_json(data)


def test_an_object_without_calls_or_utterances_is_refused() -> None:
    with pytest.raises(InputError, match="neither turns nor faq nor acts"):
        labelled_from_json({"doc": "cleaning"})


def test_utterances_without_text_or_document_are_refused() -> None:
    with pytest.raises(InputError, match="doc is missing; faq 0: text, and as label a number from 1 or null"):
        labelled_from_json({"faq": [{"label": 1}]})
