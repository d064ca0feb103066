"""List the runs of a ledger, and find one by what somebody calls it."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from importer import workspace
from importer.errors import ConfigError
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.message import Message
from importer.models import Status
from importer.text_table import printable

PLACES: Final = {"latest": 0, "previous": 1}
"""What the newest runs are called beside their names, the newest being 0."""

_SHOWN_NAMES: Final = 3


class Listed(NamedTuple):
    """A run in the list: its record, how many rows have each status, and whether it works at this moment."""

    run: Run
    counts: dict[Status, int]
    working: bool = False


def list_runs(output_dir: Path) -> list[Listed]:
    """Return every run of the ledger, the newest first. Raises ``ConfigError``, ``LedgerError``."""
    path = workspace.existing_ledger(output_dir)
    with Ledger(path) as ledger:
        entered = ledger.runs()
        # Whoever holds the lock works on the newest run: what others left undone was done when it began. Nobody is
        # asked while every run has ended, for asking takes the lock for a moment.
        working = bool(entered) and entered[0][1].finished_at is None and workspace.is_locked(path)
        return [Listed(run, ledger.counts(seq), working and not place) for place, (seq, run) in enumerate(entered)]


def find(name: str | None, entered: Sequence[tuple[int, Run]], ledger: Path) -> tuple[int, Run]:
    """Return the run of this name, with its sequence number; ``None`` is the newest.

    A name is a run's whole name, one of ``PLACES``, or a beginning that no other run's name has. ``entered`` has the
    newest first. Raises ``ConfigError`` with the nearest names as advice.
    """
    if not entered:
        raise ConfigError("no runs in {ledger}", "import a file first", ledger=ledger)
    whole = {run.id: (seq, run) for seq, run in entered}
    if name is None or name in whole:
        return entered[0] if name is None else whole[name]
    if PLACES.get(name, len(entered)) < len(entered):
        return entered[PLACES[name]]
    begun = [run.id for _, run in entered if name and run.id.startswith(name)]
    if len(begun) == 1:
        return whole[begun[0]]
    if begun:
        raise ConfigError(
            '"{name}" is the beginning of {number:,} runs in {ledger}',
            _advice(begun),
            name=printable(name),
            number=len(begun),
            ledger=ledger,
        )
    # Names end in date and time, which nobody types: what was typed is held against as much of each name, too.
    beginnings = {run.id[: len(name)]: run.id for _, run in reversed(entered)}
    near = difflib.get_close_matches(name, whole) or [
        beginnings[beginning] for beginning in difflib.get_close_matches(name, beginnings)
    ]
    raise ConfigError('no run "{name}" in {ledger}', _advice(near), name=printable(name), ledger=ledger)


def _advice(names: Sequence[str]) -> Message:
    shown = [f'"{printable(name)}"' for name in names[:_SHOWN_NAMES]]
    if not shown:
        return Message("import-contacts runs shows their names")
    near: object = shown.pop()
    for name in reversed(shown):
        near = Message("{name} or {others}", name=name, others=near)
    return Message("did you mean {near}? import-contacts runs shows their names", near=near)
