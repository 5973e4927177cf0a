"""Runs, their documents, calls, workers and exchanges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _runs()
    _calls()
    _work()


def _run(*, key: bool = False, empty: bool = False) -> sa.Column[str]:
    return sa.Column("run", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=key, nullable=empty)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _packed(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary, nullable=False) for name in names]


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("label"),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        *_texts("stopped"),
        *_numbers("round", "cells", "batch", "concurrency"),
        sa.Column("budget", sa.Text),
        sa.Column("keep_exchanges", sa.Boolean, nullable=False),
        *_packed("provenance", "plan"),
    )
    op.create_table("documents", sa.Column("key", sa.Text, primary_key=True), *_packed("text", "data"))
    op.create_table(
        "sources",
        _run(key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        *_texts("scenario", "path", "hash"),
        sa.Column("document", sa.Text, sa.ForeignKey("documents.key"), nullable=False),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("number", _LONG, primary_key=True, autoincrement=True),
        *_texts("id", "kind"),
        _run(empty=True),
        sa.Column("cell", sa.Text),
        sa.Column("place", sa.Integer),
        *_numbers("attempt"),
        *_texts("state"),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("valid", sa.Boolean),
        *_numbers("turns"),
        *_texts("scenario", "domain", "caller", "customer", "persona", "perturb", "pair"),
        *_numbers("known", "trial", "reruns"),
        *(sa.Column(name, sa.Float) for name in ("total", "task_flow", "interaction")),
        *_texts("person", "source", "import_id"),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.Column("marks", sa.Text),
        *_packed("record"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("run", "cell", "attempt"),
    )
    op.create_index(
        "calls_counted",
        "calls",
        ["run", "place"],
        unique=True,
        sqlite_where=sa.text("counted = 1"),
        postgresql_where=sa.text("counted"),
    )
    op.create_index(
        "calls_kept",
        "calls",
        ["kind"],
        sqlite_where=sa.text("kind <> 'run'"),
        postgresql_where=sa.text("kind <> 'run'"),
    )
    if op.get_bind().dialect.name == "postgresql":  # packed already: nothing to gain by packing again
        op.execute("ALTER TABLE calls ALTER COLUMN record SET STORAGE EXTERNAL")


def _work() -> None:
    op.create_table(
        "batches",
        _run(key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_numbers("done", "failed", "invalid", "reruns"),
        sa.Column("turns", _LONG, nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text, primary_key=True),
        _run(),
        *_texts("machine"),
        sa.Column("pid", _LONG, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("beat_at", _MOMENT, nullable=False),
        sa.Column("left_at", _MOMENT),
        sa.Column("buried_at", _MOMENT),
        *_texts("cost"),
        sa.Column("allowed", sa.Text),
        sa.Column("tokens_in", _LONG, nullable=False),
        sa.Column("tokens_out", _LONG, nullable=False),
    )
    op.create_index("workers_run", "workers", ["run"])
    op.create_table(
        "exchanges",
        sa.Column("call", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("saved_at", _MOMENT, nullable=False),
        *_packed("request", "reply"),
    )
