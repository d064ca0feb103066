"""The first look at files: what they are, how their columns are read and why, and their first rows."""

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from importer import ConfigError, InputError, import_contacts
from importer.config.saved_mapping import as_text, place_of
from importer.library.fields import FIELDS, custom_field
from importer.library.preview import SHOWN_ROWS, Preview, PreviewColumn, count_rows, preview
from importer.loader.sheets import ListedSheet
from importer.models import Row
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.normalizer.columns import is_field


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(rows: Sequence[Sequence[str]], name: str = "people.csv", encoding: str = "utf-8") -> Path:
    path = Path(name)
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def people(count: int) -> list[list[str]]:
    return [[f"Ann Meier{n}", f"ann{n}@x.example", f"+49301234{n:04}"] for n in range(count)]


def looked_at(path: Path, **options: object) -> Preview:
    (found,) = preview(path, **options)  # type: ignore[arg-type]
    return found


def by_letter(found: Preview) -> dict[str, PreviewColumn]:
    return {column.letter: column for column in found.columns}


TITLES = ["Name", "Email", "Phone"]


def test_a_text_is_known_by_its_encoding_delimiter_titles_and_first_rows() -> None:
    """With the row numbers that a spreadsheet program shows; neither inbox nor credentials are asked for."""
    rows = [
        ["客户名单"],
        [],
        ["姓名", "邮箱", "手机号"],
        ["王小明", "wang@x.example", "+8613800138000"],
        ["李雷", "", ""],
    ]
    found = looked_at(table(rows, "客户.csv", "gb18030"))
    assert (found.file, found.kind, found.sheet, found.sheets) == ("客户.csv", "csv", None, ())
    assert (found.encoding, str(found.origin), found.delimiter) == ("gb18030", "detected", ",")
    assert (found.titles, found.header_row, found.total) == (("姓名", "邮箱", "手机号"), 3, 2)
    assert found.rows[0] == Row(4, ("王小明", "wang@x.example", "+8613800138000"))
    assert [column.field for column in found.columns] == ["name", "email", "phone_number"]
    assert any("客户名单" in str(note) for note in found.notes)
    assert found.problem is None


@pytest.mark.slow
def test_an_encoding_that_the_user_names_is_given() -> None:
    """So the page can tell a guess from a choice."""
    path = table([TITLES, *people(2)], encoding="utf-16")
    assert str(looked_at(path).origin) == "byte order mark"
    assert str(looked_at(path, encoding="utf-16").origin) == "given"


@pytest.mark.slow
def test_a_long_file_shows_its_beginning_and_is_counted_apart() -> None:
    """Twenty rows, and no total until somebody counts."""
    found = looked_at(table([TITLES, *people(SAMPLE_ROWS + 5)]))
    assert (len(found.rows), found.total) == (SHOWN_ROWS, None)
    assert count_rows(found) == SAMPLE_ROWS + 5
    assert looked_at(table([TITLES, *people(SAMPLE_ROWS - 1)])).total == SAMPLE_ROWS - 1


def workbook(**sheets: Sequence[Sequence[str]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        for row in [sheet := book.create_sheet(name), *rows][1:]:
            sheet.append(list(row))
    book.worksheets[-1].sheet_state = "hidden"
    book.save("book.xlsx")
    return Path("book.xlsx")


@pytest.mark.slow
def test_a_workbook_lists_every_sheet() -> None:
    """Which are taken, which have contacts too, and which are hidden."""
    path = workbook(
        Codes=[["Code"], ["A"], ["B"]], Few=[TITLES, *people(1)], Many=[TITLES, *people(3)], Old=[TITLES, *people(9)]
    )
    found = looked_at(path)
    assert (found.sheet, found.encoding, found.total) == ("Many", None, 3)
    assert found.sheets == (
        ListedSheet("Codes", is_hidden=False, taken=False, has_contacts=False),
        ListedSheet("Few", is_hidden=False, taken=False, has_contacts=True),
        ListedSheet("Many", is_hidden=False, taken=True, has_contacts=True),
        ListedSheet("Old", is_hidden=True, taken=False, has_contacts=True),
    )
    several = preview(path, sheet=["Old", "Few"])
    assert [(one.sheet, one.total) for one in several] == [("Old", 9), ("Few", 1)]
    assert [sheet.taken for sheet in several[0].sheets] == [False, True, False, True]
    assert count_rows(several[1], sheet=["Old", "Few"]) == 1


def test_a_column_has_three_different_cells_with_text() -> None:
    """The first ones; a blank tells nothing."""
    cells = ["", "Kim", " Kim ", "Kim", "Lee", "", "Ann", "Bob"]
    rows = [[cell, f"p{n}@x.example"] for n, cell in enumerate(cells)]
    assert looked_at(table([["Name", "Email"], *rows])).columns[0].examples == ("Kim", "Lee", "Ann")


def test_a_column_says_why_it_has_its_field() -> None:
    """By its title, by its cells, or as an option says; one that is not used says why not."""
    rows = [[f"Ann Meier{n}", f"ann{n}@x.example", f"a{n}@y.example", "x"] for n in range(60)]
    found = by_letter(looked_at(table([["Name", "", "Zweite", "Note"], *rows]), map={"Zweite": "identifier"}))
    assert [str(found["A"].evidence[0]), found["A"].how, found["A"].unsure] == ["by its title", "title", False]
    assert (found["B"].field, found["B"].how) == ("email", "inferred")
    assert "its cells are e-mail addresses" in map(str, found["B"].evidence)
    assert (found["C"].field, found["C"].how, found["C"].unsure) == ("identifier", "option", False)
    assert (found["D"].field, found["D"].evidence, found["D"].own_field) == (None, (), "custom_attributes.note")


@pytest.mark.slow
def test_a_close_decision_is_unsure_and_names_the_other_field() -> None:
    """A title that says two things, columns that are as good as each other, and a guess by cells alone."""
    rows = [[f"Ann{n}", f"ann{n}@x.example", "ACME", "x"] for n in range(60)]
    found = by_letter(looked_at(table([["Vorname", "Mail", "Firma", "Name/Email"], *rows])))
    assert (found["D"].field, found["D"].unsure, found["D"].alternative) == (None, True, "email")
    assert not any(found[letter].unsure for letter in "ABC")
    names = ["Anna Meier", "Peter Schulz", "Maria Garcia", "John Smith", "Laura Rossi", "Paul Dupont"] * 5
    guessed = by_letter(looked_at(table([["", "Email"], *([name, f"p{n}@x.example"] for n, name in enumerate(names))])))
    assert guessed["A"].unsure
    assert {guessed["A"].field, guessed["A"].alternative} == {"name", None}
    alike = [[f"Ann Meier{n}", f"a{n}@x.example", f"b{n}@y.example"] for n in range(60)]
    twins = by_letter(looked_at(table([["Name", "x1", "x2"], *alike])))
    assert all(twins[letter].field == "email" or twins[letter].alternative == "email" for letter in "BC")


def test_a_company_that_was_a_name_is_unsure() -> None:
    """The person stands beside it; the page shows what it would be else."""
    rows = [[f"ACME {n} GmbH", f"Ann{n}", f"Meier{n}", f"a{n}@x.example"] for n in range(30)]
    found = by_letter(looked_at(table([["Account Name", "First Name", "Last Name", "Email"], *rows])))
    assert found["A"].field != "name"


@pytest.mark.parametrize(
    "titles",
    [["Name", "Email", "Email", "Note"], ["Name", "", "", "Note"], [" Name ", "E-Mail  Adresse", 'Note "x"', "Name#2"]],
    ids=["repeated", "empty", "with signs"],
)
def test_the_key_of_a_column_finds_it(titles: list[str]) -> None:
    """Whatever its title, ``map={key: field}`` gives this column the field, and no other."""
    rows = [[f"Ann Meier{n}", f"a{n}@x.example", f"b{n}", "x"] for n in range(5)]
    path = table([titles, *rows])
    for column in looked_at(path).columns:
        again = looked_at(path, map={column.key: "custom_attributes.mine"})
        assert [one.index for one in again.columns if one.field == "custom_attributes.mine"] == [column.index]


def test_columns_of_nobody_are_a_problem_and_still_shown() -> None:
    """So that a user can say what they are; once one is a person's, there is none."""
    path = table([["Product", "Price"], ["Chair", "12"], ["Table", "30"]])
    found = looked_at(path)
    assert found.problem is not None
    assert "no column is a name" in str(found.problem.message)
    assert [(column.title, column.field, column.examples[0]) for column in found.columns] == [
        ("Product", None, "Chair"),
        ("Price", None, "12"),
    ]
    assert looked_at(path, map={"Product": "name"}).problem is None


def test_an_option_for_a_column_that_is_not_there_is_a_problem() -> None:
    """As of a file that was replaced by another: the page shows the columns that there are."""
    found = looked_at(table([TITLES, *people(2)]), map={"Mail": "email", "Gone": "name"})
    assert found.problem is not None
    assert 'no column "' in str(found.problem.message)
    assert len(found.columns) == 3


def test_a_file_that_is_none_is_an_error() -> None:
    """And so are options that are wrong whatever the file."""
    with pytest.raises(InputError, match="nothing"):
        preview("nothing.csv")
    with pytest.raises(ConfigError, match="country"):
        preview(table([TITLES, *people(1)]), country="Nowhere")


@pytest.mark.slow
def test_what_these_titles_had_before_is_offered() -> None:
    """Saved mappings by their names, then the options of the newest run."""
    titles = ["Kunde", "Mail"]
    path = table([titles, ["Ann", "ann@x.example"]])
    for name in ("crm", "other"):
        place = place_of(name, Path("import-results"))
        place.parent.mkdir(parents=True, exist_ok=True)
        fields = {"Kunde": "identifier", "Mail": "email"} if name == "crm" else {"Else": "name"}
        place.write_text(as_text(fields), encoding="utf-8")
    (offer,) = looked_at(path).offers
    assert (offer.mapping, offer.run, offer.fields) == ("crm", "", {"Kunde": "identifier", "Mail": "email"})
    assert by_letter(looked_at(path, mapping="crm"))["A"].field == "identifier"
    run = import_contacts(path, inbox=407, map={"Kunde": "last_name"}, sandbox=True)
    assert run.exit_code == 0
    assert len(looked_at(path).offers) == 1  # a rehearsal's ledger is gone


def test_several_files_have_a_preview_each() -> None:
    """In their order."""
    one, two = table([TITLES, *people(1)], "one.csv"), table([TITLES, *people(2)], "two.csv")
    assert [(found.file, found.total) for found in preview(two, one)] == [("two.csv", 2), ("one.csv", 1)]


def test_every_field_that_can_be_chosen_is_one() -> None:
    """Each once, with a name and a sentence."""
    assert len({choice.field for choice in FIELDS}) == len(FIELDS)
    assert all(is_field(choice.field) and str(choice.meaning).endswith(".") for choice in FIELDS)
    assert is_field(custom_field("a"))
