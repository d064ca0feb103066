"""The program: its commands, and what happens to the arguments before a command runs."""

import errno
import io
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from importer import __version__
from importer.cli.look_back import undo, verify
from importer.cli.options import EXIT_CODES
from importer.cli.people import find, forget
from importer.cli.plan import plan
from importer.cli.run import run
from importer.cli.runs import report, runs
from importer.cli.sandbox import sandbox
from importer.cli.streams import console_of, failure_text, failures
from importer.console import goes_to_journal
from importer.errors import ExitCode
from importer.message import Message

if TYPE_CHECKING:
    from click import Group as DefaultGroup  # the package has no types of its own
else:
    from click_default_group import DefaultGroup


class _Program(DefaultGroup):
    """The group of commands; an import needs no verb."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Keep the arguments as typed, without secrets: a run records them and proposes the next command from them."""
        context.obj = tuple(_masked(arguments))
        return super().parse_args(context, arguments)

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run; show click's errors in the journal's format too, and as JSON for --json."""
        typed = next(iter(arguments), None) or extra.get("args") or sys.argv[1:]
        as_json, journald = "--json" in typed, goes_to_journal(sys.stderr)
        if not (as_json or journald):
            return super().main(*arguments, **extra)
        try:
            sys.exit(super().main(*arguments, **extra | {"standalone_mode": False}))
        except click.ClickException as error:
            message, hint = error.format_message(), Message('see "import-contacts --help"')
            if journald:
                console_of().fail(message, hint)
            else:
                error.show()
            if as_json:
                console_of().result(failure_text("usage", message, hint, error.exit_code))
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(ExitCode.INTERRUPTED)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete an import's files and options, and the verbs; Bash wants files before words."""
        asked = run if incomplete.startswith("-") else run.params[0]
        found = asked.shell_complete(click.Context(run), incomplete) + super().shell_complete(context, incomplete)
        return [*{item.value: item for item in found}.values()]


_OF_STREAMS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)
"""What a write to a full or broken stream raises, without the name of a file."""


def _masked(arguments: Sequence[str]) -> Iterator[str]:
    """The arguments without the address of --notify, which may be a secret."""
    before = ""
    for argument in arguments:
        if before == "--notify":
            yield "***"
        else:
            yield "--notify=***" if argument.startswith("--notify=") else argument
        before = argument


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
    import-contacts plan contacts.xlsx --inbox 407         say what an import would change, send nothing

    "import-contacts run --help" lists the options of an import.
    """


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def template(path: Path) -> None:
    """Write an empty workbook (.xlsx) with the right titles and text-formatted phone and id columns.

    \b
    Example:
      import-contacts template contacts.xlsx
    """
    console = console_of()
    with failures(console):
        from importer.reporter.template import write_template

        write_template(path, console.language)
        console.result(f"{path} is ready; fill it in, then: import-contacts {shlex.quote(str(path))} --inbox ID")


_COMMANDS: Final = (run, plan, runs, report, verify, undo, find, forget, template, sandbox)


@click.command("help")
@click.argument("name", metavar="[COMMAND]", required=False, type=click.Choice([str(c.name) for c in _COMMANDS]))
@click.pass_context
def help_(context: click.Context, name: str | None) -> None:
    """Show this help, or that of a command.

    \b
    Examples:
      import-contacts help
      import-contacts help runs
    """
    command = cli.commands[name] if name else cli
    click.echo(command.get_help(click.Context(command, context.parent, name) if name else context.find_root()))


for command in (*_COMMANDS, help_):
    cli.add_command(command)


def main() -> None:
    """The script ``import-contacts``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name outside the code page must not end a run
    try:
        cli(prog_name="import-contacts")
    except OSError as error:
        if error.errno not in _OF_STREAMS or error.filename is not None:
            raise
        console = console_of()  # a text of help, or an error of click's, that a stream cannot take
        console.let_go()
        console.fail(Message("standard output cannot be written: {reason}", reason=error.strerror))
        sys.exit(ExitCode.USAGE)
