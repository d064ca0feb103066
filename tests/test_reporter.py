"""The files of a run and its closing words."""

import csv
import io
import json
import stat
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import ExitCode, OutputError
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.message import Message
from importer.models import FINE, Mode, Outcome, Status
from importer.normalizer.text import guard
from importer.reporter.causes import Example
from importer.reporter.files import Copy
from importer.reporter.result_files import RESULT_COLUMNS, csv_file, whole_file
from importer.reporter.summary import WORDS, Summary, exit_code
from importer.reporter.terminal import closing_words
from tests.support.ledgers import told
from tests.support.runs import BAD, GOOD, RUN, UNSURE, filed, read_csv


def written(folder: Path, *rows: LedgerRow, run: Run = RUN, copy: Path | None = None) -> Summary:
    return filed(folder, rows, run, Copy(copy) if copy else None)


def test_results_have_the_contracts_columns_and_a_line_for_every_row(tmp_path: Path) -> None:
    """In the input's order, with a BOM for Excel, and formulas guarded but for phone numbers."""
    written(tmp_path, GOOD, BAD)
    raw = (tmp_path / "results.csv").read_bytes()
    assert raw.startswith(
        b"\xef\xbb\xbfrow,status,contact_id,error_code,error,hint,http_status,attempts,"
        b"inbox_id,name,email,phone_number,identifier,avatar_url\r\n"
    )
    assert read_csv(tmp_path / "results.csv")[1:] == [
        ["2", "created", "71", "", "", "", "200", "1", "407", "Ann", "", "+861", "", ""],
        [
            "4",
            "invalid",
            "",
            "bad_email",
            'email: "bob@" is not one',
            "write it whole",
            "",
            "0",
            "",
            "'=1+1",
            "bob@",
            "",
            "",
            "",
        ],
    ]


def test_errors_have_the_inputs_own_columns_and_the_reason_last(tmp_path: Path) -> None:
    """Only rows that need attention; short rows are filled up."""
    written(tmp_path, GOOD, BAD, UNSURE)
    assert read_csv(tmp_path / "errors.csv") == [
        ["Name", "Email", "Note", "import_row", "import_error"],
        ["'=1+1", "bob@", "x", "4", 'email: "bob@" is not one → write it whole'],
        ["Kim", "", "", "5", "no answer → look"],
    ]


def test_errors_of_an_errors_file_have_one_reason_and_keep_cells_beyond_the_titles(tmp_path: Path) -> None:
    """The old reason gives way to the new one; what stands beyond the titles is not lost, and refused again."""
    row = replace(BAD, cells=("Ann", "old reason", "ann@x.org", "Inc."))
    written(tmp_path, row, run=replace(RUN, titles=("Name", "import_error", "Email")))
    assert read_csv(tmp_path / "errors.csv") == [
        ["Name", "Email", "import_row", "import_error"],
        ["Ann", "ann@x.org", "4", 'email: "bob@" is not one → write it whole', "Inc."],
    ]


def test_there_is_no_errors_file_where_all_is_well(tmp_path: Path) -> None:
    """Its absence is the good news."""
    summary = written(tmp_path, GOOD)
    written_files = sorted(path.name for path in tmp_path.iterdir())
    assert written_files == ["report.html", "results.csv", "summary.json", "with-ids.csv"]
    assert "errors" not in summary.files


@pytest.mark.slow
def test_a_workbooks_errors_are_a_workbook_of_text(tmp_path: Path) -> None:
    """Nothing in it runs as a formula, and nothing needs a guard."""
    written(tmp_path, BAD, run=replace(RUN, kind="xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "errors.xlsx").worksheets[0]
    rows = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]
    assert rows[1][2:4] == [("=1+1", "s"), ("bob@", "s")]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_copy_of_the_results_goes_where_it_is_wanted(tmp_path: Path, suffix: str) -> None:
    """As CSV or as a workbook whose phone numbers stay text."""
    copy = tmp_path / f"copy{suffix}"
    summary = written(tmp_path, GOOD, BAD, copy=copy)
    assert summary.files["results_copy"] == str(copy)
    table = open_table(copy, ReadOptions())
    assert table.titles == RESULT_COLUMNS
    assert next(iter(table.batches()))[0].cells[11] == "+861"


@pytest.mark.slow
def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """They hold personal data: mode 0600."""
    written(tmp_path, GOOD, BAD)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_the_summary_has_what_the_contract_names(tmp_path: Path) -> None:
    """Key by key; counts only of what happened."""
    written(tmp_path, GOOD, BAD)
    folder = str(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == {
        "run": RUN.id,
        "mode": "import",
        "of_run": None,
        "corrects": None,
        "by_hand": {"cells": 0, "left_out": 0},
        "settled_by": [],
        "started_by": "ann@desk",
        "file": "contacts.csv",
        "sheet": None,
        "files_read": ["contacts.csv"],
        "sheets": [],
        "inbox_id": "407",
        "inboxes": {"407": 1},
        "base_url": "https://livedesk.example",
        "options": {"country": "DE"},
        "started_at": RUN.started_at,
        "finished_at": RUN.finished_at,
        "exit_code": 1,
        "state": "attention",
        "undone": None,
        "forgotten_at": None,
        "rows": 2,
        "counts": {"created": 1, "invalid": 1},
        "causes": [{"code": "bad_email", "count": 1}],
        "remarks": [],
        "differs": 0,
        "vanished": None,
        "wrong_ids": 0,
        "requests": 5,
        "retries": 1,
        "paused_s": 1.5,
        "latency_ms": {"p50": 20.0, "p90": 80.0, "p99": 80.0, "max": 80.0},
        "rows_per_second": 0.5,
        "capabilities": {"merges_additional_attributes": True},
        "mapping": {"Name": "name", "Email": "email"},
        "repairs": [{"column": "Name", "kind": "spaces trimmed", "count": 2, "before": " Ann", "after": "Ann"}],
        "files": {
            "results": f"{folder}/results.csv",
            "errors": f"{folder}/errors.csv",
            "with_ids": f"{folder}/with-ids.csv",
            "report": f"{folder}/report.html",
            "summary": f"{folder}/summary.json",
        },
        "verification": None,
    }


def test_the_page_shows_hostile_text_as_text(tmp_path: Path) -> None:
    """A name is never markup, neither in the page nor in its data; and the page asks nothing of the network."""
    name = '<script>alert(1)</script>"><img onerror=x>'
    row = replace(BAD, contact=Contact(name=name), outcome=BAD.outcome._replace(error=(Message(name),)))
    written(tmp_path, row)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<script") == 3
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\\u003cscript\\u003ealert(1)" in page
    assert 'http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-' in page


@pytest.mark.slow
def test_the_page_itself_is_small(tmp_path: Path) -> None:
    """Style, script and the rules of syntax of every country: under a megabyte, whatever the rows add."""
    written(tmp_path, BAD)
    assert (tmp_path / "report.html").stat().st_size < 250_000


@pytest.mark.parametrize("mode", ["dry run", "sandbox"])
def test_a_rehearsal_says_so(tmp_path: Path, mode: Mode) -> None:
    """On the page and in the closing words: nobody takes it for an import."""
    summary = written(tmp_path, GOOD, run=replace(RUN, mode=mode))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"{mode.upper()}: " in page
    assert "nothing was sent to LiveDesk" in page
    assert "not" in closing_words(summary).splitlines()[0]


def test_closing_words_count_explain_and_go_on(tmp_path: Path) -> None:
    """Counts by status, the most frequent errors with their hints, the paths, and the next command."""
    rows = [BAD, replace(BAD, number=6), *(replace(UNSURE, number=n) for n in (7, 8, 9))]
    words = closing_words(written(tmp_path, GOOD, *rows), ["Then:", "  import-contacts errors.csv --inbox 407"])
    assert "5 of 6 rows need attention" in words
    assert words.index("3  timeout: no answer (row 7)") < words.index('2  bad_email: email: "bob@" is not one (row 4)')
    assert "write it whole" in words
    assert '2  Name: spaces trimmed, such as " Ann" -> "Ann"' in words
    assert str(tmp_path / "results.csv") in words
    assert words.endswith("import-contacts errors.csv --inbox 407")


def test_each_cause_has_three_examples(tmp_path: Path) -> None:
    """The first three rows; the count has them all."""
    rows = [replace(BAD, number=number) for number in range(2, 9)]
    (cause,) = written(tmp_path, *rows).causes
    assert (cause.count, [example.row for example in cause.examples]) == (7, [2, 3, 4])


def test_of_a_process_that_was_killed_nobody_counted(tmp_path: Path) -> None:
    """No requests, no rate: what is not known is not zero."""
    killed = replace(RUN, exit_code=None, stopped=Message("the process ended without a word"), requests=0, retries=0)
    summary = written(tmp_path, GOOD, UNSURE, run=killed)
    told = summary.as_json()
    assert (told["requests"], told["retries"], told["rows_per_second"]) == (None, None, 0.0)
    assert "request" not in closing_words(summary).splitlines()[4]


def test_rows_that_were_not_sent_are_no_pace() -> None:
    """Nothing in four seconds is not a hundred rows a second."""
    assert Summary(RUN, {Status.NOT_SENT: 400}, {}).rows_per_second == 0.0
    assert Summary(RUN, {Status.NOT_SENT: 400, Status.CREATED: 8}, {}).rows_per_second == 2.0


@pytest.mark.slow
def test_only_the_three_most_frequent_errors_are_told(tmp_path: Path) -> None:
    """The rest is in the report."""
    rows = [
        replace(BAD, number=n, outcome=BAD.outcome._replace(error_code=f"code{n}", error=(Message("e"),)))
        for n in range(2, 8)
    ]
    words = closing_words(written(tmp_path, *rows))
    assert words.count(": e (row") == 3
    assert "        3  rows with 3 other kinds of errors: report.html shows them\n" in words
    last = closing_words(written(tmp_path, *rows[:4]))
    assert "        1  row with 1 other kind of error: report.html shows it\n" in last


@pytest.mark.parametrize("code", ["canary", "strict"])
def test_what_the_user_asked_for_is_no_error_of_a_row(tmp_path: Path, code: str) -> None:
    """It takes no place from the errors, and without any there is no list."""
    left = Outcome(Status.NOT_SENT, error_code=code, error=(Message("asked for"),))
    rows = [replace(BAD, number=n, outcome=left) for n in range(11, 17)]
    stopped = replace(RUN, stopped=Message("after one row"))
    words = closing_words(written(tmp_path, BAD, *rows, run=stopped))
    assert "Most frequent errors\n        1  " in words
    assert "asked for" not in words
    assert "Most frequent errors" not in closing_words(written(tmp_path, *rows, run=stopped))


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], ExitCode.OK),
        (
            [Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED, Status.DUPLICATE, Status.VALID],
            ExitCode.OK,
        ),
        ([Status.CREATED, Status.INVALID], ExitCode.ROWS_FAILED),
        ([Status.FAILED], ExitCode.ROWS_FAILED),
        ([Status.UNKNOWN], ExitCode.ROWS_FAILED),
        ([Status.NOT_SENT], ExitCode.ROWS_FAILED),
    ],
)
def test_the_exit_code_is_a_function_of_the_statuses(statuses: list[Status], code: ExitCode) -> None:
    """0 if every row is fine, else 1."""
    assert exit_code(dict.fromkeys(statuses, 1)) is code


def test_every_final_status_has_words() -> None:
    """A status without words would be missing from the summary."""
    assert set(WORDS) == set(Status) - {Status.PENDING, Status.SENT}


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    """A failure in the middle leaves the old file and no temporary one."""
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyError), whole_file(path) as file:  # noqa: PT012 - the write is what is undone
        file.write(b"half")
        raise KeyError
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("file", "old")]


def test_rows_that_end_in_a_failure_leave_no_file(tmp_path: Path) -> None:
    """As when the ledger cannot be read to its end."""
    with pytest.raises(KeyError), csv_file(tmp_path / "rows.csv", ["Name"]) as write:  # noqa: PT012 - see above
        write(["Ann"])
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do; nothing is lost, for the ledger has every row."""
    with pytest.raises(OutputError, match=r"absent/results\.csv cannot be written") as caught:
        written(tmp_path / "absent", GOOD)
    assert "import-contacts report" in str(caught.value.hint)


TEXT = st.text(st.sampled_from("=+-@'\t\r\n＝,;\" a1\0王😀"), max_size=5) | st.sampled_from(
    ["+8613800138000", "x" * 3000]
)
OPTIONAL = st.none() | TEXT
SAID = TEXT.map(lambda text: (Message(text),) if text else ())
OUTCOMES = st.builds(
    Outcome,
    st.sampled_from([Status.CREATED, Status.DUPLICATE, Status.INVALID, Status.UNKNOWN, Status.VALID]),
    contact_id=OPTIONAL,
    error_code=st.sampled_from(["", "bad_email"]),
    error=SAID,
    hint=SAID,
    http_status=st.none() | st.just(200),
    attempts=st.integers(0, 2),
)
CONTACTS = st.builds(
    Contact, *[OPTIONAL] * 6, attributes=st.dictionaries(st.just("custom_attributes.a"), TEXT, max_size=1)
)


@pytest.mark.slow
@given(rows=st.lists(st.tuples(CONTACTS, OUTCOMES), max_size=9), forgotten=st.booleans())
def test_results_are_byte_by_byte_what_the_csv_module_writes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Contact, Outcome]], forgotten: bool
) -> None:
    """Cells are guarded and put into quotes a page of a column at a time; ``csv`` and ``guard`` tell of one by one."""
    folder = tmp_path_factory.mktemp("results")
    numbered = [LedgerRow(number, (), *row) for number, row in enumerate(rows, start=9)]
    run = replace(RUN, forgotten_at=RUN.finished_at if forgotten else None)
    with patch("importer.ledger.store.PAGE_ROWS", 3):
        filed(folder, numbered, run, Copy(folder / "copy.csv", errors_first=True))
    shown = [replace(row, contact=Contact()) for row in numbered] if forgotten else numbered
    assert (folder / "results.csv").read_bytes() == csv_of(shown)
    shown.sort(key=lambda row: row.outcome.status in FINE)
    assert (folder / "copy.csv").read_bytes() == csv_of(shown)


def csv_of(rows: list[LedgerRow]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([RESULT_COLUMNS, *([guard(cell) for cell in told(row)] for row in rows)])
    return text.getvalue().encode("utf-8-sig")


@pytest.mark.slow
def test_of_a_large_run_the_page_and_the_causes_have_what_is_not_plainly_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are plainly fine are not looked at a second time; the errors and the examples are all there."""
    small = tmp_path / "small"
    small.mkdir()
    written(small, GOOD)
    assert '[2,"' in (small / "report.html").read_text(encoding="utf-8")
    monkeypatch.setattr("importer.reporter.page.rows.ALL_ROWS", 3)
    remarked = replace(GOOD, number=3, outcome=GOOD.outcome._replace(hint=(Message("sent as it is"),)))
    (bad, unsure) = written(tmp_path, GOOD, remarked, BAD, UNSURE).causes
    assert [bad.examples, unsure.examples] == [[Example(4, BAD.outcome.error)], [Example(5, (Message("no answer"),))]]
    assert [row[0] for row in read_csv(tmp_path / "results.csv")] == ["row", "2", "3", "4", "5"]
    assert [row[-1] for row in read_csv(tmp_path / "errors.csv")[1:]] == [
        'email: "bob@" is not one → write it whole',
        "no answer → look",
    ]
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ['[2,"' in page, '[3,"' in page, '[4,"' in page, '[5,"' in page] == [False, True, True, True]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=20)


@pytest.mark.slow
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(lambda row: any(map(str.strip, row))), min_size=1))
def test_what_is_written_as_csv_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Guards come off again: a file of ours imports as it is."""
    path = tmp_path_factory.mktemp("csv") / "errors.csv"
    with csv_file(path, ["Name", "Email"]) as write:
        for row in rows:
            write(row)
    read = [list(row.cells) for batch in open_table(path, ReadOptions()).batches() for row in batch]
    assert read == rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("run", "there"),
    [
        pytest.param(replace(RUN, kind="xlsx"), True, id="an import of a workbook"),
        pytest.param(replace(RUN, kind="xlsx", mode="sandbox"), True, id="its rehearsal"),
        pytest.param(replace(RUN, kind="xlsx", mode="dry run"), False, id="a check alone"),
        pytest.param(RUN, False, id="an import of CSV"),
    ],
)
def test_the_results_of_a_workbook_are_a_workbook_too(tmp_path: Path, run: Run, there: bool) -> None:
    """LibreOffice makes numbers of the phone numbers of a CSV file; in the workbook they are text."""
    summary = written(tmp_path, GOOD, BAD, run=run)
    assert (tmp_path / "results.xlsx").exists() == ("results_workbook" in summary.files) == there
    if there:
        first, second = openpyxl.load_workbook(tmp_path / "results.xlsx").worksheets
        phone = first.cell(2, RESULT_COLUMNS.index("phone_number") + 1)
        assert (phone.value, phone.data_type, second.title) == ("+861", "s", "summary")


def test_files_are_in_the_readers_language_and_their_columns_are_not(tmp_path: Path) -> None:
    """What a program reads stays, what a person reads is told."""
    row = replace(BAD, outcome=BAD.outcome._replace(error=(Message("no email"),), hint=(Message("Rows by status"),)))
    filed(tmp_path, (row,), replace(RUN, options={"lang": "zh"}), None)
    titles, cells = read_csv(tmp_path / "results.csv")
    told = dict(zip(titles, cells, strict=True))
    assert (told["status"], told["error_code"], told["hint"]) == ("invalid", "bad_email", "各状态的行数")
    assert read_csv(tmp_path / "errors.csv")[1][-1] == "no email → 各状态的行数"
