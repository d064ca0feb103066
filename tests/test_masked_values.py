"""Values that an export has masked reach nobody: they are told, never sent, and never who somebody is."""

import pytest

from importer.mapping.column_mapping import map_columns
from importer.models import Row
from importer.normalizer.cells import read

MASKED = {
    "phone_number": [
        "138****1234",
        "+49 151 XXXXX12",
        "+4917xxxxx056",
        "+86 138••••1234",
        "138●●●●8000",
        "+49 171 ... 0567",
        "0171…567",
        "+1 (***) ***-0101",
        "****1234",
        "xxx-xxx-1234",
        "06 ## ## ## 12",
        "0171 234XXXX",
        "0171 23456xx",
        "(hidden)",
        "已隐藏",
    ],
    "email": [
        "j***@example.com",
        "ann@ex*****.com",
        "jo...n@example.com",
        "a•••@example.com",
        "[email\u00a0protected]",
        "скрыто",
    ],
    "identifier": ["12****78", "****1234"],
}


@pytest.mark.parametrize(("field", "cell"), [(field, cell) for field, cells in MASKED.items() for cell in cells])
def test_a_masked_key_is_an_error(field: str, cell: str) -> None:
    """In the signs and words of many programs; nothing is read out of what is left of it."""
    reading = read(field, cell, "DE")
    assert reading.value is None
    assert reading.error
    assert reading.error.code == "masked"


@pytest.mark.parametrize("cell", ["王*明", "佐藤 ●●", "李*", "*明", "J*** D**", "Jo**"])
def test_a_masked_name_is_left_out(cell: str) -> None:
    """The row goes on without it."""
    assert read("name", cell).value is None
    assert not read("name", cell).error


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("phone_number", "**0171 2345678**", "+491712345678"),
        ("phone_number", "*0171 2345678", "+491712345678"),
        ("phone_number", "0171-2345678 x123", "+491712345678"),
        ("phone_number", "+1 212 555 0101 #12", "+12125550101"),
        ("email", "xxx@example.com", "xxx@example.com"),
        ("name", "Ann*", "Ann*"),
        ("name", "*VIP* Ann", "*VIP* Ann"),
        ("name", "Hidden", "Hidden"),
        ("identifier", "A*B", "A*B"),
    ],
)
def test_stars_beside_a_whole_value_hide_nothing(field: str, cell: str, value: str) -> None:
    """Emphasis, extensions and footnotes are no masks."""
    assert read(field, cell, "DE").value == value


def test_a_masked_column_is_one_warning() -> None:
    """With an example, and how to get whole values."""
    rows = [Row(number, (f"P{number}", f"138****80{number:02}")) for number in range(2, 30)]
    notes = [str(note) for note in map_columns(["Name", "Phone"], {}, {}, "ignore", rows).notes]
    assert [note for note in notes if "masked" in note] == [
        '"Phone" (B) is masked (138****8002): these values are never sent; export again with whole ones (a permission '
        'may be needed); --map "Phone=" leaves the column out'
    ]


def test_a_few_masked_cells_are_no_masked_column() -> None:
    """Each of them is told by row."""
    cells = ["+4915123456701", "138****8000", "+4915123456702"]
    rows = [Row(number, (f"P{number}", cell)) for number, cell in enumerate(cells, 2)]
    assert not map_columns(["Name", "Phone"], {}, {}, "ignore", rows).notes
