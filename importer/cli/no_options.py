"""Options that there are not, on purpose: other users of a machine see what stands on a command line."""

from typing import Final

import click

from importer.cli.click_words import spoken
from importer.message import Message

_VARIABLES: Final = {
    "--password": "IMPORT_CONTACTS_PASSWORD",
    "--api-key": "LIVEDESK_API_KEY",
    "--api-secret": "LIVEDESK_API_SECRET",
}
"""What has their value instead; a variable of the name with ``_FILE`` behind it names a file."""


def with_variable(error: click.ClickException) -> click.ClickException:
    """The error of an option of the table, with the variable in its place; any other error as it is."""
    variable = _VARIABLES.get(error.option_name) if isinstance(error, click.NoSuchOption) else None
    if not isinstance(error, click.NoSuchOption) or variable is None:
        return error
    told = Message(
        "{option} is no option, since other users of this machine can see a command line: "
        "set {variable}, or {variable}_FILE to the path of a file",
        option=error.option_name,
        variable=variable,
    )
    return click.UsageError(spoken(told), error.ctx)
