"""When and how the caller lets go: a stranger, a refusal, no time, a farewell, no answer.

A refusal gets at most one soft reply, where the document has one. What a customer
declines in the course of a call is let go without ending it.
"""

from __future__ import annotations

from kefu.call.answering import Answering
from kefu.call.closing import close
from kefu.call.course import Course
from kefu.call.hearing import Heard
from kefu.call.line import does
from kefu.call.plan import MOST
from kefu.language.acts import Act

__all__ = ["Leaving"]

_EARLY = 2
_SHORT = 14
_BARE = 8
_MOST_UNCLEAR = 3
_MOST_DECLINED = 2
_ALMOST_THROUGH = 0.8
_NEARLY_DONE = 0.85
_UNDER_WAY = 0.3
_CONTEXT = 3
_WITH_ANSWER = 115
_SHORT_ANSWER = 80
_PLAINLY_ASKED = 0.7
_COMES_ROUND = (Act.ACCEPT, Act.ASK, Act.CONFIRM, Act.INFORM, Act.SATISFIED, Act.HESITATE, Act.DENY)
"""What shows, after a soft reply to a refusal, that the customer talks on."""
_NO_ANSWER_TO = frozenset({"wrong_person", "no_reply"})


class Leaving:
    """How one caller ends one call. A turn that ends it comes with its reason, one that prepares to without."""

    def __init__(self, course: Course, answering: Answering) -> None:
        self._course = course
        self._answering = answering
        self._waiting_for_time = False
        self._soft_used = False
        self._softened = False
        self._declined = 0
        self._unclear = 0

    def turn(self, heard: Heard) -> tuple[str, str] | None:
        """The turn that ends the call, or prepares to; ``None`` while there is reason to go on."""
        if self._is_stranger(heard):
            return self.close("wrong_person", "wrong_person", heard)
        if _parts(heard):
            return self._farewell(heard)
        if self._waiting_for_time:
            return self._with_time(heard)
        softened, self._softened = self._softened, False
        if softened and not heard.does(*_COMES_ROUND):
            return self.close("refused", "customer_refused", heard)
        if self._refuses(heard) and (turn := self._refused(heard)) is not None:
            return turn
        has_no_time = self._has_no_time(heard)
        if heard.wants("text") and self._puts_off(heard, has_no_time=has_no_time):
            return self.close("text", "deferred", heard)
        if has_no_time:
            return self._busy(heard)
        return self.close("no_reply", "no_reply", heard) if self._is_silent(heard) else None

    def close(self, occasion: str, reason: str, heard: Heard) -> tuple[str, str]:
        """The last words; a question that the knowledge base answers is answered first."""
        course = self._course
        head = ""
        if occasion not in _NO_ANSWER_TO and heard.does(Act.ASK) and heard.sure and not heard.wants("later"):
            head = self._answering.answer(heard, ())
        course.said.add(head)
        text = close(course, occasion, "".join(turn.text for turn in course.heard[-_CONTEXT:]))
        if head and len(head) + len(text) > _WITH_ANSWER:
            text = course.choose("closing.left") or text
        course.closed = reason
        return head + text, reason

    def finally_(self, text: str, reason: str) -> tuple[str, str]:
        """``text`` as the last words."""
        self._course.closed = reason
        return (text if "再见" in text else text + self._course.choose("closing.end")), reason

    def _is_stranger(self, heard: Heard) -> bool:
        early = len(self._course.heard) <= _EARLY and not self._course.progress.confirmed
        return early and heard.wants("wrong") and (heard.does(Act.DENY) or heard.wants("stranger"))

    def _puts_off(self, heard: Heard, *, has_no_time: bool) -> bool:
        """Whether somebody who wants it in writing would rather not go on by phone."""
        share = self._course.progress.share
        if "text" not in self._course.plan.register:
            return False
        if has_no_time:
            return share > _UNDER_WAY
        return share >= _ALMOST_THROUGH and heard.does(Act.HESITATE, Act.BUSY, Act.IMPATIENT)

    def _has_no_time(self, heard: Heard) -> bool:
        now = heard.does(Act.ASK, Act.BUSY, Act.HESITATE, Act.IMPATIENT) or heard.wants("busy")
        if heard.wants("later") and now:
            return True
        if _urges(heard) or heard.wants("aside"):
            return False
        early = len(self._course.heard) <= _EARLY and len(heard.text) <= _SHORT
        return heard.wants("busy") and (heard.does(Act.BUSY) or early or heard.wants("text"))

    def _is_silent(self, heard: Heard) -> bool:
        """Whether nothing has come from the customer for several turns."""
        self._unclear = self._unclear + 1 if heard.does(Act.UNCLEAR) and not heard.answers else 0
        return self._unclear > _MOST_UNCLEAR

    def _farewell(self, heard: Heard) -> tuple[str, str]:
        if self._course.progress.share >= _NEARLY_DONE:
            return self.close("done", "completed", heard)
        if heard.does(Act.REFUSE) or heard.wants("stop_calls") or heard.wants("no_interest"):
            return self.close("refused", "customer_refused", heard)
        if self._waiting_for_time:
            return self.close("busy", "customer_busy", heard)
        return self.close("left", "customer_left", heard)

    def _refuses(self, heard: Heard) -> bool:
        """Whether ``heard`` refuses the call, or a part of it, in so many words."""
        if heard.wants("stop_calls"):
            return heard.does(Act.REFUSE, Act.IMPATIENT, Act.COMPLAIN) or not heard.does(Act.ACCEPT)
        if heard.wants("no_interest") and heard.does(Act.IMPATIENT, Act.COMPLAIN, Act.BYE, Act.BUSY):
            return True
        conditional = heard.wants("conditional") and heard.does(Act.ASK, Act.DOUBT)
        return heard.does(Act.REFUSE) and heard.wants("refusal") and not conditional

    def _refused(self, heard: Heard) -> tuple[str, str] | None:
        """The answer to a refusal; ``None`` where only a part is declined."""
        course = self._course
        if heard.wants("stop_calls"):
            writes = "text" in course.plan.register and heard.wants("text") and not heard.wants("bye")
            if writes and course.progress.share > _UNDER_WAY:
                return self.close("text", "deferred", heard)
            return self._softly(heard, last=True) or self.close("refused", "customer_refused", heard)
        from_the_start = (
            heard.wants("outright")
            and course.progress.share < _UNDER_WAY
            and does("asks_to_listen", course.question)
            and not heard.does(Act.ASK)
        )
        if from_the_start:  # not to listen at all is no objection to answer
            return self._softly(heard, last=True) or self.close("refused", "customer_refused", heard)
        if not heard.wants("no_interest"):
            if does("offers", course.question):
                self._declined += 1
                if self._declined <= _MOST_DECLINED:
                    return None
            elif not heard.wants("outright"):
                return None
        return self._softly(heard) or self.close("refused", "customer_refused", heard)

    def _softly(self, heard: Heard, *, last: bool = False) -> tuple[str, str] | None:
        """The document's one reply to a refusal, if there is one that has not been used; the ``last`` one must end."""
        course = self._course
        if self._soft_used or heard.wants("bye"):
            return None
        branch = course.progress.attitude(Act.REFUSE, heard)
        if branch is None or (last and not branch.final):
            return None
        self._soft_used = self._softened = True
        text = course.offered(branch)
        if not text:
            return None
        return self.finally_(text, "customer_refused") if branch.final or branch.ends else (text, "")

    def _busy(self, heard: Heard) -> tuple[str, str]:
        """Another time is offered, as the document says."""
        course = self._course
        branch = course.progress.attitude(Act.BUSY, heard)
        text = course.offered(branch) if branch else ""
        if not text and heard.fact is not None and heard.score >= _PLAINLY_ASKED:
            text = self._answering.answer(heard, ())
            asks = course.choose("busy") if len(text) <= _SHORT_ANSWER and "？" not in text else ""
            self._waiting_for_time = True
            if text:
                return text + asks, ""
        if not text:
            if "call_back" not in course.plan.register:
                return self.close("busy", "customer_busy", heard)
            text = course.choose("busy")
        elif branch is not None and not branch.beats[-1].asks and (branch.final or branch.ends):
            return self.finally_(text, "customer_busy")
        self._waiting_for_time = True
        return text, ""

    def _with_time(self, heard: Heard) -> tuple[str, str] | None:
        """After another time was offered: the close, unless the customer wants to go on now."""
        self._waiting_for_time = False
        if self._refuses(heard):
            return self.close("refused", "customer_refused", heard)
        when = heard.words("time")
        goes_on = heard.wants("go_ahead") or heard.does(Act.ASK)
        if not when and goes_on and not heard.wants("busy"):
            return None
        head = self._course.choose("appointed", time=when) if when else ""
        text, reason = self.close(*(("appointed", "call_back") if when else ("busy", "customer_busy")), heard)
        return (head + text if len(head) + len(text) <= MOST else text), reason


def _parts(heard: Heard) -> bool:
    """Whether it is goodbye."""
    if heard.wants("bye"):
        going = heard.does(Act.BYE, Act.IMPATIENT, Act.REFUSE, Act.COMPLAIN) or heard.wants("leaves")
        return len(heard.text) <= _BARE or going
    return False


def _urges(heard: Heard) -> bool:
    """Whether somebody who is busy wants to hear it all the same."""
    return heard.does(Act.IMPATIENT) or heard.wants("hurry") or (heard.does(Act.ACCEPT) and heard.wants("go_ahead"))
