"""The program: its commands, and what happens to the arguments before a command runs."""

import difflib
import errno
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
from click.exceptions import NoArgsIsHelpError
from click.shell_completion import CompletionItem

from importer import __version__
from importer.cli.click_words import click_speaks, punctuated, spoken
from importer.cli.demo import demo
from importer.cli.help import PROGRAM, Argument, Command, Group, Option, Page
from importer.cli.look_back import undo, verify
from importer.cli.options import EXIT_CODES, LANG, PATH, in_group, with_options
from importer.cli.people import find, forget
from importer.cli.plan import plan
from importer.cli.reader import language_for, reading
from importer.cli.run import run
from importer.cli.runs import report, runs
from importer.cli.sandbox import sandbox
from importer.cli.settings import config
from importer.cli.streams import console_of, failure_text, failures
from importer.errors import ExitCode
from importer.message import ENGLISH_READER, Message
from importer.shell import command_line
from importer.texts import printable


class _Program(Group):
    """The group of commands; an import needs no verb."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Keep the arguments as typed, without secrets: a run records them and proposes the next command from them."""
        context.obj = tuple(_masked(arguments))
        return super().parse_args(context, arguments)

    def get_command(self, context: click.Context, cmd_name: str) -> click.Command | None:
        """An import's file needs no verb; but a word that is nearly one, and no file, was meant for it."""
        if cmd_name not in self.commands and not context.resilient_parsing and not Path(cmd_name).exists():
            near = [] if "." in cmd_name else difflib.get_close_matches(cmd_name, self.commands, 1, _ALIKE)
            if near:
                told = Message('no command "{name}"; did you mean {near}?', name=printable(cmd_name), near=near[0])
                raise click.UsageError(spoken(told), context)
        return super().get_command(context, cmd_name)

    def main(self, *arguments: Any, **extra: Any) -> Any:
        """Run in the reader's language; show click's errors as others, in the journal's format too.

        With --json they are English on both streams: a program reads them.
        """
        typed = [*(next(iter(arguments), None) or extra.get("args") or sys.argv[1:])]
        as_json = "--json" in typed
        language = language_for(typed, (sys.stdout, sys.stderr))
        of_errors = ENGLISH_READER if as_json else language
        try:
            with reading(language), click_speaks(of_errors):
                sys.exit(super().main(*arguments, **extra | {"standalone_mode": False}))
        except click.ClickException as error:
            with reading(of_errors):
                _show(error, as_json=as_json)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(ExitCode.INTERRUPTED)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete an import's files and options, and the verbs; Bash wants files before words."""
        asked = run if incomplete.startswith("-") else run.params[0]
        found = asked.shell_complete(click.Context(run), incomplete) + super().shell_complete(context, incomplete)
        return [*{item.value: item for item in found}.values()]


_ALIKE: Final = 0.7
"""How much of a word and a command is the same where one is taken for the other, of 1: two letters changed places."""

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


def _show(error: click.ClickException, *, as_json: bool) -> None:
    """Say what is wrong with the arguments, below the usage, which the journal does not need."""
    console = console_of()
    message = punctuated(error.format_message(), console.language)
    context = getattr(error, "ctx", None)
    if isinstance(error, NoArgsIsHelpError):
        console.log(message)
    elif console.journald:
        console.fail(message, _SEE_HELP)
    else:
        if context is not None:
            advice = Message("Try '{command} {option}' for help.", command=context.command_path, option="--help")
            console.log(f"{context.get_usage()}\n{console.language.tell(advice)}\n")
        console.fail(message)
    if as_json:
        console.result(failure_text("usage", message, _SEE_HELP, error.exit_code))


_SEE_HELP: Final = Message('see "import-contacts --help"')

PAGE: Final = Page(
    Message(
        "Import a spreadsheet of customers into EngageLab LiveDesk: every person once, a result line for every row."
    ),
    (
        Message(
            'An import needs no verb: "import-contacts FILE" is "import-contacts run FILE". '
            '"import-contacts run --help" lists its options.'
        ),
    ),
    (
        "import-contacts demo",
        "import-contacts contacts.xlsx --inbox 407 --dry-run",
        "import-contacts contacts.xlsx --inbox 407 --sandbox",
        "import-contacts contacts.xlsx --inbox 407",
    ),
    EXIT_CODES,
)
GROUPS: Final = {
    Message("Try it"): ("demo", "template", "sandbox"),
    Message("Import"): ("run", "plan"),
    Message("Look back"): ("runs", "report", "verify", "undo"),
    Message("People"): ("find", "forget"),
    Message("Settings and help"): ("config", "help"),
}


@click.group(
    cls=_Program,
    page=PAGE,
    groups=GROUPS,
    default="run",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    __version__,
    cls=Option,
    prog_name="import-contacts",
    message="%(prog)s %(version)s",
    about=Message("Show the version."),
)
@with_options(*in_group(PROGRAM, LANG))
def cli() -> None:
    """The program."""


@click.command(
    cls=Command,
    page=Page(
        Message("Write an empty workbook (.xlsx) with the right titles and text-formatted phone and id columns."),
        (),
        ("import-contacts template contacts.xlsx",),
    ),
)
@click.argument("path", cls=Argument, metavar=PATH, type=click.Path(path_type=Path))
@with_options(*in_group(PROGRAM, LANG))
def template(path: Path) -> None:
    """Write an empty workbook."""
    console = console_of()
    with failures(console):
        from importer.reporter.template import write_template

        write_template(path, console.language)
        command = command_line(["import-contacts", str(path), "--inbox", "ID"])
        console.result(Message("{path} is ready; fill it in, then: {command}", path=path, command=command))


COMMANDS: Final = (demo, template, sandbox, run, plan, runs, report, verify, undo, find, forget, config)


@click.command(
    "help",
    cls=Command,
    page=Page(
        Message("Show this help, or that of a command."), (), ("import-contacts help", "import-contacts help runs")
    ),
)
@click.argument(
    *("name",),
    cls=Argument,
    metavar=Message("COMMAND"),
    required=False,
    type=click.Choice([str(command.name) for command in COMMANDS]),
)
@with_options(*in_group(PROGRAM, LANG))
@click.pass_context
def help_(context: click.Context, name: str | None) -> None:
    """Show the help of a command."""
    command = cli.commands[name] if name else cli
    click.echo(command.get_help(click.Context(command, context.parent, name) if name else context.find_root()))


for command in (*COMMANDS, help_):
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
        with reading(language_for(sys.argv[1:], (sys.stdout, sys.stderr))):
            console = console_of()  # a text of help, or an error of click's, that a stream cannot take
        console.let_go()
        console.fail(Message("standard output cannot be written: {reason}", reason=error.strerror))
        sys.exit(ExitCode.USAGE)
