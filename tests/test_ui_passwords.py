"""Files with a password on the screen: asked for where the file stands, kept in memory alone."""

import pytest

from tests.support.preparing import PEOPLE, Draft, begun
from tests.support.protected import PASSWORD, protected_workbook, protected_zip
from tests.support.reviewing import checked, rows, worked
from tests.support.screens import Answer, Served

ROWS = (("Name", "Email"), ("Ann Lee", "ann@example.com"), ("Bo", "bob@example.com"))
LOCKED = "This file is protected by a password."
NEXT = 'id="next"'


def unlock(screen: Served, draft: str, file: object, password: object) -> Answer:
    return screen.change("POST", f"/drafts/{draft}/password", {"file": file, "password": password})


@pytest.mark.slow
def test_a_protected_file_asks_for_its_password_in_its_place(screen: Served) -> None:
    """A wrong one is refused, and shown nowhere; with the right one the rows are there, and the way goes on."""
    draft = begun(screen, ("a.csv", PEOPLE), ("people.xlsx", protected_workbook(rows=ROWS)))
    page = draft.get("file")
    assert page.count(LOCKED) == 1
    assert page.count('type="password"') == 1
    assert "This file cannot be read as it is." not in page
    assert "IMPORT_CONTACTS" not in page
    assert NEXT not in page
    wrong = unlock(screen, draft.id, "people.xlsx", "wr0ng")
    assert (wrong.status, wrong.json["error"]["message"]) == (422, "that is not the password of people.xlsx")
    assert "wr0ng" not in wrong.text
    assert LOCKED in draft.get("file")
    right = unlock(screen, draft.id, "people.xlsx", PASSWORD)
    assert right.status == 200
    draft.ask("looks")
    page = draft.get("file")
    assert LOCKED not in page
    assert "bob@example.com" in page
    assert "Opened with its password; what is written of it has none" in page
    assert NEXT in page
    assert PASSWORD not in page + right.text


@pytest.mark.parametrize(("file", "password"), [("b.xlsx", "x"), ("a.zip", ""), ("a.zip", 7), (None, "x")])
def test_what_no_page_sends_is_refused(screen: Served, file: object, password: object) -> None:
    """A file of another draft, or nothing."""
    draft = begun(screen, ("a.zip", protected_zip({"a": PEOPLE}, b"x")))
    assert unlock(screen, draft.id, file, password).status == 400


@pytest.mark.slow
def test_one_password_opens_each_file_and_each_file_may_have_its_own(screen: Served) -> None:
    """The second is beside the first, and in the next import too."""
    files = [(f"{name}.zip", protected_zip({"a.csv": PEOPLE}, raw)) for name, raw in (("a", b"x"), ("b", b"y "))]
    draft = begun(screen, *files, ("c.zip", files[0][1]))
    assert draft.get("file").count(LOCKED) == 3
    assert unlock(screen, draft.id, "a.zip", "x").status == 200
    draft.ask("looks")
    assert draft.get("file").count(LOCKED) == 1
    assert unlock(screen, draft.id, "b.zip", "y ").status == 200
    draft.ask("looks")
    assert LOCKED not in draft.get("file")
    assert LOCKED not in begun(screen, files[1]).get("file")


@pytest.mark.slow
def test_that_of_the_environment_opens_a_file_beside_one_that_is_entered(
    screen: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither takes the place of the other."""
    monkeypatch.setenv("IMPORT_CONTACTS_PASSWORD", "x")
    draft = begun(screen, *((f"{raw}.zip", protected_zip({"a.csv": PEOPLE}, raw.encode())) for raw in "xy"))
    assert draft.get("file").count(LOCKED) == 1
    unlock(screen, draft.id, "y.zip", "y")
    draft.ask("looks")
    assert LOCKED not in draft.get("file")


@pytest.mark.slow
def test_a_check_reads_the_file_and_nothing_on_disk_has_the_password(screen: Served) -> None:
    """Drafts, the check and its rows are; a password is no option of a draft."""
    draft = begun(screen, ("people.xlsx", protected_workbook(rows=ROWS)))
    unlock(screen, draft.id, "people.xlsx", PASSWORD)
    screen.screen.drafts.change(draft.id, options={"inbox_id": "407"})
    assert total(checked(draft)) == 2
    kept = [path for path in screen.screen.output_dir.rglob("*") if path.is_file()]
    assert {"check.json", "draft.json"} <= {path.name for path in kept}
    assert [path for path in kept if PASSWORD.encode() in path.read_bytes()] == []
    assert PASSWORD not in repr(screen.screen)


@pytest.mark.slow
def test_after_a_restart_it_is_asked_for_again(screen: Served) -> None:
    """A check says what to do, and is made anew once it is entered."""
    draft = begun(screen, ("people.xlsx", protected_workbook(rows=ROWS)))
    screen.screen.drafts.change(draft.id, options={"inbox_id": "407"})
    assert LOCKED in draft.get("file")
    assert "There is no file yet that can be read." in draft.get("columns")
    told = worked(draft, "check")
    assert "people.xlsx is protected by a password" in told
    assert "IMPORT_CONTACTS" not in told
    page = draft.get("check")
    assert "people.xlsx is protected by a password" in page
    assert "Enter the password in the first step, or save the file without one" in page
    unlock(screen, draft.id, "people.xlsx", PASSWORD)
    assert '"isDue": true' in draft.get("check")
    assert total(checked(draft)) == 2


def total(draft: Draft) -> int:
    """The rows that the page of the check tells of."""
    assert "The file cannot be checked yet" not in draft.get("check")
    return len(rows(draft)["rows"])


def test_forgotten_credentials_leave_the_passwords(screen: Served) -> None:
    """They are for another thing."""
    draft = begun(screen, ("a.zip", protected_zip({"a.csv": PEOPLE}, b"x")))
    unlock(screen, draft.id, "a.zip", "x")
    assert screen.change("DELETE", "/credentials").status == 200
    draft.ask("looks")
    assert LOCKED not in draft.get("file")
