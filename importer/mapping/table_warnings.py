"""What the user hears of a table that may hold no people, or none that anything reaches. Pure.

One that surely holds none is refused (``no_people.py``); of people without a name ``missing_names.py`` tells.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from importer.livedesk.contact import COMPANY
from importer.mapping.assignment import Assignment
from importer.mapping.cell_kinds import OWN
from importer.mapping.decision import Given
from importer.mapping.missing_names import likeliest, mostly_nameless, nameless
from importer.mapping.no_people import TELLING, is_reached, titles_of, used_for
from importer.mapping.shapes import Shape, normal
from importer.mapping.views import View
from importer.mapping.vocabulary import PEOPLE
from importer.message import Message, with_and
from importer.models import NAMES, REACH
from importer.texts import column_letter, in_line, titled, to_paste

_THINGS_TO_REACH: Final = {"email": "email", "phone": "phone_number"}
_FIRMS: Final = 2 / 3
_SOME_FIRMS: Final = 0.1


def warnings(given: Given, views: Sequence[View], made: Assignment, asked: Iterable[object]) -> list[Message]:
    """What to tell of a table without names, or with nothing but ids; ``asked`` are fields that another warning has."""
    used = {use.field for use in made.used.values()} | given.constants
    if not given.sample:
        return []
    if _are_only_ids(used, given, views, made):
        spelled = any(view.known and view.known[0] < 0 for view in views if view.index in made.used)
        return [] if spelled else [_only_ids(likeliest(views, made), given.titles)]
    if used.intersection(NAMES):
        keyed = used.intersection((*REACH, "identifier")) or any(given.fixed.values())
        if "identifier" not in used and (empty := _saying_nothing(given, views, made)):
            return [_names_alone(empty), *_organizations(given, views, made)]
        if not keyed:
            return _no_contacts(given, views, made)
        return [*_organizations(given, views, made), *mostly_nameless(given, views, made)]
    named = any(view.index in made.used and view.shape.named_emails for view in views)
    return [] if "name" in asked or named else nameless(views, made, given.titles)


def _are_only_ids(used: set[str], given: Given, views: Sequence[View], made: Assignment) -> bool:
    """Whether nothing tells of a person but an id: no column is of a name, an address or a number, or those are
    empty."""
    empty = {view.index for view in views if not view.shape.cells}
    filled = {use.field for index, use in made.used.items() if index not in empty} | given.constants
    told = filled if "identifier" in filled else used
    return told.isdisjoint((*NAMES, *REACH))


def _organizations(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of organizations under the name that were not made the name by the user, with no person beside them."""
    name = _named_after_firms(given, views, made)
    if name is None or {*given.fixed.values()}.intersection(NAMES):
        return []
    return [
        Message(
            '"{title}" ({letter}) holds organizations, and no column people: each is sent as a contact of that name; '
            '--map "{title}={company}" makes it the company',
            **titled(to_paste(given.titles), name.index),
            company=COMPANY,
        )
    ]


def _named_after_firms(given: Given, views: Sequence[View], made: Assignment) -> View | None:
    """The one column of the name, if it holds companies: by its cells, or by titles that tell of nothing else."""
    names = used_for(NAMES, views, made)
    if len(names) != 1:
        return None
    told = len(titles_of("firms", given.titles)) >= TELLING and not used_for((COMPANY,), views, made)
    return names[0] if _are_firms(names[0].shape) or (told and not names[0].shape.names) else None


def _are_firms(shape: Shape) -> bool:
    """Whether most cells are companies by their words, or some are and the others do not look like people."""
    return shape.firms >= _FIRMS or (shape.firms >= _SOME_FIRMS and not shape.may_be_names and not shape.common_names)


def _no_contacts(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of names without any key that are firms or tasks, beside a price, or again and again: hours of work."""
    names = used_for(NAMES, views, made)
    goods = [view.title for view in views if "goods" in view.reading.tags]
    money = [view.title for view in views if "money" in view.reading.tags]
    rows = zip(*(normal(given.sample, view.index) for view in names), strict=True)
    full = Counter(row for row in rows if any(row))
    again, times = max(full.items(), key=lambda item: (item[1], item[0]), default=((), 0))
    if goods:
        reason = Message('"{title}" tells of goods', title=in_line(goods[0]))
    elif money:
        reason = Message('"{title}" tells of payments', title=in_line(money[0]))
    elif len(tasks := titles_of("tasks", given.titles)) >= TELLING and not any(map(_looks_like_people, names)):
        reason = Message('"{title}" tells of tasks', title=in_line(tasks[0]))
    elif firms := _named_after_firms(given, views, made):
        reason = Message('"{title}" holds organizations', title=in_line(firms.title))
    elif times > 1 and len(full) < OWN * full.total():
        reason = Message('"{name}" stands there several times', name=in_line(" ".join(again)))
    else:
        return _unreachable(views, given.titles)
    return [
        Message(
            "this does not look like contacts: nobody has an email, a phone number or an id, and {reason}; "
            "every row would be a contact",
            reason=reason,
        ),
        *_all_buried(views, given.titles),
    ]


def _looks_like_people(view: View) -> bool:
    return view.shape.may_be_names or view.shape.common_names


def _unreachable(views: Sequence[View], titles: Sequence[str]) -> list[Message]:
    """A warning of people whom only somebody else's number or address would reach: of pupils, the parents' phone."""
    if buried := _all_buried(views, titles):
        return buried
    theirs = [(view, field) for view in views if (field := _reaches_another(view))]
    if not theirs or any("party" in view.reading.of for view in views):
        return []  # of a party with a name another warning tells
    return [
        Message(
            "nobody has an email, a phone number or an id but somebody else's: {columns}; "
            '--map "{title}={field}" takes "{title}" all the same',
            columns=with_and([f'"{in_line(view.title)}" ({column_letter(view.index)})' for view, _ in theirs]),
            title=to_paste(titles)[theirs[0][0].index],
            field=theirs[0][1],
        )
    ]


def _reaches_another(view: View) -> str | None:
    """The field by which a column reaches somebody else than the person, by its title and its cells."""
    if "another" not in view.reading.of or not view.shape.cells:
        return None
    closed = _THINGS_TO_REACH.items() if view.closed else ()
    said = [field for thing, field in closed if thing in view.reading.things]
    return next((field for field in REACH if field in view.against or field in said), None)


def _all_buried(views: Sequence[View], titles: Sequence[str]) -> list[Message]:
    return [_buried(view, titles) for view in views if _is_buried(view)]


def _is_buried(view: View) -> bool:
    said = view.reading.of - PEOPLE
    against = view.against and not view.shape.labelled_numbers
    is_id = "phone" not in view.reading.things and not view.reading.things.isdisjoint(("id", "number"))
    return not (view.closed or against or said or is_id) and view.shape.buried


def _buried(view: View, titles: Sequence[str]) -> Message:
    return Message(
        '"{title}" ({letter}) has phone numbers or addresses among other words, and none of them is used: '
        "put each in a column of its own",
        **titled(to_paste(titles), view.index),
    )


def _saying_nothing(given: Given, views: Sequence[View], made: Assignment) -> list[View]:
    """The columns of addresses and numbers, if they are filled with words for nothing."""
    used = used_for(REACH, views, made)
    return used if any(any(normal(given.sample, view.index)) for view in used) and not is_reached(used, made) else []


def _names_alone(empty: Sequence[View]) -> Message:
    return Message(
        "nobody has an email, a phone number or an id, for {columns} say nothing: names alone would be sent",
        columns=with_and([f'"{in_line(view.title)}" ({column_letter(view.index)})' for view in empty]),
    )


def _only_ids(best: View | None, titles: Sequence[str]) -> Message:
    said = Message("nobody has a name, an email or a phone number: identifiers alone would be sent")
    if best is None:
        return said
    return Message(
        '{what}; --map "{title}=name" takes "{title}" ({letter}) as the name',
        what=said,
        **titled(to_paste(titles), best.index),
    )
