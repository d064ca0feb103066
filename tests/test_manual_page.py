"""The manual page, which distributions install, says what ``--help`` says, and every reader of roff reads it."""

import subprocess

import click
import pytest

from importer.cli.main import cli
from tests.support.manual_page import PAGE, manual_page, roff
from tests.support.tools import tool


@pytest.mark.slow
def test_the_page_is_as_the_program_says(request: pytest.FixtureRequest) -> None:
    """``python docs/refresh.py`` writes it."""
    made = manual_page()
    if request.config.getoption("--refresh-docs"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made


def rendered() -> str:
    """The page as ``man`` shows it, without warnings, on a wide terminal."""
    command = [tool("groff"), "-man", "-Tutf8", "-ww", "-P-c", "-P-bou", "-rLL=200n", str(PAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.slow
def test_it_renders_without_a_warning() -> None:
    """With every command and every option of an import, each spelled so that it can be pasted."""
    text = rendered()
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES"):
        assert f"\n{section}\n" in text
    assert [name for name in cli.commands if f"import-contacts {name}" not in text and name != "run"] == []
    options = [option.opts[0] for option in cli.commands["run"].params if isinstance(option, click.Option)]
    assert [option for option in options if f"       {option}" not in text] == []
    assert "import-contacts contacts.xlsx --inbox 407 --dry-run" in text


def test_its_name_is_found_by_a_search() -> None:
    """``apropos`` and ``whatis`` read the line below NAME."""
    done = subprocess.run([tool("lexgrog"), str(PAGE)], capture_output=True, text=True, check=True)
    assert "import-contacts - import a spreadsheet of customers" in done.stdout


@pytest.mark.parametrize(
    ("text", "escaped"),
    [(".hidden", r"\&.hidden"), ("'a'", r"\(aqa\(aq"), ("a\\b", r"a\eb"), ("--map", r"\-\-map"), ("~ ^ `", None)],
)
def test_no_sign_of_a_text_is_a_command(text: str, escaped: str | None) -> None:
    """A dot or an apostrophe at the beginning of a line is one for roff."""
    assert roff(text) == (escaped or r"\(ti \(ha \(ga")
