"""An exception ends a run; a row that fails is an ``Outcome``, never an exception.

ImporterError
 ├── ConfigError          2  wrong usage or configuration
 │    ├── OutputError        the output directory or a result file cannot be written
 │    └── LedgerError        the ledger is damaged, of a newer version, or its disk is full
 ├── InputError           3  the input cannot be read
 ├── RunStopped           4  the rest of the run is not_sent
 │    ├── CredentialsRefused
 │    ├── InboxUnknown
 │    ├── ServiceUnreachable
 │    ├── RateLimited
 │    ├── Redirected
 │    ├── Untrusted
 │    ├── NotLiveDesk
 │    ├── WorkersLost
 │    └── CanaryEnded
 └── LedgerBusy           5  another import works on this ledger
"""

from enum import IntEnum
from typing import ClassVar

from importer.message import Message


class ExitCode(IntEnum):
    """The process's exit codes."""

    OK = 0
    ROWS_FAILED = 1
    USAGE = 2
    INPUT = 3
    STOPPED = 4
    BUSY = 5
    INTERRUPTED = 130
    TERMINATED = 143


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
    """An option, the environment or the configuration file is wrong."""

    exit_code = ExitCode.USAGE
    code = "config"


class OutputError(ConfigError):
    """The program cannot write to a place that it has to write to."""

    code = "output"


def unwritable(place: object, error: OSError, hint: Message) -> OutputError:
    """Return the error of a file or a folder that could not be written; ``place`` is its path, or says which."""
    return OutputError("{path} cannot be written: {reason}", hint, path=place, reason=error.strerror or error)


class LedgerError(ConfigError):
    """The ledger is damaged, of a newer version, or its disk is full; there may be no files then."""

    code = "ledger"


class InputError(ImporterError):
    """The input file cannot be read as a table of contacts."""

    exit_code = ExitCode.INPUT
    code = "input"


class RunStopped(ImporterError):
    """The server's answers make it pointless to go on; ``code`` is the error_code of the rows not sent."""

    exit_code = ExitCode.STOPPED


class CredentialsRefused(RunStopped):
    """The server refuses the key and the secret."""

    code = "credentials_refused"


class InboxUnknown(RunStopped):
    """The run's own inbox is not of this account, or the base URL is not LiveDesk's."""

    code = "inbox_unknown"


class ServiceUnreachable(RunStopped):
    """A row used up its attempts while no request got an answer."""

    code = "unreachable"


class RateLimited(RunStopped):
    """The server asks for a wait that no run should stand still for."""

    code = "rate_limited"


class Redirected(RunStopped):
    """Credentials are for one address, so no redirect is followed."""

    code = "redirected"


class Untrusted(RunStopped):
    """The certificate does not check out."""

    code = "untrusted"


class NotLiveDesk(RunStopped):
    """The address answers, but not as LiveDesk does."""

    code = "not_livedesk"


class WorkersLost(RunStopped):
    """Every worker of a cluster is gone."""

    code = "workers_lost"


class CanaryEnded(RunStopped):
    """The run sent the first rows of a --canary, and nobody said to go on."""

    code = "canary"


class LedgerBusy(ImporterError):
    """Another import holds the ledger's lock."""

    exit_code = ExitCode.BUSY
    code = "busy"
