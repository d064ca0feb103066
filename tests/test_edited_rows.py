"""Rows that are edited while they are in doubt: what their old data has become is the row's contact."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.ledger.ledger import Ledger
from importer.ledger.records import Doubt, Due, EarlierId, InDoubt, LedgerRow, RowKey, SentBefore, Window
from importer.livedesk.contact import Contact
from importer.models import DUE, MatchBy, OnDuplicate, Outcome, Status
from importer.remarks import OTHER_INBOX, SENT_BEFORE, kinds_of
from importer.sandbox.server import SandboxSettings
from importer.sender.evidence import Evidence
from importer.sender.planning import plan_of
from importer.sender.policy import Policy
from tests.support.desk import ANN, KIM, Desk, play, to_the_end
from tests.support.ledgers import RUN
from tests.support.raw_answers import honest, new_account
from tests.support.raw_server import Pause, RawServer, Request, Step
from tests.support.sending import due
from tests.support.service import Service, folders, invoke, kill, results, start, wait_until, written

PHONE: dict[str, Any]
EMAIL: dict[str, Any]
PHONE, EMAIL = {"phone_number": "+4915100000001"}, {"email": "new@x.org"}
OPTIONS = ("--inbox", 407, "--settle", 0.2, "--quiet")
HEADER = "Name,Email,Phone,Customer ID\n"


def in_doubt(contact: Contact, window: Window, *heirs: RowKey) -> Mapping[tuple[str, str], tuple[InDoubt, ...]]:
    return dict.fromkeys(contact.keys().items(), (InDoubt(b"old", contact, window, heirs=heirs),))


def played(
    before: Contact,
    policy: Policy,
    *,
    age_s: float = 0.0,
    shown_in: int | None = None,
    is_timed: bool = True,
    is_forgotten: bool = False,
    given: bool | None = None,
    **edit: Any,
) -> tuple[Outcome, dict[str, Any], str]:
    """What becomes of a row that an earlier run left in doubt and that was edited since: its outcome, the contact of
    its old data, and what a plan says. With ``given`` another row has its id, whether created or not."""
    window = Window(time.time() - 60 - age_s, time.time() + 60 - age_s)
    noted = Contact(**before.keys(), attributes={}, clears=()) if is_forgotten else before

    async def scene(desk: Desk) -> Outcome:
        desk.store(before)
        desk.sandbox.contacts[-1].update(before.attributes_body())
        if shown_in is not None:
            desk.sandbox.contacts[-1]["contact_inboxes"] = [{"inbox": {"id": shown_in}}]
        if not is_timed:
            desk.sandbox.contacts[-1]["created_at"] = None
        session = replace(desk.session, in_doubt=in_doubt(noted, window))
        if given is not None:
            session = replace(session, evidence=Evidence(earlier=lambda *_: [EarlierId(b"b", window, before, given)]))
        row = Due(2, replace(before, **edit), b"new", Doubt(*window))
        plan = await plan_of(row, session, desk.policy)
        assert plan is not None
        plans.append(plan.outcome.status)
        return await to_the_end(row, session, desk.policy)

    plans: list[Status] = []
    outcome, desk = play(scene, policy, settings=SandboxSettings(inboxes={"407": "api", "408": "api"}))
    (contact,) = desk.sandbox.contacts
    return outcome, contact, plans[0]


@pytest.mark.parametrize("edit", [PHONE, EMAIL], ids=["phone", "email"])
@pytest.mark.parametrize(
    ("how", "status", "planned", "is_changed"),
    [
        ("skip", Status.EXISTS, Status.SAME, False),
        ("fail", Status.FAILED, Status.CONFLICT, False),
        ("update", Status.UPDATED, Status.UPDATE, True),
    ],
)
def test_the_contact_of_its_old_data_is_the_rows_person(
    how: OnDuplicate, status: Status, planned: Status, is_changed: bool, edit: dict[str, Any]
) -> None:
    """By the identifier and the name, as if the earlier run had learned its id; the policy says what is changed."""
    outcome, contact, plan = played(ANN, Policy(how, inbox_id="407"), **edit)
    assert (outcome.status, plan) == (status, planned)
    assert outcome.error_code == ("exists" if how == "fail" else "")
    ((name, value),) = edit.items()
    assert (contact[name] == value) is is_changed
    assert value in str([*outcome.hint, *outcome.error])
    assert "inbox" not in str(outcome.hint)
    if status in (Status.EXISTS, Status.UPDATED):
        assert (outcome.contact_id, outcome.was) == (str(contact["id"]), (b"old",))


@pytest.mark.parametrize(
    ("before", "match_by", "status"),
    [(replace(ANN, identifier=None), "auto", Status.FAILED), (replace(ANN, identifier=None), "email", Status.UPDATED)],
    ids=["nothing tells", "the email decides"],
)
def test_where_nothing_tells_that_it_is_the_same_person_the_hint_says_what_does(
    before: Contact, match_by: MatchBy, status: Status
) -> None:
    """One key equal and another different are two people, unless the user says which one decides."""
    outcome, contact, _ = played(before, Policy("update", inbox_id="407", match_by=match_by), **PHONE)
    assert outcome.status is status
    if status is Status.FAILED:
        assert outcome.error_code == "taken"
        assert f"created contact {contact['id']} from a row with the same email" in str(outcome.hint[0])
        assert "--match-by email --on-duplicate update" in str(outcome.hint[0])


@pytest.mark.parametrize(("heirs", "row"), [((), None), (((0, 2),), None), (((0, 2), (0, 5)), 5)])
def test_a_row_that_was_split_is_told_of_the_other(heirs: tuple[RowKey, ...], row: int | None) -> None:
    """If there is one: its contact may be that of either."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(before)
        window = Window(time.time() - 60, time.time() + 60)
        session = replace(desk.session, in_doubt=in_doubt(before, window, *heirs))
        return await to_the_end(Due(2, replace(before, **PHONE), b"new", Doubt(*window)), session, desk.policy)

    before = replace(ANN, identifier=None)
    outcome, _ = play(scene, Policy("update", inbox_id="407"))
    assert outcome.error_code == "taken"
    (hint,) = outcome.hint
    assert (hint.values.get("row"), "has another value" in str(hint)) == (row, row is not None)


def test_the_ledger_knows_the_rows_that_one_in_doubt_has_become(tmp_path: Path) -> None:
    """Those with one of its unique values, where none is as it was; one without a key is known by its name, where the
    run lacks it."""

    def begun(ledger: Ledger, run: str, *contacts: Contact) -> int:
        rows = [LedgerRow(2 + at, (), one, DUE, one.json.encode()) for at, one in enumerate(contacts)]
        with ledger.transaction():
            seq = ledger.begin(replace(RUN, id=run))
            ledger.add(seq, rows)
        if run == "first":
            ledger.record(seq, [due(row) for row in rows], [])
            ledger.close_rows(seq, Outcome(Status.NOT_SENT))
        return seq

    ann, bob = Contact(email="ann@x.org", phone_number="+4915100000002"), Contact(name="Bob", email="bob@x.org")
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        begun(ledger, "first", ann, bob, KIM, replace(KIM, name="Lee"))
        split = Contact(phone_number=ann.phone_number), bob, replace(ann, phone_number=None), KIM
        seq = begun(ledger, "second", *split)
        found, without_key = ledger.in_doubt(seq), ledger.sent_without_key(seq, [])
    assert {pair: [one.heirs for one in ones] for pair, ones in found.items()} == {
        ("email", "ann@x.org"): [((0, 2), (0, 4))],
        ("phone_number", "+4915100000002"): [((0, 2), (0, 4))],
        ("email", "bob@x.org"): [()],
    }
    assert without_key == {"Lee": SentBefore("first", "")}


@pytest.mark.parametrize(
    ("city", "how", "status", "planned", "after"),
    [
        ("Paris", "skip", Status.EXISTS, Status.SAME, "Paris"),
        ("Paris", "fail", Status.FAILED, Status.CONFLICT, "Paris"),
        ("Paris", "update", Status.UPDATED, Status.UPDATE, "Bonn"),
        ("BONN", "skip", Status.CREATED, Status.UPDATE, "Bonn"),
        ("", "skip", Status.CREATED, Status.UPDATE, "Bonn"),
    ],
    ids=["skip", "fail", "update", "the server writes it so", "not there yet"],
)
def test_what_somebody_wrote_into_its_contact_since_is_not_written_over(
    city: str, how: OnDuplicate, status: Status, planned: Status, after: str
) -> None:
    """Unless the policy updates: another run, or an agent, may have had the contact after the row was killed."""
    field = "additional_attributes.city"
    before = replace(ANN, attributes={field: city} if city else {})
    outcome, contact, plan = played(before, Policy(how, inbox_id="407"), attributes={field: "Bonn"})
    assert (outcome.status, plan) == (status, planned)
    assert contact["additional_attributes"].get("city") == after
    assert (outcome.error_code == "exists") is (status is Status.FAILED)


@pytest.mark.parametrize(("is_created", "status"), [(True, Status.EXISTS), (False, Status.CREATED)])
def test_a_contact_that_another_run_created_meanwhile_is_not_created_again(is_created: bool, status: Status) -> None:
    """Two runs that say so would be two people of one id; whoever only found it leaves it to the row."""
    outcome, contact, _ = played(ANN, Policy("skip", inbox_id="407"), given=is_created)
    assert (outcome.status, outcome.contact_id) == (status, str(contact["id"]))


def test_a_row_that_is_known_by_its_keys_settles_the_doubt_too() -> None:
    """Only its name was edited."""
    before = replace(ANN, identifier=None)
    outcome, contact, _ = played(before, Policy("update", inbox_id="407"), name="Ann Ray")
    assert (outcome.status, outcome.was, contact["name"]) == (Status.UPDATED, (b"old",), "Ann Ray")


SPLIT = {"own": replace(ANN, phone_number=None), "other": Contact(name="Erika Spouse", phone_number=ANN.phone_number)}


@pytest.mark.parametrize(
    ("how", "ends"),
    [
        ("update", {"own": Status.CREATED, "other": Status.DUPLICATE}),
        ("update", {"other": Status.UPDATED, "own": Status.DUPLICATE}),
        ("skip", {"own": Status.CREATED, "other": Status.EXISTS}),
        ("skip", {"other": Status.EXISTS, "own": Status.CREATED}),
    ],
    ids=["update", "update, other first", "skip", "skip, other first"],
)
def test_of_two_rows_that_one_in_doubt_has_become_one_keeps_the_contact(
    how: OnDuplicate, ends: Mapping[str, Status]
) -> None:
    """Neither overwrites the other: the second is told of the first, and not created as the same contact."""
    window = Window(time.time() - 60, time.time() + 60)

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        session = replace(desk.session, in_doubt=in_doubt(ANN, window))
        for number, who in enumerate(ends, start=2):
            row = Due(number, SPLIT[who], who.encode(), Doubt(*window))
            outcomes.append(await to_the_end(row, session, desk.policy))
        return outcomes[0]

    outcomes: list[Outcome] = []
    _, desk = play(scene, Policy(how, inbox_id="407"), settings=SandboxSettings(inboxes={"407": "api"}))
    assert dict(zip(ends, (one.status for one in outcomes), strict=True)) == ends
    assert {one.contact_id for one in outcomes} == {str(desk.sandbox.contacts[0]["id"])}
    assert len(desk.sandbox.contacts) == 1


@pytest.mark.parametrize("identifier", [ANN.identifier, None])
def test_whom_somebody_else_stands_against_is_told_of_that_one(identifier: str | None) -> None:
    """The new number is another contact's: no way of matching helps."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        desk.store(Contact(name="Bob", inbox_id="407", **PHONE))
        window = Window(time.time() - 60, time.time() + 60)
        session = replace(desk.session, in_doubt=in_doubt(ANN, window))
        row = Due(2, replace(ANN, identifier=identifier, **PHONE), b"new", Doubt(*window))
        return await to_the_end(row, session, desk.policy)

    outcome, _ = play(scene, Policy("update", inbox_id="407"))
    assert outcome.error_code == "taken"
    assert "earlier run" not in str(outcome.hint)


def test_a_contact_from_before_is_not_what_its_old_data_has_become() -> None:
    """It was there before the row was first sent: somebody else's, unless the usual rule knows the person."""
    outcome, contact, _ = played(ANN, Policy("update", inbox_id="407"), age_s=9_000.0, **PHONE)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "taken")
    assert "earlier run" not in str(outcome.hint)
    assert contact["phone_number"] == ANN.phone_number


# -- a process that is killed


ROWS = "Ann Lee,ann@x.org,+4915112345678,C1\nBob Ray,bob@x.org,+4915112345679,C2\n"


@contextmanager
def killed(rows: str = ROWS) -> Iterator[tuple[RawServer, list[Any]]]:
    """A server, with its contacts, on which an import was killed when its creates were stored, and not answered yet."""
    account, is_killed = new_account(), threading.Event()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        answer = ask(request)
        return answer if is_killed.is_set() or request.method != "POST" else [Pause(60.0)]

    with RawServer(handler) as server:
        process = start(written(HEADER + rows), *OPTIONS, **server.environment)
        wait_until(lambda: len(account.contacts) == len(rows.splitlines()), process)
        kill(process)
        is_killed.set()
        yield server, account.contacts


def again(server: RawServer, rows: str, *more: object) -> list[tuple[str, str, str]]:
    """Status, id and hint of each row of an import of these rows."""
    invoke(written(HEADER + rows), *OPTIONS, *more, "--results", "again.csv", **server.environment)
    return [(row["status"], row["contact_id"], row["hint"]) for row in results(Path(), "again.csv")]


@pytest.mark.slow
def test_an_edit_after_a_kill_reaches_the_contact_of_the_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its own contact never stands against it, and nothing is in doubt in the end."""
    monkeypatch.chdir(tmp_path)
    edited = ROWS.replace("+4915112345678", "+4915100000001").replace("bob@", "new@")
    with killed() as (server, contacts):
        ids = {contact["identifier"]: str(contact["id"]) for contact in contacts}
        left = again(server, edited)
        changed = again(server, edited, "--on-duplicate", "update")
        assert [status for status, _, _ in left] == ["exists", "exists"]
        assert [line[:2] for line in changed] == [("updated", ids["C1"]), ("updated", ids["C2"])]
        assert [line[0] for line in again(server, edited)] == ["unchanged", "unchanged"]
        assert len(server.of("POST")) == len(contacts) == 2
        assert {(one["phone_number"], one["email"]) for one in contacts} == {
            ("+4915100000001", "ann@x.org"),
            ("+4915112345679", "new@x.org"),
        }
    with closing(Ledger(Path("import-results/ledger.sqlite3"))) as ledger:
        assert not ledger.doubtful()


@pytest.mark.slow
def test_a_row_in_doubt_that_gets_a_key_is_not_sent_a_second_time_in_silence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No search finds what was sent without one: the row that has its name says which run to look for, and so does a
    plan. While the row in doubt stands in the file, whoever has its name is another."""
    monkeypatch.chdir(tmp_path)
    name = ("Kim Lee,,,\n", "Kim Lee,kim@x.org,,\n", "Bo Li,bo@x.org,,\n")
    with killed(name[0]) as (server, contacts):
        beside = again(server, name[0] + name[1])
        assert [(status, "second contact" in hint) for status, _, hint in beside] == [
            ("unknown", False),
            ("created", False),
        ]
        contacts.pop()
        edited = name[1].replace("kim@", "lee@") + name[2]
        plan = invoke("plan", written(HEADER + edited), "--inbox", 407, **server.environment)
        assert "perhaps there twice now" in plan.stdout
        (_, _, told), (_, _, nothing) = again(server, edited)
        assert f'{folders()[1].name} has "Kim Lee" without email' in told, "the newest that has the row"
        assert not nothing
        assert [line[::2] for line in again(server, edited)] == [("unchanged", "")] * 2


def test_a_contact_without_a_key_that_gets_one_is_not_created_a_second_time_in_silence(service: Service) -> None:
    """The row that has its name now says which contact there is already, also when it stands elsewhere in the file; and
    one of another name says nothing, nor one beside the row as it was, nor one after the contact was taken back."""
    first = service.invoke(written(HEADER + "Kim Lee,,,\nBo Li,bo@x.org,,\n"), *OPTIONS)
    assert first.exit_code == 0
    (kim, _), run = (one["contact_id"] for one in results()), folders()[0].name
    assert "there are two" not in hints(service, "Kim Lee,,,\nKim Lee,other@x.org,,\n")
    told = hints(service, "Bo Li,bo@x.org,,\nAnn Ray,ann@x.org,,\nKim Lee,kim@x.org,,\n")
    assert f'has "Kim Lee" without email, phone_number and identifier as contact {kim}: if it is the same' in told
    assert told.count("there are two contacts now") == 1
    service.invoke("forget", "--all", "--yes")
    assert "there are two" not in hints(service, "Kim Lee,third@x.org,,\n"), f"{run} no longer knows the name"


@pytest.mark.parametrize("more", [(), ("--on-duplicate", "update")], ids=["skip", "update"])
def test_a_column_that_is_read_at_last_doubles_nobody(service: Service, more: tuple[str, str]) -> None:
    """Names alone are imported, then the column with the emails is mapped: what was sent is told, in every later run,
    by a plan as well, and only --fresh sends it. The other way round nobody is sent without the email."""
    path, email = written("Name,Contact\nKim Lee,kim@x.org\nBo Li,bo@x.org\n"), ("--map", "Contact=email")
    assert service.invoke(path, *OPTIONS, "--map", "Contact=").exit_code == 0
    ids = [row["contact_id"] for row in results()]
    plan = service.invoke("plan", path, "--inbox", 407, *email, *more)
    assert "2  the same" in plan.stdout
    assert "not again, for no key tells who it is (rows 2, 3)" in plan.stdout
    for _ in range(2):
        assert service.invoke(path, *OPTIONS, *email, *more).exit_code == 0
        assert [(row["status"], row["contact_id"]) for row in results()] == [("exists", ids[0]), ("exists", ids[1])]
        assert all("without email, phone_number and identifier" in row["hint"] for row in results())
    assert len(service.sandbox.contacts) == 2
    service.invoke(path, *OPTIONS, *email, *more, "--fresh")
    assert [row["status"] for row in results()] == ["created", "created"]
    service.invoke(path, *OPTIONS, "--map", "Contact=")
    assert [row["status"] for row in results()] == ["unchanged", "unchanged"]
    assert len(service.sandbox.contacts) == 4


def test_a_copy_of_the_file_tells_what_was_sent_too(service: Service) -> None:
    """Its own run has the rows, although another one created them."""
    rows, email = "Name,Contact\nKim Lee,kim@x.org\n", ("--map", "Contact=email")
    for name in ("a.csv", "b.csv"):
        assert service.invoke(written(rows, name), *OPTIONS, "--map", "Contact=").exit_code == 0
    assert service.invoke("b.csv", *OPTIONS, *email).exit_code == 0
    assert [row["status"] for row in results()] == ["exists"]
    assert len(service.sandbox.contacts) == 1


NAMES_ALONE = ("--map", "Email=")


def runs(service: Service, *scenes: tuple[str, Sequence[str]]) -> list[list[str]]:
    """The statuses of an import of each of these files, always of one name."""
    statuses = []
    for rows, options in scenes:
        service.invoke(written("Name,Email,City\n" + rows), *OPTIONS, *options, "--results", "again.csv")
        statuses.append([row["status"] for row in results(Path(), "again.csv")])
    return statuses


def test_who_was_removed_is_sent_again_however_the_columns_are_read() -> None:
    """The ledger no longer knows whom an undo has taken back."""
    ann = "Ann,ann@x.org,\n"
    with Service(delete="on", usage="on") as service:
        assert runs(service, (ann, ())) == [["created"]]
        assert service.invoke("undo", folders()[-1].name, "--yes").exit_code == 0
        assert not service.sandbox.contacts
        assert runs(service, (ann, NAMES_ALONE)) == [["created"]]


def test_a_duplicate_was_never_sent(service: Service) -> None:
    """With names alone the two rows are two people."""
    two = "Ann,ann@x.org,\nCarla,ann@x.org,\n"
    assert runs(service, (two, ()), (two, NAMES_ALONE)) == [["created", "duplicate"], ["unchanged", "created"]]


def test_who_came_into_a_place_later_is_somebody_else(service: Service) -> None:
    """The cells that were sent tell, and not those of a run that knew the row by its name."""
    new = "Ann One,new@x.org,\n"
    statuses = runs(service, ("Ann One,ann@x.org,\n", NAMES_ALONE), (new, NAMES_ALONE), (new, ()))
    assert statuses == [["created"], ["unchanged"], ["created"]]


def test_another_city_of_a_row_without_a_key_is_told(service: Service) -> None:
    """No search finds its contact; the row is not unchanged, in any later run, until it says what was sent."""
    bonn, lima = ("Ann,,Bonn\n", ()), ("Ann,,Lima\n", ())
    assert runs(service, bonn, lima, lima) == [["created"], ["exists"], ["exists"]]
    assert 'additional_attributes.city "Lima"' in results(Path(), "again.csv")[0]["hint"]
    assert runs(service, bonn) == [["unchanged"]]
    assert len(service.sandbox.contacts) == 1


def hints(service: Service, rows: str) -> str:
    assert service.invoke(written(HEADER + rows), *OPTIONS).exit_code == 0
    return "\n".join(row["hint"] for row in results())


def test_whoever_is_created_under_the_name_of_one_in_doubt_is_told_of_it() -> None:
    """By a plan, by an answer that needs no search, and by one that a search settles."""

    async def scene(desk: Desk) -> Outcome:
        session = replace(desk.session, without_key={"Kim": SentBefore("contacts-1", "")})
        rows = [Due(2, replace(KIM, email="kim@x.org")), Due(3, replace(KIM, email="k@x.org"), known_id="")]
        for row in rows:
            plan = await plan_of(row, session, desk.policy)
            assert plan is not None
            outcomes.extend((plan.outcome, await to_the_end(row, session, desk.policy)))
        return await to_the_end(Due(4, ANN), session, desk.policy)

    outcomes: list[Outcome] = []
    other, _ = play(scene, Policy("skip", inbox_id="407"), settings=SandboxSettings(inboxes={"407": "api"}))
    assert [one.status for one in outcomes] == [Status.CREATE, Status.CREATED] * 2
    assert all(kinds_of(one.hint) == {SENT_BEFORE: None} for one in outcomes)
    assert not other.hint


@pytest.mark.parametrize(
    ("before", "age_s", "is_told"),
    [(ANN, 0.0, False), (replace(ANN, inbox_id="408"), 0.0, True), (ANN, 9_000.0, True)],
    ids=["created there", "created in another inbox", "from before"],
)
def test_the_inbox_of_a_row_in_doubt_is_told_as_far_as_it_is_known(
    before: Contact, age_s: float, is_told: bool
) -> None:
    """Its own request said it; whoever was there before it left is not added."""
    outcome, _, _ = played(before, Policy("update", inbox_id="407"), age_s=age_s, name="Ann Ray", inbox_id="407")
    assert outcome.status is Status.UPDATED
    assert (OTHER_INBOX in kinds_of(outcome.hint)) is is_told


def test_what_was_created_for_another_inbox_is_not_created_for_this_one() -> None:
    """The row goes on to another inbox after a kill: no update adds its contact there, as the server shows."""
    before, policy = replace(ANN, inbox_id="408"), Policy("skip", inbox_id="407")
    outcome, _, _ = played(before, policy, shown_in=408, inbox_id="407")
    assert outcome.status is Status.EXISTS
    assert OTHER_INBOX in kinds_of(outcome.hint)
    outcome, _, _ = played(before, policy, shown_in=407, inbox_id="407")
    assert (outcome.status, outcome.hint) == (Status.CREATED, ())


@pytest.mark.parametrize("is_timed", [True, False])
def test_where_no_inbox_is_shown_that_of_the_request_counts(is_timed: bool) -> None:
    """No request of the row went to its own inbox, so none has created the contact there."""
    before, policy = replace(ANN, inbox_id="408"), Policy("skip", inbox_id="407")
    outcome, _, _ = played(before, policy, is_timed=is_timed, inbox_id="407")
    assert outcome.status is Status.EXISTS
    assert OTHER_INBOX in kinds_of(outcome.hint)


def test_a_request_whose_inbox_is_forgotten_may_have_gone_to_this_one() -> None:
    """The contact is the row's own: the ledger of an older version forgot the inbox, too."""
    outcome, _, _ = played(replace(ANN, inbox_id="407"), Policy("skip", inbox_id="407"), is_forgotten=True)
    assert (outcome.status, outcome.hint) == (Status.CREATED, ())


@pytest.mark.slow
@pytest.mark.parametrize("ways", [("skip", "update", "update"), ("update", "update")])
def test_a_contact_that_a_killed_run_created_in_the_inbox_is_not_said_to_be_elsewhere(
    ways: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whichever run finds it: the one after the kill, or a later one that changes it."""
    monkeypatch.chdir(tmp_path)
    with killed() as (server, _):
        for number, how in enumerate(ways):
            lines = again(server, ROWS.replace("Ann Lee", f"Ann Ray {number}"), "--on-duplicate", how)
            assert not any("not added to inbox" in hint for _, _, hint in lines)
