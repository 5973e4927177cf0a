"""A run's report as one HTML page that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kefu.bench.interval import Estimate
from kefu.bench.report.chart import Bar, interval_chart
from kefu.bench.report.page import rendered
from kefu.bench.report.run import RunReport
from kefu.bench.report.view import view_of
from kefu.bench.report.wording import Wording, spread
from kefu.bench.stats import CallerStatistics
from kefu.i18n import CHINESE

__all__ = ["to_html"]


def to_html(report: RunReport, language: str = CHINESE) -> str:
    """The page, in ``zh_CN`` or ``en``; every word of a party or a document is escaped."""
    view = view_of(report, language)
    sections = view.pop("parts")
    view |= {"sections": sections, "parts_shown": list(sections), "charts": list(_charts(Wording(report, language)))}
    return rendered("run.html.j2", language, view)


def _charts(words: Wording) -> Iterator[Mapping[str, Any]]:
    """The charts of callers: their three figures, then their totals by customer and by domain."""
    _ = words.translate
    callers = [caller for caller in words.report.statistics.callers if caller.total.mean is not None]
    if not callers:
        return
    limit = next((each.limit for v in words.report.verdicts for each in v.criteria if each.key == "total"), None)
    bars: list[Bar] = []
    for caller in callers:
        bars.append(_bar(caller.caller, caller.total))
        bars.append(_bar(_("Task flow"), caller.task_flow, strong=False))
        bars.append(_bar(_("Interaction"), caller.interaction, strong=False))
    yield _chart("by-caller", _("Total, task flow and interaction"), bars, words, limit)
    by_persona = _split(callers, lambda caller: caller.personas, words.persona)
    if len(by_persona) > len(callers):
        yield _chart("by-persona", _("Total by customer"), by_persona, words, limit)
    by_domain = _split(callers, lambda caller: caller.domains, lambda code: words.named("domain", code))
    if len(by_domain) > len(callers):
        yield _chart("by-domain", _("Total by domain"), by_domain, words, limit)


def _split(
    callers: list[CallerStatistics],
    side: Callable[[CallerStatistics], Mapping[str, Any]],
    named: Callable[[str], str],
) -> list[Bar]:
    several = len(callers) > 1
    return [
        _bar(
            _label(named(value), caller.caller, first=caller is callers[0]) if several else named(value),
            side(caller)[value].total,
            strong=caller is callers[0],
        )
        for value in sorted({value for caller in callers for value in side(caller)})
        for caller in callers
        if value in side(caller)
    ]


def _label(value: str, caller: str, *, first: bool) -> str:
    return f"{value} · {caller}" if first else caller


def _bar(label: str, figure: Estimate, *, strong: bool = True) -> Bar:
    return Bar(
        label=label,
        figures=f"{spread(figure)}  n={figure.n}",
        mean=figure.mean,
        low=figure.low,
        high=figure.high,
        strong=strong,
    )


def _chart(name: str, title: str, bars: list[Bar], words: Wording, limit: float | None) -> Mapping[str, Any]:
    from markupsafe import Markup

    _ = words.translate
    text = _("; ").join(bar.label + _(": ") + bar.figures for bar in bars)
    svg = interval_chart(bars, name=name, title=title, text=text, limit=limit)
    return {"title": title, "svg": Markup(svg)}  # the drawing escapes its labels
