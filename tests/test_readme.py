"""What the README shows is what the program says."""

import re
import shlex
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from importer.cli.main import cli
from importer.ledger.ledger import Ledger
from importer.models import Json
from tests.support.service import Service, contacts, folders, written

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TRANSCRIPTS = re.findall(r"```console\n\$ import-contacts (.*)\n((?:.*\n)*?)```", README)
REHEARSALS = [transcript for transcript in TRANSCRIPTS if "--sandbox" in transcript[0]]
PLANS = [transcript for transcript in TRANSCRIPTS if transcript[0].startswith("plan ")]
VERIFICATIONS = [transcript for transcript in TRANSCRIPTS if transcript[0] == "verify"]
OF_A_LEDGER = [one for one in TRANSCRIPTS if one not in (*REHEARSALS, *PLANS, *VERIFICATIONS)]
VARYING = (
    (r"-\d{8}-\d{6}(-\d+)?", "-DATE-TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "DATE HH:MM"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"rows in [\d.,]+ s, [\d.,]+ rows/s, [\d,]+ requests", "rows in N s, N rows/s, N requests"),
    (r"rows, [\d,]+ requests", "rows, N requests"),
)


def steady(text: str) -> list[str]:
    """The lines without what differs from run to run."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def test_there_are_transcripts() -> None:
    """The two samples are shown, what the ledger tells of them afterwards, a plan and a verification."""
    assert [len(kind) for kind in (REHEARSALS, OF_A_LEDGER, PLANS, VERIFICATIONS)] == [2, 2, 1, 1]


def test_a_transcript_of_a_verification_is_what_a_user_sees() -> None:
    """Five people, one of whom somebody changed meanwhile, and one removed."""
    (arguments, shown), *_ = VERIFICATIONS
    with Service() as service:
        service.invoke(contacts(5), "--inbox", 407, "--settle", "0.1", "--concurrency", 1)
        changed, removed = (contact["id"] for contact in service.sandbox.contacts[1:3])
        service.sandbox.account.change(changed, {"name": "Somebody", "email": "x@y.de"})
        service.sandbox.account.remove(removed)
        done = service.invoke(*shlex.split(arguments), "--quiet")
    told = done.output.replace(str(changed), "100002").replace(str(removed), "100003")
    assert steady(told) == steady(shown)


@pytest.mark.parametrize(("arguments", "shown"), REHEARSALS, ids=[arguments for arguments, _ in REHEARSALS])
def test_a_transcript_is_what_a_user_sees(arguments: str, shown: str) -> None:
    """Both streams as a terminal mixes them, but for times and rates."""
    shutil.copytree(ROOT / "sample_data", "sample_data")
    done = CliRunner().invoke(cli, shlex.split(arguments), prog_name="import-contacts")
    assert steady(done.output) == steady(shown)


CORRECTIONS = {
    # What somebody could correct in the errors file of the sample.
    "yang.qingqing#": "yang.qingqing@",
    "1.38E+10": "13800001105",
    "1330000111,": "13300001113,",
    "#REF!": "KH0016",
    "4.40106E+17": "KH0022",
}


def imported_and_corrected() -> None:
    """The second sample imported two days ago, and what was corrected of its errors file three minutes ago."""
    shutil.copytree(ROOT / "sample_data", "sample_data")
    with Service() as service:
        service.invoke("sample_data/messy.csv", "--inbox", 407, "--country", "CN")
        errors = folders()[-1] / "errors.csv"
        text = errors.read_text(encoding="utf-8-sig")
        for wrong, right in CORRECTIONS.items():
            text = text.replace(wrong, right)
        errors.write_text(text, encoding="utf-8")
        service.invoke(errors, "--inbox", 407, "--country", "CN")
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger, ledger.transaction():
        ages = (timedelta(minutes=3, seconds=9), timedelta(days=2))
        for (seq, run), age in zip(ledger.runs(), ages, strict=True):
            ledger.rewrite(seq, replace(run, started_at=(datetime.now(UTC) - age).isoformat(timespec="milliseconds")))


@pytest.mark.parametrize(("arguments", "shown"), OF_A_LEDGER, ids=[arguments for arguments, _ in OF_A_LEDGER])
def test_a_transcript_of_past_runs_is_what_a_user_sees(arguments: str, shown: str) -> None:
    """As the ledger tells it, but for names and times."""
    imported_and_corrected()
    done = CliRunner().invoke(cli, shlex.split(arguments), prog_name="import-contacts")
    assert steady(done.output) == steady(shown)


THERE: list[dict[str, Json]] = [
    # The account that the plan meets: Ann has another phone number, Bob is there as he is, Eve's email is another's.
    {"name": "Ann Smith", "email": "ann@example.com", "phone_number": "+4915100000001", "identifier": "C-1001"},
    {"name": "Bob Brown", "email": "bob@example.com", "phone_number": "+4915112345679", "identifier": "C-1002"},
    {"name": "Eva Müller", "email": "eve@example.com", "identifier": "C-0007"},
]


@pytest.mark.parametrize(("arguments", "shown"), PLANS, ids=[arguments for arguments, _ in PLANS])
def test_a_transcript_of_a_plan_is_what_a_user_sees(arguments: str, shown: str) -> None:
    """The file is the one above it."""
    (file,) = re.findall(r"```csv\n(Customer ID,.*?)```", README, re.DOTALL)
    written(file, "customers.csv")
    with Service() as service:
        service.sandbox.account.fill([{**person, "inbox_id": 407} for person in THERE], 86_400.0)
        done = service.invoke(*shlex.split(arguments))
    assert steady(done.output) == steady(shown)


UNDERSTOOD = {
    # A row of the table "Files it understands", by its beginning, and the golden cases that hold it.
    "| `.xlsx` `.xlsm` `.xls` `.xlsb` `.ods` |": (
        *("xlsx", "xls", "ods", "book_xlsb", "xlsx-cover-sheet", "xlsx-hidden-sheet", "book_zeros-by-format"),
    ),
    "| an XML spreadsheet of Excel 2003": (
        *("book_spreadsheetml", "book_spreadsheetml-sheet", "book_spreadsheetml-gb2312"),
    ),
    "| `.csv` `.tsv` `.txt`, standard input (`-`) |": ("tsv", "pipe", "semicolon-cp1252", "sep-line"),
    "| encodings |": (
        *("utf16-tabs", "gb18030", "big5", "shift-jis", "euc-kr", "enc_euc_jp", "semicolon-cp1252", "enc_iso_8859_2"),
        *("enc_iso_8859_5", "enc_dos_cp850", "enc_dos_cp866", "enc_mac_roman", "enc_mac_cyrillic", "enc_doubtful"),
    ),
    "| a broken byte |": ("broken-byte",),
    "| a web page saved as `.xls` |": ("html-named-xls",),
    "| `.gz`, and `.zip` with one file |": ("gz", "zip"),
    "| any of these under a wrong name |": ("xlsx-named-csv", "csv-named-xlsx"),
    "| a letterhead, remarks and blank rows": ("title-rows", "blank-left", "xlsx-merged-title"),
    "| no titles at all |": ("no-header",),
    "| totals, remarks, footers,": ("rows_nobody",),
    "| two tables side by side |": ("refused-side-by-side",),
    "| passwords, archive bombs,": (
        *("refused-password", "refused-pdf", "refused-json", "book_spreadsheetml-entities", "book_xls-damaged"),
        "book_xlsb-far-cell",
    ),
}


def test_the_table_of_files_is_held_by_golden_cases() -> None:
    """Every row of it has cases, and no row is claimed without."""
    section = README.partition("## Files it understands")[2].partition("\nWhat a column is")[0]
    claimed = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| kind")]
    assert len(claimed) == len(UNDERSTOOD)
    for line, (beginning, cases) in zip(claimed, UNDERSTOOD.items(), strict=True):
        assert line.startswith(beginning)
        assert [case for case in cases if not (ROOT / "tests" / "golden" / case / "expected.json").exists()] == []


def test_the_two_set_up_lines_stand_first() -> None:
    """``.ci/run`` reads the first two ``sh`` blocks and runs them."""
    first, second, *_ = re.findall(r"```sh\n(.*)\n```", README)
    assert first.endswith("import-contacts sample_data/contacts.xlsx --inbox 407 --sandbox")
    assert second.endswith('-m pytest -n 2 -m "not slow and not chaos"')  # without the second -m there
