"""Embeddings over HTTP."""

import asyncio

import pytest
from aiohttp import web
from llm_endpoint import error, serve
from llm_quick import endpoint_at

from kefu.llm.chat import ChatFailed, FailureReason
from kefu.llm.embed import Embeddings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def embedded(texts, *, plan=(), cache=None, **server):
    async def run():
        async with serve(plan, **server) as local, Embeddings(endpoint_at(local.base_url), cache=cache) as embeddings:
            return await embeddings.embed(texts), local.asked, embeddings.line.ledger.spent

    return asyncio.run(run())


def test_one_vector_for_each_text_in_order_each_text_asked_once():
    vectors, asked, spent = embedded(["一", "一二", "一", "一二三"])
    assert [vector[0] for vector in vectors] == [1.0, 2.0, 1.0, 3.0]
    assert asked[0].path == "/v1/embeddings"
    assert asked[0].body["input"] == ["一", "一二", "一二三"]
    assert spent.usage.input_tokens == 3


@pytest.mark.parametrize("fault", ["500", "429", "reset", "cut json", "html", "hang", "error 200"])
def test_faults_are_mended_by_the_same_rules(fault):
    vectors, asked, _spent = embedded(["一"], plan=[fault])
    assert vectors == ((1.0, 1.0),)
    assert len(asked) == 2


def test_no_texts_need_no_request():
    assert embedded([])[:2] == ((), [])


def test_vectors_are_kept_on_disk(tmp_path):
    embedded(["一", "二"], cache=tmp_path)
    vectors, asked, _spent = embedded(["一", "三三", "二"], cache=tmp_path)
    assert [vector[0] for vector in vectors] == [1.0, 2.0, 1.0]
    assert {text for request in asked for text in request.body["input"]} <= {"一", "三三", "二"}


def test_kept_vectors_are_not_asked_for_again(tmp_path):
    async def run():
        async with serve() as local, Embeddings(endpoint_at(local.base_url), cache=tmp_path) as embeddings:
            await embeddings.embed(["一", "二"])
            await embeddings.embed(["二", "三", "一"])
            return [request.body["input"] for request in local.asked]

    assert asyncio.run(run()) == [["一", "二"], ["三"]]


def test_a_batch_that_is_too_large_is_halved_until_it_fits_and_stays_so():
    async def run():
        async with serve() as local:

            def at_most_ten(body):
                texts = body["input"]
                if len(texts) > 10:
                    return web.json_response(
                        error("batch size is invalid, it should not be larger than 10."), status=400
                    )
                return {"data": [{"index": at, "embedding": [float(len(text))]} for at, text in enumerate(texts)]}

            local.answer = at_most_ten
            async with Embeddings(endpoint_at(local.base_url)) as embeddings:
                vectors = await embeddings.embed(["字" * number for number in range(1, 41)])
            return vectors, [len(request.body["input"]) for request in local.asked]

    vectors, sizes = asyncio.run(run())
    assert [vector[0] for vector in vectors] == [float(number) for number in range(1, 41)]
    assert sizes == [40, 20, 10, 10, 10, 10]


def test_answers_out_of_order_are_put_in_order():
    def answer(body):
        data = [{"index": at, "embedding": [float(len(text))]} for at, text in enumerate(body["input"])]
        return {"data": data[::-1]}

    assert [vector[0] for vector in embedded(["一", "一二"], answer=answer)[0]] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ([], "empty_reply"),
        ([{"embedding": [1.0]}], "empty_reply"),
        ([{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}], "foreign_body"),
        ([{"embedding": ["a"]}, {"embedding": [1.0]}], "foreign_body"),
        ([{"embedding": [1e999]}, {"embedding": [1.0]}], "foreign_body"),
        ([{"embedding": None}, {"embedding": []}], "foreign_body"),
    ],
)
def test_vectors_that_are_none_are_tried_again_and_then_fail(data, reason):
    with pytest.raises(ChatFailed) as caught:
        embedded(["一", "二"], answer=lambda _body: {"data": data})
    assert (caught.value.reason, caught.value.attempts) == (reason, 5)


def test_a_refused_key_is_final():
    with pytest.raises(ChatFailed) as caught:
        embedded(["一"], plan=["401"] * 3)
    assert (caught.value.reason, caught.value.attempts) == (FailureReason.UNAUTHORISED, 1)
