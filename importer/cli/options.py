"""The options of an import, and those that several commands have."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from importer.language import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])

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

OUTPUT_DIR: Final = click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run folders and the ledger.  [default: import-results]",
)

LANG: Final = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="Language of report.html: English or Chinese.  [default: the locale]",
)


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


_OF_AN_IMPORT: Final = (
    # As --help lists them.
    click.argument("file", type=click.Path(allow_dash=True)),
    click.option(
        "--inbox", "inbox_id", metavar="ID", help="Inbox (channel) id.  [default: LIVEDESK_INBOX_ID or config]"
    ),
    click.option(
        "--config", "config_path", type=click.Path(path_type=Path), help="Configuration file.  [default: ./config.yaml]"
    ),
    click.option(
        "--base-url",
        metavar="URL",
        help="Address of the API; https only, http for this machine.  [default: https://livedesk-api.engagelab.com]",
    ),
    click.option("--sheet", metavar="NAME|N", help="Worksheet.  [default: the first visible one with data]"),
    click.option(
        "--map",
        multiple=True,
        metavar="TITLE=FIELD",
        callback=_pairs("map"),
        help='Give a column a field, such as --map "Tel=phone_number"; "Title=" drops the column. Repeatable.',
    ),
    click.option(
        "--set",
        multiple=True,
        metavar="FIELD=VALUE",
        callback=_pairs("set"),
        help="A constant for every row, such as --set custom_attributes.source=fair. Repeatable.",
    ),
    click.option(
        "--type",
        multiple=True,
        metavar="FIELD=KIND",
        callback=_pairs("type"),
        help="Send an attribute as number or boolean instead of text, such as custom_attributes.age=number. "
        "Repeatable.",
    ),
    click.option(
        "--extra-columns",
        type=click.Choice(["ignore", "custom"]),
        help="Columns without a field: ignore them, or keep them as custom attributes.  [default: ignore]",
    ),
    click.option(
        "--country",
        metavar="CC",
        help="Country of phone numbers without a country code: code or name, such as CN or Germany.",
    ),
    click.option("--encoding", metavar="NAME", help="Encoding of a CSV file.  [default: detected]"),
    click.option(
        "--delimiter", metavar="CHAR", help='Delimiter of a CSV file, such as ";" or tab.  [default: detected]'
    ),
    click.option(
        "--on-duplicate",
        type=click.Choice(["skip", "update", "fail"]),
        help="When the contact exists on the server.  [default: skip]",
    ),
    click.option(
        "--duplicates",
        type=click.Choice(["first", "merge"]),
        help="Of two rows for one person: keep the first, or fill its empty fields too.  [default: first]",
    ),
    click.option(
        "--shared-values",
        type=click.Choice(["refuse", "drop"]),
        help="A value that another person in the file has: refuse the row, or drop the value.  [default: refuse]",
    ),
    click.option("--strict", is_flag=True, default=None, help="Send nothing unless every row is valid."),
    click.option(
        "--make-identifier",
        is_flag=True,
        default=None,
        help="Give rows without email, phone number and id an identifier made from their data, "
        "so that they can be found.",
    ),
    click.option(
        "--canary", type=int, metavar="N", help="Send N rows, show what became of them, and ask before the rest."
    ),
    click.option("--dry-run", is_flag=True, default=None, help="Read, check and report; make no request."),
    click.option(
        "--sandbox",
        is_flag=True,
        default=None,
        help="Run against a LiveDesk look-alike inside this process: no credentials, no network.",
    ),
    click.option("--limit", type=int, metavar="N", help="Only the first N rows."),
    click.option(
        "--workers", type=int, metavar="N", help="Send with N processes on this machine.  [default: this process alone]"
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Send with the workers of an existing Dask cluster, such as tls://host:8786.",
    ),
    click.option("--concurrency", type=int, metavar="N", help="Requests in flight at most.  [default: 10]"),
    click.option(
        "--rate",
        type=float,
        metavar="N",
        help="Requests a second at most.  [default: adapts to what the server lets through]",
    ),
    click.option("--timeout", type=float, metavar="SECONDS", help="For one request.  [default: 30]"),
    click.option(
        "--max-attempts", type=int, metavar="N", help="Tries of a create, and of each search for it.  [default: 5]"
    ),
    click.option(
        "--max-wait",
        type=float,
        metavar="SECONDS",
        help="For a rate limit, at most; then the run stops and can be continued.  [default: 3600]",
    ),
    OUTPUT_DIR,
    click.option(
        "--results", type=click.Path(path_type=Path), help="A further copy of the result file here (.csv or .xlsx)."
    ),
    click.option(
        "--errors-first",
        is_flag=True,
        default=None,
        help="In that copy, the rows that need attention before the others.",
    ),
    LANG,
    click.option(
        "--metrics-file",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="Write metrics of the run here (.prom), for the textfile collector of Prometheus' node exporter.",
    ),
    click.option(
        "--notify",
        metavar="URL",
        callback=_hidden,
        help="Post summary.json to this address after the run; https only, http for this machine. "
        "[default: LIVEDESK_NOTIFY_URL or config]",
    ),
    click.option("--fresh", is_flag=True, default=None, help="Do not skip what an earlier run imported."),
    click.option("--quiet", is_flag=True, help="No remarks and no progress on standard error."),
    click.option("--json", "as_json", is_flag=True, help="Print summary.json instead of the summary."),
    click.option(
        "--verbose",
        is_flag=True,
        help="Say more: every retry with its cause; with --dry-run the first requests as they would be sent.",
    ),
    click.option(
        "--log-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Append what --verbose says to this file, and the run in one line.",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "journald"]),
        help="Standard error: plain text, or lines with a priority for systemd's journal and one line of "
        "key=value pairs at the end.  [default: journald where standard error goes to the journal]",
    ),
)


def import_options(command: F) -> F:
    """The argument and the options of an import, on its command."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OF_AN_IMPORT), command)
