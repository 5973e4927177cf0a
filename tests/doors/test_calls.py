"""``kefu calls``: real calls in and out again, practice kept, and nothing lost when the store cannot be written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from command import Ran, Run
from kefu.store.attempts import State
from kefu.store.calls import save_calls
from kefu.store.database import open_store
from store.kept import call, practice, started

DAY = """通话编号：0301-001
坐席：您好，请问是邹玉兰邹阿姨吗？我是澜野厨卫售后的何晓棠。
客户：她不在，我是她女儿，我叫佟佳怡。
坐席：佟女士您好，热水器修过以后，这几天洗澡还会不会自己熄火？
客户：前天又灭了一回，屏幕上是E4。
坐席：让您受凉，真对不起。师傅可以免费再上门检查一次，您的电话是13700004528对吧？
客户：对，一三七零零零零四五二八，后天上午来。
坐席：好的，后天上午九点到十二点，有事打400-000-5827，再见。

通话编号：0301-002
坐席：您好，澜野厨卫售后。
系统：客户已挂机
"""


@pytest.fixture
def day(tmp_path: Path) -> Path:
    path = tmp_path / "day.txt"
    path.write_text(DAY, encoding="utf-8")
    return path


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def taken_in(run: Run, day: Path, example: Path, *more: str) -> dict[str, Any]:
    ran = run("calls", "import", day, "--scenario", example, "--json", *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


class TestImport:
    def test_calls_are_masked_scored_and_kept(self, run: Run, day: Path, example: Path) -> None:
        told = taken_in(run, day, example)
        assert (told["state"], told["scenario"], told["left_out"]) == ("imported", "customer_service", 1)
        assert [(call["call"], call["line"], call["turns"]) for call in told["calls"]] == [
            ("0301-001", 1, 7),
            ("0301-002", 10, 1),
        ]
        assert told["masked"] == {"name": 2, "mobile": 2}
        (shown,) = lines(run("calls", "show", told["calls"][0]["id"], "--json").out)
        assert shown["turns"][1]["text"] == "她不在，我是她女儿，我叫〔姓名1〕。"
        assert shown["turns"][0]["text"] == "您好，请问是邹玉兰邹阿姨吗？我是澜野厨卫售后的何晓棠。"
        assert shown["turns"][6]["text"].endswith("有事打400-000-5827，再见。")
        assert shown["scorecard"]["totals"] == told["calls"][0]["totals"]
        assert shown["scorecard"]["fidelity"] == {"valid": True, "problems": []}

    def test_what_is_in_no_call_is_said_with_its_line(self, run: Run, day: Path, example: Path) -> None:
        ran = run("calls", "import", day, "--scenario", example)
        assert ran.err.splitlines() == [
            f"{day}:12: no_party: said by no party: 客户已挂机",
            "kefu: warning: left out of the calls: 1 lines or turns",
        ]
        assert "masked: names 2, mobile numbers 2" in ran.out

    def test_the_same_file_again_changes_nothing(self, run: Run, day: Path, example: Path) -> None:
        first = taken_in(run, day, example)
        again = taken_in(run, day, example)
        assert (again["state"], again["import"]) == ("known", first["import"])
        assert [call["id"] for call in again["calls"]] == [call["id"] for call in first["calls"]]
        assert len(lines(run("calls", "list", "--json").out)) == 2
        assert (
            "these 2 calls are kept already; nothing has changed"
            in run("calls", "import", day, "--scenario", example).out
        )

    @pytest.mark.parametrize(
        ("first", "second", "how"),
        [
            ((), ("--swap",), "without --swap"),
            (("--swap",), (), "with --swap"),
            ((), ("--no-mask",), "masked"),
            (("--no-mask", "--as", "小田"), (), "with --no-mask, as '小田'"),
            ((), ("--as", "小田"), "without --as"),
        ],
    )
    def test_the_same_file_in_another_way_is_refused(
        self, run: Run, day: Path, example: Path, first: tuple[str, ...], second: tuple[str, ...], how: str
    ) -> None:
        told = taken_in(run, day, example, *first)
        ran = run("calls", "import", day, "--scenario", example, *second)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.splitlines()[-1] == (
            f"kefu: {day.name}: this file was imported otherwise ({how}); "
            f"forget it first with kefu calls forget {told['import']}"
        )
        run("calls", "forget", told["import"])
        assert taken_in(run, day, example, *second)["state"] == "imported"

    def test_the_same_file_after_the_document_was_edited_is_refused(
        self, run: Run, day: Path, example: Path, tmp_path: Path
    ) -> None:
        document = tmp_path / "visit.md"
        document.write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
        taken_in(run, day, document)
        document.write_text(example.read_text(encoding="utf-8").replace("何晓棠", "何晓莲"), encoding="utf-8")
        ran = run("calls", "import", day, "--scenario", document, "--json")
        assert (ran.code, ran.out) == (2, "")
        assert "this file was imported otherwise (by another version of the document); forget" in ran.err

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("day.txt", "坐席：您好\n系统：客户佟佳怡，请回电话13700004528\n客户：嗯"),
            ("day.txt", "坐席：您好\n系统：转接中请稍候，客户留言说请给我回这个号码的电话13700004528\n客户：嗯"),
            ("day.csv", "角色,内容\n坐席,您好\n系统,客户佟佳怡的电话是13700004528\n客户,嗯"),
            ("day.jsonl", '{"turns": [{"role": "坐席", "content": "您好"}, {"role": "13700004528", "content": "嗯"}]}'),
        ],
    )
    def test_notes_show_no_customer(self, run: Run, example: Path, tmp_path: Path, name: str, text: str) -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        for more in ((), ("--json",)):
            ran = run("calls", "import", path, "--scenario", example, "--dry-run", *more)
            assert ran.code == 0
            assert "〔" in ran.err
            assert not any(word in ran.out + ran.err for word in ("佟佳怡", "1370"))
        ran = run("calls", "import", path, "--scenario", example, "--dry-run", "--no-mask", "--json")
        assert "〔" not in ran.err + ran.out

    def test_an_error_shows_no_customer(self, run: Run, example: Path, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("请回电话13700004528", encoding="utf-8")
        ran = run("calls", "import", path, "--scenario", example)
        assert (ran.code, "〔电话1〕" in ran.err, "1370" in ran.err) == (2, True, False)

    def test_an_import_can_be_forgotten(self, run: Run, day: Path, example: Path) -> None:
        told = taken_in(run, day, example)
        assert run("calls", "forget", told["import"]).out == f"forgotten: 2 calls of import {told['import']}\n"
        assert run("calls", "list", "--json").out == ""
        ran = run("calls", "forget", told["import"])
        assert (ran.code, ran.line) == (
            2,
            f"there is no import '{told['import']}'; see kefu calls list --kind imported",
        )

    def test_a_dry_run_keeps_nothing(self, run: Run, day: Path, example: Path, tmp_path: Path) -> None:
        ran = run("calls", "import", day, "--scenario", example, "--dry-run")
        assert "我叫〔姓名1〕。" in ran.out
        assert ran.out.endswith("nothing was kept; the first call is shown as it would be\n")
        assert not (tmp_path / "data").exists()

    def test_without_masking_words_stay(self, run: Run, day: Path, example: Path) -> None:
        told = taken_in(run, day, example, "--no-mask")
        assert told["masked"] is None
        assert "佟佳怡" in run("calls", "show", told["calls"][0]["id"]).out

    def test_masked_or_not_the_totals_are_the_same(self, run: Run, day: Path, example: Path) -> None:
        masked = taken_in(run, day, example, "--dry-run")
        plain = taken_in(run, day, example, "--dry-run", "--no-mask")
        assert [call["totals"] for call in masked["calls"]] == [call["totals"] for call in plain["calls"]]

    def test_a_file_named_after_a_customer_names_nobody(self, run: Run, example: Path, tmp_path: Path) -> None:
        path = tmp_path / "佟佳怡-13700004528.txt"
        path.write_text(DAY, encoding="utf-8")
        told = taken_in(run, path, example)
        (shown,) = lines(run("calls", "show", told["calls"][0]["id"], "--json").out)
        assert shown["import"]["file"] == "〔姓名1〕-〔电话1〕.txt"

    def test_stdin_and_gbk_are_read(self, run: Run, example: Path) -> None:
        ran = run("calls", "import", "-", "--scenario", example, "--json", stdin=DAY.encode("gb18030"))
        assert [call["turns"] for call in json.loads(ran.out)["calls"]] == [7, 1]

    def test_what_holds_no_call_is_refused(self, run: Run, tmp_path: Path, example: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("今天天气不错。", encoding="utf-8")
        ran = run("calls", "import", path, "--scenario", example)
        assert (ran.code, ran.line) == (
            2,
            f"{path}: no call in it; nobody is named who says it: 今天天气不错。; write a line a turn, "
            "坐席：… 客户：…, or see the how-to on real calls",
        )

    def test_a_store_that_cannot_be_made_is_one_line(self, run: Run, day: Path, example: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        env = {"KEFU_DATA_DIR": str(tmp_path / "file")}
        ran = run("calls", "import", day, "--scenario", example, env=env)
        assert ran.code in (2, 3)
        assert ran.out == ""
        assert ran.err.splitlines()[-1].startswith("kefu: ")


class TestAttempts:
    @pytest.fixture
    def of(self, tmp_path: Path) -> str:
        """A run with one call that was held again, and one that is not scored yet."""
        with open_store(str(tmp_path / "data" / "kefu" / "kefu.db")) as store:
            of = started(store)
            save_calls(store, [call(of, 0, counted=False, valid=False), call(of, 0, attempt=1)])
            save_calls(store, [call(of, 1), call(of, 2, state=State.TALKED)])
            save_calls(store, [practice("1f", "小田")])
        return of.id

    @pytest.mark.parametrize("choice", ["run", "kind"])
    @pytest.mark.parametrize("command", ["list", "export"])
    def test_only_results_are_told_unless_all_are_wanted(self, run: Run, of: str, command: str, choice: str) -> None:
        chosen = ("--run", of) if choice == "run" else ("--kind", "run")
        counted = lines(run("calls", command, *chosen, "--json").out)
        assert len(counted) == 2
        every = lines(run("calls", command, *chosen, "--all", "--json").out)
        assert len(every) == 4
        assert {each["id"] for each in counted} < {each["id"] for each in every}

    def test_ids_of_any_length_begin_at_the_margin(self, run: Run, of: str) -> None:
        rows = run("calls", "list").out.splitlines()
        assert len(rows) == 4
        assert not any(row.startswith(" ") for row in rows)


class TestExport:
    def test_what_is_exported_can_be_scored(self, run: Run, day: Path, example: Path, tmp_path: Path) -> None:
        taken_in(run, day, example)
        out = tmp_path / "real.jsonl"
        assert run("calls", "export", "-o", out).code == 0
        records = lines(out.read_text(encoding="utf-8"))
        assert [record["import"]["call"] for record in records] == ["0301-001", "0301-002"]
        ran = run("score", "--scenarios", example.parent, out, "--json")
        assert [card["scenario"] for card in lines(ran.out)] == ["customer_service"] * 2

    def test_labels_beside_exported_calls_calibrate(self, run: Run, day: Path, example: Path, tmp_path: Path) -> None:
        taken_in(run, day, example)
        (first, second) = lines(run("calls", "export", "--kind", "imported", "--json").out)
        first |= {"steps": {"1": "met", "2": "met", "3": "met", "7": "missed"}, "violations": [], "task_flow": 0.7}
        second |= {"steps": {"1": "partial"}, "violations": [{"rule": "no_close", "turn": 0}]}
        gold = tmp_path / "labels.jsonl"
        gold.write_text("\n".join(json.dumps(record) for record in (first, second)), encoding="utf-8")
        ran = run("calibrate", gold, "--scenarios", example.parent, "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)

    def test_nothing_that_fits_is_said(self, run: Run) -> None:
        ran = run("calls", "export")
        assert (ran.code, ran.out, ran.err) == (0, "", "kefu: warning: no call is kept that fits\n")
        ran = run("calls", "list")
        assert (ran.code, ran.out, ran.err) == (0, "", "kefu: no call is kept that fits\n")

    def test_a_place_that_cannot_be_written_is_one_line(self, run: Run, tmp_path: Path) -> None:
        ran = run("calls", "export", "-o", tmp_path / "no" / "where.jsonl")
        assert ran.code == 2
        assert (
            ran.line == f"{tmp_path}/no/where.jsonl: no such file or directory; choose a place that can be written to"
        )


def practise(run: Run, example: Path, *more: str, **env: str) -> Ran:
    said = "您好，请问是邹玉兰邹阿姨吗？我是澜野厨卫售后的何晓棠。\n好的，打扰了，再见。\n/quit\n"
    return run("call", example, "--caller", "human", *more, stdin=said, env=env)


class TestPractice:
    def test_calls_of_a_person_are_kept_and_show_progress(self, run: Run, example: Path) -> None:
        for _ in range(2):
            ran = practise(run, example, "--as", "小田")
            assert ran.code == 0
            assert "see kefu calls list --person 小田" in ran.err
        ran = run("calls", "list", "--person", "小田")
        assert ran.code == 0
        table = ran.out.splitlines()
        assert table[0].split()[:4] == ["call", "date", "scenario", "total"]
        assert len([line for line in table if "customer_service" in line and line[0] != "m"]) == 2
        assert "小田: " in ran.out
        assert "missed again: customer_service, step 7 安全提醒 (2 of 2 calls)" in ran.out
        heads = lines(run("calls", "list", "--person", "小田", "--json").out)
        assert [(head["kind"], head["person"], head["caller"]) for head in heads] == [("practice", "小田", "human")] * 2

    def test_progress_over_some_of_the_calls_says_so(self, run: Run, example: Path) -> None:
        for _ in range(2):
            practise(run, example, "--as", "小田")
        newest = lines(run("calls", "list", "--person", "小田", "--json").out)[0]["id"]
        shown = run("calls", "list", "--person", "小田", "--limit", "1").out
        assert "last 1 of 2 calls; --limit takes more" in shown.splitlines()
        assert newest in shown
        assert "n = 1," in shown
        assert "last" not in run("calls", "list", "--person", "小田").out

    def test_the_login_name_is_taken_where_none_is_given(self, run: Run, example: Path) -> None:
        practise(run, example, "--json", LOGNAME="xiaotian")
        assert [head["person"] for head in lines(run("calls", "list", "--json").out)] == ["xiaotian"]

    def test_nothing_is_kept_unasked(self, run: Run, example: Path, tmp_path: Path) -> None:
        assert "kept as" not in practise(run, example, "--no-save").err
        assert run("call", example, "--no-score").code == 0
        assert not (tmp_path / "data").exists()

    def test_a_name_without_a_person_is_warned_of(self, run: Run, example: Path) -> None:
        assert run("call", example, "--as", "小田").err == "kefu: warning: --as keeps calls of human only\n"

    def test_a_call_is_not_lost_where_it_cannot_be_kept(self, run: Run, example: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("", encoding="utf-8")
        ran = practise(run, example, "--json", KEFU_DATA_DIR=str(tmp_path / "file"))
        assert ran.code == 0
        assert len(lines(ran.out)) == 1
        assert "kefu: warning: the call is not kept: " in ran.err

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may write anywhere")
    def test_a_read_only_folder_is_a_warning(self, run: Run, example: Path, tmp_path: Path) -> None:
        folder = tmp_path / "readonly"
        folder.mkdir(mode=0o500)
        ran = practise(run, example, "--json", KEFU_DATA_DIR=str(folder / "kefu"))
        assert (ran.code, len(lines(ran.out))) == (0, 1)
        assert "kefu: warning: the call is not kept: " in ran.err

    def test_nobody_of_that_name(self, run: Run) -> None:
        ran = run("calls", "list", "--person", "小田")
        assert (ran.code, ran.line) == (2, "no call of '小田' is kept; see kefu calls list")


class TestBadUse:
    def test_a_call_that_is_not_there(self, run: Run) -> None:
        ran = run("calls", "show", "zzzz")
        assert ran.code == 2
        assert "there is no call 'zzzz'" in ran.line

    def test_a_run_that_is_not_there(self, run: Run) -> None:
        ran = run("calls", "list", "--run", "zzzz")
        assert ran.code == 2
        assert ran.line

    def test_a_password_is_shown_nowhere(self, run: Run) -> None:
        url = "postgresql://kefu:geheim123@127.0.0.1:1/kefu"
        ran = run("calls", "list", env={"KEFU_DATABASE_URL": url})
        assert ran.code == 3
        assert "geheim123" not in ran.out + ran.err
        assert len(ran.err.splitlines()) == 1
