"""Runs are kept with their documents, found by what people call them, and know how far they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kefu.bench.plan import Plan
from kefu.bench.record import card_of
from kefu.errors import InputError, NotFound
from kefu.parties import Parties
from kefu.runtime import Rehearsal, rehearse
from kefu.scenario import Scenario, parse_scenario, scenario_to_json, write_scenario
from kefu.scenario.model import Persona
from kefu.settings import Settings
from kefu.store.database import Store
from kefu.store.runs import (
    Progress,
    Source,
    create_run,
    find_run,
    list_runs,
    mark_finished,
    mark_stopped,
    next_round,
    progress_of,
    scenarios_of,
)
from kefu.store.tables import documents
from kefu.store.workers import Spent, beat, join
from store.kept import AT, run, source, started


def test_a_run_is_read_back_as_it_was(store: Store) -> None:
    plan = Plan(
        scenarios=("visit", "other"),
        callers=("script", "model:小型"),
        personas=(None, Persona.HESITANT),
        perturbs=((), ("hostile",)),
        rows=({"姓名": "何蓉"}, {}),
        trials=3,
        seed=11,
    )
    kept = replace(
        run(sources=(source(), source("other", path="b/其他.md"))),
        plan=plan,
        label="新话术",
        budget="12.50",
        batch=20,
        concurrency=8,
        keep_exchanges=True,
    )
    create_run(store, kept)
    found = find_run(store, kept.id)
    assert found == kept
    assert progress_of(store, kept.id) == Progress(cells=96)


def test_a_run_is_created_once(store: Store) -> None:
    started(store)
    with pytest.raises(InputError) as twice:
        started(store, trials=9)
    assert str(twice.value) == (f"{store.url}: there is a run 261121-k7m2 already; resume it, or use another database")
    assert progress_of(store, "261121-k7m2").cells == 4


def test_a_run_is_found_by_id_beginning_and_latest(store: Store) -> None:
    for day, name in enumerate(("261119-abcd", "261121-k7m2", "261120-k7m2")):
        create_run(store, run(name, created_at=AT + timedelta(days=day)))
    assert find_run(store, "latest").id == "261120-k7m2"
    assert find_run(store, "261119").id == "261119-abcd"
    assert find_run(store, "261121-k7m2").id == "261121-k7m2"
    with pytest.raises(InputError) as several:
        find_run(store, "26112")
    assert str(several.value) == (f"{store.url}: several runs begin with '26112'; say which: 261120-k7m2, 261121-k7m2")
    with pytest.raises(NotFound) as nothing:
        find_run(store, "2611%")
    assert str(nothing.value) == (
        f"{store.url}: there is no run '2611%'; "
        "the newest are 261120-k7m2, 261121-k7m2, 261119-abcd; see kefu bench list"
    )
    assert [found.id for found, _progress in list_runs(store, limit=2)] == ["261120-k7m2", "261121-k7m2"]


@pytest.mark.parametrize("name", ["latest", "", "261121"])
def test_where_there_are_no_runs_it_is_said(store: Store, name: str) -> None:
    with pytest.raises(NotFound) as nothing:
        find_run(store, name)
    assert str(nothing.value) == f"{store.url}: there are no runs yet; start one with kefu bench run"


def test_a_run_goes_on_in_rounds_until_it_is_finished(store: Store) -> None:
    of = started(store)
    mark_stopped(store, of.id, "budget")
    assert find_run(store, of.id).stopped == "budget"
    assert [next_round(store, of.id), next_round(store, of.id)] == [1, 2]
    assert find_run(store, of.id).stopped == ""
    mark_finished(store, of.id)
    finished = find_run(store, of.id)
    assert finished.finished_at is not None
    assert finished.finished_at.utcoffset() == timedelta(0)
    assert finished.round == 2
    for change in (lambda: next_round(store, "no"), lambda: mark_finished(store, "no")):
        with pytest.raises(NotFound, match="there is no run 'no'"):
            change()


def test_cost_and_tokens_are_those_of_all_workers(store: Store) -> None:
    of = started(store)
    for amount, tokens in (("0.1", 10), ("0.2", 5)):
        worker = join(store, of.id)
        beat(store, worker, Spent(cost={"CNY": Decimal(amount)}, tokens_in=tokens, tokens_out=1))
    beat(store, join(store, of.id), Spent(cost={"USD": Decimal("3")}))
    progress = progress_of(store, of.id)
    assert progress.cost == {"CNY": Decimal("0.3"), "USD": Decimal("3")}
    assert (progress.tokens_in, progress.tokens_out) == (15, 2)


def test_a_document_that_several_runs_call_is_kept_once(store: Store) -> None:
    changed = source(text=source().text.replace("您好", "你好"))
    create_run(store, run("a"))
    create_run(store, run("b"))
    create_run(store, run("c", sources=(changed,)))
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(documents)).scalar_one() == 2
    assert find_run(store, "b").sources == (source(),)
    assert find_run(store, "c").sources == (changed,)


def documents_of(folder: Path) -> dict[str, Scenario]:
    paths = sorted(folder.glob("*.md"))
    return {path.stem: parse_scenario(path.read_text(encoding="utf-8"), id=path.stem) for path in paths}


def kept_and_read(store: Store, scenarios: dict[str, Scenario]) -> dict[str, Scenario]:
    sources = tuple(
        Source(id=name, path=f"{name}.md", hash=name, data=scenario_to_json(value), text=write_scenario(value))
        for name, value in scenarios.items()
    )
    create_run(store, replace(run(sources=sources), plan=Plan(scenarios=tuple(scenarios))))
    return scenarios_of(store, "261121-k7m2")


def test_scenarios_come_back_equal_and_are_scored_equally(store: Store, root: Path) -> None:
    scenarios = documents_of(root / "examples")
    found = kept_and_read(store, scenarios)
    assert found == scenarios

    async def score() -> None:
        async with Parties(Settings(environment={})) as parties:
            for name, scenario in scenarios.items():
                plan = Rehearsal(caller="script", customer="persona", seed=3)
                spoken = await rehearse(scenario, plan, parties=parties)
                again = await rehearse(found[name], plan, parties=parties)
                assert again == spoken
                assert card_of(found[name], again) == card_of(scenario, spoken)

    asyncio.run(score())


def test_shared_scenarios_come_back_equal(store: Store, shared: Path) -> None:
    scenarios = documents_of(shared / "scenarios")
    assert len(scenarios) == 30
    assert kept_and_read(store, scenarios) == scenarios
