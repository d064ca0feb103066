"""The command side of --watch: the folder's files one after the other, a line on standard output for each."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.cli.importing import begun
from importer.cli.run import FLAGS
from importer.cli.streams import failure_as_json, tell_record
from importer.errors import ConfigError, InputError
from importer.message import Message, all_of
from importer.shell import typed_parts
from importer.signals import Interrupt
from importer.system_text import decoded
from importer.terminal.console import Console
from importer.terminal.log_formats import Record, logfmt
from importer.texts import printable

if TYPE_CHECKING:
    from importer.library.watching.loop import WatchedFile

OPTION: Final = "--watch"
STOPPING: Final = Message(
    "Stopping: if a run is in work, it settles the requests in flight first. Once more to stop at once."
)


def keep_watching(
    folder: Path,
    files: tuple[str, ...],
    config_path: Path | None,
    *,
    as_json: bool,
    log_file: Path | None,
    **options: Any,
) -> None:
    """Import what appears in a folder with the options of a command line, until a signal ends it with its code."""
    with begun(config_path, log_file, options, [folder], as_json=as_json) as (console, settings, typed):
        if files:
            raise ConfigError("--watch and a FILE contradict each other", "give one of the two")
        from importer.library.watching.call import do_watch
        from importer.pipeline.terms import Terms

        def hear(end: "WatchedFile") -> None:
            _tell(console, end, as_json=as_json)

        with Interrupt(lambda: console.say(STOPPING)) as interrupt:
            terms = Terms(settings, console, interrupt)
            agrees = console.yes or console.has_somebody
            code = do_watch(terms, folder, hear, typed=lambda path: as_typed(typed, path), agrees=agrees)
        sys.exit(code)


def as_typed(arguments: Sequence[str], path: Path) -> tuple[str, ...]:
    """The command that imports one file, of that which watches."""
    kept = [word for option, words in typed_parts(arguments, FLAGS) if option != OPTION for word in words]
    return *kept, str(path)


def _tell(console: Console, end: "WatchedFile", *, as_json: bool) -> None:
    """A line for a file on standard output; one about a run in the log, as every import has it."""
    if (error := end.error) is not None:
        told = Message("{file}: {cause}", file=printable(end.path.name), cause=error.message)
        console.fail(error.message if isinstance(error, InputError) else told, error.hint)  # which names the file
    if as_json:
        console.result(json.dumps(_as_json(end)))
    else:
        console.result(line(end))
    tell_record(console, end.summary or failed_record(end))


def failed_record(end: "WatchedFile") -> Record:
    """The entry of a run that could not begin, with the file's name."""
    code = end.error.code if end.error else ""
    fields = {"file": end.path.name, "status": "failed", "exit_code": int(end.exit_code), "error": code}
    from importer.reporter.terminal import priority_of

    return Record(line(end), logfmt(fields), fields, priority_of(end.exit_code))


def _as_json(end: "WatchedFile") -> dict[str, Any]:
    """summary.json of a run; of one that could not begin, the file and why."""
    summary, error = end.summary, end.error
    if summary is not None:
        return summary.as_json()
    told = failure_as_json(error.code, str(error), error.hint, end.exit_code) if error else {}
    return {"file": decoded(end.path.name), **told}


def line(end: "WatchedFile") -> Message:
    """How the run of a file went, and where the file is now."""
    from importer.reporter.verdict import verdict

    summary = end.summary
    how = Message("not imported") if summary is None else all_of(verdict(summary))
    name = printable(end.path.name)
    if end.again_s is not None:
        return Message(
            "{file}: {how}; it stays, and is tried again in {seconds:,} s", file=name, how=how, seconds=end.again_s
        )
    if end.place == end.path:
        return Message("{file}: {how}; it stays", file=name, how=how)
    return Message("{file}: {how}; moved to {place}", file=name, how=how, place=end.place)
