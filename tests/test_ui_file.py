"""The page of files: what was found is told in words, another reading can be chosen, and what is wrong stands there."""

import re
from pathlib import Path

import pytest

from tests.support.preparing import PEOPLE, begun, workbook
from tests.support.screens import Served

SAMPLES = Path(__file__).parent.parent / "sample_data"
PERSON = ["Name", "Email"], ["Ann Lee", "ann@example.com"]
NEXT = 'id="next"'


def rows_of(page: str) -> list[str]:
    """The numbers of the rows that the tables of a page show."""
    return re.findall(r'<tr><th scope="row" class="number">(\d+)</th>\s*<td>', page)


def chosen(page: str, key: str) -> list[str]:
    """What the selects of a page say of how files are read."""
    selects = re.findall(rf'data-reads="{key}">(.*?)</select>', page, re.DOTALL)
    return [word for select in selects for word in re.findall(r"selected>([^<]+)<", select)]


@pytest.mark.slow
def test_what_was_found_of_a_file_is_told_in_words(screen: Served) -> None:
    """Its encoding, its separator, where its titles stand, how many rows it has, and the first twenty."""
    draft = begun(screen, ("客户.csv", (SAMPLES / "messy.csv").read_bytes()))
    page = draft.get("file")
    assert chosen(page, "encoding") == ["Found: Simplified Chinese (GB18030)"]
    assert chosen(page, "delimiter") == ["Found: comma ,"]
    assert "titles in row 1" in page
    assert "9 columns" in page
    assert len(rows_of(page)) == 20
    assert "李　娜娜" in page
    assert NEXT in page
    assert draft.ask("rows") == {"rows": [["30 rows"]]}


@pytest.mark.slow
def test_all_rows_of_a_short_file_are_shown(screen: Served) -> None:
    """The page says that these are all, and their number stands there at once."""
    page = begun(screen, ("a.csv", PEOPLE)).get("file")
    assert rows_of(page) == ["2", "3"]
    assert "All rows, as they were read." in page
    assert ">2 rows<" in page


def test_a_broken_file_is_told_in_its_place_and_the_others_go_on(screen: Served) -> None:
    """With what to do, and with its name instead of a path; the import goes on once it is removed."""
    draft = begun(
        screen, ("a.csv", PEOPLE), ("broken.xlsx", b"PK\x03\x04 and no workbook"), ("people.ics", b"BEGIN:VCALENDAR")
    )
    page = draft.get("file")
    assert page.count("This file cannot be read as it is.") == 2
    assert "people.ics is an iCalendar file, and not a table" in page
    assert "ann@example.com" in page
    assert str(screen.screen.output_dir) not in page
    assert NEXT not in page
    assert "--" not in re.sub(r"<!--.*?-->", "", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
    for name in ("broken.xlsx", "people.ics"):
        assert screen.change("DELETE", f"/drafts/{draft.id}/files/{name}").status == 200
    assert NEXT in draft.get("file")


def test_a_message_has_the_name_of_a_file_and_no_folder(screen: Served, tmp_path: Path) -> None:
    """Where the copy of a dropped file stands is nothing to its owner."""
    draft = begun(screen, ("titles.xlsx", workbook(tmp_path, {"People": [["Name", "Email", "Phone"]]})))
    page = draft.get("file")
    assert "titles.xlsx: row 1 has the titles" in page
    assert str(screen.screen.output_dir) not in page


@pytest.mark.slow
def test_a_file_that_is_gone_from_the_disk_is_told_of(screen: Served) -> None:
    """Somebody may clean up the folder while a page is open."""
    draft = begun(screen, ("a.csv", PEOPLE))
    (screen.screen.output_dir / "uploads" / draft.id / "a.csv").unlink()
    assert "This file cannot be read as it is." in draft.get("file")


@pytest.mark.slow
def test_a_wrong_guess_can_be_corrected(screen: Served) -> None:
    """The rows are read anew in the encoding that is chosen, and as before when it is left to the importer again."""
    draft = begun(screen, ("a.csv", "Name,Email\nJürgen,j@example.com\n".encode("cp1252")))
    assert draft.put("reading", encoding="cp1251").status == 200
    page = draft.get("file")
    assert "Jьrgen" in page
    assert chosen(page, "encoding") == ["Cyrillic (Windows-1251)"]
    draft.put("reading", encoding="")
    assert "Jürgen" in draft.get("file")
    assert "encoding" not in draft.options


@pytest.mark.slow
def test_an_encoding_that_does_not_fit_can_be_chosen_again(screen: Served) -> None:
    """The select stands beside what is wrong."""
    draft = begun(screen, ("a.csv", (SAMPLES / "messy.csv").read_bytes()))
    draft.put("reading", encoding="utf-8")
    draft.ask("looks")
    page = draft.get("file")
    assert "This file cannot be read as it is." in page
    assert chosen(page, "encoding") == ["Unicode (UTF-8)"]


def test_a_separator_can_be_chosen(screen: Served) -> None:
    """One that a title has in it, for the importer's guess may be another."""
    draft = begun(screen, ("a.csv", b"Name|Email\nAnn|ann@example.com\n"))
    assert chosen(draft.get("file"), "delimiter") == ["Found: vertical bar |"]
    draft.put("reading", delimiter=";")
    draft.ask("looks")
    assert chosen(draft.get("file"), "delimiter") == ["Semicolon ;"]
    assert draft.options == {"delimiter": ";"}


def test_files_of_records_show_their_rows_and_no_separators(screen: Served) -> None:
    """Cards and JSON name their values: what there is to choose is the encoding."""
    cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Jürgen Roe\nEMAIL:j@example.com\nEND:VCARD\n".encode("cp1252")
    page = begun(screen, ("people.vcf", cards)).get("file")
    assert (chosen(page, "encoding"), chosen(page, "delimiter")) == (["Found: Western European (Windows-1252)"], [])
    assert "Jürgen Roe" in page
    assert '<th scope="col"><bdi>Email</bdi></th>' in page  # although it stands in no row
    assert rows_of(page) == ["1"]
    draft = begun(screen, ("people.jsonl", b'{"name": "Ann", "email": "a@x.org"}\n{"name": "Bo\n'))
    page = draft.get("file")
    assert rows_of(page) == ["1", "2"]
    assert "titles in row" not in page
    assert NEXT in page


@pytest.mark.slow
def test_sheets_are_chosen_and_one_at_least(screen: Served, tmp_path: Path) -> None:
    """The page says which have contacts; a workbook without a sheet is refused."""
    book = workbook(tmp_path, {"Prices": [["Item", "Price"], ["Pen", "2"]], "People": [*PERSON], "Old": [*PERSON]})
    draft = begun(screen, ("book.xlsx", book))
    page = draft.get("file")
    assert re.findall(r'<input type="checkbox" value="(\w+)" checked>', page) == ["People"]
    assert page.count("has contacts</span>") == 2
    assert "no contacts found" in page
    assert draft.put("reading", file="book.xlsx", sheets=["People", "Old"]).status == 200
    draft.ask("looks")
    assert re.findall(r'<input type="checkbox" value="(\w+)" checked>', draft.get("file")) == ["People", "Old"]
    refused = draft.put("reading", file="book.xlsx", sheets=[])
    assert (refused.status, refused.json["error"]["message"]) == (400, "a workbook needs a sheet to be imported")
    assert draft.options == {"sheet": ["People", "Old"]}


@pytest.mark.slow
def test_each_workbook_keeps_its_sheets(screen: Served, tmp_path: Path) -> None:
    """What is chosen of one leaves those of the others as they are; what no file has any more is let go of."""
    draft = begun(screen, ("one.xlsx", workbook(tmp_path, {"A": [*PERSON], "B": [*PERSON]})))
    draft.upload("two.xlsx", workbook(tmp_path, {"C": [*PERSON], "D": [*PERSON]}))
    draft.put("reading", file="one.xlsx", sheets=["B"])
    draft.ask("looks")
    assert re.findall(r'<input type="checkbox" value="(\w+)" checked>', draft.get("file")) == ["B", "C"]
    screen.change("DELETE", f"/drafts/{draft.id}/files/one.xlsx")
    draft.ask("looks")
    draft.get("file")
    assert draft.options == {"sheet": ["C"]}


def test_without_files_nothing_is_left_of_how_they_were_read(screen: Served) -> None:
    """The next file is another one."""
    draft = begun(screen, ("a.csv", PEOPLE))
    draft.put("reading", encoding="cp1252")
    screen.change("DELETE", f"/drafts/{draft.id}/files/a.csv")
    assert draft.options == {}
    assert NEXT not in draft.get("file")


def test_a_file_of_an_earlier_import_can_be_taken_again(screen: Served) -> None:
    """It is copied: the earlier import may be removed. Nothing but a file of the list is taken."""
    earlier = begun(screen, ("a.csv", PEOPLE))
    draft = begun(screen)
    (key,) = re.findall(r'data-takes="(\w+)"', draft.get("file"))
    assert screen.change("POST", f"/drafts/{draft.id}/recent", {"key": key}).status == 201
    screen.change("DELETE", f"/drafts/{earlier.id}")
    draft.ask("looks")
    assert "ann@example.com" in draft.get("file")
    for wrong in (key, "../../secret", ""):
        assert screen.change("POST", f"/drafts/{draft.id}/recent", {"key": wrong}).status == 404


@pytest.mark.parametrize("body", [{}, {"encoding": 1}, {"file": "a.csv"}, {"sheets": []}])
def test_a_page_that_says_something_else_is_refused(screen: Served, body: dict[str, object]) -> None:
    """Nothing is changed then."""
    draft = begun(screen, ("a.csv", PEOPLE))
    assert screen.change("PUT", f"/drafts/{draft.id}/reading", body).status == 400
    assert draft.options == {}


@pytest.mark.slow
def test_a_first_row_that_is_no_title_is_said_with_one_click(screen: Served) -> None:
    """It becomes a row as the others, and what was chosen for titles that are none goes; it can be taken back."""
    draft = begun(
        screen, ("a.csv", b"Mary,mary@x.example\nAnn,ann@x.example\n"), ("b.csv", b"Name,Email\nBo,bo@x.example\n")
    )
    named = '<input type="checkbox" id="no-header-1" data-reads="no_header"'
    page = draft.get("file")
    assert f"{named}>" in page
    assert 'id="no-header-0"' not in page
    assert rows_of(page) == ["1", "2", "2"]
    draft.put("columns", key="Name", field="identifier")
    assert draft.put("reading", no_header=True).status == 200
    assert draft.options["no_header"] is True
    assert "map" not in draft.options
    page = draft.get("file")
    assert f"{named} checked>" in page
    assert rows_of(page) == ["1", "2", "1", "2"]
    assert draft.put("reading", no_header=False).status == 200
    assert "no_header" not in draft.options
    assert rows_of(draft.get("file")) == ["1", "2", "2"]
    assert draft.put("reading", no_header="yes").status == 400


def test_a_row_of_titles_is_asked_of_no_file_that_names_each_value(screen: Served) -> None:
    """JSON has none."""
    assert 'data-reads="no_header"' not in begun(
        screen, ("a.json", b'[{"name": "Ann", "email": "ann@x.example"}]')
    ).get("file")
