"""Count the filled, valid and repaired cells of each column, with examples, and name the repairs in a few words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from importer.message import ENGLISH_READER, Language, Message
from importer.models import ValueType
from importer.normalizer.columns import Column, ReadColumn
from importer.normalizer.mojibake import mended
from importer.normalizer.phones import E164
from importer.normalizer.text import quoted, tidy, visible
from importer.texts import column_letter, cut, printable, to_paste

EXAMPLES: Final = 2

SAMPLE_ROWS: Final = 2000
"""The first rows of a file, by which its columns are mapped."""

_FEW: Final = 10
_CONTRADICTS: Final = 0.5
_SOUND: Final = 0.8


@dataclass(frozen=True, slots=True)
class Repairs:
    """One kind of repair in one column: how many cells, and the first one before and after."""

    column: str
    kind: Message
    count: int
    before: str
    after: str


class _Repair(NamedTuple):
    """One kind of repair in one column; row ``number`` is the first, with its cell ``before`` and ``after``."""

    number: int
    before: str
    after: str
    times: int = 1


_Example: TypeAlias = tuple[int, str, str]
"""The number of a row, its cell, and the cell's value."""

_HOW: Final = {
    "title": Message("by its title"),
    "option": Message("by --map"),
    "inferred": Message("inferred from its cells"),
    "extra": Message("by --extra-columns"),
}
"""How a column came by its field, in words."""

_Repairs: TypeAlias = dict[tuple[str, Message], _Repair]
"""By column and kind of repair."""


@dataclass(slots=True)
class _Count:
    """One column so far, with its first valid cells as examples."""

    filled: int = 0
    sound: int = 0
    examples: list[_Example] = field(default_factory=list)
    repairs: _Repairs = field(default_factory=dict)

    def show(self, *examples: _Example) -> None:
        """Keep the first in the file's order, whatever the order of calls."""
        if examples:
            self.examples = sorted((*self.examples, *examples))[:EXAMPLES]


class ColumnProfile:
    """The counts of every column that is used."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [column for column in columns if column.field is not None]
        self._counts = {column.index: _Count() for column in self._columns}
        pasted = to_paste([column.title for column in columns])
        self._pasted = {column.index: title for column, title in zip(columns, pasted, strict=True)}
        self._names = {column.index: column.title.strip() or column_letter(column.index) for column in self._columns}
        self._fields: _Repairs = {}
        self._clashes: Counter[str] = Counter()
        self._sample: dict[int, tuple[int, int]] = {}
        self._rows = 0

    def add(
        self,
        numbers: Sequence[int],
        columns: Iterable[ReadColumn],
        invalid: Container[int] = (),
        further: Iterable[ReadColumn] = (),
    ) -> None:
        """Count the cells of a batch with these row numbers; no repairs in rows at ``invalid`` places, nor of
        ``further`` cells, which are not sent."""
        if self._rows >= SAMPLE_ROWS and not self._sample:
            self._sample = {index: (count.filled, count.sound) for index, count in self._counts.items()}
            self._clashes.clear()
        self._rows += len(numbers)
        for column in columns:
            self._add_column(numbers, column, invalid)
        for column in further:
            self._add_column(numbers, column, range(len(numbers)))

    def _add_column(self, numbers: Sequence[int], column: ReadColumn, invalid: Container[int]) -> None:
        count, (values, errors, _) = self._counts[column.column], column.readings
        each = enumerate(zip(column.cells, values, strict=True))
        if column.cells == values:  # true of most columns
            sound, changed = [*range(len(values))], []
        else:
            sound = [at for at, (cell, value) in each if value is not None or (cell.strip() and at not in errors)]
            changed = [at for at in sound if column.cells[at] != values[at] and column.places[at] not in invalid]
        count.filled += len(sound) + len(errors)
        count.sound += len(sound)
        count.show(*((numbers[column.places[at]], column.cells[at], values[at] or "") for at in sound[:EXAMPLES]))
        kinds = [
            repair_kind(column.cells[at], values[at]) if column.kind == "text" else _READ_AS[column.kind]
            for at in changed
        ]
        for kind, times in Counter(filter(None, kinds)).items():
            at = changed[kinds.index(kind)]
            repair = _Repair(numbers[column.places[at]], column.cells[at], values[at] or "", times)
            _join(count.repairs, (self._names[column.column], kind), repair)

    def changed(self, field_name: str, kind: Message, before: str, after: str) -> None:
        """Count a change made because of other rows: a field filled from a duplicate, or dropped as shared."""
        _join(self._fields, (field_name, kind), _Repair(0, before, after))

    def clashed(self, field_name: str) -> None:
        """Count a value of a unique field that another person of the file has."""
        self._clashes[field_name] += 1

    def contradictions(self) -> Iterator[Message]:
        """A warning for each column that the rows behind the sample contradict: its cells are no longer of its field,
        or different people share them."""
        for column in self._columns:
            filled, sound = self._sample.get(column.index, (0, 0))
            count = self._counts[column.index]
            rest, refused = count.filled - filled, count.filled - count.sound - (filled - sound)
            bad = max(refused, self._clashes[str(column.field)] if column.field == "identifier" else 0)
            if self._sample and sound >= _SOUND * filled and bad >= _FEW and bad > _CONTRADICTS * rest:
                yield Message(
                    '"{title}" ({letter}): behind the first {rows:,} rows {bad:,} of {rest:,} cells are no {field}, or '
                    'shared by people; --map "{title}=" leaves the column out',
                    title=self._pasted[column.index],
                    letter=column_letter(column.index),
                    rows=SAMPLE_ROWS,
                    bad=bad,
                    rest=rest,
                    field=column.field,
                )

    def repairs(self) -> tuple[Repairs, ...]:
        """The repairs, column by column, the most frequent first; then the changes made because of other rows."""
        columns = (self._counts[column.index].repairs.items() for column in self._columns)
        return tuple(
            Repairs(*place, repair.times, repair.before, repair.after)
            for repairs in (*columns, self._fields.items())
            for place, repair in sorted(repairs, key=lambda item: (-item[1].times, item[1].number))
        )

    def lines(self, language: Language = ENGLISH_READER) -> list[str]:
        """A line for each used column: field, how it was found, shares of filled and valid cells, examples."""
        return [self._line(column, language) for column in self._columns]

    def _line(self, column: Column, language: Language) -> str:
        count = self._counts[column.index]
        told = Message(
            "{title} ({field}, {how}): {filled} filled, {valid} of them valid",
            title=self._names[column.index],
            field=column.field,
            how=_HOW[column.how],
            filled=_share(count.filled, self._rows),
            valid=_share(count.sound, count.filled),
        )
        examples = (_change(before, after) for _, before, after in count.examples)
        return language.joint.join((language.tell(told), *examples))


def _join(repairs: _Repairs, place: tuple[str, Message], repair: _Repair) -> None:
    """Add repairs to the count; the one in the first row stays the example."""
    mine = repairs.get(place, repair)
    times = repair.times if mine is repair else mine.times + repair.times
    repairs[place] = min(mine, repair, key=itemgetter(0))._replace(times=times)


def joined(repairs: Iterable[Repairs]) -> tuple[Repairs, ...]:
    """One for each column and kind, where several files have columns of one title; the first example stays."""
    found: dict[tuple[str, str], Repairs] = {}
    for repair in repairs:
        key = repair.column, str(repair.kind)
        found[key] = replace(found[key], count=found[key].count + repair.count) if key in found else repair
    return (*found.values(),)


def repair_line(repair: Repairs, language: Language = ENGLISH_READER) -> str:
    """``12  Phone: written as +country and number, such as "0086 138" -> "+86138"``."""
    told = Message("{column}: {repair}", column=repair.column, repair=repair.kind)
    if repair.before or repair.after:  # a forgotten run has lost them
        told = Message("{told}, such as {change}", told=told, change=_change(repair.before, repair.after))
    return f"{repair.count:>9,}  {language.tell(told)}"


def _change(before: str, after: str) -> str:
    return quoted(before, 40) if before == after else f"{_shown(before)} -> {_shown(after)}"


def _shown(text: str) -> str:
    """The text in quotes; a full-width space, which is often what was repaired, stands as it is."""
    return f'"{cut(_WIDE_SPACE.join(map(printable, text.split(_WIDE_SPACE))), 40)}"'


_WIDE_SPACE: Final = "\u3000"


def _share(part: int, whole: int) -> str:
    """A percentage: 100 % only for all, 0 % only for none."""
    if part in (0, whole):
        return "100%" if part and part == whole else "0%"
    return f"{min(max(round(100 * part / whole), 1), 99)}%"


_BETWEEN: Final = re.compile(r":::|[;,/|、\n]")
_ENOUGH_DIGITS: Final = 7


def _is_first(cell: str, value: str) -> bool:
    """Whether a cell holds several values and ``value`` is the first of them."""
    first, *rest = map(str.strip, _BETWEEN.split(unicodedata.normalize("NFKC", cell)))
    if not value or not any(rest):
        return False
    digits = re.sub(r"\D", "", first)[-_ENOUGH_DIGITS:]
    is_number = E164.fullmatch(value) and len(digits) == _ENOUGH_DIGITS and value.endswith(digits)
    return first.lower() == value.lower() or bool(is_number)


_SCHEME: Final = re.compile(r"\s*(?:mailto|tel|callto|sms|whatsapp)\s*:", re.IGNORECASE)

_DIALLED: Final = re.compile(r"\+?[0-9][0-9 ()\-]*[0-9]")
_AS_NUMBER: Final = Message("written as +country and number")
_TRIMMED: Final = Message("spaces trimmed")
_OTHERWISE: Final = Message("read differently")

_KINDS: Final[tuple[tuple[Message, Callable[[str, str], bool]], ...]] = (
    # Each test takes the cell and its value; the first that fits names the repair.
    (Message("read as empty"), lambda _, value: not value),
    (
        Message("characters of another encoding restored"),
        lambda cell, value: not cell.isascii() and tidy(mended(cell) or "") == value,
    ),
    (Message("invisible characters removed"), lambda cell, _: visible(cell) != cell),
    (
        Message("the first of several taken"),
        lambda cell, value: _is_first(cell, value) or (":::" in cell and ":::" not in value),
    ),
    (Message("full-width or other signs"), lambda cell, _: unicodedata.normalize("NFKC", cell) != cell),
    (Message("mailto: or tel: removed"), lambda cell, value: bool(_SCHEME.match(cell)) and not _SCHEME.match(value)),
    (Message("address taken out of Name <address>"), lambda cell, value: "<" in cell and "<" not in value),
    (Message('="…" removed'), lambda cell, value: cell.strip() == f'="{value}"'),
    (Message("apostrophe removed"), lambda cell, value: cell.lstrip().startswith("'") and not value.startswith("'")),
    (Message(".0 removed"), lambda cell, value: cell.strip() == f"{value}.0"),
    (_TRIMMED, lambda cell, value: " ".join(cell.split()) == value),
    (_AS_NUMBER, lambda _, value: bool(E164.fullmatch(value))),
    (Message("domain in lower case"), lambda cell, value: cell.strip().lower() == value.lower()),
)

_READ_AS: Final[dict[ValueType, Message]] = {"number": Message("read as number"), "boolean": Message("read as boolean")}


def repair_kind(cell: str, value: str | None) -> Message | None:
    """How a filled cell became ``value``; ``None`` if it did not change."""
    if value == cell:
        return None
    # The most frequent repairs first, which saves a look at the table.
    if value and value[0] == "+" and _DIALLED.fullmatch(cell):
        return _AS_NUMBER
    if value and cell.isascii() and " ".join(cell.split()) == value:
        return _TRIMMED
    return next((kind for kind, fits in _KINDS if fits(cell, value or "")), _OTHERWISE)
