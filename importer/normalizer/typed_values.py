"""Read the cell of an attribute as the type that ``--type`` gives it: text, a number, a yes or a no. Pure."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from importer.livedesk.contact import Scalar
from importer.message import Message
from importer.models import ValueType
from importer.normalizer.cells import read
from importer.normalizer.placeholders import says_nothing
from importer.normalizer.text import EMPTY, ROUNDED, Reading, quoted, refused, tidy
from importer.normalizer.yes_no import YES_OR_NO

MOST_DIGITS: Final = 15
"""With more digits, a JSON number loses the last ones in most programs (RFC 8259, section 6)."""

# Groups: the sign, the digits before the decimal sign, the digits after it (the last group).
_SIMPLE: Final = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED: Final = re.compile(r"(-?)([1-9][0-9]{0,2}(?:([,.'’ ])[0-9]{3})(?:\3[0-9]{3})*)(?:(?!\3)[.,]([0-9]+))?")
# 1.234 and 1,234 are more than a thousand in one country and little more than one in another.
_DOUBTFUL: Final = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


def read_as(kind: ValueType, field: str, cell: str) -> Reading:
    """Read an attribute's cell; the value of a number or a boolean is JSON."""
    reader = _TYPED.get(kind)
    text = tidy(cell)
    if reader and says_nothing(text) and text.casefold() not in YES_OR_NO:  # いいえ is a no, and says nothing elsewhere
        return EMPTY
    reading = read(field, cell)
    return reading if reading.value is None or reader is None else reader(field, reading.value)


def value_of(kind: ValueType, text: str) -> Scalar:
    """Decode a value that ``read_as`` gave."""
    value: Scalar = text if kind == "text" else json.loads(text)
    return value


def _read_boolean(field: str, text: str) -> Reading:
    meant = YES_OR_NO.get(text.casefold())
    if meant is None:
        return refused("bad_value", Message("{field}: {value} is not a yes or a no", field=field, value=quoted(text)))
    return Reading(json.dumps(meant))


def _read_number(field: str, text: str) -> Reading:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    found = _GROUPED.fullmatch(plain) or _SIMPLE.fullmatch(plain)
    rounded = ROUNDED.fullmatch(plain) or (found and sum(map(str.isdigit, plain)) > MOST_DIGITS)
    if found and not rounded and not _DOUBTFUL.fullmatch(plain):
        decimals = (found[found.re.groups] or "").rstrip("0")
        whole = found[1] + str(int(re.sub("[^0-9]", "", found[2])))
        return Reading(f"{whole}.{decimals}" if decimals else whole)
    place = {"field": field, "value": quoted(text)}
    if rounded:
        return refused("precision_lost", Message("{field}: {value} has more digits than a number holds", **place))
    if found:
        return refused("bad_value", Message("{field}: {value} has a decimal sign, or one between thousands", **place))
    return refused("bad_value", Message("{field}: {value} is not a number", **place))


_TYPED: Final[Mapping[ValueType, Callable[[str, str], Reading]]] = {"number": _read_number, "boolean": _read_boolean}
