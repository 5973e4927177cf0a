"""The calls of one caller as a log of inspect-ai, so that its viewer opens them.

A log is a zip of small JSON files, made here one by one with the types of
inspect-ai itself: its own way of writing wants every sample in memory at once.
The caller is the assistant, the customer the user; a customer is a sample, the
trials are its epochs. What no mean of kefu counts is NaN there, which its
metrics pass over, too: a failed call has an error, an invalid one its scores
in the metadata.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from types import MappingProxyType, SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kefu.bench import words
from kefu.bench.plan import Plan, plan_to_json
from kefu.bench.result import Result
from kefu.errors import UsageError
from kefu.i18n import gettext as _
from kefu.score.verdict import Rule

if TYPE_CHECKING:
    from kefu.bench.stats import CallerStatistics

__all__ = ["Export", "export_log", "log_name"]

_PARTS = ("total", "task_flow", "interaction")
_LEVEL = 1
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_Finding = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a log says of its run. ``titles`` are those of scenarios by id; ``provenance`` as stored, without keys.

    ``git`` within the provenance (``origin``, ``commit``, ``dirty``) becomes
    the revision. A run that is not ``complete`` is shown as broken off.
    """

    run: str
    caller: str
    plan: Plan
    created_at: datetime
    finished_at: datetime | None = None
    complete: bool = True
    version: str = ""
    label: str = ""
    titles: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    provenance: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    statistics: CallerStatistics | None = None


def log_name(export: Export) -> str:
    """A file name that sorts by time and says what is in it, as inspect-ai names its own."""
    caller = "".join(c if c.isalnum() or c in ".-" else "-" for c in export.caller).strip("-.")
    return f"{export.created_at.astimezone(UTC):%Y-%m-%dT%H-%M-%S+00-00}_{export.run}-{caller[:60]}_{_key(export)}.eval"


def export_log(out: IO[bytes], export: Export, calls: Iterable[tuple[Result, Mapping[str, Any]]]) -> int:
    """Write the log and return its number of samples; ``calls`` are those of this caller, each with its record.

    A record is a call in the shape of ``call --json``; where it has ``usage``
    (by model: ``input_tokens``, ``output_tokens``, ``cached_tokens``,
    ``reasoning_tokens``), the tokens are told. One call is in memory at a time.
    """
    kinds = _kinds()
    names = _names(export)
    tally = _Tally(kinds)
    summaries = _Squeezed()
    spec = _spec(kinds, export, sorted(set(names.values())))
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as log:
        plan = kinds.EvalPlan(steps=[kinds.EvalPlanStep(solver="call", params={"caller": export.caller})])
        start = _json({"version": _version(kinds), "eval": spec, "plan": plan})
        _put(log, "_journal/start.json", [start], export)
        for result, record in calls:
            sample = _sample(kinds, export, names, result, _clean(record))
            tally.add(sample)
            summaries.add(_json(sample.summary()))
            _put(log, f"samples/{sample.id}_epoch_{sample.epoch}.json", [_json(sample)], export)
        _put(log, "summaries.json", summaries.pieces(), export)
        header = kinds.EvalLog(
            version=_version(kinds),
            status="success" if export.complete else "cancelled",
            eval=spec,
            plan=plan,
            results=tally.results(len(names), export.statistics),
            stats=kinds.EvalStats(
                started_at=_moment(export.created_at),
                completed_at=_moment(export.finished_at) if export.finished_at else "",
                model_usage=tally.usage,
            ),
            invalidated=tally.invalidated,
        )
        _put(log, "header.json", [header.model_dump_json(exclude_none=True, exclude={"samples", "reductions"})], export)
    return tally.samples


def _kinds() -> Any:
    """The types of inspect-ai by their names; they are its own words for what a log holds."""
    try:
        log, model, scorer = (import_module(f"inspect_ai.{part}") for part in ("log", "model", "scorer"))
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("inspect_ai"):
            raise
        what = _("inspect-ai, with which its log format is written, is not installed")
        raise UsageError(what, hint=_("install it with: pip install 'kefu[inspect]'")) from None
    return SimpleNamespace(**vars(model) | vars(scorer) | vars(log))


def _version(kinds: Any) -> int:
    return kinds.EvalLog.model_fields["version"].default


def _key(export: Export) -> str:
    """What tells this log from every other, the same whenever it is written."""
    return sha256(f"{export.run}\n{export.caller}".encode(errors="replace")).hexdigest()[:22]


def _names(export: Export) -> dict[str, str]:
    """The id of the sample that each cell of the caller belongs to: what tells its customer from the others'."""
    plan = export.plan
    several = {axis: len(getattr(plan, axis)) > 1 for axis in ("customers", "perturbs", "rows")}
    names: dict[str, str] = {}
    for cell in plan:
        if cell.caller == export.caller:
            parts = [cell.scenario, cell.persona or "own"]
            parts += [cell.customer] if several["customers"] else []
            parts += ["+".join(cell.perturb) or "plain"] if several["perturbs"] else []
            parts += [str(cell.row + 1)] if several["rows"] else []
            # a slash would be a folder within the zip, and a part of the address in the viewer
            names[cell.id] = _legal(":".join(parts).replace("/", "_"))
    return names


def _spec(kinds: Any, export: Export, samples: Sequence[str]) -> Any:
    provenance = _clean(export.provenance)
    git: Mapping[str, Any] = provenance.get("git") or {}
    revision = None
    if git.get("commit"):
        revision = kinds.EvalRevision(
            type="git", origin=str(git.get("origin") or ""), commit=str(git["commit"]), dirty=git.get("dirty")
        )
    key = _key(export)
    return kinds.EvalSpec(
        eval_id=key,
        run_id=export.run,
        task_id=export.run,
        created=_moment(export.created_at),
        task=_legal(export.label or export.run),
        task_args=_clean(plan_to_json(export.plan)),
        dataset=kinds.EvalDataset(name="kefu", samples=len(samples), sample_ids=list(samples), shuffled=False),
        model=_legal(export.caller),
        config=kinds.EvalConfig(
            epochs=export.plan.trials, epochs_reducer=["mean"], message_limit=export.plan.max_turns
        ),
        revision=revision,
        packages={"kefu": export.version} if export.version else {},
        metadata=dict(provenance),
    )


def _sample(kinds: Any, export: Export, names: Mapping[str, str], result: Result, record: Mapping[str, Any]) -> Any:
    messages = list(_messages(kinds, export.caller, result.cell, record["turns"]))
    said = next((message for message in reversed(messages) if message.role == "assistant"), None)
    choices = [] if said is None else [kinds.ChatCompletionChoice(message=said, stop_reason="stop")]
    title = export.titles.get(result.scenario, result.scenario)
    used: Mapping[str, Mapping[str, Any]] = record.get("usage") or _NOTHING
    invalid = not result.failed and not result.valid
    return kinds.EvalSample(
        id=names[result.cell],
        epoch=result.trial + 1,
        uuid=f"{export.run}-{result.cell}",
        input=_legal(f"{title} · {words.name('persona', result.persona)}"),
        target="",
        messages=messages,
        output=kinds.ModelOutput(model=_legal(export.caller), choices=choices),
        scores=None if result.failed else _scores(kinds, result, record),
        metadata=_clean(_metadata(result, record)),
        model_usage={model: _usage(kinds, tokens) for model, tokens in used.items()},
        error=_error(kinds, record) if result.failed else None,
        invalidation=kinds.ProvenanceData(
            timestamp=export.finished_at or export.created_at, author="kefu", reason=_untrue(record)
        )
        if invalid
        else None,
    )


def _messages(kinds: Any, caller: str, cell: str, turns: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """The talk; a message is numbered as its turn, so that evidence can be found."""
    for number, turn in enumerate(turns):
        own: dict[str, Any] = {"id": f"{cell}-{number}", "content": turn["text"], "metadata": {"turn": number}}
        if turn.get("cleaned"):
            own["metadata"] |= {"cleaned": turn["cleaned"], "raw": turn.get("raw")}
        if turn["speaker"] == "caller":
            yield kinds.ChatMessageAssistant(model=_legal(caller), **own)
        else:
            yield kinds.ChatMessageUser(**own)


def _metadata(result: Result, record: Mapping[str, Any]) -> dict[str, Any]:
    card: Mapping[str, Any] = record.get("scorecard") or _NOTHING
    return {
        "scenario": result.scenario,
        "domain": result.domain,
        "persona": result.persona,
        "customer": result.customer,
        "perturb": result.perturb,
        "row": result.row,
        "seed": record.get("seed"),
        "cell": result.cell,
        "pair": result.pair,
        "valid": result.valid,
        "reruns": result.reruns,
        "attribution": result.attribution,
        "ending": record.get("ending"),
        "outcome": record.get("outcome"),
        "fidelity": card.get("fidelity"),
        "gaps": card.get("gaps"),
        "unscored": card.get("unscored"),
        "versions": card.get("versions"),
    }


def _scores(kinds: Any, result: Result, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """Every figure of the card as a score of its own: that is what the viewer can sort and filter by."""
    card: Mapping[str, Any] | None = record.get("scorecard")
    if card is None:
        return None
    why = {entry["check"]: entry["reason"] for entry in card["unscored"]}
    spoilt = "" if result.valid else _untrue(record)

    def score(name: str, value: float | None, explanation: str, **metadata: Any) -> Any:
        if spoilt:
            return kinds.Score(value=float("nan"), explanation=spoilt, metadata={"uncounted": value, **metadata})
        if value is None:
            return kinds.Score(value=float("nan"), explanation=why.get(name, explanation), metadata=metadata)
        return kinds.Score(value=value, explanation=explanation, metadata=metadata)

    totals = card["totals"]
    extra = {part: {} for part in _PARTS} | {
        "total": {"uncapped": totals.get("uncapped"), "capped_by": totals.get("capped_by", [])},
        "task_flow": {"steps": card["steps"]},
    }
    texts = {"total": "", "task_flow": "\n".join(_steps(card["steps"])), "interaction": ""}
    scores = {part: score(part, totals[part], texts[part], **extra[part]) for part in _PARTS}
    for side in card["dimensions"]:
        lines = [words.reasons(side["reason"]), *_quotes(side["evidence"])]
        scores[side["name"]] = score(side["name"], side["score"], _lines(lines), evidence=side["evidence"])
    for rule in Rule:
        found = [entry for entry in card["violations"] if entry["rule"] == rule]
        lines = [f"{words.name('severity', v['severity'])}: {_quote(v)}" for v in found]
        scores[rule.value] = score(rule.value, len(found), _lines(lines), evidence=found)
    return scores


def _steps(steps: Sequence[_Finding]) -> Iterator[str]:
    for step in steps:
        status = words.name("status", step["status"])
        where = _(", turn {turns}").format(turns=", ".join(map(str, step["turns"]))) if step["turns"] else ""
        quote = f": {step['quote']}" if step["quote"] else ""
        yield _("step {number}: {status}").format(number=step["number"], status=status) + where + quote


def _quotes(evidence: Sequence[_Finding]) -> Iterator[str]:
    return (_quote(piece) for piece in evidence)


def _quote(piece: _Finding) -> str:
    return _("turn {turn}: {quote}").format(turn=piece["turn"], quote=piece["quote"])


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)


def _untrue(record: Mapping[str, Any]) -> str:
    problems: Sequence[_Finding] = ((record.get("scorecard") or _NOTHING).get("fidelity") or _NOTHING).get(
        "problems", []
    )
    told = "; ".join(str(entry.get("message") or entry.get("code")) for entry in problems)
    return _("not counted: the customer was not true to the document") + (f" ({told})" if told else "")


def _error(kinds: Any, record: Mapping[str, Any]) -> Any:
    ending: Mapping[str, Any] = record.get("ending") or _NOTHING
    reason, detail = str(ending.get("reason", "")), str(ending.get("detail", ""))
    message = f"{words.name('reason', reason)} ({reason})" + (f": {detail}" if detail else "")
    return kinds.EvalError(message=message, traceback=message, traceback_ansi=message)


def _usage(kinds: Any, used: Mapping[str, Any]) -> Any:
    # inspect-ai counts as input only what no cache answered; the total holds both
    given, made, cached = (int(used.get(f"{name}_tokens", 0)) for name in ("input", "output", "cached"))
    return kinds.ModelUsage(
        input_tokens=given - cached,
        output_tokens=made,
        total_tokens=given + made,
        input_tokens_cache_read=cached,
        reasoning_tokens=int(used.get("reasoning_tokens", 0)),
    )


class _Tally:
    """The sums that the header of a log tells."""

    def __init__(self, kinds: Any) -> None:
        self._kinds = kinds
        self._sums: dict[str, list[float]] = {}
        self.samples = 0
        self.completed = 0
        self.invalidated = False
        self.usage: dict[str, Any] = {}

    def add(self, sample: Any) -> None:
        self.samples += 1
        self.completed += sample.error is None
        self.invalidated = self.invalidated or sample.invalidation is not None
        scores: Mapping[str, Any] = sample.scores or _NOTHING
        for name, score in scores.items():
            figures = self._sums.setdefault(name, [0.0, 0, 0])
            if score.value == score.value:
                figures[0] += score.value
                figures[1] += 1
            else:
                figures[2] += 1
        for model, used in sample.model_usage.items():
            self.usage[model] = self.usage[model] + used if model in self.usage else used

    def results(self, cells: int, statistics: CallerStatistics | None) -> Any:
        kinds = self._kinds
        scores = [
            kinds.EvalScore(
                name=name,
                scorer=name,
                reducer="mean",
                scored_samples=n,
                unscored_samples=unscored,
                metrics={
                    key: kinds.EvalMetric(name=key, value=value)
                    for key, value in (("mean", total / n if n else None), *_interval(name, statistics))
                    if value is not None
                },
            )
            for name, (total, n, unscored) in self._sums.items()
        ]
        return kinds.EvalResults(total_samples=cells, completed_samples=self.completed, scores=scores)


def _interval(name: str, statistics: CallerStatistics | None) -> Iterator[tuple[str, float | None]]:
    """The 95 % interval of a mean, where the statistics of the run know one."""
    if statistics is not None:
        found = getattr(statistics.scores, name) if name in _PARTS else statistics.dimensions.get(name)
        if found is not None:
            yield "ci_low", found.low
            yield "ci_high", found.high


class _Squeezed:
    """A JSON array that grows, kept compressed: of 60,000 summaries little stays in memory."""

    def __init__(self) -> None:
        self._squeeze = zlib.compressobj(_LEVEL)
        self._kept: list[bytes] = []
        self._before = b"["

    def add(self, entry: str) -> None:
        self._kept.append(self._squeeze.compress(self._before + entry.encode()))
        self._before = b","

    def pieces(self) -> Iterator[bytes]:
        end = b"[]" if self._before == b"[" else b"]"
        self._kept.append(self._squeeze.compress(end) + self._squeeze.flush())
        widen = zlib.decompressobj()
        return (widen.decompress(piece) for piece in self._kept)


def _put(log: ZipFile, name: str, pieces: Iterable[str | bytes], export: Export) -> None:
    """One file of the zip, dated as the run, so that the same run makes the same log."""
    info = ZipInfo(name, max(export.created_at.astimezone(UTC).timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    info.compress_type = ZIP_DEFLATED
    with log.open(info, "w", force_zip64=True) as file:
        for piece in pieces:
            file.write(piece.encode() if isinstance(piece, str) else piece)


def _json(value: Any) -> str:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return "{" + ",".join(f'"{key}":{_json(part)}' for key, part in parts.items()) + "}"
    return str(value) if isinstance(value, int) else value.model_dump_json(exclude_none=True)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _clean(value: Any) -> Any:
    """The value with every text as UTF-8 can hold it."""
    if isinstance(value, str):
        return _legal(value)
    if isinstance(value, Mapping):
        entries = cast("Mapping[Any, Any]", value)
        return {_legal(str(key)): _clean(entry) for key, entry in entries.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in cast("Sequence[Any]", value)]
    return value


def _legal(text: str) -> str:
    """The text without the halves of characters that JSON can hold and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
