"""The command that looks after the ledger: what it holds and takes, whether it is whole, and a backup of it."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from importer.cli.click_words import spoken
from importer.cli.help import PROGRAM, Argument, Command, Page
from importer.cli.options import (
    LANG,
    LOG_FORMAT,
    PATH,
    PATH_TYPE,
    PLACES,
    in_group,
    option,
    results_folder,
    with_options,
)
from importer.cli.streams import console_of, failures
from importer.message import Message
from importer.terminal.console import Console

PAGE: Final = Page(
    Message("Look after the ledger: what it holds and takes, whether it is whole, and a backup of it."),
    (
        Message(
            "info (the default) says how much the ledger and the run folders take, and what of it could be got back. "
            "check looks for damage, and for runs, rows, changes and contacts that contradict each other; it says what "
            "to do, and changes nothing. backup copies the ledger to one new file, PATH, for its owner alone, and "
            "checks the copy."
        ),
        Message(
            "An import may work meanwhile. To restore a backup, move away every file whose name begins with "
            "ledger.sqlite3, and put the backup in the place of ledger.sqlite3."
        ),
    ),
    (
        "import-contacts ledger",
        "import-contacts ledger check",
        "import-contacts ledger backup ledger-2026-01.sqlite3",
        "import-contacts ledger check --json",
    ),
    {
        "0": Message("nothing is wrong"),
        "1": Message("check: something is wrong"),
        "2": Message("wrong usage; no ledger, or one that is damaged or cannot be read; the backup cannot be written"),
    },
)
ACTIONS: Final = ("info", "check", "backup")


@click.command(cls=Command, page=PAGE)
@click.argument("action", cls=Argument, metavar="|".join(ACTIONS), required=False, type=click.Choice(ACTIONS))
@click.argument("target", cls=Argument, metavar=PATH, required=False, type=PATH_TYPE)
@with_options(
    *in_group(
        PROGRAM,
        *PLACES,
        option("--json", "as_json", is_flag=True, about=Message("Print what was found as JSON; sizes are bytes.")),
        LANG,
        LOG_FORMAT,
    )
)
def ledger(
    action: str | None, target: Path | None, output_dir: Path | None, config_path: Path | None, as_json: bool
) -> None:
    """Look after the ledger."""
    action = action or "info"
    if (action == "backup") != (target is not None):
        raise click.UsageError(spoken(Message("backup needs PATH, the file to write, and nothing else takes one")))
    console = console_of()
    with failures(console, as_json=as_json):
        folder = results_folder(output_dir, config_path)
        if target is not None:
            _back_up(console, folder, target, as_json)
        else:
            sys.exit(_LOOKS[action](console, folder, as_json))


def _info(console: Console, folder: Path, as_json: bool) -> int:
    from importer.history.disk_use import disk_use

    found = disk_use(folder)
    console.result(json.dumps(found.as_json(), indent=2) if as_json else found.words(console.language))
    return 0


def _check(console: Console, folder: Path, as_json: bool) -> int:
    from importer.history.ledger_check import check_ledger

    found = check_ledger(folder)
    console.result(json.dumps(found.as_json(), indent=2) if as_json else found.words(console.language))
    return found.exit_code


_LOOKS: Final[Mapping[str, Callable[[Console, Path, bool], int]]] = {"info": _info, "check": _check}


def _back_up(console: Console, folder: Path, target: Path, as_json: bool) -> None:
    from importer.config.saved_mapping import folder_of, known
    from importer.files import workspace
    from importer.files.sizes import size_words
    from importer.ledger.copying import back_up

    source = workspace.existing_ledger(folder)
    size = back_up(source, target)
    if known(folder):
        told = Message("the saved mappings are not in it: copy {folder}, too", folder=folder_of(folder))
        console.say(told)
    if as_json:
        console.result(json.dumps({"ledger": str(source), "backup": str(target), "size": size}, indent=2))
    else:
        told = Message(
            "{path} is a backup of {ledger}: {size}, checked", path=target, ledger=source, size=size_words(size)
        )
        console.result(told)
