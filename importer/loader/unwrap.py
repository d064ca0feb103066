"""Unpack a file from its wrapping, a gzip or a ZIP around a single file, and keep its name."""

import gzip
import os
import re
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Final, cast

from importer.errors import InputError
from importer.message import Message, Messages, and_more
from importer.texts import printable

ZIP_MAGIC: Final = b"PK\x03\x04"
GZIP_MAGIC: Final = b"\x1f\x8b"

_BLOCK_BYTES: Final = 1 << 20
_MOST_BYTES: Final = 1 << 31
# No table shrinks to a 200th; DEFLATE allows 1,032.
_BOMB_BYTES: Final = 1 << 28
_BOMB_RATIO: Final = 200
# The files that systems add to an archive on their own.
_BY_SYSTEMS: Final = re.compile(r"^__MACOSX/|(^|/)(\.DS_Store|\._[^/]*|Thumbs\.db|desktop\.ini)$")
# An archive with one of these in it is an office document and not a wrapping.
_DOCUMENT_PART: Final = re.compile(r"\[Content_Types\]\.xml|mimetype|(xl|word|ppt)/.*")
_ENCRYPTED_FLAG: Final = 1
_MOST_LISTED: Final = 10
# gzip and zipfile raise these for damage: RuntimeError and NotImplementedError for a member with a password or an
# unknown packing, OSError for BadGzipFile and an offset outside the file, UnicodeDecodeError for a member's name.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, UnicodeDecodeError)


class DamagedError(Exception):
    """What is wrong with a file, as a message that follows its name."""


class Content:
    """The bytes of a table, and the name by which the user knows them: ``str`` gives it.

    An unpacked one is a temporary file of mode 0600, removed when nothing refers to the content any more.
    """

    def __init__(self, path: Path, shown: str | None = None, *, temporary: bool = False) -> None:
        self.path = path
        self._shown = str(path) if shown is None else shown
        if temporary:
            weakref.finalize(self, _remove, path)

    def __str__(self) -> str:
        return self._shown

    def open(self) -> IO[bytes]:
        """Open the bytes from the first on; the caller closes them. Raises ``OSError``."""
        return self.path.open("rb")

    def head(self, size: int) -> bytes:
        """Return the first bytes. Raises ``OSError``."""
        with self.open() as file:
            return file.read(size)


def bomb_bytes(content: Content) -> int:
    """The size from which on what is unpacked from a file of this size is no table."""
    return max(_BOMB_BYTES, _BOMB_RATIO * content.path.stat().st_size)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def unwrapped(content: Content) -> tuple[Content, Messages]:
    """Return the content inside a gzip or a ZIP, with a note that says so; any other content as it is.

    Raises ``InputError`` for a damaged archive, one of several files or none, one that unpacks to over 2 GiB,
    and one inside another: a wrapping is taken off once.
    """
    head = content.head(4)
    if head.startswith(GZIP_MAGIC):
        with _translated(content), gzip.open(content.path) as stream:
            return _unpacked(content, cast(IO[bytes], stream), Message("gzip"))
    if head != ZIP_MAGIC:
        return content, ()
    with _translated(content), zipfile.ZipFile(content.path) as archive:
        if _is_document(archive):
            return content, ()
        member = _only_member(content, archive)
        with archive.open(member) as stream:
            return _unpacked(content, stream, Message("a ZIP ({member})", member=printable(member.filename)))


@contextmanager
def _translated(content: Content) -> Iterator[None]:
    """A context in which everything that a damaged archive raises becomes an ``InputError``."""
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(
                "{content} cannot be unpacked: {reason}",
                "check the disk, or unpack it",
                content=content,
                reason=error.strerror,
            ) from error
        raise damaged(content, error) from error


def damaged(content: Content, error: Exception) -> InputError:
    """Return the error of an archive that breaks off, or whose bytes are wrong."""
    return InputError(
        "{content} is damaged or incomplete: {error}", "save or download it again", content=content, error=error
    )


def _only_member(content: Content, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir() and not _BY_SYSTEMS.search(info.filename)]
    if len(members) == 1:
        if members[0].flag_bits & _ENCRYPTED_FLAG:
            raise InputError("{content} is protected by a password", "unpack it first", content=content)
        return members[0]
    names = [printable(info.filename) for info in members]
    found = Message("{content} is a ZIP with {number} files in it", content=content, number=len(names))
    if names:
        found = Message("{found}: {names}", found=found, names=and_more(names, _MOST_LISTED))
    raise InputError(found, Message("unpack it, and import one file after the other"))


def _unpacked(content: Content, stream: IO[bytes], what: Message) -> tuple[Content, Messages]:
    """A temporary copy of the stream, and the note."""
    descriptor, name = tempfile.mkstemp(prefix="import-contacts-")
    inside = Content(Path(name), str(content), temporary=True)
    most = min(_MOST_BYTES, bomb_bytes(content))
    size = 0
    with os.fdopen(descriptor, "wb") as copy:
        for block in iter(partial(stream.read, _BLOCK_BYTES), b""):
            size += len(block)
            if size > most:
                raise InputError(
                    "{content} unpacks to more than {size:,} MiB: this is no table",
                    "unpack it, check what it is, and split it into smaller files",
                    content=content,
                    size=most >> 20,
                )
            copy.write(block)
    _refuse_nested(content, inside)
    return inside, (Message("unpacked from {what}: {size:,} bytes", what=what, size=size),)


def _refuse_nested(content: Content, inside: Content) -> None:
    head = inside.head(4)
    nested = head.startswith(GZIP_MAGIC)
    if head == ZIP_MAGIC:
        with zipfile.ZipFile(inside.path) as archive:
            nested = not _is_document(archive)
    if nested:
        raise InputError("{content} is an archive inside an archive", "unpack it first", content=content)


def _is_document(archive: zipfile.ZipFile) -> bool:
    """Whether this is an office document and no wrapping; an empty archive is none either."""
    return not archive.namelist() or any(map(_DOCUMENT_PART.fullmatch, archive.namelist()))
