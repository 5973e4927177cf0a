"""A call scenario as a value: what the caller says and knows, who the customer is.

Every value knows its source line (1-based; 0 where it was not read from a text).
Lines do not take part in equality: two scenarios are equal when they say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = [
    "Caller",
    "Concerns",
    "Customer",
    "Domain",
    "Fact",
    "Finding",
    "Item",
    "Line",
    "LineKind",
    "Persona",
    "Placeholder",
    "Scenario",
    "Severity",
    "Step",
]


class Domain(StrEnum):
    """What kind of call this is."""

    CUSTOMER_SERVICE = "customer_service"
    SALES = "sales"
    HUMAN_RESOURCES = "human_resources"
    FINANCE = "finance"
    RESEARCH = "research"
    CARE = "care"


class Persona(StrEnum):
    """The customer's character."""

    COOPERATIVE = "cooperative"
    ANALYTIC = "analytic"
    HESITANT = "hesitant"
    RESISTANT = "resistant"
    DIRECT = "direct"


class LineKind(StrEnum):
    """What a line of a step is for."""

    UTTERANCE = "utterance"
    """Spoken as it stands."""
    INSTRUCTION = "instruction"
    """Tells the caller what to do; never spoken."""
    BRANCH = "branch"
    """Spoken only while its condition on the customer holds."""


class Severity(StrEnum):
    """How much a finding matters: ``error`` means that the scenario cannot be called with."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One bullet or line of text, without its list marker and quotes; ``under`` is the group it was put in."""

    text: str
    under: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a step.

    ``utterances`` is what may be spoken: of a pure utterance its own text, of a
    branch what stands under its condition, of an instruction nothing.
    """

    kind: LineKind
    text: str
    condition: str | None = None
    utterances: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step of the caller's flow; ``condition`` is when it holds at all, ``None`` where it always does."""

    number: int
    title: str
    condition: str | None = None
    lines: tuple[Line, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One question and answer of the caller's knowledge base; either may be empty (a finding says so)."""

    question: str
    answer: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The half of the side that dials. All fields are empty where the document has no such half."""

    role: str = ""
    task: str = ""
    profile: tuple[Item, ...] = ()
    steps: tuple[Step, ...] = ()
    facts: tuple[Fact, ...] = ()
    openings: tuple[Item, ...] = ()
    end_conditions: tuple[Item, ...] = ()
    closings: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerns:
    """What the customer worries about, by urgency."""

    primary: tuple[Item, ...] = ()
    secondary: tuple[Item, ...] = ()
    latent: tuple[Item, ...] = ()
    other: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The half of the side that answers. All fields are empty where the document has no such half."""

    role: str = ""
    background: tuple[Item, ...] = ()
    concerns: Concerns = Concerns()
    behaviours: tuple[Item, ...] = ()
    avoid: tuple[Item, ...] = ()
    imitate: tuple[Item, ...] = ()
    end_conditions: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """A hole that the author left to be filled, as it stands in the text."""

    text: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something an author should know: ``code`` is stable, ``message`` is for people, in Chinese or English."""

    code: str
    severity: Severity
    line: int = field(compare=False)
    message: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario document, read.

    ``other_sections`` maps the heading of a section that the reader does not know
    to its lines, verbatim. ``domain`` and ``persona`` are inferred from the text;
    ``None`` where the text says nothing about them.
    """

    id: str = ""
    title: str = ""
    domain: Domain | None = None
    persona: Persona | None = None
    caller: Caller = Caller()
    customer: Customer = Customer()
    placeholders: tuple[Placeholder, ...] = ()
    other_sections: Mapping[str, tuple[Item, ...]] = field(default_factory=lambda: MappingProxyType({}))
    findings: tuple[Finding, ...] = ()
