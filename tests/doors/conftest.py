"""The command line as a user meets it: another process, its exit code and its two streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from command import Ran, Run


@pytest.fixture(scope="session")
def environment(root: Path) -> dict[str, str]:
    """A plain environment in which the source tree is importable."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(root / "src"),
        "KEFU_LANG": "en",
        "PYTHONDEVMODE": "",
        "TERM": "dumb",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Runs ``python -m kefu`` in an empty folder."""

    def once(*arguments: str | Path, stdin: str | bytes = "", env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "kefu", *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**environment, "XDG_DATA_HOME": str(tmp_path / "data"), **(env or {})},
            timeout=100,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert b"kefu itself failed" not in done.stderr, done.stderr.decode()
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    return once


@pytest.fixture(scope="session")
def example(root: Path) -> Path:
    """One of the bundled scenarios."""
    return root / "examples" / "customer_service.md"
