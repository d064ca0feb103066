"""An exception ends a run; a row that fails is an ``Outcome``, never an exception.

ImporterError
 ├── ConfigError              2  an option, the environment or the configuration file is wrong
 │    ├── Declined               somebody said no to a question, or nobody answered it
 │    ├── OutputError            the program cannot write to a place that it has to write to
 │    └── LedgerError            the ledger is damaged, of a newer version, or its disk is full; there may be no files
 ├── InputError               3  the input file cannot be read as a table of contacts
 │    └── PasswordNeeded         it is protected, and no password that is known opens it
 ├── RunStopped               4  the server's answers make it pointless to go on: the rest of the run is not_sent
 │    ├── CredentialsRefused     the server refuses the key and the secret
 │    ├── PlanEnded              the account's plan has ended
 │    ├── InboxUnknown           the run's own inbox is not of this account, or the base URL is not LiveDesk's
 │    ├── ServiceUnreachable     a row used up its attempts while no request got an answer
 │    ├── RateLimited            the server asks for a wait that no run should stand still for
 │    ├── Redirected             credentials are for one address, so no redirect is followed
 │    ├── Untrusted              the certificate does not check out
 │    ├── NotLiveDesk            the address answers, but not as LiveDesk does
 │    ├── NotStored              what the server said it had created, it does not show
 │    ├── TooManyFiles        2  the process may open no more connections: a matter of this machine and --concurrency
 │    ├── WorkersLost            every worker of a cluster is gone
 │    └── CanaryEnded            the run sent the first rows of a --canary, and nobody said to go on
 ├── LedgerBusy               5  another import holds the ledger's lock
 └── Cancelled                   somebody stopped the run before it began (130, 143)

The numbers are exit codes; the code of a ``RunStopped`` is the error_code of the rows not sent.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar, Final

from importer.exit_codes import ExitCode as ExitCode
from importer.message import Message, all_of


class ImporterError(Exception):
    """The root: a message that says what was found where, and a ``hint`` that says what to do.

    ``code`` is a short stable word for programs.
    """

    exit_code: ExitCode
    code: ClassVar[str]

    def __init__(self, message: Message | str, hint: Message | str | None = None, /, **values: object) -> None:
        """Texts are templates of messages, which share the values."""
        self.message = message if isinstance(message, Message) else Message(message, **values)
        self.hint = Message(hint, **values) if isinstance(hint, str) else hint
        super().__init__(self.message)

    def put_into_words(self, words: Callable[[Message], str]) -> None:
        """Keep the texts that ``words`` makes of the message and the hint, for a caller who prints them."""
        self.message = Message(words(self.message))
        self.hint = self.hint and Message(words(self.hint))
        self.args = (self.message,)


class ConfigError(ImporterError):
    """Wrong usage or configuration, a question declined, a file that cannot be written (exit code 2)."""

    exit_code = ExitCode.USAGE
    code = "config"


class Declined(ConfigError):
    """Somebody said no to a question, or nobody answered it: nothing was changed."""


class OutputError(ConfigError):
    code = "output"


@contextmanager
def hinting(hints: Sequence[Message]) -> Iterator[None]:
    """A context whose failure names these ways out, besides its own."""
    try:
        yield
    except ImporterError as error:
        if hints:
            error.hint = all_of([*filter(None, [error.hint]), *hints])
        raise


class OpenElsewhere(PermissionError):
    """A file cannot be replaced, since another program has it open; Windows alone refuses that."""


def unwritable(place: object, error: OSError, hint: Message) -> OutputError:
    """Return the error of a file or a folder that could not be written; ``place`` is its path, or says which."""
    reason = reason_of(error)
    if isinstance(error, OpenElsewhere):
        reason = Message("another program, such as Excel, has it open")
    return OutputError("{path} cannot be written: {reason}", hint, path=place, reason=reason)


def reason_of(error: BaseException) -> object:
    """Why the system refused, for a place of a message: in the reader's language where that is a common reason, else in
    the system's own words."""
    number = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(number) or getattr(error, "strerror", None) or error


_REASONS: Final[Mapping[int | None, Message]] = {
    errno.ENOENT: Message("No such file or directory"),
    errno.EACCES: Message("Permission denied"),
    errno.EPERM: Message("Operation not permitted"),
    errno.EEXIST: Message("File exists"),
    errno.ENOTDIR: Message("Not a directory"),
    errno.EISDIR: Message("Is a directory"),
    errno.ENOSPC: Message("No space left on device"),
    errno.EROFS: Message("Read-only file system"),
    errno.ENAMETOOLONG: Message("File name too long"),
    errno.ELOOP: Message("Too many levels of symbolic links"),
    errno.EIO: Message("Input/output error"),
    errno.ECONNREFUSED: Message("connection refused"),
    errno.ECONNRESET: Message("connection reset by peer"),
    errno.EHOSTUNREACH: Message("no route to host"),
    errno.ENETUNREACH: Message("network is unreachable"),
}


def is_out_of_files(error: BaseException) -> bool:
    """Whether the process, or the system, had no descriptor left for one more file or connection."""
    return isinstance(error, OSError) and error.errno in _NO_DESCRIPTOR


def may_open_no_more() -> bool:
    """Whether no file can be opened any more, found out by opening one: for an error that does not say so, such as
    SQLite's or that of a name."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return is_out_of_files(error)
    return False


_NO_DESCRIPTOR: Final = {errno.EMFILE, errno.ENFILE}


class LedgerError(ConfigError):
    code = "ledger"


class InputError(ImporterError):
    """The input cannot be read (exit code 3)."""

    exit_code = ExitCode.INPUT
    code = "input"


class PasswordNeeded(InputError):
    """The input is protected by a password that nobody has given."""


class RunStopped(ImporterError):
    exit_code = ExitCode.STOPPED


class CredentialsRefused(RunStopped):
    code = "credentials_refused"


class PlanEnded(RunStopped):
    code = "plan_ended"


class InboxUnknown(RunStopped):
    code = "inbox_unknown"


class ServiceUnreachable(RunStopped):
    code = "unreachable"


class RateLimited(RunStopped):
    code = "rate_limited"


class Redirected(RunStopped):
    code = "redirected"


class Untrusted(RunStopped):
    code = "untrusted"


class NotLiveDesk(RunStopped):
    code = "not_livedesk"


class NotStored(RunStopped):
    code = "not_stored"


class TooManyFiles(RunStopped):
    exit_code = ExitCode.USAGE
    code = "too_many_files"


class WorkersLost(RunStopped):
    code = "workers_lost"


class CanaryEnded(RunStopped):
    code = "canary"


class LedgerBusy(ImporterError):
    """Another import works on the ledger (exit code 5)."""

    exit_code = ExitCode.BUSY
    code = "busy"


class Cancelled(ImporterError):
    """Stopped by a signal, or by the caller, while its input was fetched (exit code 130, 143)."""

    code = "cancelled"

    def __init__(self, exit_code: ExitCode, message: Message) -> None:
        super().__init__(message)
        self.exit_code = exit_code
