"""What was done to a cell to make it a value, in a few words: people check what was changed on their behalf."""

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
    # From the cell and the value that was read out of it; the first that fits names the repair.
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
    """What was done to a filled cell to make it ``value``; ``None`` if nothing was."""
    if value == cell:
        return None
    if value and value[0] == "+" and _DIALLED.fullmatch(cell):
        return _AS_NUMBER  # most repairs are of these, and some of the table would fit them too
    return next((kind for kind, fits in _KINDS if fits(cell, value or "")), _OTHERWISE)


def repair_of(kind: ValueType, cell: str, value: str | None) -> Message | None:
    """The same for a cell that was read as ``kind``."""
    return repair_kind(cell, value) if kind == "text" or value == cell else _READ_AS[kind]


@dataclass(frozen=True, slots=True)
class Repairs:
    """Cells of one column that were changed in one way: how many, and the first of them before and after."""

    column: str
    kind: Message
    count: int
    before: str
    after: str
