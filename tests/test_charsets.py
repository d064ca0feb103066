"""Rules of encodings without a mark: a short file of names is read right in each of them, or an error, never wrong."""

import codecs
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.loader.broken_bytes import KEEP_BROKEN
from importer.loader.charsets import doubtful_decodings, plausible_encodings
from importer.loader.mixed_lines import mixed
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions

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
CASES = [(text, codec) for text, written in FILES for codec in written]


@pytest.mark.slow
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


BROKEN = [
    # Rows, and a character that was cut in one of them.
    pytest.param("姓名,邮箱\n王小明,w@b.cn\n李丽华,l@b.cn\n欧阳娜娜,o@b.cn\n", "gb18030", id="Chinese"),
    pytest.param("姓名,電郵\n陳志偉,c@b.tw\n林淑芬,l@b.tw\n黃美玲,h@b.tw\n", "cp950", id="Taiwanese"),
    pytest.param("이름,메일\n김민수,k@b.kr\n이영희,l@b.kr\n박지훈,p@b.kr\n", "cp949", id="Korean"),
    pytest.param("氏名,フリガナ\n佐藤美咲,サトウミサキ\n高橋健太,タカハシケンタ\n", "cp932", id="Japanese"),
]


@pytest.mark.parametrize(("text", "codec"), BROKEN)
@pytest.mark.parametrize("given", [True, False], ids=["given", "detected"])
def test_half_a_character_costs_its_cell_in_an_east_asian_encoding(
    tmp_path: Path, text: str, codec: str, given: bool
) -> None:
    """The delimiter behind it stays one, the rows before and after are read, and the note names the line."""
    lines = text.encode(codec).splitlines()
    half = "李".encode(codec)[:1] if codec != "cp949" else "이".encode(codec)[:1]
    file = tmp_path / "contacts.csv"
    file.write_bytes(b"\n".join([*lines, b"Bo" + half + b",bo@example.com", *lines[1:]]))
    table = open_table(file, ReadOptions(encoding=codec if given else None))
    rows = [row.cells for batch in table.batches() for row in batch]
    assert rows[len(lines) - 1] == (f"Bo{chr(0xDC00 + half[0])}", "bo@example.com")
    assert [",".join(cells) for cells in rows if cells[1] != "bo@example.com"] == 2 * text.splitlines()[1:]
    assert any(f"some bytes in line {len(lines) + 1} are not" in str(note) for note in table.notes)


@pytest.mark.parametrize("codec", ["cp1252", "cp1250", "cp1253", "cp1255"])
def test_a_byte_that_a_code_page_lacks_costs_its_cell(tmp_path: Path, codec: str) -> None:
    """The code pages of Windows leave a few bytes out; 0x81 is one of them but in Cyrillic, Arabic and Thai."""
    text = {"cp1252": "Müller", "cp1250": "Příhoda", "cp1253": "Γιώργος", "cp1255": "שלום"}[codec]
    file = tmp_path / "contacts.csv"
    rows = b"".join(f"{text} {number},a{number}@example.com\n".encode(codec) for number in range(30))
    file.write_bytes(b"Name,Email\n" + rows + b"Bo\x81,bo@example.com\n")
    table = open_table(file, ReadOptions())
    cells = [row.cells[0] for batch in table.batches() for row in batch]
    assert cells[0] == f"{text} 0"
    assert cells[-1].startswith("Bo\udc81")


@pytest.mark.parametrize("name", ["Ren\xc3", "Jos\xc3", "Zo\xc3"])
def test_the_first_half_of_a_letter_in_utf8_is_no_other_letter(tmp_path: Path, name: str) -> None:
    """A program cut the name between its bytes: no capital ends a word of small letters, and no kana stands there."""
    file = tmp_path / "contacts.csv"
    rows = b"".join(b"Ann %d,a%d@example.com\n" % (number, number) for number in range(30))
    file.write_bytes(b"Name,Email\n" + rows + name.encode("latin-1") + b",r@example.com\nCy,cy@example.com\n")
    table = open_table(file, ReadOptions())
    assert [row.cells[0] for batch in table.batches() for row in batch][-2:] == [f"{name[:-1]}\udcc3", "Cy"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("odd", [b"\0", b"\n", b" "])
def test_a_byte_too_many_ends_no_file_in_utf16(tmp_path: Path, codec: str, odd: bytes) -> None:
    """Some program added a line end of one byte."""
    file = tmp_path / "contacts.csv"
    file.write_bytes("\ufeffName,Email\nZoë,z@example.com\n".encode(codec) + odd)
    table = open_table(file, ReadOptions())
    assert [row.cells for batch in table.batches() for row in batch] == [("Zoë", "z@example.com")]


@pytest.mark.parametrize("title", ["Name", "Kundennummer", "First Name", "编号"])
@pytest.mark.parametrize("codec", ["cp1252", "cp1250", "cp1251", "cp1253", "cp437", "cp850", "cp874", "gb18030"])
def test_a_byte_order_mark_that_was_read_as_text_is_no_part_of_a_title(tmp_path: Path, title: str, codec: str) -> None:
    """Saved as UTF-8 again, it is ï»¿, п»ї or 锘 and half a letter."""
    shown = f"\ufeff{title}".encode().decode(codec, "replace") if codec == "gb18030" else None
    if shown and "\ufffd" in shown:
        pytest.skip("its bytes are lost")
    mark = shown or "\ufeff".encode().decode(codec) + title
    file = tmp_path / "contacts.csv"
    file.write_text(f"{mark},Email\nAnn,ann@example.com\n{mark},Email\n", encoding="utf-8")
    table = open_table(file, ReadOptions())
    assert table.titles == (title, "Email")
    rows = [row.cells for batch in table.batches() for row in batch]
    assert rows[1] == (table.titles if not shown else (shown, "Email"))


def test_titles_behind_a_second_mark_are_the_titles_again(tmp_path: Path) -> None:
    """Files that were joined have a mark in the middle; a cell behind it is quoted as any other."""
    file = tmp_path / "contacts.csv"
    file.write_text('\ufeffName,Email\nAnn,a@b.co\n\ufeff"Name",Email\n', encoding="utf-8")
    assert [row.cells for batch in open_table(file, ReadOptions()).batches() for row in batch][1] == ("Name", "Email")


@pytest.mark.parametrize(
    ("text", "codec", "broken"),
    [
        ("姓名,城市\n陈建国,上海\n刘洋,武汉\n", "gb18030", b"\xb3\xff,x\n"),
        ("姓名,城市\n陈建国,上海\n刘洋,武汉\n周杰,西安\n", "gb18030", b"\xb3\xc2\xbd,x\n"),
        ("姓名,城市\n陳大文,臺北\n林美玲,高雄\n", "big5", b"\xb3\xff,x\n"),
        ("이름,도시\n김민수,서울\n이영희,부산\n", "cp949", b"\xb1\xff,x\n"),
    ],
)
def test_a_broken_byte_costs_its_row_in_a_short_file_too(tmp_path: Path, text: str, codec: str, broken: bytes) -> None:
    """The other lines tell the encoding, though a broken character is one of few."""
    path = tmp_path / "short.csv"
    path.write_bytes(text.encode(codec) + broken)
    table = open_table(path, ReadOptions())
    rows = [row.cells for batch in table.batches() for row in batch]
    assert [table.titles, *rows[:-1]] == [tuple(line.split(",")) for line in text.splitlines()]
    assert any("\udc80" <= char <= "\udcff" for char in rows[-1][0])


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(
            (name, "cp1252")
            for name in ("O’Hara", "D’Amico", "L’Hôte", "NOËL", "MUÑIZ", "Ægir", "Ægidius", "Þorsteinn")
        ),
        ("Ćosić", "cp1250"),
        ("BJÖRK", "cp850"),
    ],
)
def test_one_name_beyond_ascii_is_read_by_where_its_letters_stand(tmp_path: Path, name: str, codec: str) -> None:
    """An apostrophe as people print it, and letters where only one encoding has any that may stand there."""
    path = tmp_path / "one.csv"
    path.write_bytes(f"Name,Email\nAnn Lee,a@example.com\n{name},b@example.com\nBob,c@example.com\n".encode(codec))
    rows = [row.cells for batch in open_table(path, ReadOptions()).batches() for row in batch]
    assert rows[1] == (name, "b@example.com")


MIXED = [
    ("姓名,城市\n张伟,北京\n欧阳娜娜,上海\n联通,通州\n", "孙丽,杭州\n", "gb18030"),
    ("姓名,城市\n陳志偉,台北市\n林淑芬,高雄市\n", "吳美玲,台中市\n", "cp950"),
    ("氏名,住所\n田中花子,東京都新宿区\n渡辺直樹,横浜市\n", "山本さくら,京都市\n", "cp932"),
    ("이름,주소\n김민수,서울시\n이영희,부산시\n", "박서연,대구시\n", "cp949"),
    ("Имя;Город\nТатьяна Яковлева;Москва\nИван Фёдоров;Казань\n", "Ольга Щербакова;Уфа\n", "cp1251"),
    ("Nombre;Ciudad\nBegoña Núñez;Logroño\nMaría Peña;Córdoba\n", "Íñigo Ibáñez;A Coruña\n", "cp1252"),
    ("Imię;Miasto\nMałgorzata Wiśniewska;Łódź\nŚwiętosław Bąk;Gdańsk\n", "Paweł Woźniak;Świdnica\n", "cp1250"),
]


FAR = {codec: [] if codec == "cp1252" else [pytest.mark.slow] for _, _, codec in MIXED}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "joined", "codec", "before"),
    [
        *(pytest.param(*case, 1, id=f"1-{case[2]}") for case in MIXED),
        *(pytest.param(*case, 3000, id=f"3000-{case[2]}", marks=FAR[case[2]]) for case in MIXED),
    ],
)
def test_lines_in_utf8_among_those_of_an_older_encoding_are_read(
    tmp_path: Path, text: str, joined: str, codec: str, before: int
) -> None:
    """Two files were joined; each line is read in its own encoding, however far down, and the run says so."""
    titles, *lines = text.splitlines(keepends=True)
    path = tmp_path / "joined.csv"
    path.write_bytes((titles + "".join(lines) * before).encode(codec) + joined.encode() + lines[0].encode(codec))
    table = open_table(path, ReadOptions())
    rows = [row.cells for batch in table.batches() for row in batch]
    number = 2 + before * len(lines)
    divided = ";" if ";" in titles else ","
    assert rows == [tuple(line.strip().split(divided)) for line in (*lines * before, joined, lines[0])]
    assert f"lines in UTF-8 stand among those in {codec}, and are read so: {number}" in [*map(str, table.notes)]


@pytest.mark.slow
@given(st.binary(max_size=60), st.sampled_from(["gb18030", "cp949", "cp932", "euc-jp", "cp1251", "iso-8859-2"]))
def test_lines_of_any_bytes_are_read_in_blocks_as_in_one(data: bytes, codec: str) -> None:
    """A block may end in the middle of a line or of a character."""
    decoder = codecs.getincrementaldecoder(mixed(codec))(KEEP_BROKEN)
    parts = [decoder.decode(data[at : at + 1]) for at in range(len(data))]
    assert "".join(parts) + decoder.decode(b"", final=True) == data.decode(mixed(codec), KEEP_BROKEN)


SEVEN_BITS = {
    "Korean": ("이름,메일\n" + "김민수,kim@example.kr\n이영희,lee@example.kr\n" * 40, "iso2022_kr"),
    "Japanese": ("氏名,メール\n佐藤健,sato@example.jp\n", "iso2022_jp"),
    "Chinese": ("姓名,邮箱\n张伟,zhang@example.cn\n", "hz"),
    "UTF-7": ("Name,Ort,Mail\nJörg Groß,Köln,joerg@example.de\nŁucja,Łódź,l@example.pl\n", "utf-7"),
    "UTF-7 with numbers": ("Name,Tel\nJörg,+49 30 1234567\nŽofie,+420 601 123 456\n", "utf-7"),
}


@pytest.mark.parametrize(("text", "codec"), SEVEN_BITS.values(), ids=SEVEN_BITS)
def test_an_encoding_in_seven_bits_is_told_by_its_marks(tmp_path: Path, text: str, codec: str) -> None:
    """Of mail programs and old databases: each byte is ASCII, and the shifts are no control characters too many."""
    path = tmp_path / "seven.csv"
    path.write_bytes(text.encode(codec))
    table = open_table(path, ReadOptions())
    rows = [row.cells for batch in table.batches() for row in batch]
    assert [table.encoding, table.titles, *rows] == [codec, *(tuple(line.split(",")) for line in text.splitlines())]


NO_UTF7 = {
    "phone numbers": "Name,Phone\nAnn,+4930123456-7\nBob,+4930123456-8\n",
    "one run": "Name,Code\nAnn,+APY-\nBob,x\n",
    "addresses": "Name,Email\nAnn,ann+news-1@example.com\nBob,bob+list-2@example.com\n",
    "a plus sign later": "Name,Code\nAnn,+APY-\nBob,+APw-\n" + "Cyd,x\n" * 20_000 + "Dov,+1-555-010-9999\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", NO_UTF7.values(), ids=NO_UTF7)
def test_plus_signs_are_no_utf7(tmp_path: Path, text: str) -> None:
    """Only where each of them begins letters beyond ASCII, and several do."""
    path = tmp_path / "plain.csv"
    path.write_text(text, encoding="ascii")
    assert open_table(path, ReadOptions()).encoding == "utf-8"


def test_chinese_in_hz_is_read(tmp_path: Path) -> None:
    """RFC 1843, of news and mail that had seven bits."""
    path = tmp_path / "hz.csv"
    path.write_bytes("姓名,邮箱\n张伟,zhang@example.cn\n".encode("hz"))
    table = open_table(path, ReadOptions())
    assert (table.titles, next(table.batches())[0].cells) == (("姓名", "邮箱"), ("张伟", "zhang@example.cn"))
    path.write_bytes(b"name,text\nAnn,~{ is no Chinese ~}\n")
    assert next(open_table(path, ReadOptions()).batches())[0].cells == ("Ann", "~{ is no Chinese ~}")
