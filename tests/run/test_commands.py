"""Runs as a user begins, stops, takes up and spoils them: a clear line each."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from durable.disturbed import scene
from durable.paying import TURNS, Paying
from kefu.store.database import open_store
from kefu.store.runs import change_run, find_run
from kefu.store.version import VERSION_TABLE
from kefu.store.workers import join
from run.conftest import Bench
from serving import in_thread

MODEL = '[models.paid]\nbase_url = "{url}"\nmodel = "paid"\n{more}'
PRICES = "prices = { input = 1.0, output = 2.0 }\n"


def last(said: str) -> str:
    return said.splitlines()[-1]


def test_a_changed_document_is_refused_with_the_difference(bench: Bench, document: Path, tmp_path: Path) -> None:
    assert bench("run", document, "--json").code == 0
    document.write_text(
        document.read_text(encoding="utf-8").replace("### 角色\n", "### 角色\n新来的", 1), encoding="utf-8"
    )
    refused = bench("resume", "latest")
    assert refused.code == 2
    assert f"{document} has changed since the run began: -" in refused.err
    assert "+新来的" in refused.err
    assert refused.err.endswith("; go on with the document as it was: --anyway; or begin a new run\n")
    assert bench("resume", "latest", "--anyway").code == 0
    document.unlink()
    assert bench("resume", "latest").code == 0  # elsewhere there are no files at all


def test_other_rules_are_refused(bench: Bench, document: Path, tmp_path: Path) -> None:
    assert bench("run", document).code == 0
    with open_store(tmp_path / "data" / "kefu.db") as store:
        of = find_run(store, "latest")
        change_run(store, of.id, budget=None, provenance={**of.provenance, "rules": "kefu-older"})
    refused = bench("resume", "latest")
    assert refused.code == 2
    assert "began this run, and this is kefu-" in refused.err
    assert bench("resume", "latest", "--anyway").code == 0
    assert bench("resume", "latest").code == 0


def test_a_run_at_which_somebody_works_is_not_taken_up(bench: Bench, document: Path, tmp_path: Path) -> None:
    assert bench("run", document).code == 0
    with open_store(tmp_path / "data" / "kefu.db") as store:
        of = find_run(store, "latest")
        join(store, of.id, machine="elsewhere", pid=7)
    refused = bench("resume", "latest")
    assert refused.code == 2
    assert refused.line == (
        f"run {of.id} is under way: process 7 on elsewhere; take part in it with: kefu bench worker {of.id}"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["resume", "nothing"], 2, "there are no runs yet"),
        (["worker", "nothing"], 2, "there are no runs yet"),
        (["resume", "./nowhere"], 2, "there is no run"),
        (["run", "nowhere.md"], 2, "nowhere.md"),
    ],
)
def test_what_is_not_there(bench: Bench, arguments: list[str], code: int, told: str) -> None:
    ran = bench(*arguments)
    assert ran.code == code
    assert told in last(ran.err) or "no run is in this folder" in last(ran.err)


def test_a_folder_that_cannot_be_written(bench: Bench, document: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = bench("run", document, env={"KEFU_DATA_DIR": str(tmp_path / "file" / "data")})
    assert ran.code == 3
    assert "the folder of the database cannot be made" in ran.line


def test_a_database_of_a_newer_kefu(bench: Bench, document: Path, tmp_path: Path) -> None:
    assert bench("run", document).code == 0
    database = sqlite3.connect(tmp_path / "data" / "kefu.db")
    database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database.commit()
    database.close()
    ran = bench("run", document)
    assert ran.code == 2
    assert "newer kefu" in ran.line


def test_two_runs_into_one_folder(bench: Bench, document: Path) -> None:
    assert bench("run", document, "--out", "here").code == 0
    refused = bench("run", document, "--out", "here")
    assert refused.code == 2
    assert "there is a run in this folder already" in refused.line
    assert "kefu bench resume here" in refused.line
    with ThreadPoolExecutor(2) as both:
        ran = list(both.map(lambda _number: bench("run", document, "--out", "there"), range(2)))
    assert sorted(each.code for each in ran) == [0, 2], [each.err for each in ran]


@pytest.mark.usefixtures("loopback")
def test_a_budget(bench: Bench, document: Path, tmp_path: Path) -> None:
    """Nothing is spent beyond it; the run stops, and goes on with a larger one."""
    paying = Paying(delay=0.01)
    run = ("run", document, "--caller", "model:paid", "--trials", "20", "--json")
    with in_thread(paying):
        settings = tmp_path / "kefu.toml"
        settings.write_text(MODEL.format(url=paying.base_url, more=""))
        unpriced = bench(*run, "--budget", "1")
        assert unpriced.code == 2
        assert "price" in unpriced.line
        settings.write_text(MODEL.format(url=paying.base_url, more=PRICES))
        nothing = bench(*run, "--budget", "0")
        assert nothing.code == 2
        assert "a budget of 0 allows no call of paid" in nothing.line
        assert paying.total == 0
        stopped = bench(*run, "--budget", "0.03")
        told = json.loads(stopped.out)
        assert (stopped.code, told["state"], told["stopped"]) == (3, "stopped", "budget")
        assert last(stopped.err) == (
            f"kefu: the budget of 0.03 is used up; {told['done']} of 20 calls are kept; "
            f"go on with: kefu bench resume {told['run']} --budget AMOUNT"
        )
        assert told["done"] < 20
        assert paying.total * 0.00102 <= 0.03
        whole = bench("resume", "latest", "--json", "--budget", "1")
        told = json.loads(whole.out)
        assert (whole.code, told["state"], told["done"]) == (0, "done", 20)
        assert paying.total == 20 * TURNS


@pytest.mark.usefixtures("loopback")
def test_calls_that_an_endpoint_breaks_off_are_held_again(bench: Bench, document: Path, tmp_path: Path) -> None:
    paying = Paying(delay=0.01)
    with in_thread(paying):
        (tmp_path / "kefu.toml").write_text(MODEL.format(url=paying.base_url, more=""))
        paying.broken = 5
        ran = bench("run", document, "--caller", "model:paid", "--trials", "10", "--json")
        told = json.loads(ran.out)
        assert (ran.code, told["state"], told["done"], told["failed"]) == (3, "failed", 5, 5)
        assert last(ran.err).startswith("kefu: 5 of 10 calls failed, 0 were not held; try these again with: ")
        again = bench("resume", "latest", "--json")
        told = json.loads(again.out)
        assert (again.code, told["state"], told["done"], told["failed"]) == (0, "done", 10, 0)
        assert set(paying.finished.values()) == {1}


@pytest.mark.long
@pytest.mark.usefixtures("loopback")
def test_two_workers_hold_the_limits_together(tmp_path: Path) -> None:
    """As the endpoint sees it: never more at once than the run allows, nor more in a minute than the settings do."""
    limits = "limits = { requests_per_minute = 600 }\n"
    with scene(tmp_path, trials=12, delay=0.05, concurrency=6, more=limits) as made:
        code, _out, said = made.end(made.run("--workers", "2"))
        assert code == 0, said
        assert made.paying.total == made.cells * TURNS
        assert made.paying.most_busy <= 6
        came = made.paying.asked_at
        # a tenth at once for each worker that joins, the rest evenly
        assert len(came) <= 60 + 60 + (came[-1] - came[0]) * 10 + 6
