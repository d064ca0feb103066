"""The sandbox's removal of a contact, and what shows whether somebody used it, which only kin has."""

from typing import Any

import aiohttp
import pytest

from importer.sandbox.faults import Fault
from importer.sandbox.server import Sandbox
from importer.sandbox.usage import Use
from tests.support.stories import CONTACTS, NOW, SENDER, SPOILING, Desk, run

NOT_FOUND = (404, {"error": "Resource could not be found"})
LISTS = ("conversations", "notes", "labels")
OTHER: dict[str, Any] = {"inbox_id": 407, "name": "Bo", "email": "bo@x.com"}


def stored(sandbox: Sandbox) -> list[str]:
    return [contact["name"] for contact in sandbox.contacts]


def conditions(email: str) -> dict[str, Any]:
    return {"payload": [{"attribute_key": "email", "filter_operator": "equal_to", "values": [email]}]}


def test_a_removed_contact_is_gone_everywhere() -> None:
    """kin: 200 with an empty body, then 404; no list has it, and its values are free for somebody else."""

    async def story(desk: Desk) -> None:
        ann, bo, cy = desk.sandbox.account.fill([SENDER, OTHER, {"inbox_id": 407, "identifier": "C"}])
        assert await desk.delete(bo) == (200, "")
        assert await desk.delete(bo) == NOT_FOUND
        assert await desk.update(bo, {"name": "B"}) == NOT_FOUND
        assert await desk.call("GET", f"{CONTACTS}/{bo}") == NOT_FOUND
        assert [contact["id"] for contact in (await desk.search())["payload"]] == [ann, cy]
        assert (await desk.search(q="bo"))["meta"]["count"] == 0
        assert (await desk.call("POST", f"{CONTACTS}/filter", json=conditions("bo@x.com")))[1]["payload"] == []
        assert stored(desk.sandbox) == ["Ann", ""]
        again = (await desk.create(OTHER))[1]["payload"]["contact"]
        last = (await desk.create({"inbox_id": 407}))[1]["payload"]["contact"]
        assert cy < again["id"] < last["id"]
        assert await desk.delete(last["id"]) == (200, "")
        assert (await desk.create({"inbox_id": 407}))[1]["payload"]["contact"]["id"] > last["id"]
        assert [contact["id"] for contact in (await desk.search())["payload"]] == [ann, cy, again["id"]]
        assert (await desk.call("POST", f"{CONTACTS}/filter", json=conditions("bo@x.com")))[1]["payload"] == [again]

    run(story, delete="on", show="on", filter="on")


def test_a_filter_that_finds_everybody_finds_nobody_who_is_gone() -> None:
    """Whatever it gets wrong."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, OTHER])
        desk.sandbox.account.remove(ann)
        found = (await desk.call("POST", f"{CONTACTS}/filter", json=conditions("no@x.com")))[1]["payload"]
        assert [contact["id"] for contact in found] == [bo]

    run(story, filter="everybody")


@pytest.mark.parametrize(
    ("delete", "answer", "left"),
    [
        pytest.param("absent", (404, "404: Not Found"), ["Ann"], id="absent"),
        pytest.param("on", (200, ""), [], id="on"),
        pytest.param("pretended", (200, ""), ["Ann"], id="pretended"),
        pytest.param(
            "forbidden", (401, {"error": "You are not authorized to do this action"}), ["Ann"], id="forbidden"
        ),
    ],
)
def test_a_removal_may_be_there_or_not(delete: str, answer: tuple[int, Any], left: list[str]) -> None:
    """delete: no page documents it; kin: administrators alone may remove a contact."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        assert await desk.delete(ann) == answer
        assert stored(desk.sandbox) == left
        assert (await desk.search(q="ann"))["meta"]["count"] == len(left)

    run(story, delete=delete)


def test_without_a_setting_nothing_can_be_removed() -> None:
    """The default is what the API's pages say: nothing."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        assert (await desk.delete(ann))[0] == (await desk.call("GET", f"{CONTACTS}/{ann}"))[0] == 404
        assert [(await desk.call("GET", f"{CONTACTS}/{ann}/{each}"))[0] for each in LISTS] == [404] * 3

    run(story)


@pytest.mark.parametrize("contact_id", ["1", "x", "9" * 5000])
@pytest.mark.parametrize("delete", ["on", "pretended"])
def test_only_who_is_there_is_removed(delete: str, contact_id: str) -> None:
    """kin: 404 for an id that the account does not have."""

    async def story(desk: Desk) -> None:
        assert await desk.delete(contact_id) == NOT_FOUND

    run(story, delete=delete)


def test_a_contact_that_is_online_stays() -> None:
    """kin: 422 until it is offline."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        desk.sandbox.account.change(ann, {"availability_status": "online"})
        assert await desk.delete(ann) == (422, {"message": "Ann is Online, please try again later"})
        desk.sandbox.account.change(ann, {"availability_status": "offline"})
        assert (await desk.delete(ann))[0] == 200

    run(story, delete="on")


def test_removals_are_counted_by_their_method() -> None:
    """Those that were refused too."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        for _ in range(2):
            await desk.delete(ann)
        assert await desk.call("GET", "/sandbox/requests") == (200, {"DELETE": 2})

    run(story, delete="on")


@pytest.mark.parametrize("fault", [*SPOILING, Fault.STALE_ANSWER])
def test_a_removal_meets_faults(fault: Fault) -> None:
    """After: carried out, and only its answer is spoilt, so that sent again it is 404."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        try:
            status, body = await desk.delete(ann)
        except aiohttp.ClientError:
            status, body = 0, ""
        assert (status == 200 and body == "") == (fault is Fault.STALE_ANSWER)
        assert stored(desk.sandbox) == (["Ann"] if fault.value.endswith("before") else [])

    run(story, faults_on="all", delete="on", stale_ms=60_000.0, **{fault.value: 1.0})


def test_faults_of_creates_alone_leave_a_removal_alone() -> None:
    """faults_on: the default."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        assert await desk.delete(ann) == (200, "")

    run(story, delete="on", drop_after=1.0)


@pytest.mark.parametrize("created_at", ["shown", "absent"])
def test_a_contact_may_be_read_by_its_id(created_at: str) -> None:
    """show: kin has it, no page documents it; it shows what a search shows."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        found = (await desk.search(q="ann"))["payload"][0]
        assert await desk.call("GET", f"{CONTACTS}/{ann}") == (200, {"payload": found})
        assert await desk.call("GET", f"{CONTACTS}/{ann + 1}") == NOT_FOUND

    run(story, show="on", created_at=created_at)


async def lists_of(desk: Desk, contact_id: object) -> list[tuple[int, Any]]:
    return [await desk.call("GET", f"{CONTACTS}/{contact_id}/{each}") for each in LISTS]


EMPTY = [(200, {"payload": []}), (200, []), (200, {"payload": []})]
ABSENT = (404, "404: Not Found")
TALKS = [{"id": 1, "status": "open"}, {"id": 2, "status": "open"}]
USED = [(200, {"payload": TALKS}), (200, [{"id": 1, "content": "Note 1"}]), (200, {"payload": ["vip", "new"]})]


@pytest.mark.parametrize(
    ("usage", "unused", "used", "unknown", "activity"),
    [
        pytest.param("absent", [ABSENT] * 3, [ABSENT] * 3, [ABSENT] * 3, None, id="absent"),
        pytest.param("on", EMPTY, USED, [NOT_FOUND] * 3, int(NOW), id="on"),
        pytest.param(
            *("partial", [EMPTY[0], ABSENT, ABSENT], [USED[0], ABSENT, ABSENT], [NOT_FOUND, ABSENT, ABSENT], None),
            id="partial",
        ),
        pytest.param("empty", EMPTY, EMPTY, EMPTY, None, id="empty: it knows nothing, and does not say so"),
    ],
)
def test_a_server_may_show_who_was_used(
    usage: str, unused: list[Any], used: list[Any], unknown: list[Any], activity: int | None
) -> None:
    """kin: conversations, notes, labels, and the time of the last activity once there was any."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, OTHER], age_s=60)
        use = {"conversations": 2, "notes": 1, "labels": ["vip", "new"]}
        assert (await desk.call("POST", f"/sandbox/contacts/{bo}/usage", json=use))[0] == 200
        assert await lists_of(desk, ann) == unused
        assert await lists_of(desk, bo) == used
        assert await lists_of(desk, bo + 1) == await lists_of(desk, "x") == unknown
        first, second = (await desk.search())["payload"]
        assert "last_activity_at" not in first
        assert second.get("last_activity_at") == activity

    run(story, usage=usage)


def test_a_removed_contact_has_no_lists() -> None:
    """kin: 404."""

    async def story(desk: Desk) -> None:
        (ann,) = desk.sandbox.account.fill([SENDER])
        desk.sandbox.account.use(ann, Use(notes=1))
        await desk.delete(ann)
        assert await lists_of(desk, ann) == [NOT_FOUND] * 3

    run(story, usage="on", delete="on")


@pytest.mark.parametrize("path", ["", "/conversations", "/notes", "/labels"])
def test_what_is_absent_is_as_slow_as_what_is_there(path: str) -> None:
    """latency_ms is for every answer."""

    async def story(desk: Desk) -> None:
        assert (await desk.call("GET", f"{CONTACTS}/1{path}"))[0] == 404
        assert desk.time.slept == [0.2]

    run(story, latency_ms=200)
