"""How well customers are understood: facts asked for, acts, conditions, answers conveyed; and how fast.

Ours is measured by models that have not seen the document (or condition) at hand: they
are learnt anew, which takes a minute or two. The gold is measured by the shipped models.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from sklearn.metrics import f1_score

from record import ROOT, Figure, record

sys.path.insert(0, str(ROOT / "training"))

import acts as acts_training
import condition as condition_training
import match as match_training
from corpus import DATA, GOLD, Utterance, listed_utterances, own_utterances, records, spoken_utterances
from kefu.language.acts import Act, read_acts
from kefu.language.condition import Condition
from kefu.language.match import FactIndex
from questions import Asked, asked_in, families, own_bases, own_questions

ACTS = [act.value for act in Act]


def facts_ours() -> list[Figure]:
    documents = own_questions()
    unseen = match_training.unseen_rows([*documents, *own_bases()], families(), own_utterances())
    weights = match_training.held_out_weights(unseen)
    rows = [row for row in unseen.alone if row.doc.endswith(".md")]
    chosen = [int(match_training.shares(row, weights[row.doc]).argmax()) for row in rows]
    right = [(None if best == len(row.facts) else best) == row.right for best, row in zip(chosen, rows, strict=True)]
    on = f"{len(documents)} own documents, each unseen; {len(rows)} questions"
    return [Figure(what="fact asked for, none among them", value=float(np.mean(right)), unit="accuracy", on=on)]


def facts_gold(documents: Sequence[Asked]) -> list[Figure]:
    right: list[bool] = []
    for document in documents:
        index = FactIndex.of(document.facts)
        right += [index.match(text).fact == (None if fact is None else fact + 1) for text, fact in document.said]
    on = f"gold: {len(documents)} documents, {len(right)} questions"
    return [Figure(what="fact asked for, none among them", value=float(np.mean(right)), unit="accuracy", on=on)]


def acts_of(name: str, truth: np.ndarray, chosen: np.ndarray) -> list[Figure]:
    each = f1_score(truth, chosen, average=None, zero_division=0)
    print(f"\n{'act':12}{'n':>6}{'P':>7}{'R':>7}{'F1':>7}    {name}")
    for i, act in enumerate(ACTS):
        both = int((truth[:, i] & chosen[:, i]).sum())
        said, real = int(chosen[:, i].sum()), int(truth[:, i].sum())
        print(f"{act:12}{real:6}{both / max(said, 1):7.2f}{both / max(real, 1):7.2f}{each[i]:7.2f}")
    print()
    micro = float(f1_score(truth, chosen, average="micro"))
    return [Figure(what="acts", value=micro, unit="micro-F1", on=f"{name}, {len(truth)} utterances")]


def acts_ours() -> list[Figure]:
    rows = own_utterances()
    truth = acts_training.labels(rows)
    scores = acts_training.held_out(rows, acts_training.STRENGTHS[1])
    slope, shift = acts_training.scales(scores, truth)
    logits = scores * slope + shift
    chosen = acts_training.decide(logits, acts_training.best_limits(logits, truth))
    return acts_of("own documents, each unseen", truth, chosen)


def acts_gold(name: str, rows: Sequence[Utterance]) -> list[Figure]:
    chosen = np.array([[act in read_acts(row.text, row.caller) for act in Act] for row in rows])
    return acts_of(name, acts_training.labels(rows), chosen)


def conditions() -> list[Figure]:
    pairs = [condition_training.Pair(**each) for each in records([DATA / "conditions.jsonl"])]
    names = sorted({pair.condition for pair in pairs})
    right: list[bool] = []
    for fold in range(condition_training.FOLDS):
        unseen = set(names[fold :: condition_training.FOLDS])
        weights = condition_training.fit([pair for pair in pairs if pair.condition not in unseen])
        held = [pair for pair in pairs if pair.condition in unseen]
        right += [(condition_training.likely(pair, weights) >= 0.5) == pair.holds for pair in held]
    on = f"{len(names)} own conditions, each unseen; {len(pairs)} utterances, {sum(p.holds for p in pairs)} hold"
    return [Figure(what="condition holds or not", value=float(np.mean(right)), unit="accuracy", on=on)]


def microseconds(work: Callable[[str], object], texts: Iterable[str]) -> float:
    """CPU time a text that was not met before; the best of seven goes over as many shares of the texts."""
    every = list(dict.fromkeys(texts))
    times: list[float] = []
    for part in range(7):
        some = every[part::7]
        started = time.process_time()
        for text in some:
            work(text)
        times.append((time.process_time() - started) / len(some) * 1e6)
    return min(times)


def speed() -> list[Figure]:
    documents = own_questions()
    index = FactIndex.of(documents[0].facts)
    index.match("您好")
    read_acts("您好")
    texts = [text for document in documents for text, _ in document.said]
    apart = [text for number, text in enumerate(texts) if number % 2]
    others = [text for number, text in enumerate(texts) if not number % 2]
    started = time.process_time()
    for document in documents:
        FactIndex.of(document.facts)
    build = (time.process_time() - started) / len(documents) * 1e3
    condition = Condition.of("如客户犹豫或询问费用")
    condition.holds("您好", ())
    on = f"{sum(map(len, texts)) / len(texts):.0f} characters each"
    return [
        Figure(what="index of a knowledge base", value=build, unit="ms", on="7 facts on average"),
        Figure(what="fact asked for", value=microseconds(index.match, apart), unit="µs/utterance", on=on),
        Figure(what="acts", value=microseconds(read_acts, apart), unit="µs/utterance", on=on),
        Figure(
            what="condition",
            value=microseconds(lambda text: condition.holds(text, (Act.ASK,)), others),
            unit="µs/utterance",
            on="the first time an utterance is met",
        ),
    ]


def main() -> None:
    figures = speed() + facts_ours()
    if GOLD.is_dir():
        figures += facts_gold(asked_in([GOLD / "understanding.jsonl"]))
    figures += acts_ours()
    if GOLD.is_dir():
        figures += acts_gold("gold, listed", list(listed_utterances([GOLD / "understanding.jsonl"])))
        figures += acts_gold("gold, in calls", list(spoken_utterances(sorted(GOLD.glob("transcripts-*.jsonl")))))
    figures += conditions()
    record("understanding", "Understanding what customers say", figures)


if __name__ == "__main__":
    main()
