"""Written worries become what is said on the phone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.call.concern import concerns_of
from kefu.scenario.model import Concerns, Item


def _said(*primary: str, name: str = "") -> list[tuple[str, ...]]:
    return [c.sayings for c in concerns_of(Concerns(primary=tuple(Item(text=p) for p in primary)), name)]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("首要：修好以后会不会又漏水", "修好以后会不会又漏水啊？"),
        ("担心押金要不回来", "我就怕押金要不回来。"),
        ("怕被邻居笑话", "我可不想被邻居笑话。"),
        ("能否一次办完", "能不能一次办完啊？"),
        ("课程安排是否合理", "课程安排是不是合理啊？"),
        ("不想来回跑", "我可不想来回跑。"),
        ("希望流程越短越好", "最好流程越短越好。"),
        ("退费的流程", "退费的流程是怎么说的？"),
        ("别再打电话来", "能不能别打电话来？"),
        ("对方身份存疑", "你们身份靠谱吗？"),
        ("钱放在你们那儿安全吗", "钱放在你们那儿安全吗？"),
    ],
)
def test_a_worry_is_put_into_words(written: str, spoken: str) -> None:
    assert spoken in _said(written)[0]


def test_every_clause_is_a_worry_of_its_own() -> None:
    assert len(_said("多久能修好；要不要另外收钱，师傅几点来")) == 3


def test_levels_on_one_line_keep_their_urgency() -> None:
    found = concerns_of(Concerns(primary=(Item(text="首要：钱谁赔；次要：多久有结果；潜在：怕被人说闲话"),)))
    assert [(c.clause, c.rank) for c in found] == [("钱谁赔", 0), ("多久有结果", 1), ("怕被人说闲话", 2)]


def test_the_inner_life_is_left_unsaid() -> None:
    assert _said("内心其实渴望有人关心", "嘴上不说心里委屈") == []


def test_the_speaker_says_i() -> None:
    assert "我还要不要补材料啊？" in _said("自己还要不要补材料")[0]
    assert "会不会给我把号停了啊？" in _said("会不会给他把号停了")[0]


def test_a_wish_to_be_done_is_a_goal() -> None:
    found = concerns_of(Concerns(primary=(Item(text="尽快结束通话"),)))
    assert [c.goal for c in found] == [True]


@settings(deadline=None)
@given(st.text(alphabet="怕担心不想会能吗，。；：“”（）、X钱谁要是否对自己方", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for sayings in _said(text):
        assert all(sayings)


@pytest.mark.parametrize(
    ("written", "unsaid"),
    [
        ("本次维修与以往相比费用有没有变化", "以往相比"),
        ("错过/漏看后怎么补办", "/"),
        ("退款能不能直接到账且越快越好", "且"),
        ("具体进度与结果", "具体进度与结果能说具体点吗？"),
    ],
)
def test_what_is_only_written_is_not_said(written: str, unsaid: str) -> None:
    said = _said(written)
    assert said
    assert not [saying for sayings in said for saying in sayings if unsaid in saying]


def test_a_long_question_takes_no_comment_after_it() -> None:
    (sayings,) = _said("上门检查以后要是没修好还要不要再付一次钱")
    assert not [saying for saying in sayings if "这个我" in saying]


def test_the_wish_to_be_done_is_no_question() -> None:
    (concern,) = concerns_of(Concerns(primary=(Item(text="能否立刻结束"),)))
    assert concern.goal
