"""Commands that look back: list the runs, write their files again, compare them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from importer.cli.click_words import spoken
from importer.cli.completion import runs_of
from importer.cli.help import PROGRAM, Argument, Command, Page
from importer.cli.options import LANG, LOG_FORMAT, PLACES, RUN, in_group, option, results_folder, with_options
from importer.cli.run import FLAGS
from importer.cli.streams import as_json_text, console_of, failures, terminal_width
from importer.cli.styles import styles_of
from importer.message import Language, Message
from importer.terminal.console import Console
from importer.terminal.style import UNSTYLED

if TYPE_CHECKING:
    from importer.reporter.summary import Summary


RUNS: Final = Page(
    Message("List the runs of this ledger, the newest first: when, file, inbox, rows, what became of them, state."),
    (),
    ("import-contacts runs", "import-contacts runs --limit 20", "import-contacts runs --json"),
)


@click.command(cls=Command, page=RUNS)
@with_options(
    *in_group(
        PROGRAM,
        *PLACES,
        option("--limit", type=click.IntRange(1), metavar="N", about=Message("Only the newest N runs.")),
        option("--json", "as_json", is_flag=True, about=Message("Print a JSON list of summaries, times in ISO 8601.")),
        LANG,
        LOG_FORMAT,
    )
)
def runs(output_dir: Path | None, config_path: Path | None, limit: int | None, as_json: bool) -> None:
    """List the runs."""
    console = console_of()
    with failures(console, as_json=as_json):
        from importer.history.runs import list_runs, run_lines, runs_json

        listed = list_runs(results_folder(output_dir, config_path))[:limit]
        width = terminal_width()
        now = datetime.now(UTC)
        text = (
            json.dumps(runs_json(listed), indent=2)
            if as_json
            else run_lines(listed, now, width, None, console.language)
        )
        console.result(text)


def _print_schema(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Print and exit, as ``--version`` does."""
    if wanted:
        from importer.reporter.summary import schema

        click.echo(schema().rstrip())
        context.exit()


REPORT: Final = Page(
    Message("Write the files of RUN again from the ledger; without RUN, of the newest run."),
    (
        Message(
            'A run is named by its name, by a beginning that no other run has, or as "latest" or "previous". '
            "The files are in the language of --lang."
        ),
    ),
    (
        "import-contacts report",
        "import-contacts report contacts-20260117-081530 --open",
        "import-contacts report --diff previous latest",
        "import-contacts report --schema",
    ),
)


@click.command(cls=Command, page=REPORT)
@click.argument("run_name", cls=Argument, metavar=RUN, required=False, shell_complete=runs_of())
@with_options(
    *in_group(
        PROGRAM,
        option("--open", "to_open", is_flag=True, about=Message("Open report.html in the browser.")),
        option(
            "--diff",
            nargs=2,
            metavar=Message("RUN RUN"),
            shell_complete=runs_of(),
            about=Message("Say what changed from the first run to the second instead."),
        ),
        *PLACES,
        option(
            "--json",
            "as_json",
            is_flag=True,
            about=Message("Print summary.json instead of the summary, or the changes as JSON."),
        ),
        option(
            "--schema",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_schema,
            about=Message("Print the JSON Schema of summary.json, and do nothing else."),
        ),
        LANG,
        LOG_FORMAT,
    )
)
def report(
    run_name: str | None,
    to_open: bool,
    diff: tuple[str, str] | None,
    as_json: bool,
    output_dir: Path | None,
    config_path: Path | None,
) -> None:
    """Write the files of a run again."""
    if diff and (run_name or to_open):
        what = Message("--diff names its two runs itself and writes no page: leave out RUN and --open")
        raise click.UsageError(spoken(what))
    console = console_of()
    with failures(console, as_json=as_json):
        from importer.history.runs import report_again

        folder = results_folder(output_dir, config_path)
        if diff:
            console.result(_changes(folder, diff, as_json, console.language))
            return
        summary = report_again(folder, run_name, console.language.name)
        words = as_json_text(summary) if as_json else _words(summary, console.language)
        console.result(words, UNSTYLED if as_json else styles_of(words, summary))
        if to_open and "report" not in summary.files:
            console.warn(Message("{run} has no page", run=summary.run.id))
        elif to_open:
            show_page(console, folder / summary.run.id / Path(summary.files["report"]).name)


def _words(summary: "Summary", language: Language) -> str:
    """The closing words of an earlier run; the next command comes from that run's arguments."""
    from importer.models import LOOK_BACKS
    from importer.reporter.look_back import look_back_words
    from importer.reporter.next_command import file_arguments, what_next
    from importer.reporter.terminal import closing_words

    if summary.run.mode in LOOK_BACKS:
        return look_back_words(summary, language)
    files = file_arguments(summary.run, FLAGS)
    following = what_next(summary, summary.run.arguments, files, FLAGS) if files else ()
    return closing_words(summary, following, language)


def open_page(page: Path, opener: Callable[[str], bool] | None = None) -> bool:
    """Open a file in the browser of the system or of ``BROWSER``; return whether that worked.

    ``opener`` takes the file's address (https://docs.python.org/3/library/webbrowser.html).
    """
    import webbrowser  # here: few commands need it

    try:
        return (opener or webbrowser.open)(page.resolve().as_uri())
    except (webbrowser.Error, OSError):
        return False


def show_page(console: Console, page: Path) -> None:
    """Open a file in the browser, or say that there is none."""
    if not open_page(page):
        console.warn(
            Message("no browser could be opened for {page}", page=page),
            Message("open this file in one, or set BROWSER to its command"),
        )


def _changes(output_dir: Path, names: tuple[str, str], as_json: bool, language: Language) -> str:
    from importer.history.comparison import compare_runs
    from importer.history.comparison_words import EXAMPLES, EXAMPLES_JSON, as_words, changes_json

    found = compare_runs(output_dir, names, EXAMPLES_JSON if as_json else EXAMPLES)
    return json.dumps(changes_json(found), indent=2) if as_json else as_words(found, None, language)
