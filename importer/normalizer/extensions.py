"""Tell whether the digits behind the last dash of a phone number are its extension. Pure."""

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_WITH_EXTENSIONS: Final = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_NO_DIGITS: Final = re.compile("[^0-9]+")


def is_extension(ending: str, head: str, e164: str) -> bool:
    """Whether ``ending`` can only be an extension, and no digits that ``head``, read as ``e164``, cannot do without.

    The head is a fixed-line number, written in full: with its country code, or as its country writes it, with the trunk
    prefix where there is one. And its plan has no longer number that begins with it: where lines have direct dialling
    (Germany, Austria), digits behind a dash are a part of the number.
    """
    number = phonenumbers.parse(e164)
    return (
        phonenumbers.number_type(number) in _WITH_EXTENSIONS
        and _is_whole(head, number)
        and not any(_is_valid(e164 + ending[:more]) for more in range(1, len(ending) + 1))
    )


def _is_whole(head: str, number: phonenumbers.PhoneNumber) -> bool:
    """Whether a number is written with its country code, or as its country writes it."""
    digits = _NO_DIGITS.sub("", head)
    abroad = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    national = _NO_DIGITS.sub("", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    return digits.endswith((abroad, national))


def _is_valid(e164: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return False
