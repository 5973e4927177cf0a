"""What a report of a run says in sentences: verdicts, limits, doubts, and what to mend, in either language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kefu.bench.interval import Estimate
from kefu.bench.report.run import RunReport
from kefu.bench.report.verdict import Criterion, Decision, Mend, State, Verdict
from kefu.bench.words import name
from kefu.i18n import translations

__all__ = ["Wording", "number", "percent", "share", "spread"]


def number(value: int) -> str:
    """A count, with its thousands set apart."""
    return f"{value:,}"


def share(value: float | None) -> str:
    """A score in two digits, a dash where there is none."""
    return "–" if value is None else f"{value:.2f}"


def percent(value: float | None) -> str:
    """A share as a percentage: whole from ten on, with one digit below."""
    if value is None:
        return "–"
    text = f"{100 * value:.0f}" if value >= 0.0995 else f"{100 * value:.1f}"
    return text.removesuffix(".0") + "%"


def spread(figure: Estimate, shown: Callable[[float | None], str] = share) -> str:
    """A mean with its interval, where it has one."""
    if figure.low is None or figure.high is None:
        return shown(figure.mean)
    return f"{shown(figure.mean)} ({shown(figure.low)}–{shown(figure.high)})"


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences about one report in one language."""

    report: RunReport
    language: str

    def translate(self, message: str) -> str:
        """``message`` in the language of the report."""
        return translations(self.language).gettext(message)

    def named(self, kind: str, code: str) -> str:
        """What people call ``code``."""
        return name(kind, code, self.translate)

    def persona(self, code: str) -> str:
        """What people call a persona; of an empty one, that the document sets it or nobody does."""
        _ = self.translate
        return self.named("persona", code) if code else _("as the document has it")

    def decision(self, verdict: Verdict) -> str:
        """Whether the caller can go on the phone."""
        _ = self.translate
        sentences = {
            Decision.READY: _("{caller} can go on the phone."),
            Decision.NOT_READY: _("{caller} cannot go on the phone yet."),
            Decision.NOT_PROVEN: _("Whether {caller} can go on the phone is not proven."),
        }
        return sentences[verdict.decision].format(caller=verdict.caller)

    def basis(self, verdict: Verdict) -> str:
        """How good the caller is, and over how many calls."""
        _ = self.translate
        total = verdict.total
        if total.mean is None:
            return _("No call could be scored.")
        if total.low is None:
            return _("Mean total {mean} over {n} calls; too few for an interval.").format(
                mean=share(total.mean), n=number(total.n)
            )
        return _(
            "Mean total {mean}, between {low} and {high} with 95% confidence, over {n} calls on {m} documents."
        ).format(
            mean=share(total.mean), low=share(total.low), high=share(total.high), n=number(total.n), m=total.scenarios
        )

    def because(self, verdict: Verdict) -> str:
        """Which limits the caller misses or, where it misses none, which are not proven."""
        _ = self.translate
        missed = [self.limit(each) for each in verdict.criteria if each.state is State.MISSED]
        unproven = [self.limit(each) for each in verdict.criteria if each.state is State.OPEN]
        if missed:
            return _("Missed: {limits}.").format(limits=_("; ").join(missed))
        if unproven:
            return _("Not proven: {limits}.").format(limits=_("; ").join(unproven))
        return _("All limits are kept.")

    def limit(self, criterion: Criterion) -> str:
        """What is asked of a caller."""
        _ = self.translate
        if criterion.key == "total":
            return _("mean total at least {limit}").format(limit=share(criterion.limit))
        if criterion.key == "serious":
            return _("major or critical violations in at most {limit} of the calls").format(
                limit=percent(criterion.limit)
            )
        if criterion.key == "critical":
            return _("no critical violation")
        return _("mean total at least {limit} with the hardest customers ({persona})").format(
            limit=share(criterion.limit), persona=self.persona(criterion.name)
        )

    def standing(self, criterion: Criterion) -> str:
        """How the caller stands to a limit, in figures."""
        _ = self.translate
        figure = criterion.figure
        if figure is None or figure.mean is None:
            return "–"
        if criterion.key == "critical":
            return _("{count} of {n} calls").format(count=number(criterion.count), n=number(figure.n))
        return spread(figure, percent if criterion.key == "serious" else share)

    def state(self, criterion: Criterion) -> str:
        """Whether a limit is kept, in a word."""
        _ = self.translate
        return {State.MET: _("kept"), State.MISSED: _("not kept"), State.OPEN: _("not proven")}[criterion.state]

    def doubt(self, doubt: str, verdict: Verdict) -> str:
        """Why the figures carry less than they seem to."""
        _ = self.translate
        lost = verdict.lost
        if doubt == "few_calls":
            return _("Only {n} calls count: too few to decide on.").format(n=number(verdict.total.n))
        if doubt == "lost":
            return _(
                "{share} of the cells are in no mean ({failed} broken off, {invalid} with an untrue customer, "
                "{unscored} unscored): too many to decide on."
            ).format(share=percent(lost.share), failed=lost.failed, invalid=lost.invalid, unscored=lost.unscored)
        if doubt == "few_documents":
            return _(
                "Only {m} documents: intervals over so few are wide, and more documents settle more than more trials."
            ).format(m=verdict.total.scenarios)
        return _(
            "One document, or too few: the interval holds for further calls on the same documents and says nothing "
            "of others."
        )

    def mend(self, mend: Mend) -> str:
        """One thing to mend, with its weight, and whose it is where there are several callers."""
        _ = self.translate
        if mend.caller and len(self.report.statistics.callers) > 1:
            return _("{caller}: {what}").format(caller=mend.caller, what=self._mend(mend))
        return self._mend(mend)

    def _mend(self, mend: Mend) -> str:
        _ = self.translate
        where = self.report.title(mend.scenario)
        count, whole = number(mend.count), number(mend.of)
        if mend.kind == "critical":
            return _("{rule}: critical in {count} of {n} calls").format(
                rule=self.named("rule", mend.name), count=count, n=whole
            )
        if mend.kind == "rule":
            return _("{rule}: in {count} of {n} calls ({share})").format(
                rule=self.named("rule", mend.name), count=count, n=whole, share=percent(mend.value)
            )
        if mend.kind == "step":
            return _("Step {number} of “{scenario}”: not fully done in {count} of {n} calls").format(
                number=mend.number, scenario=where, count=count, n=whole
            )
        if mend.kind == "persona":
            return _("{persona} customers: mean total only {mean}").format(
                persona=self.persona(mend.name), mean=share(mend.value)
            )
        return _("“{scenario}” leaves questions open {count} times, most often “{question}”").format(
            scenario=where, count=count, question=mend.name
        )
