"""What becomes of a row: every fault, at every moment at which it can strike, with a key to search by and without."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import Enum
from itertools import product
from typing import Any, Final

import pytest

from importer.livedesk.contact import Contact
from importer.livedesk.responses import Failure, Reply
from importer.models import Json, Outcome, Status
from importer.sandbox.faults import Fault, Faults
from importer.sandbox.server import SandboxSettings
from tests.support.desk import ANN, KIM, Desk, play


class Unsent(Enum):
    """What keeps a request from being carried out, and says so."""

    REFUSED = "connection refused"
    BUSY = "429"


class Strikes(Enum):
    """When: the requests that meet the fault. A search is made because the create's answer was lost."""

    CREATE = "the create, once"
    CREATES = "every create"
    SEARCH = "the search, once"
    SEARCHES = "every search"
    PATCH = "the attributes, once"
    PATCHES = "the attributes, every time"


REPLIES: Final = {Unsent.REFUSED: Reply(failure=Failure.NOT_REACHED, text="refused"), Unsent.BUSY: Reply(429)}
METHODS: Final = {
    Strikes.CREATE: "POST",
    Strikes.CREATES: "POST",
    Strikes.SEARCH: "GET",
    Strikes.SEARCHES: "GET",
    Strikes.PATCH: "PATCH",
    Strikes.PATCHES: "PATCH",
}
FOR_EVER: Final = 10_000
OTTO: Final[dict[str, Json]] = {"inbox_id": 407, "name": "Otto", "email": "otto@x.org"}
SETTINGS: Final = SandboxSettings(faults=Faults(refuse_status=503, refuse_wait_s=1, seed=1))

C, F, U, N = Status.CREATED, Status.FAILED, Status.UNKNOWN, Status.NOT_SENT
TABLE: Final[dict[Fault | Unsent, tuple[str, str]]] = {
    # With a key, and without, a letter for each moment in the order of Strikes.
    Fault.ERROR_BEFORE: ("CFCUCF", "UUUUCF"),
    Fault.ERROR_AFTER: ("CCCUCF", "UUUUCF"),
    Fault.DROP_BEFORE: ("CFCUCF", "UUUUCF"),
    Fault.DROP_AFTER: ("CCCUCF", "UUUUCF"),
    Fault.HANG_AFTER: ("CCCUCF", "UUUUCF"),
    Fault.HTML_AFTER: ("CCCUCF", "UUUUCF"),
    # Of creates, whose other moments are as without a fault. Somebody else is stored, to be answered with.
    Fault.LATE_STORE: ("CCCCCC", "UUUUCC"),
    Fault.ANSWER_OTHER: ("CCCCCC", "UUUUCC"),
    Fault.STALE_ANSWER: ("CCCCCC", "CCUUCC"),
    Fault.REFUSE_AFTER: ("CCCUCF", "UUUUCF"),
    Fault.REDIRECT_AFTER: ("UUUUFF", "UUUUFF"),
    Unsent.REFUSED: ("CNCUCF", "CNUUCF"),
    # With a key a refusal is no proof that nothing was stored, and the run stops before the search can tell.
    Fault.REFUSE_BEFORE: ("CUCUCF", "UUUUCF"),
    Unsent.BUSY: ("CUCUCF", "CNUUCF"),
}
OF_TWO_ROWS: Final = {Fault.REPEAT_ID}
"""What one row alone cannot tell from a proper answer."""

STATUSES: Final = {"C": C, "F": F, "U": U, "N": N}

CELLS: Final = [
    pytest.param(
        *(fault, strikes, keyed, STATUSES[TABLE[fault][0 if keyed else 1][place]]),
        id=f"{fault.value}, {strikes.value}, {'a key' if keyed else 'no key'}",
    )
    for (fault, keyed), (place, strikes) in product(product(TABLE, (True, False)), enumerate(Strikes))
]


def strike(desk: Desk, fault: Fault | Unsent, strikes: Strikes) -> None:
    """Plan the fault; a search has a lost answer before it."""
    times = FOR_EVER if strikes in (Strikes.CREATES, Strikes.SEARCHES, Strikes.PATCHES) else 1
    struck = METHODS[strikes]
    faults = {struck: [fault] * times}
    if struck == "GET":
        faults["POST"] = [Fault.DROP_AFTER]
    planned = {name: [each if isinstance(each, Fault) else None for each in line] for name, line in faults.items()}
    desk.sandbox.dice.fault = lambda method: planned[method].pop(0) if planned.get(method) else None  # type: ignore[method-assign]
    if isinstance(fault, Unsent):
        name = {"POST": "create", "GET": "search", "PATCH": "update"}[struck]
        setattr(desk.client, name, unsent(getattr(desk.client, name), REPLIES[fault], times))


def unsent(request: Callable[..., Awaitable[Reply]], reply: Reply, times: int) -> Callable[..., Awaitable[Reply]]:
    """A request that is not carried out so many times."""
    left = iter(range(times))

    async def instead(*arguments: Any, **options: Any) -> Reply:
        return reply if next(left, None) is not None else await request(*arguments, **options)

    return instead


def row(keyed: bool, strikes: Strikes) -> Contact:
    """Somebody, with attributes where those are what is struck."""
    contact = ANN if keyed else KIM
    struck = strikes in (Strikes.PATCH, Strikes.PATCHES)
    return replace(contact, attributes={"additional_attributes.city": "Bonn"}) if struck else contact


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "strikes", "keyed", "status"), CELLS)
def test_every_fault_at_every_moment(fault: Fault | Unsent, strikes: Strikes, keyed: bool, status: Status) -> None:
    """Created where it is certain, sent again only where it was not stored, unknown where nobody can tell."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.fill([OTTO])
        strike(desk, fault, strikes)
        return await desk.settle(row(keyed, strikes))

    outcome, opened = play(scene, settings=SETTINGS, timeout_s=0.2 if fault is Fault.HANG_AFTER else 5)
    stored = opened.sandbox.contacts[1:]
    assert outcome.status is status
    assert len(stored) <= 1
    if status is Status.CREATED:
        assert [str(contact["id"]) for contact in stored] == [outcome.contact_id]
    if status is Status.NOT_SENT or (status is Status.FAILED and outcome.error_code != "attributes_failed"):
        assert stored == []


def test_the_table_has_every_fault() -> None:
    """A fault that the sandbox learns is to be thought through here."""
    assert set(TABLE) | OF_TWO_ROWS == {*Fault, *Unsent}
    assert {len(line) for lines in TABLE.values() for line in lines} == {len(Strikes)}
