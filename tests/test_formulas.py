"""Cells that a spreadsheet program would run as a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.formulas import guard, unguard


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


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝a1 "), max_size=8) | st.text())
def test_unguard_undoes_guard(text: str) -> None:
    """Whatever is written guarded is read back as it was; no guarded text runs."""
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=-@\t\r\n＝－＠＋")
