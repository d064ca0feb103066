"""One column and the evidence for its fields, and all columns as a table. What weighs them is in ``evidence.py``."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from importer.mapping.number_shapes import Validity
from importer.mapping.people_names import NEARLY_ALL
from importer.mapping.shapes import Shape, normal
from importer.mapping.title_fields import spellings
from importer.mapping.title_reading import Reading
from importer.message import Message
from importer.models import MatchBy, Row

USED: Final = 30
"""The points that a column needs to be used at all."""

CLEAR: Final = 50
SURE: Final = {"email": 40, "phone_number": 40}
"""The points of a field (else ``CLEAR``) from which on a column is sure: it may stand in for another. Below, it is a
guess, and counts where no column is sure and no other a guess as good."""

LAST_RESORT: Final = 31
"""Points of a company's number or address, which stands in for nobody's own."""

THE_COMPANY: Final = 9
"""The ``person`` of what a row's company shares among its people: it counts where a row names nobody."""

STANDS_BEHIND: Final = 55
"""A full name of so few points (a nickname) stands behind first and last name."""

_CLOSE: Final = 10
"""Points by which one field must lead another, so that the decision is none that a user should look at."""

_MOST_BY_WORDS: Final = 66  # so that no cells lift a title above those of titles.txt
_LESS_IF_SECOND: Final = 5
_LESS_AT_WORK: Final = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much speaks for a column's being a field, and what; ``inferred`` if its title alone would not do.

    ``person`` counts people whose names the row has: of 1 the name stands in where that of 0 is empty, all of it; the
    last of them is ``THE_COMPANY``.
    ``filled`` is in how many of the first rows the column is.
    """

    column: int
    field: str
    points: int
    reasons: tuple[Message, ...] = ()
    inferred: bool = False
    person: int = 0
    filled: int = 0

    @property
    def sure(self) -> bool:
        return self.points >= SURE.get(self.field, CLEAR)


@dataclass(slots=True)
class View:
    """One column and the evidence so far: ``found`` by field, and why some fields are ``against``.

    ``known`` is the rank and the field of a known title; ``nothing`` says that a title is empty or made up; of a
    ``closed`` column the cells do not count. Where a file's titles are ``believed``, no cell contradicts them.
    ``unclear`` are several fields that a title names; ``was`` is the field before neighbours made it another.
    """

    index: int
    title: str
    reading: Reading
    shape: Shape
    known: tuple[int, str] | None = None
    nothing: bool = False
    closed: bool = False
    believed: bool = False
    unclear: tuple[str, ...] = ()
    found: dict[str, Evidence] = field(default_factory=dict)
    against: dict[str, Message] = field(default_factory=dict)
    was: str = ""

    @property
    def is_contact(self) -> bool:
        """Whether the title says a contact, and not what of it: the name, or the number."""
        return "contact" in self.reading.of and not self.reading.things

    @property
    def has_numbers(self) -> bool:
        """Whether the cells have numbers and are no names: nearly all of them, and of a contact's most."""
        return self.shape.mostly_long_numbers if self.is_contact else self.shape.long_numbers

    def best(self) -> Evidence | None:
        """The field with the most points, if it has enough of them."""
        best = max(self.found.values(), key=lambda one: (one.points, one.field), default=None)
        return best if best and best.points >= USED else None

    def rival(self) -> str | None:
        """Another field that the column may have as well as the best one; the best one is no more than a guess, or has
        few points more."""
        best = self.best()
        others = [one for one in self.found.values() if best and one.field != best.field and one.points >= USED]
        near = [one for one in others if best and (not best.sure or best.points - one.points < _CLOSE)]
        return max(near, key=lambda one: (one.points, one.field)).field if near else None

    def means(self, *fields: str) -> bool:
        best = self.best()
        return best is not None and best.field in fields

    def add(self, name: str, points: int, *reasons: Message) -> None:
        """Add points of cells or neighbours; a known title keeps its own."""
        before = self.found.get(name) or Evidence(self.index, name, 0, inferred=True)
        said = self.reading.tags
        limit = _MOST_BY_WORDS - _LESS_IF_SECOND * ("second" in said) - _LESS_AT_WORK * ("at work" in said)
        most = max(before.points, min(limit, before.points + points))
        self.found[name] = replace(before, points=most, reasons=(*before.reasons, *reasons))

    def lift(self, name: str, points: int, reason: Message) -> None:
        """Have at least these points."""
        if (before := self.found[name]).points < points:
            self.found[name] = replace(before, points=points, reasons=(*before.reasons, reason))

    def lower(self, name: str, points: int, reason: Message) -> None:
        """Have at most these points."""
        if (before := self.found[name]).points > points:
            self.found[name] = replace(before, points=points, reasons=(*before.reasons, reason))

    def become(self, name: str, reason: Message) -> None:
        """Be another field, with the points of the best one."""
        if best := self.best():
            self.was = best.field
            self.found = {name: replace(best, field=name, reasons=(*best.reasons, reason))}

    def rule_out(self, fields: Sequence[str], reason: Message) -> None:
        """Take the evidence for some fields away, and remember why."""
        for name in fields:
            if self.found.pop(name, None):
                self.against[name] = reason


def _is_same(pair: tuple[str, str]) -> bool:
    return pair[0].casefold() == pair[1].casefold()


@dataclass(frozen=True)
class Table:
    """The columns under discussion, and the first rows. ``fixed`` are the fields that options give, and ``match_by`` is
    the one that tells who somebody is: rows that share its value are one person. ``valid`` says whether digits are a
    phone number of the user's country, if there is one."""

    titles: Sequence[str]
    sample: Sequence[Row]
    views: Sequence[View]
    fixed: frozenset[str] = frozenset()
    dropped: frozenset[int] = frozenset()
    match_by: MatchBy = "auto"
    valid: Validity | None = None
    _cells: dict[int, list[str]] = field(default_factory=dict)

    def cells(self, index: int) -> list[str]:
        """A column's cells, one for each row."""
        if index not in self._cells:
            self._cells[index] = normal(self.sample, index)
        return self._cells[index]

    def equal(self, one: int, other: int) -> bool:
        """Whether two columns are the same, cell by cell, in nearly all rows that have either, with several values."""
        pairs = [pair for pair in zip(self.cells(one), self.cells(other), strict=True) if any(pair)]
        return len({*pairs}) > 1 and sum(map(_is_same, pairs)) >= NEARLY_ALL * len(pairs)

    def meaning(self, *fields: str) -> list[View]:
        return [view for view in self.views if view.means(*fields)]

    @cached_property
    def beside(self) -> set[str]:
        return {
            spelled for at, title in enumerate(self.titles) if at not in self.dropped for spelled in spellings(title)
        }
