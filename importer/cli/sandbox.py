"""The command that serves the LiveDesk look-alike until Ctrl-C."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.help import PROGRAM, Command, Option, Page
from importer.cli.options import LANG, LOG_FORMAT, Decorator, in_group, option, with_options
from importer.cli.reader import reader
from importer.cli.streams import console_of, failures
from importer.message import Message
from importer.sandbox.faults import OPTIONS as FAULT_OPTIONS
from importer.sandbox.faults import Option as Fault
from importer.shell import settings_line
from importer.signals import Interrupt
from importer.terminal.console import Console

if TYPE_CHECKING:
    from importer.sandbox.server import Sandbox, SandboxSettings


class _FaultOption(Option):
    def words(self, about: str) -> str:
        """A sentence: the sandbox's own table has the texts as hints of errors."""
        return reader().tell(Message("{sentence}.", sentence=about[:1].upper() + about[1:]))


def _fault_option(fault: Fault) -> Decorator:
    choices, parse = fault.kind.choices, fault.kind.parse
    return click.option(
        f"--{fault.name.replace('_', '-')}",
        cls=_FaultOption,
        about=fault.help,
        group=_FAULTS,
        type=click.Choice(choices) if choices else parse,
        metavar=None if choices else _TEXT if parse is str else "N",
        default=fault.default,
        envvar=fault.env,
        show_default=fault.default is not None,
    )


_TEXT: Final = Message("TEXT")
_FAULTS: Final = Message("How it misbehaves")
_OF_THE_SANDBOX: Final = in_group(
    Message("What it serves"),
    option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8407,
        show_default=True,
        metavar="N",
        about=Message("Port; 0 is any free one."),
    ),
    option(
        "--inboxes",
        default="407",
        show_default=True,
        metavar=_TEXT,
        about=Message(
            "Inbox ids, each with its kind behind a colon: api, web, email, sms or whatsapp; such as 407,408:email."
        ),
    ),
    option(
        "--api-key",
        envvar="SANDBOX_API_KEY",  # not that of an account: the sandbox shows it
        default="sandbox",
        show_default=True,
        metavar=_TEXT,
        about=Message("The key that it accepts; no secret."),
    ),
    option(
        "--api-secret",
        envvar="SANDBOX_API_SECRET",
        default="sandbox",
        show_default=True,
        metavar=_TEXT,
        about=Message("The secret that it accepts; no secret."),
    ),
)
PAGE: Final = Page(
    Message("Serve a LiveDesk look-alike on 127.0.0.1 until Ctrl-C, for rehearsals and tests. It keeps nothing."),
    (),
    (
        "import-contacts sandbox",
        "import-contacts sandbox --port 0 --latency-ms 80 --rate-per-second 20",
        "import-contacts sandbox --drop-after 0.1 --error-before 0.1 --seed 1",
    ),
)


@click.command(cls=Command, page=PAGE)
@with_options(*_OF_THE_SANDBOX)
@with_options(*map(_fault_option, FAULT_OPTIONS))
@with_options(*in_group(PROGRAM, LANG, LOG_FORMAT))
def sandbox(port: int, inboxes: str, api_key: str, api_secret: str, **faults: Any) -> None:
    """Serve the look-alike."""
    console = console_of()
    with failures(console):
        import asyncio  # here, so that --help starts faster

        from importer.sandbox.server import Faults, Sandbox, SandboxSettings, parse_inboxes

        settings = SandboxSettings(api_key, api_secret, parse_inboxes(inboxes), Faults(**faults))
        asyncio.run(_serve(Sandbox(settings), settings, port, console))


async def _serve(served: "Sandbox", settings: "SandboxSettings", port: int, console: Console) -> None:
    """Print the line to paste, then serve until a signal."""
    import asyncio

    from importer.sandbox.server import serve

    ended = asyncio.Event()
    with Interrupt(lambda: None) as interrupt:
        interrupt.wakes(partial(asyncio.get_running_loop().call_soon_threadsafe, ended.set))
        async with serve(served, port=port) as base_url:
            console.result(
                settings_line(
                    {
                        "LIVEDESK_BASE_URL": base_url,
                        "LIVEDESK_API_KEY": settings.api_key,
                        "LIVEDESK_API_SECRET": settings.api_secret,
                    }
                )
            )
            values: dict[str, object] = {"inboxes": [*settings.inboxes], "seed": served.seed}
            console.say(Message("The sandbox serves inbox {inboxes} (seed {seed}); Ctrl-C ends it.", **values))
            await ended.wait()
