"""Ids that rise: one below all of a session's names a contact from before, and is no proof."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.records import RowKey
from importer.models import Json
from importer.sandbox.documented import Response
from importer.sender.evidence import Evidence
from tests.support.service import Service, results, written

IN_FLIGHT = 10
ENOUGH = 30
"""After so many ids it is known whether they rise."""


def claimed(evidence: Evidence, ids: Sequence[object], first: int = 1) -> list[bool]:
    """Whether each of these ids is believed, as answers give them to one row after the other."""
    return [evidence.claim(str(each), (1, row), b"%d" % row) for row, each in enumerate(ids, start=first)]


def test_an_id_below_all_is_not_believed() -> None:
    """As soon as enough ids have risen; the next ones of the session are."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    assert all(claimed(evidence, range(1000, 1000 + ENOUGH)))
    assert claimed(evidence, [999, 5, 1000 + ENOUGH], ENOUGH + 1) == [False, False, True]


def test_a_search_proves_the_lowest_at_once() -> None:
    """An update may go to an id that an answer named, so the first proof counts."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    assert evidence.claim("1000", (1, 1), b"1", found=True)
    assert claimed(evidence, [1001, 900], 2) == [True, False]


def test_an_id_that_is_not_believed_is_nobodys() -> None:
    """The row whose id it is may still claim it, once a search has proved it."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    claimed(evidence, range(1000, 1000 + ENOUGH))
    assert claimed(evidence, [7], 50) == [False]
    assert evidence.claim("7", (1, 51), b"51", found=True)
    assert evidence.take_disputed() == set()


def test_what_was_in_flight_together_may_come_in_any_order() -> None:
    """The first request may have the last answer."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    assert evidence.claim("1009", (1, 1), b"1", found=True)
    assert all(claimed(evidence, [*range(1008, 999, -1), *range(1010, 1100)], 2))
    assert claimed(evidence, [999], 200) == [False]


def test_an_answer_that_is_far_behind_later_ones_is_not_low() -> None:
    """Its request left first, and a busy server answered it last: more have passed it than are in flight at a time."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    assert evidence.rising.known == 0
    for row, each in enumerate(range(1001, 1001 + ENOUGH - 1), start=2):
        assert evidence.claim(str(each), (1, row), b"%d" % row, after=max(0, evidence.rising.known - IN_FLIGHT + 1))
    assert evidence.claim("1000", (1, 1), b"1", after=0)
    assert evidence.take_disputed() == set()
    assert claimed(evidence, [999], 90) == [False]


def test_an_early_id_from_before_is_disputed_whenever_its_request_left() -> None:
    """It is below one that was known by then."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    for row, each in enumerate([*range(1000, 1000 + ENOUGH - 1), 7], start=1):
        assert evidence.claim(str(each), (1, row), b"%d" % row, after=evidence.rising.known)
    assert evidence.take_disputed() == {(1, ENOUGH)}


def test_a_low_id_that_a_search_proves_ends_the_rule() -> None:
    """Ids do not rise there."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    claimed(evidence, range(1000, 1000 + ENOUGH))
    assert evidence.claim("500", (1, 90), b"90", found=True)
    assert claimed(evidence, [400, 1], 91) == [True, True]


def test_a_proved_id_that_is_a_little_lower_lowers_the_bound() -> None:
    """Its answer got lost: it was in flight with the others."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    claimed(evidence, range(1000, 1000 + ENOUGH))
    assert evidence.claim("995", (1, 90), b"90", found=True)
    assert claimed(evidence, [996, 994], 91) == [True, False]


@pytest.mark.parametrize(
    "ids",
    [
        [f"c{number:04}" for number in range(3000, 0, -1)],
        [connection * 10**7 + ordinal for ordinal in range(1, 300) for connection in range(1, 11)],
        list(range(9000, 1, -3)),
    ],
    ids=["tokens", "by connection", "falling"],
)
def test_ids_that_do_not_rise_are_believed(ids: Sequence[object]) -> None:
    """All of them: a doubt about each row would cost three requests."""
    assert all(claimed(Evidence(in_flight=IN_FLIGHT), ids))


def test_low_ones_among_the_first_are_disputed() -> None:
    """They were believed before it was known that ids rise; a search is to find their rows' own."""
    evidence = Evidence(in_flight=IN_FLIGHT)
    ids = [*range(1000, 1000 + ENOUGH)]
    ids[15] = 7
    assert all(claimed(evidence, ids))
    assert evidence.take_disputed() == {(1, 16)}
    assert claimed(evidence, [8], 90) == [False]


@pytest.mark.slow
@given(st.integers(1, 20), st.data())
def test_ids_that_rise_are_believed_in_whatever_order_their_answers_come(in_flight: int, data: st.DataObject) -> None:
    """Each request leaves when one of those in flight has its answer, and other people create contacts in between."""
    evidence, number, waiting = Evidence(in_flight=in_flight), 1000, []
    rows: list[RowKey] = [(1, row) for row in range(1, 100)]
    pending: list[int] = []
    for row in rows:
        if len(pending) == in_flight:
            place = data.draw(st.integers(0, in_flight - 1)) if row[1] > 4 * in_flight else 0
            waiting.append(pending.pop(place))
        number += 1 + (data.draw(st.integers(0, 50)) if row[1] > in_flight else 0)
        pending.append(number)
    assert all(claimed(evidence, [*waiting, *pending]))


# -- a whole run -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("create_attributes", ["refused", "stored"])
def test_no_answer_that_names_an_old_contact_changes_it_or_is_believed(create_attributes: str) -> None:
    """Some answers show the row's own values under an earlier contact's id; the old ones were not touched."""
    lines = [f"Person {n},p{n}@example.com,C{n},Bonn\n" for n in range(120)]
    path = written("Name,Email,Customer ID,City\n" + "".join(lines))
    with Service(create_attributes=create_attributes) as service:
        account = service.sandbox.account
        account.fill([{"inbox_id": 407, "name": f"Old {n}", "email": f"old{n}@example.com"} for n in range(500)], 1e6)
        spoiled = {f"p{n}@example.com" for n in range(50, 120, 7)}
        create, old_ids = account.create, cycle(contact["id"] for contact in service.sandbox.contacts)

        def mistaken(body: Mapping[str, Json]) -> Response:
            answer = deepcopy(create(body))
            if answer.status == 200 and body["email"] in spoiled:
                answer.body["payload"]["contact"]["id"] = next(old_ids)  # type: ignore[index, call-overload]
            return answer

        account.create = mistaken  # type: ignore[method-assign]
        done = service.invoke(path, "--inbox", 407, "--settle", 0.3)
        assert done.exit_code == 0, done.stderr
        old, new = service.sandbox.contacts[:500], service.sandbox.contacts[500:]
        assert all(not contact["additional_attributes"] for contact in old)
        assert all(contact["additional_attributes"] == {"city": "Bonn"} for contact in new)
        ids = {contact["email"]: str(contact["id"]) for contact in new}
        assert [row["contact_id"] for row in results()] == [ids[f"p{n}@example.com"] for n in range(120)]
