"""The commands that the page shows, and the name of the file that it gives.

A browser saves into its folder for downloads, which is ``$HOME/Downloads`` in sh, zsh and PowerShell, on every system.
"""

import re
from dataclasses import replace
from pathlib import PurePath
from typing import Final

from importer.ledger.run import Run
from importer.models import REHEARSALS, Mode
from importer.reporter.next_command import REHEARSING, go_on, import_again

AHEAD: Final[frozenset[Mode]] = REHEARSALS | {"plan"}
"""Runs after which no row of the file is in LiveDesk yet."""

DOWNLOADS: Final = "$HOME/Downloads"
DOWNLOADS_CMD: Final = r"%USERPROFILE%\Downloads"
"""Where a browser puts files, in a POSIX shell and in the command prompt of Windows."""

_STANDS_IN: Final = "CORRECTED"
_UNSAFE: Final = re.compile(r"[^\w .()+@,=~-]|^[. ]+")


def corrected_name(run: Run) -> str:
    """Return the name of the file to download, unlike that of any file of the run.

    It has no sign that a shell, within quotation marks, or a browser takes for something else.
    """
    return f"{_UNSAFE.sub('_', PurePath(run.file).stem)}-corrected.csv"


def import_corrected(run: Run) -> str:
    """Return the command that imports the downloaded file, for real, with the run's settings."""
    options = {name: value for name, value in run.options.items() if name not in ("dry_run", "sandbox")}
    command = import_again(replace(run, mode="import", options=options), _STANDS_IN)
    return command.replace(_STANDS_IN, f'"{DOWNLOADS}/{corrected_name(run)}"', 1)


def import_original(run: Run) -> str:
    """Return the command for the same file after a rehearsal or a plan, once it is corrected; empty if not known."""
    typed = tuple(argument for argument in run.arguments if argument not in REHEARSING)
    return go_on(replace(run, arguments=typed)) if typed else ""


def find_command(run: Run) -> str:
    """Return the command that finds a person in the whole run, but for the words; empty if no ledger has it."""
    if run.mode in REHEARSALS:
        return ""
    folder = run.options.get("output_dir")
    return go_on(replace(run, arguments=("find", *(("--output-dir", str(folder)) if folder else ()))))
