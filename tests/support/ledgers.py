"""A run for a ledger, and what comes out of one."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from importer.ledger.file import open_to_read, open_to_write
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.message import sentence
from importer.models import Columns

RUN = Run(
    id="contacts-20260117-081530",
    file="contacts.csv",
    kind="csv",
    sheet=None,
    inbox_id="407",
    base_url="https://livedesk.example",
    started_at="2026-01-17T08:15:30.000+00:00",
    titles=("Name", "Email"),
    mapping={"Name": "name", "Email": "email"},
)


@contextmanager
def connections() -> Iterator[list[sqlite3.Connection]]:
    """Those that ledgers open meanwhile: of each the one that writes, then the one that reads."""
    found: list[sqlite3.Connection] = []

    def noted(opening: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        def opened(*arguments: Any, **options: Any) -> sqlite3.Connection:
            found.append(opening(*arguments, **options))
            return found[-1]

        return opened

    with (
        patch("importer.ledger.store.open_to_write", noted(open_to_write)),
        patch("importer.ledger.store.open_to_read", noted(open_to_read)),
    ):
        yield found


def told(row: LedgerRow) -> tuple[str, ...]:
    """What results.csv says of a row, cell by cell."""
    outcome, contact = row.outcome, row.contact
    said = (sentence(outcome.error), sentence(outcome.hint))
    what = (outcome.status, outcome.contact_id, outcome.error_code, *said, outcome.http_status)
    who = (contact.inbox_id, contact.name, contact.email, contact.phone_number, contact.identifier, contact.avatar_url)
    return tuple("" if value is None else str(value) for value in (row.number, *what, outcome.attempts, *who))


def texts(pages: Iterable[Columns]) -> list[tuple[str, ...]]:
    return [row for page in pages for row in zip(*page, strict=True)]
