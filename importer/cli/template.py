"""The command that writes an empty workbook to fill in."""

import shlex
from pathlib import Path

import click

from importer.cli.streams import console_of, failures


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def template(path: Path) -> None:
    """Write an empty workbook (.xlsx) with the right titles and text-formatted phone and id columns.

    \b
    Example:
      import-contacts template contacts.xlsx
    """
    console = console_of()
    with failures(console):
        from importer.reporter.template import write_template

        write_template(path)
        console.result(f"{path} is ready; fill it in, then: import-contacts {shlex.quote(str(path))} --inbox ID")
