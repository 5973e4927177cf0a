"""Scenario documents: read, checked, written, as a typed value."""

from __future__ import annotations

from kefu.scenario.model import Scenario
from kefu.scenario.parse import join_halves, parse_scenario

__all__ = ["Scenario", "join_halves", "parse_scenario"]
