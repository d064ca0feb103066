"""What a shell completes beside options and files: runs, fields, saved mappings.

A ledger that is missing, in use or damaged completes nothing, and nothing is said: the user is still typing. What takes
long to load is not loaded.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ZshComplete, add_completion_class

from importer.cli.options import results_folder
from importer.errors import ConfigError

Items: TypeAlias = list[CompletionItem[str]]
Completer: TypeAlias = Callable[[click.Context, click.Parameter, str], Items]

_MOST_RUNS: Final = 200
_OPEN: Final = "open"
"""The type of an item behind which more is to be typed, so that no blank follows."""


def _output_dir(context: click.Context) -> Path:
    """The folder of the ledger, as the command will find it. Raises ``ConfigError``."""
    given = context.params.get("output_dir")
    return results_folder(Path(given) if given else None, context.params.get("config_path"))


def runs_of(*modes: str) -> Completer:
    """Completes the names of runs, of these modes if there are any: the newest first, then ``latest`` and so on."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
        from importer.files.workspace import ledger_of
        from importer.ledger.names import PLACES, run_names

        try:
            ledger = ledger_of(_output_dir(context))
        except ConfigError:  # the command will say so
            return []
        runs = [run for run in run_names(ledger, _MOST_RUNS) if not modes or run.mode in modes]
        found = [CompletionItem(run.name, help=run.file) for run in runs if run.name.isprintable()]
        imports = sum(run.mode == "import" for run in runs)
        places = [CompletionItem(place) for place, newer in PLACES.items() if newer < imports]
        return [item for item in (*found, *places) if item.value.startswith(incomplete)]

    return complete


def fields(_: click.Context, _parameter: click.Parameter, incomplete: str) -> Items:
    """Completes the name of a field."""
    return _fields(incomplete)


def field_of_title(_: click.Context, _parameter: click.Parameter, incomplete: str) -> Items:
    """Completes the field in ``TITLE=FIELD``; the titles are in a file that is not opened."""
    title, equals, begun = incomplete.rpartition("=")
    return _fields(begun, f"{title}=") if equals else []


def field_to_set(_: click.Context, _parameter: click.Parameter, incomplete: str) -> Items:
    """Completes the field in ``FIELD=VALUE``."""
    return [] if "=" in incomplete else _fields(incomplete, after="=")


def _fields(begun: str, before: str = "", after: str = "") -> Items:
    from importer.models import ATTRIBUTE_PREFIXES

    whole = [CompletionItem(f"{before}{name}{after}", _OPEN if after else "plain") for name in _named(begun)]
    groups = [
        CompletionItem(f"{before}{prefix}", _OPEN)
        for prefix in ATTRIBUTE_PREFIXES
        if prefix.startswith(begun) and prefix != begun
    ]
    return [*whole, *groups]


def _named(begun: str) -> Iterator[str]:
    from importer.livedesk.contact import CREATE_FIELDS
    from importer.models import NAME_PARTS

    return (name for name in (*CREATE_FIELDS, *NAME_PARTS) if name.startswith(begun))


def mappings(context: click.Context, _: click.Parameter, incomplete: str) -> Items:
    """Completes the name of a saved mapping; a path is left to the shell."""
    from importer.config import saved_mapping

    try:
        known = saved_mapping.known(_output_dir(context))
    except (OSError, ConfigError):
        known = {}
    found = [CompletionItem(name) for name in known if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, "file")]


# -- what shells make of it ------------------------------------------------------------------------------------------


class _Bash(BashComplete):
    """Bash takes ``=`` for a word of its own, quotes nothing itself, and puts a blank behind each word."""

    source_template = BashComplete.source_template.replace("read type", "read -r type").replace(
        "elif [[ $type == 'plain' ]]; then",
        f"elif [[ $type == '{_OPEN}' ]]; then\n            COMPREPLY+=($value)\n            compopt -o nospace\n"
        "        elif [[ $type == 'plain' ]]; then",
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._typed = ""
        """What stands before the word that Bash replaces, of the word that is completed."""
        self._is_quoted = False

    def get_completion_args(self) -> tuple[list[str], str]:
        words, place = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
        if len(words) <= place:  # a shell that divides them by blanks
            return super().get_completion_args()
        whole, before = _joined(words[: place + 1])
        self._typed = re.sub("^--[a-z-]+=", "", _unquoted(before))
        *others, last = map(_unquoted, whole)
        self._is_quoted = whole[-1][:1] in ("'", '"')
        return others[1:], last

    def format_completion(self, item: CompletionItem[Any]) -> str:
        value = item.value.removeprefix(self._typed)
        if item.type in ("plain", _OPEN) and not self._is_quoted:
            value = re.sub(r"([^\w@%+=:,./*-])", r"\\\1", value)
        return f"{item.type},{value}"


def _joined(words: Sequence[str]) -> tuple[list[str], str]:
    """Words as they were typed, where those around a ``=`` are one, and what stands before the last piece."""
    whole, before = [""], ""
    joins = True
    for word in words:
        if joins or word == "=":
            before = whole[-1] if word != "=" else f"{whole[-1]}="
            whole[-1] += word
        else:
            before = ""
            whole.append(word)
        joins = word == "="
    return whole, before


def _unquoted(word: str) -> str:
    """A word as the program would get it, also one whose quotation mark is still open."""
    for end in ("", '"', "'", "\\"):
        try:
            return "".join(shlex.split(word + end))
        except ValueError:
            continue
    return word


class _Zsh(ZshComplete):
    source_template = ZshComplete.source_template.replace(
        'elif [[ "$type" == "dir" ]]; then',
        f'elif [[ "$type" == "{_OPEN}" ]]; then\n            compadd -U -S "" -- "$key"\n'
        '        elif [[ "$type" == "dir" ]]; then',
    )


class _Fish(FishComplete):
    """Fish puts no blank behind ``=`` and ``.``."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')

    def format_completion(self, item: CompletionItem[Any]) -> str:
        if item.type == _OPEN:
            item = CompletionItem(item.value, help=item.help)
        return super().format_completion(item)


def register() -> None:
    """Have click write these scripts and answers."""
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)
