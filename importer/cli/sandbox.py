"""The command that serves the LiveDesk look-alike until Ctrl-C."""

import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from importer.cli.streams import console_of, failures
from importer.console import Console
from importer.message import Message
from importer.sandbox.faults import OPTIONS as FAULT_OPTIONS
from importer.signals import Interrupt

if TYPE_CHECKING:
    from importer.sandbox.server import Sandbox, SandboxSettings


def _fault_options(command: click.Command) -> click.Command:
    """Add an option for every fault in the sandbox's own table."""
    for option in FAULT_OPTIONS:
        text, choices = str(option.help), option.kind.choices
        command.params.append(
            click.Option(
                [f"--{option.name.replace('_', '-')}"],
                type=click.Choice(choices) if choices else option.kind.parse,
                default=option.default,
                envvar=option.env,
                show_default=option.default is not None,
                show_envvar=True,
                help=f"{text[:1].upper()}{text[1:]}.",
            )
        )
    return command


@_fault_options
@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8407, show_default=True, help="Port; 0 is any free one.")
@click.option(
    "--inboxes",
    default="407",
    show_default=True,
    help="Inbox ids, each with its kind behind a colon: api, web, email, sms or whatsapp; such as 407,408:email.",
)
@click.option("--api-key", default="sandbox", show_default=True, help="The key that it accepts; no secret.")
@click.option("--api-secret", default="sandbox", show_default=True, help="The secret that it accepts; no secret.")
def sandbox(port: int, inboxes: str, api_key: str, api_secret: str, **faults: Any) -> None:
    """Serve a LiveDesk look-alike on 127.0.0.1 until Ctrl-C, for rehearsals and tests. It keeps nothing.

    \b
    Examples:
      import-contacts sandbox
      import-contacts sandbox --port 0 --latency-ms 80 --rate-per-second 20
      import-contacts sandbox --drop-after 0.1 --error-before 0.1 --seed 1
    """
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
                f"export LIVEDESK_BASE_URL={base_url} LIVEDESK_API_KEY={shlex.quote(settings.api_key)} "
                f"LIVEDESK_API_SECRET={shlex.quote(settings.api_secret)}"
            )
            values: dict[str, object] = {"inboxes": [*settings.inboxes], "seed": served.seed}
            console.say(Message("The sandbox serves inbox {inboxes} (seed {seed}); Ctrl-C ends it.", **values))
            await ended.wait()
