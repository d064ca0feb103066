"""A second person whose first and last name have columns of their own: ``First Name 2``, ``Фамилия2``. Pure.

The parts of a name belong together: a part of one person's never completes another's name. The second person's name
counts in rows that have no part of the first one's (the recipient of an order without a payer).
"""

from collections.abc import Mapping
from typing import Final

from importer.mapping.title_reading import Reading, besides_the_name, beyond
from importer.mapping.views import Table, View
from importer.mapping.vocabulary import SAME_PERSON
from importer.models import NAME_PARTS

_WHOLE: Final = frozenset({"first_name", "last_name"})


def second_people(table: Table) -> list[list[View]]:
    """The columns of the names of a second, third, … person, in this order; nobody where no title tells two apart."""
    people: dict[frozenset[str], dict[str, View]] = {}
    for view in table.meaning(*NAME_PARTS):
        if "phonetic" not in view.reading.tags:
            people.setdefault(besides_the_name(view.reading), {}).setdefault(_field(view), view)
    whole = {words: parts for words, parts in people.items() if parts.keys() >= _WHOLE}
    ranked = sorted(whole, key=lambda words: (-_points(whole[words]), sorted(words)))
    return [[*whole[words].values()] for words in ranked[1:]]


def may_be_strangers(views: list[View]) -> bool:
    """Whether titles say more of somebody than that goods go there: a number, or a word that no table knows."""
    return any(_is_another(view.reading) for view in views)


def _is_another(reading: Reading) -> bool:
    numbered = any(word.isdecimal() and word != "1" for word in besides_the_name(reading))
    return numbered or "second" in reading.tags or bool(beyond(reading, *SAME_PERSON))


def _field(view: View) -> str:
    best = view.best()
    return best.field if best else ""


def _points(parts: Mapping[str, View]) -> int:
    return sum(view.found[field].points for field, view in parts.items() if field in _WHOLE)
