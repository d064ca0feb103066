"""A check that is kept: its rows are paged, filtered and sorted, after a restart too; and so are those of a run."""

import json
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest

from importer import Cancellation, ConfigError, RunProgress, import_contacts
from importer.corrections import NO_CORRECTIONS, RowPlace
from importer.ledger.browsing import ALL_ROWS, Browser
from importer.ledger.ledger import Ledger
from importer.library.checking import Checked, RowView, RunRows, Sort, Wanted, check, open_check, open_run, start_check
from importer.library.history import forget
from importer.models import Status
from tests.support.service import Service, written

ROWS = '''Name,Email,Phone,Customer ID,City
Ann Meier,ann@x.example,+493012345678,C1,Berlin
Bob,bob@,,C2,Köln
"王小明, Dr.",wang@x.example,,C3,"100% ""Peking"""
Ann Meier,ANN@x.example,,C1,Bonn
Dora,,12,,ÖLSBURG
'''


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(name="checked")
def _checked() -> Any:
    with check(written(ROWS), folder="check", inbox=407) as checked:
        yield checked


def numbers(rows: RunRows, wanted: Wanted = ALL_ROWS, sort: Sort = "row", *, down: bool = False) -> list[int]:
    page = rows.page(0, 100, wanted, sort, down=down)
    assert page.total == rows.total(wanted) == len(page.rows)
    return [row.place.row for row in page.rows]


def test_a_check_tells_what_a_dry_run_tells(checked: Checked) -> None:
    """Counts, causes, remarks and repairs; it needs no credentials, and writes no run's folder."""
    rehearsed = import_contacts("contacts.csv", inbox=407, dry_run=True)
    summary = checked.summary()
    assert summary.counts == rehearsed.counts == {Status.VALID: 2, Status.INVALID: 2, Status.DUPLICATE: 1}
    told = [(cause.code, cause.count, cause.examples[0].row) for cause in rehearsed.causes]
    assert sorted((cause.code, cause.count, cause.examples[0].row) for cause in summary.causes) == sorted(told)
    assert [(remark.kind, remark.count) for remark in summary.remarks] == [
        (remark.kind, remark.count) for remark in rehearsed.remarks
    ]
    assert checked.repairs == rehearsed.run.repairs
    assert summary.exit_code == rehearsed.exit_code == 1
    assert checked.is_whole


def test_a_check_is_kept_for_its_owner_alone() -> None:
    """A folder of mode 0700 with one file of mode 0600, and nothing else anywhere."""
    before = {*Path().iterdir()} | {written(ROWS)}
    check("contacts.csv", folder="kept/check", inbox=407).close()
    folder = Path("kept/check")
    assert [path.name for path in folder.iterdir()] == ["ledger.sqlite3"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "ledger.sqlite3").stat().st_mode) == 0o600
    assert {*Path().iterdir()} - {path for path in before if path.exists()} <= {Path("kept"), Path("contacts.csv")}


def test_a_check_is_there_after_a_restart(checked: Checked) -> None:
    """Whoever opens it reads the same rows and options."""
    first = checked.page().rows
    again = open_check("check")
    assert again is not None
    with again:
        assert again.page().rows == first
        assert again.options["inbox_id"] == "407"
    assert open_check("nothing") is None


def test_a_new_check_takes_the_place_of_the_old_when_it_is_whole(checked: Checked) -> None:
    """A check that fails leaves the old one, which whoever has it open still reads."""
    written("Name,Email\nEve,eve@x.example\n", "other.csv")
    with pytest.raises(ConfigError, match="no inbox"):
        check("other.csv", folder="check")
    assert numbers(checked) == [2, 3, 4, 5, 6]
    with check("other.csv", folder="check", inbox=407) as new:
        assert [row.values["name"] for row in new.page().rows] == ["Eve"]
    assert [path.name for path in Path("check").iterdir()] == ["ledger.sqlite3"]


def test_a_row_has_its_cells_what_is_wrong_with_them_and_what_would_be_sent(checked: Checked) -> None:
    """As they were, with their titles."""
    ann, bob, *_ = checked.page().rows
    assert ann.place == RowPlace("contacts.csv", "", 2)
    assert ann.titles == ("Name", "Email", "Phone", "Customer ID", "City")
    assert ann.cells == ("Ann Meier", "ann@x.example", "+493012345678", "C1", "Berlin")
    assert ann.values == {
        "inbox_id": "407",
        "name": "Ann Meier",
        "email": "ann@x.example",
        "phone_number": "+493012345678",
        "identifier": "C1",
        "additional_attributes.city": "Berlin",
    }
    assert (ann.status, ann.code, ann.flawed) == (Status.VALID, "", {})
    assert (bob.status, bob.code) == (Status.INVALID, "bad_email")
    assert '"bob@"' in str(bob.errors[0])
    (column,) = bob.flawed
    assert (column, bob.flawed[column].messages) == (1, bob.errors)
    assert bob.flawed[column].hint


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Wanted(), [2, 3, 4, 5, 6], id="all"),
        pytest.param(Wanted((Status.INVALID,)), [3, 6], id="a status"),
        pytest.param(Wanted((Status.VALID, Status.DUPLICATE)), [2, 4, 5], id="two statuses"),
        pytest.param(Wanted(code="bad_email"), [3], id="a code"),
        pytest.param(Wanted(text="meier"), [2, 5], id="text without case"),
        pytest.param(Wanted(text="Ölsb"), [6], id="letters beyond ASCII without case"),
        pytest.param(Wanted(text="köln"), [3], id="the same in small letters"),
        pytest.param(Wanted(text="小明"), [4], id="Chinese"),
        pytest.param(Wanted(text='100% "Pe'), [4], id="signs of JSON and LIKE"),
        pytest.param(Wanted(text="100_"), [], id="no wildcard"),
        pytest.param(Wanted(text=", Dr"), [4], id="a comma within a cell"),
        pytest.param(Wanted(text="email"), [], id="the name of a field is no value"),
        pytest.param(Wanted(text="+4930"), [2], id="a value as it would be sent"),
        pytest.param(Wanted(text="4"), [2, 4], id="a number is that of the row too"),
        pytest.param(Wanted((Status.INVALID,), text="dora"), [6], id="all that is said"),
    ],
)
def test_rows_are_filtered(checked: Checked, wanted: Wanted, found: list[int]) -> None:
    """And counted: the total is that of the filter."""
    assert numbers(checked, wanted) == found


def test_rows_with_a_kind_of_remark_are_found(tmp_path: Path) -> None:
    """By the kind that ``remarks`` counts."""
    path = written("Name,Email\nAnn,ann@gmial.com\nBob,bob@x.example\n", "slip.csv")
    with check(path, folder=tmp_path / "c", inbox=407) as checked:
        assert {remark.kind: (remark.count, remark.rows) for remark in checked.remarks()} == {"mail_domain": (1, [2])}
        assert numbers(checked, Wanted(remark="mail_domain")) == [2]


@pytest.mark.slow
@pytest.mark.parametrize("sort", get_args(Sort))
def test_rows_are_sorted_both_ways(checked: Checked, sort: Sort) -> None:
    """Every row is there whatever the order; those of one value stay in the input's order."""
    assert sorted(numbers(checked, sort=sort)) == [2, 3, 4, 5, 6]
    assert sorted(numbers(checked, sort=sort, down=True)) == [2, 3, 4, 5, 6]


@pytest.mark.slow
def test_what_the_orders_mean(checked: Checked) -> None:
    """The input's own, what needs attention first, a value without case."""
    assert numbers(checked, down=True) == [6, 5, 4, 3, 2]
    assert numbers(checked, sort="attention") == [3, 6, 2, 4, 5]
    assert numbers(checked, Wanted((Status.INVALID,)), "code") == [3, 6]
    assert numbers(checked, Wanted((Status.INVALID,)), "code", down=True) == [6, 3]
    assert numbers(checked, sort="name") == [2, 5, 3, 6, 4]


@pytest.mark.slow
def test_pages_do_not_overlap(checked: Checked) -> None:
    """From an offset on, with the total of all."""
    pages = [checked.page(offset, 2) for offset in (0, 2, 4, 6)]
    assert [[row.place.row for row in page.rows] for page in pages] == [[2, 3], [4, 5], [6], []]
    assert {page.total for page in pages} == {5}


@pytest.mark.slow
def test_one_row_is_found_by_its_place(checked: Checked) -> None:
    """And none where there is none."""
    found = checked.row(RowPlace("contacts.csv", "", 3))
    assert isinstance(found, RowView)
    assert found.code == "bad_email"
    assert checked.row(RowPlace("contacts.csv", "", 99)) is None
    assert checked.row(RowPlace("other.csv", "", 3)) is None


@pytest.mark.slow
def test_a_check_can_be_cancelled() -> None:
    """What it did not reach is not_sent, and it says that it is not whole."""
    cancel = Cancellation()
    cancel.cancel()
    with start_check(written(ROWS), folder="check", inbox=407, cancel=cancel).result() as checked:
        assert checked.counts() == {Status.NOT_SENT: 5}
        assert not checked.is_whole


@pytest.mark.slow
def test_a_check_tells_how_far_it_is() -> None:
    """Row by row, under the stage ``check``."""
    seen: list[RunProgress] = []
    check(written(ROWS), folder="check", inbox=407, progress=seen.append).close()
    assert (seen[-1].stage, seen[-1].done) == ("check", 5)


@pytest.mark.slow
def test_rows_of_a_run_are_read_while_it_works(account: dict[str, Any], service: Service) -> None:
    """By another connection: rows are pending, then have their outcome, and the run is not disturbed."""
    written("Name,Email,Customer ID\n" + "".join(f"Ann{n},a{n}@x.example,C{n}\n" for n in range(40)))
    seen: list[dict[Status, int]] = []
    began = threading.Event()

    def progress(now: RunProgress) -> None:
        if now.stage == "send":
            began.set()
            with open_run("import-results") as rows:
                seen.append(rows.counts())
                assert rows.page(0, 5).total == 40
                assert rows.run.finished_at is None

    summary = import_contacts("contacts.csv", progress=progress, concurrency=1, **account)
    assert summary.counts == {Status.CREATED: 40}
    assert began.is_set()
    assert all(sum(counts.values()) == 40 for counts in seen)
    with open_run("import-results", summary.run.id) as rows:
        (first, *_) = rows.page(0, 1).rows
        assert (first.status, first.contact_id) == (Status.CREATED, service.stored["C0"])
        assert (first.http_status, first.attempts) == (200, 1)
        assert rows.total(Wanted(text=first.contact_id)) >= 1
        assert rows.summary().counts == summary.counts


@pytest.mark.slow
def test_a_reader_and_a_run_do_not_wait_for_each_other(account: dict[str, Any]) -> None:
    """Rows are read in the middle of a run's transaction, as they were before it, and the run commits at once."""
    import_contacts(written(ROWS), **account)
    path = Path("import-results/ledger.sqlite3")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as run, Browser(path) as browser:
        run.execute("BEGIN IMMEDIATE")
        run.execute("UPDATE rows SET status = 'unknown'")
        before = browser.counts()
        assert browser.page(0, 5)
        run.execute("COMMIT")
        assert Status.UNKNOWN not in before
        assert browser.counts() == {Status.UNKNOWN: 5}


@pytest.mark.slow
def test_rows_of_no_run_are_an_error(account: dict[str, Any]) -> None:
    """No ledger, or no run of this name."""
    with pytest.raises(ConfigError, match="no ledger"):
        open_run("import-results")
    import_contacts(written(ROWS), **account)
    with pytest.raises(ConfigError, match='no run "nothing"'):
        open_run("import-results", "nothing")
    with pytest.raises(ConfigError, match="no ledger"):
        RunRows(Path("nowhere/ledger.sqlite3"))


@pytest.mark.slow
def test_rows_of_a_forgotten_run_tell_of_nobody(account: dict[str, Any]) -> None:
    """Counts and ids are kept."""
    summary = import_contacts(written(ROWS), **account)
    forget(summary.run.id, confirm=lambda _: True)
    with open_run("import-results", summary.run.id) as rows:
        assert rows.counts() == summary.counts
        assert all(row.values == {} and not any(row.cells) for row in rows.page().rows)


@pytest.mark.slow
def test_several_sheets_have_their_own_titles(tmp_path: Path) -> None:
    """A row says which sheet it is of."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "One"  # type: ignore[union-attr]
    for sheet, titles in ((book["One"], ["Name", "Email"]), (book.create_sheet("Two"), ["Mail", "Name"])):
        sheet.append(titles)
        sheet.append([f"{title}@x.example" if "ail" in title else "Ann" for title in titles])
    book.save("book.xlsx")
    with check("book.xlsx", folder=tmp_path / "c", inbox=407, sheet="all") as checked:
        told = [(row.place, row.titles) for row in checked.page().rows]
        assert told == [
            (RowPlace("book.xlsx", "One", 2), ("Name", "Email")),
            (RowPlace("book.xlsx", "Two", 2), ("Mail", "Name")),
        ]
        assert checked.row(RowPlace("book.xlsx", "Two", 2)) == checked.page().rows[1]


@pytest.mark.slow
def test_broken_bytes_can_be_shown(tmp_path: Path) -> None:
    """What is no text in the file is marked in the row."""
    sound = "".join(f"André {n},a{n}@x.example\n" for n in range(60)).encode()
    Path("broken.csv").write_bytes(b"Name,Email\nB\xffb,bob@x.example\n" + sound)
    with check("broken.csv", folder=tmp_path / "c", inbox=407) as checked:
        rows = checked.page().rows
        assert rows[0].cells[0] == "B\ufffdb"
        json.dumps([[*row.cells, *row.values.values()] for row in rows], ensure_ascii=False).encode()


@pytest.mark.slow
def test_an_older_ledger_is_brought_up_first(account: dict[str, Any]) -> None:
    """As by every other command that opens it."""
    import_contacts(written(ROWS), **account)
    path = Path("import-results/ledger.sqlite3")
    with Ledger(path) as ledger:
        newest = ledger.runs()[0][1].id
    with RunRows(path) as rows:
        assert rows.run.id == newest


@pytest.mark.slow
def test_corrections_of_a_check_are_counted_in_its_record(tmp_path: Path) -> None:
    """So that a page can tell what a check was made with."""
    wanted = NO_CORRECTIONS.with_cell(RowPlace("contacts.csv", "", 3), 1, "bob@x.example")
    with check(written(ROWS), folder=tmp_path / "c", inbox=407, corrections=wanted) as checked:
        assert checked.run.by_hand == (1, 0)
