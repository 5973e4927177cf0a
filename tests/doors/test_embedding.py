"""A model that embeds helps to understand and to score, against a real server; without one nothing changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from command import Run
from llm.endpoint import LocalEndpoint
from serving import in_thread

pytestmark = pytest.mark.usefixtures("loopback")

TOPICS = ("量尺卷", "装挂天", "钱费价", "退改换", "修坏漏", "喂您好")


def vectors(body: dict[str, Any]) -> dict[str, Any]:
    """A vector of topics for each text."""
    data = [
        {"index": at, "embedding": [0.1 + sum(map(text.count, topic)) for topic in TOPICS]}
        for at, text in enumerate(body["input"])
    ]
    return {"data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def settings(folder: Path, server: LocalEndpoint) -> None:
    (folder / "kefu.toml").write_text(
        f'[models.near]\nbase_url = "{server.base_url}"\nmodel = "small"\nretries = 0\n'
        "features = { embeddings = true }\n",
        encoding="utf-8",
    )


def test_calls_and_scores_say_which_model_had_a_say(run: Run, example: Path, tmp_path: Path) -> None:
    server = LocalEndpoint(answer=vectors)
    with in_thread(server):
        settings(tmp_path, server)
        ran = run("call", example, "--json")
        assert ran.code == 0
        call = json.loads(ran.out)
        (tmp_path / "call.json").write_text(ran.out, encoding="utf-8")
        scored = json.loads(run("score", example, tmp_path / "call.json", "--json").out)
    assert call["scorecard"]["versions"]["embeddings"] == f"small at {server.base_url}"
    assert scored == call["scorecard"]
    (tmp_path / "kefu.toml").unlink()
    assert "embeddings" not in json.loads(run("score", example, tmp_path / "call.json", "--json").out)["versions"]
    texts = [text for asked in server.asked for text in asked.body["input"]]
    assert {turn["text"] for turn in call["turns"]} <= set(texts)


def test_vectors_are_kept_on_disk_where_a_folder_is_named(run: Run, example: Path, tmp_path: Path) -> None:
    server = LocalEndpoint(answer=vectors)
    with in_thread(server):
        settings(tmp_path, server)
        env = {"KEFU_DATA_DIR": str(tmp_path / "data")}
        first = run("call", example, "--json", env=env)
        asked = server.number
        assert asked > 0
        assert run("call", example, "--json", env=env).out == first.out
        assert server.number == asked


def test_an_endpoint_that_fails_changes_nothing_and_is_told_once(run: Run, example: Path, tmp_path: Path) -> None:
    plain = run("call", example, "--trials", "3", "--json")
    server = LocalEndpoint(plan=lambda _number: "401")
    with in_thread(server):
        settings(tmp_path, server)
        ran = run("call", example, "--trials", "3", "--json")
    assert ran.code == 0
    assert ran.out == plain.out
    assert ran.err.count("understanding goes on without embeddings") == 1


def test_a_model_that_embeds_is_checked_as_such(run: Run, tmp_path: Path) -> None:
    server = LocalEndpoint(answer=vectors)
    with in_thread(server):
        settings(tmp_path, server)
        ran = run("config", "check", "--json")
    assert ran.code == 0
    checks = {check["what"]: check["detail"] for check in json.loads(ran.out)["checks"]}
    assert checks == {"reachable": "the endpoint answers", "model": "small answers", "embeddings": "6 numbers per text"}
    assert {asked.path for asked in server.asked} == {"/v1/embeddings"}


def test_a_model_that_embeds_but_fails_is_named(run: Run, tmp_path: Path) -> None:
    server = LocalEndpoint(answer=lambda _body: web.json_response({"data": []}))
    with in_thread(server):
        settings(tmp_path, server)
        ran = run("config", "check")
    assert ran.code == 3
    assert "1 of 1 models cannot be used: near" in ran.err
