"""The program: its commands, and what is done with the arguments before any of them."""

import io
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from importer import __version__
from importer.cli.options import EXIT_CODES
from importer.cli.run import run
from importer.cli.runs import forget, report, runs
from importer.cli.sandbox import sandbox
from importer.cli.streams import console_of
from importer.cli.template import template
from importer.errors import ExitCode
from importer.journald import goes_to_journal
from importer.message import Message

if TYPE_CHECKING:
    from click import Group as DefaultGroup  # the package has no types of its own
else:
    from click_default_group import DefaultGroup


class _Program(DefaultGroup):
    """The group of commands, of which an import needs no name."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Keep the arguments as they were typed, but for a secret: they are recorded and propose the next command."""
        context.obj = tuple(_masked(arguments))
        return super().parse_args(context, arguments)

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run, and say in the journal's way what click would say in its own."""
        if not goes_to_journal(sys.stderr):
            return super().main(*arguments, **extra)
        try:
            sys.exit(super().main(*arguments, **extra | {"standalone_mode": False}))
        except click.ClickException as error:
            console_of().fail(error.format_message(), Message('see "import-contacts --help"'))
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(ExitCode.INTERRUPTED)


def _masked(arguments: Sequence[str]) -> Iterator[str]:
    """Arguments without the address of --notify, which may be a secret."""
    before = ""
    for argument in arguments:
        name, divider, _ = argument.partition("=")
        if before == _NOTIFY:
            yield _MASK
        else:
            yield f"{_NOTIFY}={_MASK}" if name == _NOTIFY and divider else argument
        before = argument


_NOTIFY: Final = "--notify"
_MASK: Final = "***"


@click.group(
    cls=_Program,
    default="run",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="import-contacts")
def cli() -> None:
    """Import a spreadsheet of customers into EngageLab LiveDesk: every person once, a result line for every row.

    \b
    import-contacts contacts.xlsx --inbox 407              import (the same as: import-contacts run ...)
    import-contacts contacts.xlsx --inbox 407 --dry-run    check the file, send nothing
    import-contacts contacts.xlsx --inbox 407 --sandbox    rehearse against a look-alike in this process

    "import-contacts run --help" lists the options of an import.
    """


for command in (run, runs, report, forget, template, sandbox):
    cli.add_command(command)


def main() -> None:
    """The script ``import-contacts``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that a code page lacks must not end a run
    cli(prog_name="import-contacts")
