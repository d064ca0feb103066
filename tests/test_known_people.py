"""Whom the ledger knows by a key: at one address, as long as its runs are not forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from importer.ledger.known_contacts import fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, GivenId, LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.models import DUE, MatchBy, Mode, Outcome, Status
from tests.support.runs import RUN

HERE, ELSEWHERE = "https://one.example", "https://two.example"
ANN = Contact(name="Ann", email="Ann@x.org", phone_number="+861", identifier="C1")


def imported(
    ledger: Ledger, name: str, *rows: tuple[Contact, Outcome], server: str = HERE, mode: Mode = "import"
) -> int:
    """A finished run with these rows and outcomes; its sequence number."""
    run: Run = replace(RUN, id=name, base_url=server, mode=mode)
    staged = [
        LedgerRow(number, (), contact, DUE, fingerprint(server, contact.known_by))
        for number, (contact, _) in enumerate(rows, start=2)
    ]
    with ledger.transaction():
        seq = ledger.begin(run)
        ledger.add(seq, staged)
    due = [Due(row.number, row.contact, row.fingerprint) for row in staged]
    ledger.record(seq, due, [])
    ledger.record(seq, [], [(row, outcome) for row, (_, outcome) in zip(due, rows, strict=True)])
    ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    return seq


def known(ledger: Ledger, *keys: str, match_by: MatchBy = "auto", server: str = HERE) -> dict[str, tuple[str, bool]]:
    with ledger.transaction():
        find = ledger.known_people(server, match_by)
        found = find(keys) if find else {}
    return {key: (person.contact_id, person.is_ours) for key, (person, *_) in found.items()}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(Status.CREATED, "5"), ("5", True)),
        (Outcome(Status.UPDATED, "5"), ("5", True)),
        (Outcome(Status.FAILED, "5", "attributes_failed"), ("5", True)),
        (Outcome(Status.EXISTS, "5"), ("5", False)),
        (Outcome(Status.EXISTS, "5", in_sync=True), ("5", False)),
        (Outcome(Status.FAILED, None, "taken"), None),
        (Outcome(Status.UNKNOWN, None, "timeout"), None),
        (Outcome(Status.NOT_FOUND, None, "not_found"), None),
    ],
)
def test_who_is_known_by_what_became_of_a_row(
    ledger: Ledger, outcome: Outcome, expected: tuple[str, bool] | None
) -> None:
    """Whom a run wrote is ours; whom it left alone is there; of others the ledger knows no id."""
    imported(ledger, "one", (ANN, outcome))
    assert known(ledger, "identifier:C1").get("identifier:C1") == expected


def test_a_person_is_known_by_every_key(ledger: Ledger) -> None:
    """Of its row, an email in any case; by the field that decides alone, until a row asks that lacks it."""
    imported(ledger, "one", (ANN, Outcome(Status.CREATED, "5")), (replace(ANN, identifier=None), DUE))
    keys = "identifier:C1", "email:ann@x.org", "phone_number:+861"
    assert {*known(ledger, *keys)} == {*keys}
    fields: tuple[MatchBy, ...] = "identifier", "email", "phone_number"
    for key, field in zip(keys, fields, strict=True):
        assert {*known(ledger, key, match_by=field)} == {key}
        assert {*known(ledger, *keys, match_by=field)} == {*keys}


def test_who_has_no_better_key_is_known_beside_those_who_have(ledger: Ledger) -> None:
    """A family shares a phone number: it may be the only key of one of them, whoever was written last."""
    kim = Contact(name="Kim", phone_number="+861")
    imported(ledger, "one", (kim, Outcome(Status.CREATED, "6")))
    imported(ledger, "two", (ANN, Outcome(Status.CREATED, "5")))
    imported(ledger, "three", (replace(ANN, email="b@x.org", identifier="C2"), Outcome(Status.CREATED, "7")))
    with ledger.transaction():
        find = ledger.known_people(HERE, "auto")
        assert find is not None
        found = find(["phone_number:+861"])["phone_number:+861"]
    assert [(one.contact_id, one.contact.name) for one in found] == [("6", "Kim"), ("7", "Ann")]


@pytest.mark.parametrize(("mode", "is_known"), [("import", True), ("plan", False)])
def test_a_duplicate_of_a_contact_is_there(ledger: Ledger, mode: Mode, is_known: bool) -> None:
    """Another row of the file keeps it: the next import looks for it first. A plan finds it too, and notes nothing."""
    bob = Contact(name="Bob", phone_number="+862")
    imported(ledger, "one", (bob, Outcome(Status.DUPLICATE, "5", "duplicate")), mode=mode)
    found = ledger.earlier([fingerprint(HERE, bob.known_by)])
    assert [(one.status, one.contact_id) for one in found.values()] == [(Status.DUPLICATE, "5")] * is_known
    assert known(ledger, "phone_number:+862") == ({"phone_number:+862": ("5", False)} if is_known else {})


def test_whom_a_run_wrote_stays_its_own_though_another_row_keeps_the_contact(ledger: Ledger) -> None:
    """What the ledger knows of the contact is not forgotten by that."""
    imported(ledger, "one", (ANN, Outcome(Status.CREATED, "5")))
    imported(ledger, "two", (ANN, Outcome(Status.DUPLICATE, "5", "duplicate")))
    assert known(ledger, "identifier:C1") == {"identifier:C1": ("5", True)}


def test_people_are_those_of_one_address(ledger: Ledger) -> None:
    """Ids are of one account."""
    imported(ledger, "one", (ANN, Outcome(Status.CREATED, "5")))
    assert known(ledger, "identifier:C1", server=ELSEWHERE) == {}
    with ledger.transaction():
        assert ledger.known_people(ELSEWHERE, "auto") is None
        assert ledger.given_ids(ELSEWHERE, ["5"]) == {"5": GivenId(elsewhere=HERE)}
        assert ledger.given_ids(HERE, ["5", "6"]) == {"5": GivenId((ANN,))}
    imported(ledger, "two", (ANN, Outcome(Status.CREATED, "9")), server=ELSEWHERE)
    for server, contact_id in ((HERE, "5"), (ELSEWHERE, "9")):
        assert known(ledger, "identifier:C1", server=server) == {"identifier:C1": (contact_id, True)}


def test_whom_a_run_wrote_goes_before_whom_a_later_one_left_alone(ledger: Ledger) -> None:
    """And of two that were written, the newest counts."""
    imported(ledger, "one", (ANN, Outcome(Status.CREATED, "5")))
    imported(ledger, "two", (replace(ANN, name="Anna"), Outcome(Status.EXISTS, "6")))
    assert known(ledger, "identifier:C1") == {"identifier:C1": ("5", True)}
    imported(ledger, "three", (replace(ANN, name="Anne"), Outcome(Status.CREATED, "7")))
    assert known(ledger, "identifier:C1") == {"identifier:C1": ("7", True)}


def test_a_forgotten_run_knows_nobody(ledger: Ledger) -> None:
    """Its ids are still those that it gave."""
    seq = imported(ledger, "one", (ANN, Outcome(Status.CREATED, "5")))
    ledger.people.erase(seq, replace(RUN, id="one", base_url=HERE, forgotten_at="2026-01-01T00:00:00+00:00"))
    assert known(ledger, "identifier:C1") == {}
    with ledger.transaction():
        assert ledger.given_ids(HERE, ["5"]) == {"5": GivenId((Contact(),))}


@pytest.mark.slow
def test_many_people_are_found_in_the_order_of_their_runs(ledger: Ledger) -> None:
    """More than a page of the table, and none of them lost."""
    people = [(Contact(name="P", identifier=f"C{n}"), Outcome(Status.CREATED, str(n))) for n in range(1, 2000)]
    imported(ledger, "one", *people)
    keys = [f"identifier:C{n}" for n in range(1, 2000)]
    assert known(ledger, *keys) == {f"identifier:C{n}": (str(n), True) for n in range(1, 2000)}
