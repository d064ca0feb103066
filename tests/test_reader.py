"""Which language the program speaks, before it has read its arguments."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from importer.cli.reader import language_for, reader, reading
from importer.message import ENGLISH_READER, Language, language_of, named
from tests.support.service import contacts, invoke, written

CHINESE = Language("zh")
TRADITIONAL = Language("zh-Hant")


@pytest.mark.parametrize(
    ("spelled", "language"),
    [
        ("en", ENGLISH_READER),
        ("EN-GB", ENGLISH_READER),
        ("zh", CHINESE),
        ("zh_CN.UTF-8", CHINESE),
        ("zh-Hans-HK", CHINESE),
        ("zh_SG@pinyin", CHINESE),
        ("Chinese (Simplified)_China.936", CHINESE),
        ("zh_TW", TRADITIONAL),
        ("zh-HK", TRADITIONAL),
        ("zh_MO.Big5-HKSCS", TRADITIONAL),
        ("zh-Hant", TRADITIONAL),
        ("Chinese (Traditional)_Taiwan.950", TRADITIONAL),
        ("Chinese (Traditional)_Hong Kong SAR.950", TRADITIONAL),
        ("de_DE", None),
        ("zhuang", None),
        ("english", None),
        ("C.UTF-8", None),
        ("", None),
    ],
)
def test_a_locale_or_tag_names_a_language_in_any_spelling(spelled: str, language: Language | None) -> None:
    """By whole parts of its tag; those of Taiwan, Hong Kong and Macao are Traditional Chinese where there is one."""
    assert named(spelled) == language
    assert language_of({"LANG": spelled}) == (language or ENGLISH_READER)


def test_a_new_language_is_one_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is all that choosing it needs."""
    monkeypatch.setattr("importer.message.LANGUAGES", ("en", "pt", "pt-BR", "zh", "zh-Hant"))
    assert [named(tag) for tag in ("pt_PT", "pt_BR.UTF-8", "zh_TW")] == [*map(Language, ("pt", "pt-BR", "zh-Hant"))]


CHOICES = {
    "nothing": ([], {}, "", "en"),
    "the locale": ([], {"LANG": "zh_CN.UTF-8"}, "", "zh"),
    "the file": ([], {"LANG": "en_US"}, "lang: zh", "zh"),
    "the file in another spelling": ([], {}, "lang: zh_CN", "zh"),
    "another file": (["--config", "other.yaml"], {}, "", "zh"),
    "the variable": ([], {"IMPORT_CONTACTS_LANG": "zh"}, "lang: en", "zh"),
    "an empty variable": ([], {"IMPORT_CONTACTS_LANG": "", "LANG": "zh_CN"}, "", "zh"),
    "the option": (["x.csv", "--lang", "en"], {"IMPORT_CONTACTS_LANG": "zh"}, "lang: zh", "en"),
    "the option with =": (["--lang=zh", "runs"], {}, "lang: en", "zh"),
    "the last of two": (["--lang", "zh", "--lang", "en"], {}, "", "en"),
    "none behind --": (["--", "--lang", "zh"], {}, "", "en"),
    "no language": (["--lang", "xx"], {"LANG": "zh_CN"}, "", "zh"),
    "no value": (["--lang"], {"LANG": "zh_CN"}, "", "zh"),
    "a file that is no YAML": ([], {"LANG": "zh_CN"}, "lang: [", "zh"),
    "a file without settings": ([], {"LANG": "zh_CN"}, "- lang", "zh"),
    "a file with a list": ([], {"LANG": "zh_CN"}, "lang: [en]", "zh"),
}


@pytest.mark.parametrize(("arguments", "environment", "file", "name"), CHOICES.values(), ids=CHOICES)
def test_option_variable_file_and_locale_choose_in_this_order(
    arguments: list[str], environment: dict[str, str], file: str, name: str
) -> None:
    """What cannot be read is told later, in the language that is chosen without it."""
    Path("other.yaml").write_text("lang: zh\n")
    if file:
        Path("config.yaml").write_text(f"{file}\n")
    assert language_for(arguments, (), environment) == Language(name)


def test_a_stream_without_its_letters_gets_english_for_the_locale_and_utf_8_for_who_asks() -> None:
    """Help in escapes helps nobody; whoever names a language can read its bytes in UTF-8."""
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    wide = io.TextIOWrapper(io.BytesIO(), encoding="gb18030")
    assert language_for([], (narrow, wide), {"LANG": "zh_CN"}) == ENGLISH_READER
    assert language_for([], (None, wide), {"LANG": "zh_CN"}) == CHINESE
    assert (narrow.encoding, wide.encoding) == ("cp1252", "gb18030")
    assert language_for(["--lang", "zh"], (narrow, wide), {}) == CHINESE
    assert (narrow.encoding, wide.encoding) == ("utf-8", "gb18030")


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "begins"), [([], "Usage: "), (["--lang", "zh"], "用法：")])
def test_a_pipe_that_is_ascii_is_readable(arguments: list[str], begins: str) -> None:
    """In a real process."""
    environment = {**os.environ, "LANG": "zh_CN.UTF-8", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "importer", "--help", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout.decode().startswith(begins)
    assert b"\\u" not in done.stdout


def test_a_language_is_read_for_a_while() -> None:
    """English before and after: programs that call the commands' parts want it."""
    with reading(CHINESE):
        assert reader() == CHINESE
    assert reader() == ENGLISH_READER


@pytest.mark.slow
@pytest.mark.parametrize(
    ("locale", "rows", "tag"), [("zh_CN.UTF-8", "2 行", "zh-CN"), ("zh_TW.UTF-8", "2 列", "zh-Hant-TW")]
)
def test_a_run_and_its_page_are_in_the_language(locale: str, rows: str, tag: str) -> None:
    """What the console says, and report.html; --json, statuses and codes stay."""
    done = invoke(contacts(2), "--inbox", 407, "--sandbox", "--json", LANG=locale)
    assert rows in done.stderr
    assert '"created": 2' in done.stdout
    (page,) = Path("import-results").glob("*/report.html")
    assert f'<html lang="{tag}"' in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_earlier_run_is_written_again_in_the_language() -> None:
    """Whatever its own was."""
    written("Name,Email\nAnn,a@x.org\n", "a.csv")
    assert invoke("template", "new.xlsx", "--lang", "zh").stdout.startswith("new.xlsx 已生成")
    assert invoke("runs", IMPORT_CONTACTS_LANG="zh").stderr.startswith("错误：import-results 中没有台账")


def test_a_wrong_variable_is_told() -> None:
    """By the commands that read settings."""
    done = invoke(contacts(1), "--inbox", 407, "--dry-run", IMPORT_CONTACTS_LANG="xx")
    assert done.exit_code == 2
    assert 'IMPORT_CONTACTS_LANG "xx": expected one of en, zh' in done.stderr
