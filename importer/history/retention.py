"""Keep the newest run folders of a ledger, and remove those before: the files, not what the ledger has of the runs.

A run that needs attention keeps its folder until later runs have settled it, and so does one with a file that somebody
put there or changed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import reason_of
from importer.files.sizes import size_words
from importer.history.run_folders import folder_of, is_ours_alone, remove, seems_ours_alone
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.message import Counted, Message, and_more
from importer.observer import Observer
from importer.reporter.summary import Summary
from importer.texts import printable

_NAMED: Final = 3


class Removable(NamedTuple):
    """The runs whose folders may go, the newest first, and the names of those that somebody has put files into."""

    runs: list[Run]
    foreign: list[str]


def removable(
    ledger: Ledger, output_dir: Path, keep: int, is_ours: Callable[[Run, Path], bool] = is_ours_alone
) -> Removable:
    """Look which run folders beyond the newest ``keep`` may be removed. The caller holds the ledger's lock, or only
    asks. Raises ``LedgerError``."""
    there = [(seq, run) for seq, run in ledger.runs() if folder_of(run, output_dir)]
    found = Removable([], [])
    settled = ledger.looking_back.settled() if there[keep:] else {}
    for seq, run in there[keep:]:
        is_fine = Summary(run, ledger.counts(seq), {}, settled_by=settled.get(run.id, {})).state == "fine"
        if not seems_ours_alone(run, output_dir / run.id) or (is_fine and not is_ours(run, output_dir / run.id)):
            found.foreign.append(run.id)
        elif is_fine:
            found.runs.append(run)
    return found


def keep_newest(
    ledger: Ledger, output_dir: Path, keep: int, observer: Observer, take_away: Callable[[Run, Path], int] = remove
) -> None:
    """Remove what is ``removable``, and say so; what fails is a warning. The caller holds the ledger's lock."""
    found = removable(ledger, output_dir, keep)
    gone, freed = list[str](), 0
    for run in found.runs:
        try:
            freed += take_away(run, output_dir / run.id)
            gone.append(printable(run.id))
        except OSError as error:
            observer.warn(
                Message("{path} cannot be removed: {reason}", path=output_dir / run.id, reason=reason_of(error))
            )
    for told in _words(found, gone, freed, keep):
        observer.say(told)


def _words(found: Removable, gone: list[str], freed: int, keep: int) -> list[Message]:
    told = []
    if gone:
        removed = Counted(
            "--keep-runs {keep}: {number:,} older run folder removed ({size}): {runs}",
            "--keep-runs {keep}: {number:,} older run folders removed ({size}): {runs}",
            len(gone),
            keep=keep,
            size=size_words(freed),
            runs=and_more(gone, _NAMED),
        )
        told.append(Message("{removed}; import-contacts report RUN writes one again", removed=removed))
    if found.foreign and gone:
        told.append(
            Counted(
                "{number:,} older run folder stays, with files that somebody put there or changed: {runs}",
                "{number:,} older run folders stay, with files that somebody put there or changed: {runs}",
                len(found.foreign),
                runs=and_more([*map(printable, found.foreign)], _NAMED),
            )
        )
    return told
