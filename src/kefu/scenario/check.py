"""Findings."""
from __future__ import annotations
from kefu.scenario.markdown import Row
from kefu.scenario.model import Finding, Scenario

def findings_of(scenario: Scenario, rows: list[Row]) -> tuple[Finding, ...]:
    return ()

def findings_of_value(scenario: Scenario) -> tuple[Finding, ...]:
    return ()
