"""Every error_code: what it means and what to do, in one table for messages, documentation and report."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.data_table import data_table
from importer.errors import RunStopped
from importer.message import Message
from importer.models import Outcome, RowError, Status


class Advice(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: Message
    hint: Message


ERROR_CODES: Final = {
    code: Advice(*map(Message, advice.split(" | "))) for code, advice in data_table(__file__, "error_codes.txt")
}
"""The code of every ``RowError`` and ``Outcome``, in the order in which a row meets them."""

HINTS_OF_INPUTS: Final[Mapping[str, Mapping[str, Message]]] = {
    "frame": {
        "precision_lost": Message("make the DataFrame anew with the column as text, as dtype=str reads it"),
        "formula_error": Message("repair the value where the DataFrame is made, or make the cell missing"),
    },
    "records": {
        "precision_lost": Message("make the file anew with the column as text, from where all digits still are")
    },
}
"""What to do in the place of a code's own hint, where the input is none that a spreadsheet program opens: by
``Table.form``."""

_OF_INPUTS: Final = frozenset(hint for hints in HINTS_OF_INPUTS.values() for hint in hints.values())


def is_of_input(hint: Message) -> bool:
    """Whether a hint stands in the place of a code's own."""
    return hint in _OF_INPUTS


SETTLED_ONCE_MORE: Final = frozenset(
    ("attributes_failed", "rate_limited", "timeout", "connection_lost", "server_error", "bad_answer")
)
"""The codes of rows in which nothing is to be corrected: the same import, once more, settles them."""

CONTINUE: Final = ERROR_CODES["interrupted"].hint
LOOK_THERE: Final = Message("look for it in LiveDesk; it is not sent again")
"""The hint for a row in doubt that no search can find."""


def row_error(code: str, message: Message) -> RowError:
    """An error with the hint that the table has for its code."""
    return RowError(code, message, ERROR_CODES[code].hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """Return the outcome of a row that the run did not reach; ``reason`` is ``None`` after a signal."""
    if reason is None:
        ended = Message("the run was interrupted")
        return Outcome(Status.NOT_SENT, error_code="interrupted", error=(ended,), hint=(CONTINUE,))
    hint = (reason.hint,) if reason.hint else ()
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=(reason.message,), hint=hint)
