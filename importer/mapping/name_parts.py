"""Names in several columns: which column has the whole name, and which a part of it. Rules of ``neighbours``. Pure.

Titles say it, or the e-mail addresses beside the cells (``alee@…`` beside Ann and Lee), or a title over two columns.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Final

from importer.mapping.people_names import LEAST, of_companies
from importer.mapping.title_fields import WEAK_NAME, alias, in_context
from importer.mapping.views import CLEAR, Evidence, Table, View
from importer.message import Message
from importer.models import NAMES
from importer.texts import letters

_HALF: Final = 0.5
_AGREES: Final = 45
_LEAST_LETTERS: Final = 3
MOST_NAMES: Final = 10
"""So many columns are compared with one another."""

_TRIED: Final = 200  # different pairs of cells, which tell as much as thousands
_PEOPLE: Final = frozenset({"person", "own", "contact"})
_WHOM: Final = frozenset({*_PEOPLE, "customer"})
_HAN: Final = re.compile("[\u3400-\u9fff々]{1,2}")
_STOPGAPS: Final = {"initials": "first_name", "former name": "last_name"}
_BESIDE: Final = Message("beside another part of the name")
_PART_OF_ADDRESS: Final = Message("the e-mail addresses beside it are made of both columns")
_UNDER_ONE_TITLE: Final = Message("its title stands over two columns")


def names_in_e_mails(table: Table) -> None:
    """Text that the addresses beside it contain (``Bo Ek``, ``bo@…``) is the name."""
    addresses = [table.cells(view.index) for view in table.meaning("email")]
    for view in table.views:
        settled = view.known or view.closed or (view.best() and not view.means("name"))
        if settled or view.reading.of - _PEOPLE or not view.shape.wordy:
            continue
        if view.shape.own and any(_agree(table.cells(view.index), emails) for emails in addresses):
            view.add("name", _AGREES, Message("the e-mail addresses beside it contain its words"))


def _agree(names: Sequence[str], emails: Sequence[str]) -> bool:
    pairs = sorted({pair for pair in zip(names, emails, strict=True) if all(pair)})[:_TRIED]
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
        _name_parts((one, other) if said[True] >= said[False] else (other, one), _PART_OF_ADDRESS)


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
    rows = sorted({row for row in zip(ones, others, map(_local, emails), strict=True) if all(row)})[:_TRIED]
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


def names_over_two_columns(table: Table) -> None:
    """A Name of single words, whose neighbour to the right is text without a title or with the same one, is a part."""
    by_index = {view.index: view for view in table.views}
    for view in table.meaning("name"):
        beside = by_index.get(view.index + 1)
        if beside is None or beside.closed or not _plain_name(view):
            continue
        untitled = not beside.title.strip() or letters(beside.title) == letters(view.title)
        if untitled and beside.shape.wordy and _complete(table.cells(view.index), table.cells(beside.index)):
            family_first = _says_family_first(view.title) or all(map(_HAN.fullmatch, view.shape.cells))
            _name_parts((beside, view) if family_first else (view, beside), _UNDER_ONE_TITLE)


def _says_family_first(title: str) -> bool:
    """Whether a title names the family name before the given one: Nom et prénom, Apellidos y nombre."""
    fields = [found[1] for word in re.split(r"\W+", title) if (found := alias(word)) and found[1] in NAMES]
    return len(fields) > 1 and (fields[0] == "last_name" or (fields[0] == "name" and fields[-1] == "first_name"))


def _complete(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether most names are a single word, and most have another beside them."""
    filled = [pair for pair in zip(names, others, strict=True) if pair[0]]
    single = sum(len(cell_words(name)) == 1 for name, _ in filled)
    both = sum(bool(other) and other != name for name, other in filled)
    return min(single, both) > _HALF * len(filled)


def _name_parts(views: tuple[View, View], reason: Message) -> None:
    """Make the first column the first name and the second the last name."""
    sure = any(view.known for view in views)
    for view, part in zip(views, ("first_name", "last_name"), strict=True):
        if view.known and view.means("name"):
            view.become(part, reason)
        else:
            view.found = {part: Evidence(view.index, part, CLEAR if sure else _AGREES, (reason,), inferred=True)}


def parts_of_a_name(table: Table) -> None:
    """First beside Last is as clear as First Name; a name beside a last name of the same person is the first name."""
    _clear_pairs(table)
    parts = [view for view in table.meaning("last_name", "first_name") if not (_stopgap(view) or _is_phonetic(view))]
    for view in table.meaning("name"):
        _become_a_part(table, view, parts)
    _clear_pairs(table)


def _clear_pairs(table: Table) -> None:
    """Make each part clear that stands beside the other."""
    for part, partner in (("first_name", "last_name"), ("last_name", "first_name")):
        bare = [view for view in table.views if part in view.found and view.known is None]
        clear = [view for view in table.meaning(part) if view.found[part].points >= CLEAR]
        if not clear and any(partner in view.found for view in table.views):
            for view in bare:
                view.add(part, CLEAR, Message("first and last name stand beside each other"))


def _become_a_part(table: Table, view: View, parts: Sequence[View]) -> None:
    """Make a name the part that the others of the same person lack, unless it holds one of them, and more."""
    taken = {best.field for other in parts if _of_one(view, other) and (best := other.best())} | table.fixed
    said = in_context(view.title, table.beside) if view.known else None
    bare = _plain_name(view, strange=True) and "full" not in view.reading.tags
    silent = not (view.reading.things or view.shape.logins or view.shape.may_be_names)  # a name by its e-mail addresses
    part = said or (_other_part(table, taken) if bare or silent else "")
    if part and part not in taken and not holds(table, view, parts):
        view.become(part, _BESIDE)


def stopgaps(table: Table) -> None:
    """Initials and a maiden name count where no other column has the first or the last name."""
    others = [view for view in table.views if not _stopgap(view)]
    names = {best.field for view in others if (best := view.best())} | table.fixed
    for view in table.views:
        if (part := _stopgap(view)) and not names.isdisjoint(("name", part)):
            view.rule_out(NAMES, Message("another column has that name"))


def _stopgap(view: View) -> str:
    """The part of a name that a column has for want of a better one, else ""."""
    things = view.reading.things - {"name"}
    return _STOPGAPS.get(next(iter(things)), "") if len(things) == 1 and view.known is None else ""


def _is_phonetic(view: View) -> bool:
    return "phonetic" in view.reading.tags


def _of_one(view: View, other: View) -> bool:
    """Whether two titles may be of the same person: neither says whose it is, or both say the same."""
    if view.reading.things and not {*view.reading.unknown} <= {*other.reading.unknown}:
        return False
    mine, its = view.reading.of & _WHOM, other.reading.of & _WHOM
    return not mine or not its or not mine.isdisjoint(its)


def _other_part(table: Table, taken: set[str]) -> str:
    """The part that a file with one part lacks: beside a last name the first; beside a first name the last, where cells
    can tell that it is no full name."""
    if "last_name" in taken:
        return "first_name"
    return "last_name" if "first_name" in taken and table.sample else ""


def bare_name(view: View) -> bool:
    """Whether a title says nothing but a name of a person; of a full or a weak one it says more."""
    return _plain_name(view) and "full" not in view.reading.tags


def _plain_name(view: View, *, strange: bool = False) -> bool:
    """Whether a title names the name of a person alone; ``strange`` words may say whose it is."""
    said = view.reading
    weak = view.known is not None and view.known[0] >= WEAK_NAME
    others = said.of - {"person", "customer", "contact"}
    firms = of_companies(view.shape.cells)
    return said.things == {"name"} and not (others or (said.unknown and not strange) or weak or firms)


def holds(table: Table, view: View, others: Sequence[View]) -> bool:
    """Whether the cells of a column hold what one of the others holds, and more."""
    mine = table.cells(view.index)
    for other in others:
        pairs = sorted({pair for pair in zip(mine, table.cells(other.index), strict=True) if all(pair)})[:_TRIED]
        more = sum({*cell_words(whole)} > {*cell_words(piece)} for whole, piece in pairs)
        if more > _HALF * len(pairs):
            return True
    return False
