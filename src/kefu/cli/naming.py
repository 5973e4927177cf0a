"""What several commands take by name: characters in either language, and pairs of KEY=VALUE."""

from __future__ import annotations

from collections.abc import Sequence

from kefu.bench import words
from kefu.errors import UsageError
from kefu.i18n import CHINESE, translations
from kefu.i18n import gettext as _
from kefu.scenario.model import Persona

__all__ = ["pairs_of", "persona_named"]


def pairs_of(entries: Sequence[str]) -> dict[str, str]:
    """What ``--set`` says. Raises :class:`UsageError` for what is no pair."""
    pairs: dict[str, str] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                _("{entry} is not KEY=VALUE").format(entry=repr(entry)),
                where="--set",
                hint=_("write --set {example}").format(example="单号=A1234"),
            )
        pairs[key.strip()] = value.strip()
    return pairs


def persona_named(name: str) -> Persona:
    """A character by its name in the contract or on the screen, in either language."""
    known = {shown_as: persona for persona in Persona for shown_as in _names_of(persona)}
    persona = known.get(name.strip().lower())
    if persona is None:
        raise UsageError(
            _("no persona is called {name}").format(name=repr(name)),
            where="--persona",
            hint=_("choose {names}").format(names=", ".join(" ".join(_names_of(persona)) for persona in Persona)),
        )
    return persona


def _names_of(persona: Persona) -> tuple[str, ...]:
    return tuple(dict.fromkeys((persona.value, words.name("persona", persona, translations(CHINESE).gettext))))
