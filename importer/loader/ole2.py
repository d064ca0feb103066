"""Take the stream of a workbook out of an OLE2 file ([MS-CFB]), a file system in small."""

from collections.abc import Iterable, Iterator, Sequence
from struct import unpack_from
from typing import Final

from importer.loader.signatures import foreign_streams
from importer.loader.unwrap import Content, DamagedError, refuse_foreign
from importer.message import Message

_END_OF_CHAIN: Final = 0xFFFFFFFE
_HEADER_SECTORS: Final = 109
_ENTRY_BYTES: Final = 128
_MINI_BYTES: Final = 64
_MINI_BELOW: Final = 4096
_SECTOR_SHIFTS: Final = (9, 12)
_STREAMS: Final = ("Workbook", "Book")


def workbook_stream(content: Content) -> bytes:
    """Return the stream with the sheets, empty where there is none.

    Raises ``InputError`` for a document of another kind, ``DamagedError`` for sectors in a circle, ``struct.error`` or
    ``IndexError`` where the file breaks off.
    """
    data = content.path.read_bytes()
    shift = unpack_from("<H", data, 30)[0]
    if shift not in _SECTOR_SHIFTS:
        return b""
    directory_start, mini_start, extra = (unpack_from("<I", data, at)[0] for at in (48, 60, 68))
    size = 1 << shift
    fat = _fat(data, size, extra)

    def stream(start: int) -> bytes:
        return _sectors(data, size, _chain(start, fat))

    directory = stream(directory_start)
    entries = [directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory), _ENTRY_BYTES)]
    # calamine follows these two in any case.
    small = stream(unpack_from("<I", entries[0], 116)[0])
    mini_fat = _numbers(stream(mini_start))
    found = {entry[:64].decode("utf-16-le", "replace").partition("\0")[0]: entry for entry in reversed(entries)}
    entry = next((found[name] for name in _STREAMS if name in found), None)
    if entry is None:
        refuse_foreign(content, foreign_streams(found))
        return b""
    start, length = unpack_from("<2I", entry, 116)
    if length >= _MINI_BELOW:
        return stream(start)[:length]
    places = _chain(start, mini_fat)
    return b"".join(small[at * _MINI_BYTES : (at + 1) * _MINI_BYTES] for at in places)[:length]


def _fat(data: bytes, size: int, extra: int) -> Sequence[int]:
    """The table of sectors: the header names its first 109 parts, further sectors the others."""
    parts = list(unpack_from(f"<{_HEADER_SECTORS}I", data, 76))
    seen = 0
    while extra < _END_OF_CHAIN:
        *more, extra = unpack_from(f"<{size // 4}I", data, (extra + 1) * size)
        parts += more
        seen += size
        if seen > len(data):
            raise DamagedError(Message("its table of sectors goes round in a circle"))
    known = [part for part in parts if part < _END_OF_CHAIN]
    if len(known) * size > len(data):
        raise DamagedError(Message("its table of sectors is larger than the file"))
    return _numbers(_sectors(data, size, known))


def _sectors(data: bytes, size: int, places: Iterable[int]) -> bytes:
    """Join these sectors of an OLE2 file, which begin behind its header."""
    return b"".join(data[(at + 1) * size : (at + 2) * size] for at in places)


def _numbers(data: bytes) -> tuple[int, ...]:
    return unpack_from(f"<{len(data) // 4}I", data)


def _chain(start: int, following: Sequence[int]) -> Iterator[int]:
    """The sectors from ``start`` on. Raises ``IndexError`` where one is not in the file."""
    for _ in range(len(following) + 1):
        if start == _END_OF_CHAIN:
            return
        yield start
        start = following[start]
    raise DamagedError(Message("its sectors follow one another in a circle"))
