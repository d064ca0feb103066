"""Commands about people: find one over all runs, forget one, or all people of old runs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from importer.cli.click_words import spoken
from importer.cli.completion import runs_of
from importer.cli.help import PROGRAM, Argument, Command, Page
from importer.cli.options import LANG, LOG_FORMAT, PLACES, RUN, in_group, option, results_folder, with_options
from importer.cli.streams import console_of, failures, terminal_width
from importer.errors import ConfigError
from importer.message import Message
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.history.forget import Selection
    from importer.history.forget_person import Match
    from importer.history.forgotten import Forgotten

_MOST: Final = 100


_ERASED: Final = Message("What to erase")
FIND: Final = Page(
    Message("Find a person over all runs of the ledger: rows, outcomes, contact ids; the newest run first."),
    (
        Message(
            "TEXT is a name or some of its words or their beginnings, without case and accents; an e-mail address or "
            "a part with its @; a phone number in any spelling; an identifier; or a contact id. A contact is also "
            "found by what an update replaced. Rows of a plan, a verification or an undo say so. Forgotten runs are "
            "not searched. An import may work meanwhile."
        ),
    ),
    (
        'import-contacts find "ann lee"',
        "import-contacts find ann@example.com",
        'import-contacts find "030 1234567"',
        "import-contacts find K-4711 --json",
    ),
    {"0": Message("also if nobody is found"), "2": Message("wrong usage or configuration")},
)


@click.command(cls=Command, page=FIND)
@click.argument("text", cls=Argument, metavar=Message("TEXT"))
@with_options(
    *in_group(
        PROGRAM,
        *PLACES,
        option(
            "--limit",
            type=click.IntRange(1),
            default=_MOST,
            show_default=True,
            metavar="N",
            about=Message("Only the first N rows."),
        ),
        option("--json", "as_json", is_flag=True, about=Message("Print the rows as JSON, with what updates changed.")),
        LANG,
        LOG_FORMAT,
    )
)
def find(text: str, output_dir: Path | None, config_path: Path | None, limit: int, as_json: bool) -> None:
    """Find a person."""
    console = console_of()
    with failures(console, as_json=as_json):
        from importer.history.people import find_person
        from importer.history.people_words import found_json, found_lines

        found = find_person(results_folder(output_dir, config_path), text, limit)
        console.result(
            json.dumps(found_json(found), indent=2)
            if as_json
            else found_lines(found, datetime.now(UTC), terminal_width(), console.language)
        )


class _Asked(NamedTuple):
    """Where to erase, whom to ask, and whether only to say what would go."""

    console: Console
    output_dir: Path
    dry_run: bool


FORGET: Final = Page(
    Message("Erase personal data from the ledger and the runs' folders, after a question; counts and ids are kept."),
    (
        Message(
            "It erases all people of old runs, or one person in all runs (--person). If more than one person has that "
            "name or value, nobody is forgotten. The ledger still knows what it imported: the same file again sends "
            "nothing. A forgotten run can no longer be undone. A row in doubt keeps the values by which the next run "
            "searches for its contact."
        ),
        Message(
            "Files that were uploaded on the screen go with their runs; imports being prepared there go with "
            "--all, and with --older-than if nobody changed them since. Out of reach: the file that was imported, "
            "copies made with --results, log files, backups, and the folders of rehearsals (--dry-run, "
            "--sandbox), which no ledger knows; with --person, imports being prepared too."
        ),
    ),
    (
        "import-contacts forget contacts-20260117-081530",
        "import-contacts forget --older-than 90 --yes",
        "import-contacts forget --person ann@example.com",
        "import-contacts forget --all --dry-run",
    ),
)


@click.command(cls=Command, page=FORGET)
@click.argument("names", cls=Argument, metavar=RUN, nargs=-1, shell_complete=runs_of())
@with_options(
    *(
        *in_group(
            _ERASED,
            option(
                "--older-than",
                type=click.IntRange(0, 36500),
                metavar=Message("DAYS"),
                about=Message("Forget the runs that began more than so many days ago."),
            ),
            option("--all", "everything", is_flag=True, about=Message("Forget every run.")),
            option(
                "--person",
                metavar=Message("TEXT"),
                about=Message(
                    "Forget one person in all runs: a whole e-mail address, phone number, identifier, contact id or "
                    "name."
                ),
            ),
            option("--yes", is_flag=True, about=Message("Erase without a question; scripts need it.")),
            option("--dry-run", is_flag=True, about=Message("Say what would be erased, and erase nothing.")),
        ),
        *in_group(
            PROGRAM,
            *PLACES,
            option("--json", "as_json", is_flag=True, about=Message("Print what was erased as JSON.")),
            LANG,
            LOG_FORMAT,
        ),
    )
)
def forget(
    names: tuple[str, ...],
    older_than: int | None,
    everything: bool,
    person: str | None,
    output_dir: Path | None,
    config_path: Path | None,
    **how: bool,
) -> None:
    """Erase personal data."""
    if sum((bool(names), older_than is not None, everything, person is not None)) != 1:
        what = Message("name the runs to forget, or give --older-than DAYS, --all, or --person TEXT")
        raise click.UsageError(spoken(what))
    console = console_of(yes=how["yes"])
    with failures(console, as_json=how["as_json"]):
        from importer.history.forget import Selection

        if not (how["yes"] or how["dry_run"] or console.has_somebody):
            raise ConfigError(
                "there is no terminal to ask at whether to erase", "add --yes, or --dry-run to see what would be erased"
            )
        asked = _Asked(console, results_folder(output_dir, config_path), how["dry_run"])
        if person is not None:
            done = _forget_person(asked, person)
        else:
            age = None if older_than is None else timedelta(days=older_than)
            done = _forget_runs(asked, Selection(names, age, everything))
        console.result(json.dumps(done.as_json(), indent=2) if how["as_json"] else done.words(console.language))


def _forget_runs(asked: _Asked, choice: "Selection") -> "Forgotten":
    from importer.history.forget import forget as forget_runs
    from importer.history.forget import plan_to_forget

    if asked.dry_run:
        return plan_to_forget(asked.output_dir, choice)
    return forget_runs(asked.output_dir, choice, lambda planned: asked.console.confirm(planned.question))


def _forget_person(asked: _Asked, text: str) -> "Forgotten":
    from importer.history.forget_person import forget_person, plan_to_forget_person, refuse_several
    from importer.history.people_words import entry_lines

    def look(match: "Match") -> None:
        if match.people:
            language = asked.console.language
            asked.console.say(entry_lines(match.entries, datetime.now(UTC), terminal_width(), language, whole=True))
        refuse_several(text, match)

    def ask(match: "Match") -> bool:
        look(match)
        return asked.console.confirm(match.question)

    if asked.dry_run:
        match, planned = plan_to_forget_person(asked.output_dir, text)
        look(match)
        return planned
    return forget_person(asked.output_dir, text, ask)
