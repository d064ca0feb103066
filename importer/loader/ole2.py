"""Take the stream of a workbook out of an OLE2 file ([MS-CFB]), a file system in small."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from struct import unpack_from
from typing import Final, NamedTuple

from importer.loader.signatures import foreign_streams
from importer.loader.unwrap import Content, DamagedError, refuse_foreign
from importer.message import Message

_END_OF_CHAIN: Final = 0xFFFFFFFE
_FREE: Final = 0xFFFFFFFF
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
    found = _read(content)
    if found is None:
        return b""
    # calamine follows these two in any case.
    small = found.sectors(unpack_from("<I", found.root, 116)[0])
    mini_fat = _numbers(found.sectors(unpack_from("<I", found.data, 60)[0]))
    entry = next((found.entries[name] for name in _STREAMS if name in found.entries), None)
    if entry is None:
        refuse_foreign(content, foreign_streams(found.entries))
        return b""
    start, length = unpack_from("<2I", entry, 116)
    if length >= _MINI_BELOW:
        return found.sectors(start)[:length]
    places = _chain(start, mini_fat)
    return b"".join(small[at * _MINI_BYTES : (at + 1) * _MINI_BYTES] for at in places)[:length]


def stream_names(content: Content) -> Set[str]:
    """Return the names of all streams. Raises ``DamagedError``, ``struct.error``, ``IndexError`` as above."""
    found = _read(content)
    return found.entries.keys() if found else frozenset()


def breaks_off(content: Content) -> bool:
    """Whether sectors that are in use lie behind the end of the file. Raises as above."""
    found = _read(content)
    if found is None:
        return False
    last = max((at for at, following in enumerate(found.fat) if following != _FREE), default=-1)
    return (last + 1) * found.sector_bytes >= len(found.data)


class _Found(NamedTuple):
    """A file's bytes, the bytes of a sector, the table of sectors, the first entry of the directory, and all entries by
    their names."""

    data: bytes
    sector_bytes: int
    fat: Sequence[int]
    root: bytes
    entries: Mapping[str, bytes]

    def sectors(self, start: int) -> bytes:
        """What the chain from ``start`` on holds."""
        return _sectors(self.data, self.sector_bytes, _chain(start, self.fat))


def _read(content: Content) -> _Found | None:
    """The file; ``None`` if it has sectors of no known size."""
    data = content.path.read_bytes()
    shift = unpack_from("<H", data, 30)[0]
    if shift not in _SECTOR_SHIFTS:
        return None
    directory_start, extra = (unpack_from("<I", data, at)[0] for at in (48, 68))
    size = 1 << shift
    found = _Found(data, size, _fat(data, size, extra), b"", {})
    directory = found.sectors(directory_start)
    entries = [directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory), _ENTRY_BYTES)]
    named = {entry[:64].decode("utf-16-le", "replace").partition("\0")[0]: entry for entry in reversed(entries)}
    return found._replace(root=entries[0], entries=named)


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
