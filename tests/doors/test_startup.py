"""Starting is cheap: what a command does not need is not loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"aiohttp", "asyncio", "csv", "docx", "jinja2", "lxml", "numpy", "pydantic", "rich", "sklearn", "sqlalchemy"}
HEAVY |= {"kefu.bench.report", "kefu.call.script", "kefu.language.acts", "kefu.scenario.parse", "kefu.score.score"}


def loaded(environment: dict[str, str], code: str) -> set[str]:
    """The modules that are loaded once ``code`` has run."""
    code += "\nimport sys; print(*sys.modules, sep='\\n', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    return set(done.stderr.decode().split())


def test_importing_the_package_loads_none_of_it(environment: dict[str, str]) -> None:
    modules = loaded(environment, "import kefu")
    assert {name for name in modules if name.startswith("kefu")} == {"kefu"}
    assert not modules & HEAVY


def test_help_loads_nothing_heavy(environment: dict[str, str]) -> None:
    code = "from kefu.cli.main import run\ntry: run(['--help'])\nexcept SystemExit: pass"
    assert not loaded(environment, code) & HEAVY


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="no wait4 on this system")
def test_help_takes_less_than_a_fifth_of_a_second(environment: dict[str, str], tmp_path: Path) -> None:
    spent = []
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "kefu", "--help"], env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        spent.append(usage.ru_utime + usage.ru_stime)
    assert min(spent) < 0.2


def test_every_public_name_is_there_and_no_other() -> None:
    import kefu

    assert all(getattr(kefu, name) is not None for name in kefu.__all__)
    assert set(kefu.__all__) == set(kefu._HOMES)
    with pytest.raises(AttributeError, match="module 'kefu' has no attribute 'parse'"):
        _ = kefu.parse
