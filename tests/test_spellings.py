"""Issue 14: a search that takes a plus for a blank shows nobody under a phone number, or an email with a plus."""

from collections.abc import Iterable, Sequence

import pytest

from importer.livedesk.search import other_spelling
from importer.models import Json
from importer.sandbox.account import Account
from tests.support.raw_answers import honest, new_account, scripted, status, taken
from tests.support.raw_server import End, Handler, RawServer, Request, Step
from tests.support.service import by_phone, invoke, results, written

SHORT = ("--settle", "0.2")
OPTIONS = ("--inbox", 407, *SHORT, "--concurrency", 1)


def decoding_twice(ask: Handler) -> Handler:
    """Its searches take a plus for a blank."""

    def handle(request: Request) -> Iterable[Step]:
        query = {name: value.replace("+", " ") for name, value in request.query.items()}
        return ask(request._replace(query=query))

    return handle


def stored_and(answer: Step, account: Account) -> Handler:
    """The first create is stored, and answered so."""
    ask, left = honest(account), [answer]

    def handle(request: Request) -> Iterable[Step]:
        proper = ask(request)
        return [left.pop()] if request.method == "POST" and left else proper

    return decoding_twice(handle)


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        ("+4915112000000", "4915112000000"),
        ("a+b@example.com", "b@example.com"),
        ("a+b+c@example.com", "c@example.com"),
        ("K+12345", "12345"),
        ("ann@example.com", ""),
        ("+", ""),
    ],
)
def test_another_spelling_is_the_longest_part_without_a_plus(value: str, spelling: str) -> None:
    """It is in every value that a search may hold, so the contact is among the hits."""
    assert other_spelling(value) == spelling


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows", ["Name,Phone\nAnn,+4915112000000\n", "Name,Email\nAnn,a+b@x.org\n", "Name,Customer ID\nAnn,K+12345\n"]
)
@pytest.mark.parametrize(
    "answer",
    [End.CUT, status(504), status(429, "Retry later", retry_after="0")],
    ids=["a cut", "a 504", "a refusal that was none"],
)
@pytest.mark.parametrize("phones", ["shared", "unique"])
def test_a_row_in_doubt_is_found_in_another_spelling(phones: str, answer: Step, rows: str) -> None:
    """It is created once, and its id is known, whether or not the server would store it again."""
    account = new_account(phones=phones)
    with RawServer(stored_and(answer, account)) as server:
        done = invoke(written(rows), *OPTIONS, **server.environment)
        assert done.exit_code == 0, done.stderr
    (one,) = account.contacts
    assert [(row["status"], row["contact_id"]) for row in results()] == [("created", str(one["id"]))]


@pytest.mark.slow
def test_who_has_a_value_that_is_taken_is_found_in_another_spelling() -> None:
    """An older contact has it: it ``exists``."""
    account = new_account()
    (old,) = account.fill([{"inbox_id": 407, "name": "Ann", "phone_number": "+4915112000000"}], 1e6)
    with RawServer(decoding_twice(honest(account))) as server:
        done = invoke(written("Name,Phone\nAnn,+4915112000000\n"), *OPTIONS, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert [(row["status"], row["contact_id"]) for row in results()] == [("exists", str(old))]


def searched(rows: int, answers: Sequence[Iterable[Step]]) -> list[str]:
    """What is searched for, of so many rows and a server whose first creates are answered so."""
    with RawServer(scripted(answers, honest(new_account()))) as server:
        invoke(by_phone(rows), *OPTIONS, **server.environment)
        return [request.query["q"] for request in server.of("GET") if "q" in request.query]


@pytest.mark.slow
def test_no_other_row_is_asked_for_twice() -> None:
    """Without a doubt there is no search, and the first look of a doubt asks for the value as it is."""
    assert searched(3, []) == []
    lost = searched(1, [[End.CUT]])
    assert lost[:3] == [lost[0], lost[0], lost[0].removeprefix("+")]


@pytest.mark.slow
def test_a_spelling_that_many_contain_costs_few_pages_and_no_certainty() -> None:
    """The search for the value itself has said that nobody holds it."""
    account = new_account()
    people: list[dict[str, Json]] = [
        {"inbox_id": 407, "name": f"Person {n}", "email": f"p{n}{n}@many.example.org"} for n in range(10, 400)
    ]
    account.fill(people, 1e6)
    ask = scripted([[taken("email")], [taken("email")]], honest(account))
    with RawServer(scripted([[End.CUT]], ask)) as server:
        invoke(written("Name,Email\nAnn,a+@many.example.org\n"), *OPTIONS, **server.environment)
        spelled = [request for request in server.of("GET") if request.query.get("q") == "@many.example.org"]
    assert {request.query["page"] for request in spelled} == {str(page) for page in range(1, 11)}
    assert results()[0]["error_code"] == "rejected"
