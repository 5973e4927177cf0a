"""Runs what the pages tell a reader to type, in a fresh folder, and compares or renews the output they show.

In a block marked ``console`` a line that begins with ``$`` is typed into a
shell; the lines below it are what was printed, to the last character. A comment
``<!-- file: NAME -->`` before a block means that the reader saves the block
under that name. All blocks of a page share one folder, in which ``examples``
are the bundled ones.

What differs from time to time is shown as something that does not: the ids of
runs become those of :data:`RUNS`, in the order in which a page meets them, and
times become :data:`TIME`. A page may type such an id; the run it stands for is meant.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "README.md",
    "README.zh-CN.md",
    "docs/tutorial.md",
    "docs/how-to/write-a-scenario.md",
    "docs/how-to/fill-placeholders.md",
    "docs/how-to/use-json.md",
    "docs/how-to/test-your-agent.md",
    "docs/how-to/judge-with-a-model.md",
    "docs/how-to/difficult-customers.md",
    "docs/how-to/real-calls.md",
    "docs/how-to/did-my-edit-help.md",
    "docs/how-to/many-calls.md",
    "docs/how-to/ci-regressions.md",
)
RUNS = tuple(f"260302-{hashlib.sha256(bytes([number])).hexdigest()[:6]}" for number in range(50))
TIME = "2026-03-02 09:30"
_OWN_FAULT = ("Traceback (most recent call last)", "kefu itself failed", "kefu 自身出错")
_RUN = re.compile(r"\b\d{6}-[0-9a-f]{6}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b")
_BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```\n", re.DOTALL)


def renewed(page: str) -> str:
    """The text of a page with every output as it is now."""
    text = (ROOT / page).read_text(encoding="utf-8")
    chinese = page.endswith(".zh-CN.md")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = prepared(folder, chinese=chinese)
        runs: dict[str, str] = {}

        def again(found: re.Match[str]) -> str:
            if found["file"]:
                (folder / "work" / found["file"]).write_text(found["body"], encoding="utf-8")
            if found["kind"] != "console":
                return found[0]
            return found[0].replace(found["body"], typed(found["body"], folder / "work", environment, runs))

        return _BLOCK.sub(again, text)


def prepared(folder: Path, *, chinese: bool) -> dict[str, str]:
    """A folder to work in, and an environment in which ``kefu`` is a command."""
    (folder / "bin").mkdir()
    command = folder / "bin" / "kefu"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m kefu "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (folder / "work").mkdir()
    shutil.copytree(ROOT / "examples", folder / "work" / "examples")
    return {
        "PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
        "KEFU_LANG": "zh_CN" if chinese else "en",
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
    }


def typed(body: str, folder: Path, environment: dict[str, str], runs: dict[str, str]) -> str:
    """The block with what its commands print now, both streams as a terminal would show them.

    ``runs`` are the ids that the page has met so far, each with the one that is shown for it.
    """
    lines: list[str] = []
    for command in [line for line in body.splitlines() if line.startswith("$ ")]:
        done = subprocess.run(
            ["sh", "-c", _with_ids(command[2:], {shown: meant for meant, shown in runs.items()})],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if any(words in done.stdout for words in _OWN_FAULT):
            raise SystemExit(f"{command}\n{done.stdout}")
        for run in _RUN.findall(done.stdout):
            runs.setdefault(run, RUNS[len(runs)])
        steady = _TIME.sub(TIME, _with_ids(done.stdout, runs))
        lines += [command, *(line.rstrip() for line in steady.splitlines())]
    return "".join(f"{line}\n" for line in lines)


def _with_ids(text: str, instead: dict[str, str]) -> str:
    return _RUN.sub(lambda found: instead.get(found[0], found[0]), text)
