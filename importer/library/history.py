"""Earlier runs: list them, find a person, compare two, write files again, forget. Nothing here reaches LiveDesk.

What is erased is planned first: ``forget`` erases what its caller has seen in a plan, and ``confirm`` is asked with it.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from importer.files import workspace
from importer.history.comparison import Comparison, compare_runs
from importer.history.forget import Selection, plan_to_forget
from importer.history.forget import forget as forget_runs
from importer.history.forget_person import Match, forget_person, plan_to_forget_person, refuse_several
from importer.history.forgotten import Forgotten
from importer.history.people import Found, find_person
from importer.history.runs import ImportPage, Listed, list_runs, page_of_imports, report_again
from importer.ledger.run import Run
from importer.library.options import Place
from importer.reporter.summary import Summary

__all__ = [
    "Comparison",
    "Forgotten",
    "Found",
    "ImportPage",
    "Listed",
    "Match",
    "compare",
    "find",
    "forget",
    "forget_one",
    "plan_forgetting",
    "plan_forgetting_one",
    "report",
    "runs",
    "some_imports",
    "some_runs",
]

ROWS: Final = 50
"""The rows that ``find`` gives at most."""

EXAMPLES: Final = 20
"""The rows of each change that ``compare`` gives."""


def runs(output_dir: Place = workspace.DEFAULT) -> Sequence[Listed]:
    """Every run, the newest first; none where nothing was imported yet. Raises ``LedgerError``."""
    return list_runs(Path(output_dir)) if workspace.has_ledger(Path(output_dir)) else ()


def some_runs(output_dir: Path, wanted: Callable[[Run], bool], most: int | None = None) -> list[Listed]:
    """The newest runs that are wanted, as ``runs``; the rows of these alone are counted."""
    return list_runs(output_dir, wanted, most) if workspace.has_ledger(output_dir) else []


def some_imports(
    output_dir: Place = workspace.DEFAULT,
    wanted: Callable[[Run], bool] | None = None,
    offset: int = 0,
    most: int | None = None,
) -> ImportPage:
    """A page of imports, each with its parts: tried rows, the rest, corrected ones, and what looked back at them.

    Those count of which a part is wanted.
    """
    folder = Path(output_dir)
    return page_of_imports(folder, wanted, offset, most) if workspace.has_ledger(folder) else ImportPage([], 0, 0)


def find(text: str, output_dir: Place = workspace.DEFAULT, limit: int = ROWS) -> Found:
    """The rows of all runs that a text names: a part of a name, email or number, an id. Raises ``ConfigError``."""
    return find_person(Path(output_dir), text, limit)


def compare(before: str, after: str, output_dir: Place = workspace.DEFAULT, examples: int = EXAMPLES) -> Comparison:
    """What changed from one run to another, by their names. Raises ``ConfigError``."""
    return compare_runs(Path(output_dir), (before, after), examples)


def report(run: str | None = None, output_dir: Place = workspace.DEFAULT, lang: str | None = None) -> Summary:
    """Write the files of a run again, the newest import's if none is named, and return how it went.

    Raises ``ConfigError``, ``LedgerBusy``, ``OutputError``.
    """
    return report_again(Path(output_dir), run, lang)


def plan_forgetting(
    *names: str, older_than: timedelta | None = None, everything: bool = False, output_dir: Place = workspace.DEFAULT
) -> Forgotten:
    """What ``forget`` would erase; nothing is erased. Raises ``ConfigError`` for a name that no run has."""
    return plan_to_forget(Path(output_dir), Selection(names, older_than, everything))


def forget(
    *names: str,
    confirm: Callable[[Forgotten], bool],
    older_than: timedelta | None = None,
    everything: bool = False,
    output_dir: Place = workspace.DEFAULT,
) -> Forgotten:
    """Erase the personal data of runs, with the files that were uploaded for them and the drafts they were made from.

    ``confirm`` gets the plan and says whether to erase that. Raises ``ConfigError`` if it says no or a name is unknown,
    before anything is erased; ``LedgerBusy``, ``OutputError``. After an error, the same call finishes the work.
    """
    return forget_runs(Path(output_dir), Selection(names, older_than, everything), confirm)


def plan_forgetting_one(text: str, output_dir: Place = workspace.DEFAULT) -> tuple[Match, Forgotten]:
    """Whose rows a text names as a whole, and what forgetting that person would erase. Raises ``ConfigError``."""
    return plan_to_forget_person(Path(output_dir), text)


def forget_one(text: str, confirm: Callable[[Match], bool], output_dir: Place = workspace.DEFAULT) -> Forgotten:
    """Erase one person from all runs. Raises as ``forget``, and ``ConfigError`` if the text names several people."""

    def ask(match: Match) -> bool:
        refuse_several(text, match)
        return confirm(match)

    return forget_person(Path(output_dir), text, ask)
