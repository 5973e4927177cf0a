"""Fit what asks for a fact: the vectors of meaning, then how nearness, shared words and idleness are weighed.

The weights are fitted on evidence from vectors that have not seen the document; the
vectors that are kept are then learnt from all documents.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from corpus import GOLD, ROOT, own_utterances
from kefu.language.match import EVIDENCE, IDLENESS, FactIndex
from meaning import Learnt, learn
from questions import QUIET, Asked, asked_in, families, own_questions

MODEL = ROOT / "src" / "kefu" / "language" / "model"
FOLDS = 6
DECAY = 0.003


class Row(NamedTuple):
    """One utterance: the evidence for each fact, for none, and the 0-based fact it asks for."""

    doc: str
    facts: np.ndarray
    idle: np.ndarray
    right: int | None


def rows_of(documents: Sequence[Asked], learnt: Learnt) -> list[Row]:
    rows: list[Row] = []
    for document in documents:
        index = FactIndex(document.facts, learnt.space)
        for text, right in document.said:
            rows.append(Row(document.doc, np.array(index.evidence(text)), np.array(index.idleness(text)), right))
    return rows


def fit(rows: Sequence[Row]) -> np.ndarray:
    """The weights of EVIDENCE and then of IDLENESS with the greatest likelihood."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = DECAY * len(rows) * float(weights @ weights), 2 * DECAY * len(rows) * weights
        for row in rows:
            odds = shares(row, weights)
            right = -1 if row.right is None else row.right
            total -= float(np.log(odds[right] + 1e-12))
            odds[right] -= 1
            slope[: len(EVIDENCE)] += odds[:-1] @ row.facts
            slope[len(EVIDENCE) :] += odds[-1] * row.idle
        return total, slope

    return minimize(loss, np.zeros(len(EVIDENCE) + len(IDLENESS)), jac=True, method="L-BFGS-B").x


def shares(row: Row, weights: np.ndarray) -> np.ndarray:
    """The probability of each fact, and last of none."""
    scores = np.append(row.facts @ weights[: len(EVIDENCE)], row.idle @ weights[len(EVIDENCE) :])
    odds = np.exp(scores - scores.max())
    return odds / odds.sum()


def report(name: str, rows: Sequence[Row], weights: Sequence[np.ndarray]) -> None:
    """Accuracy with none, of the fact where there is one, and of none; ``weights`` per row."""
    right = ranked = asked = loss = none_said = none_hit = none_true = 0
    for row, each in zip(rows, weights, strict=True):
        odds = shares(row, each)
        best = int(odds.argmax())
        chosen = None if best == len(odds) - 1 else best
        right += chosen == row.right
        loss -= float(np.log(odds[-1 if row.right is None else row.right] + 1e-12))
        none_said += chosen is None
        none_true += row.right is None
        none_hit += chosen is None and row.right is None
        if row.right is not None:
            asked += 1
            ranked += int(odds[:-1].argmax()) == row.right
    n = len(rows)
    print(
        f"{name:34} n {n:4}  accuracy {right / n:.3f}  fact among facts {ranked / asked:.3f}  "
        f"none P {none_hit / max(none_said, 1):.2f} R {none_hit / max(none_true, 1):.2f}  loss {loss / n:.3f}"
    )


def main() -> None:
    documents, known = own_questions(), families()
    idle_lines = [row.text for row in own_utterances() if QUIET.issuperset(row.acts)]
    print(f"{len(documents)} documents, {len(known)} families, {len(idle_lines)} idle lines")
    rows: list[Row] = []
    for fold in range(FOLDS):
        unseen = documents[fold::FOLDS]
        rows += rows_of(unseen, learn([d for d in documents if d not in unseen], known, idle_lines))
    names = sorted({row.doc for row in rows})
    parts = [set(names[part::FOLDS]) for part in range(FOLDS)]
    by_part = [fit([row for row in rows if row.doc not in part]) for part in parts]
    chosen = [next(w for w, part in zip(by_part, parts, strict=True) if row.doc in part) for row in rows]
    report("ours, held-out documents", rows, chosen)
    weights = fit(rows)
    learnt = learn(documents, known, idle_lines)
    if GOLD.is_dir():
        gold = rows_of(asked_in([GOLD / "understanding.jsonl"]), learnt)
        report("gold", gold, [weights] * len(gold))
    named = [round(float(weight), 4) for weight in weights]
    model = {
        "fact": dict(zip(EVIDENCE, named[: len(EVIDENCE)], strict=True)),
        "idle": dict(zip(IDLENESS, named[len(EVIDENCE) :], strict=True)),
    }
    print(json.dumps(model))
    learnt.write(MODEL / "meaning.json")
    (MODEL / "match.json").write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    size = (MODEL / "meaning.json").stat().st_size
    print(f"{len(learnt.rows)} atoms, {size / 1024:.0f} KiB -> {MODEL.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
