"""Files that were uploaded before and are still there, to be taken again."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from importer.files.workspace import uploads_of
from importer.message import Message
from importer.web.access import digest
from importer.web.drafts import Draft, NotThere, is_plain_name

MOST_SHOWN: Final = 8
_PIECE: Final = 1 << 18


class RecentFile(NamedTuple):
    """A file of an earlier import: ``moment`` (ISO 8601, UTC) is when it came, ``key`` stands for it in addresses."""

    key: str
    path: Path
    name: str
    size: int
    moment: str


def recent_files(output_dir: Path, draft: Draft, most: int = MOST_SHOWN) -> list[RecentFile]:
    """The files that other imports had, the newest first; of those with the same name and size the newest."""
    own = {(file.name, file.size) for file in draft.files}
    found: dict[tuple[str, int], RecentFile] = {}
    for file in sorted(_files(output_dir), key=lambda file: file.moment, reverse=True):
        if (file.name, file.size) not in own and file.path.parent.name != draft.id:
            found.setdefault((file.name, file.size), file)
    return [*found.values()][:most]


def _files(output_dir: Path) -> Iterator[RecentFile]:
    for path in uploads_of(output_dir, "").glob("*/*"):
        with suppress(OSError, ValueError):
            if is_plain_name(path.name) and path.is_file() and not path.is_symlink():
                found = path.stat()
                moment = datetime.fromtimestamp(found.st_mtime, UTC).isoformat(timespec="seconds")
                yield RecentFile(digest(os.fspath(path))[:16], path, path.name, found.st_size, moment)


def recent_file(output_dir: Path, draft: Draft, key: str) -> RecentFile:
    """The one that a key stands for. Raises ``NotThere``."""
    for file in recent_files(output_dir, draft):
        if file.key == key:
            return file
    raise NotThere(Message("This file is not there any more."))


async def pieces_of(path: Path) -> AsyncIterator[bytes]:
    """A file piece by piece, as an upload has it."""
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
