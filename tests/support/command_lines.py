"""What stands on a command line of a recipe, held against the options that there are."""

import shlex

import click

from importer.cli.main import cli

RUN = cli.commands["run"]
OPTIONS = {name: option for option in RUN.params if isinstance(option, click.Option) for name in option.opts}


def unknown_options(command: str) -> list[str]:
    """The options of a command line that the program does not have; the rest of it must be complete."""
    program, *arguments = shlex.split(command)
    assert program == "import-contacts"
    unknown = [word for word in arguments if word.startswith("--") and word.partition("=")[0] not in OPTIONS]
    if not unknown:
        RUN.make_context("import-contacts", arguments)
    return unknown
