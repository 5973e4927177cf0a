"""What a customer hears in a caller's turn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.listening import listen


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("您好，请问是方远先生吗？", "identity"),
        ("屈老板是吧？", "identity"),
        ("我是驿站的小周，您现在方便说两句吗？", "convenience"),
        ("请问是方远先生吗？我是驿站的小周，占用您一分钟可以吗？", "identity_convenience"),
        ("除了这些，您还有什么想问的吗？", "more"),
        ("我跟您核对一下，明天上午送，没错吧？", "confirm"),
        ("十分是满分，您给打几分？", "score"),
        ("您最近一个月来过几次？", "count"),
        ("您哪天在家？", "appointment"),
        ("您想坐大巴还是坐地铁？", "choice"),
        ("当时为什么没有报修？", "why"),
        ("需要我把清单发给您吗？", "offer"),
        ("您看这个时间行吗？", "offer"),
        ("最近用着有没有哪里不顺？", "has"),
        ("您觉得师傅的服务怎么样？", "status"),
        ("麻烦您报一下验证码是多少？", "secret"),
        ("材料您都收齐了吗？", "yes_no"),
    ],
)
def test_the_last_question_has_a_kind(line: str, family: str) -> None:
    assert listen(line).family == family


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("您想发短信还是打电话？", ("发短信", "打电话")),
        ("米饭、面条、包子，这三样您选哪个？", ("米饭", "面条", "包子")),
        ("有两个办法：一是换新的；二是修旧的。您倾向哪一种？", ("换新的", "修旧的")),
    ],
)
def test_a_choice_names_its_options(line: str, options: tuple[str, ...]) -> None:
    assert listen(line).options == options


def test_a_farewell_is_heard_as_one() -> None:
    assert "closing" in listen("好的，都记下了，祝您生活愉快，再见。").does
    assert "closing" not in listen("我帮您再看一下记录。").does


def test_what_is_told_stands_apart_from_what_is_asked() -> None:
    heard = listen("师傅后天上门。您在家吗？")
    assert (heard.statement, heard.question) == ("师傅后天上门。", "您在家吗？")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_heard(text: str) -> None:
    assert listen(text).text == text


@pytest.mark.parametrize(
    ("line", "family"),
    [
        ("您还记得师傅哪天上门取件的吗？", "recalled"),
        ("那是什么时候的事，后来处理了没有？", "recalled"),
        ("送货地址是否需要调整？", "unchanged"),
        ("停水给您家里造成了哪些影响？", "effect"),
        ("如果合适，您多久可以到岗？", "notice"),
        ("您是否有兴趣听一听？", "offer"),
        ("您现在是否有意愿了解一下？", "offer"),
    ],
)
def test_near_kinds_of_questions_are_told_apart(line: str, family: str) -> None:
    assert listen(line).family == family


def test_other_things_are_no_choice() -> None:
    assert "其他" not in "".join(listen("您是忘了、没空还是其他原因？").options)
