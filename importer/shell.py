"""Commands as a user types and pastes them: options with their values, and each word quoted for the system's shell.

On Windows that is cmd or PowerShell, and nobody knows which: a line is written so that both read the same words. Where
no such form exists it is PowerShell's, and says so in a comment of PowerShell's at its beginning. Windows PowerShell 5
drops an empty word whatever its quotes, and a backslash at the end of a quoted word may come doubled: the same folder.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Final, NamedTuple

_BARE: Final = re.compile(r"(?!-.*[.:]|~)[\w./\\:=+*?~!\[\]-]+")
"""What neither cmd nor PowerShell takes for anything else. PowerShell parts ``-a.b``, and expands ``~``."""

_POWERSHELLS: Final = re.compile('[$`“”„"]')
"""What within double quotes means something to PowerShell: typographic quotes are quotes, too (about_Quoting_Rules)."""

_VARIABLE: Final = re.compile("%[^%]+%")
"""A variable of cmd, in quotes or not, also from one word to the next."""

_SINGLE_QUOTES: Final = re.compile("['‘’‚‛]")
_BEFORE_A_QUOTE: Final = re.compile(r'(\\*)("|\Z)')


def command_line(words: Sequence[str], system: str = os.name) -> str:
    """Return the words as one line for POSIX shells and zsh; on Windows (``nt``) for cmd and PowerShell."""
    if system == "posix":
        return " ".join(map(_for_posix, words))
    line = " ".join(map(_for_both, words))
    if not any(map(_POWERSHELLS.search, words)) and not _VARIABLE.search(line):
        return line
    # Up to 7.2 PowerShell passes a quote on without the backslash that it needs; from 7.3 on it adds one.
    version = "Windows PowerShell 5" if any('"' in word for word in words) else "PowerShell"
    return f"<# {version} #> {' '.join(map(_for_powershell, words))}"


def settings_line(variables: Mapping[str, str], system: str = os.name) -> str:
    """Return a line that sets variables of the environment: for POSIX shells, on Windows for PowerShell."""
    if system == "posix":
        return f"export {' '.join(f'{name}={shlex.quote(value)}' for name, value in variables.items())}"
    return "; ".join(f"$env:{name} = {_single_quoted(value)}" for name, value in variables.items())


class Typed(NamedTuple):
    """Words of a command that belong together: an option with its value, if it has one; or one word that is none, whose
    ``option`` is ``""``."""

    option: str
    words: Sequence[str]


def typed_parts(arguments: Sequence[str], flags: Set[str]) -> Iterator[Typed]:
    """The arguments of a command, each option together with its value, whether ``=`` or a blank stands between them.

    ``flags`` are the options without a value. Behind ``--`` nothing is an option.
    """
    rest = iter(arguments)
    for argument in rest:
        name, divider, _ = argument.partition("=")
        if argument == "--":
            yield Typed(argument, [argument])
            yield from (Typed("", [word]) for word in rest)
        elif not is_option(argument):
            yield Typed("", [argument])
        else:
            yield Typed(name, [argument] if divider or name in flags else [argument, *islice(rest, 1)])


def is_option(argument: str) -> bool:
    """Whether a word is an option; ``-`` alone is standard input."""
    return argument.startswith("-") and len(argument) > 1


def swallowed(words: Sequence[str], system: str = os.name) -> str | None:
    """Return the first word that shows what ``"C:\\my exports\\" --inbox 407`` becomes on Windows, if there is one.

    The C runtime takes a backslash before a quote for an escape: the quote, and what follows, is part of the word.
    """
    return next(filter(_SWALLOWED.search, words), None) if system == "nt" else None


_SWALLOWED: Final = re.compile(r'^([A-Za-z]:|\\|\.{1,2}[\\/]).*"|" --?[a-z]')


def _for_posix(word: str) -> str:
    return f"'{word}'" if word.startswith("=") and shlex.quote(word) == word else shlex.quote(word)  # zsh: =command


def _for_both(word: str) -> str:
    """By the rules of Microsoft's C runtime, by which a program there reads its arguments."""
    return word if _BARE.fullmatch(word) else f'"{_escaped(word)}"'


def _for_powershell(word: str) -> str:
    return word if _BARE.fullmatch(word) else _single_quoted(_escaped(word))


def _single_quoted(text: str) -> str:
    return f"'{_SINGLE_QUOTES.sub(lambda quote: quote[0] * 2, text)}'"


def _escaped(word: str) -> str:
    """With backslashes as the C runtime wants them before a quote and at the end of a quoted word."""
    return _BEFORE_A_QUOTE.sub(lambda end: end[1] * 2 + ('\\"' if end[2] else ""), word)
