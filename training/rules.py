"""Fit how the signs of each rule weigh together, and from where on a candidate counts.

The sounds of lines that go in come from models that have not seen the document; so do the
probabilities that the limits are chosen by.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from altered import Altered, alterations
from calls import Case, gold_cases, own_cases
from kefu.score import lines as sounds
from kefu.score.context import Context
from kefu.score.logistic import SparseModel
from kefu.score.measure import read_flow
from kefu.score.rules import RULES
from kefu.score.transcript import Transcript
from kefu.score.verdict import Rule
from lines import Line, fit, lines
from weights import pack, write_models

SIGNS = Path(__file__).with_name("signs.toml")
STRENGTH = 0.3
LIMITS = np.arange(0.2, 0.8, 0.025)
PUT_IN = 0.2
"""A fault that was put in is worth a fifth of one that people found."""
CAUTION = 2.0
"""A false alarm weighs this many misses when limits are chosen: precision is worth more than recall."""


class Row(NamedTuple):
    """One candidate: whose, its measurements, and whether people call it a violation."""

    doc: str
    call: int
    turn: int
    features: Mapping[str, float]
    true: bool
    weight: float = 1.0


class Table(NamedTuple):
    """All candidates per rule, and how many violations people found."""

    rows: dict[Rule, list[Row]]
    labelled: dict[Rule, int]


def candidates(cases: Sequence[tuple[int, Case]], table: Table) -> None:
    for number, (scenario, labelled) in cases:
        transcript = Transcript(labelled.call)
        context = Context(scenario, transcript, read_flow(scenario, transcript))
        marked = labelled.violations or frozenset()
        for rule, find in RULES.items():
            table.labelled[rule] += sum(name == rule.value for name, _turn in marked)
            for found in find(context):
                true = (rule.value, found.said.number) in marked
                table.rows[rule].append(Row(labelled.doc, number, found.said.number, found.features, true))


def faults(altered: Sequence[tuple[int, Altered]], table: Table) -> None:
    """What is measured of turns that a fault was put into; of the rest of their calls nothing new is learnt."""
    for number, (case, rule, turn) in altered:
        transcript = Transcript(case.labelled.call)
        context = Context(case.scenario, transcript, read_flow(case.scenario, transcript))
        table.rows[rule] += [
            Row(case.labelled.doc, number, turn, found.features, True, PUT_IN)
            for found in RULES[rule](context)
            if found.said.number == turn
        ]


@contextmanager
def sounding(rows: Sequence[Line]) -> Iterator[None]:
    """Let the sounds of lines come from a model of these rows only."""
    vocabulary, models = fit(rows)
    weights = {name: tuple(float(m.coef_[0, c]) for m in models) for name, c in vocabulary.columns.items()}
    bias = tuple(float(m.intercept_[0]) for m in models)
    model = SparseModel.of(sounds.SOUNDS, bias, weights)
    before = sounds.load_sparse
    sounds.load_sparse = lambda _name: model
    try:
        yield
    finally:
        sounds.load_sparse = before


def own_table() -> Table:
    """Our calls, each read with sounds fitted on the other documents."""
    cases = list(enumerate(own_cases()))
    everything = lines()
    table = Table(defaultdict(list), defaultdict(int))
    groups = [case.labelled.doc for _number, case in cases]
    fold = -1
    for _train, test in GroupKFold(n_splits=8).split(cases, groups=groups):
        held = {groups[i] for i in test}
        fold += 1
        unheard = {f"list {fold}", *held}
        rude = [row.text for row in everything if row.group == f"list {fold}" and "rude" in row.does]
        with sounding([row for row in everything if row.group not in unheard]):
            candidates([cases[i] for i in test], table)
            faults([(i, a) for i in test for a in alterations(cases[i][1], i, rude)], table)
    return table


def matrix(rows: Sequence[Row], names: Sequence[str]) -> np.ndarray:
    return np.array([[row.features.get(name, 0.0) for name in names] for row in rows])


class Fitted(NamedTuple):
    """A fitted rule: weights of scaled measurements, the last of them the bias, and held-out probabilities."""

    names: list[str]
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    limit: float
    held: np.ndarray

    def chances(self, rows: Sequence[Row]) -> np.ndarray:
        return chance((matrix(rows, self.names) - self.mean) / self.scale, self.weights)

    def packed(self) -> dict[str, Any]:
        weights = self.weights[:-1] / self.scale
        return pack(self.names, weights[None, :], [self.weights[-1] - weights @ self.mean], ["yes"], self.limit)


def fit_rule(rule: Rule, every: Sequence[Row]) -> Fitted:
    """Fit what is in doubt; what is certain is held at 1 and teaches nothing."""
    doubtful = [i for i, row in enumerate(every) if row.features]
    rows = [every[i] for i in doubtful]
    names = sorted({name for row in rows for name in row.features})
    inputs, truth = matrix(rows, names), np.array([row.true for row in rows])
    worth = np.array([row.weight for row in rows])
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale[scale < 0.05] = 1
    scaled = (inputs - mean) / scale
    docs = [row.doc for row in rows]
    chances = np.zeros(len(rows))
    bounds = bounds_of(rule, names)
    for train, test in GroupKFold(n_splits=min(8, len(set(docs)))).split(scaled, groups=docs):
        chances[test] = chance(scaled[test], logistic(scaled[train], truth[train], worth[train], bounds))
    held = np.ones(len(every))
    held[doubtful] = chances
    whole = logistic(scaled, truth, worth, bounds)
    return Fitted(names, mean, scale, whole, limit_of(chances, truth, worth), held)


def bounds_of(rule: Rule, names: Sequence[str]) -> list[tuple[float | None, float | None]]:
    """Which way each weight may point, as ``signs.toml`` has it; the bias is free."""
    ways = tomllib.loads(SIGNS.read_text(encoding="utf-8"))[rule.value]
    unknown = {*ways["for"], *ways["against"]} - set(names)
    if unknown:
        print(f"{rule.value}: signs.toml names {sorted(unknown)}, which nothing measures")
    return [
        *((0.0, None) if n in ways["for"] else (None, 0.0) if n in ways["against"] else (None, None) for n in names),
        (None, None),
    ]


def logistic(
    inputs: np.ndarray, truth: np.ndarray, worth: np.ndarray, bounds: Sequence[tuple[float | None, float | None]]
) -> np.ndarray:
    """Logistic regression with bounded weights; the last weight is the bias."""
    signed = np.where(truth, 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margins = signed * (inputs @ weights[:-1] + weights[-1])
        pull = -signed * worth / (1 + np.exp(margins))
        value = STRENGTH * worth @ np.logaddexp(0, -margins) + 0.5 * weights[:-1] @ weights[:-1]
        return value, np.append(STRENGTH * (inputs.T @ pull) + weights[:-1], STRENGTH * pull.sum())

    return minimize(loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x


def chance(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(inputs @ weights[:-1] + weights[-1])))


def limit_of(held: np.ndarray, truth: np.ndarray, worth: np.ndarray) -> float:
    """The limit with the best F1 on held-out probabilities, false alarms dearer than misses; smoothed."""
    values = []
    for limit in LIMITS:
        said = held >= limit
        hits, false, missed = (worth[kind].sum() for kind in (said & truth, said & ~truth, ~said & truth))
        values.append(2 * hits / max(1, 2 * hits + CAUTION * false + missed))
    smooth = np.convolve(np.pad(values, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    return float(LIMITS[int(smooth.argmax())])


def tally(name: str, said: Mapping[Rule, list[bool]], labelled: Mapping[Rule, int]) -> None:
    hits = false = every = 0
    parts = []
    for rule in RULES:
        if rule is Rule.DISCLOSED_TO_STRANGER:
            continue
        h, f, n = sum(said[rule]), len(said[rule]) - sum(said[rule]), labelled[rule]
        hits, false, every = hits + h, false + f, every + n
        parts.append(f"{rule.value} {h}/{f}/{n - h} {2 * h / max(1, h + f + n):.2f}")
    precision, recall = hits / max(1, hits + false), hits / max(1, every)
    f1 = 2 * hits / max(1, hits + false + every)
    print(f"{name:20} micro-F1 {f1:.3f}  precision {precision:.2f}  recall {recall:.2f}")
    print("    " + "  ".join(parts))


def held_out_violations() -> tuple[list[Counter[str]], dict[Rule, Fitted]]:
    """Per call of ours the violations found by models that have not seen its document, and the fitted rules."""
    own = own_table()
    fitted = {rule: fit_rule(rule, rows) for rule, rows in own.rows.items() if any(row.features for row in rows)}
    counts: list[Counter[str]] = [Counter() for _case in own_cases()]
    for rule, rows in own.rows.items():
        for i, row in enumerate(rows):
            if row.weight < 1:
                continue
            if not row.features or fitted[rule].held[i] >= fitted[rule].limit:
                counts[row.call][rule.value] += 1
    return counts, fitted


def found_in(cases: Sequence[Case], fitted: Mapping[Rule, Fitted]) -> list[Counter[str]]:
    """Per call the violations that the fitted rules find."""
    table = Table(defaultdict(list), defaultdict(int))
    with sounding(lines()):
        candidates(list(enumerate(cases)), table)
    counts: list[Counter[str]] = [Counter() for _case in cases]
    for rule, rows in table.rows.items():
        for row in rows:
            if counted(row, fitted.get(rule)):
                counts[row.call][rule.value] += 1
    return counts


def counted(row: Row, fitted: Fitted | None) -> bool:
    if not row.features or fitted is None:
        return True
    return bool(fitted.chances([row])[0] >= fitted.limit)


def main() -> None:
    own = own_table()
    fitted = {rule: fit_rule(rule, rows) for rule, rows in own.rows.items() if any(row.features for row in rows)}
    said = {
        rule: [
            row.true
            for i, row in enumerate(own.rows[rule])
            if row.weight == 1
            if not row.features or fitted[rule].held[i] >= fitted[rule].limit
        ]
        for rule in RULES
    }
    tally("held-out documents", said, own.labelled)
    for rule, rows in own.rows.items():
        found = [fitted[rule].held[i] >= fitted[rule].limit for i, row in enumerate(rows) if row.weight < 1]
        if found:
            print(f"    put in: {rule.value} {sum(found)} of {len(found)}")
    write_models("rules", {rule.value: f.packed() for rule, f in fitted.items()})
    gold = Table(defaultdict(list), defaultdict(int))
    with sounding(lines()):
        candidates(list(enumerate(gold_cases())), gold)
    chosen = {rule: [row.true for row in gold.rows[rule] if counted(row, fitted.get(rule))] for rule in RULES}
    tally("gold", chosen, gold.labelled)
