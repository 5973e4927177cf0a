"""What every command prints when all is well: the JSON contract, the order of output, folders, halves and stdin."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from command import Run

SHOW = ["id", "title", "domain", "persona", "caller", "customer", "placeholders", "other_sections", "findings"]
CALLER = {"role", "task", "profile", "steps", "facts", "openings", "end_conditions", "closings"}
CUSTOMER = {"role", "background", "concerns", "behaviours", "avoid", "imitate", "end_conditions"}
CARD = {"scenario", "totals", "steps", "dimensions", "violations", "outcome", "fidelity", "attribution", "unscored"}
DIMENSIONS = [
    "naturalness", "coherence", "grounding", "responsiveness", "empathy", "concision", "respect", "closure"
]  # fmt: skip


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def folder(tmp_path: Path, example: Path) -> Path:
    """Three documents in a folder, beside files that are none."""
    place = tmp_path / "scenarios"
    place.mkdir()
    for name in ("sales", "care", "finance"):
        shutil.copy(example.parent / f"{name}.md", place / f"{name}.md")
    (place / "README.rst").write_text("no scenario", encoding="utf-8")
    return place


class TestScenario:
    def test_show_prints_the_typed_scenario(self, run: Run, example: Path) -> None:
        ran = run("scenario", "show", example, "--json")
        assert (ran.code, ran.err) == (0, "")
        (shown,) = lines(ran.out)
        assert set(SHOW) <= set(shown)
        assert shown["id"] == "customer_service"
        assert shown["domain"] == "customer_service"
        assert set(shown["caller"]) >= CALLER
        assert set(shown["customer"]) >= CUSTOMER
        line = shown["caller"]["steps"][0]["lines"][0]
        assert set(line) >= {"kind", "text", "condition", "utterances", "line"}
        source = example.read_text(encoding="utf-8").splitlines()
        assert line["text"] in source[line["line"] - 1]

    def test_show_for_people(self, run: Run, example: Path) -> None:
        ran = run("scenario", "show", example)
        assert ran.code == 0
        assert "knowledge base" in ran.out
        assert "\x1b" not in ran.out

    def test_a_folder_is_read_in_the_order_of_its_names(self, run: Run, folder: Path) -> None:
        shown = lines(run("scenario", "show", folder, "--json").out)
        assert [scenario["id"] for scenario in shown] == ["care", "finance", "sales"]

    def test_paths_keep_their_order(self, run: Run, folder: Path) -> None:
        shown = lines(run("scenario", "show", folder / "sales.md", folder / "care.md", "--json").out)
        assert [scenario["id"] for scenario in shown] == ["sales", "care"]

    def test_stdin(self, run: Run, example: Path) -> None:
        ran = run("scenario", "show", "-", "--json", stdin=example.read_bytes())
        assert lines(ran.out)[0]["id"] == "stdin"

    def test_the_typed_form_is_read_back(self, run: Run, example: Path, tmp_path: Path) -> None:
        typed = run("scenario", "show", example, "--json").out
        (tmp_path / "customer_service.json").write_text(typed, encoding="utf-8")
        assert run("scenario", "show", "customer_service.json", "--json").out == typed

    def test_two_halves_are_one_scenario(self, run: Run, example: Path, tmp_path: Path) -> None:
        caller, customer = example.read_text(encoding="utf-8").split("## 电话接听方")
        (tmp_path / "a.md").write_text(caller, encoding="utf-8")
        (tmp_path / "b.md").write_text(f"## 电话接听方{customer}", encoding="utf-8")
        whole, joined = (lines(run("scenario", "show", p, "--json").out)[0] for p in (example, "a.md+b.md"))
        assert joined["persona"] == whole["persona"]
        assert len(joined["caller"]["steps"]) == len(whole["caller"]["steps"])
        assert joined["customer"]["role"] == whole["customer"]["role"]

    def test_check_counts_on_stderr(self, run: Run, folder: Path) -> None:
        ran = run("scenario", "check", folder, "--json")
        assert ran.code == 0
        assert [record["id"] for record in lines(ran.out)] == ["care", "finance", "sales"]
        assert ran.err.startswith("documents: 3, errors: 0, ")

    def test_check_points_at_the_line(self, run: Run, example: Path, tmp_path: Path) -> None:
        text = example.read_text(encoding="utf-8").replace("### 开场白\n", "### 开场白\n“您好，工单[单号XXXX]。”\n", 1)
        (tmp_path / "holes.md").write_text(text, encoding="utf-8")
        ran = run("scenario", "check", "holes.md")
        number = text[: text.index("[单号XXXX]")].count("\n") + 1
        assert any(line.startswith(f"holes.md:{number}: warning placeholder: ") for line in ran.out.splitlines())

    def test_write_is_canonical(self, run: Run, example: Path, tmp_path: Path) -> None:
        once = run("scenario", "write", example, "-o", "once.md")
        assert (once.code, once.out, once.err) == (0, "", "")
        twice = run("scenario", "write", "once.md")
        assert twice.out == (tmp_path / "once.md").read_text(encoding="utf-8")

    def test_new_is_a_scenario_without_errors(self, run: Run) -> None:
        assert run("scenario", "new", "-o", "mine.md").code == 0
        assert run("scenario", "check", "mine.md").code == 0


class TestUnderstand:
    def test_one_line_for_each_utterance(self, run: Run, example: Path) -> None:
        spoken = '你们这个收不收钱啊？\n\n{"caller": "请问是您本人吗？", "text": "嗯，我是"}\n'
        ran = run("understand", "--scenario", example, "--json", stdin=spoken)
        assert (ran.code, ran.err) == (0, "")
        first, second = lines(ran.out)
        assert set(first) == {"acts", "fact", "score"}
        assert "ask" in first["acts"]
        assert "confirm" in second["acts"]
        assert second["fact"] is None

    def test_each_answer_comes_before_the_next_line_is_read(
        self, environment: dict[str, str], tmp_path: Path, example: Path
    ) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "kefu", "understand", "--scenario", str(example), "--json"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=environment,
        ) as process:  # fmt: skip
            assert process.stdin is not None
            assert process.stdout is not None
            for text in ("多少钱？", "好的，再见。"):
                process.stdin.write(f"{text}\n".encode())
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["acts"]
            process.stdin.close()
            assert process.wait(20) == 0


class TestCall:
    def test_one_call_as_it_happens_and_its_card(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--seed", "3")
        assert (ran.code, ran.err) == (0, "")
        assert "caller script, customer persona (" in ran.out
        assert "task flow" in ran.out
        assert "\n  0 caller" in ran.out

    def test_json_is_the_contract(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--seed", "7", "--json")
        assert (ran.code, ran.err) == (0, "")
        (call,) = lines(ran.out)
        assert list(call)[:8] == ["scenario", "caller", "customer", "persona", "seed", "turns", "ending", "outcome"]
        assert (call["scenario"], call["caller"], call["customer"], call["seed"]) == (
            "customer_service", "script", "persona", 7
        )  # fmt: skip
        assert all(set(turn) == {"speaker", "text"} for turn in call["turns"])
        assert call["ending"]["by"] in ("caller", "customer")
        card = call["scorecard"]
        assert set(card) >= CARD
        assert [dimension["name"] for dimension in card["dimensions"]] == DIMENSIONS
        assert card["outcome"] == call["outcome"]

    def test_the_same_seed_gives_the_same_call_and_trials_differ(self, run: Run, example: Path) -> None:
        first = run("call", example, "--trials", "3", "--seed", "5", "--json")
        again = run("call", example, "--trials", "3", "--seed", "5", "--json", "--concurrency", "1")
        assert first.out == again.out
        assert [call["seed"] for call in lines(first.out)] == [5, 6, 7]
        assert len({json.dumps(call["turns"]) for call in lines(first.out)}) == 3

    def test_documents_come_before_trials(self, run: Run, folder: Path) -> None:
        calls = lines(run("call", folder, "--trials", "2", "--no-score").out)
        assert [(call["scenario"], call["seed"]) for call in calls] == [
            (name, seed) for name in ("care", "finance", "sales") for seed in (0, 1)
        ]
        assert all(call["scorecard"] is None and call["outcome"] for call in calls)

    def test_the_turn_limit_is_a_failed_call_that_is_printed(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--max-turns", "3", "--json")
        assert ran.code == 0
        (call,) = lines(ran.out)
        assert len(call["turns"]) == 3
        assert call["ending"]["by"] == "limit"

    def test_persona_can_be_chosen(self, run: Run, example: Path) -> None:
        (call,) = lines(run("call", example, "--persona", "resistant", "--json").out)
        assert call["persona"] == "resistant"

    def test_every_row_of_a_list_is_a_call_and_fills_the_holes(self, run: Run, example: Path, tmp_path: Path) -> None:
        text = example.read_text(encoding="utf-8")
        head, tail = text.split("### 开场白\n", 1)
        opening, rest = tail.split("\n", 1)
        assert opening
        (tmp_path / "holes.md").write_text(
            f"{head}### 开场白\n“您好，您的工单[单号]有了回音，现在方便说话吗？”\n{rest}", encoding="utf-8"
        )
        (tmp_path / "list.csv").write_text("姓名,单号\n柳青,A1\n\n石岩,B2\n", encoding="gb18030")
        ran = run("call", "holes.md", "--customers", "list.csv", "--json")
        first, second = lines(ran.out)
        assert "A1" in first["turns"][0]["text"]
        assert "B2" in second["turns"][0]["text"]
        (given,) = lines(run("call", "holes.md", "--set", "单号=C3", "--json").out)
        assert "C3" in given["turns"][0]["text"]
        (open_,) = lines(run("call", "holes.md", "--json").out)
        assert "单号]" not in json.dumps(open_["turns"], ensure_ascii=False)

    def test_the_first_call_is_out_before_the_last_is_held(
        self, environment: dict[str, str], tmp_path: Path, example: Path
    ) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "kefu", "call", str(example), "--trials", "100000", "--no-score"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stderr is not None
            assert json.loads(process.stdout.readline())["seed"] == 0
            process.stdout.close()  # kefu … | head -1: it must notice, and leave quietly
            assert (process.wait(20), process.stderr.read()) == (0, b"")


class TestScore:
    @pytest.fixture
    def calls(self, run: Run, folder: Path, tmp_path: Path) -> Path:
        path = tmp_path / "calls.jsonl"
        path.write_text(run("call", folder, "--json").out, encoding="utf-8")
        return path

    def test_a_call_is_scored_again_as_it_was(self, run: Run, folder: Path, calls: Path) -> None:
        ran = run("score", "--scenarios", folder, calls, "--json")
        assert (ran.code, ran.err) == (0, "")
        assert lines(ran.out) == [call["scorecard"] for call in lines(calls.read_text(encoding="utf-8"))]

    def test_order_is_that_of_the_file_and_doc_names_a_file_too(self, run: Run, folder: Path, calls: Path) -> None:
        records = lines(calls.read_text(encoding="utf-8"))[::-1]
        bare = [{"doc": f"{record['scenario']}.md", "turns": record["turns"]} for record in records]
        text = "\n".join(json.dumps(record) for record in bare)
        ran = run("score", "--scenarios", folder, "-", "--json", stdin=text)
        assert [card["scenario"] for card in lines(ran.out)] == ["sales", "finance", "care"]

    def test_one_document_and_one_call(self, run: Run, folder: Path, calls: Path, tmp_path: Path) -> None:
        record = lines(calls.read_text(encoding="utf-8"))[0]
        (tmp_path / "one.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
        ran = run("score", folder / "care.md", "one.json", "--json")
        assert lines(ran.out) == [record["scorecard"]]
        shown = run("score", folder / "care.md", "one.json")
        assert shown.code == 0
        assert shown.out.startswith("total ")

    def test_quotes_are_verbatim(self, run: Run, folder: Path, calls: Path) -> None:
        for call in lines(calls.read_text(encoding="utf-8")):
            card, turns = call["scorecard"], [turn["text"] for turn in call["turns"]]
            for step in card["steps"]:
                assert not step["quote"] or any(step["quote"] in turns[turn] for turn in step["turns"])
            for found in [*card["violations"], *(e for d in card["dimensions"] for e in d["evidence"])]:
                assert found["quote"] in turns[found["turn"]]


class TestCalibrate:
    @pytest.fixture
    def library(self, root: Path, tmp_path: Path) -> Path:
        """All our own documents in one folder."""
        place = tmp_path / "library"
        place.mkdir()
        for path in (*(root / "examples").glob("*.md"), *(root / "data" / "scenarios").glob("*.md")):
            shutil.copy(path, place)
        return place

    def test_agreement_with_labels(self, run: Run, root: Path, library: Path) -> None:
        gold = root / "data" / "calls" / "care.jsonl"
        ran = run("calibrate", gold, "--scenarios", library, "--json")
        assert (ran.code, ran.err) == (0, "")
        (agreed,) = lines(ran.out)
        assert agreed["calls"] == len(gold.read_text(encoding="utf-8").splitlines())
        assert (
            0 <= agreed["step_macro_f1"]["low"] <= agreed["step_macro_f1"]["value"] <= agreed["step_macro_f1"]["high"]
        )
        assert "macro-F1" in run("calibrate", gold, "--scenarios", library).out

    def test_a_label_of_an_absent_document(self, run: Run, root: Path, tmp_path: Path) -> None:
        (tmp_path / "none").mkdir()
        ran = run("calibrate", root / "data" / "calls" / "care.jsonl", "--scenarios", "none")
        assert ran.code == 2
        assert "care.jsonl:1: no scenario 'care.md' in none; " in ran.line

    def test_nothing_labelled(self, run: Run, example: Path, tmp_path: Path) -> None:
        (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
        ran = run("calibrate", "empty.jsonl", "--scenarios", example.parent)
        assert ran.code == 2
        assert ran.line == "empty.jsonl: no labelled line; give calls with turns, or acts and faq"


class TestPresentation:
    def test_chinese(self, run: Run, example: Path) -> None:
        ran = run("call", example, env={"KEFU_LANG": "zh_CN"})
        assert "流程执行" in ran.out
        assert "拨打方" in ran.out
        wrong = run("call", "absent.md", env={"KEFU_LANG": "zh_CN"})
        assert wrong.line == "absent.md: 没有这个文件或文件夹; 请核对名称"

    def test_language_from_the_settings_file(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "kefu.toml").write_text('lang = "zh_CN"\n', encoding="utf-8")
        assert "用法：kefu" in run("--help", env={"KEFU_LANG": ""}).out

    def test_a_console_of_another_code_page(self, run: Run, example: Path) -> None:
        ran = run("call", example, "--json", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
        assert lines(ran.out)[0]["turns"]

    def test_version_and_help(self, run: Run) -> None:
        assert run("--version").out.startswith("kefu ")
        assert run("--help").out == run("-h").out
        alone = run()
        assert alone.code == 2
        assert "understand" in alone.out

    def test_a_long_run_counts_on_a_terminal_only(
        self, environment: dict[str, str], tmp_path: Path, example: Path
    ) -> None:
        ours, theirs = pty.openpty()
        seen, until = b"", time.monotonic() + 20
        with subprocess.Popen(
            [sys.executable, "-m", "kefu", "call", str(example), "--trials", "100000", "--json"],
            stdout=subprocess.DEVNULL, stderr=theirs, cwd=tmp_path, env=environment,
        ) as process:  # fmt: skip
            while b"/100000" not in seen and process.poll() is None and time.monotonic() < until:
                if select.select([ours], [], [], 1)[0]:
                    seen += os.read(ours, 1024)
            process.terminate()
        os.close(theirs)
        os.close(ours)
        assert b"/100000" in seen
