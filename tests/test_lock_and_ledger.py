"""Issue 14, kind 7: the lock and the ledger are the very files that were opened, else nothing more is sent."""

import errno
import os
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from click.testing import Result

from importer.errors import LedgerBusy, LedgerError
from importer.files import locks
from importer.files.locks import owner_of, unlockable
from importer.ledger.file import OpenedFiles
from importer.message import Message
from tests.support.raw_answers import honest, new_account
from tests.support.raw_server import Handler, RawServer, Request, Step
from tests.support.service import Service, by_phone, contacts, invoke, results, start, wait_until_stored

OUT = Path("import-results")
LEDGER, LOCK = OUT / "ledger.sqlite3", OUT / "ledger.lock"
ROWS = 60
BEFORE = 10
"""The create that a cleaner strikes with."""

MOST_AFTER = 15
"""How many creates may still leave: those that are marked on disk already."""

PACED = ("--settle", "0.2", "--concurrency", 2, "--rate", 100)
"""So that a group of marks has few rows."""


def remove(path: Path) -> None:
    path.unlink()


def remove_and_make_anew(path: Path) -> None:
    copy = path.with_suffix(".kept")
    path.rename(copy)
    shutil.copyfile(copy, path)


def move_away(path: Path) -> None:
    path.rename(path.with_suffix(".kept"))


STRIKES = [
    pytest.param(strike, path, id=f"{path.name}, {strike.__name__}")
    for path in (LOCK, LEDGER)
    for strike in (remove, move_away, remove_and_make_anew)
]


def struck(handler: Handler, strike: Callable[[Path], None], path: Path) -> Handler:
    """The cleaner comes with a create in the middle of the run."""
    creates, lock = iter(range(1, 10_000)), threading.Lock()

    def handle(request: Request) -> Iterable[Step]:
        with lock:
            if request.method == "POST" and next(creates) == BEFORE:
                strike(path)
        return handler(request)

    return handle


def is_said(done: Result, path: Path) -> bool:
    return path.name in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("strike", "path"), STRIKES)
def test_a_cleaner_of_old_files_ends_the_run(strike: Callable[[Path], None], path: Path) -> None:
    """Removed, moved away, or replaced by a copy: exit 2, the file is named, and nothing more is marked or sent."""
    account = new_account()
    with RawServer(struck(honest(account), strike, path)) as server:
        done = invoke(contacts(ROWS), "--inbox", 407, *PACED, **server.environment)
        assert done.exit_code == 2, done.stderr
        assert is_said(done, path)
        assert BEFORE <= len(server.of("POST")) <= BEFORE + MOST_AFTER


@pytest.mark.slow
def test_after_the_lock_was_removed_the_same_command_doubles_nobody() -> None:
    """What was sent is on disk as sent: it is searched for, and the rest is sent."""
    account = new_account(phones="shared")
    ask = honest(account)
    with RawServer(struck(ask, remove, LOCK)) as server:
        assert invoke(contacts(ROWS), "--inbox", 407, *PACED, **server.environment).exit_code == 2
        server.handler = ask
        done = invoke(contacts(ROWS), "--inbox", 407, "--settle", "0.2", **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == ROWS
    ids = {contact["name"]: str(contact["id"]) for contact in account.contacts}
    assert len(ids) == len(account.contacts) == ROWS
    assert [row["contact_id"] for row in results()] == [ids[row["name"]] for row in results()]


@pytest.mark.slow
def test_a_ledger_that_is_put_back_goes_on() -> None:
    """The remedy that the message names."""
    account = new_account(phones="shared")
    ask = honest(account)
    with RawServer(struck(ask, move_away, LEDGER)) as server:
        assert invoke(contacts(ROWS), "--inbox", 407, *PACED, **server.environment).exit_code == 2
        LEDGER.with_suffix(".kept").rename(LEDGER)
        server.handler = ask
        done = invoke(contacts(ROWS), "--inbox", 407, "--settle", "0.2", **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == len(account.contacts) == ROWS


@pytest.mark.slow
def test_two_imports_at_once_after_the_lock_was_removed_double_nobody() -> None:
    """The second takes a new lock while the first works: the first ends with exit 2 and no traceback, and each person
    is there once, though the phone number is no key of the server's."""
    path, account = by_phone(ROWS), new_account(phones="shared")
    options = ("--inbox", 407, "--settle", "0.5", "--concurrency", 2)
    second: list[subprocess.Popen[str]] = []
    begins = threading.Event()

    def strike(lock: Path) -> None:
        lock.unlink()
        begins.set()

    def begin_another() -> None:
        if begins.wait(120):
            second.append(start(path, *options, **server.environment))

    with RawServer(struck(honest(account), strike, LOCK)) as server:
        thread = threading.Thread(target=begin_another)
        thread.start()
        first = invoke(path, *options, "--rate", 40, **server.environment)
        thread.join()
        _, said = second[0].communicate(timeout=120)
    assert first.exit_code == 2, first.stderr
    assert is_said(first, LOCK)
    assert second[0].returncode == 0, said
    phones = [contact["phone_number"] for contact in account.contacts]
    assert len({*phones}) == len(phones) == ROWS


@pytest.mark.slow
def test_a_process_whose_ledger_is_removed_ends_with_exit_2() -> None:
    """As a process of its own, with the log beside it removed too."""
    with Service(latency_ms=20) as service:
        process = service.start(contacts(300), "--inbox", 407, *PACED)
        wait_until_stored(service, BEFORE, process)
        for each in OUT.glob("ledger.sqlite3*"):
            each.unlink()
        _, said = process.communicate(timeout=120)
        assert process.returncode == 2, said
        assert "Traceback" not in said
        assert len(service.sandbox.contacts) < 300


# -- what stands in the way --------------------------------------------------------------------------------------------

PURPOSE = Message("importing {file}", file="contacts.csv")


def _link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


IN_THE_WAY = {
    "a link": _link_to("precious"),
    "a link to nothing": _link_to("nothing"),
    "a link to itself": _link_to("ledger.holder"),
    "a pipe": os.mkfifo,
    "what a killed run left": lambda path: path.write_text("old", encoding="utf-8"),
}


@pytest.mark.slow
@pytest.mark.parametrize("put", IN_THE_WAY.values(), ids=IN_THE_WAY.keys())
def test_who_holds_the_lock_is_written_in_the_place_of_what_stands_there(
    put: Callable[[Path], None], tmp_path: Path
) -> None:
    """Not through a link, which would overwrite somebody's file, and not into a pipe, which would wait for a reader."""
    ledger, holder, precious = tmp_path / "ledger.sqlite3", tmp_path / "ledger.holder", tmp_path / "precious"
    precious.write_text("precious", encoding="utf-8")
    put(holder)
    with locks.locked(ledger, PURPOSE):
        assert stat.S_ISREG(holder.lstat().st_mode)
        assert "importing" in holder.read_text(encoding="utf-8")
        with pytest.raises(LedgerBusy, match=r"importing contacts\.csv"), locks.locked(ledger, PURPOSE):
            pass
    assert precious.read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "nothing").exists()
    assert not os.path.lexists(holder)


@pytest.mark.slow
@pytest.mark.parametrize("put", [_link_to("precious"), os.mkfifo, Path.mkdir])
def test_a_link_that_comes_later_is_not_read(put: Callable[[Path], None], tmp_path: Path) -> None:
    """What it leads to may be nobody's business here; a pipe would wait for a writer."""
    ledger, holder = tmp_path / "ledger.sqlite3", tmp_path / "ledger.holder"
    (tmp_path / "precious").write_text("a secret", encoding="utf-8")
    with locks.locked(ledger, PURPOSE):
        holder.unlink()
        put(holder)
        with pytest.raises(LedgerBusy, match="did not say which"), locks.locked(ledger, PURPOSE):
            pass


@pytest.mark.parametrize("command", [("runs",), ("report",), ("forget", "--all", "--yes")])
def test_an_output_directory_that_cannot_be_looked_into_is_named(command: tuple[str, ...]) -> None:
    """A name that no file system takes."""
    done = invoke(*command, "--output-dir", "x" * 300)
    assert done.exit_code == 2, done.output
    assert "cannot be read: File name too long" in done.stderr
    assert "Traceback" not in done.stderr


A_LINK = "is a link that leads to no folder"


@pytest.mark.parametrize(
    ("put", "named", "told"),
    [
        (_link_to("nowhere"), OUT, A_LINK),
        (_link_to("import-results"), OUT, A_LINK),
        (_link_to("nowhere"), OUT / "2026", A_LINK),
        (_link_to("import-results"), OUT / "2026", A_LINK),
        (Path.touch, OUT / "2026", "is no folder"),
    ],
    ids=["a link to nowhere", "a link to itself", "a link above", "a link to itself above", "a file above"],
)
def test_what_stands_in_the_place_of_the_output_directory_is_named(
    put: Callable[[Path], None], named: Path, told: str
) -> None:
    """Exit 2 with what it is and what to do: that it exists was never the trouble."""
    put(OUT)
    done = invoke(contacts(1), "--inbox", 407, "--sandbox", "--output-dir", named)
    assert done.exit_code == 2, done.output
    assert f"{OUT} {told}\n" in done.stderr
    assert "or name another --output-dir" in done.stderr


@pytest.mark.parametrize("name", ["ledger.holder", "ledger.lock", "ledger.sqlite3"])
@pytest.mark.parametrize("put", [_link_to("ledger.holder"), Path.mkdir], ids=["a link", "a folder"])
def test_what_cannot_be_replaced_is_named(name: str, put: Callable[[Path], None]) -> None:
    """Exit 2 with the path and the remedy, and no traceback; a link at the lock is not followed."""
    if name == "ledger.holder" and put is not Path.mkdir:
        return  # that one is replaced
    OUT.mkdir()
    put(OUT / name)
    done = invoke(contacts(1), "--inbox", 407, LIVEDESK_API_KEY="key", LIVEDESK_API_SECRET="secret")
    assert done.exit_code == 2, done.output
    assert re.search(rf"^Error: .*{re.escape(str(OUT / name))} .*\n {{5}}  \S", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr


# -- the rule ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strike", [remove, move_away, remove_and_make_anew])
def test_a_file_is_the_one_that_was_opened_or_an_error(strike: Callable[[Path], None], tmp_path: Path) -> None:
    """By its inode; the error names the file."""
    paths = tmp_path / "one", tmp_path / "two"
    for path in paths:
        path.write_text("x", encoding="utf-8")
    files = OpenedFiles(*paths)
    files.check()
    paths[1].write_text("more", encoding="utf-8")
    files.check()
    strike(paths[1])
    with pytest.raises(LedgerError, match="two was removed or replaced"):
        files.check()


def test_a_file_that_was_not_there_is_not_missed(tmp_path: Path) -> None:
    """A rehearsal has no lock."""
    files = OpenedFiles(tmp_path / "none")
    files.check()


def test_a_lock_of_another_user_says_whose_it_is(tmp_path: Path) -> None:
    """Such as after a restore by root. What else stands in the way has the usual advice."""
    lock = tmp_path / "ledger.lock"
    lock.touch()
    owner = owner_of(lock)
    assert owner == lock.owner()
    refused = unlockable(lock, PermissionError(errno.EACCES, "Permission denied"))
    assert f"it belongs to {owner}: import as this user" in str(refused.hint)
    assert "free space" in str(unlockable(lock, OSError(errno.ENOSPC, "No space left on device")).hint)
    assert owner_of(tmp_path / "gone") == ""
