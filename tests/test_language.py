"""Every message has its translation in every catalogue, and every value survives it."""

import ast
import json
import pickle
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from importer import errors
from importer.cli.click_words import CLICK_WORDS
from importer.error_codes import ERROR_CODES
from importer.ledger.records import SourceName
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.mapping.column_mapping import map_columns
from importer.message import (
    LANGUAGES,
    Counted,
    Language,
    Message,
    language_of,
    message_from,
    messages_from,
    sentence,
    stored,
)
from importer.normalizer.batch import Normalizer
from importer.normalizer.columns import Rules
from importer.terminal.system_locale import system_locale

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "importer"
ENGLISH, CHINESE, TRADITIONAL = map(Language, ("en", "zh", "zh-Hant"))
CATALOGUES = [name for name in LANGUAGES if name != "en"]
ERRORS = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
KEYWORDS: tuple[Any, ...] = (
    # An error has two messages; a tool that looks for both takes them for the forms of one.
    {"Message": (1,), "Counted": (1, 2), "gettext": (1,), "ngettext": (1, 2)},
    *(dict.fromkeys(ERRORS, (place,)) for place in (1, 2)),
)
OF_CLICK = {(word.text, word.many) if isinstance(word, Counted) else word.text for word in CLICK_WORDS}
PLACE = re.compile(r"\{\w+(?::,)?(?=(?::row)?\})")

Key = str | tuple[str, str]


@cache
def told() -> dict[Key, str]:
    """Every message of the program with the place where it stands; of one that counts, both forms."""
    methods = [("**.py", "python"), ("**.jinja", "jinja2")]
    found = chain.from_iterable(extract_from_dir(PROGRAM, methods, keywords=keywords) for keywords in KEYWORDS)
    advised: dict[Key, str] = dict.fromkeys(map(str, chain.from_iterable(ERROR_CODES.values())), "error_codes.txt")
    return advised | {message: f"{path}:{line}" for path, line, message, _, _ in found}  # type: ignore[return-value]


@cache
def catalogue(language: str) -> Catalog:
    folder = PROGRAM / "locale" / language.replace("-", "_")
    with (folder / "LC_MESSAGES" / "importer.po").open(encoding="utf-8") as file:
        return read_po(file)


def key_of(entry: Entry) -> Key:
    return entry.id if isinstance(entry.id, str) else (entry.id[0], entry.id[1])


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, list | tuple) else ()


@pytest.mark.slow
@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_has_a_translation(language: str) -> None:
    """Whoever adds a message finds here what to add to the catalogue."""
    known = {key_of(entry) for entry in catalogue(language) if entry.id and all(forms(entry.string))}
    missing = {key: place for key, place in told().items() if key not in known}
    lines = [f'#: {place}\nmsgid {json.dumps(key, ensure_ascii=False)}\nmsgstr ""' for key, place in missing.items()]
    assert not missing, "\n\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_has_nothing_that_is_not_told(language: str) -> None:
    """A message that changed in English leaves no dead one behind, and nothing is only nearly translated."""
    entries = [entry for entry in catalogue(language) if entry.id]
    assert [entry.id for entry in entries if key_of(entry) not in told()] == []
    assert [entry.id for entry in entries if entry.fuzzy] == []
    assert Counter(key_of(entry) for entry in entries).most_common(1)[0][1] == 1


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    """A value that is named in one language is named in the other."""
    for entry in catalogue(language):
        if entry.id in OF_CLICK or (entry.id and forms(entry.id) in OF_CLICK):
            continue  # see tests/test_click_words.py
        wanted = Counter(PLACE.findall(forms(entry.id)[-1]))
        assert all(Counter(PLACE.findall(form)) == wanted for form in forms(entry.string) if entry.id), entry.id


def test_traditional_chinese_is_that_of_taiwan() -> None:
    """No simplified character, which Big5 lacks; Taiwan's quotation marks; none of the mainland's words."""
    told = "".join(chain.from_iterable(forms(entry.string) for entry in catalogue("zh-Hant") if entry.id))
    han = re.sub("[^\u4e00-\u9fff]", "", told)
    assert han.encode("big5", "replace").decode("big5") == han
    mainland = "“ ” 訪問 丟失 域名 賬 默認 信息 視頻 質量 郵箱 單元格 字段 服務器 程序員 許可權 響應 配置 命令行 搜索"
    assert {word for word in mainland.split() if word in told} == set()


@cache
def modules() -> dict[Path, ast.Module]:
    """Those of the program, read once for all rules."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in PROGRAM.rglob("*.py")}


@pytest.fixture(scope="module", autouse=True)
def _read() -> Iterator[None]:
    """They are not kept: each full collection of garbage in later tests would look through them."""
    yield
    modules.cache_clear()


@pytest.mark.slow
def test_no_message_is_made_of_anything_but_a_literal() -> None:
    """What is put together at run time, tools do not find."""
    odd = {
        path.relative_to(PROGRAM).as_posix()
        for path, found in modules().items()
        for call in ast.walk(found)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        for text in call.args[: {"Message": 1, "Counted": 2}.get(call.func.id, 0)]
        if not isinstance(text, ast.Constant)
    }
    assert odd == FROM_ELSEWHERE


@pytest.mark.slow
def test_no_message_is_told_within_an_f_string() -> None:
    """Tools find none there, so it would stay English without a test that says so."""
    within = (
        part
        for found in modules().values()
        for text in ast.walk(found)
        if isinstance(text, ast.JoinedStr)
        for part in ast.walk(text)
    )
    made = (part for part in within if isinstance(part, ast.Call) and isinstance(part.func, ast.Name))
    assert [ast.unparse(call) for call in made if call.func.id in ("Message", "Counted")] == []  # type: ignore[attr-defined]


@pytest.mark.slow
def test_no_error_is_made_of_a_text_that_is_put_together() -> None:
    """Its message and its hint are literals too, or messages."""
    calls = (
        call
        for found in modules().values()
        for call in ast.walk(found)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ERRORS
    )
    assert [
        ast.unparse(call) for call in calls if any(isinstance(n, ast.JoinedStr | ast.BinOp) for n in call.args)
    ] == []


FROM_ELSEWHERE = {
    *("message.py", "ledger/run.py"),  # from a ledger, and from pages in which tools find them
    "errors.py",  # from calls in which tools find them too
}


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ENGLISH),
        ({"LANG": "C.UTF-8"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "zh_TW"}, TRADITIONAL),
        ({"LANG": "Chinese (Traditional)_Taiwan.950"}, TRADITIONAL),
        ({"LANG": "Chinese (Simplified)_China.936"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "de_DE.UTF-8"}, ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "zh_CN"}, CHINESE),
    ],
)
def test_the_locale_says_the_language(environment: dict[str, str], language: Language) -> None:
    """In the order of POSIX: LC_ALL, LC_MESSAGES, LANG."""
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("system", "language"),
    [("zh_CN", CHINESE), ("zh-Hans-DE", CHINESE), ("zh_TW", TRADITIONAL), ("de_DE", ENGLISH), ("", ENGLISH)],
)
def test_without_variables_the_system_says_the_language(system: str, language: Language) -> None:
    """Windows sets none; a variable that the user sets there counts first. LANG=C is set by programs."""
    assert language_of({}, lambda: system) == language
    assert language_of({"LANG": "C.UTF-8"}, lambda: system) == language
    for chosen in ({"LANG": "en_US"}, {"LC_ALL": "C"}, {"LANG": "C", "LC_MESSAGES": "C"}):
        assert language_of(chosen, lambda: system) == ENGLISH


def test_the_system_is_asked_only_where_no_variable_says_it() -> None:
    """On macOS that starts a program."""
    assert language_of({"LANG": "zh_CN.UTF-8"}, lambda: pytest.fail("asked")) == CHINESE


APPLE = '(\n    "zh-Hans-CN",\n    "en-CN"\n)\n'


@pytest.mark.parametrize(
    ("platform", "windows", "macos", "locale"),
    [
        ("win32", 0x0804, "", "zh_CN"),
        ("win32", 0x0404, "", "zh_TW"),
        ("win32", 0x1000, "", ""),
        ("darwin", 0, APPLE, "zh-Hans-CN"),
        ("darwin", 0, "(\n    fr,\n    de\n)\n", "fr"),
        ("darwin", 0, "", ""),
        ("linux", 0x0804, APPLE, ""),
    ],
)
def test_a_system_tells_the_language_of_its_screen(platform: str, windows: int, macos: str, locale: str) -> None:
    """The first of the user's languages; a number on Windows, a list on macOS."""
    assert system_locale(platform, lambda: windows, lambda: macos) == locale


def test_the_system_is_asked_once_for_its_language() -> None:
    """On macOS it takes a process, and each call of the library wants to know."""
    asked: list[int] = []

    def macos() -> str:
        asked.append(1)
        return '("zh-Hant-TW")'

    assert {system_locale("darwin", list_of_macos=macos) for _ in range(3)} == {"zh-Hant-TW"}
    assert asked == [1]


def test_a_language_says_what_html_calls_it() -> None:
    """Screen readers and fonts go by it."""
    assert [Language(name).tag for name in ("en", "zh", "zh-Hant")] == ["en", "zh-CN", "zh-Hant-TW"]


def test_the_errors_of_rows_are_said_in_chinese() -> None:
    """Every error and remark of the file of mistakes; values and names of fields stay as they are."""
    table = open_table(ROOT / "tests" / "data" / "mistakes.csv", ReadOptions())
    normalizer = Normalizer(map_columns(table.titles, {}, {}, "ignore"), Rules("407"))
    said: set[Message] = set()
    for batch in table.batches():
        normalized = normalizer(batch)
        said |= {error.message for errors in normalized.errors.values() for error in errors}
        said |= {warning for warnings in normalized.warnings.values() for warning in warnings}
    assert len(said) > 10
    chinese = {re.sub('"[^"]*"', "", CHINESE.tell(message)) for message in said}
    assert {text for text in chinese if not re.search("[\u4e00-\u9fff]", text)} == set()


NO_DOMAIN = Message(
    "email: {value} is not an email address ({reason})", value='"bob@"', reason=Message("nothing after the @")
)
HELD = Message('{field} "{value}" is held by contact {id}', field="email", value="a@x.org", id="7")
TOLD = {
    "a reason in it": (
        (NO_DOMAIN,),
        'email: "bob@" is not an email address (nothing after the @)',
        'email："bob@" 不是邮箱地址（@ 后没有内容）',
    ),
    "two": (
        (NO_DOMAIN, Message("the row repeats the titles")),
        'email: "bob@" is not an email address (nothing after the @); the row repeats the titles',
        'email："bob@" 不是邮箱地址（@ 后没有内容）；该行重复了标题',
    ),
    "a cause behind it": (
        (Message("{what} ({cause})", what=Message("the server refused the credentials"), cause="HTTP 401: no"),),
        "the server refused the credentials (HTTP 401: no)",
        "服务器拒绝了凭据（HTTP 401: no）",
    ),
    "a value": ((HELD,), 'email "a@x.org" is held by contact 7', 'email "a@x.org" 已属于联系人 7'),
    "a list": (
        (Message("added {fields}", fields=['name "Kim"', 'email "a@x.org"']),),
        'added name "Kim", email "a@x.org"',
        '已补充 name "Kim"、email "a@x.org"',
    ),
    "words that are Latin behind Han": (
        (Message("{content} is {what}, and not a table", content="x", what=Message("a PDF document")),),
        "x is a PDF document, and not a table",
        "x 是 PDF 文档，不是表格",
    ),
    "words that are Han behind Han": (
        (Message("{content} is {what}, and not a table", content="x", what=Message("an image")),),
        "x is an image, and not a table",
        "x 是图片，不是表格",
    ),
    "one": ((Counted("{number:,} row", "{number:,} rows", 1),), "1 row", "1 行"),
    "many": ((Counted("{number:,} row", "{number:,} rows", 1200),), "1,200 rows", "1,200 行"),
    "no entry": ((Message("something {new}", new=1),), "something 1", "something 1"),
    "an older ledger's": ((Message("a {thing} of old; (as it stands)"),), *["a {thing} of old; (as it stands)"] * 2),
    "an older ledger's that is known": ((Message("spaces trimmed"),), "spaces trimmed", "已去掉多余空格"),
    "a place without a value": ((Message("{a} and {b}", a=1),), "1 and {b}", "1 and {b}"),
    "nothing": ((), "", ""),
}


@pytest.mark.parametrize(("messages", "english", "chinese"), TOLD.values(), ids=TOLD)
def test_a_message_is_told_in_the_readers_language(messages: tuple[Message, ...], english: str, chinese: str) -> None:
    """What is not known stays English rather than being lost; the ledger and other processes have the same of it."""
    for same in (messages, messages_from(stored(messages)), pickle.loads(pickle.dumps(messages))):
        assert same == messages
        assert (sentence(same), CHINESE.sentence(same)) == (english, chinese)


OF_ORDERS = SourceName(file="orders.csv").of(3)
OF_NUMBERS = (
    "{path}: row {row} has the titles, and no row with text follows it",
    'row {row} "{text}"',
    'no header: the data begin in row {row}, and the columns are called "{title}" and so on; '
    'say what one is with --map "{title}=name"',
    'there is no row of titles: the data begin in row {row}, and the columns are called "{title}" and so on',
    "the titles stand in row {row}",
    "titles in row {row}",
    "of row {row}",
    "{where}, row {row}",
    "corrections: row {row} of {file} has no column {column}",
    "{content}: the filled cells reach to column {column} and row {row}, too far to read",
    "{row} of {file}",
    '{row} of sheet "{sheet}"',
    '{row} of sheet "{sheet}" of {file}',
)
"""Messages of one file or sheet, whose row is its number; and those that name the source of one."""

ROWS = {
    "a number": (Message("row {row}", row=3), "row 3", "第 3 行"),
    "of a file": (Message("row {row}", row=OF_ORDERS), "row 3 of orders.csv", "orders.csv 第 3 行"),
    "of a sheet": (
        Message("row {row}", row=SourceName("B", "a.xlsx").of(3)),
        'row 3 of sheet "B" of a.xlsx',
        "a.xlsx 工作表“B”第 3 行",
    ),
    "within a sentence": (
        Message("the same person as row {row} ({field})", row=OF_ORDERS, field="email"),
        "the same person as row 3 of orders.csv (email)",
        "与 orders.csv 第 3 行是同一个人（email）",
    ),
    "numbers": (Message("rows {rows}", rows=[3, 5]), "rows 3, 5", "第 3、5 行"),
    "of files": (Message("rows {rows}", rows=[OF_ORDERS, 5]), "rows 3 of orders.csv, 5", "orders.csv 第 3 行、第 5 行"),
}


@pytest.mark.parametrize(("message", "english", "chinese"), ROWS.values(), ids=ROWS)
def test_a_row_is_told_as_its_language_has_it(message: Message, english: str, chinese: str) -> None:
    """Chinese has words on both sides of the number, and a file before them; what is stored is told the same."""
    (again,) = messages_from(stored([message]))
    assert (str(again), CHINESE.tell(again)) == (english, chinese)


@pytest.mark.parametrize(("language", "words"), [("zh", "x.csv 第 7 行"), ("zh-Hant", "x.csv 第 7 列")])
def test_no_translation_puts_a_source_within_the_words_of_a_row(language: str, words: str) -> None:
    """``第 {row} 行`` is right of a number alone; the sources of rows have messages of their own."""
    row = SourceName(file="x.csv").of(7)
    for entry in catalogue(language):
        if isinstance(entry.id, str) and "{row}" in entry.id and entry.id not in OF_NUMBERS:
            assert words in Language(language).tell(Message(entry.id, row=row)), entry.id


def test_what_is_stored_is_a_line_a_message() -> None:
    """So that SQL can join two; a line that is no message is a sentence of an older ledger."""
    text = stored([NO_DOMAIN, Counted("{number:,} row", "{number:,} rows", 2)])
    assert text.splitlines() == [
        '["email: {value} is not an email address ({reason})",'
        '{"value":"\\"bob@\\"","reason":["nothing after the @",{}]}]',
        '["{number:,} row","{number:,} rows",{"number":2}]',
    ]
    old = 'email: "bob@" is not an email address (no @); [x'
    assert messages_from(f"{old}\n{text}") == (Message(old), *messages_from(text))
    assert messages_from('["no message"]') == (Message('["no message"]'),)
    assert message_from(None) is None


@pytest.mark.slow
@given(st.text(max_size=60))
def test_any_value_survives_the_ledger_and_a_translation(value: str) -> None:
    """Whatever a cell holds: quotes, line breaks, backslashes, braces."""
    message = Message("{field}: {value} lost digits in a spreadsheet", field="identifier", value=value)
    assert messages_from(stored([message])) == (message,)
    assert value in CHINESE.tell(message)


@pytest.mark.parametrize("advice", ERROR_CODES.values(), ids=ERROR_CODES)
def test_the_advice_of_every_code_is_said_in_chinese(advice: tuple[Message, Message]) -> None:
    """What a code means, and what to do."""
    assert all(CHINESE.tell(message) != str(message) for message in advice)
