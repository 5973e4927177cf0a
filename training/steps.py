"""Fit the model that judges steps: met, partial, missed, not applicable, from what is measured of a step.

Few labelled calls leave out much of their document, so a model fitted on them alone
believes a long polite call whatever it is about. Calls laid beside the document of
another are added, faintly: what their middle steps are there to tell or ask was missed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from calls import Case, gold_cases, own_cases, own_scenarios
from kefu.scenario import Scenario
from kefu.score.goal import StepGoals
from kefu.score.measure import read_flow, step_features
from kefu.score.transcript import Transcript
from kefu.score.verdict import StepStatus
from rules import found_in, held_out_violations
from weights import pack, write_models

STRENGTH = 0.01
STRANGE_WEIGHT = 0.3
"""How much a step of another document counts beside one that people have labelled."""
LEAN = {StepStatus.MET.value: 0.5, StepStatus.MISSED.value: -0.3}
"""Added to the log-odds: half of our callers were written with faults, so the model expects more than people hear."""
LONG = 10
MANNERS = frozenset({"ending", "attitude", "doubts", "opening", "summary"})


class Rows(NamedTuple):
    """Measurements of steps, with their labels and the documents of their calls."""

    features: list[dict[str, float]]
    labels: np.ndarray
    docs: np.ndarray


def measured(cases: Sequence[Case], broken: Sequence[Mapping[str, int]]) -> Rows:
    features, labels, docs = [], [], []
    for (scenario, labelled), counts in zip(cases, broken, strict=True):
        reading = read_flow(scenario, Transcript(labelled.call))
        for position, step in enumerate(reading.plan.steps):
            label = (labelled.steps or {}).get(step.step.number)
            if label is not None:
                features.append(step_features(reading, position, counts))
                labels.append(label)
                docs.append(labelled.doc)
    return Rows(features, np.array(labels), np.array(docs))


def strange(cases: Sequence[Case], broken: Sequence[Mapping[str, int]], scenarios: Mapping[str, Scenario]) -> Rows:
    """Long calls beside another document: its middle steps that want words of their own, all missed."""
    dice = random.Random(3)
    features, docs = [], []
    for (_scenario, labelled), counts in zip(cases, broken, strict=True):
        other = dice.choice([name for name in scenarios if name != labelled.doc])
        if len(labelled.call.turns) < LONG:
            continue
        reading = read_flow(scenarios[other], Transcript(labelled.call))
        for position, step in enumerate(reading.plan.steps):
            if 0 < position < len(reading.plan.steps) - 1 and wants_words(step):
                features.append(step_features(reading, position, counts))
                docs.append(labelled.doc)
    return Rows(features, np.array([StepStatus.MISSED.value] * len(features)), np.array(docs))


def wants_words(step: StepGoals) -> bool:
    return not step.named & MANNERS


def classes(labels: np.ndarray) -> np.ndarray:
    return np.where(np.isin(labels, ["met", "partial"]), "done", labels)


def report(name: str, labels: np.ndarray, said: np.ndarray) -> None:
    three, chosen = classes(labels), classes(said)
    each = "  ".join(f"{c} {f1_score(three == c, chosen == c):.2f}" for c in sorted(set(three)))
    f1 = f1_score(three, chosen, average="macro")
    accuracy = np.mean(labels == said)
    print(f"{name:20} n {len(labels):4}  macro-F1 of three {f1:.3f}  accuracy of four {accuracy:.3f}  {each}")


def main() -> None:
    broken, fitted = held_out_violations()
    rows = measured(own_cases(), broken)
    others = strange(own_cases(), broken, own_scenarios())
    names = sorted(rows.features[0])
    matrix = np.array([[f[n] for n in names] for f in rows.features])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale[scale == 0] = 1
    inputs, beside = scaled(rows, names, mean, scale), scaled(others, names, mean, scale)
    said = np.empty(len(rows.labels), dtype=rows.labels.dtype)
    fooled = np.zeros(len(beside), dtype=bool)
    for train, test in GroupKFold(n_splits=8).split(inputs, groups=rows.docs):
        held = np.isin(others.docs, rows.docs[test])
        model = fit(inputs[train], rows.labels[train], beside[~held])
        said[test] = model.predict(inputs[test])
        fooled[held] = classes(model.predict(beside[held])) == "done"
    report("held-out documents", rows.labels, said)
    print(f"{'another document':20} n {len(fooled):4}  believed to be done {fooled.mean():.3f}")
    model = fit(inputs, rows.labels, beside)
    gold = gold_cases()
    if gold:
        other = measured(gold, found_in(gold, fitted))
        report("gold", other.labels, model.predict(scaled(other, names, mean, scale)))
    weights = model.coef_ / scale
    write_models("steps", {"status": pack(names, weights, model.intercept_ - weights @ mean, list(model.classes_))})


def scaled(rows: Rows, names: Sequence[str], mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return (np.array([[f[n] for n in names] for f in rows.features]) - mean) / scale


def fit(inputs: np.ndarray, labels: np.ndarray, beside: np.ndarray) -> LogisticRegression:
    everything = np.vstack([inputs, beside])
    truth = np.concatenate([labels, np.array([StepStatus.MISSED.value] * len(beside))])
    weight = np.concatenate([np.ones(len(inputs)), np.full(len(beside), STRANGE_WEIGHT)])
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(everything, truth, sample_weight=weight)
    model.intercept_ = model.intercept_ + [LEAN.get(name, 0.0) for name in model.classes_]
    return model
