"""Fit what asks for a fact: the vectors of meaning, then how nearness, shared words and idleness are weighed.

The weights are fitted on evidence from vectors that have not seen the document; the
vectors that are kept are then learnt from all documents. Conditions and conveyance,
which rest on the vectors, are fitted anew after them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

import condition
import conveyance
from corpus import GOLD, ROOT, Utterance, listed_utterances, own_utterances, spoken_utterances
from kefu.language.match import EVIDENCE, IDLENESS, FactIndex
from meaning import Learnt, learn
from questions import QUIET, Asked, Family, asked_in, families, own_bases, own_called, own_questions

MODEL = ROOT / "src" / "kefu" / "language" / "model"
FOLDS = 6
DECAY = 0.003


class Row(NamedTuple):
    """One utterance: the evidence for each fact, for none, and the 0-based fact it asks for."""

    doc: str
    facts: np.ndarray
    idle: np.ndarray
    right: int | None


class Rows(NamedTuple):
    """Rows by how they were said: without a line before, after one, in a call, and those that ask nothing there."""

    alone: list[Row]
    after: list[Row]
    called: list[Row]
    quiet: list[Row]

    def all(self) -> list[Row]:
        return self.alone + self.after + self.called + self.quiet


def rows_of(documents: Sequence[Asked], utterances: Sequence[Utterance], learnt: Learnt) -> Rows:
    rows, random = Rows([], [], [], []), Random(0)
    called = own_called()
    for document in documents:
        index = FactIndex(document.facts, learnt.space)

        def row(text: str, caller: str, right: int | None, index: FactIndex = index, doc: str = document.doc) -> Row:
            return Row(doc, np.array(index.evidence(text)), np.array(index.idleness(text, caller)), right)

        ours = [each for each in utterances if each.doc == document.doc]
        lines = [each.caller for each in ours or utterances if each.caller]
        for text, right in document.said:
            rows.alone.append(row(text, "", right))
            # the questions stand alone in our data: in a call any line may have come before
            rows.after.append(row(text, random.choice(lines), right))
        rows.called.extend(row(each.text, each.caller, each.fact) for each in called if each.doc == document.doc)
        rows.quiet.extend(row(each.text, each.caller, None) for each in ours if QUIET.issuperset(each.acts))
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
        f"{name:34} n {n:4}  accuracy {right / n:.3f}  fact among facts {ranked / max(asked, 1):.3f}  "
        f"none P {none_hit / max(none_said, 1):.2f} R {none_hit / max(none_true, 1):.2f}  loss {loss / n:.3f}"
    )


def unseen_rows(documents: Sequence[Asked], known: Sequence[Family], utterances: Sequence[Utterance]) -> Rows:
    """Rows by vectors that have not seen their documents."""
    rows = Rows([], [], [], [])
    for fold in range(FOLDS):
        unseen = documents[fold::FOLDS]
        names = {document.doc for document in unseen}
        seen = [document for document in documents if document.doc not in names]
        learnt = learn(seen, known, idle_lines([each for each in utterances if each.doc not in names]))
        for whole, part in zip(rows, rows_of(unseen, utterances, learnt), strict=True):
            whole.extend(part)
    return rows


def idle_lines(utterances: Sequence[Utterance]) -> list[str]:
    return [each.text for each in utterances if QUIET.issuperset(each.acts)]


def held_out_weights(rows: Rows) -> dict[str, np.ndarray]:
    """For each document the weights fitted on the rows of others."""
    names = sorted({row.doc for row in rows.alone})
    weights: dict[str, np.ndarray] = {}
    for part in (set(names[part::FOLDS]) for part in range(FOLDS)):
        fitted = fit([row for row in rows.all() if row.doc not in part])
        weights.update(dict.fromkeys(part, fitted))
    return weights


def report_held_out(rows: Rows) -> None:
    """The report by vectors and weights that have not seen the documents."""
    weights = held_out_weights(rows)
    for name, some in zip(rows._fields, rows, strict=True):
        report(f"ours, held out, {name}", some, [weights[row.doc] for row in some])
    for kind, inside in (("documents", True), ("bases", False)):
        some = [row for row in rows.alone if row.doc.endswith(".md") == inside]
        report(f"ours, held out, {kind} alone", some, [weights[row.doc] for row in some])


def report_gold(learnt: Learnt, weights: np.ndarray) -> None:
    listed = listed_utterances([GOLD / "understanding.jsonl"])
    utterances = [*listed, *spoken_utterances(sorted(GOLD.glob("transcripts-*.jsonl")))]
    rows = rows_of(asked_in([GOLD / "understanding.jsonl"]), utterances, learnt)
    for name, some in zip(rows._fields, rows, strict=True):
        if some:
            report(f"gold, {name}", some, [weights] * len(some))


def main() -> None:
    documents, known, utterances = [*own_questions(), *own_bases()], families(), own_utterances()
    print(f"{len(documents)} knowledge bases, {len(known)} families, {len(utterances)} utterances")
    rows = unseen_rows(documents, known, utterances)
    report_held_out(rows)
    weights = fit(rows.all())
    learnt = learn(documents, known, idle_lines(utterances))
    if GOLD.is_dir():
        report_gold(learnt, weights)
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
    # what rests on the vectors is fitted to the new ones
    conveyance.main()
    condition.main()


if __name__ == "__main__":
    main()
