"""How far the concept lexicon carries a colloquial question to the fact that answers it.

For each labelled question: does it share a concept that is not generic with its
fact, and does it share more with that fact than with the document's others?

    python benchmarks/concept_coverage.py [--misses] [labelled.jsonl ...]

Without files: ``data/understanding`` and, where it is there, ``../shared/gold``.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kefu.language.concepts import concepts, concepts_in, content_hash, with_broader
from kefu.language.normalise import normalise
from kefu.scenario.parse import parse_scenario

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "data" / "scenarios", ROOT / "examples", ROOT.parent / "shared" / "scenarios")
GOLD = ROOT.parent / "shared" / "gold" / "understanding.jsonl"


@dataclass
class Tally:
    """Counts over the questions of one group of documents."""

    questions: int = 0
    covered: int = 0
    covered_by_question: int = 0
    first: int = 0
    shared_right: float = 0.0
    shared_wrong: float = 0.0
    strangers: int = 0
    strangers_covered: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("questions", "covered", "covered_by_question", "first", "shared_right", "shared_wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.strangers += other.strangers
        self.strangers_covered += other.strangers_covered
        self.misses += other.misses


def telling(text: str) -> Counter[str]:
    """The concepts of ``text`` that are not generic."""
    known = concepts()
    return Counter({concept: n for concept, n in concepts_in(normalise(text)).items() if not known[concept].generic})


def measure(document: Path, labelled: list[dict[str, object]]) -> Tally:
    facts = parse_scenario(document.read_text(encoding="utf-8")).caller.facts
    questions = [telling(fact.question) for fact in facts]
    wholes = [telling(f"{fact.question}\n{fact.answer}") for fact in facts]
    spread = Counter(concept for whole in wholes for concept in with_broader(whole))
    tally = Tally()
    for item in labelled:
        asked = telling(str(item["text"]))
        if item["label"] is None:
            tally.strangers += 1
            tally.strangers_covered += any(asked.keys() & whole.keys() for whole in wholes)
            continue
        right = int(str(item["label"])) - 1
        shared = [len(asked.keys() & whole.keys()) for whole in wholes]
        tally.questions += 1
        tally.covered += shared[right] > 0
        tally.covered_by_question += bool(asked.keys() & questions[right].keys())
        tally.shared_right += shared[right]
        tally.shared_wrong += (sum(shared) - shared[right]) / max(len(shared) - 1, 1)
        weights = [
            _closeness(asked, question, whole, spread, len(facts))
            for question, whole in zip(questions, wholes, strict=True)
        ]
        tally.first += weights[right] > 0 and weights[right] == max(weights)
        if not shared[right]:
            tally.misses.append(f"{item['text']}\n    {sorted(asked)}\n    -> {facts[right].question}")
    return tally


def _closeness(
    asked: Counter[str], question: Counter[str], whole: Counter[str], spread: Counter[str], facts: int
) -> float:
    """Shared concepts, rare ones of the document heavier, those of the fact's question double."""
    near, near_question, near_whole = with_broader(asked), with_broader(question), with_broader(whole)
    return sum(
        math.log(1 + facts / spread[concept]) * weight * (near_whole[concept] + 2 * near_question.get(concept, 0.0))
        for concept, weight in near.items()
        if concept in near_whole
    )


def report(name: str, tally: Tally) -> None:
    n = tally.questions
    right, wrong = tally.shared_right / n, tally.shared_wrong / n
    print(
        f"{name:36} n={n:4}  covered {tally.covered / n:6.1%}  "
        f"by the question alone {tally.covered_by_question / n:6.1%}  "
        f"shared right {right:.2f} wrong {wrong:.2f} lift {right / wrong if wrong else math.inf:.2f}  "
        f"ranked first {tally.first / n:6.1%}  "
        f"unanswerable sharing with any fact {tally.strangers_covered}/{tally.strangers}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--misses", action="store_true", help="show the questions that share nothing with their fact")
    options = parser.parse_args()
    files = options.files or [*sorted((ROOT / "data" / "understanding").glob("*.jsonl")), GOLD]
    known = concepts().values()
    expressions = sum(len(concept.words) + len(concept.patterns) for concept in known)
    print(f"lexicon {content_hash()[:12]}: {len(known)} concepts, {expressions} expressions")
    groups = {"own": Tally(), "gold": Tally()}
    for file in files:
        if not file.exists():
            print(f"{file}: not there, skipped")
            continue
        total, unknown = Tally(), 0
        for line in file.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            document = next((path for folder in DOCUMENTS if (path := folder / record["doc"]).exists()), None)
            if document is None:
                unknown += 1
                continue
            total.add(measure(document, record["faq"]))
        if unknown:
            print(f"{file.name}: {unknown} records name no document here, skipped")
        if not total.questions:
            continue
        report(f"{file.parent.name}/{file.name}", total)
        groups["gold" if file == GOLD else "own"].add(total)
        if options.misses:
            print("\n".join(total.misses))
    for name, tally in groups.items():
        if tally.questions:
            report(f"all {name}", tally)
    sample = "上次说的那笔退费拖到现在也没动静，到底几天能回我卡里"
    began = time.perf_counter()
    for _ in range(2000):
        concepts_in(sample)
    print(f"concepts_in: {(time.perf_counter() - began) / 2000 * 1e6:.1f} µs for {len(sample)} characters")


if __name__ == "__main__":
    main()
