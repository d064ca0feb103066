"""Run one import: stage its rows, send those that are due, report."""

import getpass
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from importer import workspace
from importer.addresses import same_address
from importer.cluster.settings import OPEN_SCHEDULER, is_open
from importer.config import Config
from importer.console import Console
from importer.error_codes import ERROR_CODES, not_sent
from importer.errors import CanaryEnded, ConfigError, ExitCode
from importer.history.plans import check_same, digest, plan_to_do
from importer.history.runs import repair
from importer.ledger.file import VERSION
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run, SheetPart, now
from importer.message import Counted, Message
from importer.models import Mode, Outcome, Status
from importer.pipeline.closing import close, say_origin
from importer.pipeline.opening import opened
from importer.pipeline.stage import DUE_STATUS, Input, Sheet, Work, stage
from importer.reporter.files import Copy, publish, write_files
from importer.reporter.look_back import write_summary
from importer.reporter.result_files import LAST_FILE
from importer.reporter.summary import NAMES, Summary
from importer.runtime import little_garbage
from importer.sender.metrics import Sent
from importer.signals import Interrupt
from importer.system_text import decoded


@little_garbage()
def run_import(
    config: Config,
    path: Path,
    console: Console,
    interrupt: Interrupt,
    arguments: Sequence[str] = (),
    mode: Mode | None = None,
) -> Summary:
    """Import one file and write its run's folder; the summary's run has the exit code.

    ``arguments`` is the command line as typed, for the run's record. With ``mode`` "plan" nothing is sent: searches
    tell what an import would do. Raises ``ImporterError`` if the run cannot begin (exit codes 2, 3 and 5) or cannot be
    recorded.
    """
    config = check_plans(config, mode)
    sha256 = digest(path) if config.plan or mode else ""
    sheets = opened(config, path, console)
    with _ledger(config, path) as ledger:
        config = _spelled_as_before(config, ledger)
        run = replace(_begun(config, sheets, arguments), mode=mode or config.mode, sha256=sha256)
        if config.plan is not None:
            check_same(plan_to_do(config.plan, ledger)[1], run)
        known = ledger.servers.capabilities(config.base_url)
        ready = replace(_preflight(config, ledger, console, interrupt), capabilities=known)
        source = Input(sheets, run)
        work = stage(config, source, ledger, console, interrupt)
        del sheets, source, run  # a workbook keeps its cells in memory, and sending takes long
        _say_staged(console, work)
        say_origin(work, console)
        work = deliver(work, ready, console, interrupt)
        summary = report(work, console.language.name)
        if config.verify:
            summary = replace(summary, verification=_verification(work, console, interrupt, arguments))
            write_summary(summary, work.folder / LAST_FILE)
    for warning in summary.warnings:
        console.warn(warning)
    publish(config, summary, console, interrupt)
    return summary


def _verification(work: Work, console: Console, interrupt: Interrupt, arguments: Sequence[str] = ()) -> Summary | None:
    """Read back what a run sent, if it was not stopped: what ``--verify`` does at the end of an import."""
    from importer.pipeline.looking_back import Subject, Terms  # as for sending
    from importer.pipeline.verify import verified

    if work.config.rehearsal:
        console.warn(Message("--verify: a rehearsal is not verified"))
        return None
    if work.run.stopped:
        return None
    return verified(Terms(work.config, console, interrupt, arguments), Subject(work.ledger, work.seq, work.run))


def check_plans(config: Config, mode: Mode | None) -> Config:
    """The settings of a run that makes a plan (``mode``), or does one. Raises ``ConfigError`` where they contradict.

    A plan is made from this process alone, and all rows are looked at.
    """
    if mode == "plan":
        if config.plan is not None or config.dry_run:
            option = "--dry-run" if config.dry_run else "--plan"
            raise ConfigError("{option} is for an import, and this command makes a plan", "leave it out", option=option)
        return config.model_copy(update={"workers": None, "scheduler": None, "canary": None, "verify": False})
    if config.plan is not None and config.rehearsal:
        raise ConfigError(
            "--plan: a rehearsal has a ledger of its own, without plans", "leave out --dry-run and --sandbox"
        )
    if config.plan is not None and config.on_cluster:
        raise ConfigError("--plan: a plan is done by this process alone", "leave out --workers and --scheduler")
    return config


def _spelled_as_before(config: Config, ledger: Ledger) -> Config:
    """The settings with the server spelled as in the ledger's newest run on it, for its contacts are known by that.

    Older versions kept spellings that ``Config`` now makes one.
    """
    spelled = (run.base_url for _, run in ledger.runs() if same_address(run.base_url, config.base_url))
    return config.model_copy(update={"base_url": next(spelled, config.base_url)})


def _preflight(config: Config, ledger: Ledger, console: Console, interrupt: Interrupt) -> Sent:
    """Ask a service that no run of this ledger has reached yet whether it takes contacts, before a long staging.

    If it does not, the user hears so at once, and the rows become ``not_sent``. With ``--strict`` the run does not ask:
    the rows decide first whether anything is sent.
    """
    known = {run.base_url for _, run in ledger.runs() if run.exit_code in (ExitCode.OK, ExitCode.ROWS_FAILED)}
    ask = not (config.strict or config.base_url in known)
    if config.rehearsal or not (ask or config.scheduler):
        return Sent()
    from importer.pipeline import send as sending  # without aiohttp a dry run starts a quarter of a second sooner

    if config.scheduler:
        if is_open(config):
            remark = Message("--scheduler {scheduler}: {remark}", scheduler=config.scheduler, remark=OPEN_SCHEDULER)
            console.warn(remark)
        ready = sending.preflight_elsewhere(config, interrupt, ask=ask)
    else:
        ready = sending.preflight(config, console, interrupt)
    if ready.reason is not None:
        console.fail(ready.reason.message, ready.reason.hint)
    return ready


def _begun(config: Config, sheets: Sequence[Sheet], arguments: Sequence[str]) -> Run:
    """The record of a run as it begins; it gets its name when all rows are staged."""
    table = sheets[0].table
    parts = tuple(
        SheetPart(one.table.sheet or "", one.table.titles, one.mapping.titles_to_fields(), one.table.widths)
        for one in sheets
    )
    mappings = [part.mapping for part in reversed(parts)]
    return Run(
        id=f"{decoded(table.path.stem)}, being staged",
        file=decoded(table.path.name),
        kind=table.kind,
        sheet=", ".join(part.sheet for part in parts) or None,
        inbox_id=config.inbox_id,
        base_url="sandbox" if config.sandbox else config.base_url,
        started_at=now(),
        titles=tuple(dict.fromkeys(chain.from_iterable(part.titles for part in parts))) if parts[1:] else table.titles,
        mapping={title: field for mapping in mappings for title, field in mapping.items()},
        mode=config.mode,
        started_by=_user(),
        arguments=tuple(map(decoded, arguments)),
        options=config.told(),
        widths=() if parts[1:] else table.widths,
        sheets=parts if parts[1:] else (),
        ledger_version=VERSION,
    )


def _user() -> str:
    """``user@host``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in a container; Windows without one
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def deliver(work: Work, ready: Sent, console: Console, interrupt: Interrupt) -> Work:
    """Send the rows that are due, give every other row its outcome, and record how the run ended.

    ``ready`` is what ``_preflight`` found: if it has a reason to stop, nothing is sent.
    """
    config, ledger, seq = work.config, work.ledger, work.seq
    sent = ready
    if work.run.mode == "plan":
        sent, rest = _planned(work, ready, console, interrupt)
    elif config.dry_run:
        rest = Outcome(Status.VALID)
    elif config.strict and Status.INVALID in ledger.counts(seq):
        rest = _STRICT
    else:
        if ready.reason is None and interrupt.exit_code is None:
            from importer.pipeline import send as sending

            sent = ready.then(sending.send(config, ledger, seq, console, interrupt))
        rest = not_sent(sent.reason)
    work = close(work, sent, rest, interrupt)
    if sent.reason is not None and ready.reason is None and not isinstance(sent.reason, CanaryEnded):  # that is said
        console.fail(sent.reason.message, sent.reason.hint)
    return work


def _planned(work: Work, ready: Sent, console: Console, interrupt: Interrupt) -> tuple[Sent, Outcome]:
    """Look at the rows that are due; how far that came, and the outcome of those that it did not reach."""
    sent = ready
    if ready.reason is None and interrupt.exit_code is None:
        from importer.pipeline.plan import look

        sent = ready.then(look(work, console, interrupt))
    work.ledger.plans.close(work.seq)
    return sent, not_sent(sent.reason)


_STRICT: Final = Outcome(
    Status.NOT_SENT, error_code="strict", error=(ERROR_CODES["strict"].meaning,), hint=(ERROR_CODES["strict"].hint,)
)


def report(work: Work, lang: str) -> Summary:
    """Write the run's files from the ledger, in this language. Raises ``OutputError``."""
    config, ledger, seq = work.config, work.ledger, work.seq
    if work.folder.parent.is_dir():
        workspace.make_folder(work.folder)  # somebody may have removed it meanwhile
    copy = Copy(config.results, config.errors_first) if config.results else None
    return write_files(ledger, seq, work.folder, copy, lang)


@contextmanager
def _ledger(config: Config, path: Path) -> Iterator[Ledger]:
    """The ledger of this output directory, locked; a rehearsal gets a temporary one."""
    place = (
        workspace.ledger_to_rehearse(config.output_dir)
        if config.rehearsal
        else workspace.ledger_to_import(config.output_dir, path.name)
    )
    with place as found, Ledger(found, lasting=not config.dry_run) as ledger:
        repair(ledger, config.output_dir)
        yield ledger


def _say_staged(console: Console, work: Work) -> None:
    counts = work.ledger.counts(work.seq)
    due = sum(counts.get(status, 0) for status in DUE_STATUS)
    valid = Message("{number:,} valid", number=due)
    first = valid if work.config.dry_run else Message("{number:,} to send", number=due)
    others = [
        Message("{number:,} {status}", number=number, status=NAMES[status])
        for status, number in counts.items()
        if status not in DUE_STATUS
    ]
    rows = sum(counts.values())
    console.say(Counted("{number:,} row: {counts}", "{number:,} rows: {counts}", rows, counts=[first, *others]))
