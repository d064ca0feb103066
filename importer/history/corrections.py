"""Which run an errors file belongs to, and which of that run's rows it has settled.

An errors file names each row of the file before it (``import_row``). That may be the row of another file that has the
same titles, so a row counts as proved only if the run's row of that number needed attention, and either the file lies
in the run's folder, or a cell that tells who the person is stands as it was. What is not proved is not claimed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Corrected, Run, ranges_of
from importer.models import FINE
from importer.normalizer.columns import PERSON_FIELDS
from importer.reporter.errors_layout import is_errors_file, own_places
from importer.texts import ROW_TITLE, told_apart

_SAMPLE_ROWS: Final = 200
"""By so many rows of the file the run is found."""

_MOST_RUNS: Final = 20
"""So many runs with the same titles are looked at, the newest first."""


class Origin(NamedTuple):
    """The run that an errors file belongs to, and how many rows there needed attention."""

    run: str
    wrong: int


def origin_of(ledger: Ledger, seq: int, beside: str) -> Origin | None:
    """The run whose errors file run ``seq`` has imported: the one with the most rows proved; of several that in whose
    folder the file lies (``beside``), else the newest. ``None`` if it is no errors file, or nothing proves it."""
    run, best, most = ledger.run(seq), None, 0
    if not _is_followed(run) or not is_errors_file(run.titles):
        return None
    alike = sorted(islice(_alike(ledger, seq, run), _MOST_RUNS), key=lambda pair: pair[1].id != beside)
    for earlier, one in alike:
        found = _Pair(ledger, (earlier, one), (seq, run), is_beside=beside == one.id)
        proved = sum(1 for _ in islice(found.rows(), _SAMPLE_ROWS))
        if proved > most:
            best, most = (earlier, one), proved
    if best is None:
        return None
    counts = ledger.counts(best[0])
    return Origin(best[1].id, sum(count for status, count in counts.items() if status not in FINE))


def corrected(ledger: Ledger, seq: int, origin: str, beside: str) -> tuple[Corrected, ...]:
    """Which rows run ``seq`` has settled, now that it has ended: of the run that its errors file belongs to, and of
    those that this one corrected in its turn."""
    runs = {run.id: (earlier, run) for earlier, run in ledger.runs()}
    names = [origin, *(one.run for one in runs[origin][1].corrects)]
    found = []
    for name in (name for name in names if name in runs and runs[name][1].forgotten_at is None):
        pair = _Pair(ledger, runs[name], (seq, ledger.run(seq)), is_beside=beside == name)
        found.append(Corrected(name, ranges_of(number for number, row in pair.rows() if row.outcome.status in FINE)))
    return tuple(found)


def _is_followed(run: Run) -> bool:
    """Of a run of several sheets an errors file does not say which sheet a row is of."""
    return run.mode == "import" and not run.sheets


def _own(titles: Sequence[str]) -> list[str]:
    return [titles[place] for place in own_places(titles)]


def _alike(ledger: Ledger, seq: int, run: Run) -> Iterator[tuple[int, Run]]:
    """Earlier runs with the same titles to the same address that had rows to correct, the newest first."""
    for earlier, one in ledger.runs():
        is_alike = _is_followed(one) and one.base_url == run.base_url and one.forgotten_at is None
        if (
            earlier < seq
            and is_alike
            and _own(one.titles) == _own(run.titles)
            and not {*ledger.counts(earlier)} <= FINE
        ):
            yield earlier, one


class _Pair:
    """Pairs the rows of an errors file with those of a run that they may come from."""

    def __init__(self, ledger: Ledger, earlier: tuple[int, Run], later: tuple[int, Run], *, is_beside: bool) -> None:
        self._ledger = ledger
        self._earlier, run = earlier
        self._later, later_run = later
        self._is_beside = is_beside
        self._places = [*zip(_telling(run), own_places(later_run.titles), strict=True)]
        self._row_place = _row_place(later_run)
        self._numbers = None if _row_place(run) is None else self._by_first_row(run)

    def rows(self) -> Iterator[tuple[int, LedgerRow]]:
        """Each row that is proved, with its number in the earlier run."""
        for row in self._ledger.results(self._later):
            first = _number(row.cells, self._row_place)
            number = first if self._numbers is None else self._numbers.get(first)
            if number is not None and self._is_proved(number, row):
                yield number, row

    def _is_proved(self, number: int, row: LedgerRow) -> bool:
        cells = self._ledger.reports.to_correct(self._earlier, number)
        if cells is None:
            return False
        pairs = ((_cell(cells, old), _cell(row.cells, new)) for old, new in self._places if old is not None)
        return self._is_beside or any(before and before == after for before, after in pairs)

    def _by_first_row(self, run: Run) -> dict[int | None, int]:
        """The rows of a run that imported an errors file itself, by the row of the first file; each named once."""
        place, rows = _row_place(run), self._ledger.reports.all_to_correct(self._earlier)
        pairs = [(_number(cells, place) or number, number) for number, cells in rows]
        times = Counter(first for first, _ in pairs)
        return {first: number for first, number in pairs if times[first] == 1}


def _telling(run: Run) -> Iterator[int | None]:
    """The places of the own columns of a run that tell who somebody is; ``None`` for each of the others."""
    fields = [run.mapping.get(title) for title in told_apart(run.titles)]
    return (place if fields[place] in PERSON_FIELDS else None for place in own_places(run.titles))


def _row_place(run: Run) -> int | None:
    """The place of ``import_row`` in an errors file."""
    return run.titles.index(ROW_TITLE) if is_errors_file(run.titles) and ROW_TITLE in run.titles else None


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _number(cells: Sequence[str], place: int | None) -> int | None:
    text = "" if place is None else _cell(cells, place)
    return int(text) if text.isascii() and text.isdecimal() else None
