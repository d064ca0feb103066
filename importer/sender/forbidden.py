"""What a 403 is about: one row, which a firewall or a rule dislikes, or the credentials, and so every row."""

from collections.abc import Callable, Container
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
    What this server accepted from an earlier run counts as well (``are_right`` from the start): else a run whose first
    row a firewall refuses would never get past it. Before that, and if no create in flight is accepted, a 403 is about
    the credentials; afterwards about its row, until ``ROWS_IN_A_ROW`` rows have one. It counts rows, since a row may
    need several requests. ``rows`` are those of which it is not known yet, each with the time of its 403, in seconds of
    one clock.
    """

    def __init__(self) -> None:
        self.rows: dict[int, float] = {}
        self.are_right = False

    def accepted(self, left_at: float) -> None:
        """The answer to a request that left at ``left_at`` showed that the credentials are right.

        Each 403 before was about its row; one that came while this request was under way may be about what follows.
        """
        self.are_right = True
        self.rows = {number: at for number, at in self.rows.items() if at > left_at}

    def refuses_all(self, number: int, now: float) -> bool:
        """Count a 403 to a request of row ``number``; whether it is about the credentials."""
        self.rows[number] = now
        return not self.are_right or len(self.rows) >= ROWS_IN_A_ROW


class Held:
    """Owns the outcomes of rows that got a 403 until it is known what that is about; ``settled`` then gets them.

    It holds some twenty and those in flight. On disk their rows are marked as sent: if the process is killed, the next
    run searches for them before it sends them again.
    """

    def __init__(self, settled: Callable[[Due, Outcome], None]) -> None:
        self._settled = settled
        self.rows: list[tuple[Due, Outcome]] = []

    def take(self, row: Due, outcome: Outcome) -> bool:
        """Whether the outcome is one to hold."""
        if outcome.error_code != FORBIDDEN:
            return False
        self.rows.append((row, outcome))
        return True

    def release(self, reason: RunStopped | None, still_open: Container[int] = ()) -> None:
        """Settle the rows of which it is known now: all but those whose turns (``Due.turn``) are ``still_open``.

        If the run stops because the credentials are refused, they were not sent.
        """
        known = [one for one in self.rows if one[0].turn not in still_open]
        self.rows = [one for one in self.rows if one[0].turn in still_open]
        for row, outcome in known:
            is_in_doubt = outcome.status is Status.UNKNOWN and row.doubt is not None
            if isinstance(reason, CredentialsRefused) and not is_in_doubt:
                told = not_sent(reason)
                hint = (*row.remarks, *told.hint)
                told = told._replace(http_status=outcome.http_status, attempts=outcome.attempts)
                outcome = told._replace(hint=hint, is_doubted=row.doubt is not None)
            self._settled(row, outcome)
