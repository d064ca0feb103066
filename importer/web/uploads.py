"""Take a file from the browser, piece by piece, to a file of mode 0600; a large one is never whole in memory."""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Final, NamedTuple

from importer.errors import InputError, OutputError, unwritable
from importer.files import own_folders
from importer.files.names import safe_name
from importer.message import Message
from importer.web.drafts import UploadedFile


class Bounds(NamedTuple):
    """What an upload may have, and how long it may be silent. A file at an address may have as much."""

    most_bytes: int = 1 << 30
    silence_s: float = 60.0


_SPARE_BYTES: Final = 64 << 20
"""What stays free on the disk: the ledger and the results have to be written, too."""

_FREE_SPACE: Final = Message("free space, or name another --output-dir; nothing was kept of the file")


async def take(
    pieces: AsyncIterator[bytes], folder: Path, name: str, announced: int | None, bounds: Bounds
) -> UploadedFile:
    """Write what comes to a file in ``folder``, by a name of its own that is like ``name``.

    ``announced`` are the bytes that the request says it has. What comes incomplete leaves nothing. Raises
    ``InputError`` for a file that is too large, ``ConfigError`` if the folder is not ours, ``OutputError``,
    ``TimeoutError`` if nothing comes for too long.
    """
    _check(announced or 0, bounds.most_bytes)
    own_folders.make(folder, folder.parent.parent)
    _check_space(folder, announced or 0)
    partial = folder / f".{secrets.token_hex(8)}.part"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            size, digest = await _written(pieces, file, bounds)
            await asyncio.to_thread(_synced, file)
        if announced is not None and size != announced:
            raise InputError("the file came incomplete", "choose it once more")
        return UploadedFile(_placed(partial, folder, name), size, digest)
    except OSError as error:
        if isinstance(error, TimeoutError | ConnectionError):
            raise
        raise unwritable(folder, error, _FREE_SPACE) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


async def _written(pieces: AsyncIterator[bytes], file: IO[bytes], bounds: Bounds) -> tuple[int, str]:
    """How much there is, and its digest, by which an import of the same bytes is known again."""
    size, digest = 0, hashlib.sha256()
    while True:
        async with asyncio.timeout(bounds.silence_s):
            piece = await anext(pieces, None)
        if piece is None:
            return size, digest.hexdigest()
        size += len(piece)
        _check(size, bounds.most_bytes)
        digest.update(piece)
        await asyncio.to_thread(file.write, piece)  # a disk may take long, and others are served meanwhile


def _synced(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _check(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise InputError(
            "the file is larger than {most:,} MiB",
            "leave out what is no contact, or start import-contacts ui with a larger --max-upload",
            most=most_bytes / (1 << 20),
        )


def _check_space(folder: Path, needed: int) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return
    if free < needed + _SPARE_BYTES:
        raise OutputError("{path} has no space for this file", _FREE_SPACE, path=folder)


def _placed(partial: Path, folder: Path, name: str) -> str:
    """Give the file its name, which no other one has."""
    taken = {path.name.casefold() for path in folder.iterdir()}
    free = _free(safe_name(name), taken)
    partial.rename(folder / free)
    return free


def _free(name: str, taken: Collection[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    numbered = (f"{stem or ending}-{number}{dot}{ending if stem else ''}" for number in count(2))
    return name if name.casefold() not in taken else next(each for each in numbered if each.casefold() not in taken)
