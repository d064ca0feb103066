"""Open the files of an import: their tables, and the fields of their columns, before anything is staged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Final

from importer.cluster.settings import check_cluster
from importer.config import saved_mapping
from importer.config.settings import Config
from importer.countries import INTERNATIONAL
from importer.errors import Cancelled, ConfigError, InputError, hinting
from importer.files import workspace
from importer.history.mappings import check_titles, mapping_beside, mapping_by_titles, named, offered, overrides_for
from importer.loader.names import Named
from importer.loader.passwords import Ask, Passwords
from importer.loader.shelf import open_files
from importer.loader.stacked import first_table
from importer.loader.table import ReadOptions, Table
from importer.mapping.assignment import AsBefore, as_before, names_column, read_overrides
from importer.mapping.column_mapping import map_columns
from importer.mapping.decision import Choices
from importer.message import Message
from importer.models import Row
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.phones import valid_numbers
from importer.observer import Observer
from importer.pipeline.introduction import introduce
from importer.pipeline.stage import Sheet
from importer.pipeline.terms import Terms
from importer.pipeline.updating import check_updates
from importer.reporter.errors_layout import is_errors_file
from importer.reporter.files import check_places
from importer.reporter.result_files import whole_file
from importer.shell import command_line
from importer.texts import in_line

_MOST_TITLES: Final = 5


def opened(terms: Terms, files: Named) -> list[Sheet]:
    """Open the tables of each file, map their columns, and introduce both.

    Raises ``InputError``, ``ConfigError``, and ``Cancelled`` at the question for a password.
    """
    config, observer = terms.config, terms.observer
    options = read_options(config, _asking(terms) if observer.has_somebody else None)
    options = replace(options, known_as=tuple(files.shown.items()))
    sheets = [
        _sheet(config, table, observer, among=len(tables) * len(files.paths))
        for tables in open_files(files.paths, options)
        for table in tables
    ]
    for sheet in sheets:
        check(config, sheet.mapping)
    titles = [*dict.fromkeys(sheet.table.titles for sheet in sheets)]
    for title, field in config.map.items():
        if not any(names_column(own, title) for own in titles):
            every = [*dict.fromkeys(chain.from_iterable(titles))]
            read_overrides(every, {title: field})  # which says so
    for own in titles:
        is_mapped = config.mapping is not None or any(names_column(own, title) for title in config.map)
        if not is_mapped and (offer := offered(config.output_dir, own)):
            observer.say(offer)
    for path in files.paths:
        check_places(config, path)
    check_updates(config, [sheet.mapping for sheet in sheets])
    introduce(observer, sheets, config, files.names)
    if config.save_mapping is not None:
        _save_mapping(config.save_mapping, config, sheets, observer)
    return sheets


def _sheet(config: Config, table: Table, observer: Observer, *, among: int) -> Sheet:
    """The table with its fields; if it is refused, what it warns of is told with that: nobody introduces it then."""
    with hinting(table.warnings):
        return Sheet(table, mapped(config, table, observer, among=among))


def read_options(config: Config, ask: Ask | None = None) -> ReadOptions:
    """What the settings say about files; ``ask`` is who to ask for a password that these lack."""
    passwords = Passwords(config.passwords, ask)
    return ReadOptions(config.sheet, config.encoding, config.delimiter, config.no_header, passwords=passwords)


def _asking(terms: Terms) -> Ask:
    """Ask whoever watches the run."""
    observer, cancellation = terms.observer, terms.cancellation

    def ask(shown: object, times: int) -> str | None:
        if times:
            observer.warn(Message("that is not the password of {file}", file=shown))
        question = Message("Password of {file}: ", file=shown)
        entered = observer.enter(question, lambda: cancellation.exit_code is not None)
        if (code := cancellation.exit_code) is not None:
            raise Cancelled(code, Message("stopped at the question for a password: nothing was sent"))
        return entered

    return ask


def mapped(config: Config, table: Table, observer: Observer, *, among: int = 1) -> ColumnMapping:
    """The fields of a table's columns; where it is one ``among`` several, by those of the options that name one.

    Raises ``ConfigError``, and ``InputError`` if it is no list of people.
    """
    options = {title: field for title, field in config.map.items() if among == 1 or names_column(table.titles, title)}
    try:
        return _by_options(config, table, observer, options)
    except (ConfigError, InputError) as error:
        if among == 1:
            raise
        told = Message("{what}: {cause}", what=table.shown, cause=error.message)
        raise type(error)(told, error.hint) from error


def _by_options(config: Config, table: Table, observer: Observer, options: Mapping[str, str]) -> ColumnMapping:
    """The fields of a table's columns by ``--map``, or a saved mapping, or that of the run before."""
    rows = next(table.batches(SAMPLE_ROWS))
    sample = rows if table.is_keyed else first_table(rows, table.titles)
    valid, abroad = valid_numbers(config.country), valid_numbers(INTERNATIONAL)
    choices = Choices(valid, abroad, config.match_by, table.is_keyed, aside=table.aside)
    map_with = partial(
        map_columns, table.titles, constants=config.set, extra=config.extra_columns, sample=sample, choices=choices
    )
    if config.mapping is not None:
        saved = saved_mapping.load(config.mapping, config.output_dir)
        check_titles(config.mapping, saved, table.titles, options)
        found = map_with(overrides=options).titles_to_fields()
        return _told(map_with(overrides=overrides_for(saved, found, table.titles, options)), rows[len(sample) :])
    before = _as_before(config, table, observer, options)
    mapping = map_with(overrides=before.overrides, choices=choices._replace(behind=before.behind))
    if not options:  # nobody named a column: what has a field, or none, by an option had it in the run before
        columns = (replace(one, how="as before") if one.how in _BY_OPTION else one for one in mapping.columns)
        mapping = replace(mapping, columns=tuple(columns))
    return _told(mapping, rows[len(sample) :])


_BY_OPTION: Final = ("option", "dropped")


def _told(mapping: ColumnMapping, other: Sequence[Row]) -> ColumnMapping:
    """The mapping with a warning of another table that begins below its rows."""
    if not other:
        return mapping
    told = Message(
        "another table begins in row {row} ({titles}), and is not imported: give it a file or a sheet of its own",
        row=other[0].number,
        titles=[in_line(cell) for cell in other[0].cells if cell.strip()][:_MOST_TITLES],
    )
    return replace(mapping, notes=(*mapping.notes, told))


def _save_mapping(name: str, config: Config, sheets: Sequence[Sheet], observer: Observer) -> None:
    """Save the fields of the columns. Raises ``ConfigError`` for tables with different titles, ``OutputError``."""
    known = [named(sheet.table.titles) for sheet in sheets]
    if any({*titles} != {*known[0]} for titles in known):
        hint = Message("save the mapping of each in a run of its own")
        raise ConfigError(Message("--save-mapping: the sheets or files have different titles"), hint)
    fields = sheets[0].mapping.titles_to_fields()
    path = saved_mapping.place_of(name, config.output_dir)
    workspace.make_folder(path.parent)
    with whole_file(path) as file:
        file.write(saved_mapping.as_text({title: fields.get(title, "") for title in known[0]}).encode())
    observer.say(Message("the columns' fields are saved: {option}", option=command_line(["--mapping", name])))


def _as_before(config: Config, table: Table, observer: Observer, options: Mapping[str, str]) -> AsBefore:
    """The column options; for an errors file also the fields that its columns had in the run that wrote it."""
    if not is_errors_file(table.titles):
        return AsBefore({**options}, {})
    found = mapping_beside(table.path, table.titles) or mapping_by_titles(config.output_dir, table.path, table.titles)
    if found is None:
        return AsBefore({**options}, {})
    observer.say(Message("columns as in {run}, {why}", run=found.run, why=found.why))
    return as_before(table.titles, found.mapping, options)


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
