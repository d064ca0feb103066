"""How a run went, in words: its verdict in a line, where its rows went, and what else its user should know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from importer.ledger.records import Undone
from importer.ledger.run import Corrected, Run, Vanished, WrongIds
from importer.message import Counted, Language, Message, Messages, and_more, and_others, with_and
from importer.models import Mode, Status
from importer.remarks import OTHER_INBOX
from importer.reporter.summary import WORDS, Summary
from importer.shell import command_line
from importer.texts import printable

MOST_INBOXES: Final = 5
"""Inboxes that are named where rows name their own."""

MOST_FILES: Final = 3
"""Files that are named where a run has many."""

MOST_RUNS: Final = 2
"""Runs that are named where several settled rows of one."""

_MOST_DUPLICATES: Final = 0.5
"""The share of a file's rows that may be duplicates where nothing is said of it."""

BANNERS: Final[Mapping[Mode, Message]] = {
    "dry run": Message("DRY RUN: the file was checked, and nothing was sent to LiveDesk"),
    "sandbox": Message("SANDBOX: a rehearsal inside the importer, and nothing was sent to LiveDesk"),
    "plan": Message("PLAN: this is what an import would do, and nothing was sent to LiveDesk"),
    "verify": Message("VERIFICATION: what a run sent was read back, and nothing was changed in LiveDesk"),
    "undo": Message("UNDO: what a run had changed was restored in LiveDesk, and what it had created removed"),
}
"""What a run was that is no import."""


MODES: Final[Mapping[Mode, Message]] = {
    "import": Message("import"),
    "dry run": Message("dry run"),
    "sandbox": Message("sandbox"),
    "plan": Message("plan"),
    "verify": Message("verify"),
    "undo": Message("undo"),
}
"""What a run was, in a word."""


class _Verdicts(NamedTuple):
    """The verdicts of a mode: no row, all ``number`` rows fine, and ``number`` of ``rows`` not."""

    none: Message
    fine: Callable[[int], Counted]
    wrong: Callable[[int, Message], Counted]


_OF_IMPORTS: Final = _Verdicts(
    Message("The file has no row to import"),
    lambda number: Counted("The one row is fine", "All {number:,} rows are fine", number),
    lambda number, rows: Counted(
        "{number:,} of {rows} needs attention", "{number:,} of {rows} need attention", number, rows=rows
    ),
)
_VERDICTS: Final[Mapping[Mode, _Verdicts]] = {
    "plan": _Verdicts(
        Message("The file has no row to import"),
        lambda number: Counted("The one row can be imported", "All {number:,} rows can be imported", number),
        lambda number, rows: Counted(
            "{number:,} of {rows} cannot be imported as it is",
            "{number:,} of {rows} cannot be imported as they are",
            number,
            rows=rows,
        ),
    ),
    "verify": _Verdicts(
        Message("The run has no row to read back"),
        lambda number: Counted("The one row is there as it was sent", "All {number:,} rows are there as sent", number),
        lambda number, rows: Counted(
            "{number:,} of {rows} is not there as it was sent",
            "{number:,} of {rows} are not there as they were sent",
            number,
            rows=rows,
        ),
    ),
    "undo": _Verdicts(
        Message("The run has nothing to undo"),
        lambda number: Counted("The one row is undone", "All {number:,} rows are undone", number),
        lambda number, rows: Counted(
            "{number:,} of {rows} is not undone", "{number:,} of {rows} are not undone", number, rows=rows
        ),
    ),
}

_OF_UNDOS_TO_COME: Final = _Verdicts(
    Message("The run has nothing to undo"),
    lambda number: Counted("The one row would be undone", "All {number:,} rows would be undone", number),
    lambda number, rows: Counted(
        "{number:,} of {rows} would not be undone", "{number:,} of {rows} would not be undone", number, rows=rows
    ),
)


def is_undo_to_come(run: Run) -> bool:
    """Whether an undo only looked (``--dry-run``)."""
    return run.mode == "undo" and bool(run.options.get("dry_run"))


def verdict(summary: Summary) -> Messages:
    """Return how the run went, in one line."""
    rows = counted(summary.rows)
    if summary.run.stopped:
        return (Message("Stopped: {why}", why=summary.run.stopped),)
    if summary.withheld:
        return (
            Message(
                "Nothing was sent: {invalid:,} of {rows} not valid, and --strict sends all or none",
                invalid=summary.counts[Status.INVALID],
                rows=rows,
            ),
        )
    verdicts = _VERDICTS.get(summary.run.mode, _OF_IMPORTS)
    if is_undo_to_come(summary.run):
        verdicts = _OF_UNDOS_TO_COME
    if not summary.rows:
        return (verdicts.none,)
    limit = (Message("--limit {limit} left the others out", limit=summary.limited),) if summary.limited else ()
    if summary.wrong:
        return (verdicts.wrong(summary.wrong, rows), *limit)
    return (next(_of_duplicates(summary, rows), verdicts.fine(summary.rows)), *limit)


def _of_duplicates(summary: Summary, rows: Message) -> Iterator[Message]:
    """What keeps a run from being called fine although no row is wrong: people who may be lost, and a file of which
    little is left."""
    if summary.others:
        yield Counted(
            "{number:,} of {rows} is left out as a duplicate with another name: perhaps another person",
            "{number:,} of {rows} are left out as duplicates with another name: perhaps other people",
            summary.others,
            rows=rows,
        )
    duplicates = summary.counts.get(Status.DUPLICATE, 0)
    if duplicates > summary.rows * _MOST_DUPLICATES:
        yield Counted(
            "{number:,} of {rows} only repeats an earlier row",
            "{number:,} of {rows} only repeat earlier rows",
            duplicates,
            rows=rows,
        )


def files_of(run: Run) -> Message | str:
    """Return the names of a run's files as they can be shown, the first few where there are many."""
    names = [*map(printable, run.files)]
    return Message("{files}", files=and_more(names, MOST_FILES)) if names[1:] else names[0]


def counted(rows: int) -> Counted:
    """Return ``1 row``, ``2 rows``."""
    return Counted("{number:,} row", "{number:,} rows", rows)


def count_lines(summary: Summary, language: Language) -> list[str]:
    """Return a line for each status that rows have, for the terminal."""
    return [
        f"{summary.counts[status]:>9,}  {language.tell(words)}"
        for status, words in WORDS.items()
        if status in summary.counts
    ]


def where(summary: Summary) -> Message:
    """Where the rows went, for the line of the verdict: ``to inbox 407 at https://…``."""
    run, several, target = summary.run, len(summary.inboxes), Message("the inboxes of its rows")
    if inboxes := inboxes_of(summary):
        target = Counted("inbox {inboxes}", "inboxes {inboxes}", max(several, 1), inboxes=inboxes)
    if run.mode == "sandbox" and several > 1:
        return Message("to {inboxes} of the sandbox, not to LiveDesk", inboxes=target)
    found = _WHERE.get("verify" if is_undo_to_come(run) else run.mode)
    return found(run) if found else Message("to {inboxes} at {address}", inboxes=target, address=run.base_url)


_WHERE: Final[Mapping[Mode, Callable[[Run], Message]]] = {
    "dry run": lambda _run: Message("checked only, nothing was sent"),
    "sandbox": lambda _run: Message("to the sandbox, not to LiveDesk"),
    "plan": lambda run: Message("compared with {address}, nothing was sent", address=run.base_url),
    "verify": lambda run: Message("read back from {address}, nothing was changed", address=run.base_url),
    "undo": lambda run: Message("undone at {address}", address=run.base_url),
}


def inboxes_of(summary: Summary) -> Message | str:
    """The inboxes, each with its rows where there are several; empty if none is known."""
    found = summary.inboxes
    if len(found) < 2:
        return next(iter(found), summary.run.inbox_id or "")
    named = [Message("{inbox} ({rows:,})", inbox=inbox, rows=rows) for inbox, rows in found.items()]
    return Message("{inboxes}", inboxes=and_more(named, MOST_INBOXES) if named[MOST_INBOXES:] else with_and(named))


class Note(NamedTuple):
    """Something that the user of a run should know, and the kind of remark that its rows have, if any."""

    message: Message
    kind: str = ""


def notes(summary: Summary) -> Iterator[Note]:
    """What else the user of a run should know; it names the people of ``summary.vanished``."""
    run = summary.run
    if summary.differs and run.options.get("on_duplicate", "skip") in ("skip", "fail"):
        told = Counted(
            "{number:,} of {rows:,} exists with other data: --on-duplicate update would change it",
            "{number:,} of {rows:,} exist with other data: --on-duplicate update would change them",
            summary.differs,
            rows=summary.rows,
        )
        yield Note(told, "differs")
    if summary.undone is not None:
        yield Note(undone_words(summary.undone))
    elif "changes" in summary.files:
        undo = command_line(["import-contacts", "undo", run.id])
        yield Note(Message("changes.csv has what was changed, before and after; {command} takes it back", command=undo))
    if old := sum(remark.count for remark in summary.remarks if remark.kind == OTHER_INBOX):
        told = Counted(
            "{number:,} contact was there before, and an update cannot add it to an inbox",
            "{number:,} contacts were there before, and an update cannot add them to an inbox",
            old,
        )
        yield Note(told, OTHER_INBOX)
    if summary.settled:
        yield Note(settled_words(summary))
    if run.corrects:
        yield Note(_corrected(run.corrects[0]))
    if run.wrong_ids:
        yield Note(_wrong_ids(run.wrong_ids))
    if run.vanished and run.vanished.people:
        yield Note(_vanished(run, run.vanished, summary.vanished))


def undone_words(undone: Undone) -> Message:
    """That an undo has undone a run, or a part of it."""
    if undone.is_whole:
        return Message("undone by {run}", run=undone.run)
    return Message("partly undone by {run}", run=undone.run)


def settled_words(summary: Summary) -> Message:
    """How many of the rows that needed attention later runs have settled, and which."""
    values: dict[str, object] = {"number": summary.settled, "runs": and_more([*summary.settled_by], MOST_RUNS)}
    return Message("{number:,} of {wrong:,} settled by {runs}", wrong=summary.wrong, **values)


def _corrected(one: Corrected) -> Message:
    return Counted(
        "{number:,} row that needed attention in {run} is settled",
        "{number:,} rows that needed attention in {run} are settled",
        len(one.numbers),
        run=one.run,
    )


def _wrong_ids(found: WrongIds) -> Message:
    """Which rows of earlier runs have the id of somebody else's contact, and what to do."""
    first = [Message("row {row} of {run}", row=row, run=run) for run, row in found.first]
    return Counted(
        "{number:,} row of an earlier run has the id of somebody else's contact ({rows}): import its file again, "
        "and its own contact is searched for",
        "{number:,} rows of earlier runs have the ids of other people's contacts ({rows}): import their files again, "
        "and their own contacts are searched for",
        found.rows,
        rows=and_others(first, found.rows - len(first)),
    )


def _vanished(run: Run, found: Vanished, names: Sequence[str]) -> Message:
    people: Message = Counted(
        "{number:,} person of the last run is not in this file",
        "{number:,} people of the last run are not in this file",
        found.people,
    )
    if names:
        who = and_others([*map(printable, names)], found.people - len(names))
        people = Message("{people}: {names}", people=people, names=who)
    diff = command_line(["import-contacts", "report", "--diff", found.run, run.id])
    return Message("{people}; LiveDesk keeps them as they are ({command} lists them)", people=people, command=diff)
