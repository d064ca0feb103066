"""Commands that look back at a run on the server: verify it, undo it."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from importer.cli.completion import runs_of
from importer.cli.help import PROGRAM, Argument, Command, Page
from importer.cli.options import (
    AS_JSON,
    CONCURRENCY,
    CONFIG,
    ENV_FILE,
    EXIT_CODES,
    LANG,
    LOG_FILE,
    LOG_FORMAT,
    MAX_ATTEMPTS,
    MAX_WAIT,
    OUTPUT_DIR,
    QUIET,
    RATE,
    RUN,
    SENDING,
    TIMEOUT,
    in_group,
    option,
    typed_settings,
    with_options,
)
from importer.cli.run import INTERRUPTED
from importer.cli.streams import as_json_text, console_of, failures, logging_to, tell_record, warn_of_secrets
from importer.cli.styles import styles_of
from importer.message import Message
from importer.signals import Interrupt
from importer.terminal.console import Console
from importer.terminal.style import UNSTYLED
from importer.texts import printable

if TYPE_CHECKING:
    from importer.pipeline.terms import Terms
    from importer.reporter.summary import Summary

_OF_THE_SERVER: Final = (
    *in_group(
        SENDING,
        option(
            "--base-url", metavar="URL", about=Message("Address of the API; it must be the one that the run went to.")
        ),
        *(CONCURRENCY, RATE, TIMEOUT, MAX_ATTEMPTS, MAX_WAIT),
    ),
    *in_group(
        PROGRAM,
        *(CONFIG, ENV_FILE, OUTPUT_DIR, LANG, LOG_FORMAT, QUIET, AS_JSON),
        option("--verbose", is_flag=True, about=Message("Say more: every retry with its cause.")),
        LOG_FILE,
    ),
)
_server_options: Final = with_options(*_OF_THE_SERVER)


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
        from importer.config import loading
        from importer.pipeline.terms import Terms
        from importer.reporter.look_back import look_back_words

        given = {**options}
        config_path = given.pop("config_path", None)
        settings = loading.load(typed_settings(given), config_path)
        warn_of_secrets(console, config_path)
        with Interrupt(lambda: console.say(INTERRUPTED)) as interrupt:
            summary = work(Terms(settings, console, interrupt, click.get_current_context().obj))
        if isinstance(summary, Message):
            console.result("{}" if as_json else printable(console.language.tell(summary)))
            return
        words = as_json_text(summary) if as_json else look_back_words(summary, console.language)
        console.result(words, UNSTYLED if as_json else styles_of(words, summary))
        tell_record(console, summary)
        sys.exit(summary.run.exit_code)


VERIFY: Final = Page(
    Message(
        "Read back what RUN sent (the newest import if none is named), and say what is the same, different or missing."
    ),
    (
        Message(
            "It searches for every contact that the run created or updated, or found to hold the row's data. Of an "
            "update it compares what the run wrote: a value that --keep or fill left alone does not count, and "
            "neither do stamps. An email is compared without case, a phone number by its digits. An avatar and an "
            "inbox cannot be read back."
        ),
    ),
    (
        "import-contacts verify",
        "import-contacts verify contacts-20260117-081530",
        "import-contacts verify previous --json",
    ),
    EXIT_CODES,
)


@click.command(cls=Command, page=VERIFY)
@click.argument("run_name", cls=Argument, metavar=RUN, required=False, shell_complete=runs_of("import"))
@_server_options
def verify(run_name: str | None, as_json: bool, log_file: Path | None, **options: Any) -> None:
    """Read back what a run sent."""
    console = console_of(**{name: options.pop(name) for name in ("quiet", "verbose")})

    def work(terms: "Terms") -> "Summary":
        from importer.library.verbs import do_verify

        return do_verify(terms, run_name)

    _run(_Streams(console, as_json, log_file), options, work)


UNDO: Final = Page(
    Message("Restore what RUN changed and remove what it created, as far as nobody has touched it since."),
    (
        Message(
            "Field by field: a value that somebody has changed since is kept, the others of the contact are restored. "
            "A contact that the run created is removed if it is still what the run made, nobody has used it, and the "
            "server can remove."
        ),
        Message("Asks first. Killed or interrupted, the same command goes on; what is undone is not undone again."),
    ),
    (
        "import-contacts undo contacts-20260117-081530 --dry-run",
        "import-contacts undo contacts-20260117-081530",
        "import-contacts undo latest --yes --remove-untold",
    ),
    EXIT_CODES,
)

_OF_AN_UNDO: Final = in_group(
    Message("What to undo"),
    option("--dry-run", is_flag=True, about=Message("Read and say what it would do; change nothing.")),
    option(
        "--remove-untold",
        is_flag=True,
        about=Message("Remove contacts too of which the server does not tell whether somebody has used them."),
    ),
    option("--yes", is_flag=True, about=Message("Answer the question that it asks with yes.")),
)


@click.command(cls=Command, page=UNDO)
@click.argument("run_name", cls=Argument, metavar=RUN, shell_complete=runs_of("import"))
@with_options(*_OF_AN_UNDO)
@_server_options
def undo(run_name: str, remove_untold: bool, as_json: bool, log_file: Path | None, **options: Any) -> None:
    """Restore what a run changed."""
    console = console_of(**{name: options.pop(name) for name in ("quiet", "verbose", "yes")})

    def work(terms: "Terms") -> "Summary | Message":
        from importer.library.verbs import do_undo

        return do_undo(terms, run_name, remove_untold=remove_untold)

    options["dry_run"] = options["dry_run"] or None
    _run(_Streams(console, as_json, log_file), options, work)
