"""Decide what every column of a file is: by options, by titles in their context, else by its cells."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import Final, Literal

from importer.errors import InputError
from importer.livedesk.contact import CUSTOM
from importer.mapping.assignment import CONSTANT, OPTION, Assignment, assign, check_constants, read_overrides
from importer.mapping.decision import NO_CHOICES, Choices, Decision, Given, decide
from importer.mapping.labels import label_columns, label_rank
from importer.mapping.no_people import refuse
from importer.mapping.number_shapes import rises
from importer.mapping.shapes import filled, normal
from importer.mapping.table_warnings import warnings
from importer.mapping.title_fields import AROUND, own_columns, recognized
from importer.mapping.views import STANDS_BEHIND, Evidence, View
from importer.mapping.vocabulary import ANYBODY
from importer.message import ENGLISH_READER, Language, Message, Messages, all_of
from importer.models import NAMES, Row
from importer.normalizer.codes import are_codes
from importer.normalizer.columns import OWN_COLUMN, PERSON_FIELDS, Column, ColumnMapping
from importer.normalizer.masked import is_masked
from importer.texts import ERROR_TITLE, aligned, column_letter, in_line, listed, titled, to_paste

_CUSTOM: Final = f"{CUSTOM}."
_MASKABLE: Final = frozenset({*NAMES, "email", "phone_number", "identifier"})
_GLANCE: Final = 20  # rows that tell whether a column is masked
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def map_columns(
    titles: Sequence[str],
    overrides: Mapping[str, str],
    constants: Mapping[str, str],
    extra: Literal["ignore", "custom"],
    sample: Sequence[Row] = (),
    choices: Choices = NO_CHOICES,
) -> ColumnMapping:
    """Decide what every column is.

    ``overrides`` is ``{title: field}``, with ``""`` to drop the column; a repeated title is written ``Title#2``.
    ``sample`` is the first rows, whose cells are evidence beside the titles.

    An errors file holds only some rows, so its ids may have counted in the file before it. We believe a title that says
    identifier, with a note: an id lost in silence is worse than one too many.

    Raises ``ConfigError`` for an unknown title or field in an option, ``InputError`` if no column is of a person.
    """
    check_constants(constants)
    given = Given(titles, sample, read_overrides(titles, overrides), frozenset(constants), choices)
    decided = decide(given)
    candidates = [Evidence(index, field, OPTION) for index, field in given.fixed.items() if field]
    candidates += [Evidence(-1, field, CONSTANT) for field in constants]
    candidates += [Evidence(index, field, STANDS_BEHIND) for index, field in choices.behind.items()]
    made = assign([*candidates, *decided.chosen], titles)
    made.passed.update(decided.passed)
    refuse(given, decided.views, made)
    if not any(use.field in PERSON_FIELDS for use in made.used.values()):
        raise _no_columns(given, decided)
    unsure = _unsure(decided)
    columns = tuple(_weighed(column, unsure) for column in _columns(given, made, extra))
    asked = [note.values.get("field") for note in decided.notes]
    unnamed = warnings(given, decided.views, made, asked)
    notes = (*made.notes, *decided.notes, *_may_count(columns, sample), *_masked(columns, sample), *unnamed)
    labels = label_columns(titles, {view.index for view in decided.views if view.shape.phone_labels})
    ids = [column.index for column in columns if column.field == "identifier"]
    codes = frozenset(index for index in ids if are_codes([*filter(None, normal(sample, index))]))
    return ColumnMapping(columns, dict(constants), notes, recognized(titles) or "", labels, label_rank, codes)


def render(mapping: ColumnMapping, *, evidence: bool = False, language: Language = ENGLISH_READER) -> list[str]:
    """Lines for the user: the product; each column with letter, title, field and why; each ``--set``.

    With ``evidence`` a column whose title does not say plainly what it is tells what its field rests on.
    """
    id_column = mapping.id_column()
    rows = [
        (
            column_letter(column.index),
            in_line(column.title) or language.tell(Message("(no title)")),
            *(map(language.tell, _IDS) if column.index == id_column else _verdict(column, evidence, language)),
        )
        for column in mapping.columns
    ]
    rows += [("", "", field, f"--set: {in_line(value)}") for field, value in mapping.constants.items()]
    product = [language.tell(Message("export of {product}", product=mapping.product))] if mapping.product else []
    return [*product, *aligned(rows)]


def _verdict(column: Column, evidence: bool, language: Language) -> tuple[str, str]:
    field = language.tell(_NOT_USED) if column.field is None else column.field
    return field, language.sentence(reasons(column if evidence else replace(column, evidence=())))


def reasons(column: Column) -> Messages:
    """How a column came by its field, or why it has none; nothing where its title says it."""
    how = (_HOW[column.how],) if column.how in _HOW else ()
    note = (column.note,) if column.note else ()
    return note or how if column.field is None else (*how, *note, *column.evidence)


_NOT_USED: Final = Message("not used")
_IDS: Final = Message("LiveDesk's id"), Message("tells who the person is; never sent")
_HOW: Final = {
    "option": Message("option"),
    "inferred": Message("inferred"),
    "extra": Message("extra"),
    "dropped": Message("dropped"),
    "as before": Message("as before"),
}
"""How a column came by its field, if the user should know; a title goes without saying."""


def _errors_file(titles: Sequence[str]) -> bool:
    return any(title.strip(AROUND) == ERROR_TITLE for title in titles)


def _may_count(columns: Sequence[Column], sample: Sequence[Row]) -> Iterator[Message]:
    """A warning for each identifier of an errors file that may be the running number of the file before it."""
    if not _errors_file([column.title for column in columns]):
        return
    names = to_paste([column.title for column in columns])
    for column in columns:
        spelled = column.title.strip(AROUND)
        if column.field == "identifier" != spelled and column.how == "title" and rises(filled(sample, column.index)):
            yield Message(
                '"{title}" ({letter}) may be a running number: used for identifier; --map "{title}=" leaves it out',
                **titled(names, column.index),
            )


def _masked(columns: Sequence[Column], sample: Sequence[Row]) -> Iterator[Message]:
    """A warning for each column in which the export has hidden a part of most values."""
    names = to_paste([column.title for column in columns])
    for column in columns:
        cells = filled(sample[:_GLANCE], column.index) if column.field in _MASKABLE else []
        masked = [cell for cell in cells if is_masked(column.field or "", cell)]
        if len(masked) * 2 > len(cells):
            yield Message(
                '"{title}" ({letter}) is masked ({value}): these values are never sent; export again with whole ones '
                '(a permission may be needed); --map "{title}=" leaves the column out',
                **titled(names, column.index),
                value=in_line(masked[0]),
            )


def _columns(given: Given, made: Assignment, extra: Literal["ignore", "custom"]) -> Iterator[Column]:
    """Every column with its use, or with the reason why it has none."""
    fixed, own = given.fixed, own_columns(given.titles)
    keys = {use.field.partition(".")[2] for use in made.used.values() if use.field.startswith(_CUSTOM)}
    for index, title in enumerate(given.titles):
        note = made.passed.get(index)
        if use := made.used.get(index):
            spare = f"{_CUSTOM}{_new_key(title, index, keys)}" if use.place and extra == "custom" else None
            how = "option" if index in fixed else "as before" if index in given.choices.behind else use.how
            yield Column(index, title, use.field, how, use.note, use.place, spare, use.reasons, person=use.person)
        elif index in fixed:
            yield Column(index, title, None, "not used" if fixed[index] else "dropped", note)
        elif index in own:
            yield Column(index, title, None, OWN_COLUMN, own[index])
        elif title.strip() and extra == "custom" and index not in given.choices.aside:
            yield Column(index, title, f"{_CUSTOM}{_new_key(title, index, keys)}", "extra", note)
        else:
            yield Column(index, title, None, "not used", note)


def _unsure(decided: Decision) -> dict[int, str | None]:
    """The columns whose use is a guess or a close decision, each with what it may be instead."""
    chosen = {one.column: one for one in decided.chosen}
    rivals = {view.index: view.rival() for view in decided.views}
    guesses = (column for column, one in chosen.items() if not one.sure or rivals.get(column))
    return {column: rivals.get(column) for column in guesses} | dict(decided.perhaps)


def _weighed(column: Column, unsure: Mapping[int, str | None]) -> Column:
    """The column with what it may be instead, unless the user, or the importer itself, has said what it is."""
    if column.index not in unsure or column.how in ("option", "dropped", OWN_COLUMN):
        return column
    return replace(column, unsure=True, alternative=unsure[column.index])


def own_key(title: str, index: int) -> str:
    """The title as the key of an attribute, in snake_case."""
    words = _CAMEL.sub(" ", unicodedata.normalize("NFKC", title)).lower()
    return re.sub(r"\W+", "_", words).strip("_") or f"column_{column_letter(index).lower()}"


def _new_key(title: str, index: int, keys: set[str]) -> str:
    """The same as a new key, which is added to ``keys``."""
    key = own_key(title, index)
    unique = next(name for name in chain([key], (f"{key}_{number}" for number in count(2))) if name not in keys)
    keys.add(unique)
    return unique


def _no_columns(given: Given, decided: Decision) -> InputError:
    """Says what to do about it, if another message does not say what to paste."""
    notes = [*decided.notes, *_ruled_out(decided.views, given.titles)]
    found = Message(
        "no column is a name, email, phone number or identifier; columns: {columns}", columns=listed(given.titles)
    )
    hint = Message("say which column is which with --map; the first row must hold the titles")
    return InputError(all_of([found, *notes]), hint if notes or not given.titles else _which_is_which(given, decided))


def _which_is_which(given: Given, decided: Decision) -> Message:
    """Names the column that is likest a name; of several texts none that is no name by its title and cells."""
    titles = given.titles
    texts = [view for view in decided.views if view.title.strip() and view.shape.wordy]
    able = texts if len(texts) == 1 else [*filter(_may_name, texts)]
    best = max(able, key=lambda view: (view.shape.may_be_names, view.shape.own, -view.index), default=None)
    index = best.index if best else next((at for at, title in enumerate(titles) if title.strip()), 0)
    made_up = all(title == f"Column {column_letter(at)}" for at, title in enumerate(titles))
    if made_up or given.choices.is_keyed:
        return Message('say which column is which, such as --map "{title}=name"', title=to_paste(titles)[index])
    if texts and not able:
        return Message("say which column is which with --map; if the first row is a person already, add --no-header")
    return Message(
        'if the first row has the titles, say which column is which, such as --map "{title}={field}"; '
        'if it is a person already: --no-header --map "Column {letter}={field}"',
        **titled(to_paste(titles), index),
        field="name" if best else "email",
    )


def _may_name(view: View) -> bool:
    """Whether a column of text may be names, by its title or by its cells: no free text."""
    said = view.reading
    titled = said.things & {"name", "company"} or said.of & ANYBODY
    return bool(view.nothing or titled or view.shape.may_be_names or view.shape.common_names)


def _ruled_out(views: Sequence[View], titles: Sequence[str]) -> Iterator[Message]:
    """Why a column is none of these fields though its title is known to mean one."""
    for view in views:
        reason = view.against.get(view.known[1]) if view.known and view.known[1] in PERSON_FIELDS else None
        if reason:
            yield Message(
                '"{title}" ({letter}) is none, for {reason}', **titled(to_paste(titles), view.index), reason=reason
            )
