"""An attribute's cell as a number or a boolean, where ``--type`` says that it is one. Pure."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

from importer.livedesk.contact import Scalar
from importer.message import Message
from importer.models import ValueType
from importer.normalizer.cells import Readings, never, read, read_all, with_care
from importer.normalizer.text import ROUNDED, Reading, quoted, refused

_WORDS: Final[Mapping[bool, str]] = MappingProxyType(
    {
        True: "true t yes y on 1 x ✓ ✔ sí si sim oui ja vrai verdadero verdadeiro vero wahr да истина "
        "是 有 真 はい 예 네",
        False: "false f no n off 0 ✗ ✘ não nao non nein nee faux falso falsch нет ложь 否 假 偽 いいえ 아니오 아니요",
    }
)
"""What people and spreadsheet programs write for yes and no, in lower case."""

_MEANT: Final = {word: meant for meant, words in _WORDS.items() for word in words.split()}

MOST_DIGITS: Final = 15
"""A JSON number with more of them loses the last ones in most programs (RFC 8259, section 6)."""

# The sign, the digits before the decimal sign, those behind it.
_SIMPLE: Final = re.compile(r"(-?)([0-9]+)(?:[.,]([0-9]+))?")
_GROUPED: Final = re.compile(r"(-?)([1-9][0-9]{0,2}(?:([,.'’ ])[0-9]{3})(?:\3[0-9]{3})*)(?:(?!\3)[.,]([0-9]+))?")
# 1.234 and 1,234 are a thousand and more in one country, and little more than one in another.
_DOUBTFUL: Final = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")


def read_as(kind: ValueType, field: str, cell: str) -> Reading:
    """What a cell says for an attribute; for a number and for a boolean the value is JSON."""
    reading = read(field, cell)
    reader = _READERS.get(kind)
    return reading if reading.value is None or reader is None else reader(field, reading.value)


def read_all_as(kind: ValueType, field: str, cells: Sequence[str]) -> Readings:
    """What each cell of a column says, as ``read_as`` would have it."""
    return read_all(field, cells) if kind == "text" else with_care(cells, never(cells), partial(read_as, kind, field))


def value_of(kind: ValueType, text: str) -> Scalar:
    """The value that a text of ``read_as`` stands for."""
    value: Scalar = text if kind == "text" else json.loads(text)
    return value


def _read_boolean(field: str, text: str) -> Reading:
    meant = _MEANT.get(text.casefold())
    if meant is None:
        return refused("bad_value", Message("{field}: {value} is not a yes or a no", field=field, value=quoted(text)))
    return Reading(json.dumps(meant))


def _read_number(field: str, text: str) -> Reading:
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    found = _GROUPED.fullmatch(plain) or _SIMPLE.fullmatch(plain)
    if ROUNDED.fullmatch(plain) or (found and sum(map(str.isdigit, plain)) > MOST_DIGITS):
        return refused(
            "precision_lost",
            Message("{field}: {value} has more digits than a number holds", field=field, value=quoted(text)),
        )
    if _DOUBTFUL.fullmatch(plain):
        return refused(
            "bad_value",
            Message("{field}: {value} has a decimal sign, or one between thousands", field=field, value=quoted(text)),
        )
    if found is None:
        return refused("bad_value", Message("{field}: {value} is not a number", field=field, value=quoted(text)))
    decimals = (found[found.re.groups] or "").rstrip("0")
    whole = found[1] + str(int(re.sub("[^0-9]", "", found[2])))
    return Reading(f"{whole}.{decimals}" if decimals else whole)


_READERS: Final[Mapping[ValueType, Callable[[str, str], Reading]]] = MappingProxyType(
    {"number": _read_number, "boolean": _read_boolean}
)
