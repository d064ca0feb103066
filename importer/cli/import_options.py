"""The options of an import, as ``--help`` lists them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from importer.cli.click_words import spoken
from importer.cli.completion import field_of_title, field_to_set, fields, mappings, runs_of
from importer.cli.help import PROGRAM, Argument
from importer.cli.options import (
    BASE_URL,
    CONCURRENCY,
    CONFIG,
    ENV_FILE,
    FILE,
    FOLDER,
    IN_SECONDS,
    LANG,
    LOG_FILE,
    LOG_FORMAT,
    MAX_ATTEMPTS,
    MAX_WAIT,
    OUTPUT_DIR,
    PATH,
    PATH_TYPE,
    QUIET,
    RATE,
    RESULTS,
    RUN,
    SENDING,
    TIMEOUT,
    Maker,
    in_group,
    option,
    with_options,
    with_value,
)
from importer.config.variables import pair_of
from importer.message import Message

# What options are about, in the order of --help.
_WHAT: Final = Message("What to import")
_COLUMNS: Final = Message("Columns and values")
_WHO: Final = Message("Who is who, and what becomes of existing contacts")
_CHECKS: Final = Message("Checks before sending")


def _pairs(name: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, str] | None]:
    """Read ``--map A=b --map C=`` as ``{"A": "b", "C": ""}``."""

    def read(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str] | None:
        pairs = {}
        for value in values:
            pair = pair_of(name, value)
            if pair is None:
                raise click.BadParameter(spoken(Message('"{value}" has no "=" between two parts', value=value)))
            pairs[pair[0]] = pair[1]
        return pairs or None

    return read


def _any(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of a repeatable option; ``None`` if it is not given, so that the configuration decides."""
    return values or None


def _hidden(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> Any:
    """Wrap values so that no traceback shows them."""
    from importer.config.settings import hidden

    return tuple(map(hidden, values)) or None


def _several(name: str, metavar: Message | str, about: Message, **more: Any) -> Maker:
    return with_value(name, metavar, about, multiple=True, callback=_any, **more)


def _repeated(name: str, metavar: Message, about: Message, **more: Any) -> Maker:
    return with_value(name, metavar, about, multiple=True, callback=_pairs(name), **more)


def _choice(name: str, choices: str, about: Message, **more: Any) -> Maker:
    words = choices.split()
    return option(name, type=click.Choice(words), about=about, **{"otherwise": words[0]} | more)


def _flag(name: str, about: Message) -> Maker:
    """A switch; ``None`` if it is not given, so that the environment and the configuration decide."""
    return option(name, is_flag=True, default=None, about=about)


class _Files(Argument):
    """The files to import; with ``--watch`` they need not be named."""

    def value_is_missing(self, value: Any) -> bool:
        """Whether there is nothing to import."""
        is_watch = isinstance(click.get_current_context().params.get("watch"), Path)
        return not is_watch and super().value_is_missing(value)


_OF_AN_IMPORT: Final = (
    click.argument("files", cls=_Files, metavar=FILE, type=click.Path(allow_dash=True), nargs=-1, required=True),
    *in_group(
        _WHAT,
        option("--inbox", "inbox_id", metavar="ID", about=Message("Inbox (channel) id."), otherwise=Message("config")),
        _several(
            *("--sheet", Message("NAME|N|all"), Message("Worksheet; all takes every one with contacts. Repeatable.")),
            otherwise=Message("the one with the most contacts"),
        ),
        with_value("--limit", "N", Message("Only the first N rows."), int),
        with_value("--encoding", Message("NAME"), Message("Encoding of a CSV file."), otherwise=Message("detected")),
        with_value(
            *("--delimiter", Message("CHAR"), Message('Delimiter of a CSV file, such as ";" or tab.')),
            otherwise=Message("detected"),
        ),
        _flag("--no-header", Message("The first row is a person; the columns are Column A, Column B, and so on.")),
    ),
    *in_group(
        _COLUMNS,
        _repeated(
            *("--map", Message("TITLE=FIELD")),
            Message('Give a column a field, such as --map "Tel=phone_number"; "Title=" drops the column. Repeatable.'),
            shell_complete=field_of_title,
        ),
        with_value(
            *("--mapping", Message("NAME|PATH")),
            Message(
                "Columns' fields as saved under this name or path, for a file with the same titles; --map goes before."
            ),
            shell_complete=mappings,
        ),
        with_value(
            *("--save-mapping", Message("NAME|PATH")),
            Message("Save the columns' fields as YAML: a name beside the ledger, or a path (with / or .yaml)."),
        ),
        _repeated(
            *("--set", Message("FIELD=VALUE")),
            Message("A constant for every row, such as --set custom_attributes.source=fair. Repeatable."),
            shell_complete=field_to_set,
        ),
        _repeated(
            *("--type", Message("FIELD=KIND")),
            Message(
                "Send an attribute as number or boolean instead of text, such as custom_attributes.age=number. "
                "Repeatable."
            ),
        ),
        _choice(
            *("--extra-columns", "ignore custom"),
            Message("Columns without a field: ignore them, or keep them as custom attributes."),
        ),
        with_value(
            *("--country", "CC"),
            Message(
                "Country of phone numbers without a country code: code or name, such as CN or Germany; "
                "international: digits without + begin with their country code."
            ),
        ),
        _choice(
            *("--invalid-values", "refuse drop"),
            Message(
                "A bad value in a row that has another email, phone number or id: refuse the row, "
                "or send it without the value."
            ),
        ),
    ),
    *in_group(
        _WHO,
        _choice(
            *("--match-by", "auto identifier email phone_number"),
            Message(
                "What tells that a row and a contact, or two rows, are the same person; auto: any of the three that "
                "agrees, if none differs."
            ),
        ),
        _choice(
            *("--duplicates", "first merge"),
            Message("Of two rows for one person: keep the first, or fill its empty fields too."),
        ),
        _choice(
            *("--shared-values", "refuse drop"),
            Message("A value that another person in the file has: refuse the row, or drop the value."),
        ),
        _flag(
            "--make-identifier",
            Message(
                "Give rows without email, phone number and id an identifier made from their data, "
                "so that they can be found."
            ),
        ),
        _choice(
            *("--on-duplicate", "skip update fill fail"),
            Message(
                "When the contact exists on the server: leave it, change what differs, fill only what it lacks, "
                "or fail the row."
            ),
        ),
        _several(
            *("--keep", Message("FIELD")),
            Message("With update: never replace a value that the contact has in this field. Repeatable."),
            shell_complete=fields,
        ),
        _several(
            *("--clear", Message("FIELD")),
            Message(
                "With update: an empty cell of this field erases the contact's value; asks, or wants --yes. Repeatable."
            ),
            shell_complete=fields,
        ),
        option("--yes", is_flag=True, about=Message("Answer the question that --clear asks with yes.")),
        _flag("--only-existing", Message("Create nobody: a row without a contact is not_found.")),
        with_value(
            *("--plan", RUN, Message("Do exactly what this plan says, of the same file with the same options.")),
            shell_complete=runs_of("plan"),
        ),
        _flag("--fresh", Message("Do not skip what an earlier run imported.")),
    ),
    *in_group(
        _CHECKS,
        _flag("--dry-run", Message("Read, check and report; make no request.")),
        _flag(
            "--sandbox", Message("Run against a LiveDesk look-alike inside this process: no credentials, no network.")
        ),
        _flag("--strict", Message("Send nothing unless every row is valid.")),
        with_value("--canary", "N", Message("Send N rows, show what became of them, and ask before the rest."), int),
    ),
    *in_group(
        SENDING,
        BASE_URL,
        *(CONCURRENCY, RATE, TIMEOUT, MAX_ATTEMPTS, MAX_WAIT),
        with_value(
            "--settle",
            about=Message("Wait so long before a request whose answer was lost is sent again."),
            otherwise="30",
            **IN_SECONDS,
        ),
        with_value(
            *("--workers", "N", Message("Send with N processes on this machine."), int),
            otherwise=Message("this process alone"),
        ),
        with_value(
            *("--scheduler", Message("ADDRESS")),
            Message("Send with the workers of an existing Dask cluster, such as tls://host:8786."),
        ),
    ),
    *in_group(
        RESULTS,
        OUTPUT_DIR,
        with_value("--results", PATH, Message("A further copy of the result file here (.csv or .xlsx)."), PATH_TYPE),
        _flag("--errors-first", Message("In that copy, the rows that need attention before the others.")),
        with_value(
            *("--keep-runs", "N"),
            Message(
                "After an import, remove the folders of all but the newest N runs; those that need attention stay, and "
                "the ledger keeps every run."
            ),
            int,
            otherwise=Message("all stay"),
        ),
        _flag("--verify", Message("Read back at the end what was sent.")),
        _flag(
            "--stamp",
            Message(
                "Write custom_attributes.import_run, import_file, import_row and imported_at with every create and "
                "update."
            ),
        ),
        with_value(
            "--contact-link",
            "URL",
            Message(
                "Link every contact of report.html to this address, in which {place} stands for its id; https only.",
                place="{contact_id}",
            ),
        ),
        with_value(
            *("--metrics-file", PATH),
            Message("Write metrics of the run here (.prom), for the textfile collector of Prometheus' node exporter."),
            PATH_TYPE,
        ),
        with_value(
            *("--notify", "URL"),
            Message(
                "Tell how the run went: summary.json to an https address (http for this machine), or a few sentences "
                "by chat or mail to an address as apprise has it (feishu://, slack://, mailtos://; extra notify). "
                "Repeatable."
            ),
            multiple=True,
            callback=_hidden,
            otherwise=Message("config"),
        ),
    ),
    *in_group(
        PROGRAM,
        *(CONFIG, ENV_FILE, LANG, QUIET),
        option("--json", "as_json", is_flag=True, about=Message("Print summary.json, or why there is none, as JSON.")),
        option(
            "--verbose",
            is_flag=True,
            about=Message(
                "Say more: every retry with its cause, and what is found out about the server; "
                "with --dry-run the first requests as they would be sent."
            ),
        ),
        LOG_FILE,
        LOG_FORMAT,
    ),
)


import_options: Final = with_options(*_OF_AN_IMPORT)
"""Gives a command the argument and the options of an import."""

watch_option: Final = with_options(
    *in_group(
        _WHAT,
        with_value(
            *("--watch", FOLDER),
            Message("Import what appears in this folder, each file as a run of its own, until it is stopped."),
            click.Path(path_type=Path, file_okay=False),
            is_eager=True,  # what FILE must be hangs on it
        ),
    )
)
"""Gives the command that imports what stands in the place of FILE."""
