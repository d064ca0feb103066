"""Issue 14, kind 4: a server may answer a create with the contact that has the row's keys already."""

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate
from typing import Final

import pytest

from importer.livedesk.contact import Contact
from importer.livedesk.moments import moment
from importer.livedesk.responses import NEW_S, id_at_once
from importer.livedesk.responses import created as shown_by
from importer.models import Json
from importer.sandbox.account import Account
from tests.support.raw_answers import honest, new_account, rewritten, status
from tests.support.raw_server import Handler, RawServer, Request, Step
from tests.support.service import invoke, results, written

PEOPLE = "Name,Email,Phone\nAnn,ann@x.org,\nNew Name,old@x.org,{}\n"
SHORT = ("--settle", "0.2")
DAYS_90_S = 90 * 86400.0
TIGHT, SPACED = (",", ":"), (", ", ": ")


def created(contact: Json, behind_s: float, separators: tuple[str, str]) -> bytes:
    """The answer to a create, of a server whose clock is so many seconds behind."""
    body = {"payload": {"contact": contact, "contact_inbox": {"inbox": None, "source_id": None}}}
    date = formatdate(time.time() - behind_s, usegmt=True)
    return status(200, json.dumps(body, separators=separators), "application/json", date=date)


def upserting(account: Account, separators: tuple[str, str] = TIGHT, behind_s: float = 0.0) -> Handler:
    """Answers a create with whoever has its email; else it creates, by its own clock."""
    ask = honest(account)

    def handle(request: Request) -> Iterable[Step]:
        if request.method != "POST":
            return ask(request)
        there = [one for one in account.contacts if one["email"] == request.body["email"]]
        if not there:
            account.create(request.body)
            there = account.contacts[-1:]
            there[0]["created_at"] = int(time.time() - behind_s)
        return [created(dict(there[0]), behind_s, separators)]

    return handle


def with_old(age_s: float = DAYS_90_S) -> tuple[Account, str]:
    """An account with a contact that is so old and has neither the name nor the phone number of its row; and its id."""
    account = new_account()
    (old,) = account.fill([{"inbox_id": 407, "name": "Old Name", "email": "old@x.org"}], age_s)
    return account, str(old)


def told() -> tuple[list[str], list[str]]:
    return [row["status"] for row in results()], [row["contact_id"] for row in results()]


@pytest.mark.slow
@pytest.mark.parametrize("separators", [TIGHT, SPACED], ids=["read at once", "parsed"])
@pytest.mark.parametrize("phone", ["", "+4930111111"], ids=["", "with a number that it lacks"])
@pytest.mark.parametrize(("policy", "status"), [("skip", "exists"), ("update", "updated")])
def test_a_create_that_is_answered_with_an_old_contact_has_created_nobody(
    policy: str, status: str, phone: str, separators: tuple[str, str]
) -> None:
    """Its own time says that; it ``exists`` with what differs, changed by the policy alone, and no run is stopped."""
    account, old = with_old()
    path = written(PEOPLE.format(phone))
    with RawServer(upserting(account, separators)) as server:
        done = invoke(path, "--inbox", 407, "--on-duplicate", policy, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert "ann@x.org" not in [request.query.get("q") for request in server.of("GET")]
    statuses, ids = told()
    assert statuses == ["created", status]
    assert ids[1] == old
    assert 'name "Old Name" -> "New Name"' in results()[1]["hint"]
    assert account.contacts[0]["name"] == ("Old Name" if policy == "skip" else "New Name")


@pytest.mark.slow
@pytest.mark.parametrize("separators", [TIGHT, SPACED], ids=["read at once", "parsed"])
@pytest.mark.parametrize("behind_s", [0.0, 7200.0, -7200.0])
def test_times_are_compared_by_the_server_s_clock(behind_s: float, separators: tuple[str, str]) -> None:
    """However wrong the clocks are, what was created now is no old contact, and costs no search."""
    with RawServer(upserting(new_account(), separators, behind_s)) as server:
        done = invoke(written(PEOPLE.format("")), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert [request for request in server.of("GET") if "q" in request.query] == []
    assert told()[0] == ["created", "created"]


@pytest.mark.slow
def test_a_contact_of_a_moment_ago_may_be_the_row_s_own() -> None:
    """Clocks of one server may be that far apart, so an answer alone disproves nothing."""
    account, _ = with_old(NEW_S / 2)
    with RawServer(upserting(account)) as server:
        done = invoke(written(PEOPLE.format("")), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert told()[0] == ["created", "created"]


# -- a time in another form --------------------------------------------------------------------------------------------

FORMS: Final[dict[str, Callable[[int], Json]]] = {
    "milliseconds": lambda seconds: seconds * 1000,
    "microseconds": lambda seconds: seconds * 1_000_000,
    "text": str,
    "text of milliseconds": lambda seconds: str(seconds * 1000),
    "ISO 8601 of UTC": lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "ISO 8601 with a fraction": lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "ISO 8601 of Shanghai": lambda seconds: datetime.fromtimestamp(seconds, timezone(timedelta(hours=8))).isoformat(),
}
"""How else a server may write epoch seconds."""


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_time_is_read_in_every_form(form: Callable[[int], Json]) -> None:
    """It is one moment, and a quick look at the bytes takes none of another form for that of a new contact."""
    old = 1_766_571_703
    assert moment(form(old)) == old
    body: Json = {"payload": {"contact": {"id": 7, "email": "a@x.org", "created_at": form(old)}}}
    found = shown_by(body)
    assert found is not None
    assert found.created_at == old
    text = json.dumps(body, separators=TIGHT).encode()
    assert id_at_once(text, Contact(email="a@x.org"), float(old)) is None
    assert id_at_once(text.replace(json.dumps(form(old)).encode(), b"%d" % old), Contact(email="a@x.org"), float(old))


@pytest.mark.parametrize("value", [None, True, [1], "", "yesterday", "2026-11-29 12:00:00", "nan", -5, "1" * 21, "1e9"])
def test_what_is_no_certain_moment_is_none(value: Json) -> None:
    """A time without its zone is that of a clock which nobody knows."""
    assert moment(value) is None


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_old_contact_is_told_by_its_time_in_every_form(form: Callable[[int], Json]) -> None:
    """Under ``skip`` it ``exists`` and stays as it is; who is new is ``created`` all the same."""

    def write(shown: dict[str, Json], _: Request) -> None:
        shown["created_at"] = form(int(str(shown["created_at"])))

    account, old = with_old()
    with RawServer(rewritten(upserting(account), write, ("POST", "GET"))) as server:
        done = invoke(written(PEOPLE.format("")), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert told()[0] == ["created", "exists"]
    assert told()[1][1] == old
    assert account.contacts[0]["name"] == "Old Name"
