"""The short ways of reading a cell agree with the long ones."""

import subprocess
import sys

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from importer.normalizer.cells import read
from importer.normalizer.masked import is_masked
from importer.normalizer.phones import E164, valid_number
from tests.support.examples import examples

LOCAL = st.from_regex(r"[a-zA-Z0-9._+!#$%&'*/=?^`{|}~-]{1,66}", fullmatch=True)
DOMAIN = st.from_regex(r"[a-zA-Z0-9.-]{1,20}\.[a-zA-Z]{1,4}", fullmatch=True) | st.sampled_from(
    ["example.com", "EXAMPLE.org", "xn--bcher-kva.de", "xn--a.de", "a..b", "-a.de", "1.2.3.4", "a.de-"]
)


def library(address: str) -> str | None:
    """What email-validator itself says; the local part's case is kept. No top-level domain has one letter."""
    if address[-2:-1] == ".":
        return None
    try:
        return f"{address.rpartition('@')[0]}@{validate_email(address, check_deliverability=False).domain}"
    except EmailNotValidError:
        return None


@pytest.mark.slow
def test_usual_addresses_need_no_library() -> None:
    """Loading it takes longer than reading a thousand rows."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; from importer.normalizer.cells import read_all; "
        "assert None not in read_all('email', ['ann@acme.com', 'bob@mail.x-y.org']).values; "
        "sys.exit('email_validator' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
@given(local=LOCAL, domain=DOMAIN)
@example(local="a" * 64, domain="example.com")
@example(local="a" * 65, domain="example.com")
@example(local="a.", domain="example.com")
def test_an_address_is_what_the_library_says(local: str, domain: str) -> None:
    """Domains are checked once and remembered; that must not change a single answer. A mask (j***@) is no address."""
    assume(not is_masked("email", local + "@"))
    address = f"{local}@{domain}"
    found = read("email", address).value
    # Quotes and punctuation around an address are no part of it.
    if address == address.strip(" '\"<>,;.") and "?" not in address and not address.lower().startswith("mailto:"):
        assert found == library(address)
        assert read("email", address).value == found


@pytest.mark.parametrize("length", [240, 245, 246, 247, 253, 254, 255])
def test_the_longest_addresses_are_those_of_the_library(length: int) -> None:
    """RFC 5321 allows 254 characters; near the bound every address takes the long way."""
    labels = ".".join(["d" * 60] * 3)
    address = f"{'l' * (length - len(labels) - 5)}@{labels}.com"
    assert len(address) == length
    assert read("email", address).value == library(address)


@pytest.mark.slow
@given(
    code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    national=st.from_regex(r"[0-9]{4,14}", fullmatch=True),
)
@settings(max_examples=examples(2000))
def test_a_number_with_a_country_code_is_what_the_library_says(code: int, national: str) -> None:
    """Not parsing what needs no parsing must not change a single answer."""
    assert valid_number(f"+{code}{national}", None) == parsed(f"+{code}{national}")


@pytest.mark.slow
@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_numbers_of_every_country_are_what_the_library_says(region: str) -> None:
    """Of every kind that the library has an example for, and its neighbours, with and without the trunk prefix."""
    for kind in range(11):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        code, rest = str(example.country_code), e164[1 + len(str(example.country_code)) :]
        for number in (e164, e164[:-1], f"{e164}0", f"+{code}0{rest}", f"+{code}1{rest}"):
            assert valid_number(number, None) == parsed(number)


def parsed(number: str) -> str | None:
    """What phonenumbers says, by its own parsing."""
    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(found):
        return None
    e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return e164 if E164.fullmatch(e164) else None
