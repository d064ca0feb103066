"""Mappings that a file's titles had before: apply a saved one, offer what a user gave, know an errors file again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from importer.config import saved_mapping
from importer.errors import ConfigError
from importer.files import workspace
from importer.history.runs import list_runs
from importer.ledger.ledger import Ledger
from importer.mapping.title_fields import own_column
from importer.message import CommandOption, Message
from importer.reporter.errors_layout import own_titles
from importer.reporter.result_files import LAST_FILE
from importer.shell import command_line
from importer.system_text import decoded
from importer.texts import listed, title_key, told_apart


def named(titles: Sequence[str]) -> list[str]:
    """Return the titles that a mapping names: not empty ones, and not those of the importer's own columns."""
    return [
        name
        for name, title in zip(told_apart(titles), titles, strict=True)
        if title.strip() and own_column(title) is None
    ]


def check_titles(name: str, saved: Mapping[str, str], titles: Sequence[str], overrides: Mapping[str, str]) -> None:
    """Raise ``ConfigError`` if a mapping is not for these titles; ``overrides`` (--map) may say what it lacks."""
    own = named(titles)
    said = {title_key(title) for title in overrides}
    new = [title for title in own if title not in saved and title_key(title) not in said]
    gone = [title for title in saved if title not in own]
    if new or gone:
        raise ConfigError(
            '--mapping "{name}" is for other titles: only the file has {new}; only the mapping has {gone}',
            "say with --map what new columns are, and save the mapping anew with --save-mapping; or correct the file",
            name=name,
            new=listed(new),
            gone=listed(gone),
        )


def overrides_for(
    saved: Mapping[str, str], found: Mapping[str, str], titles: Sequence[str], overrides: Mapping[str, str]
) -> dict[str, str]:
    """Return the column options that make of ``found``, the mapping without them, the saved one.

    All are ``{title: field}``; ``overrides`` (--map) go before. Of several columns for one field the first gets it: the
    others stand in by their titles, or not at all.
    """
    given = dict(overrides)
    said = {title_key(title) for title in overrides}
    repeated = {name.rpartition("#")[0] for name in named(titles)} & {title.strip() for title in titles}
    for title in named(titles):
        field = saved.get(title, "")
        if title_key(title) in said or found.get(title, "") == field or (field and field in given.values()):
            continue
        given[f"{title}#1" if title in repeated else title] = field
    return given


class Offer(NamedTuple):
    """What a file with the same titles had before: the ``mapping`` saved under a name, or the options (``map``) of a
    run; both are ``{title: field}``."""

    fields: Mapping[str, str]
    mapping: str = ""
    run: str = ""


def offers(output_dir: Path, titles: Sequence[str]) -> Iterator[Offer]:
    """Yield what a file with the same titles had before: saved mappings by their names, then runs, the newest first."""
    own = {*named(titles)}
    for name in saved_mapping.known(output_dir):
        with suppress(ConfigError):
            if (saved := saved_mapping.load(name, output_dir)).keys() == own:
                yield Offer(saved, mapping=name)
    try:
        with Ledger(workspace.existing_ledger(output_dir)) as ledger:
            runs = [part for _, run in ledger.runs() if run.options.get("map") for part in run.parts]
    except ConfigError:  # no ledger, or one that the import itself will report
        return
    for run in runs:
        given = run.options.get("map")
        if isinstance(given, dict) and {*named(run.titles)} == own and run.forgotten_at is None:
            yield Offer({title: str(field) for title, field in given.items()}, run=run.id)


def offered(output_dir: Path, titles: Sequence[str]) -> Message | None:
    """Return the first of ``offers`` as options to paste; ``None`` if there are none."""
    offer = next(offers(output_dir, titles), None)
    if offer is None:
        return None
    if offer.mapping:
        option = CommandOption(command_line(["--mapping", offer.mapping]))
        return Message("a mapping for these titles is saved: {option}", option=option)
    words = [word for pair in offer.fields.items() for word in ("--map", "=".join(pair))]
    options = CommandOption(command_line(words))
    return Message("columns with these titles had options in {run}: {options}", run=offer.run, options=options)


class Before(NamedTuple):
    """A run's name, its ``{title: field}``, and why the file seems to come from it."""

    run: str
    mapping: Mapping[str, str]
    why: Message


def mapping_beside(path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the run in whose folder the file lies, even of a rehearsal, which no ledger knows.

    ``None`` if there is no such run, or if the file lacks a title of its mapping.
    """
    try:
        summary: Any = json.loads((path.parent / LAST_FILE).read_text(encoding="utf-8"))
        run = str(summary["run"])
        known = [summary["mapping"], *(sheet["mapping"] for sheet in summary.get("sheets", ()))]
        mappings = [{str(title): str(field) for title, field in mapping.items()} for mapping in known]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no such file, or not ours
        return None
    why = Message("in whose folder this file lies")
    fitting = [mapping for mapping in mappings if mapping.keys() <= {*told_apart(titles)}]
    return Before(run, max(fitting, key=len), why) if fitting else None


def mapping_by_titles(output_dir: Path, path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the newest run whose errors file has these titles, preferring one that the name fits."""
    try:
        parts = [part for run, *_ in list_runs(output_dir) for part in run.parts]
        runs = [part for part in parts if own_titles(part.titles) == own_titles(titles)]
    except ConfigError:  # no ledger, or one that the import itself will report
        return None
    if not runs:
        return None
    # report.html names its corrected file ``kunden-corrected.csv``.
    named = [run for run in runs if decoded(path.stem).startswith(f"{PurePath(run.file).stem}-corrected")]
    run = (named or runs)[0]
    return Before(run.id, run.mapping, Message("whose errors file has the same titles"))
