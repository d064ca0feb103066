"""Attributes that are numbers and booleans where the user says so, and text everywhere else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.livedesk.contact import Scalar
from importer.models import ValueType
from importer.normalizer.typed_values import read_as, value_of

AGE = "custom_attributes.age"


def read(kind: ValueType, cell: str) -> Scalar | None:
    """The value of a cell; for one that is refused, its error_code."""
    reading = read_as(kind, AGE, cell)
    if reading.error:
        return reading.error.code
    return None if reading.value is None else value_of(kind, reading.value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("42", 42),
        ("-7", -7),
        ("\u22127", -7),
        ("007", 7),
        ("38.5", 38.5),
        ("38,5", 38.5),
        ("38.50", 38.5),
        ("38.0", 38),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234 567", 1234567),
        ("1\u00a0234,5", 1234.5),
        ("1'234'567.25", 1234567.25),
        ("1,234,567", 1234567),
        ("0.125", 0.125),
        ("1234.567", 1234.567),
        ("４２", 42),
        ("", None),
        ("N/A", None),
        ("1.234", "bad_value"),
        ("1,234", "bad_value"),
        ("12,34,567", "bad_value"),
        ("42 %", "bad_value"),
        ("forty", "bad_value"),
        ("NaN7", "bad_value"),
        ("²", 2),
        ("1.38E+10", "precision_lost"),
        ("1234567890123456", "precision_lost"),
        ("#REF!", "formula_error"),
    ],
)
def test_a_number_is_read_where_there_is_one_way_to_read_it(cell: str, value: Scalar | None) -> None:
    """Signs between thousands and before decimals differ between countries: what has two readings is refused."""
    assert read("number", cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("TRUE", True),
        ("FALSE", False),
        ("yes", True),
        ("No", False),
        ("1", True),
        ("0", False),
        ("是", True),
        ("否", False),
        ("Sí", True),
        ("nein", False),
        ("いいえ", False),
        ("-", None),
        ("2", "bad_value"),
        ("maybe", "bad_value"),
    ],
)
def test_yes_and_no_are_read_in_the_languages_of_the_files(cell: str, value: Scalar | None) -> None:
    """As people and spreadsheet programs write them."""
    found = read("boolean", cell)
    assert found == value
    assert type(found) is type(value)


def test_text_stays_text() -> None:
    """Without --type a number is not touched: 007 is an id, and TRUE a word."""
    assert [read("text", cell) for cell in ("007", "TRUE", "1.50")] == ["007", "TRUE", "1.50"]


@pytest.mark.slow
@given(st.text(), st.sampled_from(["number", "boolean", "text"]))
def test_any_cell_gives_a_value_that_json_can_carry_or_an_error(cell: str, kind: ValueType) -> None:
    """No text makes it raise."""
    found = read(kind, cell)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.slow
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_whole_number_comes_back_as_it_was(number: int) -> None:
    """As a workbook's number cell gives it."""
    assert read("number", str(number)) == number
