"""The program: its commands, and what happens to the arguments before a command runs."""

import difflib
import io
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
from click.exceptions import NoArgsIsHelpError
from click.shell_completion import CompletionItem

from importer import __version__
from importer.cli import completion
from importer.cli.click_words import click_speaks, punctuated, spoken
from importer.cli.demo import demo
from importer.cli.help import PROGRAM, Argument, Command, Group, Option, Page
from importer.cli.ledger import ledger
from importer.cli.loading import tell_of_usage
from importer.cli.login import login
from importer.cli.look_back import undo, verify
from importer.cli.no_options import with_variable
from importer.cli.options import EXIT_CODES, LANG, LOG_FORMAT, PATH, in_group, with_options
from importer.cli.people import find, forget
from importer.cli.plan import plan
from importer.cli.reader import format_for, language_for, reading
from importer.cli.run import run
from importer.cli.runs import report, runs
from importer.cli.sandbox import sandbox
from importer.cli.settings import config
from importer.cli.streams import all_in_format, console_of, failure_text, failures, is_of_streams
from importer.cli.ui import ui
from importer.config import environment
from importer.config.sources import HIDDEN_OPTIONS
from importer.config.variables import names_of
from importer.errors import ExitCode, reason_of
from importer.message import ENGLISH_READER, Message
from importer.network.addresses import public
from importer.shell import command_line, swallowed, typed_parts
from importer.texts import printable


class _Program(Group):
    """The group of commands; an import needs no verb."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Keep the arguments as typed, without secrets: a run records them and proposes the next command from them."""
        context.obj = tuple(_masked(arguments, self.flags()))
        return super().parse_args(context, arguments)

    def flags(self) -> set[str]:
        """The options without a value, of all commands: no word is a flag of one and has a value in another."""
        params = chain(self.params, *(command.params for command in self.commands.values()))
        return {name for one in params if isinstance(one, click.Option) and one.is_flag for name in one.opts}

    def get_command(self, context: click.Context, cmd_name: str) -> click.Command | None:
        """An import's file needs no verb; but a word that is nearly one, and no file, was meant for it."""
        if cmd_name not in self.commands and not context.resilient_parsing and not Path(cmd_name).exists():
            near = [] if _OF_NAMES & {*cmd_name} else difflib.get_close_matches(cmd_name, self.commands, 1, _ALIKE)
            if near:
                told = Message('no command "{name}"; did you mean {near}?', name=printable(cmd_name), near=near[0])
                raise click.UsageError(spoken(told), context)
        return super().get_command(context, cmd_name)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Run in the reader's language; show click's errors as others, in the format of --log-format too.

        With --json they are English on both streams: a program reads them. The arguments are taken as they were typed:
        left to itself, click would put files and variables in the place of ``*``, ``[1]``, ``%`` and ``$`` on Windows,
        within quotes too, so that ``list [1].csv`` could be another file there than elsewhere.
        """
        completion.register()
        typed = [*(sys.argv[1:] if args is None else args)]
        as_json = "--json" in typed or bool(click.BOOL.str_to_bool(environment.get(*names_of("--json"))))
        language = language_for(typed, (sys.stdout, sys.stderr))
        of_errors, log_format = ENGLISH_READER if as_json else language, format_for(typed)
        try:
            with reading(language, log_format), click_speaks(of_errors), all_in_format(console_of()):
                _refuse_swallowed(typed)
                sys.exit(super().main(typed, *more, **extra | {"standalone_mode": False}))
        except click.ClickException as error:
            with reading(of_errors, log_format):
                _show(with_variable(error), typed, as_json=as_json)
                if isinstance(error, click.UsageError) and not isinstance(error, NoArgsIsHelpError):
                    tell_of_usage(console_of(), error, typed, self.flags())
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(ExitCode.INTERRUPTED)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete an import's files and options, and the verbs; Bash wants files before words."""
        files = next(parameter for parameter in run.params if isinstance(parameter, click.Argument))
        asked = run if incomplete.startswith("-") else files
        found = asked.shell_complete(click.Context(run), incomplete) + super().shell_complete(context, incomplete)
        return [*{item.value: item for item in found}.values()]


_OF_NAMES: Final = frozenset("./\\*?[")
"""What stands in the name of a file, or a pattern, and in no command."""

_ALIKE: Final = 0.7
"""How much of a word and a command is the same where one is taken for the other, of 1: two letters changed places."""


def _refuse_swallowed(typed: Sequence[str]) -> None:
    """Raise ``UsageError`` for a folder whose closing quote Windows took for a part of its name."""
    if word := swallowed(typed):
        told = Message(
            '{word}: there is a quotation mark in this name, for Windows reads \\" as one. '
            "Leave out the backslash before it",
            word=printable(word),
        )
        raise click.UsageError(spoken(told))


def _masked(arguments: Sequence[str], flags: Set[str]) -> Iterator[str]:
    """The arguments without the values of secret options, and without what may be one in the addresses of files.

    Values of other options stay whole: no setting that is an address takes a password.
    """
    for option, words in typed_parts(arguments, flags):
        if not option:
            yield from map(public, words)
        elif option in HIDDEN_OPTIONS:
            yield from [option, "***"] if words[1:] else [f"{option}=***"]
        else:
            yield from words


def _show(error: click.ClickException, typed: Sequence[str], *, as_json: bool) -> None:
    """Say what is wrong with the arguments, below the usage, which the journal does not need, with no query."""
    console = console_of()
    message = punctuated(error.format_message(), console.language)
    values = (word.partition("=")[2] for word in typed)
    for word in filter(None, chain(typed, values)):
        message = message.replace(word, public(word))
    context = getattr(error, "ctx", None)
    if not console.log_format.for_people:
        console.fail(message, _SEE_HELP, {"code": "usage", "exit_code": error.exit_code})
    elif isinstance(error, NoArgsIsHelpError):
        console.log(message)
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
    Message("Import"): ("run", "plan", "ui"),
    Message("Look back"): ("runs", "report", "verify", "undo"),
    Message("People"): ("find", "forget"),
    Message("Settings and help"): ("ledger", "login", "config", "help"),
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
@with_options(*in_group(PROGRAM, LANG, LOG_FORMAT))
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
@with_options(*in_group(PROGRAM, LANG, LOG_FORMAT))
def template(path: Path) -> None:
    """Write an empty workbook."""
    console = console_of()
    with failures(console):
        from importer.reporter.template import write_template

        write_template(path, console.language)
        command = command_line(["import-contacts", str(path), "--inbox", "ID"])
        console.result(Message("{path} is ready; fill it in, then: {command}", path=path, command=command))


COMMANDS: Final = (
    *(demo, template, sandbox, run, plan, ui, runs, report, verify, undo, find, forget),
    *(ledger, login, config),
)


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
@with_options(*in_group(PROGRAM, LANG, LOG_FORMAT))
@click.pass_context
def help_(context: click.Context, name: str | None) -> None:
    """Show the help of a command."""
    command = cli.commands[name] if name else cli
    click.echo(command.get_help(click.Context(command, context.parent, name) if name else context.find_root()))


for command in (*COMMANDS, help_):
    cli.add_command(command)


def _opened_screen(program: Callable[[list[str]], object]) -> bool:
    """Open the screen if somebody double-clicked the program; return whether."""
    from importer.cli import own_console  # here: most commands have arguments

    if not own_console.is_own():
        return False
    with reading(language_for([], (sys.stdout, sys.stderr))):
        own_console.open_screen(console_of(), program)
    return True


def main() -> None:
    """The script ``import-contacts``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name outside the code page must not end a run
    try:
        program = partial(cli, prog_name="import-contacts")
        if sys.argv[1:] or not _opened_screen(program):
            program()
    except OSError as error:
        if not is_of_streams(error):
            raise
        with reading(language_for(sys.argv[1:], (sys.stdout, sys.stderr)), format_for(sys.argv[1:])):
            console = console_of()  # a text of help, or an error of click's, that a stream cannot take
        console.let_go()
        console.fail(Message("standard output cannot be written: {reason}", reason=reason_of(error)))
        sys.exit(ExitCode.USAGE)
