"""What all commands share: streams, failures, the log, and the input file."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NoReturn

from importer.cli.reader import reader
from importer.console import Console, JournalFormatter, goes_to_journal
from importer.errors import ConfigError, ExitCode, ImporterError, InputError, TooManyFiles, is_out_of_files, unwritable
from importer.message import Language, Message, all_of
from importer.system_text import decoded

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

RECORD: Final = "importer.record"
"""The logger that gets one line a run."""


def console_of(
    log_format: str | None = None, *, quiet: bool = False, verbose: bool = False, yes: bool = False
) -> Console:
    """Return the process's console, in the reader's language.

    It writes the journal's format if ``log_format`` or standard error asks for it. With ``yes`` it
    answers every question that a command has the option for.
    """
    journald = log_format == "journald" if log_format else goes_to_journal(sys.stderr)
    streams, language = (sys.stdout, sys.stderr), reader()
    return Console(*streams, quiet=quiet, verbose=verbose, journald=journald, yes=yes, language=language)


def warn_of_open_secrets(console: Console, path: Path | None) -> None:
    """Warn of a configuration file with secrets that every user may read; ``path`` is that of ``--config``."""
    from importer.config import open_secrets

    if warning := open_secrets(path):
        console.warn(*warning)


@contextmanager
def failures(console: Console, *, as_json: bool = False) -> Iterator[None]:
    """End a command that fails: show the error, with ``as_json`` as JSON too, and exit with its code."""
    try:
        yield
    except ImporterError as error:
        _end(console, error, as_json=as_json)
    except (OSError, RuntimeError) as error:  # an event loop that cannot be made fails once more as it is closed
        if not any(map(is_out_of_files, (error, error.__context__ or error))):
            raise
        from importer.error_codes import ERROR_CODES

        _end(console, TooManyFiles(*ERROR_CODES[TooManyFiles.code]), as_json=as_json)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


def _end(console: Console, error: ImporterError, *, as_json: bool) -> NoReturn:
    if isinstance(error, InputError) and error.hint:
        console.fail(all_of([error.message, error.hint]))  # in one line, for imports of many files
    else:
        console.fail(error.message, error.hint)
    if as_json:
        console.result(failure_text(error.code, str(error), error.hint, error.exit_code))
    sys.exit(error.exit_code)


def failure_text(code: str, message: str, hint: Message | None, exit_code: int) -> str:
    """Return what --json prints if a command fails."""
    error = {"code": code, "message": decoded(message), "hint": decoded(str(hint or ""))}
    return json.dumps({"error": error, "exit_code": exit_code}, indent=2)


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output is, if it is one."""
    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None


class _Told(logging.Formatter):
    """Tells the messages of a log in the reader's language; a log file has them in English."""

    def __init__(self, inner: logging.Formatter, language: Language) -> None:
        super().__init__()
        self._inner = inner
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        said: object = record.msg
        if isinstance(said, Message):
            record = copy(record)  # the other handlers have it, too
            record.msg = self._language.tell(said)
        return self._inner.format(record)


class _Lines(logging.Handler):
    """Gives each record of the log to ``write`` as a line, which raises nothing."""

    def __init__(self, write: Callable[[str], None], formatter: logging.Formatter) -> None:
        super().__init__()
        self._write = write
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self._write(self.format(record))


class LogFile:
    """Owns an open log file. A line that cannot be written is lost; the first of them is told, and the run goes on."""

    def __init__(self, path: Path, file: IO[bytes], console: Console) -> None:
        """``file`` has no buffer, in which a line would fail once more at the end."""
        self._path = path
        self._file = file
        self._console = console
        self._is_told = False

    def write(self, line: str) -> None:
        """Append a line."""
        try:
            self._file.write(f"{decoded(line)}\n".encode("utf-8", "backslashreplace"))
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                reason = Message("--log-file {path}: {reason}", path=self._path, reason=error.strerror or error)
                lost = Message("the run goes on, and lines of the log are lost until there is space")
                self._console.warn(reason, lost)


@contextmanager
def logging_to(console: Console, path: Path | None) -> Iterator[None]:
    """Send the program's log to the console if it is verbose, to a file of mode 0600, or nowhere."""
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handlers: list[logging.Handler] = []
    if console.verbose:
        formatter = JournalFormatter() if console.journald else plain
        handlers.append(_Lines(console.log, _Told(formatter, console.language)))
        handlers[0].addFilter(lambda record: record.name != RECORD)  # the console shows that already
    with _opened(path) as file:
        if path is not None and file is not None:
            handlers.append(_Lines(LogFile(path, file, console).write, plain))
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


def _opened(path: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """The log file, to append to; only its owner reads it. Raises ``ConfigError``."""
    if path is None:
        return nullcontext()
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
    except OSError as error:
        raise ConfigError(
            "--log-file {path}: {reason}", "name a file that you may write to", path=path, reason=error.strerror
        ) from error


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
