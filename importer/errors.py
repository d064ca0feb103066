"""An exception ends a run; a row that fails is an ``Outcome``, never an exception.

ImporterError
 ├── ConfigError              2  an option, the environment or the configuration file is wrong
 │    ├── OutputError            the program cannot write to a place that it has to write to
 │    └── LedgerError            the ledger is damaged, of a newer version, or its disk is full; there may be no files
 ├── InputError               3  the input file cannot be read as a table of contacts
 ├── RunStopped               4  the server's answers make it pointless to go on: the rest of the run is not_sent
 │    ├── CredentialsRefused     the server refuses the key and the secret
 │    ├── PlanEnded              the account's plan has ended
 │    ├── InboxUnknown           the run's own inbox is not of this account, or the base URL is not LiveDesk's
 │    ├── ServiceUnreachable     a row used up its attempts while no request got an answer
 │    ├── RateLimited            the server asks for a wait that no run should stand still for
 │    ├── Redirected             credentials are for one address, so no redirect is followed
 │    ├── Untrusted              the certificate does not check out
 │    ├── NotLiveDesk            the address answers, but not as LiveDesk does
 │    ├── TooManyFiles        2  the process may open no more connections: a matter of this machine and --concurrency
 │    ├── WorkersLost            every worker of a cluster is gone
 │    └── CanaryEnded            the run sent the first rows of a --canary, and nobody said to go on
 └── LedgerBusy               5  another import holds the ledger's lock

The numbers are exit codes; the code of a ``RunStopped`` is the error_code of the rows not sent.
"""

import errno
import os
from typing import ClassVar, Final

from importer.exit_codes import ExitCode as ExitCode
from importer.message import Message


class ImporterError(Exception):
    """The root: a message that says what was found where, and a ``hint`` that says what to do.

    ``code`` is a short stable word for programs.
    """

    exit_code: ClassVar[ExitCode]
    code: ClassVar[str]

    def __init__(self, message: Message | str, hint: Message | str | None = None, /, **values: object) -> None:
        """Texts are templates of messages, which share the values."""
        self.message = message if isinstance(message, Message) else Message(message, **values)
        self.hint = Message(hint, **values) if isinstance(hint, str) else hint
        super().__init__(self.message)


class ConfigError(ImporterError):
    exit_code = ExitCode.USAGE
    code = "config"


class OutputError(ConfigError):
    code = "output"


def unwritable(place: object, error: OSError, hint: Message) -> OutputError:
    """Return the error of a file or a folder that could not be written; ``place`` is its path, or says which."""
    return OutputError("{path} cannot be written: {reason}", hint, path=place, reason=error.strerror or error)


def is_out_of_files(error: BaseException) -> bool:
    """Whether the process, or the system, had no descriptor left for one more file or connection."""
    return isinstance(error, OSError) and error.errno in _NO_DESCRIPTOR


def may_open_no_more() -> bool:
    """The same, found out by opening one: for an error that does not say so, such as SQLite's or that of a name."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return is_out_of_files(error)
    return False


_NO_DESCRIPTOR: Final = {errno.EMFILE, errno.ENFILE}


class LedgerError(ConfigError):
    code = "ledger"


class InputError(ImporterError):
    exit_code = ExitCode.INPUT
    code = "input"


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
    exit_code = ExitCode.BUSY
    code = "busy"
