"""Issue 14, kind 3: a person whom the ledger knows is not created again because a stale answer shows nobody."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from importer.livedesk.api import CONTACTS_PATH
from importer.message import sentence
from importer.models import Outcome, Status
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.policy import Policy
from tests.support.desk import ANN, Desk, play, script
from tests.support.raw_answers import found, honest, new_account
from tests.support.raw_server import Handler, RawServer, Request, Step
from tests.support.service import invoke, results, written

SETTLE = ("--settle", "0", "--concurrency", 1)
PEOPLE = "Name,Phone\n{},+4930111111\n{},+4930111112\n"
VIC = "+4930111112"


def stale(handler: Handler, is_meant: Callable[[Request], bool]) -> Handler:
    """The first such request that comes on a used connection meets an empty list, the answer to an earlier search."""
    used, is_over, lock = set[int](), threading.Event(), threading.Lock()

    def handle(request: Request) -> Iterable[Step]:
        with lock:
            is_used = request.connection in used
            used.add(request.connection)
        if is_used and is_meant(request) and not is_over.is_set():
            is_over.set()
            return [found()]
        return handler(request)

    return handle


@pytest.mark.slow
def test_a_known_person_whom_a_used_connection_does_not_show_is_searched_for_on_a_fresh_one() -> None:
    """Her name was edited, and phone numbers can be shared: a create would store her twice."""
    account = new_account(phones="shared")
    ask = honest(account)
    with RawServer(ask) as server:
        assert (
            invoke(written(PEOPLE.format("Ann", "Vic")), "--inbox", 407, *SETTLE, **server.environment).exit_code == 0
        )
        server.handler = stale(ask, lambda request: request.query.get("q") == VIC)
        server.requests.clear()
        edited = written(PEOPLE.format("Anne", "Vicky"))
        done = invoke(edited, "--inbox", 407, *SETTLE, "--on-duplicate", "update", **server.environment)
        assert done.exit_code == 0, done.stderr
        assert server.of("POST") == []
        searches = [one.connection for one in server.of("GET") if one.path == CONTACTS_PATH and one.query["q"] == VIC]
        assert (len(searches), len({*searches})) == (3, 3)  # the stale one, and two pages, each fresh
    assert [row["status"] for row in results()] == ["updated", "updated"]
    assert [contact["name"] for contact in account.contacts] == ["Anne", "Vicky"]


def searches(known_id: str | None, *, is_there: bool) -> int:
    """How many searches a row takes on connections that others have used."""

    async def scene(desk: Desk) -> Outcome:
        there = desk.store(PHONE) if is_there else ""
        await desk.client.first_page()
        return await desk.settle(PHONE, known_id=there if known_id == "hers" else known_id)

    _, opened = play(scene, Policy("update", inbox_id="407", only_existing=known_id is None))
    return opened.sandbox.requests["GET"] - 1


PHONE = replace(ANN, email=None, identifier=None)


def test_the_second_search_is_for_known_people_who_are_not_found_alone() -> None:
    """One search has two pages where a phone number decides, and one where nobody is found."""
    assert searches("hers", is_there=True) == 2
    assert searches("", is_there=True) == 2
    assert searches("7", is_there=False) == 2
    assert searches(None, is_there=False) == 1
    assert searches("7", is_there=True) == 4  # another holds her number


@pytest.mark.parametrize("known_id", ["hers", ""])
def test_a_known_person_who_turns_up_beside_the_row_s_own_contact_is_told(known_id: str) -> None:
    """No search showed her, and the answer to the create was lost: now there are two."""

    async def scene(desk: Desk) -> Outcome:
        there = desk.store(replace(PHONE, name="Anna"))
        desk.sandbox.contacts[0]["created_at"] -= 90 * 86400
        script(desk.sandbox, [Fault.ERROR_AFTER])
        return await desk.settle(PHONE, known_id=there if known_id == "hers" else "")

    lagging = SandboxSettings(faults=Faults(search_lag_ms=2000, phones="shared"))
    outcome, opened = play(scene, Policy("update", inbox_id="407"), settings=lagging)
    assert (outcome.status, outcome.error_code) == (Status.UNKNOWN, "doubled")
    ids = [str(contact["id"]) for contact in opened.sandbox.contacts]
    assert len(ids) == 2
    assert all(contact_id in sentence(outcome.error) for contact_id in ids)
