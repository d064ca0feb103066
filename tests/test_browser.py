"""The report as a reviewer meets it: in Debian's Chromium, from the disk, with no network."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from playwright.sync_api import Browser, Page, expect

from importer.ledger.records import Change, LedgerRow
from importer.ledger.run import Measures, Run, SheetPart
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import CellError, Outcome, Status
from importer.normalizer.cells import read
from tests.support.chromium import chromium, context_of
from tests.support.golden import CASES
from tests.support.runs import RUN, filed

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
HOSTILE = {
    "script": "<script>document.title = 'owned'</script>",
    "script end": "</script><script>document.title = 'owned'</script>",
    "comment": "<!--<script>",
    "attribute": '"><img src=x onerror="document.title = \'owned\'">',
    "formula": '=HYPERLINK("http://127.0.0.1:9/x","click")',
    "right to left": "\u202egnp.exe",
    "emoji": "👩‍👩‍👧 Ada",
    "long": "x" * 10_000,
    "line break": "two\nlines",
    "template": "{{ 7 * 7 }}{% raw %}${7 * 7}",
    "separators": "\u2028\u2029",
    "quotes": "a \"b\" 'c' \\ d",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@dataclass
class Opened:
    """A page, with everything that it asked for or complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file from the disk: offline, and every request is noted."""
    contexts = []

    def open_it(path: Path, **options: Any) -> Opened:
        context = context_of(browser, offline=True, **options)
        contexts.append(context)
        found = Opened(context.new_page(), [], [])
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.goto(path.resolve().as_uri())
        return found

    yield open_it
    for context in contexts:
        context.close()


def report(folder: Path, *rows: LedgerRow, run: Run = RUN, lang: Any = "en") -> Path:
    filed(folder, rows, run, lang=lang)
    return folder / "report.html"


def wrong(number: int, name: str, email: str = "bob@", note: str = "") -> LedgerRow:
    reason = Message("nothing after the @")
    message = Message("email: {value} is not an email address ({reason})", value=f'"{email}"', reason=reason)
    return LedgerRow(
        number,
        (name, email, note),
        Contact(name=name, email=email),
        Outcome(
            Status.INVALID,
            None,
            "bad_email",
            (message,),
            (Message("write it whole"),),
            flaws=(CellError((message,), "email", 1),),
        ),
    )


def fine(number: int, name: str = "Ann") -> LedgerRow:
    contact = Contact(name=name, email=f"p{number}@x.org", inbox_id="407")
    return LedgerRow(number, (), contact, Outcome(Status.CREATED, str(70_000 + number), http_status=200, attempts=1))


def shown(page: Page) -> list[str]:
    """The row numbers on the page, in their order."""
    return page.locator("#table tbody .row-number").all_inner_texts()


def follow(page: Page, selector: str, key: str, value: str) -> None:
    """Click a link to a view; the page follows it a moment later."""
    page.click(selector)
    page.wait_for_function("([key, value]) => document.getElementById(key).value === value", arg=[key, value])


def corrected(page: Page) -> str:
    """The file that the page gives."""
    with page.expect_download() as download:
        page.click("#download")
    return Path(download.value.path()).read_bytes().decode()


def copied(page: Page, button: str) -> str:
    """What a button gives to the clipboard."""
    page.evaluate("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
    page.click(button)
    return str(page.evaluate("window.copied"))


def importer(*arguments: object, cwd: Path | None = None, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The program in a process of its own: asyncio does not run beside Playwright."""
    command = [sys.executable, "-m", "importer", *map(str, arguments)]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=surroundings)


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the messy sample was rehearsed."""
    folder = tmp_path_factory.mktemp("messy")
    shutil.copy(ROOT / "sample_data" / "messy.csv", folder)
    done = importer("messy.csv", "--inbox", 407, "--country", "CN", "--sandbox", "--lang", "en", cwd=folder)
    assert done.returncode == 1, done.stderr
    return folder


def page_of(folder: Path) -> Path:
    (found,) = folder.glob("import-results/*/report.html")
    return found


@pytest.fixture(scope="module")
def messy_page(messy: Path, browser: Browser) -> Iterator[Page]:
    """Its report, opened once for whoever types into it."""
    context = context_of(browser, offline=True)
    page = context.new_page()
    page.goto(page_of(messy).resolve().as_uri())
    yield page
    context.close()


# -- what it asks for ------------------------------------------------------------------------------------------------


def test_the_page_asks_for_nothing_and_complains_of_nothing(messy: Path, opened: Callable[..., Opened]) -> None:
    """One file: its own address is the only request, whatever is clicked, and the console stays empty."""
    found = opened(page_of(messy))
    found.page.fill("#q", "example")
    found.page.click("th[data-key=email] button")
    corrected(found.page)
    assert found.requests[:1] == [page_of(messy).resolve().as_uri()]
    assert [url for url in found.requests[1:] if not url.startswith("blob:")] == []
    assert found.complaints == []


def test_a_script_that_is_not_the_pages_own_does_not_run(messy: Path, opened: Callable[..., Opened]) -> None:
    """The policy names style and script by their hashes: what got into the file otherwise is dead."""
    page = messy / "tampered.html"
    page.write_text(
        page_of(messy).read_text(encoding="utf-8").replace("</body>", "<script>document.title='owned'</script></body>")
    )
    found = opened(page)
    assert found.page.title() != "owned"
    assert any("Content Security Policy" in complaint for complaint in found.complaints)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_shown_as_text(tmp_path: Path, opened: Callable[..., Opened], name: str) -> None:
    """In every place of the page; nothing of it runs, and no element is made of it."""
    repairs = tuple(replace(repair, before=name, after=name, column=name) for repair in RUN.repairs)
    run = replace(
        RUN, file=name[:200], repairs=repairs, titles=(name, "Email", "Note"), mapping={name: "name", "Email": "email"}
    )
    run = replace(run, options={"sheet": name}, started_by=name, sheet=name)
    found = opened(report(tmp_path, wrong(2, name), fine(3, name), run=run))
    found.page.select_option("#status", "")
    assert found.page.locator("#row-3").inner_text().count(name[:250].split("\n")[0]) == 1
    assert found.page.evaluate("document.title") != "owned"
    assert found.page.locator("img, iframe, link, object").count() == 0
    assert found.page.locator("script:not([type])").count() == 1
    assert found.page.input_value("#cell-2-1") == "bob@"
    assert len(found.requests) == 1
    assert found.complaints == []


# -- search, filter, sort, pages -------------------------------------------------------------------------------------


@pytest.fixture
def long(tmp_path: Path) -> Path:
    """120 rows: every fourth is wrong."""
    rows = [wrong(n, f"Bob {n:03}") if n % 4 == 0 else fine(n, f"Ann {n:03}") for n in range(2, 122)]
    return report(tmp_path, *rows)


def test_what_needs_attention_is_seen_first(long: Path, opened: Callable[..., Opened]) -> None:
    """All rows are one choice away."""
    page = opened(long).page
    assert shown(page) == [str(number) for number in range(4, 101, 4)]
    assert "1 to 25 of 30 rows" in page.inner_text("#found")
    page.select_option("#status", "")
    assert len(shown(page)) == 25
    assert "1 to 25 of 120 rows" in page.inner_text("#found")


def test_search_looks_in_every_column_and_folds_case_and_width(long: Path, opened: Callable[..., Opened]) -> None:
    """Several words all have to be there."""
    page = opened(long).page
    page.select_option("#status", "")
    for text, found in (
        ("ＢＯＢ 008", ["8"]),
        ("70007", ["7"]),
        ("p9@x", ["9"]),
        ("bad_email 016", ["16"]),
        ("nobody", []),
    ):
        page.fill("#q", text)
        assert shown(page) == found
    assert page.is_hidden("#table")
    assert "No row is like that" in page.inner_text("#found")


def test_titles_sort_and_pages_turn(long: Path, opened: Callable[..., Opened]) -> None:
    """Once up, twice down; numbers as numbers; the state of the sorting is told to screen readers."""
    page = opened(long).page
    page.select_option("#status", "created")
    page.click("th[data-key=row] button")
    assert shown(page)[:3] == ["121", "119", "118"]
    assert page.get_attribute("th[data-key=row]", "aria-sort") == "descending"
    page.click("th[data-key=name] button")
    assert shown(page)[:2] == ["2", "3"]
    page.focus("#after")
    page.keyboard.press("Enter")
    assert page.inner_text("#where") == "Page 2 of 4"
    assert len(shown(page)) == 25
    for _ in range(2):
        page.click("#after")
    assert page.is_disabled("#after")
    assert page.evaluate("document.activeElement.id") == "before"
    assert len(shown(page)) == 90 - 75
    page.select_option("#size", "200")
    assert len(shown(page)) == 90
    assert page.is_hidden("#pager")


def test_a_link_carries_the_view(long: Path, opened: Callable[..., Opened]) -> None:
    """Search, filter, order and page are in the address; opened anew, it shows the same rows.

    A colleague has another disk: the link begins with the folder of the run.
    """
    page = opened(long).page
    page.select_option("#status", "created")
    page.fill("#q", "ann 1")
    page.click("th[data-key=name] button")
    page.click("th[data-key=name] button")
    link, rows = copied(page, "#link"), shown(page)
    assert link.startswith(f"{long.parent.name}/report.html#")
    assert rows[0] == "121"
    assert page.inner_text("#link") == "Copied"
    again = opened(long).page
    again.goto("about:blank")
    again.goto(f"{long.parent.parent.as_uri()}/{link}")
    assert shown(again) == rows
    assert again.input_value("#q") == "ann 1"


def test_what_was_changed_is_shown_with_its_row(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Field, before and after, as text and searched too; a note of the run leads to the rows that it is about."""
    updated = replace(fine(2), outcome=Outcome(Status.UPDATED, "5"))
    other = Outcome(Status.EXISTS, "6", hint=(Message("the contact has other data", kind="differs"),))
    changes = [((0, 2), (Change("5", "name", "<b>Bo</b>", "Ann"), Change("5", "email", None, "p2@x.org")))]
    filed(tmp_path, [updated, replace(fine(3), outcome=other), fine(4)], RUN, lang="en", changes=changes)
    found = opened(tmp_path / "report.html")
    page = found.page
    page.click("#table details summary")
    assert page.locator("#table details li").all_inner_texts() == ["Email: empty → p2@x.org", "Name: <b>Bo</b> → Ann"]
    page.fill("#q", "<b>bo")
    assert shown(page) == ["2"]
    page.fill("#q", "")
    follow(page, '.notes a[href="#code=differs"]', "code", "differs")
    assert shown(page) == ["3"]
    assert page.locator('a[href="changes.csv"]').count() == 1
    assert (len(found.requests), found.complaints) == (1, [])


def test_a_cause_leads_to_its_rows(messy: Path, opened: Callable[..., Opened]) -> None:
    """The card's link filters the table."""
    page = opened(page_of(messy)).page
    follow(page, 'a[href="#code=precision_lost"]', "code", "precision_lost")
    assert shown(page) == ["6", "24"]
    assert page.input_value("#code") == "precision_lost"


# -- correcting ------------------------------------------------------------------------------------------------------

CORRECTIONS = {
    # Of messy.csv: row, column (from 0), what a person would type.
    (6, 3): "13800001105",
    (9, 2): "yang.qingqing@example.com",
    (13, 3): "13800001199",
    (15, 3): "13300001113",
    (16, 9): "",
    (18, 4): "KH0016",
    (19, 6): "https://example.com/a.jpg",
    (20, 7): "407",
    (24, 4): "KH0020",
}


def correct(page: Page) -> None:
    """As a person does it: row by row, and the empty ones are left out."""
    for (row, column), text in CORRECTIONS.items():
        page.fill(f"#cell-{row}-{column}", text)
    for row in (21, 30):
        page.click(f"#row-{row} .row-tools button:last-child")


def test_what_is_corrected_on_the_page_imports_as_it_is(messy: Path, opened: Callable[..., Opened]) -> None:
    """Every row is fine then, and the command is the one that the page shows: it finds the file where browsers save."""
    page = opened(page_of(messy)).page
    correct(page)
    assert page.inner_text("#progress") == "9 rows changed, 2 left out, 0 as they were."
    (messy / "my home" / "Downloads").mkdir(parents=True)
    (messy / "my home" / "Downloads" / "messy-corrected.csv").write_bytes(corrected(page).encode())
    command = page.inner_text("#command")
    assert command == (
        'import-contacts "$HOME/Downloads/messy-corrected.csv" --inbox 407 --country CN --lang en'  # for real this time
    )
    program = f"{shlex.quote(sys.executable)} -m importer"
    done = subprocess.run(
        ["sh", "-c", f"{command.replace('import-contacts', program, 1)} --sandbox --output-dir again --json"],
        capture_output=True,
        text=True,
        cwd=messy,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(messy / "my home")},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"created": 9}


def test_line_breaks_of_a_cell_survive_its_correction(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """What is typed is added to the cell, and nothing is taken away."""
    page = opened(report(tmp_path, wrong(2, "Bob", note="Main St 1\nBerlin"))).page
    page.click("#row-2 .row-tools button:first-child")
    page.press("#cell-2-2", "End")
    page.type("#cell-2-2", "!")
    assert list(csv.reader(io.StringIO(corrected(page))))[1][2] == "Main St 1\nBerlin!"


def test_two_tabs_of_one_report_keep_each_others_edits(messy: Path, opened: Callable[..., Opened]) -> None:
    """They share what the browser keeps."""
    first = opened(page_of(messy)).page
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#cell-9-2", "one@example.com")
    second.fill("#cell-6-3", "13800001105")
    second.reload()
    first.reload()
    for page in (first, second):
        assert (page.input_value("#cell-9-2"), page.input_value("#cell-6-3")) == ("one@example.com", "13800001105")


@pytest.mark.parametrize("kept", ['{"9": true}', '{"9": {"out": true}}', '"x"', "[", '{"9": {"cells": {"2": 7}}}'])
def test_what_else_is_kept_under_its_name_does_no_harm(messy: Path, opened: Callable[..., Opened], kept: str) -> None:
    """Pages from a disk share what a browser keeps, and somebody else's may have another shape."""
    found = opened(page_of(messy))
    found.page.evaluate("(text) => localStorage.setItem(Object.keys(localStorage)[0], text)", kept)
    found.page.fill("#cell-9-2", "x")
    found.page.evaluate("(text) => localStorage.setItem(Object.keys(localStorage)[0], text)", kept)
    found.page.reload()
    assert len(shown(found.page)) == 11
    assert found.complaints == []


@pytest.mark.parametrize("view", ["sort=__proto__", "sort=hasOwnProperty", "status=x&page=-4&size=x", "constructor=1"])
def test_any_address_shows_a_table(messy: Path, opened: Callable[..., Opened], view: str) -> None:
    """A link that was damaged on its way does no harm."""
    found = opened(page_of(messy))
    found.page.goto(f"{found.page.url}#{view}")
    found.page.reload()
    assert found.page.is_visible("#found")
    assert found.complaints == []


def test_edits_survive_a_reload_and_can_be_discarded(messy: Path, opened: Callable[..., Opened]) -> None:
    """They are kept by the browser alone, for this run."""
    page = opened(page_of(messy)).page
    correct(page)
    page.reload()
    assert page.input_value("#cell-9-2") == "yang.qingqing@example.com"
    assert page.get_attribute("#row-21 .row-tools button:last-child", "aria-pressed") == "true"
    assert page.inner_text("#progress") == "9 rows changed, 2 left out, 0 as they were."
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#discard")
    assert page.input_value("#cell-9-2") == "yang.qingqing#example.com"
    page.reload()
    assert page.inner_text("#progress") == "0 rows changed, 0 left out, 11 as they were."


def test_all_cells_of_a_row_can_be_corrected(messy: Path, opened: Callable[..., Opened]) -> None:
    """Not only those that are marked."""
    page = opened(page_of(messy)).page
    assert page.locator("#cell-9-1").count() == 0
    page.click("#row-9 .row-tools button:first-child")
    page.fill("#cell-9-1", "新名字")
    records = list(csv.reader(io.StringIO(corrected(page).removeprefix("\ufeff"))))
    assert [record[1] for record in records].count("新名字") == 1


@pytest.mark.parametrize(
    ("cell", "text", "state", "words"),
    [
        ("#cell-9-2", "kim", "bad", "no @"),
        ("#cell-9-2", "kim@", "bad", "nothing after the @"),
        ("#cell-9-2", "kim@example", "bad", "no dot after the @"),
        ("#cell-9-2", "a@example..com", "bad", "an address cannot have"),
        ("#cell-9-2", ".a@b.co", "bad", "an address cannot have"),
        ("#cell-9-2", "a@b@c.de", "bad", "more than one @"),
        ("#cell-9-2", "kim@example.com", "good", ""),
        ("#cell-9-2", "Kim <kim@example.com>", "open", "the import will tell"),
        ("#cell-9-2", "", "good", "empty"),
        ("#cell-6-3", "13800138000", "good", "read as +8613800138000"),
        ("#cell-6-3", "+81 3 1234 5678", "good", "read as +81312345678"),
        ("#cell-6-3", "+44 20 7946 0958", "open", "the import will tell"),
        ("#cell-6-3", "1.38E+10", "bad", ""),
        ("#cell-6-3", "x", "bad", "no digits"),
        ("#cell-6-3", "12", "open", "the import will tell"),
    ],
)
def test_email_and_phone_are_checked_as_they_are_typed(
    messy_page: Page, cell: str, text: str, state: str, words: str
) -> None:
    """What is certain is said; what is not is left to the import. A cell that is as it was keeps its error."""
    page = messy_page
    page.fill(cell, text)
    assert page.get_attribute(cell, "data-state") == state
    assert page.get_attribute(cell, "aria-invalid") == str(state == "bad").lower()
    assert words in page.inner_text(f"{cell}-says")


USUAL = (
    *("ann.lee@example.com", "+86 138 0013 8000", "13800138000", "(030) 23125 000"),
    *("0049 30 23125000", "+1 (555) 010-9999"),
)
DOMAINS = (
    *("a.b", "a.test", "a.local", "a-.com", "-a.com", "a.1", "a..b", "a_b.com", "xn--a.com", "ab--c.com"),
    *("localhost", "home.arpa", f"{'a' * 64}.com", "A.B.Example", "1.example", "a.b-"),
)
LOCALS = ("a" * 64, "a" * 65, ".a", "a.", "a..b", "a+b", "'a", "a b", "ä", "A")
NUMBERS = (
    *("+0123456", "+12", "+123456789", "+1234567890123456", "00", "001", "0", "++491512", "1.38E+10", "1,38E+10"),
    *("+86①3800001105", "+86 138 0013 800²", "\u2800", "\u3164", "a@-b.co", "a.@b.co", "a@b.co.", "a@b@c.de"),
    *("١٢٣٤٥٦٧٨", "１３８００１３８０００", "02079460958", "4915112345678", "86 13800138000", "110", "-", "n/a"),
)


def cells_to_judge() -> list[str]:
    """The cells of the golden files that are text, and what people do to e-mail addresses and phone numbers."""
    found = {*HOSTILE.values(), *NUMBERS} - {HOSTILE["long"]}
    for path in (path for case in CASES for path in case.glob("input.csv")):
        lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
        found |= {cell for line in lines for cell in line.split(",")}
    for base in USUAL:
        around = ("{0}", " {0} ", "'{0}", "{0}.0", "{0},", "{0};", "<{0}>", "Kim {0}", "{0}; {0}", "{0}/{0}")
        found |= {pattern.format(base) for pattern in around} | {base.upper(), base[:-1], base[1:]}
        found |= {base[:place] + sign + base[place:] for place in (1, 5, 9) for sign in "@.-+ \u200b９x"}
    return sorted(found | {f"kim@{domain}" for domain in DOMAINS} | {f"{local}@example.com" for local in LOCALS})


@pytest.mark.parametrize(
    ("field", "country"),
    [
        *(("email", "CN"), ("phone_number", "CN"), ("phone_number", None)),
        *(pytest.param("email", country, marks=pytest.mark.slow) for country in ("DE", "US", None)),
        *(pytest.param("phone_number", country, marks=pytest.mark.slow) for country in ("DE", "US")),
    ],
)
def test_the_page_never_contradicts_the_importer(
    tmp_path: Path, opened: Callable[..., Opened], field: str, country: str | None
) -> None:
    """Some thousand cells: what the page calls good is sent, what it calls bad is refused; the rest it leaves open."""
    cells = cells_to_judge()
    everywhere = [Contact(phone_number=f"+{code} 12") for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    rows = [replace(wrong(number, "Ann"), contact=contact) for number, contact in enumerate(everywhere, 2)]
    page = opened(report(tmp_path, *rows, run=replace(RUN, options={"country": "CN"}, started_by="ann@desk"))).page
    script = "([field, country, cells]) => cells.map((cell) => report.checked(field, cell, country).state)"
    states = page.evaluate(script, [field, country, cells])
    good = [cell for cell, state in zip(cells, states, strict=True) if state == "good"]
    bad = [cell for cell, state in zip(cells, states, strict=True) if state == "bad"]
    assert [cell for cell in good if read(field, cell, country).error] == []
    assert [cell for cell in bad if not read(field, cell, country).error] == []
    assert min(len(good), len(bad)) > 20
    # The page may be unsure, and seldom is of what the importer takes without a remark.
    sure = [cell for cell in cells if (reading := read(field, cell, country)).value and not reading.warnings]
    assert len({*good} & {*sure}) > 0.5 * len(sure)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "||"])
def test_the_file_of_a_page_on_which_nothing_was_changed_is_the_errors_file(
    tmp_path: Path, opened: Callable[..., Opened], delimiter: str
) -> None:
    """Byte for byte: the same titles, cells, guards, quotes, delimiter and reasons."""
    rows = [wrong(number, name, note=name[::-1]) for number, name in enumerate(HOSTILE.values(), 2)]
    rows += [
        replace(rows[0], number=90, cells=("a", "bob@", "", "", "beyond")),
        replace(rows[0], number=91, cells=("'a", "bob@")),
        replace(rows[0], number=92, cells=("a,b;c|d\te", "bob@")),
    ]
    page = opened(report(tmp_path, *rows, run=replace(RUN, delimiter=delimiter))).page
    with page.expect_download() as download:
        page.click("#download")
    assert Path(download.value.path()).read_bytes() == (tmp_path / "errors.csv").read_bytes()
    assert download.value.suggested_filename == "contacts-corrected.csv"


def test_rows_of_an_errors_file_are_corrected_as_well(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Its column of reasons is not offered for correction, and gives way to the new one."""
    run = replace(RUN, titles=("Name", "Email", "Note", "import_error"))
    row = replace(wrong(2, "Bob"), cells=("Bob", "bob@", "", "an old reason"))
    page = opened(report(tmp_path, row, run=run)).page
    page.click("#row-2 .row-tools button:first-child")
    assert page.locator("#cell-2-3").count() == 0
    page.fill("#cell-2-1", "bob@example.com")
    assert corrected(page) == "\ufeffName,Email,Note,import_row,import_error\r\nBob,bob@example.com,,2,\r\n"


# -- what a long run shows ------------------------------------------------------------------------------------------


MEASURED = replace(
    RUN,
    started_by="ann@desk",
    options={"country": "DE"},
    measures=Measures(8.0, 1.0, (90, 80, 0, 0, 0, 70, 85, 60), ((2.0, 5.0),), ((20.0, 300), (45.0, 40), (120.0, 5))),
)


def test_charts_are_drawn_and_pauses_marked(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Rows over time as an area, each pause a band on it, five percentiles, a bar for each cause; all in words too."""
    rows = [
        wrong(2, "Bob"),
        replace(wrong(3, "Eve"), outcome=Outcome(Status.UNKNOWN, None, "timeout", (Message("no answer"),))),
    ]
    page = opened(report(tmp_path, *rows, run=MEASURED)).page
    assert {name: page.locator(f"svg .{name}").count() for name in ("area", "pause", "latency", "cause")} == {
        "area": 1,
        "pause": 1,
        "latency": 5,
        "cause": 2,
    }
    band, plot = (page.locator(f"svg .{name}").bounding_box() for name in ("pause", "area"))
    assert band is not None
    assert plot is not None
    assert band["width"] / plot["width"] == pytest.approx(3 / 8, abs=0.02)
    rate = page.text_content("#rate-desc")
    assert rate == "8 s in all, at most 90 rows a second. 1 pause for the server's limit, 3 s"
    assert page.text_content("#latency-desc") == (
        "half within 20 ms, 90% within 45 ms, 95% within 45 ms, 99% within 120 ms, the slowest 120 ms"
    )


def test_no_text_of_a_chart_is_cut(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """The longest code begins within its drawing, on a telephone too."""
    outcome = Outcome(Status.NOT_SENT, None, "credentials_refused", (Message("no"),))
    path = report(tmp_path, replace(wrong(2, "Bob"), outcome=outcome), run=replace(RUN, stopped=Message("refused")))
    page = opened(path, viewport={"width": 360, "height": 800}).page
    box = page.evaluate("document.querySelector('svg.plot text').getBBox().x")
    assert box >= 0


def test_repairs_options_and_columns_are_listed(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Before and after with how many; what was asked for; and every column with its field, or that it is not used."""
    page = opened(report(tmp_path, wrong(2, "Bob"), run=MEASURED)).page
    repairs = page.inner_text("section:has(#repairs) tbody").split()
    assert repairs == ["2", "Name", "spaces", "trimmed", '"', 'Ann"', '"Ann"']
    assert page.inner_text("section:has(#options) tbody").split() == ["--country", "DE"]
    assert page.locator("section:has(#mapping) tbody tr").all_inner_texts() == [
        "A\tName\tName name",
        "B\tEmail\tEmail email",
        "C\tNote\tnot used",
    ]


def test_in_the_dark_the_page_is_dark(messy: Path, opened: Callable[..., Opened]) -> None:
    """Where the system says so."""
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = (opened(page_of(messy), color_scheme=scheme).page.evaluate(colour) for scheme in ("light", "dark"))
    assert (light, dark) == ("rgb(246, 247, 249)", "rgb(18, 22, 29)")


def test_the_print_button_prints(messy: Path, opened: Callable[..., Opened]) -> None:
    """The browser's own dialogue."""
    page = opened(page_of(messy)).page
    page.evaluate("window.print = () => { window.printed = true; }")
    page.click("#print")
    assert page.evaluate("window.printed") is True


def test_a_run_that_stopped_shows_how_to_go_on_and_nothing_to_correct(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """Rows that were not sent need no file: its own command goes on with them."""
    outcome = Outcome(
        Status.NOT_SENT, None, "unreachable", (Message("nobody answered"),), (Message("check the network"),)
    )
    run = replace(RUN, stopped=Message("nobody answered"), arguments=("contacts.csv", "--inbox", "407"), exit_code=4)
    page = opened(report(tmp_path, replace(wrong(2, "Bob"), outcome=outcome), run=run)).page
    assert page.inner_text("h1") == "Stopped: nobody answered"
    assert page.inner_text("header .command") == "import-contacts contacts.csv --inbox 407"
    assert page.is_hidden("#correct")
    assert page.locator(".field").count() == 0
    assert "nobody answered" in page.inner_text("#row-2")


# -- for everybody ---------------------------------------------------------------------------------------------------


def test_the_keyboard_alone_is_enough(messy: Path, opened: Callable[..., Opened]) -> None:
    """A link past the head comes first; sorting, opening and typing need no mouse, and the focus can be seen."""
    page = opened(page_of(messy)).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#q")
    page.keyboard.type("yang")
    assert shown(page) == ["9"]
    focused = "document.activeElement.id || document.activeElement.textContent"
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(focused))
    assert reached[:3] == ["status", "code", "size"]
    assert "cell-9-2" in reached
    page.focus("#cell-9-2")
    page.keyboard.press("Control+A")
    page.keyboard.type("y@example.com")
    assert page.get_attribute("#cell-9-2", "data-state") == "good"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js (npm package axe-core)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_axe_finds_nothing(messy: Path, opened: Callable[..., Opened], scheme: str, width: int, lang: str) -> None:
    """No violation of any weight: landmarks, names, tables, and contrast (WCAG 2.2 AA)."""
    if not AXE:
        reason = "AXE_CORE does not name axe.min.js (npm install axe-core)"
        pytest.fail(reason) if os.environ.get("REQUIRE_TOOLS") else pytest.skip(reason)
    folder = messy if lang == "en" else messy / "zh"
    if not folder.exists():
        importer(
            "messy.csv",
            "--inbox",
            407,
            "--country",
            "CN",
            "--sandbox",
            "--lang",
            lang,
            "--output-dir",
            "zh/import-results",
            cwd=messy,
        )
    page = opened(page_of(folder), color_scheme=scheme, viewport={"width": width, "height": 900}).page
    page.click("#row-21 .row-tools button:first-child")
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", tags)
    assert len(found["passes"]) > 20
    assert [
        (problem["id"], problem["impact"], problem["nodes"][0]["html"][:200]) for problem in found["violations"]
    ] == []


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_is_wider_than_the_screen(tmp_path: Path, opened: Callable[..., Opened], width: int) -> None:
    """Not even a name of 10,000 characters, or a telephone's 360 pixels."""
    rows = [wrong(number, name) for number, name in enumerate(HOSTILE.values(), 2)]
    page = opened(report(tmp_path, *rows), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_it_is_a_sheet_to_sign(messy: Path, opened: Callable[..., Opened]) -> None:
    """Verdict, counts, causes and a place to sign; no controls."""
    page = opened(page_of(messy)).page
    assert page.is_hidden("text=Signature")
    page.emulate_media(media="print")
    for text in ("11 of 30 rows need attention", "Signature", "Reviewed by", "Not an e-mail address", "SANDBOX"):
        assert page.is_visible(f"text={text}"), text
    assert [
        name for name in ("#tools", "#download", "#pager", "#cell-9-2", ".skip:focus") if page.is_visible(name)
    ] == []
    assert page.pdf().startswith(b"%PDF")


def test_without_javascript_charts_and_causes_are_seen(messy: Path, opened: Callable[..., Opened]) -> None:
    """And where the rows are instead."""
    page = opened(page_of(messy), java_script_enabled=False).page
    assert page.is_visible("svg.bar")
    assert page.locator("svg.plot").count() == 1
    assert page.locator("svg.share").count() == 9
    assert page.is_visible("text=results.csv has every row")
    assert page.is_visible("text=row 9:")
    assert page.is_hidden("#tools")


@pytest.mark.parametrize(
    ("locale", "tag", "verdict", "said"),
    [
        ("zh_CN", "zh-CN", "30 行中有 11 行需要处理", "没有 @"),
        ("zh_TW", "zh-Hant-TW", "30 列中有 11 列需要處理", "沒有 @"),
    ],
)
def test_the_page_speaks_chinese(
    messy: Path, opened: Callable[..., Opened], locale: str, tag: str, verdict: str, said: str
) -> None:
    """Where --lang or the locale says so, down to what is said while one types."""
    options = ("--country", "CN", "--sandbox", "--output-dir", f"{locale}/import-results")
    importer("messy.csv", "--inbox", 407, *options, cwd=messy, LC_ALL=f"{locale}.UTF-8")
    page = opened(page_of(messy / locale)).page
    assert page.get_attribute("html", "lang") == tag
    assert page.inner_text("h1") == verdict
    page.fill("#cell-9-2", "kim")
    assert page.inner_text("#cell-9-2-says").startswith(said)


# -- what its readers asked for --------------------------------------------------------------------------------------

LONGEST = Outcome(Status.EXISTS, "6", hint=(Message("the contact has other data", kind="differs"),))
COMPANY = "additional_attributes.company_name"
REMARK = Message("email: {value} is left out", value='"b@x.org"', kind="second_email")


def known(number: int, **attributes: str) -> LedgerRow:
    """A fine row of somebody with a company and a remark."""
    row = fine(number)
    contact = replace(row.contact, attributes={COMPANY: "Ada & Co"} | attributes)
    return replace(row, contact=contact, outcome=row.outcome._replace(hint=(REMARK,)))


@pytest.mark.parametrize("width", [1160, 1280, 1900])
def test_a_row_is_edited_over_its_whole_width_and_no_cell_lies_on_another(
    tmp_path: Path, opened: Callable[..., Opened], width: int
) -> None:
    """The longest status stays within its column, and what is to be corrected has the table's width."""
    rows = [wrong(2, "Bob"), replace(known(3), outcome=LONGEST), known(4)]
    page = opened(report(tmp_path, *rows), viewport={"width": width, "height": 900}).page
    page.select_option("#status", "")
    widths = page.evaluate("[...document.querySelectorAll('#table, #row-2 .below td')].map((e) => e.clientWidth)")
    assert widths[0] == pytest.approx(widths[1], abs=2)
    over = (
        """[...document.querySelectorAll("#table .line td, #table th")].filter((e) => e.scrollWidth > e.clientWidth)"""
    )
    assert page.evaluate(f"{over}.map((e) => e.textContent)") == []


def test_causes_come_before_rates_and_latencies(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """What to do first, then the rows, and the run's figures below."""
    page = opened(report(tmp_path, wrong(2, "Bob"), known(3), run=MEASURED)).page
    order = page.evaluate(
        "[...document.querySelectorAll('main > section[aria-labelledby]')].map((e) => e.ariaLabel ?? "
        "e.getAttribute('aria-labelledby'))"
    )
    assert [name for name in order if name != "sign"] == [
        *("outcome", "causes-title", "remarks-title", "rows-title", "sending", "repairs", "mapping", "options")
    ]
    assert page.locator("#sending ~ .charts svg").count() == 2


def test_people_read_words_where_programs_read_codes(messy: Path, opened: Callable[..., Opened]) -> None:
    """Fields and causes in words; the code stands small beside, and is found by a search."""
    page = opened(page_of(messy)).page
    causes = page.locator("#code option").all_inner_texts()
    assert "A spreadsheet rounded the number (2)" in causes
    assert not [text for text in causes if "_" in text]
    assert 'row 6: Phone number: "1.38E+10" lost digits' in page.inner_text("#causes")
    assert "phone_number" not in page.inner_text("#rows")
    assert page.inner_text("#row-21 .error small") == "empty_row"
    page.fill("#q", "precision_lost")
    assert shown(page) == ["6", "24"]


LINKED = replace(RUN, options={"contact_link": "https://desk.example/contacts/{contact_id}?from=$&report"})


def test_columns_say_company_inbox_remark_and_where_the_contact_is(
    tmp_path: Path, opened: Callable[..., Opened]
) -> None:
    """The link is the configured one, says nothing of this page to the other side, and asks nothing before a click."""
    row = replace(known(3), outcome=known(3).outcome._replace(contact_id="a/b $&"))
    found = opened(report(tmp_path, row, fine(4), run=LINKED))
    titles = found.page.locator("#table th:visible").all_inner_texts()
    assert [*map(str.strip, titles)][-4:] == ["Company", "Inbox", "Contact", "Remark"]
    cells = found.page.locator("#row-3 .line td").all_inner_texts()
    assert cells[-4:] == ["Ada & Co", "407", "a/b $&", 'Email: "b@x.org" is left out']
    link = found.page.locator("#row-3 a")
    assert link.get_attribute("href") == "https://desk.example/contacts/a%2Fb%20%24%26?from=$&report"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert (len(found.requests), found.complaints) == (1, [])


@pytest.mark.parametrize("run", [RUN, replace(LINKED, mode="sandbox")], ids=["by default", "of a rehearsal"])
def test_there_is_no_link_to_a_contact(tmp_path: Path, opened: Callable[..., Opened], run: Run) -> None:
    """The program knows no address of the console, and the contacts of a rehearsal are not there."""
    page = opened(report(tmp_path, fine(3), run=run)).page
    assert page.inner_text("#row-3 td[data-key=contact]") == "70003"
    assert page.locator("#table a").count() == 0


def test_a_column_is_there_where_some_row_has_something_in_it(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Of what is found: the width is for those who need it."""
    page = opened(report(tmp_path, known(2), fine(3))).page
    assert page.locator("#table th[data-key=company]").is_visible()
    page.fill("#q", "p3@x.org")
    assert page.locator("#table th[data-key=company]").is_hidden()
    assert page.locator("#row-3 .line td").count() == page.locator("#table th:visible").count()


def test_the_company_of_a_row_that_cannot_be_sent_is_its_cell(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """As it was, like the other values of such a row."""
    run = replace(RUN, mapping={**RUN.mapping, "Note": COMPANY})
    page = opened(report(tmp_path, wrong(2, "Bob", note="Bob Ltd"), run=run)).page
    assert page.inner_text("#row-2 td[data-key=company]") == "Bob Ltd"


def test_remarks_and_differences_have_cards_and_filters(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """A card for each with its rows, which leads to them; and they can be chosen like a status."""
    rows = [wrong(2, "Bob"), known(3), replace(fine(4), outcome=LONGEST), fine(5)]
    page = opened(report(tmp_path, *rows)).page
    cards = page.locator(".tiles li").all_inner_texts()
    assert cards == ["1 needs attention", "2 have a remark", "1 has other data in LiveDesk"]
    page.click(".tiles .remark a")
    page.wait_for_selector("#row-4")
    assert shown(page) == ["3", "4"]
    page.select_option("#status", "differs")
    assert shown(page) == ["4"]
    assert page.locator("#status option").all_inner_texts()[:4] == [
        *("All (4)", "Needs attention (1)", "With a remark (2)", "Has other data in LiveDesk (1)")
    ]


def test_a_row_that_tells_of_nobody_marks_what_could_tell(messy: Path, opened: Callable[..., Opened]) -> None:
    """Its empty cells are not right as they are; once one of them says who it is, the others may stay empty."""
    page = opened(page_of(messy)).page
    personal = [f"#cell-21-{column}" for column in (1, 2, 3, 4)]
    assert [page.get_attribute(cell, "data-state") for cell in personal] == ["bad"] * 4
    page.click("#row-21 .row-tools button:first-child")
    assert page.get_attribute("#cell-21-5", "data-state") == ""
    page.fill("#cell-21-2", "ann@example.com")
    assert [page.get_attribute(cell, "data-state") for cell in personal] == ["", "good", "", ""]
    page.fill("#cell-21-2", "n/a")
    assert page.get_attribute("#cell-21-1", "data-state") == "bad"


def test_after_a_rehearsal_the_original_file_is_imported(messy: Path, opened: Callable[..., Opened]) -> None:
    """The rows that are fine are in no LiveDesk yet, and not in the file to download."""
    page = opened(page_of(messy)).page
    told = page.inner_text("#correct")
    assert "No row of messy.csv is in LiveDesk yet: write the corrections into that original file" in told
    assert page.inner_text("#original") == "import-contacts messy.csv --inbox 407 --country CN --lang en"
    assert told.index("original file") < told.index("Download corrected file")
    assert "Correct the rows below in messy.csv itself, and import that." in page.inner_text("header")
    assert "messy-corrected.csv" in copied(page, "[data-copies=command]")


def test_after_a_plan_comes_a_new_one_of_the_original_file(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Nobody imports the corrected rows alone by a plan that does not know them."""
    run = replace(RUN, mode="plan", arguments=("plan", "contacts.csv", "--inbox", "407"))
    page = opened(report(tmp_path, wrong(2, "Bob"), run=run)).page
    assert "and make a new plan." in page.inner_text("#correct")
    assert page.inner_text("#original") == "import-contacts plan contacts.csv --inbox 407"
    assert page.inner_text("#command").startswith('import-contacts "$HOME')


def test_after_an_import_the_corrected_rows_are_enough(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """The others are in LiveDesk."""
    page = opened(report(tmp_path, wrong(2, "Bob"))).page
    assert page.locator("#original").count() == 0
    assert "imports as it is" in page.inner_text("#correct")
    assert page.inner_text("#command") == 'import-contacts "$HOME/Downloads/contacts-corrected.csv" --country DE'
    assert "%USERPROFILE%\\Downloads" in page.inner_text("#correct")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More rows than a page shows."""
    return report(tmp_path_factory.mktemp("large"), wrong(2, "Bob"), *map(fine, range(3, 5004)))


def test_who_is_not_on_the_page_of_a_long_run_may_be_in_the_run(large: Path, opened: Callable[..., Opened]) -> None:
    """It says so, and gives the command that finds them, quoted."""
    page = opened(large).page
    assert page.is_hidden("#elsewhere")
    page.fill("#q", 'p77@x.org "$(rm) `')
    assert "only the rows with an error or a remark" in page.inner_text("#elsewhere")
    assert page.inner_text("#find") == 'import-contacts find "p77@x.org   (rm)"'
    assert copied(page, "[data-copies=find]") == page.inner_text("#find")
    page.fill("#q", "bob")
    assert page.is_hidden("#elsewhere")


def test_who_is_not_in_a_small_run_is_nowhere_else(long: Path, opened: Callable[..., Opened]) -> None:
    """Its page has every row."""
    page = opened(long).page
    page.fill("#q", "nobody")
    assert page.is_hidden("#elsewhere")


def test_a_row_can_be_handed_on_in_words(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """To somebody who has neither the file nor the page."""
    page = opened(report(tmp_path, wrong(2, "Bob"))).page
    assert copied(page, "#row-2 .copy").splitlines() == [
        "File: contacts.csv (contacts-20260117-081530)",
        "Row: 2",
        "Status: invalid",
        "Name: Bob",
        "Email: bob@",
        'What is wrong: Email: "bob@" is not an email address (nothing after the @) (bad_email)',
        "What to do: write it whole",
    ]


def test_on_paper_stands_every_row_that_needs_attention(long: Path, opened: Callable[..., Opened]) -> None:
    """Not the page of the screen alone, whatever is searched for there; and the screen is as before afterwards."""
    page = opened(long).page
    page.fill("#q", "bob 008")
    page.emulate_media(media="print")
    expect(page.locator("#table tbody")).to_have_count(30)  # the browser tells of it at its next frame
    assert shown(page) == [str(number) for number in range(4, 121, 4)]
    assert page.inner_text("#found") == "All rows that need attention: 30"
    assert "bob@" in page.inner_text("#row-4 .error")
    page.emulate_media(media="screen")
    expect(page.locator("#table tbody")).to_have_count(1)
    assert shown(page) == ["8"]


def test_rows_of_several_files_are_told_apart_and_filtered(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Two rows of one number have each their file, which a search and a link find too."""
    parts = tuple(SheetPart("", RUN.titles, RUN.mapping, (), name, "csv") for name in ("nord/a.csv", "süd/a.csv"))
    rows = [replace(wrong(2, name), source=source) for source, name in enumerate(("Ann", "Bob"))]
    found = opened(report(tmp_path, *rows, run=replace(RUN, sheets=parts)))
    page = found.page
    assert page.locator("td[data-key=row] small").all_inner_texts() == ["nord/a.csv", "süd/a.csv"]
    assert page.locator("#file option").all_inner_texts() == ["All", "nord/a.csv (1)", "süd/a.csv (1)"]
    page.select_option("#file", "süd/a.csv")
    assert page.locator("#table tbody").count() == 1
    assert "Bob" in page.inner_text("#table tbody")
    assert "süd/a.csv (" in copied(page, "#table tbody .copy")
    page.reload()
    assert page.input_value("#file") == "süd/a.csv"
    page.select_option("#file", "")
    page.fill("#q", "nord")
    assert page.locator("#table tbody").count() == 1
    assert found.complaints == []


def test_on_paper_titles_are_whole_and_stand_on_every_page(tmp_path: Path, opened: Callable[..., Opened]) -> None:
    """Chromium repeats a head that is one, and has no button in it; the sheet of paper has margins."""
    rows = [
        replace(wrong(n, "Bob"), outcome=wrong(n, "Bob").outcome._replace(contact_id="7", hint=(REMARK,)))
        for n in (2, 3)
    ]
    page = opened(report(tmp_path, *rows), viewport={"width": 690, "height": 900}).page  # A4 within its margins
    page.emulate_media(media="print")
    expect(page.locator("#table .error").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#table thead')).display") == "table-header-group"
    assert page.locator("#table thead button:visible").count() == 0
    titles = "[...document.querySelectorAll('#table th:not([hidden])')]"
    assert page.evaluate(f"{titles}.map((e) => getComputedStyle(e, '::before').content)")[0] == '"Row"'
    assert page.evaluate(f"{titles}.filter((e) => e.scrollWidth > e.clientWidth).length") == 0
    assert re.search(r"@page \{ margin: 14mm", page.content())


SAID = """() => {
  const body = document.body.cloneNode(true);
  const data = "script, style, code, .code, .line td:not([data-key=remark]) bdi, label bdi, dd bdi, .plain td > bdi";
  for (const element of body.querySelectorAll(data)) element.remove();
  return body.textContent;
}"""
"""The text of the page without cells, commands and codes; also what is not in sight."""

NAMES = {
    # Of products, files and addresses, and what stands as it is in every language.
    *("LiveDesk", "Windows", "JavaScript", "Downloads", "HOME", "USERPROFILE", "import-contacts", "UTC", "ID"),
    *("messy.csv", "results.csv", "errors.csv", "with-ids.csv", "messy", "CN", "http", "https", "example.com"),
    *("shared-values", "drop", "mailto", "tel"),
}


@pytest.mark.parametrize("language", ["zh", "zh-Hant"])
def test_the_chinese_page_has_no_english_word(messy: Path, opened: Callable[..., Opened], language: str) -> None:
    """But names of files, products, options and what the server says; while one types, and where nobody is found."""
    folder = messy / f"greps-{language}"
    options = ("--country", "CN", "--sandbox", "--lang", language, "--output-dir", f"{folder.name}/import-results")
    importer("messy.csv", "--inbox", 407, *options, cwd=messy)
    page = opened(page_of(folder)).page
    page.select_option("#size", "200")
    said = ""
    for row, column, text in ((9, 2, "kim"), (9, 2, "a@b@c"), (6, 3, "12"), (6, 3, ""), (21, 1, ""), (13, 3, "x")):
        page.fill(f"#cell-{row}-{column}", text)
        said += page.evaluate(SAID)
    for choice in ("", "remark"):
        page.select_option("#status", choice)
        said += page.evaluate(SAID)
    page.fill("#q", "xyzzy")
    said += page.evaluate(SAID)
    ours = re.sub(r'"[^"]*"|“[^”]*”|「[^」]*」|[a-z.]+@[a-z.]+', "", said)
    words = {*re.findall(r"[A-Za-z][A-Za-z.-]+", ours)} - NAMES
    assert {word for word in words if not word.startswith(("messy-", "import-contacts"))} == set()


# -- 50,000 rows -----------------------------------------------------------------------------------------------------

MANY = 50_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many wrong rows as a page shows, and some more."""
    note = "a note that says a little about this customer"
    return report(
        tmp_path_factory.mktemp("many"), *(wrong(n, f"Customer {n:06}", f"c{n}@", note) for n in range(2, MANY + 12))
    )


@pytest.mark.slow
def test_a_page_of_50_000_rows_draws_a_page_of_them(many: Path, opened: Callable[..., Opened]) -> None:
    """It says how many there are, holds the first 50,000, and makes elements for 25."""
    page = opened(many).page
    assert "of 50,000 rows" in page.inner_text("#found")
    assert "50,010 rows need attention, and the first 50,000" in page.inner_text("#rows")
    assert len(shown(page)) == 25
    assert page.evaluate("document.querySelectorAll('*').length") < 3000


@pytest.mark.slow
def test_typing_into_a_page_of_50_000_rows_draws_a_page_at_most(many: Path, opened: Callable[..., Opened]) -> None:
    """After each text, however many rows it finds."""
    page = opened(many).page
    while not page.evaluate("report.ready()"):
        page.wait_for_timeout(10)
    typing = """async (texts) => {
      const field = document.getElementById("q"), drawn = [];
      for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new Event("input"));
        await new Promise(requestAnimationFrame);
        drawn.push(document.querySelectorAll("*").length);
      }
      return drawn;
    }"""
    drawn = page.evaluate(typing, ["c", "cu", "customer 0", "customer 049", "customer 049 9", "nobody"])
    assert max(drawn) < 3000
    assert shown(page) == []
