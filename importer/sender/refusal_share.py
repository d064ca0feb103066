"""The share of requests that a server refuses whatever their pace, and whether it refuses more than that."""

import math
from typing import Final

_ALARM: Final = 6.0  # about e**6 = 400 answers, and mostly many more, between two alarms without a cause
_MORE: Final = 3.0
_AND_MORE: Final = 0.05
_MOST: Final = 0.6
_EXPECTED: Final = 8
_FEW: Final = 3
_LEAST: Final = 0.001
_RUN: Final = 5
_LARGE: Final = 0.1
_NO_CHANCE: Final = 1e-5


class RefusalShare:
    """Owns what share of refusals is usual, and the evidence that there are more.

    The evidence is a cumulative sum (CUSUM; Page, 1954) of log-likelihoods: it compares the usual share with a much
    larger one, refusals add to it, accepted requests take from it. While no share is usual or ``tolerated``, one
    refusal is enough.
    """

    def __init__(self, tolerated: float = 0.0) -> None:
        self.usual = 0.0
        self._up = self._down = 0.0
        self._tolerated = tolerated
        self._evidence = 0.0
        self._answers = self._refusals = 0
        self._weigh()

    @property
    def run(self) -> int:
        """So many refusals in a row are no chance."""
        return _RUN if self.usual < _LARGE else math.ceil(math.log(_NO_CHANCE) / math.log(self.usual))

    def learn(self, usual: float) -> None:
        """From now on this share, from 0 to 1, is usual."""
        self.forget()
        self._set(usual)

    def _set(self, usual: float) -> None:
        self.usual = usual if usual >= _LEAST else 0.0
        self._answers = self._refusals = 0
        self._weigh()

    def _weigh(self) -> None:
        if expected := max(self.usual, self._tolerated):
            more = min(_MOST, _MORE * expected + _AND_MORE)
            self._up = math.log(more / expected)
            self._down = math.log((1 - more) / (1 - expected))

    def forget(self, tolerated: float | None = None) -> None:
        """What the evidence is about has changed; ``tolerated`` is the share that is from now on too small to mind."""
        self._evidence = 0.0
        if tolerated is not None:
            self._tolerated = tolerated
            self._weigh()

    def answered(self, refused: bool, is_below: bool) -> bool:
        """A request was answered; returns whether refusals are now more than usual.

        ``is_below`` says that it left at a rate at which no limit would refuse it: such answers show what is usual.
        """
        if not (self.usual or self._tolerated):
            return refused
        self._evidence = max(0.0, self._evidence + (self._up if refused else self._down))
        is_more = self._evidence >= _ALARM
        if is_below and self.usual:
            self._count(refused)
        return is_more

    def _count(self, refused: bool) -> None:
        """What is no longer usual is forgotten."""
        self._answers += 1
        self._refusals += refused
        if self._answers * self.usual >= _EXPECTED:
            share = self._refusals / self._answers
            self._set(share if self._refusals <= _FEW else (share + self.usual) / 2)
