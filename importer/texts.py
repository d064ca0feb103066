"""Texts of cells and titles: what makes two titles the same, and how to show a text in a line or a table.

What a terminal shows is escaped where it cannot be seen, cut where it is long, and aligned by its width on screen.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, reduce
from typing import Final

from importer.message import Message, and_more
from importer.system_text import printable as printable

ROW_TITLE: Final = "import_row"
ERROR_TITLE: Final = "import_error"
ERROR_TITLES: Final = (ROW_TITLE, ERROR_TITLE)
"""The columns that an errors file adds to the input's own; they are skipped when the file is imported again."""

NOT_READ: Final = "Not read"
"""The title of a column with what could not be read of records; there only where it is needed. While its cell has text
in an errors file, the row is not imported."""

ID_TITLE: Final = "contact_id"
STATUS_TITLE: Final = "import_status"
"""The columns that stand behind the input's own in its file with ids, when that is imported again: LiveDesk's number of
the contact, which tells who the person is, and what became of the row, which is skipped. Neither is ever sent."""

# The number that a list or a form puts before a title.
_NUMBER: Final = re.compile(
    r"^(?:[^\w+]*(?:q(?:uestion)?\s*)?\d{1,3}(?:\.\d{1,3})*[\W_]*(?=[^\W\d])"  # 1. Name, (1) Name, Q1: Name, 2.1 Name
    r"|\W*[a-z]\)\W*(?=\w)"  # A) Name
    r"|[一二三四五六七八九十]{1,3}[、.])",
    re.IGNORECASE,
)
# Accents of Latin, Greek, Cyrillic, and the vowel signs and hamzas of Arabic; not kana, Thai or Hangul.
_COMBINING: Final = re.compile("[\u0300-\u036f\u064b-\u0655]")
_UNDECOMPOSED: Final = str.maketrans("đøłıیکىة", "doliيكيه")
_TO_FOLD: Final = re.compile("[^\x00-\x7f\u4e00-\u9fff]")
"""What may have a case, an accent, or another form; Chinese has none."""

_BETWEEN: Final = re.compile(r"[/|;\n\r、／｜]|\s[-–—]\s")
_TWO_LETTERS: Final = 2
_WORD: Final = re.compile(r"[^\W_]+")
_EAST: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")

_SPECIAL: Final = re.compile(r'["$`\\]')
"""What a shell reads within double quotes."""

# Of a table: the space between its columns, and how narrow one becomes.
_GAP: Final = "  "
_LEAST: Final = 12


def title_key(title: str) -> str:
    """Reduce a title to what makes two the same: letters and digits, no case, accents, numbering or brackets."""
    text = unnumbered(title)
    return letters(BRACKETED.sub("", text)) or letters(text)


def unnumbered(title: str) -> str:
    """Return a title without its number in a list: ``1. Name``, ``A) Email``, ``①姓名``."""
    return _NUMBER.sub("", unicodedata.normalize("NFKC", title))


def wordings(text: str) -> list[str]:
    """Split a text that says one thing twice: ``姓名 Name``, ``Email / 邮箱``; empty if it has one part."""
    parts = [part.strip() for piece in _BETWEEN.split(text) for part in _scripts(piece) if letters(part)]
    return parts if len(parts) > 1 else []


def _scripts(text: str) -> list[str]:
    """The parts of a text in scripts of East Asia, and those in others."""
    return [text] if text.isascii() else _east_asian().split(text)


@cache
def _east_asian() -> re.Pattern[str]:
    """Made when a title first has more than ASCII, in 2 ms."""
    return re.compile(f"([{_EAST}]+)")


def column_letter(index: int) -> str:
    """Return the letters by which spreadsheet programs name the column ``index`` (from 0): A, B, … Z, AA."""
    front, letter = divmod(index, 26)
    return (column_letter(front - 1) if front else "") + chr(ord("A") + letter)


def column_index(letters: bytes) -> int:
    """Return the column, from 0, that such letters (in ASCII) name; -1 for none."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters, 0) - 1


def told_apart(titles: Sequence[str]) -> list[str]:
    """Return the titles as ``--map`` spells them, repeated ones with ``#2`` and on."""
    seen: Counter[str] = Counter()
    names = []
    for title in map(str.strip, titles):
        seen[title] += 1
        names.append(title if seen[title] == 1 else f"{title}#{seen[title]}")
    return names


def to_paste(titles: Sequence[str]) -> list[str]:
    """Return the titles as ``--map "…=field"`` takes them in a shell: told apart, one line each, with escapes.

    Of several columns with one title each has its number, and so has a column without a title: ``#1``.
    """
    return [_SPECIAL.sub(r"\\\g<0>", title) for title in to_map(titles)]


def titled(names: Sequence[str], index: int) -> dict[str, str]:
    """The title and the letter of a column, as the values of a message; ``names`` are all titles."""
    return {"title": names[index], "letter": column_letter(index)}


def to_map(titles: Sequence[str]) -> list[str]:
    """Return the titles, told apart, one line each: by these names ``--map``, and the keyword ``map``, find each
    column."""
    lines = [" ".join(title.split()) for title in titles]
    times, seen = Counter(lines), Counter[str]()
    names = []
    for title in lines:
        seen[title] += 1
        names.append(f"{title}#{seen[title]}" if times[title] > 1 or not title else title)
    return names


def listed(titles: Sequence[str], most: int = 30) -> object:
    """Return the titles in quotes, for a message."""
    quoted = [f'"{in_line(title)}"' for title in titles if title.strip()]
    return and_more(quoted, most) if quoted else Message("none")


def letters(title: str) -> str:
    """Keep letters, digits and marks that change a letter (dakuten, Thai vowels), without case and accents."""
    if title.isascii():  # in a tenth of the time, and half of the tables' words are
        folded = title.lower()
        return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))
    kept = "".join(character for character in plain(title) if unicodedata.category(character)[0] in "LNM")
    return unicodedata.normalize("NFC", kept)


def plain(text: str) -> str:
    """Return the text without case and accents, decomposed: what two spellings have in common, for a search."""
    if text.isascii() or _TO_FOLD.search(text) is None:  # a contact in a fifth of the time
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_UNDECOMPOSED)
    return _COMBINING.sub("", unicodedata.normalize("NFD", folded))


def share_a_word(one: str, other: str) -> bool:
    """Tell whether two names have a word in common, without case and accents.

    An initial stands for its word, and so does a beginning (Ann, Anna). Names without spaces, as in Chinese, have a
    word in common if one of them stands in the other.
    """
    mine, theirs = (list(filter(None, map(letters, _WORD.findall(name)))) for name in (one, other))
    return any(_same_word(word, another) for word in mine for another in theirs)


def words_of(text: str) -> list[str]:
    """Return the words of a name, without case and accents."""
    return [*filter(None, map(letters, _WORD.findall(unicodedata.normalize("NFKC", text))))]


def has_words(name: str, words: Sequence[str]) -> bool:
    """Tell whether each of ``words`` (see ``words_of``) begins a word of the name; without spaces, stands in it."""
    theirs = words_of(name)
    return bool(words) and all(
        any(word in one if word > "\u2e80" else one.startswith(word) for one in theirs) for word in words
    )


def is_part(one: str, other: str) -> bool:
    """Tell whether one of two names has all words of the other, without case and accents, and the same digits; or, in
    scripts without spaces, stands in it."""
    mine, theirs = ({*map(letters, _WORD.findall(name))} - {""} for name in (one, other))
    if not mine or not theirs or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    short, long = sorted((letters(one), letters(other)), key=len)
    return mine <= theirs or theirs <= mine or (short > "\u2e80" and short in long)


def _same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return (
        (len(short) != _TWO_LETTERS and long.startswith(short)) or (long > "\u2e80" and short in long) or short == long
    )


def cited(text: str, most: int = 40) -> str:
    """Return the text in quotes, ``printable``, with at most ``most`` characters."""
    return f'"{cut(printable(text), most)}"'


def in_line(text: str, most: int = 40) -> str:
    """Return the text for a line of words: a space for what cannot be seen, at most ``most`` characters."""
    return cut(" ".join("".join(char if char.isprintable() else " " for char in text).split()), most)


def cut(text: str, most: int) -> str:
    """Return the text with at most ``most`` characters, and an ellipsis for the end that is left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown_width(text: str) -> int:
    """Count the columns of a terminal, or the digits of a sheet, that a text takes.

    Wide and full-width characters take two, marks on others none (UAX 11); signs of ambiguous width, such as Greek
    letters, count one.
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


# Where a line may break: at blanks, and between wide characters; not before what closes, nor behind what opens.
_CLOSES: Final = "、，。．：；！？）】」』”’…·,.:;!?)]"
_OPENS: Final = "（【「『“‘(["
_UNITS: Final = re.compile(r"\[[^\[\]]{1,16}\]|.", re.DOTALL)
"""A character, or a short remark in brackets, which stays whole."""


def wrapped(text: str, width: int) -> list[str]:
    """Return a paragraph as lines of at most ``width`` columns; a longer word gets a line of its own."""
    lines, line = list[str](), ""
    for piece in _unbroken(text):
        if line and shown_width(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _unbroken(text: str) -> list[str]:
    """The pieces between which a line may break, each with the blank behind it."""
    pieces = [""]
    for unit in _UNITS.findall(text):
        before, first = pieces[-1][-1:], unit[0]
        between = _columns(first) > 1 or (before and _columns(before) > 1 and first != " ")
        breaks = before == " " != first or (between and first not in _CLOSES and before not in _OPENS)
        if breaks and before:
            pieces.append(unit)
        else:
            pieces[-1] += unit
    return pieces


def shortened(text: str, most: int) -> str:
    """Return the text in at most ``most`` columns, and an ellipsis for the middle that is left out.

    The end of a file's name says as much as its beginning.
    """
    if shown_width(text) <= most:
        return text
    end = _beginning(text[::-1], (most - 1) // 2)[::-1]
    return f"{_beginning(text, most - 1 - shown_width(end))}…{end}"


def _beginning(text: str, most: int) -> str:
    """As many of the first characters as fit into so many columns."""
    taken = 0
    for place, char in enumerate(text):
        taken += _columns(char)
        if taken > most:
            return text[:place]
    return text


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Align rows of equal length as lines, column below column; columns in ``right`` are flush right.

    Cells are ``printable`` already.
    """
    lines = [""] * len(rows)
    for index, cells in enumerate(zip(*rows, strict=True)):
        width = max(map(shown_width, cells))
        for row, cell in enumerate(cells):
            space = " " * (width - shown_width(cell))
            lines[row] += (_GAP if index else "") + (space + cell if index in right else cell + space)
    return [line.rstrip() for line in lines]


def fitted(rows: Sequence[Sequence[str]], width: int, flexible: Sequence[int]) -> list[list[str]]:
    """Shorten the cells of ``flexible`` columns, the first of them first, until the lines fit ``width``.

    No column becomes narrower than a few characters: a terminal that is narrower still wraps the lines.
    """
    widths = [max(map(shown_width, cells)) for cells in zip(*rows, strict=True)]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for index in flexible:
        narrow = min(widths[index], max(_LEAST, widths[index] - max(over, 0)))
        over -= widths[index] - narrow
        widths[index] = narrow
    return [[shortened(cell, most) for cell, most in zip(row, widths, strict=True)] for row in rows]
