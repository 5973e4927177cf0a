"""Fit everything that scoring goes by, in order: terms, lines, rules, steps, and last what a violation costs.

The costs are fitted to the interaction scores that people gave our calls, with the
violations that the rules find in documents they have not seen, so that a rule which
is often mistaken costs less. ``python training/score.py rules weights`` runs
the parts that it names.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

import lines
import rules
import steps
import terms
from calls import Case, gold_cases, own_cases
from corpus import ROOT
from kefu.score.interaction import BELONGS, MEASURES, measured
from kefu.score.settings import weight_settings
from kefu.score.transcript import Transcript

OUT = ROOT / "src" / "kefu" / "score" / "weights.toml"
NAMES = [rule.value for rule in BELONGS]
PRIOR = 0.15
LEAST_MEASURE = 0.05
"""What is measured keeps a say on its side, if a small one."""
MOST = 1.5
LIMITS = [(0.0, MOST)] * len(NAMES) + [(LEAST_MEASURE, MOST)] * len(MEASURES)


class Rows(NamedTuple):
    """Per call how often each rule was broken and how far each measure fell short, and people's interaction."""

    inputs: np.ndarray
    truth: np.ndarray
    docs: list[str]


def counted(cases: Sequence[Case], broken: Sequence[Mapping[str, int]]) -> Rows:
    inputs, truth, docs = [], [], []
    for (_scenario, labelled), counts in zip(cases, broken, strict=True):
        short = measured(Transcript(labelled.call))
        inputs.append([counts.get(name, 0) for name in NAMES] + [short[name] for name in MEASURES])
        truth.append(labelled.interaction)
        docs.append(labelled.doc)
    return Rows(np.array(inputs, dtype=float), np.array(truth), docs)


def fit(rows: Rows, first: np.ndarray) -> np.ndarray:
    """Costs of 0 and more with the least squared distance to people, drawn gently to what they were."""
    bounds = weight_settings()["interaction"]

    def loss(costs: np.ndarray) -> float:
        return float(((said(rows, costs, bounds) - rows.truth) ** 2).mean() + PRIOR * ((costs - first) ** 2).mean())

    return minimize(loss, first, method="L-BFGS-B", bounds=LIMITS).x


def said(rows: Rows, costs: np.ndarray, bounds: Mapping[str, float]) -> np.ndarray:
    return bounds["least"] + (bounds["most"] - bounds["least"]) * np.exp(-rows.inputs @ costs)


def report(name: str, rows: Rows, values: np.ndarray) -> None:
    correlation = np.corrcoef(values, rows.truth)[0, 1]
    distance = np.abs(values - rows.truth).mean()
    print(f"{name:20} interaction of {len(values)} calls: distance {distance:.3f}  correlation {correlation:.3f}")


def weights() -> None:
    broken, fitted = rules.held_out_violations()
    own = counted(own_cases(), broken)
    settings = weight_settings()
    first = np.array([0.5] * len(NAMES) + [0.2] * len(MEASURES))
    held = np.zeros(len(own.truth))
    for train, test in GroupKFold(n_splits=8).split(own.inputs, groups=own.docs):
        part = Rows(own.inputs[train], own.truth[train], [])
        held[test] = said(Rows(own.inputs[test], own.truth[test], []), fit(part, first), settings["interaction"])
    report("held-out documents", own, held)
    costs = fit(own, first)
    gold = gold_cases()
    if gold:
        other = counted(gold, rules.found_in(gold, fitted))
        report("gold", other, said(other, costs, settings["interaction"]))
    write(costs)


def write(costs: np.ndarray) -> None:
    text = OUT.read_text(encoding="utf-8")
    for section, names, values in (
        ("violation", NAMES, costs[: len(NAMES)]),
        ("measure", list(MEASURES), costs[len(NAMES) :]),
    ):
        body = "".join(f"{name} = {value:.2f}\n" for name, value in zip(names, values, strict=True))
        text = re.sub(rf"(?m)(^\[{section}\]\n)(?:^\w+ = .*\n)+", lambda found, body=body: found[1] + body, text)
    OUT.write_text(text, encoding="utf-8")
    print(f"-> {OUT.relative_to(ROOT)}")


def main() -> None:
    parts = {"terms": terms.main, "lines": lines.main, "rules": rules.main, "steps": steps.main, "weights": weights}
    unknown = [name for name in sys.argv[1:] if name not in parts]
    if unknown:
        raise SystemExit(f"no part is called {unknown[0]}; choose among {', '.join(parts)}")
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
