"""Fit how a condition's alternatives are weighed: one logistic regression per kind, on conditions of that kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from corpus import DATA, ROOT, records
from kefu.language.acts import read_acts
from kefu.language.condition import FEATURES, Condition, ConditionKind

OUT = ROOT / "src" / "kefu" / "language" / "model" / "condition.json"
STRENGTH = 3.0
FOLDS = 6


class Pair(NamedTuple):
    """A condition, an utterance, and whether it holds."""

    condition: str
    caller: str
    text: str
    holds: bool


def fit(pairs: Sequence[Pair]) -> dict[ConditionKind, np.ndarray]:
    weights: dict[ConditionKind, np.ndarray] = {}
    for kind, names in FEATURES.items():
        rows: list[list[float]] = []
        truth: list[bool] = []
        for pair in pairs:
            found = Condition.of(pair.condition).features(pair.text, read_acts(pair.text, pair.caller), pair.caller)
            # of several alternatives of one kind the strongest by plain sum stands for the condition
            if found and all(each == kind for each, _ in found):
                rows.append(max((values for _, values in found), key=sum))
                truth.append(pair.holds)
        model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=1000).fit(np.array(rows), truth)
        weights[kind] = model.coef_[0]
        assert len(names) == len(weights[kind])
    return weights


def likely(pair: Pair, weights: Mapping[ConditionKind, np.ndarray]) -> float:
    """The same as Condition.holds, by weights that are not written yet."""
    condition = Condition.of(pair.condition)
    acts = read_acts(pair.text, pair.caller)
    odds = [float(values @ weights[kind]) for kind, values in _arrays(condition, pair, acts)]
    # kinds without weights are decided by rule
    rest = Condition(
        text=condition.text,
        kind=condition.kind,
        acts=condition.acts,
        alternatives=tuple(each for each in condition.alternatives if each.kind not in FEATURES),
    ).holds(pair.text, acts, pair.caller)
    return max([rest, *(1 / (1 + np.exp(-odd)) for odd in odds)])


def _arrays(condition: Condition, pair: Pair, acts: tuple) -> list[tuple[ConditionKind, np.ndarray]]:
    return [(kind, np.array(values)) for kind, values in condition.features(pair.text, acts, pair.caller)]


def main() -> None:
    pairs = [Pair(**record) for record in records([DATA / "conditions.jsonl"])]
    names = sorted({pair.condition for pair in pairs})
    right: dict[str, list[bool]] = {}
    for fold in range(FOLDS):
        unseen = set(names[fold::FOLDS])
        weights = fit([pair for pair in pairs if pair.condition not in unseen])
        for pair in pairs:
            if pair.condition in unseen:
                hit = (likely(pair, weights) >= 0.5) == pair.holds
                right.setdefault(Condition.of(pair.condition).kind.value, []).append(hit)
    every = [hit for hits in right.values() for hit in hits]
    print(f"held-out conditions: accuracy {np.mean(every):.3f} of {len(every)}")
    print("   " + "  ".join(f"{kind} {np.mean(hits):.2f} ({len(hits)})" for kind, hits in right.items()))
    weights = fit(pairs)
    model = {
        kind.value: {name: round(float(w), 3) for name, w in zip(FEATURES[kind], weights[kind], strict=True)}
        for kind in FEATURES
    }
    OUT.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(model))
