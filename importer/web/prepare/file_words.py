"""What was found of a file, as the page of files shows it: a card a file, its tables, and what can be chosen of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from importer.config.settings import Config
from importer.errors import PasswordNeeded
from importer.library.preview import Preview
from importer.loader.sheets import ListedSheet
from importer.message import Counted, Language, Message
from importer.texts import cited, column_letter
from importer.web.plain_words import Words, sentence
from importer.web.prepare.previews import SeenFile

ENCODINGS: Final[Mapping[str, Message]] = {
    "utf-8": Message("Unicode (UTF-8)"),
    "utf-16": Message("Unicode (UTF-16)"),
    "gb18030": Message("Simplified Chinese (GB18030)"),
    "big5": Message("Traditional Chinese (Big5)"),
    "shift_jis": Message("Japanese (Shift JIS)"),
    "cp949": Message("Korean (CP949)"),
    "cp1252": Message("Western European (Windows-1252)"),
    "cp1250": Message("Central European (Windows-1250)"),
    "cp1251": Message("Cyrillic (Windows-1251)"),
    "cp1253": Message("Greek (Windows-1253)"),
    "cp1254": Message("Turkish (Windows-1254)"),
    "cp1255": Message("Hebrew (Windows-1255)"),
    "cp1256": Message("Arabic (Windows-1256)"),
    "cp1257": Message("Baltic (Windows-1257)"),
    "cp1258": Message("Vietnamese (Windows-1258)"),
    "cp874": Message("Thai (Windows-874)"),
}
"""The encodings to choose from, by the names that Python gives them."""

SEPARATORS: Final[Mapping[str, Message]] = {
    ",": Message("comma ,"),
    ";": Message("semicolon ;"),
    "\t": Message("tab"),
    "|": Message("vertical bar |"),
}
"""The separators to choose from; a file may have another one."""


class Choice(NamedTuple):
    """An option of a select: an empty ``value`` stands for what is found without one."""

    value: str
    words: str
    chosen: bool


class TableCard(NamedTuple):
    """A table: its sheet, what was found in words, its first rows, and whether these are all."""

    preview: Preview
    rows: str
    is_counted: bool
    facts: Sequence[str]
    notes: Sequence[str]
    letters: Sequence[str]


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file: ``problem`` and ``todo`` say why it cannot be read; one that ``is_locked`` wants its password.
    ``encodings`` are empty for what is no text. ``no_header`` says that its first row is a person; ``None`` where
    nobody need say it."""

    name: str
    size: int
    is_open: bool
    problem: str = ""
    todo: str = ""
    is_locked: bool = False
    tables: Sequence[TableCard] = ()
    sheets: Sequence[ListedSheet] = ()
    encodings: Sequence[Choice] = ()
    separators: Sequence[Choice] = ()
    no_header: bool | None = None


def card(seen: SeenFile, config: Config, language: Language) -> FileCard:
    """The card of a file."""
    if not seen.is_open:
        return FileCard(seen.file.name, seen.file.size, is_open=False)
    if isinstance(seen.error, PasswordNeeded):
        return FileCard(seen.file.name, seen.file.size, is_open=True, is_locked=True)
    reading = _reading(seen, config, language)
    if seen.error is not None:
        problem, todo = (
            " ".join(Words(language).sentences(filter(None, [each]))) for each in (seen.error.message, seen.error.hint)
        )
        return FileCard(
            *(seen.file.name, seen.file.size, True, problem, todo),
            encodings=reading[0],
            separators=reading[1],
            no_header=config.no_header or None,
        )
    cards = [_table(preview, rows, language) for preview, rows in zip(seen.previews, seen.counted, strict=True)]
    first = seen.previews[0]
    return FileCard(
        *(seen.file.name, seen.file.size, True),
        tables=cards,
        sheets=first.sheets if len(first.sheets) > 1 else (),
        encodings=reading[0],
        separators=reading[1],
        no_header=config.no_header if config.no_header or any(each.header_row for each in seen.previews) else None,
    )


def rows_words(rows: int) -> Message:
    """``200,000 rows``."""
    return Counted("{number:,} row", "{number:,} rows", rows)


def _table(preview: Preview, rows: int | None, language: Language) -> TableCard:
    shown = language.tell(rows_words(rows)) if rows is not None else language.gettext("counting the rows …")
    width = max((len(row.cells) for row in preview.rows), default=0)
    said = Words(language).sentences((*preview.notes, *preview.warnings))
    letters = [column_letter(index) for index in range(max(width, len(preview.titles)))]
    return TableCard(preview, shown, rows is not None, [*_facts(preview, language)], said, letters)


def _facts(preview: Preview, language: Language) -> Iterable[str]:
    if preview.header_row:
        yield language.gettext("titles in row {row}", row=preview.header_row)
    yield language.tell(Counted("{number:,} column", "{number:,} columns", len(preview.titles)))
    if preview.product:
        yield language.gettext("exported by {product}", product=preview.product)


def _reading(seen: SeenFile, config: Config, language: Language) -> tuple[Sequence[Choice], Sequence[Choice]]:
    """The encodings and the separators to choose from; of a file that cannot be read, if it may be a text."""
    found = next((preview for preview in seen.previews if preview.encoding and preview.kind == "csv"), None)
    if found is None and not (seen.error and (config.encoding or config.delimiter or _is_of_reading(seen))):
        return (), ()
    encoding = found.encoding if found and config.encoding is None else None
    separator = found.delimiter if found and config.delimiter is None else None
    has_none = found is not None and found.delimiter is None  # as JSON
    return (
        _choices(ENCODINGS, encoding, config.encoding, language),
        () if has_none else _choices(SEPARATORS, separator, config.delimiter, language),
    )


def _is_of_reading(seen: SeenFile) -> bool:
    """Whether what there is to do about an error is to name the encoding or the separator."""
    hint = str(seen.error.hint) if seen.error and seen.error.hint else ""
    return "--encoding" in hint or "--delimiter" in hint


def _choices(
    known: Mapping[str, Message], found: str | None, given: str | None, language: Language
) -> Sequence[Choice]:
    """What is found by itself, then those that are known, and what is given if it is none of them."""

    def words(value: str) -> str:
        return language.tell(known[value]) if value in known else _named(value)

    automatic = language.gettext("found: {what}", what=words(_known(found, known))) if found else ""
    others = [*known, *([given] if given and given not in known else [])]
    return [
        Choice("", sentence(automatic or language.gettext("found by itself")), not given),
        *(Choice(value, sentence(words(value)), value == given) for value in others),
    ]


def _known(found: str, known: Mapping[str, Message]) -> str:
    """The name of an encoding as the list has it; ``utf-8-sig`` and ``ascii`` are UTF-8 for everybody."""
    same = {"utf-8-sig": "utf-8", "ascii": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "euc_kr": "cp949"}
    return found if found in known else same.get(found, found)


def _named(value: str) -> str:
    return cited(value) if len(value) < 2 else value
