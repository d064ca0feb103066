"""The command that keeps credentials in the system's keychain, or forgets them."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from importer.cli.help import PROGRAM, Command, Page
from importer.cli.options import (
    BASE_URL,
    CONFIG,
    ENV_FILE,
    LANG,
    LOG_FORMAT,
    in_group,
    option,
    typed_settings,
    with_options,
)
from importer.cli.streams import console_of, failures, warn_of_secrets
from importer.config.keychain import OTHERS
from importer.errors import ConfigError
from importer.message import Message, with_and
from importer.signals import Interrupt
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.config.keychain import Credentials
    from importer.config.settings import Config

PAGE: Final = Page(
    Message("Keep the API key and secret of a server in the system's keychain, after a test with one request."),
    (
        Message(
            "It asks for both at the terminal and shows neither. They count for every command on this server, where "
            "neither the environment nor the configuration file has any. Needs the extra keyring."
        ),
    ),
    (
        "import-contacts login",
        "import-contacts login --base-url https://livedesk.example.com",
        "import-contacts login --forget",
    ),
    {
        "0": Message("kept, or forgotten"),
        "2": Message("no keychain, no terminal to ask at, or a wrong configuration"),
        "4": Message("credentials refused, or the service unreachable; nothing is kept"),
    },
)


@click.command(cls=Command, page=PAGE)
@with_options(
    *in_group(
        PROGRAM,
        BASE_URL,
        option("--forget", "to_forget", is_flag=True, about=Message("Take them out of the keychain instead.")),
        *(CONFIG, ENV_FILE, LANG, LOG_FORMAT),
    )
)
def login(base_url: str | None, to_forget: bool, config_path: Path | None) -> None:
    """Keep credentials."""
    console = console_of()
    with failures(console):
        from importer.config import keychain, loading

        settings = loading.load(typed_settings({"base_url": base_url}), config_path)
        warn_of_secrets(console, config_path)
        if (lacking := keychain.lacking()) is not None:
            raise lacking
        if to_forget:
            console.result(_forgotten(settings.base_url))
            return
        entered = _asked(console, settings.base_url)
        _test(settings, entered, console)
        keychain.keep(settings.base_url, entered)
        console.result(Message("The keychain has the credentials for {server}.", server=settings.base_url))
        _tell_what_goes_before(console, config_path)


def _forgotten(server: str) -> Message:
    from importer.config import keychain

    if keychain.forget(server):
        return Message("The keychain no longer has credentials for {server}.", server=server)
    return Message("The keychain has no credentials for {server}.", server=server)


def _asked(console: Console, server: str) -> "Credentials":
    """What somebody types, without an echo. Raises ``ConfigError``."""
    from importer.config.keychain import Credentials

    if not console.has_somebody:
        hint = Message("run it at a terminal, or {others}", others=OTHERS)
        raise ConfigError(Message("there is no terminal to ask at for the credentials"), hint)
    console.say(Message("Credentials for {server} (console: Project settings, API management)", server=server))
    questions = Message("API key: "), Message("API secret: ")
    entered = Credentials(*((console.enter(question) or "").strip() for question in questions))
    if not all(entered):
        raise ConfigError("the key or the secret is missing", "enter both, as the console shows them")
    return entered


def _test(settings: "Config", entered: "Credentials", console: Console) -> None:
    """Raises ``ImporterError`` unless the server takes the credentials."""
    from importer.config.settings import hidden
    from importer.library.verbs import try_credentials
    from importer.pipeline.terms import Terms

    secrets = {name: hidden(text) for name, text in entered._asdict().items()}
    here = {"sandbox": False, "max_attempts": 1}  # the server itself, and now
    with Interrupt(lambda: None) as interrupt:
        try_credentials(Terms(settings.model_copy(update=here | secrets), console, interrupt))


def _tell_what_goes_before(console: Console, config_path: Path | None) -> None:
    """What is kept counts for nothing where something else gives credentials."""
    from importer.config.loading import in_force
    from importer.config.sources import CREDENTIALS

    origins = [origin for key, (_, origin) in in_force(config_path).items() if key in CREDENTIALS]
    if origins:
        console.warn(Message("{origins} goes before the keychain", origins=with_and([*dict.fromkeys(origins)])))
