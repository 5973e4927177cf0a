"""A run's report for programs: every figure by its code, the words behind them, and the worst calls whole.

Keys: ``run`` (id, plan, provenance, times, cost), ``statistics`` (the shape of ``bench show --json`` and more),
``verdicts`` (decision, criteria with limit and state, doubts), ``mend_first``, ``comparisons``, ``failed_steps``,
``violations``, ``worst_calls``, ``gaps`` (with ``block``, ready to paste), ``coaching``, ``lost`` (by caller and
persona), ``untrue``, ``failures``, ``versions``, ``discarded``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from kefu.bench.interval import estimate_to_json
from kefu.bench.plan import plan_to_json
from kefu.bench.report.findings import Words
from kefu.bench.report.gaps import block
from kefu.bench.report.run import RunReport
from kefu.bench.report.verdict import Verdict
from kefu.bench.stats import statistics_to_json

__all__ = ["report_to_json", "to_json"]


def to_json(report: RunReport) -> str:
    """The report as one JSON object."""
    return json.dumps(report_to_json(report), ensure_ascii=False, indent=1, default=str) + "\n"


def report_to_json(report: RunReport) -> dict[str, Any]:
    """The report as values that JSON knows, with the keys that stand at the head of this module."""
    head = report.head
    return {
        "run": {
            "id": head.id,
            "label": head.label,
            "plan": plan_to_json(head.plan),
            "provenance": dict(head.provenance),
            "created_at": head.created_at.isoformat() if head.created_at else None,
            "finished_at": head.finished_at.isoformat() if head.finished_at else None,
            "made_at": report.made_at.isoformat() if report.made_at else None,
            "stopped": head.stopped,
            "cost": {currency: str(amount) for currency, amount in head.cost.items()},
        },
        "statistics": statistics_to_json(report.statistics),
        "verdicts": [_verdict(each) for each in report.verdicts],
        "mend_first": [asdict(mend) for mend in report.mends],
        "comparisons": _comparisons(report),
        **_findings(report),
        "lost": [
            {"caller": caller, "persona": persona, **asdict(lost)} for (caller, persona), lost in report.lost.items()
        ],
        "untrue": dict(report.untrue),
        "failures": [
            {"caller": caller, "reason": reason, "count": count} for (caller, reason), count in report.failures.items()
        ],
        "versions": [dict(each) for each in report.versions],
        "discarded": report.discarded,
    }


def _comparisons(report: RunReport) -> list[dict[str, Any]]:
    if not report.comparisons:
        return []
    from kefu.bench.compare import comparison_to_json

    return [comparison_to_json(each) for each in report.comparisons]


def _findings(report: RunReport) -> dict[str, Any]:
    return {
        "failed_steps": [
            {
                "caller": step.caller,
                "scenario": step.figure.scenario,
                "number": step.figure.number,
                "title": step.title,
                "statuses": dict(step.figure.statuses),
                "score": estimate_to_json(step.figure.score),
                "words": [_words(words, count) for words, count in step.words],
            }
            for step in report.steps
        ],
        "violations": [
            {
                "rule": rule.rule,
                "severities": dict(rule.severities),
                "calls": dict(rule.calls),
                "words": [_words(words, count) for words, count in rule.words],
            }
            for rule in report.rules
        ],
        "worst_calls": [{"cell": call.cell, "call": call.record} for call in report.worst],
        "gaps": [
            {
                "scenario": gaps.scenario,
                "asked": gaps.asked,
                "partly": gaps.partly,
                "questions": [
                    {"question": gap.question, "count": gap.count, "others": list(gap.others)} for gap in gaps.gaps
                ],
                "block": block(gaps),
            }
            for gaps in report.gaps
        ],
        "coaching": [
            {
                "scenario": lesson.scenario,
                "step": lesson.step or None,
                "title": lesson.title,
                "said": _words(lesson.words, 1),
                "offers": [asdict(offer) for offer in lesson.offers],
            }
            for lesson in report.lessons
        ],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "caller": verdict.caller,
        "decision": verdict.decision.value,
        "total": estimate_to_json(verdict.total),
        "criteria": [
            {
                "key": each.key,
                "state": each.state.value,
                "limit": each.limit,
                "figure": estimate_to_json(each.figure) if each.figure else None,
                "count": each.count,
                "name": each.name,
            }
            for each in verdict.criteria
        ],
        "doubts": list(verdict.doubts),
        "lost": asdict(verdict.lost),
    }


def _words(words: Words, count: int) -> dict[str, Any]:
    return {
        "cell": words.cell,
        "caller": words.caller,
        "scenario": words.scenario,
        "persona": words.persona,
        "turn": words.turn if words.turn >= 0 else None,
        "quote": words.quote,
        "before": words.before,
        "reason": words.reason,
        "status": words.status,
        "severity": words.severity,
        "count": count,
    }
