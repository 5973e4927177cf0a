"""Opening a database: made, migrated, or refused with one line that shows no password."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from kefu.errors import InputError, KefuError
from kefu.store.calls import records, save_calls
from kefu.store.database import Store, open_store
from kefu.store.fault import StoreError
from kefu.store.runs import progress_of
from kefu.store.tables import METADATA
from kefu.store.version import SCHEMA, VERSION_TABLE
from postgres import GUARDED, Named, Postgres
from store.kept import call, started

OPEN = """
import sys
from kefu.store.database import open_store
sys.stdin.readline()
with open_store(sys.argv[1]) as store, store.reading() as connection:
    print(connection.exec_driver_sql("SELECT count(*) FROM runs").scalar())
"""


def refusal(place: str) -> KefuError:
    with pytest.raises(KefuError) as caught:
        open_store(place).close()
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_steps_lead_to_the_tables(store: Store) -> None:
    with store.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": False}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
        assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all() == [SCHEMA]


def test_what_was_kept_is_there_when_it_is_opened_again(database: str) -> None:
    with open_store(database) as store:
        of = started(store)
        save_calls(store, [call(of, 0)])
    with open_store(database) as store:
        assert list(records(store, of.id)) == [call(of, 0)]


def test_several_that_open_a_fresh_database_at_once_all_succeed(database: str, root: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", OPEN, database]
    opening = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(root / "src")},
        )
        for _number in range(4)
    ]
    for process in opening:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60) for process in opening]
    assert said == [("0\n", "")] * 4


def test_a_newer_schema_is_refused(database: str) -> None:
    with open_store(database) as store:
        store.write(lambda connection: connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0042'")))
        place = store.url
    refused = refusal(database)
    assert isinstance(refused, InputError)
    assert str(refused) == (
        f"{place}: this database was made by a newer kefu (its schema is 0042, this kefu knows {SCHEMA}); "
        "update kefu, or name another database"
    )


def test_tables_of_another_program_are_left_alone(database: str) -> None:
    with open_store(database) as store:
        store.write(lambda connection: connection.execute(text(f"DROP TABLE {VERSION_TABLE}")))
        place = store.url
    refused = refusal(database)
    assert isinstance(refused, InputError)
    assert str(refused) == f"{place}: this database holds tables of another program; use a database of its own"


def test_a_file_is_made_with_its_folder_and_in_the_mode_that_readers_do_not_wait_in(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b" / "kefu.db"
    with open_store(place) as store:
        assert store.path == place
        assert store.url == str(place)
        with store.reading() as connection:
            pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
            assert found == ["wal", 1, 1, 30000]
            of = started(store)  # written while somebody reads
        with store.reading() as connection:
            assert save_calls(store, [call(of, 0)]) == 1
    with open_store(f"sqlite:///{place}") as store:
        assert progress_of(store, of.id).done == 1


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    folder, words, browser = tmp_path / "folder", tmp_path / "words.txt", tmp_path / "browser.db"
    folder.mkdir()
    words.write_text("这不是数据库。" * 300)
    with sqlite3.connect(browser) as other:
        other.execute("CREATE TABLE history (address TEXT)")
    other.close()
    assert str(refusal(str(folder))) == f"{folder}: this is a folder, not a database; name a file in it"
    for path, message in (
        (words, "this file is not a database; name another file"),
        (browser, "this database holds tables of another program; use a database of its own"),
    ):
        kept = path.read_bytes()
        refused = refusal(str(path))
        assert isinstance(refused, InputError)
        assert str(refused) == f"{path}: {message}"
        assert path.read_bytes() == kept


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    below = refusal(str(tmp_path / "file" / "kefu.db"))
    assert isinstance(below, StoreError)
    assert below.exit_code == 3
    assert str(below).startswith(f"{tmp_path / 'file'}: the folder of the database cannot be made: ")
    if Path("/proc/self").is_dir():  # where not even root can write
        assert str(refusal("/proc/self/kefu.db")) == (
            "/proc/self/kefu.db: the database cannot be opened; check the rights of the file and of its folder"
        )


def test_a_file_that_may_not_be_changed_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path / "kefu.db"):
        pass
    read_only = f"file:{tmp_path / 'kefu.db'}?mode=ro"
    with sqlite3.connect(read_only, uri=True) as connection, pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("DELETE FROM calls")
    connection.close()
    from sqlalchemy.exc import OperationalError

    from kefu.store.fault import fault_of

    fault = fault_of(OperationalError("DELETE", {}, caught.value), "kefu.db")
    assert str(fault) == "kefu.db: the database cannot be written; check the rights of the file and of its folder"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("", "this is no place for a database: ''; name a file or a URL"),
        (":memory:", "this is no place for a database: ':memory:'; name a file or a URL"),
        ("sqlite://", "sqlite://…: kefu keeps nothing in this kind of database; "),
        ("mysql://a:geheim@b/c", "mysql://…: kefu keeps nothing in this kind of database; "),
        ("postgresql+asyncpg://a:geheim@b/c", "postgresql+asyncpg://…: kefu keeps nothing in this kind of database; "),
        ("postgresql://a:geheim@b:port/c", "postgresql://…: this address of a database cannot be read; "),
    ],
)
def test_an_address_that_is_none(place: str, message: str) -> None:
    refused = str(refusal(place))
    assert refused.startswith(message)
    assert "geheim" not in refused


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    refused = refusal(f"postgres://ming:geh%40im@/kefu?host={tmp_path}&sslpassword=geheim")
    assert isinstance(refused, StoreError)
    assert refused.transient
    assert refused.exit_code == 3
    said = str(refused)
    assert said.startswith("postgresql://ming:***@/kefu?host=")
    assert "the database server cannot be reached (" in said
    assert said.endswith("; see that it runs and that host and port are right")
    for secret in ("geheim", "geh@im", "geh%40im"):
        assert secret not in said


def test_a_server_that_does_not_know_us(own_server: Postgres) -> None:
    own_server.ask(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'richtig'")
    where = f"/postgres?host={own_server.folder}"
    for user in (f"{GUARDED}:falsch", GUARDED, "nobody"):
        refused = refusal(f"postgresql://{user}@{where}")
        assert isinstance(refused, StoreError)
        assert not refused.transient
        assert str(refused).endswith(
            "the database server does not accept this user and password; check both in the address, or set PGPASSWORD"
        )
        assert "falsch" not in str(refused)
    with pytest.raises(StoreError) as caught:
        open_store(f"postgresql://{GUARDED}:richtig@{where}")
    assert "the user may not make tables in this database; grant it CREATE, or use a database" in str(caught.value)


def test_a_server_that_is_killed_and_comes_back(own_server: Postgres) -> None:
    with open_store(own_server.create("kefu")) as store:
        of = started(store)
        save_calls(store, [call(of, 0)])
        own_server.kill()
        for away in (lambda: save_calls(store, [call(of, 1)]), lambda: progress_of(store, of.id)):
            with pytest.raises(StoreError) as caught:
                away()
            assert caught.value.transient
        own_server.start()
        assert save_calls(store, [call(of, 0), call(of, 1)]) == 1
        assert progress_of(store, of.id).done == 2


def test_a_database_that_the_server_does_not_have(server: Named) -> None:
    refused = refusal(server.url("kefu_nowhere"))
    assert isinstance(refused, StoreError)
    assert not refused.transient
    assert str(refused).endswith("the server has no such database; create it, for example with createdb")


def test_a_lock_that_another_holds_is_transient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kefu.store.database._BUSY_SECONDS", 0.1)
    with open_store(tmp_path / "kefu.db") as store:
        of = started(store)
        other = sqlite3.connect(tmp_path / "kefu.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            save_calls(store, [call(of, 0)])
        other.close()
        assert caught.value.transient
        assert str(caught.value) == f"{store.url}: another program holds the database; try again in a moment"
        assert save_calls(store, [call(of, 0)]) == 1
