"""What is found or told within a doubt decides nothing before ``--settle`` has passed since the request ended, unless
it proves that the contact is the row's own."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import pytest

from importer.errors import CredentialsRefused, InboxUnknown, PlanEnded, RunStopped
from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Failure, Reply
from importer.livedesk.retry import says_taken
from importer.message import Message, sentence
from importer.models import Json, OnDuplicate, Outcome, Status
from importer.sandbox.account import Account
from importer.sandbox.faults import Fault, Faults
from importer.sandbox.server import SandboxSettings
from importer.sender.doubts import unsettled
from importer.sender.evidence import Evidence
from importer.sender.policy import Policy
from tests.support.desk import Desk, Sleeper, play, requests_of, script
from tests.support.raw_answers import created, honest, json_answer, new_account, scripted, status, taken
from tests.support.raw_server import Handler, RawServer, Request, Step
from tests.support.service import by_phone, folders, invoke, results, written

PHONE = "+4915112000000"
VIC = Contact(name="Vic", phone_number=PHONE, inbox_id="407")
EVE = Contact(name="Eve", email="eve@x.org", phone_number=PHONE, inbox_id="407")
HOLDER = Contact("Holder", "h@x.org", PHONE, inbox_id="407")
SHARED = SandboxSettings(faults=Faults(phones="shared", search_lag_ms=10_000, late_ms=10_000))
"""Two may have one phone number, and for ten seconds no search shows what was stored."""

SETTLE = Policy(inbox_id="407", settle_s=30)
ONE_BY_ONE = ("--concurrency", 1)
SHORT = ("--settle", "0.4")
NEVER = ("--settle", "20")
"""Whoever waits for this fails by its time."""


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def ids(account: Account) -> dict[str, str]:
    return {contact["name"]: str(contact["id"]) for contact in account.contacts}


class Stumbling:
    """A client whose first creates are answered with these ``replies``, carried out (``stores``) or not; ``fresh`` says
    of each create whether it asked for a connection of its own."""

    def __init__(self, client: Any, replies: Iterable[Reply], *, stores: bool) -> None:
        self._client = client
        self._replies = iter(replies)
        self._stores = stores
        self.fresh: list[bool] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def create(self, contact: Contact, groups: tuple[str, ...] = (), *, fresh: bool = False) -> Reply:
        self.fresh.append(fresh)
        reply = next(self._replies, None)
        if reply is None or self._stores:
            own: Reply = await self._client.create(contact, groups, fresh=fresh)
            return reply or own
        return reply


def stale(code: int, words: str = "no") -> Reply:
    """A refusal on a used connection that names nothing of the row."""
    return Reply(code, {"error": words}, json.dumps({"error": words}), failure=Failure.STALE, is_used=True)


def stumbling(contact: Contact, *replies: Reply, stores: bool) -> Callable[[Desk], Awaitable[Outcome]]:
    """A scene: the row's first creates are answered so."""

    async def scene(desk: Desk) -> Outcome:
        desk.client = Stumbling(desk.client, replies, stores=stores)  # type: ignore[assignment]
        return await desk.settle(contact)

    return scene


# -- a refusal that may be another request's ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 409, 422])
def test_a_stale_refusal_waits_until_a_search_must_show_the_contact(code: int) -> None:
    """It was stored, the search at once does not show it yet, and two may have its phone number: not sent twice."""
    outcome, desk = play(stumbling(VIC, stale(code), stores=True), SETTLE, settings=SHARED, accepted=True)
    assert (outcome.status, outcome.contact_id) == (Status.CREATED, str(desk.sandbox.contacts[0]["id"]))
    assert (len(desk.sandbox.contacts), desk.stop.slept) == (1, [30])


def test_a_row_that_was_not_stored_is_sent_again_after_settle_on_a_connection_of_its_own() -> None:
    """The other rows go on meanwhile; then that answer counts."""
    outcome, desk = play(stumbling(VIC, stale(400), stores=False), SETTLE, settings=SHARED, accepted=True)
    assert (outcome.status, outcome.attempts) == (Status.CREATED, 2)
    assert (len(desk.sandbox.contacts), desk.stop.slept[0]) == (1, 30)
    assert desk.client.fresh == [False, True]  # type: ignore[attr-defined]


def test_what_a_fresh_connection_refuses_in_the_same_words_is_the_rows_failure() -> None:
    """Nobody has the row before and after ``--settle``, and the server says twice what it dislikes."""
    again = stale(400, "too odd")._replace(failure=None, is_used=False)
    outcome, _ = play(stumbling(VIC, stale(400, "too odd"), again, stores=False), SETTLE, accepted=True)
    assert (outcome.status, outcome.error_code, outcome.is_doubted) == (Status.FAILED, "rejected", False)


def test_a_row_whose_doubt_is_of_an_earlier_run_is_asked_twice_what_is_wrong_with_it() -> None:
    """No refusal is known of it: one is noted, and what is repeated after ``--settle`` is its failure."""
    refused = stale(400, "too odd")._replace(failure=None, is_used=False)
    doubt = Doubt(1.0, has_waited=True, code="connection_lost")

    async def scene(desk: Desk) -> Outcome:
        desk.client = Stumbling(desk.client, [refused, refused], stores=False)  # type: ignore[assignment]
        return await desk.settle(VIC, doubt=doubt)

    outcome, _ = play(scene, SETTLE, accepted=True)
    assert (outcome.status, outcome.error_code, outcome.is_doubted) == (Status.FAILED, "rejected", False)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param("no", "something else", id="other words"),
        pytest.param("Phone number has already been taken", "Phone number has already been taken", id="taken"),
        pytest.param("手机号已被使用", "手机号已被使用", id="taken, in Chinese"),
    ],
)
def test_a_refusal_after_a_doubt_that_no_search_explains_is_unknown(first: str, again: str) -> None:
    """Somebody has the value, and no search shows who: it may be the row's own contact."""
    last = stale(422, again)._replace(failure=None, is_used=False)
    outcome, _ = play(stumbling(VIC, stale(422, first), last, stores=False), SETTLE, accepted=True)
    assert (outcome.status, outcome.error_code) == (Status.UNKNOWN, "rejected")
    assert ("look for its phone_number in LiveDesk" in sentence(outcome.hint)) is (first == again)


@pytest.mark.slow
def test_a_value_that_nobody_shown_has_is_for_the_user_to_look_for_and_a_corrected_row_is_sent() -> None:
    """The row is unknown in every run, since it may be the row's own contact; the hint says which value to look for.
    With another value, as for somebody else, it is created."""
    account = new_account()
    ask, first = honest(account), iter([status(504)])

    def handle(request: Request) -> Iterable[Step]:
        if request.method == "POST" and request.body["email"] == "eve@x.org":
            return [next(first, taken("email"))]
        return ask(request)

    with RawServer(handle) as server:
        for _ in range(2):
            done = invoke(written("Name,Email\nEve,eve@x.org\n"), "--inbox", 407, *SHORT, **server.environment)
            assert done.exit_code == 1
            assert (told("status"), told("error_code")) == (["unknown"], ["rejected"])
            assert told("hint") == [
                "look for its email in LiveDesk, for no search shows who has it. If that is this person, take the row "
                "out of the file; if it is somebody else, correct the row, and import it again"
            ]
        done = invoke(written("Name,Email\nEve,eve@y.org\n"), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert told("status") == ["created"]


def test_a_refusal_that_was_doubted_is_no_failure_where_no_attempt_is_left() -> None:
    """``--max-attempts 1``: nobody has it after ``--settle``, and no connection of its own was asked."""
    outcome, _ = play(stumbling(VIC, stale(400), stores=False), SETTLE, accepted=True, max_attempts=1)
    assert (outcome.status, outcome.error_code, outcome.attempts) == (Status.UNKNOWN, "bad_answer", 1)


def test_a_value_that_is_taken_by_nobody_is_a_doubt_on_a_used_connection() -> None:
    """It names a field of the row, as the refusal of any other row does; the row is stored, and the search lags."""
    words: Json = {"message": "Phone number has already been taken", "attributes": ["phone_number"]}
    refusal = Reply(422, words, json.dumps(words), is_used=True)
    outcome, desk = play(stumbling(VIC, refusal, stores=True), SETTLE, settings=SHARED, accepted=True)
    assert (outcome.status, len(desk.sandbox.contacts), desk.stop.slept) == (Status.CREATED, 1, [30])


@pytest.mark.parametrize(
    ("code", "words", "taken"),
    [
        (422, "Email has already been taken", True),
        (400, "邮箱已存在", True),
        (422, "電子郵件已經被使用", True),
        (422, "ist bereits vergeben", True),
        (409, "no", True),
        (422, "Email is invalid", False),
        (400, "邮箱格式错误", False),
        (404, "does not exist", False),
        (422, "A contact with this email already exists", True),
        (422, "Phone number must be unique", True),
        (422, "El correo ya existe", True),
        (422, "Die E-Mail existiert bereits", True),
        (422, "The domain of the email does not exist", False),
        (422, "Die Domain existiert nicht", False),
        (422, "must not contain existing tags", False),
        (422, "邮箱域名已过期", False),
    ],
)
def test_words_that_say_that_somebody_has_a_value(code: int, words: str, taken: bool) -> None:
    """In the languages of the server's own catalogue that are likely here."""
    assert says_taken(Reply(code, {"message": words}, words)) is taken


@pytest.mark.slow
def test_after_a_refusal_that_would_stop_the_run_new_connections_are_used_until_one_is_accepted() -> None:
    """So a genuine one stops the run at the next row; a stale one costs a few connections."""
    account = new_account(phones="shared")
    ask, creates = honest(account), iter(range(1, 100))

    def handler(request: Request) -> Iterable[Step]:
        (own,) = ask(request)
        assert isinstance(own, bytes)
        return [status(404) + own] if request.method == "POST" and next(creates) == 3 else [own]

    with RawServer(handler) as server:
        done = invoke(by_phone(8), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        used = [request.connection for request in server.of("POST")]
        everything = [request.connection for request in server.requests]
        (first, *_) = [request.connection for request in server.requests if "q" in request.query]
    assert everything.count(first) == 1
    assert len(used) == len(account.contacts) == 8
    assert everything.count(used[3]) == 1
    assert len({*used[4:]}) == 1
    assert sorted(told("contact_id")) == sorted(ids(account).values())


@pytest.mark.slow
@pytest.mark.parametrize("code", [401, 402, 404])
def test_a_refusal_of_everything_is_no_answer_to_a_row_whatever_it_names(code: int) -> None:
    """It came on a used connection, and the row is stored."""
    account = new_account()
    ask, creates = honest(account), iter(range(1, 100))
    refusal = json_answer({"message": "no", "attributes": ["phone_number"]}, code)

    def handler(request: Request) -> Iterable[Step]:
        own = ask(request)
        return [refusal] if request.method == "POST" and next(creates) == 3 else own

    with RawServer(handler) as server:
        done = invoke(by_phone(5), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert {row["name"]: row["contact_id"] for row in results()} == ids(account)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "name"), [(401, "credentials_refused"), (402, "plan_ended"), (404, "inbox_unknown")])
def test_a_genuine_refusal_of_everything_stops_the_run_at_once(code: int, name: str) -> None:
    """The first row that meets it on a used connection is in doubt, the next one's connection decides, and no second
    passes; what the first has stored all the same, the next run finds."""
    account, path = new_account(phones="shared", search_lag_ms=0), by_phone(6)
    ask, creates, is_over = honest(account), iter(range(1, 100)), list[bool]()

    def handler(request: Request) -> Iterable[Step]:
        refusal = json_answer({"error": "no"}, code)
        if is_over or request.method != "POST":
            return ask(request) if is_over or "q" not in request.query else [json_answer({"payload": []})]
        number = next(creates)
        if number == 3:
            ask(request)
        return [refusal] if number >= 3 else ask(request)

    with RawServer(handler) as server:
        began = time.monotonic()
        done = invoke(path, "--inbox", 407, *ONE_BY_ONE, *NEVER, **server.environment)
        assert (done.exit_code, time.monotonic() - began < 10) == (4, True), done.stderr
        assert len(server.of("POST")) == 4
        assert told("status") == ["created"] * 2 + ["not_sent"] * 4
        assert {*told("error_code")} == {"", name}
        is_over.append(True)
        done = invoke(path, "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert len(account.contacts) == 6
    assert {row["name"]: row["contact_id"] for row in results()} == ids(account)


@pytest.mark.parametrize(
    ("reason", "code", "status"),
    [
        (CredentialsRefused, 401, Status.NOT_SENT),
        (InboxUnknown, 404, Status.NOT_SENT),
        (PlanEnded, 402, Status.NOT_SENT),
        (PlanEnded, 401, Status.UNKNOWN),
        (None, 401, Status.UNKNOWN),
    ],
)
def test_a_row_aside_that_was_refused_as_all_are_is_not_sent_and_looked_for_again(
    reason: type[RunStopped] | None, code: int, status: Status
) -> None:
    """Of any other nobody knows."""
    doubt = Doubt(1.0, code="bad_answer", refusal=f"{code} no", http_status=code)
    outcome = unsettled(Due(2, VIC, doubt=doubt), reason(Message("no")) if reason else None)
    assert (outcome.status, outcome.is_doubted) == (status, status is Status.NOT_SENT)


# -- somebody from before explains nothing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "old", "policy"),
    [
        *((VIC, VIC, policy) for policy in ("skip", "fail")),  # the others search for a phone number alone first
        *((EVE, HOLDER, policy) for policy in ("skip", "fail", "update", "fill")),
    ],
)
def test_an_old_holder_of_a_key_explains_nothing_while_the_request_may_be_stored(
    contact: Contact, old: Contact, policy: OnDuplicate
) -> None:
    """504, and stored ten seconds later beside the old contact, which is neither changed nor told as the row's own."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.fill([old.create_body()], 9e6)
        script(desk.sandbox, [Fault.LATE_STORE])
        return await desk.settle(contact)

    settings = SandboxSettings(faults=Faults(phones="shared", late_ms=10_000))
    outcome, desk = play(scene, Policy(policy, inbox_id="407", settle_s=30), settings=settings)
    before, own = desk.sandbox.contacts
    assert (outcome.status, outcome.contact_id) == (Status.CREATED, str(own["id"]))
    assert (before["name"], desk.sandbox.requests["POST"], desk.stop.slept) == (old.name, 1, [30])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contact", "old", "policy", "status", "code"),
    [
        (VIC, VIC, "skip", Status.EXISTS, ""),
        (VIC, VIC, "fail", Status.FAILED, "exists"),
        (EVE, HOLDER, "skip", Status.FAILED, "taken"),
    ],
)
def test_an_old_holder_explains_it_once_settle_has_passed(
    contact: Contact, old: Contact, policy: OnDuplicate, status: Status, code: str
) -> None:
    """The lost request was not stored. A row that failed so is searched for by the next run before it is sent."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.fill([old.create_body()], 9e6)
        script(desk.sandbox, [Fault.DROP_BEFORE])
        return await desk.settle(contact)

    outcome, desk = play(scene, Policy(policy, inbox_id="407", settle_s=30), settings=SHARED)
    assert (outcome.status, outcome.error_code, desk.stop.slept) == (status, code, [30])
    assert outcome.is_doubted is (status is Status.FAILED)


@pytest.mark.slow
def test_a_row_that_failed_after_a_doubt_is_searched_for_by_the_next_run() -> None:
    """Two may have the phone number: a create without a search would store a second one."""
    account = new_account(phones="shared")
    account.fill([{"inbox_id": 407, "name": "Person 0", "phone_number": PHONE}], 9e6)
    path = by_phone(1)
    with RawServer(scripted([[status(504)]], honest(account))) as server:
        for _ in range(2):
            done = invoke(path, "--inbox", 407, "--settle", "0.1", "--on-duplicate", "fail", **server.environment)
            assert (done.exit_code, told("error_code")) == (1, ["exists"])
        assert len(server.of("POST")) == len(account.contacts) == 1


def test_an_id_that_no_search_proves_is_not_given_up_for_an_old_holder() -> None:
    """A row with attributes is searched for before they are sent: the search lags, and shows somebody from before."""
    with_city = Contact("Vic", None, PHONE, inbox_id="407", attributes={"additional_attributes.city": "Bonn"})

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.fill([VIC.create_body()], 9e6)
        return await desk.settle(with_city)

    outcome, desk = play(scene, SETTLE, settings=SHARED)
    before, own = desk.sandbox.contacts
    assert (outcome.status, outcome.contact_id) == (Status.CREATED, str(own["id"]))
    assert (before["additional_attributes"], own["additional_attributes"]) == ({}, {"city": "Bonn"})


# -- the look at the end -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_end_looks_for_a_second_one_when_a_search_must_show_it() -> None:
    """Sent again after ``--settle``, and then both are stored; the index shows neither for a moment."""
    account = new_account(phones="shared", search_lag_ms=250)
    ask, lost = honest(account), list[Request]()

    def handler(request: Request) -> Iterable[Step]:
        if request.method != "POST":
            return ask(request)
        if not lost:
            lost.append(request)
            return [status(504)]
        answer = ask(request)
        ask(lost[0])
        return answer

    with RawServer(handler) as server:
        invoke(by_phone(1), "--inbox", 407, *SHORT, **server.environment)
    assert len(account.contacts) == 2
    assert (told("status"), told("error_code")) == (["unknown"], ["doubled"])


def test_the_wait_at_the_end_counts_from_the_last_request_that_was_sent_again() -> None:
    """Without one there is none."""

    async def waited() -> list[float]:
        stop = Sleeper()
        policy = requests_of(stop)
        await policy.outwait(30)
        policy.may_be_twice()
        await stop.sleep(10)
        await policy.outwait(30)
        return stop.slept

    assert asyncio.run(waited()) == [0, 10, 20]


# -- an id of somebody who exists --------------------------------------------------------------------------------------


def lying(account: Account, other_id: int) -> Handler:
    """Answers Ann's create with her own keys and the id of somebody else."""
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        if request.method != "POST" or request.body["name"] != "Ann":
            return ask(request)
        ask(request)
        return [created(other_id, name="Ann", email="ann@x.org")]

    return handler


ROWS = ("Ann,ann@x.org,", "Zed,zed@x.org,", f"Old,,{PHONE}")


@pytest.mark.slow
@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]], ids=["given first", "found first"])
def test_an_id_of_a_contact_that_exists_is_none_of_a_new_one(rows: tuple[str, ...]) -> None:
    """In whichever order: the row that got it from an answer alone is searched for, and has its own."""
    account = new_account()
    (old_id,) = account.fill([{"inbox_id": 407, "name": "Old", "phone_number": PHONE}], 9e6)
    path = written("\n".join(["Name,Email,Phone", *rows, ""]))
    with RawServer(lying(account, old_id)) as server:
        done = invoke(path, "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert {row["name"]: row["contact_id"] for row in results()} == ids(account)
    assert sorted(told("status")) == ["created", "created", "exists"]
    assert invoke("ledger", "check").exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("rows", [(ROWS[0], ROWS[2]), (ROWS[2], ROWS[0])], ids=["given first", "found first"])
def test_the_driver_of_workers_holds_such_ids_against_each_other(rows: tuple[str, str]) -> None:
    """Each worker knows its own rows alone."""
    account = new_account()
    (old_id,) = account.fill([{"inbox_id": 407, "name": "Old", "phone_number": PHONE}], 9e6)
    path = written("\n".join(["Name,Email,Phone", *rows, ""]))
    with RawServer(lying(account, old_id)) as server:
        done = invoke(path, "--inbox", 407, "--workers", 2, "--concurrency", 2, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert {row["name"]: row["contact_id"] for row in results()} == ids(account)


@pytest.mark.slow
def test_an_import_by_plan_knows_whom_the_plan_found() -> None:
    """A row that the plan leaves alone is searched for no more, and its contact's id is no new one's."""
    account = new_account()
    (old_id,) = account.fill([{"inbox_id": 407, "name": "Old", "phone_number": PHONE}], 9e6)
    path = written("\n".join(["Name,Email,Phone", *ROWS[::-1], ""]))
    with RawServer(lying(account, old_id)) as server:
        options = ("--inbox", 407, *ONE_BY_ONE, *SHORT)
        assert invoke("plan", path, *options, **server.environment).exit_code == 0
        done = invoke(path, *options, "--plan", folders()[-1].name, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert {row["name"]: row["contact_id"] for row in results()} == ids(account)


def test_two_rows_that_both_exist_as_one_contact_dispute_nothing() -> None:
    """Only an answer alone is no proof."""
    evidence = Evidence()
    evidence.met("7", (0, 2))
    evidence.met("7", (0, 3))
    assert not evidence.take_disputed()
    assert not evidence.claim("7", (0, 4), b"f")
    assert not evidence.take_disputed()


def test_who_got_the_id_from_an_answer_is_disputed_and_whom_a_search_found_is_not() -> None:
    """A row's own contact may be found for another row as well: they share a value."""
    evidence = Evidence()
    evidence.claim("7", (0, 2), b"f")
    evidence.claim("8", (0, 3), b"g", found=True)
    for contact_id in ("7", "8"):
        evidence.met(contact_id, (0, 4))
    assert evidence.take_disputed() == {(0, 2)}
