"""Exchanges with a model are kept word for word, each once."""

from __future__ import annotations

from kefu.store.database import Store
from kefu.store.exchanges import Exchange, exchanges_of, save_exchange


def test_exchanges_are_kept_once_and_in_order(store: Store) -> None:
    second = {"messages": [{"role": "user", "content": "在吗？\0\ud800"}]}
    assert save_exchange(store, "c-1", 1, second, {"text": "在的。"}) is True
    assert save_exchange(store, "c-1", 0, {"messages": []}, {"error": "timeout"}) is True
    assert save_exchange(store, "c-1", 1, {"other": 1}, {}) is False
    assert save_exchange(store, "c-2", 0, {}, {}) is True
    assert exchanges_of(store, "c-1") == [
        Exchange(call="c-1", number=0, request={"messages": []}, reply={"error": "timeout"}),
        Exchange(call="c-1", number=1, request=second, reply={"text": "在的。"}),
    ]
    assert exchanges_of(store, "c-3") == []
