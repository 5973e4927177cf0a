"""Names of judges become a panel: ``rules``, ``model:NAME``, or several of them with commas between."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from kefu.errors import KefuError, UsageError
from kefu.i18n import gettext as _
from kefu.settings import Settings, embedding_model

if TYPE_CHECKING:
    from kefu.call.call import Call
    from kefu.llm.chat import Chat
    from kefu.llm.endpoint import Endpoint
    from kefu.scenario.model import Scenario
    from kefu.score.panel import Panel

__all__ = ["judge_names", "needs_model", "open_panel"]

_RULES = "rules"
_MODEL = "model:"
_HTTP = "http:"


def judge_names(judge: str) -> tuple[str, ...]:
    """The judges named in ``judge``, each once. Raises :class:`UsageError` for one that nobody is."""
    names = tuple(dict.fromkeys(name.strip() for name in judge.split(",")))
    for name in names:
        if name != _RULES and not (name.startswith(_MODEL) and len(name) > len(_MODEL)):
            raise UsageError(
                _("no judge is called {name}").format(name=repr(name)),
                where="--judge",
                hint=_("choose rules, model:NAME, or several with commas between"),
            )
    return names


def needs_model(judge: str, settings: Settings) -> bool:
    """Whether a model has a say: among the judges, or one that embeds. Raises as :func:`judge_names`."""
    return judge_names(judge) != (_RULES,) or bool(embedding_model(settings))


@asynccontextmanager
async def open_panel(
    judge: str, settings: Settings, chat: Callable[[str], Chat] | None = None
) -> AsyncGenerator[Panel]:
    """The panel of the judges named in ``judge``; their chats are closed at the end.

    ``chat`` gives the chat of a model that is open already, and stays open.
    Raises :class:`UsageError` for a judge that nobody is, and as
    :func:`kefu.llm.named.endpoint_named` for a model that is not set.
    """
    from kefu.embedding import open_embedding
    from kefu.llm.named import endpoint_named
    from kefu.score.judge import ModelJudge
    from kefu.score.panel import Panel

    names = judge_names(judge)
    models = {name: endpoint_named(name.removeprefix(_MODEL), settings) for name in names if name != _RULES}

    def is_same(name: str, party: str) -> bool:
        return name in models and _is_same(models[name], party, settings)

    async with AsyncExitStack() as stack:
        judges: list[ModelJudge] = []
        if models and chat is not None:
            judges = [ModelJudge(name, chat(name.removeprefix(_MODEL))) for name in models]
        elif models:
            from kefu.llm.openai import open_chat  # the only part that loads an HTTP library

            judges = [ModelJudge(name, await stack.enter_async_context(open_chat(e))) for name, e in models.items()]
        embedding = await stack.enter_async_context(open_embedding(settings))

        async def inform(scenario: Scenario, call: Call) -> None:
            if embedding is not None:
                await embedding.inform(scenario, [turn.text for turn in call.turns])

        yield Panel(judges=tuple(judges), rules=_RULES in names, is_same=is_same, inform=inform)


def _is_same(endpoint: Endpoint, party: str, settings: Settings) -> bool:
    """Whether a party is the model behind ``endpoint``; of a program under test only the address is known."""
    from kefu.llm.named import endpoint_named

    if party.startswith((_HTTP, "https:")):
        address = party.removeprefix(_HTTP) if party.startswith(("http:http://", "http:https://")) else party
        return address.startswith(endpoint.address)
    if not party.startswith(_MODEL):
        return False
    try:
        other = endpoint_named(party.removeprefix(_MODEL), settings)
    except KefuError:  # a call from elsewhere, by a model that is not set here
        return party.removeprefix(_MODEL) in (endpoint.name, endpoint.model)
    return (other.address, other.model) == (endpoint.address, endpoint.model)
