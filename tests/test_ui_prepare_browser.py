"""From a file to its options as people go: in Debian's Chromium, by mouse and keyboard, in each language."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from importer.message import LANGUAGES, Language
from importer.web.uploads import Bounds
from tests.support.certificates import Authority
from tests.support.chromium import chromium, context_of
from tests.support.download_server import DownloadServer, answer
from tests.support.protected import PASSWORD, protected_workbook
from tests.support.screens import served

pytestmark = pytest.mark.browser

AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js (npm package axe-core)."""


SAMPLES = Path(__file__).parent.parent / "sample_data"
MESSY = SAMPLES / "messy.csv"
FIRM = b"Kunde,Kontakt,E-Mail,Telefon,Mobil,Ref\nACME AG,Anna Weber,a@acme.de,+49301234567,+4915123456789,x1\n"
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visit]:
    """Serve a screen and come in; no page may complain in the end."""
    complaints: list[str] = []
    with ExitStack() as stack:

        def come(lang: str = "en", bounds: Bounds | None = None, **options: Any) -> Page:
            screen = stack.enter_context(served(tmp_path, Language(lang), bounds))
            context = context_of(browser, **options)
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(screen.screen.doors.make(screen.port, screen.screen.language).path.as_uri())
            page.wait_for_selector("#drop")
            page.wait_for_load_state()  # with its scripts
            return page

        yield come
    assert [told for told in complaints if "Failed to load resource" not in told] == []


def give(page: Page, *files: tuple[str, bytes]) -> None:
    page.set_input_files("#choose", [FilePayload(name=name, mimeType="", buffer=content) for name, content in files])


def on(page: Page, step: str) -> None:
    page.click("#next")
    page.wait_for_url(f"**/{step}")


def wide(page: Page) -> int:
    """By how many pixels a page is wider than the window."""
    found: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_way_from_a_messy_file_to_the_check(visit: Visit, lang: str) -> None:
    """Each step is there after a reload as it was, and Back leads through all of them."""
    page = visit(lang)
    give(page, ("客户.csv", MESSY.read_bytes()))
    expect(page.locator(".sheet tbody tr")).to_have_count(20)
    on(page, "columns")
    page.select_option("select[data-chooses='备注']", "custom_attributes.备注")
    expect(page.locator("tr[data-key='备注'] .reset")).to_be_visible()
    page.reload()
    expect(page.locator("select[data-chooses='备注']")).to_have_value("custom_attributes.备注")
    on(page, "options")
    page.fill("#option-country", {"en": "China", "zh": "中国"}.get(lang, "中國"))
    page.keyboard.press("Tab")
    expect(page.locator("#phones .good-word").first).to_have_text("+8613800001101")
    page.check("input[name=on_duplicate][value=fill]")
    page.fill("#option-inbox", "407")
    on(page, "check")
    page.go_back()
    expect(page.locator("#option-inbox")).to_have_value("407")
    expect(page.locator("input[name=on_duplicate][value=fill]")).to_be_checked()
    page.click("[rel=prev]")
    page.wait_for_url("**/columns")
    page.click("[rel=prev]")
    page.wait_for_url("**/file")


def test_a_file_that_is_refused_is_told_in_its_line_and_the_others_go_on(visit: Visit) -> None:
    """On the start page and, where others came, on the page that follows."""
    page = visit(bounds=Bounds(most_bytes=200))
    give(page, ("large.csv", b"x" * 300))
    expect(page.locator("#notice")).to_contain_text("The file is larger than")
    give(page, ("large.csv", b"x" * 300), ("other.csv", b"x" * 300))
    expect(page.locator("#sent .refused")).to_have_count(2)
    give(page, ("large.csv", b"x" * 300), ("a.csv", b"Name\nAnn\n"))
    page.wait_for_url("**/file")
    expect(page.locator(".file")).to_have_count(1)
    expect(page.locator("#sent .refused")).to_contain_text("large.csv")


def test_a_file_is_fetched_from_the_address_that_is_pasted(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the start page, and beside other files; an address that is refused is told of, and may be corrected."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    page = visit()
    with DownloadServer(authority.good(), {"/a.csv": answer(FIRM), "/b.csv": answer(FIRM)}) as server:
        page.fill("#url", "http://example.com/a.csv?s1gned")
        page.press("#url", "Enter")
        expect(page.locator("#notice")).to_contain_text("example.com/a.csv?… cannot be read: http:// is not")
        page.fill("#url", f"{server.url}/a.csv?s1gned")
        page.click("#fetch")
        expect(page.locator(".sheet")).to_be_visible()
        page.fill("#url", f"{server.url}/b.csv")
        page.click("#fetch")
        expect(page.locator(".file h2")).to_have_text(["a.csv", "b.csv"])


def test_another_encoding_shows_the_rows_anew(visit: Visit) -> None:
    """With the focus where it was."""
    page = visit()
    give(page, ("a.csv", "Name,Email\nJürgen,j@example.com\n".encode("cp1252")))
    page.select_option("#encoding-0", "cp1251")
    expect(page.locator(".sheet")).to_contain_text("Jьrgen")
    expect(page.locator("#encoding-0")).to_be_focused()


def test_what_is_chosen_before_the_scripts_have_come_counts(visit: Visit) -> None:
    """On a slow machine a person is quicker than the page."""
    page = visit()
    give(page, ("a.csv", "Name,Email\nJürgen,j@example.com\n".encode("cp1252")))
    page.wait_for_url("**/file")
    waiting: list[Route] = []
    page.route("**/files.js", lambda route: waiting.append(route), times=1)
    with page.expect_request("**/files.js"):
        page.goto(page.url, wait_until="commit")
    page.select_option("#encoding-0", "cp1251")
    waiting[0].continue_()
    expect(page.locator(".sheet")).to_contain_text("Jьrgen")


def test_a_broken_file_is_removed_and_the_import_goes_on(visit: Visit) -> None:
    """The way on is there then."""
    page = visit()
    give(page, ("a.csv", b"Name\nAnn\n"), ("people.ics", b"BEGIN:VCALENDAR\n"))
    expect(page.locator(".problem")).to_contain_text("people.ics is an iCalendar file")
    expect(page.locator("#next")).to_have_count(0)
    page.click("[data-removes-file='people.ics']")
    page.click("#ask button.main")
    expect(page.locator(".problem")).to_have_count(0)
    expect(page.locator("#next")).to_be_visible()


def test_two_columns_for_one_field_are_told_beside_the_select(visit: Visit) -> None:
    """A button takes the field from the other; the page shows what becomes of both."""
    page = visit()
    give(page, ("a.csv", FIRM))
    on(page, "columns")
    page.select_option("select[data-chooses='Mobil']", "phone_number")
    expect(page.locator("tr[data-key='Telefon'] .why")).to_have_text('"Mobil" is used for Phone number')
    page.select_option("select[data-chooses='Telefon']", "phone_number")
    refused = page.locator("tr[data-key='Telefon'] .refused")
    expect(refused).to_contain_text('you gave this field to "Mobil"')
    refused.locator("button").click()
    expect(page.locator("select[data-chooses='Mobil']")).to_have_value("")
    expect(refused).to_be_empty()


def test_an_unsure_column_has_its_alternative_as_a_button(visit: Visit) -> None:
    """By the keyboard alone; the mark goes, and the focus stays at the column."""
    page = visit()
    give(page, ("a.csv", FIRM))
    on(page, "columns")
    row = page.locator("tr[data-key='Kunde']")
    expect(row.locator(".badge")).to_be_visible()
    row.locator(".other").focus()
    page.keyboard.press("Enter")
    expect(row.locator("select")).to_have_value("name")
    expect(row.locator(".badge")).to_be_hidden()
    expect(row.locator("select")).to_be_focused()


def test_an_attribute_is_named_by_hand(visit: Visit) -> None:
    """With Enter; the select has it from then on."""
    page = visit()
    give(page, ("a.csv", FIRM))
    on(page, "columns")
    page.select_option("select[data-chooses='Ref']", "+")
    expect(page.locator("tr[data-key='Ref'] .named input")).to_be_focused()
    page.keyboard.type("customer ref")
    page.keyboard.press("Enter")
    expect(page.locator("select[data-chooses='Ref'] option:checked")).to_have_text("attribute “customer_ref”")


def test_a_table_that_cannot_be_imported_leads_no_further(visit: Visit) -> None:
    """Until a column is of a person."""
    page = visit()
    give(page, ("a.csv", b"Item,Price,Note\nPen,2,blue\nInk,3,red\n"))
    on_click = page.locator("#next")
    on_click.click()
    page.wait_for_url("**/columns")
    page.click("#next")
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator(".problem")).to_be_visible()
    page.select_option("select[data-chooses='Item']", "name")
    expect(page.locator(".problem")).to_be_hidden()
    on(page, "options")


def test_an_option_that_is_wrong_stops_at_its_field(visit: Visit) -> None:
    """So does an inbox that is missing; the focus goes there."""
    page = visit()
    give(page, ("a.csv", b"Name,Email\nAnn,ann@example.com\n"))
    on(page, "columns")
    on(page, "options")
    page.click("#next")
    expect(page.locator("#wrong-option-inbox")).to_have_text("The import needs an inbox to send the contacts to.")
    expect(page.locator("#option-inbox")).to_be_focused()
    page.keyboard.type("abc")
    page.click("#next")
    expect(page.locator("#wrong-option-inbox")).to_contain_text("Expected digits")
    page.fill("#option-inbox", "407")
    on(page, "check")


def test_a_suggested_country_is_taken_by_a_click(visit: Visit) -> None:
    """And then suggested no more."""
    page = visit()
    give(page, ("客户.csv", MESSY.read_bytes()))
    on(page, "columns")
    on(page, "options")
    page.click("#suggested")
    expect(page.locator("#option-country")).to_have_value("China")
    expect(page.locator("#suggested")).to_be_hidden()
    expect(page.locator("#phones-words")).to_contain_text("25 of 27")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_step_is_wider_than_the_window(visit: Visit, width: int) -> None:
    """A table of a file scrolls within itself."""
    page = visit("zh", viewport={"width": width, "height": 740})
    give(page, ("客户.csv", MESSY.read_bytes()), ("contacts.xlsx", (SAMPLES / "contacts.xlsx").read_bytes()))
    expect(page.locator(".sheet")).to_have_count(2)
    found = {"file": wide(page)}
    for step in ("columns", "options"):
        on(page, step)
        found[step] = wide(page)
    page.click("#more summary")
    assert {**found, "more": wide(page)} == {"file": 0, "columns": 0, "options": 0, "more": 0}


@pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_serious(visit: Visit, lang: str, scheme: str) -> None:
    """At each step, with everything open and something wrong."""
    page = visit(lang, color_scheme=scheme, bypass_csp=True)
    give(page, ("客户.csv", MESSY.read_bytes()), ("a.csv", FIRM), ("people.ics", b"BEGIN:VCALENDAR\n"))
    expect(page.locator(".problem")).to_have_count(1)
    found = {"file": serious(page)}
    page.click("[data-removes-file='people.ics']")
    page.click("#ask button.main")
    expect(page.locator(".problem")).to_have_count(0)
    on(page, "columns")
    page.select_option("select[data-chooses='Mobil']", "phone_number")
    page.select_option("select[data-chooses='Telefon']", "phone_number")
    expect(page.locator(".refused button")).to_be_visible()
    found["columns"] = serious(page)
    on(page, "options")
    page.click("#more summary")
    page.fill("#option-inbox", "abc")
    page.keyboard.press("Tab")
    expect(page.locator("#wrong-option-inbox")).not_to_be_empty()
    found["options"] = serious(page)
    assert found == {"file": [], "columns": [], "options": []}


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "async () => (await axe.run()).violations.filter((one) => ['serious', 'critical'].includes(one.impact))"
        ".flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target}`))"
    )
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_protected_file_is_opened_where_it_stands(visit: Visit, lang: str) -> None:
    """By the keyboard; a wrong password is told, cleared from its field, and can be typed again."""
    page = visit(lang)
    give(page, ("people.xlsx", protected_workbook()))
    field = page.locator("[data-unlocks] input")
    expect(field).to_have_attribute("type", "password")
    expect(page.locator("#next")).to_have_count(0)
    field.fill("wr0ng")
    field.press("Enter")
    expect(page.locator("#notice")).to_contain_text("people.xlsx")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".sheet tbody tr")).to_have_count(2)
    assert field.count() == 0
    assert PASSWORD not in page.url + page.content()
    on(page, "columns")
