"""Texts whose lines are divided by how they look: tables drawn with bars, columns of fixed width, recipients. Pure.

Consoles of databases, terminals and mail programs write them. Each line becomes a record; lines that only draw, such as
``+----+------+``, become blank ones, so that the numbers of the others stay true.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from importer.mapping.title_fields import alias

_BORDER: Final = re.compile(r"(?=.*--)(?=.*[|+])[\s|+:=-]+")
_COLUMN: Final = re.compile(r"(?:^|(?<=\s\s))\S")
_RECIPIENT: Final = re.compile(r"\s*+\"?([^<>\"@]*?)\"?\s*<\s*([^<>@\s]+@[^<>@\s]+)\s*>\s*[,;]?\s*")
_LEAST_LINES: Final = 2
_HALF: Final = 0.5


class Layout(NamedTuple):
    """How the lines of a text are divided; ``places`` are those where columns of fixed width begin."""

    kind: Literal["frame", "fixed", "recipients"]
    places: tuple[int, ...] = ()

    def records(self, lines: Iterable[str], separator: str) -> Iterator[str]:
        """The lines as records of CSV, with the ends that they had."""
        for line in lines:
            text = line.rstrip("\r\n")
            yield separator.join(map(_quoted, self.cells(text))) + line[len(text) :]

    def cells(self, line: str) -> Sequence[str]:
        """The cells of a line, none of one that only draws."""
        if self.kind == "recipients":
            found = _RECIPIENT.fullmatch(line)
            return found.groups() if found else [line]
        if self.kind == "fixed":
            ends = [*self.places[1:], len(line)]
            return [line[begin:end].strip() for begin, end in zip(self.places, ends, strict=True)] if line else []
        if _BORDER.fullmatch(line):
            return []
        text = line.strip()
        bars = text.startswith("|"), text.endswith("|") and len(text) > 1
        return [cell.strip() for cell in text[bars[0] : len(text) - bars[1]].split("|")]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if '"' in cell else cell


def layout_of(sample: str) -> Layout | None:
    """How the lines of a text are drawn, ``None`` for those that are not, or may be CSV. The last one may be cut.

    Columns of fixed width need titles that are known: names may stand below each other by chance.
    """
    lines = [line for line in sample.splitlines() if line.strip()]
    if len(lines) < _LEAST_LINES:
        return None
    if "<" in lines[0] and all(map(_RECIPIENT.fullmatch, lines)):
        return Layout("recipients")
    drawn = [bool(_BORDER.fullmatch(line)) for line in lines]
    barred = sum("|" in line for line, is_border in zip(lines, drawn, strict=True) if not is_border)
    if any(drawn) and barred > 1 and barred >= _HALF * (len(lines) - sum(drawn)):
        return Layout("frame")
    fixed = _fixed(lines)
    return fixed if fixed and sum(alias(cell) is not None for cell in fixed.cells(lines[0])) > 1 else None


def _fixed(lines: Sequence[str]) -> Layout | None:
    """Columns of fixed width: each title begins where every line has a blank before; none has a delimiter."""
    places = [found.start() for found in _COLUMN.finditer(lines[0])]
    if len(places) <= 1 or any(sign in lines[0] for sign in "\t,;|"):
        return None
    aligned = all(line[place - 1 : place] in ("", " ") for line in lines[1:-1] or lines[1:] for place in places[1:])
    reach = sum(len(line) > places[-1] for line in lines[1:])
    return Layout("fixed", (0, *places[1:])) if aligned and reach >= _HALF * (len(lines) - 1) else None
