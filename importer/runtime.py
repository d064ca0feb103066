"""What the extra ``fast`` installs, used where it is there: orjson for JSON, uvloop for the event loop.

Either way the results are the same: what orjson would read or write in another way than the standard library is
left to the standard library.
"""

import gc
import json
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from json.encoder import encode_basestring_ascii
from typing import Any, Final, Generic, TypeVar

from importer.signals import withheld

try:
    with withheld():  # it looks at exceptions as it loads, and crashes at one of a signal
        import orjson
except ImportError:
    orjson = None  # type: ignore[assignment]

T = TypeVar("T")
V = TypeVar("V")

_PLAIN: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")


def dumps(value: Any) -> bytes:
    """JSON in UTF-8 without spaces, of what JSON has: texts, numbers, booleans, ``None``, lists, objects.

    A number may be spelled in another way with orjson than without, and is the same number (1e-7, 1e-07).

    Raises ``UnicodeEncodeError`` for a lone surrogate, ``TypeError`` for what JSON does not have.
    """
    if orjson is not None:
        try:
            written = orjson.dumps(value)
        except TypeError:  # an integer of more than 64 bits, a lone surrogate
            return _PLAIN.encode(value).encode()
        if b"null" not in written:  # it may be a NaN
            return written
    return _PLAIN.encode(value).encode()


def dumps_texts(texts: Sequence[str]) -> str:
    """A list of texts as JSON. One may hold a byte that did not decode (a lone surrogate): it is escaped."""
    if orjson is not None:
        try:
            return orjson.dumps(texts).decode()
        except TypeError:  # a lone surrogate
            pass
    return f"[{', '.join(map(encode_basestring_ascii, texts))}]"  # half the time of json.dumps


def loads(text: bytes) -> Any:
    """What a JSON text in UTF-8 holds; bytes that are not UTF-8 become U+FFFD.

    Raises ``ValueError`` for what is not JSON, ``RecursionError`` for what is nested too deep.
    """
    # Where 19 digits stand in a row, there may be an integer of more than 64 bits, which orjson rounds.
    # All digits made one and then searched for takes a tenth of the time of a regular expression.
    if orjson is not None and b"0" * 19 not in text.translate(_DIGITS):
        try:
            return orjson.loads(text)
        except ValueError:  # not JSON; or not UTF-8, a lone surrogate, NaN, a number out of range, nested deep
            pass
    return json.loads(text.decode("utf-8", "replace"))


def run(work: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``, in uvloop's event loop where that is installed.

    Raises ``OSError`` if the process may open no files for the loop.
    """
    import asyncio  # not at the top: --help does without it

    cause: OSError | None = None
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            try:
                return runner.run(work)
            except OSError as error:
                cause = error
                raise
    except RuntimeError as error:  # a loop of uvloop that could not begin cannot be closed either
        if cause is None:
            raise
        raise cause from error


def _loop_factory() -> Any:
    """How to make an event loop; ``None`` for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


@contextmanager
def quick_turns() -> Iterator[None]:
    """For threads that have microseconds of work between two waits for the disk.

    With Python's 5 ms each of them would wait so long for the interpreter every time: a fast sending would be two
    thirds of its time in the ledger's commits.
    """
    with _QUICK.on():
        yield


@contextmanager
def little_garbage() -> Iterator[None]:
    """For a block whose objects live for long: Python looks for garbage after so many new ones.

    After its own 700 nearly all that it looks at is in use, which is 8 % of a dry run of 100,000 rows (2.76 s of the
    processor, and 2.54 s with this), and 2 to 3 % of sending a row.
    """
    with _FEW_COLLECTIONS.on():
        yield


class _Switch(Generic[V]):
    """Owns a switch of the whole process: on from the first block in any thread to the end of the last."""

    def __init__(self, get: Callable[[], V], put: Callable[[V], object], on: Callable[[V], V]) -> None:
        self._get = get
        self._put = put
        self._on = on
        self._lock = threading.Lock()
        self._before: list[V] = []

    @contextmanager
    def on(self) -> Iterator[None]:
        """For a block."""
        with self._lock:
            self._before.append(self._before[0] if self._before else self._get())
            self._put(self._on(self._before[0]))
        try:
            yield
        finally:
            with self._lock:
                before = self._before.pop()
                if not self._before:
                    self._put(before)


def _collect_at(levels: tuple[int, int, int]) -> None:
    gc.set_threshold(*levels)


_QUICK: Final = _Switch(sys.getswitchinterval, sys.setswitchinterval, lambda _: 1e-4)
_FEW_COLLECTIONS: Final = _Switch(gc.get_threshold, _collect_at, lambda levels: (20_000, *levels[1:]))
