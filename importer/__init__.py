"""import-contacts: a spreadsheet of customers into EngageLab LiveDesk, every person once.

The public names are those of ``__all__``; each is loaded when it is first used. All else may change with any version.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importer.cancellation import Cancellation
    from importer.config.settings import Config as Settings
    from importer.errors import Cancelled, ConfigError, ImporterError, InputError, LedgerBusy, PasswordNeeded
    from importer.library import (
        Notice,
        RunProgress,
        WatchedFile,
        import_contacts,
        import_contacts_async,
        plan,
        plan_async,
        undo,
        undo_async,
        verify,
        verify_async,
        watch,
    )
    from importer.models import Status
    from importer.reporter.results import Result
    from importer.reporter.summary import Summary

__version__ = "0.1.0"

__all__ = [
    "Cancellation",
    "Cancelled",
    "ConfigError",
    "ImporterError",
    "InputError",
    "LedgerBusy",
    "Notice",
    "PasswordNeeded",
    "Result",
    "RunProgress",
    "Settings",
    "Status",
    "Summary",
    "WatchedFile",
    "import_contacts",
    "import_contacts_async",
    "plan",
    "plan_async",
    "undo",
    "undo_async",
    "verify",
    "verify_async",
    "watch",
]

_ELSEWHERE: Final = {
    "Cancellation": "importer.cancellation",
    "Result": "importer.reporter.results",
    "Settings": "importer.config.settings",
    "Status": "importer.models",
    "Summary": "importer.reporter.summary",
    **dict.fromkeys(
        ("Cancelled", "ConfigError", "ImporterError", "InputError", "LedgerBusy", "PasswordNeeded"), "importer.errors"
    ),
}
"""Where the public names stand that are not the library's."""


def __getattr__(name: str) -> Any:
    """Load a public name: ``--help`` and ``--version`` do without what an import needs."""
    if name not in __all__:
        raise AttributeError(f"module 'importer' has no attribute {name!r}")
    module = import_module(_ELSEWHERE.get(name, "importer.library"))
    return module.Config if name == "Settings" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
