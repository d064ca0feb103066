"""The manual page, ``docs/import-contacts.1``, made from the program's own help in roff (``man 7 man``).

Distributions install it from the wheel's or the source's file; ``python docs/refresh.py`` writes it anew.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

import click

from importer import __version__
from importer.cli.help import Page
from importer.cli.main import cli
from importer.cli.options import EXIT_CODES
from tests.support.pages import ROOT
from tests.support.reference import OptionRow, options_apart

PAGE: Final = ROOT / "docs" / "import-contacts.1"

FILES: Final = {
    "./config.yaml": "The configuration file, where it exists; import-contacts config --example prints one.",
    "./import-results/": "A folder for each run, with its result files, and the ledger: what every row became, to"
    " continue, to undo, and to import nobody twice.",
}


def roff(text: str) -> str:
    """A text as roff's own: no sign of it is a command, and a hyphen is the one that can be pasted."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("~", r"\(ti")
    escaped = escaped.replace("^", r"\(ha").replace("`", r"\(ga").replace('"', r"\(dq")
    return re.sub(r"^(?=\.)", r"\\&", escaped, flags=re.MULTILINE)


def manual_page() -> str:
    """All of it: the import and its options first, then every other command."""
    program, run = page_of(cli), cli.commands["run"]
    about = str(program.about).rstrip(".")
    lines = [
        f'.TH IMPORT\\-CONTACTS 1 "" "import\\-contacts {roff(__version__)}" "User Commands"',
        *(".nh", ".ad l"),  # no name is broken, and no line drawn out
        *(".SH NAME", rf"import\-contacts \- {roff(about[0].lower() + about[1:])}"),
        ".SH SYNOPSIS",
        *chain.from_iterable(_usage(name, cli.commands[name]) for name in ("run", *_others())),
        ".SH DESCRIPTION",
        *_paragraphs(*program.more, page_of(run).about, *page_of(run).more),
        ".SH OPTIONS OF AN IMPORT",
        *_options(run),
        ".SH COMMANDS",
        *chain.from_iterable(_command(name) for name in _others()),
        ".SH ENVIRONMENT",
        *_paragraphs(
            "The variable of each option is named with it. An option goes before its variable, a variable before the"
            " configuration file, the file before the default."
        ),
        ".SH FILES",
        *_terms(FILES),
        ".SH EXIT STATUS",
        *_terms({code: str(text) for code, text in EXIT_CODES.items()}),
        ".SH EXAMPLES",
        *_examples(page_of(run)),
    ]
    return "\n".join(lines) + "\n"


def page_of(command: click.Command) -> Page:
    """What its help says."""
    page = getattr(command, "page", None)
    assert isinstance(page, Page)
    return page


def _others() -> list[str]:
    return sorted(name for name in cli.commands if name != "run")


def _usage(name: str, command: click.Command) -> Iterator[str]:
    pieces = command.collect_usage_pieces(click.Context(command))
    yield rf".B import\-contacts {roff('' if name == 'run' else name)}".rstrip()
    yield roff(" ".join(pieces))
    yield ".br"


def _command(name: str) -> Iterator[str]:
    command = cli.commands[name]
    page = page_of(command)
    yield f".SS {roff(name)}"
    yield from _paragraphs(page.about, *page.more)
    yield from _options(command)
    if page.examples:
        yield from _examples(page)


def _options(command: click.Command) -> Iterator[str]:
    apart = options_apart(command)
    if apart.is_import:
        but = f", except {', '.join(apart.left_out)}" if apart.left_out else ""
        yield from _paragraphs(f"It takes the options of an import{but}.")
    group = ""
    for row in apart.own.values():
        if row.group != group and row.group:
            group = row.group
            yield from (".PP", f".I {roff(group)}")
        yield from (".TP", rf".B {roff(row.spelled)}", roff(_meaning(row)))


def _meaning(row: OptionRow) -> str:
    """In sentences, where the reference has marks: "Variable: NAME. Default: 5."."""
    text = re.sub(r" `env: (\w+)`", r" Variable: \1.", row.meaning)
    text = re.sub(r" `([^`]+)`", r" (\1)", text)
    return text if row.default in ("off", "–") else f"{text} Default: {row.default}."


def _paragraphs(*texts: object) -> Iterator[str]:
    return chain.from_iterable((".PP", roff(str(text))) for text in texts)


def _terms(terms: dict[str, str]) -> Iterator[str]:
    return chain.from_iterable((".TP", f".B {roff(term)}", roff(text)) for term, text in terms.items())


def _examples(page: Page) -> Iterator[str]:
    yield from (".PP", ".RS", ".nf", *map(roff, page.examples), ".fi", ".RE")
