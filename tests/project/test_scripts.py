"""The scripts say what is missing instead of failing somewhere inside, and CI cannot pass without its inputs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("dirname", "cat", "rm", "rmdir", "mkdir", "sleep", "mktemp", "id", "cksum", "sh")


def test_without_python_a_script_says_so(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "scripts", tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    done = subprocess.run(
        ["scripts/demo"], cwd=tmp_path, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "scripts/demo: no Python 3.11 or newer found; "
        "install one, or name it: PYTHON=/path/to/python3.11 scripts/demo\n"
    )


@pytest.mark.parametrize("script", ["demo", "test", "check", "bench", "train", "lock", "setup.sh", "postgres.sh"])
def test_every_script_is_one_the_shell_can_read(root: Path, script: str) -> None:
    path = root / "scripts" / script
    subprocess.run(["sh", "-n", str(path)], check=True)
    assert os.access(path, os.X_OK) == (not script.endswith(".sh"))


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A project with our conftest and one test that asks for the shared inputs, which are not there."""
    (tmp_path / "project" / "tests").mkdir(parents=True)
    shutil.copy(root / "tests" / "conftest.py", tmp_path / "project" / "tests")
    (tmp_path / "project" / "tests" / "test_it.py").write_text("def test_it(shared): assert shared.is_dir()\n")
    return tmp_path / "project"


def run_tests(project: Path, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", str(project), "tests"],
        cwd=project, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "src"), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_shared_inputs_their_cases_are_skipped_and_it_is_said(project: Path, root: Path) -> None:
    done = run_tests(project, root)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert "shared inputs: absent (no folder ../shared), the cases that read them are skipped" in done.stdout


def test_in_ci_they_must_be_there(project: Path, root: Path) -> None:
    done = run_tests(project, root, CI="true")
    assert done.returncode == 4
    assert f"CI needs the shared inputs: no folder {project.parent / 'shared'}" in done.stderr
    (project.parent / "shared").mkdir()
    assert "shared inputs: used" in run_tests(project, root, CI="true").stdout


def test_the_run_of_ci_says_that_it_is_one(tmp_path: Path, root: Path) -> None:
    shutil.copytree(root / ".ci", tmp_path / ".ci")
    (tmp_path / "scripts").mkdir()
    for name in ("check", "test"):
        script = tmp_path / "scripts" / name
        script.write_text('#!/bin/sh\necho "$(basename "$0") $* CI=$CI"\n')
        script.chmod(0o755)
    done = subprocess.run(
        [tmp_path / ".ci" / "run"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["check  CI=true", "test --all CI=true"]
