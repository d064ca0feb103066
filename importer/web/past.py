"""The runs that were made of a draft, as the ledger knows them."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.message import Counted, Message, Messages
from importer.models import YET_TO_SEND, Status
from importer.web.drafts import Draft
from importer.web.screen import Screen
from importer.web.settings import results_of

if TYPE_CHECKING:  # the ledger is loaded by the first page that asks it
    from importer.history.runs import Listed
    from importer.ledger.run import Run
    from importer.reporter.summary import Summary


def runs_of(screen: Screen, draft: Draft) -> "list[Listed]":
    """The imports of a draft, the newest first: those that it names, and those of its uploads, since a process that was
    killed has named none."""
    from importer.library.history import some_runs

    def is_of_draft(run: "Run") -> bool:
        return run.mode == "import" and (draft.rehearses or run.id in draft.runs or run.uploads == draft.id)

    return some_runs(results_of(screen, draft), is_of_draft)


def is_try(run: "Run") -> bool:
    """Whether a run ended since it was to send the first rows alone, and others are left."""
    return bool(run.options.get("canary")) and run.was_stopped_by("canary")


class Way(NamedTuple):
    """Where somebody settles what stopped a run: on the ``page`` of a step, or on that of the credentials."""

    page: str
    words: Message


_WAYS: Final = {
    "inbox_unknown": Way("options", Message("Choose another one in Options")),
    "credentials_refused": Way("credentials", Message("Enter them anew")),
}
"""By error code."""


class Stop(NamedTuple):
    """What stopped a run before its end, what to do about it, and where, if a page does it."""

    why: Message
    advice: Messages = ()
    way: Way | None = None


def stop_of(run: "Run") -> Stop | None:
    """What stopped a run; ``None`` if nothing did."""
    from importer.error_codes import ERROR_CODES

    if run.stopped is None:
        return None
    code = next((code for code in ERROR_CODES if run.was_stopped_by(code)), "")
    return Stop(run.stopped, (ERROR_CODES[code].hint,) if code else (), _WAYS.get(code))


def left_and_settled(listed: "Listed") -> tuple[int, int]:
    """How many rows of a run are yet to be sent, and how many are settled; those of which it is not known whether
    LiveDesk has them are neither."""
    left = sum(number for status, number in listed.counts.items() if status in YET_TO_SEND)
    return left, sum(listed.counts.values()) - left - listed.counts.get(Status.UNKNOWN, 0)


def cut_off_words(listed: "Listed") -> Messages:
    """Of a run that was cut off: how, where no advice says more, and what is known of its rows."""
    run, counts = listed.run, listed.counts
    left, settled = left_and_settled(listed)
    known = Counted(
        "{number:,} row is left and {done:,} settled; nobody is sent twice.",
        "{number:,} rows are left and {done:,} settled; nobody is sent twice.",
        left,
        done=settled,
    )
    doubts = counts.get(Status.SENT, 0) + counts.get(Status.UNKNOWN, 0)
    sought = Counted(
        "Of {number:,} row it is not known whether LiveDesk has it: it is looked for, and not sent blindly.",
        "Of {number:,} rows it is not known whether LiveDesk has them: they are looked for, and not sent blindly.",
        doubts,
    )
    how = _KILLED if listed.state == "crashed" else _ON_REQUEST if was_ended(run) else None
    return (*filter(None, [how]), known, *([sought] if doubts else []))


_KILLED: Final = Message("The program ended in the middle of this import: it was killed, or the machine went off.")
_ON_REQUEST: Final = Message("Somebody stopped it; what was in flight was settled first.")


def was_ended(run: "Run") -> bool:
    """Whether somebody stopped a run, or the process: neither the service nor the account has to be looked at."""
    return run.why_stopped is not None and run.why_stopped.text == "interrupted"


def lacks_inbox(run: "Run") -> bool:
    """Whether a run stopped since LiveDesk does not know its inbox."""
    return run.was_stopped_by("inbox_unknown")


def takes_since(screen: Screen, run: "Run") -> bool:
    """Whether LiveDesk has taken credentials since a run stopped at ones that it refused."""
    taken = screen.taken.get(run.base_url)
    return taken is not None and run.was_stopped_by("credentials_refused") and (run.finished_at or "") <= taken


def is_settled(screen: Screen, inbox: str | None, listed: "Listed") -> bool:
    """Whether what stopped a run before it sent a row is settled since: another ``inbox`` is chosen than one that
    LiveDesk does not know, or it has taken the credentials."""
    is_other = lacks_inbox(listed.run) and inbox != listed.run.inbox_id
    is_over = is_other or takes_since(screen, listed.run)
    return is_over and not {"created", "updated", "exists", "unknown"} & {*listed.counts}


def files_of(output_dir: Path, run: str) -> dict[str, Path]:
    """``{kind: path}`` of the files in a run's folder, the kinds being those of summary.json; of no other place.

    Where a kind is a folder, with a file for each of the input, these are ``kind-1``, ``kind-2`` and so on, the first
    ``MOST_OF_A_KIND`` by name.
    """
    from importer.reporter.files import FILES, WITH_IDS_FOLDER

    folder = output_dir / run
    found = {}
    for kind, file in FILES.items():
        for name in {file.name.format(kind=each) for each in file.kinds}:
            if (folder / name).is_file():
                found[kind] = folder / name
        if kind == "with_ids":
            files = _own_files(folder / WITH_IDS_FOLDER)[:MOST_OF_A_KIND]
            found |= {f"{kind}-{number}": path for number, path in enumerate(files, 1)}
    return found


MOST_OF_A_KIND: Final = 50
"""The files of one kind that pages offer; the run's folder has all."""


def _own_files(folder: Path) -> list[Path]:
    """The files in a folder, by name; no links, and none where the folder is one or is not there."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())


_NO_ADVICE: Final[Messages] = ()


class Known(NamedTuple):
    """How a run went, with its causes and its files; ``advice`` says what to do about what stopped it. Of the rows that
    are left somebody has to correct ``to_correct``, and nothing is to be corrected in ``sound`` others: an import once
    more settles these."""

    summary: "Summary"
    advice: Messages
    to_correct: int
    sound: int


def known_of(listed: "Listed", output_dir: Path) -> Known:
    """What the ledger and the folder know of a run. What left rows unsent is no cause: nobody has to correct these."""
    from importer.error_codes import SETTLED_ONCE_MORE
    from importer.library.checking import Wanted, open_run
    from importer.models import FINE

    with open_run(output_dir, listed.run.id) as rows:
        known = rows.summary()
        causes, advice = known.causes, _NO_ADVICE
        unsent = {Status.NOT_SENT} if known.run.stopped else set[Status]()
        wrong = [status for status in Status if status not in FINE | unsent]
        if known.run.stopped:
            counted = [replace(cause, count=rows.total(Wanted(wrong, cause.code))) for cause in causes]
            advice = next(
                (cause.advice[1] for cause in causes if rows.total(Wanted([Status.NOT_SENT], cause.code))), ()
            )
            causes = tuple(cause for cause in counted if cause.count)
        settled = set[int]().union(*(one.numbers for one in listed.settled_by.values()))
        kept = Wanted(wrong, is_kept=True)
        sound = sum(rows.left(kept._replace(code=code), settled) for code in SETTLED_ONCE_MORE)
        to_correct = rows.left(kept, settled) - sound
    files = {kind: str(path) for kind, path in files_of(output_dir, listed.run.id).items()}
    found = replace(known, causes=causes, files=files, undone=listed.undone, settled_by=listed.settled_by)
    return Known(found, advice, to_correct, sound)
