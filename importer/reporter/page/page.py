"""Render the page from ``page.html.jinja``.

The page needs no network: it contains its style and script, and its Content-Security-Policy allows only these two, by
their hashes (W3C, Content Security Policy Level 3).
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path, PurePath
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from importer import __version__
from importer.errors import CanaryEnded
from importer.ledger.run import Run
from importer.message import Counted, Language, Message
from importer.models import FINE, Json, Mode, option_of
from importer.reporter.page import charts
from importer.reporter.page.rows import PageRows, script_json, syntax_rules
from importer.reporter.summary import Summary
from importer.reporter.terminal import go_on, import_again
from importer.reporter.verdict import BANNERS, inboxes_of, notes, verdict
from importer.texts import ERROR_TITLE, cited, column_letter, told_apart

_CORRECT: Final = Message(
    "Correct the rows below, or in the errors file, and import that; what is fine stays as it is."
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
        kind = "stop" if run.stopped or self._summary.withheld else "bad" if self._summary.wrong else "good"
        mode = self.tell(BANNERS[run.mode]) if run.mode in BANNERS else ""
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
            advice = _TO_MEND.get(self._run.mode, _CORRECT)
        elif self._run.mode == "plan":
            advice = Message("To do exactly this, import the file with --plan {run}.", run=self._run.id)
        else:
            advice = _TO_FOLLOW.get(self._run.mode, _NOTHING)
        return self.tell(advice)

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield names and values; the page leaves out empty values."""
        run, summary = self._run, self._summary
        yield self.tell(Message("File")), run.file
        yield self.tell(Message("Sheet")), run.sheet or ""
        yield self.tell(Message("Inbox")), self._inboxes()
        yield self.tell(Message("Address")), "" if run.mode in ("dry run", "sandbox") else run.base_url
        yield self.tell(Message("Started by")), run.started_by
        yield self.tell(Message("Started")), moment(run.started_at)
        yield self.tell(Message("Duration")), "" if run.exit_code is None else self.duration(summary.seconds)
        pace = summary.rows_per_second
        yield self.tell(Message("Rows a second")), charts.short_number(pace) if pace else ""
        yield self.tell(Message("Requests")), "" if run.exit_code is None else f"{run.requests:,}"
        yield self.tell(Message("Tried again")), f"{run.retries:,}" if run.retries else ""
        paused_s = run.measures.paused_s
        yield self.tell(Message("Waited for the server's limit")), self.duration(paused_s) if paused_s else ""
        yield self.tell(Message("Exit code")), "" if run.exit_code is None else str(run.exit_code)

    def _inboxes(self) -> str:
        found = inboxes_of(self._summary)
        return found if found and isinstance(found, str) else self.tell(found or Message("as its rows say"))

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield what else there is to know, each with the kind of its rows, or ``""``.

        The page names nobody of an earlier run: whoever forgets that run does not write this page again.
        """
        for note in notes(replace(self._summary, vanished=())):
            yield self.tell(note.message), note.kind

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


def page(summary: Summary, rows: PageRows) -> Iterator[str]:
    """Yield the page of a run piece by piece, since it may be long, in the language of ``rows``."""
    run, language = summary.run, rows.language
    words, correctable = Words(summary, language), _is_correctable(summary)
    return (
        _environment(language)
        .get_template("page.html.jinja")
        .generate(
            run=run,
            language=language,
            words=words,
            version=__version__,
            policy=_policy(),
            css=_asset("page.css"),
            script=_script(),
            segments=charts.segments(summary.counts),
            throughput=charts.throughput(run.measures),
            latencies=charts.bars_of_latencies(run.measures),
            bars_of_causes=charts.bars_of_causes(summary.causes),
            causes=summary.causes,
            kinds=summary.remarks,
            remarks=words.remarks(len(rows.lines), rows.wrong),
            notes=[*words.notes()],
            files=words.files(),
            again=import_again(run, _corrected(run)) if correctable and run.started_by else "",
            mapping=mapping_of(run),
            options=[(option_of(name), _shown(value)) for name, value in run.options.items()],
            view=_view(summary, words, rows),
            rows=rows.lines,
        )
    )


def _view(summary: Summary, words: Words, rows: PageRows) -> dict[str, Json]:
    """What ``page.js`` needs beside the rows and its texts; the syntax rules only if there is something to correct."""
    run = summary.run
    return {
        "run": f"{run.id} {run.started_at}",
        "joint": words.language.joint,
        "titles": [*run.titles],
        "fields": [field for _, _, field in mapping_of(run)],
        "reasons": [place for place, title in enumerate(run.titles) if title == ERROR_TITLE],
        "reasonTitle": ERROR_TITLE,
        "corrected": _corrected(run),
        "forgotten": run.forgotten_at is not None,
        "kinds": {remark.kind: words.tell(remark.meaning) for remark in summary.remarks},
        "fine": [str(status) for status in sorted(FINE)],
        "rules": syntax_rules(run, rows.codes) if _is_correctable(summary) else None,
    }


def _is_correctable(summary: Summary) -> bool:
    return "errors" in summary.files and not summary.run.sheets


def _corrected(run: Run) -> str:
    """The name of the file to download from the page, unlike that of any file of the run."""
    return f"{PurePath(run.file).stem}-corrected.csv"


@cache
def _environment(language: Language) -> Environment:
    found = Environment(loader=PackageLoader("importer.reporter.page", ""), autoescape=True, trim_blocks=False)
    found.globals["gettext"] = lambda text, **values: language.tell(Message(text, **values))
    found.globals["ngettext"] = lambda *forms, **values: language.tell(Counted(*forms, **values))
    found.filters["told"] = language.tell
    found.filters["sentence"] = language.sentence
    found.filters["cited"] = cited
    found.filters["short"] = charts.short_number
    found.filters["milliseconds"] = charts.milliseconds
    found.filters["script_json"] = script_json
    return found


@cache
def _asset(name: str) -> Markup:
    return Markup((Path(__file__).parent / name).read_text(encoding="utf-8"))  # noqa: S704 - the program's own


@cache
def _script() -> Markup:
    return _asset("syntax.js") + _asset("page.js")


@cache
def _policy() -> str:
    """Allow the page's own style and script alone; the browser itself makes the file to download."""
    return (
        f"default-src 'none'; script-src {_hash(_script())}; style-src {_hash(_asset('page.css'))}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def mapping_of(run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield the letter, title and field of every column; the field is empty if the import ignores the column."""
    for part in run.parts:
        for index, (title, name) in enumerate(zip(part.titles, told_apart(part.titles), strict=True)):
            letter = column_letter(index)
            yield f"{part.sheet}!{letter}" if run.sheets else letter, title, part.mapping.get(name, "")


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
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
