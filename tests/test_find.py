"""``import-contacts find``: a person over all runs of the ledger."""

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.files import locks, workspace
from importer.history.sought import Sought, same_phone, values_of
from importer.ledger.ledger import Ledger
from importer.ledger.people import Told
from importer.ledger.records import Change, LedgerRow
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Mode, Outcome, Status
from tests.support.ledgers import RUN
from tests.support.service import HEADER, Service, invoke, written

PEOPLE = HEADER + "\n".join(
    [
        "Ann Lee,ann@example.com,+49 30 1234567,K-1",
        "Hannah Leeds,hannah@example.com,+86 138 0013 8000,K-2",
        "José Müller,jose@other.example,,K-3",
        "王小明,wang@xiaoming.example,,K-4",
        "Bob,bob@,030/765 43 21,",
        "",
    ]
)
LEDGER = Path("import-results/ledger.sqlite3")


def found(text: str, *more: object) -> list[str]:
    """The names of those found, by run and row."""
    done = invoke("find", text, "--json", *more)
    assert done.exit_code == 0, done.output
    return [row["name"] for row in json.loads(done.stdout)["rows"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann lee", ["Ann Lee"]),
        ("LEE", ["Ann Lee", "Hannah Leeds"]),
        ("lee ann", ["Ann Lee"]),
        ("nah", []),
        ("jose muller", ["José Müller"]),
        ("Jose\u0301 MU\u0308LLER", ["José Müller"]),
        ("小明", ["王小明"]),
        ("ANN@example.com", ["Ann Lee"]),
        ("jose@OTHER.example", ["José Müller"]),
        ("@example.com", ["Ann Lee", "Hannah Leeds"]),
        ("+49 (0)30 123-4567", ["Ann Lee"]),
        ("0049301234567", ["Ann Lee"]),
        ("030 1234567", ["Ann Lee"]),
        ("13800138000", ["Hannah Leeds"]),
        ("030 7654321", ["Bob"]),
        ("+43 30 1234567", []),
        ("1234567", []),
        ("k-4", ["王小明"]),
        ("K", []),
        ("bob@", ["Bob"]),
        ("nobody", []),
    ],
)
def test_a_person_is_found_by_what_people_type(service: Service, text: str, names: list[str]) -> None:
    """Words of a name or their beginnings, e-mail, phone in any spelling, identifier; refused rows as they were."""
    service.invoke(written(PEOPLE), "--inbox", 407)
    assert found(text) == names


@pytest.mark.slow
def test_a_contact_id_finds_its_rows_in_all_runs_the_newest_first(service: Service) -> None:
    """With what became of them, and where."""
    service.invoke(written(PEOPLE, "first.csv"), "--inbox", 407)
    contact_id = service.stored["K-1"]
    service.invoke(written(PEOPLE, "second.csv"), "--inbox", 407)
    told = json.loads(invoke("find", contact_id, "--json").stdout)
    assert [(row["file"], row["row"], row["status"], row["contact_id"]) for row in told["rows"]] == [
        ("second.csv", 2, "unchanged", contact_id),
        ("first.csv", 2, "created", contact_id),
    ]
    assert (told["more"], told["runs_searched"], told["runs_forgotten"]) == (False, 2, 0)
    lines = invoke("find", contact_id).stdout.splitlines()
    assert lines[0].split() == ["WHEN", "RUN", "ROW", "STATUS", "CONTACT", "WHO", "ERROR"]
    assert "Ann Lee, ann@example.com, +49301234567, K-1" in lines[1]


@pytest.mark.slow
def test_nobody_found_is_no_failure(service: Service) -> None:
    """It says so, and that forgotten runs are not searched."""
    service.invoke(written(PEOPLE), "--inbox", 407)
    invoke("forget", "--all", "--yes")
    service.invoke(written(PEOPLE, "again.csv"), "--inbox", 407, "--fresh")
    done = invoke("find", "nobody\x1b[2J")
    assert done.exit_code == 0
    assert 'nobody found for "nobody\\u001b[2J" in 1 run\n' in done.stdout
    assert "1 forgotten run is not searched: its data is erased" in done.stdout
    assert found("ann lee") == ["Ann Lee"]


@pytest.mark.slow
def test_an_empty_text_is_refused(service: Service) -> None:
    """It would name everybody."""
    service.invoke(written(PEOPLE), "--inbox", 407)
    assert invoke("find", "  ").exit_code == 2


@pytest.mark.slow
def test_the_limit_is_told(service: Service) -> None:
    """What is left out may be whom one looks for."""
    service.invoke(written(PEOPLE), "--inbox", 407)
    done = invoke("find", "@example.com", "--limit", 1)
    assert "Ann Lee" in done.stdout
    assert "Hannah" not in done.stdout
    assert "This is the first row: give more" in done.stdout
    assert json.loads(invoke("find", "@example.com", "--limit", 1, "--json").stdout)["more"] is True


@pytest.mark.slow
def test_an_import_may_work_meanwhile(service: Service) -> None:
    """Reading needs no lock."""
    service.invoke(written(PEOPLE), "--inbox", 407)
    with locks.locked(LEDGER, Message("importing other.csv")):
        assert found("ann lee") == ["Ann Lee"]


def entered(mode: Mode, contact: Contact, outcome: Outcome, *changes: Change) -> None:
    """A run of one row in the ledger."""
    workspace.make_folder(LEDGER.parent)
    with Ledger(LEDGER) as ledger:
        with ledger.transaction():
            seq = ledger.begin(replace(RUN, id=f"run-{mode}", mode=mode, finished_at=RUN.started_at, exit_code=0))
            ledger.add(seq, [LedgerRow(2, (), contact, outcome)])
        ledger.note(seq, [((0, 2), changes)])


def test_rows_that_are_not_of_an_import_say_so() -> None:
    """What a plan would create is not there."""
    for mode, status in (("plan", Status.CREATE), ("verify", Status.MISSING), ("undo", Status.UNDONE)):
        entered(mode, Contact(name="Ann"), Outcome(status, "5"))  # type: ignore[arg-type]
    shown = invoke("find", "ann").stdout
    assert [f"{mode}" in shown for mode in ("undo: undone", "verify: missing", "plan: create")] == [True] * 3


def test_what_an_update_replaced_finds_the_contact_too() -> None:
    """A customer who writes from the old address."""
    change = Change("5", "email", "old@x.example", "new@x.example")
    entered("import", Contact(name="Ann", email="new@x.example"), Outcome(Status.UPDATED, "5"), change)
    assert found("old@x.example") == ["Ann"]
    (row,) = json.loads(invoke("find", "old@x.example", "--json").stdout)["rows"]
    assert row["changes"] == [
        {"contact_id": "5", "field": "email", "before": "old@x.example", "after": "new@x.example"}
    ]


def test_a_row_tells_the_terminal_nothing() -> None:
    """A name or an id that would clear the screen is shown as text."""
    entered("import", Contact(name="Ann\x1b[2J", email="a@x.example"), Outcome(Status.CREATED, "5\x1b"))
    assert "\x1b" not in invoke("find", "a@x.example").stdout


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+49 30 1234567", "0049-30-1234567", True),
        ("+49 30 1234567", "030 1234567", True),
        ("(212) 555-0123", "+12125550123", True),
        ("+49 30 1234567", "+1 30 1234567", False),
        ("1234567", "+49301234567", False),
        ("030 123", "+4930123", False),
    ],
)
def test_phone_numbers_are_compared_by_their_digits(one: str, other: str, same: bool) -> None:
    """The national form is the end of the international one, but for a country code of up to three digits."""
    assert [same_phone(one, other), same_phone(other, one)] == [same, same]


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@pytest.mark.slow
@given(name=NAMES, others=st.lists(NAMES, max_size=3))
def test_a_glance_passes_over_nobody(name: str, others: list[str]) -> None:
    """Whatever the closer look takes, the glance at the page has seen."""
    contacts = [Contact(name=name, identifier=f"{name} 1"), *(Contact(name=other) for other in others)]
    page = [Told(0, number, "", f"{contact.json}\n[]") for number, contact in enumerate(contacts)]
    for sought in (Sought(name), Sought(f"{name} 1"), Sought(name.upper())):
        if sought.text:
            wanted = [told for told in page if sought.fields(values_of(told)) or sought.whole(values_of(told))]
            assert [told for told in wanted if told not in sought.glance.rows(page)] == []


@pytest.mark.slow
def test_sheets_are_named(service: Service) -> None:
    """A row number alone says little there."""
    book = openpyxl.Workbook()
    for name, person in (("North", "Ann"), ("South", "Bob")):
        sheet = book.create_sheet(name)
        sheet.append(["Name", "Email"])
        sheet.append([person, f"{person}@x.example"])
    book.remove(book.worksheets[0])
    book.save("book.xlsx")
    service.invoke("book.xlsx", "--inbox", 407, "--sheet", "all")
    assert '2 of sheet "South"' in invoke("find", "bob").stdout


def test_the_servers_words_give_way_to_what_the_code_means() -> None:
    """They fill the whole line; results.csv has them."""
    quoted = Message(
        "HTTP {status}: {words}", status=404, words=Message('"{words}"', words="Resource could not be found")
    )
    outcome = Outcome(Status.FAILED, error_code="inbox_unknown", error=(quoted,))
    entered("import", Contact(name="Ann Lee"), outcome)
    text = invoke("find", "Ann Lee").output
    assert "Resource" not in text
    assert "inbox" in text.splitlines()[1]
