"""What an answer to an update proves: terse servers, servers that ignore updates, answers about somebody else, and
refusals whose cause only a search tells."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from importer.ledger.records import Change as Noted
from importer.ledger.records import Due
from importer.livedesk.contact import ADDITIONAL, CUSTOM, Contact
from importer.message import sentence
from importer.models import Json, Outcome, Status, UpdateRule
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sender.policy import Policy
from tests.support.desk import Desk, play, script, to_the_end
from tests.support.raw_answers import honest, json_answer, new_account
from tests.support.raw_server import RawServer, Request, Step
from tests.support.service import invoke, results, written

TIER, LEVEL, CITY = f"{CUSTOM}.tier", f"{CUSTOM}.level", f"{ADDITIONAL}.city"
UPDATE = Policy("update", inbox_id="407")
RUN = ("--inbox", 407, "--quiet", "--on-duplicate", "update")

Change = Callable[[str, Mapping[str, Json]], Response]


def people(desk: Desk, count: int) -> None:
    """Who has been there for long, each with an old name."""
    for number in range(count):
        desk.store(Contact(name=f"Old {number}", email=f"p{number}@x.org", inbox_id="407"))
    desk.sandbox.requests.clear()


def row(number: int, **fields: Any) -> Due:
    return Due(
        number, Contact(name=f"New {number}", email=f"p{number}@x.org", inbox_id="407", **fields), b"%d" % number
    )


def changing(desk: Desk, change: Callable[[Change, str, Mapping[str, Json]], Response]) -> None:
    """From now on updates are answered so; the first argument carries one out."""
    update = desk.sandbox.account.update
    desk.sandbox.account.update = lambda id_, body: change(update, id_, body)  # type: ignore[method-assign,assignment]


def terse(update: Change, contact_id: str, body: Mapping[str, Json]) -> Response:
    """Stored, and only the id is told."""
    update(contact_id, body)
    return Response(200, {"payload": {"id": int(contact_id)}})


def nulls(_update: Change, contact_id: str, _body: Mapping[str, Json]) -> Response:
    """Nothing is stored, and nothing told."""
    fields = dict.fromkeys(("name", "email", "phone_number", "identifier"))
    return Response(200, {"payload": {"id": int(contact_id), **fields, ADDITIONAL: {}, CUSTOM: {}}})


async def each(desk: Desk, rows: list[Due]) -> list[Outcome]:
    """One after the other, in one session."""
    session = desk.session
    return [await to_the_end(one, session, desk.policy) for one in rows]


# -- terse servers -----------------------------------------------------------------------------------------------------


def test_a_terse_server_is_read_back_once_for_each_field_and_then_trusted() -> None:
    """Three rows with a name, the last with two further fields: two of custom attributes are one kind."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        people(desk, 4)
        changing(desk, terse)
        rows = [row(0), row(1), row(2, attributes={TIER: "a"}), row(3, attributes={LEVEL: "b"})]
        found.extend(await each(desk, rows))
        return found[0]

    _, opened = play(scene, UPDATE)
    assert [outcome.status for outcome in found] == [Status.UPDATED] * 4
    assert opened.sandbox.requests["GET"] == 4 + 2, "one search to find each row, and two to read back"
    assert opened.stop.slept == []


@pytest.mark.slow
@pytest.mark.parametrize("answer", [nulls, lambda _, id_, __: Response(200, {"payload": {"id": int(id_)}})])
def test_a_terse_server_that_ignores_updates_is_found_out(answer: Any) -> None:
    """Every row is read back until one proves it: none says ``updated``, and no change is told."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        people(desk, 3)
        changing(desk, answer)
        found.extend(await each(desk, [row(0), row(1), row(2)]))
        return found[0]

    play(scene, UPDATE)
    for number, outcome in enumerate(found):
        assert (outcome.status, outcome.error_code) == (Status.FAILED, "not_stored")
        assert outcome.unwritten == ("name",)
        assert f"keeps name of contact {100_001 + number}" in sentence(outcome.error)


def test_what_was_empty_and_stays_so_is_not_stored() -> None:
    """The answer is full, and shows no city: that is no proof."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda update, id_, body: update(id_, {"name": body["name"]}))
        return (await each(desk, [row(0, attributes={CITY: "Bonn"})]))[0]

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code, outcome.unwritten) == (Status.FAILED, "not_stored", (CITY,))
    assert 'changed: name "Old 0" -> "New 0"' in sentence(outcome.hint)


def test_a_search_that_is_late_for_a_terse_update_is_asked_twice() -> None:
    """As for a value that is emptied."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda _, id_, __: Response(200, {"payload": {"id": int(id_)}}))
        sleep = desk.stop.sleep

        async def shown_later(seconds: float) -> None:
            desk.sandbox.account.change(100_001, {"name": "New 0"})
            await sleep(seconds)

        desk.stop.sleep = shown_later  # type: ignore[method-assign]
        return (await each(desk, [row(0)]))[0]

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, opened.stop.slept) == (Status.UPDATED, [2.0])


def test_a_terse_update_that_cannot_be_read_back_is_unknown() -> None:
    """The contact is not shown any more: what was noted stays noted."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, terse)
        search = desk.sandbox.account.search

        def silent(query: str, page: str | None) -> Any:
            is_done = desk.sandbox.requests["PATCH"]
            return Response(200, {"meta": {}, "payload": []}) if is_done else search(query, page)

        desk.sandbox.account.search = silent  # type: ignore[method-assign]
        return (await each(desk, [row(0)]))[0]

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.UNKNOWN, "not_stored", "100001")
    assert outcome.unwritten == ()


# -- answers about somebody else ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "not stored"])
def test_an_answer_with_another_id_is_a_doubt_that_a_read_settles(*, is_stored: bool) -> None:
    """Stored, it is done; else it is sent again, once it cannot be stored any more."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 2)
        lies = iter([True])

        def lying(update: Change, contact_id: str, body: Mapping[str, Json]) -> Response:
            if not next(lies, False):
                return update(contact_id, body)
            if is_stored:
                update(contact_id, body)
            return Response(200, {"payload": desk.sandbox.contacts[1]})

        changing(desk, lying)
        return (await each(desk, [row(0)]))[0]

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.contact_id) == (Status.UPDATED, "100001")
    assert opened.sandbox.requests["PATCH"] == (1 if is_stored else 2)
    assert opened.stop.slept == ([] if is_stored else [UPDATE.settle_s])


@pytest.mark.slow
def test_a_success_that_is_nobodys_on_a_used_connection_is_not_sent_again() -> None:
    """It may be the answer to an earlier request: a read tells, and the update leaves once."""
    account = new_account()
    account.fill([{"name": "Old", "email": "ann@x.org", "inbox_id": 407}], 86_400.0)
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        steps = ask(request)
        return [json_answer({"payload": []})] if request.method == "PATCH" else steps

    written("Name,Email\nAnn,ann@x.org\n")
    with RawServer(handler) as server:
        done = invoke("contacts.csv", *RUN, "--concurrency", 1, "--settle", 0, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("PATCH")) == 1
    assert [row["status"] for row in results()] == ["updated"]


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_planned", [False, True], ids=["update", "plan"])
def test_a_contact_that_is_gone_is_not_as_it_was(*, is_planned: bool) -> None:
    """Removed or merged between the look and the update: it says so, and what to do."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda *_: Response(404, {"error": "Resource could not be found"}))
        return (await each(desk, [row(0)]))[0]

    rule = UpdateRule(only=frozenset({"name"})) if is_planned else UpdateRule()
    outcome, _ = play(scene, replace(UPDATE, rule=rule))
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "conflict" if is_planned else "gone")
    assert outcome.unwritten == ("name",)
    assert "contact 100001 is not there any more" in sentence(outcome.error)
    assert "as it was" not in sentence(outcome.hint)
    assert ("make a new plan" if is_planned else "run the same command again") in sentence(outcome.hint)


@pytest.mark.parametrize("words", ["Email has already been taken", "邮箱已被使用"])
def test_whoever_got_the_value_meanwhile_is_named(words: str) -> None:
    """After the row was looked for somebody else takes the phone number: ``taken``, with the holder's id."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)

        def refused(_update: Change, _id: str, _body: Mapping[str, Json]) -> Response:
            desk.store(Contact(name="Eve", phone_number="+4915112345679", inbox_id="407"))
            return Response(422, {"message": words, "attributes": ["phone_number"]})

        changing(desk, refused)
        return (await each(desk, [row(0, phone_number="+4915112345679")]))[0]

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "taken")
    assert 'phone_number "+4915112345679" is held by contact 100002' in sentence(outcome.error)
    assert sentence(outcome.hint).startswith("contact 100001 is as it was")
    assert set(outcome.unwritten) == {"name", "phone_number"}


@pytest.mark.slow
def test_a_refusal_that_nobody_stands_behind_is_what_the_server_says() -> None:
    """A rule of the account, in a 422 that could have been a conflict."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda *_: Response(422, {"message": "Phone number is invalid", "attributes": ["phone_number"]}))
        return (await each(desk, [row(0, phone_number="+4915112345679")]))[0]

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "rejected")


def answering(desk: Desk, *answers: Response, stored: bool) -> None:
    """The next updates are carried out, if ``stored``, and answered so; later ones as usual."""
    left = list(answers)

    def change(update: Change, contact_id: str, body: Mapping[str, Json]) -> Response:
        done = update(contact_id, body) if stored or not left else None
        return left.pop(0) if left or done is None else done

    changing(desk, change)


BUSY, GONE, TAKEN, NO = (
    Response(429, {"error": "Retry later"}),
    Response(404, {"error": "Resource could not be found"}),
    Response(409, {"error": "conflict"}),
    Response(422, {"message": "nope"}),
)


@pytest.mark.parametrize("answers", [[NO] * 9, [TAKEN] * 9, [GONE] * 9, [BUSY, NO, NO], [BUSY, GONE, GONE]])
def test_a_refused_update_that_is_stored_all_the_same_is_an_update(answers: list[Response]) -> None:
    """A read tells, and nothing is said of a contact before it."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        answering(desk, *answers, stored=True)
        return (await each(desk, [row(0, attributes={TIER: "a"})]))[0]

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.unwritten) == (Status.UPDATED, ())
    assert 'changed: name "Old 0" -> "New 0", custom_attributes.tier "" -> "a"' in sentence(outcome.hint)
    assert opened.sandbox.requests["PATCH"] == 1, "a read comes before a repetition"


@pytest.mark.parametrize("answer", [NO, GONE])
def test_a_refused_update_that_is_stored_in_part_says_which(answer: Response) -> None:
    """What happened stays noted, and the contact is named."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)

        def change(update: Change, contact_id: str, _body: Mapping[str, Json]) -> Response:
            update(contact_id, {CUSTOM: {"tier": "a"}})
            return answer

        changing(desk, change)
        return (await each(desk, [row(0, attributes={TIER: "a"})]))[0]

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.FAILED, "rejected", "100001")
    assert outcome.unwritten == ("name",)
    assert sentence(outcome.hint).startswith('changed: custom_attributes.tier "" -> "a"')


def test_an_update_stored_in_part_whose_answers_are_all_lost_says_which() -> None:
    """The reads in between know what is stored, and it stays noted."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda update, id_, body: update(id_, {CUSTOM: body.get(CUSTOM, {})}))
        script(desk.sandbox, [Fault.DROP_AFTER] * 9, methods=("PATCH",))
        return (await each(desk, [row(0, attributes={TIER: "a"})]))[0]

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code, outcome.contact_id) == (Status.FAILED, "not_stored", "100001")
    assert outcome.unwritten == ("name",)
    assert "keeps name of contact 100001" in sentence(outcome.error)
    assert sentence(outcome.hint).startswith('changed: custom_attributes.tier "" -> "a"')
    assert opened.sandbox.requests["PATCH"] == 5


@pytest.mark.parametrize("faults", [[], [Fault.DROP_AFTER]], ids=["answered", "lost"])
@pytest.mark.parametrize("answer", [lambda update, id_, body: update(id_, body), terse], ids=["full", "terse"])
def test_a_value_that_the_server_writes_its_own_way_is_noted_as_it_is(faults: list[Fault], answer: Any) -> None:
    """It is stored, and not sent again; an undo finds it."""
    noted: list[tuple[str, Json, Json]] = []

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        changing(desk, lambda update, id_, body: answer(update, id_, {**body, CUSTOM: {"tier": "GOLD"}}))
        script(desk.sandbox, [*faults], methods=("PATCH",))

        async def journal(_row: Due, changes: Sequence[Noted]) -> bool:
            noted.extend((change.field, change.before, change.after) for change in changes)
            return True

        session = replace(desk.session, journal=journal)
        return await to_the_end(row(0, attributes={TIER: "Gold"}), session, desk.policy)

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.unwritten, opened.sandbox.requests["PATCH"]) == (Status.UPDATED, (), 1)
    assert noted == [("name", "Old 0", "New 0"), (TIER, None, "Gold"), (TIER, None, "GOLD")]


@pytest.mark.parametrize("answer", [TAKEN, NO, GONE])
def test_a_refused_update_is_not_repeated_over_what_somebody_wrote_meanwhile(answer: Response) -> None:
    """On a used connection the refusal may be anybody's; a read comes before the update leaves again."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)

        def change(update: Change, contact_id: str, _body: Mapping[str, Json]) -> Response:
            update(contact_id, {"name": "Agent"})
            return answer

        changing(desk, change)
        return (await each(desk, [row(0)]))[0]

    outcome, opened = play(scene, replace(UPDATE, rule=UpdateRule(only=frozenset({"name"}))))
    assert (outcome.status, outcome.error_code, outcome.unwritten) == (Status.FAILED, "conflict", ("name",))
    assert (opened.sandbox.requests["PATCH"], opened.sandbox.contacts[0]["name"]) == (1, "Agent")


def test_a_refusal_that_was_another_requests_is_sent_again_on_a_fresh_connection() -> None:
    """The contact is as it was: the second answer counts."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 1)
        answering(desk, TAKEN, stored=False)
        return (await each(desk, [row(0)]))[0]

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, opened.sandbox.requests["PATCH"]) == (Status.UPDATED, 2)
    assert opened.stop.slept == []


@pytest.mark.slow
def test_a_gone_contact_is_looked_for_anew_by_the_next_run() -> None:
    """Nobody has the person's values any more: it is created."""
    account = new_account()
    account.fill([{"name": "Old", "email": "ann@x.org", "inbox_id": 407}], 86_400.0)
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        if request.method == "PATCH" and account.contacts:
            account.remove(request.path.rpartition("/")[2])
        return ask(request)

    written("Name,Email\nAnn,ann@x.org\n")
    with RawServer(handler) as server:
        assert invoke("contacts.csv", *RUN, **server.environment).exit_code == 1
        assert [row["error_code"] for row in results()] == ["gone"]
        assert invoke("contacts.csv", *RUN, **server.environment).exit_code == 0
    assert [row["status"] for row in results()] == ["created"]


def test_the_full_answer_of_an_honest_server_costs_no_read() -> None:
    """Nothing is added to a row that is undisturbed."""

    async def scene(desk: Desk) -> Outcome:
        people(desk, 2)
        return (await each(desk, [row(0, attributes={TIER: "a", CITY: "Bonn"}), row(1)]))[0]

    outcome, opened = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED
    assert opened.sandbox.requests == {"POST": 2, "GET": 2, "PATCH": 2}
