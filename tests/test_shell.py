"""A command that is printed can be pasted into the shell of the system."""

import shlex
import subprocess

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.cli.main import cli
from importer.shell import command_line, settings_line, swallowed, typed_parts
from tests.support.windows_shells import by_cmd, by_powershell, by_the_c_runtime, by_windows_powershell

WORDS = {
    "plain": ("contacts.xlsx", "contacts.xlsx"),
    "a blank": ("my contacts.xlsx", '"my contacts.xlsx"'),
    "cmd's": ("a&b^.csv", '"a&b^.csv"'),
    "per cent": ("100%.csv", '"100%.csv"'),
    "PowerShell's": ("a,b;(1).csv", '"a,b;(1).csv"'),
    "an apostrophe": ("l'été.csv", '"l\'été.csv"'),
    "a typographic apostrophe": ("l’été.csv", '"l’été.csv"'),
    "an ideographic blank": ("客户\u3000名单.xlsx", '"客户\u3000名单.xlsx"'),
    "an option that PowerShell parts": ("--rate=1.5", '"--rate=1.5"'),
    "a folder": ("C:\\a\\", "C:\\a\\"),
    "a folder that is quoted": ("C:\\a&b\\", '"C:\\a&b\\\\"'),
    "a share": ("\\\\nas\\crm\\a.csv", "\\\\nas\\crm\\a.csv"),
    "nothing": ("", '""'),
    "Chinese": ("客户.xlsx", "客户.xlsx"),
}

ODD = {
    "a variable of PowerShell": ("a$b.csv", "'a$b.csv'"),
    "a backtick": ("a`b.csv", "'a`b.csv'"),
    "a variable of cmd": ("%PATH%.csv", "'%PATH%.csv'"),
    "typographic quotes": ("“客户”.xlsx", "'“客户”.xlsx'"),
    "an apostrophe too": ("l'$.csv", "'l''$.csv'"),
    "a typographic one": ("l’$.csv", "'l’’$.csv'"),
}


@pytest.mark.parametrize(("word", "quoted"), WORDS.values(), ids=WORDS)
def test_windows_has_double_quotes(word: str, quoted: str) -> None:
    """cmd knows no others; a character that cmd or PowerShell takes for itself is quoted too."""
    assert command_line(["import-contacts", word], "nt") == f"import-contacts {quoted}"


@pytest.mark.parametrize(("word", "quoted"), ODD.values(), ids=ODD)
def test_what_has_no_form_for_both_is_for_powershell_and_says_so(word: str, quoted: str) -> None:
    """A comment at the beginning; the line goes on as any other."""
    assert command_line(["import-contacts", word, "b.csv"], "nt") == f"<# PowerShell #> import-contacts {quoted} b.csv"


def test_a_quote_has_a_form_for_the_powershell_of_windows_alone() -> None:
    """A title may have one; up to 7.2 PowerShell does not escape it for the program, later versions do."""
    line = command_line(["--map", 'say "hi"=name'], "nt")
    assert line == "<# Windows PowerShell 5 #> --map 'say \\\"hi\\\"=name'"


WINDOWS_WORDS = st.lists(
    st.text(st.sampled_from(" \tab.:-~=%$`'’“”\"\\&|^();,@#é客\u3000"), min_size=1, max_size=8), max_size=3
)


@pytest.mark.slow
@given(WINDOWS_WORDS)
@example(["a\\", 'b\\"', "%a% b\\", ";\\"])
@example(["%", "%"])
@example(["-a.b", "~", "@", "#", "“"])
def test_both_shells_of_windows_read_the_words_again(words: list[str]) -> None:
    """Whatever a file is called; a line for PowerShell alone is not for cmd.

    A backslash at the end may come doubled from PowerShell: it is the same folder.
    """
    line = command_line(words, "nt")
    folders = [word.rstrip("\\") for word in words]
    assert [word.rstrip("\\") for word in by_windows_powershell(line)] == folders
    if not line.startswith("<#"):
        assert by_cmd(line) == words
    if not line.startswith("<# Windows"):
        assert [word.rstrip("\\") for word in by_powershell(line)] == folders, "from 7.3 on"


@pytest.mark.slow
@given(st.lists(st.text(max_size=12), max_size=4))
@example(["=ls", "[a]?", "~/x", "wow!"])
def test_a_posix_shell_reads_the_words_again(words: list[str]) -> None:
    """Whatever a file is called."""
    assert shlex.split(command_line(words, "posix")) == words


def test_zsh_gets_no_command_for_a_file() -> None:
    """The shell of macOS takes ``=ls`` for the path of ls."""
    assert command_line(["=ls", "a=b"], "posix") == "'=ls' a=b"


def test_the_shell_of_this_machine_reads_them_too() -> None:
    """What a shell may take for a pattern, a folder, an older command or a variable."""
    words = ["=ls", "[a]?*", "~", "wow!", "a'b", "$HOME", "`id`", "客户", ""]
    done = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\n' {command_line(words, 'posix')}"], capture_output=True, check=True, timeout=10
    )
    assert done.stdout.decode().split("\n")[:-1] == words


def test_variables_are_set_in_a_line() -> None:
    """That of the sandbox, to paste: for a POSIX shell, on Windows for PowerShell."""
    variables = {"LIVEDESK_API_KEY": "it's", "LIVEDESK_API_SECRET": "b"}
    line = settings_line(variables, "posix")
    assert shlex.split(line) == ["export", "LIVEDESK_API_KEY=it's", "LIVEDESK_API_SECRET=b"]
    assert settings_line(variables, "nt") == "$env:LIVEDESK_API_KEY = 'it''s'; $env:LIVEDESK_API_SECRET = 'b'"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('import-contacts "C:\\my exports\\" --inbox 407', 'C:\\my exports" --inbox 407'),
        ('import-contacts a.csv --output-dir "D:\\results 1\\"', 'D:\\results 1"'),
        ('import-contacts "my exports\\" --inbox 407', 'my exports" --inbox 407'),
        ('import-contacts ".\\my exports\\"', '.\\my exports"'),
        ('import-contacts "C:\\my exports" --inbox 407', None),
        ('import-contacts "C:\\my exports\\\\" --inbox 407', None),
        ('import-contacts a.csv --map "say \\"hi\\"=name"', None),
    ],
)
def test_a_quote_that_windows_took_into_a_name_is_found(line: str, found: str | None) -> None:
    """What a program gets of a folder in quotes that ends with a backslash; a title may have quotes."""
    assert swallowed(by_the_c_runtime(line), "nt") == found
    assert swallowed(by_the_c_runtime(line), "posix") is None


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["a.csv", "--inbox", "407"], [("", ["a.csv"]), ("--inbox", ["--inbox", "407"])]),
        (["--inbox=407", "-"], [("--inbox", ["--inbox=407"]), ("", ["-"])]),
        (["--json", "a.csv"], [("--json", ["--json"]), ("", ["a.csv"])]),
        (["--map", "--json=name"], [("--map", ["--map", "--json=name"])]),
        (["--", "-a.csv", "--json"], [("--", ["--"]), ("", ["-a.csv"]), ("", ["--json"])]),
        (["--inbox"], [("--inbox", ["--inbox"])]),
    ],
)
def test_an_option_stands_together_with_its_value(arguments: list[str], parts: list[tuple[str, list[str]]]) -> None:
    """However it is written, and whatever the value looks like."""
    assert [(one.option, [*one.words]) for one in typed_parts(arguments, {"--json"})] == parts


def test_no_option_is_a_switch_of_one_command_and_has_a_value_in_another() -> None:
    """The arguments are masked before it is known whose they are."""
    params = [one for command in (cli, *cli.commands.values()) for one in command.params]
    options = [one for one in params if isinstance(one, click.Option)]
    switches = {name for one in options if one.is_flag for name in one.opts}
    assert switches.isdisjoint(name for one in options if not one.is_flag for name in one.opts)


@pytest.mark.slow
@given(st.lists(st.sampled_from(["--json", "--map", "--map=a", "--", "-", "-h", "a.csv", ""]) | st.text(max_size=4)))
def test_no_word_is_lost_among_the_parts_of_a_command(arguments: list[str]) -> None:
    """In their order."""
    assert [word for part in typed_parts(arguments, {"--json"}) for word in part.words] == arguments
