"""What changed between two runs: rows are matched as people, and everything adds up."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.history.comparison import ChangedRow, Comparison, Errors, Side, compare
from importer.history.comparison_words import EXAMPLES, as_words, changes_json
from importer.history.pairing import understood
from importer.ledger.known_contacts import fingerprint
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import FINE, CellError, Outcome, Status
from tests.support.runs import RUN

AGAIN = replace(RUN, id="errors-20260118-081530", file="errors.csv", started_at="2026-01-18T08:15:30.000+00:00")


def person(number: int, status: Status = Status.CREATED, **fields: Any) -> LedgerRow:
    """A row that was read: its fingerprint is that of its data."""
    contact = Contact(**fields)
    key = None if status is Status.DUPLICATE else fingerprint(RUN.base_url, contact.known_by)
    code = "" if status in FINE else "timeout"
    return LedgerRow(number, (), contact, Outcome(status, error_code=code), key)


def refused(number: int, flawed: str = "", code: str = "bad", **fields: Any) -> LedgerRow:
    """A row with its cells as they were; ``flawed`` is the field that its error is about."""
    flaws = (CellError((Message("wrong"),), flawed),) if flawed else ()
    return LedgerRow(number, (), Contact(**fields), Outcome(Status.INVALID, error_code=code, flaws=flaws))


def compared(
    before: Sequence[LedgerRow], after: Sequence[LedgerRow], one: Run = RUN, other: Run = AGAIN, examples: int = 100
) -> Comparison:
    return compare(Side(one, before), Side(other, after), examples)


ANN: dict[str, Any] = {"name": "Ann", "email": "ann@x.org", "phone_number": "+4930123456", "identifier": "C1"}

MATCHES = [
    ("the same data", person(2, **ANN), person(9, **ANN), True),
    (
        "identifier, all else differs",
        person(2, identifier="C1", email="a@x.org"),
        person(9, identifier="C1", email="b@x.org"),
        True,
    ),
    ("email, without case", person(2, email="Ann@X.org"), person(9, email="ann@x.ORG", name="Ann"), True),
    ("email, an identifier in one", person(2, email="a@x.org"), person(9, email="a@x.org", identifier="C1"), True),
    (
        "email, but other identifiers",
        person(2, email="a@x.org", identifier="C2"),
        person(9, email="a@x.org", identifier="C1"),
        False,
    ),
    (
        "email, another phone number",
        person(2, email="a@x.org", phone_number="+861"),
        person(9, email="a@x.org", phone_number="+862"),
        True,
    ),
    ("phone number", person(2, phone_number="+861", name="Ann"), person(9, phone_number="+861", name="Anna"), True),
    (
        "phone number, but other emails",
        person(2, phone_number="+861", email="a@x.org"),
        person(9, phone_number="+861", email="b@x.org"),
        False,
    ),
    (
        "phone number, what else they have differs in kind",
        person(2, phone_number="+861", email="a@x.org"),
        person(9, phone_number="+861", identifier="C1"),
        True,
    ),
    ("name, no keys", person(2, name="Ann Lee", avatar_url="https://x.org/1"), person(9, name="ann  lee"), True),
    ("name, keys in one", person(2, name="Ann"), person(9, name="Ann", email="a@x.org"), True),
    ("name, keys in both", person(2, name="Ann", phone_number="+861"), person(9, name="Ann", email="a@x.org"), False),
    ("nothing", person(2, name="Ann"), person(9, name="Bob"), False),
    (
        "a corrected email, known by the identifier",
        refused(2, "email", email="bob@", identifier="C1"),
        person(9, email="bob@x.org", identifier="C1"),
        True,
    ),
    (
        "a corrected email, known by the name",
        refused(2, "email", email="bob@", name="Bob"),
        person(9, email="bob@x.org", name="Bob"),
        True,
    ),
    (
        "an identifier that lost digits is none",
        refused(2, "identifier", identifier="4.4E+17", name="Kim"),
        person(9, identifier="4.4E+17", name="Lee"),
        False,
    ),
    (
        "a refused row's phone number as it would be read",
        refused(2, "email", email="x", phone_number="0049 30 123456"),
        person(9, phone_number="+4930123456"),
        True,
    ),
    (
        "a refused row as it was",
        refused(2, "email", email="x", name="Kim"),
        refused(9, "email", email="x", name="Kim"),
        True,
    ),
    (
        "a value that is another person's",
        refused(2, "email", email="a@x.org", name="Bob"),
        person(9, email="a@x.org", name="Ann"),
        False,
    ),
    ("an empty row as it was", refused(2), refused(9), True),
]


@pytest.mark.parametrize(("before", "after", "same"), [case[1:] for case in MATCHES], ids=[case[0] for case in MATCHES])
def test_who_is_the_same_person(before: LedgerRow, after: LedgerRow, same: bool) -> None:
    """What proves most decides: all data, identifier, email, phone number, name; the other way round it is the same."""
    for one, other in ((before, after), (after, before)):
        found = compared([one], [other])
        assert (found.matched, found.gone.count, found.added.count) == ((1, 0, 0) if same else (0, 1, 1))


def matched(before: Sequence[LedgerRow], after: Sequence[LedgerRow]) -> set[tuple[int | None, int | None]]:
    """The numbers of the rows that are paired, or alone."""
    found = compared(before, [replace(row, outcome=Outcome(Status.UPDATED)) for row in after])
    people = (*(one.people for one in found.transitions), found.gone, found.added)
    return {(example.before, example.after) for one in people for example in one.examples}


def test_rows_are_never_matched_by_their_position() -> None:
    """A file that was sorted anew has the same people."""
    before = [person(number, email=f"p{number}@x.org") for number in range(2, 7)]
    after = [replace(row, number=9 - row.number) for row in before]
    assert matched(before, after) == {(number, 9 - number) for number in range(2, 7)}


def test_rows_that_share_a_value_go_with_each_other_in_their_order() -> None:
    """Each once, whatever the order in which they come; who is left over is alone."""
    before = [person(3, name="B", email="a@x.org"), person(2, name="A", email="a@x.org")]
    after = [person(number, name=f"N{number}", email="a@x.org") for number in (9, 7, 8)]
    assert matched(before, after) == {(2, 7), (3, 8), (None, 9)}
    assert matched(before[::-1], after[::-1]) == {(2, 7), (3, 8), (None, 9)}


def test_a_better_proof_goes_before_the_order() -> None:
    """The colleague with the same office phone is not taken for Ann, who stands below."""
    before = [person(2, phone_number="+861", name="Bob"), person(3, phone_number="+861", identifier="C1", name="Ann")]
    after = [person(7, phone_number="+861", identifier="C1", name="Anna"), person(8, phone_number="+861", name="Bo")]
    assert matched(before, after) == {(3, 7), (2, 8)}


@pytest.mark.parametrize("kept", [1, 2], ids=["first", "second"])
def test_a_name_that_two_have_matches_nobody(kept: int) -> None:
    """Two Kims in either run: which one is meant cannot be told."""
    one, two = (
        [person(2, name="Kim", avatar_url="https://x.org/k")],
        [person(4, name="Kim"), person(5, email="k@x.org", name="Kim")],
    )
    found = compared(one, two) if kept == 1 else compared(two, one)
    assert found.matched == 0


def test_what_became_of_rows_is_counted_the_largest_first() -> None:
    """With examples of both numbers and a name, at most so many; rows with the same status are no change."""
    before = [refused(n, "email", email="x", identifier=f"C{n}", name=f"N{n}") for n in range(2, 8)]
    before += [person(8, identifier="C8", status=Status.FAILED), person(9, identifier="C9")]
    after = [person(n + 10, identifier=f"C{n}", email=f"{n}@x.org") for n in range(2, 10)]
    invalid, failed = compared(before, after, examples=2).transitions
    assert (invalid.before, invalid.after, invalid.people.count) == (Status.INVALID, Status.CREATED, 6)
    assert invalid.people.examples == (ChangedRow(2, 12, "C2"), ChangedRow(3, 13, "C3"))
    assert (failed.before, failed.after, failed.people.count) == (Status.FAILED, Status.CREATED, 1)


def test_errors_are_solved_still_there_new_or_without_a_row() -> None:
    """By code; an error that gave way to another is solved, and the other new; a duplicate is no error."""
    before = [
        refused(2, code="bad_email", identifier="C1"),
        refused(3, code="bad_email", identifier="C2"),
        refused(4, code="bad_email", identifier="C3"),
        refused(5, code="bad_email", identifier="C4"),
        person(6, Status.DUPLICATE, identifier="C5"),
    ]
    after = [
        person(2, identifier="C1"),
        refused(3, code="bad_email", identifier="C2", name="B"),
        refused(4, code="bad_phone", identifier="C3"),
        refused(5, code="bad_phone", identifier="C6"),
    ]
    assert compared(before, after).errors == (Errors("bad_email", 2, 1, 0, 1), Errors("bad_phone", 0, 0, 2, 0))


def test_data_that_changed_is_told_field_by_field() -> None:
    """The most frequent first, with the values; attributes and values that came or went are among it."""
    size, kind = "custom_attributes.size", "custom_attributes.kind"
    before = [
        person(2, identifier="C1", name="Ann", attributes={size: 38, kind: "a"}),
        person(3, identifier="C2", name="Bob"),
    ]
    after = [
        person(7, identifier="C1", name="Anna", attributes={size: 39, kind: "a"}),
        person(8, identifier="C2", name="Rob", email="b@x.org"),
    ]
    found = {change.name: change for change in compared(before, after).fields}
    assert [(name, change.count) for name, change in found.items()] == [("name", 2), (size, 1), ("email", 1)]
    assert found["name"].examples == [
        (ChangedRow(2, 7, "Anna"), "Ann", "Anna"),
        (ChangedRow(3, 8, "Rob"), "Bob", "Rob"),
    ]
    assert found[size].examples == [(ChangedRow(2, 7, "Anna"), 38, 39)]
    assert found["email"].examples == [(ChangedRow(3, 8, "Rob"), None, "b@x.org")]


def test_a_corrected_row_shows_its_correction_and_no_more() -> None:
    """What was only written in another way is no change, nor what is not known of a refused row."""
    before = [refused(2, "email", email="bob@", name=" Bob  Ray", phone_number="0049 30 123456", identifier="C1")]
    after = [
        person(2, email="bob@x.org", name="Bob Ray", phone_number="+4930123456", identifier="C1", inbox_id="407",
               attributes={"custom_attributes.size": "38"}),
    ]  # fmt: skip
    (change,) = compared(before, after).fields
    assert (change.name, change.count) == ("email", 1)
    assert (change.examples[0].before, change.examples[0].after) == ("bob@", "bob@x.org")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mapping", "number"),
    [({"Phone": "phone_number"}, "+8613800138000"), ({"Land": "additional_attributes.country"}, None)],
    ids=["the run's", "the row's own is not known"],
)
def test_a_refused_rows_number_is_read_for_the_runs_country(mapping: dict[str, str], number: str | None) -> None:
    """As the run read it, and where that cannot be told it is no key: nothing is guessed."""
    run = replace(RUN, options={"country": "CN"}, mapping=mapping)
    found = compared(
        [refused(2, "email", email="x", phone_number="138 0013 8000")], [person(9, phone_number="+8613800138000")], run
    )
    assert found.matched == (1 if number else 0)


def test_a_row_that_was_read_is_taken_as_it_is() -> None:
    """Its data was normalized before it was staged."""
    row = person(2, name=" as it is ", phone_number="+1")
    assert understood(row).contact is row.contact


def test_settings_and_columns_that_differ_are_told() -> None:
    """Those of one run alone too; inbox, address and folder are told elsewhere."""
    one = replace(
        RUN, options={"country": "CN", "strict": True, "inbox_id": "407"}, mapping={"Name": "name", "A": "email"}
    )
    other = replace(
        AGAIN, options={"country": "DE", "strict": True, "limit": 5}, mapping={"Name": "name", "B": "email"}
    )
    found = compared([], [], one, other)
    assert [tuple(setting) for setting in found.settings] == [("country", "CN", "DE"), ("limit", None, 5)]
    assert [tuple(column) for column in found.columns] == [("A", "email", None), ("B", None, "email")]


FORGOTTEN = replace(RUN, forgotten_at="2026-02-01T00:00:00.000+00:00")


def test_of_a_forgotten_run_people_are_known_by_their_fingerprints_alone() -> None:
    """What has none is nobody's like, no data is called changed, and the words say why."""
    read, bad = person(2, **ANN), refused(3, "email", email="x")
    before = [replace(row, contact=Contact()) for row in (read, bad)]
    found = compared(before, [read, bad, refused(4)], FORGOTTEN)
    assert (found.matched, found.gone.count, found.added.count, found.fields) == (1, 1, 2, ())
    assert "is erased" in as_words(found)
    assert "is erased" not in as_words(compared([], []))


def test_a_forgotten_run_is_the_same_as_itself() -> None:
    """Though its refused rows say nothing that could be compared."""
    rows = [replace(row, contact=Contact()) for row in (person(2, **ANN), refused(3), refused(4))]
    found = compared(rows, rows, FORGOTTEN, FORGOTTEN)
    assert (found.matched, found.gone.count, found.added.count) == (3, 0, 0)


def test_words_show_hostile_values_as_their_escapes() -> None:
    """A name, a file, an option and a column of a stranger command no terminal."""
    evil = "a\x1b[2J\u202eb\n"
    one = replace(RUN, file=evil, id=evil, options={"set": {"name": evil}}, mapping={evil: "name"})
    before = [person(2, identifier="C1", name=evil), person(3, name=evil + "x")]
    words = as_words(compared(before, [person(2, identifier="C1", name="Ann")], one))
    assert all(line.isprintable() for line in words.split("\n"))
    assert words.count("\\u001b[2J\\u202e") == 6


def test_words_tell_it_all_in_order() -> None:
    """The runs, settings, counts, people, outcomes, errors, data, and who is in one run alone."""
    before = [
        refused(2, "email", "bad_email", email="bob@", name="Bob", identifier="C1"),
        person(3, email="a@x.org", name="Ann"),
    ]
    after = [person(2, email="bob@x.org", name="Bob", identifier="C1"), person(9, name="Cy")]
    changed = replace(AGAIN, options={"on_duplicate": "update"})
    found = compared(before, after, replace(RUN, options={}), changed, EXAMPLES)
    assert as_words(found, UTC).splitlines() == [
        "        RUN                       FILE          WHEN              INBOX  ADDRESS",
        "before  contacts-20260117-081530  contacts.csv  2026-01-17 08:15  407    https://livedesk.example",
        "after   errors-20260118-081530    errors.csv    2026-01-18 08:15  407    https://livedesk.example",
        "",
        "Settings that differ",
        "  --on-duplicate: default (skip) -> update",
        "",
        "STATUS   BEFORE  AFTER  DIFFERENCE",
        "created       1      2          +1",
        "invalid       1      0          -1",
        "rows          2      2           0",
        "",
        "1 row in both runs, 1 with another outcome; 1 only in the first run, 1 only in the second",
        "",
        "What became of the rows in both",
        "        1  invalid -> created",
        '           row 2 "Bob"',
        "",
        "ERROR      SOLVED  STILL THERE  NEW  NO ROW NOW",
        "bad_email       1            0    0           0",
        "",
        "Data that changed for the same person",
        "        1  email",
        '           row 2 "Bob": "bob@" -> "bob@x.org"',
        "",
        "Only in the first run",
        "        1  row",
        '           row 3 "Ann"',
        "",
        "Only in the second run",
        "        1  row",
        '           row 9 "Cy"',
    ]


def test_where_nothing_changed_the_words_say_so() -> None:
    """One line, and no empty headings."""
    words = as_words(compared([person(2, **ANN)], [person(9, **ANN)]))
    assert words.endswith("Nothing changed: 1 row in both runs, with the same outcomes")


def test_programs_get_it_all_with_exact_counts_and_short_lists() -> None:
    """JSON that says which row is which; a list is cut, its count is not."""
    before = [person(n, identifier=f"C{n}", name="Ann") for n in range(2, 9)]
    after = [person(n, Status.UPDATED, identifier=f"C{n}", name="Anna") for n in range(2, 8)]
    found = json.loads(json.dumps(changes_json(compared(before, after, examples=2))))
    assert found["before"]["run"] == RUN.id
    assert found["after"]["counts"] == {"updated": 6}
    assert found["people"] == {"in_both": 6, "only_before": 1, "only_after": 0}
    row = {"row_before": 2, "row_after": 2, "label": "Anna"}
    (transition,) = found["transitions"]
    assert (transition["before"], transition["after"], transition["count"]) == ("created", "updated", 6)
    assert (transition["examples"][0], len(transition["examples"])) == (row, 2)
    (change,) = found["fields"]
    assert (change["field"], change["count"], change["examples"][0]) == (
        "name",
        6,
        {**row, "was": "Ann", "became": "Anna"},
    )
    assert found["only_before"] == [{"row_before": 8, "row_after": None, "label": "Ann"}]


VALUES = st.sampled_from([None, "a", "b", "A"])
PHONES = st.sampled_from([None, "+4930123451", "+4930123452"])
STATUSES = st.sampled_from([Status.CREATED, Status.FAILED, Status.DUPLICATE, Status.INVALID])
FIELDS = st.tuples(
    VALUES, VALUES, PHONES, VALUES, STATUSES, st.sampled_from(["", "email", "phone_number", "identifier"])
)


def row(number: int, drawn: tuple[str | None, str | None, str | None, str | None, Status, str]) -> LedgerRow:
    name, email, phone, identifier, status, flawed = drawn
    fields: dict[str, Any] = {
        "name": name,
        "email": email and f"{email}@x.org",
        "phone_number": phone,
        "identifier": identifier,
    }
    return refused(number, flawed, **fields) if status is Status.INVALID else person(number, status, **fields)


ROWS = st.lists(FIELDS, max_size=9).map(lambda drawn: [row(number, one) for number, one in enumerate(drawn, 2)])


@pytest.mark.slow
@given(rows=ROWS)
def test_a_run_compared_with_itself_has_no_change(rows: list[LedgerRow]) -> None:
    """Whoever shares what with whom, and whatever was refused."""
    found = compared(rows, rows, RUN, RUN)
    assert (found.matched, found.gone.count, found.added.count) == (len(rows), 0, 0)
    assert (found.transitions, found.fields, found.settings, found.columns) == ((), (), (), ())
    assert all(one.solved == one.new == one.gone == 0 for one in found.errors)


@pytest.mark.slow
@given(before=ROWS, after=ROWS)
def test_the_other_way_round_everything_is_the_other_way_round(before: list[LedgerRow], after: list[LedgerRow]) -> None:
    """Added and gone, the two ends of every transition, solved and new, each value's before and after."""
    there, back = compared(before, after), compared(after, before)
    assert there.matched == back.matched
    assert [one.before for one in there.gone.examples] == [one.after for one in back.added.examples]
    assert [one.after for one in there.added.examples] == [one.before for one in back.gone.examples]
    assert edges(there) == {(was, became, theirs, mine) for became, was, mine, theirs in edges(back)}
    assert {one.code: (one.solved + one.gone, one.remaining, one.new) for one in there.errors} == {
        one.code: (one.new, one.remaining, one.solved + one.gone) for one in back.errors
    }
    assert edits(there) == {(name, after, before, became, was) for name, before, after, was, became in edits(back)}


def edges(found: Comparison) -> set[tuple[Status, Status, int | None, int | None]]:
    people = [(one.before, one.after, example) for one in found.transitions for example in one.people.examples]
    return {(was, became, example.before, example.after) for was, became, example in people}


def edits(found: Comparison) -> set[tuple[object, ...]]:
    changes = [(change.name, edit) for change in found.fields for edit in change.examples]
    return {(name, edit.who.before, edit.who.after, edit.before, edit.after) for name, edit in changes}


@pytest.mark.slow
@given(before=ROWS, after=ROWS)
def test_the_counts_add_up(before: list[LedgerRow], after: list[LedgerRow]) -> None:
    """Every row is matched once or alone; the counts are the runs' own; errors come to those of each run."""
    found = compared(before, after)
    assert found.matched + found.gone.count == len(before)
    assert found.matched + found.added.count == len(after)
    assert found.before.counts == Counter(one.outcome.status for one in before)
    assert found.after.counts == Counter(one.outcome.status for one in after)
    assert sum(one.people.count for one in found.transitions) <= found.matched
    wrong = [sum(one.outcome.status not in FINE for one in rows) for rows in (before, after)]
    assert sum(one.solved + one.remaining + one.gone for one in found.errors) == wrong[0]
    assert sum(one.remaining + one.new for one in found.errors) == wrong[1]


def test_a_setting_that_was_left_alone_is_its_default() -> None:
    """A record has only what differs from that."""
    verified = replace(RUN, options={"verify": True})
    found = compare(Side(replace(RUN, options={}), []), Side(verified, []), 3)
    assert "  --verify: off -> on" in as_words(found).splitlines()
