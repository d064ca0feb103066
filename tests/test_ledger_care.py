"""``import-contacts ledger``: what it holds and takes, whether it is whole, and a backup of it that can be restored."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from importer.errors import ConfigError, LedgerError
from importer.history.disk_use import LARGE, has_grown
from importer.history.ledger_check import check_ledger
from importer.ledger.checking import check
from importer.ledger.contradictions import contradictions
from importer.ledger.copying import back_up
from importer.ledger.ledger import Ledger
from tests.support.pages import the_block
from tests.support.service import HEADER, Service, contacts, folders, invoke, results, wait_until_stored, written

LEDGER: Final = Path("import-results/ledger.sqlite3")
POSIX: Final = pytest.mark.skipif(os.name != "posix", reason="files have modes there")


@contextmanager
def _opened(path: Path = LEDGER) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        yield db
    finally:
        db.close()


def _changed(*statements: str) -> None:
    """Do to the ledger what the program never does."""
    with _opened() as db:
        for statement in statements:
            db.execute(statement)


def _imported(count: int = 3) -> None:
    """Two runs: the second changes somebody."""
    with Service() as service:
        assert service.invoke(contacts(count), "--inbox", "407").exit_code == 0
        other = written(HEADER + "Ann Other,p0@example.com,+4915112000000,C0\n", "other.csv")
        assert service.invoke(other, "--inbox", "407", "--on-duplicate", "update").exit_code == 0


OF_THE_FIRST: Final = "contact_id = (SELECT contact_id FROM rows WHERE run = 1 AND number = 2)"


def _codes() -> list[str]:
    return [finding.code for finding in check_ledger(Path("import-results")).findings]


# What it holds and takes


@pytest.mark.slow
def test_without_a_verb_it_says_what_the_ledger_holds_and_takes() -> None:
    """Size, runs, rows and folders; and nothing to get back where there is nothing old."""
    _imported()
    told = invoke("ledger")
    assert told.exit_code == 0, told.output
    assert f"{LEDGER}: " in told.stdout
    assert ", 4 rows, 3 known contacts" in told.stdout
    assert "2 run folders: " in told.stdout
    assert "forget" not in told.stdout
    assert told.stdout == invoke("ledger", "info").stdout


@pytest.mark.slow
def test_it_says_what_could_be_got_back() -> None:
    """By ``forget`` of runs of more than 90 days ago, and by ``--keep-runs`` beyond the 20 newest."""
    _imported()
    before = (datetime.now(UTC) - timedelta(days=91)).isoformat()
    with Ledger(LEDGER) as ledger, ledger.transaction():
        seq, run = ledger.runs()[-1]
        ledger.rewrite(seq, replace(run, started_at=before))
        for number in range(19):
            ledger.begin(replace(run, id=f"later-{number}"))
            shutil.copytree(folders()[0], folders()[0].with_name(f"later-{number}"))
    found = json.loads(invoke("ledger", "--json").stdout)
    assert (found["runs"], found["rows"], found["run_folders"]["number"]) == (21, 4, 21)
    assert found["oldest_run"] == before
    assert (found["forget"]["runs"], found["forget"]["rows"]) == (1, 3)
    assert found["forget"]["size"] > 100
    assert found["keep_runs"]["newest"] == 20
    assert found["keep_runs"]["number"] == 1
    told = invoke("ledger").stdout
    assert "import-contacts forget --older-than 90 would erase the data of 1 run: 3 rows, " in told
    assert "--keep-runs 20 would remove 1 run folder after the next import: " in told


def test_size_is_told_when_it_doubles_and_not_at_each_run() -> None:
    """From half a GiB on."""
    assert not has_grown(0, LARGE - 1)
    assert not has_grown(LARGE, LARGE * 3 // 2)
    assert not has_grown(LARGE * 2, LARGE)  # forgotten, or removed
    assert all(has_grown(*sizes) for sizes in ((LARGE - 1, LARGE), (LARGE, LARGE * 2), (0, LARGE * 9)))


@pytest.mark.slow
def test_an_import_tells_of_a_large_ledger_and_looks_at_no_folder_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of folders take longer to look at than a small import takes."""
    looked: list[Path] = []

    def size_of(folder: Path) -> int:
        looked.append(folder)
        return 1 << 32

    monkeypatch.setattr("importer.history.disk_use.size_of", size_of)
    with Service() as service:
        small = service.invoke(contacts(1), "--inbox", 407)
        assert looked == []
        monkeypatch.setattr("importer.history.disk_use.LARGE", 1 << 15)
        large = service.invoke(contacts(9), "--inbox", 407)
        assert len(looked) == 2
    assert "run folders take" not in small.stderr
    assert "the ledger and its run folders take 8.0 GiB: import-contacts ledger says" in large.stderr


def test_the_look_at_an_older_ledger_leaves_it_as_it_is() -> None:
    """Its version, too: a program of that version may work on it."""
    _older()
    before = LEDGER.read_bytes()
    found = json.loads(invoke("ledger", "--json").stdout)
    assert (found["version"], found["runs"], found["rows"]) == (1, 3, 11)
    assert LEDGER.read_bytes() == before


def _older() -> None:
    LEDGER.parent.mkdir()
    with _opened() as db:
        db.executescript((Path(__file__).parent / "data/ledgers/version-1-first.sql").read_text(encoding="utf-8"))
    LEDGER.chmod(0o600)


def test_no_ledger_is_an_error_that_says_where_to_look() -> None:
    """As for every command that looks back."""
    for action in (["info"], ["check"], ["backup", "x.sqlite3"]):
        done = invoke("ledger", *action)
        assert done.exit_code == 2
        assert "no ledger in import-results" in done.stderr
    assert not Path("import-results").exists()
    assert not Path("x.sqlite3").exists()


@pytest.mark.parametrize("arguments", [["backup"], ["check", "x"], ["info", "x"], ["mend"]])
def test_what_it_does_not_know_is_wrong_usage(arguments: list[str]) -> None:
    """A path is for a backup alone, which needs one."""
    assert invoke("ledger", *arguments).exit_code == 2


# Whether it is whole


@pytest.mark.slow
def test_a_ledger_in_order_has_no_findings_and_is_not_touched() -> None:
    """The check says how much it looked at and how long that took."""
    _imported()
    with _opened() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before, at = LEDGER.read_bytes(), LEDGER.stat().st_mtime_ns
    told = invoke("ledger", "check")
    assert told.exit_code == 0, told.output
    assert "2 runs, 4 rows, checked in " in told.stdout
    assert "Nothing is wrong." in told.stdout
    assert (LEDGER.read_bytes(), LEDGER.stat().st_mtime_ns) == (before, at)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM runs WHERE seq = 1", "lost_run"),
        ("UPDATE runs SET record = '{}' WHERE seq = 1", "record"),
        ("UPDATE rows SET status = 'gone' WHERE run = 1 AND number = 2", "status"),
        ("UPDATE rows SET status = 'sent' WHERE run = 1 AND number = 2", "open"),
        ("UPDATE rows SET status = 'pending' WHERE run = 1 AND number = 2", "open"),
        ("UPDATE rows SET contact = '{' WHERE run = 1 AND number = 2", "row"),
        ("UPDATE rows SET cells = '[' WHERE run = 1 AND number = 2", "row"),
        ("DELETE FROM rows WHERE run = 1 AND number = 4", "lost_rows"),
        ("UPDATE changes SET number = 99", "lost_rows_of_changes"),
        ("UPDATE contacts SET number = 99", "lost_rows_of_contacts"),
        ("UPDATE rows SET contact_id = '100001' WHERE run = 1", "repeated_id"),
        (f"UPDATE rows SET status = 'exists', {OF_THE_FIRST} WHERE run = 1 AND number = 3", "repeated_id"),
        ("DROP INDEX contacts_by_id", "schema"),
        ("ALTER TABLE changes ADD COLUMN mine", "schema"),
    ],
)
def test_each_contradiction_is_found(statement: str, code: str) -> None:
    """With what to do; exit code 1; the words quote nobody's data."""
    _imported()
    _changed(statement)
    assert code in _codes()
    told = invoke("ledger", "check")
    assert told.exit_code == 1
    assert "finding" in told.stdout
    assert "example.com" not in told.stdout
    found = json.loads(invoke("ledger", "check", "--json").stdout)
    assert code in [finding["code"] for finding in found["findings"]]
    assert all(finding["hint"] for finding in found["findings"])
    assert found["exit_code"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("status", ["exists", "updated"])
@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("run = run", ["repeated_id"]),
        ("run = 2 - (number = 3)", ["repeated_id"]),
        ("contact = json_set(contact, '$.email', 'P0@EXAMPLE.COM')", []),
        ("run = 1 + (number = 3)", []),
        ("contact = '{}'", []),
    ],
    ids=["in one run", "there before", "with a key in common", "met later", "forgotten"],
)
def test_an_id_of_somebody_created_that_another_had_before_is_found(status: str, change: str, codes: list[str]) -> None:
    """Whoever has no key in common with the person created, and not later: an update may have given it others."""
    with Service() as service:
        for count in (2, 1):
            file = written(HEADER + "".join(f"P{n},p{n}@example.com,,\n" for n in range(count)), f"{count}.csv")
            assert service.invoke(file, "--inbox", "407", "--fresh").exit_code == 0
    _changed(
        "DELETE FROM rows WHERE run = 2",
        f"UPDATE rows SET status = '{status}', {OF_THE_FIRST} WHERE number = 3",
        f"UPDATE rows SET {change}",
    )
    assert [code for code in _codes() if not code.startswith("lost_rows")] == codes


@pytest.mark.slow
def test_a_contact_whose_keys_were_changed_later_is_no_finding() -> None:
    """Created by one run and met by a later one with another email: somebody may have edited it in between."""
    _imported()
    _changed('UPDATE rows SET contact = \'{"email": "new@example.org"}\' WHERE run = 2')
    assert "repeated_id" not in _codes()


@pytest.mark.slow
def test_the_time_of_a_check_grows_with_the_runs_alone(tmp_path: Path) -> None:
    """Eight times the runs may take twenty times as long, on a machine that does other things too."""
    _imported()

    def seconds(number: int) -> float:
        path = tmp_path / f"{number}.sqlite3"
        shutil.copy(LEDGER, path)
        with Ledger(path) as ledger, ledger.transaction():
            run = ledger.run(1)
            seqs = [ledger.begin(replace(run, id=f"later-{one}")) for one in range(number)]
        with _opened(path) as db:
            columns = {name for _, name, *_ in db.execute("PRAGMA table_info(rows)")}
            names = ", ".join(columns - {"run", "status", "number"})
            query = (
                f"INSERT INTO rows (run, status, number, {names}) SELECT ?, value, key, {names} "
                "FROM (SELECT * FROM rows WHERE run = 1 LIMIT 1), json_each(?)"
            )
            statuses = json.dumps(["created", "updated", "exists", "unchanged", "failed", "unknown", "duplicate"])
            db.execute("BEGIN")
            db.executemany(query, [(seq, statuses) for seq in seqs])
            db.execute("COMMIT")
            began = time.process_time()
            assert contradictions(db)[2] == ()
            return time.process_time() - began

    assert seconds(2400) <= 20 * min(seconds(300), seconds(301))


@pytest.mark.slow
def test_rows_of_a_run_that_still_works_are_no_finding() -> None:
    """Nor are those of one that was killed: the next command settles them."""
    _imported()
    with Ledger(LEDGER) as ledger, ledger.transaction():
        seq, run = ledger.runs()[0]
        ledger.rewrite(seq, replace(run, finished_at=None))
    _changed("UPDATE rows SET status = 'sent' WHERE run = 2")
    assert _codes() == []


@pytest.mark.slow
@POSIX
def test_what_other_users_may_read_is_a_finding() -> None:
    """The ledger, and folders of runs."""
    _imported()
    LEDGER.chmod(0o640)
    folders()[0].chmod(0o755)
    found = check_ledger(Path("import-results"))
    assert {finding.code for finding in found.findings} == {"mode"}
    said = [f"{finding.what} {finding.hint}" for finding in found.findings]
    assert f"other users may read or write {LEDGER} if that is not meant: chmod 600 {LEDGER}" in said
    assert any(f"1 run folder: {folders()[0].name}" in one for one in said)


@pytest.mark.slow
def test_folders_that_miss_or_belong_to_no_run_are_told_and_no_finding() -> None:
    """Somebody may have removed the one, and rehearsals leave the other."""
    _imported()
    gone, other = folders()
    shutil.copytree(other, other.with_name("rehearsed"))
    shutil.rmtree(gone)
    told = invoke("ledger", "check")
    assert told.exit_code == 0, told.output
    assert f"1 run has no folder: import-contacts report RUN writes it again ({gone.name})" in told.stdout
    assert "the ledger does not know, such as a rehearsal: rehearsed" in told.stdout


def test_an_older_ledger_is_checked_as_a_copy_and_stays_old() -> None:
    """A check migrates nothing."""
    _older()
    before = LEDGER.read_bytes()
    found = check(LEDGER)
    assert (found.version, len(found.runs), found.rows, found.findings) == (1, 3, 11, ())
    assert LEDGER.read_bytes() == before


@pytest.mark.slow
def test_a_check_takes_time_by_the_clock_that_it_is_given() -> None:
    """In seconds, in text and JSON."""
    _imported()
    ticks = iter([10.0, 12.5])
    found = check_ledger(Path("import-results"), lambda: next(ticks))
    assert found.as_json()["seconds"] == 2.5
    assert "checked in 2.5 s" in found.words()


# Damage


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_random_damage_is_found_or_harms_nothing_and_no_command_fails_otherwise(seed: int) -> None:
    """Bytes that somebody wrote over: the check never ends in a traceback, nor does any other command."""
    _imported(200)
    with _opened() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    dice = random.Random(seed)
    content = bytearray(LEDGER.read_bytes())
    for _ in range(6):
        place = dice.randrange(len(content) - 64)
        content[place : place + 64] = dice.randbytes(64)
    LEDGER.write_bytes(content)
    checked = invoke("ledger", "check")
    assert checked.exit_code in (1, 2), checked.output
    name = folders()[0].name
    commands = (["ledger"], ["runs"], ["report", name], ["find", "p1@example.com"], ["forget", name, "--yes"])
    for command in (*commands, ["ledger", "backup", "b.sqlite3"]):
        done = invoke(*command)
        assert done.exit_code in (0, 2), (command, done.output)
        if done.exit_code == 2:
            assert "damaged" in done.stderr or "cannot be read" in done.stderr, (command, done.stderr)
            assert "restore it from a backup" in done.stderr or "free space" in done.stderr


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"no database" * 400])
def test_a_file_that_is_no_ledger_is_told(content: bytes) -> None:
    """An empty one too: a ledger is never seen before it is whole."""
    LEDGER.parent.mkdir()
    LEDGER.write_bytes(content)
    LEDGER.chmod(0o600)
    assert invoke("ledger", "check").exit_code == 2


@pytest.mark.slow
def test_of_a_damaged_ledger_nothing_is_said_that_is_not_known() -> None:
    """No count of runs, and no folder that the ledger does not know; the exit code is that of other commands."""
    _imported()
    LEDGER.write_bytes(b"no database" * 400)
    told, found = invoke("ledger", "check"), invoke("ledger", "check", "--json")
    assert told.exit_code == found.exit_code == json.loads(found.stdout)["exit_code"] == invoke("runs").exit_code == 2
    assert told.stdout.startswith(f"{LEDGER}: damaged or incomplete; what it holds is not known\n")
    assert "does not know" not in told.stdout
    assert json.loads(found.stdout)["remarks"] == []


# Backups


@pytest.mark.slow
def test_a_backup_is_one_file_for_its_owner_alone_with_all_that_the_ledger_has() -> None:
    """Also what stands in the write-ahead log alone."""
    _imported()
    with _opened() as held:
        held.execute("SELECT * FROM runs").fetchone()  # so that the log is not folded in
        told = invoke("ledger", "backup", "copy.sqlite3")
    assert told.exit_code == 0, told.output
    assert "copy.sqlite3 is a backup of" in told.stdout
    with _opened() as db, _opened(Path("copy.sqlite3")) as copy:
        assert [*copy.iterdump()] == [*db.iterdump()]
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert sorted(path.name for path in Path.cwd().glob("*copy.sqlite3*")) == ["copy.sqlite3"]
    if os.name == "posix":
        assert Path("copy.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_a_backup_never_overwrites_anything(tmp_path: Path) -> None:
    """Neither a file, nor a link that leads nowhere, nor a folder; nor what appears while it is being made."""
    _imported()
    Path("file").write_text("mine")
    Path("link").symlink_to(tmp_path / "nowhere")
    Path("folder").mkdir()
    for name in ("file", "link", "folder"):
        done = invoke("ledger", "backup", name)
        assert done.exit_code == 2
        assert f"{name} exists, and a backup overwrites nothing" in done.stderr
    assert Path("file").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(ConfigError, match="overwrites nothing"):
        back_up(LEDGER, Path("late"), checked=lambda _: bool(Path("late").write_text("mine")))
    assert Path("late").read_text() == "mine"
    assert not [*Path.cwd().glob(".*.tmp")]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["missing/copy.sqlite3", "contacts.csv/copy.sqlite3"])
def test_a_backup_that_cannot_be_written_says_so(place: str) -> None:
    """Nothing is left of it."""
    _imported()
    done = invoke("ledger", "backup", place)
    assert done.exit_code == 2
    assert f"{place} cannot be written" in done.stderr


FULL: Final = """
import resource, signal, sys
from pathlib import Path
from importer.errors import OutputError
from importer.ledger.copying import back_up

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    back_up(Path("import-results/ledger.sqlite3"), Path("copy.sqlite3"))
except OutputError as error:
    sys.exit(str(error))
"""


@pytest.mark.slow
@POSIX
def test_a_full_disk_leaves_no_backup() -> None:
    """Half of a ledger is worse than none."""
    _imported(200)
    done = subprocess.run([sys.executable, "-c", FULL], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("copy.sqlite3 cannot be written")
    assert not [*Path.cwd().glob("*copy.sqlite3*")]


@pytest.mark.slow
def test_a_damaged_ledger_makes_no_backup() -> None:
    """The copy is checked before it gets its name."""
    _imported()
    with pytest.raises(LedgerError, match="is damaged, and no backup of it was kept"):
        back_up(LEDGER, Path("copy.sqlite3"), checked=lambda _: False)
    assert not [*Path.cwd().glob("*copy.sqlite3*")]


@pytest.mark.slow
def test_a_backup_is_made_and_the_ledger_checked_while_an_import_works() -> None:
    """Of one moment: whole, with some rows on their way; and the import does not notice."""
    with Service(latency_ms=20) as service:
        with service.start(contacts(60), "--inbox", "407", "--concurrency", "2") as process:
            wait_until_stored(service, 5, process)
            checked = invoke("ledger", "check", "--json")
            assert process.poll() is None
            back_up(LEDGER, Path("copy.sqlite3"))
            told = process.communicate()
        assert process.returncode == 0, told
    assert json.loads(checked.stdout)["findings"] == []
    found = check(Path("copy.sqlite3"))
    assert (len(found.runs), found.rows, found.findings) == (1, 60, ())
    assert _codes() == []


@pytest.mark.slow
def test_a_backup_is_restored_as_the_docs_say_and_nothing_is_sent_twice() -> None:
    """What was imported since is found by search, a row without a key excepted."""
    with Service() as service:
        assert service.invoke(contacts(3), "--inbox", "407").exit_code == 0
        assert invoke("ledger", "backup", "ledger-2026-01-17.sqlite3").exit_code == 0
        assert service.invoke(contacts(5), "--inbox", "407").exit_code == 0
        LEDGER.write_bytes(b"damaged" * 1000)
        LEDGER.with_name(f"{LEDGER.name}-wal").write_bytes(b"of the damaged one")
        subprocess.run(["sh", "-e", "-c", the_block("sh", "mv import-results/ledger")], check=True)
        assert invoke("ledger", "check").exit_code == 0
        service.sandbox.requests.clear()
        assert service.invoke(contacts(5), "--inbox", "407").exit_code == 0
        statuses = [row["status"] for row in results()]
        assert statuses == ["unchanged"] * 3 + ["exists"] * 2
        assert len(service.sandbox.contacts) == 5
