"""Rows one at a time, as batches of one."""

from typing import NamedTuple

from importer.livedesk.contact import Contact, json_lines
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
