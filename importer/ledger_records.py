"""Rows and runs as they stand in the ledger's tables."""

import json
from dataclasses import asdict, fields
from typing import Any, Final

from importer.models import Contact, LedgerRow, Outcome, Repairs, Run, Status

ROW_COLUMNS: Final = (
    "number",
    "cells",
    "contact",
    "fingerprint",
    "in_doubt",
    "status",
    "contact_id",
    "error_code",
    "error",
    "hint",
    "http_status",
    "attempts",
)
"""The columns of a row beside its run, in the order of the functions below."""


def row_values(row: LedgerRow) -> tuple[object, ...]:
    """A row as the values of ``ROW_COLUMNS``."""
    outcome = row.outcome
    return (
        row.number,
        json.dumps(row.cells),  # in ASCII: a cell may hold a byte that did not decode
        row.contact.json,
        row.fingerprint,
        int(row.in_doubt),
        outcome.status,
        outcome.contact_id,
        outcome.error_code,
        outcome.error,
        outcome.hint,
        outcome.http_status,
        outcome.attempts,
    )


def row_from(values: tuple[Any, ...]) -> LedgerRow:
    """The row that the values of ``ROW_COLUMNS`` hold."""
    number, cells, contact, fingerprint, in_doubt, status, *rest = values
    return LedgerRow(
        number,
        tuple(json.loads(cells)) if cells else (),
        Contact.from_json(contact),
        Outcome(Status(status), *rest),
        fingerprint,
        bool(in_doubt),
    )


def run_record(run: Run) -> str:
    """A run as one line of JSON."""
    return json.dumps(asdict(run), ensure_ascii=False)


def run_from(record: str) -> Run:
    """The run that ``record`` holds; members that it lacks have their defaults, and those of later versions go."""
    known = {member.name for member in fields(Run)}
    members = {name: value for name, value in json.loads(record).items() if name in known}
    repairs = tuple(Repairs(**repair) for repair in members["repairs"])
    return Run(**{**members, "titles": tuple(members["titles"]), "repairs": repairs})
