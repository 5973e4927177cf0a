"""Calls that belong to no run, on their way into the store: real ones, masked and scored, and those of practice."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kefu.call.call import Call
from kefu.call.turn import Turn
from kefu.errors import InputError
from kefu.files import read_text
from kefu.i18n import gettext as _
from kefu.scenario.model import Scenario
from kefu.transcript import Reading, Recorded, read_transcripts

if TYPE_CHECKING:
    from kefu.masking.mask import Keep, Masked
    from kefu.store.database import Store
    from kefu.store.row import CallHead, CallRow

__all__ = ["Export", "ImportedCall", "keep_practice", "kept_of", "login_name", "read_export", "save", "scored"]

_CODE = re.compile(r"[a-z][a-z0-9_-]*", re.ASCII)
"""A word for programs, which no placeholder may change: the id of a scenario, a status, a rule."""
REAL = "real"
"""Who spoke on either side of a call that nobody rehearsed."""
_ID = 16
"""Digits of a call's id: of many millions no two have the same."""
_AT_ONCE = 200
"""Calls that are saved in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file of real calls as it was read; ``id`` is the same for the same file and document."""

    id: str
    file: str
    scenario: Scenario
    reading: Reading
    person: str = ""
    keep: Keep | None = None
    """What is not masked; ``None`` where nothing is."""
    swap: bool = False
    document: str = ""
    """The hash of the document, as runs have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCall:
    """One real call on its way: what it was called in the file, the record to keep, and how much was masked in it."""

    id: str
    recorded: Recorded
    record: Mapping[str, Any]
    masked: Mapping[str, int]

    @property
    def card(self) -> Mapping[str, Any]:
        """Its scorecard."""
        return self.record["scorecard"]


def read_export(path: str, scenario: Scenario, *, swap: bool, mask: bool, person: str) -> Export:
    """The calls of a file about one document. Raises :class:`InputError` that names the file."""
    from kefu.store.source import source_of

    text = read_text(path)
    shown = "stdin" if path == "-" else path
    keep = _keep(scenario) if mask else None
    suffix = "" if path == "-" else Path(path).suffix
    try:
        reading = read_transcripts(text, suffix=suffix, swap=swap, veil=_veil(keep))
    except InputError as broken:
        where = f"{shown}: {broken.where}" if broken.where else shown
        raise InputError(broken.message, where=where, hint=broken.hint) from None
    identity = hashlib.sha256(f"{scenario.id}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Export(
        id=identity,
        file=Path(path).name,
        scenario=scenario,
        reading=reading,
        person=person,
        keep=keep,
        swap=swap,
        document=source_of("", scenario).hash,
    )


def scored(export: Export) -> Iterator[ImportedCall]:
    """Every call of the file, scored by the rules as it was held, then masked with its card, in order."""
    for number, each in enumerate(export.reading.calls):
        call = replace(each.as_call(export.scenario.id), caller=REAL, customer=REAL)
        record = _real_record(export.scenario, call)
        masked: dict[str, int] = {}
        if export.keep is not None:
            each, record, masked = _masked(each, record, export.keep)
        about = {"id": export.id, "file": _without_name(export), "call": each.name, "line": each.line, "masked": masked}
        about |= {"document": export.document, "swap": export.swap, "mask": export.keep is not None}
        record |= {"import": about, "step_titles": _titles(export.scenario)}
        yield ImportedCall(id=_id_of(export, number), recorded=each, record=record, masked=masked)


def kept_of(store: Store, export: Export) -> list[CallHead]:
    """The calls of this file that are kept already.

    Raises :class:`InputError` where they were taken in otherwise: their scores are not those of this import.
    """
    from kefu.store.reading import list_imported, loose_records

    for row in list(loose_records(store, import_id=export.id, last=1)):
        otherwise = _otherwise(export, row)
        if otherwise:
            raise InputError(
                _("this file was imported otherwise ({how})").format(how=", ".join(otherwise)),
                where=export.file,
                hint=_("forget it first with kefu calls forget {id}").format(id=export.id),
            )
    return list_imported(store, export.id)


def save(store: Store, export: Export, heard: Callable[[ImportedCall], None]) -> int:
    """Score and keep the calls; how many were new.

    Those saved before a failure stay, and are passed over when it is done again.
    """
    from kefu.store.calls import save_calls

    new = 0
    rows: list[CallRow] = []
    for call in scored(export):
        heard(call)
        rows.append(_row_of(export, call))
        if len(rows) == _AT_ONCE:
            new += save_calls(store, rows)
            rows.clear()
    return new + (save_calls(store, rows) if rows else 0)


def keep_practice(place: str, scenario: Scenario, call: Call, record: Mapping[str, Any], person: str) -> str:
    """Keep a call in which a person took part; the id under which it can be shown."""
    from kefu.store.calls import save_calls
    from kefu.store.database import open_store
    from kefu.store.row import PRACTICE, CallRow

    kept = {**record, "step_titles": _titles(scenario)}
    row = CallRow(
        id=secrets.token_hex(_ID // 2),
        kind=PRACTICE,
        record=kept,
        result=_result(scenario, call, kept),
        person=person,
        ended_at=datetime.now(UTC),
    )
    with open_store(place) as store:
        save_calls(store, [row])
    return row.id


def login_name() -> str:
    """The name of who is logged in; empty where the system knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""


def _masked(each: Recorded, record: Mapping[str, Any], keep: Keep) -> tuple[Recorded, dict[str, Any], dict[str, int]]:
    """The call and its record without the people in it.

    The call has been scored as it was held, so that placeholders disturb no score; what the card quotes is masked.
    """
    from kefu.masking.mask import mask, mask_talk

    done = mask_talk([turn.text for turn in each.turns], [turn.speaker for turn in each.turns], keep=keep)
    turns = tuple(Turn(speaker=turn.speaker, text=text) for turn, text in zip(each.turns, done.texts, strict=True))
    shown = {name: _without_people(part, done) for name, part in record.items()}
    for said, text in zip(shown["turns"], done.texts, strict=True):
        said["text"] = text
    ending = each.ending and replace(each.ending, detail=done.plain(each.ending.detail))
    counts = {kind.value: n for kind, n in done.counts.items()}
    return replace(each, name=mask(each.name), turns=turns, ending=ending), shown, counts


def _without_people(value: Any, done: Masked, turn: int = -1) -> Any:
    """Any part of a record with placeholders; a quote by the turn that it is of."""
    if isinstance(value, str):
        return value if _CODE.fullmatch(value) else done.plain(value)
    if isinstance(value, list):
        return [_without_people(each, done, turn) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    turns: list[Any] = fields.get("turns") or [fields.get("turn", turn)]
    of = turns[0] if isinstance(turns[0], int) else turn
    return {
        name: _quote(done, turns, part)
        if name == "quote" and isinstance(part, str)
        else _without_people(part, done, of)
        for name, part in fields.items()
    }


def _without_name(export: Export) -> str:
    """The name of the file: recordings are often called by whom they are of."""
    if export.keep is None:
        return export.file
    from kefu.masking.mask import mask

    return mask(export.file)


def _quote(done: Masked, turns: Sequence[Any], quote: str) -> str:
    """A quote by the first of its turns that holds it."""
    places = [turn for turn in turns if isinstance(turn, int) and 0 <= turn < len(done.said)]
    holding = next((turn for turn in places if quote in done.said[turn]), -1)
    return done.quote(holding, quote)


def _keep(scenario: Scenario) -> Keep:
    from kefu.masking.mask import Keep
    from kefu.scenario.write import write_scenario

    return Keep.of([write_scenario(scenario)])


def _real_record(scenario: Scenario, call: Call) -> dict[str, Any]:
    """The call with outcome and card. A real customer is true to itself: nothing is said of its fidelity."""
    from kefu.call.wire import call_to_json
    from kefu.score import score_call, scorecard_to_json
    from kefu.score.attribution import attribute
    from kefu.score.verdict import Fidelity

    card = score_call(scenario, call)
    real = Fidelity(valid=True)
    blame = attribute(call, card.totals, card.violations, real, card.gaps)
    data = scorecard_to_json(replace(card, fidelity=real, attribution=blame))
    return call_to_json(call) | {"outcome": data["outcome"], "scorecard": data}


def _veil(keep: Keep | None) -> Callable[[str], str]:
    """How words of the file are shown in what is told of it."""
    if keep is None:
        return str
    from kefu.masking.mask import mask

    return lambda words: mask(words, keep=keep)


def _otherwise(export: Export, kept: CallRow) -> list[str]:
    """How a call of this file was taken in, where that was not as now."""
    about: Mapping[str, Any] = kept.record.get("import") or {}
    how: list[str] = []
    if about.get("document", export.document) != export.document:
        how.append(_("by another version of the document"))
    if about.get("swap", export.swap) != export.swap:
        how.append(_("without --swap") if export.swap else _("with --swap"))
    mask = export.keep is not None
    if about.get("mask", mask) != mask:
        how.append(_("with --no-mask") if mask else _("masked"))
    if kept.person != export.person.encode("utf-8", "replace").decode():  # as the store can hold it
        how.append(_("as {name}").format(name=repr(kept.person)) if kept.person else _("without --as"))
    return how


def _row_of(export: Export, call: ImportedCall) -> CallRow:
    from kefu.store.row import IMPORTED, CallRow

    talk = call.recorded.as_call(export.scenario.id)
    return CallRow(
        id=call.id,
        kind=IMPORTED,
        record=call.record,
        result=_result(export.scenario, replace(talk, caller=REAL, customer=REAL), call.record),
        person=export.person,
        source=export.document,
        import_id=export.id,
        ended_at=datetime.now(UTC),
    )


def _result(scenario: Scenario, call: Call, record: Mapping[str, Any]) -> Any:
    from kefu.bench.plan import Cell
    from kefu.bench.result import result_of
    from kefu.scenario.model import Persona

    cell = Cell(
        scenario=call.scenario,
        caller=call.caller,
        customer=call.customer,
        persona=Persona(call.persona) if call.persona in tuple(Persona) else None,
        perturb=call.perturb,
        row=0,
        trial=0,
        seed=call.seed,
    )
    return result_of(cell, record, domain=scenario.domain.value if scenario.domain else "")


def _titles(scenario: Scenario) -> dict[str, str]:
    """The titles of the steps, so that a card can be shown without its document."""
    return {str(step.number): step.title for step in scenario.caller.steps}


def _id_of(export: Export, number: int) -> str:
    return hashlib.sha256(f"{export.id}:{number}".encode()).hexdigest()[:_ID]
