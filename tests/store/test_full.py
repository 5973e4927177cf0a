"""A full disk: what is finished is saved in the room that was set aside, and the user is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.store.calls import recount, save_calls
from kefu.store.database import open_store
from kefu.store.fault import StoreError
from kefu.store.runs import progress_of
from store.kept import call, started

ON_A_SMALL_DISK = """
import os, sys
from kefu.store.calls import recount, save_calls
from kefu.store.database import open_store
from kefu.store.fault import StoreError
from kefu.store.runs import progress_of
from store.kept import call, started

folder = sys.argv[1]
with open_store(folder + "/kefu.db", spare=True) as store:
    of = started(store, trials=4000)
    spare = folder + "/kefu.db.spare"
    assert os.path.getsize(spare) == 16 * 2**20
    filler = open(folder + "/filler", "wb", buffering=0)
    try:
        while True:
            filler.write(bytes(2**16))
    except OSError:
        pass
    saved, cramped = 0, 0
    try:
        for place in range(4000):
            words = os.urandom(6000).hex()
            saved += save_calls(store, [call(of, place, words=words)])
            cramped += store.cramped
            if cramped:
                assert not os.path.exists(spare)
    except StoreError as fault:
        assert fault.full, fault
        print(fault)
    else:
        print("never full")
    assert cramped > 200, cramped
    assert progress_of(store, of.id).done == recount(store, of.id).done == saved
    filler.close()
    os.unlink(folder + "/filler")
    assert save_calls(store, [call(of, 3999)]) == 1
    assert not store.cramped
    assert os.path.exists(spare)
assert not os.path.exists(spare)
"""


def test_a_full_disk_takes_what_is_finished(root: Path, tmp_path: Path) -> None:
    """On a disk of its own, mounted where only the process of the test sees it."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare to mount a small disk with")
    mount = f"mount -t tmpfs -o size=96m tmpfs {tmp_path}"
    command = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "sh", "-c"]
    if subprocess.run([*command, mount], capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    script = f'{mount} && exec "$0" -c "$1" {tmp_path}'
    done = subprocess.run(
        [*command, script, sys.executable, ON_A_SMALL_DISK],
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == (f"{tmp_path}/kefu.db: the disk is full; make room and resume: what is finished is kept\n")


def test_a_database_that_may_not_grow_is_full(tmp_path: Path) -> None:
    with open_store(tmp_path / "kefu.db") as store:
        of = started(store, trials=50)
        words = os.urandom(20000).hex()
        with store.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError) as caught:
            save_calls(store, [call(of, place, words=words + str(place)) for place in range(50)])
        assert caught.value.full
        assert not caught.value.transient
        assert progress_of(store, of.id).done == recount(store, of.id).done == 0


def test_nothing_is_set_aside_where_nobody_asked(tmp_path: Path) -> None:
    with open_store(tmp_path / "kefu.db"):
        assert not (tmp_path / "kefu.db.spare").exists()
    with open_store(tmp_path / "kefu.db", spare=True):
        assert (tmp_path / "kefu.db.spare").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kefu.db"]
