"""Where titles say nothing the content decides: what the cells of a column look like, if one column alone does.

Nothing here is a guess between two: of several columns that look alike none is taken, and the user is told. Values
that repeat are nobody's own (the address of a sales manager, a switchboard, a city). Where a title is made up, as in
the errors file of a file without titles, a column is also taken for the addresses or numbers that it tries to hold.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final, NamedTuple

from importer.countries import calling_country
from importer.mapping.choice import INFERRED, Candidate
from importer.message import Message, with_and
from importer.models import NAME_PARTS, Row
from importer.titles import column_letter, letters, told_apart

NEARLY_ALL: Final = 0.9
"""The share of a column's filled cells that must look like the field."""

OWN: Final = 0.8
"""The share of the filled cells that must differ, once there are a few."""

_DIALLED: Final = re.compile(r"\(?(?:\+|00)? ?[0-9]{1,4}(?:\.0|[ -]?\(?[0-9]{3,4})?\)?")
_DIALLED_ABROAD: Final = re.compile(r"\(?(?:\+|00) ?[0-9]{1,4}(?:[ -]?\(?[0-9]{3,4})?\)?|86")
_COUNTED: Final = re.compile(r"0|[1-9][0-9]{0,6}")
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
_ATTEMPTED_EMAIL: Final = re.compile(r"(?:\S{1,60} )?\S{1,60}@ ?\S{0,80}")
_NEARLY_EMAIL: Final = re.compile(r"(?:[^\s@]{2,60}(?:#|\(at\)|\[at\]| at |\.)|@)[^\s@]{1,60}\.[a-z]{2,10}", re.I)
_ATTEMPTED_PHONE: Final = re.compile(r"(?:tel:)?\+?[0-9OolI]{4,20}[A-Za-z]{0,3}|[0-9]{2,16}E\+(?:0?9|1[0-4])", re.I)
_PLUS_NUMBER: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{3,18}")
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

KOREAN_SURNAMES: Final = frozenset("김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노")

_SURNAMES_OF_JAPAN: Final = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 齋藤 斉藤 "
    "清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 "
    "太田 西村 藤井 金子 岡本 藤原 三浦 中野 原田 松田 竹内 上田"
)
JAPANESE_SURNAMES: Final = tuple(_SURNAMES_OF_JAPAN.split())

_COMMON_NAMES: Final = (
    "adam ahmad ahmed aisha akira alan albert alejandro alessandro alex alexander alexandra alexey ali alice allen "
    "amanda amy ana anders andersen anderson andersson andrea andreas andrei andrew angela anita ann anna anne "
    "antonio arjun bakker becker ben benjamin bernard bernd bianchi bob brian brown bruno budi camille carl carla "
    "carlos carmen caroline catherine cecilia chao charles charlotte chen choi chris christian christina claire "
    "clark claudia cohen costa cristina daniel daniela david davis deepak demir dewi diana diaz diego dmitry dubois "
    "durand edward elena elizabeth emily emma eric esposito eva fabio fatima felix fernandez fernando ferrari "
    "fischer francesca francesco francisco frank gabriel garcia george giovanni giulia giuseppe gomez gonzalez gupta "
    "gustavo haddad hans hansen harris hassan heidi helen henry hernandez hoffmann huang hugo hussain hussein ian "
    "ibrahim ines ingrid ionescu irina isabel ivan ivanov jack jackson james jan jane jansen janssen jean jennifer "
    "jens jensen jessica jim joana joao joe johansson john johnson jones jorge jose joseph juan julia julie karen "
    "karl karlsson katarzyna kate katharina kaya kevin khalid khan kim klaus korhonen kowalski kumar lars larsen "
    "laura layla lee leroy lewis li lin linda lisa liu lopez louis lucas lucia luis luisa lukas ma magdalena "
    "marc marco maria marie mario mark marta martin martinez mary matteo matthew mehmet mei meyer michael michel "
    "miguel mike miller mohamed mohammad mohammed monica moore moreau mueller muhammad muller mustafa nadia nagy "
    "natalia nathalie nguyen nicolas nielsen nilsson nina noah novak nowak nurul oleg olga oliveira oliver olivia "
    "olsen omar oscar pablo paolo papadopoulos park patel patricia patrick paul paulo pavel pedro pereira perez "
    "peter petit petra petrov pham philip philippe pierre piotr popescu priya rachel rafael rahul raj ramirez "
    "rebecca ricardo richard robert roberto robinson rodriguez romano rosa rossi russo ryan samuel sanchez sandra "
    "sanjay santos sara sarah sato schmidt schneider schulz scott sebastian sergei sergio shah sharma silva singh "
    "siti smirnov smith sofia sophie souza stefan stephen steven sun sunita susan suzuki svetlana svoboda szabo "
    "takahashi takashi tanaka taylor thomas thompson tim tom tomasz torres tran ursula valentina vera victor "
    "victoria vikram virtanen visser vladimir vries wagner walker walter wang watanabe weber wei white williams "
    "wilson wolfgang wright wu xiaoming xu yamamoto yan yang yasmin yilmaz young yuki yusuf zahra zhang zhao zhou "
    "zhu"
)
COMMON_NAMES: Final = frozenset(_COMMON_NAMES.split())
"""First and last names of many people in many countries: in a list of people a third of the rows have one or more."""

_NOT_OF_NAMES: Final = (
    "inc ltd llc gmbh ag co corp company group holding holdings limited bank hotel restaurant school university "
    "sales manager director officer engineer assistant developer consultant lead head chief senior junior account "
    "new los las san santa saint st fort port north south east west city town island road street avenue lane "
    "customer client vip gold silver premium basic plan pack shirt phone call email follow up the and of for with"
)
NOT_OF_NAMES: Final = frozenset(_NOT_OF_NAMES.split())
"""Words of companies, jobs, places, tags and goods: a column in which some cells have one holds no people."""

_EVIDENCE: Final = 1 / 3
_STRANGE: Final = 0.1
_PARTICLES: Final = frozenset(
    (
        *("de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "ten"),
        *("ter", "zu", "bin", "ibn", "al", "el", "y", "e"),
    )
)
_SLAVIC_ENDING: Final = re.compile(r"\w+(?:ов|ова|ев|ева|ёв|ин|ина|ский|ская|вич|вна|енко|чук|ський|ська)", re.I)
_CHINESE_NAME: Final = re.compile("[\u4e00-\u9fff]{2,4}")
_CHINESE_OTHER: Final = re.compile(
    ".*[州市省县區区镇村路街店厂部组室局院校]|.+(?:公司|集团|会员|客户|用户|科技|软件)|..(?:经理|总监|主管|专员)"
    "|沈阳|江门|唐山|金华|马鞍山|石家庄|石狮|金昌|白城|白银|白山|吕梁|高级.*|金牌.*|黄金.*|白金.*"
)
_KOREAN_NAME: Final = re.compile("[가-힣]{3}")
_JAPANESE_NAME: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff々]{1,4} ?[\u3040-\u30ff\u4e00-\u9fff々]{1,4}")
_NAME_WORDS: Final = range(2, 6)
_LONGEST_NAME: Final = 40


def merely_counts(sample: Sequence[Row], index: int) -> bool:
    """Whether a column's cells are 1, 2, 3, … (or from 0): a list's running number, which says nothing of a person."""
    cells = [row.cells[index].strip().lstrip("0") or "0" for row in sample if index < len(row.cells)]
    return len(cells) > 1 and any(cells == [str(number + start) for number in range(len(cells))] for start in (0, 1))


def rises(sample: Sequence[Row], index: int) -> bool:
    """Whether a column could be a part of one that counts: whole numbers without a zero before, each above the last."""
    cells = _filled(sample, index)
    numbers = [int(cell) for cell in cells if _COUNTED.fullmatch(cell)]
    return bool(cells) and len(numbers) == len(cells) and all(map(int.__lt__, numbers, numbers[1:]))


def calling_codes(sample: Sequence[Row], index: int, *, bare: bool) -> bool:
    """Whether a column holds calling codes (``+49``, ``0049``), or also as mere digits if ``bare``; a few may be wrong.

    86 is China's however it is written: no area has that code.
    """
    cells = _filled(sample, index)
    shape = _DIALLED if bare else _DIALLED_ABROAD
    known = sum(calling_country(cell) is not None for cell in cells if shape.fullmatch(cell))
    return known * 2 > len(cells) and all(map(shape.fullmatch, cells))


class _Kind(NamedTuple):
    """A field, what its cells look like, and whether any title gives way or only one that says nothing.

    A column that only ``may`` be the field is reported, not taken.
    """

    field: str
    looks: Callable[[Sequence[str]], bool]
    any_title: bool = True
    may: Callable[[Sequence[str]], bool] | None = None


def infer(
    sample: Sequence[Row], titles: Sequence[str], free: Sequence[int], served: AbstractSet[str]
) -> tuple[list[Candidate], list[Message]]:
    """Offers of the ``free`` columns for fields that are not ``served``, and what was in doubt.

    ``sample`` is the first rows; a column must look like the field in nearly all of its filled cells.
    """
    cells = {index: found for index in free if (found := _filled(sample, index)) and _own(found)}
    offers: list[Candidate] = []
    notes: list[Message] = []
    settled = {*served, "name"} if served & {*NAME_PARTS} else {*served}
    for kind in _KINDS:
        left = [index for index in cells if kind.any_title or says_nothing(titles[index])]
        left = [index for index in left if index not in {offer.column for offer in offers}]
        alike = [index for index in left if kind.field not in settled and kind.looks(cells[index])]
        if len(alike) == 1:
            offers.append(Candidate(INFERRED, alike[0], kind.field))
        elif alike:
            notes.append(_doubt(kind.field, alike, titles))
        elif kind.may and kind.field not in settled:
            notes.extend(_perhaps(kind.field, index, titles) for index in left if kind.may(cells[index]))
        settled |= {kind.field} if alike else set()
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


def _attempted_emails(cells: Sequence[str]) -> bool:
    """Mostly with an ``@``, and the others as nearly an address; but the names of ``@somebody`` are none."""
    tried = sum(_ATTEMPTED_EMAIL.fullmatch(cell) is not None for cell in cells)
    return tried * 2 >= len(cells) and _nearly_all(
        cells, lambda cell: _ATTEMPTED_EMAIL.fullmatch(cell) or _NEARLY_EMAIL.fullmatch(cell)
    )


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


def _attempted_phones(cells: Sequence[str]) -> bool:
    """Digits throughout, at least half of them a phone number's or behind a ``+``; neither counted nor dates."""
    numbers = [_PUNCTUATION.sub("", cell.strip("'")) for cell in cells]
    sure = [number for number in numbers if _PLUS_NUMBER.fullmatch(number) or _national(number)]
    abroad = any(map(_PLUS_NUMBER.fullmatch, sure))
    return (
        len(sure) * 2 >= len(numbers)
        and (abroad or len(sure) >= _LEAST)
        and _nearly_all(numbers, _ATTEMPTED_PHONE.fullmatch)
        and not _counts([int(number) for number in numbers if number.isdecimal()])
        and not any(map(_dated, numbers))
    )


def _may_be_phones(cells: Sequence[str]) -> bool:
    """Digits of the lengths of phone numbers, which may as well be counted ids or dates."""
    numbers = [_PUNCTUATION.sub("", cell.strip("'")) for cell in cells]
    return len(numbers) >= _LEAST and _nearly_all(numbers, _national)


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
    """Names by their shape, with a common one in a third of the cells: cities, goods and jobs have the shape too."""
    return _may_be_names(cells) and sum(map(_surely_named, cells)) >= _EVIDENCE * len(cells)


def _may_be_names(cells: Sequence[str]) -> bool:
    strange = sum(not NOT_OF_NAMES.isdisjoint(_plain_words(cell)) for cell in cells)
    return (
        len(cells) >= _LEAST
        and _nearly_all(cells, _like_a_name)
        and _nearly_all(cells, _named)
        and strange <= _STRANGE * len(cells)
    )


def _like_a_name(cell: str) -> bool:
    """A short text of letters, and of the marks that stand in names."""
    return len(cell) <= _LONGEST_NAME and all(
        character in " .'’-·," or unicodedata.category(character)[0] in "LM" for character in cell
    )


def _named(cell: str) -> bool:
    """Two words or more that all begin as names do, or a Chinese, Korean or Japanese name with a common surname."""
    if _CHINESE_NAME.fullmatch(cell) or _KOREAN_NAME.fullmatch(cell):
        return _surely_named(cell)
    words = [word for word in cell.split() if word.casefold() not in _PARTICLES]
    return len(words) in _NAME_WORDS and not any(word[0].islower() for word in words)


def _surely_named(cell: str) -> bool:
    if _CHINESE_NAME.fullmatch(cell) and cell[0] in CHINESE_SURNAMES:
        return not _CHINESE_OTHER.fullmatch(cell)
    if _JAPANESE_NAME.fullmatch(cell):
        return cell.startswith(JAPANESE_SURNAMES) and not _CHINESE_OTHER.fullmatch(cell)
    if _KOREAN_NAME.fullmatch(cell):
        return cell[0] in KOREAN_SURNAMES and cell[-1] not in "시구군"
    words = _plain_words(cell)
    return not COMMON_NAMES.isdisjoint(words) or any(map(_SLAVIC_ENDING.fullmatch, cell.split()))


def _plain_words(cell: str) -> list[str]:
    return [letters(word) for word in re.split(r"[^\w]+", cell)]


_KINDS: Final = (
    _Kind("email", _emails),
    _Kind("phone_number", _phones),
    _Kind("avatar_url", _pictures),
    _Kind("email", _attempted_emails, any_title=False),
    _Kind("phone_number", _attempted_phones, any_title=False, may=_may_be_phones),
    _Kind("name", _names, any_title=False, may=_may_be_names),
)
"""From the surest to the least; a column is taken once."""


def _doubt(field: str, columns: Sequence[int], titles: Sequence[str]) -> Message:
    names = told_apart(titles)
    return Message(
        '{columns} all look like {field}: none is used; --map "{title}={field}" takes the first',
        columns=with_and([f'"{names[index]}" ({column_letter(index)})' for index in columns]),
        field=field,
        title=names[columns[0]],
    )


def _perhaps(field: str, column: int, titles: Sequence[str]) -> Message:
    name = told_apart(titles)[column]
    return Message(
        '"{title}" ({letter}) may be {field}, or something else: not used; --map "{title}={field}" takes it',
        title=name,
        letter=column_letter(column),
        field=field,
    )
