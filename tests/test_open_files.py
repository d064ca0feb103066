"""A process that may open no more files: one clear error with the remedy, and nothing in doubt for that."""

import errno
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import aiohttp
import pytest

from importer.cli.streams import failures
from importer.errors import LedgerError, is_out_of_files, may_open_no_more
from importer.ledger.file import translated
from importer.terminal.console import Console
from tests.support.raw_answers import honest, new_account
from tests.support.raw_server import Pause, RawServer, Request, Step
from tests.support.service import contacts, invoke, results

REMEDY = "lower --concurrency, or raise the limit (ulimit -n)"


def limited(most: int, server: RawServer, *arguments: object, hidden: str = "") -> "subprocess.CompletedProcess[str]":
    """The program in a process that may have so many files and connections open."""
    pytest.importorskip("resource")
    program = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))\n"
        f"sys.modules |= dict.fromkeys({[hidden] if hidden else []})\n"
        "from importer.cli.main import main\nmain()"
    )
    command = [sys.executable, "-c", program, *map(str, arguments)]
    environment = {**server.environment, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("most", "hidden"),
    [
        pytest.param(24, "", id="24, uvloop, where it is installed"),
        pytest.param(60, "uvloop", id="60, asyncio"),
        pytest.param(60, "", id="60, uvloop, where it is installed"),
        pytest.param(24, "uvloop", id="24, asyncio"),
    ],
)
def test_too_many_connections_end_the_run_with_the_remedy(most: int, hidden: str) -> None:
    """Exit 2; who has a connection is settled, the rest is not sent, and a lower --concurrency goes on."""
    account = new_account()
    ask, path = honest(account), contacts(80)

    def slow(request: Request) -> Iterable[Step]:
        return [Pause(0.02), *ask(request)]

    with RawServer(slow) as server:
        done = limited(most, server, path, "--inbox", 407, "--concurrency", 100, hidden=hidden)
        assert done.returncode == 2, done.stderr
        assert REMEDY in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("Error: ") == 1
        counts = Counter((row["status"], row["error_code"]) for row in results())
        assert counts.keys() <= {("created", ""), ("not_sent", "too_many_files")}
        assert counts["created", ""] == len(account.contacts)
        assert counts["not_sent", "too_many_files"] > 0
        again = limited(60, server, path, "--inbox", 407, "--concurrency", 10, hidden=hidden)
        assert again.returncode == 0, again.stderr
    assert len(account.contacts) == 80


@pytest.mark.parametrize(
    ("most", "hidden"),
    [
        pytest.param(8, "uvloop", id="asyncio 8"),
        pytest.param(14, "uvloop", id="asyncio 14", marks=pytest.mark.slow),
        pytest.param(16, "uvloop", id="asyncio 16", marks=pytest.mark.slow),
        pytest.param(16, "", id="16", marks=pytest.mark.slow),
        pytest.param(17, "", id="17", marks=pytest.mark.slow),
        pytest.param(18, "", id="18", marks=pytest.mark.slow),
    ],
)
def test_a_limit_that_lets_nothing_begin_is_told_too(most: int, hidden: str) -> None:
    """No event loop, no ledger: no traceback, and the rows are there for the next run."""
    account = new_account()
    with RawServer(honest(account)) as server:
        done = limited(most, server, contacts(5), "--inbox", 407, hidden=hidden)
        assert done.returncode == 2, done.stderr
        assert "may open no more files" in done.stderr or REMEDY in done.stderr
        assert "Traceback" not in done.stderr
        assert invoke("contacts.csv", "--inbox", 407, **server.environment).exit_code == 0
    assert len(account.contacts) == 5


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_the_limit_of_the_process_and_that_of_the_system_are_known(code: int) -> None:
    """In the system's error and in aiohttp's; another error is none of them."""
    assert is_out_of_files(OSError(code, "no"))
    assert is_out_of_files(aiohttp.ClientConnectorError(None, OSError(code, "no")))  # type: ignore[arg-type]
    assert not is_out_of_files(OSError(errno.ECONNREFUSED, "no"))
    assert not is_out_of_files(ValueError("no"))
    assert not may_open_no_more()


def test_a_ledger_that_cannot_be_opened_for_that_says_so() -> None:
    """Not that its disk is full."""
    with pytest.raises(LedgerError) as raised, translated(Path("ledger.sqlite3")):
        raise OSError(errno.EMFILE, "Too many open files")
    assert REMEDY in str(raised.value.hint)


def test_any_other_error_of_the_system_is_not_hidden() -> None:
    """A fault of the program stays a traceback."""
    with pytest.raises(OSError, match="gone"), failures(Console(sys.stdout, sys.stderr)):
        raise OSError(errno.EPIPE, "gone")
