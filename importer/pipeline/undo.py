"""Undo an import: restore what it changed, and remove what it created, as far as nobody has touched it since."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Final, NamedTuple

from importer.error_codes import ERROR_CODES, ended
from importer.errors import Declined
from importer.files import workspace
from importer.history.runs import repaired_ledger
from importer.ledger.group_commit import GroupCommit
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Due, LedgerRow, RowKey
from importer.message import Message, all_of
from importer.models import DUE, Outcome, Status
from importer.pipeline.looking_back import (
    Subject,
    begin,
    is_erased,
    look_back,
    proposed,
    row_of,
    say_senders,
    say_unknown,
    subject,
)
from importer.pipeline.terms import Terms
from importer.reporter.look_back import write_look_back
from importer.reporter.summary import Summary
from importer.sender.removal import RemovalTerms, Remover
from importer.sender.restoring import Restorer
from importer.sender.session import Session
from importer.sender.two_looks import Look

TELLS_SEARCHES: Final = 6
"""The first version of the ledger whose rows tell who was found by a search."""


class Knowledge(NamedTuple):
    """What the ledger knows of a run's rows from after it: those that undos have undone, or had sent; and the contacts
    that later runs changed."""

    undone: Mapping[RowKey, Status]
    changed_later: Mapping[str, str]


class Extent(NamedTuple):
    """How many contacts are to be restored and removed, and how many stay as the ledger knows already."""

    restore: int = 0
    remove: int = 0
    kept: int = 0


def undo(terms: Terms, name: str, *, remove_untold: bool) -> Summary | Message:
    """Undo the import of this name, after a question; or say that nothing is left to undo.

    With ``remove_untold`` contacts go too of which the server does not tell whether somebody has used them.
    A dry run reads, asks nothing and changes nothing.

    Raises ``ConfigError`` if there is no such import, ``Declined`` if the user says no, ``LedgerBusy``,
    ``LedgerError``, ``OutputError``.
    """
    config = terms.config
    config.credentials(rehearsable=False)
    with repaired_ledger(config.output_dir, Message("undoing a run")) as ledger:
        source = subject(ledger, name, config)
        known = Knowledge(ledger.looking_back.undone(source.run.id), ledger.looking_back.changed_later(source.seq))
        extent = _extent(_rows(source, known))
        _say_others(terms, source)
        say_unknown(terms, source)
        if not any(extent):
            return Message("{run}: nothing is left to undo", run=source.run.id)
        if not config.dry_run:
            _ask(terms, source, extent, remove_untold=remove_untold)
        with _own_ledger(terms, source) as own:
            work = begin(terms, source, own, "undo", _rows(source, known))
            removal = RemovalTerms(source.window, remove_untold, source.settle_s, config.dry_run)
            look = partial(_look, source, removal)
            work = look_back(work, source, terms, partial(own.record_undo, work.seq), look)
            changes = partial(ledger.changes_of, source.seq)
            return write_look_back(own, work.seq, work.folder, changes, terms.observer.language)


def _say_others(terms: Terms, source: Subject) -> None:
    """Say which runs sent the rows of the file that this one did not: whoever undoes the newest import may mean all."""
    ledger, undone = source.ledger, source.ledger.looking_back.undos()
    origin = next((one.run for one in source.run.corrects if one.run not in undone), None)
    seq = ledger.seq_of(origin)
    if _SENT.isdisjoint(ledger.counts(source.seq)):
        say_senders(terms, source, "undo")
    elif origin is not None and seq is not None and not _SENT.isdisjoint(ledger.counts(seq)):
        told = Message(
            "{run} sent only rows that were corrected; {origin} sent others", run=source.run.id, origin=origin
        )
        terms.observer.warn(told, proposed("undo", origin))


_SENT: Final = {Status.CREATED, Status.UPDATED}


@contextmanager
def _own_ledger(terms: Terms, source: Subject) -> Iterator[Ledger]:
    """The ledger that gets the undo; that of a dry run is thrown away."""
    if not terms.config.dry_run:
        yield source.ledger
        return
    with workspace.ledger_to_rehearse(terms.config.output_dir) as path, Ledger(path) as ledger:
        yield ledger


def _ask(terms: Terms, source: Subject, extent: Extent, *, remove_untold: bool) -> None:
    """Raise ``Declined`` unless the user agrees."""
    if not (extent.restore or extent.remove):
        return
    question = Message(
        "Undo {run}: contacts to restore: {restore:,}, to remove: {remove:,}, as far as nobody has touched them since?",
        run=source.run.id,
        restore=extent.restore,
        remove=extent.remove,
    )
    if remove_untold:
        question = Message("{question} {untold}.", question=question, untold=_UNTOLD)
    if not terms.observer.confirm(question):
        told = Message(
            "nothing was undone: it would restore {restore:,} and remove {remove:,} contacts, and nobody said yes",
            restore=extent.restore,
            remove=extent.remove,
        )
        told = all_of((told, _UNTOLD)) if remove_untold else told
        raise Declined(told, Message("answer yes at a terminal, or add --yes; --dry-run shows what it would do"))


_UNTOLD: Final = Message(
    "--remove-untold: where LiveDesk does not say so, those are removed too that somebody has used"
)


def _extent(rows: Iterator[LedgerRow]) -> Extent:
    restore = remove = left = 0
    for row in rows:
        if row.outcome.status is not Status.PENDING:
            left += 1
        elif row.known_id is None:
            remove += 1
        else:
            restore += 1
    return Extent(restore, remove, left)


def _rows(source: Subject, known: Knowledge) -> Iterator[LedgerRow]:
    """The rows that an undo is about: those that created or changed a contact, or may have, and are not undone."""
    changed = source.ledger.changes(source.seq)
    key, changes = next(changed, _NO_MORE)
    for row in source.ledger.results(source.seq):
        own: Sequence[Change] = ()
        if row.key == key:
            own = changes
            key, changes = next(changed, _NO_MORE)
        if (made := _row(source, known, row, own)) is not None:
            yield made


_NO_MORE: Final[tuple[RowKey, tuple[Change, ...]]] = ((-1, -1), ())


def _row(source: Subject, known: Knowledge, row: LedgerRow, changes: Sequence[Change]) -> LedgerRow | None:
    """One of these rows: pending, or kept for what the ledger knows; ``None`` if there is nothing to undo."""
    outcome, contact_id = row.outcome, changes[0].contact_id if changes else row.outcome.contact_id
    is_created = outcome.status is Status.CREATED or outcome.error_code == ATTRIBUTES_DUE
    done = known.undone.get(row.key)
    if contact_id is None or done is Status.UNDONE or not (changes or is_created or outcome.status is Status.UPDATED):
        return None
    due = DUE._replace(contact_id=contact_id)
    code, why = _kept_for(source, known, row, contact_id, is_restorable=bool(changes) and not is_created)
    if why is not None:
        due = ended(Status.KEPT, code, why, contact_id=contact_id)
    window = source.window if done is not None else None
    return row_of(row, due, was_there=not is_created, window=window)


def _kept_for(
    source: Subject, known: Knowledge, row: LedgerRow, contact_id: str, *, is_restorable: bool
) -> tuple[str, Message | None]:
    """Why a contact stays whatever the server says."""
    if later := known.changed_later.get(contact_id):
        return "changed_later", Message("{run} changed the contact later", run=later)
    if is_erased(row):
        return "forgotten", ERROR_CODES["forgotten"].meaning
    if is_restorable:
        return "", None
    if row.outcome.status is Status.UPDATED:
        return "not_proved", Message("the ledger does not know what was there before")
    if source.run.ledger_version < TELLS_SEARCHES:
        return "not_proved", Message("an older version sent it, which did not note whom a search found")
    if row.outcome.by_search:
        return "not_proved", Message("a search found it, and no answer named it: another may have created it")
    return "", None


@asynccontextmanager
async def _look(
    source: Subject, removal: RemovalTerms, session: Session, group_commit: GroupCommit
) -> AsyncIterator[Look]:
    restorer = Restorer(session, group_commit, source.settle_s, source.wait_s, only_looks=removal.only_looks)
    remover = Remover(session, group_commit, removal)

    async def look(row: Due, again: bool) -> Outcome | None:
        if row.known_id is None:
            return await remover.settle(row, again=again)
        return await restorer.settle(row, source.ledger.changes_of(source.seq, row.key), again=again)

    yield look
