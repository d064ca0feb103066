"""Refuse tables that surely hold no people: forms, price lists, titles in a column, nothing but ids. Pure.

The user's ``--map`` says otherwise. Of a table that may hold none ``table_warnings.py`` tells.
"""

from collections.abc import Container, Sequence
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.errors import InputError
from importer.mapping.assignment import Assignment
from importer.mapping.cell_kinds import Cells
from importer.mapping.decision import Given
from importer.mapping.shapes import filled
from importer.mapping.title_fields import alias
from importer.mapping.title_reading import is_only
from importer.mapping.views import View
from importer.mapping.vocabulary import ANYBODY
from importer.message import Message
from importer.models import NAMES, REACH
from importer.normalizer.placeholders import is_nothing
from importer.normalizer.text import leftmost
from importer.texts import in_line, letters, to_paste

_LABELLED: Final = 0.25  # the share of a form's filled cells that are labels
TELLING: Final = 2  # so many titles, or columns, of a kind tell what a table is of
_LEAST: Final = 2
_MOST_TITLES: Final = 100
_LEAST_LABELS: Final = 3


def refuse(given: Given, views: Sequence[View], made: Assignment) -> None:
    """Raise ``InputError`` for a table that surely holds no people, unless the user mapped a column."""
    if not any(given.fixed.values()):
        left = leftmost([given.titles, *(row.cells for row in given.sample)])
        _refuse_form(views, [given.titles[left].strip(), *filled(given.sample, left)])
        _refuse_sideways(given.titles[left:], filled(given.sample, left))
        _refuse_price_list(given.titles, views, made)
        _refuse_things(given.titles, views, made)
        _refuse_outlets(given.titles, views, made)
        _refuse_occasions(given.titles, views, made)


def _refuse_form(views: Sequence[View], first: Sequence[str]) -> None:
    """A form has labels with colons and values beside each other: here and there, or one below the other, from the
    title on, in the ``first`` column."""
    labels = [cell for view in views for cell in view.shape.labels]
    listed = Cells(first).labels
    is_list = len(listed) >= _LEAST and listed[0] == first[0] and len({*listed}) * 2 > len({*first})
    labelled = len({*labels}) >= _LEAST_LABELS and len(labels) >= _LABELLED * sum(
        len(view.shape.cells) for view in views
    )
    if is_list or labelled:
        raise InputError(
            "this is a form, with labels beside values ({examples}), and no table of people",
            "write one person a row, below a row of titles",
            examples=[in_line(label) for label in sorted({*labels, *listed})[:_LEAST_LABELS]],
        )


def _refuse_sideways(titles: Sequence[str], first: Sequence[str]) -> None:
    """Where the first column holds titles and the row of titles none, the table lies on its side."""
    if len(first) > _MOST_TITLES or any(map(alias, titles[1:])):
        return
    found = [known for cell in first if (known := alias(cell))]
    fields = {field for _, field in found}
    once = len({*first}) == len(first) < _LEAST * len(found)
    if len(fields) >= _LEAST and once:
        raise InputError(
            "the titles stand in the first column ({examples}), not in a row",
            "turn the table: copy it, and paste it with Transpose",
            examples=[in_line(cell) for cell in first[:_LEAST_LABELS]],
        )


def _refuse_price_list(titles: Sequence[str], views: Sequence[View], made: Assignment) -> None:
    """A list of goods has their words in its titles, and nothing of a person but a name, which goods have too."""
    goods = [view.title for view in views if "goods" in view.reading.tags]
    fields = {use.field for use in made.used.values()}
    if len(goods) < TELLING or fields & {*REACH, *NAMES[1:]}:
        return  # before the cells are looked at, which takes longer
    names = used_for(NAMES, views, made)
    if any(view.reading.of & ANYBODY or "full" in view.reading.tags or view.shape.names for view in names):
        return
    likely = names or [view for view in views if view.shape.wordy] or views
    title = to_paste(titles)[likely[0].index]
    raise InputError(
        "this looks like a list of goods ({titles}), and no column tells of a person",
        Message('if they are people all the same, say so: --map "{title}=name"', title=title),
        titles=[in_line(title) for title in goods[:_LEAST_LABELS]],
    )


def _refuse_things(titles: Sequence[str], views: Sequence[View], made: Assignment) -> None:
    """Names of something unknown (``Library name``) that are no people's, and nothing that reaches anybody."""
    if {use.field for use in made.used.values()}.intersection((*REACH, "identifier", *NAMES[1:])):
        return
    names = used_for(NAMES, views, made)
    figures = sum(view.shape.mostly("number") for view in views) >= TELLING
    if not names or any(_may_be_people(view, figures=figures) for view in names):
        return
    pasted = to_paste(titles)[names[0].index]
    raise InputError(
        '"{title}" names things, and no column tells of a person, nor how to reach one',
        Message('if they are people all the same, say so: --map "{title}=name"', title=pasted),
        title=in_line(names[0].title),
    )


def _refuse_outlets(titles: Sequence[str], views: Sequence[View], made: Assignment) -> None:
    """A list of branches, shops or offices with their phones, where no title tells of a person."""
    fields = {use.field for use in made.used.values()}
    outlets = [view for view in views if _is_outlet(view)]
    if not outlets or "phone_number" not in fields or fields.intersection(("email", "identifier", *NAMES)):
        return
    if any(view.reading.of & ANYBODY or view.shape.names for view in views):
        return
    pasted = to_paste(titles)[outlets[0].index]
    raise InputError(
        '"{title}" names branches, shops or offices, and no column tells of a person',
        Message('if they are your contacts all the same, say so: --map "{title}=name"', title=pasted),
        title=in_line(outlets[0].title),
    )


def _refuse_occasions(titles: Sequence[str], views: Sequence[View], made: Assignment) -> None:
    """A list of events or places says when and where each is, and nothing reaches anybody."""
    found = titles_of("occasions", titles)
    names = used_for(NAMES, views, made)
    if len(found) < TELLING or len(names) != 1 or is_reached(views, made):
        return
    name = names[0]
    if name.reading.of & ANYBODY or made.used[name.index].field != "name" or name.shape.may_be_names:
        return
    raise InputError(
        "this looks like a list of events or places ({titles}), and no column tells of a person",
        Message('if they are people all the same, say so: --map "{title}=name"', title=to_paste(titles)[name.index]),
        titles=[in_line(title) for title in found[:_LEAST_LABELS]],
    )


def titles_of(kind: str, titles: Sequence[str]) -> list[str]:
    """The titles that stand in a table of whole titles."""
    return [title for title in titles if letters(title) in _whole_titles(kind)]


@cache
def _whole_titles(kind: str) -> frozenset[str]:
    table = word_table(__file__, "no_people.txt")
    return frozenset(
        letters(title) for head, titles in table.items() if kind in head.split(" and ") for title in titles
    )


def used_for(fields: Container[str], views: Sequence[View], made: Assignment) -> list[View]:
    """The columns that are used for one of some fields."""
    return [view for view in views if view.index in made.used and made.used[view.index].field in fields]


def is_reached(views: Sequence[View], made: Assignment) -> bool:
    """Whether a column of addresses or numbers has one."""
    used = ((made.used[view.index].field, view) for view in views if view.index in made.used)
    return any(not is_nothing(field, cell) for field, view in used if field in REACH for cell in view.shape.cells)


def _is_outlet(view: View) -> bool:
    """Whether a title names places of an organization, each in a row of its own."""
    said, shape = view.reading, view.shape
    named = is_only(said, "outlets") and said.things <= {"name", "company"} and said.of <= {"something"}
    return named and shape.wordy and shape.own and len(shape.cells) >= _LEAST


def _may_be_people(view: View, *, figures: bool) -> bool:
    """Whether a title says that its names are people's, or says nothing, or the cells may be such names; beside figures
    some must be common names."""
    said, shape = view.reading, view.shape
    named = not said.unknown and "named things" not in said.tags
    return named or bool(said.of & ANYBODY) or not shape.cells or (shape.names if figures else shape.may_be_names)
