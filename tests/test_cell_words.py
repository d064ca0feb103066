"""Cells that say nothing in words, hold several values or text of another encoding; slips in domains; cut-off names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.countries import country_code, cut_off_country
from importer.data_table import data_table
from importer.message import Message
from importer.normalizer import placeholders
from importer.normalizer.cells import read, read_all
from importer.normalizer.column_profile import Repairs, repair_kind, repair_line
from importer.normalizer.mail_domains import meant_domain
from importer.normalizer.mojibake import looks_wrong, mended
from importer.normalizer.typed_values import read_as
from importer.texts import letters, share_a_word

TABLE = {head: words.split("; ") for head, words in data_table(placeholders.__file__, "placeholders.txt")}
THINGS = TABLE.pop("any things")


@pytest.mark.parametrize("head", TABLE)
@pytest.mark.parametrize("field", ["email", "phone_number", "avatar_url"])
def test_a_placeholder_of_every_language_is_no_address_and_no_number(head: str, field: str) -> None:
    """In brackets, in capitals and with a full stop too."""
    said = [form for word in TABLE[head] for form in (word, f"({word})", word.upper(), f" {word}. ")]
    found = read_all(field, said, "DE")
    assert {cell: value for cell, value in zip(said, found.values, strict=True) if value is not None} == {}
    assert {said[place] for place in found.errors} == set()


@pytest.mark.parametrize("thing", THINGS)
def test_a_placeholder_may_name_what_there_is_none_of(thing: str) -> None:
    """Before the words or behind them; the thing alone says nothing of the kind."""
    for cell in (f"{thing} indisponible", f"unknown {thing}", f"{thing}: не найден"):
        for field in ("email", "phone_number"):
            assert read(field, cell).value is None
            assert read(field, cell).error is None
    assert read("email", thing).error is not None


@pytest.mark.parametrize("cell", ["no@ email", "no@", "@none", "keine@mail"])
def test_an_address_that_lost_a_part_is_no_placeholder(cell: str) -> None:
    """Whoever wrote an @ meant an address."""
    assert read("email", cell).error is not None


@pytest.mark.slow
@pytest.mark.parametrize("head", [head for head in TABLE if not head.endswith((" reached", " none"))])
@pytest.mark.parametrize("field", ["name", "identifier", "additional_attributes.city"])
def test_what_says_nothing_in_every_field_is_empty(head: str, field: str) -> None:
    """At a glance as with care."""
    said = [form for word in TABLE[head] for form in (word, f"({word})", word.capitalize())]
    assert {cell: read(field, cell).value for cell in said} == dict.fromkeys(said)


@pytest.mark.parametrize("head", [head for head in TABLE if head.endswith(" none")])
@pytest.mark.parametrize("field", ["identifier", "additional_attributes.city", "additional_attributes.company_name"])
def test_what_says_nothing_in_every_text_but_a_name_is_empty(head: str, field: str) -> None:
    """There are people called so, and no towns and companies."""
    said = [form for word in TABLE[head] for form in (word, f"({word})", word.capitalize(), f"{word}.")]
    assert {cell: read(field, cell).value for cell in said} == dict.fromkeys(said)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "k.A.",
            "(no email)",
            "no email",
            "sin correo",
            "kein Telefon",
            "S/D",
            "н/д",
            "без почты",
            "[None]",
            "<none>",
        ),
        *(
            "?",
            "???",
            ".",
            "\\N",
            "TBD",
            "Unknown",
            "未知",
            "不明",
            "không có",
            "tidak ada",
            "غير معروف",
            "無電話",
            "メール無し",
        ),
    ],
)
@pytest.mark.parametrize("field", ["name", "email", "phone_number", "additional_attributes.city", "identifier"])
def test_a_phrase_for_no_address_says_nothing_anywhere(cell: str, field: str) -> None:
    """So does a sign, or an abbreviation with a slash."""
    assert (read(field, cell).value, read(field, cell).error) == (None, None)


def test_a_zero_is_no_place_and_leer_is_one() -> None:
    """A database gives zeros for nothing; a word of ``reached`` alone may be a town or a company."""
    assert read("additional_attributes.city", "0").value is None
    assert read("additional_attributes.company_name", "0.0").value is None
    assert read("additional_attributes.city", "Leer").value == "Leer"
    assert read("additional_attributes.points", "0").value == "0"
    assert read("additional_attributes.city", "Å").value == "Å"


@pytest.mark.parametrize(
    "cell",
    [
        "N/A, N/A",
        "null,null",
        "None, None",
        "-, -",
        "Unknown, Unknown",
        "null null",
        "n/a n/a",
        "Unbekannt, Unbekannt",
        "未知 未知",
    ],
)
def test_a_last_and_a_first_name_that_say_nothing_are_no_name(cell: str) -> None:
    """As a program joins them; one beside a name is left as it stands."""
    assert read("name", cell).value is None
    assert read("name", f"Lee, {cell}").value == f"Lee, {cell}"


@pytest.mark.parametrize("name", ["Nie Ma", "Brak", "Yok", "Nema", "Geen", "❤"])
def test_a_name_may_look_like_nothing(name: str) -> None:
    """A word or a short phrase that says nothing elsewhere."""
    assert read("name", name).value == name


@pytest.mark.parametrize(
    "name", ["Nan Nan", "Nil", "No", "Kein", "K. A.", "Ne", "Nessuno Rossi", "Nada", "Nem", "Ingen", "Não", "略"]
)
def test_a_person_may_be_called_what_is_no_address(name: str) -> None:
    """A word that stands for nothing in a column of addresses is a name in a column of names."""
    assert read("name", name).value == name


@pytest.mark.parametrize("cell", ["N/A", "None", "-", "n.a.", "无", "null", "not applicable"])
def test_an_attribute_of_one_s_own_says_what_stands_there(cell: str) -> None:
    """Other fields are empty; and so is a custom attribute that is to be a number."""
    assert read("custom_attributes.grade", cell).value == cell
    assert read("additional_attributes.city", cell).value is None
    assert read_as("number", "custom_attributes.grade", cell) == (None, None, ())


def test_a_lookup_that_failed_is_no_attribute() -> None:
    """Spreadsheets write ``#N/A``, and no person does."""
    assert read("custom_attributes.grade", "#N/A").value is None


@pytest.mark.parametrize(
    ("cell", "value", "rest"),
    [
        ("Berlin ::: Potsdam", "Berlin", '"Potsdam"'),
        (" ::: Potsdam", "Potsdam", ""),
        ("Berlin ::: ", "Berlin", ""),
        ("Berlin ::: Berlin", "Berlin", ""),
        (" ::: ", None, ""),
        (":::", None, ""),
        ("Acme ::: N/A ::: Beta ::: Gamma", "Acme", '"Beta", "Gamma"'),
    ],
)
@pytest.mark.parametrize("field", ["additional_attributes.city", "custom_attributes.team"])
def test_of_several_values_an_attribute_has_the_first(field: str, cell: str, value: str | None, rest: str) -> None:
    """``:::`` stands between the values of Google Contacts; what is not used is named."""
    reading = read(field, cell)
    assert reading.value == value
    assert [str(remark).partition("not used: ")[2] for remark in reading.warnings] == ([rest] if rest else [])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("O&#39;Brien", "O'Brien"),
        ("O&#x2019;Brien", "O’Brien"),
        ("Jos&eacute; &Ntilde;u&ntilde;ez", "José Ñuñez"),
        ("Ek &amp; S&ouml;ner", "Ek & Söner"),
        ("Ek &amp;amp; Co", "Ek & Co"),
        ("Ada&nbsp;Byron", "Ada Byron"),
        ("&#29579;&#23567;&#26126;", "王小明"),
        ("=?UTF-8?Q?Jos=C3=A9_Ek?=", "José Ek"),
        ("=?utf-8?B?546L5bCP5piO?=", "王小明"),
        ("=?ISO-8859-1?Q?Bj=F6rk?= Ek", "Björk Ek"),
        ("J\\u00fcrgen", "Jürgen"),
        ("\\u738b\\u5c0f\\u660e \\ud83d\\ude00", "王小明 😀"),
    ],
)
@pytest.mark.parametrize("field", ["name", "last_name", "additional_attributes.company_name"])
def test_escapes_of_programs_are_decoded(cell: str, value: str, field: str) -> None:
    """They have a form that no name has; the change is counted as a repair."""
    assert read(field, cell) == (value, None, ())
    assert repair_kind(cell, value) is not None


@pytest.mark.parametrize(
    "cell",
    [
        "AT&T; Ek",
        "R&D",
        "Ek & Co;",
        "=?x-none?Q?Jos=C3?= Ek",
        "=?utf-8?Q?=FF?= Ek",
        "A\\u0000b",
        "C:\\users",
        "A\\ud83d b",
    ],
)
def test_what_is_no_escape_stays(cell: str) -> None:
    """An unknown entity or encoding, a control character, half a character."""
    assert read("name", cell).value == cell
    assert read("custom_attributes.code", "&amp;").value == "&amp;"


WORDS = [
    "José",
    "Müller",
    "Straße",
    "Ünal",
    "Škoda",
    "Łódź",
    "Đặng Văn",
    "Иван Петров",
    "Олена",
    "Αλέξης",
    "محمد",
    "王小明",
]
WORDS += [
    "山田太郎",
    "김민수",
    "O’Neill",
    "São Paulo",
    "à côté",
    "Ñandú",
    "Žižek",
    "Çelik",
    "Zoë “Z” Brontë",
    "สมชาย",
    "דוד",
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("field", ["name", "additional_attributes.company_name", "custom_attributes.note"])
def test_utf_8_read_as_latin_is_repaired(word: str, times: int, field: str) -> None:
    """Once or twice, with the characters of Windows-1252 where it has them; the repair is counted as one."""
    cell = word
    for _ in range(times):
        cell = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in cell.encode())
    assert read(field, cell) == (word, None, ())
    assert str(repair_kind(cell, word)) == "characters of another encoding restored"


@pytest.mark.parametrize("word", ["王小明", "李丽", "张伟", "刘洋", "北京市", "公司"])
def test_common_chinese_read_as_latin_is_repaired(word: str) -> None:
    """GBK, of two characters and more."""
    cell = word.encode("gbk").decode("latin-1")
    assert mended(cell) == word
    assert read("name", cell).value == word


@pytest.mark.parametrize("cell", ["Èâàí", "Ïåòðîâ Èâàí", "Ã©\u2603 Ann", "ÊÀÐÀ"])
def test_what_looks_wrong_and_is_not_certain_is_remarked_on(cell: str) -> None:
    """Russian of Windows-1251, and what is broken further."""
    reading = read("name", cell)
    assert reading.value == cell
    assert [
        str(remark).endswith("looks like text in another encoding; sent as it is") for remark in reading.warnings
    ] == [True]


@pytest.mark.parametrize(
    "word",
    [
        *WORDS,
        "Ærø",
        "Åsa Äänekoski",
        "Þórður",
        "Benoît",
        "Œuvre",
        "cœur",
        "naïve façade",
        "Đorđe",
        "100 °",
        "Håkan™",
        "½ Zoll",
    ],
)
def test_sound_text_stays(word: str) -> None:
    """Whatever its letters."""
    assert mended(word) is None
    assert not looks_wrong(word)


@pytest.mark.slow
@given(st.text(st.characters(codec="latin-1"), max_size=12))
def test_a_repair_is_never_repaired_again(text: str) -> None:
    """And never makes characters that cannot be seen."""
    if (found := mended(text)) is not None:
        assert mended(found) is None
        assert "\ufffd" not in found


SLIPS = {
    "gamil.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gmaill.com": "gmail.com",
    "gmail.cmo": "gmail.com",
    "gmail.co": "gmail.com",
    "hotmai.com": "hotmail.com",
    "hotmail.con": "hotmail.com",
    "hotnail.fr": "hotmail.fr",
    "outloo.com": "outlook.com",
    "outlok.de": "outlook.de",
    "yhaoo.com": "yahoo.com",
    "yahoo.cm": "yahoo.com",
    "yahooo.co.uk": "yahoo.co.uk",
    "icoud.com": "icloud.com",
    "126.con": "126.com",
    "sina.con": "sina.com",
    "foxmal.com": "foxmail.com",
    "qq.vom": "qq.com",
    "yandx.ru": "yandex.ru",
    "nvaer.com": "naver.com",
    "wanado.fr": "wanadoo.fr",
    "acme-tools.con": "acme-tools.com",
}


@pytest.mark.parametrize(("domain", "meant"), SLIPS.items(), ids=SLIPS)
def test_a_slip_in_a_well_known_domain_is_remarked_on_and_sent(domain: str, meant: str) -> None:
    """It is never changed: somebody may have that address."""
    reading = read("email", f"ann@{domain}")
    assert reading.value == f"ann@{domain}"
    assert [str(remark) for remark in reading.warnings] == [
        f'email: "ann@{domain}": did you mean {meant}? sent as it is'
    ]


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "ymail.com",
        "email.com",
        "gmx.net",
        "web.de",
        "wp.pl",
        "op.pl",
        "me.com",
        "mi.com",
        "acme.co",
    ],
)
def test_other_domains_are_sound(domain: str) -> None:
    """Short names, and real ones that are spelled nearly alike."""
    assert meant_domain(domain) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bolivia (Plurinational State of)", "BO"),
        ("Korea (Democratic People's Republic of)", "KP"),
        ("Korea, Rep.", "KR"),
        ("Iran, Islamic Rep.", "IR"),
        ("Republic of China", "TW"),
        ("People's Republic of China", "CN"),
        ("Congo, The Democratic Republic of the", "CD"),
        ("United Kingdom of Great Britain and Northern Ireland", "GB"),
        ("Kingdom of Norway", "NO"),
        ("Republik Österreich", "AT"),
        ("República de Colombia", "CO"),
        ("République de Guinée", "GN"),
        ("Республика Казахстан", "KZ"),
        ("Gambia, The", "GM"),
        ("China, Hong Kong SAR", "HK"),
        ("中华人民共和国", "CN"),
        ("大韩民国", "KR"),
        ("俄罗斯联邦", "RU"),
        ("越南社会主义共和国", None),
        ("State of Georgia", None),
    ],
)
def test_a_country_is_known_by_its_official_names(text: str, code: str | None) -> None:
    """Of ISO 3166, of the UN and of the World Bank; a federal state is no country."""
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("United States of Ame", "US"),
        ("United Sta", "US"),
        ("United King", "GB"),
        ("Russian Fed", "RU"),
        ("Bosnia and Her", "BA"),
        ("Vereinigte Sta", "US"),
        ("Trinidad and To", "TT"),
        ("Соединенные Шт", "US"),
        ("Korea, Democr", "KP"),
        ("Domini", None),
        ("South", None),
        ("United", None),
        ("Guine", None),
        ("Republic", None),
        ("Texas", None),
    ],
)
def test_a_name_that_was_cut_off_is_known_if_it_can_be_one_country(text: str, code: str | None) -> None:
    """Six letters at least; a beginning of two countries says nothing."""
    assert cut_off_country(text) == code


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Ulla Berg", "Berg, Ulrike", True),
        ("ANNA Lee", "anna", True),
        ("A. Lee", "Anna Ray", True),
        ("José Ruiz", "Jose", True),
        ("王小明", "小明", True),
        ("Ulla Berg", "Hans Thal", False),
        ("王小明", "李丽", False),
        ("김민수", "이영희", False),
        ("Li", "Lina", False),
    ],
)
def test_two_names_share_a_word(one: str, other: str, shared: bool) -> None:
    """Either way round, in whatever order, without case and accents."""
    assert share_a_word(one, other) is shared
    assert share_a_word(other, one) is shared


JOINING = {head: words.split("; ") for head, words in data_table(placeholders.__file__, "joining_words.txt")}


@pytest.mark.parametrize("word", [*JOINING["spaced"], *JOINING["unspaced"], "・"])
def test_a_word_between_two_addresses_divides_them(word: str) -> None:
    """In every language of the table; the first counts, and the other is a remark."""
    for said in (f"ann@a.co {word} bob@b.co", f"ann@a.co, {word} bob@b.co", f"ann@a.co {word.upper()} bob@b.co"):
        reading = read("email", said)
        assert (reading.value, [warning.values.get("kind") for warning in reading.warnings]) == (
            "ann@a.co",
            ["second_email"],
        )


@pytest.mark.parametrize("word", JOINING["unspaced"])
def test_a_script_without_spaces_needs_none_between_two_addresses(word: str) -> None:
    """A domain has such letters too, but no address has two signs ``@``."""
    assert read("email", f"ann@a.co{word}bob@b.co").value == "ann@a.co"
    assert read("email", f"ann@a{word}b.co").value == f"ann@a{word}b.co"


@pytest.mark.parametrize("cell", ["ann or bob@b.co", "ann@a.co or nobody", "ann@a.co sandor bob@b.co"])
def test_what_is_no_address_beside_a_word_stays_an_error(cell: str) -> None:
    """It may belong to the address, or be one that lost a part."""
    assert read("email", cell).error is not None


@pytest.mark.slow
@given(st.text(st.characters(codec="ascii")))
def test_letters_of_ascii_are_those_of_any_text(text: str) -> None:
    """The quick way and the other one spell alike; a capital sharp s is no ASCII and has two letters."""
    assert letters(text) + "e" == letters(text + "É")
    assert letters(text) + "ss" == letters(text + "ẞ")


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("a@x.com；b@x.com", "a@x.com", "the first of several taken"),
        ("13800138000；13900139000", "+8613800138000", "the first of several taken"),
        ("ａ@x.com", "a@x.com", "full-width or other signs"),
        ("+49 30 / 2312-5000", "+493023125000", "written as +country and number"),
    ],
)
def test_the_first_of_several_is_a_repair_of_its_own(cell: str, value: str, words: str) -> None:
    """Whatever the width of what stands between them."""
    assert str(repair_kind(cell, value)) == words


def test_a_full_width_space_in_an_example_is_shown_as_it_is() -> None:
    """It was an escape, which only programmers read."""
    line = repair_line(Repairs("Name", Message("full-width or other signs"), 1, "李\u3000娜娜", "李 娜娜"))
    assert line.endswith('"李\u3000娜娜" -> "李 娜娜"')
