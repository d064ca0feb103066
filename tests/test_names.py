"""Whether two names can be one person's."""

import pytest

from importer.staging.names import can_be_one, fuller

ONE = [
    ("Ulla Berg", "Berg, U."),
    ("ANNA Lee", "anna lee"),
    ("Gonzalo Peña Reyes", "Gonzalo Pena Reyes"),
    ("Hans Müller", "Mueller Hans"),
    ("Bc. Linda Malá", "Mgr. Linda Mala"),
    ("Prof. Dr. Ann Lee", "Ann Lee"),
    ("Adeyemi, Busayo Simeon", "Bldr. Adeyemi B.S."),
    ("Emily Rose Hill", "Emily Hill"),
    ("Eliza van der Meer", "Elizabeth van de Meer"),
    ("Ann", "Anna"),
    ("Иван Иванович Петров", "Petrov Ivan"),
    ("Юрий Щукин", "Yuri Shchukin"),
    ("Rama Krishnan", "Ramakrishnan"),
    ("Kannan V", "Kannan1227"),
    ("Hariharan", "HARIHARAN V (COIMBATORE)"),
    ("王小明", "小明"),
    ("山田 太郎", "山田太郎"),
    ("陈华（厂长）", "陈华"),
    ("Thermo Sàrl", "Thermo"),
    ("Jürg und Maja Blum", "Blum Jürg & Maja (-Emch)"),
    ("A a", "a A"),
    ("---", "---"),
]

TWO = [
    ("Ulla Berg", "Hans Thal"),
    ("John Doe", "Jane Doe"),
    ("גולן שירה", "גולן תמר"),
    ("Dr De Sandre Cécile", "Dr méd. Morisod Benoît"),
    ("Mr. Ben Hay", "Mr. Al Orr"),
    ("Etude d'avocats NPDP", "Daria Rizzo"),
    ("Dental Care Milo", "Dent. Rosa Hill"),
    ("Ushuaia Design S.L.", "Candela Lopez"),
    ("Candela de Sol SA", "Martin de Mar SA"),
    ("Cabinet Dentaire", "Cabinet Dentaire Milo"),
    ("Marta Interesse Fox", "Vitor Interesse Fox"),
    ("J. Smith", "John Brown"),
    ("Anna K. Lee", "Anna M. Lee"),
    ("Paul Silva", "Paula Silva"),
    ("Jan Novák", "Jana Nováková"),
    ("Li", "Lina"),
    ("A a", "B b"),
    ("王小明", "李丽"),
    ("王伟", "王芳"),
    ("王", "王芳"),
    ("김민수", "김영희"),
    ("Unit 1", "Unit 11"),
    ("", "Ann"),
]


@pytest.mark.parametrize(("one", "other"), ONE, ids=" = ".join)
def test_names_that_can_be_one_persons(one: str, other: str) -> None:
    """Order, accents, spelling, alphabets, titles, initials, short forms and missing words may differ."""
    assert can_be_one(one, other)
    assert can_be_one(other, one)


@pytest.mark.parametrize(("one", "other"), TWO, ids=" / ".join)
def test_names_of_two_people(one: str, other: str) -> None:
    """Each has a word of its own, or only words are shared that tell nobody: titles, trades, legal forms, letters."""
    assert not can_be_one(one, other)
    assert not can_be_one(other, one)


def test_the_fuller_of_two_names_has_more_words_that_tell_who_it_is() -> None:
    """A title makes no name fuller."""
    assert fuller("Dr. Lee", "Ann Lee") == "Ann Lee"
    assert fuller("Ann Lee", "Lee") == "Ann Lee"
