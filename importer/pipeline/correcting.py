"""Lay a user's corrections over the tables of an import, and tell which of them are of no row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from importer.corrections import Corrections, RowPlace, SheetCorrections
from importer.errors import ConfigError
from importer.ledger.run import ByHand
from importer.loader.table import Table
from importer.message import Counted, Message, and_more
from importer.observer import Observer
from importer.pipeline.stage import Sheet
from importer.system_text import decoded
from importer.texts import printable

_MOST_TOLD: Final = 3
_LOOK_AGAIN: Final = Message("look at the rows again: the file may be another by now")


def corrected(sheets: Sequence[Sheet], names: Mapping[Path, str], corrections: Corrections) -> list[Sheet]:
    """The tables with the user's texts in their cells; what the columns are stays as it was. ``names`` are those of the
    files, as corrections have them."""
    named = by_names(corrections, names)
    return [
        sheet._replace(
            table=_laid_over(sheet.table, named.of(decoded(names[sheet.table.path]), sheet.table.sheet or ""))
        )
        for sheet in sheets
    ]


def by_names(corrections: Corrections, names: Mapping[Path, str]) -> Corrections:
    """The corrections with the names that their files have in this import.

    A file's name has as many folders before it as tell it from the others that are imported, so it was another in an
    import of other files. It is known by the end of its path, if that is the end of no other's.
    """
    told = {path: decoded(name) for path, name in names.items()}
    ends = {path: PurePath(decoded(str(path.absolute()))).parts for path in names}

    def now(place: RowPlace) -> RowPlace:
        end = PurePath(place.file).parts
        found = [path for path, parts in ends.items() if end and parts[-len(end) :] == end]
        is_other = place.file not in told.values() and len(found) == 1
        return place._replace(file=told[found[0]]) if is_other else place

    return Corrections(
        {now(place): texts for place, texts in corrections.cells.items()}, frozenset(map(now, corrections.left_out))
    )


def _laid_over(table: Table, own: SheetCorrections) -> Table:
    return replace(table, corrections=own) if own else table


def refuse_others(sheets: Sequence[Sheet], names: Mapping[Path, str], corrections: Corrections) -> None:
    """Raise ``ConfigError`` for corrections of no file and sheet of this import: whoever left a row out there does not
    want it sent."""
    known = {(decoded(names[sheet.table.path]), sheet.table.sheet or "") for sheet in sheets}
    named = by_names(corrections, names)
    refuse_lost(place for place in sorted({*named.cells, *named.left_out}) if place[:2] not in known)


def refuse_lost(places: Iterable[RowPlace]) -> None:
    """Raise ``ConfigError`` that names these places of corrections, which no row has, if there are any."""
    if lost := [_told(place) for place in places]:
        raise ConfigError(Message("corrections: no such row: {places}", places=and_more(lost, _MOST_TOLD)), _LOOK_AGAIN)


def _told(place: RowPlace) -> Message:
    where = [printable(name) for name in place[:2] if name]
    return Message("{where}, row {row}", where=where, row=place.row)


def warn_of_others(observer: Observer, corrections: Corrections, made: ByHand) -> None:
    """Tell of corrections that no row has, as of a sheet that is not imported, or of another version of the file."""
    cells = sum(map(len, corrections.cells.values()))
    if lost := cells + len(corrections.left_out) - made.cells - made.left_out:
        observer.warn(
            Counted(
                "{number:,} correction is of a row that is not imported",
                "{number:,} corrections are of rows that are not imported",
                lost,
            ),
            _LOOK_AGAIN,
        )
