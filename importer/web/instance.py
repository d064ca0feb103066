"""One screen a folder: the first process holds a lock and says where it serves, a second one finds it there."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from filelock import FileLock, Timeout

from importer.errors import ConfigError, unwritable
from importer.files import moves, own_folders, workspace

DOORS: Final = "doors"
"""The folder of doors in it."""

_WAIT_S: Final = 0.1
_MOST_WAITS: Final = 100
"""How often a second process looks for what a first one, which is about to begin or to end, says of itself."""


class Instance(NamedTuple):
    """A process that serves, and the port."""

    process: int
    port: int


def folder_of(output_dir: Path) -> Path:
    """The folder of the screen's own files; make it, each in it, and that of uploads if it is there, for their owner
    alone.

    Raises ``ConfigError`` if one is a link or another user's, ``OutputError``.
    """
    workspace.make_folder(output_dir)
    folder = output_dir / "ui"
    for each in (folder, folder / DOORS, workspace.draft_of(output_dir, "")):
        own_folders.make(each)
    uploads = workspace.uploads_of(output_dir, "")
    if uploads.is_symlink() or uploads.is_dir():
        own_folders.make(uploads)
    return folder


@contextmanager
def only_one(folder: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[Instance | None]:
    """Hold the folder while the block lasts, and yield ``None``; or yield the process that holds it.

    Raises ``ConfigError`` if there is one that does not say where it serves, ``OutputError``.
    """
    lock = FileLock(folder / "server.lock", mode=moves.OWNERS_ALONE)
    try:
        found = _locked_or_found(lock, folder, sleep)
    except OSError as error:
        raise unwritable(Path(lock.lock_file), error, moves.NAME_ANOTHER) from error
    if found is not None:
        yield found
        return
    try:
        with suppress(OSError):
            _state(folder).unlink()  # of a process that was killed
        yield None
    finally:
        with suppress(OSError):
            _state(folder).unlink()
        lock.release()


def _locked_or_found(lock: FileLock, folder: Path, sleep: Callable[[float], None]) -> Instance | None:
    for _ in range(_MOST_WAITS):
        with suppress(Timeout):
            lock.acquire(timeout=0)
            return None
        if (found := _read(folder)) and _listens(found.port):
            return found
        sleep(_WAIT_S)
    raise ConfigError(
        "another import-contacts ui holds {folder}, and does not say where it serves",
        "end it, or name another --output-dir",
        folder=folder,
    )


def tell(folder: Path, port: int) -> None:
    """Say where this process serves. Raises ``OutputError``."""
    with moves.whole_file(_state(folder)) as file:
        file.write(json.dumps(Instance(os.getpid(), port)._asdict()).encode())


def _read(folder: Path) -> Instance | None:
    try:
        match json.loads(_state(folder).read_text(encoding="utf-8")):
            case {"process": int(process), "port": int(port)} if 0 < port < 65536:
                return Instance(process, port)
    except (OSError, ValueError):
        pass
    return None


def _listens(port: int) -> bool:
    """What a killed process said may still stand there for a moment."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _state(folder: Path) -> Path:
    return folder / "server.json"
