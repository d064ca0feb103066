"""Requests of earlier runs that may still be carried out, since their answers were never learned: updates of an import,
the attributes of whom it created, and whatever an undo had sent. Until ``--settle`` has passed since such a run ended,
what a search shows of these contacts decides nothing: it may be changed, or gone, a second later."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise, starmap
from typing import NamedTuple

from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Due
from importer.ledger.run import Run, epoch_s
from importer.livedesk.contact import lookup
from importer.livedesk.responses import Found
from importer.sender.lost_updates import done
from importer.sender.shutdown import Clock


class Unsure(NamedTuple):
    """What an earlier run was to change in a contact, and for how many seconds that may still happen. Of what an undo
    was to do, and for whoever is forgotten, there are no ``changes``: nothing that a contact shows tells that all of
    its requests have been carried out. ``of`` is the fingerprint of the row that was to be created: the same row sends
    the same."""

    changes: tuple[Change, ...]
    wait_s: float
    of: bytes | None = None


Unsures = Mapping[str, tuple[Unsure, ...]]
"""What earlier runs may still do, by contact id; where nobody knows it, by the lookup keys of the contact."""


def unsure_of(ledger: Ledger, seq: int, settle_s: float, now: float) -> Unsures:
    """What earlier runs may still do on the server of run ``seq``; ``now`` is in epoch seconds.

    For an undo, another one of the same run does not count: it restores the same values.
    """
    unsure, runs = defaultdict[str, list[Unsure]](list), sorted(ledger.runs(), key=lambda one: one[0])
    since = now - settle_s
    may = (*_imports(ledger, seq, runs), *_creates(ledger, seq, runs, since), *_undos(ledger, seq, runs, since))
    for ended_at, told_by, changes, of in may:
        if (wait_s := min(ended_at, now) + settle_s - now) > 0:
            unsure[told_by].append(Unsure(changes, wait_s, of))
    return {told_by: tuple(found) for told_by, found in unsure.items()}


_May = tuple[float, str, tuple[Change, ...], bytes | None]
"""When a run had ended (epoch seconds), the contact's id or a lookup key, and what it may still do to the contact."""


def _imports(ledger: Ledger, seq: int, runs: Sequence[tuple[int, Run]]) -> Iterator[_May]:
    ended = _ended(runs)
    for earlier, changes in ledger.changes_in_doubt(seq):
        yield ended[earlier], changes[0].contact_id, changes, None


def _creates(ledger: Ledger, seq: int, runs: Sequence[tuple[int, Run]], since: float) -> Iterator[_May]:
    """The attributes of whom runs that ended after ``since`` were creating. An undo waits for none: it takes back, and
    finds out what it may."""
    own, ended = ledger.run(seq), _ended(runs)
    if own.mode == "undo":
        return
    theirs = (number for number, run in runs if number < seq and run.base_url == own.base_url)
    is_open = [number for number in theirs if ended[number] > since]
    for earlier, contact_id, contact, fingerprint in ledger.creates_in_doubt(is_open):
        changes = [Change(contact_id or "", name, None, value) for name, value in contact.attributes.items()]
        if changes or not contact.name:  # without a name it may be forgotten, and its attributes with it
            for told_by in [contact_id] if contact_id else starmap(lookup, contact.keys().items()):
                yield ended[earlier], told_by, tuple(changes), fingerprint


def _ended(runs: Sequence[tuple[int, Run]]) -> Mapping[int, float]:
    """When each run but the last had ended, as far as is known: one that was killed when the next one began."""
    return {number: epoch_s(run.finished_at or after.started_at) for (number, run), (_, after) in pairwise(runs)}


def _undos(ledger: Ledger, seq: int, runs: Iterable[tuple[int, Run]], since: float) -> Iterator[_May]:
    """Those that ended after ``since``. The end of one that was killed is when the next run found it so."""
    own = ledger.run(seq)
    for number, run in runs:
        ended_at = epoch_s(run.finished_at or own.started_at)
        is_other = run.of_run != own.of_run and run.base_url == own.base_url
        if run.mode == "undo" and number < seq and is_other and ended_at > since:
            yield from ((ended_at, contact_id, (), None) for contact_id in ledger.looking_back.unanswered(number))


class EarlierRequests:
    """Owns what requests of earlier runs may still do."""

    def __init__(self, unsure: Unsures | None = None, clock: Clock = time.monotonic) -> None:
        self._unsure = unsure or {}
        self._clock = clock
        self._since = clock()

    def wait_s(self, founds: Iterable[Found], row: Due | None = None) -> float:
        """For how many seconds one of these contacts may still be changed, other than by what this ``row`` sends too; 0
        if that has happened already, or was never to."""
        if not self._unsure:
            return 0.0
        own = row.contact.keys().items() if row else ()
        return self._left(
            one
            for found in founds
            for told_by in {found.id, *starmap(lookup, chain(own, found.contact.keys().items()))}
            for one in self._unsure.get(told_by, ())
            if not _is_done(one, found) and (row is None or one.of is None or one.of != row.fingerprint)
        )

    @property
    def left_s(self) -> float:
        """For how many seconds any contact may."""
        return self._left(one for each in self._unsure.values() for one in each)

    def _left(self, unsure: Iterable[Unsure]) -> float:
        longest_s = max((one.wait_s for one in unsure), default=0.0)
        return max(0.0, self._since + longest_s - self._clock()) if longest_s else 0.0


def _is_done(unsure: Unsure, found: Found) -> bool:
    return bool(unsure.changes) and len(done(unsure.changes, found)) == len(unsure.changes)
