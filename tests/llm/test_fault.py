"""What the errors of endpoints mean, in the many shapes they come in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm.chat import FailureReason
from kefu.llm.fault import complaint_in, failure, reason_of


def body(value) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("status", "error", "reason", "message"),
    [
        (401, {"error": {"message": "bad key", "code": "invalid_api_key"}}, "unauthorised", "bad key"),
        (400, {"code": "InvalidApiKey", "message": "no", "request_id": "1"}, "unauthorised", "no"),
        (429, {"error": {"message": "quota", "code": "insufficient_quota"}}, "no_credit", "quota"),
        (429, {"error": {"message": "x", "type": "exceeded_current_quota_error"}}, "no_credit", "x"),
        (429, {"error": {"code": "1113", "message": "您的账户已欠费，请充值后重试"}}, "no_credit", None),
        (402, {"error": {"message": "Insufficient Balance"}}, "no_credit", None),
        (400, {"error": {"code": "Arrearage", "message": "Access denied"}}, "no_credit", None),
        (403, {"error": {"code": "AccountOverdueError", "message": "overdue"}}, "no_credit", None),
        (429, {"error": {"code": "1302", "message": "并发数过高"}}, "rate_limited", None),
        (429, {"error": {"message": "busy", "type": "engine_overloaded_error"}}, "rate_limited", "busy"),
        (429, {"error": {"message": "The service is overloaded"}}, "rate_limited", None),
        (400, {"error": {"code": "Throttling.RateQuota", "message": "x"}}, "rate_limited", None),
        (400, {"error": {"code": "data_inspection_failed", "message": "x"}}, "content_filter", None),
        (400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}, "content_filter", None),
        (400, {"error": {"code": "1301", "message": "可能包含不安全或敏感内容"}}, "content_filter", None),
        (400, {"error": {"code": "SensitiveContentDetected.Violence", "message": "x"}}, "content_filter", None),
        (
            400,
            {"error": {"message": "rejected: considered high risk", "type": "content_filter"}},
            "content_filter",
            None,
        ),
        (400, {"error": {"message": "maximum context length is 8192"}}, "context_length", None),
        (400, {"error": {"message": "Range of input length should be [1, 30720]"}}, "context_length", None),
        (400, {"error": {"message": "Your request exceeded model token limit : 8192"}}, "context_length", None),
        (400, {"error": {"message": "Model Not Exist"}}, "not_found", None),
        (400, {"error": {"code": "1211", "message": "模型不存在，请检查模型代码"}}, "not_found", None),
        (404, {"error": 'model "small" not found, try pulling it first'}, "not_found", None),
        (403, {"error": {"code": "Model.AccessDenied", "message": "no"}}, "not_found", None),
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, "server_error", None),
        (500, {"object": "error", "message": "out of memory", "code": 500}, "server_error", "out of memory"),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "extra"}]}, "bad_request", None),
        (400, {"detail": "no such thing"}, "bad_request", "no such thing"),
        (400, [{"error": {"message": "inside a list"}}], "bad_request", "inside a list"),
        (200, {"base_resp": {"status_code": 1004, "status_msg": "token 无效，令牌错误"}}, "unauthorised", None),
        (200, {"Response": {"Error": {"Code": "InternalError", "Message": "oops"}}}, "server_error", "oops"),
        (200, {"error": {"code": 502, "message": "upstream"}}, "server_error", "upstream"),
        (200, {"error_code": 17, "error_msg": "daily limit"}, "server_error", "daily limit"),
    ],
)
def test_errors_of_many_shapes(status, error, reason, message):
    complaint = complaint_in(body(error))
    assert reason_of(status, complaint) == reason
    if message is not None:
        assert complaint.message == message


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "moved"),
        (400, "bad_request"),
        (408, "timeout"),
        (409, "server_error"),
        (413, "bad_request"),
        (429, "rate_limited"),
        (500, "server_error"),
        (502, "server_error"),
        (529, "server_error"),
    ],
)
def test_a_status_without_a_word(status, reason):
    assert reason_of(status, None) == reason


@pytest.mark.parametrize(
    "good",
    [
        {"choices": [{"message": {"content": "好"}}], "error": None, "message": "ok"},
        {"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}},
        {"data": [], "message": "success"},
        {},
    ],
)
def test_what_is_no_error(good):
    assert complaint_in(body(good)) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["error", "code", "message", "detail", "Response", "Error", "base_resp"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.integers(200, 599),
)
def test_no_body_raises(error, status):
    assert reason_of(status, complaint_in(body(error))) in FailureReason


@given(st.binary(max_size=80))
def test_no_bytes_raise(raw):
    complaint_in(raw)


def test_nesting_without_end_is_no_error():
    assert complaint_in(b"[" * 200_000) is None


def test_every_reason_has_its_line():
    for reason in FailureReason:
        line = str(failure(reason, "model a", "two\nlines " + "x" * 900))
        assert line.startswith("model a: ")
        assert "two lines" in line
        assert "; " in line
        assert "\n" not in line
        assert len(line) < 420
