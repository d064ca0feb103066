"""Choose the sheet of a workbook: the one that the user names, else the first visible one with contacts."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from importer.errors import InputError
from importer.loader.header import NumberedRow, has_text
from importer.loader.unwrap import Content
from importer.message import Message, Messages

RowSource: TypeAlias = Callable[[], Generator[NumberedRow, None, None]]
"""Gives the rows of a sheet; each call starts from row 1."""

HasPeople: TypeAlias = Callable[[Iterable[NumberedRow]], bool]
"""Whether contacts are found in these rows."""


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet that the workbook lists. ``tabular`` are worksheets, and no charts or macro sheets."""

    name: str
    visible: bool
    tabular: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet with something in it; ``notes`` are remarks to print.

    ``widths`` are its columns' in characters, as far as they are known, and 0 where they are not.
    """

    name: str
    rows: RowSource
    notes: Messages
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook whose sheets are listed. ``rows`` opens the sheet at a place in ``known``, counted from 0."""

    content: Content
    known: Sequence[SheetInfo]
    rows: Callable[[int], RowSource]


def choose_sheet(book: Book, wanted: str | None, has_people: HasPeople) -> Sheet:
    """Return the worksheet named or numbered ``wanted``, else the first visible one that has text.

    Where ``has_people`` finds no contacts in that one, the first visible one in which it does goes before it.
    Raises ``InputError`` for an unknown sheet, and where there is nothing in it.
    """
    visible = [place for place, sheet in enumerate(book.known) if sheet.tabular and sheet.visible]
    places = visible if wanted is None else [_named(book, wanted)]
    opened = ((book.known[place].name, book.rows(place)) for place in places)
    filled = ((name, rows) for name, rows in opened if any(has_text(cells) for _, cells in rows()))
    first = next(filled, None)
    if first is None:
        raise _no_data(book, None if wanted is None else book.known[places[0]].name)
    if wanted is not None or has_people(first[1]()):
        return _chosen(first, None, book.known)
    better = next((pair for pair in filled if has_people(pair[1]())), None)
    return _chosen(better or first, first[0] if better else None, book.known)


def _chosen(pair: tuple[str, RowSource], passed: str | None, known: Sequence[SheetInfo]) -> Sheet:
    name, rows = pair
    if passed is not None:
        told = Message(
            'sheet "{name}" taken because "{passed}" has no contacts; the workbook has {sheets}',
            name=name,
            passed=passed,
            sheets=_listed(known),
        )
    else:
        told = Message('sheet "{name}" taken; the workbook has {sheets}', name=name, sheets=_listed(known))
    return Sheet(name, rows, (told,) if len(known) > 1 else ())


def _no_data(book: Book, named: str | None) -> InputError:
    hint = Message("the sheets are {sheets}; name one with --sheet", sheets=_listed(book.known))
    if named is None:
        return InputError("{content}: no visible sheet has any data", hint, content=book.content)
    what = Message('{content}: sheet "{name}" does not have any data', content=book.content, name=named)
    return InputError(what, hint)


def _named(book: Book, wanted: str) -> int:
    """The place that ``wanted`` means: a name as it is, else without case, else a number that counts from 1."""
    names = [sheet.name for sheet in book.known]
    alike = [place for place, name in enumerate(names) if name.casefold() == wanted.strip().casefold()]
    if alike:
        return next((place for place in alike if names[place] == wanted), alike[0])
    if wanted.strip().isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise InputError(
        '{content} has no sheet "{wanted}"',
        "the sheets are {sheets}",
        content=book.content,
        wanted=wanted,
        sheets=_listed(book.known),
    )


def _listed(known: Iterable[SheetInfo]) -> list[object]:
    """The sheets with their numbers, for a message."""
    return [
        f'{number} "{sheet.name}"'
        if sheet.visible
        else Message('{number} "{name}" (hidden)', number=number, name=sheet.name)
        for number, sheet in enumerate(known, start=1)
    ]
