"""The order in which the rows of one run end, whoever sends them: each row once, those that waited for others, a last
look for what was sent twice, and whatever still stands aside."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Due, Settled
from importer.observer import Progress
from importer.sender.claims import claims_of
from importer.sender.doubts import Disputes, Doubts, unsettled
from importer.sender.handovers import Handovers, hands_of
from importer.sender.metrics import Metrics, followed
from importer.sender.shutdown import Shutdown


class Settling(ABC):
    """Owns the rows of one run that stand aside or wait for others; ``updates`` says whether a row may change a
    contact."""

    def __init__(
        self, run_ledger: RunLedger, stop: Shutdown, metrics: Metrics, doubts: Doubts, *, updates: bool
    ) -> None:
        self._run_ledger = run_ledger
        self._group_commit = run_ledger.group_commit
        self._stop = stop
        self._metrics = metrics
        self._doubts = doubts
        self._disputes = Disputes(run_ledger, doubts)
        self._claims = claims_of(run_ledger)
        self._handovers = Handovers(hands_of(run_ledger), updates=updates)

    async def settle(self, most: int | None, progress: Progress) -> list[Settled]:
        """Send the next ``most`` rows and return them; if ``None``, send all that are left and return nothing.

        Their outcomes are on disk when this returns.
        """
        with followed(self._group_commit, self._metrics, progress, kept=most is not None) as settled:
            await self._send(most)
            await self._group_commit.flush()
            await self._hand_over()
            await self._look_again()
            self._release()
            self._end(self._doubts.rest())
            await self._group_commit.flush()
        return settled

    def rest(self) -> None:
        """Write down what is known after the event loop had to end at once. Raises ``LedgerError``."""
        self._release()
        self._handovers.release()
        self._group_commit.rest()

    async def _hand_over(self) -> None:
        """Settle the rows that waited for others."""
        await self._handovers.settle(self._stop, self._once_more)

    async def _once_more(self, rows: Sequence[Due]) -> None:
        """Settle rows that were sent before; their outcomes are on disk when this returns."""
        await self._send_again(rows)
        await self._group_commit.flush()

    def _end(self, rows: Iterable[Due]) -> None:
        """Give rows that the run will not settle any more their outcomes."""
        for row in rows:
            self._group_commit.settled(row, unsettled(row, self._stop.reason))

    @abstractmethod
    async def _send(self, most: int | None) -> None:
        """Send the next rows, and settle those that stand aside meanwhile."""

    @abstractmethod
    async def _send_again(self, rows: Sequence[Due]) -> None:
        """Settle rows that are marked as sent."""

    @abstractmethod
    async def _look_again(self) -> None:
        """Search once more for what was sent twice."""

    @abstractmethod
    def _release(self) -> None:
        """Settle what waited for the answers to others, and is told by none."""
