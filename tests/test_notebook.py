"""The notebook of the docs runs, shows what it says, and is a page of the site; a summary looks well in it."""

from pathlib import Path

import nbformat
import pytest
from IPython.core.formatters import HTMLFormatter

from importer import Summary, import_contacts
from tests.support.notebook import NOTEBOOK, PAGE, as_page, outputs, read_notebook, run_notebook
from tests.support.service import written


@pytest.fixture(scope="module", autouse=True)
def _refreshed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """``python docs/refresh.py`` writes the notebook's outputs, and the page."""
    if request.config.getoption("--refresh-docs"):
        now, before = run_notebook(tmp_path_factory.mktemp("run")), read_notebook()
        if outputs(now) != outputs(before):
            nbformat.write(now, NOTEBOOK)
        PAGE.write_text(as_page(read_notebook()), encoding="utf-8")


@pytest.mark.slow
def test_the_notebook_shows_what_a_run_of_it_shows(tmp_path: Path) -> None:
    """From the first cell to the last, in a kernel and a folder of its own."""
    assert outputs(run_notebook(tmp_path)) == outputs(read_notebook())


def test_the_page_is_the_notebook() -> None:
    """Its texts, its code and its outputs."""
    assert PAGE.read_text(encoding="utf-8") == as_page(read_notebook())


def shown_in_notebook(summary: Summary) -> str:
    """The HTML that IPython asks for."""
    shown = HTMLFormatter()(summary)
    assert isinstance(shown, str)
    return shown


@pytest.mark.slow
def test_a_summary_is_a_small_table_in_a_notebook() -> None:
    """Counts, causes and the report; what a cell of the input says is never HTML."""
    summary = import_contacts(written("Name,Email\nAnn,<b>bob@\nBob,b@example.com\n"), inbox=407, sandbox=True)
    shown = shown_in_notebook(summary)
    assert "<td>created</td><td>1</td>" in shown
    assert "<td>bad_email</td><td>1</td>" in shown
    assert "&lt;b&gt;bob@" in shown
    assert "<b>bob@" not in shown
    assert "report.html" in shown
    assert len(shown) < 2000


@pytest.mark.slow
def test_a_summary_is_shown_in_the_language_of_the_call() -> None:
    """The words for programs stay; one row is one row, and the first of a cause is told with its file."""
    one = import_contacts(written("Name\nAnn\n"), inbox=407, dry_run=True)
    assert "1 row, exit code 0" in shown_in_notebook(one)
    paths = written("Name,Email\nAnn,bob@\n", "a.csv"), written("Name,Email\nBob,b@example.com\n", "b.csv")
    shown = shown_in_notebook(import_contacts(*paths, inbox=407, dry_run=True, lang="zh"))
    assert "2 行，退出码 1" in shown
    assert "<td>a.csv 第 2 行：email：" in shown
    assert "<td>bad_email</td>" in shown
    assert "row 2 of a.csv: email:" in shown_in_notebook(import_contacts(*paths, inbox=407, dry_run=True, lang="en"))


def test_a_plan_is_shown_too() -> None:
    """It has counts, and no results."""
    summary = import_contacts(written("Name\nAnn\n"), inbox=407, dry_run=True)
    assert "<td>valid</td><td>1</td>" in shown_in_notebook(summary)
