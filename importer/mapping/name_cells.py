"""Which columns are a name by their cells, and by the e-mail addresses beside them. Rules of ``neighbours``. Pure.

The addresses contain the names (``alee@…`` beside Ann and Lee); or the cells are common first and last names.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, permutations
from typing import Final

from importer.mapping.people_names import LEAST
from importer.mapping.title_fields import WEAK_NAME, in_context
from importer.mapping.views import CLEAR, Evidence, Table, View
from importer.mapping.vocabulary import BUT_CUSTOMERS, PEOPLE
from importer.message import Message
from importer.models import NAMES, REACH
from importer.texts import letters

_HALF: Final = 0.5
_AGREES: Final = 45
_LEAST_LETTERS: Final = 3
MOST_NAMES: Final = 10
"""So many columns are compared with one another."""

TRIED: Final = 200
"""So many different pairs of cells tell as much as thousands."""

_FIRST_NAMES: Final = 1 / 3  # shares of cells that are common names: there are more last names than first ones
_LAST_NAMES: Final = 1 / 5
_CLEARLY: Final = 0.3
_PART_OF_ADDRESS: Final = Message("the e-mail addresses beside it are made of both columns")
_FATHERS: Final = Message("its cells are patronymics")
_FIRST_BESIDE: Final = Message("one column holds first names, and the addresses contain the other")
_COMMON_PARTS: Final = Message("the two columns hold common first names and last names")


def names_in_e_mails(table: Table) -> None:
    """Text that the addresses beside it contain (``Bo Ek``, ``bo@…``) is the name."""
    addresses = [table.cells(view.index) for view in table.meaning("email")]
    for view in table.views:
        settled = view.known or view.closed or (view.best() and not view.means("name"))
        strangers = view.reading.of - BUT_CUSTOMERS or "outlets" in view.reading.tags
        if settled or strangers or not view.shape.wordy:
            continue
        if view.shape.own and any(agree(table.cells(view.index), emails) for emails in addresses):
            view.add("name", _AGREES, Message("the e-mail addresses beside it contain its words"))


def agree(names: Sequence[str], emails: Sequence[str]) -> bool:
    """Whether most of the addresses contain a word of the name beside them."""
    pairs = sorted({pair for pair in zip(names, emails, strict=True) if all(pair)})[:TRIED]
    return len(pairs) >= LEAST and sum(_in_address(*pair) for pair in pairs) > _HALF * len(pairs)


def _in_address(name: str, email: str) -> bool:
    """Whether a word of the name, or all of it, stands before the ``@``; a single letter stands in many addresses."""
    local = _local(email)
    words, parts = cell_words(name), {word for word in (*cell_words(local), letters(local)) if len(word) > 1}
    return bool(parts.intersection((*words, "".join(words)))) or any(
        len(word) >= _LEAST_LETTERS and word in letters(local) for word in words
    )


def _local(email: str) -> str:
    return email.rpartition("<")[2].partition("@")[0]


@lru_cache(10_000)
def cell_words(text: str) -> tuple[str, ...]:
    """The words of a cell as ``letters`` spells them, without numbers."""
    return tuple(letters(word) for word in re.split(r"[\W_\d]+", text) if word)


def parts_in_e_mails(table: Table) -> None:
    """Two columns of which the addresses beside them are made (``ann.lee@…``, ``alee@…``) are first and last name.

    An initial stands for the first name, and the first name stands first; where all rows leave that open, the columns'
    order tells.
    """
    perhaps = [view for view in table.views if _may_be_a_part(view) and not _said_by_titles(table, view)]
    unclear = [view for view in perhaps if not view.shape.logins] or perhaps
    if not 1 < len(unclear) <= MOST_NAMES:
        return
    addresses = [table.cells(view.index) for view in table.meaning("email")]
    found = [
        (said.total(), *pair, said)
        for pair in combinations(unclear, 2)
        for emails in addresses
        if (said := _made_of(table.cells(pair[0].index), table.cells(pair[1].index), emails))
    ]
    if found:
        _, one, other, said = max(found, key=lambda each: (each[0], -each[1].index, -each[2].index))
        name_parts((one, other) if said[True] >= said[False] else (other, one), _PART_OF_ADDRESS)


def _may_be_a_part(view: View) -> bool:
    """Whether a column of text has a title that says nothing of it, or only that it is a name."""
    silent = view.nothing or not (view.known or view.reading.things or view.reading.of or view.best())
    return not view.closed and view.shape.wordy and (silent or _is_unclear_name(view))


def _said_by_titles(table: Table, view: View) -> bool:
    """Whether titles say which part of a name a column has (Nom beside Prénom): addresses break no such pair."""
    return bool(view.known and in_context(view.title, table.beside) in NAMES)


def _is_unclear_name(view: View) -> bool:
    return view.means("name") and (view.known is None or bare_name(view))


def _made_of(ones: Sequence[str], others: Sequence[str], emails: Sequence[str]) -> Counter[bool | None] | None:
    """How often the first column has the first name, the second has it, or neither is clear; ``None`` if most addresses
    are not made of both."""
    rows = sorted({row for row in zip(ones, others, map(_local, emails), strict=True) if all(row)})[:TRIED]
    said = Counter(order for row in rows for order in _order(*row))
    return said if said.total() >= LEAST and said.total() > _HALF * len(rows) else None


def _order(one: str, other: str, local: str) -> Iterator[bool | None]:
    """Whether the first of two cells stands first in an address, or as an initial.

    Nothing if the address lacks one of them or is one of them (a login), or if they share a word.
    """
    whole, mine_all, its_all = "".join(cell_words(local)), _spellings(one), _spellings(other)
    if whole in mine_all | its_all or not mine_all.isdisjoint(its_all):
        return
    pairs = [(mine, its) for mine in mine_all for its in its_all]
    if any(whole in (mine + its, mine[0] + its, mine + its[0]) for mine, its in pairs):
        yield True
    elif any(whole in (its + mine, its[0] + mine, its + mine[0]) for mine, its in pairs):
        yield False
    elif any(_both_in(whole, mine, its) for mine, its in pairs):
        yield None


def _both_in(whole: str, mine: str, its: str) -> bool:
    """Whether an address contains two words; single letters occur in many."""
    return min(len(mine), len(its)) > 1 and mine in whole and its in whole and len(mine + its) <= len(whole)


def _spellings(cell: str) -> set[str]:
    words = cell_words(cell)
    return {"".join(words), *words} - {""}


def parts_by_cells(table: Table) -> None:
    """Two columns without titles, one of common first names and one of common last names, are the parts of a name.

    That is so if nothing else is a name, and no other pair of columns is as good. Beside both, patronymics are the
    middle name.
    """
    if not table.fixed.isdisjoint(NAMES):
        return
    perhaps = [view for view in table.views if _may_be_untitled_part(view)]
    named = any(view.means(*NAMES) for view in table.views if view not in perhaps)
    if named or not 1 < len(perhaps) <= MOST_NAMES:
        return
    pairs = [*permutations(perhaps, 2)]
    for middle in (view for view in perhaps if view.shape.patronymics):
        if pair := _surest([pair for pair in pairs if _side_by_side(middle, *pair)]):
            middle.found = {"middle_name": Evidence(middle.index, "middle_name", _AGREES, (_FATHERS,), inferred=True)}
            name_parts(pair, _COMMON_PARTS)
            return
    if pair := _surest(pairs):
        name_parts(pair, _COMMON_PARTS)


def _side_by_side(*views: View) -> bool:
    """Whether columns are different ones with no other between them."""
    places = sorted(view.index for view in views)
    return places == [*range(places[0], places[0] + len(views))]


def _surest(pairs: Sequence[tuple[View, View]]) -> tuple[View, View] | None:
    """The pair that most surely has first names and last names; ``None`` if no pair has, or several equally."""
    found = [(sure, pair) for pair in pairs if (sure := _sure_of_parts(*pair))]
    best = [pair for sure, pair in found if sure == max(found, key=lambda each: each[0])[0]]
    return best[0] if len(best) == 1 else None


def first_names_beside(table: Table) -> None:
    """Common first names right beside a single word that the addresses contain are the first name, and that the last:
    ``Max``, ``Mair``, ``m.mair@…``."""
    names = [view for view in table.meaning("name") if view.nothing and view.shape.single_words]
    pairs = [
        (other, view)
        for view in names
        for other in table.views
        if abs(other.index - view.index) == 1 and _may_be_untitled_part(other) and not other.best()
        if other.shape.first_and_last[0] >= max(_HALF, view.shape.first_and_last[0] + _CLEARLY)
    ]
    if len(pairs) == 1 and table.fixed.isdisjoint(NAMES):
        name_parts(pairs[0], _FIRST_BESIDE)


def first_names(table: Table) -> None:
    """Text without a title that holds first names is the name, where no other text is and people can be reached."""
    texts = [view for view in table.views if view.shape.wordy and not view.shape.of_companies]
    reached = table.meaning(*REACH)
    if len(texts) != 1 or not reached or not table.fixed.isdisjoint(NAMES) or table.meaning(*NAMES):
        return
    view = texts[0]
    silent = view.nothing and not view.closed and view.best() is None
    if silent and view.shape.own and len(view.shape.cells) >= LEAST and view.shape.first_and_last[0] >= _HALF:
        view.add("name", _AGREES, Message("its cells are first names"))


def _may_be_untitled_part(view: View) -> bool:
    settled = view.closed or (view.best() and not view.means("name"))
    return view.nothing and not settled and view.shape.single_words and len(view.shape.cells) >= LEAST


def _sure_of_parts(one: View, other: View) -> float:
    """How surely the first column has first names and the second last names; 0 if it is not sure at all."""
    (first, first_too), (last_too, last) = one.shape.first_and_last, other.shape.first_and_last
    clear = first + last - first_too - last_too >= _CLEARLY
    return first + last if clear and first >= _FIRST_NAMES and last >= _LAST_NAMES else 0.0


def name_parts(views: tuple[View, View], reason: Message) -> None:
    """Make the first column the first name and the second the last name."""
    sure = any(view.known for view in views)
    for view, part in zip(views, ("first_name", "last_name"), strict=True):
        if view.known and view.means("name"):
            view.become(part, reason)
        else:
            view.found = {part: Evidence(view.index, part, CLEAR if sure else _AGREES, (reason,), inferred=True)}


def bare_name(view: View) -> bool:
    """Whether a title says nothing but a name of a person; of a full or a weak one it says more."""
    return plain_name(view) and "full" not in view.reading.tags


def plain_name(view: View, *, strange: bool = False) -> bool:
    """Whether a title names the name of a person alone; ``strange`` words may say whose it is."""
    said = view.reading
    weak = view.known is not None and view.known[0] >= WEAK_NAME
    others = said.of - PEOPLE
    firms = view.shape.of_companies
    return said.things == {"name"} and not (others or (said.unknown and not strange) or weak or firms)
