"""What shows that a file is not whole: cut anywhere, by whoever pauses while he writes it."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from importer.loader.wholeness import what_is_missing

PEOPLE = [{"name": f"Ann {number}", "email": f"ann{number}@example.org"} for number in range(3)]
CARDS = "".join(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{one['name']}\r\nEND:VCARD\r\n" for one in PEOPLE)
CSV = 'Name,Note\nAnn,"two\nlines"\nBob,x\n'


def _workbook() -> bytes:
    book, made = Workbook(), io.BytesIO()
    book.create_sheet("people").append(["Name"])
    book.save(made)
    return made.getvalue()


def _zipped(comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("people.csv", CSV)
        archive.comment = comment
    return made.getvalue()


WHOLE: dict[str, bytes] = {
    "workbook": _workbook(),
    "ZIP": _zipped(),
    "ZIP with its own sign in a comment": _zipped(b"PK\5\6 was here, and a longer text behind it"),
    "gzip": gzip.compress(CSV.encode()),
    "Parquet": b"PAR1 rows PAR1",
    "Arrow": b"ARROW1\0\0 rows ARROW1",
    "JSON": json.dumps(PEOPLE).encode(),
    "JSON with a line each": json.dumps({"contacts": PEOPLE}, indent=1).encode() + b"\n",
    "HTML": b"<html><body><table><tr><td>Ann</td></tr></table></body></html>\n",
    "XML": b'<?xml version="1.0"?><Workbook><Worksheet/></Workbook>',
}
"""Of these every cut shows."""

LINES: dict[str, bytes] = {
    "CSV": CSV.encode(),
    "CSV with CRLF": CSV.replace("\n", "\r\n").encode(),
    "CSV of an old Mac": CSV.replace("\n", "\r").encode(),
    "CSV in UTF-16": CSV.encode("utf-16"),
    "JSON Lines": "".join(f"{json.dumps(one)}\n" for one in PEOPLE).encode(),
    "vCard": CARDS.encode(),
    "CSV with titles in brackets": b"[Name],[Email]\nAnn,ann@example.org\n",
}
"""Of these a cut between two records does not."""


@pytest.mark.parametrize("content", [*WHOLE.values(), *LINES.values()], ids=[*WHOLE, *LINES])
def test_nothing_is_missing_of_a_whole_file(tmp_path: Path, content: bytes) -> None:
    """Of any format."""
    path = tmp_path / "people"
    path.write_bytes(content)
    assert what_is_missing(path) is None


@pytest.mark.slow
@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_a_file_that_is_cut_anywhere_looks_so(tmp_path: Path, content: bytes) -> None:
    """Once it has more than a few bytes, and but for blanks at its end."""
    path = tmp_path / "people"
    cuts = range(len(content) // 2, len(content.rstrip()), max(len(content) // 100, 1))
    for end in (0, *cuts, len(content.rstrip()) - 1):
        path.write_bytes(content[:end])
        assert what_is_missing(path) is not None, content[:end][-40:]


AT_AN_END: dict[str, Callable[[str], bool]] = {
    "CSV": lambda text: text.endswith("\n") and text.count('"') != 1,
    "CSV with CRLF": lambda text: text.endswith(("\n", "\r")) and text.count('"') != 1,
    "JSON Lines": lambda text: text.rstrip().endswith("}"),
    "vCard": lambda text: text.rstrip().endswith("END:VCARD"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_at_end"), AT_AN_END.items(), ids=AT_AN_END)
def test_a_text_that_is_cut_within_a_record_looks_so(
    tmp_path: Path, name: str, is_at_end: Callable[[str], bool]
) -> None:
    """A line break within quotation marks ends no record."""
    path, content = tmp_path / "people", LINES[name]
    for end in range(15, len(content)):
        path.write_bytes(content[:end])
        assert (what_is_missing(path) is None) is is_at_end(content[:end].decode()), content[:end]


def test_damage_that_no_further_byte_mends_is_no_cut(tmp_path: Path) -> None:
    """Its import says what it is."""
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode())[:-8] + bytes(8))
    assert what_is_missing(path) is None
    path.write_text('[{"name": "Ann},\n{"name": "Bob"}]')
    assert what_is_missing(path) is None


@pytest.mark.slow
def test_no_more_of_a_gzip_is_unpacked_than_its_import_would() -> None:
    """What lies beyond that is no table, whether it breaks off or not."""
    path = Path("bomb.csv.gz")
    path.write_bytes((gzip.compress(bytes(1 << 20)) * 260)[:-9])
    assert what_is_missing(path) is None


def test_a_large_file_of_json_is_judged_by_its_last_sign() -> None:
    """All of it is read of a small one alone: a healthy one of 58 MB would take nine seconds."""
    path = Path("people.json")
    for size, told in ((1 << 10, "its last bracket is not closed"), (1 << 23, None)):
        path.write_text('[{"note": "' + "x" * size + '"}, {"phones": []')
        found = what_is_missing(path)
        assert (found and str(found)) == told
