"""Column titles to fields: the alias table, the context of names, ``--map``, ``--set`` and ``--extra-columns``."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from importer.errors import ConfigError, InputError
from importer.models import ATTRIBUTE_PREFIXES, CREATE_FIELDS, NAME_PARTS, Row
from importer.titles import WEAK_NAME, alias, name_in_context, own_column, title_key

PERSON_FIELDS: Final = ("name", *NAME_PARTS, "email", "phone_number", "identifier")
"""A file without a column for one of these tells nothing of a person."""

# Ranks above the alias table's: lower goes first.
_CONSTANT: Final = -3
_OPTION: Final = -2
_SPELLED_AS_FIELD: Final = -1
_NOBODY: Final = 99

_AROUND: Final = "\ufeff \t\r\n"
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBERED: Final = re.compile(r"(.+)#([1-9][0-9]*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. ``index`` counts from 0; ``field`` is ``None`` where the column is not used.

    ``how`` is one of ``title``, ``option``, ``extra``, ``dropped``, ``own column``, ``not used``; ``note`` says
    why a column was passed over.
    """

    index: int
    title: str
    field: str | None
    how: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Every column of the file in its order, the ``--set`` constants, and warnings for the user."""

    columns: tuple[Column, ...]
    constants: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def fields(self) -> dict[str, int]:
        """``{field: index of its column}``; a field is served by one column at most."""
        return {column.field: column.index for column in self.columns if column.field is not None}

    def titles_to_fields(self) -> dict[str, str]:
        """``{title: field}`` of the columns that are used; a title that the file repeats is told apart by ``#2``."""
        names = _told_apart([column.title for column in self.columns])
        return {names[column.index]: column.field for column in self.columns if column.field is not None}


class _Offer(NamedTuple):
    """A column that can serve a field; a constant stands in the column -1."""

    rank: int
    column: int
    field: str


def map_columns(
    titles: Sequence[str],
    overrides: Mapping[str, str],
    constants: Mapping[str, str],
    extra: Literal["ignore", "custom"],
    sample: Sequence[Row] = (),
) -> ColumnMapping:
    """Decide what every column is.

    ``overrides`` is ``{title: field}``, ``""`` dropping the column; a title that the file repeats is spelled
    ``Title#2``. ``sample`` is some first rows: a column in which they merely count 1, 2, 3 is no identifier.

    Raises ``ConfigError`` for an unknown title or field in an option, ``InputError`` if no column tells of a person.
    """
    fixed = _read_overrides(titles, overrides)
    _check_constants(constants)
    passed: dict[int, str] = {}
    offers = [_Offer(_OPTION, index, field) for index, field in fixed.items() if field]
    offers += [_Offer(_CONSTANT, -1, field) for field in constants]
    offers += _offers_of_titles(titles, fixed, sample, passed)
    served, notes = _choose(offers, titles, passed)
    if not any(field in PERSON_FIELDS for field in served.values()):
        raise _no_columns(titles)
    decided = tuple(_decide(titles, fixed, served, passed, extra))
    return ColumnMapping(decided, MappingProxyType(dict(constants)), tuple(notes))


def column_letter(index: int) -> str:
    """The name that spreadsheet programs give to the column ``index`` (from 0): A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def render(mapping: ColumnMapping) -> list[str]:
    """The mapping as aligned lines of text: letter, title, field, and how or why; then what ``--set`` brings."""
    rows = [
        (column_letter(column.index), _shown(column.title) or "(no title)", *_verdict(column))
        for column in mapping.columns
    ]
    rows += [("", "", field, f"--set: {_shown(value)}") for field, value in mapping.constants.items()]
    widths = [max((_width(row[place]) for row in rows), default=0) for place in range(3)]
    return [
        "  ".join(_padded(text, width) for text, width in zip(row, [*widths, 0], strict=True)).rstrip() for row in rows
    ]


def _verdict(column: Column) -> tuple[str, str]:
    if column.field is None:
        return ("not used", column.note or (column.how if column.how != "not used" else ""))
    return (column.field, "; ".join(filter(None, ["" if column.how == "title" else column.how, column.note])))


def _is_field(field: str) -> bool:
    if field.startswith(ATTRIBUTE_PREFIXES):
        return field.partition(".")[2].strip() != ""
    return field in (*CREATE_FIELDS, *NAME_PARTS)


def _check_field(option: str, field: str) -> None:
    if _is_field(field):
        return
    known = [*CREATE_FIELDS, *NAME_PARTS, *(f"{prefix}KEY" for prefix in ATTRIBUTE_PREFIXES)]
    near = difflib.get_close_matches(field.lower(), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ConfigError(f'{option}: there is no field "{field}"', f"{hint}Fields: {', '.join(known)}")


def _check_constants(constants: Mapping[str, str]) -> None:
    for field, value in constants.items():
        _check_field(f'--set "{field}={value}"', field)
        if not value.strip():
            raise ConfigError(f'--set "{field}=": there is no value', f"write --set {field}=VALUE, or leave it out")


def _read_overrides(titles: Sequence[str], overrides: Mapping[str, str]) -> dict[int, str]:
    """``{index: field}`` of ``--map``, ``""`` for a dropped column."""
    fixed: dict[int, str] = {}
    for title, field in overrides.items():
        option = f'--map "{title}={field}"'
        if field:
            _check_field(option, field)
        index = _find(titles, title, option)
        if index in fixed:
            raise ConfigError(f'{option}: the column "{titles[index]}" has a --map already', "name each column once")
        if field and field in fixed.values():
            raise ConfigError(f"{option}: another --map gives {field} a column", "name each field once")
        fixed[index] = field
    return fixed


def _find(titles: Sequence[str], wanted: str, option: str) -> int:
    """The column that an option names: to the letter first, then by ``title_key``; ``#2`` is a title's second."""
    numbered = _NUMBERED.fullmatch(wanted)
    found = _positions(titles, wanted)
    if not found and numbered:
        found = _positions(titles, numbered[1])[int(numbered[2]) - 1 :][:1]
    if not found:
        raise ConfigError(f'{option}: the file has no column "{wanted}"', f"its columns: {_listed(titles)}")
    if len(found) > 1:
        where = ", ".join(map(column_letter, found))
        hint = f'write "{titles[found[0]].strip()}#1" for the first of them, "#2" for the second'
        raise ConfigError(f'{option}: the columns {where} are all titled "{wanted}"', hint)
    return found[0]


def _positions(titles: Sequence[str], wanted: str) -> list[int]:
    exact = [index for index, title in enumerate(titles) if title.strip() == wanted.strip()]
    key = title_key(wanted)
    return exact or [index for index, title in enumerate(titles) if key and title_key(title) == key]


def _offers_of_titles(
    titles: Sequence[str], fixed: Mapping[int, str], sample: Sequence[Row], passed: dict[int, str]
) -> Iterator[_Offer]:
    """What the titles without ``--map`` offer; ``passed`` receives the reasons against a column."""
    offers: list[_Offer] = []
    for index, title in enumerate(titles):
        offer = None if index in fixed else _offer(title, index)
        if offer and offer.field == "identifier" and offer.rank >= 0 and _merely_counts(sample, index):
            passed[index] = "merely counts the rows"
        elif offer:
            offers.append(offer)
    taken = {offer.field for offer in offers} | set(fixed.values())
    keys = {title_key(title) for index, title in enumerate(titles) if fixed.get(index) != ""}
    for offer in offers:
        part = name_in_context(title_key(titles[offer.column]), keys) if offer.field == "name" else None
        yield offer._replace(field=part) if part and part not in taken else offer


def _offer(title: str, index: int) -> _Offer | None:
    """What a title offers by itself; one that is spelled as a field goes before every other."""
    spelled = title.strip(_AROUND)
    if own_column(title) is not None:
        return None
    if _is_field(spelled):
        return _Offer(_SPELLED_AS_FIELD, index, spelled)
    found = alias(title)
    return found and _Offer(found[0], index, found[1])


def _merely_counts(sample: Sequence[Row], index: int) -> bool:
    """Whether the cells are 1, 2, 3, … (or from 0): a list's running number, which says nothing of a person."""
    cells = [row.cells[index].strip() for row in sample if index < len(row.cells)]
    return len(cells) > 1 and any(cells == [str(number + start) for number in range(len(cells))] for start in (0, 1))


def _choose(
    offers: Sequence[_Offer], titles: Sequence[str], passed: dict[int, str]
) -> tuple[dict[int, str], list[str]]:
    """``{index: field}`` of the columns that are used, and the warnings; ``passed`` receives why others are not."""
    best = {offer.field: offer for offer in sorted(offers, reverse=True)}  # the lowest is written last
    unused = _names_not_used(best)
    notes = []
    for offer in sorted(offers, key=lambda offer: offer.column):
        winner = best[offer.field]
        if offer.field in unused:
            passed[offer.column] = unused[offer.field]
        elif offer is not winner:
            passed[offer.column] = _why(winner, titles)
            if offer.rank == winner.rank:
                notes.append(_tie(winner, offer, titles))
    used = [offer for field, offer in best.items() if field not in unused and offer.column >= 0]
    return {offer.column: offer.field for offer in used}, notes


def _names_not_used(best: Mapping[str, _Offer]) -> dict[str, str]:
    """A full name goes before its parts, but parts that an option asks for, and any before a nickname, go first."""
    full = best["name"].rank if "name" in best else _NOBODY
    parts = min((best[part].rank for part in NAME_PARTS if part in best), default=_NOBODY)
    if _NOBODY in (full, parts):
        return {}
    if full >= WEAK_NAME or parts <= _OPTION < full:
        return {"name": "first and last name are used"}
    return dict.fromkeys(NAME_PARTS, "the full name is used")


def _why(winner: _Offer, titles: Sequence[str]) -> str:
    if winner.rank == _CONSTANT:
        return f"--set gives {winner.field} to every row"
    return f'"{_shown(titles[winner.column])}" is used for {winner.field}'


def _tie(winner: _Offer, other: _Offer, titles: Sequence[str]) -> str:
    names = _told_apart(titles)
    mine, yours = names[winner.column], names[other.column]
    where = f'"{mine}" ({column_letter(winner.column)}) and "{yours}" ({column_letter(other.column)})'
    return f'{where} can both be {winner.field}: the first is used; --map "{yours}={winner.field}" takes the other'


def _decide(
    titles: Sequence[str],
    fixed: Mapping[int, str],
    served: Mapping[int, str],
    passed: Mapping[int, str],
    extra: Literal["ignore", "custom"],
) -> Iterator[Column]:
    keys = {field.partition(".")[2] for field in served.values() if field.startswith("custom_attributes.")}
    for index, title in enumerate(titles):
        note = passed.get(index, "")
        if index in served:
            yield Column(index, title, served[index], "option" if index in fixed else "title")
        elif index in fixed:
            yield Column(index, title, None, "not used" if fixed[index] else "dropped", note)
        elif own := own_column(title):
            yield Column(index, title, None, "own column", own)
        elif not title.strip():
            yield Column(index, title, None, "not used")
        elif extra == "custom":
            yield Column(index, title, f"custom_attributes.{_new_key(title, index, keys)}", "extra", note)
        else:
            yield Column(index, title, None, "not used", note)


def _new_key(title: str, index: int, keys: set[str]) -> str:
    """A title as a key in snake_case that is not yet in ``keys``, and joins them."""
    words = _CAMEL.sub(" ", unicodedata.normalize("NFKC", title)).lower()
    key = re.sub(r"\W+", "_", words).strip("_") or f"column_{column_letter(index).lower()}"
    unique = next(
        name for name in (key, *(f"{key}_{number}" for number in range(2, len(keys) + 3))) if name not in keys
    )
    keys.add(unique)
    return unique


def _no_columns(titles: Sequence[str]) -> InputError:
    example = next((_shown(title) for title in titles if title.strip()), "Title")
    hint = f'say which column is which, such as --map "{example}=email"; the first row must hold the titles'
    return InputError(f"no column is a name, email, phone number or identifier; columns: {_listed(titles)}", hint)


def _told_apart(titles: Sequence[str]) -> list[str]:
    """The titles, a repeated one with ``#2`` and on, as ``--map`` spells them."""
    seen: Counter[str] = Counter()
    names = []
    for title in titles:
        spelled = title.strip()
        seen[spelled] += 1
        names.append(spelled if seen[spelled] == 1 else f"{spelled}#{seen[spelled]}")
    return names


def _listed(titles: Sequence[str], most: int = 30) -> str:
    shown = [f'"{_shown(title)}"' for title in titles if title.strip()]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return (", ".join(shown[:most]) + more) or "none"


def _shown(text: str, most: int = 40) -> str:
    """A text for one line of a terminal: without control characters, and not long."""
    line = "".join(character if character.isprintable() else " " for character in text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _width(text: str) -> int:
    """Terminal columns: Chinese, Japanese and Korean characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.category(character) == "Mn" for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))
