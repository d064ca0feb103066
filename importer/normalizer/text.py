"""The text of a cell, whatever its field: clean it, quote it; tell if it is empty, broken, or runs as a formula."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Self

from importer.data_table import word_table
from importer.error_codes import row_error
from importer.message import Message, Messages
from importer.models import RowError
from importer.texts import cut

_IN_OTHER_LANGUAGES: Final = word_table(__file__, "formula_errors.txt", None)
FAILED_LOOKUPS: Final = frozenset({"#n/a", *map(str.lower, _IN_OTHER_LANGUAGES.pop("nothing found"))})
"""What spreadsheets show, in lower case, for a lookup that found nothing."""

FILLERS: Final = frozenset(
    {
        *("n/a", "n.a.", "-", "--", "---", "—", "–", "null", "(null)", "<null>", "none", "nan", "无", "無", "暂无"),
        *FAILED_LOOKUPS,
    }
)
"""What people and programs write into an empty cell, in lower case."""

_LONGEST_FILLER: Final = max(map(len, FILLERS))

MOST_CHARACTERS: Final = 1000
"""A longer cell is neither an e-mail address nor a phone number."""

# Joiners (U+200C, U+200D) shape Arabic and Indic letters and tie emoji together; elsewhere they are dirt.
_JOINS: Final = re.compile("(?<=[\u0600-\u109f\u1780-\u17ff\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]")

_BLANKS: Final = re.compile("[\u2800\u3164\uffa0]")  # letters and symbols that show nothing, as in blank names

ROUNDED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+")

_WHOLE_NUMBER: Final = re.compile(r"(\+?[0-9]+)\.0")

OPEN_QUOTE: Final = "\udc22"
"""Stands for a quotation mark that opens a cell and is never closed: what follows may belong to other cells."""

NO_RESULT: Final = "#NO_RESULT!"
"""Stands for the result of a formula where a workbook has none: the program that wrote it did not calculate."""

NOT_AVAILABLE: Final = "#N/A!"
"""Stands for the error value ``#N/A`` of a workbook; the text ``#N/A`` is a filler."""

_AS_SHOWN: Final = "#N/A"

FORMULA_ERRORS: Final = frozenset(
    {
        *("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!"),
        *("#BLOCKED!", "#BUSY!", "#CONNECT!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!", "#ERROR!"),
        *(f"Err:{number}" for number in range(501, 541)),  # LibreOffice
        *(NO_RESULT, NOT_AVAILABLE),
    }
)
"""What spreadsheets show for a formula without a result. The text ``#N/A`` is a filler: failed lookups give it."""

# A formula that was saved as its text: a cell, perhaps of another sheet, perhaps within functions. What begins with a
# function and has no cell in front is sent as it is, since a text may be meant.
_FORMULA: Final = re.compile(
    r"=\s*[+-]?\(*(?:[A-ZÀ-ÞА-ЯΑ-Ω][A-ZÀ-ÞА-ЯΑ-Ω0-9._]*\(\s*)*(?:(?:'[^']+'|[\w.]+)!)?\$?[A-Z]{1,3}\$?[0-9]{1,7}(?![\w@.])"
)


def is_formula_error(text: str) -> bool:
    """Whether a tidy text is what a spreadsheet shows for a formula without a result, or such a formula itself."""
    if text.startswith("#"):
        shown = text.upper().translate(_WITHOUT_SPANISH)
        return shown in FORMULA_ERRORS or shown in _ERRORS_ELSEWHERE
    return text in FORMULA_ERRORS or (text.startswith("=") and _FORMULA.match(text) is not None)


_ERRORS_ELSEWHERE: Final = frozenset(shown for all_shown in _IN_OTHER_LANGUAGES.values() for shown in all_shown)
_WITHOUT_SPANISH: Final = dict.fromkeys(map(ord, "¡¿"))

# A byte that did not decode becomes a lone surrogate; in a file that was saved again, U+FFFD.
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]")


_ROUND: Final = re.compile("[1-9][0-9]{5}0{5,}")


class RoundNumber(str):
    """The digits of a workbook's number cell, 11 and more, of which all behind the sixth are zeros.

    A spreadsheet program made them of ``1.38E+10``: an amount may be so, a phone number or an identifier is not. A text
    that a user typed is no such number.
    """

    __slots__ = ()


class WideText(str):
    """The text of a workbook's cell that is merged with cells to its right: headings, totals and remarks stand so."""

    __slots__ = ()


class UnreadText(str):
    """What could not be read of a record, in a column of its own, the last: its row is invalid, with this error.

    A text that a user puts in its place, be it an empty one, is no such text.
    """

    __slots__ = ("error",)

    error: RowError

    def __new__(cls, text: str, error: RowError) -> Self:
        made = super().__new__(cls, text)
        made.error = error
        return made


NEVER_ROUND: Final = frozenset({"phone_number", "identifier"})
"""The fields in which no ``RoundNumber`` is meant."""


def showing_loss(cells: tuple[str, ...], columns: Sequence[int]) -> tuple[str, ...]:
    """The cells of a row; the rounded numbers in these columns as ``1.38E+10``, so that a file shows what they are, and
    an import refuses them until somebody has edited them."""
    rounded = {at: _scientific(cells[at]) for at in columns if type(cells[at]) is RoundNumber}
    return tuple(rounded.get(at, cell) for at, cell in enumerate(cells)) if rounded else cells


def _scientific(digits: str) -> str:
    first, rest = digits[0], digits[1:].rstrip("0")
    return f"{first}{'.' * bool(rest)}{rest}E+{len(digits) - 1}"


def number_text(digits: str) -> str:
    """The digits of a number cell as text, marked if they may stand for others."""
    return RoundNumber(digits) if digits.endswith("00000") and _ROUND.fullmatch(digits) else digits


class Reading(NamedTuple):
    """What a cell says: a value (``None`` if empty), an error that forbids it, remarks on its repair."""

    value: str | None = None
    error: RowError | None = None
    warnings: Messages = ()


EMPTY: Final = Reading()


def only_plain(lines: re.Pattern[str], cells: Sequence[str]) -> list[str | None]:
    """The cells, with ``None`` for each that does not fit ``lines``, a pattern of any number of lines with line ends.

    If most cells fit, this takes a third of the time of a match for each.
    """
    plain: list[str | None] = [*cells]
    for at in _odd_places(lines, cells):
        plain[at] = None
    return plain


def _odd_places(lines: re.Pattern[str], cells: Sequence[str]) -> list[int]:
    text = "\n".join(cells) + "\n"
    if text.count("\n") != len(cells):  # a cell has line breaks
        return [at for at, cell in enumerate(cells) if "\n" in cell or not lines.fullmatch(f"{cell}\n")]
    odd, place, begin = [], 0, 0
    while place < len(cells):
        end = lines.match(text, begin).end()  # type: ignore[union-attr]  # it also matches the empty text
        place += text.count("\n", begin, end)
        if place < len(cells):
            odd.append(place)
            begin = end + len(cells[place]) + 1
            place += 1
    return odd


def unbroken(cell: str) -> str:
    """The cell with U+FFFD for broken characters, so that it can be written to a file."""
    return cell if cell.isascii() else _BROKEN.sub("\ufffd", cell.replace(OPEN_QUOTE, '"'))


def has_text(cells: Sequence[str]) -> bool:
    """Tell whether a row is not blank."""
    return any(map(str.strip, cells))


def used(cells: Sequence[str]) -> int:
    """Count the cells up to the last one with text."""
    return next((count for count in range(len(cells), 0, -1) if cells[count - 1].strip()), 0)


def leftmost(rows: Iterable[Sequence[str]]) -> int:
    """The first column with text; 0 where no row has any."""
    firsts = (next((at for at, cell in enumerate(cells) if cell.strip()), None) for cells in rows)
    return min((at for at in firsts if at is not None), default=0)


def tidy(cell: str) -> str:
    """The text in Unicode NFC, without invisible characters, each stretch of white space as one space.

    Joiners stay where they shape what people see: after Arabic and Indic letters and emoji.
    """
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    return unicodedata.normalize("NFC", " ".join(visible(cell).split()))


def is_filler(text: str) -> bool:
    if len(text) > _LONGEST_FILLER:
        return False
    return not text or (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower() in FILLERS


def quoted(text: str, most: int = 60) -> str:
    """A cell's text in quotes, tidy and cut to ``most`` characters, for a message."""
    text = text.replace(NOT_AVAILABLE, _AS_SHOWN)
    return f'"{cut(tidy(text), most)}"'


def visible(text: str) -> str:
    """The text without characters that show nothing; white space stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    text = _BLANKS.sub(" ", text)
    if "".join(text.split()).isprintable():  # a quick test, in a tenth of the time
        return text
    joins = {match.start() for match in _JOINS.finditer(text)}
    return "".join(
        character
        for place, character in enumerate(text)
        if character.isspace() or place in joins or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def is_broken(cell: str) -> bool:
    """Whether some byte of the cell did not decode."""
    return not cell.isascii() and bool(_BROKEN.search(cell))


def refused(code: str, message: Message) -> Reading:
    return Reading(error=row_error(code, message))


def as_typed(text: str) -> str:
    """A number without the apostrophe and the ``.0`` that spreadsheet programs add to it."""
    bare = text.lstrip("'").lstrip()
    if bare != text and not bare[:1].isdecimal():
        return text
    whole = _WHOLE_NUMBER.fullmatch(bare)
    return whole[1] if whole else bare


def one_of(field: str, cell: str, used: str, rest: list[str]) -> Message:
    values = {"field": field, "value": quoted(cell), "used": used, "rest": [*map(quoted, rest)]}
    values |= {"kind": "second_value" if "." in field else f"second_{field}"}
    return Message("{field}: {value} holds several; {used} is used, not used: {rest}", **values)


_SEVERAL: Final = ":::"


def first_of_several(text: str) -> tuple[str, list[str]]:
    """The first filled value of those that Google Contacts joins by ``:::``, and the others that differ from it."""
    if _SEVERAL not in text:
        return text, []
    values = [*dict.fromkeys(value for value in map(str.strip, text.split(_SEVERAL)) if not is_filler(value))]
    return (values[0], values[1:]) if values else ("", [])


_CJK: Final = re.compile(
    "[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


GIVEN_FIRST: Final = (0, 1, 2, 3)
FAMILY_FIRST: Final = (2, 3, 0, 1)
MIDDLE_BETWEEN: Final = (2, 3, 1, 0)
"""Orders in which languages put the parts of a name (``NAME_PARTS``): English, Hungarian, Vietnamese."""


_PARTICLE: Final = "(?:v[ao]n|de[nrl]?|te[nr]?|het|'t|'s|op|in|aan|bij|zu[mr]?|d[io]|da|dos|das|du|la)"
_PARTICLES_LAST: Final = re.compile(
    rf"(?P<name>\S.*?\w)(?:, ?| )(?P<particles>(?:v[ao]n|de[nr]?|te[nr]?|zu[mr]?)(?: {_PARTICLE})*)"
)
"""A family name as in a Dutch list in the order of the alphabet: ``Heijden van der``, ``Brink, ten``."""


def join_name(*parts: str | None, order: Sequence[int] = GIVEN_FIRST) -> str | None:
    """The full name of its parts (``NAME_PARTS``) in a language's order.

    In Chinese, Japanese and Korean the family name comes first, without spaces. Particles go before the family name.
    """
    if parts[2] and (found := _PARTICLES_LAST.fullmatch(parts[2])):
        parts = (*parts[:2], f"{found['particles']} {found['name']}", *parts[3:])
    told = [part for part in parts if part]
    if len(told) > 1 and (parts[2] or parts[3]) and all(map(_CJK.fullmatch, told)):
        return "".join(parts[at] or "" for at in FAMILY_FIRST)
    if order is not GIVEN_FIRST:
        told = [part for at in order if (part := parts[at])]
    return " ".join(told) or None


# OWASP, "CSV Injection": = + - @, tab, carriage return and line feed start a formula, and so do the
# full-width = + - @ in some locales. Apostrophes in front are part of the pattern, so that a text which
# itself begins with a guard is guarded once more and both come off one at a time.
_RUNS_AS_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_PERHAPS: Final = re.compile("\n(?!\\+[0-9]{2,15}\n)['=+\\-@\t\r＝＋－＠]")
_PHONE_NUMBER: Final = re.compile(r"\+[0-9]{2,15}", re.ASCII)


def guard(text: str) -> str:
    """Put an apostrophe before a text that would run as a formula; an E.164 phone number stays as it is."""
    if _RUNS_AS_FORMULA.match(text) and not _PHONE_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def perhaps_any(lines: str) -> bool:
    """Whether ``guard`` must look at these texts, each with a line end before and behind it, and none inside."""
    return _PERHAPS.search(lines) is not None


def unguard(text: str) -> str:
    """Undo ``guard``: ``unguard(guard(text)) == text`` for every text that a spreadsheet did not guard."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
