"""Texts become vectors over an endpoint's ``/embeddings``: in batches, kept on disk where a folder is given."""

from __future__ import annotations

import json
import math
import random
from array import array
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from kefu.i18n import gettext as _
from kefu.llm.budget import Budget, Ledger
from kefu.llm.cache import keep, kept
from kefu.llm.chat import ChatFailed, FailureReason, Usage
from kefu.llm.endpoint import Endpoint
from kefu.llm.fault import Fail, complaint_in, reason_of
from kefu.llm.fields import entries, fields, parsed
from kefu.llm.line import Line, Question
from kefu.llm.price import estimate_tokens
from kefu.llm.quirk import Quirks
from kefu.llm.read import usage_in
from kefu.llm.record import key_of

__all__ = ["Embeddings", "Vector"]

Vector = tuple[float, ...]

_BATCH = 64
_MOST_DIMENSIONS = 100_000


class Embeddings:
    """An embedding model at an endpoint, asked with the same tries, limits and budget as a chat."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        cache: Path | None = None,
        budget: Budget | None = None,
        ledger: Ledger | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.line = Line(endpoint, budget=budget, ledger=ledger, rng=rng)
        self._cache = cache
        self._batch = _BATCH

    async def __aenter__(self) -> Embeddings:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.aclose()

    async def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector for each text, in order. Raises :class:`ChatFailed` when there is none after all tries."""
        found: dict[str, Vector] = {}
        for text in texts:
            if text not in found and (vector := self._kept(text)) is not None:
                found[text] = vector
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        at = 0
        while at < len(missing):
            batch = missing[at : at + self._batch]
            vectors = await self._asked(batch)
            if vectors is None:
                continue  # the batch was too large; the next one is half of it
            for text, vector in zip(batch, vectors, strict=True):
                found[text] = vector
                self._keep(text, vector)
            at += len(batch)
        return tuple(found[text] for text in texts)

    async def _asked(self, batch: list[str]) -> tuple[Vector, ...] | None:
        expected = partial(_tokens, batch)
        question = Question(
            path="/embeddings",
            body=partial(self._body, batch),
            read=partial(_read, fail=self.line.wire.fail, number=len(batch)),
            usage=lambda read: read[1] or expected(),
            expected=expected,
            most=lambda: Usage(input_tokens=sum(len(text.encode("utf-8", "replace")) for text in batch)),
        )
        try:
            exchange = await self.line.ask(question)
        except ChatFailed as failed:
            if failed.reason in (FailureReason.BAD_REQUEST, FailureReason.CONTEXT_LENGTH) and len(batch) > 1:
                self._batch = len(batch) // 2
                return None
            raise
        return exchange.value[0]

    def _body(self, batch: list[str], _quirks: Quirks) -> dict[str, Any]:
        return {"model": self.endpoint.model, "input": batch, "encoding_format": "float", **self.endpoint.body}

    def _key(self, text: str) -> str:
        return key_of({"embed": text}, self.endpoint.identity)

    def _kept(self, text: str) -> Vector | None:
        if self._cache is None:
            return None
        return _vector(fields(parsed(kept(self._cache, self._key(text)))).get("vector"))

    def _keep(self, text: str, vector: Vector) -> None:
        if self._cache is not None:
            keep(self._cache, self._key(text), json.dumps({"vector": vector}).encode("ascii"))


def _read(payload: Mapping[str, Any], *, fail: Fail, number: int) -> tuple[tuple[Vector, ...], Usage | None]:
    """As many vectors as texts, all of one length. Raises :class:`ChatFailed` for anything else."""
    data = [fields(entry) for entry in entries(payload.get("data"))]
    complaint = None if data else complaint_in(payload)
    if complaint is not None:
        raise fail(reason_of(200, complaint), complaint.message)
    if len(data) != number:
        raise fail(FailureReason.EMPTY_REPLY, _("{} vectors for {} texts").format(len(data), number))
    places = [entry.get("index") for entry in data]
    # some endpoints answer out of order, some leave the index out
    if all(isinstance(place, int) for place in places) and set(places) == set(range(number)):
        data.sort(key=lambda entry: entry["index"])
    vectors = [vector for entry in data if (vector := _vector(entry.get("embedding"))) is not None]
    if len(vectors) != number or len({len(vector) for vector in vectors}) != 1:
        raise fail(FailureReason.FOREIGN_BODY, _("the vectors are not numbers of one length"))
    return tuple(vectors), usage_in(payload)


def _vector(value: object) -> Vector | None:
    numbers = entries(value)
    if not 0 < len(numbers) <= _MOST_DIMENSIONS:
        return None
    try:
        vector = tuple(array("f", cast("list[float]", numbers)))
    except (TypeError, OverflowError):
        return None
    return vector if all(map(math.isfinite, vector)) else None


def _tokens(batch: list[str]) -> Usage:
    return Usage(input_tokens=sum(map(estimate_tokens, batch)), estimated=True)
