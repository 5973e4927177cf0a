"""Replies kept on disk, so that the same question to the same model is paid for once; only for those who ask for it.

One small file per reply, put in place by a rename: any number of processes may
share a folder, and a file that cannot be read is a reply that was not kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from kefu.llm.budget import Ledger
from kefu.llm.chat import PLAIN, Chat, Cost, Message, Options, Reply
from kefu.llm.fields import parsed
from kefu.llm.record import key_of, reply_from_json, reply_to_json, request_to_json

__all__ = ["CachedChat", "keep", "kept"]

_MOST_BYTES = 16_000_000


class CachedChat:
    """A chat whose replies are kept in ``folder``.

    ``identity`` is whom the questions go to: address, model and whatever else
    changes its answers, never the key. A reply from the cache costs nothing,
    and says ``cached``. Failures are not kept.
    """

    def __init__(
        self,
        chat: Chat,
        folder: Path,
        *,
        identity: Mapping[str, Any],
        ledger: Ledger | None = None,
        mask: Callable[[str], str] = str,
    ) -> None:
        self._chat = chat
        self._folder = folder
        self._identity = identity
        self._ledger = ledger
        self._mask = mask

    async def reply(self, messages: Sequence[Message], options: Options = PLAIN) -> Reply:
        """The kept reply, or a new one that is kept. Raises :class:`ChatFailed` as the chat behind it does."""
        key = key_of(request_to_json(messages, options), self._identity)
        found = reply_from_json(parsed(kept(self._folder, key)))
        if found is not None:
            if self._ledger is not None:
                self._ledger.from_cache()
            free = found.cost and Cost(amount=Decimal(0), currency=found.cost.currency)
            return replace(found, cached=True, cost=free)
        reply = await self._chat.reply(messages, options)
        written = self._mask(json.dumps(reply_to_json(reply), ensure_ascii=False))
        keep(self._folder, key, written.encode("utf-8", "replace"))
        await asyncio.sleep(0)  # other replies that are here are kept too, before anybody goes on with one
        return reply


def kept(folder: Path, key: str) -> bytes:
    """What is kept under ``key``, nothing where nothing is, or where it cannot be read."""
    try:
        with _place(folder, key).open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def keep(folder: Path, key: str, content: bytes) -> None:
    """Keep ``content`` under ``key``; a disk that is full or read-only keeps nothing, and stops nothing."""
    place = _place(folder, key)
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()


def _place(folder: Path, key: str) -> Path:
    return folder / key[:2] / f"{key[2:]}.json"
