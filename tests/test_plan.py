"""The verb ``plan``: what an import would do, found out by searches alone."""

import csv
import json
import signal
import sqlite3
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, Window
from importer.livedesk.capabilities import FILTERS_BY, Capabilities, Finding
from importer.livedesk.contact import Contact
from importer.models import Json, Outcome, Status
from importer.pipeline.plan import duration
from importer.reporter.summary import schema
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.account_list import Length, read_all
from importer.sender.planning import Account, Plan, plan_of
from importer.sender.policy import Policy
from importer.staging.account_index import AccountIndex
from tests.support.desk import ANN, KIM, Desk, play, script
from tests.support.service import HEADER, Service, by_name, contacts, folders, invoke, results, written

DAY_S = 86_400.0
OPTIONS = ("--inbox", 407, "--quiet")
WRITES = {"POST", "PATCH", "DELETE", "FILTER"}

FILE = HEADER + (
    "Ann,ann@x.org,+4915112345671,C1\n"  # has another name and no phone number there
    "Bob,bob@x.org,+4915112345672,C2\n"  # is there as he is
    "New,new@x.org,,C3\n"
    "Eve,eve@x.org,,C4\n"  # her email is another's
    "Bob,bob@x.org,,C2\n"  # once more
    "Tim,tim@,,\n"
)
THERE: list[dict[str, Json]] = [
    {"name": "Anne", "email": "ann@x.org", "identifier": "C1", "inbox_id": 407},
    {"name": "Bob", "email": "bob@x.org", "phone_number": "+4915112345672", "identifier": "C2", "inbox_id": 407},
    {"name": "Somebody", "email": "eve@x.org", "identifier": "S", "inbox_id": 407},
]
ANN_ID, BOB_ID, OTHERS_ID = "100001", "100002", "100003"


def there(service: Service, *more: dict[str, Json]) -> None:
    service.sandbox.account.fill([*THERE, *more], DAY_S)


def plan(folder: Path | None = None) -> list[list[str]]:
    with ((folder or folders()[-1]) / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        return [*csv.reader(file)][1:]


def crowd(count: int) -> list[dict[str, Json]]:
    return [{"name": f"Q{n}", "email": f"q{n}@x.org", "inbox_id": 407} for n in range(count)]


def writes(service: Service) -> dict[str, int]:
    return {method: count for method, count in service.sandbox.requests.items() if method in WRITES}


PLANNED = [
    ["2", "update", ANN_ID, "name", "Anne", "Ann"],
    ["2", "update", ANN_ID, "phone_number", "", "+4915112345671"],
    ["3", "same", BOB_ID, "", "", ""],
    ["4", "create", "", "name", "", "New"],
    ["4", "create", "", "email", "", "new@x.org"],
    ["4", "create", "", "identifier", "", "C3"],
    ["4", "create", "", "inbox_id", "", "407"],
    ["5", "conflict", "", "", "", ""],
    ["6", "duplicate", "", "", "", ""],
    ["7", "invalid", "", "", "", ""],
]
"""With ``--on-duplicate update``."""


@pytest.mark.slow
@pytest.mark.parametrize("others", [0, 200], ids=["by the list", "by searches"])
def test_a_plan_says_what_an_import_would_do(others: int) -> None:
    """Field by field, with a line for a row without fields; the list says the same as searches; nothing is written."""
    written(FILE)
    with Service() as service:
        there(service, *crowd(others))
        before = json.dumps(service.sandbox.contacts)
        done = service.invoke("plan", "contacts.csv", *OPTIONS, "--on-duplicate", "update")
        assert done.exit_code == 1, done.output
        assert plan() == PLANNED
        assert writes(service) == {}
        assert json.dumps(service.sandbox.contacts) == before


@pytest.mark.slow
def test_an_import_does_what_its_plan_says() -> None:
    """Without ``--plan`` too, if nothing has changed."""
    written(FILE)
    with Service() as service:
        there(service)
        service.invoke("plan", "contacts.csv", *OPTIONS, "--on-duplicate", "update")
        service.invoke("contacts.csv", *OPTIONS, "--on-duplicate", "update")
        became = {line[0]: line[1] for line in plan(folders()[0])}
    names = {"create": "created", "update": "updated", "same": "exists", "conflict": "failed"}
    assert {row["row"]: row["status"] for row in results()} == {n: names.get(a, a) for n, a in became.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "actions"),
    [
        ((), "same same create conflict duplicate invalid"),
        (("--on-duplicate", "fill"), "update same create conflict duplicate invalid"),
        (("--on-duplicate", "update", "--keep", "name"), "update same create conflict duplicate invalid"),
        (("--on-duplicate", "fail"), "conflict conflict create conflict duplicate invalid"),
        (("--only-existing",), "same same conflict conflict duplicate invalid"),
        (("--match-by", "email", "--on-duplicate", "update"), "update same create update duplicate invalid"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_plan_decides_as_the_options_say(options: tuple[str, ...], actions: str) -> None:
    """The same words as an import, so the same decisions."""
    written(FILE)
    with Service() as service:
        there(service)
        service.invoke("plan", "contacts.csv", *OPTIONS, *options)
        assert writes(service) == {}
    found = {line[0]: line[1] for line in plan()}
    assert " ".join(found.values()) == actions


@pytest.mark.slow
def test_a_row_without_the_field_that_decides_changes_nobody() -> None:
    """By its other keys it is somebody, and that is no reason to write."""
    written("Name,Email,Customer ID\nAnn,ann@x.org,\nBobby,bob@x.org,C2\n")
    with Service() as service:
        there(service)
        service.invoke("plan", "contacts.csv", *OPTIONS, "--match-by", "identifier", "--on-duplicate", "update")
    assert [line[:2] for line in plan()] == [["2", "same"], ["3", "update"]]


@pytest.mark.slow
def test_what_differs_is_told_where_it_stays() -> None:
    """A row that is the same person and not the same data says so in the page, and in the summary."""
    written(FILE)
    with Service() as service:
        there(service)
        service.invoke("plan", "contacts.csv", *OPTIONS)
        summary = json.loads((folders()[-1] / "summary.json").read_text())
        assert [remark["kind"] for remark in summary["remarks"]] == ["differs"]
        assert 'Name \\"Anne\\" -\\u003e \\"Ann\\"' in (folders()[-1] / "report.html").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("faults", [{}, {"list": "shifting"}, {"list": "capped"}, {"meta_count": "page"}], ids=str)
def test_a_list_that_is_not_whole_makes_nobody_new(faults: dict[str, Any]) -> None:
    """Whom it does not show, or not sure enough, is searched for: they all are there."""
    contacts(300)
    people = [
        {"name": f"Person {n}", "email": f"p{n}@example.com", "phone_number": f"+4915112{n:06}", "identifier": f"C{n}"}
        for n in range(300)
    ]
    with Service(**faults) as service:
        service.sandbox.account.fill([{**person, "inbox_id": 407} for person in people], DAY_S)
        assert service.invoke("plan", "contacts.csv", *OPTIONS).exit_code == 0
        assert {line[1] for line in plan()} == {"same"}
        assert len(plan()) == 300
        assert service.sandbox.requests["GET"] < 30 or faults


@pytest.mark.slow
def test_the_list_is_read_where_it_is_shorter() -> None:
    """300 rows and 30 people: two pages in place of 300 searches. Nobody is searched for, since the list is whole."""
    contacts(300)
    with Service() as service:
        service.sandbox.account.fill(crowd(30), DAY_S)
        done = service.invoke("plan", "contacts.csv", "--inbox", 407)
        assert "The account's list has 2 pages, fewer than 300 searches: it is read instead." in done.stderr
        assert {line[1] for line in plan()} == {"create"}
        assert service.sandbox.requests == {"GET": 4}  # the address, how long the list is, and the list


@pytest.mark.slow
def test_searches_go_on_where_the_list_is_longer() -> None:
    """Four rows, thirty pages."""
    contacts(4)
    with Service() as service:
        service.sandbox.account.fill(crowd(450), DAY_S)
        done = service.invoke("plan", "contacts.csv", "--inbox", 407)
        assert "The account's list" not in done.stderr
        assert service.sandbox.requests["GET"] == 2 + 4 * 3  # each of the three values of whoever is not there


@pytest.mark.slow
def test_what_the_ledger_knows_costs_no_request() -> None:
    """A row that an earlier run sent and that has not changed is the same; a plan is no news to the ledger."""
    contacts(20)
    with Service() as service:
        service.invoke("contacts.csv", *OPTIONS)
        service.sandbox.requests.clear()
        assert service.invoke("plan", "contacts.csv", *OPTIONS).exit_code == 0
        assert {line[1] for line in plan()} == {"same"}
        assert service.sandbox.requests == {}
        service.invoke("contacts.csv", *OPTIONS)
        assert {row["status"] for row in results()} == {"unchanged"}


@pytest.mark.slow
def test_rows_without_a_key_are_known_by_their_place() -> None:
    """As an import knows them, though a plan was made in between."""
    by_name(3)
    with Service() as service:
        service.invoke("contacts.csv", *OPTIONS)
        for _ in range(2):
            service.invoke("plan", "contacts.csv", *OPTIONS)
            assert [line[1] for line in plan()] == ["same"] * 3
        written("Name\nPerson 0 \nPERSON 1\nPerson 2\n")
        service.invoke("plan", "contacts.csv", *OPTIONS)
        assert [line[1] for line in plan()] == ["same"] * 3


@pytest.mark.slow
def test_a_plan_is_a_run_that_sent_nothing() -> None:
    """In the list, in its files, and never the latest import."""
    contacts(3)
    with Service() as service:
        service.invoke("contacts.csv", *OPTIONS)
        contacts(5)
        done = service.invoke("plan", "contacts.csv", *OPTIONS, "--json")
        summary = json.loads(done.stdout)
        jsonschema.validate(summary, json.loads(schema()))
        folder = folders()[-1]
        assert summary["mode"] == "plan"
        assert summary["counts"] == {"create": 2, "same": 3}
        assert sorted(path.name for path in folder.iterdir()) == ["plan.csv", "report.html", "summary.json"]
        assert "PLAN: this is what an import would do, and nothing was sent" in (folder / "report.html").read_text()
        listed = service.invoke("runs").stdout
        assert "plan: fine" in listed
        assert json.loads(service.invoke("report", "latest", "--json").stdout)["mode"] == "import"
        assert service.invoke("report", folder.name).exit_code == 0


@pytest.mark.slow
def test_the_terminal_shows_the_changes_and_the_next_command() -> None:
    """The first lines as a table; what is the same takes no line, and whoever is created one."""
    written(FILE)
    with Service() as service:
        there(service)
        done = service.invoke("plan", "contacts.csv", "--inbox", 407, "--on-duplicate", "update")
    lines = done.stdout.splitlines()
    table = lines.index("ROW  ACTION    CONTACT_ID  FIELD         BEFORE  AFTER")
    assert [line.split()[:2] for line in lines[table + 1 : table + 6]] == [
        ["2", "update"],
        ["2", "update"],
        ["4", "create"],
        ["5", "conflict"],
        ["7", "invalid"],
    ]
    assert lines[-1] == (
        f"  import-contacts contacts.csv --inbox 407 --on-duplicate update --plan {folders()[-1].name}"
    )


def test_a_long_plan_says_where_the_rest_is() -> None:
    """A thousand rows are no reading for a terminal."""
    contacts(30)
    with Service() as service:
        done = service.invoke("plan", "contacts.csv", *OPTIONS)
    assert "plan.csv has every line" in done.stdout
    assert "more line" not in done.stdout, "it has several for each of these rows, and one for those that stay"


@pytest.mark.slow
def test_the_time_is_told_first() -> None:
    """At the pace that --rate allows; at a pace that nobody knows, after the first requests."""
    contacts(30)
    with Service() as service:
        service.sandbox.account.fill(crowd(900), DAY_S)
        known = service.invoke("plan", "contacts.csv", "--inbox", 407, "--rate", 200)
        assert "30 requests, about 1 s at 200.0 a second" in known.stderr
        contacts(31)
        by_pace = service.invoke("plan", "contacts.csv", "--inbox", 407)
        assert "31 requests, about" in by_pace.stderr


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "1 s"), (45, "45 s"), (91, "2 min"), (3000, "50 min"), (10_000, "3 h")]
)
def test_a_length_of_time_is_rough(seconds: float, told: str) -> None:
    """Nobody plans a day by seconds."""
    assert str(duration(seconds)) == told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--dry-run",), "--dry-run is for an import, and this command makes a plan"),
        (("--plan", "x"), "--plan is for an import, and this command makes a plan"),
    ],
)
def test_a_plan_refuses_what_is_for_an_import(options: tuple[str, ...], told: str) -> None:
    """It searches, so it is no dry run."""
    contacts(1)
    with Service() as service:
        done = service.invoke("plan", "contacts.csv", *OPTIONS, *options)
    assert done.exit_code == 2
    assert told in done.stderr


@pytest.mark.slow
def test_a_plan_of_a_rehearsal_creates_everybody() -> None:
    """The sandbox is empty; its plan is thrown away with it."""
    contacts(3)
    done = invoke("plan", "contacts.csv", "--inbox", 407, "--sandbox")
    assert done.exit_code == 0
    assert {line[1] for line in plan()} == {"create"}
    assert done.stdout.splitlines()[-1] == "  import-contacts contacts.csv --inbox 407"


@pytest.mark.slow
def test_several_sheets_are_told_apart() -> None:
    """By a last column, as in results.csv."""
    book = openpyxl.Workbook()
    for title, name in (("one", "A"), ("two", "B")):
        sheet = book.create_sheet(title)
        sheet.append(["Name", "Email"])
        sheet.append([name, f"{name}@x.org".lower()])
    book.remove(book.worksheets[0])
    book.save("book.xlsx")
    with Service() as service:
        service.invoke("plan", "book.xlsx", *OPTIONS, "--sheet", "all")
    assert [(line[0], line[3], line[6]) for line in plan() if line[3] == "email"] == [
        ("2", "email", "one"),
        ("2", "email", "two"),
    ]


# -- stopped, killed, and gone on with ---------------------------------------------------------------------------------


def stopped_after(service: Service, searches: int, *options: object) -> None:
    """A plan whose server goes away after so many requests."""
    script(service.sandbox, [*[None] * searches, *[Fault.ERROR_BEFORE] * 99], ["GET"])
    done = service.invoke("plan", "contacts.csv", *OPTIONS, "--max-attempts", 1, "--concurrency", 1, *options)
    assert done.exit_code == 4, done.output
    script(service.sandbox, [])


def counted(folder: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "summary.json").read_text())["counts"]
    return found


def aged(service: Service) -> None:
    """Ten people who are there, and a crowd that makes the list long."""
    contacts(10)
    people: list[dict[str, Json]] = [
        {"name": f"Person {n}", "email": f"p{n}@example.com", "inbox_id": 407} for n in range(10)
    ]
    service.sandbox.account.fill([*people, *crowd(300)], DAY_S)


@pytest.mark.slow
def test_a_plan_that_was_stopped_goes_on() -> None:
    """What it found is not searched for again, and its changes are there; each row has its lines once."""
    with Service() as service:
        aged(service)
        stopped_after(service, 3 + 4, "--on-duplicate", "update")
        assert counted(folders()[-1])["update"] > 0
        found = counted(folders()[-1])["update"]
        service.sandbox.requests.clear()
        done = service.invoke("plan", "contacts.csv", "--inbox", 407, "--on-duplicate", "update")
        assert f"as {folders()[0].name} found" in done.stderr
        assert counted(folders()[-1]) == {"update": 10}
        assert [line[:2] + line[3:4] for line in plan()] == [
            [str(n), "update", field] for n in range(2, 12) for field in ("identifier", "phone_number")
        ]
        assert service.sandbox.requests["GET"] <= 3 + 3 * (10 - found)


def shifted(seconds: float) -> None:
    """Everything in the ledger is older."""
    with sqlite3.connect("import-results/ledger.sqlite3") as db:
        db.execute("UPDATE runs SET written_at = written_at - ?", (seconds,))
        db.execute("UPDATE rows SET since = since - ?", (seconds,))
    db.close()


@pytest.mark.slow
@pytest.mark.parametrize("why", ["old", "other bytes", "other options", "an import since", "finished"])
def test_a_plan_begins_anew(why: str) -> None:
    """What it found an hour ago may have changed, and what is another's question says nothing."""
    with Service() as service:
        aged(service)
        if why == "finished":
            service.invoke("plan", "contacts.csv", *OPTIONS)
        else:
            stopped_after(service, 3 + 4)
        options: tuple[object, ...] = ()
        if why == "old":
            shifted(3601)
        elif why == "other bytes":
            Path("contacts.csv").write_text(Path("contacts.csv").read_text() + "\n")
        elif why == "other options":
            options = ("--on-duplicate", "fail")
        elif why == "an import since":
            written("Name,Email\nZoe,zoe@x.org\n", "other.csv")
            service.invoke("other.csv", *OPTIONS)
        done = service.invoke("plan", "contacts.csv", "--inbox", 407, *options)
        assert "cut off" not in done.stderr
        assert done.exit_code in (0, 1)


@pytest.mark.slow
def test_what_is_taken_over_is_as_old_as_it_was() -> None:
    """Going on again and again makes nothing younger."""
    with Service() as service:
        aged(service)
        stopped_after(service, 3 + 4)
        shifted(3000)
        stopped_after(service, 0)
        shifted(1000)
        assert "cut off" not in service.invoke("plan", "contacts.csv", "--inbox", 407).stderr


@pytest.mark.slow
def test_a_plan_younger_than_an_hour_is_gone_on_with() -> None:
    """The hour counts from the last look."""
    with Service() as service:
        aged(service)
        stopped_after(service, 3 + 4)
        shifted(3500)
        assert "cut off" in service.invoke("plan", "contacts.csv", "--inbox", 407).stderr


@pytest.mark.slow
def test_a_plan_that_was_killed_goes_on() -> None:
    """kill -9 and Ctrl-C: in the end each row stands in it once, and nothing was written to the server."""
    contacts(400)
    with Service(latency_ms=10) as service:
        service.sandbox.account.fill(crowd(6000), DAY_S)
        for number in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
            before = service.sandbox.requests["GET"]
            process = service.start("plan", "contacts.csv", *OPTIONS, "--concurrency", "4")
            while service.sandbox.requests["GET"] < before + 60 or not planned_rows():
                assert process.poll() is None, process.communicate()
                time.sleep(0.005)
            process.send_signal(number)
            process.communicate()
            assert process.returncode == (130 if number == signal.SIGINT else -number)
        done = service.invoke("plan", "contacts.csv", *OPTIONS, "--json")
        assert json.loads(done.stdout)["counts"] == {"create": 400}
        assert len({line[0] for line in plan()}) == 400
        assert len([line for line in plan() if line[3] == "email"]) == 400
        assert writes(service) == {}
        assert service.sandbox.requests["GET"] < 400 * 3 * 2


def planned_rows() -> int:
    """How many rows the newest plan has on disk."""
    try:
        with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
            ((seq, _), *_) = ledger.runs()
            return ledger.counts(seq).get(Status.CREATE, 0)
    except (ValueError, OSError):
        return 0


# -- one row -----------------------------------------------------------------------------------------------------------

HAS_FILTER = Capabilities({name: Finding(name, True, time.time()) for name in FILTERS_BY.values()})


def planned(scene: Any, policy: Policy | None = None, **options: Any) -> tuple[Plan | None, Desk]:
    async def played(desk: Desk) -> Outcome:
        found.append(await scene(desk))
        return Outcome(Status.PENDING)

    found: list[Plan | None] = []
    _, desk = play(played, policy, **options)
    return found[0], desk


def test_the_look_up_of_many_is_used_where_the_ledger_knows_it() -> None:
    """And nobody asks whether the server has it."""

    async def scene(desk: Desk) -> Plan | None:
        desk.store(ANN)
        return await plan_of(Due(2, ANN), desk.session, desk.policy)

    settings = SandboxSettings(faults=Faults(filter="on"))
    found, desk = planned(scene, known=HAS_FILTER, settings=settings)
    assert found is not None
    assert found.outcome.status is Status.SAME
    assert desk.sandbox.requests == {"FILTER": 1}
    _, desk = planned(scene, settings=settings)
    assert desk.sandbox.requests == {"GET": 1}


def test_a_phone_number_that_decides_is_searched_for() -> None:
    """Several may hold it, and a page of the look-up of many may leave one out."""

    async def scene(desk: Desk) -> Plan | None:
        desk.store(ANN)
        return await plan_of(Due(2, ANN), desk.session, desk.policy)

    settings = SandboxSettings(faults=Faults(filter="on"))
    _, desk = planned(scene, Policy(match_by="phone_number"), known=HAS_FILTER, settings=settings)
    assert desk.sandbox.requests["FILTER"] == 0


@pytest.mark.slow
def test_a_row_whose_search_is_not_answered_is_a_conflict() -> None:
    """Nobody knows what would become of it; the others are planned."""

    async def scene(desk: Desk) -> Plan | None:
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 5, ["GET"])
        return await plan_of(Due(2, Contact(email="a@x.org", inbox_id="407")), desk.session, desk.policy)

    found, _ = planned(scene)
    assert found is not None
    assert (found.outcome.status, found.outcome.error_code) == (Status.CONFLICT, "server_error")


def test_a_row_in_doubt_is_its_own_contact_where_its_time_fits() -> None:
    """An import would complete it; one that no search finds ends as it is; and whoever was never stored is new."""

    async def scene(desk: Desk) -> Plan | None:
        desk.store(ANN)
        now = time.time()
        row = Due(2, ANN).in_doubt_again(since=now - 5, until=now + 5)
        return await plan_of(row, desk.session, desk.policy)

    found, _ = planned(scene, Policy("fail"))
    assert found is not None
    assert found.outcome.status is Status.SAME

    async def nobody(desk: Desk) -> Plan | None:
        return await plan_of(Due(2, ANN).in_doubt_again(), desk.session, desk.policy)

    found, _ = planned(nobody)
    assert found == Plan(Outcome(Status.CREATE))

    async def without_a_key(desk: Desk) -> Plan | None:
        return await plan_of(Due(2, KIM).in_doubt_again(), desk.session, desk.policy)

    found, _ = planned(without_a_key)
    assert found is not None
    assert (found.outcome.status, found.outcome.error_code) == (Status.CONFLICT, "interrupted")


def test_a_row_in_doubt_is_its_own_contact_in_the_list_too() -> None:
    """Its time is compared by the clock of the server, which the list's answers tell; what the row lacks is planned."""
    rich = replace(ANN, attributes={"custom_attributes.tier": "gold"})

    async def scene(desk: Desk) -> Plan | None:
        desk.store(ANN)
        with AccountIndex() as index:
            is_whole = await read_all(desk.session, Length(1, 1), index, 1)
            row = Due(2, rich).in_doubt_again(since=time.time() - 5, until=time.time() + 5)
            return await plan_of(row, desk.session, desk.policy, Account(index, is_whole))

    found, _ = planned(scene)
    assert found is not None
    assert [change.field for change in found.changes] == ["custom_attributes.tier"]


def test_attributes_that_an_earlier_run_owes_are_an_update() -> None:
    """Under ``skip`` too: it is the row's own contact. One that is gone is a conflict."""
    rich = Contact(email="a@x.org", inbox_id="407", attributes={"custom_attributes.tier": "gold"})

    async def owed(desk: Desk) -> Plan | None:
        contact_id = desk.store(Contact(email="a@x.org", inbox_id="407"))
        return await plan_of(Due(2, rich, contact_id=contact_id), desk.session, desk.policy)

    found, _ = planned(owed)
    assert found is not None
    assert [(change.field, change.before, change.after) for change in found.changes] == [
        ("custom_attributes.tier", None, "gold")
    ]

    async def gone(desk: Desk) -> Plan | None:
        return await plan_of(Due(2, rich, contact_id="7"), desk.session, desk.policy)

    found, _ = planned(gone)
    assert found is not None
    assert found.outcome.status is Status.CONFLICT


def test_the_window_of_a_row_counts_as_in_an_import() -> None:
    """Whoever was there before the row's first request is an older contact."""

    async def scene(desk: Desk) -> Plan | None:
        desk.store(ANN)
        row = Due(2, ANN).in_doubt_again(**Window(1.0, 2.0)._asdict())
        return await plan_of(row, desk.session, desk.policy)

    found, _ = planned(scene, Policy("fail"))
    assert found is not None
    assert (found.outcome.status, found.outcome.error_code) == (Status.CONFLICT, "exists")
