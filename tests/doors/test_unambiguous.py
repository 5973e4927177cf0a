"""Doors never guess: what could mean two things is refused by name, what nobody uses is said."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import Run

TURNS = [
    {"speaker": "caller", "text": "您好，请问是邹女士吗？"},
    {"speaker": "customer", "text": "打错了。"},
    {"speaker": "caller", "text": "不好意思，打扰了，再见。"},
]


def call_file(path: Path, **fields: object) -> Path:
    path.write_text(json.dumps({"turns": TURNS, **fields}, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def twins(tmp_path: Path, example: Path) -> Path:
    """A folder in which two documents go by one name."""
    place = tmp_path / "twins"
    place.mkdir()
    shutil.copy(example, place / "a.md")
    shutil.copy(example.parent / "sales.md", place / "a.txt")
    return place


@pytest.fixture
def holes(tmp_path: Path, example: Path) -> Path:
    """A document with a hole for an order number."""
    head, tail = example.read_text(encoding="utf-8").split("### 开场白\n", 1)
    rest = tail.partition("\n")[2]
    path = tmp_path / "holes.md"
    path.write_text(f"{head}### 开场白\n“您好，您的工单[单号]有了回音，方便说话吗？”\n{rest}", encoding="utf-8")
    return path


@pytest.fixture
def halves(tmp_path: Path, example: Path) -> Path:
    """A folder with a caller's half and a customer's half."""
    place = tmp_path / "halves"
    place.mkdir()
    caller, customer = example.read_text(encoding="utf-8").split("## 电话接听方")
    (place / "front.md").write_text(caller, encoding="utf-8")
    (place / "back.md").write_text(f"## 电话接听方{customer}", encoding="utf-8")
    return place


class TestNames:
    def test_a_name_that_could_be_two_files(self, run: Run, tmp_path: Path, twins: Path) -> None:
        call_file(tmp_path / "calls.jsonl", scenario="a")
        ran = run("score", "--scenarios", "twins", "calls.jsonl", "--json")
        assert (ran.code, ran.line) == (
            2,
            "calls.jsonl:1: 'a' could be twins/a.md, twins/a.txt; name it with its ending, or rename one of the files",
        )

    def test_the_ending_tells_which(self, run: Run, tmp_path: Path, twins: Path) -> None:
        call_file(tmp_path / "calls.jsonl", doc="a.txt")
        steps = json.loads(run("scenario", "show", twins / "a.txt", "--json").out)["caller"]["steps"]
        ran = run("score", "--scenarios", "twins", "calls.jsonl", "--json")
        assert (ran.code, ran.err) == (0, "")
        assert len(json.loads(ran.out)["steps"]) == len(steps)

    def test_two_documents_of_one_name_are_not_called_in_one_run(
        self, run: Run, tmp_path: Path, twins: Path, example: Path
    ) -> None:
        refused = "both are called {}, and a call could not tell which it is about; rename one of them"
        ran = run("call", "twins", "--json")
        assert (ran.code, ran.line) == (2, f"twins/a.md, twins/a.txt: {refused.format(repr('a'))}")
        for folder, name in (("d1", "sales"), ("d2", "care")):
            (tmp_path / folder).mkdir()
            shutil.copy(example.parent / f"{name}.md", tmp_path / folder / "x.md")
        ran = run("call", "d1/x.md", "d2/x.md", "--json")
        assert (ran.code, ran.line) == (2, f"d1/x.md, d2/x.md: {refused.format(repr('x'))}")

    def test_one_file_twice_is_no_guess(self, run: Run, tmp_path: Path, example: Path) -> None:
        shutil.copy(example, tmp_path / "a.md")
        ran = run("call", "a.md", "./a.md", "--no-score", "--json")
        assert (ran.code, len(ran.out.splitlines())) == (0, 2)

    def test_a_call_about_another_scenario(self, run: Run, tmp_path: Path, example: Path) -> None:
        call_file(tmp_path / "call.json", scenario="sales")
        ran = run("score", example, "call.json", "--json")
        assert (ran.code, len(ran.out.splitlines())) == (0, 1)
        assert ran.err == (
            f"kefu: warning: call.json names the scenario 'sales'; it is scored by {example} all the same\n"
        )

    @pytest.mark.parametrize("name", ["customer_service", "customer_service.md", "sheets/customer_service.docx"])
    def test_no_warning_where_the_name_fits(self, run: Run, tmp_path: Path, example: Path, name: str) -> None:
        call_file(tmp_path / "call.json", scenario=name)
        assert run("score", example, "call.json", "--json").err == ""

    def test_joined_halves_are_found_again(self, run: Run, tmp_path: Path, halves: Path) -> None:
        held = run("call", "halves/front.md+halves/back.md", "--json")
        assert json.loads(held.out)["scenario"] == "front+back"
        (tmp_path / "calls.jsonl").write_text(held.out, encoding="utf-8")
        ran = run("score", "--scenarios", "halves", "calls.jsonl", "--json")
        assert (ran.code, ran.err) == (0, "")
        assert json.loads(ran.out) == json.loads(held.out)["scorecard"]
        (tmp_path / "call.json").write_text(held.out, encoding="utf-8")
        one = run("score", "halves/front.md+halves/back.md", "call.json", "--json")
        assert (one.code, one.err, json.loads(one.out)) == (0, "", json.loads(ran.out))

    def test_halves_with_folders_are_two_halves(self, run: Run, tmp_path: Path, halves: Path) -> None:
        call_file(tmp_path / "calls.jsonl", doc="old/front.md+old/back.md")
        assert run("score", "--scenarios", "halves", "calls.jsonl", "--json").code == 0
        call_file(tmp_path / "calls.jsonl", doc="old/absent.md+old/back.md")
        assert run("score", "--scenarios", "halves", "calls.jsonl", "--json").line == (
            "calls.jsonl:1: no scenario 'old/absent.md+old/back.md' in halves; "
            "scenario (or doc) names the document's file"
        )

    @pytest.mark.parametrize("name", ["../outside", "..", "/", "+", "\x00", "好" * 5000], ids=ascii)
    def test_a_foreign_name_opens_nothing(self, run: Run, tmp_path: Path, halves: Path, name: str) -> None:
        shutil.copy(halves / "front.md", tmp_path / "outside.md")
        call_file(tmp_path / "calls.jsonl", scenario=name)
        ran = run("score", "--scenarios", "halves", "calls.jsonl", "--json")
        assert ran.code == 2
        assert ran.line.startswith("calls.jsonl:1: no scenario '")
        assert len(ran.line) < 250


class TestStdin:
    TWICE = "stdin (-) is given twice, and can be read once; give one of them as a file"

    @pytest.mark.parametrize(
        "arguments",
        [
            ("scenario", "show", "-", "-"),
            ("scenario", "check", "--", "-+-"),
            ("call", "-", "--customers", "-"),
            ("score", "-", "-"),
            ("understand", "--scenario", "-"),
            ("calibrate", "-", "-", "--scenarios", "."),
        ],
        ids=" ".join,
    )
    def test_given_twice(self, run: Run, arguments: tuple[str, ...]) -> None:
        ran = run(*arguments, stdin="您好\n")
        assert (ran.code, ran.line) == (2, self.TWICE)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_utterances_in_every_encoding_that_files_may_have(self, run: Run, example: Path, encoding: str) -> None:
        # in GB18030 the first line alone would pass for UTF-8
        ran = run("understand", "--scenario", example, stdin="猫\n多少钱？\n\n好的，再见。\n".encode(encoding))
        assert (ran.code, ran.err) == (0, "")
        assert [line for line in ran.out.splitlines() if not line.startswith(" ")] == ["猫", "多少钱？", "好的，再见。"]

    def test_a_damaged_line_is_not_taken_for_another_encoding(self, run: Run, example: Path) -> None:
        data = "多少钱？\n这个怎么收费".encode()
        ran = run("understand", "--scenario", example, stdin=data + b"\xb5\xc4\n")
        assert ran.code == 2
        assert ran.err == "kefu: stdin:2: not UTF-8 text; save the file as UTF-8\n"


class TestTurns:
    @pytest.mark.parametrize("text", ["", " \n", "\u3000", "\x00", "\u200b"], ids=ascii)
    def test_without_a_word(self, run: Run, tmp_path: Path, example: Path, text: str) -> None:
        turns = [*TURNS, {"speaker": "customer", "text": text}]
        call_file(tmp_path / "call.json", scenario="customer_service", turns=turns)
        ran = run("score", example, "call.json", "--json")
        assert (ran.code, ran.line) == (
            2,
            'call.json: turn 3: nothing is said in it; a turn is {"speaker": "caller|customer", "text": "…"}',
        )

    def test_a_caller_who_said_nothing_has_no_interaction(self, run: Run, tmp_path: Path, example: Path) -> None:
        call_file(tmp_path / "call.json", scenario="customer_service", turns=[TURNS[1]])
        card = json.loads(run("score", example, "call.json", "--json").out)
        assert card["totals"]["interaction"] is None
        assert card["totals"]["total"] is None
        assert {"check": "interaction", "reason": "the caller said nothing"} in card["unscored"]


class TestKnown:
    def test_a_key_that_no_document_uses(self, run: Run, holes: Path) -> None:
        ran = run("call", "holes.md", "--set", "颜色=红", "--set", "单号=C3", "--no-score", "--json")
        assert (ran.code, ran.err) == (0, "kefu: warning: no document has a place for 颜色\n")
        assert "C3" in ran.out

    def test_other_names_of_a_hole_are_used(self, run: Run, holes: Path) -> None:
        assert run("call", "holes.md", "--set", "order_id=C3", "--no-score", "--json").err == ""

    def test_a_program_under_test_is_told_all(self, run: Run, holes: Path) -> None:
        ran = run("call", "holes.md", "--set", "颜色=红", "--caller", "http://127.0.0.1:9/", "--no-score", "--json")
        assert "no document has a place" not in ran.err

    @pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
    def test_columns_by_any_separator(self, run: Run, tmp_path: Path, holes: Path, separator: str) -> None:
        rows = [["单号", "备注，内部", "意见"], ["A1", "急", '"甲,乙;丙"'], ["B2", "", ""]]
        text = "\n".join(separator.join(row) for row in rows)
        (tmp_path / "list.csv").write_text(text, encoding="utf-8")
        ran = run("call", "holes.md", "--customers", "list.csv", "--no-score", "--json")
        assert (ran.code, ran.err) == (0, "kefu: warning: no document has a place for 备注，内部, 意见\n")
        first, second = ran.out.splitlines()
        assert "A1" in first
        assert "B2" in second

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            ("单号, 单号\nA1,B2\n", ": column '单号' is there twice; give every column a name of its own"),
            (
                "单号,地址\nA1,青石路,九号\n",
                ":2: more cells than columns: 3 and 2; put a cell that holds the separator into quotes",
            ),
        ],
        ids=["column", "cell"],
    )
    def test_a_table_that_could_be_misread(
        self, run: Run, tmp_path: Path, holes: Path, content: str, what: str
    ) -> None:
        (tmp_path / "list.csv").write_text(content, encoding="utf-8")
        ran = run("call", "holes.md", "--customers", "list.csv")
        assert (ran.code, ran.line) == (2, f"list.csv{what}")

    def test_blank_cells_beyond_the_columns_say_nothing(self, run: Run, tmp_path: Path, holes: Path) -> None:
        (tmp_path / "list.csv").write_text("单号,,\nA1,,,\n", encoding="utf-8")
        ran = run("call", "holes.md", "--customers", "list.csv", "--no-score", "--json")
        assert (ran.code, ran.err) == (0, "")
        assert "A1" in ran.out


class TestPersona:
    @pytest.mark.parametrize("name", ["hesitant", "犹豫反复", " Hesitant "])
    def test_by_the_name_of_the_contract_or_of_the_screen(self, run: Run, example: Path, name: str) -> None:
        ran = run("call", example, "--persona", name, "--no-score", "--json")
        assert json.loads(ran.out)["persona"] == "hesitant"

    def test_the_screen_shows_what_can_be_typed(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--persona", "犹豫反复", "--no-score", env={"KEFU_LANG": "zh_CN"})
        assert "犹豫反复" in ran.out.splitlines()[1]


class TestSettings:
    @pytest.mark.parametrize(
        ("arguments", "env", "file", "line"),
        [
            (("demo", "--lang", "fr"), {}, "", "--lang: kefu does not speak 'fr'; choose zh_CN or en"),
            (
                ("scenario", "new"),
                {"KEFU_LANG": "zz"},
                "",
                "KEFU_LANG: kefu does not speak 'zz'; choose zh_CN or en",
            ),
            (
                ("scenario", "new"),
                {"KEFU_LANG": ""},
                'lang = ["zh"]',
                "kefu.toml: lang: not a text; write it in quotes: lang = …",
            ),
            (
                ("scenario", "new"),
                {"KEFU_LANG": ""},
                'lang = "fr"',
                "kefu.toml: lang: kefu does not speak 'fr'; choose zh_CN or en",
            ),
            (
                ("scenario", "new"),
                {},
                'debug = "perhaps"',
                "kefu.toml: debug: 'perhaps' is neither on nor off; write 1 or 0",
            ),
        ],
        ids=["option", "environment", "list", "file", "debug"],
    )
    def test_a_value_that_is_none(
        self, run: Run, tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], file: str, line: str
    ) -> None:
        (tmp_path / "kefu.toml").write_text(file, encoding="utf-8")
        ran = run(*arguments, env=env)
        assert (ran.code, ran.line) == (2, line)

    def test_spaces_around_a_value_are_none_of_it(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "kefu.toml").write_text('debug = "off "\n', encoding="utf-8")
        ran = run("call", "absent.md", env={"KEFU_LANG": " zh-Hans "})
        assert (ran.code, ran.line) == (2, "absent.md: 没有这个文件或文件夹; 请核对名称")

    def test_debug_changes_no_exit_code(self, environment: dict[str, str], tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "kefu", "scenario", "show", "absent.md"],
            capture_output=True, cwd=tmp_path, env={**environment, "KEFU_DEBUG": "1"}, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert b"NotFound: absent.md: no such file or folder; check the name" in done.stderr

    def test_settings_are_read_once(self, environment: dict[str, str], tmp_path: Path, example: Path) -> None:
        code = (
            "import kefu.settings as settings\n"
            "read, seen = settings.read_settings, []\n"
            "settings.read_settings = lambda *given: seen.append(1) or read(*given)\n"
            "from kefu.cli.main import run\n"
            f"try: run(['call', {str(example)!r}, '--json'])\n"
            "except SystemExit: print('read', len(seen))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, cwd=tmp_path, env=environment, check=False
        )
        assert done.stdout.decode().splitlines()[-1] == "read 1"


class TestNoScenario:
    def test_source_code(self, run: Run, root: Path, tmp_path: Path) -> None:
        shutil.copy(root / "src" / "kefu" / "files.py", tmp_path / "source.md")
        ran = run("scenario", "check", "source.md", "--json")
        assert ran.code == 1
        errors = [f["code"] for f in json.loads(ran.out)["findings"] if f["severity"] == "error"]
        assert errors == ["caller_half_missing", "customer_half_missing"]

    def test_nul_bytes_are_found(self, run: Run, tmp_path: Path, example: Path) -> None:
        text = example.read_text(encoding="utf-8")
        at = text.index("### 核心任务")
        (tmp_path / "odd.md").write_bytes((text[:at] + "\x00\x00" + text[at:]).replace("\n", "\r\n").encode())
        ran = run("scenario", "check", "odd.md")
        line = text[:at].count("\n") + 1
        assert (
            f"odd.md:{line}: warning control_character: NUL bytes in the file: 2; "
            "they are left out, see whether words are missing around them"
        ) in ran.out.splitlines()


def test_calls_without_labels_are_not_compared(run: Run, tmp_path: Path, example: Path) -> None:
    call_file(tmp_path / "calls.jsonl", doc="customer_service")
    ran = run("calibrate", "calls.jsonl", "--scenarios", example.parent)
    assert (ran.code, ran.line) == (
        2,
        "calls.jsonl: no label in these calls; "
        "give steps, violations, task_flow, interaction or acts; kefu score needs no labels",
    )


class TestOutput:
    def test_many_writers_and_one_whole_file(self, environment: dict[str, str], tmp_path: Path) -> None:
        code = (
            "import sys; from kefu.files import write_text\n"
            "for _ in range(200): write_text('out.md', sys.argv[1] * 5000)"
        )
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", code, letter], cwd=tmp_path, env=environment, stderr=subprocess.PIPE
            )
            for letter in "ab"
        ]
        assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0), (b"", 0)]
        assert (tmp_path / "out.md").read_text(encoding="utf-8") in ("a" * 5000, "b" * 5000)
        assert [path.name for path in tmp_path.iterdir()] == ["out.md"]

    def test_a_long_name_is_no_trouble(self, run: Run, tmp_path: Path) -> None:
        name = "n" * 252 + ".md"
        assert run("scenario", "new", "-o", name).code == 0
        assert (tmp_path / name).stat().st_size > 0

    def test_no_name(self, run: Run) -> None:
        ran = run("scenario", "new", "-o", "")
        assert (ran.code, ran.line) == (
            2,
            "the name of the file to write: is a directory; choose a place that can be written to",
        )

    def test_a_file_keeps_who_may_read_it(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "mine.md").write_text("old", encoding="utf-8")
        (tmp_path / "mine.md").chmod(0o600)
        assert run("scenario", "new", "-o", "mine.md").code == 0
        assert (tmp_path / "mine.md").stat().st_mode & 0o777 == 0o600
