"""A private PostgreSQL: made in a folder of its own, reached by a socket in it, started, killed and stopped by its own id.

    python tests/postgres.py FOLDER      runs one until its standard input ends, and prints its address
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["USER", "Postgres", "binaries"]

USER = "kefu"
_SERVER_ACCOUNT = "postgres"
_PATIENCE = 30.0
_SETTINGS = {
    "listen_addresses": "",  # the socket alone
    "fsync": "off",  # what is tested survives kills, not loss of power
    "synchronous_commit": "off",
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


class Postgres:
    """One server with its data in ``folder``; ``url(database)`` is where clients find it."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._data = folder / "data"
        self._log = folder / "log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def url(self, database: str) -> str:
        """The address of one database of the server."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """A new, empty database; its address."""
        self._psql(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """The database is gone, whoever uses it."""
        self._psql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def start(self) -> None:
        """The server runs and answers; its data are made if there are none."""
        if not (self._data / "PG_VERSION").exists():
            self._make()
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = self._as_server("postgres", "-D", str(self._data), "-k", str(self.folder), *settings)
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True)
        patience = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > patience:
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
        server, self._server = self._server, None
        if server is None:
            return
        first = self.pid
        children = _children(first)
        with contextlib.suppress(ProcessLookupError):
            os.kill(first, how)
        server.wait(_PATIENCE)
        patience = time.monotonic() + _PATIENCE
        while any(_lives(child) for child in children) and time.monotonic() < patience:
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

    def _as_server(self, program: str, *arguments: str) -> list[str]:
        """The command, by another account where we are root: PostgreSQL refuses to serve as root."""
        command = [str(self._programs / program), *arguments]
        return [*(_changer() or []), *command] if os.geteuid() == 0 else command

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0

    def _psql(self, statement: str) -> None:
        command = [str(self._programs / "psql"), "-X", "-q", "-h", str(self.folder), "-U", USER, "-d", "postgres"]
        subprocess.run([*command, "-v", "ON_ERROR_STOP=1", "-c", statement], check=True, capture_output=True, cwd="/")


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
