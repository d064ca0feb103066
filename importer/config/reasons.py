"""What is wrong with a setting, in words: pydantic's errors as messages, since it speaks English alone."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from importer.message import Message

_WHOLE_NUMBER: Final = Message("expected a whole number")
_NUMBER: Final = Message("expected a number")
_SWITCH: Final = Message("expected true or false")
_TEXT: Final = Message("expected a text")
_PAIRS: Final = Message("expected keys and values")

_REASONS: Final[Mapping[str, Message]] = {
    **dict.fromkeys(("int_parsing", "int_parsing_size", "int_type", "int_from_float"), _WHOLE_NUMBER),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_parsing", "bool_type"), _SWITCH),
    **dict.fromkeys(("string_type", "path_type"), _TEXT),
    "string_too_short": Message("expected a text that is not empty"),
    "dict_type": _PAIRS,
    "tuple_type": Message("expected a list"),
}
_LIMITS: Final[Mapping[str, Callable[[str], Message]]] = {
    "greater_than": lambda limit: Message("expected more than {limit}", limit=limit),
    "greater_than_equal": lambda limit: Message("expected at least {limit}", limit=limit),
    "less_than_equal": lambda limit: Message("expected at most {limit}", limit=limit),
}


def reason_of(problem: Mapping[str, Any]) -> object:
    """Return why one of pydantic's errors is one; the message of a validator of our own as it is."""
    kind, details = problem["type"], problem.get("ctx", {})
    if "error" in details:
        return details["error"].args[0]
    if kind == "literal_error":
        return Message("expected one of {choices}", choices=re.findall("'([^']*)'", details["expected"]))
    if kind in _LIMITS:
        (limit,) = details.values()
        return _LIMITS[kind](f"{limit:,g}" if limit < 1_000_000 else f"{limit:,}")
    return _REASONS.get(kind, problem["msg"])
