"""A run as JUnit XML, so that a pipeline shows which limit was broken and which customers were never called.

One suite is one caller. Its first cases are the limits of ``--fail-under``;
then comes one case for every scenario × customer, its trials inside: people
look for a customer who goes wrong, and no viewer bears 60,000 entries. A case
fails only by a limit, since a call has none of its own; a call broken off by
infrastructure makes an error, a customer who was never true a skipped case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from kefu.bench import words
from kefu.bench.result import Result
from kefu.i18n import gettext as _
from kefu.score.verdict import Dimension

if TYPE_CHECKING:
    from kefu.bench.threshold import Breach, Limit

__all__ = ["junit_xml"]

_SHOWN = 10
"""How many customers a broken limit names."""
_PARTS = ("total", "task_flow", "interaction")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_TEXT = str.maketrans(_MARKUP)
_VALUE = str.maketrans(_MARKUP | {"\n": "&#10;", "\t": "&#9;"})


class _Place(NamedTuple):
    """What makes a case: everything of a cell but its trial."""

    caller: str
    scenario: str
    customer: str
    persona: str
    perturb: str
    row: int


class _Trials:
    """What came of the trials of one case; of every figure asked for its sum, and how many there were."""

    __slots__ = ("calls", "failed", "figures", "invalid", "known", "reasons", "reruns", "rules", "sums")

    def __init__(self, figures: tuple[str, ...]) -> None:
        self.figures = figures
        self.calls = self.failed = self.invalid = self.reruns = 0
        self.sums = [0.0] * len(figures)
        self.known = [0] * len(figures)
        self.reasons: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()

    def add(self, result: Result) -> None:
        self.calls += 1
        self.reruns += result.reruns
        if result.failed:
            self.failed += 1
            self.reasons[result.reason] += 1
        elif not result.valid:
            self.invalid += 1
        else:
            self.rules.update(rule for rule, _severity in result.violations)
            sides = dict(result.dimensions)
            for place, name in enumerate(self.figures):
                value: float | None = sides[name] if name in sides else getattr(result, name, None)
                if value is not None:
                    self.sums[place] += value
                    self.known[place] += 1

    def mean(self, figure: str) -> float | None:
        place = self.figures.index(figure)
        return self.sums[place] / self.known[place] if self.known[place] else None

    def count(self, key: str) -> int:
        """How often a rule was broken, or how many calls failed or were invalid."""
        return {"failed": self.failed, "invalid": self.invalid}.get(key, self.rules[key])

    @property
    def skipped(self) -> bool:
        return self.invalid > 0 and self.failed == 0 and self.invalid == self.calls


_Cases = list[tuple[_Place, _Trials]]


def junit_xml(
    results: Iterable[Result],
    *,
    limits: Sequence[Limit] = (),
    breaches: Sequence[Breach] = (),
    name: str = "kefu",
    at: datetime | None = None,
    properties: Mapping[str, str] = _NOTHING,
) -> Iterator[str]:
    """The file piece by piece, to be written as UTF-8; memory grows with the customers, not with the calls.

    ``breaches`` are those of ``limits`` that were broken; ``properties`` stand on every suite.
    """
    suites = _suites(results, limits)
    counted = [_counts(caller, group, limits, breaches) for caller, group in suites]
    whole = {key: sum(counts[key] for counts in counted) for key in ("tests", "failures", "errors")}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(name=name, **whole)}>\n"
    for number, ((caller, group), counts) in enumerate(zip(suites, counted, strict=True)):
        # the time without a zone and the host are what the strictest of the schemas in use asks for
        stamp = {} if at is None else {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%S")}
        place = {"id": number, "package": "kefu", "hostname": "localhost"}
        yield f"<testsuite{_attributes(name=caller, **counts, **place, **stamp)}>\n"
        yield from _properties({**properties, **_figures(group)})
        yield from _limits(caller, group, limits, breaches)
        for place, trials in group:
            yield from _case(place, trials)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _suites(results: Iterable[Result], limits: Sequence[Limit]) -> list[tuple[str, _Cases]]:
    """The cases of every caller, all in the order of the plan."""
    # of pass@1 a case has no figure of its own
    figures = tuple(dict.fromkeys((*_PARTS, *(limit.key for limit in limits if limit.key in set(Dimension)))))
    suites: dict[str, dict[_Place, _Trials]] = {}
    for r in results:
        place = _Place(r.caller, r.scenario, r.customer, r.persona, r.perturb, r.row)
        cases = suites.setdefault(r.caller, {})
        if place not in cases:
            cases[place] = _Trials(figures)
        cases[place].add(r)
    return [(caller, list(cases.items())) for caller, cases in suites.items()]


def _counts(caller: str, group: _Cases, limits: Sequence[Limit], breaches: Sequence[Breach]) -> dict[str, int]:
    return {
        "tests": len(limits) + len(group),
        "failures": sum(_broken(caller, limit, breaches) is not None for limit in limits),
        "errors": sum(trials.failed > 0 for _place, trials in group),
        "skipped": sum(trials.skipped for _place, trials in group),
    }


def _figures(group: _Cases) -> dict[str, str]:
    """The calls of a suite in figures."""
    return {
        key: str(sum(getattr(trials, key) for _place, trials in group))
        for key in ("calls", "failed", "invalid", "reruns")
    }


def _properties(entries: Mapping[str, str]) -> Iterator[str]:
    yield "<properties>\n"
    for key, value in entries.items():
        yield f"<property{_attributes(name=key, value=value)}/>\n"
    yield "</properties>\n"


def _limits(caller: str, group: _Cases, limits: Sequence[Limit], breaches: Sequence[Breach]) -> Iterator[str]:
    for limit in limits:
        shown = f"{limit.key} {'>=' if limit.least else '<='} {limit.value:g}"
        yield f"<testcase{_attributes(name=shown, classname=_class(caller, 'limits'))}"
        breach = _broken(caller, limit, breaches)
        if breach is None:
            yield "/>\n"
            continue
        from kefu.bench.threshold import breach_in_words

        yield f">\n<failure{_attributes(type=limit.key, message=breach_in_words(breach))}>"
        yield _text("\n".join(_culprits(limit.key, group)))
        yield "</failure>\n</testcase>\n"


def _broken(caller: str, limit: Limit, breaches: Sequence[Breach]) -> Breach | None:
    wanted = (caller, limit.key, limit.value, limit.least)
    return next((each for each in breaches if (each.caller, each.key, each.limit, each.least) == wanted), None)


def _culprits(key: str, group: _Cases) -> Iterator[str]:
    """The customers that have most to do with a broken limit, the worst first."""
    if group and key in group[0][1].figures:
        scored = [(mean, place) for place, trials in group if (mean := trials.mean(key)) is not None]
        for mean, place in sorted(scored, key=lambda entry: entry[0])[:_SHOWN]:
            yield f"{place.scenario} · {_name(place)}: {key} {mean:.2f}"
    else:
        guilty = [(count, place) for place, trials in group if (count := trials.count(key))]
        for count, place in sorted(guilty, key=lambda entry: -entry[0])[:_SHOWN]:
            yield f"{place.scenario} · {_name(place)}: {key} × {count}"


def _case(place: _Place, trials: _Trials) -> Iterator[str]:
    yield f"<testcase{_attributes(name=_name(place), classname=_class(place.caller, place.scenario))}>\n"
    if trials.failed:
        message = _("{n} of {calls} calls were broken off").format(n=trials.failed, calls=trials.calls)
        yield f"<error{_attributes(type='infrastructure', message=message)}>"
        reasons = (f"{words.name('reason', code)} ({code}): {n}" for code, n in trials.reasons.most_common())
        yield _text("\n".join(reasons))
        yield "</error>\n"
    elif trials.skipped:
        message = _("in none of {calls} calls was the customer true to the document, with {reruns} reruns")
        message = message.format(calls=trials.calls, reruns=trials.reruns)
        yield f"<skipped{_attributes(type='invalid', message=message)}/>\n"
    yield f"<system-out>{_text(_said(trials))}</system-out>\n</testcase>\n"


def _said(trials: _Trials) -> str:
    """The trials of a case in one line of figures, by the codes that JSON uses, and one for what was broken."""
    means = [f"{part} {'-' if (mean := trials.mean(part)) is None else f'{mean:.2f}'}" for part in _PARTS]
    counts = [f"{key} {getattr(trials, key)}" for key in ("calls", "failed", "invalid", "reruns")]
    lines = [" · ".join((*counts, *means))]
    if trials.rules:
        lines.append(" · ".join(f"{rule} × {count}" for rule, count in trials.rules.most_common()))
    return "\n".join(lines)


def _name(place: _Place) -> str:
    """What sets a case apart within its scenario; only that, so that a pipeline knows it again in the next run."""
    parts = [place.persona or place.customer]
    if place.customer != "persona" and place.persona:
        parts.append(place.customer)
    if place.perturb:
        parts.append(place.perturb)
    if place.row:
        parts.append(f"#{place.row + 1}")
    return " · ".join(parts)


def _class(caller: str, scenario: str) -> str:
    """A class name: viewers break it at its dots into packages, so caller and scenario have none of their own."""
    return f"{caller.replace('.', '_')}.{scenario.replace('.', '_')}"


def _attributes(**values: object) -> str:
    return "".join(f' {key}="{_legal(str(value)).translate(_VALUE)}"' for key, value in values.items())


def _text(text: str) -> str:
    return _legal(text).translate(_TEXT)


def _legal(text: str) -> str:
    """The text with what no XML 1.0 file may hold, not even escaped, shown as the replacement character."""
    return _ILLEGAL.sub("\ufffd", text)
