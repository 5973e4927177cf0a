"""What a model was asked and what it answered, word for word, where a run was told to keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from kefu.store.database import Store
from kefu.store.tables import exchanges, pack

__all__ = ["Exchange", "exchanges_of", "save_exchange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of a call, in their order from 0, and its reply."""

    call: str
    number: int
    request: Mapping[str, Any]
    reply: Mapping[str, Any]


def save_exchange(
    store: Store, call_id: str, number: int, request: Mapping[str, Any], reply: Mapping[str, Any]
) -> bool:
    """Keep one exchange of a call, which need not be saved yet; false if it is kept already."""
    values = {"call": call_id, "number": number, "request": pack(request), "reply": pack(reply)}

    def change(connection: Connection) -> bool:
        same = (exchanges.c.call == call_id, exchanges.c.number == number)
        if connection.execute(select(exchanges.c.number).where(*same)).first() is not None:
            return False
        connection.execute(store.insert_new(exchanges).values(saved_at=store.now(), **values))
        return True

    return store.write(change)


def exchanges_of(store: Store, call_id: str) -> list[Exchange]:
    """The exchanges of a call in their order; none where none were kept."""
    with store.reading() as connection:
        found = connection.execute(select(exchanges).where(exchanges.c.call == call_id).order_by(exchanges.c.number))
        return [Exchange(call=row.call, number=row.number, request=row.request, reply=row.reply) for row in found]
