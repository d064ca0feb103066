"""One request at a time while the service does not answer."""

from typing import Final

FAILURES_IN_A_ROW: Final = 5
"""So many unanswered requests in a row open the breaker."""


class CircuitBreaker:
    """Owns the count of unanswered requests in a row; while it is open, one row alone goes on trying."""

    def __init__(self) -> None:
        self._failures = 0
        self._probe: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests go one at a time."""
        return self._failures >= FAILURES_IN_A_ROW

    def holds(self, number: int) -> bool:
        """Whether row ``number`` must wait for the probe of another row."""
        return self.is_open and self._probe not in (None, number)

    def take(self, number: int) -> None:
        """A request of row ``number`` leaves; while the breaker is open, it is the probe."""
        self._probe = number if self.is_open else None

    def answered(self) -> None:
        """The service answered a request."""
        self._failures = 0

    def failed(self) -> bool:
        """The service did not answer a request; returns whether this opened the breaker."""
        self._failures += 1
        return self._failures == FAILURES_IN_A_ROW

    def left(self, number: int) -> None:
        """Row ``number`` is done, so another row may probe."""
        if self._probe == number:
            self._probe = None
