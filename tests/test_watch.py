"""A watched folder: what is due, what becomes of a file after its run, and where it goes."""

import errno
import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from importer.cancellation import Cancellation
from importer.cli.watch import as_typed, line
from importer.config.settings import Config
from importer.errors import ConfigError, InputError, LedgerBusy, OutputError
from importer.exit_codes import ExitCode
from importer.library.file_writers import is_open_for_writing
from importer.library.watching.folder import Unready, held, listing, seen, waits_for
from importer.library.watching.loop import Ended, Hands, Watch, WatchedFile
from importer.library.watching.moves import left_beside, moved, reserved
from importer.library.watching.queue import (
    CUT_S,
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    SETTLED_S,
    VERDICTS,
    Queue,
    Seen,
    Verdict,
    pause_s,
)
from importer.library.watching.waking import LOOK_EVERY_S, waking
from importer.message import ENGLISH_READER, Language, Message
from importer.observer import Progress, Stage
from importer.reporter.files import results_of
from importer.reporter.look_back import write_summary
from importer.reporter.result_content import is_result
from importer.reporter.result_files import RESULT_COLUMNS, csv_file
from importer.reporter.summary import Summary
from tests.support.runs import RUN
from tests.support.service import Service

STAMP = "20260117-081530"
A = Seen(10, 1)
GROWN = Seen(20, 2)


# -- what is due -----------------------------------------------------------------------------------------------------


def queue_of(**files: Seen) -> Queue[str]:
    """One that has seen these files at 0."""
    queue: Queue[str] = Queue()
    queue.look(files, 0.0)
    return queue


def test_a_file_has_settled_when_size_and_time_stayed_the_same_for_two_seconds() -> None:
    """The contract's rule: neither one look, nor an old time of the file is enough."""
    queue = queue_of(a=A)
    for now, due in ((0.0, None), (1.9, None), (2.0, "a")):
        queue.look({"a": A}, now)
        assert queue.due(now) == due
    assert queue_of(a=A).seconds_left(0.5) == SETTLED_S - 0.5
    assert queue_of().seconds_left(0.5) == math.inf


@pytest.mark.parametrize("later", [Seen(20, 1), Seen(10, 2)], ids=["size", "time"])
def test_a_file_that_changes_settles_anew(later: Seen) -> None:
    """Each change begins the two seconds again."""
    queue = queue_of(a=A)
    queue.look({"a": later}, 1.9)
    assert queue.due(3.8) is None
    assert queue.due(3.9) == "a"


def test_the_oldest_goes_first_then_the_first_by_name() -> None:
    """A later export must not be overtaken by an earlier one."""
    queue = queue_of(b=Seen(1, 5), a=Seen(1, 5), z=Seen(1, 4))
    order = []
    while (name := queue.due(2.0)) is not None:
        order.append(name)
        queue.drop(name)
    assert order == ["z", "a", "b"]


def test_a_file_that_failed_lets_the_others_go_first() -> None:
    """One that never fits does not stand in the way of those that come."""
    queue = queue_of(a=A)
    assert queue.postpone("a", 2.0) == FIRST_PAUSE_S
    queue.look({"a": A, "b": Seen(1, 9)}, 32.0)
    assert queue.due(34.0) == "b"


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, LONGEST_PAUSE_S), (5000, LONGEST_PAUSE_S)]
)
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(attempts: int, seconds: float) -> None:
    """However long it goes on."""
    assert pause_s(attempts) == seconds


def test_a_postponed_file_is_due_at_once_when_it_changes() -> None:
    """Once it has settled; and its earlier attempts count no more."""
    queue = queue_of(a=A)
    queue.postpone("a", 2.0)
    queue.look({"a": GROWN}, 3.0)
    assert queue.due(5.0) == "a"
    assert queue.postpone("a", 5.0) == FIRST_PAUSE_S


def test_what_is_wrong_for_all_makes_all_wait_longer_each_time() -> None:
    """Twenty files ask a service that is down no more often than one does; a run that reaches it ends that."""
    queue = queue_of(a=A, b=A)
    assert queue.postpone_all("a", 2.0) == 30
    assert queue.due(31.9) is None
    assert queue.due(32.0) == "b", "the one that was tried less"
    assert queue.postpone_all("b", 32.0) == 60
    assert queue.due(91.9) is None
    queue.goes_on()
    assert queue.postpone_all("a", 92.0) == 30


def test_a_file_that_changes_at_each_run_is_taken_less_and_less_often() -> None:
    """Once it is due as soon as it has settled; then no look and no change makes it due before its pause is over."""
    queue, now, pauses = queue_of(a=A), 2.0, []
    for number in range(1, 5):
        assert queue.due(now) == "a"
        pauses.append(queue.changed("a", now))
        queue.look({"a": Seen(10, 1 + number)}, now + 1)
        now += max(pauses[-1], 1 + SETTLED_S)
        assert queue.due(now - 0.1) is None
    assert pauses == [0, 30, 60, 120]
    queue.rest("a")
    assert queue.changed("a", now) == 0


def test_a_file_at_rest_is_due_when_it_changes() -> None:
    """And one that is gone is forgotten."""
    queue = queue_of(a=A)
    queue.owe("a", "move")
    queue.rest("a")
    queue.look({"a": A}, 1e9)
    assert (queue.due(1e9), queue.owed("a"), queue.seconds_left(1e9)) == (None, "move", math.inf)
    queue.look({"a": GROWN}, 1e9)
    assert (queue.due(1e9 + 2), queue.owed("a")) == ("a", None)
    queue.look({}, 1e9)
    assert queue.due(1e9 + 2) is None


def test_every_exit_code_has_its_verdict() -> None:
    """The contract's: done, attention, and where it is."""
    stays = {ExitCode.USAGE, ExitCode.STOPPED, ExitCode.BUSY, ExitCode.INTERRUPTED, ExitCode.TERMINATED}
    assert {*VERDICTS} == {*ExitCode}
    assert VERDICTS[ExitCode.OK] is Verdict.DONE
    assert {code for code, verdict in VERDICTS.items() if verdict is Verdict.ATTENTION} == {1, 3}
    assert {code for code, verdict in VERDICTS.items() if verdict not in (Verdict.DONE, Verdict.ATTENTION)} == stays


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.floats(0.1, 5),
            st.dictionaries(st.sampled_from("abc"), st.builds(Seen, st.integers(0, 2), st.integers(0, 2))),
        ),
        max_size=12,
    )
)
def test_no_file_is_due_that_was_seen_differently_less_than_two_seconds_ago(
    looks: list[tuple[float, dict[str, Seen]]],
) -> None:
    """Whatever happens in the folder."""
    queue: Queue[str] = Queue()
    now, history = 0.0, []
    for after, files in looks:
        now += after
        history.append((now, files))
        queue.look(files, now)
        name = queue.due(now)
        if name is not None:
            alike = []
            for at, then in reversed(history):
                if then.get(name) != files[name]:
                    break
                alike.append(at)
            assert now - min(alike) >= SETTLED_S - 1e-9


# -- what is in the folder -------------------------------------------------------------------------------------------


def made(*names: str, folder: str = "in") -> Path:
    place = Path(folder)
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"Name,Email\n{name},{name}@example.com\n")
    place.mkdir(parents=True, exist_ok=True)
    return place


def test_only_whole_spreadsheets_of_the_folder_itself_are_taken() -> None:
    """Not what an office program puts there, not what is being fetched, not what an import wrote, no link, and no
    folder; what somebody may have meant is named."""
    kept = ["a.csv", "B.XLSX", "c.csv.gz", "[x]*.ods"]
    skipped = ["~$a.xlsx", ".hidden.csv", "a.csv.part", "b.csv.crdownload", "c.csv.filepart", "d.csv.TMP"]
    folder = made(*kept, *skipped, "notes.txt", "done/old.csv", "sub/inner.csv", "ours.csv")
    (folder / "folder.csv").mkdir()
    (folder / "dangling.csv").symlink_to("nowhere.csv")
    (folder / "link.csv").symlink_to("a.csv")
    found = listing(folder, lambda path: path.name == "ours.csv")
    assert sorted(found.files) == sorted(kept)
    told = {name: str(words) for name, words in found.others.items()}
    assert told == {
        "link.csv": "link.csv (a link)",
        "notes.txt": "notes.txt",
        "ours.csv": "ours.csv (written by an import)",
    }
    assert found.files["a.csv"] == seen(folder / "a.csv")


def test_a_pipe_is_no_file() -> None:
    """Whose reading might never end; it is named as left out."""
    folder = made("a.csv")
    os.mkfifo(folder / "pipe.csv")
    found = listing(folder, lambda _: False)
    assert [*found.files] == ["a.csv"]
    assert [*map(str, found.others.values())] == ["pipe.csv (a pipe, a socket or a device)"]


@pytest.mark.parametrize("kind", ["missing", "file", "done is a file"])
def test_a_folder_that_cannot_be_watched_is_an_error(kind: str) -> None:
    """Exit 2 at the start, with the place."""
    folder = Path("in")
    if kind == "file":
        folder.touch()
    if kind == "done is a file":
        made()
        (folder / "done").touch()
    with pytest.raises(ConfigError, match="in"), held(folder, moves=True):
        pass


def test_two_do_not_watch_one_folder() -> None:
    """Exit 5; and the lock is free again afterwards."""
    folder = made()
    with held(folder, moves=True):
        with pytest.raises(LedgerBusy, match="another process watches in"), held(folder, moves=False):
            pass
        assert [*listing(folder, lambda _: False).files] == []
    with held(folder, moves=False):
        pass


def test_a_folder_that_is_made_anew_is_held_anew() -> None:
    """The lock of the one that is gone keeps nobody out; and it is another process's if that came first."""
    folder = made()
    with held(folder, moves=False) as lock:
        shutil.rmtree(folder)
        with pytest.raises(FileNotFoundError):
            lock.renew()
        assert not folder.exists()
        made()
        lock.renew()
        with pytest.raises(LedgerBusy, match="another process watches in"), held(folder, moves=False):
            pass
        lock.renew()
        with pytest.raises(LedgerBusy), held(folder, moves=False):
            pass
        shutil.rmtree(folder)
        made()
        with held(folder, moves=False), pytest.raises(LedgerBusy, match="another process watches in"):
            lock.renew()


def test_a_link_leads_nowhere_and_is_told_once() -> None:
    """Neither is it imported, nor does the watch look at it again and again."""
    world = World(a=[0])
    (world.folder / "b.csv").symlink_to("../b.csv")
    Path("b.csv").write_text("Name\nAnn\n")
    world.watch()
    assert world.runs == [("a.csv", 2)]
    assert [said for said in world.heard.said if "b.csv" in said] == ["left out of in: b.csv (a link)"]


TABLES = {
    "results.csv": RESULT_COLUMNS,
    "changes.csv": ("row", "contact_id", "field", "before", "after"),
    "plan.csv": ("row", "action", "contact_id", "field", "before", "after", "file"),
    "verify.csv": ("row", "contact_id", "status", "field", "sent", "found"),
    "undo.csv": ("row", "contact_id", "status", "reason", "link"),
}


def test_what_an_import_wrote_is_told_by_its_content_not_by_its_name_alone() -> None:
    """README sends people to errors.csv, and a file of customers may have any name: with a run's summary beside it,
    too. What has the titles of a result is none, nor is a summary; people under a key of that name are people."""
    folder = made("errors.csv", "with-ids.csv", "results.csv", "plan.csv")
    (folder / "marathon.json").write_text(json.dumps({"run": [{"name": "Ann"}], "mode": "5 km"}, indent=2))
    (folder / "summary.json").write_text('[{"name": "Ann"}]')
    assert sorted(listing(folder, results_of(Config())).files) == [
        *("errors.csv", "marathon.json", "plan.csv", "results.csv", "summary.json", "with-ids.csv")
    ]
    write_summary(Summary(RUN, {}, {}), folder / "summary.json")
    for name, titles in TABLES.items():
        with csv_file(folder / name, titles):
            pass
    found = listing(folder, results_of(Config(results=(folder / "copy.csv").absolute())))
    assert sorted(found.files) == ["errors.csv", "marathon.json", "with-ids.csv"]
    assert [*map(str, found.others.values())] == [
        f"{name} (written by an import)" for name in sorted([*TABLES, "summary.json"])
    ]


@pytest.mark.slow
def test_a_workbook_of_results_is_known_whatever_it_is_called(service: Service) -> None:
    """Also once somebody has saved it again; an errors workbook is input, and so is whatever else the program wrote."""
    folder = made()
    book = Workbook()
    sheet = book.create_sheet("people")
    sheet.append(["Name", "Email"])
    for row in range(3):
        sheet.append([f"Ann {row}", f"ann{row}@x.org" if row else "ann@"])
    book.save("people.xlsx")
    service.invoke("people.xlsx", "--inbox", 407, "--results", folder / "copy of results.xlsx")
    (errors,) = Path("import-results").glob("*/errors.xlsx")
    (results,) = Path("import-results").glob("*/results.csv")
    shutil.copy(errors, folder / "errors.xlsx")
    shutil.copy(results, folder / "results (2).csv")
    shutil.copy("people.xlsx", folder / "people.xlsx")
    again = load_workbook(folder / "copy of results.xlsx")
    again.save(folder / "saved again.xlsx")
    (folder / "results.xlsx").write_bytes(b"PK\3\4 cut")
    found = listing(folder, results_of(Config()))
    assert sorted(found.files) == ["errors.xlsx", "people.xlsx", "results.xlsx"]
    assert sorted(found.others) == ["copy of results.xlsx", "results (2).csv", "saved again.xlsx"]


@pytest.mark.slow
def test_no_more_is_unpacked_of_a_workbook_than_a_listing_needs() -> None:
    """A folder is looked at every few seconds, and 1 MB of an archive may unpack to gigabytes."""
    path = made() / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", bytes(1 << 26))
    tracemalloc.start()
    try:
        assert not is_result(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


# -- whole files -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_that_another_program_writes_waits_until_it_is_closed() -> None:
    """However long it pauses; whoever reads it is no matter."""
    path = made("a.csv") / "a.csv"
    if not sys.platform.startswith("linux"):
        pytest.skip("the system does not tell")
    writing = "import sys; file = open(sys.argv[1], 'a'); print(flush=True); sys.stdin.read()"
    with (
        subprocess.Popen(
            [sys.executable, "-c", writing, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as writer,
        path.open(),
    ):
        assert writer.stdout is not None
        writer.stdout.readline()
        unready = waits_for(path, looks_inside=False)
        assert unready is not None
        assert (unready.is_sure, str(unready.told("a.csv"))) == (
            *(True, "a.csv waits: another program has it open for writing"),
        )
        writer.communicate()
    assert waits_for(path, looks_inside=True) is None
    assert not is_open_for_writing(path.with_name("gone.csv"))
    assert not is_open_for_writing(path, "sunos5")


def test_a_file_waits_as_long_as_half_of_it_lies_beside_it() -> None:
    """As browsers have it, who hold the name with an empty file."""
    path = made("a.csv", "a.csv.crdownload") / "a.csv"
    unready = waits_for(path, looks_inside=True)
    assert unready is not None
    assert unready.is_sure
    assert "a.csv.crdownload" in str(unready.why)
    path.with_name("a.csv.crdownload").unlink()
    assert waits_for(path, looks_inside=True) is None
    path.unlink()
    assert waits_for(path, looks_inside=True) is None, "its import tells"


def test_half_a_file_that_was_left_behind_holds_nothing_for_ever() -> None:
    """A program that has given up writes it no more: a second wait is enough. One that has it open may be slow."""
    path = made("a.csv", "a.csv.tmp") / "a.csv"
    half = path.with_name("a.csv.tmp")
    os.utime(half, (0, 0))
    unready = waits_for(path, looks_inside=True)
    assert unready is not None
    assert (unready.is_sure, str(unready.why)) == (False, "a.csv.tmp beside it is not fetched whole yet")
    assert waits_for(path, looks_inside=False) is None
    os.utime(half)
    unready = waits_for(path, looks_inside=False)
    assert unready is not None
    assert unready.is_sure


@pytest.mark.parametrize(("is_sure", "at"), [(True, 61.0), (False, CUT_S)])
def test_a_file_that_may_not_be_whole_is_imported_later(is_sure: bool, at: float) -> None:
    """One that only looks so, when it has stayed the same for half a minute; the others go on meanwhile."""
    world = World(100, half=[0], whole=[0])
    world.unready["half.csv"] = Unready(Message("it goes on"), is_sure)
    world.events[60.0] = world.unready.clear
    world.watch()
    assert [name for name, _ in world.runs] == ["whole.csv", "half.csv"]
    assert dict(world.runs)["half.csv"] == pytest.approx(at, abs=SETTLED_S)
    assert len([said for said in world.heard.said if said.startswith("half.csv waits")]) == 1


def test_a_look_into_a_file_that_may_not_be_whole_is_not_repeated() -> None:
    """It takes long, and as long as the file does not change it finds the same. The other files do not wait for it."""
    world = World(60, half=[0], other=[0], whole=[0])
    world.look_s = 5.0
    world.unready = {f"{name}.csv": Unready(Message("it goes on"), is_sure=False) for name in ("half", "other")}
    world.watch()
    assert [name for name, _ in world.runs] == ["whole.csv", "half.csv", "other.csv"]
    assert [at for _, at in world.runs] == pytest.approx([17.0, CUT_S, CUT_S], abs=SETTLED_S)
    assert world.looks == [
        *((name, True) for name in ("half.csv", "other.csv", "whole.csv")),
        *(("half.csv", False), ("other.csv", False)),
    ]


def test_a_file_that_grows_is_imported_once(service: Service) -> None:
    """Each change begins the wait anew, and what shows that it is whole ends it."""
    world = World(200, half=[0])
    cut = Unready(Message("it goes on"), is_sure=False)
    world.unready["half.csv"] = cut
    path = world.folder / "half.csv"
    for at in range(20, 120, 20):
        world.events[float(at)] = partial(path.write_text, "x" * at)
    world.events[119.0] = world.unready.clear
    world.watch()
    assert [name for name, at in world.runs] == ["half.csv"]


def test_where_files_go_is_open_to_those_to_whom_the_folder_is() -> None:
    """Somebody who drops a file must see what came of it."""
    folder = made()
    folder.chmod(0o2770)
    with held(folder, moves=True):
        assert [f"{(folder / name).stat().st_mode & 0o7777:o}" for name in ("done", "attention")] == ["2770", "2770"]


# -- moves -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["same file system", "another"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder to move to."""
    if request.param == "same file system":
        yield made(folder="in/done")
        return
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == Path().stat().st_dev:
        pytest.skip("no second file system")
    other = memory / f"import-contacts-{tmp_path.name}-{os.getpid()}"
    other.mkdir()
    made()
    link = Path("in/done")
    link.symlink_to(other)
    yield link
    for path in other.iterdir():
        path.unlink()
    other.rmdir()


def looked(path: Path) -> Seen:
    found = seen(path)
    assert found is not None
    return found


def test_a_file_keeps_its_name_time_and_mode(place: Path) -> None:
    """On another file system, too."""
    path = made("a.csv") / "a.csv"
    path.chmod(0o640)
    os.utime(path, ns=(1, 1_700_000_000_000_000_000))
    text, was = path.read_text(), looked(path)
    new = moved(path, place, was, STAMP)
    assert new == place / "a.csv"
    assert not path.exists()
    assert (new.read_text(), looked(new), new.stat().st_mode & 0o777) == (text, was, 0o640)
    assert [one.name for one in place.iterdir()] == ["a.csv"]


def test_a_name_as_long_as_names_may_be_is_kept(place: Path) -> None:
    """Also where the file is copied under a temporary name first."""
    name = f"{'a' * 251}.csv"
    path = made(name) / name
    assert moved(path, place, looked(path), STAMP) == place / name


def test_a_file_never_takes_the_place_of_another(place: Path) -> None:
    """It gets the time into its name, then a number."""
    found = []
    for text in "123":
        path = made("a.csv.gz") / "a.csv.gz"
        path.write_text(text)
        found.append(moved(path, place, looked(path), STAMP))
    names = ["a.csv.gz", f"a-{STAMP}.csv.gz", f"a-{STAMP}-2.csv.gz"]
    assert found == [place / name for name in names]
    assert [(place / name).read_text() for name in names] == ["1", "2", "3"]


def test_a_file_that_was_replaced_meanwhile_stays(place: Path) -> None:
    """What was not imported is not done."""
    path = made("a.csv") / "a.csv"
    was = looked(path)
    path.write_text("Name,Email\nNew,new@example.com\n")
    os.utime(path, ns=(5, 5))
    assert moved(path, place, was, STAMP) is None
    assert path.read_text().endswith("New,new@example.com\n")
    assert [*place.iterdir()] == []


def test_a_move_that_fails_leaves_nothing_behind(place: Path) -> None:
    """The reserved name is given back."""
    with pytest.raises(FileNotFoundError):
        moved(Path("in/gone.csv"), place, A, STAMP)
    assert [*place.iterdir()] == []


def test_a_name_as_long_as_names_may_be_gets_shorter_where_it_is_taken() -> None:
    """255 bytes, with letters of three bytes."""
    folder = made()
    name = f"{'表' * 83}.csv"
    assert [reserved(folder, name, STAMP).name for _ in range(2)] == [name, f"{'表' * 78}-{STAMP}.csv"]


def test_the_reason_and_the_errors_stand_beside_a_file() -> None:
    """Whoever may read the file may read them; and they take nobody's place."""
    folder = made("a.csv", "a.csv.txt", folder="attention")
    (folder / "a.csv").chmod(0o664)
    errors = made("errors.csv", folder="run") / "errors.csv"
    errors.chmod(0o600)
    named: list[Path | None] = []

    def words(path: Path | None) -> str:
        named.append(path)
        return "why 为什么"

    found = left_beside(folder / "a.csv", errors, words, STAMP)
    assert found == [folder / "a-errors.csv", folder / f"a.csv-{STAMP}.txt"]
    assert named == [found[0]]
    assert (found[0].read_bytes(), found[1].read_text("utf-8")) == (errors.read_bytes(), "why 为什么")
    assert [path.stat().st_mode & 0o777 for path in found] == [0o664, 0o664]
    (folder / "a.csv").chmod(0)
    (text,) = left_beside(folder / "a.csv", None, words, STAMP)
    assert (text.name, text.stat().st_mode & 0o777) == (f"a.csv-{STAMP}-2.txt", 0o600), "whose file nobody may read"


@pytest.mark.parametrize("name", [f"{'a' * 251}.csv", f"{'表' * 82}.csv.gz"], ids=len)
def test_a_name_as_long_as_names_may_be_has_its_files_beside_it(name: str) -> None:
    """Though they are written under a longer one first."""
    folder, errors = made(name, folder="attention"), made("errors.csv", folder="run") / "errors.csv"
    beside = left_beside(folder / name, errors, lambda _errors: "why", STAMP)
    assert beside[0].name.endswith("-errors.csv")
    assert beside[0].read_bytes() == errors.read_bytes()
    assert beside[1].read_text() == "why"
    assert sorted(folder.iterdir()) == sorted([folder / name, *beside])


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_cannot_be_put_beside_a_file_leaves_nothing_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No empty file that would be taken for one without errors."""
    folder = made("a.csv", folder="attention")
    with pytest.raises(FileNotFoundError):
        left_beside(folder / "a.csv", Path("run/gone.csv"), lambda _errors: "why", STAMP)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        left_beside(folder / "a.csv", None, lambda _errors: "why", STAMP)
    assert [*folder.iterdir()] == [folder / "a.csv"]


# -- the loop --------------------------------------------------------------------------------------------------------


class Heard:
    """An observer that keeps what it hears."""

    language = ENGLISH_READER
    verbose = False
    has_somebody = False

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, told: Message | str) -> None:
        self.said.append(str(told))

    detail = say

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        self.said.append(f"warning: {told}")

    fail = warn

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        return False

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        return False

    def enter(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> str | None:
        return None

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        raise AssertionError("no run works here")


class World:
    """A folder, and a time that goes on by waiting alone. ``codes`` are the exit codes of a file's runs, the last for
    all that follow; ``events`` happen at their times, and at ``end_s`` somebody ends the watch. A look into a file
    takes ``look_s``."""

    def __init__(self, end_s: int = 10, **codes: list[int]) -> None:
        self.folder = made(*(f"{name}.csv" for name in codes))
        self.codes = {f"{name}.csv": [*runs] for name, runs in codes.items()}
        self.events: dict[float, Callable[[], object]] = {}
        self.while_running: Callable[[Path], object] = lambda _path: None
        self.runs: list[tuple[str, float]] = []
        self.ends: list[WatchedFile] = []
        self.heard = Heard()
        self.cancellation = Cancellation()
        self.now = 0.0
        self.summary: Summary | None = None
        self.unready: dict[str, Unready] = {}
        self.look_s = 0.0
        self.looks: list[tuple[str, bool]] = []
        self._end_s = end_s

    def watch(self, *, moves: bool = True) -> ExitCode:
        hands = Hands(
            look=lambda: listing(self.folder, lambda _: False),
            run=self._run,
            wait=self._wait,
            waits_for=self._waits_for,
            clock=lambda: self.now,
            now=lambda: datetime(2026, 1, 17, 8, 15, 30),
            hear=self.ends.append,
            reason=lambda ended, errors, language: f"exit {ended.exit_code}",
        )
        return Watch(self.folder, self.heard, self.cancellation, hands, moves=moves).until_stopped()

    def _waits_for(self, path: Path, looks_inside: bool) -> Unready | None:
        self.looks.append((path.name, looks_inside))
        self.now += self.look_s if looks_inside else 0.0
        found = self.unready.get(path.name)
        return found if found and (found.is_sure or looks_inside) else None

    def _run(self, path: Path) -> Ended:
        self.runs.append((path.name, self.now))
        assert len(self.runs) < 100, "a busy loop"
        self.while_running(path)
        codes = self.codes[path.name]
        code = codes.pop(0) if len(codes) > 1 else codes[0]
        error = InputError("no table") if code == ExitCode.INPUT else None
        if code == ExitCode.TERMINATED:
            self.cancellation.cancel(ExitCode.TERMINATED)
        return Ended(code, self.summary, error)

    def _wait(self, seconds: float) -> None:
        assert seconds > 0, "a busy loop"
        self.now += min(seconds, 1.0)
        for at in sorted(self.events):
            if at <= self.now:
                self.events.pop(at)()
        if self.now >= self._end_s:
            self.cancellation.cancel()

    def names(self, folder: str = "") -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir() if path.is_file())


def test_files_go_where_their_exit_code_says() -> None:
    """Done, attention with the reason; the others stay."""
    world = World(fine=[0], wrong=[1], odd=[3], unfit=[2])
    (world.folder / "notes.txt").touch()
    assert world.watch() == ExitCode.INTERRUPTED
    assert world.names("done") == ["fine.csv"]
    assert world.names("attention") == ["odd.csv", "odd.csv.txt", "wrong.csv", "wrong.csv.txt"]
    assert (world.folder / "attention" / "odd.csv.txt").read_text() == "exit 3"
    assert world.names() == ["notes.txt", "unfit.csv"]
    assert len(world.runs) == 4
    assert [said for said in world.heard.said if "notes" in said] == ["left out of in: notes.txt"]


@pytest.mark.parametrize("code", [2, 4, 5])
def test_a_file_that_stays_is_tried_again_less_and_less_often(code: int) -> None:
    """30 s, doubling; not a busy loop, and in the end it is done."""
    world = World(a=[code, code, code, 0], end_s=500)
    world.watch()
    assert [at for _, at in world.runs] == [2, 32, 92, 212]
    assert world.names("done") == ["a.csv"]
    assert [end.again_s for end in world.ends] == [30, 60, 120, None]


def test_a_service_that_is_down_is_not_asked_for_every_file() -> None:
    """What comes meanwhile is tried at once, and makes the pause longer."""
    world = World(a=[4], b=[4], end_s=40)
    world.events[10] = lambda: made("c.csv")
    world.codes["c.csv"] = [0]
    world.watch()
    assert world.runs == [("a.csv", 2), ("c.csv", 12), ("b.csv", 32)]


def test_a_file_that_changes_while_it_is_imported_stays_and_is_imported_again() -> None:
    """The rows of the end may be missing from the run."""
    world = World(a=[0])

    def grow(path: Path) -> None:
        world.while_running = lambda _path: None
        with path.open("a") as file:
            file.write("Eve,eve@example.com\n")

    world.while_running = grow
    world.watch()
    assert [name for name, _ in world.runs] == ["a.csv", "a.csv"]
    assert world.names("done") == ["a.csv"]
    assert any("a.csv changed while it was imported" in said for said in world.heard.said)


def test_a_file_that_changes_each_time_is_no_loop() -> None:
    """A program that never ends writing to it, or a file system that never tells the same twice."""
    world = World(a=[0], end_s=200)
    sizes = count(1)

    def grow(path: Path) -> None:
        path.write_text("x" * next(sizes))

    world.while_running = grow
    world.watch()
    assert [at for _, at in world.runs] == [2, 4, 34, 94]


def test_a_file_that_vanishes_while_it_is_imported_is_no_matter() -> None:
    """Somebody took it away."""
    world = World(a=[0])
    world.while_running = Path.unlink
    world.watch()
    assert len(world.runs) == 1
    assert any("a.csv is gone" in said for said in world.heard.said)


def test_a_file_that_cannot_move_is_told_once_and_not_imported_again() -> None:
    """It moves as soon as it can."""
    world = World(a=[0], end_s=300)
    (world.folder / "done").touch()
    world.events[100] = (world.folder / "done").unlink
    world.watch()
    assert len(world.runs) == 1
    assert len([said for said in world.heard.said if "cannot be moved" in said]) == 1
    assert world.names("done") == ["a.csv"]
    assert "a.csv has moved to in/done/a.csv" in world.heard.said
    assert len(world.ends) == 1


def test_a_file_that_could_not_move_and_changes_is_imported() -> None:
    """It is another file now."""
    world = World(a=[0], end_s=20)
    (world.folder / "done").touch()
    world.events[10] = lambda: (world.folder / "a.csv").write_text("Name,Email\nEve,eve@example.com\n")
    world.watch()
    assert [at for _, at in world.runs] == [2, 12]


def test_an_errors_file_is_found_wherever_the_process_stands_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its path is told as it was for the run."""
    world = World(a=[1])
    made("errors.csv", folder="run")
    world.folder = world.folder.resolve()
    world.summary = Summary(RUN, {}, files={"errors": "run/errors.csv"}, base=Path.cwd())
    monkeypatch.chdir(tmp_path.parent)
    world.watch()
    assert world.names("attention") == ["a-errors.csv", "a.csv", "a.csv.txt"]


def test_a_rehearsal_takes_each_file_once_and_moves_none() -> None:
    """Until it changes."""
    world = World(a=[0], b=[1], c=[2], end_s=40)
    world.events[10] = lambda: (world.folder / "b.csv").write_text("Name,Email\nEve,eve@example.com\n")
    world.watch(moves=False)
    assert world.runs == [("a.csv", 2), ("b.csv", 2), ("c.csv", 2), ("b.csv", 12), ("c.csv", 32)]
    assert world.names() == ["a.csv", "b.csv", "c.csv"]


def test_a_signal_ends_it_after_the_run_in_work() -> None:
    """With the signal's code; the file stays, and so do the others."""
    world = World(a=[143], b=[0])
    assert world.watch() == ExitCode.TERMINATED
    assert world.runs == [("a.csv", 2)]
    assert world.names() == ["a.csv", "b.csv"]


def test_a_folder_that_vanishes_is_waited_for() -> None:
    """Told once, and once that it is back."""
    world = World(a=[0], end_s=20)
    away = Path("away")
    world.events[1] = lambda: world.folder.rename(away)
    world.events[10] = lambda: away.rename(world.folder)
    world.watch()
    assert world.names("done") == ["a.csv"]
    told = [said for said in world.heard.said if "read" in said]
    assert told == ["warning: in cannot be read: No such file or directory", "in can be read again"]


def test_twenty_at_once_are_imported_in_the_order_of_their_times() -> None:
    """Each once."""
    names = [f"f{number:02}" for number in range(20)]
    world = World()
    made(*(f"{name}.csv" for name in names))
    world.codes = {f"{name}.csv": [0] for name in names}
    for number, name in enumerate(reversed(names)):
        os.utime(world.folder / f"{name}.csv", (number, number))
    world.watch()
    assert [name for name, _ in world.runs] == [f"{name}.csv" for name in reversed(names)]
    assert len(world.names("done")) == 20


# -- waiting ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_change_ends_the_wait() -> None:
    """By watchfiles, well before the next look, which comes in any case."""
    folder, over, began = made(), threading.Event(), time.monotonic()

    def change() -> None:
        for number in count():
            if over.wait(0.05):
                return
            (folder / f"{number}.csv").touch()

    changing = threading.Thread(target=change)
    with waking(folder, Cancellation()) as wait:
        changing.start()
        wait(600)
        over.set()
    changing.join()
    assert time.monotonic() - began < LOOK_EVERY_S


def listens() -> bool:
    """Whether a thread hears of changes."""
    return any(thread.name == "import-contacts-watch" for thread in threading.enumerate())


def test_without_watchfiles_the_looks_come_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is nobody's duty."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    monkeypatch.setattr("importer.library.watching.waking.LOOK_OFTEN_S", 0.001)
    with waking(made(), Cancellation()) as wait:
        wait(600)
        assert not listens()


@pytest.mark.slow
def test_a_folder_that_comes_back_is_listened_to_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system tells nothing of one that takes the place of the old one; while there is none, looks come often."""
    for name in ("LOOK_OFTEN_S", "LOOK_EVERY_S"):
        monkeypatch.setattr(f"importer.library.watching.waking.{name}", 0.001)
    folder = made()
    with waking(folder, Cancellation()) as wait:
        wait(600)
        assert listens()
        folder.rename("away")
        wait(600)
        assert not listens()
        made()
        wait(600)
        assert listens()
    assert not listens()


@pytest.mark.slow
def test_whoever_ends_the_watch_ends_the_wait() -> None:
    """Before it begins, too."""
    cancellation = Cancellation()
    cancellation.cancel()
    with waking(made(), cancellation) as wait:
        wait(600)


# -- the command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (("--watch", "in", "--inbox", "407"), ("--inbox", "407")),
        (("run", "--inbox", "407", "--watch=in"), ("run", "--inbox", "407")),
        (("run", "--quiet"), ("run", "--quiet")),
        (("--save-mapping", "--watch", "--watch", "in"), ("--save-mapping", "--watch")),
    ],
)
def test_a_run_records_the_command_that_imports_its_file(typed: tuple[str, ...], kept: tuple[str, ...]) -> None:
    """From which the next command is made."""
    assert as_typed(typed, Path("in/a.csv")) == (*kept, "in/a.csv")


@pytest.mark.parametrize(
    ("place", "again_s", "told"),
    [
        ("in/a.csv", 60.0, "a.csv: not imported; it stays, and is tried again in 60 s"),
        ("in/a.csv", None, "a.csv: not imported; it stays"),
        ("in/attention/a.csv", None, "a.csv: not imported; moved to in/attention/a.csv"),
    ],
)
def test_a_line_says_where_a_file_is(place: str, again_s: float | None, told: str) -> None:
    """After its run."""
    end = WatchedFile(Path("in/a.csv"), Path(place), 3, error=InputError("no table"), again_s=again_s)
    assert str(line(end)) == told
    assert Language("zh").tell(line(end)).startswith("a.csv：")
