"""What a text is about: concepts of service talk, and pairs of characters that are no function words."""

from __future__ import annotations

from functools import lru_cache

from kefu.call.speech import bigrams, sentences
from kefu.language.concepts import concepts, concepts_in

__all__ = ["concepts_of", "related", "topics"]

_FUNCTION = frozenset(
    "的了吗呢吧啊是我你您他她有没不这那个就都在也和还要会能可以说一下到什么怎么给把被让对为与及等上下来去着过得地再又很太最更先后里外大小多少"
)
_PAIR = 0.6


@lru_cache(maxsize=4096)
def concepts_of(text: str) -> frozenset[str]:
    """The concepts in ``text`` that say what it is about, not how it is asked."""
    known = concepts()
    return frozenset(concept for concept in concepts_in(text) if not known[concept].generic)


@lru_cache(maxsize=1024)
def topics(text: str) -> frozenset[str]:
    """The concepts of ``text`` (marked by ``#``) and its telling pairs of characters."""
    # lines come back in ever new combinations, their sentences do not
    return frozenset[str]().union(*(_topics(sentence) for sentence in sentences(text)))


@lru_cache(maxsize=2048)
def _topics(text: str) -> frozenset[str]:
    pairs = {p for p in bigrams(text) if not (p[0] in _FUNCTION or p[1] in _FUNCTION or p.isascii())}
    return frozenset(pairs | {f"#{concept}" for concept in concepts_of(text)})


def related(text: str, other: str) -> float:
    """How much ``text`` and ``other`` are about the same: 1 for one shared concept, more for more."""
    common = topics(text) & topics(other)
    # counted and not summed up: a sum of fractions would depend on their order, which no set keeps
    known = sum([topic[0] == "#" for topic in common])
    return known + _PAIR * (len(common) - known)
