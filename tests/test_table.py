"""Tables for a terminal: columns stand below each other whatever the cells hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.texts import aligned, cited, fitted, printable, shortened, shown_width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("contacts.csv", "contacts.csv"),
        ("客户 1.csv", "客户 1.csv"),
        ("a\nb\tc", "a\\u000ab\\u0009c"),
        ("\x1b[2J", "\\u001b[2J"),
        ("gpj\u202exe.csv", "gpj\\u202exe.csv"),
        ("\x9b31m", "\\u009b31m"),
        ("\udcff", "\ufffd"),
    ],
    ids=["plain", "wide", "line break", "escape", "right to left", "C1 control", "a byte that did not decode"],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    """A name from a stranger moves no cursor, breaks no line and turns no direction."""
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("Ann", 40, '"Ann"'), ("a\nb", 40, '"a\\u000ab"'), ("Wilhelmine", 6, '"Wilhe…"')],
    ids=["whole", "escaped", "cut"],
)
def test_a_value_is_cited_in_quotes(text: str, most: int, shown: str) -> None:
    """On one line, and not longer than wanted."""
    assert cited(text, most) == shown


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("客户", 4),
        ("ＡＢ", 4),
        ("ｱ", 1),
        ("é", 1),
        ("e\u0301", 1),
        ("각", 2),
        ("αβ", 2),
        ("👍", 2),
    ],
    ids=["none", "ascii", "wide", "full-width", "half-width", "one", "with a mark", "hangul", "ambiguous", "emoji"],
)
def test_characters_take_as_many_columns_as_the_terminal_gives_them(text: str, count: int) -> None:
    """East Asian wide ones two, marks on others none."""
    assert shown_width(text) == count


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("contacts.csv", 12, "contacts.csv"),
        ("contacts.csv", 9, "cont….csv"),
        ("contacts.csv", 1, "…"),
        ("客户名单.csv", 9, "客户….csv"),
        ("客户名单.csv", 8, "客户…csv"),
    ],
    ids=["fits", "cut", "nothing left", "wide", "half a wide one is none"],
)
def test_a_long_name_loses_its_middle(text: str, most: int, short: str) -> None:
    """Beginning and end say what it is."""
    assert shortened(text, most) == short


@pytest.mark.slow
@given(text=st.text(max_size=30), most=st.integers(1, 20))
def test_a_shortened_text_fits(text: str, most: int) -> None:
    """Whatever characters it has; and a text that fits is left alone."""
    short = shortened(text, most)
    assert shown_width(short) <= most
    assert short == text or shown_width(text) > most


def test_cells_stand_below_each_other() -> None:
    """Also below wide ones; numbers end below each other, and no line ends in spaces."""
    assert aligned([("FILE", "ROWS", "X"), ("客户", "5", "y"), ("e\u0301", "1,200", "")], frozenset({1})) == [
        "FILE   ROWS  X",
        "客户      5  y",
        "e\u0301     1,200",
    ]


def test_lines_fit_the_terminal() -> None:
    """The first flexible column gives way first, then the next; neither becomes too narrow to be read."""
    rows = [("a" * 10, "b" * 30, "c" * 30)]
    assert [shown_width(line) for line in aligned(fitted(rows, 60, (1, 2)))] == [60]
    assert fitted(rows, 60, (1, 2))[0][2] == "c" * 30
    assert [shown_width(cell) for cell in fitted(rows, 45, (1, 2))[0]] == [10, 12, 19]
    assert [shown_width(cell) for cell in fitted(rows, 5, (1, 2))[0]] == [10, 12, 12]
    assert fitted(rows, 100, (1, 2)) == [list(row) for row in rows]
