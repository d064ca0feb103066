"""Decide what every column of a file is: by options, by titles in their context, else by its cells."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Final, Literal, NamedTuple

from importer.errors import InputError
from importer.livedesk.contact import COUNTRY, COUNTRY_CODE, CUSTOM
from importer.mapping.aliases import AREA_RANK
from importer.mapping.assignment import CONSTANT, OPTION, SPELLED_AS_FIELD, Assignment, Candidate, assign
from importer.mapping.inference import calling_codes, infer, merely_counts, rises
from importer.mapping.overrides import check_constants, is_field, read_overrides
from importer.mapping.products import label_columns, label_rank, product_aliases, recognized
from importer.mapping.title_fields import AROUND, alias, doubtful, is_never, name_in_context, own_column, spellings
from importer.message import Message, all_of, sentence, with_and
from importer.models import Row
from importer.normalizer.columns import PERSON_FIELDS, PHONE_COUNTRY, Column, ColumnMapping
from importer.texts import ERROR_TITLE, aligned, column_letter, in_line, letters, listed

_CUSTOM: Final = f"{CUSTOM}."
_COUNTRIES: Final = {COUNTRY: False, COUNTRY_CODE: True}
"""Fields whose column may hold calling codes, and whether bare digits (``49``) count as one."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class _Given(NamedTuple):
    """The titles, the first rows, and ``--map`` as ``{column: field}``."""

    titles: Sequence[str]
    sample: Sequence[Row]
    fixed: Mapping[int, str]


def map_columns(
    titles: Sequence[str],
    overrides: Mapping[str, str],
    constants: Mapping[str, str],
    extra: Literal["ignore", "custom"],
    sample: Sequence[Row] = (),
) -> ColumnMapping:
    """Decide what every column is.

    ``overrides`` is ``{title: field}``, with ``""`` to drop the column; a repeated title is written ``Title#2``.
    ``sample`` is the first rows: a column that merely counts 1, 2, 3 is no identifier; a column of calling codes is
    not sent, but says how to read phone numbers; and if no title serves a field, ``inference`` looks at the cells.

    An errors file holds only some rows, so its ids may have counted in the file before it. We believe a title that says
    identifier, with a note: an id lost in silence is worse than one too many.

    Raises ``ConfigError`` for an unknown title or field in an option, ``InputError`` if no column is of a person.
    """
    check_constants(constants)
    given = _Given(titles, sample, read_overrides(titles, overrides))
    passed: dict[int, Message] = {}
    candidates = [Candidate(OPTION, index, field) for index, field in given.fixed.items() if field]
    candidates += [Candidate(CONSTANT, -1, field) for field in constants]
    candidates += _by_title(given, passed)
    inferred, doubts = _by_content(given, candidates, passed)
    made = assign([*candidates, *inferred], titles)
    made.passed.update(passed)
    if not any(use.field in PERSON_FIELDS for use in made.used.values()):
        raise _no_columns(titles, doubts)
    columns = tuple(_columns(given, made, extra))
    notes = (*made.notes, *doubts, *_may_count(columns, sample))
    return ColumnMapping(columns, dict(constants), notes, recognized(titles) or "", label_columns(titles), label_rank)


def render(mapping: ColumnMapping) -> list[str]:
    """Lines for the user: the product; each column with letter, title, field and why; each ``--set``."""
    rows = [
        (column_letter(column.index), in_line(column.title) or str(Message("(no title)")), *_verdict(column))
        for column in mapping.columns
    ]
    rows += [("", "", field, f"--set: {in_line(value)}") for field, value in mapping.constants.items()]
    product = [str(Message("export of {product}", product=mapping.product))] if mapping.product else []
    return [*product, *aligned(rows)]


def _verdict(column: Column) -> tuple[str, str]:
    how = (_HOW[column.how],) if column.how in _HOW else ()
    note = (column.note,) if column.note else ()
    if column.field is None:
        return str(_NOT_USED), sentence(note or how)
    return column.field, sentence((*how, *note))


_NOT_USED: Final = Message("not used")
_HOW: Final = {
    "option": Message("option"),
    "inferred": Message("inferred"),
    "extra": Message("extra"),
    "dropped": Message("dropped"),
}
"""How a column came by its field, if the user should know; a title goes without saying."""


def _by_title(given: _Given, passed: dict[int, Message]) -> Iterator[Candidate]:
    """Candidates by title, without columns of ``--map``; ``passed`` gets the reason against a column."""
    titles, fixed = given.titles, given.fixed
    candidates: list[Candidate] = []
    special = product_aliases(recognized(titles))
    for index, title in enumerate(titles):
        candidate = None if index in fixed else _candidate(title, index, special)
        if candidate and (objection := _objection(candidate, given)):
            passed[index] = objection
        elif candidate:
            candidates.append(_or_phone_country(candidate, given.sample))
    taken = {candidate.field for candidate in candidates} | set(fixed.values())
    beside = {spelled for index, title in enumerate(titles) if fixed.get(index) != "" for spelled in spellings(title)}
    for candidate in candidates:
        part = name_in_context(titles[candidate.column], beside) if candidate.field == "name" else None
        yield candidate._replace(field=part) if part and part not in taken else candidate


def _candidate(title: str, index: int, special: Mapping[str, tuple[int, str]]) -> Candidate | None:
    """The candidate that a title alone makes: a field's own name first, then the product's ``special`` aliases."""
    spelled = title.strip(AROUND)
    if own_column(title) is not None:
        return None
    if is_field(spelled):
        return Candidate(SPELLED_AS_FIELD, index, spelled)
    found = special.get(letters(title)) or alias(title)
    return Candidate(found[0], index, found[1]) if found and found[1] else None


def _by_content(
    given: _Given, candidates: Sequence[Candidate], passed: Mapping[int, Message]
) -> tuple[list[Candidate], list[Message]]:
    """Columns without a candidate, matched by their cells to fields without one; and warnings about doubts."""
    spoken_for = {candidate.column for candidate in candidates} | {*given.fixed, *passed}
    free = [
        index
        for index, title in enumerate(given.titles)
        if index not in spoken_for and own_column(title) is None and not is_never(title)
    ]
    inferred, doubts = infer(given.sample, given.titles, free, {candidate.field for candidate in candidates})
    taken = {candidate.column for candidate in inferred}
    unclear = (_unclear(given.titles[index], index) for index in free if index not in taken)
    return inferred, [*doubts, *filter(None, unclear)]


def _unclear(title: str, index: int) -> Message | None:
    """A warning for a title that names several fields."""
    fields = doubtful(title)
    if not fields:
        return None
    return Message(
        '"{title}" ({letter}) says {fields}: not used; --map "{title}={first}" decides',
        title=in_line(title),
        letter=column_letter(index),
        fields=with_and(fields),
        first=fields[0],
    )


def _objection(candidate: Candidate, given: _Given) -> Message | None:
    """Why the cells of a column contradict its title, if they do."""
    rank, column, field = candidate
    if field == "identifier" and rank > SPELLED_AS_FIELD and not _errors_file(given.titles):
        return Message("merely counts the rows") if merely_counts(given.sample, column) else None
    if field == PHONE_COUNTRY and rank >= AREA_RANK and not calling_codes(given.sample, column, bare=False):
        return Message("no calling codes of countries, such as +49")
    return None


def _or_phone_country(candidate: Candidate, sample: Sequence[Row]) -> Candidate:
    """The candidate; but a country column of calling codes alone becomes ``PHONE_COUNTRY``, which is not sent."""
    bare = _COUNTRIES.get(candidate.field)
    if bare is None or candidate.rank <= SPELLED_AS_FIELD or not calling_codes(sample, candidate.column, bare=bare):
        return candidate
    return candidate._replace(field=PHONE_COUNTRY)


def _errors_file(titles: Sequence[str]) -> bool:
    return any(title.strip(AROUND) == ERROR_TITLE for title in titles)


def _may_count(columns: Sequence[Column], sample: Sequence[Row]) -> Iterator[Message]:
    """A warning for each identifier of an errors file that may be the running number of the file before it."""
    if not _errors_file([column.title for column in columns]):
        return
    for column in columns:
        spelled = column.title.strip(AROUND)
        if column.field == "identifier" != spelled and column.how == "title" and rises(sample, column.index):
            yield Message(
                '"{title}" ({letter}) may be a running number: used for identifier; --map "{title}=" leaves it out',
                title=in_line(spelled),
                letter=column_letter(column.index),
            )


def _columns(given: _Given, made: Assignment, extra: Literal["ignore", "custom"]) -> Iterator[Column]:
    """Every column with its use, or with the reason why it has none."""
    fixed = given.fixed
    keys = {use.field.partition(".")[2] for use in made.used.values() if use.field.startswith(_CUSTOM)}
    for index, title in enumerate(given.titles):
        note = made.passed.get(index)
        if use := made.used.get(index):
            spare = f"{_CUSTOM}{_new_key(title, index, keys)}" if use.place and extra == "custom" else None
            yield Column(index, title, use.field, "option" if index in fixed else use.how, use.note, use.place, spare)
        elif index in fixed:
            yield Column(index, title, None, "not used" if fixed[index] else "dropped", note)
        elif own := own_column(title):
            yield Column(index, title, None, "own column", own)
        elif title.strip() and extra == "custom":
            yield Column(index, title, f"{_CUSTOM}{_new_key(title, index, keys)}", "extra", note)
        else:
            yield Column(index, title, None, "not used", note)


def _new_key(title: str, index: int, keys: set[str]) -> str:
    """The title as a new key in snake_case, which is added to ``keys``."""
    words = _CAMEL.sub(" ", unicodedata.normalize("NFKC", title)).lower()
    key = re.sub(r"\W+", "_", words).strip("_") or f"column_{column_letter(index).lower()}"
    unique = next(name for name in chain([key], (f"{key}_{number}" for number in count(2))) if name not in keys)
    keys.add(unique)
    return unique


def _no_columns(titles: Sequence[str], doubts: Sequence[Message]) -> InputError:
    example = next((in_line(title) for title in titles if title.strip()), "Title")
    hint = Message(
        'say which column is which, such as --map "{title}=email"; the first row must hold the titles', title=example
    )
    found = Message(
        "no column is a name, email, phone number or identifier; columns: {columns}", columns=listed(titles)
    )
    return InputError(all_of([found, *doubts]), hint)
