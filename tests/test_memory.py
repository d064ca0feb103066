"""Memory does not grow with the file: rows go through, and the ledger has them."""

import csv
import resource
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import resource, sys
from importer.cli.main import cli
try:
    cli(sys.argv[1:])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
KIB_PER_UNIT = 1024 if sys.platform == "darwin" else 1  # getrusage(2): bytes there, KiB elsewhere


def written(rows: int, path: Path) -> Path:
    """A file of so many different people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Name", "Email", "Phone", "Customer ID", "Company", "City"])
        for n in range(rows):
            writer.writerow([f"Person {n}", f"p{n}@example.com", f"+86138{n:08d}", f"C-{n}", f"Firm {n}", "Berlin"])
    return path


def peak_mib(rows: int, folder: Path, mode: str) -> float:
    """The most memory that a whole run over so many rows had, in MiB."""
    path = written(rows, folder / f"{rows}.csv")
    arguments = [str(path), "--inbox", "407", mode, "--quiet", "--output-dir", str(folder / "out")]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1]) / KIB_PER_UNIT / 1024


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "getrusage"), reason="the system does not tell")
def test_ten_times_the_rows_take_no_more_memory(tmp_path: Path) -> None:
    """90,000 rows more, which as Python objects would be 130 MiB and more; their values are hashed to 6."""
    few, many = peak_mib(10_000, tmp_path, "--dry-run"), peak_mib(100_000, tmp_path, "--dry-run")
    assert many - few < 20


COMPARISON = """
import resource, sys
from importer.history.comparison import Side, compare
from importer.ledger.records import LedgerRow
from importer.livedesk.contact import Contact
from importer.models import CellError, Outcome, Status
from tests.support.runs import RUN

REFUSED = Outcome(Status.INVALID, error_code="bad_email", flaws=(CellError("wrong", "email"),))

def rows(name, count):
    for n in range(count):
        contact = Contact(name=f"{name} {n}", email=f"p{n}@example.com", phone_number=f"+86138{n:08d}")
        yield LedgerRow(n + 2, (), contact, REFUSED if n % 9 == 0 else Outcome(Status.CREATED))

count = int(sys.argv[1])
found = compare(Side(RUN, rows("Ann", count)), Side(RUN, rows("Anna", count)), 3)
assert found.matched == count, found.matched
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "getrusage"), reason="the system does not tell")
def test_two_long_runs_are_compared_in_no_more_memory_than_two_short_ones() -> None:
    """54,000 rows more, all of them edited, which as Python objects would be 80 MiB and more."""
    few, many = (
        int(
            subprocess.run(
                [sys.executable, "-c", COMPARISON, str(rows)], capture_output=True, text=True, check=True
            ).stdout
        )
        / KIB_PER_UNIT
        / 1024
        for rows in (3_000, 30_000)
    )
    assert many - few < 12
