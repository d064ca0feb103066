"""One contact to one outcome, against a served sandbox whose faults are scripted."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aioresponses import aioresponses

from importer.errors import CredentialsRefused, InboxUnknown, RateLimited, ServiceUnreachable
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.records import Doubt, Due
from importer.livedesk.access import Access
from importer.livedesk.api import CONTACTS_PATH
from importer.livedesk.client import connect
from importer.livedesk.contact import Contact
from importer.livedesk.retry import Patience
from importer.message import sentence
from importer.models import OnDuplicate, Outcome, Status
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, Sandbox, SandboxSettings, serve
from importer.sender.lookup import CLOCK_SLACK_S
from importer.sender.policy import Policy
from importer.sender.rate_limiter import RateLimiter
from importer.sender.request_policy import RequestPolicy
from tests.support.desk import ANN, DOCUMENTED, KIM, Desk, Sleeper, play, requests_of, script, session_of, to_the_end


def test_a_new_contact_is_created_with_one_request() -> None:
    """The answer's id is the outcome's, and nothing but the documented fields is sent."""
    outcome, opened = play(lambda desk: desk.settle(ANN))
    assert outcome == Outcome(Status.CREATED, str(opened.sandbox.contacts[0]["id"]), http_status=200, attempts=1)
    assert opened.sandbox.requests == {"POST": 1}
    assert opened.sandbox.contacts[0]["identifier"] == "A-7"


FAULTS = {
    # fault of the first create: (status with a key, creates with a key, status without one, creates without one)
    Fault.DROP_BEFORE: (Status.CREATED, 2, Status.UNKNOWN, 1),
    Fault.DROP_AFTER: (Status.CREATED, 1, Status.UNKNOWN, 1),
    Fault.HANG_AFTER: (Status.CREATED, 1, Status.UNKNOWN, 1),
    Fault.ERROR_BEFORE: (Status.CREATED, 2, Status.UNKNOWN, 1),
    Fault.ERROR_AFTER: (Status.CREATED, 1, Status.UNKNOWN, 1),
    Fault.HTML_AFTER: (Status.CREATED, 1, Status.UNKNOWN, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without a key"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.value)
def test_a_lost_answer_is_settled_by_search_and_never_by_sending_again(fault: Fault, keyed: bool) -> None:
    """Stored: found, and not sent again. Not stored: sent again. Without a key: unknown, and not sent again."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [fault])
        return await desk.settle(ANN if keyed else KIM)

    outcome, opened = play(scene, timeout_s=0.3 if fault is Fault.HANG_AFTER else 5)
    status, creates = FAULTS[fault][:2] if keyed else FAULTS[fault][2:]
    assert (outcome.status, outcome.attempts) == (status, creates)
    assert opened.sandbox.requests["POST"] == creates
    if keyed:
        assert [str(contact["id"]) for contact in opened.sandbox.contacts] == [outcome.contact_id]


def test_a_row_in_doubt_is_searched_for_before_anything_is_sent() -> None:
    """An earlier run stored it and died: the search finds it, and no create leaves."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        return await desk.settle(ANN, doubt=Doubt())

    outcome, opened = play(scene)
    assert (outcome.status, outcome.attempts) == (Status.CREATED, 0)
    assert opened.sandbox.requests["POST"] == 0


def test_a_row_in_doubt_that_is_not_there_is_sent() -> None:
    """An earlier run marked it and died before it left."""
    outcome, opened = play(lambda desk: desk.settle(ANN, doubt=Doubt()))
    assert (outcome.status, opened.sandbox.requests["POST"]) == (Status.CREATED, 1)


def test_a_row_in_doubt_without_a_key_is_unknown_and_not_sent() -> None:
    """Nobody can find it, so nobody sends it a second time."""
    outcome, opened = play(lambda desk: desk.settle(KIM, doubt=Doubt()))
    assert (outcome.status, outcome.error_code) == (Status.UNKNOWN, "interrupted")
    assert opened.sandbox.requests.total() == 0


def test_a_doubt_that_the_search_cannot_settle_is_unknown() -> None:
    """The create is lost and every search is refused: it is said so, and not sent again."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [Fault.DROP_AFTER, *[Fault.ERROR_BEFORE] * 50], methods=("POST", "GET"))
        return await desk.settle(ANN)

    outcome, opened = play(scene)
    assert (outcome.status, outcome.error_code) == (Status.UNKNOWN, "connection_lost")
    assert "run the same command again" in sentence(outcome.hint)
    assert opened.sandbox.requests == {"POST": 1, "GET": 15}
    assert not opened.stop.requested or isinstance(opened.stop.reason, ServiceUnreachable)


@pytest.mark.slow
def test_attempts_run_out_without_a_doubt() -> None:
    """Five creates that failed and five searches that found nothing: failed, and certainly not stored."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 50)
        return await desk.settle(ANN)

    outcome, opened = play(scene)
    assert (outcome.status, outcome.error_code, outcome.attempts) == (Status.FAILED, "server_error", 5)
    assert opened.sandbox.contacts == []
    assert not opened.stop.requested


@pytest.mark.slow
@pytest.mark.parametrize("header", ["99999999", "9" * 400], ids=["three years", "for ever"])
def test_a_wait_that_no_run_should_stand_still_for_stops_it(answers: aioresponses, header: str) -> None:
    """429 with a Retry-After beyond an hour: the run ends now; the row may be stored all the same, and is unknown."""
    answers.post(f"https://desk.example{CONTACTS_PATH}", status=429, headers={"Retry-After": header})

    async def run() -> tuple[Outcome, Sleeper]:
        stop = Sleeper()
        async with connect(Access("https://desk.example", "k", "s")) as client:
            requests = requests_of(stop)
            return await to_the_end(Due(2, ANN, b"f"), session_of(client, requests, stop), Policy()), stop

    outcome, stop = asyncio.run(run())
    assert (outcome.status, outcome.error_code) == (Status.UNKNOWN, "rate_limited")
    assert isinstance(stop.reason, RateLimited)
    assert stop.slept == []


def test_a_limit_that_is_used_up_for_longer_than_anybody_waits_stops_the_run(answers: aioresponses) -> None:
    """The row that used it up is created; the next would wait for an hour, and --max-wait says a minute."""
    payload = {"payload": {"contact": {"id": 7}}}
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3000"}
    answers.post(f"https://desk.example{CONTACTS_PATH}", payload=payload, headers=headers)

    async def run() -> tuple[Outcome, Sleeper]:
        stop = Sleeper()
        async with connect(Access("https://desk.example", "k", "s")) as client:
            patience = Patience(max_wait_s=60, clock=stop.clock)
            requests = RequestPolicy(RateLimiter(stop, clock=stop.clock), stop, patience, lambda: 0.5)
            return await to_the_end(Due(2, KIM, b"f"), session_of(client, requests, stop), Policy()), stop

    outcome, stop = asyncio.run(run())
    assert (outcome.status, outcome.contact_id) == (Status.CREATED, "7")
    assert isinstance(stop.reason, RateLimited)


def test_an_unreachable_service_stops_the_run_and_the_row_is_not_sent() -> None:
    """Nobody listens: the connection is refused five times, four of them retries, and nobody else got an answer."""

    async def run() -> tuple[Outcome, Sleeper, int]:
        stop = Sleeper()
        async with serve(Sandbox(SandboxSettings())) as url:
            pass
        async with connect(Access(url, "sandbox", "sandbox")) as client:
            requests = requests_of(stop)
            row = Due(2, ANN, b"f")
            return await to_the_end(row, session_of(client, requests, stop), Policy()), stop, requests.retries

    outcome, stop, retries = asyncio.run(run())
    assert (outcome.status, outcome.error_code, outcome.attempts) == (Status.NOT_SENT, "unreachable", 5)
    assert isinstance(stop.reason, ServiceUnreachable)
    assert len(stop.slept) == retries == 4


@pytest.mark.slow
def test_refused_credentials_stop_the_run_at_the_first_answer() -> None:
    """401: one request, and the row is as if never sent."""
    outcome, opened = play(lambda desk: desk.settle(ANN), secret="wrong")
    assert (outcome.status, outcome.error_code) == (Status.NOT_SENT, "credentials_refused")
    assert isinstance(opened.stop.reason, CredentialsRefused)
    assert opened.sandbox.requests.total() == 1


def test_the_runs_own_inbox_unknown_stops_the_run() -> None:
    """404 for the inbox of every row."""
    contact = replace(ANN, inbox_id="999")
    outcome, opened = play(lambda desk: desk.settle(contact), Policy(inbox_id="999"))
    assert (outcome.status, outcome.error_code) == (Status.NOT_SENT, "inbox_unknown")
    assert isinstance(opened.stop.reason, InboxUnknown)


def test_a_rows_own_inbox_unknown_fails_the_row() -> None:
    """A column of inbox ids with one wrong: the others go on."""
    outcome, opened = play(lambda desk: desk.settle(replace(ANN, inbox_id="999")))
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "inbox_unknown")
    assert not opened.stop.requested


def test_a_stopping_run_sends_no_create() -> None:
    """The row is not sent, and no attempt is counted."""

    async def scene(desk: Desk) -> Outcome:
        desk.stop.request()
        return await desk.settle(ANN)

    outcome, opened = play(scene)
    assert (outcome.status, outcome.attempts) == (Status.NOT_SENT, 0)
    assert opened.sandbox.requests.total() == 0


@pytest.mark.slow
def test_a_stopping_run_still_settles_a_doubt() -> None:
    """The signal comes while the create hangs: one search tells what became of it."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [Fault.HANG_AFTER])
        settling = asyncio.create_task(desk.settle(ANN))
        while not desk.sandbox.contacts:  # noqa: ASYNC110 - the sandbox tells nobody what it stores
            await asyncio.sleep(0.001)
        desk.stop.request()
        return await settling

    outcome, _ = play(scene, timeout_s=0.3)
    assert outcome.status is Status.CREATED


def test_a_rate_limit_is_waited_out_by_everybody() -> None:
    """429 with Retry-After: the wait is the server's, it is shared, and no attempt is used up."""

    async def scene(desk: Desk) -> Outcome:
        first = await desk.settle(ANN)
        script(desk.sandbox, [])
        await desk.settle(replace(ANN, email="b@x.org", phone_number="+4915112345679", identifier="B"))
        return first

    settings = SandboxSettings(faults=Faults(rate_per_second=1))
    outcome, opened = play(scene, Policy(inbox_id="407"), settings=settings, max_attempts=1)
    assert outcome.status is Status.CREATED
    assert len(opened.sandbox.contacts) == 2
    assert opened.stop.slept
    assert max(opened.stop.slept) <= 1.0


@pytest.mark.parametrize(
    ("policy", "stored", "status", "patches"),
    [
        ("skip", ANN, Status.EXISTS, 0),
        ("skip", replace(ANN, name="Anna"), Status.EXISTS, 0),
        ("skip", Contact(email="ann@X.org", inbox_id="407"), Status.EXISTS, 0),
        ("update", ANN, Status.EXISTS, 0),
        ("update", replace(ANN, name="Anna"), Status.UPDATED, 1),
        ("update", Contact(email="ann@X.org", inbox_id="407"), Status.UPDATED, 1),
        ("fail", ANN, Status.FAILED, 0),
    ],
    ids=[
        "skip the same",
        "skip another name",
        "skip one who has only the email",
        "update: nothing differs",
        "update the name",
        "update what is missing",
        "fail",
    ],
)
def test_a_contact_that_exists_is_treated_as_the_policy_says(
    policy: OnDuplicate, stored: Contact, status: Status, patches: int
) -> None:
    """The same person by the contract's rule: left alone, brought up to date, or refused."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(stored)
        return await desk.settle(ANN)

    outcome, opened = play(scene, Policy(on_duplicate=policy, inbox_id="407"))
    assert outcome.status is status
    assert outcome.contact_id == (None if policy == "fail" else str(opened.sandbox.contacts[0]["id"]))
    assert opened.sandbox.requests["PATCH"] == patches
    assert len(opened.sandbox.contacts) == 1
    if patches:
        held = opened.sandbox.contacts[0]
        assert (held["name"], held["email"], held["identifier"]) == ("Ann", "ann@x.org", "A-7")


@pytest.mark.parametrize("policy", ["skip", "update", "fail"])
def test_somebody_else_with_one_value_in_common_is_taken_and_never_changed(policy: OnDuplicate) -> None:
    """One key equal and another different: failed, with the id of the holder in the error."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(ANN, email="bob@x.org", identifier="B"))
        return await desk.settle(ANN)

    outcome, opened = play(scene, Policy(on_duplicate=policy, inbox_id="407"))
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.FAILED, "taken", None)
    assert f'phone_number "+4915112345678" is held by contact {opened.sandbox.contacts[0]["id"]}' in sentence(
        outcome.error
    )
    assert opened.emails == ["bob@x.org"]
    assert opened.sandbox.requests["PATCH"] == 0


def test_two_contacts_that_match_one_row_are_both_named() -> None:
    """The email of one and the phone number of another: failed, both ids."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(Contact(email="ann@x.org", inbox_id="407"))
        desk.store(Contact(phone_number=ANN.phone_number, inbox_id="407"))
        return await desk.settle(ANN)

    outcome, opened = play(scene)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "taken")
    assert all(f"contact {contact['id']}" in sentence(outcome.error) for contact in opened.sandbox.contacts)
    assert [flaw.field for flaw in outcome.flaws] == ["phone_number", "email"]
    assert all("is held by contact" in sentence(flaw.messages) for flaw in outcome.flaws)


def test_the_exact_contact_is_picked_from_pages_of_likes() -> None:
    """Search is a substring match over pages of 15: forty others contain the value."""

    async def scene(desk: Desk) -> Outcome:
        for number in range(40):
            desk.store(Contact(email=f"{number}.ann@x.org", inbox_id="407"))
        desk.store(Contact(email="ann@x.org", inbox_id="407"))
        return await desk.settle(Contact(email="ann@x.org", inbox_id="407"))

    outcome, opened = play(scene)
    assert (outcome.status, outcome.contact_id) == (Status.EXISTS, str(opened.sandbox.contacts[-1]["id"]))


@pytest.mark.parametrize("meta_count", ["all", "page"])
def test_a_search_ends_where_no_page_brings_anybody_new(meta_count: str) -> None:
    """Sixteen others contain the value, whatever the count says: after them it is certain that nobody has it.

    So it is three times: at once, after --settle, and after the create for a second one.
    """

    async def scene(desk: Desk) -> Outcome:
        for number in range(16):
            desk.store(Contact(email=f"{number}.ann@x.org", inbox_id="407"))
        return await desk.settle(Contact(email="ann@x.org", inbox_id="407"), doubt=Doubt())

    outcome, opened = play(scene, settings=SandboxSettings(faults=Faults(meta_count=meta_count)))
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests == {"GET": 3 * 3, "POST": 1}


def test_what_the_server_refuses_is_the_rows_failure_with_its_own_words() -> None:
    """A 422 that nobody's value explains."""
    settings = SandboxSettings(inboxes={"407": "email"})
    contact = Contact(phone_number="+4915112345678", inbox_id="407")
    outcome, _ = play(lambda desk: desk.settle(contact), settings=settings)
    assert (outcome.status, outcome.error_code, outcome.http_status) == (Status.FAILED, "rejected", 422)
    assert "param is missing or the value is empty: contact email" in sentence(outcome.error)


def test_a_refusal_that_names_fields_says_which_cells_to_look_at() -> None:
    """The member ``attributes`` of a 422; the value is nobody else's."""
    contact = Contact(name="Ann", phone_number="+0", inbox_id="407")
    outcome, _ = play(lambda desk: desk.settle(contact))
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "rejected")
    assert [flaw.field for flaw in outcome.flaws] == ["phone_number"]


CITY = replace(ANN, attributes={"additional_attributes.city": "Bonn", "custom_attributes.tier": "gold"})


def test_attributes_follow_the_create_in_one_patch() -> None:
    """What a create cannot carry reaches the contact all the same; a search first proves the id of a first answer."""
    outcome, opened = play(lambda desk: desk.settle(CITY), known=DOCUMENTED)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests == {"POST": 1, "GET": 1, "PATCH": 1}
    assert opened.sandbox.contacts[0]["additional_attributes"] == {"city": "Bonn"}
    assert opened.sandbox.contacts[0]["custom_attributes"] == {"tier": "gold"}


def test_attributes_that_fail_are_visible_and_sent_alone_the_next_time() -> None:
    """The contact is there and its id kept; the next run needs one PATCH.

    Each further try, and the next run, read just before what else stands there.
    """

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 5, methods=("PATCH",))
        failed = await desk.settle(CITY)
        assert (failed.status, failed.error_code) == (Status.FAILED, ATTRIBUTES_DUE)
        assert failed.contact_id == str(desk.sandbox.contacts[0]["id"])
        return await desk.settle(CITY, contact_id=failed.contact_id)

    outcome, opened = play(scene, known=DOCUMENTED)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests == {"POST": 1, "GET": 1 + 4 + 1, "PATCH": 6}
    assert opened.sandbox.contacts[0]["custom_attributes"] == {"tier": "gold"}


def test_a_rows_own_remarks_come_first_in_the_hint() -> None:
    """What the normalizer had to say is not lost to what the server says."""

    async def scene(desk: Desk) -> Outcome:
        return await desk.settle(KIM, hint="improbable", doubt=Doubt())

    outcome, _ = play(scene)
    assert sentence(outcome.hint).startswith("improbable; look for it in LiveDesk")


@asynccontextmanager
async def answering(response: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A server that gives everybody one answer; its base URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", response)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def to_another_host(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://127.0.0.1:9/elsewhere"})


async def without_an_id(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"payload": {"contact": {"id": None}}})


async def without_end(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(64):
        await response.write(b"[" * (1 << 20))
    return response


@pytest.mark.parametrize(
    ("response", "status", "code"),
    [
        (to_another_host, Status.UNKNOWN, "redirected"),
        (without_an_id, Status.UNKNOWN, "bad_answer"),
        (without_end, Status.UNKNOWN, "bad_answer"),
    ],
    ids=["redirect", "another shape", "body without end"],
)
def test_hostile_answers_are_outcomes(
    response: Callable[[web.Request], Awaitable[web.StreamResponse]], status: Status, code: str
) -> None:
    """Redirects are not followed; JSON of another shape and a body of 64 MB leave a doubt and nothing worse."""

    async def run() -> Outcome:
        stop = Sleeper()
        async with answering(response) as url, connect(Access(url, "k", "s")) as client:
            requests = requests_of(stop)
            return await to_the_end(Due(2, KIM, b"f"), session_of(client, requests, stop), Policy(inbox_id="407"))

    outcome = asyncio.run(run())
    assert (outcome.status, outcome.error_code) == (status, code)


@pytest.mark.slow
def test_one_row_that_always_fails_is_no_outage_and_several_in_a_row_are() -> None:
    """A poison value must not stop a run; a service that answers nobody must."""

    async def scene(desk: Desk) -> Outcome:
        poison = Contact(email="poison@x.org", inbox_id="407")
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 5, methods=("GET",))
        first = await desk.settle(poison, doubt=Doubt())
        assert first.status is Status.UNKNOWN
        assert not desk.stop.requested
        await desk.settle(ANN)
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 100, methods=("GET",))
        for _ in range(3):
            last = await desk.settle(poison, doubt=Doubt())
        return last

    _, opened = play(scene)
    assert isinstance(opened.stop.reason, ServiceUnreachable)


@pytest.mark.slow
def test_a_wait_of_no_time_is_no_hot_loop(answers: aioresponses) -> None:
    """429 with Retry-After: 0, for ever: the waits add up, and end within the hour."""
    answers.post(f"https://desk.example{CONTACTS_PATH}", status=429, headers={"Retry-After": "0"}, repeat=True)
    answers.get(re.compile(".*"), payload={"payload": []}, repeat=True)

    async def run() -> tuple[Outcome, Sleeper]:
        stop = Sleeper()
        async with connect(Access("https://desk.example", "k", "s")) as client:
            requests = requests_of(stop)
            settling = asyncio.create_task(to_the_end(Due(2, ANN, b"f"), session_of(client, requests, stop), Policy()))
            while len(stop.slept) < 20:  # noqa: ASYNC110 - the waits are counted, not signalled
                await asyncio.sleep(0)
            stop.request()
            return await settling, stop

    _, stop = asyncio.run(run())
    assert sum(stop.slept) >= 0.5 * (len(stop.slept) // 2)


@pytest.mark.slow
def test_a_short_identifier_does_not_hide_who_holds_the_email() -> None:
    """Sixteen hundred others contain a 7: the email is searched for first, and its holder has the identifier too."""

    async def scene(desk: Desk) -> Outcome:
        for number in range(1600):
            desk.store(Contact(identifier=f"x7-{number}", inbox_id="407"))
        desk.store(Contact(email="z@x.org", identifier="7", inbox_id="407"))
        return await desk.settle(Contact(email="z@x.org", identifier="7", inbox_id="407"))

    outcome, opened = play(scene)
    assert (outcome.status, opened.sandbox.requests["GET"]) == (Status.EXISTS, 1)


def test_a_contact_that_was_there_before_is_not_taken_for_ours() -> None:
    """A 502 before anything is stored, and somebody with the same data since long ago: left alone, attributes too."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        desk.sandbox.contacts[0]["created_at"] -= 2 * CLOCK_SLACK_S
        script(desk.sandbox, [Fault.ERROR_BEFORE])
        return await desk.settle(CITY)

    outcome, opened = play(scene)
    assert outcome.status is Status.EXISTS
    assert opened.sandbox.requests["PATCH"] == 0


def test_an_update_carries_what_the_group_of_attributes_holds() -> None:
    """Nobody promises that additional_attributes is merged: the city must survive a new company."""
    company = replace(ANN, attributes={"additional_attributes.company_name": "Example"})
    bodies: list[Any] = []

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        desk.sandbox.contacts[0]["additional_attributes"] = {"city": "Bonn", "social_profiles": {"github": "ann"}}
        account = desk.sandbox.account
        update = account.update

        def noted(contact_id: str, body: Any) -> Any:
            bodies.append(body)
            return update(contact_id, body)

        account.update = noted  # type: ignore[method-assign]
        return await desk.settle(company)

    outcome, _ = play(scene, Policy(on_duplicate="update", inbox_id="407"))
    assert outcome.status is Status.UPDATED
    group = {"city": "Bonn", "social_profiles": {"github": "ann"}, "company_name": "Example"}
    assert bodies == [{"additional_attributes": group}]


@pytest.mark.parametrize(
    ("ours", "theirs", "requests"),
    [("5", 5, 0), ("true", True, 0), (5, 5, 0), (5, "5", 1), (True, 1, 1), ("5", None, 1), (5, 6, 1)],
)
def test_a_typed_attribute_differs_from_the_text_that_spells_it(ours: Any, theirs: Any, requests: int) -> None:
    """A text that an account keeps as a number is the same; what --type asks for is put right."""
    typed = replace(ANN, attributes={"custom_attributes.age": ours})

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        desk.sandbox.contacts[0]["custom_attributes"] = {"age": theirs}
        return await desk.settle(typed)

    _, opened = play(scene, Policy(on_duplicate="update", inbox_id="407"))
    assert opened.sandbox.requests["PATCH"] == requests
    found = opened.sandbox.contacts[0]["custom_attributes"]["age"]
    assert (found, type(found)) == ((ours, type(ours)) if requests else (theirs, type(theirs)))


def test_attributes_of_a_contact_that_is_gone_never_create_it_anew() -> None:
    """An agent deleted it in LiveDesk between the runs, or a PATCH is answered 404 whatever it names."""
    outcome, opened = play(lambda desk: desk.settle(CITY, contact_id="424242"))
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.FAILED, ATTRIBUTES_DUE, "424242")
    assert opened.sandbox.requests == {"GET": 3, "PATCH": 1}


def test_a_refusal_whose_search_is_not_answered_says_so() -> None:
    """422, and every search fails: it may exist, so the row is not called wrong."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 100, methods=("GET",))
        return await desk.settle(ANN)

    outcome, _ = play(scene)
    assert outcome.status is Status.FAILED
    assert "could not be found out" in sentence(outcome.hint)


# -- a key that no search finds ----------------------------------------------------------------------------------------

SLASHED = Contact(name="Kim", identifier="DOM\\kim", inbox_id="407")


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.ERROR_BEFORE, Fault.DROP_AFTER])
def test_a_row_whose_only_key_no_search_finds_is_not_sent_again(fault: Fault) -> None:
    """That a search shows nobody proves nothing there; the row says why."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [fault])
        return await desk.settle(SLASHED)

    outcome, opened = play(scene)
    assert (outcome.status, opened.sandbox.requests) == (Status.UNKNOWN, {"POST": 1})
    assert "backslash" in str(outcome.error[-1])
    assert "it is not sent again" in str(outcome.hint[0])


def test_such_a_row_that_a_crash_left_in_doubt_stays_unknown() -> None:
    """Nothing is sent for it."""
    outcome, opened = play(lambda desk: desk.settle(SLASHED, doubt=Due(2, SLASHED).in_doubt_again().doubt))
    assert (outcome.status, opened.sandbox.requests.total()) == (Status.UNKNOWN, 0)


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.ERROR_BEFORE])
def test_with_another_key_the_search_goes_by_that_alone(fault: Fault) -> None:
    """Once for the key that can be found, and each row is there once."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [fault])
        asked, search = [], desk.sandbox.account.search

        def noting(query: str, page: str | None) -> Response:
            asked.append(query)
            return search(query, page)

        desk.sandbox.account.search = noting  # type: ignore[method-assign]
        outcome = await desk.settle(replace(SLASHED, email="kim@x.org"))
        assert {*asked} == {"kim@x.org"}
        return outcome

    outcome, opened = play(scene)
    assert outcome.status is Status.CREATED
    assert opened.emails == ["kim@x.org"]
