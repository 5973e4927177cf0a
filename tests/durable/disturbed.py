"""A run that somebody pays for, disturbed on purpose: what was saved, what was paid twice, what came of it.

Every process that is started here is ended here, by its id.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from durable.paying import TURNS, Paying
from kefu.files import load_scenario
from kefu.store.calls import finished_attempts, records, recount
from kefu.store.database import Store, open_store
from kefu.store.runs import find_run, progress_of
from kefu.store.workers import live
from serving import in_thread

__all__ = ["ROOT", "Disturbed", "Scene", "scene"]

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = tuple(sorted((ROOT / "examples").glob("*.md")))[:5]
_PATIENCE = 100.0
_MODEL = """[models.paid]
base_url = "{url}"
model = "paid"
prices = {{ input = 1.0, output = 2.0 }}
{more}"""


_IMPATIENT = (
    "from kefu.run.keep import Keeper; Keeper.__init__.__kwdefaults__['patience'] = {}; "
    "from kefu.cli.main import run; run()"
)


@dataclass(frozen=True, kw_only=True)
class Disturbed:
    """What a disturbance cost. ``unsaved`` calls had had their last reply and were not in the store at that moment.

    ``again`` of them were held again; ``wrong`` says what must not be, and is not.
    """

    saved: int
    unsaved: int
    again: int
    beyond: int
    seconds: float
    wrong: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Scene:
    """A folder to run in, an endpoint that counts, and a database; ``database`` is empty for SQLite in the folder."""

    folder: Path
    paying: Paying
    trials: int
    concurrency: int = 16
    database: str = ""
    more: str = ""
    """Of the model in kefu.toml: further lines."""
    processes: list[subprocess.Popen[str]] = field(default_factory=list[subprocess.Popen[str]])
    kills: int = 0
    ended_by_kill: set[str] = field(default_factory=set[str])
    """The calls whose last reply had been sent when something was killed last."""

    @property
    def cells(self) -> int:
        return self.trials * len(DOCUMENTS)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def place(self) -> str:
        return self.database or str(self.data / "kefu.db")

    def start(self, *arguments: str, patience: float = 0) -> subprocess.Popen[str]:
        """``kefu bench …`` in the folder, in a session of its own; it waits ``patience`` seconds for a database."""
        (self.folder / "kefu.toml").write_text(_MODEL.format(url=self.paying.base_url, more=self.more))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KEFU_")}
        environment |= {"KEFU_DATA_DIR": str(self.data), "KEFU_LANG": "en", "PYTHONPATH": str(ROOT / "src")}
        if self.database:
            environment["KEFU_DATABASE_URL"] = self.database
        program = ["-c", _IMPATIENT.format(patience)] if patience else ["-m", "kefu"]
        process = subprocess.Popen(
            [sys.executable, *program, "bench", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def run(self, *more: str, patience: float = 0) -> subprocess.Popen[str]:
        """The run itself, begun."""
        plan = ("--caller", "model:paid", "--trials", str(self.trials), "--concurrency", str(self.concurrency))
        return self.start("run", *map(str, DOCUMENTS), *plan, "--json", *more, patience=patience)

    def resume(self, *more: str) -> tuple[dict[str, Any], float]:
        """The run taken up again, to its end; what it printed, and the seconds that took."""
        began = time.monotonic()
        code, out, said = self.end(self.start("resume", "latest", "--json", *more))
        assert code == 0, said
        return json.loads(out), time.monotonic() - began

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """What comes of a process: its exit code, and what it printed."""
        out, said = process.communicate(timeout=_PATIENCE)
        assert "Traceback" not in said, said
        assert "kefu itself failed" not in said, said
        return process.returncode, out, said

    def until(self, replies: int, *processes: subprocess.Popen[str]) -> None:
        """Wait for so many replies of the endpoint, or for one of the processes to end."""
        self.wait(lambda: self.paying.total >= replies or any(each.poll() is not None for each in processes))

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds."""
        patience = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < patience, "it never came"
            time.sleep(0.002)

    def kill(self, process: subprocess.Popen[str] | int) -> None:
        """As ``kill -9`` does it; what it had started leaves by itself."""
        self.kills += 1
        os.kill(process if isinstance(process, int) else process.pid, signal.SIGKILL)
        self.ended_by_kill = set(self.paying.finished)
        if not isinstance(process, int):
            process.communicate(timeout=_PATIENCE)

    def workers(self) -> list[int]:
        """The processes at work, by what the store knows: the eldest first."""
        with contextlib.ExitStack() as stack:
            store = stack.enter_context(open_store(self.place))
            return [worker.pid for worker in live(store, find_run(store, "latest").id)]

    def begun(self) -> bool:
        """Whether the run is stored."""
        if not self.database and not Path(self.place).exists():
            return False
        with open_store(self.place) as store, contextlib.suppress(Exception):
            find_run(store, "latest")
            return True
        return False

    def saved(self) -> set[str]:
        """The calls that are in the store, by the names of the endpoint."""
        with open_store(self.place) as store:
            return _saved(store)

    def scores(self) -> Mapping[str, float | None]:
        """The total of every cell that counts."""
        with open_store(self.place) as store:
            found = [row.result for row in records(store, find_run(store, "latest").id) if row.result is not None]
        return {result.cell: result.total for result in found}

    def wrong(self, expected: Mapping[str, float | None]) -> list[str]:
        """What is not as after an undisturbed run, in words."""
        with open_store(self.place) as store:
            run = find_run(store, "latest")
            found = finished_attempts(store, run.id, [cell.id for cell in run.plan])
            counted = {cell: [each for each in attempts if each.counted] for cell, attempts in found.items()}
            progress, sums = progress_of(store, run.id), recount(store, run.id)
        wrong = [f"{len(each)} results of {cell}" for cell, each in counted.items() if len(each) != 1]
        wrong += [f"{cell} is {each[0].state}" for cell, each in counted.items() if each and each[0].state != "done"]
        if len(found) != self.cells:
            wrong.append(f"{self.cells - len(found)} cells are lost")
        for name in ("done", "failed", "invalid", "reruns", "turns"):
            if getattr(progress, name) != getattr(sums, name):
                wrong.append(f"progress says {getattr(progress, name)} {name}, the calls say {getattr(sums, name)}")
        scores = self.scores()
        if scores != expected:
            differ = sum(scores.get(cell, ...) != expected[cell] for cell in expected)
            wrong.append(f"{differ} scores differ from those of an undisturbed run")
        if run.finished_at is None or run.stopped:
            wrong.append(f"the run is not finished: {run.stopped!r}")
        left = sorted(path.name for path in self.data.glob("*.unsaved.jsonl"))
        return wrong + [f"{name} was not taken in" for name in left]

    def disturbed(self, before: Before, expected: Mapping[str, float | None], seconds: float) -> Disturbed:
        """What the disturbance came to, once the run has been taken up and is over."""
        paid = self.paying.replies
        wrong = self.wrong(expected)
        again = [call for call in before.saved if paid[call] != before.paid[call]]
        if again:
            wrong.append(f"{len(again)} saved calls were paid again")
        beyond = self.paying.total - self.cells * TURNS
        most = self.kills * self.concurrency * TURNS
        if beyond > most:
            wrong.append(f"{beyond} requests too many, where {most} were under way")
        if self.paying.most_busy > self.concurrency:
            wrong.append(f"{self.paying.most_busy} requests at once")
        return Disturbed(
            saved=len(before.saved),
            unsaved=before.unsaved,
            again=sum(self.paying.finished[call] > 1 for call in before.ended),
            beyond=beyond,
            seconds=seconds,
            wrong=tuple(wrong),
        )

    def look(self) -> Before:
        """How things stand at this moment."""
        ended = self.ended_by_kill or set(self.paying.finished)
        saved = self.saved()
        return Before(saved=frozenset(saved), paid=dict(self.paying.replies), unsaved=len(ended - saved), ended=ended)

    def close(self) -> None:
        """No process of ours is left; the workers that others of ours had started leave with them."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        patience = time.monotonic() + 20
        while left := [pid for process in self.processes for pid in _of_session(process.pid)]:
            if time.monotonic() > patience:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"processes were left behind: {left}")
            time.sleep(0.05)


@dataclass(frozen=True, kw_only=True)
class Before:
    """How things stood when the disturbance was over and nothing had been taken up again."""

    saved: Set[str]
    paid: Mapping[str, int]
    unsaved: int
    ended: Set[str]


@contextlib.contextmanager
def scene(folder: Path, *, trials: int, delay: float = 0.03, **more: Any) -> Iterator[Scene]:
    """A scene whose endpoint runs, and whose processes are gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    paying = Paying(delay=delay, marks={load_scenario(str(path)).caller.task: path.stem for path in DOCUMENTS})
    with in_thread(paying):
        made = Scene(folder=folder, paying=paying, trials=trials, **more)
        try:
            yield made
        finally:
            made.close()


def _saved(store: Store) -> set[str]:
    run = find_run(store, "latest")
    return {
        f"{row.record['scenario']}/{row.record['seed']}"
        for row in records(store, run.id, counted=False)
        if row.state in ("talked", "done")
    }


def _of_session(session: int) -> list[int]:
    """The processes of a session of ours that still live."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,sess=,stat="], capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, sess, stat in rows if int(sess) == session and not stat.startswith("Z")]
