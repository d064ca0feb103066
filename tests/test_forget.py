"""``import-contacts forget``: personal data goes from the ledger, the folders and the disk; counts and ids stay."""

import csv
import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from importer.errors import LedgerError
from importer.files import locks, workspace
from importer.history import forget as forgetting
from importer.ledger.known_contacts import fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.people import People
from importer.ledger.records import Change, LedgerRow
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from importer.normalizer.column_profile import Repairs
from tests.support.ledgers import RUN as LEDGER_RUN
from tests.support.ledgers import connections
from tests.support.sending import record
from tests.support.service import Service, folders, invoke, results, written

LEDGER = Path("import-results/ledger.sqlite3")
KEPT = ("row", "status", "contact_id", "error_code", "http_status", "attempts")
ERASED = ("inbox_id", "name", "email", "phone_number", "identifier", "avatar_url")
PEOPLE = [
    # created, with a repair that is an example; invalid, with an error that quotes the cell; duplicate; long cells
    ("  Wilhelmine  Ölschläger", "wilhelmine@oel.example", "+49 30 1234567", "K-4711"),
    ("王小明", "wang@xiaoming.example", "+8613800138000", "K-4712"),
    ("Zacharias", "zacharias-at-nowhere", "", "K-4713"),
    ("Wilhelmine Dupont", "", "+49301234567", ""),
    ("Ottokar", "ottokar@lang.example", "", "K-4714", "von und zu " * 400),
]


def people(*more: tuple[str, ...], name: str = "contacts.csv") -> Path:
    lines = (",".join(person) for person in (*PEOPLE, *more))
    return written("\n".join(["Name,Email,Phone,Customer ID,custom_attributes.note", *lines]) + "\n", name)


def traces(words: set[str]) -> set[str]:
    """The words that some file of the output directory holds, as text or as JSON escapes it."""
    content = b"\n".join(path.read_bytes() for path in Path("import-results").rglob("*") if path.is_file())
    return {word for word in words if word.encode() in content or json.dumps(word)[1:-1].encode() in content}


WORDS = {
    *("Wilhelmine", "Ölschläger", "wilhelmine@oel.example", "1234567", "K-4711", "王小明", "wang@xiaoming.example"),
    *("8613800138000", "K-4712", "Zacharias", "zacharias-at-nowhere", "K-4713", "Dupont", "Ottokar", "von und zu"),
    *("ottokar@lang.example", "K-4714"),
}


def kept(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in KEPT)


@pytest.mark.slow
def test_nothing_of_a_person_is_left_on_the_disk(service: Service) -> None:
    """Every value of every row, in the ledger's file and log, in results and report, in examples and error texts."""
    constant = ("--set", "custom_attributes.referrer=Empfehlerin")  # stands in the record of the run twice
    service.invoke(people(), "--inbox", 407, *constant)
    service.invoke(people(name="again.csv"), "--inbox", 407, "--on-duplicate", "update", "--fresh")
    words = WORDS | {"Empfehlerin"}
    assert traces(words) == words
    done = invoke("forget", "--yes", "--all")
    assert (done.exit_code, done.stderr) == (0, "")
    assert traces(words) == set()
    assert "Forgot 2 runs" in done.stdout
    assert "10  rows erased" in done.stdout


@pytest.mark.slow
def test_counts_and_ids_are_kept(service: Service) -> None:
    """Line by line what it was, but for the person; the texts are those of their code."""
    service.invoke(people(), "--inbox", 407)
    before = results()
    summary = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    assert invoke("forget", "--yes", folders()[-1].name).exit_code == 0
    after = results()
    assert [kept(row) for row in after] == [kept(row) for row in before]
    assert {row[name] for row in after for name in ERASED} == {""}
    assert [row["error"] for row in after if row["status"] == "invalid"] == ["not an e-mail address"]
    told = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    assert {name: told[name] for name in ("counts", "requests", "mapping")} == {
        name: summary[name] for name in ("counts", "requests", "mapping")
    }
    assert {(repair["before"], repair["after"]) for repair in told["repairs"]} == {("", "")}
    assert all(Path(path).exists() for path in told["files"].values())
    assert {path.name for path in folders()[-1].iterdir()} == {"results.csv", "report.html", "summary.json"}


@pytest.mark.slow
def test_what_was_imported_is_still_known(service: Service) -> None:
    """The same file again sends nothing: the register knows it by fingerprints."""
    service.invoke(people(), "--inbox", 407)
    ids = [row["contact_id"] for row in results()]
    assert invoke("forget", "--yes", "--all").exit_code == 0
    stored = len(service.sandbox.contacts)
    done = service.invoke(people(), "--inbox", 407, "--json")
    assert json.loads(done.stdout)["counts"] == {"unchanged": 3, "duplicate": 1, "invalid": 1}
    assert json.loads(done.stdout)["requests"] == 0
    assert len(service.sandbox.contacts) == stored
    assert [row["contact_id"] for row in results()] == ids


@pytest.mark.slow
def test_report_and_runs_say_that_a_run_is_forgotten(service: Service) -> None:
    """The files come back from the ledger, as they are."""
    service.invoke(people(), "--inbox", 407)
    invoke("forget", "--yes", "--all")
    before = {path.name: path.read_bytes() for path in folders()[-1].iterdir()}
    shutil.rmtree(folders()[-1])
    done = invoke("report")
    assert done.exit_code == 0
    assert "forgotten on " in done.stdout
    assert "such as" not in done.stdout
    assert {path.name: path.read_bytes() for path in folders()[-1].iterdir()} == before
    assert b"Forgotten on " in before["report.html"]
    assert "1 needs attention, forgotten" in invoke("runs").stdout
    (listed,) = json.loads(invoke("runs", "--json").stdout)
    assert listed["forgotten_at"].startswith(f"{datetime.now(UTC):%Y-}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "inbox", "status"),
    [("王小明", 407, "created"), ("王小明", 408, "exists"), ("王大明", 407, "exists")],
    ids=["same row", "other inbox", "edited row"],
)
def test_a_contact_in_doubt_is_still_searched_for(service: Service, name: str, inbox: int, status: str) -> None:
    """Its unique values and its inbox stay in the ledger, and nowhere else, so that it is not made twice and is told
    from what was there before."""
    service.invoke(people(), "--inbox", 407)
    stored = len(service.sandbox.contacts)
    doubtful = forget_the_answer_of(3)
    told = json.loads(invoke("forget", "--yes", "--all", "--json").stdout)
    assert (told["rows_in_doubt"], told["rows_erased"]) == (1, 4)
    with Ledger(LEDGER) as ledger:
        assert ledger.doubtful().keys() == doubtful
    assert {row[field] for row in results() for field in ERASED} == {""}
    assert traces(WORDS) == {"wang@xiaoming.example", "8613800138000", "K-4712"}
    assert "1  row in doubt keeps" in invoke("forget", "--yes", "--all").stdout
    text = people().read_text(encoding="utf-8").replace("王小明", name)
    service.invoke(written(text), "--inbox", inbox)
    assert results()[1]["status"] == status
    assert len(service.sandbox.contacts) == stored


@pytest.mark.slow
def test_a_doubt_that_is_settled_is_kept_no_longer(service: Service) -> None:
    """After the same file was imported again, and the run forgotten again."""
    service.invoke(people(), "--inbox", 407)
    forget_the_answer_of(3)
    invoke("forget", "--yes", "--all")
    service.invoke(people(), "--inbox", 407)
    assert json.loads(invoke("forget", "--yes", "--all", "--json").stdout)["rows_in_doubt"] == 0
    assert traces(WORDS) == set()


def forget_the_answer_of(number: int) -> frozenset[tuple[str, str]]:
    """As if the answer to this row of the newest run had been lost; the values that are in doubt then."""
    with Ledger(LEDGER) as ledger:
        seq, _ = ledger.runs()[0]
        (row,) = (row for row in ledger.results(seq) if row.number == number)
        lost = Outcome(Status.UNKNOWN, error_code="timeout", error=(Message(f"no answer about {row.contact.name}"),))
        record(ledger, seq, [row], [(row, lost)])
        return frozenset(ledger.doubtful())


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--all", "--older-than", "3"],
        ["--all", "some-run"],
        ["some-run", "--older-than", "0"],
        ["--older-than", "x"],
    ],
    ids=["nothing", "all and older", "all and a name", "name and older", "no number"],
)
def test_what_to_forget_is_said_in_one_way(service: Service, arguments: list[str]) -> None:
    """A usage error, before anything is touched."""
    service.invoke(people(), "--inbox", 407)
    done = invoke("forget", "--yes", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert traces(WORDS) == WORDS


@pytest.mark.slow
def test_an_unknown_run_is_an_error_and_nothing_is_erased(service: Service) -> None:
    """Not even of the runs that are there."""
    service.invoke(people(), "--inbox", 407)
    done = invoke("forget", "--yes", folders()[-1].name, "nobody")
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'no run "nobody"' in done.stderr
    assert traces(WORDS) == WORDS


@pytest.mark.slow
def test_an_import_at_work_is_not_disturbed(service: Service) -> None:
    """Exit 5, as for a second import."""
    service.invoke(people(), "--inbox", 407)
    with locks.locked(LEDGER, Message("importing other.csv")):
        assert invoke("forget", "--yes", "--all").exit_code == 5
    assert traces(WORDS) == WORDS


@pytest.mark.slow
def test_only_old_runs_are_forgotten(service: Service) -> None:
    """By the time at which they began."""
    service.invoke(people(), "--inbox", 407)
    service.invoke(people(("Kunigunde", "k@k.example", "", "K-9")), "--inbox", 407)
    with Ledger(LEDGER) as ledger, ledger.transaction():
        seq, run = ledger.runs()[-1]
        ledger.rewrite(seq, replace(run, started_at=(datetime.now(UTC) - timedelta(days=91)).isoformat()))
    done = invoke("forget", "--yes", "--older-than", 90)
    assert [name in done.stdout for name in (folders()[0].name, folders()[1].name)] == [True, False]
    assert traces({"Kunigunde"}) == {"Kunigunde"}
    assert "no run to forget" in invoke("forget", "--yes", "--older-than", 90).stdout
    assert "Forgot 1 run;" in invoke("forget", "--yes", "--older-than", 0).stdout
    assert traces({*WORDS, "Kunigunde"}) == set()


@pytest.mark.slow
def test_forgetting_twice_changes_nothing(service: Service) -> None:
    """And erases nothing more; a folder that is gone does not come back."""
    service.invoke(people(), "--inbox", 407)
    invoke("forget", "--yes", "--all")
    before = {path: path.read_bytes() for path in folders()[-1].iterdir()}
    again = json.loads(invoke("forget", "--yes", "--all", "--json").stdout)
    assert again == {"runs": [], "rows_erased": 0, "rows_in_doubt": 0, "drafts_erased": 0, "dry_run": False}
    assert {path: path.read_bytes() for path in folders()[-1].iterdir()} == before
    service.invoke(people(), "--inbox", 407)
    shutil.rmtree(folders()[-1])
    assert invoke("forget", "--yes", "--all").exit_code == 0
    assert len(folders()) == 1


@pytest.mark.slow
def test_files_that_are_not_the_programs_are_left_alone(service: Service) -> None:
    """Half-written ones are; a copy that somebody made is not."""
    service.invoke(people(), "--inbox", 407)
    folder = folders()[-1]
    (folder / ".errors.csv.tmp").write_text("Zacharias")
    (folder / "notes.txt").write_text("mine")
    invoke("forget", "--yes", "--all")
    assert {path.name for path in folder.iterdir()} == {"results.csv", "report.html", "summary.json", "notes.txt"}


class Killed(BaseException):
    """Stands in for the end of the process: nothing that runs after it cleans up."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "where",
    [(forgetting, "without_data"), (forgetting, "write_files"), (People, "erase"), (People, "scrub")],
    ids=["files removed", "ledger erased", "erasing", "files written"],
)
def test_the_same_command_finishes_what_was_killed(
    service: Service, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    """At every step; and whatever another command finds in between is whole."""
    service.invoke(people(), "--inbox", 407)
    before = [kept(row) for row in results()]

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(*where, killed)
        with pytest.raises(Killed):
            forgetting.forget(Path("import-results"), forgetting.Selection(everything=True))
    assert invoke("report").exit_code == 0
    assert [kept(row) for row in results()] == before
    assert invoke("forget", "--yes", "--all").exit_code == 0
    assert traces(WORDS) == set()
    assert [kept(row) for row in results()] == before


RUN = replace(LEDGER_RUN, repairs=(Repairs("Name", Message("spaces trimmed"), 2, " Ann", "Ann"),))


def pending(number: int, contact: Contact) -> LedgerRow:
    cells = (contact.name or "", contact.email or "")
    return LedgerRow(number, cells, contact, Outcome(Status.PENDING), fingerprint(RUN.base_url, contact.known_by))


def test_a_run_that_was_killed_is_ended_first() -> None:
    """Its rows have their outcomes then; what was on its way keeps its email."""
    workspace.make_folder(LEDGER.parent)
    rows = [pending(number, Contact(name=f"Ann{number}", email=f"ann{number}@x.example")) for number in (2, 3)]
    with Ledger(LEDGER) as ledger:
        with ledger.transaction():
            seq = ledger.begin(RUN)
            ledger.add(seq, rows)
        record(ledger, seq, rows[:1], [])
    told = json.loads(invoke("forget", "--yes", RUN.id, "--json").stdout)
    assert told["runs"] == [{"run": RUN.id, "rows_erased": 1, "rows_in_doubt": 1}]
    with Ledger(LEDGER) as ledger:
        assert ledger.counts(seq) == {Status.UNKNOWN: 1, Status.NOT_SENT: 1}
        assert ledger.doubtful().keys() == {("email", "ann2@x.example")}
    assert traces({"Ann2", "Ann3", " Ann", "ann3@x.example", "ann2@x.example"}) == {"ann2@x.example"}


def test_a_doubt_that_another_run_holds_or_settled_is_not_kept() -> None:
    """Only the row that the register names is searched for by."""
    workspace.make_folder(LEDGER.parent)
    row = pending(2, Contact(name="Ann", email="ann@x.example"))
    unknown = Outcome(Status.UNKNOWN, error_code="timeout", error=(Message("ann@x.example timed out"),))
    seqs = []
    with Ledger(LEDGER) as ledger:
        for name in ("first", "second"):
            with ledger.transaction():
                seqs.append(ledger.begin(replace(RUN, id=name)))
                ledger.add(seqs[-1], [row])
            record(ledger, seqs[-1], [row], [(row, unknown)])
        first, second = seqs
        assert ledger.people.erase(first, RUN) == (1, 0)
        assert ledger.people.erase(second, replace(RUN, id="second")) == (0, 1)
        record(ledger, second, [], [(row, Outcome(Status.CREATED, "5"))])
        ledger.close_rows(second, Outcome(Status.NOT_SENT))
        assert ledger.people.erase(second, replace(RUN, id="second")) == (1, 0)


def test_remarks_on_rows_that_are_fine_are_erased(tmp_path: Path) -> None:
    """They have no code whose words could stand in their place."""
    created = Outcome(Status.CREATED, "5", hint=(Message('phone_number: "030" is improbable'),))
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        with ledger.transaction():
            seq = ledger.begin(RUN)
            ledger.add(seq, [replace(pending(2, Contact(name="Ann")), outcome=created)])
        ledger.people.erase(seq, RUN)
        assert [row.outcome for row in ledger.results(seq)] == [created._replace(hint=())]


@pytest.mark.slow
def test_what_was_let_go_of_before_is_gone_too(tmp_path: Path) -> None:
    """A ledger of an earlier version kept deleted values in the gaps of its pages."""
    path = tmp_path / "ledger.sqlite3"
    people = [pending(number, Contact(name=f"Leopoldine{number}")) for number in range(2, 500)]
    with connections() as opened, Ledger(path) as ledger:
        opened[0].execute("PRAGMA secure_delete = OFF")
        with ledger.transaction():
            seq = ledger.begin(RUN)
            ledger.add(seq, people)
        opened[0].execute("DELETE FROM rows WHERE number > 9")
    assert b"Leopoldine400" in path.read_bytes()
    with Ledger(path) as ledger:
        assert ledger.people.erase(seq, RUN) == (8, 0)
        ledger.people.scrub()
        log = tmp_path / "ledger.sqlite3-wal"
        assert b"Leopoldine" not in path.read_bytes() + log.read_bytes()


def test_a_program_that_reads_the_ledger_is_in_the_way_and_said_to_be(tmp_path: Path) -> None:
    """Its view of the old pages holds them in the log; afterwards the same call finishes."""
    path = tmp_path / "ledger.sqlite3"
    with connections() as opened, Ledger(path) as ledger:
        opened[0].execute("PRAGMA busy_timeout = 0")
        with ledger.transaction():
            seq = ledger.begin(RUN)
            ledger.add(seq, [pending(2, Contact(name="Ann"))])
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM rows").fetchall()
        ledger.people.erase(seq, RUN)
        with pytest.raises(LedgerError, match="reads the ledger") as caught:
            ledger.people.scrub()
        assert "same command again" in str(caught.value.hint)
        reader.close()
        ledger.people.scrub()


@pytest.mark.slow
def test_results_of_a_forgotten_run_are_a_table_still(service: Service) -> None:
    """Title row and a line a row, in order."""
    service.invoke(people(), "--inbox", 407)
    invoke("forget", "--yes", "--all")
    with (folders()[-1] / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["2", "3", "4", "5", "6"]


@pytest.mark.slow
def test_without_a_terminal_it_wants_a_yes(service: Service) -> None:
    """A script that was not told to erase erases nothing."""
    service.invoke(people(), "--inbox", 407)
    done = invoke("forget", "--all")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "add --yes" in done.stderr
    assert traces(WORDS) == WORDS


@pytest.mark.slow
def test_a_dry_run_says_what_would_go(service: Service) -> None:
    """The same figures as the real one, and nothing is touched."""
    service.invoke(people(), "--inbox", 407)
    planned = json.loads(invoke("forget", "--all", "--dry-run", "--json").stdout)
    assert traces(WORDS) == WORDS
    assert "Would forget 1 run" in invoke("forget", "--all", "--dry-run").stdout
    done = json.loads(invoke("forget", "--all", "--yes", "--json").stdout)
    assert planned == done | {"dry_run": True}


@pytest.mark.slow
def test_every_file_and_change_of_a_run_goes(service: Service) -> None:
    """What updates changed too, in the ledger and in the folder."""
    service.invoke(people(), "--inbox", 407)
    with Ledger(LEDGER) as ledger:
        ledger.note(ledger.runs()[0][0], [((0, 2), (Change("5", "name", "Vorherige", "Nachher"),))])
    names = ("changes.csv", "with-ids.csv", "with-ids.xlsx", "plan.csv", "verify.csv", "undo.csv", ".undo.csv.tmp")
    for name in names:
        (folders()[-1] / name).write_text("Zacharias")
    invoke("forget", "--all", "--yes")
    assert traces(WORDS | {"Vorherige", "Nachher"}) == set()
    assert {path.name for path in folders()[-1].iterdir()} == {"results.csv", "report.html", "summary.json"}
