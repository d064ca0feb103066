"""What picks a request's fault: the dice."""

import random
from collections.abc import Sequence
from typing import Final

from importer.models import Json
from importer.sandbox.faults import Fault, Faults
from importer.sandbox.kinds import ERROR_STATUSES, REFUSAL_STATUSES


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
        """Draws the fault of the next request, whose method is ``FILTER`` if it filters; ``None``: it gets its proper
        answer."""
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

    def refusal(self) -> int:
        """``refuse_status``, or one of ``REFUSAL_STATUSES``."""
        return self._faults.refuse_status or self._random.choice(REFUSAL_STATUSES)

    def late_is_cut(self) -> bool:
        """Whether a late store has no answer at all; else it has 504."""
        return self._random.random() < 0.5

    def earlier(self, ids: Sequence[Json]) -> Json:
        """One of the ids that were given so far, if any was."""
        return self._random.choice(ids) if ids else None

    def patch_missing(self, contact_id: str) -> bool:
        """Whether every update of this contact is 404: asked again, the same answer, whatever came between."""
        share = self._faults.patch_missing
        return share > 0 and random.Random(f"{self.seed} {contact_id}").random() < share  # noqa: S311 - as above

    def latency_s(self) -> float:
        """The seconds to wait before the next answer."""
        jitter_ms = self._faults.jitter_ms
        return (self._faults.latency_ms + (self._random.uniform(0, jitter_ms) if jitter_ms else 0)) / 1000
