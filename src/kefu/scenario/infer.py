"""Domain and persona, inferred from the words of a document."""
from __future__ import annotations
from kefu.scenario.model import Domain, Persona, Scenario

def infer_domain(scenario: Scenario) -> Domain | None:
    return None

def infer_persona(scenario: Scenario) -> Persona | None:
    return None
