"""Rows to contacts: what is repaired, what is refused, and that nothing is guessed."""

from collections.abc import Mapping
from itertools import product

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.error_codes import ERROR_CODES
from importer.errors import ConfigError
from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.mapping.column_mapping import map_columns
from importer.message import Message, sentence
from importer.models import Row, RowError
from importer.normalizer.as_it_was import as_it_was
from importer.normalizer.cells import glance, read, read_with_care
from importer.normalizer.column_profile import repair_kind
from importer.normalizer.columns import Rules
from importer.normalizer.phones import E164
from importer.normalizer.text import FILLERS, FORMULA_ERRORS, OPEN_QUOTE
from tests.support.rows import NormalizedRow, normalized_row

RULES = Rules(inbox_id="407")


def normalized(
    cells: Mapping[str, str],
    constants: Mapping[str, str] | None = None,
    rules: Rules = RULES,
    beyond: tuple[str, ...] = (),
) -> NormalizedRow:
    """A row whose titles are the keys of ``cells``."""
    mapping = map_columns(list(cells), {}, constants or {}, "ignore")
    return normalized_row(mapping, rules, Row(2, (*cells.values(), *beyond)))


def code_of(field: str, cell: str, country: str | None = None) -> str | None:
    """The error code of a cell."""
    error = read(field, cell, country).error
    return error.code if error else None


def test_the_example_of_the_api_page_passes() -> None:
    """The row of the page "create-contact" goes out as it stands there."""
    example = {
        "inbox_id": "407",
        "name": "Alice",
        "email": "alice@acme.inc",
        "phone_number": "+123456789",
        "avatar_url": "https://example.com/avatar.png",
        "identifier": "1234567890",
    }
    found = normalized(example)
    assert found.contact.create_fields() == example
    assert found.errors == ()
    assert [*map(str, found.warnings)] == ['phone_number: "+123456789" looks improbable; sent as written']


# -- text ------------------------------------------------------------------------------------------------------------

TEXTS = {
    "spaces": ("  Ann \t B\u3000C \r\n", "Ann B C"),
    "no-break space": ("Ann\u00a0B", "Ann B"),
    "NFC": ("Jose\u0301", "José"),
    "NFC after an invisible character": ("Jose\u200b\u0301", "José"),
    "controls": ("An\x00n\x1b\x7f", "Ann"),
    "marks of direction": ("\u202aAnn\u202c\u200e\ufeff", "Ann"),
    "soft hyphen": ("An\u00adn", "Ann"),
    "joiner between Latin letters": ("A\u200dn\u200cn", "Ann"),
    "joiner in a Persian name": ("علی\u200cرضا", "علی\u200cرضا"),
    "joiner at the end of a Malayalam word": ("അവന്\u200d", "അവന്\u200d"),
    "joiner in an emoji": ("👩\u200d🚀", "👩\u200d🚀"),
    "a surname that is a filler": ("Null", "Null"),
    "blank letters": ("\u3164\u2800", None),
    "nothing but invisible": ("\u200b\ufeff", None),
}


@pytest.mark.parametrize(("cell", "text"), TEXTS.values(), ids=TEXTS)
def test_text_is_cleaned(cell: str, text: str | None) -> None:
    """NFC, white space collapsed, and nothing that does not show but the joiners that shape letters and emoji."""
    assert read("name", cell).value == text


@pytest.mark.parametrize("filler", [*sorted(FILLERS), "N/A", "NULL", "Ｎ／Ａ", "－"])
@pytest.mark.parametrize("field", ["name", "email", "phone_number", "identifier", "avatar_url", "inbox_id"])
def test_fillers_are_empty(field: str, filler: str) -> None:
    """What stands for "nothing" is left out, neither sent nor refused."""
    assert read(field, f" {filler} ") == (None, None, ())


@pytest.mark.parametrize("cell", sorted(FORMULA_ERRORS))
def test_a_formula_without_a_result_is_an_error(cell: str) -> None:
    """A broken formula hides a value, so that the row waits for its repair."""
    assert code_of("name", cell) == code_of("custom_attributes.plan", cell) == "formula_error"


NAMES = {
    "full": ({"name": "Ann Lee"}, "Ann Lee"),
    "parts": ({"First Name": "Ann", "Last Name": "Lee"}, "Ann Lee"),
    "first only": ({"First Name": "Ann", "Last Name": "-"}, "Ann"),
    "last only": ({"First Name": " ", "Last Name": "Lee"}, "Lee"),
    "Chinese": ({"姓": "王", "名": "小明"}, "王小明"),
    "Chinese, given name first": ({"名": " 小明", "姓": "王"}, "王小明"),
    "Japanese": ({"氏": "山田", "名": "はなこ"}, "山田はなこ"),
    "Korean": ({"First Name": "민수", "Last Name": "김"}, "김민수"),
    "Vietnamese": ({"Họ": "Phạm", "Tên đệm": "Quang", "Tên": "Huy"}, "Phạm Quang Huy"),
    "Vietnamese, given first": ({"Tên": "Huy", "Họ": "Phạm"}, "Phạm Huy"),
    "Vietnamese titles in parts": ({"Ho\u0323": "Phạm", "Tên": "Huy"}, "Phạm Huy"),
    "Vietnamese under other titles": ({"First name": "Huy", "Last name": "Phạm"}, "Huy Phạm"),
    "one in Latin letters": ({"姓": "Wang", "名": "小明"}, "小明 Wang"),
    "a middle name": ({"Last Name": "Lee", "Middle Name": "B.", "First Name": "Ann"}, "Ann B. Lee"),
    "a middle name in Chinese": ({"First Name": "明", "Middle Name": "小", "Last Name": "王"}, "王明小"),
    "a middle name alone beside the last": ({"First Name": "", "Middle Name": "Bea", "Last Name": "Lee"}, "Bea Lee"),
    "parts where the full name is empty": ({"name": "N/A", "First Name": "A", "Last Name": "L"}, "A L"),
    "a nickname where the parts are empty": ({"Nickname": "Annie", "First Name": "-", "Last Name": ""}, "Annie"),
    "a nickname beside its parts": ({"Nickname": "Annie", "First Name": "Ann", "Last Name": ""}, "Ann"),
    "a broken part behind a full name": ({"First Name": "#REF!", "Full Name": "Ann Lee"}, "Ann Lee"),
    "the full name goes first": ({"name": "Ann Lee", "First Name": "A", "Last Name": "L"}, "Ann Lee"),
}


@pytest.mark.parametrize(("cells", "name"), NAMES.values(), ids=NAMES)
def test_a_name_is_joined_from_its_parts(cells: dict[str, str], name: str) -> None:
    """A space between first and last; in Chinese, Japanese and Korean the family name first, and no space."""
    assert normalized(cells).contact.name == name


STAND_INS = {
    "the better one": (["+8613800138000", "+8613900139000"], "+8613800138000", []),
    "the better one is empty": (["", "+8613900139000"], "+8613900139000", []),
    "the better one is a filler": ([" N/A ", "+8613900139000"], "+8613900139000", []),
    "the better one is wrong": (["call me", "+8613900139000"], None, ["bad_phone"]),
    "the other one is wrong": (["+8613800138000", "reception"], "+8613800138000", []),
    "the other one stands in and is wrong": (["", "reception"], None, ["bad_phone"]),
    "both are empty": (["", "-"], None, []),
}


@pytest.mark.parametrize(("cells", "phone", "codes"), STAND_INS.values(), ids=STAND_INS)
def test_a_column_stands_in_where_the_better_one_is_empty(
    cells: list[str], phone: str | None, codes: list[str]
) -> None:
    """Row by row, and only for what is empty: a wrong number is the user's to correct, one not needed is not read."""
    found = normalized({"Name": "Ann", "Phone": cells[1], "Mobile": cells[0]})
    assert (found.contact.phone_number, [error.code for error in found.errors]) == (phone, codes)
    assert normalized({"Name": "Ann", "Mobile": cells[0], "Phone": cells[1]}).contact == found.contact


def test_what_does_not_stand_in_is_kept_with_extra_columns() -> None:
    """``--extra-columns custom`` keeps a second address where the first is sent, and does not send it twice."""
    mapping = map_columns(["Email", "Email 2"], {}, {}, "custom")
    both = normalized_row(mapping, RULES, Row(2, ("a@acme.com", "b@acme.com"))).contact
    assert (both.email, both.attributes) == ("a@acme.com", {"custom_attributes.email_2": "b@acme.com"})
    one = normalized_row(mapping, RULES, Row(3, ("", "b@acme.com"))).contact
    assert (one.email, one.attributes) == ("b@acme.com", {})


def test_an_invalid_row_is_shown_with_what_stands_in() -> None:
    """The first filled cell, in the order in which the row was searched."""
    mapping = map_columns(["Nickname", "First Name", "Mobile", "Phone"], {}, {}, "ignore")
    assert as_it_was(Row(2, ("Annie", "", " ", "x")), mapping) == Contact(name="Annie", phone_number="x")
    assert as_it_was(Row(2, ("Annie", "Ann", "y", "x")), mapping) == Contact(name="Ann", phone_number="y")


@pytest.mark.parametrize(
    ("title", "cell", "email", "phone"),
    [("联系方式", "ann@acme.com", "ann@acme.com", None), ("Email", "+49 30 123456", None, "+4930123456")],
)
def test_a_cell_of_a_mixed_column_is_what_it_can_be(
    title: str, cell: str, email: str | None, phone: str | None
) -> None:
    """Where no other column is for the other field, an address among numbers is an address."""
    found = normalized({"Name": "Ann", title: cell})
    assert (found.contact.email, found.contact.phone_number, found.errors) == (email, phone, ())


def test_beside_a_column_of_its_own_a_stray_value_is_an_error() -> None:
    """The row may be shifted: what stands in the wrong column is not sent from there."""
    found = normalized({"Name": "Ann", "Email": "", "Phone": "ann@acme.com"})
    assert [error.code for error in found.errors] == ["bad_phone"]
    found = normalized({"Name": "Ann", "Phone": "ann@acme.com", "Phone 2": "+49 30 123456"})
    assert [error.code for error in found.errors] == ["bad_phone"]


# -- countries of rows -----------------------------------------------------------------------------------------------

HOMES = {
    "the row's": ({"Phone": "030 123456", "Country": "Germany"}, "CN", "+4930123456", None),
    "in Chinese": ({"电话": "13800138000", "国家": "中国"}, None, "+8613800138000", None),
    "in its own language": ({"Telefon": "030 123456", "Land": "Deutschland"}, None, "+4930123456", None),
    "a code": ({"Phone": "2025550123", "Country": "usa"}, None, "+12025550123", None),
    "a column of codes": ({"Phone": "2025550123", "Country": "", "Country Code": "US"}, None, "+12025550123", None),
    "a calling code": ({"Phone": "2025550123", "Country Code": "+1"}, None, "+12025550123", None),
    "a calling code that the number has already": (
        {"Phone": "4915112345678", "Dial Code": "49"},
        None,
        "+4915112345678",
        None,
    ),
    "a calling code that begins a number of its country": (
        {"Phone": "333123456", "Dial Code": "+33"},
        None,
        "+33333123456",
        None,
    ),
    "a calling code that the number may have": (
        {"Phone": "491511234567", "Dial Code": "49"},
        None,
        None,
        "doubtful_country",
    ),
    "trunk prefix": ({"Phone": "020 7946 0958", "Country": "UK"}, None, "+442079460958", None),
    "011 where it is dialled": ({"Phone": "011 44 20 7946 0958", "Country": "US"}, None, "+442079460958", None),
    "011 where it is not": ({"Phone": "011 44 20 7946 0958", "Country": "China"}, None, None, "bad_phone"),
    "00 anywhere": ({"Phone": "0044 20 7946 0958", "Country": "US"}, None, "+442079460958", None),
    "empty: the run's": ({"Phone": "13800138000", "Country": " - "}, "CN", "+8613800138000", None),
    "empty, and no other": ({"Phone": "13800138000", "Country": ""}, None, None, "no_country"),
    "unknown: the run's": ({"Phone": "13800138000", "Country": "Atlantis"}, "CN", "+8613800138000", None),
    "unknown, and no other": ({"Phone": "13800138000", "Country": "Atlantis"}, None, None, "no_country"),
    "unknown, and not needed": ({"Phone": "+86 13800138000", "Country": "Atlantis"}, "DE", "+8613800138000", None),
    "another country's number": ({"Phone": "+86 13800138000", "Country": "US"}, None, "+8613800138000", None),
    "not a number of the row's": ({"Phone": "13800138000", "Country": "UK"}, "CN", None, "bad_phone"),
}


@pytest.mark.parametrize(("cells", "country", "phone", "code"), HOMES.values(), ids=HOMES)
def test_a_number_without_country_code_is_at_home_where_its_row_is(
    cells: dict[str, str], country: str | None, phone: str | None, code: str | None
) -> None:
    """By the row's country cell where it is understood, else by ``--country``; a country code that is written rules."""
    found = normalized(cells, rules=Rules("407", country))
    assert found.contact.phone_number == phone
    assert [error.code for error in found.errors][:1] == [code][: code is not None]


def test_a_country_that_is_not_understood_is_named() -> None:
    """In the error of a number that needs one, and in a warning where ``--country`` was taken instead."""
    cells = {"Name": "Ann", "Phone": "13800138000", "Country": "Atlantis"}
    (error,) = normalized(cells).errors
    assert str(error.message).endswith('has no country code (the country "Atlantis" is not understood)')
    assert [*map(str, normalized(cells, rules=Rules("407", "CN")).warnings)] == [
        'phone_number: the country "Atlantis" is not understood; read for CN'
    ]
    assert normalized(cells | {"Phone": "+8613800138000"}, rules=Rules("407", "CN")).warnings == ()
    (error,) = normalized(cells | {"Phone": "12345"}, rules=Rules("407", "CN")).errors
    assert str(error.message).endswith('(read for CN) (the country "Atlantis" is not understood)')
    (error,) = normalized(cells | {"Phone": "call me"}, rules=Rules("407", "CN")).errors
    assert "Atlantis" not in str(error.message)


def test_a_constant_country_is_every_row_s() -> None:
    """``--set additional_attributes.country`` says it as a column would."""
    cells = {"Name": "Ann", "Phone": "030 123456"}
    found = normalized(cells, {"additional_attributes.country": "Germany"})
    assert found.contact.phone_number == "+4930123456"


# -- email -----------------------------------------------------------------------------------------------------------

EMAILS = {
    "plain": ("alice@acme.inc", "alice@acme.inc"),
    "domain in lower case": ("Bob.Lee@ACME.Com", "Bob.Lee@acme.com"),
    "a mailbox of RFC 2142 keeps its case": ("Sales@acme.com", "Sales@acme.com"),
    "spaces around": (" bob@acme.com\u00a0", "bob@acme.com"),
    "invisible characters": ("\u202abob\u200b@acme.com\u202c", "bob@acme.com"),
    "full width": ("ｂｏｂ＠acme．com", "bob@acme.com"),
    "ideographic full stop": ("bob@163。com", "bob@163.com"),
    "mailto": ("MailTo:bob@acme.com?subject=Hi", "bob@acme.com"),
    "with a name": ("Bob Lee <bob@acme.com>", "bob@acme.com"),
    "with its kind": ("work: bob@acme.com", "bob@acme.com"),
    "with a word for what it is": ("邮箱：bob@acme.com", "bob@acme.com"),
    "with a quoted name": ('"Lee, Bob" <bob@acme.com>', "bob@acme.com"),
    "with itself as the name": ("bob@acme.com <bob@acme.com>", "bob@acme.com"),
    "trailing dot": ("bob@acme.com.", "bob@acme.com"),
    "trailing comma": ("bob@acme.com,", "bob@acme.com"),
    "trailing semicolon": ("bob@acme.com; ", "bob@acme.com"),
    "apostrophe in front": ("'bob@acme.com", "bob@acme.com"),
    "apostrophe inside": ("o'neil@acme.com", "o'neil@acme.com"),
    "slash inside": ("a/b@acme.com", "a/b@acme.com"),
    "plus": ("bob+news@acme.com", "bob+news@acme.com"),
    "example.com": ("bob@example.com", "bob@example.com"),
    ".local": ("bob@acme.local", "bob@acme.local"),
    ".test": ("bob@acme.TEST", "bob@acme.test"),
    ".internal": ("bob@acme.internal", "bob@acme.internal"),
    ".localhost": ("bob@acme.localhost", "bob@acme.localhost"),
    "international domain": ("bob@MÜNCHEN.de", "bob@münchen.de"),
    "international domain in ASCII": ("bob@xn--mnchen-3ya.de", "bob@münchen.de"),
    "international local part": ("用户@例子.公司", "用户@例子.公司"),
}


@pytest.mark.parametrize(("cell", "address"), EMAILS.values(), ids=EMAILS)
def test_an_email_is_repaired(cell: str, address: str) -> None:
    """There is one way to read these."""
    assert read("email", cell) == (address, None, ())


BAD_EMAILS = {
    "bob@": "nothing after the @",
    "@acme.com": "nothing before the @",
    "bob": "no @",
    "bob@gmail": "no dot after the @",
    "bob@localhost": "no dot after the @",
    "bob lee@acme.com": "a space inside",
    "bob @acme.com": "a space inside",
    "bob@@acme.com": "more than one @",
    "cc: bob@acme.com": "a space inside",
    "b..b@acme.com": "a character or a part that an address cannot have",
    "bob@acme.c": "a character or a part that an address cannot have",
    "bob@acme.C": "a character or a part that an address cannot have",
    "bob@bücher.d": "a character or a part that an address cannot have",
    "bob@-acme.com": "a character or a part that an address cannot have",
    "bob@.local": "a character or a part that an address cannot have",
    "bob@192.168.0.1": "a character or a part that an address cannot have",
    "bob,lee@acme.com": "a character or a part that an address cannot have",
    f"{'b' * 250}@acme.com": "a character or a part that an address cannot have",
    f"{'b' * 2000}@acme.com": "too long",
}


@pytest.mark.parametrize(("cell", "reason"), BAD_EMAILS.items(), ids=list(BAD_EMAILS.values()))
def test_what_is_no_email_is_refused(cell: str, reason: str) -> None:
    """The message says what was found and why it is none; ``bob,lee@…`` is not cut down to ``lee@…``."""
    error = read("email", cell).error
    assert error is not None
    assert error.code == "bad_email"
    assert str(error.message).startswith(f'email: "{cell[:59]}')
    assert str(error.message).endswith(f" is not an email address ({reason})")


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("ann@acme.com; bob@acme.com", '"bob@acme.com"'),
        ("work: ann@acme.com, home: bob@acme.com", '"bob@acme.com"'),
        ("ann@acme.com ::: bob@acme.com", '"bob@acme.com"'),
        ("ann@acme.com/bob@acme.com", '"bob@acme.com"'),
        ("ann@acme.com\r\nbob@acme.com", '"bob@acme.com"'),
        ("ann@acme.com bob@acme.com", '"bob@acme.com"'),
        ("ann@acme.com，bob@acme.com、bob@", '"bob@acme.com", "bob@"'),
        ("bob@; ann@acme.com", '"bob@"'),
        ("<ann@acme.com>, <bob@acme.com>", '"bob@acme.com"'),
        ("Lee, Ann <ann@acme.com>; Lee, Bob <bob@acme.com>", '"bob@acme.com"'),
    ],
)
def test_of_several_emails_the_first_is_used(cell: str, rest: str) -> None:
    """The others are named, never dropped in silence."""
    reading = read("email", cell)
    assert reading.value == "ann@acme.com"
    assert sentence(reading.warnings).startswith("email: ")
    assert sentence(reading.warnings).endswith(f" holds several; ann@acme.com is used, not used: {rest}")


# -- phone_number ----------------------------------------------------------------------------------------------------

PHONES = {
    "E.164": ("+8613800138000", None, "+8613800138000"),
    "spaces and hyphens": ("+86 138-0013 8000", None, "+8613800138000"),
    "trunk zero in brackets": ("+44 (0)20 7946 0958", None, "+442079460958"),
    "Italian zero": ("+39 06 698 82222", None, "+390669882222"),
    "00 in front": ("0086 138 0013 8000", None, "+8613800138000"),
    "full width": ("＋８６（１３８）００１３－８０００", None, "+8613800138000"),
    "Arabic-Indic digits": ("+٨٦ ١٣٨٠٠١٣٨٠٠٠", None, "+8613800138000"),
    "tel:": ("tel:+86-138-0013-8000", None, "+8613800138000"),
    "apostrophe in front": ("'+8613800138000", None, "+8613800138000"),
    "invisible characters": ("\u202a+86 138\u200b0013 8000\u202c", None, "+8613800138000"),
    "slash inside": ("+49 711/123456", None, "+49711123456"),
    "a country's own": ("13800138000", "CN", "+8613800138000"),
    "made a number by Excel": ("13800138000.0", "CN", "+8613800138000"),
    "international, made a number by Excel": ("+8613800138000.0", None, "+8613800138000"),
    "country code without plus": ("8613800138000", "CN", "+8613800138000"),
    "area code": ("(010) 6256-1155", "CN", "+861062561155"),
    "slash after the area code": ("0711/123456", "DE", "+49711123456"),
    "another country's": ("+12025550123", "CN", "+12025550123"),
}


@pytest.mark.parametrize(("cell", "country", "e164"), PHONES.values(), ids=PHONES)
def test_a_phone_number_becomes_e164(cell: str, country: str | None, e164: str) -> None:
    """As written with its country code, or by ``--country``."""
    assert read("phone_number", cell, country) == (e164, None, ())


BAD_PHONES = {
    "no country code": ("13800138000", None, "no_country"),
    "a leading zero lost": ("1062561155", None, "no_country"),
    "several without country": ("13800138000; 13900139000", None, "no_country"),
    "digits lost": ("1.38E+10", None, "precision_lost"),
    "digits lost, with a country": ("1.38E+10", "CN", "precision_lost"),
    "digits lost, another program": ("8.6138001E12", None, "precision_lost"),
    "digits lost, comma": ("1,38E+10", None, "precision_lost"),
    "words": ("call me", None, "bad_phone"),
    "letters for digits": ("+1-800-FLOWERS", None, "bad_phone"),
    "too short for its country": ("12345", "CN", "bad_phone"),
    "too long": ("+1234567890123456", None, "bad_phone"),
    "much too long": ("+1" * 1000, None, "bad_phone"),
    "country code that begins with 0": ("+0123456789", None, "bad_phone"),
    "a country code alone": ("+86", None, "bad_phone"),
    "two plus signs": ("++8613800138000", None, "bad_phone"),
    "a circled digit is no digit": ("①+8613800138000", None, "bad_phone"),
    "one number torn in two lines": ("+86 138\n0013 8000", None, "bad_phone"),
    "an extension alone": ("ext. 12", None, "bad_phone"),
    "thousands": ("13,800,138,000", "CN", "bad_phone"),
}


@pytest.mark.parametrize(("cell", "country", "code"), BAD_PHONES.values(), ids=BAD_PHONES)
def test_what_cannot_be_told_is_no_phone_number(cell: str, country: str | None, code: str) -> None:
    """Nothing is guessed: not a country, not digits that a spreadsheet rounded away."""
    assert code_of("phone_number", cell, country) == code


def test_a_phone_error_says_what_to_do() -> None:
    """Where, what was found, and both ways out."""
    error = read("phone_number", "13800138000").error
    assert error == RowError(
        "no_country",
        Message("phone_number: {value} has no country code", value='"13800138000"'),
        Message("write it with its country code (+86 …), or add --country"),
    )
    assert str(error.message) == 'phone_number: "13800138000" has no country code'


@pytest.mark.parametrize("cell", ["+123456789", "+12 345 (6789)", "00123456789"])
def test_an_improbable_number_is_sent_as_written(cell: str) -> None:
    """The API's own example is no number of any plan: the syntax decides, and a warning tells."""
    reading = read("phone_number", cell)
    assert reading.value == "+123456789"
    assert sentence(reading.warnings) == f'phone_number: "{cell}" looks improbable; sent as written'


@pytest.mark.parametrize(
    "cell",
    [
        "+12025550123 ext. 12",
        "+12025550123x12",
        "+1 202 555 0123 (ext 12)",
        "tel:+1-202-555-0123;ext=12",
        "+12025550123 #12",
        "+1 2025550123转12",
    ],
)
def test_an_extension_is_left_out_and_named(cell: str) -> None:
    """E.164 has no place for it."""
    reading = read("phone_number", cell)
    assert reading.value == "+12025550123"
    assert sentence(reading.warnings) == f'phone_number: extension 12 of "{cell}" is left out'


@pytest.mark.parametrize(
    ("cell", "country", "rest"),
    [
        ("+8613800138000; +8613900139000", None, '"+8613900139000"'),
        ("+8613800138000 ::: +8613900139000", None, '"+8613900139000"'),
        ("+8613800138000/13900139000", None, '"13900139000"'),
        ("+8613800138000\n+8613900139000", None, '"+8613900139000"'),
        ("call me; +8613800138000", None, '"call me"'),
        ("13800138000 / 13900139000", "CN", '"13900139000"'),
        ("13900/13800138000，+86 139", "CN", '"13900", "+86 139"'),
    ],
)
def test_of_several_phone_numbers_the_first_is_used(cell: str, country: str | None, rest: str) -> None:
    """The first that is valid; the others are named."""
    reading = read("phone_number", cell, country)
    assert reading.value == "+8613800138000"
    assert sentence(reading.warnings).endswith(f"not used: {rest}")


def test_australia_dials_abroad_with_0011() -> None:
    """``00`` is a plus sign, but for countries whose own prefix makes a number of it."""
    assert read("phone_number", "0011 44 20 7946 0958", "AU").value == "+442079460958"
    assert read("phone_number", "0044 20 7946 0958", "AU").value == "+442079460958"
    assert read("phone_number", "0044 20 7946 0958").value == "+442079460958"


@pytest.mark.slow
@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_country_is_read(region: str) -> None:
    """A country's own spelling and the international one give the same number, and reading it again changes nothing."""
    example = phonenumbers.example_number(region)
    assert example is not None
    formats = phonenumbers.PhoneNumberFormat
    e164 = phonenumbers.format_number(example, formats.E164)
    own = phonenumbers.format_number(example, formats.NATIONAL)
    for cell in (e164, phonenumbers.format_number(example, formats.INTERNATIONAL), own):
        assert read("phone_number", cell, region).value == e164
    assert read("phone_number", e164) == (e164, None, ())


# -- identifier, avatar_url, inbox_id --------------------------------------------------------------------------------

OTHERS = {
    "id with zeros": ("identifier", "00123", "00123", None),
    "id with an apostrophe": ("identifier", "'00123", "00123", None),
    "id made a number": ("identifier", "1234567890.0", "1234567890", None),
    "id with a letter E": ("identifier", "12E45", "12E45", None),
    "id with a dot": ("identifier", "1.5", "1.5", None),
    "id of words": ("identifier", " A  1/b ", "A 1/b", None),
    "id in quotes": ("identifier", "'A'", "'A'", None),
    "id without its digits": ("identifier", "1.23457E+14", None, "precision_lost"),
    "https": ("avatar_url", "https://cdn.acme.com/a.png?x=1", "https://cdn.acme.com/a.png?x=1", None),
    "http in capitals": ("avatar_url", "HTTP://acme.com/a.png", "HTTP://acme.com/a.png", None),
    "no scheme": ("avatar_url", "www.acme.com/a.png", None, "bad_url"),
    "no host": ("avatar_url", "https:///a.png", None, "bad_url"),
    "a space": ("avatar_url", "https://acme.com/a b.png", None, "bad_url"),
    "a file": ("avatar_url", "file:///etc/passwd", None, "bad_url"),
    "a picture itself": ("avatar_url", "data:image/png;base64,AAAA", None, "bad_url"),
    "half an address": ("avatar_url", "http://[::1", None, "bad_url"),
    "a port of letters": ("avatar_url", "http://acme.com:x/", None, "bad_url"),
    "inbox": ("inbox_id", "407", "407", None),
    "inbox made a number": ("inbox_id", "407.0", "407", None),
    "inbox in full width": ("inbox_id", "４０７", "407", None),
    "inbox by name": ("inbox_id", "Support", None, "bad_inbox"),
    "inbox below zero": ("inbox_id", "-1", None, "bad_inbox"),
    "attribute": ("custom_attributes.plan", " Gold\n", "Gold", None),
}


@pytest.mark.parametrize(("field", "cell", "value", "code"), OTHERS.values(), ids=OTHERS)
def test_other_fields(field: str, cell: str, value: str | None, code: str | None) -> None:
    """An id is text, a picture an http(s) link with a host, an inbox a number."""
    assert (read(field, cell).value, code_of(field, cell)) == (value, code)


@pytest.mark.parametrize(
    ("cells", "rules", "inbox", "codes"),
    [
        ({"name": "Ann"}, RULES, "407", []),
        ({"name": "Ann", "inbox_id": "8"}, RULES, "8", []),
        ({"name": "Ann", "inbox_id": ""}, RULES, "407", []),
        ({"name": "Ann", "inbox_id": ""}, Rules(), None, ["no_inbox"]),
        ({"name": "Ann", "inbox_id": "x"}, Rules(), None, ["bad_inbox"]),
    ],
)
def test_the_inbox_of_a_row_goes_before_the_option(
    cells: dict[str, str], rules: Rules, inbox: str | None, codes: list[str]
) -> None:
    """An empty cell falls back to ``--inbox``; without one the row has no place to go."""
    found = normalized(cells, rules=rules)
    assert (found.contact.inbox_id, [error.code for error in found.errors]) == (inbox, codes)


# -- rows ------------------------------------------------------------------------------------------------------------


def test_all_errors_of_a_row_come_at_once() -> None:
    """One import shows everything there is to repair; the sound fields are in the contact."""
    found = normalized({"Name": "Ann", "Email": "bob@", "Phone": "x", "ID": "1.2E+10", "Avatar": "x"}, beyond=("", "y"))
    codes = ["bad_email", "bad_phone", "precision_lost", "bad_url", "extra_cells"]
    assert [error.code for error in found.errors] == codes
    assert found.contact == Contact(name="Ann", inbox_id="407")


def test_an_error_names_the_very_column_it_is_about() -> None:
    """Of two phone columns the one whose cell is bad; and where a field has no cell, the field alone."""
    cells = {"inbox_id": "", "Name": "Ann", "Mobile": "", "Work phone": "x", "Email": "bob@"}
    found = normalized(cells, rules=Rules(), beyond=("y",))
    places = [(error.code, error.field, error.column) for error in found.errors]
    assert sorted(places) == [
        ("bad_email", "email", 4),
        ("bad_phone", "phone_number", 3),
        ("extra_cells", "", 5),
        ("no_inbox", "inbox_id", None),
    ]


@pytest.mark.parametrize(
    ("cells", "constants"),
    [
        ({"name": " ", "email": "-"}, {}),
        ({"name": "", "email": ""}, {"identifier": "7"}),
        ({"name": "", "City": "Berlin", "inbox_id": "7"}, {}),
    ],
)
def test_a_row_that_tells_of_nobody_is_an_error(cells: dict[str, str], constants: dict[str, str]) -> None:
    """Constants, a city or an inbox make no person."""
    errors = normalized(cells, constants).errors
    assert [(error.code, str(error.message)) for error in errors] == [
        ("empty_row", "the row has no name, email, phone number or identifier")
    ]


def test_a_bad_cell_is_not_an_empty_row() -> None:
    """What is wrong is not missing."""
    assert [error.code for error in normalized({"email": "bob@"}).errors] == ["bad_email"]


def test_a_cell_beyond_the_titles_is_an_error() -> None:
    """The message names the cell; empty ones do no harm."""
    assert normalized({"name": "Ann", "City": "Bonn"}, beyond=("", " ")).errors == ()
    (error,) = normalized({"name": "Ann", "City": "Bonn"}, beyond=("", "Lee", "x")).errors
    assert error.code == "extra_cells"
    assert str(error.message) == 'cell D: "Lee" stands beyond the last title "City" (B)'


def test_constants_and_attributes_reach_the_contact() -> None:
    """A constant is cleaned like a cell and goes before the column of its field."""
    cells = {"Email": "ann@acme.com", "Company": " Acme ", "City": "", "Country": "US"}
    contact = normalized(cells, {"additional_attributes.country": " DE ", "custom_attributes.plan": "Gold"}).contact
    assert contact.attributes == {
        "additional_attributes.company_name": "Acme",
        "additional_attributes.country": "DE",
        "custom_attributes.plan": "Gold",
    }


def test_a_constant_that_cannot_be_sent_is_refused() -> None:
    """One wrong option is said once, not on every row."""
    with pytest.raises(ConfigError, match='--set "inbox_id=Support": inbox_id: "Support" is not a number'):
        normalized({"name": "Ann"}, {"inbox_id": "Support"})


def test_an_invalid_row_is_shown_as_it_was() -> None:
    """The results file shows its cells; a name from its parts, a constant as given."""
    mapping = map_columns(["First Name", "Last Name", "Email"], {}, {"inbox_id": "407"}, "ignore")
    shown = as_it_was(Row(2, ("Ann ", "Lee", " bob@")), mapping)
    assert shown == Contact(name="Ann Lee", email=" bob@", inbox_id="407")


@pytest.mark.parametrize("field", ["name", "email", "phone_number", "identifier", "avatar_url", "custom_attributes.a"])
@pytest.mark.parametrize("cell", ["Jos\udce9", "\ufffdose"], ids=["a byte that did not decode", "the sign for one"])
def test_broken_text_is_refused_wherever_it_stands(field: str, cell: str) -> None:
    """Nobody can tell what the character was, and nobody guesses."""
    reading = read(field, cell)
    assert reading.error is not None
    assert (reading.error.code, reading.value) == ("broken_text", None)
    str(reading.error.message).encode()


DATES = ["2024-01-02", "2024-01-02 03:04:05", "31.12.1999", "1/2/99"]


@pytest.mark.parametrize(
    ("field", "cell"),
    [*product(["name", "first_name", "identifier"], ["TRUE", "false"]), *product(["identifier"], DATES)],
)
def test_a_date_or_a_boolean_for_a_name_or_an_id_is_remarked_upon(field: str, cell: str) -> None:
    """A column that slipped; it may be right, so it is sent and said."""
    reading = read(field, cell)
    assert (reading.value, reading.error) == (cell, None)
    assert "looks like a date" in sentence(reading.warnings)


@pytest.mark.parametrize("field", ["name", "first_name", "middle_name", "last_name"])
@pytest.mark.parametrize("cell", ["123", "???", ".", "=1+1", "+49 30 5550101", "(!)", *DATES])
def test_a_name_without_a_letter_is_none(field: str, cell: str) -> None:
    """It is left out with a remark, so that another column or the email may say who it is."""
    reading = read(field, cell)
    assert (reading.value, reading.error) == (None, None)
    assert "has no letter" in sentence(reading.warnings)
    assert read("identifier", "123").value == "123"


def test_a_picture_is_what_somebody_calls_themselves() -> None:
    """As people do in chats."""
    assert read("name", "🌻").value == "🌻"


def test_every_code_has_a_meaning_and_a_hint() -> None:
    """The docs and the report list them; ``read`` and ``Normalizer`` take their hints from there."""
    assert all(advice.meaning and advice.hint for advice in ERROR_CODES.values())
    cells = {
        "name": "#REF!",
        "email": "x",
        "phone_number": "1",
        "identifier": "1E+10",
        "avatar_url": "x",
        "inbox_id": "x",
    }
    titles = {"name": "Name", "email": " EMAIL"}
    errors = [
        *normalized(cells, beyond=("y",)).errors,
        *normalized({"name": "Total: 3"}).errors,
        *normalized(titles).errors,
        *normalized({"name": "", "inbox_id": "", "phone_number": "x"}, rules=Rules()).errors,
        *normalized({"name": "Jos\udce9"}).errors,
        *normalized({"name": "x", "email": "j***@example.com"}).errors,
        *normalized({"name": "x" * 256}).errors,
        *normalized({"name": f"{OPEN_QUOTE}Jos"}).errors,
        *normalized({"name": ""}).errors,
        *normalized({"name": "name"}).errors,
        *normalized({"name": "x", "phone_number": "4915112345678"}, rules=Rules(country="DE")).errors,
        *normalized(
            {"name": "x", "custom_attributes.age": "x"}, rules=Rules(types={"custom_attributes.age": "number"})
        ).errors,
    ]
    assert [code for code in ERROR_CODES if code in {error.code for error in errors}] == [*ERROR_CODES][:18]
    told = {error.code: str(error.hint).replace("+4915123456789", "+8613800138000") for error in errors}
    assert told == {code: str(ERROR_CODES[code].hint) for code in told}


@pytest.mark.parametrize(
    ("cell", "country", "expected"),
    [
        ("4915112345678", "DE", "doubtful_country"),
        ("62212345678", "ID", "doubtful_country"),
        ("15112345678", "DE", "+4915112345678"),
        ("8613800138000", "CN", "+8613800138000"),
        ("12125551234", "US", "+12125551234"),
    ],
)
def test_a_number_that_may_have_its_country_code_or_not_is_not_guessed(cell: str, country: str, expected: str) -> None:
    """A plus that a spreadsheet took away: where both readings are numbers, nobody can tell."""
    reading = read("phone_number", cell, country)
    assert (reading.error.code if reading.error else reading.value) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("bad;ok@example.com", "ok@example.com"),
        ("N/A; bo@example.com", "bo@example.com"),
        ("bad@\nok@example.com", "ok@example.com"),
        ("bob,smith@example.com", "bad_email"),
        ("bob smith@example.com", "bad_email"),
        (".a@example.com", "bad_email"),
        ("a@example.com.", "a@example.com"),
    ],
)
def test_of_several_values_the_first_address_is_sent_and_a_slip_is_none(cell: str, expected: str) -> None:
    """A semicolon divides; a comma or a space may be a slip within one address."""
    reading = read("email", cell)
    assert (reading.error.code if reading.error else reading.value) == expected


@pytest.mark.parametrize("field", ["identifier", "custom_attributes.a", "phone_number"])
def test_the_guard_of_exporters_against_excel_is_taken_off(field: str) -> None:
    """``="00123"`` is a text that shall stay one."""
    assert read("name", '="Ann 2"').value == "Ann 2"
    assert read(field, '="13800138000"', "CN").value in ("13800138000", "+8613800138000")
    assert str(repair_kind('="00123"', "00123")) == '="…" removed'


def test_the_titles_once_more_are_no_person() -> None:
    """Two lists pasted below each other."""
    assert [error.code for error in normalized({"Name": "Name", "Email": "Email"}).errors] == ["repeated_titles"]
    assert normalized({"Name": "Name", "Email": "a@x.org"}).errors == ()


# -- any text --------------------------------------------------------------------------------------------------------

ANY_CHARACTER = st.characters(exclude_categories=())
TELLING = st.sampled_from("+0123456789.eE-()/;,'<>@ \n\u200b\u200dabx٣３＠。，#:—éع王👩") | ANY_CHARACTER
CELLS = st.text(ANY_CHARACTER) | st.text(TELLING, max_size=25)
EMAIL_LIKE = st.from_regex(
    r"['<\"]?[a-zA-ZäÉ王.+'/]{1,6}[@＠][a-zA-ZäÉ王-]{1,5}[.。][a-zA-Zé]{2,5}[.;,>]?", fullmatch=True
)
PHONE_LIKE = st.from_regex(r"(\+|00|0)?[0-9]{1,4}[ -/]?[0-9]{3,11}( ?(x|ext)[0-9]{1,3})?", fullmatch=True)
COUNTRIES = st.sampled_from([None, "CN", "DE", "US", "IT", "BR"])
ROWS = st.fixed_dictionaries(
    dict.fromkeys(CREATE_FIELDS, CELLS) | {"email": CELLS | EMAIL_LIKE, "phone_number": CELLS | PHONE_LIKE}
)


@pytest.mark.slow
@given(ROWS, COUNTRIES)
def test_any_text_is_read_and_reading_it_again_changes_nothing(cells: dict[str, str], country: str | None) -> None:
    """No cell raises; what goes out is clean, and the file of results can be imported again."""
    contact = normalized(cells, rules=Rules("407", country)).contact
    again = normalized(dict.fromkeys(CREATE_FIELDS, "") | contact.create_fields())
    assert again.contact == contact
    assert all(error.code == "empty_row" for error in again.errors)
    contact.json.encode()


@pytest.mark.slow
@example("", "\x1bÂ¡")  # dirt beside text of another encoding
@example("°À", "°À")  # each too short to be text of another encoding
@given(CELLS, CELLS)
def test_a_joined_name_is_read_the_same(first: str, last: str) -> None:
    """A name from its parts is a name."""
    name = normalized({"First Name": first, "Last Name": last}).contact.name
    assert name is None or read("name", name).value == name


@pytest.mark.slow
@given(CELLS | PHONE_LIKE, COUNTRIES)
def test_a_phone_number_has_the_syntax_of_the_api(cell: str, country: str | None) -> None:
    """``+``, a digit that is not 0, and at most 14 more; or an error, or an empty cell."""
    reading = read("phone_number", cell, country)
    assert reading.value is None or E164.fullmatch(reading.value)
    assert reading.value is None or reading.error is None


FIELDS = ["name", "first_name", "email", "phone_number", "identifier", "avatar_url", "inbox_id", "custom_attributes.a"]
NEARLY_PLAIN = st.text("Aéõ王김あア7.,-_& @+()'\u0301\u0345ﬁ", max_size=12) | st.from_regex(
    r"[+]?(?:49|86|1)?[0-9 ()\-]{5,14}|[a-z.+]{1,8}@[a-z.\-]{1,9}", fullmatch=True
)


@pytest.mark.slow
@given(
    st.sampled_from(FIELDS),
    NEARLY_PLAIN | CELLS | st.sampled_from(sorted(FILLERS)),
    st.sampled_from(["CN", "DE", None]),
)
def test_a_plain_cell_says_what_it_says_with_care(field: str, cell: str, country: str | None) -> None:
    """The short way for most cells comes to what the long one does."""
    assert read(field, cell, country) == read_with_care(field, cell, country)


@pytest.mark.slow
@given(
    st.sampled_from(FIELDS),
    st.lists(
        NEARLY_PLAIN | st.sampled_from(["", "Ann", "Ann Lee", "two\nlines", "Ann\n", "\n", "null", "+8613800138000"])
    ),
)
def test_a_column_at_a_glance_is_its_cells_one_by_one(field: str, cells: list[str]) -> None:
    """Runs of plain cells, odd ones among them, cells with lines of their own."""
    look = glance(field, "DE")
    assert look(cells) == [value for cell in cells for value in look([cell])]
