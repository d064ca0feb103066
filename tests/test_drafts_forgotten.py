"""What was uploaded on the screen, and its draft, go with the run that was made of it; and the library's door to
earlier runs."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from importer import ConfigError, import_contacts
from importer.files import workspace
from importer.library import history
from importer.library.checking import check
from importer.models import Status
from tests.support.service import invoke, written

ROWS = "Name,Email,Customer ID\nWilhelmine,w@oel.example,C1\n"
OUT = Path("import-results")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def draft(name: str) -> Path:
    """A draft with an uploaded file, which is returned, and a check that is kept."""
    folder, uploads = OUT / "ui" / "drafts" / name, OUT / "uploads" / name
    folder.mkdir(parents=True)
    uploads.mkdir(parents=True)
    (folder / "draft.json").write_text('{"corrections": ["Wilhelmine"]}', encoding="utf-8")
    file = uploads / "people.csv"
    file.write_text(ROWS, encoding="utf-8")
    check(file, folder=folder / "check", inbox=407).close()
    return file


def left() -> set[str]:
    return {path.name for folder in ("ui/drafts", "uploads") for path in (OUT / folder).glob("*")}


def traces() -> list[Path]:
    return [path for path in OUT.rglob("*") if path.is_file() and b"Wilhelmine" in path.read_bytes()]


@pytest.mark.slow
def test_a_run_knows_the_folder_that_its_file_was_uploaded_to(account: dict[str, Any]) -> None:
    """Whoever imports it, the screen or the command; a file from elsewhere was not uploaded."""
    assert import_contacts(draft("ab12"), **account).run.uploads == "ab12"
    assert import_contacts(written(ROWS), **account).run.uploads == ""


@pytest.mark.slow
def test_forgetting_a_run_erases_its_upload_its_draft_and_the_kept_check(account: dict[str, Any]) -> None:
    """And no other draft."""
    run = import_contacts(draft("ab12"), **account).run
    draft("cd34")
    assert len(traces()) > 4
    history.forget(run.id, confirm=lambda _: True)
    assert left() == {"cd34"}
    assert all("cd34" in path.parts for path in traces())


@pytest.mark.slow
def test_forgetting_everything_erases_every_draft(account: dict[str, Any]) -> None:
    """Those that no run was made of, too; the plan tells of them first."""
    import_contacts(draft("ab12"), **account)
    draft("cd34")
    planned = history.plan_forgetting(everything=True)
    assert (len(planned.runs), planned.drafts, planned.planned) == (1, ("ab12", "cd34"), True)
    assert left() == {"ab12", "cd34"}
    seen: list[history.Forgotten] = []

    def confirm(plan: history.Forgotten) -> bool:
        seen.append(plan)
        return True

    done = history.forget(everything=True, confirm=confirm)
    assert [plan.drafts for plan in seen] == [planned.drafts]
    assert done.drafts == ("ab12", "cd34")
    assert (left(), traces()) == (set(), [])


@pytest.mark.slow
def test_old_drafts_go_with_old_runs() -> None:
    """By the last change of anything in them; where nothing was ever imported there is no ledger, and none is made."""
    draft("old")
    draft("new")
    before = time.time() - 100 * 86_400
    for folder in ("ui/drafts/old", "uploads/old"):
        for path in (OUT / folder, *(OUT / folder).rglob("*")):
            os.utime(path, (before, before))
    assert history.plan_forgetting(older_than=timedelta(days=90)).drafts == ("old",)
    assert history.forget(older_than=timedelta(days=90), confirm=lambda _: True).drafts == ("old",)
    assert left() == {"new"}
    assert not (OUT / "ledger.sqlite3").exists()


@pytest.mark.slow
def test_the_command_tells_of_drafts(account: dict[str, Any]) -> None:
    """Before and after, and as JSON."""
    draft("ab12")
    assert "1 import being prepared on the screen would be erased" in invoke("forget", "--all", "--dry-run").stdout
    import_contacts(written(ROWS), **account)
    told = invoke("forget", "--all", "--yes").stdout
    assert "Forgot 1 run" in told
    assert "1 import being prepared on the screen is erased, with its file" in told
    assert left() == set()
    assert '"drafts_erased": 0' in invoke("forget", "--all", "--yes", "--json").stdout


@pytest.mark.slow
def test_nothing_is_erased_without_a_yes(account: dict[str, Any]) -> None:
    """Runs, drafts, and one person."""
    run = import_contacts(draft("ab12"), **account).run
    before = traces()
    with pytest.raises(ConfigError, match="nothing was erased"):
        history.forget(run.id, confirm=lambda _: False)
    with pytest.raises(ConfigError, match="nothing was erased"):
        history.forget(everything=True, confirm=lambda _: False)
    with pytest.raises(ConfigError, match="nothing was erased"):
        history.forget_one("w@oel.example", lambda _: False)
    assert traces() == before


@pytest.mark.slow
def test_forgetting_a_person_erases_the_uploads_of_their_runs(account: dict[str, Any]) -> None:
    """The plan names whose rows these are."""
    import_contacts(draft("ab12"), **account)
    match, planned = history.plan_forgetting_one("w@oel.example")
    assert ([entry.row.number for entry in match.entries], planned.erased) == ([2], 1)
    assert history.forget_one("w@oel.example", lambda found: found == match or bool(found.people)).erased == 1
    assert (left(), traces()) == (set(), [])


@pytest.mark.slow
def test_earlier_runs_are_listed_found_compared_and_written_again(account: dict[str, Any]) -> None:
    """Typed, by the functions of the command line."""
    assert history.runs() == ()
    first = import_contacts(written(ROWS), **account).run
    second = import_contacts(written(f"{ROWS}Bob,b@x.example,C2\n"), **account).run
    assert [(one.run.id, one.state) for one in history.runs()] == [(second.id, "fine"), (first.id, "fine")]
    found = history.find("wilhel")
    assert [(entry.run.id, entry.row.number) for entry in found.entries] == [(second.id, 2), (first.id, 2)]
    compared = history.compare(first.id, second.id)
    assert (compared.matched, compared.added.count) == (1, 1)
    report = OUT / second.id / "report.html"
    report.unlink()
    again = history.report(second.id, lang="zh")
    assert report.is_file()
    assert again.counts == {Status.UNCHANGED: 1, Status.CREATED: 1}


@pytest.mark.parametrize("name", ["uploads", "ui"])
def test_what_a_link_leads_to_is_no_draft(tmp_path: Path, name: str) -> None:
    """Somebody else may have put it there, and what is old behind it is not removed."""
    (tmp_path / "elsewhere" / "drafts").mkdir(parents=True)
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    assert workspace.drafts(tmp_path) == []
