"""Who has vanished: people of the run before whom this week's file no longer has."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.history.comparison import Side, compare
from importer.history.vanished import vanished
from importer.ledger.known_contacts import fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run, SheetPart, Vanished
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import CellError, Outcome, Status
from importer.reporter.summary import Summary
from importer.reporter.terminal import closing_words
from tests.support.runs import RUN
from tests.support.service import HEADER, Service, folders, invoke, results, written

SHEETS = (SheetPart("Nord", ("Name",), {}), SheetPart("Süd", ("Name",), {}))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def row(number: int, status: Status = Status.CREATED, source: int = 0, **fields: Any) -> LedgerRow:
    contact = Contact(**fields)
    known = None if status in (Status.INVALID, Status.DUPLICATE) else fingerprint(RUN.base_url, contact.known_by)
    return LedgerRow(number, (), contact, Outcome(status), known, source=source)


def run(ledger: Ledger, *rows: LedgerRow, **changes: Any) -> tuple[int, Run]:
    """A finished import of these rows, entered into the ledger."""
    begun = replace(RUN, id=f"run-{len(ledger.runs())}", exit_code=0, **changes)
    with ledger.transaction():
        seq = ledger.begin(begun)
        ledger.add(seq, rows)
    return seq, begun


PEOPLE: list[dict[str, Any]] = [
    {"name": name, "email": f"{name}@x.org", "identifier": name} for name in ("Ann", "Bo", "Cy")
]
ANN, BO, CY = PEOPLE
EVERYBODY = (row(2, **ANN), row(3, **BO), row(4, **CY))


def test_who_is_not_in_the_file_is_counted_and_the_first_are_found(ledger: Ledger) -> None:
    """Whatever else of the others changed; a new one does not stand for one who is gone."""
    people = [row(number, name=f"P{number}", identifier=f"P{number}") for number in range(5, 12)]
    run(ledger, *EVERYBODY, *people)
    edited = row(2, **{**BO, "name": "Bob", "phone_number": "+861"})
    found = vanished(ledger, *run(ledger, edited, row(3, name="Di", identifier="Di")))
    assert found == Vanished("run-0", 9, ((0, 2), (0, 4), (0, 5)))


def test_a_file_that_has_everybody_has_lost_nobody(ledger: Ledger) -> None:
    """In whatever order; nobody is a number, and no run before it none."""
    assert vanished(ledger, *run(ledger, *EVERYBODY)) is None
    assert vanished(ledger, *run(ledger, *reversed(EVERYBODY))) == Vanished("run-0", 0)


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        *((status, True) for status in (Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED)),
        (Status.UNKNOWN, True),
        *((status, False) for status in (Status.INVALID, Status.FAILED, Status.NOT_SENT, Status.NOT_FOUND)),
        (Status.DUPLICATE, False),
    ],
)
def test_only_who_was_sent_can_vanish(ledger: Ledger, status: Status, counts: bool) -> None:
    """A duplicate is the person of another row, and who was refused was never there."""
    run(ledger, row(2, status, **ANN), row(3, **BO))
    found = vanished(ledger, *run(ledger, row(2, **BO)))
    assert found is not None
    assert found.people == counts


@pytest.mark.parametrize("status", [Status.INVALID, Status.DUPLICATE, Status.NOT_SENT, Status.FAILED])
def test_who_is_in_the_file_has_not_vanished_whatever_became_of_the_row(ledger: Ledger, status: Status) -> None:
    """A row that must be corrected is there: its other values tell who it is."""
    run(ledger, *EVERYBODY)
    bad = replace(row(2, status, **{**ANN, "email": "ann@"}), outcome=Outcome(status, flaws=(CellError((), "email"),)))
    found = vanished(ledger, *run(ledger, bad, *EVERYBODY[1:]))
    assert found is not None
    assert found.people == 0


@pytest.mark.slow
def test_the_field_that_decides_decides_here_too(ledger: Ledger) -> None:
    """--match-by email: another identifier is no other person; report --diff says the same."""
    before, one = run(ledger, *EVERYBODY)
    renumbered = row(2, **{**ANN, "identifier": "A-1"})
    for options, people in (({}, 1), ({"match_by": "email"}, 0)):
        seq, other = run(ledger, renumbered, *EVERYBODY[1:], options=options)
        found = vanished(ledger, seq, replace(other, file=one.file))
        assert found is not None
        diff = compare(Side(one, ledger.results(before)), Side(other, ledger.results(seq)), 3)
        assert (found.people, diff.gone.count) == (people, people)
        with ledger.transaction():
            ledger.rewrite(seq, replace(other, file="another.csv"))


@pytest.mark.parametrize(
    "changes",
    [
        {"titles": ("Name", "import_error")},
        {"options": {"limit": 1}},
        {"stopped": Message("interrupted"), "exit_code": 130},
        {"exit_code": 4},
        {"exit_code": None},
        {"arguments": ("-", "--inbox", "407")},
        {"mode": "verify"},
        {"file": "other.csv"},
        {"sheet": "Süd"},
        {"base_url": "https://other.example"},
        {"inbox_id": "408"},
    ],
    ids=lambda changes: ", ".join(changes),
)
def test_a_part_of_a_file_or_another_file_is_not_compared(ledger: Ledger, changes: dict[str, Any]) -> None:
    """Neither as this run nor as the one before; that one is then the newest that can be compared."""
    run(ledger, *EVERYBODY)
    seq, part = run(ledger, row(2, **ANN))
    part = replace(part, **changes)
    with ledger.transaction():
        ledger.rewrite(seq, part)
    assert vanished(ledger, seq, part) is None
    assert vanished(ledger, *run(ledger, row(2, **ANN), row(3, **BO))) == Vanished("run-0", 1, ((0, 4),))


def test_a_plan_is_compared_and_compared_with_never(ledger: Ledger) -> None:
    """It looks ahead; nothing was sent by it."""
    run(ledger, *EVERYBODY)
    plan = run(ledger, row(2, **ANN), mode="plan")
    assert vanished(ledger, *plan) == Vanished("run-0", 2, ((0, 3), (0, 4)))
    assert vanished(ledger, *run(ledger, *EVERYBODY)) == Vanished("run-0", 0)


def test_a_forgotten_run_is_not_compared(ledger: Ledger) -> None:
    """By fingerprints alone, everybody who was edited would seem to be gone."""
    seq, before = run(ledger, *EVERYBODY)
    with ledger.transaction():
        ledger.rewrite(seq, replace(before, forgotten_at=RUN.finished_at))
    assert vanished(ledger, *run(ledger, row(2, **ANN))) is None


def test_rows_of_several_sheets_keep_their_sheet(ledger: Ledger) -> None:
    """One set of people, whichever sheet they stand in now."""
    both = {"sheet": "Nord, Süd", "sheets": SHEETS}
    run(ledger, row(2, **ANN), row(2, source=1, **BO), row(3, source=1, **CY), **both)
    assert vanished(ledger, *run(ledger, row(2, **BO), row(9, source=1, **ANN), **both)) == Vanished(
        "run-0", 1, ((1, 3),)
    )


PERSON = st.tuples(
    st.sampled_from("ab"), st.none() | st.sampled_from(["a@x.org", "b@x.org"]), st.none() | st.sampled_from("12")
)


@pytest.mark.slow
@given(before=st.lists(PERSON, max_size=4, unique=True), after=st.lists(PERSON, max_size=4, unique=True))
def test_nobody_vanishes_whom_a_comparison_of_the_runs_finds(
    tmp_path_factory: pytest.TempPathFactory, before: Sequence[Any], after: Sequence[Any]
) -> None:
    """What is the same is left out beforehand, which is quicker, and finds no more people gone."""
    rows = [
        [row(n, name=name, email=email, identifier=key) for n, (name, email, key) in enumerate(people, start=2)]
        for people in (before, after)
    ]
    with Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite3", lasting=False) as ledger:
        one, (seq, other) = run(ledger, *rows[0]), run(ledger, *rows[1])
        found = vanished(ledger, seq, other)
        diff = compare(Side(one[1], ledger.results(one[0])), Side(other, ledger.results(seq)), 3)
    assert found is not None
    assert found.people <= diff.gone.count
    keyed = all(email or key for _, email, key in (*before, *after))
    assert not keyed or found.people == diff.gone.count


@pytest.mark.slow
def test_an_import_tells_who_has_vanished_and_touches_nobody(service: Service) -> None:
    """With names for the terminal; the files of the run name nobody, for they outlive the data of the run before."""
    people = [f"Person {n},p{n}@x.org,,C{n}\n" for n in range(9)]
    service.invoke(written(HEADER + "".join(people)), "--inbox", 407)
    before = [dict(contact) for contact in service.sandbox.contacts]
    done = service.invoke(written(HEADER + "".join(people[4:])), "--inbox", 407)
    first, second = (folder.name for folder in folders())
    assert (
        "4 people of the last run are not in this file: Person 0, Person 1, Person 2 and 1 more; "
        f"LiveDesk keeps them as they are (import-contacts report --diff {first} {second} lists them)"
    ) in done.stdout.splitlines()
    assert [dict(contact) for contact in service.sandbox.contacts] == before
    assert "4  rows" in invoke("report", "--diff", first, second).stdout
    page = (folders()[-1] / "report.html").read_text(encoding="utf-8")
    assert "4 people of the last run are not in this file; LiveDesk keeps them" in page
    assert "Person 0" not in page
    assert {line["status"] for line in results()} == {"unchanged"}
    assert invoke("forget", first, "--yes").exit_code == 0
    assert "4 people of the last run are not in this file; LiveDesk" in invoke("report").stdout


@pytest.mark.slow
def test_names_are_safe_for_a_terminal(ledger: Ledger) -> None:
    """A name is text of a stranger."""
    summary = Summary(replace(RUN, vanished=Vanished("a b", 1, ((0, 2),))), {}, {}, vanished=("A\x1b[2J",))
    assert "1 person of the last run is not in this file: A\\u001b[2J; LiveDesk" in closing_words(summary)
    assert f"--diff 'a b' {RUN.id}" in closing_words(summary)
