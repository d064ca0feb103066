"""Which file of a watched folder is due, and what becomes of it after its run: decisions, without a file system."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, NamedTuple, TypeVar

from importer.exit_codes import ExitCode

SETTLED_S: Final = 2.0
CUT_S: Final = 30.0
"""So long a file stays the same that looks as if more of it were to come, before it is taken for all there is."""

FIRST_PAUSE_S: Final = 30.0
LONGEST_PAUSE_S: Final = 900.0

T = TypeVar("T")


class Seen(NamedTuple):
    """What a look at a file shows; ``time_ns`` is that of its last change."""

    size: int
    time_ns: int


class Verdict(Enum):
    """What becomes of a file after its run."""

    DONE = "done"
    """It moves to the folder of this name."""

    ATTENTION = "attention"
    """It moves to the folder of this name, with the reason beside it."""

    AGAIN = "again"
    """It stays, and is tried again: something about it and the settings does not fit."""

    ALL_AGAIN = "all again"
    """It stays, and it and the others are tried again later: what is wrong is wrong for all."""

    ENDED = "ended"
    """It stays: somebody ended the watch."""


VERDICTS: Final[Mapping[int, Verdict]] = {
    ExitCode.OK: Verdict.DONE,
    ExitCode.ROWS_FAILED: Verdict.ATTENTION,
    ExitCode.USAGE: Verdict.AGAIN,
    ExitCode.INPUT: Verdict.ATTENTION,
    ExitCode.STOPPED: Verdict.ALL_AGAIN,
    ExitCode.BUSY: Verdict.ALL_AGAIN,
    ExitCode.INTERRUPTED: Verdict.ENDED,
    ExitCode.TERMINATED: Verdict.ENDED,
}
"""By the exit code of the run."""


def pause_s(attempts: int) -> float:
    """How long a file rests after so many attempts in vain, from 1: 30 s, doubling to 15 min."""
    return min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 10), LONGEST_PAUSE_S)


@dataclass(slots=True)
class _Waiting(Generic[T]):
    """A file: what it looks like since when, when it is due again, and what is left to do once its run has ended.

    ``changes`` counts the runs in a row during which it changed, ``rests_until`` is when it may be due at the earliest.
    """

    seen: Seen
    since: float
    due_at: float
    attempts: int = 0
    owed: T | None = None
    changes: int = 0
    rests_until: float = -math.inf


class Queue(Generic[T]):
    """Owns what is known of the files of a folder. Times are those of a clock that only goes forward, in seconds.

    A file that changes begins anew: it has to settle, and nothing that happened before counts, but how often it changed
    while it was imported.
    """

    def __init__(self) -> None:
        self._files: dict[str, _Waiting[T]] = {}
        self._stops = 0
        """How often in a row every file had to wait."""

    def look(self, listing: Mapping[str, Seen], now: float) -> None:
        """Take in what is there now."""
        for name in self._files.keys() - listing.keys():
            del self._files[name]
        for name, seen in listing.items():
            known = self._files.get(name)
            if known is None:
                self._files[name] = _Waiting(seen, now, now + SETTLED_S)
            elif known.seen != seen:
                due_at = max(now + SETTLED_S, known.rests_until)
                self._files[name] = _Waiting(seen, now, due_at, changes=known.changes, rests_until=known.rests_until)

    def due(self, now: float) -> str | None:
        """The file to take, of those that are due: the least tried, then the oldest, then by name."""
        found = [(one.attempts, one.seen.time_ns, name) for name, one in self._files.items() if one.due_at <= now]
        return min(found)[2] if found else None

    def seconds_left(self, now: float) -> float:
        """Until some file may be due, infinite if none will be without a change."""
        return max(min((one.due_at for one in self._files.values()), default=math.inf) - now, 0.0)

    def seen(self, name: str) -> Seen:
        """What a file looked like at the last look."""
        return self._files[name].seen

    def owed(self, name: str) -> T | None:
        """What is left to do about a file that is not to be imported again."""
        return self._files[name].owed

    def owe(self, name: str, what: T) -> None:
        """The run is over, and something is left to do."""
        self._files[name].owed = what

    def postpone(self, name: str, now: float) -> float:
        """Try a file again later; return after how many seconds."""
        one = self._files[name]
        one.attempts += 1
        one.due_at = now + pause_s(one.attempts)
        return pause_s(one.attempts)

    def postpone_all(self, name: str, now: float) -> float:
        """Try every file that is there again later; return after how many seconds, longer each time in a row."""
        self._stops += 1
        self._files[name].attempts += 1
        for one in self._files.values():
            one.due_at = max(one.due_at, now + pause_s(self._stops))
        return pause_s(self._stops)

    def hold(self, name: str, now: float, still_s: float) -> None:
        """A file is not to be taken yet: it is due when it has looked as it does for so long, and not at once."""
        one = self._files[name]
        one.due_at = max(one.since + still_s, now + SETTLED_S)

    def still_s(self, name: str, now: float) -> float:
        """For how many seconds a file has looked as it does."""
        return now - self._files[name].since

    def changed(self, name: str, now: float) -> float:
        """A file is not what was imported: it is due once it has settled, after the first time in a row with a pause,
        longer each time. Return its seconds."""
        one = self._files[name]
        one.owed = None
        one.changes += 1
        rest_s = pause_s(one.changes - 1) if one.changes > 1 else 0.0
        one.rests_until = now + rest_s
        one.due_at = max(now + SETTLED_S, one.rests_until)
        return rest_s

    def goes_on(self) -> None:
        """A run has ended for which nothing was wrong that is wrong for all."""
        self._stops = 0

    def rest(self, name: str) -> None:
        """Leave a file alone until it changes."""
        self._files[name].due_at = math.inf
        self._files[name].changes = 0

    def drop(self, name: str) -> None:
        """A file is gone."""
        self._files.pop(name, None)
