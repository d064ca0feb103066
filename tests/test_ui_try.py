"""Try ten: the first rows sent for real, looked at, and gone on with or taken back."""

import json
import re
import threading
from pathlib import Path

import pytest

from tests.support.preparing import Draft, begun, workbook
from tests.support.reviewing import (
    MIXED,
    TITLES,
    addresses_of_runs,
    checked,
    draft_of,
    edit,
    people,
    post,
    screen_on,
    worked,
)
from tests.support.screens import Served
from tests.support.service import Service

pytestmark = pytest.mark.sandbox(delete="on", usage="on")
"""LiveDesk removes contacts, and tells whether somebody has used them."""


def answer_the_question(draft: Draft, what: str, agreed: bool, **wish: bool) -> str:
    """Begin a job that asks, and answer; what it said."""
    job = post(draft, what, **wish).json["job"]
    said: list[str] = []
    following = threading.Thread(target=lambda: said.append(draft.screen.get(f"/jobs/{job}/events").text))
    following.start()
    live = draft.screen.screen.jobs.get(job)
    assert live
    while not (asked := [event for event in live.events.after(0) if event.kind == "question"]):
        assert not live.is_over, live.error
        threading.Event().wait(0.01)
    draft.screen.change("POST", f"/jobs/{job}/answer", {"id": asked[0].values["id"], "agreed": agreed})
    following.join(120)
    return said[0]


@pytest.mark.slow
def test_the_first_ten_that_are_due_are_sent(screen: Served, service: Service) -> None:
    """Those with mistakes are none of them; the page has what was sent, and where to look at it."""
    draft = draft_of(screen, MIXED + people(30).split("\n", 1)[1])
    said = worked(draft, "try")
    assert "--canary" not in said
    assert len(service.sandbox.contacts) == 10
    page = draft.get("try")
    assert "10 rows went through" in page
    assert page.count('<tr role="row">') == 11
    for contact in service.sandbox.contacts:
        assert f'href="https://livedesk.example/contacts/{contact["id"]}"' in page
        assert str(contact["email"]) in page
    assert "All right, import the rest" in page


@pytest.mark.slow
def test_the_import_then_sends_the_rest(screen: Served, service: Service) -> None:
    """Nobody twice, and nobody is left out."""
    draft = draft_of(screen, people(25))
    worked(draft, "try")
    assert "The first rows were tried; 15 rows are left" in draft.get("import")
    worked(draft, "import")
    assert len(service.stored) == len(service.sandbox.contacts) == 25
    assert "10 rows went through" in draft.get("try")


@pytest.mark.slow
def test_the_next_ten_can_be_tried(screen: Served, service: Service) -> None:
    """They are others."""
    draft = draft_of(screen, people(25))
    worked(draft, "try")
    worked(draft, "try")
    assert len(service.stored) == len(service.sandbox.contacts) == 20


@pytest.mark.slow
def test_corrections_are_in_what_is_sent(screen: Served, service: Service) -> None:
    """As in the import."""
    draft = checked(draft_of(screen))
    edit(draft, 3, {1: "bob@x.example"})
    worked(draft, "try")
    assert {contact["email"] for contact in service.sandbox.contacts} == {
        *("ann@x.example", "bob@x.example", "dee@x.example")
    }


@pytest.mark.slow
def test_fewer_than_ten_are_all(screen: Served, service: Service) -> None:
    """Nothing is left for an import, so the page leads to the result."""
    draft = draft_of(screen, people(3))
    worked(draft, "try")
    page = draft.get("try")
    assert "These were all the rows there are to send." in page
    assert f'id="next" href="{screen.root}/drafts/{draft.id}/result"' in page
    assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_they_are_taken_back_on_a_word(screen: Served, service: Service) -> None:
    """The job asks first; then they can be sent anew."""
    draft = draft_of(screen, people(12))
    worked(draft, "try")
    assert '"kind": "fail"' not in answer_the_question(draft, "try/undo", agreed=False)
    declined = draft.get("try")
    assert "<p>Nothing was undone.</p>" in declined
    assert 'role="alert"><p' not in declined
    assert len(service.sandbox.contacts) == 10
    answer_the_question(draft, "try/undo", agreed=True)
    assert service.sandbox.contacts == []
    page = draft.get("try")
    assert "10 contacts were taken back." in page
    assert "The tried rows were taken back" in page
    assert 'id="try"' in page
    worked(draft, "import")
    assert len(service.sandbox.contacts) == 12


@pytest.mark.slow
def test_why_a_contact_is_not_taken_back_is_told(tmp_path: Path) -> None:
    """Where the server removes nobody."""
    with Service() as service, screen_on(tmp_path, service) as screen:
        draft = draft_of(screen, people(2))
        worked(draft, "try")
        answer_the_question(draft, "try/undo", agreed=True)
        assert "2 contacts stay as they are:" in draft.get("try")
        assert len(service.sandbox.contacts) == 2


REMOVE_THEM = "Remove them although it is not known whether somebody has used them"


@pytest.mark.slow
def test_where_nobody_knows_of_use_whoever_asked_decides(tmp_path: Path) -> None:
    """A server that does not tell whether somebody has used a contact leaves the choice to the page."""
    with Service(delete="on") as service, screen_on(tmp_path, service) as screen:
        draft = draft_of(screen, people(2))
        worked(draft, "try")
        assert REMOVE_THEM not in draft.get("try")
        answer_the_question(draft, "try/undo", agreed=True)
        assert REMOVE_THEM in draft.get("try")
        assert len(service.sandbox.contacts) == 2
        answer_the_question(draft, "try/undo", agreed=True, remove_untold=True)
        assert service.sandbox.contacts == []
        assert REMOVE_THEM not in draft.get("try")


@pytest.mark.slow
def test_a_refused_row_says_why(tmp_path: Path) -> None:
    """In its line, with what to do."""
    with Service() as service, screen_on(tmp_path, service, on_duplicate="fail") as screen:
        worked(draft_of(screen, people(2)), "try")
        with screen_on(tmp_path / "other", service, on_duplicate="fail") as other:
            draft = draft_of(other, people(2))
            worked(draft, "try")
            page = draft.get("try")
        assert "2 of 2 rows did not go through" in page
        assert "choose in the step Options what happens to contacts that are there already" in page


@pytest.mark.slow
def test_without_credentials_the_page_leads_to_where_they_are_entered(tmp_path: Path) -> None:
    """Nothing is begun."""
    with screen_on(tmp_path) as screen:
        draft = draft_of(screen)
        page = draft.get("try")
        assert "/credentials?then=" in page
        assert re.search(r'id="try" disabled', page)
        assert post(draft, "try").status == 400


@pytest.mark.slow
def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path, service: Service) -> None:
    """Nothing is lost, and it can be tried again."""
    with screen_on(tmp_path / "r", service, base_url="http://127.0.0.1:9", max_attempts=1) as screen:
        draft = draft_of(screen, people(3))
        worked(draft, "try")
        page = draft.get("try")
        assert "The try stopped before its end" in page
        assert 'id="try"' in page


@pytest.mark.slow
def test_a_run_in_another_process_is_told(screen: Served, service: Service) -> None:
    """In place; the draft is as it was."""
    from importer.files import workspace
    from importer.message import Message

    draft = draft_of(screen, people(3))
    output_dir = screen.screen.output_dir
    with workspace.ledger_to_import(output_dir, Message("another file")):
        worked(draft, "try")
        assert 'role="alert"' in draft.get("try")
        assert json.loads((output_dir / "ui" / "drafts" / draft.id / "draft.json").read_text())["runs"] == []
    assert service.sandbox.contacts == []
    worked(draft, "try")
    assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_an_unknown_inbox_is_said_until_another_is_chosen(screen: Served) -> None:
    """Nothing was sent, so there is no next ten; the page leads to the options."""
    draft = draft_of(screen, people(25))
    screen.screen.drafts.change(draft.id, options={"inbox_id": "999"})
    worked(draft, "try")
    page = draft.get("try")
    assert "LiveDesk does not know inbox 999." in page
    assert f'href="{screen.root}/drafts/{draft.id}/options">Choose another one' in page
    assert "Try the next" not in page
    screen.screen.drafts.change(draft.id, options={"inbox_id": "407"})
    page = draft.get("try")
    assert "does not know inbox" not in page
    assert "Send the first 10 rows" in page


@pytest.mark.slow
def test_each_row_names_its_file_where_there_are_several(screen: Served) -> None:
    """Row numbers alone would be those of any."""
    other = TITLES + "Zoe,zoe@x.example,,Z1\n"
    draft = begun(screen, ("a.csv", people(2).encode()), ("b.csv", other.encode()))
    worked(draft, "try")
    assert "2 <small><bdi>b.csv</bdi></small>" in draft.get("try")


@pytest.mark.slow
def test_each_row_names_its_sheet_where_there_are_several(screen: Served, tmp_path: Path) -> None:
    """Not the file, which is one."""
    south = [["Name", "Email"], ["Zoe", "zoe@x.example"]]
    north = [south[0], ["Ann", "ann@x.example"]]
    draft = begun(screen, ("a.xlsx", workbook(tmp_path, {"North": north, "South": south})))
    screen.screen.drafts.change(draft.id, options={"inbox_id": "407", "sheet": ["all"]})
    worked(draft, "try")
    assert "2 <small><bdi>South</bdi></small>" in draft.get("try")


@pytest.mark.slow
def test_taken_back_rows_are_no_longer_called_tried(screen: Served) -> None:
    """All of them are to be sent."""
    draft = draft_of(screen, people(12))
    worked(draft, "try")
    answer_the_question(draft, "try/undo", agreed=True)
    assert "The first rows were tried" not in draft.get("import")


@pytest.mark.slow
def test_the_result_tells_the_tried_rows_apart(screen: Served, service: Service) -> None:
    """They are unchanged since the try; its run, in the history, has nothing to correct or to go on with any more."""
    draft = draft_of(screen, people(25))
    worked(draft, "try")
    worked(draft, "import")
    found = re.search(r"<b>10</b><span>unchanged <a [^>]*>\(sent in the try\)</a>", draft.get("result"))
    assert found
    page = screen.get(addresses_of_runs(screen)[1]).text
    assert 'id="correct"' not in page
    assert "Go on with the import" not in page


@pytest.mark.slow
@pytest.mark.parametrize("is_history", [False, True], ids=["result", "history"])
def test_one_question_takes_back_the_tried_rows_with_the_others(
    screen: Served, service: Service, *, is_history: bool
) -> None:
    """Also from the page of the newest run in the history; what stays is told once, with a link to who that is."""
    draft = draft_of(screen, people(25))
    worked(draft, "try")
    worked(draft, "import")
    service.sandbox.contacts[3]["name"] = "Touched"
    newest = screen.get("/recent").json["runs"][0]["address"].removeprefix(screen.root)
    page = newest if is_history else f"/drafts/{draft.id}/result"
    job = screen.screen.jobs.get(screen.change("POST", f"{page}/undo").json["job"])
    assert job
    asked: list[str] = []
    while not job.is_over:
        questions = [event for event in job.events.after(0) if event.kind == "question"]
        for event in questions[len(asked) :]:
            asked.append(str(event.told))
            screen.change("POST", f"/jobs/{job.id}/answer", {"id": event.values["id"], "agreed": True})
        threading.Event().wait(0.01)
    assert asked == [
        "Take back all that was imported of this file, in 2 parts? Contacts to remove: at most 25, to restore: at most "
        "0; whoever was touched since stays."
    ]
    assert len(service.sandbox.contacts) == 1
    assert f'href="{screen.root}/history/runs/undo-' in screen.get(page).text


@pytest.mark.slow
def test_a_change_after_the_try_is_said_with_the_two_ways(screen: Served, service: Service) -> None:
    """Where the tried rows stay as they were sent; and where the import changes them; until they are taken back."""
    draft, changed = draft_of(screen, people(25)), "Columns, options or corrections have changed since the try"
    worked(draft, "try")
    assert changed not in draft.get("try") + draft.get("import")
    options = screen.screen.drafts.get(draft.id).options
    screen.screen.drafts.change(draft.id, options={**options, "country": "DE"})
    for page in (draft.get("try"), draft.get("import")):
        assert changed in page
        assert "take them back in the step Try ten" in page
        assert f'href="{screen.root}/drafts/{draft.id}/options">Options</a>' in page
    assert "Look at them in LiveDesk" not in draft.get("try")
    assert "All right" not in draft.get("try")
    screen.screen.drafts.change(draft.id, options={**options, "on_duplicate": "update"})
    assert "The import changes what differs in them." in draft.get("try")
    assert "The import changes what differs in them." in draft.get("import")
    answer_the_question(draft, "try/undo", agreed=True)
    assert changed not in draft.get("try") + draft.get("import")


@pytest.mark.slow
def test_how_many_failed_is_said_of_all(tmp_path: Path) -> None:
    """The noun agrees with all the rows."""
    with Service() as service, screen_on(tmp_path, service, on_duplicate="fail") as screen:
        worked(draft_of(screen, people(1)), "try")
        with screen_on(tmp_path / "other", service, on_duplicate="fail") as other:
            draft = draft_of(other, people(2))
            worked(draft, "try")
            assert "1 of 2 rows did not go through" in draft.get("try")


@pytest.mark.slow
def test_a_rehearsal_speaks_of_no_real_contacts(screen: Served) -> None:
    """Neither before the try, nor after it, nor before the import."""
    draft = draft_of(screen, people(12))
    screen.screen.drafts.change(draft.id, options={"sandbox": True, "inbox_id": "407"})
    assert "nothing reaches LiveDesk" in (before := draft.get("try"))
    assert "nothing reaches LiveDesk" in (importing := draft.get("import"))
    assert "real contacts" not in before
    assert "127.0.0.1" not in before + importing
    worked(draft, "try")
    assert "Look at them below." in draft.get("try")
