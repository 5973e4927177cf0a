"""A typed answer from a model: asked for by schema, validated, repaired once; a failure is a record, never a number.

The shape is asked for in words as well as by the endpoint's schema mode, since
an endpoint may ignore that mode without a word.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from kefu.i18n import gettext as _
from kefu.llm.chat import PLAIN, Chat, ChatFailed, FinishReason, Message, Options, Reply, Role, Shape
from kefu.llm.shape import json_objects_in, strict_schema

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Answer", "NoAnswer", "ask", "prompt_hash", "read_answer"]

T = TypeVar("T")

_INVALID = "invalid_answer"
_SHOWN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why there is no value: ``reason`` is that of the failed chat, or ``invalid_answer``; ``detail`` one line."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """A value, or why there is none; with every reply that it took, and whether it had to be repaired."""

    value: T | None = None
    failure: NoAnswer | None = None
    replies: tuple[Reply, ...] = ()

    @property
    def repaired(self) -> bool:
        """Whether the first reply was not of the shape asked for."""
        return self.failure is None and len(self.replies) > 1


async def ask(chat: Chat, messages: Sequence[Message], shape: type[T], options: Options = PLAIN) -> Answer[T]:
    """The model's answer as a ``shape``, any type Pydantic validates to a JSON object.

    Never raises for what a model or an endpoint does: that is ``Answer.failure``.
    """
    adapter, schema, text = _described(shape)
    name = getattr(shape, "__name__", "answer")
    wanted = replace(options, shape=Shape(name=name[:64], schema=schema))
    question = _instructed(messages, _prompt("answer").format(schema=text))
    replies: list[Reply] = []
    problems = ""
    for _try in range(2):
        try:
            reply = await chat.reply(question, wanted)
        except ChatFailed as failed:
            return Answer(failure=NoAnswer(reason=failed.reason.value, detail=str(failed)), replies=tuple(replies))
        replies.append(reply)
        value, problems = _read(adapter, reply.text)
        if not problems:
            return Answer(value=value, replies=tuple(replies))
        if reply.finish is FinishReason.LENGTH:
            problems = _("the reply was cut at max_tokens; {}").format(problems)
        shown = Message.assistant(reply.text[:_SHOWN] or "{}")
        repair = _prompt("repair").format(problems=problems, schema=text)
        question = (*_instructed(messages, _prompt("answer").format(schema=text)), shown, Message.user(repair))
    return Answer(failure=NoAnswer(reason=_INVALID, detail=" ".join(problems.split())), replies=tuple(replies))


def read_answer(text: str, shape: type[T]) -> tuple[T | None, str]:
    """The value in ``text``, or ``None`` and what is wrong with it."""
    return _read(_described(shape)[0], text)


def prompt_hash() -> str:
    """A hash over the words in which shapes are asked for, for the record of a score."""
    words = "\0".join(_prompt(name) for name in ("answer", "repair"))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _read(adapter: TypeAdapter[T], text: str) -> tuple[T | None, str]:
    from pydantic import ValidationError

    problems = ""
    valid: list[tuple[object, T]] = []
    for found in json_objects_in(text):
        try:
            value = adapter.validate_json(json.dumps(found))
        except ValidationError as invalid:
            problems = problems or _problems(invalid.errors(include_url=False, include_context=False))
            continue
        if all(found != other for other, _value in valid):
            valid.append((found, value))
    if len(valid) == 1:
        return valid[0][1], ""
    if valid:
        return None, _("the reply holds {} different answers").format(len(valid))
    return None, problems or _("there is no JSON object in the reply")


def _problems(errors: Sequence[Any]) -> str:
    lines = [f"{'.'.join(map(str, error['loc'])) or 'JSON'}: {error['msg']}" for error in errors[:10]]
    return "; ".join(lines)[:_SHOWN]


def _instructed(messages: Sequence[Message], instruction: str) -> tuple[Message, ...]:
    """The messages with the instruction where models heed it most, at the end of the last one of the user."""
    if messages and messages[-1].role is Role.USER:
        last = replace(messages[-1], text=f"{messages[-1].text}\n\n{instruction}")
        return (*messages[:-1], last)
    return (*messages, Message.user(instruction))


def _described(shape: type[T]) -> tuple[TypeAdapter[T], dict[str, Any], str]:
    return cast("tuple[TypeAdapter[T], dict[str, Any], str]", _described_once(shape))


@lru_cache(maxsize=256)
def _described_once(shape: type[Any]) -> tuple[TypeAdapter[Any], dict[str, Any], str]:
    from pydantic import TypeAdapter  # lazily: a run without a model needs no Pydantic

    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    schema = strict_schema(adapter.json_schema())
    return adapter, schema, json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=2)
def _prompt(name: str) -> str:
    return files("kefu.llm").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8").strip()
