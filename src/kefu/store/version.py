"""The schema that this kefu knows, and the way there from an older one: Alembic, loaded only where it is needed."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text

from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.store.tables import METADATA

if TYPE_CHECKING:
    from kefu.store.database import Store

__all__ = ["SCHEMA", "VERSION_TABLE", "upgrade"]

SCHEMA = "0001"
"""The newest step in ``migrations/versions``."""
VERSION_TABLE = "kefu_version"
_LOCK = 0x6B656675
"""The number of PostgreSQL's advisory lock under which a schema is changed."""


def upgrade(store: Store) -> None:
    """Bring the database to :data:`SCHEMA`; of several who open it at once one does it and the others wait."""
    with store.reading() as connection:
        current = _is_current(connection, store)
    store.share_file()  # only now: what is not ours is not touched
    if not current:
        store.write(lambda connection: _upgrade(connection, store))


def _upgrade(connection: Connection, store: Store) -> None:
    if store.postgres:
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    if not _is_current(connection, store):  # or another has just done it
        _migrate(connection)


def _is_current(connection: Connection, store: Store) -> bool:
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in tables:
        # a server's database may be shared with others, a file is somebody's
        if tables.intersection(METADATA.tables) if store.postgres else tables:
            raise InputError(
                _("this database holds tables of another program"), where=store.url, hint=_("use a database of its own")
            )
        return False
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    if found is not None and found > SCHEMA:
        raise InputError(
            _("this database was made by a newer kefu (its schema is %(found)s, this kefu knows %(known)s)")
            % {"found": found, "known": SCHEMA},
            where=store.url,
            hint=_("update kefu, or name another database"),
        )
    return found == SCHEMA


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    with as_file(files("kefu.store").joinpath("migrations")) as folder:
        config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        command.upgrade(config, "head")
