"""Choose the sheets of a workbook: those that the user names, else the one with the most contacts."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from importer.errors import InputError, hinting
from importer.loader.header import NumberedRow
from importer.loader.merit import Merit
from importer.loader.sheet_choice import best_of
from importer.loader.unwrap import Content
from importer.message import Message, Messages
from importer.normalizer.text import has_text

ALL: Final = "all"
"""What --sheet says to take every sheet with contacts; a sheet of that name has a number."""

_HALF: Final = 0.5
_SURE: Final = 0.5
"""The merit from which on a sheet has contacts, rather than a list of things that have names too."""

RowSource: TypeAlias = Callable[[], Generator[NumberedRow, None, None]]
"""Gives the rows of a sheet; each call starts from row 1."""


class UnknownSheet(InputError):
    """A workbook has no sheet that the user means by ``wanted``."""

    def __init__(self, content: Content, wanted: str, known: Iterable["SheetInfo"]) -> None:
        self.wanted = wanted
        told = Message('{content} has no sheet "{wanted}"', content=content, wanted=wanted)
        super().__init__(told, Message("the sheets are {sheets}", sheets=_listed(known)))


Judge: TypeAlias = Callable[[Iterable[NumberedRow]], Merit]
"""The merit of a sheet with these rows."""


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet that the workbook lists. ``tabular`` are worksheets, and no charts or macro sheets."""

    name: str
    visible: bool
    tabular: bool = True


class ListedSheet(NamedTuple):
    """A sheet of a workbook as people choose among them: whether it is ``taken``, and whether it ``has_contacts``,
    ``None`` where nobody looked, as where the user names one."""

    name: str
    is_hidden: bool
    taken: bool
    has_contacts: bool | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet with something in it, at a ``place`` in the workbook from 0.

    ``notes`` are remarks to print, ``warnings`` what the user must know. ``widths`` are its columns' in characters, as
    far as they are known, and 0 where they are not. ``listed`` are all sheets of its workbook.
    """

    name: str
    rows: RowSource
    place: int = 0
    notes: Messages = ()
    warnings: Messages = ()
    widths: tuple[float, ...] = ()
    listed: tuple[ListedSheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook whose sheets are listed. ``rows`` opens the sheet at a place in ``known``, counted from 0."""

    content: Content
    known: Sequence[SheetInfo]
    rows: Callable[[int], RowSource]


def choose_sheets(book: Book, wanted: Sequence[str], judge: Judge) -> list[Sheet]:
    """Return the worksheets named or numbered in ``wanted``, each once, else the visible one with the most contacts.

    Of equals the first is taken; where no sheet has contacts, the first with text. ``ALL`` stands for every visible
    sheet with contacts, and so do the sheets of an errors file. A hidden one with other contacts is warned of, and
    named where no visible one will do. Raises ``UnknownSheet``, and ``InputError`` where there is nothing in it.
    """
    if wanted and ALL not in (name.strip().casefold() for name in wanted):
        chosen, seen = _by_name(book, wanted), {}
    else:
        hidden = _judged_hidden(book, judge)
        judged = _judged(book, judge, alone=not hidden)
        others = _other_people(hidden, judged)
        with hinting(others):
            chosen = _by_merit(book, wanted, judged)
        chosen[0] = replace(chosen[0], warnings=(*chosen[0].warnings, *others))
        seen = {sheet.place: merit.people >= _SURE for sheet, merit in (judged if len(judged) > 1 else [])}
        seen |= {sheet.place: merit.complete > 0 for sheet, merit in hidden}
    taken = {sheet.place for sheet in chosen}
    listed = tuple(
        ListedSheet(sheet.name, not sheet.visible, place in taken, seen.get(place))
        for place, sheet in enumerate(book.known)
    )
    return [replace(sheet, listed=listed) for sheet in chosen]


def _by_name(book: Book, wanted: Sequence[str]) -> list[Sheet]:
    return _told(book, [_filled(book, place) for place in dict.fromkeys(_named(book, name) for name in wanted)])


def _by_merit(book: Book, wanted: Sequence[str], judged: Sequence[tuple[Sheet, Merit]]) -> list[Sheet]:
    if not judged:
        raise _no_data(book, None)
    with_people = [sheet for sheet, merit in judged if merit.people >= _SURE]
    if wanted or (len(with_people) > 1 and all(merit.is_ours for _, merit in judged if merit.people)):
        taken = with_people or [judged[0][0]]
        others = [sheet.name for sheet, merit in judged if merit.people and sheet not in taken]
        return _told(book, taken, tuple(map(_not_of_all if wanted else _left_out, others)))
    merits = [merit for _, merit in judged]
    at = best_of([sheet.name for sheet, _ in judged], merits)
    best, first = judged[at][0], judged[0][0]
    warnings = tuple(_left_out(sheet.name) for sheet in with_people if sheet is not best)
    return _told(book, [best], warnings, None if best is first else _why(at, merits, first, _values(book, best)))


def _why(at: int, merits: Sequence[Merit], first: Sheet, values: Mapping[str, object]) -> Message | None:
    """Why the sheet at this place is taken instead of the first; ``None`` where its name decided."""
    best = merits[at]
    others = [merit for place, merit in enumerate(merits) if place != at]
    if merits[0].people < _SURE:
        return Message(
            'sheet "{name}" taken because "{passed}" has no contacts; the workbook has {sheets}',
            passed=first.name,
            **values,
        )
    if all(merit.people < best.people for merit in others):
        return Message('sheet "{name}" taken, which has the most contacts; the workbook has {sheets}', **values)
    if all(merit.complete < best.complete for merit in others):
        return Message(
            'sheet "{name}" taken, which has the most contacts with a name and an address or a number; '
            "the workbook has {sheets}",
            **values,
        )
    return None


def _judged(book: Book, judge: Judge, *, alone: bool) -> list[tuple[Sheet, Merit]]:
    """The visible worksheets with text, each with its merit; the only one needs no reading for that if it is ``alone``.

    A sheet that cannot be read stops the import, unless one before it has contacts.
    """
    found: list[tuple[Sheet, Merit]] = []
    visible = [place for place, sheet in enumerate(book.known) if sheet.tabular and sheet.visible]
    for place in visible:
        try:
            rows = book.rows(place)
            if any(has_text(cells) for _, cells in rows()):
                sheet = Sheet(book.known[place].name, rows, place)
                found.append((sheet, Merit() if alone and len(visible) == 1 else judge(rows())))
        except InputError:
            if not any(merit.people for _, merit in found):
                raise
    return found


def _judged_hidden(book: Book, judge: Judge) -> list[tuple[Sheet, Merit]]:
    """The hidden worksheets, each with its merit; one that cannot be read is nobody's concern."""
    found: list[tuple[Sheet, Merit]] = []
    for place, sheet in enumerate(book.known):
        if sheet.tabular and not sheet.visible:
            with suppress(InputError):
                rows = book.rows(place)
                found.append((Sheet(sheet.name, rows, place), judge(rows())))
    return found


def _other_people(hidden: Sequence[tuple[Sheet, Merit]], judged: Sequence[tuple[Sheet, Merit]]) -> Messages:
    """Warnings of hidden sheets with people who have a name and a key, most of which no visible one has: a list of
    names is what a cell lets choose from, and a copy tells nothing new."""
    seen = frozenset(key for _, merit in judged for key in merit.keys)
    return tuple(
        Message(
            'sheet "{name}" is hidden and has contacts, which are not imported: --sheet "{name}" takes it',
            name=sheet.name,
        )
        for sheet, merit in hidden
        if merit.complete and len(merit.keys - seen) > _HALF * len(merit.keys)
    )


def _filled(book: Book, place: int) -> Sheet:
    rows = book.rows(place)
    if not any(has_text(cells) for _, cells in rows()):
        raise _no_data(book, book.known[place].name)
    return Sheet(book.known[place].name, rows, place)


def _told(book: Book, sheets: list[Sheet], warnings: Messages = (), why: Message | None = None) -> list[Sheet]:
    """The sheets, the first with what there is to say of the choice."""
    if len(book.known) == 1:
        return sheets
    values = _values(book, sheets[0])
    if len(sheets) > 1:
        names = [f'"{sheet.name}"' for sheet in sheets]
        told = Message("sheets {names} taken; the workbook has {sheets}", names=names, **values)
    else:
        told = why or Message('sheet "{name}" taken; the workbook has {sheets}', **values)
    return [replace(sheets[0], notes=(told,), warnings=warnings), *sheets[1:]]


def _values(book: Book, sheet: Sheet) -> dict[str, object]:
    return {"name": sheet.name, "sheets": _listed(book.known)}


def _left_out(name: str) -> Message:
    return Message(
        'sheet "{name}" has contacts too, and is not imported: --sheet "{name}" takes it, --sheet all takes every one',
        name=name,
    )


def _not_of_all(name: str) -> Message:
    """Whoever asked for all sheets is told how to have one of which that is not sure."""
    return Message(
        'sheet "{name}" may have contacts too, and is not imported: '
        "--sheet takes it, if each sheet that you want is named so",
        name=name,
    )


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
    raise UnknownSheet(book.content, wanted, book.known)


def _listed(known: Iterable[SheetInfo]) -> list[object]:
    """The sheets with their numbers, for a message."""
    return [
        f'{number} "{sheet.name}"'
        if sheet.visible
        else Message('{number} "{name}" (hidden)', number=number, name=sheet.name)
        for number, sheet in enumerate(known, start=1)
    ]
