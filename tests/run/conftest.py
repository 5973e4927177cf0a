"""Stores, documents and commands of runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from command import Ran
from kefu.store.database import Store, open_store

Bench = Callable[..., Ran]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "data" / "kefu.db") as opened:
        yield opened


@pytest.fixture
def document(root: Path, tmp_path: Path) -> Path:
    """A document that a test may change."""
    copy = tmp_path / "visit.md"
    copy.write_text((root / "examples" / "care.md").read_text(encoding="utf-8"), encoding="utf-8")
    return copy


@pytest.fixture
def bench(root: Path, tmp_path: Path) -> Bench:
    """``kefu bench …`` in a folder of its own, with its data in ``data`` there."""

    def once(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KEFU_")}
        environment |= {"KEFU_DATA_DIR": str(tmp_path / "data"), "KEFU_LANG": "en", "PYTHONPATH": str(root / "src")}
        done = subprocess.run(
            [sys.executable, "-m", "kefu", "bench", *map(str, arguments)],
            cwd=tmp_path,
            env={**environment, **(env or {})},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert "kefu itself failed" not in done.stderr, done.stderr
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    return once
