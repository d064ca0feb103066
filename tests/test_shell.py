"""A command that is printed can be pasted into the shell of the system."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.shell import command_line, settings_line

WORDS = {
    "plain": ("contacts.xlsx", "contacts.xlsx"),
    "a blank": ("my contacts.xlsx", '"my contacts.xlsx"'),
    "cmd's": ("a&b.csv", '"a&b.csv"'),
    "per cent": ("100%.csv", '"100%.csv"'),
    "PowerShell's": ("a,b;(1).csv", '"a,b;(1).csv"'),
    "a quote": ('say"hi', 'say\\"hi'),
    "a folder": ("C:\\a\\", "C:\\a\\"),
    "a folder that is quoted": ("C:\\a&b\\", '"C:\\a&b\\\\"'),
    "nothing": ("", '""'),
    "Chinese": ("客户.xlsx", "客户.xlsx"),
}


@pytest.mark.parametrize(("word", "quoted"), WORDS.values(), ids=WORDS)
def test_windows_has_double_quotes(word: str, quoted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """cmd knows no others; a character that cmd or PowerShell takes for itself is quoted too."""
    monkeypatch.setattr("importer.shell.os.name", "nt")
    line = command_line(["import-contacts", word])
    monkeypatch.undo()
    assert line == f"import-contacts {quoted}"


@given(st.lists(st.text(max_size=12), max_size=4))
def test_a_posix_shell_reads_the_words_again(words: list[str]) -> None:
    """Whatever a file is called."""
    assert shlex.split(command_line(words)) == words


def test_variables_are_set_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the sandbox, to paste: for a POSIX shell, on Windows for PowerShell."""
    variables = {"LIVEDESK_API_KEY": "it's", "LIVEDESK_API_SECRET": "b"}
    assert shlex.split(settings_line(variables)) == ["export", "LIVEDESK_API_KEY=it's", "LIVEDESK_API_SECRET=b"]
    monkeypatch.setattr("importer.shell.os.name", "nt")
    line = settings_line(variables)
    monkeypatch.undo()
    assert line == "$env:LIVEDESK_API_KEY = 'it''s'; $env:LIVEDESK_API_SECRET = 'b'"
