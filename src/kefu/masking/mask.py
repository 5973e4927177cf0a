"""A talk without the people in it: names, numbers and addresses become placeholders, the same for the same.

What stands in the document of the call (its hotline, the name of its caller) is
kept, since scoring compares with it. Nothing is looked up anywhere; what a
recogniser does not see stays. How much that is, ``benchmarks/masking.py`` measures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from kefu.masking.found import Found, Kind, word_data
from kefu.masking.name import given_of, is_word, names_in, surname_of
from kefu.masking.number import Piece, digits_in, kind_of, numbers_in, pieces_of
from kefu.masking.place import places_in

__all__ = ["Keep", "Masked", "find", "mask", "mask_talk"]

_NAME = re.compile(r"[\u4e00-\u9fff]{3}")
_SHOWN = {
    Kind.NAME: "姓名",
    Kind.MOBILE: "电话",
    Kind.LANDLINE: "电话",
    Kind.ID_CARD: "证件",
    Kind.BANK_CARD: "银行卡",
    Kind.EMAIL: "邮箱",
    Kind.ACCOUNT: "账号",
    Kind.PLATE: "车牌",
    Kind.ADDRESS: "地址",
}
"""No word of these makes a caller's line ask for a secret, as 卡号 would."""
_DIGIT_RUN = re.compile(r"[0-9０-９零〇一二三四五六七八九幺][0-9０-９零〇一二三四五六七八九幺\s\-－—()（）]*")
_IDLE = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9０-９]+|[嗯啊哦对好是的吧呢哎呀那然后再就]+")
_NUMBERS = (Kind.MOBILE, Kind.LANDLINE, Kind.ID_CARD, Kind.BANK_CARD)
_SPELT = (Kind.EMAIL, Kind.ACCOUNT, Kind.PLATE)
_MOST_READ = 20_000
_MOST_FRAGMENTS = 5
_FEW = 6
_NEAR = 12
_SHORT = 60
_MOST_IN_PIECE = 10
_LEAST_ECHO = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What is not masked: names and numbers that ``text``, the document of the call, holds itself."""

    text: str = ""
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Keep:
        """What the texts hold."""
        text = "\n".join(texts)
        runs = {digits_in(match[0]) for match in _DIGIT_RUN.finditer(text)}
        return cls(text=text, numbers=frozenset(run for run in runs if len(run) >= _LEAST_ECHO))

    def holds(self, found: Found, said: str) -> bool:
        """Whether the document says it as well."""
        if found.kind in _NUMBERS:
            return any(found.key == run or (len(found.key) >= 7 and found.key in run) for run in self.numbers)
        words = said[found.start : found.end]
        if found.kind is not Kind.NAME or len(words) > 1:
            return words in self.text
        # a surname alone is the document's where it stands there with its title (邹阿姨, 阮总), or with 小 before it,
        # or where the whole name is said beside it (我姓何，何晓棠)
        start, end = found.start, found.end
        small = said[max(0, start - 1) : start]
        titled = word_data()["name"]["short_titles"]
        if said[start : end + 2] in self.text or (said[end : end + 1] in titled and said[start : end + 1] in self.text):
            return True
        if small in ("小", "老") and small + words in self.text:
            return True
        near = range(max(0, start - _NEAR), start + _NEAR)
        return any(
            said[at : at + 1] == words and _NAME.fullmatch(said, at, at + 3) and said[at : at + 3] in self.text
            for at in near
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A talk with placeholders; ``counts`` says how many things of each kind were masked.

    ``places`` are, turn by turn, where something stood in what was said, and the placeholder for it.
    """

    said: tuple[str, ...]
    texts: tuple[str, ...]
    counts: Mapping[Kind, int]
    places: tuple[tuple[tuple[int, int, str], ...], ...]

    def quote(self, turn: int, quote: str) -> str:
        """The words of the masked turn that stand for a quote of what was said; a placeholder is never cut."""
        start = self.said[turn].find(quote) if 0 <= turn < len(self.said) else -1
        if start < 0 or not quote:
            return self.plain(quote)
        first, last = start, start + len(quote)
        moved_start = moved_end = 0
        for begin, end, shown in self.places[turn]:
            change = len(shown) - (end - begin)
            if end <= start:
                moved_start += change
            elif begin <= start:
                first = begin
            if end <= last:
                moved_end += change
            elif begin < last:
                last, moved_end = end, moved_end + change
        return self.texts[turn][first + moved_start : last + moved_end]

    def plain(self, text: str) -> str:
        """Any other text about the call, with the placeholders for what was masked in it."""
        words = {
            said[begin:end]: shown
            for said, places in zip(self.said, self.places, strict=True)
            for begin, end, shown in places
            if end - begin > 1
        }
        if not words:
            return text
        pattern = re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
        return pattern.sub(lambda match: words[match[0]], text)


def mask(text: str, *, keep: Keep | None = None) -> str:
    """One utterance with placeholders: 我叫〔姓名1〕."""
    return mask_talk([text], keep=keep).texts[0]


def mask_talk(texts: Sequence[str], speakers: Sequence[str] = (), *, keep: Keep | None = None) -> Masked:
    """A talk with placeholders, turn by turn; whoever is named twice has the same one.

    ``speakers`` says who spoke each turn, so that a number told in pieces is
    put together; without it, two parties take turns.
    """
    found = find(texts, speakers, keep=keep)
    numbers: dict[tuple[str, str], int] = {}
    counted: Counter[str] = Counter()
    masked: list[str] = []
    replaced: list[tuple[tuple[int, int, str], ...]] = []
    for text, places in zip(texts, found, strict=True):
        parts: list[str] = []
        here: list[tuple[int, int, str]] = []
        last = 0
        for place in places:
            shown = _SHOWN[place.kind]
            number = numbers.get((shown, place.key))
            if number is None:
                counted[shown] += 1
                number = numbers[shown, place.key] = counted[shown]
            parts += [text[last : place.start], f"〔{shown}{number}〕"]
            here.append((place.start, place.end, parts[-1]))
            last = place.end
        masked.append("".join(parts) + text[last:])
        replaced.append(tuple(here))
    counts = Counter(place.kind for places in found for place in places)
    return Masked(said=tuple(texts), texts=tuple(masked), counts=MappingProxyType(dict(counts)), places=tuple(replaced))


def find(texts: Sequence[str], speakers: Sequence[str] = (), *, keep: Keep | None = None) -> list[list[Found]]:
    """What is to be masked in every turn, in order, none overlapping."""
    kept = keep or Keep()
    read = [text[:_MOST_READ] for text in texts]
    sides = list(speakers) or [str(number % 2) for number in range(len(texts))]
    found: list[list[Found]] = []
    for number, text in enumerate(read):
        before = read[number - 1] if number else ""
        places = [*numbers_in(text, before), *places_in(text), *names_in(text)]
        found.append(_not_kept(places, text, kept))
    _pieced_together(read, sides, found, kept)
    _echoed_numbers(read, found, kept)
    _echoed_words(read, found)
    _echoed_names(read, found, kept)
    chosen = [_without_overlap(places) for places in found]
    return _one_key_for_one(chosen)


def _not_kept(places: list[Found], text: str, keep: Keep) -> list[Found]:
    """What the document does not hold, nor a surname alone (我姓何) beside the whole name that it does."""
    known = [place for place in places if keep.holds(place, text)]
    surnames = {surname_of(place.key) for place in known if place.kind is Kind.NAME and given_of(place.key)}
    return [place for place in places if place not in known and not (place.kind is Kind.NAME and place.key in surnames)]


def _without_overlap(places: list[Found]) -> list[Found]:
    """Numbers before names, longer before shorter."""
    order = sorted(places, key=lambda p: (p.kind is Kind.NAME, p.kind is not Kind.ADDRESS, -(p.end - p.start), p.start))
    taken = bytearray(max((place.end for place in order), default=0))
    chosen: list[Found] = []
    for place in order:
        if not any(taken[place.start : place.end]):
            taken[place.start : place.end] = b"\1" * (place.end - place.start)
            chosen.append(place)
    return sorted(chosen, key=lambda place: place.start)


def _pieced_together(texts: Sequence[str], sides: Sequence[str], found: list[list[Found]], keep: Keep) -> None:
    """Numbers told in pieces over several turns of one side (幺三九, 嗯, 零零零零, …)."""
    for side in dict.fromkeys(sides):
        fragments = [
            (turn, piece) for turn, text in enumerate(texts) if sides[turn] == side for piece in _fragments(text)
        ]
        place = 0
        while place < len(fragments):
            taken = 1
            for count in range(_MOST_FRAGMENTS, 1, -1):
                window = fragments[place : place + count]
                near = all(b[0] - a[0] <= _FEW for a, b in pairwise(window))
                digits = "".join(piece.digits for _turn, piece in window)
                kind = kind_of(digits, "", "") if len(window) == count and near else None
                if kind is not None and digits not in keep.numbers:
                    for turn, piece in window:
                        found[turn].append(Found(kind=kind, start=piece.start, end=piece.end, key=digits))
                    taken = count
                    break
            place += taken


def _fragments(text: str) -> list[Piece]:
    """The digits of a turn that is little else than digits."""
    if len(text) > _SHORT:
        return []
    runs = pieces_of(text)
    units = word_data()["number"]["units"]
    if any(text[run.end : run.end + 1] in units for run in runs if run.end < len(text)):
        return []
    if not runs or any(len(run.digits) > _MOST_IN_PIECE for run in runs):
        return []
    spoken = len(text) - sum(run.end - run.start for run in runs)
    idle = sum(len(match[0]) for match in _IDLE.finditer(text))
    return runs if spoken - idle <= _FEW else []


def _echoed_numbers(texts: Sequence[str], found: list[list[Found]], keep: Keep) -> None:
    """Parts of a number that is masked elsewhere in the call: 尾号6134, or one of its pieces said back."""
    known = {place.key: place.kind for places in found for place in places if place.kind in _NUMBERS}
    if not known:
        return
    tail = re.compile(f"(?:{word_data()['number']['tail']})[是为：:，, ]{{0,2}}$")
    for turn, text in enumerate(texts):
        for piece in pieces_of(text):
            whole = next((key for key in known if piece.digits in key), "")
            if len(piece.digits) < _LEAST_ECHO or not whole or piece.digits in keep.numbers:
                continue
            told = tail.search(text[max(0, piece.start - 10) : piece.start]) is not None
            ending = whole.startswith(piece.digits) or whole.endswith(piece.digits)
            if len(piece.digits) > _FEW or (ending and (told or bool(_fragments(text)))):
                found[turn].append(Found(kind=known[whole], start=piece.start, end=piece.end, key=whole))


def _echoed_words(texts: Sequence[str], found: list[list[Found]]) -> None:
    """Accounts, addresses of e-mail and number plates that were told once, wherever they are said again."""
    known = {
        text[place.start : place.end]: place
        for text, places in zip(texts, found, strict=True)
        for place in places
        if place.kind in _SPELT
    }
    if not known:
        return
    words = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    pattern = re.compile(f"(?<![A-Za-z0-9_])(?:{words})(?![A-Za-z0-9_])")
    for turn, text in enumerate(texts):
        for match in pattern.finditer(text):
            place = known[match[0]]
            found[turn].append(replace(place, start=match.start(), end=match.end()))


def _echoed_names(texts: Sequence[str], found: list[list[Found]], keep: Keep) -> None:
    """Names that were told once, wherever they are said again, in full or without the surname; and their spelling."""
    names = {place.key for places in found for place in places if place.kind is Kind.NAME and given_of(place.key)}
    again: dict[str, str] = {name: name for name in names}
    for name in sorted(names):
        given = given_of(name)
        if len(given) >= 2 and not is_word(given, 0) and given not in keep.text:
            again.setdefault(given, name)
    letters = {c: name for name in sorted(names) for c in given_of(name)}
    surnames = {place.key: place.key for places in found for place in places if place.kind is Kind.NAME}
    letters |= {surname_of(name): name for name in sorted(surnames, reverse=True)}
    pattern = re.compile("|".join(sorted(map(re.escape, again), key=len, reverse=True))) if again else None
    for turn, text in enumerate(texts):
        for match in pattern.finditer(text) if pattern else ():
            found[turn].append(_name(match.start(), match.end(), again[match[0]]))
        for match in _SPELLING.finditer(text):
            if match["of"] in letters and match["of"] in match["word"]:
                found[turn].append(_name(match.start(), match.end(), letters[match["of"]]))
        for match in _WHICH.finditer(text):
            if match["of"] in letters:
                found[turn].append(_name(match.start("of"), match.end(), letters[match["of"]]))


_SPELLING = re.compile(r"(?P<word>[\u4e00-\u9fff]{2})的(?P<of>[\u4e00-\u9fff])(?![\u4e00-\u9fff])")
_WHICH = re.compile(r"(?:哪个|哪一个|是)(?P<of>[\u4e00-\u9fff])(?=[？?]|字|$)")


def _name(start: int, end: int, key: str) -> Found:
    return Found(kind=Kind.NAME, start=start, end=end, key=key)


def _one_key_for_one(found: list[list[Found]]) -> list[list[Found]]:
    """A surname alone means the one whose whole name was said, where there is just one of that surname."""
    whole = {place.key for places in found for place in places if place.kind is Kind.NAME and given_of(place.key)}
    bearers: dict[str, list[str]] = {}
    for name in sorted(whole):
        bearers.setdefault(surname_of(name), []).append(name)
    meant = {surname: names[0] for surname, names in bearers.items() if len(names) == 1}
    # 桂英 looks like a whole name, and is what 苗桂英 was called
    meant |= {given: name for name in sorted(whole) if (given := given_of(name)) in whole}
    return [[replace(p, key=meant.get(p.key, p.key)) if p.kind is Kind.NAME else p for p in places] for places in found]
