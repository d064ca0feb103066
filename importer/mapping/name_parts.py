"""Names in several columns by their titles: which has the whole name, which a part. Rules of ``neighbours``. Pure.

``name_cells.py`` has what cells say of it.
"""

import re
from collections.abc import Sequence
from typing import Final

from importer.mapping.name_cells import TRIED, cell_words, name_parts, plain_name
from importer.mapping.people_names import nearly_all, script
from importer.mapping.title_fields import alias, in_context
from importer.mapping.views import CLEAR, STANDS_BEHIND, Table, View
from importer.mapping.vocabulary import WITH_OWN
from importer.message import Message
from importer.models import NAMES
from importer.texts import letters

_HALF: Final = 0.5
_IDEOGRAPHS: Final = "\u2e80"
_HAN: Final = re.compile("[\u3400-\u9fff々]{1,2}")
_STOPGAPS: Final = {"initials": "first_name", "birth name": "last_name"}
_FOR_WANT_OF_ANOTHER: Final = 4  # the rank of Nom de naissance
_BESIDE: Final = Message("beside another part of the name")
_UNDER_ONE_TITLE: Final = Message("its title stands over two columns")


def names_over_two_columns(table: Table) -> None:
    """A Name of single words, whose neighbour to the right is text without a title or with the same one, is a part."""
    by_index = {view.index: view for view in table.views}
    for view in table.meaning("name"):
        beside = by_index.get(view.index + 1)
        if beside is None or beside.closed or not plain_name(view):
            continue
        untitled = not beside.title.strip() or letters(beside.title) == letters(view.title)
        if untitled and beside.shape.wordy and _complete(table.cells(view.index), table.cells(beside.index)):
            family_first = _says_family_first(view.title) or all(map(_HAN.fullmatch, view.shape.cells))
            name_parts((beside, view) if family_first else (view, beside), _UNDER_ONE_TITLE)


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


def parts_of_a_name(table: Table) -> None:
    """First beside Last is as clear as First Name; a name beside a last name of the same person is the first name."""
    _clear_pairs(table)
    parts = [view for view in table.meaning("last_name", "first_name") if not _is_second_best(view)]
    for view in table.meaning("name"):
        _become_a_part(table, view, parts)
    _clear_pairs(table)


def _clear_pairs(table: Table) -> None:
    """Make each part clear that stands beside the other, and a Middle beside both."""
    for part, partner in (("first_name", "last_name"), ("last_name", "first_name")):
        bare = [view for view in table.views if part in view.found and view.known is None]
        clear = [view for view in table.meaning(part) if view.found[part].points >= CLEAR]
        if not clear and any(partner in view.found for view in table.views):
            for view in bare:
                view.add(part, CLEAR, Message("first and last name stand beside each other"))
    if table.meaning("first_name") and table.meaning("last_name"):
        for view in table.views:
            if "middle_name" in view.found and not view.found["middle_name"].sure:
                view.add("middle_name", CLEAR, Message("first and last name stand beside it"))


def _become_a_part(table: Table, view: View, parts: Sequence[View]) -> None:
    """Make a name the part that the others of the same person lack, unless it holds one of them: of somebody with a
    single name it holds no more than that."""
    taken = {best.field for other in parts if _of_one(view, other) and (best := other.best())} | table.fixed
    said = in_context(view.title, table.beside) if view.known else None
    bare = plain_name(view, strange=True) and ("full" not in view.reading.tags or _lacks_a_part(table, view, parts))
    silent = not (view.reading.things or view.shape.logins or view.shape.may_be_names)  # a name by its e-mail addresses
    part = said or (_other_part(table, taken) if bare or silent else "")
    if part and part not in taken and not holds(table, view, parts, more=False):
        view.become(part, _BESIDE)


def _lacks_a_part(table: Table, view: View, parts: Sequence[View]) -> bool:
    """Whether a full name, by its title, is mostly a single word without the part that stands beside it."""
    mine = table.cells(view.index)
    for cells in (table.cells(part.index) for part in parts):
        pairs = [pair for pair in zip(mine, cells, strict=True) if all(pair)]
        if pairs and _complete(mine, cells) and not any(letters(its) in letters(whole) for whole, its in pairs):
            return True
    return False


def shorter_names(table: Table) -> None:
    """A name that is no more than one of its parts, where other columns have both, stands behind them."""
    first, last = table.meaning("first_name"), table.meaning("last_name")
    for view in table.meaning("name") if first and last else ():
        if _is_one_of(table.cells(view.index), *(table.cells(one.index) for one in (first[0], last[0]))):
            view.lower("name", STANDS_BEHIND, Message("it holds no more than a part of the name"))


def _is_one_of(names: Sequence[str], *parts: Sequence[str]) -> bool:
    """Whether a name mostly is one of two parts, in rows that have all three."""
    rows = [row for row in zip(names, *parts, strict=True) if all(row) and row[1] != row[2]]
    return bool(rows) and sum(row[0] in row[1:] for row in rows) > _HALF * len(rows)


def stopgaps(table: Table) -> None:
    """Initials and a maiden name count where no other column has the first or the last name.

    A middle name counts beside one of them: alone it is none, and beside a full name it may be a couple's other name.
    """
    others = [view for view in table.views if not _stopgap(view)]
    names = {best.field for view in others if (best := view.best())} | table.fixed
    for view in table.views:
        if (part := _stopgap(view)) and not names.isdisjoint(("name", part)):
            view.rule_out(NAMES, Message("another column has that name"))
    if names.isdisjoint(("first_name", "last_name")):
        for view in table.meaning("middle_name"):
            view.rule_out(["middle_name"], Message("no first or last name stands beside it"))


def _stopgap(view: View) -> str:
    """The part of a name that a column has for want of a better one, else ""."""
    things = view.reading.things - {"name"}
    return _STOPGAPS.get(next(iter(things)), "") if len(things) == 1 and view.known is None else ""


def _is_second_best(view: View) -> bool:
    """Whether a part of a name counts for want of another: initials, a name at birth, a spelling by sound."""
    rank = view.known[0] if view.known else 0
    return bool(_stopgap(view)) or "phonetic" in view.reading.tags or rank >= _FOR_WANT_OF_ANOTHER


def _of_one(view: View, other: View) -> bool:
    """Whether two titles may be of the same person: neither says whose it is, or both say the same."""
    if view.reading.things and not {*view.reading.unknown} <= {*other.reading.unknown}:
        return False
    mine, its = view.reading.of & WITH_OWN, other.reading.of & WITH_OWN
    return not mine or not its or not mine.isdisjoint(its)


def _other_part(table: Table, taken: set[str]) -> str:
    """The part that a file with one part lacks: beside a last name the first; beside a first name the last, where cells
    can tell that it is no full name."""
    if "last_name" in taken:
        return "first_name"
    return "last_name" if "first_name" in taken and table.sample else ""


def _but_initials(piece: Sequence[str], whole: Sequence[str]) -> set[str]:
    """The words of a name, without those that are initials of a fuller one: Ann L. beside Ann Lee."""
    spelled = {word for word in piece if word > _IDEOGRAPHS or len(word) > 1 or not any(w[:1] == word for w in whole)}
    return spelled or {*piece}


def holds(table: Table, view: View, others: Sequence[View], *, more: bool = True) -> bool:
    """Whether the cells of a column hold what one of the others holds, and, unless that need not be, more."""
    mine = table.cells(view.index)
    for other in others:
        pairs = sorted({pair for pair in zip(mine, table.cells(other.index), strict=True) if all(pair)})[:TRIED]
        spelled = [
            ({*cell_words(whole)}, _but_initials(cell_words(piece), cell_words(whole))) for whole, piece in pairs
        ]
        held = sum(whole > piece if more else whole >= piece for whole, piece in spelled)
        if held > _HALF * len(pairs):
            return True
    return False


def own_script(table: Table) -> None:
    """First and last name in the script of a language go before the same in Latin letters (姓, family_name), unless
    these are titled as our fields are."""
    found = [(field, *_by_script(table.meaning(field))) for field in ("first_name", "last_name")]
    ours = all(view.known and view.known[0] < 0 for _, latin, _ in found for view in latin)
    for field, latin, own in found if not ours and all(latin and own for _, latin, own in found) else ():
        most = max(view.found[field].points for view in latin)
        for view in own:
            view.lift(field, most + 1, Message("it is in the script of the people's language"))


def _by_script(views: Sequence[View]) -> tuple[list[View], list[View]]:
    """The columns in Latin letters, and those in others whose title says no more than a part of a name."""
    known = [view for view in views if view.shape.cells and view.known]
    latin = [view for view in known if nearly_all(view.shape.cells, lambda cell: script(cell) == {"LATIN"})]
    other = [view for view in known if nearly_all(view.shape.cells, lambda cell: "LATIN" not in script(cell))]
    return latin, [view for view in other if view.known and view.known[0] == 0]
