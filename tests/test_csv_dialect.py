r"""Rules of CSV dialects: blanks before quotation marks, ``\"``, single quotes, lines in quotes, rare delimiters."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from importer.errors import InputError
from importer.loader.csv_dialect import Dialect, detect_dialect, uncommon_delimiters
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.normalizer.text import OPEN_QUOTE
from tests.support.examples import examples
from tests.support.service import invoke, results

Cells = Sequence[Sequence[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def rows_of(file: Path, text: str, delimiter: str | None = None) -> list[tuple[str, ...]]:
    """The titles and the rows of a text."""
    file.write_text(text, encoding="utf-8", newline="")
    table = open_table(file, ReadOptions(delimiter=delimiter))
    return [table.titles, *(row.cells for batch in table.batches() for row in batch)]


PEOPLE = [("Nombre", "Correo", "Empresa"), ("Iris Vale", "iris@example.es", "Vale, S.A."), ("Ray Dunn", "", "Dunn")]

DIALECTS = [
    pytest.param(
        'Nombre, Correo, Empresa\n"Iris Vale", iris@example.es, "Vale, S.A."\nRay Dunn, , "Dunn"\n', id="blanks"
    ),
    pytest.param(
        'Nombre;  Correo;  Empresa\nIris Vale;  "iris@example.es";  "Vale, S.A."\nRay Dunn;;Dunn\n', id="two blanks"
    ),
    pytest.param(
        '"Nombre", "Correo", "Empresa"\r\n"Iris Vale", "iris@example.es", "Vale, S.A."\r\n"Ray Dunn", "", "Dunn"',
        id="all",
    ),
    pytest.param(
        "'Nombre','Correo','Empresa'\n'Iris Vale','iris@example.es','Vale, S.A.'\n'Ray Dunn','','Dunn'\n", id="single"
    ),
    pytest.param(
        "'Nombre';'Correo';'Empresa'\n'Iris Vale';'iris@example.es';'Vale, S.A.'\nRay Dunn;;Dunn\n", id="single, some"
    ),
    pytest.param(
        '"Nombre,""Correo"",""Empresa"""\n"Iris Vale,""iris@example.es"",""Vale, S.A."""\n"Ray Dunn,"""",""Dunn"""\n',
        id="lines",
    ),
    pytest.param(
        'Nombre,Correo,Empresa\n"Iris Vale,iris@example.es,""Vale, S.A."""\n"Ray Dunn,"""",Dunn"\n',
        id="lines but titles",
    ),
    pytest.param(
        '"Nombre;""Correo"";Empresa"\r"Iris Vale;""iris@example.es"";Vale, S.A."\r"Ray Dunn;"""";Dunn"\r', id="old Mac"
    ),
    pytest.param("Nombre~Correo~Empresa\nIris Vale~iris@example.es~Vale, S.A.\nRay Dunn~~Dunn\n", id="tilde"),
    pytest.param("Nombre^Correo^Empresa\nIris Vale^iris@example.es^Vale, S.A.\nRay Dunn^^Dunn\n", id="caret"),
    pytest.param("Nombre:Correo:Empresa\nIris Vale:iris@example.es:Vale, S.A.\nRay Dunn::Dunn\n", id="colon"),
    pytest.param("Nombre||Correo||Empresa\nIris Vale||iris@example.es||Vale, S.A.\nRay Dunn||||Dunn\n", id="two bars"),
    pytest.param(
        "Nombre|~|Correo|~|Empresa\nIris Vale|~|iris@example.es|~|Vale, S.A.\nRay Dunn|~||~|Dunn\n", id="three signs"
    ),
    pytest.param("Nombre§Correo§Empresa\nIris Vale§iris@example.es§Vale, S.A.\nRay Dunn§§Dunn\n", id="paragraph sign"),
    pytest.param('Nombre¦Correo¦Empresa\nIris Vale¦iris@example.es¦"Vale, S.A."\nRay Dunn¦¦Dunn\n', id="broken bar"),
]


@pytest.mark.parametrize("text", DIALECTS)
def test_the_same_rows_are_read_in_any_dialect(file: Path, text: str) -> None:
    """Whatever some program made of quotation marks and delimiters, no cell has any of them."""
    assert rows_of(file, text) == PEOPLE


def test_chinese_signs_separate_cells_too(file: Path) -> None:
    """A full-width comma, as it is typed in Chinese."""
    assert rows_of(file, "姓名，手机，邮箱\n李丽，13800138000，l@example.cn\n王小明，13900139000，\n")[1][0] == "李丽"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param('name,email\n"Pat \\"Red\\" Hill",p@b.co\n"Kit",k@b.co\n', 'Pat "Red" Hill', id="twice"),
        pytest.param('name;email\n"\\"Red\\" Hill";p@b.co\n', '"Red" Hill', id="at the beginning"),
        pytest.param('name\temail\n"Hill \\"Red\\""\tp@b.co\n', 'Hill "Red"', id="at the end"),
        pytest.param('name,email\n"a \\\\ b \\"c\\"",p@b.co\n', 'a \\ b "c"', id="a backslash too"),
        pytest.param("'name','email'\n'D\\'Arcy','p@b.co'\n", "D'Arcy", id="single quotation marks"),
        pytest.param('name,email\n"C:\\dir\\",p@b.co\n', "C:\\dir\\", id="a folder is none"),
        pytest.param('name,email\n"{""a"":""\\""}",p@b.co\n', '{"a":"\\"}', id="nor is what is doubled"),
        pytest.param("name,email\na\\b,p@b.co\n", "a\\b", id="nor is one without a mark"),
    ],
)
def test_a_backslash_before_a_quotation_mark_is_left_out(file: Path, text: str, cell: str) -> None:
    """Where a line makes sense so, and not as Excel would write it."""
    assert rows_of(file, text)[1][0] == cell


@pytest.mark.slow
def test_a_backslash_far_down_counts_as_well(file: Path) -> None:
    """The sample ends long before it; the line alone is evidence."""
    text = "name,email\n" + "Ann,ann@example.com\n" * 10_000 + '"Pat \\"Red\\" Hill",p@b.co\n'
    assert rows_of(file, text)[-1][0] == 'Pat "Red" Hill'


def test_a_line_that_is_a_record_as_it_stands_is_not_mended(file: Path) -> None:
    """Though a cell begins with a mark and the delimiter, and the next ends with one."""
    assert rows_of(file, 'name,note,email\n""",","x,",a@x.org\nBo,,b@x.org\n')[1] == ('",', "x,", "a@x.org")


@pytest.mark.parametrize("delimiter", [";", "|", "~", "||", "_", "，", " "])
@pytest.mark.parametrize("ours", [("import_row", "import_error"), ("contact_id", "import_status")])
def test_what_the_importer_wrote_is_known_by_its_last_titles(delimiter: str, ours: tuple[str, str]) -> None:
    """Whatever divides its cells, and however few rows there are to judge by; commas stand in all of them."""
    rows = [("Last, first", "Note", *ours), ("Lee, Ann", "a, b", "2", "no email, no phone")]
    text = "".join(delimiter.join(f'"{cell}"' for cell in cells) + "\r\n" for cells in rows)
    assert detect_dialect(text).delimiter == delimiter


def test_an_errors_file_without_the_numbers_of_its_rows_is_known_too() -> None:
    """Somebody removed the column."""
    assert detect_dialect("Name, first;import_error\nLee, Ann;no email, no phone\n").delimiter == ";"


@pytest.mark.parametrize(
    ("delimiter", "before"),
    [
        *((",", 0), (";", 0), ("\t", 0), (",", 10_000)),
        pytest.param(";", 10_000, marks=pytest.mark.slow),
        pytest.param("\t", 10_000, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('"Pat "Red" Hill"', 'Pat "Red" Hill'),
        ('"Pat "the "Builder" Hill"', 'Pat "the "Builder" Hill'),
        ('"Pat "Red,;\t hot" Hill"', 'Pat "Red,;\t hot" Hill'),
        ('"Pat ""Red" Hill"', 'Pat "Red" Hill'),
        ('"Ö"Ä"Ü"', 'Ö"Ä"Ü'),
    ],
)
def test_a_mark_inside_a_cell_that_is_not_doubled_is_kept(
    file: Path, cell: str, meant: str, delimiter: str, before: int
) -> None:
    """Wherever in the file; other lines are read as they are."""
    lines = ["name", "email"], *[['"A ""B"" C"', "a@b.co"]] * (before + 1), [cell, '"p@b.co"']
    found = rows_of(file, "\n".join(map(delimiter.join, lines)), delimiter)
    assert found[-2:] == [('A "B" C', "a@b.co"), (meant, "p@b.co")]


DIVIDED = {
    "two signs among the titles": "Name;Email,Phone\nAnn,a@b.co,1\nBob,b@b.co,2\n",
    "other signs in the rows": "Name,Email,Phone\nAnn;a@b.co;1\nBob;b@b.co;2\n",
    "tabs in the rows": "\nName|Email|Phone\nAnn\ta@b.co\t1\nBob\tb@b.co\t2\n",
    "whole lines in quotation marks": '"Name,Email,Phone"\n"Ann,a@b.co,1"\n"Bob,b@b.co,2"\n',
    "whole lines but for the titles": 'Name;Email;Phone\r\n"Ann;a@b.co;1"\r\n"Bob;b@b.co;2"\r\n',
    "an end of DOS": "Name,Email,Phone\r\nAnn,a@b.co,1\r\nBob,b@b.co,2\r\n\x1a\x1a",
}


@pytest.mark.parametrize("text", DIVIDED.values(), ids=DIVIDED)
def test_titles_and_rows_may_be_divided_otherwise(file: Path, text: str) -> None:
    """Known titles tell how many cells there are."""
    assert rows_of(file, text) == [("Name", "Email", "Phone"), ("Ann", "a@b.co", "1"), ("Bob", "b@b.co", "2")]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Name;Phone, mobile;Email\nAnn;1;a@b.co\nBob;2;b@b.co\n", ("Name", "Phone, mobile", "Email")),
        ("Kol;Mol,Tol\nx,y,z\nu,v,w\n", ("Kol;Mol", "Tol")),
        ('"Name;Email",Phone\nAnn,a@b.co,1\nBob,b@b.co,2\n', ("Name;Email", "Phone")),
        ("Name;Email,Phone\nAnn,1\nBob,2\n", ("Name;Email", "Phone")),
    ],
)
def test_other_signs_in_titles_that_fit_or_are_unknown_stay(file: Path, text: str, titles: tuple[str, ...]) -> None:
    """They may be a part of a title."""
    assert rows_of(file, text)[0][: len(titles)] == titles


def test_a_line_whose_stray_marks_stay_in_doubt_is_left_alone(file: Path) -> None:
    """With one more cell than the titles, the delimiter may be inside the cell or not."""
    text = 'name,email\n"Pat "Red" Hill",p@b.co\n"Kit "K", Jr",k@b.co\n'
    assert rows_of(file, text)[1:] == [('Pat "Red" Hill', "p@b.co"), ('Kit K"', ' Jr"', "k@b.co")]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param('name,note\nAnn, "Hi" she said\nBob,x\n', ("Ann", ' "Hi" she said'), id="a quotation in a text"),
        pytest.param("name,email\n'Ann',a@b.co\n", ("'Ann'", "a@b.co"), id="single quotes below plain titles"),
        pytest.param("name,note\n'n' Roll,x\n", ("'n' Roll", "x"), id="apostrophes"),
        pytest.param('address\n"Main St 5, Berlin"\n"Elm St 7, Bonn"\n', ("Main St 5, Berlin",), id="one column"),
        pytest.param("name\nAnn~Lee\nBob~Ray\n", ("Ann~Lee",), id="a sign that the title lacks"),
    ],
)
def test_what_is_no_dialect_is_left_alone(file: Path, text: str, cells: tuple[str, ...]) -> None:
    """Text that happens to have such marks stays as it is."""
    assert rows_of(file, text)[1] == cells


DRAWN = {
    "MySQL": "+-----+\n| name | email  |\n+------+--------+\n| Ann  | a@b.co |\n| Bob  | b@b.co |\n+------+--------+\n",
    "PostgreSQL": " name | email\n------+--------\n Ann  | a@b.co\n Bob  | b@b.co\n",
    "Markdown": "| name | email |\n|------|:-----:|\n| Ann | a@b.co |\n| Bob | b@b.co |\n",
    "fixed width": "name   email\nAnn    a@b.co\nBob    b@b.co\n",
}


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN)
def test_a_table_may_be_drawn(file: Path, text: str) -> None:
    """Lines that only draw are blank; bars and aligned columns divide the others."""
    assert rows_of(file, text) == [("name", "email"), ("Ann", "a@b.co"), ("Bob", "b@b.co")]


def test_columns_of_fixed_width_have_known_titles(file: Path) -> None:
    """Names may stand below each other by chance."""
    assert rows_of(file, "Ann  Lee\nBob  Ray\nCal  Fox\n")[1:] == [("Ann  Lee",), ("Bob  Ray",), ("Cal  Fox",)]


def test_names_may_stand_before_their_addresses(file: Path) -> None:
    """As mail programs write recipients."""
    text = '"Lee, Ann" <a@b.co>\nBob Ray <b@b.co>\n<c@b.co>\n'
    assert rows_of(file, text)[1:] == [("Lee, Ann", "a@b.co"), ("Bob Ray", "b@b.co"), ("", "c@b.co")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Name;;Email\nAnn Lee;;a@b.co\nBob Ray;x;b@b.co\n", ("Bob Ray", "x", "b@b.co")),
        (";Nombre;;;;Correo\n;Ann;;;;a@b.co\n;Bob;;;;b@b.co\n", ("", "Bob", "", "", "", "b@b.co")),
    ],
)
def test_a_run_of_one_delimiter_is_empty_cells(file: Path, text: str, row: tuple[str, ...]) -> None:
    """Unless it has one length everywhere, as ``||`` may."""
    assert rows_of(file, text)[-1] == row


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        pytest.param("Kol1~Kol2\nx~y\nz~u\n", "~", id="unknown titles"),
        pytest.param("Kol1##Kol2\nx##y\nz##u\n", "##", id="of two signs"),
        pytest.param("aa^bb^cc\n1^2^3\n", "^", id="one row"),
        pytest.param("aa_bb_cc\n1_2_x\n", "_", id="underscores"),
    ],
)
def test_a_delimiter_that_is_not_clear_is_proposed(file: Path, text: str, sign: str) -> None:
    """Without known titles it may be a part of the cells: the user decides, and has the option to paste."""
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        open_table(file, ReadOptions())
    assert f'--delimiter "{sign}"' in str(caught.value.hint)
    assert len(rows_of(file, text, delimiter=sign)[0]) > 1


@pytest.mark.parametrize(
    "text",
    ["email\nmailto:a@b.co\nmailto:c@d.co\n", "phone\ntel:+491\ntel:+492\n", "https://a.example\nhttps://b.example\n"],
)
def test_addresses_have_signs_in_them(file: Path, text: str) -> None:
    """A column of them is no table of two columns."""
    assert len(rows_of(file, text)[0]) == 1


# --- a quotation mark that is never closed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "cells"),
    [
        pytest.param('"\n', (OPEN_QUOTE, ""), id="alone"),
        pytest.param('"', (OPEN_QUOTE, ""), id="alone without a line end"),
        pytest.param('"Cy,cy@example.com\n', (f"{OPEN_QUOTE}Cy,cy@example.com", ""), id="first cell"),
        pytest.param('Cy,"cy@example.com\n\n\n', ("Cy", f"{OPEN_QUOTE}cy@example.com"), id="last cell"),
        pytest.param('Cy,"c ""d""\n', ("Cy", f'{OPEN_QUOTE}c "d"'), id="with doubled ones"),
    ],
)
@pytest.mark.parametrize("rows", [2, 5000])
def test_a_quotation_mark_that_opens_in_the_last_line_costs_that_line(
    file: Path, end: str, cells: tuple[str, ...], rows: int
) -> None:
    """The rows before it are read, and it is marked, for its other cells may be inside."""
    found = rows_of(file, "Name,Email\n" + '"Ann","a@b.co"\n' * rows + end)
    assert found[1:] == [("Ann", "a@b.co")] * rows + [cells]


@pytest.mark.slow
def test_the_row_of_an_open_quotation_mark_is_invalid_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in its other cells: what the mark swallowed may belong to them. The report has the mark."""
    monkeypatch.chdir(tmp_path)
    text = 'name,email,phone,remark\nAnn,ann@example.com,,\nBob,bob@example.com,,"call back,+491\n'
    Path("contacts.csv").write_text(text)
    assert invoke("contacts.csv", "--inbox", 407, "--dry-run").exit_code == 1
    found = [(row["row"], row["status"], row["error_code"], row["name"]) for row in results()]
    assert found == [("2", "valid", "", "Ann"), ("3", "invalid", "open_quote", "Bob")]
    errors = next(Path("import-results").glob("*/errors.csv")).read_text(encoding="utf-8-sig")
    assert '"""call back,+491"' in errors


# --- round trips

TEXTS = st.text(st.sampled_from("ab ,;'|~^\\\n1é李"), min_size=1, max_size=6).map(lambda text: f"x{text}x")
TITLES = ("Name", "Email", "Phone")


@pytest.mark.slow
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=3, max_size=6))
def test_whatever_the_csv_module_writes_is_read_back(
    file: Path, rows: Cells, delimiter: str, quoting: int, end: str
) -> None:
    """Plain dialects are not taken for odd ones, whatever stands in the cells."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([TITLES, *rows])  # type: ignore[arg-type]
    assert rows_of(file, text.getvalue()) == [TITLES, *rows]


ODD: dict[str, Any] = {"single": {"quotechar": "'"}, "escaped": {"doublequote": False, "escapechar": "\\"}}
PLAIN_TEXTS = st.text(st.sampled_from('ab ,;"1é李'), min_size=1, max_size=6).map(lambda text: f"x{text}x")


@pytest.mark.slow
@pytest.mark.parametrize("odd", ODD)
@settings(deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(PLAIN_TEXTS, PLAIN_TEXTS, PLAIN_TEXTS), min_size=3, max_size=6))
@example(rows=[("x1x", "x;x", 'x",x')] * 2 + [('x",x', 'x",x', 'x",x;x')])
def test_odd_dialects_of_the_csv_module_are_read_back(file: Path, rows: Cells, odd: str) -> None:
    """With single quotation marks everywhere, and with a backslash before a quotation mark."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, **ODD[odd]).writerows([TITLES, *rows])
    assert rows_of(file, text.getvalue()) == [TITLES, *rows]


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(60))
@given(st.text(st.sampled_from('ab,"\\\r\n~x')), st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_blocks_may_be_cut_anywhere(text: str, cuts: list[int]) -> None:
    """A sign, a line end or a backslash may stand on both sides of a cut."""
    blocks, at = [], 0
    for cut in cuts:
        blocks.append(text[at : at + cut])
        at += cut
    blocks.append(text[at:])
    for dialect in (Dialect(",", escaped=True), Dialect("~x"), Dialect(",", wrapped=True)):
        assert "".join(dialect.plain(blocks)) == "".join(dialect.plain([text]))


@pytest.mark.slow
@given(st.text(st.sampled_from("ab,;\"'\\\n ~:x"), max_size=60))
def test_any_text_has_a_dialect(text: str) -> None:
    """Odd texts never end in an error."""
    detect_dialect(text)
    uncommon_delimiters(text)
