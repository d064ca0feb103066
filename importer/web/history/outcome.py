"""How a run went, for the page of its result and for the history: its words, its files, what can be done with it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from aiohttp import web

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.config.sources import HIDDEN
from importer.errors import ConfigError
from importer.files import moves
from importer.history.runs import Listed
from importer.history.to_correct import write_rows_to_correct
from importer.library.verbs import do_verify
from importer.message import ENGLISH_READER, Language, Message, Messages
from importer.models import Json, Status
from importer.pipeline.terms import Terms
from importer.reporter.causes import Cause
from importer.reporter.summary import Summary
from importer.reporter.verdict import Note, notes, verdict, where
from importer.web.access import REPORT_POLICY
from importer.web.drafts import Draft, NotThere, UploadedFile
from importer.web.jobs import Job, Jobs, Purpose
from importer.web.observing import JobObserver
from importer.web.past import Way, cut_off_words, files_of, is_try, known_of, stop_of, was_ended
from importer.web.plain_words import OfTheScreen
from importer.web.plain_words import told as plainly_told
from importer.web.review.observers import AsksOnce
from importer.web.screen import Screen
from importer.web.settings import results_of
from importer.web.standing import Standing, can_be_undone, of_run
from importer.web.undoing import undo

_DESCRIBED: Final[dict[str, Message]] = {
    "results": Message("every row with its result"),
    "results_workbook": Message("every row with its result, as a workbook"),
    "errors": Message("the rows that need attention, to correct and import again"),
    "changes": Message("what was changed in contacts that were there already"),
    "with_ids": Message("your file with the id of each contact"),
    "plan": Message("what an import would change"),
    "verify": Message("what is the same, different or missing"),
    "undo": Message("what was undone, and what was kept"),
    "report": Message("the report, to keep or to send"),
    "summary": Message("the figures, for programs"),
}


class Shown(NamedTuple):
    """A run on a page: how it went, its words, and its files with what they are.

    ``to_correct`` rows need somebody; those that a run which stopped left unsent do not, nor those that are ``sound``:
    an import once more settles them. ``cut_off`` says how it ended before its end, and what is known of its rows,
    ``advice`` what to do about what stopped it, and ``way`` where. ``state`` is that of the run, and ``can_be_undone``
    says whether something is left to take back.
    """

    summary: Summary
    verdict: str
    where: Message
    files: list[tuple[str, str, Message]]
    notes: list[Note]
    to_correct: int
    sound: int = 0
    cut_off: Messages = ()
    advice: Messages = ()
    way: Way | None = None
    state: Standing = Standing.DONE
    can_be_undone: bool = True

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        if self.state in (Standing.CUT_OFF, Standing.TRIED) or self.summary.undone is not None:
            return "stop"
        return "good" if self.summary.state == "fine" else "bad"


def shown(listed: Listed, output_dir: Path, language: Language, parts: Sequence[Listed] = ()) -> Shown:
    """A run as pages show it; ``parts`` are all that an undo from there is of. Raises ``LedgerError``."""
    (summary, advice, correctable, sound), stop = known_of(listed, output_dir), stop_of(listed.run)
    folder = output_dir / listed.run.id
    files = [
        (kind, Path(path).relative_to(folder).as_posix(), _DESCRIBED[kind.partition("-")[0]])
        for kind, path in summary.files.items()
    ]
    state = of_run(listed)
    is_plain = listed.state == "crashed" or was_ended(listed.run)
    partly = _PARTLY if listed.undone is not None else None
    cut_off = (_CUT_OFF,) if listed.state == "crashed" else None
    told = language.sentence(map(plainly_told, _VERDICTS.get(state) or partly or cut_off or verdict(summary)))
    return Shown(
        summary,
        told,
        where(summary),
        files,
        [*notes(summary)],
        correctable,
        sound,
        cut_off_words(listed) if state is Standing.CUT_OFF else (),
        () if is_try(listed.run) or is_plain else advice,
        stop.way if stop else None,
        state,
        can_be_undone(parts or [listed]),
    )


_VERDICTS: Final[Mapping[Standing, Messages]] = {
    Standing.TRIED: (Message("The first rows were tried; the others are left"),),
    Standing.UNDONE: (Message("This import was taken back"),),
}
"""What goes before how many rows were fine."""

_CUT_OFF: Final = Message("This import was cut off")
_PARTLY: Final = (Message("A part of this import was taken back"),)


def file_of(output_dir: Path, run: str, kind: str) -> web.FileResponse:
    """A file of a run's folder, to be kept. Raises ``NotThere``."""
    path = _path(output_dir, run, kind)
    response = web.FileResponse(path)
    name = "-".join((run, *path.relative_to(output_dir / run).parts)) if path.suffix != ".html" else f"{run}.html"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    response.content_type = "application/octet-stream"
    return response


def report_of(output_dir: Path, run: str) -> web.FileResponse:
    """A run's page, apart from ours: it has a policy of its own. Raises ``NotThere``."""
    return web.FileResponse(_path(output_dir, run, "report"), headers={"Content-Security-Policy": REPORT_POLICY})


def _path(output_dir: Path, run: str, kind: str) -> Path:
    path = files_of(output_dir, run).get(kind)
    if path is None:
        raise NotThere(Message("This file is not there any more; the history can write it again."))
    return path


_OF_THE_FILE: Final = frozenset({"sheet", "encoding", "delimiter", "no_header", "limit", "plan", "mapping", "map"})
"""Options that are about the first file alone; the columns of an errors file are read as before."""

_OF_THE_MACHINE: Final = HIDDEN | {"output_dir", "base_url", "results", "metrics_file", "log_file"}
"""Options of a command that a page takes from where it has its own."""


def corrected(screen: Screen, listed: Listed, draft: Draft | None, language: Language) -> Draft:
    """A new draft of the rows of a run that somebody has to correct, with the options of its draft, else with its own.

    What is wrong stands in its file in the words of the screen.

    Raises ``ConfigError`` if there is none, ``OutputError``.
    """
    results = results_of(screen, draft)
    errors = files_of(results, listed.run.id).get("errors")
    if errors is None or not known_of(listed, results).to_correct:
        raise ConfigError(Message("no row needs attention"), None)
    options: Mapping[str, Json] = draft.options if draft else {**listed.run.options, "inbox_id": listed.run.inbox_id}
    left_out = _OF_THE_FILE | _OF_THE_MACHINE
    made = screen.drafts.begin({key: value for key, value in options.items() if key not in left_out})
    copy = screen.drafts.made_uploads(made) / _name_of(listed, errors)
    write_rows_to_correct(results, listed.run.id, copy, OfTheScreen(language.name))
    copy.chmod(moves.OWNERS_ALONE)
    return screen.drafts.change(made.id, files=(UploadedFile(copy.name, copy.stat().st_size),), step="check")


def _name_of(listed: Listed, errors: Path) -> str:
    """``people-corrected.csv``, by which the history tells what is corrected, and the columns are those of the run."""
    stem = Path(listed.run.file).stem.removesuffix(_CORRECTED)
    return f"{stem}{_CORRECTED}{errors.suffix}"


_CORRECTED: Final = "-corrected"


def looking_back_at(screen: Screen, key: str) -> Job | None:
    """The last verification or undo of a run, if it was the last thing that was done with it."""
    job = screen.jobs.of_draft(key)
    return job if job is not None and job.purpose in WORKS else None


class LookedBack(NamedTuple):
    """How many rows have which status afterwards, over all the runs, and why some are not as they were to be, each
    cause once; ``runs`` are the records of it, which list the rows."""

    counts: Mapping[Status, int]
    causes: Sequence[Cause] = ()
    runs: Sequence[str] = ()


class Wish(NamedTuple):
    """What to do with runs: a purpose of ``WORKS``; an undo also ``remove_untold``, as ``do_undo`` has it."""

    purpose: Purpose
    remove_untold: bool = False


def look_back(jobs: Jobs, key: str, wish: Wish, runs: Sequence[Listed], settings: Config) -> Job:
    """Begin to undo runs, or to verify them, in this order, as the job of ``key``; to be called in the event loop.

    Where there are several, one question is about them all. The job's result is ``LookedBack``, or a message if nothing
    was to do.
    """
    work_of = partial(undo, remove_untold=True) if wish.remove_untold else WORKS[wish.purpose]

    def work(observer: JobObserver, cancellation: Cancellation) -> LookedBack | Message:
        done = list[Summary]()
        found: Summary | Message = Message("This was not imported yet.")
        asks = AsksOnce(observer, _question(runs, wish)) if runs[1:] else observer
        for listed in runs:
            found = work_of(Terms(settings, asks, cancellation, ("ui",)), listed.run.id)
            if isinstance(found, Summary):
                done.append(found)
        return _together(done) if done or not isinstance(found, Message) else found

    return jobs.start(key, wish.purpose, work, Language(settings.lang or ENGLISH_READER.name))


def _question(runs: Sequence[Listed], wish: Wish) -> Message:
    """What is asked once before several runs are undone, with the most that it can be about."""
    counts = Counter[Status]()
    for listed in runs:
        counts.update(listed.counts)
    remove, restore = counts[Status.CREATED] + counts[Status.UNKNOWN], counts[Status.UPDATED]
    question = Message(
        "Take back all that was imported of this file, in {number} parts? Contacts to remove: at most {remove:,}, to "
        "restore: at most {restore:,}; whoever was touched since stays.",
        number=len(runs),
        remove=remove,
        restore=restore,
    )
    return Message("{question} {untold}.", question=question, untold=_UNTOLD) if wish.remove_untold else question


_UNTOLD: Final = Message("Where LiveDesk does not say so, those are removed too that somebody has used")


def _together(done: Sequence[Summary]) -> LookedBack:
    counts, causes = Counter[Status](), dict[tuple[str, Messages], Cause]()
    for summary in done:
        counts.update(summary.counts)
        for cause in summary.causes:
            key = cause.code, cause.hint
            before = causes.get(key, replace(cause, count=0))
            causes[key] = replace(before, count=before.count + cause.count)
    return LookedBack(counts, [*causes.values()], [summary.run.id for summary in done])


WORKS: Final[Mapping[Purpose, Callable[[Terms, str], Summary | Message]]] = {
    Purpose.UNDO: undo,
    Purpose.VERIFY: do_verify,
}
"""What looks back at a run."""
