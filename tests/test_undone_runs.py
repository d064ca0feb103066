"""What is said of runs that were undone, that sent nothing themselves, or of which much is to be said."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer.history.forgotten import Forgotten
from importer.history.people import find_person
from importer.history.people_words import entry_lines
from importer.ledger.people import Erased
from tests.support.service import Service, contacts, folders, written

QUICK = ("--inbox", "407", "--settle", "0.2", "--concurrency", "1")


def newest(prefix: str) -> Path:
    return max((one for one in folders() if one.name.startswith(prefix)), key=lambda one: one.stat().st_mtime_ns)


@pytest.mark.slow
def test_the_list_and_the_report_name_the_undo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Partly, until nothing is left."""
    monkeypatch.chdir(tmp_path)
    with Service(delete="on", usage="on") as service:
        service.invoke(contacts(2), *QUICK)
        run = folders()[0].name
        online = str(service.sandbox.contacts[0]["id"])
        service.sandbox.account.change(online, {"availability_status": "online"})
        assert "undone by" not in service.invoke("runs").stdout
        service.invoke("undo", run, "--yes")
        undo = newest("undo-").name
        for command in (("runs",), ("report", run)):
            assert f"partly undone by {undo}" in service.invoke(*command).stdout
        verified = service.invoke("verify", run)
        assert f"{run}: partly undone by {undo}" in verified.stderr
        service.sandbox.account.change(online, {"availability_status": "offline"})
        service.invoke("undo", run, "--yes")
        undo = newest("undo-").name
        listed = service.invoke("runs").stdout
    (line,) = [line for line in listed.splitlines() if line.startswith(run)]
    assert line.rstrip().endswith(f"  undone by {undo}")


@pytest.mark.slow
def test_a_run_that_sent_nothing_says_who_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its verification reads nothing back, and that is not all well in silence."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(2), *QUICK)
        first = folders()[0].name
        service.invoke(contacts(2), *QUICK)
        verified = service.invoke("verify")
        assert f"This run sent nothing itself; {first} sent these rows" in verified.stderr
        assert f"import-contacts verify {first}" in verified.stderr
        assert "sent nothing itself" not in service.invoke("verify", first).stderr


@pytest.mark.slow
def test_the_summary_of_an_import_has_its_verification(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the file, as --json prints it."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        done = service.invoke(contacts(2), *QUICK, "--verify", "--json")
    (folder,) = [one for one in folders() if one.name.startswith("contacts-")]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["verification"]["counts"] == {"same": 2}
    assert summary == json.loads(done.stdout)


@pytest.mark.slow
def test_a_long_table_says_how_much_more_there_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ten lines, and the name of the file with all of them."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(12), *QUICK)
        assert service.invoke("verify").stdout.count("more in verify.csv") == 0
        for contact in [*service.sandbox.contacts]:
            service.sandbox.account.remove(str(contact["id"]))
        told = service.invoke("verify").stdout
    assert "and 2 more in verify.csv" in told


@pytest.mark.slow
def test_an_undo_tells_restored_and_removed_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A dry run says what would be; the file has a reason for each."""
    monkeypatch.chdir(tmp_path)
    update = (*QUICK, "--match-by", "email", "--on-duplicate", "update")
    with Service(delete="on", usage="on") as service:
        service.sandbox.account.fill([{"inbox_id": 407, "name": "Old", "email": "a@x.org"}], age_s=9_000)
        service.invoke(written("Name,Email\nNew,a@x.org\nB,b@x.org\nC,c@x.org\n"), *update)
        dry = service.invoke("undo", "latest", "--dry-run").stdout
        done = service.invoke("undo", "latest", "--yes").stdout
        nothing = service.invoke("undo", "latest", "--yes").stdout
    assert "All 3 rows would be undone" in dry
    assert dry.splitlines()[2:4] == ["        1  would be restored", "        2  would be removed"]
    assert "All 3 rows are undone" in done
    assert done.splitlines()[2:4] == ["        1  restored", "        2  removed"]
    (run,) = [one.name for one in folders() if one.name.startswith("contacts-")]
    assert nothing == f"{run}: nothing is left to undo\n"
    with (newest("undo-") / "undo.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [line["reason"] for line in csv.DictReader(file)] == ['name: "New" -> "Old"', "removed", "removed"]


@pytest.mark.slow
def test_the_question_says_whom_remove_untold_takes_along(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also somebody whom others may have written to."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(1), *QUICK)
        plain, untold = (service.invoke("undo", "latest", *more).stderr for more in ((), ("--remove-untold",)))
    assert "somebody has used" not in plain
    assert "where LiveDesk does not say so, those are removed too that somebody has used" in untold


@pytest.mark.slow
def test_a_comparison_names_the_inboxes_of_the_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not the one that --inbox gives to rows without."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        file = written("Name,Email,Inbox\nA,a@x.org,407\nB,b@x.org,408\n")
        for _ in range(2):
            service.invoke(file, *QUICK, "--map", "Inbox=inbox_id", "--fresh")
        told = service.invoke("report", "--diff", "previous", "latest").stdout
    assert told.count("407 (1) and 408 (1)") == 2


@pytest.mark.slow
def test_forget_says_what_it_does_not_touch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folders of rehearsals, at most three by name; what a dry run would do it says as such."""
    monkeypatch.chdir(tmp_path)
    with Service() as service:
        service.invoke(contacts(1), *QUICK)
        service.invoke("undo", "latest", "--dry-run")
        (rehearsal,) = [one.name for one in folders() if one.name.startswith("undo-")]
        dry = service.invoke("forget", "--all", "--dry-run").stdout
        done = service.invoke("forget", "--all", "--yes").stdout
    told = f"1 folder of rehearsals, which no ledger knows, is not touched: {rehearsal}"
    assert "1  row would be erased" in dry
    assert "1  row erased" in done
    assert told in dry
    assert told in done
    many = Forgotten({"r": Erased(1, 0)}, rehearsals=("a", "b", "c", "d", "e")).words()
    assert many.endswith("5 folders of rehearsals, which no ledger knows, are not touched: a, b, c and 2 more")


@pytest.mark.slow
def test_who_is_to_be_forgotten_is_named_in_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However narrow the terminal: the question is about this person."""

    monkeypatch.chdir(tmp_path)
    name = "Maximiliane Wilhelmine Friederike " * 3 + "Zuletzt"
    with Service() as service:
        service.invoke(written(f"Name,Email\n{name},a@x.org\n"), *QUICK)
    entries = find_person(Path("import-results"), "a@x.org", 9).entries
    assert name not in entry_lines(entries, datetime.now(UTC), 80)
    assert name in entry_lines(entries, datetime.now(UTC), 80, whole=True)
