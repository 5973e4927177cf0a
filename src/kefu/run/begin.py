"""A run begins: documents are read and kept, the plan is stored with all that its figures will depend on.

Nothing of a party's address that may hold a key is stored, so a run whose
parties are named with one is refused.
"""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from kefu import __version__
from kefu.bench.plan import Plan
from kefu.errors import UsageError
from kefu.files import load_scenario, scenario_paths
from kefu.i18n import gettext as _
from kefu.judges import judge_names, needs_model
from kefu.library import refuse_same_names
from kefu.parties import Parties, are_embedded, is_human, shown_name
from kefu.runtime import Rehearsal, check_ready
from kefu.scenario.model import Scenario
from kefu.settings import Settings
from kefu.store.runs import RunRecord, Source
from kefu.store.source import source_of

__all__ = ["Documents", "batch_size", "check_plan", "models_of", "new_run", "read_documents", "rules_version"]

_LARGEST_BATCH = 100
_LEAST_BATCHES = 16
_GIT_PATIENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents of a run, in order, each with the path it was read from."""

    scenarios: tuple[Scenario, ...]
    sources: tuple[Source, ...]

    def by_id(self) -> dict[str, Scenario]:
        """Each by the name that calls go by."""
        return {scenario.id: scenario for scenario in self.scenarios}


def read_documents(paths: Sequence[str]) -> Documents:
    """Read the documents. Raises :class:`InputError` for what cannot be read, and for two of one name."""
    names = scenario_paths(list(paths))
    scenarios = [load_scenario(path) for path in names]
    refuse_same_names(names, scenarios)
    return Documents(
        scenarios=tuple(scenarios),
        sources=tuple(source_of(path, scenario) for path, scenario in zip(names, scenarios, strict=True)),
    )


def check_plan(plan: Plan, documents: Documents, parties: Parties, budget: Decimal | None) -> None:
    """Refuse, before anything is stored or paid, a run that cannot be held.

    Raises :class:`UsageError` or :class:`InputError`.
    """
    if not plan:
        raise UsageError(_("there is nothing to call"), hint=_("give documents, callers and trials"))
    for name in (*plan.callers, *plan.customers):
        if shown_name(name) != name:
            raise UsageError(
                _("the address of {name} has a query, which may hold a key and is not stored").format(
                    name=shown_name(name)
                ),
                hint=_("set KEFU_AGENT_KEY and leave the query out"),
            )
    if len(set(plan.callers)) < len(plan.callers):
        raise UsageError(_("a caller is named twice"), where="--caller", hint=_("name each one once"))
    for scenario in documents.scenarios:
        for caller in plan.callers:
            for customer in plan.customers:
                for persona in plan.personas:
                    check_ready(scenario, Rehearsal(caller=caller, customer=customer, persona=persona), parties)
    judge_names(plan.judge)
    if budget is not None:
        _check_budget(plan, parties.settings, budget)


def _check_budget(plan: Plan, settings: Settings, budget: Decimal) -> None:
    from kefu.llm.budget import Budget

    models = models_of(plan, settings)
    if models and budget <= 0:
        raise UsageError(
            _("a budget of {amount} allows no call of {names}").format(amount=budget, names=", ".join(models)),
            where="--budget",
            hint=_("give an amount above 0, or choose embedded parties, which cost nothing"),
        )
    if budget <= 0:
        raise UsageError(
            _("a budget is an amount above 0"),
            where="--budget",
            hint=_("leave it out, since no model has a part in this run"),
        )
    Budget(budget).check((name, endpoint.prices) for name, endpoint in models.items())


def models_of(plan: Plan, settings: Settings) -> dict[str, Any]:
    """The endpoints of all models with a part in the run, by name."""
    from kefu.llm.named import endpoint_named

    named = [*plan.callers, *plan.customers, *judge_names(plan.judge)]
    models = dict.fromkeys(name.removeprefix("model:") for name in named if name.startswith("model:"))
    return {name: endpoint_named(name, settings) for name in models}


def new_run(plan: Plan, documents: Documents, settings: Settings, **given: Any) -> RunRecord:
    """A run that has not been stored yet; ``given`` are concurrency, budget, label and keep_exchanges."""
    now = datetime.now(UTC)
    human = is_human(*plan.callers, *plan.customers)
    concurrency = 1 if human else given.pop("concurrency")
    given.pop("concurrency", None)
    return RunRecord(
        id=f"{now:%y%m%d}-{secrets.token_hex(3)}",
        plan=plan,
        sources=documents.sources,
        provenance=_provenance(plan, documents, settings),
        created_at=now,
        batch=batch_size(plan, concurrency, settings),
        concurrency=concurrency,
        round=0,
        stopped="",
        finished_at=None,
        **given,
    )


def batch_size(plan: Plan, concurrency: int, settings: Settings) -> int:
    """Cells per batch: enough to make its handing out cheap, few enough for several workers to share them.

    The first call of a document costs an embedded party as much as ten others,
    so such a batch is a whole document, or an even part of one.
    """
    free = are_embedded(*plan.callers, *plan.customers) and not needs_model(plan.judge, settings)
    if not free:
        wanted = max(1, concurrency // 4)
        return max(1, min(wanted, _LARGEST_BATCH, -(-len(plan) // _LEAST_BATCHES)))
    each = len(plan) // len(plan.scenarios)
    parts = max(-(-each // _LARGEST_BATCH), -(-_LEAST_BATCHES // len(plan.scenarios)))
    return max(1, -(-each // parts))


def rules_version() -> str:
    """What workers must share so that their cards compare: kefu itself and everything a score depends on."""
    from kefu.score.score import versions

    text = json.dumps([__version__, dict(versions())], sort_keys=True)
    return f"kefu-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _provenance(plan: Plan, documents: Documents, settings: Settings) -> Mapping[str, Any]:
    from kefu.score.score import versions

    return {
        "kefu": __version__,
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "rules": rules_version(),
        "versions": dict(versions()),
        "models": {name: _shown(endpoint) for name, endpoint in models_of(plan, settings).items()},
        "git": _git(source.path for source in documents.sources),
    }


def _shown(endpoint: Any) -> dict[str, Any]:
    """What decides the answers of a model; nothing of it is secret."""
    from kefu.llm.secret import masker

    mask = masker(endpoint.secrets)
    return json.loads(mask(json.dumps(endpoint.identity, ensure_ascii=False, default=str)))


def _git(paths: Iterable[str]) -> dict[str, Any] | None:
    """The commit that the documents are of, and whether they differ from it; ``None`` outside a repository."""
    folders = {str(Path(path.split("+")[0]).resolve().parent) for path in paths if path != "-"}
    for folder in sorted(folders)[:1]:
        commit = _said("git", "-C", folder, "rev-parse", "HEAD")
        if commit:
            changed = _said("git", "-C", folder, "status", "--porcelain", "--", ".")
            origin = _said("git", "-C", folder, "remote", "get-url", "origin")
            return {"commit": commit, "dirty": bool(changed), "origin": _without_user(origin)}
    return None


def _without_user(address: str) -> str:
    """The address of a repository without a name or a token in it."""
    scheme, mark, rest = address.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}" if mark else address


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
