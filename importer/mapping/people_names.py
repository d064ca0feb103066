"""Tell whether a column holds names of people, by their shape and by the commonest names of many countries."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.texts import letters

LEAST: Final = 2
"""Less certain kinds (names, digits without a country code) need at least so many cells."""

NEARLY_ALL: Final = 0.9
"""The share of a column's filled cells that must look like the field."""

_WORDS: Final = word_table(__file__, "people_names.txt", None)
_CHINESE_SURNAMES: Final = frozenset("".join(_WORDS["chinese"]))
_RARE_CHINESE_SURNAMES: Final = frozenset("".join(_WORDS["rare chinese"]))
_KOREAN_SURNAMES: Final = frozenset("".join(_WORDS["korean"]))
_JAPANESE_SURNAMES: Final = tuple(_WORDS["japanese"])
_COMPOUND_SURNAMES: Final = frozenset(_WORDS["compound"])
_FIRST_NAMES: Final = frozenset(_WORDS["given"])
_LAST_NAMES: Final = frozenset(_WORDS["family"])
_COMMON_NAMES: Final = _FIRST_NAMES | _LAST_NAMES
_NOT_OF_NAMES: Final = frozenset(_WORDS["firms"] + _WORDS["not of names"])

_FIRMS: Final = (rf"\b(?:{'|'.join(_WORDS['firms'] + _WORDS['companies'])})\b", *_WORDS["companies in one word"])
_COMPANY: Final = re.compile("|".join(_FIRMS), re.IGNORECASE)
EVIDENCE: Final = 1 / 3
_STRANGE: Final = 0.1
_PARTICLE: Final = re.compile("|".join(_WORDS["particles"]), re.I)
_SLAVIC_ENDING: Final = re.compile(rf"\w+(?:{'|'.join(_WORDS['slavic endings'])})", re.I)
_PATRONYMIC: Final = re.compile(rf"\w+(?:{'|'.join(_WORDS['patronymics'])})", re.I)
_CHINESE_OTHER: Final = re.compile("|".join(_WORDS["not chinese"]))
_EAST_ASIAN_WORD: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff々]{1,4}|[가-힣]{1,3}")
_NAME_WORDS: Final = range(2, 6)
_FOUR: Final = 4
_LONGEST_NAME: Final = 40


@cache
def _east_asian() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Chinese, Japanese and Korean names; made when a cell first has more than ASCII, in 3 ms."""
    japanese = "[\u3040-\u30ff\u4e00-\u9fff々]{1,4}"
    return re.compile("[\u4e00-\u9fff]{2,4}"), re.compile(f"{japanese} ?{japanese}"), re.compile("[가-힣]{3}")


def are_names(cells: Sequence[str]) -> bool:
    """Whether cells have the shape of names and a third a common name: cities, goods and jobs have the shape too."""
    return may_be_names(cells) and have_common_names(cells)


def have_common_names(cells: Sequence[str]) -> bool:
    """Whether a third of the cells have a common name in them, whatever their shape."""
    return sum(map(_surely_named, cells)) >= EVIDENCE * len(cells)


def may_be_names(cells: Sequence[str]) -> bool:
    """Whether nearly all cells have the shape of names, and hardly any has a word of ``_NOT_OF_NAMES``."""
    strange = sum(not _NOT_OF_NAMES.isdisjoint(_plain_words(cell)) for cell in cells)
    return (
        len(cells) >= LEAST
        and nearly_all(cells, _like_a_name)
        and nearly_all(cells, _named)
        and strange <= _STRANGE * len(cells)
    )


def share_of_companies(cells: Sequence[str]) -> float:
    """The share of the cells with a word of ``_COMPANY`` (GmbH, Ltd, 公司), which are no people."""
    return sum(_COMPANY.search(cell) is not None for cell in cells) / max(len(cells), 1)


def first_and_last(cells: Sequence[str]) -> tuple[float, float]:
    """The shares of the cells that are a common first name, and a common last name; some are both."""
    parts = [*map(_parts, cells)]
    return tuple(sum(part in found for found in parts) / max(len(parts), 1) for part in ("first", "last"))  # type: ignore[return-value]


def are_patronymics(cells: Sequence[str]) -> bool:
    """Whether nearly all cells are named after a father: Иванович, Петровна."""
    return len(cells) >= LEAST and nearly_all(cells, _PATRONYMIC.fullmatch)


def script(text: str) -> frozenset[str]:
    """The scripts of a text's letters, as Unicode names them: LATIN, CYRILLIC, CJK."""
    return frozenset(unicodedata.name(char, "").partition(" ")[0] for char in text if char.isalpha())


def _parts(cell: str) -> set[str]:
    """Which parts of a name a cell may be."""
    if _EAST_ASIAN_WORD.fullmatch(cell):
        alone = len(cell) == 1 and (cell in _CHINESE_SURNAMES or cell in _KOREAN_SURNAMES)
        if alone or cell in _COMPOUND_SURNAMES or cell in _JAPANESE_SURNAMES:
            return {"last"}
        return set() if _CHINESE_OTHER.fullmatch(cell) else {"first"}
    words = _plain_words(cell)
    first, last = not _FIRST_NAMES.isdisjoint(words), not _LAST_NAMES.isdisjoint(words)
    last |= _SLAVIC_ENDING.fullmatch(cell) is not None and not first
    return {part for part, said in (("first", first), ("last", last)) if said}


def is_like_a_name(cell: str) -> bool:
    """Whether one cell has the form of a full name, with no word that tells of other things."""
    return _like_a_name(cell) and _named(cell) and _NOT_OF_NAMES.isdisjoint(_plain_words(cell))


def nearly_all(cells: Sequence[str], like: Callable[[str], object]) -> bool:
    """Whether all but a few of a column's filled cells pass the test ``like``."""
    return sum(bool(like(cell)) for cell in cells) >= NEARLY_ALL * len(cells)


def _like_a_name(cell: str) -> bool:
    """Whether a cell is short and has only letters and the marks of names."""
    return len(cell) <= _LONGEST_NAME and all(
        character in " .'’-·," or unicodedata.category(character)[0] in "LM" for character in cell
    )


def _named(cell: str) -> bool:
    """Whether a cell is two words or more in capitals, or a Chinese or Korean name; one with a rare surname may be a
    word, and others beside it are names."""
    if not cell.isascii():
        chinese, _, korean = _east_asian()
        if chinese.fullmatch(cell) or korean.fullmatch(cell):
            return _surely_named(cell) or (len(cell) < _FOUR and cell[0] in _RARE_CHINESE_SURNAMES)
    words = [word for word in cell.split() if not _PARTICLE.fullmatch(word)]
    return len(words) in _NAME_WORDS and not any(word[0].islower() for word in words)


def _surely_named(cell: str) -> bool:
    if not cell.isascii():
        chinese, japanese, korean = _east_asian()
        if chinese.fullmatch(cell) and cell[0] in _CHINESE_SURNAMES:
            return not _CHINESE_OTHER.fullmatch(cell)
        if japanese.fullmatch(cell):
            return cell.startswith(_JAPANESE_SURNAMES) and not _CHINESE_OTHER.fullmatch(cell)
        if korean.fullmatch(cell):
            return cell[0] in _KOREAN_SURNAMES and cell[-1] not in "시구군"
    words = _plain_words(cell)
    return not _COMMON_NAMES.isdisjoint(words) or any(map(_SLAVIC_ENDING.fullmatch, cell.split()))


def _plain_words(cell: str) -> list[str]:
    return [letters(word) for word in re.split(r"[^\w]+", cell)]
