"""The command to paste next: that goes on, that imports the errors file, that follows a rehearsal or a plan."""

from collections.abc import Callable, Iterator, Sequence, Set
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Final

from importer.config.sources import HIDDEN_OPTIONS
from importer.errors import CredentialsRefused, ExitCode, InboxUnknown, ServiceUnreachable, Untrusted
from importer.ledger.run import Run
from importer.loader.names import PACKED, RECORDS
from importer.message import Message
from importer.models import LOOK_BACKS, Status, option_of
from importer.network.addresses import is_cut, scheme_of
from importer.reporter.summary import Summary
from importer.shell import command_line, is_option, typed_parts


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
    if run.mode in LOOK_BACKS:
        return []
    if run.mode == "plan" and run.stopped:
        return [_again(summary), f"  {_command(arguments, flags)}"]
    if run.mode == "plan" and not {*REHEARSING} & {*arguments}:
        command = _command(_without_verb(arguments), flags, drop=_OF_A_PLAN)
        return [Message("To do exactly this:"), f"  {command} {command_line(['--plan', run.id])}"]
    if run.mode != "import" and not summary.rows:
        return []
    if run.mode != "import":
        return _after_a_rehearsal(summary, files, _command(_without_verb(arguments), flags, drop=REHEARSING))
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
REHEARSING: Final = frozenset({"--dry-run", "--sandbox"})
"""Options of a rehearsal, which the import after it does without."""

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
        elif option not in drop | _NEVER_PROPOSED | {"--"}:  # options may be written behind the command
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
