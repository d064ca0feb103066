"""Rules of single-byte encodings: told by the letters of a language, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.loader.charsets import doubtful_decodings, plausible_encodings

TOLD = [
    ("Имя,Телефон\nИван Петров,1\nАнна,2\n", "cp1251"),
    ("Имя,Телефон\nИван Петров,1\nАнна,2\n", "koi8-r"),
    ("ИВАН ПЕТРОВ\n", "cp1251"),
    ("иван петров\nанна\n", "koi8-r"),
    ("Кириленко Олексій\nЇжак Наталія\n", "cp1251"),
    ("Όνομα\nΓιώργος\n", "cp1253"),
    ("שלום כהן\nמשה לוי\n", "cp1255"),
    ("محمد علي\n", "cp1256"),
    ("ชื่อ,เบอร์โทร\nสมชาย ใจดี,1\nสมหญิง รักเรียน,2\nประเสริฐ มั่นคง,3\n", "cp874"),
    ("Jiří Novák\nPavel Černý\n", "cp1250"),
    ("Małgorzata Wójcik\nŁukasz Żak\n", "cp1250"),
    ("Ştefan Popeţ\nIonuţ Băsescu\n", "cp1250"),
    ("Ayşe Yılmaz\nÇağrı Öztürk\n", "cp1254"),
    ("Jonas Žukauskas\nRūta Šimkutė\n", "cp1257"),
    ("Søren Ångström\nÅse\n", "cp1252"),
    ("François\nJürgen Müller\nJosé Peña\nSøren\nZoë\n", "cp1252"),
]


@pytest.mark.parametrize(("text", "codec"), TOLD, ids=[f"{codec} {text[:6]!r}" for text, codec in TOLD])
def test_an_encoding_is_told_by_its_letters(text: str, codec: str) -> None:
    """A few names are enough, for most bytes make sense in one encoding alone."""
    assert text.encode(plausible_encodings(text.encode(codec))[0]) == text.encode(codec)


@pytest.mark.parametrize(
    ("word", "codec", "other"),
    [
        ("Kučera", "cp1250", "Kuèera"),
        ("Noè", "cp1252", "Noč"),
        ("Ayşe", "cp1254", "Ayþe"),
        ("Gergő", "cp1250", "Gergõ"),
    ],
)
def test_what_two_encodings_explain_is_not_guessed(word: str, codec: str, other: str) -> None:
    """Both readings are shown instead, so that the user sees which is right."""
    assert plausible_encodings(word.encode(codec)) == []
    assert {word, other} <= {reading for _, reading in doubtful_decodings(word.encode(codec))}


ONE_NAME = {
    # A word with one letter beyond ASCII in a file without another, and an encoding in which it is another letter.
    "cp1252": (
        *("Peña", "Muñoz", "Ibáñez", "François", "Besançon", "Gonçalves", "Conceição", "Magalhães", "Simões", "Benoît"),
        *(
            "Kovács",
            "Horváth",
            "Tóth",
            "Szabó",
            "López",
            "Gérard",
            "Hauptstraße",
            "Weiß",
            "Strauß",
            "Façade",
            "Großmann",
            "Guðrún",
            "Araújo",
        ),
        *("Müller", "Björn", "Søren", "René", "José", "Zoë", "Arnþór"),
    ),
    "cp1250": ("Kovács", "Jiří", "Lukáš", "Šárka", "Wójcik"),
    "cp1251": ("Иван", "Ольга"),
    "cp1253": ("Παππάς",),
    "cp1254": ("Çağrı",),
    "cp850": ("José", "Peña"),
}


@pytest.mark.parametrize(
    ("word", "codec"),
    [(word, codec) for codec, words in ONE_NAME.items() for word in words],
    ids=[f"{codec} {word}" for codec, words in ONE_NAME.items() for word in words],
)
def test_one_name_is_read_by_what_its_letter_does_in_the_word(word: str, codec: str) -> None:
    """Neither ß behind a consonant (Kovßcs) nor ń before a vowel (Peńa), and no capital inside (LÛpez)."""
    evidence = f"{word},someone@example.com\n".encode(codec)
    assert {evidence.decode(found) for found in plausible_encodings(evidence)} == {evidence.decode(codec)}


def test_encodings_that_agree_do_not_contradict_each_other() -> None:
    """An ü is the same byte in four of them: whichever is taken, the name is right."""
    found = plausible_encodings("Müller".encode("cp1252"))
    assert {b"M\xfcller".decode(codec) for codec in found} == {"Müller"}
    assert found[0] == "cp1252"
    assert len(found) > 1


@pytest.mark.slow
@given(st.binary(max_size=200))
def test_any_bytes_can_be_looked_at(evidence: bytes) -> None:
    """Bytes of nothing give nothing, and never an error."""
    for codec in plausible_encodings(evidence):
        "".encode(codec)
    doubtful_decodings(evidence)
