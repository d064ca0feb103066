"""Open a file of Parquet, or of Arrow (Feather), with pyarrow: a batch of rows is in memory at a time."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from typing import Any, Final, NamedTuple

from importer.error_codes import row_error
from importer.errors import InputError
from importer.extras import install_extra
from importer.loader.damage import damage_words
from importer.loader.records.json_values import distinct, flat
from importer.loader.records.record import Fault, Record, Records
from importer.loader.unwrap import Content
from importer.message import Message
from importer.normalizer.text import number_text, quoted
from importer.sources.cell_values import BITS, MOST_BITS, text_of, whole_digits
from importer.texts import printable

_BATCH_ROWS: Final = 1000

Batches = Callable[[Content], Iterator[Any]]
"""Gives the record batches of a file."""


class _Kind(NamedTuple):
    """A kind of file: how it begins, its name, and how its batches are read."""

    magic: bytes
    name: Message
    batches: Batches


def _parquet(content: Content) -> Iterator[Any]:
    from pyarrow import parquet

    with parquet.ParquetFile(content.path) as file:
        yield from file.iter_batches(_BATCH_ROWS)


def _arrow(content: Content) -> Iterator[Any]:
    import pyarrow as pa

    with pa.memory_map(str(content.path)) as source, pa.ipc.open_file(source) as file:
        for place in range(file.num_record_batches):
            whole = file.get_batch(place)
            yield from (whole.slice(begin, _BATCH_ROWS) for begin in range(0, whole.num_rows, _BATCH_ROWS))


_KINDS: Final = (
    _Kind(b"PAR1", Message("Parquet"), _parquet),
    _Kind(b"PARE", Message("Parquet"), _parquet),  # its footer is encrypted
    _Kind(b"ARROW1", Message("Arrow"), _arrow),
)


def open_records(content: Content, _encoding: str | None) -> Records:
    """Raises ``InputError`` without pyarrow, and for a file that is damaged or encrypted."""
    head = content.head(8)
    kind = next(kind for kind in _KINDS if head.startswith(kind.magic))
    _refuse_without_library(content, kind)

    def read() -> Generator[Record, None, None]:
        number = count(1)
        with _translated(content, kind), closing(_rows(content, kind)) as rows:
            for row, fault in rows:
                yield Record(next(number), flat(row), fault)

    return Records(read, notes=(kind.name,))


def _refuse_without_library(content: Content, kind: _Kind) -> None:
    try:
        import pyarrow  # noqa: F401 - whether it is there
    except ImportError as error:
        raise InputError(
            "{content} is a file of {kind}, which needs pyarrow",
            install_extra("parquet", Message("convert it to CSV")),
            content=content,
            kind=kind.name,
        ) from error


@contextmanager
def _translated(content: Content, kind: _Kind) -> Iterator[None]:
    """A context in which what pyarrow raises becomes an ``InputError``."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise InputError(
            "{content} cannot be read as {kind}: {reason}",
            "export it again, or convert it to CSV",
            content=content,
            kind=kind.name,
            reason=damage_words(error),
        ) from error


class _Unread(NamedTuple):
    """A value that Python has nothing for: what is stored, and its type."""

    stored: str
    kind: str


_Row = tuple[Mapping[str, Any], Fault | None]


def _rows(content: Content, kind: _Kind) -> Generator[_Row, None, None]:
    names: list[str] = []
    with closing(kind.batches(content)) as batches:  # type: ignore[type-var]  # they are generators
        for batch in batches:
            names = names or distinct(batch.schema.names)
            kinds = [column.type for column in batch.columns]
            columns = [_values(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                fault = _fault(names, cells)
                yield {name: _plain(cell, of) for name, cell, of in zip(names, cells, kinds, strict=True)}, fault


def _values(column: Any) -> list[Any]:
    """The values of a column; one that cannot be read costs itself alone."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [*map(_value, column)]


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):  # a date or a duration beyond Python's, a text that is no UTF-8
        stored = getattr(scalar, "value", None)
        if hasattr(scalar, "as_buffer"):
            stored = scalar.as_buffer().to_pybytes().decode(errors="replace")
        return _Unread(str(stored) if isinstance(stored, int | str) else "…", str(scalar.type))


def _fault(names: Sequence[str], cells: Sequence[Any]) -> Fault | None:
    for name, cell in zip(names, cells, strict=True):
        if isinstance(cell, _Unread):
            told = Message(
                'column "{title}": {found} cannot be read as {kind}',
                title=printable(name),
                found=quoted(cell.stored),
                kind=cell.kind,
            )
            return Fault(row_error("broken_record", told), cell.stored)
    return None


def _plain(value: Any, kind: Any) -> Any:
    """A value of a type of Arrow as JSON has it, with texts for all that are neither objects nor lists."""
    if isinstance(value, _Unread):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, _inner(kind, key)) for key, inner in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(one, tuple) for one in value):  # a map
            key_kind, item_kind = getattr(kind, "key_type", None), getattr(kind, "item_type", None)
            return {str(_plain(key, key_kind)): _plain(inner, item_kind) for key, inner in value}
        return [_plain(one, getattr(kind, "value_type", None)) for one in value]
    if value is None or isinstance(value, str | bool):
        return value
    bits = _bits(kind)
    digits = whole_digits(value, bits) if isinstance(value, float) else None
    return number_text(digits) if digits else text_of(value, bits)


def _inner(kind: Any, name: str) -> Any:
    """The type of a member of a struct."""
    return kind.field(name).type if hasattr(kind, "field") else None


def _bits(kind: Any) -> int:
    """The bits of a whole number that a float of this type holds, or of what a dictionary has of it."""
    import pyarrow as pa

    found = getattr(kind, "value_type", kind)
    floats = {pa.float16(): 2, pa.float32(): 4}
    return BITS[floats[found]] if found in floats else MOST_BITS
