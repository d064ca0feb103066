"""Commands as a user pastes them: each word quoted for the shell of the system."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

_READ_BY_A_SHELL: Final = re.compile(r"[&|<>^%;,(){}'`@#$]")
"""What cmd or PowerShell takes for itself outside of quotes, beside blanks and quotes."""

_BACKSLASHES: Final = re.compile(r"\\+$")


def command_line(words: Sequence[str]) -> str:
    """Return the words as one line for POSIX shells; on Windows for cmd and PowerShell, in double quotes."""
    return shlex.join(words) if os.name == "posix" else " ".join(map(_quoted, words))


def settings_line(variables: Mapping[str, str]) -> str:
    """Return a line that sets variables of the environment: for POSIX shells, on Windows for PowerShell."""
    if os.name == "posix":
        return f"export {' '.join(f'{name}={shlex.quote(value)}' for name, value in variables.items())}"
    quoted = {name: value.replace("'", "''") for name, value in variables.items()}
    return "; ".join(f"$env:{name} = '{value}'" for name, value in quoted.items())


def _quoted(word: str) -> str:
    """By the rules of Microsoft's C runtime, by which a program there reads its arguments."""
    quoted = subprocess.list2cmdline([word])
    if quoted.startswith('"') or not _READ_BY_A_SHELL.search(word):
        return quoted
    return f'"{_BACKSLASHES.sub(lambda end: end[0] * 2, quoted)}"'
