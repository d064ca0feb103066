"""The account's list: how long it is, whether all of it came, and who holds a value."""

import asyncio
from typing import Any

import pytest

from importer.livedesk.contact import Contact
from importer.livedesk.responses import Found, Reply, told_count
from importer.models import Json
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.account_list import Length, length_of, read_all
from importer.staging.account_index import AccountIndex
from tests.support.desk import desk, script

MANY = 99


def people(count: int) -> list[dict[str, Json]]:
    return [{"name": f"P{n}", "email": f"p{n}@x.org", "inbox_id": 407} for n in range(count)]


async def length(stored: int, **faults: Any) -> Length | None:
    async with desk(settings=SandboxSettings(faults=Faults(**faults))) as opened:
        opened.sandbox.account.fill(people(stored))
        return await length_of(opened.session)


@pytest.mark.parametrize(
    ("stored", "faults", "expected"),
    [
        (0, {}, Length(0, 0)),
        (1, {}, Length(1, 1)),
        (15, {}, Length(15, 1)),
        (16, {}, Length(16, 2)),
        (400, {}, Length(400, 27)),
        (0, {"meta_count": "page"}, Length(0, 0)),
        (15, {"meta_count": "page"}, Length(15, 1)),
        (16, {"meta_count": "page"}, None),
    ],
    ids=lambda value: str(value),
)
def test_a_list_is_as_long_as_the_server_tells(stored: int, faults: dict[str, Any], expected: Length | None) -> None:
    """Where the count may be the page's own, a second page decides, and one with people tells nothing."""
    assert asyncio.run(length(stored, **faults)) == expected


def test_a_list_that_is_refused_has_no_length() -> None:
    """Then searches go on without it."""

    async def scene() -> Length | None:
        async with desk() as opened:
            script(opened.sandbox, [Fault.HTML_AFTER] * MANY, ["GET"])
            return await length_of(opened.session)

    assert asyncio.run(scene()) is None


async def read(stored: int, told: Length, **faults: Any) -> tuple[bool, int, int]:
    """Whether the list is whole, how many contacts it showed, and the requests."""
    async with desk(settings=SandboxSettings(faults=Faults(**faults))) as opened:
        opened.sandbox.account.fill(people(stored))
        with AccountIndex() as index:
            is_whole = await read_all(opened.session, told, index, 4)
            return is_whole, len(index), opened.sandbox.requests["GET"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stored", "told", "faults", "expected"),
    [
        (0, Length(0, 0), {}, (True, 0, 0)),
        (400, Length(400, 27), {}, (True, 400, 27)),
        (400, Length(300, 20), {}, (True, 400, 27)),  # it grew
        (400, Length(400, 27), {"list": "capped"}, (False, 150, 28)),
    ],
    ids=["empty", "as told", "grown", "capped"],
)
def test_a_list_is_whole_if_as_many_came_as_it_tells(
    stored: int, told: Length, faults: dict[str, Any], expected: tuple[bool, int, int]
) -> None:
    """One that ends early is not, and one that has grown is read on."""
    assert asyncio.run(read(stored, told, **faults)) == expected


def test_who_is_met_twice_in_a_list_that_moves_is_one() -> None:
    """And who was missed because of it is told by the count, unless further pages show them."""
    is_whole, seen, requests = asyncio.run(read(100, Length(100, 7), list="shifting"))
    assert seen <= 100
    assert is_whole is (seen == 100)
    assert requests <= 2 * 7 + 10


def test_a_page_that_is_not_answered_ends_the_reading() -> None:
    """The list is not whole then, and the searches look for everybody."""

    async def scene() -> bool:
        async with desk() as opened:
            opened.sandbox.account.fill(people(40))
            script(opened.sandbox, [None, *[Fault.HTML_AFTER] * MANY], ["GET"])
            with AccountIndex() as index:
                return await read_all(opened.session, Length(40, 3), index, 1)

    assert asyncio.run(scene()) is False


def test_the_index_finds_who_holds_a_value() -> None:
    """As comparisons go: an email without case, a phone number by its digits; of two states the later counts."""
    old = Found("7", Contact(email="Ann@X.org", phone_number="+4915112345678"), 5.0, {"city": "Ulm"})
    new = Found("7", Contact(email="new@x.org", phone_number="+4915112345678"))
    with AccountIndex() as index:
        index.add([old, Found("8", Contact(phone_number="4915112345678")), Found("", Contact(email="no@id.org"))])
        assert index.holders("email", "ann@x.ORG") == (old,)
        assert [found.id for found in index.holders("phone_number", "+49 151 12345678")] == ["7", "8"]
        assert index.holders("email", "no@id.org") == ()
        assert (len(index), index.get("7"), index.get("9")) == (2, old, None)
        index.add([new])
        assert index.holders("email", "ann@x.org") == ()
        assert index.holders("email", "new@x.org") == (new,)
        assert len(index) == 2


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"meta": {"count": 3}}, 3),
        ({"meta": {"count": "12"}}, 12),
        ({"meta": {"count": True}}, None),
        ({"meta": {"count": -1}}, None),
        ({"meta": []}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_a_count_is_a_plain_number(body: Json, count: int | None) -> None:
    """Anything else tells nothing."""
    assert told_count(Reply(200, body)) == count
