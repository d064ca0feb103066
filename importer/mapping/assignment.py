"""Assign columns to fields: which column serves a field, which stand in for it, and which are not used."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from importer.mapping.aliases import COMPANY_RANK, WEAK_NAME
from importer.message import Message, with_and
from importer.models import NAME_PARTS, NAMES
from importer.texts import column_letter, in_line, told_apart

# Ranks outside the table of aliases; the lowest wins.
CONSTANT: Final = -3
OPTION: Final = -2
SPELLED_AS_FIELD: Final = -1
INFERRED: Final = 50
_NO_RANK: Final = 99

_ALSO_USED: Final = Message("the first is used, the other where it is empty")
_ONLY_FIRST: Final = Message("the first is used")

ALONE: Final = frozenset({"identifier", "inbox_id"})
"""Fields that a single column serves: the numbers of two systems must not mix."""


class Candidate(NamedTuple):
    """A column that can serve a field; a constant has column -1."""

    rank: int
    column: int
    field: str


class Use(NamedTuple):
    """What a column is used for: at ``place`` 0 it serves; from 1 on it stands in if those before are empty."""

    field: str
    place: int = 0
    note: Message | None = None
    how: str = "title"


class Assignment(NamedTuple):
    """``{column: use}``, why the ``passed`` columns are not used, and warnings for the user."""

    used: dict[int, Use]
    passed: dict[int, Message]
    notes: list[Message]


def assign(candidates: Sequence[Candidate], titles: Sequence[str]) -> Assignment:
    """Let the lowest rank serve each field (of equals the leftmost); the others stand in, in this order, row by row.

    Nothing stands in for an option, a constant or a field of ``ALONE``; a company's number stands in for nothing.
    """
    fields: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates):
        fields.setdefault(candidate.field, []).append(candidate)
    made = Assignment({}, {}, [])
    second = _second_names(fields)
    if _best_rank(fields, NAMES) <= OPTION:  # nothing stands behind a name that the user maps
        reason = Message("first and last name are used") if second == ("name",) else Message("the full name is used")
        made.passed.update({candidate.column: reason for field in second for candidate in fields.pop(field, ())})
    for ranked in fields.values():
        _line_up(ranked, titles, made)
    for field in second:
        _stand_behind(field, fields, titles, made)
    made.notes.extend(_ties(fields, titles, made))
    return made


def _line_up(ranked: list[Candidate], titles: Sequence[str], made: Assignment) -> None:
    """Use one field's columns in the order of their ranks."""
    winner = ranked[0]
    before: list[str] = []
    for candidate in ranked:
        rank, column, field = candidate
        if candidate is winner or (winner.rank > OPTION and field not in ALONE and rank < COMPANY_RANK):
            note = _where_empty(before) if before else None
            made.used[column] = Use(field, len(before), note, "inferred" if rank == INFERRED else "title")
            before.append(in_line(titles[column]) if column >= 0 else "")
        elif winner.rank == CONSTANT:
            made.passed[column] = Message("--set gives {field} to every row", field=field)
        else:
            title = in_line(titles[winner.column])
            made.passed[column] = Message('"{title}" is used for {field}', title=title, field=field)
    made.used.pop(-1, None)


def _best_rank(fields: Mapping[str, list[Candidate]], names: Sequence[str]) -> int:
    return min((fields[name][0].rank for name in names if name in fields), default=_NO_RANK)


def _second_names(fields: Mapping[str, list[Candidate]]) -> tuple[str, ...]:
    """The fields of a name that stand behind others: a full name goes before its parts, both before a nickname."""
    full, parts = _best_rank(fields, ("name",)), _best_rank(fields, NAME_PARTS)
    if _NO_RANK in (full, parts):
        return ()
    return ("name",) if full >= WEAK_NAME or parts <= OPTION < full else NAME_PARTS


def _stand_behind(field: str, fields: Mapping[str, list[Candidate]], titles: Sequence[str], made: Assignment) -> None:
    """Move the columns of a second name field one place back, and note behind which."""
    others = NAME_PARTS if field == "name" else ("name",)
    first = sorted(candidate.column for other in others for candidate in fields.get(other, ())[:1])
    behind = _where_empty([in_line(titles[column]) for column in first])
    for candidate in fields.get(field, ()):
        use = made.used[candidate.column]
        made.used[candidate.column] = use._replace(place=use.place + 1, note=use.note or behind)


def _where_empty(titles: Sequence[str]) -> Message:
    quoted = [f'"{title}"' for title in titles]
    if len(quoted) == 1:
        return Message("used where {column} is empty", column=quoted[0])
    return Message("used where {columns} are empty", columns=with_and(quoted))


def _ties(fields: Mapping[str, list[Candidate]], titles: Sequence[str], made: Assignment) -> list[Message]:
    """A warning for every column of the same rank as the one that serves, in the order of the columns."""
    names = told_apart(titles)
    tied = [
        (other.column, first)
        for first, *others in fields.values()
        for other in others
        if other.rank == first.rank and first.column >= 0
    ]
    return [
        Message(
            '"{title}" ({letter}) and "{other}" ({other_letter}) can both be {field}: {then}; '
            '--map "{other}={field}" takes the other',
            title=names[first.column],
            letter=column_letter(first.column),
            other=names[column],
            other_letter=column_letter(column),
            field=first.field,
            then=_ALSO_USED if column in made.used else _ONLY_FIRST,
        )
        for column, first in sorted(tied)
    ]
