"""The command that says what an import would do."""

from typing import Any, Final

import click

from importer.cli.help import Command, Page
from importer.cli.options import import_options
from importer.cli.run import carry_out
from importer.message import Message

PAGE: Final = Page(
    Message(
        "Say what an import of FILE would change in the live account, row by row and field by field; send nothing."
    ),
    (
        Message(
            "It takes the options of an import and makes searches only, or reads the account's list where that is "
            "fewer requests. plan.csv in the run's folder has all of it: row, action, contact_id, field, before, "
            "after. The actions are create, update, same, duplicate, conflict and invalid."
        ),
    ),
    (
        "import-contacts plan contacts.xlsx --inbox 407 --on-duplicate update",
        "import-contacts contacts.xlsx --inbox 407 --on-duplicate update --plan contacts-20260117-081530",
        "import-contacts plan contacts.xlsx --inbox 407 --match-by email --json",
    ),
    {
        "0": Message("every row could be imported, or needs nothing (create, update, same, duplicate)"),
        "1": Message("finished, and some rows are conflict or invalid"),
        "2": Message("wrong usage or configuration"),
        "3": Message("the input cannot be read"),
        "4": Message("stopped: credentials refused, or the service unreachable; the same command goes on"),
        "5": Message("another import works on this ledger"),
        "130 / 143": Message("interrupted / terminated; the same command goes on within an hour"),
    },
)


@click.command(cls=Command, page=PAGE)
@import_options
def plan(**options: Any) -> None:
    """Say what an import would change."""
    carry_out(mode="plan", **options)
