"""What the program says of options, for readers without a command line: pages of the screen, and Python code."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import importer
from importer.library.wording import text_of, with_keywords
from importer.library.words import INSTEAD
from importer.message import LANGUAGES, CommandOption, Language, Message
from importer.web.plain_words import told


@pytest.mark.slow
def test_every_template_of_the_table_is_told_by_somebody() -> None:
    """A message that changed leaves no row behind that never holds again; the catalogue has every message."""
    path = Path(importer.__file__).with_name("locale") / "zh" / "LC_MESSAGES" / "importer.po"
    with path.open(encoding="utf-8") as file:
        known = {entry.id if isinstance(entry.id, str) else entry.id[0] for entry in read_po(file)}
    assert {*INSTEAD} - known == set()


@pytest.mark.parametrize("template", INSTEAD)
def test_other_words_make_up_no_value_and_name_no_option(template: str) -> None:
    """What stands in a place of the message may be left out, never added; a row that changes nothing is none."""
    places = {*re.findall(r"\{(\w+)", template)}
    for words in filter(None, INSTEAD[template]):
        assert {*re.findall(r"\{(\w+)", words.text)} <= places
        assert "--" not in words.text
        assert words.text != template


def test_one_row_has_the_words_of_both_readers() -> None:
    """A terminal's question is answered by a button on a page, and by a function in code."""
    hint = Message("answer with y, or add --yes")
    assert str(told(hint)) == "answer Yes to do it"
    assert text_of(Language(), hint) == "give confirm=, a function that gets the question and returns True"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("add --inbox ID (console) or set X", "add inbox=ID (console) or set X"),
        ("rehearse with --sandbox or --dry-run", "rehearse with sandbox=True or dry_run=True"),
        ("--on-duplicate update changes it", 'on_duplicate="update" changes it'),
        ('--map "Title=name" takes it', 'map={"Title": "name"} takes it'),
        ('--sheet "Two" takes it, --sheet all every one', 'sheet="Two" takes it, sheet= all every one'),
        ("correct it, or import with --shared-values drop", 'correct it, or import with shared_values="drop"'),
        ("the same command without --canary goes on", "the same command without canary= goes on"),
        ("a--inbox ID, --nothing", "a--inbox ID, --nothing"),
        ('--map "{title}=name" takes it', 'map={"{title}": "name"} takes it'),
        ("read with --encoding {encoding}", 'read with encoding="{encoding}"'),
        ("--limit {limit} left the others out", "limit={limit} left the others out"),
    ],
)
def test_hints_have_keywords_in_the_place_of_options(told: str, expected: str) -> None:
    """The reader has no command line."""
    assert with_keywords(told) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_somebody_has_written_is_no_option(language: str) -> None:
    """A column, a file or a server's answer may look like one; an option that stands in a place is a keyword there."""
    odd = '--map "Title=name"'
    parts = [Message("{reason}", reason=odd), Message("{option}", option=CommandOption(odd))]
    told = text_of(Language(language), Message("{first}; {rest}", first=parts[0], rest=parts[1]))
    assert told.startswith(odd)
    assert told.endswith('map={"Title": "name"}')
    assert Language(language).tell(parts[1]) == odd
