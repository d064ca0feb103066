"""Import, Result and Credentials of the screen, as a browser asks for them; LiveDesk is a sandbox."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from importer.config import keychain
from importer.files import locks
from importer.message import Message, named
from importer.web.jobs import Job, Purpose
from tests.support import raw_answers
from tests.support.preparing import workbook
from tests.support.raw_server import RawServer
from tests.support.screens import Answer, Served, served
from tests.support.service import KEY, SECRET, Service

MESSY = "Name,Email,Customer ID\nAnn,a@x.example,C1\nBob,bob@,C2\n"
OUTPUT = Path("import-results")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ui(service: Service) -> Iterator[Served]:
    """A screen that has credentials for the sandbox."""
    with screen_for(service.url) as found:
        found.screen.entered.update(api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
        yield found


@contextmanager
def screen_for(url: str, **more: Any) -> Iterator[Served]:
    with served(OUTPUT.absolute(), given={"base_url": url}, **more) as found:
        yield found


def drafted(ui: Served, text: str = MESSY, **options: Any) -> str:
    """A draft with a file and options, as the steps before leave it."""
    draft = str(ui.change("POST", "/drafts").json["id"])
    headers = {"X-File-Name": "people.csv", "Content-Type": "application/octet-stream"}
    assert ui.change("POST", f"/drafts/{draft}/files", text.encode(), **headers).status == 201
    ui.screen.drafts.change(draft, options={"inbox_id": "407", "settle": 0.2} | options)
    return draft


def people(count: int) -> str:
    return "Name,Email\n" + "".join(f"Person {n},p{n}@example.com\n" for n in range(count))


def imported(ui: Served, draft: str) -> Any:
    """Import, and wait for the end; what the job has then."""
    begun = ui.change("POST", f"/drafts/{draft}/import")
    assert begun.status == 202, begun.text
    return ended(ui, draft)


def ended(ui: Served, draft: str) -> Any:
    job = ui.screen.jobs.of_draft(draft)
    assert job is not None
    assert job.ended.wait(120)
    return job


def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that")


# -- import


def test_the_page_says_what_is_about_to_happen(ui: Served) -> None:
    """From which file, to which inbox where, and what becomes of contacts that are there."""
    page = ui.get(f"/drafts/{drafted(ui)}/import").text
    assert "people.csv" in page
    assert f"inbox 407 at {ui.screen.given['base_url']}" in page
    assert "They stay exactly as they are." in page


@pytest.mark.slow
def test_without_an_inbox_or_credentials_nothing_begins(service: Service) -> None:
    """The page says what is missing and where to enter it; a request that comes all the same is refused."""
    with screen_for(service.url) as ui:
        draft = drafted(ui)
        page = ui.get(f"/drafts/{draft}/import").text
        assert f"/credentials?then={ui.root}/drafts/{draft}/import" in page
        refused = ui.change("POST", f"/drafts/{draft}/import")
        assert (refused.status, refused.json["error"]["code"]) == (400, "config")
        assert service.sandbox.requests == {}


@pytest.mark.slow
def test_an_import_sends_and_leads_to_its_result(ui: Served, service: Service) -> None:
    """The draft knows its run from then on."""
    draft = drafted(ui)
    run = imported(ui, draft).result
    assert service.stored.keys() == {"C1"}
    assert ui.screen.drafts.get(draft).runs == (run,)
    page = ui.get(f"/drafts/{draft}/result").text
    assert "1 of 2 rows needs attention" in page
    assert "Correct 1 row and import it" in page


@pytest.mark.slow
def test_rows_fill_while_the_import_works(ui: Served) -> None:
    """The newest that were sent come first, each with its result."""
    draft = drafted(ui)
    imported(ui, draft)
    told = ui.get(f"/drafts/{draft}/import/rows").json
    assert {one["status"]: one["rows"] for one in told["counts"]} == {"created": 1, "invalid": 1}
    assert [(row["row"], row["name"], row["who"]) for row in told["rows"]] == [(2, "created", "Ann")]


@pytest.mark.slow
def test_rows_of_nothing_are_none(ui: Served) -> None:
    """Before the first import of all."""
    draft, nothing = drafted(ui), {"counts": [], "rows": [], "done": 0, "all": 0}
    assert ui.get(f"/drafts/{draft}/import/rows").json == nothing
    imported(ui, draft)
    assert ui.get(f"/drafts/{drafted(ui)}/import/rows").json == nothing


@pytest.mark.slow
def test_stop_settles_and_the_same_button_goes_on(ui: Served, service: Service) -> None:
    """No row in doubt; what is left is told on both pages, and sent by the next import, nobody twice."""
    draft = drafted(ui, people(400), rate=100.0)
    ui.change("POST", f"/drafts/{draft}/import")
    until(lambda: len(service.sandbox.contacts) > 5)
    page = ui.get(f"/drafts/{draft}/import").text
    job = ui.screen.jobs.of_draft(draft)
    assert job is not None
    assert f'data-job="{job.id}"' in page
    assert ui.change("POST", f"/drafts/{draft}/import").status == 409
    assert ui.change("POST", f"/jobs/{job.id}/cancel").json["state"] in ("stopping", "done")
    ended(ui, draft)
    assert "Go on with the import" in ui.get(f"/drafts/{draft}/result").text
    assert "sends nobody twice" in ui.get(f"/drafts/{draft}/import").text
    ui.screen.drafts.change(draft, options={"inbox_id": "407", "settle": 0.2})
    imported(ui, draft)
    emails = [contact["email"] for contact in service.sandbox.contacts]
    assert len(emails) == len({*emails}) == 400


@pytest.mark.slow
def test_another_process_at_work_is_told_in_place(ui: Served) -> None:
    """The message of exit code 5, and the button to try again."""
    draft = drafted(ui)
    OUTPUT.mkdir(exist_ok=True)
    with locks.locked(OUTPUT / "ledger.sqlite3", Message("a test")):
        assert imported(ui, draft).error is not None
    page = ui.get(f"/drafts/{draft}/import").text
    assert "something else is at work in this folder" in page
    assert 'id="import"' in page
    assert imported(ui, draft).error is None


@pytest.mark.slow
def test_an_unknown_inbox_and_an_outage_stop_the_run(ui: Served, service: Service) -> None:
    """What stopped it stands on the result, with the way on."""
    draft = drafted(ui, inbox_id="999")
    imported(ui, draft)
    page = ui.get(f"/drafts/{draft}/result").text
    assert "Stopped:" in page
    assert "Go on with the import" in page


def test_a_file_that_is_gone_is_told_in_place(ui: Served) -> None:
    """Somebody emptied the folder of uploads."""
    draft = drafted(ui)
    for path in ui.screen.drafts.paths(ui.screen.drafts.get(draft)):
        path.unlink()
    assert imported(ui, draft).error is not None
    assert "people.csv" in ui.get(f"/drafts/{draft}/import").text


# -- result


@pytest.mark.slow
def test_while_an_import_works_its_result_says_so(ui: Served, service: Service) -> None:
    """And leads to how far it is; nothing of what is unfinished stands there as if it had failed."""
    draft = drafted(ui, people(400), rate=100.0)
    ui.change("POST", f"/drafts/{draft}/import")
    until(lambda: len(service.sandbox.contacts) > 5)
    page = ui.get(f"/drafts/{draft}/result").text
    assert "This import is at work now." in page
    assert f'href="{ui.root}/drafts/{draft}/import">See how far it is' in page
    for odd in ("Go on with the import", "need attention", "Undo", "Open the report"):
        assert odd not in page
    home = ui.get("/").text
    assert f'href="{ui.root}/drafts/{draft}/import"' in home
    assert "is being imported now" in home
    job = ui.screen.jobs.of_draft(draft)
    assert job is not None
    job.cancel()
    ended(ui, draft)
    assert "Go on with the import" in ui.get(f"/drafts/{draft}/result").text


def test_a_draft_stands_where_there_is_something_to_do(ui: Served) -> None:
    """Not at the result of what was not imported, although somebody looked at its page."""
    empty, draft = str(ui.change("POST", "/drafts").json["id"]), drafted(ui)
    for each in (empty, draft):
        assert ui.get(f"/drafts/{each}/result").status == 200
    home = ui.get("/").text
    assert f'href="{ui.root}/drafts/{empty}/file"' in home
    assert f'href="{ui.root}/drafts/{draft}/import"' in home
    assert "look at the result" not in home
    assert ui.get(f"/drafts/{draft}").headers["Location"].endswith("/import")


def test_before_an_import_there_is_no_result(ui: Served) -> None:
    """The page says so, and nothing on it fails."""
    draft = drafted(ui)
    assert "This was not imported yet." in ui.get(f"/drafts/{draft}/result").text
    assert ui.get(f"/drafts/{draft}/result/report").status == 404
    assert ui.change("POST", f"/drafts/{draft}/result/undo").status == 404


@pytest.mark.slow
def test_files_of_the_run_are_downloads(ui: Served) -> None:
    """Each by its kind; of no other place."""
    draft = drafted(ui)
    run = imported(ui, draft).result
    got = ui.get(f"/drafts/{draft}/result/files/results")
    assert got.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{run}-results.csv"
    assert got.body == (OUTPUT / run / "results.csv").read_bytes()
    for odd in ("nothing", "..%2F..%2Fledger.sqlite3", "ledger"):
        assert ui.get(f"/drafts/{draft}/result/files/{odd}").status == 404


@pytest.mark.slow
def test_the_report_runs_apart_from_our_pages(ui: Served) -> None:
    """In a sandbox of its own: its script is none of the session's origin."""
    draft = drafted(ui)
    imported(ui, draft)
    got = ui.get(f"/drafts/{draft}/result/report")
    assert got.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-same-origin" not in got.headers["Content-Security-Policy"]
    assert "<title>" in got.text


@pytest.mark.slow
def test_the_rest_becomes_an_import_of_its_own(ui: Served, service: Service) -> None:
    """With the same options, from its check on; what was created stays once."""
    draft = drafted(ui, country="DE")
    imported(ui, draft)
    made = ui.change("POST", f"/drafts/{draft}/result/correct")
    assert made.status == 201
    rest = made.json["address"].split("/")[-2]
    known = ui.screen.drafts.get(rest)
    assert ([file.name for file in known.files], known.options["country"]) == (["people-corrected.csv"], "DE")
    (path,) = ui.screen.drafts.paths(known)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(path.read_text(encoding="utf-8-sig").replace("bob@", "bob@x.example"), encoding="utf-8")
    imported(ui, rest)
    assert service.stored.keys() == {"C1", "C2"}


@pytest.mark.slow
def test_what_the_check_cannot_find_again_is_said_at_the_rest(ui: Served) -> None:
    """A value of a row that was sent makes no row wrong that is alone: it would fail once more, and is no good row."""
    shared = "Name,Email,Phone,Customer ID\nAnn,ann@x.example,+493012345678,C1\nBob,bob@x.example,+493012345678,C2\n"
    first = drafted(ui, shared)
    imported(ui, first)
    draft = ui.change("POST", f"/drafts/{first}/result/correct").json["address"].split("/")[-2]
    ui.get(f"/jobs/{ui.change('POST', f'/drafts/{draft}/check').json['job']}/events")
    page = ui.get(f"/drafts/{draft}/check").text
    assert "1 row failed before, and is not corrected" in page
    assert "No row needs attention" not in page
    (row,) = ui.get(f"/drafts/{draft}/check/rows").json["rows"]
    assert row["before"] == (
        'Row 3 of the first file did not go through: Phone number: "+493012345678" belongs to another person, in row 2 '
        "→ Correct it, or send the later rows without the value"
    )
    place = {"file": "people-corrected.csv", "sheet": "", "row": 2}
    ui.change("PUT", f"/drafts/{draft}/check/row", {**place, "cells": {"2": "+493012345679"}})
    ui.get(f"/jobs/{ui.change('POST', f'/drafts/{draft}/check').json['job']}/events")
    assert "No row needs attention" in ui.get(f"/drafts/{draft}/check").text


@pytest.mark.slow
def test_the_newest_rows_are_those_that_were_sent_with_their_sheets(ui: Served, tmp_path: Path) -> None:
    """An invalid row does not stay above them, and a number alone would be that of any sheet; fields are in words."""
    sheet = [["Name", "Email", "Phone"], ["Ann", "ann@x.example", ""], ["Bob", "bob@", ""]]
    south = [sheet[0], ["Cy", "cy@x.example", ""], ["Dee", "dee@", ""]]
    draft = drafted(ui)
    headers = {"X-File-Name": "two.xlsx", "Content-Type": "application/octet-stream"}
    book = workbook(tmp_path, {"North": sheet, "South": south})
    ui.change("DELETE", f"/drafts/{draft}/files/people.csv")
    assert ui.change("POST", f"/drafts/{draft}/files", book, **headers).status == 201
    ui.screen.drafts.change(draft, options={"inbox_id": "407", "settle": 0.2, "sheet": ["all"]})
    imported(ui, draft)
    rows = ui.get(f"/drafts/{draft}/import/rows").json["rows"]
    assert [(row["row"], row["source"]) for row in rows] == [(2, "South"), (2, "North")]


@pytest.mark.slow
def test_a_run_without_a_wrong_row_has_nothing_to_correct(ui: Served) -> None:
    """The button is not there, and a request is refused."""
    draft = drafted(ui, people(2))
    imported(ui, draft)
    assert 'id="correct"' not in ui.get(f"/drafts/{draft}/result").text
    assert ui.change("POST", f"/drafts/{draft}/result/correct").status == 400


@pytest.mark.slow
def test_a_run_is_read_back_and_undone() -> None:
    """An undo asks first, on the page; what came of both stands there."""
    with Service(delete="on", usage="on") as service, screen_for(service.url) as ui:
        ui.screen.entered.update(api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
        draft = drafted(ui, people(3))
        imported(ui, draft)
        assert ui.change("POST", f"/drafts/{draft}/result/verify").status == 202
        assert ended(ui, draft).result.counts == {"same": 3}
        assert "3 the same" in ui.get(f"/drafts/{draft}/result").text
        assert ui.change("POST", f"/drafts/{draft}/result/undo").status == 202
        job = ui.screen.jobs.of_draft(draft)
        assert job is not None
        until(lambda: any(event.kind == "question" for event in job.events.after(0)))
        assert len(service.sandbox.contacts) == 3
        question = next(event.values["id"] for event in job.events.after(0) if event.kind == "question")
        ui.change("POST", f"/jobs/{job.id}/answer", {"id": question, "agreed": True})
        assert ended(ui, draft).result.counts == {"undone": 3}
        assert service.sandbox.contacts == []
        assert "This import was undone by" in ui.get(f"/drafts/{draft}/result").text


def agree(ui: Served, job: Job) -> None:
    """Say yes to the question of a job, once it asks."""
    until(lambda: any(event.kind == "question" for event in job.events.after(0)))
    question = next(event.values["id"] for event in job.events.after(0) if event.kind == "question")
    ui.change("POST", f"/jobs/{job.id}/answer", {"id": question, "agreed": True})


@pytest.mark.slow
def test_the_result_has_the_choice_too_where_nobody_knows_of_use() -> None:
    """An undo that kept contacts for it leaves the page a button."""
    with Service(delete="on") as service, screen_for(service.url) as ui:
        ui.screen.entered.update(api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
        draft = drafted(ui, people(3))
        imported(ui, draft)
        for wish, left in (({}, 3), ({"remove_untold": True}, 0)):
            assert ui.change("POST", f"/drafts/{draft}/result/undo", wish).status == 202
            job = ui.screen.jobs.of_draft(draft)
            assert job is not None
            agree(ui, job)
            ended(ui, draft)
            assert len(service.sandbox.contacts) == left
            assert ('id="undo-untold"' in ui.get(f"/drafts/{draft}/result").text) == bool(left)


# -- credentials


def enter(ui: Served, key: str = KEY, secret: str = SECRET, *, keep: bool = False) -> Answer:
    return ui.change("POST", "/credentials", {"api_key": key, "api_secret": secret, "keep": keep})


@pytest.mark.slow
def test_credentials_count_once_livedesk_took_them(service: Service) -> None:
    """One request tests them; those that are refused change nothing."""
    with screen_for(service.url) as ui:
        assert "none yet" in ui.get("/credentials").text
        refused = enter(ui, secret="wrong")
        assert (refused.status, refused.json["error"]["code"]) == (502, "credentials_refused")
        assert "Project settings" in refused.json["error"]["hint"]
        assert ui.screen.entered == {}
        assert sum(service.sandbox.requests.values()) == 1
        assert enter(ui).status == 200
        assert "entered on this page" in ui.get("/credentials").text
        assert imported(ui, drafted(ui)).error is None


def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    """At once: nobody waits through all attempts."""
    with screen_for("http://127.0.0.1:9") as ui:
        told = enter(ui)
        assert (told.status, told.json["error"]["code"]) == (502, "unreachable")


@pytest.mark.parametrize(
    "given", [{}, {"api_key": "x"}, {"api_key": " ", "api_secret": "y"}, {"api_key": 1, "api_secret": None}]
)
def test_half_of_the_credentials_is_none(ui: Served, given: dict[str, object]) -> None:
    """Nothing is asked of the server."""
    assert ui.change("POST", "/credentials", given).status == 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answered", "said"),
    [
        (raw_answers.json_answer({"message": "bad"}, 400), 'not known: HTTP 400: "bad"'),
        (raw_answers.status(404, "<html>nope"), "not known: HTTP 404"),
        (raw_answers.status(500, "<html>oops"), "HTTP 500"),
        (raw_answers.status(503, "busy"), "HTTP 503"),
        (raw_answers.json_answer({}), ""),
        (raw_answers.status(200, "<html>"), ""),
    ],
)
def test_an_answer_that_does_not_show_that_livedesk_took_them_is_told(answered: bytes, said: str) -> None:
    """What came is said, and neither those that are entered count nor do others count no more."""
    with RawServer(lambda _: [answered]) as server, screen_for(server.url) as ui:
        ui.screen.entered.update(api_key=SecretStr("old"), api_secret=SecretStr("old"))
        for told in (enter(ui), ui.change("POST", "/credentials/test")):
            assert told.status == 502
            assert said in told.json["error"]["message"]
        assert ui.screen.entered["api_key"].get_secret_value() == "old"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a\0b", "a\ud800", "a\u200bb", "a\tb", "a\x7f"], ids=ascii)
def test_what_is_no_text_is_refused_before_it_is_entered(ui: Served, service: Service, text: str) -> None:
    """Nothing is asked of the server, and the others count on."""
    for told in (enter(ui, secret=text), enter(ui, key=text)):
        assert told.status == 400
        assert "no text" in told.json["error"]["message"]
    assert service.sandbox.requests == {}
    assert ui.change("POST", "/credentials/test").status == 200


@pytest.mark.slow
def test_credentials_stand_in_no_page_and_no_file(service: Service) -> None:
    """Nor in an address or a log: what was entered is in the memory of the process alone."""
    with screen_for(service.url) as ui:
        enter(ui)
        draft = drafted(ui)
        imported(ui, draft)
        for path in ("/", "/credentials", f"/drafts/{draft}/import", f"/drafts/{draft}/result"):
            assert SECRET not in ui.get(path).text
        assert repr(ui.screen).count(SECRET) == 0
        files = [path for path in OUTPUT.rglob("*") if path.is_file()]
        assert files
        assert [
            path for path in files if SECRET.encode() in path.read_bytes() or KEY.encode() in path.read_bytes()
        ] == []


def test_where_to_go_on_is_a_page_of_ours(ui: Served) -> None:
    """An address of elsewhere is none."""
    for odd in ("https://evil.example/", "//evil.example/", f"{ui.root}x/", "javascript:alert(1)"):
        assert odd not in ui.get(f"/credentials?then={odd}").text
    assert f'"then": "{ui.root}/history"' in ui.get(f"/credentials?then={ui.root}/history").text


class _Chain:
    """A keychain in memory, as the library ``keyring`` has one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, user: str) -> str | None:
        return self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self.kept[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        from keyring.errors import PasswordDeleteError

        if self.kept.pop((service, user), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> _Chain:
    import keyring

    found = _Chain()
    monkeypatch.setattr(keyring, "get_keyring", lambda: found)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(found, name))
    return found


@pytest.mark.slow
def test_credentials_are_kept_in_the_keychain_if_the_user_wants_that(service: Service, chain: _Chain) -> None:
    """For this server; the next process has them, what the environment says goes before them, and they can be
    forgotten."""
    with screen_for(service.url) as ui:
        enter(ui)
        assert chain.kept == {}
        enter(ui, keep=True)
        assert [*chain.kept] == [(keychain.SERVICE, service.url)]
        assert json.loads(chain.kept[keychain.SERVICE, service.url]) == {"api_key": KEY, "api_secret": SECRET}
    with screen_for(service.url) as ui:
        assert "from the keychain" in ui.get("/credentials").text
        assert ui.change("POST", "/credentials/test").status == 200
        assert imported(ui, drafted(ui)).error is None
        assert ui.change("DELETE", "/credentials").status == 200
        assert chain.kept == {}
        assert "none yet" in ui.get("/credentials").text
        assert ui.change("DELETE", "/credentials").status == 200


@pytest.mark.slow
def test_a_key_alone_is_not_completed_from_the_keychain(
    service: Service, chain: _Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the command line: a kept secret may belong to another key."""
    chain.set_password(keychain.SERVICE, service.url, json.dumps({"api_key": KEY, "api_secret": SECRET}))
    monkeypatch.setenv("LIVEDESK_API_KEY", "another")
    with screen_for(service.url) as ui:
        assert "none yet" in ui.get("/credentials").text
        assert ui.change("POST", f"/drafts/{drafted(ui)}/import").status == 400


def test_what_the_environment_has_is_said(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """And cannot be forgotten on the page."""
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    with screen_for(service.url) as ui:
        page = ui.get("/credentials").text
        assert "from the environment" in page
        assert 'id="forget"' not in page


@pytest.mark.slow
def test_the_pages_are_in_the_readers_language(service: Service) -> None:
    """Fields in words, too."""
    language = named("zh")
    assert language is not None
    with served(OUTPUT.absolute(), language, given={"base_url": service.url}) as ui:
        ui.screen.entered.update(api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
        draft = drafted(ui)
        assert "即将进行的操作" in ui.get(f"/drafts/{draft}/import").text
        imported(ui, draft)
        page = ui.get(f"/drafts/{draft}/result").text
        assert "行需要处理的原因" in page
        assert "email" not in page.split("<main")[1].split("with-ids")[0]


@pytest.mark.slow
def test_unsent_rows_are_not_to_correct(ui: Served, service: Service) -> None:
    """Of an import that stopped, the button and what it begins are about the rows that are wrong alone."""
    draft = drafted(ui, MESSY + people(30).split("\n", 1)[1].replace("\n", ",\n"), inbox_id="999")
    imported(ui, draft)
    for page in (ui.get(f"/drafts/{draft}/result").text, history_of(ui)):
        assert "Correct 1 row and import it" in page
        assert "Go on with the import" in page
        assert re.findall(r'<span class="count">(\d+)</span>', page) == ["1"]
    made = ui.change("POST", f"/drafts/{draft}/result/correct").json["address"].split("/")[-2]
    (path,) = ui.screen.drafts.paths(ui.screen.drafts.get(made))
    assert "Bob" in path.read_text(encoding="utf-8-sig")
    assert "Person" not in path.read_text(encoding="utf-8-sig")


@pytest.mark.slow
def test_an_import_without_wrong_rows_has_none_to_correct(ui: Served, service: Service) -> None:
    """However many it left unsent; the result leads to the inbox that stopped it."""
    draft = drafted(ui, people(30), inbox_id="999")
    imported(ui, draft)
    page = ui.get(f"/drafts/{draft}/result").text
    assert 'id="correct"' not in page
    assert f'href="{ui.root}/drafts/{draft}/options">Choose another one in Options' in page


def history_of(ui: Served) -> str:
    run = ui.get("/recent").json["runs"][0]["address"]
    return ui.get(run.removeprefix(ui.root)).text


@pytest.mark.slow
def test_what_is_left_counts_on_the_page_of_the_import(ui: Served, service: Service) -> None:
    """After an import that stopped, in place of all that the check would send."""
    draft = drafted(ui, people(60), rate=20.0)
    ui.change("POST", f"/drafts/{draft}/check")
    ended(ui, draft)
    ui.change("POST", f"/drafts/{draft}/import")
    until(lambda: len(service.sandbox.contacts) > 5)
    job = ui.screen.jobs.of_draft(draft)
    assert job is not None
    ui.change("POST", f"/jobs/{job.id}/cancel")
    ended(ui, draft)
    left = 60 - len(service.sandbox.contacts)
    assert 0 < left < 55
    page = ui.get(f"/drafts/{draft}/import").text
    assert f"Import {left} rows" in page
    assert f"<dt>Rows to send</dt><dd>{left}</dd>" in page
    assert "was stopped after" in ui.get("/recent").json["cut_off"][0]["told"]
    ui.screen.drafts.change(draft, options={"inbox_id": "407", "settle": 0.2})
    imported(ui, draft)
    told = ui.get(f"/drafts/{draft}/import/rows").json
    assert told["done"] == told["all"] == sum(one["rows"] for one in told["counts"]) == 60


@pytest.mark.slow
def test_an_unknown_inbox_is_said_until_another_is_chosen(ui: Served) -> None:
    """On the page of the import, with the way to the options."""
    draft = drafted(ui, people(30), inbox_id="999")
    imported(ui, draft)
    page = ui.get(f"/drafts/{draft}/import").text
    assert "LiveDesk does not know inbox 999." in page
    assert f'href="{ui.root}/drafts/{draft}/options">Choose another one' in page
    ui.screen.drafts.change(draft, options={"inbox_id": "407"})
    page = ui.get(f"/drafts/{draft}/import").text
    assert "does not know inbox" not in page
    assert "ended before its end" not in page


@pytest.mark.slow
def test_the_rows_of_an_earlier_import_are_none_of_the_one_at_work(ui: Served, service: Service) -> None:
    """Rows that a stop left unsent are not done; while the next import has no run yet, nothing of it is."""
    draft = drafted(ui, people(400), rate=100.0)
    ui.change("POST", f"/drafts/{draft}/import")
    until(lambda: len(service.sandbox.contacts) > 5)
    job = ui.screen.jobs.of_draft(draft)
    assert job is not None
    job.cancel()
    ended(ui, draft)
    left = ui.get(f"/drafts/{draft}/import/rows").json
    assert left["all"] == 400
    assert left["done"] == len(service.sandbox.contacts) < 400
    begun, goes_on = threading.Event(), threading.Event()

    def work(_observer: object, _cancellation: object) -> None:
        begun.set()
        assert goes_on.wait(120)

    async def start() -> None:
        ui.screen.jobs.start(draft, Purpose.IMPORT, work)

    try:
        asyncio.run_coroutine_threadsafe(start(), ui.loop).result(120)
        assert begun.wait(120)
        assert ui.get(f"/drafts/{draft}/import/rows").json == {"counts": [], "rows": [], "done": 0, "all": 0}
    finally:
        goes_on.set()


@pytest.mark.slow
def test_refused_credentials_are_said_until_livedesk_took_some(service: Service) -> None:
    """On the pages of the try and of the import."""
    with screen_for(service.url) as ui:
        assert enter(ui).status == 200
        draft = drafted(ui)
        ui.screen.entered["api_secret"] = SecretStr("wrong")
        imported(ui, draft)
        assert "Enter them anew" in ui.get(f"/drafts/{draft}/import").text
        assert enter(ui).status == 200
        page = ui.get(f"/drafts/{draft}/import").text
        assert "Enter them anew" not in page
        assert "refused" not in page
        ui.screen.entered["api_secret"] = SecretStr("wrong")
        other = drafted(ui)
        ui.change("POST", f"/drafts/{other}/try")
        ended(ui, other)
        assert "Enter them anew" in ui.get(f"/drafts/{other}/try").text
        assert enter(ui).status == 200
        page = ui.get(f"/drafts/{other}/try").text
        assert "refused" not in page
        assert "Send the first 10 rows" in page


@pytest.mark.slow
def test_contacts_with_other_data_are_told_with_their_list(ui: Served, service: Service) -> None:
    """On the result, which leads to the rows; a run whose contacts are the same has none."""
    draft = drafted(ui)
    imported(ui, draft)
    assert "with other data" not in ui.get(f"/drafts/{draft}/result").text
    with screen_for(service.url) as other:
        other.screen.entered.update(ui.screen.entered)
        again = drafted(other, MESSY.replace("Ann", "Anna"))
        run = imported(other, again).result
        page = other.get(f"/drafts/{again}/result").text
        assert "1 of 2 exist with other data" in page
        rows = f"/history/runs/{run}?status=exists#rows"
        assert f'href="{other.root}{rows}"' in page
        assert "Anna" in other.get(rows.partition("#")[0]).text
