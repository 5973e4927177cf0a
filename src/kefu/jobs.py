"""Durable work: DBOS hands out the batches of a run to every process that takes part; only this module knows it.

A batch is a workflow of one step. What DBOS does for us: it keeps the queue of
batches in the database, gives each to one worker, and gives what a dead worker
held to another. What a batch has done is for the store to know, cell by cell,
so a batch that is given out twice holds no call twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import error as dbos_error
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from kefu.errors import EndpointError
from kefu.i18n import gettext as _
from kefu.store.fault import faults

__all__ = ["Jobs", "jobs_url"]

_NAME = "kefu"
_SCHEMA = "kefu_jobs"
_WAITING = ["ENQUEUED", "PENDING", "DELAYED"]
_POLL = 0.2
_CONNECTIONS = 8

Play = Callable[[int], dict[str, Any]]
"""Plays one batch by its number, in a thread of its own, and returns tagged JSON: ``{"is": "batch", …}``."""


class Jobs:
    """The queue of one round of a run, as one worker sees it; a context manager. One at a time in a process.

    ``place`` is the URL of the store's database, ``version`` what workers must
    share to work together. This worker takes ``at_once`` batches.
    """

    def __init__(self, place: str, queue: str, worker: str, version: str, play: Play, *, at_once: int) -> None:
        self.queue = queue
        self._where = make_url(place).render_as_string(hide_password=True)
        self._url = jobs_url(place)
        self._worker = worker
        self._at_once = at_once
        self._play = play
        self._config: DBOSConfig = {
            "name": _NAME,
            "system_database_url": self._url,
            "dbos_system_schema": _SCHEMA,
            "application_version": version,
            "executor_id": worker,
            "sys_db_pool_size": _CONNECTIONS,
            "log_level": "DEBUG" if logging.getLogger("kefu").isEnabledFor(logging.DEBUG) else "CRITICAL",
            "serializer": DBOSPortableJSONSerializer(),  # never pickles
            "notification_listener_polling_interval_sec": 0.5,  # also how long leaving takes
        }

    def __enter__(self) -> Jobs:
        global _current
        _current = self
        try:
            self._register()
            made = DBOS(config=self._config)
            DBOS.listen_queues([self.queue])
            DBOS.launch()
            _leave_waiting_to_us(made)
        except (dbos_error.DBOSException, DBAPIError, OSError) as broken:
            self.__exit__()
            raise _unusable(broken) from None
        return self

    def _register(self) -> None:
        """Make the queue before anybody listens: who listens looks for new ones only once a second."""
        DBOS.migrate(self._url, schema=_SCHEMA)
        client = DBOSClient(system_database_url=self._url, dbos_system_schema=_SCHEMA, application_name=_NAME)
        try:
            client.register_queue(
                self.queue, worker_concurrency=self._at_once, polling_interval_sec=_POLL, on_conflict="never_update"
            )
        finally:
            client.destroy()

    def __exit__(self, *_: object) -> None:
        global _current
        _current = None
        DBOS.destroy(workflow_completion_timeout_sec=0)

    def offer(self, numbers: Sequence[int], stopped: threading.Event, again: int = 0) -> None:
        """Put batches into the queue; those already in it stay as they are, unless they are offered ``again``.

        Raises :class:`StoreError` as the others do.
        """
        mark = f".{again}" if again else ""
        for number in numbers:
            if stopped.is_set():
                return
            with faults(self._where), SetWorkflowID(f"{self.queue}.{number}{mark}"):
                DBOS.enqueue_workflow(self.queue, _batch, number)

    def held(self) -> dict[str, str]:
        """The batches that are being played as far as the queue knows, each with its worker."""
        with faults(self._where):
            found = DBOS.list_workflows(status="PENDING", queue_name=self.queue, load_input=False, load_output=False)
        return {status.workflow_id: status.executor_id or "" for status in found}

    def give_again(self, batches: Sequence[str]) -> None:
        """Give batches whose worker is gone, or does not know of them, to whoever is there."""
        if batches:
            with faults(self._where):
                DBOS.resume_workflows(list(batches), queue_name=self.queue)

    def is_idle(self) -> bool:
        """Whether no batch waits or is being played, here or elsewhere."""
        with faults(self._where):
            return not DBOS.list_workflows(
                status=_WAITING, queue_name=self.queue, limit=1, load_input=False, load_output=False
            )

    def play(self, number: int) -> dict[str, Any]:
        """One batch, by whoever plays for this worker."""
        return self._play(number)


def jobs_url(place: str) -> str:
    """Where DBOS keeps its own tables: beside an SQLite store, within a PostgreSQL one."""
    url = make_url(place)
    if url.get_backend_name() == "sqlite":
        return url.set(database=f"{url.database}-jobs").render_as_string(hide_password=False)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


_current: Jobs | None = None


@DBOS.workflow(name="kefu.batch")
def _batch(number: int) -> dict[str, Any]:
    return _played(number)


@DBOS.step(name="kefu.play")
def _played(number: int) -> dict[str, Any]:
    if _current is None:  # this worker has left meanwhile
        raise EndpointError(_("no worker is here"))
    return _current.play(number)


def _leave_waiting_to_us(made: Any) -> None:
    """Let it raise while the database is away: its own waiting has no end, and no worker could leave meanwhile.

    Only its client has an option for that.
    """
    made._sys_db._retry_connection_errors = False


def _unusable(broken: Exception) -> EndpointError:
    line = str(broken).strip().partition("\n")[0]
    return EndpointError(_("the queue of runs cannot be opened: {problem}").format(problem=line))
