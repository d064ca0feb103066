"""The command that imports a file."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from importer.cli.help import Command, Page
from importer.cli.import_options import import_options, watch_option
from importer.cli.importing import begun
from importer.cli.options import EXIT_CODES
from importer.cli.streams import as_json_text, console_of, inputs_of_line, tell_record
from importer.cli.styles import styles_of
from importer.message import Message
from importer.network.addresses import public
from importer.signals import Interrupt
from importer.terminal.style import UNSTYLED

if TYPE_CHECKING:
    from importer.models import Mode


PAGE: Final = Page(
    Message('Import FILE (CSV, Excel and more; "-" reads standard input).'),
    (
        Message(
            'Several files are one run and one set of people. A folder stands for its spreadsheets, "exports/*.csv" '
            "for the files that match."
        ),
        Message(
            "An https:// address is fetched first, without credentials; a link to a Google Sheet as its CSV. With the "
            "extra remote, s3://, gs:// and sftp:// are addresses too. Put an address in quotation marks."
        ),
        Message(
            "Credentials come from the environment (LIVEDESK_API_KEY and LIVEDESK_API_SECRET, or the files that "
            "LIVEDESK_API_KEY_FILE and LIVEDESK_API_SECRET_FILE name), from the configuration file, or from the "
            "system's keychain (import-contacts login)."
        ),
        Message(
            "The password of a file comes from IMPORT_CONTACTS_PASSWORD, or from the file that "
            "IMPORT_CONTACTS_PASSWORD_FILE names; at a terminal it is asked for."
        ),
        Message(
            "With --watch FOLDER no file is named: each spreadsheet that appears in the folder is imported, and moves "
            "to done/ or, where something needs attention, with the reason to attention/."
        ),
        Message("The variable of a repeatable option has a value in each line, that of a switch true or false."),
    ),
    (
        "import-contacts contacts.xlsx --inbox 407",
        'import-contacts kunden.csv --inbox 407 --country DE --map "Rufnummer=phone_number"',
        "import-contacts crm.xlsx --inbox 407 --set custom_attributes.source=crm --extra-columns custom",
        "import-contacts contacts.xlsx --inbox 407 --dry-run",
        'import-contacts berlin.xlsx "exports/*.csv" --inbox 407',
        'import-contacts "https://docs.google.com/spreadsheets/d/1aBcD/edit#gid=0" --inbox 407',
        "import-contacts --watch inbox --inbox 407 --quiet --json",
    ),
    EXIT_CODES,
)


@click.command(cls=Command, page=PAGE)
@watch_option
@import_options
def run(files: tuple[str, ...], watch: Path | None, **options: Any) -> None:
    """Import files, or what appears in a folder."""
    if watch is None or (files and not _is_typed("watch")):  # what is typed goes before the environment
        carry_out(files, **options)
        return
    from importer.cli.watch import keep_watching

    keep_watching(watch, files, **options)


def _is_typed(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def carry_out(
    files: tuple[str, ...],
    config_path: Path | None,
    *,
    as_json: bool,
    log_file: Path | None,
    mode: "Mode | None" = None,
    **options: Any,
) -> None:
    """Import files with the options of a command line, or make a plan of it (``mode``), and exit with its code."""
    speaker = console_of(quiet=bool(options["quiet"]))  # a signal's handler may run in a callback's empty context
    with ExitStack() as heeding:
        # A signal while the settings are read leaves the run its results: each row has a line that it was not sent.
        interrupt = heeding.enter_context(Interrupt(lambda: speaker.say(INTERRUPTED)))
        with begun(config_path, log_file, options, files, as_json=as_json) as (console, settings, typed):
            from importer.library.verbs import do_import, telling_failure
            from importer.pipeline.terms import Terms
            from importer.reporter.look_back import look_back_words
            from importer.reporter.next_command import what_next
            from importer.reporter.terminal import closing_words

            terms = Terms(settings, console, interrupt, typed)
            with telling_failure(terms, files):
                summary = do_import(terms, inputs_of_line(files), mode)
            heeding.close()
            following = what_next(summary, typed, [*map(public, files)], FLAGS)
            words = as_json_text(summary) if as_json else closing_words(summary, following, console.language)
            console.result(words, UNSTYLED if as_json else styles_of(words, summary))
            if summary.verification is not None and not as_json:
                console.result(f"\n{look_back_words(summary.verification, console.language)}")
            tell_record(console, summary)
            sys.exit(summary.exit_code)


FLAGS: Final = {
    name for option in run.params if isinstance(option, click.Option) and option.is_flag for name in option.opts
}
INTERRUPTED: Final = Message("Stopping: the requests in flight are settled first. Once more to stop at once.")
