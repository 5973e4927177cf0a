"""Alembic's door: it takes its steps on the connection it is given, within the transaction that is open there."""

from __future__ import annotations

from alembic import context

from kefu.store.tables import METADATA

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    target_metadata=METADATA,
    version_table=_given["version_table"],
    render_as_batch=True,
)
context.run_migrations()
