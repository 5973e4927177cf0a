"""Learn the vectors of atoms: what a customer says lies near the fact that it asks for, far from other facts.

Several blocks are learnt apart, from different random beginnings, and stand side by
side: together they are right more often than one of their joint width. An atom
dropped at random from each text keeps any single one from carrying a meaning alone.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from kefu.language.concepts import concepts
from kefu.language.meaning import CONCEPT, Space, atoms
from questions import Asked, Family

BLOCKS, WIDTH = 3, 32
STEPS, RATE = 300, 0.01
LEAST = 3
"""An atom seen in fewer texts has no vector."""
DROPPED = 0.5
SHARPNESS = 6.0
ANSWER = 0.7
"""How much the nearness to an answer counts beside that to its question."""
FAMILIES_AT_ONCE, DOCUMENTS_AT_ONCE, SAID_AT_ONCE = 40, 5, 12
IDLE_STRENGTH = 0.3


@dataclass(frozen=True)
class Learnt:
    """A space that can be used, and what is written of it."""

    space: Space
    rows: list[str]
    rarity: list[float]
    vectors: bytes
    idle: tuple[float, float]

    def write(self, path: Path) -> None:
        data = {
            "blocks": BLOCKS,
            "width": WIDTH,
            "idle": [round(value, 6) for value in self.idle],
            "atoms": self.rows,
            "rarity": [round(value, 2) for value in self.rarity],
            "vectors": b64encode(self.vectors).decode(),
        }
        path.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


class Choice(NamedTuple):
    """Texts by number: utterances, the facts to choose from, and which each utterance asks for."""

    said: list[int]
    questions: list[int]
    answers: list[int]
    right: list[int]
    spans: list[tuple[int, int]]


class Texts:
    """All texts once, as rows of a matrix of weighted atoms."""

    def __init__(self, documents: Sequence[Asked], families: Sequence[Family]) -> None:
        self.all: list[str] = []
        self.families = [
            ([(self.add(q), self.add(a)) for q, a in family.asked], [self.add(text) for text in family.said])
            for family in families
            if family.asked
        ]
        self.documents = [
            (
                [(self.add(q), self.add(a)) for q, a in document.facts],
                [(self.add(text), fact) for text, fact in document.said if fact is not None],
            )
            for document in documents
        ]
        self.counts: dict[str, int] = {}
        self.atoms = [sorted(atoms(text)) for text in self.all]
        for found in self.atoms:
            for atom in found:
                self.counts[atom] = self.counts.get(atom, 0) + 1
        kept = {atom for atom, count in self.counts.items() if count >= LEAST}
        self.rows = sorted(kept | {CONCEPT + concept for concept in concepts()})
        self.rarity = [self.rare(atom) for atom in self.rows]
        self.columns = {atom: column for column, atom in enumerate(self.rows)}
        self.matrix = self.weighed(self.atoms)

    def add(self, text: str) -> int:
        self.all.append(text)
        return len(self.all) - 1

    def rare(self, atom: str) -> float:
        return log((len(self.all) + 1) / (1 + self.counts.get(atom, 0)))

    def weighed(self, found: Sequence[Sequence[str]], *, binary: bool = False) -> csr_matrix:
        pointers, indices = [0], []
        for each in found:
            indices += [self.columns[atom] for atom in each if atom in self.columns]
            pointers.append(len(indices))
        weights = np.ones(len(indices)) if binary else np.array(self.rarity)[indices] / 6
        return csr_matrix((weights, indices, pointers), shape=(len(found), len(self.rows)))


def learn(documents: Sequence[Asked], families: Sequence[Family], idle_lines: Sequence[str] = ()) -> Learnt:
    """The space of ``documents`` and ``families``; ``idle_lines`` are more utterances that ask for nothing."""
    texts = Texts(documents, families)
    blocks = [_block(texts, seed) for seed in range(BLOCKS)]
    weight, bias = _idle(texts, documents, families, idle_lines)
    lanes = [*blocks, weight[:, None]]
    quantised = []
    scale = 1.0
    for block in lanes:
        scale = float(np.quantile(np.abs(block), 0.9995)) / 127 or 1.0
        quantised.append(np.clip(np.round(block / scale), -127, 127).astype(np.int8))
    vectors = np.concatenate(quantised, axis=1).tobytes()
    idle = (scale, bias)
    rarity = [log(len(texts.all) + 1), *texts.rarity]
    space = Space(rows=texts.rows, vectors=vectors, rarity=rarity, shape=(BLOCKS, WIDTH), idle=idle)
    return Learnt(space, texts.rows, rarity, vectors, idle)


def _block(texts: Texts, seed: int) -> np.ndarray:
    """One block of vectors, times the weight of each atom; Adam on a softmax over the facts to choose from."""
    numbers, random = np.random.default_rng(seed), Random(seed)
    spread = np.where([row.startswith(CONCEPT) for row in texts.rows], 1.0, 0.3)
    table = numbers.normal(0, 1 / np.sqrt(WIDTH), (len(texts.rows), WIDTH)) * spread[:, None]
    mean, square = np.zeros_like(table), np.zeros_like(table)
    for step in range(STEPS):
        slope = _slope(texts.matrix, table, _choice(texts, random), numbers)
        mean += 0.1 * (slope - mean)
        square += 0.01 * (slope * slope - square)
        level = np.sqrt(square / (1 - 0.99 ** (step + 1))) + 1e-8
        table -= RATE * (1 - step / STEPS) * (mean / (1 - 0.9 ** (step + 1))) / level
    return table * (np.array(texts.rarity) / 6)[:, None]


def _choice(texts: Texts, random: Random) -> Choice:
    """Some families, to tell apart from one another, and some documents, each fact among its own."""
    choice = Choice([], [], [], [], [])
    chosen = random.sample(texts.families, min(FAMILIES_AT_ONCE, len(texts.families)))
    for place, (asked, said) in enumerate(chosen):
        question, answer = random.choice(asked)
        choice.questions.append(question)
        choice.answers.append(answer)
        for text in random.sample(said, min(2, len(said))):
            choice.said.append(text)
            choice.right.append(place)
            choice.spans.append((0, len(chosen)))
    for facts, said in random.sample(texts.documents, min(DOCUMENTS_AT_ONCE, len(texts.documents))):
        start = len(choice.questions)
        choice.questions.extend(question for question, _ in facts)
        choice.answers.extend(answer for _, answer in facts)
        for text, fact in random.sample(said, min(SAID_AT_ONCE, len(said))):
            choice.said.append(text)
            choice.right.append(start + fact)
            choice.spans.append((start, len(choice.questions)))
    return choice


def _slope(matrix: csr_matrix, table: np.ndarray, choice: Choice, numbers: np.random.Generator) -> np.ndarray:
    """The gradient of the mean loss of one choice with respect to ``table``."""
    rows = matrix[choice.said + choice.questions + choice.answers].copy()
    rows.data = rows.data * (numbers.random(len(rows.data)) > DROPPED)
    sums = rows @ table
    lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True) + 1e-6)
    units = sums / lengths
    said, questions, answers = np.split(units, np.cumsum([len(choice.said), len(choice.questions)]))
    scores = SHARPNESS * (said @ questions.T + ANSWER * (said @ answers.T))
    places = np.arange(scores.shape[1])
    spans = np.array(choice.spans)
    scores[(places < spans[:, :1]) | (places >= spans[:, 1:])] = -1e9
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = odds / odds.sum(axis=1, keepdims=True)
    error[np.arange(len(choice.said)), choice.right] -= 1
    error *= SHARPNESS / len(choice.said)
    inward = np.concatenate([error @ (questions + ANSWER * answers), error.T @ said, ANSWER * error.T @ said])
    return rows.T @ ((inward - (inward * units).sum(axis=1, keepdims=True) * units) / lengths)


def _idle(
    texts: Texts, documents: Sequence[Asked], families: Sequence[Family], idle_lines: Sequence[str]
) -> tuple[np.ndarray, float]:
    """Weights and bias of the log odds that an utterance asks for no fact."""
    rows = [(text, fact is None) for document in documents for text, fact in document.said]
    rows += [(text, not family.asked) for family in families for text in family.said]
    rows += [(text, True) for text in idle_lines]
    matrix = texts.weighed([sorted(atoms(text)) for text, _ in rows], binary=True)
    model = LogisticRegression(C=IDLE_STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(matrix, [idle for _, idle in rows])
    return model.coef_[0], float(model.intercept_[0])
