"""The command to paste next, under the closing words of a run."""

import shlex
from collections.abc import Sequence, Set
from itertools import islice
from typing import Final

from importer.models import Status
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
_OF_ONE_FILE: Final = _CANARY | frozenset({"--sheet", "--limit", "--encoding", "--delimiter", "--results"})
_SECRET: Final = frozenset({"--notify"})
"""Options that do not belong to the next command; the last may hold a secret, and is shown in no command."""


def _command(
    arguments: Sequence[str], flags: Set[str], *, drop: Set[str] = frozenset(), file: tuple[str, str] = ("", "")
) -> str:
    """The command as it was typed, without what may be secret and the options in ``drop``, and with another file."""
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, divider, _ = argument.partition("=")
        if not (name.startswith("-") and len(name) > 1):
            kept.append(file[1] if argument == file[0] else argument)
            continue
        words = [argument] if divider or name in flags else [argument, *islice(rest, 1)]
        kept += [] if name in drop | _SECRET else words
    return shlex.join(["import-contacts", *kept])
