"""``kefu bench`` as a user of its contract meets it: JSON alone on stdout, exit codes, one line for an error."""

from __future__ import annotations

import csv
import json
import signal
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from command import Ran

Kefu = Callable[..., Ran]
PERSONAS = ["cooperative", "analytic", "hesitant", "resistant", "direct"]
RUN_KEYS = {"run", "state", "cells", "done", "failed", "invalid", "reruns", "cost", "callers"}
CALLER_KEYS = {"caller", "n", "unscored", "total", "task_flow", "interaction", "pass_at_1", "pass_hat_k"}
ASKS = "一分半钟，不方便您直接讲。", "一分半钟说完，您现在方便吗？"
"""An edit of the bundled sales script after which one of its steps is done that hardly ever was."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The folder in which these commands are called, with what they read; its database is its own."""
    folder = tmp_path_factory.mktemp("bench")
    sales = (root / "examples" / "sales.md").read_text(encoding="utf-8")
    for name, text in (("old", sales), ("new", sales.replace(*ASKS))):
        (folder / name).mkdir()
        (folder / name / "sales.md").write_text(text, encoding="utf-8")
    mark = "## 电话接听方"
    caller, customer = (root / "examples" / "care.md").read_text(encoding="utf-8").split(mark)
    (folder / "caller.md").write_text(caller, encoding="utf-8")
    (folder / "customer.md").write_text(mark + customer, encoding="utf-8")
    holes = (caller + mark + customer).replace("澄湖眼科医院随访中心的护士", "[单位名称]的护士")
    (folder / "holes.md").write_text(holes, encoding="utf-8")
    (folder / "customers.csv").write_text("单位名称\n松溪医院\n榆树医院\n", encoding="utf-8")
    (folder / "file").write_text("", encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "broken").mkdir()
    (folder / "broken" / "kefu.db").write_text("shopping list: tea, paper, two lamps\n" * 40, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kefu(place: Path, environment: dict[str, str]) -> Kefu:
    """Runs one command in that folder."""

    def once(*arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "kefu", *map(str, arguments)],
            input=stdin.encode(),
            capture_output=True,
            cwd=place,
            env={**environment, "KEFU_DATA_DIR": str(place / "data"), **(env or {})},
            timeout=100,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert b"kefu itself failed" not in done.stderr, done.stderr.decode()
        return Ran(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    return once


@pytest.fixture
def here(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kefu:
    """The same within this process, for commands that hold no call: starting another takes longer than they do."""
    from kefu.cli.main import run

    monkeypatch.chdir(place)
    monkeypatch.delenv("KEFU_DATABASE_URL", raising=False)
    monkeypatch.setenv("KEFU_DATA_DIR", str(place / "data"))

    def once(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            capsys.readouterr()
            with pytest.raises(SystemExit) as left:
                run(list(map(str, arguments)))
        out, err = capsys.readouterr()
        assert "kefu itself failed" not in err, err
        return Ran(code=int(left.value.code or 0), out=out, err=err)

    return once


@pytest.fixture(scope="module")
def agent(root: Path) -> Iterator[str]:
    """The bundled agent, listening."""
    command = [sys.executable, str(root / "examples" / "agent.py"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listening:
        assert listening.stdout is not None
        try:
            yield "http:" + listening.stdout.readline().split()[-1]
        finally:
            listening.terminate()


def told(ran: Ran) -> dict[str, Any]:
    """The one line of JSON that is all of stdout."""
    (line,) = ran.out.splitlines()
    return json.loads(line)


@dataclass(frozen=True)
class Runs:
    """What all tests look at: the old and the new script, kept in folders, and two callers in the database."""

    old: Ran
    new: Ran
    mixed: Ran


@pytest.fixture(scope="module")
def runs(kefu: Kefu, agent: str) -> Runs:
    """Three small runs, two of them at a time."""
    plans = (
        ("old", "--persona", "all", "--trials", "10", "--seed", "0", "--out", "out-old", "--fail-under", "total=0.999",
         "--junit", "junit.xml", "--json"),
        ("new", "--persona", "all", "--trials", "10", "--seed", "0", "--out", "out-new"),
        ("old/sales.md", "caller.md+customer.md", "--caller", "script", "--caller", agent,
         "--persona", "direct", "--persona", "resistant", "--perturb", "none", "--perturb", "noisy_line",
         "--perturb", "noisy_line+very_short", "--trials", "2", "--label", "two of them", "--json"),
    )  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        return Runs(*pool.map(lambda plan: kefu("bench", "run", *plan), plans))


class TestRun:
    def test_its_id_comes_first_and_json_alone_on_stdout(self, runs: Runs) -> None:
        first, *_rest = runs.old.err.splitlines()
        assert first == f"run: {told(runs.old)['run']}"

    def test_json_has_the_shape_of_the_contract(self, runs: Runs, agent: str) -> None:
        run = told(runs.mixed)
        assert run.keys() >= RUN_KEYS
        assert (run["state"], run["cells"], run["done"], run["failed"]) == ("done", 48, 48, 0)
        assert run["cost"] is None
        assert [caller["caller"] for caller in run["callers"]] == ["script", agent]
        for caller in run["callers"]:
            assert caller.keys() >= CALLER_KEYS
            for part in ("total", "task_flow", "interaction"):
                assert caller[part].keys() >= {"mean", "low", "high"}
        assert isinstance(run["invalid"], int)
        assert isinstance(run["reruns"], int)

    def test_each_caller_has_figures_of_its_own(self, runs: Runs) -> None:
        script, agent = told(runs.mixed)["callers"]
        assert script["total"]["low"] <= script["total"]["mean"] <= script["total"]["high"]
        assert script["total"]["mean"] > agent["total"]["mean"]
        assert script["n"] + script["unscored"] + agent["n"] + agent["unscored"] + told(runs.mixed)["invalid"] == 48
        assert runs.mixed.code == 0

    def test_all_means_five_personas_for_each_document(self, runs: Runs) -> None:
        (caller,) = told(runs.old)["callers"]
        assert sorted(caller["by_persona"]) == sorted(PERSONAS)
        assert told(runs.old)["cells"] == 5 * 10
        assert {each["total"]["n"] + each["total"]["unscored"] for each in caller["by_persona"].values()} == {10}

    def test_personas_and_perturbations_are_crossed(self, runs: Runs) -> None:
        script = told(runs.mixed)["callers"][0]
        assert sorted(script["by_persona"]) == ["direct", "resistant"]
        assert set(script["by_perturb"]) == {"", "noisy_line", "very_short+noisy_line"}
        assert set(script["by_scenario"]) == {"sales", "caller+customer"}

    def test_a_limit_that_is_broken_leaves_with_1(self, runs: Runs) -> None:
        assert runs.old.code == 1
        assert runs.old.err.splitlines()[-1].startswith("kefu: --fail-under: script: total is 0.9")

    def test_people_are_shown_the_figures(self, runs: Runs) -> None:
        head, titles, figures = runs.new.out.splitlines()
        assert " done: 50 of 50 calls · " in head
        assert titles.split()[:3] == ["caller", "calls", "total"]
        assert figures.startswith("script     50  0.9")
        assert runs.new.code == 0

    def test_junit_is_written(self, runs: Runs, place: Path) -> None:
        suites = ElementTree.parse(place / "junit.xml").getroot()
        failures = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
        assert any("total" in str(name) for name in failures)
        assert int(suites.get("failures", 0)) == len(failures)

    def test_the_report_lies_beside_the_run(self, runs: Runs, place: Path) -> None:
        run = told(runs.old)["run"]
        out = place / "out-old"
        assert run in (out / "report.html").read_text(encoding="utf-8")
        assert (out / "report.md").read_text(encoding="utf-8").startswith(f"# Run report {run}\n")
        assert json.loads((out / "results.json").read_text(encoding="utf-8"))
        with (out / "cells.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        asked = [(row["persona"], int(row["trial"])) for row in rows]
        assert asked == [(persona, trial) for persona in PERSONAS for trial in range(10)]

    def test_interrupted_and_resumed_it_is_the_same_run(
        self, kefu: Kefu, runs: Runs, place: Path, environment: dict[str, str]
    ) -> None:
        plan = ("old", "--persona", "all", "--trials", "10", "--workers", "1", "--concurrency", "1", "--json")
        with subprocess.Popen(
            [sys.executable, "-m", "kefu", "bench", "run", *plan],
            cwd=place, env={**environment, "KEFU_DATA_DIR": str(place / "data")},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as running:  # fmt: skip
            assert running.stderr is not None
            name = running.stderr.readline().removeprefix("run: ").strip()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)
        stopped = json.loads(out)
        assert (running.returncode, stopped["run"], stopped["state"]) == (130, name, "stopped")
        kept = stopped["done"]
        assert kept < 50
        assert err == f"kefu: stopped; {kept} of 50 calls are kept; go on with: kefu bench resume {name}\n"
        resumed = told(kefu("bench", "resume", name, "--json"))
        assert (resumed["state"], resumed["cells"], resumed["done"], resumed["failed"]) == ("done", 50, 50, 0)
        assert resumed["callers"] == told(runs.old)["callers"]

    def test_a_document_on_stdin_with_what_is_known_of_customers(self, kefu: Kefu, here: Kefu, place: Path) -> None:
        holes = (place / "holes.md").read_text(encoding="utf-8")
        ran = kefu("bench", "run", "-", "--customers", "customers.csv", "--set", "颜色=红", "--json", stdin=holes)
        run = told(ran)
        assert (ran.code, run["cells"], run["done"]) == (0, 2, 2)
        assert "kefu: warning: no document has a place for 颜色" in ran.err.splitlines()
        spoken = here("calls", "list", "--run", run["run"], "--json")
        ids = [json.loads(line)["id"] for line in spoken.out.splitlines()]
        talks = "".join(here("calls", "show", name, "--json").out for name in ids)
        assert "松溪医院" in talks
        assert "榆树医院" in talks

    def test_preview_holds_no_call(self, here: Kefu, place: Path) -> None:
        ran = here("bench", "run", "old", "--trials", "40", "--preview", "--json", env={"KEFU_DATA_DIR": "untouched"})
        found = told(ran)
        assert (ran.code, ran.err, found["cells"], found["cost"]) == (0, "", 40, None)
        assert found["turns"] > 40
        assert not (place / "untouched").exists()

    def test_standard_is_the_plan_of_the_leaderboard(self, here: Kefu) -> None:
        assert told(here("bench", "run", "old", "--standard", "--preview", "--json"))["cells"] == 5 * 5


class TestFound:
    """A run is found again by its id, the beginning of it, ``latest``, and the folder it is kept in."""

    def test_by_id_beginning_and_folder(self, here: Kefu, runs: Runs) -> None:
        run = told(runs.old)
        assert told(here("bench", "show", run["run"], "--json")) == run
        assert told(here("bench", "show", run["run"][:-1], "--json")) == run
        assert told(here("bench", "show", "out-old", "--json")) == run

    def test_a_beginning_that_several_have_is_refused(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "show", told(runs.old)["run"][:3])
        assert ran.code == 2
        assert f"several runs begin with {told(runs.old)['run'][:3]!r}; say which: " in ran.line

    def test_list_has_the_newest_first_and_the_note(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "list", "--json")
        listed = {line["run"]: line for line in map(json.loads, ran.out.splitlines())}
        assert listed[told(runs.mixed)["run"]]["label"] == "two of them"
        assert listed[told(runs.mixed)["run"]]["state"] == "done"
        assert told(runs.old)["run"] in listed  # which lies in a folder of its own
        times = [line["created_at"] for line in listed.values()]
        assert times == sorted(times, reverse=True)
        assert (ran.code, ran.err) == (0, "")

    def test_resume_of_what_is_done_changes_nothing(self, kefu: Kefu, runs: Runs) -> None:
        before = told(kefu("bench", "show", "out-new", "--json"))
        ran = kefu("bench", "resume", "out-new", "--json", env={"KEFU_LANG": "zh_CN"})
        assert ran.code == 0
        assert ran.err.splitlines()[0] == f"run: {before['run']}"  # for programs, whatever people read
        assert {**told(ran), "finished_at": None} == {**before, "finished_at": None}


class TestReport:
    def test_each_form_by_its_ending(self, here: Kefu, runs: Runs, place: Path) -> None:
        names = ["a.html", "b/a.md", "a.json", "a.csv"]
        ran = here("bench", "report", "out-new", *(word for name in names for word in ("-o", name)))
        assert (ran.code, ran.out.splitlines(), ran.err) == (0, names, "")
        assert all((place / name).stat().st_size > 500 for name in names)
        page = (place / "a.html").read_text(encoding="utf-8")
        assert 'src="http' not in page
        assert "@import" not in page

    def test_without_a_file_it_is_named_after_the_run(self, here: Kefu, runs: Runs, place: Path) -> None:
        ran = here("bench", "report", "out-new", "--lang", "zh_CN")
        assert ran.out == f"kefu-{told(here('bench', 'show', 'out-new', '--json'))['run']}.html\n"
        assert '<html lang="zh' in (place / ran.out.strip()).read_text(encoding="utf-8")


class TestCompare:
    def test_a_better_script_is_better(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "compare", "out-old", "out-new", "--json")
        found = told(ran)
        assert (ran.code, found["verdict"], found["pairs"]) == (0, "better", 50)
        assert found["difference"]["mean"] > 0
        assert found["difference"]["low"] > 0
        assert found["difference"]["low"] <= found["difference"]["mean"] <= found["difference"]["high"]
        assert found["p"] <= 0.05

    def test_turned_round_it_is_worse(self, here: Kefu, runs: Runs) -> None:
        found = told(here("bench", "compare", "out-new", "out-old", "--json"))
        assert (found["verdict"], found["difference"]["mean"] < 0) == ("worse", True)

    def test_the_same_run_proves_nothing(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "compare", "out-old", told(runs.old)["run"])
        assert ran.code == 0
        assert ran.out.startswith("Not proven: B differs from A by 0 ")

    def test_both_may_be_scored_by_the_old_document(self, here: Kefu, runs: Runs) -> None:
        own = here("bench", "compare", "out-old", "out-new", "--json")
        assert own.err == "kefu: the documents differ, and each side is scored by its own; see also --by-a\n"
        ran = here("bench", "compare", "out-old", "out-new", "--by-a", "--json")
        assert (ran.code, ran.err, told(ran)["pairs"]) == (0, "", 50)
        assert told(ran)["a"] == told(own)["a"]

    def test_what_an_edit_took_away_is_missed_by_the_old_document(
        self, kefu: Kefu, here: Kefu, place: Path, root: Path
    ) -> None:
        whole = (root / "examples" / "finance.md").read_text(encoding="utf-8")
        step = whole.index("\n5. ")
        short = whole[:step] + whole[whole.index("\n6. ", step) :]
        for name, text in (("whole", whole), ("short", short)):
            (place / name).mkdir()
            (place / name / "finance.md").write_text(text, encoding="utf-8")
            kefu("bench", "run", f"{name}/finance.md", "--trials", "3", "--out", f"out-{name}")
        pair = ("bench", "compare", "out-whole", "out-short", "--json")
        own, by_a = told(here(*pair)), told(here(*pair, "--by-a"))
        assert by_a["difference"]["mean"] < own["difference"]["mean"]

    def test_two_callers_of_one_run(self, here: Kefu, runs: Runs, agent: str) -> None:
        run = told(runs.mixed)["run"]
        found = told(here("bench", "compare", run, run, "--json"))
        assert (found["a"]["caller"], found["b"]["caller"]) == ("script", agent)
        assert (found["verdict"], found["pairs"] + found["left_out"]) == ("worse", 24)

    def test_runs_that_share_nothing_are_refused(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "compare", "out-old", told(runs.mixed)["run"], "--caller-b", "script")
        assert ran.code == 2
        assert "not the same calls" in ran.line

    def test_a_caller_that_was_not_there(self, here: Kefu, runs: Runs) -> None:
        ran = here("bench", "compare", "out-old", "out-new", "--caller-b", "model:other")
        assert (ran.code, ran.line.partition(": ")[0]) == (2, "--caller-b")
        assert "has the callers script; name one of them" in ran.line


def test_runs_of_other_customers_or_other_rules_are_said_to_be_apart() -> None:
    from dataclasses import replace

    from kefu.cli.bench_results import _apart
    from store.kept import run

    a = run()
    plan = replace(a.plan, rows=({"姓名": "佟佳怡"},), max_turns=4, judge="model:x")
    b = replace(a, plan=plan, provenance={**a.provenance, "rules": "kefu-1"})
    assert _apart(a, a) == []
    assert [each.key for each in _apart(a, b)] == ["customers", "max_turns", "judge", "rules"]
    assert "佟佳怡" not in "".join(map(str, _apart(a, b)))


def test_a_place_for_junit_that_cannot_be_written_is_refused_before_the_run(here: Kefu, place: Path) -> None:
    ran = here("bench", "run", "old", "--junit", "file/junit.xml", "--out", "unheld")
    assert (ran.code, ran.line.partition(":")[0]) == (2, "file/junit.xml")
    assert not (place / "unheld").exists()


def test_callers_who_have_no_customer_in_common_yet_are_shown_without_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bench.results import made
    from kefu.bench.stats import statistics
    from kefu.cli.bench_told import print_run
    from kefu.store.runs import Progress
    from store.kept import run

    figures = statistics([made(scenario="a"), made(scenario="b", caller="model:x")], unequal=True)
    print_run(run(), Progress(cells=4, done=2), figures)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert rows == [["script", "0", "–", "–", "–", "–"], ["model:x", "0", "–", "–", "–", "–"]]


class TestLeaderboard:
    def test_the_better_script_comes_in_a_table_of_its_own_documents(self, here: Kefu, runs: Runs, place: Path) -> None:
        found = told(here("bench", "leaderboard", "out-old", "out-new", "--json"))
        assert len(found["boards"]) == 2  # another text is another document
        for board in found["boards"]:
            (entry,) = board["entries"]
            assert entry["caller"] == "script"
        (board,) = told(here("bench", "leaderboard", "out-old", "out-old", "--json"))["boards"]
        assert len(board["entries"]) == 1  # named twice, and there once
        assert here("bench", "leaderboard", "out-old", "-o", "board.md").out == "board.md\n"
        assert "| script" in (place / "board.md").read_text(encoding="utf-8")


REFUSED = {
    "no documents": (("run",), 'PATH is missing; see kefu bench run --help'),
    "an empty folder": (("run", "empty"), "empty: no scenario in this folder; kefu reads .md, .txt, .json, .docx"),
    "a document that is not there": (("run", "absent.md"), "absent.md: no such file or folder; check the name"),
    "half a document": (
        ("run", "caller.md"),
        "caller: no half for the side that answers; begin it with the heading ## 电话接听方; "
        "add the half, join two files by +, or choose a customer with --persona NAME",
    ),
    "no trials": (("run", "old", "--trials", "0"), "--trials must be at least 1; see kefu bench run --help"),
    "an unknown caller": (
        ("run", "old", "--caller", "nobody"),
        "--caller: no caller is called 'nobody'; choose script, model:NAME, http:URL, human",
    ),
    "a caller twice": (
        ("run", "old", "--caller", "script", "--caller", "script"),
        "--caller: a caller is named twice; name each one once",
    ),
    "an unknown customer": (
        ("run", "old", "--customer", "nobody"),
        "--customer: no customer is called 'nobody'; choose persona, model:NAME, http:URL, human",
    ),
    "an unknown persona": (
        ("run", "old", "--persona", "shy"),
        "--persona: no persona is called 'shy'; choose cooperative 配合务实, analytic 理性分析, hesitant 犹豫反复, "
        "resistant 抗拒冷漠, direct 高效直接",
    ),
    "an unknown perturbation": (
        ("run", "old", "--perturb", "noisy_line+shy"),
        "--perturb: no perturbation is called 'shy'; choose very_short, talkative, off_topic, dialect, interrupts, "
        "hostile, injects, mishears, noisy_line",
    ),
    "an unknown judge": (
        ("run", "old", "--judge", "mother"),
        "--judge: no judge is called 'mother'; choose rules, model:NAME, or several with commas between",
    ),
    "a budget in words": (
        ("run", "old", "--budget", "abc"),
        "--budget: 'abc' is not an amount of money; write a number, such as 12.50",
    ),
    "a budget of 0": (
        ("run", "old", "--budget", "0"),
        "--budget: a budget is an amount above 0; leave it out, since no model has a part in this run",
    ),
    "a budget below 0": (
        ("run", "old", "--budget", "-1"),
        "--budget: a budget is an amount above 0; leave it out, since no model has a part in this run",
    ),
    "a budget without end": (
        ("run", "old", "--budget", "inf"),
        "--budget: 'inf' is not an amount of money; write a number, such as 12.50",
    ),
    "a file for a folder": (
        ("run", "old", "--out", "file"),
        "--out file: this is a file; name a folder; it is made if need be",
    ),
    "a folder of something else": (
        ("run", "old", "--out", "broken"),
        "broken/kefu.db: this file is not a database; name another file",
    ),
    "a limit without a value": (
        ("run", "old", "--fail-under", "nonsense"),
        "--fail-under: 'nonsense' has no value; write KEY=VALUE",
    ),
    "a limit out of range": (
        ("run", "old", "--fail-under", "total=7"),
        "--fail-under: total is '7'; give a number from 0 to 1",
    ),
    "no workers": (("run", "old", "--workers", "0"), "--workers must be at least 1; see kefu bench run --help"),
    "what --standard settles": (
        ("run", "old", "--standard", "--trials", "9"),
        "--trials is settled by --standard; leave one of them out",
    ),
    "a table that is not there": (
        ("run", "old", "--customers", "absent.csv"),
        "absent.csv: no such file or folder; check the name",
    ),
    "a folder without a run": (("show", "empty"), "empty: no run is in this folder; see kefu bench list"),
    "a path without a run": (("resume", "no/where"), "no/where: no run is in this folder; see kefu bench list"),
    "a report of another kind": (
        ("report", "out-new", "-o", "x.pdf"),
        "x.pdf: no report is written as .pdf; choose .html, .md, .json, .csv",
    ),
    "a report below a file": (
        ("report", "out-new", "-o", "file/x.csv"),
        "file/x.csv: file exists; choose a place that can be written to",
    ),
    "a report in no language": (("report", "out-new", "--lang", "xx"), None),
}  # fmt: skip
UNKNOWN = (("show", "x"), ("resume", "x"), ("report", "x"), ("compare", "x", "out-new"), ("compare", "out-new", "x"),
           ("worker", "x"), ("leaderboard", "x"))  # fmt: skip


class TestRefused:
    @pytest.mark.parametrize("what", REFUSED)
    def test_wrong_use_is_one_line_and_2(self, here: Kefu, runs: Runs, what: str) -> None:
        arguments, line = REFUSED[what]
        ran = here("bench", *arguments)
        assert ran.code == 2
        assert ran.line == line if line else ran.line

    @pytest.mark.parametrize("arguments", UNKNOWN, ids=" ".join)
    def test_an_unknown_run(self, here: Kefu, runs: Runs, arguments: tuple[str, ...], place: Path) -> None:
        ran = here("bench", *arguments)
        assert ran.code == 2
        assert ran.line.startswith(f"{place / 'data' / 'kefu.db'}: there is no run 'x'; the newest are ")
        assert told(runs.mixed)["run"] in ran.line

    def test_before_there_are_any(self, here: Kefu, place: Path) -> None:
        fresh = {"KEFU_DATA_DIR": str(place / "fresh")}
        assert here("bench", "show", "latest", env=fresh).line == (
            f"{place / 'fresh' / 'kefu.db'}: there are no runs yet; start one with kefu bench run"
        )
        assert here("bench", "list", "--json", env=fresh) == Ran(code=0, out="", err="")
        assert here("bench", "leaderboard", env=fresh).code == 2

    def test_two_runs_in_one_folder(self, here: Kefu, runs: Runs) -> None:
        assert here("bench", "run", "old", "--out", "out-old").line == (
            f"out-old/kefu.db: there is a run in this folder already: {told(runs.old)['run']}; "
            "choose another folder, or go on with it: kefu bench resume out-old"
        )

    def test_a_document_that_has_changed_since(self, here: Kefu, runs: Runs, place: Path) -> None:
        path = place / "new" / "sales.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("祝您生意兴隆", "祝您天天顺心"), encoding="utf-8")
        ran = here("bench", "resume", "out-new")
        path.write_text(text, encoding="utf-8")
        assert ran.code == 2
        assert "new/sales.md has changed since the run began: " in ran.line
        assert "祝您天天顺心" in ran.line
        assert ran.line.endswith("go on with the document as it was: --anyway; or begin a new run")


class TestDatabase:
    def test_a_file_that_is_none(self, here: Kefu, place: Path) -> None:
        ran = here("bench", "list", env={"KEFU_DATA_DIR": str(place / "broken")})
        assert (ran.code, ran.line) == (2, f"{place}/broken/kefu.db: this file is not a database; name another file")

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("nonsense://ann:sekret@host/base", 2),
            ("postgresql://ann:sekret@host:port/base", 2),
            ("postgresql://ann:sekret@[::/base", 2),
            ("postgresql://ann:sekret@127.0.0.1:1/base", 3),
            ("postgresql://127.0.0.1:1/base?user=ann&password=sekret", 3),
        ],
    )
    @pytest.mark.parametrize("command", [("list",), ("run", "old"), ("worker",)], ids=" ".join)
    def test_an_address_that_leads_nowhere_shows_no_password(
        self, here: Kefu, url: str, code: int, command: tuple[str, ...]
    ) -> None:
        ran = here("bench", *command, env={"KEFU_DATABASE_URL": url})
        assert ran.code == code
        assert ran.line
        assert "sekret" not in ran.err

    def test_a_newer_version(self, here: Kefu, place: Path) -> None:
        newer = {"KEFU_DATA_DIR": str(place / "newer")}
        assert here("bench", "list", env=newer).code == 0
        with sqlite3.connect(place / "newer" / "kefu.db") as database:
            database.execute("UPDATE kefu_version SET version_num = '9999'")
        database.close()
        ran = here("bench", "list", env=newer)
        assert ran.code == 2
        assert "newer" in ran.line.partition(": ")[2]
