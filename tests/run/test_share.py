"""What workers may spend and hold together is never more than what the run allows, whoever comes, goes or dies."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefu.store.database import open_store
from kefu.store.share import take_share
from kefu.store.workers import Spent, Worker, beat, bury, join, leave
from store.kept import started

BUDGET = Decimal(10)
STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "beat", "leave", "die"]), st.integers(0, 9), st.integers(0, 100)), max_size=25
)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_shares_never_exceed_the_budget(steps: list[tuple[str, int, int]]) -> None:
    """Each worker spends, at worst, all that it was allowed last; who dies had told of less than that."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "kefu.db") as store:
        of = started(store)
        here: list[Worker] = []
        allowed: dict[str, Decimal] = {}
        spent: dict[str, Decimal] = {}
        for what, which, part in steps:
            if what == "join" or not here:
                here.append(join(store, of.id, pid=len(spent) + 1))
                spent[here[-1].id] = allowed[here[-1].id] = Decimal(0)
            one = here[which % len(here)]
            told = spent[one.id] + (allowed[one.id] - spent[one.id]) * part / 100
            if what in ("join", "beat"):
                spent[one.id] = told
                assert beat(store, one, Spent(cost={"CNY": told}))
                money = take_share(store, one, str(BUDGET)).money
                assert money is not None
                assert money >= told
                allowed[one.id] = money
            elif what == "leave":
                spent[one.id] = allowed[one.id] = told
                leave(store, one, Spent(cost={"CNY": told}))
                here.remove(one)
            else:
                allowed[one.id] = spent[one.id]  # what it had spent since it told last, nobody can know
                assert bury(store, one, silent=timedelta(0))
                here.remove(one)
            assert sum(allowed.values()) <= BUDGET


def test_places_are_parted_without_rest(tmp_path: Path) -> None:
    """By rank, so that seven places among three workers are three, two and two."""
    with open_store(tmp_path / "kefu.db") as store:
        of = started(store)
        workers = [join(store, of.id, pid=number + 1) for number in range(3)]
        shares = [take_share(store, worker, None) for worker in workers]
        assert [(share.workers, share.rank, share.money) for share in shares] == [
            (3, 0, None),
            (3, 1, None),
            (3, 2, None),
        ]
        leave(store, workers[0])
        assert take_share(store, workers[2], None).rank == 1
        assert take_share(store, workers[2], None).workers == 2
