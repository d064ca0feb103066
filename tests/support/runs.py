"""A run as a report shows it, rows of each kind, and their files."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from importer.ledger.ledger import Ledger
from importer.ledger.records import Changed, LedgerRow
from importer.ledger.run import Measures, Run
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from importer.normalizer.column_profile import Repairs
from importer.reporter.files import Copy, write_files
from importer.reporter.summary import Summary
from tests.support import ledgers

RUN = replace(
    ledgers.RUN,
    titles=("Name", "Email", "Note"),
    finished_at="2026-01-17T08:15:34.000+00:00",
    exit_code=1,
    requests=5,
    retries=1,
    repairs=(Repairs("Name", Message("spaces trimmed"), 2, " Ann", "Ann"),),
    started_by="ann@desk",
    options={"country": "DE"},
    measures=Measures(pauses=((0.5, 2.0),), latencies=((20.0, 4), (80.0, 1))),
    capabilities={"merges_additional_attributes": True},
)


GOOD = LedgerRow(
    2,
    (),
    Contact(name="Ann", phone_number="+861", inbox_id="407"),
    Outcome(Status.CREATED, "71", http_status=200, attempts=1),
)


BAD = LedgerRow(
    4,
    ("=1+1", "bob@", "x"),
    Contact(name="=1+1", email="bob@"),
    Outcome(Status.INVALID, None, "bad_email", (Message('email: "bob@" is not one'),), (Message("write it whole"),)),
)


UNSURE = LedgerRow(
    5,
    ("Kim",),
    Contact(name="Kim", inbox_id="407"),
    Outcome(Status.UNKNOWN, None, "timeout", (Message("no answer"),), (Message("look"),), None, 1),
)


def filed(
    folder: Path,
    rows: Iterable[LedgerRow],
    run: Run,
    copy: Copy | None = None,
    lang: str | None = None,
    changes: Sequence[Changed] = (),
) -> Summary:
    """The files of a run whose ledger has these rows and changes, by way of a ledger."""
    with TemporaryDirectory() as place, Ledger(Path(place) / "ledger.sqlite3") as ledger:
        with ledger.transaction():
            seq = ledger.begin(run)
            ledger.add(seq, rows)
        ledger.note(seq, changes)
        return write_files(ledger, seq, folder, copy, lang)


def read_csv(path: Path | str) -> list[list[str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
