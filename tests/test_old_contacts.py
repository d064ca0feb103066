"""Issue 14, kind 4: who was there before the row's first request is never changed under ``skip`` and ``fail``."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Found
from importer.message import sentence
from importer.models import Json, Outcome, Status
from importer.sandbox.faults import Fault, Faults
from importer.sandbox.server import SandboxSettings
from importer.sender.evidence import Evidence
from importer.sender.lookup import CLOCK_SLACK_S, Judge, Looked
from importer.sender.policy import Policy
from tests.support.desk import ANN, Desk, play, script
from tests.support.service import Service, kill, killed_at, results, written

SHORT = ("--settle", "0.2")
DAY_S = 86400.0
CITY = replace(ANN, attributes={"additional_attributes.city": "Bonn"})


def people(count: int) -> Path:
    """With a city, which only a PATCH can store."""
    lines = (f"Person {n},p{n}@x.org,+4915112{n:06},C{n},Bonn\n" for n in range(count))
    return written("Name,Email,Phone,Customer ID,City\n" + "".join(lines))


def fill(service: Service, numbers: Sequence[int], age_s: float = 90 * DAY_S) -> list[str]:
    """The people with these numbers, who have been there for so long; their ids."""
    bodies: list[dict[str, Json]] = [
        {"inbox_id": 407, "name": f"Person {n}", "email": f"p{n}@x.org", "phone_number": f"+4915112{n:06}"}
        for n in numbers
    ]
    return [str(each) for each in service.sandbox.account.fill(bodies, age_s)]


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def changed(service: Service) -> list[Any]:
    """Who has attributes, by id."""
    return [str(contact["id"]) for contact in service.sandbox.contacts if contact["additional_attributes"]]


def wait_for_creates(service: Service, count: int, process: Any) -> None:
    while service.sandbox.requests["POST"] < count:
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.002)


def some_time_passes(seconds: float, service: Service) -> None:
    """The ledger and the server's contacts are so much older."""
    with closing(sqlite3.connect("import-results/ledger.sqlite3")) as db, db:
        for table in ("rows", "contacts"):
            db.execute(f"UPDATE {table} SET since = since - ?, until = until - ?", (seconds, seconds))
        db.execute("UPDATE runs SET written_at = written_at - ?", (seconds,))
    for contact in service.sandbox.contacts:
        contact["created_at"] -= int(seconds)


# -- killed, and the same command again --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "fail"])
def test_people_who_exist_for_90_days_are_not_changed_after_kills(policy: str) -> None:
    """kill -9 in the middle, twice: those who were in flight or only marked ahead ``exists``, without one PATCH."""
    path = people(40)
    with Service(latency_ms=10) as service:
        old = fill(service, range(40))
        for creates in (6, 20):
            process = service.start(path, "--inbox", 407, "--on-duplicate", policy, *SHORT)
            wait_for_creates(service, creates, process)
            kill(process)
        done = service.invoke(path, "--inbox", 407, "--on-duplicate", policy, *SHORT)
        assert done.exit_code == (0 if policy == "skip" else 1), done.stderr
        assert service.sandbox.requests["PATCH"] == 0
        assert changed(service) == []
        assert len(service.sandbox.contacts) == 40
    if policy == "skip":
        assert {*told("status")} <= {"exists", "unchanged"}
        assert told("contact_id") == old
    else:
        assert {*told("error_code")} == {"exists"}


@pytest.mark.slow
def test_what_the_row_itself_stored_before_a_kill_is_ours_and_completed() -> None:
    """The same kill, with half of the people new: they are ``created`` and get their attributes, the old ones none."""
    path = people(40)
    with Service(latency_ms=10) as service:
        old = fill(service, range(0, 40, 2))
        killed_at(service, 26, path, "--inbox", 407, *SHORT)
        done = service.invoke(path, "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        new = [str(contact["id"]) for contact in service.sandbox.contacts if str(contact["id"]) not in old]
        assert len(new) == 20
        assert changed(service) == new
        assert told("contact_id")[::2] == old
        assert {*told("status")[::2]} <= {"exists", "unchanged"}


@pytest.mark.slow
def test_the_window_is_that_of_the_run_that_sent_the_row() -> None:
    """Killed while its request hangs; somebody else creates the person an hour later, and the next run comes after
    that: not ours. The same person, stored by the request: ours."""
    path = people(2)
    with Service(hang_after=1.0) as service:
        killed_at(service, 2, path, "--inbox", 407, "--concurrency", 2, *SHORT)
        some_time_passes(3 * 3600, service)
        service.sandbox.contacts[0]["created_at"] += 3600
        script(service.sandbox, [])
        done = service.invoke(path, "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        by_name = {contact["name"]: str(contact["id"]) for contact in service.sandbox.contacts}
        first = service.sandbox.contacts[0]["name"]
        status = {row["name"]: row["status"] for row in results()}
        assert status == {name: "exists" if name == first else "created" for name in by_name}
        assert changed(service) == [by_name[name] for name in by_name if name != first]


@pytest.mark.slow
def test_the_first_mark_is_carried_over_runs() -> None:
    """Sent and stored in the first run, in doubt after the second an hour later, found by the third after two: ours."""
    path = people(1)
    with Service(hang_after=1.0) as service:
        killed_at(service, 1, path, "--inbox", 407, *SHORT)
        some_time_passes(3600, service)
        script(service.sandbox, [Fault.ERROR_BEFORE] * 2, ("GET",))
        assert service.invoke(path, "--inbox", 407, *SHORT, "--max-attempts", 1).exit_code in (1, 4)
        assert told("status") == ["unknown"]
        some_time_passes(3600, service)
        script(service.sandbox, [])
        done = service.invoke(path, "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert (told("status"), told("contact_id")) == (["created"], changed(service))
        assert service.sandbox.requests["POST"] == 1


# -- without a kill ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "fail"])
def test_an_outage_is_no_reason_to_change_old_contacts(policy: str) -> None:
    """Every create is lost: the people of 90 days ago are found, and left as they are."""
    with Service(drop_before=1.0) as service:
        old = fill(service, range(6))
        done = service.invoke(people(6), "--inbox", 407, "--on-duplicate", policy, *SHORT)
        assert done.exit_code == (0 if policy == "skip" else 1), done.stderr
        assert service.sandbox.requests["PATCH"] == 0
        assert changed(service) == []
        assert len(service.sandbox.contacts) == 6
    if policy == "skip":
        assert (told("status"), told("contact_id")) == (["exists"] * 6, old)


@pytest.mark.slow
def test_somebody_who_came_a_minute_before_the_run_is_old() -> None:
    """The server tells its time, so the slack is seconds and not minutes."""
    with Service(drop_before=1.0) as service:
        fill(service, range(2), age_s=60)
        done = service.invoke(people(2), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert (told("status"), changed(service)) == (["exists"] * 2, [])


@pytest.mark.slow
@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0], ids=["an hour behind", "an hour ahead"])
def test_clocks_are_compared_by_the_servers_date(ahead_s: float) -> None:
    """Its clock is wrong by an hour: the rows' own contacts are ours, and people of half an hour ago are not."""
    with Service(drop_after=1.0, clock_ahead_s=ahead_s) as service:
        old = fill(service, [0, 1], age_s=1800)
        done = service.invoke(people(4), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert told("status") == ["exists", "exists", "created", "created"]
        assert sorted(changed(service)) == sorted(told("contact_id")[2:])
        assert told("contact_id")[:2] == old


@pytest.mark.slow
def test_without_created_at_it_exists_and_the_hint_says_what_was_not_sent() -> None:
    """Nobody can tell an old contact from the row's own: no PATCH, and no second create."""
    with Service(drop_after=1.0, created_at="absent") as service:
        done = service.invoke(people(3), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert told("status") == ["exists"] * 3
        assert service.sandbox.requests["PATCH"] == 0
        assert service.sandbox.requests["POST"] == 3
        ids = {contact["name"]: str(contact["id"]) for contact in service.sandbox.contacts}
        assert [ids[name] for name in told("name")] == told("contact_id")
    assert all("additional_attributes.city" in hint for hint in told("hint"))


@pytest.mark.slow
def test_without_attributes_nothing_was_left_unsent_and_no_hint_says_so() -> None:
    """The same lost answer, of a row that has only fields."""
    with Service(drop_after=1.0, created_at="absent") as service:
        done = service.invoke(written("Name,Email\nAnn,a@x.org\n"), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
    assert (told("status"), told("hint")) == (["exists"], [""])


@pytest.mark.slow
def test_update_still_brings_an_old_contact_up_to_date() -> None:
    """``--on-duplicate update`` asks for it, after a lost answer too."""
    with Service(drop_before=1.0) as service:
        old = fill(service, range(2))
        done = service.invoke(people(2), "--inbox", 407, "--on-duplicate", "update", *SHORT)
        assert done.exit_code == 0, done.stderr
        assert (told("status"), changed(service)) == (["updated"] * 2, old)


# -- the rule ----------------------------------------------------------------------------------------------------------

SINCE, UNTIL = 1_000_000.0, 1_000_060.0
SAME = Contact(name="Ann", email="ann@x.org", phone_number="+4915112345678", identifier="A-7")


def is_ours(
    created_at: float | None,
    *,
    until: float | None = UNTIL,
    ahead_s: float | None = 0.0,
    shown: Contact = SAME,
    claimed: str | None = None,
) -> bool:
    found = Found("7", shown, created_at)
    looked = Looked({"email": (found,)}, (), None, ahead_s)
    doubt = Doubt(SINCE, until, claimed=claimed)
    return Judge(Due(2, ANN, doubt=doubt), Evidence(), looked).ours() == [found]


@pytest.mark.parametrize(
    ("created_at", "until", "ours"),
    [
        (SINCE + 30, UNTIL, True),
        (SINCE - CLOCK_SLACK_S, UNTIL, True),
        (SINCE - CLOCK_SLACK_S - 1, UNTIL, False),
        (UNTIL + CLOCK_SLACK_S, UNTIL, True),
        (UNTIL + CLOCK_SLACK_S + 1, UNTIL, False),
        (UNTIL + DAY_S, None, True),  # the run that sent it is at work
        (SINCE - DAY_S, None, False),
    ],
)
def test_ours_was_created_between_the_first_mark_and_the_last_moment(
    created_at: float, until: float | None, ours: bool
) -> None:
    """And nobody else, with a slack of seconds where the server tells its time."""
    assert is_ours(created_at, until=until) is ours


@pytest.mark.parametrize(
    ("shown", "ours"),
    [
        (SAME, True),
        (replace(SAME, name=" ANN "), True),
        (replace(SAME, name="Zoe"), False),
        (replace(SAME, identifier="A-8"), False),
        (replace(SAME, identifier=None), False),
        (replace(SAME, name=None), False),
    ],
)
def test_ours_has_everything_that_the_row_sent(shown: Contact, ours: bool) -> None:
    """Another name, another key, or a value that is not there: somebody created it otherwise."""
    assert is_ours(SINCE, shown=shown) is ours


@pytest.mark.parametrize("ahead_s", [-3600.0, 0.0, 3600.0])
def test_the_servers_time_is_put_right_by_its_date(ahead_s: float) -> None:
    """``ahead_s`` is how far our clock is ahead of the server's."""
    assert is_ours(SINCE - ahead_s, ahead_s=ahead_s)
    assert not is_ours(SINCE - ahead_s - CLOCK_SLACK_S - 1, ahead_s=ahead_s)


def test_without_the_servers_time_nobody_is_ours_by_time() -> None:
    """Nobody knows how far the clocks are apart."""
    assert not is_ours(SINCE, ahead_s=None)
    assert not is_ours(SINCE + 30, until=None, ahead_s=None)


def test_without_created_at_ours_is_only_whom_an_answer_named() -> None:
    """The answer to the row gave this id; what it did not show, the search has shown now."""
    assert not is_ours(None)
    assert is_ours(None, claimed="7")
    assert not is_ours(None, claimed="8")


@pytest.mark.parametrize("policy", ["skip", "fail"])
def test_an_old_contact_found_for_a_row_of_an_earlier_run_is_left_alone(policy: Any) -> None:
    """Created a day before the row's first mark. It explains nothing before ``--settle``: the
    row's own contact may still be stored beside it."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(CITY)
        created_at = desk.sandbox.contacts[0]["created_at"]
        return await desk.settle(CITY, doubt=Doubt(created_at + DAY_S, created_at + DAY_S + 60))

    outcome, opened = play(scene, Policy(on_duplicate=policy, inbox_id="407"))
    assert outcome.status is (Status.EXISTS if policy == "skip" else Status.FAILED)
    assert (opened.sandbox.requests, opened.stop.slept) == ({"GET": 2}, [30])


# -- an update that reaches somebody else ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("attributes", [{}, CITY.attributes], ids=["fields", "attributes"])
def test_an_update_whose_answer_shows_another_person_is_unknown(attributes: dict[str, Any]) -> None:
    """The search named Bob's contact as Ann's: the answer to the update tells, and the row does not say ``updated``."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(ANN, name="Old Ann"))
        bob = desk.store(Contact(name="Bob", email="bob@x.org", identifier="B-7", inbox_id="407"))
        search = desk.sandbox.account.search

        def mistaken(query: str, page: str | None) -> Any:
            answer = deepcopy(search(query, page))
            for contact in answer.body["payload"]:  # type: ignore[index, call-overload, union-attr]
                contact["id"] = int(bob)  # type: ignore[index, call-overload]
            return answer

        desk.sandbox.account.search = mistaken  # type: ignore[method-assign]
        return await desk.settle(replace(ANN, attributes=attributes))

    outcome, opened = play(scene, Policy("update", inbox_id="407"))
    bob = opened.sandbox.contacts[1]["id"]
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.UNKNOWN, "bad_answer", str(bob))
    assert f"contact {bob} may be another's" in str(outcome.error[0])
    assert opened.sandbox.requests["PATCH"] == 1, "what proves to be somebody else's is not written to again"


def test_an_update_whose_answer_writes_a_key_in_another_way_counts() -> None:
    """A key that the contact has and the row has not must stand there too, however the server writes it."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(ANN, name="Old Ann"))
        return await desk.settle(replace(ANN, identifier=None, email="ANN@X.ORG"))

    outcome, _ = play(scene, Policy("update", inbox_id="407"))
    assert outcome.status is Status.UPDATED


@pytest.mark.parametrize(
    ("shows_times", "name", "told"),
    [
        (False, "Ann", (Status.UNKNOWN, "ambiguous")),
        (False, "Zoe", (Status.UNKNOWN, "ambiguous")),
        (True, "Ann", (Status.CREATED, "")),
    ],
)
def test_where_no_time_tells_the_row_s_own_contact_from_an_older_one_it_is_unknown(
    shows_times: bool, name: str, told: tuple[Status, str]
) -> None:
    """The number is shared, the create stored and its answer lost: nobody may call that row failed."""
    phone = replace(ANN, email=None, identifier=None)

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(phone, name=name))
        desk.sandbox.contacts[0]["created_at"] -= 90 * DAY_S
        search = desk.sandbox.account.search_in_order

        def without_times(query: str, page: str | None, order: Any) -> Any:
            response = search(query, page, order)
            body: Any = deepcopy(response.body)
            for contact in body["payload"]:
                del contact["created_at"]
            return response._replace(body=body)

        if not shows_times:
            desk.sandbox.account.search_in_order = without_times  # type: ignore[method-assign]
        script(desk.sandbox, [Fault.ERROR_AFTER])
        return await desk.settle(phone)

    outcome, opened = play(scene, settings=SandboxSettings(faults=Faults(phones="shared")))
    ids = [str(contact["id"]) for contact in opened.sandbox.contacts]
    assert (outcome.status, outcome.error_code) == told
    assert len(ids) == 2
    assert shows_times or all(one in sentence(outcome.error) for one in ids)
