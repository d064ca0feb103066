"""Open the file of an import: its tables, and the fields of their columns, before anything is staged."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from importer import saved_mapping, workspace
from importer.cluster.settings import check_cluster
from importer.config import Config
from importer.console import Console
from importer.errors import ConfigError
from importer.history.mappings import check_titles, named, offered, overrides_for
from importer.history.runs import mapping_beside, mapping_by_titles
from importer.loader.table import ReadOptions, Table, open_tables
from importer.mapping.assignment import as_before
from importer.mapping.column_mapping import map_columns, render
from importer.mapping.decision import Choices
from importer.message import Message
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.phones import valid_numbers
from importer.pipeline.stage import Sheet
from importer.pipeline.updating import check_updates
from importer.reporter.errors_layout import is_errors_file
from importer.reporter.files import check_places
from importer.reporter.result_files import whole_file
from importer.shell import command_line


def opened(config: Config, path: Path, console: Console) -> list[Sheet]:
    """Open the tables, map their columns, and introduce both. Raises ``InputError``, ``ConfigError``."""
    tables = open_tables(path, ReadOptions(config.sheet, config.encoding, config.delimiter))
    sheets = [_mapped(config, table, console) for table in tables]
    check_places(config, path)
    check_updates(config, [sheet.mapping for sheet in sheets])
    for sheet in sheets:
        _introduce(console, sheet, config, titled=len(sheets) > 1)
    if config.save_mapping is not None:
        _save_mapping(config.save_mapping, config, sheets, console)
    return sheets


def _mapped(config: Config, table: Table, console: Console) -> Sheet:
    """The table with the fields of its columns."""
    sample = next(table.batches(SAMPLE_ROWS))
    map_with = partial(
        map_columns,
        table.titles,
        constants=config.set,
        extra=config.extra_columns,
        sample=sample,
        choices=Choices(valid_numbers(config.country), config.match_by),
    )
    if config.mapping is not None:
        saved = saved_mapping.load(config.mapping, config.output_dir)
        check_titles(config.mapping, saved, table.titles, config.map)
        found = map_with(overrides=config.map).titles_to_fields()
        mapping = map_with(overrides=overrides_for(saved, found, table.titles, config.map))
    else:
        mapping = map_with(overrides=_as_before(config, table, console))
        if not config.map:  # nobody named a column: what is left out was so in the run before
            columns = (replace(one, how="as before") if one.how == "dropped" else one for one in mapping.columns)
            mapping = replace(mapping, columns=tuple(columns))
        if not config.map and (offer := offered(config.output_dir, table.titles)):
            console.say(offer)
    check(config, mapping)
    return Sheet(table, mapping)


def _save_mapping(name: str, config: Config, sheets: Sequence[Sheet], console: Console) -> None:
    """Save the fields of the columns. Raises ``ConfigError`` for sheets with different titles, ``OutputError``."""
    known = [named(sheet.table.titles) for sheet in sheets]
    if any({*titles} != {*known[0]} for titles in known):
        hint = Message("save the mapping of each in a run of its own, with --sheet")
        raise ConfigError(Message("--save-mapping: the sheets have different titles"), hint)
    fields = sheets[0].mapping.titles_to_fields()
    path = saved_mapping.place_of(name, config.output_dir)
    workspace.make_folder(path.parent)
    with whole_file(path) as file:
        file.write(saved_mapping.as_text({title: fields.get(title, "") for title in known[0]}).encode())
    console.say(Message("the columns' fields are saved: {option}", option=command_line(["--mapping", name])))


def _as_before(config: Config, table: Table, console: Console) -> dict[str, str]:
    """The column options; for an errors file also the fields that its columns had in the run that wrote it."""
    if not is_errors_file(table.titles):
        return config.map
    found = mapping_beside(table.path, table.titles) or mapping_by_titles(config.output_dir, table.path, table.titles)
    if found is None:
        return config.map
    console.say(Message("columns as in {run}, {why}", run=found.run, why=found.why))
    return as_before(table.titles, found.mapping, config.map)


def check(config: Config, mapping: ColumnMapping) -> None:
    """Raise ``ConfigError`` if the run could not send what it reads."""
    if config.inbox_id is None and "inbox_id" not in {*mapping.fields(), *mapping.constants}:
        raise ConfigError(
            "no inbox: the contacts need an inbox to go to",
            "add --inbox ID (console: channel settings, Channel ID) or set LIVEDESK_INBOX_ID",
        )
    if not config.rehearsal and config.scheduler is None:  # the workers of a cluster have credentials of their own
        config.credentials()
    if config.on_cluster and not config.dry_run:
        check_cluster(config)


def _introduce(console: Console, sheet: Sheet, config: Config, *, titled: bool) -> None:
    """Tell the user how a table was read, before anything is sent; ``titled`` where there are several."""
    table, mapping = sheet
    title = [Message('sheet "{name}"', name=table.sheet)] if titled else []
    shown = render(mapping, evidence=config.dry_run or console.verbose, language=console.language)
    said: list[Message | str] = [*table.notes, *title, *shown]
    for line in said:
        console.say(line)
    for note in (*table.warnings, *mapping.notes):
        console.warn(note)
    known = {*mapping.sources(), *mapping.constants}
    for name in (field for field in config.type if field not in known):
        console.warn(Message("--type {name}: no column and no --set has this attribute", name=name))
    if config.match_by not in {*known, "auto"}:
        told = Message("--match-by {field}: no column and no --set has this field", field=config.match_by)
        console.warn(told, Message("rows without it follow auto, and change no contact that exists"))
    if config.errors_first and not config.results:
        console.warn(Message("--errors-first sorts the copy that --results names, and there is none"))
