"""The command that serves the screen: the program in a browser on this machine."""

from functools import partial
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
    OUTPUT_DIR,
    in_group,
    option,
    results_folder,
    with_options,
    with_value,
)
from importer.cli.runs import open_page
from importer.cli.streams import console_of, failures, warn_of_secrets
from importer.config import yaml_file
from importer.errors import ConfigError
from importer.message import Message
from importer.signals import Interrupt
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.web.doors import Door

PAGE: Final = Page(
    Message("Import in the browser, on this machine: drop a file, look at it, correct it, import it, look back."),
    (
        Message(
            "The page is served to this machine and this user alone, and nothing is sent anywhere but to LiveDesk. "
            "Ctrl-C ends it, or the button on the page, after the requests in flight were settled."
        ),
    ),
    ("import-contacts ui", "import-contacts ui --lang zh", "import-contacts ui --no-open --port 8410"),
)

_MIB: Final = 1 << 20


@click.command(cls=Command, page=PAGE)
@with_options(
    *in_group(
        PROGRAM,
        with_value(
            "--port",
            "N",
            Message("Port on 127.0.0.1; 0 is any free one, which no other program has prepared."),
            int,
            default=0,
            otherwise="0",
        ),
        option("--no-open", is_flag=True, about=Message("Open no browser: print what to open.")),
        with_value(
            *("--max-upload", "N", Message("Largest file that the page takes, in MiB.")),
            *(click.IntRange(1),),
            default=1024,
            otherwise="1024",
        ),
        *(OUTPUT_DIR, BASE_URL, CONFIG, ENV_FILE, LANG, LOG_FORMAT),
    )
)
def ui(
    port: int, no_open: bool, max_upload: int, output_dir: Path | None, base_url: str | None, config_path: Path | None
) -> None:
    """Serve the screen."""
    console = console_of()
    with failures(console):
        import asyncio  # here, so that --help starts faster

        from importer.web import instance
        from importer.web.doors import Doors
        from importer.web.screen import Screen
        from importer.web.server import serve
        from importer.web.uploads import Bounds

        _warn_of_settings(console, config_path)
        results = results_folder(output_dir, config_path).absolute()
        folder = instance.folder_of(results)
        doors, ready = Doors(folder / instance.DOORS), partial(_show, console, no_open, more=Message("Ctrl-C ends it."))
        given = {"base_url": base_url} if base_url else {}
        screen = partial(
            Screen,
            results,
            doors,
            console.language,
            config_path=config_path,
            given=given,
            bounds=Bounds(max_upload * _MIB),
        )
        with instance.only_one(folder) as first:
            if first is not None:
                _show(console, no_open, doors.make(first.port, console.language))
                console.say(Message("import-contacts ui runs already (process {process})", process=first.process))
                return
            with Interrupt(lambda: console.say(ENDING)) as interrupt:
                asyncio.run(serve(screen, port, folder, interrupt, ready))


def _warn_of_settings(console: Console, config_path: Path | None) -> None:
    """What is wrong with the configuration is told here, and on the page where it matters."""
    if yaml_file.chosen(config_path) is None:
        return
    from importer.config.loading import load  # takes a quarter of a second

    try:
        load({}, config_path)
        warn_of_secrets(console, config_path)
    except ConfigError as error:
        console.warn(error.message, error.hint)


ENDING: Final = Message("Ending: the requests in flight are settled first. Once more to end at once.")


def _show(console: Console, no_open: bool, door: "Door", more: Message | None = None) -> None:
    """Open a door, or say how; an address that opens it stands on the terminal alone, never in a log."""
    if no_open:
        console.result(Message("Open this file in your browser: {path}", path=door.path))
    elif not open_page(door.path):
        console.warn(Message("no browser could be opened"), Message("open {path} in one", path=door.path))
    if console.err is not None and console.err.isatty():
        console.say(Message("Or open this address, once: {address}", address=door.address))
    if more:
        console.say(more)
