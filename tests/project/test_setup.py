"""Set-up ends in a whole .venv or begins anew: interrupted, twice at once, in another place, with other packages.

A stand-in for Python does what ``venv`` and ``pip`` leave behind and writes
down what it was asked, so that no case needs the network or takes long.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

PYTHON = """\
#!/bin/sh
# stands in for python: STOP_AT kills the script that asked for this step, SLOW takes its time
step=
case "$*" in
    "-m venv "*) step=venv; mkdir -p .venv/bin; cp "$TREE_PYTHON" .venv/bin/python ;;
    *--require-hashes*) step=packages; ;;
    *--editable*) step=kefu ;;
    "-c import pip") exit 0 ;;
    "-m kefu "*) step="run" ;;
esac
[ -z "$step" ] || echo "$step" >>"$LOG"
[ -z "${OFFLINE:-}" ] || [ "$step" != packages ] || { echo "no network"; exit 1; }
[ -z "$step" ] || [ "$step" = run ] || sleep "${SLOW:-0}"
[ -z "${STOP_AT:-}" ] || [ "$STOP_AT" != "$step" ] || { kill -9 $PPID; exit 1; }
"""


class Tree:
    """A tree with our scripts, lock files of two lines, and a stand-in for Python."""

    def __init__(self, root: Path, place: Path) -> None:
        self.place = place / "tree"
        self.log = place / "log"
        self.python = place / "python-of-ours"
        shutil.copytree(root / "scripts", self.place / "scripts")
        (self.place / "requirements").mkdir()
        for lock in ("run.lock", "dev.lock"):
            (self.place / "requirements" / lock).write_text(f"one==1\n# {lock}\n")
        (self.place / "pyproject.toml").write_text("[project]\n")
        self.python.write_text(PYTHON)
        self.python.chmod(0o755)

    def start(self, **environment: str) -> subprocess.Popen[str]:
        self.log.touch()
        return subprocess.Popen(
            ["scripts/demo"], cwd=self.place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "PYTHON": str(self.python), "TREE_PYTHON": str(self.python),
                 "LOG": str(self.log), **environment},
        )  # fmt: skip

    def run(self, **environment: str) -> tuple[int, list[str], str]:
        """The exit code, the steps taken, and what was said to the user."""
        self.log.unlink(missing_ok=True)
        process = self.start(**environment)
        _out, said = process.communicate(timeout=60)
        return process.returncode, self.log.read_text().split(), said


WHOLE = ["venv", "packages", "kefu", "run"]


@pytest.fixture
def tree(root: Path, tmp_path: Path) -> Tree:
    return Tree(root, tmp_path)


def test_the_first_run_sets_up_and_the_second_needs_nothing(tree: Tree) -> None:
    assert tree.run() == (0, WHOLE, "")
    assert tree.run(OFFLINE="1") == (0, ["run"], "")
    assert not (tree.place / ".venv.lock").exists()


@pytest.mark.parametrize(
    ("step", "then"), [("venv", WHOLE), ("packages", WHOLE), ("kefu", ["kefu", "run"])]
)  # fmt: skip
def test_what_was_killed_is_begun_anew(tree: Tree, step: str, then: list[str]) -> None:
    code, _steps, _said = tree.run(STOP_AT=step)
    assert code == -signal.SIGKILL
    (tree.place / ".venv" / "lib").mkdir()
    code, steps, _said = tree.run()
    assert (code, steps) == (0, then)
    assert (tree.place / ".venv" / "lib").exists() == (step == "kefu"), "a .venv without its packages is made anew"
    assert tree.run() == (0, ["run"], "")


def test_an_interruption_leaves_no_lock(tree: Tree) -> None:
    process = tree.start(SLOW="1")
    lock = tree.place / ".venv.lock" / "pid"
    while not lock.exists() or lock.read_text().strip() != str(process.pid):
        time.sleep(0.01)
    time.sleep(0.1)  # from the name in the lock to the traps
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not lock.parent.exists()
    assert tree.run()[:2] == (0, WHOLE)


def test_without_the_network_a_first_run_says_so_and_the_next_begins_anew(tree: Tree) -> None:
    code, _steps, said = tree.run(OFFLINE="1")
    assert code == 2
    assert said.startswith("no network\nscripts/demo: this failed: .venv/bin/python -m pip ")
    assert tree.run() == (0, WHOLE, "")


def test_two_at_once_set_up_once(tree: Tree) -> None:
    both = [tree.start(SLOW="0.3"), tree.start(SLOW="0.3")]
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(tree.log.read_text().split()) == sorted([*WHOLE, "run"])
    assert sorted(map(bool, said)) == [False, True]
    assert "which is setting up .venv" in "".join(said)


def test_a_tree_that_was_moved_or_copied_gets_a_venv_of_its_own(tree: Tree) -> None:
    tree.run()
    here = tree.place
    shutil.copytree(here, here.parent / "copy", symlinks=True)
    tree.place = here.parent / "copy"
    assert tree.run() == (0, WHOLE, "")
    tree.place = here.rename(here.parent / "moved")
    assert tree.run() == (0, WHOLE, "")
    assert tree.run() == (0, ["run"], "")


def test_a_tree_reached_by_another_name_is_the_same_tree(tree: Tree) -> None:
    tree.run()
    other = tree.place.parent / "by-another-name"
    other.symlink_to(tree.place)
    tree.place = other
    assert tree.run() == (0, ["run"], "")


def test_other_packages_make_a_new_venv_and_another_project_file_only_installs_kefu(tree: Tree) -> None:
    tree.run()
    (tree.place / ".venv" / "dropped").touch()
    (tree.place / "requirements" / "run.lock").write_text("two==2\n")
    assert tree.run() == (0, WHOLE, "")
    assert not (tree.place / ".venv" / "dropped").exists()
    (tree.place / "pyproject.toml").write_text("[project]\nname = 'kefu'\n")
    assert tree.run() == (0, ["kefu", "run"], "")
    assert tree.run() == (0, ["run"], "")


def ended() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_the_lock_of_one_that_is_gone_is_taken_over(tree: Tree) -> None:
    (tree.place / ".venv.lock").mkdir()
    (tree.place / ".venv.lock" / "pid").write_text(f"{ended()}\n")
    assert tree.run() == (0, WHOLE, "")
    assert not (tree.place / ".venv.lock").exists()


def test_the_lock_of_one_that_works_is_waited_for(tree: Tree) -> None:
    lock = tree.place / ".venv.lock"
    lock.mkdir()
    (lock / "pid").write_text(f"{os.getpid()}\n")
    process = tree.start()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1.5)
    assert tree.log.read_text() == ""
    shutil.rmtree(lock)
    _out, said = process.communicate(timeout=60)
    assert (process.returncode, tree.log.read_text().split()) == (0, WHOLE)
    assert said == f"scripts/demo: waiting for process {os.getpid()}, which is setting up .venv\n"
