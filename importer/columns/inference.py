"""Where titles say nothing the content decides: what the cells of a column look like, if one column alone does.

Nothing here is a guess between two: of several columns that look alike none is taken, and the user is told. Values
that repeat are nobody's own (the address of a sales manager, a switchboard, a city).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final, NamedTuple

from importer.columns.choice import INFERRED, Offer
from importer.columns.titles import column_letter, letters, told_apart
from importer.models import NAME_PARTS, Row

NEARLY_ALL: Final = 0.9
"""The share of a column's filled cells that must look like the field."""

OWN: Final = 0.8
"""The share of the filled cells that must differ, once there are a few."""

_FEW: Final = 5
_LEAST: Final = 2  # cells for a kind that is less sure: digits without a country code, names

_EMAIL: Final = re.compile(
    r"(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}|[^@]{1,80}<[^\s@<>]+@[^\s@<>]+>", re.I
)
_INTERNATIONAL: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{6,14}", re.I)
_PICTURE: Final = re.compile(
    r"https?://(?:[^\s?#]+\.(?:png|jpe?g|gif|webp|svg|bmp|avif|heic)(?:[?#]\S*)?"
    r"|(?:[a-z0-9-]+\.)*(?:gravatar\.com|googleusercontent\.com|qlogo\.cn|licdn\.com)/\S+)",
    re.I,
)
_PUNCTUATION: Final = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")

NATIONAL_NUMBERS: Final = tuple(
    re.compile(shape)
    for shape in (
        r"1[3-9][0-9]{9}",  # a mobile number of China
        r"1?[2-9][0-9]{2}[2-9][0-9]{6}",  # North America
        r"0[1-9][0-9]{7,10}",  # a trunk prefix: most of Europe and Asia
        r"0[1-9][0-9]{0,3}[0-9]{7,8}",
    )
)
"""Digits without a country code that are as long, and begin, as phone numbers do."""

GENERIC_TITLES: Final = re.compile(
    r"(?:column|col|field|unnamed|spalte|colonne|columna|coluna|kolom|столбец|列|字段|栏)?[0-9]{0,4}|column[a-z]{1,3}"
)
"""Titles, as ``titles.letters`` spells them, that say nothing: made up by a program, or empty."""

CHINESE_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆汪范廖石金韦贾夏付傅方邹熊白孟秦"
    "邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧張劉陳楊黃趙吳孫馬羅鄭謝許韓鄧馮蕭蔣葉蘇魏呂盧鍾譚陸韋賈鄒閻龍賀顧龔萬錢嚴湯歐"
)
"""The commonest, which nine of ten people have; they tell a name from a city."""

_CHINESE_NAME: Final = re.compile("[\u4e00-\u9fff]{2,4}")
_NAME_WORDS: Final = (2, 3)
_LONGEST_NAME: Final = 40


class _Kind(NamedTuple):
    """A field, what its cells look like, and whether any title gives way or only one that says nothing."""

    field: str
    looks: Callable[[Sequence[str]], bool]
    any_title: bool = True


def infer(
    sample: Sequence[Row], titles: Sequence[str], free: Sequence[int], served: AbstractSet[str]
) -> tuple[list[Offer], list[str]]:
    """Offers of the ``free`` columns for fields that are not ``served``, and what was in doubt.

    ``sample`` is the first rows; a column must look like the field in nearly all of its filled cells.
    """
    cells = {index: _filled(sample, index) for index in free}
    offers: list[Offer] = []
    notes: list[str] = []
    for field, looks, any_title in _KINDS:
        if field in served or (field == "name" and served & {*NAME_PARTS}):
            continue
        left = [index for index in free if any_title or says_nothing(titles[index])]
        alike = [index for index in left if cells[index] and _own(cells[index]) and looks(cells[index])]
        alike = [index for index in alike if index not in {offer.column for offer in offers}]
        if len(alike) == 1:
            offers.append(Offer(INFERRED, alike[0], field))
        elif alike:
            notes.append(_doubt(field, alike, titles))
    return offers, notes


def says_nothing(title: str) -> bool:
    """Whether a title is empty, a bare number, or made up (``Column B``, ``Unnamed: 3``, ``列1``)."""
    return GENERIC_TITLES.fullmatch(letters(title)) is not None


def _filled(sample: Sequence[Row], index: int) -> list[str]:
    texts = (unicodedata.normalize("NFKC", row.cells[index]).strip() for row in sample if index < len(row.cells))
    return [text for text in texts if text]


def _own(cells: Sequence[str]) -> bool:
    return len(cells) < _FEW or len(set(cells)) >= OWN * len(cells)


def _nearly_all(cells: Sequence[str], like: Callable[[str], object]) -> bool:
    return sum(bool(like(cell)) for cell in cells) >= NEARLY_ALL * len(cells)


def _emails(cells: Sequence[str]) -> bool:
    return _nearly_all(cells, _EMAIL.fullmatch)


def _pictures(cells: Sequence[str]) -> bool:
    return _nearly_all(cells, _PICTURE.fullmatch)


def _phones(cells: Sequence[str]) -> bool:
    """Numbers with a country code; or digits of the lengths of phone numbers that neither count nor are dates."""
    numbers = [_PUNCTUATION.sub("", cell.strip("'")) for cell in cells]
    if _nearly_all(numbers, _INTERNATIONAL.fullmatch):
        return True
    bare = [number for number in numbers if not _INTERNATIONAL.fullmatch(number)]
    return (
        len(bare) >= _LEAST
        and _nearly_all(numbers, lambda text: _INTERNATIONAL.fullmatch(text) or _national(text))
        and not _counts([int(number) for number in bare if number.isdecimal()])
        and not _nearly_all(bare, _dated)
    )


def _national(number: str) -> bool:
    return any(shape.fullmatch(number) for shape in NATIONAL_NUMBERS)


def _counts(numbers: Sequence[int]) -> bool:
    """Whether numbers are drawn from one counter: nearly as close together as they can be."""
    return bool(numbers) and max(numbers) - min(numbers) < 10 * len(numbers)


def _dated(number: str) -> bool:
    """Whether digits begin as a date does: ``20240131``, ``202401311200``, ``31012024``."""
    year_first, day_first = (number[:4], number[4:6], number[6:8]), (number[4:8], number[2:4], number[:2])
    return _is_date(*year_first) or _is_date(*day_first)


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2100
    except ValueError:
        return False


def _names(cells: Sequence[str]) -> bool:
    return len(cells) >= _LEAST and _nearly_all(cells, _like_a_name) and _nearly_all(cells, _named)


def _like_a_name(cell: str) -> bool:
    """A short text of letters, and of the marks that stand in names."""
    return len(cell) <= _LONGEST_NAME and all(
        character in " .'’-·," or unicodedata.category(character)[0] in "LM" for character in cell
    )


def _named(cell: str) -> bool:
    """Two or three words that begin as names do, or a Chinese name with one of the common surnames."""
    if _CHINESE_NAME.fullmatch(cell):
        return cell[0] in CHINESE_SURNAMES
    words = cell.split()
    return len(words) in _NAME_WORDS and not words[-1][0].islower()


_KINDS: Final = (
    _Kind("email", _emails),
    _Kind("phone_number", _phones),
    _Kind("avatar_url", _pictures),
    _Kind("name", _names, any_title=False),
)
"""From the surest to the least; a column is taken once."""


def _doubt(field: str, columns: Sequence[int], titles: Sequence[str]) -> str:
    names = told_apart(titles)
    where = " and ".join(f'"{names[index]}" ({column_letter(index)})' for index in columns)
    return f'{where} all look like {field}: none is used; --map "{names[columns[0]]}={field}" takes the first'
