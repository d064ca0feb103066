"""What was done to a cell to make it a value, in a few words: people check what was changed on their behalf."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from importer.phones import E164
from importer.text import visible

_SCHEME: Final = re.compile(r"\s*(?:mailto|tel|callto|sms|whatsapp)\s*:", re.IGNORECASE)

_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()\-]*[0-9]")  # most repairs are of these

_KINDS: Final[tuple[tuple[str, Callable[[str, str], bool]], ...]] = (
    # From the cell and the value that was read out of it; the first that fits names the repair.
    ("written as +country and number", lambda cell, value: bool(_DIALLED.fullmatch(cell)) and value[:1] == "+"),
    ("read as empty", lambda _, value: not value),
    ("invisible characters removed", lambda cell, _: visible(cell) != cell),
    ("full-width or other signs", lambda cell, _: unicodedata.normalize("NFKC", cell) != cell),
    ("mailto: or tel: removed", lambda cell, _: bool(_SCHEME.match(cell))),
    ("address taken out of Name <address>", lambda cell, value: "<" in cell and "<" not in value),
    ('="…" removed', lambda cell, value: cell.strip() == f'="{value}"'),
    ("apostrophe removed", lambda cell, _: cell.lstrip().startswith("'")),
    (".0 removed", lambda cell, value: cell.strip() == f"{value}.0"),
    ("spaces trimmed", lambda cell, value: " ".join(cell.split()) == value),
    ("written as +country and number", lambda _, value: bool(E164.fullmatch(value))),
    ("domain in lower case", lambda cell, value: cell.strip().lower() == value.lower()),
)


def repair_kind(cell: str, value: str | None) -> str:
    """What was done to a filled cell to make it ``value``; ``""`` if nothing was."""
    if value == cell:
        return ""
    return next((kind for kind, fits in _KINDS if fits(cell, value or "")), "read otherwise")
