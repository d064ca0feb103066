"""Which run an errors file belongs to, which of that run's rows it has settled, and which of its verdicts stand.

An errors file names each row of the file before it (``import_row``). That may be the row of another file that has the
same titles, so a row counts as proved only if the run's row of that number needed attention, and either the file lies
in the run's folder, or a cell that tells who the person is stands as it was. What is not proved is not claimed.

Some verdicts only the whole file can give: the few rows of an errors file would show neither that one of them is a
total, nor whose value it shares. Of a row that stands as it was, such a verdict stands too, if the columns have the
same fields, and the same tells who is whom. A row that somebody has edited is judged anew.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from importer.error_codes import row_error
from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Corrected, Run, ranges_of
from importer.message import Message
from importer.models import FINE, Row, RowError
from importer.normalizer.columns import PERSON_FIELDS
from importer.normalizer.text import unbroken
from importer.reporter.errors_layout import is_errors_file, own_places, own_titles
from importer.texts import ROW_TITLE, told_apart

_MOST_RUNS: Final = 20
"""So many runs with the same titles are looked at, the newest first."""


_OF_THE_WHOLE: Final = frozenset(
    {"open_quote", "broken_record", "not_a_person", "repeated_titles", "another_table", "shared_value"}
)
"""The codes of verdicts that only the whole file can give."""

Verdict: TypeAlias = Callable[[Row], RowError | None]
"""Tells which error of an earlier run still stands for a row."""


class Origin(NamedTuple):
    """The run that an errors file belongs to, and which of its verdicts stand."""

    run: str
    standing: Verdict


def folder_of_run(source: Path, output_dir: Path) -> str:
    """The name of the run in whose folder a file lies, if ``source``, the file's folder, is one."""
    folder = source.resolve()
    return folder.name if folder.parent == output_dir.resolve() else ""


def origin_of(ledger: Ledger, seq: int, beside: str, head: Sequence[Row]) -> Origin | None:
    """The run whose errors file run ``seq`` imports: the one with the most rows of the ``head``, the file's first,
    proved; of several that in whose folder the file lies (``beside``), else the newest. ``None`` if it is no errors
    file, or nothing proves it."""
    run, best, most = ledger.run(seq), None, 0
    if run.sheets or not is_errors_file(run.titles):
        return None
    alike = sorted(islice(_alike(ledger, seq, run), _MOST_RUNS), key=lambda pair: pair[1].id != beside)
    for earlier, one in alike:
        found = _Pair(ledger, (earlier, one), run, is_beside=beside == one.id)
        proved = sum(found.proved(row.cells) is not None for row in head)
        if proved > most:
            best, most = found, proved
    return Origin(best.name, best.standing) if best else None


def wrong_in(ledger: Ledger, name: str) -> int:
    """How many rows of a run needed attention."""
    seq = ledger.seq_of(name)
    return 0 if seq is None else sum(count for status, count in ledger.counts(seq).items() if status not in FINE)


def corrected(ledger: Ledger, seq: int, origin: str, beside: str) -> tuple[Corrected, ...]:
    """Which rows run ``seq`` has settled, now that it has ended: of the run that its errors file belongs to, and of
    those that this one corrected in its turn."""
    runs, later = {run.id: (earlier, run) for earlier, run in ledger.runs()}, ledger.run(seq)
    names = [origin, *(one.run for one in runs[origin][1].corrects)]
    found = []
    for name in (name for name in names if name in runs and runs[name][1].forgotten_at is None):
        pair = _Pair(ledger, runs[name], later, is_beside=beside == name)
        settled = (pair.proved(row.cells) for row in ledger.results(seq) if row.outcome.status in FINE)
        found.append(Corrected(name, ranges_of(number for number in settled if number is not None)))
    return tuple(found)


def _is_followed(run: Run) -> bool:
    """Of a run of several sheets an errors file does not say which sheet a row is of."""
    return run.mode == "import" and not run.sheets


def _alike(ledger: Ledger, seq: int, run: Run) -> Iterator[tuple[int, Run]]:
    """Earlier runs with the same titles to the same address that had rows to correct, the newest first."""
    for earlier, one in ledger.runs():
        is_alike = _is_followed(one) and one.base_url == run.base_url and one.forgotten_at is None
        if (
            earlier < seq
            and is_alike
            and own_titles(one.titles) == own_titles(run.titles)
            and not {*ledger.counts(earlier)} <= FINE
        ):
            yield earlier, one


class _Pair:
    """Pairs the rows of an errors file, which run ``later`` imports, with those of a run that they may come from."""

    def __init__(self, ledger: Ledger, earlier: tuple[int, Run], later: Run, *, is_beside: bool) -> None:
        self._ledger = ledger
        self._earlier, run = earlier
        self.name = run.id
        self._is_beside = is_beside
        self._is_judged_alike = _judges(run) == _judges(later)
        self._own = [*zip(own_places(run.titles), own_places(later.titles), strict=True)]
        self._places = [pair for pair, tells in zip(self._own, _telling(run), strict=True) if tells]
        self._row_place = _row_place(later)
        self._numbers = None if _row_place(run) is None else self._by_first_row(run)

    def proved(self, cells: Sequence[str]) -> int | None:
        """The number in the earlier run of a row with these cells, if it is proved."""
        if (row := self._named(cells)) is None:
            return None
        pairs = ((_cell(row.cells, old), _cell(cells, new)) for old, new in self._places)
        is_proved = self._is_beside or any(before and before == after for before, after in pairs)
        return row.number if is_proved else None

    def standing(self, row: Row) -> RowError | None:
        """The verdict of the earlier run that stands for a row, since nobody has edited it."""
        before = self._named(row.cells) if self._is_judged_alike else None
        if before is None or before.outcome.error_code not in _OF_THE_WHOLE or not self._is_unedited(before, row):
            return None
        message = before.outcome.error[0]
        if message.text != _STANDING.text:
            # What another row to correct holds, the errors file tells itself.
            holder = message.values.get("row")
            if isinstance(holder, int) and self._ledger.reports.to_correct(self._earlier, holder):
                return None
            message = _STANDING.with_values({"error": message, "run": self.name})
        field = next((flaw.field for flaw in before.outcome.flaws), "")
        return replace(row_error(before.outcome.error_code, message), field=field)

    def _named(self, cells: Sequence[str]) -> LedgerRow | None:
        """The row of the earlier run that a row of the errors file names, if that needed attention."""
        first = _number(cells, self._row_place)
        number = first if self._numbers is None else self._numbers.get(first)
        return None if number is None else self._ledger.reports.to_correct(self._earlier, number)

    def _is_unedited(self, before: LedgerRow, row: Row) -> bool:
        """Whether all of the user's own cells stand as they were."""
        return all(_cell(before.cells, was) == _cell(row.cells, now) for was, now in self._own)

    def _by_first_row(self, run: Run) -> dict[int | None, int]:
        """The rows of a run that imported an errors file itself, by the row of the first file; each named once."""
        place, rows = _row_place(run), self._ledger.reports.all_to_correct(self._earlier)
        pairs = [(_number(cells, place) or number, number) for number, cells in rows]
        times = Counter(first for first, _ in pairs)
        return {first: number for first, number in pairs if times[first] == 1}


_STANDING: Final = Message("{error}, as run {run} found")


def _judges(run: Run) -> tuple[object, ...]:
    """What the verdicts of a run depend on, beside its rows."""
    return run.mapping, run.options.get("match_by", "auto")


def _telling(run: Run) -> Iterator[bool]:
    """Which of the own columns of a run tell who somebody is."""
    fields = [run.mapping.get(title) for title in told_apart(run.titles)]
    return (fields[place] in PERSON_FIELDS for place in own_places(run.titles))


def _row_place(run: Run) -> int | None:
    """The place of ``import_row`` in an errors file."""
    return run.titles.index(ROW_TITLE) if is_errors_file(run.titles) and ROW_TITLE in run.titles else None


def _cell(cells: Sequence[str], place: int) -> str:
    """A cell as an errors file has it, without the space around it."""
    return unbroken(cells[place].strip()) if place < len(cells) else ""


def _number(cells: Sequence[str], place: int | None) -> int | None:
    text = "" if place is None else _cell(cells, place)
    return int(text) if text.isascii() and text.isdecimal() else None
