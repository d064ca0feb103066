"""The command to paste next, under the closing words of a run."""

import shlex
from collections.abc import Sequence, Set
from itertools import islice
from typing import Final

from importer.models import Run, Status
from importer.summary import Summary


def what_next(summary: Summary, arguments: Sequence[str], file: str, flags: Set[str]) -> list[str]:
    """The command to paste next: after a rehearsal the import itself, after errors that of their file.

    ``arguments`` are those of this command as they were typed, ``file`` the one that names the file; ``flags`` are
    the options that take no value.
    """
    if summary.run.mode != "import":
        return ["To import it:", f"  {_command(arguments, flags, drop=_REHEARSALS)}"]
    if "errors" not in summary.files:
        return []
    if summary.run.stopped or summary.wrong == summary.counts.get(Status.NOT_SENT):
        return ["To go on:", f"  {_command(arguments, flags, drop=_CANARY)}"]
    corrected = _command(arguments, flags, drop=_OF_ONE_FILE, file=(file, summary.files["errors"]))
    return ["Correct the errors file, then import it:", f"  {corrected}"]


_CANARY: Final = frozenset({"--canary"})
_REHEARSALS: Final = frozenset({"--dry-run", "--sandbox"})
_OF_ONE_FILE: Final = _CANARY | frozenset(
    {"--sheet", "--limit", "--encoding", "--delimiter", "--results", "--errors-first"}
)
"""Options that do not belong to the next command."""


def _command(
    arguments: Sequence[str], flags: Set[str], *, drop: Set[str] = frozenset(), file: tuple[str, str] = ("", "")
) -> str:
    """The command as it was typed, without the options in ``drop``, and with another file in the place of the first."""
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, divider, _ = argument.partition("=")
        if not (name.startswith("-") and len(name) > 1):
            kept.append(file[1] if argument == file[0] else argument)
            continue
        words = [argument] if divider or name in flags else [argument, *islice(rest, 1)]
        kept += [] if name in drop else words
    return shlex.join(["import-contacts", *kept])


def import_again(run: Run, file: str) -> str:
    """The command that imports ``file``, which has rows of a run, with the settings that the run had."""
    words = ["import-contacts", file]
    for name, value in run.options.items():
        option = "--inbox" if name == "inbox_id" else f"--{name.replace('_', '-')}"
        if option in _OF_ONE_FILE:
            continue
        if isinstance(value, dict):
            words += [word for key, text in value.items() for word in (option, f"{key}={text}")]
        else:
            words += [option] if value is True else [option, str(value)]
    return shlex.join(words)
