"""What a setting of the sandbox may be: the kinds of values, each with the words that tell them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from importer.message import Message


@dataclass(frozen=True, slots=True)
class FaultType:
    """What a setting may be: how to read its text, its default, which values are right, and the words for them."""

    parse: type[float] | type[int] | type[str]
    default: object
    right: Callable[[Any], bool]
    expected: Message
    choices: tuple[str, ...] = ()

    def holds(self, value: object) -> bool:
        """Whether ``value`` is one; an ``int`` passes for a ``float``."""
        return isinstance(value, (int, float) if self.parse is float else self.parse) and self.right(value)


ERROR_STATUSES: Final = (500, 502, 503, 504)
REFUSAL_STATUSES: Final = (429, 425, 503)
"""The statuses that say: not now."""


def choice(*choices: str) -> FaultType:
    """One of these words; the first is the default."""
    expected = Message("one of {choices}", choices=choices)
    return FaultType(str, choices[0], lambda value: value in choices, expected, choices)


SHARE: Final = FaultType(float, 0.0, lambda value: 0 <= value <= 1, Message("a share from 0 to 1"))
MILLISECONDS: Final = FaultType(float, 0.0, lambda value: 0 <= value < math.inf, Message("milliseconds, 0 or more"))
COUNT: Final = FaultType(int, 0, lambda value: value >= 0, Message("a whole number, 0 or more"))
SECONDS: Final = FaultType(float, 0.0, math.isfinite, Message("seconds, negative ones too"))
TEXT: Final = FaultType(str, "", lambda _: True, Message("text"))
SEED: Final = FaultType(int, None, lambda _: True, Message("a whole number"))
STALE: Final = FaultType(int, 0, lambda value: value == 0 or 400 <= value <= 599, Message("0, or 400 to 599"))
REFUSAL: Final = FaultType(int, 0, lambda value: value in (0, *REFUSAL_STATUSES), Message("0, 425, 429 or 503"))


def setting(kind: FaultType, about: Message, default: object = None) -> Any:
    """A field of ``Faults``, with its kind and its help text."""
    return field(default=kind.default if default is None else default, metadata={"kind": kind, "help": about})
