"""The command that imports a file."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.help import Command, Page
from importer.cli.import_options import import_options
from importer.cli.options import EXIT_CODES
from importer.cli.streams import (
    RECORD,
    as_json_text,
    console_of,
    failures,
    input_file,
    logging_to,
    warn_of_open_secrets,
)
from importer.cli.styles import styles_of
from importer.message import Message
from importer.signals import Interrupt
from importer.style import UNSTYLED

if TYPE_CHECKING:
    from importer.models import Mode


PAGE: Final = Page(
    Message('Import FILE (CSV or Excel; "-" reads CSV from standard input).'),
    (
        Message(
            "Credentials come from the environment, LIVEDESK_API_KEY and LIVEDESK_API_SECRET, "
            "or from the configuration file."
        ),
    ),
    (
        "import-contacts contacts.xlsx --inbox 407",
        'import-contacts kunden.csv --inbox 407 --country DE --map "Rufnummer=phone_number"',
        "import-contacts crm.xlsx --inbox 407 --set custom_attributes.source=crm --extra-columns custom",
        "import-contacts contacts.xlsx --inbox 407 --dry-run",
    ),
    EXIT_CODES,
)


@click.command(cls=Command, page=PAGE)
@import_options
def run(**options: Any) -> None:
    """Import a file."""
    carry_out(**options)


def carry_out(
    file: str,
    config_path: Path | None,
    *,
    as_json: bool,
    log_file: Path | None,
    mode: "Mode | None" = None,
    **options: Any,
) -> None:
    """Import a file with the options of a command line, or make a plan of it (``mode``), and exit with its code."""
    streams = {name: options.pop(name) for name in ("quiet", "verbose", "yes")}
    console = console_of(options.pop("log_format"), **streams)
    with failures(console, as_json=as_json), logging_to(console, log_file):
        from importer import config
        from importer.pipeline import run as pipeline
        from importer.reporter.look_back import look_back_words
        from importer.reporter.terminal import closing_words, record_line, what_next

        typed = click.get_current_context().obj
        settings = config.load({name: value for name, value in options.items() if value is not None}, config_path)
        warn_of_open_secrets(console, config_path)
        with input_file(file) as path, Interrupt(lambda: console.say(INTERRUPTED)) as interrupt:
            summary = pipeline.run_import(settings, path, console, interrupt, typed, mode)
        following = what_next(summary, typed, file, FLAGS)
        words = as_json_text(summary) if as_json else closing_words(summary, following, console.language)
        console.result(words, UNSTYLED if as_json else styles_of(words, summary))
        if summary.verification is not None and not as_json:
            console.result(f"\n{look_back_words(summary.verification, console.language)}")
        logging.getLogger(RECORD).info(record_line(summary))
        if console.journald:
            console.say(record_line(summary))
        sys.exit(summary.exit_code)


FLAGS: Final = {
    name for option in run.params if isinstance(option, click.Option) and option.is_flag for name in option.opts
}
INTERRUPTED: Final = Message("Stopping: the requests in flight are settled first. Once more to stop at once.")
