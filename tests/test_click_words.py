"""click's own words are in the reader's language, wherever it says them."""

import gettext
import inspect
import re
from pathlib import Path
from typing import Any

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from importer.cli.click_words import CLICK_WORDS, click_speaks
from importer.message import ENGLISH_READER, LANGUAGES, Counted, Language
from tests.support.service import invoke, written

ROOT = Path(__file__).parent.parent
PLACE = re.compile(r"\{(\w+)[^}]*\}")
CHINESE = Language("zh")


@pytest.mark.slow
def test_every_word_is_one_of_clicks() -> None:
    """What a new version of click no longer says, or says otherwise, goes from the table."""
    keywords: Any = {"_": (1,), "ngettext": (1, 2)}
    found = extract_from_dir(Path(inspect.getfile(click)).parent, [("**.py", "python")], keywords=keywords)
    said = {message for _, _, message, _, _ in found}
    mine = {(word.text, word.many) if isinstance(word, Counted) else word.text for word in CLICK_WORDS}
    assert mine - said == set()


@pytest.mark.slow
@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_translation_names_no_value_that_click_does_not_give(language: str) -> None:
    """It may leave out one, such as the English name of a type."""
    folder = ROOT / "importer" / "locale" / language.replace("-", "_")
    with (folder / "LC_MESSAGES" / "importer.po").open(encoding="utf-8") as file:
        catalogue = read_po(file)
    for word in CLICK_WORDS:
        given = set(PLACE.findall(word.text)) | set(PLACE.findall(getattr(word, "many", "")))
        entry = catalogue.get(word.text)
        assert entry is not None
        told = [entry.string] if isinstance(entry.string, str) else [*(entry.string or ())]
        assert told
        assert all(set(PLACE.findall(form)) <= given for form in told), word.text


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("--password", "IMPORT_CONTACTS_PASSWORD"),
        ("--api-key", "LIVEDESK_API_KEY"),
        ("--api-secret=s3cret", "LIVEDESK_API_SECRET"),
    ],
)
def test_a_secret_is_no_option_and_the_error_names_its_variable(option: str, variable: str) -> None:
    """Other users of the machine see a command line; the value is not told again."""
    done = invoke(written("name\nAnn\n"), option, "s3cret", "--lang", "en")
    assert done.exit_code == 2
    assert f"set {variable}, or {variable}_FILE" in " ".join(done.stderr.split())
    assert "s3cret" not in done.stderr
    assert variable in invoke("x.csv", option, "s3cret", "--lang", "zh").stderr


def test_click_speaks_for_a_while() -> None:
    """A program that uses this one as a library keeps its own gettext."""
    before = gettext.gettext("Usage:")
    with click_speaks(CHINESE):
        assert gettext.gettext("Usage:") == "用法："
        assert gettext.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1)[0] == "是"
        with click_speaks(ENGLISH_READER):
            assert gettext.gettext("Usage:") == "Usage:"
    assert gettext.gettext("Usage:") == before == "Usage:"


WRONG = {
    "no such option": "x.csv --frsh",
    "no such option, one near": "runs --jso",
    "no such option, none near": "x.csv --zzzzzz",
    "a number": "x.csv --limit a",
    "a fraction": "x.csv --rate a",
    "out of range": "runs --limit 0",
    "out of two ends": "sandbox --port 99999",
    "a choice": "x.csv --on-duplicate replace",
    "a language": "--lang xx x.csv",
    "without its value": "x.csv --limit",
    "without its two values": "report --diff latest",
    "a flag with a value": "x.csv --dry-run=1",
    "a missing argument": "find",
    "a missing file": "run",
    "one argument too many": "template a b",
    "arguments too many": "template a b c",
    "a folder for a file": "x.csv --log-file folder",
    "a file for a folder": "runs --output-dir file.csv",
    "no command": "--lang {locale}",
    "a command that there is not": "help nonsense",
    "no = in a pair": "x.csv --map Name",
    "two ways to name runs": "report a --diff b c",
    "nothing to forget": "forget",
    "a sandbox's fault": "sandbox --latency-ms soon",
}

KNOWN = re.compile(
    r"'[^']*'|“[^”]*”|「[^」]*」|\"[^\"]*\"|--[\w-]+|-h\b|import-contacts( \w+)?|x[<>]=?\d+|\d+<=x<=\d+|SANDBOX_\w+"
)
"""What stays as it is: what was typed, commands, options, ranges of numbers, variables."""


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "error"), [("zh_CN.UTF-8", "错误："), ("zh_TW.UTF-8", "錯誤：")])
@pytest.mark.parametrize("typed", WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_the_arguments_is_said_in_chinese(typed: str, locale: str, error: str) -> None:
    """All kinds of errors that click finds in these commands, and not one English word."""
    Path("folder").mkdir()
    written("", "file.csv")
    done = invoke(*typed.format(locale=locale).split(), LANG=locale)
    assert (done.exit_code, done.stdout) == (2, "")
    assert error in done.stderr
    assert re.findall("[A-Za-z]{2,}", KNOWN.sub("", done.stderr)) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("x.csv --frsh", "No such option '--frsh'."),
        ("x.csv --map Name", 'has no \\"=\\" between two parts'),
        ("forget", "name the runs to forget"),
        ("report a --diff b c", "--diff names its two runs itself"),
    ],
)
def test_with_json_wrong_arguments_are_told_in_english(typed: str, words: str) -> None:
    """Programs read it, on both streams."""
    done = invoke(*typed.split(), "--json", LANG="zh_CN.UTF-8")
    assert done.exit_code == 2
    assert words in done.stdout
    assert not re.search("[\u4e00-\u9fff]", done.output)


def test_chinese_errors_have_chinese_punctuation() -> None:
    """click writes its quotation marks and its full stop itself."""
    assert "缺少参数“路径”。" in invoke("template", "--lang", "zh").stderr
    wrong = invoke("help", "nothing", "--lang", "zh").stderr
    assert "“demo”、“template”" in wrong
    assert "'" not in wrong.splitlines()[-1]
