"""Calls put before a panel with models in it: handed on in order, and what went wrong said at the end."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

import typer

from kefu.call.call import Call
from kefu.cli.awaited import awaited
from kefu.errors import EndpointError
from kefu.i18n import gettext as _
from kefu.judges import open_panel
from kefu.scenario.model import Scenario
from kefu.score.panel import judge_calls
from kefu.score.verdict import Scorecard
from kefu.settings import Settings

__all__ = ["each_judged"]


def each_judged(
    calls: Iterable[tuple[Scenario, Call]],
    judge: str,
    concurrency: int,
    done: Callable[[Scenario, Call, Scorecard], None],
    settings: Settings,
) -> None:
    """Hand every call with its card to ``done``, in order.

    How many cards a judge left unscored in part is told at the end. Raises
    :class:`EndpointError` after that where an endpoint gave no judgement of some,
    or none that can be used.
    """
    awaited(_each_judged(calls, judge, concurrency, done, settings))


async def _each_judged(
    calls: Iterable[tuple[Scenario, Call]],
    judge: str,
    concurrency: int,
    done: Callable[[Scenario, Call, Scorecard], None],
    settings: Settings,
) -> None:
    taken: deque[tuple[Scenario, Call]] = deque()
    warned: set[str] = set()
    total = 0
    failures: list[str] = []
    failed = 0
    left: Counter[str] = Counter()

    def coming() -> Iterator[tuple[Scenario, Call]]:
        for pair in calls:
            taken.append(pair)
            yield pair

    async with open_panel(judge, settings) as panel:
        async for card in judge_calls(coming(), panel, concurrency):
            _warn(card, warned)
            done(*taken.popleft(), card)
            total += 1
            failed += bool(card.failures)
            left.update(_left_by(card) if not card.failures else ())
            failures += card.failures[:1] if not failures else ()
    for name, cards in left.items():
        line = _("{judge} left {cards} of {total} cards unscored in part; each says why")
        typer.echo(f"kefu: {line.format(judge=name, cards=cards, total=total)}", err=True)
    if failures:
        what = _("{failed} of {total} calls were not judged in full").format(failed=failed, total=total)
        raise EndpointError(f"{what}; {failures[0]}", hint=_("they are listed as unscored; score them again"))


def _left_by(card: Scorecard) -> set[str]:
    """The judges without a verdict on something of this card."""
    names = {note.judge for note in card.judges}
    return {name for name in names for entry in card.unscored if entry.check.startswith(f"{name}: ")}


def _warn(card: Scorecard, warned: set[str]) -> None:
    """Say once of every judge that it judges itself; the card says it of every call."""
    for note in card.judges:
        if note.under_test and note.judge not in warned:
            warned.add(note.judge)
            line = _("warning: {judge} judges calls that it made itself").format(judge=note.judge)
            typer.echo(f"kefu: {line}", err=True)
