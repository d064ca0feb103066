"""Put a row's area code before phone numbers that lack it: ``ddd`` 11 and ``telefone`` 3623-1212. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from importer.normalizer.text import is_filler, tidy

_SUBSCRIBER: Final = re.compile(r"[0-9](?:[\s.\-/]*[0-9]){4,8}(?:\.0)?")
"""A number as short as those that people dial within an area: 5 to 9 digits, and no sign of a country."""

_AREA: Final = re.compile(r"\(?(0{0,2}[1-9][0-9]{0,4})\)?(?:\.0)?")


def with_areas(cells: Sequence[str], areas: Sequence[str]) -> list[str]:
    """Each cell with the area code beside it, if it is a number without one; any other cell as it is."""
    return [_with_area(cell, area) for cell, area in zip(cells, areas, strict=True)]


def _with_area(cell: str, area: str) -> str:
    number, code = tidy(cell), _AREA.fullmatch(tidy(area))
    if code is None or is_filler(number) or not _SUBSCRIBER.fullmatch(number):
        return cell
    return f"{code[1]} {number.removesuffix('.0')}"
