"""Whole runs that update: what they change and note, what they ask, and what a kill in the middle leaves."""

import json
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.config.settings import Config
from importer.errors import ConfigError
from importer.ledger.ledger import Ledger
from importer.livedesk.contact import Contact
from importer.mapping.column_mapping import map_columns
from importer.models import Json, Row
from importer.normalizer.batch import Normalizer
from importer.normalizer.columns import Rules
from importer.pipeline.updating import check_updates
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.staging.checking import Checker
from tests.support.desk import script
from tests.support.service import Service, folders, invoke, kill, results, wait_until_stored, written

HEADER = "Name,Email,Customer ID,Tier\n"
UPDATE = ("--inbox", 407, "--map", "Tier=custom_attributes.tier", "--on-duplicate", "update")
TIER = "custom_attributes.tier"


def people(*rows: str) -> Path:
    """``name,email,id,tier`` each."""
    return written(HEADER + "".join(f"{row}\n" for row in rows))


def older(service: Service, **fields: Json) -> dict[str, Any]:
    """Somebody who has been there for long."""
    tier = fields.pop("tier", None)
    (contact_id,) = service.sandbox.account.fill([{"inbox_id": 407, **fields}], 86400.0)
    if tier:
        service.sandbox.account.update(str(contact_id), {"custom_attributes": {"tier": tier}})
    return next(contact for contact in service.sandbox.contacts if contact["id"] == int(contact_id))


def told(name: str) -> list[str]:
    return [row[name] for row in results()]


def changes(seq: int) -> list[tuple[int, str, Json, Json]]:
    """What the ledger has of a run's changes: row, field, before, after."""
    with closing(Ledger(Path("import-results/ledger.sqlite3"))) as ledger:
        return [(key[1], *change[1:]) for key, found in ledger.changes(seq) for change in found]


# -- a run -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_notes_what_it_changed_of_older_contacts_alone(service: Service) -> None:
    """Ann is changed and noted; Bob is new; Cy is the same. The same command again sends nothing."""
    older(service, name="Anna", email="ann@x.org", identifier="A-1")
    older(service, name="Cy", email="cy@x.org", identifier="C-1")
    path = people("Ann,ann@x.org,A-1,gold", "Bob,bob@x.org,B-1,silver", "Cy,cy@x.org,C-1,")
    done = service.invoke(path, *UPDATE)
    assert done.exit_code == 0, done.stderr
    assert told("status") == ["updated", "created", "exists"]
    assert changes(1) == [(2, TIER, None, "gold"), (2, "name", "Anna", "Ann")]
    requests = service.sandbox.requests.total()
    assert service.invoke(path, *UPDATE).exit_code == 0
    assert (told("status"), service.sandbox.requests.total()) == (["unchanged"] * 3, requests)
    assert changes(2) == []


@pytest.mark.slow
def test_a_refused_update_leaves_no_change(service: Service) -> None:
    """Somebody else has the id that Ann is to get."""
    older(service, name="Anna", email="ann@x.org")
    ann = service.sandbox.contacts[-1]
    refused: dict[str, Json] = {"message": "Name is odd", "attributes": ["name"]}
    service.sandbox.account.update = lambda contact_id, body: Response(422, refused)  # type: ignore[method-assign]
    done = service.invoke(people("Ann,ann@x.org,,"), *UPDATE)
    assert done.exit_code == 1, done.stderr
    assert (told("status"), told("error_code"), changes(1)) == (["failed"], ["rejected"], [])
    assert f"contact {ann['id']} is as it was" in told("hint")[0]


@pytest.mark.slow
def test_what_was_kept_is_not_unchanged_once_nothing_is_kept(service: Service) -> None:
    """An update that left the name is followed by one that does not: the row is sent, though it is the same."""
    ann = older(service, name="Anna", email="ann@x.org", identifier="A-1")
    path = people("Ann,ann@x.org,A-1,gold")
    for wanted in ("updated", "exists"):
        assert service.invoke(path, *UPDATE, "--keep", "name").exit_code == 0
        assert (told("status"), ann["name"]) == ([wanted], "Anna")
        assert 'name "Anna" -> "Ann"' in told("hint")[0]
    assert service.invoke(path, *UPDATE).exit_code == 0
    assert (told("status"), ann["name"]) == (["updated"], "Ann")
    assert service.invoke(path, *UPDATE, "--keep", "name").exit_code == 0
    assert told("status") == ["unchanged"]


@pytest.mark.slow
def test_fill_sends_only_what_is_missing(service: Service) -> None:
    """Nothing that was there is another."""
    ann = older(service, name="Anna", email="ann@x.org", tier="gold")
    fill = (*UPDATE[:-1], "fill")
    assert service.invoke(people("Ann,ann@x.org,A-1,silver"), *fill).exit_code == 0
    assert (told("status"), ann["identifier"]) == (["updated"], "A-1")
    assert (ann["name"], ann["custom_attributes"]) == ("Anna", {"tier": "gold"})
    assert changes(1) == [(2, "identifier", None, "A-1")]


@pytest.mark.slow
def test_rules_of_the_configuration_are_per_field(service: Service) -> None:
    """``update: {custom_attributes.*: keep}``: the tier stays, the name does not."""
    ann = older(service, name="Anna", email="ann@x.org", tier="gold")
    Path("config.yaml").write_text("update: {custom_attributes.*: keep}\n", encoding="utf-8")
    assert service.invoke(people("Ann,ann@x.org,,silver"), *UPDATE).exit_code == 0
    assert (ann["name"], ann["custom_attributes"]) == ("Ann", {"tier": "gold"})


@pytest.mark.slow
def test_a_kill_between_the_note_and_the_answer_loses_neither() -> None:
    """The update is stored, its answer never read: the next run finds the data, and the first run tells what it was."""
    path = people("Ann,ann@x.org,A-1,gold")
    with Service(hang_after=1.0, faults_on="all") as service:
        script(service.sandbox, [Fault.HANG_AFTER], methods=("PATCH",))
        ann = older(service, name="Anna", email="ann@x.org", identifier="A-1")
        process = service.start(path, *UPDATE)
        wait_until_stored(service, 1, process)
        while ann["name"] != "Ann":
            assert process.poll() is None, process.communicate()
            threading.Event().wait(0.005)
        kill(process)
        done = service.invoke(path, *UPDATE)
        assert done.exit_code == 0, done.stderr
        assert told("status") == ["exists"]
        assert changes(1) == [(2, TIER, None, "gold"), (2, "name", "Anna", "Ann")]
        assert changes(2) == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("--workers", 2)], ids=["one process", "workers"])
def test_kills_in_an_update_run_lose_no_value_that_was_there(workers: tuple[object, ...]) -> None:
    """Killed again and again: in the end all is updated once, and the runs together tell every value that was."""
    path = people(*(f"Person {n},p{n}@x.org,C{n},gold" for n in range(40)))
    with Service(latency_ms=8) as service:
        for n in range(40):
            older(service, name=f"Old {n}", email=f"p{n}@x.org", identifier=f"C{n}", tier="silver")
        service.sandbox.requests.clear()
        for updates in (4, 12, 25):
            process = service.start(path, *UPDATE, "--concurrency", 4, *workers)
            while service.sandbox.requests["PATCH"] < updates:
                assert process.poll() is None, process.communicate()
                threading.Event().wait(0.002)
            kill(process)
        done = service.invoke(path, *UPDATE)
        assert done.exit_code == 0, done.stderr
        assert [contact["name"] for contact in service.sandbox.contacts] == [f"Person {n}" for n in range(40)]
        assert {contact["custom_attributes"]["tier"] for contact in service.sandbox.contacts} == {"gold"}
    assert {*told("status")} <= {"updated", "exists", "unchanged"}
    before: dict[tuple[int, str], Json] = {}
    for seq in range(1, 5):
        for number, field, value, _ in changes(seq):
            before.setdefault((number, field), value)
    names: dict[tuple[int, str], Json] = {(n + 2, "name"): f"Old {n}" for n in range(40)}
    assert before == names | {(n + 2, TIER): "silver" for n in range(40)}


# -- --clear -----------------------------------------------------------------------------------------------------------

CLEAR = (*UPDATE, "--clear", TIER)


@pytest.mark.slow
def test_clear_erases_once_somebody_agreed(service: Service) -> None:
    """Ann's cell is empty, Bob's is not, Cy is new; the same again is unchanged and asks nobody."""
    ann = older(service, name="Ann", email="ann@x.org", identifier="A-1", tier="gold")
    bob = older(service, name="Bob", email="bob@x.org", identifier="B-1", tier="gold")
    path = people("Ann,ann@x.org,A-1, ", "Bob,bob@x.org,B-1,gold", "Cy,cy@x.org,C-1,")
    done = service.invoke(path, *CLEAR, "--yes")
    assert done.exit_code == 0, done.stderr
    assert told("status") == ["updated", "exists", "created"], told("hint")
    assert (ann["custom_attributes"]["tier"], bob["custom_attributes"]["tier"]) == (None, "gold")
    assert changes(1) == [(2, TIER, "gold", None)]
    assert service.invoke(path, *CLEAR).exit_code == 0
    assert told("status") == ["unchanged"] * 3


@pytest.mark.slow
def test_without_a_terminal_and_yes_nothing_is_sent(service: Service) -> None:
    """Exit 2, no folder, and a ledger that knows nothing of it; the message says how many values it is about."""
    ann = older(service, name="Ann", email="ann@x.org", tier="gold")
    done = service.invoke(people("Anna,ann@x.org,A-1,"), *CLEAR)
    assert done.exit_code == 2
    assert "--clear: nobody agreed" in done.stderr
    assert "--yes" in done.stderr
    assert (ann["name"], ann["custom_attributes"]) == ("Ann", {"tier": "gold"})
    assert service.sandbox.requests["POST"] == 0
    assert folders() == []
    with closing(Ledger(Path("import-results/ledger.sqlite3"))) as ledger:
        assert ledger.runs() == []


@pytest.mark.slow
def test_a_file_without_empty_cells_asks_nobody(service: Service) -> None:
    """And neither does a rehearsal."""
    assert service.invoke(people("Ann,ann@x.org,A-1,gold"), *CLEAR).exit_code == 0
    for rehearsal in ("--dry-run", "--sandbox"):
        assert service.invoke(people("Ann,ann@x.org,A-1,"), *CLEAR, rehearsal).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("clears", ["ignored", "refused"])
def test_where_the_server_keeps_a_value_the_row_fails(clears: str) -> None:
    """No change is listed, and the error says which field."""
    with Service(clears=clears) as service:
        ann = older(service, name="Ann", email="ann@x.org", tier="gold")
        done = service.invoke(people("Ann,ann@x.org,,"), *CLEAR, "--yes")
        assert done.exit_code == 1, done.stderr
        assert ann["custom_attributes"] == {"tier": "gold"}
    assert (told("status"), changes(1)) == (["failed"], [])


# -- what cannot be meant ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"keep": "name"}, "--keep is about updates, and --on-duplicate is skip"),
        ({"clear": TIER, "on_duplicate": "fail"}, "--clear is about updates, and --on-duplicate is fail"),
        ({"update": {"name": "keep"}}, "update is about updates"),
        ({"clear": TIER, "on_duplicate": "fill"}, "fill takes no value away"),
        ({"update": {"name": "overwrite"}, "on_duplicate": "fill"}, "fill replaces no value"),
        ({"clear": "name", "keep": "name", "on_duplicate": "update"}, "--clear name erases what --keep"),
        ({"clear": TIER, "keep": "custom_attributes.*", "on_duplicate": "update"}, f"--clear {TIER} erases what"),
        ({"clear": "custom_attributes.*", "keep": TIER, "on_duplicate": "update"}, f"--clear {TIER} erases what"),
        ({"clear": "custom_attributes.age", "on_duplicate": "update"}, "no column has this field"),
        ({"clear": "phone_number", "on_duplicate": "update"}, "no column has this field"),
        ({"clear": "email", "match_by": "email", "on_duplicate": "update"}, "it tells who somebody is (--match-by)"),
    ],
)
def test_options_that_contradict_each_other_are_refused(settings: dict[str, Any], words: str) -> None:
    """Before anything is sent, with what to do."""
    mapping = map_columns(["name", "email", "identifier", TIER], {}, {}, "ignore")
    with pytest.raises(ConfigError) as caught:
        check_updates(Config(**settings), [mapping])
    assert words in str(caught.value.message)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("titles", "settings"),
    [
        (["name", "email"], {"clear": "name", "on_duplicate": "update"}),
        (["name", "email", "phone_number"], {"clear": "phone_number", "on_duplicate": "update"}),
        (["email", TIER], {"clear": "custom_attributes.*", "keep": "name", "on_duplicate": "update"}),
        (["first_name", "email"], {"clear": "name", "on_duplicate": "update"}),
        (["name", "email"], {"only_existing": True, "on_duplicate": "skip"}),
        (["name", "email"], {"keep": "name", "on_duplicate": "fill"}),
    ],
)
def test_what_can_be_meant_is_taken(titles: list[str], settings: dict[str, Any]) -> None:
    """No error."""
    check_updates(Config(**settings), [map_columns(titles, {}, {}, "ignore")])


def test_the_only_key_of_a_file_is_not_cleared() -> None:
    """Without it nobody could be found."""
    with pytest.raises(ConfigError, match="no other column of the file tells who somebody is"):
        check_updates(
            Config(clear="email", on_duplicate="update"),  # type: ignore[arg-type]
            [map_columns(["name", "email"], {}, {}, "ignore")],
        )


@pytest.mark.parametrize(
    ("titles", "constants"),
    [(["email", "custom_attributes.import_run"], {}), (["email"], {"custom_attributes.imported_at": "now"})],
)
def test_a_stamp_and_a_column_cannot_share_a_field(titles: list[str], constants: dict[str, str]) -> None:
    """Whose value would it be?"""
    mapping = map_columns(titles, {}, constants, "ignore")
    with pytest.raises(ConfigError, match="--stamp writes"):
        check_updates(Config(stamp=True), [mapping])
    check_updates(Config(), [mapping])


# -- which cells are empty ---------------------------------------------------------------------------------------------


def cleared(
    titles: Sequence[str], cells: Sequence[str], *fields: str, **constants: str
) -> tuple[Contact, bytes | None]:
    """A row's contact as the ledger gets it, and its fingerprint."""
    mapping = map_columns([*titles], {}, constants, "ignore")
    normalizer = Normalizer(mapping, Rules("407", "DE", clears=fields, invalid_values="drop"))
    found = Checker(normalizer, "https://x.example").check([Row(2, tuple(cells))])
    return Contact.from_json(found.contacts[0]), found.fingerprints[0]


@pytest.mark.parametrize(
    ("cell", "is_empty"),
    [("", True), ("  ", True), ("\u00a0", True), ("\u200b", True), ("n/a", False), ("-", False), ("gold", False)],
)
def test_only_a_blank_cell_erases(cell: str, is_empty: bool) -> None:
    """A word for nothing is read as nothing, and erases nothing."""
    for field in ("phone_number", TIER):
        contact, _ = cleared(["email", field], ["a@x.org", cell], field)
        assert contact.clears == ((field,) if is_empty else ())


def test_a_bad_value_that_is_dropped_erases_nothing() -> None:
    """It may be a slip in what the contact has."""
    contact, _ = cleared(["email", "phone_number"], ["a@x.org", "12"], "phone_number")
    assert (contact.phone_number, contact.clears) == (None, ())


@pytest.mark.parametrize(
    ("cells", "is_empty"), [(["", ""], True), (["Ann", ""], False), (["", "Ash"], False), (["", "-"], False)]
)
def test_a_name_is_empty_if_all_its_parts_are(cells: list[str], is_empty: bool) -> None:
    """First and last name are columns of one field."""
    contact, _ = cleared(["email", "first_name", "last_name"], ["a@x.org", *cells], "name")
    assert contact.clears == (("name",) if is_empty else ())


def test_a_constant_is_a_value() -> None:
    """``--set`` fills what the cell does not say."""
    contact, _ = cleared(["email", TIER], ["a@x.org", ""], TIER, **{TIER: "gold"})
    assert (contact.attributes, contact.clears) == ({TIER: "gold"}, ())


def test_a_row_is_known_with_what_it_empties_unless_it_has_no_key() -> None:
    """The fingerprint of one with a key is another; one that nobody can find is never sent twice for an option."""
    with_it, plain = cleared(["email", TIER], ["a@x.org", ""], TIER), cleared(["email", TIER], ["a@x.org", ""])
    assert with_it[1] != plain[1]
    assert Contact.from_json(with_it[0].json) == with_it[0]
    assert cleared(["name", "email", TIER], ["Kim", "", ""], TIER, "email")[0].clears == ()
    kim = Contact(name="Kim")
    assert replace(kim, clears=(TIER,)).known_by == kim.known_by
    assert json.loads(with_it[0].json)["clears"] == [TIER]


# -- --stamp -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_stamp_names_the_run_the_file_the_row_and_the_time(service: Service) -> None:
    """On those created and updated alone; the next run, which has another stamp, sends nothing."""
    older(service, name="Anna", email="ann@x.org")
    same = older(service, name="Cy", email="cy@x.org")
    path = people("Ann,ann@x.org,,", "Bob,bob@x.org,,gold", "Cy,cy@x.org,,")
    assert service.invoke(path.absolute(), *UPDATE, "--stamp").exit_code == 0
    assert told("status") == ["updated", "created", "exists"]
    run = folders()[-1].name
    for place, number in ((0, 2), (2, 3)):
        stamp = service.sandbox.contacts[place]["custom_attributes"]
        assert stamp.pop("imported_at").endswith("+00:00")
        assert stamp.pop("tier", None) in (None, "gold")
        assert stamp == {"import_run": run, "import_file": "contacts.csv", "import_row": number}
    assert same["custom_attributes"] == {}
    assert [field for _, field, *_ in changes(1)].count("custom_attributes.import_run") == 1
    requests = service.sandbox.requests.total()
    assert service.invoke(path, *UPDATE, "--stamp").exit_code == 0
    assert (told("status"), service.sandbox.requests.total()) == (["unchanged"] * 3, requests)
    assert service.invoke(path, *UPDATE).exit_code == 0
    assert told("status") == ["unchanged"] * 3


# -- on several processes ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_on_workers_the_driver_notes_what_changes(service: Service) -> None:
    """The same statuses, hints and changes as in one process."""
    for number in range(30):
        older(service, name=f"Old {number}", email=f"p{number}@x.org", identifier=f"C{number}", tier="gold")
    path = people(
        *(f"Person {number},p{number}@x.org,C{number},{'' if number < 3 else 'gold'}" for number in range(40))
    )
    done = invoke(path, *CLEAR, "--yes", "--stamp", "--workers", 2, "--concurrency", 4, **service.environment)
    assert done.exit_code == 0, done.stderr
    assert told("status") == ["updated"] * 30 + ["created"] * 10
    found = changes(1)
    assert [(row, before, after) for row, field, before, after in found if field == "name"] == [
        (number + 2, f"Old {number}", f"Person {number}") for number in range(30)
    ]
    assert [row for row, field, *_ in found if field == TIER] == [2, 3, 4]
    assert 'name "Old 7" -> "Person 7"' in told("hint")[7]
    stamps = [contact["custom_attributes"]["import_row"] for contact in service.sandbox.contacts[:30]]
    assert stamps == [*range(2, 32)]


@pytest.mark.parametrize(("more", "name"), [((), "Ann Lee"), (("--keep", "name"), "Ann Lee")], ids=["update", "keep"])
def test_a_company_is_not_written_over_a_name(service: Service, more: tuple[str, str], name: str) -> None:
    """It stands in for the name of a row that has none where nobody's name is replaced."""
    first = "Company,Name,Email\nAcme,Ann Lee,ann@x.org\nByte,Bo Li,bo@x.org\n"
    assert service.invoke(written(first), "--inbox", 407).exit_code == 0
    later = first.replace("Ann Lee", "").replace("Acme", "Cord")
    service.invoke(written(later), "--inbox", 407, "--on-duplicate", "update", *more)
    assert results()[0]["status"] == "updated"
    assert service.sandbox.contacts[0]["name"] == "Ann Lee"
    service.invoke(written("Company,Name,Email\nDean,,dean@x.org\n", "new.csv"), "--inbox", 407)
    assert service.sandbox.contacts[-1]["name"] == "Dean"


@pytest.mark.parametrize(
    ("how", "rows", "statuses", "people"),
    [
        ("update", "Ann,+4915112345678,\nBo,+4915112345679,\n", ["updated", "created"], 2),
        ("fill", "Ann,+4915112345678,\n", ["exists"], 1),
        ("skip", "Ann,+4915112345678,\n", ["created"], 2),
        ("update", "Ann,+4915112345678,ann@x.org\n", ["created"], 2),
    ],
    ids=["update", "fill", "skip", "with an email"],
)
def test_a_person_with_a_phone_number_alone_is_searched_for_where_contacts_are_updated(
    how: str, rows: str, statuses: list[str], people: int
) -> None:
    """The server lets several people share a number, and refuses no second one; of another key it would."""
    with Service(phones="shared") as service:
        service.sandbox.account.fill([{"name": "Anna", "phone_number": "+4915112345678", "inbox_id": 407}], 9_000.0)
        done = service.invoke(written(f"Name,Phone,Email\n{rows}"), "--inbox", 407, "--on-duplicate", how)
        assert done.exit_code == 0, done.stderr
        assert [row["status"] for row in results()] == statuses
        assert len(service.sandbox.contacts) == people
