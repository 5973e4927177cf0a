"""Wiring: the model that is set to turn texts into vectors helps callers to understand, and rules to score.

It only helps: when its endpoint fails, a warning says so once and everything
goes on as if none were set.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kefu.call.call import Call
from kefu.call.party import Party
from kefu.call.turn import Turn
from kefu.i18n import gettext as _
from kefu.llm.chat import ChatFailed
from kefu.scenario.inform import Embedder, inform
from kefu.scenario.model import Scenario
from kefu.settings import Settings, embedding_model

if TYPE_CHECKING:
    from kefu.llm.embed import Embeddings

__all__ = ["Embedding", "Informed", "open_embedding"]

_log = logging.getLogger("kefu")
_DATA_DIR = "KEFU_DATA_DIR"


class Embedding:
    """A model that embeds, for any number of calls."""

    def __init__(self, embeddings: Embeddings) -> None:
        endpoint = embeddings.endpoint
        self._embedder = Embedder(name=f"{endpoint.model} at {endpoint.address}", embed=embeddings.embed)
        self._failed = False

    async def inform(self, scenario: Scenario, said: Iterable[str]) -> None:
        """Make the vectors of a scenario and of what was ``said`` known, if that can be."""
        if self._failed:
            return
        try:
            await inform(scenario, said, self._embedder)
        except ChatFailed as failed:
            if not self._failed:  # others may have failed while this waited
                _log.warning("%s", _("understanding goes on without embeddings: {problem}").format(problem=failed))
            self._failed = True


class Informed:
    """A caller that understands by vectors, too: what it is about to hear is looked up before it does."""

    def __init__(self, party: Party, scenario: Scenario, embedding: Embedding) -> None:
        self._party = party
        self._scenario = scenario
        self._embedding = embedding

    async def speak(self, call: Call) -> Turn:
        """What the caller says. Raises :class:`PartyFailed` as it does."""
        await self._embedding.inform(self._scenario, [turn.text for turn in call.turns[-1:]])
        return await self._party.speak(call)


@asynccontextmanager
async def open_embedding(settings: Settings) -> AsyncGenerator[Embedding | None]:
    """The model that is set to embed, closed at the end; ``None`` where none is.

    Vectors are kept on disk where ``KEFU_DATA_DIR`` names a folder. Raises
    :class:`InputError` for settings with problems.
    """
    name = embedding_model(settings)
    if not name:
        yield None
        return
    from kefu.llm.embed import Embeddings
    from kefu.llm.named import endpoint_named

    folder = settings.environment.get(_DATA_DIR, "")
    cache = Path(folder, "embeddings") if folder else None
    async with Embeddings(endpoint_named(name, settings), cache=cache) as embeddings:
        yield Embedding(embeddings)
