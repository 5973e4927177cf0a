"""JUnit XML: in the shape that Jenkins asks for, whatever the texts hold; limits, errors and skipped cases are told."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.bench.junit import junit_xml
from kefu.bench.plan import Plan
from kefu.bench.result import Result
from kefu.bench.stats import statistics
from kefu.bench.threshold import breaches, limits_of
from kefu.scenario.model import Persona

# by the schema of Jenkins (junit-10.xsd of its xUnit plug-in): what an element may hold, its attributes, those it needs
SHAPE: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
         "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, {"name", "value"}),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"}, {"name", "time", "classname", "group"}, {"name"},
    ),
    "skipped": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "failure": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}  # fmt: skip


ANY = st.text(st.characters(exclude_categories=()), max_size=20)


def result(**changes: object) -> Result:
    cell = Plan(scenarios=("water",))[0]
    made = Result(
        cell=cell.id, pair=cell.pair, scenario="water", domain="care", caller="script", customer="persona",
        persona="resistant", perturb="", row=0, trial=0, total=0.8, task_flow=0.9, interaction=0.7, outcome="done",
        dimensions=(("empathy", 0.5),), turns=9,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def trials(many: int, **changes: object) -> list[Result]:
    persona = Persona(str(changes.get("persona", "resistant")))
    plan = Plan(scenarios=(str(changes.get("scenario", "water")),), personas=(persona,), trials=many)
    return [result(cell=cell.id, pair=cell.pair, trial=cell.trial, **changes) for cell in plan]


def parsed(results: list[Result], limits: str = "", **more: object) -> ET.Element:
    wanted = limits_of(limits) if limits else ()
    missed = breaches(statistics(results), wanted) if limits else ()
    text = "".join(junit_xml(results, limits=wanted, breaches=missed, **more))  # type: ignore[arg-type]
    root = ET.fromstring(text.encode("utf-8"))
    check_shape(root)
    return root


def check_shape(element: ET.Element) -> None:
    """Fails where the schema would; and where the counts of a suite are not those of its cases."""
    children, attributes, needed = SHAPE[element.tag]
    assert set(element.attrib) <= attributes
    assert needed <= set(element.attrib)
    if element.tag in ("testsuites", "testsuite", "properties", "testcase"):
        assert not (element.text or "").strip()
    for child in element:
        assert child.tag in children
        assert not (child.tail or "").strip()
        check_shape(child)
    if element.tag == "testcase":
        assert len([child for child in element if child.tag in ("skipped", "error", "failure")]) <= 1
    if element.tag in ("testsuites", "testsuite"):
        counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
        for attribute, tag in counts.items():
            if attribute in element.attrib:
                assert int(element.attrib[attribute]) == len(list(element.iter(tag))), attribute
    if "timestamp" in element.attrib:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", element.attrib["timestamp"])


def test_a_case_is_a_customer_with_its_trials_inside() -> None:
    calls = trials(3) + trials(3, persona="direct", perturb="noisy_line") + trials(3, scenario="fire", row=1)
    root = parsed(calls, at=datetime(2026, 3, 1, 9, 5), properties={"run": "261121-k7m2"})
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert cases == [
        ("script.water", "resistant"),
        ("script.water", "direct · noisy_line"),
        ("script.fire", "resistant · #2"),
    ]
    (suite,) = root
    assert suite.get("timestamp") == "2026-03-01T09:05:00"
    assert {p.get("name"): p.get("value") for p in suite.iter("property")} == {
        "run": "261121-k7m2", "calls": "9", "failed": "0", "invalid": "0", "reruns": "0",
    }  # fmt: skip
    assert next(out.text for out in suite.iter("system-out")) == (
        "calls 3 · failed 0 · invalid 0 · reruns 0 · total 0.80 · task_flow 0.90 · interaction 0.70"
    )


def test_every_caller_is_a_suite_whose_names_viewers_do_not_break() -> None:
    calls = [call for caller in ("script", "model:q-2.5") for call in trials(2, caller=caller)]
    interleaved = [calls[0], calls[2], calls[1], calls[3]]
    root = parsed(interleaved)
    assert [suite.get("name") for suite in root] == ["script", "model:q-2.5"]
    assert [case.get("classname") for case in root.iter("testcase")] == ["script.water", "model:q-2_5.water"]


def test_a_broken_limit_is_a_failure_that_names_the_worst_customers() -> None:
    broken = (("invented_fact", "major"),)
    calls = trials(2, total=0.9) + trials(2, persona="direct", total=0.3, violations=broken)
    root = parsed(calls, "total=0.8,invented_fact=0,task_flow=0.5")
    limits = [case for case in root.iter("testcase") if case.get("classname") == "script.limits"]
    assert [case.get("name") for case in limits] == ["total >= 0.8", "invented_fact <= 0", "task_flow >= 0.5"]
    total, invented, flow = (case.find("failure") for case in limits)
    assert total is not None
    assert invented is not None
    assert flow is None
    assert total.get("message") == "script: total is 0.6, and must be at least 0.8"
    assert (total.text or "").splitlines() == ["water · direct: total 0.30", "water · resistant: total 0.90"]
    assert invented.text == "water · direct: invented_fact × 2"


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        ("empathy=0.9", "water · resistant: empathy 0.50"),
        ("failed=0", "water · resistant: failed × 1"),
        ("pass_at_1=1", None),
    ],
)
def test_a_limit_of_any_kind_names_what_it_can(limit: str, line: str | None) -> None:
    calls = trials(4, total=0.7)
    calls[0] = replace(calls[0], failed=True, total=None, reason="timeout")
    failure = parsed(calls, limit).find(".//failure")
    assert failure is not None
    assert failure.text == line


def test_calls_broken_off_make_an_error_and_say_why() -> None:
    calls = trials(3)
    calls[1] = replace(calls[1], failed=True, total=None, reason="rate_limited")
    (case,) = parsed(calls).iter("testcase")
    error = case.find("error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("infrastructure", "1 of 3 calls were broken off")
    assert error.text == "the endpoint refused more requests (rate_limited): 1"


def test_a_customer_who_was_never_true_is_skipped_with_the_reason() -> None:
    (case,) = parsed(trials(2, valid=False, reruns=2)).iter("testcase")
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "in none of 2 calls was the customer true to the document, with 4 reruns"


def test_a_customer_who_was_true_once_is_not_skipped_and_the_means_know_only_that_call() -> None:
    calls = trials(2)
    calls[0] = replace(calls[0], valid=False, total=0.1)
    (case,) = parsed(calls).iter("testcase")
    assert case.find("skipped") is None
    assert "invalid 1" in (case.findtext("system-out") or "")
    assert "total 0.80" in (case.findtext("system-out") or "")


def test_what_is_unscored_is_no_zero() -> None:
    (case,) = parsed(trials(2, total=None, task_flow=None, interaction=None)).iter("testcase")
    assert "total - · task_flow - · interaction -" in (case.findtext("system-out") or "")


def test_no_calls_make_a_valid_file_too() -> None:
    assert list(parsed([])) == []


@given(
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.text(st.characters(exclude_categories=()), max_size=20),
)
def test_any_text_makes_valid_xml(scenario: str, other: str) -> None:
    calls = [result(scenario=scenario, caller=other, persona=other, failed=True, reason=other)]
    root = ET.fromstring("".join(junit_xml(calls, properties={other: scenario})).encode("utf-8"))
    check_shape(root)


@pytest.mark.parametrize(
    ("raw", "shown"), [("a\x00b\x1b[0m", "a\ufffdb\ufffd[0m"), ("\ud800", "\ufffd"), ('<&>"]]>\n\t\r', '<&>"]]>\n\t\r')]
)
def test_what_xml_cannot_hold_is_replaced_and_the_rest_is_kept(raw: str, shown: str) -> None:
    (suite,) = parsed([result(caller=raw)])
    assert suite.get("name") == shown


def test_it_is_written_piece_by_piece() -> None:
    calls = [call for number in range(50) for call in trials(1, scenario=f"s{number}")]
    assert max(map(len, junit_xml(calls))) < 400
