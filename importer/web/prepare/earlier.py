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
    sought = {file.digest for file in draft.files if file.digest}

    def has_one(run: Run) -> bool:
        is_own = run.uploads == draft.id or run.id in draft.runs
        return run.mode == "import" and not is_own and not sought.isdisjoint(run.digests)

    if not sought:
        return {}
    try:
        found = some_runs(results_of(screen, draft), has_one)
    except ImporterError:  # the import itself tells what is wrong with the ledger
        return {}
    newest = {digest: one for one in reversed(found) for digest in one.run.digests}
    return {file.name: newest[file.digest] for file in draft.files if file.digest in newest}
