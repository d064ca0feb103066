"""Doors: files of mode 0600, each with a secret of one use, by which a browser comes in.

The browser opens the file, which posts its secret to the server: an address with a secret would stand in the list of
processes, where every user of the machine reads it. A file is named by its secret's digest, so the server finds the
door of a secret that another process of the same user made. A file is a door if it is of this user alone, in a folder
that nobody else can write to, and shows the secret itself: another file of ours under such a name is none.
"""

import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.files import moves, own_folders
from importer.message import Language, Message
from importer.web.access import digest

VALID_S: Final = 600.0
"""How long a door opens."""

OPEN: Final = "/open"
"""Where a secret is shown: in a form, or behind it in an address that somebody types."""

_NAME: Final = re.compile(r"[0-9a-f]{64}\.html")
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_MOST_OF_A_DOOR: Final = 4096

_PAGE: Final = """<!doctype html>
<html lang="{tag}"><head><meta charset="utf-8"><title>import-contacts</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; base-uri 'none'">
</head><body><form method="post" action="{action}"><input type="hidden" {shown}>
<button>{words}</button></form><script>document.forms[0].submit()</script></body></html>
"""


class Door(NamedTuple):
    """A file to open, and an address that does the same, which nobody else may see."""

    path: Path
    address: str


class Doors:
    """Owns a folder of doors, for its owner alone. ``clock`` gives the time as files have it."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def make(self, port: int, language: Language) -> Door:
        """Make a door to the server on this port.

        Raises ``ConfigError`` if the folder is a link or another user's, ``OutputError``.
        """
        own_folders.make(self._folder)
        self.sweep()
        secret = secrets.token_urlsafe(32)
        path = self._folder / _name(secret)
        values = {
            "tag": language.tag,
            "action": f"http://127.0.0.1:{port}{OPEN}",
            "shown": _shown(secret),
            "words": escape(language.tell(Message("Open import-contacts"))),
        }
        with own_folders.held(self._folder), moves.whole_file(path) as file:
            file.write(_PAGE.format_map(values).encode())
        return Door(path, f"{values['action']}/{secret}")

    def take(self, secret: str) -> bool:
        """Whether a secret opens, which it does once: its file is gone afterwards."""
        try:
            with own_folders.held(self._folder) as held:
                place = held.place(_name(secret))
                if not self._is_door(place, held.descriptor, secret):
                    return False
                os.unlink(place, dir_fd=held.descriptor)  # of two that come at once, one finds it
        except (OSError, ConfigError):
            return False
        return True

    def sweep(self) -> None:
        """Remove doors that open no more."""
        self._remove(lambda found: not self._is_sound(found))

    def close(self) -> None:
        """Remove every door."""
        self._remove(lambda _: True)

    def _remove(self, wanted: Callable[[os.stat_result], bool]) -> None:
        with suppress(OSError, ConfigError), own_folders.held(self._folder) as held:
            for name in os.listdir(held.place(".") if held.descriptor is None else held.descriptor):  # noqa: PTH208
                with suppress(OSError):
                    if _NAME.fullmatch(name) and wanted(_stat(held.place(name), held.descriptor)):
                        os.unlink(held.place(name), dir_fd=held.descriptor)

    def _is_door(self, place: str | Path, above: int | None, secret: str) -> bool:
        """Whether a file is what ``make`` wrote for this secret; a link is followed nowhere."""
        if not self._is_sound(_stat(place, above)):
            return False
        with os.fdopen(os.open(place, os.O_RDONLY | _NO_LINK, dir_fd=above), "rb") as file:
            sound = self._is_sound(os.fstat(file.fileno()))
            return sound and _shown(secret).encode() in file.read(_MOST_OF_A_DOOR)

    def _is_sound(self, found: os.stat_result) -> bool:
        """A file of this user by one name, which nobody else could have written, and not too old."""
        if not stat.S_ISREG(found.st_mode) or not -VALID_S < self._clock() - found.st_mtime < VALID_S:
            return False
        if os.name != "posix":
            return True
        mode = stat.S_IMODE(found.st_mode)
        return found.st_uid == os.geteuid() and found.st_nlink == 1 and mode == moves.OWNERS_ALONE


def _name(secret: str) -> str:
    return f"{digest(secret)}.html"


def _shown(secret: str) -> str:
    """How a door shows its secret."""
    return f'name="secret" value="{secret}"'


def _stat(place: str | Path, above: int | None) -> os.stat_result:
    return os.stat(place, dir_fd=above, follow_symlinks=False)
