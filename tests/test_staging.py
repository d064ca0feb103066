"""Rows to rows of the ledger: errors, the people of the file, what earlier runs know."""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest

from importer.ledger.known_contacts import fingerprint
from importer.ledger.records import Earlier, GivenId, KnownPerson, LedgerRow, Source, Window
from importer.livedesk.contact import Contact, lookup
from importer.message import Message, messages_from, sentence, stored
from importer.models import DUE, CellError, Outcome, Row, RowError, Status
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import NormalizedBatch
from importer.remarks import NOT_AGAIN, OTHER_INBOX, kinds_of
from importer.staging.checking import Checker
from importer.staging.choices import Choices
from importer.staging.memory import Memory
from importer.staging.person_index import PersonIndex
from importer.staging.read_otherwise import as_before
from importer.staging.recognition import known_id
from importer.staging.stager import Given, Stager

URL = "https://livedesk.example"


def normalize(batch: Sequence[Row], inbox: str | None = None) -> NormalizedBatch:
    """Cells are name, email, phone number; an email without @ is an error, a name in brackets a remark."""
    columns = zip(*([cell or None for cell in row.cells] for row in batch), strict=True)
    fields = dict(zip(("name", "email", "phone_number"), map(list, columns), strict=True))
    if inbox:
        fields["inbox_id"] = [inbox] * len(batch)
    bad = RowError("bad_email", Message("no @"), Message("fix it")), RowError("bad_phone", Message("no +"))
    errors = {at: bad for at, email in enumerate(fields["email"]) if email and "@" not in email}
    remarks = {at: (Message("in brackets"),) for at, name in enumerate(fields["name"]) if name and name.startswith("(")}
    return NormalizedBatch(fields, errors, remarks, [])


WINDOW = Window(5.0, 9.0)


def as_it_was(row: Row) -> Contact:
    return Contact(name=row.cells[0], email=row.cells[1])


def staged(
    *cells: tuple[str, str, str],
    known: Mapping[bytes, Earlier] | None = None,
    batch: int = 100,
    doubtful: Mapping[tuple[str, str], Window] = MappingProxyType({}),
    sent: LedgerRow | None = None,
    people: Mapping[str, KnownPerson] | None = None,
    ids: tuple[int, Set[str]] | None = None,
    inbox: str | None = None,
    **choices: Any,
) -> list[LedgerRow]:
    """The rows from 2 on as the ledger would hold them after staging, merges applied."""
    rows = [Row(number, row) for number, row in enumerate(cells, start=2)]
    kept: dict[int, LedgerRow] = {}
    with PersonIndex(lambda number: kept[number].contact, choices.get("match_by", "auto")) as index:
        earlier = known or {}
        remembered = lambda keys: {key: earlier[key] for key in keys if key in earlier}  # noqa: E731
        stager = Stager(
            Given(Source(), as_it_was, ColumnProfile([]), ids[0] if ids else None),
            Memory(
                remembered,
                doubtful,
                lambda _source, _number: sent,
                lambda _source: {sent.number} if sent and not sent.contact.keys() else frozenset(),
                None if people is None else lambda keys: {key: (people[key],) for key in keys if key in people},
                lambda some: {key: GivenId((Contact(),)) for key in {*some} & {*(ids[1] if ids else ())}},
            ),
            index,
            Choices(URL, **choices),
        )
        checker = Checker(partial(normalize, inbox=inbox), URL)
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            found = stager.stage(some, checker.check(some))
            kept |= {row.number: row for row in (*(as_row(*row) for row in found.plain), *found.apart)}
            for row in stager.merged():
                hint = kept[row.number].outcome.hint + row.outcome.hint
                kept[row.number] = replace(row, cells=kept[row.number].cells, outcome=row.outcome._replace(hint=hint))
    return [kept[number] for number in sorted(kept)]


def as_row(number: int, cells: str | None, contact: str, key: bytes | None, remarks: str) -> LedgerRow:
    """What the ledger makes of a plain row."""
    outcome = DUE._replace(hint=messages_from(remarks))
    return LedgerRow(number, tuple(json.loads(cells or "[]")), Contact.from_json(contact), outcome, key)


def test_a_row_with_a_remark_alone_is_plain() -> None:
    """It goes with the others in one statement, and its remarks are told of its number; a duplicate stands apart."""
    rows = [Row(2, ("(Ann)", "a@x.org", "")), Row(3, ("Bo", "b@x.org", "")), Row(4, ("(Bo)", "b@x.org", ""))]
    with PersonIndex(lambda _: Contact()) as index:
        given = Given(Source(), as_it_was, ColumnProfile([]))
        stager = Stager(given, Memory(lambda _: {}), index, Choices(URL))
        found = stager.stage(rows, Checker(normalize, URL).check(rows))
    assert [(row[0], row[4]) for row in found.plain] == [(2, stored([Message("in brackets")]))]
    assert [row.number for row in found.apart] == [3, 4]
    assert next(found.remarks()) == (2, (Message("in brackets"),))


def test_a_good_row_is_pending_with_its_fingerprint_and_remarks() -> None:
    """The remarks wait in the hint for the outcome."""
    contact = Contact(name="(Ann)", email="a@x.org")
    assert staged(("(Ann)", "a@x.org", "")) == [
        LedgerRow(
            2,
            ("(Ann)", "a@x.org", ""),
            contact,
            Outcome(Status.PENDING, hint=(Message("in brackets"),)),
            fingerprint(URL, contact.known_by),
        )
    ]


def test_an_invalid_row_has_all_its_errors_and_its_cells() -> None:
    """The first error's code, every message, every hint once, and the fields as they were."""
    (row,) = staged(("Bob", "bob", ""))
    assert row.outcome == Outcome(
        Status.INVALID, None, "bad_email", (Message("no @"), Message("no +")), (Message("fix it"),)
    )
    assert row.contact == Contact(name="Bob", email="bob")
    assert row.cells == ("Bob", "bob", "")


@pytest.mark.parametrize("batch", [1, 100], ids=["one row a batch", "one batch"])
def test_a_duplicate_names_the_row_and_what_it_would_have_added(batch: int) -> None:
    """Across batches too."""
    _, row = staged(("Ann", "a@x.org", ""), ("Anna", "A@x.org", "+861"), batch=batch)
    assert row.outcome.status is Status.DUPLICATE
    assert sentence(row.outcome.error) == "the same person as row 2 (email)"
    assert sentence(row.outcome.hint) == 'would have added phone_number "+861"'


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("Ulla Berg", "Hans Thal", True),
        ("Ulla Berg", "Hans Berg", True),
        ("Ulla Berg", "Berg, U.", False),
        ("", "Hans Thal", False),
        ("Ulla Berg", "", False),
    ],
)
def test_a_duplicate_with_another_name_says_so(first: str, second: str, told: bool) -> None:
    """Two people may share a mailbox; who is left out is named."""
    _, row = staged((first, "a@x.org", ""), (second, "a@x.org", ""))
    assert row.outcome.status is Status.DUPLICATE
    assert (f'its name is "{second}", and not "{first}"' in sentence(row.outcome.hint)) is told


@pytest.mark.parametrize("batch", [1, 100], ids=["one row a batch", "one batch"])
def test_a_duplicate_is_held_against_the_fullest_name_of_its_person(batch: int) -> None:
    """Row 4 could be the Berg of row 2, but row 3 has told who that is."""
    rows = ("Berg", "a@x.org", ""), ("Ulla Berg", "a@x.org", "+861"), ("Hans Berg", "", "+861"), ("", "a@x.org", "")
    _, second, third, nameless = staged(*rows, batch=batch)
    assert "perhaps another person" not in sentence(second.outcome.hint)
    assert 'its name is "Hans Berg", and not "Ulla Berg"' in sentence(third.outcome.hint)
    assert nameless.outcome.hint == ()


def test_a_duplicate_of_a_duplicate_says_which_row_is_kept() -> None:
    """Row 4 has only what row 3 brought."""
    *_, row = staged(("Ann", "a@x.org", ""), ("", "a@x.org", "+861"), ("", "", "+861"))
    assert sentence(row.outcome.error) == "the same person as row 3 (phone_number), itself a duplicate of row 2"


def test_a_shared_value_is_refused_with_the_other_row() -> None:
    """Colleagues with an office phone: the later one is invalid, not a duplicate."""
    _, row = staged(("Ann", "a@x.org", "+861"), ("Bob", "b@x.org", "+861"))
    assert (row.outcome.status, row.outcome.error_code) == (Status.INVALID, "shared_value")
    assert sentence(row.outcome.error) == 'phone_number: "+861" belongs to another person, in row 2'
    assert row.outcome.flaws == (CellError(row.outcome.error, "phone_number", hint=row.outcome.hint),)
    assert row.fingerprint is None


def test_a_shared_value_is_dropped_if_asked_for() -> None:
    """The later colleague goes without the phone number, and the row says so."""
    _, row = staged(("Ann", "a@x.org", "+861"), ("Bob", "b@x.org", "+861"), shared_values="drop")
    assert row.outcome.status is Status.PENDING
    assert row.contact == Contact(name="Bob", email="b@x.org")
    assert "sent without it" in sentence(row.outcome.hint)


@pytest.mark.parametrize("batch", [1, 100])
def test_a_value_that_was_dropped_still_tells_people_apart(batch: int) -> None:
    """Bob goes without the phone number, which is Ann's; Di has his email and another number: nobody's duplicate."""
    _, bob, di = staged(
        ("Ann", "a@x.org", "+861"),
        ("Bob", "b@x.org", "+861"),
        ("Di", "b@x.org", "+869"),
        shared_values="drop",
        duplicates="merge",
        batch=batch,
    )
    assert bob.contact == Contact(name="Bob", email="b@x.org")
    assert di.contact == Contact(name="Di", phone_number="+869")
    assert [row.outcome.status for row in (bob, di)] == [Status.PENDING] * 2


def test_merging_fills_the_kept_row_and_says_from_where() -> None:
    """Two duplicates fill the first row; their own hints say what they gave."""
    first, second, third = staged(
        ("", "a@x.org", ""), ("Ann", "a@x.org", ""), ("", "a@x.org", "+861"), duplicates="merge", batch=2
    )
    whole = Contact(name="Ann", email="a@x.org", phone_number="+861")
    assert (first.contact, first.fingerprint) == (whole, fingerprint(URL, whole.known_by))
    assert sentence(first.outcome.hint) == 'name "Ann" came from row 3; phone_number "+861" came from row 4'
    assert sentence(second.outcome.hint) == 'added name "Ann"'
    assert third.outcome.status is Status.DUPLICATE


CONTACT = Contact(name="Ann", email="a@x.org")
KEY = fingerprint(URL, CONTACT.known_by)


@pytest.mark.parametrize(
    ("earlier", "choices", "status", "contact_id", "in_doubt"),
    [
        (Earlier(Status.CREATED, "5"), {}, Status.UNCHANGED, "5", False),
        (Earlier(Status.UPDATED, "5"), {"on_duplicate": "update"}, Status.UNCHANGED, "5", False),
        (Earlier(Status.EXISTS, "5"), {}, Status.EXISTS, "5", False),
        (Earlier(Status.EXISTS, "5"), {"on_duplicate": "update"}, Status.PENDING, None, False),
        (Earlier(Status.EXISTS, "5"), {"on_duplicate": "fail"}, Status.PENDING, None, False),
        (Earlier(Status.CREATED, "5"), {"fresh": True}, Status.PENDING, None, False),
        (Earlier(Status.SENT, None, WINDOW), {}, Status.PENDING, None, True),
        (Earlier(Status.SENT, None, WINDOW), {"fresh": True}, Status.PENDING, None, True),
        (Earlier(Status.PENDING, "5"), {}, Status.PENDING, "5", False),
        (Earlier(Status.SENT, "5"), {}, Status.PENDING, "5", False),
    ],
    ids=[
        "created",
        "updated",
        "left alone, and still to be",
        "left alone, now to be updated",
        "left alone, now to fail",
        "created, fresh",
        "in doubt",
        "in doubt, fresh",
        "attributes due",
        "attributes on their way",
    ],
)
def test_what_an_earlier_run_did_decides_what_is_left_to_do(
    earlier: Earlier, choices: dict[str, Any], status: Status, contact_id: str | None, in_doubt: bool
) -> None:
    """The same data is not sent again; a doubt is searched for first, whatever the options."""
    (row,) = staged(("Ann", "a@x.org", ""), known={KEY: earlier}, **choices)
    assert (row.outcome.status, row.outcome.contact_id, row.window is not None) == (status, contact_id, in_doubt)


def sent_as(contact: Contact, status: Status, *cells: str) -> LedgerRow:
    """Row 2 as an earlier run sent it, with contact 5."""
    return LedgerRow(2, cells, contact, Outcome(status, "5"), b"as it was sent")


@pytest.mark.parametrize(
    ("cells", "name", "earlier", "status"),
    [
        pytest.param(("Juan Perez", "", ""), "Juan", Status.CREATED, Status.UNCHANGED, id="more"),
        pytest.param(("李丽", "", ""), "李丽女士", Status.UNCHANGED, Status.UNCHANGED, id="less"),
        pytest.param(("Ann Lee", "", ""), "Ann", Status.UNKNOWN, Status.UNKNOWN, id="not known"),
        pytest.param(("Ann Lee", "", ""), "Ann Ray", Status.CREATED, Status.PENDING, id="another"),
        pytest.param(("Joanna", "", ""), "Ann", Status.CREATED, Status.PENDING, id="a piece of a word"),
        pytest.param(("Guest 12", "", ""), "Guest 1", Status.CREATED, Status.PENDING, id="another number"),
        pytest.param(("Ann", "a@x.org", ""), "Ann", Status.CREATED, Status.PENDING, id="a key now"),
    ],
)
def test_a_row_without_a_key_that_is_read_otherwise_is_not_sent_again(
    cells: tuple[str, str, str], name: str, earlier: Status, status: Status
) -> None:
    """Its place and its name are all that tells of it, and it says so; whoever has another name is another person. It
    is known by what was sent, for the next run."""
    before = sent_as(Contact(name=name), earlier)
    (row,) = staged(cells, sent=before)
    assert row.outcome.status is status
    told, is_left = sentence((*row.outcome.hint, *row.outcome.error)), status is not Status.PENDING
    assert (f'sent this row as "{name}"' in told, row.fingerprint == before.fingerprint) == (is_left, is_left)
    assert row.contact.name == cells[0]


@pytest.mark.parametrize("others", [(), (("Cy", "c@x.org", ""),)], ids=["all rows apart", "one row new"])
@pytest.mark.parametrize("duplicates", ["first", "merge"])
def test_a_duplicate_sends_nobody_who_was_sent_without_a_key(
    others: tuple[tuple[str, str, str], ...], duplicates: str
) -> None:
    """Neither does it hide that from a batch, nor is anything added to the row that is kept."""
    first, second = ("Ann", "a@x.org", ""), ("Ann", "a@x.org", "+4915112345678")
    kept, other, *_ = staged(
        first, second, *others, sent=sent_as(UNKEYED, Status.CREATED, *first), duplicates=duplicates
    )
    assert (kept.outcome.status, kept.contact) == (Status.EXISTS, KEYED)
    assert other.outcome.status is Status.DUPLICATE
    assert "would have added phone_number" in sentence(other.outcome.hint)


def test_what_a_row_without_its_key_brings_is_told() -> None:
    """Nothing is said of a search, which would find the contact by the key that it had."""
    before = sent_as(KEYED, Status.CREATED, "Ann", "", "")
    outcome = as_before(before, replace(UNKEYED, attributes={"additional_attributes.city": "Ulm"}))
    assert outcome.status is Status.EXISTS
    assert str(outcome.hint[0]).endswith('enter in LiveDesk what the contact lacks, additional_attributes.city "Ulm"')


def test_what_an_edited_row_without_a_key_brings_is_told_and_not_sent() -> None:
    """It is not unchanged until the server has it."""
    contact = replace(UNKEYED, attributes={"custom_attributes.tier": "gold", "additional_attributes.city": "Ulm"})
    before = sent_as(replace(contact, attributes={**contact.attributes, "custom_attributes.tier": ""}), Status.CREATED)
    outcome = as_before(before, contact)
    assert (outcome.status, outcome.contact_id) == (Status.EXISTS, "5")
    assert "what the contact lacks, custom_attributes.tier" in sentence(outcome.hint)
    assert as_before(before, before.contact).status is Status.UNCHANGED


KEYED, UNKEYED = Contact(name="Ann", email="a@x.org"), Contact(name="Ann")


@pytest.mark.parametrize(
    ("before", "earlier", "now", "choices", "status"),
    [
        pytest.param(UNKEYED, Status.CREATED, "a@x.org", {}, Status.EXISTS, id="had no key"),
        pytest.param(UNKEYED, Status.EXISTS, "a@x.org", {}, Status.EXISTS, id="had no key, and stays so"),
        pytest.param(UNKEYED, Status.UNKNOWN, "a@x.org", {}, Status.UNKNOWN, id="had no key, in doubt"),
        pytest.param(UNKEYED, Status.CREATED, "a@x.org", {"on_duplicate": "update"}, Status.EXISTS, id="update"),
        pytest.param(UNKEYED, Status.CREATED, "a@x.org", {"fresh": True}, Status.PENDING, id="had no key, fresh"),
        pytest.param(KEYED, Status.CREATED, "", {}, Status.UNCHANGED, id="had a key"),
        pytest.param(KEYED, Status.DUPLICATE, "", {}, Status.UNCHANGED, id="was a duplicate"),
        pytest.param(KEYED, Status.EXISTS, "", {}, Status.EXISTS, id="was there"),
        pytest.param(KEYED, Status.CREATED, "", {"fresh": True}, Status.UNCHANGED, id="had a key, fresh"),
        pytest.param(KEYED, Status.CREATED, "", {"make_identifier": True}, Status.UNCHANGED, id="had another key"),
    ],
)
@pytest.mark.parametrize("is_same", [True, False], ids=["same cells", "other cells"])
def test_a_row_whose_keys_come_or_go_with_the_columns_is_not_sent_again(
    before: Contact, earlier: Status, now: str, choices: dict[str, Any], status: Status, is_same: bool
) -> None:
    """The same cells in the same place are the same row, whichever columns are read; with other cells it may be
    another person of that name."""
    cells = ("Ann", now, "")
    (row,) = staged(cells, sent=sent_as(before, earlier, *(cells if is_same else ("Ann", "else", ""))), **choices)
    assert row.outcome.status is (status if is_same else Status.PENDING)
    is_told = NOT_AGAIN in kinds_of(row.outcome.hint)
    assert is_told is (is_same and before is UNKEYED and status is Status.EXISTS)


@pytest.mark.parametrize(("make_identifier", "status"), [(True, Status.PENDING), (False, Status.UNKNOWN)])
def test_a_row_in_doubt_with_a_made_identifier_is_searched_for_as_long_as_it_is_made(
    make_identifier: bool, status: Status
) -> None:
    """Without the option nothing would find it."""
    made = f"import-{fingerprint(URL, UNKEYED.known_by, 0).hex()}"
    before = sent_as(replace(UNKEYED, identifier=made), Status.UNKNOWN, "Ann", "", "")
    (row,) = staged(("Ann", "", ""), sent=before, make_identifier=make_identifier)
    assert (row.outcome.status, row.contact.identifier) == (status, made if make_identifier else None)


@pytest.mark.parametrize("earlier", [Status.CREATED, Status.UNCHANGED, Status.EXISTS, Status.UNKNOWN])
def test_a_row_without_a_key_is_not_sent_to_a_second_inbox(earlier: Status) -> None:
    """It would be a second contact; it is told that the first one is elsewhere, if it is known to be there."""
    (row,) = staged(("Ann", "", ""), sent=sent_as(Contact(name="Ann", inbox_id="407"), earlier), inbox="408")
    is_there = earlier is not Status.UNKNOWN
    assert row.outcome.status is (Status.EXISTS if is_there else Status.UNKNOWN)
    assert row.outcome.contact_id == "5"
    assert (OTHER_INBOX in kinds_of(row.outcome.hint)) is is_there


@pytest.mark.parametrize("earlier", [Status.CREATED, Status.EXISTS])
@pytest.mark.parametrize("choices", [{"fresh": True}, {"on_duplicate": "update"}], ids=["fresh", "update"])
def test_a_row_without_a_key_is_never_looked_at_anew(earlier: Status, choices: dict[str, Any]) -> None:
    """No search finds it, and so it would be sent again."""
    key = fingerprint(URL, Contact(name="Ann").known_by, 0)
    (row,) = staged(("Ann", "", ""), known={key: Earlier(earlier, "5")}, **choices)
    assert row.outcome.status is (Status.UNCHANGED if earlier is Status.CREATED else Status.EXISTS)
    assert row.outcome.contact_id == "5"


def test_an_edited_row_of_a_contact_in_doubt_is_in_doubt_too() -> None:
    """The name was corrected, the email is that of a contact nobody knows about: search before sending."""
    first, second = staged(
        ("Anna", "a@x.org", ""),
        ("Bob", "b@x.org", ""),
        doubtful={("email", "a@x.org"): WINDOW, ("email", "c@x.org"): Window(1.0, 2.0)},
    )
    assert (first.window, second.window) == (WINDOW, None)


def test_two_rows_that_say_only_a_name_are_known_one_by_one() -> None:
    """The first Kim was imported, the second was not: only the second is due."""
    kim = Contact(name="Kim")
    known = {fingerprint(URL, kim.known_by, 0): Earlier(Status.CREATED, "5")}
    rows = staged(("Kim", "", ""), ("Kim", "", ""), known=known)
    assert [row.outcome.status for row in rows] == [Status.UNCHANGED, Status.PENDING]


# -- whom earlier runs know --------------------------------------------------------------------------------------------

ANN = KnownPerson("5", Contact(name="Ann Lee", email="a@x.org", phone_number="+861", identifier="C1"), is_ours=True)
LEFT = ANN._replace(is_ours=False)


@pytest.mark.parametrize(
    ("row", "person", "match_by", "expected"),
    [
        pytest.param(Contact(name="Ann Ray", identifier="C1"), ANN, "auto", "5", id="a word of the name"),
        pytest.param(Contact(name="Bob", identifier="C1", email="A@x.org"), ANN, "auto", "5", id="the email"),
        pytest.param(Contact(name="Bob", identifier="C1", phone_number="+861"), ANN, "auto", "5", id="the phone"),
        pytest.param(Contact(name="Bob", identifier="C1", email="b@x.org"), ANN, "auto", "", id="nothing else"),
        pytest.param(Contact(identifier="C1"), ANN, "auto", "", id="nothing else, no name"),
        pytest.param(Contact(name="Ann Lee", identifier="C1"), LEFT, "auto", "", id="left alone"),
        pytest.param(Contact(name="Ann Lee", email="a@x.org"), ANN, "auto", "", id="by its email alone"),
        pytest.param(Contact(name="Ann Lee", phone_number="+861"), ANN, "auto", "", id="by its phone alone"),
        pytest.param(Contact(phone_number="+861", email="b@x.org"), ANN, "auto", None, id="the family's phone"),
        pytest.param(Contact(email="b@x.org", phone_number="+861"), ANN, "phone_number", "5", id="the phone decides"),
        pytest.param(Contact(name="Ann Lee", identifier="C2"), ANN, "auto", None, id="another"),
        pytest.param(Contact(name="Bob", identifier="C1"), ANN, "identifier", "5", id="the field that decides"),
        pytest.param(Contact(name="Bob", email="a@x.org"), ANN, "email", "5", id="another field that decides"),
        pytest.param(Contact(name="Bob", identifier="C1"), LEFT, "identifier", "", id="decides, left alone"),
        pytest.param(Contact(name="Ann Lee", identifier="C1"), ANN, "email", "5", id="without the field that decides"),
        pytest.param(
            Contact(name="Ann Lee", identifier="C1", email="b@x.org"), ANN, "email", None, id="another by that field"
        ),
    ],
)
def test_what_the_ledger_knows_of_a_key(row: Contact, person: KnownPerson, match_by: Any, expected: str | None) -> None:
    """The id of whom a run wrote; empty where only a search can tell; ``None`` for a stranger."""
    people = {lookup(name, value): (person,) for name, value in person.contact.keys().items()}
    assert known_id(row, people, match_by) == expected


@pytest.mark.parametrize("batch", [1, 100])
def test_only_rows_whose_person_is_known_are_to_be_searched_for(batch: int) -> None:
    """The others begin with their create; with a field that decides, other keys tell nothing."""
    people = {"email:a@x.org": ANN, "phone_number:+869": LEFT._replace(contact=Contact(phone_number="+869"))}
    cells = ("Ann", "a@x.org", ""), ("Bob", "b@x.org", "+869"), ("Cy", "c@x.org", "")
    assert [row.known_id for row in staged(*cells, people=people, batch=batch)] == ["", "", None]
    by_email = staged(*cells, people=people, batch=batch, match_by="email")
    assert [row.known_id for row in by_email] == ["5", None, None]


def test_a_row_that_a_duplicate_fills_is_known_by_what_it_has_then() -> None:
    """Its phone number came from the later row."""
    people = {"phone_number:+861": ANN}
    first, _ = staged(("Ann", "a@x.org", ""), ("", "a@x.org", "+861"), duplicates="merge", people=people)
    assert first.known_id == ""


@pytest.mark.parametrize(
    ("earlier", "choices", "expected"),
    [
        (Earlier(Status.CREATED, "5"), {"fresh": True}, "5"),
        (Earlier(Status.UPDATED, "5"), {"fresh": True}, "5"),
        (Earlier(Status.UNCHANGED, "5"), {"fresh": True}, ""),
        (Earlier(Status.EXISTS, "5"), {"on_duplicate": "update"}, ""),
        (Earlier(Status.EXISTS, "5"), {"on_duplicate": "fail"}, ""),
    ],
)
def test_a_row_that_the_ledger_knows_by_all_its_data_and_sends_again_is_searched_for(
    earlier: Earlier, choices: dict[str, Any], expected: str
) -> None:
    """A create would be refused first."""
    (row,) = staged(("Ann", "a@x.org", ""), known={KEY: earlier}, **choices)
    assert row.known_id == expected


def test_a_row_in_doubt_knows_its_person_too() -> None:
    """Both are kept: when it can have been stored, and whom a run wrote before."""
    (row,) = staged(
        ("Ann", "a@x.org", ""),
        known={KEY: Earlier(Status.SENT, None, WINDOW)},
        people={"email:a@x.org": ANN},
        match_by="email",
    )
    assert (row.window, row.known_id) == (WINDOW, "5")


def test_ids_of_the_file_go_before_what_the_ledger_knows() -> None:
    """Those that a run gave; others tell nothing, and neither does an empty cell."""
    rows = staged(
        ("5", "a@x.org", ""),
        ("6", "b@x.org", ""),
        ("", "c@x.org", ""),
        people={"email:a@x.org": ANN._replace(contact_id="8"), "email:b@x.org": ANN},
        ids=(0, {"5"}),
        match_by="email",
    )
    assert [row.known_id for row in rows] == ["5", "5", None]
