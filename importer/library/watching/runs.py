"""The run of one file of a watched folder; while the service is down, a question in its place."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.errors import ConfigError, ImporterError, InboxUnknown, RunStopped
from importer.exit_codes import ExitCode
from importer.library.verbs import ask_service, do_import
from importer.library.watching.loop import Ended
from importer.library.wording import in_language
from importer.message import Message
from importer.pipeline.terms import Terms

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

_LOG: Final = logging.getLogger(__name__)
_REPORT_IT: Final = Message("that is a fault of the program: --log-file has its place")

Typed = Callable[[Path], tuple[str, ...]]
"""The command line that would import one file, for the record of its run."""


class Runs:
    """Owns whether the last run was stopped by the service. Then one request shows whether the next would be, too, and
    there is no run, no folder and no line in the ledger of it, however long an outage takes. No request but a create
    shows that the inbox is wrong: once a run has, there is no further one, since the settings stay what they are.

    The runs tell nobody: whoever watches hears of each file only what is news.
    """

    def __init__(
        self,
        terms: Terms,
        typed: Typed,
        carry_out: Callable[[Terms, Sequence[Path]], "Summary"] = do_import,
        ask: Callable[[Terms], RunStopped | None] = ask_service,
    ) -> None:
        self._terms = terms._replace(config=terms.config.model_copy(update={"notify": ()}))
        self._typed = typed
        self._carry_out = carry_out
        self._ask = ask
        self._is_stopped = False
        self._refusal: RunStopped | None = None

    def __call__(self, path: Path) -> Ended:
        """Import a file. What is wrong with it, or with the program, is in what is returned."""
        try:
            ended = self._asked() or self._imported(path)
        except ImporterError as error:
            ended = Ended(int(error.exit_code), error=error)
        except Exception as error:  # noqa: BLE001 - a file that brings the program down must not stop the others
            _LOG.exception("%s", path)
            told = Message("{file}: the program failed: {error}", file=path, error=repr(error))
            ended = Ended(int(ExitCode.USAGE), error=ConfigError(told, _REPORT_IT))
        self._is_stopped = ended.exit_code == ExitCode.STOPPED
        return ended

    def _asked(self) -> Ended | None:
        """The end of a run that would be stopped; a cluster has credentials of its own, and is not asked."""
        if not self._is_stopped or self._terms.config.rehearsal:
            return None
        reason = None if self._terms.config.scheduler else self._ask(self._terms)
        reason = reason or self._refusal
        if (code := self._terms.cancellation.exit_code) is not None:
            return Ended(int(code))
        return Ended(int(reason.exit_code), error=reason) if reason else None

    def _imported(self, path: Path) -> Ended:
        summary = self._carry_out(self._terms._replace(arguments=self._typed(path)), [path])
        self._refusal = _refused_settings(summary)
        return Ended(int(summary.exit_code or 0), in_language(summary, self._terms.observer.language))


def _refused_settings(summary: "Summary") -> RunStopped | None:
    """Why a run was stopped that no later one with the same settings would end otherwise: a row that names an inbox of
    its own is no reason."""
    told = summary.run.why_stopped
    if told is None or not summary.run.was_stopped_by(InboxUnknown.code):
        return None
    return InboxUnknown(told, Message("end the watch, and begin it with an inbox of this account (--inbox)"))
