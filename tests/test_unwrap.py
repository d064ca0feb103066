"""Rules of wrappings: a table is read through a gzip, a ZIP around one file, and an HTML page; never out of bounds."""

import gc
import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from importer.errors import InputError
from importer.loader import unwrap
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.models import Row
from tests.support.rows import rows_in

CSV = b"Name,Email\nAnn,a@b.co\nBo,b@b.co\n"
HTML = b"<table><tr><th>Name</th><th>Email</th></tr><tr><td>Ann<td>a@b.co<tr><td>Bo<td>b@b.co</table>"
ROWS = [Row(2, ("Ann", "a@b.co")), Row(3, ("Bo", "b@b.co"))]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["Name", "Email"], ["Ann", "a@b.co"], ["Bo", "b@b.co"]):
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refused(path: Path, content: bytes) -> InputError:
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        rows_in(path)
    assert str(caught.value.hint)
    assert "\n" not in f"{caught.value}{caught.value.hint}"
    assert str(path) in str(caught.value)
    return caught.value


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where contents are unpacked."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x.csv", "x.xls", "x.xlsx", "x.gz", "x.zip", "x"])
@pytest.mark.parametrize("inside", [CSV, HTML, workbook()], ids=["CSV", "HTML", "xlsx"])
@pytest.mark.parametrize("wrap", ["nothing", "gzip", "ZIP", "ZIP of a Mac"])
def test_a_table_is_read_in_any_wrapping_under_any_name(tmp_path: Path, wrap: str, inside: bytes, name: str) -> None:
    """The content decides: what the wrapping is, and what is in it."""
    wrapped = {
        "nothing": inside,
        "gzip": gzip.compress(inside),
        "ZIP": zipped({"folder/": b"", "folder/list.dat": inside}),
        "ZIP of a Mac": zipped({"list.xls": inside, "__MACOSX/._list.xls": b"x", ".DS_Store": b"x"}),
    }
    (tmp_path / name).write_bytes(wrapped[wrap])
    assert rows_in(tmp_path / name) == ROWS


@pytest.mark.slow
def test_an_unpacked_copy_lives_as_long_as_its_table(tmp_path: Path, temporary: Path) -> None:
    """It holds people's addresses: nobody else may read it, and nothing of it stays."""
    (tmp_path / "x.gz").write_bytes(gzip.compress(CSV))
    table = open_table(tmp_path / "x.gz", ReadOptions())
    (copy,) = temporary.glob("*/*/content")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "unpacked from gzip: 32 bytes" in map(str, table.notes)
    assert [row for batch in table.batches() for row in batch] == ROWS
    del table
    gc.collect()
    assert not list(temporary.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(zipped({"a.csv": CSV, "b.csv": CSV}), "a ZIP with 2 files in it: a.csv, b.csv", id="several"),
        pytest.param(zipped({f"{n}.csv": CSV for n in range(12)}), "8.csv, 9.csv and 2 more", id="many"),
        pytest.param(zipped({"folder/": b""}), "a ZIP with 0 files in it", id="only a folder"),
        pytest.param(gzip.compress(gzip.compress(CSV)), "an archive inside an archive", id="gzip in gzip"),
        pytest.param(gzip.compress(zipped({"a": CSV})), "an archive inside an archive", id="ZIP in gzip"),
        pytest.param(zipped({"a": zipped({"b": CSV})}), "an archive inside an archive", id="ZIP in ZIP"),
        pytest.param(gzip.compress(CSV)[:-9], "damaged or incomplete", id="a gzip that breaks off"),
        pytest.param(gzip.compress(CSV)[:-8] + bytes(8), "damaged or incomplete", id="a wrong checksum"),
        pytest.param(zipped({"a.csv": CSV})[:-30], "damaged or incomplete", id="a ZIP that breaks off"),
        pytest.param(gzip.compress(b""), "an empty file in it", id="nothing in it"),
        pytest.param(gzip.compress(b"%PDF-1.7\n"), "a PDF document", id="a PDF in it"),
        pytest.param(zipped({"word/document.xml": b"<x/>"}), "is a Word document", id="a text document"),
        pytest.param(
            zipped({"Index/Document.iwa": b"x", "Index/Tables/DataList.iwa": b"x", "Metadata/Properties.plist": b"x"}),
            *("an Apple Numbers spreadsheet",),
            id="Numbers",
        ),
        pytest.param(zipped({"ppt/slides/slide1.xml": b"<x/>"}), "a PowerPoint presentation", id="PowerPoint"),
        pytest.param(
            zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
            *("an OpenDocument text",),
            id="a text of LibreOffice",
        ),
        pytest.param(zipped({"people.ics": b"BEGIN:VCALENDAR\n"}), "is an iCalendar file", id="a calendar in it"),
        pytest.param(gzip.compress(b"---\n- name: Ann\n"), "is YAML", id="YAML in it"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(tmp_path: Path, temporary: Path, content: bytes, found: str) -> None:
    """In one line that names the file as the user knows it; nothing is left behind."""
    assert found in str(refused(tmp_path / "x.zip", content))
    gc.collect()
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(lambda content: zipped({"a.csv": content}), id="ZIP", marks=pytest.mark.slow),
    ],
)
def test_a_bomb_is_refused(tmp_path: Path, temporary: Path, packed: Callable[[bytes], bytes]) -> None:
    """Before it fills the disk; nothing of it is left behind."""
    assert "unpacks to more than 256 MiB" in str(refused(tmp_path / "x.zip", packed(bytes(300_000_000))))
    gc.collect()
    assert not list(temporary.iterdir())


def test_a_member_with_a_password_is_refused(tmp_path: Path) -> None:
    """The flag of ZIP's own encryption."""
    content = bytearray(zipped({"a.csv": CSV}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    assert "password" in str(refused(tmp_path / "x.zip", bytes(content)))


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is not called damaged for it."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unwrap.os, "open", full)  # type: ignore[attr-defined]
    assert "cannot be unpacked: No space left" in str(refused(tmp_path / "x.gz", gzip.compress(CSV)))


# --- HTML


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        pytest.param("<tr><td>Name<td>Email<tr><td>A<td>a@b.co", {2: ("A", "a@b.co")}, id="no end tags"),
        pytest.param(
            "<tr><td>Name</td><td>Note</td></tr>\n<tr></tr>\n<tr><td> A\n  B </td><td>x<br>y<p>z</p></td></tr>",
            {3: ("A B", "x\ny\nz")},
            id="blanks and breaks, and an empty row that counts",
        ),
        pytest.param("<tr><td>Name<td>Note<tr><td>A&amp;B<td>&lt;&#228;&gt;", {2: ("A&B", "<ä>")}, id="references"),
        pytest.param(
            "<tr><td colspan=2>List<tr><td>Name<td>Email<td>City<tr><td rowspan=2>A<td>a@b.co<td>X<tr><td>b@b.co<td>Y",
            {3: ("A", "a@b.co", "X"), 4: ("", "b@b.co", "Y")},
            id="spans leave the cells below and beside blank",
        ),
        pytest.param(
            "<tr><td>Name<td>Email<tr><td>A<script>var x = '<td>'</script><td>a@b.co", {2: ("A", "a@b.co")}, id="script"
        ),
        pytest.param(
            "<tr><td>List</table><p>x</p><table><tr><td>Name<td>Email<tr><td>A<td>a@b.co",
            {3: ("A", "a@b.co")},
            id="two",
        ),
        pytest.param(
            "<tr><td><table><tr><td>Name<td>Email<tr><td>A<td>a@b.co</table></table>", {3: ("A", "a@b.co")}, id="nested"
        ),
        pytest.param("<tr><td>Name<td>ID<tr><td>A<td>00123", {2: ("A", "00123")}, id="cells are text"),
    ],
)
def test_an_html_table_is_read(tmp_path: Path, page: str, rows: dict[int, tuple[str, ...]]) -> None:
    """The n-th ``<tr>`` is row n, as a spreadsheet program shows the page."""
    file = tmp_path / "x.xls"
    file.write_text(f"\n <!DOCTYPE html><html><meta charset=utf-8><table>{page}</table>", encoding="utf-8")
    assert {row.number: row.cells for row in rows_in(file)} == rows
    table = open_table(file, ReadOptions())
    assert (table.kind, table.sheet, table.delimiter, str(table.notes[0])) == ("xlsx", None, None, "an HTML table")


@pytest.mark.parametrize(
    ("declared", "written", "given", "read"),
    [
        pytest.param("gb2312", "gb18030", None, "gb18030", id="declared, and read as its superset"),
        pytest.param("iso-8859-1", "cp1252", None, "cp1252", id="Latin 1 is Windows-1252"),
        pytest.param("windows-1251", "cp1251", None, "cp1251", id="declared"),
        pytest.param("utf-8", "gb18030", None, "gb18030", id="declared wrongly"),
        pytest.param("klingon", "utf-8", None, "utf-8", id="declared as nothing known"),
        pytest.param("utf-16", "utf-8", None, "utf-8", id="no UTF-16 in ASCII"),
        pytest.param("utf-8", "gb18030", "gbk", "gbk", id="the user knows better"),
    ],
)
def test_a_page_says_its_encoding(tmp_path: Path, declared: str, written: str, given: str | None, read: str) -> None:
    """The user's word first, then the page's, where its bytes agree."""
    name = {"cp1252": "Jürgen", "cp1251": "Иван Петров"}.get(written, "欧阳娜娜")
    page = f'<html><meta content="text/html; charset={declared}"><table><tr><td>Name<td>Email<tr><td>{name}<td>a@b.co'
    file = tmp_path / "x.xls"
    file.write_bytes(page.encode(written))
    table = open_table(file, ReadOptions(encoding=given))
    assert (table.encoding, rows_in(file, ReadOptions(encoding=given))) == (read, [Row(2, (name, "a@b.co"))])


def test_a_page_without_a_table_is_refused(tmp_path: Path) -> None:
    """A login page saved instead of the export."""
    assert "without a table" in str(refused(tmp_path / "x.xls", b"<html><p>Please sign in</p></html>"))


def test_a_member_without_a_name_ends_in_no_traceback(tmp_path: Path) -> None:
    """Python 3.11 looks at the last letter of it; later ones read the file."""
    content = bytearray(zipped({"a": CSV}))
    for at in (26, content.index(b"PK\x01\x02") + 28):
        content[at : at + 4] = b"\0\0\1\0"  # the name becomes an extra field, too short to be one
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with suppress(InputError):
        assert rows_in(path) == ROWS
