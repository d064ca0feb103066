"""Every error_code: what it means and what to do, in one table for messages, documentation and report."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from importer.data_table import data_table
from importer.errors import RunStopped
from importer.message import Message
from importer.models import CellError, Outcome, RowError, Status


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


def ended(
    status: Status, code: str, *error: Message, contact_id: str | None = None, hint: Message | None = None
) -> Outcome:
    """An outcome with what the table has for its code, unless it has words of its own."""
    advice = ERROR_CODES[code]
    return Outcome(status, contact_id, code, error or (advice.meaning,), (hint or advice.hint,))


def failed(code: str, error: Message, hint: Message | None = None, fields: Sequence[str] = ()) -> Outcome:
    """A failure with one message, which also stands at the cells of ``fields``."""
    return ended(Status.FAILED, code, error, hint=hint)._replace(
        flaws=tuple(CellError((error,), name) for name in fields)
    )


def not_sent(reason: RunStopped | None) -> Outcome:
    """Return the outcome of a row that the run did not reach; ``reason`` is ``None`` after a signal."""
    if reason is None:
        return ended(Status.NOT_SENT, "interrupted", Message("the run was interrupted"))
    hint = (reason.hint,) if reason.hint else ()
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=(reason.message,), hint=hint)
