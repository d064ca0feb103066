"""Watch a folder on the terms of an import: the loop, with the hands of this machine."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from importer.exit_codes import ExitCode
from importer.files.locks import WatchLock
from importer.library.verbs import telling_failure
from importer.library.watching.folder import Listing, held, listing, waits_for
from importer.library.watching.loop import Ended, Hands, Watch, WatchedFile
from importer.library.watching.news import News, tell
from importer.library.watching.runs import Runs, Typed
from importer.library.watching.settings import check
from importer.library.watching.waking import waking
from importer.message import Language, Message
from importer.pipeline.terms import Terms
from importer.reporter.files import results_of
from importer.reporter.terminal import closing_words, told
from importer.texts import printable


def do_watch(
    terms: Terms,
    folder: Path,
    hear: Callable[[WatchedFile], object],
    *,
    typed: Typed = lambda _path: (),
    agrees: bool = False,
) -> ExitCode:
    """Import each file that appears in ``folder`` as a run of its own, until ``terms.cancellation`` asks to stop.

    ``hear`` gets each file whose run has ended; those whom --notify names hear what is news. A rehearsal moves no file.
    ``agrees`` tells that --clear is agreed to.
    Returns the cancellation's exit code. Raises ``ConfigError`` if no file could be imported so, ``LedgerBusy`` if
    another process watches the folder.
    """
    with telling_failure(terms, [folder]):
        return _watched(terms, folder, hear, typed, agrees=agrees)


def _watched(
    terms: Terms, folder: Path, hear: Callable[[WatchedFile], object], typed: Typed, *, agrees: bool
) -> ExitCode:
    config, news = terms.config, News()
    check(config, terms.observer, agrees=agrees)

    def hear_and_tell(end: WatchedFile) -> None:
        hear(end)
        if news.is_new(end):
            tell(terms, end)

    with held(folder, moves=not config.rehearsal) as lock, waking(folder, terms.cancellation) as wait:
        terms.observer.say(_begins(folder, moves=not config.rehearsal))
        hands = Hands(
            look=partial(_look, folder, lock, results_of(config)),
            run=Runs(terms, typed),
            wait=wait,
            waits_for=lambda path, inside: waits_for(path, looks_inside=inside),
            clock=time.monotonic,
            now=datetime.now,
            hear=hear_and_tell,
            reason=_reason,
        )
        watch = Watch(folder, terms.observer, terms.cancellation, hands, moves=not config.rehearsal)
        return watch.until_stopped()


def _look(folder: Path, lock: WatchLock, is_ours: Callable[[Path], bool]) -> Listing:
    """What is in a folder that this process watches alone, also where another has taken its place."""
    lock.renew()
    return listing(folder, is_ours)


def _begins(folder: Path, *, moves: bool) -> Message:
    if moves:
        return Message(
            "watching {folder}: each spreadsheet that appears there is imported and moves to done/ or attention/",
            folder=folder,
        )
    return Message(
        "watching {folder}: each spreadsheet that appears there is rehearsed once and stays where it is", folder=folder
    )


def _reason(ended: Ended, errors: Path | None, language: Language) -> str:
    """What stands beside a file that needs attention: how its run went, and what to do, for somebody who has only this
    folder."""
    if errors is not None:
        advice = Message(
            "Correct {file}, which has the rows that need attention, and move it to the folder above this one: "
            "it is imported, too.",
            file=printable(errors.name),
        )
    else:
        advice = Message("Correct the file and move it to the folder above this one: it is imported again.")
    if ended.summary is not None:
        return closing_words(ended.summary, [advice], language) + "\n"
    said = [ended.error.message, ended.error.hint] if ended.error else []
    return told([[message for message in said if message], [advice]], language) + "\n"
