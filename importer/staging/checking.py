"""Rows to contacts, a batch at a time, with all made of them that needs no other row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from importer.ledger.known_contacts import fingerprint
from importer.livedesk.contact import json_lines, lookups
from importer.message import Messages
from importer.models import Row, RowError
from importer.normalizer.columns import NormalizedBatch, ReadColumn
from importer.runtime import dumps_texts


class Checked(NamedTuple):
    """A batch after the check, row by row as texts, for most rows are never more than that.

    ``cells``, where they are kept, and ``contacts`` are JSON as the ledger has it, ``lookups`` what each of
    ``KEY_FIELDS`` is looked up by; ``fingerprints`` are ``None`` where the rest of the file has a say in them. By a
    row's place: what forbids it, and what is remarked. ``columns`` are every cell that was read.
    """

    cells: Sequence[str | None]
    contacts: list[str]
    lookups: list[list[str | None]]
    fingerprints: list[bytes | None]
    errors: Mapping[int, tuple[RowError, ...]]
    warnings: Mapping[int, Messages]
    columns: list[ReadColumn]


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks batches; ``base_url`` is the server that the fingerprints are of.

    ``keep_cells`` where a row may be given back to its user, as it was, after the check.
    """

    normalize: Callable[[Sequence[Row]], NormalizedBatch]
    base_url: str
    keep_cells: bool = True

    def check(self, batch: Sequence[Row]) -> Checked:
        """The contacts of a batch, and what there is to say of its rows."""
        found = self.normalize(batch)
        contacts, keys = json_lines(found.fields, len(batch)), lookups(found.fields, len(batch))
        for values in keys:
            for place in found.errors:
                values[place] = None
        keyed = [any(values) for values in zip(*keys, strict=True)]
        recognized = zip(contacts, keyed, strict=True)
        return Checked(
            [dumps_texts(row.cells) for row in batch] if self.keep_cells else [None] * len(batch),
            contacts,
            keys,
            [fingerprint(self.base_url, contact) if key else None for contact, key in recognized],
            found.errors,
            found.warnings,
            found.columns,
        )
