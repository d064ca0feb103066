"""Cells that a spreadsheet program would run as a formula."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.data_table import data_table
from importer.normalizer import text as text_of_cells
from importer.normalizer.cells import read
from importer.normalizer.text import guard, perhaps_any, unguard


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("+8613800138000", "+8613800138000"),
        ("+86 138", "'+86 138"),
        ("'t Hooft", "'t Hooft"),
        ("Ann", "Ann"),
        ("", ""),
    ],
)
def test_guard_follows_owasp_and_spares_phone_numbers(text: str, guarded: str) -> None:
    """OWASP's characters get an apostrophe; E.164 phone numbers and harmless apostrophes stay."""
    assert guard(text) == guarded


TEXTS = st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝a1 "), max_size=8) | st.text()


@pytest.mark.slow
@example(["Ann", "+1"])
@given(st.lists(TEXTS.map(lambda text: text.replace("\n", " "))))
def test_texts_are_looked_at_together_and_none_is_missed(texts: list[str]) -> None:
    """Too much may be looked at by itself, but no phone number, which is in every row."""
    lines = "\n".join(["", *texts, ""])
    assert perhaps_any(lines) or [guard(text) for text in texts] == texts
    assert perhaps_any("\n+8613800138000" * 3 + lines) == perhaps_any(lines)


@pytest.mark.slow
@given(TEXTS)
def test_unguard_undoes_guard(text: str) -> None:
    """Whatever is written guarded is read back as it was; no guarded text runs."""
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=-@\t\r\n＝－＠＋")


ERRORS = {head: words.split() for head, words in data_table(text_of_cells.__file__, "formula_errors.txt")}
NOTHING_FOUND = ERRORS.pop("nothing found")
FIELDS = ["name", "email", "phone_number", "identifier", "additional_attributes.city", "custom_attributes.team"]


def code(field: str, cell: str) -> str | None:
    """The error code of a cell."""
    error = read(field, cell).error
    return error.code if error else None


@pytest.mark.parametrize("language", ERRORS)
@pytest.mark.parametrize("field", FIELDS)
def test_an_error_of_a_spreadsheet_in_another_language_is_one(language: str, field: str) -> None:
    """A CSV file has what the program shows to people."""
    shown = [*ERRORS[language], ERRORS[language][0].lower(), ERRORS[language][-1].replace("#", "#¡")]
    assert {cell: code(field, cell) for cell in shown} == dict.fromkeys(shown, "formula_error")


@pytest.mark.parametrize("field", FIELDS)
def test_a_lookup_without_a_result_is_empty_in_every_language(field: str) -> None:
    """As ``#N/A`` is; a spreadsheet's own error value is told as people see it."""
    assert {cell: read(field, cell) for cell in NOTHING_FOUND} == dict.fromkeys(NOTHING_FOUND, (None, None, ()))
    error = read(field, "#N/A!").error
    assert error is not None
    assert '"#N/A" stands' in str(error.message)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "cell", ["=A1&B1", "=$C$7", "=VLOOKUP(A2;B:C;2)", "=ВПР(A2;B:C;2)", "='Kunden 2'!B4", "=+Q2*2"]
)
def test_a_formula_saved_as_its_text_has_no_result(cell: str, field: str) -> None:
    """Nobody is called so."""
    assert code(field, cell) == "formula_error"


def test_an_equals_sign_alone_makes_no_formula() -> None:
    """Addresses and marks in names may have one."""
    assert read("email", "=B2@example.org").value == "=B2@example.org"
    assert read("custom_attributes.team", "=) Ada").value == "=) Ada"
    assert read("identifier", "=A1B2C3").value == "=A1B2C3"
    assert read("identifier", "#A-17").value == "#A-17"
