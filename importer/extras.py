"""What to do where a library is missing that few users need: install an extra of this program, or a package."""

import os
from typing import Final

from importer.message import Message
from importer.shell import command_line

_PROGRAM: Final = "import-contacts"


def install_extra(extra: str, or_else: Message | None = None, system: str = os.name) -> Message:
    """Return what to do where an extra of this program is missing: the command to paste, ``or_else`` another thing.

    ``pip`` adds to the program that is there, whatever it was installed from, what the extra needs.
    """
    return install(f"{_PROGRAM}[{extra}]", or_else, system)


def install(requirement: str, or_else: Message | None = None, system: str = os.name) -> Message:
    """Return what to do where a package is missing that no extra brings: the command to paste, or another thing."""
    command = command_line(["pip", "install", requirement], system)
    if or_else is None:
        return Message("run {command}", command=command)
    return Message("run {command}, or {others}", command=command, others=or_else)
