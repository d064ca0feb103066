"""The command: options to a ``Config``, streams, signals, exit codes."""

import asyncio
import io
import json
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from importer import __version__
from importer.console import Console
from importer.errors import ConfigError, ExitCode, ImporterError, InputError, OutputError
from importer.interrupt import Interrupt
from importer.journald import JournalFormatter, goes_to_journal
from importer.sandbox_faults import OPTIONS as FAULT_OPTIONS

if TYPE_CHECKING:
    from click import Group as DefaultGroup  # the package has no types of its own

    from importer.models import Lang
    from importer.sandbox import Sandbox, SandboxSettings
    from importer.summary import Summary
else:
    from click_default_group import DefaultGroup

EXIT_CODES: Final = """
\b
Exit codes:
  0  every row is fine (created, updated, exists, unchanged, duplicate; dry run: valid)
  1  finished, and some rows are invalid, failed or unknown
  2  wrong usage or configuration
  3  the input cannot be read
  4  stopped: credentials refused, inbox unknown, or the service unreachable
  5  another import works on this ledger
  130 / 143  interrupted / terminated; the requests in flight were settled
"""

_OUTPUT_DIR: Final = click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run folders and the ledger.  [default: import-results]",
)


_LANG: Final = click.option(
    "--lang",
    type=click.Choice(["en", "zh"]),
    help="Language of report.html: English or Chinese.  [default: the locale]",
)


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
            _console().fail(error.format_message(), 'see "import-contacts --help"')
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


def _console(log_format: str | None = None, *, quiet: bool = False, verbose: bool = False) -> Console:
    """The process's streams, as the journal reads them where standard error goes there, unless told otherwise."""
    journald = log_format == "journald" if log_format else goes_to_journal(sys.stderr)
    return Console(sys.stdout, sys.stderr, quiet=quiet, verbose=verbose, journald=journald)


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


def _pairs(name: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, str] | None]:
    """``--map A=b --map C=`` as ``{"A": "b", "C": ""}``; the last ``=`` of a --map divides, the first of a --set."""

    def read(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str] | None:
        pairs = {}
        for value in values:
            left, divider, right = value.rpartition("=") if name == "map" else value.partition("=")
            if not divider or not left.strip():
                raise click.BadParameter(f'"{value}" has no "=" between two parts')
            pairs[left if name == "map" else left.strip()] = right.strip() if name == "map" else right
        return pairs or None

    return read


def _hidden(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:
    """A value that no traceback shows from here on."""
    if value is None:
        return None
    from importer.config import hidden

    return hidden(value)


@cli.command(epilog=EXIT_CODES)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--inbox", "inbox_id", metavar="ID", help="Inbox (channel) id.  [default: LIVEDESK_INBOX_ID or config]")
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), help="Configuration file.  [default: ./config.yaml]"
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Address of the API; https only, http for this machine.  [default: https://livedesk-api.engagelab.com]",
)
@click.option("--sheet", metavar="NAME|N", help="Worksheet.  [default: the first visible one with data]")
@click.option(
    "--map",
    multiple=True,
    metavar="TITLE=FIELD",
    callback=_pairs("map"),
    help='Give a column a field, such as --map "Tel=phone_number"; "Title=" drops the column. Repeatable.',
)
@click.option(
    "--set",
    multiple=True,
    metavar="FIELD=VALUE",
    callback=_pairs("set"),
    help="A constant for every row, such as --set custom_attributes.source=fair. Repeatable.",
)
@click.option(
    "--type",
    multiple=True,
    metavar="FIELD=KIND",
    callback=_pairs("type"),
    help="Send an attribute as number or boolean instead of text, such as custom_attributes.age=number. Repeatable.",
)
@click.option(
    "--extra-columns",
    type=click.Choice(["ignore", "custom"]),
    help="Columns without a field: ignore them, or keep them as custom attributes.  [default: ignore]",
)
@click.option(
    "--country",
    metavar="CC",
    help="Country of phone numbers without a country code: code or name, such as CN or Germany.",
)
@click.option("--encoding", metavar="NAME", help="Encoding of a CSV file.  [default: detected]")
@click.option("--delimiter", metavar="CHAR", help='Delimiter of a CSV file, such as ";" or tab.  [default: detected]')
@click.option(
    "--on-duplicate",
    type=click.Choice(["skip", "update", "fail"]),
    help="When the contact exists on the server.  [default: skip]",
)
@click.option(
    "--duplicates",
    type=click.Choice(["first", "merge"]),
    help="Of two rows for one person: keep the first, or fill its empty fields too.  [default: first]",
)
@click.option(
    "--shared-values",
    type=click.Choice(["refuse", "drop"]),
    help="A value that another person in the file has: refuse the row, or drop the value.  [default: refuse]",
)
@click.option("--strict", is_flag=True, default=None, help="Send nothing unless every row is valid.")
@click.option(
    "--make-identifier",
    is_flag=True,
    default=None,
    help="Give rows without email, phone number and id an identifier made from their data, so that they can be found.",
)
@click.option("--canary", type=int, metavar="N", help="Send N rows, show what became of them, and ask before the rest.")
@click.option("--dry-run", is_flag=True, default=None, help="Read, check and report; make no request.")
@click.option(
    "--sandbox",
    is_flag=True,
    default=None,
    help="Run against a LiveDesk look-alike inside this process: no credentials, no network.",
)
@click.option("--limit", type=int, metavar="N", help="Only the first N rows.")
@click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.  [default: 10]")
@click.option(
    "--rate",
    type=float,
    metavar="N",
    help="Requests a second at most.  [default: adapts to what the server lets through]",
)
@click.option("--timeout", type=float, metavar="SECONDS", help="For one request.  [default: 30]")
@click.option(
    "--max-attempts", type=int, metavar="N", help="Tries of a create, and of each search for it.  [default: 5]"
)
@click.option(
    "--max-wait",
    type=float,
    metavar="SECONDS",
    help="For a rate limit, at most; then the run stops and can be continued.  [default: 3600]",
)
@_OUTPUT_DIR
@click.option(
    "--results", type=click.Path(path_type=Path), help="A further copy of the result file here (.csv or .xlsx)."
)
@click.option(
    "--errors-first", is_flag=True, default=None, help="In that copy, the rows that need attention before the others."
)
@_LANG
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write metrics of the run here (.prom), for the textfile collector of Prometheus' node exporter.",
)
@click.option(
    "--notify",
    metavar="URL",
    callback=_hidden,
    help="Post summary.json to this address after the run; https only, http for this machine. "
    "[default: LIVEDESK_NOTIFY_URL or config]",
)
@click.option("--fresh", is_flag=True, default=None, help="Do not skip what an earlier run imported.")
@click.option("--quiet", is_flag=True, help="No remarks and no progress on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of the summary.")
@click.option(
    "--verbose",
    is_flag=True,
    help="Say more: every retry with its cause; with --dry-run the first requests as they would be sent.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append what --verbose says to this file, and the run in one line.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "journald"]),
    help="Standard error: plain text, or lines with a priority for systemd's journal and one line of key=value pairs "
    "at the end.  [default: journald where standard error goes to the journal]",
)
def run(
    file: str,
    config_path: Path | None,
    quiet: bool,
    as_json: bool,
    verbose: bool,
    log_file: Path | None,
    **options: Any,
) -> None:
    """Import FILE (CSV or Excel; "-" reads CSV from standard input).

    \b
    Credentials come from the environment:
      export LIVEDESK_API_KEY=... LIVEDESK_API_SECRET=...
    \b
    Examples:
      import-contacts contacts.xlsx --inbox 407
      import-contacts kunden.csv --inbox 407 --country DE --map "Rufnummer=phone_number"
      import-contacts crm.xlsx --inbox 407 --set custom_attributes.source=crm --extra-columns custom
      import-contacts contacts.xlsx --inbox 407 --dry-run
    """
    console = _console(options.pop("log_format"), quiet=quiet, verbose=verbose)
    with _failures(console), _logging(verbose, console.journald, log_file):
        from importer import config, pipeline
        from importer.next_command import what_next
        from importer.terminal import closing_words, record_line

        typed = click.get_current_context().obj
        settings = config.load({name: value for name, value in options.items() if value is not None}, config_path)
        with _input(file) as path, Interrupt(lambda: console.say(_INTERRUPTED)) as interrupt:
            summary = pipeline.run_import(settings, path, console, interrupt, typed)
        console.result(_json(summary) if as_json else closing_words(summary, what_next(summary, typed, file, _FLAGS)))
        _record(record_line(summary), console)
        sys.exit(summary.run.exit_code)


def _record(line: str, console: Console) -> None:
    """The run in one line: to the log file, and to the journal."""
    logging.getLogger(_RECORD).info(line)
    if console.journald:
        console.say(line)


_RECORD: Final = "importer.record"
_FLAGS: Final = {
    name for option in run.params if isinstance(option, click.Option) and option.is_flag for name in option.opts
}
_INTERRUPTED: Final = "Stopping: the requests in flight are settled first. Once more to stop at once."


@cli.command()
@_OUTPUT_DIR
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the newest N runs.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of summaries, times in ISO 8601.")
def runs(output_dir: Path | None, limit: int | None, as_json: bool) -> None:
    """List the runs of this ledger, the newest first: when, file, inbox, rows, what became of them, state.

    \b
    Examples:
      import-contacts runs
      import-contacts runs --limit 20
      import-contacts runs --json
    """
    console = _console()
    with _failures(console):
        from importer import history, workspace
        from importer.run_list import run_lines, runs_json

        listed = history.list_runs(output_dir or workspace.DEFAULT)[:limit]
        width = shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None
        lines = partial(run_lines, listed, datetime.now(UTC), width)
        console.result(json.dumps(runs_json(listed), indent=2) if as_json else lines())


def _print_schema(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """As ``--version`` does: before anything else, and then the end."""
    if wanted:
        from importer.summary import schema

        click.echo(schema().rstrip())
        context.exit()


@cli.command()
@click.argument("run_name", metavar="[RUN]", required=False)
@click.option("--open", "to_open", is_flag=True, help="Open report.html in the browser.")
@click.option("--diff", nargs=2, metavar="RUN RUN", help="Say what changed from the first run to the second instead.")
@_LANG
@_OUTPUT_DIR
@click.option(
    "--json", "as_json", is_flag=True, help="Print summary.json instead of the summary, or the changes as JSON."
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of summary.json, and do nothing else.",
)
def report(
    run_name: str | None,
    to_open: bool,
    diff: tuple[str, str] | None,
    lang: "Lang | None",
    output_dir: Path | None,
    as_json: bool,
) -> None:
    """Write the files of RUN again from the ledger; without RUN, of the newest run.

    A run is named by its name, by a beginning that no other run has, or as "latest" or "previous".

    \b
    Examples:
      import-contacts report
      import-contacts report contacts-20260117-081530 --open
      import-contacts report --diff previous latest
      import-contacts report --schema
    """
    if diff and (run_name or to_open):
        raise click.UsageError("--diff names its two runs itself and writes no page: leave out RUN and --open")
    console = _console()
    with _failures(console):
        from importer import pipeline, workspace

        folder = output_dir or workspace.DEFAULT
        if diff:
            _say_changes(console, folder, diff, as_json)
            return
        summary = pipeline.report_again(folder, run_name, lang)
        console.result(_json(summary) if as_json else _words(summary))
        if to_open:
            _open(console, Path(summary.files["report"]))


def _words(summary: "Summary") -> str:
    """The closing words of a run of the past, with the next command as its own arguments have it."""
    from importer.next_command import file_argument, what_next
    from importer.terminal import closing_words

    file = file_argument(summary.run, _FLAGS)
    return closing_words(summary, what_next(summary, summary.run.arguments, file, _FLAGS) if file else ())


def _open(console: Console, page: Path) -> None:
    from importer.browser import open_page

    if not open_page(page):
        console.warn(f"no browser could be opened for {page}", "open this file in one, or set BROWSER to its command")


def _say_changes(console: Console, output_dir: Path, names: tuple[str, str], as_json: bool) -> None:
    from importer.comparison import compare_runs
    from importer.comparison_words import EXAMPLES, EXAMPLES_JSON, as_words, changes_json

    found = compare_runs(output_dir, names, EXAMPLES_JSON if as_json else EXAMPLES)
    console.result(json.dumps(changes_json(found), indent=2) if as_json else as_words(found))


@cli.command()
@click.argument("names", metavar="[RUN]...", nargs=-1)
@click.option(
    "--older-than",
    type=click.IntRange(0, 36500),
    metavar="DAYS",
    help="Forget the runs that began more than so many days ago.",
)
@click.option("--all", "everything", is_flag=True, help="Forget every run.")
@_OUTPUT_DIR
@click.option("--json", "as_json", is_flag=True, help="Print what was erased as JSON.")
def forget(
    names: tuple[str, ...], older_than: int | None, everything: bool, output_dir: Path | None, as_json: bool
) -> None:
    """Erase the personal data of old runs from the ledger and their folders; counts and ids are kept.

    What was imported is still known: the same file again sends nothing. Rows whose contact is in doubt keep the
    values that it is searched for by.

    Out of reach: the file that was imported, copies made with --results, log files, backups, and the folders of
    rehearsals (--dry-run, --sandbox), which no ledger knows.

    \b
    Examples:
      import-contacts forget contacts-20260117-081530
      import-contacts forget --older-than 90
      import-contacts forget --all
    """
    if sum((bool(names), older_than is not None, everything)) != 1:
        raise click.UsageError("name the runs to forget, or give --older-than DAYS, or --all")
    console = _console()
    with _failures(console):
        from importer import forgetting, workspace

        age = None if older_than is None else timedelta(days=older_than)
        done = forgetting.forget(output_dir or workspace.DEFAULT, forgetting.Choice(names, age, everything))
        console.result(json.dumps(done.as_json(), indent=2) if as_json else done.words())


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
def template(path: Path) -> None:
    """Write an empty workbook (.xlsx) with the right titles and text-formatted phone and id columns.

    \b
    Example:
      import-contacts template contacts.xlsx
    """
    console = _console()
    with _failures(console):
        from importer.template import write_template

        write_template(path)
        console.result(f"{path} is ready; fill it in, then: import-contacts {shlex.quote(str(path))} --inbox ID")


def _fault_options(command: click.Command) -> click.Command:
    """An option for every way in which the sandbox can misbehave, from the sandbox's own table."""
    for option in FAULT_OPTIONS:
        declared = f"--{option.name.replace('_', '-')}"
        choices = option.kind.choices
        command.params.append(
            click.Option(
                [declared],
                type=click.Choice(choices) if choices else option.kind.parse,
                default=option.default,
                envvar=option.env,
                show_default=option.default is not None,
                show_envvar=True,
                help=option.help[:1].upper() + option.help[1:] + ".",
            )
        )
    return command


@_fault_options
@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8407, show_default=True, help="Port; 0 is any free one.")
@click.option(
    "--inboxes",
    default="407",
    show_default=True,
    help="Inbox ids, each with its kind behind a colon: api, web, email, sms or whatsapp; such as 407,408:email.",
)
@click.option("--api-key", default="sandbox", show_default=True, help="The key that it accepts; no secret.")
@click.option("--api-secret", default="sandbox", show_default=True, help="The secret that it accepts; no secret.")
def sandbox(port: int, inboxes: str, api_key: str, api_secret: str, **faults: Any) -> None:
    """Serve a LiveDesk look-alike on 127.0.0.1 until Ctrl-C, for rehearsals and tests. It keeps nothing.

    \b
    Examples:
      import-contacts sandbox
      import-contacts sandbox --port 0 --latency-ms 80 --rate-per-second 20
      import-contacts sandbox --drop-after 0.1 --error-before 0.1 --seed 1
    """
    console = _console()
    with _failures(console):
        from importer import sandbox as look_alike

        settings = look_alike.SandboxSettings(
            api_key, api_secret, look_alike.parse_inboxes(inboxes), look_alike.Faults(**faults)
        )
        asyncio.run(_serve(look_alike.Sandbox(settings), settings, port, console))


async def _serve(served: "Sandbox", settings: "SandboxSettings", port: int, console: Console) -> None:
    """Serve until a signal; the lines to paste come first."""
    from importer.sandbox import serve

    ended = asyncio.Event()
    with Interrupt(lambda: None) as interrupt:
        interrupt.wakes(partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set))
        async with serve(served, port=port) as base_url:
            console.result(
                f"export LIVEDESK_BASE_URL={base_url} LIVEDESK_API_KEY={shlex.quote(settings.api_key)} "
                f"LIVEDESK_API_SECRET={shlex.quote(settings.api_secret)}"
            )
            console.say(f"The sandbox serves inbox {', '.join(settings.inboxes)} (seed {served.seed}); Ctrl-C ends it.")
            await ended.wait()


@contextmanager
def _failures(console: Console) -> Iterator[None]:
    """The end of every command that fails: one clear line, and the exit code of the failure."""
    try:
        yield
    except InputError as error:
        console.fail(f"{error}; {error.hint}")  # a line for each file, as who imports many of them wants it
        sys.exit(error.exit_code)
    except ImporterError as error:
        console.fail(str(error), error.hint)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)


@contextmanager
def _logging(verbose: bool, journald: bool, path: Path | None) -> Iterator[None]:
    """Send the program's log to standard error, to a file of mode 0600, or nowhere."""
    handlers: list[logging.Handler] = []
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[0].setFormatter(JournalFormatter() if journald else logging.Formatter(_LOG_LINE))
        handlers[0].addFilter(lambda record: record.name != _RECORD)  # the closing words and the console say it
    if path is not None:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
            handlers.append(logging.FileHandler(path, encoding="utf-8"))
            handlers[-1].setFormatter(logging.Formatter(_LOG_LINE))
        except OSError as error:
            raise ConfigError(f"--log-file {path}: {error.strerror}", "name a file that you may write to") from error
    log = logging.getLogger("importer")
    log.setLevel(logging.INFO)
    log.propagate = False
    for handler in handlers:
        log.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            log.removeHandler(handler)
            handler.close()


_LOG_LINE: Final = "%(asctime)s %(levelname)s %(message)s"


@contextmanager
def _input(file: str) -> Iterator[Path]:
    """The file to read; standard input, which cannot be read twice, is spooled to a file that goes away."""
    if file != "-":
        yield Path(file)
        return
    if sys.stdin is None:
        raise InputError("standard input is closed", "pipe CSV into it, or name a file")
    from importer.workspace import temporary_folder

    with temporary_folder() as folder:
        path = folder / "stdin.csv"
        try:
            with path.open("wb") as spool:
                shutil.copyfileobj(sys.stdin.buffer, spool)
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written: {error.strerror}", "free space there, or set TMPDIR"
            ) from error
        yield path


def _json(summary: "Summary") -> str:
    """In ASCII, which every terminal and every pipe can carry."""
    return json.dumps(summary.as_json(), indent=2)


def main() -> None:
    """The script ``import-contacts``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that a code page lacks must not end a run
    cli(prog_name="import-contacts")
