"""Close a run: every row gets its outcome, and the record says how it ended, and what it has settled."""

from contextlib import suppress
from dataclasses import replace

from importer.console import Console
from importer.errors import LedgerError
from importer.history.corrections import corrected, folder_of_run, wrong_in
from importer.history.vanished import vanished
from importer.ledger.run import now
from importer.message import Counted, Message
from importer.models import Outcome
from importer.pipeline.stage import Work
from importer.reporter.summary import NOWHERE, exit_code
from importer.sender.metrics import Sent
from importer.signals import Interrupt


def say_origin(work: Work, console: Console) -> None:
    """Tell which run the rows of an errors file come from."""
    for one in work.run.corrects[:1]:
        console.say(
            Counted(
                "errors of {run}, where {number:,} row needs attention",
                "errors of {run}, where {number:,} rows need attention",
                wrong_in(work.ledger, one.run),
                run=one.run,
            )
        )


def close(work: Work, sent: Sent, rest: Outcome, interrupt: Interrupt) -> Work:
    """Give every row without an outcome the ``rest``, and record how the run ended."""
    ledger, seq = work.ledger, work.seq
    ledger.close_rows(seq, rest)
    code = sent.reason.exit_code if sent.reason else interrupt.exit_code or exit_code(ledger.counts(seq))
    stopped = sent.reason.message if sent.reason else Message("interrupted") if interrupt.exit_code else None
    run = replace(work.run, finished_at=now(), exit_code=int(code), stopped=stopped)
    run = replace(run, requests=sent.requests, retries=sent.retries, measures=sent.measures)
    run = replace(run, capabilities=sent.capabilities.as_json(), inboxes=ledger.reports.inboxes(seq, NOWHERE))
    with suppress(LedgerError):  # an earlier run that cannot be read costs this one nothing
        run = replace(run, vanished=vanished(ledger, seq, run))
        if run.corrects:
            beside = folder_of_run(work.source, work.folder.parent)
            run = replace(run, corrects=corrected(ledger, seq, run.corrects[0].run, beside))
    with ledger.transaction():
        ledger.rewrite(seq, run)
    return replace(work, run=run)
