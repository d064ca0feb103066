"""What the user hears where no column is the name, or most people have none, and which column could be it. Pure."""

from collections.abc import Container, Sequence
from typing import Final

from importer.livedesk.contact import COMPANY, KEY_FIELDS
from importer.mapping.assignment import Assignment
from importer.mapping.decision import Given
from importer.mapping.shapes import normal
from importer.mapping.title_reading import title_words
from importer.mapping.views import View
from importer.mapping.vocabulary import ANYBODY, NAME
from importer.message import Message
from importer.models import NAMES
from importer.normalizer.placeholders import is_nothing
from importer.texts import titled, to_paste

_YES_AND_NO: Final = 2
_MOSTLY: Final = 0.5
_SEVERAL_TIMES: Final = 0.5
_RARELY: Final = 0.1
_NO_CHANCE: Final = 3  # rows
_NO_NAME: Final = Message("no column is the name, and people would be sent without one")


def nameless(views: Sequence[View], made: Assignment, titles: Sequence[str]) -> list[Message]:
    """A warning where no column is the name, with the one that could be it, if there is one."""
    best, left = likeliest(views, made), _text_left(views, made)
    if best and (halves := _halves(best, views, made)):
        return [_two_parts(halves, titles)]
    firm = best if best and "outlets" in best.reading.tags else None
    unsaid = best is None or not ("name" in best.found or best.reading.of or best.shape.may_be_names)
    firm = firm or next((view for view in left if unsaid and _names_an_organization(view)), None)
    if firm:
        return [_no_person(firm, titles)]
    return [_no_name(best, titles)] if best else [_NO_NAME] if left else []


def mostly_nameless(given: Given, views: Sequence[View], made: Assignment) -> list[Message]:
    """A warning of a name that most people lack, with the text that says who they are, if one does: agencies, few with
    a contact. The company of somebody who can be reached stands in for a name."""
    used = [view for view in views if view.index in made.used]
    by_option = ({*given.fixed.values()} | given.constants).intersection(NAMES)
    named, firms, keyed = (_rows_with(fields, given, made) for fields in (NAMES, (COMPANY,), KEY_FIELDS))
    unnamed = {*range(len(given.sample))} - named
    rows = sorted(unnamed - (firms & keyed))
    elsewhere = by_option or any(view.shape.named_emails for view in used)
    if elsewhere or len(given.sample) < _NO_CHANCE or len(unnamed) <= _MOSTLY * len(given.sample) or not rows:
        return []
    counted = {"count": len(rows), "rows": len(given.sample)}
    best = _in_those_rows(given, _idle_text(views, made), rows)
    if best is None:
        return [Message("of the first {rows} rows {count} have no name, and would be sent without one", **counted)]
    return [
        Message(
            "of the first {rows} rows {count} have no name, and would be sent without one; "
            '--map "{title}=name" takes "{title}" ({letter})',
            **counted,
            **titled(to_paste(given.titles), best.index),
        )
    ]


def _rows_with(fields: Container[str], given: Given, made: Assignment) -> set[int]:
    """The places of the rows that have one of these fields."""
    columns = [normal(given.sample, index) for index, use in made.used.items() if use.field in fields]
    return {at for cells in columns for at, cell in enumerate(cells) if not is_nothing("name", cell)}


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
        **titled(to_paste(titles), firm.index),
    )


def likeliest(views: Sequence[View], made: Assignment) -> View | None:
    """The column of text that is most like names, if there is one."""
    free = [view for view in views if view.index not in made.used and not (view.closed or view.known or view.against)]
    plain = [view for view in free if not (view.reading.things - NAME or "goods" in view.reading.tags)]
    texts = [view for view in plain if view.shape.wordy and (view.shape.may_be_names or _says_who(view))]
    texts = [view for view in texts if _may_be_own(view) and not view.shape.addresses]
    rows = max((len(view.shape.cells) for view in views), default=0)
    return max((view for view in texts if len(view.shape.cells) > _RARELY * rows), key=_likeness, default=None)


def _may_be_own(view: View) -> bool:
    """Whether most values are different, or the title says a name and nobody stands in many rows: no buyer of ours."""
    said = "name" in view.found and len(view.shape.times) > _RARELY * len(view.shape.cells)
    return view.shape.own or said


def _says_who(view: View) -> bool:
    """Whether a column's title allows for a person, and its cells say more than yes and no."""
    several = len({*view.shape.cells}) > _YES_AND_NO or len(view.shape.cells) <= _YES_AND_NO
    return not view.reading.of - ANYBODY and several


def _likeness(view: View) -> tuple[bool, bool, bool, str]:
    return "name" in view.found, view.shape.may_be_names, view.shape.own, view.title


def _no_name(best: View, titles: Sequence[str]) -> Message:
    return Message(
        'no column is the name, and people would be sent without one; --map "{title}=name" takes "{title}" ({letter})',
        **titled(to_paste(titles), best.index),
    )
