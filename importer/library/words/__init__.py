"""What the program says of options and commands, for readers who have none: a page with buttons, and Python code.

Messages are data, so one that names an option is told by what its reader has in its place: ``INSTEAD`` has the
templates of such messages. A table a subject: ``files``, ``columns``, ``rows``, ``runs``. Code needs few rows, for
``wording`` makes keywords of the options in the others.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.library.words.columns import OF_COLUMNS
from importer.library.words.files import OF_FILES
from importer.library.words.rows import OF_ROWS
from importer.library.words.runs import OF_RUNS
from importer.message import Message


class Words(NamedTuple):
    """What stands in the place of a template: on a page, ``None`` if it shows that in a place of its own, and in code,
    ``None`` if the template with keywords does."""

    page: Message | None
    code: Message | None = None


_ASKED: Final[Mapping[str, Words]] = {
    "answer yes at a terminal, or add --yes; --dry-run shows what it would do": Words(
        Message("answer Yes to do it"),
        Message(
            "give confirm=, a function that gets the question and returns True; dry_run=True shows what it would do"
        ),
    ),
    "answer with y, or add --yes": Words(
        Message("answer Yes to do it"), Message("give confirm=, a function that gets the question and returns True")
    ),
    "set {variable} or {file}, or save it without a password": Words(
        Message("enter the password in the first step, or save the file without one"),
        Message("give password=, or save it without a password"),
    ),
    "check {variable} or {file}": Words(Message("enter the password in the first step"), Message("check password=")),
}
"""What a terminal asks for."""

_FOR_PAGES: Final = {**OF_FILES, **OF_COLUMNS, **OF_ROWS, **OF_RUNS}
INSTEAD: Final[Mapping[str, Words]] = {**{template: Words(words) for template, words in _FOR_PAGES.items()}, **_ASKED}
"""Templates with what stands in their place."""
