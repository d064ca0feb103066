"""Requests one at a time while nobody gets an answer."""

from typing import Final

FAILURES_IN_A_ROW: Final = 5
"""So many requests without an answer to anybody open the breaker."""


class CircuitBreaker:
    """Owns the count of requests in a row that nobody answered; from a few on, one row alone goes on trying."""

    def __init__(self) -> None:
        self._failures = 0
        self._probe: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests go one at a time."""
        return self._failures >= FAILURES_IN_A_ROW

    def holds(self, number: int) -> bool:
        """Whether row ``number`` has to wait for what another one finds out."""
        return self.is_open and self._probe not in (None, number)

    def take(self, number: int) -> None:
        """A request of row ``number`` leaves; while the breaker is open, it is the one that finds out."""
        self._probe = number if self.is_open else None

    def answered(self) -> None:
        """Somebody got an answer: the service is there."""
        self._failures = 0

    def failed(self) -> bool:
        """A request was not answered; whether this one opened the breaker."""
        self._failures += 1
        return self._failures == FAILURES_IN_A_ROW

    def left(self, number: int) -> None:
        """Row ``number`` is done, one way or the other: another one may try."""
        if self._probe == number:
            self._probe = None
