"""What the pages show of the program is what it prints; every command that they tell to type is typed here."""

import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest

from importer.cli.main import cli
from tests.support.certificates import Authority
from tests.support.download_server import DownloadServer, answer
from tests.support.pages import ROOT, Block, all_blocks, rewrite
from tests.support.scenes import FILES, SCENES, locale, steady
from tests.support.service import Service, folders, invoke, written

TRANSCRIPTS = all_blocks("console")
SCRIPTS = [block for block in all_blocks("sh") if re.search("^import-contacts", block.text, re.MULTILINE)]


def ids(found: list[Block]) -> list[str]:
    return [block.name for block in found]


@pytest.mark.slow
@pytest.mark.parametrize("block", TRANSCRIPTS, ids=ids(TRANSCRIPTS))
def test_a_transcript_is_what_a_user_sees(block: Block, request: pytest.FixtureRequest) -> None:
    """In its scene, in the page's language, but for times and rates."""
    command, _, shown = block.text.partition("\n")
    output = SCENES[block.scene](block)
    if request.config.getoption("--refresh-docs") and steady(output) != steady(shown):
        lines = [line.rstrip() for line in output.strip("\n").splitlines()]
        rewrite(block, "\n".join([command, *lines, ""]))
        return
    assert steady(output) == steady(shown)


def test_there_are_transcripts() -> None:
    """Every scene is played, and every file of one is shown."""
    assert {block.scene for block in TRANSCRIPTS} == set(SCENES)
    assert {block.scene for block in all_blocks("csv")} - {""} == FILES


# -- scripts ---------------------------------------------------------------------------------------------------------

WITH_SOMEBODY = {"sandbox", "ui", "login"}
"""Commands that serve until somebody ends them, or ask; other tests run these."""

ELSEWHERE = {"--workers", "--scheduler", "--notify", "--open", "--watch"}
"""Options whose lines start processes, reach other machines, open a browser or never end; their own tests do that."""

NAME = re.compile(r"[a-z]+-\d{8}-\d{6}")
"""A run that an example names."""


def typed(block: Block) -> list[list[str]]:
    """The arguments of each command of a script, without remarks and where its output goes."""
    lines = [re.split(" #| > ", line)[0] for line in block.text.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("import-contacts")]


def parsed(arguments: list[str]) -> dict[str, Any]:
    """The values of a command's options. Raises click's error if there is no such option or value."""
    named = arguments[0] in cli.commands
    command: click.Command = cli.commands[arguments[0] if named else "run"]
    try:
        return command.make_context("import-contacts", arguments[1:] if named else [*arguments]).params
    except click.exceptions.Exit:  # an option such as --schema, which answers at once
        return {}


@cache
def workbook_bytes(rows: tuple[tuple[str, ...], ...]) -> bytes:
    """Made once, for a workbook has its time in it, and a plan wants the very file."""
    book, made = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(made)
    return made.getvalue()


def lay_out(options: dict[str, Any]) -> None:
    """Put the files that a command reads in their places: two people, and every column that its options name."""
    titles = ["Name", "Email", "Customer ID", *(title for title in options["map"] or () if title != "contact_id")]
    people = [["Ann Lee", "ann@example.com", "K-4711"], ["Bob Ray", "bob@example.com", "K-4712"]]
    rows = [titles, *([*person, *[""] * (len(titles) - 3)] for person in people)]
    text = "".join(f"{(options['delimiter'] or ',').join(row)}\n" for row in rows)
    names = [name for name in options["files"] if "://" not in name]
    for path in (Path(name.replace("*", "one that matches")) for name in names):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx":
            path.write_bytes(workbook_bytes(tuple(map(tuple, rows))))
        else:
            path.write_text(text, encoding=options["encoding"] or "utf-8")


def actual(arguments: list[str]) -> list[str]:
    """With the run that there is in the place of the one that an example names: a plan's behind --plan."""
    runs = {folder.name for folder in folders()}
    plan = next((run for run in sorted(runs, reverse=True) if Path("import-results", run, "plan.csv").exists()), "")
    kept = sorted(runs - {plan})
    pairs = zip(["", *arguments], arguments, strict=False)
    return [NAME.sub(plan if before == "--plan" else kept[0], word) for before, word in pairs]


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a file that stands for a sheet at Google's, on a server of this machine."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with DownloadServer(authority.good(), {"/sheet.csv": answer(b"Name,Email\nAnn Lee,ann@example.com\n")}) as server:
        yield f"{server.url}/sheet.csv"


@pytest.mark.slow
@pytest.mark.parametrize("block", SCRIPTS, ids=ids(SCRIPTS))
def test_a_script_can_be_pasted(block: Block, service: Service, sheet: str) -> None:
    """Each line does what it says, with nothing to complain about but rows; two imports have gone before."""
    for mail in ("ann@example.com", "eve@example.com"):
        written(f"Name,Email,Customer ID\nAnn Lee,{mail},K-{mail[:3]}\n")
        service.invoke("contacts.csv", "--inbox", 407)
    for typed_words in typed(block):
        arguments = [sheet if word.startswith("https://docs.google.com/") else word for word in actual(typed_words)]
        options = parsed(arguments)
        if arguments[0] in WITH_SOMEBODY or not ELSEWHERE.isdisjoint(arguments):
            continue
        if arguments[0] == "template":
            Path(options["path"]).unlink(missing_ok=True)
        if settings := options.get("config_path"):
            shutil.copy(ROOT / "config.example.yaml", settings)
        if "files" in options:
            lay_out(options)
        answer = ["--yes"] if options.get("yes") is False else []
        done = invoke(*arguments, *answer, **service.environment, **locale(block))
        assert done.exit_code in (0, 1), done.output


def test_a_script_with_an_option_that_there_is_not_is_found() -> None:
    """What the test above would say after an option was renamed."""
    with pytest.raises(click.NoSuchOption):
        parsed(["contacts.xlsx", "--inbox", "407", "--dryrun"])
