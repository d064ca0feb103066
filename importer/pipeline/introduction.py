"""Tell the user how the tables of an import were read, before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from importer.config.settings import Config
from importer.mapping.column_mapping import render
from importer.message import Message
from importer.observer import Observer
from importer.pipeline.stage import Sheet


def introduce(observer: Observer, sheets: Sequence[Sheet], config: Config, names: Mapping[Path, str]) -> None:
    """Say of each table what it is, and which field each of its columns has; ``names`` are those of the files.

    Columns that several files share are told once: the exports of a year are fifty files.
    """
    told: dict[tuple[str, ...], str] = {}
    for path, found in groupby(sheets, lambda sheet: sheet.table.path):
        tables, name = [*found], names[path] if len(names) > 1 else ""
        if name:
            observer.say(Message("file {name}", name=name))
        for sheet in tables:
            title = [Message('sheet "{name}"', name=sheet.table.sheet)] if len(tables) > 1 else []
            said: list[Message | str] = [*sheet.table.notes, *title, *_columns(sheet, config, observer, (told, name))]
            for line in said:
                observer.say(line)
            for warning, hint in _warnings(sheet, config):
                observer.warn(Message("{what}: {cause}", what=name, cause=warning) if name else warning, hint)
    known = {field for sheet in sheets for field in _fields(sheet)}
    for field in (field for field in config.type if field not in known):
        observer.warn(Message("--type {name}: no column and no --set has this attribute", name=field))
    if config.errors_first and not config.results:
        observer.warn(Message("--errors-first sorts the copy that --results names, and there is none"))


def _columns(
    sheet: Sheet, config: Config, observer: Observer, known: tuple[dict[tuple[str, ...], str], str]
) -> Sequence[Message | str]:
    """The lines of its columns; ``known`` are those that were told, each with the file that had them, and this file."""
    told, name = known
    lines = render(sheet.mapping, evidence=config.dry_run or observer.verbose, language=observer.language)
    first = told.setdefault(tuple(lines), name)
    return lines if first == name else [Message("columns as in {name}", name=first)]


def _warnings(sheet: Sheet, config: Config) -> Iterator[tuple[Message, Message | None]]:
    """What the user must know of a table, each with what to do."""
    for note in (*sheet.table.warnings, *sheet.mapping.notes):
        yield note, None
    if config.match_by not in {*_fields(sheet), "auto"}:
        yield Message("--match-by {field}: no column and no --set has this field", field=config.match_by), _AUTO


_AUTO: Final = Message("rows without it follow auto, and change no contact that exists")


def _fields(sheet: Sheet) -> Iterator[str]:
    yield from sheet.mapping.sources()
    yield from sheet.mapping.constants
