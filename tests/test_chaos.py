"""Nothing lost, nothing twice: real processes, real kills, real time. The engine and its use by hand: ``chaos.py``."""

import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.support.chaos import (
    KEYS,
    MIXES,
    WEEKLY,
    WEEKS,
    Line,
    Runs,
    Server,
    Sheet,
    Week,
    audit,
    people,
    phase_of_death,
    run,
    stored_long_ago,
)

ROWS, KILLS = 400, 8


@pytest.mark.chaos
@pytest.mark.parametrize(
    "mix",
    [
        "lost answers",
        "everything",
        "rate limit",
        "beyond the documented",
        "late and lagging",
        "lies about ids",
        "stale answers",
        "stale and lagging",
        "everything and lies",
    ],
)
def test_killed_at_random_moments_nothing_is_lost_and_nothing_twice(mix: str, tmp_path: Path) -> None:
    """kill -9, signals and edits between, whatever the server does: in the end the file, results and server agree.

    ``CHAOS_SEED`` repeats a failure's rows, edits, faults and plan of kills.
    """
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(2**32))
    report = run(tmp_path, rows=ROWS, kills=KILLS, seed=seed, mix=mix)
    sys.stdout.write(f"{report}\n")
    assert not report.problems, f"CHAOS_SEED={seed}\n{report}"
    assert report.kills == KILLS, f"CHAOS_SEED={seed}\n{report}"


FIELDS = {"name": "New {n}", "email": "n{n}@x.org", "phone_number": "+49151{n:08}", "identifier": "C{n}"}


@pytest.mark.chaos
@pytest.mark.parametrize(("mix", "by_plan"), [("lost answers", True), ("late and replacing", False)], ids=WEEKS)
def test_a_plan_an_update_run_and_an_undo_that_are_killed(mix: str, by_plan: bool, tmp_path: Path) -> None:
    """kill -9 and Ctrl-C in the middle of each: a plan writes nothing, an update run arrives once and forgets no value
    that was there, and after the undo all is as before; whom only a search named is kept, and told.

    ``CHAOS_SEED`` repeats a failure.
    """
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(2**32))
    told = f"CHAOS_SEED={seed}, {tmp_path}"
    with Server(WEEKS[mix], seed) as server:
        week = Week(tmp_path, server, seed, 160)
        before = week.contacts()

        week.phase(3, "plan", *WEEKLY)
        assert week.contacts() == before, told
        planned = week.lines("plan")[-1]
        assert {int(line["row"]) for line in planned} == {*range(2, week.rows + 2)}, told
        actions = {(line["row"], line["action"]) for line in planned}
        assert Counter(action for _, action in actions) == {"update": week.rows // 2, "create": week.rows // 2}, told

        options = ("--plan", week.names("plan")[0]) if by_plan else ()
        week.phase(4, *WEEKLY, *options)
        imported = week.contacts()
        for n in range(week.rows):
            (contact,) = (one for one in imported.values() if one["identifier"] == f"C{n}")
            assert {field: contact[field] for field in FIELDS} == {
                field: value.format(n=n) for field, value in FIELDS.items()
            }, told
        assert len(imported) == len(before) + week.rows // 2, told
        was: dict[tuple[str, str], str] = {}
        for line in chain.from_iterable(week.lines("changes")):
            was.setdefault((line["contact_id"], line["field"]), line["before"])
        names = {contact_id: before[contact_id]["name"] for contact_id, field in was if field == "name"}
        assert {key: value for key, value in was.items() if key[1] == "name"} == {
            (contact_id, "name"): name for contact_id, name in names.items()
        }, told
        assert len(names) == week.rows // 2, told

        for run_id in week.names("import"):
            week.phase(2, "undo", run_id, "--yes", ends=(0, 1))
        after = week.contacts()
        kept = {line["contact_id"] for lines in week.lines("undo") for line in lines if line["status"] == "kept"}
    assert {one: after.get(one) for one in before} == before, told
    created = after.keys() - before.keys()
    assert created <= kept, told
    assert {one: after[one] for one in created} == {one: imported[one] for one in created}, told
    assert week.kills >= 3, told
    assert len(created) < week.rows // 3, told
    assert not week.tracebacks, told


# -- the audit sees what it is there for -----------------------------------------------------------------------------

LINES = [
    Line(("Ann", "Ann@x.example", "+8613800000001", "C-1", "Firm", "", "7"), 1),
    Line(("Bob", "", "", "C-2", "", "", ""), 2),
    Line(("Ann", "Ann@x.example", "+8613800000001", "C-1", "Firm", "", "7"), 1),
    Line(("Kim", "", "", "", "", "", ""), 3, "keyless"),
    Line(("Eve", "eve@", "", "", "", "", ""), 4, "invalid"),
    Line(("Tom", "tom@x.example", "+8613800000005", "", "", "", ""), 5, partial=True),
    Line(("Old", "old@x.example", "", "C-6", "Firm", "", ""), 6, "aged"),
]
AGED = 99
NO_ERROR = {"error_code": "", "error": ""}


def contact(number: int, line: Line) -> dict[str, Any]:
    """The line as the server stores it."""
    company, city, age = line.cells[4:]
    additional = {"company_name": company, "city": city}
    return {
        "id": number,
        "name": line.cells[0],
        **dict.fromkeys(KEYS),
        **line.keys,
        "additional_attributes": {name: value for name, value in additional.items() if value},
        "custom_attributes": {"age": age} if age else {},
    }


class World:
    """A file, its results and its server, all in order; a test spoils one thing."""

    def __init__(self) -> None:
        self.aged = [{**contact(AGED, LINES[6]), "name": "Formerly Old", "additional_attributes": {}}]
        self.contacts = [*(contact(100 + n, LINES[n]) for n in (0, 1, 3, 5)), dict(self.aged[0])]
        told = [("created", "100"), ("unchanged", "101"), ("duplicate", ""), ("created", "103")]
        told += [("invalid", ""), ("exists", "105"), ("exists", "99")]
        self.results = [
            {"row": str(n), "name": line.cells[0], "status": status, "contact_id": contact_id, **NO_ERROR}
            for n, (line, (status, contact_id)) in enumerate(zip(LINES, told, strict=True), start=2)
        ]

    def spoil(self, row: int, **values: str) -> None:
        """Put other words into one result."""
        self.results[row] |= values

    def swap(self, one: int, other: int) -> None:
        """Give two results each other's id."""
        ids = [self.results[row]["contact_id"] for row in (one, other)]
        self.results[other]["contact_id"], self.results[one]["contact_id"] = ids

    def stored(self, place: int, **values: object) -> None:
        """Change one stored contact."""
        self.contacts[place] |= values

    def doubled(self, row: int, ids: str) -> None:
        """Tell of a row that the server has it twice."""
        self.spoil(row, status="unknown", contact_id="", error_code="doubled", error=f"twice, as contacts {ids}")

    def problems(self) -> list[str]:
        """What the audit says."""
        return audit(LINES, self.results, self.contacts, self.aged)

    def extra(self, number: int, line: Line) -> None:
        """Store one more contact."""
        self.contacts.append(contact(number, line))


def test_the_audit_has_nothing_against_a_world_in_order() -> None:
    """A keyless row may be unknown too, whether the server has it or not."""
    world = World()
    assert world.problems() == []
    world.spoil(3, status="unknown", contact_id="")
    assert world.problems() == []
    del world.contacts[2]
    assert world.problems() == []


def test_the_audit_knows_a_person_who_is_there_twice_and_told() -> None:
    """Both ids stand in the row's error, and both contacts are the row's; attributes may be missing if it says so."""
    world = World()
    world.extra(106, LINES[1])
    world.doubled(1, "101 and 106")
    assert world.problems() == []
    world.spoil(0, status="failed", error_code="attributes_failed")
    world.stored(0, custom_attributes={})
    assert world.problems() == []


SPOILT: dict[str, Callable[[World], object]] = {
    "a row is lost": lambda world: world.results.pop(),
    "a row is there twice": lambda world: world.results.append(world.results[1]),
    "rows changed places": lambda world: world.results.reverse(),
    "two ids are swapped": lambda world: world.swap(0, 1),
    "an id is nobody's": lambda world: world.spoil(1, contact_id="999"),
    "an id is missing": lambda world: world.spoil(1, contact_id=""),
    "a row failed": lambda world: world.spoil(1, status="failed", contact_id=""),
    "a row with a key is unknown": lambda world: world.spoil(1, status="unknown", contact_id=""),
    "a duplicate was sent": lambda world: world.spoil(2, status="created", contact_id="100"),
    "an invalid row was sent": lambda world: world.extra(106, replace(LINES[1], cells=("Eve", "eve@", *[""] * 5))),
    "a value is held twice": lambda world: world.extra(106, LINES[1]),
    "a person is not on the server": lambda world: world.contacts.pop(1),
    "the server has a stranger": lambda world: world.extra(106, Line(("Joe", "", "", "C-9", "", "", ""), 9)),
    "a double is told of others": lambda world: world.doubled(1, "100 and 101"),
    "a double is told that is none": lambda world: world.doubled(1, "101"),
    "who was there before was changed": lambda world: world.stored(4, additional_attributes={"company_name": "Firm"}),
    "who was there before is gone": lambda world: world.contacts.pop(4),
    "who was there before is created": lambda world: world.spoil(6, status="created"),
    "who was there before is there twice": lambda world: world.extra(106, LINES[6]),
    "a row met somebody who was there before": lambda world: world.spoil(1, contact_id=str(AGED)),
    "attributes failed, and the id is another's": lambda world: world.spoil(
        0, status="failed", error_code="attributes_failed", contact_id="101"
    ),
    "a keyless row was sent twice": lambda world: world.extra(106, LINES[3]),
    "attributes are missing": lambda world: world.stored(0, custom_attributes={}),
    "an email is another one": lambda world: world.stored(0, email="bob@x.example"),
    "a partial row met somebody else": lambda world: world.stored(3, phone_number="+8613800000009"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_audit_notices(spoil: Callable[[World], object]) -> None:
    """Each kind of loss, doubling and mix-up, alone."""
    world = World()
    spoil(world)
    assert world.problems()


@pytest.mark.slow
def test_a_file_has_rows_of_every_sort_and_edits_lose_none(tmp_path: Path) -> None:
    """Rows change places and come late, a borrower stays behind its owner, and in the end all are there."""
    dice = random.Random(1)
    lines = people(400, dice)
    assert {line.fate for line in lines} == {"contact", "keyless", "invalid"}
    assert {len(line.keys) for line in lines if line.fate == "contact"} == {1, 2, 3}
    assert any(line.partial for line in lines)
    sheet = Sheet(tmp_path / "contacts.csv", lines, dice, edits=3)
    early = list(sheet.lines)
    sheet.edit()
    assert [line for line in sheet.lines if line in early] != early
    sheet.complete()
    assert sorted(line.cells for line in sheet.lines) == sorted(line.cells for line in lines)
    place = {line.person: n for n, line in enumerate(sheet.lines) if line.after is None}
    borrowers = [(n, line.after) for n, line in enumerate(sheet.lines) if line.after is not None]
    assert borrowers
    assert all(place[owner] < n for n, owner in borrowers)


@pytest.mark.parametrize(
    ("after", "worked", "files", "phase"),
    [
        (Runs(("a",)), False, ["a"], "starting"),
        (Runs(("a",)), True, ["a"], "staging"),
        (Runs(("a",)), True, [], "repairing"),
        (Runs(("a", "b"), closed=False, open_rows=3), True, ["a"], "sending"),
        (Runs(("a", "b"), closed=False), True, ["a"], "closing"),
        (Runs(("a", "b")), True, ["a"], "reporting"),
        (Runs(("a", "b")), True, ["a", "b"], "ending"),
    ],
)
def test_the_stage_of_a_death_is_read_from_the_disk(
    after: Runs, worked: bool, files: list[str], phase: str, tmp_path: Path
) -> None:
    """From the ledger's newest run and the last file of its folder."""
    for name in files:
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").touch()
    assert phase_of_death(tmp_path, Runs(("a",)), after, worked) == phase


def test_people_who_were_there_before_have_other_data_and_one_of_their_keys() -> None:
    """Every one differs from its row, in attributes at least; a server of shared phones gets no parts of one phone."""
    mix = MIXES["late and lagging"]
    lines = people(400, random.Random(1), mix)
    aged = stored_long_ago(lines, random.Random(2))
    by_email = {body["email"]: body for body in aged}
    rows = {line.person: line for line in lines if line.fate == "aged"}
    assert len(aged) == len(rows) == len(by_email) > 10
    assert {by_email[line.keys["email"]].get("name") == line.cells[0] for line in rows.values()} == {True, False}
    assert not any("additional_attributes" in body for body in aged)
    parts = [line for line in lines if line.partial and line.fate == "contact"]
    assert parts
    assert all("identifier" in line.keys for line in parts)
    assert (mix.late_s, mix.restless) == (1.2, False)
    assert not any(line.fate == "aged" for line in people(400, random.Random(1)))


def test_the_settle_time_of_a_mix_is_longer_than_its_server_is_late() -> None:
    """Else people would be there twice, and rightly so."""
    for mix in MIXES.values():
        settle = re.search(r"--settle (\d+)", mix.options)
        assert mix.late_s < (float(settle[1]) if settle else 1.0)
