"""Take a file as it comes: unpack a gzip or a ZIP around a single file, and refuse what is no table."""

import gzip
import os
import re
import stat
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final, cast

from importer.errors import InputError, reason_of
from importer.files.scratch import SCRATCH
from importer.loader.damage import damage_words
from importer.loader.names import BY_SYSTEMS
from importer.loader.passwords import OPENED, Passwords, lacking_library, unsupported_password
from importer.loader.signatures import Foreign, foreign_archive
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
_BY_SYSTEMS: Final = re.compile(rf"^__MACOSX/|(^|/)({BY_SYSTEMS})$")
# An archive with one of these in it is an office document and not a wrapping.
_DOCUMENT_PART: Final = re.compile(r"\[Content_Types\]\.xml|mimetype|(xl|word|ppt)/.*")
# The bits of a member that say so: by a password, and by the "strong" way that only PKZIP has.
_ENCRYPTED: Final = 0x01
_STRONGLY: Final = 0x40
# WinZip's way, in the place of the packing (https://www.winzip.com/en/support/aes-encryption/).
_AES: Final = 99
# The letters of a password as bytes, for a ZIP says nothing of it: today's, then those of older systems.
_ENCODINGS: Final = ("utf-8", "cp437", "cp1252", "gb18030", "big5", "shift_jis", "cp949", "cp1251")
_MOST_LISTED: Final = 10
_LONGEST_MIMETYPE: Final = 100
# gzip and zipfile raise these for damage: RuntimeError and NotImplementedError for a member with a password or an
# unknown packing, OSError for BadGzipFile and an offset outside the file, UnicodeDecodeError for a member's name and
# IndexError for an empty one; records that break off raise the last two.
DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, UnicodeDecodeError),
    *(IndexError, struct.error),
)

_UNREADABLE: Final[Mapping[type[OSError], tuple[Message, Message]]] = {
    FileNotFoundError: (Message("does not exist"), Message("check the path and the spelling")),
    PermissionError: (
        Message("may not be read"),
        Message("allow this account to read it, or close the program that holds it"),
    ),
}


class DamagedError(Exception):
    """What is wrong with a file, as a message that follows its name."""


class Content:
    """The bytes of a table, and the name by which the user knows them: ``str`` gives it.

    An unpacked one is a temporary file of mode 0600, removed when nothing refers to the content any more.
    """

    def __init__(self, path: Path, shown: str | None = None) -> None:
        self.path = path
        self._shown = str(path) if shown is None else shown

    @classmethod
    def temporary(cls, shown: str) -> "Content":
        """An empty one to write to. Raises ``OSError``."""
        folder = SCRATCH.take()
        made = cls(folder / "content", shown)
        weakref.finalize(made, SCRATCH.give_back, folder)
        os.close(os.open(made.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return made

    def __str__(self) -> str:
        return self._shown

    def open(self) -> IO[bytes]:
        """Open the bytes from the first on; the caller closes them. Raises ``OSError``."""
        return self.path.open("rb")

    def head(self, size: int) -> bytes:
        """Return the first bytes. Raises ``OSError``."""
        with self.open() as file:
            return file.read(size)


def most_bytes(content: Content) -> int:
    """So much is unpacked of a gzip or a ZIP of one file, and no more."""
    return min(_MOST_BYTES, bomb_bytes(content))


def bomb_bytes(content: Content) -> int:
    """The size from which on what is unpacked from a file of this size is no table."""
    return max(_BOMB_BYTES, _BOMB_RATIO * content.path.stat().st_size)


def unwrapped(content: Content, passwords: Passwords) -> tuple[Content, Messages]:
    """Return the content inside a gzip or a ZIP, with a note that says so; any other content as it is.

    Raises ``InputError`` for a damaged archive, one of several files or none, one that unpacks to over 2 GiB,
    and one inside another: a wrapping is taken off once. Raises ``PasswordNeeded`` if no password opens a ZIP.
    """
    with _translated(content):
        if not _is_wrapping(content):
            return content, ()
        if content.head(2) == GZIP_MAGIC:
            with gzip.open(content.path) as stream:
                return _unpacked(content, cast(IO[bytes], stream), Message("gzip"))
        with zipfile.ZipFile(content.path) as archive:
            member = _only_member(content, archive)
            what = Message("a ZIP ({member})", member=printable(member.filename))
            if not member.flag_bits & _ENCRYPTED:
                with archive.open(member) as file:
                    return _unpacked(content, file, what)
        inside, notes = passwords.opened(content, partial(_decrypted, content, member, what))
        return inside, (*notes, OPENED)


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
                reason=reason_of(error),
            ) from error
        raise damaged(content, error) from error


def damaged(content: Content, error: Exception) -> InputError:
    """Return the error of an archive that breaks off, or whose bytes are wrong."""
    words = damage_words(error)
    return InputError(
        "{content} is damaged or incomplete: {error}", "save or download it again", content=content, error=words
    )


def _only_member(content: Content, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [info for info in archive.infolist() if not info.is_dir() and not _BY_SYSTEMS.search(info.filename)]
    if len(members) == 1:
        if members[0].flag_bits & _STRONGLY:
            raise unsupported_password(content)
        return members[0]
    names = [printable(info.filename) for info in members]
    found = Message("{content} is a ZIP with {number} files in it", content=content, number=len(names))
    if names:
        found = Message("{found}: {names}", found=found, names=and_more(names, _MOST_LISTED))
    raise InputError(found, Message("unpack it, and import one file after the other"))


def _decrypted(
    content: Content, member: zipfile.ZipInfo, what: Message, password: str
) -> tuple[Content, Messages] | None:
    """The member of a ZIP, if the password opens it: a wrong one shows at its beginning, or at its checksum."""
    for raw in dict.fromkeys(password.encode(name, "ignore") for name in _ENCODINGS):
        try:
            with _archive(content, member) as archive, archive.open(member.filename, pwd=raw) as file:
                return _unpacked(content, file, what)
        except NotImplementedError:
            raise unsupported_password(content) from None
        except (RuntimeError, zipfile.BadZipFile, zlib.error, EOFError):
            continue
        except (InputError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - pyzipper reads with few checks, and has a BadZipFile of its own
            raise damaged(content, error) from None
    return None


def _archive(content: Content, member: zipfile.ZipInfo) -> zipfile.ZipFile:
    """The archive, by whatever opens its kind of encryption."""
    if member.compress_type != _AES:
        return zipfile.ZipFile(content.path)
    try:
        from pyzipper import AESZipFile
    except ImportError:
        raise lacking_library(content, "pyzipper") from None
    return cast(zipfile.ZipFile, AESZipFile(content.path))


def _unpacked(content: Content, stream: IO[bytes], what: Message) -> tuple[Content, Messages]:
    """A temporary copy of the stream, and the note."""
    inside = Content.temporary(str(content))
    most = most_bytes(content)
    size = 0
    with inside.path.open("wb") as copy:
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
    if _is_wrapping(inside):
        raise InputError("{content} is an archive inside an archive", "unpack it first", content=content)
    return inside, (Message("unpacked from {what}: {size:,} bytes", what=what, size=size),)


def _is_wrapping(content: Content) -> bool:
    """Whether this is a gzip, or a ZIP that is no office document; an empty archive is no wrapping either."""
    if content.head(4) != ZIP_MAGIC:
        return content.head(2) == GZIP_MAGIC
    with zipfile.ZipFile(content.path) as archive:
        names = archive.namelist()
        mimetype = _beginning(archive, "mimetype") if "mimetype" in names else b""
    refuse_foreign(content, foreign_archive(names, mimetype.decode("ascii", "replace")))
    return bool(names) and not any(map(_DOCUMENT_PART.fullmatch, names))


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(_LONGEST_MIMETYPE)


def refuse_unreadable(content: Content) -> None:
    """Raise ``InputError`` for a file that is empty or cannot be opened, and for what is no file."""
    try:
        mode = content.path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = Message("a folder") if stat.S_ISDIR(mode) else Message("not a regular file")
            hint = Message("name a file, or - to read standard input")
            raise InputError("{path} is {what}", hint, path=content, what=what)
        with content.open() as file:
            is_empty = not file.read(1)
    except OSError as error:
        other = Message("cannot be read: {reason}", reason=reason_of(error)), Message("check the path and the disk")
        what, advice = _UNREADABLE.get(type(error), other)
        raise InputError("{path} {what}", advice, path=content, what=what) from error
    if is_empty:
        raise InputError("{path} is empty (0 bytes)", "export it again", path=content)


def refuse_foreign(content: Content, found: Foreign | None) -> None:
    """Raise ``InputError`` for a file that was found to be neither a workbook nor a text of records."""
    if found is not None:
        raise InputError("{content} is {what}, and not a table", found.hint, content=content, what=found.what)
