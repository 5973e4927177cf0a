"""Scenario documents: read into a typed value, checked, and written again."""

from __future__ import annotations

from kefu.scenario.check import FINDINGS, FindingKind
from kefu.scenario.docx import text_of_docx
from kefu.scenario.lost import lost_lines
from kefu.scenario.model import Scenario
from kefu.scenario.parse import join_halves, parse_scenario
from kefu.scenario.placeholder import find_placeholders
from kefu.scenario.wire import scenario_from_json, scenario_to_json
from kefu.scenario.write import new_scenario, write_scenario

__all__ = [
    "FINDINGS",
    "FindingKind",
    "Scenario",
    "find_placeholders",
    "join_halves",
    "lost_lines",
    "new_scenario",
    "parse_scenario",
    "scenario_from_json",
    "scenario_to_json",
    "text_of_docx",
    "write_scenario",
]
