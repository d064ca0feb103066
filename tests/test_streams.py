"""Streams and log files that are closed, full or broken: no traceback, and the run ends as it would without."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from importer.cli.streams import LogFile, failures
from importer.errors import ConfigError
from importer.terminal.console import Console
from tests.support.service import Service, contacts

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@pytest.mark.slow
@FULL
@pytest.mark.parametrize("verbose", [(), ("--verbose",)], ids=["quiet", "verbose"])
def test_a_log_on_a_full_disk_is_told_once(verbose: tuple[str, ...]) -> None:
    """Its lines are lost; the run ends as it would without it."""
    with Service(error_after=0.5, seed=3) as flaky:
        done = flaky.invoke(contacts(10), "--inbox", 407, "--log-file", "/dev/full", *verbose)
    assert done.exit_code == 0, done.output
    assert done.stderr.count("--log-file /dev/full: No space left on device") == 1
    assert ("HTTP 50" in done.stderr) is bool(verbose)
    assert "Traceback" not in done.stderr


class FullForAWhile(io.BytesIO):
    """A disk that is full for two writes."""

    left = 2

    def write(self, data: object) -> int:
        if self.left:
            self.left -= 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)  # type: ignore[arg-type]


def test_a_log_goes_on_once_there_is_space() -> None:
    """And has the lines whole that came after; the user is told of the lost ones once."""
    err, lines = io.StringIO(), FullForAWhile()
    log = LogFile(Path("import.log"), lines, Console(None, err))
    for line in ("one", "two", "three"):
        log.write(line)
    assert lines.getvalue() == b"three\n"
    assert err.getvalue().count("--log-file import.log: No space left on device") == 1


@pytest.mark.slow
@FULL
@pytest.mark.parametrize("command", ["--help", "run --help", "--version", "report --schema", "run"])
@pytest.mark.parametrize("redirect", ["> /dev/full", "> /dev/full 2>&1", ">&-", "2> /dev/full"])
def test_a_text_that_a_stream_cannot_take_is_no_traceback(command: str, redirect: str) -> None:
    """Help, version, schema and wrong usage: one line where there is a place for it, and exit code 2."""
    line = f"{sys.executable} -m importer {command} {redirect}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    is_lost = redirect.startswith("> /dev/full")
    assert done.returncode == (2 if is_lost or command == "run" else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if redirect == "> /dev/full" and command != "run":
        assert done.stderr == "Error: standard output cannot be written: No space left on device\n"


def test_a_second_signal_while_a_failure_is_told_ends_the_command_with_its_code() -> None:
    """As everywhere else in a command: no traceback, and not the code of the failure."""

    class Interrupted(io.StringIO):
        def write(self, _: str, /) -> int:
            raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended, failures(Console(io.StringIO(), Interrupted())):
        raise ConfigError("no inbox", None)
    assert ended.value.code == 130
