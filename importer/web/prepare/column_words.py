"""The columns of an import, as its page shows them: what each is, why, and what it may be instead."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from importer.library.fields import FIELDS, custom_field
from importer.library.preview import Preview, PreviewColumn
from importer.livedesk.contact import CITY, COMPANY, COUNTRY, COUNTRY_CODE, CUSTOM
from importer.message import Counted, Language, Message
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY
from importer.reporter.page.field_words import Plain
from importer.texts import in_line
from importer.web.plain_words import Words, sentence

NOT_IMPORTED: Final = Message("not imported")
_PERSON: Final = Message("The person")
_KEYS: Final = Message("How to reach and recognize the person")
_GROUPS: Final[Mapping[Message, Sequence[str]]] = {
    _KEYS: ("email", "phone_number", "identifier", PHONE_COUNTRY, AREA_CODE),
    _PERSON: ("name", "first_name", "last_name", "middle_name", "second_last_name", "avatar_url"),
    Message("Details"): (COMPANY, CITY, COUNTRY, COUNTRY_CODE),
    Message("The import"): ("inbox_id",),
}
"""The fields in groups, as people look for them; what the library has beside these stands with the person."""

FOR_ALL_ROWS: Final = (COMPANY, CITY, COUNTRY, COUNTRY_CODE)
"""The fields of which it makes sense that all people have the same value, beside custom attributes."""


class FieldOption(NamedTuple):
    """A field to choose: its value in a form, its name, and what it means."""

    value: str
    words: str
    meaning: str = ""


class FieldGroup(NamedTuple):
    """Fields that stand together."""

    words: str
    options: Sequence[FieldOption]


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column: ``field`` is empty for one that is not imported. ``other`` is what an ``unsure`` one may be instead.

    ``is_chosen`` says that the user gave it its field.
    """

    key: str
    letter: str
    title: str
    examples: Sequence[str]
    field: str
    words: str
    why: str
    own: FieldOption
    unsure: bool
    other: FieldOption | None
    is_chosen: bool

    def as_json(self) -> dict[str, Any]:
        """For the script of the page."""
        return asdict(self) | {"other": self.other and self.other._asdict(), "own": self.own._asdict()}


@dataclass(frozen=True, slots=True)
class TableView:
    """Tables with the same columns: ``names`` are theirs. ``problem`` says why they cannot be imported so, ``unsure``
    how many columns are, in words."""

    names: Sequence[str]
    preview: Preview
    columns: Sequence[ColumnView]
    notes: Sequence[str]
    problem: str
    todo: str
    unsure: str

    def as_json(self) -> dict[str, Any]:
        """For the script of the page."""
        return {
            "columns": [column.as_json() for column in self.columns],
            "notes": self.notes,
            "problem": self.problem,
            "todo": self.todo,
            "unsure": self.unsure,
        }


def groups(language: Language) -> list[FieldGroup]:
    """Every field by name, in its group."""
    known = {choice.field: choice for choice in FIELDS}
    placed = {field for fields in _GROUPS.values() for field in fields}
    others = [field for field in known if field not in placed]
    return [
        FieldGroup(
            language.tell(group),
            [
                FieldOption(field, language.tell(known[field].name), language.tell(known[field].meaning))
                for field in (*fields, *(others if group is _PERSON else ()))
                if field in known
            ],
        )
        for group, fields in _GROUPS.items()
    ]


def words_of(field: str | None, language: Language) -> str:
    """What people call a field; of an attribute that is ours alone, its key."""
    if not field:
        return language.tell(NOT_IMPORTED)
    called = Plain(language).field(field)
    if field.startswith(f"{CUSTOM}."):
        return language.gettext("attribute “{key}”", key=called)
    return called


def table_views(
    previews: Sequence[Preview], given: Mapping[str, str], language: Language, names: Sequence[str]
) -> list[TableView]:
    """A view for all tables with the same columns and fields, in the order of the first of each."""
    found: dict[Any, list[int]] = {}
    for place, preview in enumerate(previews):
        same = (preview.titles, tuple(column.field for column in preview.columns), str(preview.problem))
        found.setdefault(same, []).append(place)
    return [
        _table(previews[places[0]], given, language, [names[place] for place in places]) for places in found.values()
    ]


def why_not(preview: Preview) -> Message | None:
    """Why a table cannot be imported; of one among several the library's message begins with its file."""
    message = preview.problem and preview.problem.message
    cause = message and message.values.get("cause")
    return cause if isinstance(cause, Message) else message


def _table(preview: Preview, given: Mapping[str, str], language: Language, names: Sequence[str]) -> TableView:
    problem = preview.problem
    said = [why_not(preview), problem.hint if problem else None]
    why, todo = (" ".join(Words(language).sentences(filter(None, [message]))) for message in said)
    columns = [_column(column, given, language, has_problem=problem is not None) for column in preview.columns]
    notes = Words(language).sentences(preview.warnings)
    unsure = sum(column.unsure for column in columns)
    told = Counted("{number} column is unsure: look at it.", "{number} columns are unsure: look at them.", unsure)
    return TableView(names, preview, columns, notes, why, todo, language.tell(told) if unsure else "")


def _column(column: PreviewColumn, given: Mapping[str, str], language: Language, *, has_problem: bool) -> ColumnView:
    is_chosen = column.key in given
    field = given.get(column.key, "") if has_problem else column.field or ""
    other = None
    if column.unsure and column.alternative != (field or None):
        other = FieldOption(column.alternative or "", words_of(column.alternative, language))
    return ColumnView(
        key=column.key,
        letter=column.letter,
        title=in_line(column.title, 80),
        examples=[in_line(example, 60) for example in column.examples],
        field=field,
        words=words_of(field, language),
        why=_why(column, field, language),
        own=FieldOption(column.own_field, words_of(column.own_field, language)),
        unsure=column.unsure and not is_chosen,
        other=other,
        is_chosen=is_chosen,
    )


def _why(column: PreviewColumn, field: str, language: Language) -> str:
    if told := Words(language).sentences(column.evidence):
        return language.joint.join(told)
    if not column.examples:
        return language.gettext("It is empty.")
    return "" if field else language.gettext("Neither its title nor its cells say a field.")


def constants(values: Mapping[str, str], language: Language) -> list[tuple[FieldOption, str]]:
    """What all rows get, each with its field."""
    return [(FieldOption(field, sentence(words_of(field, language))), value) for field, value in values.items()]


def constant_fields(language: Language) -> list[FieldOption]:
    """The fields that may have one value in all rows."""
    known = {choice.field: choice.name for choice in FIELDS}
    return [FieldOption(field, language.tell(known[field])) for field in FOR_ALL_ROWS]


def attribute(name: str) -> str:
    """The field of an attribute that a user named; empty for none."""
    key = "_".join(name.split())
    return custom_field(key) if key else ""
