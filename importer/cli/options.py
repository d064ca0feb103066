"""What options are made with, and the options that commands share."""

from collections.abc import Callable, Mapping
from functools import partial, reduce
from pathlib import Path
from typing import Any, Final, TypeAlias

import click
from click.core import ParameterSource

from importer.cli.click_words import spoken
from importer.cli.help import Option
from importer.config import environment, yaml_file
from importer.errors import ConfigError
from importer.message import LANGUAGES, Message, all_of, named
from importer.terminal.log_formats import LOG_FORMATS

Decorator: TypeAlias = Callable[[Any], Any]
Maker: TypeAlias = Callable[..., Decorator]
"""Makes an option's decorator; ``in_group`` tells it the group."""

EXIT_CODES: Final = {
    "0": Message(
        "every row is fine (created, updated, exists, unchanged, duplicate; dry run: valid; verify: same; undo: undone)"
    ),
    "1": Message(
        "finished, and some rows are invalid, failed, unknown or not_found "
        "(verify: not all is the same; undo: some kept)"
    ),
    "2": Message("wrong usage or configuration; a question declined"),
    "3": Message("the input cannot be read"),
    "4": Message("stopped: credentials refused, inbox unknown, or the service unreachable"),
    "5": Message("another import works on this ledger"),
    "130 / 143": Message("interrupted / terminated; the requests in flight were settled"),
}

# Groups that several commands have.
SENDING: Final = Message("Sending")
RESULTS: Final = Message("Results")

FOLDER: Final = Message("FOLDER")
PATH: Final = Message("PATH")
FILE: Final = Message("FILE")
RUN: Final = Message("RUN")
SECONDS: Final = Message("SECONDS")


class LanguageType(click.Choice[str]):
    """One of the languages, in any spelling of its tag: ``zh``, ``zh-CN``, ``zh_CN.UTF-8``."""

    def __init__(self) -> None:
        super().__init__(LANGUAGES)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Its name, as ``LANGUAGES`` has it."""
        language = named(value)
        return language.name if language else super().convert(value, param, ctx)


def option(*names: str, about: Message, **more: Any) -> Maker:
    """An option to be; see ``Option``."""
    return partial(click.option, *names, cls=Option, about=about, **more)


def in_group(group: Message, *makers: Maker) -> tuple[Decorator, ...]:
    """Options of a group."""
    return tuple(maker(group=group) for maker in makers)


def with_options(*decorators: Decorator) -> Decorator:
    """Give a command arguments and options, in their order."""
    return lambda command: reduce(lambda so_far, decorator: decorator(so_far), reversed(decorators), command)


def with_value(name: str, metavar: Message | str, about: Message, kind: Any = None, **more: Any) -> Maker:
    """An option with a value, which ``metavar`` stands for in help."""
    return option(name, metavar=metavar, about=about, type=kind, **more)


PATH_TYPE: Final = click.Path(path_type=Path)
FILE_TYPE: Final = click.Path(path_type=Path, dir_okay=False)
IN_SECONDS: Final[dict[str, Any]] = {"metavar": SECONDS, "kind": float}

CONFIG: Final = option(
    *("--config", "config_path"),
    metavar=PATH,
    type=PATH_TYPE,
    about=Message("Configuration file."),
    otherwise="./config.yaml",
)


def _use_env_file(context: click.Context, _parameter: click.Parameter, path: Path | None) -> None:
    """Let the command read the file's variables: before its other options are looked for in them."""
    if path is not None:
        try:
            context.find_root().with_resource(environment.using(environment.read(path)))
        except ConfigError as error:
            raise click.BadParameter(spoken(all_of([told for told in (error.message, error.hint) if told]))) from None


ENV_FILE: Final = option(
    "--env-file",
    metavar=PATH,
    type=PATH_TYPE,
    is_eager=True,
    callback=_use_env_file,
    expose_value=False,
    about=Message("File of variables, KEY=VALUE in each line; those of the environment go before them."),
)
OUTPUT_DIR: Final = with_value(
    *("--output-dir", FOLDER, Message("Folder of the run folders and the ledger.")),
    kind=click.Path(path_type=Path, file_okay=False),
    otherwise="import-results",
)
PLACES: Final = (OUTPUT_DIR, CONFIG, ENV_FILE)
"""For commands that load no settings but the place of the ledger; ``results_folder`` makes it of the three."""


def results_folder(output_dir: Path | None, config_path: Path | None = None) -> Path:
    """Return the folder of the run folders and the ledger: ``output_dir`` of the option or the variable, else what the
    configuration file says, else the default.

    Raises ``ConfigError`` if that file should say it and cannot be read: any other ledger might be the wrong one.
    """
    if output_dir is not None:
        return output_dir
    path = yaml_file.chosen(config_path)
    try:
        given = yaml_file.value_of(path, "output_dir") if path else None
    except ConfigError as error:
        hint = Message("correct it, or say where the ledger is with --output-dir")
        raise ConfigError(error.message, hint) from None
    if not isinstance(given, str | None):
        setting = f"{path}: output_dir"
        raise ConfigError(Message("{setting}: {reason}", setting=setting, reason=Message("expected a text")))
    from importer.files import workspace  # loads a library, which completion of options needs not

    return Path(given) if given else workspace.DEFAULT


LANG: Final = option(
    "--lang",
    type=LanguageType(),
    expose_value=False,
    is_read_before=True,  # see importer/cli/reader.py
    about=Message("Language of everything that people read."),
    otherwise=Message("config or the locale"),
)
LOG_FORMAT: Final = option(
    "--log-format",
    type=click.Choice([*LOG_FORMATS]),
    expose_value=False,  # importer/cli/reader.py reads it before click does
    about=Message(
        "Standard error: plain text, JSON (an object a line) for log collectors, or lines with a priority for "
        "systemd's journal; the last two end with the run in one entry. With json a log file is JSON too."
    ),
    otherwise=Message("text, or journald where standard error goes to the journal"),
)
BASE_URL: Final = with_value(
    *("--base-url", "URL", Message("Address of the API; https only, http for this machine.")),
    otherwise="https://livedesk-api.engagelab.com",
)
CONCURRENCY: Final = with_value("--concurrency", "N", Message("Requests in flight at most."), int, otherwise="10")
RATE: Final = with_value(
    *("--rate", "N", Message("Requests a second at most."), float),
    otherwise=Message("adapts to what the server lets through"),
)
TIMEOUT: Final = with_value("--timeout", about=Message("Longest wait for an answer."), otherwise="30", **IN_SECONDS)
MAX_ATTEMPTS: Final = with_value("--max-attempts", "N", Message("Tries of a request."), int, otherwise="5")
MAX_WAIT: Final = with_value(
    "--max-wait",
    about=Message("Longest pause that the server may ask for; then the run stops and can be continued."),
    otherwise="3600",
    **IN_SECONDS,
)
QUIET: Final = option("--quiet", is_flag=True, about=Message("No remarks and no progress on standard error."))
AS_JSON: Final = option("--json", "as_json", is_flag=True, about=Message("Print summary.json instead of the summary."))
LOG_FILE: Final = with_value(
    *("--log-file", PATH, Message("Append what --verbose says to this file, and the run in one line.")), kind=FILE_TYPE
)


def typed_settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that somebody typed; what the environment has of them ``importer.config.loading`` reads itself."""
    source = click.get_current_context().get_parameter_source
    return {
        name: value
        for name, value in options.items()
        if value is not None and source(name) is not ParameterSource.ENVIRONMENT
    }
