"""Open a JSON file: one document, or values one behind the other (JSON Lines, JSON text sequences).

Of values one behind the other a record at a time is in memory; of a document its text is.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import Final, TextIO, TypeAlias

from importer.errors import InputError
from importer.loader.encoding import find_encoding, open_text
from importer.loader.marks import without_marks
from importer.loader.records.json_document import Element, choose, objects_of, records_at, records_of, records_of_rows
from importer.loader.records.json_people import Path, paths_to_people
from importer.loader.records.json_texts import Piece, pieces
from importer.loader.records.json_values import broken, decoded
from importer.loader.records.record import Record, Records
from importer.loader.unwrap import Content
from importer.message import Counted, Message, Messages
from importer.normalizer.text import quoted
from importer.texts import printable

_MOST_CHARS: Final = 1 << 29


def open_records(content: Content, given: str | None) -> Records:
    """Find out which shape the text has. ``given`` is the encoding that the user names.

    Raises ``InputError`` for a text that has no list of records, or is too large for one document.
    """
    encoding = find_encoding(content, given, _wide(content.head(2)))
    told = Message("encoding {encoding} ({origin})", encoding=encoding.name, origin=encoding.origin)
    read = partial(_pieces, content, encoding.codec)
    with closing(read()) as found:
        first = [*islice(found, 2)]
    records, notes, warnings = _lines_of(read) if len(first) > 1 else _document(content, encoding.codec)
    return Records(
        records,
        notes=(*notes, told, *encoding.remarks()),
        encoding=encoding.codec,
        origin=encoding.origin,
        warnings=warnings,
    )


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: JSON begins with a sign of ASCII (RFC 4627, 3)."""
    if b"\0" not in head:
        return None
    return "utf-16-be" if head[0] == 0 else "utf-16-le"


_Opened: TypeAlias = tuple[Callable[[], Generator[Record, None, None]], Messages, Messages]


def _pieces(content: Content, codec: str) -> Generator[Piece, None, None]:
    """The values of the text. Raises ``InputError`` for one of more than 512 Mi characters."""
    try:
        with open_text(content, codec) as file:
            yield from pieces(_lines(file), _MOST_CHARS)
    except OverflowError as error:
        raise InputError(
            "{content} has a JSON value of more than {size:,} MiB",
            "export the contacts as JSON Lines, whose size does not matter, or split the file",
            content=content,
            size=_MOST_CHARS >> 20,
        ) from error


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_MOST_CHARS):
        if len(line) == _MOST_CHARS:
            raise OverflowError
        yield line if line.isascii() and "\0" not in line else without_marks(line.replace("\0", ""))


def _lines_of(read: Callable[[], Generator[Piece, None, None]]) -> _Opened:
    with closing(read()) as found:
        paths = paths_to_people(objects_of(Element(*piece) for piece in found))
    taken, *left = [printable(".".join(path)) for path in paths] or [""]
    told = [Message('a row for each record of "{name}"', name=taken)] if taken else []
    beside = [Message('lists with contacts beside "{name}", not read: {lists}', name=taken, lists=left)] if left else []
    notes = Message("JSON, one value behind the other"), *told
    return partial(_sequence, read, paths[0] if paths else ()), notes, (*beside,)


def _sequence(read: Callable[[], Generator[Piece, None, None]], path: Path) -> Generator[Record, None, None]:
    """The records of values one behind the other: objects, or arrays of which the first has the titles."""
    with closing(read()) as found:
        first = next(found)
        both = chain([first], found)
        if first.text.startswith("["):
            yield from records_of_rows((number, piece.text, piece.line) for number, piece in enumerate(both, start=1))
        else:
            yield from records_of((Element(*piece) for piece in both), path)


def _text(content: Content, codec: str) -> str:
    with open_text(content, codec) as file:
        return "".join(_lines(file))


def _document(content: Content, codec: str) -> _Opened:
    """The records of one document, whose text is in memory while they are read."""
    text = _text(content, codec)
    choice = choose(text)
    if choice is None:
        raise _no_list(content, text)
    taken = choice.taken

    def records() -> Generator[Record, None, None]:
        yield from records_at(_text(content, codec), taken)

    told = Message('JSON, the list "{name}"', name=printable(taken.name)) if taken.name else Message("JSON")
    left = [
        Counted('"{name}" ({number} record)', '"{name}" ({number} records)', count, name=printable(one.name))
        for one, count in choice.left
    ]
    warning = Message('lists with contacts beside "{name}", not read: {lists}', name=printable(taken.name), lists=left)
    return records, (told,), (warning,) if left else ()


def _no_list(content: Content, text: str) -> InputError:
    """The error of a document without records: it is broken, or about something else."""
    try:
        decoded(text)
    except (ValueError, RecursionError) as error:
        reason = broken(text, 1, error).error.message
        return InputError(
            "{content} cannot be read as JSON: {reason}", "export it again", content=content, reason=reason
        )
    return InputError(
        "{content} is JSON without a list of contacts: {found}",
        "export the contacts as a list of objects, one for each",
        content=content,
        found=quoted(text.strip()),
    )
