"""Write fitted models in the shape that ``kefu.score.logistic`` reads: weights of the raw measurements, no scaling left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from corpus import ROOT
from sklearn.linear_model import LogisticRegression

FOLDER = ROOT / "src" / "kefu" / "score" / "model"


def pack(
    names: Sequence[str], mean: np.ndarray, scale: np.ndarray, model: LogisticRegression, limit: float | None = None
) -> dict[str, Any]:
    """One model as JSON; the scaling of its input is folded into weights and bias."""
    weights = model.coef_ / scale
    bias = model.intercept_ - weights @ mean
    labels = [str(c) for c in model.classes_] if len(bias) > 1 else ["yes"]
    packed: dict[str, Any] = {"classes": labels, "bias": [round(float(b), 4) for b in bias]}
    if limit is not None:
        packed["limit"] = round(limit, 3)
    packed["weights"] = {name: [round(float(w), 4) for w in weights[:, i]] for i, name in enumerate(names)}
    return packed


def write_models(name: str, models: Mapping[str, Any]) -> None:
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(models, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"-> {path.relative_to(ROOT)}, {path.stat().st_size // 1024 + 1} KiB")
