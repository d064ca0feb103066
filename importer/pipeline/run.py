"""Run one import: stage its rows, send those that are due, report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from importer.cancellation import Cancellation
from importer.cluster.settings import OPEN_SCHEDULER, is_open
from importer.config.settings import Config
from importer.error_codes import ended, not_sent
from importer.errors import CanaryEnded, ConfigError
from importer.exit_codes import FINISHED
from importer.files import workspace
from importer.history.plans import check_same, digest, plan_to_do
from importer.history.runs import repair
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run, SheetPart, now, user
from importer.ledger.schema import VERSION
from importer.ledger.sizes import size_on_disk
from importer.loader.names import Named, named_files
from importer.message import CommandOption, Counted, Message
from importer.models import Mode, Outcome, Status
from importer.network.addresses import same_address
from importer.observer import Observer
from importer.pipeline.closing import close, look_after, say_origin
from importer.pipeline.correcting import corrected, refuse_lost, refuse_others, warn_of_others
from importer.pipeline.opening import opened
from importer.pipeline.stage import DUE_STATUS, Input, Sheet, Work, stage
from importer.pipeline.terms import Terms
from importer.reporter.files import Copy, outputs_of, publish, write_files
from importer.reporter.look_back import write_summary
from importer.reporter.result_files import LAST_FILE
from importer.reporter.summary import STATUS_NAMES, Summary
from importer.runtime import little_garbage
from importer.sender.metrics import Sent
from importer.sources.source import LocalCopy
from importer.system_text import decoded


@little_garbage()
def run_import(terms: Terms, paths: Sequence[Path | LocalCopy], mode: Mode | None = None) -> Summary:
    """Import files, all in one run, and write its folder; the summary's run has the exit code.

    ``paths`` may be folders and patterns (see ``loader.names``). With ``mode`` "plan" nothing is sent: searches tell
    what an import would do. Raises ``ImporterError`` if the run cannot begin (exit codes 2, 3 and 5) or cannot be
    recorded.
    """
    terms = terms._replace(config=check_plans(terms.config, mode))
    files = named_files(paths, outputs_of(terms.config))
    for remark in files.remarks:
        terms.observer.say(remark)
    sha256 = digest(files.paths, terms.corrections) if terms.config.plan or mode else ""
    sheets = opened(terms, files)
    refuse_others(sheets, files.names, terms.corrections)
    sheets = corrected(sheets, files.names, terms.corrections)
    with _ledger(terms.config, files) as ledger:
        terms = terms._replace(config=_spelled_as_before(terms.config, ledger))
        config, observer, cancellation, arguments, corrections = terms
        run = replace(begun(config, sheets, files, arguments), mode=mode or config.mode, sha256=sha256)
        if config.plan is not None:
            check_same(plan_to_do(config.plan, ledger)[1], run)
        known = ledger.servers.capabilities(config.base_url)
        taken = size_on_disk(ledger.path) if run.mode == "import" else None
        ready = replace(_preflight(config, ledger, observer, cancellation), capabilities=known)
        source = Input(sheets, run, decoded(files.stem))
        work = stage(terms, source, ledger, lost=refuse_lost)
        warn_of_others(observer, corrections, work.run.by_hand)
        del sheets, source, run  # a workbook keeps its cells in memory, and sending takes long
        _say_staged(observer, work)
        say_origin(work, observer)
        work = deliver(work, ready, observer, cancellation)
        summary = report(work, observer.language.name)
        if config.verify:
            summary = replace(summary, verification=_verification(work, terms))
            write_summary(summary, work.folder / LAST_FILE)
        if taken is not None:
            look_after(work, observer, taken)
    for warning in summary.warnings:
        observer.warn(warning)
    publish(config, summary, observer, cancellation)
    return summary


def _verification(work: Work, terms: Terms) -> Summary | None:
    """Read back what a run sent, if it was not stopped: what ``--verify`` does at the end of an import."""
    from importer.pipeline.looking_back import Subject  # as for sending
    from importer.pipeline.verify import verified

    if work.config.rehearsal:
        terms.observer.warn(Message("--verify: a rehearsal is not verified"))
        return None
    if work.run.stopped:
        return None
    return verified(terms, Subject(work.ledger, work.seq, work.run))


def check_plans(config: Config, mode: Mode | None) -> Config:
    """The settings of a run that makes a plan (``mode``), or does one. Raises ``ConfigError`` where they contradict.

    A plan is made from this process alone, and all rows are looked at.
    """
    if mode == "plan":
        if config.plan is not None or config.dry_run:
            option = CommandOption("--dry-run" if config.dry_run else "--plan")
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


def _preflight(config: Config, ledger: Ledger, observer: Observer, cancellation: Cancellation) -> Sent:
    """Ask a service that no run of this ledger has reached yet whether it takes contacts, before a long staging.

    If it does not, the user hears so at once, and the rows become ``not_sent``. With ``--strict`` the run does not ask:
    the rows decide first whether anything is sent.
    """
    known = {run.base_url for _, run in ledger.runs() if run.exit_code in FINISHED}
    ask = not (config.strict or config.base_url in known)
    if config.rehearsal or not (ask or config.scheduler) or cancellation.exit_code is not None:
        return Sent()
    from importer.pipeline import send as sending  # without aiohttp a dry run starts a quarter of a second sooner

    if config.scheduler:
        if is_open(config):
            remark = Message("--scheduler {scheduler}: {remark}", scheduler=config.scheduler, remark=OPEN_SCHEDULER)
            observer.warn(remark)
        ready = sending.preflight_elsewhere(config, cancellation, ask=ask)
    else:
        ready = sending.preflight(config, observer, cancellation)
    if ready.reason is not None:
        observer.fail(ready.reason.message, ready.reason.hint)
    return ready


def begun(config: Config, sheets: Sequence[Sheet], files: Named, arguments: Sequence[str]) -> Run:
    """The record of a run as it begins; it gets its name when all rows are staged."""
    table = sheets[0].table
    parts = _parts(sheets, files)
    mappings = [part.mapping for part in reversed(parts)]
    return Run(
        id=f"{decoded(files.stem)}, being staged",
        file=decoded(files.names[table.path]),
        kind=max(one.table.kind for one in sheets),  # a workbook has sheets for texts too
        sheet=", ".join(dict.fromkeys(part.sheet for part in parts if part.sheet)) or None,
        inbox_id=config.inbox_id,
        base_url="sandbox" if config.sandbox else config.base_url,
        started_at=now(),
        titles=tuple(dict.fromkeys(chain.from_iterable(part.titles for part in parts))) if parts[1:] else table.titles,
        mapping={title: field for mapping in mappings for title, field in mapping.items()},
        mode=config.mode,
        started_by=user(),
        arguments=tuple(map(decoded, arguments)),
        options=config.told(),
        widths=() if parts[1:] else table.widths,
        sheets=parts if parts[1:] else (),
        ledger_version=VERSION,
        uploads=workspace.upload_of(table.path, config.output_dir),
        digests=() if config.rehearsal else tuple(digest([path]) for path in files.paths if path.is_file()),
        delimiter=table.csv_delimiter,
    )


def _parts(sheets: Sequence[Sheet], files: Named) -> tuple[SheetPart, ...]:
    """The sources of a run; those of one file have neither its name nor its kind."""
    names = files.names if len(files.paths) > 1 else {}
    return tuple(
        SheetPart(
            *(table.sheet or "", table.titles, mapping.titles_to_fields(), table.widths),
            *((decoded(names[table.path]), table.kind) if names else ("", "")),
            table.csv_delimiter,
        )
        for table, mapping in sheets
    )


def deliver(work: Work, ready: Sent, observer: Observer, cancellation: Cancellation) -> Work:
    """Send the rows that are due, give every other row its outcome, and record how the run ended.

    ``ready`` is what ``_preflight`` found: if it has a reason to stop, nothing is sent.
    """
    config, ledger, seq = work.config, work.ledger, work.seq
    sent = ready
    if work.run.mode == "plan":
        sent, rest = _planned(work, ready, observer, cancellation)
    elif config.dry_run:
        rest = Outcome(Status.VALID)
    elif config.strict and Status.INVALID in ledger.counts(seq):
        rest = _STRICT
    else:
        if ready.reason is None and cancellation.exit_code is None:
            from importer.pipeline import send as sending

            sent = ready.then(sending.send(config, ledger, seq, observer, cancellation))
        rest = not_sent(sent.reason)
    work = close(work, sent, rest, cancellation)
    if sent.reason is not None and ready.reason is None and not isinstance(sent.reason, CanaryEnded):  # that is said
        observer.fail(sent.reason.message, sent.reason.hint)
    return work


def _planned(work: Work, ready: Sent, observer: Observer, cancellation: Cancellation) -> tuple[Sent, Outcome]:
    """Look at the rows that are due; how far that came, and the outcome of those that it did not reach."""
    sent = ready
    if ready.reason is None and cancellation.exit_code is None:
        from importer.pipeline.plan import look

        sent = ready.then(look(work, observer, cancellation))
    work.ledger.plans.close(work.seq)
    return sent, not_sent(sent.reason)


_STRICT: Final = ended(Status.NOT_SENT, "strict")


def report(work: Work, lang: str) -> Summary:
    """Write the run's files from the ledger, in this language. Raises ``OutputError``."""
    config, ledger, seq = work.config, work.ledger, work.seq
    if work.folder.parent.is_dir():
        workspace.make_folder(work.folder)  # somebody may have removed it meanwhile
    copy = Copy(config.results, config.errors_first) if config.results else None
    return write_files(ledger, seq, work.folder, copy, lang)


@contextmanager
def _ledger(config: Config, files: Named) -> Iterator[Ledger]:
    """The ledger of this output directory, locked; a rehearsal gets a temporary one."""
    place = (
        workspace.ledger_to_rehearse(config.output_dir)
        if config.rehearsal
        else workspace.ledger_to_import(config.output_dir, files.told)
    )
    with place as found, Ledger(found, lasting=not config.dry_run) as ledger:
        repair(ledger, config.output_dir)
        yield ledger


def _say_staged(observer: Observer, work: Work) -> None:
    counts = work.ledger.counts(work.seq)
    due = sum(counts.get(status, 0) for status in DUE_STATUS)
    valid = Message("{number:,} valid", number=due)
    first = valid if work.config.dry_run else Message("{number:,} to send", number=due)
    others = [
        Message("{number:,} {status}", number=number, status=STATUS_NAMES[status])
        for status, number in counts.items()
        if status not in DUE_STATUS
    ]
    rows = sum(counts.values())
    observer.say(Counted("{number:,} row: {counts}", "{number:,} rows: {counts}", rows, counts=[first, *others]))
