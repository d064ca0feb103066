"""Requests of earlier runs that may still be carried out, since their answers were never learned: updates of an import,
and whatever an undo had sent. Until ``--settle`` has passed since such a run ended, what a search shows of these
contacts decides nothing: it may be changed, or gone, a second later."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from importer.ledger.ledger import Ledger
from importer.ledger.records import Change
from importer.ledger.run import Run, epoch_s
from importer.livedesk.responses import Found
from importer.sender.lost_updates import done
from importer.sender.shutdown import Clock


class Unsure(NamedTuple):
    """What an earlier run was to change in a contact, and for how many seconds that may still happen. Of what an undo
    was to do there are no ``changes``: nothing that a contact shows tells that all of its requests have been carried
    out."""

    changes: tuple[Change, ...]
    wait_s: float


Unsures = Mapping[str, tuple[Unsure, ...]]
"""What earlier runs may still do, by contact id."""


def unsure_of(ledger: Ledger, seq: int, settle_s: float, now: float) -> Unsures:
    """What earlier runs may still do on the server of run ``seq``; ``now`` is in epoch seconds.

    For an undo, another one of the same run does not count: it restores the same values.
    """
    unsure, runs = defaultdict[str, list[Unsure]](list), sorted(ledger.runs(), key=lambda one: one[0])
    for ended_at, contact_id, changes in (*_imports(ledger, seq, runs), *_undos(ledger, seq, runs, now - settle_s)):
        if (wait_s := min(ended_at, now) + settle_s - now) > 0:
            unsure[contact_id].append(Unsure(changes, wait_s))
    return {contact_id: tuple(found) for contact_id, found in unsure.items()}


_May = tuple[float, str, tuple[Change, ...]]
"""When a run had ended (epoch seconds), and what it may still do to a contact."""


def _imports(ledger: Ledger, seq: int, runs: Iterable[tuple[int, Run]]) -> Iterator[_May]:
    """A run that was killed had ended when the next one began."""
    began = [(number, epoch_s(run.started_at)) for number, run in runs]
    for earlier, changes in ledger.changes_in_doubt(seq):
        yield next(at for number, at in began if number > earlier), changes[0].contact_id, changes


def _undos(ledger: Ledger, seq: int, runs: Iterable[tuple[int, Run]], since: float) -> Iterator[_May]:
    """Those that ended after ``since``. The end of one that was killed is when the next run found it so."""
    own = ledger.run(seq)
    for number, run in runs:
        ended_at = epoch_s(run.finished_at or own.started_at)
        is_other = run.of_run != own.of_run and run.base_url == own.base_url
        if run.mode == "undo" and number < seq and is_other and ended_at > since:
            yield from ((ended_at, contact_id, ()) for contact_id in ledger.looking_back.unanswered(number))


class EarlierRequests:
    """Owns what requests of earlier runs may still do: ``unsure`` by contact id."""

    def __init__(self, unsure: Unsures | None = None, clock: Clock = time.monotonic) -> None:
        self._unsure = unsure or {}
        self._clock = clock
        self._since = clock()

    def wait_s(self, founds: Iterable[Found]) -> float:
        """For how many seconds one of these contacts may still be changed; 0 if that has happened already, or was
        never to."""
        if not self._unsure:
            return 0.0
        return self._left(one for found in founds for one in self._unsure.get(found.id, ()) if not _is_done(one, found))

    @property
    def left_s(self) -> float:
        """For how many seconds any contact may."""
        return self._left(one for each in self._unsure.values() for one in each)

    def _left(self, unsure: Iterable[Unsure]) -> float:
        longest_s = max((one.wait_s for one in unsure), default=0.0)
        return max(0.0, self._since + longest_s - self._clock()) if longest_s else 0.0


def _is_done(unsure: Unsure, found: Found) -> bool:
    return bool(unsure.changes) and len(done(unsure.changes, found)) == len(unsure.changes)
