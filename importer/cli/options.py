"""What options are made with, and the options that commands share."""

from collections.abc import Callable
from functools import partial, reduce
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from importer.cli.help import Option
from importer.message import LANGUAGES, Message, named

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
OUTPUT_DIR: Final = with_value(
    *("--output-dir", FOLDER, Message("Folder of the run folders and the ledger.")),
    kind=click.Path(path_type=Path, file_okay=False),
    otherwise="import-results",
)
LANG: Final = option(
    "--lang",
    type=LanguageType(),
    expose_value=False,  # see importer/cli/reader.py
    about=Message("Language of everything that people read."),
    otherwise=Message("IMPORT_CONTACTS_LANG, config or the locale"),
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
