"""How an import stands is said by one function, and all pages say the same of it."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from importer.error_codes import ERROR_CODES, SETTLED_ONCE_MORE
from importer.history.runs import Listed
from importer.ledger.run import Corrected
from importer.library.history import forget, some_runs
from importer.models import Status
from importer.web.jobs import Purpose
from importer.web.past import cut_off_words, known_of
from importer.web.plain_words import told
from importer.web.standing import OFFERS, WATCHED, Standing
from tests.support.ledgers import RUN
from tests.support.preparing import Draft, begun
from tests.support.reviewing import MIXED, addresses_of_runs, checked, draft_of, edit, people, post, screen_on, worked
from tests.support.reviewing import rows as listed
from tests.support.screens import Served
from tests.support.service import Service

SOUND = people(12)


pytestmark = pytest.mark.sandbox(delete="on", usage="on")
"""LiveDesk removes contacts, and tells whether somebody has used them."""


def recent(screen: Served) -> Any:
    return screen.get("/recent").json


def undone(draft: Draft, at: str = "") -> None:
    """Undo it, and say yes to every question; ``at`` is the address of a run instead of the draft's."""
    screen = draft.screen
    address = f"{at}/undo" if at else f"/drafts/{draft.id}/result/undo"
    job = screen.screen.jobs.get(screen.change("POST", address).json["job"])
    assert job
    answered = 0
    while not job.ended.wait(0.02):
        questions = [event for event in job.events.after(0) if event.kind == "question"]
        for event in questions[answered:]:
            screen.change("POST", f"/jobs/{job.id}/answer", {"id": event.values["id"], "agreed": True})
        answered = len(questions)


def stopped_at(draft: Draft, sent: int, service: Service) -> None:
    """Import, and stop it once so many contacts are there."""
    job = draft.screen.screen.jobs.get(post(draft, "import").json["job"])
    assert job
    while len(service.sandbox.contacts) < sent and not job.ended.wait(0.01):
        pass
    job.cancel()
    assert job.ended.wait(120)


def waits(screen: Served) -> list[tuple[str, str]]:
    """What the start page says of imports that have runs, and the step to which it leads."""
    return [(one["told"], one["address"].rpartition("/")[2]) for one in recent(screen)["waiting"]]


def test_every_way_to_stand_has_its_offer() -> None:
    """A state that the table lacks would be an error of the start page."""
    assert OFFERS.keys() == {*Standing}
    assert WATCHED.keys() == {*Purpose}


# -- an import that has ended


@pytest.mark.slow
def test_an_import_that_is_done_says_so(screen: Served) -> None:
    """On its own page, whatever was seen last; the start page has it among the earlier ones alone."""
    draft = checked(draft_of(screen, SOUND))
    worked(draft, "import")
    page = draft.get("import")
    assert re.search(r"Imported at \d{4}-\d\d-\d\d \d\d:\d\d; no row is left to send\.", page)
    assert "Import once more" in page
    for odd in ("Import 12 rows", "Rows to send", "What is about to happen"):
        assert odd not in page
    assert "a.csv" not in screen.get("/").text
    found = recent(screen)
    assert (found["cut_off"], found["waiting"], found["known"], len(found["runs"])) == ([], [], [draft.id], 1)
    assert screen.get(f"/drafts/{draft.id}").headers["Location"].endswith("/result")


@pytest.mark.slow
def test_what_is_left_of_an_import_that_is_done_is_counted(screen: Served) -> None:
    """Rows that need attention are no rows to send."""
    draft = draft_of(screen, MIXED)
    worked(draft, "import")
    page = draft.get("import")
    assert re.search(r"Imported at [^.]+\.</h2>\s*<p>2 rows need attention\.", page)
    assert "no row is left" not in page


@pytest.mark.slow
def test_a_change_after_the_import_is_something_to_go_on_with(screen: Served, service: Service) -> None:
    """The start page leads to the check; the import sends what has changed, and stands as done again."""
    draft = checked(draft_of(screen, MIXED))
    worked(draft, "import")
    edit(draft, 3, {1: "bob@x.example"})
    assert "something has changed since then" in draft.get("import")
    assert waits(screen) == [("changed since it was imported", "check")]
    worked(draft, "import")
    assert "C2" in service.stored
    assert "something has changed" not in draft.get("import")
    assert waits(screen) == []


# -- taken back


@pytest.mark.slow
def test_an_import_that_was_taken_back_is_no_fine_one(screen: Served, service: Service) -> None:
    """Neither green, nor with the button to undo it; on the page of the draft, of the run and of the history."""
    draft = draft_of(screen, SOUND)
    worked(draft, "import")
    assert 'id="undo"' in draft.get("result")
    undone(draft)
    assert service.sandbox.contacts == []
    run = recent(screen)["runs"][0]
    assert (run["state"].startswith("undone by "), run["tone"]) == (True, "")
    for page in (draft.get("result"), screen.get(run["address"].removeprefix(screen.root)).text):
        assert "This import was taken back" in page
        assert "rows are fine" not in page
        assert 'id="undo"' not in page
    assert 'class="card verdict stop"' in draft.get("result")
    page = draft.get("import")
    assert "and taken back since" in page
    assert "What was taken back is sent again." in page
    assert waits(screen) == []


@pytest.mark.slow
def test_a_part_that_is_left_can_be_taken_back(screen: Served, service: Service) -> None:
    """The rows that were tried are undone from the history; those that were imported after them are there still."""
    draft = draft_of(screen, SOUND)
    worked(draft, "try")
    worked(draft, "import")
    undone(draft, addresses_of_runs(screen)[1])
    assert len(service.sandbox.contacts) == 2
    assert 'id="undo"' in draft.get("result")
    undone(draft)
    assert service.sandbox.contacts == []
    assert 'id="undo"' not in draft.get("result")


@pytest.mark.slow
def test_an_import_of_which_something_was_kept_is_taken_back_in_part(screen: Served, service: Service) -> None:
    """Who was used since stays; the headline says neither that all is fine nor that all is gone."""
    draft = draft_of(screen, SOUND)
    worked(draft, "import")
    service.sandbox.contacts[0]["name"] = "Somebody else"
    undone(draft)
    assert len(service.sandbox.contacts) == 1
    page = draft.get("result")
    assert "A part of this import was taken back" in page
    assert "rows are fine" not in page
    assert 'id="undo"' in page


# -- imported before


@pytest.mark.slow
def test_a_file_that_was_imported_already_says_so_before_the_check(screen: Served) -> None:
    """Whatever its name: when, by whom, with what result, and where that is; the import goes on all the same."""
    first = draft_of(screen, MIXED)
    worked(first, "import")
    assert "imported already" not in first.get("file")
    again = draft_of(screen, MIXED, name="other.csv")
    page = again.get("file")
    assert "This very file was imported already:" in page
    assert re.search(
        r"<time[^>]*>\d{4}-\d\d-\d\d \d\d:\d\d</time> · <bdi>[^<]+@[^<]+</bdi> · inbox 407 · 2 need attention", page
    )
    assert f'href="{screen.root}{addresses_of_runs(screen)[0]}">See that import' in page
    assert 'rel="next"' in page
    assert "imported already" not in draft_of(screen, MIXED + "\n").get("file")
    forget(confirm=lambda _: True, everything=True, output_dir=screen.screen.output_dir)
    assert "imported already" not in draft_of(screen, MIXED).get("file")


# -- cut off, tried, prepared


@pytest.mark.slow
def test_an_import_that_was_stopped_says_what_is_known(screen: Served, service: Service) -> None:
    """How it ended, what is left, and one button that begins at once; no advice that fits every end."""
    draft = draft_of(screen, people(200))
    screen.screen.drafts.change(draft.id, options={"rate": 60.0})
    stopped_at(draft, 30, service)
    sent = len(service.sandbox.contacts)
    for page in (draft.get("result"), screen.get(addresses_of_runs(screen)[0]).text):
        assert "Somebody stopped it; what was in flight was settled first." in page
        assert f"{200 - sent} rows are left and {sent} settled; nobody is sent twice." in page
        assert "mport once more" not in page.partition("card verdict")[2].partition("</section>")[0]
        assert page.count("Go on with the import") == 1
        assert f'<button type="button" class="main" data-begins="{draft.id}">' in page


@pytest.mark.slow
def test_what_is_to_be_settled_first_is_no_button_that_begins(screen: Served) -> None:
    """Refused credentials: the way there, and the page of the import."""
    screen.screen.entered.update(api_key=SecretStr("wrong"), api_secret=SecretStr("wrong"))
    draft = draft_of(screen, SOUND)
    worked(draft, "import")
    page = draft.get("result")
    assert "12 rows are left and 0 settled" in page
    assert "Enter them anew" in page
    assert "data-begins" not in page
    assert f'href="{screen.root}/drafts/{draft.id}/import">Go on with the import' in page


def test_what_an_import_once_more_settles_says_so() -> None:
    """By its hint; of rows that a stop left, the page says it at the import."""
    says = {code for code, advice in ERROR_CODES.items() if told(advice.hint).text.startswith("import once more")}
    assert says == SETTLED_ONCE_MORE | {"interrupted"}


@pytest.mark.slow
@pytest.mark.sandbox(patch_missing=1.0)
def test_rows_in_which_nothing_is_wrong_are_not_to_be_corrected(screen: Served) -> None:
    """Contacts that lack their attributes: an import once more sends these, and the others are corrected."""
    rows = "Ann,ann@x.example,Bonn\nBob,bob@x.example,Ulm\nCy,cy@,Ulm\n"
    draft = draft_of(screen, f"Name,Email,City\n{rows}")
    worked(draft, "import")
    for page in (draft.get("result"), screen.get(addresses_of_runs(screen)[0]).text):
        assert "Nothing is to be corrected in 2 rows" in page
        assert "Correct 1 row and import it" in page
        assert f'href="{screen.root}/drafts/{draft.id}/import">Import 2 rows once more' in page
    made = Draft(screen, post(draft, "result/correct").json["address"].split("/")[-2])
    assert [row["name"] for row in listed(checked(made))["rows"]] == ["Cy"]


TWO_AND_TWO = "Name,Email,City\nAnn,ann@x.example,Bonn\nBob,bob@x.example,Ulm\nCy,cy@,\nDi,di@,\n"
"""Two contacts lack their attributes in the end, and two rows are wrong."""


@pytest.mark.slow
@pytest.mark.sandbox(patch_missing=1.0)
def test_once_the_wrong_rows_are_corrected_the_others_are_left(screen: Served) -> None:
    """The page offers to import the two once more, and no correction."""
    draft = draft_of(screen, TWO_AND_TWO)
    worked(draft, "import")
    made = Draft(screen, post(draft, "result/correct").json["address"].split("/")[-2])
    checked(made)
    for number, name in ((2, "cy"), (3, "di")):
        edit(made, number, {1: f"{name}@y.example"}, file="a-corrected.csv")
    worked(made, "import")
    page = draft.get("result")
    assert "Import 2 rows once more" in page
    assert 'id="correct"' not in page
    assert post(draft, "result/correct").status == 400


@pytest.mark.slow
@pytest.mark.sandbox(patch_missing=1.0)
@pytest.mark.parametrize(
    ("settled", "left"),
    [(None, (2, 2)), ((4, 5), (0, 2)), ((2, 3), (2, 0)), ((3, 4), (1, 1))],
    ids=["none", "those to correct", "those that are sound", "one of each"],
)
def test_what_later_runs_have_settled_is_left_to_nobody(
    screen: Served, settled: tuple[int, int] | None, left: tuple[int, int]
) -> None:
    """An errors file may settle rows of either kind: the others are counted, each as what it is."""
    draft = draft_of(screen, TWO_AND_TWO)
    worked(draft, "import")
    results_in = screen.screen.output_dir
    (listed,) = some_runs(results_in, lambda _: True)
    by = {"later": Corrected(listed.run.id, (settled,))} if settled else {}
    known = known_of(listed._replace(settled_by=by), results_in)
    assert (known.to_correct, known.sound) == left


def test_rows_of_which_nobody_knows_are_neither_left_nor_settled() -> None:
    """Of a run that was cut off: they have a sentence of their own."""
    counts = {Status.CREATED: 5, Status.UNKNOWN: 3, Status.NOT_SENT: 2}
    told = " ".join(map(str, cut_off_words(Listed(RUN, counts))))
    assert "2 rows are left and 5 settled" in told
    assert "Of 3 rows it is not known" in told


@pytest.mark.slow
@pytest.mark.sandbox(patch_missing=1.0)
def test_where_nothing_is_wrong_there_is_nothing_to_correct(screen: Served) -> None:
    """One button, and it is no correction."""
    draft = draft_of(screen, "Name,Email,City\nAnn,ann@x.example,Bonn\n")
    worked(draft, "import")
    page = draft.get("result")
    assert 'id="correct"' not in page
    assert 'class="button main" href' in page
    assert "Import 1 row once more" in page
    assert post(draft, "result/correct").status == 400


@pytest.mark.slow
def test_credentials_that_are_refused_leave_something_to_go_on_with(screen: Served) -> None:
    """The start page offers it, although its result was seen."""
    screen.screen.entered.update(api_key=SecretStr("wrong"), api_secret=SecretStr("wrong"))
    draft = draft_of(screen, SOUND)
    worked(draft, "import")
    draft.get("result")
    (offer,) = recent(screen)["cut_off"]
    assert offer["told"] == "The import of a.csv was stopped after 0 rows."
    assert offer["address"].endswith(f"/drafts/{draft.id}/import")
    assert screen.get(f"/drafts/{draft.id}").headers["Location"].endswith("/import")


@pytest.mark.slow
def test_an_outage_leaves_something_to_go_on_with(tmp_path: Path) -> None:
    """Nobody answers at this address."""
    with screen_on(tmp_path / "results", base_url="http://127.0.0.1:9", max_attempts=1) as screen:
        screen.screen.entered.update(api_key=SecretStr("k"), api_secret=SecretStr("s"))
        draft = draft_of(screen, SOUND)
        worked(draft, "import")
        assert len(recent(screen)["cut_off"]) == 1


@pytest.mark.slow
def test_tried_rows_leave_the_others_to_go_on_with(screen: Served) -> None:
    """Until these are imported; taken back, it is an import to prepare."""
    draft = draft_of(screen, SOUND)
    worked(draft, "try")
    assert waits(screen) == [("the first rows were tried; the others are left", "try")]
    worked(draft, "import")
    assert waits(screen) == []


@pytest.mark.slow
def test_counts_of_another_check_are_not_shown(screen: Served) -> None:
    """A cell was corrected: the page sends nobody to a number that was true before."""
    draft = checked(draft_of(screen, MIXED))
    assert "Import 2 rows" in draft.get("import")
    edit(draft, 3, {1: "bob@x.example"})
    page = draft.get("import")
    assert "something has changed since the rows were checked" in page
    assert f'href="{screen.root}/drafts/{draft.id}/check">check them again' in page
    assert "Import 2 rows" not in page
    assert "Rows that need attention" not in page
    checked(draft)
    assert "Import 3 rows" in draft.get("import")


def test_a_file_that_cannot_be_read_gives_way_to_the_next(screen: Served) -> None:
    """Whichever page of it was seen last, the start page says why it waits; it does not pile up, and others stay."""
    kept = draft_of(screen, SOUND)
    broken = begun(screen, ("broken.pdf", b"%PDF-1.4 nothing"))
    broken.get("file")
    broken.get("import")
    home = screen.get("/").text
    assert "its file cannot be read" in home
    assert f'href="{screen.root}/drafts/{broken.id}/file"' in home
    screen.change("POST", "/drafts")
    assert {kept.id} < {draft.id for draft in screen.screen.drafts.recent()}
    assert screen.get(f"/drafts/{broken.id}/file").status == 404
    assert not (screen.screen.output_dir / "uploads" / broken.id).exists()


@pytest.mark.slow
def test_a_file_beside_one_that_cannot_be_read_keeps_the_import(screen: Served) -> None:
    """So does a file that only lacks its password."""
    draft = begun(screen, ("broken.pdf", b"%PDF-1.4 nothing"), ("a.csv", SOUND.encode()))
    draft.get("file")
    screen.change("POST", "/drafts")
    assert draft.get("file")


# -- at work


@pytest.mark.slow
def test_what_is_at_work_stands_first_and_cannot_be_changed(screen: Served, service: Service) -> None:
    """File, Columns and Options say so and refuse a change, in place of one that would have no effect on the run."""
    draft = draft_of(screen, people(400))
    screen.screen.drafts.change(draft.id, options={"rate": 100.0})
    job = screen.screen.jobs.get(post(draft, "import").json["job"])
    assert job
    for step in ("file", "columns", "options"):
        page = draft.get(step)
        assert "This import is at work." in page
        assert f'href="{screen.root}/drafts/{draft.id}/import">See how far it is' in page
    before = draft.options
    for refused in (
        draft.put("options", inbox="408"),
        draft.put("columns", key="Name", field=""),
        screen.change("DELETE", f"/drafts/{draft.id}/files/a.csv"),
        screen.change("POST", f"/drafts/{draft.id}/files", b"x", **{"X-File-Name": "b.csv"}),
    ):
        assert (refused.status, refused.json["error"]["code"]) == (409, "busy")
    assert draft.options == before
    home = screen.get("/").text
    assert home.index("At work now") < home.index('id="drop"')
    assert home.count(f"/drafts/{draft.id}/import") == 1
    job.cancel()
    assert job.ended.wait(120)
    assert "This import is at work." not in draft.get("options")
    assert draft.put("options", inbox="408").status == 200


# -- the result, and the lists


@pytest.mark.slow
def test_the_rows_of_all_parts_add_up(screen: Served, service: Service) -> None:
    """Tried, stopped, gone on with: what is unchanged is explained by the part that sent it."""
    draft = draft_of(screen, people(200))
    worked(draft, "try")
    screen.screen.drafts.change(draft.id, options={"rate": 60.0})
    stopped_at(draft, 30, service)
    before = len(service.sandbox.contacts)
    screen.screen.drafts.change(draft.id, options={})
    worked(draft, "import")
    page = draft.get("result")
    found = re.findall(r"<b>(\d+)</b><span>unchanged <a [^>]*>\(([^)]+)\)</a>", page)
    assert found == [(str(before - 10), "sent before the import was stopped"), ("10", "sent in the try")]
    assert not re.search(r"<b>\d+</b><span>unchanged</span>", page)


@pytest.mark.slow
def test_each_of_two_equal_files_says_that_it_was_imported(screen: Served) -> None:
    """They have the same bytes, and each its own card."""
    worked(checked(draft_of(screen, SOUND)), "import")
    content = SOUND.encode()
    again = begun(screen, ("a.csv", content), ("b.csv", content), ("c.csv", content + b"Zoe,zoe@x.example,,\n"))
    assert again.get("file").count("This very file was imported already") == 2


@pytest.mark.slow
def test_undos_and_plans_are_no_earlier_imports(screen: Served) -> None:
    """The history has them."""
    draft = checked(draft_of(screen, SOUND))
    worked(draft, "plan")
    worked(draft, "import")
    undone(draft)
    assert [one["file"] for one in recent(screen)["runs"]] == ["a.csv"]
    assert screen.get("/history").text.count('name="run"') == 3
    assert len(re.findall("<tbody>", screen.get("/history").text)) == 1


@pytest.mark.slow
def test_the_parts_of_an_import_stand_together(screen: Served, service: Service) -> None:
    """Tried, imported, corrected, and read back: one import of the whole file, and its parts below it; others apart."""
    draft = draft_of(screen, people(12) + "Bob,bob@,,C99\n")
    worked(draft, "try")
    worked(draft, "import")
    made = Draft(screen, post(draft, "result/correct").json["address"].split("/")[-2])
    assert edit(checked(made), 2, {1: "bob@x.example"}, file="a-corrected.csv").status == 200
    worked(made, "import")
    assert "C99" in service.stored
    other = draft_of(screen, "Name,Email\nZoe,zoe@x.example\n", name="z.csv")
    worked(other, "import")
    worked(draft, "result/verify")
    shown = re.findall(r"<tbody>(.*?)</tbody>", screen.get("/history").text, re.DOTALL)
    names = [re.findall(r"<bdi>([^<]+)</bdi>", each) for each in shown]
    assert names == [["a.csv", "a.csv", "a.csv", "a-corrected.csv", "a.csv"], ["z.csv"]]
    first, *parts = re.findall(r"<tr.*?</tr>", shown[0], re.DOTALL)
    assert "1 of 1 settled by a-corrected" in first
    assert all('class="part"' in part and "Part of the import above:" in part for part in parts)
    assert "1 to 2 of 2" in re.sub(r"<[^>]+>", "", screen.get("/history").text)
    assert [one["file"] for one in recent(screen)["runs"]] == ["a.csv", "z.csv"]
    assert "<tbody>" in screen.get("/history?q=corrected").text


@pytest.mark.slow
def test_a_try_that_had_nothing_to_send_is_called_so(screen: Served) -> None:
    """The rows that need attention are not its doing."""
    bad = begun(screen, ("a.csv", b"Name,Email\nBob,bob@\nCy,cy@\n"))
    worked(bad, "try")
    (run,) = recent(screen)["runs"]
    assert (run["state"], run["tone"]) == ("a try, and no row was to be sent", "")
