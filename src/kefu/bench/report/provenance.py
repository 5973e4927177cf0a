"""How a run came about, in lines: its plan, seeds, versions and hashes, git state, times and cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from kefu.bench.report.run import RunReport
from kefu.bench.words import name
from kefu.i18n import translations
from kefu.scenario.model import Persona

__all__ = ["provenance_lines"]

_DEEPEST = 3
_LONGEST = 200


def provenance_lines(report: RunReport, language: str) -> list[tuple[str, str]]:
    """What is known of the run, as pairs of a name and its value; names of versions stay as they are."""
    _ = translations(language).gettext
    head, plan = report.head, report.head.plan
    lines = [
        (_("Run"), head.id + (f" · {head.label}" if head.label else "")),
        (_("Started"), _moment(head.created_at)),
        (_("Finished"), _moment(head.finished_at)),
        (_("Report made"), _moment(report.made_at)),
        (_("Stopped"), head.stopped),
        (_("Documents"), str(len(plan.scenarios))),
        (_("Callers"), _(", ").join(plan.callers)),
        (_("Customers"), _(", ").join(plan.customers)),
        (_("Personas"), _(", ").join(_persona(persona, _) for persona in plan.personas)),
        (_("Perturbations"), _(", ").join("+".join(names) for names in plan.perturbs if names)),
        (_("Rows of customers"), str(len(plan.rows)) if len(plan.rows) > 1 else ""),
        (_("Trials"), str(plan.trials)),
        (_("Seeds"), _seeds(plan.seed, plan.trials)),
        (_("Most turns"), str(plan.max_turns)),
        (_("Reruns, at most"), str(plan.reruns)),
        (_("Judge"), plan.judge),
        (_("Cost"), _(", ").join(f"{amount:f} {currency}" for currency, amount in head.cost.items())),
    ]
    begun = {key: value for key, value in head.provenance.items() if key != "versions"}  # the cards say theirs
    return [(title, value) for title, value in lines if value] + list(_flat("", begun, 0)) + _versions(report)


def _persona(persona: Persona | None, translate: Callable[[str], str]) -> str:
    _ = translate
    return name("persona", persona, translate) if persona else _("as the document has it")


def _versions(report: RunReport) -> list[tuple[str, str]]:
    several = len(report.versions) > 1
    return [
        (f"versions[{place}].{key}" if several else f"versions.{key}", value)
        for place, versions in enumerate(report.versions)
        for key, value in sorted(versions.items())
    ]


def _seeds(first: int, trials: int) -> str:
    return str(first) if trials == 1 else f"{first}–{first + trials - 1}"


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S %z").strip() if moment else ""


def _flat(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """A nested value as lines, its names joined by points."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner, depth + 1)
        return
    items = cast("Sequence[Any]", value if isinstance(value, list | tuple) else (value,))
    text = ", ".join(map(str, items))
    if value is not None and text:
        yield prefix, text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
