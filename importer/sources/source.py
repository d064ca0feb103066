"""Fetch sources to temporary files, for as long as a run needs them."""

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

from importer.cancellation import Cancellation
from importer.errors import Cancelled, InputError, unwritable
from importer.files import workspace
from importer.message import Message, Messages
from importer.network.addresses import public
from importer.waiting import LOOK_UP_S, join_all


class LocalCopy(NamedTuple):
    """A temporary file, and the words by which the user knows where it is from. Its name is the run's. ``remarks`` are
    what the fetch has to tell."""

    path: Path
    shown: str
    remarks: Messages = ()


class Fetching(NamedTuple):
    """The terms of a fetch: the folder for the file, the longest silence of the other side in seconds, whether nobody
    waits for it any more, since the run was cancelled or it took too long, and what takes a remark for the user.

    A source whose library may wait for ever calls ``heard`` as it begins and whenever something came: from then on a
    longer silence ends the fetch, whatever the library waits for.
    """

    folder: Path
    silence_s: float
    is_given_up: Callable[[], bool]
    remark: Callable[[Message], object] = lambda _: None
    heard: Callable[[], object] = lambda: None


class Bounds(NamedTuple):
    """How large a file may be, how long all of it may take, and the waits before each further try."""

    most_bytes: int = 1 << 30
    longest_s: float = 600.0
    waits_s: tuple[float, ...] = (1.0, 3.0)
    sleep: Callable[[float], object] = time.sleep


BOUNDS: Final = Bounds()


@runtime_checkable
class Source(Protocol):
    """Input that is no file of this machine."""

    @property
    def shown(self) -> str:
        """The words by which the user knows it, in every language the same, and without any secret."""

    def fetch(self, terms: Fetching) -> Path:
        """Write all of it to a file in the folder, which is its own, and return its path; the file's name is the same
        at each time. Raises ``ImporterError``."""


@runtime_checkable
class Bounded(Protocol):
    """A source of which a fetch has to end."""

    @property
    def longest_s(self) -> float:
        """The longest that it may take in all, whatever it waits for: a name, a handshake, a server that drips."""


@dataclass(frozen=True, slots=True)
class FileAtAddress:
    """What sources with an address have in common: the address as the user gave it, hidden in the ``repr`` and so in
    tracebacks that show variables, and its bounds."""

    url: str = field(repr=False)
    bounds: Bounds = BOUNDS

    @property
    def shown(self) -> str:
        """The address without its query."""
        return public(self.url)

    @property
    def longest_s(self) -> float:
        """The longest that a fetch may take in all."""
        return self.bounds.longest_s


Input: TypeAlias = Path | Source


@contextmanager
def fetched(inputs: Sequence[Input], silence_s: float, cancellation: Cancellation) -> Iterator[list[Path | LocalCopy]]:
    """Yield each input as a file, in their order; the temporary ones are gone when the block ends.

    Raises ``Cancelled`` if the run is cancelled meanwhile, ``OutputError`` without space, ``InputError`` if a bounded
    source takes too long, and what a source raises.
    """
    if all(isinstance(one, Path) for one in inputs):
        yield [one for one in inputs if isinstance(one, Path)]
        return
    with workspace.temporary_folder() as folder:
        found: list[Path | LocalCopy] = []
        for place, one in enumerate(inputs, 1):
            if isinstance(one, Path):
                found.append(one)
                continue
            own = folder / str(place)
            own.mkdir()
            found.append(_waited_for(one, own, silence_s, cancellation))
        yield found


def _waited_for(source: Source, folder: Path, silence_s: float, cancellation: Cancellation) -> LocalCopy:
    """Fetch in a thread that may be left behind, for nothing ends a read that waits, nor the look-up of a name."""
    left = threading.Event()
    remarks: list[Message] = []
    heard_at = [math.inf]
    terms = Fetching(folder, silence_s, left.is_set, remarks.append, lambda: heard_at.__setitem__(0, time.monotonic()))
    paths: list[Path] = []
    errors: list[BaseException] = []

    def is_silent() -> bool:
        return time.monotonic() - heard_at[0] > silence_s

    def work() -> None:
        try:
            paths.append(source.fetch(terms))
        except BaseException as error:  # noqa: BLE001 - it is raised where the file is waited for
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True, name="import-contacts-fetch")
    longest_s = source.longest_s if isinstance(source, Bounded) else threading.TIMEOUT_MAX
    thread.start()
    try:
        has_ended = join_all([thread], lambda: cancellation.exit_code is not None or is_silent(), longest_s)
    finally:
        left.set()
        thread.join(LOOK_UP_S)  # so that it closes its file, if it is not the other side that it waits for
    if (code := cancellation.exit_code) is not None:
        raise Cancelled(code, Message("stopped while {source} was read: nothing was sent", source=source.shown))
    if not has_ended and is_silent():
        raise _given_up(source, Message("no answer within {seconds} s", seconds=f"{silence_s:g}"))
    if not has_ended:
        raise _given_up(source, Message("no end within {seconds} s", seconds=f"{longest_s:g}"))
    if errors:
        raise errors[0]
    return LocalCopy(paths[0], source.shown, tuple(remarks))


def _given_up(source: Source, reason: Message) -> InputError:
    return InputError("{source} cannot be read: {reason}", "try it again later", source=source.shown, reason=reason)


@contextmanager
def spooled(path: Path) -> Iterator[IO[bytes]]:
    """Open a new temporary file to write to. Raises ``OutputError``, also for an ``OSError`` of the block."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
    except OSError as error:
        raise unwritable(path, error, workspace.SET_TMPDIR) from error
