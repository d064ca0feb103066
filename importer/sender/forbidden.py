"""What a 403 is about: one row, which a firewall or a rule dislikes, or the credentials, and so every row."""

from collections.abc import Callable
from typing import Final

from importer.error_codes import not_sent
from importer.errors import CredentialsRefused, RunStopped
from importer.ledger.records import Due
from importer.models import Outcome, Status

FORBIDDEN: Final = "forbidden"
"""The error_code of a row that got a 403."""

ROWS_IN_A_ROW: Final = 20
"""A 403 to so many rows, with nothing accepted in between, is about the credentials."""


class Forbidden:
    """Owns what a session's 403 answers mean.

    What only valid credentials get shows that these are right: a create or an update that was accepted (2xx), or a 422,
    which is about the contact (that of a contact that exists, too). A search shows nothing: who may read may not write.
    Before that a 403 is about the credentials; afterwards about its row, until ``ROWS_IN_A_ROW`` rows have one. It
    counts rows, since a row may need several requests; ``rows`` are those since the last accepted write.
    """

    def __init__(self) -> None:
        self.rows: set[int] = set()
        self._are_right = False

    def accepted(self) -> None:
        """An answer showed that the credentials are right; each 403 until now was about its row."""
        self._are_right = True
        self.rows.clear()

    def refuses_all(self, number: int) -> bool:
        """Count a 403 to a request of row ``number``; whether it is about the credentials."""
        self.rows.add(number)
        return not self._are_right or len(self.rows) >= ROWS_IN_A_ROW


class Held:
    """Owns the outcomes of rows that got a 403 until it is known what that is about; ``settled`` then gets them.

    It holds some twenty and those in flight. On disk their rows are marked as sent: if the process is killed, the next
    run searches for them before it sends them again.
    """

    def __init__(self, settled: Callable[[Due, Outcome], None]) -> None:
        self._settled = settled
        self._rows: list[tuple[Due, Outcome]] = []

    @property
    def any(self) -> bool:
        """Whether it holds a row."""
        return bool(self._rows)

    def take(self, row: Due, outcome: Outcome) -> bool:
        """Whether the outcome is one to hold."""
        if outcome.error_code != FORBIDDEN:
            return False
        self._rows.append((row, outcome))
        return True

    def release(self, reason: RunStopped | None = None) -> None:
        """It is known now: if ``reason`` is that the credentials are refused, these rows were not sent."""
        for row, outcome in self._rows:
            is_in_doubt = outcome.status is Status.UNKNOWN and row.doubt is not None
            if isinstance(reason, CredentialsRefused) and not is_in_doubt:
                told = not_sent(reason)
                hint = (*row.remarks, *told.hint)
                outcome = told._replace(hint=hint, http_status=outcome.http_status, attempts=outcome.attempts)
            self._settled(row, outcome)
        self._rows.clear()
