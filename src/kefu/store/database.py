"""An open database, SQLite in a file or PostgreSQL by URL, of this kefu's schema: one way to read, one to write.

Writing in SQLite takes the lock when it begins, so that a transaction cannot
fail half way for another's sake; what fails becomes a :class:`StoreError`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, create_engine, event, func, literal, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from kefu.errors import InputError
from kefu.foreign import of_system
from kefu.i18n import gettext as _
from kefu.store.fault import StoreError, fault_of, faults
from kefu.store.spare import Spare
from kefu.store.tables import Moment
from kefu.store.version import upgrade

__all__ = ["Store", "masked", "open_store"]

T = TypeVar("T")

_BUSY_SECONDS = 30
"""How long SQLite waits for another's lock."""
_PAGE = 8192
"""Bytes of a page of SQLite: of 4 kB, its own choice, a call of 2.5 kB would fill one and leave the rest empty."""
_MEETINGS = 5
"""How often a change is tried again that met another of the same rows."""
_SECRET = frozenset({"password", "passwd", "sslpassword", "passfile", "sslkey"})


class Store:
    """An open database; ``url`` is for people and shows no password, ``path`` is the file of SQLite.

    ``cramped`` is true from when the disk was full until there is room again:
    then what is finished can still be saved, and nothing new ought to begin.
    """

    def __init__(self, engine: Engine, url: str, path: Path | None, spare: Spare | None = None) -> None:
        self.url = url
        self.path = path
        self._engine = engine
        self._spare = spare

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; the spare room is given back."""
        if self._spare is not None:
            self._spare.remove()
        self._engine.dispose()

    @property
    def place(self) -> str:
        """The URL with its password, for who opens the same database by other means; never shown."""
        return self._engine.url.render_as_string(hide_password=False)

    @property
    def postgres(self) -> bool:
        """Whether it is PostgreSQL."""
        return self._engine.dialect.name == "postgresql"

    @property
    def cramped(self) -> bool:
        """Whether the disk was full when something was saved last."""
        return self._spare is not None and self._spare.used

    def now(self) -> ColumnElement[datetime]:
        """The time by the clock that all workers share: the database's, or the machine's where it is a file."""
        return func.clock_timestamp(type_=Moment()) if self.postgres else literal(datetime.now(UTC), Moment())

    def _writing(self) -> Connection:
        return self._engine.connect().execution_options(begin="BEGIN IMMEDIATE")

    def share_file(self) -> None:
        """Let readers and the writer of a file not wait for each other. It remembers this, so that it is done once."""
        patience = time.monotonic() + _BUSY_SECONDS
        while not self.postgres:
            try:
                with faults(self.url), self._engine.connect().execution_options(begin="") as connection:
                    if connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() != "wal":
                        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return  # with what there is: some file systems cannot share memory
            except StoreError as fault:  # two do this at once, and SQLite lets neither wait
                if not fault.transient or time.monotonic() > patience:
                    raise
                time.sleep(0.02)

    def set_aside(self) -> None:
        """Lay the spare room on the disk, where the database was opened with it."""
        if self._spare is not None:
            self._spare.lay()

    def insert_new(self, table: Table) -> Any:
        """An insert that passes over rows that are there already."""
        insert = postgresql.insert(table) if self.postgres else sqlite_dialect.insert(table)
        return insert.on_conflict_do_nothing()

    @contextmanager
    def reading(self, *, rows: int = 0) -> Generator[Connection]:
        """A connection to read with, as things were at one moment; with ``rows`` at a time where many come."""
        options: dict[str, Any] = {"yield_per": rows} if rows else {}
        with faults(self.url), self._engine.connect().execution_options(**options) as connection:
            yield connection

    def write(self, change: Callable[[Connection], T]) -> T:
        """Make ``change`` in one transaction, whole or not at all; it may be called again."""
        meetings = 0
        while True:
            try:
                with (
                    self._engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
                    connection.begin(),
                ):
                    done = change(connection)
            except DBAPIError as error:
                meetings += 1
                if _met(error) and meetings < _MEETINGS:
                    continue
                if isinstance(error, IntegrityError):
                    raise
                fault = fault_of(error, self.url, full=self._spare is not None and self._spare.needed)
                if not (isinstance(fault, StoreError) and fault.full and self._spare and self._spare.spend()):
                    raise fault from None
            else:
                if self._spare is not None:
                    self._spare.lay_again()
                return done


def _met(error: DBAPIError) -> bool:
    """Whether another has just changed the same rows: then it is time to look again at what there is."""
    return isinstance(error, IntegrityError) or str(getattr(error.orig, "sqlstate", "") or "").startswith("40")


def open_store(place: str | Path, *, spare: bool = False) -> Store:
    """The database at ``place``, an SQLAlchemy URL or the path of an SQLite file, brought to this kefu's schema.

    A file is made with its folder. ``spare`` lays room aside on its disk, for
    who is going to write much. ``StoreError`` where it cannot be reached, opened or
    written; ``InputError`` where it is no database of kefu's, or a newer kefu's.
    """
    url = _url_of(str(place))
    shown = masked(url)
    if url.get_backend_name() == "postgresql":
        store = Store(_postgres(url, shown), shown, None)
    else:
        path = Path(url.database or "")
        store = Store(_sqlite(url, path), str(path), path, Spare(path) if spare else None)
    try:
        upgrade(store)
    except BaseException:
        store.close()
        raise
    store.set_aside()
    return store


def masked(url: URL) -> str:
    """The address for people: without what nobody may see."""
    query = {name: ("***" if name.lower() in _SECRET else value) for name, value in url.query.items()}
    return url.set(query=query).set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _url_of(place: str) -> URL:
    if "://" not in place:
        if not place.strip() or place == ":memory:":
            raise InputError(_("this is no place for a database: %r") % place, hint=_("name a file or a URL"))
        return URL.create("sqlite", database=place)
    scheme = place.partition("://")[0]
    hint = _("write it as postgresql://USER@HOST/DATABASE or name an SQLite file")
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):  # its message may show the password
        raise InputError(_("this address of a database cannot be read"), where=f"{scheme}://…", hint=hint) from None
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if scheme in ("sqlite", "sqlite+pysqlite") and url.database and url.database != ":memory:":
        return URL.create("sqlite", database=url.database)
    raise InputError(_("kefu keeps nothing in this kind of database"), where=f"{scheme}://…", hint=hint)


def _postgres(url: URL, shown: str) -> Engine:
    try:
        return create_engine(
            url, pool_pre_ping=True, isolation_level="READ COMMITTED", connect_args={"connect_timeout": 10}
        )
    except ImportError:
        raise StoreError(
            _("the driver for PostgreSQL is not installed"),
            where=shown,
            hint=_("install it: pip install psycopg[binary]"),
        ) from None


def _sqlite(url: URL, path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise InputError(_("this is a folder, not a database"), where=str(path), hint=_("name a file in it"))
    except OSError as error:
        raise StoreError(
            _("the folder of the database cannot be made: %s") % of_system(error),
            where=str(path.parent),
            hint=_("name another place"),
        ) from None
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin by _begin, not by guesses of the driver
    connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a database that is not made yet
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)
