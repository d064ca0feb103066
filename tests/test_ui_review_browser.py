"""The check, its table and ten rows to try as their user meets them: in Debian's Chromium."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from importer.staging.stager import Staged, Stager
from tests.support.chromium import chromium, context_of
from tests.support.preparing import Draft
from tests.support.reviewing import MIXED, checked, draft_of, people, screen_on, worked
from tests.support.service import Service

pytestmark = pytest.mark.browser

AXE = os.environ.get("AXE_CORE", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Visitor(NamedTuple):
    """A page on a draft's step, and what it complained of."""

    page: Page
    draft: Draft
    complaints: list[str]

    def of_ours(self) -> list[str]:
        """Complaints, but for the icon that a browser looks for by itself."""
        return [complaint for complaint in self.complaints if not complaint.endswith("/favicon.ico")]

    def go(self, step: str) -> None:
        """To a step of the draft."""
        screen = self.draft.screen
        self.page.goto(f"http://{screen.host}{screen.root}/drafts/{self.draft.id}/{step}")


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Come in, with a draft of a file."""
    open_things: list[Any] = []

    def opened(thing: Any) -> Any:
        open_things.append(thing)
        return thing.__enter__()

    def come(text: str = MIXED, **options: Any) -> Visitor:
        service = opened(Service(delete="on", usage="on"))
        screen = opened(screen_on(tmp_path / "results", service))
        context = opened(context_of(browser, **options))
        page, complaints = context.new_page(), list[str]()
        page.on("console", lambda message: complaints.append(f"{message.text} {message.location['url']}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(screen.screen.doors.make(screen.port, screen.screen.language).path.as_uri())
        page.wait_for_url(f"http://{screen.host}{screen.root}/")
        return Visitor(page, draft_of(screen, text), complaints)

    yield come
    for thing in reversed(open_things):
        thing.__exit__(None, None, None)


def test_a_row_is_corrected_where_it_stands(visit: Callable[..., Visitor]) -> None:
    """The check begins by itself; what is typed is judged at once, kept, and undone cell by cell."""
    visitor = visit()
    page = visitor.page
    visitor.go("check")
    expect(page.locator("#verdict")).to_have_text("2 rows need attention")
    row = page.locator("#row-3")
    cell = row.get_by_label("Email")
    expect(cell).to_have_attribute("aria-invalid", "true")
    cell.fill("bob@x.example")
    expect(row.locator(".verdict-line")).to_have_text("Fine now: it will be sent.")
    expect(cell).to_have_attribute("aria-invalid", "false")
    expect(page.locator("#corrections")).to_contain_text("1 cell corrected:")
    row.get_by_role("button", name="Undo Email").click()
    expect(cell).to_have_value("bob@")
    expect(row.locator(".verdict-line")).to_contain_text("Not right yet")
    expect(page.locator("#corrections")).to_be_hidden()
    row.get_by_role("button", name="All cells").click()
    row.get_by_label("Name", exact=False).fill("Bobby")
    expect(row.locator(".verdict-line")).to_contain_text("Not right yet")
    cell.fill("bob@x.example")
    expect(row.locator(".verdict-line")).to_contain_text("Fine now")
    page.reload()
    expect(page.locator("#verdict")).to_have_text("1 row needs attention")
    assert visitor.of_ours() == []


def test_what_is_typed_quickly_is_kept_to_the_last_letter(visit: Callable[..., Visitor]) -> None:
    """Whatever the answers before it say."""
    visitor = visit()
    checked(visitor.draft)
    visitor.go("check")
    cell = visitor.page.locator("#row-3").get_by_label("Email")
    cell.fill("")
    cell.press_sequentially("robert.the.third@example.com", delay=25)
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator("#row-3 .verdict-line")).to_contain_text("Fine now")
    expect(cell).to_have_value("robert.the.third@example.com")
    (texts,) = visitor.draft.screen.screen.drafts.get(visitor.draft.id).corrected.cells.values()
    assert texts == {1: "robert.the.third@example.com"}


def test_what_was_typed_last_is_kept_by_whoever_leaves(visit: Callable[..., Visitor]) -> None:
    """By a link, or by closing the page, before anything was answered."""
    visitor = visit()
    checked(visitor.draft)
    drafts = visitor.draft.screen.screen.drafts

    def typed() -> list[str]:
        return [text for texts in drafts.get(visitor.draft.id).corrected.cells.values() for text in texts.values()]

    for text in ("one@x.example", "two@x.example"):
        visitor.go("check?status=invalid")
        visitor.page.locator("#row-3").get_by_label("Email").fill(text)
        visitor.page.click("[rel=prev]")
        visitor.page.wait_for_url("**/options")
        assert typed() == [text]
        checked(visitor.draft)
        visitor.go("check?status=")
        visitor.page.locator("#row-3 [aria-expanded]").wait_for()
        visitor.draft.put("check/row", file="a.csv", sheet="", row=3, cells={"1": "bob@"})
        checked(visitor.draft)
    visitor.go("check")
    visitor.page.locator("#row-3").get_by_label("Email").fill("three@x.example")
    visitor.page.close(run_before_unload=True)
    until = 100
    while typed() != ["three@x.example"] and (until := until - 1):
        threading.Event().wait(0.1)
    assert typed() == ["three@x.example"]


def test_rows_that_were_corrected_are_checked_before_one_goes_on(visit: Callable[..., Visitor]) -> None:
    """The next step comes when that has been done."""
    visitor = visit()
    checked(visitor.draft)
    visitor.go("check")
    visitor.page.locator("#row-3").get_by_label("Email").fill("bob@x.example")
    expect(visitor.page.locator("#row-3 .verdict-line")).to_contain_text("Fine now")
    visitor.page.click("#next")
    visitor.page.wait_for_url("**/try")
    assert "1 row needs attention" in visitor.draft.get("check")


def test_the_address_has_the_filters_and_the_page(visit: Callable[..., Visitor]) -> None:
    """It can be reloaded, and Back leads to what was seen before."""
    visitor = visit(people(120))
    page = visitor.page
    checked(visitor.draft)
    visitor.go("check")
    expect(page.locator("#found")).to_have_text("1 to 25 of 120 rows")
    page.select_option("#size", "50")
    expect(page.locator("#found")).to_have_text("1 to 50 of 120 rows")
    page.click("#after")
    expect(page.locator("#found")).to_have_text("51 to 100 of 120 rows")
    page.reload()
    expect(page.locator("#found")).to_have_text("51 to 100 of 120 rows")
    page.fill("#q", "p77")
    expect(page.locator("#found")).to_have_text("1 row")
    page.click("th[data-key=name] button")
    expect(page.locator("th[data-key=name]")).to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page.locator("th[data-key=row]")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#found")).to_have_text("1 row")
    page.go_back()
    expect(page.locator("#found")).to_have_text("1 to 50 of 120 rows")
    assert visitor.of_ours() == []


def test_a_cause_is_a_filter_and_its_button_settles_it(visit: Callable[..., Visitor]) -> None:
    """The country beside it is asked for first."""
    visitor = visit()
    page = visitor.page
    checked(visitor.draft)
    visitor.go("check")
    page.locator("a[href='?code=no_country#rows']").click()
    expect(page.locator("#found")).to_have_text("1 row")
    expect(page.locator("#row-4")).to_be_visible()
    page.click("[data-remedies=no_country]")
    expect(page.locator("#notice")).to_contain_text("Choose a country first")
    page.locator(".remedy select").select_option("DE")
    page.click("[data-remedies=no_country]")
    expect(page.locator("#verdict")).to_have_text("1 row needs attention")
    page.wait_for_load_state()
    page.click("[data-leaves-out=bad_email]")
    page.click("#ask button.main")
    expect(page.locator("#verdict")).to_have_text("No row needs attention")
    assert visitor.of_ours() == []


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Checks stage no row before it is set."""
    let_go, stage = threading.Event(), Stager.stage

    def held(*arguments: Any) -> Staged:
        assert let_go.wait(120)
        return stage(*arguments)

    monkeypatch.setattr(Stager, "stage", held)
    yield let_go
    let_go.set()


def test_a_check_goes_on_while_its_page_is_closed(visit: Callable[..., Visitor], let_go: threading.Event) -> None:
    """Whoever comes again sees it go on, or its end."""
    visitor = visit(people(3))
    visitor.go("check")
    expect(visitor.page.locator("#live")).to_be_visible()
    visitor.page.goto("about:blank")
    let_go.set()
    visitor.go("check")
    expect(visitor.page.locator("#verdict")).to_have_text("No row needs attention")


def test_the_end_of_a_check_crosses_no_way_of_the_users(visit: Callable[..., Visitor], let_go: threading.Event) -> None:
    """Whoever goes back as it ends comes back, although the page would be loaded anew."""
    visitor = visit(people(3))
    page, waiting = visitor.page, list[Route]()
    visitor.go("check")
    expect(page.locator("#live")).to_be_visible()
    page.route("**/options", lambda route: waiting.append(route), times=1)
    page.click("[rel=prev]", no_wait_after=True)
    jobs, until = visitor.draft.screen.screen.jobs, time.monotonic() + 120
    while not waiting and time.monotonic() < until:
        page.wait_for_timeout(50)
    let_go.set()
    while jobs.running() and time.monotonic() < until:
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000)  # for the page to hear of it
    waiting[0].continue_()
    page.wait_for_url("**/options")


def test_ten_rows_are_tried_and_taken_back(visit: Callable[..., Visitor]) -> None:
    """After a question."""
    visitor = visit(people(12))
    page = visitor.page
    visitor.go("try")
    page.click("#try")
    expect(page.locator("#verdict")).to_have_text("10 rows went through")
    page.wait_for_load_state()
    page.click("#undo")
    expect(page.locator("#asked")).to_contain_text("to remove: 10")
    page.click("#ask button.main")
    expect(page.locator("#verdict")).to_have_text("The tried rows were taken back")
    assert visitor.of_ours() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(visit: Callable[..., Visitor], scheme: str, width: int) -> None:
    """No violation of any weight (WCAG 2.2 AA), and nothing wider than the screen; with all that a page can show."""
    if not AXE:
        reason = "AXE_CORE does not name axe.min.js (npm install axe-core)"
        pytest.fail(reason) if os.environ.get("REQUIRE_TOOLS") else pytest.skip(reason)
    visitor = visit(color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    page = visitor.page
    worked(checked(visitor.draft), "plan")
    visitor.go("check")
    row = page.locator("#row-3")
    row.get_by_label("Email").fill("bob@x")
    expect(row.locator(".verdict-line")).to_contain_text("Not right yet")
    row.get_by_role("button", name="All cells").click()
    expect(page.locator("#planned tbody tr").first).to_be_visible()
    assert violations(page, width) == []
    worked(visitor.draft, "try")
    visitor.go("try")
    expect(page.locator("#verdict")).to_be_visible()
    assert violations(page, width) == []


def violations(page: Page, width: int) -> list[Any]:
    """What axe finds, and what is wider than the screen."""
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", tags)
    wide = page.evaluate("document.documentElement.scrollWidth")
    told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
    return told + ([wide] if wide > width else [])


def test_a_row_is_left_out_and_taken_in_again(visit: Callable[..., Visitor]) -> None:
    """Also by who presses while something typed is on its way."""
    visitor = visit()
    checked(visitor.draft)
    visitor.go("check")
    row = visitor.page.locator("#row-3")
    row.get_by_label("Email").fill("bob@x.example")
    row.get_by_role("button", name="Leave this row out").click()
    expect(row.locator(".verdict-line")).to_have_text("Left out: it is not sent.")
    corrected = visitor.draft.screen.screen.drafts.get(visitor.draft.id).corrected
    assert [place.row for place in corrected.left_out] == [3]
    assert [*corrected.cells.values()] == [{1: "bob@x.example"}]
    row.get_by_role("button", name="Take it in again").click()
    expect(row.locator(".verdict-line")).to_contain_text("Fine now")
    row.get_by_role("button", name="Undo all of this row").click()
    expect(row.get_by_label("Email")).to_have_value("bob@")
    assert not visitor.draft.screen.screen.drafts.get(visitor.draft.id).corrected
    assert visitor.of_ours() == []


def test_a_plan_is_followed_and_its_rows_are_turned_over(visit: Callable[..., Visitor]) -> None:
    """Made on a button; which rows of it are shown stands in the address."""
    visitor = visit(people(60))
    page = visitor.page
    checked(visitor.draft)
    visitor.go("check")
    page.click("#make-plan")
    expect(page.locator("#plan-found")).to_have_text("1 to 25 of 60 rows")
    page.click("#plan-after")
    expect(page.locator("#plan-found")).to_have_text("26 to 50 of 60 rows")
    page.reload()
    expect(page.locator("#plan-found")).to_have_text("26 to 50 of 60 rows")
    expect(page.locator("#found")).to_have_text("1 to 25 of 60 rows")
    page.check("#follow")
    expect(page.locator("#follow")).to_be_enabled()
    assert visitor.draft.options["plan"]
    assert visitor.of_ours() == []
