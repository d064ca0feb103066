"""Colours where a terminal wants them, said as what a text is (good, odd, bad) and not as a colour.

Whether there are any is decided as by Python since 3.13: NO_COLOR (https://no-color.org), FORCE_COLOR
and CLICOLOR_FORCE (https://force-color.org), TERM=dumb, and whether the stream is a terminal.
"""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TextIO


class Style(StrEnum):
    """What a text is."""

    GOOD = "32"  # green, as ECMA-48 numbers it
    ODD = "33"  # yellow
    BAD = "31"  # red


def wants_colours(stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether text for this stream may have colours; where it is a Windows console, make it understand them."""
    if stream is None or environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return environment.get("TERM") != "dumb" and stream.isatty() and _understood()


def painted(text: str, style: Style) -> str:
    """The text in the style's colour, each line by itself."""
    return "\n".join(f"\033[{style}m{line}\033[0m" if line else line for line in text.split("\n"))


def styled_lines(text: str, styles: Mapping[int, Style]) -> str:
    """The text with some of its lines, by their numbers from 0, in the colours of their styles."""
    lines = text.split("\n")
    return "\n".join(painted(line, styles[at]) if at in styles else line for at, line in enumerate(lines))


def _understood() -> bool:
    """A console of Windows wants to be asked first; click brings colorama there, which does."""
    if os.name != "nt":
        return True
    try:
        from colorama import just_fix_windows_console
    except ImportError:
        return False
    just_fix_windows_console()
    return True


UNSTYLED: Final[Mapping[int, Style]] = {}
