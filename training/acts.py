"""Fit the act weights: one linear classifier per act, made a probability and given its limit on held-out documents."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from corpus import GOLD, ROOT, Utterance, listed_utterances, own_utterances, spoken_utterances
from kefu.language.acts import Act, features

OUT = ROOT / "src" / "kefu" / "language" / "model" / "acts.json"
ACTS = [act.value for act in Act]
STRENGTHS = (0.01, 0.02, 0.03)
PRUNED = 0.02
LIMITS = np.arange(-1.6, 0.6, 0.1)


class Vocabulary:
    """Feature names as columns; those seen in fewer than two utterances are left out."""

    def __init__(self, rows: Sequence[Utterance]) -> None:
        counts: dict[str, int] = {}
        for row in rows:
            for name in features(row.text, row.caller):
                counts[name] = counts.get(name, 0) + 1
        self.columns = {name: i for i, name in enumerate(sorted(n for n, c in counts.items() if c > 1))}

    def matrix(self, rows: Sequence[Utterance]) -> csr_matrix:
        pointers, indices = [0], []
        for row in rows:
            indices += sorted(self.columns[n] for n in features(row.text, row.caller) if n in self.columns)
            pointers.append(len(indices))
        shape = (len(rows), len(self.columns))
        return csr_matrix(
            (np.ones(len(indices)), np.array(indices, dtype=np.int32), np.array(pointers, dtype=np.int32)), shape=shape
        )


def labels(rows: Sequence[Utterance]) -> np.ndarray:
    return np.array([[act in row.acts for act in ACTS] for row in rows])


def fit(rows: Sequence[Utterance], strength: float) -> tuple[Vocabulary, list[LinearSVC]]:
    vocabulary = Vocabulary(rows)
    matrix, truth = vocabulary.matrix(rows), labels(rows)
    models = [LinearSVC(C=strength, max_iter=5000, random_state=0).fit(matrix, truth[:, i]) for i in range(len(ACTS))]
    return vocabulary, models


def decisions(vocabulary: Vocabulary, models: list[LinearSVC], rows: Sequence[Utterance]) -> np.ndarray:
    matrix = vocabulary.matrix(rows)
    return np.stack([model.decision_function(matrix) for model in models], axis=1)


def scales(scores: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per act the slope and shift that make a held-out score the logit of a probability (Platt, 1999)."""
    fitted = [LogisticRegression(C=100.0).fit(scores[:, i : i + 1], truth[:, i]) for i in range(len(ACTS))]
    return np.array([f.coef_[0, 0] for f in fitted]), np.array([f.intercept_[0] for f in fitted])


def decide(scores: np.ndarray, limits: np.ndarray) -> np.ndarray:
    chosen = scores >= limits
    empty = ~chosen.any(axis=1)
    chosen[empty, (scores[empty] - limits).argmax(axis=1)] = True
    return chosen


def held_out(rows: Sequence[Utterance], strength: float) -> np.ndarray:
    """Scores of every row by models that have not seen its document."""
    scores = np.zeros((len(rows), len(ACTS)))
    groups = [row.doc for row in rows]
    for train, test in GroupKFold(n_splits=8).split(rows, groups=groups):
        vocabulary, models = fit([rows[i] for i in train], strength)
        scores[test] = decisions(vocabulary, models, [rows[i] for i in test])
    return scores


def best_limits(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The limits with the best micro- and macro-F1 together on held-out scores.

    Micro-F1 alone would give up the rare acts, each act by itself would name too many acts of an utterance.
    """
    limits = np.array([_limit_alone(scores[:, i], truth[:, i]) for i in range(len(ACTS))])
    for _ in range(2):
        for i in range(len(ACTS)):
            worth = []
            for limit in LIMITS:
                limits[i] = limit
                worth.append(_worth(truth, decide(scores, limits)))
            limits[i] = LIMITS[int(np.argmax(worth))]
    return limits


def _limit_alone(scores: np.ndarray, truth: np.ndarray) -> float:
    """The limit of one act with the best F1, smoothed towards its neighbours."""
    f1 = np.array([f1_score(truth, scores >= limit, zero_division=0) for limit in LIMITS])
    smooth = np.convolve(np.pad(f1, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return float(LIMITS[smooth.argmax()])


def _worth(truth: np.ndarray, chosen: np.ndarray) -> float:
    """Micro- and macro-F1 together."""
    hits, named, held = (truth & chosen).sum(axis=0), chosen.sum(axis=0), truth.sum(axis=0)
    micro = 2 * hits.sum() / (named.sum() + held.sum())
    return float(micro + (2 * hits / np.maximum(named + held, 1)).mean())


def report(name: str, truth: np.ndarray, chosen: np.ndarray) -> float:
    micro = f1_score(truth, chosen, average="micro")
    each = f1_score(truth, chosen, average=None, zero_division=0)
    print(f"{name:28} n {len(truth):5}  micro-F1 {micro:.3f}  macro-F1 {each.mean():.3f}")
    print("    " + "  ".join(f"{act} {value:.2f}" for act, value in zip(ACTS, each, strict=True)))
    return float(micro)


def main() -> None:
    rows = own_utterances()
    truth = labels(rows)
    print(f"{len(rows)} utterances of {len({r.doc for r in rows})} documents")
    trials = []
    for strength in STRENGTHS:
        scores = held_out(rows, strength)
        slope, shift = scales(scores, truth)
        logits = scores * slope + shift
        limits = best_limits(logits, truth)
        micro = report(f"held-out documents, C={strength}", truth, decide(logits, limits))
        trials.append((micro, strength, slope, shift, limits))
    _, strength, slope, shift, limits = max(trials, key=lambda trial: trial[0])
    vocabulary, models = fit(rows, strength)
    for name, gold in (
        (
            ("gold, listed utterances", list(listed_utterances([GOLD / "understanding.jsonl"]))),
            ("gold, calls", list(spoken_utterances(sorted(GOLD.glob("transcripts-*.jsonl"))))),
        )
        if GOLD.is_dir()
        else ()
    ):
        report(name, labels(gold), decide(decisions(vocabulary, models, gold) * slope + shift, limits))
    weights: dict[str, list[float]] = {}
    for i, model in enumerate(models):
        for feature, column in vocabulary.columns.items():
            weight = float(model.coef_[0, column] * slope[i])
            if abs(weight) >= PRUNED:
                weights.setdefault(feature, []).extend((i, round(weight, 3)))
    model = {
        "bias": [round(float(m.intercept_[0] * slope[i] + shift[i]), 4) for i, m in enumerate(models)],
        "limits": [round(float(limit), 2) for limit in limits],
        "weights": dict(sorted(weights.items())),
    }
    OUT.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(weights)} features, {OUT.stat().st_size / 1024:.0f} KiB -> {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
