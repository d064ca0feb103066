"""The whole way in a browser, as its user goes it: from a messy workbook to the undo, and on to what is forgotten."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from importer.message import Language
from tests.support.chromium import chromium, context_of
from tests.support.other_site import another_site
from tests.support.screens import Served, served
from tests.support.service import Service

pytestmark = pytest.mark.browser

AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js (npm package axe-core)."""

MESSY: Final = Path(__file__).parent.parent / "sample_data" / "messy.csv"
CHINA: Final = {"en": "China", "zh": "中国"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Visitor:
    """A person with a browser, before a screen whose LiveDesk is a sandbox."""

    def __init__(self, served_one: Served, context: BrowserContext, service: Service) -> None:
        self.screen = served_one
        self.context = context
        self.service = service
        self.complaints: list[str] = []
        self.page = self.tab()
        self.page.goto(served_one.screen.doors.make(served_one.port, served_one.screen.language).path.as_uri())
        self.page.wait_for_selector("#drop")
        self.page.wait_for_load_state("load")  # with its scripts

    @property
    def root(self) -> str:
        return f"http://{self.screen.host}{self.screen.root}"

    def tab(self) -> Page:
        """One more page of the same browser."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        return page

    def on(self, step: str, button: str = "#next") -> None:
        """Go on to a step by its button."""
        self.page.click(button)
        self.page.wait_for_url(f"**/{step}*")
        self.page.wait_for_load_state("networkidle")

    def sound(self) -> None:
        """No violation of any weight (WCAG 2.2 AA), nothing wider than the window, and no word of complaint."""
        assert self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, self.page.url
        assert [told for told in self.complaints if "Failed to load resource" not in told] == []
        if not AXE:
            if os.environ.get("REQUIRE_TOOLS"):
                pytest.fail("AXE_CORE does not name axe.min.js (npm install axe-core)")
            return
        self.page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", tags)
        told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]]
        assert told == [], self.page.url


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    with ExitStack() as stack:

        def come(lang: str = "en", **options: Any) -> Visitor:
            service = stack.enter_context(Service(delete="on", usage="on"))
            for name, value in service.environment.items():
                monkeypatch.setenv(name, value)
            screen = stack.enter_context(served(tmp_path / "results", Language(lang)))
            context = context_of(browser, bypass_csp=bool(AXE), **options)  # axe is no script of ours
            stack.callback(context.close)
            return Visitor(screen, context, service)

        yield come


def workbook() -> bytes:
    """The messy sample as people keep it: a heading above the titles, all in a sheet with a Chinese name."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "客户名单"
    sheet.append(["2026 年客户名单"])
    for line in csv.reader(io.StringIO(MESSY.read_text(encoding="gb18030"))):
        sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def give(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("#choose", FilePayload(name=name, mimeType="", buffer=content))


def name_the_inbox(page: Page) -> None:
    """Which is kept as soon as one leaves the field."""
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.fill("#option-inbox", "407")
        page.keyboard.press("Tab")


def people(count: int) -> bytes:
    rows = "".join(f"Person {number},p{number}@example.com\n" for number in range(count))
    return f"Name,Email\n{rows}".encode()


def emails(service: Service) -> set[str]:
    return {contact["email"] for contact in service.sandbox.contacts if contact["email"]}


def prepared(visitor: Visitor, lang: str) -> None:
    """Drop the workbook, look at its columns, say the options, and correct a cell of the check."""
    page = visitor.page
    give(page, "客户.xlsx", workbook())
    page.wait_for_url("**/file")
    expect(page.locator(".sheet")).to_contain_text("zhang.weiming@example.com")
    visitor.sound()
    visitor.on("columns")
    expect(page.locator("select[data-chooses='手机号']")).to_have_value("phone_number")
    visitor.sound()
    visitor.on("options")
    page.fill("#option-country", CHINA[lang])
    page.keyboard.press("Tab")
    expect(page.locator("#phones .good-word").first).to_have_text("+8613800001101")
    name_the_inbox(page)
    visitor.sound()
    visitor.on("check")
    line = page.locator("#table tbody", has_text="yang.qingqing#example.com")
    wrong = line.locator("input[aria-invalid=true]").first
    wrong.fill("yang.qingqing@example.com")
    expect(line.locator(".verdict-line[data-state=good]")).to_be_visible()
    visitor.sound()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_way(visit: Visit, lang: str) -> None:
    """Drop, columns, options, check with a correction in place, try ten, import, result, undo, find, forget."""
    visitor = visit(lang)
    page, service = visitor.page, visitor.service
    prepared(visitor, lang)
    visitor.on("try")
    page.click("#try")
    expect(page.locator(".trial tbody tr")).to_have_count(10)
    assert len(service.sandbox.contacts) == 10
    visitor.sound()
    visitor.on("import")
    visitor.sound()
    page.click("#import")
    page.wait_for_url("**/result")
    expect(page.locator("#verdict")).to_be_visible()
    assert "yang.qingqing@example.com" in emails(service)
    assert len(service.sandbox.contacts) == 19
    visitor.sound()
    with page.expect_popup() as report:
        page.click("a[href$='/result/report']")
    expect(report.value.locator("h1")).to_be_visible()
    undone(visitor)
    remembered(visitor)


def undone(visitor: Visitor) -> None:
    """Undo on the page of the result: what was tried first, too."""
    page = visitor.page
    page.click("#undo")
    while visitor.service.sandbox.contacts:
        if page.locator("#ask[open]").count():
            page.click("#ask[open] button.main")
        page.wait_for_timeout(50)
    expect(page.locator("#again .marked")).to_contain_text("19")
    visitor.sound()


def remembered(visitor: Visitor) -> None:
    """In the history: the runs, a person over all of them, and nobody any more."""
    page = visitor.page
    page.click(".program a[href$='/history']")
    expect(page.locator(".runs tbody tr")).to_have_count(4)
    visitor.sound()
    page.fill("#person", "张伟明")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people*")
    expect(page.locator(".finds > li").first).to_contain_text("zhang.weiming@example.com")
    visitor.sound()
    page.click(".finds a")
    page.wait_for_url("**/runs/**")
    expect(page.locator(".rows tbody tr").first).to_be_visible()
    visitor.sound()
    page.goto(f"{visitor.root}/history/forget")
    visitor.sound()
    page.click("form[aria-labelledby=all] button")
    page.click("#erase")
    page.click("#ask[open] button.main")
    expect(page.locator("#done")).to_be_visible()
    visitor.sound()
    page.goto(f"{visitor.root}/history/people?q=zhang.weiming")
    expect(page.locator(".finds")).to_have_count(0)
    left = [path.name for path in visitor.screen.screen.output_dir.rglob("*") if path.suffix in (".xlsx", ".json")]
    assert "客户.xlsx" not in left
    assert "draft.json" not in left


def at_work(visitor: Visitor, rows: int = 300, rate: float = 5.0) -> Page:
    """The page of an import that works, loaded; of so many rows, at most so many requests a second."""
    page, drafts = visitor.page, visitor.screen.screen.drafts
    give(page, "people.csv", people(rows))
    page.wait_for_url("**/file")
    (draft,) = drafts.recent()
    drafts.change(draft.id, options={"inbox_id": "407", "rate": rate, "settle": 0})
    page.goto(page.url.replace("/file", "/import"))
    page.click("#import")
    page.wait_for_url("**/import")
    return page


def test_a_tab_that_is_closed_does_the_import_no_harm(visit: Visit) -> None:
    """Opened again in the middle, it shows how far the import is, and goes to the result in the end."""
    visitor = visit()
    page = at_work(visitor, rows=200, rate=20.0)
    expect(page.locator("#live")).to_be_visible()
    visitor.sound()
    page.close()
    visitor.page = visitor.tab()
    visitor.page.goto(f"{visitor.root}/")
    line = visitor.page.locator("#now ~ ul li")
    expect(line).to_contain_text("is being imported now")
    line.locator("a").click()
    visitor.page.wait_for_url("**/import")
    expect(visitor.page.locator("#counts li")).not_to_have_count(0)
    visitor.page.wait_for_url("**/result")
    expect(visitor.page.locator("#verdict")).to_contain_text("200")
    assert len(visitor.service.sandbox.contacts) == 200


@pytest.mark.parametrize(("lang", "width"), [("zh", 360), ("en", 1280)])
def test_an_import_that_was_stopped_goes_on_with_one_button(visit: Visit, lang: str, width: int) -> None:
    """From its result; it then stands in the history with its part, and its file is told of when it comes again."""
    visitor = visit(lang, viewport={"width": width, "height": 800})
    page = at_work(visitor)
    expect(page.locator("#newest tbody tr")).not_to_have_count(0)
    page.click("#stop")
    page.click("#ask[open] button.main")
    page.wait_for_url("**/result")
    assert 0 < len(visitor.service.sandbox.contacts) < 300
    visitor.sound()
    drafts = visitor.screen.screen.drafts
    (draft,) = drafts.recent()
    drafts.change(draft.id, options={"inbox_id": "407", "settle": 0})
    page.locator("[data-begins]").focus()
    with page.expect_navigation(url="**/import"):
        page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    expect(page.locator("[data-begins]")).to_have_count(0)
    assert len(visitor.service.sandbox.contacts) == 300
    page.click(".program a[href$='/history']")
    expect(page.locator(".runs tbody")).to_have_count(1)
    expect(page.locator(".runs .part")).to_have_count(1)
    visitor.sound()
    page.goto(f"{visitor.root}/")
    page.wait_for_load_state("networkidle")
    give(page, "again.csv", people(300))
    expect(page.locator(".earlier a")).to_be_visible()
    visitor.sound()
    page.wait_for_load_state("networkidle")
    page.focus("#no-header-0")
    page.keyboard.press("Space")
    expect(page.locator("#no-header-0:checked:focus")).to_be_visible()
    expect(page.locator(".sheet tbody tr").first).to_contain_text("Email")
    visitor.sound()


def test_a_browser_that_did_not_come_in_gets_nothing(visit: Visit, browser: Browser) -> None:
    """At no address, whatever it knows."""
    visitor = visit()
    give(visitor.page, "people.csv", people(2))
    visitor.page.wait_for_url("**/file")
    other = context_of(browser)
    page = other.new_page()
    for path in ("/", "/history", "/history/people?q=person", visitor.page.url.removeprefix(visitor.root)):
        answer = page.goto(visitor.root + path)
        assert answer
        assert answer.status == 404
        assert "person" not in page.content().casefold()
    other.close()


POST: Final = """async ([address, token]) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: address, target: "frame"});
  document.body.append(form);
  form.submit();
  const tried = [];
  for (const more of [{mode: "no-cors"}, {headers: {"X-Page-Token": token}}]) {
    const options = {method: "POST", credentials: "include", body: "{}", ...more};
    tried.push(await fetch(address, options).then((answer) => answer.type, () => "refused"));
  }
  return tried;
}"""


def test_a_page_of_another_origin_begins_and_erases_nothing(visit: Visit) -> None:
    """In the same browser, with the addresses and even the token known."""
    visitor = visit()
    page = visitor.page
    give(page, "people.csv", people(2))
    page.wait_for_url("**/file")
    token = page.get_attribute("meta[name=token]", "content")
    draft = re.sub("/file$", "", page.url)
    with another_site() as address:
        other = visitor.tab()
        other.goto(address)
        for target in (f"{draft}/import", f"{draft}/try", f"{visitor.root}/history/forget", f"{visitor.root}/demo"):
            assert set(other.evaluate(POST, [target, token])) <= {"opaque", "refused"}
    assert len(visitor.screen.screen.drafts.recent()) == 1
    assert visitor.screen.screen.jobs.running() == []
    assert visitor.service.sandbox.contacts == []


def test_the_keyboard_alone_is_enough_to_correct_and_go_on(visit: Visit) -> None:
    """On the check: from the first key to the cell that is wrong, and from there to the next step."""
    visitor = visit()
    page = visitor.page
    give(page, "people.csv", b"Name,Email\nAnn,ann@example.com\nBob,bob@\n")
    page.wait_for_url("**/file")
    for step in ("columns", "options", "check"):
        visitor.on(step)
        if step == "options":
            name_the_inbox(page)
    cell = page.locator("#table input[aria-invalid=true]")
    expect(cell).to_be_visible()
    reached(page, "input[aria-invalid=true]")
    page.keyboard.press("Control+A")
    page.keyboard.type("bob@example.com")
    expect(page.locator(".verdict-line[data-state=good]")).to_be_visible()
    reached(page, "#next")
    page.keyboard.press("Enter")
    page.wait_for_url("**/try")
    reached(page, "#try")
    page.keyboard.press("Enter")
    expect(page.locator(".trial tbody tr")).to_have_count(2)
    assert emails(visitor.service) == {"ann@example.com", "bob@example.com"}


def reached(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; each place where it stops shows that it has it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_file_that_is_chosen_before_the_scripts_have_come_is_taken(visit: Visit) -> None:
    """On a slow machine a person is quicker than the page."""
    visitor = visit()
    page = visitor.tab()
    waiting: list[Route] = []
    page.route("**/drop.js", lambda route: waiting.append(route), times=1)
    page.goto(visitor.page.url, wait_until="commit")
    page.wait_for_selector("#choose")
    give(page, "people.csv", people(2))
    waiting[0].continue_()
    page.wait_for_url("**/file")


def test_a_rehearsal_begins_with_one_button(visit: Visit) -> None:
    """Without a file of one's own; what it is stands on each of its pages, and LiveDesk gets nothing."""
    visitor = visit()
    page = visitor.page
    visitor.sound()
    page.click("#demo")
    page.wait_for_url("**/file")
    for step in ("columns", "options", "check", "try"):
        expect(page.locator(".mode")).to_contain_text("Rehearsal")
        visitor.on(step)
    page.click("#try")
    expect(page.locator(".trial tbody tr").first).to_be_visible()
    visitor.sound()
    assert visitor.service.sandbox.contacts == []


def test_what_is_left_unsent_by_a_stop_fills_no_bar(visit: Visit) -> None:
    """From then on the page says that it stops, whatever the run counts as done."""
    visitor = visit()
    progress = {"kind": "progress", "stage": "send", "done": 300, "total": 300, "seconds": 3}
    events = [progress, {"kind": "state", "state": "stopping"}, progress]
    body = "".join(f"event: said\ndata: {json.dumps(event)}\n\n" for event in events)
    visitor.page.route("**/jobs/*/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    page = at_work(visitor)
    expect(page.locator("#stage")).to_contain_text("Stopping")
    expect(page.locator("#stop")).to_be_disabled()
    expect(page.locator("#pace")).to_have_text("")
    assert page.locator("#progress").get_attribute("value") is None


def test_a_job_that_is_gone_leaves_no_bar_and_no_stop(visit: Visit) -> None:
    """The program was killed and started anew: what the page showed of the job is true no more."""
    visitor = visit()
    visitor.page.route("**/jobs/*/events", lambda route: route.fulfill(status=404))
    page = at_work(visitor)
    expect(page.locator("#notice")).to_contain_text("was started anew since")
    expect(page.locator("#live")).to_be_hidden()
