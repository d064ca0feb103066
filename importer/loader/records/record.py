"""Records as their formats give them, and the table that they make. Pure but for the reading."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from importer.errors import InputError
from importer.loader.header import NumberedRow
from importer.loader.marks import without_marks
from importer.loader.sheets import RowSource
from importer.loader.unwrap import Content
from importer.message import Counted, Message, Messages, and_more
from importer.models import RowError
from importer.normalizer.text import UnreadText, unbroken
from importer.texts import NOT_READ, cut

MOST_TITLES: Final = 1000
"""More different names of values are no table: keys that are data, such as ids, make a column each."""

_MOST_TOLD: Final = 5
_MOST_SHOWN: Final = 32_000  # a cell of a workbook takes 32,767


class Fault(NamedTuple):
    """Why the row of a record is invalid, and the text that is to blame."""

    error: RowError
    text: str


class Record(NamedTuple):
    """The record ``number`` of a file, from 1, as ``{title: text}``."""

    number: int
    values: Mapping[str, str]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """An opened file of records. ``read`` gives them from the first at each call.

    ``order`` sorts the titles; without it they stand as they come. ``notes`` are remarks to print, ``remarks`` those
    that are known when all records have been read once. ``encoding`` and ``origin`` are a text's.
    """

    read: Callable[[], Generator[Record, None, None]]
    notes: Messages = ()
    order: Callable[[str], object] | None = None
    remarks: Callable[[], Iterator[Message]] = lambda: iter(())
    encoding: str | None = None
    origin: Message | None = None
    warnings: Messages = ()


class Columns(NamedTuple):
    """What one look at all records finds: their titles, whether some cannot be read, and what to tell of them.

    ``empty`` are names that are no titles: nothing, where other records have several values below that name.
    """

    titles: tuple[str, ...]
    empty: frozenset[str]
    has_faults: bool
    notes: Messages

    @property
    def shown(self) -> tuple[str, ...]:
        """The titles of the table."""
        shown = (unbroken(without_marks(title.strip()).strip()) for title in self.titles)
        return (*shown, NOT_READ) if self.has_faults else (*shown,)


def columns_of(content: Content, records: Records) -> Columns:
    """The titles of all records, each where it first stands among its neighbours.

    Raises ``InputError`` where there is no record that can be read, or too many different titles.
    """
    titles, places = list[str](), dict[str, None]()
    filled = set[str]()
    blank: list[int] = []
    first_fault: Fault | None = None
    with closing(records.read()) as found:
        for record in found:
            first_fault = first_fault or record.fault
            has = {title for title, value in record.values.items() if value and not value.isspace()}
            filled |= has
            if not (has or record.fault):
                blank.append(record.number)
            if not places.keys() >= record.values.keys():
                _insert(titles, places, record.values)
                _refuse_too_many(content, titles)
    if not titles:
        raise _nothing(content, first_fault)
    if records.order:
        titles.sort(key=records.order)  # type: ignore[arg-type]  # keys of one kind compare
    empty = frozenset(title for title in titles if title not in filled and _is_divided(title, titles))
    told = (*records.notes, *records.remarks(), *_blank(blank))
    return Columns(tuple(title for title in titles if title not in empty), empty, first_fault is not None, told)


def _is_divided(title: str, titles: Sequence[str]) -> bool:
    return any(other.startswith(f"{title}.") for other in titles)


def _insert(titles: list[str], places: dict[str, None], values: Mapping[str, str]) -> None:
    """Put new titles behind the one that precedes them in their record."""
    at = 0
    for title in values:
        if title in places:
            at = titles.index(title) + 1
        else:
            titles.insert(at, title)
            places[title] = None
            at += 1


def _refuse_too_many(content: Content, titles: Sequence[str]) -> None:
    if len(titles) > MOST_TITLES:
        raise InputError(
            "{content} has more than {number:,} different names of values in its records, such as {names}",
            "export the contacts alone, with the same fields in each",
            content=content,
            number=MOST_TITLES,
            names=and_more([cut(unbroken(title), 40) for title in titles], _MOST_TOLD),
        )


def _nothing(content: Content, fault: Fault | None) -> InputError:
    if fault is None:
        return InputError("{content} has no contact in it", "export it again", content=content)
    return InputError(
        "{content}: no record of it can be read: {reason}",
        "export it again",
        content=content,
        reason=fault.error.message,
    )


def _blank(numbers: Sequence[int]) -> Messages:
    if not numbers:
        return ()
    return (
        Counted(
            "{number} record has no text in it, and is passed over: {records}",
            "{number} records have no text in them, and are passed over: {records}",
            len(numbers),
            records=and_more(numbers, _MOST_TOLD),
        ),
    )


def rows_of(content: Content, records: Records, columns: Columns) -> RowSource:
    """The records as rows of cells. Raises ``InputError`` where one has a title that the first look did not find."""
    return partial(_rows, content, records, columns)


def _rows(content: Content, records: Records, columns: Columns) -> Generator[NumberedRow, None, None]:
    known = {*columns.titles, *columns.empty}
    with closing(records.read()) as found:
        for number, values, fault in found:
            if not values.keys() <= known or (fault and not columns.has_faults):
                hint = Message("close the program that writes it, then run the same command again")
                raise InputError("{path} has changed while it was read", hint, path=content)
            cells = [values.get(title, "") for title in columns.titles]
            if columns.has_faults:
                cells.append(_unread(fault) if fault else "")
            yield number, cells


def _unread(fault: Fault) -> UnreadText:
    return UnreadText(cut(fault.text.strip(), _MOST_SHOWN) or "?", fault.error)
