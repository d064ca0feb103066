"""Find out how the run that wrote an errors file mapped its columns, when that file comes back."""

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
    """The name of a run, its ``{title: field}``, and why the file seems to be from that run."""

    run: str
    mapping: Mapping[str, str]
    why: Message


def mapping_beside(path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the run in whose folder the file lies, even of a rehearsal, which no ledger knows.

    ``None`` if the file lies elsewhere, or has titles that the run did not have.
    """
    try:
        summary: Any = json.loads((path.parent / LAST_FILE).read_text(encoding="utf-8"))
        run, mapping = str(summary["run"]), {str(title): str(field) for title, field in summary["mapping"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none, or somebody else's
        return None
    why = Message("in whose folder this file lies")
    return Before(run, mapping, why) if mapping.keys() <= {*told_apart(titles)} else None


def mapping_by_titles(output_dir: Path, path: Path, titles: Sequence[str]) -> Before | None:
    """Return the mapping of the newest run whose errors file has these titles; a run that the name fits goes first."""
    try:
        runs = [run for run, *_ in list_runs(output_dir) if error_titles(run.titles) == [*titles]]
    except ConfigError:  # no ledger, or one that the import itself will complain of
        return None
    if not runs:
        return None
    # The page of a run calls its corrected file ``kunden-corrected.csv``.
    named = (run for run in runs if path.stem.startswith(f"{PurePath(run.file).stem}-corrected"))
    run = next(named, runs[0])
    return Before(run.id, run.mapping, Message("whose errors file has the same titles"))
