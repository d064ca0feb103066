"""One cell to a value, or to the reason why it cannot be sent. Pure.

A value is repaired where there is one way to read it, and refused where there are several: nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from importer.error_codes import row_error
from importer.models import NAME_PARTS, RowError

FILLERS: Final = frozenset(
    {"n/a", "#n/a", "n.a.", "-", "--", "---", "—", "–", "null", "(null)", "<null>", "none", "nan", "无", "無", "暂无"}
)
"""What people and programs write into a cell to say that it is empty, in lower case."""

_LONGEST_FILLER: Final = max(map(len, FILLERS))
_NAMES: Final = ("name", *NAME_PARTS)

SURNAMES: Final = frozenset({"Null", "Nan"})
"""Fillers that are somebody's name when they are spelled like this in the column of a name."""

FORMULA_ERRORS: Final = frozenset({"#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
"""What spreadsheet programs show for a formula without a result; ``#N/A`` is a filler, for lookups give it."""

E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
"""The syntax of ``phone_number`` on the server."""

MOST_CHARACTERS: Final = 1000
"""A longer cell is read as no e-mail address and no phone number."""

# A joiner (U+200C, U+200D) shapes what follows Arabic and Indic letters and ties emoji together; elsewhere it is dirt.
_JOINS: Final = re.compile("(?<=[\u0600-\u109f\u1780-\u17ff\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]")
_BLANKS: Final = re.compile("[\u2800\u3164\uffa0]")  # letters and symbols that show nothing, used for blank names
_ROUNDED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+")
_WHOLE_NUMBER: Final = re.compile(r"(\+?[0-9]+)\.0")


# A byte that did not decode arrives as a lone surrogate; in a file that was saved since, as the sign for it.
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]")


_NO_NAME: Final = re.compile(r"(?i:true|false)|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")


class Reading(NamedTuple):
    """What a cell says: a value (``None``: it is empty), the error that forbids it, a remark on its repair."""

    value: str | None = None
    error: RowError | None = None
    warning: str = ""


EMPTY: Final = Reading()


def read(field: str, cell: str, country: str | None = None) -> Reading:
    """What ``cell`` says for ``field``, one of the mapping's fields; ``country`` is that of numbers without one."""
    if _BROKEN.search(cell):
        return _refused("broken_text", f"{field}: {quoted(unbroken(cell))} has bytes that are no text")
    text = tidy(cell)
    if is_filler(text) and not (field in _NAMES and text in SURNAMES):
        return EMPTY
    if text in FORMULA_ERRORS:
        return _refused("formula_error", f"{field}: {quoted(text)} stands where a formula has no result")
    if field == "email":
        return _read_email(cell)
    if field == "phone_number":
        return _read_phone(cell, country)
    reader = _READERS.get(field)
    reading = reader(text) if reader else Reading(text)
    if field in (*_NAMES, "identifier") and not reading.error and _NO_NAME.fullmatch(text):
        return reading._replace(warning=f"{field}: {quoted(text)} looks like a date or a yes and no; sent as it is")
    return reading


def unbroken(cell: str) -> str:
    """The cell with U+FFFD for what cannot be shown, so that it can be written."""
    return _BROKEN.sub("\ufffd", cell)


def tidy(cell: str) -> str:
    """A cell's text in Unicode NFC, without invisible characters, white space collapsed.

    Control characters go, but those that are white space (tab, line break) become a space. Of the invisible
    format characters only the joiners stay, where they shape what is seen: after Arabic and Indic letters and emoji.
    """
    text = " ".join(visible(cell).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_filler(text: str) -> bool:
    return not text or (len(text) <= _LONGEST_FILLER and unicodedata.normalize("NFKC", text).lower() in FILLERS)


def quoted(text: str, most: int = 60) -> str:
    """A cell's text in quotes for a message of one line, shortened to ``most`` characters."""
    line = tidy(text)
    return f'"{line}"' if len(line) <= most else f'"{line[: most - 1]}…"'


def visible(text: str) -> str:
    """Without characters that show nothing; white space, line breaks included, stays as it is."""
    text = _BLANKS.sub(" ", text)
    if text.isprintable():
        return text
    joins = {match.start() for match in _JOINS.finditer(text)}
    return "".join(
        character
        for place, character in enumerate(text)
        if character.isspace() or place in joins or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def _refused(code: str, message: str) -> Reading:
    return Reading(error=row_error(code, message))


# -- identifier, avatar_url, inbox_id --------------------------------------------------------------------------------


def _read_identifier(text: str) -> Reading:
    if _ROUNDED.fullmatch(text):
        return _refused("precision_lost", f"identifier: {quoted(text)} lost digits in a spreadsheet")
    return Reading(_as_typed(text))


def _as_typed(text: str) -> str:
    """A number without the apostrophe and the ``.0`` that spreadsheet programs add to it."""
    bare = text.lstrip("'").lstrip()
    if bare != text and not bare[:1].isdecimal():
        return text
    whole = _WHOLE_NUMBER.fullmatch(bare)
    return whole[1] if whole else bare


def _read_url(text: str) -> Reading:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        sound = parts.scheme in ("http", "https") and re.search(r"\w", host) and parts.port != 0 and " " not in text
    except ValueError:  # urlsplit refuses brackets without an IPv6 address, and a port that is no number
        sound = False
    if not sound:
        return _refused("bad_url", f"avatar_url: {quoted(text)} is not an http or https link")
    return Reading(text)


def _read_inbox(text: str) -> Reading:
    digits = _as_typed(unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]{1,18}", digits):
        return _refused("bad_inbox", f"inbox_id: {quoted(text)} is not a number")
    return Reading(str(int(digits)))  # 0407 and 407 are one inbox


_READERS: Final[Mapping[str, Callable[[str], Reading]]] = MappingProxyType(
    {"identifier": _read_identifier, "avatar_url": _read_url, "inbox_id": _read_inbox}
)

# -- email -----------------------------------------------------------------------------------------------------------

_SEVERAL_EMAILS: Final = re.compile(r"[\s;,/|、，；]+|:::")
_NAMED_EMAIL: Final = re.compile(r"[^<>@;]{0,200}<([^<>]*@[^<>]*)>")
_ONE_NAMED: Final = re.compile(r"([^<>]*)<([^<>]*)>[\s.,;]*")
_MAILTO: Final = re.compile(r"^(?:mailto:\s*)+", re.IGNORECASE)
_QUERY: Final = re.compile(r"(@[^?\s]*)\?.*")
_AROUND_EMAIL: Final = " \t\r\n'\"<>,;."

# email-validator refuses these (RFC 6761, RFC 6762) and has no argument against it but for "test"; companies use them
# inside. Its list is global, so that the name is checked with a neutral label after it rather than the list changed.
_RESERVED: Final = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
_NEUTRAL: Final = ".example"

# RFC 5322, dot-atom; with RFC 5321's bound of 64 characters. The whole address has 254, less what _NEUTRAL takes.
_PLAIN_LOCAL: Final = re.compile(r"(?=.{1,64}$)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_MOST_ASCII_EMAIL: Final = 254 - len(_NEUTRAL)

_EMAIL_REASONS: Final = (
    (re.compile(r"[^@]*"), "no @"),
    (re.compile(r".*@"), "nothing after the @"),
    (re.compile(r"@.*"), "nothing before the @"),
    (re.compile(r".*\s.*"), "a space inside"),
    (re.compile(r"[^@]*@.*@.*"), "more than one @"),
    (re.compile(r"[^@]*@[^.]*"), "no dot after the @"),
)


def _read_email(cell: str) -> Reading:
    """The e-mail address of a cell; of several, separated in any usual way, the first that is one."""
    text = unicodedata.normalize("NFKC", visible(cell)).replace("。", ".").strip()
    if len(text) > MOST_CHARACTERS:
        return _refused("bad_email", f"email: {quoted(cell)} is not an email address (too long)")
    whole = _bare_email(text)
    if (address := _email(whole)) is not None:
        return Reading(address)
    pieces = [_bare_email(piece) for piece in _SEVERAL_EMAILS.split(_NAMED_EMAIL.sub(r" \1 ", text))]
    pieces = [piece for piece in pieces if not is_filler(tidy(piece))]
    if len(pieces) > 1 and all("@" in piece for piece in pieces):
        for place, piece in enumerate(pieces):
            if (address := _email(piece)) is not None:
                return Reading(address, warning=_one_of("email", cell, address, pieces[:place] + pieces[place + 1 :]))
    return _refused("bad_email", f"email: {quoted(cell)} is not an email address ({_email_reason(whole)})")


def _bare_email(text: str) -> str:
    """Without ``Name <…>``, ``mailto:``, quotes around and punctuation after it."""
    named = _ONE_NAMED.fullmatch(text)
    if named and ("@" not in named[1] or named[1].strip(_AROUND_EMAIL) == named[2].strip()):
        text = named[2]
    return _QUERY.sub(r"\1", _MAILTO.sub("", text.strip(_AROUND_EMAIL))).strip(_AROUND_EMAIL)


def _email(text: str) -> str | None:
    """The address with its domain in lower case and the local part's case kept; ``None`` if it is none."""
    local, _, domain = text.rpartition("@")
    if text.isascii() and len(text) <= _MOST_ASCII_EMAIL and _PLAIN_LOCAL.fullmatch(local):
        # Only the domain is left to decide, and few serve most people: 20 times as fast for 10,000 addresses of two.
        checked = _checked_domain("a", domain)
    else:
        checked = None if _obvious_reason(text) else _checked_domain.__wrapped__(local, domain)
    return checked and f"{local}@{checked}"


@lru_cache(maxsize=10_000)
def _checked_domain(local: str, domain: str) -> str | None:
    """The domain in lower case, as it is sent; ``None`` if ``local@domain`` is no address."""
    reserved = domain.lower().endswith(_RESERVED)
    address = f"{local}@{domain}{_NEUTRAL if reserved else ''}"
    try:
        found = validate_email(address, check_deliverability=False).domain
    except EmailNotValidError:
        return None
    return found.removesuffix(_NEUTRAL) if reserved else found


def _obvious_reason(text: str) -> str:
    return next((reason for pattern, reason in _EMAIL_REASONS if pattern.fullmatch(text)), "")


def _email_reason(text: str) -> str:
    return _obvious_reason(text) or "a character or a part that an address cannot have"


def _one_of(field: str, cell: str, used: str, rest: list[str]) -> str:
    return f"{field}: {quoted(cell)} holds several; {used} is used, not used: {', '.join(map(quoted, rest))}"


# -- phone_number ----------------------------------------------------------------------------------------------------

_SEVERAL_PHONES: Final = re.compile(r"[\r\n\v\f\x85\u2028\u2029;,|、]+|:::")
_SCHEME: Final = re.compile(r"(?:(?:tel|callto|sms|whatsapp)\s*:\s*)+", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"(?:(?<![^\W\d_])(?:extension|extn|ext|int|poste|ramal|anexo|x)|#|доб|分机|分機|转|轉|内線)"
    r"[\s.:=]*([0-9]{1,7})(?=[\s)\]]*(?:$|[;,/|、\r\n]|:::))",
    re.IGNORECASE,
)
_PUNCTUATION: Final = re.compile("[\\s\\-.()\\[\\]/~_'\"•·*\u2010-\u2015\u2212\u30fc\u200c\u200d]")


class _Number(NamedTuple):
    """A phone number as read: in E.164, or ``code``, the error that forbids it."""

    e164: str = ""
    code: str = ""
    improbable: bool = False

    @property
    def sound(self) -> bool:
        return bool(self.e164) and not self.improbable


def _read_phone(cell: str, country: str | None) -> Reading:
    """The phone number of a cell in E.164; of several, the first that is one. Extensions have no place in E.164."""
    text = _SCHEME.sub("", _latin_digits(visible(cell)).strip(" '\""))
    if len(text) > MOST_CHARACTERS:
        return _refused("bad_phone", f"phone_number: {quoted(cell)} is not a phone number (too long)")
    if _ROUNDED.fullmatch(text.strip()):
        return _refused("precision_lost", f"phone_number: {quoted(cell)} lost digits in a spreadsheet")
    extensions = [match[1] for match in _EXTENSION.finditer(text)]
    pieces = [piece.strip() for piece in _SEVERAL_PHONES.split(_EXTENSION.sub("", text))]
    pieces = [piece for piece in pieces if not is_filler(tidy(piece))]
    number, rest = _first_number(pieces, country)
    if number.code:
        return _refused(number.code, _phone_message(number.code, cell, country))
    remarks = [
        f"phone_number: {quoted(cell)} looks improbable; sent as written" if number.improbable else "",
        _one_of("phone_number", cell, number.e164, rest) if rest else "",
        f"phone_number: extension {', '.join(extensions)} of {quoted(cell)} is left out" if extensions else "",
    ]
    return Reading(number.e164, warning="; ".join(filter(None, remarks)))


def _first_number(pieces: list[str], country: str | None) -> tuple[_Number, list[str]]:
    """The first sound number and the texts beside it; a lone text may be improbable, for nothing contradicts it."""
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
    return _Number(code="no_country" if "no_country" in codes else "bad_phone"), []


def _slashed(piece: str) -> Iterator[tuple[str, list[str]]]:
    """The readings of a text with a slash: its first part, as one number (``0711/12345``), each further part."""
    parts = [part for part in piece.split("/") if part.strip()]
    if len(parts) > 1:
        yield parts[0], parts[1:]
    yield piece, []
    for place in range(1, len(parts)):
        yield parts[place], parts[:place] + parts[place + 1 :]


def _number(text: str, country: str | None) -> _Number:
    """One number. A country code that is written is never doubted, and none is supplied but by ``country``."""
    digits = _PUNCTUATION.sub("", _as_typed(text.strip()))
    # In Australia 0011 comes before a country code: where the country's own reading makes a number, it goes first.
    if digits.startswith("00") and (country is None or _valid(digits, country) is None):
        digits = f"+{digits[2:]}"
    if not re.fullmatch(r"\+?[0-9]+", digits):
        return _Number(code="bad_phone")
    if not digits.startswith("+") and country is None:
        return _Number(code="no_country")
    if (valid := _valid(digits, country)) is not None:
        return _Number(valid)
    # The API's own example, +123456789, is no number of any country; but a bare country code is no number at all.
    if E164.fullmatch(digits) and int(digits) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return _Number(digits, improbable=True)
    return _Number(code="bad_phone")


def _valid(digits: str, country: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(digits, None if digits.startswith("+") else country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return e164 if E164.fullmatch(e164) else None


def _phone_message(code: str, cell: str, country: str | None) -> str:
    if code == "no_country":
        return f"phone_number: {quoted(cell)} has no country code"
    return f"phone_number: {quoted(cell)} is not a phone number" + (f" (read for {country})" if country else "")


def _latin_digits(text: str) -> str:
    """Decimal digits of every script as 0 to 9, signs in their plain form; ``½`` and ``①`` stay, and are refused."""
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
