"""Help: in groups, in the reader's language, and in lines that fit the terminal by their width on screen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.help import PROGRAM, Option
from importer.cli.ledger import ACTIONS
from importer.cli.main import GROUPS, cli
from importer.models import Status
from importer.sandbox.faults import OPTIONS as FAULTS
from importer.texts import shown_width, wrapped
from tests.support.service import invoke

COMMANDS = sorted(cli.commands)
CHINESE = ["zh_CN.UTF-8", "zh_TW.UTF-8"]
THINGS = """import contacts LiveDesk EngageLab CSV Excel YAML JSON ISO Schema API URL Channel ID Ctrl Dask Prometheus
node exporter textfile systemd key value secret Key Secret HTTP Retry After Date SQL LIKE CC Tel host CN TW MiB
keyring Google remote apprise feishu slack mailtos notify done attention"""
VALUES = """all tab international number boolean auto first merge refuse drop skip update fill fail ignore custom text
journald json latest previous identifier row action field before after meta count null conflict same create not_sent
api web email sms whatsapp percent page https http tls yes true false en zh Hant contact_id name phone_number"""
NAMES = {
    # Of things, which are the same in every language, and what is typed and written as it is.
    *THINGS.split(),
    *VALUES.split(),
    *map(str, Status),
    *(choice for fault in FAULTS for choice in fault.kind.choices),
    *ACTIONS,
}
KEPT = re.compile(
    r"[a-z][a-z\d]+://\S*|(?:--?)[a-z][\w-]*|\b[A-Z]+(?:_[A-Z]+)+\b"
    r"|[\w./*-]+\.(?:csv|xlsx|html|json|yaml|prom|sqlite3)\b"
    r"|\.(?:csv|xlsx|prom|yaml)\b|\w+_attributes(?:\.\w+)?(?:=\w+)?|import(?:ed)?_\w+|\d+(?:<=?x|[<>]=\d+)\S*|x[<>]=?\S+"
)
"""Addresses, options, variables, files, attributes, ranges."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("locale", CHINESE)
def test_help_in_chinese_has_no_english_word(name: str, locale: str) -> None:
    """But for names of things, options, fields, values and commands to paste."""
    shown = invoke(name, "--help", LANG=locale).stdout
    pasted = re.compile(r"^ +import-contacts .*$|[“「]import-contacts[^”」]*[”」]|import-contacts \w+", re.MULTILINE)
    words = re.findall("[A-Za-z_]{2,}", KEPT.sub(" ", pasted.sub(" ", shown)))
    assert {word for word in words if word not in NAMES | cli.commands.keys()} == set()
    assert len(re.findall("[\u4e00-\u9fff]", shown)) > 20


@pytest.mark.parametrize("locale", CHINESE)
def test_the_help_of_the_program_is_in_chinese_too(locale: str) -> None:
    """Its commands with a sentence each."""
    shown = invoke("--help", LANG=locale).stdout
    listed = re.findall(r"^  ([a-z]+)  +(.*)$", shown, re.MULTILINE)
    assert {name for name, _ in listed} == {*COMMANDS}
    assert all(re.match("[\u4e00-\u9fff]|在 127", text) for _, text in listed)


def test_every_command_stands_in_a_group() -> None:
    """So that a list of thirteen is read as five short ones."""
    assert sorted(name for names in GROUPS.values() for name in names) == COMMANDS


def test_the_options_of_an_import_stand_in_groups_by_what_a_user_wants() -> None:
    """What to import, columns and values, who is who, checks, sending, results, the program."""
    groups: dict[str, int] = {}
    for option in cli.commands["run"].params:
        if isinstance(option, Option):
            groups[str(option.group)] = groups.get(str(option.group), 0) + 1
    assert [*groups] == [
        "What to import",
        "Columns and values",
        "Who is who, and what becomes of existing contacts",
        "Checks before sending",
        "Sending",
        "Results",
        str(PROGRAM),
    ]
    assert max(groups.values()) <= 11


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
def test_lines_of_help_fit_the_terminal(name: str, language: str) -> None:
    """A wide character takes two columns. Commands to paste are not broken."""
    shown = invoke(name, "--help", "--lang", language, COLUMNS="80").stdout
    lines = [line for line in shown.splitlines() if not line.startswith("  import-contacts ")]
    assert [line for line in lines if shown_width(line) > 80] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_language(name: str) -> None:
    """Behind it as before it."""
    behind = invoke(name, "--lang", "zh", "--help").stdout
    assert behind == invoke("--lang", "zh", name, "--help").stdout == invoke(name, "--help", "--lang=zh").stdout
    assert "用法" in behind


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("发送联系人到渠道", ["发送联系", "人到渠道"]),
        ("发送联系，人到渠道", ["发送联", "系，人到", "渠道"]),
        ("发送联（系人）到", ["发送联", "（系人）", "到"]),
        ("用 --dry-run 检查", ["用", "--dry-run", "检查"]),
        ("发送  [默认：3]", ["发送", "[默认：3]"]),
        ("", []),
    ],
)
def test_a_paragraph_breaks_at_blanks_and_between_wide_characters(text: str, lines: list[str]) -> None:
    """Not before a closing mark, not behind an opening one, and not within a short remark in brackets."""
    assert wrapped(text, 8) == lines


@pytest.mark.slow
@given(st.text(alphabet="ab 中文，。（）[]", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """But for blanks where a line ends."""
    assert "".join(wrapped(text, width)).replace(" ", "") == text.replace(" ", "")
