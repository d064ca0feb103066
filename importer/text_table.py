"""Texts and tables for a terminal: escape what cannot be seen, cut what is long, align by the width on screen."""

import unicodedata
from collections.abc import Sequence
from typing import Final

_GAP: Final = "  "
_LEAST: Final = 12


def printable(text: str) -> str:
    """Return the text in one line, with an escape for what cannot be seen: breaks, commands, marks of direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


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
