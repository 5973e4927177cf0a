"""Count terms over our own documents, calls and utterances: how common each is decides how much it tells."""

from __future__ import annotations

import json
from collections import Counter

from calls import own_scenarios
from corpus import DATA, ROOT, records
from kefu.language.normalise import fold
from kefu.score.terms import pieces_of

OUT = ROOT / "src" / "kefu" / "score" / "model" / "terms.json"
RARE = 3


def texts() -> list[str]:
    found: list[str] = []
    for scenario in own_scenarios().values():
        for step in scenario.caller.steps:
            found += [step.title, *(u for line in step.lines for u in line.utterances)]
        for fact in scenario.caller.facts:
            found += [fact.question, fact.answer]
        found += [i.text for i in (*scenario.caller.openings, *scenario.caller.closings, *scenario.customer.imitate)]
    for record in records(sorted((DATA / "calls").glob("*.jsonl"))):
        found += [turn["text"] for turn in record["turns"]]
    for record in records(sorted((DATA / "understanding").glob("*.jsonl"))):
        found += [item["text"] for item in record["acts"]]
    return found


def main() -> None:
    counts: Counter[str] = Counter()
    everything = texts()
    for text in everything:
        counts.update(pieces_of(fold(text)))
    by_count: dict[int, list[str]] = {}
    for term, count in counts.items():
        if count >= RARE and term and not term.isspace():
            by_count.setdefault(count, []).append(term)
    terms = {str(count): " ".join(sorted(by_count[count])) for count in sorted(by_count)}
    OUT.write_text(json.dumps({"texts": len(everything), "terms": terms}, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(everything)} texts, {sum(map(len, by_count.values()))} terms, {OUT.stat().st_size // 1024} KiB")
