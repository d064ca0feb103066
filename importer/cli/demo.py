"""The command that shows what an import is, with a sample and without an account."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from importer.cli.help import PROGRAM, Command, Page
from importer.cli.options import LANG, LOG_FORMAT, OUTPUT_DIR, QUIET, in_group, option, results_folder, with_options
from importer.cli.run import INTERRUPTED
from importer.cli.runs import show_page
from importer.cli.streams import console_of, failures, tell_record
from importer.cli.styles import styles_of
from importer.errors import ExitCode
from importer.message import Message
from importer.signals import Interrupt
from importer.terminal.console import Console

PAGE: Final = Page(
    Message("Import a sample into a LiveDesk look-alike: no file, no credentials, no network."),
    (
        Message(
            "It writes the same files as an import, and says what to do next. Exit code 0, although rows are wrong."
        ),
    ),
    ("import-contacts demo", "import-contacts demo --open"),
)


@click.command(cls=Command, page=PAGE)
@with_options(
    *in_group(
        PROGRAM,
        option("--open", "to_open", is_flag=True, about=Message("Open report.html in the browser.")),
        *(OUTPUT_DIR, QUIET, LANG, LOG_FORMAT),
    )
)
def demo(to_open: bool, output_dir: Path | None, quiet: bool) -> None:
    """Rehearse with a sample."""
    console = console_of(quiet=quiet)
    with failures(console):
        from importer.config.settings import Config  # not what the user's environment and file say
        from importer.files.samples import demo_for
        from importer.library.verbs import do_import
        from importer.pipeline.terms import Terms
        from importer.reporter.terminal import closing_words

        sample, options = demo_for(console.language)
        given: dict[str, Any] = {**options, "output_dir": results_folder(output_dir)}
        settings = Config(**given)
        with Interrupt(lambda: console.say(INTERRUPTED)) as interrupt:
            summary = do_import(Terms(settings, console, interrupt, ("demo",)), [sample])
        words = closing_words(summary, _what_next(console), console.language)
        console.result(words, styles_of(words, summary))
        tell_record(console, summary)
        if to_open:
            show_page(console, Path(summary.files["report"]))
        sys.exit(ExitCode.OK if summary.exit_code == ExitCode.ROWS_FAILED else summary.exit_code)


def _what_next(console: Console) -> list[str]:
    tell = console.language.tell
    return [
        tell(Message("What became of each row, to look at and to correct: open report.html, or")),
        "  import-contacts demo --open",
        tell(Message("An empty workbook to fill in:")),
        "  import-contacts template contacts.xlsx",
        tell(Message("Your own file, without sending anything:")),
        "  import-contacts contacts.xlsx --inbox 407 --dry-run",
    ]
