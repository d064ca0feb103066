"""The workers of a Dask cluster, and calls to one of them; no other module knows Dask.

A batch is no Dask task. Dask runs a task again if its worker dies (``allowed-failures``), and repeats the call of an
actor's method if the connection breaks while the actor may still be alive (``distributed.actor``). ``Client.run``
sends one message to one worker, outside all scheduling: the worker answers once, or the call raises, and then the
driver has to find out what became of it.
"""

import asyncio
import logging
import os
import signal
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from typing import Final, TypeVar

import dask
from distributed import Client, LocalCluster, Nanny
from distributed.security import Security

from importer.cluster.lease import LEASE_S, SLACK_S
from importer.cluster.worker import FOR_THE_DRIVER
from importer.errors import ConfigError
from importer.files import workspace
from importer.signals import withheld

T = TypeVar("T")

CONNECT_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.1
_KILLED_WITHIN_S: Final = 5.0
_FOR_US: Final = {
    # Scheduler and workers serve HTTP whatever is asked for: at least it has no pages then.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # What Dask does for tasks, of which there are none.
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "1h",
}


class WorkerLost(Exception):
    """A worker did not answer a call: it died, or cannot be reached. Nobody knows what became of the call."""


@dataclass(eq=False, slots=True)
class Member:
    """One worker, which answered last at ``heard_at``. If this run started its process, ``nanny`` watches it."""

    address: str
    nanny: Nanny | None = None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heard_at: float = 0.0

    async def surely_gone(self) -> None:
        """Wait until the worker certainly sends nothing more: kill its process, or wait for the end of its lease."""
        if self.nanny is not None:
            with suppress(TimeoutError):
                await self.nanny.kill(timeout=_KILLED_WITHIN_S)
        else:
            await asyncio.sleep(max(0.0, self.heard_at + LEASE_S + SLACK_S - time.monotonic()))


class Members:
    """Owns the connection to the scheduler; ``members`` are the workers that can send."""

    def __init__(self, client: Client, nannies: Sequence[Nanny] = ()) -> None:
        self._client = client
        self._nannies = nannies
        self.members: tuple[Member, ...] = ()

    async def greeted(self, greet: Callable[[], Awaitable[T]]) -> dict[Member, T | Exception]:
        """Every worker of the scheduler, with its answer to ``greet``, or the reason why it gave none."""
        answers: dict[str, T | Exception] = await self._client.run(greet, on_error="return")
        nannies = {nanny.worker_address: nanny for nanny in self._nannies}
        return {Member(address, nannies.get(address)): answer for address, answer in sorted(answers.items())}

    async def call(self, member: Member, function: Callable[..., Awaitable[T]], *arguments: object) -> T:
        """Run ``function`` on this worker. Raises ``WorkerLost``, and what the function raises."""
        answer = asyncio.ensure_future(self._client.run(function, *arguments, workers=[member.address]))
        gone = asyncio.ensure_future(member.gone.wait())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise WorkerLost(member.address)
            found: dict[str, T] = answer.result()
            return found[member.address]
        except OSError as error:
            raise WorkerLost(member.address) from error
        finally:
            gone.cancel()
            answer.cancel()

    def kill(self) -> None:
        """Kill the processes that this run started."""
        for member in self.members:
            if member.nanny is not None:
                member.gone.set()
        _kill(self._nannies)

    async def watch(self) -> None:
        """Notice, until cancelled, which of the run's own processes die: Dask retries a connection to one for long."""
        while True:
            for member in self.members:
                if member.nanny is not None and not member.nanny.is_alive():
                    member.gone.set()
            await asyncio.sleep(_LOOK_EVERY_S)


@asynccontextmanager
async def local_members(workers: int, environment: Mapping[str, str]) -> AsyncIterator[Members]:
    """Start worker processes on this machine; they end with the block, or with this process.

    ``environment`` is added to theirs. They listen on loopback alone, and only to holders of the key that is made for
    this run: whoever may talk to a Dask worker can make it do anything.

    Raises ``ConfigError`` if they cannot be started, ``OutputError`` without space for temporary files.
    """
    _silence()
    with workspace.temporary_folder() as scratch, dask.config.set({**_FOR_US, "temporary-directory": str(scratch)}):
        resource_tracker.ensure_running()  # when it starts, it lets go of what was withheld
        with withheld(FOR_THE_DRIVER):
            cluster = await _started(workers, environment)
        async with cluster:
            nannies: list[Nanny] = list(cluster.workers.values())
            for nanny in nannies:
                nanny.close_gracefully()  # "a signal that we shouldn't try to restart workers if they go away"
            try:
                async with Client(cluster, asynchronous=True, set_as_default=False) as client:
                    yield Members(client, nannies)
            finally:
                _kill(nannies)


async def _started(workers: int, environment: Mapping[str, str]) -> LocalCluster:
    try:
        cluster: LocalCluster = await LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
            security=Security.temporary(),
            memory_limit=0,
            asynchronous=True,
            env=dict(environment),
        )
        return cluster
    except (OSError, RuntimeError, TimeoutError) as error:
        why = _words(error)
        raise ConfigError("--workers: no processes can be started ({error})", "send without it", error=why) from error


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


@asynccontextmanager
async def existing_members(address: str) -> AsyncIterator[Members]:
    """The workers of an existing cluster. Dask's own configuration holds the certificates.

    Raises ``ConfigError`` if the scheduler cannot be reached.
    """
    _silence()
    client = Client(address, asynchronous=True, set_as_default=False, timeout=CONNECT_S, security=Security())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions of Dask's own dependencies; what counts is compared
            await client
    except (OSError, TimeoutError, ValueError, TypeError, ImportError) as error:
        await client.close()
        raise ConfigError(
            "--scheduler {address}: cannot be reached ({error})",
            "check the address, that the scheduler runs, and for tls:// the certificates in Dask's configuration "
            "(such as DASK_DISTRIBUTED__COMM__TLS__CA_FILE)",
            address=address,
            error=_words(error),
        ) from error
    async with client:
        yield Members(client)


def _kill(nannies: Sequence[Nanny]) -> None:
    """Kill at once: every row is settled or in doubt by now, and no worker has anything left to finish."""
    for nanny in nannies:
        if (pid := nanny.pid) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _silence() -> None:
    """Silence Dask's log: it is for those who run a cluster, not for those who import contacts."""
    for name in ("distributed", "tornado", "tornado.application"):
        for handler in logging.getLogger(name).handlers:
            handler.setLevel(logging.CRITICAL + 1)
