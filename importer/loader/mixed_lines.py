"""Read a text in which some lines are UTF-8 and the others in an older encoding, as where files were joined. Pure.

The codec ``mixed-gb18030`` reads a line that is UTF-8 as such, and any other as GB 18030; the same goes for every
encoding whose files mix so.
"""

import codecs
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from importer.loader.charsets import is_likelier_utf8

if TYPE_CHECKING:
    from typing_extensions import Buffer

_MIXED: Final = "mixed-"
_WIDE: Final = "\u0800"  # from here on a character has three bytes in UTF-8


def mixed(codec: str) -> str:
    """The codec for lines in ``codec`` and lines in UTF-8."""
    return _MIXED + codec


def main_codec(codec: str) -> str:
    """The encoding of the other lines, where some are UTF-8; else the codec itself."""
    return codec.removeprefix(_MIXED)


def decodes(line: bytes) -> bool:
    """Whether a line is UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_utf8_among(codec: str, line: bytes) -> bool:
    """Whether a line of a text in ``codec`` has more than ASCII, and is UTF-8.

    A word of a single-byte encoding is hardly ever UTF-8. In East Asia two bytes may be a character and a letter of
    UTF-8 (the 通 of 联通 is ͨ): there a line must have a character of three bytes, and be likelier as UTF-8.
    """
    if line.isascii() or not decodes(line):
        return False
    likelier = is_likelier_utf8(codec, line)
    return likelier is None or (likelier and max(line.decode()) >= _WIDE)


def utf8_lines(lines: Iterable[bytes], codec: str) -> Iterator[int]:
    """The numbers, from 1, of the lines in UTF-8 of a text in ``codec``."""
    return (number for number, line in enumerate(lines, start=1) if is_utf8_among(codec, line))


class _Decoder(codecs.BufferedIncrementalDecoder):
    """Decodes whole lines, each in its encoding."""

    def __init__(self, codec: str, errors: str = "strict") -> None:
        super().__init__(errors)
        self._codec = codec

    def _buffer_decode(self, buffer: "Buffer", errors: str, final: bool) -> tuple[str, int]:
        data = bytes(buffer)
        end = len(data) if final else data.rfind(b"\n") + 1
        return "".join(self._decoded(line, errors) for line in data[:end].splitlines(keepends=True)), end

    def _decoded(self, line: bytes, errors: str) -> str:
        return line.decode() if is_utf8_among(self._codec, line) else line.decode(self._codec, errors)


def _found(name: str) -> codecs.CodecInfo | None:
    """The codec of a name as ``codecs.lookup`` spells it."""
    if not name.startswith("mixed_"):
        return None
    codec = name.removeprefix("mixed_")
    plain = codecs.lookup(codec)
    decoder = partial(_Decoder, codec.replace("_", "-"))
    return codecs.CodecInfo(
        plain.encode,
        lambda data, errors="strict": (decoder(errors).decode(bytes(data), final=True), len(data)),
        incrementaldecoder=decoder,
        name=name,
    )


codecs.register(_found)
