"""The rows of tables, and rows one at a time, as batches of one."""

from pathlib import Path
from typing import NamedTuple

from importer.livedesk.contact import Contact, json_lines
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions, Table
from importer.message import Messages
from importer.models import Row, RowError
from importer.normalizer.batch import Normalizer
from importer.normalizer.columns import ColumnMapping, Rules


class NormalizedRow(NamedTuple):
    """What normalization says of a row; beside errors the contact has the fields that are sound."""

    contact: Contact
    errors: tuple[RowError, ...]
    warnings: Messages


def normalized_row(mapping: ColumnMapping, rules: Rules, row: Row) -> NormalizedRow:
    """A batch of this one row."""
    found = Normalizer(mapping, rules)([row])
    (text,) = json_lines(found.fields, 1)
    return NormalizedRow(Contact.from_json(text), found.errors.get(0, ()), found.warnings.get(0, ()))


def rows_of(table: Table) -> list[Row]:
    """All rows of a table."""
    return [row for batch in table.batches() for row in batch]


def rows_in(path: Path, options: ReadOptions = ReadOptions()) -> list[Row]:  # noqa: B008 - frozen
    """All rows of a file's table."""
    return rows_of(open_table(path, options))


def records_of(table: Table) -> list[dict[str, str]]:
    """The rows by their titles, without empty cells."""
    return [
        {title: cell for title, cell in zip(table.titles, row.cells, strict=True) if cell} for row in rows_of(table)
    ]
