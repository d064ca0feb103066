"""Rules of vCard: all versions, as address books and phones write them; a card is a row."""

import encodings
import pkgutil
import quopri
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import InputError
from importer.loader.opening import open_table
from importer.loader.records.vcard_text import cards, divided, parsed, unescaped, unfolded
from importer.loader.records.vcard_values import reading
from importer.loader.table import ReadOptions, Table
from importer.normalizer.text import UnreadText
from importer.texts import NOT_READ
from tests.support.rows import records_of, rows_of


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def opened(folder: Path, content: str | bytes, **options: Any) -> Table:
    path = folder / "people.vcf"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, ReadOptions(**options))


def test_lines_may_end_as_on_an_old_mac(tmp_path: Path) -> None:
    """In carriage returns alone, folded lines too; one within a line of another file is a part of its text."""
    text = (card("FN:Ann", "NOTE:a lon", " g one") + card("FN:Bob")).replace("\r\n", "\r")
    assert records_of(opened(tmp_path, text)) == [{"Name": "Ann", "Note": "a long one"}, {"Name": "Bob"}]
    assert only(tmp_path, "FN:Ann", "NOTE:a\rb") == {"Name": "Ann", "Note": "a\rb"}
    broken = (card("FN:Ann") + card("FN:Bob", "no property")).replace("\r\n", "\r")
    assert faults(opened(tmp_path, broken))[2][1].startswith("line 5: ")


def only(folder: Path, *lines: str, version: str = "3.0") -> dict[str, str]:
    """What the only card says."""
    (record,) = records_of(opened(folder, card(*lines, version=version)))
    return record


def faults(table: Table) -> dict[int, tuple[str, str]]:
    """The code and the words of what is wrong with rows."""
    told = ((row.number, row.cells[-1]) for row in rows_of(table))
    return {number: (cell.error.code, str(cell.error.message)) for number, cell in told if isinstance(cell, UnreadText)}


def quoted(text: str, charset: str = "utf-8") -> str:
    """Each byte of a text in quoted-printable."""
    return "".join(f"={byte:02X}" for byte in text.encode(charset))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(
            ["FN:Ann Lee", "N:Lee;Ann;;;"], {"Name": "Ann Lee", "First name": "Ann", "Last name": "Lee"}, id="name"
        ),
        pytest.param(["FN:", "N:Lee;Ann;Mae;Dr.;"], {"Name": "Ann Mae Lee"}, id="a name made of its parts"),
        pytest.param(["N:张;三;;;"], {"Name": "张三"}, id="a Chinese name"),
        pytest.param(["N:Lee,Ray;Ann"], {"Last name": "Lee Ray", "Name": "Ann Lee Ray"}, id="several family names"),
        pytest.param(
            ["ORG:Acme\\; Sons;Sales;EMEA"], {"Company": "Acme; Sons", "Department": "Sales, EMEA"}, id="company"
        ),
        pytest.param(["NOTE:one\\, two\\nthree \\\\ four"], {"Note": "one, two\nthree \\ four"}, id="escapes"),
        pytest.param(
            ["NOTE:a long li", " ne that is fol", "\tded"], {"Note": "a long line that is folded"}, id="folds"
        ),
        pytest.param(["item1.EMAIL:a@x.org", "item1.X-ABLabel:_$!<Other>!$_"], {"Email": "a@x.org"}, id="a group"),
        pytest.param(["email;type=internet:a@x.org"], {"Email": "a@x.org"}, id="lower case"),
        pytest.param(["EMAIL:mailto:a@x.org"], {"Email": "a@x.org"}, id="a link to an address"),
        pytest.param(
            ["EMAIL:a@x.org", "EMAIL;TYPE=pref:b@x.org"], {"Email": "b@x.org", "Email 2": "a@x.org"}, id="preferred"
        ),
        pytest.param(
            ["EMAIL;PREF=2:a@x.org", "EMAIL;PREF=1:b@x.org"], {"Email": "b@x.org", "Email 2": "a@x.org"}, id="ranks"
        ),
        pytest.param(["EMAIL:a@x.org", "EMAIL;TYPE=HOME:a@x.org"], {"Email": "a@x.org"}, id="the same twice"),
        pytest.param(["TEL;TYPE=WORK:1", "TEL:2"], {"Phone": "2", "Phone 2": "1"}, id="at work last"),
        pytest.param(["TEL;TYPE=WORK:1", "TEL;TYPE=CELL:2"], {"Phone": "2", "Phone 2": "1"}, id="mobile first"),
        pytest.param(
            ["TEL;TYPE=CELL:2", "TEL;TYPE=WORK,pref:1"], {"Phone": "1", "Phone 2": "2"}, id="preferred, not mobile"
        ),
        pytest.param(["item1.TEL:1", "item1.X-ABLabel:Mobile", "TEL:2"], {"Phone": "1", "Phone 2": "2"}, id="a label"),
        pytest.param(
            ['TEL;TYPE="voice,home";VALUE=uri:tel:+1-418-656-9254;ext=102'],
            {"Phone": "+1-418-656-9254 ext. 102"},
            id="tel:",
        ),
        pytest.param(
            ["TEL;TYPE=WORK;TYPE=FAX:1", "TEL;TYPE=pager:2", "TEL:3"],
            {"Phone": "3", "Fax": "1", "Pager": "2"},
            id="fax",
        ),
        pytest.param(["item1.TEL:1", "item1.X-ABLabel:_$!<HomeFAX>!$_"], {"Fax": "1"}, id="a fax by its label"),
        pytest.param(
            ["ADR;TYPE=HOME:;;Main St 1;Köln;;50667;DE"],
            {"Street": "Main St 1", "City": "Köln", "Postal code": "50667", "Country": "DE"},
            id="address",
        ),
        pytest.param(
            ["ADR:;;A;B;;;", "ADR;TYPE=pref:;2nd floor;C;D;;;"],
            {"Street": "2nd floor, C", "City": "D", "Further address": "A, B"},
            id="addresses",
        ),
        pytest.param(
            ["URL:https\\://x.org", "BDAY:1980-01-02", "UID:7", "TITLE:CEO"],
            {"Website": "https://x.org", "Birthday": "1980-01-02", "UID": "7", "Job title": "CEO"},
            id="others",
        ),
        pytest.param(
            ["CATEGORIES:vip,old\\, gold", "NICKNAME:Jo,Joe"],
            {"Categories": "vip, old, gold", "Nickname": "Jo, Joe"},
            id="lists",
        ),
        pytest.param(
            ["PHOTO;VALUE=uri:https://x.org/a.png"], {"Photo URL": "https://x.org/a.png"}, id="a link to a picture"
        ),
        pytest.param(
            ["X-QQ:12345", "X-QQ:6789", "GENDER:F"],
            {"X-QQ": "12345", "X-QQ 2": "6789", "GENDER": "F"},
            id="of a program",
        ),
        pytest.param(
            ['NOTE;LANGUAGE="x:y;z":hi', "X-P;A=\"^'q^'\":1"], {"Note": "hi", "X-P": "1"}, id="marks in parameters"
        ),
    ],
)
def test_what_a_card_says(tmp_path: Path, lines: list[str], found: dict[str, str]) -> None:
    """Under titles that the mapping knows; of each kind the preferred value first, of phones else the mobile."""
    said = only(tmp_path, "NOTE:" if "NOTE" not in lines[0] else "ROLE:", *lines)
    assert {title: text for title, text in said.items() if title in found} == found
    assert not {title for title in said if title.startswith(("Email", "Phone", "Fax", "Street"))} - found.keys()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(
            [f"N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted('张')};{quoted('三')};;;", "TEL;CELL:13800138000"],
            {"Name": "张三", "First name": "三", "Last name": "张", "Phone": "13800138000"},
            id="Android",
        ),
        pytest.param(
            [f"FN;CHARSET=UTF-8;QUOTED-PRINTABLE:{quoted('张')}=", f"={quoted('三')}"[1:]],
            {"Name": "张三"},
            id="a soft break, an encoding without its name",
        ),
        pytest.param(
            ["NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo =", " three"], {"Note": "one\ntwo  three"}, id="line breaks"
        ),
        pytest.param(
            [f"FN;CHARSET=GB2312;ENCODING=QUOTED-PRINTABLE:{quoted('李镕', 'gbk')}"],
            {"Name": "李镕"},
            id="GB2312 and more",
        ),
        pytest.param(["TEL;HOME;FAX:1", "TEL;WORK;VOICE:2"], {"Fax": "1", "Phone": "2"}, id="types without a name"),
        pytest.param(
            ["NOTE:a line folded", "  at a blank"], {"Note": "a line folded  at a blank"}, id="2.1 keeps a blank"
        ),
        pytest.param(
            [
                "FN:Ann",
                "PHOTO;JPEG;ENCODING=BASE64:/9j/4AAQSkZJRg",
                "ABAQAAAQABAAD/2wBD",
                " AAgGBgcGBQg=",
                "",
                "EMAIL:a@x.org",
            ],
            {"Name": "Ann", "Email": "a@x.org"},
            id="a picture, folded or not",
        ),
    ],
)
def test_the_cards_of_phones_are_read(tmp_path: Path, lines: list[str], found: dict[str, str]) -> None:
    """vCard 2.1: quoted-printable, charsets of a property, types without a name."""
    assert only(tmp_path, *lines, version="2.1") == found


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5", "cp1251", "iso2022_jp"]
)
def test_the_encoding_of_a_file_is_found(tmp_path: Path, codec: str) -> None:
    """As that of any text; ``--encoding`` overrules it."""
    names = {"cp1251": "Анна Петрова", "big5": "王小明 陳大文 林美麗", "iso2022_jp": "佐藤さくら 鈴木一郎"}.get(
        codec, "张三 李四 王小明 赵一鸣"
    )
    content = "".join(card(f"FN:{name}") for name in names.split() * 3).encode(codec)
    found = [record["Name"] for record in records_of(opened(tmp_path, content))]
    assert found == names.split() * 3
    if "utf" not in codec:
        assert records_of(opened(tmp_path, content, encoding=codec))[0]["Name"] == names.split()[0]


def test_a_charset_of_a_property_is_its_own(tmp_path: Path) -> None:
    """Raw bytes of GBK beside UTF-8 elsewhere in the file; one that nobody knows does no harm."""
    first = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=GBK:" + "李四".encode("gbk") + b"\r\nEND:VCARD\r\n"
    content = first + card("FN;CHARSET=UTF-8:张三").encode() + card("FN;CHARSET=X-WHAT:Jo").encode()
    table = opened(tmp_path, content)
    assert [record["Name"] for record in records_of(table)] == ["李四", "张三", "Jo"]
    assert table.encoding == "utf-8"


def test_a_fold_may_cut_a_character(tmp_path: Path) -> None:
    """Programs count bytes."""
    text = "FN:张三".encode()
    content = b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + text[:4] + b"\r\n " + text[4:] + b"\r\nEND:VCARD\r\n"
    assert records_of(opened(tmp_path, content)) == [{"Name": "张三"}]


def test_cards_that_were_joined_are_all_read(tmp_path: Path) -> None:
    """With byte order marks in the middle, and other line ends."""
    first, second = card("FN:Ann").encode("utf-8-sig"), card("FN:Bob").replace("\r\n", "\n").encode("utf-8-sig")
    table = opened(tmp_path, first + b"\r\n\r\n" + second)
    assert [(row.number, row.cells[0]) for row in rows_of(table)] == [(1, "Ann"), (2, "Bob")]
    assert (table.kind, table.header_row) == ("csv", 0)


def test_companies_pictures_and_agents_are_told(tmp_path: Path) -> None:
    """A company is a contact; what is left out of a card is counted."""
    content = (
        card("FN:Acme", "ORG:Acme", "X-ABShowAs:COMPANY")
        + card("FN:Firm", "KIND:org", "LOGO:data:image/png;base64,AAAA", version="4.0")
        + card("FN:Ann", "AGENT:", "BEGIN:VCARD", "FN:Agent", "END:VCARD", "PHOTO;ENCODING=b:AAAA", "EMAIL:a@x.org")
    )
    table = opened(tmp_path, content)
    assert records_of(table) == [
        {"Name": "Acme", "Company": "Acme", "Kind": "company"},
        {"Name": "Firm", "Kind": "company"},
        {"Name": "Ann", "Email": "a@x.org"},
    ]
    assert {
        "2 cards are companies': records 1, 2",
        "2 pictures or keys within the cards are left out: LiveDesk takes links to pictures",
        "1 card within another (AGENT) is left out",
    } <= {*map(str, table.notes)}


def test_text_in_base64_is_text(tmp_path: Path) -> None:
    """In the charset that it names, with or without padding; a property of no known name too."""
    lines = (
        "FN;ENCODING=B;CHARSET=gb2312:1cXOsA==",
        "EMAIL;ENCODING=BASE64:Ym9iQGV4YW1wbGUuY29t",
        "X-QQ;ENCODING=b:MTIz",
    )
    assert only(tmp_path, *lines) == {"Name": "张伟", "Email": "bob@example.com", "X-QQ": "123"}
    assert only(tmp_path, "FN;BASE64:5byg5Lyf", "N;ENCODING=B:TGVlO0FubjsDOw", version="2.1")["Name"] == "张伟"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("FN;ENCODING=B:5by!g5Lyf", id="no base64"),
        pytest.param("EMAIL;ENCODING=B:A", id="a length that no bytes have"),
        pytest.param("TEL;ENCODING=B:/9j/4AAQSkZJRg", id="bytes that are no text"),
    ],
)
def test_a_text_in_base64_that_cannot_be_decoded_costs_its_card(line: str, tmp_path: Path) -> None:
    """It is told, and not left out in silence."""
    table = opened(tmp_path, card("FN:Ann") + card(line))
    assert {number: code for number, (code, _) in faults(table).items()} == {2: "broken_record"}
    assert records_of(table)[1] == {NOT_READ: line}


def test_bytes_of_an_unknown_property_are_told(tmp_path: Path) -> None:
    """As a picture is."""
    table = opened(tmp_path, card("FN:Ann", "X-MS-CARDPICTURE;ENCODING=B:/9j/4AAQSkZJRg"))
    assert records_of(table) == [{"Name": "Ann"}]
    assert "1 picture or key within the cards is left out: LiveDesk takes links to pictures" in map(str, table.notes)


def test_a_link_to_a_picture_is_no_picture_within_the_card(tmp_path: Path) -> None:
    """Whether its address is encrypted or not."""
    link = "http://www.example.org/p.gif"
    table = opened(tmp_path, card("FN:Ann", f"PHOTO;MEDIATYPE=image/gif:{link}", version="4.0"))
    assert records_of(table) == [{"Name": "Ann", "Photo URL": link}]
    assert not any("picture" in str(note) for note in table.notes)


def test_a_group_is_no_person(tmp_path: Path) -> None:
    """In both spellings; its row is invalid, and the others are not."""
    content = card("FN:Ann") + card("FN:Friends", "KIND:group") + card("FN:F", "X-ADDRESSBOOKSERVER-KIND:group")
    table = opened(tmp_path, content)
    told = ("not_a_person", "the card is a group, and no person")
    assert faults(table) == {2: told, 3: told}
    assert records_of(table)[1] == {"Name": "Friends", "Kind": "group", NOT_READ: "KIND:group"}


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        pytest.param(
            card("FN:A", "NOTE:one", "two"),
            'line 6: the card has "two", which is no property',
            id="a line without a fold",
        ),
        pytest.param(
            card("FN:A").replace("END:VCARD", ""), "line 6: the END:VCARD of the card is missing", id="no end"
        ),
        pytest.param(
            card("FN;ENCODING=QUOTED-PRINTABLE:=E5=ZZ"),
            'line 6: the card has "FN;ENCODING=QUOTED-PRINTABLE:=E5=ZZ", which is no property',
            id="no bytes",
        ),
        pytest.param("FN:stray\r\n", 'line 6: "FN:stray" stands outside of a card', id="between two cards"),
    ],
)
def test_a_broken_card_is_one_bad_row(tmp_path: Path, content: str, wrong: str) -> None:
    """It says where, and what; the cards around it are imported."""
    table = opened(tmp_path, card("FN:Before", "NOTE:x") + content + card("FN:After"))
    assert faults(table) == {2: ("broken_record", wrong)}
    assert [row.cells[0] for row in rows_of(table) if row.number != 2] == ["Before", "After"]


def test_an_empty_card_is_passed_over_and_told(tmp_path: Path) -> None:
    """Its number counts."""
    table = opened(tmp_path, card() + card("FN:Ann") + card("REV:20200101T000000Z"))
    assert [row.number for row in rows_of(table)] == [2]
    assert "2 records have no text in them, and are passed over: 1, 3" in map(str, table.notes)


def test_options_that_say_nothing_are_told(tmp_path: Path) -> None:
    """Cards have neither sheets nor a delimiter."""
    told = [*map(str, opened(tmp_path, card("FN:Ann"), sheets=("1",), delimiter=";").notes)]
    assert {"--sheet is not used: this file has no sheets", "--delimiter is not used: this is no CSV file"} <= {*told}


def test_a_file_without_a_card_that_says_anything_is_refused(tmp_path: Path) -> None:
    """There is nobody in it."""
    with pytest.raises(InputError, match="no contact in it"):
        opened(tmp_path, card())


def test_time_grows_with_the_soft_lines_alone() -> None:
    """Sixteen times the lines may take forty times as long, on a machine that does other things too."""

    def seconds(number: int) -> float:
        lines = [b"NOTE;ENCODING=QUOTED-PRINTABLE:=\n", *[b"=C3=A4" * 12 + b"=\n"] * number, b"end\n"]
        began = time.process_time()
        assert len([*unfolded(lines)]) == 1
        return time.process_time() - began

    assert seconds(16_000) <= 40 * max(min(seconds(1000) for _ in range(3)), 0.005)


def test_a_fold_may_stand_before_the_colon_of_a_quoted_value(tmp_path: Path) -> None:
    """The parameters tell then that the lines below belong to it."""
    lines = ("FN;CHARSET=UTF-8;", " ENCODING=QUOTED-PRINTABLE:Jo=", "e=", "EMAIL:x")
    assert only(tmp_path, *lines, "TEL:+4915112345678", version="2.1") == {
        "Name": "JoeEMAIL:x",
        "Phone": "+4915112345678",
    }


CODECS = sorted(module.name for module in pkgutil.iter_modules(encodings.__path__))


@pytest.mark.slow
@given(st.sampled_from(CODECS), st.binary(max_size=20))
def test_no_charset_makes_the_reader_fail(charset: str, data: bytes) -> None:
    """Python has codecs that are none of texts, and some that read no broken bytes."""
    lines = [b"BEGIN:VCARD\n", b"FN;CHARSET=" + charset.encode() + b":" + data.replace(b"\n", b"") + b"\xff\n"]
    for one in cards([*lines, b"END:VCARD\n"]):
        assert reading(one, "utf-8").values.keys() <= {"Name"}


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@pytest.mark.slow
@given(TEXT, TEXT)
def test_escapes_and_parts_come_back(first: str, second: str) -> None:
    """What is escaped is one part again."""
    written = ";".join(part.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for part in (first, second))
    assert [unescaped(part) for part in divided(written, ";")] == [first, second]


@pytest.mark.slow
@given(st.binary(max_size=60), st.integers(20, 76))
def test_folds_and_soft_breaks_come_back(data: bytes, width: int) -> None:
    """Wherever a line is cut: as RFC 6350 folds it, and as quoted-printable breaks it."""
    plain = b"NOTE:" + data.replace(b"\r", b"").replace(b"\n", b"")
    folded = b"\r\n ".join(plain[at : at + width] for at in range(0, len(plain), width)) + b"\r\n"
    assert [line for _, line in unfolded(folded.splitlines(keepends=True) if b"\x0b" not in folded else [folded])]
    line = b"NOTE;ENCODING=QUOTED-PRINTABLE:" + quopri.encodestring(data).replace(b"\n", b"\r\n").rstrip()
    (_, joined), *_ = unfolded(line.splitlines(keepends=True))
    found = parsed(joined)
    assert found is not None
    assert found.name == "NOTE"


@pytest.mark.slow
@given(st.binary(max_size=200) | st.text(st.sampled_from('BEGIN:VCARD\r\n=;:, TEL"\\FN'), max_size=200).map(str.encode))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    """Whatever stands in a card, something is said of it."""
    lines = (b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n").splitlines(keepends=True)
    for one in cards(lines):
        found = reading(one, "utf-8")
        assert all(isinstance(text, str) for text in found.values.values())
