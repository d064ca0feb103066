"""The command that shows settings: what is in force, or every one with its comment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from importer.cli.help import PROGRAM, Command, Page
from importer.cli.options import CONFIG, ENV_FILE, LANG, LOG_FORMAT, in_group, option, with_options
from importer.cli.reader import reader
from importer.cli.streams import console_of, failures, warn_of_secrets
from importer.message import Message
from importer.models import Json

PAGE: Final = Page(
    Message("Show the settings that the environment and the configuration file make, and where each comes from."),
    (Message("The output is YAML as in a configuration file; secrets are shown as ***."),),
    (
        "import-contacts config",
        "import-contacts config --config crm.yaml",
        "import-contacts config --example > config.yaml",
    ),
)


@click.command(cls=Command, page=PAGE)
@with_options(
    *in_group(
        PROGRAM,
        option(
            "--example",
            is_flag=True,
            about=Message("Print a configuration file with every key, its default and a comment, to edit."),
        ),
        *(CONFIG, ENV_FILE, LANG, LOG_FORMAT),
    )
)
def config(example: bool, config_path: Path | None) -> None:
    """Show settings."""
    console = console_of()
    with failures(console):
        if example:
            from importer.files.samples import example_for

            console.result(example_for(console.language).read_text(encoding="utf-8").rstrip())
            return
        from importer.config.loading import in_force

        found = in_force(config_path)
        found |= _kept(found, config_path)
        warn_of_secrets(console, config_path)
        lines = [
            f"{key}: {json.dumps(value, ensure_ascii=False)}  # {origin}" for key, (value, origin) in found.items()
        ]
        if lines:
            console.result("\n".join(lines))
        else:
            console.say(Message("Nothing is set: neither the environment nor a configuration file says anything."))
        console.say(Message("What is absent has its default: import-contacts config --example lists every setting."))


def _kept(found: Mapping[str, tuple[Json, str]], config_path: Path | None) -> dict[str, tuple[Json, str]]:
    """The credentials of the keychain, which count where nothing else gives any."""
    from importer.config import keychain
    from importer.config.loading import load
    from importer.config.sources import CREDENTIALS

    if found.keys() & {*CREDENTIALS} or keychain.read(load({}, config_path).base_url) is None:
        return {}
    origin = reader().tell(Message("the system's keychain"))
    return dict.fromkeys(CREDENTIALS, ("***", origin))
