"""Whether a file of a draft was imported before, byte for byte: its page says so before anything is checked."""

from collections.abc import Mapping

from importer.errors import ImporterError
from importer.history.runs import Listed
from importer.ledger.run import Run
from importer.library.history import some_runs
from importer.web.drafts import Draft
from importer.web.screen import Screen
from importer.web.settings import results_of


def earlier_imports(screen: Screen, draft: Draft) -> Mapping[str, Listed]:
    """The newest import of each file of a draft, by the file's name; without those of the draft itself."""
    left = {file.digest: file.name for file in draft.files if file.digest}
    found = dict[str, str]()

    def is_first(run: Run) -> bool:  # asked of the newest run first
        if run.mode != "import" or run.uploads == draft.id or run.id in draft.runs:
            return False
        known = left.keys() & {*run.digests}
        found.update({left.pop(digest): run.id for digest in known})
        return bool(known)

    if not left:
        return {}
    try:
        runs = {one.run.id: one for one in some_runs(results_of(screen, draft), is_first).runs}
    except ImporterError:  # the import itself tells what is wrong with the ledger
        return {}
    return {name: runs[run] for name, run in found.items()}
