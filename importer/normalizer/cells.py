"""Read a cell: its value, or the error that says why it cannot be sent. Pure.

A cell that can be read in one way is repaired; a cell that can be read in several is refused. Nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from importer.error_codes import row_error
from importer.livedesk.contact import UNFOUND, Scalar
from importer.livedesk.identity import MOST_LETTERS
from importer.message import Message, Messages
from importer.models import NAMES, RowError
from importer.normalizer import mojibake
from importer.normalizer.codes import is_code
from importer.normalizer.emails import plain_emails, read_email, unwrapped
from importer.normalizer.escapes import decoded
from importer.normalizer.masked import is_masked
from importer.normalizer.numbering_plans import plain_phones
from importer.normalizer.phones import read_phone, usual
from importer.normalizer.placeholders import LOWER, is_nothing
from importer.normalizer.text import (
    EMPTY,
    NEVER_ROUND,
    ROUNDED,
    Reading,
    RoundNumber,
    as_typed,
    first_of_several,
    is_broken,
    is_formula_error,
    one_of,
    only_plain,
    quoted,
    refused,
    tidy,
    unbroken,
)
from importer.remarks import UNSEARCHABLE

_NAMED: Final = frozenset({*NAMES, "identifier"})
# A text that begins with a letter is no number and no formula. NFC leaves these letters as they are.
_LETTERS: Final = "A-Za-zÀ-ÖØ-öø-ÿĀ-ľŁ-ňŊ-ž\u4e00-\u9fff\uac00-\ud7a3ぁ-ゖァ-ヺ"
_PLAIN: Final = re.compile(rf"(?:[{_LETTERS}][{_LETTERS}0-9&.,'_\-]*+(?: [{_LETTERS}0-9&.,'_\-]++)*+\n)*+")
# Exporters write ="00123" to keep Excel from taking a text for a number.
_TEXT_FORMULA: Final = re.compile(r'\s*="([^"]*)"\s*')
_WORDS: Final = LOWER | {"true", "false"}
_WITH_A_FORM: Final = frozenset({"email", "phone_number", "identifier", "avatar_url", "inbox_id"})
_OWN: Final = "custom_attributes."
_NEVER_PLAIN: Final = frozenset({"avatar_url", "inbox_id"})
_NO_NAME: Final = re.compile(r"(?i:true|false)|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
Glance: TypeAlias = Callable[[Sequence[str]], list[str | None]]
"""Gives the value of each cell, ``None`` for a cell that is empty or needs care."""


class Readings(NamedTuple):
    """What the cells of a column say: a value or ``None`` for each; errors and remarks by the cell's place."""

    values: list[str | None]
    errors: dict[int, RowError]
    warnings: dict[int, Messages]

    def put(self, place: int, reading: Reading) -> None:
        """Set the reading of one cell."""
        self.values[place] = reading.value
        if reading.error:
            self.errors[place] = reading.error
        if reading.warnings:
            self.warnings[place] = reading.warnings

    def at(self, place: int) -> Reading:
        """The reading of one cell."""
        return Reading(self.values[place], self.errors.get(place), self.warnings.get(place, ()))


def read_all(field: str, cells: Sequence[str], country: str | None = None) -> Readings:
    """``read`` for each cell of a column."""
    values = glance(field, country)(cells)
    if field in NEVER_ROUND and RoundNumber in {*map(type, cells)}:
        values = [None if type(cell) is RoundNumber else value for cell, value in zip(cells, values, strict=True)]
    found = with_care(cells, values, partial(read_with_care, field, country=country))
    for place in over_limit(field, found.values):
        found.put(place, Reading(error=too_long(field, found.values[place] or "")))
    return found


def read_codes(cells: Sequence[str]) -> Readings:
    """``read_all`` for ids of which each is a code where it has the form of one, whatever it says elsewhere."""
    found = read_all("identifier", cells)
    for place, cell in enumerate(cells):
        if found.values[place] is None and is_code(cell):
            found.put(place, Reading(cell.strip()))
    return found


def over_limit(field: str, values: Sequence[Scalar | None]) -> list[int]:
    """The places of a field's values that are too long for LiveDesk, counted in code points.

    Attributes have no known limit. A valid email or phone number is shorter by the rules of its own. A link to a
    picture is fetched, and its text perhaps not kept: one that is longer is remarked on, and sent. One look at the
    longest is enough for most columns: 0.02 µs a cell.
    """
    if field not in _NAMED or max(map(len, filter(None, values)), default=0) <= MOST_LETTERS:  # type: ignore[arg-type]  # texts
        return []
    return [at for at, value in enumerate(values) if value is not None and len(str(value)) > MOST_LETTERS]


def too_long(field: str, value: str) -> RowError:
    """The error of such a value."""
    message = Message(
        "{field}: {value} has {length:,} characters, and LiveDesk takes at most {most:,}",
        field=field,
        value=quoted(value),
        length=len(value),
        most=MOST_LETTERS,
    )
    return replace(row_error("too_long", message), field=field)


def with_care(cells: Sequence[str], values: list[str | None], care: Callable[[str], Reading]) -> Readings:
    """The ``values`` that a glance gave, and for the other cells what ``care`` reads."""
    found = Readings(values, {}, {})
    if None in values:
        for place, cell in enumerate(cells):
            if cell and values[place] is None:
                found.put(place, care(cell))
    return found


@lru_cache(1000)
def glance(field: str, country: str | None = None) -> Glance:
    """The glance for a field's cells; ``country`` is that of phone numbers without a country code."""
    if field in _NEVER_PLAIN:
        return lambda cells: [None] * len(cells)
    if field == "email":
        return partial(_look_twice, plain_emails, unwrapped)
    if field == "phone_number":
        return partial(_look_twice, partial(plain_phones, country=country), usual)
    return partial(_look_twice, _plain_texts, _clean)


def _look_twice(look: Glance, clean: Callable[[str], str], cells: Sequence[str]) -> list[str | None]:
    """The values of cells that are plain, or become plain when cleaned, as nearly all cells in need of repair do.

    A second look takes 1 to 3 microseconds a cell, reading with care 5 to 30.
    """
    values = look(cells)
    if None in values:
        odd = {place: clean(cells[place]) for place, value in enumerate(values) if value is None and cells[place]}
        changed = {place: text for place, text in odd.items() if text != cells[place]}
        for place, value in zip(changed, look([*changed.values()]) if changed else [], strict=True):
            values[place] = value
    return values


def _clean(cell: str) -> str:
    """The tidy cell; as it is where that would take away what tells in which encoding it was."""
    if is_broken(cell) or mojibake.mended(cell) is not None:
        return cell
    text = tidy(cell)
    return cell if mojibake.mended(text) is not None else text


def read(field: str, cell: str, country: str | None = None) -> Reading:
    """Read a cell for a field; ``country`` is that of phone numbers without a country code."""
    return read_all(field, [cell], country).at(0)


def _plain_texts(cells: Sequence[str]) -> list[str | None]:
    """Texts that need no repair and mean nothing else, as most do."""
    values = only_plain(_PLAIN, cells)
    words = [cell.lower() for cell in cells]
    if not _WORDS.isdisjoint(words):
        values = [None if word in _WORDS else value for word, value in zip(words, values, strict=True)]
    letters = "".join(words)
    if not letters.isascii() and mojibake.SUSPECT.search(letters):
        search = mojibake.SUSPECT.search
        values = [None if search(word) else value for word, value in zip(words, values, strict=True)]
    return values


def read_with_care(field: str, cell: str, country: str | None = None) -> Reading:
    """``read`` without a glance: slower, with the same result."""
    if text_formula := _TEXT_FORMULA.fullmatch(cell):
        cell = text_formula[1]
    if is_broken(cell):
        value = quoted(unbroken(cell))
        return refused("broken_text", Message("{field}: {value} has bytes that are no text", field=field, value=value))
    text = tidy(_mended(field, cell))
    if is_formula_error(text):
        message = Message("{field}: {value} stands where a formula has no result", field=field, value=quoted(text))
        return refused("formula_error", message)
    if is_nothing(field, text):
        return EMPTY
    if is_masked(field, text):
        return _masked(field, text)
    if field in NAMES and not any(map(_names_somebody, text)):
        values = {"field": field, "value": quoted(text), "kind": "no_letter"}
        return Reading(warnings=(Message("{field}: {value} has no letter, so it is no name", **values),))
    if field == "email":
        return read_email(cell)
    if field == "phone_number":
        return read_phone(cell, country)
    if type(cell) is RoundNumber and field in NEVER_ROUND:
        return _lost_digits(field, text)
    reader = _READERS.get(field)
    reading = reader(text) if reader else _read_attribute(field, text) if "." in field else Reading(text)
    return reading if reading.error else reading._replace(warnings=(*reading.warnings, *_remarks(field, text)))


def _mended(field: str, cell: str) -> str:
    """The cell in its right encoding; names and what LiveDesk knows of people also without escapes."""
    if field in _WITH_A_FORM:
        return cell
    # What shows nothing may be a byte of the other encoding, or dirt that hides it.
    text = mojibake.mended(cell) or mojibake.mended(tidy(cell)) or cell
    return text if field.startswith(_OWN) else decoded(text) or text


def _remarks(field: str, text: str) -> Iterator[Message]:
    """Remarks on a text that is sent as it is, and looks as if it were something else."""
    if field in _NAMED and _NO_NAME.fullmatch(text):
        yield Message(
            "{field}: {value} looks like a date or a yes and no; sent as it is",
            field=field,
            value=quoted(text),
            kind="odd_name",
        )
    if mojibake.looks_wrong(text) and field not in _NEVER_PLAIN:
        yield Message(
            "{field}: {value} looks like text in another encoding; sent as it is",
            field=field,
            value=quoted(text),
            kind="other_encoding",
        )


def _masked(field: str, text: str) -> Reading:
    """No name, but a row may go without one; an address, a number or an id is an error."""
    values = {"field": field, "value": quoted(text)}
    if field in NAMES:
        return Reading(warnings=(Message("{field}: {value} is masked, so it is no name", kind="masked", **values),))
    return refused("masked", Message("{field}: {value} is masked: whoever exported it hid a part", **values))


def _lost_digits(field: str, text: str) -> Reading:
    message = Message("{field}: {value} lost digits in a spreadsheet", field=field, value=quoted(text))
    return refused("precision_lost", message)


def _read_attribute(field: str, text: str) -> Reading:
    """The text; of several values, as Google Contacts joins them, the first."""
    value, rest = first_of_several(text)
    if not value:
        return EMPTY
    return Reading(value, None, (one_of(field, text, value, rest),) if rest else ())


def _names_somebody(character: str) -> bool:
    """Whether a name may consist of this: letters, and the pictures by which people call themselves in chats."""
    return character.isalpha() or (character >= "\u2600" and unicodedata.category(character) == "So")


def _read_identifier(text: str) -> Reading:
    if ROUNDED.fullmatch(text):
        return _lost_digits("identifier", text)
    value = text if text[0].isalpha() else as_typed(text)
    if UNFOUND not in value:
        return Reading(value)
    unfound = Message(
        "identifier: {value} has a backslash, and LiveDesk's search finds no such value: "
        "after a lost answer the row may stay unknown",
        value=quoted(value),
        kind=UNSEARCHABLE,
    )
    return Reading(value, None, (unfound,))


def _read_url(text: str) -> Reading:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        sound = parts.scheme in ("http", "https") and re.search(r"\w", host) and parts.port != 0 and " " not in text
    except ValueError:  # brackets without an IPv6 address, or a port that is no number
        sound = False
    if not sound:
        return refused("bad_url", Message("avatar_url: {value} is not an http or https link", value=quoted(text)))
    if len(text) <= MOST_LETTERS:
        return Reading(text)
    long = Message(
        "avatar_url: {value} has {length:,} characters: LiveDesk may not take it",
        value=quoted(text),
        length=len(text),
        kind="long_link",
    )
    return Reading(text, None, (long,))


def _read_inbox(text: str) -> Reading:
    digits = as_typed(unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[0-9]{1,18}", digits):
        return refused("bad_inbox", Message("{field}: {value} is not a number", field="inbox_id", value=quoted(text)))
    return Reading(str(int(digits)))  # 0407 and 407 are one inbox


_READERS: Final[Mapping[str, Callable[[str], Reading]]] = {
    "identifier": _read_identifier,
    "avatar_url": _read_url,
    "inbox_id": _read_inbox,
}
