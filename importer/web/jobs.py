"""Jobs: work in a thread, told to whoever looks, in no need of anybody who looks.

The thread gets an *observer*, which takes what it says, and a *cancellation*, which it heeds as an import heeds Ctrl-C.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from importer.cancellation import Cancellation
from importer.errors import ImporterError, LedgerBusy
from importer.exit_codes import ExitCode
from importer.message import ENGLISH_READER, Language, Message
from importer.web.events import Clock, Events, Kind
from importer.web.observing import JobObserver

_LOG: Final = logging.getLogger(__name__)


class State(StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"


class Purpose(StrEnum):
    """What a job does, as scripts and addresses name it."""

    CHECK = "check"
    PLAN = "plan"
    TRY = "try"
    UNDO_TRIED = "undo the tried"
    IMPORT = "import"
    UNDO = "undo"
    VERIFY = "verify"


Work: TypeAlias = Callable[[JobObserver, Cancellation], Any]
"""What a job does, in a thread; what it returns is the job's ``result``."""


@dataclass(eq=False)
class Job:
    """Work of a draft. In the end it has a ``result`` or an ``error``."""

    draft_id: str
    purpose: Purpose
    events: Events
    observer: JobObserver
    cancellation: Cancellation
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = State.RUNNING
    result: Any = None
    error: Exception | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_over(self) -> bool:
        return self.ended.is_set()

    def cancel(self, code: ExitCode = ExitCode.INTERRUPTED) -> None:
        """Ask the work to settle what is in flight and end."""
        if self.state is State.RUNNING:
            self._go_to(State.STOPPING)
        self.cancellation.cancel(code)

    def run(self, work: Work) -> None:
        """Do the work, in the thread that calls this."""
        try:
            self.result = work(self.observer, self.cancellation)
        except ImporterError as error:
            self.error = error
            self.observer.fail(error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - the page tells of it: a thread has nobody else to tell
            self.error = error
            _LOG.exception("job %s", self.purpose)
            self.observer.fail(*mistake(error))
        finally:
            self._go_to(State.FAILED if self.error else State.DONE)
            self.ended.set()
            self.events.close()

    def _go_to(self, state: State) -> None:
        self.state = state
        self.events.add(Kind.STATE, values={"state": state})


class Jobs:
    """Owns the jobs: one at a time of each draft, the last of each is kept."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._by_draft: dict[str, Job] = {}

    def start(self, draft_id: str, purpose: Purpose, work: Work, language: Language = ENGLISH_READER) -> Job:
        """Start work in a thread; to be called in the event loop. Raises ``LedgerBusy`` if the draft is at work."""
        if (running := self.of_draft(draft_id)) and not running.is_over:
            raise at_work()
        events, cancellation = Events(asyncio.get_running_loop()), Cancellation()
        job = Job(draft_id, purpose, events, JobObserver(events, cancellation, language, self._clock), cancellation)
        self._by_draft[draft_id] = job
        # A daemon: a second Ctrl-C ends the process at once, and the ledger is made for that.
        threading.Thread(target=job.run, args=[work], name=f"job-{job.id}", daemon=True).start()
        return job

    def of_draft(self, draft_id: str) -> Job | None:
        """The last job of a draft."""
        return self._by_draft.get(draft_id)

    def get(self, job_id: str) -> Job | None:
        """The job of an id."""
        return next((job for job in self._by_draft.values() if job.id == job_id), None)

    def running(self) -> list[Job]:
        """Those at work."""
        return [job for job in self._by_draft.values() if not job.is_over]

    async def settle(self, code: ExitCode = ExitCode.INTERRUPTED) -> None:
        """Ask all that is at work to end, and wait until it has settled."""
        running = self.running()
        for job in running:
            job.cancel(code)
        for job in running:
            async for _ in job.events.follow():  # no thread waits, which a second Ctrl-C would have to wait for
                pass


def at_work() -> LedgerBusy:
    """Why nothing else is done with an import now."""
    return LedgerBusy("this import is at work already", "wait until that has ended, or stop it")


def mistake(error: Exception) -> tuple[Message, Message]:
    """What a page is told of an error that nobody expected, and what to do."""
    why = Message("the program made a mistake: {error}", error=type(error).__name__)
    return why, Message("what was settled is kept; report what the terminal shows")
