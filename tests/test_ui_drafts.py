"""A draft is on disk after each change, whole, for its owner alone, and without a secret."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.cancellation import Cancellation
from importer.config.settings import Config, hidden
from importer.errors import OutputError
from importer.message import ENGLISH_READER
from importer.terminal.console import Console
from importer.web.doors import Doors
from importer.web.drafts import Draft, Drafts, NotThere, UploadedFile
from importer.web.screen import Screen
from importer.web.settings import settings_of, terms_of
from tests.support.screens import Served, served
from tests.support.service import Service, contacts

MINUTE = timedelta(minutes=1)


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    now = [datetime(2026, 1, 17, 8, 15, tzinfo=UTC)]

    def clock() -> datetime:
        now[0] += MINUTE
        return now[0]

    return Drafts(tmp_path, clock)


def file_of(folder: Path, draft: Draft) -> Path:
    return folder / "ui" / "drafts" / draft.id / "draft.json"


def test_a_draft_is_read_as_it_was_written(drafts: Drafts, tmp_path: Path) -> None:
    """By another process, too; for its owner alone."""
    draft = drafts.begin({"inbox_id": "407", "map": {"姓名": "name"}})
    changed = drafts.change(
        draft.id,
        files=(UploadedFile("客户.xlsx", 12),),
        corrections={"7": {"2": "ann@example.com"}},
        runs=("客户-20260117-081530",),
        step="check",
    )
    assert Drafts(tmp_path).get(draft.id) == changed
    path = file_of(tmp_path, draft)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["draft.json"]


def test_the_newest_draft_is_the_first(drafts: Drafts) -> None:
    """And no more than one wants to see."""
    made = [drafts.begin() for _ in range(3)]
    assert [draft.id for draft in drafts.recent()] == [draft.id for draft in reversed(made)]
    assert len(drafts.recent(2)) == 2


@pytest.mark.parametrize("name", ["api_key", "api_secret", "notify"])
def test_a_draft_keeps_no_secret(drafts: Drafts, tmp_path: Path, name: str) -> None:
    """Neither writes it, nor takes it from a file; the configuration hides the same ones."""
    draft = drafts.begin()
    with pytest.raises(ValueError, match=name):
        drafts.change(draft.id, options={name: "hush"})
    assert "hush" not in file_of(tmp_path, draft).read_text()
    file_of(tmp_path, draft).write_text(json.dumps({"options": {name: "hush", "inbox_id": "407"}}))
    assert drafts.get(draft.id).options == {"inbox_id": "407"}
    value = "https://hooks.example.com/x" if name == "notify" else "hush"
    assert Config.model_validate({name: hidden(value)}).told() == {}


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "0123456789ABCDEF", "0123456789abcde", "0123456789abcdef\n", "x" * 16]
)
def test_an_id_of_another_form_is_no_draft(drafts: Drafts, name: str) -> None:
    """Whatever stands at that path."""
    with pytest.raises(NotThere):
        drafts.get(name)


def test_a_draft_elsewhere_is_none(drafts: Drafts, tmp_path: Path) -> None:
    """A path in the place of an id leads nowhere, though there is such a file."""
    elsewhere = tmp_path / "ui" / "elsewhere"
    drafts.begin()
    elsewhere.mkdir()
    (elsewhere / "draft.json").write_text("{}")
    with pytest.raises(NotThere):
        drafts.get("../elsewhere")
    with pytest.raises(NotThere):
        drafts.remove("../elsewhere")


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "\ud800", "[" * 100_000], ids=repr)
def test_a_file_that_is_no_draft_is_none(drafts: Drafts, tmp_path: Path, content: str) -> None:
    """It is not listed, and the others are."""
    broken, whole = drafts.begin(), drafts.begin()
    file_of(tmp_path, broken).write_bytes(content.encode("utf-8", "surrogatepass"))
    assert [draft.id for draft in drafts.recent()] == [whole.id]
    with pytest.raises(NotThere):
        drafts.get(broken.id)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["created_at", "files", "options", "corrections", "runs", "step", "later"])


@pytest.mark.slow
@given(st.dictionaries(KEYS, JSON))
def test_whatever_stands_in_the_file_of_a_draft_is_read(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, object]
) -> None:
    """Another version may have written it: what is of the right kind counts, and can be written again."""
    folder = tmp_path_factory.mktemp("drafts")
    drafts = Drafts(folder)
    draft = drafts.begin()
    file_of(folder, draft).write_text(json.dumps(content))
    found = drafts.get(draft.id)
    drafts.save(found)
    assert drafts.get(draft.id) == found


def test_a_file_in_another_folder_is_no_file_of_a_draft(drafts: Drafts, tmp_path: Path) -> None:
    """Whoever can write the draft's file still reads no other one through it."""
    draft = drafts.begin()
    files = [{"name": name, "size": 1} for name in ("../x", "/etc/passwd", "..", ".x", "", "a\\b", "ok.csv")]
    file_of(tmp_path, draft).write_text(json.dumps({"files": files}))
    assert drafts.paths(drafts.get(draft.id)) == [tmp_path / "uploads" / draft.id / "ok.csv"]


def test_a_draft_is_removed_with_its_files(drafts: Drafts, tmp_path: Path) -> None:
    """And no other one."""
    draft, other = drafts.begin(), drafts.begin()
    uploads = drafts.uploads(draft)
    uploads.mkdir(parents=True)
    (uploads / "a.csv").write_text("x")
    drafts.remove(draft.id)
    assert not uploads.exists()
    assert not file_of(tmp_path, draft).parent.exists()
    assert drafts.recent() == [other]


def test_a_draft_that_cannot_be_written_stays_as_it_was(drafts: Drafts, tmp_path: Path) -> None:
    """As on a disk that is full: the file before is whole."""
    draft = drafts.begin({"inbox_id": "407"})
    (file_of(tmp_path, draft).parent / ".draft.json.tmp").mkdir()
    with pytest.raises(OutputError):
        drafts.change(draft.id, step="check")
    assert drafts.get(draft.id) == draft


# -- in the browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("drafts")) as found:
        yield found


@pytest.mark.parametrize("step", ["file", "columns", "options", "check", "try", "import", "result"])
def test_every_step_is_an_address_that_can_be_reloaded(screen: Served, step: str) -> None:
    """The draft remembers where it stands, and the start page leads there; not to a result before an import."""
    draft = screen.change("POST", "/drafts").json["id"]
    address = f"/drafts/{draft}/{step}"
    first, again = screen.get(address), screen.get(address)
    assert (first.status, first.text) == (200, again.text)
    assert f'href="{screen.root}{address}" aria-current="step"' in first.text
    assert screen.screen.drafts.get(draft).step == step
    stands = f"{screen.root}/drafts/{draft}/{'file' if step == 'result' else step}"
    assert f'href="{stands}"' in screen.get("/").text
    assert screen.get(f"/drafts/{draft}").headers["Location"] == stands


def test_a_draft_that_is_gone_is_a_page_with_a_way_back(screen: Served) -> None:
    """In a script's words, for a script."""
    draft = screen.change("POST", "/drafts").json["id"]
    assert screen.change("DELETE", f"/drafts/{draft}").json == {"address": f"{screen.root}/"}
    page = screen.get(f"/drafts/{draft}/columns")
    assert page.status == 404
    assert "This import is not there any more" in page.text
    assert f'href="{screen.root}/"' in page.text
    told = screen.get(f"/drafts/{draft}/columns", Accept="application/json").json
    assert told["error"]["code"] == "not_there"


@pytest.mark.slow
def test_the_language_of_a_session_can_be_changed(screen: Served) -> None:
    """Pages and errors; an unknown one changes nothing."""
    assert screen.change("PUT", "/language", {"language": "xx"}).status == 400
    assert screen.change("PUT", "/language", {"language": "zh_TW"}).json == {"language": "zh-Hant-TW"}
    assert '<html lang="zh-Hant-TW">' in screen.get("/").text
    assert "沒有這個頁面" in screen.get("/nope").text
    assert screen.change("PUT", "/language", b"[").json["error"]["message"] == "頁面傳送的內容不符合要求"
    assert screen.change("PUT", "/language", {"language": "en"}).status == 200


def test_a_name_of_a_file_is_no_markup(screen: Served) -> None:
    """Wherever it stands."""
    draft = screen.change("POST", "/drafts").json["id"]
    name = "%3Cimg src=x onerror=alert(1)%3E&amp;.csv".replace(" ", "%20")
    screen.change("POST", f"/drafts/{draft}/files", b"x", **{"X-File-Name": name})
    for page in ("/", f"/drafts/{draft}/file"):
        assert "<img" not in screen.get(page).text
        assert "&amp;amp;.csv" in screen.get(page).text


def test_an_error_of_the_program_is_told_in_place(screen: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written says so, with what to do, on a page and to a script; it is no mistake of the program's."""
    draft = screen.change("POST", "/drafts").json["id"]
    blocked = file_of(screen.screen.output_dir, screen.screen.drafts.get(draft)).parent / ".draft.json.tmp"
    blocked.mkdir()
    page = screen.get(f"/drafts/{draft}/check")
    assert page.status == 507
    assert "cannot be written" in page.text
    assert "free space" in page.text
    found = screen.change("POST", f"/drafts/{draft}/files", b"x", **{"X-File-Name": "a.csv"})
    assert (found.status, found.json["error"]["code"]) == (507, "output")


# -- what a page begins ----------------------------------------------------------------------------------------------


def test_the_settings_of_a_draft_are_those_of_the_command_and_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft's options before the command line's, then what was entered here, the environment, the file."""
    config = tmp_path / "crm.yaml"
    config.write_text("country: DE\ninbox_id: 1\nconcurrency: 3\napi_key: of-the-file\n")
    monkeypatch.setenv("LIVEDESK_API_SECRET", "of-the-environment")
    screen = Screen(
        tmp_path, Doors(tmp_path), ENGLISH_READER, lambda: None, config, {"base_url": "http://127.0.0.1:1/"}
    )
    screen.entered["api_key"] = hidden("entered")
    draft = screen.drafts.begin({"inbox_id": "407", "sheet": ["A", "B"], "map": {"x": "name"}})
    found = settings_of(screen, draft, dry_run=True)
    assert (found.inbox_id, found.sheet, found.country, found.concurrency) == ("407", ("A", "B"), "DE", 3)
    assert (found.base_url, found.output_dir, found.mode) == ("http://127.0.0.1:1", tmp_path, "dry run")
    assert found.credentials() == ("entered", "of-the-environment")
    assert "entered" not in repr(screen).replace("entered=", "")
    terms = terms_of(screen, draft, Console(None, None), Cancellation())
    assert (terms.config.inbox_id, terms.arguments) == ("407", ("ui",))


@pytest.mark.slow
def test_the_start_page_names_the_newest_runs(tmp_path: Path, service: Service) -> None:
    """In words; where there is no ledger yet, there are none, and none is made."""
    with served(tmp_path / "results") as screen:
        assert screen.get("/recent").json == {"known": [], "cut_off": [], "waiting": [], "runs": []}
        assert not (tmp_path / "results" / "ledger.sqlite3").exists()
        done = service.invoke(contacts(3), "--inbox", 407, "--output-dir", tmp_path / "results")
        assert done.exit_code == 0, done.stderr
        (found,) = screen.get("/recent").json["runs"]
        assert (found["rows"], found["state"], found["when"]) == ("3 rows", "fine", "just now")


@pytest.mark.slow
def test_a_mistake_of_the_program_is_told_without_what_it_was_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kind on the page, the rest in the terminal; the program goes on."""

    def mistaken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ann@example.com")

    (tmp_path / "ledger.sqlite3").touch()
    monkeypatch.setattr("importer.web.beginnings.some_runs", mistaken)
    with served(tmp_path) as screen:
        found = screen.get("/recent", Accept="application/json")
        assert (found.status, found.json["error"]["code"]) == (500, "mistake")
        assert "ZeroDivisionError" in found.text
        page = screen.get("/recent")
        assert "Back to the start" in page.text
        assert "ann@example.com" not in found.text + page.text
        assert screen.get("/").status == 200
