"""The command that shows what an import is, with a sample and without an account."""

import sys
from pathlib import Path
from typing import Final

import click

from importer.cli.help import PROGRAM, Command, Page
from importer.cli.options import LANG, OUTPUT_DIR, QUIET, in_group, option, with_options
from importer.cli.run import INTERRUPTED
from importer.cli.runs import show_page
from importer.cli.streams import console_of, failures
from importer.cli.styles import styles_of
from importer.console import Console
from importer.errors import ExitCode
from importer.message import Message
from importer.signals import Interrupt

SAMPLES: Final = {"en": ("messy-en.csv", "GB")}
"""The sample for readers of a language, with the country of its phone numbers; for others the one in Chinese."""

_OTHER_SAMPLE: Final = ("messy.csv", "CN")

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
        *(OUTPUT_DIR, QUIET, LANG),
    )
)
def demo(to_open: bool, output_dir: Path | None, quiet: bool) -> None:
    """Rehearse with a sample."""
    console = console_of(quiet=quiet)
    with failures(console):
        from importer import workspace
        from importer.config import Config  # not what the user's environment and file say
        from importer.pipeline.run import run_import
        from importer.reporter.terminal import closing_words
        from importer.sample_files import packaged

        name, country = SAMPLES.get(console.language.name, _OTHER_SAMPLE)
        settings = Config(sandbox=True, inbox_id="407", country=country, output_dir=output_dir or workspace.DEFAULT)
        with Interrupt(lambda: console.say(INTERRUPTED)) as interrupt:
            summary = run_import(settings, packaged(name), console, interrupt, ("demo",))
        words = closing_words(summary, _what_next(console), console.language)
        console.result(words, styles_of(words, summary))
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
