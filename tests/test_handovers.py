"""Values that change hands within a file: a row waits for another one that gives up what it wants."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest

from importer.ledger.records import Due, RowKey
from importer.livedesk.contact import Contact
from importer.message import Message, sentence
from importer.models import Conflict, Holding, Outcome, Status
from importer.sender.handovers import LOOK_AGAIN_S, MOST_WAITING, Handovers, Hands
from tests.support.desk import Sleeper
from tests.support.service import HEADER, Service, folders, results, written

OPTIONS = "--inbox", 407, "--match-by", "identifier", "--on-duplicate", "update"
PEOPLE = {place: ("Person", f"p{place}@x.org", f"+4915112{place:06}", f"C{place}") for place in range(5)}
FIELDS = {"email": 1, "phone_number": 2}


def export(people: Mapping[int, Sequence[str]]) -> str:
    return HEADER + "".join(",".join(person) + "\n" for person in people.values())


def moved(field: str, *moves: tuple[int, int]) -> dict[int, tuple[str, ...]]:
    """The people; each first one has what the second one had, who is nobody from 5 on."""
    people: dict[int, tuple[str, ...]] = dict(PEOPLE)
    for to, of in moves:
        cells, at = list(people[to]), FIELDS[field]
        cells[at] = PEOPLE[of][at] if of in PEOPLE else f"new{of}@x.org" if field == "email" else f"+491519900000{of}"
        people[to] = tuple(cells)
    return people


@pytest.fixture(params=[True, False], ids=["the ledger knows them", "the server alone knows them"])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """Everybody is there."""
    with Service() as made:
        assert made.invoke(written(export(PEOPLE)), *OPTIONS, "--settle", 0).exit_code == 0
        if not request.param:
            for path in folders()[-1].parent.glob("ledger*"):
                path.unlink()
        yield made


def weekly(service: Service, people: Mapping[int, Sequence[str]], *options: object) -> tuple[list[str], Counter[str]]:
    """The statuses of an import, and its requests."""
    before = Counter(service.sandbox.requests)
    service.invoke(written(export(people)), *OPTIONS, "--concurrency", 1, *options)
    return [row["status"] for row in results()], Counter(service.sandbox.requests) - before


def held(service: Service, field: str) -> dict[str, str]:
    return {contact["identifier"]: contact[field] for contact in service.sandbox.contacts}


CHAIN = (0, 1), (1, 2), (2, 3), (3, 9)


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_a_chain_is_followed_within_one_run(field: str, service: Service) -> None:
    """Each row wants what the next one's contact has; the last is done first, and nobody is created."""
    people = moved(field, *CHAIN)
    statuses, cost = weekly(service, people)
    assert statuses[:4] == ["updated"] * 4
    assert held(service, field) == {cells[3]: cells[FIELDS[field]] for cells in people.values()}
    assert cost["PATCH"] == 4
    again, cost = weekly(service, people)
    assert again[:4] == ["unchanged"] * 4
    assert cost["PATCH"] == 0


def test_a_new_person_gets_what_another_row_gives_up(service: Service) -> None:
    """A create waits as well."""
    people = {7: ("New", PEOPLE[0][1], "", "C7"), **moved("email", (0, 9))}
    statuses, _ = weekly(service, people)
    assert statuses[:2] == ["created", "updated"]
    assert held(service, "email")["C7"] == PEOPLE[0][1]


@pytest.mark.slow
def test_a_search_that_is_late_gets_a_second_look() -> None:
    """The update is done, and a search still shows what was given up."""
    with Service(search_lag_ms=500) as service:
        service.invoke(written(export(PEOPLE)), *OPTIONS, "--settle", 1)
        statuses, _ = weekly(service, moved("email", (0, 1), (1, 9)), "--settle", 1)
        assert statuses[:2] == ["updated"] * 2


@pytest.mark.slow
def test_an_exchange_is_told_with_what_to_do(service: Service) -> None:
    """No order of single updates can do it; nobody is changed, and nobody is told to merge the two."""
    for _ in range(2):
        statuses, cost = weekly(service, moved("email", (0, 1), (1, 0)))
        assert statuses[:2] == ["failed", "failed"]
        assert cost["PATCH"] == 0
    first, second = (row for row in results() if row["status"] == "failed")
    assert "this row and row 3 exchange their email" in first["hint"]
    assert f"give contact {service.stored['C1']} another one" in first["hint"]
    assert "this row and row 2 exchange their email" in second["hint"]
    assert "merge" not in first["hint"] + second["hint"]


@pytest.mark.slow
def test_a_row_that_waits_for_one_that_failed_is_told_which(service: Service) -> None:
    """Its holder stays as it is, since somebody outside the file stands against that one."""
    service.sandbox.account.create({"inbox_id": 407, "name": "Zoe", "email": "new9@x.org"})
    statuses, _ = weekly(service, moved("email", (0, 1), (1, 9)))
    assert statuses[:2] == ["failed", "failed"]
    assert "row 3, which cannot go through itself" in results()[0]["hint"]
    assert "merge the contacts" in results()[1]["hint"]


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
@pytest.mark.parametrize("chain", [CHAIN, [(0, 9), (1, 0), (2, 1), (3, 2)]], ids=["backwards", "forwards"])
def test_an_undo_gives_back_in_whatever_order_it_takes(chain: Sequence[tuple[int, int]], concurrency: int) -> None:
    """What a contact gets back another one has, which gets its own back first, or is removed."""
    with Service(delete="on", usage="on") as service:
        service.invoke(written(export(PEOPLE)), *OPTIONS, "--settle", 0)
        before = held(service, "email")
        people = {**moved("email", *chain), 7: ("New", PEOPLE[4][1], "", "C7")}
        people[4] = ("Person", "gone4@x.org", *PEOPLE[4][2:])
        statuses, _ = weekly(service, people)
        assert Counter(statuses) == {"updated": 5, "created": 1}
        (name,) = {folder.name for folder in folders() if (folder / "changes.csv").exists()}
        undone = service.invoke("undo", name, "--yes", "--concurrency", concurrency)
        assert undone.exit_code == 0, undone.output
        assert held(service, "email") == before


@pytest.mark.slow
def test_a_plan_says_that_an_import_tries_the_row_later(service: Service) -> None:
    """It is a conflict of the plan, which does each row by itself."""
    planned = service.invoke("plan", written(export(moved("email", (0, 1), (1, 9)))), *OPTIONS)
    assert [row["action"] for row in results(name="plan.csv")][:2] == ["conflict", "update"]
    assert f"row 3 is to change the email of contact {service.stored['C1']}" in planned.stdout


def test_a_plan_sees_a_chain_to_its_end() -> None:
    """A row that is free will give up its own value; one in a circle will not."""
    world = World({"3": (0, 9)})
    for number, (person, holder) in enumerate([("1", "2"), ("2", "3"), ("5", "6"), ("6", "5")], start=2):
        world.handovers.take(due(number), taken(holder, person)._replace(status=Status.CONFLICT))
    world.handovers.foresee()
    told = {number: sentence(outcome.hint) for number, outcome in world.settled.items()}
    assert "row 3 is to change the email of contact 2: an import without --plan" in told[2]
    assert "row 9 is to change the email of contact 3" in told[3]
    assert ["exchange" in told[number] for number in (4, 5)] == [True, True]


@pytest.mark.slow
def test_without_updates_nobody_gives_anything_up(service: Service) -> None:
    """What is taken is told as ever."""
    service.invoke(written(export(moved("email", (0, 1), (1, 9)))), *OPTIONS[:-1], "skip")
    assert "merge the contacts" in results()[0]["hint"]


# -- the waiting itself ------------------------------------------------------------------------------------------------


def taken(contact_id: str, person: str = "") -> Outcome:
    hint = (Message("a remark"), Message("merge"))
    return Outcome(Status.FAILED, None, "taken", hint=hint, conflict=Conflict(person, (Holding(contact_id, "email"),)))


def due(number: int) -> Due:
    return Due(number, Contact(name="Ann", email=f"a{number}@x.org"), b"f")


class World:
    """Which contacts gave up their email, and what becomes of rows that are tried again."""

    def __init__(self, given: Mapping[str, RowKey]) -> None:
        self.given = {Holding(contact_id, "email"): key for contact_id, key in given.items()}
        self.tried: list[tuple[int, str | None]] = []
        self.settled: dict[int, Outcome] = {}
        self.stop = Sleeper()
        self.handovers = Handovers(Hands(lambda _: self.given, self.settle), updates=True)

    def settle(self, row: Due, outcome: Outcome) -> None:
        self.settled[row.number] = outcome

    async def again(self, rows: Sequence[Due]) -> None:
        """It stays taken by contact 1."""
        for row in rows:
            self.tried.append((row.number, row.known_id))
            assert self.handovers.take(row, taken("1"))


def test_a_row_is_tried_at_once_and_a_little_later_and_no_more() -> None:
    """By its own contact, if that is known; then it is told that the other row has changed it."""
    world = World({"1": (0, 3)})
    world.handovers.take(due(2), taken("1", "7"))
    asyncio.run(world.handovers.settle(world.stop, world.again))
    assert world.tried == [(2, "7"), (2, "7")]
    assert world.stop.slept == [LOOK_AGAIN_S]
    assert (
        sentence(world.settled[2].hint)
        == "a remark; row 3 has changed the email of contact 1: run the same command again"
    )


def test_a_row_that_nobody_gives_way_to_costs_nothing_more() -> None:
    """Its outcome is as it was."""
    world = World({})
    world.handovers.take(due(2), taken("1"))
    asyncio.run(world.handovers.settle(world.stop, world.again))
    assert (world.tried, world.settled) == ([], {2: taken("1")})


def test_a_stop_settles_the_rows_that_wait() -> None:
    """As they are."""
    world = World({"1": (0, 3)})
    world.handovers.take(due(2), taken("1"))
    world.stop.request()
    asyncio.run(world.handovers.settle(world.stop, world.again))
    assert (world.tried, world.settled) == ([], {2: taken("1")})


@pytest.mark.slow
def test_so_many_rows_wait_and_no_more() -> None:
    """Memory does not grow with the file."""
    world = World({})
    assert all(world.handovers.take(due(number), taken("1")) for number in range(MOST_WAITING))
    assert not world.handovers.take(due(MOST_WAITING), taken("1"))
    assert not world.handovers.take(due(1), Outcome(Status.FAILED, None, "rejected"))


def test_a_circle_of_three_is_an_exchange() -> None:
    """And a row that waits for somebody in a circle is none."""
    world = World({})
    for number, (person, holder) in enumerate([("1", "2"), ("2", "3"), ("3", "1"), ("4", "1")], start=2):
        world.handovers.take(due(number), taken(holder, person))
    world.handovers.release()
    told = {number: sentence(outcome.hint) for number, outcome in world.settled.items()}
    assert ["exchange" in told[number] for number in (2, 3, 4, 5)] == [True, True, True, False]
    assert "contact 1 is that of row 2, which cannot go through itself" in told[5]
    assert [told[number].partition(" exchange their email")[0].rpartition("; ")[2] for number in (2, 3, 4)] == [
        "this row and rows 3, 4",
        "this row and rows 4, 2",
        "this row and rows 2, 3",
    ]
