"""What a number shows only through its format: leading zeros, a text before them, scientific notation. Pure.

Leading zeros (``00000``), a text before them (``"+1 "0``), and the scientific notation in which a spreadsheet program
keeps what it read in it: 1.38E+10 is no phone number that ends in eight zeros.
"""

import re
from typing import Final, NamedTuple

# From here on a number may be a phone number or an id; a smaller one is a quantity, whatever its notation.
_LONG: Final = 10_000_000
_SHOWS: Final = re.compile(r'((?:"[^"]*"|\\.|[+() -])*)(0+)(?:(?:\.(0+))?E\+0+)?', re.IGNORECASE)
_SCIENTIFIC: Final = re.compile(r"E\+0+$", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)')
_SHOWN_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}")
_SHOWN_BEFORE: Final = re.compile(r"0+|\+[\d() -]*")


class Form(NamedTuple):
    """What a format makes of a number: ``prefix`` and at least ``width`` digits, or ``decimals`` and an exponent."""

    prefix: str = ""
    width: int = 1
    decimals: int | None = None


BUILT_IN: Final = {"11": Form(decimals=2), "48": Form(decimals=1)}
"""Of the formats that need no declaration (ECMA-376, part 1, 18.8.30) the scientific ones."""


def formed_text(number: str, form: Form) -> str:
    """Return a number as its cell shows it, if it is a whole one from 0 on and has all its digits.

    In scientific notation only where the number has no more digits than that: else they are known, and kept.
    """
    if not number.isdecimal():
        return number
    if form.decimals is None:
        return form.prefix + number.zfill(form.width)
    shown = f"{int(number):.{form.decimals}E}"
    return shown if int(number) >= _LONG and int(float(shown)) == int(number) else number


def is_shown_form(number: str, shown: str) -> bool:
    """Whether a cell shows a number in such a form: with zeros or signs before it, or in scientific notation."""
    if not number.isdecimal():
        return False
    if _SHOWN_SCIENTIFIC.fullmatch(shown):
        return int(number) >= _LONG and int(float(shown)) == int(number)
    return shown != number and shown.endswith(number) and bool(_SHOWN_BEFORE.fullmatch(shown.removesuffix(number)))


def form_of(code: str) -> Form | None:
    """Return what a number format adds to the digits; ``None`` if that is nothing, or more than a ``Form`` says."""
    found = _SHOWS.fullmatch(code)
    if found is None:
        return None
    if _SCIENTIFIC.search(code):
        return None if found[1] else Form(decimals=len(found[3] or ""))
    prefix = _QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", found[1])
    return Form(prefix, len(found[2])) if prefix or len(found[2]) > 1 else None
