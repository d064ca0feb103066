"""Colours: where a terminal wants them, and nowhere else."""

import io

import pytest

from importer.cli.styles import styles_of
from importer.message import Message
from importer.models import Status
from importer.reporter.summary import Summary
from importer.reporter.terminal import closing_words
from importer.terminal.console import Console
from importer.terminal.log_formats import JOURNALD
from importer.terminal.style import Style, painted, styled_lines, wants_colours
from tests.support.runs import RUN
from tests.support.terminal import Terminal

TERMINAL, PIPE = True, False


@pytest.mark.parametrize(
    ("terminal", "environment", "wanted"),
    [
        (TERMINAL, {}, True),
        (TERMINAL, {"TERM": "xterm"}, True),
        (TERMINAL, {"TERM": "dumb"}, False),
        (TERMINAL, {"NO_COLOR": "1"}, False),
        (TERMINAL, {"NO_COLOR": ""}, True),
        (TERMINAL, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (PIPE, {}, False),
        (PIPE, {"TERM": "xterm"}, False),
        (PIPE, {"FORCE_COLOR": "1"}, True),
        (PIPE, {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        (PIPE, {"CLICOLOR_FORCE": "0"}, False),
    ],
)
def test_the_environment_and_the_terminal_decide(terminal: bool, environment: dict[str, str], wanted: bool) -> None:
    """As no-color.org, force-color.org and Python have it."""
    assert wants_colours(Terminal() if terminal else io.StringIO(), environment) == wanted
    assert not wants_colours(None, environment)


def test_labels_have_a_colour_on_a_terminal() -> None:
    """Red for an error, yellow for a warning; hints stand below as without."""
    err = Terminal()
    console = Console(io.StringIO(), err)
    console.fail("bad", Message("mend"))
    console.warn("odd")
    console.say("a remark")
    assert err.getvalue() == ("\033[31mError: \033[0mbad\n       mend\n\033[33mWarning: \033[0modd\na remark\n")


def test_the_journal_has_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where colours are forced."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    out, err = Terminal(), Terminal()
    console = Console(out, err, log_format=JOURNALD)
    console.fail("bad")
    console.result("good", {0: Style.GOOD})
    assert (out.getvalue(), err.getvalue()) == ("good\n", "<3>Error: bad\n")


def test_lines_are_styled_by_their_numbers() -> None:
    """Each by itself, so that no colour runs over."""
    assert styled_lines("a\nb\nc", {0: Style.GOOD, 2: Style.BAD}) == "\033[32ma\033[0m\nb\n\033[31mc\033[0m"
    assert painted("a\n\nb", Style.ODD) == "\033[33ma\033[0m\n\n\033[33mb\033[0m"


def test_the_verdict_and_the_counts_have_colours() -> None:
    """Yellow where rows need attention; what happened is green, what is wrong red, the rest plain."""
    counts = {Status.CREATED: 3, Status.EXISTS: 1, Status.INVALID: 2, Status.NOT_SENT: 1}
    summary = Summary(RUN, counts, {})
    words = closing_words(summary)
    styles = styles_of(words, summary)
    styled = [(words.split("\n")[line].split()[1], style) for line, style in styles.items() if line]
    assert styled == [("created", Style.GOOD), ("invalid:", Style.BAD), ("not", Style.ODD)]
    assert styles[0] == {0: Style.GOOD, 1: Style.ODD}.get(RUN.exit_code or 0, Style.BAD)
