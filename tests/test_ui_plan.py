"""The plan on the page of the check: what would change in LiveDesk, and an import that does exactly that."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from importer.library import import_contacts
from tests.support.preparing import Draft
from tests.support.reviewing import MIXED, TITLES, checked, draft_of, edit, post, screen_on, worked
from tests.support.screens import Served
from tests.support.service import KEY, SECRET, Service

INBOX = ["Inbox", "", "407"]
CHANGED = TITLES + "Ann Lee,ann@x.example,,C1\nEve,eve@x.example,,C5\n"


@pytest.fixture
def screen(tmp_path: Path, service: Service) -> Iterator[Served]:
    """A screen on an account that has Ann."""
    (tmp_path / "before.csv").write_text(TITLES + "Ann,ann@x.example,,C1\n")
    options = {"base_url": service.url, "api_key": KEY, "api_secret": SECRET, "inbox": 407}
    import_contacts(tmp_path / "before.csv", output_dir=tmp_path / "earlier", **options)  # type: ignore[arg-type]
    with screen_on(tmp_path / "results", service) as found:
        yield found


def planned(screen: Served, **options: object) -> Draft:
    """A draft with updates, checked and planned."""
    draft = draft_of(screen, CHANGED)
    screen.screen.drafts.change(draft.id, options={"on_duplicate": "update", **options})
    worked(checked(draft), "plan")
    return draft


@pytest.mark.slow
def test_a_plan_says_field_by_field_what_would_change(screen: Served, service: Service) -> None:
    """What contacts have, and what they would have; nobody is created or changed by it."""
    draft = planned(screen)
    page = draft.get("check")
    assert "Would be created" in page
    assert 'data-plan="update"' in page
    found = draft.ask("plan/rows")
    assert [(row["status"], row["changes"]) for row in found["rows"]] == [
        ("update", [["Name", "Ann", "Ann Lee"]]),
        (
            "create",
            [["Name", "", "Eve"], ["Email", "", "eve@x.example"], ["Identifier", "", "C5"], ["Inbox", "", "407"]],
        ),
    ]
    assert found["rows"][0]["contact"] == service.stored["C1"]
    assert [row["status"] for row in draft.ask("plan/rows?status=create")["rows"]] == ["create"]
    assert [contact["name"] for contact in service.sandbox.contacts] == ["Ann"]


@pytest.mark.slow
def test_the_import_follows_the_plan_if_somebody_wants_that(screen: Served, service: Service) -> None:
    """What has changed there since is left as it is."""
    draft = planned(screen)
    assert draft.put("plan", follow=True).json == {"follow": True}
    assert re.fullmatch(r"plan-.*|a-.*", str(draft.options["plan"]))
    assert re.search(r'id="follow" checked', draft.get("check"))
    worked(draft, "import")
    assert sorted(contact["name"] for contact in service.sandbox.contacts) == ["Ann Lee", "Eve"]
    draft.put("plan", follow=False)
    assert "plan" not in draft.options


@pytest.mark.slow
def test_a_plan_of_other_rows_is_no_longer_followed(screen: Served) -> None:
    """A correction takes the import off it at once, other options when the page is looked at; it says so."""
    draft = planned(screen)
    draft.put("plan", follow=True)
    assert edit(draft, 3, {0: "Eva"}).status == 200
    assert "plan" not in draft.options
    assert draft.put("plan", follow=True).status == 400
    worked(checked(draft), "plan")
    draft.put("plan", follow=True)
    screen.screen.drafts.change(draft.id, options={**draft.options, "country": "DE"})
    assert draft.ask("plan/rows")["error"]["message"] == "there is no plan of the rows as they are now"
    draft.get("check")
    assert "plan" not in draft.options


@pytest.mark.slow
def test_a_plan_needs_credentials(tmp_path: Path) -> None:
    """The page leads to where they are entered."""
    with screen_on(tmp_path) as screen:
        draft = checked(draft_of(screen, MIXED))
        page = draft.get("check")
        assert "/credentials?then=" in page
        assert 'id="make-plan"' not in page
        assert post(draft, "plan").status == 400


@pytest.mark.slow
def test_refused_credentials_are_said_wherever_they_stop_something_with_a_link(
    tmp_path: Path, service: Service
) -> None:
    """A plan, a try and an import say why they ended, and lead to the page that asks for others, and back."""
    with screen_on(tmp_path / "r", service) as screen:
        screen.screen.entered.update(api_secret=SecretStr("another"))
        draft = checked(draft_of(screen, CHANGED))
        pages = {"plan": "check", "try": "try", "import": "result"}
        for work, name in pages.items():
            worked(draft, work)
            page = draft.get(name)
            here = f"{screen.root}/drafts/{draft.id}/{name}"
            assert "the server refused the credentials" in page.lower()
            assert f'href="{screen.root}/credentials?then={here}">Enter them anew</a>' in page
        assert "Enter them anew" in draft.get("import")
        assert f'href="{here}">Back</a>' in screen.get(f"/credentials?then={here}").text
        run = screen.get("/recent").json["runs"][0]["address"]
        assert "Enter them anew" in screen.get(run.removeprefix(screen.root)).text


@pytest.mark.slow
def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path, service: Service) -> None:
    """The draft stays as it is, and no plan is followed."""
    with screen_on(tmp_path / "r", service, base_url="http://127.0.0.1:9", max_attempts=1) as screen:
        draft = checked(draft_of(screen, CHANGED))
        worked(draft, "plan")
        page = draft.get("check")
        assert "The plan was stopped before its end" in page
        assert 'id="follow"' not in page
        assert draft.put("plan", follow=True).status == 400


@pytest.mark.slow
def test_the_import_page_says_that_it_follows_the_plan(screen: Served) -> None:
    """With how many contacts it would create and update."""
    draft = planned(screen)
    assert "Exactly this plan" not in draft.get("import")
    draft.put("plan", follow=True)
    page = draft.get("import")
    assert "Exactly this plan" in page
    assert "contacts to create: 1, to update: 1; nothing else is sent" in page


@pytest.mark.slow
def test_a_conflict_says_which_choice_makes_it_the_same_person(tmp_path: Path, service: Service) -> None:
    """Where one key is equal and another has changed; not where several contacts stand against the row."""
    before = TITLES + "Ann,ann@x.example,+493012345678,\nBob,bob@x.example,+493012345679,\n"
    (tmp_path / "before.csv").write_text(before)
    options = {"base_url": service.url, "api_key": KEY, "api_secret": SECRET, "inbox": 407}
    import_contacts(tmp_path / "before.csv", output_dir=tmp_path / "earlier", **options)  # type: ignore[arg-type]
    with screen_on(tmp_path / "results", service, on_duplicate="update") as screen:
        text = TITLES + "Ann,ann@x.example,+493012345670,\nBob,bob@x.example,+493012345678,\n"
        draft = checked(draft_of(screen, text))
        worked(draft, "plan")
        first, second = draft.ask("plan/rows?status=conflict")["rows"]
        assert "choose “The email alone” in the step Options" in first["hint"]
        assert "alone" not in second["hint"]
        screen.screen.drafts.change(draft.id, options={"match_by": "email"})
        worked(checked(draft), "plan")
        assert draft.ask("plan/rows")["rows"][0]["status"] == "update"
