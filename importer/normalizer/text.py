"""What the text of a cell is before it means anything: cleaned, quoted, empty or broken; and what reading it gives."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from importer.error_codes import row_error
from importer.message import Message, Messages
from importer.models import RowError
from importer.text_table import cut

FILLERS: Final = frozenset(
    {"n/a", "#n/a", "n.a.", "-", "--", "---", "—", "–", "null", "(null)", "<null>", "none", "nan", "无", "無", "暂无"}
)
"""What people and programs write into a cell to say that it is empty, in lower case."""

_LONGEST_FILLER: Final = max(map(len, FILLERS))

MOST_CHARACTERS: Final = 1000
"""A longer cell is read as no e-mail address and no phone number."""

# A joiner (U+200C, U+200D) shapes what follows Arabic and Indic letters and ties emoji together; elsewhere it is dirt.
_JOINS: Final = re.compile("(?<=[\u0600-\u109f\u1780-\u17ff\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])[\u200c\u200d]")

_BLANKS: Final = re.compile("[\u2800\u3164\uffa0]")  # letters and symbols that show nothing, used for blank names

ROUNDED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+")

_WHOLE_NUMBER: Final = re.compile(r"(\+?[0-9]+)\.0")

# A byte that did not decode arrives as a lone surrogate; in a file that was saved since, as the sign for it.
_BROKEN: Final = re.compile("[\ud800-\udfff\ufffd]")


class Reading(NamedTuple):
    """What a cell says: a value (``None``: it is empty), the error that forbids it, remarks on its repair."""

    value: str | None = None
    error: RowError | None = None
    warnings: Messages = ()


EMPTY: Final = Reading()


def only_plain(lines: re.Pattern[str], cells: Sequence[str]) -> list[str | None]:
    """The cells, with ``None`` for each that is no line of ``lines``, a pattern of any number of lines with their ends.

    Cells of which most are such take a third of the time that one match for each takes.
    """
    plain: list[str | None] = [*cells]
    for at in _odd_places(lines, cells):
        plain[at] = None
    return plain


def _odd_places(lines: re.Pattern[str], cells: Sequence[str]) -> list[int]:
    text = "\n".join(cells) + "\n"
    if text.count("\n") != len(cells):  # a cell has lines of its own
        return [at for at, cell in enumerate(cells) if "\n" in cell or not lines.fullmatch(f"{cell}\n")]
    odd, place, begin = [], 0, 0
    while place < len(cells):
        end = lines.match(text, begin).end()  # type: ignore[union-attr]  # it matches no line at all, too
        place += text.count("\n", begin, end)
        if place < len(cells):
            odd.append(place)
            begin = end + len(cells[place]) + 1
            place += 1
    return odd


def unbroken(cell: str) -> str:
    """The cell with U+FFFD for what cannot be shown, so that it can be written."""
    return cell if cell.isascii() else _BROKEN.sub("\ufffd", cell)


def tidy(cell: str) -> str:
    """A cell's text in Unicode NFC, without invisible characters, white space collapsed.

    Control characters go, but those that are white space (tab, line break) become a space. Of the invisible
    format characters only the joiners stay, where they shape what is seen: after Arabic and Indic letters and emoji.
    """
    if cell.isascii() and cell.isprintable():
        return " ".join(cell.split())
    return unicodedata.normalize("NFC", " ".join(visible(cell).split()))


def is_filler(text: str) -> bool:
    if len(text) > _LONGEST_FILLER:
        return False
    return not text or (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower() in FILLERS


def quoted(text: str, most: int = 60) -> str:
    """A cell's text in quotes for a message of one line, shortened to ``most`` characters."""
    return f'"{cut(tidy(text), most)}"'


def visible(text: str) -> str:
    """Without characters that show nothing; white space, line breaks included, stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    text = _BLANKS.sub(" ", text)
    if "".join(text.split()).isprintable():  # nothing but white space shows nothing: a tenth of the time
        return text
    joins = {match.start() for match in _JOINS.finditer(text)}
    return "".join(
        character
        for place, character in enumerate(text)
        if character.isspace() or place in joins or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def is_broken(cell: str) -> bool:
    """Whether a byte of it did not decode."""
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
    return Message(
        "{field}: {value} holds several; {used} is used, not used: {rest}",
        field=field,
        value=quoted(cell),
        used=used,
        rest=[*map(quoted, rest)],
    )
