"""What is fast with the extra ``fast`` is the same without."""

import asyncio
import json
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer import runtime as fast

pytest.importorskip("orjson")
pytest.importorskip("uvloop")

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def result(function: Any, argument: Any) -> object:
    """What comes out, or the kind of error; texts of Python, for NaN is not equal to itself."""
    try:
        return repr(function(argument))
    except ValueError as error:
        return "UnicodeError" if isinstance(error, UnicodeError) else "ValueError"
    except RecursionError:
        return "RecursionError"


def both(function: Any, argument: Any) -> tuple[object, object]:
    """The result with orjson, and without."""
    with pytest.MonkeyPatch.context() as patch:
        quick = result(function, argument)
        patch.setattr(fast, "orjson", None)
        return quick, result(function, argument)


@pytest.mark.slow
@given(VALUES)
@example({"name": "王", "inbox_id": 407, "ok": True, "size": 1.5})
@example({"id": 2**64})
@example({"id": -(2**63) - 1})
@example({"name": "\ud800"})
@example([float("nan"), float("inf")])
@example("null")
def test_json_is_written_alike(value: Any) -> None:
    """Byte for byte, but for the spelling of a number with an exponent."""
    quick, plain = both(fast.dumps, value)
    if quick != plain:
        read = json.loads(fast.dumps(value))
        assert repr(read) == repr(value)
        assert any(isinstance(part, float) for part in parts(value))


@pytest.mark.slow
@given(st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from("\udc80\udcff"))))
def test_texts_are_read_back_whatever_wrote_them(texts: list[str]) -> None:
    """A cell may hold a byte that did not decode; the ledger's files go from machine to machine."""
    with pytest.MonkeyPatch.context() as patch:
        written = [fast.dumps_texts(texts)]
        patch.setattr(fast, "orjson", None)
        written.append(fast.dumps_texts(texts))
        assert json.loads(written[1]) == texts
        assert written[1] == json.dumps(texts)
    assert fast.loads(written[0].encode()) == json.loads(written[0]) == texts


def parts(value: Any) -> list[Any]:
    inner = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(part for member in inner for part in parts(member))]


@pytest.mark.slow
@given(VALUES.map(lambda value: json.dumps(value).encode()) | st.binary())
@example(b'{"id": 123456789012345678901234567890}')
@example(b'{"id": 18446744073709551616}')
@example(b'{"id": -9223372036854775809}')
@example(b'{"id": 9007199254740993}')
@example(b'{"id": 1.00000000000000000000000001}')
@example(b'{"name": "\\ud800"}')
@example(b'{"name": "\\ud83d\\ude00"}')
@example(b'{"name": "\xff"}')
@example(b'{"name": "\xed\xa0\x80"}')
@example(b"\xef\xbb\xbf{}")
@example(b'{"a": 1, "a": 2}')
@example(b"[NaN, Infinity, 1e400, -0, -0.0, 1E5]")
@example(b"[" * 1500 + b"]" * 1500)
@example(b"[" * 100_000)
@example(b'"a\nb"')
@example(b"")
def test_json_is_read_alike(text: bytes) -> None:
    """The same value or the same refusal: an id of twenty digits is not rounded."""
    quick, plain = both(fast.loads, text)
    assert quick == plain


@pytest.mark.parametrize("installed", [True, False], ids=["uvloop", "asyncio"])
def test_the_event_loop_is_uvloops_where_that_is_installed(installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed means used."""
    if not installed:
        monkeypatch.setitem(sys.modules, "uvloop", None)

    async def loop() -> str:
        return type(asyncio.get_running_loop()).__module__.partition(".")[0]

    assert fast.run(loop()) == ("uvloop" if installed else "asyncio")
