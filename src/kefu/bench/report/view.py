"""A run's report as its pages show it: sections in order, each figure already a word, for HTML and Markdown alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kefu.bench.interval import LEVEL, Estimate, Scope
from kefu.bench.report.coaching import Lesson
from kefu.bench.report.findings import Words
from kefu.bench.report.gaps import block
from kefu.bench.report.provenance import provenance_lines
from kefu.bench.report.run import RunReport
from kefu.bench.report.tally import Lost
from kefu.bench.report.wording import Wording, number, percent, share, spread
from kefu.bench.stats import CallerStatistics
from kefu.bench.words import reasons
from kefu.score.settings import weight_settings

__all__ = ["SECTIONS", "view_of"]

SECTIONS = (
    "callers", "heat", "steps", "violations", "worst", "gaps", "coaching", "attribution", "validity", "method",
)  # fmt: skip
_MOST_ROWS = 200
_MOST_GAPS = 12
_SHADES = 7
_AROUND = 60
_STOP = re.compile("[。！？；!?;]")
_LOWEST = 0.4


def view_of(report: RunReport, language: str) -> dict[str, Any]:
    """All that the templates show, by section; an empty section is left out and named in ``empty``."""
    words = Wording(report, language)
    makers: Mapping[str, Callable[[Wording], Any]] = {
        "callers": _callers,
        "heat": _heat,
        "steps": _steps,
        "violations": _violations,
        "worst": _worst,
        "gaps": _gaps,
        "coaching": _coaching,
        "attribution": _attribution,
        "validity": _validity,
        "method": _method,
    }
    parts = {name: maker(words) for name, maker in makers.items()}
    titles = _titles(words)
    return {
        "report": report,
        "head": report.head,
        "titles": titles,
        "verdicts": _verdicts(words),
        "mends": [{"text": words.mend(mend), "anchor": _anchor(mend.kind)} for mend in report.mends],
        "comparisons": _comparisons(words),
        "parts": {name: parts[name] for name in SECTIONS if parts[name]},
        "empty": [titles[name] for name in SECTIONS if not parts[name]],
        "several": len(report.statistics.callers) > 1,
        "unfinished": _unfinished(report),
    }


def _titles(words: Wording) -> dict[str, str]:
    _ = words.translate
    return {
        "callers": _("Callers"),
        "heat": _("Scenario by customer"),
        "steps": _("Steps that fail"),
        "violations": _("Rule violations"),
        "worst": _("The worst calls"),
        "gaps": _("Questions that the script cannot answer"),
        "coaching": _("Coaching: what was said, what the script offers"),
        "attribution": _("Whose doing the failed calls were"),
        "validity": _("Calls that do not count"),
        "method": _("Method and versions"),
    }


def _anchor(kind: str) -> str:
    return {"critical": "violations", "rule": "violations", "step": "steps", "persona": "heat", "gap": "gaps"}[kind]


def _unfinished(report: RunReport) -> str:
    planned, there = len(report.head.plan), report.statistics.counts.cells
    return "" if there >= planned else f"{number(there)} / {number(planned)}"


def _verdicts(words: Wording) -> list[dict[str, Any]]:
    tones = {"ready": "good", "not ready": "poor", "not proven": "fair"}
    return [
        {
            "caller": verdict.caller,
            "tone": tones[verdict.decision] if verdict.total.mean is not None else "unscored",
            "total": share(verdict.total.mean),
            "sentence": words.decision(verdict),
            "basis": words.basis(verdict),
            "because": words.because(verdict),
            "criteria": [
                {
                    "limit": words.limit(each),
                    "standing": words.standing(each),
                    "state": words.state(each),
                    "code": each.state.name.lower(),
                }
                for each in verdict.criteria
            ],
            "doubts": [words.doubt(doubt, verdict) for doubt in verdict.doubts],
        }
        for verdict in words.report.verdicts
    ]


def _comparisons(words: Wording) -> list[dict[str, Any]]:
    if not words.report.comparisons:
        return []
    from kefu.bench.compare import Answer, verdict_in_words

    shown: list[dict[str, Any]] = []
    for each in words.report.comparisons:
        proven = [
            {
                "name": _side(words, part.axis, part.name),
                "difference": _signed(part.mean, part.low, part.high),
                "p": "–" if part.corrected is None else f"{part.corrected:.3f}",
                "better": part.verdict is Answer.BETTER,
            }
            for part in each.family
            if part.verdict is not Answer.NOT_PROVEN
        ]
        shown.append(
            {
                "a": each.a,
                "b": each.b,
                "sentence": verdict_in_words(each, words.translate),
                "difference": _signed(each.headline.mean, each.headline.low, each.headline.high),
                "pairs": number(each.headline.pairs),
                "proven": proven[:_MOST_GAPS],
            }
        )
    return shown


def _side(words: Wording, axis: str, name: str) -> str:
    _ = words.translate
    if axis == "step":
        scenario, _slash, step = name.rpartition("/")
        return _("{scenario}, step {number}").format(scenario=words.report.title(scenario), number=step)
    if axis == "part":
        return {"task_flow": _("Task flow"), "interaction": _("Interaction")}.get(name, name)
    if axis == "gap":
        return _("Calls with a question that the script does not answer")
    return words.named(axis, name) if axis in ("domain", "persona", "dimension", "rule") else name


def _signed(mean: float | None, low: float | None, high: float | None) -> str:
    if mean is None:
        return "–"
    if low is None or high is None:
        return f"{mean:+.2f}"
    return f"{mean:+.2f} ({low:+.2f} … {high:+.2f})"


def _callers(words: Wording) -> dict[str, Any] | None:
    callers = words.report.statistics.callers
    if not callers:
        return None
    return {
        "ks": words.report.statistics.ks,
        "threshold": share(words.report.statistics.threshold),
        "rows": [_caller(words, caller) for caller in callers],
        "personas": _split(words, callers, lambda caller: caller.personas, words.persona),
        "domains": _split(words, callers, lambda caller: caller.domains, lambda code: words.named("domain", code)),
        "perturbs": _split(words, callers, lambda caller: caller.perturbs, lambda code: code or "–"),
        "dimensions": _dimensions(words, callers),
    }


def _caller(words: Wording, caller: CallerStatistics) -> dict[str, Any]:
    lost = next(verdict.lost for verdict in words.report.verdicts if verdict.caller == caller.caller)
    ks = words.report.statistics.ks
    return {
        "caller": caller.caller,
        "total": spread(caller.total),
        "mean": caller.total.mean,
        "task_flow": spread(caller.task_flow),
        "interaction": spread(caller.interaction),
        "at": spread(caller.passing.at[1], percent) if 1 in caller.passing.at else "–",
        "hat": [spread(caller.passing.hat[k], percent) if k in caller.passing.hat else "–" for k in ks],
        "n": number(caller.total.n),
        "unscored": number(caller.total.unscored),
        "invalid": number(lost.invalid),
        "failed": number(lost.failed),
        "reruns": number(lost.reruns),
    }


def _split(
    words: Wording,
    callers: Sequence[CallerStatistics],
    side: Callable[[CallerStatistics], Mapping[str, Any]],
    named: Callable[[str], str],
) -> list[dict[str, Any]]:
    """The totals of one side, such as personas, a row for each of its values and a figure for each caller."""
    values = sorted({value for caller in callers for value in side(caller)})
    if len(values) < 2:
        return []
    rows: list[dict[str, Any]] = []
    for value in values:
        figures = [side(caller)[value].total if value in side(caller) else None for caller in callers]
        rows.append({"name": named(value), "cells": [_cell(figure) for figure in figures]})
    return rows


def _cell(figure: Estimate | None) -> dict[str, Any]:
    if figure is None:
        return {"text": "–", "n": "0", "unscored": 0}
    return {"text": spread(figure), "n": number(figure.n), "unscored": figure.unscored}


def _dimensions(words: Wording, callers: Sequence[CallerStatistics]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(name for caller in callers for name in caller.dimensions))
    return [
        {"name": words.named("dimension", name), "cells": [_cell(caller.dimensions.get(name)) for caller in callers]}
        for name in names
    ]


def _heat(words: Wording) -> list[dict[str, Any]] | None:
    maps = [each for caller in words.report.statistics.callers if (each := _heat_of(words, caller))]
    return maps or None


def _heat_of(words: Wording, caller: CallerStatistics) -> dict[str, Any] | None:
    if not any(figure.n for figure in caller.heat.values()):
        return None
    personas = sorted({persona for _scenario, persona in caller.heat})
    usual = max(figure.n for figure in caller.heat.values())
    rows: list[dict[str, Any]] = []
    for scenario, scores in caller.scenarios.items():
        cells = [_shade(caller.heat.get((scenario, persona)), usual) for persona in personas]
        mean = scores.total.mean
        rows.append(
            {"name": words.report.title(scenario), "mean": mean, "all": _shade(scores.total, 0), "cells": cells}
        )
    rows.sort(key=lambda row: (row["mean"] is None, row["mean"] or 0.0, row["name"]))
    return {
        "caller": caller.caller,
        "personas": [words.persona(persona) for persona in personas],
        "rows": rows[:_MOST_ROWS],
        "more": max(0, len(rows) - _MOST_ROWS),
        "usual": usual,
    }


def _shade(figure: Estimate | None, usual: int) -> dict[str, Any]:
    """A cell of the heat map; ``shade`` from 0 (bad) upwards, ``n`` where it is smaller than in most."""
    if figure is None or figure.mean is None:
        return {"text": "–", "shade": "", "n": "", "full": ""}
    place = int((figure.mean - _LOWEST) / (1 - _LOWEST) * _SHADES)
    return {
        "text": share(figure.mean),
        "shade": f"h{max(0, min(_SHADES - 1, place))}",
        "n": str(figure.n) if figure.n < usual else "",
        "full": f"{spread(figure)} n={figure.n}",
    }


def _steps(words: Wording) -> list[dict[str, Any]] | None:
    _ = words.translate
    return [
        {
            "caller": step.caller,
            "scenario": words.report.title(step.figure.scenario),
            "number": step.figure.number,
            "title": step.title,
            "score": spread(step.figure.score),
            "mean": step.figure.score.mean,
            "n": number(step.figure.score.n),
            "met": number(step.figure.statuses.get("met", 0)),
            "partial": number(step.figure.statuses.get("partial", 0)),
            "missed": number(step.figure.statuses.get("missed", 0)),
            "words": [_quote(words, each, count) for each, count in step.words],
        }
        for step in words.report.steps
    ] or None


def _quote(words: Wording, each: Words, count: int = 1) -> dict[str, Any]:
    lead, quote, tail = _around(each)
    return {
        "lead": lead,
        "quote": quote,
        "tail": tail,
        "before": each.before,
        "reason": reasons(each.reason, words.translate),
        "status": words.named("status", each.status) if each.status else "",
        "severity": each.severity,
        "grade": words.named("severity", each.severity) if each.severity else "",
        "where": _where(words, each),
        "count": count,
        "anchor": _link(words, each),
    }


def _around(each: Words) -> tuple[str, str, str]:
    """What stands before the quote in its turn, the quote, and what stands after it, both shortened."""
    place = each.text.find(each.quote) if each.quote else -1
    if place < 0:
        return "", each.quote, ""
    lead, tail = each.text[:place], each.text[place + len(each.quote) :]
    if len(lead) > _AROUND:
        lead = "…" + _STOP.split(lead[-_AROUND:], maxsplit=1)[-1]
    return lead, each.quote, tail[:_AROUND] + "…" if len(tail) > _AROUND else tail


def _where(words: Wording, each: Words) -> str:
    _ = words.translate
    parts = [words.report.title(each.scenario)]
    if len(words.report.statistics.callers) > 1:
        parts.insert(0, each.caller)
    if each.persona:
        parts.append(words.persona(each.persona))
    if each.turn >= 0:
        parts.append(_("turn {number}").format(number=each.turn))
    return " · ".join([*parts, each.cell])


def _link(words: Wording, each: Words) -> str:
    """Where the words stand on the page, if their call is shown whole."""
    for place, call in enumerate(words.report.worst, 1):
        if call.cell == each.cell:
            return f"call-{place}-{each.turn}" if each.turn >= 0 else f"call-{place}"
    return ""


def _violations(words: Wording) -> list[dict[str, Any]] | None:
    return [
        {
            "name": words.named("rule", rule.rule),
            "worst": next(iter(rule.severities), "minor"),
            "count": number(sum(rule.severities.values())),
            "severities": [
                {"name": words.named("severity", grade), "code": grade, "count": number(count)}
                for grade, count in rule.severities.items()
            ],
            "calls": [{"caller": caller, "count": number(count)} for caller, count in rule.calls.items() if count],
            "words": [_quote(words, each, count) for each, count in rule.words],
        }
        for rule in words.report.rules
    ] or None


def _worst(words: Wording) -> list[dict[str, Any]] | None:
    from kefu.bench.report.page import call_view

    _ = words.translate
    shown: list[dict[str, Any]] = []
    for place, call in enumerate(words.report.worst, 1):
        record = call.record
        note = _("{caller}, seed {seed}, cell {cell}").format(
            caller=record["caller"], seed=record["seed"], cell=call.cell
        )
        shown.append(call_view(place, call.scenario, record, record["scorecard"], note=note))
    return shown or None


def _gaps(words: Wording) -> dict[str, Any] | None:
    lists = words.report.gaps
    if not lists:
        return None
    return {
        "lists": [
            {
                "scenario": words.report.title(each.scenario),
                "id": each.scenario,
                "asked": number(each.asked),
                "partly": each.partly,
                "gaps": [
                    {"question": gap.question, "count": number(gap.count), "others": gap.others} for gap in each.gaps
                ],
                "block": block(each),
            }
            for each in lists[:_MOST_GAPS]
        ],
        "more": max(0, len(lists) - _MOST_GAPS),
    }


def _coaching(words: Wording) -> list[dict[str, Any]] | None:
    return [_lesson(words, each) for each in words.report.lessons] or None


def _lesson(words: Wording, lesson: Lesson) -> dict[str, Any]:
    _ = words.translate
    title = _("step {number}: {title}").format(number=lesson.step, title=lesson.title) if lesson.step else lesson.title
    return {
        "scenario": words.report.title(lesson.scenario),
        "title": title,
        "question": not lesson.step,
        "said": _quote(words, lesson.words),
        "offers": [{"text": offer.text, "condition": offer.condition} for offer in lesson.offers],
    }


def _attribution(words: Wording) -> dict[str, Any] | None:
    rows: list[dict[str, Any]] = []
    for caller in words.report.statistics.callers:
        counts = {code: count for code, count in caller.attributions.items() if code != "none" and count}
        broken = caller.counts.failed
        if broken and not counts.get("infrastructure"):
            counts["infrastructure"] = broken
        whole = sum(counts.values())
        if whole:
            rows.append(
                {
                    "caller": caller.caller,
                    "parts": [
                        {
                            "name": words.named("attribution", code),
                            "count": number(count),
                            "share": percent(count / whole),
                            "width": round(100 * count / whole),
                        }
                        for code, count in sorted(counts.items(), key=lambda each: -each[1])
                    ],
                    "whole": number(whole),
                    "cells": number(caller.counts.cells),
                }
            )
    return {"rows": rows, "failed": weight_settings()["attribution"]["failed"]} if rows else None


def _validity(words: Wording) -> dict[str, Any] | None:
    report = words.report
    rows = [
        {
            "caller": caller,
            "persona": words.persona(persona),
            "cells": number(lost.cells),
            "reruns": number(lost.reruns),
            "rerun_share": percent(lost.rerun / lost.cells),
            "invalid": number(lost.invalid),
            "invalid_share": percent(lost.invalid / lost.cells),
            "failed": number(lost.failed),
            "unscored": number(lost.unscored),
        }
        for (caller, persona), lost in sorted(report.lost.items())
        if lost.reruns or lost.invalid or lost.failed or lost.unscored
    ]
    if not rows:
        return None
    return {
        "rows": rows,
        "whole": _whole(report.lost.values()),
        "untrue": [{"code": code, "count": number(count)} for code, count in report.untrue.items()],
        "failures": [
            {"caller": caller, "reason": words.named("reason", reason), "count": number(count)}
            for (caller, reason), count in report.failures.items()
        ],
    }


def _whole(parts: Iterable[Lost]) -> dict[str, str]:
    whole = Lost()
    for part in parts:
        whole = whole.plus(part)
    cells = whole.cells or 1
    return {
        "cells": number(whole.cells),
        "invalid": number(whole.invalid),
        "invalid_share": percent(whole.invalid / cells),
        "rerun": number(whole.rerun),
        "rerun_share": percent(whole.rerun / cells),
        "reruns": number(whole.reruns),
        "failed": number(whole.failed),
    }


def _method(words: Wording) -> dict[str, Any]:
    report = words.report
    scopes = {caller.total.scope for caller in report.statistics.callers if caller.total.n}
    return {
        "level": f"{LEVEL:.0%}",
        "calls_only": Scope.CALLS in scopes,
        "discarded": report.discarded,
        "weights": weight_settings()["total"],
        "several_versions": len(report.versions) > 1,
        "lines": provenance_lines(report, words.language),
    }
