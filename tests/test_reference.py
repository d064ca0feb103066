"""The reference says what the code says: every table of it is made from there."""

import re
from pathlib import Path

import click
import pytest

from importer.cli.main import cli
from importer.exit_codes import ExitCode
from tests.support.pages import PAGES, named
from tests.support.reference import MADE, PLACE

PLACES = [(page, match["name"]) for page in PAGES for match in PLACE.finditer(page.read_text(encoding="utf-8"))]


@pytest.mark.slow
@pytest.mark.parametrize(("page", "name"), PLACES, ids=[f"{named(page)} {name}" for page, name in PLACES])
def test_a_table_of_the_reference_is_as_the_code_says(page: Path, name: str, request: pytest.FixtureRequest) -> None:
    """``python docs/refresh.py`` writes what has changed."""
    made = f"\n{MADE[name]()}\n"
    text = page.read_text(encoding="utf-8")
    (found,) = [match["text"] for match in PLACE.finditer(text) if match["name"] == name]
    if request.config.getoption("--refresh-docs") and found != made:
        anew = PLACE.sub(lambda match: match[1] + (made if match["name"] == name else match["text"]) + match[4], text)
        page.write_text(anew, encoding="utf-8")
        return
    assert found == made


def test_every_table_stands_somewhere() -> None:
    """Once."""
    assert sorted(name for _, name in PLACES) == sorted(MADE)


def test_help_names_every_exit_code() -> None:
    """In the order of the reference."""
    run = cli.commands["run"]
    told = run.get_help(click.Context(run, info_name="run")).partition("Exit codes:")[2]
    shown = re.findall(r"^ +(\d+)(?: / (\d+))?  ", told, re.MULTILINE)
    assert [int(code) for pair in shown for code in pair if code] == [code.value for code in ExitCode]
