"""Scenario documents: read into a typed value, checked, and written again.

Names are loaded when they are first used: whoever needs only the values, as the
command line does for its help, does not pay for the reader.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefu.scenario.check import FINDINGS as FINDINGS
    from kefu.scenario.check import FindingKind as FindingKind
    from kefu.scenario.docx import text_of_docx as text_of_docx
    from kefu.scenario.lost import lost_lines as lost_lines
    from kefu.scenario.model import Scenario as Scenario
    from kefu.scenario.parse import join_halves as join_halves
    from kefu.scenario.parse import parse_scenario as parse_scenario
    from kefu.scenario.placeholder import find_placeholders as find_placeholders
    from kefu.scenario.wire import scenario_from_json as scenario_from_json
    from kefu.scenario.wire import scenario_to_json as scenario_to_json
    from kefu.scenario.write import new_scenario as new_scenario
    from kefu.scenario.write import write_scenario as write_scenario

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

_HOMES = {
    "FINDINGS": "check",
    "FindingKind": "check",
    "Scenario": "model",
    "find_placeholders": "placeholder",
    "join_halves": "parse",
    "lost_lines": "lost",
    "new_scenario": "write",
    "parse_scenario": "parse",
    "scenario_from_json": "wire",
    "scenario_to_json": "wire",
    "text_of_docx": "docx",
    "write_scenario": "write",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'kefu.scenario' has no attribute {name!r}")
    return getattr(import_module(f"kefu.scenario.{home}"), name)
