"""What is wrong with a file, in the program's own words where a library's complaint is a usual one."""

import re
import zlib
from collections.abc import Callable
from typing import Final
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from importer.message import Message

_BREAKS_OFF: Final = Message("it breaks off, or it is none of its kind")
_CHANGED: Final = Message("its bytes have changed")
_LOCKED: Final = Message("it is protected by a password")
_UNKNOWN_PACKING: Final = Message("it is packed in an unknown way")


def _says(pattern: str) -> Callable[[BaseException], bool]:
    search = re.compile(pattern, re.IGNORECASE).search
    return lambda error: search(str(error)) is not None


_USUAL: Final[tuple[tuple[Callable[[BaseException], bool], Message], ...]] = (
    # The first match counts.
    (lambda error: isinstance(error, EOFError), _BREAKS_OFF),
    (lambda error: isinstance(error, zlib.error), _CHANGED),
    (lambda error: isinstance(error, NotImplementedError), _UNKNOWN_PACKING),
    (_says("password required|is encrypted"), _LOCKED),
    (
        _says(
            "could not be decrypted|bad crc|crc check failed|incorrect length of data|invalid checksum|corrupt deflate"
        ),
        _CHANGED,
    ),
    (_says("not a zip|truncated|bad magic|not a gzipped|invalid zip archive|end of central directory"), _BREAKS_OFF),
    # What a library does not expect of a file that was cut, such as a sector that is not there.
    (_says("assertion `|slice index|range end index|index out of bounds"), _BREAKS_OFF),
    (_says("unpack requires a buffer|multiple of the block length"), _BREAKS_OFF),
    (_says("unexpected (end of file|eof)|failed to fill whole buffer|cannot detect file format"), _BREAKS_OFF),
)


def damage_words(error: BaseException) -> Message | str:
    """What a library found damaged; its own words in one line if the cause is an unusual one."""
    if isinstance(error, ParseError | ExpatError):
        line = error.position[0] if isinstance(error, ParseError) else error.lineno
        if str(error).startswith("no element found"):
            return Message("no element found: its XML breaks off in line {line}", line=line)
        return Message("its XML breaks in line {line}", line=line)
    own = next((words for fits, words in _USUAL if fits(error)), None)
    return own or " ".join(str(error).split())


def undecoded(error: UnicodeDecodeError) -> Message:
    """The bytes that an encoding does not have."""
    found = error.object[error.start : max(error.end, error.start + 1)][:4]
    return Message("bytes {bytes}", bytes=found.hex(" "))
