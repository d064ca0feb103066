"""The history on the screen: runs, one run, people, comparisons, and what is forgotten; the first page beside it."""

import csv
import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from importer.files import locks
from importer.message import Language, Message
from importer.web import past
from tests.support.preparing import workbook
from tests.support.screens import Answer, Served, served
from tests.support.service import HEADER, Service

KIM = "Kim Lee,kim@example.com,+4915112345678,K-1\n"
ANN = "Ann Roe,ann@example.com,+4915112345679,A-7\n"
BAD = "Bob,bob@,,\n"


pytestmark = pytest.mark.sandbox(delete="on", usage="on")
"""LiveDesk removes contacts, and tells whether somebody has used them."""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def imported(service: Service, results: Path, *rows: str, name: str = "people.csv", **options: object) -> str:
    """Import a file with these rows by the command; the name of the run."""
    source = results.parent / name
    source.write_text(HEADER + "".join(rows), encoding="utf-8")
    before = {path.name for path in results.glob("*/")} if results.exists() else set()
    options |= {"settle": 0}
    given = [part for key, value in options.items() for part in (f"--{key.replace('_', '-')}", str(value))]
    done = service.invoke(source, "--inbox", 407, "--output-dir", results, *given)
    assert done.exit_code in (0, 1), done.stderr
    (run,) = {path.name for path in results.glob("*/") if (path / "summary.json").exists()} - before
    return run


@pytest.fixture
def screen(service: Service, results: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    with served(results) as found:
        yield found


def words(answer: Answer) -> str:
    """What a page says, in a line."""
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def at(run: str) -> str:
    return f"/history/runs/{quote(run, safe='')}"


def over(screen: Served, key: str) -> None:
    """Wait until the job about a run has ended."""
    job = screen.screen.jobs.of_draft(key)
    assert job
    assert job.ended.wait(120)


# -- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_was_imported_yet(screen: Served) -> None:
    """It says what will stand there, and leads to the first page."""
    page = screen.get("/history")
    assert page.status == 200
    assert "Nothing was imported yet." in words(page)
    assert screen.get("/history/compare").status == 200
    found = screen.get("/history/people?q=ann")
    assert "no ledger in" in words(found).casefold()


@pytest.mark.slow
def test_runs_are_listed_newest_first(service: Service, results: Path, screen: Served) -> None:
    """When, file, inbox, rows by what became of them, and the state in words; each leads to its page."""
    first = imported(service, results, KIM)
    second = imported(service, results, ANN, BAD, name="other.csv")
    page = screen.get("/history")
    assert page.text.index(at(second)) < page.text.index(at(first))
    assert "just now 407 1 created 1 invalid 1 needs attention" in words(page)
    assert "1 to 2 of 2" in words(page)


@pytest.mark.slow
def test_the_list_is_filtered_by_the_name_of_the_file(service: Service, results: Path, screen: Served) -> None:
    """Whatever its case; what is sought stands in the address."""
    first = imported(service, results, KIM)
    second = imported(service, results, ANN, name="Other.csv")
    page = screen.get("/history?q=OTHER")
    assert at(second) in page.text
    assert at(first) not in page.text
    assert 'value="OTHER"' in page.text
    assert "No import has such a file." in words(screen.get("/history?q=nix"))


@pytest.mark.slow
def test_the_list_is_paged(service: Service, results: Path, screen: Served) -> None:
    """Each page by its own address, with the filter."""
    run = imported(service, results, KIM)
    with closing(sqlite3.connect(results / "ledger.sqlite3")) as ledger:
        (record,) = ledger.execute("SELECT record FROM runs").fetchone()
        for number in range(60):
            ledger.execute(
                "INSERT INTO runs (id, record) VALUES (?, ?)", (name := f"n-{number:02}", record.replace(run, name))
            )
        ledger.commit()
    page = screen.get("/history?q=people")
    assert "1 to 25 of 61" in words(page)
    assert "?q=people&amp;from=25" in page.text
    last = screen.get("/history?q=people&from=50")
    assert "51 to 61 of 61" in words(last)
    assert "from=25" in last.text
    assert "from=75" not in last.text


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["damaged", "newer"])
def test_a_ledger_that_cannot_be_read_is_told_in_place(harm: str, results: Path, screen: Served) -> None:
    """What is wrong, and what to do; nothing of it is replaced, and the first page works."""
    ledger = results / "ledger.sqlite3"
    if harm == "damaged":
        ledger.write_bytes(b"no ledger at all" * 100)
    else:
        with closing(sqlite3.connect(ledger)) as made:
            made.execute("PRAGMA user_version = 999")
    kept = ledger.read_bytes()
    said = {"damaged": "restore it from a backup", "newer": "upgrade import-contacts"}[harm]
    for path in ("/history", "/history/people?q=x", "/history/compare?run=a&run=b", "/history/forget?all=1"):
        page = screen.get(path)
        assert page.status == 200, path
        assert said in words(page).casefold(), path
    assert screen.get("/").status == 200
    assert screen.get("/recent", Accept="application/json").json["error"]["code"]
    assert ledger.read_bytes()[100:] == kept[100:]


# -- one run ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_has_a_page(service: Service, results: Path, screen: Served) -> None:
    """Verdict, counts, causes, rows, files, and the report with a policy of its own; also of a Chinese name."""
    run = imported(service, results, KIM, BAD, name="客户 100%.csv")
    page = screen.get(at(run))
    told = words(page)
    assert "1 of 2 rows needs attention" in told
    assert "kim@example.com" in told
    assert "is not an email address" in told
    assert "Correct 1 row and import it" in told
    file = screen.get(at(run) + "/files/results")
    assert file.body == (results / run / "results.csv").read_bytes()
    assert (file.headers["Content-Disposition"] or "").startswith("attachment")
    report = screen.get(at(run) + "/report")
    assert "sandbox" in (report.headers["Content-Security-Policy"] or "")
    assert screen.get(at(run) + "/files/plan").status == 404
    assert screen.get(at("nope")).status == 404


@pytest.mark.slow
def test_the_files_with_ids_of_several_files_are_offered_one_by_one(
    service: Service, results: Path, screen: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their folder has one for each; what somebody else has put there as a link is none of them."""
    paths = [results.parent / name for name in ("orders.csv", "shop.csv", "more.csv")]
    for path, row in zip(paths, (KIM, "Ann,ann@example.com,,\n", "Bea,bea@example.com,,\n"), strict=True):
        path.write_text(HEADER + row, encoding="utf-8")
    done = service.invoke(*paths, "--inbox", 407, "--output-dir", results, "--settle", 0)
    assert done.exit_code == 0, done.stderr
    (run,) = [path.parent.name for path in results.glob("*/summary.json")]
    folder = results / run / "with-ids"
    (folder / "zz.csv").symlink_to(results.parent / "orders.csv")
    monkeypatch.setattr(past, "MOST_OF_A_KIND", 2)
    told = words(screen.get(at(run)))
    assert "with-ids/more.csv" in told
    assert "with-ids/orders.csv" in told
    assert "with-ids/shop.csv" not in told
    file = screen.get(at(run) + "/files/with_ids-2")
    assert file.body == (folder / "orders.csv").read_bytes()
    assert f"{run}-with-ids-orders.csv" in (file.headers["Content-Disposition"] or "")
    monkeypatch.undo()
    assert screen.get(at(run) + "/files/with_ids-3").body == (folder / "shop.csv").read_bytes()
    assert screen.get(at(run) + "/files/with_ids-4").status == 404


@pytest.mark.slow
def test_rows_are_searched_and_filtered_by_the_server(service: Service, results: Path, screen: Served) -> None:
    """By a text or a status, a page at a time."""
    rows = [f"P{number},p{number}@example.com,,\n" for number in range(60)]
    run = imported(service, results, *rows, BAD)
    first = words(screen.get(at(run)))
    assert "1 to 25 of 61" in first
    assert "p0@example.com" in first
    assert "p59@example.com" not in first
    assert "p59@example.com" in words(screen.get(at(run) + "?from=50"))
    found = words(screen.get(at(run) + "?q=p59%40"))
    assert "1 to 1 of 1" in found
    refused = words(screen.get(at(run) + "?status=invalid"))
    assert "1 to 1 of 1" in refused
    assert "No row is like that." in words(screen.get(at(run) + "?q=nobody"))
    assert "1 to 25 of 61" in words(screen.get(at(run) + "?status=odd&from=x"))


@pytest.mark.slow
def test_the_rest_is_corrected_from_there(service: Service, results: Path, screen: Served) -> None:
    """In a new draft with the errors file and the options of the run, for its owner alone."""
    run = imported(service, results, KIM, BAD, country="DE")
    made = screen.change("POST", at(run) + "/correct")
    assert made.status == 201
    (draft,) = screen.screen.drafts.recent()
    assert made.json["address"].endswith(f"/drafts/{draft.id}/check")
    assert (draft.options["inbox_id"], draft.options["country"]) == ("407", "DE")
    assert "output_dir" not in draft.options
    (path,) = screen.screen.drafts.paths(draft)
    (row,) = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    (errors,) = csv.DictReader(io.StringIO((results / run / "errors.csv").read_text(encoding="utf-8-sig")))
    assert row | {"import_error": ""} == errors | {"import_error": ""}
    assert (path.name, row["import_error"][:6]) == ("people-corrected.csv", "Email:")
    assert path.stat().st_mode & 0o777 == 0o600
    whole = imported(service, results, KIM, name="whole.csv")
    assert screen.change("POST", at(whole) + "/correct").status == 400


@pytest.mark.slow
def test_files_are_written_again_in_the_language_of_the_page(service: Service, results: Path, screen: Served) -> None:
    """After somebody removed them, or to read them in another language."""
    run = imported(service, results, KIM, BAD)
    shutil.rmtree(results / run)
    assert screen.get(at(run) + "/report").status == 404
    screen.change("PUT", "/language", {"language": "zh"})
    assert screen.change("POST", at(run) + "/files").status == 200
    assert 'lang="zh-CN"' in screen.get(at(run) + "/report").text


@pytest.mark.slow
def test_a_run_is_undone_from_its_page(service: Service, results: Path, screen: Served) -> None:
    """After the question; the run says so afterwards, and so does the list."""
    run = imported(service, results, KIM)
    began = screen.change("POST", at(run) + "/undo")
    assert began.status == 202, began.text
    assert f'data-job="{began.json["job"]}"' in screen.get(at(run)).text
    answered(screen, began.json["job"])
    assert "This import was undone by" in words(screen.get(at(run)))
    assert "undone by" in words(screen.get("/history"))
    assert [one["id"] for one in service.sandbox.contacts if one["email"] == "kim@example.com"] == []


@pytest.mark.slow
def test_where_nobody_knows_of_use_the_page_has_the_choice(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The choice comes after an undo that kept contacts for it, and asks again; who says no is told so calmly."""
    with Service(delete="on") as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        with served(results) as screen:
            run = imported(service, results, KIM)
            undo = at(run) + "/undo"
            assert 'id="undo-untold"' not in screen.get(at(run)).text
            answered(screen, screen.change("POST", undo).json["job"])
            assert 'id="undo-untold"' in screen.get(at(run)).text
            answered(screen, screen.change("POST", undo, {"remove_untold": True}).json["job"], agreed=False)
            assert "Nothing was undone." in words(screen.get(at(run)))
            assert len(service.sandbox.contacts) == 1
            answered(screen, screen.change("POST", undo, {"remove_untold": True}).json["job"])
            assert service.sandbox.contacts == []


@pytest.mark.slow
def test_a_run_is_read_back_from_its_page(service: Service, results: Path, screen: Served) -> None:
    """What was found stands there when the page is loaded again."""
    run = imported(service, results, KIM)
    assert screen.change("POST", at(run) + "/verify").status == 202
    over(screen, run)
    assert "1 the same" in words(screen.get(at(run)))


@pytest.mark.slow
def test_without_credentials_nothing_is_undone(service: Service, results: Path, tmp_path: Path) -> None:
    """And the answer says what is missing."""
    run = imported(service, results, KIM)
    with served(results) as alone:
        answer = alone.change("POST", at(run) + "/undo")
        assert answer.status == 400
        assert "no credentials" in answer.json["error"]["message"]


@pytest.mark.slow
def test_while_another_process_imports_what_only_reads_works(service: Service, results: Path, screen: Served) -> None:
    """What must not, says who works on the ledger."""
    run = imported(service, results, KIM)
    with locks.locked(results / "ledger.sqlite3", Message("importing {file}", file="big.csv")):
        for path in ("/history", at(run), "/history/people?q=kim", f"/history/forget?run={run}", "/recent"):
            assert screen.get(path).status == 200, path
        answers = [screen.change("POST", at(run) + "/files")]
        answers.append(screen.change("POST", "/history/forget", {"all": True, "figures": {}}))
        for answer in answers:
            assert answer.status == 409
            assert "big.csv" in answer.json["error"]["message"]


# -- people ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_person_is_found_over_all_runs(service: Service, results: Path, screen: Served) -> None:
    """With what became of the rows, the contact, and what an update replaced."""
    first = imported(service, results, KIM)
    second = imported(service, results, KIM.replace("Kim Lee", "Kim Lee-Roe"), name="b.csv", on_duplicate="update")
    page = screen.get("/history/people?q=kim%40example.com")
    told = words(page)
    assert at(first) in page.text
    assert at(second) in page.text
    (contact,) = service.sandbox.contacts
    assert f"Contact in LiveDesk {contact['id']}" in told
    assert "Name Kim Lee Kim Lee-Roe" in told
    assert "Nobody is found in 2 imports" in words(screen.get("/history/people?q=nobody"))


@pytest.mark.slow
def test_what_is_in_a_file_is_text_on_every_page(service: Service, results: Path, screen: Served) -> None:
    """And never markup."""
    hostile = "<script>alert(1)</script><img src=x>"
    run = imported(service, results, f"{hostile},kim@example.com,,\n", f"{hostile},bob@,,\n")
    imported(service, results, f"{hostile}2,kim@example.com,,\n", name="b.csv", on_duplicate="update")
    newest = screen.get("/recent").json["runs"][0]["run"]
    for path in (at(run), "/history/people?q=%3Cscript", f"/history/compare?run={run}&run={newest}"):
        page = screen.get(path).text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert "&lt;script&gt;alert" in page, path


# -- two runs --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_runs_are_compared(service: Service, results: Path, screen: Served) -> None:
    """The earlier first, whatever the order in the address: what is new, changed, gone."""
    first = imported(service, results, KIM, ANN)
    second = imported(service, results, KIM.replace("Kim Lee", "Kim Roe"), "New,new@example.com,,\n", name="b.csv")
    for path in (f"?run={first}&run={second}", f"?run={second}&run={first}"):
        told = words(screen.get("/history/compare" + path))
        assert "1 row in both runs" in told
        assert 'New: only in the later one (1) row 3 "New"' in told
        assert 'Gone: only in the earlier one (1) row 3 "Ann Roe"' in told
        assert '"Kim Lee" → "Kim Roe"' in told
    assert f'<option value="{first}" selected>' in screen.get("/history/compare").text


@pytest.mark.slow
def test_a_comparison_says_sheets_and_settings_in_words(service: Service, results: Path, screen: Served) -> None:
    """A row with its sheet, an option as a form calls it, a list without brackets, and the way to all rows."""
    book = results.parent / "book.xlsx"
    sheets = {name: [["Name", "Email"]] for name in ("North", "South")}
    sheets["North"].append(["Kim", "kim@example.com"])
    sheets["South"] += [[f"P{number}", f"p{number}@example.com"] for number in range(12)]
    book.write_bytes(workbook(results.parent, sheets))
    given = (book, "--inbox", 407, "--output-dir", results, "--settle", 0)
    for more in (("--sheet", "North"), ("--sheet", "North", "--sheet", "South", "--fresh")):
        assert service.invoke(*given, *more).exit_code == 0
    first, second = sorted(path.parent.name for path in results.glob("*/summary.json"))
    page = screen.get(f"/history/compare?run={first}&run={second}")
    assert 'row 2 of sheet "South" "P0"' in words(page)
    assert "Sheets North → North, South" in words(page)
    assert f'href="{screen.root}{at(second)}#rows">and 2 more</a>' in page.text


@pytest.mark.slow
def test_no_page_of_the_history_speaks_of_options(service: Service, results: Path, screen: Served) -> None:
    """Of a try, of what an update would change, of what a plan decides, of what was stopped, found and compared."""
    first = imported(service, results, KIM, ANN)
    second = imported(service, results, KIM.replace("Kim Lee", "Kim Roe"), ANN, name="b.csv", on_duplicate="update")
    third = imported(service, results, KIM, ANN, name="c.csv")
    source = results.parent / "d.csv"
    source.write_text(HEADER + "Ida,ida@example.com,,\nJo,jo@example.com,,\n", encoding="utf-8")
    given = (source, "--inbox", 407, "--output-dir", results, "--settle", 0)
    for command in ((*given, "--canary", 1), ("plan", *given[:-2])):
        done = service.invoke(*command)
        assert done.exit_code != 2, done.stderr
    plan = next(path.parent.name for path in results.glob("*/plan.csv"))
    assert service.invoke(*given, "--plan", plan).exit_code == 0
    runs = [path.name for path in results.glob("*/") if (path / "summary.json").exists()]
    assert {second, third} < {*runs}
    assert len(runs) > 4
    pairs = [f"/history/compare?run={first}&run={other}" for other in runs if other != first]
    for path in ("/history", *map(at, runs), "/history/people?q=example.com", *pairs):
        said = words(screen.get(path))
        assert not re.search(r"--[a-z]|import-contacts (undo|report|runs|find)|LIVEDESK_", said), (path, said)


# -- forgetting ------------------------------------------------------------------------------------------------------


def figures(page: Answer) -> object:
    """What the page's script sends."""
    import json

    found = re.search(r'id="words-forget">(.*?)</script>', page.text)
    assert found
    return json.loads(found[1])["send"]


@pytest.mark.slow
def test_nothing_is_erased_but_what_the_page_has_shown(service: Service, results: Path, screen: Served) -> None:
    """The plan with its figures first, then the erasing; a plan that has changed since erases nothing."""
    run = imported(service, results, KIM, BAD)
    page = screen.get(f"/history/forget?run={run}")
    assert "Imports 1 Rows with data of people 2" in words(page)
    other = imported(service, results, ANN, name="b.csv")
    everything = figures(screen.get("/history/forget?all=1"))
    third = imported(service, results, ANN, name="c.csv")
    refused = screen.change("POST", "/history/forget", everything)
    assert refused.status == 400
    assert "look at it again" in refused.json["error"]["hint"]
    done = screen.change("POST", "/history/forget", figures(page))
    assert done.status == 200, done.text
    assert any("Forgot 1 run" in line for line in done.json["told"])
    assert "kim@example.com" not in words(screen.get(at(run)))
    assert "kim" not in (results / run / "results.csv").read_text(encoding="utf-8").casefold()
    assert {other, third} <= {one["run"] for one in screen.get("/recent").json["runs"]}
    assert "There is nothing to erase" in words(screen.get(f"/history/forget?run={run}"))


def test_forgetting_covers_uploads_drafts_and_checks(service: Service, results: Path, screen: Served) -> None:
    """All that the screen keeps, by age or with all else."""
    draft = screen.change("POST", "/drafts").json["id"]
    screen.change("POST", f"/drafts/{draft}/files", KIM.encode(), **{"X-File-Name": "a.csv"})
    page = screen.get("/history/forget?days=0")
    assert "Imports being prepared, with their files 1" in words(page)
    assert screen.change("POST", "/history/forget", figures(page)).status == 200
    assert screen.screen.drafts.recent() == []
    assert [*(results / "uploads").glob("*")] == []


@pytest.mark.slow
def test_one_person_is_forgotten(service: Service, results: Path, screen: Served) -> None:
    """Others stay; a text that names several people erases nobody."""
    run = imported(service, results, KIM, ANN, "Ann Roe,other@example.com,,\n")
    several = words(screen.get("/history/forget?person=Ann+Roe"))
    assert "nobody is forgotten" in several
    page = screen.get("/history/forget?person=kim%40example.com")
    assert "Imports that have the person 1 Rows that lose the person's data 1" in words(page)
    assert "This person would be forgotten: kim@example.com" in words(page)
    assert "The imports stay, with their other rows" in words(page)
    assert "With an import go its rows" not in words(page)
    assert screen.change("POST", "/history/forget", figures(page)).status == 200
    told = words(screen.get(at(run)))
    assert "kim@example.com" not in told
    assert "ann@example.com" in told


@pytest.mark.slow
def test_words_that_name_nobody_as_a_whole_are_told_what_to_give(
    service: Service, results: Path, screen: Served
) -> None:
    """A part of a name, which several people may have; whom it may mean is found elsewhere."""
    imported(service, results, KIM, ANN)
    page = screen.get("/history/forget?person=Ann")
    assert "Give one of them whole." in words(page)
    assert f'href="{screen.root}/history/people?q=Ann"' in page.text
    assert "as a whole" not in words(screen.get("/history/forget?days=0"))


@pytest.mark.slow
def test_a_row_that_is_forgotten_is_none_to_correct(service: Service, results: Path, screen: Served) -> None:
    """Nothing is left of it; another that needs attention is counted as before."""
    run = imported(service, results, KIM, "Bob,bob@,C7,,\n", "Cy,cy@,C8,,\n")
    assert "Correct 2 rows and import them" in words(screen.get(at(run)))
    for left, person in (("Correct 1 row and import it", "Bob"), ("", "Cy")):
        page = screen.get(f"/history/forget?person={person}")
        assert screen.change("POST", "/history/forget", figures(page)).status == 200
        told = words(screen.get(at(run)))
        assert left in told
        assert ('id="correct"' in screen.get(at(run)).text) == bool(left)


@pytest.mark.slow
def test_what_a_page_did_not_send_erases_nothing(service: Service, results: Path, screen: Served) -> None:
    """Without a choice, without figures, and while something is at work."""
    run = imported(service, results, KIM)
    for body in ({}, {"runs": [run]}, {"runs": run, "all": 0}, {"days": -1}, {"person": " "}, {"runs": ["nope"]}):
        assert screen.change("POST", "/history/forget", body).status == 400, body
    assert "kim@example.com" in words(screen.get(at(run)))


# -- the first page --------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_happens(screen: Served) -> None:
    """Where there is nothing yet; with a sample and a template to begin with."""
    told = words(screen.get("/"))
    assert "What happens then" in told
    screen.change("POST", "/drafts")
    assert "What happens then" not in words(screen.get("/"))
    assert "an import without a file waits for a file" in words(screen.get("/"))


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "title"), [("en", "Name"), ("zh", "姓名")])
def test_the_template_is_in_the_language_of_the_page(lang: str, title: str, tmp_path: Path) -> None:
    """As ``import-contacts template`` writes it."""
    with served(tmp_path, Language(lang)) as screen:
        found = screen.get("/template")
        assert found.status == 200
        sheet = openpyxl.load_workbook(io.BytesIO(found.body)).worksheets[0]
        assert str(sheet.cell(1, 1).value).startswith(title)


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "sample"), [("en", "messy-en.csv"), ("zh", "messy.csv"), ("zh-Hant", "messy.csv")])
def test_a_sample_is_a_draft_that_rehearses(lang: str, sample: str, tmp_path: Path) -> None:
    """Each of its pages says that nothing is sent; those of other drafts do not."""
    with served(tmp_path, Language(lang)) as screen:
        begun = screen.change("POST", "/demo")
        assert begun.status == 201
        (draft,) = screen.screen.drafts.recent()
        assert [file.name for file in draft.files] == [sample]
        assert draft.options["sandbox"] is True
        (path,) = screen.screen.drafts.paths(draft)
        assert path.stat().st_mode & 0o777 == 0o600
        for step in ("file", "columns", "options", "check", "try", "import", "result"):
            assert 'class="mode"' in screen.get(f"/drafts/{draft.id}/{step}").text, step
        other = screen.change("POST", "/drafts").json["id"]
        assert 'class="mode"' not in screen.get(f"/drafts/{other}/file").text


def answered(screen: Served, job_id: str, *, agreed: bool = True) -> Any:
    """Answer all that a job asks, and wait for its end."""
    job, done = screen.screen.jobs.get(job_id), set[str]()
    assert job
    while not job.is_over:
        for event in job.events.after(0):
            if event.kind == "question" and (name := str(event.values["id"])) not in done:
                screen.change("POST", f"/jobs/{job.id}/answer", {"id": name, "agreed": agreed})
                done.add(name)
        job.ended.wait(0.05)
    assert done
    assert job.error is None, job.error
    return job


@pytest.mark.slow
def test_a_rehearsal_is_the_whole_way_without_an_account(tmp_path: Path) -> None:
    """Imported, looked at and undone as in LiveDesk; in the history of real imports there is nothing of it."""
    with served(tmp_path) as screen:
        draft = screen.change("POST", "/demo").json["id"]
        screen.screen.drafts.change(draft, options={**screen.screen.drafts.get(draft).options, "settle": 0})
        for step in ("try", "import"):
            begun = screen.change("POST", f"/drafts/{draft}/{step}")
            assert begun.status == 202, begun.text
            job = screen.screen.jobs.get(begun.json["job"])
            assert job
            assert job.ended.wait(60)
            assert job.error is None, job.error
        told = words(screen.get(f"/drafts/{draft}/result"))
        assert "need attention" in told
        assert screen.get(f"/drafts/{draft}/result/report").status == 200
        job = answered(screen, screen.change("POST", f"/drafts/{draft}/result/undo").json["job"])
        assert "undone" in words(screen.get(f"/drafts/{draft}/result"))
        assert job.result.counts["undone"] > 5
        assert "Nothing was imported yet." in words(screen.get("/history"))
        assert not (tmp_path / "ledger.sqlite3").exists()
        screen.change("DELETE", f"/drafts/{draft}")
        assert [path for path in tmp_path.rglob("*") if "messy" in path.name] == []


@pytest.mark.slow
def test_an_import_that_was_cut_off_is_offered_first(service: Service, results: Path, screen: Served) -> None:
    """With how far it came, and the way on; not once it has come to its end."""
    draft = screen.change("POST", "/drafts").json["id"]
    screen.change("POST", f"/drafts/{draft}/files", (HEADER + KIM + ANN).encode(), **{"X-File-Name": "a.csv"})
    screen.get(f"/drafts/{draft}/looks")  # else two threads load pandas at once
    (path,) = screen.screen.drafts.paths(screen.screen.drafts.get(draft))
    done = service.invoke(path, "--inbox", 407, "--output-dir", results)
    assert done.exit_code == 0, done.stderr
    assert screen.get("/recent").json["cut_off"] == []
    with closing(sqlite3.connect(results / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE runs SET record = json_set(record, '$.finished_at', NULL, '$.exit_code', NULL)")
        ledger.execute("UPDATE rows SET status = 'pending' WHERE number = 3")
        ledger.commit()
    (offer,) = screen.get("/recent").json["cut_off"]
    assert offer["told"] == "The import of a.csv was cut off after 1 row."
    assert offer["address"].endswith(f"/drafts/{draft}/import")
    run = screen.get("/recent").json["runs"][0]
    assert "crashed" in run["state"]
    for page in (screen.get(at(run["run"])), screen.get(f"/drafts/{draft}/result")):
        assert "This import was cut off" in words(page)
        assert "The program ended in the middle of this import" in words(page)
        assert "1 row is left and 1 settled" in words(page)
        assert "rows are fine" not in words(page)
        assert "Go on with the import" in words(page)


@pytest.mark.slow
def test_a_file_that_a_command_imported_says_so(service: Service, results: Path, screen: Served) -> None:
    """The bytes tell, and not the name."""
    run = imported(service, results, KIM)
    draft = screen.change("POST", "/drafts").json["id"]
    screen.change("POST", f"/drafts/{draft}/files", (HEADER + KIM).encode(), **{"X-File-Name": "b.csv"})
    page = screen.get(f"/drafts/{draft}/file")
    assert "This very file was imported already" in words(page)
    assert f'href="{screen.root}{at(run)}"' in page.text


@pytest.mark.slow
def test_rows_that_a_command_corrected_stand_with_their_import(service: Service, results: Path, screen: Served) -> None:
    """An errors file is a part of the import that wrote it."""
    run = imported(service, results, KIM, BAD)
    errors = results / run / "errors.csv"
    errors.write_text(errors.read_text(encoding="utf-8-sig").replace("bob@,", "bob@x.example,"), encoding="utf-8")
    assert service.invoke(errors, "--inbox", 407, "--output-dir", results).exit_code == 0
    shown = re.findall(r"<tbody>(.*?)</tbody>", screen.get("/history").text, re.DOTALL)
    assert [re.findall(r"<bdi>([^<]+)</bdi>", each) for each in shown] == [["people.csv", "errors.csv"]]
