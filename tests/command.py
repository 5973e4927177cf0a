"""One command of kefu, run as another process: what tests ask for and what they get back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Ran:
    """What came of one command."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line that an error is: nothing on stdout, no traceback."""
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("kefu: ")
        return lines[0].removeprefix("kefu: ")


class Run(Protocol):
    """``run("score", doc, call)``."""

    def __call__(
        self, *arguments: str | Path, stdin: str | bytes = "", env: Mapping[str, str] | None = None
    ) -> Ran: ...
