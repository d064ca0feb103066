"""The longest values that LiveDesk takes. Pure.

Attributes have no known limit. A valid email or phone number is shorter by the rules of its own. A link to a picture is
fetched, and its text perhaps not kept: one that is longer is remarked on, and sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from importer.error_codes import row_error
from importer.livedesk.contact import Scalar
from importer.livedesk.identity import MOST_LETTERS
from importer.message import Message
from importer.models import NAMES, RowError
from importer.normalizer.text import quoted

_LIMITED: Final = frozenset({*NAMES, "identifier"})


def over_limit(field: str, values: Sequence[Scalar | None]) -> list[int]:
    """The places of a field's values that are too long, counted in code points.

    One look at the longest is enough for most columns: 0.02 µs a cell.
    """
    if field not in _LIMITED or max(map(len, filter(None, values)), default=0) <= MOST_LETTERS:  # type: ignore[arg-type]  # texts
        return []
    return [at for at, value in enumerate(values) if value is not None and len(str(value)) > MOST_LETTERS]


def too_long(field: str, value: str) -> RowError:
    """The error of such a value."""
    message = Message(
        "{field}: {value} has {length:,} characters, and LiveDesk takes at most {most:,}",
        field=field,
        value=quoted(value),
        length=len(value),
        most=MOST_LETTERS,
    )
    return replace(row_error("too_long", message), field=field)
