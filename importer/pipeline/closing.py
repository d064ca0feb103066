"""Close a run: every row gets its outcome, and the record says how it ended, and what it has settled; then look
after the folders of the runs before."""

from contextlib import suppress
from dataclasses import replace

from importer.cancellation import Cancellation
from importer.errors import LedgerError
from importer.history.corrections import corrected, folder_of_run, wrong_in
from importer.history.disk_use import has_grown, size_told
from importer.history.retention import keep_newest
from importer.history.runs import killed_before
from importer.history.vanished import vanished
from importer.ledger.run import now
from importer.ledger.sizes import size_on_disk
from importer.message import Counted, Message
from importer.models import NOWHERE, Outcome
from importer.observer import Observer
from importer.pipeline.stage import Work
from importer.reporter.summary import exit_code
from importer.sender.metrics import Sent


def say_origin(work: Work, observer: Observer) -> None:
    """Tell which run the rows of an errors file come from."""
    for one in work.run.corrects[:1]:
        observer.say(
            Counted(
                "errors of {run}, where {number:,} row needs attention",
                "errors of {run}, where {number:,} rows need attention",
                wrong_in(work.ledger, one.run),
                run=one.run,
            )
        )


def _inboxes(work: Work) -> dict[str, int]:
    """How many rows each inbox has. Where all have that of ``--inbox`` no row is asked, which saves 1 µs a row."""
    inbox, own = work.config.inbox_id, {*work.config.set}.union(*(part.mapping.values() for part in work.run.parts))
    if inbox is None or "inbox_id" in own or work.run.mode not in ("import", "sandbox", "dry run", "plan"):
        return work.ledger.reports.inboxes(work.seq, NOWHERE)
    rows = sum(count for status, count in work.ledger.counts(work.seq).items() if status not in NOWHERE)
    return {inbox: rows} if rows else {}


def close(work: Work, sent: Sent, rest: Outcome, cancellation: Cancellation) -> Work:
    """Give every row without an outcome the ``rest``, and record how the run ended."""
    ledger, seq = work.ledger, work.seq
    ledger.close_rows(seq, rest)
    code = sent.reason.exit_code if sent.reason else cancellation.exit_code or exit_code(ledger.counts(seq))
    stopped = sent.reason.message if sent.reason else Message("interrupted") if cancellation.exit_code else None
    run = replace(work.run, finished_at=now(), exit_code=int(code), stopped=stopped)
    run = replace(run, requests=sent.requests, retries=sent.retries, measures=sent.measures)
    run = replace(run, capabilities=sent.capabilities.as_json(), inboxes=_inboxes(work))
    with suppress(LedgerError):  # an earlier run that cannot be read costs this one nothing
        run = replace(run, wrong_ids=ledger.wrong_ids([seq, *killed_before(ledger, seq)]))
        run = replace(run, vanished=vanished(ledger, seq, run))
        if run.corrects:
            beside = folder_of_run(work.source, work.folder.parent)
            run = replace(run, corrects=corrected(ledger, seq, run.corrects[0].run, beside))
    with ledger.transaction():
        ledger.rewrite(seq, run)
    return replace(work, run=run)


def look_after(work: Work, observer: Observer, taken: int) -> None:
    """Remove older run folders if ``--keep-runs`` says so, and tell once the ledger has become large, which took
    ``taken`` bytes before the run."""
    with suppress(LedgerError):  # the run is done
        if work.config.keep_runs is not None:
            keep_newest(work.ledger, work.config.output_dir, work.config.keep_runs, observer)
        if has_grown(taken, size_on_disk(work.ledger.path)):
            observer.say(size_told(work.ledger, work.config.output_dir))
