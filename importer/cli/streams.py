"""What all commands share: streams, failures, the log, and the input file."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.console import Console, JournalFormatter, goes_to_journal
from importer.errors import ConfigError, ExitCode, ImporterError, InputError, unwritable
from importer.message import Message, all_of
from importer.system_text import decoded

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

RECORD: Final = "importer.record"
"""The logger that gets one line a run."""


def console_of(log_format: str | None = None, *, quiet: bool = False, verbose: bool = False) -> Console:
    """Return the process's console, in the journal's format if ``log_format`` or standard error asks for it."""
    journald = log_format == "journald" if log_format else goes_to_journal(sys.stderr)
    return Console(sys.stdout, sys.stderr, quiet=quiet, verbose=verbose, journald=journald)


@contextmanager
def failures(console: Console, *, as_json: bool = False) -> Iterator[None]:
    """End a command that fails: show the error, with ``as_json`` as JSON too, and exit with its code."""
    try:
        yield
    except ImporterError as error:
        if isinstance(error, InputError) and error.hint:
            console.fail(all_of([error.message, error.hint]))  # in one line, for imports of many files
        else:
            console.fail(error.message, error.hint)
        if as_json:
            console.result(failure_text(error.code, str(error), error.hint, error.exit_code))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


def failure_text(code: str, message: str, hint: Message | None, exit_code: int) -> str:
    """Return what --json prints if a command fails."""
    error = {"code": code, "message": decoded(message), "hint": decoded(str(hint or ""))}
    return json.dumps({"error": error, "exit_code": exit_code}, indent=2)


@contextmanager
def logging_to(verbose: bool, journald: bool, path: Path | None) -> Iterator[None]:
    """Send the program's log to standard error, to a file of mode 0600, or nowhere."""
    handlers: list[logging.Handler] = []
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[0].setFormatter(JournalFormatter() if journald else plain)
        handlers[0].addFilter(lambda record: record.name != RECORD)  # the console shows that already
    if path is not None:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
            handlers[-1].setFormatter(plain)
        except OSError as error:
            raise ConfigError(
                "--log-file {path}: {reason}", "name a file that you may write to", path=path, reason=error.strerror
            ) from error
    log = logging.getLogger("importer")
    log.setLevel(logging.INFO)
    log.propagate = False
    for handler in handlers:
        log.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()


@contextmanager
def input_file(file: str) -> Iterator[Path]:
    """Yield the file to read; standard input, which cannot be read twice, goes to a temporary file first."""
    if file != "-":
        yield Path(file)
        return
    if sys.stdin is None:
        raise InputError("standard input is closed", "pipe CSV into it, or name a file")
    from importer.workspace import SET_TMPDIR, temporary_folder

    with temporary_folder() as folder:
        path = folder / "stdin.csv"
        try:
            with path.open("wb") as spool:
                shutil.copyfileobj(sys.stdin.buffer, spool)
        except OSError as error:
            raise unwritable(path, error, SET_TMPDIR) from error
        yield path


def as_json_text(summary: "Summary") -> str:
    """Return summary.json in ASCII, which every terminal and pipe can carry."""
    return json.dumps(summary.as_json(), indent=2)
