"""Every test of the store runs on SQLite and on PostgreSQL; without a server the latter are skipped, except in CI."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.store.database import Store, open_store
from postgres import Named, Postgres, binaries, shared

ABSENT = "no PostgreSQL: neither its programs nor KEFU_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    """A PostgreSQL: the one that is named, or one of our own that all workers of this session share."""
    address = os.environ.get("KEFU_TEST_POSTGRES_URL")
    programs = binaries()
    if address:
        yield Named(address)
    elif programs is not None:
        together = tmp_path_factory.getbasetemp()
        with shared(together.parent if "PYTEST_XDIST_WORKER" in os.environ else together, programs) as ours:
            yield ours
    elif os.environ.get("CI") == "true":
        pytest.fail(ABSENT)
    else:
        pytest.skip(ABSENT)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The place of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "kefu.db")
        return
    named: Named = request.getfixturevalue("server")
    name = f"kefu_{secrets.token_hex(4)}"
    yield named.create(name)
    named.drop(name)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An open database, once of each kind."""
    with open_store(database) as opened:
        yield opened


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL for one test alone, which may kill it."""
    import shutil
    import tempfile

    programs = binaries()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="kefu-pg-"))
    server = Postgres(folder, programs)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
