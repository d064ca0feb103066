"""The short way to a phone number in E.164: it says what the library says, or nothing."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from importer.normalizer.numbering_plans import e164, is_valid

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = [kind for name, kind in vars(PhoneNumberType).items() if name.isupper() and kind != PhoneNumberType.UNKNOWN]


def by_the_library(digits: str, region: str | None) -> str | None:
    """The number as the library reads it, if it calls it valid."""
    try:
        number = phonenumbers.parse(digits, None if digits.startswith("+") else region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def national(region: str, kind: int) -> str:
    """The library's own example of a number of this kind, else of the region."""
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    return phonenumbers.national_significant_number(example) if example else "123456"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_of_every_region_is_as_the_library_says(kind: int) -> None:
    """With its country code, without, and with what people put in front."""
    for region in REGIONS:
        code = phonenumbers.country_code_for_region(region)
        for front in (f"+{code}", f"+{code}0", "", "0", "1", "8", "06", "00", f"00{code}", f"011{code}", str(code)):
            digits = front + national(region, kind)
            assert e164(digits, region) in (None, by_the_library(digits, region)), (region, digits)


@pytest.mark.slow
@given(
    st.sampled_from(REGIONS),
    st.sampled_from(REGIONS),
    st.sampled_from(KINDS),
    st.sampled_from(["+", "", "0", "00", "1"]),
    st.lists(st.tuples(st.integers(0, 14), st.sampled_from("0123456789")), max_size=4),
)
def test_numbers_near_real_ones_are_as_the_library_says(
    region: str, home: str, kind: int, front: str, changes: list[tuple[int, str]]
) -> None:
    """Some digits changed, read for a country of their own or for another."""
    digits = [*national(region, kind)]
    for place, digit in changes:
        digits[place % len(digits)] = digit
    code = phonenumbers.country_code_for_region(region)
    text = f"+{code}{''.join(digits)}" if front == "+" else front + "".join(digits)
    assert e164(text, home) in (None, by_the_library(text, home))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_was_read_is_valid_where_the_library_says_so(kind: int) -> None:
    """With a leading zero too, and near real ones; whoever has no plans says nothing."""
    for region in REGIONS:
        code, number = phonenumbers.country_code_for_region(region), national(region, kind)
        for digits in (number, f"{number}0", number[:-1], f"0{number}", f"{number[:2]}9{number[3:]}"):
            read = phonenumbers.parse(f"+{code}{digits}")
            own = phonenumbers.national_significant_number(read)
            assert is_valid(str(code), own) is phonenumbers.is_valid_number(read), (region, digits)
    assert is_valid("800", "12345678") is None


@pytest.mark.slow
@given(st.text("+0123456789", max_size=20), st.sampled_from([*REGIONS, None]))
def test_any_digits_are_as_the_library_says(digits: str, region: str | None) -> None:
    """Nothing raises, and no answer is made up."""
    assert e164(digits, region) in (None, by_the_library(digits, region))


@pytest.mark.parametrize(
    ("digits", "region", "number"),
    [
        ("+8613800138000", None, "+8613800138000"),
        ("13800138000", "CN", "+8613800138000"),
        ("015112345678", "DE", "+4915112345678"),
        ("4155552671", "US", "+14155552671"),
        ("+16045551234", None, "+16045551234"),
        ("0612345678", "FR", "+33612345678"),
        ("0236618300", "IT", None),
        ("8613800138000", "CN", None),
        ("004915112345678", "DE", "+4915112345678"),
        ("011442079460958", "US", "+442079460958"),
        ("+4402079460958", None, "+442079460958"),
        ("00490", "DE", None),
        ("+80012345678", None, None),
        ("13800138000", None, None),
    ],
)
def test_most_numbers_take_the_short_way(digits: str, region: str | None, number: str | None) -> None:
    """The plain ones; a leading zero that stays, or a number that may have its country code, is for the library."""
    assert e164(digits, region) == number
