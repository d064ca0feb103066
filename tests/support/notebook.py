"""The notebook of the docs: run as its reader runs it, and as a page of the site, which shows no notebooks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.pages import DOCS, ROOT
from tests.support.scenes import steady

NOTEBOOK: Final = DOCS / "notebook.ipynb"
PAGE: Final = DOCS / "notebook.md"

_MADE: Final = "<!-- Made from notebook.ipynb by docs/refresh.py. -->\n\n"
_ENVIRONMENT: Final = {
    "PYTHONPATH": str(ROOT),
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's remark about frozen modules
    "JUPYTER_PLATFORM_DIRS": "1",
}


def read_notebook() -> Any:
    """As it stands in the docs, checked against its format."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    return notebook


def run_notebook(folder: Path) -> Any:
    """The notebook with the outputs of a run in this folder, from the first cell to the last, in a new kernel.

    Raises nbclient's error where a cell raises one.
    """
    notebook = read_notebook()
    own = {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (_ENVIRONMENT | own).items():
            patched.setenv(name, value)
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the times of each cell
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def outputs(notebook: Any) -> list[list[str]]:
    """What each cell of code shows, without what differs from run to run: times, and who got which id."""
    shown = ("\n".join(_shown(cell)) for cell in notebook.cells if cell.cell_type == "code")
    return [steady(re.sub(r"\b1000\d\d\b", "ID", text)) for text in shown]


def as_page(notebook: Any) -> str:
    """The notebook in Markdown: its texts, its code, and below each cell what it shows."""
    return _MADE + "\n\n".join(piece for cell in notebook.cells for piece in _pieces(cell)) + "\n"


def _pieces(cell: Any) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield cell.source
        return
    yield f"```py\n{cell.source}\n```"
    if shown := [*_shown(cell)]:
        yield "```text\n" + "\n".join(shown) + "\n```"


def _shown(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        yield (output["text"] if output.output_type == "stream" else output["data"]["text/plain"]).rstrip()
