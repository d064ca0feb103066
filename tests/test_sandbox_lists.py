"""The sandbox's list of all contacts: its order, and how it can mislead whoever reads it page by page."""

from itertools import chain
from typing import Any

import pytest

from importer.sandbox.server import Sandbox
from importer.sandbox.usage import Use
from tests.support.stories import NOW, Desk, run

PEOPLE: list[dict[str, Any]] = [
    {"inbox_id": 407, "name": "bo", "email": "c@x.com", "identifier": "1"},
    {"inbox_id": 407, "name": "Ann", "phone_number": "+652", "identifier": "2"},
    {"inbox_id": 407, "email": "a@x.com", "phone_number": "+651", "identifier": "3"},
    {"inbox_id": 407, "name": "Cy", "email": "b@x.com", "identifier": "4"},
    {"inbox_id": 407, "name": "ann", "identifier": "5"},
]


def fill(sandbox: Sandbox) -> None:
    """The people, each created an hour before the next one, the last of them used first."""
    ids = [sandbox.account.fill([body], age_s=3600.0 * age)[0] for age, body in enumerate(PEOPLE)]
    for at_s, place in enumerate((3, 1)):
        sandbox.account.use(ids[place], Use(conversations=1))
        sandbox.account.change(ids[place], {"last_activity_at": int(NOW) + at_s})


async def order(desk: Desk, **query: str) -> str:
    return "".join(contact["identifier"] for contact in (await desk.search(**query))["payload"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, "12345", id="order of arrival"),
        pytest.param({"sort": "name"}, "25143", id="name, without case; equal ones by arrival, none last"),
        pytest.param({"sort": "-name"}, "41253", id="name, descending, none last"),
        pytest.param({"sort": "name", "direction": "desc"}, "41253", id="direction"),
        pytest.param({"sort": "name", "direction": "DESC"}, "41253", id="direction in capitals"),
        pytest.param({"sort": "name", "direction": "asc"}, "25143", id="ascending"),
        pytest.param({"sort": "email"}, "34125", id="email"),
        pytest.param({"sort": "phone_number"}, "32145", id="phone number"),
        pytest.param({"sort": "created_at"}, "54321", id="oldest first"),
        pytest.param({"sort": "-created_at"}, "12345", id="newest first"),
        pytest.param({"sort": "last_activity_at"}, "42135", id="last activity"),
        pytest.param({"sort": "-last_activity_at"}, "24135", id="latest activity first"),
        pytest.param({"sort": "shoe_size", "direction": "desc"}, "12345", id="an unknown word"),
        pytest.param({"sort": "-identifier"}, "12345", id="a field that kin does not sort by"),
        pytest.param({"direction": "desc"}, "12345", id="a direction of nothing"),
        pytest.param({"q": "x.com", "sort": "email"}, "341", id="a search too"),
    ],
)
def test_a_list_has_an_order(query: dict[str, str], expected: str) -> None:
    """doc: sort and direction; kin: the words for them, and a minus sign before one that descends."""

    async def story(desk: Desk) -> None:
        fill(desk.sandbox)
        assert await order(desk, **query) == expected

    run(story)


def test_pages_are_of_the_order() -> None:
    """The first page has the first ones of all."""

    async def story(desk: Desk) -> None:
        desk.sandbox.account.fill({"inbox_id": 407, "name": f"{99 - n}", "identifier": f"{n:02}"} for n in range(20))
        assert await order(desk, sort="name") == "".join(f"{n:02}" for n in range(19, 4, -1))
        assert await order(desk, sort="name", page="2") == "0403020100"

    run(story)


def fill_many(desk: Desk, count: int) -> None:
    desk.sandbox.account.fill({"inbox_id": 407, "identifier": f"p-{n}"} for n in range(count))


async def pages(desk: Desk, **query: str) -> list[list[int]]:
    """The contacts of each page until one is empty, by their places in order of arrival."""
    read: list[list[int]] = []
    while not read or read[-1]:
        body = await desk.search(page=str(len(read) + 1), **query)
        read.append([int(contact["identifier"].removeprefix("p-")) for contact in body["payload"]])
    return read[:-1]


@pytest.mark.slow
@pytest.mark.parametrize(("meta_count", "counts"), [("all", (160, 160)), ("page", (15, 0))])
def test_a_list_may_end_too_early(meta_count: str, counts: tuple[int, int]) -> None:
    """capped: ten pages, and then empty ones, though there are more; a search with a text has all its pages."""

    async def story(desk: Desk) -> None:
        fill_many(desk, 160)
        assert [*chain.from_iterable(await pages(desk))] == [*range(150)]
        assert [(await desk.search(page=page))["meta"]["count"] for page in ("10", "11")] == [*counts]
        assert [*chain.from_iterable(await pages(desk, q="p-"))] == [*range(160)]

    run(story, list="capped", meta_count=meta_count)


@pytest.mark.parametrize("query", [{}, {"sort": "created_at"}])
def test_a_list_may_shift_while_it_is_read(query: dict[str, str]) -> None:
    """shifting: after each page the last contact is the first, whatever the order: a reader of pages meets the last
    one of a page again on the next, and misses those that moved."""

    async def story(desk: Desk) -> None:
        fill_many(desk, 40)
        assert await pages(desk, **query) == [[*range(15)], [*range(14, 29)], [*range(28, 38)]]
        assert (await desk.search(**query))["payload"][0]["identifier"] == "p-36"

    run(story, list="shifting")


def test_a_search_with_a_text_does_not_shift() -> None:
    """Neither its own pages nor those of the list: only who asks for the list moves it."""

    async def story(desk: Desk) -> None:
        fill_many(desk, 20)
        assert [*chain.from_iterable(await pages(desk, q="p-"))] == [*range(20)]
        assert (await desk.search())["payload"][0]["identifier"] == "p-0"

    run(story, list="shifting")


def test_an_empty_list_does_not_shift() -> None:
    """There is nobody to move, and whoever comes is in order."""

    async def story(desk: Desk) -> None:
        await desk.search()
        fill_many(desk, 3)
        assert await pages(desk) == [[0, 1, 2]]

    run(story, list="shifting")
