"""A document becomes what is kept of it: all that was read, its canonical text, and a hash of both to know it again."""

from __future__ import annotations

import hashlib
import json

from kefu.scenario.model import Scenario
from kefu.scenario.wire import scenario_to_json
from kefu.scenario.write import write_scenario
from kefu.store.runs import Source

__all__ = ["source_of"]


def source_of(path: str, scenario: Scenario) -> Source:
    """A document as a run keeps it: by the hash of all that was read from it."""
    data = scenario_to_json(scenario)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return Source(
        id=scenario.id,
        path=path,
        hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        data=data,
        text=write_scenario(scenario),
    )
