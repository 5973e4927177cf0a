"""How far a judge agrees with people: the same calls judged by both, compared label by label.

A judge is anything that makes a scorecard of a scenario and a call. What it left
unscored is counted and compared with nothing. Documents, not calls, are the unit
of chance: intervals come from drawing documents.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any
from unicodedata import east_asian_width

from kefu.call.call import Call
from kefu.i18n import gettext as _
from kefu.i18n import marked
from kefu.language.acts import Act, read_acts
from kefu.scenario.model import Scenario
from kefu.scenario.understand import Understanding
from kefu.score.agreement import Counts, Interval, bootstrap, kappa, macro_f1, mean, per_label, spearman
from kefu.score.labelled import LabelledCall, LabelledUtterance
from kefu.score.verdict import Rule, Scorecard, StepStatus

__all__ = [
    "UNLABELLED",
    "Agreement",
    "Judged",
    "agreement",
    "agreement_table",
    "agreement_to_json",
    "calibrate",
    "compare",
]

UNLABELLED = frozenset({Rule.DISCLOSED_TO_STRANGER.value})
"""Rules that labelled calls may break without saying so; they count only where some label names them."""

_DONE = "met or partial"
_PEOPLE = (0.55, 0.45)
"""How people's two numbers make their total: the weights of the published table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One labelled call and what the judge made of it."""

    labelled: LabelledCall
    card: Scorecard
    heard: Mapping[int, frozenset[str]]
    """The acts that were read in the customer's turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of a judge with people, every share from 0 to 1, ``None`` where nothing was labelled."""

    calls: int
    documents: int
    unscored: int
    step_macro_f1: Interval
    step_accuracy: Interval
    step_kappa: Interval
    steps: Mapping[str, Counts]
    step_classes: Mapping[str, Counts]
    violation_micro: Counts
    violation_f1: Interval
    violation_precision: Interval
    violations: Mapping[str, Counts]
    rank_correlation: Interval
    good_over_flawed: Interval
    good_mean: Interval
    good_low: float | None
    total_error: Interval
    act_micro_f1: Interval
    acts: Mapping[str, Counts]
    fact_accuracy: Interval
    """Of the questions: the right fact, or rightly none."""
    facts: Mapping[str, Counts]
    """``fact`` where one was asked for, a hit being the right one, and ``none`` where the document has none."""


def calibrate(
    gold: Iterable[LabelledCall | LabelledUtterance],
    scenarios: Mapping[str, Scenario],
    judge: Callable[[Scenario, Call], Scorecard],
) -> Agreement:
    """Let ``judge`` score every labelled call by the scenario of its document, and compare.

    ``scenarios`` maps a document's name, without its ending, to its scenario; lines of
    documents that it lacks are passed over.
    """
    lines = [line for line in gold if line.doc in scenarios]
    calls = [line for line in lines if isinstance(line, LabelledCall)]
    return compare(lines, [judge(scenarios[line.doc], line.call) for line in calls], scenarios)


def compare(
    lines: Sequence[LabelledCall | LabelledUtterance], cards: Sequence[Scorecard], scenarios: Mapping[str, Scenario]
) -> Agreement:
    """The agreement of ``cards``, one for each labelled call among ``lines``, in their order.

    The facts that utterances ask for are looked up in the ``scenarios`` of their documents.
    """
    calls = [line for line in lines if isinstance(line, LabelledCall)]
    judged = [Judged(labelled=line, card=card, heard=_heard(line)) for line, card in zip(calls, cards, strict=True)]
    return agreement(judged, [line for line in lines if isinstance(line, LabelledUtterance)], scenarios)


def agreement(
    judged: Sequence[Judged],
    utterances: Sequence[LabelledUtterance] = (),
    scenarios: Mapping[str, Scenario] = MappingProxyType({}),
) -> Agreement:
    """The agreement of calls already judged; ``utterances`` add to the acts and make the facts."""
    groups = _by_document(judged)
    clusters = list(groups.values())
    acts = [
        *_act_pairs(judged),
        *((u.doc, u.acts, frozenset(read_acts(u.text, u.caller))) for u in utterances if u.acts),
    ]
    act_clusters = _clustered((doc, (true, said)) for doc, true, said in acts)
    facts = _fact_pairs(utterances, scenarios)
    counts = violation_counts(judged)
    good = [total for j in judged if j.labelled.kind == "good" and (total := j.card.totals.total) is not None]
    return Agreement(
        calls=len(judged),
        documents=len(groups),
        unscored=sum(j.card.totals.total is None for j in judged),
        step_macro_f1=bootstrap(clusters, lambda js: macro_f1(per_label(_step_pairs(js, classes=True)))),
        step_accuracy=bootstrap(clusters, lambda js: mean(float(a == b) for a, b in _step_pairs(js))),
        step_kappa=bootstrap(clusters, lambda js: kappa(_step_pairs(js, classes=True))),
        steps=_named(per_label(_step_pairs(judged))),
        step_classes=_named(per_label(_step_pairs(judged, classes=True))),
        violation_micro=sum(counts.values(), Counts()),
        violation_f1=bootstrap(clusters, lambda js: sum(violation_counts(js).values(), Counts()).f1),
        violation_precision=bootstrap(clusters, lambda js: sum(violation_counts(js).values(), Counts()).precision),
        violations=counts,
        rank_correlation=bootstrap(clusters, lambda js: spearman(_total_pairs(js))),
        good_over_flawed=bootstrap(clusters, _ranked_right),
        good_mean=bootstrap(clusters, _good_mean),
        good_low=min(good, default=None),
        total_error=bootstrap(clusters, lambda js: mean(abs(a - b) for a, b in _total_pairs(js))),
        act_micro_f1=bootstrap(act_clusters, lambda pairs: sum(_act_counts(pairs).values(), Counts()).f1),
        acts=_act_counts([pair for cluster in act_clusters for pair in cluster]),
        fact_accuracy=bootstrap(_clustered(facts), lambda pairs: mean(float(true == said) for true, said in pairs)),
        facts=_fact_counts([pair for _doc, pair in facts]),
    )


def violation_counts(judged: Sequence[Judged]) -> dict[str, Counts]:
    """Counts per rule; a hit is the same rule in the same turn."""
    named = {rule for j in judged for rule, _turn in j.labelled.violations or ()}
    left_out = UNLABELLED - named
    found: dict[str, Counts] = {}
    for j in judged:
        if j.labelled.violations is None:
            continue
        said = {(v.rule.value, v.turn) for v in j.card.violations if v.rule.value not in left_out}
        for rule, turn in said | j.labelled.violations:
            hit, true = (rule, turn) in said, (rule, turn) in j.labelled.violations
            found[rule] = found.get(rule, Counts()) + Counts(
                hits=int(hit and true), false=int(hit and not true), missed=int(true and not hit)
            )
    return {rule.value: found[rule.value] for rule in Rule if rule.value in found}


def _heard(line: LabelledCall) -> dict[int, frozenset[str]]:
    turns = line.call.turns
    return {
        number: frozenset(read_acts(turns[number].text, turns[number - 1].text if number else ""))
        for number in line.acts
    }


def _by_document(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for j in judged:
        groups.setdefault(j.labelled.doc, []).append(j)
    return groups


def _clustered(items: Iterable[tuple[str, Any]]) -> list[list[Any]]:
    groups: dict[str, list[Any]] = {}
    for key, item in items:
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _step_pairs(judged: Sequence[Judged], *, classes: bool = False) -> list[tuple[Hashable, Hashable]]:
    pairs: list[tuple[Hashable, Hashable]] = []
    for j in judged:
        said = {step.number: step.status for step in j.card.steps if step.status is not StepStatus.UNSCORED}
        for number, true in (j.labelled.steps or {}).items():
            if number in said:
                pair = (true, said[number].value)
                pairs.append((_class(pair[0]), _class(pair[1])) if classes else pair)
    return pairs


def _class(status: str) -> str:
    return _DONE if status in (StepStatus.MET.value, StepStatus.PARTIAL.value) else status


def _total_pairs(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    pairs: list[tuple[float, float]] = []
    for j in judged:
        flow, interaction, said = j.labelled.task_flow, j.labelled.interaction, j.card.totals.total
        if flow is not None and interaction is not None and said is not None:
            pairs.append((_PEOPLE[0] * flow + _PEOPLE[1] * interaction, said))
    return pairs


def _ranked_right(judged: Sequence[Judged]) -> float | None:
    """Of all pairs of a good and a flawed call of one document, the share in which the good one scores higher."""
    right = every = 0
    for calls in _by_document(judged).values():
        good = [j.card.totals.total for j in calls if j.labelled.kind == "good"]
        flawed = [j.card.totals.total for j in calls if j.labelled.kind == "flawed"]
        for one, other in product(good, flawed):
            if one is not None and other is not None:
                every += 1
                right += one > other
    return right / every if every else None


def _good_mean(judged: Sequence[Judged]) -> float | None:
    return mean(t for j in judged if j.labelled.kind == "good" and (t := j.card.totals.total) is not None)


def _act_pairs(judged: Sequence[Judged]) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    return [(j.labelled.doc, true, j.heard[n]) for j in judged for n, true in j.labelled.acts.items() if n in j.heard]


def _act_counts(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> dict[str, Counts]:
    return (
        {
            act.value: Counts(
                hits=sum(act in true and act in said for true, said in pairs),
                false=sum(act not in true and act in said for true, said in pairs),
                missed=sum(act in true and act not in said for true, said in pairs),
            )
            for act in Act
        }
        if pairs
        else {}
    )


def _fact_pairs(
    utterances: Sequence[LabelledUtterance], scenarios: Mapping[str, Scenario]
) -> list[tuple[str, tuple[int, int]]]:
    """Per utterance with a label: its document, the fact that it asks for and the one that was found, 0 for none."""
    return [
        (u.doc, (u.fact, Understanding.of(scenarios[u.doc]).facts.match(u.text, u.caller).fact or 0))
        for u in utterances
        if u.fact is not None and u.doc in scenarios
    ]


def _fact_counts(pairs: Sequence[tuple[int, int]]) -> dict[str, Counts]:
    return (
        {
            "fact": Counts(
                hits=sum(bool(true) and true == said for true, said in pairs),
                false=sum(bool(said) and true != said for true, said in pairs),
                missed=sum(bool(true) and true != said for true, said in pairs),
            ),
            "none": Counts(
                hits=sum(not true and not said for true, said in pairs),
                false=sum(bool(true) and not said for true, said in pairs),
                missed=sum(not true and bool(said) for true, said in pairs),
            ),
        }
        if pairs
        else {}
    )


def _named(counts: Mapping[Hashable, Counts]) -> dict[str, Counts]:
    return {str(label): count for label, count in counts.items()}


_INTERVALS = (
    ("step_macro_f1", marked("steps: macro-F1 of three classes")),
    ("step_accuracy", marked("steps: exact accuracy of four")),
    ("step_kappa", marked("steps: kappa of three classes")),
    ("violation_f1", marked("violations: micro-F1")),
    ("violation_precision", marked("violations: precision")),
    ("rank_correlation", marked("totals: rank correlation")),
    ("good_over_flawed", marked("totals: good above flawed")),
    ("good_mean", marked("totals: mean of good calls")),
    ("total_error", marked("totals: mean distance")),
    ("act_micro_f1", marked("acts: micro-F1")),
    ("fact_accuracy", marked("facts: accuracy, none among them")),
)
_TABLES = (
    ("steps", marked("steps")),
    ("violations", marked("violations")),
    ("acts", marked("acts")),
    ("facts", marked("facts asked for")),
)


def agreement_to_json(result: Agreement) -> dict[str, Any]:
    """The agreement as one JSON object."""
    out: dict[str, Any] = {"calls": result.calls, "documents": result.documents, "unscored": result.unscored}
    for name, _title in _INTERVALS:
        interval: Interval = getattr(result, name)
        out[name] = {"value": _round(interval.value), "low": _round(interval.low), "high": _round(interval.high)}
    out["good_low"] = _round(result.good_low)
    out["violation_micro"] = _counts(result.violation_micro)
    for name in ("steps", "step_classes", "violations", "acts", "facts"):
        table: Mapping[str, Counts] = getattr(result, name)
        out[name] = {label: _counts(count) for label, count in table.items()}
    return out


def agreement_table(result: Agreement) -> str:
    """The agreement as lines for a terminal."""
    counted = _("{calls} calls of {documents} documents, {unscored} unscored")
    lines = [counted.format(calls=result.calls, documents=result.documents, unscored=result.unscored), ""]
    for name, words in _INTERVALS:
        interval: Interval = getattr(result, name)
        title, span = _padded(_(words), 36), f"[{_shown(interval.low)}, {_shown(interval.high)}]"
        lines.append(f"{title} {_shown(interval.value):>6}  {span}")
    heads = " ".join((_padded("n", -5), _padded(_("precision"), -10), _padded(_("recall"), -8), _padded("F1", -6)))
    for name, words in _TABLES:
        table: Mapping[str, Counts] = getattr(result, name)
        if table:
            lines += ["", _padded(_(words), 24) + " " + heads]
        for label, count in table.items():  # labels as they stand in the labelled lines
            figures = (_shown(count.precision), _shown(count.recall), _shown(count.f1))
            lines.append(f"{label:24} {count.hits + count.missed:>5} {figures[0]:>10} {figures[1]:>8} {figures[2]:>6}")
    return "\n".join(lines)


def _counts(count: Counts) -> dict[str, float | int | None]:
    return {
        "n": count.hits + count.missed,
        "hits": count.hits,
        "false": count.false,
        "missed": count.missed,
        "precision": _round(count.precision),
        "recall": _round(count.recall),
        "f1": _round(count.f1),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _padded(text: str, width: int) -> str:
    """``text`` in columns of a terminal, where a Chinese character takes two; to the right for a negative width."""
    blank = " " * (abs(width) - sum(2 if east_asian_width(c) in "WF" else 1 for c in text))
    return text + blank if width > 0 else blank + text
