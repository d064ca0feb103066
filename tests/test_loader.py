"""Rules of reading: any file that holds a table, and true row numbers.

``tests/data`` has what no library of the test environment can write, all with the content of ``workbook_file``:
contacts.xls and contacts.ods (saved by LibreOffice 7.4), contacts.xlsb (written by pyxlsbwriter 0.1.0, not by
Excel), encrypted.xlsx (by msoffcrypto-tool 6.1, password "secret"). indented.xls and indented.ods (LibreOffice 7.4)
have what ``indented_file`` writes.
"""

import csv
import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from importer.errors import ConfigError, InputError
from importer.loader.charsets import plausible_encodings
from importer.loader.csv_dialect import detect_delimiter
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions, Table
from importer.loader.workbook import cell_text
from importer.models import Row
from importer.normalizer.text import WideText, guard, unguard
from tests.support.rows import rows_of

DATA = Path(__file__).parent / "data"


def opened(path: Path, content: str | bytes, options: ReadOptions = ReadOptions()) -> Table:  # noqa: B008 - frozen
    """The table of a file with this content; text is written as UTF-8, its line ends as they are."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, options)


def cells_of(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in rows_of(table)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def refused(path: Path, options: ReadOptions = ReadOptions()) -> InputError:  # noqa: B008 - frozen
    """The error of reading the whole of a file; its message and hint are one line each."""
    with pytest.raises(InputError) as caught:
        rows_of(open_table(path, options))
    assert str(caught.value.hint)
    assert "\n" not in f"{caught.value}{caught.value.hint}"
    return caught.value


# --- CSV: records, cells, numbers


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param("a,b\n1,2\n3,4\n", {2: ("1", "2"), 3: ("3", "4")}, id="LF"),
        pytest.param("a,b\r\n1,2\r\n3,4", {2: ("1", "2"), 3: ("3", "4")}, id="CRLF, none at the end"),
        pytest.param("a,b\r1,2\r\r3,4\r", {2: ("1", "2"), 4: ("3", "4")}, id="CR alone"),
        pytest.param("\n\na,b\n\n1,2\n , \n,\n3,4\n\n", {5: ("1", "2"), 8: ("3", "4")}, id="blank lines count"),
        pytest.param('a,b\n"x\r\ny\nz",2\n3,4\n', {2: ("x\r\ny\nz", "2"), 3: ("3", "4")}, id="line breaks in a cell"),
        pytest.param('a,b\n"say ""hi""",5" pipe\n', {2: ('say "hi"', '5" pipe')}, id="quotation marks"),
        pytest.param("a,b,c\n1\n1,2,3\n", {2: ("1", "", ""), 3: ("1", "2", "3")}, id="a short record is padded"),
        pytest.param("a,b\n1,2,3,,\n1,2,,\n", {2: ("1", "2", "3"), 3: ("1", "2")}, id="a long record keeps its extras"),
        pytest.param("a,b\n1,2,,4\n", {2: ("1", "2", "", "4")}, id="an empty cell before an extra"),
        pytest.param("a,b\n\xa0,\u3000\n1,2\n", {3: ("1", "2")}, id="blanks of other scripts"),
        pytest.param(
            "a,b\n00123,NA\nnull,1e5\nTrue,#N/A\n-,nan\n",
            {2: ("00123", "NA"), 3: ("null", "1e5"), 4: ("True", "#N/A"), 5: ("-", "nan")},
            id="nothing is taken for a number or a gap",
        ),
        pytest.param("a,b\n'+491,'=1\n'x,+49123\n", {2: ("+491", "=1"), 3: ("'x", "+49123")}, id="guards are undone"),
        pytest.param("a,b\n  x , y\n", {2: ("  x ", " y")}, id="spaces around a cell stay"),
        pytest.param("a\nx\ny z\n", {2: ("x",), 3: ("y z",)}, id="a single column"),
        pytest.param("a,b\n#x,2\n", {2: ("#x", "2")}, id="no comments"),
        pytest.param("a,b\n\u2028x\x85,y\x0b\n", {2: ("\u2028x\x85", "y\x0b")}, id="no other line ends"),
    ],
)
def test_records_have_the_numbers_and_cells_of_the_file(
    file: Path, content: str, rows: dict[int, tuple[str, ...]]
) -> None:
    """A record's number is its place in the file, whatever is passed over; its cells are the file's own text."""
    assert {row.number: row.cells for row in rows_of(opened(file, content))} == rows


@pytest.mark.parametrize(
    ("content", "titles", "header_row"),
    [
        pytest.param("Name, E-Mail \n1,2\n", ("Name", "E-Mail"), 1, id="stripped"),
        pytest.param("\ufeffName,b\n1,2\n", ("Name", "b"), 1, id="byte order mark"),
        pytest.param('\ufeff"Name",b\n1,2\n', ("Name", "b"), 1, id="byte order mark before a quotation mark"),
        pytest.param("\ufeff\ufeffName,b\n1,2\n", ("Name", "b"), 1, id="two byte order marks"),
        pytest.param("\n,\na,,b\n1,2,3\n", ("a", "", "b"), 3, id="an untitled column in the middle"),
        pytest.param("a,b,,\n1,2,,\n", ("a", "b"), 1, id="empty columns at the end are dropped"),
        pytest.param("a,b,,\n1,2,,\n1,2,x,\n", ("a", "b", ""), 1, id="an untitled last column with data is kept"),
        pytest.param("a,a\n1,2\n", ("a", "a"), 1, id="the same title twice"),
        pytest.param("'=a,'+b\n1,2\n", ("=a", "+b"), 1, id="guards are undone"),
        pytest.param('"a\nb",c\n1,2\n', ("a\nb", "c"), 1, id="a line break in a title"),
    ],
)
def test_the_header_is_the_first_row_with_text(
    file: Path, content: str, titles: tuple[str, ...], header_row: int
) -> None:
    """Titles are stripped text; an untitled column is "", and dropped at the end unless there is something in it."""
    table = opened(file, content)
    assert (table.titles, table.header_row) == (titles, header_row)


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (1000, [5])])
def test_batches_have_the_size_asked_for(file: Path, size: int, lengths: list[int]) -> None:
    """All batches are full but the last, and none is empty."""
    table = opened(file, "a\n1\n\n2\n3\n4\n5\n")
    assert [len(batch) for batch in table.batches(size)] == lengths


def test_a_table_is_read_from_the_top_each_time(file: Path) -> None:
    """Two readers do not disturb each other."""
    table = opened(file, "a\n1\n2\n3\n")
    first = table.batches(1)
    assert next(first) == [Row(2, ("1",))]
    assert rows_of(table) == [Row(2, ("1",)), Row(3, ("2",)), Row(4, ("3",))]
    assert next(first) == [Row(3, ("2",))]


@pytest.mark.slow
def test_numbers_stay_true_over_many_chunks(file: Path) -> None:
    """pandas reads in chunks; a record's number does not start again with each of them."""
    content = "a,b\n" + '"x\ny",\n\n' * 6000
    numbers = [row.number for row in rows_of(opened(file, content))]
    assert numbers == list(range(2, 12002, 2))


@pytest.mark.slow
def test_a_title_beyond_the_sampled_records_is_found(file: Path) -> None:
    """A header below very many blank lines still has its width, untitled columns and all."""
    table = opened(file, "\n" * 3000 + "a,,b,\n1,2,3,\n", ReadOptions(delimiter=","))
    assert (table.titles, table.header_row) == (("a", "", "b"), 3001)
    assert rows_of(table) == [Row(3002, ("1", "2", "3"))]


_LEFT_OUT = "\0\ufeff\x1a"  # NULs, byte order marks, and the Ctrl-Z at the end; tests/test_charsets.py has them
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=_LEFT_OUT))


@pytest.mark.slow
@given(st.lists(st.tuples(TEXT, TEXT, TEXT)))
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    """Every cell comes back, line ends of all kinds and quotation marks included.

    Three things are the loader's rules: a row without text is passed over, a guard comes off, and characters that
    are no text are left out (they are not drawn here).
    """
    file = tmp_path_factory.mktemp("csv") / "contacts.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("a", "b", "c"), ("1", "2", "3"), *rows])
    table = open_table(file, ReadOptions(encoding="utf-8", delimiter=","))
    expected = [
        Row(number, (unguard(row[0]), unguard(row[1]), unguard(row[2])))
        for number, row in enumerate([("1", "2", "3"), *rows], start=2)
        if any(cell.strip() for cell in row)
    ]
    assert rows_of(table) == expected


def test_marks_within_a_file_are_no_text(file: Path) -> None:
    """A row of byte order marks alone is blank, as a row of blanks is."""
    assert cells_of(opened(file, "a,b\n1,2\n,\ufeff\n\ufeff3,\ufeff4\ufeff\n")) == [("1", "2"), ("3", "4")]


@pytest.mark.slow
@given(st.tuples(TEXT, TEXT))
def test_a_guarded_cell_is_read_back_unguarded(
    tmp_path_factory: pytest.TempPathFactory, cells: tuple[str, str]
) -> None:
    """The importer's own errors.csv, read again, gives the cells of the first input."""
    file = tmp_path_factory.mktemp("csv") / "errors.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([("id", "a", "b"), ("1", *map(guard, cells))])
    assert cells_of(open_table(file, ReadOptions(encoding="utf-8", delimiter=","))) == [("1", *cells)]


# --- CSV: delimiters


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        pytest.param("a,b\n1,2\n", ",", id="comma"),
        pytest.param("a;b\n1;2\n", ";", id="semicolon"),
        pytest.param("a\tb\n1\t2\n", "\t", id="tab"),
        pytest.param("a|b\n1|2\n", "|", id="pipe"),
        pytest.param("name;amount\nAnn;1,5\nBob;2,5\n", ";", id="decimal commas"),
        pytest.param("name;a;b\nAnn;1,5;x\nBob;2,5;y;z\nCy;2,5;\n", ";", id="decimal commas and a ragged record"),
        pytest.param('a,b\n"x;y;z",2\n"p;q;r",3\n', ",", id="inside quotation marks it does not count"),
        pytest.param("last, first\temail\nDoe, Ann\ta@b.co\n", "\t", id="a comma in every cell between tabs"),
        pytest.param("a,b,c\n1,2,3,4\n1,2,3\n\n1,2\n", ",", id="ragged"),
        pytest.param("name\nAnn\nBob\n", ",", id="a single column"),
        pytest.param("note\nhello, world\nfoo\nbar\n", ",", id="a single column with a comma"),
        pytest.param("\n\n", ",", id="nothing"),
        pytest.param('a;"b\n1;2\n' + "x" * 200_000, ";", id="a quotation mark that is never closed"),
    ],
)
def test_the_delimiter_is_the_one_that_splits_most_evenly(sample: str, delimiter: str) -> None:
    """The header has as many cells as most records have, and quotation marks are respected."""
    assert detect_delimiter(sample[: 1 << 17]) == delimiter


@pytest.mark.parametrize(
    ("given_word", "content"),
    [
        ("tab", "a\tb\n1\t2,3\n"),
        ("\\t", "a\tb\n1\t2,3\n"),
        ("\t", "a\tb\n1\t2,3\n"),
        ("semicolon", "a;b\n1;2,3\n"),
        (";", "a;b\n1;2,3\n"),
        ("Pipe", "a|b\n1|2,3\n"),
        ("^", "a^b\n1^2,3\n"),
        ("；", "a；b\n1；2,3\n"),
        ("::", "a::b\n1::2,3\n"),
        ("|~|", "a|~|b\n1|~|2,3\n"),
        ("space", "a b\n1 2,3\n"),
    ],
)
def test_a_delimiter_is_named_by_a_word_or_itself(file: Path, given_word: str, content: str) -> None:
    """The user's delimiter overrules the detection."""
    table = opened(file, content, ReadOptions(delimiter=given_word))
    assert (table.titles, cells_of(table)) == (("a", "b"), [("1", "2,3")])
    assert "(given)" in str(table.notes[0])


@pytest.mark.parametrize("delimiter", ["", "a;", '"', "\n", "\r", "\0", "komma"])
def test_an_impossible_delimiter_is_refused(file: Path, delimiter: str) -> None:
    """A single ASCII character can split records, or a few signs; no letters, quotation marks or line ends."""
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError) as caught:
        open_table(file, ReadOptions(delimiter=delimiter))
    assert repr(delimiter) in str(caught.value)
    assert "semicolon" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("first_line", "delimiter"),
    [("sep=;", ";"), ('"sep=;"', ";"), ("SEP=|", "|"), ("sep=\t", "\t"), ("\ufeffsep=;", ";")],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_sep_line_is_obeyed_and_counts_as_record_1(
    file: Path, first_line: str, delimiter: str, line_end: str
) -> None:
    """Excel's ``sep=;`` names the delimiter, even where another one would be detected."""
    lines = [first_line, f"a{delimiter}b,c", f"1{delimiter}2,3"]
    table = opened(file, line_end.join(lines))
    assert (table.delimiter, table.titles, table.header_row) == (delimiter, ("a", "b,c"), 2)
    assert rows_of(table) == [Row(3, ("1", "2,3"))]


def test_the_users_delimiter_overrules_a_sep_line(file: Path) -> None:
    """The line is passed over all the same."""
    table = opened(file, "sep=;\na,b;c\n1,2;3\n", ReadOptions(delimiter=","))
    assert (table.titles, cells_of(table)) == (("a", "b;c"), [("1", "2;3")])


# --- CSV: encodings

CHINESE = "姓名,手机\r\n张三,13800138000\r\n欧阳娜娜,13800138001\r\n"
TRADITIONAL = "姓名,電話\r\n陳志偉,0912345678\r\n林淑芬,0922333444\r\n"
JAPANESE = "氏名,電話番号\r\n山田　太郎,09012345678\r\nスズキ・マリ,08011112222\r\n"
KOREAN = "이름,전화번호\r\n김민수,01012345678\r\n이영희,01087654321\r\n"
GERMAN = "Name,Straße\r\nJürgen Größe,Königsallee 5\r\nÄnne Voß,Am Bühl\r\n"
FRENCH = "Prénom,Téléphone\r\nHélène d’Arc,+33 1\r\nCréée,+33 2\r\n"
SPANISH = "Nombre,Teléfono\r\nMuñoz CAÑÓN,+34 1\r\nÁngel Núñez,+34 2\r\n"
PORTUGUESE = "Nome,Endereço\r\nJoão Conceição,São Paulo\r\n"


@pytest.mark.parametrize(
    ("text", "written", "encoding"),
    [
        pytest.param(CHINESE, "utf-8", "utf-8", id="UTF-8"),
        pytest.param(CHINESE, "utf-8-sig", "utf-8-sig", id="UTF-8 with a mark"),
        pytest.param(CHINESE.replace(",", "\t"), "utf-16", "utf-16", id="UTF-16 LE, tabs (Excel's Unicode text)"),
        pytest.param("\ufeff" + CHINESE, "utf-16-be", "utf-16", id="UTF-16 BE"),
        pytest.param(CHINESE, "utf-32", "utf-32", id="UTF-32"),
        pytest.param(CHINESE, "gb18030", "gb18030", id="GB18030"),
        pytest.param("姓名\n张三\n", "gbk", "gb18030", id="GBK, very short"),
        pytest.param("name,city\nAnn,北京\n", "gbk", "gb18030", id="GBK, a single cell"),
        pytest.param("QQ号,VIP客户\n1,用户A\n", "gbk", "gb18030", id="GBK between Latin letters"),
        pytest.param("姓名,备注\n喆𠮷,龘\n王小明,好\n", "gb18030", "gb18030", id="GB18030 with rare characters"),
        pytest.param(TRADITIONAL, "big5", "cp950", id="Big5"),
        pytest.param(JAPANESE, "cp932", "cp932", id="Shift_JIS"),
        pytest.param(KOREAN, "cp949", "cp949", id="Korean"),
        pytest.param(GERMAN, "cp1252", "cp1252", id="German"),
        pytest.param("Name\nMüller\n", "cp1252", "cp1252", id="Müller alone"),
        pytest.param("Name\nHäßler\n", "cp1252", "cp1252", id="two accented letters side by side"),
        pytest.param(FRENCH, "cp1252", "cp1252", id="French"),
        pytest.param(SPANISH, "cp1252", "cp1252", id="Spanish"),
        pytest.param(PORTUGUESE, "cp1252", "cp1252", id="Portuguese"),
        pytest.param("Name,Price\nAnn,5 €\n", "cp1252", "cp1252", id="a euro sign alone"),
    ],
)
def test_the_encoding_is_detected(file: Path, text: str, written: str, encoding: str) -> None:
    """A byte order mark decides; else UTF-8 where all of the file is; else what the characters look like."""
    table = opened(file, text.encode(written))
    lines = [re.split("[,\t]", line) for line in text.removeprefix("\ufeff").splitlines()]
    assert table.encoding == encoding
    assert [table.titles, *cells_of(table)] == [tuple(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Kučera\n1\n", "cp1250", id="Czech, or a French è"),
        pytest.param("Ayşe\n1\n", "cp1254", id="Turkish, or Icelandic"),
        pytest.param("Gergő\n1\n", "cp1250", id="Hungarian, or Portuguese"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_not_guessed(file: Path, text: str, written: str) -> None:
    """A wrong guess would fill the desk with garbled names; naming the encoding reads the file."""
    file.write_bytes(text.encode(written))
    assert "--encoding" in str(refused(file).hint)
    assert open_table(file, ReadOptions(encoding=written)).titles[0] == re.split("[,\n]", text)[0]


def test_damaged_utf8_is_not_taken_for_another_encoding(file: Path) -> None:
    """A bad byte in a file of UTF-8 is named with its line and kept as a lone surrogate (PEP 383), never replaced."""
    table = opened(file, "Name\nRenée\nZoë\nJosé\n".encode() + "Noël\n".encode("cp1252") + "Chloé\n".encode())
    assert cells_of(table) == [("Renée",), ("Zoë",), ("José",), ("No\udcebl",), ("Chloé",)]
    assert "some bytes in line 5 are not utf-8; nothing replaces them" in map(str, table.notes)


def test_each_line_with_broken_bytes_is_named_once(file: Path) -> None:
    """However many stand in it, and in those before it."""
    lines = ["Renée", "No\udceb l\udceb", "Zoë", "José", "\udceb", "No\udceb", *["Chloé"] * 200]
    content = "".join(f"{line}\n" for line in ["Name", *lines]).encode("utf-8", "surrogateescape")
    table = opened(file, content)
    assert "some bytes in line 3, 6, 7 are not utf-8; nothing replaces them" in map(str, table.notes)


@pytest.mark.slow
def test_a_likely_encoding_must_fit_the_whole_file(file: Path) -> None:
    """A guess from the first accents is dropped where a byte further down does not exist in it; ISO 8859, which has a
    character for every byte, is none where they would be control characters."""
    file.write_bytes("Name\nMüller\n".encode("cp1252") * 10_000 + b"x\x81\n" * 10_000)
    assert "no other encoding fits" in str(refused(file))


def test_the_evidence_may_end_inside_a_character() -> None:
    """A sample is cut at a number of bytes, not of characters."""
    assert plausible_encodings("张三李四".encode("gbk")[:-1]) == ["gb18030"]


@pytest.mark.slow
def test_a_file_is_utf8_only_if_all_of_it_is(file: Path) -> None:
    """Detection reads to the end: the first accent may stand megabytes down, and blocks may cut a character."""
    ascii_part = "name\n" + "x" * 1_048_569 + "\n"
    assert opened(file, ascii_part + "é" * 9).encoding == "utf-8"
    assert opened(file, ascii_part.encode() + "José\nZoé\nRené é".encode("cp1252")).encoding == "cp1252"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        pytest.param("gbk", CHINESE.encode("gbk"), id="GBK"),
        pytest.param("UTF8", CHINESE.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param("utf-16-le", CHINESE.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param("utf-16-le", ("\ufeff" + CHINESE).encode("utf-16-le"), id="UTF-16 with a mark"),
        pytest.param("utf-16-be", CHINESE.encode("utf-16-be"), id="UTF-16 BE without a mark"),
    ],
)
def test_the_users_encoding_is_obeyed(file: Path, encoding: str, content: bytes) -> None:
    """It overrules the detection; a byte order mark is left out all the same."""
    table = opened(file, content, ReadOptions(encoding=encoding))
    assert (table.encoding, table.titles) == (encoding, ("姓名", "手机"))
    assert [*map(str, table.notes)] == [f"encoding {encoding} (given), delimiter ',' (detected)"]


def test_the_users_encoding_is_obeyed_where_another_is_likelier(file: Path) -> None:
    """Whoever names an encoding knows something that the bytes do not show."""
    assert opened(file, "Dvořák\n1\n".encode("cp1250"), ReadOptions(encoding="cp1250")).titles == ("Dvořák",)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "", "a\0b"])
def test_an_unknown_encoding_is_refused_by_its_name(file: Path, encoding: str) -> None:
    """The name is repeated, and names that work are shown."""
    file.write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError) as caught:
        open_table(file, ReadOptions(encoding=encoding))
    assert f'"{encoding}"' in str(caught.value)
    assert "gb18030" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        pytest.param("utf-8", "a\nb\né\n".encode("cp1252"), id="wrong"),
        pytest.param("utf-16", "a\nb\n".encode("utf-16") + b"\0\xd8c\0" * 9, id="halves of characters"),
    ],
)
def test_bytes_that_the_users_encoding_does_not_have_are_named_with_their_line(
    file: Path, encoding: str, content: bytes
) -> None:
    """The file is not read in another encoding behind the user's back."""
    file.write_bytes(content)
    error = refused(file, ReadOptions(encoding=encoding))
    assert encoding in str(error)
    assert "line 3" in str(error)


def test_an_encoding_that_decodes_nothing_is_refused(file: Path) -> None:
    """Python has encodings of host names, and one that always fails; their errors name no byte."""
    file.write_text("a,b\n1,2\n")
    assert "not undefined throughout" in str(refused(file, ReadOptions(encoding="undefined")))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a\0b,c\n1,\0\0\n", id="UTF-8"),
        pytest.param("a\0b,c\n1,\0\0\n".encode("utf-16"), id="UTF-16"),
        pytest.param("a\0b,c\n" + "1,\0\0\n" + "x" * 10_000 + "\n" + "\0" * 100, id="many at the end"),
    ],
)
def test_a_few_nuls_are_left_out_and_counted(file: Path, content: str | bytes) -> None:
    """pandas 2 ends a cell at a NUL and drops the rest of it; here nothing but the NUL is lost."""
    table = opened(file, content)
    assert table.titles == ("ab", "c")
    assert cells_of(table)[0] == ("1", "")
    assert any("NUL" in str(note) for note in table.notes)


@pytest.mark.slow
def test_a_block_of_nuls_is_not_the_end_of_the_file(file: Path) -> None:
    """A read that gives nothing but NULs would look like an end."""
    content = "a\n" + "x" * 20_000_000 + "\n" + "\0" * 600_000 + "\nlast\n"
    assert cells_of(opened(file, content))[-1] == ("last",)


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        pytest.param("a,b\n1,2\n", ("encoding utf-8 (detected), delimiter ',' (detected)",), id="detected"),
        pytest.param("sep=\t\na\tb\n1\t2\n", ("encoding utf-8 (detected), delimiter tab (sep= line)",), id="sep"),
        pytest.param(
            "\ufeffa;b\n1;2\n", ("encoding utf-8-sig (byte order mark), delimiter ';' (detected)",), id="mark"
        ),
        pytest.param(
            CHINESE.encode("gbk"),
            (
                "encoding gb18030 (detected), delimiter ',' (detected)",
                "if names look wrong, name the file's encoding with --encoding",
            ),
            id="guessed",
        ),
    ],
)
def test_notes_say_how_a_text_was_read(file: Path, content: str | bytes, notes: tuple[str, ...]) -> None:
    """What was found out, and where it is known from; a guess says what to do when it is wrong."""
    assert tuple(map(str, opened(file, content).notes)) == notes


def test_a_sheet_named_for_a_text_is_remarked(file: Path) -> None:
    """A sheet in the configuration file does not stop the import of a CSV."""
    table = opened(file, "a\n1\n", ReadOptions(sheets=("Contacts",)))
    assert (table.kind, table.sheet) == ("csv", None)
    assert any("--sheet" in str(note) for note in table.notes)


# --- CSV: what cannot be read


@pytest.mark.slow
def test_a_record_far_too_long_is_named(file: Path) -> None:
    """pandas must know the number of columns beforehand: that of the first thousand records, and 64 more."""
    start = 'a,b\n"1\n",2\n\n' + "1,2\n" * 1000
    file.write_text(start + ",".join("x" * 66) + "\n")
    assert len(cells_of(open_table(file, ReadOptions()))[-1]) == 66
    file.write_text(start + ",".join("x" * 66) + "\n" + ",".join("x" * 67) + "\n")
    error = refused(file)
    assert "record 1005 has 67 cells" in str(error)
    assert "--delimiter" in str(error.hint)


@pytest.mark.slow
def test_a_quotation_mark_that_is_never_closed_is_named(file: Path) -> None:
    """Where no record begins soon enough behind it; counted from 1, over chunks and quoted line ends."""
    file.write_text("a,b\n" + '"1\n",2\n' * 4000 + 'x,"y\n' + f"{'prose' * 40}\n" * 6000)
    error = refused(file)
    assert "record 4002" in str(error)
    assert "quotation mark" in str(error)


def test_another_error_of_the_tokenizer_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pandas has more messages than the two that are put in the user's words."""
    table = opened(file, "a\n1\n")

    def fail(*_: object, **__: object) -> None:
        raise pd.errors.ParserError("Error tokenizing data. C error: Buffer overflow caught")

    monkeypatch.setattr(pd, "read_csv", fail)
    with pytest.raises(InputError, match="Buffer overflow"):
        rows_of(table)


@pytest.mark.parametrize("error", [OSError("device gone"), UnicodeDecodeError("utf-8", b"x", 0, 1, "changed")])
def test_a_read_error_on_the_way_is_an_input_error(
    file: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A disk, or a file that changes while it is read."""
    table = opened(file, "a\n1\n")

    def fail(*_: object) -> str:
        raise error

    monkeypatch.setattr("importer.loader.encoding.WithoutNuls.read", fail)
    with pytest.raises(InputError, match="to its end"):
        rows_of(table)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "found", "hint"),
    [
        pytest.param(b"", "empty", "export", id="0 bytes"),
        pytest.param(b" \r\n\t\n ", "no text", "header", id="only whitespace"),
        pytest.param(b"\xef\xbb\xbf", "no text", "header", id="only a byte order mark"),
        pytest.param(b"\xff\xfe", "no text", "header", id="only a UTF-16 mark"),
        pytest.param(b"sep=;\n", "no text", "header", id="only a sep= line"),
        pytest.param(b"name,email\n", "row 1", "add a row", id="only a header"),
        pytest.param(b"\nname,email\n,\n \n", "row 2", "add a row", id="a header and blank rows"),
        pytest.param(b"%PDF-1.7\n", "a PDF document", ".xlsx", id="PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", "an image", ".xlsx", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0\0", "an image", ".xlsx", id="JPEG"),
        pytest.param(b"\x1f\x8b\x08\0", "damaged or incomplete", "again", id="gzip that breaks off"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", "7z", "unpack", id="7z"),
        pytest.param(b"{\\rtf1", "rich text", ".xlsx", id="RTF"),
        pytest.param(b"\xef\xbb\xbf\n <!DOCTYPE html><table>", "web page", ".xlsx", id="HTML"),
        pytest.param(b"<table><tr><td>a", "row 1", "add a row", id="an HTML table of one row"),
        pytest.param(b'<?xml version="1.0"?><Workbook>', "XML", ".xlsx", id="XML that is no spreadsheet of 2003"),
        pytest.param(b'\n{\n\t"people": []}', "no contact in it", "export", id="JSON without records"),
        pytest.param(b'{"total": 7}', "JSON without a list", "a list of objects", id="JSON about something else"),
        pytest.param(b"[]", "no contact in it", "export", id="an empty list of JSON"),
        pytest.param(b'{"name": "Ann', "cannot be read as JSON: line 1", "export", id="JSON that breaks off"),
        pytest.param(b"ID;PCALCOOO32\r\nF;P0;DG0G10\r\n", "SYLK", ".xlsx", id="SYLK of LibreOffice"),
        pytest.param(b'ID;PSCALC3\nC;X1;Y1;K"Nom"\n', "SYLK", ".xlsx", id="SYLK"),
        pytest.param(b'TABLE\r\n0,1\r\n"EXCEL"\r\n', "a DIF file", ".xlsx", id="DIF"),
        pytest.param(b"version: 1\n\ndn: cn=Ann\ncn: Ann\n", "an LDIF", "CSV", id="LDIF"),
        pytest.param(b"# extended\ndn:: Y249QW5u\ncn: Ann\n", "an LDIF", "CSV", id="LDIF in base 64"),
        pytest.param(
            b"BEGIN:VCARD\r\nVERSION:4.0\r\n", "END:VCARD of the card is missing", "export", id="an empty vCard"
        ),
        pytest.param(b"BEGIN:VCALENDAR\r\n", "an iCalendar", "CSV", id="iCalendar"),
        pytest.param(
            b"From: <Saved by Blink>\r\nSubject: Kontakte\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n"
            b'\tboundary="x"\r\n',
            *("a saved web page (MHTML)", ".xlsx"),
            id="MHTML of a browser",
        ),
        pytest.param(b"Received: by x\r\n\tfor y\r\nMessage-ID: <1@x>\r\n", "an e-mail message", "attached", id="mail"),
        pytest.param(b"-- MySQL dump 10\n\nDROP TABLE IF EXISTS `c`;\n", "an SQL script", "CSV", id="SQL"),
        pytest.param(b"---\n- name: Ann\n", "YAML", "CSV", id="YAML"),
        pytest.param(b'# people\n[[person]]\nname = "Ann"\n', "is TOML", "CSV", id="TOML, a list of tables"),
        pytest.param(b'[person.ann]\nname = "Ann"\nage = 7\n', "is TOML", "CSV", id="TOML, a table"),
        pytest.param(b'title = "List"\n\n[ann]\n', "is TOML", "CSV", id="TOML, a value before a table"),
        pytest.param(b"; people\r\n[Ann]\r\nemail=a@b.co\r\n", "an INI file", "CSV", id="INI"),
        pytest.param(b"name,email\n~{VPND~},a@b.co\n~{VP~},~x\n", "in HZ", "CSV UTF-8", id="HZ, damaged"),
        pytest.param(b"PAR1\x15\x04", "cannot be read as Parquet", "CSV", id="Parquet that breaks off"),
        pytest.param(b"ARROW1\0\0", "cannot be read as Arrow", "CSV", id="Arrow that breaks off"),
        pytest.param(b"FEA1", "a Feather file of version 1", "CSV", id="Feather of long ago"),
        pytest.param(b"SQLite format 3\0", "a database", "CSV", id="SQLite"),
        pytest.param(b"\x03\x7c\x0b\x1c\x02\0\0\0", "a dBase table", ".xlsx", id="dBase"),
        pytest.param(b"\t\x04\x06\0\0\0\x10\0", "before version 5", ".xlsx", id="Excel 4"),
        pytest.param(b"a" * 257 + b"ustar\0" + bytes(99), "a tar archive", "unpack", id="tar"),
        pytest.param(b"RIFF\x24\0\0\0WEBPVP8 ", "an image", ".xlsx", id="WebP"),
        pytest.param(bytes(range(256)) * 20, "not a text file", ".csv or .xlsx", id="binary"),
        pytest.param(b"a,b\n" * 2000 + b"\0" * 9000, "control characters", ".csv or .xlsx", id="NULs further down"),
        pytest.param(bytes(range(128, 256)) * 9, "no other encoding fits", "--encoding", id="bytes of no encoding"),
    ],
)
@pytest.mark.parametrize("name", ["contacts.csv", "contacts.xlsx", "contacts"])
def test_what_is_no_table_is_named(tmp_path: Path, name: str, content: bytes, found: str, hint: str) -> None:
    """The message says what the content is, whatever the file is called; the hint says what to do."""
    if content.startswith((b"PAR1", b"ARROW1")):
        pytest.importorskip("pyarrow", reason="of the extra test-all")
    file = tmp_path / name
    file.write_bytes(content)
    error = refused(file)
    assert name in str(error)
    assert found in str(error)
    assert hint in str(error.hint)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Act as an account without privileges: permissions do not bind root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


@pytest.fixture
def locked(file: Path) -> Path:
    file.write_text("a\n1\n")
    file.chmod(0)
    return file


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions work otherwise")
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("ID;Phone\nC;+49301234567\n", id="ID and Phone"),
        pytest.param("ID;PHONE\nF;123\n", id="in capitals"),
        pytest.param("dn,email\nAnn,a@b.co\n", id="dn"),
        pytest.param("Table\n0,1\n", id="Table"),
        pytest.param("Subject: our customers\nDate: today\n\nname,email\nAnn,a@b.co\n", id="a remark with colons"),
        pytest.param("From,To\na@b.co,c@d.co\n", id="From"),
        pytest.param("[name],[email]\nAnn,a@b.co\n", id="titles in brackets"),
        pytest.param("name = first name\nAnn\n", id="an equals sign"),
        pytest.param("--,name,email\n1,Ann,a@b.co\n", id="dashes"),
        pytest.param("BMI,name\n20,Ann\n", id="BMI"),
        pytest.param("Obj,name\nx,Ann\n", id="Obj"),
    ],
)
def test_a_table_whose_titles_look_like_another_format_is_a_table(file: Path, content: str) -> None:
    """A signature is longer than a title that begins in the same way."""
    file.write_text(content)
    assert open_table(file, ReadOptions()).kind == "csv"


def test_a_file_that_may_not_be_read_is_named(locked: Path, nobody: None) -> None:
    """Permissions are the user's to change."""
    assert "may not be read" in str(refused(locked))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is repeated as it was given."""
    assert str(tmp_path / "nope.csv") in str(refused(tmp_path / "nope.csv"))


def test_a_folder_is_named(tmp_path: Path) -> None:
    """A folder is a common slip of tab completion."""
    assert "a folder" in str(refused(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """A pipe can be read once only, and opening it waits for a writer."""
    os.mkfifo(tmp_path / "pipe")
    assert "standard input" in str(refused(tmp_path / "pipe").hint)


def test_another_error_of_the_file_system_is_told(tmp_path: Path) -> None:
    """Whatever the system says about a path reaches the user in one line."""
    assert "cannot be read" in str(refused(tmp_path / ("x" * 300)))


# --- workbooks

CONTACTS: list[list[object]] = [
    ["name", "phone", "joined"],
    ["Ann", 13800138000, dt.date(2024, 1, 2)],
    [],
    ["Zoë", "00123", dt.datetime(2024, 1, 2, 3, 4, 5)],
    ["Bo", 1.38e16, 1.5],
    ["Cy\nDee", "NA", -5],
]
CONTACT_ROWS = [
    Row(4, ("Ann", "13800138000", "2024-01-02")),
    Row(6, ("Zoë", "00123", "2024-01-02 03:04:05")),
    Row(7, ("Bo", "1.38E+16", "1.5")),
    Row(8, ("Cy\nDee", "NA", "-5")),
]


def filled(sheet: Worksheet, rows: list[list[object]], top: int = 1) -> Worksheet:
    """The sheet with these rows, the first at ``top``; ``None`` leaves a cell alone."""
    for number, row in enumerate(rows, start=top):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value  # type: ignore[assignment]
    return sheet


def workbook_file(path: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    """A workbook with these sheets, in this order."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        filled(workbook.create_sheet(title), rows).sheet_state = "hidden" if title in hidden else "visible"
    workbook.save(path)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The workbook that ``tests/data`` has in other formats: a hidden sheet, an empty one, and the contacts."""
    sheets: dict[str, list[list[object]]] = {"Old": [["old"], ["x"]], "Empty": [], "Contacts": [[], [], *CONTACTS]}
    return workbook_file(tmp_path / "contacts.xlsx", sheets, hidden=("Old",))


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods", "xlsb"])
def test_every_format_gives_the_same_rows(book: Path, suffix: str) -> None:
    """Rows have the numbers that a spreadsheet program shows, blank rows above the header counted."""
    table = open_table(book if suffix == "xlsx" else DATA / f"contacts.{suffix}", ReadOptions())
    assert (table.kind, table.sheet, table.encoding, table.delimiter) == ("xlsx", "Contacts", None, None)
    assert (table.titles, table.header_row) == (("name", "phone", "joined"), 3)
    assert rows_of(table) == CONTACT_ROWS
    assert rows_of(table) == CONTACT_ROWS


def indented_file(path: Path) -> Path:
    """A workbook whose table begins in C3, with numbers of a format and a merged cell below."""
    rows: list[list[object]] = [
        [],
        [],
        [None, None, "Name", "Customer no", "Email"],
        [None, None, "Ann Lee", 42, "ann@example.com"],
        [None, None, "Bo Ek", 1234, "bo@example.com"],
        [None, None, "Season 2024"],
    ]
    workbook_file(path, {"S": rows})
    workbook = openpyxl.load_workbook(path)
    for place in ("D4", "D5"):
        workbook["S"][place].number_format = "000000"
    workbook["S"].merge_cells("C6:E6")
    workbook.save(path)
    return path


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_a_table_keeps_its_columns_where_the_first_ones_are_empty(tmp_path: Path, suffix: str) -> None:
    """Letters are those that a spreadsheet program shows, and what cells show stands in its own column."""
    is_ours = suffix == "xlsx"
    table = open_table(indented_file(tmp_path / "x.xlsx") if is_ours else DATA / f"indented.{suffix}", ReadOptions())
    assert (table.titles, table.header_row) == (("", "", "Name", "Customer no", "Email"), 3)
    ann, bo, season = rows_of(table)
    assert ann.cells == ("", "", "Ann Lee", "000042", "ann@example.com")
    assert bo.cells == ("", "", "Bo Ek", "001234", "bo@example.com")
    assert season.cells == ("", "", "Season 2024", "", "")
    assert type(season.cells[2]) is WideText


def test_a_table_without_titles_is_told_by_its_first_column(tmp_path: Path) -> None:
    """The hint names a column that has something, by its letter, and the row that is the first."""
    people: list[list[object]] = [[], [None, "Ann Lee", "ann@example.com"], [None, "Bo Ek", "bo@example.com"]]
    table = open_table(workbook_file(tmp_path / "x.xlsx", {"S": people}), ReadOptions())
    assert table.titles == ("Column A", "Column B", "Column C")
    (note,) = map(str, table.notes)
    assert "the data begin in row 2" in note
    assert '--map "Column B=name"' in note


@pytest.mark.parametrize("name", ["x.csv", "x.xls", "x.xlsx", "x.ods", "x.xlsb", "x.txt", "x"])
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods", "xlsb"])
def test_the_content_decides_and_not_the_name(book: Path, tmp_path: Path, suffix: str, name: str) -> None:
    """A workbook that was renamed is still a workbook."""
    content = (book if suffix == "xlsx" else DATA / f"contacts.{suffix}").read_bytes()
    (tmp_path / name).write_bytes(content)
    assert rows_of(open_table(tmp_path / name, ReadOptions())) == CONTACT_ROWS


@pytest.mark.parametrize("name", ["contacts.xlsx", "contacts.xls", "contacts.ods", "contacts.tsv"])
def test_a_text_under_any_name_is_a_text(tmp_path: Path, name: str) -> None:
    """Many programs write tab-separated text and call it .xls."""
    table = opened(tmp_path / name, "a\tb\n1\t2\n")
    assert (table.kind, cells_of(table)) == ("csv", [("1", "2")])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("  as it is ", "  as it is ", id="text"),
        pytest.param("00123", "00123", id="text of digits"),
        pytest.param(True, "TRUE", id="true"),
        pytest.param(False, "FALSE", id="false"),
        pytest.param(7, "7", id="integer"),
        pytest.param(13800138000.0, "13800138000", id="integral number"),
        pytest.param(-5.0, "-5", id="negative"),
        pytest.param(-0.0, "0", id="minus zero"),
        pytest.param(999_999_999_999_999.0, "999999999999999", id="15 digits"),
        pytest.param(1e15, "1E+15", id="16 digits"),
        pytest.param(1.38e16, "1.38E+16", id="17 digits"),
        pytest.param(-1234567890123456.0, "-1.234567890123456E+15", id="negative with lost digits"),
        pytest.param(10**15, "1E+15", id="integer with lost digits"),
        pytest.param(1e22, "1E+22", id="huge"),
        pytest.param(1.5, "1.5", id="fraction"),
        pytest.param(0.1, "0.1", id="shortest form"),
        pytest.param(1e-07, "1e-07", id="tiny"),
        pytest.param(dt.date(2024, 1, 2), "2024-01-02", id="date"),
        pytest.param(dt.datetime(2024, 1, 2), "2024-01-02", id="midnight"),
        pytest.param(dt.datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05", id="date and time"),
        pytest.param(dt.datetime(2024, 1, 2, 3, 4, 4, 999_999), "2024-01-02 03:04:05", id="to the nearest second"),
        pytest.param(dt.datetime(2024, 1, 1, 23, 59, 59, 999_999), "2024-01-02", id="nearly midnight"),
        pytest.param(dt.time(3, 4, 5), "03:04:05", id="time"),
        pytest.param(dt.time(3, 4, 4, 999_000), "03:04:05", id="time to the nearest second"),
        pytest.param(dt.timedelta(hours=30, minutes=5), "30:05:00", id="duration"),
        pytest.param(dt.timedelta(seconds=-61), "-0:01:01", id="negative duration"),
    ],
)
def test_a_cell_is_the_text_that_the_user_sees(value: str | float, text: str) -> None:
    """Numbers have no .0; one beyond Excel's 15 digits is written so that nobody takes it for exact."""
    assert cell_text(value) == text


def test_cells_of_a_workbook_reach_the_row_as_text(tmp_path: Path) -> None:
    """Formats, guards and error values, through the file and back."""
    sheet_rows: list[list[object]] = [
        ["'=title ", 2024, None],
        ["'=1", True, dt.time(3, 4, 5)],
        ["#N/A", dt.timedelta(hours=30), 0.25],
    ]
    workbook = openpyxl.Workbook()
    sheet = filled(workbook.worksheets[0], sheet_rows)
    sheet["A3"].data_type = "e"
    sheet["C3"].number_format = "0%"
    workbook.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert table.titles == ("=title", "2024", "")
    assert cells_of(table) == [("=1", "TRUE", "03:04:05"), ("#N/A!", "30:00:00", "0.25")]


def test_formatting_is_not_data(tmp_path: Path) -> None:
    """A million formatted rows, or columns, with two of data are two rows of data."""
    workbook = openpyxl.Workbook()
    sheet = filled(workbook.worksheets[0], [["name"], ["Ann"]])
    for cell in ("A1048576", "XFD1", "XFD1048576"):
        sheet[cell].fill = PatternFill("solid", fgColor="FFFF0000")
    workbook.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert (table.titles, rows_of(table)) == (("name",), [Row(2, ("Ann",))])


def test_a_stray_cell_makes_an_untitled_column(tmp_path: Path) -> None:
    """In a workbook nothing can shift: a remark beside the table is a column without a title."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [["name"], ["Ann"], ["Bo", None, "call her"]]})
    table = open_table(file, ReadOptions())
    assert (table.titles, cells_of(table)) == (("name", "", ""), [("Ann", "", ""), ("Bo", "", "call her")])


# --- workbooks: sheets


@pytest.mark.parametrize(
    ("wanted", "sheet"),
    [
        pytest.param(None, "Contacts", id="the first visible one with data"),
        pytest.param("contacts", "contacts", id="the exact name first"),
        pytest.param("CONTACTS ", "Contacts", id="without case"),
        pytest.param("2024", "2024", id="a name of digits before a number"),
        pytest.param("5", "contacts", id="a number counts every sheet"),
        pytest.param("Old", "Old", id="a hidden one by its name"),
        pytest.param("1", "Old", id="a hidden one by its number"),
    ],
)
def test_the_sheet_is_chosen_by_name_or_number(tmp_path: Path, wanted: str | None, sheet: str) -> None:
    """Hidden sheets and empty ones are passed over unless the user names them."""
    data: list[list[object]] = [["name"], ["Ann"]]
    sheets: dict[str, list[list[object]]] = {
        "Old": data,
        "Blank": [[" "]],
        "Contacts": data,
        "2024": data,
        "other": data,
    }
    file = workbook_file(tmp_path / "x.xlsx", sheets, hidden=("Old",))
    # Neither Excel nor openpyxl lets names differ in case alone; other programs do.
    edited(file, "xl/workbook.xml", b'name="other"', b'name="contacts"')
    table = open_table(file, ReadOptions(sheets=() if wanted is None else (wanted,)))
    assert table.sheet == sheet


@pytest.mark.slow
def test_a_chart_sheet_is_passed_over(tmp_path: Path) -> None:
    """A chart has no rows."""
    workbook = openpyxl.Workbook()
    chart = workbook.create_chartsheet("Chart", 0)
    chart.add_chart(BarChart())
    filled(workbook.worksheets[0], [["name"], ["Ann"]])
    workbook.save(tmp_path / "x.xlsx")
    assert open_table(tmp_path / "x.xlsx", ReadOptions()).sheet == "Sheet"
    assert '"Chart"' in str(refused(tmp_path / "x.xlsx", ReadOptions(sheets=("Chart",))))


@pytest.mark.slow
def test_a_note_says_which_sheet_was_taken(book: Path) -> None:
    """Where there are several, and only there."""
    (note,) = open_table(book, ReadOptions()).notes
    assert str(note) == 'sheet "Contacts" taken; the workbook has 1 "Old" (hidden), 2 "Empty", 3 "Contacts"'
    workbook_file(book, {"A": [["name"], ["Ann"]]})
    assert open_table(book, ReadOptions()).notes == ()


@pytest.mark.parametrize("wanted", ["Leads", "0", "4", "-1", ""])
def test_an_unknown_sheet_is_refused_with_the_names(book: Path, wanted: str) -> None:
    """The hint is a list to choose from."""
    error = refused(book, ReadOptions(sheets=() if wanted is None else (wanted,)))
    assert f'"{wanted}"' in str(error)
    assert '1 "Old" (hidden), 2 "Empty", 3 "Contacts"' in str(error.hint)


@pytest.mark.parametrize(
    ("wanted", "found"), [(None, "no visible sheet has any data"), ("Empty", 'sheet "Empty" does not have any data')]
)
def test_a_workbook_without_data_is_refused(tmp_path: Path, wanted: str | None, found: str) -> None:
    """Hidden data are named as such, for they are read when their sheet is named."""
    file = workbook_file(tmp_path / "x.xlsx", {"Old": [["a"], ["b"]], "Empty": [], "Blank": [[" "]]}, hidden=("Old",))
    error = refused(file, ReadOptions(sheets=() if wanted is None else (wanted,)))
    assert found in str(error)
    assert '"Old" (hidden)' in str(error.hint)


def test_a_sheet_with_nothing_but_a_header_is_refused(tmp_path: Path) -> None:
    """The row of the titles is named, so that the user sees what was taken for them."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [[], ["name", "email"]]})
    assert "row 2" in str(refused(file))


# --- workbooks: what cannot be read


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x.xlsx", "x.xls", "x.csv", "x"])
def test_an_encrypted_workbook_is_named_as_such(tmp_path: Path, name: str) -> None:
    """An encrypted xlsx, whatever it is called."""
    shutil.copy(DATA / "encrypted.xlsx", tmp_path / name)
    error = refused(tmp_path / name)
    assert "password" in str(error)
    assert "without a password" in str(error.hint)


def test_an_encrypted_xls_is_named_as_such(tmp_path: Path) -> None:
    """An xls says so in a FilePass record ([MS-XLS] 2.4.117); here another record of its length is made one."""
    content = (DATA / "contacts.xls").read_bytes()
    write_access = bytes.fromhex("5c007000")
    assert content.count(write_access) == 1
    (tmp_path / "x.xls").write_bytes(content.replace(write_access, bytes.fromhex("2f007000")))
    assert "password" in str(refused(tmp_path / "x.xls"))


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A ZIP archive with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def edited(path: Path, member: str, old: bytes, new: bytes) -> Path:
    """The same archive with ``old`` replaced by ``new`` in one of its members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert old in members[member]
    return zipped(path, members | {member: members[member].replace(old, new)})


@pytest.mark.parametrize("name", ["x.xlsx", "x.ods", "x.csv"])
@pytest.mark.parametrize(
    "members",
    [
        pytest.param({}, id="empty"),
        pytest.param({"visio/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}, id="a drawing"),
        pytest.param({"xl/workbook.xml": b"garbage"}, id="garbage"),
    ],
)
def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path, name: str, members: dict[str, bytes]) -> None:
    """A ZIP is a workbook only if calamine finds one in it."""
    error = refused(zipped(tmp_path / name, members))
    assert "cannot be read as a workbook" in str(error) or "control characters" in str(error)


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods", "xlsb"])
@pytest.mark.parametrize("kept", [8, 200, 0.5, -30], ids=["8 bytes", "200 bytes", "half", "all but 30 bytes"])
def test_an_incomplete_workbook_is_refused(book: Path, tmp_path: Path, suffix: str, kept: float) -> None:
    """A download that broke off. One of these makes calamine's Rust code panic, which is no ``Exception``."""
    content = (book if suffix == "xlsx" else DATA / f"contacts.{suffix}").read_bytes()
    file = tmp_path / f"x.{suffix}"
    file.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else int(kept)])
    error = refused(file)
    assert "damaged or incomplete" in str(error) or "cannot be read as a workbook" in str(error)


@pytest.mark.parametrize(
    ("old", "new"), [(b"</sheetData>", b"</sheetDat>"), (b"</sheetData>", b"<!--"), (b"</c>", b"<")], ids=repr
)
def test_a_damaged_sheet_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    """XML that breaks off or does not nest is never read as far as it goes."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [["name"], ["Ann"]]})
    edited(file, "xl/worksheets/sheet1.xml", old, new)
    assert "cannot be read as a workbook" in str(refused(file))


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "xlsb"])
def test_a_damaged_byte_is_found_by_the_checksum(book: Path, tmp_path: Path, suffix: str) -> None:
    """No byte of a packed member can change unseen; calamine itself would read on, or fill the memory."""
    file = tmp_path / f"x.{suffix}"
    content = bytearray((book if suffix == "xlsx" else DATA / f"contacts.{suffix}").read_bytes())
    file.write_bytes(content)
    with zipfile.ZipFile(file) as archive:
        member = max(archive.infolist(), key=lambda info: info.compress_size)
    content[member.header_offset + 30 + len(member.filename) + member.compress_size // 2] ^= 0xFF
    file.write_bytes(content)
    assert "damaged or incomplete" in str(refused(file))


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(8 + 34, b"\xff\xff\xff\xff", id="a member outside the file"),
        pytest.param(8, b"\x00\x08", id="a name that is no UTF-8"),
        pytest.param(10, b"\x63\x00", id="packed in an unknown way"),
    ],
)
def test_a_damaged_directory_is_refused(book: Path, offset: int, value: bytes) -> None:
    """zipfile has an exception of its own for each of these."""
    content = bytearray(book.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 46] = 0xFF
    content[entry + offset : entry + offset + len(value)] = value
    book.write_bytes(content)
    assert "damaged or incomplete" in str(refused(book))


def test_a_missing_sheet_is_refused(tmp_path: Path) -> None:
    """The workbook lists a sheet that the archive does not have."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [["name"], ["Ann"]]})
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if "sheet1" not in name}
    assert "cannot be read as a workbook" in str(refused(zipped(file, members)))


@pytest.mark.slow
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """No table shrinks to a 200th; what an archive says of its sizes is enough to refuse it."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [["name"], ["Ann"]]})
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(300_000_000))
    assert "unpacks to" in str(refused(file))


def test_cells_too_far_apart_are_refused(tmp_path: Path) -> None:
    """calamine keeps the whole rectangle: 16,384 columns by 1,048,576 rows would end the process."""
    workbook = openpyxl.Workbook()
    filled(workbook.worksheets[0], [["name"], ["Ann"]])["XFD1048576"] = "stray"
    workbook.save(tmp_path / "x.xlsx")
    error = refused(tmp_path / "x.xlsx")
    assert "column XFD and row 1048576" in str(error)
    assert "stray" in str(error.hint)


@pytest.mark.parametrize("new", [b"", b'<dimension ref="A1:B2"/>'], ids=["no dimension", "a wrong dimension"])
def test_a_far_cell_is_seen_whatever_the_sheet_says_of_its_size(tmp_path: Path, new: bytes) -> None:
    """Programs leave the dimension out, or write it once and never again."""
    workbook = openpyxl.Workbook()
    filled(workbook.worksheets[0], [["name"], ["Ann"]])["XFD1048576"] = "stray"
    workbook.save(tmp_path / "x.xlsx")
    edited(tmp_path / "x.xlsx", "xl/worksheets/sheet1.xml", b'<dimension ref="A1:XFD1048576" />', new)
    assert "too far to read" in str(refused(tmp_path / "x.xlsx"))


def test_a_member_with_a_password_is_refused(tmp_path: Path) -> None:
    """A ZIP's own encryption: the flag alone is enough."""
    file = workbook_file(tmp_path / "x.xlsx", {"A": [["name"], ["Ann"]]})
    content = bytearray(file.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(magic), bytes(content)):
            content[found.start() + offset] |= 1
    file.write_bytes(content)
    refused(file)


# --- the module itself


@pytest.mark.slow
def test_importing_the_loader_does_not_import_pandas() -> None:
    """``--help`` must not wait half a second for a library that it does not need."""
    code = "import sys, importer.loader.opening; print({'pandas', 'numpy', 'python_calamine'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


# --- ghosts


def ghostly(path: Path, columns: int, rows: int = 1_048_576) -> Path:
    """A workbook of a header and ten rows, formatted down to the last row: XML that no library here writes in time."""
    people: list[list[object]] = [["Name", "Email"]]
    people += [[f"P{n}", f"p{n}@b.co"] for n in range(10)]
    workbook_file(path, {"A": people})
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    head, tail = members["xl/worksheets/sheet1.xml"].split(b"</sheetData>")
    letters = "ABCDEFGHIJKLMNOPQRST"[:columns]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in members.keys() - {"xl/worksheets/sheet1.xml"}:
            archive.writestr(name, members[name])
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(head.replace(b'ref="A1:B11"', f'ref="A1:T{rows}"'.encode()))
            for first in range(12, rows + 1, 10_000):
                part.write(
                    b"".join(
                        f'<row r="{n}" s="1">{"".join(f"""<c r="{c}{n}" s="1"/>""" for c in letters)}</row>'.encode()
                        for n in range(first, min(first + 10_000, rows + 1))
                    )
                )
            part.write(b"</sheetData>" + tail)
    return path


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from Linux")
def test_a_sheet_formatted_to_its_last_row_takes_little_memory(tmp_path: Path) -> None:
    """Ten rows of data above a million of formatting: under 200 MB, in a process of its own."""
    ghostly(tmp_path / "x.xlsx", 6)
    code = (
        "import sys\nfrom pathlib import Path\nfrom importer.loader.opening import open_table\n"
        "from importer.loader.table import ReadOptions\n"
        "table = open_table(Path(sys.argv[1]), ReadOptions())\n"
        "rows = sum(map(len, table.batches()))\n"
        "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(rows, len(table.titles), int(peak) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "x.xlsx"], capture_output=True, text=True, check=True)
    rows, columns, mib = done.stdout.split()
    assert (rows, columns) == ("10", "2")
    assert int(mib) < 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"</worksheet>", b"</worksheet", id="that breaks off"),
        pytest.param(b"</sheetData>", b"</sheetDat>", id="that does not nest"),
    ],
)
def test_a_damaged_sheet_of_ghosts_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    """What is cut off is looked at before."""
    file = edited(ghostly(tmp_path / "x.xlsx", 20, rows=40_000), "xl/worksheets/sheet1.xml", old, new)
    assert "cannot be read as a workbook" in str(refused(file))


# --- UTF-16 without a mark, broken UTF-8


@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [CHINESE, GERMAN, "a,b\n1,2\n" * 9, CHINESE.replace(",", "\t")])
def test_utf16_without_a_mark_is_seen_by_its_nuls(file: Path, text: str, written: str) -> None:
    """Digits, delimiters and line ends have a NUL on one side of each pair of bytes, the same side throughout."""
    table = opened(file, text.encode(written))
    assert table.encoding == written
    assert [table.titles, *cells_of(table)] == [tuple(re.split("[,\t]", line)) for line in text.splitlines()]


@pytest.mark.slow
def test_one_broken_byte_in_many_rows_is_one_broken_row(file: Path) -> None:
    """The rest of the file is right whatever the byte was meant to be."""
    lines = [b"Name,Email", *(b"Ann %d,a%d@b.co" % (number, number) for number in range(1000)), b"Bo\x81,b@b.co"]
    table = opened(file, b"\n".join(lines))
    assert cells_of(table)[-1] == ("Bo\udc81", "b@b.co")
    assert "some bytes in line 1002 are not utf-8; nothing replaces them" in map(str, table.notes)


def test_broken_bytes_behind_a_mark_are_kept(file: Path) -> None:
    """The byte order mark says UTF-8; half a character does not make it another encoding."""
    table = opened(file, "\ufeffName\nRenée\nZoë\nJosé\nChloé\n".encode() + b"No\xc3l\n")
    assert (table.encoding, cells_of(table)[-1]) == ("utf-8-sig", ("No\udcc3l",))


def test_a_line_that_windows_added_behind_a_mark_is_read(file: Path) -> None:
    """The byte order mark says UTF-8 of the others; the letters of the line show its code page."""
    table = opened(file, "\ufeffName\nRenée\nZoë\nJosé\nChloé\n".encode() + b"No\xebl\n")
    assert (table.titles, cells_of(table)[-2:]) == (("Name",), [("Chloé",), ("Noël",)])
    notes = [*map(str, table.notes)]
    assert "encoding utf-8-sig (byte order mark), delimiter ',' (detected)" in notes
    assert "lines in cp1252 stand among those in UTF-8, and are read so: 6" in notes


def test_a_broken_byte_in_a_title_is_shown(file: Path) -> None:
    """Titles are printed and kept, which a lone surrogate cannot be; the note names the line."""
    table = opened(file, "Prénom,É".encode() + b"t\xe9,Email\n" + "Renée,Zoë,r@b.co\n".encode())
    assert table.titles == ("Prénom", "Ét\ufffd", "Email")
    assert "some bytes in line 1 are not utf-8; nothing replaces them" in map(str, table.notes)


def test_the_readings_between_which_nothing_decides_are_shown(file: Path) -> None:
    """The user sees at a glance which is right, and how to say so."""
    file.write_bytes("Name\nKučera\n".encode("cp1250"))
    assert str(refused(file).hint) == '--encoding cp1252 reads "Kuèera", --encoding cp1250 reads "Kučera"'


@pytest.mark.parametrize("content", [b"\x07\xd1\x90ab\x1f\x03\xee!z", b"PK"])
@pytest.mark.parametrize("name", ["c.xlsx", "c.XLS", "c.ods"])
def test_what_is_named_as_a_workbook_and_has_no_row_is_told_as_none(tmp_path: Path, name: str, content: bytes) -> None:
    """A file that was cut off after a few bytes is no list without people; one that has titles is."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no workbook, although its name says so"):
        open_table(path, ReadOptions())
