"""A run is taken up again: with its documents as they were, if nothing they came from has changed since.

A run whose second half was held by other documents or other rules than its
first would compare nothing, so a difference is shown and refused.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from difflib import unified_diff

from kefu.errors import InputError, KefuError, UsageError
from kefu.files import load_scenario
from kefu.i18n import gettext as _
from kefu.parties import Parties
from kefu.run.begin import Documents, check_plan, rules_version
from kefu.settings import Settings
from kefu.store.database import Store
from kefu.store.runs import RunRecord, Source, change_run, next_round, scenarios_of
from kefu.store.source import source_of

__all__ = ["documents_of", "take_up"]

_LINES = 8
_WIDTH = 70


def documents_of(store: Store, run: RunRecord) -> Documents:
    """The documents of a run as they were when it began."""
    kept = scenarios_of(store, run)
    return Documents(scenarios=tuple(kept[source.id] for source in run.sources), sources=run.sources)


def take_up(
    store: Store, run: RunRecord, documents: Documents, settings: Settings, *, anyway: bool, budget: Decimal | None
) -> RunRecord:
    """The next round of a run. Raises :class:`UsageError` with the difference where something has changed."""
    if not anyway:
        _refuse_changes(run)
    money = budget if budget is not None else Decimal(run.budget) if run.budget else None
    check_plan(run.plan, documents, Parties(settings), money)
    text = None if money is None else str(money)
    rules = {**run.provenance, "rules": rules_version()}
    if text != run.budget or rules != run.provenance:
        change_run(store, run.id, budget=text, provenance=rules)
    return replace(run, round=next_round(store, run.id), stopped="", finished_at=None, budget=text, provenance=rules)


def _refuse_changes(run: RunRecord) -> None:
    for source in run.sources:
        change = _change(source)
        if change:
            raise UsageError(
                _("{path} has changed since the run began: {change}").format(path=source.path, change=change),
                where=run.id,
                hint=_("go on with the document as it was: --anyway; or begin a new run"),
            )
    if run.provenance["rules"] != rules_version():
        raise UsageError(
            _("kefu {old} began this run, and this is {new} with other rules").format(
                old=run.provenance["kefu"], new=rules_version()
            ),
            where=run.id,
            hint=_("go on with the rules of today: --anyway; or begin a new run"),
        )


def _change(source: Source) -> str:
    """What is different in the file that a document came from; nothing where the file is not here."""
    try:
        now = source_of(source.path, load_scenario(source.path))
    except InputError as gone:
        return "" if source.path == "-" or not _is_here(source.path) else str(gone)
    except KefuError as broken:
        return str(broken)
    if now.hash == source.hash:
        return ""
    lines = [
        line[:_WIDTH]
        for line in unified_diff(source.text.splitlines(), now.text.splitlines(), lineterm="", n=0)
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]
    more = _("and {number} more").format(number=len(lines) - _LINES) if len(lines) > _LINES else ""
    return " / ".join([*lines[:_LINES], *([more] if more else [])]) or _("its lines stand elsewhere")


def _is_here(path: str) -> bool:
    from pathlib import Path

    return all(Path(half).exists() for half in path.split("+"))
