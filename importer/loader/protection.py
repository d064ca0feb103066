"""Open workbooks that are encrypted with a password ([MS-OFFCRYPTO]), by msoffcrypto-tool, the extra ``passwords``."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, Final

from importer.errors import InputError, reason_of
from importer.loader.ole2 import breaks_off, stream_names, workbook_stream
from importer.loader.passwords import NO_PASSWORDS, OPENED, Passwords, lacking_library, unsupported_password
from importer.loader.unwrap import Content, DamagedError, damaged, unwrapped
from importer.loader.xls import is_encrypted_xls
from importer.message import Messages
from importer.network.muting import muted

OF_EXCEL: Final = "VelvetSweatshop"
"""What Excel itself encrypts with a workbook that is to be read only, and opens it without a question."""

_LIBRARY: Final = "msoffcrypto"
"""Its loggers are muted, for they log password and key, whatever the process's log is set to."""

_MOST_SPINS: Final = 1_000_000
_PACKAGE: Final = "EncryptedPackage"
_INFO: Final = "EncryptionInfo"


def unlocked(content: Content, passwords: Passwords) -> tuple[Content, Messages]:
    """Return what is encrypted in an OLE2 file, as a temporary file, with a note that says so; any other as it is.

    Raises ``PasswordNeeded``, and ``InputError`` for what no password opens.
    """
    if not _is_encrypted(content):
        return content, ()
    if (found := _decrypted(content, OF_EXCEL)) is not None:
        return found, ()
    return passwords.opened(content, partial(_decrypted, content)), (OPENED,)


def _is_encrypted(content: Content) -> bool:
    try:
        names = stream_names(content)
        if _PACKAGE not in names:
            return is_encrypted_xls(workbook_stream(content))
        if breaks_off(content):
            raise damaged(content, EOFError())
    except (DamagedError, struct.error, IndexError, OSError):
        return False  # whoever reads it as a workbook says what is wrong
    if _INFO not in names:
        raise InputError(
            "{content} is protected by rights management (IRM, a sensitivity label), and no password opens it",
            "open it in Excel, take the protection off if you may, and save it as .xlsx",
            content=content,
        )
    return True


def _decrypted(content: Content, password: str) -> Content | None:
    """The content that a password opens; ``None`` if it does not."""
    with content.open() as file, muted(_LIBRARY), _translated(content):
        office = _office(content, file)
        if not _fits(office, password):
            return None
        inside = Content.temporary(str(content))
        with inside.path.open("wb") as copy:
            office.decrypt(copy)
    return unwrapped(inside, NO_PASSWORDS)[0]  # which says if it is a text document


def _office(content: Content, file: IO[bytes]) -> Any:
    """The file as msoffcrypto sees it. Raises ``InputError`` for a way of encryption that it does not know."""
    try:
        from msoffcrypto import OfficeFile
        from msoffcrypto.exceptions import DecryptionError, FileFormatError
    except ImportError:
        raise lacking_library(content, "msoffcrypto-tool") from None
    try:
        office = OfficeFile(file)
        if office.is_encrypted() and _spins(office) <= _MOST_SPINS:
            return office
    except (DecryptionError, FileFormatError):
        pass
    raise unsupported_password(content)


def _spins(office: Any) -> int:
    """How often a password is hashed before it is tried: by Excel 100,000 times, which takes a tenth of a second."""
    return int(office.info.get("spinValue", 0)) if office.format == "ooxml" else 0


def _fits(office: Any, password: str) -> bool:
    """Whether a password is the right one; one that this way of encryption cannot have is not."""
    checks = {"verify_password": True} if office.format == "ooxml" else {}
    try:
        office.load_key(password=password, **checks)
    except Exception:  # noqa: BLE001 - besides its own it raises what its arithmetic meets in odd letters
        return False
    return True


@contextmanager
def _translated(content: Content) -> Iterator[None]:
    """A context in which whatever msoffcrypto and olefile raise over a damaged file becomes an ``InputError``."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        if error.errno is None:
            raise damaged(content, error) from None
        raise InputError(
            "{content} cannot be decrypted: {reason}",
            "check the space on the disk for temporary files",
            content=content,
            reason=reason_of(error),
        ) from None
    except Exception as error:  # noqa: BLE001 - they read bytes with few checks; a traceback could show a key
        raise damaged(content, error) from None
