"""A ledger is made whole or not at all, and never over what is there: an empty file or another database is refused."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from importer.errors import LedgerError
from importer.ledger.checking import check
from importer.ledger.ledger import Ledger
from tests.support.service import HEADER, Service, written

LEDGER: Final = Path("import-results/ledger.sqlite3")
LEDGER_HERE: Final = Path("ledger.sqlite3")
COMMANDS: Final = (
    ["runs"],
    ["report"],
    ["find", "Ann"],
    ["undo", "latest", "--dry-run"],
    ["forget", "--all", "--yes"],
    ["ledger", "info"],
    ["ledger", "check"],
    ["ledger", "backup", "copy.sqlite3"],
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "it is empty (0 bytes)"), (b"S", "it breaks off"), (b"SQLite format 3\0", "it breaks")],
)
def test_an_empty_ledger_is_damage_and_nobody_is_created_twice(content: bytes, reason: str) -> None:
    """Every command exits with 2, says why and what to do, and leaves the file and its log as they are."""
    people = written(HEADER + "Ann Keyless,,,\n")
    log = LEDGER.with_name(f"{LEDGER.name}-wal")
    with Service() as service:
        assert service.invoke(people, "--inbox", 407).exit_code == 0
        LEDGER.write_bytes(content)
        log.write_bytes(b"what is left")
        for command in ([people, "--inbox", 407], *COMMANDS):
            done = service.invoke(*command)
            assert done.exit_code == 2, (command, done.output)
            assert f"is damaged: {reason}" in done.output, command
            assert "restore it from a backup" in done.output, command
        assert (LEDGER.read_bytes(), log.read_bytes()) == (content, b"what is left")
        assert service.sandbox.requests["POST"] == 1
    assert not Path("copy.sqlite3").exists()


@pytest.mark.slow
@pytest.mark.parametrize("version", [0, 3, 99])
def test_a_database_that_is_no_ledger_is_refused_and_stays_as_it_is(version: int) -> None:
    """Of whatever version it says that it is; one with a table of contacts may be somebody's address book."""
    LEDGER.parent.mkdir()
    with closing(sqlite3.connect(LEDGER)) as db:
        db.executescript(f"CREATE TABLE contacts (name); PRAGMA user_version = {version}")
    before = LEDGER.read_bytes()
    with Service() as service:
        for command in ([written(HEADER + "Ann,ann@example.com,,\n"), "--inbox", 407], *COMMANDS):
            done = service.invoke(*command)
            assert done.exit_code == 2, (command, done.output)
            assert f"{LEDGER} is a database, and not a ledger of import-contacts" in done.stderr, command
        assert service.sandbox.requests["POST"] == 0
    assert LEDGER.read_bytes() == before


def test_a_ledger_that_lost_its_version_is_damaged() -> None:
    """Its tables tell whose it is."""
    Ledger(LEDGER_HERE).close()
    with closing(sqlite3.connect(LEDGER_HERE)) as db:
        db.execute("PRAGMA user_version = 0")
    with pytest.raises(LedgerError, match="is damaged: it does not say of which version it is"):
        Ledger(LEDGER_HERE)
    assert [finding.code for finding in check(LEDGER_HERE).findings] == ["damaged"]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_a_log_whose_ledger_is_gone_is_refused(ending: str, is_folder: bool) -> None:
    """SQLite would take it as part of the new one, or remove it; it tells of a ledger that nobody closed."""
    log = LEDGER_HERE.with_name(f"{LEDGER_HERE.name}{ending}")
    if is_folder:
        log.mkdir()
    else:
        log.write_bytes(b"log")
    with pytest.raises(LedgerError, match=r"is gone, and .* is still there") as caught:
        Ledger(LEDGER_HERE)
    assert f"move {log.resolve()} away" in str(caught.value.hint)
    assert not LEDGER_HERE.exists()
    assert log.exists()


KILLED: Final = """
import os, signal, sys

link = os.link

def killed(*arguments):
    if sys.argv[1] == "after":
        link(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

os.{function} = killed
from pathlib import Path
from importer.ledger.ledger import Ledger
Ledger(Path("ledger.sqlite3"))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal there")
@pytest.mark.parametrize(("function", "moment"), [("fsync", "before"), ("link", "before"), ("link", "after")])
def test_a_kill_leaves_a_whole_ledger_or_none(function: str, moment: str) -> None:
    """And the next process removes the temporary file, whichever it is."""
    script = KILLED.replace("{function}", function)
    done = subprocess.run([sys.executable, "-c", script, moment], check=False)
    assert done.returncode == -signal.SIGKILL
    assert LEDGER_HERE.exists() == (moment == "after")
    assert [*Path.cwd().glob(".*.tmp")]
    if moment == "after":
        assert check(LEDGER_HERE).findings == ()
    with Ledger(LEDGER_HERE) as ledger:
        assert ledger.runs() == []
    assert check(LEDGER_HERE).findings == ()
    assert not [*Path.cwd().glob(".*.tmp")]


def test_a_new_ledger_is_its_owners_and_made_where_a_link_leads() -> None:
    """A link to another disk is followed, and stays one."""
    Path("disk").mkdir()
    LEDGER_HERE.symlink_to("disk/mine.sqlite3")
    Ledger(LEDGER_HERE).close()
    assert LEDGER_HERE.is_symlink()
    assert Path("disk/mine.sqlite3").stat().st_mode & 0o777 == 0o600
    assert check(LEDGER_HERE).findings == ()
