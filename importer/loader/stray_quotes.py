"""Double the quotation marks inside cells that some program put in quotation marks as they were. Pure.

``"Ann "Red" Lee",a@b.co`` has marks that close nothing: behind them stands neither a delimiter nor the end. A line is
mended only if it has as many cells then as the titles, and has not as it stands; what is in doubt stays as it is.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

Mend = Callable[[str], str | None]


def _stray(delimiter: str) -> re.Pattern[str]:
    """A mark that opens a cell of a line, and the next one, which neither closes the cell nor is doubled."""
    at = re.escape(delimiter)
    return re.compile(rf'(?:^|{at})"(?!")[^"\r\n]*(?:""[^"\r\n]*)*"(?!"|\s*(?:{at}|$))')


def mender(delimiter: str, width: int) -> Mend:
    """What gives a line with its marks doubled, ``None`` for a line that needs none or stays in doubt."""
    stray = _stray(delimiter)
    at = re.escape(delimiter)
    end = rf"(?:{at}|[\r\n]|$)"
    cell = re.compile(rf'"((?:[^"\r\n]|"(?!\s*{end}))*)"[ \t]*(?={end})|([^"\r\n]*?)(?={end})')

    def mend(line: str) -> str | None:
        if '"' not in line or not stray.search(line) or _is_sound(line, delimiter, width):
            return None
        body = line.rstrip("\r\n")
        cells, place = [], 0
        while found := cell.match(body, place):
            quoted = found[1]
            cells.append(found[0] if quoted is None else '"' + quoted.replace('""', '"').replace('"', '""') + '"')
            place = found.end() + len(delimiter)
            if found.end() == len(body):
                return delimiter.join(cells) + line[len(body) :] if len(cells) == width else None
        return None

    return mend


def _is_sound(line: str, delimiter: str, width: int) -> bool:
    """Whether a line is a whole record as it stands: its cells may hold what looks like the begin of another."""
    with suppress(csv.Error):
        return [*map(len, csv.reader([line], delimiter=delimiter, strict=True))] == [width]
    return False


def mended(lines: Iterable[str], mend: Mend) -> Iterator[str]:
    """The lines, mended where they can be."""
    return (mend(line) or line for line in lines)
