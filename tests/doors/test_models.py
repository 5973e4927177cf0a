"""Models, programs under test and people on the command line, against a server that does everything wrong."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from command import Ran, Run
from llm.endpoint import FAULTS, MENDABLE, LocalEndpoint, completion, one_in
from serving import Program, in_thread

pytestmark = pytest.mark.usefixtures("loopback")

KEY = "sk-planted0123456789abcdef"
SLOW = ("hang", "stall", "429 retry-after")
QUICK = [name for name in MENDABLE if name not in SLOW]
Models = Callable[..., str]


@pytest.fixture
def models(tmp_path: Path) -> Models:
    """Writes the settings for a server."""

    def write(server: LocalEndpoint, **timeouts: float) -> str:
        inner = ", ".join(f"{name} = {value}" for name, value in timeouts.items())
        (tmp_path / "kefu.toml").write_text(
            f'[models.small]\nbase_url = "{server.base_url}"\nmodel = "small"\napi_key_env = "SECRET"\n'
            f"timeouts = {{ {inner} }}\n",
            encoding="utf-8",
        )
        return "model:small"

    return write


@pytest.fixture
def kefu(run: Run, tmp_path: Path) -> Iterator[Run]:
    """Runs a command and looks for the key in whatever it printed and wrote."""
    seen: list[str] = []

    def once(*arguments: str | Path, **options: Any) -> Ran:
        ran = run(*arguments, env={"SECRET": KEY, "KEFU_AGENT_KEY": KEY, **options.pop("env", {})}, **options)
        seen.append(ran.out + ran.err)
        return ran

    yield once
    written = [path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert all(KEY not in text for text in (*seen, *written))


def numbered() -> Callable[[dict[str, Any]], Any]:
    """Replies that are all different, so that one that is lost or doubled is seen."""
    count = itertools.count()
    return lambda _body: completion(f"这是第{next(count)}句，您看行吗？")


def calls_in(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def check_whole(calls: list[dict[str, Any]], number: int) -> None:
    """Every call is there in order, no turn is lost or doubled, and what was broken off has no totals."""
    assert [call["seed"] for call in calls] == list(range(number))
    said = [turn["text"] for call in calls for turn in call["turns"] if turn["speaker"] == "caller"]
    assert max(Counter(said).values()) == 1
    for call in calls:
        speakers = [turn["speaker"] for turn in call["turns"]]
        assert speakers == (["caller", "customer"] * len(speakers))[: len(speakers)]
        assert call["ending"] is not None


def test_one_request_in_ten_fails_and_the_calls_finish(kefu: Run, example: Path, models: Models) -> None:
    server = LocalEndpoint(plan=one_in(0.1, seed=11, faults=QUICK), answer=numbered())
    with in_thread(server):
        ran = kefu(
            "call", example, "--caller", models(server, hang=2), "--trials", "200", "--concurrency", "100",
            "--max-turns", "8", "--json", "--no-score",
        )  # fmt: skip
    calls = calls_in(ran.out)
    check_whole(calls, 200)
    finished = [call for call in calls if call["ending"]["by"] != "error"]
    assert len(finished) >= 196
    assert all(len(call["turns"]) == 8 or call["ending"]["by"] == "customer" for call in finished)
    assert ran.code == (0 if len(finished) == 200 else 3)


def test_the_server_is_restarted_in_the_middle(
    example: Path, models: Models, environment: dict[str, str], tmp_path: Path
) -> None:
    server = LocalEndpoint(answer=numbered(), delay=0.02)
    with in_thread(server) as loop:
        command = [
            sys.executable, "-m", "kefu", "call", str(example), "--caller", models(server, hang=2), "--trials", "200",
            "--concurrency", "100", "--max-turns", "8", "--json", "--no-score",
        ]  # fmt: skip
        process = subprocess.Popen(
            command, cwd=tmp_path, env={**environment, "SECRET": KEY}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 30
        while server.number < 300 and time.monotonic() < deadline:
            time.sleep(0.01)
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        before = server.number
        time.sleep(0.4)
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
        out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err.decode()
    assert 300 <= before < 800
    calls = calls_in(out.decode())
    check_whole(calls, 200)
    assert all(call["ending"]["by"] in ("limit", "customer") for call in calls)


def test_every_fault_that_a_second_try_mends(kefu: Run, example: Path, models: Models) -> None:
    faults = ["ok", *MENDABLE]
    server = LocalEndpoint(plan=faults, answer=numbered())
    with in_thread(server):
        name = models(server, connect=2, first_token=1, stall=1, total=2, hang=1)
        ran = kefu("call", example, "--caller", name, "--trials", "4", "--max-turns", "10", "--json", "--no-score")
    assert (ran.code, ran.err) == (0, "")
    check_whole(calls_in(ran.out), 4)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("401", "unauthorised"),
        ("403", "forbidden"),
        ("404", "not_found"),
        ("400", "bad_request"),
        ("content filter", "content_filter"),
    ],
)
def test_what_no_second_try_mends_ends_the_call(
    kefu: Run, example: Path, models: Models, fault: str, reason: str
) -> None:
    server = LocalEndpoint(plan=["ok", *[fault] * 50], answer=numbered())
    with in_thread(server):
        ran = kefu("call", example, "--caller", models(server), "--max-turns", "9", "--json")
    (call,) = calls_in(ran.out)
    assert len(call["turns"]) == 2
    assert (call["ending"]["by"], call["ending"]["reason"]) == ("error", reason)
    assert "fault" not in call["ending"]
    card = call["scorecard"]
    assert card["attribution"] == "infrastructure"
    assert all(card["totals"][name] is None for name in ("task_flow", "interaction", "total", "uncapped"))
    assert ran.code == 3
    assert ran.err.startswith("kefu: 1 of 1 calls were broken off; caller: model small (small at http://127.0.0.1:")
    assert len(ran.err.splitlines()) == 1


def test_every_fault_has_a_case() -> None:
    tried = {*MENDABLE, "401", "403", "404", "400", "content filter", "ok", "length"}
    assert tried == set(FAULTS)


def test_a_reply_that_was_cut_off_and_a_model_that_speaks_both_sides(kefu: Run, example: Path, models: Models) -> None:
    both = "客服：您好，我是**随访中心**的。\n客户：哪位？\n客服：我再说一遍。"
    server = LocalEndpoint(answer=lambda _body: completion(both))
    with in_thread(server):
        ran = kefu("call", example, "--caller", models(server), "--max-turns", "1", "--json", "--no-score")
    (call,) = calls_in(ran.out)
    assert call["turns"] == [
        {
            "speaker": "caller",
            "text": "您好，我是随访中心的。",
            "cleaned": ["other_side", "markdown"],
            "raw": both,
        }
    ]
    assert call["ending"]["by"] == "limit"


def test_both_halves_stay_apart_in_every_request(kefu: Run, models: Models, tmp_path: Path, example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    caller_half, divider, customer_half = text.partition("## 电话接听方")
    assert divider
    secrets = {"caller": "暗号青瓷九号", "customer": "暗号白鹭七号"}
    planted = caller_half.replace("### 核心任务", f"### 核心任务\n{secrets['caller']}\n### 核心任务", 1)
    document = planted + divider + f"\n### 角色\n{secrets['customer']}\n" + customer_half
    (tmp_path / "planted.md").write_text(document, encoding="utf-8")
    server = LocalEndpoint(answer=numbered())
    with in_thread(server):
        name = models(server)
        ran = kefu("call", "planted.md", "--caller", name, "--customer", name, "--max-turns", "8", "--no-score")
    assert ran.code == 0
    bodies = [json.dumps(one.body, ensure_ascii=False) for one in server.asked]
    assert len(bodies) == 8
    for number, body in enumerate(bodies):
        own, other = ("caller", "customer") if number % 2 == 0 else ("customer", "caller")
        assert secrets[own] in body, number
        assert secrets[other] not in body, number


def test_a_model_hangs_up_by_its_tool(kefu: Run, example: Path, models: Models) -> None:
    arguments = json.dumps({"last_words": "打扰了，再见。", "reason": "customer_busy"})
    tool = {"id": "1", "type": "function", "function": {"name": "hang_up", "arguments": arguments}}
    server = LocalEndpoint(
        answer=lambda body: (
            completion(None, message={"tool_calls": [tool]}, finish="tool_calls")
            if len(body["messages"]) > 3
            else completion("您好。")
        )
    )
    with in_thread(server):
        ran = kefu("call", example, "--caller", models(server), "--json", "--no-score")
    (call,) = calls_in(ran.out)
    assert call["turns"][-1]["text"] == "打扰了，再见。"
    assert call["ending"] == {"by": "caller", "reason": "customer_busy", "detail": ""}


def test_an_endpoint_without_tools_ends_the_call_by_a_mark_nobody_hears(
    kefu: Run, example: Path, models: Models
) -> None:
    def answer(body: dict[str, Any]) -> Any:
        if "tools" in body:
            return web.json_response({"error": {"message": "this model does not support tools"}}, status=400)
        return completion("再见。【挂断】" if len(body["messages"]) > 3 else "您好。")

    server = LocalEndpoint(answer=answer)
    with in_thread(server):
        ran = kefu("call", example, "--caller", models(server), "--json", "--no-score")
    (call,) = calls_in(ran.out)
    assert [turn["text"] for turn in call["turns"]][::2] == ["您好。", "再见。"]
    assert call["ending"]["by"] == "caller"
    assert len(server.asked) == 3  # the refusal of the tools is remembered


def test_what_was_used_is_told(kefu: Run, example: Path, models: Models) -> None:
    server = LocalEndpoint(plan=["500"], answer=numbered())
    with in_thread(server):
        ran = kefu("call", example, "--caller", models(server), "--max-turns", "3", "--no-score")
    assert ran.err == "small: 2 replies, 3 tries, 80 tokens in, 40 out, cost unknown\n"


def test_what_was_answered_once_is_not_asked_again(kefu: Run, example: Path, models: Models) -> None:
    server = LocalEndpoint(answer=numbered())
    with in_thread(server):
        arguments = ("call", example, "--caller", models(server), "--trials", "2", "--max-turns", "4", "--json")
        first = kefu(*arguments, env={"KEFU_CACHE": "replies"})
        asked = server.number
        again = kefu(*arguments, env={"KEFU_CACHE": "replies"})
    assert asked == 4
    assert server.number == 4
    assert again.out == first.out


def test_check_finds_what_works_and_what_does_not(kefu: Run, models: Models, tmp_path: Path) -> None:
    server = LocalEndpoint(answer=lambda _body: completion('{"number": 2}'))
    with in_thread(server):
        models(server)
        good = kefu("config", "check")
        with (tmp_path / "kefu.toml").open("a", encoding="utf-8") as file:
            file.write('[models.gone]\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "x"\n')
        both = kefu("config", "check", "--json")
    lines = good.out.splitlines()
    assert good.code == 0
    assert lines[0] == f"small: small, {server.base_url}"
    assert lines[1] == "  ✓ reachable: the endpoint answers"
    assert [line.split()[1] for line in lines[1:]] == [
        "reachable:",
        "model:",
        "latency:",
        "streaming:",
        "JSON",
        "tools:",
    ]
    found = [json.loads(line) for line in both.out.splitlines()]
    assert [(one["name"], one["ok"]) for one in found] == [("small", True), ("gone", False)]
    assert {check["what"]: check["ok"] for check in found[0]["checks"]}["json_schema"] is True
    assert both.code == 3
    assert both.err == "kefu: 1 of 2 models cannot be used: gone; each line above says why\n"


def test_a_model_that_is_not_set_right_keeps_no_other_from_being_checked(
    kefu: Run, models: Models, tmp_path: Path
) -> None:
    server = LocalEndpoint(answer=lambda _body: completion('{"number": 2}'))
    with in_thread(server):
        models(server)
        first = (tmp_path / "kefu.toml").read_text(encoding="utf-8")
        table = '[models.keyless]\nbase_url = "http://h.example/v1"\nmodel = "x"\napi_key_env = "NOT_THERE"\n'
        (tmp_path / "kefu.toml").write_text(table + first, encoding="utf-8")
        shown = kefu("config", "check")
        ran = kefu("config", "check", "--json")
    why = "kefu.toml: models.keyless: the environment variable NOT_THERE is not set; mend the settings"
    assert shown.out.splitlines()[:3] == ["keyless:", f"  ✗ settings: {why}", f"small: small, {server.base_url}"]
    wrong, right = [json.loads(line) for line in ran.out.splitlines()]
    checks = [{"what": "settings", "ok": False, "detail": why, "seconds": None}]
    assert wrong == {"name": "keyless", "model": "", "address": "", "ok": False, "checks": checks}
    assert right["ok"]
    assert (ran.code, ran.err) == (3, "kefu: 1 of 2 models cannot be used: keyless; each line above says why\n")


def test_nothing_to_check(kefu: Run) -> None:
    ran = kefu("config", "check")
    assert (ran.code, ran.line) == (
        2,
        "kefu.toml: no model is set; "
        "set KEFU_BASE_URL, KEFU_API_KEY and KEFU_MODEL, or add a table [models.NAME] to kefu.toml",
    )


def test_a_program_under_test_that_crashes_is_the_callers_failure(kefu: Run, example: Path) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        turns = (await request.json())["turns"]
        if len(turns) >= 2:
            raise RuntimeError
        return web.json_response({"text": "您好，我是随访中心的护士，想问问恢复得怎么样。"})

    program = Program(answer)
    with in_thread(program):
        ran = kefu("call", example, "--caller", f"http:{program.url}", "--trials", "3", "--json")
    calls = calls_in(ran.out)
    assert [call["seed"] for call in calls] == [0, 1, 2]
    for call in calls:
        assert len(call["turns"]) == 2
        assert call["ending"]["reason"] == "agent_crashed"
        assert call["ending"]["fault"] == "caller"
        assert call["scorecard"]["attribution"] == "caller"
    assert (ran.code, ran.err) == (0, "kefu: 3 of 3 calls were broken off by the program under test\n")


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_key_in_the_address_of_a_program_is_printed_nowhere(kefu: Run, example: Path, flags: tuple[str, ...]) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.query["token"] == "hush-hush-token"
        return web.json_response({"text": "您好，再见。", "hang_up": True})

    program = Program(answer)
    with in_thread(program):
        ran = kefu("call", example, "--caller", f"http:{program.url}?token=hush-hush-token", *flags)
    assert ran.code == 0
    assert f"http:{program.url}?token=***" in ran.out
    assert "hush" not in ran.out + ran.err


def test_a_person_gets_a_hint_and_a_scorecard(kefu: Run, example: Path) -> None:
    ran = kefu("call", example, "--caller", "human", stdin="/hint\n您好，请问是本人吗？\n/quit\n")
    assert ran.code == 0
    assert "  0 caller    您好，请问是本人吗？\n" in ran.out
    assert "the caller hung up" in ran.out
    assert "task flow" in ran.out
    assert ran.err.splitlines()[0] == "/hint shows what could be said now, /quit hangs up"
    assert ran.err.splitlines()[1].startswith("hint: ")


def test_a_person_answers(kefu: Run, example: Path) -> None:
    ran = kefu("call", example, "--customer", "human", "--json", "--no-score", stdin="哪位？\n不需要，别打了。\n")
    (call,) = calls_in(ran.out)
    assert [turn["text"] for turn in call["turns"] if turn["speaker"] == "customer"] == ["哪位？", "不需要，别打了。"]
    assert call["ending"]["by"] in ("caller", "customer")


@pytest.mark.parametrize("flag", ["", "1"])
def test_no_key_even_while_debugging(example: Path, environment: dict[str, str], tmp_path: Path, flag: str) -> None:
    env = {**environment, "KEFU_BASE_URL": "http://127.0.0.1:9/v1", "KEFU_API_KEY": KEY, "KEFU_MODEL": "m"}
    done = subprocess.run(
        [sys.executable, "-m", "kefu", "config", "check"],
        cwd=tmp_path, env={**env, "KEFU_DEBUG": flag}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert KEY not in (done.stdout + done.stderr).decode()
    assert not list(tmp_path.iterdir())
