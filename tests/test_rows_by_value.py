"""The table of row numbers by hash, held against a dict."""

from hypothesis import given
from hypothesis import strategies as st

from importer.rows_by_value import RowsByValue

KEYS = st.integers(-(2**31), 2**31 - 1) | st.integers(0, 8).map(lambda n: n << 12)  # the latter want one place
NUMBERS = st.integers(1, 2**32 - 1)


@given(st.dictionaries(KEYS, NUMBERS), KEYS)
def test_it_finds_what_a_dict_finds(entries: dict[int, int], other: int) -> None:
    """Hash 0, negative ones, and those that collide in the table."""
    rows = RowsByValue()
    assert [rows.add(key, number) for key, number in entries.items()] == [True] * len(entries)
    assert {key: rows.find(key) for key in [*entries, other]} == {key: entries.get(key, 0) for key in [*entries, other]}


def test_it_grows_and_forgets_nothing() -> None:
    """Ten times what it begins with: every number is found under its key, and none under another."""
    rows = RowsByValue()
    for number in range(1, 40_001):
        rows.add(7919 * number, number)
    assert [rows.find(7919 * number) for number in range(1, 40_001)] == [*range(1, 40_001)]
    assert not any(rows.find(7919 * number) for number in range(40_001, 41_000))


def test_a_second_number_for_a_key_is_refused() -> None:
    """Two values of one hash: the first stays, and whoever adds is told."""
    rows = RowsByValue()
    assert (rows.add(5, 2), rows.add(5, 3), rows.add(5 + 2**32, 4)) == (True, False, False)
    assert (rows.find(5), rows.find(5 + 2**32)) == (2, 2)
