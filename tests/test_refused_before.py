"""Issue 14: a refusal is no proof either, so what was refused is searched for before a later run sends it again; and a
row that was left in doubt is in doubt until a search has told."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from importer.sandbox.account import Account
from tests.support.raw_answers import honest, new_account, scripted, status
from tests.support.raw_server import End, Handler, RawServer, Request, Step
from tests.support.service import invoke, results, written

PEOPLE = "Name,Email,Phone\nAnn,ann@x.org,\nBob,,+4915112000001\nCleo,cleo@x.org,\nDan,dan@x.org,\n"
OPTIONS = ("--inbox", 407, "--settle", "0.2", "--concurrency", 1)


def told(*names: str) -> list[Any]:
    """Columns of the newest results."""
    return [row[names[0]] if len(names) == 1 else tuple(row[name] for name in names) for row in results()]


def ids(account: Account) -> list[str]:
    return [str(contact["id"]) for contact in account.contacts]


def answering_the_second(answer: Step, account: Account, *, stores: bool = True) -> Handler:
    """Carries out every create but, unless it ``stores``, the second, which gets this answer."""
    ask, creates = honest(account), [0]

    def handle(request: Request) -> Iterable[Step]:
        creates[0] += request.method == "POST"
        is_second = request.method == "POST" and creates[0] == 2
        proper = ask(request) if stores or not is_second else []
        return [answer] if is_second else proper

    return handle


class Desk:
    """One server that the runs of a test import to."""

    def __init__(self, **faults: Any) -> None:
        self.account = new_account(**faults)
        self._server = RawServer(honest(self.account))

    def __enter__(self) -> "Desk":
        self._server.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._server.__exit__(*error)

    def run(self, path: Path, handler: Handler | None = None, *options: object) -> list[tuple[str, str]]:
        """Import the file; what that asks for: methods, and what is searched or created."""
        self._server.handler = handler or honest(self.account)
        before = len(self._server.requests)
        invoke(path, *OPTIONS, *options, **self._server.environment)
        return [
            (each.method, each.query.get("q") or each.body["name"])
            for each in self._server.requests[before:]
            if "q" in each.query or each.method == "POST"
        ]


REFUSALS = [401, 402, 403, 404, 406, 413]


BY_EMAIL = PEOPLE.replace("Bob,,+4915112000001", "Bob,bob@x.org,")


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "fail"])
@pytest.mark.parametrize("code", REFUSALS)
def test_what_was_stored_and_refused_is_found_by_the_next_run(code: int, policy: str) -> None:
    """Where two contacts may have one phone number no refusal would tell: one search, and it is ``created``."""
    path, refusal = written(PEOPLE), status(code, '{"error": "no"}', "application/json")
    with Desk(phones="shared") as desk:
        desk.run(path, answering_the_second(refusal, desk.account), "--on-duplicate", policy)
        asked = desk.run(path, None, "--on-duplicate", policy)
    assert {text for method, text in asked if method == "GET"} == {"+4915112000001"}
    assert {*told("status")} <= {"created", "unchanged"}
    assert told("status")[1] == "created"
    assert sorted(told("contact_id")) == sorted(ids(desk.account))


@pytest.mark.slow
def test_what_was_refused_and_not_stored_costs_one_search_and_no_wait() -> None:
    """Then it is created; nobody else is searched for, not even whom the end of the run kept from being sent."""
    path, refusal = written(BY_EMAIL), status(404, '{"error": "no"}', "application/json")
    with Desk() as desk:
        desk.run(path, answering_the_second(refusal, desk.account, stores=False))
        assert told("status") == ["created", "not_sent", "not_sent", "not_sent"]
        asked = desk.run(path)
    assert sorted(asked) == [("GET", "bob@x.org"), ("POST", "Bob"), ("POST", "Cleo"), ("POST", "Dan")]
    assert told("status") == ["unchanged", "created", "created", "created"]


@pytest.mark.slow
def test_a_row_that_stays_refused_stays_failed_and_is_looked_for_each_time() -> None:
    """Its value is wrong: the server's words, in every run."""
    path, refusal = written(BY_EMAIL), status(413, "too much")
    with Desk() as desk:
        desk.run(path, answering_the_second(refusal, desk.account, stores=False))
        for _ in range(2):
            asked = desk.run(path, scripted([[refusal]], honest(desk.account)))
            assert asked == [("GET", "bob@x.org"), ("POST", "Bob")]
            assert told("status", "error_code")[1] == ("failed", "rejected")
    assert len(ids(desk.account)) == 3


@pytest.mark.slow
def test_a_refused_row_that_a_run_does_not_reach_is_searched_for_by_the_next() -> None:
    """What the ledger knows of it outlasts a run that stops, and one whose search is not answered."""
    path = written(PEOPLE)
    with Desk(phones="shared") as desk:
        desk.run(path, answering_the_second(status(413, "no"), desk.account))
        desk.run(path, lambda _: [NO])
        assert told("status")[1] == "not_sent"
        desk.run(path, lambda request: [status(500)] if "q" in request.query else honest(desk.account)(request))
        assert told("status", "error_code")[1] == ("failed", "server_error")
        desk.run(path)
    assert told("status")[1] == "created"
    assert sorted(told("contact_id")) == sorted(ids(desk.account))


@pytest.mark.slow
def test_a_corrected_row_is_another_row() -> None:
    """The value that the server refused is no longer there: it is sent at once."""
    with Desk() as desk:
        desk.run(written(BY_EMAIL), answering_the_second(status(413, "no"), desk.account, stores=False))
        assert desk.run(written(BY_EMAIL.replace("bob@x.org", "bob@y.org"))) == [("POST", "Bob")]


@pytest.mark.slow
def test_without_a_key_a_refused_row_is_sent_again_at_once() -> None:
    """No search could find it."""
    path = written(PEOPLE.replace("Bob,,+4915112000001", "Bob,,"))
    with Desk() as desk:
        desk.run(path, answering_the_second(status(413, "no"), desk.account, stores=False))
        assert desk.run(path) == [("POST", "Bob")]


@pytest.mark.slow
def test_whom_somebody_else_had_created_before_exists() -> None:
    """A contact from before the row's first mark is none of its own: it stays as it is."""
    path = written(PEOPLE.replace("Bob,", "Bob Smith,"))
    with Desk(phones="shared") as desk:
        desk.account.fill([{"inbox_id": 407, "name": "Bob", "phone_number": "+4915112000001"}], 1e6)
        desk.run(path, answering_the_second(status(413, "no"), desk.account, stores=False))
        desk.run(path)
    assert told("status", "contact_id")[1] == ("exists", ids(desk.account)[0])
    assert desk.account.contacts[0]["name"] == "Bob"


# -- a doubt stays one -------------------------------------------------------------------------------------------------

NO = status(401, '{"error": "no"}', "application/json")


@pytest.mark.slow
def test_a_run_that_stops_early_leaves_an_earlier_doubt_unknown() -> None:
    """Not ``not_sent``: it is stored. The first run's code and cause stay, and the third run finds it."""
    path = written(PEOPLE)
    with Desk(phones="shared") as desk:
        cut = answering_the_second(End.CUT, desk.account)
        desk.run(path, lambda request: [NO] if "q" in request.query else cut(request))
        first = told("status", "error_code", "error")[1]
        assert first[:2] == ("unknown", "connection_lost")
        desk.run(path, lambda _: [NO])
        assert told("status", "error_code", "error")[1] == first
        assert {*told("status")} <= {"unknown", "unchanged", "not_sent"}
        desk.run(path)
    assert told("status")[1] == "created"
    assert sorted(told("contact_id")) == sorted(ids(desk.account))


@pytest.mark.slow
def test_a_row_in_doubt_whose_second_create_ends_the_run_is_unknown() -> None:
    """The first may still be stored: a refusal of all is no answer to it."""
    bobs = [0]
    with Desk(phones="shared") as desk:
        ask = honest(desk.account)

        def handler(request: Request) -> Iterable[Step]:
            if request.method != "POST" or request.body["name"] != "Bob":
                return ask(request)
            bobs[0] += 1
            return [End.CUT] if bobs[0] == 1 else [NO]

        desk.run(written(PEOPLE), handler)
    assert bobs == [2]
    assert told("status", "error_code")[1] == ("unknown", "connection_lost")
