"""Write fitted models in the shape that ``kefu.score.logistic`` reads: weights of raw measurements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corpus import ROOT

FOLDER = ROOT / "src" / "kefu" / "score" / "model"


def pack(
    names: Sequence[str], weights: np.ndarray, bias: Sequence[float], classes: Sequence[str], limit: float | None = None
) -> dict[str, Any]:
    """One model as JSON: a row of weights per class, of raw measurements."""
    packed: dict[str, Any] = {"classes": list(classes), "bias": [round(float(b), 4) for b in bias]}
    if limit is not None:
        packed["limit"] = round(limit, 3)
    columns = {name: [round(float(w), 4) for w in weights[:, i]] for i, name in enumerate(names)}
    packed["weights"] = {name: column for name, column in columns.items() if any(column)}
    return packed


def write_models(name: str, models: Mapping[str, Any]) -> None:
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(models, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"-> {path.relative_to(ROOT)}, {path.stat().st_size // 1024 + 1} KiB")
