"""Read phone numbers as people write them, into E.164: several in a cell, extensions, lost digits. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import phonenumbers

from importer.message import Message
from importer.normalizer import numbering_plans
from importer.normalizer.text import (
    MOST_CHARACTERS,
    ROUNDED,
    Reading,
    as_typed,
    is_filler,
    one_of,
    quoted,
    refused,
    tidy,
    visible,
)

E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
"""The syntax of ``phone_number`` on the server."""

_SEVERAL_PHONES: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029;,|、]+|:::")
_SCHEME: Final = re.compile(r"(?:(?:tel|callto|sms|whatsapp)\s*:\s*)+", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?:(?<![^\W\d_])(?:extension|extn|ext|int|poste|ramal|anexo|x)|#|доб|分机|分機|转|轉|内線)"
    r"[\s.:=]*([0-9]{1,7})(?=[\s)\]]*(?:$|[;,/|、\r\n]|:::))",
    re.IGNORECASE,
)
_AS_DASH: Final = dict.fromkeys(map(ord, ".\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_PUNCTUATION: Final = re.compile("[\\s\\-.()\\[\\]/~_'\"•·*\u2010-\u2015\u2212\u30fc\u200c\u200d]")


class _Number(NamedTuple):
    """A phone number in E.164, or the error ``code`` that forbids it."""

    e164: str = ""
    code: str = ""
    improbable: bool = False

    @property
    def sound(self) -> bool:
        return bool(self.e164) and not self.improbable


def usual(cell: str) -> str:
    """The cell as most people would write it: Latin digits, plain signs, dashes for dots."""
    text = _bare(cell).strip().lstrip("(")
    return text if text.endswith(".0") else text.translate(_AS_DASH)  # Excel's 123.0 is 123


def read_phone(cell: str, country: str | None) -> Reading:
    """The phone number of a cell in E.164; of several, the first valid one. E.164 has no extensions."""
    text = _bare(cell)
    if len(text) > MOST_CHARACTERS:
        message = Message("phone_number: {value} is not a phone number (too long)", value=quoted(cell))
        return refused("bad_phone", message)
    if ROUNDED.fullmatch(text.strip()):
        message = Message("{field}: {value} lost digits in a spreadsheet", field="phone_number", value=quoted(cell))
        return refused("precision_lost", message)
    extensions = [match[1] for match in _EXTENSION.finditer(text)]
    pieces = [piece.strip() for piece in _SEVERAL_PHONES.split(_EXTENSION.sub("", text))]
    pieces = [piece for piece in pieces if not is_filler(tidy(piece))]
    number, rest = _first_number(pieces, country)
    if number.code:
        return refused(number.code, _phone_message(number.code, cell, country))
    return Reading(number.e164, None, tuple(_remarks(cell, number, rest, extensions)))


def _remarks(cell: str, number: _Number, rest: list[str], extensions: list[str]) -> Iterator[Message]:
    """Remarks on a cell that holds more, or less, than one certain number."""
    if number.improbable:
        yield Message("phone_number: {value} looks improbable; sent as written", value=quoted(cell))
    if rest:
        yield one_of("phone_number", cell, number.e164, rest)
    if extensions:
        yield Message(
            "phone_number: extension {extension} of {value} is left out", extension=extensions, value=quoted(cell)
        )


def _bare(cell: str) -> str:
    """The cell with Latin digits and without ``tel:``, quotes around it and invisible characters."""
    return _SCHEME.sub("", _latin_digits(visible(cell)).strip(" '\""))


def _first_number(pieces: list[str], country: str | None) -> tuple[_Number, list[str]]:
    """The first sound number and the texts beside it; a lone text may be improbable, as nothing contradicts it."""
    tried = []
    for place, piece in enumerate(pieces):
        others = pieces[:place] + pieces[place + 1 :]
        for reading, rest in _slashed(piece):
            number = _number(reading, country)
            if number.sound:
                return number, others[:place] + rest + others[place:]
            if not rest:
                tried.append(number)
    if len(tried) == 1 and tried[0].e164:
        return tried[0], []
    codes = [number.code for number in tried]
    return _Number(code=next((code for code in ("no_country", "doubtful_country") if code in codes), "bad_phone")), []


def _slashed(piece: str) -> Iterator[tuple[str, list[str]]]:
    """The ways to read a text with slashes: its first part, the whole (``0711/12345``), each further part."""
    parts = [part for part in piece.split("/") if part.strip()]
    if len(parts) > 1:
        yield parts[0], parts[1:]
    yield piece, []
    for place in range(1, len(parts)):
        yield parts[place], parts[:place] + parts[place + 1 :]


def _number(text: str, country: str | None) -> _Number:
    """Read one number. Its own country code is never doubted; only ``country`` supplies a missing one."""
    digits = _PUNCTUATION.sub("", as_typed(text.strip()))
    # 00 stands for + unless the country reads it otherwise: in Australia 0011 comes before a country code.
    if digits.startswith("00") and (country is None or valid_number(digits, country) is None):
        digits = f"+{digits[2:]}"
    if not re.fullmatch(r"\+?[0-9]+", digits):
        return _Number(code="bad_phone")
    if not digits.startswith("+") and country is None:
        return _Number(code="no_country")
    if (valid := valid_number(digits, country)) is not None:
        code = "" if country is None else str(phonenumbers.country_code_for_region(country))
        perhaps_abroad = code and digits.startswith(code)
        if perhaps_abroad and valid_number(f"+{digits}", None) not in (None, valid):
            return _Number(code="doubtful_country")
        return _Number(valid)
    # The API's own example, +123456789, is valid in no country, and still sent; a bare country code is no number.
    if E164.fullmatch(digits) and int(digits) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return _Number(digits, improbable=True)
    return _Number(code="bad_phone")


def valid_number(digits: str, country: str | None) -> str | None:
    """The number in E.164, or ``None`` if it is not valid; one without ``+`` is read for ``country``."""
    if plain := numbering_plans.e164(digits, country):
        return plain
    try:
        parsed = phonenumbers.parse(digits, None if digits.startswith("+") else country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164 if E164.fullmatch(e164) else None


def valid_numbers(country: str | None) -> Callable[[str], bool] | None:
    """Whether digits are a number of the country, with or without its calling code; ``None`` without a country."""
    if country is None:
        return None
    code = str(phonenumbers.country_code_for_region(country))

    def valid(digits: str) -> bool:
        abroad = digits.startswith(code) and valid_number(f"+{digits}", None) is not None
        return abroad or valid_number(digits, country) is not None

    return valid


def _phone_message(code: str, cell: str, country: str | None) -> Message:
    if code == "no_country":
        return Message("phone_number: {value} has no country code", value=quoted(cell))
    place = {"value": quoted(cell), "country": country}
    if code == "doubtful_country":
        return Message(
            "phone_number: {value} may begin with the country code of {country}, or be a number in {country}", **place
        )
    if country:
        return Message("phone_number: {value} is not a phone number (read for {country})", **place)
    return Message("phone_number: {value} is not a phone number", value=quoted(cell))


def _latin_digits(text: str) -> str:
    """Digits of every script as 0 to 9, signs in their plain form; ``½`` and ``①`` stay, to be refused."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character))
        if character.isdecimal()
        else character
        if character.isnumeric()
        else unicodedata.normalize("NFKC", character)
        for character in text
    )
