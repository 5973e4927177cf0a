"""Only like is compared with like: whether two sides were held to the same calls, and what differs if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefu.bench.columns import Columns
from kefu.errors import InputError
from kefu.i18n import gettext as _
from kefu.i18n import ngettext

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["describe", "require_like", "require_once", "require_trials", "shared_rows"]

_AXES = ("scenario", "persona", "perturb")


def require_once(columns: Columns, rows: Codes, caller: str) -> None:
    """Every call of ``caller`` is there once."""
    import numpy as np

    _pairs, first, count = np.unique(columns.pair[rows], return_index=True, return_counts=True)
    twice = np.flatnonzero(count > 1)
    if len(twice):
        raise InputError(
            ngettext(
                "{n} call is there more than once: {call}",
                "{n} calls are there more than once, such as {call}",
                len(twice),
            ).format(n=len(twice), call=describe(columns, int(rows[first[twice].min()]))),
            where=caller,
            hint=_("give the results of one run"),
        )


def require_trials(columns: Columns, rows: Codes, caller: str) -> None:
    """Every customer of every document was called equally often; failed and invalid calls count as held."""
    import numpy as np

    tasks, first, count = np.unique(columns.axes["task"][rows], return_index=True, return_counts=True)
    if not len(tasks) or count.min() == count.max():
        return
    fewest, most = int(count.argmin()), int(count.argmax())
    raise InputError(
        _("unequal trials: {few} of {one} but {many} of {other}").format(
            few=count[fewest],
            one=describe(columns, int(rows[first[fewest]]), trial=False),
            many=count[most],
            other=describe(columns, int(rows[first[most]]), trial=False),
        ),
        where=caller,
        hint=_("finish the run with kefu bench resume"),
    )


def shared_rows(one: Codes, other: Codes) -> tuple[Codes, Codes]:
    """The places of the pairs that both sides have, in the same order."""
    import numpy as np

    _pairs, left, right = np.intersect1d(one, other, return_indices=True)
    return left, right


def require_like(a: tuple[str, Columns, Codes], b: tuple[str, Columns, Codes]) -> None:
    """Both sides, each a name with rows, were held to the same calls; raises with the difference in words."""
    import numpy as np

    (name_a, columns_a, rows_a), (name_b, columns_b, rows_b) = a, b
    only_a = rows_a[~np.isin(columns_a.pair[rows_a], columns_b.pair[rows_b])]
    only_b = rows_b[~np.isin(columns_b.pair[rows_b], columns_a.pair[rows_a])]
    if not len(only_a) and not len(only_b):
        return
    where = f"{name_a} / {name_b}"
    if len(only_a) == len(rows_a) or len(only_b) == len(rows_b):
        raise InputError(
            _("no call is in both: {why}").format(why=_apart(a, b)),
            where=where,
            hint=_("hold both runs over the same documents, personas, trials and seeds"),
        )
    parts = [
        _only(name, columns, rows) for name, columns, rows in ((name_a, columns_a, only_a), (name_b, columns_b, only_b))
    ]
    raise InputError(
        _("not the same calls: {difference}").format(difference=", ".join(part for part in parts if part)),
        where=where,
        hint=_("finish the run with kefu bench resume, or hold both over the same calls"),
    )


def describe(columns: Columns, row: int, *, trial: bool = True) -> str:
    """A call in words: document, persona, perturbation, trial."""
    words = [columns.named(axis, row) for axis in _AXES]
    if trial:
        words.append(_("trial {n}").format(n=int(columns.trial[row]) + 1))
    return " × ".join(word for word in words if word)


def _only(name: str, columns: Columns, rows: Codes) -> str:
    if not len(rows):
        return ""
    message = ngettext("{n} call only of {caller} ({call})", "{n} calls only of {caller} (first {call})", len(rows))
    return message.format(n=len(rows), caller=name, call=describe(columns, int(rows[0])))


def _apart(a: tuple[str, Columns, Codes], b: tuple[str, Columns, Codes]) -> str:
    """Which axis keeps them apart: the first on which nothing is shared; the seed where all is."""
    import numpy as np

    (_a, columns_a, rows_a), (_b, columns_b, rows_b) = a, b
    if not len(rows_a) or not len(rows_b):
        return _("one side holds no calls")
    titles = {"scenario": _("document"), "persona": _("persona"), "perturb": _("perturbation"), "task": _("customer")}
    for axis, title in titles.items():
        used_a, used_b = np.unique(columns_a.axes[axis][rows_a]), np.unique(columns_b.axes[axis][rows_b])
        if not len(np.intersect1d(used_a, used_b)):
            if axis == "task":
                return _("they differ in the customer")
            one, other = columns_a.named(axis, int(rows_a[0])), columns_b.named(axis, int(rows_b[0]))
            return _("they differ in the {axis} ({one} against {other})").format(
                axis=title, one=one or "-", other=other or "-"
            )
    return _("they differ in the seeds")
