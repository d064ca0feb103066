"""The text that ends a run: for the terminal, as one line for logs, and the command to paste next."""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice, pairwise
from pathlib import Path, PurePath
from typing import Final

from importer.console import logfmt
from importer.errors import CanaryEnded, CredentialsRefused, ExitCode, InboxUnknown, ServiceUnreachable, Untrusted
from importer.ledger.run import Run
from importer.message import ENGLISH_READER, Counted, Language, Message, all_of
from importer.models import Status, option_of
from importer.normalizer.column_profile import repair_line
from importer.reporter.plan_file import plan_table
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import count_lines, notes, verdict, where
from importer.shell import command_line
from importer.texts import printable

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
    said = all_of(verdict(summary))
    head = [Message("{verdict} ({file} {where})", verdict=said, file=printable(run.file), where=where(summary))]
    if run.forgotten_at:
        date = run.forgotten_at[:10]
        head += [Message("forgotten on {date}: its personal data is erased, counts and ids are kept", date=date)]
    return head


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


def record_line(summary: Summary) -> str:
    """Return a run as one line of key=value pairs, for the journal and the log file."""
    run = summary.run
    status = "stopped" if run.stopped else "done"
    if run.exit_code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        status = "interrupted"
    pairs: dict[str, object] = {"run": run.id, "mode": run.mode, "status": status, "exit_code": run.exit_code}
    pairs |= {"rows": summary.rows}
    pairs |= {status: summary.counts[status] for status in WORDS if status in summary.counts}
    return logfmt(pairs | {"seconds": round(summary.seconds, 1), "requests": run.requests, "retries": run.retries})


def what_next(summary: Summary, arguments: Sequence[str], file: str, flags: Set[str]) -> list[Message | str]:
    """Return lines with the next command: after a rehearsal or a plan the import, after errors that of the errors file.

    ``arguments`` are this command's as typed, ``file`` is the one that names the file, ``flags`` are the options
    without a value.
    """
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
        return _after_a_rehearsal(summary, _command(_without_verb(arguments), flags, drop=_REHEARSALS))
    if "errors" not in summary.files or not summary.left:
        return []
    if run.stopped or summary.wrong == summary.counts.get(Status.NOT_SENT):
        return [_again(summary), f"  {_command(arguments, flags, drop=_CANARY)}"]
    corrected = _command(
        arguments, flags, drop=_OF_ONE_FILE, file=(file, summary.to_correct or summary.files["errors"])
    )
    return [Message("Correct the errors file, then import it:"), f"  {corrected}"]


def _after_a_rehearsal(summary: Summary, command: str) -> list[Message | str]:
    if not summary.wrong:
        return [Message("To import it:"), f"  {command}"]
    if summary.causes and summary.causes[0].code == _NO_COUNTRY and "country" not in summary.run.options:
        label = Message("Correct the file, or put the country of its numbers in place of CC, then import it:")
        return [label, f"  {command} --country CC"]
    return [Message("Correct the file, then import it:"), f"  {command}"]


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
    names = [words[0] for words in _words(run.arguments, flags) if not _is_option(words[0])]
    named = [name for name in names if name == "-" or Path(name).name == run.file]
    return named[-1] if named else None  # the last: the verb "run" stands before a file that may be named so too


def _without_verb(arguments: Sequence[str]) -> Sequence[str]:
    """The arguments of an import in place of those of a plan."""
    return arguments[1:] if arguments[:1] in (["plan"], ("plan",)) else arguments


_OF_A_PLAN: Final = frozenset({"--results", "--save-mapping", "--json", "--quiet", "--workers", "--scheduler"})
"""Options of a plan that the import by it need not have, or must not: one process does it."""

_CANARY: Final = frozenset({"--canary"})
_REHEARSALS: Final = frozenset({"--dry-run", "--sandbox"})
_SECRET: Final = frozenset({"--notify"})
_OF_ONE_FILE: Final = _CANARY | frozenset(
    {"--plan", "--sheet", "--limit", "--encoding", "--delimiter", "--results", "--errors-first", "--save-mapping"}
)
"""Options that the next command leaves out; no command shows what may be secret."""


def _command(
    arguments: Sequence[str], flags: Set[str], *, drop: Set[str] = frozenset(), file: tuple[str, str] = ("", "")
) -> str:
    """The command as typed, without secrets and the options in ``drop``; ``file`` is (old, new)."""
    kept: list[str] = []
    for words in _words(arguments, flags):
        if not _is_option(words[0]):
            kept.append(file[1] if words[0] == file[0] else words[0])
        elif words[0].partition("=")[0] not in drop | _SECRET:
            kept += words
    return command_line(["import-contacts", *kept])


def _words(arguments: Sequence[str], flags: Set[str]) -> Iterator[list[str]]:
    """The arguments, each option together with its value."""
    rest = iter(arguments)
    for argument in rest:
        name, divider, _ = argument.partition("=")
        alone = divider or name in flags or not _is_option(argument)
        yield [argument] if alone else [argument, *islice(rest, 1)]


def _is_option(argument: str) -> bool:
    return argument.startswith("-") and len(argument) > 1


def go_on(run: Run) -> str:
    """Return the command that continues a stopped run: its own, without --canary."""
    # No flags are needed: the options that are left out all have a value.
    return _command(run.arguments, frozenset(), drop=_CANARY)


def import_again(run: Run, file: str) -> str:
    """Return the command that imports ``file``, which has rows of the run, with the run's settings."""
    verb = ["plan"] if run.mode == "plan" else []
    words = ["import-contacts", *verb, f"./{file}" if _is_option(file) else file]
    for name, value in run.options.items():
        option = option_of(name)
        if option in _OF_ONE_FILE:
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
