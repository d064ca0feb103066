"""Files of records go the way of every other file: plan, import, errors to correct, ids."""

import gzip
import json
from pathlib import Path

import pytest

from importer import import_contacts
from importer.corrections import NO_CORRECTIONS, RowPlace
from importer.loader.names import SPREADSHEETS
from importer.texts import NOT_READ
from tests.support.runs import read_csv
from tests.support.service import Service, folders, results, written

TO = ("--inbox", "407")
LINES = '{"name": "Ann Lee", "email": "ann@example.org"}\n{"name": "Bo\n{"name": "Cy", "email": "cy@"}\n'
CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ann Lee
EMAIL:ann@example.org
TEL;TYPE=CELL:+14155550132
UID:7a1
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Friends
X-ADDRESSBOOKSERVER-KIND:group
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Dan
EMAIL:dan@example.org
NOTE:one
two
END:VCARD
"""


def told(folder: Path) -> list[tuple[str, str, str]]:
    return [(row["row"], row["status"], row["error_code"]) for row in results(folder)]


@pytest.mark.slow
def test_a_broken_line_is_corrected_in_the_errors_file(service: Service) -> None:
    """Which imports as it is: what nobody has corrected stays wrong, and what somebody has is sent."""
    written(LINES, "contacts.jsonl")
    done = service.invoke("contacts.jsonl", *TO)
    assert done.exit_code == 1
    assert told(folders()[-1]) == [
        ("1", "created", ""),
        ("2", "invalid", "broken_record"),
        ("3", "invalid", "bad_email"),
    ]
    errors = folders()[-1] / "errors.csv"
    titles, broken, _ = read_csv(errors)
    assert titles == ["name", "email", NOT_READ, "import_row", "import_error"]
    assert broken[:4] == ["", "", '{"name": "Bo', "2"]
    service.invoke(errors, *TO)
    assert told(folders()[-1]) == [("2", "invalid", "broken_record"), ("3", "invalid", "bad_email")]
    text = errors.read_text(encoding="utf-8-sig")
    errors.write_text(text.replace(',,"{""name"": ""Bo"', "Bo,bo@example.org,").replace("cy@,", "cy@example.org,"))
    assert service.invoke(errors, *TO).exit_code == 0
    assert sorted(contact["name"] for contact in service.sandbox.contacts) == ["Ann Lee", "Bo", "Cy"]


@pytest.mark.slow
def test_without_the_run_that_it_is_of_a_broken_record_is_nobody(service: Service) -> None:
    """What could not be read stands in a column of its own, and is taken for no name."""
    written(f'name,email,{NOT_READ},import_row,import_error\n,,"{{""name"": ""Bo",2,x\n', "errors.csv")
    service.invoke("errors.csv", *TO)
    assert [status for _, status, _ in told(folders()[-1])] == ["invalid"]


@pytest.mark.slow
@pytest.mark.parametrize("of_run", [("x.csv",), ("--dry-run",)], ids=["of several files", "of a dry run"])
def test_what_could_not_be_read_stays_wrong_whichever_run_wrote_it(of_run: tuple[str, ...], service: Service) -> None:
    """A row is not sent while its cell Not read has text, and is when somebody has emptied that."""
    written(card_with("not a property"), "cards.vcf")
    written("Name,Email\nCy,cy@\n", "x.csv")
    summary = json.loads(service.invoke("cards.vcf", *of_run, *TO, "--json").stdout)
    sent = len(service.sandbox.contacts)
    again = json.loads(service.invoke(summary["files"]["errors"], *TO, "--json").stdout)
    assert again["counts"] == {"invalid": 2 if "x.csv" in of_run else 1}
    assert len(service.sandbox.contacts) == sent


def card_with(line: str) -> str:
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:Dan\nEMAIL:dan@example.org\n{line}\nEND:VCARD\n"


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "counts"), [("not a property", {"invalid": 1}), (" ", {"valid": 1})])
def test_the_cell_of_what_could_not_be_read_decides(cell: str, counts: dict[str, int], service: Service) -> None:
    """In an errors file of which no run is known; the row says what stands there."""
    written(f"Name,Email,{NOT_READ},import_row,import_error\nDan,dan@example.org,{cell},1,x\n", "errors.csv")
    done = import_contacts("errors.csv", inbox=407, dry_run=True)
    assert done.counts == counts
    told = results(folders()[-1])[0]["error"]
    assert told == ('its cell "Not read" has what could not be read: "not a property"' if "invalid" in counts else "")


def test_a_column_of_that_title_in_another_file_is_the_users_own(service: Service) -> None:
    """An export may count the mails that somebody has not read."""
    written(f"Name,Email,{NOT_READ}\nDan,dan@example.org,3\n", "people.csv")
    assert import_contacts("people.csv", inbox=407, dry_run=True).counts == {"valid": 1}


@pytest.mark.slow
def test_a_broken_record_is_corrected_by_hand(service: Service) -> None:
    """Its texts typed, and the cell with what could not be read emptied, it is a row like any other."""
    written(LINES, "contacts.jsonl")
    where = RowPlace("contacts.jsonl", "", 2)
    typed = NO_CORRECTIONS.with_cell(where, 0, "Bo").with_cell(where, 1, "bo@example.org")
    for last, counts in (
        (typed, {"valid": 1, "invalid": 2}),
        (typed.with_cell(where, 2, ""), {"valid": 2, "invalid": 1}),
    ):
        assert import_contacts("contacts.jsonl", inbox=407, dry_run=True, corrections=last).counts == counts


@pytest.mark.slow
def test_cards_are_imported(service: Service) -> None:
    """The UID is no identifier, the group is nobody, the damaged card is told; the others are people."""
    written(CARDS, "contacts.vcf")
    summary = json.loads(service.invoke("contacts.vcf", *TO, "--json").stdout)
    assert told(folders()[-1]) == [
        ("1", "created", ""),
        ("2", "invalid", "not_a_person"),
        ("3", "invalid", "broken_record"),
    ]
    assert summary["mapping"] == {"Name": "name", "Email": "email", "Phone": "phone_number"}
    (contact,) = service.sandbox.contacts
    assert (contact["name"], contact["phone_number"], contact["identifier"]) == ("Ann Lee", "+14155550132", None)
    again = service.invoke(folders()[-1] / "errors.csv", *TO)
    assert again.exit_code == 1
    assert [code for *_, code in told(folders()[-1])] == ["not_a_person", "broken_record"]


@pytest.mark.slow
def test_the_file_with_ids_has_the_values_as_they_were_read(service: Service) -> None:
    """As a CSV; and an import of it knows the contacts by their ids."""
    written(CARDS.split("BEGIN:VCARD\nVERSION:3.0\nFN:Friends")[0], "contacts.vcf")
    service.invoke("contacts.vcf", *TO)
    assert read_csv(folders()[-1] / "with-ids.csv") == [
        ["Name", "Email", "Phone", "UID", "contact_id", "import_status"],
        ["Ann Lee", "ann@example.org", "+14155550132", "7a1", str(service.sandbox.contacts[0]["id"]), "created"],
    ]
    service.invoke(folders()[-1] / "with-ids.csv", *TO)
    assert [status for _, status, _ in told(folders()[-1])] == ["unchanged"]


@pytest.mark.slow
def test_a_plan_and_an_import_by_it_see_the_same_rows(service: Service) -> None:
    """Of records as of rows."""
    written(LINES, "contacts.jsonl")
    planned = json.loads(service.invoke("plan", "contacts.jsonl", *TO, "--json").stdout)
    assert planned["counts"] == {"create": 1, "invalid": 2}
    service.invoke("contacts.jsonl", *TO, "--plan", planned["run"])
    assert [contact["name"] for contact in service.sandbox.contacts] == ["Ann Lee"]


@pytest.mark.slow
def test_a_folder_stands_for_its_records_too(service: Service) -> None:
    """With the spreadsheets; several formats are one run."""
    Path("all").mkdir()
    written("name,email\nAda,ada@example.org\n", "all/a.csv")
    written(LINES.splitlines()[0], "all/b.json")
    written(CARDS, "all/c.VCF")
    service.invoke("all", *TO)
    assert [(row["file"], row["status"]) for row in results(folders()[-1])] == [
        ("a.csv", "created"),
        ("b.json", "created"),
        ("c.VCF", "duplicate"),
        ("c.VCF", "invalid"),
        ("c.VCF", "invalid"),
    ]
    assert {".vcf", ".vcard", ".json", ".jsonl", ".ndjson", ".parquet"} < {*SPREADSHEETS}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["people.vcf", "people.csv", "people"])
def test_the_library_reads_them_whatever_their_name(service: Service, name: str) -> None:
    """The content decides."""
    written(CARDS, name)
    summary = import_contacts(name, inbox=407, dry_run=True)
    assert summary.counts == {"valid": 1, "invalid": 2}


@pytest.mark.slow
@pytest.mark.parametrize("content", [CARDS, LINES])
def test_they_may_be_packed(service: Service, content: str) -> None:
    """The run is of the file that the user names."""
    Path("contacts.gz").write_bytes(gzip.compress(content.encode()))
    summary = json.loads(service.invoke("contacts.gz", *TO, "--json").stdout)
    assert (summary["file"], summary["counts"]) == ("contacts.gz", {"created": 1, "invalid": 2})
