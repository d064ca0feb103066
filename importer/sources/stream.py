"""Standard input, and other open files: all of it goes to a file, for it cannot be read twice."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from importer.errors import InputError, reason_of
from importer.message import Message
from importer.sources.source import Fetching, spooled

_BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Stream:
    """An open file, from where it stands; ``name`` is that of the file it becomes."""

    file: IO[bytes] | IO[str] = field(repr=False)
    shown: str
    name: str

    def fetch(self, terms: Fetching) -> Path:
        """Copy all of it. Raises ``InputError``, ``OutputError``."""
        path = terms.folder / self.name
        with spooled(path) as copy:
            while block := self._read():
                copy.write(block)
        return path

    def _read(self) -> bytes:
        try:
            block: object = self.file.read(_BLOCK_BYTES)
        except (OSError, ValueError) as error:  # a ValueError of a file that is closed
            reason = reason_of(error)
            raise InputError("{source} cannot be read: {reason}", source=self.shown, reason=reason) from error
        if isinstance(block, bytes | bytearray | memoryview):
            return bytes(block)
        if block is None or isinstance(block, str):
            return _as_bytes(block or "")
        reason = Message("what it gives is neither text nor bytes, but {kind}", kind=type(block).__name__)
        raise InputError("{source} cannot be read: {reason}", source=self.shown, reason=reason)


def _as_bytes(text: str) -> bytes:
    """The bytes of a text; those of one that was read with ``surrogateescape`` are what they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a letter, which costs its row as a broken byte does
        return text.encode("utf-8", "surrogatepass")
