"""Tell those whom --notify names: summary.json to a web hook, a few sentences to people by chat or mail.

The sentences have counts, the file's name and the place of the report, and nothing of any row: whoever reads a chat is
not always somebody who may see the contacts.
"""

import json
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from os import PathLike, fspath
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.errors import Declined, ExitCode, ImporterError
from importer.message import Counted, Language, Message, Messages, and_more
from importer.models import Mode
from importer.network import chat_services
from importer.network.addresses import scheme_of
from importer.network.chat_services import Note
from importer.observer import Observer
from importer.reporter.page.words import moment
from importer.reporter.summary import STATUS_NAMES, Summary
from importer.reporter.verdict import MODES, MOST_FILES, files_of, is_undo_to_come, verdict, where
from importer.reporter.webhook import Address, Job, notify, post_json
from importer.texts import printable

MOST_CAUSES: Final = 3
"""Kinds of errors that are named, the most frequent."""


def tell_run(config: Config, summary: Summary, observer: Observer, cancellation: Cancellation) -> None:
    """Tell of a run whose files are there. What fails is a warning; a signal ends the waiting."""
    addresses = _addresses(config)
    body = json.dumps(summary.as_json()).encode()
    note = run_note(summary, observer.language)
    jobs = [partial(_send, one, note) if one.scheme else partial(post_json, one, body) for one in addresses]
    _tell(addresses, jobs, observer, cancellation, Message("the run is done, and its files are there"))


def tell_failure(
    config: Config,
    error: ImporterError,
    inputs: Sequence[object],
    observer: Observer,
    cancellation: Cancellation,
    reason: PurePath | None = None,
) -> None:
    """Tell people that a run could not begin; a web hook expects the summary of a run, and gets nothing.

    ``reason`` is a file that says why. What the user stopped or declined is no news to anybody.
    """
    if isinstance(error, Declined) or error.exit_code not in _WHY:
        return
    addresses = [address for address in _addresses(config) if address.scheme]
    note = failure_note(error, config.mode, inputs, observer.language, reason)
    _tell(addresses, [partial(_send, one, note) for one in addresses], observer, cancellation, None)


def _addresses(config: Config) -> list[Address]:
    return [Address(one.get_secret_value()) for one in config.notify]


def _send(address: Address, note: Note) -> Message | None:
    return chat_services.send(address.url, note)


def _tell(
    addresses: Sequence[Address],
    jobs: Sequence[Job],
    observer: Observer,
    cancellation: Cancellation,
    hint: Message | None,
) -> None:
    for address, cause in zip(addresses, notify(jobs, cancellation), strict=True):
        if cause is not None:
            observer.warn(Message("the notification to {host} failed: {cause}", host=address.shown, cause=cause), hint)


# -- what people read ------------------------------------------------------------------------------------------------

_HEADS: Final = {
    "success": Message("Done: {mode} of {file}"),
    "warning": Message("Needs attention: {mode} of {file}"),
    "failure": Message("Stopped: {mode} of {file}"),
    "failed": Message("Failed: {mode} of {file}"),
}


def run_note(summary: Summary, language: Language) -> Note:
    """Return what people read of a run that has ended: how it went, when, its counts, and where its report is."""
    run = summary.run
    mood: chat_services.Mood = "success" if summary.exit_code == ExitCode.OK else "warning"
    if run.stopped or run.exit_code is None:
        mood = "failure"
    title = _HEADS[mood].with_values({"mode": MODES[run.mode], "file": files_of(summary.run)})
    return Note(language.tell(title), "\n\n".join(map(language.tell, _paragraphs(summary))), mood)


def _paragraphs(summary: Summary) -> Iterator[Message]:
    run = summary.run
    said: Messages = (Message("Stopped: {why}", why=run.why_stopped),) if run.stopped else verdict(summary)
    yield Message("{verdict} ({file} {where})", verdict=said, file=files_of(summary.run), where=where(summary))
    counts = [
        Message("{what}: {number:,}", what=words, number=summary.counts[status])
        for status, words in STATUS_NAMES.items()
        if status in summary.counts
    ]
    if counts and not is_undo_to_come(run):
        yield Message("{counts}", counts=counts)
    if summary.causes:
        yield Message("Most frequent errors: {causes}", causes=[*_causes(summary)])
    yield Message("From {start} to {end}", start=moment(run.started_at), end=moment(run.finished_at or ""))
    if report := summary.files.get("report") or next(iter(summary.files.values()), None):
        path = summary.base / report
        yield Message("The report is on {host}: {path}", host=socket.gethostname(), path=printable(str(path)))


def _causes(summary: Summary) -> Iterator[Message]:
    """The codes of the errors, without what any row holds."""
    for cause in summary.causes[:MOST_CAUSES]:
        yield Counted("{code} in {number:,} row", "{code} in {number:,} rows", cause.count, code=cause.code)


_WHY: Final = {
    ExitCode.USAGE: Message("wrong usage or configuration"),
    ExitCode.INPUT: Message("the input cannot be read"),
    ExitCode.STOPPED: Message("stopped: credentials refused, inbox unknown, or the service unreachable"),
    ExitCode.BUSY: Message("another import works on this ledger"),
}
"""Why a run could not begin, by its exit code: the error itself may quote what a file holds."""


def failure_note(
    error: ImporterError, mode: Mode, inputs: Sequence[object], language: Language, reason: PurePath | None = None
) -> Note:
    """Return what people read of a run without files: most could not begin, of others nothing could be written.

    ``inputs`` are what was to be imported, ``reason`` is a file that says what is wrong.
    """
    names = and_more([*filter(None, map(_name, inputs))] or [Message("data in memory")], MOST_FILES)
    title = _HEADS["failed"].with_values({"mode": MODES[mode], "file": names})
    why = Message("{why} (exit code {code})", why=_WHY[error.exit_code], code=int(error.exit_code))
    return Note(language.tell(title), "\n\n".join(map(language.tell, (why, _no_report(reason)))), "failure")


def _no_report(reason: PurePath | None) -> Message:
    host = socket.gethostname()
    if reason is not None:
        return Message("What is wrong stands on {host}: {path}", host=host, path=printable(str(reason)))
    return Message("There is no report; the output or the log of the command on {host} says what is wrong.", host=host)


def _name(given: object) -> str:
    """The name of a file, or what everybody may read of an address: the path may hold a token, and what stands in the
    place of a host may be a bucket. Empty for data in memory."""
    if not isinstance(given, str | PathLike):
        return ""
    text = str(fspath(given))
    scheme = scheme_of(text)
    host = _host(text) if scheme in _OF_THE_WEB else ""
    return printable(host or (f"{scheme}://…" if scheme else PurePath(text).name))


_OF_THE_WEB: Final = ("https", "http")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # brackets around what is no IPv6 address
        return ""
