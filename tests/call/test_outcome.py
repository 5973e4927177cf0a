"""What came of a call, with its turns and words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call.talking import EXAMPLES, example, hold, read
from kefu.call.call import Call, Phase
from kefu.call.outcome import Result, outcome_to_json, read_outcome
from kefu.call.turn import Speaker, Turn


def _call(*texts: str) -> Call:
    speakers = (Speaker.CALLER, Speaker.CUSTOMER)
    turns = tuple(Turn(speaker=speakers[n % 2], text=text) for n, text in enumerate(texts))
    return Call(scenario="sales", turns=turns, phase=Phase.ENDED)


_ASKS = "您好，是邱国梁邱师傅吧？我是清涧净水的康敏，滤芯服务月底到期，跟您说一声。"


@pytest.mark.parametrize(
    ("turns", "result"),
    [
        ((_ASKS,), Result.NOT_REACHED),
        ((_ASKS, "您拨打的用户正在通话中，请稍后再拨。"), Result.NOT_REACHED),
        ((_ASKS, "你打错了，我不姓邱。", "不好意思，打扰了，再见。"), Result.WRONG_PERSON),
        ((_ASKS, "不需要，别再打了。", "好的，不打扰了，再见。"), Result.REFUSED),
        ((_ASKS, "我在开车，没空，晚上八点再打吧。", "好的，那晚上八点再打给您，再见。"), Result.CALL_BACK),
        ((_ASKS, "是我，你说。", "续一年三百五十八。", "嗯，再说吧，我考虑考虑。", "好的，再见。"), Result.PARTLY),
    ],
)
def test_the_result_in_one_word(turns: tuple[str, ...], result: Result) -> None:
    assert read_outcome(example("sales"), _call(*turns)).result is result


def test_a_whole_flow_with_a_willing_customer_is_done() -> None:
    done = 0
    for seed in range(10):
        call = hold(example("care"), seed)
        done += read_outcome(example("care"), call).result is Result.DONE
    assert done >= 7


def test_requests_come_with_kind_time_turn_and_words() -> None:
    outcome = read_outcome(example("sales"), _call(_ASKS, "我在忙，明天下午再打吧。资料发我微信。", "好的，再见。"))
    requests = {request.kind: request for request in outcome.requests}
    assert set(requests) >= {"call_back", "wechat", "documents"}
    assert requests["call_back"].when == "明天下午"
    assert (requests["wechat"].turn, requests["wechat"].quote) == (1, "资料发我微信。")


def test_a_call_back_takes_its_time_from_the_answer() -> None:
    outcome = read_outcome(
        example("sales"), _call(_ASKS, "我正忙，换个时间。", "您哪会儿方便？", "后天上午可以。", "好，再见。")
    )
    assert [(r.kind, r.when, r.turn) for r in outcome.requests] == [("call_back", "后天上午", 1)]


@pytest.mark.parametrize("text", ["等一下，有人叫号……好，你说。", "换的事回头再说。", "好，我先看看。"])
def test_what_asks_for_nothing_is_no_request(text: str) -> None:
    assert read_outcome(example("sales"), _call(_ASKS, text, "好的。")).requests == ()


def test_promises_tell_what_and_by_when() -> None:
    outcome = read_outcome(
        example("sales"), _call(_ASKS, "出水变慢了。", "我给您登记售后单，24小时内同事联系您。您看可以吗？")
    )
    assert [(p.what, p.by, p.turn) for p in outcome.promises] == [("我给您登记售后单", "24小时", 2)]


@pytest.mark.parametrize(
    "line", ["如果您需要，我可以发给您。", "您可以随时联系我们。", "我们不会承诺具体日期。", "需要我登记吗？"]
)
def test_an_offer_is_no_promise(line: str) -> None:
    assert read_outcome(example("sales"), _call(line, "嗯。")).promises == ()


def test_problems_and_facts_are_quoted() -> None:
    outcome = read_outcome(
        example("sales"), _call("机器最近出水正常吗？", "出水慢了一半，滤芯还漏过一次。", "给您登记了。")
    )
    assert [(p.turn, p.quote) for p in outcome.problems] == [(1, "出水慢了一半，滤芯还漏过一次。")]


def test_the_mood_at_the_end() -> None:
    assert read_outcome(example("sales"), _call(_ASKS, "滚，骗子，再打我投诉你！")).mood == "annoyed"
    assert read_outcome(example("sales"), _call(_ASKS, "是我，挺好的，谢谢你啊，没问题。")).mood == "pleased"


def test_the_shape_of_the_json() -> None:
    json = outcome_to_json(read_outcome(example("sales"), _call(_ASKS, "别打了，发短信就行。", "好的，再见。")))
    assert list(json) == ["result", "reached", "mood", "problems", "requests", "facts", "promises"]
    assert {tuple(request) for request in json["requests"]} == {("kind", "when", "turn", "quote")}


def test_every_quote_stands_in_its_turn() -> None:
    for path in EXAMPLES:
        for seed in range(3):
            call = hold(read(path), seed)
            outcome = read_outcome(read(path), call)
            for noted in (*outcome.problems, *outcome.requests, *outcome.facts, *outcome.promises):
                assert noted.quote in call.turns[noted.turn].text


@settings(deadline=None)
@given(st.lists(st.text(max_size=80), max_size=8))
def test_any_transcript_has_an_outcome(texts: list[str]) -> None:
    assert read_outcome(example("sales"), _call(*texts)).result in Result


@pytest.mark.parametrize(
    "text",
    [
        "这次打给您，主要是帮您核对一下登记的电话。",
        "我可以给您发一份清单。",
        "哪怕是小问题，我们也会认真处理。",
        "您的反馈对我们改进很重要。",
        "系统现在已经恢复了。",
        "好的，您说的我都记下了。",
        "我再跟您确认一下。",
    ],
)
def test_what_commits_to_nothing_is_no_promise(text: str) -> None:
    assert read_outcome(example("sales"), _call(_ASKS, "是我，你说。", text)).promises == ()


@pytest.mark.parametrize(
    ("text", "what", "by"),
    [
        ("我这就给您转给售后同事。", "我这就给您转给售后同事", None),
        ("滤芯明天上午会寄到您店里。", "滤芯明天上午会寄到您店里", "明天上午"),
        ("行，就后天下午三点。到时候我再打过来。", "到时候我再打过来", "后天下午三点"),
        ("以后不会再给您打电话。", "以后不会再给您打电话", None),
    ],
)
def test_what_the_caller_commits_to_is_a_promise(text: str, what: str, by: str | None) -> None:
    promises = read_outcome(example("sales"), _call(_ASKS, "是我，你说。", text)).promises
    assert [(p.what, p.by) for p in promises] == [(what, by)]


def test_the_opening_only_says_what_the_call_is_for() -> None:
    opening = "您好，我是清涧净水的康敏，马上帮您登记续约。"
    assert read_outcome(example("sales"), _call(opening, "是我，你说。")).promises == ()


@pytest.mark.parametrize("text", ["别闹，等会儿说你的……好了，你讲。", "下次别再打了。"])
def test_an_aside_or_a_ban_asks_for_no_call_back(text: str) -> None:
    requests = read_outcome(example("sales"), _call(_ASKS, text, "好的。")).requests
    assert "call_back" not in {request.kind for request in requests}


def test_a_refusal_with_a_question_before_it_is_a_refusal() -> None:
    call = _call(_ASKS, "你们是不是又推销？不需要，谢谢。", "好的，不打扰了，再见。")
    assert read_outcome(example("sales"), call).result is Result.REFUSED


def test_what_is_said_after_the_farewell_changes_the_result_no_more() -> None:
    flow = [_ASKS]
    for step in example("sales").caller.steps:
        for line in step.lines:
            flow += ["嗯，好。", "".join(line.utterances)]
    farewell = [*flow, "行，续吧。", "好的邱师傅，祝您生意兴隆，再见。"]
    assert read_outcome(example("sales"), _call(*farewell, "好，别再打了啊。")).result is Result.DONE


def test_thanks_for_the_trouble_is_no_annoyance() -> None:
    outcome = read_outcome(example("sales"), _call(_ASKS, "是我。", "续一年三百五十八。", "好，麻烦您了，谢谢。"))
    assert outcome.mood == "pleased"


_INVITES = "您8月27日在我们官网投递了镀膜工艺工程师，简历已经通过初筛，用人部门希望邀请您来面试。"
_TIMES = "目前可以安排两个时间：9月18日周四上午十点，或者9月19日周五下午两点，您看哪个更合适？"
_HELLO = "您好，请问是贺知远先生吗？我是栖原光电人力资源部的陆雅宁，有件事想和您沟通，现在说话方便吗？"


@pytest.mark.parametrize(
    ("said", "results"),
    [
        # a threat to complain, a no to everything, a bare no to an invitation, another call agreed on
        (("你说。", "你们又骚扰人。", "再打我就去12345举报你们。"), {Result.PARTLY, Result.REFUSED}),
        (("你说。", "不去。", "说了不去，别的我也不考虑。"), {Result.REFUSED}),
        (("你说。", "没有，不是。", "没有，不是。"), {Result.PARTLY, Result.REFUSED}),
        (("你说。", "好啊，我考虑换工作呢。", "开会了，你晚上七点再打给我定时间。"), {Result.CALL_BACK}),
        (("你说。", "好啊，我正想换工作。", "周五下午两点吧。"), {Result.DONE}),
    ],
)
def test_only_what_the_customer_took_up_is_done(said: tuple[str, str, str], results: set[Result]) -> None:
    last = "好的，那我晚上七点再给您打，您先忙，再见。" if "再打给我" in said[2] else "好的，那就不打扰您了，再见。"
    call = _call(_HELLO, said[0], _INVITES, said[1], _TIMES, said[2], last, "嗯。")
    assert read_outcome(example("human_resources"), call).result in results


def test_a_threat_that_was_soothed_is_forgotten() -> None:
    call = _call(
        _HELLO,
        "又是你们，我要投诉！",
        _INVITES,
        "哦，面试啊，那行，好的。",
        _TIMES,
        "周五下午吧，谢谢你。",
        "好的，再见。",
    )
    assert read_outcome(example("human_resources"), call).result is Result.DONE


@pytest.mark.parametrize("text", ["我们这行一直在推新材料，你说说岗位。", "简历材料我发给你们了。"])
def test_material_that_is_spoken_of_is_not_asked_for(text: str) -> None:
    outcome = read_outcome(example("human_resources"), _call(_HELLO, text, "好的，再见。"))
    assert [r for r in outcome.requests if r.kind == "documents"] == []


def test_a_choice_that_is_asked_about_is_no_refusal() -> None:
    call = _call(_HELLO, "方便。", "您身份证带来。", "没别的了，你还没说要紧不要紧呢。", "好的，再见。", "嗯。")
    assert read_outcome(example("human_resources"), call).result is Result.PARTLY


def test_only_commitments_are_promises() -> None:
    call = _call(
        _HELLO,
        "方便。",
        "我们一直重视您的反馈。您可以自己上官网查。希望您来参加。我明天上午把流程发到您邮箱。之前有没有人联系您？",
        "没有。",
        "好的，再见。",
    )
    promises = read_outcome(example("human_resources"), call).promises
    assert [(promise.what, promise.by) for promise in promises] == [("我明天上午把流程发到您邮箱", "明天上午")]
