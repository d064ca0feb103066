"""What pages tell of runs, in the words of the screen: no option, no command and no variable of a shell."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import importer
from importer.error_codes import ERROR_CODES
from importer.message import Counted, Language, Message
from importer.web.events import Event, Kind
from importer.web.live import as_text
from importer.web.pages import environment, plain_text
from importer.web.plain_words import sentence, told

SHELL = re.compile(
    r"--[a-z]|LIVEDESK_|the same command|import-contacts (?:runs|report|undo|verify|find|forget|plan|run|ui|[A-Z{])"
)
BESIDE = {
    # What no page tells: these are of options that a page lacks.
    "--results: {error}",
    "--metrics-file: {error}",
    "--errors-first sorts the copy that --results names, and there is none",
    "--plan: a rehearsal has a ledger of its own, without plans",
    "leave out --dry-run and --sandbox",
    "--plan: a plan is done by this process alone",
    "leave out --workers and --scheduler",
    "--verify: a rehearsal is not verified",
    "--scheduler {scheduler}: {remark}",
    # What the ledger's own command says.
    "{number:,} run has no folder: import-contacts report RUN writes it again ({names})",
}


def spoken(*places: str) -> Iterator[str]:
    """Every text of these modules that speaks of a shell; of what is counted, the text that stands for all forms."""
    folder = Path(importer.__file__).parent
    paths = [[*folder.glob(place)] for place in places]
    assert all(paths)
    for path in chain.from_iterable(paths):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                most = 1 if isinstance(node.func, ast.Name) and node.func.id == "Counted" else 2
                texts = [arg.value for arg in node.args[:most] if isinstance(arg, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and SHELL.search(text))


ROOMS = (
    *(
        "reporter/verdict.py",
        "reporter/causes.py",
        "reporter/result_files.py",
        "reporter/files.py",
        "sender/*.py",
        "pipeline/*.py",
    ),
    *("livedesk/causes.py", "livedesk/retry.py", "history/*.py", "config/settings.py", "config/loading.py"),
    *("files/workspace.py", "files/own_folders.py", "files/locks.py", "files/moves.py"),
)


@pytest.mark.parametrize("template", sorted({*spoken(*ROOMS)} - BESIDE))
def test_what_runs_say_has_nothing_of_a_shell_on_a_page(template: str) -> None:
    """A page has a step or a button where a command has an option; no place is made up."""
    found = told(Message(template))
    assert not SHELL.search(found.text)
    assert {*re.findall(r"\{(\w+)", found.text)} <= {*re.findall(r"\{(\w+)", template)}


@pytest.mark.parametrize("code", ERROR_CODES)
def test_advice_on_a_page_has_nothing_of_a_shell(code: str) -> None:
    """Neither what an error code means nor what to do about it."""
    for message in ERROR_CODES[code]:
        assert not SHELL.search(told(message).text)


def test_what_a_job_says_and_answers_of_requests_and_templates_are_plain() -> None:
    """The three ways on which a message comes to a page."""
    hint = ERROR_CODES["unreachable"].hint
    english = Language()
    event = Event(1, Kind.FAIL, Message("x"), hint)
    template = environment(english).from_string("{{ hint|sentence_of }}")
    for said in (as_text(event, english), plain_text(english, hint), template.render(hint=hint)):
        assert "check the network and the server" in said
        assert "--" not in said


def test_a_counted_note_keeps_its_number() -> None:
    """The words of the screen have one form where the terminal has two."""
    one = "{number:,} of {rows:,} exists with other data: --on-duplicate update would change it"
    many = "{number:,} of {rows:,} exist with other data: --on-duplicate update would change them"
    said = plain_text(Language(), Counted(one, many, 3, rows=1200))
    assert said.startswith("3 of 1,200 exist with other data")


def test_the_column_of_people_is_no_column_of_users_in_chinese() -> None:
    """``Who`` is also who began a run."""
    for name in ("zh", "zh-Hant"):
        assert Language(name).gettext("Name or key") == "姓名"
        assert Language(name).gettext("Contact") != "姓名"  # the column beside it


@pytest.mark.parametrize(
    ("text", "shown"),
    [("https://docs.google.com/x is empty", "https://docs.google.com/x is empty"), ("the file is", "The file is")],
)
def test_a_sentence_that_begins_with_an_address_keeps_it(text: str, shown: str) -> None:
    """An address with a capital is another one."""
    assert sentence(text) == shown
