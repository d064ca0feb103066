"""What only the whole file can tell of a row stays true of the row in its errors file, until somebody edits it."""

import csv
import io
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.config.loading import load
from importer.exit_codes import ExitCode
from importer.normalizer.cells import read
from importer.normalizer.text import NEVER_ROUND, RoundNumber, showing_loss
from importer.pipeline.run import run_import
from importer.pipeline.terms import Terms
from importer.signals import Interrupt
from importer.terminal.console import Console
from tests.support.service import Service, folders, results, written

LIST = "".join(f"Person {letter},{number},Rome\n" for number, letter in enumerate("ABCDEFGHIJKL", 1))
SHARED = "Name,Email,Phone\nAnn,ann@x.org,+8613800138000\nBob,bob@x.org,+8613800138000\n"

OF_THE_WHOLE: dict[str, tuple[str, str, tuple[str, str]]] = {
    "a total": (f"Name,Amount,City\n{LIST}Sum,8,\n", "not_a_person", ("Sum", "Summer")),
    "the titles": ("Name,City\nAnn,Rome\nName,City\nBob,Bonn\n", "repeated_titles", ("Name,City,3", "Nam,Citty,3")),
    "an open quotation mark": ('Name,Email\nAnn,ann@x.org\n"Bob,bob@x.org\n', "open_quote", ('"""Bob', '"Bob')),
    "a shared value": (SHARED, "shared_value", ("+8613800138000", "+8613900139000")),
}


def latest(output_dir: str = "import-results") -> Path:
    """The folder of the newest run."""
    return max(folders(output_dir), key=lambda folder: (folder / "summary.json").stat().st_mtime_ns)


def imported(service: Service, path: Path | str, *options: object) -> list[tuple[str, str]]:
    """The status and the error code of each row."""
    service.invoke(path, "--inbox", 407, *options)
    return outcomes(latest())


def outcomes(folder: Path) -> list[tuple[str, str]]:
    """The same of a run that was."""
    return [(row["status"], row["error_code"]) for row in results(folder)]


def edited(path: Path, *edits: tuple[str, str]) -> Path:
    """The errors file with other texts in its rows."""
    header, _, rows = path.read_text(encoding="utf-8-sig").partition("\n")
    for before, after in edits:
        assert before in rows
        rows = rows.replace(before, after, 1)
    path.write_text(f"{header}\n{rows}", encoding="utf-8-sig")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("moved", [False, True], ids=["in the folder", "moved"])
@pytest.mark.parametrize(("text", "code", "_"), OF_THE_WHOLE.values(), ids=OF_THE_WHOLE)
def test_unedited_it_stands(service: Service, text: str, code: str, _: object, moved: bool) -> None:
    """Over any number of errors files, and it names the run that saw the whole file."""
    assert ("invalid", code) in imported(service, written(text))
    first = latest().name
    for _again in range(2):
        errors: Path | str = latest() / "errors.csv"
        stored = len(service.sandbox.contacts)
        assert imported(service, shutil.move(errors, "mine.csv") if moved else errors) == [("invalid", code)]
        assert len(service.sandbox.contacts) == stored
        (row,) = results(latest())
        assert row["error"].count(", as run ") == 1
        assert row["error"].endswith(f", as run {first} found")


@pytest.mark.slow
@pytest.mark.parametrize(("text", "_", "edit"), OF_THE_WHOLE.values(), ids=OF_THE_WHOLE)
def test_edited_the_row_is_judged_anew(service: Service, text: str, _: str, edit: tuple[str, str]) -> None:
    """By what it now is."""
    imported(service, written(text))
    assert imported(service, edited(latest() / "errors.csv", edit)) == [("created", "")]


@pytest.mark.slow
def test_a_shared_value_is_left_out_as_from_the_whole_file(service: Service) -> None:
    """As the hint of the error says; the original with the same option then sends nothing."""
    imported(service, written(SHARED))
    assert imported(service, latest() / "errors.csv", "--shared-values", "drop") == [("created", "")]
    assert [contact["phone_number"] for contact in service.sandbox.contacts] == ["+8613800138000", None]
    assert "sent without it" in results(latest())[0]["hint"]
    assert imported(service, "contacts.csv", "--shared-values", "drop") == [("unchanged", "")] * 2


@pytest.mark.slow
def test_the_row_that_holds_the_value_may_be_corrected_instead(service: Service) -> None:
    """Both rows are in the errors file, which tells itself what they share."""
    imported(service, written("Name,Email,Phone\nZoe,ann@x.org,+8613700137000\n", "before.csv"))
    assert imported(service, written(SHARED)) == [("failed", "taken"), ("invalid", "shared_value")]
    errors = edited(latest() / "errors.csv", ("ann@x.org", "ann@y.org"), ("+8613800138000", "+8613600136000"))
    assert imported(service, errors) == [("created", "")] * 2


OTHERWISE: dict[str, tuple[Any, ...]] = {
    "--match-by": ("--match-by", "phone_number"),
    "--map": ("--map", "Phone=custom_attributes.phone"),
}


@pytest.mark.slow
@pytest.mark.parametrize("options", OTHERWISE.values(), ids=OTHERWISE)
def test_who_reads_the_file_otherwise_has_it_judged_anew(service: Service, options: tuple[Any, ...]) -> None:
    """The verdict was about other fields, or another rule."""
    imported(service, written(SHARED))
    ((status, _code),) = imported(service, latest() / "errors.csv", *options)
    assert status in {"created", "exists"}


@pytest.mark.slow
def test_a_plan_says_what_the_import_would(service: Service) -> None:
    """It is no correction."""
    imported(service, written(SHARED))
    errors = latest() / "errors.csv"
    service.invoke("plan", errors, "--inbox", 407)
    rows = csv.DictReader(io.StringIO((latest() / "plan.csv").read_text(encoding="utf-8-sig")))
    assert [row["action"] for row in rows] == ["invalid"]


def rounded_workbook() -> Path:
    """A workbook with a phone number that a spreadsheet program rounded, and one that it did not."""
    book = openpyxl.Workbook()
    for row in (("Name", "Phone", "Orders"), ("Ann", 13812345678, 100), ("Bob", 13800000000, 13800000000)):
        book.worksheets[0].append(row)
    book.save("contacts.xlsx")
    return Path("contacts.xlsx")


LOST: dict[str, Callable[[Path], Path]] = {
    "the errors file": lambda folder: folder / "errors.xlsx",
    "the errors file elsewhere": lambda folder: Path(shutil.copy(folder / "errors.xlsx", "mine.xlsx")),
    "the file with ids": lambda folder: folder / "with-ids.xlsx",
}


@pytest.mark.slow
@pytest.mark.parametrize("file", LOST.values(), ids=LOST)
def test_a_rounded_number_is_refused_again_even_where_nobody_knows_the_run(
    service: Service, file: Callable[[Path], Path]
) -> None:
    """It stands there as a spreadsheet program shows it, and other numbers as they are."""
    assert imported(service, rounded_workbook(), "--country", "CN")[1] == ("invalid", "precision_lost")
    assert results(latest())[1]["phone_number"] == "13800000000"
    path = file(latest())
    last = [*openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)][-1]
    assert {"1.38E+10", "13800000000"} <= {*last}
    service.invoke(path, "--inbox", 407, "--country", "CN", "--output-dir", "elsewhere")
    assert outcomes(latest("elsewhere"))[-1] == ("invalid", "precision_lost")


@pytest.mark.slow
def test_a_row_that_nobody_has_checked_shows_its_loss_too() -> None:
    """After a signal the rows go into the errors file as they were read."""
    config = load({"inbox_id": "407", "country": "CN", "dry_run": "true"})
    with Interrupt(lambda: None) as interrupt:
        interrupt.exit_code = ExitCode.INTERRUPTED
        run_import(Terms(config, Console(None, None), interrupt), [rounded_workbook()])
    rows = [*openpyxl.load_workbook(latest() / "errors.xlsx").worksheets[0].iter_rows(min_col=3, values_only=True)]
    assert rows[1:] == [("Ann", "13812345678", "100"), ("Bob", "1.38E+10", "13800000000")]


@pytest.mark.slow
@given(st.integers(1, 999_999), st.integers(5, 12))
def test_whatever_lost_its_digits_is_refused_as_it_is_shown(digits: int, zeros: int) -> None:
    """And stands for the same number; a number of another column stays."""
    number = RoundNumber(f"{digits}{'0' * zeros}")
    shown, other = showing_loss((number, number), [0])
    assert Decimal(shown) == Decimal(number)
    assert other is number
    assert [read(field, shown, "CN").error.code for field in NEVER_ROUND] == ["precision_lost"] * 2  # type: ignore[union-attr]
