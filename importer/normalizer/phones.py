"""Read phone numbers as people write them, into E.164: several in a cell, extensions, lost digits. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

import phonenumbers

from importer.countries import INTERNATIONAL
from importer.error_codes import row_error
from importer.message import Message
from importer.models import RowError
from importer.normalizer import numbering_plans
from importer.normalizer.extensions import is_extension
from importer.normalizer.phone_labels import is_label
from importer.normalizer.phone_texts import AROUND, AS_DASH, divided, ways
from importer.normalizer.text import (
    EMPTY,
    MOST_CHARACTERS,
    ROUNDED,
    Reading,
    RoundNumber,
    as_typed,
    one_of,
    quoted,
    refused,
    visible,
)

E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
"""The syntax of ``phone_number`` on the server."""

_SCHEME: Final = re.compile(r"(?<![^\W\d_])(?<![^\W\d_] )(?:(?:tel|callto|sms|whatsapp)\s*:\s*)+", re.IGNORECASE)
_CODES: Final = len("+1919476")
"""No number is shorter with its country code, but the code of an area, or the first digits of many numbers."""
_NEGATIVE: Final = re.compile(r"[-\u2212][0-9]{5,}(?:\.[0-9]+)?")
_FRACTION: Final = re.compile(r"(\+?[0-9]{7,})(?:\.([0-9]{1,2})|,([0-9]))")
_PLUS: Final = re.compile(r"\+00+")
_DIGITS: Final = re.compile(r"\+?[0-9]+")
_LONG_DIGITS: Final = re.compile("[1-9][0-9]{6,14}")
_IN_BRACKETS: Final = re.compile(r"\s*[(\[]\s*[0-9]")
# What people still dial, or write behind the country code, though the numbering plan has it no more, before a national
# number of today. Mexico gave up 01, 044, 045 and the 1 of mobile numbers in 2019; 8 was the Soviet Union's.
_FORMER_PREFIXES: Final = {
    "52": re.compile(r"(?:01|044|045|1)(?=[0-9]{10}$)"),
    **dict.fromkeys(("380", "373", "374", "994", "995", "996"), re.compile("80?")),
}

_HINTS: Final = {
    "bad_phone": Message("write it as {number}, or leave the cell empty"),
    "doubtful_country": Message("put a + before it if it begins with its country code, else write it as {number}"),
}
"""Of a code the hint of its table, with an example of the country."""

_EXAMPLES: Final = {"CN": "+8613800138000"}
"""Numbers that everybody knows for an example, before those of the library."""

_BLANKS: Final = re.compile(r"\.?\s+")
_TWO_NUMBERS: Final = re.compile(r"(?:[^\w+]*\+?[^\w+]*[0-9]){12,}[^\w+]*")
_MOST_WORDS: Final = 16
_LEAST_DIGITS: Final = 7

_PUNCTUATION: Final = re.compile("[\\s\\-.()\\[\\]/~_'\"•·*\u2010-\u2015\u2212\u30fc\u200c\u200d]")


class _Number(NamedTuple):
    """A phone number in E.164, or the error ``code`` that forbids it. ``rest`` are the texts beside it."""

    e164: str = ""
    code: str = ""
    improbable: bool = False
    rest: tuple[str, ...] = ()
    extension: str = ""

    @property
    def sound(self) -> bool:
        return bool(self.e164) and not self.improbable


def usual(cell: str) -> str:
    """The cell as most people would write it: Latin digits, plain signs, dashes for dots."""
    text = _bare(cell).strip().lstrip("(")
    return text if text[-3:-1].count(".") and _FRACTION.fullmatch(text) else text.translate(AS_DASH)


def read_phone(cell: str, country: str | None) -> Reading:
    """The phone number of a cell in E.164; of several, the first valid one. E.164 has no extensions.

    ``country`` is that of a number without country code; for ``INTERNATIONAL`` digits without ``+`` begin with it.
    """
    text = _bare(cell)
    if len(text) > MOST_CHARACTERS:
        message = Message("phone_number: {value} is not a phone number (too long)", value=quoted(cell))
        return _refused(message, country)
    bare = text.strip()
    if isinstance(cell, RoundNumber) or ROUNDED.fullmatch(bare):
        message = Message("{field}: {value} lost digits in a spreadsheet", field="phone_number", value=quoted(cell))
        return refused("precision_lost", message)
    if _NEGATIVE.fullmatch(bare):
        message = Message(
            "phone_number: {value} is a negative number: a spreadsheet subtracted the parts of a phone number",
            value=quoted(cell),
        )
        return _refused(message, country)
    if fraction := _FRACTION.fullmatch(bare):
        if (fraction[2] or fraction[3]).strip("0"):
            message = Message("phone_number: {value} is a number with a fraction", value=quoted(cell))
            return _refused(message, country)
        text = fraction[1]  # Excel's 123.0 is 123
    pieces, faxes, extensions = divided(text)
    number = _first_number(pieces, country)
    if number.code:
        if is_label(text):
            return EMPTY
        return Reading(error=_phone_error(number.code, cell, country, pieces))
    rest = [*number.rest, *faxes]
    extensions += filter(None, [number.extension])
    return Reading(number.e164, None, tuple(_remarks(cell, number, rest, extensions)))


def read_beside_code(cell: str, country: str) -> Reading:
    """The phone number of a cell beside the calling code of ``country``.

    Digits that begin with that code have it already, if the number is valid so: 49 beside 4915112345678. One that may
    have it, and is valid without it too, is refused.
    """
    digits = _PUNCTUATION.sub("", _bare(cell).strip())
    if not (digits.isdecimal() and digits.startswith(_own_code(country))):
        return read_phone(cell, country)
    abroad = f"+{digits}"
    if valid_number(abroad, None) is None and valid_number(digits, country) is not None:
        if not phonenumbers.is_possible_number(phonenumbers.parse(abroad)):
            return read_phone(cell, country)
        return Reading(error=_phone_error("doubtful_country", cell, country, [digits]))
    return read_phone(abroad, None)


def _remarks(cell: str, number: _Number, rest: list[str], extensions: list[str]) -> Iterator[Message]:
    """Remarks on a cell that holds more, or less, than one certain number."""
    if number.improbable:
        yield Message("phone_number: {value} looks improbable; sent as written", value=quoted(cell), kind="improbable")
    if rest:
        yield one_of("phone_number", cell, number.e164, rest)
    if extensions:
        yield Message(
            "phone_number: extension {extension} of {value} is left out",
            extension=extensions,
            value=quoted(cell),
            kind="extension",
        )


def _bare(cell: str) -> str:
    """The cell with Latin digits and without ``tel:``, marks around it and invisible characters."""
    text = _latin_digits(visible(cell)).strip(AROUND)
    return _SCHEME.sub("", text) if ":" in text else text


def _first_number(pieces: list[str], country: str | None) -> _Number:
    """The first sound number; a lone text may be improbable, as nothing contradicts it."""
    tried = []
    for place, piece in enumerate(pieces):
        before, behind = tuple(pieces[:place]), tuple(pieces[place + 1 :])
        for way in ways(piece):
            number = _number(way.text, country)
            if (rest := before + way.rest + behind) or way.extension:
                number = number._replace(rest=rest, extension=way.extension)
            if number.sound and (not way.extension or is_extension(way.extension, way.text, number.e164)):
                return number
            if way.alone:
                tried.append(number)
    apart = [number for piece in pieces for number in _side_by_side(piece, country)]
    if len(apart) > len(pieces):
        return _first_number(apart, country)
    if len(tried) == 1 and tried[0].e164 and not tried[0].rest:
        return tried[0]
    codes = [number.code for number in tried]
    return _Number(code=next((code for code in ("no_country", "doubtful_country") if code in codes), "bad_phone"))


def _side_by_side(piece: str, country: str | None) -> list[str]:
    """The numbers that stand in a text with nothing but blanks, and dots, between them: each is valid, and there is one
    way to divide it; else the text as it is."""
    words = _BLANKS.split(piece.strip(" ."))
    if len(words) == 1 or len(words) > _MOST_WORDS or not _TWO_NUMBERS.fullmatch(piece):
        return [piece]
    ways: list[list[list[str]]] = [[[]]]  # to divide the first words, by their number
    for end in range(1, len(words) + 1):
        texts = ((begin, " ".join(words[begin:end])) for begin in range(end) if ways[begin])
        sound = [(begin, text) for begin, text in texts if _is_whole(text) and _number(text, country).sound]
        ways.append([[*before, text] for begin, text in sound for before in ways[begin]][:2])
    return ways[-1][0] if len(ways[-1]) == 1 else [piece]


def _is_whole(text: str) -> bool:
    """Whether a text has so many digits that it is no country's code, which some write twice."""
    return sum(map(str.isdecimal, text)) >= _LEAST_DIGITS


def _number(text: str, country: str | None) -> _Number:
    """Read one number. Its own country code is never doubted; only ``country`` supplies a missing one."""
    digits = _PLUS.sub("+", _PUNCTUATION.sub("", as_typed(text.strip())))
    # 00 stands for + unless the country reads it otherwise: in Australia 0011 comes before a country code.
    if digits.startswith("00") and (country is None or valid_number(digits, country) is None):
        digits = f"+{digits[2:]}"
    if not _DIGITS.fullmatch(digits):
        return _Number(code="bad_phone")
    if not digits.startswith("+") and (country is None or (country == INTERNATIONAL and digits.startswith("0"))):
        return _Number(code="no_country")
    if (valid := valid_number(digits, country) or _with_former_prefix(digits, country)) is not None:
        code = _own_code(country)
        perhaps_abroad = code and digits.startswith(code)
        if perhaps_abroad and _abroad(digits) not in (None, valid):
            return _Number(code="doubtful_country")
        return _Number(valid)
    # The API's own example, +123456789, is valid in no country, and still sent; a country's or an area's code is none.
    if E164.fullmatch(digits) and len(digits) > _CODES:
        return _Number(digits, improbable=True)
    return _Number(code="bad_phone")


def _abroad(digits: str) -> str | None:
    """The number in E.164 if digits without ``+`` begin with their country code."""
    return valid_number(digits, INTERNATIONAL) or _with_former_prefix(digits, INTERNATIONAL)


def _own_code(country: str | None) -> str:
    """The country code of ``country``, empty where there is none."""
    return "" if country is None or country == INTERNATIONAL else str(phonenumbers.country_code_for_region(country))


def _with_former_prefix(digits: str, country: str | None) -> str | None:
    """The number in E.164 without a prefix that its country has given up."""
    if country == INTERNATIONAL and not digits.startswith("+"):
        digits = f"+{digits}"
    if digits.startswith("+"):
        code = numbering_plans.calling_code(digits[1:4])
        national = digits[1 + len(code or "") :]
    else:
        code, national = _own_code(country), digits
        if national.startswith(code) and (found := _with_former_prefix(f"+{digits}", None)):
            return found
    prefix = _FORMER_PREFIXES.get(code or "")
    former = prefix.match(national) if prefix else None
    return valid_number(f"+{code}{national[former.end() :]}", None) if former else None


def valid_number(digits: str, country: str | None) -> str | None:
    """The number in E.164, or ``None`` if it is not valid; one without ``+`` is read for ``country``, or
    ``INTERNATIONAL``."""
    if plain := numbering_plans.e164(digits, country):
        return plain
    if country == INTERNATIONAL and not digits.startswith("+"):
        digits, country = f"+{digits}", None
    try:
        parsed = phonenumbers.parse(digits, None if digits.startswith("+") else country)
    except phonenumbers.NumberParseException:
        return None
    code, national = str(parsed.country_code), phonenumbers.national_significant_number(parsed)
    valid = numbering_plans.is_valid(code, national)
    if not (phonenumbers.is_valid_number(parsed) if valid is None else valid):
        return None
    e164 = f"+{code}{national}"
    return e164 if E164.fullmatch(e164) else None


def valid_numbers(country: str | None) -> Callable[[str], bool] | None:
    """Whether digits are a number of the country, with or without its calling code; ``None`` without a country."""
    if country is None:
        return None
    code = _own_code(country)

    def valid(digits: str) -> bool:
        abroad = digits.startswith(code) and valid_number(f"+{digits}", None) is not None
        return abroad or valid_number(digits, country) is not None

    return valid


def _refused(message: Message, country: str | None) -> Reading:
    return Reading(error=_with_example(row_error("bad_phone", message), country))


def _with_example(error: RowError, country: str | None) -> RowError:
    """The error with a number of the country that the cell was read for as the example."""
    template, number = _HINTS.get(error.code), _example(country)
    return replace(error, hint=template.with_values({"number": number})) if template and number else error


@cache
def _example(country: str | None) -> str | None:
    """A mobile number of a country, if it has such, else another; ``None`` where the library knows none."""
    if country is None or country == INTERNATIONAL:
        return None
    if country in _EXAMPLES:
        return _EXAMPLES[country]
    found = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    found = found or phonenumbers.example_number(country)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164) if found else None


def _phone_error(code: str, cell: str, country: str | None, pieces: list[str]) -> RowError:
    """The error of a cell; its hint names the number that it is if it begins with its country code."""
    error = _with_example(row_error(code, _phone_message(code, cell, country)), country)
    perhaps = (_abroad(digits) for piece in pieces if (digits := _with_code(piece, country)))
    number = next(filter(None, perhaps), None)
    if number is None or code == "doubtful_country":
        return error
    hint = Message(
        "if it begins with its country code, put a + before it: {number}; "
        "--country international reads the whole file so",
        number=number,
    )
    return replace(error, hint=hint)


def _with_code(piece: str, country: str | None) -> str:
    """The digits of a text that may begin with a country code, else "": not with an area's in brackets, nor where they
    are a number of ``country`` but for a digit."""
    digits = _PUNCTUATION.sub("", piece)
    national = country == INTERNATIONAL or _IN_BRACKETS.match(piece) or not _LONG_DIGITS.fullmatch(digits)
    return "" if national or (country and numbering_plans.lacks_a_digit(digits, country)) else digits


def _phone_message(code: str, cell: str, country: str | None) -> Message:
    if code == "no_country":
        return Message("phone_number: {value} has no country code", value=quoted(cell))
    place = {"value": quoted(cell), "country": country}
    if code == "doubtful_country":
        return Message(
            "phone_number: {value} may begin with the country code of {country}, or be a number in {country}", **place
        )
    if country == INTERNATIONAL:
        return Message("phone_number: {value} is not a phone number (read with its country code)", value=quoted(cell))
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
