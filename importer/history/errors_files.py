"""Recognize an errors file that comes back, and find the column mapping of the run that wrote it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from importer.errors import ConfigError
from importer.history.runs import list_runs
from importer.message import Message
from importer.reporter.files import LAST_FILE
from importer.reporter.result_files import error_titles
from importer.titles import told_apart


class Before(NamedTuple):
    """A run's name, its ``{title: field}``, and why the file seems to come from it."""

    run: str
    mapping: Mapping[str, str]
    why: Message


def mapping_beside(path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the run in whose folder the file lies, even of a rehearsal, which no ledger knows.

    ``None`` if there is no such run, or if the file lacks a title of its mapping.
    """
    try:
        summary: Any = json.loads((path.parent / LAST_FILE).read_text(encoding="utf-8"))
        run, mapping = str(summary["run"]), {str(title): str(field) for title, field in summary["mapping"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # no such file, or not ours
        return None
    why = Message("in whose folder this file lies")
    return Before(run, mapping, why) if mapping.keys() <= {*told_apart(titles)} else None


def mapping_by_titles(output_dir: Path, path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the newest run whose errors file has these titles, preferring one that the name fits."""
    try:
        runs = [run for run, *_ in list_runs(output_dir) if error_titles(run.titles) == [*titles]]
    except ConfigError:  # no ledger, or one that the import itself will report
        return None
    if not runs:
        return None
    # report.html names its corrected file ``kunden-corrected.csv``.
    named = [run for run in runs if path.stem.startswith(f"{PurePath(run.file).stem}-corrected")]
    run = (named or runs)[0]
    return Before(run.id, run.mapping, Message("whose errors file has the same titles"))
