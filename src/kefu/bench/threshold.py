"""What a run must reach: limits such as ``total=0.8,invented_fact=0``, and which of them it misses.

Scores and pass@1 have a least value; violations, invalid and failed calls have a
greatest share of calls: 0 is none at all, 0.01 is one call in a hundred. A figure
that is not known (nothing was scored) does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kefu.bench.stats import CallerStatistics, RunStatistics
from kefu.bench.words import name
from kefu.errors import UsageError
from kefu.i18n import gettext
from kefu.i18n import gettext as _
from kefu.score.verdict import Dimension, Rule

__all__ = ["LEAST", "MOST", "Breach", "Limit", "breach_in_words", "breaches", "limits_of"]

LEAST = ("total", "task_flow", "interaction", *(dimension.value for dimension in Dimension), "pass_at_1")
"""Keys whose figure must be at least the limit."""
MOST = (*(rule.value for rule in Rule), "invalid", "failed")
"""Keys whose figure, a share of calls, must be at most the limit."""
_OPTION = "--fail-under"
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A figure's least value, or its greatest."""

    key: str
    value: float

    @property
    def least(self) -> bool:
        """Whether the figure must be at least the limit."""
        return self.key in LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A limit that a caller missed, with its figure; ``None`` where nothing is known of it."""

    caller: str
    key: str
    figure: float | None
    limit: float
    least: bool


def limits_of(text: str) -> tuple[Limit, ...]:
    """The limits of ``--fail-under``: ``KEY=VALUE``, separated by commas."""
    limits: dict[str, Limit] = {}
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise UsageError(_("{part} has no value").format(part=repr(part)), where=_OPTION, hint=_("write KEY=VALUE"))
        if key not in LEAST and key not in MOST:
            raise UsageError(
                _("unknown key {key}").format(key=repr(key)),
                where=_OPTION,
                hint=_("known are {keys}").format(keys=", ".join((*LEAST, *MOST))),
            )
        if key in limits:
            raise UsageError(_("{key} is there twice").format(key=key), where=_OPTION, hint=_("give one limit a key"))
        limits[key] = Limit(key=key, value=_share(key, value))
    if not limits:
        raise UsageError(_("no limit is given"), where=_OPTION, hint=_("write such as total=0.8,invented_fact=0"))
    return tuple(limits.values())


def breaches(figures: RunStatistics, limits: Iterable[Limit]) -> tuple[Breach, ...]:
    """The limits that are missed, caller by caller."""
    chosen = tuple(limits)
    found: list[Breach] = []
    for caller in figures.callers:
        known = _figures(caller)
        for limit in chosen:
            figure = known.get(limit.key)
            if not _holds(figure, limit):
                found.append(
                    Breach(caller=caller.caller, key=limit.key, figure=figure, limit=limit.value, least=limit.least)
                )
    return tuple(found)


def breach_in_words(breach: Breach, translate: Callable[[str], str] = gettext) -> str:
    """``script: total is 0.743, and must be at least 0.8``."""
    if breach.figure is None:
        words = translate("{caller}: {key} is not known (no call was scored), and must be {bound} {limit}")
    else:
        words = translate("{caller}: {key} is {figure}, and must be {bound} {limit}")
    kind = "rule" if breach.key in set(Rule) else "dimension"
    title = name(kind, breach.key, translate)
    return words.format(
        caller=breach.caller,
        key=breach.key if title == breach.key else f"{breach.key} ({title})",
        figure=_shown(breach.figure),
        bound=translate("at least") if breach.least else translate("at most"),
        limit=f"{breach.limit:g}",
    )


def _figures(caller: CallerStatistics) -> dict[str, float | None]:
    """Every figure that may have a limit. A run without calls has none."""
    counts = caller.counts
    figures: dict[str, float | None] = {
        "total": caller.total.mean,
        "task_flow": caller.task_flow.mean,
        "interaction": caller.interaction.mean,
        "pass_at_1": caller.passing.at[1].mean if 1 in caller.passing.at else None,
        "invalid": counts.invalid / counts.done if counts.done else None,
        "failed": counts.failed / counts.cells if counts.cells else None,
    }
    figures |= {dimension: figure.mean for dimension, figure in caller.dimensions.items()}
    return figures | {rule.rule: rule.share.mean for rule in caller.rules}


def _holds(figure: float | None, limit: Limit) -> bool:
    if figure is None:
        return False
    return figure >= limit.value - _TINY if limit.least else figure <= limit.value + _TINY


def _share(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(
            _("{key} is {value}").format(key=key, value=repr(text)), where=_OPTION, hint=_("give a number from 0 to 1")
        )
    return value


def _shown(figure: float | None) -> str:
    """So many digits that a figure just below its limit is not shown as the limit."""
    return "" if figure is None else f"{figure:.4g}"
