"""Files like the input that are CSV: they have its delimiter, so that a program that opened it opens them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.history.to_correct import write_rows_to_correct
from importer.ledger.run import SheetPart, run_from, run_record
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.message import ENGLISH_READER
from importer.reporter.result_files import RESULT_COLUMNS, errors_csv, lines_file, lines_of
from importer.reporter.with_ids import titles_with_ids
from tests.support.runs import BAD, RUN
from tests.support.service import Service, folders, invoke, results, written

TITLES = ("Name", "E-Mail", "Umsatz", "Notiz")
ROWS = (
    ("Jörg Groß", "joerg@example.org", "1.234,50", 'ruft; "abends"\nan|ab\tund ~, zu'),
    ("Änne Öz", "aenne@", "-3,5", "=SUMME(A1)"),
    ("Bo, Lee", "bo@example.org", "12,5", ""),
)


def text_of(delimiter: str, rows: tuple[tuple[str, ...], ...] = (TITLES, *ROWS)) -> str:
    """As a spreadsheet program writes it, all cells in quotation marks."""
    doubled = ([cell.replace('"', '""') for cell in row] for row in rows)
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\n" for row in doubled)


def cells_of(path: Path, delimiter: str | None = None) -> list[tuple[str, ...]]:
    table = open_table(path, ReadOptions(delimiter=delimiter))
    return [table.titles, *(row.cells for batch in table.batches() for row in batch)]


def first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("delimiter", "options"),
    [
        pytest.param(",", (), id="comma"),
        pytest.param(";", (), id="semicolon"),
        pytest.param("\t", (), id="tab"),
        pytest.param("|", (), id="pipe"),
        pytest.param("~", ("--delimiter", "~"), id="a rare sign, given"),
        pytest.param(";", ("--delimiter", ";"), id="semicolon, given"),
        pytest.param("\t", ("--delimiter", "tab"), id="tab, given"),
        pytest.param("||", ("--delimiter", "||"), id="two signs, given"),
    ],
)
def test_files_like_the_input_have_its_delimiter_and_import_as_they_are(
    service: Service, delimiter: str, options: tuple[str, ...]
) -> None:
    """Also from the ledger alone, on the screen, and with the same command as the input; results.csv has commas."""
    command = (*options, "--inbox", 407)
    assert service.invoke(written(text_of(delimiter)), *command).exit_code == 1
    errors, with_ids = (folders()[-1] / name for name in ("errors.csv", "with-ids.csv"))
    assert first_line(errors) == "\ufeff" + delimiter.join([*TITLES, "import_row", "import_error"])
    assert first_line(with_ids) == "\ufeff" + delimiter.join([*TITLES, "contact_id", "import_status"])
    assert first_line(folders()[-1] / "results.csv") == "\ufeff" + ",".join(RESULT_COLUMNS)
    assert [cells[:4] for cells in cells_of(errors)] == [TITLES, ROWS[1]]
    assert [cells[:4] for cells in cells_of(with_ids)] == [TITLES, *ROWS]
    write_rows_to_correct(Path("import-results"), folders()[-1].name, Path("corrected.csv"), ENGLISH_READER)
    assert Path("corrected.csv").read_bytes() == errors.read_bytes()
    before = [(path, path.read_bytes()) for path in (errors, with_ids)]
    for path, _ in before:
        path.unlink()
    invoke("report")
    assert [(path, path.read_bytes()) for path, _ in before] == before
    for path, statuses in ((errors, ["invalid"]), (with_ids, ["unchanged", "invalid", "unchanged"])):
        assert service.invoke(path, *command).exit_code == 1
        assert [row["status"] for row in results()] == statuses
    assert len(service.sandbox.contacts) == 2


@pytest.mark.slow
def test_files_of_an_input_without_titles_import_with_its_options(service: Service) -> None:
    """The titles that the program gave them stand in the first row, whatever ``--no-header`` says."""
    command = ("--no-header", "--map", "Column A=name", "--map", "Column B=email", "--inbox", 407)
    assert service.invoke(written("Ann Lee,ann@example.org\nBob Hope,bob@\n"), *command).exit_code == 1
    folder = folders()[-1]
    for name, statuses in (("errors.csv", ["invalid"]), ("with-ids.csv", ["unchanged", "invalid"])):
        assert service.invoke(folder / name, *command).exit_code == 1
        assert [(row["status"], row["error_code"]) for row in results()] == [
            (status, "bad_email" if status == "invalid" else "") for status in statuses
        ]


@pytest.mark.slow
def test_a_line_that_names_the_delimiter_is_obeyed_and_not_written(service: Service) -> None:
    """With ``sep=`` above it Excel would not believe the byte order mark, and break every letter beyond ASCII."""
    path = Path("contacts.csv")
    path.write_bytes(("sep=;\n" + text_of(";")).encode("cp1252"))
    assert service.invoke(path, "--inbox", 407).exit_code == 1
    for name in ("errors.csv", "with-ids.csv"):
        assert first_line(folders()[-1] / name).startswith("\ufeffName;E-Mail;")
    assert [cells[:4] for cells in cells_of(folders()[-1] / "with-ids.csv")] == [TITLES, *ROWS]


def test_what_no_delimiter_divides_is_written_with_commas() -> None:
    """Columns of fixed width."""
    text = "Name       Email\nAnn Lee    ann@example.org\nBob Hope   bob@\nCy Young   cy@example.org\n"
    assert invoke(written(text, "wide.txt"), "--inbox", 407, "--dry-run").exit_code == 1
    assert first_line(folders()[-1] / "errors.csv") == "\ufeffName,Email,import_row,import_error"


@pytest.mark.slow
def test_each_of_several_files_keeps_its_own(service: Service) -> None:
    """In its file with ids; their errors are a workbook, which needs none."""
    files = [written(text_of(sign), name) for sign, name in ((";", "a.csv"), ("\t", "b.tsv"))]
    assert service.invoke(*files, "--inbox", 407).exit_code == 1
    folder = folders()[-1]
    names = [*TITLES, "contact_id", "import_status"]
    assert [first_line(folder / "with-ids" / name) for name in ("a.csv", "b.csv")] == [
        "\ufeff" + ";".join(names),
        "\ufeff" + "\t".join(names),
    ]
    assert not (folder / "errors.csv").exists()


@pytest.mark.parametrize("part", [("", ["Name"], {}, []), ("", ["Name"], {}, [], "b.csv", "csv")])
def test_a_run_of_an_older_version_goes_on_with_commas(part: tuple[object, ...]) -> None:
    """Its record names no delimiter, nor does one of its sources."""
    members = json.loads(run_record(RUN)) | {"sheets": [part]}
    del members["delimiter"]
    run = run_from(json.dumps(members))
    assert [run.delimiter, *(one.delimiter for one in run.parts)] == [",", ","]


def test_the_record_of_a_run_keeps_the_delimiters() -> None:
    """Its own, and that of each source."""
    parts = tuple(SheetPart("", ("Name",), {}, (), f"{name}.csv", "csv", name) for name in (";", "\t"))
    run = replace(RUN, delimiter=";", sheets=parts)
    assert run_from(run_record(run)) == run


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\x1f"), max_size=12)
MARKS = st.text(st.sampled_from("=+-'\"\n\t;|~^, a1é"), max_size=6)
FILLED = (CELLS | MARKS).filter(str.strip)


@pytest.mark.slow
@given(
    delimiter=st.sampled_from([",", ";", "\t", "|", "~", "||", "^", ":", "，"]),
    rows=st.lists(st.tuples(CELLS | MARKS, FILLED, CELLS | MARKS), min_size=1, max_size=6),
)
def test_what_is_written_is_read_back_whatever_the_cells_hold(
    tmp_path_factory: pytest.TempPathFactory, delimiter: str, rows: list[tuple[str, str, str]]
) -> None:
    """By whoever knows the delimiter, and by whoever does not; row by row as an errors file, and as columns."""
    folder = tmp_path_factory.mktemp("like the input")
    run = replace(RUN, delimiter=delimiter)
    with errors_csv(folder / "errors.csv", run, ENGLISH_READER) as write_row:
        for number, cells in enumerate(rows, start=2):
            write_row(replace(BAD, number=number, cells=cells))
    with lines_file(folder / "with-ids.csv", titles_with_ids(run.titles), delimiter) as write:
        write(lines_of([*zip(*rows, strict=True), ["71"] * len(rows), ["created"] * len(rows)], delimiter))
    for path in folder.iterdir():
        for known in (None, delimiter):
            assert stripped(cells[:3] for cells in cells_of(path, known)) == stripped([RUN.titles, *rows])


def stripped(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Without the space around cells, which means nothing, and goes where blanks seem to stand before marks."""
    return [[cell.strip() for cell in cells] for cells in rows]
