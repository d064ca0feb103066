"""The sandbox's filter, which only kin has: the exact look-up of many contacts in one request."""

import contextlib
from typing import Any

import aiohttp
import pytest

from importer.sandbox.faults import Fault
from tests.support.stories import SENDER, SPOILING, Body, Desk, run

FILTER = "/api/v2/accounts/contacts/filter"


def conditions(*pairs: tuple[str, str], joined: str = "OR") -> dict[str, Any]:
    """The body that looks for the contacts with one of these values, as upstream's screens send it."""
    payload = [
        {"attribute_key": name, "filter_operator": "equal_to", "values": [value], "query_operator": joined}
        for name, value in pairs
    ]
    return {"payload": [*payload[:-1], payload[-1] | {"query_operator": None}]}


PEOPLE: list[Body] = [
    SENDER,
    {"inbox_id": 407, "identifier": "a-1", "email": "bo@x.com", "phone_number": "+6591234568"},
    {"inbox_id": 407, "identifier": "A-12"},
    {"inbox_id": 407, "name": "Ghost"},
]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(conditions(("email", "ANN@x.com")), [0], id="an email, in another case"),
        pytest.param(conditions(("email", "ann@x")), [], id="no part of an email"),
        pytest.param(conditions(("phone_number", "+6591234567")), [0], id="a phone number"),
        pytest.param(conditions(("phone_number", "6591234567")), [], id="a phone number without its plus"),
        pytest.param(conditions(("identifier", "a-12")), [2], id="an identifier, in another case"),
        pytest.param(conditions(("identifier", "A-1")), [0, 1], id="two that differ by case"),
        pytest.param(conditions(("identifier", "A-12"), ("email", "ann@x.com")), [0, 2], id="one or the other"),
        pytest.param(conditions(("identifier", "A-1"), ("email", "ann@x.com")), [0, 1], id="each once"),
        pytest.param(conditions(("identifier", "A-1"), ("email", "bo@x.com"), joined="AND"), [1], id="both"),
        pytest.param(conditions(("email", "no@x.com"), ("identifier", "no")), [], id="nobody"),
        pytest.param(
            {
                "payload": [
                    {"attribute_key": "email", "filter_operator": "equal_to", "values": ["bo@x.com", "ann@x.com"]}
                ]
            },
            [1],
            id="the first value alone, and no query_operator",
        ),
        pytest.param(
            {
                "payload": [
                    conditions(("email", "no@x.com"))["payload"][0] | {"query_operator": "and"},
                    conditions(("identifier", "A-1"))["payload"][0] | {"query_operator": "or"},
                    conditions(("identifier", "A-12"))["payload"][0],
                ]
            },
            [2],
            id="and binds before or",
        ),
    ],
)
def test_a_filter_looks_many_up_exactly(body: Body, found: list[int]) -> None:
    """kin: equal values, texts without case, in the order of arrival."""

    async def story(desk: Desk) -> None:
        contacts = [(await desk.create(each))[1]["payload"]["contact"] for each in PEOPLE]
        status, answer = await desk.call("POST", FILTER, json=body)
        expected = {"meta": {"count": len(found), "current_page": 1}, "payload": [contacts[place] for place in found]}
        assert (status, answer) == (200, expected)

    run(story, filter="on")


CONDITION = conditions(("email", "ann@x.com"))["payload"][0]


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="empty"),
        pytest.param(["ann@x.com"], id="no objects"),
        pytest.param([CONDITION | {"attribute_key": "inbox_id"}], id="unknown field"),
        pytest.param([CONDITION | {"attribute_key": ["email"]}], id="field that is no text"),
        pytest.param([CONDITION | {"filter_operator": "like"}], id="unknown operator"),
        pytest.param([CONDITION | {"values": []}], id="no value"),
        pytest.param([CONDITION | {"values": "ann@x.com"}], id="no list of values"),
        pytest.param([CONDITION | {"values": [7]}], id="no text"),
        pytest.param([CONDITION, CONDITION], id="not joined"),
        pytest.param([CONDITION | {"query_operator": "XOR"}, CONDITION], id="joined by another word"),
        pytest.param([CONDITION | {"query_operator": "OR"}], id="joined to nothing"),
    ],
)
def test_a_filter_refuses_what_it_does_not_know(payload: Any) -> None:
    """kin: 422 with an error; whoever is refused learns nothing about anybody."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        status, answer = await desk.call("POST", FILTER, json={"payload": payload})
        assert (status, list(answer)) == (422, ["error"])

    run(story, filter="on")


@pytest.mark.parametrize(
    ("way", "found"),
    [
        pytest.param("on", ["A-1"], id="on"),
        pytest.param("everybody", ["A-1", "a-1", "A-12", None], id="everybody"),
        pytest.param("nobody", [], id="nobody"),
    ],
)
def test_a_filter_may_not_listen(way: str, found: list[str | None]) -> None:
    """everybody and nobody are answers of a server that does not read what was asked."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill(PEOPLE)
        status, answer = await desk.call("POST", FILTER, json=conditions(("email", "ann@x.com")))
        assert (status, [contact["identifier"] for contact in answer["payload"]]) == (200, found)
        assert answer["meta"]["count"] == len(found)
        refused = (await desk.call("POST", FILTER, json={"payload": "?"}))[0]
        assert refused == (422 if way == "on" else 200)

    run(story, filter=way)


@pytest.mark.parametrize(("way", "asked"), [("on", "+6591234567"), ("prefixed", "6591234567")])
def test_a_filter_may_put_a_plus_before_phone_numbers(way: str, asked: str) -> None:
    """kin: older versions do, so that a phone number as it is stored finds nobody."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill(PEOPLE)
        for value in ("+6591234567", "6591234567"):
            answer = (await desk.call("POST", FILTER, json=conditions(("phone_number", value))))[1]
            assert len(answer["payload"]) == (value == asked)
        assert (await desk.call("POST", FILTER, json=conditions(("email", "bo@x.com"))))[1]["meta"]["count"] == 1

    run(story, filter=way)


@pytest.mark.parametrize(("way", "at_once"), [("on", 1), ("lagging", 0)])
def test_a_filter_sees_a_contact_at_once_unless_it_lags(way: str, at_once: int) -> None:
    """kin: it reads the database; lagging: it is as late as the searches."""

    async def story(desk: Desk) -> None:
        await desk.create(SENDER)
        for now, searched, filtered in ((1.9, 0, at_once), (2.0, 1, 1)):
            desk.time.now = now
            assert (await desk.search(q="ann"))["meta"]["count"] == searched
            answer = (await desk.call("POST", FILTER, json=conditions(("email", "ann@x.com"))))[1]
            assert answer["meta"]["count"] == filtered

    run(story, filter=way, search_lag_ms=2000)


def test_a_filter_knows_who_shares_a_value_and_who_gave_it_up() -> None:
    """Phone numbers that several contacts have, and values that an update moved."""

    async def story(desk: Desk) -> None:
        people: list[Body] = [{"inbox_id": 407, "phone_number": "+6591234567"}] * 2
        first, second = desk.sandbox.account.fill(people)

        async def holders(value: str) -> list[int]:
            answer = (await desk.call("POST", FILTER, json=conditions(("phone_number", value))))[1]
            return [contact["id"] for contact in answer["payload"]]

        assert await holders("+6591234567") == [first, second]
        await desk.update(second, {"phone_number": "+6599999999"})
        assert (await holders("+6591234567"), await holders("+6599999999")) == ([first], [second])

    run(story, filter="on", phones="shared")


def test_a_filter_has_pages_of_15() -> None:
    """kin: as a search has, and whoever asks for more values than that has to turn over."""

    async def story(desk: Desk) -> None:
        bodies: list[Body] = [{"inbox_id": 407, "identifier": f"p-{number}"} for number in range(20)]
        desk.sandbox.account.fill(bodies)
        body = conditions(*(("identifier", f"P-{number}") for number in range(20)))
        for page, expected in ((1, range(15)), (2, range(15, 20)), (3, range(0))):
            answer = (await desk.call("POST", f"{FILTER}?page={page}", json=body))[1]
            assert [contact["identifier"] for contact in answer["payload"]] == [f"p-{number}" for number in expected]
            assert answer["meta"] == {"count": 20, "current_page": str(page)}

    run(story, filter="on")


def test_there_is_no_filter_by_default() -> None:
    """404, as on every path that no page documents."""

    async def story(desk: Desk) -> None:
        answer = await desk.call("POST", FILTER, json=conditions(("email", "ann@x.com")))
        assert answer == await desk.call("POST", "/api/v2/nowhere", json={})
        assert answer[0] == 404

    run(story)


def test_a_filter_is_no_create_and_no_search() -> None:
    """It is counted apart, meets no fault or firewall of creates, nor the limit of searches, but every other limit."""

    async def story(desk: Desk) -> None:
        body = conditions(("email", "bo@x.com"))
        statuses = [(await desk.call("POST", FILTER, json=body))[0] for _ in range(3)]
        assert statuses == [200, 200, 200]
        assert (await desk.create(SENDER))[0] >= 500
        assert (await desk.call("POST", FILTER, json=body))[0] == 429
        assert await desk.call("GET", "/sandbox/requests") == (200, {"FILTER": 4, "POST": 1})

    run(story, filter="on", error_before=1.0, searches_per_minute=1, rate_per_minute=4, forbid="bo@x", seed=1)


@pytest.mark.parametrize("fault", SPOILING)
def test_faults_on_all_meet_filters(fault: Fault) -> None:
    """As they meet searches and updates."""

    async def story(desk: Desk) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            status, body = await desk.call("POST", FILTER, json=conditions(("email", "ann@x.com")))
            assert status >= 500 or isinstance(body, str)

    run(story, filter="on", faults_on="all", **{fault.value: 1.0})
