"""undo: what a run changed comes back, what it created goes, as far as nobody has touched it since."""

import copy
import csv
import json
import re
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Due
from importer.livedesk.api import CONTACTS_PATH
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Found, Reply
from importer.livedesk.usage import has_members, was_active
from importer.models import Json, Status
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sandbox.usage import Use
from importer.sender.removal import changed_fields
from importer.sender.restoring import judge
from tests.support.desk import script
from tests.support.raw_answers import honest, new_account
from tests.support.raw_server import RawServer, Request, Step
from tests.support.service import Service, by_name, contacts, folders, invoke, wait_until, written

QUICK = ("--inbox", "407", "--settle", "0.2", "--concurrency", "1")
UPDATE = ("--match-by", "identifier", "--on-duplicate", "update")
ALL: dict[str, Any] = {"delete": "on", "usage": "on"}
LEDGER = Path("import-results/ledger.sqlite3")


def newest(prefix: str) -> Path:
    return max((one for one in folders() if one.name.startswith(prefix)), key=lambda one: one.stat().st_mtime_ns)


def told(folder: Path | None = None) -> list[list[str]]:
    """The lines of the newest undo: row, id, status, reason."""
    with ((folder or newest("undo-")) / "undo.csv").open(encoding="utf-8-sig", newline="") as file:
        titles, *lines = csv.reader(file)
    assert titles == ["row", "contact_id", "status", "reason", "link"]
    assert {line[-1] for line in lines} <= {""}
    return [line[:-1] for line in lines]


def statuses(folder: Path | None = None) -> list[tuple[str, str]]:
    """Row and status of each line."""
    return [(row, status) for row, _, status, _ in told(folder)]


def undo(service: Service, *more: str) -> Result:
    return service.invoke("undo", "latest", "--yes", *more)


def codes() -> dict[str, int]:
    """The causes of the newest undo."""
    summary = json.loads((newest("undo-") / "summary.json").read_text(encoding="utf-8"))
    return {cause["code"]: cause["count"] for cause in summary["causes"]}


def ids_of(service: Service) -> list[str]:
    return [str(contact["id"]) for contact in service.sandbox.contacts]


def people(count: int, name: str = "New") -> Path:
    rows = (f"{name} {n},n{n}@x.org,C{n},Firm {n},{30 + n}\n" for n in range(count))
    return written("Name,Email,Customer ID,Company,Age\n" + "".join(rows))


def with_old(service: Service, count: int) -> list[dict[str, Any]]:
    """People who were there before, with other data, some of them with attributes; all that is stored of them."""
    bodies: list[dict[str, Any]] = [
        {"inbox_id": 407, "name": f"Old {n}", "email": f"o{n}@x.org", "identifier": f"C{n}"} for n in range(count)
    ]
    for n, contact_id in enumerate(service.sandbox.account.fill(bodies, age_s=9_000)):
        if n % 2:
            own: dict[str, Any] = {"city": "Bonn", "company_name": f"Was {n}"}
            service.sandbox.account.change(contact_id, {"additional_attributes": own, "custom_attributes": {"vip": 1}})
    return copy.deepcopy(service.sandbox.contacts)


def update(service: Service, file: Path, *more: str) -> None:
    done = service.invoke(file, *QUICK, *UPDATE, "--map", "Age=custom_attributes.age", *more)
    assert done.exit_code == 0, done.output


def bare(contacts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Contacts without the members that are there and empty, as kin leaves them."""
    return [
        {
            name: {key: inner for key, inner in value.items() if inner is not None}
            if isinstance(value, dict)
            else value
            for name, value in contact.items()
        }
        for contact in contacts
    ]


# -- judged without a server

NOW = Contact(name="New", email="n@x.org", attributes={"custom_attributes.age": 7})


@pytest.mark.parametrize(
    ("field", "before", "after", "expected"),
    [
        ("name", "Old", "New", "restore"),
        ("name", "New", "Newer", "before"),
        ("name", "Old", "Newer", "kept"),
        ("name", "Old", "new", "kept"),
        ("email", None, "N@x.org", "restore"),
        ("custom_attributes.age", 6, 7, "restore"),
        ("custom_attributes.age", 6, 8, "kept"),
        ("identifier", "C1", None, "restore"),
        ("identifier", None, "C1", "before"),
    ],
)
def test_a_change_is_restored_only_if_the_contact_has_what_the_run_wrote(
    field: str, before: Any, after: Any, expected: str
) -> None:
    """What it had before is undone already; anything else somebody wrote since."""
    change = Change("1", field, before, after)
    judged = judge([change], Found("1", NOW, custom={"age": 7}))
    assert {name: one for name, one in judged._asdict().items() if one} == {expected: (change,)}


@pytest.mark.parametrize(
    ("shown", "changed"),
    [
        ({}, []),
        ({"email": "N@X.org"}, []),
        ({"name": "NEW"}, ["name"]),
        ({"phone_number": "+491"}, ["phone_number"]),
        ({"attributes": {}}, ["custom_attributes.age"]),
        ({"attributes": {"custom_attributes.age": 7, "custom_attributes.vip": True}}, ["custom_attributes.vip"]),
        ({"attributes": {"custom_attributes.age": 7, "custom_attributes.import_run": "r"}}, []),
    ],
)
def test_a_contact_is_what_the_run_made_if_nothing_is_other_and_nothing_more(
    shown: dict[str, Any], changed: list[str]
) -> None:
    """A stamp is the run's own."""
    found = Contact(**{**NOW.create_fields(), "attributes": NOW.attributes, **shown})
    assert changed_fields(Due(2, NOW), Found("1", found)) == changed


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, [], False),
        (200, {"payload": []}, False),
        (200, [{"id": 1}], True),
        (200, {"payload": ["vip"]}, True),
        (200, {"error": "x"}, None),
        (200, None, None),
        (404, {"payload": []}, None),
    ],
)
def test_a_list_that_shows_use_is_a_list(status: int, body: Any, expected: bool | None) -> None:
    """Anything else tells nothing."""
    assert has_members(Reply(status, body)) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Found("1", NOW, 100.0), False),
        (Found("1", NOW, 100.0, active_at=101.0), False),
        (Found("1", NOW, 100.0, active_at=102.0), True),
        (Found("1", NOW, None, active_at=102.0), True),
        (Found("1", NOW, 100.0, is_blocked=True), True),
    ],
)
def test_an_activity_after_the_creation_is_use(found: Found, expected: bool) -> None:
    """Without a time of creation any activity is."""
    assert was_active(found) is expected


# -- what was changed


@pytest.mark.slow
@pytest.mark.parametrize("additional", ["merged", "replaced"])
def test_the_values_from_before_come_back(additional: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every field of every contact, whatever the server does with attributes; a line for each change."""
    monkeypatch.chdir(tmp_path)
    with Service(additional=additional) as service:
        before = with_old(service, 4)
        update(service, people(4), "--stamp")
        assert service.sandbox.contacts != before
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert bare(service.sandbox.contacts) == before
    assert {status for _, status in statuses()} == {"undone"}
    assert ["2", str(before[0]["id"]), "undone", 'name: "New 0" -> "Old 0"'] in told()
    assert [line for line in told() if line[0] == "3" and "company_name" in line[3]] == [
        ["3", str(before[1]["id"]), "undone", 'additional_attributes.company_name: "Firm 1" -> "Was 1"']
    ]


@pytest.mark.slow
def test_a_field_that_somebody_changed_since_is_kept_and_the_others_come_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Field by field; exit code 1, and the reason names both values."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        before = with_old(service, 2)
        update(service, people(2))
        service.sandbox.account.change(before[0]["id"], {"email": "own@x.org"})
        done = undo(service)
        after = bare(service.sandbox.contacts)
    assert done.exit_code == 1, done.output
    assert after == [{**before[0], "email": "own@x.org"}, before[1]]
    kept = [line for line in told() if line[2] == "kept"]
    assert [line[:3] for line in kept] == [["2", str(before[0]["id"]), "kept"]]
    assert kept[0][3].startswith('email: "own@x.org" is there, and the run wrote "n0@x.org"')
    assert codes() == {"changed_since": 1}


@pytest.mark.slow
def test_what_a_later_run_changed_is_kept_until_that_run_is_undone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The last run is undone first; then the one before, to the values from before both."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        before = with_old(service, 2)
        update(service, people(2))
        first = folders()[0].name
        update(service, people(2, "Newer"))
        second = newest("contacts-").name
        early = service.invoke("undo", first, "--yes")
        assert early.exit_code == 1
        assert statuses() == [("2", "kept"), ("3", "kept")], "a line for the contact: no field is claimed"
        assert {line[3] for line in told()} == {f"{second} changed the contact later; undo that run first"}
        assert codes() == {"changed_later": 2}
        assert service.invoke("undo", second, "--yes").exit_code == 0
        assert service.invoke("undo", first, "--yes").exit_code == 0
        assert bare(service.sandbox.contacts) == before


@pytest.mark.slow
def test_a_contact_that_is_gone_or_merged_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever holds its values now is not touched."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        before = with_old(service, 2)
        update(service, people(2))
        other = service.sandbox.account.fill([{"inbox_id": 407, "name": "Other"}])[0]
        service.sandbox.account.remove(before[0]["id"])
        service.sandbox.account.merge(before[1]["id"], other)
        was = copy.deepcopy(service.sandbox.contacts)
        assert undo(service).exit_code == 1
        assert service.sandbox.contacts == was
    assert codes() == {"gone": 2}
    assert any(f"{other} holds its values" in line[3] for line in told())


@pytest.mark.slow
@pytest.mark.parametrize("additional", ["merged", "replaced"])
def test_a_value_that_another_has_by_now_cannot_come_back(
    additional: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The server refuses it: that field is failed, with who holds the value; the contact's other fields come back."""
    monkeypatch.chdir(tmp_path)
    with Service(additional=additional) as service:
        before = with_old(service, 3)
        update(service, people(3))
        (thief,) = service.sandbox.account.fill([{"inbox_id": 407, "email": "o1@x.org"}])
        assert undo(service).exit_code == 1
        assert bare(service.sandbox.contacts)[:3] == [before[0], {**before[1], "email": "n1@x.org"}, before[2]]
        lines = [line for line in told() if line[0] == "3"]
        with Ledger(LEDGER) as ledger:
            noted = {change.field for change in ledger.changes_of(ledger.runs()[0][0], (0, 3))}
        assert undo(service).exit_code == 1, "what is back already is no change any more"
    ((*_, why),) = [line for line in lines if line[2] == "failed"]
    assert why.startswith(f'email: contact {thief} holds "o1@x.org" now;')
    assert {line[2] for line in lines if line[3] != why} == {"undone"}
    assert len(lines) > 2
    assert {line[3].partition(": ")[2] for line in told() if line[2] == "undone"} == {"as it was before"}
    assert "email" not in noted, "what did not happen is not noted"
    assert "name" in noted
    assert codes() == {"not_restored": 1}


@pytest.mark.slow
def test_what_came_back_alone_stays_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that replaces attributes gets with each field those that are back by then, not those read at first."""
    monkeypatch.chdir(tmp_path)
    with Service(additional="replaced") as service:
        (old,) = service.sandbox.account.fill(
            [{"inbox_id": 407, "name": "Old", "email": "o@x.org", "identifier": "C0"}], age_s=9_000
        )
        service.sandbox.account.change(old, {"additional_attributes": {"city": "Bonn", "company_name": "Was"}})
        update(service, written("Name,Email,Customer ID,Company,City,Age\nNew,n@x.org,C0,Firm,Trier,30\n"))
        service.sandbox.account.fill([{"inbox_id": 407, "email": "o@x.org"}])
        assert undo(service).exit_code == 1
        assert service.sandbox.contacts[0]["additional_attributes"] == {"city": "Bonn", "company_name": "Was"}


@pytest.mark.slow
@pytest.mark.parametrize("clears", ["ignored", "refused"])
def test_a_server_that_empties_nothing_is_not_believed(
    clears: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A company that was not there before stays, and nothing says that it is gone; the other fields come back."""
    monkeypatch.chdir(tmp_path)
    with Service(clears=clears) as service:
        with_old(service, 1)
        update(service, people(1))
        assert undo(service).exit_code == 1
        left = service.sandbox.contacts[0]
        assert left["additional_attributes"]["company_name"] == "Firm 0"
        assert (left["name"], left["email"]) == ("Old 0", "o0@x.org")
    by_field = {line[3].partition(":")[0]: line[2] for line in told()}
    emptied = ("additional_attributes.company_name", "custom_attributes.age")
    assert by_field == {"name": "undone", "email": "undone", **dict.fromkeys(emptied, "failed")}
    assert all("blank" not in line[3] or line[3].partition(":")[0] in emptied for line in told())


@pytest.mark.slow
@pytest.mark.parametrize("how", ["--dry-run", "--yes"])
def test_a_dry_run_says_field_by_field_what_an_undo_does(
    how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One field is kept, and the others of the contact are restored, in both alike."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        before = with_old(service, 1)
        update(service, people(1))
        service.sandbox.account.change(before[0]["id"], {"email": "own@x.org"})
        service.invoke("undo", "latest", how)
    by_field = {line[3].partition(":")[0]: line[2] for line in told()}
    assert by_field.pop("email") == "kept"
    assert {*by_field.values()} == {"undone"}


@pytest.mark.slow
def test_a_field_that_somebody_emptied_is_said_to_be_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not that nothing, in quotes, is there."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        before = with_old(service, 1)
        update(service, people(1))
        service.sandbox.account.change(before[0]["id"], {"email": None})
        undo(service)
    (kept,) = [line for line in told() if line[2] == "kept"]
    assert kept[3].startswith('email: it is empty now, and the run wrote "n0@x.org"')


@pytest.mark.slow
def test_where_searches_show_no_values_nothing_counts_as_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing contradicts, and nothing proves: kept as untold; --remove-untold removes what the run created."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL, answers="terse_searches") as service:
        service.invoke(contacts(2), *QUICK)
        assert undo(service).exit_code == 1
        assert codes() == {"untold": 2}
        table = undo(service, "--dry-run").stdout
        assert re.search(r"kept +the server does not show its values$", table, re.MULTILINE)  # what to do stands above
        assert all("the server does not show its values" in line[3] for line in told())
        assert undo(service, "--remove-untold").exit_code == 0
        assert ids_of(service) == []


def hiding(service: Service, hidden: Sequence[str]) -> None:
    """From now on searches show contacts without these fields."""
    search = service.sandbox.account.search

    def terse(query: str, page: str | None) -> Any:
        body: Any = search(query, page).body
        shown: list[Json] = [{name: one[name] for name in one if name not in hidden} for one in body["payload"]]
        return Response(200, {**body, "payload": shown})

    service.sandbox.account.search = terse  # type: ignore[method-assign]


KEYS = ("email", "phone_number", "identifier")
ATTRIBUTES = ("additional_attributes", "custom_attributes")


@pytest.mark.slow
@pytest.mark.parametrize(
    "hidden", [(*KEYS, *ATTRIBUTES), KEYS, ATTRIBUTES], ids=["id and name alone", "no key", "no attributes"]
)
def test_what_a_search_does_not_show_is_neither_restored_nor_removed(
    hidden: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those of the run are found by their ids, and nothing tells what they hold: what is seen alone comes back."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        with_old(service, 2)
        update(service, people(4))
        after = copy.deepcopy(service.sandbox.contacts)
        service.sandbox.requests.clear()
        hiding(service, hidden)
        assert undo(service).exit_code == 1
        assert codes() == {"untold": 4}
        assert ids_of(service) == [str(contact["id"]) for contact in after]
        for contact, before in zip(service.sandbox.contacts, after, strict=True):
            assert {name: contact[name] for name in ATTRIBUTES} == {name: before[name] for name in ATTRIBUTES}
        assert (service.sandbox.requests["PATCH"] == 0) is (hidden != ATTRIBUTES)
        assert service.sandbox.requests["DELETE"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [KEYS, (*KEYS, "name")], ids=["the name shown", "nothing shown"])
def test_whom_a_search_may_hide_is_not_created_twice(
    hidden: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A phone number may be several people's, so no refusal would prevent it: the search counts as not answered."""
    monkeypatch.chdir(tmp_path)
    with Service(phones="shared") as service:
        service.invoke(written("Name,Phone\nAnn,+4915112345678\n"), *QUICK)
        hiding(service, hidden)
        done = service.invoke(written("Name,Phone\nAnn Lee,+4915112345678\n"), *QUICK, "--on-duplicate", "update")
        assert done.exit_code == 1
        assert len(service.sandbox.contacts) == 1
        assert "the search for it was not answered" in done.output


@pytest.mark.slow
def test_who_was_gone_is_imported_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An undo that found nobody leaves no knowledge of them: they are not unchanged for the next import."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(3), *QUICK)
        first, second, _ = ids_of(service)
        service.sandbox.account.remove(first)
        service.sandbox.account.use(second, Use(notes=1))
        assert undo(service).exit_code == 1
        assert codes() == {"gone": 1, "used": 1}
        again = service.invoke(contacts(3), *QUICK, "--json")
    assert json.loads(again.stdout)["counts"] == {"created": 2, "unchanged": 1}
    assert any(line[3].startswith("the contact is gone (removed or merged); ") for line in told())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["created", "updated"])
def test_who_was_forgotten_is_neither_undone_nor_called_unknown(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The values are erased: both say so, and nothing is changed."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        with_old(service, 2 if kind == "updated" else 0)
        update(service, people(2))
        assert service.invoke("forget", "--person", "n0@x.org", "--yes").exit_code == 0
        was = copy.deepcopy(service.sandbox.contacts[0])
        verified = service.invoke("verify")
        assert "not read back" in verified.stdout
        assert "not known whether stored" not in verified.stdout
        assert "forgotten: this person was forgotten" in verified.stdout
        assert undo(service).exit_code == 1
        assert service.sandbox.contacts[0] == was
    assert codes() == {"forgotten": 1}
    assert [line[2:] for line in told() if line[0] == "2"] == [
        [
            "kept",
            "this person was forgotten, so the values are erased; nothing was changed; "
            "look for the contact in LiveDesk by its id",
        ]
    ]


@pytest.mark.slow
def test_an_answer_alone_does_not_prove_that_a_field_is_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first is read back: a server that shows a company as gone and keeps it is not believed."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        with_old(service, 1)
        update(service, people(1))
        own = service.sandbox.account.update

        def pretending(contact_id: str, body: Mapping[str, Any]) -> Any:
            kept = copy.deepcopy(service.sandbox.contacts[0]["additional_attributes"])
            answer = copy.deepcopy(own(contact_id, body))
            service.sandbox.account.change(contact_id, {"additional_attributes": kept})
            return answer

        service.sandbox.account.update = pretending  # type: ignore[method-assign]
        assert undo(service).exit_code == 1
    assert codes() == {"not_restored": 1}
    assert any("company_name" in line[3] and line[2] == "failed" for line in told())


@pytest.mark.slow
def test_what_is_restored_is_not_known_any_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same file again updates the same people again."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        with_old(service, 2)
        update(service, people(2))
        updated = copy.deepcopy(service.sandbox.contacts)
        assert undo(service).exit_code == 0
        update(service, people(2))
        assert bare(service.sandbox.contacts) == bare(updated)


# -- what was created


@pytest.mark.slow
def test_whom_the_run_created_is_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And nobody else; the same file imports them anew."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        other = service.sandbox.account.fill([{"inbox_id": 407, "name": "Other", "email": "other@x.org"}])
        service.invoke(contacts(5), *QUICK)
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert [contact["id"] for contact in service.sandbox.contacts] == other
        assert statuses() == [(str(n), "undone") for n in range(2, 7)]
        again = service.invoke(contacts(5), *QUICK, "--json")
        assert json.loads(again.stdout)["counts"] == {"created": 5}


TOUCHES: Mapping[str, tuple[Callable[[Service, str], object], str]] = {
    "conversation": (lambda service, one: service.sandbox.account.use(one, Use(conversations=1)), "used"),
    "note": (lambda service, one: service.sandbox.account.use(one, Use(notes=1)), "used"),
    "label": (lambda service, one: service.sandbox.account.use(one, Use(labels=("vip",))), "used"),
    "blocked": (lambda service, one: service.sandbox.account.change(one, {"blocked": True}), "blocked"),
    "activity": (lambda service, one: service.sandbox.account.change(one, {"last_activity_at": 4_000_000_000}), "used"),
    "name": (lambda service, one: service.sandbox.account.change(one, {"name": "PERSON 0"}), "changed_since"),
    "attribute": (
        lambda service, one: service.sandbox.account.change(one, {"custom_attributes": {"vip": True}}),
        "changed_since",
    ),
    "gone": (lambda service, one: service.sandbox.account.remove(one), "gone"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("touch", "code"), TOUCHES.values(), ids=TOUCHES)
def test_whom_somebody_touched_stays(
    touch: Callable[[Service, str], object], code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Used or changed: kept, whatever is asked for; the others go."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(3), *QUICK)
        ids = ids_of(service)
        touched = ids[0]
        touch(service, touched)
        was = [contact for contact in copy.deepcopy(service.sandbox.contacts) if str(contact["id"]) == touched]
        assert undo(service, "--remove-untold").exit_code == 1
        assert service.sandbox.contacts == was
    assert {contact_id: status for _, contact_id, status, _ in told()} == {
        **dict.fromkeys(ids, "undone"),
        touched: "kept",
    }
    assert codes() == {code: 1}


@pytest.mark.slow
@pytest.mark.parametrize("usage", ["absent", "partial", "empty"])
def test_where_the_server_cannot_tell_of_use_nobody_is_removed_unasked(
    usage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """404, a part of the lists, or the same for a contact that does not exist: none of that is an answer."""
    monkeypatch.chdir(tmp_path)
    with Service(delete="on", usage=usage) as service:
        service.invoke(contacts(3), *QUICK)
        assert undo(service).exit_code == 1
        assert len(ids_of(service)) == 3
        assert codes() == {"untold": 3}
        assert service.sandbox.requests["DELETE"] == 0
        if usage == "partial":
            service.sandbox.account.use(ids_of(service)[0], Use(conversations=1))
        done = undo(service, "--remove-untold")
        assert len(ids_of(service)) == (1 if usage == "partial" else 0), done.output


@pytest.mark.slow
@pytest.mark.parametrize("delete", ["absent", "forbidden", "pretended"])
def test_the_first_removal_proves_whether_the_server_can(
    delete: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """404, 401, or 200 and the contact is still found: one try, all are kept with the reason, and nothing stops."""
    monkeypatch.chdir(tmp_path)
    with Service(delete=delete, usage="on") as service:
        service.invoke(contacts(4), *QUICK)
        done = undo(service)
        assert done.exit_code == 1, done.output
        assert service.sandbox.requests["DELETE"] == 1
        assert len(ids_of(service)) == 4
    assert codes() == {"not_removable": 4}
    assert all("the server removes no contacts" in line[3] for line in told())


@pytest.mark.slow
def test_a_removal_that_meets_nobody_proves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody else removed the first one just then: 404. The second still has to show whether the server can."""
    monkeypatch.chdir(tmp_path)
    with Service(delete="pretended", usage="on") as service:
        service.invoke(contacts(2), *QUICK)
        first, second = ids_of(service)
        delete = service.sandbox.account.delete

        def meanwhile(contact_id: str) -> Any:
            if contact_id == first:
                service.sandbox.account.remove(contact_id)
            return delete(contact_id)

        service.sandbox.account.delete = meanwhile  # type: ignore[method-assign]
        assert undo(service, "--concurrency", "1").exit_code == 1
    assert {line[1]: line[2] for line in told()} == {first: "undone", second: "kept"}


@pytest.mark.slow
def test_a_contact_that_is_online_can_be_removed_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """422: failed, and the same command takes the rest."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(2), *QUICK)
        online = ids_of(service)[0]
        service.sandbox.account.change(online, {"availability_status": "online"})
        assert undo(service).exit_code == 1
        assert ids_of(service) == [online]
        assert codes() == {"not_removed": 1}
        service.sandbox.account.change(online, {"availability_status": "offline"})
        assert undo(service).exit_code == 0
        assert ids_of(service) == []
        assert [line[1:3] for line in told()] == [[online, "undone"]]


@pytest.mark.slow
def test_whom_a_search_settled_is_never_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No answer named it: another may have created it."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL, drop_after=1.0) as service:
        service.invoke(contacts(2), *QUICK)
        assert undo(service, "--remove-untold").exit_code == 1
        assert len(ids_of(service)) == 2
        assert service.sandbox.requests["DELETE"] == 0
    assert codes() == {"not_proved": 2}


@pytest.mark.slow
@pytest.mark.parametrize("long_ago", [1_600_000_000, 1_600_000_000_000, "1600000000", "2020-09-13T12:26:40Z"])
def test_who_was_created_at_another_time_is_another(
    long_ago: Json, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An id alone is never enough, in whatever form the time is."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(1), *QUICK)
        service.sandbox.contacts[0]["created_at"] = long_ago
        assert undo(service).exit_code == 1
        assert len(ids_of(service)) == 1
    assert codes() == {"not_proved": 1}


@pytest.mark.slow
def test_a_run_of_an_older_ledger_removes_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It did not note whom a search had found."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(1), *QUICK)
        with Ledger(LEDGER) as ledger, ledger.transaction():
            seq, run = ledger.runs()[0]
            ledger.rewrite(seq, type(run)(**{**{f: getattr(run, f) for f in run.__slots__}, "ledger_version": 0}))
        assert undo(service).exit_code == 1
        assert len(ids_of(service)) == 1
    assert codes() == {"not_proved": 1}


@pytest.mark.slow
def test_who_has_no_key_is_not_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No search shows that it is still what the run made."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(by_name(1), *QUICK)
        assert undo(service).exit_code == 1
        assert len(ids_of(service)) == 1
    assert codes() == {"not_proved": 1}


@pytest.mark.slow
def test_created_and_changed_in_one_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both are undone, and people who are in no row stay as they are."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        before = with_old(service, 2)
        update(service, people(4))
        assert len(ids_of(service)) == 4
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert bare(service.sandbox.contacts) == before


# -- lost answers and killed processes


@pytest.mark.slow
def test_after_a_lost_answer_a_search_tells_and_nothing_is_removed_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A second request for a contact that is gone would be one too many."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(6), *QUICK)
        asked: list[str] = []
        delete = service.sandbox.account.delete

        def noted(contact_id: str) -> Any:
            asked.append(contact_id)
            return delete(contact_id)

        service.sandbox.account.delete = noted  # type: ignore[method-assign]
        script(service.sandbox, [Fault.DROP_AFTER, None, Fault.ERROR_AFTER, Fault.HTML_AFTER], ("DELETE",))
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert ids_of(service) == []
        assert len(asked) == len({*asked}) == 6


@pytest.mark.slow
def test_a_removal_that_never_arrived_is_sent_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The search still shows the contact, and it is still as the run made it."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(2), *QUICK)
        script(service.sandbox, [Fault.DROP_BEFORE, Fault.ERROR_BEFORE], ("DELETE",))
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert ids_of(service) == []


def kill_in_the_middle(service: Service, is_half: Callable[[], bool], *how: signal.Signals) -> int:
    process = service.start("undo", "latest", "--yes", "--concurrency", "2")
    wait_until(is_half, process)
    for number in how:
        process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_killed_in_the_middle_the_same_command_goes_on(
    how: signal.Signals, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody else is touched, and in the end all is as before; the first undo has its files, with a line for each."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL, latency_ms=15) as service:
        before = with_old(service, 10)
        update(service, people(30))
        code = kill_in_the_middle(service, lambda: len(service.sandbox.contacts) < 22, how)
        assert code == {signal.SIGKILL: -9, signal.SIGINT: 130}[how]
        assert 10 < len(service.sandbox.contacts) < 22
        done = undo(service)
        assert done.exit_code == 0, done.output
        assert bare(service.sandbox.contacts) == before
        undos = sorted(
            (one for one in folders() if one.name.startswith("undo-")), key=lambda one: one.stat().st_mtime_ns
        )
        assert len(undos) == 2
        undone = {row for one in undos for row, status in statuses(one) if status == "undone"}
        assert undone == {str(n) for n in range(2, 32)}
        assert "nothing is left to undo" in undo(service).stdout


@pytest.mark.slow
def test_a_ledger_that_an_undo_left_half_done_still_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whom it removed is created anew, whom it left is unchanged or found: nobody twice."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL, latency_ms=15) as service:
        service.invoke(contacts(20), *QUICK)
        kill_in_the_middle(service, lambda: len(service.sandbox.contacts) < 15, signal.SIGKILL)
        again = service.invoke(contacts(20), *QUICK, "--json")
        assert again.exit_code == 0, again.output
        assert len(service.stored) == 20
        counts = json.loads(again.stdout)["counts"]
        assert counts["created"] >= 5
        assert sum(counts.values()) == 20


# -- the command


@pytest.mark.slow
def test_it_asks_first_and_names_how_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a terminal and without --yes: exit code 2, and nothing has happened, not even a run."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        with_old(service, 2)
        update(service, people(5))
        before, requests = copy.deepcopy(service.sandbox.contacts), sum(service.sandbox.requests.values())
        done = service.invoke("undo", "latest")
        assert done.exit_code == 2
        told = "Error: nothing was undone: it would restore 2 and remove 3 contacts, and nobody said yes\n"
        assert done.stderr.startswith(told)
        assert "--yes" in done.stderr
        assert service.sandbox.contacts == before
        assert sum(service.sandbox.requests.values()) == requests
    assert len(folders()) == 1


@pytest.mark.slow
def test_a_dry_run_reads_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It says what would be undone and kept, asks nothing, and the ledger has no run more."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        with_old(service, 2)
        update(service, people(4))
        ids = ids_of(service)
        service.sandbox.account.use(ids[-1], Use(notes=1))
        before, was = copy.deepcopy(service.sandbox.contacts), dict(service.sandbox.requests)
        done = service.invoke("undo", "latest", "--dry-run")
        assert done.exit_code == 1, done.output
        assert "dry run, nothing was changed" in done.stdout
        assert service.sandbox.contacts == before
        assert {name for name, count in service.sandbox.requests.items() if count != was.get(name)} == {"GET"}
        with Ledger(LEDGER) as ledger:
            assert [run.mode for _, run in ledger.runs()] == ["import"]
        assert {line[1]: line[2] for line in told()} == {**dict.fromkeys(ids, "undone"), ids[-1]: "kept"}
        assert any(line[3] == 'name: "New 0" -> "Old 0"' for line in told())
        assert undo(service).exit_code == 1
        assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_an_undo_is_not_undone_and_a_run_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is undone is undone; a name is needed."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(1), *QUICK)
        undo(service)
        refused = service.invoke("undo", newest("undo-").name, "--yes")
        assert refused.exit_code == 2
        assert "is no import" in refused.stderr
        again = undo(service)
        assert again.exit_code == 0
        assert "nothing is left to undo" in again.stdout
        assert service.invoke("undo").exit_code == 2


@pytest.mark.slow
def test_a_run_of_which_a_part_was_undone_is_verified_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those who are gone are missing."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL) as service:
        service.invoke(contacts(2), *QUICK)
        service.sandbox.account.use(ids_of(service)[0], Use(notes=1))
        undo(service)
        verified = service.invoke("verify", "--json")
    assert json.loads(verified.stdout)["counts"] == {"same": 1, "missing": 1}


@pytest.mark.slow
def test_what_an_undo_did_is_in_the_ledger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its changes have the values as it found them, and as they are now; the report writes its file again."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        with_old(service, 1)
        update(service, people(1))
        undo(service)
        folder = newest("undo-")
        lines = told(folder)
        (folder / "undo.csv").unlink()
        assert service.invoke("report", folder.name).exit_code == 0
        assert told(folder) == lines
        with Ledger(LEDGER) as ledger:
            seq, run = ledger.runs()[0]
            assert (run.mode, run.of_run) == ("undo", folders()[0].name)
            changed = {
                change.field: (change.before, change.after) for _, made in ledger.changes(seq) for change in made
            }
            assert changed["name"] == ("New 0", "Old 0")
            assert ledger.counts(seq) == {Status.UNDONE: 1}


@pytest.mark.slow
def test_a_search_that_is_late_does_not_pass_for_undone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It shows the contact as it was before the update: within --settle of the run that proves nothing."""
    monkeypatch.chdir(tmp_path)
    account = new_account()
    account.fill([{"name": "Old", "email": "ann@x.org", "inbox_id": 407}], 86_400.0)
    ask, was = honest(account), list[Iterable[Step]]()

    def handler(request: Request) -> Iterable[Step]:
        if request.method == "GET" and request.query.get("q") and was:
            return was.pop()
        return ask(request)

    with RawServer(handler) as server:
        search = Request(0, 0, "GET", CONTACTS_PATH, {"q": "ann@x.org"}, {}, None)
        before = ask(search)
        file = written("Name,Email\nNew,ann@x.org\n")
        options = ("--inbox", "407", "--settle", "15", "--on-duplicate", "update", "--quiet")
        assert invoke(file, *options, **server.environment).exit_code == 0
        assert account.contacts[0]["name"] == "New"
        was.append(before)
        done = invoke("undo", "latest", "--yes", **server.environment)
        assert done.exit_code == 0, done.output
        assert not was
    assert account.contacts[0]["name"] == "Old"
    assert statuses() == [("2", "undone")]


@pytest.mark.slow
def test_rows_that_may_be_stored_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither an undo nor a verification looks at them, and "nothing is left" would be half the truth."""
    monkeypatch.chdir(tmp_path)
    with Service(**ALL, drop_after=1.0) as service:
        service.invoke(by_name(2), *QUICK, "--max-attempts", "1")
        for verb in (["undo", "latest", "--yes"], ["verify"]):
            done = service.invoke(*verb)
            assert "unknown: " in done.stderr, done.output
            assert "import the file again first" in done.stderr
