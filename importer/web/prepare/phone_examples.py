"""What the phone numbers of a file become as numbers of a country: read by the importer itself, in the first rows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from importer.config.settings import Config
from importer.countries import calling_country
from importer.errors import ConfigError
from importer.library.preview import Preview
from importer.loader.table import Table
from importer.message import Counted, Language
from importer.models import RowError
from importer.normalizer.batch import Normalizer
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.normalizer.columns import ColumnMapping, Rules
from importer.reporter.page.field_words import Plain
from importer.texts import in_line
from importer.web.plain_words import sentence, told

MOST_SHOWN: Final = 5
_MOST: Final = 0.8
"""The share of numbers that must be readable, so that a country is worth suggesting."""

_TRIED: Final = 2
_OF_READERS: Final[Mapping[str, str]] = {"zh": "CN", "zh-Hant": "TW"}


class PhoneExample(NamedTuple):
    """A cell, and the number that it is read as, or why it is none."""

    cell: str
    number: str
    problem: str


class PhoneExamples(NamedTuple):
    """Some numbers, and how many can be read, in words; nothing for a file without any.

    ``suggested`` is a country with which most could be read, ISO 3166 alpha-2, empty where there is no need or none.
    """

    shown: Sequence[PhoneExample] = ()
    words: str = ""
    suggested: str = ""


class _Number(NamedTuple):
    """A cell, its number in E.164, or the error that says why it is none."""

    cell: str
    value: str
    error: RowError | None


def phone_examples(
    tables: Sequence[tuple[Table, Preview]], config: Config, language: Language, most: int = MOST_SHOWN
) -> PhoneExamples:
    """The examples of all tables, with the country of the settings."""
    found = _read(tables, config)
    if not found:
        return PhoneExamples()
    good = [number for number in found if number.value]
    bad = [number for number in found if not number.value]
    shown_bad = [*{number.cell: number for number in bad}.values()][: most // 2 if good else most]
    shown_good = [*{number.cell: number for number in good}.values()][: most - len(shown_bad)]
    said = Counted(
        "{sound:,} of {number:,} number in the first rows can be read.",
        "{sound:,} of {number:,} numbers in the first rows can be read.",
        len(found),
        sound=len(good),
    )
    shown = [_example(number, language) for number in (*shown_good, *shown_bad)]
    suggested = "" if config.country or len(good) >= _MOST * len(found) else _suggested(tables, config, found, language)
    return PhoneExamples(shown, language.tell(said), suggested)


def _suggested(
    tables: Sequence[tuple[Table, Preview]], config: Config, found: Sequence[_Number], language: Language
) -> str:
    """A country of numbers that have its code, or of the reader, with which most numbers could be read."""
    codes = Counter(filter(None, (_country_of(number.value) for number in found)))
    likely = [code for code, _ in codes.most_common(_TRIED)] + [_OF_READERS.get(language.name, "")]
    for code in dict.fromkeys(filter(None, likely)):
        read = _read(tables, config.model_copy(update={"country": code}))
        if sum(bool(number.value) for number in read) >= _MOST * len(read):
            return code
    return ""


def _country_of(e164: str) -> str | None:
    """The country of a number by its calling code."""
    return next(filter(None, (calling_country(e164[:end]) for end in (4, 3, 2))), None) if e164 else None


def _read(tables: Sequence[tuple[Table, Preview]], config: Config) -> list[_Number]:
    return [number for table, preview in tables for number in _of(table, preview.mapping, config)]


def _of(table: Table, mapping: ColumnMapping, config: Config) -> Iterator[_Number]:
    rules = Rules(config.inbox_id or "1", config.country, config.type, config.invalid_values)
    try:
        read = Normalizer(mapping, rules)(next(table.batches(SAMPLE_ROWS))).columns
    except ConfigError:  # a value for all rows that the columns' page tells of
        return
    for column in read:
        if column.field == "phone_number":
            values, errors = column.readings.values, column.readings.errors
            for at, cell in enumerate(column.cells):
                if (value := values[at]) or at in errors:
                    yield _Number(in_line(cell), "" if at in errors else value or "", errors.get(at))


def _example(number: _Number, language: Language) -> PhoneExample:
    if number.error is None:
        return PhoneExample(number.cell, number.value, "")
    message = told(number.error.message)
    return PhoneExample(number.cell, "", sentence(Plain(language).tell(message)))
