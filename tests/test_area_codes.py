"""Area codes in a column of their own: which numbers get them, through the whole normalizer."""

import pytest

from importer.mapping.column_mapping import map_columns
from importer.models import Row
from importer.normalizer.area_codes import with_areas
from importer.normalizer.columns import Rules
from tests.support.rows import normalized_row

PAIRS = {
    "a short number": ("3623-1212", "11", "11 3623-1212"),
    "a trunk prefix": ("5550101", "030", "030 5550101"),
    "brackets": ("555 0101", "(202)", "202 555 0101"),
    "numbers of a workbook": ("36231212.0", "11.0", "11 36231212"),
    "a whole number": ("(11) 3623-1212", "11", "(11) 3623-1212"),
    "a country code": ("+55 11 3623", "11", "+55 11 3623"),
    "no area": ("3623-1212", "", "3623-1212"),
    "no number": ("", "11", ""),
    "a word": ("none", "11", "none"),
    "a name for an area": ("3623-1212", "SP", "3623-1212"),
}


@pytest.mark.parametrize(("cell", "area", "whole"), PAIRS.values(), ids=PAIRS)
def test_a_number_that_lacks_its_area_gets_it(cell: str, area: str, whole: str) -> None:
    """Five to nine digits without a sign of a country; any other cell stays as it is."""
    assert with_areas([cell], [area]) == [whole]


@pytest.mark.parametrize(
    ("titles", "cells", "country", "phone"),
    [
        ("nome,DDD,telefone", ("Ana", "11", "3623-1212"), "BR", "+551136231212"),
        ("Name,Vorwahl,Telefon", ("Ina", "030", "5550101"), "DE", "+49305550101"),
        ("Name,Area Code,Phone", ("Ann", "202", "555-0123"), "US", "+12025550123"),
        ("姓名,区号,电话", ("周舟", "010", "62751234"), "CN", "+861062751234"),
    ],
)
def test_an_area_code_goes_before_the_number_of_its_row(
    titles: str, cells: tuple[str, ...], country: str, phone: str
) -> None:
    """In a column that its title or its cells tell."""
    row = Row(2, cells)
    mapping = map_columns(titles.split(","), {}, {}, "ignore", [row])
    assert mapping.fields()["area_code"] == 1
    assert normalized_row(mapping, Rules("7", country), row).contact.phone_number == phone


def test_numbers_with_their_area_need_no_column() -> None:
    """Where most phone numbers are whole, a column of area codes says nothing that they lack."""
    mapping = map_columns(["Name", "DDD", "Fone"], {}, {}, "ignore", [Row(2, ("Ana", "11", "(11) 3623-1212"))])
    assert [column.field for column in mapping.columns] == ["name", None, "phone_number"]
