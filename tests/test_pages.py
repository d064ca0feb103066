"""Rules of the pages that users read: short, true, linked, in two languages, and no example that nothing runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import reduce
from pathlib import Path

import pytest

from importer.errors import InputError
from tests.support.pages import (
    CHINESE,
    DOCS,
    FOR_CONTRIBUTORS,
    PAGES,
    README,
    ROOT,
    Block,
    anchors,
    blocks,
    links,
    named,
    the_block,
)
from tests.support.service import KEY, SECRET, Service, contacts

EVERY = [*PAGES, *FOR_CONTRIBUTORS]
TWINS = [*CHINESE.items()]


def test_the_two_set_up_lines_stand_first() -> None:
    """``.ci/run`` reads the first two ``sh`` blocks and runs them."""
    first, second, *_ = [block.text.strip() for block in blocks(README) if block.language == "sh"]
    assert first.endswith("import-contacts sample_data/contacts.xlsx --inbox 407 --sandbox")
    assert second.endswith('-m pytest -n 3 -m "not slow and not chaos and not browser"')  # without the second -m there


@pytest.mark.parametrize("page", [README, CHINESE[README]], ids=named)
def test_the_readme_is_short(page: Path) -> None:
    """A newcomer reads it to its end."""
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_site_installs_as_the_readme_does() -> None:
    """The site has no README: its first page has that section, word for word."""
    install, again = (
        re.findall(r"## Install\n.*?(?=\n## )", page.read_text(encoding="utf-8"), re.DOTALL)
        for page in (README, DOCS / "index.md")
    )
    assert len(install) == 1
    assert install == again


# -- twins -----------------------------------------------------------------------------------------------------------


def test_the_pages_of_the_first_day_are_in_chinese_too() -> None:
    """By name; a further one is welcome."""
    needed = {"first-import", "duplicates-and-updates", "troubleshooting"}
    assert {README, *(DOCS / f"{name}.md" for name in needed)} <= set(CHINESE)


@pytest.mark.parametrize(("page", "twin"), TWINS, ids=[named(page) for page, _ in TWINS])
def test_a_page_and_its_twin_have_the_same_commands(page: Path, twin: Path) -> None:
    """Block by block; what they print, and a file's people, are in the page's language."""
    # A reader's country belongs to the reader's people.
    told = [
        [
            (one.language, one.scene, [re.sub("--country (GB|CN)", "--country", line) for line in one.commands])
            for one in blocks(each)
        ]
        for each in (page, twin)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(("page", "twin"), TWINS, ids=[named(page) for page, _ in TWINS])
def test_a_page_and_its_twin_have_the_same_sections(page: Path, twin: Path) -> None:
    """Headings by level and tables by their numbers of rows and columns: nothing is told in one language alone."""
    assert shape(page) == shape(twin)


def shape(page: Path) -> list[str]:
    """``##`` of a heading, ``|||`` of a row of a table, in order; code is left out."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = []
    for line in text.splitlines():
        if heading := re.match("#+ ", line):
            found.append(heading[0])
        elif line.startswith("|"):
            found.append(re.sub(r"\\\||[^|]", "", line))
    return found


# -- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", EVERY, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings of this repository, as a code host shows them; what is elsewhere is not asked."""
    broken = []
    for link in links(page):
        if re.match("https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(DOCS)], ids=named)
def test_the_site_holds_what_its_pages_link_to(page: Path) -> None:
    """``docs/`` is complete in itself, for the site has nothing else."""
    targets = [link.partition("#")[0] for link in links(page) if not link.startswith("http")]
    assert [target for target in targets if target and not (page.parent / target).resolve().is_relative_to(DOCS)] == []


# -- examples --------------------------------------------------------------------------------------------------------

RUN_BY = {
    # What runs the blocks of each language.
    "console": "test_transcripts",
    "csv": "test_transcripts: the files of its scenes",
    "bash": "test_containers",
    "cron": "test_schedules",
    "ini": "test_schedules",
    "yaml": "test_schedules, test_containers, test_reference (config.example.yaml)",
    "powershell": "test_schedules, test_the_credentials_are_the_same_on_windows",
    "json": "test_the_json_of_a_failure_is_as_shown",
    "python": "test_the_examples_in_python_run",
    "py": "test_notebook",
    "text": "test_the_line_of_a_run_is_as_shown, test_notebook",
    "xml": "test_schedules",
}

NO_COMMANDS = {
    # Scripts that test_transcripts leaves out, by their beginning, and what runs them.
    "python3 -m venv .venv && ": ".ci/run",
    "python3 -m venv .venv-test && ": ".ci/run",
    "export LIVEDESK_API_KEY=": "test_the_credentials_are_the_same_on_windows",
    "python -m importer --version": "test_the_module_is_the_program",
    "mkdir damaged && ": "test_ledger_care",
}


def test_no_example_is_run_by_nothing() -> None:
    """Each block is a kind that a test runs; a script without our command is named here."""
    found = [block for page in PAGES for block in blocks(page)]
    unknown = [block.name for block in found if block.language not in (*RUN_BY, "sh")]
    scripts = [
        block for block in found if block.language == "sh" and not re.search("^import-contacts", block.text, re.M)
    ]
    unknown += [block.name for block in scripts if not block.text.startswith(tuple(NO_COMMANDS))]
    assert unknown == []


def test_the_credentials_are_the_same_on_windows() -> None:
    """Bash and PowerShell set the same variables to the same values."""
    for page in PAGES:
        found = [one for one in blocks(page) if "LIVEDESK_API_KEY" in one.text and one.language in ("sh", "powershell")]
        told = [re.findall(r'(?:export |env:|\b)(LIVEDESK_\w+) ?= ?"?([\w-]+)', one.text) for one in found]
        assert all(pairs == told[0] for pairs in told)
        assert len(told) in (0, 2)


@pytest.mark.slow
def test_the_json_of_a_failure_is_as_shown() -> None:
    """Its members, and the code of an input that cannot be read."""
    shown = json.loads(the_block("json", '"error"'))
    done = program("missing.csv", "--inbox", "407", "--json")
    told = json.loads(done.stdout)
    assert (shown["exit_code"], shown["error"]["code"]) == (done.returncode, InputError.code) == (3, "input")
    assert (shown.keys(), shown["error"].keys()) == (told.keys(), told["error"].keys())


def program(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "importer", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_module_is_the_program() -> None:
    """As docs/library.md says."""
    assert re.fullmatch(r"import-contacts.* \d+\.\d+.*\n", program("--version").stdout)


IN_PYTHON = [block for page in PAGES for block in blocks(page) if block.language == "python"]


@pytest.mark.slow
@pytest.mark.parametrize("block", IN_PYTHON, ids=[block.name for block in IN_PYTHON])
def test_the_examples_in_python_run(
    block: Block, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone, beside the sample that the README imports; a served sandbox has another port, and the script is on
    the PATH."""
    script = tmp_path / "bin" / "import-contacts"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m importer "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    shutil.copy(ROOT / "sample_data" / "contacts.xlsx", "contacts.xlsx")
    here = {"http://127.0.0.1:8407": service.url, '"api_key": "sandbox"': f'"api_key": "{KEY}"'}
    here['"api_secret": "sandbox"'] = f'"api_secret": "{SECRET}"'
    code = reduce(lambda text, pair: text.replace(*pair), here.items(), block.text)
    exec(compile(code, block.name, "exec"), {"__name__": "__main__"})


@pytest.mark.slow
def test_the_line_of_a_run_is_as_shown(tmp_path: Path) -> None:
    """Its keys, in their order."""
    contacts(2)
    program("contacts.csv", "--inbox", "407", "--sandbox", "--log-file", "import.log")
    told, shown = Path("import.log").read_text().splitlines()[-1], the_block("text", "run=export-")
    keys = [re.findall(r"(\w+)=", line) for line in (told, shown)]
    assert [key for key in keys[0] if key != "invalid"] == [key for key in keys[1] if key != "invalid"]


def test_the_architecture_names_files_that_there_are() -> None:
    """A module that was renamed is renamed there too."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    names = [name.replace("<language>", "zh") for name in re.findall(r"`([\w<>/.-]+(?:/|\.\w+))`", page)]
    assert len(names) > 50
    assert [name for name in names if not any((place / name).exists() for place in (ROOT, ROOT / "importer"))] == []


@pytest.mark.parametrize("room", [path.parent for path in (ROOT / "importer").rglob("*/__init__.py")], ids=str)
def test_a_room_names_modules_that_there_are(room: Path) -> None:
    """Its own by their names, others by their paths."""
    head = (room / "__init__.py").read_text(encoding="utf-8")
    names = re.findall(r"``([\w/]+\.py)``", head)
    places = (room, ROOT / "importer")
    assert [name for name in names if not any((place / name).exists() for place in places)] == []


# -- tables that nothing makes ---------------------------------------------------------------------------------------

UNDERSTOOD = {
    # A row of the table in docs/files-and-encodings.md, by its beginning, and the golden cases that hold it.
    "| `.xlsx` `.xlsm` `.xls` `.xlsb` `.ods` |": (
        *("xlsx", "xls", "ods", "book_xlsb", "xlsx-cover-sheet", "xlsx-hidden-sheet", "book_zeros-by-format"),
    ),
    "| an XML spreadsheet of Excel 2003": (
        *("book_spreadsheetml", "book_spreadsheetml-sheet", "book_spreadsheetml-gb2312"),
    ),
    "| `.csv` `.tsv` `.txt` |": ("tsv", "pipe", "semicolon-cp1252", "sep-line"),
    "| encodings |": (
        *("utf16-tabs", "gb18030", "big5", "shift-jis", "euc-kr", "enc_euc_jp", "semicolon-cp1252", "enc_iso_8859_2"),
        *("enc_iso_8859_5", "enc_dos_cp850", "enc_dos_cp866", "enc_mac_roman", "enc_mac_cyrillic", "enc_doubtful"),
    ),
    "| a broken byte |": ("broken-byte",),
    "| vCard 2.1, 3.0 and 4.0": ("records_vcard-android", "records_vcard-apple", "records_vcard-4"),
    "| JSON and JSON Lines": ("records_json-api", "records_jsonl-broken"),
    "| Parquet (`.parquet`), Arrow": ("records_parquet",),
    "| a web page saved as `.xls` |": ("html-named-xls",),
    "| `.gz`, and `.zip` with one file |": ("gz", "zip"),
    "| workbooks and ZIPs with a password |": ("password_workbook", "password_zip", "refused-password"),
    "| any of these under a wrong name |": ("xlsx-named-csv", "csv-named-xlsx"),
    "| a letterhead, remarks and blank rows": ("title-rows", "blank-left", "xlsx-merged-title"),
    "| no titles at all |": ("no-header",),
    "| a company that is merged down": ("merged-down",),
    "| tables drawn with bars": ("drawn-mysql", "drawn-fixed-width", "drawn-recipients", "row-names"),
    "| totals, remarks, footers,": ("rows_nobody",),
    "| a second table below the first |": ("stacked-tables",),
    "| two tables side by side": ("refused-side-by-side",),
    "| a legend or a list to choose from": ("list-beside",),
    "| archive bombs,": (
        *("refused-pdf", "refused-yaml", "refused-json", "book_spreadsheetml-entities", "book_xls-damaged"),
        "book_xlsb-far-cell",
    ),
}


def test_the_table_of_files_is_held_by_golden_cases() -> None:
    """Every row of it has cases, and no row is claimed without."""
    page = (DOCS / "files-and-encodings.md").read_text(encoding="utf-8")
    section = page.partition("## Files it understands")[2].partition("\n## ")[0]
    claimed = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| kind")]
    assert len(claimed) == len(UNDERSTOOD)
    for line, (beginning, cases) in zip(claimed, UNDERSTOOD.items(), strict=True):
        assert line.startswith(beginning)
        assert [case for case in cases if not (ROOT / "tests" / "golden" / case / "expected.json").exists()] == []


@pytest.mark.slow
def test_every_metric_is_explained() -> None:
    """In docs/automation.md, by its name."""
    contacts(1)
    program("contacts.csv", "--inbox", "407", "--sandbox", "--metrics-file", "nightly.prom")
    names = set(re.findall(r"^# TYPE (\w+) ", Path("nightly.prom").read_text(), re.MULTILINE))
    page = (DOCS / "automation.md").read_text(encoding="utf-8")
    assert len(names) > 5
    assert {name for name in names if f"`{name}" not in page} == set()
