"""The loop of a watch: look at the folder, import the file that is due, put it where it belongs, wait."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.cancellation import Cancellation
from importer.errors import ImporterError, reason_of
from importer.exit_codes import ExitCode
from importer.library.watching.folder import Listing, Unready, make_beside, seen
from importer.library.watching.moves import left_beside, moved
from importer.library.watching.queue import CUT_S, SETTLED_S, VERDICTS, Queue, Verdict
from importer.message import Language, Message, and_more
from importer.observer import Observer
from importer.texts import printable

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

LONGEST_WAIT_S: Final = 10.0
_MOST_TOLD: Final = 5


class Ended(NamedTuple):
    """How the run of a file ended: with a summary, or with an error before it had one."""

    exit_code: int
    summary: "Summary | None" = None
    error: ImporterError | None = None


class WatchedFile(NamedTuple):
    """A file whose run has ended: its path in the watched folder, the ``place`` where it is now, and the exit code.

    ``summary`` is that of its run, ``error`` why there is none. ``left`` are the files that were put beside it.
    ``again_s`` is in how many seconds it is tried again, if it is.
    """

    path: Path
    place: Path
    exit_code: int
    summary: "Summary | None" = None
    error: ImporterError | None = None
    left: tuple[Path, ...] = ()
    again_s: float | None = None


class Hands(NamedTuple):
    """What a watch does beside deciding: look, import, wait for so many seconds at most, and tell the time.
    ``waits_for`` tells why a file that has settled may not be whole; if asked to, also what is not sure.

    ``hear`` gets every file whose run has ended; ``reason`` puts into words what stands beside one in ``attention/``,
    where the errors file may be. ``clock`` only goes forward.
    """

    look: Callable[[], Listing]
    run: Callable[[Path], Ended]
    wait: Callable[[float], None]
    waits_for: Callable[[Path, bool], Unready | None]
    clock: Callable[[], float]
    now: Callable[[], datetime]
    hear: Callable[[WatchedFile], object]
    reason: Callable[[Ended, Path | None, Language], str]


class _Owed(NamedTuple):
    """A file whose run is over and which has yet to move."""

    verdict: Verdict
    ended: Ended


class Watch:
    """Owns what is known of a folder, and imports what appears in it until somebody asks it to stop.

    With ``moves`` files go where their verdicts say; without, as for a rehearsal, each stays and is imported once.
    """

    def __init__(
        self, folder: Path, observer: Observer, cancellation: Cancellation, hands: Hands, *, moves: bool = True
    ) -> None:
        self._folder = folder
        self._observer = observer
        self._cancellation = cancellation
        self._hands = hands
        self._moves = moves
        self._queue: Queue[_Owed] = Queue()
        self._is_lost = False
        self._held: set[str] = set()
        """The names of files that are not whole, and have been told of."""
        self._told: set[str] = set()
        """The names of what is left out, and has been told of."""

    def until_stopped(self) -> ExitCode:
        """Return the exit code of whatever stopped it, once the run in work is settled."""
        while (code := self._cancellation.exit_code) is None:
            wait_s = LONGEST_WAIT_S
            if self._look():
                now = self._hands.clock()
                name = self._queue.due(now)
                if name is not None:
                    self._take(name)
                    continue
                wait_s = min(self._queue.seconds_left(now), LONGEST_WAIT_S)
            self._hands.wait(wait_s)
        return code

    def _look(self) -> bool:
        """Whether the folder can be seen."""
        try:
            found = self._hands.look()
        except OSError as error:
            if not self._is_lost:
                told = Message("{folder} cannot be read: {reason}", folder=self._folder, reason=reason_of(error))
                self._observer.warn(told, Message("it is watched again as soon as it can be read"))
            self._is_lost = True
            return False
        if self._is_lost:
            self._is_lost = False
            self._observer.say(Message("{folder} can be read again", folder=self._folder))
        self._queue.look(found.files, self._hands.clock())
        self._held &= found.files.keys()
        if new := [words for name, words in found.others.items() if name not in self._told]:
            self._told.update(found.others)
            files = and_more(new, _MOST_TOLD)
            self._observer.say(Message("left out of {path}: {files}", path=self._folder, files=files))
        return True

    def _take(self, name: str) -> None:
        owed = self._queue.owed(name)
        if owed is not None:
            self._put_away(name, owed, is_first=False)
            return
        path = self._folder / name
        if self._is_held(name):
            return
        ended = self._hands.run(path)
        verdict = VERDICTS.get(ended.exit_code, Verdict.AGAIN)
        if verdict is not Verdict.ALL_AGAIN:
            self._queue.goes_on()
        if verdict is Verdict.ENDED:
            self._hands.hear(WatchedFile(path, path, *ended))
        elif verdict in (Verdict.DONE, Verdict.ATTENTION):
            self._finish(name, _Owed(verdict, ended))
        else:
            postpone = self._queue.postpone if verdict is Verdict.AGAIN else self._queue.postpone_all
            again_s = postpone(name, self._hands.clock())
            self._hands.hear(WatchedFile(path, path, *ended, again_s=again_s))

    def _is_held(self, name: str) -> bool:
        """Whether a file is not to be imported yet, since more of it is to come, or may be; that is told once.

        What is sure is asked again soon. What is not takes time to find, and nothing but a change brings other news.
        """
        left_s = CUT_S - self._queue.still_s(name, self._hands.clock())
        unready = self._hands.waits_for(self._folder / name, left_s > 0)
        if unready is None or (not unready.is_sure and left_s <= 0):
            self._held.discard(name)
            return False
        self._queue.hold(name, self._hands.clock(), SETTLED_S if unready.is_sure else CUT_S)
        if name not in self._held:
            self._held.add(name)
            self._observer.say(unready.told(name))
        return True

    def _finish(self, name: str, owed: _Owed) -> None:
        """A run that has read the file to its end, as it was."""
        path = self._folder / name
        found = seen(path)
        if found == self._queue.seen(name) and self._moves:
            self._put_away(name, owed, is_first=True)
            return
        self._hands.hear(WatchedFile(path, path, *owed.ended))
        if found is None:
            self._queue.drop(name)
            self._observer.warn(Message("{file} is gone from {folder}", file=printable(name), folder=self._folder))
        elif found == self._queue.seen(name):
            self._queue.rest(name)
        else:
            self._take_again(name)

    def _take_again(self, name: str) -> None:
        """A file of which nobody knows whether the run has read it as it is."""
        pause_s = self._queue.changed(name, self._hands.clock())
        told = Message(
            "{file} changed while it was imported: it stays, and is imported again once it has settled",
            file=printable(name),
        )
        often = Message("each time that happens the pause gets longer: now {seconds:,} s", seconds=pause_s)
        self._observer.warn(told, often if pause_s else None)

    def _put_away(self, name: str, owed: _Owed, *, is_first: bool) -> None:
        """Move a file whose run is over; where that fails the run is not made again, and the move is tried again."""
        path, stamp = self._folder / name, f"{self._hands.now():%Y%m%d-%H%M%S}"
        try:
            place = moved(path, make_beside(self._folder, owed.verdict), self._queue.seen(name), stamp)
        except (OSError, ImporterError) as error:
            self._queue.owe(name, owed)
            self._queue.postpone(name, self._hands.clock())
            if is_first:
                self._hands.hear(WatchedFile(path, path, *owed.ended))
                self._observer.warn(*_immovable(name, owed.verdict, error))
            return
        if place is None:
            self._take_again(name)
            return
        self._queue.drop(name)
        left = self._leave_reason(place, owed.ended, stamp) if owed.verdict is Verdict.ATTENTION else []
        if is_first:
            self._hands.hear(WatchedFile(path, place, *owed.ended, tuple(left)))
        else:
            self._observer.say(Message("{file} has moved to {place}", file=printable(name), place=place))

    def _leave_reason(self, place: Path, ended: Ended, stamp: str) -> list[Path]:
        summary, language = ended.summary, self._observer.language
        found = summary.files.get("errors") if summary else None
        errors = summary.base / found if summary and found else None
        try:
            return left_beside(place, errors, lambda errors: self._hands.reason(ended, errors, language), stamp)
        except (OSError, ImporterError) as error:
            told = Message("the reason could not be put beside {file}: {error}", file=place, error=_why(error))
            self._observer.warn(told)
            return []


def _immovable(name: str, verdict: Verdict, error: Exception) -> tuple[Message, Message]:
    told = Message(
        "{file} cannot be moved to {folder}: {error}",
        file=printable(name),
        folder=f"{verdict.value}/",
        error=_why(error),
    )
    return told, Message("its run is over: it is not imported again, and moves as soon as it can")


def _why(error: Exception) -> object:
    if isinstance(error, ImporterError):
        return error.message
    return reason_of(error)
