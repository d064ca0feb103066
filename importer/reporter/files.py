"""Write a run's files from the ledger, then publish it: as metrics and as a notification."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, get_args

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.errors import OutputError
from importer.files import workspace
from importer.ledger.ledger import Ledger
from importer.ledger.records import Changed, LedgerRow
from importer.ledger.run import Run
from importer.message import Language, Message, language_of
from importer.models import FINE, LOOK_BACKS, Mode, Status
from importer.observer import Observer
from importer.remarks import Remark, RemarkCount
from importer.reporter.causes import Cause, Causes
from importer.reporter.changes import ChangesByRow, write_changes
from importer.reporter.look_back import write_look_back, write_summary
from importer.reporter.page.page import page
from importer.reporter.page.rows import PageRows
from importer.reporter.plan_file import write_plan
from importer.reporter.prometheus import write_metrics
from importer.reporter.result_content import is_result
from importer.reporter.result_files import (
    LAST_FILE,
    WriteRow,
    errors_csv,
    places_of,
    result_columns,
    results_csv,
    write_text,
)
from importer.reporter.summary import NOTHING_PLANNED, Excerpt, Summary, differing
from importer.reporter.with_ids import write_with_ids
from importer.reporter.workbooks import errors_workbook, results_workbook
from importer.reporter.worksheets import MAX_SHEET_ROWS
from importer.reporter.written import remember
from importer.system_text import decoded
from importer.terminal.system_locale import system_locale

_SENDING: Final[frozenset[Mode]] = frozenset({"import", "sandbox"})
_CHECKING: Final[frozenset[Mode]] = frozenset({*_SENDING, "dry run"})


class RunFile(NamedTuple):
    """A file of a run's folder: its name, and the modes and kinds of input of the runs that have it.

    ``{kind}`` is that of the input, csv or xlsx.
    """

    name: str
    modes: frozenset[Mode]
    kinds: frozenset[str] = frozenset({"csv", "xlsx"})


FILES: Final[Mapping[str, RunFile]] = {
    "results": RunFile("results.csv", _CHECKING),
    "results_workbook": RunFile("results.xlsx", _SENDING, frozenset({"xlsx"})),
    "plan": RunFile("plan.csv", frozenset({"plan"})),
    "errors": RunFile("errors.{kind}", _CHECKING | {"plan"}),
    "changes": RunFile("changes.csv", _SENDING),
    "with_ids": RunFile("with-ids.{kind}", _SENDING),
    "verify": RunFile("verify.csv", frozenset({"verify"})),
    "undo": RunFile("undo.csv", frozenset({"undo"})),
    "report": RunFile("report.html", _CHECKING | {"plan"}),
    "summary": RunFile(LAST_FILE, frozenset(get_args(Mode))),
}
"""Every file that a run may have, by its name in summary.json, in the order in which they are told."""

_LASTING: Final = frozenset({"results", "report", "summary"})
"""Those that a forgotten run has, without what tells of people."""

_TABLES: Final[Mapping[str, Callable[[Ledger, int, Path], bool]]] = {
    # What writes a further table, and says whether there is anything in it; if not, there is no such file.
    "changes": write_changes,
    "with_ids": write_with_ids,
}


def is_output(path: Path) -> bool:
    """Whether an import has written a file, or a folder of files: of the folder of its run, or of the ledger."""
    if path.parent.name == WITH_IDS_FOLDER:
        return is_output(path.parent)
    names = {WITH_IDS_FOLDER} | {file.name.format(kind=kind) for file in FILES.values() for kind in file.kinds}
    return (path.name in names and workspace.is_run_folder(path.parent)) or workspace.is_of_ledger(path)


def outputs_of(config: Config) -> Callable[[Path], bool]:
    """Tells of a file that it is an output of an import, or a copy that a run with these settings writes."""
    copies = _copies(config)
    return lambda path: is_output(path) or path.resolve() in copies


def results_of(config: Config) -> Callable[[Path], bool]:
    """Tells of a file, wherever it lies and whatever it is called, that it is a table that imports write, which is no
    input: by its titles, or as the copy that a run with these settings writes. Errors files, and files with ids, are
    input."""
    copies = _copies(config)
    return lambda path: is_result(path) or workspace.is_of_ledger(path) or path.resolve() in copies


def _copies(config: Config) -> set[Path]:
    return {copy.resolve() for copy in (config.results, config.metrics_file) if copy}


def names_of(run: Run) -> dict[str, str]:
    """The names of the files that a run of this mode may have in its folder, by those in ``FILES``."""
    of_kind = {"errors": "xlsx"} if run.sheets else {}  # which keeps sources with columns of their own apart
    names = {
        kind: name.format(kind=of_kind.get(kind, run.kind))
        for kind, (name, modes, kinds) in FILES.items()
        if run.mode in modes and run.kind in kinds
    }
    return names | ({"with_ids": WITH_IDS_FOLDER} if len(run.files) > 1 and "with_ids" in names else {})


WITH_IDS_FOLDER: Final = "with-ids"
"""In the place of that file, of a run of several: one for each is in it."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A further copy of the results, a workbook if its name ends in .xlsx, else CSV."""

    path: Path
    errors_first: bool = False


def write_files(ledger: Ledger, seq: int, folder: Path, copy: Copy | None = None, lang: str | None = None) -> Summary:
    """Write the files of the ledger's run ``seq`` into ``folder``, and ``copy``; ``LAST_FILE`` comes last.

    ``lang`` is the language of what people read in them (``None``: that of the run's options, else of the locale). A
    copy that fails is a warning, so that the run keeps its own files. Raises ``OutputError``; files written before it
    stay. A run that looks back at another has files of its own.
    """
    run, counts = ledger.run(seq), ledger.counts(seq)
    if run.mode in LOOK_BACKS:
        return write_look_back(ledger, seq, folder, None, language_of_run(run, lang))
    files = {kind: folder / name for kind, name in _wanted(run, counts)}
    language = language_of_run(run, lang)
    results = _Results(ledger, seq, language)
    if "results" in files:
        results.write(Copy(files["results"]), Summary(run, counts, {}, ()))
    planned = _write_plan(ledger, seq, files["plan"]) if "plan" in files else NOTHING_PLANNED
    shown = PageRows(run, counts, language, ChangesByRow(_changes(ledger, seq)))
    # Most rows of a large run have no errors or remarks: the ledger skips them, so that they never become objects.
    told = ledger.results(seq, remarkable=not shown.whole)
    causes, remarks = _write_errors(run, told, files.get("errors"), shown)
    for kind in files.keys() - _LASTING - {"errors", "results_workbook"}:
        if not _has_table(ledger, seq, kind, files[kind]):
            del files[kind]
    told_so_far = Summary(run, counts, {}, causes)
    if "results_workbook" in files:
        results.write(Copy(files["results_workbook"]), told_so_far)
    warning = _write_copy(results, copy, told_so_far) if copy else None
    if copy and not warning:
        files["results_copy"] = copy.path
    summary = Summary(
        run,
        counts,
        files={kind: decoded(str(path)) for kind, path in files.items()},
        causes=causes,
        warnings=(warning,) if warning else (),
        remarks=remarks,
        planned=planned,
        differs=differing(run, remarks),
        vanished=_vanished(ledger, run),
        undone=ledger.looking_back.undos().get(run.id) if run.mode == "import" else None,
        settled_by=ledger.looking_back.settled().get(run.id, {}),
    )
    summary = replace(summary, to_correct=_to_correct(ledger, summary, folder.parent))
    write_text(files["report"], page(summary, shown))
    write_summary(summary, files["summary"])
    remember(ledger, seq, folder, files.values())
    return summary


def _to_correct(ledger: Ledger, summary: Summary, output_dir: Path) -> str:
    """The path of the newest errors file that has every row left of a run, if it is that of a later run, else empty."""
    settled = ledger.looking_back.settled() if summary.settled_by else {}
    for seq, run in ledger.runs() if summary.settled_by else ():
        if run.id in summary.settled_by and run.forgotten_at is None:
            later = Summary(run, ledger.counts(seq), {}, settled_by=settled.get(run.id, {}))
            path = output_dir / run.id / names_of(run)["errors"]
            if later.left >= summary.left and path.exists():
                return decoded(str(path))
    return ""


def _wanted(run: Run, counts: Mapping[Status, int]) -> Iterator[tuple[str, str]]:
    """The files to write and their names: no errors where all is well, and nothing of people who are forgotten."""
    for kind, name in names_of(run).items():
        if kind == "results_workbook" and sum(counts.values()) >= MAX_SHEET_ROWS:
            continue  # a sheet for all rows is needed, and results.csv has them
        if kind in _LASTING or (run.forgotten_at is None and (kind != "errors" or not counts.keys() <= FINE)):
            yield kind, name


def _has_table(ledger: Ledger, seq: int, kind: str, path: Path) -> bool:
    """Write a further table, if there is anything in it; one without a writer is there already, or not at all."""
    write = _TABLES.get(kind)
    return path.exists() if write is None else write(ledger, seq, path)


def _changes(ledger: Ledger, seq: int) -> Iterator[Changed]:
    return iter(()) if ledger.run(seq).forgotten_at else ledger.changes(seq)


def _vanished(ledger: Ledger, run: Run) -> tuple[str, ...]:
    """Who the first of the vanished people are, as far as the run that had them is not forgotten."""
    if run.vanished is None:
        return ()
    before = ledger.seq_of(run.vanished.run)
    people = [] if before is None else [ledger.contact(before, number, source) for source, number in run.vanished.rows]
    return tuple(person.label for person in people if person.label)


def _write_plan(ledger: Ledger, seq: int, path: Path) -> Excerpt:
    return write_plan(path, ledger.run(seq), ledger.results(seq), _changes(ledger, seq))


def language_of_run(run: Run, lang: str | None) -> Language:
    """The language of what people read in a run's files: ``lang``, else that of its options, else of the locale."""
    wanted = lang or run.options.get("lang")
    return Language(wanted) if isinstance(wanted, str) else language_of(os.environ, system_locale)


def _write_errors(
    run: Run, rows: Iterable[LedgerRow], path: Path | None, shown: PageRows
) -> tuple[tuple[Cause, ...], tuple[Remark, ...]]:
    """Give rows to the errors file, if there is one, and to the page.

    Return the causes, the most frequent first, and the kinds of remarks.
    """
    causes = Causes()
    remarks, place_of = RemarkCount(), places_of(run)
    with errors_file(path, run, shown.language) if path else nullcontext() as write:
        for row in rows:
            shown.add(row)
            outcome = row.outcome
            if outcome.hint:
                remarks.add(place_of(row), outcome.hint)
            if outcome.status not in FINE:
                if write is not None and row.cells:  # those of a person who is forgotten are erased
                    write(row)
                causes.add(place_of(row), outcome)
    return causes.found(), remarks.found()


def errors_file(path: Path, run: Run, language: Language) -> AbstractContextManager[WriteRow]:
    """Write rows of a run as its errors file, a workbook if the name ends in .xlsx. Raises ``OutputError``."""
    return errors_workbook(path, run, language) if path.suffix == ".xlsx" else errors_csv(path, run, language)


def _write_copy(results: "_Results", copy: Copy, summary: Summary) -> Message | None:
    """Write the results once more; return what went wrong, or ``None``."""
    try:
        results.write(copy, summary)
    except OutputError as error:
        return Message("--results: {error}", error=error.message)
    return None


class _Results(NamedTuple):
    """The results of a run of the ledger, to write in a language."""

    ledger: Ledger
    seq: int
    language: Language

    def write(self, copy: Copy, summary: Summary) -> None:
        """Write them to a file; a workbook says how the run went too. Raises ``OutputError``."""
        parts = (False, True) if copy.errors_first else (None,)  # each in the input's order
        is_workbook = copy.path.suffix.lower() == ".xlsx"
        with (
            results_workbook(copy.path, summary, self.language)
            if is_workbook
            else results_csv(copy.path, result_columns(summary.run)) as write
        ):
            pages = (self.ledger.result_pages(self.seq, self.language, fine=fine) for fine in parts)
            for columns in chain.from_iterable(pages):
                write(columns)


def check_places(config: Config, source: Path) -> None:
    """Raise ``ConfigError``, before the run sends anything, if --results or --metrics-file cannot be written."""
    if config.results:
        workspace.check_copy(config.results, source)
    if config.metrics_file:
        workspace.check_copy(config.metrics_file, source, "--metrics-file")


def publish(config: Config, summary: Summary, observer: Observer, cancellation: Cancellation) -> None:
    """Write and post what the user asked for, after rehearsals too. A failure is only a warning."""
    if config.metrics_file:
        try:
            write_metrics(summary, config.metrics_file)
        except OutputError as error:
            observer.warn(Message("--metrics-file: {error}", error=error.message))
    if config.notify:
        from importer.reporter.notifications import tell_run  # here: few runs need its HTTP and TLS

        tell_run(config, summary, observer, cancellation)
