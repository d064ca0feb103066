"""Verify an import: read back what it sent."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from importer.config.settings import Config
from importer.error_codes import ended
from importer.history.runs import repaired_ledger
from importer.ledger.group_commit import GroupCommit
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.records import Due, LedgerRow
from importer.ledger.run import Run
from importer.message import Message
from importer.models import DUE, Outcome, Status, UpdateRule
from importer.pipeline.looking_back import (
    Subject,
    begin,
    is_erased,
    look_back,
    row_of,
    say_senders,
    say_unknown,
    subject,
)
from importer.pipeline.plan import FEW, say_list, searches_for
from importer.pipeline.stage import Work
from importer.pipeline.terms import Terms
from importer.remarks import DIFFERS, kinds_of
from importer.reporter.look_back import write_look_back
from importer.reporter.summary import Summary
from importer.reporter.verdict import undone_words
from importer.sender.account_list import length_of, read_all
from importer.sender.session import Session
from importer.sender.two_looks import Look
from importer.sender.verification import Listed, Verifier
from importer.staging.account_index import AccountIndex


def verify(terms: Terms, name: str | None) -> Summary:
    """Read back the import of this name, ``None`` for the newest, and write the verification's files.

    Raises ``ConfigError`` if there is no such import, ``LedgerBusy``, ``LedgerError``, ``OutputError``.
    """
    terms.config.credentials(rehearsable=False)
    with repaired_ledger(terms.config.output_dir, Message("verifying a run")) as ledger:
        source = subject(ledger, name, terms.config)
        if undone := ledger.looking_back.undos().get(source.run.id):
            told = Message("{run}: {undone}", run=source.run.id, undone=undone_words(undone))
            terms.observer.warn(told, Message("what it restored is different now, and what it removed is missing"))
        say_unknown(terms, source)
        return verified(terms, source)


def verified(terms: Terms, source: Subject) -> Summary:
    """Read back an import that is found, in a ledger that is open, and write the verification's files."""
    work = begin(terms, source, source.ledger, "verify", _rows(source))
    if not work.ledger.counts(work.seq):  # nothing of it is read back here
        say_senders(terms, source, "verify")
    look = partial(_look, source, work, terms)
    work = look_back(work, source, terms, partial(work.ledger.record, work.seq), look)
    return write_look_back(work.ledger, work.seq, work.folder, None, terms.observer.language)


def _rows(source: Subject) -> Iterator[LedgerRow]:
    for row in source.ledger.results(source.seq):
        if _was_sent(row.outcome):
            outcome = (_FORGOTTEN if is_erased(row) else DUE)._replace(contact_id=row.outcome.contact_id)
            yield row_of(row, outcome, was_there=row.outcome.status in (Status.UPDATED, Status.EXISTS))


_FORGOTTEN: Final = ended(Status.UNKNOWN, "forgotten")


def _was_sent(outcome: Outcome) -> bool:
    """Whether a run sent a row's data, or found that the server holds it."""
    if outcome.contact_id is None:
        return False
    if outcome.status is Status.EXISTS:
        return DIFFERS not in kinds_of(outcome.hint)
    return outcome.status in (Status.CREATED, Status.UPDATED) or outcome.error_code == ATTRIBUTES_DUE


def _rule(run: Run) -> UpdateRule:
    """Which values of a contact that was there before the run's updates replaced."""
    chosen = {name: run.options[name] for name in ("on_duplicate", "update", "keep") if name in run.options}
    return Config.model_validate(chosen).update_rule


@asynccontextmanager
async def _look(
    source: Subject, work: Work, terms: Terms, session: Session, group_commit: GroupCommit
) -> AsyncIterator[Look]:
    """How to verify a row; where the account's list takes fewer requests than searches, it is read first."""
    written = partial(source.ledger.changes_of, source.seq)
    with AccountIndex() as contacts:
        listed = await _listed(work, terms, session, contacts)
        verifier = Verifier(session, _rule(source.run), written, listed)

        async def look(row: Due, again: bool) -> Outcome | None:
            found = await verifier.look(row, again=again)
            if found.differences:
                await group_commit.changing(row, found.differences)
            return found.outcome

        yield look


async def _listed(work: Work, terms: Terms, session: Session, contacts: AccountIndex) -> Listed | None:
    """The account's list, read into ``contacts`` where that is fewer requests than searches."""
    searches = searches_for(work.ledger.counts(work.seq).get(Status.PENDING, 0), session)
    length = await length_of(session) if searches > FEW else None
    if length is None or length.pages >= searches:
        return None
    say_list(terms.observer, length, searches)
    return Listed(contacts.get, await read_all(session, length, contacts, work.config.concurrency))
