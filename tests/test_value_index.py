"""The table of row numbers by hash, held against a dict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.staging.person_index import FEW, ValueIndex

KEYS = st.integers(-(2**31), 2**31 - 1) | st.integers(0, 8).map(lambda n: n << 12)  # the latter want one place
NUMBERS = st.integers(1, 2**32 - 1)


BOTH_WAYS = pytest.mark.parametrize("few", [FEW, 0], ids=["few", "many"])


@pytest.mark.slow
@BOTH_WAYS
@given(batches=st.lists(st.dictionaries(KEYS, NUMBERS)), other=KEYS)
def test_it_finds_what_a_dict_finds(few: int, batches: list[dict[int, int]], other: int) -> None:
    """Hash 0, negative ones, and those that collide in the table; the first number of a key stays."""
    rows = ValueIndex(few)
    known: dict[int, int] = {}
    for entries in batches:
        taken = rows.add([*entries], [*entries.values()])
        assert taken == [at for at, (key, number) in enumerate(entries.items()) if known.get(key, number) != number]
        known = entries | known
    assert rows.find([*known, other]) == [*known.values(), known.get(other, 0)]


@pytest.mark.slow
def test_it_grows_and_forgets_nothing() -> None:
    """Many times what it begins with: every number is found under its key, and none under another."""
    rows = ValueIndex()
    for begin in range(1, 500_001, 1000):
        assert rows.add([7919 * number for number in range(begin, begin + 1000)], [*range(begin, begin + 1000)]) == []
    assert rows.find([7919 * number for number in range(1, 500_001)]) == [*range(1, 500_001)]
    assert not any(rows.find([7919 * number for number in range(500_001, 501_000)]))


@BOTH_WAYS
def test_a_second_number_for_a_key_is_refused(few: int) -> None:
    """Two values of one hash: one stays, and whoever adds is told; whether they come one by one or together."""
    rows = ValueIndex(few)
    assert (rows.add([5], [2]), rows.add([5], [3]), rows.add([5 + 2**32], [4])) == ([], [0], [0])
    assert rows.find([5, 5 + 2**32]) == [2, 2]
    (refused,) = rows.add([6, 6], [7, 8])
    assert rows.find([6]) == [[7, 8][1 - refused]]
