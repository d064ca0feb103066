"""What those whom --notify names hear of a watched folder: of each file once, and of a trouble when it begins."""

from typing import Final

from importer.errors import RunStopped
from importer.exit_codes import FINISHED
from importer.library.watching.loop import WatchedFile
from importer.library.watching.queue import VERDICTS, Verdict
from importer.pipeline.terms import Terms

_STOPS: Final = frozenset(kind.code for kind in RunStopped.__subclasses__())


class News:
    """Owns what was told of the troubles that last: that of all files, and that of each file which stays."""

    def __init__(self) -> None:
        self._of_all = ""
        self._of_files: dict[str, str] = {}

    def is_new(self, end: WatchedFile) -> bool:
        """Whether nobody has heard of it yet. A file that is through is always news, and says that the service works
        again; one that is tried again is news where its cause is another than at the last try."""
        verdict, trouble = VERDICTS.get(end.exit_code, Verdict.AGAIN), _trouble(end)
        if verdict is Verdict.ALL_AGAIN:
            before, self._of_all = self._of_all, trouble
            return trouble != before
        if verdict is Verdict.AGAIN:
            before, self._of_files[end.path.name] = self._of_files.get(end.path.name, ""), trouble
            return trouble != before
        self._of_files.pop(end.path.name, None)
        if end.exit_code in FINISHED:  # whatever was wrong for all files is over
            self._of_all = ""
        return True


def _trouble(end: WatchedFile) -> str:
    """Why a file was not imported, without what differs from try to try."""
    if end.error is not None:
        cause = end.error.code
    else:
        causes = end.summary.causes if end.summary else ()
        stops = [one.code for one in causes if one.code in _STOPS]
        cause = max(stops, key=end.summary.run.was_stopped_by, default="") if end.summary else ""
    return f"{end.exit_code} {cause}"


def tell(terms: Terms, end: WatchedFile) -> None:
    """Tell those whom --notify names how it went with a file."""
    if not terms.config.notify:
        return
    from importer.reporter.notifications import tell_failure, tell_run  # few watches need HTTP and TLS for it

    config, observer, cancellation = terms.config, terms.observer, terms.cancellation
    if end.summary is not None:
        tell_run(config, end.summary, observer, cancellation)
    elif end.error is not None:
        reason = next((path for path in end.left if path.suffix == ".txt"), None)
        tell_failure(config, end.error, [end.path], observer, cancellation, reason)
