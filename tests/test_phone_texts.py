"""What stands beside a phone number in its cell, and what it is not: labels, extensions, other endings, arithmetic."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.config.settings import Config
from importer.countries import INTERNATIONAL
from importer.data_table import data_table
from importer.normalizer import phone_labels
from importer.normalizer.cells import read, read_all
from importer.normalizer.joining import joined_numbers
from importer.normalizer.text import Reading, number_text

LABELS = {
    "English": ("Mob: 07911 123456", "GB", "+447911123456"),
    "English, behind": ("+44 7911 123456 (work)", None, "+447911123456"),
    "English, capitals": ("CELL PHONE 202-555-0123", "US", "+12025550123"),
    "German": ("Büro: 030 23125 000", "DE", "+493023125000"),
    "German, two words": ("Handy privat 0171 1234567", "DE", "+491711234567"),
    "French": ("Tél. portable : 06 12 34 56 78", "FR", "+33612345678"),
    "French, without accent": ("tel 06 12 34 56 78 (perso)", "FR", "+33612345678"),
    "Spanish": ("Móvil 612 34 56 78", "ES", "+34612345678"),
    "Portuguese": ("Celular: (11) 98765-4321", "BR", "+5511987654321"),
    "Italian": ("cell. 312 345 6789", "IT", "+393123456789"),
    "Dutch": ("Mobiel 06 12345678", "NL", "+31612345678"),
    "Polish": ("komórka: 512 345 678", "PL", "+48512345678"),
    "Czech": ("601 123 456 (práce)", "CZ", "+420601123456"),
    "Hungarian": ("mobil: 06 20 123 4567", "HU", "+36201234567"),
    "Swedish": ("Hem: 08-123 456 78", "SE", "+46812345678"),
    "Finnish": ("puh. 041 2345678", "FI", "+358412345678"),
    "Turkish": ("Cep: 0501 234 56 78", "TR", "+905012345678"),
    "Greek": ("κιν. 691 234 5678", "GR", "+306912345678"),
    "Russian": ("моб. 8 (912) 345-67-89", "RU", "+79123456789"),
    "Ukrainian": ("тел.: 050 123 45 67", "UA", "+380501234567"),
    "Arabic": ("جوال: 051 234 5678", "SA", "+966512345678"),
    "Hebrew": ("נייד 050-234-5678", "IL", "+972502345678"),
    "Thai": ("มือถือ 081 234 5678", "TH", "+66812345678"),
    "Vietnamese": ("ĐT: 091 234 56 78", "VN", "+84912345678"),
    "Indonesian": ("No. HP 0812-3456-789", "ID", "+628123456789"),
    "Chinese": ("联系电话：13912345678", "CN", "+8613912345678"),
    "Chinese, behind": ("13912345678（微信同号）", "CN", "+8613912345678"),
    "Chinese, traditional": ("手機 0912-345-678", "TW", "+886912345678"),
    "Chinese, two words": ("手机/微信:13912345678", "CN", "+8613912345678"),
    "Japanese": ("携帯：090-1234-5678", "JP", "+819012345678"),
    "Korean": ("휴대폰 010-2000-0000", "KR", "+821020000000"),
    "a letter": ("T: +49 30 23125000", None, "+493023125000"),
    "a letter in brackets": ("0171 1234567 (m)", "DE", "+491711234567"),
    "brackets and a label behind": ("(010) 6256-1155 (办公室)", "CN", "+861062561155"),
    "brackets around all": ("(Tel: 030 23125000)", "DE", "+493023125000"),
}


@pytest.mark.parametrize(("cell", "country", "e164"), LABELS.values(), ids=LABELS)
def test_a_known_word_beside_a_number_is_no_part_of_it(cell: str, country: str | None, e164: str) -> None:
    """In the languages that the table knows, before the number and behind it; nothing is left out, so no remark."""
    assert read("phone_number", cell, country) == (e164, None, ())


@pytest.mark.parametrize("head", [head for head, _ in data_table(phone_labels.__file__, "phone_labels.txt")])
def test_every_word_of_the_table_is_known(head: str) -> None:
    """A word that another one begins with is found whole."""
    words = dict(data_table(phone_labels.__file__, "phone_labels.txt"))[head].split("; ")
    wanted = None if head == "fax" else "+493023125000"
    assert {word: read("phone_number", f"{word}: +49 30 23125000").value for word in words} == dict.fromkeys(
        words, wanted
    )


@pytest.mark.parametrize(
    "cell", ["Erika 030 23125000", "030 23125000 bis 17 Uhr", "王芳 13912345678", "not 030 23125000"]
)
def test_an_unknown_word_beside_digits_stays_an_error(cell: str) -> None:
    """It may say that the number is another's, or changes what the digits mean."""
    error = read("phone_number", cell, "CN" if "王" in cell else "DE").error
    assert error is not None
    assert error.code == "bad_phone"


ALONE = [
    *("Mobile", "home", "Work:", "(office)", "Privat", "dienstlich", "móvil", "casa / trabajo", "домашний", "Fax"),
    *("手机", "家庭", "携帯電話", "집"),
]


@pytest.mark.parametrize("cell", ALONE)
def test_a_kind_of_number_without_a_number_says_nothing(cell: str) -> None:
    """Where a program wrote the kind and had no number, the row goes without it, and loses nothing else."""
    assert read("phone_number", cell, "US") == Reading(None)


@pytest.mark.parametrize(
    "cell",
    ["^+639122075405", "=+639122075405", "`+639122075405", "\\0912 207 5405", '"+639122075405"', "<+63 912 207 5405>"],
)
def test_a_mark_around_a_number_is_no_part_of_it(cell: str) -> None:
    """Lotus and Excel have a cell be text or centred by a sign before it, which other programs keep."""
    assert read("phone_number", cell, "PH") == Reading("+639122075405")


@pytest.mark.parametrize("cell", ["^", "=", "0912^2075405", "? +639122075405", "^912"])
def test_a_mark_makes_no_number(cell: str) -> None:
    """One among the digits, and one that says that the number is doubtful, stay an error."""
    reading = read("phone_number", cell, "PH")
    assert reading.value is None


@pytest.mark.parametrize("cell", ["0", "00", "000-0000", "(000) 000-0000", "+0", "0000000000"])
def test_nothing_but_zeros_is_no_number(cell: str) -> None:
    """A database's zero says that there is none: another number of the row stands in."""
    assert read("phone_number", cell, "CO") == Reading(None)


@pytest.mark.parametrize("cell", ["Mobile 5", "home of Ann", "Sarah", "M", "reception", "same on WhatsApp"])
def test_a_word_that_may_be_more_than_a_kind_of_number_stays_an_error(cell: str) -> None:
    """What has a digit, or a word that is no label, may be somebody's number."""
    error = read("phone_number", cell, "US").error
    assert error is not None
    assert error.code == "bad_phone"


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("Fax: 030 23125001; Tel: 030 23125000", '"030 23125001"'),
        ("Tel 030 23125000 Fax 030 23125001", '"030 23125001"'),
        ("030 23125000 (Tel), 030 23125001 (Fax)", '"030 23125001"'),
        ("Tel. 030 23125000 / Mobil 0171 1234567", '"0171 1234567"'),
    ],
)
def test_a_fax_is_no_phone_number_and_labels_divide(cell: str, rest: str) -> None:
    """Two labelled numbers are never glued together; what is not used is named."""
    reading = read("phone_number", cell, "DE")
    assert reading.value == "+493023125000"
    assert str(reading.warnings[0]).endswith(f"not used: {rest}")


@pytest.mark.parametrize(
    ("cell", "country", "e164", "extension"),
    [
        ("0755-83765566-802", "CN", "+8675583765566", "802"),
        ("010—62561155—8", "CN", "+861062561155", "8"),
        ("+86-21-62345678-1234", None, "+862162345678", "1234"),
        ("02-2345-6789-15", "TW", "+886223456789", "15"),
        ("202 555 0123 ext. 44 (work)", "US", "+12025550123", "44"),
        ("202-555-0123-44", "US", "+12025550123", "44"),
        ("1-202-555-0123-4567", "US", "+12025550123", "4567"),
        ("2345-6789-15", "HK", "+85223456789", "15"),
    ],
)
def test_an_extension_behind_a_dash_is_left_out_and_named(cell: str, country: str, e164: str, extension: str) -> None:
    """Where the digits with it are no number, and those before it are one."""
    reading = read("phone_number", cell, country)
    assert reading.value == e164
    assert f"extension {extension} of" in str(reading.warnings[0])


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        pytest.param("138-0000-1101", "DE", id="another country's mobile number begins as a special number"),
        pytest.param("(138) 0000-1101", "DE", id="with brackets"),
        pytest.param("0138-0000-1101", "DE", id="with a trunk prefix"),
        pytest.param("755-83765566-802", "CN", id="without its trunk prefix"),
        pytest.param("0412-345-678-12", "AU", id="a mobile number has no extensions"),
        pytest.param("0241-12345678-12345", "DE", id="direct dialling: the whole is the number, and too long"),
    ],
)
def test_a_number_is_never_made_of_the_digits_before_a_dash_alone(cell: str, country: str) -> None:
    """Digits are left out only behind a whole fixed-line number; else a wrong cell would become somebody's number."""
    reading = read("phone_number", cell, country)
    assert reading.error
    assert (reading.value, reading.error.code) == (None, "bad_phone")


@pytest.mark.parametrize(
    ("cell", "country", "e164"),
    [
        ("030 1234-56", "DE", "+4930123456"),
        ("030 12345678-0", "DE", "+4930123456780"),
        ("01 51234-567", "AT", "+43151234567"),
    ],
)
def test_direct_dialling_behind_a_dash_is_a_part_of_the_number(cell: str, country: str, e164: str) -> None:
    """The whole counts where it is a number of the country."""
    assert read("phone_number", cell, country) == (e164, None, ())


@pytest.mark.parametrize(
    ("cell", "country", "e164", "rest"),
    [
        ("030 2312500 (68)", "DE", "+49302312500", '"(68)"'),
        ("(0711) 234567 (8)", "DE", "+49711234567", '"(8)"'),
        ("044 237 03 85 (86)", "UA", "+380442370385", '"(86)"'),
        ("+33 1 23 45 67 89 (90)", None, "+33123456789", '"(90)"'),
        ("030 2312500 [69/70]", "DE", "+49302312500", '"[69/70]"'),
        ("030 23125000 (0171 1234567)", "DE", "+493023125000", '"(0171 1234567)"'),
    ],
)
def test_another_ending_in_brackets_is_never_glued_to_the_number(cell: str, country: str, e164: str, rest: str) -> None:
    """The first number counts, and the remark names the rest."""
    reading = read("phone_number", cell, country)
    assert reading.value == e164
    assert str(reading.warnings[0]).endswith(f"not used: {rest}")


@pytest.mark.parametrize(
    ("cell", "country", "code"),
    [
        ("237 03 85 (86)", "UA", "bad_phone"),
        ("23-45-67 (68)", "RU", "bad_phone"),
        ("0711 12 (345)", "DE", "bad_phone"),
        ("+1 202 555 (0123)", None, "bad_phone"),
        ("030 2312500 (68)", None, "no_country"),
        ("-13912345566", "CN", "bad_phone"),
        ("-442079460866", "GB", "bad_phone"),
        ("\u22129123456698", "IN", "bad_phone"),
        ("-13912345566.0", "CN", "bad_phone"),
        ("13912345566.5", "CN", "bad_phone"),
        ("+442079460866.25", None, "bad_phone"),
        ("4155550188.7", "US", "bad_phone"),
        ("13912345566,5", "CN", "bad_phone"),
    ],
)
def test_what_is_no_number_any_more_is_refused(cell: str, country: str | None, code: str) -> None:
    """Endings of a number without area code; and what a spreadsheet computes from +86-139….

    The digits that are left belong to a stranger.
    """
    error = read("phone_number", cell, country).error
    assert error is not None
    assert error.code == code


@pytest.mark.parametrize(
    ("cell", "country"), [("- 030 23125000", "DE"), ("– 030/23125000", "DE"), ("-030 23125000", "DE")]
)
def test_a_dash_in_front_that_is_no_arithmetic_is_read(cell: str, country: str) -> None:
    """A bullet of a list: no spreadsheet computes a number with spaces."""
    assert read("phone_number", cell, country).value == "+493023125000"


@pytest.mark.parametrize(
    ("cell", "country", "e164"),
    [
        ("+521 33 1234 5678", None, "+523312345678"),
        ("5213312345678", "MX", "+523312345678"),
        ("044 33 1234 5678", "MX", "+523312345678"),
        ("01 33 1234 5678", "MX", "+523312345678"),
        ("8 044 237 03 85", "UA", "+380442370385"),
        ("+54 9 11 2345 6789", None, "+5491123456789"),
        ("0044 (0)20 7946 0958", None, "+442079460958"),
        ("(+49) 0171 1234567", None, "+491711234567"),
        ("+0049 171 1234567", None, "+491711234567"),
    ],
)
def test_prefixes_of_old_and_doubled_ones_are_read(cell: str, country: str | None, e164: str) -> None:
    """Mexico's mobile 1 and the Soviet 8 are given up, and in use all the same."""
    assert read("phone_number", cell, country) == (e164, None, ())


@pytest.mark.parametrize(
    ("cell", "e164"),
    [
        ("8613912345678", "+8613912345678"),
        ("49 (0)30 23125000", "+493023125000"),
        ("5213312345678", "+523312345678"),
        ("0049 30 23125000", "+493023125000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("WhatsApp: 5511987654321", "+5511987654321"),
    ],
)
def test_digits_begin_with_their_country_code_where_the_user_says_so(cell: str, e164: str) -> None:
    """``--country international``."""
    assert read("phone_number", cell, INTERNATIONAL) == (e164, None, ())


@pytest.mark.parametrize(
    ("cell", "code"), [("13912345678", "bad_phone"), ("030 23125000", "no_country"), ("2025550123", "bad_phone")]
)
def test_what_has_no_country_code_is_refused_with_international_too(cell: str, code: str) -> None:
    """Nothing is guessed, and nothing improbable is sent that has no ``+``."""
    error = read("phone_number", cell, INTERNATIONAL).error
    assert error is not None
    assert error.code == code


@pytest.mark.parametrize("country", ["international", "International", " 国际"])
def test_international_is_a_country_of_the_configuration(country: str) -> None:
    """As an option, in the environment and in the file."""
    assert Config(country=country).country == INTERNATIONAL


@pytest.mark.slow
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_international_reads_every_country_s_numbers_as_with_a_plus(region: str) -> None:
    """At a glance and with care."""
    example = phonenumbers.example_number(region)
    if example is not None:
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert read_all("phone_number", [e164[1:]], INTERNATIONAL).values == [e164]


@pytest.mark.parametrize(
    ("cell", "country", "e164"),
    [
        ("8613912345678", None, "+8613912345678"),
        ("49 171 1234567", None, "+491711234567"),
        ("5213312345678", "CN", "+523312345678"),
        ("442079460958", "US", "+442079460958"),
    ],
)
def test_a_hint_names_the_number_that_a_plus_would_make(cell: str, country: str | None, e164: str) -> None:
    """Only where that is a number."""
    error = read("phone_number", cell, country).error
    assert error is not None
    assert f"put a + before it: {e164}" in str(error.hint)
    without = read("phone_number", "030 23125000").error
    assert without is not None
    assert "put a +" not in str(without.hint)


@pytest.mark.parametrize(
    ("cell", "country"),
    [("(47) 9717-8482", "BR"), ("[56] 98982-6214", "BR"), ("(44) 2079 460958", "US"), ("4796415861", "BR")],
)
def test_a_national_number_is_not_said_to_begin_with_the_code_of_another_country(cell: str, country: str) -> None:
    """Its area code stands in brackets, or it is a mobile number but for a digit: abroad it would be a stranger's."""
    error = read("phone_number", cell, country).error
    assert error is not None
    assert error.code == "bad_phone"
    assert "put a +" not in str(error.hint)
    assert "write it as" in str(error.hint)


@pytest.mark.parametrize(
    ("country", "example"),
    [
        ("CN", "+8613800138000"),
        ("GB", "+447400123456"),
        ("DE", "+4915123456789"),
        ("TW", "+886912345678"),
        (None, "+8613800138000"),
        (INTERNATIONAL, "+8613800138000"),
    ],
)
@pytest.mark.parametrize("cell", ["call me", "-4512345678", "13800138002.5", "+1" * 9999])
def test_a_hint_has_an_example_of_the_country_that_the_row_was_read_for(
    cell: str, country: str | None, example: str
) -> None:
    """Whatever is wrong with the number."""
    error = read("phone_number", cell, country).error
    assert error is not None
    assert (error.code, str(error.hint)) == ("bad_phone", f"write it as {example}, or leave the cell empty")


def test_so_has_that_of_a_number_that_may_begin_with_a_code() -> None:
    """Where the other way to write it is told."""
    error = read("phone_number", "4915112345678", "DE").error
    assert error is not None
    assert error.code == "doubtful_country"
    assert str(error.hint).endswith("else write it as +4915123456789")


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_example_is_a_number(country: str) -> None:
    """Whoever follows the hint gets no other error."""
    error = read("phone_number", "call me", country).error
    assert error is not None
    assert error.hint is not None
    example = error.hint.values["number"]
    assert read("phone_number", str(example), country).value == example


ROUND = ("13900000000", "8613900000000", "447900000000", "491710000000000", "86138000000000")


@pytest.mark.parametrize("field", ["phone_number", "identifier"])
@pytest.mark.parametrize("digits", ROUND)
def test_a_number_cell_that_ends_in_zeros_lost_its_digits(field: str, digits: str) -> None:
    """From 11 digits on, of which all behind the sixth are zeros; strangers would share what is left."""
    error = read_all(field, ["Ann", number_text(digits)], "CN").errors[1]
    assert error.code == "precision_lost"


@pytest.mark.parametrize("digits", ["1001", "4008000000", "9000000000", "13912345678", "13900010000", "100000100000"])
def test_other_number_cells_have_their_digits(digits: str) -> None:
    """A hotline and a short id among them."""
    assert read("identifier", number_text(digits)) == (digits, None, ())


def test_an_amount_and_a_text_may_end_in_zeros() -> None:
    """Only what a spreadsheet made a number is in doubt, and only where digits tell people apart."""
    assert read("custom_attributes.budget", number_text("15000000000")).value == "15000000000"
    assert read("identifier", "20240000000000").value == "20240000000000"


@pytest.mark.parametrize("cell", ["13912345566.0", "13912345566.00", "+8613912345566.00", "139.1234.5566"])
def test_a_fraction_of_nothing_is_none(cell: str) -> None:
    """As a spreadsheet shows a number in a format with decimals; dots between digits are dashes."""
    reading = read("phone_number", cell, "CN")
    assert (reading.value, reading.warnings) == ("+8613912345566", ())


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("0171 2345678 bzw. 030 23125000", "DE"),
        ("0171 2345678 od. 030 23125000", "DE"),
        ("0171 2345678 & 030 23125000", "DE"),
        ("0171 2345678 + 030 23125000", "DE"),
        ("13912345566&13712345566", "CN"),
        ("13912345566或者13712345566", "CN"),
    ],
)
def test_a_word_or_a_sign_between_two_numbers_divides_them(cell: str, country: str) -> None:
    """The first counts, and the other is a remark."""
    reading = read("phone_number", cell, country)
    assert reading.value == read("phone_number", re.split("[^0-9 ]| 0", cell)[0], country).value
    assert [warning.values.get("kind") for warning in reading.warnings] == ["second_phone_number"]


JOINED = {
    "Italian": ("333 1234567 oppure 06 1234567", "IT", "+393331234567", "06 1234567"),
    "Polish": ("601 234 568 albo 601 234 569", "PL", "+48601234568", "601 234 569"),
    "Chinese": ("13800138002又13900139002", "CN", "+8613800138002", "13900139002"),
    "Japanese": ("090-1234-5679・080-1234-5679", "JP", "+819012345679", "080-1234-5679"),
    "Hungarian": ("06 20 123 4567 vagy 06 30 123 4567", "HU", "+36201234567", "06 30 123 4567"),
    "Dutch": ("06 12345678 ofwel 020 1234567", "NL", "+31612345678", "020 1234567"),
}


@pytest.mark.parametrize(("cell", "country", "e164", "rest"), JOINED.values(), ids=JOINED)
def test_a_word_that_joins_two_numbers_divides_them(cell: str, country: str, e164: str, rest: str) -> None:
    """The first is used, and the remark names the other."""
    value, error, (remark,) = read("phone_number", cell, country)
    assert (value, error) == (e164, None)
    assert f'"{rest}"' in str(remark)


@pytest.mark.parametrize("cell", ["0800 24 oder 7", "030 123456 a 12", "090・1234・5678"])
def test_a_joining_word_beside_a_few_digits_divides_nothing(cell: str) -> None:
    """Each side must be long enough for a number of its own."""
    assert joined_numbers(cell) == [cell]


@pytest.mark.parametrize(
    ("cell", "country", "e164", "rest"),
    [
        ("035-6245095.   06-55532197", "NL", "+31356245095", ["06-55532197"]),
        ("9344595614. 6379799523", "IN", "+919344595614", ["6379799523"]),
        ("027 558 81 02 079 123 45 67", "CH", "+41275588102", ["079 123 45 67"]),
        ("310-283-3118 +17164911977 +1 310-536-7172", "US", "+13102833118", ["+17164911977", "+1 310-536-7172"]),
    ],
)
def test_numbers_side_by_side_are_several(cell: str, country: str, e164: str, rest: list[str]) -> None:
    """Blanks alone divide them, where each part is a valid number in one way only."""
    value, error, (remark,) = read("phone_number", cell, country)
    assert (value, error, remark.values["kind"]) == (e164, None, "second_phone_number")
    assert str(remark).endswith(", ".join(f'"{text}"' for text in rest))


@pytest.mark.parametrize(
    ("cell", "country"),
    [("2222222 3333333", "NL"), ("030 23125000 17", "NL"), ("06-55532197 0655", "NL"), ("358 358 407588380", "FI")],
)
def test_digits_that_are_no_two_numbers_stay_refused(cell: str, country: str) -> None:
    """No part of a text is taken where the rest is none, and a country's code that stands twice is no number."""
    found = read("phone_number", cell, country)
    assert found.error is not None
    assert found.value is None


@pytest.mark.parametrize("cell", ["+1212", "+1919476", "+86138"])
def test_the_code_of_an_area_is_no_number(cell: str) -> None:
    """A number has more digits than that behind the code of its country."""
    error = read("phone_number", cell, "US").error
    assert error is not None
    assert error.code == "bad_phone"
