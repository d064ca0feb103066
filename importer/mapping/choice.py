"""Of the columns that can serve a field: which one does, which stand in where it is empty, and which are left."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from importer.mapping.aliases import COMPANY_RANK, WEAK_NAME
from importer.message import Message, with_and
from importer.models import NAME_PARTS, NAMES
from importer.titles import column_letter, shown, told_apart

# Ranks above the alias table's: lower goes first.
CONSTANT: Final = -3
OPTION: Final = -2
SPELLED_AS_FIELD: Final = -1
INFERRED: Final = 50
_NOBODY: Final = 99

ALONE: Final = frozenset({"identifier", "inbox_id"})
"""Fields that one column serves for every row: two systems' numbers must not mix."""


class Candidate(NamedTuple):
    """A column that can serve a field; a constant stands in the column -1."""

    rank: int
    column: int
    field: str


class Use(NamedTuple):
    """What a column is used for: ``place`` 0 serves, 1 and on stand in where those before are empty."""

    field: str
    place: int = 0
    note: Message | None = None
    how: str = "title"


class Assignment(NamedTuple):
    """Columns to their use, the reasons against the others, and warnings for the user."""

    used: dict[int, Use]
    passed: dict[int, Message]
    notes: list[Message]


def choose(offers: Sequence[Candidate], titles: Sequence[str]) -> Assignment:
    """The lowest rank serves a field, of one rank the leftmost; the others stand in, in this order, row by row.

    Nothing stands in for an option, for a constant, or for one of ``ALONE``, and a company's number for nobody's.
    """
    choice = Assignment({}, {}, [])
    lines: dict[str, list[Candidate]] = {}
    for offer in sorted(offers):
        lines.setdefault(offer.field, []).append(offer)
    second = _second_names(lines)
    for field in second if _by_option(lines) else ():
        reason = Message("first and last name are used") if field == "name" else Message("the full name is used")
        choice.passed.update({offer.column: reason for offer in lines.pop(field, ())})
    for line in lines.values():
        _line_up(line, titles, choice)
    for field in second:
        _stand_behind(field, lines, titles, choice)
    choice.notes.extend(_ties(lines, titles, choice))
    return choice


def _line_up(line: list[Candidate], titles: Sequence[str], choice: Assignment) -> None:
    """One field's columns, in the order of their ranks, to their places."""
    winner = line[0]
    before: list[str] = []
    for offer in line:
        if offer is winner or (winner.rank > OPTION and offer.field not in ALONE and offer.rank < COMPANY_RANK):
            note = _where_empty(before) if before else None
            choice.used[offer.column] = Use(
                offer.field, len(before), note, "inferred" if offer.rank == INFERRED else "title"
            )
            before.append(shown(titles[offer.column]) if offer.column >= 0 else "")
        else:
            choice.passed[offer.column] = _why(winner, titles)
    choice.used.pop(-1, None)


def _rank(lines: Mapping[str, list[Candidate]], fields: Sequence[str]) -> int:
    return min((lines[field][0].rank for field in fields if field in lines), default=_NOBODY)


def _by_option(lines: Mapping[str, list[Candidate]]) -> bool:
    """Whether an option names a column for a name: what the user says stands alone."""
    return _rank(lines, NAMES) <= OPTION


def _second_names(lines: Mapping[str, list[Candidate]]) -> tuple[str, ...]:
    """The fields of names that stand behind others: a full name goes before its parts, any before a nickname."""
    full, parts = _rank(lines, ("name",)), _rank(lines, NAME_PARTS)
    if _NOBODY in (full, parts):
        return ()
    return ("name",) if full >= WEAK_NAME or parts <= OPTION < full else NAME_PARTS


def _stand_behind(field: str, lines: Mapping[str, list[Candidate]], titles: Sequence[str], choice: Assignment) -> None:
    """Move the columns of a name's other kind one place back, and say behind which."""
    fields = NAME_PARTS if field == "name" else ("name",)
    first = sorted(offer.column for kind in fields for offer in lines.get(kind, ())[:1])
    for offer in lines.get(field, ()):
        use = choice.used[offer.column]
        choice.used[offer.column] = use._replace(
            place=use.place + 1, note=use.note or _where_empty([shown(titles[column]) for column in first])
        )


def _where_empty(titles: Sequence[str]) -> Message:
    quoted = [f'"{title}"' for title in titles]
    if len(quoted) == 1:
        return Message("used where {column} is empty", column=quoted[0])
    return Message("used where {columns} are empty", columns=with_and(quoted))


def _why(winner: Candidate, titles: Sequence[str]) -> Message:
    if winner.rank == CONSTANT:
        return Message("--set gives {field} to every row", field=winner.field)
    return Message('"{title}" is used for {field}', title=shown(titles[winner.column]), field=winner.field)


def _ties(lines: Mapping[str, list[Candidate]], titles: Sequence[str], choice: Assignment) -> list[Message]:
    """A warning for every column that is as good as the one that serves, in the order of the columns."""
    tied = [
        (other.column, line[0])
        for line in lines.values()
        for other in line[1:]
        if other.rank == line[0].rank and line[0].column >= 0
    ]
    return [_tie(winner, column, titles, column in choice.used) for column, winner in sorted(tied)]


def _tie(winner: Candidate, other: int, titles: Sequence[str], stands_in: bool) -> Message:
    names = told_apart(titles)
    mine, yours = names[winner.column], names[other]
    then = Message("the first is used, the other where it is empty") if stands_in else Message("the first is used")
    return Message(
        '"{title}" ({letter}) and "{other}" ({other_letter}) can both be {field}: {then}; '
        '--map "{other}={field}" takes the other',
        title=mine,
        letter=column_letter(winner.column),
        other=yours,
        other_letter=column_letter(other),
        field=winner.field,
        then=then,
    )
