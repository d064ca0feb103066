"""What earlier runs of the same file sent for its rows: the place tells of a row that no search finds."""

from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cached_property

from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run


class SentRows:
    """The rows of each source of run ``seq`` as earlier runs of the same file, and sheet, sent them, to whatever inbox;
    within the ``transaction`` that stages it."""

    def __init__(self, ledger: Ledger, seq: int) -> None:
        self._ledger = ledger
        self._seq = seq
        found = defaultdict[object, list[tuple[int, int]]](list)
        for number, one in ledger.runs():  # the newest first
            if number < seq and one.mode == "import":
                for source, part in enumerate(one.parts):
                    found[_place(part)].append((number, source))
        self._places = [found.get(_place(part), []) for part in ledger.run(seq).parts]
        self._without_key: dict[int, Set[int]] = {}

    def row(self, source: int, number: int) -> LedgerRow | None:
        """A row as the newest run that sent it has it; ``None`` if none did."""
        rows = (self._ledger.sent_row(run, number, before) for run, before in self._places[source])
        return next((row for row in rows if row is not None), None)

    def without_key(self, source: int) -> Set[int]:
        """The numbers of the rows of a source that any run sent without a key."""
        if not (places := self._places[source]):
            return frozenset()
        if source not in self._without_key:
            self._without_key[source] = frozenset().union(*(self._numbers.get(place, ()) for place in places))
        return self._without_key[source]

    @cached_property
    def _numbers(self) -> Mapping[tuple[int, int], Set[int]]:
        """Read once, and only if somebody asks: it takes about as long as reading whom earlier runs know."""
        return self._ledger.rows_without_key(self._seq)


def _place(part: Run) -> tuple[object, ...]:
    """Where the rows of one source come from, and to which server they go."""
    return part.file, part.sheet or "", part.base_url
