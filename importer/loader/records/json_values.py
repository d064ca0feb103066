"""What a JSON value says as texts: ``{"address": {"city": "Köln"}}`` is ``address.city`` Köln. Pure."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, Final

from importer.error_codes import row_error
from importer.loader.records.record import Fault
from importer.message import Message
from importer.normalizer.text import quoted
from importer.sources.cell_values import NO_NUMBER

MOST_OF_A_LIST: Final = 5
"""So many objects of a list have columns of their own; the rest stand as JSON behind them."""

REST: Final = "more"
"""The last part of the title for that rest."""

_DEEPEST: Final = 8
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_FIRST: Final = ("primary", "is_primary", "isPrimary", "default", "preferred")
_SHOWN: Final = 20
_CLOSING: Final = ("}", "]", ",")
_DIGITS: Final = 15
"""So many of a whole number every float holds."""
_MOST_OF_EXPONENT: Final = 3
"""An exponent of more digits is beyond any float."""


class _Object(dict[str, Any]):
    """An object; a key that comes again with another value gets a number, as a further one of its kind."""


def _object(pairs: Sequence[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) == len(pairs):
        return made
    made = _Object()
    for key, value in pairs:
        if key not in made or made[key] in (None, ""):
            made[key] = value
        elif value not in (None, "", made[key]):
            made[next(name for at in count(2) if (name := f"{key} {at}") not in made)] = value
    return made


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=str,  # as it is written: leading digits of a phone number, 20 digits of an id
    parse_float=lambda text: _with_exponent(text) if "e" in text or "E" in text else text,
    parse_constant=lambda text: None if text == "NaN" else NO_NUMBER,  # NaN is how pandas writes nothing
    strict=False,
)


def decoded(text: str) -> Any:
    """The value of a JSON text, its numbers as they are written. Raises ``ValueError``, ``RecursionError``."""
    return _DECODER.decode(text)


def _with_exponent(text: str) -> str:
    """The digits of ``1e5``, for it is a number and no code. One of more digits than a float holds, or beyond all
    floats, as a spreadsheet program shows it: whoever wrote it had no more digits to write."""
    mantissa, _, exponent = text.upper().partition("E")
    if not mantissa.strip("-0."):
        return "0"
    digits = exponent.lstrip("+-0") or "0"  # Python makes no number of thousands of digits
    if len(digits) <= _MOST_OF_EXPONENT and abs((number := Decimal(text)).adjusted()) < _DIGITS:
        return f"{number:f}" if number != number.to_integral_value() else str(int(number))
    return f"{mantissa}E{'-' if exponent.startswith('-') else '+'}{digits}"


def flat(value: Mapping[str, Any]) -> dict[str, str]:
    """An object as ``{title: text}``. Raises ``RecursionError``."""
    return told_apart(_members("", value, _DEEPEST))


def told_apart(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts under their titles; another text of a title that is taken, as ``{"a.b": 1, "a": {"b": 2}}`` has one, with
    a number behind it."""
    found: dict[str, str] = {}
    for title, text in pairs:
        if not found.get(title):
            found[title] = text
        elif text and text != found[title]:
            found[next(name for at in count(2) if (name := f"{title} {at}") not in found)] = text
    return found


def _members(above: str, value: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        yield from _texts(f"{above}{_clean(key)}", inner, depth)


def _texts(title: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value and depth:
        if len(value) == 1 and (found := _extended(value)) is not None:
            yield title, found
        else:
            yield from _members(f"{title}.", value, depth - 1)
    elif isinstance(value, list) and value and depth and all(isinstance(one, dict) for one in value):
        yield from _objects(title, sorted(value, key=_is_second), depth - 1)
    elif isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        yield title, "; ".join(filter(None, map(text_of, value)))
    else:
        yield title, text_of(value)


def _objects(title: str, values: Sequence[Any], depth: int) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(values[:MOST_OF_A_LIST], start=1):
        yield from _texts(f"{title}.{number}", _without_flags(one), depth)
    if rest := values[MOST_OF_A_LIST:]:
        yield f"{title}.{REST}", text_of(rest)


def _extended(value: Mapping[str, Any]) -> str | None:
    """The text of a value of MongoDB, such as ``{"$oid": "…"}``."""
    ((key, inner),) = value.items()
    if key.startswith("$") and isinstance(inner, dict) and len(inner) == 1:
        return _extended(inner)
    return text_of(inner) if key.startswith("$") and not isinstance(inner, dict | list) else None


def _is_second(value: Mapping[str, Any]) -> bool:
    """Whether nothing calls this the first of its list."""
    metadata = value.get("metadata")
    told = [value, metadata] if isinstance(metadata, dict) else [value]
    return not any(one.get(key) in (True, "true", "1") for one in told for key in _FIRST)


def _without_flags(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object without what says that it is the first of its list, for its place says so."""
    return {
        key: inner
        for key, inner in value.items()
        if not (key in _FIRST and isinstance(inner, bool)) and not (key == "metadata" and isinstance(inner, dict))
    }


def text_of(value: Any) -> str:
    """A value as a cell shows it; what has parts, as JSON."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _clean(json.dumps(value, ensure_ascii=False)) if value else ""


def _clean(text: str) -> str:
    """A text that can be written to a file: what is half a character is none."""
    return text if text.isascii() and "\0" not in text else _SURROGATES.sub("\ufffd", text.replace("\0", ""))


def broken(text: str, line: int, error: ValueError | RecursionError) -> Fault:
    """The fault of a record that is no JSON; ``line`` is the one it begins in."""
    if isinstance(error, RecursionError):
        told = Message("line {line}: the values are nested too deep", line=line)
    elif isinstance(error, json.JSONDecodeError) and (found := text[error.pos :].strip()) and not _is_cut(error):
        at = line + text.count("\n", 0, error.pos)
        told = Message("line {line} is no JSON from {found} on", line=at, found=quoted(found, _SHOWN))
    else:
        told = breaks_off(text, line)
    return Fault(row_error("broken_record", told), text)


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether a text ends within a string, which nothing behind it seems to close."""
    return error.msg.startswith("Unterminated string") and not error.doc.rstrip().endswith(_CLOSING)


def breaks_off(text: str, line: int) -> Message:
    """The words for a text that ends too early, with what it ends with; ``line`` is the one it begins in."""
    text = text.rstrip()
    return Message(
        "line {line}: the JSON breaks off behind {found}",
        line=line + text.count("\n"),
        found=quoted(text.rpartition("\n")[2].strip()[-_SHOWN:]),
    )


def no_object(text: str, line: int) -> Fault:
    """The fault of a value among objects that is none."""
    told = Message("line {line}: {found} is no object with a contact's values", line=line, found=quoted(text, _SHOWN))
    return Fault(row_error("broken_record", told), text)


def distinct(names: Iterable[str]) -> list[str]:
    """The names of columns; one that comes again has its number behind it."""
    found: dict[str, None] = {}
    for name in names:
        found[next(one for at in count(1) if (one := f"{name} {at}" if at > 1 else name) not in found)] = None
    return [*found]


def titled(titles: Sequence[str], cells: Iterable[Any]) -> dict[str, Any]:
    """The cells of a row below its titles; one beyond them, below its number."""
    names = [*titles]
    return {(names[at] if at < len(names) else f"{at + 1}"): cell for at, cell in enumerate(cells)}
