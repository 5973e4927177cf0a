"""Places: the line to which an author is sent for what is missing or empty.

That is the heading of the section, where it stands there empty, or else the
heading of its half, or else the first line; a scenario that was not read from a
text has no lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kefu.scenario.outline import Outline

__all__ = ["Places", "places_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The lines of the headings of a document, by half and by half and kind of section."""

    first: int = 0
    """What stands for a heading that is not there: line 1 of a text, 0 where there is no text."""
    halves: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    sections: Mapping[tuple[str, str], int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, half: str, kind: str = "") -> int:
        """The line for the section of this kind in this half, or for the half itself."""
        return self.sections.get((half, kind)) or self.halves.get(half) or self.first


def places_of(outline: Outline) -> Places:
    """The lines of the headings of a document that was cut into ``outline``."""
    halves = dict(outline.halves)
    sections: dict[tuple[str, str], int] = {}
    for section in outline.sections:
        sections.setdefault((section.half, section.kind), section.line)
        halves[section.half] = halves.get(section.half) or section.line
    return Places(first=1, halves=halves, sections=sections)
