"""How many examples Hypothesis tries."""

import os
from typing import Final

REPEATABLE: Final = bool(os.environ.get("CI"))
"""In CI the examples are the same each time: it judges a change, and a find of luck is no fault of the change.

Everywhere else they are others each time. ``EXAMPLES=20`` looks for faults: twenty times as many, at random.
"""


def examples(number: int) -> int:
    """All of them where the variable ``CI`` is set, as ``.ci/run`` sets it; a quarter for whoever waits."""
    if times := os.environ.get("EXAMPLES"):
        return number * int(times)
    return number if REPEATABLE else number // 4
