"""What refuses a request before the account sees it: a firewall, the rate limits. And when it may come again."""

import json
import math
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from typing import Final

from importer.sandbox.faults import Faults

FILTER: Final = "FILTER"
"""What a request that filters is counted as; it is a POST, as a create is."""


def mentions(body: bytes, text: str) -> bool:
    """Whether ``text`` stands in a body, in any case and however JSON escapes it."""
    plain = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):  # what is no JSON stays as it is
        plain = json.dumps(json.loads(plain), ensure_ascii=False)
    return text.casefold() in plain.casefold()


_LIMITS: Final = (
    # setting, the window's seconds, whether it counts searches alone (kin: a filter is no search)
    ("rate_per_second", 1.0, False),
    ("rate_per_minute", 60.0, False),
    ("searches_per_minute", 60.0, True),
)


class Windows:
    """Counts requests in fixed windows, as rack-attack does upstream (kin): all are free again at a window's start,
    and a refused request counts too. ``clock`` gives seconds."""

    def __init__(self, faults: Faults, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._limits = [(getattr(faults, name), *rest) for name, *rest in _LIMITS if getattr(faults, name)]
        self._counts = [(0.0, 0)] * len(self._limits)

    def wait_s(self, *, is_search: bool) -> float | None:
        """Counts a request, and returns the seconds until it may come in, or ``None`` if it may now."""
        now = self._clock()
        waits = []
        for place, (limit, period_s, of_searches) in enumerate(self._limits):
            if is_search or not of_searches:
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
