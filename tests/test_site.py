"""The site of the docs, as a reader's browser meets it: whole, searchable in both languages, alone in the world."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag

import pytest
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as TooLate

from tests.support.chromium import chromium, context_of
from tests.support.pages import DOCS, ROOT
from tests.support.tools import tool

pytestmark = pytest.mark.browser

SOURCES = sorted(path.relative_to(DOCS) for path in DOCS.rglob("*.md"))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing of a request."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build it as ``.ci/run`` does, and serve it on this machine; its address."""
    place = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "mkdocs.yml", place)
    shutil.copytree(DOCS, place / "docs")
    built = subprocess.run(
        [tool("zensical"), "build", "--strict"], cwd=place, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=place / "site"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Opened(NamedTuple):
    """A page, what it asked for, and what went wrong."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """An empty page that notes everything."""
    context = context_of(browser)
    found = Opened(context.new_page(), [], [])
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.on("response", lambda answer: found.complaints.append(answer.url) if answer.status >= 400 else None)
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    yield found
    context.close()


def addresses(page: Page) -> list[str]:
    """Every link of this site on the page, without the site's address."""
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    origin = page.evaluate("location.origin")
    return [link.removeprefix(origin) for link in found if link.startswith(origin)]


def test_no_link_is_broken_and_nothing_is_asked_elsewhere(site: str, opened: Opened) -> None:
    """Every page is opened, and every address on it is a file, or a page with that anchor; no font or script comes from
    others."""
    todo, ids, wanted = ["/index.html"], dict[str, set[str]](), set[tuple[str, str, str]]()
    while todo:
        path = todo.pop()
        if path in ids:
            continue
        opened.page.goto(site + path, wait_until="load")
        ids[path] = set(opened.page.eval_on_selector_all("[id]", "found => found.map(one => one.id)"))
        for link in addresses(opened.page):
            to, anchor = urldefrag(link)
            to = "/index.html" if to == "/" else to
            wanted.add((path, to, unquote(anchor)))
            if to.endswith(".html"):
                todo.append(to)
    assert {unquote(path) for path in ids} == {f"/{source.with_suffix('.html').as_posix()}" for source in SOURCES}
    there = {(to, anchor) for to, found in ids.items() for anchor in found | {"", "__skip"}}
    files = {to for _, to, _ in wanted if not to.endswith(".html")}
    there |= {(to, "") for to in files if opened.page.request.get(site + to).ok}
    broken = sorted(link for link in wanted if link[1:] not in there)
    assert broken == []
    assert [url for url in opened.requests if not url.startswith((site, "data:", "blob:"))] == []
    assert opened.complaints == []


def search_box(page: Page) -> Locator:
    """Open the search. Its button is there before the script that listens to it, so a click may come too early."""
    button, box = page.get_by_role("button", name=re.compile("search", re.IGNORECASE)), page.get_by_role("combobox")
    for _ in range(30):
        with suppress(TooLate):
            button.first.click(timeout=1_000)
        with suppress(TooLate):
            box.wait_for(timeout=1_000)
            break
    return box


@pytest.mark.parametrize(
    ("words", "found"),
    [("precision_lost", "precision_lost"), ("undo", "undo"), ("渠道", "渠道"), ("联系人", "联系人"), ("凭据", "凭据")],
)
def test_the_search_finds_words_of_both_languages(site: str, opened: Opened, words: str, found: str) -> None:
    """Without a server of its own, and without another's."""
    page = opened.page
    page.goto(f"{site}/index.html")
    search_box(page).fill(words)
    page.locator("a", has_text=found).first.wait_for(timeout=10_000)
    assert [url for url in opened.requests if not url.startswith((site, "data:", "blob:"))] == []


def test_pages_are_read_on_a_telephone(site: str, opened: Opened) -> None:
    """Wide tables and transcripts scroll by themselves; the page does not."""
    opened.page.set_viewport_size({"width": 360, "height": 740})
    wide = []
    for source in SOURCES:
        opened.page.goto(f"{site}/{source.with_suffix('.html').as_posix()}")
        if opened.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wide.append(Path(source).name)
    assert wide == []
