"""What somebody else does to the sandbox's contacts meanwhile, by its own requests and in process."""

import contextlib
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.models import Json
from importer.sandbox.account import Account
from importer.sandbox.documented import Response
from importer.sandbox.faults import Faults
from importer.sandbox.own_paths import OwnPaths
from importer.sandbox.server import Sandbox, SandboxSettings
from importer.sandbox.usage import Use
from tests.support.pages import manual
from tests.support.stories import CONTACTS, SENDER, Desk, run

NOT_FOUND = (404, {"error": "Resource could not be found"})
OTHER: dict[str, Any] = {"inbox_id": 407, "name": "Bo", "email": "bo@x.com"}


def path(contact_id: object, act: str = "") -> str:
    return f"/sandbox/contacts/{contact_id}{act}"


def test_somebody_changes_a_contact() -> None:
    """Any stored field, and null empties one; searches and rules follow, and the attributes are merged."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, OTHER])
        changes = {
            "name": None,
            "email": "New@x.com",
            "phone_number": None,
            "blocked": True,
            "availability_status": "online",
            "custom_attributes": {"a": "1", "b": None},
            "created_at": 5,
            "inbox_id": 408,
            "avatar_url": "https://x.com/a.png",
        }
        assert (await desk.call("PATCH", path(ann), json=changes))[0] == 200
        status, answer = await desk.call("PATCH", path(ann), json={"custom_attributes": {"a": "2"}})
        after = {
            **changes,
            "name": "",
            "email": "new@x.com",
            "custom_attributes": {"a": "2", "b": None},
            "inbox_id": "408",
        }
        assert (status, {name: answer["payload"][name] for name in changes}) == (200, after)
        assert desk.sandbox.account.stored(ann) == answer["payload"]
        assert [contact["id"] for contact in (await desk.search(q="new@x.com"))["payload"]] == [ann]
        assert (await desk.update(bo, {"email": "ann@x.com", "phone_number": SENDER["phone_number"]}))[0] == 200
        assert (await desk.call("PATCH", path(ann), json={"custom_attributes": None}))[0] == 200
        assert desk.sandbox.contacts[0]["custom_attributes"] == {}

    run(story)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"email": "BO@x.com"}, id="somebody else's value"),
        pytest.param({"phone_number": "1"}, id="a malformed value"),
        pytest.param({"id": 1}, id="the id"),
        pytest.param({"shoe_size": "1"}, id="no field"),
        pytest.param({"name": 7}, id="a number for a text"),
    ],
)
def test_the_rules_hold_for_everybody(body: dict[str, Any]) -> None:
    """422, and nothing changes."""

    async def story(desk: Desk) -> None:
        ann, _ = desk.sandbox.account.fill([SENDER, OTHER])
        before = dict(desk.sandbox.contacts[0])
        status, answer = await desk.call("PATCH", path(ann), json={"blocked": True, **body})
        assert (status, "error" in answer) == (422, True)
        assert desk.sandbox.contacts[0] == before
        with pytest.raises(ValueError, match=next(iter(body)).replace("phone_number", "Phone")):
            desk.sandbox.account.change(ann, body)

    run(story)


@pytest.mark.parametrize("availability", ["offline", "online"])
def test_somebody_removes_a_contact(availability: str) -> None:
    """Whatever the API's own removal says; its values are free."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, OTHER])
        desk.sandbox.account.change(ann, {"availability_status": availability})
        assert await desk.call("DELETE", path(ann)) == (200, "")
        assert await desk.call("DELETE", path(ann)) == NOT_FOUND
        assert [contact["id"] for contact in desk.sandbox.contacts] == [bo]
        assert (await desk.create(SENDER))[0] == 200

    run(story)


def test_somebody_merges_two_contacts() -> None:
    """kin: the first goes; the other keeps what it has, and takes what it lacks, conversations and notes too."""

    async def story(desk: Desk) -> None:
        account = desk.sandbox.account
        ann, bo = account.fill([SENDER, OTHER])
        profiles: dict[str, Any] = {"social_profiles": {"github": "ann", "facebook": "ann"}}
        account.change(ann, {"additional_attributes": {"city": "Bonn", **profiles}, "custom_attributes": {"a": "1"}})
        account.change(
            bo, {"additional_attributes": {"social_profiles": {"github": "bo"}}, "custom_attributes": {"a": "2"}}
        )
        account.use(ann, Use(1, 2, ("vip",)))
        account.use(bo, Use(3, 4, ("new",)))
        assert await desk.call("POST", path(ann, "/merge"), json={"into": bo}) == (200, "")
        (left,) = desk.sandbox.contacts
        expected = {
            "id": bo,
            "name": "Bo",
            "email": "bo@x.com",
            "phone_number": SENDER["phone_number"],
            "identifier": "A-1",
            "additional_attributes": {"city": "Bonn", "social_profiles": {"github": "bo", "facebook": "ann"}},
            "custom_attributes": {"a": "2"},
        }
        assert {name: left[name] for name in expected} == expected
        assert [contact["id"] for contact in (await desk.search(q="A-1"))["payload"]] == [bo]
        assert await desk.update(ann, {"name": "Ann"}) == NOT_FOUND
        lists = [(await desk.call("GET", f"{CONTACTS}/{bo}/{each}"))[1] for each in ("conversations", "notes")]
        assert (len(lists[0]["payload"]), len(lists[1])) == (4, 6)
        assert (await desk.call("GET", f"{CONTACTS}/{bo}/labels"))[1] == {"payload": ["new"]}
        assert (await desk.create({"inbox_id": 407, "email": "ann@x.com"}))[0] == 200

    run(story, usage="on")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"into": 1}, 404, id="into nobody"),
        pytest.param({}, 404, id="into nothing"),
        pytest.param({"into": "own"}, 422, id="into itself"),
    ],
)
def test_a_merge_needs_two(body: dict[str, Any], status: int) -> None:
    """Both stay as they are."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        sent = {name: ann if value == "own" else value for name, value in body.items()}
        assert (await desk.call("POST", path(ann, "/merge"), json=sent))[0] == status
        assert [contact["id"] for contact in desk.sandbox.contacts] == [ann]

    run(story)


ACTS: dict[str, Callable[[Account, object], None]] = {
    "use": lambda account, own: account.use(own, Use()),
    "change": lambda account, own: account.change(own, {}),
    "remove": lambda account, own: account.remove(own),
    "merge": lambda account, own: account.merge(own, own),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_in_process_nobody_can_be_mistaken_for_somebody(act: Callable[[Account, object], None]) -> None:
    """A test that names a contact which is not there hears of it."""

    async def story(desk: Desk) -> None:
        with pytest.raises(LookupError):
            act(desk.sandbox.account, "100001")

    run(story)


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("PATCH", "", {"name": "Anna"}),
    ("POST", "/usage", {"notes": 1}),
    ("POST", "/merge", {"into": "other"}),
    ("DELETE", "", {}),
]


@pytest.mark.parametrize(("method", "act", "body"), REQUESTS)
def test_own_requests_are_not_the_apis(method: str, act: str, body: dict[str, Any]) -> None:
    """They meet no fault and no limit and are not counted, and they need the key and secret as every other."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, OTHER])
        sent = {name: bo if value == "other" else value for name, value in body.items()}
        async with (
            aiohttp.ClientSession(desk.base_url) as stranger,
            stranger.request(method, path(ann, act), json=sent) as response,
        ):
            assert response.status == 401
        await desk.call("GET", CONTACTS, params={"q": "x"})
        assert (await desk.call(method, path(1, act), json=sent)) == NOT_FOUND
        assert (await desk.call(method, path(ann, act), json=sent))[0] == 200
        assert desk.sandbox.requests == {"GET": 1}
        assert len(desk.time.slept) == 1

    run(story, faults_on="all", error_before=1.0, rate_per_minute=1, latency_ms=5)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"conversations": "2"}, id="text for a number"),
        pytest.param({"labels": "vip"}, id="text for a list"),
        pytest.param({"tickets": 1}, id="something else"),
    ],
)
def test_a_usage_that_says_nothing_is_refused(body: dict[str, Any]) -> None:
    """422, so that a misspelt one does not pass for none."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        assert (await desk.call("POST", path(ann, "/usage"), json=body))[0] == 422
        assert "last_activity_at" not in desk.sandbox.contacts[0]

    run(story)


KEYS = ("email", "phone_number", "identifier")
PLACES = st.integers(0, 4)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from([None, "a@x", "B@x"]),
        "phone_number": st.sampled_from([None, "+12", "+13"]),
        "identifier": st.sampled_from([None, "A", "b"]),
    },
)
DEEDS = st.one_of(
    st.tuples(st.just("create"), VALUES),
    st.tuples(st.just("change"), PLACES, VALUES),
    st.tuples(st.just("remove"), PLACES),
    st.tuples(st.just("merge"), PLACES, PLACES),
)


def do(account: Account, deed: tuple[Any, ...]) -> None:
    """What is asked of the n-th contact, where it can be done."""
    ids = [contact["id"] for contact in account.contacts]
    match deed:
        case ("create", values):
            account.create({"inbox_id": 407, **{name: value for name, value in values.items() if value}})
        case ("change", place, values) if place < len(ids):
            with contextlib.suppress(ValueError):
                account.change(ids[place], values)
        case ("remove", place) if place < len(ids):
            account.remove(ids[place])
        case ("merge", first, second) if first != second and max(first, second) < len(ids):
            account.merge(ids[first], ids[second])


def ids_in(answer: Response) -> list[int]:
    body: Any = answer.body
    return [contact["id"] for contact in body["payload"]]


@pytest.mark.slow
@given(st.lists(DEEDS, max_size=15), st.sampled_from(["unique", "shared"]))
def test_whatever_was_done_searches_and_rules_are_about_what_is_stored(deeds: list[Any], phones: str) -> None:
    """The list has those with a key, a filter those with the value, and a value that nobody holds is free."""
    account = Account({"407": "api"}, Faults(filter="on", phones=phones), lambda: 0.0, lambda: 0.0)
    for deed in deeds:
        do(account, deed)
    stored = account.contacts
    assert [contact["id"] for contact in stored] == sorted({contact["id"] for contact in stored})
    assert ids_in(account.search("", None)) == [c["id"] for c in stored if any(c[name] for name in KEYS)][:15]
    for name, value in (("email", "a@x"), ("email", "b@x"), ("phone_number", "+12"), ("identifier", "A")):
        having = [contact["id"] for contact in stored if contact[name] == value]
        condition: Json = {"attribute_key": name, "filter_operator": "equal_to", "values": [value]}
        assert ids_in(account.filter({"payload": [condition]}, None)) == having
        is_free = not having or (name, phones) == ("phone_number", "shared")
        assert (account.create({"inbox_id": 407, name: value}).status == 200) == is_free


def test_the_docs_tell_every_own_request() -> None:
    """Whoever tests against the sandbox finds there what it can do."""
    docs = manual()
    sandbox = Sandbox(SandboxSettings())
    routes = OwnPaths(sandbox.account, sandbox.requests).routes()
    assert len(routes) == 7
    for route in routes:
        assert f"| `{route.method} {route.path.replace('{id}', 'ID')}" in docs


def test_a_late_store_is_there_for_others_too() -> None:
    """A contact that is due is stored before somebody looks for it."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.create_late(SENDER)
        assert desk.sandbox.account.stored(100_001) is None
        desk.time.now = 5.0
        desk.sandbox.account.remove(100_001)
        assert desk.sandbox.contacts == []

    run(story)
