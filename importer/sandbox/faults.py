"""How the sandbox misbehaves: its settings, the dice that pick a request's fault, and the rate-limit windows."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from email.utils import formatdate
from enum import Enum
from typing import Any, Final

from importer.errors import ConfigError
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


def _choice(*choices: str) -> FaultType:
    expected = Message("one of {choices}", choices=choices)
    return FaultType(str, choices[0], lambda value: value in choices, expected, choices)


_SHARE: Final = FaultType(float, 0.0, lambda value: 0 <= value <= 1, Message("a share from 0 to 1"))
_MILLISECONDS: Final = FaultType(float, 0.0, lambda value: 0 <= value < math.inf, Message("milliseconds, 0 or more"))
_COUNT: Final = FaultType(int, 0, lambda value: value >= 0, Message("a whole number, 0 or more"))
_SEED: Final = FaultType(int, None, lambda _: True, Message("a whole number"))
_FORM: Final = _choice("seconds", "date", "absent")
_COUNTED: Final = _choice("all", "page")
_METHODS: Final = _choice("creates", "all")


def _setting(kind: FaultType, about: Message) -> Any:
    return field(default=kind.default, metadata={"kind": kind, "help": about})


@dataclass(frozen=True, slots=True)
class Faults:
    """The settings, harmless by default. These fields are the one table from which ``OPTIONS`` is read.

    The shares are of the requests that ``faults_on`` names and exclude each other; latency and rate limits are for
    every request to the API. "After" means that the request was carried out and only its answer is spoilt.
    Raises ``ConfigError`` if a value is out of its range, or the shares add up to more than 1.
    """

    latency_ms: float = _setting(_MILLISECONDS, Message("wait this many milliseconds before every answer"))
    jitter_ms: float = _setting(_MILLISECONDS, Message("wait up to this many milliseconds more, at random"))
    rate_per_second: int = _setting(_COUNT, Message("answer 429 to more requests in one second; 0: no limit"))
    rate_per_minute: int = _setting(_COUNT, Message("answer 429 to more requests in one minute; 0: no limit"))
    searches_per_minute: int = _setting(_COUNT, Message("answer 429 to more searches in one minute; 0: no limit"))
    retry_after: str = _setting(_FORM, Message("what Retry-After holds in a 429: seconds, date or absent"))
    error_before: float = _setting(_SHARE, Message("share (0 to 1) answered 500, 502, 503 or 504, nothing stored"))
    error_after: float = _setting(_SHARE, Message("share (0 to 1) stored and answered 500, 502, 503 or 504"))
    drop_before: float = _setting(_SHARE, Message("share (0 to 1) whose connection is cut, nothing stored"))
    drop_after: float = _setting(_SHARE, Message("share (0 to 1) stored, and the connection cut without an answer"))
    hang_after: float = _setting(_SHARE, Message("share (0 to 1) stored and never answered"))
    html_after: float = _setting(_SHARE, Message("share (0 to 1) stored and answered 200 with a web page"))
    meta_count: str = _setting(
        _COUNTED, Message("what meta.count of a search counts: all that match, or the page's contacts")
    )
    faults_on: str = _setting(_METHODS, Message("requests that the shares are of: creates or all"))
    seed: int | None = _setting(_SEED, Message("makes the faults repeatable; default: another one every time"))

    def __post_init__(self) -> None:
        for option in OPTIONS:
            option.check(getattr(self, option.name))
        total = sum(getattr(self, fault.value) for fault in Fault)
        if total > 1 + 1e-9:  # 0.1 ten times is a little more than 1
            names, told = ", ".join(fault.value for fault in Fault), f"{total:g}"
            raise ConfigError(
                "the shares {names} add up to {total}, expected at most 1", "lower one of them", names=names, total=told
            )


class Fault(Enum):
    """What can become of a request's answer; a value is the name of its share in ``Faults``."""

    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HANG_AFTER = "hang_after"
    HTML_AFTER = "html_after"


BEFORE: Final = frozenset({Fault.ERROR_BEFORE, Fault.DROP_BEFORE})
"""The faults that keep a request from being carried out."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of ``Faults`` for a command line (``--latency-ms``) and an environment (``env``)."""

    name: str
    env: str
    help: Message
    default: object
    kind: FaultType

    def check(self, value: object) -> None:
        """Raises ``ConfigError`` for a wrong value of the setting."""
        if value != self.default and not self.kind.holds(value):
            name, expected, found = self.name, self.kind.expected, repr(str(value))
            raise ConfigError(
                "{name}: expected {expected}, found {found}", self.help, name=name, expected=expected, found=found
            )


OPTIONS: Final = tuple(
    Option(f.name, f"SANDBOX_{f.name.upper()}", f.metadata["help"], f.default, f.metadata["kind"])
    for f in fields(Faults)
)

ERROR_STATUSES: Final = (500, 502, 503, 504)


class Dice:
    """Owns the random numbers: with one ``seed``, the n-th request that a fault can meet always meets the same.

    Requests that no share is of draw nothing but their jitter, so without jitter the creates' fates do not depend on
    how many searches come between them.
    """

    def __init__(self, faults: Faults) -> None:
        self.seed: Final = random.SystemRandom().randrange(2**32) if faults.seed is None else faults.seed
        self._faults = faults
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable on purpose, no secret depends on it
        self._shares = tuple((fault, getattr(faults, fault.value)) for fault in Fault)

    def fault(self, method: str) -> Fault | None:
        """Draws the fault of the next request; ``None``: it gets its proper answer."""
        if self._faults.faults_on == "creates" and method != "POST":
            return None
        drawn = self._random.random()
        for fault, share in self._shares:
            if drawn < share:
                return fault
            drawn -= share
        return None

    def error_status(self) -> int:
        """One of ``ERROR_STATUSES``."""
        return self._random.choice(ERROR_STATUSES)

    def latency_s(self) -> float:
        """The seconds to wait before the next answer."""
        jitter_ms = self._faults.jitter_ms
        return (self._faults.latency_ms + (self._random.uniform(0, jitter_ms) if jitter_ms else 0)) / 1000


_LIMITS: Final[tuple[tuple[str, float, frozenset[str]], ...]] = (
    # setting, the window's seconds, the methods it counts
    ("rate_per_second", 1.0, frozenset({"GET", "POST", "PATCH"})),
    ("rate_per_minute", 60.0, frozenset({"GET", "POST", "PATCH"})),
    ("searches_per_minute", 60.0, frozenset({"GET"})),
)


class Windows:
    """Counts requests in fixed windows, as rack-attack does upstream (kin): all are free again at a window's start,
    and a refused request counts too. ``clock`` gives seconds."""

    def __init__(self, faults: Faults, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limits = [(getattr(faults, name), *rest) for name, *rest in _LIMITS if getattr(faults, name)]
        self._counts = [(0.0, 0)] * len(self._limits)

    def wait_s(self, method: str) -> float | None:
        """Counts a request, and returns the seconds until it may come in, or ``None`` if it may now."""
        now = self._clock()
        waits = []
        for place, (limit, period_s, methods) in enumerate(self._limits):
            if method in methods:
                window = now // period_s
                counted_in, count = self._counts[place]
                count = count + 1 if counted_in == window else 1
                self._counts[place] = (window, count)
                if count > limit:
                    waits.append((window + 1) * period_s - now)
        return max(waits, default=None)


def retry_after(form: str, wait_s: float, epoch_s: float) -> dict[str, str]:
    """The ``Retry-After`` header (RFC 9110, 10.2.3) in the ``form`` of ``Faults.retry_after``.

    Rounded up to whole seconds: whoever obeys it must not come before the window has ended.
    """
    whole_s = math.ceil(wait_s)
    values = {"seconds": str(whole_s), "date": formatdate(math.ceil(epoch_s + wait_s), usegmt=True)}
    return {"Retry-After": values[form]} if form in values else {}
