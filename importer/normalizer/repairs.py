"""What was done to a cell to make it a value, in a few words: people check what was changed on their behalf."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from importer.models import ValueType
from importer.normalizer.phones import E164
from importer.normalizer.text import visible

_SCHEME: Final = re.compile(r"\s*(?:mailto|tel|callto|sms|whatsapp)\s*:", re.IGNORECASE)

_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()\-]*[0-9]")
_AS_NUMBER: Final = "written as +country and number"

_KINDS: Final[tuple[tuple[str, Callable[[str, str], bool]], ...]] = (
    # From the cell and the value that was read out of it; the first that fits names the repair.
    ("read as empty", lambda _, value: not value),
    ("invisible characters removed", lambda cell, _: visible(cell) != cell),
    ("full-width or other signs", lambda cell, _: unicodedata.normalize("NFKC", cell) != cell),
    ("mailto: or tel: removed", lambda cell, _: bool(_SCHEME.match(cell))),
    ("address taken out of Name <address>", lambda cell, value: "<" in cell and "<" not in value),
    ('="…" removed', lambda cell, value: cell.strip() == f'="{value}"'),
    ("apostrophe removed", lambda cell, _: cell.lstrip().startswith("'")),
    (".0 removed", lambda cell, value: cell.strip() == f"{value}.0"),
    ("spaces trimmed", lambda cell, value: " ".join(cell.split()) == value),
    (_AS_NUMBER, lambda _, value: bool(E164.fullmatch(value))),
    ("domain in lower case", lambda cell, value: cell.strip().lower() == value.lower()),
)


def repair_kind(cell: str, value: str | None) -> str:
    """What was done to a filled cell to make it ``value``; ``""`` if nothing was."""
    if value == cell:
        return ""
    if value and value[0] == "+" and _DIALLED.fullmatch(cell):
        return _AS_NUMBER  # most repairs are of these, and some of the table would fit them too
    return next((kind for kind, fits in _KINDS if fits(cell, value or "")), "read otherwise")


def repair_of(kind: ValueType, cell: str, value: str | None) -> str:
    """The same for a cell that was read as ``kind``."""
    return repair_kind(cell, value) if kind == "text" or value == cell else f"read as {kind}"


@dataclass(frozen=True, slots=True)
class Repairs:
    """Cells of one column that were changed in one way: how many, and the first of them before and after."""

    column: str
    kind: str
    count: int
    before: str
    after: str
