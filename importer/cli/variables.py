"""Which variables the commands read, and which of ours in the environment nobody reads: a typing error most likely."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import click

from importer.config import environment
from importer.config.sources import SECRETS
from importer.config.variables import PREFIX, SETTINGS_ALONE, TYPED_ALONE, names_of, plain_name
from importer.message import Message


def unread(program: click.Group, names: Iterable[str]) -> list[tuple[Message, Message | None]]:
    """Return a warning, with the remedy, for each variable that begins as ours do and that no command reads."""
    known = _known(program)
    read = {name for names_of_option in known.values() for name in names_of_option}
    return [_told(name, known) for name in names if name.startswith(PREFIX) and name not in read]


def unread_now() -> list[tuple[Message, Message | None]]:
    """Return the same of the environment of the command that runs."""
    context = click.get_current_context(silent=True)
    program = context.find_root().command if context else None
    if not isinstance(program, click.Group):
        return []
    return unread(program, environment.names())


def _known(program: click.Group) -> dict[str, tuple[str, ...]]:
    """``{name without a rule of its own: variables}`` of every option of every command, and of what has no option."""
    options = [option for command in (program, *program.commands.values()) for option in command.params if option.opts]
    found = {plain_name(option.opts[0]): getattr(option, "variables", ()) for option in options}
    by_file = {secret.by_file: (secret.by_file,) for secret in SECRETS.values()}
    return {**found, **by_file, **{plain_name(option): names_of(option) for option in SETTINGS_ALONE}}


def _told(name: str, known: Mapping[str, tuple[str, ...]]) -> tuple[Message, Message | None]:
    alone = next((option for option in TYPED_ALONE if plain_name(option) == name), None)
    if alone:
        why = Message("{variable} counts for nothing: {option} has no variable", variable=name, option=alone)
        return why, None
    near = get_close_matches(name.removeprefix(PREFIX), [one.removeprefix(PREFIX) for one in known], 1)
    variables = known[PREFIX + near[0]] if near else ()
    hint = Message("did you mean {near}?", near=variables[0]) if variables else None
    return Message("{variable} counts for nothing: there is no such variable", variable=name), hint
