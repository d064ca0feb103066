"""Check a batch of rows: everything that staging can say of a row without looking at another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from importer.ledger.known_contacts import fingerprint
from importer.livedesk.contact import CLEARS, json_lines, lookups
from importer.message import Messages
from importer.models import Row, RowError
from importer.normalizer.columns import NormalizedBatch, ReadColumn
from importer.runtime import dumps_texts


class Checked(NamedTuple):
    """A batch after the check, as texts: most rows never become objects.

    ``cells`` (``None`` if not kept) and ``contacts`` are JSON, as the ledger stores it. ``lookups`` has a list for each
    of ``KEY_FIELDS``. A fingerprint is ``None`` if it depends on other rows. ``errors`` and ``warnings`` are by a row's
    place in the batch. ``columns`` holds every cell that was read, ``further`` those that were read to be counted.
    """

    cells: Sequence[str | None]
    contacts: list[str]
    lookups: list[list[str | None]]
    fingerprints: list[bytes | None]
    errors: Mapping[int, tuple[RowError, ...]]
    warnings: Mapping[int, Messages]
    columns: list[ReadColumn]
    further: Sequence[ReadColumn] = ()


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks batches. ``keep_cells`` keeps the cells for the errors file.

    ``base_url`` goes into the fingerprints. Without one they are empty, for rows that no later run will meet: that
    saves 1.5 µs a row.
    """

    normalize: Callable[[Sequence[Row]], NormalizedBatch]
    base_url: str | None
    keep_cells: bool = True

    def check(self, batch: Sequence[Row]) -> Checked:
        found = self.normalize(batch)
        members = {**found.fields, CLEARS: found.clears} if found.clears else found.fields
        contacts, keys = json_lines(members, len(batch)), lookups(found.fields, len(batch))
        for values in keys:
            for place in found.errors:
                values[place] = None
        cells = [dumps_texts(row.cells) for row in batch] if self.keep_cells else [None] * len(batch)
        fingerprints = self._fingerprints(contacts, keys)
        told = found.errors, found.warnings, found.columns, found.further
        return Checked(cells, contacts, keys, fingerprints, *told)

    def _fingerprints(self, contacts: Sequence[str], keys: Sequence[Sequence[str | None]]) -> list[bytes | None]:
        has_key = map(any, zip(*keys, strict=True))
        if self.base_url is None:
            return [b"" if known else None for known in has_key]
        pairs = zip(contacts, has_key, strict=True)
        return [fingerprint(self.base_url, contact) if known else None for contact, known in pairs]
