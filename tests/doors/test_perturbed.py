"""``kefu call --perturb``: what is switched on is told, and nothing is not a switch."""

from __future__ import annotations

from pathlib import Path

from command import Run
from kefu.call.perturb import PERTURBATIONS


def test_a_call_that_is_shown_says_which_switches_are_on(run: Run, example: Path) -> None:
    shown = run("call", example, "--perturb", "hostile,very_short", "--no-score").out
    assert "perturbed: very_short, hostile\n" in shown
    assert "perturbed" not in run("call", example, "--no-score").out


def test_no_name_is_refused(run: Run, example: Path) -> None:
    ran = run("call", example, "--perturb", "")
    assert ran.code == 2
    assert ran.err == f"kefu: --perturb: no perturbation is named; choose {', '.join(PERTURBATIONS)}\n"
