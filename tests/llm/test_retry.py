"""When a request is tried again, and after how long."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from kefu.llm.chat import FailureReason
from kefu.llm.endpoint import Retry
from kefu.llm.retry import Course, retry_after

LOST, LIMITED = FailureReason.CONNECTION_LOST, FailureReason.RATE_LIMITED


def course(**settings) -> Course:
    return Course(Retry(**settings), random.Random(4))


def test_four_more_tries_with_waits_that_grow_and_vary():
    tried = course()
    waits = [tried.wait_after(LOST, None, 0) for _ in range(5)]
    assert waits[4] is None
    for wait, longest in zip(waits[:4], (0.25, 0.75, 2.25, 6.75), strict=True):
        assert longest / 2 <= wait <= longest
    assert course().wait_after(LOST, None, 0) != Course(Retry(), random.Random(5)).wait_after(LOST, None, 0)


def test_the_waits_of_four_tries_outlast_the_restart_of_a_server():
    for seed in range(200):
        tried = Course(Retry(), random.Random(seed))
        assert sum(tried.wait_after(LOST, None, 0) for _ in range(4)) >= 5


@pytest.mark.parametrize("reason", [reason for reason in FailureReason if not reason.passing])
def test_final_failures_are_not_tried_again(reason):
    assert course().wait_after(reason, 1.0, 0) is None


def test_what_the_endpoint_asks_for_is_the_least_that_is_waited():
    for seed in range(50):
        assert 3 <= Course(Retry(), random.Random(seed)).wait_after(LIMITED, 3.0, 0) <= 3.3


def test_retry_after_nought_is_no_storm():
    assert course().wait_after(LIMITED, 0.0, 0) >= 0.125


def test_refusals_while_others_get_through_are_no_failed_tries():
    tried = course()
    assert all(tried.wait_after(LIMITED, None, successes, crowded=True) is not None for successes in range(1, 30))
    assert [tried.wait_after(LIMITED, None, 29, crowded=True) is None for _ in range(5)] == [False] * 4 + [True]


def test_patience_ends_even_where_others_get_through():
    tried = course(patience=timedelta(seconds=30))
    waits = [tried.wait_after(LIMITED, 9.0, successes, crowded=True) for successes in range(1, 6)]
    assert [wait is None for wait in waits[:4]] == [False, False, False, True]


def test_a_wait_longer_than_the_patience_is_not_begun():
    assert course().wait_after(LIMITED, 86_400.0, 0) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "2"}, 2.0),
        ({"Retry-After": " 0.5 "}, 0.5),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": "Wed, 01 Jul 2026 08:00:30 GMT"}, 30.0),
        ({"Retry-After": "Wed, 01 Jul 2026 08:00:30 GMT", "Date": "Wed, 01 Jul 2026 08:00:20 GMT"}, 10.0),
        ({"Retry-After": "Wed, 01 Jul 2026 07:00:00 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "99999999999999999999 GMT"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_forms(headers, seconds):
    assert retry_after(headers, datetime(2026, 7, 1, 8, 0, 0, tzinfo=UTC)) == seconds
