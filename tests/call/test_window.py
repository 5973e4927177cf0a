"""What gives way in a long talk, and in which order."""

from __future__ import annotations

from kefu.call.window import fitted
from kefu.llm.chat import Message, Role
from kefu.llm.price import tokens_of

TALK = tuple(
    Message.assistant(f"我方第{n}句，" + "说得很长。" * 20)
    if n % 2
    else Message.user(f"对方第{n}句，" + "也不短。" * 20)
    for n in range(40)
)


def test_a_talk_that_fits_is_left_as_it_is() -> None:
    assert fitted(TALK, None) == TALK
    assert fitted(TALK, 1_000_000) == TALK


def test_the_other_sides_older_words_give_way_first() -> None:
    fit = fitted(TALK, tokens_of(TALK))
    assert tokens_of(fit) + 600 <= tokens_of(TALK)
    own = [message for message in fit if message.role is Role.ASSISTANT]
    assert own == [message for message in TALK if message.role is Role.ASSISTANT]
    assert fit[-12:] == TALK[-12:]


def test_every_message_stays_in_its_place_however_small_the_window() -> None:
    fit = fitted(TALK, 10, gap="（听不清）")
    assert [message.role for message in fit] == [message.role for message in TALK]
    assert fit[-4:] == TALK[-4:]
    assert fit[0].text == "（听不清）"
    assert all(message.text.startswith(f"我方第{n}句") for n, message in enumerate(fit) if n % 2)


def test_a_refusal_makes_it_tighter_where_the_window_is_unknown() -> None:
    sizes = [tokens_of(fitted(TALK, None, tight=tight)) for tight in range(6)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 6
