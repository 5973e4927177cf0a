"""The report of a run as a value: every figure and the few words and whole calls shown, gathered in two passes.

The first pass reads the results, which are short, for the figures; the second the
full records for the words. Nothing that grows with the run is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kefu.bench.plan import Plan
from kefu.bench.report.coaching import Lesson, answer_lesson, found_words, step_lesson
from kefu.bench.report.findings import Findings, Kept, Words, find
from kefu.bench.report.gaps import GapList, gap_lists
from kefu.bench.report.tally import Lost, Tally
from kefu.bench.report.verdict import Mend, Verdict, judge, mends_of
from kefu.bench.result import Result
from kefu.bench.stats import RunStatistics, StepFigure, statistics
from kefu.scenario.model import Scenario
from kefu.score.verdict import Severity

if TYPE_CHECKING:
    from kefu.bench.compare import Comparison

__all__ = ["BrokenRule", "FailedStep", "RunHead", "RunReport", "ShownCall", "gather"]

WORST = 10
_CANDIDATES = 40
"""Cells looked at for the worst calls: the same words are shown once."""
_STEPS = 12
_QUOTES = 5
_LESSONS = 8
_SEVERITIES = tuple(reversed([severity.value for severity in Severity]))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """What is known of a run beside its calls: plan, provenance (versions, hashes, settings, git state), times, cost.

    ``stopped`` says why a run that is not finished stands still; ``cost`` is by currency.
    """

    id: str
    plan: Plan
    provenance: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    created_at: datetime | None = None
    finished_at: datetime | None = None
    stopped: str = ""
    label: str = ""
    cost: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStep:
    """A step that failed, with different words that failed at it and how often they came."""

    caller: str
    figure: StepFigure
    title: str
    words: tuple[tuple[Words, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that was broken: violations by severity, calls by caller, and words that broke it, the gravest first."""

    rule: str
    severities: Mapping[str, int]
    calls: Mapping[str, int]
    words: tuple[tuple[Words, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCall:
    """A call shown whole: its cell, its record in the shape of ``call --json``, and its scenario."""

    cell: str
    record: Mapping[str, Any]
    scenario: Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """Everything that a report of a run says."""

    head: RunHead
    made_at: datetime | None
    scenarios: Mapping[str, Scenario]
    statistics: RunStatistics
    verdicts: tuple[Verdict, ...]
    mends: tuple[Mend, ...]
    comparisons: tuple[Comparison, ...]
    steps: tuple[FailedStep, ...]
    rules: tuple[BrokenRule, ...]
    worst: tuple[ShownCall, ...]
    gaps: tuple[GapList, ...]
    lessons: tuple[Lesson, ...]
    lost: Mapping[tuple[str, str], Lost]
    untrue: Mapping[str, int]
    failures: Mapping[tuple[str, str], int]
    versions: tuple[Mapping[str, str], ...]
    discarded: int

    def title(self, scenario: str) -> str:
        """What people call a scenario."""
        known = self.scenarios.get(scenario)
        return known.title or scenario if known else scenario


def gather(
    head: RunHead,
    results: Callable[[str | None], Iterable[Result]],
    records: Iterable[Kept],
    scenarios: Mapping[str, Scenario],
    *,
    unequal: bool = False,
    made_at: datetime | None = None,
) -> RunReport:
    """The report of a run.

    ``results`` gives the results in the order of the plan, of one caller or of
    all (``None``); it is asked once, and with several callers twice more for each
    pair compared. ``records`` is read once. ``unequal`` is for runs that are not
    finished. Raises as :func:`kefu.bench.stats.statistics`.
    """
    tally = Tally(most=_CANDIDATES)
    figures = statistics(tally.watch(results(None)), unequal=unequal)
    failing = _failing(figures)
    found = find(
        records,
        whole=set(tally.worst),
        steps={(caller, step.scenario, step.number) for caller, step in failing},
    )
    gaps = gap_lists(found.questions)
    steps = tuple(_failed_step(caller, step, found, scenarios) for caller, step in failing)
    return RunReport(
        head=head,
        made_at=made_at,
        scenarios=scenarios,
        statistics=figures,
        verdicts=tuple(judge(caller, tally) for caller in figures.callers),
        mends=mends_of(figures, tally, gaps, failing),
        comparisons=_comparisons(figures, results, unequal=unequal),
        steps=steps,
        rules=_broken(figures, tally, found),
        worst=_worst(tally.worst, found, scenarios),
        gaps=gaps,
        lessons=_lessons(steps, found, scenarios),
        lost=tally.lost,
        untrue=dict(found.untrue.most_common()),
        failures=dict(found.failures.most_common()),
        versions=tuple(dict(each) for each in found.versions),
        discarded=found.discarded,
    )


def _failing(figures: RunStatistics) -> list[tuple[str, StepFigure]]:
    """The steps that cost most: how often they came times how much of them was missing."""
    lost = [
        (step.score.n * (1 - step.score.mean), caller.caller, step)
        for caller in figures.callers
        for step in caller.steps
        if step.score.mean is not None and step.score.mean < 1
    ]
    lost.sort(key=lambda entry: (-entry[0], entry[1], entry[2].scenario, entry[2].number))
    return [(caller, step) for _cost, caller, step in lost[:_STEPS]]


def _comparisons(
    figures: RunStatistics, results: Callable[[str | None], Iterable[Result]], *, unequal: bool
) -> tuple[Comparison, ...]:
    """Every other caller against the first."""
    first, *others = [caller.caller for caller in figures.callers] or [""]
    if not others:
        return ()
    from kefu.bench.compare import compare

    return tuple(compare(results(first), results(other), unequal=unequal) for other in others)


def _failed_step(caller: str, figure: StepFigure, found: Findings, scenarios: Mapping[str, Scenario]) -> FailedStep:
    scenario = scenarios.get(figure.scenario)
    title = next((s.title for s in scenario.caller.steps if s.number == figure.number), "") if scenario else ""
    different: dict[str, tuple[Words, int]] = {}
    for _text, words, count in found.steps[caller, figure.scenario, figure.number]:
        shown = found_words(scenario, figure.number, words) if scenario else words
        known = different.get(shown.quote)
        different[shown.quote] = (shown, count) if known is None else (known[0], known[1] + count)
    ranked = sorted(different.values(), key=lambda entry: (not entry[0].quote, -entry[1]))
    return FailedStep(caller=caller, figure=figure, title=title, words=tuple(ranked[:_QUOTES]))


def _broken(figures: RunStatistics, tally: Tally, found: Findings) -> tuple[BrokenRule, ...]:
    """The rules that were broken, the gravest first, then the most frequent."""
    rules: list[BrokenRule] = []
    for rule in {rule for rule, _severity in tally.violations}:
        counts = {s: tally.violations[rule, s] for s in _SEVERITIES if tally.violations[rule, s]}
        words = [
            (words, count)
            for severity in _SEVERITIES
            if (rule, severity) in found.rules
            for _text, words, count in found.rules[rule, severity]
        ]
        calls = {caller.caller: each.calls for caller in figures.callers for each in caller.rules if each.rule == rule}
        rules.append(BrokenRule(rule=rule, severities=counts, calls=calls, words=tuple(words[:_QUOTES])))
    return tuple(sorted(rules, key=_gravity))


def _gravity(rule: BrokenRule) -> tuple[Any, ...]:
    return (*(-rule.severities.get(severity, 0) for severity in _SEVERITIES), rule.rule)


def _worst(cells: Sequence[str], found: Findings, scenarios: Mapping[str, Scenario]) -> tuple[ShownCall, ...]:
    """The worst calls, each talk once."""
    talks: set[tuple[str, ...]] = set()
    shown: list[ShownCall] = []
    for cell in cells:
        record = found.calls.get(cell)
        if record is None:
            continue
        talk = tuple(turn["text"] for turn in record["turns"])
        if talk not in talks:
            talks.add(talk)
            name = record["scenario"]
            shown.append(ShownCall(cell=cell, record=record, scenario=scenarios.get(name) or Scenario(id=name)))
    return tuple(shown[:WORST])


def _lessons(steps: Sequence[FailedStep], found: Findings, scenarios: Mapping[str, Scenario]) -> tuple[Lesson, ...]:
    """One lesson for each failed step, then some for questions that had an answer."""
    lessons: list[Lesson] = []
    for step in steps:
        scenario = scenarios.get(step.figure.scenario)
        lesson = step_lesson(scenario, step.figure.number, step.words[0][0]) if scenario and step.words else None
        if lesson is not None:
            lessons.append(lesson)
    answered: Counter[tuple[str, str]] = Counter()
    answers: list[Lesson] = []
    for (rule, _severity), sketch in sorted(found.rules.items()):
        for _text, words, _count in sketch if rule == "ignored_question" else ():
            scenario = scenarios.get(words.scenario)
            lesson = answer_lesson(scenario, words) if scenario and words.before else None
            if lesson is not None and not answered[words.scenario, lesson.title]:
                answered[words.scenario, lesson.title] += 1
                answers.append(lesson)
    half = _LESSONS // 2
    return (*lessons[: _LESSONS - min(len(answers), half)], *answers[:half])
