"""List the runs of a ledger, find one by name, and finish what a killed one left."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.error_codes import not_sent
from importer.errors import ConfigError, OutputError
from importer.files import locks, workspace
from importer.files.names import spellings
from importer.ledger.ledger import Ledger
from importer.ledger.names import PLACES
from importer.ledger.records import Undone
from importer.ledger.run import Corrected, Run, now
from importer.message import ENGLISH_READER, Counted, Language, Message
from importer.models import LOOK_BACKS, NOWHERE, Json, Status
from importer.reporter.files import write_files
from importer.reporter.result_files import LAST_FILE
from importer.reporter.summary import STATUS_NAMES, WORDS, State, Summary
from importer.reporter.terminal import told
from importer.reporter.verdict import MODES, files_of, inboxes_of, settled_words, undone_words
from importer.shell import command_line
from importer.texts import aligned, fitted, printable

CRASHED: Final = Message("the process was killed, or crashed")
"""Why a run stopped without recording its end."""


class Listed(NamedTuple):
    """A run in the list: its record, its rows by status, whether it works now, which undo has undone it, and what later
    runs, by name, have settled of it."""

    run: Run
    counts: dict[Status, int]
    working: bool = False
    undone: Undone | None = None
    settled_by: Mapping[str, Corrected] = MappingProxyType({})

    @property
    def summary(self) -> Summary:
        """As far as the list knows it: without files."""
        return Summary(self.run, self.counts, {}, undone=self.undone, settled_by=self.settled_by)

    @property
    def state(self) -> State:
        """How it stands."""
        return "working" if self.working and self.run.finished_at is None else self.summary.state


class ImportPage(NamedTuple):
    """Some imports of a ledger, each with its parts, the newest first: those from ``offset`` on, of ``total`` that are
    wanted."""

    imports: list[list[Listed]]
    offset: int
    total: int


def list_runs(output_dir: Path, wanted: Callable[[Run], bool] | None = None, most: int | None = None) -> list[Listed]:
    """Return ``most`` of the ledger's runs that are wanted, the newest first; the rows of these alone are counted.

    Raises ``ConfigError``, ``LedgerError``.
    """
    with _entered(output_dir) as (entered, listed):
        found = [one for one in entered if wanted is None or wanted(one.run)]
        return [*map(listed, found[:most])]


def page_of_imports(
    output_dir: Path, wanted: Callable[[Run], bool] | None = None, offset: int = 0, most: int | None = None
) -> ImportPage:
    """Return ``most`` imports from ``offset`` on, each with all its parts, of those of which any part is wanted.

    Raises as ``list_runs``.
    """
    with _entered(output_dir) as (entered, listed):
        found = [parts for parts in _imports(entered) if wanted is None or any(wanted(one.run) for one in parts)]
        shown = found[offset : None if most is None else offset + most]
        return ImportPage([[*map(listed, parts)] for parts in shown], offset, len(found))


class _Entry(NamedTuple):
    """A run as the ledger has it: its place in the list, the newest being 0, its sequence number, its record."""

    place: int
    seq: int
    run: Run


@contextmanager
def _entered(output_dir: Path) -> Iterator[tuple[list[_Entry], Callable[[_Entry], Listed]]]:
    """Every run, the newest first, and what counts the rows of one."""
    path = workspace.existing_ledger(output_dir)
    with Ledger(path) as ledger:
        entered = [_Entry(place, *one) for place, one in enumerate(ledger.runs())]
        # Whoever holds the lock works on the newest run, since it first repaired the others. If every run has ended,
        # the lock is not tested: a test takes it for a moment.
        working = bool(entered) and entered[0].run.finished_at is None and locks.is_locked(path)
        undone = ledger.looking_back.undos()
        settled = ledger.looking_back.settled()

        def listed(one: _Entry) -> Listed:
            counts, name = ledger.counts(one.seq), one.run.id
            return Listed(one.run, counts, working and not one.place, undone.get(name), settled.get(name, {}))

        yield entered, listed


def _imports(entered: Sequence[_Entry]) -> list[list[_Entry]]:
    """The parts of each import, the newest first: runs of the same uploads, those that corrected rows of one of them,
    and those that looked back at one."""
    firsts = dict[str, str]()
    for _, _, run in reversed(entered):  # a part is always newer than what it is about
        about = run.of_run or next((one.run for one in run.corrects), "")
        firsts[run.id] = firsts.get(about) or run.uploads or run.id
    parts = dict[str, list[_Entry]]()
    for one in entered:
        parts.setdefault(firsts[one.run.id], []).append(one)
    return [*parts.values()]


def find(name: str | None, entered: Sequence[tuple[int, Run]], ledger: Path) -> tuple[int, Run]:
    """Return the run of this name, with its sequence number; ``None`` is the newest import.

    ``entered`` has the newest first. A name is a run's whole name, one of ``PLACES``, or a prefix that no other run
    shares. Raises ``ConfigError``, which suggests the nearest names.
    """
    if not entered:
        raise ConfigError("no runs in {ledger}", "import a file first", ledger=ledger)
    whole = {run.id: (seq, run) for seq, run in entered}
    for spelled in spellings(name) if name else ():
        if spelled in whole:
            return whole[spelled]
    imports = [(seq, run) for seq, run in entered if run.mode == "import"]
    if name is None:
        return (imports or entered)[0]
    if PLACES.get(name, len(imports)) < len(imports):
        return imports[PLACES[name]]
    begun = [run.id for _, run in entered if name and run.id.startswith(spellings(name))]
    if len(begun) == 1:
        return whole[begun[0]]
    values: dict[str, object] = {"name": printable(name), "ledger": ledger}
    if begun:
        values |= {"number": len(begun)}
        raise ConfigError('"{name}" is the beginning of {number:,} runs in {ledger}', _advice(begun), **values)
    # Names end in date and time, which nobody types: compare the same length of each name, too.
    beginnings = {run.id[: len(name)]: run.id for _, run in reversed(entered)}
    near = difflib.get_close_matches(name, whole)
    near = near or [beginnings[beginning] for beginning in difflib.get_close_matches(name, beginnings)]
    raise ConfigError('no run "{name}" in {ledger}', _advice(near), **values)


def _advice(names: Sequence[str]) -> Message:
    shown = [f'"{printable(name)}"' for name in names[:3]]
    if not shown:
        return Message("import-contacts runs shows their names")
    near: object = shown.pop()
    for name in reversed(shown):
        near = Message("{name} or {others}", name=name, others=near)
    return Message("did you mean {near}? import-contacts runs shows their names", near=near)


def ago(then: datetime, now: datetime, zone: tzinfo | None = None) -> Message | str:
    """Say how long ago it was: minutes and hours on the same day, days within a week, then the date.

    Both times have an offset. ``zone`` is the reader's time zone (``None``: this machine's). A time in the future, as
    after a clock went back, stays a date.
    """
    passed = now - then
    then, now = then.astimezone(zone), now.astimezone(zone)
    days = (now.date() - then.date()).days
    if passed <= -timedelta(minutes=1):
        return f"{then:%Y-%m-%d %H:%M}"
    if passed < timedelta(minutes=1):
        return Message("just now")
    if passed < timedelta(hours=1):
        return Counted("{number} minute ago", "{number} minutes ago", passed // timedelta(minutes=1))
    if days == 0:
        return Counted("{number} hour ago", "{number} hours ago", passed // timedelta(hours=1))
    if days == 1:
        return Message("yesterday {time}", time=f"{then:%H:%M}")
    if days < 7:
        return Counted("{number} day ago", "{number} days ago", days)
    return f"{then:%Y-%m-%d}"


def state(listed: Listed) -> Message:
    """Return how a run ended, in a few words, what it was if no import, and whether it is forgotten."""
    run, words = listed.run, [*_ended(listed)]
    if listed.undone is not None:
        words = [*(word for word in words if word != _FINE), undone_words(listed.undone)]
    if run.forgotten_at is not None:
        words.append(Message("forgotten"))
    said = reduce(lambda first, rest: Message("{first}, {rest}", first=first, rest=rest), words)
    return said if run.mode == "import" else Message("{mode}: {state}", mode=MODES[run.mode], state=said)


def _ended(listed: Listed) -> Iterator[Message]:
    summary, how = listed.summary, listed.state
    if how == "working":
        yield Message("working")
    elif how == "crashed":
        yield Message("crashed")
    elif how == "stopped":
        yield Message("stopped: {why}", why=listed.run.why_stopped)
    elif how == "attention":
        yield Counted("{number:,} needs attention", "{number:,} need attention", summary.left)
    elif not summary.wrong:
        yield _FINE
    if summary.settled:
        yield settled_words(summary)


_FINE: Final = Message("fine")


def runs_json(listed: Sequence[Listed]) -> list[Json]:
    """Return the runs as summaries without files."""
    return [{**one.summary.as_json(), "state": one.state} for one in listed]


def run_lines(
    listed: Sequence[Listed],
    now: datetime,
    width: int | None = None,
    zone: tzinfo | None = None,
    language: Language = ENGLISH_READER,
) -> str:
    """Return the runs as a table, with the commands to paste next; times as in ``ago``.

    Long file names are shortened to the terminal's ``width`` in columns; ``None`` leaves them whole.
    """
    if not listed:
        return language.tell(Message("no runs yet"))
    cells = [_TITLES, *(_cells(one, now, zone) for one in listed)]
    rows = [[printable(language.text(cell)) for cell in line] for line in cells]
    lines = aligned(rows if width is None else fitted(rows, width, flexible=(2, 6)), right=frozenset({4}))
    return told((lines, _what_next(listed)), language)


_TITLES: Final[Sequence[Message | str]] = (
    *(Message("RUN"), Message("WHEN"), Message("FILE"), Message("INBOX")),
    *(Message("ROWS"), Message("RESULT"), Message("STATE")),
)


def _cells(one: Listed, now: datetime, zone: tzinfo | None) -> Sequence[Message | str]:
    run, counts = one.run, one.counts
    when = ago(datetime.fromisoformat(run.started_at), now, zone)
    inboxes = inboxes_of(one.summary) or Message("of its rows")
    return run.id, when, files_of(run), inboxes, f"{sum(counts.values()):,}", _became(counts), state(one)


def _became(counts: Mapping[Status, int]) -> Message:
    """What became of the rows, in the summary's order, then those that a working run has yet to send."""
    order = [status for status in dict.fromkeys([*WORDS, *counts]) if status in counts]
    became = [Message("{number:,} {status}", number=counts[status], status=STATUS_NAMES[status]) for status in order]
    return Message("{counts}", counts=became) if became else Message("nothing")


def _what_next(listed: Sequence[Listed]) -> list[Message | str]:
    if listed[0].working:  # it holds the lock that a report needs
        return [Message("To look again:"), "  import-contacts runs"]
    newest = next((one for one in listed if one.run.mode not in LOOK_BACKS), None)
    if newest is None:  # the others have no page
        return []
    # A name that a terminal cannot show cannot be pasted, and a dash makes it an option; the newest run needs no name.
    named = newest.run.id.isprintable() and not newest.run.id.startswith("-")
    command = command_line(["import-contacts", "report", *([newest.run.id] if named else []), "--open"])
    lines: list[Message | str] = [Message("To look at the newest in a browser:"), f"  {command}"]
    if sum(one.run.mode == "import" for one in listed) > 1:
        lines += [Message("What changed since the one before:"), "  import-contacts report --diff previous latest"]
    return lines


def repair(ledger: Ledger, output_dir: Path) -> None:
    """Settle the last rows of killed runs, and write their files."""
    for seq, run in ledger.runs():
        if run.finished_at is None:
            ledger.close_rows(seq, not_sent(None))
            run = replace(run, finished_at=now(), stopped=CRASHED, inboxes=ledger.reports.inboxes(seq, NOWHERE))
            with ledger.transaction():
                ledger.rewrite(seq, run)
        folder = output_dir / run.id
        if folder.is_dir() and not (folder / LAST_FILE).exists():
            with suppress(OutputError):
                write_files(ledger, seq, folder)


def killed_before(ledger: Ledger, seq: int) -> Iterator[int]:
    """Of import ``seq``, those to its server right before it that were killed: they could tell nobody what they
    found."""
    own = ledger.run(seq)
    for number, run in ledger.runs() if own.mode == "import" else ():
        if number < seq and (run.mode, run.base_url) == (own.mode, own.base_url):
            if run.stopped != CRASHED:
                return
            yield number


@contextmanager
def repaired_ledger(output_dir: Path, work: Message) -> Iterator[Ledger]:
    """The ledger, locked for some ``work``, with the files of every run.

    Raises ``ConfigError`` if there is none, ``LedgerBusy``, ``LedgerError``.
    """
    path = workspace.existing_ledger(output_dir)
    with locks.locked(path, work), Ledger(path) as ledger:
        repair(ledger, output_dir)
        yield ledger


def report_again(output_dir: Path, name: str | None, lang: str | None) -> Summary:
    """Rewrite the files of the run that ``find`` returns for ``name``; ``lang`` is that of ``write_files``.

    Raises ``ConfigError`` if there is no such run, ``LedgerBusy``, ``LedgerError``, ``OutputError``.
    """
    with repaired_ledger(output_dir, Message("writing a report")) as ledger:
        seq, run = find(name, ledger.runs(), ledger.path)
        folder = output_dir / run.id
        workspace.make_folder(folder)
        return write_files(ledger, seq, folder, lang=lang)
