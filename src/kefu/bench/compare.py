"""Is B better than A? The same calls, pair by pair: the difference, how sure it is, and what would settle it.

The headline is one question and stands as it is; everything else (parts, dimensions,
rules, domains, personas, perturbations, steps) is a family of questions and is
corrected together by Holm's method. "Better" needs both a p of at most 0.05 and an interval
without 0.

With six documents or more the answer is about documents like these: signs are
flipped by document. With fewer, no pattern of signs could be rare enough (2 of 2^5 are
6 %), so the answer is about further calls on these documents, signs are flipped by
pair, and ``scope`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any

from kefu.bench.columns import Codebook, Columns, columns_of
from kefu.bench.interval import Scope, estimates, rounded
from kefu.bench.pairing import LEAST_SCENARIOS, Pairs, Question, aligned, question_sums
from kefu.bench.power import Needed, needed
from kefu.bench.result import Result
from kefu.bench.signflip import holm, least_p, sign_flip
from kefu.errors import InputError
from kefu.i18n import gettext
from kefu.i18n import gettext as _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "ALPHA",
    "LEAST_SCENARIOS",
    "Answer",
    "Comparison",
    "Difference",
    "Needed",
    "compare",
    "comparison_to_json",
    "verdict_in_words",
]

ALPHA = 0.05
"""A p above this proves nothing."""


class Answer(StrEnum):
    """Whether B is better than A."""

    BETTER = "better"
    WORSE = "worse"
    NOT_PROVEN = "not proven"


LESS_IS_BETTER = ("rule", "gap")
"""Axes whose values are shares of calls with something that ought not to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """B less A over the pairs in which both have a value; ``a`` and ``b`` are the means of either side over these.

    ``axis`` and ``name`` say of what. For a rule the values are shares of calls
    that broke it, for a gap those in which the customer asked what the document
    does not answer, so that a difference below 0 is better. ``corrected`` is p
    after Holm, ``None`` for the headline; ``least_p`` the least p that so many
    documents (or pairs) can give.
    """

    axis: str
    name: str
    mean: float | None
    low: float | None
    high: float | None
    a: float | None
    b: float | None
    p: float | None
    corrected: float | None
    pairs: int
    scenarios: int
    scope: Scope
    least_p: float | None
    verdict: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The answer, and the family of finer questions.

    ``left_out`` pairs have a side that failed, was invalid or is unscored;
    ``only_one`` calls were held on one side alone, in an unfinished run;
    ``needed`` is what would settle an answer that is not proven.
    """

    a: str
    b: str
    headline: Difference
    family: tuple[Difference, ...]
    left_out: int
    only_one: int
    needed: Needed | None


def compare(a: Iterable[Result], b: Iterable[Result], *, unequal: bool = False) -> Comparison:
    """Compare two sides, each of one caller, that were held to the same calls; ``InputError`` if they were not.

    ``unequal`` takes the calls that both have instead of refusing, for runs that are not finished.
    """
    book = Codebook()
    sides = [columns_of(a, book), columns_of(b, book)]
    names = [_caller(side, which) for side, which in zip(sides, ("A", "B"), strict=True)]
    labels = names if names[0] != names[1] else [f"A ({names[0]})", f"B ({names[1]})"]
    left, right = aligned(sides, labels, unequal=unequal)
    pairs = Pairs(sides[0], sides[1], left, right)
    questions = list(pairs.questions())
    answered = _answered(questions)
    headline, family = answered[0], _corrected(answered[1:])
    proven = headline.verdict is not Answer.NOT_PROVEN
    return Comparison(
        a=names[0],
        b=names[1],
        headline=headline,
        family=tuple(family),
        left_out=len(left) - headline.pairs,
        only_one=len(sides[0]) + len(sides[1]) - 2 * len(left),
        needed=None if proven or headline.mean is None else needed(headline.mean, pairs.precision(questions[0])),
    )


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as ``bench compare --json`` prints it."""
    headline, more = comparison.headline, comparison.needed
    return {
        "difference": {
            "mean": rounded(headline.mean),
            "low": rounded(headline.low),
            "high": rounded(headline.high),
        },
        "p": rounded(headline.p),
        "pairs": headline.pairs,
        "verdict": headline.verdict.value,
        "scope": headline.scope.value,
        "scenarios": headline.scenarios,
        "least_p": rounded(headline.least_p),
        "left_out": comparison.left_out,
        "only_one": comparison.only_one,
        "a": {"caller": comparison.a, "mean": rounded(headline.a)},
        "b": {"caller": comparison.b, "mean": rounded(headline.b)},
        "needed": None
        if more is None
        else {"trials": more.trials, "scenarios": more.scenarios, "detectable": rounded(more.detectable)},
        "family": [_difference_to_json(each) for each in comparison.family],
    }


def _difference_to_json(each: Difference) -> dict[str, Any]:
    return {
        "axis": each.axis,
        "name": each.name,
        "difference": {"mean": rounded(each.mean), "low": rounded(each.low), "high": rounded(each.high)},
        "a": rounded(each.a),
        "b": rounded(each.b),
        "p": rounded(each.p),
        "corrected": rounded(each.corrected),
        "pairs": each.pairs,
        "verdict": each.verdict.value,
        "scope": each.scope.value,
        "scenarios": each.scenarios,
        "least_p": rounded(each.least_p),
    }


def _caller(side: Columns, which: str) -> str:
    import numpy as np

    if not len(side):
        raise InputError(_("there are no calls to compare"), where=which, hint=_("give a run that has held some"))
    names = side.book.names("caller")
    used = [str(names[code]) for code in np.unique(side.axes["caller"])]
    if len(used) > 1:
        raise InputError(
            _("calls of several callers: {callers}").format(callers=", ".join(used)),
            where=which,
            hint=_("compare one caller with one"),
        )
    return used[0]


def _answered(questions: Sequence[Question]) -> list[Difference]:
    """Every question with its difference, its p and, as if it were the only one, its verdict."""
    flipped: list[Floats] = []
    found: list[Difference] = []
    for question in questions:
        values = question.b - question.a
        sums = question_sums(question, values)
        figure = estimates(sums, differences=True, least=LEAST_SCENARIOS)[0]
        clustered = figure.scope is Scope.SCENARIOS
        flipped.append(sums.total[0] if clustered else values)
        found.append(
            Difference(
                axis=question.axis,
                name=question.name,
                mean=figure.mean,
                low=figure.low,
                high=figure.high,
                a=float(question.a.mean()) if figure.n else None,
                b=float(question.b.mean()) if figure.n else None,
                p=None,
                corrected=None,
                pairs=figure.n,
                scenarios=figure.scenarios,
                scope=figure.scope,
                least_p=least_p(figure.scenarios if clustered else figure.n) if figure.n else None,
                verdict=Answer.NOT_PROVEN,
            )
        )
    ps = sign_flip(flipped)
    return [_judged(replace(each, p=p if each.pairs else None), p) for each, p in zip(found, ps, strict=True)]


def _corrected(family: Sequence[Difference]) -> list[Difference]:
    """The family after Holm; a question without pairs is no question."""
    asked = [each for each in family if each.p is not None]
    corrected = holm([each.p for each in asked if each.p is not None])
    return [_judged(replace(each, corrected=p), p) for each, p in zip(asked, corrected, strict=True)]


def _judged(each: Difference, p: float) -> Difference:
    verdict = Answer.NOT_PROVEN
    if p <= ALPHA and each.low is not None and each.high is not None and not each.low <= 0 <= each.high:
        up = each.low > 0
        verdict = Answer.BETTER if up is not (each.axis in LESS_IS_BETTER) else Answer.WORSE
    return replace(each, verdict=verdict)


def verdict_in_words(comparison: Comparison, translate: Callable[[str], str] = gettext) -> str:
    """The answer in one or two sentences, for somebody who reads nothing else."""
    found = comparison.headline
    if found.mean is None or found.p is None:
        return translate("Not proven: no pair of calls has a score on both sides.")
    if found.verdict is Answer.NOT_PROVEN:
        words = translate("Not proven: B differs from A by {mean} ({interval}), {pairs} pairs, p {p}.")
    elif found.verdict is Answer.BETTER:
        words = translate("B is better than A by {mean} ({interval}), {pairs} pairs, p {p}.")
    else:
        words = translate("B is worse than A by {mean} ({interval}), {pairs} pairs, p {p}.")
    turned = -1 if found.verdict is Answer.WORSE else 1
    ends = sorted(turned * end for end in (found.low, found.high) if end is not None)
    interval = translate("no interval")
    if ends:
        interval = translate("{low} to {high}").format(low=_shown(ends[0]), high=_shown(ends[1]))
    sentences = [
        words.format(mean=_shown(turned * found.mean), interval=interval, pairs=found.pairs, p=_shown_p(found.p))
    ]
    if found.scope is Scope.CALLS:
        sentences.append(
            translate("This holds for further calls on these documents ({n}), and says nothing of others.").format(
                n=found.scenarios
            )
        )
    if comparison.needed is not None:
        sentences.append(_advice(comparison.needed, translate))
    return reduce(lambda said, more: translate("{said} {more}").format(said=said, more=more), sentences)


def _advice(more: Needed, translate: Callable[[str], str]) -> str:
    """What would settle it, if the difference is what it seems to be."""
    if more.trials is not None and more.scenarios is not None:
        words = translate(
            "If it is real, about {trials} more trials of each call, or {scenarios} more documents, would show it."
        )
    elif more.scenarios is not None:
        words = translate("More trials would not settle it; about {scenarios} more documents would, if it is real.")
    elif more.trials is not None:
        words = translate("If it is real, about {trials} more trials of each call would show it.")
    elif more.detectable is None:
        words = translate("The pairs do not vary: more of the same calls would not settle it.")
    else:
        words = translate("It is too small to be shown by any number of calls that is worth holding.")
    return words.format(trials=more.trials, scenarios=more.scenarios)


def _shown(value: float) -> str:
    """Two digits behind the point, up to four where a small number would vanish."""
    text = f"{value:.2f}" if abs(value) >= 0.02 else f"{value:.3f}"
    text = text if float(text) else f"{value:.4f}"
    return text if float(text) else "0"


def _shown_p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"
