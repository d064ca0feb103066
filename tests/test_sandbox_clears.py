"""The sandbox's updates with null, which empty a field."""

from typing import Any

import pytest

from tests.support.stories import SENDER, Desk, run

PROFILES = {"github": "ann", "facebook": "ann"}


def shows(found: Any, **values: Any) -> bool:
    return {name: found[name] for name in values} == values


@pytest.mark.parametrize("name", ["email", "phone_number", "identifier"])
def test_null_empties_a_field_and_frees_its_value(name: str) -> None:
    """The value is found no more, and somebody else may have it."""

    async def story(desk: Desk) -> None:
        own = (await desk.create(SENDER))[1]["payload"]["contact"]
        assert await desk.update(own["id"], {name: None}) == (200, {"payload": {**own, name: None}})
        assert (await desk.search(q=str(SENDER[name])))["payload"] == []
        assert (await desk.update(own["id"], {name: None}))[0] == 200
        assert (await desk.create({"inbox_id": 407, name: SENDER[name]}))[0] == 200

    run(story)


def test_a_cleared_name_is_an_empty_text() -> None:
    """As that of a contact which was created without one."""

    async def story(desk: Desk) -> None:
        own = (await desk.create(SENDER))[1]["payload"]["contact"]
        changes = {"name": None, "email": "anna@x.com"}
        assert await desk.update(own["id"], changes) == (200, {"payload": {**own, **changes, "name": ""}})

    run(story, longest_text=255)


def test_no_text_of_null_is_stored() -> None:
    """Null is no value: two contacts without one share nothing, and no rule for texts is about it."""

    async def story(desk: Desk) -> None:
        bodies = [{"email": "a@x", "identifier": "A"}, {"email": "b@x", "phone_number": "+12"}]
        ids = desk.sandbox.account.fill({"inbox_id": 407, **body} for body in bodies)
        for one in ids:
            assert (await desk.update(one, {"name": None, "email": None}))[0] == 200
        assert (await desk.search(q="none"))["payload"] == []

    run(story, longest_text=3)


def test_a_contact_without_a_key_leaves_the_lists() -> None:
    """kin: the last of the three may be cleared; with a new one it is back in its place."""

    async def story(desk: Desk) -> None:
        ann, bo = desk.sandbox.account.fill([SENDER, {"inbox_id": 407, "identifier": "B"}])
        assert (await desk.update(ann, dict.fromkeys(("email", "phone_number", "identifier"))))[0] == 200
        assert [contact["id"] for contact in (await desk.search())["payload"]] == [bo]
        assert (await desk.search(q="ann"))["payload"] == []
        assert [contact["id"] for contact in desk.sandbox.contacts] == [ann, bo]
        assert (await desk.update(ann, {"identifier": "A-1"}))[0] == 200
        assert [contact["id"] for contact in (await desk.search())["payload"]] == [ann, bo]

    run(story)


@pytest.mark.parametrize(
    ("clears", "status", "name", "email", "custom", "profiles"),
    [
        pytest.param("on", 200, "", None, {"a": None, "b": "2", "c": None}, {"github": None}, id="on"),
        pytest.param("ignored", 200, "Ann", "ann@x.com", {"a": "1", "b": "2"}, {"github": "ann"}, id="ignored"),
        pytest.param("refused", 422, "Ann", "ann@x.com", {"a": "1", "b": "1"}, PROFILES, id="refused"),
    ],
)
def test_null_may_be_ignored_or_refused(
    clears: str, status: int, name: str, email: str | None, custom: dict[str, Any], profiles: dict[str, Any]
) -> None:
    """kin: an attribute that was cleared is there, and null. Ignored: the value stays. Refused: nothing changes."""

    async def story(desk: Desk) -> None:
        own = (await desk.create(SENDER))[1]["payload"]["contact"]
        attributes = {"additional_attributes": {"social_profiles": PROFILES}, "custom_attributes": {"a": "1", "b": "1"}}
        await desk.update(own["id"], attributes)
        changes = {
            "name": None,
            "email": None,
            "additional_attributes": {"social_profiles": {"github": None}},
            "custom_attributes": {"a": None, "b": "2", "c": None},
        }
        got, answer = await desk.update(own["id"], changes)
        assert got == status
        if status == 422:
            assert answer["attributes"] == [*changes]
            assert answer["message"].startswith("Name can't be blank, Email can't be blank, ")
        found = (await desk.search(q="A-1"))["payload"][0]
        assert shows(found, name=name, email=email, custom_attributes=custom)
        assert found["additional_attributes"] == {"social_profiles": profiles}

    run(story, clears=clears)


@pytest.mark.parametrize("clears", ["ignored", "refused"])
def test_an_update_without_null_is_as_ever(clears: str) -> None:
    """The setting is about null alone."""

    async def story(desk: Desk) -> None:
        own = (await desk.create(SENDER))[1]["payload"]["contact"]
        changes = {"name": "Anna", "custom_attributes": {"a": "1"}}
        assert await desk.update(own["id"], changes) == (200, {"payload": {**own, **changes}})

    run(story, clears=clears)


def test_ignored_is_what_was_never_there() -> None:
    """Null for a field without a value leaves it without one."""

    async def story(desk: Desk) -> None:
        own = (await desk.create({"inbox_id": 407, "identifier": "A"}))[1]["payload"]["contact"]
        changes = {"email": None, "custom_attributes": {"a": None}, "additional_attributes": {"city": None}}
        assert await desk.update(own["id"], changes) == (200, {"payload": own})

    run(story, clears="ignored")


def test_a_create_has_no_null() -> None:
    """doc: a field without a value is left out; only an update has something to empty."""

    async def story(desk: Desk) -> None:
        for wrong in ({"name": None}, {"custom_attributes": {"a": None}}):
            assert (await desk.create({"inbox_id": 407, **wrong}))[0] == 400

    run(story, create_attributes="stored")
