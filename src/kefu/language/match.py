"""Which fact of a knowledge base an utterance asks for, if any, and which facts a turn conveys.

Each fact is weighed by how near its question and its answer lie to the utterance in
meaning, and by the rare concepts and character runs they share; "none of them" is
weighed by how idle the utterance sounds. The weights are those of a choice model
(conditional logit) fitted by ``training/match.py``, so that what comes out are
probabilities.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, log, sqrt
from operator import itemgetter, mul

from kefu.language.acts import Act, act_scores
from kefu.language.concepts import concepts
from kefu.language.conveyance import Content
from kefu.language.lanes import even
from kefu.language.meaning import CONCEPT, Meaning, Space, meaning, space
from kefu.language.vectors import Vectors, weight_of

__all__ = ["EVIDENCE", "IDLENESS", "FactIndex", "Match"]

EVIDENCE = (
    "question",
    "answer",
    "question_runs",
    "answer_runs",
    "question_concepts",
    "question_type",
    "answer_concepts",
)
"""What is weighed for a fact: nearness to its question and answer, then what they share with the utterance."""
IDLENESS = ("always", "idle", "choices", "called", "quiet")
"""What is weighed for none: a constant, how idle the utterance sounds, how many facts there are to choose from; after
a line of the caller's a constant, for most of a call asks nothing, and how quiet an answer to that line it is."""
_QUIET = frozenset({Act.CONFIRM, Act.DENY, Act.ACCEPT, Act.INFORM, Act.UNCLEAR, Act.BYE})
"""Acts that ask for nothing, by themselves or together."""
_LOUD = tuple(act for act in Act if act not in _QUIET)
_NEAR = 2
"""Of EVIDENCE, the first two are cosines; the rest come from shared atoms, in these places:"""
_RUNS, _ANSWER_RUNS, _TOPICS, _TYPE, _ANSWER_TOPICS = range(len(EVIDENCE) - _NEAR)
_SHORT = 160
"""Characters of an utterance that is remembered."""
_ANSWER_LENGTH = 8.0
"""Answers are not measured by their own length: a long one may answer more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The fact asked for, 1-based, or ``None``; ``score`` is how probable the likeliest fact is, asked for or not."""

    fact: int | None
    score: float
    likeliest: int | None
    runner_up: int | None
    shares: tuple[float, ...]
    """The probability of each fact; what is missing to 1 is the probability of none."""


_NO_MATCH = Match(fact=None, score=0.0, likeliest=None, runner_up=None, shares=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weights:
    fact: tuple[float, ...]
    idle: tuple[float, ...]


class FactIndex:
    """The facts of one knowledge base, ready to be asked for."""

    __slots__ = (
        "_answers",
        "_blends",
        "_contents",
        "_facts",
        "_postings",
        "_questions",
        "_space",
        "_vectors",
        "_words",
    )

    def __init__(
        self, facts: Sequence[tuple[str, str]], within: Space | None = None, vectors: Vectors | None = None
    ) -> None:
        self._space = within
        self._vectors = vectors
        self._facts = tuple(facts)
        known = within or space()
        self._questions = tuple(self._read(question) for question, _ in facts)
        self._answers = tuple(self._read(answer) for _, answer in facts)
        self._postings = _postings(self._questions, self._answers, known)
        self._blends: tuple[tuple[float, ...], ...] = ()
        self._words = tuple(answer for _, answer in facts)
        self._contents: tuple[Content, ...] = ()

    @classmethod
    def of(cls, facts: Sequence[tuple[str, str]], vectors: Vectors | None = None) -> FactIndex:
        """The index of ``facts``, pairs of question and answer; either may be empty.

        ``vectors`` count besides, as far as they know the facts and the text.
        """
        return cls(facts, vectors=vectors)

    def match(self, text: str, caller_line: str = "") -> Match:
        """The fact that a customer's ``text`` asks for."""
        if not self._questions or not text.strip():
            return _NO_MATCH
        logits = _logits(self, text) if len(text) <= _SHORT else self.logits(text)
        if self._vectors and (leanings := self._vectors.leanings(text, self._facts)) is not None:
            weight = weight_of("fact")
            logits = [logit + weight * leaning for logit, leaning in zip(logits, leanings, strict=True)]
        return _match(logits, sum(map(mul, _weights().idle, self.idleness(text, caller_line))))

    def logits(self, text: str) -> Sequence[float]:
        """How much speaks for each fact, by the words of ``text`` alone."""
        heard = self._read(text)
        weights = _weights()
        return [
            near + sum(map(mul, weights.fact[_NEAR:], shared))
            for near, shared in zip(self._nearness(heard, weights), self._shared(heard), strict=True)
        ]

    def conveyed(self, text: str, least: float = 0.1) -> list[tuple[int, float]]:
        """The facts, 1-based, whose answer a caller's ``text`` gives, likeliest first, with how likely it does."""
        said = self._content(text, self._read(text))
        shares = [(fact, content.share_in(said)) for fact, content in enumerate(self._told(), start=1)]
        return sorted((each for each in shares if each[1] >= least), key=itemgetter(1), reverse=True)

    def conveys(self, text: str, fact: int) -> float:
        """How likely a caller's ``text`` gives the answer of the 1-based ``fact``, 0 to 1."""
        return self._told()[fact - 1].share_in(self._content(text, self._read(text)))

    def _told(self) -> tuple[Content, ...]:
        """What the answers convey."""
        if not self._contents:
            self._contents = tuple(map(self._content, self._words, self._answers))
        return self._contents

    def _content(self, text: str, read: Meaning) -> Content:
        return Content.of(text, read, self._space)

    def evidence(self, text: str) -> list[tuple[float, ...]]:
        """For each fact what is weighed, in the order of EVIDENCE."""
        heard = self._read(text)
        return [
            (_dot(heard, question), _dot(heard, answer), *shared)
            for question, answer, shared in zip(self._questions, self._answers, self._shared(heard), strict=True)
        ]

    def idleness(self, text: str, caller_line: str = "") -> tuple[float, ...]:
        """What is weighed for none, in the order of IDLENESS."""
        alone = (1.0, self._read(text).idle, log(len(self._questions)))
        if not caller_line:
            return *alone, 0.0, 0.0
        scores = act_scores(text, caller_line)
        return *alone, 1.0, 1 - max(map(scores.__getitem__, _LOUD))

    def _read(self, text: str) -> Meaning:
        return self._space.meaning(text) if self._space else meaning(text)

    def _nearness(self, heard: Meaning, weights: _Weights) -> Iterable[float]:
        # weighing the sum of two weighted directions is the same as weighing two cosines, at half the cost
        if not self._blends:
            for_question, for_answer = weights.fact[:_NEAR]
            self._blends = tuple(
                tuple(
                    for_question * q + for_answer * a for q, a in zip(question.direction, answer.direction, strict=True)
                )
                for question, answer in zip(self._questions, self._answers, strict=True)
            )
        direction = heard.direction
        return [sum(map(mul, direction, blend)) for blend in self._blends]

    def _shared(self, heard: Meaning) -> list[list[float]]:
        totals = [[0.0] * (len(EVIDENCE) - _NEAR) for _ in self._questions]
        postings = self._postings
        for atom in heard.atoms:
            if atom in postings:
                for fact, place, share in postings[atom]:
                    totals[fact][place] += share
        by_runs, by_topics = _lengths(heard)
        measures = [by_runs if place in (_RUNS, _ANSWER_RUNS) else by_topics for place in range(len(EVIDENCE) - _NEAR)]
        return [[shared / by for shared, by in zip(total, measures, strict=True)] for total in totals]


@lru_cache(maxsize=2048)
def _logits(index: FactIndex, text: str) -> Sequence[float]:
    # the same words are heard again: in other calls on the document, and by whoever scores the call
    return index.logits(text)


def _dot(a: Meaning, b: Meaning) -> float:
    return sum(map(mul, a.direction, b.direction))


def _match(logits: Sequence[float], idle: float) -> Match:
    top = max(idle, *logits)
    odds = [exp(logit - top) for logit in logits]
    whole = sum(odds) + exp(idle - top)
    order = sorted(range(len(odds)), key=odds.__getitem__, reverse=True)
    best = order[0]
    return Match(
        fact=best + 1 if logits[best] > idle else None,
        score=odds[best] / whole,
        likeliest=best + 1,
        runner_up=order[1] + 1 if len(order) > 1 else None,
        shares=tuple(odd / whole for odd in odds),
    )


def _lengths(text: Meaning) -> tuple[float, float]:
    """What shared runs and concepts are measured by, so that a long text does not share more for being long."""
    topics = len(text.concepts)
    return sqrt(len(text.atoms) - topics) + 1, sqrt(topics) + 1


def _postings(
    questions: Sequence[Meaning], answers: Sequence[Meaning], known: Space
) -> dict[str, tuple[tuple[int, int, float], ...]]:
    """For each atom the facts that it tells of: the fact, the place in what is shared, and how much it counts there.

    A concept also tells of facts that speak of a broader or narrower one, at half its weight.
    """
    posted: dict[str, list[tuple[int, int, float]]] = {}

    def post(atom: str, fact: int, place: int, share: float) -> None:
        posted.setdefault(atom, []).append((fact, place, even(share)))

    for fact, texts in enumerate(zip(questions, answers, strict=True)):
        for text, on_answer in zip(texts, (False, True), strict=True):
            by_runs, by_topics = (_ANSWER_LENGTH, _ANSWER_LENGTH) if on_answer else _lengths(text)
            for concept in text.concepts:
                place = _ANSWER_TOPICS if on_answer else _TYPE if concept in _generic() else _TOPICS
                weight = known.rarity(CONCEPT + concept) ** 2 / by_topics
                post(CONCEPT + concept, fact, place, weight)
                for near in _near(concept):
                    post(CONCEPT + near, fact, place, weight / 2)
            for run in text.atoms:
                if len(run) > 1 and not run.startswith(CONCEPT):
                    post(run, fact, _ANSWER_RUNS if on_answer else _RUNS, known.rarity(run) ** 2 / by_runs)
    return {atom: tuple(where) for atom, where in posted.items()}


@cache
def _near(concept: str) -> tuple[str, ...]:
    """The concepts that ``concept`` names as broader, and those that name it."""
    known = concepts()
    narrower = (key for key, other in known.items() if concept in other.broader)
    return tuple(dict.fromkeys((*known[concept].broader, *narrower)))


@cache
def _generic() -> frozenset[str]:
    """Concepts that say how a thing is asked, not what."""
    return frozenset(key for key, concept in concepts().items() if concept.generic)


@cache
def _weights() -> _Weights:
    data = json.loads(files("kefu.language").joinpath("model", "match.json").read_text(encoding="utf-8"))
    return _Weights(
        fact=tuple(data["fact"][name] for name in EVIDENCE), idle=tuple(data["idle"][name] for name in IDLENESS)
    )
