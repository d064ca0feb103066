"""Whether the cells of a column are names of people: by their shape, and by the commonest names of many countries."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from importer.titles import letters

LEAST: Final = 2
"""A kind that is less sure (names, digits without a country code) needs so many cells."""

NEARLY_ALL: Final = 0.9
"""The share of a column's filled cells that must look like the field."""

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
_PARTICLE: Final = re.compile("das?|de[lnr]?|della|dos?|d[iu]|l[ae]|v[ao]n|ten|ter|zu|bin|ibn|[ae]l|[ye]", re.I)
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


def are_names(cells: Sequence[str]) -> bool:
    """Names by their shape, with a common one in a third of the cells: cities, goods and jobs have the shape too."""
    return may_be_names(cells) and sum(map(_surely_named, cells)) >= _EVIDENCE * len(cells)


def may_be_names(cells: Sequence[str]) -> bool:
    """Whether nearly all cells have the shape of names, and hardly one a word of ``NOT_OF_NAMES``."""
    strange = sum(not NOT_OF_NAMES.isdisjoint(_plain_words(cell)) for cell in cells)
    return (
        len(cells) >= LEAST
        and nearly_all(cells, _like_a_name)
        and nearly_all(cells, _named)
        and strange <= _STRANGE * len(cells)
    )


def nearly_all(cells: Sequence[str], like: Callable[[str], object]) -> bool:
    """Whether a column's filled cells look like a field but for a few."""
    return sum(bool(like(cell)) for cell in cells) >= NEARLY_ALL * len(cells)


def _like_a_name(cell: str) -> bool:
    """A short text of letters, and of the marks that stand in names."""
    return len(cell) <= _LONGEST_NAME and all(
        character in " .'’-·," or unicodedata.category(character)[0] in "LM" for character in cell
    )


def _named(cell: str) -> bool:
    """Two words or more that all begin as names do, or a Chinese, Korean or Japanese name with a common surname."""
    if _CHINESE_NAME.fullmatch(cell) or _KOREAN_NAME.fullmatch(cell):
        return _surely_named(cell)
    words = [word for word in cell.split() if not _PARTICLE.fullmatch(word)]
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
