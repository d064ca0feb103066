"""The settings and terms of what a page begins: as a command's, with what the draft says, and what was entered here."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.cancellation import Cancellation
from importer.files import workspace
from importer.message import Language
from importer.web.drafts import Draft
from importer.web.rehearsal import results_in
from importer.web.screen import Screen

if TYPE_CHECKING:
    from importer.config.settings import Config
    from importer.observer import Observer
    from importer.pipeline.terms import Terms


def settings_of(screen: Screen, draft: Draft | None = None, **more: Any) -> "Config":
    """The settings for a draft, or beside one; ``more`` are keys of ``Config`` and go before all others.

    Then come the draft's options, those of the command line, what was entered on the page, the environment, and the
    configuration file. A rehearsal has an account of its own, whatever these say. Raises ``ConfigError``.
    """
    from importer.config.loading import load  # with the first page that needs it

    options = {**screen.entered, **screen.given, **(draft.options if draft else {}), **more}
    if draft is not None and draft.rehearses:
        options |= screen.rehearsals.settings()
    return load({**options, "output_dir": results_of(screen, draft)}, screen.config_path)


def results_of(screen: Screen, draft: Draft | None) -> Path:
    """The folder of the ledger and the runs: that of a rehearsal lies beside its draft."""
    if draft is None or not draft.rehearses:
        return screen.output_dir
    return results_in(workspace.draft_of(screen.output_dir, draft.id))


def terms_of(screen: Screen, draft: Draft, observer: "Observer", cancellation: Cancellation, **more: Any) -> "Terms":
    """The terms of a run of a draft, for ``importer.library.verbs``; ``more`` as for ``settings_of``.

    Raises ``ConfigError``.
    """
    from importer.pipeline.terms import Terms

    return Terms(settings_of(screen, draft, **more), observer, cancellation, ("ui",), draft.corrected)


def settings_to_look_back(screen: Screen, draft: Draft | None, language: Language, base_url: str) -> "Config":
    """The settings with which a run of ``base_url`` can be looked back at, in its own account if ``draft`` rehearses.

    Raises ``ConfigError``, also where there are no credentials.
    """
    rehearsal = draft if draft is not None and draft.rehearses else None
    settings = settings_of(screen, rehearsal, lang=language.name, base_url=base_url)
    settings.credentials(rehearsable=False)
    return settings
