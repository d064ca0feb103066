"""Cells that a spreadsheet program would run as a formula."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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


@example(["Ann", "+1"])
@given(st.lists(TEXTS.map(lambda text: text.replace("\n", " "))))
def test_texts_are_looked_at_together_and_none_is_missed(texts: list[str]) -> None:
    """Too much may be looked at by itself, but no phone number, which is in every row."""
    lines = "\n".join(["", *texts, ""])
    assert perhaps_any(lines) or [guard(text) for text in texts] == texts
    assert perhaps_any("\n+8613800138000" * 3 + lines) == perhaps_any(lines)


@given(TEXTS)
def test_unguard_undoes_guard(text: str) -> None:
    """Whatever is written guarded is read back as it was; no guarded text runs."""
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=-@\t\r\n＝－＠＋")
