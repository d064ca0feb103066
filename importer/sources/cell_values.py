"""Values of DataFrames, Arrow and Parquet as the texts of cells, with no digit more and none less than they have. Pure.

A workbook shows its values likewise, but rounds: a moment in it is a fraction of a day, and hardly ever exact.
"""

import datetime as dt
import json
import math
import re
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

BITS: Final = {2: 11, 4: 24}
"""The bits of a whole number that a float of so many bytes holds; of eight bytes and more it is ``MOST_BITS``."""

MOST_BITS: Final = 53
_SHORT: Final = {11: "e", 24: "f"}
_MOST_DIGITS: Final = 9
"""As many significant digits tell any short float from the next."""

_ROUND: Final = re.compile("-?[1-9][0-9]{5}0{5,}")
"""What becomes of 1.38E+10 when a text is read as a float. A column of whole numbers is never read from such a text."""

NO_NUMBER: Final = "#NUM!"
"""What a spreadsheet program shows for a number beyond all numbers: an error in whatever column."""

_LARGEST_EXPONENT: Final = 40
_MOST_BYTES: Final = 1000
_A_SECOND: Final = 10**6
_PAIR: Final = 2


def text_of(value: Any, bits: int = MOST_BITS) -> str:
    """Return the text of one value; ``bits`` is how large a whole number a float of its column holds.

    A whole float has no ``.0``; one that lost digits, or may stand for others, is in scientific notation.
    """
    value, bits = _unwrapped(value, bits)
    if isinstance(value, float):
        return _float_text(value, bits)
    if isinstance(value, list | tuple):
        return _listed(value, bits)
    return next(text for kinds, text in _AS_TEXT if isinstance(value, kinds))(value)


def is_missing(value: Any) -> bool:
    """Whether one value is none: None, NaN, and the NaT and NA of numpy and pandas."""
    value, _ = _unwrapped(value, MOST_BITS)
    if isinstance(value, float | dt.datetime):
        return value != value  # NaN, NaT
    return value is None or _is_na(value) or (isinstance(value, Decimal) and value.is_nan())


def _is_na(value: object) -> bool:
    """Of pandas, which may not be installed."""
    return type(value).__name__ == "NAType"


def is_map(values: Any) -> bool:
    """Whether a list is a map, which pandas has of Arrow as pairs of a name and a value: points have no names."""
    return bool(values) and all(
        isinstance(one, tuple) and len(one) == _PAIR and isinstance(one[0], str) for one in values
    )


def whole_digits(value: float, bits: int = MOST_BITS) -> str | None:
    """Return the digits of a whole number, ``None`` of another one, and where digits may be lost: from ``1 << bits``
    on, a float is that of the next whole number, too."""
    return str(int(value)) if math.isfinite(value) and value.is_integer() and abs(value) < 1 << bits else None


def scientific(value: float) -> str:
    """Return a number as a spreadsheet program shows a long one, ``1.38E+16``; no phone number is taken from that."""
    return f"{Decimal(repr(value)).normalize():E}"


def duration_text(value: dt.timedelta) -> str:
    """Return a duration in hours, minutes and seconds, ``30:05:00``, as ``[h]:mm:ss`` shows it, with any fraction."""
    seconds, rest = divmod(abs(value // dt.timedelta(microseconds=1)), _A_SECOND)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    sign = "-" if value < dt.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def bool_text(value: object) -> str:
    """Return ``TRUE`` or ``FALSE``, as a workbook has it."""
    return "TRUE" if value else "FALSE"


def _unwrapped(value: Any, bits: int) -> tuple[Any, int]:
    """A scalar or an array of numpy as Python's; any other value as it is."""
    dtype = getattr(value, "dtype", None)
    if dtype is None or not hasattr(value, "tolist"):
        return value, bits
    if getattr(dtype, "char", "") in ("M", "m"):  # moments and durations, which tolist() may give as nanoseconds
        return value.astype(f"{dtype.char}8[us]").tolist(), bits
    own = value.shape or dtype.kind in "biuf"
    return (value.tolist(), bits_of(dtype)) if own else (value, bits)


def bits_of(dtype: Any) -> int:
    """Return the bits of a whole number that a value of this type of numpy or pandas holds."""
    dtype = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    is_float = getattr(dtype, "kind", "") == "f"
    return BITS.get(getattr(dtype, "itemsize", 8), MOST_BITS) if is_float else MOST_BITS


def _float_text(value: float, bits: int) -> str:
    value = _as_written(value, bits)
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return NO_NUMBER
    digits = whole_digits(value, bits)
    if digits is None:
        return scientific(value) if value.is_integer() else repr(value)
    return scientific(value) if _ROUND.fullmatch(digits) else digits


def _as_written(value: float, bits: int) -> float:
    """A short float as its own shortest text says it: as a long one it would get digits that nobody wrote."""
    if bits not in _SHORT or not math.isfinite(value):
        return float(value)  # numpy's has another repr
    for digits in range(1, _MOST_DIGITS + 1):
        shorter = float(f"{value:.{digits}g}")
        with suppress(OverflowError):  # rounded up beyond the largest
            if struct.unpack(_SHORT[bits], struct.pack(_SHORT[bits], shorter))[0] == value:
                return shorter
    return float(value)


def _decimal_text(value: Decimal) -> str:
    """All digits of a whole number; another number as it is written."""
    if value.is_nan():
        return ""
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
        return str(value)
    return f"{value:f}" if value != value.to_integral_value() else str(int(value))


def _datetime_text(value: dt.datetime) -> str:
    """With its zone, if it has one; a midnight without is a date, and NaT nothing."""
    if is_missing(value):
        return ""
    text = value.isoformat(" ")
    return text.removesuffix(" 00:00:00") if value.tzinfo is None else text


def _bytes_text(value: bytes | bytearray | memoryview) -> str:
    """UTF-8, with a lone surrogate for each byte that is not, as in a file of text; how many bytes an image has."""
    content = bytes(value)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        is_text = len(content) <= _MOST_BYTES
        return content.decode("utf-8", "surrogateescape") if is_text else f"({len(content)} bytes)"


def _listed(values: Iterable[Any], bits: int = MOST_BITS) -> str:
    return "; ".join(text for one in values if (text := text_of(one, bits)))


_AS_TEXT: Final[tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...]] = (
    # By the first that fits: a bool is an int, and a datetime is a date.
    (str, str),
    (type(None), lambda _: ""),
    (bool, bool_text),
    (Decimal, _decimal_text),
    (dt.datetime, _datetime_text),
    ((dt.date, dt.time), lambda value: value.isoformat()),
    (dt.timedelta, duration_text),
    ((bytes, bytearray, memoryview), _bytes_text),
    ((set, frozenset), lambda value: _listed(sorted(map(text_of, value)))),
    (dict, lambda value: json.dumps(value, ensure_ascii=False, default=text_of)),
    (object, lambda value: "" if _is_na(value) else str(value)),
)
