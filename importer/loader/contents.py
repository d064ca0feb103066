"""A file's tables by its content, whatever its name says; where the header of one stands is still to be found."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from importer.errors import InputError
from importer.loader.archive import OLE2_MAGIC
from importer.loader.csv_rows import csv_rows
from importer.loader.csv_text import text_format
from importer.loader.encoding import refuse_controls
from importer.loader.html_table import CHARSET, declared_encoding, html_rows
from importer.loader.merit import merit
from importer.loader.records.formats import RecordFormat, record_format
from importer.loader.records.record import columns_of, rows_of
from importer.loader.sheets import Sheet
from importer.loader.signatures import SAVE_AS, foreign, is_page, is_spreadsheetml
from importer.loader.spooled import is_spooled, spooled_table
from importer.loader.table import ReadOptions, Table
from importer.loader.unwrap import ZIP_MAGIC, Content, refuse_foreign, refuse_unreadable, unwrapped
from importer.message import Message, Messages
from importer.normalizer.text import has_text

_HEAD_BYTES: Final = 1 << 12


def tables_in(file: Content, options: ReadOptions) -> list[Table]:
    """Return the tables of a file. Raises ``InputError`` for a file that is none."""
    refuse_unreadable(file)
    content, wrapping = unwrapped(file, options.passwords)
    path = file.path
    head = content.head(_HEAD_BYTES)
    if not head:
        raise InputError("{content} has an empty file in it (0 bytes)", "export it again", content=file)
    if head.startswith((ZIP_MAGIC, OLE2_MAGIC)):
        from importer.loader.workbook import open_sheets  # its readers take 10 ms to load, and a text needs none

        content, unlocking = _unlocked(content, head, options)
        wrapping = (*dict.fromkeys((*wrapping, *unlocking)),)  # a workbook in a ZIP may have two
        sheets = open_sheets(content, options.sheets, merit)
    elif is_spreadsheetml(head):
        from importer.loader.spreadsheetml import open_spreadsheetml

        sheets = open_spreadsheetml(content, options.sheets, options.encoding, merit)
    else:
        table = _without_sheets(path, content, options)
        return [replace(table, notes=(*wrapping, *table.notes, *_unused(table, options)))]
    first, *others = [_of_sheet(path, sheet) for sheet in sheets]
    return [replace(first, notes=(*wrapping, *first.notes)), *others]


def _of_sheet(path: Path, sheet: Sheet) -> Table:
    return Table(
        *(path, "xlsx", sheet.rows, sheet.notes, sheet.name),
        widths=sheet.widths,
        warnings=sheet.warnings,
        listed=sheet.listed,
    )


def _without_sheets(path: Path, content: Content, options: ReadOptions) -> Table:
    head = content.head(_HEAD_BYTES)
    if is_spooled(head):
        return spooled_table(path, content)
    if (found := record_format(head, path.name)) is not None:
        return _records(path, content, found, options)
    return (_page if is_page(head) else _text)(path, content, options)


def _unlocked(content: Content, head: bytes, options: ReadOptions) -> tuple[Content, Messages]:
    if not head.startswith(OLE2_MAGIC):
        return content, ()
    from importer.loader.protection import unlocked

    return unlocked(content, options.passwords)


def _unused(table: Table, options: ReadOptions) -> Iterator[Message]:
    """The options that say nothing about a file of this kind."""
    if options.sheets:
        yield Message("--sheet is not used: this file has no sheets")
    if options.delimiter is not None and table.delimiter is None:
        yield Message("--delimiter is not used: this is no CSV file")
    if options.encoding is not None and table.encoding is None:
        yield Message("--encoding is not used: this file is no text")


def _records(path: Path, content: Content, found: RecordFormat, options: ReadOptions) -> Table:
    """A file of records, which have the titles."""
    records = found.open(content, options.encoding)
    columns = columns_of(content, records)
    return Table(
        *(path, "csv", rows_of(content, records, columns), columns.notes),
        titles=columns.shown,
        encoding=records.encoding,
        origin=records.origin,
        warnings=records.warnings,
        form="records",
    )


def _page(path: Path, content: Content, options: ReadOptions) -> Table:
    """An HTML page with a table. Raises ``InputError`` for one without."""
    encoding, notes = declared_encoding(content, CHARSET.search(content.head(_HEAD_BYTES)), options.encoding)
    rows = partial(html_rows, content, encoding)
    with closing(rows()) as found:
        if not any(has_text(cells) for _, cells in found):
            raise InputError("{content} is a web page (HTML) without a table", SAVE_AS, content=content)
    return Table(path, "xlsx", rows, (Message("an HTML table"), *notes), encoding=encoding)


def _text(path: Path, content: Content, options: ReadOptions) -> Table:
    """A text of records. Raises ``InputError`` for what is neither that nor a workbook, and says what it is."""
    head = content.head(_HEAD_BYTES)
    refuse_foreign(content, foreign(head))
    if options.encoding is None:
        refuse_controls(content, head)
    form = text_format(content, options.encoding, options.delimiter)
    rows = partial(csv_rows, content, form)
    dialect = form.dialect
    return Table(
        *(path, "csv", rows, form.notes),
        encoding=form.encoding,
        delimiter=dialect.delimiter,
        perhaps=form.perhaps,
        origin=form.origin,
        csv_delimiter="," if dialect.layout else dialect.delimiter,
    )
