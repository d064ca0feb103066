"""Guess the encoding of a text from the characters that it would have in each. Pure."""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from importer.loader.alphabets import Decoding, decodings

TOLD: Final = 3.5
"""A difference of likelihoods (natural logarithms) that decides: 33 to 1."""
# An encoding needs this share of plausible characters: a wrong guess passes, for nobody checks 5,000 names.
_LEAST_PLAUSIBLE: Final = 0.6
# Natural logarithms: the likelihood of a character of level 1, what a higher level adds, the likelihood of a misread.
_EVERYDAY: Final = -9.5
_RARE: Final = -4.0
_MISREAD: Final = -12.0

_WORD: Final = re.compile(r"\w+")
_BETWEEN_LETTERS: Final = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]+(?=[A-Za-z])")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")

# What names of people, places and companies and the titles above them are mostly written with, by frequency.
_JAPANESE: Final = (
    "田山藤社市番号会県目丁島本子区木村中町川佐株岡長崎太式高京香井合有限橋大横知林浜福生加部郡小美宮東鈴"
    "千三都石城同賀道和奈直口一裕野青上前名別森神樹西新戸伊品渡辺松谷学取北平府電業真日陽富印手也台吉葉馬"
    "水介愛里鳥分広秋屋氏潟郎形沖縄阪岩茨重徳埼玉歌南栃代静熊海滋良鹿児梨群岐阜多根古媛花文月明所原姓話携"
    "帯住郵便署役職備考顧客様担当者年性男女登録種確認済注商店支課主任先病院札幌仙春織綾幹清実下摩結衣舞七"
    "夏桃池佳浦保斎阿沢旛八修智武洋淳人翼零助聡険浩健翔刷充晃拓亮篤司情報治銀行英稔農康弘後食津涼気運輸通"
    "信建設鉱白近産金蔵遠港芝坂門立斉土浅草羽九江宿塚国四宅公園外虎折久街房栄瀬六場御夷隅丈内幸来豊睦家安"
    "弥筑鶴光脚輪泉細昭柿入間埜君丸兵庫奥網葛龍髙崇誠"
)
_SIMPLIFIED: Final = (
    "市司公有限县座州省路街信南技华息科张王号网海传媒李络门桂区秀西英北京国安东兰梅宁刘阳名建城户道玉陈丽"
    "明杨沈尔联天广成长都山文郑上电合淑哈别滨大沙苏重庆福津济波江红珍武青黄林易际机平杭集深圳汉肥昆发中业"
    "地来芳凤自治龙云连丹展姓手码邮箱址话系人备注客编称性男女生日部职位团股份贸实术化岛厦微源用会员渠标签"
    "荣新婷湖赵川吴金特周军香港强燕徐雪娟高霞马河飞孙博兴软朱柳郭辽行浩创春梁胡何通峰花宇罗鑫敏政族齐太佳"
    "雷子静利颖超夏俊涛洋澳永石贵刚台杰晶六萍原鹏畅彬维健莉和楠琴伟想吉倩嘉欢清方磊凯瑞志玲芝辉坤旭欣瑜璐"
    "亮岩帆万浦湾娜斌萧许浙莹帅洁谢艳魏勇晨曾冬家琳兵时银慧件韩邓唐宋四甘汇惠冯小禾壮泰戴蔡蒙肃田杜次曹盟"
    "木潘叶彭凌黑庄袁远疆吾双陕吕古巢余董关讯蒋辛寿徽丁藏世内回风商宜溪数字汕尾计淮亿冠开思恒算姚诚口白呼"
    "鲁程阜钟范潜岭崔熊冶动力谭姜诺腾毕莞汪邯郸镇樊荆盘梧廖任德拉萨傅陆卢佛潮邹水邱阎贾顾秦康纪乌滦快卓房"
    "欧"
)
_TRADITIONAL: Final = (
    "號公有限司林縣樓市陳美台之路街巷電份志中秀淑業股新北雄段麗華文灣門黃俊子宏竹資國張名稱李明東蘭訊雲金"
    "南王玉山義玲園高宜生龍行惠臺吳桃雅建蓮隆化湖投大嘉技香際楊劉企基一統花員澎港聯科彰苗栗家珠屏日男人來"
    "蔡豪動地郵源珍易姓話手機件址備註客戶編絡性別女部職貿實區弄九仔會標籤宇永冠和怡柏許翰光英素娟廷鳳忠德"
    "謝梅興平宗鄭婷琴正傑太銘月江邱品承民洪廖恩店慧榮賴曾成貞蘆賢郭信古霖銀三周里翔徐蘇卿芬營碧君安斗葉進"
    "橋哲復豐莊商八遠關良連福偉強輝視睿世丹羅何昌白飯呂達馬自田康佳原運蕭霞頭百貨廣鐵樹保靜沙洲雯坑石長星"
    "潘勝秋阿簡重政板彭凱仁航空牡瑋娥味橫壢天汐止鍾六堂維褒卑竿可草屯博海劍發彬游詹愛富鴻朴邦奇胡旅顏余春"
    "遊朱誠鎮威心彥施摩城梁體五漢沈軒松欣宥祥食盧寶陽章立柯戴詩涵歐"
)
_HANGUL: Final = (
    "시주김구이서영사자지성도대회정남현경광수전산박유원군동별천고호민은식강진로상한역가특길부리울준북치인"
    "양우일제윤청최안숙종하미충기라거면명읍오예순름포세훈소당재중마아월화여철장비옥메스선백보희번휴폰객직"
    "책담생년람초나권연문삼송조을홍승황신평류혜금석코개트용노온루분앙테논에봉발네손반단릉통레글벌공후려건"
    "춘드배흥환병헤란혁허씨니너차학웅잠실압촌언채어음락해크두심빈래덕파템윈태임푸른의"
)
_KANA: Final = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC, 0x30FB)))
_HALF_KANA: Final = "".join(map(chr, range(0xFF66, 0xFFA0)))


@dataclass(frozen=True)
class _EastAsian:
    """A two-byte encoding: the characters that are usual in names, and where its everyday characters lie.

    ``prior`` is how frequent its files are, as a natural logarithm. ``common`` holds characters and their share of a
    text; ``usual`` holds ranges (first lead byte, last lead byte, weight), and ``trail`` is their least second byte.
    """

    codec: str
    prior: float
    common: tuple[tuple[str, float], ...]
    usual: tuple[tuple[int, int, float], ...]
    trail: int

    @cached_property
    def _known(self) -> dict[str, float]:
        """The logarithm of the likelihood of each common character, the first list having the last word."""
        return {char: math.log(share / len(chars)) for chars, share in reversed(self.common) for char in chars}

    def weight(self, char: str) -> float:
        """How usual a character is: 1 in everyday use, 0 outside the ranges."""
        if char in self._known:
            return 1.0
        code = char.encode(self.codec)
        if len(code) != 2 or code[1] < self.trail:
            return 0.0
        return next((weight for first, last, weight in self.usual if first <= code[0] <= last), 0.0)

    def decoding(self, text: str) -> Decoding | None:
        """The text with its likelihood; ``None`` where too few characters are in everyday use.

        A character between Latin letters is a misread ``ü``.
        """
        apart = Counter(_NOT_ASCII.findall(_BETWEEN_LETTERS.sub("", text)))
        chars = len(_NOT_ASCII.findall(text))
        weights = {char: self.weight(char) for char in apart}
        if not chars or sum(weights[char] * times for char, times in apart.items()) < chars * _LEAST_PLAUSIBLE:
            return None
        likelihood = sum(
            times * self._known.get(char, _EVERYDAY + (1 - weights[char]) * _RARE) for char, times in apart.items()
        )
        return Decoding(self.codec, text, likelihood + (chars - apart.total()) * _MISREAD + self.prior)


# Level 1 of each national standard is in everyday use, level 2 is not.
_EAST_ASIAN: Final = (
    _EastAsian("cp949", 0, ((_HANGUL, 0.9),), ((0xA1, 0xA3, 1), (0xB0, 0xC8, 1)), 0xA1),
    _EastAsian(
        *("gb18030", 2, ((_SIMPLIFIED, 0.85), (_TRADITIONAL, 0.05))),
        *(((0xA1, 0xA3, 1), (0xB0, 0xD7, 1), (0xD8, 0xF7, 0.5)), 0xA1),
    ),
    _EastAsian("cp950", 0, ((_TRADITIONAL, 0.85),), ((0xA1, 0xA3, 1), (0xA4, 0xC6, 1), (0xC9, 0xF9, 0.3)), 0x40),
    _EastAsian(
        *("cp932", 0, ((_JAPANESE, 0.5), (_KANA, 0.4), (_HALF_KANA, 0.4))),
        *(((0x81, 0x83, 1), (0x88, 0x97, 1), (0x98, 0x9F, 0.5)), 0x40),
    ),
    _EastAsian(
        *("euc-jp", -1, ((_JAPANESE, 0.5), (_KANA, 0.4), (_HALF_KANA, 0.4))),
        *(((0xA1, 0xA3, 1), (0xB0, 0xCF, 1), (0xD0, 0xF4, 0.5)), 0xA1),
    ),
)


def plausible_encodings(evidence: bytes) -> list[str]:
    """Return the legacy encodings in which these bytes look like what people write, the likeliest first.

    All of them give the same text. Where two different texts are about as likely, the list is empty.
    """
    found = _found(evidence)
    same = [decoding for decoding in found if decoding.text == found[0].text]
    others = [decoding for decoding in found if decoding.text != found[0].text]
    if others and same[0].likelihood - others[0].likelihood < TOLD:
        return []
    return [decoding.codec for decoding in same]


def doubtful_decodings(evidence: bytes) -> list[tuple[str, str]]:
    """Return the encodings between which nothing decides, each with a word that differs; none unless several."""
    found = _found(evidence)
    first = {decoding.text: decoding for decoding in reversed(found)}  # of the same text the likeliest
    likely = [decoding for decoding in found if decoding is first[decoding.text]]
    likely = [decoding for decoding in likely if decoding.likelihood > found[0].likelihood - TOLD]
    words = list(zip(*(_WORD.findall(decoding.text) for decoding in likely), strict=False))
    differing = next((row for row in words if len({*row}) > 1), ())
    return [(decoding.codec, word) for decoding, word in zip(likely, differing, strict=False)]


def _found(evidence: bytes) -> list[Decoding]:
    """All plausible decodings, the likeliest first."""
    return sorted([*decodings(evidence), *_east_asian(evidence)], key=lambda decoding: -decoding.likelihood)


def _east_asian(evidence: bytes) -> Iterator[Decoding]:
    """The plausible decodings in two-byte encodings."""
    for encoding in _EAST_ASIAN:
        with suppress(UnicodeDecodeError):
            # Not final: the evidence may end in the middle of a character.
            text = codecs.getincrementaldecoder(encoding.codec)().decode(evidence)
            if decoding := encoding.decoding(text):
                yield decoding


def mostly_utf8(evidence: bytes) -> bool:
    """Whether this is UTF-8 with a few bad bytes: then no other encoding should be guessed."""
    chars = _NOT_ASCII.findall(evidence.decode("utf-8", "replace"))
    return chars.count("\ufffd") * 4 < len(chars)
