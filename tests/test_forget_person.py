"""``import-contacts forget --person``: one person goes from all runs, and from what other rows say; the others stay."""

import json
from pathlib import Path
from typing import Any

import pytest

from importer.history import forget_person as forgetting
from importer.history.forget_person import forget_person
from importer.ledger.ledger import Ledger
from importer.ledger.people import People
from importer.ledger.records import Change
from tests.support.service import HEADER, Service, folders, invoke, results, written

LEDGER = Path("import-results/ledger.sqlite3")
ANN = "Annegret  Leewald,annegret@lee.example,+49 30 1234567,K-4711\n"
COLLEAGUE = "Bob Colleague,bob@x.example,+49 30 1234567,K-2\n"
REFUSED = "Annegret Leewald,annegret-at-lee,,K-4711\n"
OTHERS = "Carl Other,carl@y.example,,K-3\nCarl Other,carl@z.example,,K-5\n"
WORDS = {"Annegret", "Leewald", "annegret@lee.example", "annegret-at-lee", "K-4711", "annegret@old.example"}


def traces(words: set[str] = WORDS) -> set[str]:
    """The words that some file of the output directory holds."""
    content = b"\n".join(path.read_bytes() for path in Path("import-results").rglob("*") if path.is_file())
    return {word for word in words if word.encode() in content}


@pytest.fixture
def imported(service: Service) -> Service:
    """Three runs that tell of Annegret, with an update's journal, and one row that quotes her phone number."""
    service.invoke(written(HEADER + ANN + COLLEAGUE + OTHERS, "first.csv"), "--inbox", 407)
    service.invoke(written(HEADER + ANN + OTHERS, "second.csv"), "--inbox", 407)
    with Ledger(LEDGER) as ledger:
        seq, _ = ledger.runs()[0]
        change = Change(service.stored["K-4711"], "email", "annegret@old.example", "annegret@lee.example")
        ledger.note(seq, [((0, 2), (change,))])
    service.invoke(written(HEADER + REFUSED + OTHERS, "third.csv"), "--inbox", 407)
    for folder in folders():
        for name in ("changes.csv", "with-ids.csv", "plan.csv", "verify.csv", "undo.csv", ".results.csv.tmp"):
            (folder / name).write_text("Annegret")
        upload = Path("import-results/uploads") / folder.name
        upload.mkdir(parents=True)
        (upload / "first.csv").write_text("Annegret")
    assert traces() == WORDS
    return service


@pytest.mark.slow
@pytest.mark.parametrize("text", ["ANNEGRET@lee.example", "K-4711", "annegret leewald", "annegret@old.example", "id"])
def test_no_byte_of_the_person_is_left(imported: Service, text: str) -> None:
    """Whatever names the person; of the others everything is."""
    before = {row["row"]: row for row in results(folders()[0])}
    done = invoke("forget", "--person", imported.stored["K-4711"] if text == "id" else text, "--yes")
    assert done.exit_code == 0, done.output
    assert traces() == set()
    assert traces({"bob@x.example", "Bob Colleague", "carl@y.example", "K-3"}) != set()
    after = {row["row"]: row for row in results(folders()[0])}
    assert (after["4"], after["5"]) == (before["4"], before["5"])
    assert (after["2"]["contact_id"], after["2"]["status"]) == (before["2"]["contact_id"], "created")


@pytest.mark.slow
def test_rows_of_others_no_longer_quote_the_person(imported: Service) -> None:
    """The colleague keeps the data, and the error says what its code says."""
    shared = results(folders()[0])[1]
    assert "+49301234567" in shared["error"]
    invoke("forget", "--person", "annegret@lee.example", "--yes")
    told = results(folders()[0])[1]
    assert told["error"] == "another person in the file has this value, and the desk allows each value once"
    assert {name: told[name] for name in ("name", "email", "status")} == {
        name: shared[name] for name in ("name", "email", "status")
    }


@pytest.mark.slow
def test_the_same_file_again_sends_nothing(imported: Service) -> None:
    """The fingerprint is kept."""
    invoke("forget", "--person", "annegret@lee.example", "--yes")
    done = imported.invoke(written(HEADER + ANN, "fourth.csv"), "--inbox", 407, "--json")
    assert json.loads(done.stdout)["counts"] == {"unchanged": 1}


@pytest.mark.slow
def test_a_name_of_two_people_forgets_nobody(imported: Service) -> None:
    """And says what names one of them."""
    done = invoke("forget", "--person", "carl other", "--yes")
    assert done.exit_code == 2
    assert '"carl other" names 2 people: nobody is forgotten' in done.stderr
    assert '"carl@z.example"' in done.stderr
    assert "carl@y.example" in done.stderr
    assert traces({"carl@y.example", "carl@z.example"}) == {"carl@y.example", "carl@z.example"}


@pytest.mark.slow
def test_a_part_of_a_value_names_nobody(imported: Service) -> None:
    """To erase, it has to be whole."""
    done = invoke("forget", "--person", "annegret", "--yes")
    told = "no row is that person as a whole: import-contacts find annegret also looks for a part"
    assert (done.exit_code, done.stdout) == (0, f"{told}\n")
    assert traces() == WORDS


@pytest.mark.slow
def test_a_dry_run_says_who_would_go(imported: Service) -> None:
    """And erases nothing; it asks nobody."""
    done = invoke("forget", "--person", "annegret@lee.example", "--dry-run")
    assert done.exit_code == 0
    assert "Would forget a person in 3 runs" in done.stdout
    assert "Annegret Leewald" in done.stderr
    assert traces() == WORDS
    assert invoke("forget", "--person", "carl other", "--dry-run").exit_code == 2


class Killed(BaseException):
    """Stands in for the end of the process."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "where",
    [(forgetting, "remove_files"), (People, "erase_person"), (forgetting, "write_again"), (People, "scrub")],
    ids=["before", "files removed", "ledger erased", "files written"],
)
def test_the_same_command_finishes_what_was_killed(
    imported: Service, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str]
) -> None:
    """At every step."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(*where, killed)
        with pytest.raises(Killed):
            forget_person(Path("import-results"), "annegret@lee.example", lambda _: True)
    assert invoke("forget", "--person", "annegret@lee.example", "--yes").exit_code == 0
    assert traces() == set()
    assert all((folder / "summary.json").exists() for folder in folders() if folder.name != "uploads")


CY = "Cy Kahn,cy@old.example,+49 30 7654321,K-9\n"
RENAMED = ("Cyrus Kahn", "cy@new.example")
OLD = {"Cy Kahn", "cy@old.example", "+49307654321", "Cyrus Kahn", "cy@new.example"}


def with_new_values(folder: Path) -> Path:
    """The file with ids, with another name and address for Cy."""
    text = (folder / "with-ids.csv").read_text(encoding="utf-8-sig")
    return written(text.replace("Cy Kahn", RENAMED[0]).replace("cy@old.example", RENAMED[1]), "with-ids.csv")


@pytest.mark.slow
def test_a_row_from_before_an_update_goes_too(service: Service) -> None:
    """A row that a canary left has what the contact had, though it has no contact and not what it has now."""
    path = written(HEADER + ANN + CY, "q.csv")
    service.invoke(path, "--inbox", 407, "--canary", 1)
    first = folders()[0]
    service.invoke(path, "--inbox", 407)
    second = next(folder for folder in folders() if folder != first)
    done = service.invoke(with_new_values(second), "--inbox", 407, "--on-duplicate", "update")
    assert "updated" in done.stdout, done.output
    done = invoke("forget", "--person", RENAMED[1], "--yes")
    assert done.exit_code == 0, done.output
    assert "Forgot a person in 3 runs" in done.stdout
    assert "may be" not in done.stdout
    assert "nobody found" in invoke("find", "cy@old.example").stdout
    assert traces(OLD) == set()
    assert traces() != set()


@pytest.mark.slow
def test_what_the_contact_had_before_the_first_run_links_a_row(service: Service) -> None:
    """The journal of the update alone tells it: no run created the contact, and the row has nothing of its new data."""
    service.sandbox.account.fill(
        [{"inbox_id": 407, "name": "Cy Kahn", "email": "cy@old.example", "identifier": "K-9"}], age_s=9_000
    )
    left = "Cy Kahn,cy@old.example,,\n"
    service.invoke(written(HEADER + ANN + left, "q.csv"), "--inbox", 407, "--canary", 1)
    new = CY.replace("cy@old.example", RENAMED[1])
    update = ("--match-by", "identifier", "--on-duplicate", "update")
    service.invoke(written(HEADER + new, "new.csv"), "--inbox", 407, *update)
    done = invoke("forget", "--person", RENAMED[1], "--yes")
    assert "Forgot a person in 2 runs" in done.stdout, done.output
    assert traces(OLD) == set()


@pytest.mark.slow
def test_a_row_that_may_be_the_persons_is_named_and_stays(service: Service) -> None:
    """It shares a number and the name, and has an address that the person is not known to have had."""
    other = CY.replace("cy@old.example", "cy@third.example").replace("K-9", "")
    service.invoke(written(HEADER + ANN + other, "q.csv"), "--inbox", 407, "--canary", 1)
    left = folders()[0].name
    service.invoke(written(HEADER + CY, "r.csv"), "--inbox", 407)
    done = invoke("forget", "--person", "cy@old.example", "--yes", "--json")
    assert json.loads(done.stdout)["unsure"] == [{"run": left, "sheet": None, "row": 3, "file": None}]
    assert traces({"cy@third.example", "cy@old.example"}) == {"cy@third.example"}
    service.invoke(written(HEADER + CY, "s.csv"), "--inbox", 407, "--fresh")
    words = invoke("forget", "--person", "cy@old.example", "--dry-run").stdout
    assert f"        1  row may be this person's too, has other values, and stays: {left} row 3\n" in words


@pytest.mark.slow
def test_a_colleague_with_the_same_number_is_no_doubt(service: Service) -> None:
    """Two people who share a value, of other names, are told from each other."""
    bob = "Bob Other,bob@old.example,+49 30 7654321,K-8\n"
    service.invoke(written(HEADER + ANN + bob, "q.csv"), "--inbox", 407, "--canary", 1)
    service.invoke(written(HEADER + CY, "r.csv"), "--inbox", 407)
    done = invoke("forget", "--person", "cy@old.example", "--yes", "--json")
    assert json.loads(done.stdout)["unsure"] == []
    assert traces({"bob@old.example"}) == {"bob@old.example"}
