"""Load the settings of an import, and tell somebody where they are wrong."""

from collections.abc import Mapping, Sequence, Set
from os.path import isfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.options import typed_settings
from importer.cli.streams import warn_of_secrets
from importer.errors import ConfigError
from importer.network.addresses import scheme_of
from importer.shell import typed_parts
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.config.settings import Config


def loaded(console: Console, options: Mapping[str, Any], path: Path | None, inputs: Sequence[object]) -> "Config":
    """Return the settings, with warnings about the files of their secrets; ``path`` is that of --config.

    Raises ``ConfigError``, once those whom --notify names know that nothing of ``inputs`` is imported: a secret that
    is missing is the likeliest failure of an import that nobody watches.
    """
    from importer.config import loading

    typed = typed_settings(options)
    try:
        settings = loading.load(typed, path)
    except ConfigError as error:
        _tell(console, error, loading.whom_to_tell(typed, path), inputs)
        raise
    warn_of_secrets(console, path)
    return settings


def tell_of_usage(console: Console, error: click.UsageError, typed: Sequence[str], flags: Set[str]) -> None:
    """Tell those whom --notify names that a command line is wrong by which something was to be imported, as far as
    the rest of it, the environment and the file of settings say whom; but not if somebody has typed it.

    What they hear names files and addresses alone: a word behind an option that there is not may be a secret.
    """
    command = error.ctx.command if error.ctx else None
    if console.has_somebody or command is None or all(one.name != "notify" for one in command.params):
        return
    from importer.config import loading

    values: dict[str, list[str]] = {}
    for option, words in typed_parts(typed, flags):
        values.setdefault(option, []).append(words[0].partition("=")[2] if option and len(words) == 1 else words[-1])
    notify, path = values.get("--notify"), values.get("--config")
    whom = loading.whom_to_tell({"notify": notify} if notify else {}, Path(path[-1]) if path else None)
    files = [word for word in values.get("", []) if isfile(word) or scheme_of(word)] or ["…"]  # noqa: PTH113 - raises nothing
    _tell(console, ConfigError("wrong usage or configuration"), whom, files)


def _tell(console: Console, error: ConfigError, whom: "Config", inputs: Sequence[object]) -> None:
    if whom.notify:
        from importer.cancellation import Cancellation
        from importer.reporter.notifications import tell_failure

        tell_failure(whom, error, inputs, console, Cancellation())
