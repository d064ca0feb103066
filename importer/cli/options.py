"""The options of an import as ``--help`` lists them, and those that commands share."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from importer.message import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])

EXIT_CODES: Final = """
\b
Exit codes:
  0  every row is fine (created, updated, exists, unchanged, duplicate; dry run: valid; verify: same; undo: undone)
  1  finished, and some rows are invalid, failed, unknown or not_found (verify: not all is the same; undo: some kept)
  2  wrong usage or configuration; a question declined
  3  the input cannot be read
  4  stopped: credentials refused, inbox unknown, or the service unreachable
  5  another import works on this ledger
  130 / 143  interrupted / terminated; the requests in flight were settled
"""

OUTPUT_DIR: Final = click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run folders and the ledger.  [default: import-results]",
)

LANG: Final = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of report.html: English or Chinese.  [default: the locale]"
)


def _pairs(name: str) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, str] | None]:
    """Read ``--map A=b --map C=`` as ``{"A": "b", "C": ""}``; --map divides at its last ``=``, others at the first."""

    def read(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str] | None:
        pairs = {}
        for value in values:
            left, divider, right = value.rpartition("=") if name == "map" else value.partition("=")
            if not divider or not left.strip():
                raise click.BadParameter(f'"{value}" has no "=" between two parts')
            pairs[left if name == "map" else left.strip()] = right.strip() if name == "map" else right
        return pairs or None

    return read


def _any(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values of a repeatable option; ``None`` if it is not given, so that the configuration decides."""
    return values or None


def _hidden(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:
    """Wrap a value so that no traceback shows it."""
    from importer.config import hidden

    return None if value is None else hidden(value)


def _value(name: str, metavar: str, text: str, kind: Any = None, **more: Any) -> Callable[[F], F]:
    return click.option(name, metavar=metavar, help=text, type=kind, **more)


def _repeated(name: str, metavar: str, text: str) -> Callable[[F], F]:
    return click.option(name, metavar=metavar, help=f"{text} Repeatable.", multiple=True, callback=_pairs(name[2:]))


def _choice(name: str, choices: str, text: str) -> Callable[[F], F]:
    return click.option(name, type=click.Choice(choices.split()), help=text)


def _flag(name: str, text: str) -> Callable[[F], F]:
    """A switch; ``None`` if it is not given, so that the environment and the configuration decide."""
    return click.option(name, is_flag=True, default=None, help=text)


_PATH: Final = click.Path(path_type=Path)
CONFIG: Final = click.option(
    "--config", "config_path", type=_PATH, help="Configuration file.  [default: ./config.yaml]"
)
_FILE: Final = click.Path(path_type=Path, dir_okay=False)

_OF_AN_IMPORT: Final = (
    # In the order of --help.
    click.argument("file", type=click.Path(allow_dash=True)),
    click.option(
        "--inbox", "inbox_id", metavar="ID", help="Inbox (channel) id.  [default: LIVEDESK_INBOX_ID or config]"
    ),
    CONFIG,
    _value(
        *("--base-url", "URL"),
        "Address of the API; https only, http for this machine.  [default: https://livedesk-api.engagelab.com]",
    ),
    _value(
        *("--sheet", "NAME|N|all"),
        "Worksheet; all takes every one with contacts. Repeatable.  [default: the one with the most contacts]",
        multiple=True,
        callback=_any,
    ),
    _repeated(
        *("--map", "TITLE=FIELD"), 'Give a column a field, such as --map "Tel=phone_number"; "Title=" drops the column.'
    ),
    _value(
        *("--mapping", "NAME|PATH"),
        "Columns' fields as saved under this name or path, for a file with the same titles; --map goes before.",
    ),
    _value(
        *("--save-mapping", "NAME|PATH"),
        "Save the columns' fields as YAML: a name beside the ledger, or a path (with / or .yaml).",
    ),
    _repeated("--set", "FIELD=VALUE", "A constant for every row, such as --set custom_attributes.source=fair."),
    _repeated(
        *("--type", "FIELD=KIND"),
        "Send an attribute as number or boolean instead of text, such as custom_attributes.age=number.",
    ),
    _choice(
        *("--extra-columns", "ignore custom"),
        "Columns without a field: ignore them, or keep them as custom attributes.  [default: ignore]",
    ),
    _value(
        "--country",
        "CC",
        "Country of phone numbers without a country code: code or name, such as CN or Germany; "
        "international: digits without + begin with their country code.",
    ),
    _value("--encoding", "NAME", "Encoding of a CSV file.  [default: detected]"),
    _value("--delimiter", "CHAR", 'Delimiter of a CSV file, such as ";" or tab.  [default: detected]'),
    _choice(
        *("--match-by", "auto identifier email phone_number"),
        "What tells that a row and a contact, or two rows, are the same person; auto: any of the three that agrees, "
        "if none differs.  [default: auto]",
    ),
    _choice(
        *("--on-duplicate", "skip update fill fail"),
        "When the contact exists on the server: leave it, change what differs, fill only what it lacks, or fail the "
        "row.  [default: skip]",
    ),
    _value(
        *("--keep", "FIELD"),
        "With update: never replace a value that the contact has in this field. Repeatable.",
        multiple=True,
        callback=_any,
    ),
    _flag("--only-existing", "Create nobody: a row without a contact is not_found."),
    _value(
        *("--clear", "FIELD"),
        "With update: an empty cell of this field erases the contact's value; asks, or wants --yes. Repeatable.",
        multiple=True,
        callback=_any,
    ),
    _value("--plan", "RUN", "Do exactly what this plan says, of the same file with the same options."),
    _flag("--verify", "Read back at the end what was sent."),
    _flag(
        "--stamp",
        "Write custom_attributes.import_run, import_file, import_row and imported_at with every create and update.",
    ),
    click.option("--yes", is_flag=True, help="Answer the question that --clear asks with yes."),
    _choice(
        *("--duplicates", "first merge"),
        "Of two rows for one person: keep the first, or fill its empty fields too.  [default: first]",
    ),
    _choice(
        *("--invalid-values", "refuse drop"),
        "A bad value in a row that has another email, phone number or id: refuse the row, or send it without the value."
        "  [default: refuse]",
    ),
    _choice(
        *("--shared-values", "refuse drop"),
        "A value that another person in the file has: refuse the row, or drop the value.  [default: refuse]",
    ),
    _flag("--strict", "Send nothing unless every row is valid."),
    _flag(
        "--make-identifier",
        "Give rows without email, phone number and id an identifier made from their data, so that they can be found.",
    ),
    _value("--canary", "N", "Send N rows, show what became of them, and ask before the rest.", int),
    _flag("--dry-run", "Read, check and report; make no request."),
    _flag("--sandbox", "Run against a LiveDesk look-alike inside this process: no credentials, no network."),
    _value("--limit", "N", "Only the first N rows.", int),
    _value("--workers", "N", "Send with N processes on this machine.  [default: this process alone]", int),
    _value("--scheduler", "ADDRESS", "Send with the workers of an existing Dask cluster, such as tls://host:8786."),
    _value("--concurrency", "N", "Requests in flight at most.  [default: 10]", int),
    _value("--rate", "N", "Requests a second at most.  [default: adapts to what the server lets through]", float),
    _value("--timeout", "SECONDS", "For one request.  [default: 30]", float),
    _value("--max-attempts", "N", "Tries of a create, and of each search for it.  [default: 5]", int),
    _value(
        *("--max-wait", "SECONDS"),
        *("For a rate limit, at most; then the run stops and can be continued.  [default: 3600]", float),
    ),
    _value(
        *("--settle", "SECONDS"), *("How long after its end a lost request may still be stored.  [default: 30]", float)
    ),
    OUTPUT_DIR,
    click.option("--results", type=_PATH, help="A further copy of the result file here (.csv or .xlsx)."),
    _flag("--errors-first", "In that copy, the rows that need attention before the others."),
    LANG,
    _value(
        *("--contact-link", "URL"),
        "Link every contact of report.html to this address, in which {contact_id} stands for its id; https only.",
    ),
    _value(
        *("--metrics-file", "PATH"),
        *("Write metrics of the run here (.prom), for the textfile collector of Prometheus' node exporter.", _PATH),
    ),
    _value(
        *("--notify", "URL"),
        "Post summary.json to this address after the run; https only, http for this machine. "
        "[default: LIVEDESK_NOTIFY_URL or config]",
        callback=_hidden,
    ),
    _flag("--fresh", "Do not skip what an earlier run imported."),
    click.option("--quiet", is_flag=True, help="No remarks and no progress on standard error."),
    click.option("--json", "as_json", is_flag=True, help="Print summary.json, or why there is none, as JSON."),
    click.option(
        "--verbose",
        is_flag=True,
        help="Say more: every retry with its cause, and what is found out about the server; "
        "with --dry-run the first requests as they would be sent.",
    ),
    click.option("--log-file", type=_FILE, help="Append what --verbose says to this file, and the run in one line."),
    _choice(
        *("--log-format", "text journald"),
        "Standard error: plain text, or lines with a priority for systemd's journal and one line of key=value pairs "
        "at the end.  [default: journald where standard error goes to the journal]",
    ),
)


def import_options(command: F) -> F:
    """Give a command the argument and the options of an import."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OF_AN_IMPORT), command)
