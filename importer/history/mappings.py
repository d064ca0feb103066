"""Mappings that a file's titles had before: apply a saved one, offer what a user gave; nothing applies by itself."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from importer import saved_mapping, workspace
from importer.errors import ConfigError
from importer.ledger.ledger import Ledger
from importer.mapping.title_fields import own_column
from importer.message import CommandOption, Message
from importer.shell import command_line
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
