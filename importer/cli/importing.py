"""What every command that imports begins with: its console, its log, its settings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from importer.cli.loading import loaded
from importer.cli.streams import console_of, failures, logging_to
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.config.settings import Config


class Begun(NamedTuple):
    """A command that may work; ``typed`` are its arguments, without secrets."""

    console: Console
    settings: "Config"
    typed: tuple[str, ...]


@contextmanager
def begun(
    config_path: Path | None, log_file: Path | None, options: dict[str, Any], inputs: Sequence[object], *, as_json: bool
) -> Iterator[Begun]:
    """Yield what a command line asks for; whatever it raises ends the program with its words and its exit code.

    ``options`` are the settings, and how much is said; ``inputs`` are what is to be imported.
    """
    streams = {name: options.pop(name) for name in ("quiet", "verbose", "yes")}
    console = console_of(**streams)
    with failures(console, as_json=as_json), logging_to(console, log_file):
        settings = loaded(console, options, config_path, inputs)
        yield Begun(console, settings, click.get_current_context().obj)
