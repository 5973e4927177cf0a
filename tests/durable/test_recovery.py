"""A run is disturbed at moments that a seed decides; nothing is lost, and nothing that was finished is paid again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from durable.disturbed import scene
from durable.kinds import NEEDS_DISK, NEEDS_POSTGRES, ON_SQLITE, Expected
from postgres import Postgres, binaries

FEW = 10
MANY = 100
"""Trials of each of five documents."""
QUICK = ["foreground", "Ctrl-C", "helper"]

pytestmark = [pytest.mark.timeout(200), pytest.mark.usefixtures("loopback")]


@pytest.fixture(scope="module")
def undisturbed() -> dict[int, Expected]:
    """The scores of runs that nobody disturbed, by their trials."""
    return {}


@pytest.fixture
def expected(request: pytest.FixtureRequest, undisturbed: dict[int, Expected], tmp_path: Path) -> Expected:
    trials: int = request.param
    if trials not in undisturbed:
        with scene(tmp_path / "undisturbed", trials=trials) as calm:
            code, _out, said = calm.end(calm.run())
            assert code == 0, said
            undisturbed[trials] = calm.scores()
            assert len(undisturbed[trials]) == calm.cells
            assert set(calm.paying.finished.values()) == {1}
            assert not list(calm.data.glob("replies/*"))
    return undisturbed[trials]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL of our own, which keeps what it has said is committed."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL to kill")
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-"))
    made = Postgres(folder, programs)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "scene"
    (folder / "data").mkdir(parents=True)
    if os.name != "posix" or shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("no disk may be mounted here")
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder / "data")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder / "data")], check=True)


@pytest.mark.parametrize("expected", [FEW], indirect=True)
@pytest.mark.parametrize("name", QUICK)
def test_a_run_survives(name: str, tmp_path: Path, expected: Expected) -> None:
    with scene(tmp_path / "scene", trials=FEW) as disturbed:
        assert ON_SQLITE[name](disturbed, random.Random(name), expected).wrong == ()


@pytest.mark.parametrize("expected", [FEW], indirect=True)
def test_a_run_survives_its_database(tmp_path: Path, server: Postgres, expected: Expected) -> None:
    with scene(tmp_path / "scene", trials=FEW, database=server.create("few")) as disturbed:
        kind = NEEDS_POSTGRES["PostgreSQL, back soon"](server)
        assert kind(disturbed, random.Random(1), expected).wrong == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("expected", [MANY], indirect=True)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ON_SQLITE)
def test_many_calls_survive(name: str, seed: int, tmp_path: Path, expected: Expected) -> None:
    with scene(tmp_path / "scene", trials=MANY, delay=0.02) as disturbed:
        assert ON_SQLITE[name](disturbed, random.Random(f"{name}{seed}"), expected).wrong == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("expected", [MANY], indirect=True)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", NEEDS_POSTGRES)
def test_many_calls_survive_on_postgres(
    name: str, seed: int, tmp_path: Path, server: Postgres, expected: Expected
) -> None:
    database = server.create(f"many{seed}{list(NEEDS_POSTGRES).index(name)}")
    with scene(tmp_path / "scene", trials=MANY, delay=0.02, database=database) as disturbed:
        assert NEEDS_POSTGRES[name](server)(disturbed, random.Random(f"{name}{seed}"), expected).wrong == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("expected", [MANY], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_many_calls_survive_a_full_disk(seed: int, small_disk: Path, expected: Expected) -> None:
    with scene(small_disk, trials=MANY, delay=0.02) as disturbed:
        assert NEEDS_DISK["full disk"](disturbed, random.Random(seed), expected).wrong == ()
