"""Read the tables that lie beside the modules as text, where somebody adds to them without writing Python.

A line is ``head: entry; entry``, an indented one continues the one above it, and ``#`` begins a remark.
"""

import re
from pathlib import Path


def table_of(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Return the lines of a table, each with its head and its entries."""
    text = re.sub(r"\n +", " ", re.sub(r"(?m)^#.*\n", "", path.read_text(encoding="utf-8")))
    lines = (line.partition(": ") for line in text.splitlines())
    return [(head, tuple(entries.split("; "))) for head, _, entries in lines]
