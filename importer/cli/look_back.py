"""Commands that look back at a run on the server: verify it, undo it."""

import logging
import sys
from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from importer.cli.options import CONFIG, EXIT_CODES, OUTPUT_DIR, F
from importer.cli.run import INTERRUPTED
from importer.cli.streams import RECORD, as_json_text, console_of, failures, logging_to
from importer.console import Console
from importer.message import Message
from importer.signals import Interrupt
from importer.texts import printable

if TYPE_CHECKING:
    from importer.pipeline.looking_back import Terms
    from importer.reporter.summary import Summary

_OF_THE_SERVER: Final[tuple[Callable[[Any], Any], ...]] = (
    CONFIG,
    click.option("--base-url", metavar="URL", help="Address of the API; it must be the one that the run went to."),
    click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.  [default: 10]"),
    click.option("--rate", type=float, metavar="N", help="Requests a second at most.  [default: adapts to the server]"),
    click.option("--timeout", type=float, metavar="SECONDS", help="For one request.  [default: 30]"),
    click.option("--max-attempts", type=int, metavar="N", help="Tries of each request.  [default: 5]"),
    click.option(
        "--max-wait", type=float, metavar="SECONDS", help="For a rate limit, at most; then it stops.  [default: 3600]"
    ),
    OUTPUT_DIR,
    click.option("--quiet", is_flag=True, help="No remarks and no progress on standard error."),
    click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of the summary."),
    click.option("--verbose", is_flag=True, help="Say more: every retry with its cause."),
    click.option(
        "--log-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Append what --verbose says to this file, and the run in one line.",
    ),
)


def _server_options(command: F) -> F:
    return reduce(lambda decorated, option: option(decorated), reversed(_OF_THE_SERVER), command)


class _Streams(NamedTuple):
    """How a command speaks."""

    console: Console
    as_json: bool
    log_file: Path | None


def _run(streams: _Streams, options: Mapping[str, Any], work: Callable[["Terms"], "Summary | Message"]) -> None:
    """Run one of the commands with its settings, print what came of it, and exit; a message says that nothing was to
    do."""
    console, as_json, log_file = streams
    with failures(console, as_json=as_json), logging_to(console, log_file):
        from importer import config
        from importer.pipeline.looking_back import Terms
        from importer.reporter.look_back import look_back_words
        from importer.reporter.terminal import record_line

        given = {name: value for name, value in options.items() if value is not None}
        settings = config.load(given, given.pop("config_path", None))
        with Interrupt(lambda: console.say(INTERRUPTED)) as interrupt:
            summary = work(Terms(settings, console, interrupt, click.get_current_context().obj))
        if isinstance(summary, Message):
            console.result("{}" if as_json else printable(console.language.tell(summary)))
            return
        console.result(as_json_text(summary) if as_json else look_back_words(summary, console.language))
        logging.getLogger(RECORD).info(record_line(summary))
        sys.exit(summary.run.exit_code)


@click.command(epilog=EXIT_CODES)
@click.argument("run_name", metavar="[RUN]", required=False)
@_server_options
def verify(run_name: str | None, as_json: bool, log_file: Path | None, **options: Any) -> None:
    """Read back what RUN sent (the newest import if none is named), and say what is the same, different or missing.

    It searches for every contact that the run created or updated, or found to hold the row's data. Of an update it
    compares what the run wrote: a value that --keep or fill left alone does not count, and neither do stamps. An email
    is compared without case, a phone number by its digits. An avatar and an inbox cannot be read back.

    \b
    Examples:
      import-contacts verify
      import-contacts verify contacts-20260117-081530
      import-contacts verify previous --json
    """
    console = console_of(**{name: options.pop(name) for name in ("quiet", "verbose")})

    def work(terms: "Terms") -> "Summary":
        from importer.pipeline.verify import verify as verified

        return verified(terms, run_name)

    _run(_Streams(console, as_json, log_file), options, work)


@click.command(epilog=EXIT_CODES)
@click.argument("run_name", metavar="RUN")
@click.option("--dry-run", is_flag=True, help="Read and say what it would do; change nothing.")
@click.option(
    "--remove-untold",
    is_flag=True,
    help="Remove contacts too of which the server does not tell whether somebody has used them.",
)
@click.option("--yes", is_flag=True, help="Answer the question that it asks with yes.")
@_server_options
def undo(run_name: str, remove_untold: bool, as_json: bool, log_file: Path | None, **options: Any) -> None:
    """Restore what RUN changed and remove what it created, as far as nobody has touched it since.

    Field by field: a value that somebody has changed since is kept, the others of the contact are restored. A contact
    that the run created is removed if it is still what the run made, nobody has used it, and the server can remove.
    Asks first. Killed or interrupted, the same command goes on; what is undone is not undone again.

    \b
    Examples:
      import-contacts undo contacts-20260117-081530 --dry-run
      import-contacts undo contacts-20260117-081530
      import-contacts undo latest --yes --remove-untold
    """
    console = console_of(**{name: options.pop(name) for name in ("quiet", "verbose", "yes")})

    def work(terms: "Terms") -> "Summary | Message":
        from importer.pipeline.undo import undo as undone

        return undone(terms, run_name, remove_untold=remove_untold)

    options["dry_run"] = options["dry_run"] or None
    _run(_Streams(console, as_json, log_file), options, work)
