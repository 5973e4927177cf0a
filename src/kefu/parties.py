"""A name on the command line becomes a party: embedded, a model, a program under test, a person, or a plug-in's.

What a party needs from outside, a chat or a connection, is opened when it is
first asked for and shared by all calls of a run. A package adds parties by an
entry point of the group ``kefu.parties``: ``NAME:ARGUMENT`` then calls it with
the side, the scenario, the plan and the argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kefu.call.call import Call
from kefu.call.party import Party
from kefu.call.turn import Speaker
from kefu.errors import InputError, UsageError
from kefu.i18n import gettext as _
from kefu.scenario.model import Persona, Scenario
from kefu.settings import Settings, embedding_model, read_settings

if TYPE_CHECKING:
    from kefu.embedding import Embedding
    from kefu.llm.budget import Budget, Spent
    from kefu.llm.chat import Chat
    from kefu.llm.openai import OpenAIChat
    from kefu.remote import Agent
    from kefu.terminal import Keyboard

__all__ = [
    "CALLERS",
    "CUSTOMERS",
    "HUMAN",
    "Part",
    "Parties",
    "are_embedded",
    "is_human",
    "is_told_all",
    "shown_name",
    "stands_in",
]

CALLERS = ("script", "model:NAME", "http:URL", "human")
CUSTOMERS = ("persona", "model:NAME", "http:URL", "human")
HUMAN = "human"
_GROUP = "kefu.parties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one side of one call is: which side of which document, as whom, and with what."""

    side: Speaker
    scenario: Scenario
    known: Mapping[str, str]
    persona: Persona | None = None
    seed: int = 0
    record: Callable[[str], None] | None = None
    """Is handed every exchange with a model, as a line of JSON."""
    kept: Path | None = None
    """Folder of this call alone that keeps replies of models: held again after a kill, it goes on from these."""


Maker = Callable[[Part, str], Party]
"""What an entry point of ``kefu.parties`` is: given the part and what stands behind the colon, it makes the party."""


class Parties:
    """All parties of a run, and what they need from outside; ``async with`` closes it."""

    def __init__(self, settings: Settings | None = None, *, budget: Budget | None = None) -> None:
        self._given = settings
        self._budget = budget
        self._share = 1.0
        self._stack = AsyncExitStack()
        self._chats: dict[str, OpenAIChat] = {}
        self._agents: dict[str, Agent] = {}
        self._keyboard: Keyboard | None = None
        self._embedding: Embedding | None = None

    async def __aenter__(self) -> Parties:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when a party first needs them."""
        return self._given or read_settings()

    async def embedding(self) -> Embedding | None:
        """What makes vectors of texts, where a model is set for it; opened once."""
        if self._embedding is None and embedding_model(self.settings):
            from kefu.embedding import open_embedding

            self._embedding = await self._stack.enter_async_context(open_embedding(self.settings))
        return self._embedding

    def check(self, side: Speaker, name: str) -> None:
        """Raise :class:`UsageError` or :class:`InputError` unless ``name`` can hold ``side``."""
        kind, argument = _split(name)
        embedded = "script" if side is Speaker.CALLER else "persona"
        if name in (embedded, HUMAN):
            return
        if kind == "model":
            from kefu.llm.named import endpoint_named

            endpoint_named(argument, self.settings)
        elif kind == "http":
            from kefu.remote import agent_address

            agent_address(name)
            self._check_key()
        elif kind not in _plugged():
            choices = CALLERS if side is Speaker.CALLER else CUSTOMERS
            raise UsageError(
                _("no {side} is called {name}").format(side=side.value, name=repr(name)),
                where=f"--{side.value}",
                hint=_("choose {names}").format(names=", ".join((*choices, *_plugged()))),
            )

    def _check_key(self) -> None:
        from kefu.llm.secret import Secret, key_problem

        if problem := key_problem(Secret(self.settings.agent_key)):
            raise InputError(problem, where="KEFU_AGENT_KEY", hint=_("copy it again, on one line"))

    def open(self, name: str, part: Part) -> Party:
        """The party called ``name``, which has been checked, for one call."""
        kind, argument = _split(name)
        if kind == "model":
            return self._model(argument, part)
        if kind == "http":
            return self._remote(name, part)
        if name == HUMAN:
            return self._human(part)
        if name in ("script", "persona"):
            return _embedded(part)
        maker: Maker = _plugged()[kind].load()
        return maker(part, argument)

    def _model(self, name: str, part: Part) -> Party:
        from kefu.call.model import ModelParty, role_of

        real = self.chat(name)
        chat: Chat = real
        if self.settings.cache:
            from kefu.llm.cache import CachedChat

            identity, mask = real.endpoint.identity, real.line.wire.mask
            chat = CachedChat(real, Path(self.settings.cache), identity=identity, ledger=real.ledger, mask=mask)
        if part.kept is not None:
            from kefu.llm.cache import CachedChat

            identity, mask = real.endpoint.identity, real.line.wire.mask
            chat = CachedChat(chat, part.kept, identity=identity, ledger=real.ledger, mask=mask)
        if part.record is not None:
            from kefu.llm.replay import RecordingChat

            chat = RecordingChat(chat, part.record, mask=real.line.wire.mask)
        role = role_of(part.scenario, part.side, known=part.known, persona=part.persona, seed=part.seed)
        return ModelParty(chat, role, window=real.endpoint.limits.context_tokens)

    def chat(self, name: str) -> OpenAIChat:
        """The model called ``name``, one for the whole run."""
        from kefu.llm.named import endpoint_named
        from kefu.llm.openai import OpenAIChat

        if name not in self._chats:
            self._chats[name] = OpenAIChat(endpoint_named(name, self.settings), budget=self._budget)
            self._chats[name].line.pace.share(self._share)
            self._stack.push_async_callback(self._chats[name].aclose)
        return self._chats[name]

    def spent(self) -> Iterator[tuple[str, Spent]]:
        """What each model of the run has used, by name."""
        for chat in self._chats.values():
            yield chat.endpoint.name, chat.ledger.spent

    def share(self, part: float) -> None:
        """Use no more than ``part``, in 0..1, of what each endpoint allows: others use the rest."""
        self._share = part
        for chat in self._chats.values():
            chat.line.pace.share(part)

    def _remote(self, name: str, part: Part) -> Party:
        from kefu.call.model import names_of
        from kefu.llm.secret import Secret
        from kefu.remote import Agent, ChatAgentParty, RemoteParty, agent_address, is_chat_address

        address = agent_address(name)
        names = names_of(part.scenario, part.side)
        if is_chat_address(address):
            return ChatAgentParty(chat=self._agent_chat(address), side=part.side, seed=part.seed, names=names)
        if address not in self._agents:
            settings = self.settings
            agent = Agent(address, key=Secret(settings.agent_key), timeout=settings.agent_timeout)
            self._agents[address] = agent
            self._stack.push_async_callback(agent.aclose)
        return RemoteParty(agent=self._agents[address], side=part.side, seed=part.seed, known=part.known, names=names)

    def _agent_chat(self, address: str) -> OpenAIChat:
        from datetime import timedelta

        from kefu.llm.endpoint import Endpoint, Retry, Timeouts
        from kefu.llm.openai import OpenAIChat
        from kefu.llm.secret import Secret

        if address not in self._chats:
            place, _hash, model = address.partition("#")
            allowed = timedelta(seconds=self.settings.agent_timeout)
            endpoint = Endpoint(
                name="agent",
                base_url=place,
                model=model or "agent",
                api_key=Secret(self.settings.agent_key),
                timeouts=Timeouts(first_token=allowed, stall=allowed, total=allowed, hang=allowed),
                retry=Retry(times=1),
            )
            self._chats[address] = OpenAIChat(endpoint)
            self._chats[address].line.pace.share(self._share)
            self._stack.push_async_callback(self._chats[address].aclose)
        return self._chats[address]

    def _human(self, part: Part) -> Party:
        from kefu.terminal import HumanParty, Keyboard

        if self._keyboard is None:
            self._keyboard = Keyboard()

        async def hint(call: Call) -> str:
            from kefu.call.resume import resume

            adviser = _embedded(part)
            await resume(adviser, call, part.side)
            return (await adviser.speak(call)).text

        return HumanParty(part.side, self._keyboard, hint)


def are_embedded(*names: str) -> bool:
    """Whether these parties need nothing from outside: no model, no program, no person."""
    return all(name in ("script", "persona") for name in names)


def is_human(*names: str) -> bool:
    """Whether a person sits at the keyboard, so that calls are held one after another."""
    return HUMAN in names


def is_told_all(side: Speaker, name: str) -> bool:
    """Whether a party is handed all that is known, whether the document has a place for it or not."""
    kind, _argument = _split(name)
    return name not in ("script", "persona", HUMAN) and (side is Speaker.CALLER or kind != "model")


def shown_name(name: str) -> str:
    """A party's name as it is shown and stored: a query in its address may hold a key."""
    kind, _argument = _split(name)
    if kind != "http":
        return name
    from kefu.llm.secret import without_query

    return without_query(name)


def stands_in(name: str, persona: Persona | None) -> bool:
    """Whether a customer can be called without its half of the document."""
    kind, _argument = _split(name)
    return persona is not None if name == "persona" or kind == "model" else True


def _embedded(part: Part) -> Party:
    if part.side is Speaker.CALLER:
        from kefu.call.script import ScriptCaller

        return ScriptCaller(part.scenario, known=part.known, seed=part.seed)
    from kefu.call.persona import PersonaCustomer

    return PersonaCustomer(part.scenario, persona=part.persona, seed=part.seed)


def _split(name: str) -> tuple[str, str]:
    kind, colon, argument = name.partition(":")
    if kind == "https" and colon:
        return "http", name
    return kind, argument


def _plugged() -> Mapping[str, Any]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=_GROUP)}
