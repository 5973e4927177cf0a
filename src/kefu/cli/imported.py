"""What ``kefu calls import`` tells of the calls that it took in, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from kefu.bench.summary import mean
from kefu.bench.words import name as named
from kefu.cli import shown
from kefu.i18n import gettext as _

if TYPE_CHECKING:
    from kefu.keeping import Export, ImportedCall

__all__ = ["Told"]


class Told:
    """What is told of an import: a line of each call, so that many calls take little room."""

    def __init__(self, export: Export, state: str) -> None:
        self._export = export
        self._state = state
        self._calls: list[dict[str, Any]] = []
        self._masked: Counter[str] = Counter()
        self._first: ImportedCall | None = None

    def __call__(self, call: ImportedCall) -> None:
        self._first = self._first or call
        self._masked.update(call.masked)
        self._calls.append({
            "id": call.id,
            "call": call.recorded.name,
            "line": call.recorded.line,
            "turns": len(call.recorded.turns),
            "totals": call.card["totals"],
            "violations": [violation["rule"] for violation in call.card["violations"]],
            "masked": dict(call.masked),
        })  # fmt: skip

    def show(self, *, as_json: bool) -> None:
        """Print it, for a program or for people."""
        if as_json:
            typer.echo(json.dumps(self._to_json(), ensure_ascii=False))
            return
        export = self._export
        heading = _("import {id}: {n} calls about {scenario}")
        typer.secho(heading.format(id=export.id, n=len(self._calls), scenario=export.scenario.id), bold=True)
        found = ", ".join(f"{_mask_name(kind)} {n}" for kind, n in self._masked.most_common()) or _("nothing")
        typer.echo(_("masked: {what}").format(what=found) if export.keep is not None else _("not masked"))
        columns = (
            _("call"), _("in the file"), _("turns"), _("total"), _("task flow"), _("interaction"), _("violations")
        )  # fmt: skip
        shown.table(columns, map(_imported, self._calls))
        mean_ = mean(call["totals"]["total"] for call in self._calls)
        what = _("mean {mean}, n = {n}, unscored {unscored}")
        typer.echo(what.format(mean=shown.share(mean_.value), n=mean_.n, unscored=mean_.unscored))
        if self._state == "dry_run" and self._first is not None:
            typer.echo("")
            heard = shown.Heard()
            for turn in self._first.recorded.turns:
                heard(turn)
            typer.echo(_("nothing was kept; the first call is shown as it would be"))

    def _to_json(self) -> dict[str, Any]:
        export = self._export
        return {
            "import": export.id,
            "state": self._state,
            "scenario": export.scenario.id,
            "calls": self._calls,
            "masked": dict(self._masked) if export.keep is not None else None,
            "left_out": export.reading.left_out,
            "notes": [{"code": n.code, "line": n.line, "message": n.message} for n in export.reading.notes],
        }


def _imported(call: Mapping[str, Any]) -> tuple[str, ...]:
    totals = call["totals"]
    shares = tuple(shown.share(totals[name]) for name in ("total", "task_flow", "interaction"))
    broken = Counter(named("rule", rule) for rule in call["violations"])
    rules = ", ".join(f"{rule} ({n})" if n > 1 else rule for rule, n in broken.most_common())
    place = call["call"] or _("line {number}").format(number=call["line"])
    return (call["id"], place, str(call["turns"]), *shares, rules)


def _mask_name(kind: str) -> str:
    return {
        "name": _("names"),
        "mobile": _("mobile numbers"),
        "landline": _("landline numbers"),
        "id_card": _("identity cards"),
        "bank_card": _("bank cards"),
        "email": _("e-mail addresses"),
        "account": _("accounts"),
        "plate": _("number plates"),
        "address": _("addresses"),
    }[kind]
