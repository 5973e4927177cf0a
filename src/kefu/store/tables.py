"""What is kept and in which shape: every table of the store, once, for SQLite and PostgreSQL alike.

What queries and statistics ask for has a column; talks, cards, documents and
exchanges are packed JSON, the last column of their row, so that a scan of the
others does not read them. Changes here need a step in ``migrations/versions``.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

__all__ = [
    "METADATA",
    "Line",
    "Moment",
    "Packed",
    "batches",
    "calls",
    "documents",
    "exchanges",
    "pack",
    "runs",
    "sources",
    "unpack",
    "workers",
]

_LEVEL = 1
"""Of zlib: higher levels save little space and take longer (benchmarks/storing.py)."""


def pack(value: object) -> bytes:
    """JSON, compressed; also of text that is no proper Unicode, since a program under test may say that."""
    words = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(words.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack(packed: bytes) -> Any:
    """What :func:`pack` packed."""
    return json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass"))


class Line(TypeDecorator[str]):
    """Text that both databases can hold: PostgreSQL knows no NUL, neither of them half a character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


class Packed(TypeDecorator[Any]):
    """A JSON value, compressed; ``bytes`` are taken as packed already."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return value if value is None or isinstance(value, bytes) else pack(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else unpack(value)


class Moment(TypeDecorator[datetime]):
    """An aware time, in UTC: a timestamp of PostgreSQL, and in SQLite text that sorts as the times do."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


_NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
METADATA = MetaData(naming_convention=_NAMES)
_LONG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows only by INTEGER

runs = Table(
    "runs",
    METADATA,
    Column("id", Line, primary_key=True),
    Column("label", Line, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("stopped", Line, nullable=False),  # why it was stopped; empty while it goes on, or is finished
    Column("round", Integer, nullable=False),  # how often it was taken up again
    Column("cells", Integer, nullable=False),  # what the plan comes to, so that progress need not read the plan
    Column("batch", Integer, nullable=False),
    Column("concurrency", Integer, nullable=False),
    Column("budget", Line),
    Column("keep_exchanges", Boolean, nullable=False),
    Column("provenance", Packed, nullable=False),
    Column("plan", Packed, nullable=False),
)

documents = Table(  # every version of every scenario that was ever called, once
    "documents",
    METADATA,
    Column("key", Line, primary_key=True),  # digest of data and text
    Column("text", Packed, nullable=False),
    Column("data", Packed, nullable=False),
)

sources = Table(  # which document a run calls by which id
    "sources",
    METADATA,
    Column("run", Line, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("scenario", Line, nullable=False),
    Column("path", Line, nullable=False),
    Column("hash", Line, nullable=False),
    Column("document", Line, ForeignKey("documents.key"), nullable=False),
)

calls = Table(
    "calls",
    METADATA,
    Column("number", _LONG, primary_key=True, autoincrement=True),  # in the order in which they were saved
    Column("id", Line, nullable=False),
    Column("kind", Line, nullable=False),  # run, practice, imported
    Column("run", Line, ForeignKey("runs.id", ondelete="CASCADE")),
    Column("cell", Line),
    Column("place", Integer),  # of the cell in the plan
    Column("attempt", Integer, nullable=False),
    Column("state", Line, nullable=False),  # talked, done, failed
    Column("counted", Boolean, nullable=False),  # whether this attempt is the cell's result
    Column("valid", Boolean),  # whether the customer was true; null where there is no result yet
    Column("turns", Integer, nullable=False),
    Column("scenario", Line, nullable=False),
    Column("domain", Line, nullable=False),
    Column("caller", Line, nullable=False),
    Column("customer", Line, nullable=False),
    Column("persona", Line, nullable=False),
    Column("perturb", Line, nullable=False),
    Column("pair", Line, nullable=False),
    Column("known", Integer, nullable=False),  # Result.row: the place of what was known of the customer
    Column("trial", Integer, nullable=False),
    Column("reruns", Integer, nullable=False),
    Column("total", Float),
    Column("task_flow", Float),
    Column("interaction", Float),
    Column("person", Line, nullable=False),  # who practised
    Column("source", Line, nullable=False),  # hash of the document
    Column("import_id", Line, nullable=False),  # the set it was imported with
    Column("ended_at", Moment, nullable=False),
    Column("marks", Text),  # what marks_to_json says of the result
    Column("record", Packed, nullable=False),  # in the shape of ``call --json``
    UniqueConstraint("id"),
    UniqueConstraint("run", "cell", "attempt"),  # a call is kept once
    Index(  # a cell has one result; also the order in which results are read
        "calls_counted", "run", "place", unique=True, sqlite_where=text("counted = 1"), postgresql_where=text("counted")
    ),
    Index(  # practice and imports among many calls of runs, at no cost to these
        "calls_kept", "kind", sqlite_where=text("kind <> 'run'"), postgresql_where=text("kind <> 'run'")
    ),
)

batches = Table(  # what has become of a run, summed where it is saved: progress is read without counting calls
    "batches",
    METADATA,
    Column("run", Line, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("reruns", Integer, nullable=False),
    Column("turns", _LONG, nullable=False),
)

workers = Table(  # the processes that work at a run, alive or not, and what each of them has spent
    "workers",
    METADATA,
    Column("id", Line, primary_key=True),
    Column("run", Line, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("machine", Line, nullable=False),
    Column("pid", _LONG, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("left_at", Moment),
    Column("buried_at", Moment),
    Column("cost", Text, nullable=False),  # JSON: currency to decimal text
    Column("allowed", Text),  # of the budget, as decimal text; null where there is none
    Column("tokens_in", _LONG, nullable=False),
    Column("tokens_out", _LONG, nullable=False),
)

exchanges = Table(  # what a model was asked and what it answered; no reference, since they come before their call
    "exchanges",
    METADATA,
    Column("call", Line, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", Moment, nullable=False),
    Column("request", Packed, nullable=False),
    Column("reply", Packed, nullable=False),
)
