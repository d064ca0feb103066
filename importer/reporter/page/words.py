"""The words of the page, in the reader's language. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from importer.errors import CanaryEnded
from importer.language import Language
from importer.ledger.run import Run
from importer.message import Message
from importer.models import Json, option_of
from importer.reporter.next_command import go_on
from importer.reporter.summary import Summary, verdict
from importer.titles import column_letter, told_apart

MODES: Final = {
    "dry run": Message("DRY RUN: the file was checked, and nothing was sent to LiveDesk"),
    "sandbox": Message("SANDBOX: a rehearsal inside the importer, and nothing was sent to LiveDesk"),
}


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
        kind = "stop" if run.stopped or self._summary.withheld else "bad" if self._summary.wrong else "good"
        mode = self.tell(MODES[run.mode]) if run.mode in MODES else ""
        command = go_on(run) if run.stopped and run.arguments and run.forgotten_at is None else ""
        return Headline(kind, words, self._next(), mode, command)

    def _next(self) -> str:
        if self._run.forgotten_at:
            return ""
        if any(cause.code == CanaryEnded.code for cause in self._summary.causes):
            advice = Message("The same command without --canary goes on where this run ended; nothing is sent twice.")
        elif self._run.stopped:
            advice = Message("The same command goes on where this run ended; nothing is sent twice.")
        elif self._summary.wrong:
            advice = Message(
                "Correct the rows below, or in the errors file, and import that; what is fine stays as it is."
            )
        elif self._run.mode != "import":
            advice = Message("The import itself may follow.")
        else:
            advice = Message("Nothing is left to do.")
        return self.tell(advice)

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield names and values; the page leaves out empty values."""
        run, summary = self._run, self._summary
        yield self.tell(Message("File")), run.file
        yield self.tell(Message("Sheet")), run.sheet or ""
        yield self.tell(Message("Inbox")), run.inbox_id or self.tell(Message("as its rows say"))
        yield self.tell(Message("Address")), run.base_url if run.mode == "import" else ""
        yield self.tell(Message("Started by")), run.started_by
        yield self.tell(Message("Started")), moment(run.started_at)
        yield self.tell(Message("Duration")), "" if run.exit_code is None else self.duration(summary.seconds)
        pace = summary.rows_per_second
        yield self.tell(Message("Rows a second")), short_number(pace) if pace else ""
        yield self.tell(Message("Requests")), "" if run.exit_code is None else f"{run.requests:,}"
        yield self.tell(Message("Tried again")), f"{run.retries:,}" if run.retries else ""
        paused_s = run.measures.paused_s
        yield self.tell(Message("Waited for the server's limit")), self.duration(paused_s) if paused_s else ""
        yield self.tell(Message("Exit code")), "" if run.exit_code is None else str(run.exit_code)

    def remarks(self, shown: int, shown_wrong: int) -> Iterator[str]:
        """Say what the table leaves out: it has ``shown`` rows, of which ``shown_wrong`` need attention."""
        rows, wrong = self._summary.rows, self._summary.wrong
        if self._run.forgotten_at:
            return
        if shown < rows:
            yield self.tell(
                Message(
                    "Here are the rows with an error or a remark, {shown:,} of {rows:,}; results.csv has all.",
                    shown=shown,
                    rows=rows,
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


def mapping_of(run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield the letter, title and field of every column; the field is empty if the import ignores the column."""
    for index, (title, name) in enumerate(zip(run.titles, told_apart(run.titles), strict=True)):
        yield column_letter(index), title, run.mapping.get(name, "")


def options_of(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the settings that differ from the defaults, as options."""
    for name, value in run.options.items():
        yield option_of(name), _shown(value)


def _shown(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_shown(member)}" for name, member in value.items())
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def moment(text: str) -> str:
    """Return a moment in local time with its offset: ``2026-01-17 09:15:30 UTC+01:00``."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone()
    offset = f"{local:%z}"  # not the zone's name: CST is China's time and Chicago's
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{'' if offset == '+0000' else f'{offset[:3]}:{offset[3:5]}'}"


def short_number(value: float) -> str:
    """Return a number without needless digits: ``0.4``, ``12``, ``1,200``, ``12k``."""
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.1f}"


def milliseconds(value: float) -> str:
    """Return a latency: ``4.2 ms``, ``120 ms``, ``1.5 s``."""
    digits = 0 if 10 <= value < 1000 else 1
    return f"{value:.{digits}f} ms" if value < 1000 else f"{value / 1000:.{digits}f} s"
