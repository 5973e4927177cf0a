"""How much of what tells of a person is masked, and how much else is: per kind, on our own labelled talks.

``data/masking/written.jsonl`` was at hand while the recognisers were written,
``held-out.jsonl`` was written by the same hand and tuned nothing. Something is found
when all of it is masked; what is masked is right when it touches what was labelled.
The peer is what a team would write in an afternoon: a few regular expressions.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from kefu.call.call import Call
from kefu.call.turn import Speaker
from kefu.files import load_scenario, scenario_paths
from kefu.masking.mask import Keep, find, mask_talk
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario.write import write_scenario
from kefu.score import score_call
from record import ROOT, Figure, record

DATA = ROOT / "data" / "masking"
KINDS = {
    "name": "name",
    "echo": "name",
    "mobile": "mobile",
    "landline": "landline",
    "id": "id_card",
    "card": "bank_card",
    "email": "email",
    "account": "account",
    "plate": "plate",
    "address": "address",
}
Span = tuple[str, int, int]
Finder = Callable[[Sequence[str]], list[list[Span]]]


def ours(texts: Sequence[str]) -> list[list[Span]]:
    return [[(place.kind.value, place.start, place.end) for place in places] for places in find(texts)]


NAIVE = {
    "mobile": r"(?<!\d)1[3-9]\d{9}(?!\d)",
    "landline": r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)",
    "id_card": r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)",
    "bank_card": r"(?<!\d)\d{16}(?:\d{3})?(?!\d)",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "plate": r"[\u4e00-\u9fff][A-Z][·]?[A-Z0-9]{5,6}",
    "address": r"[\u4e00-\u9fff]+(?:路|街|巷)\d+号",
    "name": r"(?:(?<=我叫)|(?<=我是)|(?<=姓名))[\u4e00-\u9fff]{2,3}|[\u4e00-\u9fff]{1,3}(?=先生|女士|小姐)",
}


def naive(texts: Sequence[str]) -> list[list[Span]]:
    return [
        [(kind, m.start(), m.end()) for kind, pattern in NAIVE.items() for m in re.finditer(pattern, text)]
        for text in texts
    ]


def labelled(path: Path) -> list[tuple[list[str], list[list[Span]]]]:
    talks: list[tuple[list[str], list[list[Span]]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        turns = json.loads(line)["turns"]
        spans: list[list[Span]] = []
        for turn in turns:
            at, places = 0, list[Span]()
            for kind, words in turn["mask"]:
                at = turn["text"].index(words, at)
                places.append((kind, at, at + len(words)))
                at += len(words)
            spans.append(places)
        talks.append(([turn["text"] for turn in turns], spans))
    return talks


def measured(
    path: Path, finder: Finder, *, show: bool = False
) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str], int]:
    """Labelled, found, masked and rightly masked of each kind; and how many turns without a label were touched."""
    real, hit, said, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    touched = 0
    for texts, talk in labelled(path):
        for text, spans, places in zip(texts, talk, finder(texts), strict=True):
            masked = {at for _kind, start, end in places for at in range(start, end)}
            touched += not spans and bool(places)
            for kind, start, end in spans:
                real[KINDS[kind]] += 1
                hit[KINDS[kind]] += (found := all(at in masked for at in range(start, end)))
                if show and not found:
                    print(f"  missed {kind:9} {text[start:end]}  in  {text}")
            for kind, start, end in places:
                said[kind] += 1
                right[kind] += (fits := any(s < end and start < e for _kind, s, e in spans))
                if show and not fits:
                    print(f"  wrong  {kind:9} {text[start:end]}  in  {text}")
    return real, hit, said, right, touched


FILLED = (
    ("我姓柯，你叫我柯志明就行。", "好的柯先生。"),
    ("我电话是幺三七零零零零四五二八。", "您的号码是13700004528对吧？"),
    ("我住在双桥区和平巷7号院3单元201。", "好的，3单元201，记下了。"),
    ("发我邮箱吧，lanhai_88@163.com。", "好的，发到lanhai_88@163.com。"),
    ("房子写的我爱人吕秋萍的名字。", "吕女士的名字，好的。"),
)


def filled(call: Call, number: int) -> Call:
    """The call with names and numbers told by the customer and said back, at three places."""
    turns = list(call.turns)
    places = [
        place
        for place, (one, next_one) in enumerate(pairwise(turns))
        if one.speaker is Speaker.CUSTOMER and next_one.speaker is Speaker.CALLER
    ]
    for at, place in enumerate(places[:3]):
        told, echoed = FILLED[(number + at) % len(FILLED)]
        turns[place] = replace(turns[place], text=turns[place].text + told)
        turns[place + 1] = replace(turns[place + 1], text=echoed + turns[place + 1].text)
    return replace(call, turns=tuple(turns))


def scored_again() -> list[Figure]:
    """How far a card moves where a masked call is scored again, without what was masked."""
    apart: list[float] = []
    paths = [*scenario_paths([str(ROOT / "examples")]), *scenario_paths([str(ROOT / "data" / "scenarios")])]
    for path in paths:
        scenario = load_scenario(path)
        keep = Keep.of([write_scenario(scenario)])
        for seed in range(4):
            call = filled(asyncio.run(rehearse(scenario, Rehearsal(seed=seed))), len(apart))
            done = mask_talk([t.text for t in call.turns], [t.speaker for t in call.turns], keep=keep)
            turns = tuple(replace(turn, text=text) for turn, text in zip(call.turns, done.texts, strict=True))
            before, after = (score_call(scenario, each).totals.total for each in (call, replace(call, turns=turns)))
            apart.append(abs((before or 0) - (after or 0)))
    on = f"{len(apart)} rehearsed calls with names and numbers filled in; an import scores before it masks"
    close = sum(each <= 0.02 for each in apart) / len(apart)
    return [
        Figure(what="total of a masked call scored again, off by", value=sum(apart) / len(apart), unit="mean", on=on),
        Figure(what="… off by at most 0.02", value=close, unit="share", on=on),
    ]


def main() -> None:
    show = "--show" in sys.argv
    figures: list[Figure] = []
    for part in ("held-out", "written"):
        path = DATA / f"{part}.jsonl"
        turns = [(texts, spans) for texts, spans in labelled(path)]
        count = sum(len(texts) for texts, _spans in turns)
        plain = sum(1 for _texts, spans in turns for each in spans if not each)
        for name, finder in (("kefu", ours), ("naive expressions", naive)):
            real, hit, said, right, touched = measured(path, finder, show=show and finder is ours)
            print(f"\n{part}, {name}: {count} utterances, {plain} of them with nothing to mask")
            print(f"{'kind':12}{'n':>5}{'recall':>8}{'precision':>11}")
            for kind in dict.fromkeys(KINDS.values()):
                sure = f"{right[kind] / said[kind]:.2f}" if said[kind] else "–"
                print(f"{kind:12}{real[kind]:5}{hit[kind] / real[kind]:8.2f}{sure:>11}")
            on = f"{part}, {sum(real.values())} places in {count} utterances; {name}"
            numbers = [kind for kind in real if kind not in ("name", "address")]
            for label, kinds in (("names", ["name"]), ("numbers and accounts", numbers), ("addresses", ["address"])):
                n, found = sum(real[k] for k in kinds), sum(hit[k] for k in kinds)
                masked, fit = sum(said[k] for k in kinds), sum(right[k] for k in kinds)
                figures.append(
                    Figure(what=f"{label} masked whole", value=found / n, unit="recall", on=f"{on}, n = {n}")
                )
                if masked:
                    figures.append(Figure(what=f"{label} rightly masked", value=fit / masked, unit="precision", on=on))
            figures.append(
                Figure(what="turns touched with nothing to mask", value=touched / plain, unit="share", on=on)
            )
    texts = [
        text for part in ("held-out", "written") for talk, _spans in labelled(DATA / f"{part}.jsonl") for text in talk
    ]
    started = time.process_time()
    for start in range(0, len(texts), 16):
        find(texts[start : start + 16])
    spent = (time.process_time() - started) / len(texts) * 1e6
    figures.append(Figure(what="CPU time a turn", value=spent, unit="µs", on="talks of 16 turns"))
    figures += scored_again()
    print()
    record("masking", "What is masked in real calls", figures)


if __name__ == "__main__":
    main()
