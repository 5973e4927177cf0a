"""Fit what a caller's line sounds like, on our own labelled lines and the caller's turns of our calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold

from calls import own_cases, own_scenarios
from corpus import DATA, records
from kefu.call.turn import Speaker
from kefu.language.normalise import fold
from kefu.score.lines import SOUNDS, line_features
from weights import FOLDER

STRENGTH = 1.0
PRUNED = 0.06
RULES = {
    "rude_tone": "rude",
    "over_promise": "promise",
    "off_limits_promotion": "promotion",
    "pressed_after_refusal": "press",
}


class Line(NamedTuple):
    """One line, what it does, and the document or list that it comes from."""

    text: str
    does: frozenset[str]
    group: str


def lines() -> list[Line]:
    found = [
        Line(r["text"], frozenset(r["does"]), f"list {i % 10}")
        for i, r in enumerate(records([DATA / "score" / "caller_lines.jsonl"]))
    ]
    for _scenario, labelled in own_cases():
        broken: dict[int, set[str]] = {}
        for rule, turn in labelled.violations or ():
            if rule in RULES:
                broken.setdefault(turn, set()).add(RULES[rule])
        for number, turn in enumerate(labelled.call.turns):
            if turn.speaker is Speaker.CALLER:
                found.append(Line(turn.text, frozenset(broken.get(number, ())), labelled.doc))
    for name, scenario in own_scenarios().items():
        for step in scenario.caller.steps:
            found += [Line(u, frozenset(), name) for line in step.lines for u in line.utterances]
        found += [Line(fact.answer, frozenset(), name) for fact in scenario.caller.facts]
    return found


class Vocabulary:
    """Features as columns; those of a single line are left out."""

    def __init__(self, rows: Sequence[Line]) -> None:
        counts: dict[str, int] = {}
        for row in rows:
            for name in line_features(fold(row.text)):
                counts[name] = counts.get(name, 0) + 1
        self.columns = {name: i for i, name in enumerate(sorted(n for n, c in counts.items() if c > 1))}

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        pointers, indices = [0], []
        for text in texts:
            indices += sorted(self.columns[n] for n in line_features(fold(text)) if n in self.columns)
            pointers.append(len(indices))
        shape = (len(texts), len(self.columns))
        return csr_matrix(
            (np.ones(len(indices)), np.array(indices, dtype=np.int32), np.array(pointers, dtype=np.int32)), shape=shape
        )


def fit(rows: Sequence[Line]) -> tuple[Vocabulary, list[LogisticRegression]]:
    vocabulary = Vocabulary(rows)
    matrix = vocabulary.matrix([row.text for row in rows])
    models = []
    for sound in SOUNDS:
        usable = [i for i, row in enumerate(rows) if _usable(row, sound)]
        truth = np.array([sound in rows[i].does for i in usable])
        models.append(
            LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=500, random_state=0).fit(matrix[usable], truth)
        )
    return vocabulary, models


def _usable(row: Line, sound: str) -> bool:
    """Turns of calls are not labelled for what is no rule."""
    return row.group.startswith("list") or sound in RULES.values()


def held_out() -> Mapping[str, Mapping[str, float]]:
    """Scores of every line by models that have not seen its document."""
    rows = lines()
    scores: dict[str, dict[str, float]] = {}
    matrix = np.zeros((len(rows), len(SOUNDS)))
    for train, test in GroupKFold(n_splits=8).split(rows, groups=[row.group for row in rows]):
        vocabulary, models = fit([rows[i] for i in train])
        tested = vocabulary.matrix([rows[i].text for i in test])
        for column, model in enumerate(models):
            matrix[test, column] = model.decision_function(tested)
    for row, values in zip(rows, matrix, strict=True):
        scores[row.text] = dict(zip(SOUNDS, map(float, values), strict=True))
    for column, sound in enumerate(SOUNDS):
        usable = [i for i, row in enumerate(rows) if _usable(row, sound)]
        truth = [sound in rows[i].does for i in usable]
        precision = average_precision_score(truth, matrix[usable, column])
        print(f"{sound:10} {sum(truth):4} of {len(truth)}  average precision held out {precision:.2f}")
    return scores


def write() -> None:
    vocabulary, models = fit(lines())
    weights: dict[str, list[float]] = {}
    for name, column in vocabulary.columns.items():
        row = [round(float(model.coef_[0, column]), 2) for model in models]
        if max(map(abs, row)) >= PRUNED:
            weights[name] = row
    bias = [round(float(m.intercept_[0]), 3) for m in models]
    packed: dict[str, Any] = {"classes": list(SOUNDS), "bias": bias, "weights": weights}
    path = FOLDER / "lines.json"
    path.write_text(json.dumps(packed, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(weights)} features -> {path.name}, {path.stat().st_size // 1024} KiB")


def main() -> None:
    held_out()
    write()
