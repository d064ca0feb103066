"""Two rows of one file that are one contact on the server, which the file cannot know: the first keeps it."""

import asyncio
import csv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, RowKey, SourceName
from importer.livedesk.contact import Contact
from importer.message import sentence
from importer.models import Json, Outcome, Status, UpdateRule
from importer.sender.claims import Claims, NoClaims
from importer.sender.policy import Policy
from tests.support.desk import ANN, Desk, play, to_the_end
from tests.support.service import Service, folders, invoke, results, written

DAY_S = 86_400.0
UPDATE = ("--inbox", 407, "--quiet", "--on-duplicate", "update")
ONE_CONTACT = "Name,Email,Customer ID\nAnn Alpha,,A-1\nZed Omega,ann@x.org,\n"


def there(service: Service, **fields: Json) -> dict[str, Json]:
    """Somebody who has been there for long."""
    (contact_id,) = service.sandbox.account.fill([{"inbox_id": 407, **fields}], DAY_S)
    return next(contact for contact in service.sandbox.contacts if contact["id"] == int(contact_id))


def told(*names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in results()]


def changes(seq: int) -> list[tuple[int, str, Json, Json]]:
    with closing(Ledger(Path("import-results/ledger.sqlite3"))) as ledger:
        return [(key[1], *change[1:]) for key, found in ledger.changes(seq) for change in found]


# -- who has a contact -------------------------------------------------------------------------------------------------


def test_the_first_row_keeps_a_contact() -> None:
    """It may come again; whoever comes later is told its key, and takes nothing over."""
    claims = Claims()
    assert claims.take("7", (0, 2)) is None
    assert [claims.take("7", (0, number)) for number in (3, 4, 2)] == [(0, 2), (0, 2), None]
    assert claims.take("8", (0, 3)) is None


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
def test_who_leaves_a_contact_alone_keeps_it_from_nobody(is_first: bool) -> None:
    """It is looked at again, once, if another row keeps the contact, whichever comes first."""
    claims, reader = Claims(), Due(3, ANN)
    claims.leave_alone("8", Due(4, ANN))
    if is_first:
        claims.leave_alone("7", reader)
    assert claims.take("7", (0, 2)) is None
    if not is_first:
        claims.leave_alone("7", reader)
    assert claims.take_overtaken() == [reader]
    claims.leave_alone("7", reader)
    assert claims.take_overtaken() == []


def test_rows_of_an_earlier_run_keep_theirs() -> None:
    """They are asked for once, by the first row that finds a contact."""
    asked = []

    def held() -> Iterator[tuple[RowKey, str]]:
        asked.append(True)
        yield (0, 9), "7"

    claims = Claims(held)
    assert asked == []
    assert [claims.take("7", (0, 2)), claims.take("8", (0, 2)), len(asked)] == [(0, 9), None, 1]


def test_a_row_of_another_sheet_is_told_with_it() -> None:
    """A number alone would be that of the row's own sheet."""
    claims = Claims(names=(SourceName("Nord"), SourceName("Süd")))
    assert str(claims.told(Due(2, ANN), (1, 5))) == '5 of sheet "Süd"'
    assert Claims().told(Due(2, ANN), (0, 5)) == 5


def test_a_worker_of_a_cluster_decides_nothing() -> None:
    """It does not know the rows of the others: the driver does."""
    claims = NoClaims()
    assert [claims.take("7", (0, 2)), claims.take("7", (0, 3))] == [None, None]


@pytest.mark.parametrize("rule", [UpdateRule(), UpdateRule("keep")], ids=["update", "fill"])
def test_rows_at_once_write_to_a_contact_once(rule: UpdateRule) -> None:
    """Both have read it before one of them writes: what was there is told truly, and nothing is overwritten."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        desk.store(Contact(email="ann@x.org", identifier="A-1", inbox_id="407"))
        session = desk.session
        one, other = Contact(name="Ann", identifier="A-1"), Contact(name="Zed", email="ann@x.org")
        rows = [Due(2, replace(one, inbox_id="407"), b"a"), Due(3, replace(other, inbox_id="407"), b"b")]
        found.extend(await asyncio.gather(*(to_the_end(row, session, desk.policy) for row in rows)))
        return found[0]

    policy = Policy("update" if rule.default == "overwrite" else "fill", inbox_id="407", rule=rule)
    _, opened = play(scene, policy)
    assert sorted(outcome.status for outcome in found) == [Status.DUPLICATE, Status.UPDATED]
    assert opened.sandbox.requests["PATCH"] == 1
    (twin,) = (outcome for outcome in found if outcome.status is Status.DUPLICATE)
    assert (twin.contact_id, twin.error_code) == ("100001", "duplicate")


# -- whole runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "workers",
    [pytest.param((), id="one process"), pytest.param(("--workers", 2), id="workers", marks=pytest.mark.slow)],
)
def test_the_later_row_is_a_duplicate_in_this_run_and_the_next(service: Service, workers: tuple[object, ...]) -> None:
    """It names the row that keeps the contact and what it does not send; no run calls it unchanged, or lets it win."""
    ann = there(service, name="Anna", email="ann@x.org", identifier="A-1")
    written(ONE_CONTACT)
    for status in ("updated", "unchanged"):
        done = invoke("contacts.csv", *UPDATE, "--concurrency", 1 + len(workers), *workers, **service.environment)
        assert done.exit_code == 0, done.stderr
        statuses = [row["status"] for row in results()]
        assert sorted(statuses) == sorted([status, "duplicate"])
        keeper, twin = (2, 3) if statuses[1] == "duplicate" else (3, 2)
        row = results()[twin - 2]
        assert (row["contact_id"], row["error_code"]) == (str(ann["id"]), "duplicate")
        assert f"row {keeper}" in row["error"]
        assert f'-> "{row["name"]}"' in row["hint"]
        assert ann["name"] == results()[keeper - 2]["name"]
    assert changes(1) == [(keeper, "name", "Anna", ann["name"])]
    assert changes(2) == []


@pytest.mark.slow
def test_a_row_that_the_contact_agrees_with_keeps_it_too(service: Service) -> None:
    """Nothing is to be changed by the first row; the second must not change it either."""
    ann = there(service, name="Ann Alpha", email="ann@x.org", identifier="A-1")
    written(ONE_CONTACT)
    for _ in range(2):
        assert service.invoke("contacts.csv", *UPDATE, "--concurrency", 1).exit_code == 0
        assert (told("status")[1], ann["name"]) == (("duplicate",), "Ann Alpha")
    assert "perhaps another person" in results()[1]["hint"]


@pytest.mark.slow
def test_a_duplicate_is_looked_for_first_in_later_runs(service: Service) -> None:
    """Nothing is sent for it again: a create would make a second contact where a key is not unique on the server. What
    a plan says in between changes nothing of that."""
    there(service, name="Anna", email="ann@x.org", identifier="A-1")
    written(ONE_CONTACT)
    service.invoke("contacts.csv", *UPDATE, "--concurrency", 1)
    service.invoke("plan", "contacts.csv", *UPDATE)
    for verb in ((), ("plan",), ()):
        before = service.sandbox.requests.copy()
        service.invoke(*verb, "contacts.csv", *UPDATE)
        assert {*(service.sandbox.requests - before)} == {"GET"}
    assert told("status") == [("unchanged",), ("duplicate",)]


READER, KEEPER = "Ann,ann@x.org,+4915112000001,,\n", "{},,{},A-1,{}\n"


@pytest.mark.slow
@pytest.mark.parametrize("order", [(READER, KEEPER), (KEEPER, READER)], ids=["left alone first", "changed first"])
@pytest.mark.parametrize(
    ("changed", "code", "statuses"),
    [(("Bea", "+4915112000002", ""), 1, ["failed", "failed"]), (("Ann", "", "Bonn"), 0, ["exists", "unchanged"])],
    ids=["another person by now", "still the same"],
)
def test_what_a_row_says_of_a_contact_that_it_may_not_change_is_true_when_another_has_changed_it(
    service: Service, order: tuple[str, ...], changed: tuple[str, ...], code: int, statuses: list[str]
) -> None:
    """Ann's row has no identifier, so --match-by changes nobody by it, and it takes no contact from the row that has:
    it was the same person until that row changed her. No run calls it unchanged then."""
    ann = there(service, name="Ann", email="ann@x.org", phone_number="+4915112000001", identifier="A-1")
    keeper = KEEPER.format(*changed)
    rows = [keeper if row is KEEPER else row for row in order]
    written("Name,Email,Phone,Customer ID,City\n" + "".join(rows))
    for status in statuses:
        done = service.invoke("contacts.csv", *UPDATE, "--match-by", "identifier", "--concurrency", 1)
        assert done.exit_code == code, done.output
        assert told("status")[order.index(READER)] == (status,)
    assert ann["name"] == changed[0]
    assert told("status")[order.index(KEEPER)] == ("unchanged",)


@pytest.mark.slow
def test_rows_with_one_contact_id_are_one_contact(service: Service) -> None:
    """A file with ids whose rows somebody has copied and edited."""
    ann = there(service, name="Anna", email="ann@x.org", identifier="A-1")
    written("Name,Email,Customer ID\nAnna,ann@x.org,A-1\n")
    assert service.invoke("contacts.csv", *UPDATE).exit_code == 0
    rows = f"Eins,ann@x.org,,{ann['id']},exists\nZwei,,A-1,{ann['id']},exists\n"
    written(f"Name,Email,Customer ID,contact_id,import_status\n{rows}", "later.csv")
    for _ in range(2):
        assert service.invoke("later.csv", *UPDATE, "--concurrency", 1).exit_code == 0
        assert told("status", "contact_id")[1] == ("duplicate", str(ann["id"]))
        assert ann["name"] == "Eins"


@pytest.mark.slow
def test_a_plan_says_so_and_its_import_does_it(service: Service) -> None:
    """``plan.csv`` has the action, and the import by it leaves the row alone."""
    ann = there(service, name="Anna", email="ann@x.org", identifier="A-1")
    written(ONE_CONTACT)
    assert service.invoke("plan", "contacts.csv", *UPDATE, "--concurrency", 1).exit_code == 0
    with (folders()[-1] / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["action"] for row in csv.DictReader(file)] == ["update", "duplicate"]
    done = service.invoke("contacts.csv", *UPDATE, "--plan", folders()[-1].name)
    assert done.exit_code == 0, done.stderr
    assert (told("status"), ann["name"]) == ([("updated",), ("duplicate",)], "Ann Alpha")


@pytest.mark.slow
def test_rows_that_are_left_alone_claim_nothing(service: Service) -> None:
    """Without updates nobody overwrites anybody: both rows exist, as the server has it."""
    there(service, name="Anna", email="ann@x.org", identifier="A-1")
    written(ONE_CONTACT)
    assert service.invoke("contacts.csv", "--inbox", 407, "--quiet").exit_code == 0
    assert told("status") == [("exists",), ("exists",)]


def test_the_error_of_a_duplicate_reads_well() -> None:
    """With the row, the contact and what it would have brought."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        session = desk.session
        session.claims.take("100001", (0, 9))
        found.append(await to_the_end(Due(2, replace(ANN, name="Bea"), b"f"), session, desk.policy))
        return found[0]

    outcome, _ = play(scene, Policy("update", inbox_id="407"))
    assert sentence(outcome.error) == "the same contact on the server as row 9: 100001"
    assert sentence(outcome.hint).startswith('not sent: name "Ann" -> "Bea"')
