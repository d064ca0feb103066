"""Propose the command to paste after a run."""

import shlex
from collections.abc import Iterator, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import Final

from importer.ledger.run import Run
from importer.models import Status, option_of
from importer.reporter.summary import Summary


def what_next(summary: Summary, arguments: Sequence[str], file: str, flags: Set[str]) -> list[str]:
    """Return lines with the next command: after a rehearsal the import, after errors that of the errors file.

    ``arguments`` are this command's as typed, ``file`` is the one that names the file, ``flags`` are the options
    without a value.
    """
    if summary.run.mode != "import":
        return ["To import it:", f"  {_command(arguments, flags, drop=_REHEARSALS)}"]
    if "errors" not in summary.files:
        return []
    if summary.run.stopped or summary.wrong == summary.counts.get(Status.NOT_SENT):
        return ["To go on:", f"  {_command(arguments, flags, drop=_CANARY)}"]
    corrected = _command(arguments, flags, drop=_OF_ONE_FILE, file=(file, summary.files["errors"]))
    return ["Correct the errors file, then import it:", f"  {corrected}"]


def file_argument(run: Run, flags: Set[str]) -> str | None:
    """Return the argument that names the run's file, ``-`` for standard input; ``None`` if the record has none.

    The record has the file's name without its folder. ``flags`` are the options without a value: the value of another
    option may look like the file.
    """
    names = [words[0] for words in _words(run.arguments, flags) if not _is_option(words[0])]
    named = [name for name in names if name == "-" or Path(name).name == run.file]
    return named[-1] if named else None  # the last: the verb "run" stands before a file that may be named so too


_CANARY: Final = frozenset({"--canary"})
_REHEARSALS: Final = frozenset({"--dry-run", "--sandbox"})
_SECRET: Final = frozenset({"--notify"})
_OF_ONE_FILE: Final = _CANARY | frozenset(
    {"--sheet", "--limit", "--encoding", "--delimiter", "--results", "--errors-first"}
)
"""Options that the next command leaves out; no command shows what may be secret."""


def _command(
    arguments: Sequence[str], flags: Set[str], *, drop: Set[str] = frozenset(), file: tuple[str, str] = ("", "")
) -> str:
    """The command as typed, without secrets and the options in ``drop``; ``file`` is (old, new)."""
    kept: list[str] = []
    for words in _words(arguments, flags):
        if not _is_option(words[0]):
            kept.append(file[1] if words[0] == file[0] else words[0])
        elif words[0].partition("=")[0] not in drop | _SECRET:
            kept += words
    return shlex.join(["import-contacts", *kept])


def _words(arguments: Sequence[str], flags: Set[str]) -> Iterator[list[str]]:
    """The arguments, each option together with its value."""
    rest = iter(arguments)
    for argument in rest:
        name, divider, _ = argument.partition("=")
        alone = divider or name in flags or not _is_option(argument)
        yield [argument] if alone else [argument, *islice(rest, 1)]


def _is_option(argument: str) -> bool:
    return argument.startswith("-") and len(argument) > 1


def go_on(run: Run) -> str:
    """Return the command that continues a stopped run: its own, without --canary."""
    # No flags are needed: the options that are left out all have a value.
    return _command(run.arguments, frozenset(), drop=_CANARY)


def import_again(run: Run, file: str) -> str:
    """Return the command that imports ``file``, which has rows of the run, with the run's settings."""
    words = ["import-contacts", f"./{file}" if _is_option(file) else file]
    for name, value in run.options.items():
        option = option_of(name)
        if option in _OF_ONE_FILE:
            continue
        if isinstance(value, dict):
            words += [word for key, text in value.items() for word in (option, f"{key}={text}")]
        else:
            words += [option] if value is True else [option, str(value)]
    return shlex.join(words)
