"""Name what the normalizer did to a cell, in a few words, so that people can check it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from importer.message import Message
from importer.models import ValueType
from importer.normalizer.phones import E164
from importer.normalizer.text import visible

_SCHEME: Final = re.compile(r"\s*(?:mailto|tel|callto|sms|whatsapp)\s*:", re.IGNORECASE)

_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()\-]*[0-9]")
_AS_NUMBER: Final = Message("written as +country and number")
_OTHERWISE: Final = Message("read differently")

_KINDS: Final[tuple[tuple[Message, Callable[[str, str], bool]], ...]] = (
    # Each test takes the cell and its value; the first that fits names the repair.
    (Message("read as empty"), lambda _, value: not value),
    (Message("invisible characters removed"), lambda cell, _: visible(cell) != cell),
    (Message("full-width or other signs"), lambda cell, _: unicodedata.normalize("NFKC", cell) != cell),
    (Message("mailto: or tel: removed"), lambda cell, _: bool(_SCHEME.match(cell))),
    (Message("address taken out of Name <address>"), lambda cell, value: "<" in cell and "<" not in value),
    (Message('="…" removed'), lambda cell, value: cell.strip() == f'="{value}"'),
    (Message("apostrophe removed"), lambda cell, _: cell.lstrip().startswith("'")),
    (Message(".0 removed"), lambda cell, value: cell.strip() == f"{value}.0"),
    (Message("spaces trimmed"), lambda cell, value: " ".join(cell.split()) == value),
    (_AS_NUMBER, lambda _, value: bool(E164.fullmatch(value))),
    (Message("domain in lower case"), lambda cell, value: cell.strip().lower() == value.lower()),
)

_READ_AS: Final[dict[ValueType, Message]] = {"number": Message("read as number"), "boolean": Message("read as boolean")}


def repair_kind(cell: str, value: str | None) -> Message | None:
    """How a filled cell became ``value``; ``None`` if it did not change."""
    if value == cell:
        return None
    if value and value[0] == "+" and _DIALLED.fullmatch(cell):
        return _AS_NUMBER  # the most frequent repair, which other lines of the table would fit too
    return next((kind for kind, fits in _KINDS if fits(cell, value or "")), _OTHERWISE)


def repair_of(kind: ValueType, cell: str, value: str | None) -> Message | None:
    """``repair_kind`` for a cell that was read as ``kind``."""
    return repair_kind(cell, value) if kind == "text" or value == cell else _READ_AS[kind]


@dataclass(frozen=True, slots=True)
class Repairs:
    """One kind of repair in one column: how many cells, and the first one before and after."""

    column: str
    kind: Message
    count: int
    before: str
    after: str
