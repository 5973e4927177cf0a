"""Fit how a turn is found to convey an answer: one logistic regression on answers given in free words."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from corpus import DATA, ROOT, records
from kefu.language.conveyance import WEIGHED, Content, weigh
from kefu.language.meaning import meaning
from questions import facts_of

OUT = ROOT / "src" / "kefu" / "language" / "model" / "conveyance.json"


def fit(rows: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return LogisticRegression(C=10.0, fit_intercept=False).fit(rows, truth).coef_[0]


def report(name: str, rows: np.ndarray, truth: np.ndarray, weights: Sequence[np.ndarray]) -> None:
    said = np.array([row @ each >= 0 for row, each in zip(rows, weights, strict=True)])
    print(f"{name:24} n {len(truth)}  conveyed {truth.sum()}  F1 {f1_score(truth, said):.3f}")


def content(text: str) -> Content:
    return Content.of(text, meaning(text))


def main() -> None:
    rows: list[list[float]] = []
    truth: list[bool] = []
    docs: list[str] = []
    for record in records([DATA / "answers.jsonl"]):
        for number, (_, answer) in enumerate(facts_of(record["doc"]), start=1):
            rows.append(weigh(content(answer), content(record["text"])))
            truth.append(number == record["fact"])
            docs.append(record["doc"])
    matrix, labels = np.array(rows), np.array(truth)
    by_row = [np.zeros(len(WEIGHED))] * len(labels)
    for train, test in GroupKFold(n_splits=len(set(docs))).split(matrix, groups=docs):
        weights = fit(matrix[train], labels[train])
        for row in test:
            by_row[row] = weights
    report("held-out documents", matrix, labels, by_row)
    weights = fit(matrix, labels)
    model = {name: round(float(weight), 3) for name, weight in zip(WEIGHED, weights, strict=True)}
    OUT.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(model))
