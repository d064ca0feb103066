"""The screen as its user meets it: in Debian's Chromium, with nothing but this machine to ask."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from importer.message import Language, Message
from importer.web.jobs import Purpose
from importer.web.uploads import Bounds
from tests.support.chromium import chromium, context_of
from tests.support.other_site import another_site
from tests.support.screens import Served, served

pytestmark = pytest.mark.browser

AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js (npm package axe-core)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@dataclass
class Visitor:
    """A page that came in by a door, with everything that it complained of and asked for."""

    page: Page
    screen: Served
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://{self.screen.host}{self.screen.root}"

    def come_in(self) -> None:
        """Open the file of a new door."""
        door = self.screen.screen.doors.make(self.screen.port, self.screen.screen.language)
        self.page.goto(door.path.as_uri())
        self.page.wait_for_url(f"{self.root}/")


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Serve a screen, and come in."""
    contexts: list[BrowserContext] = []
    screens: list[Any] = []

    def come(lang: str = "en", bounds: Bounds | None = None, **options: Any) -> Visitor:
        serving = served(tmp_path, Language(lang), bounds)
        screens.append(serving)
        contexts.append(context_of(browser, **options))
        visitor = Visitor(contexts[-1].new_page(), serving.__enter__())
        visitor.page.on("console", lambda message: visitor.complaints.append(message.text))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on("request", lambda request: visitor.asked.append(request.url))
        visitor.come_in()
        return visitor

    yield come
    for context in contexts:
        context.close()
    for serving in screens:
        serving.__exit__(None, None, None)


def chosen(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("#choose", FilePayload(name=name, mimeType="text/csv", buffer=content))


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Import contacts"), ("zh", "导入联系人"), ("zh-Hant", "匯入聯絡人")]
)
def test_the_file_of_a_door_leads_to_the_start_page(visit: Callable[..., Visitor], lang: str, words: str) -> None:
    """In the command's language, without a word of complaint and a request to elsewhere; once."""
    visitor = visit(lang)
    expect(visitor.page.locator("h1")).to_have_text(words)
    assert visitor.complaints == []
    ours = (f"http://{visitor.screen.host}/", "file:///")
    assert [address for address in visitor.asked if not address.startswith(ours)] == []
    visitor.page.reload()
    expect(visitor.page.locator("h1")).to_have_text(words)
    assert [*(visitor.screen.screen.output_dir / "ui" / "doors").iterdir()] == []


def test_a_typed_address_leads_there_too(visit: Callable[..., Visitor]) -> None:
    """Without a trace of the secret in what Back leads to."""
    visitor = visit()
    door = visitor.screen.screen.doors.make(visitor.screen.port, Language("en"))
    visitor.page.goto(door.address)
    visitor.page.wait_for_url(f"{visitor.root}/")
    visitor.page.go_back()
    assert "/open/" not in visitor.page.url


def test_a_file_is_dropped_and_the_import_can_be_gone_on_with(visit: Callable[..., Visitor]) -> None:
    """It is a draft from the first file on, which a closed browser leaves as it is."""
    visitor = visit()
    page = visitor.page
    transfer = page.evaluate_handle(
        "() => { const all = new DataTransfer();"
        " all.items.add(new File(['name\\nAnn\\n'], '客户 <b>.csv')); return all; }"
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.wait_for_url("**/file")
    expect(page.locator(".file")).to_contain_text("客户 _b_.csv")
    page.click("#next")
    page.wait_for_url("**/columns")
    page.goto(f"{visitor.root}/")
    page.click("text=客户 _b_.csv")
    page.wait_for_url("**/columns")
    page.click("[rel=prev]")
    page.wait_for_url("**/file")
    page.goto(f"{visitor.root}/")
    page.click("[data-removes]")
    page.keyboard.press("Escape")
    expect(page.locator("[data-removes]")).to_have_count(1)
    page.click("[data-removes]")
    page.click("#ask button.main")
    expect(page.locator("[data-removes]")).to_have_count(0)
    assert visitor.screen.screen.drafts.recent() == []
    assert visitor.complaints == []


def test_what_goes_wrong_is_told_in_place(visit: Callable[..., Visitor]) -> None:
    """With what to do, in the page's language; a screen reader says it."""
    visitor = visit("zh")
    page = visitor.page
    blocked = visitor.screen.screen.output_dir / "uploads"
    blocked.write_text("no folder")
    chosen(page, "a.csv", b"name\nAnn\n")
    expect(page.locator("#notice[role=alert]")).to_contain_text("无法")
    expect(page.locator("#notice .todo")).to_be_visible()
    assert page.is_enabled("#choose")


@pytest.mark.parametrize("is_told", [True, False])
def test_a_file_that_is_too_large_is_told(visit: Callable[..., Visitor], is_told: bool) -> None:
    """Before it is sent; and where the page knows nothing of the bound, by the answer."""
    visitor = visit(bounds=Bounds(1 << 20))
    if not is_told:
        visitor.page.evaluate("() => { document.querySelector('#drop').dataset.most = 1e12; }")
    chosen(visitor.page, "a.csv", b"x" * (8 << 20))
    expect(visitor.page.locator("#notice")).to_contain_text("The file is larger than 1 MiB.")
    expect(visitor.page.locator("#notice .todo")).to_contain_text("--max-upload")


def test_what_the_browser_cannot_read_is_told(visit: Callable[..., Visitor]) -> None:
    """As a folder that is dropped; the program is not said to be gone."""
    visitor = visit()
    visitor.page.route("**/files", lambda route: route.abort())
    chosen(visitor.page, "a.csv", b"x")
    expect(visitor.page.locator("#notice")).to_contain_text("The browser could not read the file.")


def test_the_language_is_changed_on_the_page(visit: Callable[..., Visitor]) -> None:
    """Of this browser, from then on."""
    visitor = visit()
    visitor.page.select_option("#language", "zh")
    expect(visitor.page.locator("h1")).to_have_text("导入联系人")
    assert visitor.page.evaluate("document.documentElement.lang") == "zh-CN"
    visitor.page.goto(f"{visitor.root}/history")
    expect(visitor.page.locator("h1")).to_have_text("历史")


def test_the_end_is_asked_about_and_told(visit: Callable[..., Visitor]) -> None:
    """By the button of every page."""
    visitor = visit()
    visitor.page.click("#end")
    visitor.page.click("#ask button:has-text('No')")
    expect(visitor.page.locator("#drop")).to_be_visible()
    visitor.page.click("#end")
    visitor.page.click("#ask button.main")
    expect(visitor.page.locator("h1")).to_have_text("import-contacts has ended. You can close this page.")
    # A script of the page that hears of the end later has nowhere to fail.
    visitor.page.evaluate(
        "async (root) => { const { announce, tell } = await import(`${root}/static/api.js`);"
        " announce('x'); tell({ message: 'x' }); }",
        visitor.root,
    )
    expect(visitor.page.locator("#notice")).to_be_hidden()


def test_a_program_that_is_gone_is_told(visit: Callable[..., Visitor]) -> None:
    """At the next click, and by itself; Reload is offered."""
    visitor = visit()
    visitor.screen.cancellation.cancel()
    visitor.screen.thread.join(120)
    chosen(visitor.page, "a.csv", b"x")
    expect(visitor.page.locator("#notice")).to_contain_text("has ended, or cannot be reached")
    expect(visitor.page.locator("#notice button")).to_have_text("Reload")


def test_another_browser_gets_nothing(visit: Callable[..., Visitor], browser: Browser) -> None:
    """Although it knows the address."""
    visitor = visit()
    context = context_of(browser)
    page = context.new_page()
    answer = page.goto(f"{visitor.root}/")
    assert answer
    assert answer.status == 404
    assert "There is nothing here" in page.inner_text("body")
    context.close()


ATTACK = """async ([root, token]) => {
  const tried = [];
  const post = (path, options) => fetch(root + path, {method: "POST", credentials: "include", ...options});
  for (const options of [{mode: "no-cors"}, {headers: {"X-Page-Token": token}}, {mode: "no-cors", body: "{}"}])
    for (const path of ["/drafts", "/stop"])
      tried.push(await post(path, options).then((answer) => answer.type, () => "refused"));
  tried.push(await fetch(root + "/", {credentials: "include"}).then((answer) => answer.text(), () => "refused"));
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: root + "/drafts", target: "frame"});
  document.body.append(form);
  form.submit();
  await new Promise((resolve) => document.querySelector("iframe").addEventListener("load", resolve, {once: true}));
  return tried;
}"""


def test_a_page_of_another_origin_changes_and_reads_nothing(visit: Callable[..., Visitor]) -> None:
    """In the same browser, on the same host, with the address and even the token known."""
    visitor = visit()
    with another_site() as address:
        page = visitor.page.context.new_page()
        page.goto(address)
        tried = page.evaluate(ATTACK, [visitor.root, visitor.page.get_attribute("meta[name=token]", "content")])
        assert set(tried) <= {"opaque", "refused"}
        assert visitor.screen.screen.drafts.recent() == []
        embedded = f"<iframe src='{visitor.root}/'></iframe>"
        page.set_content(embedded)
        page.wait_for_timeout(300)
        assert "Import contacts" not in page.frames[-1].content()
        page.close()
    visitor.page.reload()
    expect(visitor.page.locator("h1")).to_have_text("Import contacts")


@pytest.mark.parametrize("path", ["/", "/drafts/{draft}/file", "/nope", "ask"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(visit: Callable[..., Visitor], path: str, scheme: str, width: int) -> None:
    """No violation of any weight (WCAG 2.2 AA), and nothing wider than the screen."""
    if not AXE:
        reason = "AXE_CORE does not name axe.min.js (npm install axe-core)"
        pytest.fail(reason) if os.environ.get("REQUIRE_TOOLS") else pytest.skip(reason)
    visitor = visit(color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    draft = visitor.screen.change("POST", "/drafts").json["id"]
    visitor.screen.change("POST", f"/drafts/{draft}/files", b"x", **{"X-File-Name": "x" * 120 + ".csv"})
    visitor.page.goto(visitor.root + (path.replace("{draft}", draft) if path != "ask" else "/"))
    if path == "ask":
        visitor.page.click("#end")
    visitor.page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = visitor.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", tags)
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found["violations"]] == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_alone_is_enough(visit: Callable[..., Visitor]) -> None:
    """The first key skips to the content, and every control shows where one is."""
    visitor = visit()
    page = visitor.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "choose"
    shown = "getComputedStyle(document.querySelector('label[for=choose]')).outlineStyle"
    assert page.evaluate(shown) == "solid"


def test_the_events_of_a_job_reach_a_page(visit: Callable[..., Visitor]) -> None:
    """As they come, in the reader's language, to the end."""
    visitor = visit("zh", bypass_csp=True)  # a test's own functions are no scripts of the page
    began, let_go = threading.Event(), threading.Event()

    def work(observer: Any, _: object) -> None:
        observer.say(Message("reload the page"))
        let_go.wait(120)

    def start() -> None:
        visitor.screen.screen.jobs.start("draft", Purpose.CHECK, work)
        began.set()

    visitor.screen.loop.call_soon_threadsafe(start)
    assert began.wait(120)
    job = visitor.screen.screen.jobs.of_draft("draft")
    assert job
    following = """([root, job]) => import(root + "/static/live.js").then(({follow}) => {
      window.said = [];
      follow(job, (event) => said.push(event), () => said.push({kind: "end"}));
    })"""
    visitor.page.evaluate(following, [visitor.screen.root, job.id])
    visitor.page.wait_for_function("said.length === 1")
    let_go.set()
    visitor.page.wait_for_function("said.at(-1)?.kind === 'end'")
    said = json.loads(visitor.page.evaluate("JSON.stringify(said)"))
    assert [event["kind"] for event in said] == ["say", "state", "end"]
    assert said[0]["told"] == "请重新加载页面"
