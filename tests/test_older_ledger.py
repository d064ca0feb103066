"""Ledgers of every version that ever was go on: nothing is lost, nothing is sent again, every command works on them.

``data/ledgers/version-N.sql`` is what the program of its time left after ``people.csv``, after ``changed.csv`` with
``--on-duplicate update``, and after ``late.csv`` was killed with all its rows on their way. Three layouts of the first
day call themselves version 1. Whoever raises the version adds the file that the program before left.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

import pytest
from filelock import FileLock

from importer.errors import LedgerError
from importer.ledger.file import open_to_read
from importer.ledger.ledger import Ledger
from importer.ledger.rows import ROW_COLUMNS
from importer.ledger.schema import VERSION
from importer.models import Status
from tests.support.service import Service, folders, invoke, results, written

DUMPS: Final = {
    path.stem.removeprefix("version-"): path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "data" / "ledgers").glob("version-*.sql"))
}
LEDGER: Final = Path("import-results/ledger.sqlite3")
PEOPLE: Final = """Name,Email,Phone,External ID,City
Ann Example,ann@example.com,+8613800138000,A-1,Berlin
Kim,,,,
Kim,,,,
Bob Example,bob@,,B-2,
王小明,wang@example.com,,,
Ann Example,ann@example.com,,A-1,
Eve Example,eve@example.com,,,
"""
CHANGED: Final = "Name,Email,External ID,City\nAnn Example,ann@example.com,A-1,Hamburg\n"
LATE: Final = "Name,Email\nLee,\nMia Example,mia@example.com\nNoa Example,noa@example.com\n"
STORED: Final[tuple[dict[str, Any], ...]] = (
    # In the order in which they were stored; of late.csv the server has the first two.
    {"name": "Eve Example", "email": "eve@example.com"},
    {"name": "Ann Example", "email": "ann@example.com", "phone_number": "+8613800138000", "identifier": "A-1"},
    *({"name": "Kim"}, {"name": "Kim"}, {"name": "王小明", "email": "wang@example.com"}),
    *({"name": "Mia Example", "email": "mia@example.com"}, {"name": "Lee"}),
)


@contextmanager
def _opened(path: Path = LEDGER) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(path)
    try:
        yield db
    finally:
        db.close()


def _made(version: str) -> Path:
    """The ledger of a version, in the output directory of the working directory."""
    LEDGER.parent.mkdir()
    with _opened() as db:
        db.executescript(DUMPS[version])
    return LEDGER


def _schema(path: Path) -> list[object]:
    with _opened(path) as db:
        return db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def _told(path: Path) -> tuple[list[object], ...]:
    """What a ledger of any version knows of runs and rows."""
    columns = "run, number, status, contact, cells, fingerprint, contact_id, error_code, error, hint, http_status"
    with _opened(path) as db:
        runs = db.execute("SELECT seq, id, record FROM runs ORDER BY seq").fetchall()
        return runs, db.execute(f"SELECT {columns} FROM rows ORDER BY run, number").fetchall()


@contextmanager
def _server(version: str) -> Iterator[Service]:
    """The server that the ledger names, on whose address its fingerprints depend; with what it held then."""
    with _opened() as db:
        ((record,),) = db.execute("SELECT record FROM runs WHERE seq = 3").fetchall()
    told = json.loads(record)
    port = int(told["base_url"].rpartition(":")[2])
    with FileLock(Path(gettempdir()) / f"import-contacts-tests-{port}.lock"), Service(port=port) as service:
        for person in STORED:
            service.sandbox.account.create({"inbox_id": 407, **person})
        for contact in service.sandbox.contacts:
            contact["created_at"] = int(datetime.fromisoformat(told["started_at"]).timestamp()) + 1
        service.sandbox.contacts[1]["additional_attributes"] = {"city": "Hamburg"}
        yield service


def _imported(service: Service, text: str, name: str, *options: str) -> dict[str, tuple[str, str, str]]:
    """``{row: (status, error code, contact id)}``; the requests are counted anew."""
    service.sandbox.requests.clear()
    done = service.invoke(written(text, name), "--inbox", "407", *options)
    assert done.exit_code in (0, 1), done.output
    rows = {row["row"]: (row["status"], row["error_code"], row["contact_id"]) for row in results()}
    shutil.rmtree(folders()[-1])
    return rows


@pytest.mark.slow
@pytest.mark.parametrize("version", DUMPS)
def test_the_same_files_send_nothing_again_and_doubts_are_searched_for(version: str) -> None:
    """Rows without a key too; of those in doubt only the one that the server does not have is sent."""
    _made(version)
    with _server(version) as service:
        assert _imported(service, CHANGED, "changed.csv", "--on-duplicate", "update") == {
            "2": ("unchanged", "", "100002")
        }
        assert not service.sandbox.requests.total()
        assert _imported(service, LATE, "late.csv", "--settle", "0") == {
            "2": ("unknown", "interrupted", ""),
            "3": ("created", "", "100006"),
            "4": ("created", "", "100008"),
        }
        assert service.sandbox.requests["POST"] == 1
        again = _imported(service, PEOPLE, "people.csv")
        # Ann holds another city since; the first layout did not know whether Eve does.
        assert again.pop("2") == ("exists", "", "100002")
        assert again.pop("8") == ("exists" if version == "1-first" else "unchanged", "", "100001")
        assert again == {
            "3": ("unchanged", "", "100003"),
            "4": ("unchanged", "", "100004"),
            "5": ("invalid", "bad_email", ""),
            "6": ("unchanged", "", "100005"),
            "7": ("duplicate", "duplicate", ""),
        }
        assert len(service.sandbox.contacts) == 8


@pytest.mark.slow
@pytest.mark.parametrize("version", DUMPS)
def test_every_command_works_on_it(version: str) -> None:
    """Lists, reports, comparisons, a search for a person, a plan, a verification, an undo and a forgetting."""
    _made(version)
    listed = invoke("runs", "--json")
    assert listed.exit_code == 0, listed.output
    names = [run["run"] for run in json.loads(listed.output)]
    assert [name.partition("-")[0] for name in names] == ["late", "changed", "people"]
    for name, statuses in zip(names[1:], _STATUSES, strict=True):
        assert invoke("report", name).exit_code == 0
        assert Counter(row["status"] for row in results(LEDGER.parent / name)) == statuses
    assert invoke("report", "--diff", names[2], names[1]).exit_code == 0
    found = json.loads(invoke("find", "ann@example.com", "--json").output)
    assert {row["run"] for row in found["rows"]} >= {names[1], names[2]}
    with _server(version) as service:
        planned = service.invoke("plan", written(CHANGED, "changed.csv"), "--inbox", "407")
        assert planned.exit_code == 0, planned.output
        assert service.invoke("verify", names[1]).exit_code == 0
        undone = service.invoke("undo", names[1], "--yes")
        # What an update replaced is known since version 6.
        assert undone.exit_code == (0 if version == "6" else 1), undone.output
        city = service.sandbox.contacts[1]["additional_attributes"]
        assert city == ({"city": "Berlin"} if version == "6" else {"city": "Hamburg"})
    forgotten = invoke("forget", "--yes", "--all")
    assert forgotten.exit_code == 0, forgotten.output
    assert b"ann@example.com" not in LEDGER.read_bytes()
    with Ledger(LEDGER) as ledger:
        assert ledger.counts(3) == {Status.UNKNOWN: 3}
        assert {value for _, value in ledger.doubtful()} == {"mia@example.com", "noa@example.com"}


_STATUSES: Final = ({"updated": 1}, {"created": 4, "exists": 1, "invalid": 1, "duplicate": 1})


@pytest.mark.parametrize("version", DUMPS)
def test_it_becomes_a_ledger_like_a_new_one_and_loses_nothing(version: str) -> None:
    """To the letter of its schema; fingerprints, by which contacts are recognized, stay byte for byte."""
    before = _told(_made(version))
    Ledger(LEDGER).close()
    assert _told(LEDGER) == before
    Ledger(Path("new.sqlite3")).close()
    assert _schema(LEDGER) == _schema(Path("new.sqlite3"))
    with _opened() as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_the_contacts_of_the_first_layouts_get_their_server_and_run() -> None:
    """The line of a contact that an update has replaced goes, as the later ones had it."""
    _made("1-first")
    Ledger(LEDGER).close()
    with _opened() as db:
        found = db.execute("SELECT contact_id, status, server, run, number FROM contacts ORDER BY 1, 5").fetchall()
    server = "http://127.0.0.1:28401"
    assert found == [
        *((None, "sent", server, 3, number) for number in (2, 3, 4)),
        ("100002", "updated", server, 2, 2),
        *(
            ("100003", "created", server, 1, 3),
            ("100004", "created", server, 1, 4),
            ("100005", "created", server, 1, 6),
        ),
    ]


BROKEN_OFF: Final = """
import functools, os, resource, signal, sqlite3, sys
from pathlib import Path
from importer.errors import LedgerError
from importer.ledger.file import open_to_write

how, at = sys.argv[1:]

class Broken(sqlite3.Connection):
    def execute(self, sql, *values):
        if at in sql and how == "killed":
            os._exit(9)
        if at in sql and how == "full":  # the disk takes nothing more
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        if at in sql and how == "read-only":
            super().execute("PRAGMA query_only = ON")
        return super().execute(sql, *values)

sqlite3.connect = functools.partial(sqlite3.connect, factory=Broken)
try:
    open_to_write(Path("import-results/ledger.sqlite3"))
except LedgerError as error:
    sys.exit(str(error))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are those of POSIX")
@pytest.mark.parametrize("version", ["1-first", "2", "5"])
@pytest.mark.parametrize(
    ("how", "at"),
    [
        ("killed", "CREATE TABLE changes"),
        ("killed", "DROP INDEX rows_by_fingerprint"),
        ("killed", "COMMIT"),
        ("full", "ADD COLUMN known_id"),
        ("full", "COMMIT"),
        ("read-only", "BEGIN IMMEDIATE"),
    ],
)
def test_a_migration_that_is_broken_off_has_not_begun(version: str, how: str, at: str) -> None:
    """One transaction: what is left is the old ledger, and the next process makes the new of it."""
    before, schema = _told(_made(version)), _schema(LEDGER)
    broken = subprocess.run([sys.executable, "-c", BROKEN_OFF, how, at], check=False, capture_output=True, text=True)
    assert broken.returncode == (9 if how == "killed" else 1), broken.stderr
    if how != "killed":
        assert broken.stderr.startswith("the ledger import-results/ledger.sqlite3 cannot be read or written")
    assert (_told(LEDGER), _schema(LEDGER)) == (before, schema)
    with _opened() as db:
        assert db.execute("PRAGMA user_version").fetchone() == (int(version[0]),)
    with Ledger(LEDGER) as ledger:
        assert len(list(ledger.results(1))) == 7


def test_a_newer_ledger_is_refused_and_not_touched() -> None:
    """Not even its journal mode, which a program that knows it may have chosen."""
    _made(str(VERSION))
    with _opened() as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = LEDGER.read_bytes()
    with pytest.raises(LedgerError, match=f"is of version {VERSION + 1}; this program knows versions up to {VERSION}"):
        Ledger(LEDGER)
    for command in (["runs"], ["report"], ["find", "ann"], ["forget", "--all", "--yes"]):
        assert invoke(*command).exit_code == 2
    assert LEDGER.read_bytes() == before
    assert not LEDGER.with_name("ledger.sqlite3-wal").exists()


def test_the_last_version_has_its_ledger_here() -> None:
    """A migration without the ledger that it begins from would not be tested."""
    assert {name[0] for name in DUMPS} == {str(version) for version in range(1, VERSION + 1)}


def test_the_columns_of_its_rows_are_those_of_the_table() -> None:
    """The schema and the one list of columns that statements are put together from say the same."""
    Ledger(_made("2")).close()
    db = open_to_read(LEDGER)
    columns = {name for _, name, *_ in db.execute("PRAGMA table_info(rows)")}
    db.close()
    assert columns == {"run", *ROW_COLUMNS}
