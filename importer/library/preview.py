"""A first look at files: what they are, how their columns are read, and their first rows; nothing is checked yet.

Of a text the whole is read once for its encoding, of a workbook the sheets that may have contacts, which takes hardly
longer than opening it. The columns get their fields as in an import.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, Unpack

from importer.config.settings import Config
from importer.errors import ImporterError
from importer.history.mappings import Offer, offers
from importer.library.calls import terms_of
from importer.library.fields import custom_field
from importer.library.listening import Heard
from importer.library.options import FileOptions, Place
from importer.loader.names import named_files
from importer.loader.sheets import ListedSheet
from importer.loader.shelf import open_files
from importer.loader.table import Table
from importer.mapping.column_mapping import own_key, reasons
from importer.message import Message, Messages
from importer.models import Row
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.normalizer.columns import Column, ColumnMapping
from importer.normalizer.text import unbroken
from importer.pipeline.opening import mapped, read_options
from importer.pipeline.stage import Sheet
from importer.reporter.files import outputs_of
from importer.sources.meant import as_paths
from importer.system_text import decoded
from importer.texts import column_letter, to_map

SHOWN_ROWS: Final = 20
"""The first rows that a preview has."""

EXAMPLES: Final = 3
"""Example cells of each column."""

_BY_TITLE: Final = Message("by its title")


class Problem(NamedTuple):
    """Why a table cannot be imported as it stands, and what to do."""

    message: Message
    hint: Message | None = None


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column: where it is, what its cells look like, and what it is.

    ``index`` counts from 0, ``letter`` is a spreadsheet's. ``key`` is its title as ``map`` takes it. ``examples`` are
    different cells with text. ``field`` is ``None`` for a column that is not used; ``how`` and ``place`` are those of
    ``Column``; ``evidence`` says why. Where it is ``unsure``, it may be ``alternative`` too (``None``: of no use).
    ``own_field`` is the custom attribute that it would be by its title.
    """

    index: int
    letter: str
    title: str
    key: str
    examples: tuple[str, ...]
    field: str | None
    how: str
    evidence: Messages
    unsure: bool
    alternative: str | None
    place: int
    own_field: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A table of a file: a sheet of a workbook, or a text.

    ``kind`` is "xlsx" for a workbook of any kind and for an HTML table, "csv" for a text, whose ``encoding`` is known
    from its ``origin``. ``sheets`` are all of the workbook. ``titles`` stand in row ``header_row``, 0 where there are
    none, or where each record has them (``is_keyed``). ``rows`` are the first data rows with the numbers that a
    spreadsheet program shows; ``total`` counts all, if that is known by now (``count_rows``). ``product`` is the
    program that exported the file, or empty; ``mapping`` is what a ``Rechecker`` needs. ``problem`` says why no import
    can read the columns so. ``offers`` are fields that the same titles had before.
    """

    path: Path
    file: str
    kind: str
    sheet: str | None
    encoding: str | None
    origin: Message | None
    delimiter: str | None
    sheets: tuple[ListedSheet, ...]
    titles: tuple[str, ...]
    header_row: int
    is_keyed: bool
    rows: tuple[Row, ...]
    total: int | None
    columns: tuple[PreviewColumn, ...]
    product: str
    mapping: ColumnMapping = field(repr=False, compare=False)
    notes: Messages
    warnings: Messages
    problem: Problem | None = None
    offers: tuple[Offer, ...] = ()


def preview(*paths: Place, settings: Config | None = None, **options: Unpack[FileOptions]) -> tuple[Preview, ...]:
    """Look at files: a preview for each table that an import would take, with the same options.

    Neither an inbox nor credentials are needed. Raises ``InputError`` for a file that cannot be read, ``ConfigError``
    for options that are wrong whatever the file; what is wrong with the columns is a preview's ``problem``.
    """
    config = terms_of(options, settings).config
    files = named_files(as_paths(paths), outputs_of(config))
    tables = [*_tables(config, files.paths)]
    return tuple(preview_of(config, table, decoded(files.names[table.path]), among=len(tables)) for table in tables)


def count_rows(preview: Preview, settings: Config | None = None, **options: Unpack[FileOptions]) -> int:
    """Count the data rows of a previewed table, with the same options; it reads the whole file, so do it behind.

    Raises ``InputError``.
    """
    config = terms_of(options, settings).config
    table = next(table for table in _tables(config, [preview.path]) if table.sheet == preview.sheet)
    return sum(map(len, table.batches()))


def _tables(config: Config, paths: Sequence[Path]) -> Iterator[Table]:
    return chain.from_iterable(open_files(paths, read_options(config)))


def preview_of(config: Config, table: Table, name: str, *, among: int) -> Preview:
    """The preview of an opened table, one ``among`` so many, of which the titles and the first rows alone are read;
    ``name`` is that of its file."""
    heard, problem = Heard(), None
    try:
        mapping = mapped(config, table, heard, among=among)
    except ImporterError as error:
        mapping, problem = _unmapped(table), Problem(error.message, error.hint)
    sample = next(table.batches(SAMPLE_ROWS))
    return Preview(
        path=table.path,
        file=name,
        kind=table.kind,
        sheet=table.sheet,
        encoding=table.encoding,
        origin=table.origin,
        delimiter=table.delimiter,
        sheets=table.listed,
        titles=table.titles,
        header_row=table.header_row,
        is_keyed=table.is_keyed,
        rows=tuple(Row(number, tuple(map(unbroken, cells))) for number, cells in sample[:SHOWN_ROWS]),
        total=len(sample) if len(sample) < SAMPLE_ROWS else None,
        columns=tuple(_columns(Sheet(table, mapping), sample)),
        product=mapping.product,
        mapping=mapping,
        notes=(*table.notes, *heard.said),
        warnings=(*table.warnings, *mapping.notes, *heard.warned),
        problem=problem,
        offers=tuple(offers(config.output_dir, table.titles)),
    )


def _unmapped(table: Table) -> ColumnMapping:
    return ColumnMapping(tuple(Column(at, title, None, "not used") for at, title in enumerate(table.titles)), {})


def _columns(sheet: Sheet, sample: Sequence[Row]) -> list[PreviewColumn]:
    keys = to_map(sheet.table.titles)
    return [
        PreviewColumn(
            index=column.index,
            letter=column_letter(column.index),
            title=column.title,
            key=keys[column.index],
            examples=_examples(sample, column.index),
            field=column.field,
            how=column.how,
            evidence=reasons(column) or ((_BY_TITLE,) if column.field else ()),
            unsure=column.unsure,
            alternative=column.alternative,
            place=column.place,
            own_field=custom_field(own_key(column.title, column.index)),
        )
        for column in sheet.mapping.columns
    ]


def _examples(sample: Sequence[Row], index: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in sample:
        if cell := unbroken(row.cells[index]).strip():
            found[cell] = None
            if len(found) == EXAMPLES:
                break
    return tuple(found)
