"""What all commands share: streams, failures, the log, and the input file."""

import errno
import json
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NoReturn

import click

from importer.cli.reader import chosen_format, reader
from importer.cli.variables import unread_now
from importer.errors import ConfigError, ExitCode, ImporterError, InputError, TooManyFiles, is_out_of_files, reason_of
from importer.message import Message
from importer.models import Json
from importer.system_text import decoded
from importer.terminal.console import Console, goes_to_journal
from importer.terminal.log_formats import JOURNALD, TEXT, Priority, Record

if TYPE_CHECKING:
    from importer.reporter.summary import Summary
    from importer.sources.source import Input
    from importer.sources.stream import Stream

RECORD: Final = "importer.record"
"""The logger that gets one line a run."""


def console_of(*, quiet: bool = False, verbose: bool = False, yes: bool = False) -> Console:
    """Return the process's console, in the reader's language and the format of --log-format.

    Without that option it writes the journal's format where standard error goes there. With ``yes`` it answers every
    question that a command has the option for.
    """
    log_format = chosen_format() or (JOURNALD if goes_to_journal(sys.stderr) else TEXT)
    streams, language = (sys.stdout, sys.stderr), reader()
    return Console(*streams, quiet=quiet, verbose=verbose, log_format=log_format, yes=yes, language=language)


def warn_of_secrets(console: Console, path: Path | None) -> None:
    """Warn of files with secrets that every user may read, and of secrets that are given twice; ``path`` is that of
    ``--config``."""
    from importer.config.loading import secret_warnings

    for warning in secret_warnings(path):
        console.warn(*warning)


@contextmanager
def failures(console: Console, *, as_json: bool = False) -> Iterator[None]:
    """Begin a command with warnings of variables that nobody reads, and end one that fails.

    It shows the error, with ``as_json`` as JSON too, and exits with its code.
    """
    try:
        for warning in unread_now():
            console.warn(*warning)
        with _told_failures(console, as_json=as_json):
            yield
    except KeyboardInterrupt:  # a second signal, also while a failure is told
        sys.exit(ExitCode.INTERRUPTED)


@contextmanager
def _told_failures(console: Console, *, as_json: bool) -> Iterator[None]:
    try:
        yield
    except ImporterError as error:
        _end(console, error, as_json=as_json)
    except (OSError, RuntimeError) as error:  # an event loop that cannot be made fails once more as it is closed
        if not any(map(is_out_of_files, (error, error.__context__ or error))):
            raise
        from importer.error_codes import ERROR_CODES

        _end(console, TooManyFiles(*ERROR_CODES[TooManyFiles.code]), as_json=as_json)


def _end(console: Console, error: ImporterError, *, as_json: bool) -> NoReturn:
    fields = {"code": error.code, "exit_code": int(error.exit_code)}
    in_line = isinstance(error, InputError)  # for imports of many files
    console.fail(error.message, error.hint, fields, in_line=in_line)
    if as_json:
        console.result(failure_text(error.code, str(error), error.hint, error.exit_code))
    sys.exit(error.exit_code)


def failure_text(code: str, message: str, hint: Message | None, exit_code: int) -> str:
    """Return what --json prints if a command fails."""
    return json.dumps(failure_as_json(code, message, hint, exit_code), indent=2)


def failure_as_json(code: str, message: str, hint: Message | None, exit_code: int) -> dict[str, Json]:
    """Return the same as JSON."""
    error: Json = {"code": code, "message": decoded(message), "hint": decoded(str(hint or ""))}
    return {"error": error, "exit_code": exit_code}


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output is, if it is one."""
    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None


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
                reason = Message("--log-file {path}: {reason}", path=self._path, reason=reason_of(error))
                lost = Message("the run goes on, and lines of the log are lost until there is space")
                self._console.warn(reason, lost)


@contextmanager
def logging_to(console: Console, path: Path | None) -> Iterator[None]:
    """Send the program's log to the console if it is verbose, to a file of mode 0600, or nowhere."""
    handlers: list[logging.Handler] = [logging.NullHandler()]  # without any, Python prints warnings itself
    if console.verbose:
        spoken = _Lines(console.log, console.log_format.of_log(console.language))
        spoken.addFilter(lambda record: record.name != RECORD)  # the console shows that already
        handlers.append(spoken)
    with _opened(path) as file:
        if path is not None and file is not None:
            handlers.append(_Lines(LogFile(path, file, console).write, console.log_format.of_file()))
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


def tell_record(console: Console, run: "Summary | Record") -> None:
    """Put a run, or one that could not begin, into the log, and where standard error is for programs, there."""
    from importer.reporter.terminal import record_of

    record = run if isinstance(run, Record) else record_of(run)
    logging.getLogger(RECORD).log(_LEVELS[record.priority], record)
    console.record(record)


_LEVELS: Final = {Priority.INFO: logging.INFO, Priority.WARNING: logging.WARNING, Priority.ERROR: logging.ERROR}


@contextmanager
def all_in_format(console: Console) -> Iterator[None]:
    """Where standard error is for programs, give it the format in all else that is written there: warnings and errors
    of libraries, and the traceback of an exception that nobody caught, with which the process ends as always (1)."""
    if console.log_format.for_people:
        yield
        return
    handler = _Lines(console.log, console.log_format.of_log(console.language))
    handler.setLevel(logging.WARNING)
    root, hook = logging.getLogger(), threading.excepthook
    root.addHandler(handler)
    logging.captureWarnings(True)
    threading.excepthook = lambda crash: _tell_crash(handler, crash.exc_value)
    try:
        yield
    except (click.ClickException, click.Abort):
        raise
    except Exception as error:
        if is_of_streams(error):
            raise
        _tell_crash(handler, error)
        sys.exit(_CRASHED)
    finally:
        threading.excepthook = hook
        logging.captureWarnings(False)
        root.removeHandler(handler)


def _tell_crash(handler: logging.Handler, error: BaseException | None) -> None:
    """Tell what nobody caught; ``SystemExit`` ends a thread in silence, as always."""
    if error is not None and not isinstance(error, SystemExit):
        told, caught = f"{type(error).__name__}: {error}", (type(error), error, error.__traceback__)
        handler.handle(logging.LogRecord("importer", logging.CRITICAL, "", 0, told, None, caught))


_CRASHED: Final = 1
"""How Python ends a process after an exception that nobody caught."""

_OF_STREAMS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)


def is_of_streams(error: BaseException) -> bool:
    """Whether a write to a full or broken stream raised it: such an error is without the name of a file."""
    return isinstance(error, OSError) and error.errno in _OF_STREAMS and error.filename is None


def _opened(path: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """The log file, to append to; only its owner reads it. Raises ``ConfigError``."""
    if path is None:
        return nullcontext()
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
    except OSError as error:
        raise ConfigError(
            "--log-file {path}: {reason}", "name a file that you may write to", path=path, reason=reason_of(error)
        ) from error


def inputs_of_line(files: Sequence[str]) -> tuple["Input", ...]:
    """What stands on a command line as input. Raises ``ConfigError``, ``InputError``."""
    from importer.sources.meant import inputs_of

    if files.count("-") > 1:
        raise ConfigError("standard input (-) can be read only once", "name it once")
    return inputs_of(_standard_input() if file == "-" else file for file in files)


def _standard_input() -> "Stream":
    from importer.sources.stream import Stream

    if sys.stdin is None:
        raise InputError("standard input is closed", "pipe a file into it, or name one")
    unbuffered = getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)  # a thread that waits holds no lock of the buffer's
    return Stream(unbuffered, "stdin", "stdin.csv")


def as_json_text(summary: "Summary") -> str:
    """Return summary.json in ASCII, which every terminal and pipe can carry."""
    return json.dumps(summary.as_json(), indent=2)
