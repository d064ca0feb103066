"""Find the encoding of a text (given, marked, declared, proven by bytes, likely by letters) and open the text."""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from importer.errors import ConfigError, InputError
from importer.loader.alphabets import CONTROLS, DOS_AND_MAC
from importer.loader.broken_bytes import BROKEN, KEEP_BROKEN, is_wide
from importer.loader.charsets import doubtful_decodings, encoding_but_for_lines, plausible_encodings, utf16_without_mark
from importer.loader.damage import undecoded
from importer.loader.marks import without_marks
from importer.loader.mixed_lines import decodes, main_codec, mixed, utf8_lines
from importer.loader.seven_bits import seven_bit_encoding
from importer.loader.unwrap import Content
from importer.message import Counted, Message, and_more

_BLOCK_BYTES: Final = 1 << 20
_EVIDENCE_BYTES: Final = 1 << 16
# A file with more control characters is not just a text with a few accidents in it.
_FEW_CONTROLS: Final = 10
_SHARE_OF_CONTROLS: Final = 0.05
_CONTROL_BYTES: Final = bytes({*range(32)}.difference(b"\t\n\v\f\r\x1a\x1b"))
# It has a character for every byte, be it a control: none is broken, and nothing is proven.
_ISO: Final = "iso-8859"
# The encodings that bytes prove, and do not only suggest.
_CERTAIN: Final = ("utf-8", "utf-16-le", "utf-16-be", "hz", "iso2022_kr")
# If only one line in this many has more than ASCII, the file is right without its encoding.
_RARE_ONE_IN: Final = 200
# The same where none explains the line: its byte is a part of a character that was cut.
_FEW_ONE_IN: Final = 10
# With more broken characters among those beyond ASCII, the encoding is another. Of UTF-8 nothing is right by accident.
_MOST_BROKEN_ONE_IN: Final = 4
_MOST_BROKEN_LEGACY_ONE_IN: Final = 16
# In so few lines with more than ASCII, one broken character is more than those shares, and still an accident.
_FEW_LINES: Final = 40
_MOST_SHOWN: Final = 5
_WINDOWS: Final = "cp125"
_IF_WRONG: Final = Message("if names look wrong, name the file's encoding with --encoding")

# Where an encoding is known from.
GIVEN: Final = Message("given")
DETECTED: Final = Message("detected")
_MARKED: Final = Message("byte order mark")
_DECLARED: Final = Message("declared")

# At the very end, or in a last line of its own.
_CTRL_Z: Final = re.compile(r"(?:(?<![^\r\n])\x1a+\s*|\x1a+)\Z")
_ENDING: Final = 100  # characters, to save the search in most blocks
# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, how it is known, how many NULs the text has, and the lines with bytes that it cannot decode.

    ``utf8_lines`` are UTF-8 among others: then the codec is a ``mixed`` one, and ``name`` is that of the others. It is
    one too where ``other_lines`` are not UTF-8 behind a byte order mark.
    """

    codec: str
    origin: Message
    nuls: int
    broken_lines: tuple[int, ...] = ()
    utf8_lines: tuple[int, ...] = ()
    other_lines: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The encoding as people know it."""
        return "utf-8-sig" if self.other_lines else main_codec(self.codec)

    def remarks(self) -> Iterator[Message]:
        """What a user should know of it."""
        if self.origin is DETECTED and self.codec not in _CERTAIN:
            yield _IF_WRONG
        if self.nuls:
            yield Counted("{number} NUL character left out", "{number} NUL characters left out", self.nuls)
        if self.utf8_lines:
            yield Message(
                "lines in UTF-8 stand among those in {encoding}, and are read so: {lines}",
                encoding=self.name,
                lines=and_more(self.utf8_lines, _MOST_SHOWN),
            )
        if self.other_lines:
            yield Message(
                "lines in {encoding} stand among those in UTF-8, and are read so: {lines}",
                encoding=main_codec(self.codec),
                lines=and_more(self.other_lines, _MOST_SHOWN),
            )
        if self.broken_lines:
            yield Message(
                "some bytes in line {lines} are not {encoding}; nothing replaces them",
                encoding=self.name,
                lines=and_more(self.broken_lines, _MOST_SHOWN),
            )


class WithoutNuls(io.TextIOWrapper):
    """A text stream that leaves out NULs: pandas 2 ends a cell at one, and the rest of it would be lost.

    It leaves out byte order marks too, for files that were joined have them in the middle, and the Ctrl-Z with which
    DOS ends a text.
    """

    def read(self, size: int | None = -1, /) -> str:
        """Up to ``size`` characters; an empty text means the end of the file."""
        while (text := super().read(size)) and not text.strip("\0\ufeff"):
            pass
        while "\x1a" in text[-_ENDING:] and (ending := _CTRL_Z.search(text)):
            if not (more := super().read(size)):
                text = text[: ending.start()]
            text += more
        return without_marks(text.replace("\0", ""))


@contextmanager
def open_text(content: Content, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open the text with its own line ends and without NULs.

    A byte that the encoding does not have is a lone surrogate (PEP 383) in it: U+DC80 and on. Raises ``InputError``
    where the file cannot be read to its end.
    """
    try:
        with WithoutNuls(content.open(), encoding=encoding, errors=KEEP_BROKEN, newline="") as file:
            yield file
    except (UnicodeError, OSError) as error:
        raise InputError(
            "{content} cannot be read to its end: {error}",
            "check the disk and start again",
            content=content,
            error=error,
        ) from error


def _is_utf8(codec: str) -> bool:
    return codecs.lookup(codec).name in ("utf-8", "utf-8-sig")


def find_encoding(content: Content, given: str | None, page: str | None = None) -> Encoding:
    """Return the encoding that is given, marked or declared, else UTF-8, else the one that the bytes show.

    ``page`` is what an HTML page says of itself. Raises ``ConfigError`` for an unknown ``given`` one, ``InputError``
    for bytes that are no text, and where the encoding cannot be told.
    """
    codec, origin = _declared(content, given, page)
    nuls, fault = _scan(content, codec, origin)
    if fault and codec == "utf-7":  # its signs were plus signs after all
        codec = "utf-8"
        nuls, fault = _scan(content, codec, origin)
    if not fault:
        return Encoding(codec, origin, nuls)
    if nearly := _nearly(content, codec, origin):
        return nearly
    if codec == "hz" and origin is DETECTED:
        raise InputError(
            "{content} is Chinese text in HZ (RFC 1843), and damaged: {fault}",
            "export it again as CSV UTF-8, or read it as it stands with --encoding utf-8",
            content=content,
            fault=fault,
        )
    if origin in (GIVEN, _MARKED):
        raise InputError(
            "{content} is not {encoding} throughout: {fault}",
            "name another encoding with --encoding, or save the file as CSV UTF-8",
            content=content,
            encoding=codec,
            fault=fault,
        )
    evidence = _evidence(content)
    for likely in plausible_encodings(evidence):
        if found := _fitting(content, likely):
            return found
    lines = evidence.splitlines(keepends=True)
    if len(lines) <= _FEW_LINES and (codec_of_most := encoding_but_for_lines(lines)):
        return _broken(content, codec_of_most, DETECTED).encoding
    doubtful = doubtful_decodings(evidence)
    if _is_rare(content, _RARE_ONE_IN if doubtful else _FEW_ONE_IN):
        return _broken(content, "utf-8", DETECTED).encoding
    raise _untold(content, doubtful)


def _fitting(content: Content, likely: str) -> Encoding | None:
    """A likely encoding, if it fits the whole file but for a few characters, and but for lines in UTF-8."""
    with content.open() as file:
        others = tuple(utf8_lines(file, likely))
    codec = mixed(likely) if others else likely
    nuls, fault = _scan(content, codec, DETECTED)
    if (likely in DOS_AND_MAC and _is_rare(content)) or (fault and likely.startswith(_ISO)):
        return None
    found = _slightly_broken(content, codec, DETECTED) if fault else Encoding(codec, DETECTED, nuls)
    return found and replace(found, utf8_lines=others)


def _untold(content: Content, doubtful: Sequence[tuple[str, str]]) -> InputError:
    """The error that no encoding stands out, with what the likely ones make of the same word."""
    words = [
        Message('--encoding {encoding} reads "{word}"', encoding=codec, word=word)
        for codec, word in doubtful[:_MOST_SHOWN]
    ]
    name_it = Message("name it with --encoding (gb18030, big5, shift_jis, cp1251, ...), or save the file as CSV UTF-8")
    hint = Message("{readings}", readings=words) if words else name_it
    return InputError("{content} is not UTF-8, and no other encoding fits clearly", hint, content=content)


def _nearly(content: Content, codec: str, origin: Message) -> Encoding | None:
    """The encoding, if it fits but for lines of another program, or but for a few broken characters."""
    appended = _appended(content, codec) if origin is _MARKED and _is_utf8(codec) else None
    return appended or (None if codec == "hz" else _slightly_broken(content, codec, origin))


def _appended(content: Content, codec: str) -> Encoding | None:
    """UTF-8 by its mark with lines that a program for Windows added, where their letters show its code page."""
    likely = next(iter(plausible_encodings(_evidence(content))), "")
    if not likely.startswith(_WINDOWS) or _scan(content, mixed(likely), _MARKED)[1]:
        return None
    marked = _broken(content, codec, _MARKED).encoding
    return replace(marked, codec=mixed(likely), broken_lines=(), other_lines=marked.broken_lines)


class _Broken(NamedTuple):
    """An encoding with its broken lines, how many characters are broken, and how many are beyond ASCII, with those."""

    encoding: Encoding
    broken: int
    beyond: int


def _slightly_broken(content: Content, codec: str, origin: Message) -> Encoding | None:
    """The encoding, if but a few of the characters that could be broken are: then no other one should be guessed."""
    try:
        found = _broken(content, codec, origin)
    except UnicodeError:  # of an encoding that is none for texts
        return None
    one_in = _MOST_BROKEN_ONE_IN if _is_utf8(codec) else _MOST_BROKEN_LEGACY_ONE_IN
    return found.encoding if found.broken * one_in < found.beyond else None


def _broken(content: Content, codec: str, origin: Message) -> _Broken:
    """Note the lines with bytes that the encoding does not have, and keep everything else."""
    decoder = codecs.getincrementaldecoder(codec)(KEEP_BROKEN)
    nuls = broken = beyond = 0
    done, lines = 1, dict[int, None]()
    with content.open() as file:
        for block in chain(iter(partial(file.read, _BLOCK_BYTES), b""), [b""]):
            text = decoder.decode(block, not block)
            nuls += text.count("\0")
            beyond += len(text) if is_wide(codec) else len(text) - len(text.encode("ascii", "ignore"))
            counted = 0
            for found in BROKEN.finditer(text):
                broken += 1
                done += text.count("\n", counted, counted := found.start())
                lines[done] = None
            done += text.count("\n", counted)
    return _Broken(Encoding(codec, origin, nuls, tuple(lines)), broken, beyond)


def _is_rare(content: Content, one_in: int = _RARE_ONE_IN) -> bool:
    """Whether so few lines have more than ASCII that the file is right without them."""
    with content.open() as file:
        lines = Counter(map(bytes.isascii, file))
    return lines[False] * one_in <= lines.total()


def _declared(content: Content, given: str | None, page: str | None) -> tuple[str, Message]:
    """The encoding and its origin: what the caller, a byte order mark or the page says, or NULs show; else UTF-8."""
    if given is not None:
        return _known(given), GIVEN
    head = content.head(_EVIDENCE_BYTES)
    for mark, codec in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return codec, _MARKED
    if page is not None:
        return page, _DECLARED
    if b"\0" in head and (wide := utf16_without_mark(head)):
        return wide, DETECTED
    return seven_bit_encoding(head) or "utf-8", DETECTED


def _known(codec: str) -> str:
    """The name itself, where Python has an encoding of text under it."""
    try:
        with io.TextIOWrapper(io.BytesIO(), encoding=codec):
            return codec
    except (LookupError, ValueError) as error:
        raise ConfigError(
            '--encoding: "{encoding}" is not an encoding',
            "use one such as utf-8, utf-16, gb18030, big5, shift_jis, cp1252",
            encoding=codec,
        ) from error


def _evidence(content: Content) -> bytes:
    """The first lines that have more than ASCII and are not UTF-8, 64 KiB or a little more."""
    lines: list[bytes] = []
    missing = _EVIDENCE_BYTES
    with content.open() as file:
        # A limit, because a file with other line ends is a single line.
        while missing > 0 and (line := file.readline(_EVIDENCE_BYTES)):
            if not decodes(line):
                lines.append(line)
                missing -= len(line)
    return b"".join(lines)


def _scan(content: Content, codec: str, origin: Message) -> tuple[int, Message | None]:
    """Decode the whole file, a block at a time, and return the number of NULs, and what does not decode, if anything.

    Raises ``InputError`` if they are too many for a text that no byte order mark calls one.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    nuls = chars = lines = 0
    with content.open() as file:
        try:
            for block in iter(partial(file.read, _BLOCK_BYTES), b""):
                text = decoder.decode(block)
                if origin is DETECTED and main_codec(codec).startswith(_ISO) and CONTROLS.search(text):
                    return 0, Message("it has control characters of ISO 8859, which no text has")
                nuls, chars, lines = nuls + text.count("\0"), chars + len(text), lines + text.count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            return 0, Message("line {line} does not decode ({reason})", line=line, reason=undecoded(error))
        except UnicodeError as error:
            return 0, Message("it does not decode ({reason})", reason=error)
    if origin is not _MARKED:
        _refuse_binary(content, nuls, chars)
    return nuls, None


def refuse_controls(content: Content, head: bytes) -> None:
    """Raise ``InputError`` if a file begins with control characters, and with nothing that explains them as a text."""
    marked = head.startswith(tuple(mark for mark, _ in _BYTE_ORDER_MARKS))
    if not (marked or seven_bit_encoding(head) or (b"\0" in head and utf16_without_mark(head))):
        _refuse_binary(content, len(head) - len(head.translate(None, _CONTROL_BYTES)), len(head))


def _refuse_binary(content: Content, controls: int, chars: int) -> None:
    """Raise ``InputError`` if this many of a file's characters or bytes are control characters."""
    if controls > _FEW_CONTROLS + chars * _SHARE_OF_CONTROLS:
        raise InputError(
            "{content} is not a text file: {controls} of {chars} characters are control characters",
            "give a .csv or .xlsx file; for UTF-16 without a byte order mark add --encoding utf-16-le",
            content=content,
            controls=controls,
            chars=chars,
        )
