"""What a reviewer is told of a run, in their language. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from importer.errors import CanaryEnded
from importer.ledger.run import Run
from importer.models import Json, Status, option_of
from importer.reporter.next_command import go_on
from importer.reporter.page.charts import Bar, Throughput
from importer.reporter.page.languages import Language
from importer.reporter.summary import Summary
from importer.titles import column_letter, told_apart

STATUSES: Final = {
    Status.CREATED: "created",
    Status.UPDATED: "updated",
    Status.EXISTS: "existed, left alone",
    Status.UNCHANGED: "unchanged",
    Status.DUPLICATE: "duplicate in the file",
    Status.VALID: "valid",
    Status.INVALID: "invalid",
    Status.FAILED: "failed",
    Status.UNKNOWN: "unknown",
    Status.NOT_SENT: "not sent",
}
COLUMNS: Final = (
    ("row", "Row"),
    ("status", "Status"),
    ("name", "Name"),
    ("email", "Email"),
    ("phone", "Phone number"),
    ("identifier", "Identifier"),
    ("what", "What happened, what to do"),
)
LATENCIES: Final = {
    "0.5": "half within",
    "0.9": "90% within",
    "0.95": "95% within",
    "0.99": "99% within",
    "1": "the slowest",
}
MODES: Final = {
    "dry run": "DRY RUN: the file was checked, and nothing was sent to LiveDesk",
    "sandbox": "SANDBOX: a rehearsal inside the importer, and nothing was sent to LiveDesk",
}
SCRIPT: Final = {
    # What page.js says; a name in braces is filled in there.
    "all": "All",
    "attention": "Needs attention",
    "found": "{from} to {to} of {all} rows found; this report shows {rows}",
    "none": "No row is like that: change the search or the filters.",
    "page": "Page {page} of {pages}",
    "progress": "{corrected} rows changed, {out} left out, {rest} as they were.",
    "lost": "This browser keeps nothing: download the file before you close the page.",
    "sure": "Discard all changes made on this page?",
    "copied": "Copied",
    "copy": "The link to this view:",
    "more": "All cells",
    "correct": "Correct the cells",
    "ofRow": "of row {row}",
    "leaveOut": "Leave this row out",
    "column": "Column {letter}",
    "beyond": "Column {letter}, beyond the titles",
    "was": 'was "{value}"',
    "empty": "empty",
    "open": "the import will tell",
    "readAs": "read as {value}",
    "noAt": "no @",
    "nothingAfter": "nothing after the @",
    "nothingBefore": "nothing before the @",
    "noDot": "no dot after the @",
    "severalAts": "more than one @",
    "badPart": "a character or a part that an address cannot have",
    "noDigits": "no digits",
    "rounded": "lost digits in a spreadsheet",
    "noCountry": "no country code: write +86 … or the like",
}


class Headline(NamedTuple):
    """How the run went: ``kind`` is good, bad or stop; ``next`` says what to do, ``mode`` that it was a rehearsal.

    ``command`` is the one that goes on where the run stopped.
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
        self.tell = language.gettext

    def verdict(self) -> Headline:
        """The first thing that a reader sees."""
        mode, run = self.tell(MODES.get(self._run.mode, "")), self._run
        command = go_on(run) if run.stopped and run.arguments and run.forgotten_at is None else ""
        return Headline(self._kind(), f"{self._sentence()}{self._limit()}", self._next(), mode, command)

    def _kind(self) -> str:
        if self._run.stopped or self._summary.withheld:
            return "stop"
        return "bad" if self._summary.wrong else "good"

    def _sentence(self) -> str:
        rows, wrong = self._summary.rows, self._summary.wrong
        if self._run.stopped:
            return self.tell("Stopped: %(why)s") % {"why": self.language.sentence(self._run.stopped)}
        if self._summary.withheld:
            told = self.tell("Nothing was sent: %(invalid)s of %(rows)s rows not valid, and --strict sends all or none")
            return told % {"invalid": f"{self._summary.counts[Status.INVALID]:,}", "rows": f"{rows:,}"}
        if not wrong:
            fine = self.language.ngettext("The one row is fine", "All %(num)s rows are fine", rows)
            return fine % {"num": f"{rows:,}"}
        needs = self.language.ngettext(
            "%(wrong)s of %(rows)s rows needs attention", "%(wrong)s of %(rows)s rows need attention", wrong
        )
        return needs % {"wrong": f"{wrong:,}", "rows": f"{rows:,}"}

    def _limit(self) -> str:
        if not self._summary.limited or self._run.stopped or self._summary.withheld:
            return ""
        return self.tell("; --limit %(limit)s left the others out") % {"limit": self._summary.limited}

    def _next(self) -> str:
        if self._run.forgotten_at:
            return ""
        if any(cause.code == CanaryEnded.code for cause in self._summary.causes):
            return self.tell("The same command without --canary goes on where this run ended; nothing is sent twice.")
        if self._run.stopped:
            return self.tell("The same command goes on where this run ended; nothing is sent twice.")
        if self._summary.wrong:
            return self.tell(
                "Correct the rows below, or in the errors file, and import that; what is fine stays as it is."
            )
        if self._run.mode != "import":
            return self.tell("The import itself may follow.")
        return self.tell("Nothing is left to do.")

    def facts(self) -> Iterator[tuple[str, str]]:
        """Names and values; an empty value is left out by the page."""
        run, summary = self._run, self._summary
        yield self.tell("File"), run.file
        yield self.tell("Sheet"), run.sheet or ""
        yield self.tell("Inbox"), run.inbox_id or self.tell("as its rows say")
        yield self.tell("Address"), run.base_url if run.mode == "import" else ""
        yield self.tell("Started by"), run.started_by
        yield self.tell("Started"), moment(run.started_at)
        yield self.tell("Duration"), "" if run.exit_code is None else self.duration(summary.seconds)
        pace = summary.rows_per_second
        yield self.tell("Rows a second"), short_number(pace) if pace else ""
        yield self.tell("Requests"), "" if run.exit_code is None else f"{run.requests:,}"
        yield self.tell("Tried again"), f"{run.retries:,}" if run.retries else ""
        paused_s = run.measures.paused_s
        yield self.tell("Waited for the server's limit"), self.duration(paused_s) if paused_s else ""
        yield self.tell("Exit code"), "" if run.exit_code is None else str(run.exit_code)

    def remarks(self, shown: int, shown_wrong: int) -> Iterator[str]:
        """What the table of rows has, where that is not every row: so many, of which so many need attention."""
        rows, wrong = self._summary.rows, self._summary.wrong
        if self._run.forgotten_at:
            return
        if shown < rows:
            told = self.tell("Here are the rows with an error or a remark, %(shown)s of %(rows)s; results.csv has all.")
            yield told % {"shown": f"{shown:,}", "rows": f"{rows:,}"}
        if shown_wrong < wrong:
            yield self.tell(
                "%(wrong)s rows need attention, and the first %(most)s of them are here: the errors file has them all."
            ) % {"wrong": f"{wrong:,}", "most": f"{shown_wrong:,}"}

    def duration(self, seconds: float) -> str:
        """``4.2 s``, ``2 min 5 s``, ``1 h 3 min``."""
        if seconds < 60:
            return self.tell("%(s)s s") % {"s": f"{seconds:.1f}".removesuffix(".0")}
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = ((hours, "%(n)s h"), (minutes, "%(n)s min"), (0 if hours else rest, "%(n)s s"))
        return " ".join(self.tell(unit) % {"n": number} for number, unit in parts if number)

    def latency(self, bar: Bar) -> tuple[str, str]:
        """The words beside a percentile's bar."""
        digits = 0 if 10 <= bar.value < 1000 else 1
        value = f"{bar.value:.{digits}f} ms" if bar.value < 1000 else f"{bar.value / 1000:.{digits}f} s"
        return self.tell(LATENCIES[bar.name]), value

    def cause(self, bar: Bar) -> tuple[str, str]:
        """The words beside a cause's bar."""
        return bar.name or self.tell("others"), f"{bar.value:,.0f}"

    def of_bars(self, bars: list[Bar], kind: str) -> str:
        """A chart of bars in words, for those who do not see it."""
        words = self.latency if kind == "latency" else self.cause
        return ", ".join(" ".join(words(bar)) for bar in bars)

    def of_throughput(self, found: Throughput | None) -> str:
        """The same of rows over time."""
        if found is None:
            return ""
        told = self.tell("%(length)s in all, at most %(peak)s rows a second.")
        pauses = f" {self.of_pauses()}" if found.pauses else ""
        return told % {"length": self.duration(found.seconds), "peak": short_number(found.peak)} + pauses

    def of_pauses(self) -> str:
        """How long a limit of the server held all requests."""
        pauses = self._run.measures
        told = self.language.ngettext(
            "%(num)s pause for the server's limit, %(length)s",
            "%(num)s pauses for the server's limit, %(length)s in all",
            len(pauses.pauses),
        )
        return told % {"num": len(pauses.pauses), "length": self.duration(pauses.paused_s)}


def mapping_of(run: Run) -> Iterator[tuple[str, str, str]]:
    """Letter, title and field of every column; the field is empty where the column is not used."""
    for index, (title, name) in enumerate(zip(run.titles, told_apart(run.titles), strict=True)):
        yield column_letter(index), title, run.mapping.get(name, "")


def options_of(run: Run) -> Iterator[tuple[str, str]]:
    """The settings that differ from the defaults, as options."""
    for name, value in run.options.items():
        yield option_of(name), _shown(value)


def _shown(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_shown(member)}" for name, member in value.items())
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def moment(text: str) -> str:
    """A moment in this machine's time, with what that is ahead of UTC: ``2026-01-17 09:15:30 UTC+01:00``."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone()
    ahead = f"{local:%z}"  # and not its name: CST is China's time and Chicago's
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{'' if ahead == '+0000' else f'{ahead[:3]}:{ahead[3:5]}'}"


def short_number(value: float) -> str:
    """A number with as many digits as tell something: ``0.4``, ``12``, ``1,200``, ``12k``."""
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.1f}"
