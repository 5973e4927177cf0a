"""The JSON form: the public keys, and back to the same value."""

from __future__ import annotations

import json

import pytest

from kefu.errors import InputError
from kefu.scenario import parse_scenario, scenario_from_json, scenario_to_json
from scenario.document import document, read


def test_the_public_keys() -> None:
    data = scenario_to_json(read())
    assert list(data) == [
        "id",
        "title",
        "domain",
        "persona",
        "caller",
        "customer",
        "placeholders",
        "other_sections",
        "findings",
        "source",
    ]
    assert list(data["caller"]) == [
        *("role", "task", "profile", "steps", "facts", "openings", "end_conditions", "closings"),
    ]
    assert list(data["customer"]) == [
        *("role", "background", "concerns", "behaviours", "avoid", "imitate", "end_conditions"),
    ]
    assert data["caller"]["steps"][1]["lines"][1] == {
        "kind": "branch",
        "text": "如客户没空：“那我下周再给您打。”",
        "condition": "如客户没空",
        "utterances": ["那我下周再给您打。"],
        "line": 18,
    }
    assert data["caller"]["facts"][0] == {"question": "换表收钱吗？", "answer": "不收，材料和人工都免费。", "line": 23}
    assert data["customer"]["concerns"] == {
        "primary": ["首要：会不会收钱"],
        "secondary": ["次要：停水多久"],
        "latent": ["潜在：怕新表走得快"],
        "other": [],
    }
    assert data["source"]["caller"]["openings"] == [{"line": 29}]


def test_json_reads_back(own_documents: dict[str, str]) -> None:
    for text in (document(), document(background="- **经历**：\n  - 修过水管"), *own_documents.values(), ""):
        scenario = parse_scenario(text, id="x")
        assert scenario_from_json(json.loads(json.dumps(scenario_to_json(scenario)))) == scenario


def test_what_is_left_out_is_empty_or_derived() -> None:
    data = {"caller": {"openings": ["您好，[姓名]。"], "steps": [{"number": 1, "title": "问好"}]}, "more": 1}
    scenario = scenario_from_json(data)
    assert [hole.text for hole in scenario.placeholders] == ["[姓名]"]
    codes = [finding.code for finding in scenario.findings if finding.severity == "error"]
    assert codes == ["customer_half_missing"]


def test_everything_wrong_is_listed_at_once() -> None:
    data = {
        "id": 3,
        "persona": "calm",
        "caller": {"profile": "住九栋", "steps": [{"number": "一", "lines": [{"kind": "said"}]}], "facts": [7]},
        "customer": [],
    }
    with pytest.raises(InputError) as caught:
        scenario_from_json(data)
    assert str(caught.value) == (
        "this is not a scenario in JSON: customer must be an object, not list; id must be a string, not int; "
        "persona must be one of cooperative, analytic, hesitant, resistant, direct, not 'calm'; "
        "caller.profile must be a list, not str; caller.steps[0].number must be a whole number, not str; "
        "caller.steps[0].lines[0].kind must be one of utterance, instruction, branch, not 'said'; "
        "caller.facts[0] must be an object, not int; compare it with what `kefu scenario show --json` prints"
    )


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(InputError, match="must be an object"):
        scenario_from_json(data)


def test_a_long_list_of_problems_is_cut() -> None:
    with pytest.raises(InputError, match="and 80 more"):
        scenario_from_json({"caller": {"facts": list(range(100))}})
