"""What the words of a cell say of its row: a total, a count, a remark, a label, a file, somebody without a name. Pure.

``not_people.txt`` has the words; ``not_people.py`` weighs them.
"""

import re
from collections.abc import Container, Sequence
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.texts import letters

_WORDS: Final = word_table(__file__, "not_people.txt")


def _any(*heads: str) -> str:
    """A pattern for one of the words of these heads as ``letters`` spells them, longest first; ``#`` is a number."""
    spelled = {letters(word) + (r"\d+" if "#" in word else "") for head in heads for word in _WORDS[head]}
    inside = {re.sub("#", r"\\d+", word) for head in heads for word in _WORDS[head] if "#" in word[1:-1]}
    return "|".join(sorted(spelled | inside, key=lambda word: -len(word)))


_OF: Final = "(?:of|the|de|des|du|del|dei|di|do|da|der|von|van)*"


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """A kind's pattern for a text as ``letters`` spells it; made when first needed, in 50 ms."""
    counted, around, how_many = _any("counted"), _any("around a count", "counted"), _any("count")
    seconds = r"(?:\d+sec)?"
    of_what = rf"(?:{_any('counted', 'currency', 'period')})?"
    patterns = {
        "total": rf"\d*(?:{_any('period')})?(?:{_any('total')}){_OF}{of_what}\d*{of_what}",
        "total or a name": rf"(?:{_any('total or a name', 'count')}){_OF}(?:{_any('currency')})?(\d*)",
        "count": rf"(?:{_any('around a count')})*\d+(?:{counted})(?:{around})*{seconds}"
        rf"|(?:{how_many}){_OF}(?:{counted})?\d+",
        "statement": rf"(?:{_any('statement')}).*",
        "without a name": rf"(?:{_any('without a name')})|(?:{_any('without a name, of')}).+",
    }
    return re.compile(patterns[kind], re.DOTALL)


@cache
def _remarks() -> frozenset[str]:
    return frozenset(map(letters, _WORDS["remark"]))


_SIGNS: Final = tuple(_WORDS["sign"])
_LABEL: Final = re.compile(r"([^:：]{1,40}?)\s*[:：](?!//)(?!\d\d\b)\s*(.*)", re.DOTALL)
FILE: Final = re.compile(
    r"[^@\n]{0,200}(?:[a-z]{3}|[^a-z\s.@])\.(?:pdf|docx?|xls[xmb]?|pptx?|odt|ods|odp|rtf|txt|csv|json|xml|html?|jpe?g|png"
    r"|bmp|tiff?|webp|heic|svg|zip|rar|mp[34]|avi|mkv|wav|mov|eml|msg|exe)\s*",
    re.IGNORECASE,
)
"""A name with the ending of a file; before it stands more than an initial or a title (J.Doc). Endings that are surnames
too, such as Bak and Dat, are none."""

_JSON: Final = re.compile(r"""\{\s*".*""", re.DOTALL)
_LONGEST: Final = 300
_TELLING: Final = (
    "total",
    "total or a name",
    "period",
    "around a count",
    "count",
    "statement",
    "without a name",
    "without a name, of",
)
"""Kinds of words that a row begins with; before the others stands a number, or behind them a colon."""


def _beginnings() -> frozenset[str]:
    """How the words of the table begin: their first word, and one or two characters of scripts without spaces."""
    first = [word.casefold().partition(" ")[0] for head in _TELLING for word in _WORDS[head]]
    short = (word[:length] for word in first if word > "\u0e00" for length in (1, 2))
    return frozenset([*first, *map(letters, first), *short])


_BEGINNINGS: Final = _beginnings()


def said_of(cells: Sequence[str], at: int, filled: Sequence[int]) -> str | None:
    """The kind of evidence in the words of a cell, if there is any."""
    cell = cells[at].strip()[:_LONGEST]
    spelled = letters(cell)
    label = _LABEL.fullmatch(cell)
    if label and letters(label[1]) in _remarks():
        return "remark"
    if _pattern("total").fullmatch(spelled):
        return "total"
    if _pattern("count").fullmatch(spelled):
        return "count"
    if _JSON.fullmatch(cell):
        return "for programs"
    if FILE.fullmatch(cell):
        return "file"
    if cell.startswith(_SIGNS) or _pattern("statement").fullmatch(spelled):
        return "statement"
    if _pattern("without a name").fullmatch(spelled):
        return "without a name"
    if total := _pattern("total or a name").fullmatch(spelled):
        return "total" if total[1] or label else "total or a name"
    if label is None or not any(map(str.isalpha, label[1])):
        return None
    return "label" if label[2] else _beside_a_label(cells, at, filled)


def _beside_a_label(cells: Sequence[str], at: int, filled: Sequence[int]) -> str:
    """The kind of evidence in a label without a value: of several in a row, or of one before its value."""
    if any(is_label(cells[index]) for index in filled if index != at):
        return "labels"
    return "form" if at + 1 in filled else "label"


def is_label(cell: str) -> bool:
    """Whether a cell is words and a colon, with nothing behind it: 填报人："""
    label = _LABEL.fullmatch(cell.strip()[:_LONGEST])
    return label is not None and not label[2] and any(map(str.isalpha, label[1])) and not re.search(r"\d", label[1])


def is_letter(cell: str) -> bool:
    """Whether a cell is one letter of an alphabet with capitals: an address book's heading, or the sign of a mean."""
    text = cell.strip()
    return len(text) == 1 and text.lower() != text.upper()


def of_makers(cells: Sequence[str], name: int) -> str | None:
    """The kind of evidence in a name that tells who made the list: words for it before a colon, or a remark's with a
    label beside."""
    cell = cells[name].strip()[:_LONGEST]
    label = _LABEL.fullmatch(cell)
    if label is None or not label[2]:
        return None
    if _pattern("statement").fullmatch(letters(cell)):
        return "statement"
    beside = any(at != name and _LABEL.fullmatch(other.strip()[:_LONGEST]) for at, other in enumerate(cells))
    return "remark" if beside and letters(label[1]) in _remarks() else None


def is_odd(cell: str, titles: Container[str]) -> bool:
    """Whether a cell needs a closer look: a glance of 0.5 µs, since a list without addresses takes one a row.
    ``titles`` are in lower case."""
    if not cell or cell.isspace():
        return False
    if len(cell) == 1 or ":" in cell or "：" in cell or not cell[0].isalpha() or "." in cell[-5:-2]:
        return True
    folded = cell.casefold()
    word = folded.partition(" ")[0].strip(".,;-")
    if word in _BEGINNINGS or folded.rstrip() in titles:
        return True
    return not word.isascii() and (letters(word) in _BEGINNINGS or not _BEGINNINGS.isdisjoint((word[:1], word[:2])))
