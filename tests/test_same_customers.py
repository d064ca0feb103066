"""The same customers, every week: whom the ledger knows, what decides who somebody is, and what each row costs."""

import csv
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.desk import script
from tests.support.service import HEADER, Service, contacts, folders, invoke, results, written

ANN = "Ann Lee,ann@x.org,+4915112345678,C1\n"
MOVED = "Ann Lee,ann@x.org,+4915187654321,C1\n"


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def requests(service: Service, *arguments: object) -> Mapping[str, int]:
    """What one more import costs, by method."""
    before = service.sandbox.requests.copy()
    done = service.invoke(*arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return {**(service.sandbox.requests - before)}


def week(service: Service, text: str, *options: object) -> Mapping[str, int]:
    return requests(service, written(HEADER + text), "--inbox", 407, *options)


def ann(service: Service) -> dict[str, Any]:
    return service.sandbox.contacts[0]


# -- the ledger's own knowledge ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "update"])
def test_a_changed_phone_is_no_longer_taken_by_the_contact_that_this_ledger_created(
    policy: str, service: Service
) -> None:
    """``exists`` with the difference told, or ``updated``; one read for the person, and one for the new number."""
    week(service, ANN, "--on-duplicate", policy)
    cost = week(service, MOVED, "--on-duplicate", policy)
    assert told("contact_id") == [str(ann(service)["id"])]
    if policy == "skip":
        assert (told("status"), cost) == (["exists"], {"GET": 2})
        assert 'phone_number "+4915112345678" -> "+4915187654321"' in told("hint")[0]
        assert ann(service)["phone_number"] == "+4915112345678"
    else:
        assert (told("status"), cost) == (["updated"], {"GET": 2, "PATCH": 1})
        assert ann(service)["phone_number"] == "+4915187654321"
        assert week(service, MOVED, "--on-duplicate", policy) == {}, "unchanged, without a request"
        assert told("status") == ["unchanged"]


@pytest.mark.slow
def test_an_update_run_of_unchanged_people_sends_nothing(service: Service) -> None:
    """The ledger knows all of them."""
    path = contacts(40)
    assert requests(service, path, "--inbox", 407, "--on-duplicate", "update")["POST"] == 40
    assert requests(service, path, "--inbox", 407, "--on-duplicate", "update") == {}
    assert {*told("status")} == {"unchanged"}


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--match-by", "identifier"), ("--match-by", "email")])
def test_a_changed_name_costs_one_read(options: tuple[str, ...], service: Service) -> None:
    """And one write where it is to be changed."""
    week(service, ANN)
    renamed = ANN.replace("Ann Lee", "Ann Ray")
    assert week(service, renamed, *options) == {"GET": 1}
    assert told("status") == ["exists"]
    assert week(service, renamed, *options, "--on-duplicate", "update") == {"GET": 1, "PATCH": 1}
    assert told("status") == ["updated"]


@pytest.mark.slow
def test_a_first_import_with_update_begins_with_its_creates(service: Service) -> None:
    """Nobody is known, and nobody is searched for."""
    cost = requests(service, contacts(20), "--inbox", 407, "--on-duplicate", "update")
    assert cost["POST"] == 20
    assert cost.get("GET", 0) <= 1, "the question whether the service is there"


@pytest.mark.slow
@pytest.mark.parametrize("left", ["Ann Lee,,+4915112345678,\n", "Ann Lee,ann@x.org,,\n"], ids=["phone", "email"])
def test_a_row_whose_better_key_was_emptied_is_known_by_the_one_that_is_left(left: str, service: Service) -> None:
    """Where a server allows two contacts with one phone number, a create would make a second one."""
    week(service, ANN)
    assert {*week(service, left)} == {"GET"}
    assert (told("status"), told("contact_id")) == (["exists"], [str(ann(service)["id"])])


@pytest.mark.slow
def test_a_family_that_shares_a_phone_number_is_not_looked_for_by_it(service: Service) -> None:
    """Whether two contacts may have it the server says, as with people whom no run knows."""
    week(service, ANN)
    assert week(service, "Bob Lee,bob@x.org,+4915112345678,\n")["POST"] == 1
    assert told("error_code") == ["taken"]


@pytest.mark.slow
def test_a_file_of_new_people_on_a_ledger_that_knows_others_begins_with_its_creates(service: Service) -> None:
    """The same of people whom no earlier run knows."""
    week(service, ANN)
    assert week(service, "Bob,bob@x.org,+4915155555555,C2\n", "--on-duplicate", "update") == {"POST": 1}


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "update"])
def test_a_known_contact_that_is_gone_is_created_anew(policy: str, service: Service) -> None:
    """Somebody deleted it meanwhile; the hint says so. That nobody is there is asked again on a fresh connection."""
    week(service, ANN, "--settle", 0)  # long enough ago
    service.sandbox.account.remove(ann(service)["id"])
    assert week(service, MOVED, "--on-duplicate", policy) == {"GET": 6, "POST": 1}
    assert told("status") == ["created"]
    assert "no longer there" in told("hint")[0]


@pytest.mark.slow
def test_a_known_contact_that_was_merged_into_another_is_found_by_its_key(service: Service) -> None:
    """Whoever holds the key now is the person if nothing else speaks against it."""
    week(service, ANN + "Ann L.,,,C9\n")
    mine, other = service.sandbox.contacts
    service.sandbox.account.merge(mine["id"], other["id"])
    service.sandbox.account.change(other["id"], {"identifier": "C1", "email": "ann@x.org"})
    week(service, ANN.replace("Ann Lee", "Ann Ray"), "--on-duplicate", "update")
    assert (told("status"), told("contact_id")) == (["updated"], [str(other["id"])])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("Lee-Ann Ray,a.ray@x.org,+4915187654321,C1\n", "updated"),
        ("Bob,ann@x.org,+4915187654321,C1\n", "updated"),
        ("Bob,bob@x.org,+4915112345678,C1\n", "updated"),
        ("Bob,bob@x.org,+4915187654321,C1\n", "failed"),
        (",,+4915187654321,C1\n", "failed"),
    ],
    ids=["a word of the name", "the email", "the phone number", "nothing", "nothing, without a name"],
)
def test_the_same_identifier_is_the_same_person_if_anything_else_agrees(
    row: str, status: str, service: Service
) -> None:
    """Else it is a number of another list: ``taken``, with the id, and nothing changed."""
    week(service, ANN)
    week(service, row, "--on-duplicate", "update")
    assert told("status") == [status]
    if status == "failed":
        assert told("error_code") == ["taken"]
        assert f'identifier "C1" is held by contact {ann(service)["id"]}' in told("error")[0]
        assert (ann(service)["name"], ann(service)["phone_number"]) == ("Ann Lee", "+4915112345678")


@pytest.mark.slow
def test_what_a_run_left_alone_in_between_does_not_hide_who_wrote_the_contact(service: Service) -> None:
    """Created, then left alone with other data twice, then updated: the ledger still knows whose it is."""
    week(service, ANN)
    week(service, MOVED)
    week(service, MOVED.replace("87654321", "00000001"))
    assert told("status") == ["exists"]
    cost = week(service, MOVED.replace("87654321", "00000001"), "--on-duplicate", "update")
    assert (told("status"), cost) == (["updated"], {"GET": 2, "PATCH": 1})


@pytest.mark.slow
def test_a_row_that_was_left_alone_and_is_to_be_updated_is_searched_for_first(service: Service) -> None:
    """The ledger has its id, though it did not write the contact: no create that is refused."""
    service.sandbox.account.fill([{"inbox_id": 407, "name": "Ann", "email": "ann@x.org"}])
    week(service, ANN)
    assert told("status") == ["exists"]
    assert "POST" not in week(service, ANN, "--on-duplicate", "update")
    assert told("status") == ["updated"]


@pytest.mark.slow
@pytest.mark.parametrize("changed", [False, True])
def test_fresh_searches_first_for_whom_the_ledger_knows(changed: bool, service: Service) -> None:
    """Somebody changed the email in LiveDesk meanwhile: still the person."""
    week(service, ANN)
    if changed:
        service.sandbox.account.change(ann(service)["id"], {"email": "lee@x.org"})
    cost = week(service, ANN, "--fresh")
    assert (told("status"), "POST" in cost) == (["exists"], False)
    assert ('email "lee@x.org" -> "ann@x.org"' in told("hint")[0]) is changed


@pytest.mark.slow
def test_forgotten_runs_know_nobody(service: Service) -> None:
    """Their rows have no data any more: the changed row is ``taken``, as for a ledger that never knew."""
    week(service, ANN)
    assert invoke("forget", "--all", "--yes").exit_code in (0, 2)
    if "--yes" in invoke("forget", "--help").output:
        assert invoke("forget", "--all", "--yes").exit_code == 0
    else:
        assert invoke("forget", "--all").exit_code == 0
    week(service, MOVED)
    assert (told("status"), told("error_code")) == (["failed"], ["taken"])


@pytest.mark.slow
def test_another_address_knows_nobody(service: Service) -> None:
    """The same ledger, another account: ids and people are of one address alone."""
    week(service, ANN)
    with Service() as other:
        assert requests(other, written(HEADER + MOVED), "--inbox", 407) == {"GET": 1, "POST": 1}
        assert told("status") == ["created"]


@pytest.mark.slow
def test_a_merged_row_is_known_by_its_key(service: Service) -> None:
    """``--duplicates merge`` gives a row, after it was staged, the number by which the ledger knows its person."""
    week(service, ANN)
    rows = "Ann Ray,ann@x.org,,\nAnn Ray,ann@x.org,+4915187654321,C1\n"
    cost = week(service, rows, "--duplicates", "merge", "--on-duplicate", "update")
    assert (told("status"), "POST" in cost) == (["updated", "duplicate"], False)
    assert ann(service)["phone_number"] == "+4915187654321"


@pytest.mark.slow
def test_sheets_know_people_too(service: Service) -> None:
    """Rows of the second sheet are found again by their own place."""
    titles = HEADER.strip().split(",")

    def sheets(phone: str) -> Path:
        book, path = openpyxl.Workbook(), Path("two.xlsx")
        one, two = book.worksheets[0], book.create_sheet("two")
        for sheet, row in ((one, ["Bob", "b@x.org", "", "B1"]), (two, ["Ann Lee", "ann@x.org", phone, "C1"])):
            sheet.append(titles)
            sheet.append(row)
        book.save(path)
        return path

    requests(service, sheets("+4915112345678"), "--inbox", 407, "--sheet", "all")
    requests(service, sheets("+4915187654321"), "--inbox", 407, "--sheet", "all", "--on-duplicate", "update")
    assert told("status") == ["unchanged", "updated"]


# -- the field that decides --------------------------------------------------------------------------------------------


def holding(service: Service, *bodies: Mapping[str, Any]) -> list[str]:
    """Contacts of somebody else, who are there; their ids."""
    return [str(one) for one in service.sandbox.account.fill([{"inbox_id": 407, **body} for body in bodies])]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "update"])
def test_a_row_without_the_field_that_decides_is_known_as_without_the_option(service: Service, policy: str) -> None:
    """By its identifier, though its email was edited; by --match-by it changes nobody."""
    without = ANN.replace("+4915112345678", "")
    for text, status in ((without, "created"), (without.replace("ann@", "neu@"), "exists")):
        week(service, text, "--match-by", "phone_number", "--on-duplicate", policy)
        assert told("status") == [status]
    assert told("contact_id") == [str(ann(service)["id"])]
    assert (ann(service)["email"], "neu@x.org" in told("hint")[0]) == ("ann@x.org", True)


@pytest.mark.slow
def test_match_by_identifier_updates_whoever_changed_phone_and_email(service: Service) -> None:
    """A contact that no run of this ledger wrote."""
    (known,) = holding(service, {"name": "A. Old", "email": "old@x.org", "identifier": "C1"})
    week(service, ANN, "--match-by", "identifier", "--on-duplicate", "update")
    assert (told("status"), told("contact_id")) == (["updated"], [known])
    assert (ann(service)["email"], ann(service)["name"]) == ("ann@x.org", "Ann Lee")


@pytest.mark.slow
def test_match_by_identifier_leaves_another_identifier_alone(service: Service) -> None:
    """Different is another, whatever else is equal."""
    (known,) = holding(service, {"name": "Ann Lee", "email": "ann@x.org", "identifier": "C7"})
    week(service, ANN, "--match-by", "identifier", "--on-duplicate", "update")
    assert (told("status"), told("error_code")) == (["failed"], ["taken"])
    assert f'email "ann@x.org" is held by contact {known}' in told("error")[0]
    assert "--match-by" not in told("hint")[0]
    assert ann(service)["phone_number"] is None


@pytest.mark.slow
def test_a_contact_without_the_field_is_taken_and_the_hint_names_the_way(service: Service) -> None:
    """Followed once, the next run finds it by the field."""
    holding(service, {"name": "Ann Lee", "email": "ann@x.org"})
    week(service, ANN, "--match-by", "identifier", "--on-duplicate", "update")
    assert (told("status"), told("error_code")) == (["failed"], ["taken"])
    assert "--match-by email --on-duplicate update" in told("hint")[0]
    week(service, ANN, "--match-by", "email", "--on-duplicate", "update")
    assert (told("status"), ann(service)["identifier"]) == (["updated"], "C1")


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--match-by", "identifier"), ()], ids=["match-by", "known to the ledger"])
def test_two_contacts_that_match_one_row_are_named_both(options: tuple[str, ...], service: Service) -> None:
    """By the key and by another value: nothing is changed."""
    if options:
        mine, other = holding(
            service, {"identifier": "C1", "name": "A"}, {"phone_number": "+4915187654321", "name": "B"}
        )
    else:
        week(service, ANN)
        (other,) = holding(service, {"phone_number": "+4915187654321", "name": "B"})
        mine = str(ann(service)["id"])
    cost = week(service, MOVED, *options, "--on-duplicate", "update")
    assert (told("status"), told("error_code")) == (["failed"], ["taken"])
    assert f'identifier "C1" is held by contact {mine}' in told("error")[0]
    assert f'phone_number "+4915187654321" is held by contact {other}' in told("error")[0]
    assert "PATCH" not in cost


@pytest.mark.slow
@pytest.mark.parametrize("known", [False, True])
def test_several_holders_of_a_phone_number_are_ambiguous(known: bool) -> None:
    """All ids, over all pages of the search, and nothing changed."""
    phone = "+4915112345678"
    with Service(phones="shared") as service:
        if known:
            week(service, ANN)
        people = [{"name": f"P{n}", "phone_number": phone} for n in range(17)]
        ids = holding(service, *people, *([] if known else [{"phone_number": phone, "email": "ann@x.org"}]))
        if known:
            ids.append(str(ann(service)["id"]))
        cost = week(service, ANN.replace("Lee", "Ray"), "--match-by", "phone_number", "--on-duplicate", "update")
    assert (told("status"), told("error_code")) == (["failed"], ["ambiguous"])
    assert all(f"contact {one}" in told("error")[0] for one in ids)
    assert "PATCH" not in cost


@pytest.mark.slow
def test_match_by_phone_number_costs_one_search_more(service: Service) -> None:
    """Only the end of the search tells that nobody else has the number."""
    week(service, ANN)
    cost = week(service, ANN.replace("Lee", "Ray"), "--match-by", "phone_number", "--on-duplicate", "update")
    assert (told("status"), cost) == (["updated"], {"GET": 2, "PATCH": 1})


@pytest.mark.slow
def test_a_row_without_the_field_changes_nobody_and_may_be_created(service: Service) -> None:
    """It follows the rule of all keys, and says why it changed nothing."""
    holding(service, {"name": "Ann", "email": "ann@x.org"})
    rows = "Ann Lee,ann@x.org,,\nBob,bob@x.org,,\n"
    cost = week(service, rows, "--match-by", "identifier", "--on-duplicate", "update")
    assert (told("status"), "PATCH" in cost) == (["exists", "created"], False)
    assert "not changed, since the row has no identifier" in told("hint")[0]
    assert 'the contact has other data: name "Ann" -> "Ann Lee"' in told("hint")[0]


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["update", "fill"])
@pytest.mark.parametrize("verb", [(), ("plan",)])
def test_nobody_is_told_to_update_who_does_already(service: Service, policy: str, verb: tuple[str, ...]) -> None:
    """Neither in the row's hint nor in the summary, which count and name what differs."""
    holding(service, {"name": "Ann", "email": "ann@x.org"})
    written(HEADER + "Ann Lee,ann@x.org,,\n")
    options = ("--inbox", 407, "--match-by", "identifier", "--on-duplicate", policy)
    done = service.invoke(*verb, "contacts.csv", *options)
    assert done.exit_code == 0, done.stderr
    with closing(sqlite3.connect("import-results/ledger.sqlite3")) as db:
        ((hint,),) = db.execute("SELECT hint FROM rows").fetchall()
    assert "update would change" not in done.stdout + hint
    assert "not changed, since the row has no {field}" in hint
    assert "exists with other data, and was left so" in done.stdout


# -- within the file ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_within_a_file_the_same_key_is_one_person_whatever_else_differs(service: Service) -> None:
    """A duplicate, which says what of it is left out; another key with the same email is another person."""
    rows = ANN + "Ann Lee,lee@x.org,+4915187654321,C1\n" + "Bob,ann@x.org,,C2\n"
    week(service, rows, "--match-by", "identifier")
    assert told("status") == ["created", "duplicate", "invalid"]
    assert told("error_code")[1:] == ["duplicate", "shared_value"]
    assert 'email "lee@x.org", phone_number "+4915187654321"' in told("hint")[1]
    week(service, ANN + "Ann Lee,lee@x.org,+4915187654321,C1\n", "--map", "Customer ID=identifier")
    assert told("error_code")[1] == "shared_value", "auto"


@pytest.mark.slow
def test_the_field_that_decides_is_believed_though_rows_share_its_values(service: Service) -> None:
    """Else the column of the numbers would be ignored for the very rows that are one person."""
    rows = ANN + "Ann Lee,lee@x.org,+4915187654321,C1\n"
    week(service, rows, "--match-by", "identifier")
    assert told("identifier") == ["C1", "C1"]


@pytest.mark.slow
def test_a_file_without_the_field_that_decides_is_told(service: Service) -> None:
    """Nobody would be updated, and nothing else says why."""
    path = written("Name,Email\nAnn,ann@x.org\n")
    assert "--match-by identifier: no column" in service.invoke(path, "--inbox", 407, "--match-by", "identifier").stderr
    assert "--match-by" not in service.invoke(path, "--inbox", 407, "--match-by", "email").stderr


# -- nobody is created -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "update", "fail"])
def test_only_existing_creates_nobody(policy: str, service: Service) -> None:
    """Who is there follows the policy, anybody else is ``not_found``, also without a key to search for."""
    holding(service, {"name": "Ann", "email": "ann@x.org"})
    rows = ANN + "Bob,bob@x.org,+4915155555555,C2\nKim,,,\n"
    cost = week(service, rows, "--only-existing", "--on-duplicate", policy)
    there = {"skip": "exists", "update": "updated", "fail": "failed"}[policy]
    assert told("status") == [there, "not_found", "not_found"]
    assert told("error_code")[1:] == ["not_found"] * 2
    assert "POST" not in cost
    assert len(service.sandbox.contacts) == 1


@pytest.mark.slow
def test_only_existing_of_a_contact_that_is_gone(service: Service) -> None:
    """The ledger knew it; it is not created anew, and the next run without the option does that."""
    week(service, ANN)
    service.sandbox.account.remove(ann(service)["id"])
    assert "POST" not in week(service, MOVED, "--only-existing")
    assert told("status") == ["not_found"]
    week(service, MOVED)
    assert told("status") == ["created"]


@pytest.mark.slow
def test_only_existing_creates_nobody_after_a_doubt() -> None:
    """An earlier run lost the row's create: if it did not arrive, the person is not there."""
    with Service(drop_before=1.0, faults_on="creates") as service:
        week(service, ANN, "--max-attempts", 1)
        assert told("status") in (["unknown"], ["failed"], ["not_sent"])
        script(service.sandbox, [])
        cost = week(service, ANN, "--only-existing")
        assert (told("status"), "POST" in cost) == (["not_found"], False)


# -- the file with ids -------------------------------------------------------------------------------------------------


def with_ids(path: Path, **changed: str) -> Path:
    """The newest results as ``with-ids.csv`` has them: the input as it was, and the two columns behind it."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, result in zip(rows, results(), strict=True):
        row |= {**changed, "contact_id": result["contact_id"], "import_status": result["status"]}
    out = Path("with-ids.csv")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return out


NEITHER_NUMBER = "Name,Email,Phone\nAnn Lee,ann@x.org,+4915112345678\n"


@pytest.mark.slow
def test_the_file_with_ids_imports_as_an_update(service: Service) -> None:
    """The id tells who it is where the email and the name changed; it is never sent, nor is the status."""
    path = written(NEITHER_NUMBER)
    requests(service, path, "--inbox", 407)
    edited = with_ids(path, Name="Zoe Ray", Email="zoe@x.org")
    options = "--inbox", 407, "--extra-columns", "custom"
    cost = requests(service, edited, *options)
    assert (told("status"), cost) == (["exists"], {"GET": 2})
    requests(service, edited, *options, "--on-duplicate", "update")
    assert told("status") == ["updated"]
    assert (ann(service)["email"], ann(service)["custom_attributes"]) == ("zoe@x.org", {})
    assert ann(service)["identifier"] is None


@pytest.mark.slow
def test_the_file_with_ids_as_it_is_is_unchanged(service: Service) -> None:
    """The two columns are no data of the rows."""
    path = contacts(3)
    requests(service, path, "--inbox", 407)
    assert requests(service, with_ids(path), "--inbox", 407, "--extra-columns", "custom") == {}
    assert told("status") == ["unchanged"] * 3


@pytest.mark.slow
def test_an_id_counts_only_if_the_contact_shares_a_key_with_the_row(service: Service) -> None:
    """A row whose keys are all others is another person: nobody is changed by a number alone."""
    path = written(NEITHER_NUMBER)
    requests(service, path, "--inbox", 407)
    edited = with_ids(path, Email="zoe@x.org", Phone="+4915187654321")
    done = service.invoke(edited, "--inbox", 407, "--on-duplicate", "update")
    assert told("status") == ["created"]
    assert ann(service)["email"] == "ann@x.org"
    assert "had none of this row's" in told("hint")[0]
    assert "no longer there" not in told("hint")[0]
    assert done.stderr.count("row 2: contact_id is of a contact that had none of the row's") == 1


@pytest.mark.slow
@pytest.mark.parametrize("elsewhere", ["another id", "another address"])
def test_an_id_that_this_ledger_did_not_give_at_this_address_is_ignored(elsewhere: str, service: Service) -> None:
    """With one warning for the run, and the row is decided by its keys."""
    path = written(NEITHER_NUMBER)
    requests(service, path, "--inbox", 407)
    edited = with_ids(path, Name="Zoe Ray", Email="zoe@x.org")
    if elsewhere == "another id":
        edited.write_text(edited.read_text().replace(str(ann(service)["id"]), "99999999"))
        done = service.invoke(edited, "--inbox", 407)
        assert (told("status"), told("error_code")) == (["failed"], ["taken"])
    else:
        with Service() as other:
            done = other.invoke(edited, "--inbox", 407)
        assert told("status") == ["created"]
    assert done.stderr.count("contact_id is ignored") == 1
    assert "is not used: no import of this ledger gave it" in told("hint")[0] or elsewhere == "another address"
    assert (f"it is of another address, {service.url}" in told("hint")[0]) is (elsewhere == "another address")


@pytest.mark.slow
@pytest.mark.parametrize("edited", [False, True], ids=["the rows as they were", "other phone numbers"])
def test_exchanged_ids_change_nobody_else_and_are_told(edited: bool, service: Service) -> None:
    """A column that was sorted alone: before anything is sent a warning counts the rows, and their data decide."""
    path = contacts(5)
    requests(service, path, "--inbox", 407)
    lines = with_ids(path).read_text().replace("+4915112", "+4915119" if edited else "+4915112").splitlines()
    ids = [line.rsplit(",", 2)[1] for line in lines[1:]]
    moved = [
        line.replace(f",{old},", f",{new},") for line, old, new in zip(lines[1:], ids, ids[1:] + ids[:1], strict=True)
    ]
    before = service.stored
    done = service.invoke(written("\n".join([lines[0], *moved])), "--inbox", 407, "--on-duplicate", "update")
    assert told("status") == (["updated"] * 5 if edited else ["unchanged"] * 5)
    assert told("contact_id") == ids
    assert service.stored == before
    assert all("had none of this row's" in hint for hint in told("hint"))
    assert "rows 2, 3, 4 and 2 more: contact_id is of a contact" in done.stderr


@pytest.mark.slow
def test_an_id_whose_contact_is_gone_is_told_so(service: Service) -> None:
    """The row had the contact's keys: it is created anew."""
    path = written(NEITHER_NUMBER)
    requests(service, path, "--inbox", 407)
    edited, gone = with_ids(path, Name="Zoe Ray"), str(ann(service)["id"])
    service.sandbox.account.remove(gone)
    done = service.invoke(edited, "--inbox", 407, "--on-duplicate", "update")
    assert told("status") == ["created"]
    assert f"contact {gone} of an earlier run is no longer there" in told("hint")[0]
    assert "contact_id is" not in done.stderr


@pytest.mark.slow
def test_contact_id_without_import_status_is_as_before(service: Service) -> None:
    """An export of somebody else's; and a status beside no id is an extra column like any other."""
    path = written("contact_id,Name,Email\n7,Ann,ann@x.org\n")
    requests(service, path, "--inbox", 407)
    assert ann(service)["identifier"] == "7"
    path = written("import_status,Name,Email\nnew,Bob,bob@x.org\n")
    requests(service, path, "--inbox", 407, "--extra-columns", "custom")
    assert service.sandbox.contacts[1]["custom_attributes"] == {"import_status": "new"}


@pytest.mark.slow
def test_an_option_takes_contact_id_for_something_else(service: Service) -> None:
    """Then it tells nothing of who it is."""
    path = written(NEITHER_NUMBER)
    requests(service, path, "--inbox", 407)
    edited = with_ids(path, Email="zoe@x.org")
    requests(service, edited, "--inbox", 407, "--map", "contact_id=")
    assert (told("status"), told("error_code")) == (["failed"], ["taken"])


# -- the inbox ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("shown", [False, True])
def test_a_contact_that_exists_is_not_added_to_the_inbox_and_its_row_says_so(shown: bool, service: Service) -> None:
    """Unless the server shows that it is there."""
    holding(service, {"name": "Ann Lee", "email": "ann@x.org"})
    if shown:
        ann(service)["contact_inboxes"].append({"inbox": {"id": 407}})
    for policy in ("skip", "update"):
        week(service, ANN, "--on-duplicate", policy)
        assert ("not added to inbox 407" in told("hint")[0]) is not shown
    assert len(folders()) == 2


def noted() -> tuple[bool, list[str]]:
    """Whether a hint, and what the remarks, say of the inbox."""
    summary = json.loads((folders()[-1] / "summary.json").read_text())
    kinds = [remark["kind"] for remark in summary["remarks"] if remark["kind"] == "other_inbox"]
    return any("not added to inbox" in hint for hint in told("hint")), kinds


@pytest.mark.slow
def test_whom_this_ledger_created_in_the_inbox_is_in_it(service: Service) -> None:
    """Week after week, whether the contact was changed, left alone, or looked at anew."""
    week(service, ANN, "--on-duplicate", "update")
    for number, options in enumerate(
        (("update",), ("update",), ("skip",), ("update", "--fresh"), ("update",)), start=1
    ):
        edited = ANN.replace("Ann Lee", f"Ann Lee {number}")
        week(service, edited, "--on-duplicate", *options)
        assert noted() == (False, [])


@pytest.mark.slow
def test_an_inbox_that_the_ledger_does_not_name_is_another_one() -> None:
    """Also at another address, whose contacts are others."""
    with Service({"407": "api", "408": "api"}) as service:
        week(service, ANN)
        edited = written(HEADER + ANN.replace("Ann Lee", "Ann Ray"))
        requests(service, edited, "--inbox", 408, "--on-duplicate", "update")
        assert noted() == (True, ["other_inbox"])


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["skip", "update"])
@pytest.mark.parametrize("name", ["Ann Lee", "Ann Ray"], ids=["the same", "with other data"])
def test_what_a_run_says_of_the_inbox_the_same_command_says_again(service: Service, policy: str, name: str) -> None:
    """Though it asks nobody: the contact is still not in that inbox, as far as the ledger knows."""
    holding(service, {"name": name, "email": "ann@x.org", "phone_number": "+4915112345678", "identifier": "C1"})
    statuses = []
    for _ in range(3):
        week(service, ANN, "--on-duplicate", policy)
        statuses += told("status")
        assert noted() == (True, ["other_inbox"])
    first = "exists" if policy == "skip" or name == "Ann Lee" else "updated"
    assert statuses == [first, *[first if first == "exists" and name == "Ann Ray" else "unchanged"] * 2]


@pytest.mark.slow
def test_on_duplicate_fail_tells_what_differs(service: Service) -> None:
    """So it is counted; who holds the same data is told as before."""
    week(service, ANN)
    edited = written(HEADER + ANN.replace("Ann Lee", "Ann Ray"))
    done = service.invoke(edited, "--inbox", 407, "--on-duplicate", "fail")
    assert (told("status"), told("error_code")) == (["failed"], ["exists"])
    assert "Ann Ray" not in done.stdout, "what differs in one row is no advice for all"
    assert 'name "Ann Lee" -> "Ann Ray"' in told("hint")[0]
    summary = json.loads((folders()[-1] / "summary.json").read_text())
    assert summary["differs"] == 1
    service.invoke("plan", "contacts.csv", "--inbox", 407, "--on-duplicate", "fail")
    assert json.loads((folders()[-1] / "summary.json").read_text())["differs"] == 1
    week(service, ANN, "--on-duplicate", "fail", "--fresh")
    assert told("error_code") == ["exists"]
    assert json.loads((folders()[-1] / "summary.json").read_text())["differs"] == 0


@pytest.mark.slow
def test_whom_this_ledger_only_updated_is_not_in_the_inbox_by_that(service: Service) -> None:
    """The hint comes each time; nor does a plan's word, which has no hint, make it so."""
    holding(service, {"name": "Ann Lee", "email": "ann@x.org", "identifier": "C1"})
    for number in range(3):
        week(service, ANN.replace("Ann Lee", f"Ann Lee {number}"), "--on-duplicate", "update")
        assert noted() == (True, ["other_inbox"])
