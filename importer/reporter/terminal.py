"""The text that ends a run: for the terminal, as one line for logs, and the command to paste next."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Final

from importer.addresses import is_cut, scheme_of
from importer.config_sources import HIDDEN_OPTIONS
from importer.errors import CanaryEnded, CredentialsRefused, ExitCode, InboxUnknown, ServiceUnreachable, Untrusted
from importer.ledger.run import Run
from importer.loader.names import PACKED, RECORDS
from importer.log_formats import Priority, Record, logfmt
from importer.message import ENGLISH_READER, Counted, Language, Message, all_of
from importer.models import Status, option_of
from importer.normalizer.column_profile import repair_line
from importer.reporter.plan_file import plan_table
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import count_lines, files_of, notes, verdict, where
from importer.shell import command_line, is_option, typed_parts

MOST_FREQUENT: Final = 3
MOST_REPAIRS: Final = 3
_WIDTH: Final = 120
"""Columns of a plan's table, whatever the terminal: the longest values are in plan.csv."""


def closing_words(
    summary: Summary, what_next: Sequence[Message | str] = (), language: Language = ENGLISH_READER
) -> str:
    """Return the text for the terminal; ``what_next`` are the lines that say how to go on."""
    run = summary.run
    sections: tuple[Sequence[Message | str], ...] = (
        _head(summary),
        [*count_lines(summary, language), f"{summary.rows:>9,}  {language.tell(_pace(summary))}"],
        plan_table(run, summary.planned, _WIDTH, language),
        [note.message for note in notes(summary)],
        [*_errors(summary, language)],
        [*_remarks(summary, language)],
        [*_repairs(run, language)],
        [Message("Files"), *(f"  {path}" for path in summary.files.values())],
        what_next,
    )
    return told(sections, language)


def told(sections: Iterable[Sequence[Message | str]], language: Language) -> str:
    """Return sections of lines as a text, with an empty line between them; a section without a line is left out."""
    return "\n\n".join("\n".join(map(language.text, section)) for section in sections if section)


def _head(summary: Summary) -> list[Message]:
    """The verdict, and whether the run is forgotten."""
    run = summary.run
    head = [_verdict(summary)]
    if run.forgotten_at:
        date = run.forgotten_at[:10]
        head += [Message("forgotten on {date}: its personal data is erased, counts and ids are kept", date=date)]
    return head


def _verdict(summary: Summary) -> Message:
    said = all_of(verdict(summary))
    return Message("{verdict} ({file} {where})", verdict=said, file=files_of(summary.run), where=where(summary))


def _pace(summary: Summary) -> Message:
    """How long the rows took, if that is known."""
    run, rows = summary.run, Counted("row", "rows", summary.rows)
    if run.exit_code is None:
        return rows
    requests = Counted("{number:,} request", "{number:,} requests", run.requests)
    took: dict[str, object] = {"rows": rows, "seconds": f"{summary.seconds:,.1f}", "requests": requests}
    if not summary.rows_per_second:
        return Message("{rows} in {seconds} s, {requests}", **took)
    return Message("{rows} in {seconds} s, {rate:,} rows/s, {requests}", rate=summary.rows_per_second, **took)


def _errors(summary: Summary, language: Language) -> Iterator[Message | str]:
    """The most frequent errors, and where the others are; of a dry run, which is there to find them, all."""
    causes = [cause for cause in summary.causes if cause.code not in _OF_THE_RUN]
    most = len(causes) if summary.run.mode == "dry run" else MOST_FREQUENT
    if causes:
        yield Message("Most frequent errors")
    for cause in causes[:most]:
        first = cause.examples[0]
        error = Message(
            "{code}: {error} (row {row})", code=cause.code, error=language.sentence(first.error), row=first.row
        )
        yield f"{cause.count:>9,}  {language.tell(error)}"
        if cause.hint:
            yield f"{'':>9}  {language.sentence(cause.hint)}"
    if more := len(causes[most:]):
        rows = sum(cause.count for cause in causes[most:])
        others = Counted(
            "row with {kinds}: {file} shows it",
            "rows with {kinds}: {file} shows them",
            rows,
            kinds=Counted("{number:,} other kind of error", "{number:,} other kinds of errors", more),
            file=PurePath(summary.files.get("report") or summary.files.get("results") or "results.csv").name,
        )
        yield f"{rows:>9,}  {language.tell(others)}"


_OF_THE_RUN: Final = frozenset({CanaryEnded.code, "strict"})
"""The codes of rows that have no error of their own: the user asked that they are not sent."""


def _remarks(summary: Summary, language: Language) -> Iterator[Message | str]:
    if summary.remarks:
        yield Message("Remarks")
    for remark in summary.remarks:
        meaning = Message("{meaning} ({where})", meaning=remark.meaning, where=remark.where)
        yield f"{remark.count:>9,}  {language.tell(meaning)}"


def _repairs(run: Run, language: Language) -> Iterator[Message | str]:
    if run.repairs:
        yield Message("Most frequent repairs")
    for repair in sorted(run.repairs, key=lambda repair: -repair.count)[:MOST_REPAIRS]:
        yield repair_line(repair, language)


def record_of(summary: Summary) -> Record:
    """Return a run as one entry: its verdict, a line of key=value pairs for the journal and the log file, and fields
    named as in summary.json, without personal data."""
    run = summary.run
    status = "stopped" if run.stopped else "done"
    if run.exit_code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        status = "interrupted"
    pairs: dict[str, object] = {"run": run.id, "mode": run.mode, "status": status, "exit_code": run.exit_code}
    pairs |= {"rows": summary.rows}
    counts = {str(status): summary.counts[status] for status in WORDS if status in summary.counts}
    ended = {"seconds": round(summary.seconds, 1), "requests": run.requests, "retries": run.retries}
    of_json: dict[str, object] = {"file": run.file, "inbox_id": run.inbox_id, "counts": counts}
    of_json["report"] = summary.files.get("report")
    of_json["causes"] = [{"code": cause.code, "count": cause.count} for cause in summary.causes]
    line, fields = logfmt(pairs | counts | ended), pairs | of_json | ended
    return Record(_verdict(summary), line, fields, priority_of(run.exit_code))


def priority_of(exit_code: int | None) -> Priority:
    """How much the end of a run matters: an error where it stopped or failed, a warning where some of it is left."""
    return Priority.ERROR if exit_code is None else _PRIORITIES.get(exit_code, Priority.ERROR)


_PRIORITIES: Final[Mapping[int, Priority]] = {
    ExitCode.OK: Priority.INFO,
    ExitCode.ROWS_FAILED: Priority.WARNING,
    ExitCode.BUSY: Priority.WARNING,
    ExitCode.INTERRUPTED: Priority.WARNING,
    ExitCode.TERMINATED: Priority.WARNING,
}


def what_next(summary: Summary, arguments: Sequence[str], files: Sequence[str], flags: Set[str]) -> list[Message | str]:
    """Return lines with the next command: after a rehearsal or a plan the import, after errors that of the errors file.

    ``arguments`` are this command's as typed but for secrets, ``files`` are those of them that name the files,
    ``flags`` are the options without a value.
    """
    lines = _next_command(summary, arguments, files, flags)
    is_whole = not any(is_cut(line) for line in lines if isinstance(line, str))
    return lines if is_whole else [*lines, WRITE_WHOLE]


WRITE_WHOLE: Final = Message(
    'What stood behind the "?" of the address may be a secret and is not kept: write the whole address again.'
)


def _next_command(
    summary: Summary, arguments: Sequence[str], files: Sequence[str], flags: Set[str]
) -> list[Message | str]:
    run = summary.run
    if run.mode in ("verify", "undo"):
        return []
    if run.mode == "plan" and run.stopped:
        return [_again(summary), f"  {_command(arguments, flags)}"]
    if run.mode == "plan" and not {*_REHEARSALS} & {*arguments}:
        command = _command(_without_verb(arguments), flags, drop=_OF_A_PLAN)
        return [Message("To do exactly this:"), f"  {command} {command_line(['--plan', run.id])}"]
    if run.mode != "import" and not summary.rows:
        return []
    if run.mode != "import":
        return _after_a_rehearsal(summary, files, _command(_without_verb(arguments), flags, drop=_REHEARSALS))
    if "errors" not in summary.files or not summary.left:
        return []
    if run.stopped or summary.wrong == summary.counts.get(Status.NOT_SENT):
        return [_again(summary), f"  {_command(arguments, flags, drop=_CANARY)}"]
    errors = summary.to_correct or summary.files["errors"]
    corrected = _command(arguments, flags, drop=_OF_ONE_FILE, files=(files, errors))
    return [Message("Correct the errors file, then import it:"), f"  {corrected}"]


def _after_a_rehearsal(summary: Summary, files: Sequence[str], command: str) -> list[Message | str]:
    if not summary.wrong:
        return [Message("To import it:"), f"  {command}"]
    advice = next((advice for is_such, advice in _NOT_CORRECTED_IN_PLACE if any(map(is_such, files))), None)
    if summary.causes and summary.causes[0].code == _NO_COUNTRY and "country" not in summary.run.options:
        label = Message("Correct the file, or put the country of its numbers in place of CC, then import it:")
        if advice:
            label = Message("Put the country of the numbers in place of CC, then import them:")
        return [label, f"  {command} --country CC"]
    return [advice or Message("Correct the file, then import it:"), f"  {command}"]


def _is_of_records(name: str) -> bool:
    """Whether a file is of a format that no spreadsheet program opens."""
    path = PurePath(name.lower())
    return (path.with_suffix("") if path.suffix in PACKED else path).suffix in RECORDS


_NOT_CORRECTED_IN_PLACE: Final[Sequence[tuple[Callable[[str], object], Message]]] = (
    (
        "-".__eq__,
        Message(
            "Correct the rows where they come from and pipe them in again, "
            "or import them as they are and correct the errors file of that import:"
        ),
    ),
    (scheme_of, Message("Correct the file where it comes from, then import it:")),
    (_is_of_records, Message("Import the file as it is, then correct the errors file of that import:")),
)
"""What to do about the rows that a rehearsal found wrong in an input that nobody opens to correct a cell."""


def _again(summary: Summary) -> Message:
    """What stands above the same command once more."""
    codes = {cause.code for cause in summary.causes}
    stopped = summary.run.exit_code == ExitCode.STOPPED and not codes.isdisjoint(_TO_MEND)
    return Message("Once that is mended:") if stopped else Message("To go on:")


_NO_COUNTRY: Final = "no_country"
_TO_MEND: Final = frozenset(kind.code for kind in (InboxUnknown, CredentialsRefused, ServiceUnreachable, Untrusted))
"""Why a run stopped, where the same command would stop again."""


def file_argument(run: Run, flags: Set[str]) -> str | None:
    """Return the argument that names the run's file, ``-`` for standard input; ``None`` if the record has none.

    The record has the file's name without its folder. ``flags`` are the options without a value: the value of another
    option may look like the file.
    """
    names = _named(run.arguments, flags)
    named = [name for name in names if name == "-" or scheme_of(name) or Path(name).name == run.file]
    return named[-1] if named else None  # the last: the verb "run" stands before a file that may be named so too


def file_arguments(run: Run, flags: Set[str]) -> Sequence[str]:
    """Return the arguments that name the files of a run, as far as the record has them."""
    if len(run.files) > 1:
        verb = run.arguments[:1] in (("run",), ("plan",))
        return _named(run.arguments[verb:], flags)
    one = file_argument(run, flags)
    return [one] if one else []


def _named(arguments: Sequence[str], flags: Set[str]) -> list[str]:
    """The arguments that are neither options nor values of some."""
    return [part.words[0] for part in typed_parts(arguments, flags) if not part.option]


def _without_verb(arguments: Sequence[str]) -> Sequence[str]:
    """The arguments of an import in place of those of a plan."""
    return arguments[1:] if arguments[:1] in (["plan"], ("plan",)) else arguments


_OF_A_PLAN: Final = frozenset({"--results", "--save-mapping", "--workers", "--scheduler"})
"""Options of a plan that the import by it need not have, or must not: one process does it."""

_CANARY: Final = frozenset({"--canary"})
_REHEARSALS: Final = frozenset({"--dry-run", "--sandbox"})
_SWITCHES: Final = frozenset({"--json", "--quiet"})
_OF_THE_OCCASION: Final = _SWITCHES | frozenset(
    {
        *("--log-format", "--log-file"),  # for programs: whoever pastes a command reads
        *("--metrics-file", "--notify", "--keep-runs"),  # for a schedule; and an address may be a secret
    }
)
"""Options that say who reads and who is told, and decide nothing about a row."""

_NEVER_PROPOSED: Final = _OF_THE_OCCASION | HIDDEN_OPTIONS

_OF_ONE_FILE: Final = _CANARY | frozenset(
    {
        "--plan",
        "--sheet",
        "--limit",
        "--encoding",
        "--delimiter",
        "--no-header",
        "--results",
        "--errors-first",
        "--save-mapping",
    }
)
"""Options that the next command leaves out."""


def _command(
    arguments: Sequence[str],
    flags: Set[str],
    *,
    drop: Set[str] = frozenset(),
    files: tuple[Sequence[str], str] = ((), ""),
) -> str:
    """The command as typed, without secrets and the options in ``drop``; ``files`` are the old ones, and the new one
    that stands in their place."""
    kept: list[str] = []
    old, new = files[0], _as_file(files[1])
    for option, words in typed_parts(arguments, flags):
        if not option:
            word = new if words[0] in old else _as_file(words[0])
            kept += [word] if word != new or new not in kept else []
        elif option not in drop | _OF_THE_OCCASION | HIDDEN_OPTIONS | {
            "--"
        }:  # options may be written behind the command
            kept += words
    return command_line(["import-contacts", *kept])


def _as_file(word: str) -> str:
    """A file as no command takes it for an option."""
    return f"./{word}" if is_option(word) else word


def go_on(run: Run) -> str:
    """Return the command that continues a stopped run: its own, without --canary."""
    # Of the options that are left out, these alone have no value; what stays is taken as it is.
    return _command(run.arguments, _SWITCHES, drop=_CANARY)


def import_again(run: Run, file: str) -> str:
    """Return the command that imports ``file``, which has rows of the run, with the run's settings."""
    verb = ["plan"] if run.mode == "plan" else []
    words = ["import-contacts", *verb, _as_file(file)]
    for name, value in run.options.items():
        option = option_of(name)
        if option in _OF_ONE_FILE | _NEVER_PROPOSED:
            continue
        if isinstance(value, dict):
            words += [word for key, text in value.items() for word in (option, f"{key}={text}")]
        else:
            words += [option] if value is True else [option, str(value)]
    return command_line([*words, *_typed(run, "--lang")])


def _typed(run: Run, option: str) -> Iterator[str]:
    """An option with its value, as the run's command has it."""
    for word, after in pairwise([*run.arguments, ""]):
        if word.partition("=")[0] == option:
            yield from [word] if "=" in word else [word, after]
