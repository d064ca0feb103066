"""Input that is no file of this machine: fetched once, and told by the words that the user knows."""

import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from importer import Cancellation, import_contacts
from importer.errors import Cancelled, InputError
from tests.support.service import Service, results

SAMPLE = Path(__file__).parent.parent / "sample_data" / "contacts.xlsx"
TEXT = "Name,Email\nAnn,ann@example.com\nZoë,zoe@example.com\n"


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param(TEXT.encode("utf-16"), 2, id="UTF-16", marks=pytest.mark.slow),
        pytest.param(TEXT.replace(",", "\t").encode("cp1252"), 2, id="tabs", marks=pytest.mark.slow),
        pytest.param(gzip.compress(TEXT.encode()), 2, id="gzip", marks=pytest.mark.slow),
        pytest.param(zipped(TEXT.encode()), 2, id="zip", marks=pytest.mark.slow),
        pytest.param(SAMPLE.read_bytes(), 6, id="xlsx"),
    ],
)
def test_standard_input_may_be_of_any_kind(service: Service, content: bytes, rows: int) -> None:
    """As a file may be; what it is tells its content."""
    command = [sys.executable, "-m", "importer", "-", "--inbox", "407", "--dry-run", "--country", "US"]
    done = subprocess.run(command, input=content, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    assert len(results()) >= rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "stdin is empty (0 bytes)"), (b"\x89PNG\r\n\x1a\n0000", "stdin is an image"), (b"PK\x03\x04", "stdin ")],
)
def test_standard_input_is_told_by_that_name(content: bytes, told: str) -> None:
    """And not by the path of a temporary file, which is gone when somebody reads it."""
    command = [sys.executable, "-m", "importer", "-", "--inbox", "407", "--dry-run"]
    done = subprocess.run(command, input=content, capture_output=True, check=False, text=False)
    assert done.returncode == 3
    assert told in done.stderr.decode()
    assert "/tmp" not in done.stderr.decode()


@pytest.mark.slow
def test_an_open_file_is_an_input_of_the_library() -> None:
    """Of bytes or of text, from where it stands; the run has its name."""
    summary = import_contacts(io.BytesIO(TEXT.encode()), io.StringIO(TEXT), inbox=407, sandbox=True)
    assert (summary.counts, summary.exit_code) == ({"created": 2, "duplicate": 2}, 0)
    Path("people.csv").write_text(TEXT, encoding="utf-8")
    with Path("people.csv").open(encoding="utf-8") as file:
        assert import_contacts(file, inbox=407, sandbox=True).run.file == "people.csv"


def test_what_reads_as_no_file_does_is_told() -> None:
    """Half a letter costs its row; what is neither text nor bytes stops the run."""
    torn = io.StringIO(TEXT + "\ud800nn,bob@example.com\n" + "Cem,cem@example.com\n" * 50)
    with pytest.raises(InputError, match="StringIO"):
        import_contacts(torn, inbox=407, sandbox=True, encoding="ascii")

    class Odd(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            return 5  # type: ignore[return-value]

    with pytest.raises(InputError, match="neither text nor bytes, but int"):
        import_contacts(Odd(), inbox=407, sandbox=True)


def test_a_closed_file_is_an_error_with_its_name() -> None:
    """Nothing was read, and nothing is said to be fine."""
    closed = io.BytesIO(b"Name\n")
    closed.close()
    with pytest.raises(InputError, match="BytesIO cannot be read"):
        import_contacts(closed, inbox=407, sandbox=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait_for_standard_input(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """A pipe that nobody writes to holds nobody up; no temporary file stays."""
    command = [sys.executable, "-m", "importer", "-", "--inbox", "407", "--dry-run"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        until = time.monotonic() + 120
        while not any(tmp_path.rglob("stdin.csv")):
            assert time.monotonic() < until
            time.sleep(0.05)
        running.send_signal(number)
        assert running.wait(120) == code
        assert running.stderr
        assert b"stopped while stdin was read: nothing was sent" in running.stderr.read()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_a_cancelled_call_ends_while_its_input_is_read() -> None:
    """From another thread, as a page does."""

    class Slow(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            time.sleep(3)
            return b""

    cancel = Cancellation()
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(Cancelled) as raised:
        import_contacts(Slow(), inbox=407, sandbox=True, cancel=cancel)
    assert raised.value.exit_code == 130
