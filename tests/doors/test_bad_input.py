"""Whatever is wrong with the input: one clear line on stderr, the right exit code, nothing half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from command import Run

DOCUMENT_COMMANDS = [
    ("scenario", "show"),
    ("scenario", "check"),
    ("scenario", "write"),
    ("call",),
]


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """A call file that nothing is wrong with."""
    path = tmp_path / "call.json"
    turns = [
        {"speaker": "caller", "text": "您好，请问是邹女士吗？"},
        {"speaker": "customer", "text": "打错了。"},
        {"speaker": "caller", "text": "不好意思，打扰了，再见。"},
    ]
    path.write_text(json.dumps({"scenario": "customer_service", "turns": turns}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", DOCUMENT_COMMANDS, ids=" ".join)
class TestDocuments:
    def test_absent(self, run: Run, command: tuple[str, ...]) -> None:
        ran = run(*command, "absent.md")
        assert (ran.code, ran.line) == (2, "absent.md: no such file or folder; check the name")

    def test_empty(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "empty.md").write_bytes(b" \n\n")
        ran = run(*command, "empty.md")
        assert (ran.code, ran.line) == (2, "empty.md: nothing in it; give a file with text")

    def test_no_text(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "photo.md").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
        ran = run(*command, "photo.md")
        assert ran.code == 2
        assert ran.line == "photo.md: not a text file; save the document as UTF-8 text, Markdown or .docx"

    def test_nul_bytes_alone(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "zero.txt").write_bytes(b"\x00" * 5000)
        ran = run(*command, "zero.txt")
        assert (ran.code, ran.line.split(";")[0]) == (2, "zero.txt: not a text file")

    def test_damaged_utf8_names_the_line(
        self, run: Run, command: tuple[str, ...], tmp_path: Path, example: Path
    ) -> None:
        data = example.read_bytes()
        at = data.index("\n### 核心任务".encode()) + 8
        (tmp_path / "damaged.md").write_bytes(data[:at] + b"\xff" + data[at:])
        ran = run(*command, "damaged.md")
        line = data[:at].count(b"\n") + 1
        assert ran.code == 2
        assert ran.line == (
            f"damaged.md:{line}: damaged UTF-8: a character that cannot be read; save the file again as UTF-8"
        )

    def test_broken_docx(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04" + b"\x00" * 400)
        ran = run(*command, "broken.docx")
        assert ran.code == 2
        assert ran.line.startswith("broken.docx: ")

    def test_zip_that_is_no_document(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "archive.docx", "w") as archive:
            archive.writestr("hello.txt", "hello")
        ran = run(*command, "archive.docx")
        assert ran.code == 2
        assert ran.line.startswith("archive.docx: ")

    def test_broken_json(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "half.json").write_text('{"id": "half",\n "caller": ', encoding="utf-8")
        ran = run(*command, "half.json")
        assert (ran.code, ran.line) == (2, "half.json: not JSON: Expecting value, line 2, column 12")

    def test_json_that_is_no_scenario(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "list.json").write_text("[1, 2]", encoding="utf-8")
        ran = run(*command, "list.json")
        assert ran.code == 2
        assert ran.line.startswith("list.json: ")

    def test_deep_json(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "deep.json").write_text("[" * 200_000, encoding="utf-8")
        ran = run(*command, "deep.json")
        assert ran.code == 2
        assert ran.line == "deep.json: JSON nested too deeply, or with an endless number"

    def test_larger_than_the_limit(self, run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
        with (tmp_path / "large.md").open("wb") as file:
            file.truncate(17 * 2**20)
        ran = run(*command, "large.md")
        assert ran.code == 2
        assert ran.line == "large.md: larger than 16 MiB; a scenario or a call is a few kilobytes"

    def test_one_half_of_two_is_missing(self, run: Run, command: tuple[str, ...], example: Path) -> None:
        ran = run(*command, f"{example}+absent.md")
        assert (ran.code, ran.line) == (2, "absent.md: no such file or folder; check the name")

    def test_three_halves(self, run: Run, command: tuple[str, ...]) -> None:
        ran = run(*command, "a.md+b.md+c.md")
        assert ran.code == 2
        assert ran.line == "a.md+b.md+c.md: two halves are joined by one +; write CALLER.md+CUSTOMER.md"

    def test_unknown_option(self, run: Run, command: tuple[str, ...], example: Path) -> None:
        ran = run(*command, example, "--colour")
        assert (ran.code, ran.line) == (2, f"no such option: --colour; see kefu {' '.join(command)} --help")

    def test_nothing_named(self, run: Run, command: tuple[str, ...]) -> None:
        ran = run(*command)
        name = "DOC" if command == ("scenario", "write") else "PATH"
        assert (ran.code, ran.line) == (2, f"{name} is missing; see kefu {' '.join(command)} --help")

    def test_empty_stdin(self, run: Run, command: tuple[str, ...]) -> None:
        ran = run(*command, "-")
        assert (ran.code, ran.line) == (2, "stdin: nothing in it; give a file with text")


@pytest.mark.parametrize("command", [("scenario", "show"), ("scenario", "check"), ("call",)], ids=" ".join)
def test_folder_without_documents(run: Run, command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "empty" / "._ghost.md").write_bytes(b"\x00\x05")
    ran = run(*command, "empty")
    assert ran.code == 2
    assert ran.line == "empty: no scenario in this folder; kefu reads .md, .txt, .json, .docx"


class TestOddDocuments:
    """Odd, but text: they are read, and an author is told what is wrong with them."""

    def check(self, run: Run, tmp_path: Path, data: bytes) -> tuple[int, list[dict[str, object]]]:
        (tmp_path / "odd.md").write_bytes(data)
        ran = run("scenario", "check", "odd.md", "--json")
        (record,) = map(json.loads, ran.out.splitlines())
        assert record["id"] == "odd"
        return ran.code, record["findings"]

    def test_half_missing_is_a_finding_and_cannot_be_called(self, run: Run, tmp_path: Path, example: Path) -> None:
        caller = example.read_text(encoding="utf-8").split("## 电话接听方")[0]
        code, findings = self.check(run, tmp_path, caller.encode())
        assert code == 1
        assert [f["code"] for f in findings if f["severity"] == "error"] == ["customer_half_missing"]
        refused = run("call", "odd.md")
        assert refused.code == 2
        assert refused.line.endswith("add the half, join two files by +, or choose a customer with --persona NAME")
        held = run("call", "odd.md", "--persona", "direct", "--json")
        assert (held.code, json.loads(held.out)["persona"]) == (0, "direct")

    def test_prose_that_is_no_scenario(self, run: Run, tmp_path: Path) -> None:
        code, findings = self.check(run, tmp_path, "今天天气不错，我们去公园散步。\n".encode())
        assert code == 1
        assert any(f["severity"] == "error" for f in findings)

    def test_mixed_line_ends_and_nul_bytes_change_nothing(self, run: Run, tmp_path: Path, example: Path) -> None:
        lines = example.read_text(encoding="utf-8").split("\n")
        ends = ["\n", "\r\n", "\r"]
        mixed = "".join(line + ends[number % 3] for number, line in enumerate(lines)).replace("核心", "核\x00心")
        (tmp_path / "odd.md").write_bytes(mixed.encode())
        (tmp_path / "even.md").write_bytes(example.read_bytes())
        odd, even = (json.loads(run("scenario", "show", f"{name}.md", "--json").out) for name in ("odd", "even"))
        assert odd["caller"] == even["caller"]
        assert odd["customer"] == even["customer"]

    def test_deeply_nested_list(self, run: Run, tmp_path: Path, example: Path) -> None:
        nested = "".join(f"{'  ' * depth}- “第{depth}层，您看可以吗？”\n" for depth in range(400))
        text = example.read_text(encoding="utf-8").replace("### 问答知识库", nested + "\n### 问答知识库", 1)
        code, _findings = self.check(run, tmp_path, text.encode())
        assert code in (0, 1)

    def test_five_thousand_steps(self, run: Run, tmp_path: Path, example: Path) -> None:
        text = example.read_text(encoding="utf-8")
        head, rest = text.split("### 分步流程", 1)
        tail = rest[rest.index("### 问答知识库") :]
        steps = "".join(f"{n}. **第{n}项**\n   - “您好，这是第{n}项，您看可以吗？”\n" for n in range(1, 5001))
        (tmp_path / "long.md").write_text(f"{head}### 分步流程和话术\n{steps}\n{tail}", encoding="utf-8")
        ran = run("scenario", "show", "long.md", "--json")
        assert ran.code == 0
        assert len(json.loads(ran.out)["caller"]["steps"]) == 5000

    @pytest.mark.long
    def test_ten_megabytes(self, run: Run, tmp_path: Path, example: Path) -> None:
        text = example.read_text(encoding="utf-8")
        (tmp_path / "big.md").write_text(text * (10 * 2**20 // len(text.encode())), encoding="utf-8")
        ran = run("scenario", "check", "big.md", "--json")
        assert ran.code in (0, 1)
        assert json.loads(ran.out)["id"] == "big"

    def test_office_encoding(self, run: Run, tmp_path: Path, example: Path) -> None:
        text = example.read_text(encoding="utf-8")
        (tmp_path / "office.txt").write_bytes(text.encode("gb18030"))
        (tmp_path / "wide.txt").write_bytes(text.encode("utf-16"))
        (tmp_path / "plain.txt").write_text(text, encoding="utf-8")
        shown = [json.loads(run("scenario", "show", f"{n}.txt", "--json").out) for n in ("office", "wide", "plain")]
        assert shown[0]["caller"] == shown[1]["caller"] == shown[2]["caller"]


class TestCalls:
    def scored(self, run: Run, example: Path, tmp_path: Path, content: str | bytes) -> str:
        (tmp_path / "odd.json").write_bytes(content.encode() if isinstance(content, str) else content)
        ran = run("score", example, "odd.json", "--json")
        assert ran.code == 2
        return ran.line

    def test_absent(self, run: Run, example: Path) -> None:
        ran = run("score", example, "absent.json")
        assert (ran.code, ran.line) == (2, "absent.json: no such file or folder; check the name")

    def test_unknown_speaker(self, run: Run, example: Path, tmp_path: Path) -> None:
        line = self.scored(run, example, tmp_path, '{"scenario": "x", "turns": [{"speaker": "agent", "text": "喂"}]}')
        assert line.startswith("odd.json: turn 0: unknown speaker 'agent'; ")

    def test_every_problem_is_listed(self, run: Run, example: Path, tmp_path: Path) -> None:
        line = self.scored(run, example, tmp_path, '{"turns": [{"speaker": "caller"}, 3], "ending": {"by": "ghost"}}')
        for part in ("scenario (or doc) is missing", "turn 0: text is not", "turn 1: unknown", "ending.by is 'ghost'"):
            assert part in line

    def test_no_turns(self, run: Run, example: Path, tmp_path: Path) -> None:
        line = self.scored(run, example, tmp_path, '{"scenario": "x", "turns": []}')
        assert line.startswith("odd.json: turns is not a list with at least one turn; ")

    def test_not_an_object(self, run: Run, example: Path, tmp_path: Path) -> None:
        line = self.scored(run, example, tmp_path, "3")
        assert line.startswith("odd.json: a call is a JSON object with scenario and turns")

    def test_broken_json(self, run: Run, example: Path, tmp_path: Path) -> None:
        assert self.scored(run, example, tmp_path, "{'a': 1}").startswith("odd.json: not JSON: ")

    def test_endless_number(self, run: Run, example: Path, tmp_path: Path) -> None:
        line = self.scored(run, example, tmp_path, '{"seed": ' + "9" * 100_000 + "}")
        assert line == "odd.json: JSON nested too deeply, or with an endless number"

    def test_folder_instead_of_a_call(self, run: Run, example: Path, tmp_path: Path) -> None:
        ran = run("score", example, tmp_path)
        assert (ran.code, ran.line) == (2, f"{tmp_path}: is a directory; choose a file that can be read")

    def test_only_a_document(self, run: Run, example: Path) -> None:
        ran = run("score", example)
        assert (ran.code, ran.line) == (2, "give one document and one call; or CALLS.jsonl with --scenarios DIR")

    def test_scenario_that_does_not_exist(self, run: Run, example: Path, tmp_path: Path, spoken: Path) -> None:
        record = json.loads(spoken.read_text(encoding="utf-8")) | {"scenario": "../../etc/passwd"}
        (tmp_path / "calls.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
        ran = run("score", "--scenarios", example.parent, "calls.jsonl", "--json")
        assert ran.code == 2
        assert ran.line == (
            f"calls.jsonl:1: no scenario '../../etc/passwd' in {example.parent}; "
            "scenario (or doc) names the document's file"
        )

    def test_no_such_folder(self, run: Run, spoken: Path) -> None:
        ran = run("score", "--scenarios", "absent", spoken)
        assert (ran.code, ran.line) == (2, "absent: no such folder; --scenarios takes a folder of documents")

    def test_bad_line_is_named_after_the_good_ones_were_printed(
        self, run: Run, example: Path, tmp_path: Path, spoken: Path
    ) -> None:
        good = spoken.read_text(encoding="utf-8")
        (tmp_path / "calls.jsonl").write_text(f"{good}\n\n{{broken\n{good}\n", encoding="utf-8")
        ran = run("score", "--scenarios", example.parent, "calls.jsonl", "--json")
        assert ran.code == 2
        assert len(ran.out.splitlines()) == 1
        assert ran.err.startswith("kefu: calls.jsonl:3: not JSON: ")

    def test_line_that_is_not_utf8(self, run: Run, example: Path, tmp_path: Path) -> None:
        (tmp_path / "calls.jsonl").write_bytes(b'{"scenario": "\xff"}\n')
        ran = run("score", "--scenarios", example.parent, "calls.jsonl", "--json")
        assert (ran.code, ran.line) == (2, "calls.jsonl:1: not UTF-8 text; save the file as UTF-8")

    def test_unknown_judge(self, run: Run, example: Path, spoken: Path) -> None:
        ran = run("score", example, spoken, "--judge", "oracle")
        assert (ran.code, ran.line) == (
            2,
            "--judge: no judge is called 'oracle'; choose rules, model:NAME, or several with commas between",
        )


OTHERS = "model:NAME, http:URL, human"


class TestOptions:
    def test_unknown_persona(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--persona", "grumpy")
        names = "cooperative 配合务实, analytic 理性分析, hesitant 犹豫反复, resistant 抗拒冷漠, direct 高效直接"
        assert (ran.code, ran.line) == (2, f"--persona: no persona is called 'grumpy'; choose {names}")

    @pytest.mark.parametrize(
        ("option", "known"), [("--caller", "script"), ("--customer", "persona")], ids=["caller", "customer"]
    )
    def test_unknown_party(self, run: Run, example: Path, option: str, known: str) -> None:
        ran = run("call", example, option, "nobody")
        assert (ran.code, ran.line) == (2, f"{option}: no {option[2:]} is called 'nobody'; choose {known}, {OTHERS}")

    def test_set_without_a_value(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--set", "单号")
        assert (ran.code, ran.line) == (2, "--set: '单号' is not KEY=VALUE; write --set 单号=A1234")

    @pytest.mark.parametrize(("option", "least"), [("--trials", 1), ("--max-turns", 1), ("--concurrency", 1)])
    def test_too_small(self, run: Run, example: Path, option: str, least: int) -> None:
        ran = run("call", example, option, "0")
        assert (ran.code, ran.line) == (2, f"{option} must be at least {least}; see kefu call --help")

    def test_no_number(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--seed", "one")
        assert (ran.code, ran.line) == (2, "--seed wants a whole number; see kefu call --help")

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            ("", "nothing in it; give a file with text"),
            ("姓名,单号\n", "no customer in this file; the first row names the columns"),
            ("姓名,单号\n,\n", "no customer in this file; the first row names the columns"),
            ('姓名,单号\n"柳青,1\n', "not CSV: unexpected end of data; the first row names the columns"),
        ],
    )
    def test_customers(self, run: Run, example: Path, tmp_path: Path, content: str, what: str) -> None:
        (tmp_path / "list.csv").write_text(content, encoding="utf-8")
        ran = run("call", example, "--customers", "list.csv")
        assert (ran.code, ran.line) == (2, f"list.csv: {what}")

    def test_unknown_command(self, run: Run) -> None:
        ran = run("cal")
        assert (ran.code, ran.line) == (2, "no such command: cal; see kefu --help")

    def test_broken_settings(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "kefu.toml").write_text("lang = zh", encoding="utf-8")
        ran = run("scenario", "new")
        assert ran.code == 2
        assert ran.line.startswith("kefu.toml: ")

    def test_unknown_setting(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "kefu.toml").write_text('langauge = "zh_CN"\n', encoding="utf-8")
        ran = run("scenario", "new")
        known = "lang, debug, base_url, api_key, model, cache, agent_key, agent_timeout, data_dir, database_url, models"
        assert (ran.code, ran.line) == (2, f"kefu.toml: unknown setting langauge; known are {known}")


class TestUnderstand:
    def test_broken_line(self, run: Run, example: Path) -> None:
        ran = run("understand", "--scenario", example, "--json", stdin='多少钱？\n{"caller": 3}\n')
        assert ran.code == 2
        assert len(ran.out.splitlines()) == 1
        assert ran.err == 'kefu: stdin:2: not an utterance; write {"caller": "…", "text": "…"} or plain text\n'

    def test_no_text(self, run: Run, example: Path) -> None:
        ran = run("understand", "--scenario", example, stdin=b"\xff\xff\n")
        assert (ran.code, ran.line) == (2, "stdin:1: not UTF-8 text; save the file as UTF-8")

    def test_no_input_is_no_error(self, run: Run, example: Path) -> None:
        ran = run("understand", "--scenario", example, "--json")
        assert (ran.code, ran.out, ran.err) == (0, "", "")


class TestOutput:
    @pytest.mark.parametrize("command", [("scenario", "new"), ("scenario", "write", "EXAMPLE")], ids=["new", "write"])
    def test_unwritable(self, run: Run, example: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
        arguments = [str(example) if word == "EXAMPLE" else word for word in command]
        ran = run(*arguments, "-o", tmp_path / "absent" / "file.md")
        assert ran.code == 2
        assert ran.line == (
            f"{tmp_path}/absent/file.md: no such file or directory; choose a place that can be written to"
        )

    def test_a_folder_is_no_place_for_a_file(self, run: Run, tmp_path: Path) -> None:
        ran = run("scenario", "new", "-o", tmp_path)
        assert (ran.code, ran.line) == (2, f"{tmp_path}: is a directory; choose a place that can be written to")

    def test_an_error_leaves_the_old_file_alone(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "kept.md").write_text("old", encoding="utf-8")
        ran = run("scenario", "write", "absent.md", "-o", "kept.md")
        assert ran.code == 2
        assert (tmp_path / "kept.md").read_text(encoding="utf-8") == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["kept.md"]

    def test_a_device_is_written_to_not_replaced(self, run: Run) -> None:
        ran = run("scenario", "new", "-o", "/dev/stdout")
        assert ran.code == 0
        assert "## 电话拨打方" in ran.out
        assert Path("/dev/stdout").is_symlink()

    def test_demo_into_a_file(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("x", encoding="utf-8")
        ran = run("demo", "--out", "taken")
        assert (ran.code, ran.line) == (2, "taken: file exists; choose a place that can be written to")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
    def test_full_disk(self, environment: dict[str, str], tmp_path: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "kefu", "scenario", "new"],
                stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, check=False,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (2, b"kefu: no space left on device\n")

    def test_closed_pipe(self, environment: dict[str, str], tmp_path: Path, example: Path) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "kefu", "scenario", "show", str(example), str(example)],
            stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, check=False,
        )  # fmt: skip
        os.close(writing)
        assert (done.returncode, done.stderr) == (0, b"")


def test_debug_shows_the_traceback(environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kefu", "scenario", "show", "absent.md"],
        capture_output=True, cwd=tmp_path, env={**environment, "KEFU_DEBUG": "1"}, check=False,
    )  # fmt: skip
    assert b"Traceback" in done.stderr
    assert b"NotFound" in done.stderr


def test_a_fault_of_our_own_is_one_line_too(environment: dict[str, str], tmp_path: Path, example: Path) -> None:
    code = (
        "import kefu.scenario.parse as parse; from kefu.cli.main import run\n"
        "def broken(*given, **named): raise RuntimeError('a wire is loose')\n"
        "parse.parse_scenario = broken\n"
        f"run(['scenario', 'show', {str(example)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 70
    assert done.stderr.decode() == (
        "kefu: kefu itself failed: RuntimeError: a wire is loose; "
        "run it again with KEFU_DEBUG=1 and report what it shows\n"
    )
