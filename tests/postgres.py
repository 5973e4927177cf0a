"""A private PostgreSQL: made in a folder of its own, reached by a socket in it, killed and stopped by its own id.

python tests/postgres.py FOLDER      runs one until its standard input ends, and prints its address
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["GUARDED", "USER", "Named", "Postgres", "binaries", "shared"]

USER = "kefu"
GUARDED = "guarded"
"""A user that is asked for a password, once it is created."""
_SERVER_ACCOUNT = "postgres"
_PATIENCE = 30.0
_SETTINGS = {
    "listen_addresses": "",  # the socket alone
    "fsync": "off",  # what is tested survives kills, not loss of power
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "max_wal_size": "2GB",
    "lc_messages": "C",
    "timezone": "Asia/Shanghai",  # not the one that kefu keeps times in
}


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, where they are installed and can be run by this user."""
    if os.name != "posix" or (os.geteuid() == 0 and _changer() is None):
        return None
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _number(folder.parent.name))[::-1]
    found += [Path(place) for place in ("/opt/homebrew/opt/postgresql/bin", "/usr/local/opt/postgresql/bin")]
    return next((each for each in found if (each / "initdb").exists() and (each / "postgres").exists()), None)


class Named:
    """A server that is there already, at an address whose user may make databases."""

    def __init__(self, address: str) -> None:
        self._address = address

    def url(self, database: str) -> str:
        """The address of one database of the server."""
        return urlsplit(self._address)._replace(path=f"/{database}").geturl()

    def create(self, database: str) -> str:
        """A new, empty database; its address."""
        self.ask(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """The database is gone, whoever uses it."""
        self.ask(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def ask(self, statement: str, address: str = "") -> str:
        """What the server answers to one statement, in the database at ``address``."""
        import psycopg

        with psycopg.connect(address or self._address, autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            row = answer.fetchone() if answer.description else None
        return "" if row is None else str(row[0])


class Postgres(Named):
    """A server of our own with its data in ``folder``; ``pid`` is that of one that runs there already."""

    def __init__(self, folder: Path, programs: Path, pid: int | None = None) -> None:
        super().__init__(f"postgresql://{USER}@/postgres?host={folder}")
        self.folder = folder
        self.pid = pid
        self._programs = programs
        self._data = folder / "data"
        self._log = folder / "log"

    def start(self) -> None:
        """The server runs and answers; its data are made if there are none."""
        if not (self._data / "PG_VERSION").exists():
            self._make()
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = self._as_server("postgres", "-D", str(self._data), "-k", str(self.folder), *settings)
        with self._log.open("ab") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True)
        self.pid = server.pid
        threading.Thread(target=server.wait, daemon=True).start()  # whoever ends it, it leaves no corpse
        patience = time.monotonic() + _PATIENCE
        while not self._answers():
            if not _lives(server.pid) or time.monotonic() > patience:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """The server ends at once and in order; its data stay."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """The server is killed as ``kill -9`` does it; the processes that serve its clients find out and end."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """The server is killed and comes back, with what had been committed."""
        self.kill()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        server, self.pid = self.pid, None
        if server is None:
            return
        processes = [server, *_children(server)]
        with contextlib.suppress(ProcessLookupError):
            os.kill(server, how)
        patience = time.monotonic() + _PATIENCE
        while any(map(_lives, processes)) and time.monotonic() < patience:
            time.sleep(0.02)  # the next server is refused while one of them still holds the data

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, _SERVER_ACCOUNT)
        command = self._as_server(
            "initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr or made.stdout}")
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"local all {GUARDED} scram-sha-256\n{rules.read_text()}")

    def _as_server(self, program: str, *arguments: str) -> list[str]:
        """The command, by another account where we are root: PostgreSQL refuses to serve as root."""
        command = [str(self._programs / program), *arguments]
        return [*(_changer() or []), *command] if os.geteuid() == 0 else command

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0


@contextlib.contextmanager
def shared(place: Path, programs: Path) -> Iterator[Postgres]:
    """One server for all processes that name the same ``place``: the first starts it, the last stops it."""
    note = place / "postgres.json"

    def change(step: int) -> dict[str, Any]:
        with (place / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found: dict[str, Any] = json.loads(note.read_text()) if note.exists() else {"users": 0}
            found["users"] += step
            if found["users"] == 1 and step == 1:
                server = Postgres(Path(tempfile.mkdtemp(prefix="kefu-pg-")), programs)  # short: sockets need that
                server.start()
                found |= {"folder": str(server.folder), "pid": server.pid}
            elif found["users"] == 0:
                Postgres(Path(found["folder"]), programs, found["pid"]).stop()
                shutil.rmtree(found["folder"], ignore_errors=True)
            note.write_text(json.dumps(found))
            return found

    known = change(1)
    try:
        yield Postgres(Path(known["folder"]), programs, known["pid"])
    finally:
        change(-1)


def _changer() -> list[str] | None:
    """The words before a command that is run by the server's account instead of root."""
    import pwd

    try:
        account = pwd.getpwnam(_SERVER_ACCOUNT)
    except KeyError:
        return None
    if shutil.which("setpriv") is None:
        return None
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(pid) for pid, above in pairs if int(above) == parent]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def main() -> None:
    programs = binaries()
    if programs is None:
        sys.exit("PostgreSQL is not installed (initdb and postgres)")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="kefu-pg-"))
    server = Postgres(folder, programs)
    server.start()
    try:
        print(server.create("kefu"), flush=True)
        sys.stdin.read()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
