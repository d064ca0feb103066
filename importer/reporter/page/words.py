"""What the page says of a run: its headline, facts, figures and notes, in one language."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import Final, NamedTuple

from importer.error_codes import ERROR_CODES
from importer.errors import CanaryEnded
from importer.message import Counted, Language, Message
from importer.models import REHEARSALS, Json, Mode
from importer.network.addresses import is_cut
from importer.reporter.next_command import WRITE_WHOLE, go_on
from importer.reporter.page import charts
from importer.reporter.page.commands import AHEAD
from importer.reporter.summary import Summary
from importer.reporter.verdict import BANNERS, files_of, inboxes_of, notes, verdict

_CORRECT: Final = Message(
    "Correct the rows below, or in the errors file, and import that; what is fine stays as it is."
)
_LOOK_AT_THEM: Final = Message(
    "Look at the rows with that remark below; whoever is another person needs an email or a phone number of their own."
)
_NOTHING: Final = Message("Nothing is left to do.")
_TO_MEND: Final[Mapping[Mode, Message]] = {
    "plan": Message("Correct the rows below in the file, and make a new plan; or import the others with this one.")
}
_TO_FOLLOW: Final[Mapping[Mode, Message]] = {
    "dry run": Message("The import itself may follow."),
    "sandbox": Message("The import itself may follow."),
    "plan": Message("The import with --plan may follow: it does exactly that."),
}
"""What to do next, by the mode of a run of which some rows need attention, or none."""


class Headline(NamedTuple):
    """How the run went: ``kind`` is good, bad or stop; ``next`` says what to do, ``mode`` that it was a rehearsal.

    ``command`` continues a run that stopped.
    """

    kind: str
    words: str
    next: str
    mode: str
    command: str = ""


class Words:
    """Owns the words of one page."""

    def __init__(self, summary: Summary, language: Language) -> None:
        self._summary = summary
        self._run = summary.run
        self.language = language
        self.tell = language.tell

    def verdict(self) -> Headline:
        """Return the headline."""
        run, words = self._run, self.language.sentence(verdict(self._summary))
        troubled = self._summary.wrong or self._summary.others
        kind = "stop" if run.stopped or self._summary.withheld else "bad" if troubled else "good"
        mode = self.tell(BANNERS[run.mode]) if run.mode in BANNERS else ""
        command = go_on(run) if run.stopped and run.arguments and run.forgotten_at is None else ""
        return Headline(kind, words, " ".join(filter(None, (self._next(), self._to_complete()))), mode, command)

    def _next(self) -> str:
        if self._run.forgotten_at:
            return ""
        if any(cause.code == CanaryEnded.code for cause in self._summary.causes):
            advice = Message("The same command without --canary goes on where this run ended; nothing is sent twice.")
        elif self._run.stopped:
            advice = Message("The same command goes on where this run ended; nothing is sent twice.")
        elif self._summary.wrong and self._run.mode in REHEARSALS:
            advice = Message("Correct the rows below in {file} itself, and import that.", file=self.files_read())
        elif self._summary.wrong:
            advice = _TO_MEND.get(self._run.mode, _CORRECT)
        elif self._summary.others:
            advice = _LOOK_AT_THEM
        elif self._run.mode == "plan":
            advice = Message("To do exactly this, import the file with --plan {run}.", run=self._run.id)
        else:
            advice = _TO_FOLLOW.get(self._run.mode, _NOTHING)
        return self.tell(advice)

    def _to_complete(self) -> str:
        """What the commands of the page lack, if they repeat an address."""
        run = self._run
        repeats = run.forgotten_at is None and (run.stopped or run.mode in AHEAD)
        return self.tell(WRITE_WHOLE) if repeats and any(map(is_cut, run.arguments)) else ""

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield names and values of what was imported, where to, when and by whom; the page leaves out empty values."""
        run = self._run
        yield self.tell(Message("File")), self.files_read()
        yield self.tell(Message("Sheet")), run.sheet or ""
        yield self.tell(Message("Inbox")), self._inboxes()
        yield self.tell(Message("Address")), "" if run.mode in REHEARSALS else run.base_url
        yield self.tell(Message("Started by")), run.started_by
        yield self.tell(Message("Started")), moment(run.started_at)
        yield self.tell(Message("Duration")), "" if run.exit_code is None else self.duration(self._summary.seconds)

    def files_read(self) -> str:
        """Return the names of the run's files."""
        return self.language.text(files_of(self._run))

    def figures(self) -> Iterator[tuple[str, str]]:
        """Yield names and values of how the sending went, which few readers ask for."""
        run, summary = self._run, self._summary
        pace = summary.rows_per_second
        yield self.tell(Message("Rows a second")), charts.short_number(pace) if pace else ""
        yield self.tell(Message("Requests")), "" if run.exit_code is None else f"{run.requests:,}"
        yield self.tell(Message("Tried again")), f"{run.retries:,}" if run.retries else ""
        paused_s = run.measures.paused_s
        yield self.tell(Message("Waited for the server's limit")), self.duration(paused_s) if paused_s else ""
        yield self.tell(Message("Exit code")), "" if run.exit_code is None else str(run.exit_code)

    def option(self, value: Json) -> str:
        """Return an option's value as text."""
        if isinstance(value, bool):
            return self.tell(Message("on") if value else Message("off"))
        if isinstance(value, list):
            return ", ".join(map(self.option, value))
        if isinstance(value, dict):
            return ", ".join(f"{name}={self.option(member)}" for name, member in value.items())
        return str(value)

    def _inboxes(self) -> str:
        return self.language.text(inboxes_of(self._summary) or Message("as its rows say"))

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield what else there is to know, each with the kind of its rows, or ``""``.

        The page names nobody of an earlier run: whoever forgets that run does not write this page again.
        """
        for note in notes(replace(self._summary, vanished=())):
            yield self.tell(note.message), note.kind

    def tiles(self, remarked: int) -> Iterator[tuple[str, int, str]]:
        """Yield filters of the table, each with its rows and its words; ``remarked`` rows have a remark."""
        wrong, differing = self._summary.wrong, self._summary.differs or 0
        found = (
            ("attention", wrong, Counted("needs attention", "need attention", wrong)),
            ("remark", remarked, Counted("has a remark", "have a remark", remarked)),
            ("differs", differing, Counted("has other data in LiveDesk", "have other data in LiveDesk", differing)),
        )
        yield from ((name, rows, self.tell(words)) for name, rows, words in found if rows)

    def cause(self, code: str) -> str:
        """Return what an error code means; the code itself if another version wrote it."""
        known = ERROR_CODES.get(code)
        return self.tell(known.meaning) if known else code

    def files(self) -> list[str]:
        """Return the names of the tables that lie beside the page; the first has every row."""
        found = self._summary.files.items()
        return [PurePath(path).name for kind, path in found if kind not in ("report", "summary", "results_copy")]

    def remarks(self, shown: int, shown_wrong: int) -> Iterator[str]:
        """Say what the table leaves out: it has ``shown`` rows, of which ``shown_wrong`` need attention."""
        rows, wrong = self._summary.rows, self._summary.wrong
        if self._run.forgotten_at:
            return
        if shown < rows:
            yield self.tell(
                Message(
                    "Here are the rows with an error or a remark, {shown:,} of {rows:,}; {table} has all.",
                    shown=shown,
                    rows=rows,
                    table=next(iter(self.files()), "results.csv"),
                )
            )
        if shown_wrong < wrong:
            yield self.tell(
                Message(
                    "{wrong:,} rows need attention, and the first {most:,} of them are here: "
                    "the errors file has them all.",
                    wrong=wrong,
                    most=shown_wrong,
                )
            )

    def latency(self, milliseconds: float) -> str:
        """``4.2 ms``, ``120 ms``, ``1.5 s``."""
        shown = f"{milliseconds:.{0 if 10 <= milliseconds < 1000 else 1}f}"
        if milliseconds < 1000:
            return self.tell(Message("{n} ms", n=shown))
        return self.tell(Message("{n} s", n=f"{milliseconds / 1000:.1f}"))

    def duration(self, seconds: float) -> str:
        """``4.2 s``, ``2 min 5 s``, ``1 h 3 min``."""
        if seconds < 60:
            return self.tell(Message("{n} s", n=f"{seconds:.1f}".removesuffix(".0")))
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = (
            (hours, Message("{n} h", n=hours)),
            (minutes, Message("{n} min", n=minutes)),
            (0 if hours else rest, Message("{n} s", n=rest)),
        )
        return " ".join(self.tell(part) for number, part in parts if number)


def moment(text: str) -> str:
    """Return a moment in local time with its offset: ``2026-01-17 09:15:30 UTC+01:00``."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone()
    offset = f"{local:%z}"  # not the zone's name: CST is China's time and Chicago's
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{'' if offset == '+0000' else f'{offset[:3]}:{offset[3:5]}'}"
