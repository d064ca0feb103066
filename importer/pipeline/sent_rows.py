"""What earlier runs of the same file sent for its rows: the place tells of a row that no search finds."""

from collections import defaultdict
from collections.abc import Set
from itertools import islice
from typing import Final

from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run

_MOST_RUNS: Final = 5
"""A file may be imported every day; the newest run has a row, unless it was of fewer rows, or ended early."""


def places_before(ledger: Ledger, seq: int) -> list[list[tuple[int, int]]]:
    """For each source of a run, the earlier runs of the same file and sheet, to whatever inbox: ``(run, source)``, the
    newest first."""
    found = defaultdict[object, list[tuple[int, int]]](list)
    for number, one in ledger.runs():  # the newest first
        if number < seq and one.mode == "import":
            for source, part in enumerate(one.parts):
                found[_place(part)].append((number, source))
    return [[*islice(found[_place(part)], _MOST_RUNS)] for part in ledger.run(seq).parts]


class SentRows:
    """The rows of each source of run ``seq`` as earlier runs sent them; within the ``transaction`` that stages it."""

    def __init__(self, ledger: Ledger, seq: int) -> None:
        self._ledger = ledger
        self._places = places_before(ledger, seq)
        self._without_key: dict[int, Set[int]] = {}

    def row(self, source: int, number: int) -> LedgerRow | None:
        """A row as the newest run that sent it has it; ``None`` if none did."""
        rows = (self._ledger.sent_row(run, number, before) for run, before in self._places[source])
        return next((row for row in rows if row is not None), None)

    def without_key(self, source: int) -> Set[int]:
        """The numbers of the rows of a source that a run sent without a key. They are read when somebody asks."""
        if source not in self._without_key:
            found = (self._ledger.rows_without_key(*place) for place in self._places[source])
            self._without_key[source] = frozenset().union(*found)
        return self._without_key[source]


def _place(part: Run) -> tuple[object, ...]:
    """Where the rows of one source come from, and to which server they go."""
    return part.file, part.sheet or "", part.base_url
