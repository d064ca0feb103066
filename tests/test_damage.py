"""What is wrong with a file is told in the program's words, not in a library's."""

import gzip
import zipfile
from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

import pytest

from importer.errors import InputError
from importer.loader.damage import damage_words, undecoded
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions


def refusal(path: Path, raw: bytes, **options: str) -> str:
    path.write_bytes(raw)
    with pytest.raises(InputError) as refused:
        list(open_table(path, ReadOptions(**options)).rows())  # type: ignore[arg-type]
    return str(refused.value)


CUT = gzip.compress(b"name\nAnn\n" * 99)[:-9]
CHANGED = gzip.compress(b"name\nAnn\n")[:-8] + bytes(8)


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        pytest.param("bad.xlsx", b"PK\x03\x04" + bytes(40), "it breaks off, or it is none of its kind", id="ZIP"),
        pytest.param("bad.csv.gz", CUT, "it breaks off, or it is none of its kind", id="a gzip that breaks off"),
        pytest.param("bad.csv.gz", CHANGED, "its bytes have changed", id="a wrong checksum"),
    ],
)
def test_a_damaged_file_has_words_of_our_own(tmp_path: Path, name: str, raw: bytes, words: str) -> None:
    assert refusal(tmp_path / name, raw).endswith(f"is damaged or incomplete: {words}")


def test_bytes_that_do_not_decode_are_shown(tmp_path: Path) -> None:
    with pytest.raises(UnicodeDecodeError) as raised:
        b"Jos\xe9 Lee".decode()
    assert str(undecoded(raised.value)) == "bytes e9"
    told = refusal(tmp_path / "bad.csv", b"name,email\nJos\xe9 Lee,j@x.example\n", encoding="utf-8")
    assert "(bytes e9)" in told
    assert "continuation" not in told


def test_broken_xml_names_its_line_and_what_is_unusual_keeps_its_words() -> None:
    with pytest.raises(ParseError) as raised:
        fromstring("<a>\n</b>")
    assert str(damage_words(raised.value)) == "its XML breaks in line 2"
    assert damage_words(zipfile.BadZipFile("Something\nelse")) == "Something else"
