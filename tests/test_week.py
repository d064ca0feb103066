"""The same customers, every week: a plan, an import by it, a look back, a comparison and a way back, each exact."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result

from importer.cli.main import cli
from tests.support.service import Service, folders, invoke, results, written

pytestmark = pytest.mark.skipif(
    not {"plan", "verify", "undo"} <= cli.commands.keys(), reason="plan, verify and undo are not there yet"
)

CUSTOMERS, PHONES, COMPANIES, NAMES, NEW, GONE = 400, 30, 20, 5, 10, 12
EDITED = PHONES + COMPANIES + NAMES
SAME = CUSTOMERS - GONE - EDITED
WEEKLY = ("--inbox", 407, "--match-by", "identifier", "--on-duplicate", "update")
COMPANY = "additional_attributes.company_name"
READS = {"GET", "FILTER"}
"""Methods of requests that change nothing: the exact look-up is a POST."""


class Customer(NamedTuple):
    """A line of the export."""

    name: str
    email: str
    phone: str
    number: str
    company: str


def customer(place: int) -> Customer:
    number = f"C{place:04}"
    return Customer(f"Person {place}", f"p{place}@example.com", f"+4930231{place:05}", number, f"Works {place % 7}")


def last_week() -> list[Customer]:
    return [customer(place) for place in range(CUSTOMERS)]


def this_week() -> list[Customer]:
    """Phones of the first, companies of the next, names of the next; the last are gone, and new ones stand behind."""
    people = last_week()[:-GONE]
    for place in range(PHONES):
        people[place] = people[place]._replace(phone=f"+4940231{place:05}")
    for place in range(PHONES, PHONES + COMPANIES):
        people[place] = people[place]._replace(company="New Works")
    for place in range(PHONES + COMPANIES, EDITED):
        people[place] = people[place]._replace(name=f"Person {place} Smith")
    return people + [customer(place) for place in range(CUSTOMERS, CUSTOMERS + NEW)]


def export(people: list[Customer]) -> Path:
    lines = "".join(",".join(person) + "\n" for person in people)
    return written(f"Name,Email,Phone,Customer ID,Company\n{lines}", "customers.csv")


class Week:
    """Plays commands against a server that can delete, and counts what each costs."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __call__(self, *arguments: object, code: int = 0) -> tuple[dict[str, Any], Counter[str]]:
        """The summary of a command, and its requests by method."""
        before = Counter(self.service.sandbox.requests)
        done: Result = self.service.invoke(*arguments, "--json")
        assert done.exit_code == code, done.output
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary, Counter(self.service.sandbox.requests) - before

    @property
    def people(self) -> dict[str, tuple[Any, ...]]:
        """What the desk holds, by the customer's number."""
        return {
            contact["identifier"]: (
                *(contact["id"], contact["name"], contact["email"], contact["phone_number"]),
                contact["additional_attributes"].get("company_name"),
            )
            for contact in self.service.sandbox.contacts
        }


@pytest.fixture
def week() -> Iterator[Week]:
    """After the first week: everybody is there, and the ledger knows them."""
    with Service(delete="on", usage="on") as service:
        made = Week(service)
        summary, _ = made(export(last_week()), *WEEKLY)
        assert summary["counts"] == {"created": CUSTOMERS}
        assert summary["vanished"] is None
        yield made


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


FIELDS = {"phone_number": PHONES, COMPANY: COMPANIES, "name": NAMES}


@pytest.mark.slow
def test_the_story_of_a_week(week: Week) -> None:
    """A look before, exactly that, a look back, and everything as it was."""
    before = week.people
    path = export(this_week())

    # A look before: searches alone.
    plan, cost = week("plan", path, *WEEKLY)
    assert plan["counts"] == {"create": NEW, "update": EDITED, "same": SAME}
    assert plan["vanished"] == GONE
    assert cost.keys() <= READS
    assert cost["GET"] <= EDITED + NEW
    assert week.people == before
    planned = table(folders()[-1], "plan.csv")
    assert Counter(line["field"] for line in planned if line["action"] == "update") == FIELDS

    # Exactly that.
    done, cost = week(path, *WEEKLY, "--plan", plan["run"])
    assert done["counts"] == {"created": NEW, "updated": EDITED, "unchanged": SAME}
    assert (done["vanished"], done["differs"]) == (GONE, 0)
    assert cost["PATCH"] <= EDITED + NEW  # a new one's company may need an update of its own
    assert cost["DELETE"] == 0
    folder = next(folder for folder in folders() if folder.name == done["run"])
    changes = table(folder, "changes.csv")
    assert Counter(line["field"] for line in changes) == FIELDS
    assert [line["after"] for line in changes if line["field"] == "name"] == [
        f"Person {place} Smith" for place in range(PHONES + COMPANIES, EDITED)
    ]
    with_ids = table(folder, "with-ids.csv")
    assert [line["import_status"] for line in with_ids] == [line["status"] for line in results(folder)]
    assert all(line["contact_id"] == str(week.people[line["Customer ID"]][0]) for line in with_ids)
    assert len(with_ids) == CUSTOMERS - GONE + NEW
    assert [week.people[f"C{place:04}"] for place in range(CUSTOMERS - GONE, CUSTOMERS)] == [
        before[f"C{place:04}"] for place in range(CUSTOMERS - GONE, CUSTOMERS)
    ]

    # A look back, and what changed from week to week.
    verified, cost = week("verify", done["run"])
    assert verified["counts"] == {"same": EDITED + NEW}
    assert cost.keys() <= READS
    diff = json.loads(invoke("report", "--diff", "previous", "latest", "--json").stdout)
    assert diff["people"] == {"in_both": CUSTOMERS - GONE, "only_before": GONE, "only_after": NEW}
    assert {field["field"]: field["count"] for field in diff["fields"]} == FIELDS

    # The way back: who was edited has the old values, who was new is gone.
    undone, cost = week("undo", done["run"], "--yes")
    assert undone["counts"] == {"undone": EDITED + NEW}
    assert (cost["PATCH"], cost["DELETE"], cost["POST"]) == (EDITED, NEW, 0)
    assert week.people == before

    # A look back once more: nothing of that run is there, and last week is.
    verified, _ = week("verify", done["run"], code=1)
    assert verified["counts"] == {"missing": NEW, "different": EDITED}
    again, _ = week(path, *WEEKLY)
    assert again["counts"] == {"created": NEW, "updated": EDITED, "unchanged": SAME}


@pytest.mark.slow
def test_the_next_week_without_a_plan_costs_one_read_for_whom_the_ledger_knows(week: Week) -> None:
    """And one write for each who was edited; the same file again costs nothing."""
    path = export(this_week())
    done, cost = week(path, *WEEKLY)
    assert done["counts"] == {"created": NEW, "updated": EDITED, "unchanged": SAME}
    assert done["vanished"] == GONE
    assert EDITED <= cost["PATCH"] <= EDITED + NEW
    assert cost["GET"] <= EDITED + PHONES + NEW  # a new phone number is looked for as well: who has it?
    again, cost = week(path, *WEEKLY)
    assert again["counts"] == {"unchanged": CUSTOMERS - GONE + NEW}
    assert cost.total() == 0


@pytest.mark.slow
def test_unchanged_people_cost_no_write_whoever_knows_them(week: Week) -> None:
    """Nothing where the ledger knows that they are as it sent them; one read each where it knows who they are alone; on
    another ledger a create each, which the server refuses, and one read."""
    before, path = week.people, export(last_week())
    for options, found, expected in (
        ((), "unchanged", {}),
        (("--fresh",), "exists", {"GET": CUSTOMERS}),
        (("--output-dir", "elsewhere"), "exists", {"POST": CUSTOMERS, "GET": CUSTOMERS + 1}),  # is it LiveDesk?
    ):
        done, cost = week(path, *WEEKLY, *options)
        assert (done["counts"], cost) == ({found: CUSTOMERS}, expected)
        assert week.people == before


@pytest.mark.slow
def test_the_file_with_ids_imports_as_an_update(week: Week) -> None:
    """Whoever keeps that file and edits it needs no number of their own: LiveDesk's id tells who it is."""
    people = week.people
    text = (folders()[-1] / "with-ids.csv").read_text(encoding="utf-8-sig")
    edited = text.replace("p7@example.com", "seven@example.com").replace("C0007", "D0007")
    done, cost = week(written(edited, "with-ids.csv"), "--inbox", 407, "--on-duplicate", "update")
    assert done["counts"] == {"updated": 1, "unchanged": CUSTOMERS - 1}
    assert cost["PATCH"] == 1
    assert week.people["D0007"][0] == people["C0007"][0]
