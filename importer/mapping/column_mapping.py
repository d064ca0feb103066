"""Every column of a file to its use: titles, their context, options, and content where titles say nothing."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from importer.errors import InputError
from importer.livedesk.contact import COUNTRY, COUNTRY_CODE, CUSTOM
from importer.mapping.aliases import AREA_RANK
from importer.mapping.choice import CONSTANT, OPTION, SPELLED_AS_FIELD, Assignment, Candidate, choose
from importer.mapping.inference import calling_codes, infer, merely_counts, rises
from importer.mapping.overrides import check_constants, is_field, read_overrides
from importer.mapping.products import label_columns, label_rank, product_aliases, recognized
from importer.mapping.title_fields import alias, doubtful, is_never, name_in_context, own_column, spellings
from importer.message import Message, all_of, sentence, with_and
from importer.models import Row
from importer.normalizer.columns import PERSON_FIELDS, PHONE_COUNTRY, Column, ColumnMapping
from importer.text_table import aligned
from importer.titles import ERROR_TITLE, column_letter, letters, listed, shown, title_key, told_apart

_CUSTOM: Final = f"{CUSTOM}."
_COUNTRIES: Final = {COUNTRY: False, COUNTRY_CODE: True}
"""Fields whose column may hold calling codes instead, and whether mere digits are such: ``49`` names no country."""

_AROUND: Final = "\ufeff \t\r\n"
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def map_columns(
    titles: Sequence[str],
    overrides: Mapping[str, str],
    constants: Mapping[str, str],
    extra: Literal["ignore", "custom"],
    sample: Sequence[Row] = (),
) -> ColumnMapping:
    """Decide what every column is.

    ``overrides`` is ``{title: field}``, ``""`` dropping the column; a title that the file repeats is spelled
    ``Title#2``. ``sample`` is some first rows: a column in which they merely count 1, 2, 3 is no identifier, one of
    calling codes is not sent but says how phone numbers are read, and where no title serves a field, the content of a
    column may (``inference``).

    An errors file has some rows of another file, so it cannot be told whether its numbers counted there: a title that
    says identifier is believed, for an id that is lost in silence is worse than one too many, and a note says so.

    Raises ``ConfigError`` for an unknown title or field in an option, ``InputError`` if no column tells of a person.
    """
    fixed = read_overrides(titles, overrides)
    check_constants(constants)
    passed: dict[int, Message] = {}
    offers = [Candidate(OPTION, index, field) for index, field in fixed.items() if field]
    offers += [Candidate(CONSTANT, -1, field) for field in constants]
    offers += _offers_of_titles(titles, fixed, sample, passed)
    offers, doubts = _with_inferred(titles, fixed, offers, sample, passed)
    choice = choose(offers, titles)
    choice.passed.update(passed)
    if not any(use.field in PERSON_FIELDS for use in choice.used.values()):
        raise _no_columns(titles, doubts)
    decided = tuple(_decide(titles, fixed, choice, extra))
    notes = (*choice.notes, *doubts, *_may_count(decided, sample))
    return ColumnMapping(decided, dict(constants), notes, recognized(titles) or "", label_columns(titles), label_rank)


def as_before(titles: Sequence[str], before: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """``overrides``, and for an errors file what its columns were in the run that wrote it.

    ``before`` is that run's ``{title: field}``. A few bad rows say less of a column than the whole file did: so a
    column that was not used stays so, and one whose title says nothing keeps its field. What an option says goes first.
    """
    said = {title_key(title) for title in overrides}
    kept = dict(overrides)
    repeated = {name.rpartition("#")[0] for name in told_apart(titles)} & {title.strip() for title in titles}
    for name, title in zip(told_apart(titles), titles, strict=True):
        field = before.get(name, "")
        free = not field or (alias(title) is None and not is_field(title.strip(_AROUND)) and field not in kept.values())
        if free and own_column(title) is None and title.strip() and title_key(name) not in said:
            kept[f"{name}#1" if name in repeated else name] = field
    return kept


def render(mapping: ColumnMapping) -> list[str]:
    """The product, the mapping as aligned lines (letter, title, field, and how or why), and what ``--set`` brings."""
    rows = [
        (column_letter(column.index), shown(column.title) or str(Message("(no title)")), *_verdict(column))
        for column in mapping.columns
    ]
    rows += [("", "", field, f"--set: {shown(value)}") for field, value in mapping.constants.items()]
    return [
        *([str(Message("export of {product}", product=mapping.product))] if mapping.product else []),
        *aligned(rows),
    ]


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
"""What is said of how a column came by its use; of a title, and of a column without a use, nothing."""


def _offers_of_titles(
    titles: Sequence[str], fixed: Mapping[int, str], sample: Sequence[Row], passed: dict[int, Message]
) -> Iterator[Candidate]:
    """What the titles without ``--map`` offer; ``passed`` receives the reasons against a column."""
    offers: list[Candidate] = []
    special = product_aliases(recognized(titles))
    for index, title in enumerate(titles):
        offer = None if index in fixed else _offer(title, index, special)
        against = _against(offer, titles, sample) if offer else None
        if offer and against:
            passed[index] = against
        elif offer:
            offers.append(_in_the_light_of(offer, sample))
    taken = {offer.field for offer in offers} | set(fixed.values())
    beside = {spelled for index, title in enumerate(titles) if fixed.get(index) != "" for spelled in spellings(title)}
    for offer in offers:
        part = name_in_context(titles[offer.column], beside) if offer.field == "name" else None
        yield offer._replace(field=part) if part and part not in taken else offer


def _offer(title: str, index: int, special: Mapping[str, tuple[int, str]]) -> Candidate | None:
    """What a title offers by itself; one that is spelled as a field goes before every other.

    ``special`` are a product's own aliases.
    """
    spelled = title.strip(_AROUND)
    if own_column(title) is not None:
        return None
    if is_field(spelled):
        return Candidate(SPELLED_AS_FIELD, index, spelled)
    found = special.get(letters(title)) or alias(title)
    return Candidate(found[0], index, found[1]) if found and found[1] else None


def _with_inferred(
    titles: Sequence[str],
    fixed: Mapping[int, str],
    offers: list[Candidate],
    sample: Sequence[Row],
    passed: Mapping[int, Message],
) -> tuple[list[Candidate], list[Message]]:
    """The offers with those of the content of columns that have none, for fields that have none; and the doubts."""
    spoken_for = {offer.column for offer in offers} | {*fixed, *passed}
    free = [
        index
        for index, title in enumerate(titles)
        if index not in spoken_for and own_column(title) is None and not is_never(title)
    ]
    inferred, doubts = infer(sample, titles, free, {offer.field for offer in offers})
    taken = {offer.column for offer in inferred}
    unclear = [_unclear(title, index) for index, title in enumerate(titles) if index in free and index not in taken]
    return offers + inferred, [*doubts, *filter(None, unclear)]


def _unclear(title: str, index: int) -> Message | None:
    """A warning for a title that says several fields at once."""
    fields = doubtful(title)
    if not fields:
        return None
    return Message(
        '"{title}" ({letter}) says {fields}: not used; --map "{title}={first}" decides',
        title=shown(title),
        letter=column_letter(index),
        fields=with_and(fields),
        first=fields[0],
    )


def _against(offer: Candidate, titles: Sequence[str], sample: Sequence[Row]) -> Message | None:
    """What the cells of a column say against what its title offers, if anything."""
    if offer.field == "identifier" and offer.rank > SPELLED_AS_FIELD and not _errors_file(titles):
        return Message("merely counts the rows") if merely_counts(sample, offer.column) else None
    if offer.field == PHONE_COUNTRY and offer.rank >= AREA_RANK and not calling_codes(sample, offer.column, bare=False):
        return Message("no calling codes of countries, such as +49")
    return None


def _in_the_light_of(offer: Candidate, sample: Sequence[Row]) -> Candidate:
    """The offer; but a country's column of calling codes alone says how phone numbers are read, and is not sent."""
    bare = _COUNTRIES.get(offer.field)
    if bare is None or offer.rank <= SPELLED_AS_FIELD or not calling_codes(sample, offer.column, bare=bare):
        return offer
    return offer._replace(field=PHONE_COUNTRY)


def _errors_file(titles: Sequence[str]) -> bool:
    return any(title.strip(_AROUND) == ERROR_TITLE for title in titles)


def _may_count(columns: Sequence[Column], sample: Sequence[Row]) -> Iterator[Message]:
    """A warning for an identifier of an errors file that may be the running number of the file before it."""
    if not _errors_file([column.title for column in columns]):
        return
    for column in columns:
        spelled = column.title.strip(_AROUND)
        if column.field == "identifier" != spelled and column.how == "title" and rises(sample, column.index):
            yield Message(
                '"{title}" ({letter}) may be a running number: used for identifier; --map "{title}=" leaves it out',
                title=shown(spelled),
                letter=column_letter(column.index),
            )


def _decide(
    titles: Sequence[str], fixed: Mapping[int, str], choice: Assignment, extra: Literal["ignore", "custom"]
) -> Iterator[Column]:
    keys = {use.field.partition(".")[2] for use in choice.used.values() if use.field.startswith(_CUSTOM)}
    for index, title in enumerate(titles):
        note = choice.passed.get(index)
        if use := choice.used.get(index):
            spare = f"{_CUSTOM}{_new_key(title, index, keys)}" if use.place and extra == "custom" else None
            yield Column(index, title, use.field, "option" if index in fixed else use.how, use.note, use.place, spare)
        elif index in fixed:
            yield Column(index, title, None, "not used" if fixed[index] else "dropped", note)
        elif own := own_column(title):
            yield Column(index, title, None, "own column", own)
        elif not title.strip():
            yield Column(index, title, None, "not used")
        elif extra == "custom":
            yield Column(index, title, f"{_CUSTOM}{_new_key(title, index, keys)}", "extra", note)
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


def _no_columns(titles: Sequence[str], doubts: Sequence[Message]) -> InputError:
    example = next((shown(title) for title in titles if title.strip()), "Title")
    hint = Message(
        'say which column is which, such as --map "{title}=email"; the first row must hold the titles', title=example
    )
    found = Message(
        "no column is a name, email, phone number or identifier; columns: {columns}", columns=listed(titles)
    )
    return InputError(all_of([found, *doubts]), hint)
