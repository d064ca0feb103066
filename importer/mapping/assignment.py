"""Assign columns to fields: check ``--map`` and ``--set``, choose what serves a field and what stands in."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.livedesk.contact import CREATE_FIELDS
from importer.mapping.title_fields import AROUND, alias, own_column
from importer.mapping.title_reading import read_title
from importer.mapping.views import LAST_RESORT, STANDS_BEHIND, THE_COMPANY, Evidence
from importer.message import CommandOption, Message, with_and
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY, is_field
from importer.texts import column_letter, in_line, listed, title_key, to_paste, told_apart

_DIGITS: Final = re.compile(r"(\d{1,9})")
_MADE_UP: Final = re.compile(r"Column [A-Z]{1,3}")
_NUMBERED: Final = re.compile(r"(.*)#([1-9][0-9]*)", re.DOTALL)

CONSTANT: Final = 2000
OPTION: Final = 1000
"""Points beyond all evidence: the user's ``--set`` and ``--map``."""

_ALSO_USED: Final = Message("the first is used, the other where it is empty")
_OF_THE_COMPANY: Final = Message("used in rows that name nobody, for different people share its values")
_ONLY_FIRST: Final = Message("the first is used")

ALONE: Final = frozenset({"identifier", "inbox_id"})
"""Fields that a single column serves: the numbers of two systems must not mix."""


class Use(NamedTuple):
    """What a column is used for: at ``place`` 0 it serves; from 1 on it stands in if those before are empty, and of
    another ``person`` if no part of the first one's name is there."""

    field: str
    place: int = 0
    note: Message | None = None
    how: str = "title"
    reasons: tuple[Message, ...] = ()
    person: int = 0


class Assignment(NamedTuple):
    """``{column: use}``, why the ``passed`` columns are not used, and warnings for the user."""

    used: dict[int, Use]
    passed: dict[int, Message]
    notes: list[Message]


def assign(candidates: Sequence[Evidence], titles: Sequence[str]) -> Assignment:
    """Let the column with the most points serve each field; the others stand in, in this order, row by row.

    Of equals the first by title serves, of equal titles the one that is filled in most rows, or the leftmost. A
    constant has column -1. Nothing stands in for an option, a constant or a field of ``ALONE``; a company's number
    stands in for nothing.
    """
    fields: dict[str, list[Evidence]] = {}
    for candidate in sorted(candidates, key=lambda one: (one.person, -one.points, *_in_order(titles, one))):
        fields.setdefault(candidate.field, []).append(candidate)
    made = Assignment({}, {}, [])
    second = _second_names(fields)
    if _most(fields, NAMES) >= OPTION:  # nothing stands behind a name that the user maps
        reason = Message("first and last name are used") if second == ("name",) else Message("the full name is used")
        made.passed.update({candidate.column: reason for field in second for candidate in fields.pop(field, ())})
    for ranked in fields.values():
        _line_up(ranked, titles, made)
    _behind_the_first(fields, titles, made)
    for field in second:
        _stand_behind(field, fields, titles, made)
    made.notes.extend(_ties(fields, titles, made))
    return made


def _in_order(titles: Sequence[str], one: Evidence) -> tuple[list[tuple[int, str]], int, int]:
    """Sorts titles as texts, numbers in them by value; ``Column AA`` stands behind ``Column Z``."""
    title = titles[one.column].strip() if one.column >= 0 else ""
    made_up = f"{len(title):03}{title}" if _MADE_UP.fullmatch(title) else title
    return (
        [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(made_up)],
        -one.filled,
        one.column,
    )


def _line_up(ranked: list[Evidence], titles: Sequence[str], made: Assignment) -> None:
    """Use one field's columns in the order of their points."""
    winner = ranked[0]
    before: list[str] = []
    for candidate in ranked:
        column, field = candidate.column, candidate.field
        if candidate is winner or (winner.points < OPTION and field not in ALONE and candidate.points > LAST_RESORT):
            note = _OF_THE_COMPANY if candidate.person == THE_COMPANY else _where_empty(before) if before else None
            how = "inferred" if candidate.inferred else "title"
            made.used[column] = Use(field, len(before), note, how, candidate.reasons, candidate.person)
            before.append(in_line(titles[column]) if column >= 0 else "")
        elif winner.points == CONSTANT:
            made.passed[column] = Message("--set gives {field} to every row", field=field)
        else:
            title = in_line(titles[winner.column])
            made.passed[column] = Message('"{title}" is used for {field}', title=title, field=field)
    made.used.pop(-1, None)


def _behind_the_first(fields: Mapping[str, list[Evidence]], titles: Sequence[str], made: Assignment) -> None:
    """Note behind which columns the name of a second person stands."""
    parts = [candidate for field in NAME_PARTS for candidate in fields.get(field, ())]
    first = sorted(candidate.column for candidate in parts if not candidate.person and candidate.column >= 0)
    for column in (candidate.column for candidate in parts if candidate.person and candidate.column in made.used):
        made.used[column] = made.used[column]._replace(note=_where_empty([in_line(titles[at]) for at in first]))


def _most(fields: Mapping[str, list[Evidence]], names: Sequence[str]) -> int:
    return max((fields[name][0].points for name in names if name in fields), default=0)


def _second_names(fields: Mapping[str, list[Evidence]]) -> tuple[str, ...]:
    """The fields of a name that stand behind others: a full name goes before its parts, both before a nickname."""
    full, parts = _most(fields, ("name",)), _most(fields, NAME_PARTS)
    if not full or not parts:
        return ()
    return ("name",) if full <= STANDS_BEHIND or full < OPTION <= parts else NAME_PARTS


def _stand_behind(field: str, fields: Mapping[str, list[Evidence]], titles: Sequence[str], made: Assignment) -> None:
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


def _ties(fields: Mapping[str, list[Evidence]], titles: Sequence[str], made: Assignment) -> list[Message]:
    """A warning for every column of the same rank as the one that serves, in the order of the columns."""
    names = to_paste(titles)
    tied = [
        (other.column, first)
        for first, *others in fields.values()
        for other in others
        if other.points == first.points and first.column >= 0 and other.person == first.person
    ]
    return [
        Message(
            '"{title}" ({letter}) and "{other}" ({other_letter}) can both be {field}: {then}; '
            '--map "{other}={field}" takes the other',
            title=told_apart(titles)[first.column],
            letter=column_letter(first.column),
            other=names[column],
            other_letter=column_letter(column),
            field=first.field,
            then=_ALSO_USED if column in made.used else _ONLY_FIRST,
        )
        for column, first in sorted(tied)
    ]


def check_constants(constants: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` for a ``--set`` with an unknown field or without a value."""
    for field, value in constants.items():
        _check_field(CommandOption(f'--set "{field}={value}"'), field)
        if not value.strip():
            raise ConfigError(
                '--set "{field}=": there is no value', "write --set {field}=VALUE, or leave it out", field=field
            )


def read_overrides(titles: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    """``--map`` as ``{index: field}``, with ``""`` for a dropped column. Raises ``ConfigError``."""
    fixed: dict[int, str] = {}
    for title, field in overrides.items():
        option = CommandOption(f'--map "{title}={field}"')
        if field:
            _check_field(option, field)
        index = _find(titles, title, option)
        if index in fixed:
            said = {"option": option, "title": titles[index]}
            raise ConfigError('{option}: the column "{title}" has a --map already', "name each column once", **said)
        if field and field in fixed.values():
            raise ConfigError(
                "{option}: another --map gives {field} a column", "name each field once", option=option, field=field
            )
        fixed[index] = field
    return fixed


class AsBefore(NamedTuple):
    """The columns of an errors file as in the run that wrote it: ``{title: field}`` for ``--map``, and ``{column:
    field}`` of those that were one of several for their field."""

    overrides: dict[str, str]
    behind: dict[int, str]


def as_before(titles: Sequence[str], before: Mapping[str, str], overrides: Mapping[str, str]) -> AsBefore:
    """What ``overrides`` (--map) say, then ``before``, the mapping of the run that wrote the errors file.

    Both are ``{title: field}``. A few bad rows say less about a column than the whole file did, so an unused column
    stays unused, and a column whose title says nothing keeps its field; it shuts out no other that had the same.
    """
    said = {title_key(title) for title in overrides}
    made = AsBefore(dict(overrides), {})
    repeated = {name.rpartition("#")[0] for name in told_apart(titles)} & {title.strip() for title in titles}
    for index, (name, title) in enumerate(zip(told_apart(titles), titles, strict=True)):
        if own_column(title) is not None or not title.strip() or title_key(name) in said:
            continue
        field = before.get(name, "")
        if field == "email" and "company" in read_title(title).things:
            continue  # whose it is, a company's or the person's, the cells tell
        if field and (alias(title) is not None or is_field(title.strip(AROUND)) or field in overrides.values()):
            continue
        if field and any(_of_one(field, other) for known, other in before.items() if known != name):
            made.behind[index] = field
        else:
            made.overrides[f"{name}#1" if name in repeated else name] = field
    return made


def _of_one(field: str, other: str) -> bool:
    """Whether columns of the two fields stand behind each other: those of one field, or a full name and its parts."""
    return field == other or ("name" in (field, other) and {field, other} <= {*NAMES})


def _check_field(option: str, field: str) -> None:
    if is_field(field):
        return
    known = [*CREATE_FIELDS, *NAME_PARTS, PHONE_COUNTRY, AREA_CODE, *(f"{prefix}KEY" for prefix in ATTRIBUTE_PREFIXES)]
    near = difflib.get_close_matches(field.lower(), known, n=1, cutoff=0.5)
    fields = Message("Fields: {fields}", fields=known)
    hint = Message("did you mean {field}? {fields}", field=near[0], fields=fields) if near else fields
    raise ConfigError('{option}: there is no field "{field}"', hint, option=option, field=field)


def _find(titles: Sequence[str], wanted: str, option: str) -> int:
    """The column that an option names, to the letter or else by ``title_key``; ``Title#2`` is the second of two, and
    ``#1`` the first without a title."""
    found = _named(titles, wanted)
    if not found:
        values = {"option": option, "wanted": wanted, "columns": listed(titles)}
        raise ConfigError('{option}: the file has no column "{wanted}"', "its columns: {columns}", **values)
    if len(found) > 1:
        where = [*map(column_letter, found)]
        hint = Message('write "{title}#1" for the first of them, "#2" for the second', title=titles[found[0]].strip())
        raise ConfigError(
            '{option}: the columns {where} are all titled "{wanted}"', hint, option=option, where=where, wanted=wanted
        )
    return found[0]


def names_column(titles: Sequence[str], wanted: str) -> bool:
    """Whether there is a column that an option means by this title."""
    return bool(_named(titles, wanted))


def _named(titles: Sequence[str], wanted: str) -> list[int]:
    numbered = _NUMBERED.fullmatch(wanted)
    found: list[int] = []
    for look in (_to_the_letter, _by_key):
        found = found or look(titles, wanted)
        if not found and numbered:
            found = look(titles, numbered[1])[int(numbered[2]) - 1 :][:1]
    return found


def _to_the_letter(titles: Sequence[str], wanted: str) -> list[int]:
    return [index for index, title in enumerate(titles) if title.split() == wanted.split()]


def _by_key(titles: Sequence[str], wanted: str) -> list[int]:
    key = title_key(wanted)
    return [index for index, title in enumerate(titles) if key and title_key(title) == key]
