"""Whether a second column is the same person's, so that it may stand in where the first is empty. Pure.

``Work phone`` and ``备用邮箱`` say that they are. A title with a word that no table knows (``Handler email`` beside
``Email``, ``Billing contact`` beside ``Contact``) may be anybody's: it stands in if the cells agree with the person's
name, address or number, and else the user hears of it. A title of nothing but such a word (``Desk``) names no owner,
and stands in unless its addresses have other people's names.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from importer.mapping.name_cells import TRIED, agree, cell_words
from importer.mapping.people_names import LEAST, script
from importer.mapping.title_reading import beyond
from importer.mapping.views import CLEAR, STANDS_BEHIND, Table, View
from importer.mapping.vocabulary import PEOPLE, SAME_PERSON
from importer.message import Message
from importer.models import NAMES, REACH
from importer.normalizer.mail_domains import is_everybodys

_HALF: Final = 0.5
_LAST_DIGITS: Final = 8
_PERHAPS_ANOTHER: Final = Message("may be somebody else's")


class LeftOut(NamedTuple):
    """A column that does not stand in for ``main``: it may be another person's ``field``."""

    view: View
    field: str
    main: View


def left_out(table: Table) -> list[LeftOut]:
    """Rule out second columns that may be another person's, and tell which."""
    found = [*_names_beside_parts(table)]
    _rule_out(found)
    found += [one for field in ("name", *REACH) for one in _strangers(table, field)]
    _rule_out(found)
    people = [one for one in found if one.field != "name" or _may_be_people(one.view)]
    return [*people, *_other_contacts(table)]


def _may_be_people(view: View) -> bool:
    """Whether cells may be names: a ``--map`` that makes names of forms, lists and ships helps nobody."""
    shape = view.shape
    return shape.own and (not view.reading.unknown or shape.may_be_names or shape.common_names)


def _rule_out(found: Iterable[LeftOut]) -> None:
    for one in found:
        one.view.rule_out([one.field], _PERHAPS_ANOTHER)


def _names_beside_parts(table: Table) -> Iterator[LeftOut]:
    """Names that mostly share no word with first and last name: of an inquiry (Lead Name: Call), or somebody else's.

    A word in another script says nothing.
    """
    first, last = (sorted(table.meaning(part), key=_by_points)[:1] for part in ("first_name", "last_name"))
    for view in table.meaning("name") if first and last else ():
        spelled = view.known and view.known[0] < 0
        cells = zip(*(table.cells(one.index) for one in (view, *first, *last)), strict=True)
        rows = [row for row in sorted({*cells})[:TRIED] if all(row) and script(row[0]) == script(row[1] + row[2])]
        strange = sum(not _shares_a_word(*row) for row in rows)
        if not (spelled or _is_stopgap(view)) and len(rows) >= LEAST and strange > _HALF * len(rows):
            yield LeftOut(view, "name", first[0])


def _by_points(view: View) -> tuple[int, str]:
    best = view.best()
    return -(best.points if best else 0), view.title


def _shares_a_word(name: str, *parts: str) -> bool:
    """Whether a part of the name, or an initial, stands in the name."""
    words, whole = cell_words(name), "".join(cell_words(name))
    return any(word in whole if len(word) > 1 else word in words for part in parts for word in cell_words(part))


def _strangers(table: Table, field: str) -> Iterator[LeftOut]:
    views = [view for view in table.meaning(field) if not (field == "name" and _is_stopgap(view))]
    if len(views) <= 1:
        return
    main, *others = sorted(views, key=lambda view: (-view.found[field].points, len(view.reading.unknown), view.title))
    is_anothers = _has_anothers_name if field == "name" else _may_be_anothers
    yield from (LeftOut(view, field, main) for view in others if view.known is None and is_anothers(table, view, main))


def _is_stopgap(view: View) -> bool:
    """Whether a name is a nickname or a login, which differs from the name and is the same person's."""
    return CLEAR <= view.found["name"].points <= STANDS_BEHIND


def _has_anothers_name(table: Table, view: View, main: View) -> bool:
    """Whether a title says whose name it is, and most rows have two people; if none has both, an unknown word does."""
    said = view.reading
    words = {*said.words}.difference(main.reading.words)
    if not words or not (said.of & PEOPLE or said.unknown) or "full" in said.tags or "nickname" in said.things:
        return False
    rows = [[*map(set, map(cell_words, pair))] for pair in _both(table, view, main)]
    same = sum(mine <= its or its <= mine for mine, its in rows)
    return same <= _HALF * len(rows) if rows else not words.isdisjoint(said.unknown)


def _other_contacts(table: Table) -> Iterator[LeftOut]:
    """Columns of names that are not used, whose title says a contact and something unknown: two people of a row."""
    names = table.meaning("name", "first_name")
    for view in table.views if names else ():
        said, shape = view.reading, view.shape
        contact = "contact" in said.of <= PEOPLE and said.things <= {"name"} and said.unknown
        unused = not (view.best() or view.known or view.against or view.closed)
        if contact and unused and shape.wordy and shape.own and shape.may_be_names:
            yield LeftOut(view, "name", names[0])


def _may_be_anothers(table: Table, view: View, main: View) -> bool:
    """Whether a title has an unknown word more than the first column's, and no cells say that it is the same person."""
    words = beyond(view.reading, *SAME_PERSON).difference(main.reading.words)
    if not words or view.nothing:
        return False
    if not (view.reading.things or view.reading.of):
        return view.means("email") and _named_after(table, main) and not _are_one(table, view, main)
    alike = [one for one in table.meaning(*REACH) if words <= {*one.reading.unknown}]
    return not any(_are_one(table, one, main) for one in alike)


def _are_one(table: Table, view: View, main: View) -> bool:
    """Whether addresses have the names beside them, or two columns mostly have the same numbers, mailboxes or
    companies."""
    if view.means("email") and _named_after(table, view):
        return True
    key = _LOOKS_THE_SAME.get((view.means("email"), main.means("email")))
    pairs = _both(table, view, main) if key else []
    return key is not None and sum(key(mine) & key(its) != set() for mine, its in pairs) > _HALF * len(pairs)


def _named_after(table: Table, view: View) -> bool:
    """Whether most addresses have the name beside them."""
    emails = table.cells(view.index)
    return any(agree(table.cells(name.index), emails) for name in table.meaning(*NAMES))


def _both(table: Table, view: View, main: View) -> list[tuple[str, str]]:
    """The different pairs of filled cells of two columns."""
    pairs = {pair for pair in zip(table.cells(view.index), table.cells(main.index), strict=True) if all(pair)}
    return sorted(pairs)[:TRIED]


def _mailbox(address: str) -> set[str]:
    """What two addresses of one person may have in common: what stands before the ``@``, or a company's domain."""
    local, _, domain = address.casefold().rpartition("@")
    return {local, *(() if is_everybodys(domain) else (domain,))}


def _digits(number: str) -> set[str]:
    return {re.sub(r"\D", "", number)[-_LAST_DIGITS:]} - {""}


_LOOKS_THE_SAME: Final[Mapping[tuple[bool, bool], Callable[[str], set[str]]]] = {
    (True, True): _mailbox,
    (False, False): _digits,
}
"""What two cells share, by whether each is of addresses."""
