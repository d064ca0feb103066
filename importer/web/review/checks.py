"""The kept check of a draft: whether it still holds, and the job that makes it anew."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from importer import __version__
from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.errors import ConfigError, ImporterError
from importer.files import moves
from importer.history.plans import UNDECIDING
from importer.library.checking import Checked, open_check
from importer.message import Language, Message, Messages, messages_from, stored
from importer.pipeline.check import check
from importer.web.drafts import Draft
from importer.web.jobs import Job, Purpose
from importer.web.observing import JobObserver
from importer.web.review.observers import Noting
from importer.web.screen import Screen
from importer.web.settings import settings_of, terms_of


class Kept(NamedTuple):
    """What stands beside a check, or beside a plan: the ``key`` of what it was made from, how it ended, what it warned
    of, and its run's name."""

    key: str
    is_failed: bool = False
    warned: Messages = ()
    run: str = ""


def input_key(screen: Screen, draft: Draft, settings: Config) -> str:
    """What tells the files and options of a draft from others, its corrections apart."""
    files = [(file.name, *_state(path)) for file, path in zip(draft.files, screen.drafts.paths(draft), strict=True)]
    deciding = {name: value for name, value in settings.told().items() if name not in UNDECIDING}
    return _digest([__version__, files, deciding, settings.inbox_id])


def key_of(screen: Screen, draft: Draft, settings: Config) -> str:
    """What tells all that a check is made from."""
    return _digest([input_key(screen, draft, settings), draft.corrected.key])


def _state(path: Path) -> tuple[int, int]:
    with suppress(OSError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return 0, 0


def _digest(values: object) -> str:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kept(screen: Screen, draft: Draft, what: Purpose = Purpose.CHECK) -> Kept | None:
    """What stands beside the newest check, or plan, of a draft."""
    with suppress(OSError, ValueError, RecursionError):
        match json.loads(_beside(screen, draft, what).read_text(encoding="utf-8")):
            case {"key": str(key), "is_failed": bool(failed), "warned": str(warned), "run": str(run)}:
                return Kept(key, failed, messages_from(warned), run)
    return None


def keep(screen: Screen, draft: Draft, found: Kept, what: Purpose = Purpose.CHECK) -> None:
    """Write it. Raises ``OutputError``."""
    values: Mapping[str, Any] = found._asdict() | {"warned": stored(found.warned)}
    with moves.whole_file(_beside(screen, draft, what)) as file:
        file.write(json.dumps(values).encode())


def holds(screen: Screen, draft: Draft, settings: Config) -> bool:
    """Whether the newest check is of the files, the options and the corrections that the draft has now."""
    found = kept(screen, draft)
    return found is not None and not found.is_failed and found.key == key_of(screen, draft, settings)


def let_go_of_failure(screen: Screen, draft: Draft) -> None:
    """Let a check that failed be made anew: what is entered, and not kept with the draft, tells no key from another."""
    found = kept(screen, draft)
    if found is not None and found.is_failed:
        _beside(screen, draft, Purpose.CHECK).unlink(missing_ok=True)


def _beside(screen: Screen, draft: Draft, what: Purpose) -> Path:
    return screen.drafts.check(draft).with_name(f"{what}.json")


def start(screen: Screen, draft: Draft, language: Language) -> Job:
    """Begin to check a draft. Raises ``LedgerBusy`` if it is at work, ``ConfigError``."""
    if not draft.files:
        raise ConfigError(Message("there is no file to import"), Message("go back to the first step and choose one"))
    settings = settings_of(screen, draft)
    key = key_of(screen, draft, settings)

    def work(observer: JobObserver, cancellation: Cancellation) -> None:
        noting = Noting(observer)
        terms = terms_of(screen, draft, noting, cancellation, lang=language.name)
        try:
            check(terms, screen.drafts.paths(draft), screen.drafts.check(draft))
        except ImporterError:
            keep(screen, draft, Kept(key, is_failed=True))
            raise
        keep(screen, draft, Kept(key, warned=tuple(noting.warned)))

    return screen.jobs.start(draft.id, Purpose.CHECK, work, language)


def opened(screen: Screen, draft: Draft) -> Checked:
    """The rows of the newest check, whether it holds or not; close it. Raises ``ConfigError`` if there is none."""
    found = open_check(screen.drafts.check(draft))
    if found is None:
        raise ConfigError(Message("the file is not checked yet"), Message("reload the page"))
    return found
