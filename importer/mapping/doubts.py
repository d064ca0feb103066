"""Columns that may have a field, and do not get it: what the user hears of each, with the --map to paste. Pure.

``names`` are the titles as ``--map`` takes them (``texts.to_paste``).
"""

from collections.abc import Sequence
from typing import NamedTuple

from importer.mapping.second_values import LeftOut
from importer.mapping.views import View
from importer.message import Message, with_and
from importer.texts import column_letter, titled


class Doubt(NamedTuple):
    """Columns that may have a field, and do not get it; what the user hears of that."""

    columns: Sequence[int]
    field: str
    told: Message


def unclear(view: View, names: Sequence[str]) -> Doubt:
    """A warning for a title that names several fields."""
    told = Message(
        '"{title}" ({letter}) says {fields}: not used; --map "{title}={first}" decides',
        **titled(names, view.index),
        fields=with_and(view.unclear),
        first=view.unclear[0],
    )
    return Doubt([view.index], view.unclear[0], told)


def stranger(one: LeftOut, names: Sequence[str]) -> Doubt:
    """A warning for a second column that may be another person's."""
    told = Message(
        '"{title}" ({letter}) may be somebody else\'s: not used where "{main}" is empty; '
        '--map "{title}={field}" takes it instead',
        **titled(names, one.view.index),
        main=names[one.main.index],
        field=one.field,
    )
    return Doubt([one.view.index], one.field, told)


def second_person(views: Sequence[View], names: Sequence[str]) -> Doubt:
    """A warning for the columns of a second person's name."""
    told = Message(
        "{columns} may name a second person of the row: used only where the first has no name; "
        '--map "{title}=" leaves "{title}" out',
        columns=with_and([f'"{names[view.index]}" ({column_letter(view.index)})' for view in views]),
        title=names[views[0].index],
    )
    return Doubt([], "name", told)


def pieces(views: Sequence[View], names: Sequence[str]) -> Doubt:
    """A warning for columns that hold one number together."""
    told = Message(
        "{columns} hold pieces of phone numbers: none is used; join them in one column",
        columns=with_and([f'"{names[view.index]}" ({column_letter(view.index)})' for view in views]),
    )
    return Doubt([view.index for view in views], "phone_number", told)


def company(view: View, names: Sequence[str]) -> Doubt:
    """A warning for a name that is the company, as the person stands beside it."""
    told = Message(
        '"{title}" ({letter}) is the company, for the person stands beside it; --map "{title}=name" makes it the name',
        **titled(names, view.index),
    )
    return Doubt([view.index], "name", told)


def numbers(view: View, names: Sequence[str]) -> Doubt:
    """A warning for a company whose cells are numbers: a phone within an area, or a number of a list."""
    told = Message(
        '"{title}" ({letter}) has numbers, and no names of companies: not used; '
        '--map "{title}=phone_number" takes them as phone numbers, which need their area codes',
        **titled(names, view.index),
    )
    return Doubt([view.index], "phone_number", told)


def undecided(field: str, columns: Sequence[int], names: Sequence[str]) -> Doubt:
    """A warning for columns of which each may be the field."""
    told = Message(
        '{columns} all look like {field}: none is used; --map "{title}={field}" takes the first',
        columns=with_and([f'"{names[index]}" ({column_letter(index)})' for index in columns]),
        field=field,
        title=names[columns[0]],
    )
    return Doubt(columns, field, told)


def perhaps(field: str, column: int, names: Sequence[str]) -> Doubt:
    """A warning for a column that may be the field, or something else."""
    values = {"title": names[column], "letter": column_letter(column), "field": field}
    told = Message(
        '"{title}" ({letter}) may be {field}, or something else: not used; --map "{title}={field}" takes it', **values
    )
    return Doubt([column], field, told)


def without_plus(view: View, names: Sequence[str]) -> Doubt:
    """A warning for numbers that begin with their country codes, and have no ``+``."""
    told = Message(
        '"{title}" ({letter}) may be phone numbers with their country codes, and without the +: not used; '
        '--map "{title}=phone_number" --country international takes them',
        **titled(names, view.index),
    )
    return Doubt([view.index], "phone_number", told)
