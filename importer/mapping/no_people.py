"""Tables that hold no people: forms, price lists, titles in a column, nothing but ids. Pure.

A table that surely is none is refused; the user's ``--map`` says otherwise. What only may be none is a warning, with
the ``--map`` to paste.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from functools import cache
from typing import Final

from importer.data_table import data_table
from importer.errors import InputError
from importer.livedesk.contact import COMPANY
from importer.mapping.assignment import Assignment
from importer.mapping.decision import Given
from importer.mapping.shapes import OWN, Shape, filled, normal
from importer.mapping.title_fields import alias
from importer.mapping.title_reading import is_only, title_words
from importer.mapping.views import View
from importer.message import Message, with_and
from importer.models import NAMES
from importer.normalizer.placeholders import is_nothing
from importer.normalizer.text import leftmost
from importer.texts import column_letter, in_line, letters, to_paste

_REACHABLE: Final = ("email", "phone_number")
_THINGS_TO_REACH: Final = {"email": "email", "phone": "phone_number"}
_LABELLED: Final = 0.25  # the share of a form's filled cells that are labels
_LEAST: Final = 2
_MOST_TITLES: Final = 100
_LEAST_LABELS: Final = 3
_OF_GOODS: Final = 2
_OF_FIGURES: Final = 2
_OF_OCCASIONS: Final = 2
_OF_FIRMS: Final = 2
_OF_TASKS: Final = 2
_YES_AND_NO: Final = 2
_FIRMS: Final = 2 / 3
_SOME_FIRMS: Final = 0.1
_MOSTLY: Final = 0.5
_SEVERAL_TIMES: Final = 0.5
_NO_CHANCE: Final = 3  # rows
_NO_NAME: Final = Message("no column is the name, and people would be sent without one")
_OF_A_NAME: Final = frozenset({"name", "first name", "middle name", "last name"})
_OF_A_PERSON: Final = frozenset({"person", "customer", "contact", "own", "holder"})


def refuse(given: Given, views: Sequence[View], made: Assignment) -> None:
    """Raise ``InputError`` for a table that surely holds no people, unless the user mapped a column."""
    if not any(given.fixed.values()):
        _refuse_form(views)
        left = leftmost([given.titles, *(row.cells for row in given.sample)])
        _refuse_sideways(given.titles[left:], filled(given.sample, left))
        _refuse_price_list(given.titles, views, made)
        _refuse_things(given.titles, views, made)
        _refuse_outlets(given.titles, views, made)
        _refuse_occasions(given.titles, views, made)


def _refuse_form(views: Sequence[View]) -> None:
    """A form has labels with colons and values beside each other."""
    labels = [cell for view in views for cell in view.shape.labels]
    if len({*labels}) >= _LEAST_LABELS and len(labels) >= _LABELLED * sum(len(view.shape.cells) for view in views):
        raise InputError(
            "this is a form, with labels beside values ({examples}), and no table of people",
            "write one person a row, below a row of titles",
            examples=[in_line(label) for label in sorted({*labels})[:_LEAST_LABELS]],
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
    if len(goods) < _OF_GOODS or fields & {*_REACHABLE, *NAMES[1:]}:
        return  # before the cells are looked at, which takes longer
    names = _used_for(NAMES, views, made)
    if any(view.reading.of & _OF_A_PERSON or "full" in view.reading.tags or view.shape.names for view in names):
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
    if {use.field for use in made.used.values()}.intersection((*_REACHABLE, "identifier", *NAMES[1:])):
        return
    names = _used_for(NAMES, views, made)
    figures = sum(view.shape.mostly("number") for view in views) >= _OF_FIGURES
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
    if any(view.reading.of & _OF_A_PERSON or view.shape.names for view in views):
        return
    pasted = to_paste(titles)[outlets[0].index]
    raise InputError(
        '"{title}" names branches, shops or offices, and no column tells of a person',
        Message('if they are your contacts all the same, say so: --map "{title}=name"', title=pasted),
        title=in_line(outlets[0].title),
    )


def _refuse_occasions(titles: Sequence[str], views: Sequence[View], made: Assignment) -> None:
    """A list of events or places says when and where each is, and nothing reaches anybody."""
    found = _titles_of("occasions", titles)
    names = _used_for(NAMES, views, made)
    if len(found) < _OF_OCCASIONS or len(names) != 1 or _reach(views, made):
        return
    name = names[0]
    if name.reading.of & _OF_A_PERSON or made.used[name.index].field != "name" or name.shape.may_be_names:
        return
    raise InputError(
        "this looks like a list of events or places ({titles}), and no column tells of a person",
        Message('if they are people all the same, say so: --map "{title}=name"', title=to_paste(titles)[name.index]),
        titles=[in_line(title) for title in found[:_LEAST_LABELS]],
    )


def _titles_of(kind: str, titles: Sequence[str]) -> list[str]:
    """The titles that stand in a table of whole titles."""
    return [title for title in titles if letters(title) in _whole_titles(kind)]


@cache
def _whole_titles(kind: str) -> frozenset[str]:
    return frozenset(letters(word) for _, words in data_table(__file__, f"{kind}.txt") for word in words.split("; "))


def _used_for(fields: Container[str], views: Sequence[View], made: Assignment) -> list[View]:
    """The columns that are used for one of some fields."""
    return [view for view in views if view.index in made.used and made.used[view.index].field in fields]


def _reach(views: Sequence[View], made: Assignment) -> bool:
    """Whether a column of addresses or numbers has one."""
    used = ((made.used[view.index].field, view) for view in views if view.index in made.used)
    return any(not is_nothing(field, cell) for field, view in used if field in _REACHABLE for cell in view.shape.cells)


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
    return named or bool(said.of & _OF_A_PERSON) or not shape.cells or (shape.names if figures else shape.may_be_names)


def warnings(given: Given, views: Sequence[View], made: Assignment, asked: Iterable[object]) -> list[Message]:
    """What to tell of a table without names, or with nothing but ids; ``asked`` are fields that another warning has."""
    used = {use.field for use in made.used.values()} | given.constants
    if not given.sample:
        return []
    if _are_only_ids(used, given, views, made):
        spelled = any(view.known and view.known[0] < 0 for view in views if view.index in made.used)
        return [] if spelled else [_only_ids(_likeliest(views, made), given.titles)]
    if used.intersection(NAMES):
        keyed = used.intersection((*_REACHABLE, "identifier")) or any(given.fixed.values())
        if "identifier" not in used and (empty := _saying_nothing(given, views, made)):
            return [_names_alone(empty), *_organizations(given, views, made)]
        if not keyed:
            return _no_contacts(given, views, made)
        return [*_organizations(given, views, made), *_mostly_nameless(given, views, made)]
    best = _likeliest(views, made)
    named = any(view.index in made.used and view.shape.named_emails for view in views)
    if "name" in asked or named:
        return []
    left = _text_left(views, made)
    if best and (halves := _halves(best, views, made)):
        return [_two_parts(halves, given.titles)]
    firm = best if best and "outlets" in best.reading.tags else None
    unsaid = best is None or not ("name" in best.found or best.reading.of or best.shape.may_be_names)
    firm = firm or next((view for view in left if unsaid and _names_an_organization(view)), None)
    if firm:
        return [_no_person(firm, given.titles)]
    return [_no_name(best, given.titles)] if best else [_NO_NAME] if left else []


def _are_only_ids(used: set[str], given: Given, views: Sequence[View], made: Assignment) -> bool:
    """Whether nothing tells of a person but an id: no column is of a name, an address or a number, or those are
    empty."""
    empty = {view.index for view in views if not view.shape.cells}
    filled = {use.field for index, use in made.used.items() if index not in empty} | given.constants
    told = filled if "identifier" in filled else used
    return told.isdisjoint((*NAMES, *_REACHABLE))


def _organizations(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of organizations under the name that were not made the name by the user, with no person beside them."""
    name = _named_after_firms(given, views, made)
    if name is None or {*given.fixed.values()}.intersection(NAMES):
        return []
    return [
        Message(
            '"{title}" ({letter}) holds organizations, and no column people: each is sent as a contact of that name; '
            '--map "{title}={company}" makes it the company',
            title=to_paste(given.titles)[name.index],
            letter=column_letter(name.index),
            company=COMPANY,
        )
    ]


def _named_after_firms(given: Given, views: Sequence[View], made: Assignment) -> View | None:
    """The one column of the name, if it holds companies: by its cells, or by titles that tell of nothing else."""
    names = _used_for(NAMES, views, made)
    if len(names) != 1:
        return None
    told = len(_titles_of("firms", given.titles)) >= _OF_FIRMS and not _used_for((COMPANY,), views, made)
    return names[0] if _are_firms(names[0].shape) or (told and not names[0].shape.names) else None


def _are_firms(shape: Shape) -> bool:
    """Whether most cells are companies by their words, or some are and the others do not look like people."""
    return shape.firms >= _FIRMS or (shape.firms >= _SOME_FIRMS and not shape.may_be_names and not shape.common_names)


def _mostly_nameless(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of a name that most people lack, with the text that says who they are, if one does: agencies, few with
    a contact."""
    used = [view for view in views if view.index in made.used]
    names = [normal(given.sample, view.index) for view in used if made.used[view.index].field in NAMES]
    by_option = ({*given.fixed.values()} | given.constants).intersection(NAMES)
    nameless = [
        at for at, cells in enumerate(zip(*names, strict=True)) if all(is_nothing("name", one) for one in cells)
    ]
    elsewhere = by_option or any(view.shape.named_emails for view in used)
    if elsewhere or len(given.sample) < _NO_CHANCE or len(nameless) <= _MOSTLY * len(given.sample):
        return []
    counted = {"count": len(nameless), "rows": len(given.sample)}
    best = _in_those_rows(given, _idle_text(views, made), nameless)
    if best is None:
        return [Message("of the first {rows} rows {count} have no name, and would be sent without one", **counted)]
    return [
        Message(
            "of the first {rows} rows {count} have no name, and would be sent without one; "
            '--map "{title}=name" takes "{title}" ({letter})',
            **counted,
            title=to_paste(given.titles)[best.index],
            letter=column_letter(best.index),
        )
    ]


def _in_those_rows(given: Given, texts: Sequence[View], rows: Sequence[int]) -> View | None:
    """The column of text that says most in some rows, if its title may be somebody's, or a company's; a company may
    stand there several times."""
    able = [view for view in texts if view.known is None or view.means(COMPANY)]
    able = [view for view in able if not view.reading.things - {"name", "company"} and _says_no_thing(view)]
    able = [view for view in able if len({*view.shape.cells}) > _SEVERAL_TIMES * len(view.shape.cells)]
    cells = {view.index: normal(given.sample, view.index) for view in able}
    filled_there = {index: sum(bool(column[at]) for at in rows) for index, column in cells.items()}
    best = max(able, key=lambda view: (filled_there[view.index], view.title), default=None)
    return best if best and filled_there[best.index] > _MOSTLY * len(rows) else None


def _says_no_thing(view: View) -> bool:
    """Whether a title says no thing, such as a street, unless it is a company's (Agence)."""
    return "something" not in view.reading.of or view.means(COMPANY) or "outlets" in view.reading.tags


def _no_contacts(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of names without any key that are firms or tasks, beside a price, or again and again: hours of work."""
    names = _used_for(NAMES, views, made)
    goods = [view.title for view in views if "goods" in view.reading.tags]
    money = [view.title for view in views if "money" in view.reading.tags]
    rows = zip(*(normal(given.sample, view.index) for view in names), strict=True)
    full = Counter(row for row in rows if any(row))
    again, times = max(full.items(), key=lambda item: (item[1], item[0]), default=((), 0))
    if goods:
        reason = Message('"{title}" tells of goods', title=in_line(goods[0]))
    elif money:
        reason = Message('"{title}" tells of payments', title=in_line(money[0]))
    elif len(tasks := _titles_of("tasks", given.titles)) >= _OF_TASKS and not any(map(_looks_like_people, names)):
        reason = Message('"{title}" tells of tasks', title=in_line(tasks[0]))
    elif firms := _named_after_firms(given, views, made):
        reason = Message('"{title}" holds organizations', title=in_line(firms.title))
    elif times > 1 and len(full) < OWN * full.total() and len(views) > len(names):
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
    return next((field for field in _REACHABLE if field in view.against or field in said), None)


def _all_buried(views: Sequence[View], titles: Sequence[str]) -> list[Message]:
    return [_buried(view, titles) for view in views if _is_buried(view)]


def _is_buried(view: View) -> bool:
    said = view.reading.of - {"person", "customer", "contact"}
    is_id = "phone" not in view.reading.things and not view.reading.things.isdisjoint(("id", "number"))
    return not (view.closed or view.against or said or is_id) and view.shape.buried


def _buried(view: View, titles: Sequence[str]) -> Message:
    return Message(
        '"{title}" ({letter}) has phone numbers or addresses among other words, and none of them is used: '
        "put each in a column of its own",
        title=to_paste(titles)[view.index],
        letter=column_letter(view.index),
    )


def _saying_nothing(given: Given, views: Sequence[View], made: Assignment) -> list[View]:
    """The columns of addresses and numbers, if they are filled with words for nothing."""
    used = _used_for(_REACHABLE, views, made)
    return used if any(any(normal(given.sample, view.index)) for view in used) and not _reach(used, made) else []


def _names_alone(empty: Sequence[View]) -> Message:
    return Message(
        "nobody has an email, a phone number or an id, for {columns} say nothing: names alone would be sent",
        columns=with_and([f'"{in_line(view.title)}" ({column_letter(view.index)})' for view in empty]),
    )


def _text_left(views: Sequence[View], made: Assignment) -> list[View]:
    """Columns of text that are no name (a login, a pet's name, the company), and have values of one's own."""
    return [view for view in _idle_text(views, made) if view.shape.own]


def _idle_text(views: Sequence[View], made: Assignment) -> list[View]:
    """Columns of text, no streets, that are no field of a person."""
    idle = [view for view in views if view.index not in made.used or made.used[view.index].field == COMPANY]
    texts = [view for view in idle if view.shape.wordy and not view.shape.addresses]
    return [view for view in texts if "about" not in view.reading.of]


def _names_an_organization(view: View) -> bool:
    """Whether a title names a company, or what may be one (School Name)."""
    said = view.reading
    named = said.things == {"name"} or (not said.things and "outlets" in said.tags)
    return view.means(COMPANY) or (named and "something" in said.of)


def _halves(best: View, views: Sequence[View], made: Assignment) -> list[View]:
    """The two columns of single words that may be first and last name, the first name before the last as their cells
    tell, or as they stand; else none. They have no titles, or stand side by side under titles that share a word."""
    free = [view for view in views if view.index not in made.used and not (view.closed or view.known or view.against)]
    alike = [view for view in free if view.shape.single_words and (view is best or _is_its_other_half(view, best))]
    if best not in alike or len(alike) != len(("first", "last")):
        return []
    return sorted(alike, key=lambda view: (view.shape.first_and_last[1] - view.shape.first_and_last[0], view.index))


def _is_its_other_half(view: View, best: View) -> bool:
    beside = abs(view.index - best.index) == 1 and {*title_words(view.title)} & {*title_words(best.title)}
    return bool(view.nothing and best.nothing) or bool(beside)


def _two_parts(halves: Sequence[View], titles: Sequence[str]) -> Message:
    first, last = (to_paste(titles)[view.index] for view in halves)
    return Message(
        "no column is the name, and people would be sent without one; if two columns are its parts: "
        '--map "{first}=first_name" --map "{last}=last_name", or the other way round',
        first=first,
        last=last,
    )


def _no_person(firm: View, titles: Sequence[str]) -> Message:
    return Message(
        '"{title}" ({letter}) names organizations, and no column a person: they would be sent without a name; '
        '--map "{title}=name" takes "{title}" as the name',
        title=to_paste(titles)[firm.index],
        letter=column_letter(firm.index),
    )


def _likeliest(views: Sequence[View], made: Assignment) -> View | None:
    """The column of text that is most like names, if there is one."""
    free = [view for view in views if view.index not in made.used and not (view.closed or view.known or view.against)]
    plain = [view for view in free if not (view.reading.things - _OF_A_NAME or "goods" in view.reading.tags)]
    texts = [view for view in plain if view.shape.wordy and (view.shape.may_be_names or _says_who(view))]
    texts = [view for view in texts if (view.shape.own or "name" in view.found) and not view.shape.addresses]
    return max(texts, key=_likeness, default=None)


def _says_who(view: View) -> bool:
    """Whether a column's title allows for a person, and its cells say more than yes and no."""
    several = len({*view.shape.cells}) > _YES_AND_NO or len(view.shape.cells) <= _YES_AND_NO
    return not view.reading.of - _OF_A_PERSON and several


def _likeness(view: View) -> tuple[bool, bool, bool, str]:
    return "name" in view.found, view.shape.may_be_names, view.shape.own, view.title


def _no_name(best: View, titles: Sequence[str]) -> Message:
    return Message(
        'no column is the name, and people would be sent without one; --map "{title}=name" takes "{title}" ({letter})',
        title=to_paste(titles)[best.index],
        letter=column_letter(best.index),
    )


def _only_ids(best: View | None, titles: Sequence[str]) -> Message:
    said = Message("nobody has a name, an email or a phone number: identifiers alone would be sent")
    if best is None:
        return said
    return Message(
        '{what}; --map "{title}=name" takes "{title}" ({letter}) as the name',
        what=said,
        title=to_paste(titles)[best.index],
        letter=column_letter(best.index),
    )
