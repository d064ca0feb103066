"""verify: what a run sent is read back, row by row and field by field."""

import asyncio
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from importer.ledger.group_commit import GroupCommit, RunLedger
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Due, LedgerRow
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Found
from importer.message import sentence
from importer.models import DUE, OVERWRITE, Outcome, Status, UpdateRule
from importer.sender.read_back import ReadBack
from importer.sender.two_looks import Looks, look_twice
from importer.sender.verification import Verifier
from tests.support.desk import desk
from tests.support.ledgers import RUN
from tests.support.service import Service, by_name, contacts, folders, invoke, written

FILL = UpdateRule("keep")
CITY, AGE = "additional_attributes.city", "custom_attributes.age"
ANN = Contact(name="Ann Lee", email="Ann@x.org", phone_number="+4915112345678", identifier="A-7")
QUICK = ("--inbox", "407", "--settle", "0.2", "--concurrency", "1")


def verified(name: str = "verify") -> list[list[str]]:
    """The lines of the newest verification."""
    path = max(folders(), key=lambda folder: folder.stat().st_mtime_ns) / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def verifications() -> list[Path]:
    return [folder for folder in folders() if folder.name.startswith("verify-")]


@pytest.mark.parametrize(
    ("shown", "different"),
    [
        pytest.param({}, [], id="the same"),
        pytest.param({"email": "ann@X.org"}, [], id="an email without case"),
        pytest.param({"phone_number": "49 1511 2345678"}, [], id="a phone number by its digits"),
        pytest.param({"name": " Ann  Lee"}, [], id="a name without its spaces"),
        pytest.param({"name": "ann lee"}, [("name", "ann lee", "Ann Lee")], id="the case of a name"),
        pytest.param({"identifier": "a-7"}, [("identifier", "a-7", "A-7")], id="an identifier as it is"),
        pytest.param({"email": None}, [("email", None, "Ann@x.org")], id="a value that is gone"),
        pytest.param({"attributes": {CITY: "Bonn"}}, [], id="what was not sent does not count"),
    ],
)
def test_a_field_is_compared_as_the_server_may_write_it(
    shown: dict[str, Any], different: list[tuple[str, object, object]]
) -> None:
    """Else every server with a way of its own would be wrong."""
    assert compared(ANN, Contact(**{**vars_of(ANN), **shown})) == different


def vars_of(contact: Contact) -> dict[str, Any]:
    return {**contact.create_fields(), "attributes": contact.attributes}


def compared(
    sent: Contact,
    shown: Contact,
    rule: UpdateRule = OVERWRITE,
    wrote: Sequence[tuple[str, Any, Any]] = (),
    *,
    was_there: bool = False,
) -> list[tuple[str, object, object]]:
    """The fields that differ: found, sent."""
    changes = [Change("1", *one) for one in wrote]
    verifier = Verifier(cast(Any, None), rule, lambda _key: changes)
    row = Due(2, sent, known_id="1" if was_there else None)
    return [(one.field, one.before, one.after) for one in verifier.differences(row, Found("1", shown))]


def test_a_value_that_the_rule_kept_is_not_compared() -> None:
    """An update is compared as it was merged; a create has no rule."""
    sent = Contact(name="Ann", email="a@x.org", attributes={CITY: "Bonn"})
    shown = Contact(name="Anna", email="a@x.org", attributes={CITY: "Köln"})
    assert compared(sent, shown, FILL, was_there=True) == []
    assert [name for name, *_ in compared(sent, shown, FILL)] == ["name", CITY]
    assert compared(sent, shown, UpdateRule("overwrite", {"name": "keep"}), was_there=True) == [(CITY, "Köln", "Bonn")]


def test_what_an_update_wrote_is_compared_whatever_the_rule_keeps_by_now() -> None:
    """It filled an empty city; somebody wrote another since."""
    sent, shown = (
        Contact(email="a@x.org", attributes={CITY: "Bonn"}),
        Contact(email="a@x.org", attributes={CITY: "Ulm"}),
    )
    assert compared(sent, shown, FILL, [(CITY, None, "Bonn")], was_there=True) == [(CITY, "Ulm", "Bonn")]


def test_a_field_that_was_emptied_must_be_empty() -> None:
    """``--clear``: that it has a value again is a difference."""
    sent, shown = Contact(email="a@x.org", clears=("name",)), Contact(name="Ann", email="a@x.org")
    assert compared(sent, shown, was_there=True) == [("name", "Ann", None)]
    assert compared(sent, Contact(email="a@x.org"), was_there=True) == []


def test_a_stamp_is_no_data() -> None:
    """A later run has put its own there."""
    stamp = "custom_attributes.import_run"
    wrote = [(stamp, None, "run-1")]
    shown = Contact(email="a@x.org", attributes={stamp: "run-2"})
    assert compared(Contact(email="a@x.org"), shown, OVERWRITE, wrote, was_there=True) == []


def test_a_number_and_its_text_are_one_value() -> None:
    """As an update compares them."""
    text = Contact(email="a@x.org", attributes={AGE: "7"})
    assert compared(text, Contact(email="a@x.org", attributes={AGE: 7})) == []
    assert compared(text, Contact(email="a@x.org", attributes={AGE: 8})) == [(AGE, 8, "7")]


@pytest.mark.parametrize(("again", "status"), [(False, None), (True, Status.MISSING)])
def test_only_the_second_look_says_that_one_is_missing(again: bool, status: Status | None) -> None:
    """A search may be late; who holds the values now is told."""
    verifier = Verifier(cast(Any, None), OVERWRITE, lambda _key: ())
    outcome = verifier.judge(Due(2, ANN, contact_id="1"), ReadBack(True, None, ("9",)), again=again).outcome
    assert (outcome and outcome.status) == status
    assert outcome is None or "contact 1 is not there; 9 holds its values" in sentence(outcome.error)


# -- two looks


def rows(*ids: str) -> list[LedgerRow]:
    return [
        LedgerRow(n, (), Contact(email=f"p{n}@x.org"), DUE._replace(contact_id=each)) for n, each in enumerate(ids, 2)
    ]


def looked(tmp_path: Path, staged: list[LedgerRow], missing: set[int]) -> tuple[list[tuple[int, bool]], list[float]]:
    """Which rows were looked at, and whether again; for how long the run waited. The first look does not find some."""
    seen: list[tuple[int, bool]] = []

    async def run() -> list[float]:
        with Ledger(tmp_path / "ledger.sqlite3") as ledger:
            with ledger.transaction():
                seq = ledger.begin(RUN)
                ledger.add(seq, staged)

            async def look(row: Due, again: bool) -> Outcome | None:
                seen.append((row.number, again))
                return None if row.number in missing and not again else Outcome(Status.SAME, row.contact_id)

            def record(*group: Any) -> None:
                ledger.record(seq, *group)

            async with desk() as opened:
                session, commit = opened.session, GroupCommit(record)
                run_ledger = RunLedger(ledger, seq, ledger.pending(seq), len(staged), commit)
                await look_twice(run_ledger, session, Looks(look, 1, lambda: 30.0, lambda _rows, _seconds: None))
                assert ledger.counts(seq) == {Status.SAME: len(staged)}
                return opened.stop.slept

    return seen, asyncio.run(run())


def test_who_is_not_found_is_looked_for_again_when_a_search_must_show_everybody(tmp_path: Path) -> None:
    """An index may be late: one look proves nothing about who is new."""
    seen, slept = looked(tmp_path, rows("1", "2", "3"), {3})
    assert seen == [(2, False), (3, False), (4, False), (3, True)]
    assert slept == [30.0]


def test_where_all_are_found_nobody_waits(tmp_path: Path) -> None:
    """The usual case."""
    seen, slept = looked(tmp_path, rows("1", "2"), set())
    assert seen == [(2, False), (3, False)]
    assert slept == []


def test_the_rows_of_one_contact_come_together_and_the_last_first(tmp_path: Path) -> None:
    """What was done last is undone first; and if it is not found, the rows below it wait for it."""
    seen, _ = looked(tmp_path, rows("1", "2", "1", "3", "1"), {4})
    assert seen == [(6, False), (4, False), (3, False), (5, False), (4, True), (2, True)]


# -- the command


@pytest.mark.slow
def test_a_run_is_read_back_and_all_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 0, one line a row, a run of its own with the mode verify, and no more requests than rows."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        assert service.invoke(contacts(3), *QUICK).exit_code == 0
        imported = folders()[0].name
        before = sum(service.sandbox.requests.values())
        done = service.invoke("verify")
        assert done.exit_code == 0, done.output
        assert sum(service.sandbox.requests.values()) - before == 3
        ids = [str(contact["id"]) for contact in service.sandbox.contacts]
    assert verified() == [
        ["row", "contact_id", "status", "field", "sent", "found"],
        *([str(n), ids[n - 2], "same", "", "", ""] for n in (2, 3, 4)),
    ]
    assert f"{imported}: All 3 rows are there as sent" in done.stdout
    summary = json.loads((verifications()[0] / "summary.json").read_text(encoding="utf-8"))
    assert (summary["mode"], summary["of_run"], summary["counts"]) == ("verify", imported, {"same": 3})


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["verify", "undo"])
def test_what_an_import_tells_of_itself_is_not_told_of_a_look_back(
    verb: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who looks back has started it; and whom the import missed of the week before is the import's to tell."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        monkeypatch.setattr("getpass.getuser", lambda: "importing")
        service.invoke(contacts(3), *QUICK)
        titles, _, *others = contacts(4).read_text(encoding="utf-8").splitlines()
        service.invoke(written("\n".join([titles, *others])), *QUICK)
        imported = summary_of_the_newest()
        monkeypatch.setattr("getpass.getuser", lambda: "looking")
        service.invoke(verb, imported["run"], *["--yes"] * (verb == "undo"))
        looked = summary_of_the_newest()
    assert (imported["mode"], imported["vanished"]) == ("import", 1)
    assert (looked["mode"], looked["vanished"]) == (verb, None)
    assert looked["started_by"].startswith("looking@")


def summary_of_the_newest() -> dict[str, Any]:
    newest = max(folders(), key=lambda folder: folder.stat().st_mtime_ns)
    summary: dict[str, Any] = json.loads((newest / "summary.json").read_text(encoding="utf-8"))
    return summary


@pytest.mark.slow
def test_what_is_different_and_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 1; a line for each field; and who is merged into whom."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(4), *QUICK)
        ids = [str(contact["id"]) for contact in service.sandbox.contacts]
        service.sandbox.account.change(ids[0], {"name": "Anna", "email": "new@x.org"})
        service.sandbox.account.remove(ids[1])
        service.sandbox.account.merge(ids[2], ids[3])
        done = service.invoke("verify", "--json")
    assert done.exit_code == 1, done.output
    assert json.loads(done.stdout)["counts"] == {"same": 1, "different": 1, "missing": 2}
    assert verified()[1:] == [
        ["2", ids[0], "different", "email", "p0@example.com", "new@x.org"],
        ["2", ids[0], "different", "name", "Person 0", "Anna"],
        ["3", ids[1], "missing", "", "", ""],
        ["4", ids[2], "missing", "", "", ""],
        ["5", ids[3], "same", "", "", ""],
    ]


@pytest.mark.slow
def test_the_newest_import_is_meant_and_no_verification(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``latest`` too; a run that sent nothing cannot be verified by name."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(1), *QUICK)
        service.invoke("verify")
        assert service.invoke("verify", "latest").exit_code == 0
        refused = service.invoke("verify", verifications()[0].name)
    assert refused.exit_code == 2
    assert "is no import" in refused.stderr


@pytest.mark.slow
def test_a_forgotten_run_and_one_of_another_server_cannot_be_verified(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is left to compare with; and credentials go to no address that the settings do not name."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(1), *QUICK)
        elsewhere = invoke("verify", **service.environment | {"LIVEDESK_BASE_URL": "https://desk.example"})
        assert elsewhere.exit_code == 2
        assert f"--base-url {service.url}" in elsewhere.stderr
        service.invoke("forget", "--all", "--yes")
        forgotten = service.invoke("verify")
    assert forgotten.exit_code == 2
    assert "is forgotten" in forgotten.stderr


@pytest.mark.slow
def test_a_row_that_no_search_finds_is_unknown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a key nobody can read it back: that is not the same."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(by_name(1), *QUICK)
        done = service.invoke("verify")
    assert done.exit_code == 1
    assert [line[2] for line in verified()[1:]] == ["unknown"]


@pytest.mark.slow
def test_who_was_left_alone_with_other_data_is_not_read_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The run sent nothing there, and has said so; who exists with the same data it has proved."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.sandbox.account.fill(
            [{"inbox_id": 407, "name": name, "identifier": f"C{n}"} for n, name in enumerate(("Ann", "Bo"))]
        )
        service.invoke(written("Name,Customer ID\nAnn,C0\nBob,C1\n"), *QUICK)
        done = service.invoke("verify")
    assert done.exit_code == 0
    assert [line[0] for line in verified()[1:]] == ["2"]


def shouting(service: Service) -> None:
    """The server stores every name in capitals."""
    create = service.sandbox.account.create
    service.sandbox.account.create = lambda body: create(  # type: ignore[method-assign]
        {**body, "name": str(body.get("name")).upper()}
    )


@pytest.mark.slow
def test_an_import_verifies_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``--verify``: in the same process, after the report; where something differs, an exit code of 0 becomes 1."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        fine = service.invoke(contacts(2), *QUICK, "--verify")
        shouting(service)
        wrong = service.invoke(written("Name,Customer ID\nAnn,N1\n"), *QUICK, "--verify", "--json")
    assert fine.exit_code == 0, fine.output
    assert "All 2 rows are there as sent" in fine.stdout
    assert wrong.exit_code == 1
    told = json.loads(wrong.stdout)
    assert (told["exit_code"], told["counts"]) == (0, {"created": 1})
    assert told["verification"]["counts"] == {"different": 1}


@pytest.mark.slow
def test_a_stopped_import_is_not_verified(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor a rehearsal, whose server is gone: that is told."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        wrong = service.environment | {"LIVEDESK_API_SECRET": "wrong"}
        assert invoke(contacts(2), *QUICK, "--verify", **wrong).exit_code == 4
        rehearsal = service.invoke(contacts(2), *QUICK, "--verify", "--sandbox")
    assert rehearsal.exit_code == 0
    assert "a rehearsal is not verified" in rehearsal.stderr
    assert verifications() == []


@pytest.mark.slow
def test_a_verification_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither on the server nor in what the ledger knows: the same file again sends nothing."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(2), *QUICK)
        writes = {name: count for name, count in service.sandbox.requests.items() if name != "GET"}
        service.invoke("verify")
        assert {name: count for name, count in service.sandbox.requests.items() if name != "GET"} == writes
        before = sum(service.sandbox.requests.values())
        again = service.invoke(contacts(2), *QUICK, "--json")
        assert sum(service.sandbox.requests.values()) == before
    assert json.loads(again.stdout)["counts"] == {"unchanged": 2}


# -- the account's list


@pytest.mark.slow
def test_the_list_is_read_where_that_is_fewer_requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """20 people are two pages of it; what it shows otherwise is told, and who is not there is searched for too."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(20), *QUICK)
        ids = {contact["identifier"]: contact["id"] for contact in service.sandbox.contacts}
        service.sandbox.account.change(ids["C3"], {"name": "Somebody"})
        service.sandbox.account.remove(ids["C7"])
        before = sum(service.sandbox.requests.values())
        done = service.invoke("verify", "--json")
        spent = sum(service.sandbox.requests.values()) - before
    assert json.loads(done.stdout)["counts"] == {"same": 18, "different": 1, "missing": 1}
    assert "it is read instead" in done.stderr
    assert spent <= 8
    assert [line[0] for line in verified()[1:] if line[2] != "same"] == ["5", "9"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["capped", "shifting"])
def test_a_list_that_is_not_whole_says_of_nobody_that_he_is_missing(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whom it does not show is searched for."""
    monkeypatch.chdir(tmp_path)
    with Service(list=kind) as service:
        service.invoke(contacts(170), *QUICK)
        done = service.invoke("verify", "--json")
    assert json.loads(done.stdout)["counts"] == {"same": 170}
