"""Rules of encodings without a mark: a short file of names is read right in each of them, or an error, never wrong."""

import unicodedata
from pathlib import Path

import pytest

from importer.errors import InputError
from importer.loader.charsets import doubtful_decodings, plausible_encodings
from importer.loader.table import ReadOptions, open_table

WEST = ("cp1252", "iso-8859-15", "cp850", "cp437", "mac-roman")
CENTRE = ("cp1250", "iso-8859-2", "cp852", "mac-latin2")
RUSSIAN = ("cp1251", "koi8-r", "iso-8859-5", "cp866", "mac-cyrillic")

FILES = [
    ("Vorname,Straße\nJürgen Größe,Königsallee 5\nKäthe Weiß,München\n", WEST),
    ("Prénom,Téléphone\nHélène Béranger,1\nFrançois Côté,2\nRené,3\n", WEST),
    ("Nombre,Teléfono\nJosé Muñoz,1\nMaría Pérez,2\nInés García,3\n", WEST),
    (
        "Nome,Endereço\nJoão Simões,São Paulo\nConceição Guimarães,Goiânia\nInês Araújo,Belém\n",
        ("cp1252", "iso-8859-15", "cp850", "mac-roman"),
    ),
    ("Förnamn,Ort\nBjörn Åkesson,Göteborg\nMärta Sjöström,Malmö\n", WEST),
    ("Nom,Ville\nŒuvre de Saint-Étienne,Nîmes\nCœur,Besançon\nBœuf,Sète\n", ("cp1252", "iso-8859-15", "mac-roman")),
    ("Nimi,Maa\nŠarlota Mäkinen,Tšekki\nPäivi Žukova,Tšekki\nÅsa Väisänen,Viro\n", ("iso-8859-15",)),
    ("Imię,Miejscowość\nMałgorzata Wiśniewska,Łódź\nPaweł Woźniak,Świnoujście\nŚwiętosław Bąk,Gdańsk\n", CENTRE),
    ("Jméno,Město\nTomáš Dvořák,Plzeň\nRůžena Beneš,Třebíč\nŠárka Žižková,Ústí\n", CENTRE),
    ("Meno,Mesto\nĽubomír Baláž,Košice\nŠtefan Kováč,Žilina\nMatúš Ďurica,Prešov\n", CENTRE),
    ("Név,Város\nGergő Szűcs,Győr\nJenő Hegedűs,Gödöllő\nZsófia Kőműves,Érd\n", CENTRE),
    ("Ime,Županija\nŽeljko Kovačević,Šibenik\nBoško Šarić,Čakovec\nSiniša Đukić,Požega\n", CENTRE[:3]),
    ("Adı,Şehir\nAyşe Yılmaz,İstanbul\nÇağrı Öztürk,Muğla\nIşıl Şahin,Iğdır\n", ("cp1254", "iso-8859-9", "cp857")),
    ("Όνομα,Πόλη\nΆννα Παππά,Άργος\nΆγγελος Βλάχος,Αθήνα\nΓιώργος,Πάτρα\n", ("cp1253", "iso-8859-7", "cp737")),
    ("Имя,Город\nТатьяна Яковлева,Москва\nИван Фёдоров,Казань\nЭдуард Щербаков,Уфа\n", RUSSIAN),
    ("Ім'я,Місто\nЇжак Наталія,Київ\nЄва Олійник,Харків\n", ("cp1251", "koi8-u", "iso-8859-5", "mac-cyrillic")),
    ("Име,Град\nЦветан Въжаров,Стара Загора\nЙорданка Щерева,Търговище\n", ("cp1251", "iso-8859-5", "cp866")),
    ("氏名,フリガナ\n佐藤美咲,サトウミサキ\n高橋健太,タカハシケンタ\n", ("cp932", "euc-jp")),
    ("氏名,住所\n田中花子,東京都新宿区\n渡辺直樹,横浜市\n", ("cp932", "euc-jp")),
    ("顧客名,電話番号\nあべ さくら,1\n", ("cp932", "euc-jp")),
    ("氏名,ﾌﾘｶﾞﾅ\n佐藤美咲,ｻﾄｳ ﾐｻｷ\n高橋健太,ﾀｶﾊｼ ｹﾝﾀ\n", ("cp932", "euc-jp")),
    ("姓名,城市\n张伟,北京\n欧阳娜娜,上海\n", ("gb18030",)),
    ("姓名,城市\n陳志偉,台北市\n林淑芬,高雄市\n", ("cp950", "gb18030")),
    ("이름,주소\n김민수,서울시\n이영희,부산시\n", ("cp949",)),
    ("이름\n김민수\n", ("cp949",)),
    ("ชื่อ\nสมชาย\nสมหญิง\n", ("cp874",)),
]
CASES = [(text, codec) for text, codecs in FILES for codec in codecs]


@pytest.mark.parametrize(("text", "codec"), CASES, ids=[f"{codec} {text[:9]!r}" for text, codec in CASES])
def test_a_short_file_is_read_right_in_each_encoding(tmp_path: Path, text: str, codec: str) -> None:
    """The name of the encoding may be another where the text is the same."""
    file = tmp_path / "contacts.csv"
    file.write_bytes(text.encode(codec))
    found = open_table(file, ReadOptions()).encoding
    assert text.encode(codec).decode(str(found)) == text


def test_vietnamese_tones_are_read() -> None:
    """Windows-1258 has them as characters of their own, behind the vowel."""
    text = unicodedata.normalize("NFD", "Nguyễn Tuấn, Trần Hạnh").replace("e\u0302", "ê").replace("a\u0302", "â")
    assert plausible_encodings(text.encode("cp1258")) == ["cp1258"]


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        pytest.param("Name,Note\nRenée,12½ m² – “fine”\nJosé,5\xa0€… don’t\n", "cp1252", id="signs"),
        pytest.param("Name\nO’Brien\nD’Angelo\nL’Oréal\n", "cp1252", id="apostrophes"),
        pytest.param("Name,Nº\nJosé,1ª\nAna,2º\n", "cp1252", id="ordinals"),
        pytest.param("Ім’я\nВ’ячеслав\nЛук’яненко\n", "cp1251", id="Ukrainian apostrophes"),
        pytest.param("Name,Price\nAnn,5 €\n", "cp1252", id="a euro sign alone"),
    ],
)
def test_signs_are_not_letters_of_another_encoding(text: str, codec: str) -> None:
    """They stand where signs stand: a quotation mark around words, a fraction behind digits."""
    assert text.encode(codec).decode(plausible_encodings(text.encode(codec))[0]) == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        pytest.param("Name\nGeißler\n", "cp437", id="ß in DOS is á in Windows"),
        pytest.param("Nombre\nGarcía\n", "mac-roman", id="í on a Mac is an apostrophe in Windows"),
        pytest.param("Nome\nNoè\nDonà\n", "cp850", id="à in DOS is an ellipsis in Windows"),
        pytest.param("Name\nMüller\n", "mac-roman", id="ü on a Mac is ź in Windows"),
        pytest.param("Jmeno\nLukáš\n", "iso-8859-2", id="š in ISO is a Polish ą in Windows"),
    ],
)
def test_very_little_evidence_is_never_read_wrong(text: str, codec: str) -> None:
    """One letter that two encodings explain is an error that shows both, the right one among them, or is right."""
    evidence = text.encode(codec)
    told = plausible_encodings(evidence)
    readings = [evidence.decode(name) for name in told] or [word for _, word in doubtful_decodings(evidence)]
    assert all(reading == text for reading in readings) if told else {*readings} & {*text.split()}


def test_a_stray_byte_is_no_letter_of_dos(tmp_path: Path) -> None:
    """Any byte is a letter in some encoding of DOS; one in a thousand rows is an accident."""
    file = tmp_path / "contacts.csv"
    file.write_bytes(b"Name,Email\n" + b"Ann,a@b.co\n" * 999 + b"Bo\x81,b@b.co\n")
    assert open_table(file, ReadOptions()).encoding == "utf-8"


def test_control_characters_are_no_iso_8859(tmp_path: Path) -> None:
    """ISO 8859 has a character for every byte, so the rest of the file would fit whatever it is."""
    file = tmp_path / "contacts.csv"
    file.write_bytes("Name\nMüller\n".encode("cp1252") * 10_000 + b"x\x81\n")
    with pytest.raises(InputError, match="no other encoding fits"):
        open_table(file, ReadOptions())
