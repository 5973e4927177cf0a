"""The ways in which a run is disturbed, each at a moment that a seed decides; what it came to is told by the scene."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from durable.disturbed import Disturbed, Scene
from durable.paying import TURNS
from postgres import Postgres

__all__ = ["NEEDS_DISK", "NEEDS_POSTGRES", "ON_SQLITE", "Expected", "Kind", "moment"]

Expected = Mapping[str, float | None]
Kind = Callable[[Scene, random.Random, Expected], Disturbed]


def moment(scene: Scene, rng: random.Random) -> int:
    """A number of replies after which it happens, from before the first to near the last."""
    return rng.randrange(scene.cells * TURNS - scene.concurrency)


def foreground(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """``kill -9`` of the process that holds the run; with a worker beside it, that one goes on."""
    run = scene.run()
    scene.until(moment(scene, rng), run)
    time.sleep(rng.random() * scene.paying.delay)
    scene.kill(run)
    return _resumed(scene, expected)


def twice(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """The run is killed, and killed again when it is taken up."""
    run = scene.run()
    first = moment(scene, rng) // 2
    scene.until(first, run)
    scene.kill(run)
    scene.wait(lambda: not scene.paying.busy)
    before = scene.look()
    again = scene.start("resume", "latest", "--json")
    scene.until(scene.paying.total + rng.randrange(scene.cells), again)
    scene.kill(again)
    told = _resumed(scene, expected)
    paid = scene.paying.replies
    lost = tuple(f"{call} was paid again" for call in before.saved if paid[call] != before.paid[call])
    return told if not lost else _with(told, lost)


def helper(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """``kill -9`` of a helper that the foreground has started; the foreground goes on alone."""
    run = scene.run("--workers", "2")
    scene.until(moment(scene, rng) // 2, run)
    scene.wait(lambda: run.poll() is not None or len(scene.workers()) == 2)
    others = [pid for pid in scene.workers() if pid != run.pid]
    assert others, scene.end(run)
    scene.kill(others[0])
    return _ended(scene, run, expected)


def worker(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """``kill -9`` of a worker of its own, as on another machine; the foreground goes on."""
    run, beside = _two(scene)
    scene.until(moment(scene, rng), run)
    scene.kill(beside)
    return _ended(scene, run, expected)


def leader(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """``kill -9`` of the foreground while a worker lives: that one finishes, and then says so."""
    run, beside = _two(scene)
    scene.until(moment(scene, rng), run)
    scene.kill(run)
    before = scene.look()
    began = time.monotonic()
    code, _out, said = scene.end(beside)
    assert code == 0, said
    scene.resume()
    return scene.disturbed(before, expected, time.monotonic() - began)


def interrupted(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """Ctrl-C: it leaves within five seconds with 130, and says how to go on."""
    run = scene.run()
    scene.until(max(1, moment(scene, rng)), run)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    scene.kills += 1
    scene.ended_by_kill = set(scene.paying.finished)
    code, _out, said = scene.end(run)
    took = time.monotonic() - began
    last = said.splitlines()[-1]
    wrong: list[str] = []
    if code != 130 or "go on with: kefu bench resume " not in last:
        wrong.append(f"it left with {code} and said {last!r}")
    if took > 5:
        wrong.append(f"it took {took:.1f} s to leave")
    return _with(_resumed(scene, expected), tuple(wrong))


def full_disk(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
    """The disk that holds the run is full, has room again, and the run is taken up."""
    run = scene.run()
    scene.until(1 + moment(scene, rng) // 2, run)
    _fill(scene.data / "filler")
    scene.kills += 1
    code, _out, said = scene.end(run)
    scene.ended_by_kill = set(scene.paying.finished)
    (scene.data / "filler").unlink()
    wrong = () if code == 3 and "the disk is full" in said else (f"it left with {code} and said {said!r}",)
    return _with(_resumed(scene, expected), wrong)


def database_away(server: Postgres) -> Kind:
    """PostgreSQL is killed and comes back after some seconds; the run waits for it."""

    def disturb(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
        run = scene.run()
        scene.until(moment(scene, rng), run)
        server.kill()
        time.sleep(2 + 3 * rng.random())
        server.start()
        return _ended(scene, run, expected)

    return disturb


def database_gone(server: Postgres) -> Kind:
    """PostgreSQL is killed and comes back only after the run has given up; what was put aside is taken in."""

    def disturb(scene: Scene, rng: random.Random, expected: Expected) -> Disturbed:
        run = scene.run(patience=3)
        scene.until(1 + moment(scene, rng), run)
        server.kill()
        code, _out, said = scene.end(run)
        server.start()
        wrong = () if code == 3 else (f"it left with {code} and said {said!r}",)
        before = {call for call, number in scene.paying.finished.items() if number}
        _more, seconds = scene.resume()
        told = scene.disturbed(scene.look(), expected, seconds)
        again = sorted(call for call in before if scene.paying.finished[call] > 1)
        return _with(told, (*wrong, *(f"{call} was paid again" for call in again)))

    return disturb


ON_SQLITE: Mapping[str, Kind] = {
    "foreground": foreground,
    "foreground, twice": twice,
    "helper": helper,
    "Ctrl-C": interrupted,
}
NEEDS_DISK: Mapping[str, Kind] = {"full disk": full_disk}
NEEDS_POSTGRES: Mapping[str, Callable[[Postgres], Kind]] = {
    "worker": lambda _server: worker,
    "foreground beside a worker": lambda _server: leader,
    "foreground on PostgreSQL": lambda _server: foreground,
    "PostgreSQL, back soon": database_away,
    "PostgreSQL, back too late": database_gone,
}


def _two(scene: Scene):
    run = scene.run()
    scene.wait(scene.begun)
    beside = scene.start("worker", "latest")
    scene.wait(lambda: run.poll() is not None or len(scene.workers()) == 2)
    return run, beside


def _resumed(scene: Scene, expected: Expected) -> Disturbed:
    scene.wait(lambda: not scene.paying.busy)
    before = scene.look()
    _told, seconds = scene.resume()
    return scene.disturbed(before, expected, seconds)


def _ended(scene: Scene, run, expected: Expected) -> Disturbed:
    """The run was not taken up: it went on by itself."""
    before = scene.look()
    began = time.monotonic()
    code, _out, said = scene.end(run)
    assert code == 0, said
    return scene.disturbed(before, expected, time.monotonic() - began)


def _with(told: Disturbed, wrong: tuple[str, ...]) -> Disturbed:
    from dataclasses import replace

    return replace(told, wrong=(*told.wrong, *wrong))


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
