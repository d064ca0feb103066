"""The sandbox against its rules, over HTTP: a real server on port 0 and aiohttp's client."""

import asyncio
import contextlib
import json
import logging
import math
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import fields
from email.utils import formatdate, parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from importer.cli.main import cli
from importer.errors import ConfigError
from importer.sandbox.faults import OF_CREATES, Fault
from importer.sandbox.kinds import ERROR_STATUSES, REFUSAL_STATUSES
from importer.sandbox.server import OPTIONS, Faults, Sandbox, SandboxSettings, parse_inboxes, serve
from tests.support.service import invoke
from tests.support.stories import CONTACTS, CREDENTIALS, NOW, SENDER, SPOILING, Body, Desk, basic, run


async def until(true: Callable[[], bool]) -> None:
    """Lets the event loop turn; the server is in it."""
    while not true():  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0)


def taken(*names: str) -> Body:
    titles = {"email": "Email", "identifier": "Identifier", "phone_number": "Phone number"}
    words = ", ".join(f"{titles[name]} has already been taken" for name in names)
    return {"message": words, "attributes": list(names)}


def invalid(name: str, message: str) -> Body:
    return {"message": message, "attributes": [name]}


BAD_EMAIL = invalid("email", "Email Invalid email")
BAD_PHONE = invalid("phone_number", "Phone number should be in e164 format")
NOT_FOUND = {"error": "Resource could not be found"}


def missing(what: str) -> Body:
    return {"error": f"param is missing or the value is empty: {what}"}


def test_create_answers_with_the_contact_of_the_api_page() -> None:
    """doc: the answer of "create-contact", member for member; kin: the email is stored in lower case."""

    async def story(desk: Desk) -> None:
        status, body = await desk.create(SENDER | {"avatar_url": "https://x.com/a.png"})
        contact = {
            "id": desk.sandbox.contacts[0]["id"],
            "name": "Ann",
            "email": "ann@x.com",
            "phone_number": "+6591234567",
            "identifier": "A-1",
            "blocked": False,
            "availability_status": "offline",
            "additional_attributes": {},
            "custom_attributes": {},
            "thumbnail": "",
            "created_at": 1766571703,
            "contact_inboxes": [],
        }
        inbox = {"inbox": None, "source_id": None}
        assert (status, body) == (200, {"payload": {"contact": contact, "contact_inbox": inbox}})

    run(story)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"inbox_id": 407}, id="inbox as a number, no other field"),
        pytest.param({"inbox_id": "407", "name": "Bo"}, id="inbox as text"),
        pytest.param({"inbox_id": 408, "email": "bo@x"}, id="email inbox, shortest email"),
        pytest.param({"inbox_id": 409, "phone_number": "+12"}, id="sms inbox, shortest phone"),
        pytest.param({"inbox_id": 410, "phone_number": "+123456789012345"}, id="whatsapp inbox, longest phone"),
        pytest.param({"inbox_id": 411, "identifier": "a-1"}, id="identifiers differ by case"),
        pytest.param({"inbox_id": 407, "name": "Ann"}, id="a name may come twice"),
    ],
)
def test_create_accepts(body: Body) -> None:
    """A contact is stored unless a rule forbids it, and remembers the inbox it came by."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        assert (await desk.create(body))[0] == 200
        stored = desk.sandbox.contacts[1]
        assert {name: stored[name] for name in body} == {**body, "inbox_id": str(body["inbox_id"])}

    run(story)


REFUSALS = [
    pytest.param({"email": "aNN@X.com"}, 422, taken("email"), id="email taken, in another case"),
    pytest.param({"phone_number": "+6591234567"}, 422, taken("phone_number"), id="phone taken"),
    pytest.param({"identifier": "A-1"}, 422, taken("identifier"), id="identifier taken"),
    pytest.param(
        {"phone_number": "+6591234567", "identifier": "A-1", "email": "ann@x.com"},
        422,
        taken("email", "identifier", "phone_number"),
        id="all taken, in upstream's order",
    ),
    pytest.param({"email": "ann"}, 422, BAD_EMAIL, id="email without @"),
    pytest.param({"email": "a nn@x.com"}, 422, BAD_EMAIL, id="email with a blank"),
    pytest.param({"email": "a@b@c"}, 422, BAD_EMAIL, id="email with two @"),
    pytest.param({"email": "ann@x.com\n"}, 422, BAD_EMAIL, id="email with a line end"),
    pytest.param({"phone_number": "6591234567"}, 422, BAD_PHONE, id="phone without +"),
    pytest.param({"phone_number": "+0591234567"}, 422, BAD_PHONE, id="phone from 0"),
    pytest.param({"phone_number": "+1"}, 422, BAD_PHONE, id="phone of one digit"),
    pytest.param({"phone_number": "+1234567890123456"}, 422, BAD_PHONE, id="phone of 16 digits"),
    pytest.param({"phone_number": "+65 9123 4567"}, 422, BAD_PHONE, id="phone with blanks"),
    pytest.param({"phone_number": "+١٢٣٤"}, 422, BAD_PHONE, id="phone of other digits"),
    pytest.param({"inbox_id": 9, "email": "no"}, 422, BAD_EMAIL, id="values are checked before the inbox"),
    pytest.param({"inbox_id": 9}, 404, NOT_FOUND, id="unknown inbox"),
    pytest.param({"inbox_id": "x"}, 404, NOT_FOUND, id="inbox that is no number"),
    pytest.param({"inbox_id": 408, "name": "Bo"}, 422, missing("contact email"), id="email inbox, no email"),
    pytest.param({"inbox_id": 409}, 422, missing("contact phone number"), id="sms inbox, no phone"),
    pytest.param({"inbox_id": 410}, 422, missing("contact phone number"), id="whatsapp inbox, no phone"),
]


@pytest.mark.parametrize(("body", "status", "answer"), REFUSALS)
def test_create_refuses_as_upstream_does_and_stores_nothing(body: Body, status: int, answer: Body) -> None:
    """kin: uniqueness across the account, formats, inboxes; the error names the field and never the holder."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        assert await desk.create({"inbox_id": 407, **body}) == (status, answer)
        assert len(desk.sandbox.contacts) == 1

    run(story)


def test_create_needs_an_inbox() -> None:
    """doc: inbox_id is required."""

    async def story(desk: Desk) -> None:
        assert await desk.create({"name": "Bo"}) == (422, missing("inbox_id"))

    run(story)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"nickname": "Bo"}, id="unknown field"),
        pytest.param({"custom_attributes": {"a": "b"}}, id="field of an update alone"),
        pytest.param({"email": ""}, id="empty text"),
        pytest.param({"name": " \t"}, id="blank text"),
        pytest.param({"email": None}, id="null"),
        pytest.param({"identifier": 7}, id="number for text"),
        pytest.param({"name": ["Bo"]}, id="list for text"),
        pytest.param({"inbox_id": True}, id="boolean for inbox"),
        pytest.param({"inbox_id": 407.0}, id="float for inbox"),
        pytest.param({"name": "B\0o"}, id="NUL"),
        pytest.param({"name": "B\ud800o"}, id="half a surrogate pair"),
    ],
)
def test_create_refuses_what_the_importer_must_not_send(body: Body) -> None:
    """doc: six fields, typed, and a field without a value is left out; 400 is no error of the data."""

    async def story(desk: Desk) -> None:
        status, answer = await desk.create({"inbox_id": 407, **body})
        assert status == 400
        assert next(iter(body)) in answer["error"]
        assert desk.sandbox.contacts == []

    run(story)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        pytest.param(b'{"inbox_id": 407', "application/json", 400, id="cut off"),
        pytest.param(b"", "application/json", 400, id="empty"),
        pytest.param('{"inbox_id": 407, "name": "Zoë"}'.encode("latin-1"), "application/json", 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, "application/json", 400, id="nested too deep"),
        pytest.param(b"[1]", "application/json", 400, id="not an object"),
        pytest.param(b'{"inbox_id": 407}', "text/plain", 415, id="another content type"),
        pytest.param(b'{"inbox_id": 407}', "application/json; charset=utf-8", 200, id="charset given"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_is_a_json_object_in_utf_8(method: str, data: bytes, content_type: str, status: int) -> None:
    """doc: Content-Type application/json, UTF-8."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        path = CONTACTS if method == "POST" else f"{CONTACTS}/{desk.sandbox.contacts[0]['id']}"
        expected = 400 if (method, status) == ("PATCH", 200) else status  # inbox_id is no field of an update
        answer = await desk.call(method, path, data=data, headers={"Content-Type": content_type})
        assert answer[0] == expected
        assert expected == 200 or "error" in answer[1]

    run(story)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "abcd", id="empty query lists all"),
        pytest.param("ann@x.com", "a", id="email"),
        pytest.param("ANN@X", "a", id="email, part, other case"),
        pytest.param("+6591", "ab", id="phone, part"),
        pytest.param("a-1", "ac", id="identifier, other case, part"),
        pytest.param("zoë", "d", id="name"),
        pytest.param("ZOË", "d", id="name, not ASCII, other case"),
        pytest.param("  zoë ", "d", id="blanks around are ignored"),
        pytest.param("nobody", "", id="nobody"),
        pytest.param("Ghost", "", id="a contact without a key is hidden"),
        pytest.param("x.com\0a-1", "", id="no match across fields"),
        pytest.param("407", "", id="the inbox is not searched"),
    ],
)
def test_search_is_a_substring_in_any_case(query: str, found: str) -> None:
    """kin: over email, phone number, name and identifier, in order of arrival."""
    people: dict[str, Body] = {
        "a": SENDER,
        "b": {"inbox_id": 407, "phone_number": "+65912345678"},
        "ghost": {"inbox_id": 407, "name": "Ghost"},
        "c": {"inbox_id": 407, "identifier": "BA-12"},
        "d": {"inbox_id": 407, "name": "Zoë", "email": "z@y.com"},
    }

    async def story(desk: Desk) -> None:
        ids = [(await desk.create(body))[1]["payload"]["contact"]["id"] for body in people.values()]
        letters = dict(zip(ids, people, strict=True))
        body = await desk.search(q=query)
        assert "".join(letters[contact["id"]] for contact in body["payload"]) == found
        assert body["meta"] == {"count": len(found), "current_page": 1}

    run(story)


@pytest.mark.parametrize(
    ("page", "first", "size"),
    [
        pytest.param(None, 0, 15, id="first by default"),
        pytest.param("1", 0, 15, id="first"),
        pytest.param("3", 30, 2, id="last"),
        pytest.param("4", 0, 0, id="beyond"),
        pytest.param("0", 0, 15, id="zero is the first"),
        pytest.param("x", 0, 15, id="no number is the first"),
        pytest.param("9" * 5000, 0, 15, id="a number too long is the first"),
    ],
)
@pytest.mark.parametrize("meta_count", ["all", "page"])
def test_pages_have_15_contacts(page: str | None, first: int, size: int, meta_count: str) -> None:
    """doc: 15 a page, from 1; kin: current_page is what the request said, count is of all or, by now, of the page."""

    async def story(desk: Desk) -> None:
        for number in range(32):
            desk.sandbox.account.create({"inbox_id": 407, "identifier": f"p-{number}"})
        body = await desk.search(q="p-", **({} if page is None else {"page": page}))
        assert [c["identifier"] for c in body["payload"]] == [f"p-{n}" for n in range(first, first + size)]
        assert body["meta"] == {"count": 32 if meta_count == "all" else size, "current_page": page or 1}

    run(story, meta_count=meta_count)


def test_update_changes_fields_and_merges_attributes() -> None:
    """doc: "update-contact" takes seven fields; the attribute groups are merged key by key."""

    async def story(desk: Desk) -> None:
        contact = (await desk.create(SENDER))[1]["payload"]["contact"]
        await desk.update(contact["id"], {"custom_attributes": {"a": "1", "b": "1"}})
        changes = {
            "name": "Anna",
            "email": "Anna@x.com",
            "blocked": True,
            "additional_attributes": {"city": "Singapore"},
            "custom_attributes": {"b": "2"},
        }
        expected = {**contact, **changes, "email": "anna@x.com", "custom_attributes": {"a": "1", "b": "2"}}
        assert await desk.update(contact["id"], changes) == (200, {"payload": expected})
        assert (await desk.search(q="anna@x.com"))["payload"] == [expected]
        assert (await desk.search(q="ann@x.com"))["payload"] == []

    run(story)


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        pytest.param({"email": "ANN@x.com"}, 422, taken("email"), id="email taken"),
        pytest.param({"identifier": "A-1"}, 422, taken("identifier"), id="identifier taken"),
        pytest.param({"phone_number": "12"}, 422, BAD_PHONE, id="malformed phone"),
        pytest.param({"email": "BO@x.com"}, 200, None, id="its own email"),
        pytest.param({}, 200, None, id="nothing"),
        pytest.param({"inbox_id": 407}, 400, None, id="undocumented: inbox"),
        pytest.param({"avatar_url": "https://x.com/a.png"}, 400, None, id="undocumented: avatar"),
        pytest.param({"name": ""}, 400, None, id="empty text"),
        pytest.param({"blocked": "yes"}, 400, None, id="text for a boolean"),
        pytest.param({"custom_attributes": "x"}, 400, None, id="text for an object"),
        pytest.param({"custom_attributes": None}, 400, None, id="null for an object"),
        pytest.param({"blocked": None}, 400, None, id="null for a boolean"),
        pytest.param({"additional_attributes": {"social_profiles": {"x": ""}}}, 400, None, id="empty inner attribute"),
    ],
)
def test_update_keeps_the_rules(body: Body, status: int, answer: Body | None) -> None:
    """kin: uniqueness against all other contacts; a refused update changes nothing."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        own = (await desk.create({"inbox_id": 407, "email": "bo@x.com"}))[1]["payload"]["contact"]
        got = await desk.update(own["id"], body)
        assert got[0] == status
        assert answer is None or got[1] == answer
        assert (await desk.search(q="bo@x.com"))["payload"] == [own]

    run(story)


@pytest.mark.parametrize("contact_id", ["1", "100002", "x", "9" * 5000])
def test_update_of_an_unknown_contact_is_404(contact_id: str) -> None:
    """kin: an id that the account does not have is not found."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        assert await desk.update(contact_id, {"name": "Bo"}) == (404, NOT_FOUND)

    run(story)


def test_update_frees_the_old_value_and_shows_a_contact_that_gets_a_key() -> None:
    """A value is unique among what contacts hold now; a contact is listed once it has a key."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        ghost = (await desk.create({"inbox_id": 407, "name": "Ghost"}))[1]["payload"]["contact"]["id"]
        await desk.update(desk.sandbox.contacts[0]["id"], {"email": "new@x.com"})
        assert (await desk.update(ghost, {"email": "ann@x.com"}))[0] == 200
        assert [c["id"] for c in (await desk.search(q="ghost"))["payload"]] == [ghost]

    run(story)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param(basic("sandbox", "wrong"), id="wrong secret"),
        pytest.param({"Authorization": "Bearer c2FuZGJveDpzYW5kYm94"}, id="not Basic"),
        pytest.param({"Authorization": "Basic"}, id="no credentials"),
        pytest.param({"Authorization": "Basic \udce9"}, id="not ASCII"),
    ],
)
@pytest.mark.parametrize("path", [CONTACTS, f"{CONTACTS}/1", "/sandbox/contacts", "/sandbox/requests", "/nowhere"])
def test_every_path_asks_for_the_key_and_secret(path: str, headers: Mapping[str, str]) -> None:
    """doc: Basic authentication; kin: 401 with an error."""

    async def story(desk: Desk) -> None:
        url = desk.base_url + path
        async with aiohttp.ClientSession() as stranger, stranger.get(url, headers=headers) as response:
            assert response.status == 401
            assert "error" in await response.json()

    run(story)


def test_the_scheme_has_no_case_and_credentials_are_utf_8() -> None:
    """RFC 7617: "basic" is Basic, and LiveDesk's text is UTF-8."""

    async def story() -> None:
        sandbox = Sandbox(SandboxSettings(api_key="clé", api_secret="密"))
        header = basic("clé", "密")["Authorization"].replace("Basic", "basic")
        async with (
            serve(sandbox) as url,
            aiohttp.ClientSession(url) as session,
            session.get(CONTACTS, headers={"Authorization": header}) as response,
        ):
            assert response.status == 200

    asyncio.run(story())


@pytest.mark.slow
def test_the_sandbox_shows_everything_it_was_sent() -> None:
    """/sandbox/contacts has the contacts that lists hide, in order; /sandbox/requests counts the API's requests."""

    async def story(desk: Desk) -> None:
        await desk.create({"inbox_id": 407, "name": "Ghost", "avatar_url": "https://x.com/a.png"})
        await desk.create(SENDER)
        await desk.create({"inbox_id": 9})
        await desk.search(q="x")
        _, body = await desk.call("GET", "/sandbox/contacts")
        assert [(c["order"], c["name"], c["inbox_id"]) for c in body["payload"]] == [
            (1, "Ghost", "407"),
            (2, "Ann", "407"),
        ]
        assert body["payload"][0]["avatar_url"] == "https://x.com/a.png"
        assert await desk.call("GET", "/sandbox/requests") == (200, {"POST": 3, "GET": 1})
        assert desk.sandbox.requests == {"POST": 3, "GET": 1}

    run(story)


FATES = [
    pytest.param("error_before", {str(status) for status in ERROR_STATUSES}, 0, id="errors before"),
    pytest.param("error_after", {str(status) for status in ERROR_STATUSES}, 40, id="errors after"),
    pytest.param("drop_before", {"dropped"}, 0, id="drops before"),
    pytest.param("drop_after", {"dropped"}, 40, id="drops after"),
    pytest.param("html_after", {"html"}, 40, id="web pages after"),
    pytest.param("refuse_before", {str(status) for status in REFUSAL_STATUSES}, 0, id="refusals before"),
    pytest.param("refuse_after", {str(status) for status in REFUSAL_STATUSES}, 40, id="refusals after"),
    pytest.param("late_store", {"504", "dropped"}, 0, id="late stores"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "seen", "stored"), FATES)
def test_a_fault_of_share_1_meets_every_create(
    fault: str, seen: set[str], stored: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Before: nothing is stored. After: all is stored and the answers are spoilt. The server takes it calmly."""

    async def story(desk: Desk) -> None:
        assert {await desk.fate(number) for number in range(40)} == seen
        assert len(desk.sandbox.contacts) == stored
        assert (await desk.search(q="id-"))["meta"]["count"] == stored

    with caplog.at_level(logging.WARNING):
        run(story, seed=7, **{fault: 1.0})
    assert caplog.messages == []


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault in OF_CREATES])
def test_faults_of_creates_leave_searches_and_updates_alone(fault: Fault) -> None:
    """Whatever faults_on says."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.create({"inbox_id": 407, "identifier": "0"})
        desk.sandbox.account.create(SENDER)
        own = (await desk.search(q="ann"))["payload"][0]
        assert (await desk.update(own["id"], {"name": "Anna"})) == (200, {"payload": {**own, "name": "Anna"}})

    run(story, faults_on="all", **{fault.value: 1.0})


@pytest.mark.parametrize("fault", SPOILING)
def test_faults_on_all_meet_searches_and_updates_too(fault: Fault) -> None:
    """faults_on: creates by default, all methods if set."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.create(SENDER)
        contact_id = desk.sandbox.contacts[0]["id"]
        own = f"{CONTACTS}/{contact_id}"
        reading = [("GET", path) for path in (CONTACTS, own, f"{own}/conversations", f"{own}/notes", f"{own}/labels")]
        for method, path in [*reading, ("PATCH", own)]:
            try:
                status, body = await desk.call(method, path, json={"name": "Anna"})
            except aiohttp.ClientError:
                continue
            assert status >= 500 or isinstance(body, str)
        assert desk.sandbox.contacts[0]["name"] == ("Anna" if fault.value.endswith("after") else "Ann")

    run(story, faults_on="all", show="on", usage="on", **{fault.value: 1.0})


def test_error_pages_of_a_proxy_are_html() -> None:
    """kin: 502 and 504 come from a proxy, as HTML."""

    async def story(desk: Desk) -> None:
        kinds = {}
        for number in range(40):
            async with desk.session.post(CONTACTS, json={"inbox_id": 407, "identifier": str(number)}) as response:
                kinds[response.status] = response.content_type
        assert kinds == {500: "application/json", 502: "text/html", 503: "text/plain", 504: "text/html"}

    run(story, seed=7, error_before=1.0)


def test_a_late_store_is_stored_after_its_time() -> None:
    """late_store: the contact is there late_ms after the request, as if created then."""

    async def story(desk: Desk) -> None:
        assert await desk.fate(1) in ("504", "dropped")
        desk.time.now = 3.9
        assert desk.sandbox.contacts == []
        assert (await desk.search(q="id-1"))["payload"] == []
        desk.time.now = 4.0
        found = (await desk.search(q="id-1"))["payload"]
        assert [contact["created_at"] for contact in found] == [int(NOW) + 4]
        assert desk.sandbox.contacts[0]["identifier"] == "id-1"

    run(story, late_store=1.0)


def test_late_ms_is_how_late() -> None:
    """And the order of the requests is that of the contacts."""

    async def story(desk: Desk) -> None:
        for number in range(3):
            desk.time.now = number / 10
            await desk.fate(number)
        desk.time.now = 0.65
        assert [contact["identifier"] for contact in desk.sandbox.contacts] == ["id-0", "id-1"]

    run(story, late_store=1.0, late_ms=500)


@pytest.mark.parametrize(("phones", "stored"), [("unique", 1), ("shared", 2)])
def test_a_late_store_that_breaks_a_rule_by_then_stores_nothing(phones: str, stored: int) -> None:
    """Sent again too early: once where the phone number is unique, twice where it is not."""

    async def story(desk: Desk) -> None:
        deal = iter((Fault.LATE_STORE, None))
        desk.sandbox.dice.fault = lambda method: next(deal)  # type: ignore[method-assign]
        body = {"inbox_id": 407, "phone_number": "+6591234567"}
        with contextlib.suppress(aiohttp.ClientError):
            await desk.create(body)
        assert (await desk.create(body))[0] == 200
        desk.time.now = 5
        assert len(desk.sandbox.contacts) == stored

    run(story, phones=phones)


def test_searches_may_lag() -> None:
    """search_lag_ms: a contact exists, its values are taken, and searches find it only later."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill([{"inbox_id": 407, "identifier": "old"}])
        desk.time.now = 100.0
        await desk.create(SENDER)
        desk.time.now = 101.9
        assert (await desk.create(SENDER))[0] == 422
        assert [contact["identifier"] for contact in (await desk.search())["payload"]] == ["old"]
        desk.time.now = 102.0
        assert [contact["identifier"] for contact in (await desk.search())["payload"]] == ["old", "A-1"]

    run(story, search_lag_ms=2000)


def test_phones_may_be_shared() -> None:
    """kin: the database allows a phone number twice, and an email and an identifier once."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        assert (await desk.create({"inbox_id": 407, "phone_number": SENDER["phone_number"]}))[0] == 200
        assert await desk.create(SENDER) == (422, taken("email", "identifier"))
        assert (await desk.create({"inbox_id": 407, "phone_number": "1"})) == (422, BAD_PHONE)
        assert len((await desk.search(q="+6591234567"))["payload"]) == 2

    run(story, phones="shared")


TEXTS = ("name", "email", "phone_number", "identifier")


@pytest.mark.parametrize(
    ("answers", "created", "found"),
    [
        pytest.param("full", ["Ann", "ann@x.com", "+6591234567", "A-1"], ["Ann", "ann@x.com", "+6591234567", "A-1"]),
        pytest.param("terse", [None] * 4, ["Ann", "ann@x.com", "+6591234567", "A-1"]),
        pytest.param("terse_searches", [None] * 4, [None] * 4),
    ],
)
def test_answers_may_be_terse(answers: str, created: list[str | None], found: list[str | None]) -> None:
    """doc: the API page's own example has null for what was sent; a value that was not sent is as ever."""

    async def story(desk: Desk) -> None:
        contact = (await desk.create(SENDER))[1]["payload"]["contact"]
        assert [contact[name] for name in TEXTS] == created
        assert contact["id"] == desk.sandbox.contacts[0]["id"]
        assert [(await desk.search(q="ann"))["payload"][0][name] for name in TEXTS] == found
        assert (await desk.create({"inbox_id": 407}))[1]["payload"]["contact"]["name"] == ""

    run(story, answers=answers)


@pytest.mark.parametrize("fault", ["answer_other", "repeat_id"])
def test_an_answer_may_be_about_another_contact(fault: str) -> None:
    """answer_other: the contact stored before. repeat_id: its own values under an earlier id. All are stored."""

    async def story(desk: Desk) -> None:
        bodies = [{"inbox_id": 407, "identifier": str(number)} for number in range(10)]
        answers = [(await desk.create(body))[1]["payload"]["contact"] for body in bodies]
        ids = [contact["id"] for contact in desk.sandbox.contacts]
        assert [contact["identifier"] for contact in desk.sandbox.contacts] == [str(number) for number in range(10)]
        assert [answers[0][name] for name in ("id", "identifier")] == [ids[0], "0"]
        if fault == "answer_other":
            assert [contact["identifier"] for contact in answers[1:]] == [str(number) for number in range(9)]
            assert [contact["id"] for contact in answers[1:]] == ids[:-1]
        else:
            assert [contact["identifier"] for contact in answers] == [str(number) for number in range(10)]
            assert all(answers[number]["id"] in ids[:number] for number in range(1, 10))
        assert await desk.create(bodies[0]) == (422, taken("identifier"))

    run(story, seed=3, **{fault: 1.0})


async def received(desk: Desk, method: str, body: Body) -> list[tuple[bytes, bytes]]:
    """Every answer, as its head and its body, that a connection carries after one request."""
    url = urlsplit(desk.base_url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    data = json.dumps(dict(body)).encode()
    head = (
        f"{method} {CONTACTS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    )
    head += f"Authorization: {CREDENTIALS['Authorization']}\r\n\r\n"
    writer.write(head.encode() + data)
    answers = []
    try:
        async with asyncio.timeout(0.2):
            while True:
                start = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"Content-Length: (\d+)", start)
                answers.append((start, await reader.readexactly(int(length[1]) if length else 0)))
    except TimeoutError:
        pass  # the connection stays open, and has no more
    writer.close()
    return answers


@pytest.mark.slow
@pytest.mark.parametrize(
    ("faults", "statuses"),
    [
        pytest.param({}, [b"200"], id="none"),
        pytest.param({"stale_answer": 1.0}, [b"200", b"200"], id="a copy"),
        pytest.param({"stale_answer": 1.0, "stale_ms": 0.0}, [b"200", b"200"], id="a copy at once"),
        pytest.param({"stale_answer": 1.0, "stale_ms": 2000.0}, [b"200"], id="a copy later than the test waits"),
        pytest.param({"stale_answer": 1.0, "stale_status": 401}, [b"200", b"401"], id="another status"),
        pytest.param({"stale_answer": 1.0, "stale_status": 404}, [b"200", b"404"], id="not found"),
    ],
)
def test_a_stale_answer_comes_behind_the_proper_one(faults: dict[str, Any], statuses: list[bytes]) -> None:
    """On the same connection, byte for byte the same unless stale_status makes it another."""

    async def story(desk: Desk) -> None:
        answers = await received(desk, "POST", SENDER)
        assert [head.split()[1] for head, _ in answers] == statuses
        first = json.loads(answers[0][1])["payload"]["contact"]
        assert first["id"] == desk.sandbox.contacts[0]["id"]
        if statuses == [b"200", b"200"]:
            assert answers[1] == answers[0]
        elif len(answers) > 1:
            assert "error" in json.loads(answers[1][1])

    run(story, **faults)


@pytest.mark.slow
@pytest.mark.parametrize(("status", "after"), [(425, None), (429, None), (503, "1")])
def test_a_refusal_after_storing_says_come_again(status: int, after: str | None) -> None:
    """refuse_status fixes which; only the 503 says when."""

    async def story(desk: Desk) -> None:
        for _ in range(10):
            async with desk.session.post(CONTACTS, json=SENDER) as response:
                assert (response.status, response.headers.get("Retry-After")) == (status, after)
        assert len(desk.sandbox.contacts) == 1

    run(story, refuse_after=1.0, refuse_status=status)


@pytest.mark.parametrize("status", REFUSAL_STATUSES)
@pytest.mark.parametrize(
    ("faults", "after"),
    [
        pytest.param({}, None, id="never says when"),
        pytest.param({"refuse_wait_s": 7}, "7", id="seconds"),
        pytest.param({"refuse_wait_s": 7, "retry_after": "date"}, formatdate(NOW + 7, usegmt=True), id="date"),
        pytest.param({"refuse_wait_s": 7, "retry_after": "absent"}, None, id="absent"),
    ],
)
def test_a_refusal_before_storing_may_say_when_to_come_again(
    status: int, faults: dict[str, Any], after: str | None
) -> None:
    """refuse_before: nothing is stored, whatever the status; refuse_wait_s is in the form of retry_after."""

    async def story(desk: Desk) -> None:
        async with desk.session.post(CONTACTS, json=SENDER) as response:
            assert (response.status, response.headers.get("Retry-After")) == (status, after)
        assert desk.sandbox.contacts == []

    run(story, refuse_before=1.0, refuse_status=status, **faults)


@pytest.mark.slow
def test_refusals_come_at_random() -> None:
    """Their share is of the creates; every other one is stored."""

    async def story(desk: Desk) -> None:
        seen = [await desk.fate(number) for number in range(200)]
        assert 10 < seen.count("429") < 40
        assert seen.count("429") + seen.count("200") == 200
        assert len(desk.sandbox.contacts) == seen.count("200")

    run(story, refuse_before=0.1, refuse_status=429, seed=5)


def test_a_redirect_after_storing_names_another_path() -> None:
    """redirect_after: 307, so that a client would send the create again."""

    async def story(desk: Desk) -> None:
        async with desk.session.post(CONTACTS, json=SENDER, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (307, "/moved")
        assert len(desk.sandbox.contacts) == 1

    run(story, redirect_after=1.0)


@pytest.mark.parametrize(
    ("query", "off", "on"),
    [
        pytest.param("a_c", "u", "uxnw", id="underscore"),
        pytest.param("a%c", "", "uxnbw", id="percent sign"),
        pytest.param("_c", "u", "uxnbw", id="underscore first"),
        pytest.param("a\\_c", "", "u", id="an escaped underscore"),
        pytest.param("a\\bc", "b", "w", id="a backslash takes the next sign as it is"),
        pytest.param("bc\\", "", "", id="a backslash at the end"),
        pytest.param("100\\", "", "p", id="a backslash takes the closing percent sign, which ends the value"),
        pytest.param("a.c", "", "", id="a dot is a dot"),
        pytest.param("AXC", "x", "x", id="no wildcard"),
        pytest.param("a%zz", "", "", id="no match across values"),
    ],
)
@pytest.mark.parametrize("search_wildcards", ["off", "on"])
def test_signs_of_like_may_be_wildcards(search_wildcards: str, query: str, off: str, on: str) -> None:
    """kin: a search does not escape them, so a value with a backslash is never found by itself."""
    people = {"u": "a_c", "x": "axc", "n": "a\nc", "b": "a\\bc", "w": "abc", "p": "100%", "q": "100% z"}

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill(
            {"inbox_id": 407, "identifier": value, "name": f"{letter}:zz"} for letter, value in people.items()
        )
        found = [contact["name"][0] for contact in (await desk.search(q=query))["payload"]]
        assert "".join(found) == (on if search_wildcards == "on" else off)

    run(story, search_wildcards=search_wildcards)


def test_texts_may_have_a_longest_length() -> None:
    """kin: 422 names the field; 255 characters are allowed, and an update is checked too."""
    title = {"name": "Name", "email": "Email", "identifier": "Identifier"}
    too_long = {name: invalid(name, f"{word} is too long (maximum is 255 characters)") for name, word in title.items()}

    async def story(desk: Desk) -> None:
        for name in title:
            value = ("é@" if name == "email" else "éé") + 254 * "é"
            assert await desk.create({"inbox_id": 407, name: value}) == (422, too_long[name])
            created = await desk.create({"inbox_id": 407, name: value[:255]})
            assert created[0] == 200
        contact_id = created[1]["payload"]["contact"]["id"]
        assert await desk.update(contact_id, {"name": 256 * "x"}) == (422, too_long["name"])

    run(story, longest_text=255)


ATTRIBUTES: Body = {"additional_attributes": {"city": "Bonn"}, "custom_attributes": {"level": 3}}
NO_ATTRIBUTES: Body = {"additional_attributes": {}, "custom_attributes": {}}
CUSTOM_ONLY: Body = {"additional_attributes": {}, "custom_attributes": {"level": 3}}


def attributes_of(contact: Body) -> Body:
    return {name: contact[name] for name in ATTRIBUTES}


@pytest.mark.parametrize(
    ("way", "shown", "stored"),
    [
        pytest.param("ignored", NO_ATTRIBUTES, NO_ATTRIBUTES, id="ignored"),
        pytest.param("echoed", ATTRIBUTES, NO_ATTRIBUTES, id="echoed"),
        pytest.param("stored", ATTRIBUTES, ATTRIBUTES, id="stored"),
        pytest.param("silent", NO_ATTRIBUTES, ATTRIBUTES, id="silent"),
        pytest.param("custom", CUSTOM_ONLY, CUSTOM_ONLY, id="custom"),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [{}, {"repeat_id": 1.0}, {"stale_answer": 1.0, "stale_ms": 60_000.0}],  # no stale one comes before the test ends
    ids=["", "repeat_id", "stale_answer"],
)
def test_a_create_may_take_attributes(way: str, shown: Body, stored: Body, fault: Mapping[str, float]) -> None:
    """What a create's answer shows of its attributes is one thing, what a search finds is another."""

    async def story(desk: Desk) -> None:
        for name in ("Ann", "Anna"):
            status, answer = await desk.create({"inbox_id": 407, "name": name, "identifier": name, **ATTRIBUTES})
            assert (status, attributes_of(answer["payload"]["contact"])) == (200, shown)
        found = (await desk.search(q="ann"))["payload"]
        assert [attributes_of(contact) for contact in found] == [stored] * 2

    run(story, create_attributes=way, **fault)


@pytest.mark.parametrize(("way", "status"), [("refused", 400), ("rejected", 422)])
@pytest.mark.parametrize("names", [[*ATTRIBUTES], ["additional_attributes"], ["custom_attributes"]])
def test_a_create_may_refuse_attributes(way: str, status: int, names: list[str]) -> None:
    """400 as every field that no page documents, or 422 with a message; the same create without them is taken."""

    async def story(desk: Desk) -> None:
        got, answer = await desk.create({**SENDER, **{name: ATTRIBUTES[name] for name in names}})
        assert got == status
        assert names[0] in answer["error" if status == 400 else "message"]
        assert desk.sandbox.contacts == []
        assert (await desk.create(SENDER))[0] == 200

    run(story, create_attributes=way)


@pytest.mark.parametrize("way", ["ignored", "echoed", "stored", "silent", "custom"])
def test_attributes_in_a_create_have_values(way: str) -> None:
    """Whoever takes them takes no other type, and no empty text, as in an update."""

    async def story(desk: Desk) -> None:
        for wrong in ("x", {"city": ""}, {"city": None}):
            assert (await desk.create({**SENDER, "additional_attributes": wrong}))[0] == 400

    run(story, create_attributes=way)


@pytest.mark.parametrize("way", ["silent", "echoed", "stored"])
def test_an_answer_about_another_contact_has_that_ones_attributes(way: str) -> None:
    """Nobody's attributes are shown by way of somebody else's answer."""

    async def story(desk: Desk) -> None:
        await desk.create({"inbox_id": 407, "identifier": "1", **ATTRIBUTES})
        contact = (await desk.create({"inbox_id": 407, "identifier": "2", "custom_attributes": {"level": 4}}))[1]
        shown = attributes_of(contact["payload"]["contact"])
        assert shown == (ATTRIBUTES if way == "stored" else NO_ATTRIBUTES)

    run(story, create_attributes=way, answer_other=1.0)


PROFILES = {"social_profiles": {"github": "ann"}}


@pytest.mark.parametrize(
    ("additional", "expected"),
    [
        pytest.param("merged", {"city": "Bonn", **PROFILES}, id="merged, the inner object as a whole"),
        pytest.param("replaced", PROFILES, id="replaced"),
    ],
)
def test_additional_attributes_may_be_replaced(additional: str, expected: Body) -> None:
    """doc: custom_attributes are merged, whatever becomes of the others; kin: one level deep."""

    async def story(desk: Desk) -> None:
        own = (await desk.create(SENDER))[1]["payload"]["contact"]
        before = {"city": "Bonn", "social_profiles": {"facebook": "ann", "github": "a"}}
        await desk.update(own["id"], {"additional_attributes": before, "custom_attributes": {"a": "1"}})
        changes = {"additional_attributes": PROFILES, "custom_attributes": {"b": "2"}}
        contact = (await desk.update(own["id"], changes))[1]["payload"]
        assert contact["additional_attributes"] == expected
        assert contact["custom_attributes"] == {"a": "1", "b": "2"}

    run(story, additional=additional)


def test_a_plan_may_end() -> None:
    """pay_after: so many creates are stored, then each is 402. Other requests go on; what is filled in is free."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill([{"inbox_id": 407, "identifier": "old"}])
        assert await desk.fate(1) == "200"
        assert await desk.fate(1) == "422"  # nothing was stored
        assert [await desk.fate(number) for number in range(2, 5)] == ["200", "402", "402"]
        assert await desk.create({}) == (402, {"error": "Account limit exceeded. Upgrade to a higher plan"})
        assert len(desk.sandbox.contacts) == 3
        assert (await desk.search(q="id-"))["meta"]["count"] == 2
        assert (await desk.update(desk.sandbox.contacts[0]["id"], {"name": "Bo"}))[0] == 200
        desk.sandbox.account.fill([{"inbox_id": 407, "identifier": "older"}])

    run(story, pay_after=2)


def test_a_plan_ends_for_late_stores_too() -> None:
    """What was answered 504 and comes late is refused by then."""

    async def story(desk: Desk) -> None:
        for number in range(3):
            await desk.fate(number)
        desk.time.now = 5.0
        assert len(desk.sandbox.contacts) == 2

    run(story, pay_after=2, late_store=1.0)


@pytest.mark.parametrize(
    ("forbid", "body", "status"),
    [
        pytest.param("drop table", {"name": "Robert; DROP TABLE x"}, 403, id="in another case"),
        pytest.param("张伟", {"name": "张伟明"}, 403, id="escaped in JSON"),
        pytest.param("ÄRGER", {"identifier": "kein ärger"}, 403, id="not ASCII, in another case"),
        pytest.param("table", {"name": "Ann"}, 200, id="not there"),
        pytest.param("", {"name": "Ann"}, 200, id="nothing is forbidden"),
    ],
)
def test_a_firewall_may_dislike_a_text(forbid: str, body: Body, status: int) -> None:
    """forbid: a web page with 403, before the account sees the create; who only asks or changes is let in."""

    async def story(desk: Desk) -> None:
        async with desk.session.post(CONTACTS, json={"inbox_id": 407, "email": "a@x.org", **body}) as response:
            assert response.status == status
            assert response.content_type == ("text/html" if status == 403 else "application/json")
            assert "Retry-After" not in response.headers
        assert len(desk.sandbox.contacts) == (status == 200)
        desk.sandbox.account.fill([{"inbox_id": 407, "email": "bo@x.org"}])
        assert (await desk.update(desk.sandbox.contacts[-1]["id"], body))[0] == 200
        assert (await desk.call("GET", CONTACTS, params={"q": forbid}))[0] == 200

    run(story, forbid=forbid)


def test_a_firewall_takes_what_is_no_json_as_it_is() -> None:
    """And lets the application find fault with it."""

    async def story(desk: Desk) -> None:
        for data, status in ((b"[" * 100_000, 400), (b"[ table", 403), (b"\xff table", 403)):
            assert (await desk.call("POST", CONTACTS, data=data, headers={"Content-Type": "application/json"}))[
                0
            ] == status

    run(story, forbid="table")


@pytest.mark.parametrize(
    ("form", "expected"), [("seconds", "9"), ("date", formatdate(NOW + 9, usegmt=True)), ("absent", None)]
)
def test_a_firewall_may_say_when_to_come_again(form: str, expected: str | None) -> None:
    """forbid_wait_s, in the form of retry_after."""

    async def story(desk: Desk) -> None:
        async with desk.session.post(CONTACTS, json=SENDER) as response:
            assert (response.status, response.headers.get("Retry-After")) == (403, expected)

    run(story, forbid="ann", forbid_wait_s=9, retry_after=form)


@pytest.mark.slow
def test_some_contacts_never_take_an_update() -> None:
    """patch_missing: which ones does not depend on when, and how often, they are asked for."""

    async def story(desk: Desk) -> None:
        for number in range(40):
            desk.sandbox.account.create({"inbox_id": 407, "identifier": str(number)})
        ids = [contact["id"] for contact in desk.sandbox.contacts]
        first = {one: (await desk.update(one, {"name": "Bo"}))[0] for one in ids}
        again = {one: (await desk.update(one, {"name": "Bo"}))[0] for one in reversed(ids)}
        assert first == again
        assert {*first.values()} == {200, 404}
        assert [one for one in ids if first[one] == 404] == [
            contact["id"] for contact in desk.sandbox.contacts if contact["name"] == ""
        ]

    run(story, patch_missing=0.5, seed=7)


def test_old_contacts_are_filled_in() -> None:
    """Tests give an account people who were there before; the rules hold for them too."""

    async def story(desk: Desk) -> None:
        ninety_days_s = 90 * 86_400.0
        ids = desk.sandbox.account.fill([SENDER, {"inbox_id": 407, "identifier": "B"}], age_s=ninety_days_s)
        found = (await desk.search())["payload"]
        assert [contact["id"] for contact in found] == ids
        assert {contact["created_at"] for contact in found} == {int(NOW - ninety_days_s)}
        assert await desk.create(SENDER) == (422, taken("email", "identifier", "phone_number"))
        with pytest.raises(ValueError, match="already been taken"):
            desk.sandbox.account.fill([SENDER])

    run(story)


@pytest.mark.parametrize("created_at", ["shown", "absent"])
def test_answers_may_keep_created_at_to_themselves(created_at: str) -> None:
    """In a create's, a search's and an update's answer."""

    async def story(desk: Desk) -> None:
        created = (await desk.create(SENDER))[1]["payload"]["contact"]
        found = (await desk.search())["payload"][0]
        updated = (await desk.update(created["id"], {"name": "Anna"}))[1]["payload"]
        assert {"created_at" in contact for contact in (created, found, updated)} == {created_at == "shown"}

    run(story, created_at=created_at)


def test_a_hung_request_is_stored_and_never_answered() -> None:
    """hang_after: the contact exists, the client waits until it gives up; the server goes on and stops at once."""

    async def story(desk: Desk) -> None:
        hung = asyncio.create_task(desk.create(SENDER))
        await until(lambda: bool(desk.sandbox.contacts))
        assert (await desk.search(q="ann@x.com"))["meta"]["count"] == 1
        assert not hung.done()
        hung.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hung

    run(story, hang_after=1.0)


@pytest.mark.slow
def test_the_server_stops_at_once_with_hung_requests() -> None:
    """serve: no connection outlives the block; hung clients see theirs cut."""

    async def story() -> float:
        sandbox = Sandbox(SandboxSettings(faults=Faults(hang_after=1.0)))
        async with aiohttp.ClientSession(headers=CREDENTIALS) as session:
            async with serve(sandbox) as url:
                bodies = [{"inbox_id": 407, "identifier": str(number)} for number in range(20)]
                hung = [asyncio.create_task(_post(session, url + CONTACTS, body)) for body in bodies]
                await until(lambda: len(sandbox.contacts) == len(bodies))
                started = asyncio.get_running_loop().time()
            took_s = asyncio.get_running_loop().time() - started
            ends = await asyncio.gather(*hung, return_exceptions=True)
            assert all(isinstance(end, aiohttp.ClientError) for end in ends)
        return took_s

    assert asyncio.run(story()) < 2


async def _post(session: aiohttp.ClientSession, url: str, body: Body) -> int:
    async with session.post(url, json=dict(body)) as response:
        return response.status


MIXED = {"error_before": 0.2, "error_after": 0.1, "drop_before": 0.1, "drop_after": 0.1, "html_after": 0.1}


def fates(**faults: Any) -> tuple[list[str], list[str], int]:
    """What 60 creates met one after the other, what was stored, and the seed."""
    seen: list[str] = []
    stored: list[str] = []
    seeds: list[int] = []

    async def story(desk: Desk) -> None:
        for number in range(60):
            seen.append(await desk.fate(number))
            if number % 3 == 0:
                await desk.search(q="between")
        stored.extend(contact["identifier"] for contact in desk.sandbox.contacts)
        seeds.append(desk.sandbox.seed)

    run(story, **faults)
    return seen, stored, seeds[0]


LYING = {"late_store": 0.2, "refuse_after": 0.2, "answer_other": 0.1, "repeat_id": 0.1, "redirect_after": 0.1}


@pytest.mark.slow
@pytest.mark.parametrize("mix", [MIXED, LYING], ids=["mixed", "lying"])
def test_a_seed_repeats_the_faults(mix: dict[str, float]) -> None:
    """One seed, one sequence of requests: the same fates; the chosen seed is kept, so that it can be repeated."""
    first = fates(**mix)
    assert fates(**mix, seed=first[2]) == first
    assert fates(**mix, seed=first[2] + 1)[:2] != first[:2]
    assert len(set(first[0])) >= 4


def test_latency_and_jitter_delay_every_answer() -> None:
    """latency_ms for every answer, and up to jitter_ms more."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        await desk.search(q="ann")
        assert len(desk.time.slept) == 2
        assert all(0.2 <= seconds <= 0.25 for seconds in desk.time.slept)
        assert desk.time.slept[0] != desk.time.slept[1]

    run(story, latency_ms=200, jitter_ms=50, seed=1)


def test_a_client_that_does_not_wait_for_the_latency_has_had_its_contact_stored() -> None:
    """A request that timed out may have created its contact."""

    async def story() -> None:
        asleep = asyncio.Event()

        async def for_ever(_: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

        sandbox = Sandbox(SandboxSettings(faults=Faults(latency_ms=1)), sleep=for_ever)
        async with serve(sandbox) as url, aiohttp.ClientSession(headers=CREDENTIALS) as session:
            waiting = asyncio.create_task(_post(session, url + CONTACTS, SENDER))
            await asleep.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert len(sandbox.contacts) == 1

    asyncio.run(story())


def test_without_latency_nothing_sleeps() -> None:
    """The defaults are harmless."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        assert desk.time.slept == []

    run(story)


@pytest.mark.parametrize(
    ("limit", "method", "period_s"),
    [
        pytest.param("rate_per_second", "POST", 1.0, id="creates a second"),
        pytest.param("rate_per_second", "GET", 1.0, id="searches count too"),
        pytest.param("rate_per_minute", "PATCH", 60.0, id="updates a minute"),
        pytest.param("rate_per_minute", "DELETE", 60.0, id="removals a minute"),
        pytest.param("searches_per_minute", "GET", 60.0, id="searches a minute"),
    ],
)
def test_a_rate_limit_has_fixed_windows(limit: str, method: str, period_s: float) -> None:
    """kin: more than the limit within a window is 429, plain "Retry later"; at the next window's start all is free."""

    async def story(desk: Desk) -> None:
        async def status() -> int:
            return (await desk.call(method, CONTACTS if method in ("GET", "POST") else CONTACTS + "/1", json={}))[0]

        desk.time.now = 7 * period_s + 0.7 * period_s
        assert [await status() == 429 for _ in range(5)] == [False, False, False, True, True]
        assert await desk.call(method, CONTACTS) == (429, "Retry later\n")
        assert desk.sandbox.requests[method] == 6
        desk.time.now = 8 * period_s
        assert [await status() == 429 for _ in range(4)] == [False, False, False, True]

    run(story, **{limit: 3})


def test_the_limit_of_searches_is_theirs_alone() -> None:
    """kin: searches may have a limit of their own."""

    async def story(desk: Desk) -> None:
        await desk.search(q="x")
        assert (await desk.call("GET", CONTACTS))[0] == 429
        status, answer = await desk.create(SENDER)
        assert status == 200
        assert (await desk.call("GET", f"{CONTACTS}/{answer['payload']['contact']['id']}"))[0] == 200

    run(story, searches_per_minute=1, show="on")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("seconds", "43", id="seconds, rounded up"),
        pytest.param("date", formatdate(NOW + 43, usegmt=True), id="HTTP date, rounded up"),
        pytest.param("absent", None, id="absent"),
    ],
)
def test_retry_after_tells_the_end_of_the_window(form: str, expected: str | None) -> None:
    """RFC 9110: seconds or a date; whoever obeys comes after the window's end."""

    async def story(desk: Desk) -> None:
        desk.time.now = 17.5
        await desk.search(q="x")
        async with desk.session.get(CONTACTS) as response:
            assert response.status == 429
            assert response.content_type == "text/plain"
            assert response.headers.get("Retry-After") == expected

    run(story, rate_per_minute=1, retry_after=form)


@pytest.mark.parametrize("ahead_s", [-3600.5, 0.0, 86_400.0])
def test_the_servers_clock_may_be_another(ahead_s: float) -> None:
    """clock_ahead_s: Date, created_at and a Retry-After that is a date are all of one clock."""

    async def story(desk: Desk) -> None:
        async with desk.session.post(CONTACTS, json=SENDER) as response:
            contact = (await response.json())["payload"]["contact"]
            assert response.headers["Date"] == formatdate(NOW + ahead_s, usegmt=True)
            assert contact["created_at"] == int(NOW + ahead_s)
        async with desk.session.get(CONTACTS) as response:
            assert response.status == 429
            after = parsedate_to_datetime(response.headers["Retry-After"]).timestamp()
            assert after == math.ceil(NOW + ahead_s + 60)

    run(story, clock_ahead_s=ahead_s, rate_per_minute=1, retry_after="date")


@pytest.mark.parametrize("path", [CONTACTS, "/nowhere"])
def test_answers_may_have_no_date(path: str) -> None:
    """date_header: absent, on the wire too, where the server's library has one by itself."""

    async def story(desk: Desk) -> None:
        async with desk.session.get(path) as response:
            assert "Date" not in response.headers

    run(story, date_header="absent")


def test_refused_requests_draw_no_fault() -> None:
    """401 and 429 come before the application, so they neither store nor use up a fault."""

    async def story(desk: Desk) -> None:
        assert (await desk.create(SENDER))[0] >= 500
        assert (await desk.create(SENDER))[0] == 429

    run(story, rate_per_minute=1, error_before=1.0)


def test_every_setting_has_an_option() -> None:
    """OPTIONS is read from the fields of Faults: name, variable, default and a help text each."""
    assert [(o.name, o.default) for o in OPTIONS] == [(f.name, f.default) for f in fields(Faults)]
    assert [o.env for o in OPTIONS] == ["SANDBOX_" + o.name.upper() for o in OPTIONS]
    assert all(o.help for o in OPTIONS)
    assert {fault.value for fault in Fault} <= {o.name for o in OPTIONS}


def test_faults_come_from_the_environment() -> None:
    """An unset or empty variable is the default; others are none of its business."""
    environ = {"SANDBOX_LATENCY_MS": "20", "SANDBOX_DROP_AFTER": "0.25", "SANDBOX_SEED": "", "PATH": "/bin"}
    environ |= {"SANDBOX_RATE_PER_SECOND": "5", "SANDBOX_RETRY_AFTER": "date", "SANDBOX_FAULTS_ON": "all"}
    expected = Faults(latency_ms=20.0, drop_after=0.25, rate_per_second=5, retry_after="date", faults_on="all")
    assert served_with(environ) == expected
    assert served_with({}) == Faults()


def served_with(environ: Mapping[str, str]) -> Faults:
    """The faults of ``import-contacts sandbox`` in such an environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        parsed = cli.commands["sandbox"].make_context("sandbox", []).params
    return Faults(**{option.name: parsed[option.name] for option in OPTIONS})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SANDBOX_LATENCY_MS", "fast"),
        ("SANDBOX_LATENCY_MS", "-1"),
        ("SANDBOX_JITTER_MS", "inf"),
        ("SANDBOX_DROP_AFTER", "1.5"),
        ("SANDBOX_DROP_AFTER", "nan"),
        ("SANDBOX_ERROR_BEFORE", "10%"),
        ("SANDBOX_RATE_PER_MINUTE", "2.5"),
        ("SANDBOX_RETRY_AFTER", "never"),
        ("SANDBOX_FAULTS_ON", "ALL"),
        ("SANDBOX_SEED", "x"),
        ("SANDBOX_CLOCK_AHEAD_S", "nan"),
        ("SANDBOX_FILTER", "yes"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value_and_what_is_expected(name: str, text: str) -> None:
    """One line says which variable, what was found and what to write."""
    option = next(option for option in OPTIONS if option.env == name)
    done = invoke("sandbox", "--port", 0, **{name: text})
    assert done.exit_code == 2
    assert re.search(f"{option.name}: expected|'{name}'", done.stderr)
    assert f"'{text}'" in done.stderr.replace("'-1.0'", "'-1'")
    assert str(option.kind.expected) in done.stderr or "is not " in done.stderr


def test_shares_add_up_to_1_at_most() -> None:
    """The faults exclude each other."""
    Faults(error_before=0.1, error_after=0.2, drop_before=0.7)
    with pytest.raises(ConfigError, match=r"add up to 1\.2, expected at most 1"):
        Faults(error_before=0.6, drop_after=0.6)


def test_wrong_values_are_refused_without_an_environment_too() -> None:
    """A command line builds Faults from values."""
    with pytest.raises(ConfigError, match=r"^latency_ms: expected milliseconds, 0 or more, found '-5'$"):
        Faults(latency_ms=-5)
    with pytest.raises(ConfigError, match=r"^retry_after: "):
        Faults(retry_after="soon")


@pytest.mark.parametrize(
    ("text", "inboxes"),
    [
        pytest.param("407", {"407": "api"}, id="one, an API inbox by default"),
        pytest.param(" 407, 408:email ,409:sms", {"407": "api", "408": "email", "409": "sms"}, id="with kinds"),
    ],
)
def test_inboxes_are_read(text: str, inboxes: Mapping[str, str]) -> None:
    """ID or ID:KIND, with commas between."""
    assert parse_inboxes(text) == inboxes


@pytest.mark.parametrize("text", ["", "407,", "x", "407:fax", "407:", "407,407", "٤٠٧"])
def test_wrong_inboxes_are_refused(text: str) -> None:
    """A ConfigError names the part that is wrong."""
    with pytest.raises(ConfigError, match=r"^inboxes: "):
        parse_inboxes(text)


def test_a_port_in_use_is_named() -> None:
    """The message says which port, the hint what to do."""

    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken_socket:
            port = taken_socket.getsockname()[1]
            with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 is in use") as caught:
                async with serve(Sandbox(SandboxSettings()), port=port):
                    pytest.fail("served on a port in use")
            assert "--port" in str(caught.value.hint)

    asyncio.run(story())


def test_a_port_that_cannot_be_is_refused() -> None:
    """Ports end at 65535."""

    async def story() -> None:
        async with serve(Sandbox(SandboxSettings()), port=70000):
            pytest.fail("served on port 70000")

    with pytest.raises(ConfigError, match=r"port 70000 of 127\.0\.0\.1 cannot be listened on"):
        asyncio.run(story())


def test_the_contacts_outlive_the_server() -> None:
    """A sandbox can be served again, in another event loop: a server that restarts."""
    sandbox = Sandbox(SandboxSettings())

    async def story(identifier: str) -> int:
        async with serve(sandbox) as url, aiohttp.ClientSession(headers=CREDENTIALS) as session:
            return await _post(session, url + CONTACTS, {"inbox_id": 407, "identifier": identifier})

    assert [asyncio.run(story(identifier)) for identifier in ("a", "b", "a")] == [200, 200, 422]
    assert len(sandbox.contacts) == 2


def test_the_secret_is_not_in_the_settings_text() -> None:
    """No secret in any output."""
    assert "hush" not in repr(SandboxSettings(api_secret="hush"))
