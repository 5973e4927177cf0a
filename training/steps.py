"""Fit the model that judges steps: met, partial, missed, not applicable, from what is measured of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from calls import Case, gold_cases, own_cases
from kefu.score.measure import read_flow, step_features
from kefu.score.transcript import Transcript
from rules import found_in, held_out_violations
from weights import pack, write_models

STRENGTH = 0.02


class Rows(NamedTuple):
    """Measurements of labelled steps."""

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
    names = sorted(rows.features[0])
    matrix = np.array([[f[n] for n in names] for f in rows.features])
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale[scale == 0] = 1
    said = np.empty(len(rows.labels), dtype=rows.labels.dtype)
    for train, test in GroupKFold(n_splits=8).split(matrix, groups=rows.docs):
        said[test] = fit((matrix[train] - mean) / scale, rows.labels[train]).predict((matrix[test] - mean) / scale)
    report("held-out documents", rows.labels, said)
    model = fit((matrix - mean) / scale, rows.labels)
    gold = gold_cases()
    if gold:
        other = measured(gold, found_in(gold, fitted))
        inputs = np.array([[f[n] for n in names] for f in other.features])
        report("gold", other.labels, model.predict((inputs - mean) / scale))
    weights = model.coef_ / scale
    write_models("steps", {"status": pack(names, weights, model.intercept_ - weights @ mean, list(model.classes_))})


def fit(matrix: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=5000).fit(matrix, labels)
