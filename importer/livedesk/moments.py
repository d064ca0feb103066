"""When something happened, as a server may write it. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from importer.models import Json

_NUMBER: Final = re.compile(r"[0-9]{1,20}(\.[0-9]+)?")

_UNITS: Final[Sequence[tuple[float, float]]] = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""What a number below the first is in: so many of it are a second. In seconds, the first is the year 5138."""


def moment(value: Json) -> float | None:
    """Epoch seconds of a number in seconds or a fraction of them, as text too, or of ISO 8601 with its zone; else
    ``None``: what a server means by a time without a zone nobody can tell."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    if _NUMBER.fullmatch(text):
        return next((float(text) / unit for below, unit in _UNITS if float(text) < below), None)
    try:
        told = datetime.fromisoformat(text)
        return None if told.tzinfo is None else told.timestamp()
    except (ValueError, OverflowError):
        return None
