"""A run before it starts: which cells it holds, in which order, under which ids and seeds.

Everything follows from the plan, so that any worker can tell what cell number
1,042 is without being told of the 1,041 before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

from kefu.call.perturb import perturbations
from kefu.call.talk import MAX_TURNS
from kefu.scenario.model import Persona

__all__ = ["RERUNS", "Cell", "Plan", "plan_from_json", "plan_to_json", "seed_of"]

RERUNS = 2
"""How often a call is held again whose customer was not true to the document."""
_SPREAD = 1_000_003
"""Distance of the seeds of reruns: prime, and beyond any number of trials, so that no rerun is another trial."""
_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One call of a run: scenario × caller × customer × trial.

    ``id`` is the same wherever the same cell is planned; ``pair`` is the id
    without the caller, so that two callers, or two versions of a script, that
    had the same customer share it. ``persona`` is ``None`` for the document's
    own, ``row`` the place of what is known of the customer in ``Plan.rows``.
    """

    scenario: str
    caller: str
    customer: str
    persona: Persona | None
    perturb: tuple[str, ...]
    row: int
    trial: int
    seed: int

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits."""
        return _digest([self.caller, *self._customer])

    @property
    def pair(self) -> str:
        """Twelve hexadecimal digits, the same for every caller."""
        return _digest(self._customer)

    @property
    def _customer(self) -> list[Any]:
        return [self.scenario, self.customer, self.persona, "+".join(self.perturb), self.row, self.seed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is made of. ``scenarios`` are ids; the seed of a trial is ``seed`` + trial, as in ``kefu call``.

    ``reruns`` is how often an invalid call is held again, ``judge`` who
    scores, ``rows`` what is known of each customer (one empty row if nothing is).
    """

    scenarios: tuple[str, ...]
    callers: tuple[str, ...] = ("script",)
    customers: tuple[str, ...] = ("persona",)
    personas: tuple[Persona | None, ...] = (None,)
    perturbs: tuple[tuple[str, ...], ...] = ((),)
    rows: tuple[Mapping[str, str], ...] = (_NOBODY,)
    trials: int = 1
    seed: int = 0
    max_turns: int = MAX_TURNS
    reruns: int = RERUNS
    judge: str = "rules"

    @property
    def _axes(self) -> tuple[Sequence[Any], ...]:
        return (
            self.scenarios,
            self.callers,
            self.customers,
            self.personas,
            self.perturbs,
            self.rows,
            range(self.trials),
        )

    def __len__(self) -> int:
        return prod(len(axis) for axis in self._axes)

    def __getitem__(self, number: int) -> Cell:
        """Cell ``number``, from 0: the trial turns fastest, the scenario slowest."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        chosen: list[Any] = []
        rest, row = number, 0
        for axis in reversed(self._axes):
            rest, place = divmod(rest, len(axis))
            chosen.append(axis[place])
            if axis is self.rows:
                row = place
        trial, _known, perturb, persona, customer, caller, scenario = chosen
        return Cell(
            scenario=scenario,
            caller=caller,
            customer=customer,
            persona=persona,
            perturb=perturb,
            row=row,
            trial=trial,
            seed=self.seed + trial,
        )

    def __iter__(self) -> Iterator[Cell]:
        return (self[number] for number in range(len(self)))


def seed_of(cell: Cell, attempt: int) -> int:
    """The seed of one attempt at a cell; attempt 0 is the cell's own."""
    return cell.seed + attempt * _SPREAD


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The plan as it is stored with a run."""
    return {
        "scenarios": list(plan.scenarios),
        "callers": list(plan.callers),
        "customers": list(plan.customers),
        "personas": list(plan.personas),
        "perturbs": [list(names) for names in plan.perturbs],
        "rows": [dict(row) for row in plan.rows],
        "trials": plan.trials,
        "seed": plan.seed,
        "max_turns": plan.max_turns,
        "reruns": plan.reruns,
        "judge": plan.judge,
    }


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """A plan as :func:`plan_to_json` wrote it."""
    return Plan(
        scenarios=tuple(data["scenarios"]),
        callers=tuple(data["callers"]),
        customers=tuple(data["customers"]),
        personas=tuple(name and Persona(name) for name in data["personas"]),
        perturbs=tuple(perturbations(names) for names in data["perturbs"]),
        rows=tuple(MappingProxyType(dict(row)) for row in data["rows"]),
        trials=data["trials"],
        seed=data["seed"],
        max_turns=data["max_turns"],
        reruns=data["reruns"],
        judge=data["judge"],
    )


def _digest(parts: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:12]
