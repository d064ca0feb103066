"""A ledger that the version before made goes on: nothing is sent again, doubts are searched for, commands work.

``ledger-version-2.sql`` is what commit 529283f left after ``people.csv``, and after ``late.csv`` was killed with all
its rows on their way.
"""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from importer.ledger.file import open_to_read
from importer.ledger.ledger import Ledger
from importer.ledger.rows import ROW_COLUMNS
from importer.models import Status
from tests.support.service import Service, folders, invoke, results, written

DUMP = (Path(__file__).parent / "data" / "ledger-version-2.sql").read_text(encoding="utf-8")
PORT = 28407
"""Of the server in the ledger, on whose address the fingerprints depend."""
LEDGER = Path("import-results/ledger.sqlite3")
PEOPLE = """Name,Email,Phone,External ID,City
Ann Example,ann@example.com,+8613800138000,A-1,Berlin
Kim,,,,
Kim,,,,
Bob Example,bob@,,B-2,
王小明,wang@example.com,,,
"""
LATE = "Name,Email\nLee,\nMia Example,mia@example.com\nNoa Example,noa@example.com\n"
STORED = (
    # In the order in which they were stored; of late.csv the server has the first two.
    *({"identifier": "A-1", "email": "ann@example.com", "phone_number": "+8613800138000", "name": "Ann Example"},),
    *({"name": "王小明", "email": "wang@example.com"}, {"name": "Kim"}, {"name": "Kim"}),
    *({"name": "Mia Example", "email": "mia@example.com"}, {"name": "Lee"}),
)


@pytest.fixture(autouse=True)
def _older_ledger() -> None:
    """In the output directory of the working directory."""
    LEDGER.parent.mkdir()
    with sqlite3.connect(LEDGER) as db:
        db.executescript(DUMP)
    db.close()


def test_the_same_files_send_nothing_again_and_doubts_are_searched_for() -> None:
    """Rows without a key too; of those in doubt only the one that the server does not have is sent."""
    with Service(port=PORT) as service:
        for person in STORED:
            service.sandbox.account.create({"inbox_id": 407, **person})
        done = service.invoke(written(PEOPLE, "people.csv"), "--inbox", "407")
        assert done.exit_code == 1, done.output
        assert service.sandbox.requests.total() == 0
        statuses = [(row["status"], row["contact_id"]) for row in results()]
        kept = [("unchanged", str(contact_id)) for contact_id in (100001, 100003, 100004)]
        assert statuses == [*kept, ("invalid", ""), ("unchanged", "100002")]

        shutil.rmtree(folders()[-1])
        done = service.invoke(written(LATE, "late.csv"), "--inbox", "407")
        assert done.exit_code == 1, done.output
        rows = {row["name"]: (row["status"], row["error_code"], row["contact_id"]) for row in results()}
        assert rows == {
            "Lee": ("unknown", "interrupted", ""),
            "Mia Example": ("created", "", "100005"),
            "Noa Example": ("created", "", "100007"),
        }
        assert service.sandbox.requests["POST"] == 1
        assert len(service.sandbox.contacts) == 7


def test_its_runs_can_be_listed_reported_and_forgotten() -> None:
    """The killed run is ended first: its rows are in doubt, and keep what they are searched for by."""
    listed = invoke("runs")
    assert listed.exit_code == 0, listed.output
    assert "people-20261128-171544" in listed.output
    assert invoke("report", "people-20261128-171544").exit_code == 0
    folder = LEDGER.parent / "people-20261128-171544"
    assert [row["status"] for row in results(folder)] == ["created"] * 3 + ["invalid", "created"]
    assert [row["name"] for row in results(folder)] == ["Ann Example", "Kim", "Kim", "Bob Example", "王小明"]
    forgotten = invoke("forget", "--yes", "--all")
    assert forgotten.exit_code == 0, forgotten.output
    assert b"ann@example.com" not in LEDGER.read_bytes()
    with Ledger(LEDGER) as ledger:
        assert ledger.counts(2) == {Status.UNKNOWN: 3}
        assert {value for _, value in ledger.doubtful()} == {"mia@example.com", "noa@example.com"}


def test_its_fingerprints_are_those_that_it_had() -> None:
    """Byte for byte: they are how a contact is recognized."""
    with sqlite3.connect(LEDGER) as db:
        before = db.execute("SELECT run, number, fingerprint, contact FROM rows").fetchall()
    db.close()
    Ledger(LEDGER).close()
    db = open_to_read(LEDGER)
    assert db.execute("SELECT run, number, fingerprint, contact FROM rows").fetchall() == before
    db.close()


KILLED: Final = """
import functools, os, sqlite3, sys
from pathlib import Path
from importer.ledger.file import open_to_write

class Killed(sqlite3.Connection):
    def execute(self, sql, *values):
        return os._exit(9) if "DROP TABLE" in sql else super().execute(sql, *values)

sqlite3.connect = functools.partial(sqlite3.connect, factory=Killed)
open_to_write(Path(sys.argv[1]))
"""


def test_a_migration_that_is_killed_in_the_middle_has_not_begun() -> None:
    """One transaction: what the killed process leaves is the old ledger, and the next one makes the new of it."""
    assert subprocess.run([sys.executable, "-c", KILLED, str(LEDGER)], check=False).returncode == 9
    with sqlite3.connect(LEDGER) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("SELECT COUNT(*) FROM rows").fetchone() == (8,)
    db.close()
    with Ledger(LEDGER) as ledger:
        assert len(list(ledger.results(1))) == 5


def test_the_columns_of_its_rows_are_those_of_the_table() -> None:
    """The schema and the one list of columns that statements are put together from say the same."""
    Ledger(LEDGER).close()
    db = open_to_read(LEDGER)
    columns = {name for _, name, *_ in db.execute("PRAGMA table_info(rows)")}
    db.close()
    assert columns == {"run", *ROW_COLUMNS}
